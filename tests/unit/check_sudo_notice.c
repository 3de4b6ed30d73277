/* SPDX-License-Identifier: BSD-2-Clause */

/* How loudly an answer is logged, and how often. */
#include "sudo_notice.h"

#include <syslog.h>

#include "support.h"

/* Every reason is here: a missing one fails the test below. */
static const struct row {
	enum twr_reason reason;
	int level;
	enum sudo_per per;
	bool debug;
} rows[] = {
#define R(id) TWR_REASON_##id
	{ R(GRANTED), LOG_INFO, SUDO_PER_GROUP, false },
	{ R(ROLE_MISSING), LOG_DEBUG, SUDO_PER_GROUP, true },
	{ R(LOGIN_UNMAPPED), LOG_DEBUG, SUDO_PER_GROUP, true },
	{ R(ROLE_ENDED), LOG_NOTICE, SUDO_PER_GROUP, false },
	{ R(ROLE_REMOVED), LOG_NOTICE, SUDO_PER_GROUP, false },
	{ R(ROLE_NOT_YET), LOG_NOTICE, SUDO_PER_GROUP, false },
	{ R(USER_INACTIVE), LOG_NOTICE, SUDO_PER_LOGIN, false },
	{ R(USER_SUSPENDED), LOG_NOTICE, SUDO_PER_LOGIN, false },
	{ R(TWO_FACTOR_MISSING), LOG_NOTICE, SUDO_PER_LOGIN, false },
	{ R(INVOKER_MISMATCH), LOG_NOTICE, SUDO_PER_LOGIN, false },
	{ R(BAD_ARGUMENT), LOG_ERR, SUDO_PER_GROUP, false },
	{ R(ROLE_UNKNOWN), LOG_ERR, SUDO_PER_GROUP, false },
	{ R(SCOPE_UNKNOWN), LOG_ERR, SUDO_PER_GROUP, false },
	{ R(SCOPE_UNUSABLE), LOG_ERR, SUDO_PER_GROUP, false },
	{ R(POLICY_UNREADABLE), LOG_ERR, SUDO_PER_PROCESS, false },
	{ R(NO_MEMORY), LOG_ERR, SUDO_PER_PROCESS, false },
	{ R(NO_USER), LOG_ERR, SUDO_PER_PROCESS, false },
	{ R(NO_RULE), LOG_ALERT, SUDO_PER_PROCESS, false },
	{ R(POLICY_MISSING), LOG_ALERT, SUDO_PER_PROCESS, false },
	{ R(POLICY_UNSAFE), LOG_ALERT, SUDO_PER_PROCESS, false },
	{ R(POLICY_CORRUPT), LOG_ALERT, SUDO_PER_PROCESS, false },
	{ R(POLICY_TOO_NEW), LOG_ALERT, SUDO_PER_PROCESS, false },
	{ R(POLICY_STALE), LOG_ALERT, SUDO_PER_PROCESS, false },
	/* slips of ours */
	{ R(NONE), LOG_ALERT, SUDO_PER_PROCESS, false },
	{ R(EXEMPT), LOG_ALERT, SUDO_PER_PROCESS, false },
	{ R(NO_INVOKER), LOG_ALERT, SUDO_PER_PROCESS, false },
#undef R
};

START_TEST(a_reason_has_its_notice)
{
	const struct row *r = &rows[_i];
	struct sudo_notice got = sudo_notice_of(r->reason);

	ck_assert_msg(got.level == r->level && got.per == r->per &&
		got.debug == r->debug,
	    "%s: level %d, per %d", twr_reason_word(r->reason), got.level,
	    (int)got.per);
}
END_TEST

START_TEST(every_reason_has_a_row)
{
	bool seen[TWR_REASON_COUNT] = { false };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		seen[rows[i].reason] = true;
	for (i = 0; i < TWR_REASON_COUNT; i++)
		ck_assert_msg(seen[i], "%s has no row",
		    twr_reason_word((enum twr_reason)i));
}
END_TEST

START_TEST(news_are_news_once)
{
	static const struct {
		enum sudo_per per;
		enum twr_reason reason;
		const char *login, *group;
		bool news;
	} asked[] = {
#define R(id) TWR_REASON_##id
		{ SUDO_PER_GROUP, R(GRANTED), "bob", "a:b", true },
		{ SUDO_PER_GROUP, R(GRANTED), "bob", "a:b", false },
		{ SUDO_PER_GROUP, R(GRANTED), "bob", "a:c", true },
		{ SUDO_PER_GROUP, R(GRANTED), "ann", "a:b", true },
		{ SUDO_PER_GROUP, R(ROLE_ENDED), "bob", "a:b", true },
		{ SUDO_PER_GROUP, R(GRANTED), "bob", "a:c", false },
		{ SUDO_PER_LOGIN, R(USER_INACTIVE), "bob", "a:b", true },
		{ SUDO_PER_LOGIN, R(USER_INACTIVE), "bob", "a:c", false },
		{ SUDO_PER_LOGIN, R(USER_INACTIVE), "ann", "a:b", true },
		{ SUDO_PER_PROCESS, R(NO_RULE), "bob", "a:b", true },
		{ SUDO_PER_PROCESS, R(NO_RULE), "ann", "a:c", false },
		{ SUDO_PER_PROCESS, R(POLICY_STALE), "ann", "a:c", true },
		{ SUDO_PER_GROUP, R(BAD_ARGUMENT), NULL, NULL, true },
		{ SUDO_PER_GROUP, R(BAD_ARGUMENT), NULL, NULL, false },
#undef R
	};
	struct sudo_said *said = NULL;
	size_t i;

	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		const struct sudo_notice notice = { LOG_INFO, asked[i].per,
			false };

		ck_assert_msg(sudo_notice_is_news(&said, &notice,
				  asked[i].reason, asked[i].login,
				  asked[i].group) == asked[i].news,
		    "row %u", (unsigned)i);
	}
	sudo_notice_forget(&said);
	ck_assert_ptr_null(said);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(a_reason_has_its_notice, rows),
		SUPPORT_TEST(every_reason_has_a_row),
		SUPPORT_TEST(news_are_news_once),
		SUPPORT_END,
	};

	return support_run("sudo_notice", tests);
}
