/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_args.h"

#include <string.h>

#include "model.h"
#include "support.h"

#define MAX_ARGS 4

static const struct row {
	const char *argv[MAX_ARGS]; /* NULL ends */
	enum twr_status status;
	const char *names; /* what the message must name */
} rows[] = {
	/* clang-format off */
	{ { NULL }, TWR_OK, NULL },
	{ { "policy=/x/policy.cdb" }, TWR_OK, NULL },
	{ { "policy=relative" }, TWR_EINVAL, "policy=relative" },
	{ { "policy=" }, TWR_EINVAL, "policy=" },
	{ { "policy=/" }, TWR_EINVAL, "policy=/" },
	{ { "policy" }, TWR_EINVAL, "policy" },
	{ { "policy=/a", "policy=/b" }, TWR_EINVAL, "policy=/b" },
	{ { "policy=/a", "policy=/a" }, TWR_EINVAL, "policy=/a" },
	{ { "break_glass=root" }, TWR_OK, NULL },
	{ { "break_glass=root,ops" }, TWR_OK, NULL },
	{ { "break_glass=" }, TWR_EINVAL, "break_glass=" },
	{ { "break_glass=," }, TWR_EINVAL, "break_glass=," },
	{ { "break_glass=root," }, TWR_EINVAL, "break_glass=root," },
	{ { "break_glass=,root" }, TWR_EINVAL, "break_glass=,root" },
	{ { "break_glass=a,,b" }, TWR_EINVAL, "break_glass=a,,b" },
	{ { "break_glass=a", "break_glass=b" }, TWR_EINVAL, "break_glass=b" },
	{ { "permissive_until=2026-12-31T00:00:00Z" }, TWR_OK, NULL },
	{ { "permissive_until=2026-12-31" }, TWR_EINVAL, "2026-12-31" },
	{ { "permissive_until=never" }, TWR_EINVAL, "never" },
	{ { "permissive_until=" }, TWR_EINVAL, "permissive_until=" },
	{ { "permissive" }, TWR_EINVAL, "permissive" },
	{ { "permissive_unconfigured" }, TWR_OK, NULL },
	{ { "permissive_unconfigured=yes" }, TWR_EINVAL, "unconfigured=yes" },
	{ { "permissive_unconfigured", "x" }, TWR_EINVAL, "x" },
	{ { "tell" }, TWR_OK, NULL },
	{ { "debug" }, TWR_OK, NULL },
	{ { "tell", "debug" }, TWR_OK, NULL },
	{ { "tell", "tell" }, TWR_EINVAL, "tell" },
	{ { "tell=yes" }, TWR_EINVAL, "tell=yes" },
	{ { "Debug" }, TWR_EINVAL, "Debug" },
	{ { "" }, TWR_EINVAL, "\"\"" },
	{ { "nullok" }, TWR_EINVAL, "nullok" },
	{ { " debug" }, TWR_EINVAL, " debug" },
	{ { "break_glass=root", "bogus", "tell" }, TWR_EINVAL, "bogus" },
	{ { "permissive_until=2026-12-31T00:00:00Z", "x" }, TWR_EINVAL, "x" },
	/* clang-format on */
};

static enum twr_status
parse(const char *const given[MAX_ARGS], struct pam_args *args,
    struct twr_error *err)
{
	const char *argv[MAX_ARGS];
	int argc = 0;

	while (argc < MAX_ARGS && given[argc] != NULL) {
		argv[argc] = given[argc];
		argc++;
	}
	return pam_args_parse(argc, argv, args, err);
}

START_TEST(arguments_are_known_or_refused)
{
	const struct row *r = &rows[_i];
	struct twr_error err = { "" };
	struct pam_args args;

	ck_assert_int_eq(parse(r->argv, &args, &err), r->status);
	if (r->status == TWR_OK)
		return;
	ck_assert_msg(strstr(err.text, r->names) != NULL, "%s", err.text);
	ck_assert_ptr_nonnull(strstr(err.text, "pam.d"));
	/* a bad line opens nothing */
	ck_assert_ptr_null(args.break_glass);
	ck_assert_int_eq(args.permissive_until, TWR_ALWAYS);
	ck_assert(!args.permissive_unconfigured);
}
END_TEST

START_TEST(no_arguments_are_the_safe_ones)
{
	static const char *const none[MAX_ARGS] = { NULL };
	struct pam_args args;
	struct twr_error err;

	memset(&args, 0xff, sizeof(args));
	ck_assert_int_eq(parse(none, &args, &err), TWR_OK);
	ck_assert_str_eq(args.policy, PAM_ARGS_POLICY);
	ck_assert_ptr_null(args.break_glass);
	ck_assert_int_eq(args.permissive_until, TWR_ALWAYS);
	ck_assert(!args.permissive_unconfigured);
	ck_assert(!args.unconfigured);
	ck_assert(!args.tell);
	ck_assert(!args.debug);
}
END_TEST

START_TEST(all_arguments_arrive)
{
	static const char *const all[MAX_ARGS] = { "policy=/v/p.cdb",
		"break_glass=root,ops", "permissive_until=2026-12-31T00:00:00Z",
		"tell" };
	struct pam_args args;
	struct twr_error err;

	ck_assert_int_eq(parse(all, &args, &err), TWR_OK);
	ck_assert_str_eq(args.policy, "/v/p.cdb");
	ck_assert_str_eq(args.break_glass, "root,ops");
	ck_assert_int_eq(args.permissive_until, INT64_C(1798675200));
	ck_assert(args.tell);
	ck_assert(!args.debug);
}
END_TEST

START_TEST(a_hostile_argument_cannot_forge_a_line)
{
	static const char *const bad[MAX_ARGS] = { "x\ny\033[2J%s%n" };
	struct pam_args args;
	struct twr_error err;

	ck_assert_int_eq(parse(bad, &args, &err), TWR_EINVAL);
	ck_assert_ptr_null(strpbrk(err.text, "\n\033"));
	ck_assert_ptr_nonnull(strstr(err.text, "%s%n"));
}
END_TEST

START_TEST(a_login_may_be_long_but_not_too_long)
{
	char arg[600] = "break_glass=";
	const char *given[MAX_ARGS] = { arg };
	struct pam_args args;
	struct twr_error err;
	size_t n = strlen(arg);

	memset(arg + n, 'a', TWR_LOGIN_MAX);
	ck_assert_int_eq(parse(given, &args, &err), TWR_OK);
	arg[n + TWR_LOGIN_MAX] = 'a';
	ck_assert_int_eq(parse(given, &args, &err), TWR_EINVAL);
}
END_TEST

static const struct member {
	const char *list, *login;
	bool is;
} members[] = {
	{ "root", "root", true },
	{ "root", "roo", false },
	{ "root", "roots", false },
	{ "root", "Root", false },
	{ "root", "", false },
	{ "root,ops", "root", true },
	{ "root,ops", "ops", true },
	{ "root,ops", "root,ops", false },
	{ "root,ops", "oot", false },
	{ "a,root", "root", true },
	{ "a,root", ",", false },
	{ NULL, "root", false },
	{ NULL, "", false },
};

START_TEST(break_glass_names_whole_logins)
{
	const struct member *m = &members[_i];
	struct pam_args args = { .break_glass = m->list };

	ck_assert_msg(pam_args_break_glass(&args, m->login) == m->is,
	    "%s in %s", m->login, m->list);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(arguments_are_known_or_refused, rows),
		SUPPORT_TEST(no_arguments_are_the_safe_ones),
		SUPPORT_TEST(all_arguments_arrive),
		SUPPORT_TEST(a_hostile_argument_cannot_forge_a_line),
		SUPPORT_TEST(a_login_may_be_long_but_not_too_long),
		SUPPORT_ROWS(break_glass_names_whole_logins, members),
		SUPPORT_END,
	};

	return support_run("pam_args", tests);
}
