/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "compile_impl.h"
#include "text.h"

/*
 * What a role question may name: sudo's group plugin is asked for the roles
 * and scopes that stand in sudoers, which compile does not read, so every
 * role and every scope gets a record.
 */

/* All roles that satisfy a demand for this one. */
static enum twr_status
write_role_set(const struct build *b, const struct role_info *role,
    uint32_t *ids, struct policy_writer *pw, struct twr_error *err)
{
	struct twr_demand set = { TWR_DEMAND_ROLE, role->key, ids, 0 };
	size_t i;

	for (i = 0; i < b->n_roles; i++)
		if (numbers_have(&b->roles[i].closure, role->id))
			ids[set.n_roles++] = b->roles[i].id;
	return policy_writer_role_set(pw, &set, err);
}

static enum twr_status
write_role_sets(struct build *b, struct policy_writer *pw,
    struct twr_error *err)
{
	uint32_t *ids = calloc(b->n_roles + 1, sizeof(*ids));
	enum twr_status rc = TWR_OK;
	size_t i;

	if (ids == NULL)
		return build_no_memory(err);
	for (i = 0; i < b->n_roles && rc == TWR_OK; i++)
		if (!b->roles[i].deleted)
			rc = write_role_set(b, &b->roles[i], ids, pw, err);
	free(ids);
	return rc;
}

/* Every scope's place in the tree, by id. */
struct tree {
	struct policy_writer *pw;
	struct node {
		int64_t id, parent_id;
		enum twr_scope_status status;
	} * nodes;
	size_t n, room;
};

static enum twr_status
take_node(void *ctx, const struct scope *scope, struct twr_error *err)
{
	struct tree *tr = ctx;
	size_t room = tr->room * 2 + 64;
	struct node *more;

	if (tr->n == tr->room) {
		more = reallocarray(tr->nodes, room, sizeof(*more));
		if (more == NULL)
			return build_no_memory(err);
		tr->nodes = more;
		tr->room = room;
	}
	tr->nodes[tr->n++] = (struct node) { scope->id, scope->parent_id,
		scope->status };
	return TWR_OK;
}

static int
compare_nodes(const void *x, const void *y)
{
	const struct node *a = x, *b = y;

	return a->id < b->id ? -1 : a->id > b->id;
}

static bool
set_links(const struct tree *tr, int64_t id, struct twr_place *place)
{
	while (id != 0) {
		const struct node key = { .id = id };
		const struct node *at = bsearch(&key, tr->nodes, tr->n,
		    sizeof(*tr->nodes), compare_nodes);

		if (at == NULL || id < 1 || id > UINT32_MAX ||
		    place->n_chain == TWR_CHAIN_MAX)
			return false;
		place->chain[place->n_chain].scope = (uint32_t)id;
		place->chain[place->n_chain++].status = at->status;
		id = at->parent_id;
	}
	return true;
}

/*
 * A name with a slash makes a path that another scope may have too, and a
 * name may look like a SID: those are named by their SID alone.
 */
static bool
path_names_it(const struct scope *scope)
{
	const char *p;
	unsigned slashes = 0;

	for (p = scope->path; *p != '\0'; p++)
		slashes += *p == '/';
	return slashes == (unsigned)scope->kind - TWR_SCOPE_ORGANIZATION &&
	    strlen(scope->path) <= TWR_ASKED_MAX &&
	    !twr_sid_valid(scope->path, NULL);
}

static enum twr_status
write_place(void *ctx, const struct scope *scope, struct twr_error *err)
{
	const struct tree *tr = ctx;
	struct twr_place place = { .path = scope->path };
	enum twr_status rc;

	if (!set_links(tr, scope->id, &place))
		return twr_fail(err, TWR_EDATA,
		    "scope \"%s\" has no sound place in the tree; run twrbac "
		    "doctor",
		    scope->path);
	rc = policy_writer_place(tr->pw, scope->sid, &place, err);
	if (rc == TWR_OK && path_names_it(scope))
		rc = policy_writer_place(tr->pw, scope->path, &place, err);
	return rc;
}

enum twr_status
build_write_asked(struct build *b, struct policy_writer *pw,
    struct twr_error *err)
{
	struct tree tr = { .pw = pw };
	enum twr_status rc;

	rc = write_role_sets(b, pw, err);
	if (rc == TWR_OK)
		rc = directory_each_scope(b->dir, take_node, &tr, err);
	if (rc == TWR_OK) {
		qsort(tr.nodes, tr.n, sizeof(*tr.nodes), compare_nodes);
		rc = directory_each_scope(b->dir, write_place, &tr, err);
	}
	if (rc == TWR_OK)
		rc = build_write_sudo_sets(b, pw, err);
	if (rc == TWR_OK)
		rc = policy_writer_asked(pw, err);
	free(tr.nodes);
	return rc;
}
