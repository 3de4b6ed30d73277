/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudoers_grammar.h"

#include <stdlib.h>
#include <string.h>

/* Where one stands in a line, and whether memory was there until here. */
struct cursor {
	const char *line, *at;
	bool ok;
};

static const struct {
	const char *word;
	unsigned sets, clears;
} tags[] = {
	{ "NOEXEC", SUDOERS_TAG_NOEXEC, 0 },
	{ "EXEC", 0, SUDOERS_TAG_NOEXEC },
	{ "INTERCEPT", SUDOERS_TAG_INTERCEPT, 0 },
	{ "NOINTERCEPT", 0, SUDOERS_TAG_INTERCEPT },
	{ "LOG_INPUT", SUDOERS_TAG_LOG_INPUT, 0 },
	{ "NOLOG_INPUT", 0, SUDOERS_TAG_LOG_INPUT },
	{ "LOG_OUTPUT", SUDOERS_TAG_LOG_OUTPUT, 0 },
	{ "NOLOG_OUTPUT", 0, SUDOERS_TAG_LOG_OUTPUT },
	{ "PASSWD", SUDOERS_TAG_PASSWD, SUDOERS_TAG_NOPASSWD },
	{ "NOPASSWD", SUDOERS_TAG_NOPASSWD, SUDOERS_TAG_PASSWD },
	{ "SETENV", 0, 0 },
	{ "NOSETENV", 0, 0 },
	{ "MAIL", 0, 0 },
	{ "NOMAIL", 0, 0 },
	{ "FOLLOW", 0, 0 },
	{ "NOFOLLOW", 0, 0 },
};

const char *
sudoers_tag_word(unsigned set)
{
	size_t i;

	for (i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		if ((tags[i].sets & set) != 0)
			return tags[i].word;
	return "";
}

static void
free_items(struct sudoers_items *items)
{
	size_t i;

	for (i = 0; i < items->n; i++)
		free(items->all[i].text);
	free(items->all);
}

void
sudoers_entry_free(struct sudoers_entry *entry)
{
	free(entry->name);
	free(entry->settings);
	free_items(&entry->who);
	free_items(&entry->runas);
	free_items(&entry->commands);
	memset(entry, 0, sizeof(*entry));
}

/* "#" before a digit is a uid, or a gid behind %. */
bool
sudoers_is_comment(const char *begin, const char *p)
{
	return *p == '#' && !(p[1] >= '0' && p[1] <= '9') &&
	    !(p[1] == '-' && p[2] >= '0' && p[2] <= '9') &&
	    (p == begin || p[-1] != '\\');
}

/* ---- small steps ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
at_end(const struct cursor *cu)
{
	return !cu->ok || *cu->at == '\0' ||
	    sudoers_is_comment(cu->line, cu->at);
}

static void
skip_blanks(struct cursor *cu)
{
	while (is_blank(*cu->at))
		cu->at++;
}

static bool
take_char(struct cursor *cu, char c)
{
	skip_blanks(cu);
	if (at_end(cu) || *cu->at != c)
		return false;
	cu->at++;
	return true;
}

static bool
take_negation(struct cursor *cu)
{
	bool ret = false;

	while (take_char(cu, '!'))
		ret = !ret;
	skip_blanks(cu);
	return ret;
}

static size_t
capitals(const char *p)
{
	return strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
}

/* A copy of len bytes; what memory does not allow ends the cursor. */
static char *
copy(struct cursor *cu, const char *from, size_t len)
{
	char *ret = strndup(from, len);

	if (ret == NULL)
		cu->ok = false;
	return ret;
}

/* Takes over item.text. */
static void
add_item(struct cursor *cu, struct sudoers_items *to, struct sudoers_item item)
{
	size_t room = to->room * 2 + 4;
	struct sudoers_item *more;

	if (item.text != NULL && to->n == to->room) {
		more = reallocarray(to->all, room, sizeof(*more));
		if (more == NULL) {
			cu->ok = false;
			free(item.text);
			return;
		}
		to->all = more;
		to->room = room;
	}
	if (item.text != NULL)
		to->all[to->n++] = item;
}

/* ---- lists of users ---- */

/* The end of a string in double quotes whose inside begins at p. */
static const char *
end_of_string(const char *p)
{
	while (*p != '\0' && *p != '"')
		p += *p == '\\' && p[1] != '\0' ? 2 : 1;
	return p;
}

/* Behind what stands at p: a string, or one character. */
static const char *
behind(const char *p)
{
	if (*p != '"')
		return p + 1;
	p = end_of_string(p + 1);
	return *p == '"' ? p + 1 : p;
}

static const char *
end_of_word(const char *p)
{
	if (p[0] == '%' && p[1] == ':')
		p += 2;
	while (*p != '\0' && strchr(" \t,=!():\"", *p) == NULL)
		p += *p == '\\' && p[1] != '\0' ? 2 : 1;
	return p;
}

/* One member. False: there is none. */
static bool
take_user(struct cursor *cu, struct sudoers_items *to)
{
	struct sudoers_item item = { .negated = take_negation(cu) };
	const char *end;

	if (at_end(cu))
		return false;
	if (*cu->at == '"') {
		item.quoted = true;
		cu->at++;
		end = end_of_string(cu->at);
	} else {
		end = end_of_word(cu->at);
	}
	if (end == cu->at && !item.quoted)
		return false;
	item.text = copy(cu, cu->at, (size_t)(end - cu->at));
	cu->at = item.quoted && *end == '"' ? end + 1 : end;
	add_item(cu, to, item);
	return cu->ok;
}

static void
take_users(struct cursor *cu, struct sudoers_items *to)
{
	do {
		if (!take_user(cu, to))
			return;
	} while (take_char(cu, ','));
}

/* ---- lists of commands ---- */

/* Behind a regular expression that begins at p with ^. */
static const char *
end_of_regex(const char *p)
{
	for (; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '$' &&
		    (p[1] == '\0' || strchr(" \t,:", p[1]) != NULL))
			return p + 1;
	}
	return p;
}

static const char *
end_of_command(const struct cursor *cu)
{
	const char *p = cu->at;

	while (*p != '\0' && *p != ',' && *p != ':' &&
	    !sudoers_is_comment(cu->line, p)) {
		if (*p == '\\' && p[1] != '\0')
			p += 2;
		else if (*p == '^' && (p == cu->at || is_blank(p[-1])))
			p = end_of_regex(p);
		else
			p++;
	}
	return p;
}

/* "(users : groups)"; of the groups nobody wants to know. */
static void
take_runas(struct cursor *cu, struct sudoers_items *to)
{
	if (!take_char(cu, '('))
		return;
	take_users(cu, to);
	while (!at_end(cu) && *cu->at != ')')
		cu->at = behind(cu->at);
	(void)take_char(cu, ')');
}

static bool
take_tag(struct cursor *cu, unsigned *set)
{
	size_t i, len = capitals(cu->at);
	const char *p = cu->at + len;

	while (is_blank(*p))
		p++;
	if (len == 0 || *p != ':')
		return false;
	for (i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		if (strncmp(cu->at, tags[i].word, len) == 0 &&
		    tags[i].word[len] == '\0') {
			*set = (*set & ~tags[i].clears) | tags[i].sets;
			cu->at = p + 1;
			return true;
		}
	return false; /* such as "ALL : OTHERHOST = ..." */
}

/* NOTAFTER=..., CWD=..., ROLE="...". */
static bool
take_option(struct cursor *cu)
{
	size_t len = capitals(cu->at);
	const char *p = cu->at + len;

	while (is_blank(*p))
		p++;
	if (len == 0 || *p != '=')
		return false;
	for (p++; is_blank(*p);)
		p++;
	if (*p == '"')
		p = behind(p);
	while (*p != '\0' && !is_blank(*p) && *p != ',')
		p++;
	cu->at = p;
	return true;
}

/* "sha256:DIGEST", several with commas between them. */
static bool
take_digest(struct cursor *cu)
{
	if (strncmp(cu->at, "sha", 3) != 0 ||
	    strspn(cu->at + 3, "0123456789") != 3)
		return false;
	cu->at += 6;
	if (!take_char(cu, ':'))
		return false;
	skip_blanks(cu);
	while (*cu->at != '\0' && !is_blank(*cu->at) && *cu->at != ',')
		cu->at++;
	(void)take_char(cu, ',');
	return true;
}

static void
skip_before_command(struct cursor *cu, struct sudoers_items *runas,
    unsigned *set)
{
	const char *before;

	do {
		before = cu->at;
		skip_blanks(cu);
		if (runas != NULL)
			take_runas(cu, runas);
		skip_blanks(cu);
	} while (!at_end(cu) &&
	    (take_digest(cu) ||
		(runas != NULL && (take_option(cu) || take_tag(cu, set)))) &&
	    cu->at != before);
	skip_blanks(cu);
}

/* runas NULL: members of a Cmnd_Alias. */
static void
take_commands(struct cursor *cu, struct sudoers_items *runas,
    struct sudoers_items *to)
{
	struct sudoers_item item;
	unsigned set = 0;
	const char *end;

	do {
		item = (struct sudoers_item) { .text = NULL };
		skip_before_command(cu, runas, &set);
		item.negated = take_negation(cu);
		(void)take_digest(cu);
		skip_blanks(cu);
		item.tags = set;
		end = end_of_command(cu);
		if (at_end(cu) || end == cu->at)
			return;
		while (end > cu->at && is_blank(end[-1]))
			end--;
		item.text = copy(cu, cu->at, (size_t)(end - cu->at));
		cu->at = end;
		add_item(cu, to, item);
	} while (take_char(cu, ','));
}

/* ---- lines ---- */

static bool
hand_over(struct cursor *cu, struct sudoers_entry *entry, sudoers_entry_fn *fn,
    void *ctx)
{
	if (cu->ok)
		return fn(ctx, entry);
	sudoers_entry_free(entry);
	return false;
}

/* "NAME = list : NAME = list" */
static bool
parse_aliases(struct cursor *cu, enum sudoers_kind kind, sudoers_entry_fn *fn,
    void *ctx)
{
	struct sudoers_entry entry;
	size_t len;

	do {
		entry = (struct sudoers_entry) { .kind = kind };
		skip_blanks(cu);
		if ((len = capitals(cu->at)) == 0)
			return true;
		entry.name = copy(cu, cu->at, len);
		cu->at += len;
		if (take_char(cu, '=')) {
			if (kind == SUDOERS_CMND_ALIAS)
				take_commands(cu, NULL, &entry.commands);
			else
				take_users(cu, &entry.who);
		}
		if (!hand_over(cu, &entry, fn, ctx))
			return false;
	} while (take_char(cu, ':'));
	return true;
}

static bool
parse_defaults(struct cursor *cu, sudoers_entry_fn *fn, void *ctx)
{
	struct sudoers_entry entry = { .kind = SUDOERS_DEFAULTS_USER };

	if (*cu->at == '>')
		entry.kind = SUDOERS_DEFAULTS_RUNAS;
	else if (*cu->at != ':')
		return true; /* for all, for a host, for a command */
	cu->at++;
	take_users(cu, &entry.who);
	skip_blanks(cu);
	entry.settings = copy(cu, cu->at, strlen(cu->at));
	return hand_over(cu, &entry, fn, ctx);
}

static bool
parse_spec(struct cursor *cu, sudoers_entry_fn *fn, void *ctx)
{
	struct sudoers_entry entry = { .kind = SUDOERS_SPEC };

	take_users(cu, &entry.who);
	do {
		while (!at_end(cu) && *cu->at != '=')
			cu->at = behind(cu->at);
		if (take_char(cu, '='))
			take_commands(cu, &entry.runas, &entry.commands);
	} while (take_char(cu, ':'));
	return hand_over(cu, &entry, fn, ctx);
}

static bool
take_keyword(struct cursor *cu, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(cu->at, word, len) != 0 || !is_blank(cu->at[len]))
		return false;
	cu->at += len;
	return true;
}

bool
sudoers_parse(const char *line, sudoers_entry_fn *fn, void *ctx)
{
	static const struct {
		const char *word;
		enum sudoers_kind kind;
	} aliases[] = {
		{ "User_Alias", SUDOERS_USER_ALIAS },
		{ "Runas_Alias", SUDOERS_RUNAS_ALIAS },
		{ "Cmnd_Alias", SUDOERS_CMND_ALIAS },
		{ "Cmd_Alias", SUDOERS_CMND_ALIAS },
	};
	struct cursor cu = { line, line, true };
	size_t i;

	skip_blanks(&cu);
	if (at_end(&cu) || take_keyword(&cu, "Host_Alias"))
		return true;
	for (i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (take_keyword(&cu, aliases[i].word))
			return parse_aliases(&cu, aliases[i].kind, fn, ctx);
	if (strncmp(cu.at, "Defaults", 8) == 0 &&
	    (cu.at[8] == '\0' || strchr("@:!> \t", cu.at[8]) != NULL)) {
		cu.at += 8;
		return parse_defaults(&cu, fn, ctx);
	}
	return parse_spec(&cu, fn, ctx);
}
