/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The one line that setup puts into a service's text: where it goes, that
 * taking it out gives back every byte, and what libpam's own stack is then.
 */
#include "pamd_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stack.h"
#include "support.h"

#define LINE "account [success=ok default=die] pam_twrbac.so x " PAMD_MARK
#define UTF8_BOM "\xEF\xBB\xBF"

/* "common-account" and what contains "acc" have account lines. */
static bool
has_account(void *ctx, const char *file)
{
	(void)ctx;
	return strstr(file, "acc") != NULL;
}

static const struct {
	const char *before, *after; /* around the new line; NULL: no place */
} places[] = {
	{ "", "account required pam_unix.so\n" },
	{ "", "account required pam_unix.so" },
	{ "auth required pam_unix.so\n", "account required pam_unix.so\n" },
	{ "# account\nauth a b\n\n", "  account required pam_unix.so\n" },
	{ "auth a b\n", "-account required pam_unix.so\nsession a b\n" },
	{ "auth a b\n", "ACCOUNT required pam_unix.so\n" },
	{ "auth a b\n", "account\trequired pam_unix.so # why\n" },
	{ "@include common-auth\n", "@include common-account\n" },
	{ "@include common-auth\n# no more\n",
	    "account required pam_nologin.so\n@include common-account\n" },
	{ "@include common-auth\n", "@INCLUDE /etc/pam.d/common-account" },
	{ "", "@include \\\n common-account\n" },
	{ "auth [default=1 \\\n  success=2] account \\\n  account\n",
	    "account include base-account\n" },
	{ "auth a b \\\n# account in between\n  account\n",
	    "account substack system-auth\n" },
	{ "auth a b # no more \\\n", "account required x.so\n" },
	{ "auth a b\n", "account \\\n  required \\\n  x.so\n" },
	{ "auth a b\n", "\\\n account required x.so\n" },
	{ "auth a b\r\n", "account required x.so\r\nsession a b\r\n" },
	{ UTF8_BOM "account required x.so\n", "account required y.so\n" },
	{ UTF8_BOM "# said\n", "account required y.so\n" },
	{ "#%PAM-1.0\nauth substack password-auth\n",
	    "account required pam_sepermit.so\n" },
	{ "\n\n   \n", "account sufficient pam_rootok.so\n" },
	{ NULL, "" },
	{ NULL, "# account required pam_unix.so\n" },
	{ NULL, "auth required a\nsession required account\n" },
	{ NULL, "@include common-auth\n" },
	{ NULL, "accounts required a.so\n" },
	{ NULL, UTF8_BOM "account required x.so\n" },
};

START_TEST(it_goes_before_the_account_phase)
{
	const char *before = places[_i].before;
	char text[512], want[1024], *got, *back;
	struct pamd_mark mark;
	size_t at;

	snprintf(text, sizeof(text), "%s%s", before != NULL ? before : "",
	    places[_i].after);
	if (before == NULL) {
		ck_assert(!pamd_edit_place(text, has_account, NULL, &at));
		return;
	}
	snprintf(want, sizeof(want), "%s%s\n%s", before, LINE,
	    places[_i].after);
	ck_assert(pamd_edit_place(text, has_account, NULL, &at));
	ck_assert_uint_eq(at, strlen(before));
	got = pamd_edit_insert(text, at, LINE);
	ck_assert_str_eq(got, want);
	ck_assert(pamd_edit_find(got, 0, &mark));
	ck_assert_uint_eq(mark.from, at);
	ck_assert_uint_eq(mark.to, at + strlen(LINE) + 1);
	back = pamd_edit_remove(got);
	ck_assert_str_eq(back, text);
	free(back);
	free(got);
}
END_TEST

/* What stands there is read by the tool's own parser of stacks. */
START_TEST(it_is_the_first_of_the_stack)
{
	struct stack_places where = { .dirs = { support_folder() } };
	char text[512], *got;
	struct twr_error err;
	struct stack st;
	size_t at;

	if (places[_i].before == NULL)
		return;
	snprintf(text, sizeof(text), "%s%s", places[_i].before,
	    places[_i].after);
	support_write_text(support_path("common-auth"), "auth a b.so\n");
	support_write_text(support_path("common-account"),
	    "account required c.so\n");
	support_write_text(support_path("other"), "account required d.so\n");
	ck_assert(pamd_edit_place(text, has_account, NULL, &at));
	got = pamd_edit_insert(text, at, LINE);
	support_write_text(support_path("service"), got);
	ck_assert_int_eq(stack_load(&where, "service", &st, &err), TWR_OK);
	ck_assert_uint_gt(st.n, 0);
	ck_assert(stack_is_module(&st.lines[0], "pam_twrbac.so"));
	ck_assert_str_eq(st.lines[0].args, "x ");
	stack_free(&st);
	free(got);
}
END_TEST

#define OURS "account a pam_twrbac.so b=c "
static const struct {
	const char *text, *removed, *enforced, *permitted;
} marked[] = {
	{ "auth a b\n", "auth a b\n", "auth a b\n", "auth a b\n" },
	{ OURS PAMD_MARK, "", OURS PAMD_MARK,
	    "account a pam_twrbac.so b=c permissive_until=T " PAMD_MARK },
	{ "x\n" OURS "permissive_until=2026 tell " PAMD_MARK "\ny", "x\ny",
	    "x\naccount a pam_twrbac.so b=c tell " PAMD_MARK "\ny",
	    "x\n" OURS "permissive_until=T tell " PAMD_MARK "\ny" },
	{ OURS "\tpermissive_until=2026  " PAMD_MARK " \t\r\nz\n", "z\n",
	    "account a pam_twrbac.so b=c  " PAMD_MARK " \t\r\nz\n",
	    "account a pam_twrbac.so b=c permissive_until=T  " PAMD_MARK
	    " \t\r\nz\n" },
	{ OURS PAMD_MARK "\n" OURS PAMD_MARK "\nq\n", "q\n",
	    OURS PAMD_MARK "\n" OURS PAMD_MARK "\nq\n",
	    OURS "permissive_until=T " PAMD_MARK "\n" OURS
		 "permissive_until=T " PAMD_MARK "\nq\n" },
	/* one that was put in by hand beside ours, or many */
	{ OURS "permissive_until=1 permissive_until=2 " PAMD_MARK "\nq\n",
	    "q\n", "account a pam_twrbac.so b=c " PAMD_MARK "\nq\n",
	    OURS "permissive_until=T " PAMD_MARK "\nq\n" },
	{ "account a pam_twrbac.so permissive_until=1 b=c\tpermissive_until=2"
	  " permissive_until=T tell " PAMD_MARK "\n",
	    "", "account a pam_twrbac.so b=c tell " PAMD_MARK "\n",
	    "account a pam_twrbac.so permissive_until=T b=c tell " PAMD_MARK
	    "\n" },
	/* not ours: other words after the mark, a comment, another module */
	{ OURS PAMD_MARK " once\n", OURS PAMD_MARK " once\n",
	    OURS PAMD_MARK " once\n", OURS PAMD_MARK " once\n" },
	{ "#" OURS PAMD_MARK "\n", "#" OURS PAMD_MARK "\n",
	    "#" OURS PAMD_MARK "\n", "#" OURS PAMD_MARK "\n" },
	{ "account a pam_unix.so " PAMD_MARK "\n",
	    "account a pam_unix.so " PAMD_MARK "\n",
	    "account a pam_unix.so " PAMD_MARK "\n",
	    "account a pam_unix.so " PAMD_MARK "\n" },
	{ OURS "\n", OURS "\n", OURS "\n", OURS "\n" },
	{ OURS "no_permissive_until=1 " PAMD_MARK "\n", "",
	    OURS "no_permissive_until=1 " PAMD_MARK "\n",
	    OURS "no_permissive_until=1 permissive_until=T " PAMD_MARK "\n" },
};

static void
is_text(char *got, const char *want)
{
	ck_assert_ptr_nonnull(got);
	ck_assert_str_eq(got, want);
	free(got);
}

START_TEST(only_marked_lines_are_changed)
{
	is_text(pamd_edit_remove(marked[_i].text), marked[_i].removed);
	is_text(pamd_edit_permit(marked[_i].text, NULL), marked[_i].enforced);
	is_text(pamd_edit_permit(marked[_i].text, "T"), marked[_i].permitted);
}
END_TEST

START_TEST(permitted_and_enforced_again_is_the_same)
{
	char *permitted = pamd_edit_permit(marked[_i].enforced, "T");

	is_text(pamd_edit_permit(permitted, NULL), marked[_i].enforced);
	free(permitted);
}
END_TEST

/* A line that is not ours is found, and changed, by itself alone. */
#define SEEN "account a pam_twrbac.so b"
static const struct {
	const char *text; /* NULL: no line names the module */
	unsigned line;
	const char *enforced, *permitted;
} named[] = {
	{ "# pam_twrbac.so\naccount a b.so # pam_twrbac.so\n", 0, NULL, NULL },
	{ "", 0, NULL, NULL },
	{ "# x\n" SEEN "\n@include y\n", 2, "# x\n" SEEN "\n@include y\n",
	    "# x\n" SEEN " permissive_until=T\n@include y\n" },
	{ SEEN, 1, SEEN, SEEN " permissive_until=T" },
	{ SEEN " permissive_until=1\n\nx permissive_until=2\n", 1,
	    SEEN "\n\nx permissive_until=2\n",
	    SEEN " permissive_until=T\n\nx permissive_until=2\n" },
	{ SEEN " \t\n" SEEN " permissive_until=1\n", 1,
	    SEEN " \t\n" SEEN " permissive_until=1\n",
	    SEEN " permissive_until=T \t\n" SEEN " permissive_until=1\n" },
	{ SEEN " # why\n", 1, SEEN " # why\n",
	    SEEN " permissive_until=T # why\n" },
};

START_TEST(a_line_of_others_is_changed_alone)
{
	struct pamd_mark mark = { 0 };
	bool found = pamd_edit_find_module(named[_i].text, &mark);

	ck_assert_int_eq(found, named[_i].line != 0);
	if (!found)
		return;
	ck_assert_uint_eq(mark.line, named[_i].line);
	is_text(pamd_edit_permit_one(named[_i].text, &mark, NULL),
	    named[_i].enforced);
	is_text(pamd_edit_permit_one(named[_i].text, &mark, "T"),
	    named[_i].permitted);
}
END_TEST

/* Any text at all: nothing is read beyond it, and out is what was in. */
START_TEST(random_texts_come_back)
{
	static const char *const words[] = { "account", "@include", " ", "\t",
		"\\", "\n", "\\\n", "#", "common-account", "-", "auth",
		PAMD_MARK, "pam_twrbac.so", "[", "]", "\r\n", UTF8_BOM,
		"permissive_until=1" };
	struct support_random rn = { 20261121 };
	char text[512], *clean, *got;
	size_t at, i;
	int round;

	for (round = 0; round < 20000; round++) {
		text[0] = '\0';
		for (i = support_random(&rn) % 20; i > 0; i--)
			strcat(text,
			    words[support_random(&rn) %
				(sizeof(words) / sizeof(*words))]);
		clean = pamd_edit_remove(text);
		if (pamd_edit_place(clean, has_account, NULL, &at)) {
			got = pamd_edit_insert(clean, at, LINE);
			is_text(pamd_edit_remove(got), clean);
			free(got);
		}
		free(pamd_edit_permit(text, "T"));
		free(clean);
	}
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(it_goes_before_the_account_phase, places),
		SUPPORT_ROWS(it_is_the_first_of_the_stack, places),
		SUPPORT_ROWS(only_marked_lines_are_changed, marked),
		SUPPORT_ROWS(permitted_and_enforced_again_is_the_same, marked),
		SUPPORT_ROWS(a_line_of_others_is_changed_alone, named),
		SUPPORT_TEST(random_texts_come_back), SUPPORT_END
	};

	return support_run_in_folder("pamd_edit", tests);
}
