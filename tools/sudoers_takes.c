/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudoers_takes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sudoers_grammar.h"

/* One entry, and where it stands. */
struct placed {
	struct placed *next;
	struct sudoers_entry entry;
	const char *file;
	unsigned line;
	unsigned seen; /* the walk that came by, where it is an alias */
};

struct file {
	struct file *next;
	char name[];
};

struct sudoers_takes {
	struct placed *first, **last;
	struct file *files;
	unsigned walks;
	bool no_memory; /* while judging */
	/* of the line that is being added */
	const char *file;
	unsigned line;
};

/* ---- keeping lines ---- */

struct sudoers_takes *
sudoers_takes_new(void)
{
	struct sudoers_takes *st = calloc(1, sizeof(*st));

	if (st != NULL)
		st->last = &st->first;
	return st;
}

void
sudoers_takes_free(struct sudoers_takes *st)
{
	struct placed *pl;
	struct file *file;

	while (st != NULL && (pl = st->first) != NULL) {
		st->first = pl->next;
		sudoers_entry_free(&pl->entry);
		free(pl);
	}
	while (st != NULL && (file = st->files) != NULL) {
		st->files = file->next;
		free(file);
	}
	free(st);
}

static bool
keep_entry(void *ctx, struct sudoers_entry *entry)
{
	struct sudoers_takes *st = ctx;
	struct placed *pl = calloc(1, sizeof(*pl));

	if (pl == NULL) {
		sudoers_entry_free(entry);
		return false;
	}
	*pl = (struct placed) {
		.entry = *entry, .file = st->file, .line = st->line
	};
	*st->last = pl;
	st->last = &pl->next;
	return true;
}

/* The newest file is nearly always the one. */
static const char *
keep_name(struct sudoers_takes *st, const char *name)
{
	struct file *file;
	size_t len = strlen(name);

	for (file = st->files; file != NULL; file = file->next)
		if (strcmp(file->name, name) == 0)
			return file->name;
	if ((file = calloc(1, sizeof(*file) + len + 1)) == NULL)
		return NULL;
	memcpy(file->name, name, len);
	file->next = st->files;
	st->files = file;
	return file->name;
}

bool
sudoers_takes_add(struct sudoers_takes *st, const char *file, unsigned line,
    const char *text)
{
	st->line = line;
	if ((st->file = keep_name(st, file)) == NULL)
		return false;
	return sudoers_parse(text, keep_entry, st);
}

/* ---- walking through aliases ---- */

static struct placed *
find_alias(const struct sudoers_takes *st, enum sudoers_kind kind,
    const struct sudoers_item *item)
{
	struct placed *pl;

	if (item->quoted || item->text[0] < 'A' || item->text[0] > 'Z')
		return NULL;
	for (pl = st->first; pl != NULL; pl = pl->next)
		if (pl->entry.kind == kind && pl->entry.name != NULL &&
		    strcmp(pl->entry.name, item->text) == 0)
			return pl;
	return NULL;
}

/* Asked of each item, an alias's name too; true ends the walk. */
typedef bool walk_fn(void *ctx, const struct sudoers_item *item, bool alias);

static const struct sudoers_item *
walk_on(struct sudoers_takes *st, const struct sudoers_items *items,
    enum sudoers_kind kind, walk_fn *fn, void *ctx)
{
	const struct sudoers_item *item, *found;
	struct placed *alias;
	size_t i;

	for (i = 0; i < items->n; i++) {
		item = &items->all[i];
		alias = find_alias(st, kind, item);
		if (fn(ctx, item, alias != NULL))
			return item;
		if (alias == NULL || alias->seen == st->walks)
			continue; /* once in a walk, also in a circle */
		alias->seen = st->walks;
		found = walk_on(st,
		    kind == SUDOERS_CMND_ALIAS ? &alias->entry.commands :
						 &alias->entry.who,
		    kind, fn, ctx);
		if (found != NULL)
			return found;
	}
	return NULL;
}

/* The first item, in items or in what its aliases hold, that fn wants. */
static const struct sudoers_item *
walk(struct sudoers_takes *st, const struct sudoers_items *items,
    enum sudoers_kind kind, walk_fn *fn, void *ctx)
{
	st->walks++;
	return walk_on(st, items, kind, fn, ctx);
}

static bool
is_role(void *ctx, const struct sudoers_item *item, bool alias)
{
	(void)ctx;
	return !alias && strncmp(item->text, "%:", 2) == 0 &&
	    strchr(item->text + 2, ':') != NULL;
}

/* Somebody who is more than a role's members, and not root anyway. */
static bool
is_other(void *ctx, const struct sudoers_item *item, bool alias)
{
	return !alias && !item->negated && !is_role(ctx, item, alias) &&
	    strcmp(item->text, "root") != 0 && strcmp(item->text, "#0") != 0;
}

static bool
is_negated(void *ctx, const struct sudoers_item *item, bool alias)
{
	(void)ctx;
	(void)alias;
	return item->negated;
}

static const struct sudoers_item *
find_role(struct sudoers_takes *st, const struct sudoers_items *items,
    enum sudoers_kind kind)
{
	return walk(st, items, kind, is_role, NULL);
}

/* ---- what is told ---- */

struct judging {
	struct sudoers_takes *st;
	sudoers_takes_fn *fn;
	void *ctx;
};

static void tell(const struct judging *ju, enum sudoers_taking what,
    const struct placed *pl, const char *fmt, ...) TWR_PRINTF(4, 5);

static void
tell(const struct judging *ju, enum sudoers_taking what,
    const struct placed *pl, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ju->fn(ju->ctx, what, pl->file, pl->line, text);
}

static void
judge_negated(const struct judging *ju, const struct placed *pl,
    const struct sudoers_items *items, enum sudoers_kind kind)
{
	const struct sudoers_item *item, *role;
	const struct placed *alias;
	size_t i;

	for (i = 0; i < items->n; i++) {
		item = &items->all[i];
		if (!item->negated ||
		    (alias = find_alias(ju->st, kind, item)) == NULL ||
		    (role = find_role(ju->st, &alias->entry.who, kind)) == NULL)
			continue;
		tell(ju, SUDOERS_TAKES_ALIAS, pl,
		    "!%.64s: this %s (%.256s:%u) holds \"%.128s\"; where there "
		    "is no usable policy nobody is a member of anything, so "
		    "this would let everybody in; write who may, not who may "
		    "not",
		    item->text,
		    kind == SUDOERS_USER_ALIAS ? "User_Alias" : "Runas_Alias",
		    alias->file, alias->line, role->text);
	}
}

static void
judge_defaults(const struct judging *ju, const struct placed *pl,
    enum sudoers_kind kind)
{
	const struct sudoers_item *role;

	judge_negated(ju, pl, &pl->entry.who, kind);
	role = find_role(ju->st, &pl->entry.who, kind);
	if (role != NULL)
		tell(ju, SUDOERS_TAKES_DEFAULTS, pl,
		    "Defaults for \"%.128s\": where there is no usable policy "
		    "nobody is a member of anything, so what \"%.128s\" takes "
		    "away is given back; write it for all in a plain Defaults "
		    "line, or bind it to logins, Unix groups or commands",
		    role->text, pl->entry.settings);
}

static void
judge_commands(const struct judging *ju, const struct placed *pl,
    const struct sudoers_item *role)
{
	const struct sudoers_item *item;

	item = walk(ju->st, &pl->entry.commands, SUDOERS_CMND_ALIAS, is_negated,
	    NULL);
	if (item != NULL)
		tell(ju, SUDOERS_TAKES_COMMAND, pl,
		    "!%.128s on a line for \"%.128s\": where there is no "
		    "usable policy the line counts for nothing, and whatever "
		    "other line allows that command allows it then; name the "
		    "commands that the role may run, and no others",
		    item->text, role->text);
}

/* ---- tags ---- */

/* All commands that an item stands for. */
struct leaves {
	const struct sudoers_item **all;
	size_t n, room;
	bool full; /* out of memory */
};

static bool
add_leaf(void *ctx, const struct sudoers_item *item, bool alias)
{
	struct leaves *lv = ctx;
	size_t room = lv->room * 2 + 16;
	const struct sudoers_item **more;

	if (alias || item->negated || lv->full)
		return false;
	if (lv->n == lv->room) {
		more = reallocarray(lv->all, room, sizeof(*more));
		if (more == NULL) {
			lv->full = true;
			return false;
		}
		lv->all = more;
		lv->room = room;
	}
	lv->all[lv->n++] = item;
	return false;
}

static void
list_leaves(struct sudoers_takes *st, struct sudoers_item *item,
    struct leaves *ret)
{
	const struct sudoers_items one = { item, 1, 1 };

	ret->n = 0;
	(void)walk(st, &one, SUDOERS_CMND_ALIAS, add_leaf, ret);
}

/* ALL, a folder, a pattern: more than one program. */
static bool
is_many(const char *command, size_t len)
{
	return strcmp(command, "ALL") == 0 || command[0] == '^' ||
	    command[len - 1] == '/' || strcspn(command, "*?[") < len;
}

/* Could both be the same program? In doubt they could. */
static bool
may_be_same(const char *a, const char *b)
{
	size_t a_len = strcspn(a, " \t"), b_len = strcspn(b, " \t");

	if (is_many(a, a_len) || is_many(b, b_len))
		return true;
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static const char *
find_shared(const struct leaves *a, const struct leaves *b)
{
	size_t i, k;

	for (i = 0; i < a->n; i++)
		for (k = 0; k < b->n; k++)
			if (may_be_same(a->all[i]->text, b->all[k]->text))
				return b->all[k]->text;
	return NULL;
}

/* Does the item lift what the tag forbids? */
static bool
lacks_tag(const struct sudoers_item *item, unsigned tag)
{
	if (item->negated)
		return false;
	return tag == SUDOERS_TAG_PASSWD ?
	    (item->tags & SUDOERS_TAG_NOPASSWD) != 0 :
	    (item->tags & tag) == 0;
}

/*
 * The first line before pl that allows to others than roles, without the tag,
 * what tagged allows. A later line counts in any case, role or not.
 */
static const struct placed *
find_untagged(struct sudoers_takes *st, const struct placed *pl,
    struct sudoers_item *tagged, unsigned tag, const char **ret_command)
{
	struct leaves ours = { NULL, 0, 0, false }, theirs = ours;
	const struct placed *at;
	size_t i;

	*ret_command = NULL;
	list_leaves(st, tagged, &ours);
	for (at = st->first; at != pl; at = at->next) {
		if (at->entry.kind != SUDOERS_SPEC ||
		    walk(st, &at->entry.who, SUDOERS_USER_ALIAS, is_other,
			NULL) == NULL)
			continue;
		for (i = 0; i < at->entry.commands.n; i++) {
			if (!lacks_tag(&at->entry.commands.all[i], tag))
				continue;
			list_leaves(st, &at->entry.commands.all[i], &theirs);
			*ret_command = find_shared(&ours, &theirs);
			if (*ret_command != NULL)
				goto out;
		}
	}
	at = NULL;
out:
	st->no_memory = st->no_memory || ours.full || theirs.full;
	free(ours.all);
	free(theirs.all);
	return at;
}

static void
judge_tag(const struct judging *ju, const struct placed *pl,
    const struct sudoers_item *role, unsigned tag)
{
	const struct sudoers_items *items = &pl->entry.commands;
	const struct placed *other;
	const char *command;
	size_t i;

	for (i = 0; i < items->n; i++) {
		if (items->all[i].negated || (items->all[i].tags & tag) == 0)
			continue;
		other = find_untagged(ju->st, pl, &items->all[i], tag,
		    &command);
		if (other == NULL)
			continue;
		tell(ju, SUDOERS_TAKES_TAG, pl,
		    "%s on a line for \"%.128s\" ends where there is no usable "
		    "policy: %.256s:%u allows %.128s without it; give that "
		    "line the tag, or let it allow less",
		    sudoers_tag_word(tag), role->text, other->file, other->line,
		    command);
		return;
	}
}

/* ---- all lines ---- */

static void
judge_spec(const struct judging *ju, const struct placed *pl)
{
	static const unsigned tags[] = { SUDOERS_TAG_NOEXEC,
		SUDOERS_TAG_INTERCEPT, SUDOERS_TAG_LOG_INPUT,
		SUDOERS_TAG_LOG_OUTPUT, SUDOERS_TAG_PASSWD };
	const struct sudoers_item *role;
	size_t i;

	judge_negated(ju, pl, &pl->entry.who, SUDOERS_USER_ALIAS);
	judge_negated(ju, pl, &pl->entry.runas, SUDOERS_RUNAS_ALIAS);
	role = find_role(ju->st, &pl->entry.who, SUDOERS_USER_ALIAS);
	if (role == NULL)
		return;
	judge_commands(ju, pl, role);
	for (i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		judge_tag(ju, pl, role, tags[i]);
}

bool
sudoers_takes_judge(struct sudoers_takes *st, sudoers_takes_fn *fn, void *ctx)
{
	const struct judging ju = { st, fn, ctx };
	const struct placed *pl;

	for (pl = st->first; pl != NULL; pl = pl->next) {
		switch (pl->entry.kind) {
		case SUDOERS_SPEC:
			judge_spec(&ju, pl);
			break;
		case SUDOERS_DEFAULTS_RUNAS:
			judge_defaults(&ju, pl, SUDOERS_RUNAS_ALIAS);
			break;
		case SUDOERS_DEFAULTS_USER:
			judge_defaults(&ju, pl, SUDOERS_USER_ALIAS);
			break;
		case SUDOERS_USER_ALIAS:
		case SUDOERS_RUNAS_ALIAS:
			judge_negated(&ju, pl, &pl->entry.who, pl->entry.kind);
			break;
		case SUDOERS_CMND_ALIAS:
			break;
		}
	}
	return !st->no_memory;
}
