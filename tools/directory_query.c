/* SPDX-License-Identifier: BSD-2-Clause */
#include "directory_sql.h"

#include <string.h>

enum twr_status
directory_fail(const struct directory *dir, int rc, const char *doing,
    struct twr_error *err)
{
	const char *path = dir->path != NULL ? dir->path : "directory";
	const char *why = dir->db != NULL ? sqlite3_errmsg(dir->db) :
					    sqlite3_errstr(rc);

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
	case SQLITE_IOERR:
		if (sqlite3_extended_errcode(dir->db) != SQLITE_IOERR_SHMSIZE)
			break;
		/* the one that SQLite does not call full */
		/* fallthrough */
	case SQLITE_FULL:
		return twr_fail(err, TWR_EWRITE,
		    "%s: no space left while %s; nothing was changed; make "
		    "room and try again",
		    path, doing);
	default:
		break;
	}
	return twr_fail(err, TWR_EWRITE,
	    "%s: %s while %s; nothing was changed; check that the file and "
	    "its folder can be written",
	    path, why, doing);
}

enum twr_status
query_prepare(struct query *q, struct directory *dir, const char *sql,
    struct twr_error *err)
{
	int rc;

	*q = (struct query) { dir, NULL, true, SQLITE_OK };
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
	*q = (struct query) { dir, dir->st[id], false, SQLITE_OK };
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

bool
query_row(struct query *q, struct columns *co, enum twr_status *rc,
    struct twr_error *err)
{
	if (*rc != TWR_OK)
		return false;
	if (co != NULL)
		*co = (struct columns) { q, 0, false };
	*rc = query_step(q, err);
	if (*rc != TWR_ENOENT)
		return *rc == TWR_OK;
	*rc = TWR_OK; /* the end of the rows is no failure */
	return false;
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
