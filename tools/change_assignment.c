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
	struct held he = { gift->resource_type, gift->resource_id, NULL, 0, 0 };
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

void
change_describe(const struct change *ch, const struct change_gift *gift,
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
		(void)twr_fail(&line, TWR_OK, "%s now holds %s at %s%s", who,
		    key, where, window);
		break;
	case CHANGE_SAME:
		(void)twr_fail(&line, TWR_OK,
		    "%s already holds %s at %s%s: nothing changed", who, key,
		    where, window);
		break;
	case CHANGE_INSIDE:
		(void)twr_fail(&line, TWR_OK,
		    "%s already holds %s at %s for all of that time (end: "
		    "%s): nothing changed",
		    who, key, where, was);
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
		    "shorten it",
		    TWR_NAME_MAX);
	if ((rc = admin_check_reason(in->resource_type, err)) != TWR_OK)
		return rc;
	return admin_check_reason(in->resource_id, err);
}

static enum twr_status
check_gift(const struct change *ch, const struct change_gift *gift, bool usable,
    bool adds, struct twr_error *err)
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
	change_describe(ch, gift, re);
	return TWR_OK;
}

static void
note_states(const struct change *ch, const struct user *us,
    const struct scope *sc, bool usable)
{
	if (us->status == TWR_USER_SUSPENDED)
		change_note(ch,
		    "note: %s is suspended, so this has no effect until "
		    "\"twrbac user activate %s\"",
		    us->email, us->email);
	if (!usable)
		change_note(ch,
		    "note: %s or a scope above it is not active, so this has "
		    "no effect there",
		    sc->path);
}

enum twr_status
change_assignment_add(const struct change *ch,
    const struct change_assignment *in, struct change_result *results,
    struct twr_error *err)
{
	struct user us;
	struct scope sc;
	struct change_gift gift = { .user = &us,
		.scope = &sc,
		.window = in->window,
		.reason = in->reason != NULL ? in->reason : "",
		.resource_type = in->resource_type != NULL ? in->resource_type :
							     "",
		.resource_id = in->resource_id != NULL ? in->resource_id : "" };
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
		results[i] = (struct change_result) { .user = us, .scope = sc };
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
