/* SPDX-License-Identifier: BSD-2-Clause */
#include "pamd_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "safe_file.h"

#define FILE_MOST (1024 * 1024)
#define ATTRIBUTES_MOST 65536
#define NEW_NAME ".twrbac-pam.new"

/* ---- reading ---- */

static enum twr_status
refuse_link(const char *path, struct twr_error *err)
{
	char to[PATH_MAX];
	ssize_t n = readlink(path, to, sizeof(to) - 1);

	to[n > 0 ? n : 0] = '\0';
	if (strstr(to, "authselect") != NULL)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is authselect's (a link to %s), which writes it anew; "
		    "name the services that include it, such as sshd and "
		    "sudo, or put the line into a custom profile",
		    path, to);
	return twr_fail(err, TWR_EREFUSED,
	    "%s: is a symbolic link to %s, and what writes that could undo "
	    "the change; make it a file of its own (cp --remove-destination "
	    "\"$(readlink -f %s)\" %s), or put the line there by hand",
	    path, to, path, path);
}

/* Is it a file that can be replaced by rename? */
static enum twr_status
check_kind(const char *path, const char *dir, struct twr_error *err)
{
	struct stat st;

	if (lstat(path, &st) != 0 && errno == ENOENT)
		return twr_fail(err, TWR_ENOENT,
		    "%s: there is no such file; a service of %s is meant%s",
		    path, dir,
		    strcmp(dir, "/etc/pam.d") == 0 ?
			", and one that lies in /usr/lib/pam.d is copied "
			"there first" :
			"");
	if (lstat(path, &st) != 0)
		return twr_fail(err, TWR_EUNREADABLE, "%s: %s", path,
		    strerror(errno));
	if (S_ISLNK(st.st_mode))
		return refuse_link(path, err);
	if (S_ISREG(st.st_mode) && st.st_nlink > 1)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: has %lu names (hard links), and only this one would "
		    "be changed; make it a file of its own first (cp -p to a "
		    "new file outside of %s, then mv)",
		    path, (unsigned long)st.st_nlink, dir);
	return TWR_OK;
}

static enum twr_status
read_text(struct pamd_file *pf, struct twr_error *err)
{
	size_t size = (size_t)pf->st.st_size, got = 0;
	ssize_t n = 1;

	if (pf->st.st_size > FILE_MOST)
		return twr_fail(err, TWR_EDATA, "%s: is over %d bytes",
		    pf->path, FILE_MOST);
	if ((pf->text = malloc(size + 1)) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	while (n > 0 && got < size) {
		n = read(pf->fd, pf->text + got, size - got);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			got += (size_t)n;
	}
	pf->text[got] = '\0';
	if (n < 0 || got < size)
		return twr_fail(err, TWR_EUNREADABLE, "%s: %s", pf->path,
		    n < 0 ? strerror(errno) :
			    "became shorter while it was "
			    "read; try again");
	if (memchr(pf->text, '\0', got) != NULL)
		return twr_fail(err, TWR_EDATA,
		    "%s: holds a byte of value 0, where libpam breaks off; "
		    "correct the file",
		    pf->path);
	return TWR_OK;
}

enum twr_status
pamd_file_read(const char *dir, const char *service, uid_t owner,
    struct pamd_file *ret, struct twr_error *err)
{
	enum twr_status rc;
	int n;

	memset(ret, 0, sizeof(*ret));
	ret->fd = -1;
	n = snprintf(ret->path, sizeof(ret->path), "%s/%s", dir, service);
	if (n < 0 || (size_t)n >= sizeof(ret->path))
		return twr_fail(err, TWR_EINVAL, "%.60s: too long a name",
		    service);
	if ((rc = check_kind(ret->path, dir, err)) != TWR_OK ||
	    (rc = twr_safe_open(ret->path, owner, &ret->fd, &ret->st, err)) !=
		TWR_OK)
		return rc;
	return read_text(ret, err);
}

void
pamd_file_free(struct pamd_file *pf)
{
	free(pf->text);
	if (pf->fd > STDERR_FILENO) /* that of a zeroed one is none */
		(void)close(pf->fd);
	memset(pf, 0, sizeof(*pf));
	pf->fd = -1;
}

/* ---- replacing ---- */

static enum twr_status
cannot(const char *path, struct twr_error *err)
{
	return twr_fail(err, TWR_EWRITE,
	    "%s: cannot be replaced: %s; it is as it was", path,
	    strerror(errno));
}

/* The folder that dir lies in: libpam never looks there. */
static int
open_parent(const char *dir)
{
	char parent[PATH_MAX];
	int n = snprintf(parent, sizeof(parent), "%s/..", dir);

	if (n < 0 || (size_t)n >= sizeof(parent)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Access lists, labels and whatever else the file carries. */
static bool
copy_attributes(int from, int to)
{
	char *names = malloc(ATTRIBUTES_MOST), *value = malloc(ATTRIBUTES_MOST);
	const char *name;
	ssize_t all = -1, n;
	bool ok = names != NULL && value != NULL;

	if (ok)
		all = flistxattr(from, names, ATTRIBUTES_MOST);
	if (all < 0)
		ok = ok && errno == ENOTSUP;
	for (name = names; ok && name - names < all; name += strlen(name) + 1) {
		n = fgetxattr(from, name, value, ATTRIBUTES_MOST);
		ok = n >= 0 && fsetxattr(to, name, value, (size_t)n, 0) == 0;
	}
	free(names);
	free(value);
	return ok;
}

static bool
write_whole(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t n;

	while (left > 0) {
		n = write(fd, text, left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		left -= (size_t)n;
	}
	return true;
}

/* The same file as when it was read, under its name? */
static bool
is_untouched(const struct pamd_file *pf)
{
	struct stat st;

	return lstat(pf->path, &st) == 0 && st.st_ino == pf->st.st_ino &&
	    st.st_dev == pf->st.st_dev && st.st_size == pf->st.st_size &&
	    st.st_mode == pf->st.st_mode && st.st_uid == pf->st.st_uid &&
	    st.st_mtim.tv_sec == pf->st.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == pf->st.st_mtim.tv_nsec;
}

/* The new file beside the folder, on the disk, as the old one is. */
static enum twr_status
write_new(const struct pamd_file *pf, int parent, const char *text,
    struct twr_error *err)
{
	enum twr_status rc = TWR_OK;
	int fd = openat(parent, NEW_NAME,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd == -1)
		return cannot(pf->path, err);
	/* the mode last: an access list writes to it */
	if (!write_whole(fd, text) ||
	    fchown(fd, pf->st.st_uid, pf->st.st_gid) != 0 ||
	    !copy_attributes(pf->fd, fd) ||
	    fchmod(fd, pf->st.st_mode & 07777) != 0 || fsync(fd) != 0)
		rc = cannot(pf->path, err);
	if (close(fd) != 0 && rc == TWR_OK)
		rc = cannot(pf->path, err);
	return rc;
}

static enum twr_status
put_in_place(const struct pamd_file *pf, int parent, struct twr_error *err)
{
	if (!is_untouched(pf))
		return twr_fail(err, TWR_EBUSY,
		    "%s: was changed by somebody else meanwhile; look at it "
		    "and try again",
		    pf->path);
	if (renameat(parent, NEW_NAME, AT_FDCWD, pf->path) == 0)
		return TWR_OK;
	if (errno != EXDEV)
		return cannot(pf->path, err);
	return twr_fail(err, TWR_EREFUSED,
	    "%s: its folder is another file system than the one above it, so "
	    "it cannot be replaced at once; put the line there by hand",
	    pf->path);
}

static bool
sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	bool ok;
	int fd;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	*strrchr(folder, '/') = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = fd != -1 && fsync(fd) == 0;
	if (fd != -1)
		(void)close(fd);
	return ok;
}

enum twr_status
pamd_file_replace(const struct pamd_file *pf, const char *text,
    struct twr_error *err)
{
	char dir[PATH_MAX];
	enum twr_status rc;
	int parent;

	(void)snprintf(dir, sizeof(dir), "%s", pf->path);
	*strrchr(dir, '/') = '\0';
	if ((parent = open_parent(dir)) == -1)
		return cannot(pf->path, err);
	rc = write_new(pf, parent, text, err);
	if (rc == TWR_OK)
		rc = put_in_place(pf, parent, err);
	if (rc != TWR_OK)
		(void)unlinkat(parent, NEW_NAME, 0);
	else if (!sync_folder_of(pf->path))
		rc = twr_fail(err, TWR_EWRITE,
		    "%s: is replaced, but the disk did not take it yet: %s",
		    pf->path, strerror(errno));
	(void)close(parent);
	return rc;
}

enum twr_status
pamd_file_lock(const char *dir, int *ret, struct twr_error *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), parent;

	if (fd == -1)
		return twr_fail(err, errno == ENOENT ? TWR_ENOENT : TWR_EWRITE,
		    "%s: %s", dir, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd);
		return twr_fail(err, TWR_EBUSY,
		    "%s: another twrbac setup is at work; try again", dir);
	}
	if ((parent = open_parent(dir)) != -1) {
		(void)unlinkat(parent, NEW_NAME, 0);
		(void)close(parent);
	}
	*ret = fd;
	return TWR_OK;
}
