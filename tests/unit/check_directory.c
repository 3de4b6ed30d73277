/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory_sql.h"
#include "directory_write.h"
#include "journal.h"
#include "support_directory.h"

#define AL TWR_ALWAYS
#define NV TWR_NEVER

static struct twr_error err;

#define MUST(call) support_expect((call), TWR_OK, &err, NULL)
#define REFUSED(call, words) support_expect((call), TWR_EREFUSED, &err, (words))

/* Past twrbac, as an intruder with the file in his hands. */
static void
tamper(const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	ck_assert_int_eq(sqlite3_open(support_path("directory.db"), &db), 0);
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK,
	    "%s", why);
	(void)sqlite3_close(db);
}

static void
verify_is(const char *words)
{
	struct journal_head head;

	support_expect(journal_verify(support_directory_change()->dir, &head,
			   &err),
	    TWR_EDATA, &err, words);
}

/* ---- the file ---- */

START_TEST(creates_and_removes)
{
	struct directory *dir = NULL;
	struct stat st;
	const char *path = support_path("new.db");

	MUST(directory_create(path, "acme", &dir, &err));
	ck_assert_int_ne(stat(path, &st), 0);
	ck_assert_int_eq(stat(support_path("new.db.new"), &st), 0);
	directory_close(dir);
	ck_assert_int_ne(stat(path, &st), 0);
	ck_assert_int_ne(stat(support_path("new.db.new"), &st), 0);
	ck_assert_int_ne(stat(support_path("new.db.new-wal"), &st), 0);
	ck_assert_int_ne(stat(support_path("new.db.new-shm"), &st), 0);
}
END_TEST

START_TEST(has_its_name_once_committed)
{
	struct directory *dir = NULL;
	struct scope sc;
	struct stat st;
	const char *path = support_path("new.db");

	/* what a killed init left is in nobody's way */
	support_write_text(support_path("new.db.new"), "half a file");
	MUST(directory_create(path, "acme", &dir, &err));
	MUST(directory_commit(dir, &err));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_uint_eq(st.st_nlink, 1);
	ck_assert_int_ne(stat(support_path("new.db.new"), &st), 0);
	MUST(directory_scope_get(dir, 1, &sc, &err));
	ck_assert_str_eq(sc.name, "acme");
	directory_close(dir);
	ck_assert_int_eq(stat(path, &st), 0);
	REFUSED(directory_create(path, "acme", &dir, &err), "exists already");
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

static void
close_committed(void)
{
	struct change *ch = support_directory();

	directory_close(ch->dir);
	ch->dir = NULL;
}

static void
open_is(enum twr_status rc, const char *words)
{
	struct directory *dir = NULL;

	support_expect(directory_open(support_path("directory.db"),
			   DIRECTORY_WRITE, &dir, &err),
	    rc, &err, words);
	support_expect(directory_open(support_path("directory.db"),
			   DIRECTORY_READ, &dir, &err),
	    rc, &err, words);
}

START_TEST(opens_only_its_own)
{
	close_committed();
	tamper("PRAGMA user_version = 99");
	open_is(TWR_ETOONEW, "newer twrbac");
	tamper("PRAGMA user_version = 0");
	open_is(TWR_EDATA, "cut short");
	tamper("PRAGMA user_version = 1; PRAGMA application_id = 7");
	open_is(TWR_EDATA, "not a directory of twrbac");
	(void)unlink(support_path("directory.db"));
	open_is(TWR_ENOENT, "twrbac init");
	support_write_text(support_path("directory.db"),
	    "this is no database, whatever its name may say of it");
	(void)chmod(support_path("directory.db"), 0600);
	open_is(TWR_EDATA, "");
	support_directory_end();
}
END_TEST

START_TEST(opens_only_what_is_safe)
{
	char path[512], other[512];

	/* open_is() uses up the buffers of support_path() */
	(void)snprintf(path, sizeof(path), "%s", support_path("directory.db"));
	(void)snprintf(other, sizeof(other), "%s", support_path("other.db"));
	close_committed();
	(void)chmod(path, 0620);
	open_is(TWR_EUNSAFE, "chmod 0600");
	(void)chmod(path, 0602);
	open_is(TWR_EUNSAFE, "others can write");
	(void)chmod(path, 0600);
	ck_assert_int_eq(symlink(path, support_path("directory.db-wal")), 0);
	open_is(TWR_EUNSAFE, "directory.db-wal: is a symbolic link");
	(void)unlink(support_path("directory.db-wal"));
	ck_assert_int_eq(rename(path, other), 0);
	ck_assert_int_eq(symlink(other, path), 0);
	open_is(TWR_EUNSAFE, "is a symbolic link");
	(void)unlink(other);
	support_directory_end();
}
END_TEST

START_TEST(reader_writes_nothing)
{
	struct directory *dir = NULL;
	struct user us = { .email = "x@y",
		.name = "x",
		.status = 1,
		.kind = 1,
		.two_factor = 3 };

	close_committed();
	MUST(directory_open(support_path("directory.db"), DIRECTORY_READ, &dir,
	    &err));
	support_expect(directory_insert_user(dir, &us, &err), TWR_EWRITE, &err,
	    "");
	directory_close(dir);
	support_directory_end();
}
END_TEST

/* ---- look-ups ---- */

START_TEST(finds_scopes)
{
	struct change *ch = support_directory();
	struct scope sc, again;
	char upper[TWR_SID_LEN + 1];
	bool alias;
	size_t i;

	MUST(change_scope_add(ch, "acme/messaging", NULL, &sc, &err));
	ck_assert_int_eq(sc.kind, TWR_SCOPE_ACCOUNT);
	MUST(change_scope_add(ch, "acme/messaging/qa", NULL, &sc, &err));
	ck_assert_str_eq(sc.path, "acme/messaging/qa");
	ck_assert_int_eq(sc.kind, TWR_SCOPE_SUBACCOUNT);
	for (i = 0; i <= TWR_SID_LEN; i++)
		upper[i] = (char)(sc.sid[i] >= 'a' ? sc.sid[i] - 32 :
						     sc.sid[i]);
	MUST(directory_scope_find(ch->dir, upper, &again, &alias, &err));
	ck_assert_int_eq(again.id, sc.id);
	REFUSED(directory_scope_find(ch->dir, "acme/messagin", &again, NULL,
		    &err),
	    "did you mean \"acme/messaging\"");
	REFUSED(directory_scope_find(ch->dir, "acme/", &again, NULL, &err),
	    "no such scope");
	REFUSED(directory_scope_find(ch->dir, "", &again, NULL, &err),
	    "no such scope");
	REFUSED(directory_scope_find(ch->dir, "acme/messaging/qa/x", &again,
		    NULL, &err),
	    "no such scope");
	REFUSED(change_scope_add(ch, "acme/messaging", NULL, NULL, &err),
	    "exists already");
	REFUSED(change_scope_add(ch, "acme/messaging/qa/x", NULL, NULL, &err),
	    "is a subaccount");
	REFUSED(change_scope_add(ch, "acme/messaging/q2", "alice", NULL, &err),
	    "no Owner of its own");
	REFUSED(change_scope_add(ch, "messaging", NULL, NULL, &err),
	    "parent's path");
	support_directory_end();
}
END_TEST

START_TEST(follows_former_names)
{
	struct change *ch = support_directory();
	struct journal_head head;
	struct scope sc, again;
	bool alias = false;

	MUST(change_scope_add(ch, "acme/old", NULL, NULL, &err));
	MUST(change_scope_add(ch, "acme/old/qa", NULL, &sc, &err));
	MUST(change_scope_rename(ch, "acme/old", "new", NULL, &err));
	MUST(directory_scope_find(ch->dir, "acme/old/qa", &again, &alias,
	    &err));
	ck_assert_int_eq(again.id, sc.id);
	ck_assert(alias);
	ck_assert_str_eq(again.path, "acme/new/qa");
	support_notes_clear();
	MUST(change_scope_add(ch, "acme/old", NULL, NULL, &err));
	ck_assert_ptr_nonnull(strstr(support_notes, "no longer leads there"));
	REFUSED(directory_scope_find(ch->dir, "acme/old/qa", &again, &alias,
		    &err),
	    "no such scope");
	MUST(change_scope_rename(ch, "acme", "emca", NULL, &err));
	MUST(directory_scope_find(ch->dir, "acme/new/qa", &again, &alias,
	    &err));
	ck_assert_str_eq(again.path, "emca/new/qa");
	MUST(journal_verify(ch->dir, &head, &err));
	support_directory_end();
}
END_TEST

START_TEST(finds_users_and_roles)
{
	struct change *ch = support_directory();
	struct user us, by_sid;
	struct role ro;

	MUST(directory_user_find(ch->dir, "ALICE@Example.COM", &us, &err));
	MUST(directory_user_find(ch->dir, us.sid, &by_sid, &err));
	ck_assert_int_eq(us.id, by_sid.id);
	MUST(directory_user_find(ch->dir, "alice", &by_sid, &err));
	ck_assert_int_eq(us.id, by_sid.id);
	REFUSED(directory_user_find(ch->dir, "Alice", &us, &err),
	    "did you mean \"alice\"");
	REFUSED(directory_user_find(ch->dir, "' OR 1=1 --", &us, &err),
	    "no such user");
	REFUSED(directory_user_find_ever(ch->dir, "alcie", &us, &err),
	    "did you mean \"alice\"");
	ck_assert_int_eq(directory_user_lookup(ch->dir, "alcie", &us, &err),
	    TWR_ENOENT);
	MUST(directory_role_find(ch->dir, "studio viewer", &ro, &err));
	ck_assert_str_eq(ro.key, "studio:viewer");
	MUST(directory_role_find(ch->dir, "IX00000000000000000000000000000103",
	    &ro, &err));
	ck_assert_str_eq(ro.key, "general:developer");
	REFUSED(directory_role_find(ch->dir, "Owner", &ro, &err),
	    "general:owner, organization:owner");
	REFUSED(directory_role_find(ch->dir, "hosts:logn", &ro, &err),
	    "did you mean \"hosts:login\"");
	support_directory_end();
}
END_TEST

/* ---- changes ---- */

START_TEST(gives_and_takes)
{
	struct change *ch = support_directory();
	const char *two[] = { "hosts:login", "Studio Viewer" };
	const char *bad[] = { "hosts:login", "general:owner" };
	struct change_assignment in = { .user = "bob",
		.scope = "acme",
		.roles = two,
		.n_roles = 2,
		.window = { AL, NV } };
	struct change_result re[2], gone;

	support_user("bob", 1002, NULL);
	MUST(change_assignment_add(ch, &in, re, &err));
	ck_assert_int_eq(re[0].outcome, CHANGE_ADDED);
	ck_assert_int_eq(re[1].outcome, CHANGE_ADDED);
	MUST(change_assignment_add(ch, &in, re, &err));
	ck_assert_int_eq(re[1].outcome, CHANGE_SAME);
	ck_assert_str_eq(re[1].sid, "");
	in.roles = bad;
	REFUSED(change_assignment_add(ch, &in, re, &err), "transfer-owner");
	REFUSED(change_assignment_remove(ch, "bob", "acme", "hosts:admin", NULL,
		    NULL, &err),
	    "does not hold");
	MUST(change_assignment_remove(ch, "bob", "acme", "hosts:login", NULL,
	    NULL, &err));
	REFUSED(change_assignment_remove(ch, "bob", "acme", "hosts:login", NULL,
		    NULL, &err),
	    "does not hold");
	in.roles = two;
	in.n_roles = 1;
	MUST(change_assignment_add(ch, &in, re, &err));
	ck_assert_int_eq(re[0].outcome, CHANGE_ADDED);
	MUST(change_assignment_remove_sid(ch, re[0].sid, &gone, &err));
	ck_assert_int_eq(gone.outcome, CHANGE_REMOVED);
	REFUSED(change_assignment_remove_sid(ch, re[0].sid, &gone, &err),
	    "already");
	REFUSED(change_assignment_remove(ch, "alice", "acme",
		    "organization:owner", NULL, NULL, &err),
	    "set-organization-role");
	support_directory_end();
}
END_TEST

START_TEST(reports_windows)
{
	struct change *ch = support_directory();
	const char *role[] = { "hosts:login" };
	struct change_assignment in = { .user = "bob",
		.scope = "acme",
		.roles = role,
		.n_roles = 1,
		.window = { AL, T0 + 9 * 3600 } };
	struct change_result re;

	support_user("bob", 1002, NULL);
	ck_assert_int_eq(support_give("bob", "acme", "hosts:login", AL,
			     T0 + 6 * 3600),
	    CHANGE_ADDED);
	MUST(change_assignment_add(ch, &in, &re, &err));
	ck_assert_int_eq(re.outcome, CHANGE_EXTENDED);
	ck_assert_ptr_nonnull(strstr(re.text,
	    "now ends 2023-11-15T07:13:20Z"
	    " (was 2023-11-15T04:13:20Z)"));
	ck_assert_int_eq(support_give("bob", "acme", "hosts:login", T0,
			     T0 + 100),
	    CHANGE_INSIDE);
	in.window.until = T0;
	REFUSED(change_assignment_add(ch, &in, &re, &err), "in the past");
	support_directory_end();
}
END_TEST

START_TEST(keeps_role_limit)
{
	static const char *const some[] = { "studio:viewer", "studio:admin",
		"voice:intelligence-admin", "voice:intelligence-viewer",
		"messaging:logs-viewer" };
	struct change *ch = support_directory();
	const char *role[] = { "messaging:logs-admin" };
	struct change_assignment in = { .user = "bob",
		.roles = role,
		.scope = "acme",
		.n_roles = 1,
		.window = { AL, NV } };
	struct change_result re;
	char path[64];
	int i, j;

	support_user("bob", 1002, NULL);
	for (i = 0; i < 5; i++) {
		(void)snprintf(path, sizeof(path), "acme/a%d", i);
		MUST(change_scope_add(ch, path, NULL, NULL, &err));
		/* ended ones are not counted, future ones are */
		for (j = 0; j < 5; j++)
			(void)support_give("bob", path, some[j],
			    i == 0 ? T0 + 10 : AL, i == 1 ? T0 + 20 : NV);
	}
	REFUSED(change_assignment_add(ch, &in, &re, &err), "role_limit is 25");
	ch->now = T0 + 20;
	MUST(change_assignment_add(ch, &in, &re, &err));
	ch->now = T0 + 21;
	MUST(change_setting(ch, "role_limit", 21, &err));
	in.scope = "acme/a1";
	REFUSED(change_assignment_add(ch, &in, &re, &err), "role_limit is 21");
	REFUSED(change_setting(ch, "role_limit", 0, &err), "out of range");
	REFUSED(change_setting(ch, "rolelimit", 5, &err), "no such setting");
	support_directory_end();
}
END_TEST

START_TEST(keeps_an_administrator)
{
	struct change *ch = support_directory();
	bool changed;

	REFUSED(change_user_set_status(ch, "alice", TWR_USER_SUSPENDED, NULL,
		    NULL, &err),
	    "last active administrator");
	REFUSED(change_login_unmap(ch, "alice", NULL, &err), "last active");
	support_user("bob", 1002, "administrator");
	REFUSED(change_user_set_organization_role(ch, "alice", "none", NULL,
		    NULL, &err),
	    "organization transfer-owner");
	REFUSED(change_user_set_organization_role(ch, "bob", "owner", NULL,
		    NULL, &err),
	    "organization transfer-owner");
	REFUSED(change_user_set_organization_role(ch, "bob", "adminstrator",
		    NULL, NULL, &err),
	    "did you mean \"administrator\"");
	support_notes_clear();
	MUST(change_user_set_status(ch, "alice", TWR_USER_SUSPENDED, NULL,
	    &changed, &err));
	ck_assert(changed);
	ck_assert_ptr_nonnull(strstr(support_notes, "only one"));
	REFUSED(change_user_set_organization_role(ch, "bob", "standard-user",
		    NULL, NULL, &err),
	    "last active administrator");
	MUST(change_user_set_status(ch, "alice", TWR_USER_ACTIVE, NULL, NULL,
	    &err));
	MUST(change_user_set_organization_role(ch, "bob", "billing-admin", NULL,
	    &changed, &err));
	ck_assert(changed);
	MUST(change_user_set_organization_role(ch, "bob", "billing-admin", NULL,
	    &changed, &err));
	ck_assert(!changed);
	MUST(change_user_set_organization_role(ch, "bob", "none", NULL,
	    &changed, &err));
	support_directory_end();
}
END_TEST

START_TEST(keeps_logins)
{
	struct change *ch = support_directory();
	struct admin_login bob = { "bob", 1002, 1000, 0 };
	struct admin_login ada = { "ada", 1005, 1000, 0 };
	struct login lo;
	bool changed;

	support_user("bob", 1002, NULL);
	REFUSED(change_login_map(ch, &bob, "alice", NULL, NULL, &err),
	    "belongs to bob@example.com");
	MUST(change_login_map(ch, &bob, "bob", NULL, &changed, &err));
	ck_assert(!changed);
	bob.uid = 1042;
	MUST(change_login_map(ch, &bob, "bob", NULL, &changed, &err));
	ck_assert(changed);
	MUST(change_login_unmap(ch, "bob", NULL, &err));
	MUST(directory_login_get(ch->dir, "bob", &lo, &err));
	ck_assert_int_eq(lo.user_id, 0);
	ck_assert_int_eq(lo.unmapped_at, T0);
	REFUSED(change_login_unmap(ch, "bob", NULL, &err), "already");
	REFUSED(change_login_unmap(ch, "eve", NULL, &err), "never was");
	support_notes_clear();
	MUST(change_login_map(ch, &bob, "alice", NULL, &changed, &err));
	ck_assert_ptr_nonnull(strstr(support_notes, "was somebody's"));
	MUST(change_login_map(ch, &ada, "alice", NULL, &changed, &err));
	support_directory_end();
}
END_TEST

START_TEST(keeps_the_host)
{
	struct change *ch = support_directory();
	char text[] = "a = 1;\n", other[] = "a = 2;\n";
	struct accepted ac = { .text = text,
		.path = "/etc/t.conf",
		.size = 7,
		.mtime_s = 5 },
			got;
	struct journal_head before, after;
	uint64_t serial;

	MUST(directory_accepted(ch->dir, &got, &err));
	ck_assert_ptr_null(got.text);
	MUST(change_accept_configuration(ch, &ac, &err));
	MUST(directory_journal_head(ch->dir, &before, &err));
	ac.mtime_s = 6;
	MUST(change_accept_configuration(ch, &ac, &err));
	MUST(directory_journal_head(ch->dir, &after, &err));
	ck_assert_uint_eq(before.seq, after.seq);
	MUST(directory_accepted(ch->dir, &got, &err));
	ck_assert_str_eq(got.text, "a = 1;\n");
	ck_assert_int_eq(got.mtime_s, 6);
	ck_assert_uint_eq(strlen(got.digest), 64);
	accepted_free(&got);
	ac.text = other;
	MUST(change_accept_configuration(ch, &ac, &err));
	MUST(directory_journal_head(ch->dir, &after, &err));
	ck_assert_uint_eq(before.seq + 1, after.seq);
	MUST(change_compiled(ch, 1, &err));
	MUST(change_compiled(ch, 7, &err));
	REFUSED(change_compiled(ch, 7, &err), "serials only rise");
	MUST(directory_serial(ch->dir, &serial, &err));
	ck_assert_uint_eq(serial, 7);
	MUST(journal_verify(ch->dir, &after, &err));
	support_directory_end();
}
END_TEST

/* ---- streams ---- */

START_TEST(streams_in_order)
{
	struct change *ch = support_directory();
	struct login_stream *ls = NULL;
	struct holding_stream *hs = NULL;
	struct login_stream_row lr;
	struct twr_holding ho;
	int64_t user, last = 0, ended = 0, removed = 0, n = 0;
	enum twr_status rc;

	support_user("bob", 1002, NULL);
	support_user("carol", 1003, NULL);
	(void)support_give("carol", "acme", "hosts:login", AL, NV);
	(void)support_give("bob", "acme", "hosts:admin", AL, T0 + 100);
	(void)support_give("bob", "acme", "hosts:login", T0 + 500, NV);
	(void)support_give("bob", "acme", "hosts:operator", AL, T0 + 10);
	(void)support_give("alice", "acme", "hosts:login", AL, T0 + 2000);
	MUST(change_login_unmap(ch, "carol", NULL, &err));
	ch->now = T0 + 200;
	MUST(change_assignment_remove(ch, "bob", "acme", "hosts:login", NULL,
	    NULL, &err));
	MUST(directory_login_stream(ch->dir, &ls, &err));
	MUST(login_stream_next(ls, &lr, &err));
	ck_assert_str_eq(lr.name, "carol");
	ck_assert_int_eq(lr.user_id, 0);
	while ((rc = login_stream_next(ls, &lr, &err)) == TWR_OK) {
		ck_assert_int_ge(lr.user_id, last);
		last = lr.user_id;
	}
	ck_assert_int_eq(rc, TWR_ENOENT);
	login_stream_end(ls);
	last = 0;
	MUST(directory_holding_stream(ch->dir, T0 + 50, &hs, &err));
	for (; (rc = holding_stream_next(hs, &user, &ho, &err)) == TWR_OK;
	     n++) {
		ck_assert_int_ge(user, last);
		last = user;
		if (ho.not_after == T0 + 100)
			ended++;
		ck_assert_int_ne(ho.not_after, T0 + 10);
		if ((ho.flags & TWR_HOLDING_REMOVED) != 0) {
			removed++;
			ck_assert_int_eq(ho.not_after, T0 + 200);
			ck_assert_int_le(ho.not_before, ho.not_after);
		}
	}
	ck_assert_int_eq(rc, TWR_ENOENT);
	holding_stream_end(hs);
	ck_assert_int_eq(ended, 1);
	ck_assert_int_eq(removed, 1);
	/* three of alice's, bob's and carol's standard-user */
	ck_assert_int_eq(n, 8);
	support_directory_end();
}
END_TEST

/* ---- searching ---- */

static const struct {
	const char *text;
	enum assignment_field field;
	int n;
} searches[] = {
	{ NULL, FIELD_NONE, 5 },
	{ "BOB@", FIELD_EMAIL, 2 },
	{ "bobbylogin", FIELD_LOGIN, 2 },
	{ "hosts:OP", FIELD_ROLE_KEY, 1 },
	{ "host operator", FIELD_ROLE_NAME, 1 },
	{ "ACME/mess", FIELD_SCOPE_PATH, 2 },
	{ "%", FIELD_NONE, 0 },
	{ "nothing like it", FIELD_NONE, 0 },
};

struct found {
	int n;
	enum assignment_field field;
};

static enum twr_status
count_found(void *ctx, const struct assignment_row *row, struct twr_error *e)
{
	struct found *fo = ctx;

	(void)e;
	fo->n++;
	ck_assert_int_eq(row->field, fo->field);
	ck_assert_str_eq(row->login,
	    fo->field == FIELD_LOGIN ? "bobbylogin" : "");
	return TWR_OK;
}

START_TEST(searches_assignments)
{
	struct change *ch = support_directory();
	struct admin_login lo = { "bobbylogin", 1009, 1000, 0 };
	struct assignment_filter filter = { .text = searches[_i].text,
		.now = T0 };
	struct found fo = { 0, searches[_i].field };

	MUST(change_scope_add(ch, "acme/messaging", NULL, NULL, &err));
	support_user("bob", 1002, NULL);
	MUST(change_login_map(ch, &lo, "bob", NULL, NULL, &err));
	(void)support_give("bob", "acme/messaging", "hosts:operator", AL, NV);
	MUST(directory_each_assignment(ch->dir, &filter, count_found, &fo,
	    &err));
	ck_assert_int_eq(fo.n, searches[_i].n);
	support_directory_end();
}
END_TEST

/* ---- the journal ---- */

START_TEST(journal_holds)
{
	struct change *ch = support_directory();
	struct journal_head head, again;

	support_user("bob", 1002, "administrator");
	(void)support_give("bob", "acme", "hosts:login", AL, T0 + 5);
	MUST(change_user_set_two_factor(ch, "bob", TWR_2FA_ENROLLED, NULL, NULL,
	    &err));
	MUST(journal_verify(ch->dir, &head, &err));
	MUST(directory_journal_head(ch->dir, &again, &err));
	ck_assert_uint_eq(head.seq, again.seq);
	ck_assert_mem_eq(head.hash, again.hash, TWR_HASH_LEN);
	ch->now = T0 - 1;
	REFUSED(change_user_set_status(ch, "bob", TWR_USER_SUSPENDED, NULL,
		    NULL, &err),
	    "--clock-ok");
	REFUSED(journal_check_clock(ch->dir, T0 - 1, false, &err), "clock");
	MUST(journal_check_clock(ch->dir, T0 - 1, true, &err));
	support_directory_end();
}
END_TEST

#define UNLOCK "DROP TRIGGER journal_no_update;DROP TRIGGER journal_no_delete;"

static const struct {
	const char *sql, *words;
} forgeries[] = {
	{ UNLOCK "UPDATE journal SET actor = 'eve' WHERE seq = 3",
	    "row 3 was altered" },
	{ UNLOCK "UPDATE journal SET reason = '' WHERE seq = 3",
	    "row 3 was altered" },
	{ UNLOCK "UPDATE journal SET at = at + 1 WHERE seq = 3",
	    "row 3 was altered" },
	{ UNLOCK "DELETE FROM journal WHERE seq = 3", "row 3 is missing" },
	{ UNLOCK "UPDATE journal SET hash = zeroblob(32) WHERE seq = 2",
	    "row 2 was altered" },
	{ UNLOCK "DELETE FROM journal WHERE seq ="
		 " (SELECT max(seq) FROM journal)",
	    "is not as the journal left it" },
	{ "UPDATE user SET status = 2", "user US" },
	{ "UPDATE assignment SET scope_id = 2", "assignment IY" },
	{ "UPDATE login SET uid = 7", "login alice" },
	{ "UPDATE role SET type = 5 WHERE id = 1", "role IX" },
	{ "DELETE FROM role_permission", "role IX" },
	{ "DELETE FROM role_include", "role IX" },
	{ "INSERT INTO login VALUES ('eve', 1, 5, 0, NULL)", "login eve" },
	{ "PRAGMA foreign_keys = OFF; DROP TRIGGER user_kept;"
	  " DELETE FROM user",
	    "gone" },
	{ "UPDATE scope SET name = 'emca'", "scope OR" },
	{ "INSERT INTO setting VALUES ('role_limit', 999)", "setting" },
	{ "UPDATE host_state SET serial = 5", "policy serial" },
};

START_TEST(journal_betrays)
{
	struct change *ch = support_directory();

	MUST(change_scope_add(ch, "acme/m", NULL, NULL, &err));
	support_commit();
	directory_rollback(ch->dir);
	tamper(forgeries[_i].sql);
	verify_is(forgeries[_i].words);
	support_directory_end();
}
END_TEST

static const char *const forbidden[] = {
	"UPDATE journal SET actor = 'x'",
	"DELETE FROM journal",
	"DELETE FROM assignment",
	"DELETE FROM login",
	"UPDATE scope SET parent_id = 1 WHERE id = 2",
	"INSERT INTO scope SELECT 99, replace(sid, '0', '1') || '', 3, 1, 'x',"
	" 1, 0 FROM scope WHERE id = 1",
	"INSERT INTO user SELECT 99, replace(sid, substr(sid, 9, 1), 'x'),"
	" upper(email), name, status, kind, two_factor, 0, NULL FROM user",
	"UPDATE user SET removed_at = 1 WHERE status = 1",
	"DELETE FROM user",
	"DELETE FROM role",
	"INSERT INTO role SELECT 999, replace(sid, '0', 'a'), key, type,"
	" product_group, name, description, assignable_at, published_sid,"
	" modelled, shipped, NULL FROM role WHERE id = 1",
	"INSERT INTO assignment (sid, user_id, role_id, scope_id, reason,"
	" created_at, created_by) SELECT replace(sid, substr(sid, 9, 1), 'x'),"
	" user_id, 2, 1, '', 0, 'x' FROM assignment WHERE role_id = 1",
	"UPDATE host_state SET serial = 0",
};

START_TEST(file_refuses_by_itself)
{
	struct change *ch = support_directory();
	struct query q;

	MUST(change_scope_add(ch, "acme/m", NULL, NULL, &err));
	MUST(query_prepare(&q, ch->dir, forbidden[_i], &err));
	support_expect(query_run(&q, &err), TWR_EREFUSED, &err, "");
	query_end(&q);
	support_directory_end();
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(creates_and_removes),
		SUPPORT_TEST(has_its_name_once_committed),
		SUPPORT_TEST(opens_only_its_own),
		SUPPORT_TEST(opens_only_what_is_safe),
		SUPPORT_TEST(reader_writes_nothing),
		SUPPORT_TEST(finds_scopes),
		SUPPORT_TEST(follows_former_names),
		SUPPORT_TEST(finds_users_and_roles),
		SUPPORT_TEST(gives_and_takes),
		SUPPORT_TEST(reports_windows),
		SUPPORT_TEST(keeps_role_limit),
		SUPPORT_TEST(keeps_an_administrator),
		SUPPORT_TEST(keeps_logins),
		SUPPORT_TEST(keeps_the_host),
		SUPPORT_TEST(streams_in_order),
		SUPPORT_ROWS(searches_assignments, searches),
		SUPPORT_TEST(journal_holds),
		SUPPORT_ROWS(journal_betrays, forgeries),
		SUPPORT_ROWS(file_refuses_by_itself, forbidden),
		SUPPORT_END,
	};

	return support_run_in_folder("directory", tests);
}
