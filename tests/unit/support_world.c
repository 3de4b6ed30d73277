/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sudo_policy.h"

#define T0 SUPPORT_NOW

const char *const world_services[WORLD_SERVICES] = { "sshd", "sudo", "su",
	"cron", "login", "vsftpd", "other" };

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

		e->services[0] = PICK(rn, world_services, WORLD_SERVICES);
		e->system_accounts = support_chance(rn, 45);
		e->everyone = support_chance(rn, 10);
		if (!e->system_accounts || support_chance(rn, 25))
			e->logins[0] = PICK(rn, logins, 5);
		if (e->logins[0] != NULL && support_chance(rn, 30))
			e->logins[1] = PICK(rn, logins, 5);
		if (e->logins[0] != NULL && support_chance(rn, 25))
			e->services[0] = "*";
		else if (support_chance(rn, 30))
			e->services[1] = PICK(rn, world_services,
			    WORLD_SERVICES);
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

struct naive_world *
world_make(struct support_random *rn)
{
	struct naive_world *nw = calloc(1, sizeof(*nw));
	size_t i;

	if (nw == NULL)
		abort(); /* fuzzers come here too, outside check */
	make_scopes(nw, rn);
	make_roles(nw, rn);
	make_people(nw, rn);
	make_assignments(nw, rn);
	for (i = 0; i < WORLD_SERVICES; i++)
		if (support_chance(rn, i + 1 == WORLD_SERVICES ? 60 : 88))
			make_rule(nw, rn, world_services[i]);
	make_exemptions(nw, rn);
	make_permissive(nw, rn);
	nw->accounts = accounts;
	nw->n_accounts = N_ACCOUNTS;
	nw->uid_min = 1000;
	nw->stale_at = support_chance(rn, 10) ? random_time(rn) + 50 :
						TWR_NEVER;
	return nw;
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

struct naive_request
world_request(const struct naive_world *nw, struct support_random *rn)
{
	struct naive_request rq = { PICK(rn, world_services, WORLD_SERVICES),
		random_login(nw, rn), NULL, 0, 0, NULL, NULL };

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

static void
compare(const struct naive_request *rq, const struct naive_answer *want,
    const struct twr_judgement *jd, struct world_tally *ta)
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
		    "case %u: service %s, user %s, invoker %s, role %s in %s, "
		    "real uid %lu, now %+lld: %s%s, the oracle says %s%s "
		    "(%.80s)",
		    ta->cases, rq->service, rq->user, rq->invoker, rq->role,
		    rq->scope, (unsigned long)rq->real_uid,
		    (long long)(rq->now - T0), twr_reason_word(got->reason),
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
    const char *path, enum naive_fault fault, struct world_tally *ta)
{
	struct twr_gate gate = support_gate(path);
	struct naive_request rq = world_request(nw, rn);
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

static struct naive_request
random_question(const struct naive_world *nw, struct support_random *rn)
{
	struct naive_request rq = { .service = "sudo",
		.user = random_login(nw, rn),
		.role = PICK(rn, nw->roles, nw->n_roles).name };

	if (support_chance(rn, 2))
		rq.role = "r99";
	if (support_chance(rn, 60))
		rq.scope = PICK(rn, nw->scopes, nw->n_scopes).path;
	if (support_chance(rn, 2))
		rq.scope = "acme/nowhere";
	if (support_chance(rn, 1))
		rq.user = support_chance(rn, 50) ? NULL : "";
	do
		rq.real_uid = random_uid(nw, rn, rq.user);
	while (rq.real_uid == 0 && support_chance(rn, 95));
	rq.now = random_now(nw, rn, rq.user != NULL ? rq.user : "");
	return rq;
}

/* In the life of one process, in which time passes in whatever way. */
static void
question_both(const struct naive_world *nw, struct support_random *rn,
    struct sudo_policy *sp, struct twr_gate *gate, enum naive_fault fault,
    struct world_tally *ta)
{
	struct naive_request rq = random_question(nw, rn);
	struct naive_answer want = naive_decide(nw, &rq, fault);
	const struct sudo_ask ask = { rq.user, rq.real_uid,
		{ rq.role, rq.scope } };
	struct twr_judgement jd;

	gate->now = rq.now;
	gate->boottime += SUDO_POLICY_FRESH_S;
	sudo_policy_ask(sp, gate, &ask, NULL, &jd);
	compare(&rq, &want, &jd, ta);
	sudo_policy_answered(&jd);
}

void
world_run(const struct world_plan *plan, struct world_tally *ta)
{
	struct support_random rn = { plan->seed };
	char path[4096];
	struct naive_world *nw;
	unsigned i, k;

	/* support_path() reuses its buffers */
	(void)snprintf(path, sizeof(path), "%s", support_path("oracle.cdb"));
	write_passwd();
	for (i = 0; i < plan->worlds; i++) {
		nw = world_make(&rn);
		plan->build(nw, path);
		if (plan->questions) {
			struct twr_gate gate = support_gate(path);
			struct sudo_policy sp = { .asked = false };

			for (k = 0; k < plan->requests; k++)
				question_both(nw, &rn, &sp, &gate, plan->fault,
				    ta);
			sudo_policy_close(&sp);
		}
		for (k = 0; k < plan->requests && !plan->questions; k++)
			ask_both(nw, &rn, path, plan->fault, ta);
		free(nw);
	}
}

/* What the cases must have met, so that agreement means something. */
static const enum twr_reason met[] = { TWR_REASON_GRANTED, TWR_REASON_EXEMPT,
	TWR_REASON_NO_USER, TWR_REASON_NO_INVOKER, TWR_REASON_INVOKER_MISMATCH,
	TWR_REASON_NO_RULE, TWR_REASON_LOGIN_UNMAPPED, TWR_REASON_USER_INACTIVE,
	TWR_REASON_USER_SUSPENDED, TWR_REASON_TWO_FACTOR_MISSING,
	TWR_REASON_SCOPE_UNUSABLE, TWR_REASON_ROLE_MISSING,
	TWR_REASON_ROLE_ENDED, TWR_REASON_ROLE_REMOVED, TWR_REASON_ROLE_NOT_YET,
	TWR_REASON_POLICY_STALE };

void
world_check_agreement(const struct world_tally *ta)
{
	unsigned percent;
	size_t i;

	(void)printf("# %u cases: %u granted, %u exempt, %u denied, %u of "
		     "these permissive; %u differences\n",
	    ta->cases, ta->verdicts[1], ta->verdicts[2], ta->verdicts[0],
	    ta->permissive, ta->differences);
	percent = ta->cases == 0 ? 0 : ta->verdicts[1] * 100 / ta->cases;
	(void)printf("#   %u %% granted\n", percent);
	for (i = 0; i < sizeof(met) / sizeof(met[0]); i++)
		(void)printf("#   %-20s %6u\n", twr_reason_word(met[i]),
		    ta->reasons[met[i]]);
	(void)fflush(stdout);
	ck_assert_msg(ta->differences == 0, "%u differences; %s",
	    ta->differences, ta->first);
	ck_assert_uint_ge(ta->cases, 100000);
	ck_assert_msg(percent >= 20 && percent <= 60, "%u %% granted", percent);
	ck_assert_uint_ge(ta->permissive, 300);
	for (i = 0; i < sizeof(met) / sizeof(met[0]); i++)
		ck_assert_msg(ta->reasons[met[i]] >= 300, "%s only %u times",
		    twr_reason_word(met[i]), ta->reasons[met[i]]);
}

static const enum twr_reason questions_met[] = { TWR_REASON_GRANTED,
	TWR_REASON_NO_USER, TWR_REASON_INVOKER_MISMATCH, TWR_REASON_NO_RULE,
	TWR_REASON_LOGIN_UNMAPPED, TWR_REASON_USER_INACTIVE,
	TWR_REASON_USER_SUSPENDED, TWR_REASON_TWO_FACTOR_MISSING,
	TWR_REASON_SCOPE_UNUSABLE, TWR_REASON_ROLE_MISSING,
	TWR_REASON_ROLE_ENDED, TWR_REASON_ROLE_REMOVED, TWR_REASON_ROLE_NOT_YET,
	TWR_REASON_ROLE_UNKNOWN, TWR_REASON_SCOPE_UNKNOWN,
	TWR_REASON_POLICY_STALE };

void
world_check_questions(const struct world_tally *ta)
{
	size_t i;

	(void)printf("# %u role questions: %u members; %u differences\n",
	    ta->cases, ta->verdicts[1], ta->differences);
	for (i = 0; i < sizeof(questions_met) / sizeof(questions_met[0]); i++)
		(void)printf("#   %-20s %6u\n",
		    twr_reason_word(questions_met[i]),
		    ta->reasons[questions_met[i]]);
	(void)fflush(stdout);
	ck_assert_msg(ta->differences == 0, "%u differences; %s",
	    ta->differences, ta->first);
	ck_assert_uint_ge(ta->cases, 60000);
	ck_assert_uint_eq(ta->verdicts[2] + ta->permissive, 0);
	ck_assert_uint_ge(ta->verdicts[1], ta->cases / 10);
	for (i = 0; i < sizeof(questions_met) / sizeof(questions_met[0]); i++)
		ck_assert_msg(ta->reasons[questions_met[i]] >= 100,
		    "%s only %u times", twr_reason_word(questions_met[i]),
		    ta->reasons[questions_met[i]]);
}

void
world_check_fault(enum naive_fault fault, const struct world_tally *ta)
{
	(void)printf("# fault \"%s\": %u of %u cases differ\n",
	    naive_fault_word(fault), ta->differences, ta->cases);
	(void)fflush(stdout);
	ck_assert_msg(ta->differences > 0, "%s was not seen",
	    naive_fault_word(fault));
}
