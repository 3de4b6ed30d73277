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

/* One rule's line, and whose it is. */
struct entry {
	struct span line, login;
	size_t at; /* the how manieth */
	bool stays;
};

struct entries {
	struct entry *all;
	size_t n;
};

static int
compare_places(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	return a->at < b->at ? -1 : a->at > b->at;
}

static int
compare_logins(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int way = compare_lines(&a->login, &b->login);

	return way != 0 ? way : compare_places(x, y);
}

/* The first word, or all in the quotes that it begins with. */
static struct span
login_of(const struct span *line)
{
	struct span ret = { line->at, 0 };
	bool quoted = line->at[0] == '"';
	size_t i;

	for (i = quoted; i < line->len; i++) {
		if (line->at[i] == (quoted ? '"' : ' '))
			break;
		if (quoted && line->at[i] == '\\' && i + 1 < line->len &&
		    line->at[i + 1] == '"')
			i++;
	}
	ret.len = i;
	return ret;
}

/* The rules' lines of a body, each login's together, in their order. */
static bool
list_lines(const char *body, struct entries *ret)
{
	struct span line;
	const char *at;
	size_t n = 0;

	for (at = body; next_line(&at, &line);)
		n++;
	ret->n = 0;
	if ((ret->all = calloc(n + 1, sizeof(*ret->all))) == NULL)
		return false;
	for (at = body; next_line(&at, &line);) {
		if (!is_rule(&line))
			continue;
		ret->all[ret->n] = (struct entry) {
			.line = line, .login = login_of(&line), .at = ret->n
		};
		ret->n++;
	}
	qsort(ret->all, ret->n, sizeof(*ret->all), compare_logins);
	return true;
}

/* Where the login's lines end that begin at i. */
static size_t
end_of(const struct entries *en, size_t i)
{
	const struct span *login = &en->all[i].login;

	while (i < en->n && compare_lines(&en->all[i].login, login) == 0)
		i++;
	return i;
}

/* What has all lines of a login in both, and in the same order, stays. */
static void
mark_unchanged(struct entries *old, const struct entries *body)
{
	size_t i, k = 0, n, end;
	bool same;

	for (i = 0; i < old->n; i = end) {
		end = end_of(old, i);
		while (k < body->n &&
		    compare_lines(&body->all[k].login, &old->all[i].login) < 0)
			k = end_of(body, k);
		same = k < body->n && end_of(body, k) - k == end - i;
		for (n = 0; same && n < end - i; n++)
			same = compare_lines(&old->all[i + n].line,
				   &body->all[k + n].line) == 0;
		for (n = i; n < end; n++)
			old->all[n].stays = same;
	}
	qsort(old->all, old->n, sizeof(*old->all), compare_places);
}

static void
write_staying(FILE *to, const char *old, const struct entries *en)
{
	struct span line, head = { NULL, 0 };
	size_t i = 0;

	while (next_line(&old, &line)) {
		if (is_comment(&line))
			head = line;
		if (!is_rule(&line) || !en->all[i++].stays)
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
	struct entries was = { NULL, 0 }, is = { NULL, 0 };
	char *text = NULL;
	size_t len = 0;
	FILE *to = NULL;
	bool bad = true;

	if (list_lines(old, &was) && list_lines(body, &is) &&
	    (to = open_memstream(&text, &len)) != NULL) {
		mark_unchanged(&was, &is);
		write_staying(to, old, &was);
		bad = ferror(to) != 0;
		bad = fclose(to) != 0 || bad;
	}
	free(was.all);
	free(is.all);
	if (bad) {
		free(text);
		return twr_fail(err, TWR_ENOMEM, "sudoers: out of memory");
	}
	*ret = text;
	return TWR_OK;
}
