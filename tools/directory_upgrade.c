/* SPDX-License-Identifier: BSD-2-Clause */
#include "directory_upgrade.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "directory_backup.h"
#include "directory_sql.h"

static enum twr_status
run(struct directory *dir, const char *sql, struct twr_error *err)
{
	int rc = sqlite3_exec(dir->db, sql, NULL, NULL, NULL);

	if (rc == SQLITE_ERROR || rc == SQLITE_CONSTRAINT)
		return twr_fail(err, TWR_EDATA,
		    "%s: cannot be upgraded: %s; nothing was changed; go on "
		    "with the twrbac that wrote it, and report this",
		    dir->path, sqlite3_errmsg(dir->db));
	if (rc != SQLITE_OK)
		return directory_fail(dir, rc, "changing the schema", err);
	return TWR_OK;
}

enum twr_status
directory_migrate(struct directory *dir, int version, struct twr_error *err)
{
	const struct directory_schema *schema = directory_schema();
	const char *const *part;
	char pragma[64];
	enum twr_status rc;

	for (; version < schema->version; version++)
		for (part = schema->steps[version]; *part != NULL; part++)
			if ((rc = run(dir, *part, err)) != TWR_OK)
				return rc;
	(void)snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d",
	    version);
	return run(dir, pragma, err);
}

/* ---- to look at one without changing it ---- */

static enum twr_status
copy_to_memory(struct directory *dir, struct twr_error *err)
{
	sqlite3_backup *bk;
	int rc;

	dir->file = dir->db;
	dir->db = NULL;
	rc = sqlite3_open_v2(":memory:", &dir->db,
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		SQLITE_OPEN_MEMORY,
	    NULL);
	if (rc != SQLITE_OK)
		return directory_fail(dir, rc, "opening memory", err);
	/* what directory_backup() copies later is of this moment, too */
	rc = sqlite3_exec(dir->file, "BEGIN", NULL, NULL, NULL);
	if (rc == SQLITE_OK) {
		bk = sqlite3_backup_init(dir->db, "main", dir->file, "main");
		rc = bk == NULL ? sqlite3_errcode(dir->db) :
				  sqlite3_backup_step(bk, -1);
		(void)sqlite3_backup_finish(bk);
	}
	if (rc != SQLITE_DONE)
		return directory_fail(dir, rc, "copying it to memory", err);
	return TWR_OK;
}

enum twr_status
directory_upgrade_view(struct directory *dir, int version,
    struct twr_error *err)
{
	enum twr_status rc;

	if ((rc = copy_to_memory(dir, err)) != TWR_OK ||
	    (rc = run(dir, "PRAGMA temp_store = MEMORY", err)) != TWR_OK ||
	    (rc = run(dir, "PRAGMA trusted_schema = OFF", err)) != TWR_OK ||
	    (rc = run(dir, "BEGIN", err)) != TWR_OK ||
	    (rc = directory_migrate(dir, version, err)) != TWR_OK ||
	    (rc = run(dir, "COMMIT", err)) != TWR_OK)
		return rc;
	return run(dir, "PRAGMA query_only = ON", err);
}

/* ---- to change it ---- */

/* A text that yields rows when something is wrong; "ok" is nothing. */
static enum twr_status
prove(struct directory *dir, const char *sql, const char *what,
    struct twr_error *err)
{
	const unsigned char *said;
	struct query q;
	enum twr_status rc = query_prepare(&q, dir, sql, err);

	if (rc == TWR_OK)
		rc = query_step(&q, err);
	if (rc == TWR_OK) {
		said = sqlite3_column_text(q.st, 0);
		if (said == NULL || strcmp((const char *)said, "ok") != 0)
			rc = twr_fail(err, TWR_EDATA,
			    "%s: cannot be upgraded: %s (%s); nothing was "
			    "changed; go on with the twrbac that wrote it, "
			    "and report this",
			    dir->path, what,
			    said != NULL ? (const char *)said : "?");
	}
	query_end(&q);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

static enum twr_status
back_up(const char *path, const char *file, struct twr_error *err)
{
	struct directory *dir = NULL;
	int version;
	enum twr_status rc;

	/* a second connection: one that is to write cannot be copied */
	rc = directory_connect(path, DIRECTORY_READ, &dir, &version, err);
	if (rc == TWR_OK)
		rc = directory_pragma(dir, "BEGIN", NULL, err);
	if (rc == TWR_OK)
		rc = directory_backup_dated(dir, file, err);
	directory_close(dir);
	return rc;
}

static enum twr_status
change(struct directory *dir, int version, upgraded_fn *fn, void *ctx,
    struct twr_error *err)
{
	enum twr_status rc;

	if ((rc = directory_migrate(dir, version, err)) != TWR_OK ||
	    (rc = directory_prepare(dir, err)) != TWR_OK ||
	    (rc = fn(ctx, dir, directory_schema()->version, err)) != TWR_OK ||
	    (rc = prove(dir, "PRAGMA foreign_key_check",
		 "a row refers to one that is gone", err)) != TWR_OK)
		return rc;
	return prove(dir, "PRAGMA integrity_check(1)", "it is damaged", err);
}

enum twr_status
directory_upgrade(const char *path, const char *backup, upgraded_fn *fn,
    void *ctx, struct twr_error *err)
{
	struct directory *dir = NULL;
	bool kept = true; /* what was copied is worth keeping */
	int version = 0;
	enum twr_status rc;

	rc = directory_connect(path, DIRECTORY_WRITE, &dir, &version, err);
	if (rc != TWR_OK || version == directory_schema()->version)
		goto out;
	/* a step may make a table anew that others refer to */
	rc = directory_pragma(dir, "PRAGMA foreign_keys = OFF", NULL, err);
	if (rc == TWR_OK)
		rc = directory_pragma(dir, "BEGIN IMMEDIATE", NULL, err);
	if (rc == TWR_OK && backup != NULL) {
		rc = back_up(path, backup, err);
		kept = rc != TWR_OK;
	}
	if (rc == TWR_OK)
		rc = change(dir, version, fn, ctx, err);
	if (rc == TWR_OK) {
		/* after a failed one nobody knows what the disk holds */
		kept = true;
		rc = directory_pragma(dir, "COMMIT", NULL, err);
	}
out:
	directory_close(dir);
	if (rc != TWR_OK && !kept)
		(void)unlink(backup);
	return rc;
}

enum twr_status
directory_schema_of(const char *path, int *ret, int *newest,
    struct twr_error *err)
{
	struct directory *dir = NULL;
	enum twr_status rc;

	rc = directory_connect(path, DIRECTORY_READ, &dir, ret, err);
	directory_close(dir);
	*newest = directory_schema()->version;
	return rc;
}
