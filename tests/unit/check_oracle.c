/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Random organizations, configurations and requests: what the real decision
 * says through writer, file, reader and decoder must be what the oracle says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "support_naive.h"

#define WORLDS 400
#define REQUESTS 300 /* of each */
#define FAULTY_WORLDS 60 /* for each planted fault */
#define SEED 20261121u
#define T0 SUPPORT_NOW

static const char *const services[] = { "sshd", "sudo", "su", "cron", "login",
	"vsftpd", "other" };
#define N_SERVICES (sizeof(services) / sizeof(services[0]))

static const char *const permissions[] = { "/hosts/open", "/hosts/run",
	"/flows/read", "/flows/write", "/calls/make" };
#define N_PERMISSIONS (sizeof(permissions) / sizeof(permissions[0]))

/* The host's own accounts: root, system, people, the edges of the range. */
static const struct naive_account accounts[] = { { "root", 0 }, { "daemon", 1 },
	{ "www", 33 }, { "last", 999 }, { "first", 1000 }, { "l0", 1100 },
	{ "l1", 1101 }, { "l3", 7 }, { "l5", 8 }, { "stranger", 1200 } };
#define N_ACCOUNTS (sizeof(accounts) / sizeof(accounts[0]))

#define PICK(rn, list, n) ((list)[support_below((rn), (unsigned)(n))])

/* ---- making a world ---- */

static const char *
random_scope_status(struct support_random *rn)
{
	if (!support_chance(rn, 6))
		return "active";
	return support_chance(rn, 50) ? "suspended" : "closed";
}

static void
add_scope(struct naive_world *nw, struct support_random *rn, const char *parent,
    char kind, unsigned number)
{
	struct naive_scope *s = &nw->scopes[nw->n_scopes++];

	(void)snprintf(s->path, sizeof(s->path), "%.32s/%c%u", parent, kind,
	    number);
	s->status = random_scope_status(rn);
}

static void
make_scopes(struct naive_world *nw, struct support_random *rn)
{
	char account[64];
	unsigned i, k, n = 1 + support_below(rn, 3);

	(void)snprintf(nw->scopes[0].path, sizeof(nw->scopes[0].path), "acme");
	nw->scopes[0].status = support_chance(rn, 2) ? "suspended" : "active";
	nw->n_scopes = 1;
	for (i = 0; i < n; i++) {
		add_scope(nw, rn, "acme", 'a', i);
		(void)snprintf(account, sizeof(account), "acme/a%u", i);
		for (k = support_below(rn, 4); k > 0; k--)
			add_scope(nw, rn, account, 's', k);
	}
}

/* Roles may include earlier ones only: no circles. */
static void
make_roles(struct naive_world *nw, struct support_random *rn)
{
	size_t i, k;

	nw->n_roles = 4 + support_below(rn, 6);
	for (i = 0; i < nw->n_roles; i++) {
		struct naive_role *r = &nw->roles[i];

		(void)snprintf(r->name, sizeof(r->name), "r%u", (unsigned)i);
		for (k = support_below(rn, 3); i > 0 && k > 0; k--)
			r->includes[k - 1] = PICK(rn, nw->roles, i).name;
		for (k = support_below(rn, 3); k > 0; k--)
			r->permissions[k - 1] = PICK(rn, permissions,
			    N_PERMISSIONS);
	}
}

static void
make_people(struct naive_world *nw, struct support_random *rn)
{
	size_t i;

	nw->n_users = 3 + support_below(rn, 6);
	for (i = 0; i < nw->n_users; i++) {
		struct naive_user *u = &nw->users[i];

		(void)snprintf(u->name, sizeof(u->name), "u%u", (unsigned)i);
		u->status = support_chance(rn, 7) ? "suspended" :
		    support_chance(rn, 5)	  ? "inactive" :
						    "active";
		u->automation = support_chance(rn, 15);
		u->enrolled = support_chance(rn, 75);
	}
	nw->n_logins = 4 + support_below(rn, 8);
	for (i = 0; i < nw->n_logins; i++) {
		struct naive_login *l = &nw->logins[i];

		(void)snprintf(l->name, sizeof(l->name), "l%u", (unsigned)i);
		l->uid = 1100 + (uint32_t)i;
		l->user = support_chance(rn, 8) ?
		    NULL :
		    PICK(rn, nw->users, nw->n_users).name;
		if (l->user == NULL)
			l->uid = TWR_UID_UNKNOWN;
	}
}

/* Near T0, so that requests at T0 and around it meet both sides. */
static int64_t
random_time(struct support_random *rn)
{
	return T0 + (int64_t)support_below(rn, 400) - 200;
}

static void
make_assignments(struct naive_world *nw, struct support_random *rn)
{
	size_t i;

	nw->n_assignments = nw->n_users * 5 + support_below(rn, 20);
	for (i = 0; i < nw->n_assignments; i++) {
		struct naive_assignment *a = &nw->assignments[i];

		a->user = PICK(rn, nw->users, nw->n_users).name;
		a->role = PICK(rn, nw->roles, nw->n_roles).name;
		a->scope = PICK(rn, nw->scopes,
		    support_chance(rn, 50) ? 1 : nw->n_scopes)
			       .path;
		a->from = support_chance(rn, 45) ? random_time(rn) : TWR_ALWAYS;
		a->until = support_chance(rn, 45) ? random_time(rn) : TWR_NEVER;
		if (support_chance(rn, 12)) {
			a->removed = true;
			a->until = random_time(rn);
		}
		a->resource = support_chance(rn, 8);
	}
}

static void
random_roles(const struct naive_world *nw, struct support_random *rn,
    const char *list[NAIVE_LIST])
{
	size_t k;

	for (k = 1 + support_below(rn, 2); k > 0; k--)
		list[k - 1] = PICK(rn, nw->roles, nw->n_roles).name;
}

static void
random_permissions(struct support_random *rn, const char *list[NAIVE_LIST])
{
	size_t k;

	for (k = 1 + support_below(rn, 2); k > 0; k--)
		list[k - 1] = PICK(rn, permissions, N_PERMISSIONS);
}

/* A permission that no role gives cannot be written: compile refuses it. */
static bool
is_given(const struct naive_world *nw, const char *permission)
{
	size_t i, k;

	for (i = 0; i < nw->n_roles; i++)
		for (k = 0; k < NAIVE_LIST; k++)
			if (nw->roles[i].permissions[k] != NULL &&
			    strcmp(nw->roles[i].permissions[k], permission) ==
				0)
				return true;
	return false;
}

static void
drop_ungiven(const struct naive_world *nw, const char *list[NAIVE_LIST])
{
	size_t i, n = 0;

	for (i = 0; i < NAIVE_LIST; i++)
		if (list[i] != NULL && is_given(nw, list[i]))
			list[n++] = list[i];
	for (; n < NAIVE_LIST; n++)
		list[n] = NULL;
}

static void
make_rule(struct naive_world *nw, struct support_random *rn,
    const char *service)
{
	struct naive_rule *r = &nw->rules[nw->n_rules++];

	r->service = service;
	r->scope = PICK(rn, nw->scopes, nw->n_scopes).path;
	r->two_factor = support_chance(rn, 15);
	if (support_chance(rn, 10))
		r->subject = support_chance(rn, 50) ? "user" : "invoker";
	if (support_chance(rn, 20))
		random_roles(nw, rn, r->all_roles);
	if (support_chance(rn, 20))
		random_permissions(rn, r->any_permission);
	if (support_chance(rn, 10))
		random_permissions(rn, r->all_permissions);
	drop_ungiven(nw, r->any_permission);
	drop_ungiven(nw, r->all_permissions);
	if (support_chance(rn, 60) ||
	    (r->all_roles[0] == NULL && r->any_permission[0] == NULL &&
		r->all_permissions[0] == NULL))
		random_roles(nw, rn, r->any_role);
}

static void
make_exemptions(struct naive_world *nw, struct support_random *rn)
{
	static const char *const logins[] = { "root", "l1", "l3", "www",
		"stranger" };
	size_t i;

	nw->n_exempt = support_below(rn, 4);
	for (i = 0; i < nw->n_exempt; i++) {
		struct naive_exempt *e = &nw->exempt[i];

		e->services[0] = PICK(rn, services, N_SERVICES);
		e->system_accounts = support_chance(rn, 45);
		e->everyone = support_chance(rn, 10);
		if (!e->system_accounts || support_chance(rn, 25))
			e->logins[0] = PICK(rn, logins, 5);
		if (e->logins[0] != NULL && support_chance(rn, 30))
			e->logins[1] = PICK(rn, logins, 5);
		if (e->logins[0] != NULL && support_chance(rn, 25))
			e->services[0] = "*";
		else if (support_chance(rn, 30))
			e->services[1] = PICK(rn, services, N_SERVICES);
	}
}

static void
make_permissive(struct naive_world *nw, struct support_random *rn)
{
	size_t i;

	nw->n_permissive = support_chance(rn, 20) ? 1 + support_below(rn, 2) :
						    0;
	for (i = 0; i < nw->n_permissive; i++) {
		/* one entry for each service, as compile demands */
		nw->permissive[i].service = i > 0 ?
		    "sudo" :
		    (support_chance(rn, 30) ?
			    "*" :
			    (support_chance(rn, 40) ? "other" : "sshd"));
		nw->permissive[i].until = random_time(rn);
	}
}

static struct naive_world *
make_world(struct support_random *rn)
{
	struct naive_world *nw = calloc(1, sizeof(*nw));
	size_t i;

	ck_assert_ptr_nonnull(nw);
	make_scopes(nw, rn);
	make_roles(nw, rn);
	make_people(nw, rn);
	make_assignments(nw, rn);
	for (i = 0; i < N_SERVICES; i++)
		if (support_chance(rn, i + 1 == N_SERVICES ? 60 : 88))
			make_rule(nw, rn, services[i]);
	make_exemptions(nw, rn);
	make_permissive(nw, rn);
	nw->accounts = accounts;
	nw->n_accounts = N_ACCOUNTS;
	nw->uid_min = 1000;
	nw->stale_at = support_chance(rn, 10) ? random_time(rn) + 50 :
						TWR_NEVER;
	return nw;
}

/* ---- from names to numbers: what compile does, in short ---- */

struct built {
	struct support_policy policy;
	struct twr_service services[N_SERVICES + 1];
	struct support_rule rules[N_SERVICES];
	struct twr_demand demands[N_SERVICES][4 * NAIVE_LIST];
	uint32_t roles[4096];
	size_t n_roles;
	struct support_login logins[20];
	struct twr_holding holdings[20 * 64];
	size_t n_holdings;
	struct twr_exemption exempt[128];
	const char *mapped_system[20];
};

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
add_demand(struct built *b, struct twr_rule *rule, struct twr_demand *into,
    bool permission, const char *label, uint32_t bits)
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
add_any(const struct naive_world *nw, struct built *b, struct twr_rule *rule,
    struct twr_demand *into, const char *const list[NAIVE_LIST],
    bool permission)
{
	uint32_t bits = 0;
	int i;

	for (i = 0; i < NAIVE_LIST && list[i] != NULL; i++)
		bits |= holders(nw, list[i], permission);
	if (list[0] != NULL)
		add_demand(b, rule, into, permission, list[0], bits);
}

static void
add_all(const struct naive_world *nw, struct built *b, struct twr_rule *rule,
    struct twr_demand *into, const char *const list[NAIVE_LIST],
    bool permission)
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
add_chain(const struct naive_world *nw, struct twr_rule *rule,
    const char *scope)
{
	char path[64];
	char *slash;
	uint32_t number;

	(void)snprintf(path, sizeof(path), "%s", scope);
	for (;;) {
		number = scope_number(nw, path);
		rule->chain[rule->n_chain++] = (struct twr_chain_link) { number,
			scope_status(nw->scopes[number].status) };
		if ((slash = strrchr(path, '/')) == NULL)
			break;
		*slash = '\0';
	}
}

static void
build_rules(const struct naive_world *nw, struct built *b)
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
		add_chain(nw, to, from->scope);
		add_any(nw, b, to, into, from->any_role, false);
		add_all(nw, b, to, into, from->all_roles, false);
		add_any(nw, b, to, into, from->any_permission, true);
		add_all(nw, b, to, into, from->all_permissions, true);
	}
	b->policy.rules = b->rules;
	b->policy.n_rules = nw->n_rules;
}

static void
build_services(const struct naive_world *nw, struct built *b)
{
	size_t i, k;

	for (i = 0; i < N_SERVICES; i++) {
		struct twr_service *s = &b->services[i];

		*s = (struct twr_service) { services[i], false,
			TWR_SUBJECT_BY_SERVICE, TWR_ALWAYS };
		for (k = 0; k < nw->n_rules; k++) {
			const char *subject = nw->rules[k].subject;

			if (strcmp(nw->rules[k].service, services[i]) != 0)
				continue;
			s->has_rule = true;
			if (subject != NULL)
				s->subject = subject[0] == 'u' ?
				    TWR_SUBJECT_USER :
				    TWR_SUBJECT_INVOKER;
		}
		for (k = 0; k < nw->n_permissive; k++)
			if (strcmp(nw->permissive[k].service, services[i]) == 0)
				s->permissive_until = nw->permissive[k].until;
	}
	b->policy.meta = support_meta(b->services, N_SERVICES);
	b->policy.meta.uid_min = nw->uid_min;
	b->policy.meta.stale_at = nw->stale_at;
	b->policy.meta.compiled_at = 0;
	for (k = 0; k < nw->n_permissive; k++)
		if (strcmp(nw->permissive[k].service, "*") == 0)
			b->policy.meta.permissive_until = nw->permissive[k]
							      .until;
}

static void
build_holdings(const struct naive_world *nw, struct built *b, const char *user,
    struct twr_login *login)
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
build_login(const struct naive_world *nw, struct built *b,
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
	for (i = 0; i < N_ACCOUNTS; i++)
		if (strcmp(accounts[i].login, login) == 0)
			return accounts[i].uid;
	return TWR_UID_UNKNOWN;
}

/* One entry for each login and service; without logins, for each service. */
static void
build_exemption(const struct naive_world *nw, struct built *b,
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
build_exemptions(const struct naive_world *nw, struct built *b)
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

static void
build(const struct naive_world *nw, const char *path)
{
	struct built *b = calloc(1, sizeof(*b));
	size_t i;

	ck_assert_ptr_nonnull(b);
	build_services(nw, b);
	build_rules(nw, b);
	build_exemptions(nw, b);
	for (i = 0; i < nw->n_logins; i++) {
		b->logins[i].name = nw->logins[i].name;
		build_login(nw, b, &nw->logins[i], &b->logins[i].login);
	}
	b->policy.logins = b->logins;
	b->policy.n_logins = nw->n_logins;
	support_policy_write(path, &b->policy);
	free(b);
}

/* ---- asking both ---- */

static const char *
random_login(const struct naive_world *nw, struct support_random *rn)
{
	static const char *const strangers[] = { "nobody-knows", "l", "l00",
		"L0", "l0 " };

	if (support_chance(rn, 82))
		return PICK(rn, nw->logins, nw->n_logins).name;
	if (support_chance(rn, 70))
		return PICK(rn, accounts, N_ACCOUNTS).login;
	return PICK(rn, strangers, 5);
}

/* Whose assignments decide about login, most likely; NULL: nobody's. */
static const char *
user_of(const struct naive_world *nw, const char *login)
{
	size_t i;

	for (i = 0; i < nw->n_logins; i++)
		if (strcmp(nw->logins[i].name, login) == 0)
			return nw->logins[i].user;
	return NULL;
}

/* Often the very second at which something of login's begins or ends. */
static int64_t
random_now(const struct naive_world *nw, struct support_random *rn,
    const char *login)
{
	const char *user = user_of(nw, login);
	const struct naive_assignment *a;
	int64_t edge;
	int tries;

	for (tries = 0; tries < 12 && support_chance(rn, 95); tries++) {
		a = &PICK(rn, nw->assignments, nw->n_assignments);
		edge = support_chance(rn, 50) ? a->from : a->until;
		if (user != NULL && strcmp(a->user, user) == 0 &&
		    edge != TWR_ALWAYS && edge != TWR_NEVER)
			return edge + (int64_t)support_below(rn, 3) - 1;
	}
	return random_time(rn);
}

static uint32_t
random_uid(const struct naive_world *nw, struct support_random *rn,
    const char *login)
{
	size_t i;

	if (support_chance(rn, 50))
		return 0;
	if (support_chance(rn, 15))
		return PICK(rn, accounts, N_ACCOUNTS).uid;
	for (i = 0; i < nw->n_logins; i++)
		if (login != NULL && strcmp(nw->logins[i].name, login) == 0)
			return nw->logins[i].uid;
	return 33;
}

static struct naive_request
random_request(const struct naive_world *nw, struct support_random *rn)
{
	struct naive_request rq = { PICK(rn, services, N_SERVICES),
		random_login(nw, rn), NULL, 0, 0 };

	if (support_chance(rn, 5))
		rq.service = "unlisted";
	if (rq.service[0] == 's' && rq.service[1] == 'u' &&
	    support_chance(rn, 90))
		rq.invoker = random_login(nw, rn);
	else if (support_chance(rn, 4))
		rq.invoker = support_chance(rn, 50) ? random_login(nw, rn) : "";
	if (support_chance(rn, 1))
		rq.user = support_chance(rn, 50) ? NULL : "";
	rq.real_uid = random_uid(nw, rn, rq.invoker);
	rq.now = random_now(nw, rn,
	    rq.invoker != NULL	? rq.invoker :
		rq.user != NULL ? rq.user :
				  "");
	return rq;
}

struct tally {
	unsigned cases, differences;
	unsigned verdicts[3]; /* deny, grant, exempt */
	unsigned reasons[TWR_REASON_COUNT];
	unsigned permissive;
	char first[1024]; /* difference */
};

static void
compare(const struct naive_request *rq, const struct naive_answer *want,
    const struct twr_judgement *jd, struct tally *ta)
{
	const struct twr_decision *got = &jd->decision;

	ta->cases++;
	ta->reasons[got->reason]++;
	ta->verdicts[got->verdict == TWR_GRANT ? 1 :
		got->verdict == TWR_EXEMPT     ? 2 :
						 0]++;
	ta->permissive += got->permissive ? 1 : 0;
	if (got->verdict == want->verdict && got->reason == want->reason &&
	    got->permissive == want->permissive)
		return;
	if (ta->differences++ == 0)
		(void)snprintf(ta->first, sizeof(ta->first),
		    "case %u: service %s, user %s, invoker %s, real uid %lu, "
		    "now %+lld: %s%s, the oracle says %s%s (%.80s)",
		    ta->cases, rq->service, rq->user, rq->invoker,
		    (unsigned long)rq->real_uid, (long long)(rq->now - T0),
		    twr_reason_word(got->reason),
		    got->permissive ? " permissive" : "",
		    twr_reason_word(want->reason),
		    want->permissive ? " permissive" : "", jd->error.text);
}

static void
write_passwd(void)
{
	char text[1024] = "";
	size_t i, len = 0;

	for (i = 0; i < N_ACCOUNTS; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s:x:%lu:1::/:/bin/sh\n", accounts[i].login,
		    (unsigned long)accounts[i].uid);
	support_write_text(support_path(SUPPORT_PASSWD), text);
}

static void
ask_both(const struct naive_world *nw, struct support_random *rn,
    const char *path, enum naive_fault fault, struct tally *ta)
{
	struct twr_gate gate = support_gate(path);
	struct naive_request rq = random_request(nw, rn);
	struct naive_answer want = naive_decide(nw, &rq, fault);
	struct twr_request req = { .service = rq.service,
		.user = rq.user,
		.invoker = rq.invoker,
		.real_uid = rq.real_uid };
	struct twr_judgement jd;

	gate.now = rq.now;
	twr_judge(&gate, &req, NULL, &jd);
	compare(&rq, &want, &jd, ta);
	twr_judgement_end(&jd);
}

static void
run_worlds(unsigned worlds, enum naive_fault fault, struct tally *ta)
{
	struct support_random rn = { SEED };
	const char *path = support_path("oracle.cdb");
	struct naive_world *nw;
	unsigned i, k;

	write_passwd();
	for (i = 0; i < worlds; i++) {
		nw = make_world(&rn);
		build(nw, path);
		for (k = 0; k < REQUESTS; k++)
			ask_both(nw, &rn, path, fault, ta);
		free(nw);
	}
}

/* What 120,000 cases must have met, so that agreement means something. */
static const enum twr_reason met[] = { TWR_REASON_GRANTED, TWR_REASON_EXEMPT,
	TWR_REASON_NO_USER, TWR_REASON_NO_INVOKER, TWR_REASON_INVOKER_MISMATCH,
	TWR_REASON_NO_RULE, TWR_REASON_LOGIN_UNMAPPED, TWR_REASON_USER_INACTIVE,
	TWR_REASON_USER_SUSPENDED, TWR_REASON_TWO_FACTOR_MISSING,
	TWR_REASON_SCOPE_UNUSABLE, TWR_REASON_ROLE_MISSING,
	TWR_REASON_ROLE_ENDED, TWR_REASON_ROLE_REMOVED, TWR_REASON_ROLE_NOT_YET,
	TWR_REASON_POLICY_STALE };

START_TEST(oracle_and_decision_agree)
{
	struct tally ta = { 0 };
	unsigned percent;
	size_t i;

	run_worlds(WORLDS, NAIVE_SOUND, &ta);
	(void)printf("# %u cases: %u granted, %u exempt, %u denied, %u of "
		     "these permissive; %u differences\n",
	    ta.cases, ta.verdicts[1], ta.verdicts[2], ta.verdicts[0],
	    ta.permissive, ta.differences);
	for (i = 0; i < sizeof(met) / sizeof(met[0]); i++)
		(void)printf("#   %-20s %6u\n", twr_reason_word(met[i]),
		    ta.reasons[met[i]]);
	(void)fflush(stdout);
	ck_assert_msg(ta.differences == 0, "%u differences; %s", ta.differences,
	    ta.first);
	ck_assert_uint_ge(ta.cases, 100000);
	percent = ta.verdicts[1] * 100 / ta.cases;
	ck_assert_msg(percent >= 20 && percent <= 60, "%u %% granted", percent);
	ck_assert_uint_ge(ta.permissive, 300);
	for (i = 0; i < sizeof(met) / sizeof(met[0]); i++)
		ck_assert_msg(ta.reasons[met[i]] >= 300, "%s only %u times",
		    twr_reason_word(met[i]), ta.reasons[met[i]]);
}
END_TEST

START_TEST(a_planted_fault_is_seen)
{
	enum naive_fault fault = (enum naive_fault)(_i + 1);
	struct tally ta = { 0 };

	run_worlds(FAULTY_WORLDS, fault, &ta);
	(void)printf("# fault \"%s\": %u of %u cases differ\n",
	    naive_fault_word(fault), ta.differences, ta.cases);
	(void)fflush(stdout);
	ck_assert_msg(ta.differences > 0, "%s was not seen",
	    naive_fault_word(fault));
}
END_TEST

int
main(void)
{
	static const char faults[NAIVE_FAULTS - 1] = { 0 };
	const struct support_test tests[] = {
		SUPPORT_TEST(oracle_and_decision_agree),
		SUPPORT_ROWS(a_planted_fault_is_seen, faults),
		SUPPORT_END,
	};

	(void)faults;
	return support_run_in_folder("oracle", tests);
}
