/* SPDX-License-Identifier: BSD-2-Clause */

/* What stands behind the plugin's name in "Defaults group_plugin". */
#include "sudo_args.h"

#include <string.h>

#include "support.h"

#define ARGS_MAX 4

static const struct row {
	const char *argv[ARGS_MAX];
	bool good;
	const char *policy;
	bool debug;
} rows[] = {
	{ { NULL }, true, SUDO_ARGS_POLICY, false },
	{ { "debug" }, true, SUDO_ARGS_POLICY, true },
	{ { "policy=/p" }, true, "/p", false },
	{ { "debug", "policy=/run/x y.cdb" }, true, "/run/x y.cdb", true },
	{ { "" }, false, NULL, false },
	{ { "policy" }, false, NULL, false },
	{ { "policy=" }, false, NULL, false },
	{ { "policy=/" }, false, NULL, false },
	{ { "policy=p.cdb" }, false, NULL, false },
	{ { "policy=/p", "policy=/p" }, false, NULL, false },
	{ { "debug", "debug" }, false, NULL, false },
	{ { "debug=" }, false, NULL, false },
	{ { "Debug" }, false, NULL, false },
	{ { "debug", "break_glass=root" }, false, NULL, false },
	{ { "permissive_until=2030-01-01T00:00:00Z" }, false, NULL, false },
};

START_TEST(arguments_are_understood)
{
	const struct row *r = &rows[_i];
	char text[ARGS_MAX][64] = { "" }, *argv[ARGS_MAX] = { NULL };
	struct sudo_args got;
	struct twr_error err = { "" };
	enum twr_status rc;
	size_t i;

	for (i = 0; r->argv[i] != NULL; i++) {
		ck_assert_uint_lt(strlen(r->argv[i]), sizeof(text[i]));
		argv[i] = strcpy(text[i], r->argv[i]);
	}
	rc = sudo_args_parse(argv, &got, &err);
	ck_assert_msg((rc == TWR_OK) == r->good, "%s: %s", r->argv[0],
	    err.text);
	if (!r->good) {
		ck_assert_int_eq(rc, TWR_EINVAL);
		ck_assert_ptr_nonnull(strstr(err.text, "sudoers"));
		return;
	}
	ck_assert_str_eq(got.policy, r->policy);
	ck_assert(got.debug == r->debug);
}
END_TEST

START_TEST(no_arguments_at_all)
{
	struct sudo_args got;
	struct twr_error err;

	ck_assert_int_eq(sudo_args_parse(NULL, &got, &err), TWR_OK);
	ck_assert_str_eq(got.policy, SUDO_ARGS_POLICY);
}
END_TEST

START_TEST(a_path_has_an_end)
{
	static char arg[16 + SUDO_ARGS_PATH_MAX] = "policy=/";
	char *argv[] = { arg, NULL };
	struct sudo_args got;
	struct twr_error err;

	memset(arg + 8, 'x', SUDO_ARGS_PATH_MAX - 2);
	ck_assert_int_eq(sudo_args_parse(argv, &got, &err), TWR_OK);
	ck_assert_str_eq(got.policy, arg + 7);
	arg[strlen(arg)] = 'x';
	ck_assert_int_eq(sudo_args_parse(argv, &got, &err), TWR_EINVAL);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(arguments_are_understood, rows),
		SUPPORT_TEST(no_arguments_at_all),
		SUPPORT_TEST(a_path_has_an_end),
		SUPPORT_END,
	};

	return support_run("sudo_args", tests);
}
