/* SPDX-License-Identifier: BSD-2-Clause */
#include "catalogue_check.h"

#include <stdlib.h>
#include <string.h>

#include "suggest.h"
#include "text.h"

const struct catalogue_role *
catalogue_find(const struct catalogue *cat, const char *key)
{
	size_t i;

	for (i = 0; i < cat->n_roles; i++)
		if (strcmp(cat->roles[i].role.key, key) == 0)
			return &cat->roles[i];
	return NULL;
}

/* Bytes of a name at p: lowercase letters, digits, then '-' and '_' too. */
static size_t
name_len(const char *p, const char *more)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = 0;

	if (*p == '\0' || strchr(first, *p) == NULL)
		return 0;
	while (p[len] != '\0' &&
	    (strchr(first, p[len]) != NULL || strchr(more, p[len]) != NULL))
		len++;
	return len;
}

bool
catalogue_permission_valid(const char *text)
{
	size_t len, names = 0;

	if (strlen(text) > TWR_NAME_MAX)
		return false;
	while (*text == '/') {
		if ((len = name_len(++text, "-_")) == 0)
			return false;
		text += len;
		names++;
	}
	return *text == '\0' && names >= 3;
}

bool
catalogue_key_valid(const char *text)
{
	size_t len = name_len(text, "-");

	if (len == 0 || text[len] != ':' || strlen(text) > TWR_NAME_MAX)
		return false;
	text += len + 1;
	len = name_len(text, "-");
	return len > 0 && text[len] == '\0';
}

static bool
repeats(const struct catalogue_list *list, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (strcmp(list->items[i], list->items[at]) == 0)
			return true;
	return false;
}

static enum twr_status
check_kinds(const struct catalogue_role *cr, const char *name,
    struct twr_error *err)
{
	uint32_t only = 0;

	if (cr->role.type == ROLE_ORGANIZATION)
		only = ASSIGNABLE(TWR_SCOPE_ORGANIZATION);
	else if (cr->role.type == ROLE_GENERAL)
		only = ASSIGNABLE(TWR_SCOPE_ACCOUNT);
	if (only == 0 || cr->role.assignable_at == only)
		return TWR_OK;
	return twr_fail(err, TWR_EDATA,
	    "%s:%u: %s: %s roles are assigned at %s only; correct "
	    "assignable_at",
	    name, cr->line, cr->role.key, role_type_word(cr->role.type),
	    cr->role.type == ROLE_GENERAL ? "accounts" : "the organization");
}

static enum twr_status
check_permissions(const struct catalogue_role *cr, const char *name,
    struct twr_error *err)
{
	const struct catalogue_list *list = &cr->permissions;
	size_t i;

	if (list->n > 0 &&
	    (cr->role.type == ROLE_ORGANIZATION ||
		cr->role.type == ROLE_GENERAL))
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: %s: %s roles list no permissions; remove them",
		    name, cr->line, cr->role.key,
		    role_type_word(cr->role.type));
	for (i = 0; i < list->n; i++) {
		if (!catalogue_permission_valid(list->items[i]))
			return twr_fail(err, TWR_EDATA,
			    "%s:%u: %s: \"%s\" is not a permission; write it "
			    "as /twilio/studio/flows/read",
			    name, cr->line, cr->role.key, list->items[i]);
		if (repeats(list, i))
			return twr_fail(err, TWR_EDATA,
			    "%s:%u: %s: lists %s twice; remove one", name,
			    cr->line, cr->role.key, list->items[i]);
	}
	return TWR_OK;
}

static enum twr_status
check_role(const struct catalogue *cat, size_t at, const char *name,
    struct twr_error *err)
{
	const struct catalogue_role *cr = &cat->roles[at], *other;
	size_t i;
	enum twr_status rc;

	if (!catalogue_key_valid(cr->role.key))
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: key \"%s\" is not a key; write group:slug in "
		    "lowercase, such as hosts:login",
		    name, cr->line, cr->role.key);
	if (!twr_sid_valid(cr->role.sid, "IX"))
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: %s: sid \"%s\" is not a role's SID; write IX and "
		    "32 lowercase hex digits",
		    name, cr->line, cr->role.key, cr->role.sid);
	for (i = 0; i < at; i++) {
		other = &cat->roles[i];
		if (strcmp(other->role.key, cr->role.key) == 0 ||
		    strcmp(other->role.sid, cr->role.sid) == 0)
			return twr_fail(err, TWR_EDATA,
			    "%s:%u: %s: has the key or SID of the role in "
			    "line %u; each is unique",
			    name, cr->line, cr->role.key, other->line);
	}
	if ((rc = check_kinds(cr, name, err)) != TWR_OK)
		return rc;
	return check_permissions(cr, name, err);
}

static enum twr_status
unknown_included(const struct catalogue *cat, const struct catalogue_role *cr,
    const char *key, const char *name, struct twr_error *err)
{
	struct suggestion sg;
	const char *best;
	size_t i;

	suggest_init(&sg, key);
	for (i = 0; i < cat->n_roles; i++)
		suggest_offer(&sg, cat->roles[i].role.key);
	best = suggest_best(&sg);
	return twr_fail(err, TWR_EDATA,
	    "%s:%u: %s: includes \"%s\", which is no role here; %s%s%s", name,
	    cr->line, cr->role.key, key,
	    best != NULL ? "did you mean \"" : "remove it",
	    best != NULL ? best : "", best != NULL ? "\"?" : "");
}

static enum twr_status
check_includes(const struct catalogue *cat, const struct catalogue_role *cr,
    const char *name, struct twr_error *err)
{
	const struct catalogue_list *list = &cr->includes;
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (catalogue_find(cat, list->items[i]) == NULL)
			return unknown_included(cat, cr, list->items[i], name,
			    err);
		if (repeats(list, i))
			return twr_fail(err, TWR_EDATA,
			    "%s:%u: %s: includes %s twice; remove one", name,
			    cr->line, cr->role.key, list->items[i]);
	}
	return TWR_OK;
}

/* Is every role that cr includes known to end somewhere? */
static bool
ends(const struct catalogue *cat, const struct catalogue_role *cr,
    const bool *ended)
{
	const struct catalogue_role *next;
	size_t i;

	for (i = 0; i < cr->includes.n; i++) {
		next = catalogue_find(cat, cr->includes.items[i]);
		if (next != NULL && !ended[next - cat->roles])
			return false;
	}
	return true;
}

/*
 * A role without includes ends; so does one whose includes all end. What
 * never comes to an end this way stands in, or above, a circle.
 */
static enum twr_status
check_circles(const struct catalogue *cat, const char *name,
    struct twr_error *err)
{
	bool *ended = calloc(cat->n_roles + 1, sizeof(*ended));
	bool grew = true;
	size_t i;
	enum twr_status rc = TWR_OK;

	if (ended == NULL)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", name);
	while (grew) {
		grew = false;
		for (i = 0; i < cat->n_roles; i++) {
			if (ended[i] || !ends(cat, &cat->roles[i], ended))
				continue;
			ended[i] = true;
			grew = true;
		}
	}
	for (i = 0; rc == TWR_OK && i < cat->n_roles; i++)
		if (!ended[i])
			rc = twr_fail(err, TWR_EDATA,
			    "%s:%u: %s: its includes run in a circle; break "
			    "it",
			    name, cat->roles[i].line, cat->roles[i].role.key);
	free(ended);
	return rc;
}

enum twr_status
catalogue_check(const struct catalogue *cat, const char *name,
    struct twr_error *err)
{
	const struct catalogue_role *cr;
	size_t i;
	enum twr_status rc;

	for (i = 0; i < cat->n_roles; i++)
		if ((rc = check_role(cat, i, name, err)) != TWR_OK)
			return rc;
	for (i = 0; i < cat->n_roles; i++) {
		cr = &cat->roles[i];
		if ((rc = check_includes(cat, cr, name, err)) != TWR_OK)
			return rc;
	}
	return check_circles(cat, name, err);
}
