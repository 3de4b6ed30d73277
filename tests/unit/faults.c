/* SPDX-License-Identifier: BSD-2-Clause */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct fault armed;
static unsigned counts[FAULT_KINDS];
static bool on, met;
static struct fault_world world;

const char *
fault_kind_word(enum fault_kind kind)
{
	static const char *const words[FAULT_KINDS] = { "none", "memory",
		"open", "read", "stat", "write", "sync", "name", "mode",
		"close", "lock", "fcntl", "random", "clock", "item", "sql",
		"disk", "sql-memory" };

	return words[kind];
}

bool
fault_here(enum fault_kind kind)
{
	unsigned n;

	if (!on)
		return false;
	n = ++counts[kind];
	if (armed.kind != kind || n < armed.at ||
	    (n > armed.at && !armed.stays))
		return false;
	met = true;
	if (armed.error > 0)
		errno = armed.error;
	return true;
}

bool
fault_is(enum fault_kind kind)
{
	return armed.kind == kind;
}

int
fault_error(void)
{
	return armed.error;
}

bool
fault_was_met(void)
{
	return met;
}

unsigned
fault_calls(enum fault_kind kind)
{
	return counts[kind];
}

void
fault_pretend(const struct fault_world *pretended)
{
	world = pretended != NULL ? *pretended : (struct fault_world) { 0 };
}

/* ---- memory: what we got, so that a leak is seen ---- */

#define SLOTS 65536u
static void *live[SLOTS];
static unsigned n_live;

static unsigned
slot_of(const void *mem)
{
	return (unsigned)((uintptr_t)mem >> 4) * 2654435761u % SLOTS;
}

static void *
remember(void *mem)
{
	unsigned at = slot_of(mem);

	if (!on || mem == NULL || n_live >= SLOTS / 2)
		return mem;
	while (live[at] != NULL)
		at = (at + 1) % SLOTS;
	live[at] = mem;
	n_live++;
	return mem;
}

/* Those behind it in the same run move up, so that they are found. */
static void
forget(const void *mem)
{
	unsigned at = slot_of(mem);
	void *other;

	if (!on)
		return;
	while (live[at] != NULL && live[at] != mem)
		at = (at + 1) % SLOTS;
	if (mem == NULL || live[at] == NULL)
		return;
	live[at] = NULL;
	n_live--;
	for (at = (at + 1) % SLOTS; live[at] != NULL; at = (at + 1) % SLOTS) {
		other = live[at];
		live[at] = NULL;
		n_live--;
		(void)remember(other);
	}
}

unsigned
fault_live(void)
{
	return n_live;
}

void
fault_arm(const struct fault *fault)
{
	armed = fault != NULL ? *fault : (struct fault) { 0 };
	memset(counts, 0, sizeof(counts));
	memset(live, 0, sizeof(live));
	n_live = 0;
	met = false;
	on = true;
}

void
fault_disarm(void)
{
	on = false;
}

/* ---- the functions in between ---- */

/*
 * The real function and ours; the names are the linker's. Where the C
 * library checks sizes, calls go to other names.
 */
#define DECLARE(type, name, args) \
	type __real_##name args; \
	type __wrap_##name args

/* One that fails with bad, and is itself otherwise. */
#define SIMPLE(kind, type, bad, name, args, call) \
	DECLARE(type, name, args); \
	type __wrap_##name args \
	{ \
		return fault_here(kind) ? (bad) : __real_##name call; \
	}

/* clang-format off */
SIMPLE(FAULT_SYNC, int, -1, fsync, (int fd), (fd))
SIMPLE(FAULT_NAME, int, -1, rename, (const char *a, const char *b), (a, b))
SIMPLE(FAULT_NAME, int, -1, renameat,
    (int fd, const char *a, int to, const char *b), (fd, a, to, b))
SIMPLE(FAULT_NAME, int, -1, link, (const char *a, const char *b), (a, b))
SIMPLE(FAULT_NAME, int, -1, linkat,
    (int fd, const char *a, int to, const char *b, int flags),
    (fd, a, to, b, flags))
SIMPLE(FAULT_NAME, int, -1, unlink, (const char *path), (path))
SIMPLE(FAULT_NAME, int, -1, unlinkat, (int fd, const char *path, int flags),
    (fd, path, flags))
SIMPLE(FAULT_MODE, int, -1, fchmod, (int fd, mode_t mode), (fd, mode))
SIMPLE(FAULT_MODE, int, -1, fchown, (int fd, uid_t uid, gid_t gid),
    (fd, uid, gid))
SIMPLE(FAULT_LOCK, int, -1, flock, (int fd, int how), (fd, how))
SIMPLE(FAULT_OPEN, int, -1, memfd_create, (const char *name, unsigned flags),
    (name, flags))
SIMPLE(FAULT_OPEN, FILE *, NULL, fopen, (const char *path, const char *mode),
    (path, mode))
SIMPLE(FAULT_OPEN, FILE *, NULL, fdopen, (int fd, const char *mode),
    (fd, mode))
SIMPLE(FAULT_MEMORY, FILE *, NULL, open_memstream, (char **text, size_t *len),
    (text, len))
SIMPLE(FAULT_WRITE, int, EOF, fflush, (FILE *file), (file))
SIMPLE(FAULT_RANDOM, ssize_t, -1, getrandom,
    (void *buf, size_t len, unsigned flags), (buf, len, flags))
/* clang-format on */

DECLARE(void *, malloc, (size_t size));
DECLARE(void *, calloc, (size_t n, size_t size));
DECLARE(void *, realloc, (void *mem, size_t size));
DECLARE(void *, reallocarray, (void *mem, size_t n, size_t size));
DECLARE(char *, strdup, (const char *text));
DECLARE(char *, strndup, (const char *text, size_t n));
DECLARE(void, free, (void *mem));
DECLARE(int, vasprintf, (char **ret, const char *fmt, va_list ap));
DECLARE(int, close, (int fd));
DECLARE(int, clock_gettime, (clockid_t clock, struct timespec *ts));

void *
__wrap_malloc(size_t size)
{
	return fault_here(FAULT_MEMORY) ? NULL : remember(__real_malloc(size));
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fault_here(FAULT_MEMORY) ? NULL :
					  remember(__real_calloc(n, size));
}

void *
__wrap_reallocarray(void *mem, size_t n, size_t size)
{
	void *new;

	if (fault_here(FAULT_MEMORY))
		return NULL;
	forget(mem);
	if ((new = __real_reallocarray(mem, n, size)) == NULL)
		(void)remember(mem);
	return remember(new);
}

void *
__wrap_realloc(void *mem, size_t size)
{
	return __wrap_reallocarray(mem, 1, size);
}

char *
__wrap_strdup(const char *text)
{
	return fault_here(FAULT_MEMORY) ? NULL : remember(__real_strdup(text));
}

char *
__wrap_strndup(const char *text, size_t n)
{
	return fault_here(FAULT_MEMORY) ? NULL :
					  remember(__real_strndup(text, n));
}

void
__wrap_free(void *mem)
{
	forget(mem);
	__real_free(mem);
}

/* As the library does: nothing is promised of *ret after a failure. */
int
__wrap_vasprintf(char **ret, const char *fmt, va_list ap)
{
	int len;

	if (fault_here(FAULT_MEMORY)) {
		*ret = (void *)(uintptr_t)0x5a5a5a50u;
		return -1;
	}
	len = __real_vasprintf(ret, fmt, ap);
	if (len >= 0)
		(void)remember(*ret);
	return len;
}

int __wrap_asprintf(char **ret, const char *fmt, ...);
int __wrap___asprintf_chk(char **ret, int flag, const char *fmt, ...);
int __wrap___vasprintf_chk(char **ret, int flag, const char *fmt, va_list ap);

int
__wrap_asprintf(char **ret, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = __wrap_vasprintf(ret, fmt, ap);
	va_end(ap);
	return len;
}

int
__wrap___asprintf_chk(char **ret, int flag, const char *fmt, ...)
{
	va_list ap;
	int len;

	(void)flag;
	va_start(ap, fmt);
	len = __wrap_vasprintf(ret, fmt, ap);
	va_end(ap);
	return len;
}

int
__wrap___vasprintf_chk(char **ret, int flag, const char *fmt, va_list ap)
{
	(void)flag;
	return __wrap_vasprintf(ret, fmt, ap);
}

int
__wrap_close(int fd)
{
	int rc = __real_close(fd);

	return fault_here(FAULT_CLOSE) ? -1 : rc;
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *ts)
{
	int rc = __real_clock_gettime(clock, ts);

	if (fault_here(FAULT_CLOCK))
		return -1;
	if (clock == CLOCK_REALTIME && world.now != 0)
		ts->tv_sec = (time_t)world.now;
	if (clock == CLOCK_BOOTTIME && world.boottime != 0)
		ts->tv_sec = (time_t)world.boottime;
	return rc;
}

/* ---- opening ---- */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap___open_2(const char *path, int flags);
int __real_openat(int at, const char *path, int flags, ...);
int __wrap_openat(int at, const char *path, int flags, ...);
int __wrap___openat_2(int at, const char *path, int flags);
int __real_fcntl(int fd, int cmd, ...);
int __wrap_fcntl(int fd, int cmd, ...);

static int
open_at(int at, const char *path, int flags, mode_t mode)
{
	if (fault_here(FAULT_OPEN))
		return -1;
	if (world.etc != NULL && at != AT_FDCWD && strcmp(path, "etc") == 0)
		return __real_openat(AT_FDCWD, world.etc, flags);
	return __real_openat(at, path, flags, mode);
}

int
__wrap_open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode = 0;

	va_start(ap, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return open_at(AT_FDCWD, path, flags, mode);
}

int
__wrap___open_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

int
__wrap_openat(int at, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode = 0;

	va_start(ap, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return open_at(at, path, flags, mode);
}

int
__wrap___openat_2(int at, const char *path, int flags)
{
	return open_at(at, path, flags, 0);
}

/* Commands with a number, or with nothing. */
int
__wrap_fcntl(int fd, int cmd, ...)
{
	va_list ap;
	int arg;

	va_start(ap, cmd);
	arg = va_arg(ap, int);
	va_end(ap);
	return fault_here(FAULT_FCNTL) ? -1 : __real_fcntl(fd, cmd, arg);
}

/* ---- reading and writing ---- */

DECLARE(ssize_t, read, (int fd, void *buf, size_t len));
DECLARE(ssize_t, pread, (int fd, void *buf, size_t len, off_t pos));
DECLARE(ssize_t, write, (int fd, const void *buf, size_t len));
DECLARE(ssize_t, pwrite, (int fd, const void *buf, size_t len, off_t pos));
ssize_t __wrap___read_chk(int fd, void *buf, size_t len, size_t room);
ssize_t __wrap___pread_chk(int fd, void *buf, size_t len, off_t pos,
    size_t room);

/* How much of len is to be done now; -1: nothing, and the call has failed. */
static ssize_t
part_of(enum fault_kind kind, size_t len)
{
	if (!fault_here(kind))
		return (ssize_t)len;
	if (armed.error == FAULT_HALF)
		return (ssize_t)(len + 1) / 2;
	return armed.error == FAULT_END ? 0 : -1;
}

ssize_t
__wrap_read(int fd, void *buf, size_t len)
{
	ssize_t part = part_of(FAULT_READ, len);

	return part <= 0 ? part : __real_read(fd, buf, (size_t)part);
}

ssize_t
__wrap_pread(int fd, void *buf, size_t len, off_t pos)
{
	ssize_t part = part_of(FAULT_READ, len);

	return part <= 0 ? part : __real_pread(fd, buf, (size_t)part, pos);
}

ssize_t
__wrap___read_chk(int fd, void *buf, size_t len, size_t room)
{
	return __wrap_read(fd, buf, len < room ? len : room);
}

ssize_t
__wrap___pread_chk(int fd, void *buf, size_t len, off_t pos, size_t room)
{
	return __wrap_pread(fd, buf, len < room ? len : room, pos);
}

ssize_t
__wrap_write(int fd, const void *buf, size_t len)
{
	ssize_t part = part_of(FAULT_WRITE, len);

	return part <= 0 ? part : __real_write(fd, buf, (size_t)part);
}

ssize_t
__wrap_pwrite(int fd, const void *buf, size_t len, off_t pos)
{
	ssize_t part = part_of(FAULT_WRITE, len);

	return part <= 0 ? part : __real_pwrite(fd, buf, (size_t)part, pos);
}

/* ---- what files are ---- */

DECLARE(int, fstat, (int fd, struct stat *st));
DECLARE(int, stat, (const char *path, struct stat *st));
DECLARE(int, lstat, (const char *path, struct stat *st));
DECLARE(int, fstatat, (int at, const char *path, struct stat *st, int flags));

static int
disguise(int rc, struct stat *st)
{
	if (rc == 0 && world.root && st->st_uid == geteuid())
		st->st_uid = 0;
	return rc;
}

int
__wrap_fstat(int fd, struct stat *st)
{
	return fault_here(FAULT_STAT) ? -1 : disguise(__real_fstat(fd, st), st);
}

int
__wrap_stat(const char *path, struct stat *st)
{
	return fault_here(FAULT_STAT) ? -1 :
					disguise(__real_stat(path, st), st);
}

int
__wrap_lstat(const char *path, struct stat *st)
{
	return fault_here(FAULT_STAT) ? -1 :
					disguise(__real_lstat(path, st), st);
}

int
__wrap_fstatat(int at, const char *path, struct stat *st, int flags)
{
	return fault_here(FAULT_STAT) ?
	    -1 :
	    disguise(__real_fstatat(at, path, st, flags), st);
}
