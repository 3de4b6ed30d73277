/* SPDX-License-Identifier: BSD-2-Clause */
#include "explain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "policy_format.h"

#define DETAIL_MAX 2048

/* What the lines are written from and to. */
struct work {
	const struct twr_judgement *jd;
	bool utc;
	struct out_list *lines;
};

const char *
explain_verdict(const struct twr_decision *d)
{
	if (d->verdict == TWR_GRANT)
		return "granted";
	if (d->verdict == TWR_EXEMPT)
		return "exempt";
	return d->permissive ? "would-deny" : "refused";
}

static void
collect(void *ctx, const struct twr_view *view,
    const struct twr_trace_event *event)
{
	struct explain *ex = ctx;
	struct twr_trace_event *grown;
	size_t room = ex->room ? 2 * ex->room : 32;

	(void)view;
	if (ex->n == ex->room) {
		grown = reallocarray(ex->events, room, sizeof(*grown));
		if (grown == NULL) {
			ex->failed = true;
			return;
		}
		ex->events = grown;
		ex->room = room;
	}
	ex->events[ex->n++] = *event;
}

struct twr_trace
explain_trace(struct explain *ex)
{
	return (struct twr_trace) { collect, ex };
}

void
explain_free(struct explain *ex)
{
	free(ex->events);
	memset(ex, 0, sizeof(*ex));
}

/* ---- words ---- */

static void line(const struct work *w, const char *mark, const char *what,
    const char *fmt, ...) TWR_PRINTF(4, 5);

static void
line(const struct work *w, const char *mark, const char *what, const char *fmt,
    ...)
{
	char text[DETAIL_MAX];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	out_list_add(w->lines, "  %-3s %-10s %s", mark, what, text);
}

static const char *
mark(bool met)
{
	return met ? "yes" : "no";
}

/* A role's key or a scope's path, for buf; its number when unreadable. */
static const char *
name_of(const struct work *w, char kind, uint32_t number, char *buf,
    size_t size)
{
	char *name = NULL;

	if (twr_name_of(&w->jd->reader, kind, number, &name) == TWR_OK)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "number %" PRIu32, number);
	free(name);
	return buf;
}

/* Append to a list in words: "a, b". */
static void
append(char *buf, size_t size, const char *text)
{
	size_t len = strlen(buf);

	snprintf(buf + len, size - len, "%s%s", len ? ", " : "", text);
}

/* ---- one line for each kind of event ---- */

static void
about_subject(const struct work *w, const struct twr_trace_event *e)
{
	const struct twr_subject *sub = &w->jd->view.subject;

	if (!e->met)
		line(w, "no", "subject", "%s", twr_reason_sentence(e->reason));
	else
		line(w, "", "subject", "%s, %s", sub->login,
		    w->jd->view.asks_role ? "whom sudo asks about" :
			sub->invoker	  ? "who runs it (PAM_RUSER)" :
					    "who logs in (PAM_USER)");
}

static void
about_exemption(const struct work *w, const struct twr_trace_event *e)
{
	const struct twr_exemptions *all = &w->jd->view.exempt;
	const struct twr_exemption *x;

	if (e->index >= all->n_entries) {
		line(w, "no", "exemption", "%s", twr_reason_word(e->reason));
		return;
	}
	x = &all->entries[e->index];
	line(w, mark(e->met), "exemption", "%s%s%s for service %s%s%s",
	    (x->needs & TWR_EXEMPT_LOGIN) ? "login " : "",
	    (x->needs & TWR_EXEMPT_LOGIN)	 ? x->login :
		(x->needs & TWR_EXEMPT_EVERYONE) ? "everyone" :
						   "",
	    (x->needs & TWR_EXEMPT_SYSTEM) ? "system accounts" : "", x->service,
	    e->met ? "" : ": ", e->met ? "" : twr_reason_word(e->reason));
}

static void
about_rule(const struct work *w, const struct twr_trace_event *e)
{
	const struct twr_view *v = &w->jd->view;

	/* not a switch: the others are about reading */
	if (e->reason == TWR_REASON_ROLE_UNKNOWN)
		line(w, "no", "role", "the policy knows none of this name");
	else if (e->reason == TWR_REASON_SCOPE_UNKNOWN)
		line(w, "no", "scope", "the policy knows none of this name");
	else if (!e->met)
		line(w, "no", "rule",
		    e->reason == TWR_REASON_NO_RULE ?
			"none for %s, and none for \"other\"" :
			"that of %s could not be read",
		    w->jd->request.service);
	else if (v->asks_role)
		line(w, "yes", "rule",
		    "that of \"%s\"; asked is a role in scope %s",
		    v->judge->name, v->rule.scope_path);
	else
		line(w, "yes", "rule", "that of \"%s\", in scope %s",
		    v->judge->name, v->rule.scope_path);
}

static void
about_login(const struct work *w, const struct twr_trace_event *e)
{
	const struct twr_view *v = &w->jd->view;
	const struct twr_login *l = &v->login;

	if (v->login_status == TWR_OK && !l->tombstone)
		line(w, mark(e->met), "login", "%s is mapped to %s (%s)%s%s",
		    v->subject.login, l->user_name, l->user_sid,
		    e->met ? "" : ": ",
		    e->met ? "" : twr_reason_word(e->reason));
	else if (v->login_status == TWR_OK)
		line(w, "no", "login", "%s was mapped once, and is no more",
		    v->subject.login);
	else if (v->login_status == TWR_ENOENT)
		line(w, "no", "login",
		    "%s is mapped to no user; "
		    "twrbac login map USER %s",
		    v->subject.login, v->subject.login);
	else
		line(w, "no", "login",
		    "the record of %s could not be read: "
		    "%s",
		    v->subject.login, v->error.text);
}

static void
about_scope(const struct work *w, const struct twr_trace_event *e)
{
	const struct twr_rule *r = &w->jd->view.rule;
	char buf[1024];

	if (e->index >= r->n_chain)
		return;
	line(w, mark(e->met), "scope", "%s is %s",
	    name_of(w, TWR_NAME_SCOPE, r->chain[e->index].scope, buf,
		sizeof(buf)),
	    twr_scope_status_word(r->chain[e->index].status));
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

/* Why an assignment that has a right role does not do. */
static void
why_not(const struct work *w, const struct twr_trace_event *e,
    const struct twr_holding *h, char *buf, size_t size)
{
	char when[CLOCK_TEXT_LEN];

	if (e->reason == TWR_REASON_ROLE_NOT_YET) {
		clock_format(h->not_before, w->utc, when);
		snprintf(buf, size, "begins %s", when);
		return;
	}
	clock_format(h->not_after, w->utc, when);
	if (e->reason == TWR_REASON_ROLE_ENDED)
		snprintf(buf, size, "ended %s", when);
	else if (e->reason == TWR_REASON_ROLE_REMOVED)
		snprintf(buf, size, "was removed %s", when);
	else
		snprintf(buf, size, "%s",
		    (h->flags & TWR_HOLDING_RESOURCE) ?
			"is limited to a resource" :
			"does not reach this scope");
}

static void
about_holding(const struct work *w, const struct twr_trace_event *e)
{
	const struct twr_view *v = &w->jd->view;
	const struct twr_holding *h;
	char role[256], scope[1024], when[CLOCK_TEXT_LEN], text[128];

	if (e->index >= v->login.n_holdings || e->demand >= v->rule.n_demands)
		return;
	h = &v->login.holdings[e->index];
	if (!demand_names(&v->rule.demands[e->demand], h->role))
		return; /* another role, which nobody asked for */
	if (e->met) {
		clock_format(h->not_after, w->utc, when);
		snprintf(text, sizeof(text), "in force%s%s",
		    h->not_after == TWR_NEVER ? "" : " until ",
		    h->not_after == TWR_NEVER ? "" : when);
	} else {
		why_not(w, e, h, text, sizeof(text));
	}
	line(w, mark(e->met), "  holds", "%s at %s: %s",
	    name_of(w, TWR_NAME_ROLE, h->role, role, sizeof(role)),
	    name_of(w, TWR_NAME_SCOPE, h->scope, scope, sizeof(scope)), text);
}

/* Which roles in which scopes would have met it. */
static void
what_would_do(const struct work *w, const struct twr_demand *d)
{
	const struct twr_rule *r = &w->jd->view.rule;
	char roles[DETAIL_MAX / 2] = "", scopes[DETAIL_MAX / 2] = "";
	char name[1024];
	size_t i;

	for (i = 0; i < d->n_roles; i++)
		append(roles, sizeof(roles),
		    name_of(w, TWR_NAME_ROLE, d->roles[i], name, sizeof(name)));
	for (i = 0; i < r->n_chain; i++)
		append(scopes, sizeof(scopes),
		    name_of(w, TWR_NAME_SCOPE, r->chain[i].scope, name,
			sizeof(name)));
	line(w, "", "  needs", "one of %s", roles);
	line(w, "", "  at", "one of %s", scopes);
}

static void
about_demand(const struct work *w, const struct twr_trace_event *e)
{
	const struct twr_rule *r = &w->jd->view.rule;
	const struct twr_demand *d;

	if (e->demand >= r->n_demands)
		return;
	d = &r->demands[e->demand];
	line(w, mark(e->met), "demand", "%s %s%s%s",
	    d->kind == TWR_DEMAND_ROLE ? "role" : "permission", d->label,
	    e->met ? "" : ": ", e->met ? "" : twr_reason_word(e->reason));
	if (!e->met)
		what_would_do(w, d);
}

static void
about_event(const struct work *w, const struct twr_trace_event *e)
{
	const struct twr_login *l = &w->jd->view.login;

	switch (e->look) {
	case TWR_LOOK_SUBJECT:
		about_subject(w, e);
		break;
	case TWR_LOOK_EXEMPTION:
		about_exemption(w, e);
		break;
	case TWR_LOOK_RULE:
		about_rule(w, e);
		break;
	case TWR_LOOK_LOGIN:
		about_login(w, e);
		break;
	case TWR_LOOK_USER:
		line(w, mark(e->met), "user", "%s is %s", l->user_name,
		    twr_user_status_word(l->status));
		break;
	case TWR_LOOK_TWO_FACTOR:
		line(w, mark(e->met), "two-factor", "%s",
		    twr_two_factor_word(l->two_factor));
		break;
	case TWR_LOOK_SCOPE:
		about_scope(w, e);
		break;
	case TWR_LOOK_HOLDING:
		about_holding(w, e);
		break;
	case TWR_LOOK_DEMAND:
		about_demand(w, e);
		break;
	case TWR_LOOK_PERMISSIVE:
		line(w, "", "permissive",
		    "let in all the same: the "
		    "configuration says so for now");
		break;
	}
}

void
explain_lines(const struct explain *ex, const struct twr_judgement *jd,
    bool utc, struct out_list *lines)
{
	struct work w = { jd, utc, lines };
	bool exemption = false;
	size_t i;

	if (ex->failed)
		lines->failed = true;
	for (i = 0; i < ex->n; i++) {
		if (ex->events[i].look == TWR_LOOK_EXEMPTION)
			exemption = true;
		/* The decision passes over exemptions that do not match. */
		if (ex->events[i].look == TWR_LOOK_RULE && !exemption &&
		    !jd->view.asks_role)
			line(&w, "", "exemption", "none matches");
		about_event(&w, &ex->events[i]);
	}
}

/* ---- who could help ---- */

#define NAMED_MOST 5

const char *
explain_helper(const struct twr_decision *d)
{
	if (d->verdict != TWR_DENY)
		return NULL;
	/* not a switch: most reasons are the host's, and no role's */
	if (d->reason == TWR_REASON_ROLE_MISSING ||
	    d->reason == TWR_REASON_ROLE_ENDED ||
	    d->reason == TWR_REASON_ROLE_REMOVED ||
	    d->reason == TWR_REASON_ROLE_NOT_YET)
		return "can give";
	if (d->reason == TWR_REASON_LOGIN_UNMAPPED ||
	    d->reason == TWR_REASON_USER_INACTIVE ||
	    d->reason == TWR_REASON_USER_SUSPENDED ||
	    d->reason == TWR_REASON_TWO_FACTOR_MISSING ||
	    d->reason == TWR_REASON_SCOPE_UNUSABLE)
		return "can change";
	return NULL;
}

void
explain_who(const struct twr_decision *d, const struct out_list *administrators,
    struct out_list *lines)
{
	const char *what = explain_helper(d);
	const char *p = administrators->items, *end;
	char text[DETAIL_MAX] = "", one[TWR_NAME_MAX + 1];
	size_t n = 0;

	if (what == NULL || p == NULL)
		return;
	for (; (end = strchr(p, '\n')) != NULL; p = end + 1) {
		if (n++ >= NAMED_MOST)
			continue;
		snprintf(one, sizeof(one), "%.*s", (int)(end - p), p);
		append(text, sizeof(text), one);
	}
	if (n > NAMED_MOST) {
		snprintf(one, sizeof(one), "and %zu more", n - NAMED_MOST);
		append(text, sizeof(text), one);
	}
	out_list_add(lines, "  %-3s %-10s %s", "", what, text);
}
