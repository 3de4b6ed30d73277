/* SPDX-License-Identifier: BSD-2-Clause */
#include "pamd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define DEPTH_MAX 16 /* of files that include each other */
#define FILES_MAX 256 /* opened for one service: a cycle ends here */
#define BLANK " \t\r\n"

struct search {
	int dir;
	const char *module;
	unsigned files;
};

static bool file_reaches(struct search *se, const char *name, unsigned depth);

/* The next word of *at, in place; [..] is one word. NULL: none is left. */
static char *
next_word(char **at)
{
	char *word = *at + strspn(*at, BLANK), *end;

	if (*word == '\0')
		return NULL;
	end = *word == '[' ? strchr(word, ']') : NULL;
	end = end != NULL ? end + 1 : word + strcspn(word, BLANK);
	if (*end != '\0')
		*end++ = '\0';
	*at = end;
	return word;
}

static bool
is_module(const char *word, const char *module)
{
	const char *slash = strrchr(word, '/');

	return strcmp(slash != NULL ? slash + 1 : word, module) == 0;
}

/* One whole line: type, control, module or file. */
static bool
line_reaches(struct search *se, char *line, unsigned depth)
{
	char *type, *control, *what;

	line[strcspn(line, "#")] = '\0';
	if ((type = next_word(&line)) == NULL)
		return false;
	if (strcasecmp(type, "@include") == 0) {
		what = next_word(&line);
		return what != NULL && file_reaches(se, what, depth + 1);
	}
	if (*type == '-')
		type++;
	if (strcasecmp(type, "account") != 0 ||
	    (control = next_word(&line)) == NULL ||
	    (what = next_word(&line)) == NULL)
		return false;
	if (strcasecmp(control, "include") == 0 ||
	    strcasecmp(control, "substack") == 0)
		return file_reaches(se, what, depth + 1);
	return is_module(what, se->module);
}

/* Joins lines that end in a backslash. Returns false at the end. */
static bool
read_line(FILE *file, char **line, size_t *room)
{
	char *more = NULL, *joined;
	size_t more_room = 0;
	ssize_t n = getline(line, room, file), add;

	while (n >= 2 && (*line)[n - 2] == '\\' && (*line)[n - 1] == '\n') {
		if ((add = getline(&more, &more_room, file)) < 0)
			break;
		joined = realloc(*line, (size_t)n + (size_t)add + 1);
		if (joined == NULL)
			break;
		*line = joined;
		*room = (size_t)n + (size_t)add + 1;
		memcpy(joined + n - 2, more, (size_t)add + 1);
		n += add - 2;
	}
	free(more);
	return n >= 0;
}

static bool
file_reaches(struct search *se, const char *name, unsigned depth)
{
	char *line = NULL;
	size_t room = 0;
	bool found = false;
	FILE *file;
	int fd;

	if (depth > DEPTH_MAX || se->files++ > FILES_MAX)
		return false;
	fd = openat(se->dir, name,
	    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if ((file = fdopen(fd, "r")) == NULL) {
		close(fd);
		return false;
	}
	while (!found && read_line(file, &line, &room))
		found = line_reaches(se, line, depth);
	free(line);
	fclose(file);
	return found;
}

/* Names that libpam could be asked for, or an editor left behind? */
static int
is_service(const struct dirent *entry)
{
	static const char *const copies[] = { ".dpkg-", ".rpm", ".pacnew",
		".pacsave", ".apk-new", ".bak", ".orig", ".swp" };
	const char *name = entry->d_name;
	size_t i;

	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._+-")] !=
		'\0' ||
	    name[0] == '.')
		return 0;
	for (i = 0; i < sizeof(copies) / sizeof(*copies); i++) {
		if (strstr(name, copies[i]) != NULL)
			return 0;
	}
	return 1;
}

static int
compare_entries(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
open_folder(const char *dir)
{
	return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool
pamd_service_reaches(const char *dir, const char *service, const char *module)
{
	struct search se = { open_folder(dir), module, 0 };
	bool found;

	if (se.dir < 0)
		return false;
	found = file_reaches(&se, service, 0);
	close(se.dir);
	return found;
}

enum twr_status
pamd_each_service(const char *dir, const char *module,
    void (*fn)(void *ctx, const char *service), void *ctx,
    struct twr_error *err)
{
	struct search se = { open_folder(dir), module, 0 };
	struct dirent **entries = NULL;
	int i, n;

	if (se.dir < 0 && errno == ENOENT)
		return TWR_OK;
	if (se.dir < 0)
		return twr_fail(err, TWR_EUNREADABLE,
		    "%s: %s; the services there were not looked at", dir,
		    strerror(errno));
	n = scandir(dir, &entries, is_service, compare_entries);
	for (i = 0; i < n; i++) {
		se.files = 0;
		if (file_reaches(&se, entries[i]->d_name, 0))
			fn(ctx, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	close(se.dir);
	if (n < 0)
		return twr_fail(err, TWR_EUNREADABLE,
		    "%s: cannot be listed; the services there were not "
		    "looked at",
		    dir);
	return TWR_OK;
}
