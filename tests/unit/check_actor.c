/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support_directory.h"

#define NO TWR_UID_UNKNOWN

/*
 * alice 1001 Owner, adm 1002 Administrator, std 1003 Standard User, sus 1004
 * Administrator but suspended; alice also has the login alice2 (1005); old
 * was adm's login and is a tombstone; 1009 has no name.
 */
static const struct {
	uint32_t uid;
	const char *login;
} accounts[] = {
	{ 0, "root" },
	{ 1001, "alice" },
	{ 1002, "adm" },
	{ 1003, "std" },
	{ 1004, "sus" },
	{ 1005, "alice2" },
	{ 1006, "old" },
	{ 1007, "nobodys" },
};

static void
name_of(uint32_t uid, char buf[TWR_LOGIN_MAX + 1])
{
	size_t i;

	buf[0] = '\0';
	for (i = 0; i < sizeof(accounts) / sizeof(*accounts); i++)
		if (accounts[i].uid == uid)
			(void)strcpy(buf, accounts[i].login);
}

static void
make_people(void)
{
	struct change *ch = support_directory();
	struct admin_login second = { "alice2", 1005, 1000, 0 };
	struct admin_login old = { "old", 1006, 1000, 0 };
	struct twr_error err = { "" };

	support_user("adm", 1002, "administrator");
	support_user("std", 1003, NULL);
	support_user("sus", 1004, "administrator");
	support_expect(change_login_map(ch, &second, "alice", NULL, NULL, &err),
	    TWR_OK, &err, NULL);
	support_expect(change_login_map(ch, &old, "adm", NULL, NULL, &err),
	    TWR_OK, &err, NULL);
	support_expect(change_login_unmap(ch, "old", NULL, &err), TWR_OK, &err,
	    NULL);
	support_expect(change_user_set_status(ch, "sus", TWR_USER_SUSPENDED,
			   NULL, NULL, &err),
	    TWR_OK, &err, NULL);
}

static const struct {
	uint32_t real, sudo, login;
	const char *as_root;
	/* refused: status and words; else TWR_OK, how and label */
	enum twr_status rc;
	enum actor_how how;
	const char *words;
} cases[] = {
	/* nothing known: the real uid */
	{ 1001, NO, NO, NULL, TWR_OK, ACTOR_UID, "alice@example.com" },
	{ 1002, NO, NO, NULL, TWR_OK, ACTOR_UID, "adm@example.com" },
	{ 1003, NO, NO, NULL, TWR_EPERM, 0, "neither" },
	{ 1004, NO, NO, NULL, TWR_EPERM, 0, "not active" },
	{ 1006, NO, NO, NULL, TWR_EPERM, 0, "not mapped" },
	{ 1007, NO, NO, NULL, TWR_EPERM, 0, "not mapped" },
	{ 1009, NO, NO, NULL, TWR_EPERM, 0, "no account name" },
	{ 0, NO, NO, NULL, TWR_EPERM, 0, "--as-root" },
	/* the login uid alone */
	{ 0, NO, 1001, NULL, TWR_OK, ACTOR_LOGINUID, "alice@example.com" },
	{ 0, NO, 1003, NULL, TWR_EPERM, 0, "by login uid" },
	{ 0, NO, 0, NULL, TWR_EPERM, 0, "\"root\"" },
	/* sudo alone */
	{ 0, 1001, NO, NULL, TWR_OK, ACTOR_SUDO, "alice@example.com" },
	{ 0, 1003, NO, NULL, TWR_EPERM, 0, "by SUDO_UID" },
	{ 0, 0, NO, NULL, TWR_EPERM, 0, "\"root\"" },
	/* both agree */
	{ 0, 1001, 1001, NULL, TWR_OK, ACTOR_LOGINUID, "alice@example.com" },
	{ 0, 1005, 1001, NULL, TWR_OK, ACTOR_LOGINUID, "alice@example.com" },
	{ 0, 1003, 1003, NULL, TWR_EPERM, 0, "neither" },
	/* both, and different: both must be administrators */
	{ 0, 1001, 1002, NULL, TWR_OK, ACTOR_SUDO,
	    "alice@example.com and adm@example.com" },
	{ 0, 1003, 1001, NULL, TWR_EPERM, 0, "\"std\"" },
	{ 0, 1001, 1003, NULL, TWR_EPERM, 0, "\"std\"" },
	{ 0, 1007, 1001, NULL, TWR_EPERM, 0, "\"nobodys\"" },
	{ 0, 1001, 1007, NULL, TWR_EPERM, 0, "\"nobodys\"" },
	{ 0, 0, 1001, NULL, TWR_EPERM, 0, "\"root\"" },
	{ 0, 1004, 1001, NULL, TWR_EPERM, 0, "not active" },
	/* --as-root */
	{ 0, NO, NO, "disk full", TWR_OK, ACTOR_AS_ROOT, "as-root" },
	{ 0, 1003, NO, "x", TWR_OK, ACTOR_AS_ROOT,
	    "as-root (std@example.com)" },
	{ 0, 1007, NO, "x", TWR_OK, ACTOR_AS_ROOT, "as-root (login:nobodys)" },
	{ 0, 1009, 1001, "x", TWR_OK, ACTOR_AS_ROOT,
	    "as-root (uid:1009 and alice@example.com)" },
	{ 1003, NO, NO, "x", TWR_EPERM, 0, "only root" },
	{ 0, NO, NO, "", TWR_EREFUSED, 0, "needs a reason" },
	{ 0, NO, NO, "  ", TWR_EREFUSED, 0, "needs a reason" },
	{ 0, NO, NO, "a\nb", TWR_EREFUSED, 0, "control characters" },
};

static struct actor_facts
facts_of(uint32_t real, uint32_t sudo, uint32_t login, const char *as_root)
{
	struct actor_facts facts = { .real_uid = real,
		.sudo_uid = sudo,
		.login_uid = login,
		.as_root = as_root };

	name_of(real, facts.real_login);
	name_of(sudo, facts.sudo_login);
	name_of(login, facts.login_login);
	return facts;
}

START_TEST(identifies)
{
	struct change *ch;
	struct actor_facts facts = facts_of(cases[_i].real, cases[_i].sudo,
	    cases[_i].login, cases[_i].as_root);
	struct actor who = { 0 };
	struct twr_error err = { "" };
	enum twr_status rc;

	make_people();
	ch = support_directory_change();
	rc = actor_identify(ch->dir, &facts, &who, &err);
	if (cases[_i].rc == TWR_OK) {
		support_expect(rc, TWR_OK, &err, NULL);
		ck_assert_str_eq(who.label, cases[_i].words);
		ck_assert_int_eq(who.how, cases[_i].how);
		if (cases[_i].as_root != NULL)
			ck_assert_str_eq(who.reason, cases[_i].as_root);
		else
			ck_assert(who.administrator && who.user_id != 0);
	} else {
		support_expect(rc, cases[_i].rc, &err, cases[_i].words);
	}
	support_directory_end();
}
END_TEST

START_TEST(refuses_a_login_whose_uid_changed)
{
	struct actor_facts facts = { .real_uid = 2001,
		.sudo_uid = NO,
		.login_uid = NO,
		.real_login = "alice" };
	struct actor who;
	struct twr_error err = { "" };

	make_people();
	support_expect(actor_identify(support_directory_change()->dir, &facts,
			   &who, &err),
	    TWR_EPERM, &err, "another uid");
	support_directory_end();
}
END_TEST

START_TEST(refuses_a_malformed_sudo_uid)
{
	struct actor_facts facts = facts_of(0, NO, 1001, NULL);
	struct actor who;
	struct twr_error err = { "" };

	facts.sudo_malformed = true;
	make_people();
	support_expect(actor_identify(support_directory_change()->dir, &facts,
			   &who, &err),
	    TWR_EPERM, &err, "SUDO_UID");
	support_directory_end();
}
END_TEST

START_TEST(attributes_anybody)
{
	struct actor_facts facts = facts_of(0, NO, NO, NULL);
	struct actor who;
	struct twr_error err = { "" };

	support_expect(actor_attribute(NULL, &facts, &who, &err), TWR_OK, &err,
	    NULL);
	ck_assert_str_eq(who.label, "login:root");
	ck_assert(!who.administrator);
	ck_assert_int_eq(who.how, ACTOR_UID);
	make_people();
	facts = facts_of(0, 1003, NO, NULL);
	support_expect(actor_attribute(support_directory_change()->dir, &facts,
			   &who, &err),
	    TWR_OK, &err, NULL);
	ck_assert_str_eq(who.label, "std@example.com");
	ck_assert(!who.administrator);
	support_directory_end();
}
END_TEST

static const struct {
	const char *text;
	bool bad;
	uint32_t uid;
} sudo_uids[] = {
	{ "1000", false, 1000 },
	{ "0", false, NO }, /* names nobody: a root shell */
	{ "4294967294", false, 4294967294u },
	{ "4294967295", true, NO },
	{ "4294967296", true, NO },
	{ "99999999999999999999", true, NO },
	{ "-1", true, NO },
	{ "+1", true, NO },
	{ " 1", true, NO },
	{ "1 ", true, NO },
	{ "0x10", true, NO },
	{ "", true, NO },
};

START_TEST(reads_sudo_uid)
{
	struct actor_facts facts;

	ck_assert_int_eq(setenv("SUDO_UID", sudo_uids[_i].text, 1), 0);
	actor_facts_gather(&facts, NULL);
	ck_assert_uint_eq(facts.real_uid, getuid());
	if (getuid() != 0 && geteuid() != 0) {
		ck_assert(!facts.sudo_malformed);
		ck_assert_uint_eq(facts.sudo_uid, NO);
		return;
	}
	ck_assert_int_eq(facts.sudo_malformed, sudo_uids[_i].bad);
	ck_assert_uint_eq(facts.sudo_uid, sudo_uids[_i].uid);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(identifies, cases),
		SUPPORT_TEST(refuses_a_login_whose_uid_changed),
		SUPPORT_TEST(refuses_a_malformed_sudo_uid),
		SUPPORT_TEST(attributes_anybody),
		SUPPORT_ROWS(reads_sudo_uid, sudo_uids),
		SUPPORT_END,
	};

	return support_run_in_folder("actor", tests);
}
