/* SPDX-License-Identifier: BSD-2-Clause */
#include "pamd_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "stack.h"

#define BLANK " \t\n"
#define MODULE "pam_twrbac.so"
#define UNTIL "permissive_until="

/* ---- lines, as libpam joins them ---- */

/* Bytes of the line at p that count, without newline and comment. */
static size_t
counting(const char *p, size_t *physical)
{
	*physical = strcspn(p, "\n");
	*physical += p[*physical] == '\n';
	return strcspn(p, "#\n");
}

/*
 * The next whole line from *at on, its parts joined, in joined (as large as
 * the text); *start is where it begins. False: there is none.
 */
static bool
next_line(const char *text, size_t *at, size_t *start, char *joined)
{
	size_t len = 0, n, physical, used;
	bool begun = false, goes_on = true;

	while (goes_on && text[*at] != '\0') {
		const char *p = text + *at;

		used = counting(p, &physical);
		n = used;
		while (n > 0 && strchr(BLANK, p[n - 1]) != NULL)
			n--;
		if (n > 0 && !begun) {
			*start = *at;
			begun = true;
		}
		*at += physical;
		if (n == 0)
			continue; /* empty, or a comment */
		goes_on = p[used] != '#' && p[n - 1] == '\\';
		memcpy(joined + len, p, n);
		len += n;
		if (goes_on)
			joined[len - 1] = ' ';
	}
	joined[len] = '\0';
	return begun;
}

static bool
begins_account(char *joined, pamd_include_fn *has_account, void *ctx)
{
	char *rest = joined;
	const char *type = stack_word(&rest), *file;

	if (type == NULL)
		return false;
	type += *type == '-';
	if (strcasecmp(type, "account") == 0)
		return true;
	if (strcasecmp(type, "@include") != 0)
		return false;
	file = stack_word(&rest);
	return file != NULL && has_account(ctx, file);
}

bool
pamd_edit_place(const char *text, pamd_include_fn *has_account, void *ctx,
    size_t *ret)
{
	char *joined = malloc(strlen(text) + 1);
	size_t at = 0;
	bool found = false;

	while (joined != NULL && !found && next_line(text, &at, ret, joined))
		found = begins_account(joined, has_account, ctx);
	free(joined);
	return found;
}

/* ---- marked lines ---- */

static bool
is_marked(const char *line, size_t len)
{
	const char *hash = memchr(line, '#', len);
	size_t mark = strlen(PAMD_MARK);
	const char *module;

	while (len > 0 && strchr(" \t\r\n", line[len - 1]) != NULL)
		len--;
	if (hash == NULL || (size_t)(line + len - hash) != mark ||
	    memcmp(hash, PAMD_MARK, mark) != 0)
		return false;
	module = memmem(line, (size_t)(hash - line), MODULE, strlen(MODULE));
	return module != NULL;
}

bool
pamd_edit_find(const char *text, size_t from, struct pamd_mark *ret)
{
	size_t at = 0, len;
	unsigned line = 0;

	for (; text[at] != '\0'; at += len) {
		len = strcspn(text + at, "\n");
		len += text[at + len] == '\n';
		line++;
		if (at < from || !is_marked(text + at, len))
			continue;
		*ret = (struct pamd_mark) { at, at + len, line };
		return true;
	}
	return false;
}

bool
pamd_edit_find_module(const char *text, struct pamd_mark *ret)
{
	size_t at = 0, len, used;
	unsigned line = 0;

	for (; text[at] != '\0'; at += len) {
		used = counting(text + at, &len);
		line++;
		if (memmem(text + at, used, MODULE, strlen(MODULE)) == NULL)
			continue;
		*ret = (struct pamd_mark) { at, at + len, line };
		return true;
	}
	return false;
}

char *
pamd_edit_insert(const char *text, size_t at, const char *line)
{
	char *ret = NULL;

	if (asprintf(&ret, "%.*s%s\n%s", (int)at, text, line, text + at) < 0)
		return NULL;
	return ret;
}

char *
pamd_edit_remove(const char *text)
{
	char *ret = strdup(text);
	struct pamd_mark mark = { 0 };

	while (ret != NULL && pamd_edit_find(ret, mark.from, &mark))
		memmove(ret + mark.from, ret + mark.to,
		    strlen(ret + mark.to) + 1);
	return ret;
}

/* ---- permissive_until= in a line ---- */

/* Where the argument stands with the blanks before it; false: nowhere. */
static bool
find_until(const char *text, const struct pamd_mark *mark, size_t *from,
    size_t *to)
{
	size_t hash = mark->from + strcspn(text + mark->from, "#\n"), at, len;

	for (at = mark->from; at < hash; at = *to) {
		*from = at;
		at += strspn(text + at, " \t");
		len = strcspn(text + at, " \t#\n");
		*to = at + len;
		if (*to <= hash && len >= strlen(UNTIL) && *from < at &&
		    strncmp(text + at, UNTIL, strlen(UNTIL)) == 0)
			return true;
		if (*to == *from)
			break;
	}
	return false;
}

/* Without any of them; *at is where the first one stood, or belongs. */
static char *
forbid_one(const char *text, const struct pamd_mark *mark, size_t *at)
{
	char *ret = strdup(text);
	size_t from, to;
	bool found = false;

	while (ret != NULL && find_until(ret, mark, &from, &to)) {
		if (!found)
			*at = from;
		found = true;
		memmove(ret + from, ret + to, strlen(ret + to) + 1);
	}
	if (ret == NULL || found)
		return ret;
	*at = mark->from + strcspn(ret + mark->from, "#\r\n");
	while (*at > mark->from && strchr(" \t", ret[*at - 1]) != NULL)
		(*at)--;
	return ret;
}

char *
pamd_edit_permit_one(const char *text, const struct pamd_mark *mark,
    const char *until)
{
	size_t at = 0;
	char *without = forbid_one(text, mark, &at), *ret = NULL;

	if (without == NULL || until == NULL)
		return without;
	if (asprintf(&ret, "%.*s " UNTIL "%s%s", (int)at, without, until,
		without + at) < 0)
		ret = NULL;
	free(without);
	return ret;
}

char *
pamd_edit_permit(const char *text, const char *until)
{
	char *ret = strdup(text), *more;
	struct pamd_mark mark = { 0 };

	while (ret != NULL && pamd_edit_find(ret, mark.from, &mark)) {
		more = pamd_edit_permit_one(ret, &mark, until);
		free(ret);
		ret = more;
		mark.from++; /* the next one begins later */
	}
	return ret;
}
