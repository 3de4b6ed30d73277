/* SPDX-License-Identifier: BSD-2-Clause */
#include "review.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin.h"
#include "clock.h"
#include "review_impl.h"

#define SOON_S (REVIEW_SOON_DAYS * INT64_C(86400))

static const struct {
	const char *word, *title;
} sections[REVIEW_SECTION_COUNT] = {
#define X(id, word, title) [REVIEW_##id] = { word, title },
	REVIEW_SECTIONS(X)
#undef X
};

const char *
review_section_word(enum review_section section)
{
	return sections[section].word;
}

const char *
review_section_title(enum review_section section)
{
	return sections[section].title;
}

void *
review_grow(struct review_work *w, void **array, size_t n, size_t *room,
    size_t size)
{
	size_t more = *room ? 2 * *room : 64;
	void *grown;

	if (n == *room) {
		if ((grown = reallocarray(*array, more, size)) == NULL) {
			w->failed = true;
			return NULL;
		}
		*array = grown;
		*room = more;
	}
	grown = (char *)*array + n * size;
	memset(grown, 0, size);
	return grown;
}

char *
review_keep(struct review_work *w, const char *text)
{
	char *ret = text != NULL && *text != '\0' ? strdup(text) : NULL;

	if (text != NULL && *text != '\0' && ret == NULL)
		w->failed = true;
	return ret;
}

struct review_row *
review_add_row(struct review_work *w, enum review_section section)
{
	struct review_row *row;
	void *rows = w->rv->rows;

	row = review_grow(w, &rows, w->rv->n, &w->rv->room, sizeof(*row));
	w->rv->rows = rows;
	if (row == NULL) {
		memset(&w->nowhere, 0, sizeof(w->nowhere));
		return &w->nowhere;
	}
	w->rv->n++;
	row->section = section;
	row->since = TWR_ALWAYS;
	row->until = TWR_NEVER;
	return row;
}

static void add_text(struct review_work *w, enum review_section section,
    const char *fmt, ...) TWR_PRINTF(3, 4);

static void
add_text(struct review_work *w, enum review_section section, const char *fmt,
    ...)
{
	struct review_row *row = review_add_row(w, section);
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&row->text, fmt, ap) < 0) {
		row->text = NULL;
		w->failed = true;
	}
	va_end(ap);
}

void
review_set_user(struct review_work *w, struct review_row *row,
    const struct user *user)
{
	row->email = review_keep(w, user->email);
	row->name = review_keep(w, user->name);
	row->status = twr_user_status_word(user->status);
	row->kind = twr_user_kind_word(user->kind);
}

/* ---- exemptions ---- */

static bool
same_who(const struct twr_exemption *a, const struct twr_exemption *b)
{
	return a->needs == b->needs && strcmp(a->login, b->login) == 0;
}

static void
add_exempt(struct review_work *w, const struct twr_exemptions *ex, size_t first)
{
	const struct twr_exemption *x = &ex->entries[first];
	struct review_row *row = review_add_row(w, REVIEW_EXEMPT);
	struct out_list services = { 0 };
	size_t i;

	for (i = first; i < ex->n_entries; i++)
		if (same_who(x, &ex->entries[i]))
			out_list_add(&services, "%s",
			    strcmp(ex->entries[i].service, "*") == 0 ?
				"every service" :
				ex->entries[i].service);
	w->failed = w->failed || services.failed;
	row->services = services.items;
	if ((x->needs & TWR_EXEMPT_LOGIN) != 0)
		row->login = review_keep(w, x->login);
	if ((x->needs & TWR_EXEMPT_SYSTEM) != 0)
		row->text = review_keep(w, "system accounts");
	else if ((x->needs & TWR_EXEMPT_EVERYONE) != 0)
		row->text = review_keep(w, "everyone");
}

/* The exemptions, put together by whom they are for. */
static void
add_exemptions(struct review_work *w)
{
	const struct twr_exemptions *ex = &w->ask.judge.views[0].exempt;
	size_t i, k;

	for (i = 0; w->ask.judge.services.n > 0 && i < ex->n_entries; i++) {
		for (k = 0;
		     k < i && !same_who(&ex->entries[k], &ex->entries[i]); k++)
			;
		if (k == i &&
		    (w->exempt_only == NULL ||
			strcmp(w->exempt_only, ex->entries[i].login) == 0))
			add_exempt(w, ex, i);
	}
}

static bool
is_exempt_name(const struct review_work *w, const char *login)
{
	const struct twr_exemptions *ex = &w->ask.judge.views[0].exempt;
	size_t i;

	for (i = 0; w->ask.judge.services.n > 0 && i < ex->n_entries; i++)
		if ((ex->entries[i].needs & TWR_EXEMPT_LOGIN) != 0 &&
		    strcmp(ex->entries[i].login, login) == 0)
			return true;
	return false;
}

/* ---- what ends, and who has or lacks a login ---- */

static enum twr_status
take_ending(void *ctx, const struct assignment_row *in, struct twr_error *err)
{
	struct review_work *w = ctx;
	const struct assignment *a = &in->assignment;
	struct review_row *row;

	(void)err;
	if (a->not_after == TWR_NEVER || a->not_after > w->s->now + SOON_S)
		return TWR_OK;
	row = review_add_row(w, REVIEW_ENDS_SOON);
	review_set_user(w, row, &in->user);
	row->role = review_keep(w, in->role.key);
	row->scope = review_keep(w, in->scope.path);
	row->sid = review_keep(w, a->sid);
	row->since = a->created_at > a->not_before ? a->created_at :
						     a->not_before;
	row->until = a->not_after;
	row->given_by = review_keep(w, a->created_by);
	return TWR_OK;
}

static enum twr_status
take_mapped(void *ctx, const struct login *login, struct twr_error *err)
{
	struct review_work *w = ctx;
	void *mapped = w->mapped;
	struct mapped *m;

	(void)err;
	if (login->user_id == 0)
		return TWR_OK;
	m = review_grow(w, &mapped, w->n_mapped, &w->mapped_room, sizeof(*m));
	w->mapped = mapped;
	if (m == NULL)
		return TWR_OK;
	m->user_id = login->user_id;
	snprintf(m->name, sizeof(m->name), "%s", login->name);
	w->n_mapped++;
	return TWR_OK;
}

static int
compare_mapped(const void *a, const void *b)
{
	const struct mapped *x = a, *y = b;

	if (x->user_id != y->user_id)
		return x->user_id < y->user_id ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Index of the user's first login; n_mapped when there is none. */
static size_t
first_login(const struct review_work *w, int64_t user_id)
{
	size_t low = 0, high = w->n_mapped, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (w->mapped[mid].user_id < user_id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < w->n_mapped && w->mapped[low].user_id == user_id ?
	    low :
	    w->n_mapped;
}

/* Which section a user belongs to, in one walk over all for each section. */
struct walk {
	struct review_work *w;
	enum review_section section;
};

static bool
belongs(const struct user *user, bool has_login, enum review_section section)
{
	if (section == REVIEW_NO_LOGIN)
		return !has_login && user->status == TWR_USER_ACTIVE;
	if (section == REVIEW_INACTIVE)
		return has_login && user->status != TWR_USER_ACTIVE;
	return user->kind == TWR_KIND_SERVICE;
}

static enum twr_status
take_user(void *ctx, const struct user *user, struct twr_error *err)
{
	struct walk *wk = ctx;
	struct review_work *w = wk->w;
	size_t i = first_login(w, user->id);
	struct review_row *row;

	(void)err;
	if ((w->only != 0 && user->id != w->only) ||
	    !belongs(user, i < w->n_mapped, wk->section))
		return TWR_OK;
	do {
		row = review_add_row(w, wk->section);
		review_set_user(w, row, user);
		if (i < w->n_mapped)
			row->login = review_keep(w, w->mapped[i++].name);
	} while (i < w->n_mapped && w->mapped[i].user_id == user->id);
	return TWR_OK;
}

static enum twr_status
add_users(struct review_work *w, struct twr_error *err)
{
	static const enum review_section of_users[] = { REVIEW_NO_LOGIN,
		REVIEW_INACTIVE, REVIEW_SERVICE };
	struct walk wk = { w, REVIEW_NO_LOGIN };
	enum twr_status rc;
	size_t i;

	rc = directory_each_login(w->s->dir, 0, take_mapped, w, err);
	if (rc == TWR_OK && w->n_mapped > 0)
		qsort(w->mapped, w->n_mapped, sizeof(*w->mapped),
		    compare_mapped);
	for (i = 0; rc == TWR_OK && i < 3; i++) {
		wk.section = of_users[i];
		rc = directory_each_user(w->s->dir, take_user, &wk, err);
	}
	return rc;
}

/* ---- warnings ---- */

static void
warn_permissive(struct review_work *w)
{
	const struct twr_meta *meta = &w->ask.judge.meta.meta;
	char when[CLOCK_TEXT_LEN];
	bool utc = w->s->out->utc || w->s->out->format != OUT_PEOPLE;
	size_t i;

	if (w->s->now < meta->permissive_until) {
		clock_format(meta->permissive_until, utc, when);
		add_text(w, REVIEW_WARNING,
		    "every service is permissive until %s: everybody is let "
		    "in",
		    when);
	}
	for (i = 0; i < meta->n_services; i++) {
		if (w->s->now >= meta->services[i].permissive_until)
			continue;
		clock_format(meta->services[i].permissive_until, utc, when);
		add_text(w, REVIEW_WARNING,
		    "%s is permissive until %s: everybody is let in",
		    meta->services[i].name, when);
	}
}

static enum twr_status
add_warnings(struct review_work *w, struct twr_error *err)
{
	static const char prefix[] = "warning: ";
	const char *text;
	int64_t n = 0;
	enum twr_status rc;

	rc = directory_count_administrators(w->s->dir, &n, err);
	if (rc != TWR_OK)
		return rc;
	if ((text = admin_second_warning(n)) != NULL)
		add_text(w, REVIEW_WARNING, "%s",
		    strncmp(text, prefix, sizeof(prefix) - 1) == 0 ?
			text + sizeof(prefix) - 1 :
			text);
	warn_permissive(w);
	if (w->ask.pending)
		add_text(w, REVIEW_WARNING,
		    "changes are stored that are not in force yet; run "
		    "twrbac compile");
	return TWR_OK;
}

/* ---- all of it ---- */

static enum twr_status
choose_whom(struct review_work *w, const char *who, struct twr_error *err)
{
	struct user user;
	enum twr_status rc;

	if (who == NULL)
		return TWR_OK;
	if ((w->rv->about = strdup(who)) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	rc = directory_user_find(w->s->dir, who, &user, err);
	if (rc == TWR_OK) {
		w->only = user.id;
	} else if (rc == TWR_EREFUSED && is_exempt_name(w, who)) {
		w->exempt_only = who;
		rc = TWR_OK;
	}
	return rc;
}

static enum twr_status
gather(struct review_work *w, struct twr_error *err)
{
	struct assignment_filter ending = { .user_id = w->only,
		.now = w->s->now };
	enum twr_status rc = TWR_OK;
	size_t i;

	for (i = 0;
	     rc == TWR_OK && w->exempt_only == NULL && i < w->ask.logins.n; i++)
		rc = review_one_login(w, w->ask.logins.all[i], err);
	if (w->only == 0)
		add_exemptions(w);
	if (rc != TWR_OK || w->exempt_only != NULL)
		return rc;
	if ((rc = review_sudo(w, err)) != TWR_OK)
		return rc;
	rc = directory_each_assignment(w->s->dir, &ending, take_ending, w, err);
	if (rc == TWR_OK)
		rc = add_users(w, err);
	if (rc == TWR_OK && w->only == 0)
		rc = add_warnings(w, err);
	return rc;
}

enum twr_status
review_gather(struct session *s, const char *who, struct review *ret,
    struct twr_error *err)
{
	struct review_work w = { .s = s, .rv = ret };
	enum twr_status rc;

	memset(ret, 0, sizeof(*ret));
	ret->at = s->now;
	if (gethostname(ret->host, sizeof(ret->host) - 1) != 0)
		ret->host[0] = '\0';
	rc = ask_open(s, NULL, NULL, &w.ask, err);
	ret->serial = w.ask.judge.meta.meta.serial;
	if (rc != TWR_OK ||
	    (rc = directory_scope_get(s->dir, 1, &ret->organization, err)) !=
		TWR_OK ||
	    (rc = directory_journal_head(s->dir, &ret->head, err)) != TWR_OK ||
	    (rc = choose_whom(&w, who, err)) != TWR_OK ||
	    (rc = gather(&w, err)) != TWR_OK)
		goto out;
	if (w.failed)
		rc = twr_fail(err, TWR_ENOMEM, "out of memory");
out:
	ask_close(&w.ask);
	free(w.mapped);
	free(w.held);
	return rc;
}

void
review_free(struct review *rv)
{
	struct review_row *row;
	size_t i;

	for (i = 0; i < rv->n; i++) {
		row = &rv->rows[i];
		free(row->login);
		free(row->email);
		free(row->name);
		free(row->services);
		free(row->role);
		free(row->scope);
		free(row->sid);
		free(row->given_by);
		free(row->text);
	}
	free(rv->rows);
	free(rv->about);
	memset(rv, 0, sizeof(*rv));
}
