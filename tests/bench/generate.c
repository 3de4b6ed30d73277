/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * generate DIRECTORY USERS EACH: fill a directory that "twrbac init" made,
 * in one transaction: accounts and subaccounts, USERS users with a login and
 * EACH assignments. One of these is hosts:login at acme/messaging, above the
 * host's scope; the others are built-in roles all over the tree. The login
 * of the user in the middle is "nobody", which every machine has.
 *
 * Rows are written past the journal: such a directory measures, nothing
 * else.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory_sql.h"

#define ACCOUNTS 20
#define SUBACCOUNTS 3 /* of each account */
#define ROLES_MAX 1024
#define MOMENT INT64_C(1700000000)

struct generator {
	struct directory *dir;
	sqlite3_stmt *scope, *user, *login, *assignment;
	int64_t roles[ROLES_MAX]; /* built-in ones */
	size_t n_roles;
	int64_t hosts_login, messaging;
	uint64_t n_sids;
	uint64_t users, each;
};

/* The same numbers every time: splitmix64. */
static uint64_t
mix(uint64_t n)
{
	n += UINT64_C(0x9e3779b97f4a7c15);
	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	return n ^ n >> 31;
}

static const char *
next_sid(struct generator *g, const char *prefix, char buf[TWR_SID_LEN + 1])
{
	uint64_t n = g->n_sids++;

	(void)snprintf(buf, TWR_SID_LEN + 1, "%.2s%016" PRIx64 "%016" PRIx64,
	    prefix, mix(2 * n), mix(2 * n + 1));
	return buf;
}

static bool
failed(const struct generator *g, const char *doing)
{
	(void)fprintf(stderr, "generate: %s: %s\n", doing,
	    sqlite3_errmsg(g->dir->db));
	return false;
}

static bool
prepare(struct generator *g, sqlite3_stmt **st, const char *sql)
{
	if (sqlite3_prepare_v2(g->dir->db, sql, -1, st, NULL) != SQLITE_OK)
		return failed(g, sql);
	return true;
}

static void
bind_text(sqlite3_stmt *st, int at, const char *text)
{
	sqlite3_bind_text(st, at, text, -1, SQLITE_TRANSIENT);
}

static bool
insert(struct generator *g, sqlite3_stmt *st)
{
	if (sqlite3_step(st) != SQLITE_DONE)
		return failed(g, sqlite3_sql(st));
	sqlite3_reset(st);
	return true;
}

static bool
add_scope(struct generator *g, int kind, int64_t parent, const char *name,
    int64_t *id)
{
	char sid[TWR_SID_LEN + 1];

	bind_text(g->scope, 1, next_sid(g, "AC", sid));
	sqlite3_bind_int(g->scope, 2, kind);
	sqlite3_bind_int64(g->scope, 3, parent);
	bind_text(g->scope, 4, name);
	sqlite3_bind_int64(g->scope, 5, MOMENT);
	if (!insert(g, g->scope))
		return false;
	*id = sqlite3_last_insert_rowid(g->dir->db);
	return true;
}

/* acme/messaging/production and the like. */
static bool
add_scopes(struct generator *g)
{
	static const char *const sub[SUBACCOUNTS] = { "production", "qa",
		"dev" };
	char name[32];
	int64_t account, below;
	int i, k;

	for (i = 0; i < ACCOUNTS; i++) {
		(void)snprintf(name, sizeof(name), "account-%d", i);
		if (!add_scope(g, TWR_SCOPE_ACCOUNT, 1,
			i == 0 ? "messaging" : name, &account))
			return false;
		if (i == 0)
			g->messaging = account;
		for (k = 0; k < SUBACCOUNTS; k++)
			if (!add_scope(g, TWR_SCOPE_SUBACCOUNT, account, sub[k],
				&below))
				return false;
	}
	return true;
}

static bool
find_roles(struct generator *g)
{
	sqlite3_stmt *st = NULL;
	bool ok;

	ok = prepare(g, &st,
	    "SELECT id, key = 'hosts:login' FROM role"
	    " WHERE type = 3 OR key = 'hosts:login' ORDER BY id");
	while (ok && sqlite3_step(st) == SQLITE_ROW)
		if (sqlite3_column_int(st, 1) != 0)
			g->hosts_login = sqlite3_column_int64(st, 0);
		else if (g->n_roles < ROLES_MAX)
			g->roles[g->n_roles++] = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	if (ok && (g->hosts_login == 0 || g->n_roles == 0)) {
		(void)fprintf(stderr,
		    "generate: the directory lacks the catalogue's roles\n");
		return false;
	}
	return ok;
}

static bool
add_assignment(struct generator *g, int64_t user, int64_t role, int64_t scope)
{
	char text[TWR_SID_LEN + 1];

	bind_text(g->assignment, 1, next_sid(g, "IY", text));
	sqlite3_bind_int64(g->assignment, 2, user);
	sqlite3_bind_int64(g->assignment, 3, role);
	sqlite3_bind_int64(g->assignment, 4, scope);
	(void)snprintf(text, sizeof(text), "INC-%" PRIu64, g->n_sids % 90000);
	bind_text(g->assignment, 5, text);
	sqlite3_bind_int64(g->assignment, 6, MOMENT);
	return insert(g, g->assignment);
}

/* Scopes 2 and up are the accounts and subaccounts. */
static bool
add_assignments(struct generator *g, uint64_t number, int64_t user)
{
	uint64_t i, n;

	for (i = 1; i < g->each; i++) {
		n = mix(number * g->each + i);
		if (!add_assignment(g, user,
			g->roles[(number + i * 7) % g->n_roles],
			2 + (int64_t)(n % (ACCOUNTS * (1 + SUBACCOUNTS)))))
			return false;
	}
	return add_assignment(g, user, g->hosts_login, g->messaging);
}

static bool
add_user(struct generator *g, uint64_t number)
{
	char sid[TWR_SID_LEN + 1], text[64], login[32];
	int64_t user;

	(void)snprintf(login, sizeof(login), "user%06" PRIu64, number);
	(void)snprintf(text, sizeof(text), "%s@example.com", login);
	bind_text(g->user, 1, next_sid(g, "US", sid));
	bind_text(g->user, 2, text);
	(void)snprintf(text, sizeof(text), "User Number %" PRIu64, number);
	bind_text(g->user, 3, text);
	sqlite3_bind_int64(g->user, 4, MOMENT);
	if (!insert(g, g->user))
		return false;
	user = sqlite3_last_insert_rowid(g->dir->db);

	bind_text(g->login, 1, number == g->users / 2 ? "nobody" : login);
	sqlite3_bind_int64(g->login, 2, user);
	/* nobody's is what it is: sudo compares it */
	sqlite3_bind_int64(g->login, 3,
	    number == g->users / 2 ? 65534 : 100000 + (int64_t)number);
	sqlite3_bind_int64(g->login, 4, MOMENT);
	return insert(g, g->login) && add_assignments(g, number, user);
}

static bool
prepare_all(struct generator *g)
{
	return prepare(g, &g->scope,
		   "INSERT INTO scope (sid, kind, parent_id, name, status,"
		   " created_at) VALUES (?, ?, ?, ?, 1, ?)") &&
	    prepare(g, &g->user,
		"INSERT INTO user (sid, email, name, status, kind, two_factor,"
		" created_at) VALUES (?, ?, ?, 1, 1, 1, ?)") &&
	    prepare(g, &g->login,
		"INSERT INTO login (name, user_id, uid, mapped_at)"
		" VALUES (?, ?, ?, ?)") &&
	    prepare(g, &g->assignment,
		"INSERT INTO assignment (sid, user_id, role_id, scope_id,"
		" reason, created_at, created_by)"
		" VALUES (?, ?, ?, ?, ?, ?, 'generate')");
}

static void
finalize_all(struct generator *g)
{
	sqlite3_finalize(g->scope);
	sqlite3_finalize(g->user);
	sqlite3_finalize(g->login);
	sqlite3_finalize(g->assignment);
}

static bool
fill(struct generator *g)
{
	uint64_t i;
	bool ok;

	ok = prepare_all(g) && find_roles(g) && add_scopes(g);
	for (i = 0; ok && i < g->users; i++)
		ok = add_user(g, i);
	finalize_all(g);
	return ok;
}

static bool
take_number(const char *text, uint64_t most, uint64_t *ret)
{
	char *end;

	*ret = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && *ret >= 1 &&
	    *ret <= most;
}

int
main(int argc, char **argv)
{
	struct generator g = { .dir = NULL };
	struct twr_error err;
	int ret = 1;

	if (argc != 4 || !take_number(argv[2], 10000000, &g.users) ||
	    !take_number(argv[3], 1000, &g.each)) {
		(void)fprintf(stderr, "usage: generate DIRECTORY USERS EACH\n");
		return 64;
	}
	if (directory_open(argv[1], DIRECTORY_WRITE, &g.dir, &err) != TWR_OK ||
	    directory_begin(g.dir, &err) != TWR_OK) {
		(void)fprintf(stderr, "generate: %s\n", err.text);
		goto out;
	}
	if (!fill(&g))
		goto out;
	if (directory_commit(g.dir, &err) != TWR_OK) {
		(void)fprintf(stderr, "generate: %s\n", err.text);
		goto out;
	}
	ret = 0;
out:
	directory_close(g.dir);
	return ret;
}
