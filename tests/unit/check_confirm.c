/* SPDX-License-Identifier: BSD-2-Clause */
/* Commit-confirm: the deadline, and undoing by inverse journalled changes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confirm.h"
#include "directory_restore.h"
#include "directory_write.h"
#include "journal.h"
#include "organization.h"
#include "support_directory.h"

static struct twr_error err;

#define MUST(call) support_expect((call), TWR_OK, &err, NULL)
#define REFUSED(call, words) support_expect((call), TWR_EREFUSED, &err, words)

/* ---- the deadline ---- */

static const struct row {
	uint64_t since, serial;
	uint64_t meta_serial; /* 0: no usable policy */
	uint64_t deadline, boottime;
	bool same_boot;
	enum confirm_state want;
	uint64_t left;
} rows[] = {
	/* since serial meta deadline now boot   state            left */
	{ 0, 7, 7, 0, 100, true, CONFIRM_NONE, 0 },
	{ 0, 7, 0, 0, 100, true, CONFIRM_NONE, 0 },
	{ 9, 7, 7, 200, 100, true, CONFIRM_WAITS, 100 },
	{ 9, 7, 7, 200, 199, true, CONFIRM_WAITS, 1 },
	{ 9, 7, 7, 200, 200, true, CONFIRM_PASSED, 0 },
	{ 9, 7, 7, 200, 201, true, CONFIRM_PASSED, 0 },
	{ 9, 7, 7, 200, 100, false, CONFIRM_PASSED, 0 }, /* a reboot */
	{ 9, 7, 6, 200, 100, true, CONFIRM_PASSED, 0 }, /* cut short */
	{ 9, 7, 0, 200, 100, true, CONFIRM_PASSED, 0 }, /* moved away */
	{ 9, 7, 7, 0, 100, true, CONFIRM_PASSED, 0 }, /* another's */
};

START_TEST(deadline)
{
	const struct row *r = &rows[_i];
	struct twr_meta meta = { .serial = r->meta_serial,
		.confirm_boottime_s = r->deadline };
	struct confirm_facts facts = { .since = r->since,
		.serial = r->serial,
		.meta = r->meta_serial != 0 ? &meta : NULL,
		.boottime = r->boottime };
	uint64_t left = 12345;

	memset(facts.boot_id, 1, sizeof(facts.boot_id));
	memset(meta.boot_id, r->same_boot ? 1 : 2, sizeof(meta.boot_id));
	ck_assert_int_eq(confirm_judge(&facts, &left), r->want);
	ck_assert_uint_eq(left, r->left);
}
END_TEST

/* ---- undoing ---- */

static uint64_t
head_seq(struct change *ch)
{
	struct journal_head head;

	MUST(directory_journal_head(ch->dir, &head, &err));
	return head.seq;
}

static void
proven(struct change *ch)
{
	struct journal_head head;

	MUST(journal_verify(ch->dir, &head, &err));
}

/* The whole organization as text, without the assignments' SIDs. */
static char *
text_of(struct change *ch)
{
	struct organization *org = NULL;
	char *text = NULL;
	size_t len = 0, i;
	FILE *to = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(to);
	MUST(organization_load(ch->dir, ch->now, &org, &err));
	for (i = 0; i < org->n_assignments; i++)
		org->assignments[i].sid = "";
	MUST(organization_write(org, to, &err));
	(void)fclose(to);
	organization_free(org);
	return text;
}

static void
set_up(struct change *ch)
{
	struct change_role role = { .key = "acme:one",
		.name = "One",
		.description = "d",
		.permissions = "/acme/app/start" };

	MUST(change_scope_add(ch, "acme/messaging", NULL, NULL, &err));
	MUST(change_scope_add(ch, "acme/messaging/dev", NULL, NULL, &err));
	support_user("bob", 1002, "administrator");
	support_user("eve", 1003, "standard-user");
	(void)support_give("eve", "acme/messaging", "hosts:login", TWR_ALWAYS,
	    TWR_NEVER);
	(void)support_give("bob", "acme", "hosts:operator", T0, T0 + 3600);
	MUST(change_role_define(ch, &role, NULL, &err));
}

/* Each row is a change that leaves nothing behind when it is undone. */
static void
rename_scope(struct change *ch)
{
	MUST(change_scope_rename(ch, "acme/messaging/dev", "qa", NULL, &err));
	MUST(change_scope_rename(ch, "acme/messaging/qa", "test", NULL, &err));
}

static void
suspend_user(struct change *ch)
{
	MUST(change_user_set_status(ch, "eve", TWR_USER_SUSPENDED, NULL, NULL,
	    &err));
	MUST(change_user_set_two_factor(ch, "eve", TWR_2FA_ENROLLED, NULL, NULL,
	    &err));
}

static void
unmap_login(struct change *ch)
{
	MUST(change_login_unmap(ch, "eve", NULL, &err));
}

static void
move_login(struct change *ch)
{
	struct admin_login login = { "eve", 1003, 1000, 0 };

	unmap_login(ch);
	MUST(change_login_map(ch, &login, "bob", NULL, NULL, &err));
}

static void
new_login(struct change *ch)
{
	struct admin_login login = { "eve-two", 1013, 1000, 0 };

	MUST(change_login_map(ch, &login, "eve", NULL, NULL, &err));
}

static void
give_role(struct change *ch)
{
	(void)ch;
	(void)support_give("eve", "acme", "hosts:admin", TWR_ALWAYS, TWR_NEVER);
}

static void
take_role(struct change *ch)
{
	MUST(change_assignment_remove(ch, "eve", "acme/messaging",
	    "hosts:login", NULL, NULL, &err));
}

static void
give_and_take(struct change *ch)
{
	give_role(ch);
	MUST(change_assignment_remove(ch, "eve", "acme", "hosts:admin", NULL,
	    NULL, &err));
	take_role(ch);
	(void)support_give("eve", "acme/messaging", "hosts:login", TWR_ALWAYS,
	    TWR_NEVER);
}

static void
demote(struct change *ch)
{
	MUST(change_user_set_organization_role(ch, "bob", "none", NULL, NULL,
	    &err));
	MUST(change_user_set_organization_role(ch, "bob", "billing-admin", NULL,
	    NULL, &err));
}

static void
remove_user(struct change *ch)
{
	MUST(change_user_remove(ch, "eve", NULL, NULL, NULL, &err));
}

static void
close_scope(struct change *ch)
{
	MUST(change_scope_set_status(ch, "acme/messaging", TWR_SCOPE_CLOSED,
	    NULL, NULL, NULL, NULL, &err));
}

static void
transfer(struct change *ch)
{
	struct change_owners owners;

	MUST(change_transfer_account(ch, "acme/messaging", "bob@example.com",
	    &owners, &err));
	MUST(change_user_set_email(ch, "bob@example.com", "rob@example.com",
	    NULL, NULL, &err));
}

static void
roles(struct change *ch)
{
	struct change_role role = { .key = "acme:two",
		.name = "Two",
		.description = "d",
		.includes = "acme:one" };

	MUST(change_role_define(ch, &role, NULL, &err));
	MUST(change_role_delete(ch, "acme:two", NULL, &err));
	role = (struct change_role) { .key = "acme:one",
		.permissions = "/acme/app/stop" };
	MUST(change_role_change(ch, &role, NULL, NULL, &err));
	MUST(change_role_delete(ch, "acme:one", NULL, &err));
}

static void
set_limit(struct change *ch)
{
	MUST(change_setting(ch, "role_limit", 50, &err));
	MUST(change_setting(ch, "role_limit", 60, &err));
}

static const struct {
	const char *name;
	void (*fn)(struct change *ch);
} changes[] = {
	{ "rename a scope twice", rename_scope },
	{ "suspend", suspend_user },
	{ "unmap", unmap_login },
	{ "move a login", move_login },
	{ "a new login", new_login },
	{ "give a role", give_role },
	{ "take a role", take_role },
	{ "give and take", give_and_take },
	{ "demote", demote },
	{ "set a limit", set_limit },
	{ "remove a user", remove_user },
	{ "transfer an account", transfer },
	{ "roles of one's own", roles },
	{ "close a scope", close_scope },
};

START_TEST(undone_leaves_nothing)
{
	struct change *ch = support_directory();
	char *before, *after;
	uint64_t since;

	set_up(ch);
	before = text_of(ch);
	since = head_seq(ch);
	changes[_i].fn(ch);
	after = text_of(ch);
	/* what is made and taken at once leaves the same */
	ck_assert_msg(strcmp(before, after) != 0 ||
		changes[_i].fn == give_and_take,
	    "%s", changes[_i].name);
	free(after);
	MUST(change_confirm_begin(ch, since, &err));
	ch->now = T0 + 60;
	MUST(change_confirm_end(ch, false, &err));
	after = text_of(ch);
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	proven(ch);
	support_directory_end();
}
END_TEST

START_TEST(all_at_once_is_undone)
{
	struct change *ch = support_directory();
	char *before, *after;
	uint64_t since;
	size_t i;

	set_up(ch);
	before = text_of(ch);
	since = head_seq(ch);
	for (i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		/* these take each other's ground away */
		if (changes[i].fn != unmap_login &&
		    changes[i].fn != move_login &&
		    changes[i].fn != give_and_take &&
		    changes[i].fn != remove_user && changes[i].fn != give_role)
			changes[i].fn(ch);
	MUST(change_confirm_begin(ch, since, &err));
	MUST(change_confirm_end(ch, false, &err));
	after = text_of(ch);
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	proven(ch);
	support_directory_end();
}
END_TEST

START_TEST(what_was_made_stays_without_effect)
{
	struct change *ch = support_directory();
	struct user us;
	struct scope sc;
	struct login lo;
	uint64_t since;
	bool alias;

	set_up(ch);
	since = head_seq(ch);
	MUST(change_scope_add(ch, "acme/voice", NULL, NULL, &err));
	support_user("zoe", 1009, "administrator");
	(void)support_give("zoe", "acme", "hosts:admin", TWR_ALWAYS, TWR_NEVER);
	MUST(change_confirm_begin(ch, since, &err));
	MUST(change_confirm_end(ch, false, &err));
	REFUSED(directory_user_find(ch->dir, "zoe@example.com", &us, &err),
	    "zoe@example.com");
	MUST(directory_login_get(ch->dir, "zoe", &lo, &err));
	ck_assert_int_eq(lo.user_id, 0);
	MUST(directory_scope_find(ch->dir, "acme/voice", &sc, &alias, &err));
	ck_assert_int_eq(sc.status, TWR_SCOPE_CLOSED);
	proven(ch);
	support_directory_end();
}
END_TEST

START_TEST(mark_begins_and_ends)
{
	struct change *ch = support_directory();
	uint64_t since = 99;

	MUST(directory_pending(ch->dir, &since, &err));
	ck_assert_uint_eq(since, 0);
	REFUSED(change_confirm_end(ch, true, &err), "nothing waits");
	REFUSED(change_confirm_end(ch, false, &err), "nothing waits");
	MUST(change_confirm_begin(ch, 5, &err));
	MUST(directory_pending(ch->dir, &since, &err));
	ck_assert_uint_eq(since, 5);
	MUST(change_confirm_end(ch, true, &err));
	MUST(directory_pending(ch->dir, &since, &err));
	ck_assert_uint_eq(since, 0);
	proven(ch);
	support_directory_end();
}
END_TEST

START_TEST(configuration_is_undone)
{
	struct change *ch = support_directory();
	struct accepted ac = { .text = strdup("one"), .path = "/etc/a" };
	struct accepted now = { 0 };
	uint64_t since;

	ac.size = 3;
	MUST(change_accept_configuration(ch, &ac, &err));
	since = head_seq(ch);
	free(ac.text);
	ac.text = strdup("three");
	ac.size = 5;
	MUST(change_accept_configuration(ch, &ac, &err));
	MUST(change_confirm_begin(ch, since, &err));
	MUST(change_confirm_end(ch, false, &err));
	MUST(directory_accepted(ch->dir, &now, &err));
	ck_assert_str_eq(now.text, "one");
	ck_assert_uint_eq(now.size, 3);
	accepted_free(&now);
	free(ac.text);
	proven(ch);
	support_directory_end();
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(deadline, rows),
		SUPPORT_ROWS(undone_leaves_nothing, changes),
		SUPPORT_TEST(all_at_once_is_undone),
		SUPPORT_TEST(what_was_made_stays_without_effect),
		SUPPORT_TEST(mark_begins_and_ends),
		SUPPORT_TEST(configuration_is_undone),
		SUPPORT_END,
	};

	return support_run_in_folder("confirm", tests);
}
