/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compile_impl.h"
#include "safe_file.h"

#define FILE_MAX (16 * 1024 * 1024) /* as the module's reader has it */
#define UID_MIN_DEFAULT 1000
#define UID_MIN_MOST INT32_MAX

/* The whole file, NUL-terminated, in fresh memory. */
static enum twr_status
slurp(const char *path, uid_t owner, char **ret, size_t *len,
    struct twr_error *err)
{
	char *text = NULL;
	struct stat st;
	enum twr_status rc;
	ssize_t n = 1;
	size_t got = 0, room;
	int fd = -1;

	if ((rc = twr_safe_open(path, owner, &fd, &st, err)) != TWR_OK)
		return rc;
	room = st.st_size > FILE_MAX ? 0 : (size_t)st.st_size + 1;
	if (room == 0) {
		rc = twr_fail(err, TWR_ECORRUPT,
		    "%s: over %d bytes; no such file is that long", path,
		    FILE_MAX);
		goto out;
	}
	if ((text = malloc(room)) == NULL) {
		rc = build_no_memory(err);
		goto out;
	}
	while (got < room - 1 && n != 0) {
		n = read(fd, text + got, room - 1 - got);
		if (n == -1 && errno != EINTR) {
			rc = twr_fail(err, TWR_EUNREADABLE, "%s: %s", path,
			    strerror(errno));
			goto out;
		}
		got += n > 0 ? (size_t)n : 0;
	}
	text[got] = '\0';
	*len = got;
	*ret = text;
	text = NULL; /* the caller owns it now */
out:
	close(fd);
	free(text);
	return rc;
}

static int
compare_accounts(const void *x, const void *y)
{
	const struct account *a = x, *b = y;
	int way = strcmp(a->name, b->name);

	if (way != 0)
		return way;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* NAME:PASSWORD:UID:...; a line without a number there is not counted. */
static bool
parse_account(char *line, struct account *ret)
{
	char *name_end = strchr(line, ':'), *uid, *end;
	unsigned long number;

	if (name_end == NULL || name_end == line ||
	    (uid = strchr(name_end + 1, ':')) == NULL)
		return false;
	if (*++uid < '0' || *uid > '9')
		return false;
	errno = 0;
	number = strtoul(uid, &end, 10);
	if (errno != 0 || *end != ':' || number >= TWR_UID_UNKNOWN)
		return false;
	*name_end = '\0';
	ret->name = line;
	ret->uid = (uint32_t)number;
	return true;
}

/* Sort by name; of equal names only the first line stays. */
static void
sort_accounts(struct accounts *ac)
{
	size_t i, kept = 0;

	qsort(ac->all, ac->n, sizeof(*ac->all), compare_accounts);
	for (i = 0; i < ac->n; i++) {
		if (kept > 0 &&
		    strcmp(ac->all[kept - 1].name, ac->all[i].name) == 0)
			continue;
		ac->all[kept++] = ac->all[i];
	}
	ac->n = kept;
}

enum twr_status
accounts_load(const char *path, uid_t owner, struct accounts *ret,
    struct twr_error *err)
{
	struct account *more, one;
	char *line, *next;
	size_t len = 0, room = 0;
	enum twr_status rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = slurp(path, owner, &ret->text, &len, err)) != TWR_OK)
		return rc;
	for (line = ret->text; line != NULL; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		if (!parse_account(line, &one))
			continue;
		if (ret->n == room) {
			room = room * 2 + 64;
			more = reallocarray(ret->all, room, sizeof(*more));
			if (more == NULL) {
				accounts_free(ret);
				return build_no_memory(err);
			}
			ret->all = more;
		}
		one.order = ret->n;
		ret->all[ret->n++] = one;
	}
	if (ret->n > 0)
		sort_accounts(ret);
	return TWR_OK;
}

uint32_t
accounts_uid(const struct accounts *ac, const char *name)
{
	size_t low = 0, high = ac->n, mid;
	int way;

	while (low < high) {
		mid = low + (high - low) / 2;
		way = strcmp(name, ac->all[mid].name);
		if (way == 0)
			return ac->all[mid].uid;
		if (way < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return TWR_UID_UNKNOWN;
}

void
accounts_free(struct accounts *ac)
{
	free(ac->all);
	free(ac->text);
	memset(ac, 0, sizeof(*ac));
}

/* "UID_MIN  1000", as shadow reads it: the last such line counts. */
static bool
parse_uid_min(const char *line, unsigned long *ret, bool *bad)
{
	static const char key[] = "UID_MIN";
	const char *p = line + strspn(line, " \t");
	char *end;

	if (strncmp(p, key, sizeof(key) - 1) != 0)
		return false;
	p += sizeof(key) - 1;
	if (*p != ' ' && *p != '\t' && *p != '"')
		return false;
	p += strspn(p, " \t\"");
	errno = 0;
	*ret = strtoul(p, &end, 0);
	*bad = *p < '0' || *p > '9' || errno != 0 || *ret < 1 ||
	    *ret > UID_MIN_MOST;
	end += strspn(end, " \t\r\"");
	if (*end != '\0' && *end != '#')
		*bad = true;
	return true;
}

enum twr_status
uid_min_load(const char *path, uid_t owner, uint32_t *ret,
    struct twr_error *err)
{
	char *text = NULL, *line, *next;
	unsigned long number;
	unsigned at = 0;
	size_t len;
	bool bad;
	enum twr_status rc;

	*ret = UID_MIN_DEFAULT;
	rc = slurp(path, owner, &text, &len, err);
	if (rc == TWR_ENOENT)
		return TWR_OK; /* not every system has one */
	for (line = text; rc == TWR_OK && line != NULL; line = next) {
		at++;
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		if (!parse_uid_min(line, &number, &bad))
			continue;
		if (bad)
			rc = twr_fail(err, TWR_EDATA,
			    "%s:%u: UID_MIN is not a number from 1 to %ld; "
			    "correct it, it says which accounts are the "
			    "system's",
			    path, at, (long)UID_MIN_MOST);
		else
			*ret = (uint32_t)number;
	}
	free(text);
	return rc;
}
