/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "organization.h"

struct user_at;

struct load {
	struct directory *dir;
	struct organization *org;
	int64_t now;
	struct org_list *list; /* being filled */
	struct user_at *by_id; /* the users, while logins are added */
};

static enum twr_status
no_memory(struct twr_error *err)
{
	return twr_fail(err, TWR_ENOMEM, "out of memory");
}

static enum twr_status
add_scope(void *ctx, const struct scope *row, struct twr_error *err)
{
	struct load *ld = ctx;
	struct organization *org = ld->org;
	struct org_scope *sc;

	if (row->kind == TWR_SCOPE_ORGANIZATION) {
		org->sid = org_text(org, row->sid);
		org->name = org_text(org, row->name);
		return org->sid && org->name ? TWR_OK : no_memory(err);
	}
	org->scopes = org_grow(org, org->scopes, org->n_scopes, sizeof(*sc));
	if (org->scopes == NULL)
		return no_memory(err);
	sc = &org->scopes[org->n_scopes++];
	*sc = (struct org_scope) { .id = row->id,
		.sid = org_text(org, row->sid),
		.path = org_text(org, row->path),
		.status = row->status,
		.owner = "" };
	return sc->sid && sc->path ? TWR_OK : no_memory(err);
}

static enum twr_status
add_item(void *ctx, const char *text, struct twr_error *err)
{
	struct load *ld = ctx;
	struct org_list *list = ld->list;

	list->items = org_grow(ld->org, list->items, list->n,
	    sizeof(*list->items));
	if (list->items == NULL ||
	    (list->items[list->n] = org_text(ld->org, text)) == NULL)
		return no_memory(err);
	list->n++;
	return TWR_OK;
}

static enum twr_status
add_included(void *ctx, int64_t id, struct twr_error *err)
{
	struct load *ld = ctx;
	struct role ro;
	enum twr_status rc = directory_role_get(ld->dir, id, &ro, err);

	return rc == TWR_OK ? add_item(ctx, ro.key, err) : rc;
}

static int
compare_items(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static enum twr_status
add_lists(struct load *ld, struct org_role *ro, struct twr_error *err)
{
	enum twr_status rc;

	ld->list = &ro->permissions;
	rc = directory_each_permission(ld->dir, ro->id, add_item, ld, err);
	ld->list = &ro->includes;
	if (rc == TWR_OK)
		rc = directory_each_included(ld->dir, ro->id, add_included, ld,
		    err);
	if (rc == TWR_OK && ro->includes.n > 1)
		qsort(ro->includes.items, ro->includes.n,
		    sizeof(*ro->includes.items), compare_items);
	return rc;
}

static enum twr_status
add_role(void *ctx, const struct role *row, struct twr_error *err)
{
	struct load *ld = ctx;
	struct organization *org = ld->org;
	struct org_role *ro;

	if (row->shipped)
		return TWR_OK;
	org->roles = org_grow(org, org->roles, org->n_roles, sizeof(*ro));
	if (org->roles == NULL)
		return no_memory(err);
	ro = &org->roles[org->n_roles++];
	*ro = (struct org_role) { .id = row->id,
		.sid = org_text(org, row->sid),
		.key = org_text(org, row->key),
		.group = org_text(org, row->group),
		.name = org_text(org, row->name),
		.description = org_text(org, row->description),
		.assignable_at = row->assignable_at };
	if (!ro->sid || !ro->key || !ro->group || !ro->name || !ro->description)
		return no_memory(err);
	return add_lists(ld, ro, err);
}

static enum twr_status
add_user(void *ctx, const struct user *row, struct twr_error *err)
{
	struct load *ld = ctx;
	struct organization *org = ld->org;
	struct org_user *us;

	org->users = org_grow(org, org->users, org->n_users, sizeof(*us));
	if (org->users == NULL)
		return no_memory(err);
	us = &org->users[org->n_users++];
	*us = (struct org_user) { .id = row->id,
		.sid = org_text(org, row->sid),
		.email = org_text(org, row->email),
		.name = org_text(org, row->name),
		.status = row->status,
		.kind = row->kind,
		.two_factor = row->two_factor,
		.organization_role = "none" };
	if (!us->sid || !us->email || !us->name)
		return no_memory(err);
	return TWR_OK;
}

struct user_at {
	int64_t id;
	size_t at;
};

static int
compare_ids(const void *x, const void *y)
{
	const struct user_at *a = x, *b = y;

	return a->id < b->id ? -1 : a->id > b->id;
}

/* By name, of all users in one walk. */
static enum twr_status
add_login(void *ctx, const struct login *row, struct twr_error *err)
{
	struct load *ld = ctx;
	struct user_at key = { row->user_id, 0 }, *found;
	struct org_user *us;

	if (row->user_id == 0 || ld->org->n_users == 0)
		return TWR_OK; /* a tombstone */
	found = bsearch(&key, ld->by_id, ld->org->n_users, sizeof(key),
	    compare_ids);
	if (found == NULL)
		return TWR_OK;
	us = &ld->org->users[found->at];
	us->logins = org_grow(ld->org, us->logins, us->n_logins,
	    sizeof(*us->logins));
	if (us->logins == NULL)
		return no_memory(err);
	us->logins[us->n_logins].name = org_text(ld->org, row->name);
	us->logins[us->n_logins].uid = row->uid;
	us->logins[us->n_logins].line = 0;
	return us->logins[us->n_logins++].name ? TWR_OK : no_memory(err);
}

static enum twr_status
add_logins(struct load *ld, struct twr_error *err)
{
	const struct organization *org = ld->org;
	enum twr_status rc;
	size_t i;

	ld->by_id = calloc(org->n_users + 1, sizeof(*ld->by_id));
	if (ld->by_id == NULL)
		return no_memory(err);
	for (i = 0; i < org->n_users; i++) {
		ld->by_id[i].id = org->users[i].id;
		ld->by_id[i].at = i;
	}
	if (org->n_users > 1)
		qsort(ld->by_id, org->n_users, sizeof(*ld->by_id), compare_ids);
	rc = directory_each_login(ld->dir, 0, add_login, ld, err);
	free(ld->by_id);
	return rc;
}

/* What is said of the user or the account, not as an assignment. */
static bool
is_apart(struct load *ld, const struct assignment_row *row)
{
	struct org_user *us = org_find_user(ld->org, row->user.email);
	struct org_scope *sc;

	if (us != NULL && row->role.type == ROLE_ORGANIZATION) {
		us->organization_role = org_role_word(row->role.key);
		return true;
	}
	if (us == NULL || strcmp(row->role.key, ROLE_KEY_ACCOUNT_OWNER) != 0)
		return false;
	if ((sc = org_find_scope(ld->org, row->scope.path)) == NULL)
		return false;
	sc->owner = us->email;
	return true;
}

static enum twr_status
add_assignment(void *ctx, const struct assignment_row *row,
    struct twr_error *err)
{
	struct load *ld = ctx;
	struct organization *org = ld->org;
	struct org_assignment *as;

	if (is_apart(ld, row))
		return TWR_OK;
	org->assignments = org_grow(org, org->assignments, org->n_assignments,
	    sizeof(*as));
	if (org->assignments == NULL)
		return no_memory(err);
	as = &org->assignments[org->n_assignments++];
	*as = (struct org_assignment) { .id = row->assignment.id,
		.sid = org_text(org, row->assignment.sid),
		.user = org_text(org, row->user.email),
		.scope = org_text(org, row->scope.path),
		.role = org_text(org, row->role.key),
		.from = row->assignment.not_before,
		.until = row->assignment.not_after,
		.reason = org_text(org, row->assignment.reason),
		.resource_type = org_text(org, row->assignment.resource_type),
		.resource_id = org_text(org, row->assignment.resource_id) };
	return as->sid && as->user && as->scope && as->role && as->reason &&
		as->resource_type && as->resource_id ?
	    TWR_OK :
	    no_memory(err);
}

enum twr_status
organization_load(struct directory *dir, int64_t now, struct organization **ret,
    struct twr_error *err)
{
	struct assignment_filter filter = { .now = now };
	struct load ld = { .dir = dir, .now = now };
	enum twr_status rc;

	if ((ld.org = organization_new()) == NULL)
		return no_memory(err);
	if ((rc = directory_setting(dir, "role_limit", &ld.org->role_limit,
		 err)) != TWR_OK ||
	    (rc = directory_each_scope(dir, add_scope, &ld, err)) != TWR_OK ||
	    (rc = directory_each_role(dir, add_role, &ld, err)) != TWR_OK ||
	    (rc = directory_each_user(dir, add_user, &ld, err)) != TWR_OK)
		goto out;
	organization_sort(ld.org);
	if ((rc = add_logins(&ld, err)) != TWR_OK)
		goto out;
	rc = directory_each_assignment(dir, &filter, add_assignment, &ld, err);
	if (rc != TWR_OK)
		goto out;
	organization_sort(ld.org);
	*ret = ld.org;
	ld.org = NULL; /* the caller owns it now */
out:
	organization_free(ld.org);
	return rc;
}
