/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "compile_impl.h"

static enum twr_status
take_role(void *ctx, const struct role *role, struct twr_error *err)
{
	struct build *b = ctx;
	struct role_info *more, *info;
	size_t room = b->roles_room * 2 + 64;

	if (b->n_roles == b->roles_room) {
		more = reallocarray(b->roles, room, sizeof(*more));
		if (more == NULL)
			return build_no_memory(err);
		b->roles = more;
		b->roles_room = room;
	}
	if (role->id < 1 || role->id > UINT32_MAX)
		return twr_fail(err, TWR_EDATA,
		    "role %s: its number is beyond 32 bits; run twrbac "
		    "doctor",
		    role->key);
	info = &b->roles[b->n_roles];
	memset(info, 0, sizeof(*info));
	info->id = (uint32_t)role->id;
	info->type = role->type;
	info->deleted = role->deleted_at != TWR_NEVER;
	if ((info->key = memory_text(&b->mem, role->key)) == NULL)
		return build_no_memory(err);
	b->n_roles++;
	if (strcmp(role->key, "organization:owner") == 0)
		b->owner_role = info->id;
	if (strcmp(role->key, "organization:administrator") == 0)
		b->administrator_role = info->id;
	return TWR_OK;
}

static enum twr_status
take_permission(void *ctx, const char *text, struct twr_error *err)
{
	struct role_info *role = ctx;

	return names_add(&role->permissions, text) ? TWR_OK :
						     build_no_memory(err);
}

static int
compare_roles(const void *x, const void *y)
{
	const struct role_info *a = x, *b = y;

	return a->id < b->id ? -1 : a->id > b->id;
}

/* Roles still to be followed, for one role's closure. */
struct to_follow {
	struct numbers *closure;
	uint32_t *ids;
	size_t n, room;
};

static enum twr_status
follow(void *ctx, int64_t id, struct twr_error *err)
{
	struct to_follow *tf = ctx;
	uint32_t *more;
	size_t room = tf->room * 2 + 16;

	if (id < 1 || id > UINT32_MAX)
		return twr_fail(err, TWR_EDATA,
		    "an included role's number is beyond 32 bits; run twrbac "
		    "doctor");
	if (numbers_have(tf->closure, (uint32_t)id))
		return TWR_OK; /* seen: also how a cycle would end */
	if (tf->n == tf->room) {
		more = reallocarray(tf->ids, room, sizeof(*more));
		if (more == NULL)
			return build_no_memory(err);
		tf->ids = more;
		tf->room = room;
	}
	tf->ids[tf->n++] = (uint32_t)id;
	return numbers_add(tf->closure, (uint32_t)id) ? TWR_OK :
							build_no_memory(err);
}

static enum twr_status
close_role(struct build *b, struct role_info *role, struct twr_error *err)
{
	struct to_follow tf = { &role->closure, NULL, 0, 0 };
	enum twr_status rc;

	rc = follow(&tf, role->id, err);
	while (rc == TWR_OK && tf.n > 0)
		rc = directory_each_included(b->dir, tf.ids[--tf.n], follow,
		    &tf, err);
	free(tf.ids);
	return rc;
}

enum twr_status
build_load_roles(struct build *b, struct twr_error *err)
{
	enum twr_status rc;
	size_t i;

	if ((rc = directory_each_role_ever(b->dir, take_role, b, err)) !=
	    TWR_OK)
		return rc;
	if (b->n_roles > 0)
		qsort(b->roles, b->n_roles, sizeof(*b->roles), compare_roles);
	for (i = 0; i < b->n_roles; i++) {
		rc = directory_each_permission(b->dir, b->roles[i].id,
		    take_permission, &b->roles[i], err);
		if (rc == TWR_OK)
			rc = close_role(b, &b->roles[i], err);
		if (rc != TWR_OK)
			return rc;
	}
	return TWR_OK;
}

/* "/a/b/" and "*" cover every action of that resource, and nothing below. */
static bool
permission_covers(const char *held, const char *wanted)
{
	size_t len = strlen(held);

	if (strcmp(held, wanted) == 0)
		return true;
	if (len < 2 || strcmp(held + len - 2, "/*") != 0)
		return false;
	return strncmp(held, wanted, len - 1) == 0 && wanted[len - 1] != '\0' &&
	    strchr(wanted + len - 1, '/') == NULL;
}

static bool
permits_itself(const struct role_info *role, const char *permission)
{
	size_t i;

	for (i = 0; i < role->permissions.n; i++) {
		if (permission_covers(role->permissions.all[i], permission))
			return true;
	}
	return false;
}

bool
build_role_permits(const struct build *b, const struct role_info *role,
    const char *permission)
{
	size_t i;

	for (i = 0; i < b->n_roles; i++) {
		if (numbers_have(&role->closure, b->roles[i].id) &&
		    permits_itself(&b->roles[i], permission))
			return true;
	}
	return false;
}
