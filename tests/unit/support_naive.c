/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_naive.h"

#include <string.h>

const char *
naive_fault_word(enum naive_fault fault)
{
	static const char *const words[NAIVE_FAULTS] = { "sound",
		"inheritance upwards", "inheritance sideways",
		"window ends a second late", "window begins a second late",
		"all read as any", "suspended users pass",
		"scopes above are not looked at", "inclusion forgotten",
		"resource-limited roles count", "unmapped logins are exempt",
		"real uid ignored" };

	return words[fault];
}

static bool
same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool
in_list(const char *const list[NAIVE_LIST], const char *name)
{
	int i;

	for (i = 0; i < NAIVE_LIST && list[i] != NULL; i++)
		if (same(list[i], name))
			return true;
	return false;
}

/* Is path the scope itself, or does it lie below? */
static bool
lies_within(const char *path, const char *scope)
{
	size_t len = strlen(scope);

	return strncmp(path, scope, len) == 0 &&
	    (path[len] == '\0' || path[len] == '/');
}

static bool
are_siblings(const char *a, const char *b)
{
	const char *x = strrchr(a, '/'), *y = strrchr(b, '/');

	return x != NULL && y != NULL && x - a == y - b &&
	    strncmp(a, b, (size_t)(x - a)) == 0;
}

static bool
reaches(const char *held_at, const char *wanted_at, enum naive_fault fault)
{
	if (lies_within(wanted_at, held_at))
		return true;
	if (fault == NAIVE_UPWARDS && lies_within(held_at, wanted_at))
		return true;
	return fault == NAIVE_SIDEWAYS && are_siblings(held_at, wanted_at);
}

static const struct naive_role *
role_named(const struct naive_world *nw, const char *name)
{
	size_t i;

	for (i = 0; i < nw->n_roles; i++)
		if (same(nw->roles[i].name, name))
			return &nw->roles[i];
	return NULL;
}

/* Does holding held mean holding wanted? */
static bool
role_gives_role(const struct naive_world *nw, const char *held,
    const char *wanted, enum naive_fault fault)
{
	const struct naive_role *r = role_named(nw, held);
	int i;

	if (same(held, wanted))
		return true;
	if (fault == NAIVE_NO_INCLUSION)
		return false;
	for (i = 0; i < NAIVE_LIST && r->includes[i] != NULL; i++)
		if (role_gives_role(nw, r->includes[i], wanted, fault))
			return true;
	return false;
}

static bool
role_gives_permission(const struct naive_world *nw, const char *held,
    const char *wanted)
{
	const struct naive_role *r = role_named(nw, held);
	int i;

	if (in_list(r->permissions, wanted))
		return true;
	for (i = 0; i < NAIVE_LIST && r->includes[i] != NULL; i++)
		if (role_gives_permission(nw, r->includes[i], wanted))
			return true;
	return false;
}

/* What is wanted: one role or permission, or one of a list. */
struct want {
	const char *const *names;
	int n;
	bool permission;
};

static bool
role_serves(const struct naive_world *nw, const char *held,
    const struct want *wt, enum naive_fault fault)
{
	int i;

	for (i = 0; i < wt->n; i++)
		if (wt->permission ?
			role_gives_permission(nw, held, wt->names[i]) :
			role_gives_role(nw, held, wt->names[i], fault))
			return true;
	return false;
}

/* GRANTED, or the best explanation of why not. */
static enum twr_reason
look_for(const struct naive_world *nw, const char *user,
    const struct naive_rule *rule, const struct want *wt, int64_t now,
    enum naive_fault fault)
{
	bool to_come = false, was_removed = false, any_past = false;
	int64_t latest = 0;
	size_t i;

	for (i = 0; i < nw->n_assignments; i++) {
		const struct naive_assignment *a = &nw->assignments[i];
		bool begun = fault == NAIVE_LATE_BEGIN ? now > a->from :
							 now >= a->from;
		bool over = fault == NAIVE_LATE_END ? now > a->until :
						      now >= a->until;

		if (!same(a->user, user) ||
		    (a->resource && fault != NAIVE_RESOURCE_COUNTS) ||
		    !reaches(a->scope, rule->scope, fault) ||
		    !role_serves(nw, a->role, wt, fault))
			continue;
		if (!a->removed && begun && !over)
			return TWR_REASON_GRANTED;
		if (!a->removed && !begun) {
			to_come = true;
		} else if (!any_past || a->until > latest) {
			any_past = true;
			latest = a->until;
			was_removed = a->removed;
		} else if (a->until == latest && a->removed) {
			was_removed = true;
		}
	}
	if (to_come)
		return TWR_REASON_ROLE_NOT_YET;
	if (!any_past)
		return TWR_REASON_ROLE_MISSING;
	return was_removed ? TWR_REASON_ROLE_REMOVED : TWR_REASON_ROLE_ENDED;
}

static int
list_len(const char *const list[NAIVE_LIST])
{
	int n = 0;

	while (n < NAIVE_LIST && list[n] != NULL)
		n++;
	return n;
}

static enum twr_reason
check_any(const struct naive_world *nw, const char *user,
    const struct naive_rule *rule, const char *const list[NAIVE_LIST],
    bool permission, int64_t now, enum naive_fault fault)
{
	struct want wt = { list, list_len(list), permission };

	if (wt.n == 0)
		return TWR_REASON_GRANTED; /* not asked for */
	return look_for(nw, user, rule, &wt, now, fault);
}

static enum twr_reason
check_all(const struct naive_world *nw, const char *user,
    const struct naive_rule *rule, const char *const list[NAIVE_LIST],
    bool permission, int64_t now, enum naive_fault fault)
{
	enum twr_reason why = TWR_REASON_GRANTED;
	int i;

	if (fault == NAIVE_ALL_AS_ANY)
		return check_any(nw, user, rule, list, permission, now, fault);
	for (i = 0; i < list_len(list) && why == TWR_REASON_GRANTED; i++) {
		struct want wt = { &list[i], 1, permission };

		why = look_for(nw, user, rule, &wt, now, fault);
	}
	return why;
}

static enum twr_reason
check_holdings(const struct naive_world *nw, const char *user,
    const struct naive_rule *r, int64_t now, enum naive_fault fault)
{
	enum twr_reason why;

	why = check_any(nw, user, r, r->any_role, false, now, fault);
	if (why == TWR_REASON_GRANTED)
		why = check_all(nw, user, r, r->all_roles, false, now, fault);
	if (why == TWR_REASON_GRANTED)
		why = check_any(nw, user, r, r->any_permission, true, now,
		    fault);
	if (why == TWR_REASON_GRANTED)
		why = check_all(nw, user, r, r->all_permissions, true, now,
		    fault);
	return why;
}

static bool
scope_usable(const struct naive_world *nw, const char *path,
    enum naive_fault fault)
{
	size_t i;

	for (i = 0; i < nw->n_scopes; i++) {
		const struct naive_scope *s = &nw->scopes[i];

		if (!lies_within(path, s->path) || same(s->status, "active"))
			continue;
		if (fault != NAIVE_SCOPE_ABOVE_IGNORED || same(path, s->path))
			return false;
	}
	return true;
}

static const struct naive_rule *
rule_of(const struct naive_world *nw, const char *service)
{
	size_t i;

	for (i = 0; i < nw->n_rules; i++)
		if (same(nw->rules[i].service, service))
			return &nw->rules[i];
	return NULL;
}

static const struct naive_login *
login_named(const struct naive_world *nw, const char *name)
{
	size_t i;

	for (i = 0; i < nw->n_logins; i++)
		if (same(nw->logins[i].name, name))
			return &nw->logins[i];
	return NULL;
}

static const struct naive_user *
user_named(const struct naive_world *nw, const char *name)
{
	size_t i;

	for (i = 0; i < nw->n_users; i++)
		if (same(nw->users[i].name, name))
			return &nw->users[i];
	return NULL;
}

/* uid of a local account, or -1. */
static int64_t
local_uid(const struct naive_world *nw, const char *login)
{
	size_t i;

	for (i = 0; i < nw->n_accounts; i++)
		if (same(nw->accounts[i].login, login))
			return nw->accounts[i].uid;
	return -1;
}

static bool
set(const char *item)
{
	return item != NULL && item[0] != '\0';
}

/* Who is judged: a name, or the reason for having none. */
struct whom {
	const char *name;
	enum twr_reason problem;
	bool invoker;
};

static struct whom
find_whom(const struct naive_world *nw, const struct naive_request *rq)
{
	static const char *const family[] = { "su", "su-l", "sudo", "sudo-i",
		"doas" };
	const struct naive_rule *r = rule_of(nw, rq->service);
	struct whom by_user = { rq->user, TWR_REASON_NONE, false };
	struct whom by_invoker = { rq->invoker, TWR_REASON_NONE, true };
	struct whom nobody = { NULL, TWR_REASON_NO_INVOKER, false };
	size_t i;

	if (!set(rq->user)) {
		nobody.problem = TWR_REASON_NO_USER;
		return nobody;
	}
	if (r != NULL && r->subject != NULL && same(r->subject, "user"))
		return by_user;
	if (r != NULL && r->subject != NULL)
		return set(rq->invoker) ? by_invoker : nobody;
	for (i = 0; i < sizeof(family) / sizeof(family[0]); i++)
		if (same(rq->service, family[i]))
			return set(rq->invoker) ? by_invoker : nobody;
	if (r == NULL)
		r = rule_of(nw, "other");
	if (r != NULL && r->subject != NULL && same(r->subject, "user"))
		return by_user;
	if (r != NULL && r->subject != NULL)
		return set(rq->invoker) ? by_invoker : nobody;
	if (set(rq->invoker) && !same(rq->invoker, rq->user))
		return nobody;
	return by_user;
}

static bool
uid_fits(const struct whom *who, const struct naive_request *rq, int64_t uid,
    enum naive_fault fault)
{
	return !who->invoker || rq->real_uid == 0 || rq->real_uid == uid ||
	    fault == NAIVE_UID_IGNORED;
}

static bool
is_system(const struct naive_world *nw, const char *login,
    enum naive_fault fault)
{
	const struct naive_login *l = login_named(nw, login);
	int64_t uid = local_uid(nw, login);

	if (l != NULL && !(fault == NAIVE_TOMBSTONE_EXEMPT && l->user == NULL))
		return false;
	return uid >= 1 && uid < (int64_t)nw->uid_min;
}

/* Does the entry let in whom is judged? *uid: which account that is. */
static bool
entry_matches(const struct naive_world *nw, const struct naive_exempt *e,
    const struct whom *who, const struct naive_request *rq, int64_t *uid,
    enum naive_fault fault)
{
	const struct naive_login *l = login_named(nw, who->name);

	if (!in_list(e->services, rq->service) && !in_list(e->services, "*"))
		return false;
	*uid = rq->real_uid;
	if (e->logins[0] == NULL && !e->system_accounts && !e->everyone)
		return false;
	if (e->system_accounts) {
		if (!is_system(nw, who->name, fault))
			return false;
		*uid = local_uid(nw, who->name);
	}
	if (e->logins[0] != NULL) {
		if (!in_list(e->logins, who->name))
			return false;
		*uid = l != NULL ? (int64_t)l->uid : local_uid(nw, who->name);
	}
	return true;
}

static struct naive_answer
deny(enum twr_reason reason)
{
	return (struct naive_answer) { TWR_DENY, reason, false };
}

static struct naive_answer
judge_mapped(const struct naive_world *nw, const struct naive_request *rq,
    const struct whom *who, const struct naive_rule *rule,
    enum naive_fault fault)
{
	const struct naive_login *l = login_named(nw, who->name);
	const struct naive_user *u;
	enum twr_reason why;

	if (l == NULL || l->user == NULL)
		return deny(TWR_REASON_LOGIN_UNMAPPED);
	if (!uid_fits(who, rq, l->uid, fault))
		return deny(TWR_REASON_INVOKER_MISMATCH);
	if ((u = user_named(nw, l->user)) == NULL)
		return deny(TWR_REASON_NONE); /* a world without its user */
	if (same(u->status, "inactive"))
		return deny(TWR_REASON_USER_INACTIVE);
	if (same(u->status, "suspended") && fault != NAIVE_SUSPENDED_PASSES)
		return deny(TWR_REASON_USER_SUSPENDED);
	if (rule->two_factor && !u->automation && !u->enrolled)
		return deny(TWR_REASON_TWO_FACTOR_MISSING);
	if (!scope_usable(nw, rule->scope, fault))
		return deny(TWR_REASON_SCOPE_UNUSABLE);
	why = check_holdings(nw, l->user, rule, rq->now, fault);
	if (why != TWR_REASON_GRANTED)
		return deny(why);
	return (struct naive_answer) { TWR_GRANT, why, false };
}

static struct naive_answer
judge(const struct naive_world *nw, const struct naive_request *rq,
    enum naive_fault fault)
{
	const struct naive_rule *rule = rule_of(nw, rq->service);
	struct whom who = find_whom(nw, rq);
	int64_t uid;
	size_t i;

	if (who.name == NULL)
		return deny(who.problem);
	for (i = 0; i < nw->n_exempt; i++) {
		if (!entry_matches(nw, &nw->exempt[i], &who, rq, &uid, fault))
			continue;
		if (!uid_fits(&who, rq, uid, fault))
			return deny(TWR_REASON_INVOKER_MISMATCH);
		return (struct naive_answer) { TWR_EXEMPT, TWR_REASON_EXEMPT,
			false };
	}
	if (rule == NULL)
		rule = rule_of(nw, "other");
	if (rule == NULL)
		return deny(TWR_REASON_NO_RULE);
	return judge_mapped(nw, rq, &who, rule, fault);
}

/* As a rule for sudo that demands this role, there, would judge him. */
static struct naive_answer
judge_question(const struct naive_world *nw, const struct naive_request *rq,
    enum naive_fault fault)
{
	const struct naive_rule *sudo = rule_of(nw, "sudo");
	struct naive_rule asked = { .service = "sudo",
		.any_role = { rq->role } };
	const struct whom who = { rq->user, TWR_REASON_NONE, false };
	const struct naive_login *l;
	size_t i;

	if (sudo == NULL)
		sudo = rule_of(nw, "other");
	if (!set(rq->user))
		return deny(TWR_REASON_NO_USER);
	if (sudo == NULL)
		return deny(TWR_REASON_NO_RULE);
	asked.two_factor = sudo->two_factor;
	asked.scope = rq->scope != NULL ? rq->scope : sudo->scope;
	if (role_named(nw, rq->role) == NULL)
		return deny(TWR_REASON_ROLE_UNKNOWN);
	for (i = 0; i < nw->n_scopes; i++)
		if (same(nw->scopes[i].path, asked.scope))
			break;
	if (i == nw->n_scopes)
		return deny(TWR_REASON_SCOPE_UNKNOWN);
	l = login_named(nw, rq->user);
	if (l != NULL && l->user != NULL && l->uid != rq->real_uid &&
	    fault != NAIVE_UID_IGNORED)
		return deny(TWR_REASON_INVOKER_MISMATCH);
	return judge_mapped(nw, rq, &who, &asked, fault);
}

static bool
is_permissive(const struct naive_world *nw, const struct naive_request *rq)
{
	size_t i;

	for (i = 0; i < nw->n_permissive; i++) {
		const struct naive_permissive *p = &nw->permissive[i];

		if (rq->now >= p->until)
			continue;
		if (same(p->service, "*") || same(p->service, rq->service) ||
		    (same(p->service, "other") &&
			rule_of(nw, rq->service) == NULL))
			return true;
	}
	return false;
}

struct naive_answer
naive_decide(const struct naive_world *nw, const struct naive_request *rq,
    enum naive_fault fault)
{
	struct naive_answer an;

	if (rq->now >= nw->stale_at)
		return deny(TWR_REASON_POLICY_STALE);
	if (rq->role != NULL)
		return judge_question(nw, rq, fault);
	an = judge(nw, rq, fault);
	an.permissive = an.verdict == TWR_DENY && is_permissive(nw, rq);
	return an;
}
