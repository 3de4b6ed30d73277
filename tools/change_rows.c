/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "change_impl.h"

static enum twr_status
keep(void *ctx, const struct assignment_row *row, struct twr_error *err)
{
	struct change_rows *rows = ctx;
	struct change_row *items, *it;
	size_t room = rows->room == 0 ? 16 : 2 * rows->room;

	if (rows->n == rows->room) {
		items = reallocarray(rows->items, room, sizeof(*items));
		if (items == NULL)
			return twr_fail(err, TWR_ENOMEM, "out of memory");
		rows->items = items;
		rows->room = room;
	}
	it = &rows->items[rows->n++];
	it->id = row->assignment.id;
	(void)strcpy(it->sid, row->assignment.sid);
	(void)strcpy(it->email, row->user.email);
	(void)strcpy(it->role, row->role.key);
	(void)strcpy(it->scope, row->scope.path);
	return TWR_OK;
}

enum twr_status
change_collect(const struct change *ch, const struct assignment_filter *filter,
    struct change_rows *ret, struct twr_error *err)
{
	*ret = (struct change_rows) { 0 };
	return directory_each_assignment(ch->dir, filter, keep, ret, err);
}

enum twr_status
change_take_rows(const struct change *ch, const struct change_rows *rows,
    const char *keep_key, change_gone_fn *fn, void *ctx, struct twr_error *err)
{
	struct change_gone gone;
	size_t i;
	enum twr_status rc;

	for (i = 0; i < rows->n; i++) {
		const struct change_row *it = &rows->items[i];

		if (keep_key != NULL && strcmp(it->role, keep_key) == 0)
			continue;
		if ((rc = change_take(ch, it->id, it->sid, err)) != TWR_OK)
			return rc;
		gone = (struct change_gone) { GONE_ASSIGNMENT, it->email, NULL,
			it->role, it->scope, it->sid };
		if (fn != NULL)
			fn(ctx, &gone);
	}
	return TWR_OK;
}

void
change_rows_free(struct change_rows *rows)
{
	free(rows->items);
	*rows = (struct change_rows) { 0 };
}

/* ---- organization roles ---- */

static enum twr_status
take_row(void *ctx, const struct assignment *row, struct twr_error *err)
{
	struct assignment *held = ctx;

	(void)err;
	*held = *row;
	return TWR_OK;
}

/* Remove the organization role that the user holds. */
static enum twr_status
take_role(const struct change *ch, const struct user *us, const char *key,
    struct twr_error *err)
{
	struct assignment held = { 0 };
	struct role ro;
	enum twr_status rc;

	if ((rc = directory_role_find(ch->dir, key, &ro, err)) != TWR_OK)
		return rc;
	rc = directory_each_standing(ch->dir, us->id, ro.id, 0, take_row, &held,
	    err);
	if (rc == TWR_OK)
		rc = change_take(ch, held.id, held.sid, err);
	return rc;
}

enum twr_status
change_swap_role(const struct change *ch, const struct user *user,
    const char *was, const char *will, struct twr_error *err)
{
	struct scope org;
	enum twr_status rc = directory_scope_get(ch->dir, 1, &org, err);

	if (rc == TWR_OK && was[0] != '\0')
		rc = take_role(ch, user, was, err);
	if (rc == TWR_OK && will[0] != '\0')
		rc = change_give_key(ch, user, will, &org, err);
	return rc;
}
