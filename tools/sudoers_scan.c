/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudoers_scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sudoers_grammar.h"

#define TEXT_MAX (64u * 1024 * 1024)
#define PLUGIN "sudo_twrbac.so"

struct walk {
	struct sudoers_scan *scan;
	const char *folder;
	unsigned depth;
};

static void scan_file(struct walk *w, const char *path);

static void
tell_unread(const struct walk *w, const char *path, const char *why)
{
	char *line = NULL;

	if (asprintf(&line, "%s: %s", path, why) < 0) {
		w->scan->no_memory = true;
		return;
	}
	w->scan->unread(w->scan->ctx, line);
	free(line);
}

/* ---- one logical line ---- */

struct line {
	const char *file;
	unsigned number;
	char *text; /* continuation lines joined */
	bool wildcards;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Is what stands before p negated: an odd number of ! there? */
static bool
is_negated(const char *begin, const char *p)
{
	bool ret = false;

	while (p > begin && (is_blank(p[-1]) || p[-1] == '!'))
		if (*--p == '!')
			ret = !ret;
	return ret;
}

static void
tell(const struct line *ln, const char *at, const char *name, size_t len,
    bool quoted, struct sudoers_scan *scan)
{
	struct sudoers_name sn = { .file = ln->file,
		.line = ln->number,
		.quoted = quoted,
		.negated = is_negated(ln->text, at),
		.wildcards = ln->wildcards };
	char *copy = strndup(name, len);

	sn.name = copy;
	if (copy != NULL)
		scan->name(scan->ctx, &sn);
	else
		scan->no_memory = true;
	free(copy);
}

/* p stands on a quote; returns what is behind the string. */
static const char *
take_string(const struct line *ln, const char *p, struct sudoers_scan *scan)
{
	const char *at = p++, *begin = p;

	while (*p != '\0' && *p != '"')
		p += *p == '\\' && p[1] == '"' ? 2 : 1;
	if (strncmp(begin, "%:", 2) == 0)
		tell(ln, at, begin + 2, (size_t)(p - begin) - 2, true, scan);
	return *p == '"' ? p + 1 : p;
}

/* p stands on "%:"; an unquoted name ends where sudoers ends words. */
static const char *
take_word(const struct line *ln, const char *p, struct sudoers_scan *scan)
{
	const char *at = p, *begin = p + 2;

	for (p = begin; *p != '\0' && strchr(" \t,=!()", *p) == NULL; p++)
		if (*p == '\\' && p[1] != '\0')
			p++;
	tell(ln, at, begin, (size_t)(p - begin), false, scan);
	return p;
}

/* A pattern in the arguments of a command behind the line's first "=". */
static bool
has_wildcards(const char *text)
{
	const char *p = strchr(text, '=');
	bool path = false, arguments = false;

	for (; p != NULL && *p != '\0' && !sudoers_is_comment(text, p); p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == ',')
			path = arguments = false;
		else if (*p == '/' && !path)
			path = true;
		else if (path && is_blank(*p) && p[1] != '^')
			arguments = true;
		else if (path && is_blank(*p))
			path = false; /* a regular expression */
		else if (arguments && strchr("*?[", *p) != NULL)
			return true;
	}
	return false;
}

static void
scan_line(struct line *ln, struct sudoers_scan *scan)
{
	const char *p = ln->text;

	while (is_blank(*p))
		p++;
	if (strncmp(p, "Defaults", 8) == 0) {
		if (strstr(p, "group_plugin") != NULL &&
		    strstr(p, PLUGIN) != NULL)
			scan->plugin = true;
		if (strchr("@:!>", p[8]) == NULL || p[8] == '\0')
			return;
	}
	ln->wildcards = has_wildcards(p);
	while (*p != '\0' && !sudoers_is_comment(ln->text, p)) {
		if (*p == '"')
			p = take_string(ln, p, scan);
		else if (*p == '\\' && p[1] != '\0')
			p += 2;
		else if (p[0] == '%' && p[1] == ':')
			p = take_word(ln, p, scan);
		else
			p++;
	}
}

/* ---- including ---- */

static bool
skips(const char *name)
{
	size_t len = strlen(name);

	return strchr(name, '.') != NULL || (len > 0 && name[len - 1] == '~');
}

static int
keep_entry(const struct dirent *de)
{
	return !skips(de->d_name);
}

static void
scan_folder(struct walk *w, const char *path)
{
	struct dirent **all = NULL;
	char *file = NULL;
	int i, n;

	if (strcmp(path, w->folder) == 0)
		w->scan->reads_folder = true;
	n = scandir(path, &all, keep_entry, alphasort);
	if (n < 0 && errno != ENOENT)
		tell_unread(w, path, strerror(errno));
	for (i = 0; i < n; i++) {
		if (asprintf(&file, "%s/%s", path, all[i]->d_name) >= 0) {
			scan_file(w, file);
			free(file);
		} else {
			w->scan->no_memory = true;
		}
		free(all[i]);
	}
	free(all);
}

/* The path behind an include; NULL: the line is none. */
static char *
included(const char *file, const char *rest)
{
	char host[256] = "", *ret = NULL, *to;
	const char *slash = strrchr(file, '/');
	size_t room;
	bool quoted;

	while (is_blank(*rest))
		rest++;
	if ((quoted = *rest == '"'))
		rest++;
	(void)gethostname(host, sizeof(host) - 1);
	host[strcspn(host, ".")] = '\0';
	room = strlen(file) + strlen(rest) * (sizeof(host) + 1) + 2;
	if ((ret = calloc(room, 1)) == NULL)
		return NULL;
	to = ret;
	if (*rest != '/' && slash != NULL)
		to = stpncpy(to, file, (size_t)(slash - file) + 1);
	for (; *rest != '\0' && !(quoted ? *rest == '"' : is_blank(*rest));
	     rest++) {
		if (*rest == '\\' && rest[1] != '\0')
			*to++ = *++rest;
		else if (rest[0] == '%' && rest[1] == 'h') {
			to = stpcpy(to, host);
			rest++;
		} else
			*to++ = *rest;
	}
	while (to > ret + 1 && to[-1] == '/')
		*--to = '\0';
	return ret;
}

static bool
take_include(struct walk *w, const struct line *ln)
{
	const char *p = ln->text;
	bool folder;
	char *path;

	while (is_blank(*p))
		p++;
	if ((*p != '@' && *p != '#') || strncmp(p + 1, "include", 7) != 0)
		return false;
	p += 8;
	if ((folder = strncmp(p, "dir", 3) == 0))
		p += 3;
	if (!is_blank(*p))
		return false;
	if ((path = included(ln->file, p)) == NULL) {
		w->scan->no_memory = true;
		return true;
	}
	if (folder)
		scan_folder(w, path);
	else
		scan_file(w, path);
	free(path);
	return true;
}

/* ---- files ---- */

/* Cut the next logical line out of *at. */
static char *
next_line(const char **at, unsigned *number)
{
	const char *p = *at, *end = p;
	char *ret, *to;

	while (*end != '\0' && (*end != '\n' || (end > p && end[-1] == '\\')))
		end++;
	to = ret = malloc((size_t)(end - p) + 1);

	for (; ret != NULL && *p != '\0' && *p != '\n'; p++) {
		if (p[0] == '\\' && p[1] == '\n') {
			++*number;
			p++;
			*to++ = ' ';
		} else {
			*to++ = *p;
		}
	}
	if (ret == NULL)
		return NULL;
	*to = '\0';
	*at = *p == '\n' ? p + 1 : p;
	++*number;
	return ret;
}

static void
scan_lines(struct walk *w, const char *file, const char *text)
{
	struct line ln = { .file = file };
	unsigned number = 1;

	while (*text != '\0') {
		ln.number = number;
		if ((ln.text = next_line(&text, &number)) == NULL) {
			w->scan->no_memory = true;
			return;
		}
		if (w->folder == NULL || !take_include(w, &ln)) {
			scan_line(&ln, w->scan);
			if (w->scan->line != NULL)
				w->scan->line(w->scan->ctx, file, ln.number,
				    ln.text);
		}
		free(ln.text);
	}
}

void
sudoers_scan_text(const char *file, const char *text, struct sudoers_scan *scan)
{
	struct walk w = { scan, NULL, 0 };

	scan_lines(&w, file, text);
}

static char *
read_file(const char *path, const char **why)
{
	struct stat st;
	char *text = NULL;
	size_t got = 0;
	ssize_t n = 1;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	*why = NULL;
	if (fd == -1 || fstat(fd, &st) != 0) {
		*why = strerror(errno);
	} else if (!S_ISREG(st.st_mode)) {
		*why = "is no regular file";
	} else if (st.st_size > (off_t)TEXT_MAX) {
		*why = "is larger than 64 MiB";
	} else if ((text = malloc((size_t)st.st_size + 1)) == NULL) {
		*why = "out of memory";
	} else {
		while (got < (size_t)st.st_size && n != 0) {
			n = read(fd, text + got, (size_t)st.st_size - got);
			if (n < 0 && errno != EINTR)
				break;
			got += n > 0 ? (size_t)n : 0;
		}
		text[got] = '\0';
	}
	if (n < 0) {
		*why = strerror(errno);
		free(text);
		text = NULL;
	}
	if (fd != -1)
		(void)close(fd);
	return text;
}

static void
scan_file(struct walk *w, const char *path)
{
	char *text = NULL;
	const char *why = "is included too deeply";

	if (w->depth < SUDOERS_DEPTH_MAX)
		text = read_file(path, &why);
	if (text == NULL) {
		tell_unread(w, path, why);
		return;
	}
	w->depth++;
	scan_lines(w, path, text);
	w->depth--;
	free(text);
}

void
sudoers_scan(const char *path, const char *folder, struct sudoers_scan *scan)
{
	struct walk w = { scan, folder, 0 };

	scan_file(&w, path);
}
