/* SPDX-License-Identifier: BSD-2-Clause */
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model.h"

#define FILE_MAX 4096 /* of what is read of one file */
#define DEPTH_MAX 4096 /* parents that are followed: a list may hold a loop */

/* At most size - 1 bytes of a file of a process; -1 when there is none. */
static ssize_t
read_file(const char *root, pid_t pid, const char *name, char *buf, size_t size)
{
	char path[512];
	ssize_t len = 0, n;
	int fd, used;

	used = snprintf(path, sizeof(path), "%s/%ld/%s", root, (long)pid, name);
	if (used < 0 || (size_t)used >= sizeof(path))
		return -1;
	fd = open(path,
	    O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
	if (fd == -1)
		return -1;
	while ((size_t)len < size - 1 &&
	    (n = read(fd, buf + len, size - 1 - (size_t)len)) > 0)
		len += n;
	(void)close(fd);
	buf[len] = '\0';
	return len;
}

/* Decimal digits at p, after blanks; false when there are none. */
static bool
take_number(const char **p, uint64_t *ret)
{
	uint64_t value = 0;
	const char *q = *p;

	q += strspn(q, " \t");
	if (*q < '0' || *q > '9')
		return false;
	for (; *q >= '0' && *q <= '9'; q++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*q - '0'), &value))
			return false;
	*p = q;
	*ret = value;
	return true;
}

static bool
take_uid(const char *text, uint32_t *ret)
{
	uint64_t value;

	if (!take_number(&text, &value) || value > UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

/* Word n of the text, the first being 1, as a number. */
static bool
number_at(const char *text, unsigned n, uint64_t *ret)
{
	for (; n > 1; n--) {
		text += strcspn(text, " ");
		text += strspn(text, " ");
	}
	return take_number(&text, ret);
}

/*
 * Of "4711 (name) S 1 ...", after the name: state, parent, ..., the number of
 * threads 18th, the start 20th. The name may hold anything, ")" too, but
 * nothing after it does. A zombie is over, unless other threads of it go on.
 */
static bool
parse_stat(const char *text, struct proc *pr)
{
	const char *p = strrchr(text, ')');
	uint64_t parent, threads;

	if (p == NULL || p[1] != ' ' || !number_at(p + 2, 2, &parent) ||
	    parent > INT32_MAX || !number_at(p + 2, 18, &threads) ||
	    !number_at(p + 2, 20, &pr->start))
		return false;
	pr->parent = (pid_t)parent;
	return threads > 1 || (p[2] != 'Z' && p[2] != 'X');
}

/* The value of a line of "status". */
static const char *
status_line(const char *text, const char *key)
{
	const char *p = text;
	size_t len = strlen(key);

	while (p != NULL && strncmp(p, key, len) != 0)
		if ((p = strchr(p, '\n')) != NULL)
			p++;
	return p != NULL ? p + len : NULL;
}

static void
take_name(const char *text, struct proc *pr)
{
	const char *p = status_line(text, "Name:\t");
	size_t len = p != NULL ? strcspn(p, "\n") : 0;

	if (len >= sizeof(pr->name))
		len = sizeof(pr->name) - 1;
	if (len > 0)
		memcpy(pr->name, p, len);
	pr->name[len] = '\0';
}

static bool
read_proc(const char *root, pid_t pid, struct proc *ret)
{
	char buf[FILE_MAX];
	const char *p;

	*ret = (struct proc) { .pid = pid, .login_uid = TWR_UID_UNKNOWN };
	if (read_file(root, pid, "stat", buf, sizeof(buf)) <= 0 ||
	    !parse_stat(buf, ret) ||
	    read_file(root, pid, "status", buf, sizeof(buf)) <= 0 ||
	    (p = status_line(buf, "Uid:\t")) == NULL || !take_uid(p, &ret->uid))
		return false;
	take_name(buf, ret);
	if (read_file(root, pid, "loginuid", buf, sizeof(buf)) > 0)
		(void)take_uid(buf, &ret->login_uid);
	return true;
}

/* ---- namespaces ---- */

/* What /proc/PID/ns/NAME points to; false when it cannot be told. */
static bool
read_ns(const char *root, const char *pid, const char *name, char buf[64])
{
	char path[512];
	ssize_t len;
	int used;

	used = snprintf(path, sizeof(path), "%s/%s/ns/%s", root, pid, name);
	if (used < 0 || (size_t)used >= sizeof(path) ||
	    (len = readlink(path, buf, 63)) <= 0)
		return false;
	buf[len] = '\0';
	return true;
}

/*
 * Somebody without root's rights gets a pid namespace only with a user
 * namespace of his own: what he hides there stays his. One with our user
 * namespace was made by root, for a container.
 */
static bool
is_foreign(const char *root, pid_t pid)
{
	char mine[64], its[64], word[16];

	snprintf(word, sizeof(word), "%ld", (long)pid);
	if (!read_ns(root, "self", "pid", mine) ||
	    !read_ns(root, word, "pid", its) || strcmp(mine, its) == 0)
		return false;
	return read_ns(root, "self", "user", mine) &&
	    read_ns(root, word, "user", its) && strcmp(mine, its) == 0;
}

/* ---- all of them ---- */

static void
read_clock(const char *root, struct proc_list *list)
{
	char path[512], line[256];
	const char *p;
	uint64_t value;
	long ticks = sysconf(_SC_CLK_TCK);
	FILE *fp;

	list->ticks = ticks > 0 ? (uint32_t)ticks : 100;
	snprintf(path, sizeof(path), "%s/stat", root);
	if ((fp = fopen(path, "re")) == NULL)
		return;
	while (fgets(line, sizeof(line), fp) != NULL) {
		p = line;
		if (strncmp(p, "btime ", 6) != 0)
			continue;
		p += 6;
		if (take_number(&p, &value) && value < INT32_MAX * 64ull)
			list->boot = (int64_t)value;
		break;
	}
	fclose(fp);
}

static enum twr_status
add(const char *root, struct proc_list *list, const char *name,
    struct twr_error *err)
{
	struct proc *grown;
	uint64_t pid;
	size_t room = list->room ? 2 * list->room : 256;

	if (!take_number(&name, &pid) || *name != '\0' || pid == 0 ||
	    pid > INT32_MAX)
		return TWR_OK;
	if (list->n == PROC_MAX)
		return twr_fail(err, TWR_EUNREADABLE,
		    "%s: more than %u processes", root, PROC_MAX);
	if (list->n == list->room) {
		grown = reallocarray(list->all, room, sizeof(*grown));
		if (grown == NULL)
			return twr_fail(err, TWR_ENOMEM, "out of memory");
		list->all = grown;
		list->room = room;
	}
	if (!read_proc(root, (pid_t)pid, &list->all[list->n]))
		return TWR_OK;
	list->all[list->n].foreign = is_foreign(root, (pid_t)pid);
	list->n++;
	return TWR_OK;
}

static int
by_pid(const void *a, const void *b)
{
	const struct proc *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

enum twr_status
proc_read(const char *root, struct proc_list *ret, struct twr_error *err)
{
	struct proc_list list = { 0 };
	enum twr_status rc = TWR_OK;
	struct dirent *de;
	DIR *dir;

	if ((dir = opendir(root)) == NULL)
		return twr_fail(err, TWR_EUNREADABLE, "%s: %s", root,
		    strerror(errno));
	while (rc == TWR_OK && (de = readdir(dir)) != NULL)
		rc = add(root, &list, de->d_name, err);
	closedir(dir);
	if (rc == TWR_OK && list.n == 0)
		rc = twr_fail(err, TWR_EUNREADABLE,
		    "%s: shows no processes; mount proc there", root);
	if (rc != TWR_OK) {
		proc_free(&list);
		return rc;
	}
	qsort(list.all, list.n, sizeof(*list.all), by_pid);
	read_clock(root, &list);
	*ret = list;
	return TWR_OK;
}

void
proc_free(struct proc_list *list)
{
	free(list->all);
	memset(list, 0, sizeof(*list));
}

const struct proc *
proc_find(const struct proc_list *list, pid_t pid)
{
	struct proc key = { .pid = pid };

	if (list->n == 0)
		return NULL;
	return bsearch(&key, list->all, list->n, sizeof(key), by_pid);
}

bool
proc_descends(const struct proc_list *list, const struct proc *pr, uint32_t uid)
{
	unsigned depth;

	for (depth = 0; depth < DEPTH_MAX; depth++) {
		if ((pr = proc_find(list, pr->parent)) == NULL)
			return false;
		if (pr->uid == uid)
			return true;
	}
	return false;
}

bool
proc_is_above(const struct proc_list *list, pid_t pid, pid_t child)
{
	const struct proc *pr;
	unsigned depth;

	for (depth = 0; child > 0 && depth < DEPTH_MAX; depth++) {
		if (child == pid)
			return true;
		if ((pr = proc_find(list, child)) == NULL)
			return false;
		child = pr->parent;
	}
	return false;
}

int64_t
proc_started(const struct proc_list *list, const struct proc *pr)
{
	if (list->boot == 0 || pr->start / list->ticks > INT32_MAX)
		return TWR_ALWAYS;
	return list->boot + (int64_t)(pr->start / list->ticks);
}

void
proc_title(const char *root, pid_t pid, char *buf, size_t size)
{
	ssize_t len = read_file(root, pid, "cmdline", buf, size);
	ssize_t i;

	if (len < 0)
		buf[0] = '\0';
	for (i = 0; i < len; i++)
		if (buf[i] == '\0')
			buf[i] = ' ';
	while (len > 0 && buf[len - 1] == ' ')
		buf[--len] = '\0';
}

bool
proc_is_same(const char *root, const struct proc *pr)
{
	struct proc now;

	return read_proc(root, pr->pid, &now) && now.uid == pr->uid &&
	    now.start == pr->start;
}
