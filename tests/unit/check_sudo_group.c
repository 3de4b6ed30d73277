/* SPDX-License-Identifier: BSD-2-Clause */

/* The names of groups as they stand in sudoers. */
#include "sudo_group.h"

#include <string.h>

#include "support.h"

static const struct row {
	const char *name;
	enum sudo_group_kind want;
	const char *role, *scope; /* of a role */
	const char *fault; /* of a malformed name: a part of the line */
} rows[] = {
#define ROLE(name, role, scope) \
	{ \
		name, SUDO_GROUP_ROLE, role, scope, NULL \
	}
#define UNIX(name) \
	{ \
		name, SUDO_GROUP_UNIX, NULL, NULL, NULL \
	}
#define BAD(name, fault) \
	{ \
		name, SUDO_GROUP_MALFORMED, NULL, NULL, fault \
	}
	ROLE("hosts:operator", "hosts:operator", ""),
	ROLE("h:o", "h:o", ""),
	ROLE("2nd-line:on-call-2", "2nd-line:on-call-2", ""),
	ROLE("hosts:operator@acme", "hosts:operator", "acme"),
	ROLE("hosts:operator@acme/messaging/production", "hosts:operator",
	    "acme/messaging/production"),
	ROLE("hosts:operator@acme/Field Service", "hosts:operator",
	    "acme/Field Service"),
	ROLE("hosts:operator@acme/a@b:c", "hosts:operator", "acme/a@b:c"),
	ROLE("hosts:operator@AC0123456789abcdef0123456789abcdef",
	    "hosts:operator", "AC0123456789abcdef0123456789abcdef"),
	ROLE("hosts:operator@acme/\xc3\xa9quipe", "hosts:operator",
	    "acme/\xc3\xa9quipe"),
	ROLE("hosts:operator@..", "hosts:operator", ".."), /* is unknown */
	UNIX(NULL),
	UNIX(""),
	UNIX("wheel"),
	UNIX("#1000"),
	UNIX("domain users"),
	UNIX("EXAMPLE\\admins"),
	UNIX("users@example.com"),
	UNIX("users@acme:x"), /* the colon is not a role's */
	UNIX("@"),
	UNIX("@hosts:operator"),
	BAD("hosts\\:operator", "backslash"),
	BAD("hosts:operator@acme/Field\\ Service", "backslash"),
	BAD("hosts:operator\\", "backslash"),
	BAD(":", "key of a role"),
	BAD("hosts:", "key of a role"),
	BAD(":operator", "key of a role"),
	BAD("hosts:operator:x", "key of a role"),
	BAD("Hosts:operator", "key of a role"),
	BAD("hosts:Operator", "key of a role"),
	BAD("hosts:-operator", "key of a role"),
	BAD("-hosts:operator", "key of a role"),
	BAD("hosts:opera_tor", "key of a role"),
	BAD(" hosts:operator", "key of a role"),
	BAD("hosts:operator ", "key of a role"),
	BAD("hosts:operator @acme", "key of a role"),
	BAD("!hosts:operator", "key of a role"),
	BAD("hosts:op*", "key of a role"),
	BAD("hosts:op\xc3\xa9rateur", "key of a role"),
	BAD("hosts:operator\n", "control character"),
	BAD("hosts:operator@acme\t", "control character"),
	BAD("hosts:operator@acme\x7f", "control character"),
	BAD("hosts:operator@", "no scope"),
	BAD("hosts:operator@/", "no scope"),
	BAD("hosts:operator@/acme", "no scope"),
	BAD("hosts:operator@acme/", "no scope"),
	BAD("hosts:operator@acme//x", "no scope"),
	BAD("hosts:operator@a/b/c/d", "no scope"),
	BAD("hosts:operator@ acme", "no scope"),
	BAD("hosts:operator@acme ", "no scope"),
#undef ROLE
#undef UNIX
#undef BAD
};

START_TEST(a_name_is_understood)
{
	const struct row *r = &rows[_i];
	struct sudo_group got = { "untouched", "untouched" };
	struct twr_error err = { "" };
	enum sudo_group_kind kind = sudo_group_parse(r->name, &got, &err);

	ck_assert_msg(kind == r->want, "\"%s\": %d, %s", r->name, (int)kind,
	    err.text);
	if (kind == SUDO_GROUP_ROLE) {
		ck_assert_str_eq(got.role, r->role);
		ck_assert_str_eq(got.scope, r->scope);
	} else {
		ck_assert_str_eq(got.role, "untouched");
	}
	if (kind == SUDO_GROUP_MALFORMED)
		ck_assert_msg(strstr(err.text, r->fault) != NULL, "\"%s\": %s",
		    r->name, err.text);
	else
		ck_assert_str_eq(err.text, "");
}
END_TEST

START_TEST(lengths_end_where_keys_end)
{
	char name[2 * TWR_ASKED_MAX + 8];
	struct sudo_group got;
	struct twr_error err;

	memset(name, 'a', sizeof(name));
	name[1] = ':';
	name[TWR_ASKED_MAX] = '\0';
	ck_assert_int_eq(sudo_group_parse(name, &got, &err), SUDO_GROUP_ROLE);
	ck_assert_str_eq(got.role, name);
	name[TWR_ASKED_MAX] = 'a';
	name[TWR_ASKED_MAX + 1] = '\0';
	ck_assert_int_eq(sudo_group_parse(name, &got, &err),
	    SUDO_GROUP_MALFORMED);
	name[TWR_ASKED_MAX] = '@';
	name[TWR_ASKED_MAX + 1] = 'a';
	name[2 * TWR_ASKED_MAX + 1] = '\0';
	ck_assert_int_eq(sudo_group_parse(name, &got, &err), SUDO_GROUP_ROLE);
	ck_assert_uint_eq(strlen(got.role), TWR_ASKED_MAX);
	ck_assert_uint_eq(strlen(got.scope), TWR_ASKED_MAX);
	name[2 * TWR_ASKED_MAX + 1] = 'a';
	name[2 * TWR_ASKED_MAX + 2] = '\0';
	ck_assert_int_eq(sudo_group_parse(name, &got, &err),
	    SUDO_GROUP_MALFORMED);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(a_name_is_understood, rows),
		SUPPORT_TEST(lengths_end_where_keys_end),
		SUPPORT_END,
	};

	return support_run("sudo_group", tests);
}
