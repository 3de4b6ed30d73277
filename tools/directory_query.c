/* SPDX-License-Identifier: BSD-2-Clause */
#include "directory_sql.h"

#include <string.h>

enum twr_status
directory_fail(const struct directory *dir, int rc, const char *doing,
    struct twr_error *err)
{
	const char *path = dir->path != NULL ? dir->path : "directory";
	const char *why =
	    dir->db != NULL ? sqlite3_errmsg(dir->db) : sqlite3_errstr(rc);

	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return twr_fail(err, TWR_EBUSY,
		    "%s: another command is writing; try again when it is done",
		    path);
	case SQLITE_NOMEM:
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return twr_fail(err, TWR_EDATA,
		    "%s: %s while %s; restore the newest backup", path, why,
		    doing);
	case SQLITE_CONSTRAINT:
		return twr_fail(err, TWR_EREFUSED,
		    "%s: the directory's own checks refused %s: %s", path,
		    doing, why);
	case SQLITE_FULL:
		return twr_fail(err, TWR_EWRITE,
		    "%s: no space left while %s; nothing was changed; make "
		    "room and try again", path, doing);
	default:
		return twr_fail(err, TWR_EWRITE,
		    "%s: %s while %s; nothing was changed; check that the "
		    "file and its folder can be written", path, why, doing);
	}
}

enum twr_status
query_prepare(struct query *q, struct directory *dir, const char *sql,
    struct twr_error *err)
{
	int rc;

	*q = (struct query){ dir, NULL, true, SQLITE_OK };
	rc = sqlite3_prepare_v2(dir->db, sql, -1, &q->st, NULL);
	if (rc != SQLITE_OK)
		return directory_fail(dir, rc, "preparing a statement", err);
	return TWR_OK;
}

enum twr_status
query_begin(struct query *q, struct directory *dir, enum sql_id id,
    struct twr_error *err)
{
	if (dir->st[id] == NULL || sqlite3_stmt_busy(dir->st[id]) != 0)
		return query_prepare(q, dir, directory_sql[id], err);
	*q = (struct query){ dir, dir->st[id], false, SQLITE_OK };
	return TWR_OK;
}

void
query_end(struct query *q)
{
	if (q->own) {
		(void)sqlite3_finalize(q->st);
	} else if (q->st != NULL) {
		(void)sqlite3_reset(q->st);
		(void)sqlite3_clear_bindings(q->st);
	}
	q->st = NULL;
	q->own = false;
}

static void
bound(struct query *q, int rc)
{
	if (q->rc == SQLITE_OK)
		q->rc = rc;
}

void
query_text(struct query *q, int at, const char *text)
{
	/* STATIC: every caller keeps its text until query_end() */
	bound(q, sqlite3_bind_text(q->st, at, text, -1, SQLITE_STATIC));
}

void
query_int(struct query *q, int at, int64_t value)
{
	bound(q, sqlite3_bind_int64(q->st, at, value));
}

void
query_time(struct query *q, int at, int64_t when)
{
	if (when == TWR_ALWAYS || when == TWR_NEVER)
		bound(q, sqlite3_bind_null(q->st, at));
	else
		query_int(q, at, when);
}

void
query_blob(struct query *q, int at, const void *data, size_t len)
{
	bound(q, sqlite3_bind_blob64(q->st, at, data, len, SQLITE_STATIC));
}

enum twr_status
query_step(struct query *q, struct twr_error *err)
{
	int rc = q->rc;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(q->st);
	if (rc == SQLITE_ROW)
		return TWR_OK;
	if (rc == SQLITE_DONE)
		return TWR_ENOENT;
	return directory_fail(q->dir, rc,
	    sqlite3_stmt_readonly(q->st) != 0 ? "reading" : "a write", err);
}

enum twr_status
query_run(struct query *q, struct twr_error *err)
{
	enum twr_status rc = query_step(q, err);

	if (rc == TWR_OK)
		return twr_fail(err, TWR_EDATA, "%s: unexpected row",
		    q->dir->path);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

void
column_text(struct columns *rc, char *buf, size_t size)
{
	const void *text = sqlite3_column_text(rc->q->st, rc->at);
	size_t len = (size_t)sqlite3_column_bytes(rc->q->st, rc->at);

	rc->at++;
	buf[0] = '\0';
	if (text == NULL)
		return;
	if (len >= size || memchr(text, 0, len) != NULL) {
		rc->bad = true;
		return;
	}
	memcpy(buf, text, len);
	buf[len] = '\0';
}

int64_t
column_int(struct columns *rc, int64_t min, int64_t max)
{
	int64_t value = sqlite3_column_int64(rc->q->st, rc->at++);

	if (value < min || value > max) {
		rc->bad = true;
		return min;
	}
	return value;
}

int64_t
column_time(struct columns *rc, int64_t if_null)
{
	int at = rc->at++;

	if (sqlite3_column_type(rc->q->st, at) == SQLITE_NULL)
		return if_null;
	return sqlite3_column_int64(rc->q->st, at);
}

enum twr_status
columns_end(const struct columns *rc, struct twr_error *err)
{
	if (rc->bad)
		return twr_fail(err, TWR_EDATA,
		    "%s: a row holds what twrbac never writes; restore the "
		    "newest backup", rc->q->dir->path);
	return TWR_OK;
}

void
read_scope(struct columns *rc, struct scope *row)
{
	row->id = column_int(rc, 1, UINT32_MAX);
	column_text(rc, row->sid, sizeof(row->sid));
	row->kind = (enum twr_scope_kind)column_int(rc,
	    TWR_SCOPE_ORGANIZATION, TWR_SCOPE_SUBACCOUNT);
	row->parent_id = column_int(rc, 0, UINT32_MAX);
	column_text(rc, row->name, sizeof(row->name));
	column_text(rc, row->path, sizeof(row->path));
	row->status = (enum twr_scope_status)column_int(rc, TWR_SCOPE_ACTIVE,
	    TWR_SCOPE_CLOSED);
	row->created_at = column_time(rc, 0);
}

void
read_user(struct columns *rc, struct user *row)
{
	row->id = column_int(rc, 1, INT64_MAX);
	column_text(rc, row->sid, sizeof(row->sid));
	column_text(rc, row->email, sizeof(row->email));
	column_text(rc, row->name, sizeof(row->name));
	row->status = (enum twr_user_status)column_int(rc, TWR_USER_ACTIVE,
	    TWR_USER_SUSPENDED);
	row->kind = (enum twr_user_kind)column_int(rc, TWR_KIND_PERSON,
	    TWR_KIND_SERVICE);
	row->two_factor = (enum twr_two_factor)column_int(rc,
	    TWR_2FA_ENROLLED, TWR_2FA_UNKNOWN);
	row->created_at = column_time(rc, 0);
}

void
read_login(struct columns *rc, struct login *row)
{
	column_text(rc, row->name, sizeof(row->name));
	row->user_id = column_int(rc, 0, INT64_MAX);
	row->uid = (uint32_t)column_time(rc, TWR_UID_UNKNOWN);
	row->mapped_at = column_time(rc, 0);
	row->unmapped_at = column_time(rc, TWR_NEVER);
}

void
read_role(struct columns *rc, struct role *row)
{
	row->id = column_int(rc, 1, UINT32_MAX);
	column_text(rc, row->sid, sizeof(row->sid));
	column_text(rc, row->key, sizeof(row->key));
	row->type = (enum role_type)column_int(rc, ROLE_ORGANIZATION,
	    ROLE_CUSTOM);
	column_text(rc, row->group, sizeof(row->group));
	column_text(rc, row->name, sizeof(row->name));
	column_text(rc, row->description, sizeof(row->description));
	row->assignable_at = (uint32_t)column_int(rc, 0, UINT32_MAX);
	row->published_sid = column_int(rc, 0, 1) == 1;
	row->modelled = column_int(rc, 0, 1) == 1;
	row->shipped = column_int(rc, 0, 1) == 1;
}

void
read_assignment(struct columns *rc, struct assignment *row)
{
	row->id = column_int(rc, 1, INT64_MAX);
	column_text(rc, row->sid, sizeof(row->sid));
	row->user_id = column_int(rc, 1, INT64_MAX);
	row->role_id = column_int(rc, 1, UINT32_MAX);
	row->scope_id = column_int(rc, 1, UINT32_MAX);
	row->not_before = column_time(rc, TWR_ALWAYS);
	row->not_after = column_time(rc, TWR_NEVER);
	column_text(rc, row->resource_type, sizeof(row->resource_type));
	column_text(rc, row->resource_id, sizeof(row->resource_id));
	column_text(rc, row->reason, sizeof(row->reason));
	row->created_at = column_time(rc, 0);
	column_text(rc, row->created_by, sizeof(row->created_by));
	row->removed_at = column_time(rc, TWR_NEVER);
	column_text(rc, row->removed_by, sizeof(row->removed_by));
}
