/* SPDX-License-Identifier: BSD-2-Clause */
/* What a command of a sudo rule may say, and what sudoers gets of it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sudo_command.h"
#include "sudoers_text.h"
#include "support.h"

static const struct row {
	const char *text;
	const char *fault; /* a part of it; NULL: none */
	const char *sudoers; /* when there is none */
	bool wide;
} table[] = {
	/* clang-format off */
	{ "/bin/a", NULL, "/bin/a \"\"", false },
	{ "/bin/a b c", NULL, "/bin/a b c", false },
	{ "/bin/a b,c:d=e", NULL, "/bin/a b\\,c\\:d\\=e", false },
	{ "/bin/a #b c#d", NULL, "/bin/a \\#b c\\#d", false },
	{ "/bin/a \\*\\?\\[\\]", NULL, "/bin/a \\*\\?\\[\\]", false },
	{ "/bin/a \\\\", NULL, "/bin/a \\\\\\\\", false },
	{ "/bin/a \\^x$", NULL, "/bin/a \\^x$", false },
	{ "/bin/a b ^c", NULL, "/bin/a b ^c", false },
	{ "/bin/a b*", NULL, "/bin/a b*", true },
	{ "/bin/a b?", NULL, "/bin/a b?", true },
	{ "/bin/a [ab]", NULL, "/bin/a [ab]", true },
	{ "/bin/a ^b (c|d),=:$", NULL, "/bin/a ^b (c|d),=:$", false },
	{ "/bin/a ^[$|)(]b\\|\\$$", NULL, "/bin/a ^[$|)(]b\\|\\$$", false },
	{ "/bin/a ^[[:digit:]]|b$", "outside of", NULL, false },
	{ "/bin/a ^b x|c$", "outside of", NULL, false },
	{ "/bin/a ^(b|c)|d$", "outside of", NULL, false },
	{ "/bin/a ^b$, /bin/sh ^c$", "ends it for sudo", NULL, false },
	{ "/bin/a ^(b c$|d)$", "ends it for sudo", NULL, false },
	{ "/bin/a ^b#$", NULL, "/bin/a ^b\\#$", false },
	{ "/bin/a ^b.*$", NULL, "/bin/a ^b.*$", true },
	{ "/bin/a ^b[^/]+$", NULL, "/bin/a ^b[^/]+$", true },
	{ "/bin/a ^b[^ ]+$", NULL, "/bin/a ^b[^ ]+$", false },
	{ "/bin/a ^b\\.*$", NULL, "/bin/a ^b\\.*$", false },
	{ "sudoedit /etc/motd", NULL, "sudoedit /etc/motd", false },
	{ "ALL", NULL, "ALL", false },
	{ "", "absolute path", NULL, false },
	{ "a", "absolute path", NULL, false },
	{ "./a", "absolute path", NULL, false },
	{ "All", "absolute path", NULL, false },
	{ "!/bin/a", "taken away", NULL, false },
	{ "sha256:00 /bin/a", "absolute path", NULL, false },
	{ "/bin/", "ends in a slash", NULL, false },
	{ "/", "ends in a slash", NULL, false },
	{ "/bin//a", "empty part", NULL, false },
	{ "/bin/../a", ". or ..", NULL, false },
	{ "/bin/./a b", ". or ..", NULL, false },
	{ "/bin/*", "wildcards only", NULL, false },
	{ "/bin/[a]", "wildcards only", NULL, false },
	{ "/bin/a,/bin/b", "read as something else", NULL, false },
	{ "/bin/a\\ b", "read as something else", NULL, false },
	{ "/bin/a\tb", "control", NULL, false },
	{ "/bin/a b\nroot ALL=ALL", "control", NULL, false },
	{ "/bin/a ", "one blank", NULL, false },
	{ "/bin/a  b", "one blank", NULL, false },
	{ "/bin/a b ", "one blank", NULL, false },
	{ "/bin/a \"\"", "not needed", NULL, false },
	{ "/bin/a b\\", "backslash stands only", NULL, false },
	{ "/bin/a b\\,c", "backslash stands only", NULL, false },
	{ "/bin/a b \\^c", "first character", NULL, false },
	{ "/bin/a ^b", "must end with $", NULL, false },
	{ "/bin/a ^b\\$", "must end with $", NULL, false },
	{ "/bin/a ^", "must end with $", NULL, false },
	{ "/bin/a ^(b$", "no regular expression", NULL, false },
	{ "sudoedit", "every file", NULL, false },
	{ "sudoedit motd", "absolute path", NULL, false },
	{ "/usr/bin/sudoedit /etc/motd", "without a path", NULL, false },
	/* clang-format on */
};

START_TEST(commands_table)
{
	const struct row *r = &table[_i];
	const char *fault = sudo_command_fault(r->text);
	char *text = NULL;
	size_t len = 0;
	FILE *to;

	if (r->fault != NULL) {
		ck_assert_ptr_nonnull(fault);
		ck_assert_msg(strstr(fault, r->fault) != NULL, "%s: %s",
		    r->text, fault);
		return;
	}
	ck_assert_msg(fault == NULL, "%s: %s", r->text, fault);
	ck_assert_int_eq(sudo_command_is_wide(r->text), r->wide);
	to = open_memstream(&text, &len);
	sudo_command_write(to, r->text);
	fclose(to);
	ck_assert_str_eq(text, r->sudoers);
	free(text);
}
END_TEST

static const struct match {
	const char *text, *line;
	bool want;
} matches[] = {
	{ "/bin/a", "/bin/a", true },
	{ "/bin/a", "/bin/a b", false },
	{ "/bin/a", "/bin/ab", false },
	{ "/bin/a b", "/bin/a b", true },
	{ "/bin/a b", "/bin/a", false },
	{ "/bin/a b", "/bin/a b c", false },
	{ "/bin/a b*", "/bin/a bc d", true },
	{ "/bin/a b\\*", "/bin/a bc", false },
	{ "/bin/a b\\*", "/bin/a b*", true },
	{ "/bin/a ^b[a-z]$", "/bin/a bc", true },
	{ "/bin/a ^b[a-z]$", "/bin/a bc d", false },
	{ "ALL", "/bin/a b", true },
};

START_TEST(matches_table)
{
	const struct match *m = &matches[_i];

	ck_assert_int_eq(sudo_command_matches(m->text, m->line), m->want);
}
END_TEST

static const struct name {
	const char *login, *sudoers; /* NULL: cannot be named */
} names[] = {
	{ "bob", "bob" },
	{ "_a-1", "_a-1" },
	{ "ALL", "\"ALL\"" },
	{ "JOE", "\"JOE\"" },
	{ "1a", "\"1a\"" },
	{ "a b,c=d!(e):", "\"a b,c=d!(e):\"" },
	{ "a\"b", "\"a\\\"b\"" },
	{ "corp\\bob", "\"corp\\bob\"" },
	{ "@include", "\"@include\"" },
	{ "tr$", "\"tr$\"" },
	{ "x#1", "\"x#1\"" },
	{ "Defaults", "\"Defaults\"" },
	{ "", NULL },
	{ "%adm", NULL },
	{ "+net", NULL },
	{ "#0", NULL },
	{ "#a", NULL },
	{ "a\\", NULL },
	{ "a\\\"b", NULL },
	{ "a\nroot ALL = ALL", NULL },
};

START_TEST(names_table)
{
	const struct name *n = &names[_i];
	char *text = NULL;
	size_t len = 0;
	FILE *to;

	if (n->sudoers == NULL) {
		ck_assert_ptr_nonnull(sudoers_name_fault(n->login));
		return;
	}
	ck_assert_ptr_null(sudoers_name_fault(n->login));
	to = open_memstream(&text, &len);
	sudoers_write_name(to, n->login);
	fclose(to);
	ck_assert_str_eq(text, n->sudoers);
	free(text);
}
END_TEST

static const struct version {
	const char *line;
	bool known, windows, regex, mixes;
} versions[] = {
	{ "visudo version 1.8.19p2\n", true, false, false, false },
	{ "visudo version 1.8.20\n", true, true, false, false },
	{ "visudo version 1.9.9\n", true, true, false, false },
	{ "visudo version 1.9.10\n", true, true, true, false },
	{ "visudo version 1.9.13p3\nvisudo grammar", true, true, true, false },
	{ "visudo version 1.9.15\n", true, true, true, true },
	{ "visudo version 1.9.17p2\n", true, true, true, true },
	{ "visudo version 1.9.18\n", true, true, true, false },
	{ "visudo version 2.0\n", true, true, true, false },
	{ "visudo-rs 0.2.8\n", true, false, false, false },
	{ "something else\n", false, true, true, false },
};

START_TEST(versions_table)
{
	const struct version *v = &versions[_i];
	struct sudo_version sv;

	ck_assert_int_eq(sudo_version_parse(v->line, &sv), v->known);
	ck_assert_int_eq(sudo_knows_windows(&sv), v->windows);
	ck_assert_int_eq(sudo_knows_regex(&sv), v->regex);
	ck_assert_int_eq(sudo_mixes_windows(&sv), v->mixes);
}
END_TEST

static const struct window {
	int64_t from, until;
	const char *want;
} windows[] = {
	{ TWR_ALWAYS, TWR_NEVER, "bob ALL = (root) NOPASSWD: /a \"\", /b c" },
	{ TWR_ALWAYS, 1767225600,
	    "bob ALL = (root) NOTAFTER=20251231235959Z NOPASSWD: /a \"\", "
	    "NOTAFTER=20251231235959Z /b c" },
	{ 1767225600, TWR_NEVER,
	    "bob ALL = (root) NOTBEFORE=20260101000000Z NOPASSWD: /a \"\", "
	    "NOTBEFORE=20260101000000Z /b c" },
	{ 0, INT64_MAX - 1,
	    "bob ALL = (root) NOTBEFORE=19700101000000Z "
	    "NOTAFTER=99991231235959Z NOPASSWD: /a \"\", "
	    "NOTBEFORE=19700101000000Z NOTAFTER=99991231235959Z /b c" },
};

START_TEST(windows_table)
{
	static const char *const list[] = { "/a", "/b c" };
	const struct sudo_rule rule = { .role = "hosts:operator",
		.scope_path = "",
		.runas = "root",
		.nopasswd = true,
		.comment = "",
		.commands = list,
		.n_commands = 2 };
	const struct window *w = &windows[_i];
	const struct sudoers_grant g = { "bob", 0, w->from, w->until, false };
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	sudoers_write_line(to, &rule, &g);
	fclose(to);
	ck_assert_str_eq(text, w->want);
	free(text);
}
END_TEST

START_TEST(a_file_says_what_it_is)
{
	static const char
	    old[] = "# twrbac-sudoers 1 serial=7 digest=ab policy=/p\nbody\n";
	static const char *const lines[] = { "visudo version 1.9.13p3",
		"visudo-rs 0.2.5", "" };
	static const char *const said[] = { "1.9.13p3", "rs-0.2.5", "" };
	struct sudoers_header make, head;
	struct sudo_version sv;
	struct twr_error err;
	char *text = NULL;
	size_t i;

	for (i = 0; i < 3; i++) {
		(void)sudo_version_parse(lines[i], &sv);
		sudoers_header_make(42, &sv, "/x y/policy.cdb", &make);
		ck_assert_int_eq(sudoers_file_text(&make,
				     "ac\\me\nroot ALL = ALL",
				     "bob ALL = (root) /a\n", &text, &err),
		    TWR_OK);
		ck_assert_ptr_null(strstr(text, "\nroot"));
		ck_assert(sudoers_header_read(text, &head));
		ck_assert_uint_eq(head.serial, 42);
		ck_assert_str_eq(head.sudo, said[i]);
		ck_assert_str_eq(head.policy, "/x y/policy.cdb");
		ck_assert_str_eq(head.body, "bob ALL = (root) /a\n");
		free(text);
	}
	/* one that was written before there was a version in it */
	ck_assert(sudoers_header_read(old, &head));
	ck_assert_str_eq(head.sudo, "");
	ck_assert_str_eq(head.policy, "/p");
	ck_assert(!sudoers_header_read("# twrbac-sudoers 1 serial=7 digest=ab "
				       "sudo= policy=/p\nb\n",
	    &head));
	ck_assert(!sudoers_header_read("bob ALL = ALL\n", &head));
	ck_assert(!sudoers_header_read("# a\n# b", &head));
	ck_assert(!sudoers_header_read("", &head));
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(commands_table, table),
		SUPPORT_ROWS(matches_table, matches),
		SUPPORT_ROWS(names_table, names),
		SUPPORT_ROWS(versions_table, versions),
		SUPPORT_ROWS(windows_table, windows),
		SUPPORT_TEST(a_file_says_what_it_is),
		SUPPORT_END,
	};

	return support_run("sudo_command", tests);
}
