/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "change_impl.h"
#include "text.h"

/* ---- what is held already ---- */

struct held {
	const char *resource_type, *resource_id;
	struct admin_window *items;
	size_t n, room;
};

static enum twr_status
collect(void *ctx, const struct assignment *row, struct twr_error *err)
{
	struct held *he = ctx;
	struct admin_window *items;
	size_t room;

	if (strcmp(row->resource_type, he->resource_type) != 0 ||
	    strcmp(row->resource_id, he->resource_id) != 0)
		return TWR_OK;
	if (he->n == he->room) {
		room = he->room == 0 ? 8 : 2 * he->room;
		items = reallocarray(he->items, room, sizeof(*items));
		if (items == NULL)
			return twr_fail(err, TWR_ENOMEM, "out of memory");
		he->items = items;
		he->room = room;
	}
	he->items[he->n].from = row->not_before;
	he->items[he->n].until = row->not_after;
	he->n++;
	return TWR_OK;
}

static enum twr_status
unite(const struct change *ch, const struct change_gift *gift,
    struct admin_union *ret, struct twr_error *err)
{
	struct held he = { gift->resource_type, gift->resource_id, NULL, 0,
		0 };
	enum twr_status rc;

	rc = directory_each_standing(ch->dir, gift->user->id, gift->role->id,
	    gift->scope->id, collect, &he, err);
	if (rc == TWR_OK)
		*ret = admin_unite(he.items, he.n, &gift->window, ch->now);
	free(he.items);
	return rc;
}

/* ---- sentences ---- */

static enum change_outcome
outcome_of(enum admin_effect effect)
{
	switch (effect) {
	case ADMIN_SAME:
		return CHANGE_SAME;
	case ADMIN_INSIDE:
		return CHANGE_INSIDE;
	case ADMIN_EXTENDS:
		return CHANGE_EXTENDED;
	case ADMIN_ADDS:
	case ADMIN_WIDENS:
		break;
	}
	return CHANGE_ADDED;
}

/* " from X until Y", as far as there is a beginning or an end. */
static void
window_text(const struct admin_window *w, int64_t now, char *buf, size_t size)
{
	char from[TWR_TIME_LEN], until[TWR_TIME_LEN];
	struct twr_line ln;

	twr_line_init(&ln, buf, size);
	twr_time_format(w->from, from);
	twr_time_format(w->until, until);
	if (w->from != TWR_ALWAYS && w->from > now)
		twr_line_addf(&ln, " from %s", from);
	if (w->until != TWR_NEVER)
		twr_line_addf(&ln, " until %s", until);
}

static void
describe_gift(const struct change *ch, const struct change_gift *gift,
    struct change_result *re)
{
	const char *key = gift->role->key, *who = gift->user->email;
	const char *where = gift->scope->path;
	char window[64], was[TWR_TIME_LEN], end[TWR_TIME_LEN];
	struct twr_error line = { "" };

	window_text(&gift->window, ch->now, window, sizeof(window));
	twr_time_format(re->was, was);
	twr_time_format(re->end, end);
	switch (re->outcome) {
	case CHANGE_ADDED:
		(void)twr_fail(&line, TWR_OK,
		    "%s now holds %s at %s%s", who, key, where, window);
		break;
	case CHANGE_SAME:
		(void)twr_fail(&line, TWR_OK,
		    "%s already holds %s at %s%s: nothing changed", who, key,
		    where, window);
		break;
	case CHANGE_INSIDE:
		(void)twr_fail(&line, TWR_OK,
		    "%s already holds %s at %s for all of that time (end: "
		    "%s): nothing changed", who, key, where, was);
		break;
	case CHANGE_EXTENDED:
		(void)twr_fail(&line, TWR_OK,
		    "%s for %s at %s now ends %s (was %s)", key, who, where,
		    end, was);
		break;
	case CHANGE_REMOVED:
		(void)twr_fail(&line, TWR_OK,
		    "%s no longer holds %s at %s (it was held%s)", who, key,
		    where, *window != '\0' ? window : " without end");
		break;
	}
	/* twr_fail() formats a line and never lets it run over */
	memcpy(re->text, line.text, sizeof(re->text));
}

/* ---- adding ---- */

static enum twr_status
check_input(const struct change *ch, const struct change_assignment *in,
    struct twr_error *err)
{
	bool type = in->resource_type != NULL;
	bool id = in->resource_id != NULL;
	enum twr_status rc;

	if ((rc = admin_check_window(&in->window, ch->now, err)) != TWR_OK)
		return rc;
	if (in->reason != NULL &&
	    (rc = admin_check_reason(in->reason, err)) != TWR_OK)
		return rc;
	if (in->n_roles == 0)
		return twr_fail(err, TWR_EINVAL,
		    "assignment: no role given; name at least one");
	if (type != id || (type && in->resource_type[0] == '\0') ||
	    (id && in->resource_id[0] == '\0'))
		return twr_fail(err, TWR_EREFUSED,
		    "resource: give both its type and its name, such as "
		    "billing_group:NAME");
	if (!type)
		return TWR_OK;
	if (strlen(in->resource_type) > 63 ||
	    strlen(in->resource_id) > TWR_NAME_MAX)
		return twr_fail(err, TWR_EREFUSED,
		    "resource: its type may have 63 bytes and its name %d; "
		    "shorten it", TWR_NAME_MAX);
	if ((rc = admin_check_reason(in->resource_type, err)) != TWR_OK)
		return rc;
	return admin_check_reason(in->resource_id, err);
}

static enum twr_status
check_gift(const struct change *ch, const struct change_gift *gift,
    bool usable, bool adds, struct twr_error *err)
{
	struct admin_grant g = { gift->user, gift->role, gift->scope,
		gift->resource_type, usable, 0, 0, adds };
	struct user_standing st;
	enum twr_status rc;

	rc = directory_user_standing(ch->dir, gift->user->id, ch->now, &st,
	    err);
	if (rc != TWR_OK)
		return rc;
	g.built_in = st.built_in;
	rc = directory_setting(ch->dir, "role_limit", &g.role_limit, err);
	return rc != TWR_OK ? rc : admin_check_grant(&g, err);
}

/* One role of change_assignment_add(). gift->role is re->role. */
static enum twr_status
add_one(const struct change *ch, const struct change_gift *gift, bool usable,
    struct change_result *re, struct twr_error *err)
{
	struct admin_union un = { ADMIN_ADDS, 0, 0 };
	bool adds;
	enum twr_status rc;

	if ((rc = unite(ch, gift, &un, err)) != TWR_OK)
		return rc;
	adds = un.effect != ADMIN_SAME && un.effect != ADMIN_INSIDE;
	if ((rc = check_gift(ch, gift, usable, adds, err)) != TWR_OK)
		return rc;
	re->outcome = outcome_of(un.effect);
	re->was = un.was;
	re->end = un.end;
	re->sid[0] = '\0';
	if (adds && (rc = change_give(ch, gift, re->sid, err)) != TWR_OK)
		return rc;
	describe_gift(ch, gift, re);
	return TWR_OK;
}

static void
note_states(const struct change *ch, const struct user *us,
    const struct scope *sc, bool usable)
{
	if (us->status == TWR_USER_SUSPENDED)
		change_note(ch,
		    "note: %s is suspended, so this has no effect until "
		    "\"twrbac user activate %s\"", us->email, us->email);
	if (!usable)
		change_note(ch,
		    "note: %s or a scope above it is not active, so this has "
		    "no effect there", sc->path);
}

enum twr_status
change_assignment_add(const struct change *ch,
    const struct change_assignment *in, struct change_result *results,
    struct twr_error *err)
{
	struct user us;
	struct scope sc;
	struct change_gift gift = { .user = &us, .scope = &sc,
		.window = in->window,
		.reason = in->reason != NULL ? in->reason : "",
		.resource_type =
		    in->resource_type != NULL ? in->resource_type : "",
		.resource_id =
		    in->resource_id != NULL ? in->resource_id : "" };
	bool usable = false;
	size_t i;
	enum twr_status rc;

	if ((rc = check_input(ch, in, err)) != TWR_OK)
		return rc;
	if ((rc = directory_user_find(ch->dir, in->user, &us, err)) != TWR_OK)
		return rc;
	if ((rc = change_find_scope(ch, in->scope, &sc, err)) != TWR_OK)
		return rc;
	rc = directory_scope_usable(ch->dir, sc.id, &usable, err);
	for (i = 0; rc == TWR_OK && i < in->n_roles; i++) {
		results[i] = (struct change_result){ .user = us, .scope = sc };
		rc = directory_role_find(ch->dir, in->roles[i],
		    &results[i].role, err);
		if (rc != TWR_OK)
			break;
		gift.role = &results[i].role;
		rc = add_one(ch, &gift, usable, &results[i], err);
	}
	if (rc == TWR_OK)
		note_states(ch, &us, &sc, usable);
	return rc;
}

/* ---- removing ---- */

/* Standing rows of one user, role and scope, copied before any changes. */
struct rows {
	struct assignment *items;
	size_t n, room;
	int64_t now;
	int64_t ended; /* last end of those that ended by themselves */
};

static enum twr_status
keep_row(void *ctx, const struct assignment *row, struct twr_error *err)
{
	struct rows *ro = ctx;
	struct assignment *items;
	size_t room;

	if (row->not_after <= ro->now) {
		if (row->not_after > ro->ended)
			ro->ended = row->not_after;
		return TWR_OK;
	}
	if (ro->n == ro->room) {
		room = ro->room == 0 ? 4 : 2 * ro->room;
		items = reallocarray(ro->items, room, sizeof(*items));
		if (items == NULL)
			return twr_fail(err, TWR_ENOMEM, "out of memory");
		ro->items = items;
		ro->room = room;
	}
	ro->items[ro->n++] = *row;
	return TWR_OK;
}

struct places {
	struct directory *dir;
	int64_t now, last;
	struct twr_line ln;
};

static enum twr_status
add_place(void *ctx, const struct assignment *row, struct twr_error *err)
{
	struct places *pl = ctx;
	struct scope sc;
	enum twr_status rc;

	if (row->not_after <= pl->now || row->scope_id == pl->last)
		return TWR_OK;
	pl->last = row->scope_id;
	rc = directory_scope_get(pl->dir, row->scope_id, &sc, err);
	if (rc == TWR_OK)
		twr_line_addf(&pl->ln, "%s%s", pl->ln.len > 0 ? ", " : "",
		    sc.path);
	return rc;
}

static enum twr_status
refuse_missing(const struct change *ch, const struct change_result *re,
    int64_t ended, struct twr_error *err)
{
	char paths[512], when[TWR_TIME_LEN];
	struct places pl = { ch->dir, ch->now, 0, { 0 } };
	enum twr_status rc;

	if (ended != TWR_ALWAYS) {
		twr_time_format(ended, when);
		return twr_fail(err, TWR_EREFUSED,
		    "%s: held %s at %s until %s; it has ended and there is "
		    "nothing to remove", re->user.email, re->role.key,
		    re->scope.path, when);
	}
	twr_line_init(&pl.ln, paths, sizeof(paths));
	rc = directory_each_standing(ch->dir, re->user.id, re->role.id, 0,
	    add_place, &pl, err);
	if (rc != TWR_OK)
		return rc;
	if (pl.ln.len > 0)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: does not hold %s at exactly %s, but at: %s; name "
		    "that scope", re->user.email, re->role.key,
		    re->scope.path, paths);
	return twr_fail(err, TWR_EREFUSED,
	    "%s: does not hold %s anywhere; \"twrbac assignment list %s\" "
	    "shows what is held", re->user.email, re->role.key,
	    re->user.email);
}

/* Remove one row; re has user, role and scope. */
static enum twr_status
remove_row(const struct change *ch, const struct assignment *as,
    struct change_result *re, struct twr_error *err)
{
	struct change_gift gift = { .user = &re->user, .role = &re->role,
		.scope = &re->scope,
		.window = { as->not_before, as->not_after } };
	enum twr_status rc = change_take(ch, as->id, as->sid, err);

	if (rc != TWR_OK)
		return rc;
	re->outcome = CHANGE_REMOVED;
	re->was = as->not_after;
	re->end = ch->now;
	(void)snprintf(re->sid, sizeof(re->sid), "%s", as->sid);
	describe_gift(ch, &gift, re);
	return TWR_OK;
}

static enum twr_status
check_removal(const struct change_result *re, struct twr_error *err)
{
	struct admin_grant g = { .user = &re->user, .role = &re->role,
		.scope = &re->scope, .resource_type = "" };

	return admin_check_removal(&g, err);
}

static enum twr_status
find_three(const struct change *ch, const char *user, const char *scope,
    const char *role, struct change_result *re, struct twr_error *err)
{
	enum twr_status rc;

	rc = directory_user_find(ch->dir, user, &re->user, err);
	if (rc == TWR_OK)
		rc = change_find_scope(ch, scope, &re->scope, err);
	if (rc == TWR_OK)
		rc = directory_role_find(ch->dir, role, &re->role, err);
	return rc == TWR_OK ? check_removal(re, err) : rc;
}

enum twr_status
change_assignment_remove(const struct change *ch, const char *user,
    const char *scope, const char *role, change_result_fn *fn, void *ctx,
    struct twr_error *err)
{
	struct change_result re = { 0 };
	struct rows ro = { NULL, 0, 0, ch->now, TWR_ALWAYS };
	size_t i;
	enum twr_status rc;

	rc = find_three(ch, user, scope, role, &re, err);
	if (rc != TWR_OK)
		return rc;
	rc = directory_each_standing(ch->dir, re.user.id, re.role.id,
	    re.scope.id, keep_row, &ro, err);
	if (rc == TWR_OK && ro.n == 0)
		rc = refuse_missing(ch, &re, ro.ended, err);
	for (i = 0; rc == TWR_OK && i < ro.n; i++) {
		rc = remove_row(ch, &ro.items[i], &re, err);
		if (rc == TWR_OK && fn != NULL)
			fn(ctx, &re);
	}
	free(ro.items);
	return rc;
}

static enum twr_status
check_standing(const struct change *ch, const struct assignment *as,
    struct twr_error *err)
{
	char when[TWR_TIME_LEN];

	if (as->removed_at != TWR_NEVER) {
		twr_time_format(as->removed_at, when);
		return twr_fail(err, TWR_EREFUSED,
		    "assignment %s: was removed at %s by %s already", as->sid,
		    when, as->removed_by);
	}
	if (as->not_after <= ch->now) {
		twr_time_format(as->not_after, when);
		return twr_fail(err, TWR_EREFUSED,
		    "assignment %s: ended at %s; there is nothing to remove",
		    as->sid, when);
	}
	return TWR_OK;
}

enum twr_status
change_assignment_remove_sid(const struct change *ch, const char *sid,
    struct change_result *ret, struct twr_error *err)
{
	struct change_result re = { 0 };
	struct assignment as;
	enum twr_status rc;

	rc = directory_assignment_find(ch->dir, sid, &as, err);
	if (rc != TWR_OK)
		return rc;
	rc = directory_user_get(ch->dir, as.user_id, &re.user, err);
	if (rc == TWR_OK)
		rc = directory_role_get(ch->dir, as.role_id, &re.role, err);
	if (rc == TWR_OK)
		rc = directory_scope_get(ch->dir, as.scope_id, &re.scope,
		    err);
	if (rc == TWR_OK)
		rc = check_removal(&re, err);
	if (rc == TWR_OK)
		rc = check_standing(ch, &as, err);
	if (rc == TWR_OK)
		rc = remove_row(ch, &as, &re, err);
	if (rc == TWR_OK && ret != NULL)
		*ret = re;
	return rc;
}
