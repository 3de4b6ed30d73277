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
	struct role other;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < want->permissions.n; i++)
		rc = directory_add_permission(ap->ch->dir, want->id,
		    want->permissions.items[i], err);
	for (i = 0; rc == TWR_OK && i < want->includes.n; i++) {
		rc = directory_role_find(ap->ch->dir, want->includes.items[i],
		    &other, err);
		if (rc == TWR_OK && other.type == ROLE_ORGANIZATION)
			return apply_fail(ap, want->line, err,
			    "role %s includes %s; organization roles are "
			    "given to users, not included",
			    want->key, other.key);
		if (rc == TWR_OK)
			rc = directory_add_included(ap->ch->dir, want->id,
			    other.id, err);
	}
	return apply_at(ap, want->line, rc, err);
}

/* ---- no role may include itself, by any way ---- */

struct walk {
	struct directory *dir;
	int64_t wanted;
	unsigned depth;
	bool found;
};

static enum twr_status
follow(void *ctx, int64_t id, struct twr_error *err)
{
	struct walk *wa = ctx;
	enum twr_status rc = TWR_OK;

	if (id == wa->wanted)
		wa->found = true;
	/* deeper than there are roles is a circle elsewhere: its own error */
	if (wa->found || wa->depth >= 64)
		return TWR_OK;
	wa->depth++;
	rc = directory_each_included(wa->dir, id, follow, wa, err);
	wa->depth--;
	return rc;
}

static enum twr_status
check_circle(struct apply *ap, const struct org_role *want,
    struct twr_error *err)
{
	struct walk wa = { .dir = ap->ch->dir, .wanted = want->id };
	enum twr_status rc = directory_each_included(wa.dir, want->id, follow,
	    &wa, err);

	if (rc != TWR_OK || !wa.found)
		return rc;
	return apply_fail(ap, want->line, err,
	    "role %s includes itself by way of another; take one of them out",
	    want->key);
}

/* ---- rows first, so that any role may include any ---- */

static enum twr_status
put_row(struct matching *ma, struct org_role *want, char **before,
    struct twr_error *err)
{
	struct apply *ap = ma->ap;
	struct role ro = { .type = ROLE_CUSTOM };
	struct twr_error unused;
	enum twr_status rc;

	if (want->id == 0) {
		(void)snprintf(ro.sid, sizeof(ro.sid), "%s", want->sid);
		fill(&ro, want);
		if (directory_role_find(ap->ch->dir, ro.key, &ro, &unused) ==
		    TWR_OK)
			return apply_fail(ap, want->line, err,
			    "role %s is shipped and cannot be defined; choose "
			    "another key",
			    want->key);
		apply_line(ap, '+', "role", want->key, "%s", want->name);
		rc = directory_insert_role(ap->ch->dir, &ro, err);
		want->id = ro.id;
		want->sid = org_text(ap->want, ro.sid);
		return apply_at(ap, want->line, rc, err);
	}
	rc = directory_role_get(ap->ch->dir, want->id, &ro, err);
	if (rc == TWR_OK)
		rc = directory_snapshot(ap->ch->dir, ENTITY_ROLE, ro.sid,
		    before, err);
	if (rc != TWR_OK)
		return rc;
	apply_line(ap, '~', "role", want->key, "changed");
	want->sid = org_text(ap->want, ro.sid);
	fill(&ro, want);
	return apply_at(ap, want->line,
	    directory_put_role(ap->ch->dir, &ro, err), err);
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
		if (differs[i])
			rc = put_row(ma, &want->roles[i], &before[i], err);
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

enum twr_status
apply_drop_roles(struct matching *ma, struct twr_error *err)
{
	const struct change *ch = ma->ap->ch;
	const struct org_role *ro;
	char *before = NULL;
	bool gone = true;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < ma->have->n_roles; i++) {
		ro = &ma->have->roles[i];
		if (ma->role_kept[i])
			continue;
		rc = directory_snapshot(ch->dir, ENTITY_ROLE, ro->sid, &before,
		    err);
		if (rc == TWR_OK)
			rc = directory_unmake(ch->dir, ENTITY_ROLE, ro->sid,
			    ch->now, &gone, err);
		if (rc == TWR_OK && !gone)
			rc = twr_fail(err, TWR_EREFUSED,
			    "%s: leaves out role %s, which is assigned; leave "
			    "out its assignments too, or put it back in",
			    ma->ap->file, ro->key);
		if (rc == TWR_OK) {
			apply_line(ma->ap, '-', "role", ro->key, "%s",
			    ro->name);
			rc = change_record(ch, JOURNAL_ROLE_REMOVED, ro->sid,
			    before, err);
		}
		free(before);
		before = NULL;
	}
	return rc;
}
