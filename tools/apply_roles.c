/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply_impl.h"

/* Lengths were checked with the file. */
static void
fill(struct role *ro, const struct org_role *want)
{
	ro->assignable_at = want->assignable_at;
	(void)snprintf(ro->key, sizeof(ro->key), "%s", want->key);
	(void)snprintf(ro->group, sizeof(ro->group), "%s", want->group);
	(void)snprintf(ro->name, sizeof(ro->name), "%s", want->name);
	(void)snprintf(ro->description, sizeof(ro->description), "%s",
	    want->description);
}

static bool
same_list(const struct org_list *a, const struct org_list *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

static bool
same_role(const struct org_role *a, const struct org_role *b)
{
	return strcmp(a->key, b->key) == 0 && strcmp(a->group, b->group) == 0 &&
	    strcmp(a->name, b->name) == 0 &&
	    strcmp(a->description, b->description) == 0 &&
	    a->assignable_at == b->assignable_at &&
	    same_list(&a->permissions, &b->permissions) &&
	    same_list(&a->includes, &b->includes);
}

static const struct org_role *
find_have(const struct matching *ma, int64_t id)
{
	size_t i;

	for (i = 0; i < ma->have->n_roles; i++)
		if (ma->have->roles[i].id == id)
			return &ma->have->roles[i];
	return NULL;
}

static enum twr_status
put_lists(struct apply *ap, const struct org_role *want, struct twr_error *err)
{
	struct role ro, other;
	size_t i;
	enum twr_status rc;

	rc = directory_role_get(ap->ch->dir, want->id, &ro, err);
	for (i = 0; rc == TWR_OK && i < want->permissions.n; i++)
		rc = directory_add_permission(ap->ch->dir, want->id,
		    want->permissions.items[i], err);
	for (i = 0; rc == TWR_OK && i < want->includes.n; i++) {
		rc = directory_role_find(ap->ch->dir, want->includes.items[i],
		    &other, err);
		if (rc == TWR_OK)
			rc = admin_check_inclusion(&ro, &other, err);
		if (rc == TWR_OK)
			rc = directory_add_included(ap->ch->dir, want->id,
			    other.id, err);
	}
	return apply_at(ap, want->line, rc, err);
}

/* ---- no role may include itself, by any way ---- */

struct circle {
	int64_t id;
	bool found;
};

static enum twr_status
look(void *ctx, int64_t id, struct twr_error *err)
{
	struct circle *ci = ctx;

	(void)err;
	ci->found |= id == ci->id;
	return TWR_OK;
}

static enum twr_status
check_circle(struct apply *ap, const struct org_role *want,
    struct twr_error *err)
{
	struct circle ci = { want->id, false };
	enum twr_status rc = directory_each_included_deep(ap->ch->dir, want->id,
	    look, &ci, err);

	if (rc != TWR_OK || !ci.found)
		return rc;
	return apply_fail(ap, want->line, err,
	    "role %s includes itself by way of another; take one of them out",
	    want->key);
}

/* ---- rows first, so that any role may include any ---- */

static enum twr_status
add_row(struct apply *ap, struct org_role *want, struct twr_error *err)
{
	struct role ro = { .type = ROLE_CUSTOM, .deleted_at = TWR_NEVER },
		    other;
	struct twr_error unused;
	enum twr_status rc;

	fill(&ro, want);
	if (directory_role_find(ap->ch->dir, ro.key, &other, &unused) == TWR_OK)
		return apply_fail(ap, want->line, err,
		    "role %s is shipped and cannot be defined; choose another "
		    "key",
		    want->key);
	if ((rc = apply_free_sid(ap, ENTITY_ROLE, want->sid, ro.sid, err)) !=
		TWR_OK ||
	    (rc = admin_check_role(&ro, err)) != TWR_OK)
		return apply_at(ap, want->line, rc, err);
	apply_line(ap, '+', "role", want->key, "%s", want->name);
	rc = directory_insert_role(ap->ch->dir, &ro, err);
	want->id = ro.id;
	want->sid = org_text(ap->want, ro.sid);
	return apply_at(ap, want->line, rc, err);
}

/* Row and lists as they were are in before; the lists are emptied. */
static enum twr_status
put_row(struct apply *ap, struct org_role *want, char **before,
    struct twr_error *err)
{
	struct role ro;
	enum twr_status rc;

	rc = directory_role_get(ap->ch->dir, want->id, &ro, err);
	if (rc != TWR_OK)
		return rc;
	if (strcmp(ro.key, want->key) != 0)
		return apply_fail(ap, want->line, err,
		    "role %s has the key \"%s\" for good; correct key, or "
		    "leave out sid for another role",
		    ro.sid, ro.key);
	apply_line(ap, '~', "role", want->key, "changed");
	want->sid = org_text(ap->want, ro.sid);
	fill(&ro, want);
	if ((rc = admin_check_role(&ro, err)) == TWR_OK &&
	    (rc = directory_snapshot(ap->ch->dir, ENTITY_ROLE, ro.sid, before,
		 err)) == TWR_OK &&
	    (rc = directory_update_role(ap->ch->dir, &ro, err)) == TWR_OK &&
	    (rc = directory_clear_permissions(ap->ch->dir, ro.id, err)) ==
		TWR_OK)
		rc = directory_clear_included(ap->ch->dir, ro.id, err);
	return apply_at(ap, want->line, rc, err);
}

static enum twr_status
record(struct apply *ap, const struct org_role *want, const char *before,
    struct twr_error *err)
{
	return change_record(ap->ch,
	    before == NULL ? JOURNAL_ROLE_CREATED : JOURNAL_ROLE_CHANGED,
	    want->sid, before, err);
}

enum twr_status
apply_roles(struct matching *ma, struct twr_error *err)
{
	struct organization *want = ma->ap->want;
	const struct org_role *have;
	char **before = calloc(want->n_roles + 1, sizeof(*before));
	bool *differs = calloc(want->n_roles + 1, sizeof(*differs));
	size_t i;
	enum twr_status rc = TWR_OK;

	if (before == NULL || differs == NULL)
		rc = twr_fail(err, TWR_ENOMEM, "out of memory");
	for (i = 0; rc == TWR_OK && i < want->n_roles; i++) {
		have = want->roles[i].id == 0 ?
		    NULL :
		    find_have(ma, want->roles[i].id);
		differs[i] = have == NULL || !same_role(have, &want->roles[i]);
		if (have == NULL)
			rc = add_row(ma->ap, &want->roles[i], err);
		else if (differs[i])
			rc = put_row(ma->ap, &want->roles[i], &before[i], err);
	}
	for (i = 0; rc == TWR_OK && i < want->n_roles; i++)
		if (differs[i])
			rc = put_lists(ma->ap, &want->roles[i], err);
	for (i = 0; rc == TWR_OK && i < want->n_roles; i++) {
		if (!differs[i])
			continue;
		rc = check_circle(ma->ap, &want->roles[i], err);
		if (rc == TWR_OK)
			rc = record(ma->ap, &want->roles[i], before[i], err);
	}
	for (i = 0; before != NULL && i < want->n_roles; i++)
		free(before[i]);
	free(before);
	free(differs);
	return rc;
}

/* ---- what is not declared: those first that no other includes ---- */

static enum twr_status
count_one(void *ctx, int64_t id, struct twr_error *err)
{
	size_t *n = ctx;

	(void)id;
	(void)err;
	(*n)++;
	return TWR_OK;
}

static enum twr_status
drop(struct matching *ma, size_t i, struct twr_error *err)
{
	const struct org_role *ro = &ma->have->roles[i];
	enum twr_status rc;

	apply_line(ma->ap, '-', "role", ro->key, "%s", ro->name);
	ma->role_kept[i] = true; /* dealt with */
	rc = change_role_delete(ma->ap->ch, ro->sid, NULL, err);
	return apply_at(ma->ap, ma->ap->want->line, rc, err);
}

/* Drop all that can be; *first: one that could not, n_roles: none is left. */
static enum twr_status
drop_free(struct matching *ma, size_t *first, bool *dropped,
    struct twr_error *err)
{
	size_t i, n;
	enum twr_status rc = TWR_OK;

	*first = ma->have->n_roles;
	*dropped = false;
	for (i = 0; rc == TWR_OK && i < ma->have->n_roles; i++) {
		if (ma->role_kept[i])
			continue;
		n = 0;
		rc = directory_each_including(ma->ap->ch->dir,
		    ma->have->roles[i].id, count_one, &n, err);
		if (rc == TWR_OK && n == 0) {
			rc = drop(ma, i, err);
			*dropped = true;
		} else {
			*first = i;
		}
	}
	return rc;
}

enum twr_status
apply_drop_roles(struct matching *ma, struct twr_error *err)
{
	size_t first = 0;
	bool dropped = true;
	enum twr_status rc = TWR_OK;

	while (rc == TWR_OK && dropped)
		rc = drop_free(ma, &first, &dropped, err);
	/* what is still included says by which role */
	if (rc == TWR_OK && first < ma->have->n_roles)
		rc = drop(ma, first, err);
	return rc;
}
