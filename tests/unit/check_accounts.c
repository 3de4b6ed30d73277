/* SPDX-License-Identifier: BSD-2-Clause */
#include "accounts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model.h"
#include "support.h"

static const struct row {
	const char *what, *file, *login;
	enum twr_status status;
	uint32_t uid;
} rows[] = {
	/* clang-format off */
	{ "found", "root:x:0:0::/:/bin/sh\nbob:x:1001:1::/:/bin/sh\n", "bob",
	    TWR_OK, 1001 },
	{ "the first line", "root:x:0:0::/:/bin/sh\n", "root", TWR_OK, 0 },
	{ "not there", "root:x:0:0::/:/bin/sh\n", "bob", TWR_ENOENT, 0 },
	{ "an empty file", "", "bob", TWR_ENOENT, 0 },
	{ "the first match counts", "bob:x:5:\nbob:x:1001:\n", "bob", TWR_OK,
	    5 },
	{ "a longer name", "bobby:x:5:\n", "bob", TWR_ENOENT, 0 },
	{ "a shorter name", "bo:x:5:\n", "bob", TWR_ENOENT, 0 },
	{ "another case", "Bob:x:5:\n", "bob", TWR_ENOENT, 0 },
	{ "the end of a name", "xbob:x:5:\n", "bob", TWR_ENOENT, 0 },
	{ "a name in another field", "x:bob:5:bob:bob:bob\n", "bob",
	    TWR_ENOENT, 0 },
	{ "an empty name", ":x:5:\n", "", TWR_ENOENT, 0 },
	{ "a name with a colon", "bob:x:5:\n", "bob:x", TWR_ENOENT, 0 },
	{ "a name with a line", "a:x:1:\nbob:x:5:\n", "a:x:1:\nbob",
	    TWR_ENOENT, 0 },
	{ "no last newline", "bob:x:5:", "bob", TWR_OK, 5 },
	{ "cut in the uid", "bob:x:5", "bob", TWR_ENOENT, 0 },
	{ "no uid", "bob:x::\n", "bob", TWR_ECORRUPT, 0 },
	{ "no fields", "bob\nbob:x:5:\n", "bob", TWR_OK, 5 },
	{ "few fields", "bob:x\nbob:x:5:\n", "bob", TWR_ECORRUPT, 0 },
	{ "uid at the end of a line", "bob:x:5\nbob:x:6:\n", "bob",
	    TWR_ECORRUPT, 0 },
	{ "letters", "bob:x:five:\n", "bob", TWR_ECORRUPT, 0 },
	{ "digits, then letters", "bob:x:5five:\n", "bob", TWR_ECORRUPT, 0 },
	{ "negative", "bob:x:-1:\n", "bob", TWR_ECORRUPT, 0 },
	{ "a blank before it", "bob:x: 5:\n", "bob", TWR_ECORRUPT, 0 },
	{ "hexadecimal", "bob:x:0x5:\n", "bob", TWR_ECORRUPT, 0 },
	{ "the greatest", "bob:x:4294967294:\n", "bob", TWR_OK, 4294967294u },
	{ "that of nobody", "bob:x:4294967295:\n", "bob", TWR_ECORRUPT, 0 },
	{ "wraps to root", "bob:x:4294967296:\n", "bob", TWR_ECORRUPT, 0 },
	{ "wraps further", "bob:x:18446744073709551616:\n", "bob",
	    TWR_ECORRUPT, 0 },
	{ "leading zeroes", "bob:x:0005:\n", "bob", TWR_OK, 5 },
	{ "a comment", "#bob:x:5:\n", "bob", TWR_ENOENT, 0 },
	{ "a bad line of another", "eve:x:five:\nbob:x:5:\n", "bob", TWR_OK,
	    5 },
	{ "other bytes", "b\xc3\xb6" "b:x:5:\n", "b\xc3\xb6" "b", TWR_OK, 5 },
	/* clang-format on */
};

static enum twr_status
look(const char *login, uint32_t *uid)
{
	struct twr_error err = { "" };

	*uid = TWR_UID_UNKNOWN;
	return twr_local_uid(support_path("passwd"), support_owner(), login,
	    uid, &err);
}

START_TEST(a_line_is_found_or_not)
{
	const struct row *r = &rows[_i];
	unsigned fds = support_count_fds();
	uint32_t uid;

	support_write_text(support_path("passwd"), r->file);
	ck_assert_msg(look(r->login, &uid) == r->status, "%s", r->what);
	ck_assert_msg(uid == (r->status == TWR_OK ? r->uid : TWR_UID_UNKNOWN),
	    "%s: %lu", r->what, (unsigned long)uid);
	ck_assert_uint_eq(support_count_fds(), fds);
}
END_TEST

/* The line lies across the pieces in which the file is read. */
START_TEST(pieces_make_no_difference)
{
	char buf[4096 + 64];
	uint32_t uid;
	size_t at;

	for (at = 4096 - 20; at <= 4096 + 4; at++) {
		memset(buf, 'x', sizeof(buf));
		buf[at - 1] = '\n';
		memcpy(buf + at, "bob:x:1001:1::/:\n", 17);
		support_write(support_path("passwd"), buf, at + 17, 0644);
		ck_assert_int_eq(look("bob", &uid), TWR_OK);
		ck_assert_uint_eq(uid, 1001);
	}
}
END_TEST

START_TEST(a_nul_byte_ends_no_name)
{
	static const char file[] = "bob\0x:x:5:\nbo\0:x:6:\n\0:x:7:\n";
	uint32_t uid;

	support_write(support_path("passwd"), file, sizeof(file) - 1, 0644);
	ck_assert_int_eq(look("bob", &uid), TWR_ENOENT);
	ck_assert_int_eq(look("bo", &uid), TWR_ENOENT);
	ck_assert_int_eq(look("", &uid), TWR_ENOENT);
}
END_TEST

START_TEST(an_endless_file_ends)
{
	const char *path = support_path("passwd");
	uint32_t uid;

	support_write_text(path, "bob:x:5:\n");
	ck_assert_int_eq(truncate(path, 64 * 1024 * 1024), 0);
	ck_assert_int_eq(look("bob", &uid), TWR_OK);
	ck_assert_int_eq(look("eve", &uid), TWR_ECORRUPT);
}
END_TEST

START_TEST(an_unsafe_file_is_not_read)
{
	const char *path = support_path("passwd");
	uint32_t uid;

	support_write_text(path, "bob:x:5:\n");
	ck_assert_int_eq(chmod(path, 0666), 0);
	ck_assert_int_eq(look("bob", &uid), TWR_EUNSAFE);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(look("bob", &uid), TWR_ENOENT);
	ck_assert_uint_eq(uid, TWR_UID_UNKNOWN);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(a_line_is_found_or_not, rows),
		SUPPORT_TEST(pieces_make_no_difference),
		SUPPORT_TEST(a_nul_byte_ends_no_name),
		SUPPORT_TEST(an_endless_file_ends),
		SUPPORT_TEST(an_unsafe_file_is_not_read),
		SUPPORT_END,
	};

	return support_run_in_folder("accounts", tests);
}
