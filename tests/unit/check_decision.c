/* SPDX-License-Identifier: BSD-2-Clause */

/* The decision as tables, on views written down by hand. */
#include "decision.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

#define T0 SUPPORT_NOW
#define BOB_UID 1001u

/* acme / messaging / production: the host's scope is PROD. */
enum {
	ACME = 1,
	MESSAGING,
	PROD,
	QA, /* beside PROD */
	VOICE, /* beside MESSAGING */
	VOICE_PROD
};

enum {
	LOGIN = 10,
	OPERATOR,
	ADMIN,
	DEVELOPER,
	READER
};

static bool *reached; /* by reason, over all tests */

/* ---- one world: bob, sshd and sudo on a host in PROD ---- */

struct world {
	struct twr_service services[4];
	struct twr_view view;
	struct twr_request req;
	struct twr_holding holding;
	struct twr_demand demand;
	struct twr_exemption entries[3];
};

/* OPERATOR includes LOGIN, ADMIN includes both: expanded by the compile. */
static const uint32_t login_set[] = { LOGIN, OPERATOR, ADMIN };
static const uint32_t admin_set[] = { ADMIN };
static const uint32_t developer_set[] = { DEVELOPER };
static const uint32_t any_set[] = { ADMIN, DEVELOPER };

#define SET(kind, label, set) \
	{ \
		kind, label, set, sizeof(set) / sizeof((set)[0]) \
	}

/* demands of one rule; n_roles 0 ends the list */
struct demands {
	struct twr_demand d[4];
};
static const struct demands
    one = { { SET(TWR_DEMAND_ROLE, "hosts:login", login_set) } },
    any = { { SET(TWR_DEMAND_ROLE, "any", any_set) } },
    all = { { SET(TWR_DEMAND_ROLE, "hosts:login", login_set),
	SET(TWR_DEMAND_ROLE, "general:developer", developer_set) } },
    permission = { { SET(TWR_DEMAND_PERMISSION, "/sudo/run", any_set) } },
    all_kinds = { { SET(TWR_DEMAND_ROLE, "any", any_set),
	SET(TWR_DEMAND_ROLE, "hosts:login", login_set),
	SET(TWR_DEMAND_PERMISSION, "/sudo/run", admin_set) } };

static size_t
count_demands(const struct demands *ds)
{
	size_t n = 0;

	while (n < 4 && ds->d[n].n_roles > 0)
		n++;
	return n;
}

/* Again after each change of the request or the services. */
static void
choose_subject(struct world *w)
{
	w->view.subject = twr_subject_choose(&w->view.meta, w->req.service,
	    w->req.user, w->req.invoker);
}

static void
make_world(struct world *w)
{
	struct twr_rule *r = &w->view.rule;

	memset(w, 0, sizeof(*w));
	w->services[0] = (struct twr_service) { "sshd", true,
		TWR_SUBJECT_BY_SERVICE, TWR_ALWAYS };
	w->services[1] = (struct twr_service) { "sudo", true,
		TWR_SUBJECT_BY_SERVICE, TWR_ALWAYS };
	w->services[2] = (struct twr_service) { "su", true, TWR_SUBJECT_USER,
		TWR_ALWAYS };
	w->services[3] = (struct twr_service) { "door", true,
		TWR_SUBJECT_INVOKER, TWR_ALWAYS };
	w->view.meta = support_meta(w->services, 4);
	w->view.judge = w->view.service = &w->services[0];
	w->req = (struct twr_request) { .service = "sshd",
		.user = "bob",
		.clock = T0,
		.now = T0,
		.local_uid = TWR_UID_UNKNOWN };
	w->holding = (struct twr_holding) { LOGIN, PROD, TWR_ALWAYS, TWR_NEVER,
		0 };
	w->demand = one.d[0];
	w->view.login = (struct twr_login) { .uid = BOB_UID,
		.status = TWR_USER_ACTIVE,
		.kind = TWR_KIND_PERSON,
		.two_factor = TWR_2FA_UNKNOWN,
		.user_sid = "US00000000000000000000000000000001",
		.user_name = "Bob",
		.holdings = &w->holding,
		.n_holdings = 1 };
	*r = (struct twr_rule) { .scope_path = "acme/messaging/production",
		.chain = { { PROD, TWR_SCOPE_ACTIVE },
		    { MESSAGING, TWR_SCOPE_ACTIVE },
		    { ACME, TWR_SCOPE_ACTIVE } },
		.n_chain = 3,
		.demands = &w->demand,
		.n_demands = 1 };
	w->view.exempt.entries = w->entries;
	choose_subject(w);
}

static struct twr_decision
ask(const struct world *w)
{
	struct twr_decision d = twr_decide(&w->view, &w->req, NULL);

	ck_assert_int_lt(d.reason, TWR_REASON_COUNT);
	reached[d.reason] = true;
	if (d.verdict != TWR_GRANT && d.verdict != TWR_EXEMPT)
		ck_assert_int_eq(d.verdict, TWR_DENY);
	return d;
}

static void
expect(const struct world *w, const char *what, enum twr_verdict verdict,
    enum twr_reason reason)
{
	struct twr_decision d = ask(w);

	ck_assert_msg(d.verdict == verdict && d.reason == reason,
	    "%s: verdict %x, reason %s; expected %x, %s", what, d.verdict,
	    twr_reason_word(d.reason), verdict, twr_reason_word(reason));
}

#define GRANT TWR_GRANT, TWR_REASON_GRANTED
#define EXEMPTED TWR_EXEMPT, TWR_REASON_EXEMPT
#define DENY(reason) TWR_DENY, TWR_REASON_##reason

/* ---- assignments against demands ---- */

#define ALWAYS TWR_ALWAYS, TWR_NEVER, 0
#define FROM(t) (t), TWR_NEVER, 0
#define UNTIL(t) TWR_ALWAYS, (t), 0
#define REMOVED_AT(t) TWR_ALWAYS, (t), TWR_HOLDING_REMOVED
#define ON_A_RESOURCE TWR_ALWAYS, TWR_NEVER, TWR_HOLDING_RESOURCE

static const struct held {
	const char *what;
	const struct demands *demands;
	struct twr_holding holdings[3]; /* role 0 ends the list */
	enum twr_verdict verdict;
	enum twr_reason reason;
	size_t holding; /* evidence */
} held[] = {
	/* clang-format off */
	{ "the role in the scope itself", &one,
	    { { LOGIN, PROD, ALWAYS } }, GRANT, 0 },
	{ "inherited from the account", &one,
	    { { LOGIN, MESSAGING, ALWAYS } }, GRANT, 0 },
	{ "inherited from the organization", &one,
	    { { LOGIN, ACME, ALWAYS } }, GRANT, 0 },
	{ "a sibling does not count", &one,
	    { { LOGIN, QA, ALWAYS } }, DENY(ROLE_MISSING), TWR_NOTHING },
	{ "another account does not count", &one,
	    { { LOGIN, VOICE, ALWAYS } }, DENY(ROLE_MISSING), TWR_NOTHING },
	{ "a cousin does not count", &one,
	    { { LOGIN, VOICE_PROD, ALWAYS } },
	    DENY(ROLE_MISSING), TWR_NOTHING },
	{ "a scope that this host has never heard of", &one,
	    { { LOGIN, 0, ALWAYS }, { LOGIN, VOICE_PROD + 1, ALWAYS } },
	    DENY(ROLE_MISSING), TWR_NOTHING },
	{ "nothing is held", &one,
	    { { 0, 0, ALWAYS } }, DENY(ROLE_MISSING), TWR_NOTHING },
	{ "another role", &one,
	    { { READER, PROD, ALWAYS } }, DENY(ROLE_MISSING), TWR_NOTHING },
	{ "a role that includes it", &one,
	    { { ADMIN, ACME, ALWAYS } }, GRANT, 0 },
	{ "an included role is not the including one", &permission,
	    { { LOGIN, PROD, ALWAYS } }, DENY(ROLE_MISSING), TWR_NOTHING },
	{ "the second assignment counts", &one,
	    { { READER, PROD, ALWAYS }, { LOGIN, PROD, ALWAYS } }, GRANT, 1 },
	{ "limited to a resource", &one,
	    { { LOGIN, PROD, ON_A_RESOURCE } },
	    DENY(ROLE_MISSING), TWR_NOTHING },
	{ "one limited, one not", &one,
	    { { LOGIN, PROD, ON_A_RESOURCE }, { LOGIN, ACME, ALWAYS } },
	    GRANT, 1 },
	{ "a flag that nobody knows", &one,
	    { { LOGIN, PROD, TWR_ALWAYS, TWR_NEVER, 4 } },
	    DENY(ROLE_MISSING), TWR_NOTHING },
	/* windows, to the second */
	{ "begins now", &one, { { LOGIN, PROD, FROM(T0) } }, GRANT, 0 },
	{ "begins in a second", &one,
	    { { LOGIN, PROD, FROM(T0 + 1) } }, DENY(ROLE_NOT_YET), 0 },
	{ "its last second", &one,
	    { { LOGIN, PROD, UNTIL(T0 + 1) } }, GRANT, 0 },
	{ "ends now", &one,
	    { { LOGIN, PROD, UNTIL(T0) } }, DENY(ROLE_ENDED), 0 },
	{ "one second long", &one,
	    { { LOGIN, PROD, T0, T0 + 1, 0 } }, GRANT, 0 },
	{ "an empty window", &one,
	    { { LOGIN, PROD, T0, T0, 0 } }, DENY(ROLE_ENDED), 0 },
	{ "removed", &one,
	    { { LOGIN, PROD, REMOVED_AT(T0 - 5) } }, DENY(ROLE_REMOVED), 0 },
	{ "removed, though its end lies ahead", &one,
	    { { LOGIN, PROD, REMOVED_AT(TWR_NEVER) } },
	    DENY(ROLE_REMOVED), 0 },
	{ "an ended one and one in force", &one,
	    { { LOGIN, PROD, UNTIL(T0) }, { LOGIN, PROD, ALWAYS } },
	    GRANT, 1 },
	/* which near miss is told */
	{ "one that begins, before one that ended", &one,
	    { { LOGIN, PROD, UNTIL(T0) }, { LOGIN, PROD, FROM(T0 + 9) } },
	    DENY(ROLE_NOT_YET), 1 },
	{ "the soonest of those that begin", &one,
	    { { LOGIN, PROD, FROM(T0 + 9) }, { LOGIN, PROD, FROM(T0 + 8) },
	    { LOGIN, PROD, FROM(T0 + 10) } }, DENY(ROLE_NOT_YET), 1 },
	{ "the latest of those that ended", &one,
	    { { LOGIN, PROD, UNTIL(T0 - 9) }, { LOGIN, PROD, UNTIL(T0 - 2) },
	    { LOGIN, PROD, REMOVED_AT(T0 - 3) } }, DENY(ROLE_ENDED), 1 },
	{ "the first of those that begin alike", &one,
	    { { LOGIN, PROD, FROM(T0 + 9) }, { LOGIN, PROD, FROM(T0 + 9) } },
	    DENY(ROLE_NOT_YET), 0 },
	{ "the first of those that ended alike", &one,
	    { { LOGIN, PROD, UNTIL(T0 - 9) }, { LOGIN, PROD, UNTIL(T0 - 9) } },
	    DENY(ROLE_ENDED), 0 },
	{ "removed, where another ended at that moment", &one,
	    { { LOGIN, PROD, UNTIL(T0 - 9) },
	    { LOGIN, PROD, REMOVED_AT(T0 - 9) } }, DENY(ROLE_REMOVED), 1 },
	{ "removed, before another that ended at that moment", &one,
	    { { LOGIN, PROD, REMOVED_AT(T0 - 9) },
	    { LOGIN, PROD, UNTIL(T0 - 9) } }, DENY(ROLE_REMOVED), 0 },
	{ "the first of those that were removed at one moment", &one,
	    { { LOGIN, PROD, REMOVED_AT(T0 - 9) },
	    { LOGIN, PROD, REMOVED_AT(T0 - 9) } }, DENY(ROLE_REMOVED), 0 },
	{ "one that begins, after one that ended later", &one,
	    { { LOGIN, PROD, FROM(T0 + 9) }, { LOGIN, PROD, UNTIL(T0 - 1) } },
	    DENY(ROLE_NOT_YET), 0 },
	{ "one that begins, before one removed with its end far away", &one,
	    { { LOGIN, PROD, T0 + 9, T0 + 20, 0 },
	    { LOGIN, PROD, REMOVED_AT(TWR_NEVER) } }, DENY(ROLE_NOT_YET), 0 },
	{ "limited and removed", &one,
	    { { LOGIN, PROD, TWR_ALWAYS, T0,
	    TWR_HOLDING_REMOVED | TWR_HOLDING_RESOURCE } },
	    DENY(ROLE_MISSING), TWR_NOTHING },
	{ "the latest was removed", &one,
	    { { LOGIN, PROD, UNTIL(T0 - 9) },
	    { LOGIN, PROD, REMOVED_AT(T0 - 3) } }, DENY(ROLE_REMOVED), 1 },
	{ "an ended one elsewhere explains nothing", &one,
	    { { LOGIN, QA, UNTIL(T0) } }, DENY(ROLE_MISSING), TWR_NOTHING },
	{ "nor does a limited one that ended", &one,
	    { { LOGIN, PROD, TWR_ALWAYS, T0, TWR_HOLDING_RESOURCE } },
	    DENY(ROLE_MISSING), TWR_NOTHING },
	/* any and all */
	{ "any: the first", &any,
	    { { ADMIN, PROD, ALWAYS } }, GRANT, 0 },
	{ "any: the second", &any,
	    { { DEVELOPER, PROD, ALWAYS } }, GRANT, 0 },
	{ "any: neither", &any,
	    { { LOGIN, PROD, ALWAYS } }, DENY(ROLE_MISSING), TWR_NOTHING },
	{ "all: both", &all,
	    { { LOGIN, PROD, ALWAYS }, { DEVELOPER, ACME, ALWAYS } },
	    GRANT, 1 },
	{ "all: only the first", &all,
	    { { LOGIN, PROD, ALWAYS } }, DENY(ROLE_MISSING), TWR_NOTHING },
	{ "all: only the second", &all,
	    { { DEVELOPER, PROD, ALWAYS } },
	    DENY(ROLE_MISSING), TWR_NOTHING },
	{ "all: the second ended", &all,
	    { { LOGIN, PROD, ALWAYS }, { DEVELOPER, PROD, UNTIL(T0) } },
	    DENY(ROLE_ENDED), 1 },
	{ "a permission by a role that has it", &permission,
	    { { DEVELOPER, PROD, ALWAYS } }, GRANT, 0 },
	{ "a permission by none", &permission,
	    { { READER, PROD, ALWAYS } }, DENY(ROLE_MISSING), TWR_NOTHING },
	{ "roles and permissions: all by one role", &all_kinds,
	    { { ADMIN, PROD, ALWAYS } }, GRANT, 0 },
	{ "roles and permissions: the permission lacks", &all_kinds,
	    { { DEVELOPER, PROD, ALWAYS }, { LOGIN, PROD, ALWAYS } },
	    DENY(ROLE_MISSING), TWR_NOTHING },
	/* clang-format on */
};

START_TEST(an_assignment_meets_a_demand)
{
	const struct held *h = &held[_i];
	struct twr_decision d;
	struct world w;

	make_world(&w);
	w.view.rule.demands = h->demands->d;
	w.view.rule.n_demands = count_demands(h->demands);
	w.view.login.holdings = h->holdings;
	for (w.view.login.n_holdings = 0; w.view.login.n_holdings < 3 &&
	     h->holdings[w.view.login.n_holdings].role != 0;)
		w.view.login.n_holdings++;
	expect(&w, h->what, h->verdict, h->reason);
	d = ask(&w);
	ck_assert_msg(d.holding == h->holding, "%s: evidence %zu", h->what,
	    d.holding);
}
END_TEST

/* A holder at the subaccount never passes a rule of a scope above. */
START_TEST(nothing_is_inherited_upwards)
{
	static const struct twr_chain_link chains[][2] = {
		{ { MESSAGING, TWR_SCOPE_ACTIVE }, { ACME, TWR_SCOPE_ACTIVE } },
		{ { ACME, TWR_SCOPE_ACTIVE }, { 0, 0 } },
	};
	struct world w;
	size_t i;

	for (i = 0; i < 2; i++) {
		make_world(&w);
		w.view.rule.n_chain = 2 - i;
		memcpy(w.view.rule.chain, chains[i], sizeof(chains[i]));
		expect(&w, "upwards", DENY(ROLE_MISSING));
		w.holding.scope = ACME;
		expect(&w, "downwards", GRANT);
	}
}
END_TEST

/* What lies behind the chain's end is no scope of the rule. */
START_TEST(the_chain_has_an_end)
{
	struct world w;
	size_t n;

	for (n = 1; n < TWR_CHAIN_MAX; n++) {
		make_world(&w);
		w.view.rule.n_chain = n;
		w.view.rule.chain[n].scope = QA;
		w.holding.scope = QA;
		expect(&w, "behind the end", DENY(ROLE_MISSING));
		w.holding.scope = w.view.rule.chain[n - 1].scope;
		expect(&w, "the last", GRANT);
	}
}
END_TEST

/* ---- everything else that stands between a login and its grant ---- */

static void
as_is(struct world *w)
{
	(void)w;
}

static void
user_inactive(struct world *w)
{
	w->view.login.status = TWR_USER_INACTIVE;
}

static void
user_suspended(struct world *w)
{
	w->view.login.status = TWR_USER_SUSPENDED;
}

static void
user_of_no_status(struct world *w)
{
	w->view.login.status = 0;
}

static void
user_of_a_later_status(struct world *w)
{
	w->view.login.status = (enum twr_user_status)(TWR_USER_SUSPENDED + 1);
}

static void
two_factor_unknown(struct world *w)
{
	w->view.rule.two_factor = true;
}

static void
two_factor_of_no_state(struct world *w)
{
	two_factor_unknown(w);
	w->view.login.two_factor = 0;
}

static void
two_factor_of_a_later_kind(struct world *w)
{
	two_factor_unknown(w);
	w->view.login.kind = (enum twr_user_kind)(TWR_KIND_SERVICE + 1);
}

static void
two_factor_not_enrolled(struct world *w)
{
	two_factor_unknown(w);
	w->view.login.two_factor = TWR_2FA_NOT_ENROLLED;
}

static void
two_factor_enrolled(struct world *w)
{
	two_factor_unknown(w);
	w->view.login.two_factor = TWR_2FA_ENROLLED;
}

static void
two_factor_of_a_service(struct world *w)
{
	two_factor_unknown(w);
	w->view.login.kind = TWR_KIND_SERVICE;
}

static void
host_scope_suspended(struct world *w)
{
	w->view.rule.chain[0].status = TWR_SCOPE_SUSPENDED;
}

static void
account_suspended(struct world *w)
{
	w->view.rule.chain[1].status = TWR_SCOPE_SUSPENDED;
}

static void
organization_closed(struct world *w)
{
	w->view.rule.chain[2].status = TWR_SCOPE_CLOSED;
}

static void
scope_of_no_status(struct world *w)
{
	w->view.rule.chain[1].status = 0;
}

static void
no_scope_at_all(struct world *w)
{
	w->view.rule.n_chain = 0;
}

static void
no_demand_at_all(struct world *w)
{
	w->view.rule.n_demands = 0;
}

static void
demand_without_roles(struct world *w)
{
	w->demand.n_roles = 0;
}

static void
role_ended(struct world *w)
{
	w->holding.not_after = T0;
}

static void
role_not_yet(struct world *w)
{
	w->holding.not_before = T0 + 1;
}

static void
role_removed(struct world *w)
{
	w->holding.flags = TWR_HOLDING_REMOVED;
}

static void
login_unknown(struct world *w)
{
	w->view.login_status = TWR_ENOENT;
	memset(&w->view.login, 0, sizeof(w->view.login));
}

static void
login_unmapped(struct world *w)
{
	w->view.login.tombstone = true;
}

static void
no_rule(struct world *w)
{
	w->view.rule_status = TWR_ENOENT;
	w->view.judge = w->view.service = NULL;
	memset(&w->view.rule, 0, sizeof(w->view.rule));
}

static void
user_not_set(struct world *w)
{
	w->req.user = NULL;
}

static void
user_empty(struct world *w)
{
	w->req.user = "";
}

static void
another_invoker(struct world *w)
{
	w->req.invoker = "eve";
}

static void
the_same_invoker(struct world *w)
{
	w->req.invoker = "bob";
	w->req.real_uid = 5; /* says nothing where the user is judged */
}

static void
sudo_to_root(struct world *w)
{
	w->req.service = "sudo";
	w->view.judge = w->view.service = &w->services[1];
	w->req.user = "root";
	w->req.invoker = "bob";
	w->req.real_uid = BOB_UID;
}

static void
sudo_by_another_uid(struct world *w)
{
	sudo_to_root(w);
	w->req.real_uid = BOB_UID + 1;
}

static void
sudo_by_a_lower_uid(struct world *w)
{
	sudo_to_root(w);
	w->req.real_uid = BOB_UID - 1;
}

static void
sudo_by_root(struct world *w)
{
	sudo_to_root(w);
	w->req.real_uid = 0;
}

static void
sudo_with_no_uid_known(struct world *w)
{
	sudo_to_root(w);
	w->view.login.uid = TWR_UID_UNKNOWN;
}

static void
sudo_by_nobody(struct world *w)
{
	sudo_to_root(w);
	w->req.invoker = NULL;
}

static void
sudo_by_an_empty_name(struct world *w)
{
	sudo_to_root(w);
	w->req.invoker = "";
}

static void
su_judges_the_user(struct world *w)
{
	w->req.service = "su";
	w->view.judge = w->view.service = &w->services[2];
	w->req.invoker = "eve";
	w->req.real_uid = 77;
}

static void
door_judges_the_invoker(struct world *w)
{
	sudo_to_root(w);
	w->req.service = "door";
	w->view.judge = w->view.service = &w->services[3];
}

static const struct circumstance {
	const char *what;
	void (*change)(struct world *w);
	enum twr_verdict verdict;
	enum twr_reason reason;
} circumstances[] = {
#define C(fn) #fn, fn
	{ C(as_is), GRANT },
	{ C(user_inactive), DENY(USER_INACTIVE) },
	{ C(user_suspended), DENY(USER_SUSPENDED) },
	{ C(user_of_no_status), DENY(USER_INACTIVE) },
	{ C(user_of_a_later_status), DENY(USER_INACTIVE) },
	{ C(two_factor_unknown), DENY(TWO_FACTOR_MISSING) },
	{ C(two_factor_not_enrolled), DENY(TWO_FACTOR_MISSING) },
	{ C(two_factor_of_no_state), DENY(TWO_FACTOR_MISSING) },
	{ C(two_factor_of_a_later_kind), DENY(TWO_FACTOR_MISSING) },
	{ C(two_factor_enrolled), GRANT },
	{ C(two_factor_of_a_service), GRANT },
	{ C(host_scope_suspended), DENY(SCOPE_UNUSABLE) },
	{ C(account_suspended), DENY(SCOPE_UNUSABLE) },
	{ C(organization_closed), DENY(SCOPE_UNUSABLE) },
	{ C(scope_of_no_status), DENY(SCOPE_UNUSABLE) },
	{ C(no_scope_at_all), DENY(POLICY_CORRUPT) },
	{ C(no_demand_at_all), DENY(POLICY_CORRUPT) },
	{ C(demand_without_roles), DENY(ROLE_MISSING) },
	{ C(role_ended), DENY(ROLE_ENDED) },
	{ C(role_not_yet), DENY(ROLE_NOT_YET) },
	{ C(role_removed), DENY(ROLE_REMOVED) },
	{ C(login_unknown), DENY(LOGIN_UNMAPPED) },
	{ C(login_unmapped), DENY(LOGIN_UNMAPPED) },
	{ C(no_rule), DENY(NO_RULE) },
	{ C(user_not_set), DENY(NO_USER) },
	{ C(user_empty), DENY(NO_USER) },
	{ C(another_invoker), DENY(NO_INVOKER) },
	{ C(the_same_invoker), GRANT },
	{ C(sudo_to_root), GRANT },
	{ C(sudo_by_another_uid), DENY(INVOKER_MISMATCH) },
	{ C(sudo_by_a_lower_uid), DENY(INVOKER_MISMATCH) },
	{ C(sudo_by_root), GRANT },
	{ C(sudo_with_no_uid_known), DENY(INVOKER_MISMATCH) },
	{ C(sudo_by_nobody), DENY(NO_INVOKER) },
	{ C(sudo_by_an_empty_name), DENY(NO_INVOKER) },
	{ C(su_judges_the_user), GRANT },
	{ C(door_judges_the_invoker), GRANT },
#undef C
};

/* ---- role questions ---- */

static void
question(struct world *w)
{
	w->view.asks_role = true;
	w->view.exempt_status = TWR_ENOENT;
	w->req.service = "sudo";
	w->req.real_uid = BOB_UID;
}

static void
question_of_root(struct world *w)
{
	question(w);
	w->req.real_uid = 0;
}

static void
question_without_account(struct world *w)
{
	question(w);
	w->req.real_uid = TWR_UID_UNKNOWN;
}

static void
question_with_no_uid_known(struct world *w)
{
	question_without_account(w);
	w->view.login.uid = TWR_UID_UNKNOWN;
}

static void
question_of_nobody(struct world *w)
{
	question(w);
	w->view.subject.login = NULL;
	w->view.subject.problem = TWR_REASON_NO_USER;
}

static void
question_of_the_exempt(struct world *w)
{
	question(w);
	w->view.exempt_status = TWR_OK;
	w->entries[0] = (struct twr_exemption) { "sudo", TWR_EXEMPT_EVERYONE,
		"", TWR_UID_UNKNOWN };
	w->view.exempt.n_entries = 1;
	w->view.login.n_holdings = 0;
}

static void
question_where_all_is_permissive(struct world *w)
{
	question(w);
	w->view.meta.permissive_until = TWR_NEVER;
	w->view.login.n_holdings = 0;
}

static void
question_without_a_rule(struct world *w)
{
	question(w);
	w->view.rule_status = TWR_ENOENT;
}

static void
question_of_an_unknown_role(struct world *w)
{
	question(w);
	w->view.role_status = TWR_ENOENT;
	w->view.rule.n_demands = 0;
}

static void
question_in_an_unknown_scope(struct world *w)
{
	question(w);
	w->view.scope_status = TWR_ENOENT;
	w->view.rule.n_chain = 0;
}

static void
question_of_an_old_policy(struct world *w)
{
	question(w);
	w->view.role_status = TWR_ESTALE;
}

static void
question_of_a_damaged_role(struct world *w)
{
	question(w);
	w->view.role_status = TWR_ECORRUPT;
}

static void
question_in_a_damaged_scope(struct world *w)
{
	question(w);
	w->view.scope_status = TWR_ECORRUPT;
}

static void
question_that_lost_its_demand(struct world *w)
{
	question(w);
	w->view.rule.n_demands = 0;
}

static void
question_where_two_factor_is_asked(struct world *w)
{
	question(w);
	w->view.rule.two_factor = true;
}

static void
question_of_the_suspended(struct world *w)
{
	question(w);
	w->view.login.status = TWR_USER_SUSPENDED;
}

static void
question_in_a_closed_scope(struct world *w)
{
	question(w);
	w->view.rule.chain[1].status = TWR_SCOPE_CLOSED;
}

/* Without a rule nobody looked for the role. */
static void
question_without_a_rule_and_role(struct world *w)
{
	question_of_an_unknown_role(w);
	w->view.scope_status = TWR_ENOENT;
	w->view.rule_status = TWR_ENOENT;
}

static void
question_of_an_unknown_role_and_login(struct world *w)
{
	question_of_an_unknown_role(w);
	w->view.login_status = TWR_ENOENT;
}

/* What only questions look at. */
static void
no_question(struct world *w)
{
	w->view.role_status = TWR_ENOENT;
	w->view.scope_status = TWR_ECORRUPT;
}

static const struct circumstance questions[] = {
#define C(fn) #fn, fn
	{ C(question), GRANT },
	{ C(question_of_root), DENY(INVOKER_MISMATCH) },
	{ C(question_without_account), DENY(INVOKER_MISMATCH) },
	{ C(question_with_no_uid_known), DENY(INVOKER_MISMATCH) },
	{ C(question_of_nobody), DENY(NO_USER) },
	{ C(question_of_the_exempt), DENY(ROLE_MISSING) },
	{ C(question_where_all_is_permissive), DENY(ROLE_MISSING) },
	{ C(question_without_a_rule), DENY(NO_RULE) },
	{ C(question_of_an_unknown_role), DENY(ROLE_UNKNOWN) },
	{ C(question_of_an_unknown_role_and_login), DENY(ROLE_UNKNOWN) },
	{ C(question_without_a_rule_and_role), DENY(NO_RULE) },
	{ C(no_question), GRANT },
	{ C(question_in_an_unknown_scope), DENY(SCOPE_UNKNOWN) },
	{ C(question_of_an_old_policy), DENY(POLICY_STALE) },
	{ C(question_of_a_damaged_role), DENY(POLICY_CORRUPT) },
	{ C(question_in_a_damaged_scope), DENY(POLICY_CORRUPT) },
	{ C(question_that_lost_its_demand), DENY(POLICY_CORRUPT) },
	{ C(question_where_two_factor_is_asked), DENY(TWO_FACTOR_MISSING) },
	{ C(question_of_the_suspended), DENY(USER_SUSPENDED) },
	{ C(question_in_a_closed_scope), DENY(SCOPE_UNUSABLE) },
#undef C
};

START_TEST(a_role_question_is_decided)
{
	const struct circumstance *c = &questions[_i];
	struct twr_decision d;
	struct world w;

	make_world(&w);
	c->change(&w);
	d = ask(&w);
	ck_assert_msg(d.verdict == c->verdict && d.reason == c->reason,
	    "%s: %s", c->what, twr_reason_word(d.reason));
	ck_assert_msg(!d.permissive, "%s", c->what);
}
END_TEST

START_TEST(a_circumstance_decides)
{
	const struct circumstance *c = &circumstances[_i];
	struct world w;

	make_world(&w);
	c->change(&w);
	choose_subject(&w);
	expect(&w, c->what, c->verdict, c->reason);
}
END_TEST

/* Whoever refuses first is the reason: two obstacles, in their order. */
START_TEST(the_first_obstacle_is_the_reason)
{
	static void (*const obstacles[])(struct world *) = { user_not_set,
		no_rule, login_unknown, user_suspended, two_factor_unknown,
		host_scope_suspended, demand_without_roles };
	const size_t n = sizeof(obstacles) / sizeof(obstacles[0]);
	struct twr_decision first;
	struct world w;
	size_t i, k;

	for (i = 0; i < n; i++) {
		make_world(&w);
		obstacles[i](&w);
		choose_subject(&w);
		first = ask(&w);
		ck_assert_int_eq(first.verdict, TWR_DENY);
		for (k = i + 1; k < n; k++)
			obstacles[k](&w);
		choose_subject(&w);
		expect(&w, "with all later ones", first.verdict, first.reason);
	}
}
END_TEST

/* ---- whom a rule judges ---- */

static const struct subject_row {
	const char *service, *user, *invoker;
	const char *login; /* NULL: none */
	bool by_invoker;
	enum twr_reason problem;
} subjects[] = {
	{ "sshd", "bob", NULL, "bob", false, TWR_REASON_NONE },
	{ "sshd", "bob", "", "bob", false, TWR_REASON_NONE },
	{ "sshd", "bob", "bob", "bob", false, TWR_REASON_NONE },
	{ "sshd", "bob", "Bob", NULL, false, TWR_REASON_NO_INVOKER },
	{ "sshd", NULL, "bob", NULL, false, TWR_REASON_NO_USER },
	{ "sshd", "", NULL, NULL, false, TWR_REASON_NO_USER },
	{ "unlisted", "bob", NULL, "bob", false, TWR_REASON_NONE },
	{ "unlisted", "bob", "eve", NULL, false, TWR_REASON_NO_INVOKER },
	{ "sudo", "root", "bob", "bob", true, TWR_REASON_NONE },
	{ "sudo", "root", NULL, NULL, true, TWR_REASON_NO_INVOKER },
	{ "sudo", "root", "", NULL, true, TWR_REASON_NO_INVOKER },
	{ "sudo", NULL, "bob", NULL, false, TWR_REASON_NO_USER },
	{ "sudo-i", "root", "bob", "bob", true, TWR_REASON_NONE },
	{ "su-l", "root", "bob", "bob", true, TWR_REASON_NONE },
	{ "doas", "root", "bob", "bob", true, TWR_REASON_NONE },
	{ "SUDO", "bob", NULL, "bob", false, TWR_REASON_NONE },
	{ "su", "root", "bob", "root", false, TWR_REASON_NONE },
	{ "door", "root", "bob", "bob", true, TWR_REASON_NONE },
	{ "door", "root", NULL, NULL, true, TWR_REASON_NO_INVOKER },
};

START_TEST(a_service_chooses_its_subject)
{
	const struct subject_row *r = &subjects[_i];
	struct twr_subject got;
	struct world w;

	make_world(&w);
	got = twr_subject_choose(&w.view.meta, r->service, r->user, r->invoker);
	ck_assert_pstr_eq(got.login, r->login);
	ck_assert_str_eq(twr_reason_word(got.problem),
	    twr_reason_word(r->problem));
	if (got.login != NULL)
		ck_assert_int_eq(got.invoker, r->by_invoker);
}
END_TEST

/* A clock behind the compile time: nothing revives, nothing begins early. */
START_TEST(a_window_has_two_clocks)
{
	struct world w;
	struct twr_decision d;

	make_world(&w);
	w.req.clock = T0 - 100;
	w.holding.not_before = T0 - 50;
	d = ask(&w);
	ck_assert_int_eq(d.verdict, TWR_DENY);
	ck_assert_int_eq(d.reason, TWR_REASON_ROLE_NOT_YET);
	w.req.clock = T0 - 50;
	ck_assert_int_eq(ask(&w).verdict, TWR_GRANT);
	w.holding.not_before = TWR_ALWAYS;
	w.holding.not_after = T0 - 10;
	ck_assert_int_eq(ask(&w).reason, TWR_REASON_ROLE_ENDED);
	w.view.meta.permissive_until = T0;
	ck_assert(!ask(&w).permissive);
	w.view.meta.permissive_until = T0 + 1;
	ck_assert(ask(&w).permissive);
}
END_TEST

/* "other" lends its rule, and with it its subject, to who has none. */
START_TEST(other_lends_its_subject)
{
	struct twr_subject got;
	struct world w;

	make_world(&w);
	w.services[3] = (struct twr_service) { "other", true,
		TWR_SUBJECT_INVOKER, TWR_ALWAYS };
	got = twr_subject_choose(&w.view.meta, "unlisted", "root", "bob");
	ck_assert_pstr_eq(got.login, "bob");
	got = twr_subject_choose(&w.view.meta, "sshd", "bob", NULL);
	ck_assert_pstr_eq(got.login, "bob");
	/* but never the target of a program that switches users */
	w.services[3].subject = TWR_SUBJECT_USER;
	got = twr_subject_choose(&w.view.meta, "su-l", "root", "bob");
	ck_assert_pstr_eq(got.login, "bob");
	got = twr_subject_choose(&w.view.meta, "doas", "root", NULL);
	ck_assert_int_eq(got.problem, TWR_REASON_NO_INVOKER);
	w.services[3].subject = TWR_SUBJECT_INVOKER;
	w.services[0].has_rule = false;
	got = twr_subject_choose(&w.view.meta, "sshd", "bob", NULL);
	ck_assert_pstr_eq(got.login, NULL);
	w.services[3].has_rule = false;
	got = twr_subject_choose(&w.view.meta, "sshd", "bob", NULL);
	ck_assert_pstr_eq(got.login, "bob");
}
END_TEST

/* ---- exemptions: bob holds nothing, so only they let him in ---- */

#define BY_LOGIN TWR_EXEMPT_LOGIN
#define BY_SYSTEM TWR_EXEMPT_SYSTEM
#define BY_ALL TWR_EXEMPT_EVERYONE

static const struct exempt_row {
	const char *what;
	struct twr_exemption entry;
	void (*change)(struct world *w);
	uint32_t local_uid;
	enum twr_verdict verdict;
	enum twr_reason reason;
} exempts[] = {
	/* clang-format off */
	{ "by login", { "sshd", BY_LOGIN, "bob", BOB_UID }, as_is,
	    TWR_UID_UNKNOWN, EXEMPTED },
	{ "another login", { "sshd", BY_LOGIN, "bobby", BOB_UID }, as_is,
	    TWR_UID_UNKNOWN, DENY(ROLE_MISSING) },
	{ "a login's beginning", { "sshd", BY_LOGIN, "bo", BOB_UID }, as_is,
	    TWR_UID_UNKNOWN, DENY(ROLE_MISSING) },
	{ "another service", { "cron", BY_LOGIN, "bob", BOB_UID }, as_is,
	    TWR_UID_UNKNOWN, DENY(ROLE_MISSING) },
	{ "a later service", { "zshd", BY_LOGIN, "bob", BOB_UID }, as_is,
	    TWR_UID_UNKNOWN, DENY(ROLE_MISSING) },
	{ "no service", { "", BY_LOGIN, "bob", BOB_UID }, as_is,
	    TWR_UID_UNKNOWN, DENY(ROLE_MISSING) },
	{ "any service, by login", { "*", BY_LOGIN, "bob", BOB_UID }, as_is,
	    TWR_UID_UNKNOWN, EXEMPTED },
	{ "any service, everyone", { "*", BY_ALL, "", TWR_UID_UNKNOWN },
	    as_is, TWR_UID_UNKNOWN, DENY(ROLE_MISSING) },
	{ "any service, system", { "*", BY_SYSTEM, "", TWR_UID_UNKNOWN },
	    login_unknown, 5, DENY(LOGIN_UNMAPPED) },
	{ "everyone", { "sshd", BY_ALL, "", TWR_UID_UNKNOWN }, as_is,
	    TWR_UID_UNKNOWN, EXEMPTED },
	{ "everyone, and unknown", { "sshd", BY_ALL, "", TWR_UID_UNKNOWN },
	    login_unknown, TWR_UID_UNKNOWN, EXEMPTED },
	{ "needs nothing", { "sshd", 0, "bob", BOB_UID }, as_is,
	    TWR_UID_UNKNOWN, DENY(ROLE_MISSING) },
	{ "needs what nobody knows", { "sshd", BY_ALL | 8u, "bob", BOB_UID },
	    as_is, TWR_UID_UNKNOWN, DENY(ROLE_MISSING) },
	{ "needs only what nobody knows",
	    { "sshd", 1u << 31, "bob", BOB_UID }, as_is, TWR_UID_UNKNOWN,
	    DENY(ROLE_MISSING) },
	{ "system account", { "sshd", BY_SYSTEM, "", TWR_UID_UNKNOWN },
	    login_unknown, 5, EXEMPTED },
	{ "the first system uid", { "sshd", BY_SYSTEM, "", TWR_UID_UNKNOWN },
	    login_unknown, 1, EXEMPTED },
	{ "the last system uid", { "sshd", BY_SYSTEM, "", TWR_UID_UNKNOWN },
	    login_unknown, 999, EXEMPTED },
	{ "the first other uid", { "sshd", BY_SYSTEM, "", TWR_UID_UNKNOWN },
	    login_unknown, 1000, DENY(LOGIN_UNMAPPED) },
	{ "root is no system account",
	    { "sshd", BY_SYSTEM, "", TWR_UID_UNKNOWN }, login_unknown, 0,
	    DENY(LOGIN_UNMAPPED) },
	{ "no local account", { "sshd", BY_SYSTEM, "", TWR_UID_UNKNOWN },
	    login_unknown, TWR_UID_UNKNOWN, DENY(LOGIN_UNMAPPED) },
	{ "a mapped login is no system account",
	    { "sshd", BY_SYSTEM, "", TWR_UID_UNKNOWN }, as_is, 5,
	    DENY(ROLE_MISSING) },
	{ "an unmapped one neither",
	    { "sshd", BY_SYSTEM, "", TWR_UID_UNKNOWN }, login_unmapped, 5,
	    DENY(LOGIN_UNMAPPED) },
	{ "login and system", { "sshd", BY_LOGIN | BY_SYSTEM, "bob", 5 },
	    login_unknown, 5, EXEMPTED },
	{ "login, but not system", { "sshd", BY_LOGIN | BY_SYSTEM, "bob", 5 },
	    login_unknown, 1000, DENY(LOGIN_UNMAPPED) },
	{ "system, but another login",
	    { "sshd", BY_LOGIN | BY_SYSTEM, "eve", 5 }, login_unknown, 5,
	    DENY(LOGIN_UNMAPPED) },
	{ "everyone, but not system",
	    { "sshd", BY_ALL | BY_SYSTEM, "", TWR_UID_UNKNOWN },
	    login_unknown, 1000, DENY(LOGIN_UNMAPPED) },
	{ "without a rule", { "sshd", BY_LOGIN, "bob", BOB_UID }, no_rule,
	    TWR_UID_UNKNOWN, EXEMPTED },
	{ "no exemption without a user", { "sshd", BY_ALL, "", 0 },
	    user_not_set, TWR_UID_UNKNOWN, DENY(NO_USER) },
	{ "no exemption without an invoker", { "sudo", BY_ALL, "", 0 },
	    sudo_by_nobody, TWR_UID_UNKNOWN, DENY(NO_INVOKER) },
	{ "no exemption where two are named", { "sshd", BY_ALL, "", 0 },
	    another_invoker, TWR_UID_UNKNOWN, DENY(NO_INVOKER) },
	{ "the invoker is looked up, not the target",
	    { "sudo", BY_LOGIN, "root", 0 }, sudo_to_root, TWR_UID_UNKNOWN,
	    DENY(ROLE_MISSING) },
	{ "the invoker is exempt", { "sudo", BY_LOGIN, "bob", BOB_UID },
	    sudo_to_root, TWR_UID_UNKNOWN, EXEMPTED },
	{ "an exempt name in a stranger's mouth",
	    { "sudo", BY_LOGIN, "bob", BOB_UID }, sudo_by_another_uid,
	    TWR_UID_UNKNOWN, DENY(INVOKER_MISMATCH) },
	{ "an exempt name of no uid",
	    { "sudo", BY_LOGIN, "bob", TWR_UID_UNKNOWN }, sudo_to_root,
	    TWR_UID_UNKNOWN, DENY(INVOKER_MISMATCH) },
	{ "everyone has some uid", { "sudo", BY_ALL, "", TWR_UID_UNKNOWN },
	    sudo_by_another_uid, TWR_UID_UNKNOWN, EXEMPTED },
	/* clang-format on */
};

START_TEST(an_exemption_matches_whole)
{
	const struct exempt_row *r = &exempts[_i];
	struct twr_decision d;
	struct world w;

	make_world(&w);
	w.holding.role = READER;
	w.entries[0] = (struct twr_exemption) { "nowhere", BY_ALL, "", 0 };
	w.entries[1] = r->entry;
	w.view.exempt.n_entries = 2;
	w.req.local_uid = r->local_uid;
	r->change(&w);
	choose_subject(&w);
	expect(&w, r->what, r->verdict, r->reason);
	d = ask(&w);
	ck_assert_uint_eq(d.exemption,
	    d.verdict == TWR_EXEMPT ? 1 : TWR_NOTHING);
}
END_TEST

/* Damage that hides a mapped login's record must not make it exempt. */
START_TEST(mapped_in_the_system_range_is_never_exempt)
{
	static const char *const mapped[] = { "amy", "zoe", "bob" };
	struct world w;

	make_world(&w);
	w.entries[0] = (struct twr_exemption) { "sshd", BY_SYSTEM, "", 0 };
	w.view.exempt.n_entries = 1;
	w.view.exempt.mapped_system = mapped;
	w.req.local_uid = 5;
	login_unknown(&w);
	expect(&w, "not listed", EXEMPTED);
	w.view.exempt.n_mapped_system = 3;
	expect(&w, "listed", DENY(LOGIN_UNMAPPED));
	w.view.exempt.n_mapped_system = 2;
	expect(&w, "others listed", EXEMPTED);
	w.view.exempt.mapped_system = mapped + 2;
	w.view.exempt.n_mapped_system = 1;
	expect(&w, "listed alone", DENY(LOGIN_UNMAPPED));
}
END_TEST

START_TEST(a_system_account_invokes_under_its_own_uid)
{
	struct world w;

	make_world(&w);
	w.entries[0] = (struct twr_exemption) { "sudo", BY_SYSTEM, "",
		TWR_UID_UNKNOWN };
	w.view.exempt.n_entries = 1;
	sudo_to_root(&w);
	login_unknown(&w);
	choose_subject(&w);
	w.req.local_uid = 5;
	w.req.real_uid = 5;
	expect(&w, "its own uid", EXEMPTED);
	w.req.real_uid = 6;
	expect(&w, "another uid", DENY(INVOKER_MISMATCH));
	w.req.real_uid = 0;
	expect(&w, "root", EXEMPTED);
}
END_TEST

/* ---- damage ---- */

static const enum twr_status failures[] = { TWR_ECORRUPT, TWR_EUNREADABLE,
	TWR_ENOMEM, TWR_EUNSAFE, TWR_ETOONEW, TWR_ESTALE, TWR_EINVAL, TWR_EDATA,
	TWR_EREFUSED, TWR_EWRITE, TWR_EBUSY, TWR_EPERM };

static enum twr_status *
part(struct world *w, int which)
{
	if (which == 0)
		return &w->view.exempt_status;
	return which == 1 ? &w->view.rule_status : &w->view.login_status;
}

START_TEST(a_damaged_part_denies)
{
	enum twr_status rc = failures[_i];
	struct world w;
	int which;

	for (which = 0; which < 3; which++) {
		make_world(&w);
		*part(&w, which) = rc;
		expect(&w, "damage", TWR_DENY, twr_reason_of_status(rc));
		w.entries[0] = (struct twr_exemption) { "sshd", BY_ALL, "", 0 };
		w.view.exempt.n_entries = 1;
		if (which == 0)
			expect(&w, "exemptions", TWR_DENY,
			    twr_reason_of_status(rc));
		else
			expect(&w, "exempt all the same", EXEMPTED);
	}
}
END_TEST

/* A login whose record cannot be read is no system account either. */
START_TEST(a_damaged_login_is_not_a_system_account)
{
	struct world w;

	make_world(&w);
	w.view.login_status = failures[_i];
	w.entries[0] = (struct twr_exemption) { "sshd", BY_SYSTEM, "", 0 };
	w.view.exempt.n_entries = 1;
	w.req.local_uid = 5;
	expect(&w, "damage", TWR_DENY, twr_reason_of_status(failures[_i]));
}
END_TEST

START_TEST(missing_exemptions_are_damage)
{
	struct world w;

	make_world(&w);
	w.view.exempt_status = TWR_ENOENT;
	w.view.meta.permissive_until = TWR_NEVER;
	expect(&w, "no record of exemptions", DENY(POLICY_MISSING));
	ck_assert(!ask(&w).permissive);
}
END_TEST

START_TEST(zeroed_memory_denies)
{
	struct twr_view view;
	struct twr_request req;
	struct twr_decision d;

	memset(&view, 0, sizeof(view));
	memset(&req, 0, sizeof(req));
	req.service = "";
	d = twr_decide(&view, &req, NULL);
	ck_assert_int_eq(d.verdict, TWR_DENY);
	ck_assert(!d.permissive);
	view.subject.login = "bob";
	d = twr_decide(&view, &req, NULL);
	ck_assert_int_eq(d.verdict, TWR_DENY);
	memset(&d, 0, sizeof(d));
	ck_assert_int_eq(d.verdict, TWR_DENY);
}
END_TEST

static unsigned
count_bits(unsigned v)
{
	unsigned n = 0;

	for (; v != 0; v &= v - 1)
		n++;
	return n;
}

START_TEST(verdicts_are_far_apart)
{
	ck_assert_int_eq(TWR_DENY, 0);
	ck_assert_uint_ge(count_bits(TWR_GRANT), 8);
	ck_assert_uint_ge(count_bits(TWR_EXEMPT), 8);
	ck_assert_uint_ge(count_bits(TWR_GRANT ^ TWR_EXEMPT), 8);
}
END_TEST

/* ---- permissive ---- */

static const struct permissive_row {
	const char *what;
	int64_t global, service, other; /* until */
	bool want;
} permissives[] = {
	{ "enforcing", TWR_ALWAYS, TWR_ALWAYS, TWR_ALWAYS, false },
	{ "the service", TWR_ALWAYS, T0 + 1, TWR_ALWAYS, true },
	{ "the service's ended", TWR_ALWAYS, T0, TWR_ALWAYS, false },
	{ "all services", T0 + 1, TWR_ALWAYS, TWR_ALWAYS, true },
	{ "that of all ended", T0, TWR_ALWAYS, TWR_ALWAYS, false },
	{ "other's", TWR_ALWAYS, TWR_ALWAYS, T0 + 1, true },
	{ "other's ended", TWR_ALWAYS, TWR_ALWAYS, T0, false },
};

START_TEST(permissive_lets_a_refusal_through)
{
	const struct permissive_row *r = &permissives[_i];
	struct twr_service other = { "other", true, TWR_SUBJECT_BY_SERVICE,
		r->other };
	struct twr_decision d;
	struct world w;
	size_t i;

	for (i = 0; i < sizeof(circumstances) / sizeof(circumstances[0]); i++) {
		make_world(&w);
		circumstances[i].change(&w);
		choose_subject(&w);
		w.view.meta.permissive_until = r->global;
		w.services[0].permissive_until = r->service;
		w.view.service = &w.services[0];
		w.view.other = &other;
		d = ask(&w);
		ck_assert_int_eq(d.verdict, circumstances[i].verdict);
		ck_assert_int_eq(d.reason, circumstances[i].reason);
		ck_assert_msg(d.permissive ==
			(r->want && d.verdict == TWR_DENY &&
			    d.reason != TWR_REASON_POLICY_CORRUPT),
		    "%s, %s", r->what, circumstances[i].what);
	}
}
END_TEST

START_TEST(permissive_does_not_cover_damage)
{
	struct twr_decision d;
	struct world w;
	int which;

	for (which = 0; which < 3; which++) {
		make_world(&w);
		*part(&w, which) = failures[_i];
		w.view.meta.permissive_until = TWR_NEVER;
		w.services[0].permissive_until = TWR_NEVER;
		d = ask(&w);
		ck_assert_int_eq(d.verdict, TWR_DENY);
		ck_assert(!d.permissive);
	}
}
END_TEST

/* ---- the trace ---- */

struct seen {
	char text[1024];
};

/* One word of the trace: [!]look[=reason][:index][/demand] */
static void
note(void *ctx, const struct twr_view *view,
    const struct twr_trace_event *event)
{
	struct seen *s = ctx;
	char reason[64] = "", index[32] = "", demand[32] = "";
	size_t len = strlen(s->text);

	ck_assert_ptr_nonnull(view);
	if (event->reason != TWR_REASON_NONE)
		(void)snprintf(reason, sizeof(reason), "=%s",
		    twr_reason_word(event->reason));
	if (event->index != TWR_NOTHING)
		(void)snprintf(index, sizeof(index), ":%zu", event->index);
	if (event->demand != TWR_NOTHING)
		(void)snprintf(demand, sizeof(demand), "/%zu", event->demand);
	(void)snprintf(s->text + len, sizeof(s->text) - len, "%s%s%s%s%s%s",
	    len > 0 ? " " : "", event->met ? "" : "!",
	    twr_look_word(event->look), reason, index, demand);
}

static void
exempt_by_name(struct world *w)
{
	w->entries[0] = (struct twr_exemption) { "nowhere", BY_ALL, "", 0 };
	w->entries[1] = (struct twr_exemption) { w->req.service, BY_LOGIN,
		"bob", BOB_UID };
	w->view.exempt.n_entries = 2;
}

static void
exempt_in_a_strangers_mouth(struct world *w)
{
	sudo_by_another_uid(w);
	exempt_by_name(w);
}

static void
exemptions_damaged(struct world *w)
{
	w->view.exempt_status = TWR_ECORRUPT;
}

static void
rule_damaged(struct world *w)
{
	w->view.rule_status = TWR_ECORRUPT;
}

static void
login_damaged(struct world *w)
{
	w->view.login_status = TWR_ECORRUPT;
}

static void
too_many_scopes(struct world *w)
{
	w->view.rule.n_chain = TWR_CHAIN_MAX + 1;
}

static const struct twr_holding late_and_good[] = { { LOGIN, PROD,
							FROM(T0 + 9) },
	{ LOGIN, QA, ALWAYS }, { LOGIN, PROD, ALWAYS },
	{ LOGIN, PROD, ALWAYS } },
				early_ones[] = { { LOGIN, PROD, UNTIL(T0 - 9) },
					{ LOGIN, PROD, UNTIL(T0 - 8) },
					{ LOGIN, PROD, UNTIL(T0 - 10) } };

static void
the_third_counts(struct world *w)
{
	w->view.login.holdings = late_and_good;
	w->view.login.n_holdings = 4;
}

static void
all_ended(struct world *w)
{
	w->view.login.holdings = early_ones;
	w->view.login.n_holdings = 3;
}

static void
the_second_demand_fails(struct world *w)
{
	w->view.rule.demands = all.d;
	w->view.rule.n_demands = 2;
}

static void
suspended_but_permissive(struct world *w)
{
	user_suspended(w);
	w->view.meta.permissive_until = T0 + 1;
}

#define NO TWR_NOTHING

static const struct trace_row {
	void (*change)(struct world *w);
	const char *want; /* of the trace */
	size_t demand, holding, exemption; /* evidence */
} traces[] = {
	/* clang-format off */
	{ as_is, "subject rule login user scope:0 scope:1 scope:2 "
	    "assignment=granted:0/0 demand=granted:0/0", 0, 0, NO },
	{ two_factor_enrolled, "subject rule login user two-factor scope:0 "
	    "scope:1 scope:2 assignment=granted:0/0 demand=granted:0/0",
	    0, 0, NO },
	{ two_factor_unknown, "subject rule login user "
	    "!two-factor=two-factor-missing", NO, NO, NO },
	{ two_factor_of_a_service, "subject rule login user scope:0 scope:1 "
	    "scope:2 assignment=granted:0/0 demand=granted:0/0", 0, 0, NO },
	{ user_not_set, "!subject=no-user", NO, NO, NO },
	{ no_rule, "subject !rule=no-rule", NO, NO, NO },
	{ rule_damaged, "subject !rule=policy-corrupt", NO, NO, NO },
	{ no_demand_at_all, "subject !rule=policy-corrupt", NO, NO, NO },
	{ login_unknown, "subject rule !login=login-unmapped", NO, NO, NO },
	{ login_unmapped, "subject rule !login=login-unmapped", NO, NO, NO },
	{ login_damaged, "subject rule !login=policy-corrupt", NO, NO, NO },
	{ sudo_by_another_uid, "subject rule !login=invoker-mismatch",
	    NO, NO, NO },
	{ user_suspended, "subject rule login !user=user-suspended",
	    NO, NO, NO },
	{ user_inactive, "subject rule login !user=user-inactive",
	    NO, NO, NO },
	{ account_suspended, "subject rule login user scope:0 "
	    "!scope=scope-unusable:1", NO, NO, NO },
	{ no_scope_at_all, "subject rule login user !scope=policy-corrupt",
	    NO, NO, NO },
	{ too_many_scopes, "subject rule login user !scope=policy-corrupt",
	    NO, NO, NO },
	{ demand_without_roles, "subject rule login user scope:0 scope:1 "
	    "scope:2 !assignment=role-missing:0/0 !demand=role-missing/0",
	    0, NO, NO },
	{ the_third_counts, "subject rule login user scope:0 scope:1 scope:2 "
	    "!assignment=role-not-yet:0/0 !assignment=role-missing:1/0 "
	    "assignment=granted:2/0 demand=granted:2/0", 0, 2, NO },
	{ all_ended, "subject rule login user scope:0 scope:1 scope:2 "
	    "!assignment=role-ended:0/0 !assignment=role-ended:1/0 "
	    "!assignment=role-ended:2/0 !demand=role-ended:1/0", 0, 1, NO },
	{ the_second_demand_fails, "subject rule login user scope:0 scope:1 "
	    "scope:2 assignment=granted:0/0 demand=granted:0/0 "
	    "!assignment=role-missing:0/1 !demand=role-missing/1",
	    1, NO, NO },
	{ exempt_by_name, "subject exemption:1", NO, NO, 1 },
	{ exempt_in_a_strangers_mouth,
	    "subject !exemption=invoker-mismatch:1", NO, NO, NO },
	{ exemptions_damaged, "subject !exemption=policy-corrupt",
	    NO, NO, NO },
	{ question, "subject rule login user scope:0 scope:1 scope:2 "
	    "assignment=granted:0/0 demand=granted:0/0", 0, 0, NO },
	{ question_of_an_unknown_role, "subject !rule=role-unknown",
	    NO, NO, NO },
	{ question_in_an_unknown_scope, "subject !rule=scope-unknown",
	    NO, NO, NO },
	{ suspended_but_permissive, "subject rule login !user=user-suspended "
	    "permissive=user-suspended", NO, NO, NO },
	/* clang-format on */
};

START_TEST(the_trace_tells_what_was_looked_at)
{
	const struct trace_row *r = &traces[_i];
	struct seen seen = { "" };
	struct twr_trace trace = { note, &seen };
	struct twr_decision with, without;
	struct world w;

	make_world(&w);
	r->change(&w);
	if (!w.view.asks_role)
		choose_subject(&w);
	with = twr_decide(&w.view, &w.req, &trace);
	without = twr_decide(&w.view, &w.req, NULL);
	ck_assert_str_eq(seen.text, r->want);
	ck_assert_uint_eq(with.demand, r->demand);
	ck_assert_uint_eq(with.holding, r->holding);
	ck_assert_uint_eq(with.exemption, r->exemption);
	ck_assert_int_eq(with.verdict, without.verdict);
	ck_assert_int_eq(with.reason, without.reason);
	ck_assert_uint_eq(with.demand, without.demand);
	ck_assert_uint_eq(with.holding, without.holding);
	ck_assert_uint_eq(with.exemption, without.exemption);
	ck_assert_int_eq(with.permissive, without.permissive);
}
END_TEST

/* ---- words ---- */

/* Those that a view cannot express have their test with the gate. */
START_TEST(every_reason_was_reached)
{
	int i;

	for (i = 0; i < TWR_REASON_COUNT; i++)
		if (i != TWR_REASON_NONE)
			ck_assert_msg(reached[i], "no test reaches %s",
			    twr_reason_word((enum twr_reason)i));
}
END_TEST

START_TEST(every_look_has_a_word_of_its_own)
{
	int i, k;

	for (i = 0; i <= TWR_LOOK_PERMISSIVE; i++) {
		ck_assert_ptr_nonnull(twr_look_word((enum twr_look)i));
		ck_assert_str_ne(twr_look_word((enum twr_look)i), "?");
		for (k = 0; k < i; k++)
			ck_assert_str_ne(twr_look_word((enum twr_look)i),
			    twr_look_word((enum twr_look)k));
	}
	ck_assert_str_eq(twr_look_word((enum twr_look)i), "?");
	ck_assert_str_eq(twr_look_word((enum twr_look)(i + 1)), "?");
}
END_TEST

START_TEST(every_reason_has_a_word_of_its_own)
{
	const char *word, *p;
	int i, k;

	for (i = 0; i < TWR_REASON_COUNT; i++) {
		word = twr_reason_word((enum twr_reason)i);
		ck_assert_uint_gt(strlen(word), 0);
		for (p = word; *p != '\0'; p++)
			ck_assert((*p >= 'a' && *p <= 'z') || *p == '-');
		ck_assert_uint_gt(strlen(twr_reason_sentence((enum twr_reason)
					  i)),
		    0);
		for (k = 0; k < i; k++)
			ck_assert_str_ne(word,
			    twr_reason_word((enum twr_reason)k));
	}
	ck_assert_str_eq(twr_reason_word(TWR_REASON_COUNT), "none");
}
END_TEST

/* The decoder lets none of these through. */
START_TEST(what_nobody_writes_denies)
{
	static const size_t lengths[] = { 0, TWR_CHAIN_MAX + 1, SIZE_MAX };
	const enum twr_reason unknown = (enum twr_reason)(TWR_REASON_COUNT + 9);
	struct twr_decision d;
	struct world w;
	size_t i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		make_world(&w);
		w.view.rule.n_chain = lengths[i];
		expect(&w, "a chain of no length", TWR_DENY,
		    TWR_REASON_POLICY_CORRUPT);
	}
	/* a reason of no kind is not one that permissive covers */
	make_world(&w);
	w.view.meta.permissive_until = TWR_NEVER;
	w.view.subject = (struct twr_subject) { NULL, unknown, false };
	d = twr_decide(&w.view, &w.req, NULL);
	ck_assert_int_eq(d.verdict, TWR_DENY);
	ck_assert(!d.permissive);
	ck_assert_int_eq(twr_reason_of_status((enum twr_status)99),
	    TWR_REASON_POLICY_CORRUPT);
	ck_assert_str_eq(twr_look_word((enum twr_look)99), "?");
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(an_assignment_meets_a_demand, held),
		SUPPORT_TEST(nothing_is_inherited_upwards),
		SUPPORT_TEST(the_chain_has_an_end),
		SUPPORT_ROWS(a_circumstance_decides, circumstances),
		SUPPORT_ROWS(a_role_question_is_decided, questions),
		SUPPORT_TEST(the_first_obstacle_is_the_reason),
		SUPPORT_ROWS(a_service_chooses_its_subject, subjects),
		SUPPORT_TEST(a_window_has_two_clocks),
		SUPPORT_TEST(other_lends_its_subject),
		SUPPORT_ROWS(an_exemption_matches_whole, exempts),
		SUPPORT_TEST(mapped_in_the_system_range_is_never_exempt),
		SUPPORT_TEST(a_system_account_invokes_under_its_own_uid),
		SUPPORT_ROWS(a_damaged_part_denies, failures),
		SUPPORT_ROWS(a_damaged_login_is_not_a_system_account, failures),
		SUPPORT_TEST(missing_exemptions_are_damage),
		SUPPORT_TEST(zeroed_memory_denies),
		SUPPORT_TEST(what_nobody_writes_denies),
		SUPPORT_TEST(verdicts_are_far_apart),
		SUPPORT_ROWS(permissive_lets_a_refusal_through, permissives),
		SUPPORT_ROWS(permissive_does_not_cover_damage, failures),
		SUPPORT_ROWS(the_trace_tells_what_was_looked_at, traces),
		SUPPORT_TEST(every_look_has_a_word_of_its_own),
		SUPPORT_TEST(every_reason_has_a_word_of_its_own),
		SUPPORT_TEST(every_reason_was_reached), /* last */
		SUPPORT_END,
	};

	reached = support_shared(TWR_REASON_COUNT * sizeof(*reached));
	return support_run("decision", tests);
}
