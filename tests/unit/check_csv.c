/* SPDX-License-Identifier: BSD-2-Clause */
#include "csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static struct twr_error err;

/* What was told: "LINE:a|b;" for a row, "LINE!why;" for one that is wrong. */
struct told {
	char text[4096];
	size_t len, rows;
};

static enum twr_status
tell(void *ctx, const struct csv_row *row, struct twr_error *unused)
{
	struct told *to = ctx;
	size_t i, room = sizeof(to->text);

	(void)unused;
	to->rows++;
	to->len += (size_t)snprintf(to->text + to->len, room - to->len, "%d%s",
	    (int)row->line, row->wrong != NULL ? "!" : ":");
	if (row->wrong != NULL)
		to->len += (size_t)snprintf(to->text + to->len, room - to->len,
		    "%s", row->wrong);
	for (i = 0; row->wrong == NULL && i < row->n; i++)
		to->len += (size_t)snprintf(to->text + to->len, room - to->len,
		    "%s%s", i > 0 ? "|" : "", row->fields[i]);
	to->len += (size_t)snprintf(to->text + to->len, room - to->len, ";");
	return TWR_OK;
}

static void
parse(struct told *to, const char *data, size_t len, size_t piece)
{
	struct csv *cv = NULL;
	size_t n;

	memset(to, 0, sizeof(*to));
	ck_assert_int_eq(csv_begin(tell, to, &cv, &err), TWR_OK);
	for (; len > 0; data += n, len -= n) {
		n = len < piece ? len : piece;
		ck_assert_int_eq(csv_feed(cv, data, n, &err), TWR_OK);
	}
	ck_assert_int_eq(csv_end(cv, &err), TWR_OK);
	csv_free(cv);
}

#define X(text) text, sizeof(text) - 1

static const struct {
	const char *data;
	size_t len;
	const char *want; /* words of what is told */
	bool part; /* want is a part */
} rows[] = {
	{ X(""), "", false },
	{ X("a,b\n1,2\n"), "1:a|b;2:1|2;", false },
	{ X("a,b\r\n1,2"), "1:a|b;2:1|2;", false },
	{ X("a,b\n\n\r\n1,2\n\n"), "1:a|b;4:1|2;", false },
	{ X("a,\n,b\n,\n"), "1:a|;2:|b;3:|;", false },
	{ X("\"a,b\",\"c \"\"d\"\"\"\n"), "1:a,b|c \"d\";", false },
	{ X("\"a\nb\r\n\",c\nd,e\n"), "1:a\nb\r\n|c;4:d|e;", false },
	{ X("\"\"\n"), "1:;", false },
	{ X("\"\""), "1:;", false },
	{ X(" a , b \n"), "1: a | b ;", false },
	{ X("\xef\xbb\xbf"
	    "a,b\n"),
	    "1:a|b;", false },
	{ X("\xef\xbb"), "1!not UTF-8", true },
	{ X("a,\xef\xbb\xbf\n"), "1:a|\xef\xbb\xbf;", false },
	{ X("'; DROP TABLE user; --,x\n"), "1:'; DROP TABLE user; --|x;",
	    false },
	/* what is wrong, and that the next row is read */
	{ X("a\"b,c\nd\n"), "1!a double quote inside", true },
	{ X("a\"b,c\nd\n"), ";2:d;", true },
	{ X("\"a\"b,c\nd\n"), "1!text between a closing quote", true },
	{ X("\"a\"b,c\nd\n"), ";2:d;", true },
	{ X("a\rb\nc\n"), "1!a carriage return that ends no line", true },
	{ X("a\rb\nc\n"), ";2:c;", true },
	{ X("\ra\nc\n"), "1!a carriage return that ends no line", true },
	{ X("a\r"), "1!a carriage return", true },
	{ X("a\r\r\n"), "1!a carriage return", true },
	{ X("a\0b\nc\n"), "1!a NUL byte", true },
	{ X("a\0b\nc\n"), ";2:c;", true },
	{ X("\"a\0b\"\nc\n"), "1!a NUL byte", true },
	{ X("a\xff\nc\n"), "1!not UTF-8", true },
	{ X("a\xff\nc\n"), ";2:c;", true },
	{ X("a\xc3,\xa9\n"), "1!not UTF-8", true },
	{ X("a\xc0\xaf\n"), "1!not UTF-8", true },
	{ X("a\xed\xa0\x80\n"), "1!not UTF-8", true },
	{ X("a\xf4\x90\x80\x80\n"), "1!not UTF-8", true },
	{ X("M\xc3\xbcller\n"), "1:M\xc3\xbcller;", false },
	{ X("x\n\"a,b\nc,d\n"), "2!a double quote is opened here", true },
};

START_TEST(reading)
{
	struct told whole, cut;
	size_t piece;

	parse(&whole, rows[_i].data, rows[_i].len, SIZE_MAX);
	if (rows[_i].part)
		ck_assert_msg(strstr(whole.text, rows[_i].want) != NULL,
		    "%s lacks %s", whole.text, rows[_i].want);
	else
		ck_assert_str_eq(whole.text, rows[_i].want);
	for (piece = 1; piece < 8; piece++) {
		parse(&cut, rows[_i].data, rows[_i].len, piece);
		ck_assert_str_eq(cut.text, whole.text);
	}
}
END_TEST

START_TEST(bounds)
{
	size_t n = CSV_FIELD_MAX + 2, i;
	char *text = malloc(n + 16);
	struct told to;

	ck_assert_ptr_nonnull(text);
	/* a byte too much */
	memset(text, 'x', n);
	memcpy(text + CSV_FIELD_MAX + 1, "\ny\n", 3);
	parse(&to, text, CSV_FIELD_MAX + 4, 4096);
	ck_assert_str_eq(to.text,
	    "1!a field is longer than 65536 bytes; is a "
	    "closing quote missing?;2:y;");
	/* 64 columns, and 65 */
	for (i = 0; i < 64; i++)
		memcpy(text + 2 * i, "a,", 2);
	text[127] = '\n';
	parse(&to, text, 128, SIZE_MAX);
	ck_assert_msg(strncmp(to.text, "1:a|a", 5) == 0, "%s", to.text);
	text[127] = ',';
	memcpy(text + 128, "a\ny\n", 4);
	parse(&to, text, 132, SIZE_MAX);
	ck_assert_str_eq(to.text,
	    "1!more than 64 columns; is this the right file?;2:y;");
	free(text);
}
END_TEST

static enum twr_status
longest(void *ctx, const struct csv_row *row, struct twr_error *unused)
{
	size_t *len = ctx;

	(void)unused;
	ck_assert_ptr_null(row->wrong);
	*len = strlen(row->fields[0]);
	return TWR_OK;
}

START_TEST(the_longest_field)
{
	char *text = malloc(CSV_FIELD_MAX + 1);
	struct csv *cv = NULL;
	size_t len = 0;

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', CSV_FIELD_MAX);
	text[CSV_FIELD_MAX] = '\n';
	ck_assert_int_eq(csv_begin(longest, &len, &cv, &err), TWR_OK);
	ck_assert_int_eq(csv_feed(cv, text, CSV_FIELD_MAX + 1, &err), TWR_OK);
	ck_assert_uint_eq(len, CSV_FIELD_MAX);
	csv_free(cv);
	free(text);
}
END_TEST

START_TEST(an_endless_row_has_an_end)
{
	static const char piece[65536];
	struct told to = { 0 };
	struct csv *cv = NULL;
	enum twr_status rc = TWR_OK;
	size_t i;

	ck_assert_int_eq(csv_begin(tell, &to, &cv, &err), TWR_OK);
	for (i = 0; rc == TWR_OK && i < 1000; i++)
		rc = csv_feed(cv, piece, sizeof(piece), &err);
	ck_assert_int_eq(rc, TWR_EDATA);
	ck_assert_uint_eq(i, CSV_ROW_MAX / sizeof(piece) + 1);
	ck_assert_ptr_nonnull(strstr(err.text, "line 1: a row longer than"));
	csv_free(cv);
}
END_TEST

static enum twr_status
stop(void *ctx, const struct csv_row *row, struct twr_error *why)
{
	int *n = ctx;

	(void)row;
	++*n;
	return twr_fail(why, TWR_EREFUSED, "enough");
}

START_TEST(a_callback_stops_it)
{
	struct csv *cv = NULL;
	int n = 0;

	ck_assert_int_eq(csv_begin(stop, &n, &cv, &err), TWR_OK);
	ck_assert_int_eq(csv_feed(cv, "a\nb\nc\n", 6, &err), TWR_EREFUSED);
	ck_assert_str_eq(err.text, "enough");
	ck_assert_int_eq(n, 1);
	csv_free(cv);
	csv_free(NULL);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(reading, rows),
		SUPPORT_TEST(bounds),
		SUPPORT_TEST(the_longest_field),
		SUPPORT_TEST(an_endless_row_has_an_end),
		SUPPORT_TEST(a_callback_stops_it),
		SUPPORT_END,
	};

	return support_run("csv", tests);
}
