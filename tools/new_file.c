/* SPDX-License-Identifier: BSD-2-Clause */
#include "new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
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

/* A name that nobody can know before. */
static enum twr_status
name_temporary(struct new_file *nf, struct twr_error *err)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return twr_fail(err, TWR_EWRITE,
		    "%s: the kernel gave no random bytes", nf->path);
	if (asprintf(&nf->temporary, "%s/.twrbac-%016" PRIx64, nf->folder,
		random) < 0) {
		nf->temporary = NULL;
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", nf->path);
	}
	return TWR_OK;
}

enum twr_status
new_file_begin(const char *path, struct new_file *ret, struct twr_error *err)
{
	const char *slash = strrchr(path, '/');
	struct stat st;
	enum twr_status rc;
	int fd;

	memset(ret, 0, sizeof(*ret));
	if (lstat(path, &st) == 0)
		return fail_exists(path, err);
	ret->path = strdup(path);
	ret->folder = slash == NULL ? strdup(".") :
				      strndup(path, (size_t)(slash - path) + 1);
	if (ret->path == NULL || ret->folder == NULL)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
	if ((rc = name_temporary(ret, err)) != TWR_OK)
		return rc;
	fd = open(ret->temporary,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1) {
		rc = fail_write(path, err);
		free(ret->temporary); /* not ours to remove */
		ret->temporary = NULL;
		return rc;
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
