/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "change_impl.h"
#include "text.h"

#define NAMES_SHOWN 6

/* ---- one role against its row, in words ---- */

/* A list of the catalogue's against what there is. */
struct counted {
	const struct catalogue_list *list;
	struct directory *dir;
	bool *found; /* of each item, whether it is there */
	size_t there, same, shown;
	char text[400]; /* the first of those that come and go */
	struct twr_line names;
};

static enum twr_status
begin_count(struct counted *co, struct directory *dir,
    const struct catalogue_list *list, struct twr_error *err)
{
	*co = (struct counted) { .list = list, .dir = dir };
	twr_line_init(&co->names, co->text, sizeof(co->text));
	if ((co->found = calloc(list->n + 1, sizeof(*co->found))) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	return TWR_OK;
}

static void
show_name(struct counted *co, char sign, const char *name)
{
	if (co->shown++ < NAMES_SHOWN)
		twr_line_addf(&co->names, " %c%s", sign, name);
}

static enum twr_status
count_text(void *ctx, const char *text, struct twr_error *err)
{
	struct counted *co = ctx;
	size_t i;

	(void)err;
	co->there++;
	for (i = 0; i < co->list->n; i++)
		if (strcmp(co->list->items[i], text) == 0)
			break;
	if (i < co->list->n) {
		co->found[i] = true;
		co->same++;
	} else {
		show_name(co, '-', text);
	}
	return TWR_OK;
}

static enum twr_status
count_role(void *ctx, int64_t id, struct twr_error *err)
{
	struct counted *co = ctx;
	struct role ro;
	enum twr_status rc = directory_role_get(co->dir, id, &ro, err);

	return rc == TWR_OK ? count_text(co, ro.key, err) : rc;
}

static void
say_changed(struct twr_line *ln, bool differs, const char *what)
{
	if (differs)
		twr_line_addf(ln, "%s%s", ln->len > 0 ? ", " : "", what);
}

/* "permissions (+1 -0): +/twrbac/hosts/sudo/edit" */
static bool
say_list(struct twr_line *ln, struct counted *co, const char *what)
{
	size_t i;

	for (i = 0; i < co->list->n; i++)
		if (!co->found[i])
			show_name(co, '+', co->list->items[i]);
	if (co->shown == 0)
		return false;
	twr_line_addf(ln, "%s%s (+%zu -%zu):%s", ln->len > 0 ? ", " : "", what,
	    co->list->n - co->same, co->there - co->same, co->text);
	if (co->shown > NAMES_SHOWN)
		twr_line_addf(ln, " and %zu more", co->shown - NAMES_SHOWN);
	return true;
}

static enum twr_status
compare_lists(struct directory *dir, const struct catalogue_role *cr,
    int64_t id, struct twr_line *ln, bool *contents, struct twr_error *err)
{
	struct counted own = { 0 }, included = { 0 };
	enum twr_status rc;

	rc = begin_count(&own, dir, &cr->permissions, err);
	if (rc == TWR_OK)
		rc = begin_count(&included, dir, &cr->includes, err);
	if (rc == TWR_OK)
		rc = directory_each_permission(dir, id, count_text, &own, err);
	if (rc == TWR_OK)
		rc = directory_each_included(dir, id, count_role, &included,
		    err);
	if (rc == TWR_OK) {
		*contents = say_list(ln, &own, "permissions");
		*contents |= say_list(ln, &included, "includes");
	}
	free(own.found);
	free(included.found);
	return rc;
}

enum twr_status
change_role_differences(struct directory *dir, const struct catalogue_role *cr,
    const struct role *was, char *text, size_t size, bool *contents,
    struct twr_error *err)
{
	const struct role *is = &cr->role;
	struct twr_line ln;

	twr_line_init(&ln, text, size);
	say_changed(&ln, strcmp(was->name, is->name) != 0, "name");
	say_changed(&ln, strcmp(was->description, is->description) != 0,
	    "description");
	say_changed(&ln, strcmp(was->group, is->group) != 0, "group");
	say_changed(&ln, was->type != is->type, "type");
	say_changed(&ln, was->assignable_at != is->assignable_at,
	    "where it can be assigned");
	say_changed(&ln,
	    was->published_sid != is->published_sid ||
		was->modelled != is->modelled,
	    "origin");
	return compare_lists(dir, cr, was->id, &ln, contents, err);
}

/* ---- all of them ---- */

struct compared {
	const struct change *ch;
	const struct catalogue *cat;
	struct change_catalogue_news *news;
};

static enum twr_status
look_for_gone(void *ctx, const struct role *role, struct twr_error *err)
{
	struct compared *co = ctx;
	struct twr_error why;
	enum twr_status rc;

	if (!role->shipped ||
	    change_catalogue_by_sid(co->cat, role->sid) != NULL)
		return TWR_OK;
	/* one that is in use stays, so that is no news */
	rc = change_check_role_unused(co->ch, role, &why);
	if (rc == TWR_OK)
		co->news->gone++;
	else if (rc != TWR_EREFUSED)
		return twr_fail(err, rc, "%s", why.text);
	return TWR_OK;
}

enum twr_status
change_catalogue_compare(const struct change *ch, const struct catalogue *cat,
    struct change_catalogue_news *ret, struct twr_error *err)
{
	struct compared co = { ch, cat, ret };
	struct role row;
	char text[600];
	bool contents;
	size_t i;
	enum twr_status rc = TWR_OK;

	*ret = (struct change_catalogue_news) { 0 };
	for (i = 0; rc == TWR_OK && i < cat->n_roles; i++) {
		rc = directory_role_lookup(ch->dir, cat->roles[i].role.sid,
		    &row, err);
		if (rc == TWR_ENOENT) {
			ret->added++;
			rc = TWR_OK;
			continue;
		}
		if (rc == TWR_OK)
			rc = change_role_differences(ch->dir, &cat->roles[i],
			    &row, text, sizeof(text), &contents, err);
		if (rc == TWR_OK &&
		    (text[0] != '\0' ||
			strcmp(row.key, cat->roles[i].role.key) != 0))
			ret->changed++;
	}
	if (rc == TWR_OK)
		rc = directory_each_role(ch->dir, look_for_gone, &co, err);
	return rc;
}
