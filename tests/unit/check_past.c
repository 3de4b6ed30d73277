/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The past: what the journal yields of a moment is what the tables held then,
 * column by column.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory_sql.h"
#include "directory_write.h"
#include "journal.h"
#include "support_directory.h"

#define STEPS 400
#define MOMENTS 12
#define DAY INT64_C(86400)

static struct twr_error err;

#define MUST(call) support_expect((call), TWR_OK, &err, NULL)

/* ---- all that a directory holds, as text ---- */

static const char *const tables[] = { "scope", "scope_alias", "user", "login",
	"role", "role_permission", "role_include", "assignment", "setting",
	NULL };

static void
dump_rows(struct directory *dir, const char *sql, FILE *to)
{
	struct query q;
	const unsigned char *text;
	int i;

	MUST(query_prepare(&q, dir, sql, &err));
	while (query_step(&q, &err) == TWR_OK) {
		for (i = 0; i < sqlite3_column_count(q.st); i++) {
			text = sqlite3_column_text(q.st, i);
			fprintf(to, "%s|",
			    text != NULL ? (const char *)text : "NULL");
		}
		fputc('\n', to);
	}
	query_end(&q);
}

static char *
dump(struct directory *dir)
{
	char sql[128], *ret = NULL;
	size_t len, i;
	FILE *to = open_memstream(&ret, &len);

	ck_assert_ptr_nonnull(to);
	for (i = 0; tables[i] != NULL; i++) {
		(void)snprintf(sql, sizeof(sql),
		    "SELECT * FROM %s ORDER BY 1, 2", tables[i]);
		fprintf(to, "-- %s\n", tables[i]);
		dump_rows(dir, sql, to);
	}
	/* neither the secret key nor the file's times are in the journal */
	dump_rows(dir,
	    "SELECT serial, policy_digest, text, digest, path, size,"
	    " accepted_at FROM host_state",
	    to);
	dump_rows(dir,
	    "SELECT seq, at, hex(hash) FROM journal ORDER BY seq DESC LIMIT 1",
	    to);
	ck_assert_int_eq(fclose(to), 0);
	return ret;
}

/* ---- changes at random ---- */

static struct support_random rn = { 20261121 };

static const char *
pick(const char *const *list, unsigned n)
{
	return list[support_below(&rn, n)];
}

static const char *const people[] = { "alice", "bob", "carol", "dave", "erin",
	"frank" };
static const char *const roles[] = { "hosts:login", "hosts:operator",
	"hosts:admin", "general:developer", "studio:editor", "video:viewer" };
static const char *const scopes[] = { "acme", "acme/web", "acme/web/qa",
	"acme/voice", "acme/voice/production", "acme/talk" };
static const char *const organization_roles[] = { "administrator",
	"standard-user", "billing-admin", "none" };

static enum twr_status
change_users(const struct change *ch, unsigned what)
{
	char email[64];
	const char *who = pick(people, 6);
	struct change_user in = { .email = email,
		.login = { who, 2000 + support_below(&rn, 6), 1000, 0 } };
	bool changed;

	(void)snprintf(email, sizeof(email), "%s@example.com", who);
	switch (what) {
	case 0:
		in.kind = support_chance(&rn, 20) ? TWR_KIND_SERVICE : 0;
		return change_user_add(ch, &in, NULL, &err);
	case 1:
		return change_user_set_status(ch, email,
		    support_chance(&rn, 50) ? TWR_USER_SUSPENDED :
					      TWR_USER_ACTIVE,
		    NULL, &changed, &err);
	case 2:
		return change_user_set_two_factor(ch, email,
		    support_chance(&rn, 50) ? TWR_2FA_ENROLLED :
					      TWR_2FA_NOT_ENROLLED,
		    NULL, &changed, &err);
	case 3:
		return change_user_set_organization_role(ch, email,
		    pick(organization_roles, 4), NULL, &changed, &err);
	case 4:
		in.login.name = pick(people, 6);
		return change_login_map(ch, &in.login, email, NULL, &changed,
		    &err);
	default:
		return change_login_unmap(ch, who, NULL, &err);
	}
}

static enum twr_status
change_roles(const struct change *ch, unsigned what)
{
	const char *role = pick(roles, 6);
	struct change_assignment in = { .user = pick(people, 6),
		.scope = pick(scopes, 6),
		.roles = &role,
		.n_roles = 1,
		.window = { TWR_ALWAYS, TWR_NEVER },
		.reason = support_chance(&rn, 30) ? "INC-1 \"x\" \\ \xc3\xa4" :
						    NULL };
	struct change_result re;

	if (what == 0)
		return change_assignment_remove(ch, in.user, in.scope, role,
		    NULL, NULL, &err);
	if (support_chance(&rn, 40))
		in.window.until = ch->now + 1 + support_below(&rn, 9000);
	if (support_chance(&rn, 20))
		in.window.from = ch->now - 1;
	return change_assignment_add(ch, &in, &re, &err);
}

static enum twr_status
change_host(const struct change *ch, unsigned what)
{
	char text[160];
	struct accepted ac = {
		.text = text, .path = "/etc/twrbac.conf", .mtime_s = 1
	};
	uint64_t serial;

	if (what == 0)
		return change_setting(ch, "role_limit",
		    1 + (int64_t)support_below(&rn, 40), &err);
	(void)snprintf(text, sizeof(text),
	    "scope = \"acme\"; rules = ( { services = [\"sshd\"];"
	    " any_role = [\"hosts:login\"]; } ); # %u\n",
	    support_below(&rn, 3));
	ac.size = strlen(text);
	MUST(change_accept_configuration(ch, &ac, &err));
	MUST(directory_serial(ch->dir, &serial, &err));
	return change_compiled(ch, serial + 1, &err);
}

static enum twr_status
change_scopes(const struct change *ch, unsigned what)
{
	static const char *const names[] = { "web", "voice", "talk", "chat" };

	if (what == 0)
		return change_scope_rename(ch, pick(scopes, 6), pick(names, 4),
		    NULL, &err);
	return change_scope_add(ch, pick(scopes, 6), NULL, NULL, &err);
}

/* What leaves rows behind: users who go, scopes that close, own roles. */
static enum twr_status
change_life(const struct change *ch, unsigned what)
{
	struct change_role own = { .key = "custom:one",
		.name = support_chance(&rn, 50) ? "One" : "Another",
		.permissions = support_chance(&rn, 50) ? "/a/b/c,/a/b/d" :
							 "none",
		.includes = support_chance(&rn, 50) ? "hosts:login" : "none" };
	struct change_owners ow;
	bool changed;

	switch (what) {
	case 0:
		return change_user_remove(ch, pick(people, 6), NULL, NULL, NULL,
		    &err);
	case 1:
		return change_user_rename(ch, pick(people, 6), pick(people, 6),
		    NULL, &changed, &err);
	case 2:
		return change_scope_set_status(ch, pick(scopes, 6),
		    (enum twr_scope_status)(1 + support_below(&rn, 3)), NULL,
		    NULL, NULL, &changed, &err);
	case 3:
		return change_transfer_account(ch, pick(scopes, 6),
		    pick(people, 6), &ow, &err);
	case 4:
	case 5:
		return change_role_define(ch, &own, NULL, &err);
	case 6:
		return change_role_change(ch, &own, NULL, &changed, &err);
	default:
		return change_role_delete(ch, own.key, NULL, &err);
	}
}

static void
change_something(struct change *ch)
{
	unsigned what = support_below(&rn, 100);
	enum twr_status rc;

	if (what < 30)
		rc = change_users(ch, what / 5);
	else if (what < 46)
		rc = change_life(ch, (what - 30) / 2);
	else if (what < 80)
		rc = change_roles(ch, what < 56 ? 0 : 1);
	else if (what < 88)
		rc = change_host(ch, what < 82 ? 0 : 1);
	else
		rc = change_scopes(ch, what < 91 ? 0 : 1);
	if (rc == TWR_OK) {
		support_commit();
		return;
	}
	ck_assert_msg(rc == TWR_EREFUSED, "%s", err.text);
	directory_rollback(ch->dir);
	MUST(directory_begin(ch->dir, &err));
}

/* ---- the tests ---- */

static struct directory *
past_at(struct directory *live, int64_t at, struct journal_moment *m)
{
	struct directory *past = NULL;

	MUST(directory_moment(live, at, m, &err));
	MUST(directory_open_past(live, m->seq, at, &past, &err));
	return past;
}

START_TEST(is_what_the_tables_were)
{
	struct change *ch = support_directory();
	char *kept[MOMENTS], *is;
	int64_t at[MOMENTS];
	struct journal_head head;
	struct directory *past;
	struct journal_moment m;
	int i, n = 0;

	for (i = 0; i < STEPS; i++) {
		ch->now += 1 + support_below(&rn, 3);
		change_something(ch);
		if (i % (STEPS / MOMENTS) == 0 && n < MOMENTS) {
			at[n] = ch->now;
			kept[n++] = dump(ch->dir);
		}
	}
	MUST(journal_verify(ch->dir, &head, &err));
	ck_assert_uint_gt(head.seq, STEPS / 3);
	for (i = 0; i < n; i++) {
		past = past_at(ch->dir, at[i], &m);
		is = dump(past);
		ck_assert_str_eq(is, kept[i]);
		ck_assert_uint_le(m.policy_seq, m.seq);
		directory_close(past);
		free(is);
		free(kept[i]);
	}
	support_directory_end();
}
END_TEST

START_TEST(answers_like_any_directory)
{
	struct change *ch = support_directory();
	struct user_standing st;
	struct directory *past;
	struct scope sc;
	struct user us;
	struct journal_moment m;
	bool changed;
	int64_t n;

	support_user("bob", 1002, "administrator");
	ch->now += DAY;
	MUST(change_scope_add(ch, "acme/web", NULL, NULL, &err));
	MUST(change_scope_rename(ch, "acme/web", "net", NULL, &err));
	MUST(change_user_set_status(ch, "bob", TWR_USER_SUSPENDED, NULL,
	    &changed, &err));
	support_commit();

	past = past_at(ch->dir, T0 + DAY - 1, &m);
	ck_assert_int_eq(m.at, T0);
	ck_assert_uint_eq(m.policy_seq, 0);
	MUST(directory_user_find(past, "bob", &us, &err));
	ck_assert_int_eq(us.status, TWR_USER_ACTIVE);
	MUST(directory_user_standing(past, us.id, T0, &st, &err));
	ck_assert(st.administrator);
	MUST(directory_count_administrators(past, &n, &err));
	ck_assert_int_eq(n, 2);
	support_expect(directory_scope_find(past, "acme/net", &sc, NULL, &err),
	    TWR_EREFUSED, &err, "no such scope");
	ck_assert_ptr_nonnull(strstr(directory_path(past), "as of 2023-11-15"));
	/* it is a copy that cannot be changed, and needs the live one no more
	 */
	directory_rollback(ch->dir);
	support_directory_end();
	support_expect(directory_begin(past, &err), TWR_EWRITE, &err, "");
	support_expect(directory_insert_user(past, &us, &err), TWR_EWRITE, &err,
	    "");
	directory_close(past);
}
END_TEST

/* An address and a key that two have had, one after the other. */
START_TEST(tells_those_who_are_gone_apart)
{
	struct change *ch = support_directory();
	struct change_role own = { .key = "custom:one",
		.includes = "hosts:login" };
	struct change_role above = { .key = "custom:above",
		.includes = "custom:one" };
	struct journal_moment m;
	struct directory *past;
	struct user was, is;
	struct role ro;

	support_user("carol", 1003, NULL);
	MUST(directory_user_find(ch->dir, "carol", &was, &err));
	MUST(change_role_define(ch, &own, NULL, &err));
	ch->now += DAY;
	MUST(change_user_remove(ch, "carol", NULL, NULL, NULL, &err));
	support_user("carol", 1003, NULL);
	MUST(change_role_delete(ch, "custom:one", &ro, &err));
	MUST(change_role_define(ch, &own, NULL, &err));
	MUST(change_role_define(ch, &above, NULL, &err));
	ch->now += DAY;
	MUST(change_user_remove(ch, "carol", NULL, NULL, NULL, &err));
	support_commit();

	past = past_at(ch->dir, T0, &m);
	MUST(directory_user_find(past, "carol", &is, &err));
	ck_assert_str_eq(is.sid, was.sid);
	directory_close(past);
	past = past_at(ch->dir, T0 + DAY, &m);
	MUST(directory_user_find(past, "carol", &is, &err));
	ck_assert_str_ne(is.sid, was.sid);
	support_expect(directory_user_find(past, was.sid, &is, &err),
	    TWR_EREFUSED, &err, "was removed");
	support_expect(directory_role_find(past, ro.sid, &ro, &err),
	    TWR_EREFUSED, &err, "was deleted");
	MUST(directory_role_find(past, "custom:above", &ro, &err));
	directory_close(past);
	past = past_at(ch->dir, T0 + 2 * DAY, &m);
	support_expect(directory_user_find(past, "carol", &is, &err),
	    TWR_EREFUSED, &err, "no such user");
	directory_close(past);
	support_directory_end();
}
END_TEST

START_TEST(before_the_beginning)
{
	struct change *ch = support_directory();
	struct journal_moment m;

	support_expect(directory_moment(ch->dir, T0 - 1, &m, &err),
	    TWR_EREFUSED, &err, "its journal begins 2023-11-14T22:13:20Z");
	support_directory_end();
}
END_TEST

/* Rows count in their order, whatever clocks said. */
START_TEST(clock_put_back)
{
	struct change *ch = support_directory();
	struct directory *past;
	struct journal_moment m;
	struct user us;

	ch->now = T0 + 10 * DAY;
	support_user("bob", 1002, NULL);
	ch->now = T0 + DAY;
	ch->clock_ok = true;
	support_user("carol", 1003, NULL);
	support_commit();
	ch->clock_ok = false;
	past = past_at(ch->dir, T0 + DAY - 1, &m);
	support_expect(directory_user_find(past, "bob", &us, &err),
	    TWR_EREFUSED, &err, "no such user");
	directory_close(past);
	past = past_at(ch->dir, T0 + DAY, &m);
	MUST(directory_user_find(past, "bob", &us, &err));
	MUST(directory_user_find(past, "carol", &us, &err));
	directory_close(past);
	support_directory_end();
}
END_TEST

/* Rows that make no directory give none. */
START_TEST(bad_rows_yield_nothing)
{
	static const struct {
		const char *sql, *words;
	} rows[] = {
		{ "after = json_set(after, '$.status', 'root')"
		  " WHERE entity = 'user'",
		    "yield no directory" },
		{ "after = json_remove(after, '$.email')"
		  " WHERE entity = 'user'",
		    "yield no directory" },
		{ "after = json_set(after, '$.user_id', 99)"
		  " WHERE entity = 'assignment'",
		    "yield no directory" },
		{ "after = json_set(after, '$.includes', json('[\"x:y\"]'))"
		  " WHERE subject = (SELECT sid FROM role WHERE key ="
		  " 'hosts:admin')",
		    "is not as the journal left it" },
	};
	struct change *ch = support_directory();
	struct directory *past = NULL;
	char sql[256];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(sqlite3_exec(ch->dir->db,
				     "SAVEPOINT here;"
				     "DROP TRIGGER journal_no_update",
				     NULL, NULL, NULL),
		    SQLITE_OK);
		(void)snprintf(sql, sizeof(sql), "UPDATE journal SET %s",
		    rows[i].sql);
		ck_assert_int_eq(sqlite3_exec(ch->dir->db, sql, NULL, NULL,
				     NULL),
		    SQLITE_OK);
		support_expect(directory_open_past(ch->dir, 1000, T0, &past,
				   &err),
		    TWR_EDATA, &err, rows[i].words);
		ck_assert_ptr_null(past);
		ck_assert_int_eq(sqlite3_exec(ch->dir->db, "ROLLBACK TO here",
				     NULL, NULL, NULL),
		    SQLITE_OK);
	}
	support_directory_end();
}
END_TEST

/* ---- what was done with whom ---- */

static enum twr_status
count_row(void *ctx, const struct journal_row *row, struct twr_error *unused)
{
	(void)unused;
	ck_assert_ptr_nonnull(row->about);
	++*(unsigned *)ctx;
	return TWR_OK;
}

START_TEST(finds_rows)
{
	struct change *ch = support_directory();
	struct journal_filter all = { .since = TWR_ALWAYS, .until = TWR_NEVER };
	struct journal_filter f;
	unsigned n;
	bool changed;
	const struct {
		const char *actor, *event, *noun, *subject;
		int64_t since, until;
		unsigned want;
	} rows[] = {
		{ NULL, NULL, NULL, "bob@example.com", TWR_ALWAYS, TWR_NEVER,
		    5 }, /* user, login, two roles, suspension */
		{ NULL, NULL, NULL, "BOB@example.com", TWR_ALWAYS, TWR_NEVER,
		    5 },
		{ NULL, NULL, NULL, "bob", TWR_ALWAYS, TWR_NEVER, 5 },
		{ NULL, NULL, NULL, "bo", TWR_ALWAYS, TWR_NEVER, 0 },
		{ NULL, "user.suspended", NULL, "bob", TWR_ALWAYS, TWR_NEVER,
		    1 },
		{ NULL, NULL, "user", "bob", TWR_ALWAYS, TWR_NEVER, 2 },
		{ "ALICE", NULL, "login", NULL, TWR_ALWAYS, TWR_NEVER, 2 },
		{ "mallory", NULL, NULL, NULL, TWR_ALWAYS, TWR_NEVER, 0 },
		{ "%", NULL, NULL, NULL, TWR_ALWAYS, TWR_NEVER, 0 },
		{ NULL, NULL, NULL, "bob", T0 + DAY, TWR_NEVER, 1 },
		{ NULL, NULL, NULL, "bob", TWR_ALWAYS, T0 + DAY, 4 },
		{ NULL, NULL, "role-assignment", "hosts:operator", TWR_ALWAYS,
		    TWR_NEVER, 1 },
		{ NULL, NULL, NULL, "x' OR '1'='1", TWR_ALWAYS, TWR_NEVER, 0 },
	};
	size_t i;

	support_user("bob", 1002, "standard-user");
	(void)support_give("bob", "acme", "hosts:operator", TWR_ALWAYS,
	    TWR_NEVER);
	ch->now += DAY;
	MUST(change_user_set_status(ch, "bob", TWR_USER_SUSPENDED, NULL,
	    &changed, &err));
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		f = all;
		f.actor = rows[i].actor;
		f.event = rows[i].event;
		f.noun = rows[i].noun;
		f.subject = rows[i].subject;
		f.since = rows[i].since;
		f.until = rows[i].until;
		n = 0;
		MUST(directory_find_journal(ch->dir, &f, count_row, &n, &err));
		ck_assert_msg(n == rows[i].want, "row %zu: %u", i, n);
	}
	support_directory_end();
}
END_TEST

START_TEST(finds_a_hash)
{
	struct change *ch = support_directory();
	struct journal_head head, found;
	uint8_t other[TWR_HASH_LEN] = { 1 };

	MUST(directory_journal_head(ch->dir, &head, &err));
	MUST(directory_journal_by_hash(ch->dir, head.hash, &found, &err));
	ck_assert_uint_eq(found.seq, head.seq);
	MUST(directory_journal_by_hash(ch->dir, other, &found, &err));
	ck_assert_uint_eq(found.seq, 0);
	support_directory_end();
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(is_what_the_tables_were),
		SUPPORT_TEST(answers_like_any_directory),
		SUPPORT_TEST(tells_those_who_are_gone_apart),
		SUPPORT_TEST(before_the_beginning),
		SUPPORT_TEST(clock_put_back),
		SUPPORT_TEST(bad_rows_yield_nothing),
		SUPPORT_TEST(finds_rows),
		SUPPORT_TEST(finds_a_hash),
		SUPPORT_END,
	};

	return support_run_in_folder("past", tests);
}
