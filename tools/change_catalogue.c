/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "change_impl.h"
#include "text.h"

/* One shipped role, before and after. */
struct upgrade {
	const struct catalogue_role *cr;
	struct role row;
	char *before; /* NULL: there was none */
	bool added; /* there was none, or a deleted one */
	bool contents; /* permissions or inclusions are changed */
	bool touched; /* and journalled */
	char text[600]; /* what is changed */
};

struct import {
	const struct change *ch;
	const struct catalogue *cat;
	change_role_step_fn *fn;
	void *ctx;
	struct upgrade *all; /* one for each of the catalogue's */
	struct role *gone; /* shipped ones that the catalogue lacks */
	size_t n_gone, room;
};

static void
tell(const struct import *im, enum change_import_what what,
    const struct role *role, const char *text, bool contents)
{
	struct change_role_step item = { what, role, text, contents };

	if (im->fn != NULL)
		im->fn(im->ctx, &item);
}

/* ---- what the catalogue must keep ---- */

const struct catalogue_role *
change_catalogue_by_sid(const struct catalogue *cat, const char *sid)
{
	size_t i;

	for (i = 0; i < cat->n_roles; i++)
		if (strcmp(cat->roles[i].role.sid, sid) == 0)
			return &cat->roles[i];
	return NULL;
}

/* Each role there is, against the catalogue; shipped ones only may match. */
static enum twr_status
check_against(void *ctx, const struct role *role, struct twr_error *err)
{
	struct import *im = ctx;
	const struct catalogue_role *sid = change_catalogue_by_sid(im->cat,
	    role->sid);
	const struct catalogue_role *key = catalogue_find(im->cat, role->key);
	struct role *grown;
	size_t room = im->room == 0 ? 8 : 2 * im->room;

	if (key != NULL && !role->shipped)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": the catalogue (line %u) now ships one of "
		    "this key; define yours under another key and delete this "
		    "one first",
		    role->key, key->line);
	if (key != sid)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": is %s here, and the catalogue (line %u) "
		    "pairs key and SID otherwise; it is not an upgrade of "
		    "this one",
		    role->key, role->sid, key != NULL ? key->line : sid->line);
	if (sid != NULL && admin_key_is_known(role->key) &&
	    sid->role.type != role->type)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": the catalogue (line %u) gives it another "
		    "type, and twrbac's rules rest on it",
		    role->key, sid->line);
	if (sid != NULL || !role->shipped)
		return TWR_OK;
	if (admin_key_is_known(role->key))
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": the catalogue lacks it, and twrbac cannot "
		    "do without it; use the catalogue that this twrbac came "
		    "with",
		    role->key);
	if (im->n_gone == im->room) {
		grown = reallocarray(im->gone, room, sizeof(*grown));
		if (grown == NULL)
			return twr_fail(err, TWR_ENOMEM, "out of memory");
		im->gone = grown;
		im->room = room;
	}
	im->gone[im->n_gone++] = *role;
	return TWR_OK;
}

/* ---- writing ---- */

/* The row of this SID, also a deleted one; .id 0: none. */
struct row_of_sid {
	const char *sid;
	struct role row;
};

static enum twr_status
find_row(void *ctx, const struct role *role, struct twr_error *err)
{
	struct row_of_sid *of = ctx;

	(void)err;
	if (strcmp(role->sid, of->sid) == 0)
		of->row = *role;
	return TWR_OK;
}

static enum twr_status
put_row(struct import *im, struct upgrade *up, struct twr_error *err)
{
	struct row_of_sid of = { .sid = up->cr->role.sid };
	const struct change *ch = im->ch;
	enum twr_status rc;

	up->row = up->cr->role;
	up->row.deleted_at = TWR_NEVER;
	rc = directory_each_role_ever(ch->dir, find_row, &of, err);
	if (rc != TWR_OK)
		return rc;
	up->added = of.row.id == 0 || of.row.deleted_at != TWR_NEVER;
	if (of.row.id == 0)
		return directory_insert_role(ch->dir, &up->row, err);
	if (strcmp(of.row.key, up->row.key) != 0)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": its SID %s was %s's once; use the catalogue "
		    "that this twrbac came with",
		    up->row.key, of.row.sid, of.row.key);
	up->row.id = of.row.id;
	rc = directory_snapshot(ch->dir, ENTITY_ROLE, up->row.sid, &up->before,
	    err);
	if (rc == TWR_OK)
		rc = change_role_differences(ch->dir, up->cr, &of.row, up->text,
		    sizeof(up->text), &up->contents, err);
	if (rc == TWR_OK)
		rc = directory_update_role(ch->dir, &up->row, err);
	if (rc == TWR_OK)
		rc = directory_clear_permissions(ch->dir, up->row.id, err);
	if (rc == TWR_OK)
		rc = directory_clear_included(ch->dir, up->row.id, err);
	return rc;
}

static enum twr_status
put_contents(const struct change *ch, const struct upgrade *up,
    struct twr_error *err)
{
	struct role other;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < up->cr->permissions.n; i++)
		rc = directory_add_permission(ch->dir, up->row.id,
		    up->cr->permissions.items[i], err);
	for (i = 0; rc == TWR_OK && i < up->cr->includes.n; i++) {
		rc = directory_role_find(ch->dir, up->cr->includes.items[i],
		    &other, err);
		if (rc == TWR_OK)
			rc = directory_add_included(ch->dir, up->row.id,
			    other.id, err);
	}
	return rc;
}

/* Journal one, if it is new or not what it was. */
static enum twr_status
record(const struct import *im, struct upgrade *up, struct twr_error *err)
{
	char *after = NULL;
	enum twr_status rc;

	rc = directory_snapshot(im->ch->dir, ENTITY_ROLE, up->row.sid, &after,
	    err);
	if (rc != TWR_OK)
		return rc;
	if (up->before == NULL || strcmp(up->before, after) != 0) {
		rc = change_record(im->ch,
		    up->added ? JOURNAL_ROLE_CREATED : JOURNAL_ROLE_CHANGED,
		    up->row.sid, up->before, err);
		up->touched = true;
	}
	free(after);
	return rc;
}

/* What is shipped no longer goes, unless somebody would miss it. */
static enum twr_status
retire(const struct import *im, const struct role *role, struct twr_error *err)
{
	struct twr_error why;
	char *before = NULL;
	enum twr_status rc = change_check_role_unused(im->ch, role, &why);

	if (rc == TWR_EREFUSED) {
		tell(im, IMPORT_KEPT, role, why.text, false);
		return TWR_OK;
	}
	if (rc != TWR_OK)
		return twr_fail(err, rc, "%s", why.text);
	rc = directory_snapshot(im->ch->dir, ENTITY_ROLE, role->sid, &before,
	    err);
	if (rc == TWR_OK)
		rc = directory_delete_role(im->ch->dir, role->id, im->ch->now,
		    err);
	if (rc == TWR_OK)
		rc = change_record(im->ch, JOURNAL_ROLE_DELETED, role->sid,
		    before, err);
	if (rc == TWR_OK)
		tell(im, IMPORT_GONE, role, "", false);
	free(before);
	return rc;
}

/* What may change somebody's access comes first; nobody holds new roles. */
static void
tell_all(const struct import *im, bool added)
{
	const struct upgrade *up;
	size_t i;

	for (i = 0; i < im->cat->n_roles; i++) {
		up = &im->all[i];
		if (up->touched && up->added == added)
			tell(im, added ? IMPORT_ADDED : IMPORT_CHANGED,
			    &up->row, added ? "" : up->text, up->contents);
	}
}

static enum twr_status
upgrade_all(struct import *im, struct twr_error *err)
{
	size_t i, n = im->cat->n_roles;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < n; i++) {
		im->all[i].cr = &im->cat->roles[i];
		rc = put_row(im, &im->all[i], err);
	}
	/* all rows first, so that any role may include any */
	for (i = 0; rc == TWR_OK && i < n; i++)
		rc = put_contents(im->ch, &im->all[i], err);
	for (i = 0; rc == TWR_OK && i < n; i++)
		rc = record(im, &im->all[i], err);
	if (rc == TWR_OK)
		tell_all(im, false);
	for (i = 0; rc == TWR_OK && i < im->n_gone; i++)
		rc = retire(im, &im->gone[i], err);
	if (rc == TWR_OK)
		tell_all(im, true);
	return rc;
}

enum twr_status
change_role_import(const struct change *ch, const struct catalogue *cat,
    change_role_step_fn *fn, void *ctx, struct twr_error *err)
{
	struct import im = { .ch = ch, .cat = cat, .fn = fn, .ctx = ctx };
	size_t i;
	enum twr_status rc;

	if ((im.all = calloc(cat->n_roles, sizeof(*im.all))) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	rc = directory_each_role(ch->dir, check_against, &im, err);
	if (rc == TWR_OK)
		rc = upgrade_all(&im, err);
	for (i = 0; i < cat->n_roles; i++)
		free(im.all[i].before);
	free(im.all);
	free(im.gone);
	return rc;
}
