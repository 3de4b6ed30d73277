/* SPDX-License-Identifier: BSD-2-Clause */
#include "opts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "command.h"
#include "support.h"

#define ARGS_MAX 8

/* Lines that are refused, and what must stand in the sentence. */
static const struct refused {
	const char *args[ARGS_MAX];
	const char *why;
} refused[] = {
	{ { "--jsno" }, "unknown option --jsno; did you mean --json?" },
	{ { "--zzzzzzzz" }, "unknown option --zzzzzzzz; \"twrbac help all\"" },
	{ { "--json=1" }, "--json takes no value" },
	{ { "--directory" }, "--directory needs a value: --directory FILE" },
	{ { "--directory=" }, "--directory has an empty value" },
	{ { "--directory", "" }, "--directory has an empty value" },
	{ { "--json", "--json" }, "--json is given twice" },
	{ { "--reason", "a", "--reason=b" }, "--reason is given twice" },
	{ { "-x" }, "unknown option -x" },
	{ { "--"
	    "=x" },
	    "unknown option --" },
	{ { "---json" }, "unknown option --" },
	{ { "--a\nb" }, "unknown option --a?b" },
};

/* What opts_parse() moves about and may write to; never freed. */
static size_t
copy(char **argv, const char *const *args)
{
	static char texts[ARGS_MAX + 1][64];
	size_t n;

	(void)snprintf(texts[0], sizeof(texts[0]), "twrbac");
	argv[0] = texts[0];
	for (n = 0; n < ARGS_MAX && args[n] != NULL; n++) {
		ck_assert_uint_lt(strlen(args[n]), sizeof(texts[0]));
		(void)snprintf(texts[n + 1], sizeof(texts[0]), "%s", args[n]);
		argv[n + 1] = texts[n + 1];
	}
	argv[n + 1] = NULL;
	return n + 1;
}

static enum twr_status
parse(const char *const *args, struct opts *opts, struct twr_error *err)
{
	static char *argv[ARGS_MAX + 2];

	return opts_parse((int)copy(argv, args), argv, opts, err);
}

START_TEST(refuses)
{
	struct twr_error err = { "" };
	struct opts opts;

	ck_assert_int_eq(parse(refused[_i].args, &opts, &err), TWR_EINVAL);
	ck_assert_msg(strstr(err.text, refused[_i].why) != NULL,
	    "\"%s\" lacks \"%s\"", err.text, refused[_i].why);
}
END_TEST

START_TEST(options_may_stand_anywhere)
{
	const char *const args[] = { "--utc", "user", "--directory=/d", "show",
		"--json", "bob", "--", "--quiet", NULL };
	struct twr_error err;
	struct opts opts;

	ck_assert_int_eq(parse(args, &opts, &err), TWR_OK);
	ck_assert_uint_eq(opts.n_words, 4);
	ck_assert_str_eq(opts.words[0], "user");
	ck_assert_str_eq(opts.words[1], "show");
	ck_assert_str_eq(opts.words[2], "bob");
	ck_assert_str_eq(opts.words[3], "--quiet");
	ck_assert_ptr_nonnull(opts.value[OPT_UTC]);
	ck_assert_ptr_nonnull(opts.value[OPT_JSON]);
	ck_assert_str_eq(opts.value[OPT_DIRECTORY], "/d");
	ck_assert_ptr_null(opts.value[OPT_QUIET]);
}
END_TEST

START_TEST(a_value_may_look_like_an_option)
{
	const char *const args[] = { "--reason", "--json", "-", NULL };
	struct twr_error err;
	struct opts opts;

	ck_assert_int_eq(parse(args, &opts, &err), TWR_OK);
	ck_assert_str_eq(opts.value[OPT_REASON], "--json");
	ck_assert_ptr_null(opts.value[OPT_JSON]);
	ck_assert_str_eq(opts.words[0], "-");
}
END_TEST

START_TEST(nothing_at_all)
{
	char *none[] = { NULL };
	struct twr_error err;
	struct opts opts;

	ck_assert_int_eq(opts_parse(0, none, &opts, &err), TWR_OK);
	ck_assert_uint_eq(opts.n_words, 0);
}
END_TEST

static const struct number {
	const char *text;
	bool good;
	unsigned long n;
} numbers[] = {
	{ "0", true, 0 },
	{ "1000", true, 1000 },
	{ "4294967294", true, 4294967294ul },
	{ "4294967295", false, 0 },
	{ "18446744073709551617", false, 0 },
	{ "", false, 0 },
	{ "-1", false, 0 },
	{ "+1", false, 0 },
	{ " 1", false, 0 },
	{ "1 ", false, 0 },
	{ "0x10", false, 0 },
	{ "#1", false, 0 },
};

START_TEST(number_is_strict)
{
	unsigned long n = 7;
	struct twr_error err;

	ck_assert_int_eq(opt_number(numbers[_i].text, "--uid", 4294967294ul, &n,
			     &err),
	    numbers[_i].good ? TWR_OK : TWR_EINVAL);
	ck_assert_uint_eq(n, numbers[_i].good ? numbers[_i].n : 7);
}
END_TEST

/* ---- clock.h's words, which are values of options ---- */

static const struct duration {
	const char *text;
	int64_t seconds; /* 0: refused */
} durations[] = {
	{ "30m", 1800 },
	{ "4h", 14400 },
	{ "7d", 604800 },
	{ "2w", 1209600 },
	{ "0h", 0 },
	{ "", 0 },
	{ "h", 0 },
	{ "4", 0 },
	{ "4H", 0 },
	{ "4hh", 0 },
	{ "4h30m", 0 },
	{ "-4h", 0 },
	{ " 4h", 0 },
	{ "4h ", 0 },
	{ "1.5h", 0 },
	{ "1y", 0 },
	{ "1s", 0 },
	{ "36600d", 3162240000 },
	{ "36601d", 0 },
	{ "9223372036854775807w", 0 },
	{ "99999999999999999999m", 0 },
};

START_TEST(duration_is_strict)
{
	const struct duration *d = &durations[_i];
	int64_t got = 0;
	struct twr_error err;

	ck_assert_int_eq(clock_parse_duration(d->text, "--for", &got, &err),
	    d->seconds ? TWR_OK : TWR_EINVAL);
	ck_assert_int_eq(got, d->seconds);
}
END_TEST

static const struct moment {
	const char *zone, *text;
	int64_t when; /* -1: refused */
	const char *why;
} moments[] = {
	{ "UTC0", "2026-12-01", 1796083200, NULL },
	{ "UTC0", "2026-12-01 18:00", 1796148000, NULL },
	{ "UTC0", "2026-12-01 18:00:01", 1796148001, NULL },
	{ "UTC0", "2026-12-01T18:00:00Z", 1796148000, NULL },
	{ "UTC0", "2026-12-01T18:00:00+01:00", 1796144400, NULL },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "2026-12-01 18:00", 1796144400, NULL },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "2026-07-01 18:00", 1782921600, NULL },
	/* 2026-03-29 02:30 is skipped, 2026-10-25 02:30 happens twice */
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29 02:30", -1,
	    "no such day or hour" },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25 02:30", -1,
	    "happens twice" },
	{ "UTC0", "2026-02-30", -1, "no such day" },
	{ "UTC0", "2026-13-01", -1, "no such day" },
	{ "UTC0", "2026-12-01 24:00", -1, "no such day" },
	{ "UTC0", "2026-12-01 18:60", -1, "no such day" },
	{ "UTC0", "1969-12-31", -1, "not a time" },
	{ "UTC0", "tomorrow", -1, "not a time" },
	{ "UTC0", "", -1, "not a time" },
	{ "UTC0", "2026-12-01 18:00 ", -1, "not a time" },
	{ "UTC0", "2026-12-1", -1, "not a time" },
};

START_TEST(local_times)
{
	const struct moment *m = &moments[_i];
	struct twr_error err = { "" };
	int64_t got = -1;

	ck_assert_int_eq(setenv("TZ", m->zone, 1), 0);
	tzset();
	ck_assert_int_eq(clock_parse(m->text, "--from", &got, &err),
	    m->when == -1 ? TWR_EINVAL : TWR_OK);
	ck_assert_int_eq(got, m->when);
	if (m->why != NULL)
		ck_assert_msg(strstr(err.text, m->why) != NULL, "%s", err.text);
}
END_TEST

START_TEST(what_is_shown_can_be_read_back)
{
	char buf[CLOCK_TEXT_LEN];
	struct twr_error err;
	int64_t got = 0;

	ck_assert_int_eq(setenv("TZ", "NST3:30NDT,M3.2.0,M11.1.0", 1), 0);
	tzset();
	clock_format(1796148000, false, buf);
	ck_assert_str_eq(buf, "2026-12-01T14:30:00-03:30");
	ck_assert_int_eq(clock_parse(buf, "--at", &got, &err), TWR_OK);
	ck_assert_int_eq(got, 1796148000);
	clock_format(1796148000, true, buf);
	ck_assert_str_eq(buf, "2026-12-01T18:00:00Z");
	clock_format(TWR_NEVER, false, buf);
	ck_assert_str_eq(buf, "never");
}
END_TEST

/* ---- the command table ---- */

START_TEST(every_command_is_complete)
{
	const struct command *cmd = &commands[_i];
	const struct opt_help *o;

	ck_assert_ptr_nonnull(cmd->help);
	ck_assert_ptr_nonnull(cmd->help->example);
	ck_assert_msg(strncmp(cmd->help->example, "twrbac ", 7) == 0, "%s",
	    cmd->help->example);
	ck_assert(cmd->least <= cmd->most);
	for (o = cmd->help->options; o != NULL && o->opt != OPT_NONE; o++) {
		ck_assert_ptr_nonnull(o->text);
		ck_assert(!opt_listed(o->opt, command_global_options()));
	}
}
END_TEST

/* What a command line is refused with before anything is opened. */
static const struct wrong {
	const char *args[ARGS_MAX];
	const char *why;
} wrongs[] = {
	{ { "asignment", "add" }, "did you mean \"assignment\"?" },
	{ { "assignment", "ad" }, "did you mean \"assignment add\"?" },
	{ { "user", "zzzzzzz" }, "user has: add, list, show" },
	{ { "user" }, "user what? One of: add, list" },
	{ { "" }, "unknown command \"\"" },
};

START_TEST(unknown_commands)
{
	const struct wrong *r = &wrongs[_i];
	const struct command *cmd = NULL;
	static char *argv[ARGS_MAX + 2];
	struct twr_error err = { "" };
	size_t used, n = copy(argv, r->args) - 1;

	ck_assert_int_eq(command_find(argv + 1, n, &cmd, &used, &err),
	    TWR_EINVAL);
	ck_assert_msg(strstr(err.text, r->why) != NULL, "%s", err.text);
	ck_assert_ptr_null(cmd);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(refuses, refused),
		SUPPORT_TEST(options_may_stand_anywhere),
		SUPPORT_TEST(a_value_may_look_like_an_option),
		SUPPORT_TEST(nothing_at_all),
		SUPPORT_ROWS(number_is_strict, numbers),
		SUPPORT_ROWS(duration_is_strict, durations),
		SUPPORT_ROWS(local_times, moments),
		SUPPORT_TEST(what_is_shown_can_be_read_back),
		{ "every_command_is_complete", every_command_is_complete,
		    (int)n_commands },
		SUPPORT_ROWS(unknown_commands, wrongs),
		SUPPORT_END,
	};

	return support_run("opts", tests);
}
