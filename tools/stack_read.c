/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stack_impl.h"

#define FILE_MOST (1024 * 1024)
#define BLANK " \t\n"

void
stack_no_memory(struct load *ld)
{
	ld->rc = twr_fail(ld->err, TWR_ENOMEM, "out of memory");
}

/* ---- files ---- */

/* The whole of fd; a folder is an empty file, as it is to libpam. */
char *
stack_read_all(struct load *ld, int fd, const char *path)
{
	char *text = malloc(FILE_MOST + 1), *fit;
	struct stat st;
	size_t got = 0;
	ssize_t n = 1;

	if (text == NULL) {
		stack_no_memory(ld);
		return NULL;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		n = 0;
	while (n != 0 && got < FILE_MOST) {
		n = read(fd, text + got, FILE_MOST - got);
		if (n < 0 && errno != EINTR)
			break;
		got += n > 0 ? (size_t)n : 0;
	}
	if (got == FILE_MOST)
		snprintf(ld->st->broken, sizeof(ld->st->broken),
		    "%s is longer than %d bytes", path, FILE_MOST);
	else if (memchr(text, '\0', got) != NULL)
		snprintf(ld->st->broken, sizeof(ld->st->broken),
		    "%s holds a byte of value 0", path);
	text[got] = '\0';
	fit = realloc(text, got + 1);
	return fit != NULL ? fit : text;
}

static bool
keep_path(struct load *ld, const char *path)
{
	struct stack *st = ld->st;
	char **more;

	if (st->n_files == st->room_files) {
		st->room_files = st->room_files * 2 + 8;
		more = reallocarray(st->files, st->room_files, sizeof(*more));
		if (more == NULL) {
			stack_no_memory(ld);
			return false;
		}
		st->files = more;
	}
	if ((st->files[st->n_files] = strdup(path)) == NULL) {
		stack_no_memory(ld);
		return false;
	}
	st->n_files++;
	return true;
}

int
stack_open_one(struct load *ld, const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0 && !keep_path(ld, path)) {
		close(fd);
		return -1;
	}
	if (fd < 0 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP &&
	    ld->rc == TWR_OK)
		ld->rc = twr_fail(ld->err, TWR_EUNREADABLE, "%s: %s", path,
		    strerror(errno));
	return fd;
}

/* One that is not written yet. -1: there is none, or no memory. */
static int
open_text(struct load *ld, const char *name)
{
	const struct stack_text *st = ld->places->texts;
	char path[4096];
	size_t len;
	int fd = -1;

	while (st != NULL && st->name != NULL && strcmp(st->name, name) != 0)
		st++;
	if (st == NULL || st->name == NULL)
		return -1;
	len = strlen(st->text);
	(void)snprintf(path, sizeof(path), "%s/%s", ld->places->dirs[0], name);
	if (!keep_path(ld, path))
		return -1;
	fd = memfd_create("service", MFD_CLOEXEC);
	if (fd != -1 && write(fd, st->text, len) == (ssize_t)len &&
	    lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	if (fd != -1)
		(void)close(fd);
	stack_no_memory(ld);
	return -1;
}

/* The file that libpam takes for name. -1: none. */
int
stack_open_service(struct load *ld, const char *name)
{
	char path[4096];
	size_t i;
	int fd = -1;

	if (name[0] == '/')
		return stack_open_one(ld, name);
	fd = open_text(ld, name);
	for (i = 0;
	     fd < 0 && ld->rc == TWR_OK && i < 3 && ld->places->dirs[i] != NULL;
	     i++) {
		if (snprintf(path, sizeof(path), "%s/%s", ld->places->dirs[i],
			name) < (int)sizeof(path))
			fd = stack_open_one(ld, path);
	}
	return fd;
}

/* ---- lines ---- */

/* Take one line as it lies there; the newline is gone. */
static char *
take_physical(struct load *ld, struct source *src)
{
	char *line = src->at, *end;

	if (line == NULL || *line == '\0')
		return NULL;
	src->line++;
	end = strchr(line, '\n');
	if (strcspn(line, "\n") > STACK_LINE_MOST && ld->st->long_line == 0) {
		ld->st->long_line = src->line;
		ld->st->long_file = src->path;
	}
	src->at = end != NULL ? end + 1 : NULL;
	if (end != NULL)
		*end = '\0';
	return line;
}

/* Without its comment, joined with those that continue it. NULL: the end. */
char *
stack_take_line(struct load *ld, struct source *src, unsigned *first)
{
	char *whole = NULL, *more, *line;
	size_t len = 0, n;
	bool goes_on = true;

	while (goes_on && (line = take_physical(ld, src)) != NULL) {
		n = strspn(line, BLANK);
		if (line[n] == '\0' || line[n] == '#')
			continue;
		if (whole == NULL)
			*first = src->line;
		goes_on = strchr(line, '#') == NULL;
		n = strcspn(line, "#");
		while (goes_on && n > 0 && strchr(BLANK, line[n - 1]) != NULL)
			n--;
		goes_on = goes_on && n > 0 && line[n - 1] == '\\';
		if ((more = realloc(whole, len + n + 1)) == NULL) {
			free(whole);
			stack_no_memory(ld);
			return NULL;
		}
		whole = more;
		memcpy(whole + len, line, n);
		len += n;
		whole[len] = '\0';
		if (goes_on)
			whole[len - 1] = ' ';
	}
	if (whole != NULL && goes_on)
		snprintf(ld->st->broken, sizeof(ld->st->broken),
		    "%s:%u ends in a backslash and nothing follows", src->path,
		    *first);
	return whole;
}
