/* SPDX-License-Identifier: BSD-2-Clause */

/* Every value has a word of its own, and what is no value has one too. */
#include "model.h"

#include <string.h>

#include "status.h"
#include "support.h"

#define WORD(fn, type) \
	static const char *fn##_of(int value) \
	{ \
		return twr_##fn((enum type)value); \
	}
WORD(scope_kind_word, twr_scope_kind)
WORD(scope_status_word, twr_scope_status)
WORD(user_status_word, twr_user_status)
WORD(user_kind_word, twr_user_kind)
WORD(two_factor_word, twr_two_factor)
WORD(status_word, twr_status)
WORD(reason_word, twr_reason)
WORD(reason_sentence, twr_reason)

static const struct family {
	const char *(*word)(int value);
	int first, last;
	const char *first_word, *last_word, *other;
} families[] = {
	{ scope_kind_word_of, 1, 3, "organization", "subaccount", "?" },
	{ scope_status_word_of, 1, 3, "active", "closed", "?" },
	{ user_status_word_of, 1, 3, "active", "suspended", "?" },
	{ user_kind_word_of, 1, 2, "person", "service", "?" },
	{ two_factor_word_of, 1, 3, "enrolled", "unknown", "?" },
	{ status_word_of, TWR_OK, TWR_EPERM, "ok", "not-permitted", "unknown" },
	{ reason_word_of, 0, TWR_REASON_COUNT - 1, "none", "no-memory",
	    "none" },
	{ reason_sentence_of, 0, TWR_REASON_COUNT - 1, "no decision was made",
	    "the host is out of memory", "no decision was made" },
};

START_TEST(each_value_has_its_word)
{
	const struct family *f = &families[_i];
	int a, b;

	ck_assert_str_eq(f->word(f->first), f->first_word);
	ck_assert_str_eq(f->word(f->last), f->last_word);
	ck_assert_str_eq(f->word(f->last + 1), f->other);
	ck_assert_str_eq(f->word(9999), f->other);
	for (a = f->first; a <= f->last; a++)
		for (b = f->first; b < a; b++)
			ck_assert_str_ne(f->word(a), f->word(b));
}
END_TEST

START_TEST(an_error_is_one_line)
{
	char long_text[3 * TWR_ERROR_MAX];
	struct twr_error err;

	ck_assert_int_eq(twr_fail(NULL, TWR_EBUSY, "%s", "x"), TWR_EBUSY);
	ck_assert_int_eq(twr_fail(&err, TWR_EDATA, "a\nb\x1b[%d\x7f", 7),
	    TWR_EDATA);
	ck_assert_str_eq(err.text, "a?b?[7?");
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	(void)twr_fail(&err, TWR_EDATA, "%s", long_text);
	ck_assert_uint_eq(strlen(err.text), TWR_ERROR_MAX - 1);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(each_value_has_its_word, families),
		SUPPORT_TEST(an_error_is_one_line),
		SUPPORT_END,
	};

	return support_run("model", tests);
}
