/* SPDX-License-Identifier: BSD-2-Clause */
#include "directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory_sql.h"
#include "directory_write.h"

#define BUSY_TIMEOUT_MS 2000

/* What may stand beside the file; all of it must be as safe as the file. */
static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };

const char *
directory_path(const struct directory *dir)
{
	return dir->path;
}

bool
directory_is_copy(const struct directory *dir)
{
	return dir->copy;
}

/* ---- is the file safe to use? ---- */

static enum twr_status
judge_file(const char *path, const struct stat *st, struct twr_error *err)
{
	if (S_ISLNK(st->st_mode))
		return twr_fail(err, TWR_EUNSAFE,
		    "%s: is a symbolic link; name the real file", path);
	if (!S_ISREG(st->st_mode))
		return twr_fail(err, TWR_EUNSAFE, "%s: is not a regular file",
		    path);
	if (st->st_uid != geteuid())
		return twr_fail(err, TWR_EUNSAFE,
		    "%s: belongs to uid %lu, not to uid %lu; chown it, if "
		    "you trust what it says",
		    path, (unsigned long)st->st_uid, (unsigned long)geteuid());
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return twr_fail(err, TWR_EUNSAFE,
		    "%s: group or others can write it; chmod 0600 it, if you "
		    "trust what it says",
		    path);
	return TWR_OK;
}

/* Only the file itself has to be there. */
static enum twr_status
check_file(const char *path, const char *suffix, struct twr_error *err)
{
	struct stat st;
	char *name = NULL;
	enum twr_status rc;

	if (asprintf(&name, "%s%s", path, suffix) < 0)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
	if (lstat(name, &st) == 0)
		rc = judge_file(name, &st, err);
	else if (errno != ENOENT && errno != ENOTDIR)
		rc = twr_fail(err, TWR_EUNREADABLE, "%s: %s", name,
		    strerror(errno));
	else if (*suffix != '\0')
		rc = TWR_OK;
	else
		rc = twr_fail(err, TWR_ENOENT,
		    "%s: there is no directory here; \"twrbac init\" makes "
		    "one",
		    name);
	free(name);
	return rc;
}

static enum twr_status
check_files(const char *path, struct twr_error *err)
{
	size_t i;
	enum twr_status rc;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if ((rc = check_file(path, suffixes[i], err)) != TWR_OK)
			return rc;
	return TWR_OK;
}

static void
remove_files(const char *path)
{
	char *name;
	size_t i;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (asprintf(&name, "%s%s", path, suffixes[i]) < 0)
			continue;
		(void)unlink(name);
		free(name);
	}
}

/* ---- opening ---- */

enum twr_status
directory_pragma(struct directory *dir, const char *sql, int64_t *ret,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_prepare(&q, dir, sql, err);

	if (rc == TWR_OK)
		rc = query_step(&q, err);
	if (rc == TWR_OK && ret != NULL)
		*ret = sqlite3_column_int64(q.st, 0);
	if (rc == TWR_ENOENT)
		rc = TWR_OK;
	query_end(&q);
	return rc;
}

static enum twr_status
set_pragmas(struct directory *dir, enum directory_mode mode,
    struct twr_error *err)
{
	static const char *const texts[] = {
		"PRAGMA synchronous = FULL",
		"PRAGMA foreign_keys = ON",
		"PRAGMA temp_store = MEMORY",
		"PRAGMA trusted_schema = OFF",
		"PRAGMA cell_size_check = ON",
	};
	size_t i;
	enum twr_status rc;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if ((rc = directory_pragma(dir, texts[i], NULL, err)) != TWR_OK)
			return rc;
	if (mode == DIRECTORY_READ)
		return directory_pragma(dir, "PRAGMA query_only = ON", NULL,
		    err);
	return TWR_OK;
}

static enum twr_status
connect_file(const char *path, enum directory_mode mode, struct directory **ret,
    struct twr_error *err)
{
	struct directory *dir = NULL;
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
	    (mode == DIRECTORY_READ ? SQLITE_OPEN_READONLY :
				      SQLITE_OPEN_READWRITE);
	int sq;
	enum twr_status rc = TWR_ENOMEM;

	if ((dir = calloc(1, sizeof(*dir))) == NULL ||
	    (dir->path = strdup(path)) == NULL) {
		twr_fail(err, rc, "%s: out of memory", path);
		goto out;
	}
	sq = sqlite3_open_v2(path, &dir->db, flags, NULL);
	if (sq == SQLITE_CANTOPEN_SYMLINK ||
	    (sq != SQLITE_OK && dir->db != NULL &&
		sqlite3_extended_errcode(dir->db) == SQLITE_CANTOPEN_SYMLINK)) {
		rc = twr_fail(err, TWR_EUNSAFE,
		    "%s: a folder in this path is a symbolic link; name the "
		    "real path",
		    path);
		goto out;
	}
	if (sq != SQLITE_OK) {
		rc = directory_fail(dir, sq, "opening it", err);
		goto out;
	}
	(void)sqlite3_busy_timeout(dir->db, BUSY_TIMEOUT_MS);
	if ((rc = set_pragmas(dir, mode, err)) != TWR_OK)
		goto out;
	*ret = dir;
	dir = NULL;
out:
	directory_close(dir);
	return rc;
}

enum twr_status
directory_prepare(struct directory *dir, struct twr_error *err)
{
	size_t i;
	int rc;

	for (i = 0; i < SQL_STATEMENTS; i++) {
		rc = sqlite3_prepare_v3(dir->db, directory_sql[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &dir->st[i], NULL);
		if (rc != SQLITE_OK)
			return directory_fail(dir, rc, "preparing a statement",
			    err);
	}
	return TWR_OK;
}

static enum twr_status
check_version(const struct directory *dir, int64_t version,
    struct twr_error *err)
{
	if (version < 1)
		return twr_fail(err, TWR_EDATA,
		    "%s: holds nothing: an init was cut short; remove the "
		    "file and run \"twrbac init\" again",
		    dir->path);
	if (version > directory_schema()->version)
		return twr_fail(err, TWR_ETOONEW,
		    "%s: schema %lld was made by a newer twrbac, this one "
		    "knows up to %d; upgrade twrbac here, or restore the copy "
		    "that the newer one made before it upgraded the directory",
		    dir->path, (long long)version, directory_schema()->version);
	return TWR_OK;
}

static enum twr_status
check_schema(struct directory *dir, enum directory_mode mode, int *ret,
    struct twr_error *err)
{
	int64_t application = 0, version = 0;
	enum twr_status rc;

	rc = directory_pragma(dir, "PRAGMA application_id", &application, err);
	if (rc == TWR_OK)
		rc = directory_pragma(dir, "PRAGMA user_version", &version,
		    err);
	if (rc != TWR_OK)
		return rc;
	dir->copy = application == SCHEMA_COPY_ID;
	if (dir->copy && mode == DIRECTORY_WRITE)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is a copy that twrbac backup made, and only read; "
		    "change the directory that it is a copy of, or make it "
		    "one with twrbac restore",
		    dir->path);
	if (!dir->copy && application != SCHEMA_APPLICATION_ID)
		return twr_fail(err, TWR_EDATA,
		    "%s: is a database, but not a directory of twrbac; name "
		    "another with --directory",
		    dir->path);
	if ((rc = check_version(dir, version, err)) == TWR_OK)
		*ret = (int)version;
	return rc;
}

enum twr_status
directory_connect(const char *path, enum directory_mode mode,
    struct directory **ret, int *version, struct twr_error *err)
{
	struct directory *dir = NULL;
	enum twr_status rc;

	if ((rc = check_files(path, err)) != TWR_OK)
		goto out;
	if ((rc = connect_file(path, mode, &dir, err)) != TWR_OK)
		goto out;
	if ((rc = check_schema(dir, mode, version, err)) != TWR_OK)
		goto out;
	*ret = dir;
	dir = NULL;
out:
	directory_close(dir);
	return rc;
}

enum twr_status
directory_open(const char *path, enum directory_mode mode,
    struct directory **ret, struct twr_error *err)
{
	struct directory *dir = NULL;
	int version = 0;
	enum twr_status rc;

	if ((rc = directory_connect(path, mode, &dir, &version, err)) != TWR_OK)
		goto out;
	if (version < directory_schema()->version) {
		if (mode == DIRECTORY_WRITE)
			rc = twr_fail(err, TWR_ESTALE,
			    "%s: schema %d is of an older twrbac; twrbac "
			    "compile, or any other command that writes, "
			    "upgrades it",
			    dir->path, version);
		else
			rc = directory_upgrade_view(dir, version, err);
		if (rc != TWR_OK)
			goto out;
	}
	if ((rc = directory_prepare(dir, err)) != TWR_OK)
		goto out;
	*ret = dir;
	dir = NULL;
out:
	directory_close(dir);
	return rc;
}

void
directory_close(struct directory *dir)
{
	size_t i;

	if (dir == NULL)
		return;
	for (i = 0; i < SQL_STATEMENTS; i++)
		(void)sqlite3_finalize(dir->st[i]);
	/* an open transaction is rolled back by closing */
	(void)sqlite3_close_v2(dir->db);
	(void)sqlite3_close_v2(dir->file);
	if (dir->built_as != NULL)
		remove_files(dir->built_as);
	free(dir->built_as);
	free(dir->path);
	free(dir);
}

/* ---- creating ---- */

/*
 * A new directory grows under another name and gets its own when its first
 * transaction has been committed, so an init that is killed leaves nothing
 * that looks like a directory. What an earlier one left is removed.
 */
static enum twr_status
make_file(const char *path, char **ret, struct twr_error *err)
{
	struct stat st;
	char *name;
	int fd;

	if (lstat(path, &st) == 0)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: exists already; init never writes over a directory",
		    path);
	if (asprintf(&name, "%s.new", path) < 0)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
	remove_files(name);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd == -1) {
		twr_fail(err, TWR_EWRITE,
		    "%s: %s; make its folder, owned by root and mode 0700",
		    name, strerror(errno));
		free(name);
		return TWR_EWRITE;
	}
	(void)close(fd);
	*ret = name;
	return TWR_OK;
}

/* A name in a folder is not on the disk before the folder is. */
static enum twr_status
sync_folder(const char *path, struct twr_error *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = NULL;
	enum twr_status rc = TWR_OK;
	int fd = -1;

	if (asprintf(&folder, "%.*s",
		slash == NULL ? 1 : (int)(slash - path) + 1,
		slash == NULL ? "." : path) < 0)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || fsync(fd) != 0)
		rc = twr_fail(err, TWR_EWRITE,
		    "%s: cannot be written to the disk: %s", folder,
		    strerror(errno));
	if (fd != -1)
		(void)close(fd);
	free(folder);
	return rc;
}

/*
 * All that was committed into the file itself. Closing does that too, but
 * says nothing when it cannot, and then the file without its WAL is no
 * database.
 */
static enum twr_status
empty_wal(struct directory *dir, struct twr_error *err)
{
	int64_t busy = 0;
	enum twr_status rc;

	rc = directory_pragma(dir, "PRAGMA wal_checkpoint(TRUNCATE)", &busy,
	    err);
	if (rc == TWR_OK && busy != 0)
		rc = twr_fail(err, TWR_EBUSY,
		    "%s: another program reads it; run init again",
		    dir->built_as);
	return rc;
}

/* After the first commit: close, and link. */
static enum twr_status
establish(struct directory *dir, struct twr_error *err)
{
	struct directory *named = NULL, rest;
	enum twr_status rc;
	size_t i;

	if ((rc = empty_wal(dir, err)) != TWR_OK)
		return rc;
	for (i = 0; i < SQL_STATEMENTS; i++) {
		(void)sqlite3_finalize(dir->st[i]);
		dir->st[i] = NULL;
	}
	(void)sqlite3_close_v2(dir->db);
	dir->db = NULL;
	/* link(), unlike rename(), never writes over what is there */
	if (link(dir->built_as, dir->path) != 0)
		return twr_fail(err, TWR_EWRITE, "%s: %s", dir->path,
		    errno == EEXIST ? "another init was faster" :
				      strerror(errno));
	remove_files(dir->built_as);
	free(dir->built_as);
	dir->built_as = NULL;
	if ((rc = sync_folder(dir->path, err)) != TWR_OK ||
	    (rc = directory_open(dir->path, DIRECTORY_WRITE, &named, err)) !=
		TWR_OK)
		return rc;
	rest = *dir;
	*dir = *named;
	*named = rest;
	directory_close(named);
	return TWR_OK;
}

static enum twr_status
set_up_file(struct directory *dir, struct twr_error *err)
{
	char text[64];
	enum twr_status rc;

	(void)snprintf(text, sizeof(text), "PRAGMA application_id = %d",
	    SCHEMA_APPLICATION_ID);
	if ((rc = directory_pragma(dir, text, NULL, err)) != TWR_OK)
		return rc;
	return directory_pragma(dir, "PRAGMA journal_mode = WAL", NULL, err);
}

enum twr_status
directory_insert_host(struct directory *dir, struct twr_error *err)
{
	uint8_t key[TWR_ID_LEN];
	struct query q;
	enum twr_status rc;

	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
		return twr_fail(err, TWR_EWRITE,
		    "%s: the kernel gave no random bytes", dir->path);
	rc = query_prepare(&q, dir,
	    "INSERT INTO host_state (id, log_key,"
	    " serial) VALUES (1, ?1, 0)",
	    err);
	if (rc == TWR_OK) {
		query_blob(&q, 1, key, sizeof(key));
		rc = query_run(&q, err);
	}
	query_end(&q);
	return rc;
}

static enum twr_status
fill_file(struct directory *dir, const char *organization,
    struct twr_error *err)
{
	struct scope sc = { .kind = TWR_SCOPE_ORGANIZATION,
		.status = TWR_SCOPE_ACTIVE };
	enum twr_status rc;

	if (strlen(organization) >= sizeof(sc.name))
		return twr_fail(err, TWR_EREFUSED,
		    "organization: the name is longer than %d bytes",
		    TWR_NAME_MAX);
	(void)strcpy(sc.name, organization);
	if ((rc = directory_pragma(dir, "BEGIN IMMEDIATE", NULL, err)) !=
	    TWR_OK)
		return rc;
	if ((rc = directory_migrate(dir, 0, err)) != TWR_OK)
		return rc;
	if ((rc = directory_prepare(dir, err)) != TWR_OK)
		return rc;
	if ((rc = directory_insert_host(dir, err)) != TWR_OK)
		return rc;
	return directory_insert_scope(dir, &sc, err);
}

enum twr_status
directory_create(const char *path, const char *organization,
    struct directory **ret, struct twr_error *err)
{
	struct directory *dir = NULL;
	char *name = NULL, *own = NULL;
	enum twr_status rc;

	if ((rc = make_file(path, &name, err)) != TWR_OK)
		return rc;
	if ((own = strdup(path)) == NULL)
		rc = twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
	else
		rc = connect_file(name, DIRECTORY_WRITE, &dir, err);
	if (rc != TWR_OK) {
		remove_files(name);
		free(name);
		free(own);
		return rc;
	}
	free(name);
	dir->built_as = dir->path; /* closing removes it */
	dir->path = own;
	if ((rc = set_up_file(dir, err)) != TWR_OK)
		goto out;
	if ((rc = fill_file(dir, organization, err)) != TWR_OK)
		goto out;
	*ret = dir;
	dir = NULL;
out:
	directory_close(dir);
	return rc;
}

/* ---- transactions ---- */

static enum twr_status
run(struct directory *dir, enum sql_id id, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, id, err);

	if (rc == TWR_OK)
		rc = query_run(&q, err);
	query_end(&q);
	return rc;
}

enum twr_status
directory_begin(struct directory *dir, struct twr_error *err)
{
	return run(dir, SQL_BEGIN, err);
}

enum twr_status
directory_begin_read(struct directory *dir, struct twr_error *err)
{
	return run(dir, SQL_BEGIN_READ, err);
}

enum twr_status
directory_commit(struct directory *dir, struct twr_error *err)
{
	enum twr_status rc = run(dir, SQL_COMMIT, err);

	if (rc == TWR_OK && dir->built_as != NULL)
		rc = establish(dir, err);
	return rc;
}

void
directory_rollback(struct directory *dir)
{
	if (dir->db != NULL && sqlite3_get_autocommit(dir->db) == 0)
		(void)run(dir, SQL_ROLLBACK, NULL);
}
