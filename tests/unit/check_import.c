/* SPDX-License-Identifier: BSD-2-Clause */
#include "change_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory_bulk.h"
#include "directory_sql.h"
#include "journal.h"
#include "journal_chain.h"
#include "memo.h"
#include "snapshot.h"
#include "support_directory.h"

static struct twr_error err;
static char complaints[16384];
static unsigned n_complaints;

#define MUST(call) support_expect((call), TWR_OK, &err, NULL)

static void
complain(void *ctx, const char *line)
{
	size_t len = strlen(complaints);

	(void)ctx;
	n_complaints++;
	(void)snprintf(complaints + len, sizeof(complaints) - len, "%s\n",
	    line);
}

/* The accounts of the host: only one. */
static uint32_t
account_uid(void *ctx, const char *login)
{
	(void)ctx;
	return strcmp(login, "here") == 0 ? 1234 : TWR_UID_UNKNOWN;
}

/* Import a text, in pieces of some bytes. */
static enum twr_status
import(enum import_kind kind, const char *text, struct import_counts *counts)
{
	struct change_import in = { .kind = kind,
		.name = "f.csv",
		.rules = { .uid = TWR_UID_UNKNOWN, .uid_min = 1000 },
		.account_uid = account_uid,
		.complain = complain };
	struct import_counts unused;
	struct import *im = NULL;
	size_t left = strlen(text), n;
	enum twr_status rc;

	complaints[0] = '\0';
	n_complaints = 0;
	rc = change_import_begin(support_directory_change(), &in, &im, &err);
	for (; rc == TWR_OK && left > 0; text += n, left -= n) {
		n = left < 700 ? left : 700;
		rc = change_import_feed(im, text, n, &err);
	}
	if (rc == TWR_OK)
		rc = change_import_end(im, counts != NULL ? counts : &unused,
		    &err);
	change_import_free(im);
	return rc;
}

/* acme/web and acme/web/live; bob, carol, dave */
static struct directory *
begin(void)
{
	struct change *ch = support_directory();

	MUST(change_scope_add(ch, "acme/web", NULL, NULL, &err));
	MUST(change_scope_add(ch, "acme/web/live", NULL, NULL, &err));
	support_user("bob", 1002, NULL);
	support_user("carol", 1003, NULL);
	support_user("dave", 1004, NULL);
	support_notes_clear();
	return ch->dir;
}

static int64_t
number(struct directory *dir, const char *sql)
{
	struct query q;
	int64_t ret = -1;

	MUST(query_prepare(&q, dir, sql, &err));
	if (query_step(&q, &err) == TWR_OK)
		ret = sqlite3_column_int64(q.st, 0);
	query_end(&q);
	return ret;
}

static void
verify(struct directory *dir)
{
	struct journal_head head;

	MUST(journal_verify(dir, &head, &err));
	ck_assert_int_gt((int64_t)head.seq, 0);
	ck_assert_int_eq(number(dir,
			     "SELECT count(*) FROM pragma_"
			     "integrity_check WHERE integrity_check "
			     "<> 'ok'"),
	    0);
}

/* ---- headers and forms ---- */

static const struct {
	enum import_kind kind;
	const char *text;
	enum twr_status rc;
	const char *words; /* in err */
	const char *line; /* in the complaints */
} refused[] = {
	{ IMPORT_USERS, "", TWR_EDATA, "is empty", "" },
	{ IMPORT_USERS, "name\n", TWR_EDATA, "lacks: email", "" },
	{ IMPORT_LOGINS, "user\n", TWR_EDATA, "lacks: login", "" },
	{ IMPORT_USERS, "emial\n", TWR_EDATA, "did you mean \"email\"", "" },
	{ IMPORT_USERS, "email,scope\n", TWR_EDATA, "no such column", "" },
	{ IMPORT_USERS, "email,name,email\n", TWR_EDATA, "twice (1 and 3)",
	    "" },
	{ IMPORT_USERS, "em\"ail\n", TWR_EDATA, "f.csv:1: a double quote", "" },
	{ IMPORT_USERS, "email,name\na@b.c\n", TWR_EDATA, "1 of 1 rows",
	    "f.csv:2: has 1 field, the header has 2" },
	{ IMPORT_USERS, "email\n\n\nx\n", TWR_EREFUSED, "1 of 1 rows",
	    "f.csv:4: e-mail \"x\": is not an address" },
	{ IMPORT_USERS, "email,kind\na@b.c,robot\n", TWR_EREFUSED, "refused",
	    "f.csv:2: kind \"robot\": no such word; it is person, service" },
	{ IMPORT_USERS, "email,two_factor\na@b.c,enroled\n", TWR_EREFUSED,
	    "refused", "two_factor \"enroled\": did you mean \"enrolled\"?" },
	{ IMPORT_USERS, "email,organization_role\na@b.c,owner\n", TWR_EREFUSED,
	    "refused", "exactly one Organization Owner" },
	{ IMPORT_USERS, "email,name\nbob@example.com,Robert\n", TWR_EREFUSED,
	    "refused", "exists already, with another name" },
	{ IMPORT_USERS, "email,login\na@b.c,bob\n", TWR_EREFUSED, "refused",
	    "login \"bob\": belongs to bob@example.com" },
	{ IMPORT_USERS, "email\na@b.c\nA@B.C\n", TWR_OK, NULL, "" },
	{ IMPORT_USERS, "email,login\na@b.c,x\nd@b.c,x\n", TWR_EREFUSED,
	    "refused", "f.csv:3: login \"x\": belongs to a@b.c" },
	{ IMPORT_LOGINS, "user,login\nbbo@example.com,x\n", TWR_EREFUSED,
	    "refused", "did you mean \"bob@example.com\"?" },
	{ IMPORT_LOGINS, "user,login,uid\nbob,x,-1\n", TWR_EREFUSED, "refused",
	    "uid" },
	{ IMPORT_LOGINS, "user,login,uid\nbob,x,0\n", TWR_EREFUSED, "refused",
	    "is root" },
	{ IMPORT_LOGINS, "user,login,uid\nbob,x,7\n", TWR_EREFUSED, "refused",
	    "system account" },
	{ IMPORT_LOGINS, "user,login,uid\nbob,here,1235\n", TWR_EREFUSED,
	    "refused", "has uid 1234 on this host" },
	{ IMPORT_LOGINS, "user,login,uid\nbob,here,1234\n", TWR_OK, NULL, "" },
	{ IMPORT_LOGINS, "user,login\nbob,007\n", TWR_EREFUSED, "refused",
	    "is a number" },
	{ IMPORT_ASSIGNMENTS, "user,scope,role\nbob,acme/wbe,hosts:login\n",
	    TWR_EREFUSED, "refused", "did you mean \"acme/web\"" },
	{ IMPORT_ASSIGNMENTS, "user,scope,role\nbob,acme,hosts:lgoin\n",
	    TWR_EREFUSED, "refused", "did you mean \"hosts:login\"" },
	{ IMPORT_ASSIGNMENTS, "user,scope,role\nbob,acme,organization:owner\n",
	    TWR_EREFUSED, "refused", "set-organization-role" },
	{ IMPORT_ASSIGNMENTS, "user,scope,role\nbob,acme/web,general:owner\n",
	    TWR_EREFUSED, "refused", "transfer-owner" },
	{ IMPORT_ASSIGNMENTS, "user,scope,role\nbob,acme,general:developer\n",
	    TWR_EREFUSED, "refused", "cannot be assigned at acme" },
	{ IMPORT_ASSIGNMENTS,
	    "user,scope,role,until\nbob,acme,hosts:login,2020-01-01\n",
	    TWR_EREFUSED, "refused", "is in the past" },
	{ IMPORT_ASSIGNMENTS,
	    "user,scope,role,from\nbob,acme,hosts:login,soon\n", TWR_EREFUSED,
	    "refused", "from \"soon\": not a time" },
	{ IMPORT_ASSIGNMENTS,
	    "user,scope,role,reason\nbob,acme,hosts:login,\"a\nb\"\n",
	    TWR_EREFUSED, "refused", "control characters" },
};

START_TEST(refusals)
{
	begin();
	support_expect(import(refused[_i].kind, refused[_i].text, NULL),
	    refused[_i].rc, &err, refused[_i].words);
	ck_assert_msg(strstr(complaints, refused[_i].line) != NULL,
	    "\"%s\" lacks \"%s\"", complaints, refused[_i].line);
	support_directory_end();
}
END_TEST

START_TEST(the_first_twenty_are_told)
{
	char text[4096] = "user,scope,role\n", *p = text + strlen(text);
	int i;

	begin();
	/* found late: alice's rows are judged before bob's */
	p += sprintf(p, "bob,acme,organization:owner\n");
	for (i = 0; i < 10; i++)
		p += sprintf(p, "alice,acme,organization:owner\n");
	for (i = 0; i < 30; i++)
		p += sprintf(p, "nobody%d,acme,hosts:login\n", i);
	support_expect(import(IMPORT_ASSIGNMENTS, text, NULL), TWR_EREFUSED,
	    &err, "41 of 41 rows refused (the first 20 are told above)");
	ck_assert_uint_eq(n_complaints, 20);
	ck_assert_ptr_nonnull(strstr(complaints, "f.csv:2: organization:own"));
	ck_assert_ptr_nonnull(strstr(complaints, "f.csv:12: organization:ow"));
	ck_assert_ptr_nonnull(strstr(complaints, "f.csv:21: user \"nobody8"));
	ck_assert_ptr_null(strstr(complaints, "f.csv:22:"));
	support_directory_end();
}
END_TEST

/* ---- what is imported ---- */

START_TEST(users_and_logins)
{
	static const char
	    users[] = "login,kind,email,organization_role,two_factor,name\r\n"
		      "erin,,erin@example.com,administrator,enrolled,"
		      "\"Erin \"\"E\"\" O'Neil, jr.\"\r\n"
		      ",service,ci@example.com,,,\r\n"
		      "bob,person,bob@example.com,standard-user,unknown,\r\n";
	static const char logins[] = "user,login,uid\n"
				     "ci@example.com,ci-bot,3000\n"
				     "erin,erin-adm,\n"
				     "bob,bob,1002\n";
	struct directory *dir = begin();
	struct import_counts n;
	struct user us;

	MUST(import(IMPORT_USERS, users, &n));
	ck_assert_uint_eq(n.rows, 3);
	ck_assert_uint_eq(n.added, 2);
	ck_assert_uint_eq(n.unchanged, 1);
	MUST(directory_user_find(dir, "erin", &us, &err));
	ck_assert_str_eq(us.name, "Erin \"E\" O'Neil, jr.");
	ck_assert_int_eq(us.two_factor, TWR_2FA_ENROLLED);
	MUST(directory_user_find(dir, "ci@example.com", &us, &err));
	ck_assert_int_eq(us.kind, TWR_KIND_SERVICE);
	MUST(import(IMPORT_LOGINS, logins, &n));
	ck_assert_uint_eq(n.added, 2);
	ck_assert_uint_eq(n.unchanged, 1);
	ck_assert_ptr_nonnull(strstr(support_notes, "uid is not recorded"));
	/* the same again: nothing */
	MUST(import(IMPORT_USERS, users, &n));
	ck_assert_uint_eq(n.unchanged, 3);
	MUST(import(IMPORT_LOGINS, logins, &n));
	ck_assert_uint_eq(n.unchanged, 3);
	verify(dir);
	support_directory_end();
}
END_TEST

START_TEST(a_login_that_was_another_s_is_warned_of)
{
	struct change *ch;

	begin();
	ch = support_directory_change();
	MUST(change_login_unmap(ch, "bob", NULL, &err));
	MUST(import(IMPORT_LOGINS, "user,login\ncarol,bob\n", NULL));
	ck_assert_ptr_nonnull(strstr(support_notes, "was somebody's until"));
	support_directory_end();
}
END_TEST

/* The same rows one by one through change_assignment_add() leave the same. */
static const char mixed[] =
    "user,role,scope,from,until,reason\n"
    "bob,hosts:login,acme,,2030-01-01T00:00:00Z,\"quoted \"\"x\"\" \\ y\"\n"
    "carol@example.com,hosts:admin,acme/web,2029-01-01T00:00:00Z,,\n"
    "BOB@example.com,hosts:login,acme,,2030-01-01T00:00:00Z,again\n"
    "bob,hosts:login,acme,,2029-01-01T00:00:00Z,inside\n"
    "bob,hosts:login,acme,,2031-01-01T00:00:00Z,longer\n"
    "dave,general:developer,acme/web,,,M\xc3\xbcller\n"
    "dave,Developer,acme/web,,,by name\n";

START_TEST(assignments)
{
	struct directory *dir = begin();
	struct import_counts n;

	MUST(import(IMPORT_ASSIGNMENTS, mixed, &n));
	ck_assert_uint_eq(n.rows, 7);
	ck_assert_uint_eq(n.added, 4);
	ck_assert_uint_eq(n.unchanged, 3);
	ck_assert_int_eq(number(dir,
			     "SELECT count(*) FROM assignment WHERE"
			     " reason = 'longer' AND user_id ="
			     " (SELECT id FROM user WHERE email ="
			     " 'bob@example.com')"),
	    1);
	verify(dir);
	MUST(import(IMPORT_ASSIGNMENTS, mixed, &n));
	ck_assert_uint_eq(n.added, 0);
	ck_assert_uint_eq(n.unchanged, 7);
	verify(dir);
	support_directory_end();
}
END_TEST

START_TEST(a_former_scope_name_is_noted_once)
{
	struct change *ch;

	begin();
	ch = support_directory_change();
	MUST(change_scope_rename(ch, "acme/web", "site", NULL, &err));
	MUST(import(IMPORT_ASSIGNMENTS,
	    "user,scope,role\nbob,acme/web,hosts:login\n"
	    "carol,acme/web,hosts:login\n",
	    NULL));
	ck_assert_ptr_nonnull(strstr(support_notes,
	    "acme/web is called acme/site now"));
	/* once: there is one line */
	ck_assert_ptr_eq(strchr(support_notes, '\n') + 1,
	    support_notes + strlen(support_notes));
	support_directory_end();
}
END_TEST

START_TEST(the_limit_holds_in_the_order_of_the_file)
{
	struct change *ch;
	struct import_counts n;

	begin();
	ch = support_directory_change();
	MUST(change_setting(ch, "role_limit", 2, &err));
	support_expect(import(IMPORT_ASSIGNMENTS,
			   "user,scope,role\n"
			   "bob,acme/web,studio:admin\n"
			   "bob,acme/web,hosts:login\n"
			   "bob,acme/web,studio:viewer\n"
			   "bob,acme/web,studio:admin\n"
			   "bob,acme,studio:admin\n",
			   &n),
	    TWR_EREFUSED, &err, "1 of 5 rows");
	ck_assert_msg(strstr(complaints,
			  "f.csv:6: bob@example.com: holds 2 "
			  "built-in") != NULL,
	    "%s", complaints);
	support_directory_end();
}
END_TEST

/* ---- many ---- */

#define MANY_USERS 300
#define MANY_EACH 24

/* Users, and so many rows that indexes are dropped and built again. */
static char *
many_rows(struct directory *dir, uint64_t seed)
{
	static const char *const scopes[] = { "acme", "acme/web",
		"acme/web/live" };
	static const char *const reasons[] = { "", "INC-7",
		"\"say \"\"no\"\", \\ '; DROP TABLE user; --\"",
		"\xe6\x9d\xb1 \xf0\x9f\x98\x80", "x" };
	struct support_random rn = { seed };
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	int i;

	ck_assert_ptr_nonnull(to);
	ck_assert_int_ge(number(dir, "SELECT 1"), 0);
	fputs("user,scope,role,until,reason\n", to);
	for (i = 0; i < MANY_USERS * MANY_EACH; i++)
		fprintf(to,
		    "u%u@example.com,%s,hosts:%s,%u-01-01T00:00:00Z"
		    ",%s\n",
		    support_below(&rn, MANY_USERS),
		    scopes[support_below(&rn, 3)],
		    support_chance(&rn, 50) ? "login" : "operator",
		    2030 + support_below(&rn, 60),
		    reasons[support_below(&rn, 5)]);
	ck_assert_int_eq(fclose(to), 0);
	return text;
}

static void
many_users(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	int i;

	ck_assert_ptr_nonnull(to);
	fputs("email\n", to);
	for (i = 0; i < MANY_USERS; i++)
		fprintf(to, "u%d@example.com\n", i);
	ck_assert_int_eq(fclose(to), 0);
	MUST(import(IMPORT_USERS, text, NULL));
	free(text);
}

#define INDEX \
	"SELECT count(*) FROM sqlite_master WHERE name = 'assignment_by_role'"

START_TEST(many_are_imported_and_the_journal_holds)
{
	struct directory *dir = begin();
	struct import_counts n;
	char *text;
	int64_t before;

	many_users();
	before = number(dir, "SELECT count(*) FROM assignment");
	text = many_rows(dir, 1);
	MUST(import(IMPORT_ASSIGNMENTS, text, &n));
	free(text);
	ck_assert_uint_eq(n.rows, MANY_USERS * MANY_EACH);
	ck_assert_uint_eq(n.added + n.unchanged, n.rows);
	ck_assert_int_eq(number(dir, "SELECT count(*) FROM assignment"),
	    before + (int64_t)n.added);
	ck_assert_int_eq(number(dir, INDEX), 1);
	verify(dir);
	/* a few more go where there are many */
	MUST(import(IMPORT_ASSIGNMENTS, mixed, &n));
	verify(dir);
	support_directory_end();
}
END_TEST

START_TEST(a_rollback_brings_the_indexes_back)
{
	struct directory *dir = begin();
	struct directory_indexes *ix = NULL;
	int64_t before;
	char *text, *bad;

	many_users();
	support_commit();
	before = number(dir, "SELECT count(*) FROM journal");
	text = many_rows(dir, 2);
	ck_assert_int_ge(asprintf(&bad, "%snobody,acme,hosts:login,,\n", text),
	    0);
	support_expect(import(IMPORT_ASSIGNMENTS, bad, NULL), TWR_EREFUSED,
	    &err, "1 of 7201 rows");
	directory_rollback(dir);
	MUST(directory_begin(dir, &err));
	ck_assert_int_eq(number(dir, "SELECT count(*) FROM journal"), before);
	ck_assert_int_eq(number(dir, INDEX), 1);
	verify(dir);
	/* and in the middle, when nobody came to build them */
	MUST(directory_indexes_drop(dir, 100000, &ix, &err));
	ck_assert_ptr_nonnull(ix);
	directory_indexes_free(ix);
	ck_assert_int_eq(number(dir, INDEX), 0);
	directory_rollback(dir);
	ck_assert_int_eq(number(dir, INDEX), 1);
	MUST(directory_begin(dir, &err));
	verify(dir);
	free(bad);
	free(text);
	support_directory_end();
}
END_TEST

/* ---- the parts ---- */

/* Any character that a text of ours can hold, and those that it cannot. */
static void
odd_text(struct support_random *rn, char *buf, size_t max)
{
	static const char *const odd[] = { "\"", "\\", "/", "'", "\b", "\t",
		"\n", "\f", "\r", "\x01", "\x1f", "\x7f", "\xc2\x80",
		"\xe2\x80\xa8", "\xf0\x9f\x98\x80", "a", " ", "<", "&" };
	size_t n = support_below(rn, (unsigned)(max / 4)), len = 0;
	const char *one;

	while (n-- > 0) {
		one = odd[support_below(rn, sizeof(odd) / sizeof(*odd))];
		memcpy(buf + len, one, strlen(one));
		len += strlen(one);
	}
	buf[len] = '\0';
}

static int64_t
odd_time(struct support_random *rn, int64_t none)
{
	return support_chance(rn, 40) ? none :
					(int64_t)support_below(rn, 2000000000);
}

START_TEST(a_snapshot_is_what_the_database_says)
{
	struct directory *dir = begin();
	struct support_random rn = { 42 };
	struct snapshot_names names = { "", "", "" };
	struct assignment as;
	struct user us;
	struct role ro;
	struct scope sc;
	char ours[SNAPSHOT_MAX], *theirs = NULL;
	int i;

	MUST(directory_user_find(dir, "bob", &us, &err));
	MUST(directory_role_find(dir, "hosts:login", &ro, &err));
	MUST(directory_scope_find(dir, "acme/web", &sc, NULL, &err));
	names = (struct snapshot_names) { us.sid, ro.sid, sc.sid };
	for (i = 0; i < 2000; i++) {
		memset(&as, 0, sizeof(as));
		as.user_id = us.id;
		as.role_id = ro.id;
		as.scope_id = sc.id;
		as.not_before = odd_time(&rn, TWR_ALWAYS);
		as.not_after = support_chance(&rn, 50) ?
		    TWR_NEVER :
		    INT64_C(2000000001) + support_below(&rn, 1u << 31);
		as.created_at = odd_time(&rn, 0);
		as.removed_at = TWR_NEVER;
		odd_text(&rn, as.reason, sizeof(as.reason));
		odd_text(&rn, as.created_by, sizeof(as.created_by));
		if (support_chance(&rn, 30)) {
			(void)strcpy(as.resource_type, "t");
			odd_text(&rn, as.resource_id, 100);
			(void)strcat(as.resource_id, "x");
		}
		MUST(directory_insert_assignment(dir, &as, &err));
		if (support_chance(&rn, 30)) {
			as.removed_at = support_below(&rn, 2000000000);
			odd_text(&rn, as.removed_by, sizeof(as.removed_by));
			MUST(directory_remove_assignment(dir, as.id,
			    as.removed_at, as.removed_by, &err));
		}
		snapshot_assignment(&as, &names, ours);
		MUST(directory_snapshot(dir, ENTITY_ASSIGNMENT, as.sid, &theirs,
		    &err));
		ck_assert_str_eq(ours, theirs);
		free(theirs);
	}
	support_directory_end();
}
END_TEST

START_TEST(the_largest_snapshot_fits)
{
	struct snapshot_names names;
	struct assignment as;
	char sid[TWR_SID_LEN + 1];
	char *buf = malloc(SNAPSHOT_MAX);

	ck_assert_ptr_nonnull(buf);
	memset(sid, 'F', TWR_SID_LEN);
	sid[TWR_SID_LEN] = '\0';
	names = (struct snapshot_names) { sid, sid, sid };
	memset(&as, 1, sizeof(as));
	as.id = as.user_id = as.role_id = as.scope_id = INT64_MIN + 1;
	as.not_before = as.not_after = as.created_at = INT64_MIN + 1;
	as.removed_at = INT64_MIN + 1;
	as.sid[TWR_SID_LEN] = '\0';
	as.reason[sizeof(as.reason) - 1] = '\0';
	as.created_by[sizeof(as.created_by) - 1] = '\0';
	as.removed_by[sizeof(as.removed_by) - 1] = '\0';
	as.resource_type[sizeof(as.resource_type) - 1] = '\0';
	as.resource_id[sizeof(as.resource_id) - 1] = '\0';
	snapshot_assignment(&as, &names, buf); /* asan counts */
	ck_assert_uint_lt(strlen(buf), SNAPSHOT_MAX);
	free(buf);
}
END_TEST

START_TEST(a_memo_remembers)
{
	struct memo me = { 0 };
	char text[32];
	uint32_t value = 0, i;

	ck_assert(!memo_get(&me, "x", &value));
	for (i = 0; i < 5000; i++) {
		(void)snprintf(text, sizeof(text), "%u", i * 7919u);
		MUST(memo_put(&me, text, i, &err));
	}
	MUST(memo_put(&me, "", 77, &err));
	for (i = 0; i < 5000; i++) {
		(void)snprintf(text, sizeof(text), "%u", i * 7919u);
		ck_assert(memo_get(&me, text, &value));
		ck_assert_uint_eq(value, i);
	}
	ck_assert(memo_get(&me, "", &value));
	ck_assert_uint_eq(value, 77);
	ck_assert(!memo_get(&me, "1x", &value));
	memo_free(&me);
}
END_TEST

START_TEST(sids_rise)
{
	uint8_t *bytes = NULL;
	char a[TWR_SID_LEN + 1], b[TWR_SID_LEN + 1];
	size_t i;

	MUST(directory_rising_sids(1000, &bytes, &err));
	directory_sid_text("IY", bytes, a);
	for (i = 1; i < 1000; i++) {
		directory_sid_text("IY", bytes + i * DIRECTORY_SID_BYTES, b);
		ck_assert_int_lt(strcmp(a, b), 0);
		(void)strcpy(a, b);
	}
	free(bytes);
}
END_TEST

/* The hash as journal.h describes it, by a second hand. */
START_TEST(a_row_is_hashed_as_the_header_says)
{
	static const uint8_t want[TWR_HASH_LEN] = { 0 };
	struct journal_row row = { .seq = 1,
		.at = 2,
		.actor = "a",
		.how = "u",
		.entity = "e",
		.event = "v",
		.subject = "s",
		.after = "{}" };
	struct journal_hasher *ha = NULL;
	uint8_t one[TWR_HASH_LEN], two[TWR_HASH_LEN];
	char hex[2 * TWR_HASH_LEN + 1];

	MUST(journal_hasher_begin(&ha, &err));
	MUST(journal_hasher_row(ha, want, &row, one, &err));
	journal_hash_text(one, hex);
	ck_assert_str_eq(hex,
	    "91962b82f0274608747e8d5dd7dc6949"
	    "f10f3a7859b5a13a0b00901514825f18");
	/* nothing of a row is left to the next */
	row.reason = "r";
	MUST(journal_hasher_row(ha, want, &row, two, &err));
	ck_assert_int_ne(memcmp(one, two, sizeof(one)), 0);
	row.reason = NULL;
	MUST(journal_hasher_row(ha, want, &row, two, &err));
	ck_assert_int_eq(memcmp(one, two, sizeof(one)), 0);
	journal_hasher_free(ha);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(refusals, refused),
		SUPPORT_TEST(the_first_twenty_are_told),
		SUPPORT_TEST(users_and_logins),
		SUPPORT_TEST(a_login_that_was_another_s_is_warned_of),
		SUPPORT_TEST(assignments),
		SUPPORT_TEST(a_former_scope_name_is_noted_once),
		SUPPORT_TEST(the_limit_holds_in_the_order_of_the_file),
		SUPPORT_TEST(many_are_imported_and_the_journal_holds),
		SUPPORT_TEST(a_rollback_brings_the_indexes_back),
		SUPPORT_TEST(a_snapshot_is_what_the_database_says),
		SUPPORT_TEST(the_largest_snapshot_fits),
		SUPPORT_TEST(a_memo_remembers),
		SUPPORT_TEST(sids_rise),
		SUPPORT_TEST(a_row_is_hashed_as_the_header_says),
		SUPPORT_END,
	};

	return support_run_in_folder("import", tests);
}
