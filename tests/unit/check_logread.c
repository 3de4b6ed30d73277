/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Reading the log back: what module and plugin write is read as it was, every
 * word that they have is understood, all else is refused; the forms in which
 * logs are kept; the journal daemon's own.
 */
#include "logread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "logsource.h"
#include "pam_verdict.h"
#include "support.h"
#include "support_site.h"
#include "why.h"
#include "why_search.h"

#define SID "US00000000000000000000000000001003"
#define TAIL \
	"service=sshd login=ann user=" SID " target=- invoker=- " \
	"scope=acme/web demand=hosts:login role=hosts:login@acme " \
	"at=2023-11-14T21:13:20Z rhost=192.0.2.7 tty=ssh serial=42"
#define HEAD "event=7Q2M4KXA verdict=deny reason=role-ended "
#define LINE HEAD TAIL
#define TAG "pam_twrbac(sshd:account): "
#define PLUGIN_TAG "sudo_twrbac: "

/* ---- what was written is read ---- */

static unsigned
pick(size_t below)
{
	static struct support_random rn = { 20261121 };

	return support_below(&rn, (unsigned)below);
}

/* Bytes that a value may have; the rare ones often enough. */
static const char *
some_value(char buf[40])
{
	static const char rare[] = " =\"\\\n\x01\x1f\x7f\x80\xff-#.";
	size_t i, len = pick(12);

	for (i = 0; i < len; i++)
		buf[i] = pick(2) ? rare[pick(sizeof(rare) - 1)] :
				   (char)('a' + pick(26));
	buf[len] = '\0';
	return pick(8) == 0 ? NULL : buf;
}

static void
same_value(const struct logread *lr, enum twr_log_key key, const char *want)
{
	const char *got = lr->value[key];

	if (want == NULL || want[0] == '\0' || strcmp(want, "-") == 0)
		ck_assert_ptr_null(got);
	else
		ck_assert_msg(got != NULL && strcmp(got, want) == 0,
		    "%s: \"%s\" instead of \"%s\"", twr_log_word(key),
		    got != NULL ? got : "(nothing)", want);
}

START_TEST(what_is_written_is_read)
{
	static const char *const verdicts[] = { "grant", "deny", "exempt",
		"would-deny", "break-glass", "member", "not-member" };
	static const char *const bys[] = { "argument", "conf", "unconfigured" };
	char v[8][40], line[TWR_LOGLINE_MAX];
	struct twr_judgement jd;
	struct twr_holding holding = { 7, 3, 0, 1700000000, 0 };
	struct twr_demand demand = { TWR_DEMAND_ROLE, NULL, NULL, 0 };
	struct logread lr;
	struct twr_error err;
	int i;

	for (i = 0; i < 20000; i++) {
		struct twr_report rp = { .judgement = &jd,
			.event = "7Q2M4KXA",
			.verdict = verdicts[pick(7)],
			.reason = (enum twr_reason)pick(TWR_REASON_COUNT),
			.rhost = some_value(v[0]),
			.tty = some_value(v[1]) };

		memset(&jd, 0, sizeof(jd));
		jd.reader.fd = -1;
		jd.request.service = some_value(v[2]);
		jd.request.user = some_value(v[3]);
		jd.request.invoker = some_value(v[4]);
		jd.user_public = jd.invoker_public = true;
		jd.view.subject.invoker = pick(2) == 0;
		jd.view.meta.serial = pick(1000);
		jd.view.rule.scope_path = some_value(v[5]);
		demand.label = some_value(v[6]);
		jd.view.rule.demands = &demand;
		jd.view.rule.n_demands = 1;
		jd.view.login.user_sid = pick(2) ? SID : NULL;
		jd.view.login.holdings = &holding;
		jd.view.login.n_holdings = pick(2);
		jd.prev = pick(2) == 0;
		jd.clock_behind = pick(2) == 0;
		jd.conf_edited = pick(2) == 0;
		if (pick(2))
			rp.by = bys[pick(3)];
		if (pick(2))
			(void)twr_fail(&jd.error, TWR_EINVAL, "a \"%d\" = x",
			    i);
		twr_logline(&rp, line);
		ck_assert_msg(logread_parse(line, &lr, &err) == TWR_OK,
		    "%s: %s", err.text, line);
		ck_assert_str_eq(lr.value[TWR_LOG_VERDICT], rp.verdict);
		ck_assert_int_eq(lr.reason, rp.reason);
		ck_assert_uint_eq(lr.serial, jd.view.meta.serial);
		same_value(&lr, TWR_LOG_SERVICE, jd.request.service);
		same_value(&lr, TWR_LOG_LOGIN,
		    jd.view.subject.invoker ? jd.request.invoker :
					      jd.request.user);
		same_value(&lr, TWR_LOG_TARGET,
		    jd.view.subject.invoker ? jd.request.user : NULL);
		same_value(&lr, TWR_LOG_INVOKER,
		    jd.view.subject.invoker ? NULL : jd.request.invoker);
		same_value(&lr, TWR_LOG_USER, jd.view.login.user_sid);
		same_value(&lr, TWR_LOG_SCOPE, jd.view.rule.scope_path);
		same_value(&lr, TWR_LOG_DEMAND, demand.label);
		same_value(&lr, TWR_LOG_RHOST, rp.rhost);
		same_value(&lr, TWR_LOG_TTY, rp.tty);
		same_value(&lr, TWR_LOG_BY, rp.by);
		same_value(&lr, TWR_LOG_POLICY, jd.prev ? "prev" : NULL);
		same_value(&lr, TWR_LOG_CLOCK,
		    jd.clock_behind ? "behind" : NULL);
		same_value(&lr, TWR_LOG_CONF, jd.conf_edited ? "edited" : NULL);
		same_value(&lr, TWR_LOG_ERROR,
		    jd.error.text[0] ? jd.error.text : NULL);
	}
}
END_TEST

/* ---- every word that they have ---- */

static const enum twr_reason reasons[] = {
#define X(id, word, text) TWR_REASON_##id,
	TWR_REASONS(X)
#undef X
};

/* Write what was reported, read it back, and see what why says to it. */
static void
is_understood(const struct twr_report *rp)
{
	char line[TWR_LOGLINE_MAX];
	struct out_list remarks = { 0 };
	struct logread lr;
	struct twr_error err;

	twr_logline(rp, line);
	ck_assert_msg(logread_parse(line, &lr, &err) == TWR_OK, "%s: %s",
	    err.text, line);
	ck_assert_str_eq(lr.value[TWR_LOG_VERDICT], rp->verdict);
	ck_assert_int_eq(lr.reason, rp->reason);
	ck_assert_int_eq(lr.by != LOGREAD_BY_NOTHING, rp->by != NULL);
	why_remarks(&lr, &remarks);
	/* whoever is let in against the policy: by what, where */
	ck_assert_msg((rp->by != NULL) ==
		(remarks.items != NULL &&
		    strstr(remarks.items, "let in") != NULL),
	    "%s: %s", line, remarks.items);
	free(remarks.items);
}

static const char *
module_says(struct twr_judgement *jd, const struct pam_args *args)
{
	struct pam_outcome out = pam_verdict(args, jd, jd->request.now);
	const struct twr_report rp = { .judgement = jd,
		.event = "7Q2M4KXA",
		.verdict = out.verdict,
		.reason = out.reason,
		.by = out.by };

	is_understood(&rp);
	return out.by != NULL ? out.by : out.verdict;
}

static void
note_word(char seen[256], const char *word)
{
	size_t len = strlen(seen);
	char one[32];

	(void)snprintf(one, sizeof(one), "%s ", word);
	if (strstr(seen, one) == NULL)
		(void)snprintf(seen + len, 256 - len, "%s", one);
}

START_TEST(every_outcome_of_the_module)
{
	static const enum twr_verdict verdicts[] = { TWR_DENY, TWR_GRANT,
		TWR_EXEMPT };
	static const struct pam_args args[] = { { .policy = "/p" },
		{ .policy = "/p", .permissive_until = TWR_NEVER },
		{ .policy = "/p",
		    .permissive_unconfigured = true,
		    .unconfigured = true },
		{ .policy = "/p", .break_glass = "root" } };
	char seen[256] = "";
	struct twr_judgement jd;
	size_t v, a;
	int permissive;

	for (v = 0; v < 3; v++)
		for (a = 0; a < 4; a++)
			for (permissive = 0; permissive < 2; permissive++) {
				memset(&jd, 0, sizeof(jd));
				jd.reader.fd = -1;
				jd.request.service = "sshd";
				jd.request.user = jd.claimant = "root";
				jd.claimant_real = jd.user_public = true;
				jd.decision.verdict = verdicts[v];
				jd.decision.reason = reasons[_i];
				jd.decision.permissive = permissive == 1;
				note_word(seen, module_says(&jd, &args[a]));
			}
	/* all of them, each from somewhere */
	ck_assert_ptr_nonnull(strstr(seen, "deny "));
	ck_assert_ptr_nonnull(strstr(seen, "grant "));
	ck_assert_ptr_nonnull(strstr(seen, "exempt "));
	ck_assert_ptr_nonnull(strstr(seen, "conf "));
	ck_assert_ptr_nonnull(strstr(seen, "argument "));
	if (reasons[_i] == TWR_REASON_POLICY_MISSING)
		ck_assert_ptr_nonnull(strstr(seen, "unconfigured "));
}
END_TEST

START_TEST(every_outcome_of_the_plugin)
{
	static const char *const words[] = { "member", "not-member" };
	struct twr_judgement jd;
	size_t i;

	memset(&jd, 0, sizeof(jd));
	jd.reader.fd = -1;
	jd.request.service = TWR_ROLE_SERVICE;
	jd.request.user = "ann";
	jd.user_public = true;
	for (i = 0; i < 2; i++) {
		const struct twr_report rp = { .judgement = &jd,
			.event = "7Q2M4KXA",
			.verdict = words[i],
			.reason = reasons[_i] };

		is_understood(&rp);
	}
}
END_TEST

/* What is asked again is what was asked. */
START_TEST(the_question_of_a_line)
{
	static const struct {
		const char *verdict, *demand, *scope, *want;
	} rows[] = {
		{ "not-member", "hosts:operator", "acme/web",
		    "ann hosts:operator acme/web" },
		{ "member", "hosts:operator", "-", "ann hosts:operator -" },
		{ "not-member", "-", "-", "ann - -" },
		{ "not-member", "hosts:oper..", "acme/web", "ann - acme/web" },
		{ "not-member", "hosts:operator@x", "-", "ann - -" },
		{ "not-member", "operator", "-", "ann - -" },
		{ "deny", "hosts:operator", "acme/web", "ann rule" },
	};
	char line[TWR_LOGLINE_MAX], got[256];
	struct why_question qu;
	struct logread lr;
	struct twr_error err;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		(void)snprintf(line, sizeof(line),
		    "event=7Q2M4KXA verdict=%s reason=role-ended service=sudo "
		    "login=ann user=- target=- invoker=- scope=%s demand=%s "
		    "role=- at=- rhost=- tty=- serial=7",
		    rows[i].verdict, rows[i].scope, rows[i].demand);
		ck_assert_msg(logread_parse(line, &lr, &err) == TWR_OK, "%s",
		    err.text);
		qu = why_question(&lr);
		if (qu.asks_role)
			(void)snprintf(got, sizeof(got), "%s %s %s",
			    qu.req.user,
			    qu.role.role != NULL ? qu.role.role : "-",
			    qu.role.scope != NULL ? qu.role.scope : "-");
		else
			(void)snprintf(got, sizeof(got), "%s rule",
			    qu.req.user);
		ck_assert_str_eq(got, rows[i].want);
	}
}
END_TEST

START_TEST(a_copy_stands_alone)
{
	struct logread lr, copy;
	struct twr_error err;

	ck_assert_int_eq(logread_parse(LINE, &lr, &err), TWR_OK);
	logread_copy(&copy, &lr);
	memset(&lr, 'x', sizeof(lr));
	ck_assert_str_eq(copy.value[TWR_LOG_LOGIN], "ann");
	ck_assert_ptr_null(copy.value[TWR_LOG_TARGET]);
	ck_assert_int_eq(copy.verdict, LOGREAD_DENY);
	ck_assert_int_eq(copy.reason, TWR_REASON_ROLE_ENDED);
	ck_assert_int_eq(copy.at, 1699996400);
	ck_assert_uint_eq(copy.serial, 42);
}
END_TEST

/* ---- what was not, is refused ---- */

static const char *const bad_lines[] = { "", "event=7Q2M4KXA", HEAD,
	/* ids */
	"event=7q2m4kxa verdict=deny reason=role-ended " TAIL,
	"event=7Q2M4KXAA verdict=deny reason=role-ended " TAIL,
	"event=7Q2M4KX verdict=deny reason=role-ended " TAIL,
	"event=7Q2M4KXO verdict=deny reason=role-ended " TAIL,
	"event=- verdict=deny reason=role-ended " TAIL,
	/* words that there are not */
	"event=7Q2M4KXA verdict=maybe reason=role-ended " TAIL,
	"event=7Q2M4KXA verdict=- reason=role-ended " TAIL,
	"event=7Q2M4KXA verdict=deny reason=because " TAIL,
	"event=7Q2M4KXA verdict=deny reason=- " TAIL,
	/* order, twice, more, less */
	"verdict=deny event=7Q2M4KXA reason=role-ended " TAIL,
	HEAD "reason=role-ended " TAIL, LINE " serial=43", LINE " login=eve",
	LINE " conf=edited policy=prev", LINE " policy=prev policy=prev",
	LINE " ", LINE "  conf=edited", LINE "\n", LINE " x", " " LINE,
	LINE " conf=", LINE " conf",
	"event=7Q2M4KXA  verdict=deny reason=role-ended " TAIL,
	/* values of those */
	LINE " policy=next", LINE " policy=-", LINE " by=-", LINE " error=-",
	LINE " clock=ahead", LINE " conf=new", LINE " by=me", LINE " error=x",
	LINE " by=unconfigure", LINE " by=", LINE " by=prev", LINE " error=\"x",
	LINE " error=x\"", LINE " error=\"a\"b\"", LINE " error=\"a=b\"",
	LINE "0000000000000000000", LINE "x", LINE "\\x30",
	/* escapes that the writer does not make */
	LINE " error=\"\\x41\"", LINE " error=\"\\x20\"",
	LINE " error=\"\\x0\"", LINE " error=\"\\x00\"",
	LINE " error=\"\\xAA\"", LINE " error=\"\\n\"", LINE " error=\"\\\"",
	LINE " error=\"\t\"", LINE " error=\"\xc3\xa9\"" };

START_TEST(what_the_module_does_not_write_is_refused)
{
	struct logread lr;
	struct twr_error err = { "" };

	ck_assert_msg(logread_parse(bad_lines[_i], &lr, &err) == TWR_EDATA,
	    "taken: %s", bad_lines[_i]);
	ck_assert_str_ne(err.text, "");
}
END_TEST

/* No line is read when it was cut, wherever that was. */
START_TEST(a_line_that_was_cut_is_no_line)
{
	static const char whole[] = LINE " policy=prev error=\"a b\"";
	char cut[sizeof(whole)];
	struct logread lr;
	struct twr_error err;
	size_t i;
	bool fine;

	for (i = 0; i < sizeof(whole) - 1; i++) {
		memcpy(cut, whole, i);
		cut[i] = '\0';
		/* whole words less at its end are a line, too */
		fine = i == strlen(LINE) || i == strlen(LINE " policy=prev") ||
		    strcmp(cut + (i < 9 ? 0 : i - 9), " serial=4") == 0;
		ck_assert_msg((logread_parse(cut, &lr, &err) == TWR_OK) == fine,
		    "%s", cut);
	}
	ck_assert_int_eq(logread_parse(whole, &lr, &err), TWR_OK);
}
END_TEST

START_TEST(hidden_names_are_known)
{
	ck_assert(logread_is_hidden("#"));
	ck_assert(logread_is_hidden("#0123abcd"));
	ck_assert(!logread_is_hidden("#0123abc"));
	ck_assert(!logread_is_hidden("#0123abcde"));
	ck_assert(!logread_is_hidden("#0123ABCD"));
	ck_assert(!logread_is_hidden("bob"));
	ck_assert(!logread_is_hidden(NULL));
}
END_TEST

/* ---- the words before it ---- */

#define NOV20 1795205643 /* 2026-11-20T20:14:03Z */
#define MSG TAG LINE

static const struct head_row {
	const char *line;
	const char *want; /* time in UTC, host, program; NULL: no line */
} heads[] = {
	/* clang-format off */
	{ LINE, "always||" },
	{ MSG, "always||" },
	{ "Nov 20 20:14:03 ops1 sshd[17]: " MSG,
	    "2026-11-20T20:14:03Z|ops1|sshd[17]" },
	{ "Nov  2 20:14:03 ops1 sudo: " MSG,
	    "2026-11-02T20:14:03Z|ops1|sudo" },
	{ "Nov 20 20:14:03.123456 ops1 sudo: " MSG,
	    "2026-11-20T20:14:03Z|ops1|sudo" },
	/* the newest that is not more than a day ahead */
	{ "Nov 21 20:14:02 ops1 sudo: " MSG,
	    "2026-11-21T20:14:02Z|ops1|sudo" },
	{ "Nov 21 20:14:04 ops1 sudo: " MSG,
	    "2025-11-21T20:14:04Z|ops1|sudo" },
	{ "Dec 31 23:59:59 ops1 sudo: " MSG,
	    "2025-12-31T23:59:59Z|ops1|sudo" },
	{ "Feb 29 00:00:00 ops1 sudo: " MSG,
	    "2024-02-29T00:00:00Z|ops1|sudo" },
	{ "<85>Nov 20 20:14:03 sshd[17]: " MSG,
	    "2026-11-20T20:14:03Z||sshd[17]" },
	{ "<85>Nov 20 20:14:03 ops1.example.com CRON[1]: " MSG,
	    "2026-11-20T20:14:03Z|ops1.example.com|CRON[1]" },
	{ "2026-11-20T20:14:03.5+01:00 ops1 sshd[17]: " MSG,
	    "2026-11-20T19:14:03Z|ops1|sshd[17]" },
	{ "2026-11-20T20:14:03-0230 ops1 sshd[17]: " MSG,
	    "2026-11-20T22:44:03Z|ops1|sshd[17]" },
	{ "2026-11-20T20:14:03Z ops1 sshd[17]: " MSG,
	    "2026-11-20T20:14:03Z|ops1|sshd[17]" },
	{ "<85>1 2026-11-20T20:14:03Z ops1 sshd 17 - - " MSG,
	    "2026-11-20T20:14:03Z|ops1|sshd[17]" },
	/* the plugin's */
	{ PLUGIN_TAG LINE, "always||" },
	{ "Nov 20 20:14:03 ops1 sudo: " PLUGIN_TAG LINE,
	    "2026-11-20T20:14:03Z|ops1|sudo" },
	{ "<85>1 2026-11-20T20:14:03Z ops1 sudo 17 - - " PLUGIN_TAG LINE,
	    "2026-11-20T20:14:03Z|ops1|sudo[17]" },
	{ PLUGIN_TAG "step=login met=yes reason=none", NULL },
	{ "Nov 20 20:14:03 ops1 eve: x" PLUGIN_TAG LINE, NULL },
	{ "Nov 20 20:14:03 ops1 eve: sudo_twrbac(sudo): " LINE, NULL },
	{ "Nov 20 20:14:03 ops1 sudo_twrbac: " LINE, NULL },
	/* what others quote */
	{ "Nov 20 20:14:03 ops1 sshd[17]: Invalid user " MSG, NULL },
	{ "Nov 20 20:14:03 ops1 sshd[17]:" MSG, NULL },
	{ "Nov 20 20:14:03 ops1 sshd[17] " MSG, NULL },
	{ "Nov 20 20:14:03 ops1 x y: " MSG, NULL },
	{ "Nov 20 20:14:03 ops1 : " MSG, NULL },
	{ "Nov 20 20:14:03 ops1 eve: " LINE, NULL },
	{ "Nov 20 20:14:03 ops1 eve: pam_twrbac(sshd:auth): " LINE, NULL },
	{ "Nov 20 20:14:03 ops1 eve: pam_unix(sshd:account): " LINE, NULL },
	{ "x" MSG, NULL },
	{ TAG "debug", NULL },
	/* times that there are not */
	{ "Nov 31 20:14:03 ops1 sudo: " MSG, NULL },
	{ "Feb 30 20:14:03 ops1 sudo: " MSG, NULL },
	{ "Nov 20 24:14:03 ops1 sudo: " MSG, NULL },
	{ "Nov 20 20:60:03 ops1 sudo: " MSG, NULL },
	{ "Nov 0 20:14:03 ops1 sudo: " MSG, NULL },
	{ "Nob 20 20:14:03 ops1 sudo: " MSG, NULL },
	{ "2026-11-31T20:14:03Z ops1 sshd[17]: " MSG, NULL },
	{ "2026-11-20T20:14:03 ops1 sshd[17]: " MSG, NULL },
	{ "2026-11-20T20:14:03+99:00 ops1 sshd[17]: " MSG, NULL },
	{ "<8555>Nov 20 20:14:03 ops1 sudo: " MSG, NULL },
	{ "<>Nov 20 20:14:03 ops1 sudo: " MSG, NULL },
	{ "<85>1 2026-11-20T20:14:03Z ops1 sshd 17 - " MSG, NULL },
	{ "<85>1 Nov 20 20:14:03 ops1 sshd: " MSG, NULL },
	{ "", NULL },
	{ "Nov", NULL },
	{ "<85>1 ", NULL },
	/* clang-format on */
};

START_TEST(lines_of_log_files)
{
	const struct head_row *r = &heads[_i];
	struct logread_head head;
	char at[TWR_TIME_LEN], got[512];
	bool ok;

	ck_assert_int_eq(setenv("TZ", "UTC0", 1), 0);
	tzset();
	ok = logread_head(r->line, NOV20, &head);
	ck_assert_msg(ok == (r->want != NULL), "%s", r->line);
	if (!ok)
		return;
	twr_time_format(head.at, at);
	(void)snprintf(got, sizeof(got), "%s|%s|%s", at, head.host,
	    head.program);
	ck_assert_str_eq(got, r->want);
	ck_assert_str_eq(head.message, LINE);
}
END_TEST

/* Clocks are put back at 03:00 summer time: 02:30 is twice, the later counts.
 */
START_TEST(an_hour_that_happens_twice)
{
	struct logread_head head;
	char at[TWR_TIME_LEN];

	ck_assert_int_eq(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
	tzset();
	ck_assert(logread_head("Oct 25 02:30:00 ops1 sudo: " MSG, NOV20,
	    &head));
	twr_time_format(head.at, at);
	ck_assert_str_eq(at, "2026-10-25T01:30:00Z");
	ck_assert(logread_head("Jul  1 02:30:00 ops1 sudo: " MSG, NOV20,
	    &head));
	twr_time_format(head.at, at);
	ck_assert_str_eq(at, "2026-07-01T00:30:00Z");
	/* and one that there was not */
	ck_assert(logread_head("Mar 29 02:30:00 ops1 sudo: " MSG, NOV20,
	    &head));
	ck_assert_int_lt(head.at, 1767225600); /* in another year */
}
END_TEST

/* ---- the journal daemon's export format ---- */

struct seen {
	char text[1024];
};

static enum twr_status
see(void *ctx, const struct log_entry *e, bool *enough, struct twr_error *err)
{
	struct seen *seen = ctx;
	size_t len = strlen(seen->text);

	(void)err;
	(void)snprintf(seen->text + len, sizeof(seen->text) - len,
	    "%s %s %s %lld%s%s", e->line->value[TWR_LOG_LOGIN], e->host,
	    e->program, (long long)e->at, e->trusted ? " trusted" : "",
	    e->uid == TWR_UID_UNKNOWN ? "\n" : " uid ");
	len = strlen(seen->text);
	if (e->uid != TWR_UID_UNKNOWN)
		(void)snprintf(seen->text + len, sizeof(seen->text) - len,
		    "%lu\n", (unsigned long)e->uid);
	*enough = strcmp(e->line->value[TWR_LOG_LOGIN], "enough") == 0;
	return TWR_OK;
}

#define FROM_ROOT "_UID=0\n"
#define REST \
	"_PID=17\n_HOSTNAME=ops1\nSYSLOG_IDENTIFIER=sshd\n" \
	"_SOURCE_REALTIME_TIMESTAMP=1795205643999999\n" \
	"__REALTIME_TIMESTAMP=1795205700000000\n"
#define BINARY "MESSAGE\n\x05\0\0\0\0\0\0\0a\nb\0c\n"

static const struct export_row {
	const char *text;
	size_t size;
	const char *want; /* NULL: not read */
} exports[] = {
#define ROW(text, want) \
	{ \
		text, sizeof(text) - 1, want \
	}
	/* clang-format off */
	ROW("", ""),
	ROW("MESSAGE=" MSG "\n" FROM_ROOT REST "\n",
	    "ann ops1 sshd[17] 1795205643 trusted\n"),
	/* the last entry may lack its empty line */
	ROW(FROM_ROOT REST "MESSAGE=" MSG "\n",
	    "ann ops1 sshd[17] 1795205643 trusted\n"),
	ROW("MESSAGE=" MSG "\n" FROM_ROOT "__REALTIME_TIMESTAMP=1\n\n",
	    "ann   0 trusted\n"),
	ROW("\n\nMESSAGE=" MSG "\n" FROM_ROOT "\n\n",
	    "ann   -9223372036854775808 trusted\n"),
	ROW(BINARY FROM_ROOT "\nMESSAGE=" MSG "\n" FROM_ROOT REST "\n",
	    "ann ops1 sshd[17] 1795205643 trusted\n"),
	/* not root's */
	ROW("MESSAGE=" MSG "\n_UID=1000\n" REST "\n",
	    "ann ops1 sshd[17] 1795205643 uid 1000\n"),
	ROW("MESSAGE=" MSG "\n_UID=4294967294\n" REST "\n",
	    "ann ops1 sshd[17] 1795205643 uid 4294967294\n"),
	/* nobody knows whose */
	ROW("MESSAGE=" MSG "\n_UID=4294967295\n" REST "\n", ""),
	ROW("MESSAGE=" MSG "\n_UID=18446744073709551616\n" REST "\n", ""),
	ROW("MESSAGE=" MSG "\n_UID=1000x\n" REST "\n", ""),
	ROW("MESSAGE=" MSG "\n_UID=-1\n" REST "\n", ""),
	ROW("MESSAGE=" MSG "\n_UID=\n" REST "\n", ""),
	ROW("MESSAGE=" MSG "\n" REST "\n", ""),
	ROW("MESSAGE=" MSG "\nUID=0\n" REST "\n", ""),
	ROW("MESSAGE=" MSG "\n_UID=00\n" REST "\n", ""),
	ROW("MESSAGE=" MSG "\n_UID=0\n_UID=1000\n" REST "\n", ""),
	ROW("MESSAGE=" MSG "\n_UID=1000\n_UID=0\n" REST "\n", ""),
	/* two messages, quoted, cut by a NUL */
	ROW("MESSAGE=x\nMESSAGE=" MSG "\n" FROM_ROOT "\n", ""),
	ROW("MESSAGE=Invalid user " MSG "\n" FROM_ROOT "\n", ""),
	ROW("MESSAGE=" LINE "\n" FROM_ROOT "\n", ""),
	/* a field of one entry is not the next one's */
	ROW(FROM_ROOT "\nMESSAGE=" MSG "\n\n", ""),
	/* a message that says it is an entry */
	ROW("MESSAGE\n\x09\0\0\0\0\0\0\0x\n\n_UID=0\n_UID=1\n\n", ""),
	/* not the format, or cut off */
	ROW("=x\n", NULL),
	ROW("MESSAGE", NULL),
	ROW("MESSAGE=" MSG, NULL),
	ROW("MESSAGE\n\x05\0\0\0", NULL),
	ROW("MESSAGE\n\x05\0\0\0\0\0\0\0abc", NULL),
	ROW("MESSAGE\n\x01\0\0\0\0\0\0\0abc\n\n", NULL),
	ROW("MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff" "abc\n\n", NULL),
/* clang-format on */
#undef ROW
};

START_TEST(the_journals_export)
{
	const struct export_row *r = &exports[_i];
	struct seen seen = { "" };
	struct log_scan ls = { .now = NOV20, .fn = see, .ctx = &seen };
	struct twr_error err = { "" };
	FILE *fp = tmpfile();
	enum twr_status rc;

	ck_assert_ptr_nonnull(fp);
	ck_assert_uint_eq(fwrite(r->text, 1, r->size, fp), r->size);
	rewind(fp);
	rc = log_scan_export(&ls, fp, "a file", true, &err);
	ck_assert_msg((rc == TWR_OK) == (r->want != NULL), "%s", err.text);
	if (r->want != NULL)
		ck_assert_str_eq(seen.text, r->want);
	else
		ck_assert_int_eq(rc, TWR_EUNREADABLE);
	(void)fclose(fp);
}
END_TEST

/* ---- whose words these are ---- */

#define OF(id, verdict) \
	"event=" id " verdict=" verdict " reason=role-ended " TAIL "\n"

/* Neither voice has the other's verdicts; a bare line may be of both. */
START_TEST(no_voice_has_the_others_verdicts)
{
	static const char text[] = TAG OF("AAAAAAAA", "deny")
	    TAG OF("BBBBBBBB", "not-member") TAG OF("CCCCCCCC", "member")
		PLUGIN_TAG OF("DDDDDDDD", "not-member")
		    PLUGIN_TAG OF("EEEEEEEE", "deny")
			PLUGIN_TAG OF("FFFFFFFF", "would-deny")
			    OF("GGGGGGGG", "deny") OF("HHHHHHHH", "not-member");
	const char *path = support_path("voices");
	struct seen seen = { "" };
	struct log_scan ls = { .now = NOV20, .fn = see, .ctx = &seen };
	struct twr_error err = { "" };

	support_write(path, text, sizeof(text) - 1, 0600);
	ck_assert_int_eq(log_scan_file(&ls, path, &err), TWR_OK);
	ck_assert_uint_eq(ls.n_bad, 4);
	ck_assert_ptr_nonnull(strstr(ls.bad.text, "line 2: no verdict of"));
	ck_assert_str_eq(seen.text,
	    "ann   -9223372036854775808\nann   -9223372036854775808\n"
	    "ann   -9223372036854775808\nann   -9223372036854775808\n");
}
END_TEST

static uint32_t
ann_is_1000(void *ctx, const char *login)
{
	(void)ctx;
	return strcmp(login, "ann") == 0 ? 1000 : TWR_UID_UNKNOWN;
}

/* sudo's own words have the uid of who runs it: of himself, and no other. */
START_TEST(a_process_speaks_for_its_own_login)
{
	static const struct {
		const char *uid, *login;
		size_t n;
	} rows[] = { { "0", "ann", 1 }, { "0", "bob", 1 }, { "1000", "ann", 1 },
		{ "1000", "bob", 0 }, { "1001", "ann", 0 }, { "1000", "-", 0 },
		{ "1000", "#0123abcd", 0 } };
	const char *path = support_path("export");
	struct why_wanted wanted = {
		.most = 9, .all = true, .uid_of = ann_is_1000
	};
	struct why_found found;
	struct twr_error err;
	char text[1024];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		(void)snprintf(text, sizeof(text),
		    "_UID=%s\nMESSAGE=sudo_twrbac: event=AAAAAAAA "
		    "verdict=not-member reason=role-ended service=sudo "
		    "login=%s user=- target=- invoker=- scope=- demand=- "
		    "role=- at=- rhost=- tty=- serial=1\n\n",
		    rows[i].uid, rows[i].login);
		support_write(path, text, strlen(text), 0600);
		ck_assert_int_eq(why_search(&wanted, path, "/nowhere", NOV20,
				     &found, &err),
		    TWR_OK);
		ck_assert_msg(found.n == rows[i].n, "uid %s of %s", rows[i].uid,
		    rows[i].login);
		why_found_free(&found);
	}
}
END_TEST

/* ---- searching ---- */

static const char
    log_text[] = "Nov 20 20:14:01 ops1 sshd[1]: " TAG
		 "event=AAAAAAAA verdict=deny reason=role-ended " TAIL "\n"
		 "Nov 20 20:14:02 ops1 sshd[1]: " TAG
		 "event=BBBBBBBB verdict=grant reason=granted " TAIL "\n"
		 "Nov 20 20:14:02 ops1 sshd[1]: " TAG
		 "event=BBBBBBBB verdict=grant reason=granted " TAIL "\n"
		 "Nov 20 20:14:03 ops1 sshd[1]: " TAG
		 "event=CCCCCCCC verdict=deny reason=because " TAIL "\n"
		 "Nov 20 20:14:04 ops1 eve: " TAG
		 "event=AAAAAAAA verdict=grant reason=granted " TAIL "\n"
		 "Nov 20 20:14:05 ops1 sshd[1]: " TAG
		 "event=DDDDDDDD verdict=would-deny reason=role-ended " TAIL
		 "\n";

static const struct search_row {
	struct why_wanted wanted;
	const char *want;
} searches[] = {
	/* clang-format off */
	{ { .event = "AAAAAAAA", .most = 9 }, "5:AAAAAAAA*1 1:AAAAAAAA*1 " },
	{ { .event = "BBBBBBBB", .most = 9 }, "2:BBBBBBBB*2 " },
	{ { .event = "CCCCCCCC", .most = 9 }, "" },
	{ { .most = 1 }, "6:DDDDDDDD*1 " },
	{ { .most = 9 }, "6:DDDDDDDD*1 1:AAAAAAAA*1 " },
	{ { .most = 2, .all = true }, "6:DDDDDDDD*1 5:AAAAAAAA*1 " },
	{ { .most = 3, .all = true },
	    "6:DDDDDDDD*1 5:AAAAAAAA*1 2:BBBBBBBB*2 " },
	{ { .login = "ann", .most = 1 }, "6:DDDDDDDD*1 " },
	{ { .login = "an", .most = 9, .all = true }, "" },
	{ { .login = "x", .hidden = "ann", .most = 1 }, "6:DDDDDDDD*1 " },
	/* clang-format on */
};

START_TEST(what_is_wanted_is_found)
{
	const struct search_row *r = &searches[_i];
	const char *path = support_path("auth.log");
	struct why_found found;
	struct twr_error err = { "" };
	char got[256] = "";
	size_t i;

	support_write(path, log_text, sizeof(log_text) - 1, 0600);
	ck_assert_msg(why_search(&r->wanted, path, "/nowhere", NOV20, &found,
			  &err) == TWR_OK,
	    "%s", err.text);
	for (i = 0; i < found.n; i++)
		(void)snprintf(got + strlen(got), sizeof(got) - strlen(got),
		    "%s:%s*%d ", strstr(found.hits[i]->source, " line ") + 6,
		    found.hits[i]->line.value[TWR_LOG_EVENT],
		    (int)found.hits[i]->times);
	ck_assert_str_eq(got, r->want);
	ck_assert_uint_eq(found.n_bad, 1);
	ck_assert_ptr_nonnull(strstr(found.bad.text, "line 4: "));
	why_found_free(&found);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(what_is_written_is_read),
		SUPPORT_ROWS(every_outcome_of_the_module, reasons),
		SUPPORT_ROWS(every_outcome_of_the_plugin, reasons),
		SUPPORT_TEST(the_question_of_a_line),
		SUPPORT_TEST(a_copy_stands_alone),
		SUPPORT_ROWS(what_the_module_does_not_write_is_refused,
		    bad_lines),
		SUPPORT_TEST(a_line_that_was_cut_is_no_line),
		SUPPORT_TEST(hidden_names_are_known),
		SUPPORT_ROWS(lines_of_log_files, heads),
		SUPPORT_TEST(an_hour_that_happens_twice),
		SUPPORT_ROWS(the_journals_export, exports),
		SUPPORT_TEST(no_voice_has_the_others_verdicts),
		SUPPORT_TEST(a_process_speaks_for_its_own_login),
		SUPPORT_ROWS(what_is_wanted_is_found, searches),
		SUPPORT_END,
	};

	return support_run_in_folder("logread", tests);
}
