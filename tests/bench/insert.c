/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * insert DIRECTORY FILE.csv [journal]: what "twrbac import assignments" is
 * measured by. The same rows, in the order of the file, into the same table
 * with the same indexes, by one prepared statement in one transaction; names
 * are resolved before by hand, nothing is checked. With "journal" a row as
 * long as the journal's follows each. Such a directory measures, nothing
 * else.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "directory_bulk.h"
#include "directory_sql.h"
#include "memo.h"

struct row {
	uint32_t user, scope, role, reason;
};

struct inserter {
	struct directory *dir;
	struct memo names; /* users, scopes and roles, with their numbers */
	struct memo reasons;
	struct row *rows;
	size_t n, room;
	bool headed, journal;
};

static enum twr_status
load(struct inserter *in, const char *sql, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_prepare(&q, in->dir, sql, err);

	while (rc == TWR_OK && (rc = query_step(&q, err)) == TWR_OK)
		rc = memo_put(&in->names,
		    (const char *)sqlite3_column_text(q.st, 0),
		    (uint32_t)sqlite3_column_int64(q.st, 1), err);
	query_end(&q);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

/* Columns as the generator writes them: user, scope, role, reason. */
static enum twr_status
take_row(void *ctx, const struct csv_row *row, struct twr_error *err)
{
	struct inserter *in = ctx;
	struct row ro = { 0, 0, 0, 0 }, *grown;
	size_t at;

	if (!in->headed) {
		in->headed = true;
		return TWR_OK;
	}
	if (row->n != 4 || !memo_get(&in->names, row->fields[0], &ro.user) ||
	    !memo_get(&in->names, row->fields[1], &ro.scope) ||
	    !memo_get(&in->names, row->fields[2], &ro.role))
		return twr_fail(err, TWR_EDATA, "line %" PRIu64 ": unknown",
		    row->line);
	if (memo_keep(&in->reasons, row->fields[3], &at, err) != TWR_OK)
		return TWR_ENOMEM;
	ro.reason = (uint32_t)at;
	if (in->n == in->room) {
		in->room = in->room > 0 ? 2 * in->room : 1024;
		grown = reallocarray(in->rows, in->room, sizeof(*grown));
		if (grown == NULL)
			return twr_fail(err, TWR_ENOMEM, "out of memory");
		in->rows = grown;
	}
	in->rows[in->n++] = ro;
	return TWR_OK;
}

static enum twr_status
read_file(struct inserter *in, const char *path, struct twr_error *err)
{
	char buf[65536];
	struct csv *cv = NULL;
	FILE *fp = fopen(path, "re");
	size_t n;
	enum twr_status rc;

	if (fp == NULL)
		return twr_fail(err, TWR_EUNREADABLE, "%s: cannot open", path);
	rc = csv_begin(take_row, in, &cv, err);
	while (rc == TWR_OK && (n = fread(buf, 1, sizeof(buf), fp)) > 0)
		rc = csv_feed(cv, buf, n, err);
	if (rc == TWR_OK)
		rc = csv_end(cv, err);
	csv_free(cv);
	(void)fclose(fp);
	return rc;
}

static bool
insert_assignment(struct inserter *in, sqlite3_stmt *st, const char *sid,
    const struct row *ro)
{
	sqlite3_bind_text(st, 1, sid, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, ro->user);
	sqlite3_bind_int64(st, 3, ro->role);
	sqlite3_bind_int64(st, 4, ro->scope);
	sqlite3_bind_text(st, 5, memo_text(&in->reasons, ro->reason), -1,
	    SQLITE_STATIC);
	return sqlite3_step(st) == SQLITE_DONE &&
	    sqlite3_reset(st) == SQLITE_OK;
}

static bool
insert_journal(sqlite3_stmt *st, size_t i, const char *sid)
{
	char text[450], hash[TWR_HASH_LEN];

	memset(text, 'x', sizeof(text));
	memset(hash, 1, sizeof(hash));
	sqlite3_bind_int64(st, 1, 1000000 + (int64_t)i);
	sqlite3_bind_text(st, 2, sid, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, text, sizeof(text), SQLITE_STATIC);
	sqlite3_bind_blob(st, 4, hash, sizeof(hash), SQLITE_STATIC);
	return sqlite3_step(st) == SQLITE_DONE &&
	    sqlite3_reset(st) == SQLITE_OK;
}

static bool
insert_all(struct inserter *in)
{
	sqlite3_stmt *as = NULL, *jo = NULL;
	uint8_t random[DIRECTORY_SID_BYTES];
	char sid[TWR_SID_LEN + 1];
	size_t i;
	bool ok;

	ok = sqlite3_prepare_v2(in->dir->db,
		 "INSERT INTO assignment (sid, user_id, role_id, scope_id,"
		 " reason, created_at, created_by) VALUES (?1, ?2, ?3, ?4, ?5,"
		 " 1795287333, 'owner@example.com')",
		 -1, &as, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(in->dir->db,
		"INSERT INTO journal (seq, at, actor, how, entity, event,"
		" subject, after, hash) VALUES (?1, 1795287333,"
		" 'owner@example.com', 'as-root', 'assignment',"
		" 'role-assignment.created', ?2, ?3, ?4)",
		-1, &jo, NULL) == SQLITE_OK;
	for (i = 0; ok && i < in->n; i++) {
		sqlite3_randomness(sizeof(random), random);
		directory_sid_text("IY", random, sid);
		ok = insert_assignment(in, as, sid, &in->rows[i]) &&
		    (!in->journal || insert_journal(jo, i, sid));
	}
	sqlite3_finalize(as);
	sqlite3_finalize(jo);
	if (!ok)
		(void)fprintf(stderr, "insert: %s\n",
		    sqlite3_errmsg(in->dir->db));
	return ok;
}

static enum twr_status
run(struct inserter *in, char **argv, struct twr_error *err)
{
	enum twr_status rc;

	if ((rc = directory_open(argv[1], DIRECTORY_WRITE, &in->dir, err)) !=
		TWR_OK ||
	    (rc = load(in, "SELECT email, id FROM user", err)) != TWR_OK ||
	    (rc = load(in, "SELECT path, id FROM scope_path", err)) != TWR_OK ||
	    (rc = load(in, "SELECT key, id FROM role", err)) != TWR_OK ||
	    (rc = read_file(in, argv[2], err)) != TWR_OK ||
	    (rc = directory_begin(in->dir, err)) != TWR_OK)
		return rc;
	if (!insert_all(in))
		return twr_fail(err, TWR_EWRITE, "%s: not inserted", argv[1]);
	return directory_commit(in->dir, err);
}

int
main(int argc, char **argv)
{
	struct inserter in = { .journal = argc == 4 };
	struct twr_error err = { "" };
	enum twr_status rc;

	if (argc != 3 && (argc != 4 || strcmp(argv[3], "journal") != 0)) {
		(void)fprintf(stderr,
		    "usage: insert DIRECTORY FILE.csv [journal]\n");
		return 64;
	}
	if ((rc = run(&in, argv, &err)) != TWR_OK)
		(void)fprintf(stderr, "insert: %s\n", err.text);
	directory_close(in.dir);
	memo_free(&in.names);
	memo_free(&in.reasons);
	free(in.rows);
	return rc == TWR_OK ? 0 : 1;
}
