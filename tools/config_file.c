/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "safe_file.h"

/* Read to the end, size bytes and one more to see that it is the end. */
static enum twr_status
read_all(int fd, const char *path, struct config_file *file, size_t room,
    struct twr_error *err)
{
	ssize_t got = 0;
	size_t len = 0;

	while (len < room) {
		got = read(fd, file->text + len, room - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return twr_fail(err, TWR_EUNREADABLE, "%s: %s", path,
			    strerror(errno));
		if (got == 0)
			break;
		len += (size_t)got;
	}
	if (len > CONFIG_TEXT_MAX)
		return twr_fail(err, TWR_EDATA,
		    "%s:1: the file is larger than %u bytes; shorten it", path,
		    CONFIG_TEXT_MAX);
	file->text[len] = '\0';
	file->size = len;
	return TWR_OK;
}

static enum twr_status
refuse_nul(const struct config_file *file, const char *path,
    struct twr_error *err)
{
	unsigned line = 1;
	uint64_t i;

	for (i = 0; i < file->size; i++) {
		if (file->text[i] == '\0')
			return twr_fail(err, TWR_EDATA,
			    "%s:%u: a NUL byte; remove it, the file must be "
			    "plain text",
			    path, line);
		if (file->text[i] == '\n')
			line++;
	}
	return TWR_OK;
}

enum twr_status
config_file_read(const char *path, uid_t owner, struct config_file *ret,
    struct twr_error *err)
{
	struct config_file file = { NULL, 0, 0, 0 };
	struct stat st;
	enum twr_status rc;
	int fd = -1;

	if ((rc = twr_safe_open(path, owner, &fd, &st, err)) != TWR_OK)
		goto out;
	if ((file.text = malloc(CONFIG_TEXT_MAX + 2)) == NULL) {
		rc = twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
		goto out;
	}
	rc = read_all(fd, path, &file, CONFIG_TEXT_MAX + 1, err);
	if (rc != TWR_OK || (rc = refuse_nul(&file, path, err)) != TWR_OK)
		goto out;
	file.mtime_s = st.st_mtim.tv_sec;
	file.mtime_ns = (uint32_t)st.st_mtim.tv_nsec;
	*ret = file;
	file.text = NULL; /* the caller owns it now */
out:
	if (fd >= 0)
		close(fd);
	free(file.text);
	return rc;
}

void
config_file_free(struct config_file *file)
{
	if (file == NULL)
		return;
	free(file->text);
	memset(file, 0, sizeof(*file));
}
