/* SPDX-License-Identifier: BSD-2-Clause */
/* What is found in sudoers that people wrote: names, and what takes away. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "faults.h"
#include "sudoers_scan.h"
#include "sudoers_takes.h"
#include "support.h"

#define OP "\"%:hosts:operator\""
#define ADM "\"%:hosts:admin\""

/* ---- what is found, as text ---- */

static char found[8192];
static char texts[8192]; /* of the findings, all of them */
static struct sudoers_takes *takes;

static void
add(char *to, size_t size, const char *text)
{
	size_t len = strlen(to);

	snprintf(to + len, size - len, "%s%s", len > 0 ? " " : "", text);
}

static void
take_name(void *ctx, const struct sudoers_name *sn)
{
	char text[512];

	(void)ctx;
	snprintf(text, sizeof(text), "%u:%s%s%s%s", sn->line,
	    sn->negated ? "!" : "", sn->quoted ? "" : "word=", sn->name,
	    sn->wildcards ? "*" : "");
	add(found, sizeof(found), text);
}

static void
take_line(void *ctx, const char *file, unsigned line, const char *text)
{
	(void)ctx;
	ck_assert(sudoers_takes_add(takes, file, line, text));
}

static void
take_unread(void *ctx, const char *why)
{
	(void)ctx;
	add(found, sizeof(found), why);
}

static void
take_taking(void *ctx, enum sudoers_taking what, const char *file,
    unsigned line, const char *text)
{
	static const char *const words[] = { "alias", "defaults", "command",
		"tag" };
	const char *slash = strrchr(file, '/');
	char whole[64];

	(void)ctx;
	snprintf(whole, sizeof(whole), "%s%s%u:%s",
	    slash != NULL ? slash + 1 : "", slash != NULL ? ":" : "", line,
	    words[what]);
	add(found, sizeof(found), whole);
	add(texts, sizeof(texts), text);
}

static struct sudoers_scan
make_scan(void)
{
	found[0] = texts[0] = '\0';
	takes = sudoers_takes_new();
	ck_assert_ptr_nonnull(takes);
	return (struct sudoers_scan) { .unread = take_unread };
}

/* ---- names ---- */

static const struct name_row {
	const char *text;
	const char *want;
	bool plugin;
} names[] = {
	/* clang-format off */
	{ OP " ALL = /bin/a", "1:hosts:operator", false },
	{ "ALL, !" OP " ALL = /bin/a", "1:!hosts:operator", false },
	{ "ALL, ! " OP " ALL = /bin/a", "1:!hosts:operator", false },
	{ "ALL, !!" OP " ALL = /bin/a", "1:hosts:operator", false },
	{ "%:hosts\\:operator ALL = /bin/a", "1:word=hosts\\:operator", false },
	{ "# " OP " ALL = /bin/a\nbob ALL = ALL # " OP, "", false },
	{ "bob ALL = (" OP ") /bin/a", "1:hosts:operator", false },
	{ OP " ALL = /bin/a b*", "1:hosts:operator*", false },
	{ OP " ALL = /bin/a*", "1:hosts:operator", false },
	{ OP " ALL = /bin/a ^b.*$", "1:hosts:operator", false },
	{ OP " ALL = /bin/a \\*", "1:hosts:operator", false },
	{ "bob ALL = ALL\n\n" OP " ALL = \\\n /bin/a\n" ADM " ALL = /bin/b",
	    "3:hosts:operator 5:hosts:admin", false },
	{ "Defaults group_plugin=\"sudo_twrbac.so\"", "", true },
	{ "Defaults group_plugin=\"other.so\"", "", false },
	{ "Defaults secure_path=" OP, "", false },
	{ "Defaults:" OP " noexec", "1:hosts:operator", false },
	{ "User_Alias OPS = " OP, "1:hosts:operator", false },
	{ "", "", false },
	/* clang-format on */
};

START_TEST(names_table)
{
	const struct name_row *r = &names[_i];
	struct sudoers_scan scan = make_scan();

	scan.name = take_name;
	sudoers_scan_text("sudoers", r->text, &scan);
	ck_assert_str_eq(found, r->want);
	ck_assert(scan.plugin == r->plugin);
	sudoers_takes_free(takes);
}
END_TEST

/* ---- what takes something away ---- */

static void
ignore_name(void *ctx, const struct sudoers_name *sn)
{
	(void)ctx;
	(void)sn;
}

static const struct take_row {
	const char *text;
	const char *want;
	const char *says; /* a part of what is said; NULL */
} table[] = {
	/* clang-format off */
	/* nothing is taken away */
	{ OP " ALL = (root) /bin/a, /bin/b", "", NULL },
	{ "User_Alias OPS = " OP ", bob\nOPS ALL = /bin/a", "", NULL },
	{ "User_Alias OPS = bob\nALL, !OPS ALL = /bin/a", "", NULL },
	{ "bob ALL = ALL, !/bin/sh", "", NULL },
	{ "Defaults noexec\nDefaults:bob noexec\nDefaults!/bin/a noexec\n"
	  "Defaults@web noexec\nDefaults>root noexec", "", NULL },
	{ OP " ALL = NOEXEC: /bin/a", "", NULL },
	{ "", "", NULL },
	{ "garbage", "", NULL },
	{ "= , ! ( ) : \" \\", "", NULL },
	{ "User_Alias", "", NULL },
	{ "User_Alias =", "", NULL },
	{ "User_Alias X", "", NULL },
	{ OP, "", NULL },
	{ OP " ALL = (", "", NULL },
	{ OP " ALL = (\"", "", NULL },
	{ "\"%:hosts:operator", "", NULL },
	/* negated by an alias, which may stand behind */
	{ "User_Alias OPS = " OP "\nALL, !OPS ALL = /bin/a", "2:alias",
	  "!OPS: this User_Alias (sudoers:1) holds \"%:hosts:operator\"" },
	{ "ALL, !OPS ALL = /bin/a\nUser_Alias OPS = bob, " OP,
	  "1:alias", NULL },
	{ "User_Alias A = bob : B = " OP "\nALL,!A ALL = x\nALL,!B ALL = x",
	  "3:alias", NULL },
	{ "User_Alias A = B\nUser_Alias B = C\nUser_Alias C = " OP
	  "\nALL, !A ALL = /bin/a", "4:alias", NULL },
	{ "User_Alias A = ALL, !B\nUser_Alias B = " OP "\nA ALL = /bin/a",
	  "1:alias", NULL },
	{ "User_Alias A = B, " OP "\nUser_Alias B = A\nALL, !B ALL = /bin/a",
	  "3:alias", NULL },
	{ "User_Alias OPS = " OP "\nALL, !!OPS ALL = /bin/a", "", NULL },
	{ "User_Alias OPS = " OP "\nALL, \"!OPS\" ALL = /bin/a", "", NULL },
	{ "User_Alias OPS = %:hosts\\:operator\nALL, !OPS ALL = /bin/a",
	  "2:alias", NULL },
	{ "User_Alias OPS = \"%:Domain Users\"\nALL, !OPS ALL = /bin/a", "",
	  NULL },
	{ "Runas_Alias R = " OP "\nbob ALL = (ALL, !R) /bin/a", "2:alias",
	  "Runas_Alias" },
	{ "Runas_Alias R = " OP "\nbob ALL = (ALL, !R : adm) /bin/a", "2:alias",
	  NULL },
	{ "Runas_Alias R = " OP "\nRunas_Alias Q = ALL, !R", "2:alias", NULL },
	/* an alias of another kind has the name too */
	{ "User_Alias R = " OP "\nbob ALL = (ALL, !R) /bin/a", "", NULL },
	{ "Host_Alias OPS = web\nALL, !OPS ALL = /bin/a", "", NULL },
	{ "User_Alias OPS = " OP "\nbob ALL, !OPS = /bin/a", "", NULL },
	{ "User_Alias OPS = " OP "\nDefaults:!OPS noexec",
	  "2:alias 2:defaults", NULL },
	/* Defaults for a role */
	{ "Defaults:" OP " noexec", "1:defaults", "\"noexec\" takes away" },
	{ "Defaults: " OP " requiretty", "1:defaults", NULL },
	{ "Defaults:bob, " OP " timestamp_timeout=0", "1:defaults", NULL },
	{ "Defaults:OPS authenticate\nUser_Alias OPS = " OP, "1:defaults",
	  "\"authenticate\"" },
	{ "Defaults>" OP " noexec", "1:defaults", NULL },
	{ "Defaults>R noexec\nRunas_Alias R = " OP, "1:defaults", NULL },
	{ "Defaults:%:hosts\\:operator noexec", "1:defaults", NULL },
	/* negated commands */
	{ OP " ALL = ALL, !/bin/sh", "1:command",
	  "!/bin/sh on a line for \"%:hosts:operator\"" },
	{ OP " ALL = (root) NOPASSWD: ALL, ! /bin/sh -c", "1:command", NULL },
	{ OP " web = ALL : db = !/bin/sh", "1:command", NULL },
	{ "Cmnd_Alias SH = /bin/sh\n" OP " ALL = ALL, !SH", "2:command",
	  "!SH on a line" },
	{ "Cmnd_Alias SAFE = ALL, !/bin/sh\n" OP " ALL = SAFE", "2:command",
	  NULL },
	{ "Cmnd_Alias A = B\nCmnd_Alias B = /bin/a, !SH\n"
	  "Cmnd_Alias SH = /bin/sh\n" OP " ALL = A", "4:command", NULL },
	{ "Cmd_Alias SAFE = ALL, !/bin/sh\n" OP " ALL = SAFE", "2:command",
	  NULL },
	{ "User_Alias OPS = " OP "\nOPS ALL = ALL, !/bin/sh", "2:command",
	  NULL },
	{ OP " ALL = NOTAFTER=20300101000000Z CWD=\"/a, !b\" /bin/a, !/bin/sh",
	  "1:command", "!/bin/sh" },
	{ OP " ALL = NOTAFTER=20300101000000Z CWD=\"/a,!b\" /bin/a", "", NULL },
	{ OP " ALL = sha256:ab12, sha256:cd34 /bin/a, !/bin/sh", "1:command",
	  NULL },
	/* what is no negation */
	{ OP " ALL = /bin/a \\, !x", "", NULL },
	{ OP " ALL = /bin/a !x", "", NULL },
	{ OP " ALL = /bin/a ^(b|c),!d$", "", NULL },
	{ OP " ALL = /bin/a \\:!x", "", NULL },
	{ OP " ALL = /bin/a # , !/bin/sh", "", NULL },
	{ OP " ALL = (#0) /bin/a", "", NULL },
	{ OP " !web, ALL = /bin/a", "", NULL },
	{ OP ", !bob ALL = /bin/a", "", NULL },
	/* tags that another line lacks */
	{ "bob ALL = ALL\n" OP " ALL = NOEXEC: /bin/vi", "2:tag",
	  "sudoers:1 allows ALL without it" },
	{ "%sudo ALL = (ALL:ALL) ALL\n" OP " ALL = (root) NOEXEC: /bin/vi",
	  "2:tag", "NOEXEC on a line for" },
	{ "bob ALL = /bin/vi\n" OP " ALL = NOEXEC: /bin/vi", "2:tag", NULL },
	{ "bob ALL = /bin/vi\n" OP " ALL = /bin/a, NOEXEC: /bin/b, /bin/vi",
	  "2:tag", NULL },
	{ "bob ALL = E\nCmnd_Alias E = /bin/vi\n" OP " ALL = NOEXEC: F\n"
	  "Cmnd_Alias F = /bin/ed, E", "3:tag", NULL },
	{ "bob ALL = /bin/\n" OP " ALL = NOEXEC: /bin/vi", "2:tag", NULL },
	{ "User_Alias U = %adm\nU ALL = ALL\n" OP " ALL = NOEXEC: ALL", "3:tag",
	  NULL },
	{ "bob ALL = ALL\n" OP " ALL = INTERCEPT: /bin/vi", "2:tag",
	  "INTERCEPT" },
	{ "bob ALL = ALL\n" OP " ALL = LOG_INPUT: LOG_OUTPUT: /bin/vi",
	  "2:tag 2:tag", "LOG_OUTPUT" },
	{ "bob ALL = NOPASSWD: ALL\n" OP " ALL = PASSWD: /bin/vi", "2:tag",
	  "PASSWD" },
	/* and where nothing is lost */
	{ "bob ALL = ALL\n" OP " ALL = PASSWD: /bin/vi", "", NULL },
	{ "bob ALL = NOEXEC: ALL\n" OP " ALL = NOEXEC: /bin/vi", "", NULL },
	{ OP " ALL = NOEXEC: /bin/vi\nbob ALL = ALL", "", NULL },
	{ "bob ALL = /bin/ed\n" OP " ALL = NOEXEC: /bin/vi", "", NULL },
	{ "bob ALL = !/bin/vi\n" OP " ALL = NOEXEC: /bin/vi", "", NULL },
	{ "root ALL = ALL\n#0 ALL = ALL\n" OP " ALL = NOEXEC: /bin/vi", "",
	  NULL },
	{ ADM " ALL = ALL\n" OP " ALL = NOEXEC: /bin/vi", "", NULL },
	{ "bob ALL = ALL\n" OP " ALL = NOEXEC: /bin/ed, EXEC: /bin/vi", "2:tag",
	  NULL },
	{ "bob ALL = /bin/vi\n" OP " ALL = NOEXEC: /bin/ed, EXEC: /bin/vi", "",
	  NULL },
	/* clang-format on */
};

START_TEST(takes_table)
{
	const struct take_row *r = &table[_i];
	struct sudoers_scan scan = make_scan();

	scan.name = ignore_name;
	scan.line = take_line;
	sudoers_scan_text("sudoers", r->text, &scan);
	ck_assert(sudoers_takes_judge(takes, take_taking, NULL));
	ck_assert_msg(strcmp(found, r->want) == 0, "%s\nis \"%s\", not \"%s\"",
	    r->text, found, r->want);
	ck_assert_msg(r->says == NULL || strstr(texts, r->says) != NULL,
	    "%s\nsays \"%s\"", r->text, texts);
	sudoers_takes_free(takes);
}
END_TEST

/* ---- through all that is included ---- */

START_TEST(aliases_of_other_files)
{
	const char *folder = support_path("more.d");
	struct sudoers_scan scan = make_scan();
	char text[1024];

	ck_assert_int_eq(mkdir(folder, 0755), 0);
	snprintf(text, sizeof(text),
	    "ALL, !OPS ALL = /bin/a\n@include %s\n"
	    "#includedir %s\n@include none\n",
	    support_path("one"), folder);
	support_write_text(support_path("sudoers"), text);
	support_write_text(support_path("one"),
	    "User_Alias OPS = STAFF\nDefaults:STAFF noexec\n");
	support_write_text(support_path("more.d/aliases"),
	    "User_Alias STAFF = " OP "\n");
	support_write_text(support_path("more.d/skipped.bak"),
	    OP " ALL = ALL, !/bin/sh\n");
	support_write_text(support_path("more.d/z"),
	    "\n" OP " ALL = ALL, \\\n\t!/bin/sh\n");
	scan.name = ignore_name;
	scan.line = take_line;
	sudoers_scan(support_path("sudoers"), folder, &scan);
	ck_assert_ptr_nonnull(strstr(found, "none: No such file"));
	found[0] = '\0';
	ck_assert(sudoers_takes_judge(takes, take_taking, NULL));
	ck_assert_str_eq(found, "sudoers:1:alias one:2:defaults z:2:command");
	ck_assert(scan.reads_folder);
	sudoers_takes_free(takes);
}
END_TEST

START_TEST(a_file_that_includes_itself_ends)
{
	struct sudoers_scan scan = make_scan();

	support_write_text(support_path("self"), "@include self\n");
	scan.name = ignore_name;
	sudoers_scan(support_path("self"), "/none", &scan);
	ck_assert_ptr_nonnull(strstr(found, "is included too deeply"));
	sudoers_takes_free(takes);
}
END_TEST

/* Bytes at random, of those that mean something: it ends, and reads no more
 * than there is (under the sanitizers). */
START_TEST(any_text_ends)
{
	static const char *const words[] = { "User_Alias ", "Cmnd_Alias ",
		"Runas_Alias ", "Defaults", "A", "B", "ALL", OP, "\"",
		"%:", "=", ",", "!", "(", ")", ":", "\\", "\n", " ", "#", "^",
		"$", "NOEXEC:", "sha256:", "/bin/sh", "@include ",
		"CWD=", "\t" };
	struct support_random rn = { 20261122 };
	struct sudoers_scan scan;
	char text[1024];
	unsigned i, k;

	for (i = 0; i < 20000; i++) {
		scan = make_scan();
		scan.name = ignore_name;
		scan.line = take_line;
		text[0] = '\0';
		for (k = support_below(&rn, 40); k > 0; k--)
			strcat(text,
			    words[support_below(&rn,
				sizeof(words) / sizeof(*words))]);
		sudoers_scan_text("sudoers", text, &scan);
		ck_assert(sudoers_takes_judge(takes, take_taking, NULL));
		sudoers_takes_free(takes);
	}
}
END_TEST

/* ---- want of memory ---- */

static bool kept; /* every line */
static unsigned unread;

static void
try_line(void *ctx, const char *file, unsigned line, const char *text)
{
	(void)ctx;
	kept = sudoers_takes_add(takes, file, line, text) && kept;
}

static void
count_unread(void *ctx, const char *why)
{
	(void)ctx;
	(void)why;
	unread++;
}

/* Is it told that something was not examined? */
static bool
is_whole(const char *path)
{
	struct sudoers_scan scan = {
		.name = take_name, .line = try_line, .unread = count_unread
	};
	bool ret;

	found[0] = '\0';
	kept = true;
	unread = 0;
	if ((takes = sudoers_takes_new()) == NULL)
		return false;
	sudoers_scan(path, "/none", &scan);
	ret = sudoers_takes_judge(takes, take_taking, NULL) && kept &&
	    !scan.no_memory && unread == 0;
	sudoers_takes_free(takes);
	return ret;
}

START_TEST(what_is_not_examined_is_told)
{
	static const enum fault_kind kinds[] = { FAULT_MEMORY, FAULT_READ };
	struct fault fault = { .kind = kinds[_i], .error = 5 /* EIO */ };
	const char *path = support_path("memory");
	char whole[sizeof(found)];
	bool told;

	ck_assert(mkdir(support_path("memory.d"), 0755) == 0 ||
	    errno == EEXIST); /* the first row's */
	support_write_text(support_path("memory.d/one"),
	    "User_Alias OPS = " OP "\nALL, !OPS ALL = /bin/a\n"
	    "dora ALL = /bin/vi, /bin/b\nOPS ALL = NOEXEC: /bin/vi\n");
	support_write_text(path, "@includedir memory.d\n@include none.such\n");
	ck_assert(!is_whole(path)); /* none.such */
	support_write_text(path, "@includedir memory.d\n" ADM " ALL = ALL\n");
	ck_assert(is_whole(path));
	snprintf(whole, sizeof(whole), "%s", found);
	ck_assert_ptr_nonnull(strstr(whole, "tag"));
	for (fault.at = 1;; fault.at++) {
		fault_arm(&fault);
		told = !is_whole(path);
		fault_disarm();
		if (!fault_was_met())
			break;
		ck_assert_msg(told || strcmp(found, whole) == 0,
		    "%s %u: \"%s\" is passed for all",
		    fault_kind_word(kinds[_i]), fault.at, found);
		ck_assert_uint_eq(fault_live(), 0);
	}
	ck_assert_uint_gt(fault.at, 2);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(names_table, names),
		SUPPORT_ROWS(takes_table, table),
		SUPPORT_TEST(aliases_of_other_files),
		SUPPORT_TEST(a_file_that_includes_itself_ends),
		SUPPORT_TEST(any_text_ends),
		{ "what_is_not_examined_is_told", what_is_not_examined_is_told,
		    2 },
		SUPPORT_END,
	};

	return support_run_in_folder("sudoers_scan", tests);
}
