/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The plugin as sudo calls it: by its one symbol, with init, query and
 * cleanup. Clock, log and the owner of the policy are those of the test (the
 * linker puts them in, see the Makefile).
 */
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sudo_plugin.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "support.h"
#include "support_site.h"

extern const struct sudoers_group_plugin group_plugin;

static char logged[8192]; /* "<level> line" and a newline each */
static char said[2048];
static bool no_clock;

int __wrap_clock_gettime(clockid_t clock, struct timespec *ts);
int
__wrap_clock_gettime(clockid_t clock, struct timespec *ts)
{
	if (no_clock) {
		errno = EINVAL;
		return -1;
	}
	ts->tv_sec = clock == CLOCK_REALTIME ? (time_t)SUPPORT_NOW : 1000;
	ts->tv_nsec = 0;
	return 0;
}

static void take_log(int level, const char *fmt, va_list ap) TWR_PRINTF(2, 0);
static void
take_log(int level, const char *fmt, va_list ap)
{
	size_t len = strlen(logged);

	ck_assert_int_eq(level & ~7, LOG_AUTHPRIV);
	snprintf(logged + len, sizeof(logged) - len, "<%d> ", level & 7);
	len = strlen(logged);
	vsnprintf(logged + len, sizeof(logged) - len, fmt, ap);
	len = strlen(logged);
	snprintf(logged + len, sizeof(logged) - len, "\n");
}

void __wrap_syslog(int level, const char *fmt, ...) TWR_PRINTF(2, 3);
void
__wrap_syslog(int level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	take_log(level, fmt, ap);
	va_end(ap);
}

void __wrap___syslog_chk(int level, int flag, const char *fmt, ...)
    TWR_PRINTF(3, 4);
void
__wrap___syslog_chk(int level, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, fmt);
	take_log(level, fmt, ap);
	va_end(ap);
}

enum twr_status __real_twr_judgement_open(const struct twr_gate *gate,
    struct twr_judgement *ret);
enum twr_status __wrap_twr_judgement_open(const struct twr_gate *gate,
    struct twr_judgement *ret);
enum twr_status
__wrap_twr_judgement_open(const struct twr_gate *gate,
    struct twr_judgement *ret)
{
	struct twr_gate here = *gate;

	ck_assert_uint_eq(gate->owner, 0);
	here.owner = support_owner();
	return __real_twr_judgement_open(&here, ret);
}

static int take_said(int kind, const char *fmt, ...) TWR_PRINTF(2, 3);
static int
take_said(int kind, const char *fmt, ...)
{
	va_list ap;

	ck_assert_int_eq(kind, SUDO_CONV_ERROR_MSG);
	va_start(ap, fmt);
	vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
	return 0;
}

/* ---- the life of one process ---- */

static int
init(const char *more)
{
	static char policy[4096], second[64];
	char *argv[] = { policy, second, NULL };

	logged[0] = said[0] = '\0';
	snprintf(policy, sizeof(policy), "policy=%s",
	    support_path("policy.cdb"));
	snprintf(second, sizeof(second), "%s", more != NULL ? more : "");
	if (more == NULL)
		argv[1] = NULL;
	return group_plugin.init(GROUP_API_VERSION, take_said, argv);
}

static int
query(const char *login, uid_t uid, const char *group)
{
	struct passwd pw = { .pw_uid = uid };

	return group_plugin.query(login, group, uid != 0 ? &pw : NULL);
}

static const struct row {
	const char *login;
	uid_t uid; /* 0: sudo gives no account */
	const char *group;
	int want;
	const char *log; /* parts of the one line, or NULL: none */
	const char *log_more;
} table[] = {
	/* clang-format off */
	{ "bob", 1001, "hosts:operator", 1, "<6> sudo_twrbac: ",
	  "verdict=member reason=granted service=sudo login=bob " },
	{ "bob", 0, "hosts:operator", 0, "<5> ", "reason=invoker-mismatch" },
	{ "bob", 1001, "hosts:operator@acme/messaging", 0, NULL, NULL },
	{ "bob", 1001, "hosts:operator@acme/messaging/production", 1, "<6> ",
	  "reason=granted" },
	{ "eve", 1002, "hosts:operator", 0, "<5> ", "reason=user-suspended" },
	{ "ann", 1003, "hosts:login", 0, "<5> ", "reason=role-ended" },
	{ "liz", 1004, "hosts:login", 0, "<5> ", "reason=role-removed" },
	{ "may", 1005, "hosts:login", 0, "<5> ", "reason=role-not-yet" },
	{ "bob", 4711, "hosts:operator", 0, "<5> ", "reason=invoker-mismatch" },
	{ "stranger", 1999, "hosts:operator", 0, NULL, NULL },
	{ "", 1001, "hosts:operator", 0, "", NULL },
	{ "bob", 1001, "wheel", 0, NULL, NULL },
	{ "bob", 1001, NULL, 0, NULL, NULL },
	{ "bob", 1001, "hosts\\:operator", 0, "<3> ", "has a backslash" },
	{ "bob", 1001, "hosts:nobody", 0, "<3> ",
	  "names a role that the policy does not know" },
	{ "bob", 1001, "hosts:operator@acme/x", 0, "<3> ",
	  "names a scope that the policy does not know" },
	/* clang-format on */
};

START_TEST(answers)
{
	const struct row *r = &table[_i];

	support_site_write(support_path("policy.cdb"));
	ck_assert_int_eq(init(NULL), 1);
	ck_assert_str_eq(logged, "");
	ck_assert_int_eq(query(r->login, r->uid, r->group), r->want);
	if (r->log == NULL) {
		ck_assert_str_eq(logged, "");
	} else {
		ck_assert_msg(strncmp(logged, r->log, strlen(r->log)) == 0,
		    "%s", logged);
		ck_assert_msg(r->log_more == NULL ||
			strstr(logged, r->log_more) != NULL,
		    "%s", logged);
	}
	/* the same again is no news */
	logged[0] = '\0';
	ck_assert_int_eq(query(r->login, r->uid, r->group), r->want);
	ck_assert_str_eq(logged, "");
	group_plugin.cleanup();
	/* nobody is anything any more */
	ck_assert_int_eq(query(r->login, r->uid, r->group), 0);
}
END_TEST

START_TEST(debug_tells_each_step)
{
	support_site_write(support_path("policy.cdb"));
	ck_assert_int_eq(init("debug"), 1);
	ck_assert_int_eq(query("bob", 1001, "hosts:operator"), 1);
	ck_assert_ptr_nonnull(strstr(logged, "<7> sudo_twrbac: step="));
	ck_assert_ptr_nonnull(strstr(logged, "reason=granted"));
	logged[0] = '\0';
	ck_assert_int_eq(query("stranger", 1999, "hosts:operator"), 0);
	ck_assert_ptr_nonnull(strstr(logged, "reason=login-unmapped"));
	group_plugin.cleanup();
}
END_TEST

START_TEST(a_wrong_argument_makes_nobody_a_member)
{
	support_site_write(support_path("policy.cdb"));
	ck_assert_int_eq(init("polic=/x"), 1);
	ck_assert_ptr_nonnull(strstr(said, "polic=/x"));
	ck_assert_ptr_nonnull(strstr(logged, "<3> "));
	ck_assert_ptr_nonnull(strstr(logged, "reason=bad-argument"));
	ck_assert_int_eq(query("bob", 1001, "hosts:operator"), 0);
	group_plugin.cleanup();
}
END_TEST

START_TEST(another_interface_is_refused)
{
	char *argv[] = { NULL };

	said[0] = '\0';
	ck_assert_int_eq(group_plugin.init((GROUP_API_VERSION_MAJOR + 1) << 16,
			     take_said, argv),
	    -1);
	ck_assert_ptr_nonnull(strstr(said, "install the twrbac that fits"));
	ck_assert_int_eq(query("bob", 1001, "hosts:operator"), 0);
	ck_assert_uint_eq(group_plugin.version, GROUP_API_VERSION);
}
END_TEST

START_TEST(without_a_policy_nobody_is_a_member)
{
	(void)unlink(support_path("policy.cdb"));
	ck_assert_int_eq(init(NULL), 1);
	ck_assert_int_eq(query("bob", 1001, "hosts:operator"), 0);
	ck_assert_ptr_nonnull(strstr(logged, "<1> "));
	ck_assert_ptr_nonnull(strstr(logged, "reason=policy-missing"));
	logged[0] = '\0';
	ck_assert_int_eq(query("eve", 1002, "hosts:login"), 0);
	ck_assert_str_eq(logged, ""); /* one alert */
	group_plugin.cleanup();
}
END_TEST

START_TEST(without_a_clock_nobody_is_a_member)
{
	support_site_write(support_path("policy.cdb"));
	no_clock = true;
	ck_assert_int_eq(init(NULL), 1);
	ck_assert_int_eq(query("bob", 1001, "hosts:operator"), 0);
	ck_assert_ptr_nonnull(strstr(logged, "reason=policy-unreadable"));
	no_clock = false;
	ck_assert_int_eq(query("bob", 1001, "hosts:operator"), 1);
	group_plugin.cleanup();
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(answers, table),
		SUPPORT_TEST(debug_tells_each_step),
		SUPPORT_TEST(a_wrong_argument_makes_nobody_a_member),
		SUPPORT_TEST(another_interface_is_refused),
		SUPPORT_TEST(without_a_policy_nobody_is_a_member),
		SUPPORT_TEST(without_a_clock_nobody_is_a_member),
		SUPPORT_END,
	};

	return support_run_in_folder("sudo_twrbac", tests);
}
