/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "change.h"
#include "change_impl.h"
#include "text.h"

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
		    "nothing to remove",
		    re->user.email, re->role.key, re->scope.path, when);
	}
	twr_line_init(&pl.ln, paths, sizeof(paths));
	rc = directory_each_standing(ch->dir, re->user.id, re->role.id, 0,
	    add_place, &pl, err);
	if (rc != TWR_OK)
		return rc;
	if (pl.ln.len > 0)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: does not hold %s at exactly %s, but at: %s; name "
		    "that scope",
		    re->user.email, re->role.key, re->scope.path, paths);
	return twr_fail(err, TWR_EREFUSED,
	    "%s: does not hold %s anywhere; \"twrbac assignment list %s\" "
	    "shows what is held",
	    re->user.email, re->role.key, re->user.email);
}

/* Remove one row; re has user, role and scope. */
static enum twr_status
remove_row(const struct change *ch, const struct assignment *as,
    struct change_result *re, struct twr_error *err)
{
	struct change_gift gift = { .user = &re->user,
		.role = &re->role,
		.scope = &re->scope,
		.window = { as->not_before, as->not_after } };
	enum twr_status rc = change_take(ch, as->id, as->sid, err);

	if (rc != TWR_OK)
		return rc;
	re->outcome = CHANGE_REMOVED;
	re->was = as->not_after;
	re->end = ch->now;
	(void)snprintf(re->sid, sizeof(re->sid), "%s", as->sid);
	change_describe(ch, &gift, re);
	return TWR_OK;
}

static enum twr_status
check_removal(const struct change_result *re, struct twr_error *err)
{
	struct admin_grant g = { .user = &re->user,
		.role = &re->role,
		.scope = &re->scope,
		.resource_type = "" };

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
		rc = directory_scope_get(ch->dir, as.scope_id, &re.scope, err);
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
