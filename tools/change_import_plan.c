/* SPDX-License-Identifier: BSD-2-Clause */
#include "change_import_plan.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"

/* ---- the plan ---- */

static enum twr_status
no_memory(struct twr_error *err)
{
	return twr_fail(err, TWR_ENOMEM,
	    "import: out of memory; import the file in parts");
}

enum twr_status
plan_begin(struct plan **ret, struct twr_error *err)
{
	struct plan *pl = calloc(1, sizeof(*pl));
	size_t nothing;
	enum twr_status rc;

	if (pl == NULL)
		return no_memory(err);
	/* so that 0 is the place of the empty reason */
	if ((rc = memo_keep(&pl->texts, "", &nothing, err)) != TWR_OK)
		plan_free(pl);
	else
		*ret = pl;
	return rc;
}

void
plan_free(struct plan *pl)
{
	if (pl == NULL)
		return;
	memo_free(&pl->users);
	memo_free(&pl->roles);
	memo_free(&pl->scopes);
	memo_free(&pl->texts);
	free(pl->user);
	free(pl->role);
	free(pl->scope);
	free(pl->rows);
	free(pl);
}

void *
plan_grow(void *table, size_t n, size_t *room, size_t size)
{
	size_t more = *room > 0 ? *room + *room / 2 : 16;
	void *grown;

	if (n < *room)
		return table;
	if (n >= UINT32_MAX - 1 ||
	    (grown = reallocarray(table, more, size)) == NULL)
		return NULL;
	*room = more;
	return grown;
}

/* ---- names ---- */

/* Remember what was typed, and the SID, under which others find it too. */
static enum twr_status
remember(struct memo *me, const char *text, const char *sid, uint32_t number,
    struct twr_error *err)
{
	uint32_t there;
	enum twr_status rc = TWR_OK;

	if (!memo_get(me, sid, &there))
		rc = memo_put(me, sid, number, err);
	if (rc == TWR_OK && !memo_get(me, text, &there))
		rc = memo_put(me, text, number, err);
	return rc;
}

static enum twr_status
new_user(struct plan *pl, const struct user *us, uint32_t *ret,
    struct twr_error *err)
{
	struct plan_user pu = { .id = us->id, .status = us->status };
	struct plan_user *grown;
	enum twr_status rc;

	if (memo_get(&pl->users, us->sid, ret))
		return TWR_OK;
	grown = plan_grow(pl->user, pl->n_users, &pl->users_room,
	    sizeof(*grown));
	if (grown == NULL)
		return no_memory(err);
	pl->user = grown;
	rc = memo_keep(&pl->texts, us->sid, &pu.sid, err);
	if (rc == TWR_OK)
		rc = memo_keep(&pl->texts, us->email, &pu.email, err);
	if (rc != TWR_OK)
		return rc;
	pl->user[pl->n_users] = pu;
	*ret = (uint32_t)pl->n_users++;
	return TWR_OK;
}

static enum twr_status
find_user(struct import *im, const struct csv_row *row, uint32_t *ret,
    struct twr_error *err)
{
	const char *text = import_field(im, row, COLUMN_USER);
	struct plan *pl = im->plan;
	struct user us;
	enum twr_status rc;

	if (memo_get(&pl->users, text, ret))
		return TWR_OK;
	rc = import_find_user(im, row->line, text, &us, err);
	if (rc == TWR_OK)
		rc = new_user(pl, &us, ret, err);
	if (rc == TWR_OK)
		rc = remember(&pl->users, text, us.sid, *ret, err);
	return rc;
}

static enum twr_status
find_role(struct import *im, const struct csv_row *row, uint32_t *ret,
    struct twr_error *err)
{
	const char *text = import_field(im, row, COLUMN_ROLE);
	struct plan *pl = im->plan;
	struct role ro, *grown;
	enum twr_status rc;

	if (memo_get(&pl->roles, text, ret))
		return TWR_OK;
	rc = directory_role_lookup(im->ch.dir, text, &ro, err);
	if (rc == TWR_ENOENT && import_tells(im, row->line))
		rc = directory_role_find(im->ch.dir, text, &ro, err);
	else if (rc == TWR_ENOENT)
		rc = twr_fail(err, TWR_EREFUSED, "no such role");
	if (rc != TWR_OK)
		return rc;
	if (!memo_get(&pl->roles, ro.sid, ret)) {
		grown = plan_grow(pl->role, pl->n_roles, &pl->roles_room,
		    sizeof(*grown));
		if (grown == NULL)
			return no_memory(err);
		pl->role = grown;
		pl->role[pl->n_roles] = ro;
		*ret = (uint32_t)pl->n_roles++;
	}
	return remember(&pl->roles, text, ro.sid, *ret, err);
}

static enum twr_status
look_up_scope(struct import *im, const struct csv_row *row, const char *text,
    struct scope *ret, struct twr_error *err)
{
	bool alias = false;
	enum twr_status rc;

	rc = directory_scope_lookup(im->ch.dir, text, ret, &alias, err);
	if (rc == TWR_OK && alias)
		change_note(im->outer, "note: %s is called %s now", text,
		    ret->path);
	if (rc != TWR_ENOENT)
		return rc;
	if (import_tells(im, row->line))
		return directory_scope_find(im->ch.dir, text, ret, NULL, err);
	return twr_fail(err, TWR_EREFUSED, "no such scope");
}

static enum twr_status
find_scope(struct import *im, const struct csv_row *row, uint32_t *ret,
    struct twr_error *err)
{
	const char *text = import_field(im, row, COLUMN_SCOPE);
	struct plan *pl = im->plan;
	struct scope sc, *grown;
	enum twr_status rc;

	if (memo_get(&pl->scopes, text, ret))
		return TWR_OK;
	rc = look_up_scope(im, row, text, &sc, err);
	if (rc != TWR_OK)
		return rc;
	if (!memo_get(&pl->scopes, sc.sid, ret)) {
		grown = plan_grow(pl->scope, pl->n_scopes, &pl->scopes_room,
		    sizeof(*grown));
		if (grown == NULL)
			return no_memory(err);
		pl->scope = grown;
		pl->scope[pl->n_scopes] = sc;
		*ret = (uint32_t)pl->n_scopes++;
	}
	return remember(&pl->scopes, text, sc.sid, *ret, err);
}

/* ---- rows ---- */

static enum twr_status
read_window(struct import *im, const struct csv_row *row,
    struct admin_window *w, struct twr_error *err)
{
	const char *from = import_field(im, row, COLUMN_FROM);
	const char *until = import_field(im, row, COLUMN_UNTIL);
	enum twr_status rc = TWR_OK;

	*w = (struct admin_window) { TWR_ALWAYS, TWR_NEVER };
	if (*from != '\0')
		rc = clock_parse(from, "from", &w->from, err);
	if (rc == TWR_OK && *until != '\0')
		rc = clock_parse(until, "until", &w->until, err);
	return rc != TWR_OK ? rc : admin_check_window(w, im->ch.now, err);
}

static size_t
reason_slot(const char *text)
{
	uint32_t h = 2166136261u;

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	return (h ^ h >> 16) % REASON_SLOTS;
}

/* Reasons repeat: those of late are stored once. */
static enum twr_status
keep_reason(struct plan *pl, const char *text, size_t *ret,
    struct twr_error *err)
{
	size_t *recent = &pl->recent[reason_slot(text)];
	enum twr_status rc;

	*ret = 0;
	if (*text == '\0')
		return TWR_OK;
	*ret = *recent;
	if (strcmp(memo_text(&pl->texts, *recent), text) == 0)
		return TWR_OK;
	rc = memo_keep(&pl->texts, text, ret, err);
	*recent = *ret;
	return rc;
}

static enum twr_status
read_row(struct import *im, const struct csv_row *row, struct plan_row *pr,
    struct twr_error *err)
{
	const char *reason = import_field(im, row, COLUMN_REASON);
	struct admin_window w;
	enum twr_status rc;

	if (row->line >= UINT32_MAX)
		return twr_fail(err, TWR_EREFUSED,
		    "the file has too many lines; import it in parts");
	pr->line = (uint32_t)row->line;
	if ((rc = find_user(im, row, &pr->user, err)) != TWR_OK ||
	    (rc = find_scope(im, row, &pr->scope, err)) != TWR_OK ||
	    (rc = find_role(im, row, &pr->role, err)) != TWR_OK ||
	    (rc = read_window(im, row, &w, err)) != TWR_OK ||
	    (rc = admin_check_reason(reason, err)) != TWR_OK)
		return rc;
	pr->from = w.from;
	pr->until = w.until;
	return keep_reason(im->plan, reason, &pr->reason, err);
}

enum twr_status
plan_add(struct import *im, const struct csv_row *row, struct twr_error *err)
{
	struct plan *pl = im->plan;
	struct plan_row pr = { 0 }, *grown;
	enum twr_status rc;

	if ((rc = read_row(im, row, &pr, err)) != TWR_OK)
		return import_refuse(im, row->line, rc, err);
	grown = plan_grow(pl->rows, pl->n, &pl->room, sizeof(*grown));
	if (grown == NULL)
		return no_memory(err);
	pl->rows = grown;
	pl->rows[pl->n++] = pr;
	pl->user[pr.user].n++;
	return TWR_OK;
}

/* ---- their order ---- */

static int
compare_ids(const void *a, const void *b, void *ctx)
{
	const struct plan_user *us = ctx;
	int64_t x = us[*(const uint32_t *)a].id;
	int64_t y = us[*(const uint32_t *)b].id;

	return (x > y) - (x < y);
}

/* Where each user's rows begin, users in the order of their ids. */
static void
place_users(const struct plan *pl, uint32_t *by_id, uint32_t *begin)
{
	uint32_t next = 0;
	size_t i;

	for (i = 0; i < pl->n_users; i++)
		by_id[i] = (uint32_t)i;
	qsort_r(by_id, pl->n_users, sizeof(*by_id), compare_ids, pl->user);
	for (i = 0; i < pl->n_users; i++) {
		begin[by_id[i]] = next;
		next += pl->user[by_id[i]].n;
	}
}

enum twr_status
plan_order(const struct plan *pl, uint32_t **ret, struct twr_error *err)
{
	uint32_t *order = calloc(pl->n + 1, sizeof(*order));
	uint32_t *by_id = calloc(pl->n_users + 1, sizeof(*by_id));
	uint32_t *begin = calloc(pl->n_users + 1, sizeof(*begin));
	size_t i;
	enum twr_status rc = TWR_OK;

	if (order == NULL || by_id == NULL || begin == NULL) {
		rc = no_memory(err);
		goto out;
	}
	place_users(pl, by_id, begin);
	for (i = 0; i < pl->n; i++)
		order[begin[pl->rows[i].user]++] = (uint32_t)i;
	*ret = order;
	order = NULL;
out:
	free(order);
	free(by_id);
	free(begin);
	return rc;
}
