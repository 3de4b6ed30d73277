/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The past: the last journal row of each thing up to some row, copied into a
 * directory in memory, whose tables are then made of these rows alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory_sql.h"
#include "directory_write.h"
#include "text.h"

/* ---- which row ---- */

static enum twr_status
find_row(struct directory *dir, enum sql_id id, int64_t bound, bool bind,
    uint64_t *seq, int64_t *at, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, id, err);

	*seq = 0;
	*at = TWR_ALWAYS;
	if (rc == TWR_OK) {
		if (bind)
			query_int(&q, 1, bound);
		if ((rc = query_step(&q, err)) == TWR_OK) {
			*seq = (uint64_t)sqlite3_column_int64(q.st, 0);
			*at = sqlite3_column_int64(q.st, 1);
		}
	}
	query_end(&q);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

static enum twr_status
fail_too_early(struct directory *dir, int64_t at, struct twr_error *err)
{
	char asked[TWR_TIME_LEN], begin[TWR_TIME_LEN];
	uint64_t seq;
	int64_t first;
	enum twr_status rc;

	rc = find_row(dir, SQL_JOURNAL_BEGINNING, 0, false, &seq, &first, err);
	if (rc != TWR_OK)
		return rc;
	twr_time_format(at, asked);
	twr_time_format(first, begin);
	return twr_fail(err, TWR_EREFUSED,
	    "%s: knows nothing of %s; its journal begins %s", dir->path, asked,
	    seq == 0 ? "with the next change" : begin);
}

enum twr_status
directory_moment(struct directory *dir, int64_t at, struct journal_moment *ret,
    struct twr_error *err)
{
	struct journal_moment m;
	enum twr_status rc;

	rc = find_row(dir, SQL_JOURNAL_UPTO, at, true, &m.seq, &m.at, err);
	if (rc != TWR_OK)
		return rc;
	if (m.seq == 0)
		return fail_too_early(dir, at, err);
	rc = find_row(dir, SQL_JOURNAL_COMPILED, (int64_t)m.seq, true,
	    &m.policy_seq, &m.policy_at, err);
	if (rc == TWR_OK)
		*ret = m;
	return rc;
}

enum twr_status
directory_compiled_as(struct directory *dir, uint64_t serial,
    struct journal_moment *ret, struct twr_error *err)
{
	struct journal_moment m = { 0 };
	enum twr_status rc;

	rc = serial > INT64_MAX ?
	    TWR_OK :
	    find_row(dir, SQL_JOURNAL_SERIAL, (int64_t)serial, true, &m.seq,
		&m.at, err);
	if (rc != TWR_OK)
		return rc;
	if (m.seq == 0)
		return twr_fail(err, TWR_ENOENT,
		    "%s: its journal knows of no policy %llu", dir->path,
		    (unsigned long long)serial);
	m.policy_seq = m.seq;
	m.policy_at = m.at;
	*ret = m;
	return TWR_OK;
}

/* ---- from rows to tables ---- */

#define OF(member) "json_extract(after, '$." member "')"
#define FROM(entity) \
	" FROM journal WHERE entity = '" entity "' AND after IS NOT NULL"

/*
 * In an order in which each row finds what it refers to. A word that is not
 * known becomes NULL, which the column refuses.
 */
/* clang-format off */
static const char *const replay[] = {
	"INSERT INTO scope (id, sid, kind, parent_id, name, status,"
	" created_at) SELECT " OF("id") ", " OF("sid") ", CASE " OF("kind")
	" WHEN 'organization' THEN 1 WHEN 'account' THEN 2"
	" WHEN 'subaccount' THEN 3 END, " OF("parent_id") ", " OF("name")
	", CASE " OF("status") " WHEN 'active' THEN 1"
	" WHEN 'suspended' THEN 2 WHEN 'closed' THEN 3 END, "
	OF("created_at") FROM("scope") " ORDER BY 1",

	"INSERT INTO scope_alias (parent_id, name, scope_id, created_at)"
	" SELECT " OF("parent_id") ", " OF("name") ", " OF("scope_id") ", "
	OF("created_at") FROM("scope-alias"),

	"INSERT INTO user (id, sid, email, name, status, kind, two_factor,"
	" created_at, removed_at)"
	" SELECT " OF("id") ", " OF("sid") ", " OF("email") ", "
	OF("name") ", CASE " OF("status") " WHEN 'active' THEN 1"
	" WHEN 'inactive' THEN 2 WHEN 'suspended' THEN 3 END, CASE "
	OF("kind") " WHEN 'person' THEN 1 WHEN 'service' THEN 2 END, CASE "
	OF("two_factor") " WHEN 'enrolled' THEN 1 WHEN 'not-enrolled' THEN 2"
	" WHEN 'unknown' THEN 3 END, " OF("created_at") ", "
	OF("removed_at") FROM("user")
	" ORDER BY 1",

	"INSERT INTO login (name, user_id, uid, mapped_at, unmapped_at)"
	" SELECT " OF("name") ", " OF("user_id") ", " OF("uid") ", "
	OF("mapped_at") ", " OF("unmapped_at") FROM("login") " ORDER BY 1",

	"INSERT INTO role (id, sid, key, type, product_group, name,"
	" description, assignable_at, published_sid, modelled, shipped,"
	" deleted_at)"
	" SELECT " OF("id") ", " OF("sid") ", " OF("key") ", CASE "
	OF("type") " WHEN 'organization' THEN 1 WHEN 'general' THEN 2"
	" WHEN 'built-in' THEN 3 WHEN 'resource' THEN 4 WHEN 'custom' THEN 5"
	" END, " OF("product_group") ", " OF("name") ", " OF("description")
	", " OF("assignable_at") ", " OF("published_sid") ", "
	OF("modelled") ", " OF("shipped") ", " OF("deleted_at")
	FROM("role") " ORDER BY 1",

	"INSERT INTO role_permission (role_id, permission)"
	" SELECT json_extract(j.after, '$.id'), p.value"
	" FROM journal j, json_each(j.after, '$.permissions') p"
	" WHERE j.entity = 'role' AND j.after IS NOT NULL",

	"INSERT INTO role_include (role_id, included_id)"
	" SELECT json_extract(j.after, '$.id'), r.id"
	" FROM journal j, json_each(j.after, '$.includes') i"
	" JOIN role r ON r.key = i.value AND r.deleted_at IS NULL"
	" WHERE j.entity = 'role' AND j.after IS NOT NULL",

	"INSERT INTO assignment (id, sid, user_id, role_id, scope_id,"
	" not_before, not_after, resource_type, resource_id, reason,"
	" created_at, created_by, removed_at, removed_by) SELECT " OF("id")
	", " OF("sid") ", " OF("user_id") ", " OF("role_id") ", "
	OF("scope_id") ", " OF("not_before") ", " OF("not_after") ", "
	OF("resource_type") ", " OF("resource_id") ", " OF("reason") ", "
	OF("created_at") ", " OF("created_by") ", " OF("removed_at") ", "
	OF("removed_by") FROM("assignment") " ORDER BY 1",

	"INSERT INTO setting (name, value) SELECT " OF("name") ", "
	OF("value") FROM("setting"),

	"UPDATE host_state SET (text, digest, path, size, mtime_s, mtime_ns,"
	" accepted_at) = (SELECT " OF("text") ", " OF("digest") ", "
	OF("path") ", " OF("size") ", 0, 0, " OF("accepted_at")
	FROM("configuration") ")",

	"UPDATE host_state SET serial = s, policy_digest = d FROM (SELECT "
	OF("serial") " AS s, " OF("digest") " AS d" FROM("policy") ")",
};
/* clang-format on */

static enum twr_status
run(struct directory *dir, const char *sql, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_prepare(&q, dir, sql, err);

	if (rc == TWR_OK)
		rc = query_run(&q, err);
	query_end(&q);
	return rc;
}

static enum twr_status
fill_tables(struct directory *dir, struct twr_error *err)
{
	struct twr_error why;
	size_t i;
	int entity;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < sizeof(replay) / sizeof(*replay); i++)
		rc = run(dir, replay[i], &why);
	for (entity = ENTITY_SCOPE; rc == TWR_OK && entity <= ENTITY_POLICY;
	     entity++)
		rc = directory_replay_fits(dir, (enum directory_entity)entity,
		    &why);
	if (rc == TWR_EREFUSED || rc == TWR_EDATA)
		return twr_fail(err, TWR_EDATA,
		    "the journal's rows yield no directory: %s; run twrbac "
		    "journal verify",
		    why.text);
	return rc == TWR_OK ? rc : twr_fail(err, rc, "%s", why.text);
}

static enum twr_status
copy_row(void *ctx, const struct journal_row *row, struct twr_error *err)
{
	struct journal_row last = *row;

	last.before = NULL; /* speaks of a row that is not here */
	return directory_insert_journal(ctx, &last, err);
}

/* ---- the directory in memory ---- */

static enum twr_status
open_memory(const char *path, uint64_t upto, int64_t now,
    struct directory **ret, struct twr_error *err)
{
	struct directory *dir = calloc(1, sizeof(*dir));
	char when[TWR_TIME_LEN];
	int rc;

	twr_time_format(now, when);
	if (dir == NULL ||
	    asprintf(&dir->path, "%s as of %s (row %llu)", path, when,
		(unsigned long long)upto) < 0) {
		free(dir);
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
	}
	*ret = dir;
	rc = sqlite3_open_v2(":memory:", &dir->db,
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		SQLITE_OPEN_MEMORY,
	    NULL);
	if (rc != SQLITE_OK)
		return directory_fail(dir, rc, "opening it", err);
	return TWR_OK;
}

static enum twr_status
make_past(struct directory *live, uint64_t upto, struct directory *dir,
    struct twr_error *err)
{
	static const char *const begin[] = { "PRAGMA foreign_keys = ON",
		"PRAGMA trusted_schema = OFF", "PRAGMA temp_store = MEMORY",
		"BEGIN" };
	size_t i;
	enum twr_status rc;

	for (i = 0; i < sizeof(begin) / sizeof(*begin); i++)
		if ((rc = run(dir, begin[i], err)) != TWR_OK)
			return rc;
	if ((rc = directory_migrate(dir, 0, err)) != TWR_OK ||
	    (rc = directory_prepare(dir, err)) != TWR_OK ||
	    (rc = directory_insert_host(dir, err)) != TWR_OK ||
	    (rc = directory_each_latest(live, upto, copy_row, dir, err)) !=
		TWR_OK ||
	    (rc = fill_tables(dir, err)) != TWR_OK ||
	    (rc = directory_commit(dir, err)) != TWR_OK)
		return rc;
	return run(dir, "PRAGMA query_only = ON", err);
}

enum twr_status
directory_open_past(struct directory *live, uint64_t upto, int64_t now,
    struct directory **ret, struct twr_error *err)
{
	struct directory *dir = NULL;
	enum twr_status rc;

	rc = open_memory(live->path, upto, now, &dir, err);
	if (rc == TWR_OK)
		rc = make_past(live, upto, dir, err);
	if (rc == TWR_OK) {
		*ret = dir;
		dir = NULL;
	}
	directory_close(dir);
	return rc;
}
