/* SPDX-License-Identifier: BSD-2-Clause */

/* What is written down about a decision, and what the person is told. */
#include "logline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"
#include "support_site.h"

/* The keys that are always there, in their order. */
static const char *const keys[] = { "event", "verdict", "reason", "service",
	"login", "user", "target", "invoker", "scope", "demand", "role", "at",
	"rhost", "tty", "serial" };
#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

static struct twr_judgement jd;

static void
judge(const char *service, const char *user, const char *invoker)
{
	const char *path = support_path("policy.cdb");
	struct twr_gate gate = support_gate(path);
	struct twr_request req = {
		.service = service, .user = user, .invoker = invoker
	};

	if (access(path, F_OK) != 0)
		support_site_write(path);
	twr_judge(&gate, &req, NULL, &jd);
}

static struct twr_report
report(void)
{
	return (struct twr_report) { .judgement = &jd,
		.event = "7Q2M4KXA",
		.verdict = "deny",
		.reason = jd.decision.reason,
		.host = "ops1" };
}

/*
 * One line, no control byte, and exactly the keys in their order; extra says
 * how many more may follow.
 */
static void
check_form(const char *line, size_t extra)
{
	const char *p = line, *blank, *equals;
	size_t i, n = 0;

	for (i = 0; line[i] != '\0'; i++)
		ck_assert_msg(line[i] >= 0x20 && line[i] < 0x7f, "byte %zu: %d",
		    i, line[i]);
	for (; *p != '\0'; n++) {
		equals = strchr(p, '=');
		ck_assert_msg(equals != NULL, "no key at \"%.40s\"", p);
		ck_assert_ptr_null(memchr(p, ' ', (size_t)(equals - p)));
		if (n < N_KEYS)
			ck_assert_msg(strlen(keys[n]) == (size_t)(equals - p) &&
				strncmp(p, keys[n], strlen(keys[n])) == 0,
			    "key %zu is %.*s instead of %s", n,
			    (int)(equals - p), p, keys[n]);
		if (equals[1] == '"') {
			blank = strchr(equals + 2, '"');
			ck_assert_ptr_nonnull(blank);
			blank++;
		} else {
			blank = strchrnul(equals + 1, ' ');
			ck_assert_ptr_null(memchr(equals + 1, '=',
			    (size_t)(blank - equals - 1)));
		}
		ck_assert_msg(blank > equals + 1, "a value is empty");
		p = *blank == ' ' ? blank + 1 : blank;
		ck_assert(*blank == ' ' || *blank == '\0');
	}
	ck_assert_uint_ge(n, N_KEYS);
	ck_assert_uint_le(n, N_KEYS + extra);
}

static const struct line_row {
	const char *service, *user, *invoker, *verdict;
	const char *want;
} lines[] = {
	/* clang-format off */
	{ "sshd", "bob", NULL, "grant",
	    "event=7Q2M4KXA verdict=grant reason=granted service=sshd "
	    "login=bob user=US00000000000000000000000000001001 target=- "
	    "invoker=- scope=acme/messaging/production demand=hosts:login "
	    "role=hosts:login@acme at=never rhost=- tty=- serial=42 "
	    "conf=edited" },
	{ "sudo", "root", "bob", "grant",
	    "event=7Q2M4KXA verdict=grant reason=granted service=sudo "
	    "login=bob user=US00000000000000000000000000001001 target=root "
	    "invoker=- scope=acme/messaging/production "
	    "demand=hosts:operator "
	    "role=hosts:operator@acme/messaging/production "
	    "at=2023-11-14T23:13:20Z rhost=- tty=- serial=42 conf=edited" },
	{ "sshd", "ann", NULL, "deny",
	    "event=7Q2M4KXA verdict=deny reason=role-ended service=sshd "
	    "login=ann user=US00000000000000000000000000001003 target=- "
	    "invoker=- scope=acme/messaging/production demand=hosts:login "
	    "role=hosts:login@acme/messaging/production "
	    "at=2023-11-14T21:13:20Z rhost=- tty=- serial=42 conf=edited" },
	{ "sshd", "may", NULL, "deny",
	    "event=7Q2M4KXA verdict=deny reason=role-not-yet service=sshd "
	    "login=may user=US00000000000000000000000000001005 target=- "
	    "invoker=- scope=acme/messaging/production demand=hosts:login "
	    "role=hosts:login@acme/messaging/production "
	    "at=2023-11-14T23:13:20Z rhost=- tty=- serial=42 conf=edited" },
	{ "sshd", "sam", NULL, "deny",
	    "event=7Q2M4KXA verdict=deny reason=role-missing service=sshd "
	    "login=sam user=US00000000000000000000000000000200 target=- "
	    "invoker=- scope=acme/messaging/production demand=hosts:login "
	    "role=- at=- rhost=- tty=- serial=42 conf=edited" },
	{ "cron", "daemon", NULL, "exempt",
	    "event=7Q2M4KXA verdict=exempt reason=exempt service=cron "
	    "login=daemon user=- target=- invoker=- "
	    "scope=acme/messaging/production demand=- role=- at=- rhost=- "
	    "tty=- serial=42 conf=edited" },
	{ "sshd", "bob", "eve", "deny",
	    "event=7Q2M4KXA verdict=deny reason=no-invoker service=sshd "
	    "login=bob user=- target=- invoker=eve "
	    "scope=acme/messaging/production demand=- role=- at=- rhost=- "
	    "tty=- serial=42 conf=edited" },
	/* clang-format on */
};

START_TEST(a_decision_is_one_line)
{
	const struct line_row *r = &lines[_i];
	char buf[TWR_LOGLINE_MAX];
	struct twr_report rp;

	judge(r->service, r->user, r->invoker);
	rp = report();
	rp.verdict = r->verdict;
	twr_logline(&rp, buf);
	ck_assert_str_eq(buf, r->want);
	check_form(buf, 1);
	twr_judgement_end(&jd);
}
END_TEST

/* ---- hostile values ---- */

static const char *const hostile[] = { "\n", "x\nevent=1 verdict=grant",
	"x verdict=grant", "verdict=grant", "\"", "\" verdict=\"grant", "\\",
	"\\x20verdict=grant", "\033]0;title\007", "\x7f\x80\xff", "\xc2\x9bJ",
	"%s%s%n%99999d", "\xf0\x9f\x98\x80", "\xc3", " ", "=", "-", "#deadbeef",
	"MEGABYTE" };

/* The last one stands for a megabyte of newlines. */
static char *
hostile_value(int i)
{
	char *value;

	if (strcmp(hostile[i], "MEGABYTE") != 0)
		return strdup(hostile[i]);
	if ((value = malloc(1048577)) != NULL) {
		memset(value, '\n', 1048576);
		value[1048576] = '\0';
	}
	return value;
}

START_TEST(no_value_forges_a_key)
{
	char *v = hostile_value(_i), buf[TWR_LOGLINE_MAX];
	struct twr_holding holding = { 77, 78, 0, 0, 0 };
	struct twr_demand demand = { TWR_DEMAND_ROLE, v, NULL, 0 };
	struct twr_report rp;
	int by_invoker;

	ck_assert_ptr_nonnull(v);
	for (by_invoker = 0; by_invoker < 2; by_invoker++) {
		judge(by_invoker ? "sudo" : "sshd", v, v);
		jd.request.service = v;
		jd.user_public = jd.invoker_public = true;
		jd.view.subject.invoker = by_invoker == 1;
		jd.view.login.user_sid = v;
		jd.view.login.holdings = &holding;
		jd.view.login.n_holdings = 1;
		jd.view.rule.scope_path = v;
		jd.view.rule.demands = &demand;
		jd.view.rule.n_demands = 1;
		jd.decision.demand = jd.decision.holding = 0;
		jd.prev = jd.clock_behind = jd.conf_edited = true;
		(void)twr_fail(&jd.error, TWR_EINVAL, "%s", v);
		rp = report();
		rp.event = rp.verdict = rp.by = rp.rhost = rp.tty = v;
		twr_logline(&rp, buf);
		check_form(buf, 5);
		ck_assert_ptr_nonnull(strstr(buf,
		    " serial=42 policy=prev "
		    "clock=behind conf=edited"));
		ck_assert_ptr_nonnull(strstr(buf, "role=role-77@scope-78 "));
		twr_judgement_end(&jd);
	}
	free(v);
}
END_TEST

START_TEST(a_decision_without_anything_is_a_line)
{
	char buf[TWR_LOGLINE_MAX];
	struct twr_report rp;

	memset(&jd, 0, sizeof(jd));
	jd.reader.fd = -1;
	rp = report();
	rp.event = rp.verdict = NULL;
	twr_logline(&rp, buf);
	check_form(buf, 0);
}
END_TEST

/* ---- names that may be passwords ---- */

START_TEST(an_unknown_name_is_hidden)
{
	char buf[TWR_LOGLINE_MAX], hidden[TWR_HIDDEN_LEN];
	struct twr_report rp;

	judge("sshd", "hunter2", "correct horse");
	rp = report();
	twr_logline(&rp, buf);
	ck_assert_ptr_null(strstr(buf, "hunter2"));
	ck_assert_ptr_null(strstr(buf, "horse"));
	twr_hidden_name(jd.view.meta.log_key, "hunter2", hidden);
	ck_assert_uint_eq(strlen(hidden), TWR_HIDDEN_LEN - 1);
	ck_assert_ptr_nonnull(strstr(buf, hidden));
	check_form(buf, 1);
	twr_judgement_end(&jd);
}
END_TEST

/* Without a policy there is no key: a hash would give the password away. */
START_TEST(without_a_key_nothing_of_a_name_is_shown)
{
	char a[TWR_LOGLINE_MAX], b[TWR_LOGLINE_MAX];
	struct twr_gate gate = support_gate(support_path("nowhere.cdb"));
	struct twr_request req = { .service = "sshd", .user = "hunter2" };
	struct twr_report rp;

	support_site_passwd();
	twr_judge(&gate, &req, NULL, &jd);
	rp = report();
	twr_logline(&rp, a);
	twr_judgement_end(&jd);
	req.user = "hunter3";
	twr_judge(&gate, &req, NULL, &jd);
	rp = report();
	twr_logline(&rp, b);
	twr_judgement_end(&jd);
	ck_assert_str_eq(a, b);
	ck_assert_ptr_null(strstr(a, "hunter"));
	check_form(a, 2);
}
END_TEST

START_TEST(a_hidden_name_depends_on_name_and_key)
{
	const uint8_t k1[TWR_ID_LEN] = { 1 }, k2[TWR_ID_LEN] = { 2 };
	char a[TWR_HIDDEN_LEN], b[TWR_HIDDEN_LEN];

	twr_hidden_name(k1, "bob", a);
	ck_assert_int_eq(a[0], '#');
	ck_assert_uint_eq(strspn(a + 1, "0123456789abcdef"), 8);
	twr_hidden_name(k1, "bob", b);
	ck_assert_str_eq(a, b);
	twr_hidden_name(k2, "bob", b);
	ck_assert_str_ne(a, b);
	twr_hidden_name(k1, "boc", b);
	ck_assert_str_ne(a, b);
}
END_TEST

/* ---- the sentence ---- */

static const struct sentence_row {
	const char *service, *user, *invoker;
	const char *want; /* between "refused: " and " (ref" */
} sentences[] = {
	{ "sshd", "ann", NULL, "your role hosts:login ended 21:13 UTC" },
	{ "sshd", "liz", NULL,
	    "your role hosts:login was removed 2023-11-13 22:13 UTC" },
	{ "sshd", "may", NULL, "your role hosts:login begins 23:13 UTC" },
	{ "sshd", "sam", NULL, "you do not hold hosts:login here" },
	{ "sshd", "eve", NULL, "your user is suspended" },
	{ "sshd", "tom", NULL, "your login is not known here" },
	{ "sudo", "root", NULL, "the program did not say who is asking" },
	{ "sshd", NULL, NULL, "the program named no user" },
};

START_TEST(the_sentence_says_why)
{
	const struct sentence_row *r = &sentences[_i];
	char buf[TWR_SENTENCE_MAX], want[TWR_SENTENCE_MAX];
	struct twr_report rp;

	judge(r->service, r->user, r->invoker);
	rp = report();
	twr_sentence(&rp, buf);
	(void)snprintf(want, sizeof(want),
	    "twrbac: access to ops1 refused: %s (ref 7Q2M4KXA). "
	    "Contact ops@example.com",
	    r->want);
	ck_assert_str_eq(buf, want);
	twr_judgement_end(&jd);
}
END_TEST

START_TEST(every_reason_has_a_sentence)
{
	char buf[TWR_SENTENCE_MAX];
	struct twr_report rp;
	int i;

	memset(&jd, 0, sizeof(jd));
	jd.reader.fd = -1;
	jd.decision.demand = jd.decision.holding = TWR_NOTHING;
	for (i = 0; i < TWR_REASON_COUNT; i++) {
		rp = report();
		rp.reason = (enum twr_reason)i;
		rp.host = i % 2 == 0 ? NULL : "";
		twr_sentence(&rp, buf);
		ck_assert_ptr_eq(strstr(buf,
				     "twrbac: access to this host "
				     "refused: "),
		    buf);
		ck_assert_ptr_nonnull(strstr(buf,
		    twr_reason_sentence((enum twr_reason)i)));
		ck_assert_ptr_nonnull(strstr(buf, " (ref 7Q2M4KXA)"));
		ck_assert_ptr_null(strstr(buf, "Contact"));
	}
}
END_TEST

START_TEST(detail_none_gives_no_reason)
{
	char buf[TWR_SENTENCE_MAX];
	struct twr_report rp;

	judge("sshd", "ann", NULL);
	jd.view.meta.detail = TWR_DETAIL_NONE;
	rp = report();
	twr_sentence(&rp, buf);
	ck_assert_str_eq(buf,
	    "twrbac: access to ops1 refused (ref 7Q2M4KXA). "
	    "Contact ops@example.com");
	twr_judgement_end(&jd);
}
END_TEST

/* Everything as long as it may be: reference and contact are still there. */
START_TEST(the_sentence_keeps_its_end)
{
	char buf[TWR_SENTENCE_MAX], big[5000], contact[201];
	struct twr_demand demand = { TWR_DEMAND_ROLE, big, NULL, 0 };
	struct twr_report rp;
	int shift;

	memset(contact, 'c', 200);
	contact[200] = '\0';
	for (shift = 0; shift < 4; shift++) {
		memset(big, 'a', (size_t)shift);
		/* two bytes each: never cut inside one */
		for (size_t i = (size_t)shift; i < sizeof(big) - 2; i += 2)
			memcpy(big + i, "\xc3\xa4", 2);
		big[4998] = big[4999] = '\0';
		judge("sshd", "sam", NULL);
		jd.view.rule.demands = &demand;
		jd.view.meta.contact = contact;
		rp = report();
		rp.host = big;
		twr_sentence(&rp, buf);
		ck_assert_ptr_nonnull(strstr(buf, "..: ") == NULL ?
			strstr(buf, ".. refused: you do not hold ") :
			NULL);
		ck_assert_ptr_nonnull(strstr(buf, ".. here (ref 7Q2M4KXA)"));
		ck_assert_str_eq(strstr(buf, "Contact ") + 8, contact);
		ck_assert_ptr_null(strstr(buf, "\xc3.."));
		twr_judgement_end(&jd);
	}
}
END_TEST

START_TEST(the_sentence_has_no_control_bytes)
{
	char *v = hostile_value(_i), buf[TWR_SENTENCE_MAX];
	struct twr_demand demand = { TWR_DEMAND_ROLE, v, NULL, 0 };
	struct twr_report rp;
	size_t i;

	ck_assert_ptr_nonnull(v);
	judge("sshd", "sam", NULL);
	jd.view.rule.demands = &demand;
	jd.view.meta.contact = v;
	rp = report();
	rp.host = v;
	twr_sentence(&rp, buf);
	for (i = 0; buf[i] != '\0'; i++)
		ck_assert((unsigned char)buf[i] >= 0x20 && buf[i] != 0x7f);
	ck_assert_ptr_nonnull(strstr(buf, "(ref 7Q2M4KXA)"));
	twr_judgement_end(&jd);
	free(v);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(a_decision_is_one_line, lines),
		SUPPORT_ROWS(no_value_forges_a_key, hostile),
		SUPPORT_TEST(a_decision_without_anything_is_a_line),
		SUPPORT_TEST(an_unknown_name_is_hidden),
		SUPPORT_TEST(without_a_key_nothing_of_a_name_is_shown),
		SUPPORT_TEST(a_hidden_name_depends_on_name_and_key),
		SUPPORT_ROWS(the_sentence_says_why, sentences),
		SUPPORT_TEST(every_reason_has_a_sentence),
		SUPPORT_TEST(detail_none_gives_no_reason),
		SUPPORT_TEST(the_sentence_keeps_its_end),
		SUPPORT_ROWS(the_sentence_has_no_control_bytes, hostile),
		SUPPORT_END,
	};

	return support_run_in_folder("logline", tests);
}
