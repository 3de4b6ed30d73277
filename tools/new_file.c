/* SPDX-License-Identifier: BSD-2-Clause */
#include "new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum twr_status
fail_exists(const char *path, struct twr_error *err)
{
	return twr_fail(err, TWR_EREFUSED,
	    "%s: is there already; name another file, or remove it", path);
}

static enum twr_status
fail_write(const char *path, struct twr_error *err)
{
	return twr_fail(err, TWR_EWRITE, "%s: %s", path, strerror(errno));
}

enum twr_status
new_file_begin(const char *path, struct new_file *ret, struct twr_error *err)
{
	const char *slash = strrchr(path, '/');
	struct stat st;
	int fd;

	memset(ret, 0, sizeof(*ret));
	if (lstat(path, &st) == 0)
		return fail_exists(path, err);
	if ((ret->path = strdup(path)) == NULL ||
	    (ret->folder = slash == NULL ?
		    strdup(".") :
		    strndup(path, (size_t)(slash - path) + 1)) == NULL ||
	    asprintf(&ret->temporary, "%s/.twrbac-XXXXXX", ret->folder) < 0) {
		ret->temporary = NULL;
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
	}
	/* O_EXCL and mode 0600 */
	if ((fd = mkostemp(ret->temporary, O_CLOEXEC)) == -1) {
		free(ret->temporary);
		ret->temporary = NULL;
		return fail_write(path, err);
	}
	if ((ret->to = fdopen(fd, "w")) == NULL) {
		(void)close(fd);
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
	}
	return TWR_OK;
}

/* A name in a folder is not on the disk before the folder is. */
static bool
sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd != -1 && fsync(fd) == 0;

	if (fd != -1)
		(void)close(fd);
	return ok;
}

enum twr_status
new_file_finish(struct new_file *nf, struct twr_error *err)
{
	bool ok = fflush(nf->to) == 0 && ferror(nf->to) == 0 &&
	    fsync(fileno(nf->to)) == 0;

	if (!ok)
		return fail_write(nf->path, err);
	/* link(), unlike rename(), never writes over what is there */
	if (link(nf->temporary, nf->path) != 0)
		return errno == EEXIST ? fail_exists(nf->path, err) :
					 fail_write(nf->path, err);
	if (!sync_folder(nf->folder))
		return fail_write(nf->path, err);
	return TWR_OK;
}

void
new_file_end(struct new_file *nf)
{
	if (nf->to != NULL)
		(void)fclose(nf->to);
	if (nf->temporary != NULL)
		(void)unlink(nf->temporary);
	free(nf->temporary);
	free(nf->folder);
	free(nf->path);
	memset(nf, 0, sizeof(*nf));
}
