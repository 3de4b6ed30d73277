/* SPDX-License-Identifier: BSD-2-Clause */
#include "safe_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define DIR_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define FILE_FLAGS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static enum twr_status
fail_errno(struct twr_error *err, const char *path, size_t len)
{
	int e = errno;
	enum twr_status rc = TWR_EUNREADABLE;

	if (e == ENOENT || e == ENOTDIR || e == ELOOP)
		rc = TWR_ENOENT;
	return twr_fail(err, rc, "%.*s: %s%s", (int)len, path,
	    twr_errno_text(e),
	    e == ELOOP || e == ENOTDIR ?
		"; every part must be real, not a symbolic link" :
		"");
}

static enum twr_status
check_owner(const struct stat *st, uid_t owner, const char *path, size_t len,
    struct twr_error *err)
{
	if (st->st_uid != 0 && st->st_uid != owner)
		return twr_fail(err, TWR_EUNSAFE,
		    "%.*s: owned by uid %lu; chown it to uid %lu", (int)len,
		    path, (unsigned long)st->st_uid, (unsigned long)owner);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return twr_fail(err, TWR_EUNSAFE,
		    "%.*s: writable by others than its owner (mode %04o); "
		    "chmod go-w it",
		    (int)len, path, (unsigned)(st->st_mode & 07777));
	return TWR_OK;
}

/*
 * Open one component of path (its first len bytes say how far we are), check
 * it and leave the descriptor in *fd, closing the folder that was there.
 */
static enum twr_status
step(int *fd, const char *name, int flags, uid_t owner, struct stat *st,
    const char *path, size_t len, struct twr_error *err)
{
	int next = openat(*fd, name, flags);

	if (next == -1)
		return fail_errno(err, path, len);
	if (*fd != AT_FDCWD)
		(void)close(*fd);
	*fd = next;
	if (fstat(next, st) == -1)
		return fail_errno(err, path, len);
	if (flags == FILE_FLAGS && !S_ISREG(st->st_mode))
		return twr_fail(err, TWR_EUNSAFE, "%.*s: not a regular file",
		    (int)len, path);
	return check_owner(st, owner, path, len, err);
}

/*
 * A process may run with 0, 1 or 2 closed; what is opened there would become
 * somebody's standard output.
 */
static enum twr_status
move_above_2(int *fd, const char *path, struct twr_error *err)
{
	int high;

	if (*fd > 2)
		return TWR_OK;
	if ((high = fcntl(*fd, F_DUPFD_CLOEXEC, 3)) == -1)
		return fail_errno(err, path, strlen(path));
	(void)close(*fd);
	*fd = high;
	return TWR_OK;
}

static bool
path_is_plain(const char *path)
{
	const char *p;

	if (path[0] != '/' || strlen(path) >= PATH_MAX)
		return false;
	for (p = path; (p = strstr(p, "/..")) != NULL; p += 3)
		if (p[3] == '/' || p[3] == '\0')
			return false;
	return path[strlen(path) - 1] != '/';
}

enum twr_status
twr_safe_open(const char *path, uid_t owner, int *ret, struct stat *st,
    struct twr_error *err)
{
	char name[NAME_MAX + 1];
	const char *p = path, *end;
	enum twr_status rc;
	int fd = AT_FDCWD;

	if (!path_is_plain(path))
		return twr_fail(err, TWR_EINVAL,
		    "%s: must be an absolute path of a file, without \"..\"",
		    path);
	rc = step(&fd, "/", DIR_FLAGS, owner, st, path, 1, err);
	while (rc == TWR_OK) {
		p += strspn(p, "/");
		end = strchrnul(p, '/');
		if ((size_t)(end - p) >= sizeof(name)) {
			rc = twr_fail(err, TWR_ENOENT,
			    "%s: a part of the name is too long", path);
			break;
		}
		memcpy(name, p, (size_t)(end - p));
		name[end - p] = '\0';
		rc = step(&fd, name, *end == '/' ? DIR_FLAGS : FILE_FLAGS,
		    owner, st, path, (size_t)(end - path), err);
		if (*end == '\0')
			break;
		p = end;
	}
	if (rc == TWR_OK)
		rc = move_above_2(&fd, path, err);
	if (rc == TWR_OK)
		*ret = fd;
	else if (fd != AT_FDCWD)
		(void)close(fd);
	return rc;
}
