/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Failures of and under SQLite: calls of ours that it answers with an error
 * (the linker's wraps), memory that it does not get, and a layer between it
 * and the system (sqlite3_vfs) whose reads, writes, syncs and locks fail.
 */
#include "faults_sqlite.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"

#define DECLARE(type, name, args) \
	type __real_##name args; \
	type __wrap_##name args

/* ---- what we call ---- */

/* clang-format off */
#define SIMPLE(name, args, call) \
	DECLARE(int, name, args); \
	int __wrap_##name args \
	{ \
		return fault_here(FAULT_SQL) ? fault_error() : \
		    __real_##name call; \
	}

SIMPLE(sqlite3_step, (sqlite3_stmt *st), (st))
SIMPLE(sqlite3_bind_int64, (sqlite3_stmt *st, int at, sqlite3_int64 value),
    (st, at, value))
SIMPLE(sqlite3_bind_null, (sqlite3_stmt *st, int at), (st, at))
SIMPLE(sqlite3_bind_text,
    (sqlite3_stmt *st, int at, const char *text, int len, void (*fn)(void *)),
    (st, at, text, len, fn))
SIMPLE(sqlite3_bind_blob64,
    (sqlite3_stmt *st, int at, const void *data, sqlite3_uint64 len,
	void (*fn)(void *)),
    (st, at, data, len, fn))
SIMPLE(sqlite3_exec,
    (sqlite3 *db, const char *sql, int (*fn)(void *, int, char **, char **),
	void *ctx, char **text),
    (db, sql, fn, ctx, text))
SIMPLE(sqlite3_backup_step, (sqlite3_backup *bk, int pages), (bk, pages))
/* clang-format on */

DECLARE(int, sqlite3_prepare_v2,
    (sqlite3 * db, const char *sql, int len, sqlite3_stmt **ret,
	const char **tail));
DECLARE(int, sqlite3_prepare_v3,
    (sqlite3 * db, const char *sql, int len, unsigned flags, sqlite3_stmt **ret,
	const char **tail));
DECLARE(int, sqlite3_open_v2,
    (const char *path, sqlite3 **ret, int flags, const char *vfs));

int
__wrap_sqlite3_prepare_v2(sqlite3 *db, const char *sql, int len,
    sqlite3_stmt **ret, const char **tail)
{
	*ret = NULL;
	return fault_here(FAULT_SQL) ?
	    fault_error() :
	    __real_sqlite3_prepare_v2(db, sql, len, ret, tail);
}

int
__wrap_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int len, unsigned flags,
    sqlite3_stmt **ret, const char **tail)
{
	*ret = NULL;
	return fault_here(FAULT_SQL) ?
	    fault_error() :
	    __real_sqlite3_prepare_v3(db, sql, len, flags, ret, tail);
}

int
__wrap_sqlite3_open_v2(const char *path, sqlite3 **ret, int flags,
    const char *vfs)
{
	*ret = NULL;
	return fault_here(FAULT_SQL) ?
	    fault_error() :
	    __real_sqlite3_open_v2(path, ret, flags, vfs);
}

/* What it says of its last error, if that was its own. */
DECLARE(const char *, sqlite3_errmsg, (sqlite3 * db));

const char *
__wrap_sqlite3_errmsg(sqlite3 *db)
{
	return fault_was_met() && fault_is(FAULT_SQL) ?
	    sqlite3_errstr(fault_error()) :
	    __real_sqlite3_errmsg(db);
}

/* ---- its memory ---- */

static sqlite3_mem_methods memory;

static void *
get_memory(int size)
{
	return fault_here(FAULT_SQL_MEMORY) ? NULL : memory.xMalloc(size);
}

static void *
get_more(void *mem, int size)
{
	return fault_here(FAULT_SQL_MEMORY) ? NULL : memory.xRealloc(mem, size);
}

/* ---- its files ---- */

struct faulty {
	sqlite3_file base;
	sqlite3_file *real; /* behind this struct */
};

static sqlite3_vfs *system_vfs;

static sqlite3_file *
real(sqlite3_file *file)
{
	return ((struct faulty *)(void *)file)->real;
}

/* The code for an operation that failed with the armed error. */
static int
code_of(int io_error)
{
	if (fault_error() == ENOSPC)
		return SQLITE_FULL;
	return fault_error() == ENOMEM ? SQLITE_IOERR_NOMEM : io_error;
}

/* clang-format off */
#define METHOD(name, code, args, call) \
	static int \
	file_##name args \
	{ \
		return fault_here(FAULT_DISK) ? code_of(code) : \
		    real(file)->pMethods->name call; \
	}
/* clang-format on */

METHOD(xRead, SQLITE_IOERR_READ,
    (sqlite3_file * file, void *buf, int len, sqlite3_int64 pos),
    (real(file), buf, len, pos))
METHOD(xWrite, SQLITE_IOERR_WRITE,
    (sqlite3_file * file, const void *buf, int len, sqlite3_int64 pos),
    (real(file), buf, len, pos))
METHOD(xTruncate, SQLITE_IOERR_TRUNCATE,
    (sqlite3_file * file, sqlite3_int64 len), (real(file), len))
METHOD(xSync, SQLITE_IOERR_FSYNC, (sqlite3_file * file, int flags),
    (real(file), flags))
METHOD(xFileSize, SQLITE_IOERR_FSTAT, (sqlite3_file * file, sqlite3_int64 *ret),
    (real(file), ret))
METHOD(xLock, SQLITE_IOERR_LOCK, (sqlite3_file * file, int level),
    (real(file), level))
METHOD(xCheckReservedLock, SQLITE_IOERR_CHECKRESERVEDLOCK,
    (sqlite3_file * file, int *ret), (real(file), ret))
METHOD(xShmMap, SQLITE_IOERR_SHMMAP,
    (sqlite3_file * file, int page, int size, int extend, void volatile **ret),
    (real(file), page, size, extend, ret))

static int
file_xShmLock(sqlite3_file *file, int at, int n, int flags)
{
	/* giving a lock back does not fail */
	if ((flags & SQLITE_SHM_UNLOCK) == 0 && fault_here(FAULT_DISK))
		return code_of(SQLITE_IOERR_SHMLOCK);
	return real(file)->pMethods->xShmLock(real(file), at, n, flags);
}

static int
file_xClose(sqlite3_file *file)
{
	return real(file)->pMethods->xClose(real(file));
}

static int
file_xUnlock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xUnlock(real(file), level);
}

static int
file_xFileControl(sqlite3_file *file, int op, void *arg)
{
	return real(file)->pMethods->xFileControl(real(file), op, arg);
}

static int
file_xSectorSize(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}

static int
file_xDeviceCharacteristics(sqlite3_file *file)
{
	return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static void
file_xShmBarrier(sqlite3_file *file)
{
	real(file)->pMethods->xShmBarrier(real(file));
}

static int
file_xShmUnmap(sqlite3_file *file, int flags)
{
	return real(file)->pMethods->xShmUnmap(real(file), flags);
}

static const sqlite3_io_methods methods = { .iVersion = 2,
	.xClose = file_xClose,
	.xRead = file_xRead,
	.xWrite = file_xWrite,
	.xTruncate = file_xTruncate,
	.xSync = file_xSync,
	.xFileSize = file_xFileSize,
	.xLock = file_xLock,
	.xUnlock = file_xUnlock,
	.xCheckReservedLock = file_xCheckReservedLock,
	.xFileControl = file_xFileControl,
	.xSectorSize = file_xSectorSize,
	.xDeviceCharacteristics = file_xDeviceCharacteristics,
	.xShmMap = file_xShmMap,
	.xShmLock = file_xShmLock,
	.xShmBarrier = file_xShmBarrier,
	.xShmUnmap = file_xShmUnmap };

static int
open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
    int *ret_flags)
{
	struct faulty *fy = (struct faulty *)(void *)file;
	int rc;

	(void)vfs;
	fy->base.pMethods = NULL;
	fy->real = (sqlite3_file *)(void *)(fy + 1);
	if (fault_here(FAULT_DISK))
		return SQLITE_CANTOPEN;
	rc = system_vfs->xOpen(system_vfs, name, fy->real, flags, ret_flags);
	if (rc == SQLITE_OK)
		fy->base.pMethods = &methods;
	return rc;
}

static int
delete_file(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	return fault_here(FAULT_DISK) ?
	    SQLITE_IOERR_DELETE :
	    system_vfs->xDelete(system_vfs, name, sync);
}

static int
look_at_file(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
	(void)vfs;
	return fault_here(FAULT_DISK) ?
	    SQLITE_IOERR_ACCESS :
	    system_vfs->xAccess(system_vfs, name, flags, ret);
}

bool
faults_under_sqlite(void)
{
	static sqlite3_vfs vfs;
	sqlite3_mem_methods ours;

	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory) != SQLITE_OK)
		return false;
	if (memory.xMalloc == NULL) /* not chosen before it starts */
		(void)sqlite3_initialize();
	(void)sqlite3_shutdown();
	(void)sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory);
	ours = memory;
	ours.xMalloc = get_memory;
	ours.xRealloc = get_more;
	if (sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) != SQLITE_OK ||
	    (system_vfs = sqlite3_vfs_find(NULL)) == NULL)
		return false;
	vfs = *system_vfs;
	vfs.zName = "faulty";
	vfs.szOsFile += (int)sizeof(struct faulty);
	vfs.xOpen = open_file;
	vfs.xDelete = delete_file;
	vfs.xAccess = look_at_file;
	return sqlite3_vfs_register(&vfs, 1) == SQLITE_OK;
}
