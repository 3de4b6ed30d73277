/* SPDX-License-Identifier: BSD-2-Clause */
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model.h"
#include "support.h"

/* ---- times ---- */

#define LAST INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static const struct moment {
	const char *text;
	int64_t when;
} moments[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01T00:00:01Z", 1 },
	{ "1970-01-01T01:00:00+01:00", 0 },
	{ "1970-03-01T00:00:00Z", 5097600 },
	{ "1972-02-29T00:00:00Z", 68169600 },
	{ "2000-02-29T23:59:59Z", 951868799 },
	{ "2023-11-14T22:13:20Z", 1700000000 },
	{ "2026-12-31T00:00:00Z", 1798675200 },
	{ "2026-12-31T00:00:00+01:00", 1798671600 },
	{ "2026-12-31T00:00:00-23:59", 1798761540 },
	{ "2026-12-31T00:00:00-00:00", 1798675200 },
	{ "2100-02-28T00:00:00Z", INT64_C(4107456000) },
	{ "2038-01-19T03:14:08Z", INT64_C(2147483648) },
	{ "9999-12-31T23:59:59Z", LAST },
};

START_TEST(a_time_is_understood)
{
	int64_t when = -1;

	ck_assert(twr_time_parse(moments[_i].text, &when));
	ck_assert_msg(when == moments[_i].when, "%s: %lld", moments[_i].text,
	    (long long)when);
}
END_TEST

static const char *const nonsense[] = { "", "Z", "2026", "2026-12-31",
	"2026-12-31T", "2026-12-31T00:00Z", "2026-12-31T00:00:00",
	"2026-12-31 00:00:00Z", "2026-12-31t00:00:00Z", "2026-12-31T00:00:00z",
	"2026-12-31T00:00:00Z ", " 2026-12-31T00:00:00Z",
	"2026-12-31T00:00:00ZZ", "2026-12-31T00:00:00.5Z",
	"2026-12-31T24:00:00Z", "2026-12-31T23:60:00Z", "2026-12-31T23:59:60Z",
	"2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z",
	"2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z",
	"2100-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "1969-12-31T23:59:59Z",
	"0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
	"-2026-01-01T00:00:00Z", "+026-01-01T00:00:00Z", "2026-1-01T00:00:00Z",
	"2026-01-01T0:00:00Z", "2026-12-31T00:00:00+1:00",
	"2026-12-31T00:00:00+0100", "2026-12-31T00:00:00+24:00",
	"2026-12-31T00:00:00+01:60", "2026-12-31T00:00:00+01:00Z",
	"2026-12-31T00:00:00~01:00", "1970-01-01T00:00:00+00:01",
	"9999-12-31T23:59:59-00:01", "always", "never", "now",
	"2026-12-3\xef\xbc\x91T00:00:00Z" };

START_TEST(nonsense_is_no_time)
{
	int64_t when = 77;

	ck_assert_msg(!twr_time_parse(nonsense[_i], &when), "%s", nonsense[_i]);
	ck_assert_int_eq(when, 77);
}
END_TEST

/* The C library's opinion of the same second. */
static void
check_round_trip(int64_t when)
{
	char buf[TWR_TIME_LEN], want[32];
	time_t t = (time_t)when;
	int64_t back = -1;
	struct tm tm;

	twr_time_format(when, buf);
	ck_assert_ptr_nonnull(gmtime_r(&t, &tm));
	ck_assert_uint_gt(strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%SZ",
			      &tm),
	    0);
	ck_assert_str_eq(buf, want);
	ck_assert(twr_time_parse(buf, &back));
	ck_assert_int_eq(back, when);
}

START_TEST(times_go_there_and_back)
{
	struct support_random rn = { 1970 };
	int64_t day;
	int i;

	for (day = 0; day * 86400 < LAST; day += 13)
		check_round_trip(day * 86400 + day % 86400);
	for (i = 0; i < 50000; i++)
		check_round_trip((int64_t)(support_random(&rn) %
		    (uint64_t)(LAST + 1)));
	check_round_trip(0);
	check_round_trip(LAST);
}
END_TEST

/* Every day of the years around each kind of leap year, at both its ends. */
START_TEST(leap_years_go_there_and_back)
{
	static const char *const years[] = { "1971-12-28T00:00:00Z",
		"1999-12-28T00:00:00Z", "2023-12-28T00:00:00Z",
		"2099-12-28T00:00:00Z", "2399-12-28T00:00:00Z",
		"9998-12-20T00:00:00Z" };
	int64_t from = 0;
	size_t i;
	int day;

	for (i = 0; i < sizeof(years) / sizeof(years[0]); i++) {
		ck_assert(twr_time_parse(years[i], &from));
		for (day = 0; day < 370; day++) {
			check_round_trip(from + day * INT64_C(86400));
			check_round_trip(from + day * INT64_C(86400) + 86399);
		}
	}
}
END_TEST

START_TEST(the_ends_of_time_have_words)
{
	char buf[TWR_TIME_LEN];

	twr_time_format(TWR_ALWAYS, buf);
	ck_assert_str_eq(buf, "always");
	twr_time_format(TWR_NEVER, buf);
	ck_assert_str_eq(buf, "never");
	twr_time_format(-1, buf);
	ck_assert_str_eq(buf, "out-of-range");
	twr_time_format(LAST + 1, buf);
	ck_assert_str_eq(buf, "out-of-range");
	twr_time_format(TWR_ALWAYS + 1, buf);
	ck_assert_str_eq(buf, "out-of-range");
	twr_time_format(TWR_NEVER - 1, buf);
	ck_assert_str_eq(buf, "out-of-range");
}
END_TEST

/* ---- lines ---- */

static const struct escape {
	const char *value;
	size_t max;
	const char *want;
} escapes[] = {
	{ "bob", 9, "k=bob" },
	{ NULL, 9, "k=-" },
	{ "", 9, "k=-" },
	{ "-", 9, "k=-" },
	{ "a b", 9, "k=a\\x20b" },
	{ "a=b", 9, "k=a\\x3db" },
	{ "a\"b", 9, "k=a\\x22b" },
	{ "a\\b", 9, "k=a\\x5cb" },
	{ "a\nb", 9, "k=a\\x0ab" },
	{ "a\rb", 9, "k=a\\x0db" },
	{ "\033[2J", 9, "k=\\x1b[2J" },
	{ "\x7f", 9, "k=\\x7f" },
	{ "\x01", 9, "k=\\x01" },
	{ "\xc3\xa4", 9, "k=\\xc3\\xa4" },
	{ "\xff\xfe", 9, "k=\\xff\\xfe" },
	{ "\\x20", 9, "k=\\x5cx20" },
	{ "%s%n", 9, "k=%s%n" },
	{ "abcd", 4, "k=abcd" },
	{ "abcde", 4, "k=abcd.." },
	{ "abc\n", 4, "k=abc.." },
	{ "\n\n", 8, "k=\\x0a\\x0a" },
	{ "\n\n", 7, "k=\\x0a.." },
	{ "abc", 0, "k=.." },
};

START_TEST(a_value_is_one_word)
{
	const struct escape *e = &escapes[_i];
	char buf[64];
	struct twr_line ln;

	twr_line_init(&ln, buf, sizeof(buf));
	twr_line_key(&ln, "k", e->value, e->max);
	ck_assert_str_eq(buf, e->want);
	ck_assert_uint_eq(ln.len, strlen(buf));
	ck_assert(!ln.full);
}
END_TEST

START_TEST(keys_are_separated)
{
	char buf[64];
	struct twr_line ln;

	twr_line_init(&ln, buf, sizeof(buf));
	twr_line_key(&ln, "a", "1", 9);
	twr_line_key(&ln, "b", " c=2", 99);
	twr_line_key(&ln, "c", NULL, 9);
	ck_assert_str_eq(buf, "a=1 b=\\x20c\\x3d2 c=-");
}
END_TEST

/* Whatever fits, fits whole, and the rest of the memory is left alone. */
START_TEST(a_line_never_overflows)
{
	char buf[40];
	struct twr_line ln;
	size_t size;

	for (size = 1; size < sizeof(buf); size++) {
		memset(buf, 'Z', sizeof(buf));
		twr_line_init(&ln, buf, size);
		twr_line_key(&ln, "key", "v\nw", 99);
		twr_line_add(&ln, " more");
		twr_line_addf(&ln, " %d", 1234567);
		ck_assert_uint_lt(ln.len, size);
		ck_assert_uint_eq(strlen(buf), ln.len);
		ck_assert_int_eq(buf[size], 'Z');
		if (strchr(buf, '\\') != NULL)
			ck_assert_ptr_nonnull(strstr(buf, "\\x0a"));
		ck_assert(ln.full ==
		    (size < sizeof("key=v\\x0aw more "
				   "1234567")));
	}
}
END_TEST

START_TEST(what_follows_what_did_not_fit_is_dropped)
{
	char buf[8];
	struct twr_line ln;

	twr_line_init(&ln, buf, sizeof(buf));
	twr_line_add(&ln, "12345");
	twr_line_add(&ln, "678");
	ck_assert(ln.full);
	twr_line_add(&ln, "9");
	twr_line_addf(&ln, "%d", 9);
	twr_line_key(&ln, "k", "v", 9);
	ck_assert_str_eq(buf, "12345");
}
END_TEST

/* ---- SIDs and event ids ---- */

#define HEX32 "0123456789abcdef0123456789abcdef"

static const struct sid {
	const char *text, *prefix;
	bool valid;
} sids[] = {
	{ "US" HEX32, NULL, true },
	{ "US" HEX32, "US", true },
	{ "US" HEX32, "IX", false },
	{ "ZZ" HEX32, NULL, true },
	{ "us" HEX32, NULL, false },
	{ "US" HEX32 "0", NULL, false },
	{ "US" HEX32 " ", NULL, false },
	{ "US0123456789abcdef0123456789abcde", NULL, false },
	{ "US0123456789ABCDEF0123456789abcdef", NULL, false },
	{ "US0123456789abcdeg0123456789abcdef", NULL, false },
	{ "U" HEX32, NULL, false },
	{ "US", NULL, false },
	{ "U", NULL, false },
	{ "", NULL, false },
	{ "", "US", false },
};

START_TEST(a_sid_is_valid_or_not)
{
	ck_assert_msg(twr_sid_valid(sids[_i].text, sids[_i].prefix) ==
		sids[_i].valid,
	    "%s", sids[_i].text);
}
END_TEST

START_TEST(an_event_id_is_easy_to_read)
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	struct support_random rn = { 5 };
	bool seen[256] = { false };
	uint8_t random[5];
	char buf[TWR_EVENT_LEN];
	size_t i;
	int round;

	for (round = 0; round < 2000; round++) {
		for (i = 0; i < 5; i++)
			random[i] = (uint8_t)support_random(&rn);
		twr_event_id(random, buf);
		ck_assert_uint_eq(strlen(buf), TWR_EVENT_LEN - 1);
		ck_assert_uint_eq(strspn(buf, letters), TWR_EVENT_LEN - 1);
		for (i = 0; buf[i] != '\0'; i++)
			seen[(unsigned char)buf[i]] = true;
	}
	for (i = 0; letters[i] != '\0'; i++)
		ck_assert(seen[(unsigned char)letters[i]]);
}
END_TEST

/* No bit of the random bytes is lost: each changes the id. */
START_TEST(an_event_id_uses_every_bit)
{
	uint8_t random[5] = { 0 };
	char zero[TWR_EVENT_LEN], buf[TWR_EVENT_LEN];
	unsigned bit;

	twr_event_id(random, zero);
	ck_assert_str_eq(zero, "00000000");
	for (bit = 0; bit < 40; bit++) {
		random[bit / 8] ^= (uint8_t)(1u << bit % 8);
		twr_event_id(random, buf);
		ck_assert_str_ne(buf, zero);
		random[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	memset(random, 0xff, sizeof(random));
	twr_event_id(random, buf);
	ck_assert_str_eq(buf, "ZZZZZZZZ");
}
END_TEST

/* ---- errors ---- */

START_TEST(an_error_is_one_line)
{
	struct twr_error err;
	char *big = malloc(100000);

	ck_assert_ptr_nonnull(big);
	memset(big, 'x', 99999);
	big[99999] = '\0';
	ck_assert_int_eq(twr_fail(&err, TWR_EINVAL, "%s: a\nb\tc\x7f%d", "p",
			     7),
	    TWR_EINVAL);
	ck_assert_str_eq(err.text, "p: a?b?c?7");
	ck_assert_int_eq(twr_fail(&err, TWR_EDATA, "%s", big), TWR_EDATA);
	ck_assert_uint_eq(strlen(err.text), TWR_ERROR_MAX - 1);
	ck_assert_int_eq(twr_fail(NULL, TWR_EWRITE, "x"), TWR_EWRITE);
	free(big);
}
END_TEST

/* What libc says in English; the module may not ask it. */
START_TEST(an_errno_has_an_english_text)
{
	static const int known[] = { EACCES, EPERM, ENOENT, ENOTDIR, EISDIR,
		ELOOP, ENAMETOOLONG, EMFILE, ENFILE, ENOMEM, EIO, EINTR, EBADF,
		EINVAL };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		ck_assert_str_ne(twr_errno_text(known[i]), twr_errno_text(-1));
	ck_assert_str_eq(twr_errno_text(ENOENT), "No such file or directory");
	ck_assert_str_eq(twr_errno_text(-1), "Unexpected error");
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(a_time_is_understood, moments),
		SUPPORT_ROWS(nonsense_is_no_time, nonsense),
		SUPPORT_TEST(times_go_there_and_back),
		SUPPORT_TEST(leap_years_go_there_and_back),
		SUPPORT_TEST(the_ends_of_time_have_words),
		SUPPORT_ROWS(a_value_is_one_word, escapes),
		SUPPORT_TEST(keys_are_separated),
		SUPPORT_TEST(a_line_never_overflows),
		SUPPORT_TEST(what_follows_what_did_not_fit_is_dropped),
		SUPPORT_ROWS(a_sid_is_valid_or_not, sids),
		SUPPORT_TEST(an_event_id_is_easy_to_read),
		SUPPORT_TEST(an_event_id_uses_every_bit),
		SUPPORT_TEST(an_error_is_one_line),
		SUPPORT_TEST(an_errno_has_an_english_text),
		SUPPORT_END,
	};

	return support_run("text", tests);
}
