/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "compile_impl.h"

/*
 * sudo_rules: role, permission and scope are found, and become records that
 * "twrbac sudoers" reads. A permission becomes a role question of its own.
 */

static enum twr_status
resolve_who(struct build *b, const struct config_sudo *cs, struct sudo_rule *ru,
    struct twr_demand *set, struct twr_error *err)
{
	struct config_list one = { NULL, NULL, 1 };
	char *items[1] = { cs->permission };
	unsigned lines[1] = { cs->who_line };
	struct twr_error why;
	struct role role;
	enum twr_status rc;

	one.items = items;
	one.lines = lines;
	if (cs->permission != NULL) {
		ru->role = memory_text(&b->mem, cs->permission);
		if (ru->role == NULL)
			return build_no_memory(err);
		return build_demand(b, TWR_DEMAND_PERMISSION, &one, set, err);
	}
	rc = directory_role_find(b->dir, cs->role, &role, &why);
	if (rc == TWR_EREFUSED)
		return build_fail(b, cs->who_line, err, "%s", why.text);
	if (rc != TWR_OK)
		return twr_fail(err, rc, "%s", why.text);
	ru->role = memory_text(&b->mem, role.key);
	return ru->role != NULL ? TWR_OK : build_no_memory(err);
}

static enum twr_status
resolve_scope(struct build *b, const struct config_sudo *cs,
    struct sudo_rule *ru, struct twr_error *err)
{
	struct scope scope;
	enum twr_status rc;

	ru->scope_sid = ru->scope_path = "";
	if (cs->scope == NULL)
		return TWR_OK;
	rc = build_find_scope(b, cs->scope, cs->scope_line, &scope, err);
	if (rc != TWR_OK)
		return rc;
	ru->scope_sid = memory_text(&b->mem, scope.sid);
	ru->scope_path = memory_text(&b->mem, scope.path);
	return ru->scope_sid != NULL && ru->scope_path != NULL ?
	    TWR_OK :
	    build_no_memory(err);
}

static bool
has_rule(const struct build *b, const char *service)
{
	size_t i, k;

	for (i = 0; i < b->cf->n_rules; i++)
		for (k = 0; k < b->cf->rules[i].services.n; k++)
			if (strcmp(b->cf->rules[i].services.items[k],
				service) == 0)
				return true;
	return false;
}

enum twr_status
build_resolve_sudo(struct build *b, struct twr_error *err)
{
	const struct config_sudo *cs;
	enum twr_status rc = TWR_OK;
	size_t i, n = b->cf->n_sudo_rules;

	b->sudo_rules = memory_get(&b->mem, n + 1, sizeof(*b->sudo_rules));
	b->sudo_sets = memory_get(&b->mem, n + 1, sizeof(*b->sudo_sets));
	if (b->sudo_rules == NULL || b->sudo_sets == NULL)
		return build_no_memory(err);
	for (i = 0; i < n && rc == TWR_OK; i++) {
		struct sudo_rule *ru = &b->sudo_rules[i];

		cs = &b->cf->sudo_rules[i];
		ru->line = cs->line;
		ru->runas = cs->runas;
		ru->nopasswd = cs->nopasswd;
		ru->comment = cs->comment;
		ru->commands = (const char *const *)cs->commands.items;
		ru->n_commands = cs->commands.n;
		rc = resolve_who(b, cs, ru, &b->sudo_sets[i], err);
		if (rc == TWR_OK)
			rc = resolve_scope(b, cs, ru, err);
	}
	if (rc == TWR_OK && n > 0 && !has_rule(b, "sudo") &&
	    !has_rule(b, "other"))
		return build_fail(b, b->cf->sudo_rules[0].line, err,
		    "there are sudo rules, but no rule for the service sudo, "
		    "so nobody could use them; add { services = [\"sudo\", "
		    "\"sudo-i\"]; any_permission = "
		    "[\"/twrbac/hosts/sudo/run\"]; } to rules");
	return rc;
}

/* Has one before the same permission? */
static bool
is_written(const struct build *b, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (strcmp(b->sudo_rules[k].role, b->sudo_rules[i].role) == 0)
			return true;
	return false;
}

enum twr_status
build_write_sudo_sets(struct build *b, struct policy_writer *pw,
    struct twr_error *err)
{
	enum twr_status rc = TWR_OK;
	size_t i;

	for (i = 0; i < b->cf->n_sudo_rules && rc == TWR_OK; i++)
		if (b->sudo_sets[i].n_roles > 0 && !is_written(b, i))
			rc = policy_writer_role_set(pw, &b->sudo_sets[i], err);
	return rc;
}

enum twr_status
build_write_sudo(struct build *b, struct policy_writer *pw,
    struct twr_error *err)
{
	enum twr_status rc = TWR_OK;
	size_t i;

	for (i = 0; i < b->cf->n_sudo_rules && rc == TWR_OK; i++)
		rc = policy_writer_sudo_rule(pw, (uint32_t)i, &b->sudo_rules[i],
		    err);
	return rc;
}
