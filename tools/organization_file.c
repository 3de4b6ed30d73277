/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "organization.h"

static enum twr_status
judge_file(const char *path, const struct stat *st, struct twr_error *err)
{
	if (!S_ISREG(st->st_mode))
		return twr_fail(err, TWR_EUNSAFE,
		    "%s: is not a regular file; name one", path);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return twr_fail(err, TWR_EUNSAFE,
		    "%s: group or others can write it; chmod go-w it, once "
		    "you have read what it says now",
		    path);
	if ((uint64_t)st->st_size > ORGANIZATION_FILE_MAX)
		return twr_fail(err, TWR_EDATA, "%s: is larger than %u bytes",
		    path, ORGANIZATION_FILE_MAX);
	return TWR_OK;
}

static enum twr_status
read_text_of(int fd, const char *path, const struct stat *st, char **ret,
    struct twr_error *err)
{
	size_t size = (size_t)st->st_size, len = 0;
	ssize_t got = 1;
	char *text = malloc(size + 2);

	if (text == NULL)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
	/* one byte more than it had: there must be none */
	while (len <= size && got > 0) {
		got = read(fd, text + len, size + 1 - len);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			len += (size_t)got;
	}
	text[len] = '\0';
	*ret = text;
	if (got < 0)
		return twr_fail(err, TWR_EUNREADABLE, "%s: %s", path,
		    strerror(errno));
	if (len != size)
		return twr_fail(err, TWR_EDATA,
		    "%s: became %s while it was read; try again when nobody "
		    "writes to it",
		    path, len < size ? "shorter" : "longer");
	if (strlen(text) != len)
		return twr_fail(err, TWR_EDATA,
		    "%s: holds a NUL byte; it must be plain text", path);
	return TWR_OK;
}

enum twr_status
organization_read(const char *path, struct organization **ret,
    struct twr_error *err)
{
	struct stat st;
	char *text = NULL;
	enum twr_status rc;
	int fd;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return twr_fail(err,
		    errno == ENOENT ? TWR_ENOENT : TWR_EUNREADABLE, "%s: %s",
		    path, strerror(errno));
	if (fstat(fd, &st) != 0)
		rc = twr_fail(err, TWR_EUNREADABLE, "%s: %s", path,
		    strerror(errno));
	else if ((rc = judge_file(path, &st, err)) == TWR_OK &&
	    (rc = read_text_of(fd, path, &st, &text, err)) == TWR_OK)
		rc = organization_parse(text, path, ret, err);
	(void)close(fd);
	free(text);
	return rc;
}
