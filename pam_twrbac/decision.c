/* SPDX-License-Identifier: BSD-2-Clause */
#include "decision.h"

#include <string.h>

const char *
twr_look_word(enum twr_look look)
{
	static const char *const words[] = {
		[TWR_LOOK_SUBJECT] = "subject",
		[TWR_LOOK_EXEMPTION] = "exemption",
		[TWR_LOOK_RULE] = "rule",
		[TWR_LOOK_LOGIN] = "login",
		[TWR_LOOK_USER] = "user",
		[TWR_LOOK_TWO_FACTOR] = "two-factor",
		[TWR_LOOK_SCOPE] = "scope",
		[TWR_LOOK_HOLDING] = "assignment",
		[TWR_LOOK_DEMAND] = "demand",
		[TWR_LOOK_PERMISSIVE] = "permissive",
	};

	return (unsigned)look < sizeof(words) / sizeof(words[0]) ? words[look] :
								   "?";
}

/* The three arguments that every step needs, and where it tells the trace. */
struct work {
	const struct twr_view *view;
	const struct twr_request *req;
	const struct twr_trace *trace;
	struct twr_decision ret;
};

static void
tell(const struct work *w, const struct twr_trace_event *event)
{
	if (w->trace != NULL)
		w->trace->fn(w->trace->ctx, w->view, event);
}

/* Tell one step of the way; the reason is why it was not met. */
static bool
step(struct work *w, enum twr_look look, bool met, enum twr_reason reason,
    size_t index)
{
	struct twr_trace_event event = { look, met, reason, index,
		TWR_NOTHING };

	if (met)
		event.reason = TWR_REASON_NONE;
	else
		w->ret.reason = reason;
	tell(w, &event);
	return met;
}

enum twr_reason
twr_reason_of_status(enum twr_status status)
{
	switch (status) {
	case TWR_ENOMEM:
		return TWR_REASON_NO_MEMORY;
	case TWR_EUNREADABLE:
		return TWR_REASON_POLICY_UNREADABLE;
	case TWR_ENOENT:
		return TWR_REASON_POLICY_MISSING;
	case TWR_EUNSAFE:
		return TWR_REASON_POLICY_UNSAFE;
	case TWR_ETOONEW:
		return TWR_REASON_POLICY_TOO_NEW;
	case TWR_ESTALE:
		return TWR_REASON_POLICY_STALE;
	case TWR_EINVAL:
		return TWR_REASON_BAD_ARGUMENT;
	case TWR_OK:
	case TWR_ECORRUPT:
	case TWR_EDATA:
	case TWR_EREFUSED:
	case TWR_EWRITE:
	case TWR_EBUSY:
	case TWR_EPERM:
		break;
	}
	return TWR_REASON_POLICY_CORRUPT;
}

/*
 * A caller that is not root may only speak for its own uid: sudo and su keep
 * the invoker's real uid. A role question is about an account, not a caller:
 * its uid must be the remembered one.
 */
static bool
may_speak_for(const struct work *w, uint32_t uid)
{
	if (w->view->asks_role)
		return uid != TWR_UID_UNKNOWN && w->req->real_uid == uid;
	return !w->view->subject.invoker || w->req->real_uid == 0 ||
	    w->req->real_uid == uid;
}

/* A system account of this host that the policy has never heard of. */
static bool
is_system_account(const struct work *w)
{
	const struct twr_exemptions *ex = &w->view->exempt;
	uint32_t uid = w->req->local_uid;
	size_t i;

	/* an unknown uid is the greatest of all, never below uid_min */
	if (w->view->login_status != TWR_ENOENT || uid < 1 ||
	    uid >= w->view->meta.uid_min)
		return false;
	for (i = 0; i < ex->n_mapped_system; i++)
		if (strcmp(ex->mapped_system[i], w->view->subject.login) == 0)
			return false;
	return true;
}

/* Does the entry match? *uid: whom it lets in, where that is one account. */
static bool
exemption_matches(const struct work *w, const struct twr_exemption *e,
    uint32_t *uid)
{
	const uint32_t known = TWR_EXEMPT_LOGIN | TWR_EXEMPT_SYSTEM |
	    TWR_EXEMPT_EVERYONE;
	bool any = strcmp(e->service, "*") == 0;

	if (e->needs == 0 || (e->needs & ~known) != 0)
		return false;
	if (any ? (e->needs & TWR_EXEMPT_LOGIN) == 0 :
		  strcmp(e->service, w->req->service) != 0)
		return false;
	*uid = w->req->real_uid;
	if ((e->needs & TWR_EXEMPT_SYSTEM) != 0) {
		if (!is_system_account(w))
			return false;
		*uid = w->req->local_uid;
	}
	if ((e->needs & TWR_EXEMPT_LOGIN) != 0) {
		if (strcmp(e->login, w->view->subject.login) != 0)
			return false;
		*uid = e->uid;
	}
	return true;
}

/* True when the decision is made: exempt, or refused because of damage. */
static bool
decide_exemption(struct work *w)
{
	const struct twr_exemptions *ex = &w->view->exempt;
	uint32_t uid;
	size_t i;

	if (w->view->exempt_status != TWR_OK) {
		(void)step(w, TWR_LOOK_EXEMPTION, false,
		    twr_reason_of_status(w->view->exempt_status), TWR_NOTHING);
		return true;
	}
	for (i = 0; i < ex->n_entries; i++) {
		if (!exemption_matches(w, &ex->entries[i], &uid))
			continue;
		if (!step(w, TWR_LOOK_EXEMPTION, may_speak_for(w, uid),
			TWR_REASON_INVOKER_MISMATCH, i))
			return true;
		w->ret.verdict = TWR_EXEMPT;
		w->ret.reason = TWR_REASON_EXEMPT;
		w->ret.exemption = i;
		return true;
	}
	return false;
}

static bool
rule_is_there(struct work *w)
{
	enum twr_status rc = w->view->rule_status;
	enum twr_reason why = rc == TWR_ENOENT ? TWR_REASON_NO_RULE :
						 twr_reason_of_status(rc);

	/* the decoder refuses a rule without demands too */
	if (rc == TWR_OK && w->view->rule.n_demands == 0)
		return step(w, TWR_LOOK_RULE, false, TWR_REASON_POLICY_CORRUPT,
		    TWR_NOTHING);
	return step(w, TWR_LOOK_RULE, rc == TWR_OK, why, TWR_NOTHING);
}

/* Does the policy know the role and the scope that are asked about? */
static bool
question_is_known(struct work *w)
{
	const struct twr_view *v = w->view;
	enum twr_reason why = TWR_REASON_NONE;

	if (!v->asks_role || v->rule_status != TWR_OK)
		return true;
	if (v->role_status != TWR_OK)
		why = v->role_status == TWR_ENOENT ?
		    TWR_REASON_ROLE_UNKNOWN :
		    twr_reason_of_status(v->role_status);
	else if (v->scope_status != TWR_OK)
		why = v->scope_status == TWR_ENOENT ?
		    TWR_REASON_SCOPE_UNKNOWN :
		    twr_reason_of_status(v->scope_status);
	if (why == TWR_REASON_NONE)
		return true;
	return step(w, TWR_LOOK_RULE, false, why, TWR_NOTHING);
}

static bool
login_is_mapped(struct work *w)
{
	const struct twr_login *l = &w->view->login;
	enum twr_status rc = w->view->login_status;

	if (rc != TWR_OK)
		return step(w, TWR_LOOK_LOGIN, false,
		    rc == TWR_ENOENT ? TWR_REASON_LOGIN_UNMAPPED :
				       twr_reason_of_status(rc),
		    TWR_NOTHING);
	if (l->tombstone)
		return step(w, TWR_LOOK_LOGIN, false, TWR_REASON_LOGIN_UNMAPPED,
		    TWR_NOTHING);
	return step(w, TWR_LOOK_LOGIN, may_speak_for(w, l->uid),
	    TWR_REASON_INVOKER_MISMATCH, TWR_NOTHING);
}

static bool
user_is_active(struct work *w)
{
	enum twr_user_status st = w->view->login.status;

	return step(w, TWR_LOOK_USER, st == TWR_USER_ACTIVE,
	    st == TWR_USER_SUSPENDED ? TWR_REASON_USER_SUSPENDED :
				       TWR_REASON_USER_INACTIVE,
	    TWR_NOTHING);
}

static bool
two_factor_is_met(struct work *w)
{
	const struct twr_login *l = &w->view->login;

	if (!w->view->rule.two_factor || l->kind == TWR_KIND_SERVICE)
		return true;
	return step(w, TWR_LOOK_TWO_FACTOR, l->two_factor == TWR_2FA_ENROLLED,
	    TWR_REASON_TWO_FACTOR_MISSING, TWR_NOTHING);
}

static bool
scope_is_usable(struct work *w)
{
	const struct twr_rule *r = &w->view->rule;
	size_t i;

	/* the decoder refuses a rule of no scope, or of too many, too */
	if (r->n_chain == 0 || r->n_chain > TWR_CHAIN_MAX)
		return step(w, TWR_LOOK_SCOPE, false, TWR_REASON_POLICY_CORRUPT,
		    TWR_NOTHING);
	for (i = 0; i < r->n_chain; i++)
		if (!step(w, TWR_LOOK_SCOPE,
			r->chain[i].status == TWR_SCOPE_ACTIVE,
			TWR_REASON_SCOPE_UNUSABLE, i))
			return false;
	return true;
}

static bool
demand_names(const struct twr_demand *d, uint32_t role)
{
	size_t i;

	for (i = 0; i < d->n_roles; i++)
		if (d->roles[i] == role)
			return true;
	return false;
}

static bool
chain_has(const struct twr_rule *r, uint32_t scope)
{
	size_t i;

	for (i = 0; i < r->n_chain; i++)
		if (r->chain[i].scope == scope)
			return true;
	return false;
}

/* TWR_REASON_GRANTED when the assignment meets the demand, else why not. */
static enum twr_reason
judge_holding(const struct twr_rule *r, const struct twr_demand *d,
    const struct twr_holding *h, const struct twr_request *req)
{
	if (!demand_names(d, h->role) || !chain_has(r, h->scope) ||
	    (h->flags & TWR_HOLDING_RESOURCE) != 0)
		return TWR_REASON_ROLE_MISSING;
	if ((h->flags & TWR_HOLDING_REMOVED) != 0)
		return TWR_REASON_ROLE_REMOVED;
	if (req->clock < h->not_before)
		return TWR_REASON_ROLE_NOT_YET;
	if (req->now >= h->not_after)
		return TWR_REASON_ROLE_ENDED;
	/* a flag that this build does not know may be a restriction */
	return h->flags == 0 ? TWR_REASON_GRANTED : TWR_REASON_ROLE_MISSING;
}

/*
 * Which near miss tells the person most: one that begins (the soonest), then
 * one that ended or was removed (the latest; removed, if both are), then none
 * at all. best is not looked at while its reason is that there is none.
 */
static bool
is_closer(const struct twr_holding *h, enum twr_reason why,
    const struct twr_holding *best, enum twr_reason best_why)
{
	if (why == TWR_REASON_ROLE_MISSING)
		return false;
	if (best_why == TWR_REASON_ROLE_MISSING)
		return true;
	if (why == TWR_REASON_ROLE_NOT_YET)
		return best_why != TWR_REASON_ROLE_NOT_YET ||
		    h->not_before < best->not_before;
	if (best_why == TWR_REASON_ROLE_NOT_YET)
		return false;
	return h->not_after > best->not_after ||
	    (h->not_after == best->not_after &&
		why == TWR_REASON_ROLE_REMOVED && best_why != why);
}

static bool
demand_is_met(struct work *w, size_t index)
{
	const struct twr_demand *d = &w->view->rule.demands[index];
	const struct twr_login *l = &w->view->login;
	const struct twr_holding *h, *near = NULL;
	enum twr_reason why, closest = TWR_REASON_ROLE_MISSING;
	size_t i, best = TWR_NOTHING;

	for (i = 0; i < l->n_holdings && closest != TWR_REASON_GRANTED; i++) {
		h = &l->holdings[i];
		why = judge_holding(&w->view->rule, d, h, w->req);
		tell(w,
		    &(struct twr_trace_event) { TWR_LOOK_HOLDING,
			why == TWR_REASON_GRANTED, why, i, index });
		if (why == TWR_REASON_GRANTED ||
		    is_closer(h, why, near, closest)) {
			closest = why;
			best = i;
			near = h;
		}
	}
	w->ret.demand = index;
	w->ret.holding = best;
	tell(w,
	    &(struct twr_trace_event) { TWR_LOOK_DEMAND,
		closest == TWR_REASON_GRANTED, closest, best, index });
	if (closest == TWR_REASON_GRANTED)
		return true;
	w->ret.reason = closest;
	return false;
}

static bool
demands_are_met(struct work *w)
{
	size_t i;

	for (i = 0; i < w->view->rule.n_demands; i++)
		if (!demand_is_met(w, i))
			return false;
	return true;
}

static void
decide(struct work *w)
{
	const struct twr_subject *sub = &w->view->subject;

	if (!step(w, TWR_LOOK_SUBJECT, sub->login != NULL, sub->problem,
		TWR_NOTHING))
		return;
	if (!w->view->asks_role && decide_exemption(w))
		return;
	if (!question_is_known(w) || !rule_is_there(w) || !login_is_mapped(w) ||
	    !user_is_active(w) || !two_factor_is_met(w) ||
	    !scope_is_usable(w) || !demands_are_met(w))
		return;
	w->ret.verdict = TWR_GRANT;
	w->ret.reason = TWR_REASON_GRANTED;
}

/*
 * Outcomes that only damage can have: no permissive mode of the policy covers
 * them. A new reason must be put on one side or the other.
 */
static bool
is_about_damage(enum twr_reason reason)
{
	switch (reason) {
	case TWR_REASON_NO_USER:
	case TWR_REASON_NO_INVOKER:
	case TWR_REASON_INVOKER_MISMATCH:
	case TWR_REASON_NO_RULE:
	case TWR_REASON_LOGIN_UNMAPPED:
	case TWR_REASON_USER_INACTIVE:
	case TWR_REASON_USER_SUSPENDED:
	case TWR_REASON_TWO_FACTOR_MISSING:
	case TWR_REASON_SCOPE_UNUSABLE:
	case TWR_REASON_ROLE_MISSING:
	case TWR_REASON_ROLE_ENDED:
	case TWR_REASON_ROLE_REMOVED:
	case TWR_REASON_ROLE_NOT_YET:
	case TWR_REASON_ROLE_UNKNOWN:
	case TWR_REASON_SCOPE_UNKNOWN:
		return false;
	case TWR_REASON_NONE:
	case TWR_REASON_GRANTED:
	case TWR_REASON_EXEMPT:
	case TWR_REASON_POLICY_MISSING:
	case TWR_REASON_POLICY_UNREADABLE:
	case TWR_REASON_POLICY_UNSAFE:
	case TWR_REASON_POLICY_CORRUPT:
	case TWR_REASON_POLICY_TOO_NEW:
	case TWR_REASON_POLICY_STALE:
	case TWR_REASON_BAD_ARGUMENT:
	case TWR_REASON_NO_MEMORY:
	case TWR_REASON_COUNT:
		break;
	}
	return true;
}

static bool
service_is_permissive(const struct twr_service *s, int64_t now)
{
	return s != NULL && now < s->permissive_until;
}

static void
decide_permissive(struct work *w)
{
	const struct twr_view *v = w->view;
	int64_t now = w->req->now;

	if (w->ret.verdict != TWR_DENY || is_about_damage(w->ret.reason) ||
	    v->asks_role)
		return;
	w->ret.permissive = now < v->meta.permissive_until ||
	    service_is_permissive(v->service, now) ||
	    service_is_permissive(v->other, now);
	if (w->ret.permissive)
		tell(w,
		    &(struct twr_trace_event) { TWR_LOOK_PERMISSIVE, true,
			w->ret.reason, TWR_NOTHING, TWR_NOTHING });
}

struct twr_decision
twr_decide(const struct twr_view *view, const struct twr_request *req,
    const struct twr_trace *trace)
{
	struct work w = { view, req, trace,
		{ TWR_DENY, TWR_REASON_NONE, TWR_NOTHING, TWR_NOTHING,
		    TWR_NOTHING, false } };

	decide(&w);
	decide_permissive(&w);
	return w.ret;
}
