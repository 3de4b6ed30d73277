/* SPDX-License-Identifier: BSD-2-Clause */

/* One policy for the questions of a process: how long, and of which file. */
#include "sudo_policy.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "logline.h"
#include "support.h"
#include "support_site.h"

static struct sudo_policy sp;

/* Nobody looks at the number of links, and whoever opens a file sets it. */
#define MARK 77

static enum twr_reason
ask(const struct twr_gate *gate, const char *login, uint32_t uid)
{
	const struct sudo_ask asked = { login, uid,
		{ "hosts:operator", "acme/messaging/production" } };
	struct twr_judgement jd;
	enum twr_reason reason;

	sudo_policy_ask(&sp, gate, &asked, NULL, &jd);
	ck_assert((jd.decision.verdict == TWR_GRANT) ==
	    (jd.decision.reason == TWR_REASON_GRANTED));
	reason = jd.decision.reason;
	sudo_policy_answered(&jd);
	return reason;
}

/* The site, in which nobody is mapped any more. */
static void
write_empty(const char *path)
{
	struct support_policy policy;

	support_site(&policy);
	policy.n_logins = 0;
	support_policy_write(path, &policy);
}

START_TEST(another_policy_is_seen_in_time)
{
	const char *path = support_path("policy.cdb");
	struct twr_gate gate = support_gate(path);

	support_site_write(path);
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_GRANTED);
	ck_assert_int_eq(ask(&gate, "eve", 1002), TWR_REASON_USER_SUSPENDED);
	write_empty(path);
	gate.boottime += SUDO_POLICY_FRESH_S - 1;
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_GRANTED);
	gate.boottime += 1;
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_LOGIN_UNMAPPED);
	ck_assert_int_eq(unlink(path), 0);
	gate.boottime += SUDO_POLICY_FRESH_S;
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_POLICY_MISSING);
	support_site_write(path);
	gate.boottime += SUDO_POLICY_FRESH_S;
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_GRANTED);
	sudo_policy_close(&sp);
}
END_TEST

START_TEST(the_same_policy_is_opened_once)
{
	const char *path = support_path("policy.cdb");
	struct twr_gate gate = support_gate(path);
	unsigned before = support_count_fds();
	int i;

	support_site_write(path);
	sudo_policy_open(&sp, &gate);
	ck_assert_uint_eq(support_count_fds(), before + 1);
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_GRANTED);
	sp.st.st_nlink = MARK;
	for (i = 0; i < 10; i++) {
		gate.boottime += SUDO_POLICY_FRESH_S;
		ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_GRANTED);
		ck_assert_uint_eq(sp.st.st_nlink, MARK);
	}
	sudo_policy_close(&sp);
	ck_assert_uint_eq(support_count_fds(), before);
}
END_TEST

START_TEST(time_passes_in_an_open_policy)
{
	const char *path = support_path("policy.cdb");
	struct twr_gate gate = support_gate(path);

	support_site_write(path);
	gate.now = SUPPORT_NOW + 3599;
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_GRANTED);
	gate.now++;
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_ROLE_ENDED);
	sudo_policy_close(&sp);
}
END_TEST

START_TEST(without_a_clock_nobody_is_a_member)
{
	const char *path = support_path("policy.cdb");
	struct twr_gate gate = support_gate(path);

	support_site_write(path);
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_GRANTED);
	gate.failure = "the clock cannot be read";
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_POLICY_UNREADABLE);
	gate.failure = NULL;
	gate.boottime += SUDO_POLICY_FRESH_S;
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_GRANTED);
	sudo_policy_close(&sp);
}
END_TEST

START_TEST(a_policy_from_before_says_so)
{
	const char *path = support_path("policy.cdb");
	struct twr_gate gate = support_gate(path);
	struct support_policy policy;

	support_site(&policy);
	policy.n_role_sets = policy.n_places = 0;
	support_policy_write(path, &policy);
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_POLICY_STALE);
	sudo_policy_close(&sp);
}
END_TEST

/* Whatever the answer is, and whether there is a policy or not. */
START_TEST(the_question_is_in_the_log)
{
	static const struct {
		const char *login, *role, *scope;
		enum twr_reason want;
	} rows[] = {
		{ "bob", "hosts:operator", "acme/messaging/production",
		    TWR_REASON_GRANTED },
		{ "bob", "hosts:nobody", "acme/messaging/production",
		    TWR_REASON_ROLE_UNKNOWN },
		{ "bob", "hosts:operator", "acme/nowhere",
		    TWR_REASON_SCOPE_UNKNOWN },
		{ "nobody", "hosts:operator", "acme/messaging/production",
		    TWR_REASON_LOGIN_UNMAPPED },
		{ "eve", "hosts:operator", "acme/messaging/production",
		    TWR_REASON_USER_SUSPENDED },
		{ "bob", "hosts:operator", "acme/messaging/production",
		    TWR_REASON_POLICY_MISSING }, /* see below */
		{ "bob", "hosts:operator", NULL, TWR_REASON_POLICY_MISSING },
	};
	const char *path = support_path("policy.cdb");
	struct twr_gate gate = support_gate(path);
	char line[TWR_LOGLINE_MAX], want[128];
	struct twr_judgement jd;
	size_t i;

	support_site_write(path);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct sudo_ask asked = { rows[i].login,
			rows[i].login[0] == 'e' ? 1002 : 1001,
			{ rows[i].role, rows[i].scope } };
		struct twr_report rp = { .judgement = &jd,
			.event = "7Q2M4KXA",
			.verdict = "not-member" };

		if (rows[i].want == TWR_REASON_POLICY_MISSING)
			(void)unlink(path);
		gate.boottime += SUDO_POLICY_FRESH_S;
		sudo_policy_ask(&sp, &gate, &asked, NULL, &jd);
		ck_assert_str_eq(twr_reason_word(jd.decision.reason),
		    twr_reason_word(rows[i].want));
		rp.reason = jd.decision.reason;
		twr_logline(&rp, line);
		(void)snprintf(want, sizeof(want), " scope=%s demand=%s ",
		    rows[i].scope != NULL ? rows[i].scope : "-", rows[i].role);
		ck_assert_msg(strstr(line, want) != NULL, "no \"%s\" in %s",
		    want, line);
		sudo_policy_answered(&jd);
	}
	sudo_policy_close(&sp);
}
END_TEST

/* ---- commit-confirm ---- */

#define DEADLINE 1100u
static const uint8_t prev_id[TWR_ID_LEN] = { 0x11, 0x22 };

/* The site waits to be confirmed; in the policy before nobody is mapped. */
static void
write_pending(const char *path, bool this_boot)
{
	struct support_policy policy;

	support_site(&policy);
	policy.n_logins = 0;
	memcpy(policy.meta.file_id, prev_id, TWR_ID_LEN);
	policy.meta.serial = 41;
	support_policy_write(support_path("policy.prev.cdb"), &policy);
	support_site_write(path); /* and its passwd file */
	support_site(&policy);
	policy.meta.serial = 42;
	policy.meta.confirm_boottime_s = DEADLINE;
	if (this_boot)
		ck_assert(twr_boot_id(policy.meta.boot_id));
	memcpy(policy.meta.prev_id, prev_id, TWR_ID_LEN);
	policy.meta.prev_serial = 41;
	support_policy_write(path, &policy);
}

START_TEST(a_policy_that_waits_is_opened_once)
{
	const char *path = support_path("policy.cdb");
	struct twr_gate gate = support_gate(path);

	write_pending(path, true);
	ck_assert_uint_lt(gate.boottime, DEADLINE - SUDO_POLICY_FRESH_S);
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_GRANTED);
	sp.st.st_nlink = MARK;
	while (gate.boottime + SUDO_POLICY_FRESH_S < DEADLINE) {
		gate.boottime += SUDO_POLICY_FRESH_S;
		ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_GRANTED);
		ck_assert_uint_eq(sp.st.st_nlink, MARK);
	}
	sudo_policy_close(&sp);
}
END_TEST

static const struct deadline_row {
	uint64_t asked, again; /* boottime of two questions */
	enum twr_reason first, then;
} deadlines[] = {
	{ DEADLINE - 2, DEADLINE - 1, TWR_REASON_GRANTED, TWR_REASON_GRANTED },
	/* at the very second, however lately somebody looked */
	{ DEADLINE - 1, DEADLINE, TWR_REASON_GRANTED,
	    TWR_REASON_LOGIN_UNMAPPED },
	{ DEADLINE - 9, DEADLINE, TWR_REASON_GRANTED,
	    TWR_REASON_LOGIN_UNMAPPED },
	{ DEADLINE - 9, DEADLINE + 9, TWR_REASON_GRANTED,
	    TWR_REASON_LOGIN_UNMAPPED },
	{ DEADLINE, DEADLINE + 1, TWR_REASON_LOGIN_UNMAPPED,
	    TWR_REASON_LOGIN_UNMAPPED },
};

START_TEST(the_deadline_counts_in_an_open_policy)
{
	const struct deadline_row *r = &deadlines[_i];
	const char *path = support_path("policy.cdb");
	struct twr_gate gate = support_gate(path);

	write_pending(path, true);
	gate.boottime = r->asked;
	ck_assert_int_eq(ask(&gate, "bob", 1001), r->first);
	gate.boottime = r->again;
	ck_assert_int_eq(ask(&gate, "bob", 1001), r->then);
	sudo_policy_close(&sp);
}
END_TEST

START_TEST(another_boot_s_deadline_has_passed)
{
	const char *path = support_path("policy.cdb");
	struct twr_gate gate = support_gate(path);

	write_pending(path, false);
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_LOGIN_UNMAPPED);
	sudo_policy_close(&sp);
}
END_TEST

START_TEST(a_policy_is_stale_at_the_second)
{
	const char *path = support_path("policy.cdb");
	struct twr_gate gate = support_gate(path);
	struct support_policy policy;

	support_site_write(path);
	support_site(&policy);
	policy.meta.stale_at = SUPPORT_NOW + 10;
	support_policy_write(path, &policy);
	gate.now = SUPPORT_NOW + 9;
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_GRANTED);
	gate.now++; /* and nobody would look yet */
	ck_assert_int_eq(ask(&gate, "bob", 1001), TWR_REASON_POLICY_STALE);
	sudo_policy_close(&sp);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(another_policy_is_seen_in_time),
		SUPPORT_TEST(the_same_policy_is_opened_once),
		SUPPORT_TEST(time_passes_in_an_open_policy),
		SUPPORT_TEST(without_a_clock_nobody_is_a_member),
		SUPPORT_TEST(a_policy_from_before_says_so),
		SUPPORT_TEST(the_question_is_in_the_log),
		SUPPORT_TEST(a_policy_that_waits_is_opened_once),
		SUPPORT_ROWS(the_deadline_counts_in_an_open_policy, deadlines),
		SUPPORT_TEST(another_boot_s_deadline_has_passed),
		SUPPORT_TEST(a_policy_is_stale_at_the_second),
		SUPPORT_END,
	};

	return support_run_in_folder("sudo_policy", tests);
}
