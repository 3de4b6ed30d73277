/* SPDX-License-Identifier: BSD-2-Clause */
#include "directory_backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory_sql.h"

#define STEP_PAGES 512

struct copy {
	struct directory *from;
	struct directory to; /* .db and .path only */
	char *path_new, *path_side;
	backup_progress_fn *progress;
	void *ctx;
	bool made; /* path_new is there */
};

static enum twr_status
fail_file(const char *path, struct twr_error *err)
{
	return twr_fail(err, TWR_EWRITE,
	    "%s: %s; name a file in a folder that is there and has room", path,
	    strerror(errno));
}

static enum twr_status
begin_copy(struct copy *cp, struct directory *from, const char *name,
    struct twr_error *err)
{
	int fd;

	cp->from = from;
	if (asprintf(&cp->path_new, "%s.new", name) < 0) {
		cp->path_new = NULL;
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", name);
	}
	if (asprintf(&cp->path_side, "%s-journal", cp->path_new) < 0) {
		cp->path_side = NULL;
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", name);
	}
	cp->to.path = cp->path_new;
	(void)unlink(cp->path_side);
	if (unlink(cp->path_new) != 0 && errno != ENOENT)
		return fail_file(cp->path_new, err);
	fd = open(cp->path_new,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return fail_file(cp->path_new, err);
	(void)close(fd);
	cp->made = true;
	if (sqlite3_open_v2(cp->path_new, &cp->to.db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
		    SQLITE_OPEN_NOFOLLOW,
		NULL) != SQLITE_OK)
		return twr_fail(err, TWR_EWRITE, "%s: %s", cp->path_new,
		    sqlite3_errmsg(cp->to.db));
	return TWR_OK;
}

static void
end_copy(struct copy *cp)
{
	(void)sqlite3_close_v2(cp->to.db);
	if (cp->made)
		(void)unlink(cp->path_new);
	free(cp->path_new);
	free(cp->path_side);
}

/* Our own read transaction holds the state still: no step starts anew. */
static enum twr_status
copy_pages(struct copy *cp, struct twr_error *err)
{
	sqlite3_backup *bk;
	sqlite3 *from;
	int rc;

	from = cp->from->file != NULL ? cp->from->file : cp->from->db;
	bk = sqlite3_backup_init(cp->to.db, "main", from, "main");
	if (bk == NULL)
		return directory_fail(&cp->to, sqlite3_errcode(cp->to.db),
		    "beginning a copy", err);
	do {
		rc = sqlite3_backup_step(bk, STEP_PAGES);
		if (cp->progress != NULL && sqlite3_backup_pagecount(bk) > 0)
			cp->progress(cp->ctx,
			    (uint64_t)(sqlite3_backup_pagecount(bk) -
				sqlite3_backup_remaining(bk)),
			    (uint64_t)sqlite3_backup_pagecount(bk));
	} while (rc == SQLITE_OK);
	(void)sqlite3_backup_finish(bk);
	if (rc != SQLITE_DONE)
		return directory_fail(&cp->to, rc, "copying", err);
	return TWR_OK;
}

static enum twr_status
run_one(struct copy *cp, const char *sql, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_prepare(&q, &cp->to, sql, err);

	if (rc == TWR_OK)
		rc = query_step(&q, err);
	query_end(&q);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

/*
 * The journal mode lies in the file: a copy must need no second file. That
 * it cannot be set is no error to SQLite, which answers with the old mode.
 */
static enum twr_status
set_journal_mode(struct copy *cp, const char *sql, const char *mode,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_prepare(&q, &cp->to, sql, err);
	const unsigned char *is = NULL;

	if (rc == TWR_OK && (rc = query_step(&q, err)) == TWR_OK)
		is = sqlite3_column_text(q.st, 0);
	if (rc == TWR_OK && (is == NULL || strcmp((const char *)is, mode) != 0))
		rc = twr_fail(err, TWR_EWRITE,
		    "%s: its journal mode cannot be set to \"%s\"; is the "
		    "disk full?",
		    cp->path_new, mode);
	query_end(&q);
	return rc;
}

static enum twr_status
mark(struct copy *cp, int id, struct twr_error *err)
{
	char text[64];
	enum twr_status rc;

	rc = set_journal_mode(cp, "PRAGMA journal_mode = DELETE", "delete",
	    err);
	if (rc != TWR_OK)
		return rc;
	(void)snprintf(text, sizeof(text), "PRAGMA application_id = %d", id);
	return run_one(cp, text, err);
}

static enum twr_status
sync_path(const char *path, int flags, struct twr_error *err)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW);
	enum twr_status rc = TWR_OK;

	if (fd == -1 || fsync(fd) != 0)
		rc = fail_file(path, err);
	if (fd != -1)
		(void)close(fd);
	return rc;
}

static enum twr_status
sync_folder(const char *file, struct twr_error *err)
{
	const char *slash = strrchr(file, '/');
	char *folder;
	enum twr_status rc;

	folder = slash == NULL ? strdup(".") :
	    slash == file      ? strdup("/") :
				 strndup(file, (size_t)(slash - file));
	if (folder == NULL)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", file);
	rc = sync_path(folder, O_RDONLY | O_DIRECTORY, err);
	free(folder);
	return rc;
}

/* Close, write to the disk, and give it its name. */
static enum twr_status
put_in_place(struct copy *cp, const char *file, bool replace,
    struct twr_error *err)
{
	enum twr_status rc;
	int done;

	if (sqlite3_close(cp->to.db) != SQLITE_OK)
		return twr_fail(err, TWR_EWRITE, "%s: cannot be closed",
		    cp->path_new);
	cp->to.db = NULL;
	if ((rc = sync_path(cp->path_new, O_RDWR, err)) != TWR_OK)
		return rc;
	if (replace)
		done = rename(cp->path_new, file);
	else
		done = link(cp->path_new, file);
	if (done != 0)
		return fail_file(file, err);
	if (replace)
		cp->made = false;
	return sync_folder(file, err);
}

/* What lies there would be taken for a part of the new file. */
static enum twr_status
check_beside(const char *file, struct twr_error *err)
{
	static const char *const suffixes[] = { "-wal", "-shm", "-journal" };
	struct stat st;
	char *name;
	size_t i;
	bool there;

	for (i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		if (asprintf(&name, "%s%s", file, suffixes[i]) < 0)
			return twr_fail(err, TWR_ENOMEM, "%s: out of memory",
			    file);
		there = lstat(name, &st) == 0;
		free(name);
		if (there)
			return twr_fail(err, TWR_EREFUSED,
			    "%s%s: is left of another file; move it away "
			    "first",
			    file, suffixes[i]);
	}
	return TWR_OK;
}

/* Never over something else: a slip must not cost the live directory. */
static enum twr_status
check_target(const char *file, struct twr_error *err)
{
	struct directory *dir = NULL;
	struct twr_error why;
	struct stat st;
	enum twr_status rc;
	bool copy;

	if (lstat(file, &st) != 0)
		return errno == ENOENT ? check_beside(file, err) :
					 fail_file(file, err);
	rc = directory_open(file, DIRECTORY_READ, &dir, &why);
	copy = rc == TWR_OK && directory_is_copy(dir);
	directory_close(dir);
	if (copy)
		return check_beside(file, err);
	return twr_fail(err, TWR_EREFUSED,
	    "%s: is there already and is no copy that twrbac made; name "
	    "another file, or remove it",
	    file);
}

/* It grows as NAME.new. */
static enum twr_status
back_up(struct copy *cp, struct directory *dir, const char *name,
    const char *file, struct twr_error *err)
{
	enum twr_status rc;

	if ((rc = check_target(file, err)) != TWR_OK)
		return rc;
	if ((rc = begin_copy(cp, dir, name, err)) == TWR_OK &&
	    (rc = copy_pages(cp, err)) == TWR_OK &&
	    (rc = mark(cp, SCHEMA_COPY_ID, err)) == TWR_OK)
		rc = put_in_place(cp, file, true, err);
	end_copy(cp);
	return rc;
}

enum twr_status
directory_backup(struct directory *dir, const char *file,
    backup_progress_fn *progress, void *ctx, struct twr_error *err)
{
	struct copy cp = { .progress = progress, .ctx = ctx };

	return back_up(&cp, dir, file, file, err);
}

enum twr_status
directory_backup_dated(struct directory *dir, const char *file,
    struct twr_error *err)
{
	struct copy cp = { 0 };

	return back_up(&cp, dir, dir->path, file, err);
}

enum twr_status
directory_adopt(struct directory *dir, const char *file,
    backup_progress_fn *progress, void *ctx, struct twr_error *err)
{
	struct copy cp = { .progress = progress, .ctx = ctx };
	struct stat st;
	enum twr_status rc;

	if ((rc = check_beside(file, err)) != TWR_OK)
		return rc;
	if (lstat(file, &st) == 0)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: exists already; move it away first, with its -wal "
		    "and -shm",
		    file);
	if ((rc = begin_copy(&cp, dir, file, err)) == TWR_OK &&
	    (rc = copy_pages(&cp, err)) == TWR_OK &&
	    (rc = mark(&cp, SCHEMA_APPLICATION_ID, err)) == TWR_OK &&
	    (rc = set_journal_mode(&cp, "PRAGMA journal_mode = WAL", "wal",
		 err)) == TWR_OK)
		rc = put_in_place(&cp, file, false, err);
	end_copy(&cp);
	return rc;
}
