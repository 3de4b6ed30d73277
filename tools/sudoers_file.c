/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudoers_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digest.h"
#include "program.h"
#include "safe_file.h"

#define NAME "twrbac"
#define NAME_NEW ".twrbac.new" /* a dot: sudo never reads it */
#define MARK "sudoers.installed"
#define SUDOERS_MODE 0440
#define OUTPUT_MAX 4096
#define TEXT_MAX (64u * 1024 * 1024)

/* ---- what there is ---- */

static char *
mark_path(const char *policy)
{
	const char *slash = strrchr(policy, '/');
	char *ret = NULL;
	int len = slash == NULL ? 0 : (int)(slash - policy) + 1;

	return asprintf(&ret, "%.*s" MARK, len, policy) < 0 ? NULL : ret;
}

static enum twr_status
read_text(int fd, size_t size, char **ret, struct twr_error *err)
{
	char *text;
	size_t got = 0;
	ssize_t n = 1;

	if (size > TEXT_MAX)
		return twr_fail(err, TWR_EDATA,
		    SUDOERS_FILE ": larger than twrbac writes it");
	if ((text = malloc(size + 1)) == NULL)
		return twr_fail(err, TWR_ENOMEM,
		    SUDOERS_FILE ": out of memory");
	while (got < size && n != 0) {
		n = pread(fd, text + got, size - got, (off_t)got);
		if (n < 0 && errno != EINTR)
			break;
		got += n > 0 ? (size_t)n : 0;
	}
	if (n < 0) {
		free(text);
		return twr_fail(err, TWR_EUNREADABLE, SUDOERS_FILE ": %s",
		    strerror(errno));
	}
	text[got] = '\0';
	*ret = text;
	return TWR_OK;
}

static enum twr_status
judge_text(const char *policy, const struct stat *file,
    struct sudoers_state *st, struct twr_error *err)
{
	char digest[2 * TWR_HASH_LEN + 1];
	enum twr_status rc;

	if (!sudoers_header_read(st->text, &st->header) ||
	    strcmp(st->header.policy, policy) != 0) {
		st->foreign = true;
		return TWR_OK;
	}
	st->ours = true;
	rc = digest_hex(st->header.body, strlen(st->header.body), digest, err);
	st->edited = strlen(st->text) != (size_t)file->st_size ||
	    strcmp(digest, st->header.digest) != 0 ||
	    (file->st_mode & 07777) != SUDOERS_MODE || file->st_gid != 0;
	return rc;
}

/* Whether it is there must be known: what is not there grants nothing. */
static enum twr_status
is_there(const char *path, bool *ret, struct twr_error *err)
{
	struct stat st;

	*ret = lstat(path, &st) == 0;
	/* who may not look has no file to keep in step */
	if (*ret || errno == ENOENT || errno == ENOTDIR || errno == EACCES)
		return TWR_OK;
	return twr_fail(err, errno == ENOMEM ? TWR_ENOMEM : TWR_EUNREADABLE,
	    "%s: %s", path, strerror(errno));
}

/*
 * What root owns and others may write as well, or could take away: sudo reads
 * it all the same, so whose it is counts. err holds why it is unsafe, and
 * keeps that where it is no file of root's.
 */
static enum twr_status
open_unsafe(int *ret, struct stat *file, struct twr_error *err)
{
	int fd = open(SUDOERS_FILE,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1 && (errno == ENOENT || errno == ELOOP || errno == ENXIO))
		return TWR_EUNSAFE;
	if (fd == -1)
		return twr_fail(err,
		    errno == ENOMEM ? TWR_ENOMEM : TWR_EUNREADABLE,
		    SUDOERS_FILE ": %s", strerror(errno));
	if (fstat(fd, file) != 0 || !S_ISREG(file->st_mode) ||
	    file->st_uid != 0) {
		(void)close(fd);
		return TWR_EUNSAFE;
	}
	*ret = fd;
	return TWR_OK;
}

enum twr_status
sudoers_state_read(const char *policy, struct sudoers_state *ret,
    struct twr_error *err)
{
	char *mark = mark_path(policy);
	struct stat file;
	enum twr_status rc;
	bool open_to_others = false;
	int fd = -1;

	memset(ret, 0, sizeof(*ret));
	if (mark == NULL)
		return twr_fail(err, TWR_ENOMEM, "sudoers: out of memory");
	rc = is_there(mark, &ret->marked, err);
	free(mark);
	if (rc == TWR_OK)
		rc = is_there(SUDOERS_FILE, &ret->there, err);
	if (rc != TWR_OK || !ret->there)
		return rc;
	rc = twr_safe_open(SUDOERS_FILE, 0, &fd, &file, &ret->error);
	if (rc == TWR_EUNSAFE) {
		rc = open_unsafe(&fd, &file, &ret->error);
		open_to_others = rc == TWR_OK;
	}
	if (rc == TWR_OK)
		rc = read_text(fd, (size_t)file.st_size, &ret->text,
		    &ret->error);
	if (fd != -1)
		(void)close(fd);
	if (rc == TWR_ENOMEM || rc == TWR_EUNREADABLE)
		return twr_fail(err, rc, "%s", ret->error.text);
	if (rc != TWR_OK) {
		ret->foreign = true;
		return TWR_OK;
	}
	rc = judge_text(policy, &file, ret, err);
	ret->edited = ret->edited || (ret->ours && open_to_others);
	if (ret->ours)
		ret->error.text[0] = '\0'; /* edited says it */
	return rc;
}

void
sudoers_state_free(struct sudoers_state *st)
{
	free(st->text);
	memset(st, 0, sizeof(*st));
}

bool
sudoers_is_installed(const struct sudoers_state *st)
{
	return st->marked || st->ours;
}

/* ---- visudo ---- */

static char *
find_visudo(void)
{
	static const char *const all[] = { "/usr/sbin/visudo",
		"/usr/bin/visudo", "/sbin/visudo", "/usr/local/sbin/visudo",
		NULL };
	const char *path = program_find(all);

	return path == NULL ? NULL : strdup(path);
}

/* The beginning of what it prints. */
static enum twr_status
ask_program(char *const argv[], char buf[OUTPUT_MAX], struct twr_error *err)
{
	struct program pr;
	size_t len = 0;
	ssize_t n;
	enum twr_status rc;

	buf[0] = '\0';
	if ((rc = program_start(argv, -1, &pr, err)) != TWR_OK)
		return rc;
	while (len < OUTPUT_MAX - 1) {
		n = read(pr.out, buf + len, OUTPUT_MAX - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	buf[len] = '\0';
	return program_end(&pr, false, err);
}

void
sudoers_version(struct sudo_version *ret)
{
	static char option[] = "-V", rs_option[] = "--version";
	char *argv[] = { find_visudo(), option, NULL };
	char text[OUTPUT_MAX];
	struct twr_error unused;

	memset(ret, 0, sizeof(*ret));
	if (argv[0] == NULL)
		return;
	if (ask_program(argv, text, &unused) != TWR_OK ||
	    !sudo_version_parse(text, ret)) {
		argv[1] = rs_option;
		if (ask_program(argv, text, &unused) == TWR_OK)
			(void)sudo_version_parse(text, ret);
	}
	free(argv[0]);
}

static enum twr_status
ask_visudo(struct twr_error *err)
{
	static char check[] = "-c", file[] = "-f",
		    path[] = TWR_SUDOERS_D "/" NAME_NEW;
	char *argv[] = { find_visudo(), check, file, path, NULL };
	char text[OUTPUT_MAX];
	struct twr_error why;
	enum twr_status rc;

	if (argv[0] == NULL)
		return twr_fail(err, TWR_ENOENT,
		    "there is no visudo, and nothing is put into sudoers that "
		    "it did not check; install the package sudo");
	rc = ask_program(argv, text, &why);
	free(argv[0]);
	if (rc == TWR_OK)
		return rc;
	return twr_fail(err, TWR_EDATA,
	    "visudo refuses the file: %s; see twrbac sudoers print", why.text);
}

/* ---- writing ---- */

static enum twr_status
fail_write(const char *what, struct twr_error *err)
{
	return twr_fail(err, TWR_EWRITE, SUDOERS_FILE ": %s: %s", what,
	    strerror(errno));
}

static enum twr_status
open_folder(int *ret, struct twr_error *err)
{
	struct stat st;
	int fd;

	fd = open(TWR_SUDOERS_D,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return twr_fail(err, TWR_EWRITE,
		    TWR_SUDOERS_D ": %s; sudo reads it where /etc/sudoers has "
				  "@includedir " TWR_SUDOERS_D,
		    strerror(errno));
	if (fstat(fd, &st) != 0 || st.st_uid != 0 ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		(void)close(fd);
		return twr_fail(err, TWR_EUNSAFE,
		    TWR_SUDOERS_D ": others than root can write it; run chown "
				  "root and chmod go-w");
	}
	*ret = fd;
	return TWR_OK;
}

static enum twr_status
write_new(int folder, const char *text, struct twr_error *err)
{
	size_t len = strlen(text), done = 0;
	enum twr_status rc = TWR_OK;
	ssize_t n;
	int fd;

	if (unlinkat(folder, NAME_NEW, 0) != 0 && errno != ENOENT)
		return fail_write(NAME_NEW " beside it stays", err);
	fd = openat(folder, NAME_NEW,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
	if (fd == -1)
		return fail_write("no new file beside it", err);
	while (done < len) {
		n = write(fd, text + done, len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (done < len || fchown(fd, 0, 0) != 0 ||
	    fchmod(fd, SUDOERS_MODE) != 0 || fsync(fd) != 0)
		rc = fail_write("is the disk full?", err);
	if (close(fd) != 0 && rc == TWR_OK)
		rc = fail_write("is the disk full?", err);
	return rc;
}

enum twr_status
sudoers_put(const char *text, bool checked, struct twr_error *err)
{
	enum twr_status rc;
	int folder = -1;

	if ((rc = open_folder(&folder, err)) != TWR_OK)
		return rc;
	rc = write_new(folder, text, err);
	if (rc == TWR_OK && !checked)
		rc = ask_visudo(err);
	if (rc == TWR_OK && renameat(folder, NAME_NEW, folder, NAME) != 0)
		rc = fail_write("cannot be replaced", err);
	if (rc != TWR_OK)
		(void)unlinkat(folder, NAME_NEW, 0);
	else if (fsync(folder) != 0)
		rc = fail_write("is in place, but not on the disk", err);
	(void)close(folder);
	return rc;
}

enum twr_status
sudoers_take_out(struct twr_error *err)
{
	enum twr_status rc;
	int folder = -1;

	if (access(TWR_SUDOERS_D, F_OK) != 0 && errno == ENOENT)
		return TWR_OK;
	if ((rc = open_folder(&folder, err)) != TWR_OK)
		return rc;
	if (unlinkat(folder, NAME, 0) != 0 && errno != ENOENT)
		rc = fail_write("cannot be removed", err);
	else if (fsync(folder) != 0)
		rc = fail_write("is removed, but not on the disk", err);
	(void)close(folder);
	return rc;
}

static enum twr_status
make_mark(const char *path, struct twr_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	enum twr_status rc = TWR_OK;

	if (fd == -1 || fsync(fd) != 0)
		rc = twr_fail(err, TWR_EWRITE, "%s: %s", path, strerror(errno));
	if (fd != -1)
		(void)close(fd);
	return rc;
}

enum twr_status
sudoers_mark(const char *policy, bool installed, struct twr_error *err)
{
	char *path = mark_path(policy), *slash;
	enum twr_status rc = TWR_OK;
	int fd;

	if (path == NULL)
		return twr_fail(err, TWR_ENOMEM, "sudoers: out of memory");
	if (installed)
		rc = make_mark(path, err);
	else if (unlink(path) != 0 && errno != ENOENT)
		rc = twr_fail(err, TWR_EWRITE, "%s: %s", path, strerror(errno));
	if ((slash = strrchr(path, '/')) != NULL)
		*slash = '\0';
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (rc == TWR_OK && (fd == -1 || fsync(fd) != 0))
		rc = twr_fail(err, TWR_EWRITE, "%s: %s", path, strerror(errno));
	if (fd != -1)
		(void)close(fd);
	free(path);
	return rc;
}
