/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "compile_impl.h"
#include "gate.h"

#define LOCK_WAIT_MS 10000
#define LOCK_STEP_MS 10

static enum twr_status
fail_folder(const char *path, size_t len, struct twr_error *err)
{
	int e = errno;
	char folder[PATH_MAX], *real;
	enum twr_status rc;

	snprintf(folder, sizeof(folder), "%.*s", (int)len, path);
	if (e != ELOOP && e != ENOTDIR)
		return twr_fail(err, e == ENOENT ? TWR_ENOENT : TWR_EWRITE,
		    "%s: %s%s", folder, strerror(e),
		    e == ENOENT ? "; create it, owned by root, with mode 0755" :
				  "");
	if ((real = realpath(folder, NULL)) == NULL)
		return twr_fail(err, TWR_EUNSAFE,
		    "%s: not a folder; every part must be a real one", folder);
	rc = twr_fail(err, TWR_EUNSAFE,
	    "%s: a symbolic link, which the module will not follow; use %s "
	    "as the path",
	    folder, real);
	free(real);
	return rc;
}

static enum twr_status
check_folder(int fd, uid_t owner, const char *path, size_t len,
    struct twr_error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail_folder(path, len, err);
	if (st.st_uid != 0 && st.st_uid != owner)
		return twr_fail(err, TWR_EUNSAFE,
		    "%.*s: owned by uid %lu; chown it to uid %lu", (int)len,
		    path, (unsigned long)st.st_uid, (unsigned long)owner);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return twr_fail(err, TWR_EUNSAFE,
		    "%.*s: writable by others than its owner (mode %04o); "
		    "chmod go-w it",
		    (int)len, path, (unsigned)(st.st_mode & 07777));
	return TWR_OK;
}

/*
 * Walk to the folder of path as twr_safe_open() walks to a file, so that the
 * module will accept what is written there.
 */
static enum twr_status
walk_to_folder(const char *path, uid_t owner, int *ret, struct twr_error *err)
{
	char part[NAME_MAX + 1];
	const char *p = path, *end;
	enum twr_status rc;
	int fd, next;

	if ((fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return fail_folder("/", 1, err);
	rc = check_folder(fd, owner, "/", 1, err);
	while (rc == TWR_OK) {
		p += strspn(p, "/");
		if ((end = strchr(p, '/')) == NULL)
			break; /* the file itself */
		if ((size_t)(end - p) > NAME_MAX) {
			rc = twr_fail(err, TWR_EINVAL,
			    "%s: a part of the path is too long", path);
			break;
		}
		memcpy(part, p, (size_t)(end - p));
		part[end - p] = '\0';
		next = openat(fd, part,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		p = end;
		if (next < 0) {
			rc = fail_folder(path, (size_t)(end - path), err);
			break;
		}
		close(fd);
		fd = next;
		rc = check_folder(fd, owner, path, (size_t)(end - path), err);
	}
	if (rc == TWR_OK)
		*ret = fd;
	else
		close(fd);
	return rc;
}

static bool
is_plain_path(const char *path)
{
	size_t len = strlen(path);
	const char *p;

	if (path[0] != '/' || len >= PATH_MAX - 16 || path[len - 1] == '/')
		return false;
	for (p = path; (p = strstr(p, "/..")) != NULL; p += 3) {
		if (p[3] == '/' || p[3] == '\0')
			return false;
	}
	return true;
}

/* "policy.cdb" gives "policy.new". */
static char *
name_with(const char *name, const char *suffix)
{
	size_t len = strlen(name);
	char *ret = NULL;

	if (len > 4 && strcmp(name + len - 4, ".cdb") == 0)
		len -= 4;
	if (asprintf(&ret, "%.*s%s", (int)len, name, suffix) < 0)
		return NULL;
	return ret;
}

enum twr_status
folder_open(const struct compile_paths *paths, struct policy_folder *ret,
    struct twr_error *err)
{
	struct policy_folder pf = { .fd = -1, .owner = paths->owner };
	char prev[PATH_MAX];
	enum twr_status rc;

	if (!is_plain_path(paths->policy) ||
	    twr_policy_prev_path(paths->policy, prev, sizeof(prev)) != TWR_OK)
		return twr_fail(err, TWR_EINVAL,
		    "%s: must be an absolute path of a file, without \"..\"",
		    paths->policy);
	pf.path = strdup(paths->policy);
	pf.name = strdup(strrchr(paths->policy, '/') + 1);
	pf.name_prev = strdup(strrchr(prev, '/') + 1);
	pf.path_new = name_with(paths->policy, ".new");
	if (pf.path == NULL || pf.name == NULL || pf.name_prev == NULL ||
	    pf.path_new == NULL ||
	    (pf.name_new = strdup(strrchr(pf.path_new, '/') + 1)) == NULL)
		rc = build_no_memory(err);
	else
		rc = walk_to_folder(pf.path, pf.owner, &pf.fd, err);
	if (rc == TWR_OK)
		*ret = pf;
	else
		folder_close(&pf);
	return rc;
}

void
folder_close(struct policy_folder *pf)
{
	if (pf->fd >= 0)
		close(pf->fd);
	free(pf->path);
	free(pf->name);
	free(pf->name_new);
	free(pf->name_prev);
	free(pf->path_new);
	memset(pf, 0, sizeof(*pf));
	pf->fd = -1;
}

static enum twr_status
remove_one(const struct policy_folder *pf, const char *name, unsigned *n,
    struct twr_error *err)
{
	if (unlinkat(pf->fd, name, 0) == 0)
		(*n)++;
	else if (errno != ENOENT)
		return twr_fail(err, TWR_EWRITE,
		    "%s: the leftover %s beside it cannot be removed: %s; "
		    "remove it by hand",
		    pf->path, name, strerror(errno));
	return TWR_OK;
}

enum twr_status
compile_remove_leftovers(const struct compile_paths *paths, unsigned *ret,
    struct twr_error *err)
{
	struct policy_folder pf;
	enum twr_status rc;
	unsigned n = 0;

	if ((rc = folder_open(paths, &pf, err)) != TWR_OK)
		return rc;
	rc = remove_one(&pf, pf.name_new, &n, err);
	if (rc == TWR_OK)
		rc = remove_one(&pf, NAME_PREV_TMP, &n, err);
	/* a writer was killed after its rename: there is a policy */
	if (rc == TWR_OK && compile_serial_in_force(paths) != 0)
		rc = remove_one(&pf, TWR_UNCONFIGURED, &n, err);
	if (rc == TWR_OK)
		*ret = n;
	folder_close(&pf);
	return rc;
}

uint64_t
compile_serial_in_force(const struct compile_paths *paths)
{
	struct twr_reader rd = { .fd = -1 };
	struct twr_view view;
	struct twr_error unused;
	uint64_t serial = 0;

	memset(&view, 0, sizeof(view));
	if (twr_policy_open(paths->policy, paths->owner, &rd, &view, &unused) !=
	    TWR_OK)
		return 0;
	serial = view.meta.serial;
	twr_view_free(&view);
	twr_reader_close(&rd);
	return serial;
}

static bool
is_named_cdb(const char *path)
{
	size_t len = strlen(path);

	return len > 5 && strcmp(path + len - 4, ".cdb") == 0 &&
	    path[len - 5] != '/';
}

enum twr_status
compile_check_target(const struct compile_paths *paths,
    const char *organization_sid, struct twr_error *err)
{
	struct twr_reader rd = { .fd = -1 };
	struct twr_view view;
	struct twr_error unused;
	enum twr_status rc;

	if (!is_named_cdb(paths->policy))
		return twr_fail(err, TWR_EINVAL,
		    "%s: a policy's name ends in \".cdb\"; name it so",
		    paths->policy);
	memset(&view, 0, sizeof(view));
	rc = twr_policy_open(paths->policy, paths->owner, &rd, &view, &unused);
	if (rc == TWR_ETOONEW)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: was made by a newer twrbac; use that one, or move "
		    "the file away and run twrbac compile",
		    paths->policy);
	if (rc != TWR_OK)
		return TWR_OK; /* nothing there, or nothing that is usable */
	if (strcmp(view.meta.organization_sid, organization_sid) != 0)
		rc = twr_fail(err, TWR_EREFUSED,
		    "%s: is the policy of organization %s (%s), not of this "
		    "directory's %s; name another with --policy, or move that "
		    "one away",
		    paths->policy, view.meta.organization_name,
		    view.meta.organization_sid, organization_sid);
	twr_view_free(&view);
	twr_reader_close(&rd);
	return rc;
}

/* Other writers hold it for a moment; one that compiles, for a second. */
static enum twr_status
wait_for_lock(int fd, const char *path, struct twr_error *err)
{
	struct timespec step = { 0, LOCK_STEP_MS * 1000000L };
	int waited = 0;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return twr_fail(err, TWR_EWRITE,
			    "%s: its lock cannot be taken: %s", path,
			    strerror(errno));
		if (waited >= LOCK_WAIT_MS)
			return twr_fail(err, TWR_EBUSY,
			    "%s: another twrbac command has been writing for "
			    "%d seconds; try again when it is done",
			    path, LOCK_WAIT_MS / 1000);
		(void)nanosleep(&step, NULL);
		waited += LOCK_STEP_MS;
	}
	return TWR_OK;
}

enum twr_status
compile_lock(const struct compile_paths *paths, int *ret, struct twr_error *err)
{
	struct policy_folder pf;
	struct stat st;
	enum twr_status rc;
	int fd = -1;

	if ((rc = folder_open(paths, &pf, err)) != TWR_OK)
		return rc;
	fd = openat(pf.fd, NAME_LOCK,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd < 0 || fstat(fd, &st) != 0)
		rc = twr_fail(err, TWR_EWRITE,
		    "%s: the file \"lock\" beside it cannot be opened: %s",
		    pf.path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		rc = twr_fail(err, TWR_EUNSAFE,
		    "%s: \"lock\" beside it is not a regular file; remove "
		    "it",
		    pf.path);
	else
		rc = wait_for_lock(fd, pf.path, err);
	if (rc == TWR_OK)
		*ret = fd;
	else if (fd >= 0)
		close(fd);
	folder_close(&pf);
	return rc;
}

void
compile_unlock(int fd)
{
	if (fd >= 0)
		close(fd); /* which drops the lock */
}
