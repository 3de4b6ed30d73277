/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd_why.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "clock.h"

/* People read the lines of print_event() instead. */
static const struct out_column columns[] = {
	{ "event", NULL, OUT_TEXT },
	{ "at", NULL, OUT_TIME },
	{ "verdict", NULL, OUT_TEXT },
	{ "reason", NULL, OUT_TEXT },
	{ "sentence", NULL, OUT_TEXT },
	{ "service", NULL, OUT_TEXT },
	{ "login", NULL, OUT_TEXT },
	{ "user", NULL, OUT_TEXT },
	{ "target", NULL, OUT_TEXT },
	{ "invoker", NULL, OUT_TEXT },
	{ "scope", NULL, OUT_TEXT },
	{ "demand", NULL, OUT_TEXT },
	{ "role", NULL, OUT_TEXT },
	{ "role_at", NULL, OUT_TIME },
	{ "rhost", NULL, OUT_TEXT },
	{ "tty", NULL, OUT_TEXT },
	{ "serial", NULL, OUT_NUMBER },
	{ "error", NULL, OUT_TEXT },
	{ "found_in", NULL, OUT_TEXT },
	{ "host", NULL, OUT_TEXT },
	{ "program", NULL, OUT_TEXT },
	{ "authentic", NULL, OUT_BOOL },
	{ "times", NULL, OUT_NUMBER },
	{ "also_in", NULL, OUT_LIST },
	{ "decided_by", NULL, OUT_TEXT },
	{ "decided", NULL, OUT_TEXT },
	{ "decided_reason", NULL, OUT_TEXT },
	{ "not_decided", NULL, OUT_TEXT },
	{ "agrees", NULL, OUT_BOOL },
	{ "today", NULL, OUT_TEXT },
	{ "today_reason", NULL, OUT_TEXT },
	{ "differs", NULL, OUT_BOOL },
	{ "explanation", NULL, OUT_LIST },
	{ "can_change", NULL, OUT_LIST },
};

void
cmd_why_begin(struct cli *cli)
{
	out_table(cli->out, columns, sizeof(columns) / sizeof(*columns));
}

/* One event on its way from the log to the screen. */
struct event {
	struct cli *cli;
	const struct why_hit *hit;
	const struct logread *line;
	const char *login; /* whom it was about, as far as known */
	bool hidden; /* that is no name */
	bool foreign; /* another host's */
	struct why_question question;
	bool not_in_journal; /* which was asked first */
	struct why why;
	struct out_list remarks, lines, can_change;
};

/* ---- lines for people ---- */

static void say(const struct event *ev, const char *what, const char *fmt, ...)
    TWR_PRINTF(3, 4);

static void
say(const struct event *ev, const char *what, const char *fmt, ...)
{
	char text[TWR_LOGLINE_MAX + 512];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	out_line(ev->cli->out, "      %-10s %s", what, text);
}

static const char *
or_nothing(const char *value)
{
	return value != NULL ? value : "-";
}

/* "%:hosts:operator@acme/web", as sudoers has it. */
static void
print_membership(const struct event *ev)
{
	const struct logread *lr = ev->line;
	const char *scope = lr->value[TWR_LOG_SCOPE];
	bool member = lr->verdict == LOGREAD_MEMBER;

	out_line(ev->cli->out, "%s: %s %s \"%%:%s%s%s\" of sudoers%s%s",
	    lr->value[TWR_LOG_VERDICT], or_nothing(ev->login),
	    member ? "was a member of" : "was no member of",
	    or_nothing(lr->value[TWR_LOG_DEMAND]), scope != NULL ? "@" : "",
	    scope != NULL ? scope : "", member ? "" : ": ",
	    member ? "" : twr_reason_word(lr->reason));
}

static void
print_heading(const struct event *ev)
{
	static const struct {
		const char *word, *could;
		bool reason;
	} words[LOGREAD_VERDICT_COUNT] = {
		[LOGREAD_GRANT] = { "granted", "could use", false },
		[LOGREAD_DENY] = { "refused", "could not use", true },
		[LOGREAD_EXEMPT] = { "exempt", "was not judged for", false },
		[LOGREAD_WOULD_DENY] = { "would-deny",
		    "could use, for the time being,", true },
		[LOGREAD_BREAK_GLASS] = { "break-glass", "was let into", true },
	};
	const struct logread *lr = ev->line;
	bool reason = words[lr->verdict].reason;

	if (logread_is_plugin(lr->verdict)) {
		print_membership(ev);
		return;
	}
	out_line(ev->cli->out, "%s: %s %s %s%s%s", words[lr->verdict].word,
	    or_nothing(ev->login), words[lr->verdict].could,
	    or_nothing(lr->value[TWR_LOG_SERVICE]), reason ? ": " : "",
	    reason ? twr_reason_word(lr->reason) : "");
}

static void
print_where(const struct event *ev)
{
	const struct why_hit *hit = ev->hit;
	const char *from = hit->program[0] != '\0' ? ", by " : "";
	const char *p, *end;

	if (hit->trusted)
		say(ev, "found in", "%s%s%s, which ran as root", hit->source,
		    from, hit->program);
	else if (hit->uid != TWR_UID_UNKNOWN)
		say(ev, "found in",
		    "%s%s%s, which ran with the uid of %s, as sudo and su do; "
		    "unauthenticated: %s can have made it up",
		    hit->source, from, hit->program, or_nothing(ev->login),
		    or_nothing(ev->login));
	else
		say(ev, "found in",
		    "%s%s%s; unauthenticated: whoever can write to the log "
		    "can have made it up%s",
		    hit->source, from, hit->program,
		    ev->not_in_journal ? ", and the journal does not have it" :
					 "");
	if (hit->times > 1)
		say(ev, "again", "the same line, %" PRIu64 " times in all",
		    hit->times);
	for (p = hit->also.items; p != NULL && (end = strchr(p, '\n')) != NULL;
	     p = end + 1)
		say(ev, "", "%.*s", (int)(end - p), p);
}

static void
print_event_line(const struct event *ev)
{
	const struct logread *lr = ev->line;
	char when[CLOCK_TEXT_LEN];

	clock_format(ev->hit->at, ev->cli->out->utc, when);
	say(ev, "event", "%s, %s%s%s", lr->value[TWR_LOG_EVENT],
	    ev->hit->at == TWR_ALWAYS ? "of unknown time" : when,
	    ev->hit->host[0] != '\0' ? ", on " : "", ev->hit->host);
	print_where(ev);
	if (lr->value[TWR_LOG_TARGET] != NULL)
		say(ev, "PAM_USER", "%s", lr->value[TWR_LOG_TARGET]);
	if (lr->value[TWR_LOG_INVOKER] != NULL)
		say(ev, "PAM_RUSER", "%s", lr->value[TWR_LOG_INVOKER]);
	if (lr->value[TWR_LOG_RHOST] != NULL)
		say(ev, "from", "%s", lr->value[TWR_LOG_RHOST]);
	if (lr->value[TWR_LOG_TTY] != NULL)
		say(ev, "terminal", "%s", lr->value[TWR_LOG_TTY]);
	if (ev->hidden)
		say(ev, "login",
		    "hidden: nobody here had that name, and it may be a "
		    "password; why --login NAME finds it if it was NAME");
}

/* A verdict, in the words of who was asked. */
static const char *
verdict_word(const struct event *ev, const struct twr_decision *d)
{
	if (!ev->question.asks_role)
		return explain_verdict(d);
	return d->verdict == TWR_GRANT ? "member" : "not-member";
}

static const char *
basis_words(enum why_basis basis)
{
	switch (basis) {
	case WHY_IN_FORCE:
		return "in force";
	case WHY_BEFORE:
		return "the one before that in force";
	case WHY_JOURNAL:
		return "made anew from the journal";
	case WHY_NOTHING:
		break;
	}
	return "";
}

static const char *
basis_word(enum why_basis basis)
{
	switch (basis) {
	case WHY_IN_FORCE:
		return "in-force";
	case WHY_BEFORE:
		return "before";
	case WHY_JOURNAL:
		return "journal";
	case WHY_NOTHING:
		break;
	}
	return NULL;
}

static void
print_policy(const struct event *ev)
{
	const struct twr_meta *meta = &ev->why.then.view.meta;
	char when[CLOCK_TEXT_LEN];

	if (ev->why.basis == WHY_NOTHING) {
		say(ev, "decided", "not again: %s", ev->why.not_decided.text);
		return;
	}
	clock_format(meta->compiled_at, ev->cli->out->utc, when);
	say(ev, "policy", "%" PRIu64 " of %s, compiled %s; %s", meta->serial,
	    or_nothing(meta->organization_name), when,
	    basis_words(ev->why.basis));
}

static void
print_lines(const struct event *ev, const struct out_list *lines)
{
	const char *p = lines->items, *end;

	for (; p != NULL && (end = strchr(p, '\n')) != NULL; p = end + 1)
		out_line(ev->cli->out, "%.*s", (int)(end - p), p);
}

static void
print_today(const struct event *ev)
{
	const struct twr_decision *d = &ev->why.today.decision;
	bool refused = d->verdict == TWR_DENY;

	if (ev->why.no_today)
		return;
	say(ev, "today", "%s answer: %s%s%s",
	    ev->why.differs ? "another" : "the same", verdict_word(ev, d),
	    refused ? ": " : "", refused ? twr_reason_word(d->reason) : "");
}

/* Loudly: on both ways out. */
static void
print_disagreement(const struct event *ev)
{
	const struct twr_decision *d = &ev->why.then.decision;
	const char *id = ev->line->value[TWR_LOG_EVENT];

	if (ev->why.basis == WHY_NOTHING || ev->why.agrees)
		return;
	say(ev, "BUT",
	    "policy %" PRIu64 " decides otherwise: %s: %s; do not trust the "
	    "line",
	    ev->line->serial, verdict_word(ev, d), twr_reason_word(d->reason));
	out_warn(ev->cli->out,
	    "event %s: the log says %s (%s), but policy %" PRIu64
	    " decides %s (%s) for that moment: the line is forged, its time "
	    "is wrong, an account was changed since, or the module asks "
	    "another policy (policy= in %s)",
	    id, ev->line->value[TWR_LOG_VERDICT],
	    twr_reason_word(ev->line->reason), ev->line->serial,
	    verdict_word(ev, d), twr_reason_word(d->reason),
	    ev->question.asks_role ? "sudoers" : "pam.d");
}

static void
print_event(const struct event *ev)
{
	print_heading(ev);
	print_event_line(ev);
	print_policy(ev);
	print_lines(ev, &ev->remarks);
	if (ev->why.basis == WHY_NOTHING)
		print_today(ev);
	print_lines(ev, &ev->lines);
	print_disagreement(ev);
	if (ev->why.basis != WHY_NOTHING)
		print_today(ev);
}

/* ---- cells ---- */

static void
fill_line(struct out *out, const struct event *ev)
{
	static const enum twr_log_key texts[] = { TWR_LOG_USER, TWR_LOG_TARGET,
		TWR_LOG_INVOKER, TWR_LOG_SCOPE, TWR_LOG_DEMAND, TWR_LOG_ROLE };
	const struct logread *lr = ev->line;
	size_t i;

	out_text(out, lr->value[TWR_LOG_EVENT]);
	out_number(out, ev->hit->at);
	out_text(out, lr->value[TWR_LOG_VERDICT]);
	out_text(out, lr->value[TWR_LOG_REASON]);
	out_text(out, twr_reason_sentence(lr->reason));
	out_text(out, lr->value[TWR_LOG_SERVICE]);
	out_text(out, ev->login);
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		out_text(out, lr->value[texts[i]]);
	out_number(out, lr->at);
	out_text(out, lr->value[TWR_LOG_RHOST]);
	out_text(out, lr->value[TWR_LOG_TTY]);
	out_number(out, (int64_t)lr->serial);
	out_text(out, lr->value[TWR_LOG_ERROR]);
}

static void
add_lines(struct out_list *to, const struct out_list *from)
{
	const char *p = from->items, *end;

	for (; p != NULL && (end = strchr(p, '\n')) != NULL; p = end + 1)
		out_list_add(to, "%.*s", (int)(end - p), p);
	if (from->failed)
		to->failed = true;
}

static void
fill_place(struct out *out, const struct event *ev)
{
	const struct why_hit *hit = ev->hit;
	struct out_list also = { 0 };

	add_lines(&also, &hit->also);
	out_text(out, hit->source);
	out_text(out, hit->host[0] != '\0' ? hit->host : NULL);
	out_text(out, hit->program[0] != '\0' ? hit->program : NULL);
	out_number(out, hit->trusted);
	out_number(out, (int64_t)hit->times);
	out_list_cell(out, &also);
}

static void
fill_answers(struct out *out, struct event *ev)
{
	const struct why *why = &ev->why;
	bool decided = why->basis != WHY_NOTHING;

	out_text(out, basis_word(why->basis));
	out_text(out, decided ? verdict_word(ev, &why->then.decision) : NULL);
	out_text(out,
	    decided ? twr_reason_word(why->then.decision.reason) : NULL);
	out_text(out, decided ? NULL : why->not_decided.text);
	out_number(out, why->agrees);
	out_text(out,
	    why->no_today ? NULL : verdict_word(ev, &why->today.decision));
	out_text(out,
	    why->no_today ? NULL : twr_reason_word(why->today.decision.reason));
	out_number(out, why->differs);
	add_lines(&ev->remarks, &ev->lines);
	free(ev->lines.items);
	out_list_cell(out, &ev->remarks);
	out_list_cell(out, &ev->can_change);
}

/* ---- one event ---- */

/* "ops1" and "ops1.example.com" are one host. */
static bool
is_same_host(const char *a, const char *b)
{
	size_t len = strcspn(a, ".");

	return len == strcspn(b, ".") && strncmp(a, b, len) == 0;
}

static bool
is_foreign(const struct why_hit *hit)
{
	struct utsname un;

	return !hit->trusted && hit->host[0] != '\0' && uname(&un) == 0 &&
	    !is_same_host(hit->host, un.nodename);
}

/* What the line calls hidden is NAME, when that is what was searched for. */
static const char *
reveal(const struct why_wanted *wanted, const char *logged)
{
	if (logged != NULL && wanted->login != NULL &&
	    wanted->hidden[0] != '\0' && strcmp(logged, wanted->hidden) == 0)
		return wanted->login;
	return logged;
}

/* As sudo and su do it: the caller's uid stays his own. */
static uint32_t
real_uid(struct cli *cli, const struct event *ev)
{
	const struct why_question *qu = &ev->question;
	const char *invoker = qu->req.invoker;
	uint32_t uid;

	if (qu->asks_role) /* the account's, as it is today */
		return qu->req.user != NULL ?
		    cmd_account_uid(cli, qu->req.user) :
		    TWR_UID_UNKNOWN;
	if (ev->line->reason == TWR_REASON_INVOKER_MISMATCH)
		return TWR_UID_UNKNOWN - 1; /* nobody's */
	if (invoker == NULL || ev->line->value[TWR_LOG_TARGET] == NULL)
		return 0;
	uid = cmd_account_uid(cli, invoker);
	return uid != TWR_UID_UNKNOWN ? uid : 0;
}

void
cmd_why_show(struct cli *cli, struct why_desk *desk,
    const struct why_wanted *wanted, const struct why_hit *hit,
    bool not_in_journal)
{
	struct event ev = { .cli = cli,
		.hit = hit,
		.line = &hit->line,
		.not_in_journal = not_in_journal };
	struct twr_request *req = &ev.question.req;
	const struct twr_judgement *jd = &ev.why.then;
	bool utc = cli->out->utc || cli->out->format != OUT_PEOPLE;

	ev.question = why_question(ev.line);
	ev.foreign = is_foreign(hit);
	ev.login = reveal(wanted, ev.line->value[TWR_LOG_LOGIN]);
	ev.hidden = ev.login == ev.line->value[TWR_LOG_LOGIN] &&
	    logread_is_hidden(ev.login);
	req->user = reveal(wanted, req->user);
	req->invoker = reveal(wanted, req->invoker);
	req->real_uid = real_uid(cli, &ev);
	why_decide(desk, ev.line, hit->at, ev.foreign, &ev.question, &ev.why);
	why_remarks(ev.line, &ev.remarks);
	if (ev.why.basis == WHY_NOTHING)
		jd = &ev.why.today;
	if (!ev.hidden && !ev.why.no_today)
		explain_lines(&ev.why.explain, jd, utc, &ev.lines);
	if (!ev.why.no_today)
		cmd_administrators(cli, &ev.why.today.decision, &ev.can_change);
	explain_who(&ev.why.today.decision, &ev.can_change, &ev.lines);
	print_event(&ev);
	fill_line(cli->out, &ev);
	fill_place(cli->out, &ev);
	fill_answers(cli->out, &ev);
	why_end(&ev.why);
}
