/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The input is a passwd file, after a line with the login that is looked
 * for. Its two readers are asked: the module's, which sees it byte by byte,
 * and the tool's. twr_safe_open() is replaced (by the linker, see the
 * Makefile): the file has no path.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "accounts.h"
#include "fuzz.h"
#include "model.h"
#include "passwd.h"
#include "safe_file.h"

#define UNSET 77u

static const uint8_t *file;
static size_t file_len;

enum twr_status __wrap_twr_safe_open(const char *path, uid_t owner, int *ret,
    struct stat *st, struct twr_error *err);

__attribute__((visibility("default"))) enum twr_status
__wrap_twr_safe_open(const char *path, uid_t owner, int *ret, struct stat *st,
    struct twr_error *err)
{
	int fd = memfd_create("passwd", MFD_CLOEXEC);
	size_t done = 0;
	ssize_t n;

	(void)path;
	(void)owner;
	(void)err;
	PROMISE(fd != -1);
	for (; done < file_len; done += (size_t)n) {
		n = write(fd, file + done, file_len - done);
		PROMISE(n > 0);
	}
	PROMISE(lseek(fd, 0, SEEK_SET) == 0 && fstat(fd, st) == 0);
	*ret = fd;
	return TWR_OK;
}

/* The whole lines of this login in the file: how many, and does one fit? */
static unsigned
count_lines(const char *login, unsigned long uid)
{
	char *text = fuzz_string(file, file_len), *rest = text, *line;
	size_t len = strlen(login);
	unsigned n = 0;

	while ((line = strsep(&rest, "\n")) != NULL) {
		char *number = strncmp(line, login, len) == 0 &&
			line[len] == ':' ?
		    strchr(line + len + 1, ':') :
		    NULL;

		if (number != NULL && strtoul(number + 1, NULL, 10) == uid)
			n++;
	}
	free(text);
	return n;
}

static void
look(const char *login)
{
	struct twr_error err = { .text = "" };
	struct accounts accounts;
	uint32_t uid = UNSET, by_tool;
	enum twr_status rc, tool;

	rc = twr_local_uid("/passwd", 0, login, &uid, &err);
	tool = accounts_load("/passwd", 0, &accounts, &err);
	PROMISE(tool == TWR_OK);
	by_tool = accounts_uid(&accounts, login);
	accounts_free(&accounts);
	if (rc != TWR_OK) {
		PROMISE(rc == TWR_ENOENT || rc == TWR_ECORRUPT);
		PROMISE(uid == UNSET);
		return;
	}
	PROMISE(uid != TWR_UID_UNKNOWN);
	if (memchr(file, '\0', file_len) != NULL)
		return; /* where a text ends, to one of the two */
	PROMISE(count_lines(login, uid) > 0);
	PROMISE(by_tool == uid);
}

static void
look_for_uid_min(void)
{
	struct twr_error err = { .text = "" };
	uint32_t least = 0;

	if (uid_min_load("/login.defs", 0, &least, &err) == TWR_OK)
		PROMISE(least >= 1 && least <= INT32_MAX);
	else
		fuzz_check_error(err.text, sizeof(err.text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t len = end == NULL ? size : (size_t)(end - data);
	char *login = fuzz_string(data, len);

	file = end == NULL ? data : end + 1;
	file_len = end == NULL ? 0 : size - len - 1;
	look(login);
	look_for_uid_min();
	free(login);
	return 0;
}
