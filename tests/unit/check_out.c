/* SPDX-License-Identifier: BSD-2-Clause */
#include "out.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "out_forms.h"
#include "support.h"

/* ---- text ---- */

static const struct escape {
	const char *text, *want;
	size_t width; /* of want */
} escapes[] = {
	{ "bob", "bob", 3 },
	{ "", "", 0 },
	{ "a\nb\tc", "a\\x0ab\\x09c", 11 },
	{ "\033[2J", "\\x1b[2J", 7 },
	{ "\x7f", "\\x7f", 4 },
	{ "M\xc3\xbcller", "M\xc3\xbcller", 6 },
	{ "\xe6\x9d\xb1\xe4\xba\xac", "\xe6\x9d\xb1\xe4\xba\xac", 4 },
	{ "e\xcc\x81", "e\xcc\x81", 1 },
	/* not UTF-8: cut short, too long a form, surrogate, stray byte */
	{ "a\xc3", "a\\xc3", 5 },
	{ "\xc0\xaf", "\\xc0\\xaf", 8 },
	{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf", 12 },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80", 12 },
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", 16 },
	{ "\x80", "\\x80", 4 },
	/* C1 control, right-to-left override, zero-width space, tag */
	{ "\xc2\x9b", "\\u{9b}", 6 },
	{ "\xe2\x80\xae"
	  "a",
	    "\\u{202e}a", 9 },
	{ "\xe2\x80\x8b", "\\u{200b}", 8 },
	{ "\xf3\xa0\x81\x81", "\\u{e0041}", 9 },
};

START_TEST(escaping)
{
	char *got;

	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	got = out_escape(escapes[_i].text);
	ck_assert_str_eq(got, escapes[_i].want);
	ck_assert_uint_eq(out_width(got), escapes[_i].width);
	free(got);
}
END_TEST

START_TEST(cutting)
{
	char plain[] = "abcdefgh",
	     wide[] = "\xe6\x9d\xb1\xe4\xba\xac"
		      "ab",
	     fits[] = "abc";

	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	out_cut(plain, 5);
	ck_assert_str_eq(plain, "abc..");
	out_cut(wide, 5);
	ck_assert_str_eq(wide, "\xe6\x9d\xb1..");
	out_cut(fits, 3);
	ck_assert_str_eq(fits, "abc");
}
END_TEST

/* ---- forms ---- */

#define SID "US0123456789abcdef0123456789abcdef"

static const struct out_column columns[] = {
	{ "name", "NAME", OUT_TEXT },
	{ "sid", "SID", OUT_SID },
	{ "until", "UNTIL", OUT_TIME },
	{ "count", "N", OUT_NUMBER },
	{ "active", "ACTIVE", OUT_BOOL },
	{ "logins", "LOGINS", OUT_LIST },
	{ "hidden", NULL, OUT_TEXT },
};

static void
fill(struct out *out, enum out_format format)
{
	struct out_list list = { 0 };

	out_init(out, format, "user list");
	out->utc = true;
	out_table(out, columns, sizeof(columns) / sizeof(*columns));
	out_text(out, "a\tb\\c\nd");
	out_text(out, SID);
	out_number(out, 1796148000);
	out_number(out, -7);
	out_number(out, 1);
	out_list_add(&list, "bob");
	out_list_add(&list, "e\n%s", "ve");
	out_list_cell(out, &list);
	out_text(out, "x");
	out_text(out, "second");
	out_text(out, NULL);
	out_number(out, TWR_NEVER);
	out_number(out, 0);
	out_number(out, 0);
	out_list_cell(out, &list);
	out_text(out, NULL);
	ck_assert_uint_eq(out_rows(out), 2);
}

/* Run one form and give what it wrote; release with free(). */
static char *
form(struct out *out, enum twr_status (*fn)(const struct out *out, FILE *to))
{
	char *buf = NULL;
	size_t len;
	FILE *to = open_memstream(&buf, &len);

	ck_assert_ptr_nonnull(to);
	ck_assert_int_eq(fn(out, to), TWR_OK);
	ck_assert_int_eq(fclose(to), 0);
	return buf;
}

static const struct {
	enum out_format format;
	enum twr_status (*fn)(const struct out *out, FILE *to);
	const char *want;
} forms[] = {
	{ OUT_PEOPLE, out_form_people,
	    "NAME           SID           UNTIL (UTC)       N   ACTIVE"
	    "  LOGINS\n"
	    "a\\x09b\\c\\x0ad  US01234567..  2026-12-01 18:00  -7  yes   "
	    "  bob,e ve\n"
	    "second         -             -                 0   no    "
	    "  -\n" },
	{ OUT_TSV, out_form_tsv,
	    "name\tsid\tuntil\tcount\tactive\tlogins\thidden\n"
	    "a\\tb\\\\c\\nd\t" SID "\t2026-12-01T18:00:00Z\t-7\tyes"
	    "\tbob,e ve\tx\n"
	    "second\t\t\t0\tno\t\t\n" },
	{ OUT_JSON, out_form_json,
	    "{\n \"twrbac\": 1,\n \"command\": \"user list\",\n \"rows\": [\n"
	    "  {\n   \"name\": \"a\\tb\\\\c\\nd\",\n   \"sid\": \"" SID "\",\n"
	    "   \"until\": \"2026-12-01T18:00:00Z\",\n   \"count\": -7,\n"
	    "   \"active\": true,\n   \"logins\": [\n    \"bob\",\n"
	    "    \"e ve\"\n   ],\n   \"hidden\": \"x\"\n  },\n"
	    "  {\n   \"name\": \"second\",\n   \"sid\": null,\n"
	    "   \"until\": null,\n   \"count\": 0,\n   \"active\": false,\n"
	    "   \"logins\": [],\n   \"hidden\": null\n  }\n ]\n}\n" },
};

START_TEST(forms_of_a_table)
{
	struct out out;
	char *got;

	fill(&out, forms[_i].format);
	got = form(&out, forms[_i].fn);
	ck_assert_str_eq(got, forms[_i].want);
	free(got);
	out_end(&out);
}
END_TEST

START_TEST(tables_are_at_most_100_columns_wide)
{
	static const struct out_column two[] = { { "a", "A", OUT_TEXT },
		{ "b", "B", OUT_TEXT } };
	char text[200], *got, *line, *rest = NULL;
	struct out out;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	out_init(&out, OUT_PEOPLE, "x");
	out_table(&out, two, 2);
	out_text(&out, text);
	out_text(&out, "short");
	got = form(&out, out_form_people);
	for (line = strtok_r(got, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		ck_assert_uint_le(out_width(line), OUT_WIDTH);
	free(got);
	out_end(&out);
}
END_TEST

START_TEST(json_takes_any_bytes)
{
	static const struct out_column one[] = { { "a", "A", OUT_TEXT } };
	struct out out;
	char *got;

	out_init(&out, OUT_JSON, "x");
	out_table(&out, one, 1);
	out_text(&out, "b\xff\xfe");
	got = form(&out, out_form_json);
	ck_assert_ptr_nonnull(strstr(got, "\"a\": \"b\\\\xff\\\\xfe\""));
	free(got);
	out_end(&out);
}
END_TEST

START_TEST(lines_cannot_be_forged)
{
	struct twr_error err;
	struct out out;

	out_init(&out, OUT_PEOPLE, "x");
	out_line(&out, "%s", "a\ntwrbac: granted\033[1m");
	out_note(&out, "%s", "b\r\nnote: c");
	ck_assert_int_eq(fflush(out.text), 0);
	ck_assert_int_eq(fflush(out.notes), 0);
	ck_assert_str_eq(out.text_buf, "a\\x0atwrbac: granted\\x1b[1m\n");
	ck_assert_str_eq(out.notes_buf, "note: b\\x0d\\x0anote: c\n");
	out.quiet = true;
	out_note(&out, "not said");
	ck_assert_int_eq(fflush(out.notes), 0);
	ck_assert_ptr_null(strstr(out.notes_buf, "not said"));
	out.failed = true;
	ck_assert_int_eq(out_flush(&out, true, &err), TWR_ENOMEM);
	out_end(&out);
}
END_TEST

START_TEST(a_record_shows_lists_below_each_other)
{
	static const struct out_column some[] = { { "e", "e-mail", OUT_TEXT },
		{ "l", "logins", OUT_LIST }, { "s", "SID", OUT_SID } };
	struct out_list list = { 0 };
	struct out out;
	char *got;

	out_init(&out, OUT_PEOPLE, "x");
	out_record(&out, some, 3);
	out_text(&out, "bob@example.com");
	out_list_add(&list, "bob");
	out_list_add(&list, "bob-adm");
	out_list_cell(&out, &list);
	out_text(&out, SID);
	got = form(&out, out_form_people);
	ck_assert_str_eq(got,
	    "e-mail  bob@example.com\n"
	    "logins  bob\n        bob-adm\nSID     " SID "\n");
	free(got);
	out_end(&out);
}
END_TEST

/* ---- what is never cut ---- */

#define ROLE "organization:administrator"
#define SCOPE "acme/messaging/production"

static const struct out_column assignments[] = {
	{ "user", "USER", OUT_WHOLE },
	{ "role", "ROLE", OUT_WHOLE },
	{ "scope", "SCOPE", OUT_WHOLE },
	{ "state", "STATE", OUT_TEXT },
	{ "until", "UNTIL", OUT_TIME },
	{ "matched", "MATCHED", OUT_WHOLE },
	{ NULL, "", OUT_BELOW },
};

static void
add_assignment(struct out *out, const char *user, int64_t until,
    const char *matched, const char *text)
{
	out_text(out, user);
	out_text(out, ROLE);
	out_text(out, SCOPE);
	out_text(out, "in force");
	out_number(out, until);
	out_text(out, matched);
	out_text(out, text);
}

/* What has no room moves below its row, with its title and its zone. */
START_TEST(moves_instead_of_cutting)
{
	static const char
	    want[] = "USER             ROLE                        SCOPE"
		     "                      STATE     UNTIL (UTC)\n"
		     "bob@example.com  " ROLE "  " SCOPE
		     "  in force  2026-12-01 18:00\n"
		     "    matched login bob\n"
		     "    a reason\n"
		     "eve@example.com  " ROLE "  " SCOPE "  in force  -\n";
	struct out out;
	char *got;

	out_init(&out, OUT_PEOPLE, "x");
	out.utc = true;
	out_table(&out, assignments, 7);
	add_assignment(&out, "bob@example.com", 1796148000, "login bob",
	    "a reason");
	add_assignment(&out, "eve@example.com", TWR_NEVER, NULL, NULL);
	got = form(&out, out_form_people);
	ck_assert_str_eq(got, want);
	free(got);
	out_end(&out);
}
END_TEST

START_TEST(moves_times_with_their_zone)
{
	char user[60], *got;
	struct out out;

	memset(user, 'u', sizeof(user) - 1);
	user[sizeof(user) - 1] = '\0';
	out_init(&out, OUT_PEOPLE, "x");
	out.utc = true;
	out_table(&out, assignments, 7);
	add_assignment(&out, user, 1796148000, "login bob", NULL);
	got = form(&out, out_form_people);
	ck_assert_ptr_nonnull(strstr(got, user));
	ck_assert_ptr_nonnull(strstr(got,
	    "    scope " SCOPE "  state in "
	    "force  until 2026-12-01 18:00 UTC  matched login bob\n"));
	free(got);
	out_end(&out);
}
END_TEST

/* Whatever the cells: no line is wider, and the names are there whole. */
START_TEST(names_stay_whole)
{
	struct support_random rn = { 11 };
	char name[3][64], text[80], *got, *line, *rest;
	struct out out;
	int round, i;

	for (round = 0; round < 300; round++) {
		for (i = 0; i < 3; i++) {
			memset(name[i], 'a' + i, sizeof(name[i]));
			name[i][1 + support_below(&rn, 60)] = '\0';
		}
		memset(text, 'x', sizeof(text));
		text[support_below(&rn, 79)] = '\0';
		out_init(&out, OUT_PEOPLE, "x");
		out_table(&out, assignments, 7);
		out_text(&out, name[0]);
		out_text(&out, name[1]);
		out_text(&out, name[2]);
		out_text(&out, text);
		out_number(&out, 1796148000);
		out_text(&out, name[0]);
		out_text(&out, NULL);
		got = form(&out, out_form_people);
		for (i = 0; i < 3; i++)
			ck_assert_ptr_nonnull(strstr(got, name[i]));
		rest = NULL;
		for (line = strtok_r(got, "\n", &rest); line != NULL;
		     line = strtok_r(NULL, "\n", &rest))
			ck_assert_uint_le(out_width(line), OUT_WIDTH);
		free(got);
		out_end(&out);
	}
}
END_TEST

START_TEST(groups_rows_below_headings)
{
	static const struct out_column some[] = { { NULL, "GROUP", OUT_TEXT },
		{ "r", "ROLE", OUT_WHOLE }, { "d", "", OUT_BELOW } };
	struct out out;
	char *got;

	out_init(&out, OUT_PEOPLE, "x");
	out_table(&out, some, 3);
	out_group(&out, 0);
	out_text(&out, "Hosts");
	out_text(&out, "hosts:login");
	out_text(&out, "Log in.");
	out_text(&out, "Hosts");
	out_text(&out, "hosts:admin");
	out_text(&out, NULL);
	out_text(&out, "Studio");
	out_text(&out, "studio:viewer");
	out_text(&out, "Look.");
	got = form(&out, out_form_people);
	ck_assert_str_eq(got,
	    "  ROLE\nHosts\n  hosts:login\n      Log in.\n  hosts:admin\n"
	    "Studio\n  studio:viewer\n      Look.\n");
	free(got);
	out.format = OUT_TSV;
	got = form(&out, out_form_tsv);
	ck_assert_str_eq(got,
	    "r\td\nhosts:login\tLog in.\nhosts:admin\t\n"
	    "studio:viewer\tLook.\n");
	free(got);
	out_end(&out);
}
END_TEST

START_TEST(sections_are_arrays_of_their_own)
{
	static const struct out_column one[] = { { "a", "A", OUT_TEXT } };
	static const struct out_column two[] = { { "b", "B", OUT_TEXT } };
	struct out out;
	char *got;

	out_init(&out, OUT_JSON, "x");
	out_record(&out, one, 1);
	out_text(&out, "1");
	out_section(&out, "more", "more of it", two, 1);
	out_text(&out, "2");
	out_text(&out, "3");
	ck_assert_uint_eq(out_rows(&out), 2);
	got = form(&out, out_form_json);
	ck_assert_str_eq(got,
	    "{\n \"twrbac\": 1,\n \"command\": \"x\",\n"
	    " \"rows\": [\n  {\n   \"a\": \"1\"\n  }\n ],\n"
	    " \"more\": [\n  {\n   \"b\": \"2\"\n  },\n"
	    "  {\n   \"b\": \"3\"\n  }\n ]\n}\n");
	free(got);
	out_end(&out);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(escaping, escapes),
		SUPPORT_TEST(cutting),
		SUPPORT_ROWS(forms_of_a_table, forms),
		SUPPORT_TEST(tables_are_at_most_100_columns_wide),
		SUPPORT_TEST(json_takes_any_bytes),
		SUPPORT_TEST(lines_cannot_be_forged),
		SUPPORT_TEST(a_record_shows_lists_below_each_other),
		SUPPORT_TEST(moves_instead_of_cutting),
		SUPPORT_TEST(moves_times_with_their_zone),
		SUPPORT_TEST(names_stay_whole),
		SUPPORT_TEST(groups_rows_below_headings),
		SUPPORT_TEST(sections_are_arrays_of_their_own),
		SUPPORT_END,
	};

	return support_run("out", tests);
}
