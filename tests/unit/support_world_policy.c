/* SPDX-License-Identifier: BSD-2-Clause */

/* From names to numbers: what compile does, in short. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support_world.h"

static uint32_t
role_number(const struct naive_world *nw, const char *name)
{
	size_t i;

	for (i = 0; i < nw->n_roles; i++)
		if (strcmp(nw->roles[i].name, name) == 0)
			break;
	return (uint32_t)i;
}

static uint32_t
scope_number(const struct naive_world *nw, const char *path)
{
	size_t i;

	for (i = 0; i < nw->n_scopes; i++)
		if (strcmp(nw->scopes[i].path, path) == 0)
			break;
	return (uint32_t)i;
}

/* All that role number gives, as bits: itself and what it includes. */
static uint32_t
closure(const struct naive_world *nw, uint32_t number)
{
	const struct naive_role *r = &nw->roles[number];
	uint32_t bits = 1u << number;
	int i;

	for (i = 0; i < NAIVE_LIST && r->includes[i] != NULL; i++)
		bits |= closure(nw, role_number(nw, r->includes[i]));
	return bits;
}

static bool
has_permission(const struct naive_role *r, const char *name)
{
	int i;

	for (i = 0; i < NAIVE_LIST && r->permissions[i] != NULL; i++)
		if (strcmp(r->permissions[i], name) == 0)
			return true;
	return false;
}

/* The roles, as bits, of which each holds what is named. */
static uint32_t
holders(const struct naive_world *nw, const char *name, bool permission)
{
	uint32_t wanted = 0, bits = 0;
	size_t i;

	for (i = 0; i < nw->n_roles; i++)
		if (permission ? has_permission(&nw->roles[i], name) :
				 strcmp(nw->roles[i].name, name) == 0)
			wanted |= 1u << i;
	for (i = 0; i < nw->n_roles; i++)
		if ((closure(nw, (uint32_t)i) & wanted) != 0)
			bits |= 1u << i;
	return bits;
}

static void
add_demand(struct world_policy *b, struct twr_rule *rule,
    struct twr_demand *into, bool permission, const char *label, uint32_t bits)
{
	struct twr_demand *d = &into[rule->n_demands++];
	uint32_t i;

	d->kind = permission ? TWR_DEMAND_PERMISSION : TWR_DEMAND_ROLE;
	d->label = label;
	d->roles = b->roles + b->n_roles;
	for (i = 0; i < 32; i++)
		if ((bits >> i & 1) != 0) {
			b->roles[b->n_roles++] = i;
			d->n_roles++;
		}
}

static void
add_any(const struct naive_world *nw, struct world_policy *b,
    struct twr_rule *rule, struct twr_demand *into,
    const char *const list[NAIVE_LIST], bool permission)
{
	uint32_t bits = 0;
	int i;

	for (i = 0; i < NAIVE_LIST && list[i] != NULL; i++)
		bits |= holders(nw, list[i], permission);
	if (list[0] != NULL)
		add_demand(b, rule, into, permission, list[0], bits);
}

static void
add_all(const struct naive_world *nw, struct world_policy *b,
    struct twr_rule *rule, struct twr_demand *into,
    const char *const list[NAIVE_LIST], bool permission)
{
	int i;

	for (i = 0; i < NAIVE_LIST && list[i] != NULL; i++)
		add_demand(b, rule, into, permission, list[i],
		    holders(nw, list[i], permission));
}

static enum twr_scope_status
scope_status(const char *word)
{
	if (strcmp(word, "active") == 0)
		return TWR_SCOPE_ACTIVE;
	return strcmp(word, "suspended") == 0 ? TWR_SCOPE_SUSPENDED :
						TWR_SCOPE_CLOSED;
}

/* The scope and all above it: cut the path at its slashes. */
static void
add_chain(const struct naive_world *nw, struct twr_chain_link *chain, size_t *n,
    const char *scope)
{
	char path[64];
	char *slash;
	uint32_t number;

	(void)snprintf(path, sizeof(path), "%s", scope);
	for (;;) {
		number = scope_number(nw, path);
		chain[(*n)++] = (struct twr_chain_link) { number,
			scope_status(nw->scopes[number].status) };
		if ((slash = strrchr(path, '/')) == NULL)
			break;
		*slash = '\0';
	}
}

static void
build_rules(const struct naive_world *nw, struct world_policy *b)
{
	size_t i;

	for (i = 0; i < nw->n_rules; i++) {
		const struct naive_rule *from = &nw->rules[i];
		struct twr_rule *to = &b->rules[i].rule;
		struct twr_demand *into = b->demands[i];

		b->rules[i].service = from->service;
		to->scope_path = from->scope;
		to->two_factor = from->two_factor;
		to->demands = into;
		add_chain(nw, to->chain, &to->n_chain, from->scope);
		add_any(nw, b, to, into, from->any_role, false);
		add_all(nw, b, to, into, from->all_roles, false);
		add_any(nw, b, to, into, from->any_permission, true);
		add_all(nw, b, to, into, from->all_permissions, true);
	}
	b->policy.rules = b->rules;
	b->policy.n_rules = nw->n_rules;
}

static void
build_services(const struct naive_world *nw, struct world_policy *b)
{
	size_t i, k;

	for (i = 0; i < WORLD_SERVICES; i++) {
		struct twr_service *s = &b->services[i];

		*s = (struct twr_service) { world_services[i], false,
			TWR_SUBJECT_BY_SERVICE, TWR_ALWAYS };
		for (k = 0; k < nw->n_rules; k++) {
			const char *subject = nw->rules[k].subject;

			if (strcmp(nw->rules[k].service, world_services[i]) !=
			    0)
				continue;
			s->has_rule = true;
			if (subject != NULL)
				s->subject = subject[0] == 'u' ?
				    TWR_SUBJECT_USER :
				    TWR_SUBJECT_INVOKER;
		}
		for (k = 0; k < nw->n_permissive; k++)
			if (strcmp(nw->permissive[k].service,
				world_services[i]) == 0)
				s->permissive_until = nw->permissive[k].until;
	}
	b->policy.meta = support_meta(b->services, WORLD_SERVICES);
	b->policy.meta.uid_min = nw->uid_min;
	b->policy.meta.stale_at = nw->stale_at;
	b->policy.meta.compiled_at = 0;
	for (k = 0; k < nw->n_permissive; k++)
		if (strcmp(nw->permissive[k].service, "*") == 0)
			b->policy.meta.permissive_until = nw->permissive[k]
							      .until;
}

static void
build_holdings(const struct naive_world *nw, struct world_policy *b,
    const char *user, struct twr_login *login)
{
	size_t i;

	login->holdings = b->holdings + b->n_holdings;
	for (i = 0; i < nw->n_assignments; i++) {
		const struct naive_assignment *a = &nw->assignments[i];

		if (strcmp(a->user, user) != 0)
			continue;
		login->n_holdings++;
		b->holdings[b->n_holdings++] = (struct twr_holding) {
			role_number(nw, a->role), scope_number(nw, a->scope),
			a->from, a->until,
			(a->removed ? TWR_HOLDING_REMOVED : 0) |
			    (a->resource ? TWR_HOLDING_RESOURCE : 0)
		};
	}
}

static void
build_login(const struct naive_world *nw, struct world_policy *b,
    const struct naive_login *from, struct twr_login *to)
{
	const struct naive_user *u = nw->users;

	*to = (struct twr_login) { .tombstone = from->user == NULL,
		.uid = from->uid,
		.status = TWR_USER_ACTIVE,
		.kind = TWR_KIND_PERSON,
		.two_factor = TWR_2FA_UNKNOWN,
		.user_sid = "",
		.user_name = "" };
	if (from->user == NULL)
		return;
	while (strcmp(u->name, from->user) != 0)
		u++;
	to->user_sid = "US00000000000000000000000000000001";
	to->user_name = u->name;
	if (strcmp(u->status, "active") != 0)
		to->status = u->status[0] == 's' ? TWR_USER_SUSPENDED :
						   TWR_USER_INACTIVE;
	if (u->automation)
		to->kind = TWR_KIND_SERVICE;
	to->two_factor = u->enrolled ? TWR_2FA_ENROLLED : TWR_2FA_NOT_ENROLLED;
	build_holdings(nw, b, from->user, to);
}

static uint32_t
exempt_uid(const struct naive_world *nw, const char *login)
{
	size_t i;

	for (i = 0; i < nw->n_logins; i++)
		if (strcmp(nw->logins[i].name, login) == 0)
			return nw->logins[i].uid;
	for (i = 0; i < nw->n_accounts; i++)
		if (strcmp(nw->accounts[i].login, login) == 0)
			return nw->accounts[i].uid;
	return TWR_UID_UNKNOWN;
}

/* One entry for each login and service; without logins, for each service. */
static void
build_exemption(const struct naive_world *nw, struct world_policy *b,
    const struct naive_exempt *from)
{
	const uint32_t needs = (from->logins[0] != NULL ? TWR_EXEMPT_LOGIN :
							  0) |
	    (from->system_accounts ? TWR_EXEMPT_SYSTEM : 0) |
	    (from->everyone ? TWR_EXEMPT_EVERYONE : 0);
	int s, l;

	for (s = 0; s < NAIVE_LIST && from->services[s] != NULL; s++)
		for (l = 0;
		     l == 0 || (l < NAIVE_LIST && from->logins[l] != NULL); l++)
			b->exempt[b->policy.exempt
				      .n_entries++] = (struct twr_exemption) {
				from->services[s], needs,
				from->logins[l] != NULL ? from->logins[l] : "",
				from->logins[l] != NULL ?
				    exempt_uid(nw, from->logins[l]) :
				    TWR_UID_UNKNOWN
			};
}

static void
build_exemptions(const struct naive_world *nw, struct world_policy *b)
{
	size_t i;

	b->policy.exempt.entries = b->exempt;
	b->policy.exempt.mapped_system = b->mapped_system;
	for (i = 0; i < nw->n_exempt; i++)
		build_exemption(nw, b, &nw->exempt[i]);
	for (i = 0; i < nw->n_logins; i++)
		if (nw->logins[i].uid < nw->uid_min)
			b->mapped_system[b->policy.exempt
					     .n_mapped_system++] = nw->logins[i]
								       .name;
}

/* What role questions may name. */
static void
build_asked(const struct naive_world *nw, struct world_policy *b)
{
	size_t i;

	for (i = 0; i < nw->n_roles; i++) {
		struct twr_rule one = { .n_demands = i };

		add_demand(b, &one, b->role_sets, false, nw->roles[i].name,
		    holders(nw, nw->roles[i].name, false));
	}
	for (i = 0; i < nw->n_scopes; i++) {
		b->places[i].path = nw->scopes[i].path;
		add_chain(nw, b->places[i].chain, &b->places[i].n_chain,
		    nw->scopes[i].path);
	}
	b->policy.role_sets = b->role_sets;
	b->policy.n_role_sets = nw->n_roles;
	b->policy.places = b->places;
	b->policy.n_places = nw->n_scopes;
}

struct world_policy *
world_policy(const struct naive_world *nw)
{
	struct world_policy *b = calloc(1, sizeof(*b));
	size_t i;

	if (b == NULL)
		abort(); /* fuzzers come here too, outside check */
	build_services(nw, b);
	build_rules(nw, b);
	build_exemptions(nw, b);
	build_asked(nw, b);
	for (i = 0; i < nw->n_logins; i++) {
		b->logins[i].name = nw->logins[i].name;
		build_login(nw, b, &nw->logins[i], &b->logins[i].login);
	}
	b->policy.logins = b->logins;
	b->policy.n_logins = nw->n_logins;
	return b;
}
