/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "compile_impl.h"
#include "suggest.h"

/* A demand under construction: the roles that meet it. */
static enum twr_status
set_roles(struct build *b, struct twr_demand *demand, const struct numbers *set,
    struct twr_error *err)
{
	uint32_t *ids = memory_get(&b->mem, b->n_roles, sizeof(*ids));
	size_t i, n = 0;

	if (ids == NULL)
		return build_no_memory(err);
	for (i = 0; i < b->n_roles; i++) {
		if (!numbers_have(set, b->roles[i].id))
			continue;
		ids[n++] = b->roles[i].id; /* ascending, as roles are sorted */
		if (!numbers_add(&b->roles_seen, b->roles[i].id))
			return build_no_memory(err);
	}
	demand->roles = ids;
	demand->n_roles = n;
	return TWR_OK;
}

/* Add all roles that satisfy a demand for the one that text names. */
static enum twr_status
add_role(struct build *b, const char *text, unsigned line, struct numbers *set,
    struct twr_error *err)
{
	struct twr_error why;
	struct role role;
	enum twr_status rc;
	size_t i;

	rc = directory_role_find(b->dir, text, &role, &why);
	if (rc == TWR_EREFUSED)
		return build_fail(b, line, err, "%s", why.text);
	if (rc != TWR_OK)
		return twr_fail(err, rc, "%s", why.text);
	for (i = 0; i < b->n_roles; i++) {
		if (numbers_have(&b->roles[i].closure, (uint32_t)role.id) &&
		    !numbers_add(set, b->roles[i].id))
			return build_no_memory(err);
	}
	return TWR_OK;
}

static enum twr_status
unknown_permission(const struct build *b, const char *text, unsigned line,
    struct twr_error *err)
{
	struct suggestion sg;
	size_t i, j;

	suggest_init(&sg, text);
	for (i = 0; i < b->n_roles; i++)
		for (j = 0; j < b->roles[i].permissions.n; j++)
			suggest_offer(&sg, b->roles[i].permissions.all[j]);
	if (suggest_best(&sg) != NULL)
		return build_fail(b, line, err,
		    "no role carries the permission \"%s\"; did you mean "
		    "\"%s\"?",
		    text, suggest_best(&sg));
	return build_fail(b, line, err,
	    "no role carries the permission \"%s\", so nobody could meet it; "
	    "twrbac role show ROLE lists what a role permits",
	    text);
}

static enum twr_status
add_permission(struct build *b, const char *text, unsigned line,
    struct numbers *set, struct twr_error *err)
{
	bool any = false;
	size_t i;

	for (i = 0; i < b->n_roles; i++) {
		if (!build_role_permits(b, &b->roles[i], text))
			continue;
		if (!numbers_add(set, b->roles[i].id))
			return build_no_memory(err);
		any = true;
	}
	return any ? TWR_OK : unknown_permission(b, text, line, err);
}

static enum twr_status
add_one(struct build *b, enum twr_demand_kind kind, const char *text,
    unsigned line, struct numbers *set, struct twr_error *err)
{
	return kind == TWR_DEMAND_ROLE ?
	    add_role(b, text, line, set, err) :
	    add_permission(b, text, line, set, err);
}

/* "a or b": the demand as the administrator wrote it. */
static char *
label_of(struct build *b, char *const *items, size_t n)
{
	size_t i, len = 1;
	char *label, *p;

	for (i = 0; i < n; i++)
		len += strlen(items[i]) + 4;
	if ((label = memory_get(&b->mem, len, 1)) == NULL)
		return NULL;
	for (i = 0, p = label; i < n; i++) {
		if (i > 0)
			p = stpcpy(p, " or ");
		p = stpcpy(p, items[i]);
	}
	return label;
}

/* One demand that any of the n items at first meets. */
static enum twr_status
resolve_demand(struct build *b, enum twr_demand_kind kind,
    const struct config_list *list, size_t first, size_t n,
    struct twr_demand *ret, struct twr_error *err)
{
	struct numbers set = { NULL, 0 };
	enum twr_status rc = TWR_OK;
	size_t i;

	ret->kind = kind;
	ret->label = label_of(b, list->items + first, n);
	if (ret->label == NULL)
		return build_no_memory(err);
	for (i = first; i < first + n && rc == TWR_OK; i++)
		rc = add_one(b, kind, list->items[i], list->lines[i], &set,
		    err);
	if (rc == TWR_OK)
		rc = set_roles(b, ret, &set, err);
	numbers_free(&set);
	return rc;
}

enum twr_status
build_demand(struct build *b, enum twr_demand_kind kind,
    const struct config_list *list, struct twr_demand *ret,
    struct twr_error *err)
{
	return resolve_demand(b, kind, list, 0, list->n, ret, err);
}

static enum twr_status
resolve_demands(struct build *b, const struct config_rule *cr,
    struct twr_rule *rule, struct twr_error *err)
{
	const struct {
		const struct config_list *list;
		enum twr_demand_kind kind;
		bool all;
	} parts[] = {
		{ &cr->any_role, TWR_DEMAND_ROLE, false },
		{ &cr->all_roles, TWR_DEMAND_ROLE, true },
		{ &cr->any_permission, TWR_DEMAND_PERMISSION, false },
		{ &cr->all_permissions, TWR_DEMAND_PERMISSION, true },
	};
	struct twr_demand *demands;
	size_t i, k, n = 0;
	enum twr_status rc = TWR_OK;

	demands = memory_get(&b->mem,
	    2 + cr->all_roles.n + cr->all_permissions.n, sizeof(*demands));
	if (demands == NULL)
		return build_no_memory(err);
	for (i = 0; i < COUNT(parts); i++) {
		size_t each = parts[i].all ? 1 : parts[i].list->n;

		for (k = 0; k < parts[i].list->n && rc == TWR_OK; k += each)
			rc = resolve_demand(b, parts[i].kind, parts[i].list, k,
			    each, &demands[n++], err);
	}
	rule->demands = demands;
	rule->n_demands = n;
	return rc;
}

enum twr_status
build_find_scope(struct build *b, const char *text, unsigned line,
    struct scope *ret, struct twr_error *err)
{
	struct twr_error why;
	bool alias = false;
	enum twr_status rc;

	rc = directory_scope_find(b->dir, text, ret, &alias, &why);
	if (rc == TWR_EREFUSED)
		return build_fail(b, line, err, "%s", why.text);
	if (rc != TWR_OK)
		return twr_fail(err, rc, "%s", why.text);
	if (alias)
		build_warn(b, line,
		    "scope \"%s\" is a former path; write \"%s\"", text,
		    ret->path);
	return TWR_OK;
}

/* The scope and all above it, with their statuses. */
static enum twr_status
set_chain(struct build *b, const struct scope *scope, unsigned line,
    struct twr_rule *rule, struct twr_error *err)
{
	struct scope at = *scope;
	enum twr_status rc;

	rule->scope_path = memory_text(&b->mem, scope->path);
	if (rule->scope_path == NULL)
		return build_no_memory(err);
	for (;;) {
		if (rule->n_chain == TWR_CHAIN_MAX || at.id < 1 ||
		    at.id > UINT32_MAX)
			return build_fail(b, line, err,
			    "scope \"%s\" has no sound place in the tree; "
			    "run twrbac doctor",
			    scope->path);
		rule->chain[rule->n_chain].scope = (uint32_t)at.id;
		rule->chain[rule->n_chain++].status = at.status;
		if (!numbers_add(&b->scopes_seen, (uint32_t)at.id))
			return build_no_memory(err);
		if (at.parent_id == 0)
			return TWR_OK;
		rc = directory_scope_get(b->dir, at.parent_id, &at, err);
		if (rc != TWR_OK)
			return rc;
	}
}

static bool
demand_accepts(const struct twr_demand *demand, uint32_t role)
{
	size_t i;

	for (i = 0; i < demand->n_roles; i++) {
		if (demand->roles[i] == role)
			return true;
	}
	return false;
}

static void
warn_of_general(const struct build *b, const struct config_rule *cr,
    const struct twr_rule *rule)
{
	size_t i, k;

	for (i = 0; i < rule->n_demands; i++) {
		for (k = 0; k < b->n_roles; k++) {
			if (b->roles[k].type != ROLE_GENERAL ||
			    !demand_accepts(&rule->demands[i], b->roles[k].id))
				continue;
			build_warn(b, cr->line,
			    "the rule for %s accepts the general role %s, "
			    "which opens all of an account's subaccounts "
			    "alike; demand a role of the group hosts",
			    cr->services.items[0], b->roles[k].key);
			return;
		}
	}
}

static void
warn_of_scope(const struct build *b, const struct config_rule *cr,
    const struct twr_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->n_chain; i++) {
		if (rule->chain[i].status == TWR_SCOPE_ACTIVE)
			continue;
		build_warn(b, cr->line,
		    "scope \"%s\" %s %s: everybody is refused for %s until "
		    "it is active",
		    rule->scope_path, i == 0 ? "is" : "lies below one that is",
		    twr_scope_status_word(rule->chain[i].status),
		    cr->services.items[0]);
		return;
	}
}

static enum twr_status
resolve_rule(struct build *b, const struct config_rule *cr,
    const struct scope *host, struct twr_rule *rule, struct twr_error *err)
{
	struct scope scope = *host;
	unsigned line = b->cf->scope_line;
	enum twr_status rc = TWR_OK;

	if (cr->scope != NULL) {
		line = cr->scope_line;
		rc = build_find_scope(b, cr->scope, line, &scope, err);
	}
	rule->two_factor = cr->two_factor;
	if (rc == TWR_OK)
		rc = set_chain(b, &scope, line, rule, err);
	if (rc == TWR_OK)
		rc = resolve_demands(b, cr, rule, err);
	if (rc == TWR_OK)
		warn_of_scope(b, cr, rule);
	if (rc == TWR_OK)
		warn_of_general(b, cr, rule);
	return rc;
}

enum twr_status
build_resolve_rules(struct build *b, struct twr_error *err)
{
	struct scope host;
	enum twr_status rc;
	size_t i;

	b->rules = memory_get(&b->mem, b->cf->n_rules, sizeof(*b->rules));
	if (b->rules == NULL)
		return build_no_memory(err);
	rc = build_find_scope(b, b->cf->scope, b->cf->scope_line, &host, err);
	for (i = 0; i < b->cf->n_rules && rc == TWR_OK; i++)
		rc = resolve_rule(b, &b->cf->rules[i], &host, &b->rules[i],
		    err);
	return rc;
}
