/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudoers_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One line, without its newline. */
struct span {
	const char *at;
	size_t len;
};

/* Cut the next line out of *at. False: there is none. */
static bool
next_line(const char **at, struct span *ret)
{
	if (**at == '\0')
		return false;
	ret->at = *at;
	ret->len = strcspn(*at, "\n");
	*at += ret->len + ((*at)[ret->len] == '\n');
	return true;
}

/* Ours all begin so; "#include" and "#0" are none to sudo. */
static bool
is_comment(const struct span *line)
{
	return line->len > 1 && line->at[0] == '#' && line->at[1] == ' ';
}

static bool
is_rule(const struct span *line)
{
	return line->len > 0 && !is_comment(line);
}

static int
compare_lines(const void *x, const void *y)
{
	const struct span *a = x, *b = y;
	size_t len = a->len < b->len ? a->len : b->len;
	int way = memcmp(a->at, b->at, len);

	if (way != 0 || a->len == b->len)
		return way;
	return a->len < b->len ? -1 : 1;
}

bool
sudoers_lines_are_part(const char *body, const char *text)
{
	struct span want, line;
	bool found;

	while (next_line(&body, &want)) {
		if (!is_rule(&want))
			continue;
		for (found = false; !found && next_line(&text, &line);)
			found = compare_lines(&want, &line) == 0;
		if (!found)
			return false;
	}
	return true;
}

/* The rules' lines of a body, sorted. */
static bool
list_lines(const char *body, struct span **ret, size_t *n)
{
	struct span line;
	const char *at;

	*n = 0;
	for (at = body; next_line(&at, &line);)
		*n += 1;
	if ((*ret = calloc(*n + 1, sizeof(**ret))) == NULL)
		return false;
	*n = 0;
	for (at = body; next_line(&at, &line);)
		if (is_rule(&line))
			(*ret)[(*n)++] = line;
	qsort(*ret, *n, sizeof(**ret), compare_lines);
	return true;
}

static void
write_common(FILE *to, const char *old, const struct span *all, size_t n)
{
	struct span line, head = { NULL, 0 };

	while (next_line(&old, &line)) {
		if (is_comment(&line))
			head = line;
		if (!is_rule(&line) ||
		    bsearch(&line, all, n, sizeof(*all), compare_lines) == NULL)
			continue;
		if (head.at != NULL)
			fprintf(to, "\n%.*s\n", (int)head.len, head.at);
		head.at = NULL;
		fprintf(to, "%.*s\n", (int)line.len, line.at);
	}
}

enum twr_status
sudoers_lines_common(const char *old, const char *body, char **ret,
    struct twr_error *err)
{
	struct span *all = NULL;
	char *text = NULL;
	size_t n, len = 0;
	FILE *to = NULL;
	bool bad;

	if (!list_lines(body, &all, &n) ||
	    (to = open_memstream(&text, &len)) == NULL) {
		free(all);
		return twr_fail(err, TWR_ENOMEM, "sudoers: out of memory");
	}
	write_common(to, old, all, n);
	free(all);
	bad = ferror(to) != 0;
	if (fclose(to) != 0 || bad) {
		free(text);
		return twr_fail(err, TWR_ENOMEM, "sudoers: out of memory");
	}
	*ret = text;
	return TWR_OK;
}
