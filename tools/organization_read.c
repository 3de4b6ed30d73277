/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libconfig.h>

#include "config_text.h"
#include "organization.h"
#include "organization_check.h"
#include "suggest.h"
#include "text.h"

enum kind {
	KIND_TEXT,
	KIND_TIME,
	KIND_BOOL,
	KIND_NUMBER, /* int64_t */
	KIND_UID,
	KIND_SCOPE_STATUS,
	KIND_USER_STATUS,
	KIND_USER_KIND,
	KIND_TWO_FACTOR,
	KIND_KINDS, /* of scopes */
	KIND_LIST,
	KIND_LOGINS
};

/* One key of a group: what its value is and where it goes. */
struct field {
	const char *key;
	enum kind kind;
	size_t offset;
	bool needed;
};

struct group {
	const char *what; /* "a user" */
	const struct field *fields;
	size_t n;
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define FIELD(type, key, kind, needed) \
	{ #key, KIND_##kind, offsetof(struct org_##type, key), needed }

struct reading {
	const char *name; /* of the file */
	struct organization *org;
	struct twr_error *err;
};

static unsigned
line_of(const config_setting_t *set)
{
	return config_setting_source_line(set);
}

static enum twr_status
fail(const struct reading *rd, const config_setting_t *set, const char *cause)
{
	const char *key = config_setting_name(set);

	return twr_fail(rd->err, TWR_EDATA, "%s:%u: \"%s\" %s", rd->name,
	    line_of(set), key != NULL ? key : "a member", cause);
}

static enum twr_status
no_memory(const struct reading *rd)
{
	return twr_fail(rd->err, TWR_ENOMEM, "%s: out of memory", rd->name);
}

/* ---- values ---- */

static enum twr_status
read_text(const struct reading *rd, const config_setting_t *set,
    const char **ret)
{
	const char *text = config_setting_get_string(set);

	if (text == NULL)
		return fail(rd, set, "is not a string; write it in double "
				     "quotes");
	if (*text == '\0')
		return fail(rd, set, "is empty; write a value, or leave it "
				     "out");
	*ret = org_text(rd->org, text);
	return *ret != NULL ? TWR_OK : no_memory(rd);
}

static enum twr_status
read_time(const struct reading *rd, const config_setting_t *set, int64_t *ret)
{
	const char *text = config_setting_get_string(set);

	if (text == NULL || !twr_time_parse(text, ret))
		return fail(rd, set, "is not a time; write it as "
				     "\"2026-12-31T00:00:00Z\"");
	return TWR_OK;
}

static enum twr_status
read_number(const struct reading *rd, const config_setting_t *set,
    int64_t max, int64_t *ret)
{
	int type = config_setting_type(set);

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return fail(rd, set, "is not a whole number; write it without "
				     "quotes");
	*ret = config_setting_get_int64(set);
	if (*ret < 0 || *ret > max)
		return fail(rd, set, "is out of range; correct it");
	return TWR_OK;
}

/* A word of an enum whose values follow each other from 1. */
static enum twr_status
read_word(const struct reading *rd, const config_setting_t *set,
    const char *(*word)(int value), int *ret)
{
	const char *text = config_setting_get_string(set), *best;
	struct suggestion sg;
	int value;

	suggest_init(&sg, text != NULL ? text : "");
	for (value = 1; text != NULL && value <= 3; value++) {
		if (word(value) == NULL)
			break;
		suggest_offer(&sg, word(value));
		if (strcmp(word(value), text) == 0) {
			*ret = value;
			return TWR_OK;
		}
	}
	if (text != NULL && (best = suggest_best(&sg)) != NULL)
		return twr_fail(rd->err, TWR_EDATA,
		    "%s:%u: \"%s\" is no %s; did you mean \"%s\"?", rd->name,
		    line_of(set), text, config_setting_name(set), best);
	return twr_fail(rd->err, TWR_EDATA,
	    "%s:%u: %s must be \"%s\", \"%s\"%s%s%s", rd->name, line_of(set),
	    config_setting_name(set), word(1), word(2),
	    word(3) != NULL ? " or \"" : "",
	    word(3) != NULL ? word(3) : "", word(3) != NULL ? "\"" : "");
}

static const char *
word_scope_status(int value)
{
	return twr_scope_status_word((enum twr_scope_status)value);
}

static const char *
word_user_status(int value)
{
	return twr_user_status_word((enum twr_user_status)value);
}

static const char *
word_user_kind(int value)
{
	return value > TWR_KIND_SERVICE ?
	    NULL :
	    twr_user_kind_word((enum twr_user_kind)value);
}

static const char *
word_two_factor(int value)
{
	return twr_two_factor_word((enum twr_two_factor)value);
}

static const char *
word_scope_kind(int value)
{
	return twr_scope_kind_word((enum twr_scope_kind)value);
}

static int
compare_items(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* Strings in [ ], or in ( ) since both look alike to people. */
static enum twr_status
read_list(const struct reading *rd, const config_setting_t *set,
    struct org_list *ret)
{
	const config_setting_t *el;
	enum twr_status rc;
	int i, n = config_setting_length(set);

	if (config_setting_is_aggregate(set) == CONFIG_FALSE ||
	    config_setting_is_group(set) == CONFIG_TRUE)
		return fail(rd, set, "is not a list; write it as "
				     "[\"one\", \"two\"]");
	ret->items = org_get(rd->org, (size_t)n + 1, sizeof(*ret->items));
	if (ret->items == NULL)
		return no_memory(rd);
	for (i = 0; i < n; i++) {
		el = config_setting_get_elem(set, (unsigned)i);
		rc = read_text(rd, el, &ret->items[ret->n]);
		if (rc != TWR_OK)
			return rc;
		ret->n++;
	}
	if (ret->n > 1)
		qsort(ret->items, ret->n, sizeof(*ret->items), compare_items);
	for (i = 1; i < n; i++)
		if (strcmp(ret->items[i], ret->items[i - 1]) == 0)
			return fail(rd, set, "names something twice; name it "
					     "once");
	return TWR_OK;
}

static enum twr_status
read_kinds(const struct reading *rd, const config_setting_t *set,
    uint32_t *ret)
{
	struct org_list list = { NULL, 0 };
	enum twr_status rc = read_list(rd, set, &list);
	size_t i;
	int kind;

	for (i = 0; rc == TWR_OK && i < list.n; i++) {
		for (kind = TWR_SCOPE_ORGANIZATION;
		     kind <= TWR_SCOPE_SUBACCOUNT; kind++)
			if (strcmp(word_scope_kind(kind), list.items[i]) == 0)
				break;
		if (kind > TWR_SCOPE_SUBACCOUNT)
			return fail(rd, set, "names no kind of scope; there "
					     "are organization, account and "
					     "subaccount");
		*ret |= ASSIGNABLE(kind);
	}
	return rc;
}

static enum twr_status read_logins(const struct reading *rd,
    const config_setting_t *set, struct org_user *us);

static enum twr_status
read_value(const struct reading *rd, const config_setting_t *set,
    const struct field *fd, void *row)
{
	void *to = (char *)row + fd->offset;
	int64_t number = 0;
	int word = 0;
	enum twr_status rc = TWR_OK;

	switch (fd->kind) {
	case KIND_TEXT:
		return read_text(rd, set, to);
	case KIND_TIME:
		return read_time(rd, set, to);
	case KIND_NUMBER:
		return read_number(rd, set, INT64_MAX, to);
	case KIND_LIST:
		return read_list(rd, set, to);
	case KIND_KINDS:
		return read_kinds(rd, set, to);
	case KIND_LOGINS:
		return read_logins(rd, set, row);
	case KIND_UID:
		rc = read_number(rd, set, TWR_UID_UNKNOWN - 1, &number);
		*(uint32_t *)to = (uint32_t)number;
		return rc;
	case KIND_BOOL:
		if (config_setting_type(set) != CONFIG_TYPE_BOOL)
			return fail(rd, set, "must be true or false");
		*(bool *)to = config_setting_get_bool(set) == CONFIG_TRUE;
		return TWR_OK;
	case KIND_SCOPE_STATUS:
		rc = read_word(rd, set, word_scope_status, &word);
		*(enum twr_scope_status *)to = (enum twr_scope_status)word;
		return rc;
	case KIND_USER_STATUS:
		rc = read_word(rd, set, word_user_status, &word);
		*(enum twr_user_status *)to = (enum twr_user_status)word;
		return rc;
	case KIND_USER_KIND:
		rc = read_word(rd, set, word_user_kind, &word);
		*(enum twr_user_kind *)to = (enum twr_user_kind)word;
		return rc;
	case KIND_TWO_FACTOR:
		rc = read_word(rd, set, word_two_factor, &word);
		*(enum twr_two_factor *)to = (enum twr_two_factor)word;
		return rc;
	}
	return rc;
}

/* ---- groups ---- */

static const struct field *
find_field(const struct group *gr, const char *key)
{
	size_t i;

	for (i = 0; i < gr->n; i++)
		if (strcmp(gr->fields[i].key, key) == 0)
			return &gr->fields[i];
	return NULL;
}

static enum twr_status
unknown_key(const struct reading *rd, const config_setting_t *set,
    const struct group *gr)
{
	const char *key = config_setting_name(set), *best;
	struct suggestion sg;
	size_t i;

	suggest_init(&sg, key);
	for (i = 0; i < gr->n; i++)
		suggest_offer(&sg, gr->fields[i].key);
	best = suggest_best(&sg);
	return twr_fail(rd->err, TWR_EDATA, "%s:%u: \"%s\" is no key of %s; %s%s%s",
	    rd->name, line_of(set), key, gr->what,
	    best != NULL ? "did you mean \"" : "remove it",
	    best != NULL ? best : "", best != NULL ? "\"?" : "");
}

static enum twr_status
read_group(const struct reading *rd, const config_setting_t *set,
    const struct group *gr, void *row)
{
	const config_setting_t *el;
	const struct field *fd;
	enum twr_status rc;
	size_t k;
	int i, n;

	if (config_setting_is_group(set) == CONFIG_FALSE)
		return twr_fail(rd->err, TWR_EDATA,
		    "%s:%u: %s is written in braces: { ... }", rd->name,
		    line_of(set), gr->what);
	n = config_setting_length(set);
	for (i = 0; i < n; i++) {
		el = config_setting_get_elem(set, (unsigned)i);
		fd = find_field(gr, config_setting_name(el));
		if (fd == NULL)
			return unknown_key(rd, el, gr);
		if ((rc = read_value(rd, el, fd, row)) != TWR_OK)
			return rc;
	}
	for (k = 0; k < gr->n; k++)
		if (gr->fields[k].needed &&
		    config_setting_get_member(set, gr->fields[k].key) == NULL)
			return twr_fail(rd->err, TWR_EDATA,
			    "%s:%u: %s lacks \"%s\"; add it", rd->name,
			    line_of(set), gr->what, gr->fields[k].key);
	return TWR_OK;
}

static enum twr_status
check_list(const struct reading *rd, const config_setting_t *set)
{
	if (config_setting_is_list(set) == CONFIG_TRUE)
		return TWR_OK;
	return fail(rd, set, "is not a list; write it as ( {...}, {...} )");
}

static const struct field login_fields[] = {
	FIELD(login, name, TEXT, true),
	FIELD(login, uid, UID, false),
};

static enum twr_status
read_logins(const struct reading *rd, const config_setting_t *set,
    struct org_user *us)
{
	static const struct group gr = { "a login", login_fields,
		COUNT(login_fields) };
	const config_setting_t *el;
	struct org_login *lo;
	enum twr_status rc = check_list(rd, set);
	int i, n = config_setting_length(set);

	if (rc != TWR_OK)
		return rc;
	us->logins = org_get(rd->org, (size_t)n + 1, sizeof(*us->logins));
	if (us->logins == NULL)
		return no_memory(rd);
	for (i = 0; rc == TWR_OK && i < n; i++) {
		el = config_setting_get_elem(set, (unsigned)i);
		lo = &us->logins[us->n_logins++];
		lo->line = line_of(el);
		lo->uid = TWR_UID_UNKNOWN;
		rc = read_group(rd, el, &gr, lo);
	}
	return rc;
}

static const struct field scope_fields[] = {
	FIELD(scope, path, TEXT, true),
	FIELD(scope, sid, TEXT, false),
	FIELD(scope, status, SCOPE_STATUS, false),
	FIELD(scope, owner, TEXT, false),
};
static const struct field role_fields[] = {
	FIELD(role, key, TEXT, true),
	FIELD(role, sid, TEXT, false),
	FIELD(role, group, TEXT, true),
	FIELD(role, name, TEXT, true),
	FIELD(role, description, TEXT, false),
	FIELD(role, assignable_at, KINDS, true),
	FIELD(role, permissions, LIST, false),
	FIELD(role, includes, LIST, false),
};
static const struct field user_fields[] = {
	FIELD(user, email, TEXT, true),
	FIELD(user, sid, TEXT, false),
	FIELD(user, name, TEXT, false),
	FIELD(user, status, USER_STATUS, false),
	FIELD(user, kind, USER_KIND, false),
	FIELD(user, two_factor, TWO_FACTOR, false),
	FIELD(user, organization_role, TEXT, false),
	FIELD(user, logins, LOGINS, false),
};
static const struct field assignment_fields[] = {
	FIELD(assignment, user, TEXT, true),
	FIELD(assignment, scope, TEXT, true),
	FIELD(assignment, role, TEXT, true),
	FIELD(assignment, sid, TEXT, false),
	FIELD(assignment, from, TIME, false),
	FIELD(assignment, until, TIME, false),
	FIELD(assignment, reason, TEXT, false),
	FIELD(assignment, resource_type, TEXT, false),
	FIELD(assignment, resource_id, TEXT, false),
};
static const struct field test_fields[] = {
	FIELD(test, login, TEXT, true),
	FIELD(test, service, TEXT, true),
	FIELD(test, scope, TEXT, false),
	FIELD(test, allow, BOOL, true),
};

/* What a row holds where the file says nothing. */
static const struct org_scope scope_defaults = { .sid = "",
	.status = TWR_SCOPE_ACTIVE,
	.owner = "" };
static const struct org_role role_defaults = { .sid = "", .description = "" };
static const struct org_user user_defaults = { .sid = "",
	.name = "",
	.status = TWR_USER_ACTIVE,
	.kind = TWR_KIND_PERSON,
	.two_factor = TWR_2FA_UNKNOWN,
	.organization_role = "" };
static const struct org_assignment assignment_defaults = { .sid = "",
	.from = TWR_ALWAYS,
	.until = TWR_NEVER,
	.reason = "",
	.resource_type = "",
	.resource_id = "" };
static const struct org_test test_defaults = { .scope = "" };

/* The lists of the file. line is the first member of all their rows. */
static const struct list {
	const char *key;
	struct group group;
	size_t size;
	const void *defaults;
	size_t array, count; /* offsets in struct organization */
	bool needed;
} lists[] = {
#define LIST(type, words, needed) \
	{ #type "s", { words, type##_fields, COUNT(type##_fields) }, \
		sizeof(struct org_##type), &type##_defaults, \
		offsetof(struct organization, type##s), \
		offsetof(struct organization, n_##type##s), needed }
	LIST(scope, "a scope", true),
	LIST(role, "a role", true),
	LIST(user, "a user", true),
	LIST(assignment, "an assignment", true),
	LIST(test, "a test", false),
#undef LIST
};

static enum twr_status
read_rows(const struct reading *rd, const config_setting_t *set,
    const struct list *li)
{
	const config_setting_t *el;
	size_t *count = (size_t *)(void *)((char *)rd->org + li->count);
	char *row;
	enum twr_status rc = check_list(rd, set);
	int i, n = config_setting_length(set);

	if (rc != TWR_OK)
		return rc;
	if ((row = org_get(rd->org, (size_t)n + 1, li->size)) == NULL)
		return no_memory(rd);
	memcpy((char *)rd->org + li->array, &row, sizeof(row));
	for (i = 0; rc == TWR_OK && i < n; i++, row += li->size) {
		el = config_setting_get_elem(set, (unsigned)i);
		memcpy(row, li->defaults, li->size);
		*(unsigned *)(void *)row = line_of(el);
		(*count)++;
		rc = read_group(rd, el, &li->group, row);
	}
	return rc;
}

/* ---- the whole ---- */

static const struct field organization_fields[] = {
	{ "name", KIND_TEXT, offsetof(struct organization, name), true },
	{ "sid", KIND_TEXT, offsetof(struct organization, sid), false },
};
static const struct field setting_fields[] = {
	{ "role_limit", KIND_NUMBER,
	    offsetof(struct organization, role_limit), false },
};

static enum twr_status
read_top(const struct reading *rd, const config_setting_t *set)
{
	static const struct group organization = { "the organization",
		organization_fields, COUNT(organization_fields) };
	static const struct group settings = { "the settings", setting_fields,
		COUNT(setting_fields) };
	/* only for its keys */
	static const struct field top[] = { { "organization", 0, 0, 0 },
		{ "settings", 0, 0, 0 }, { "scopes", 0, 0, 0 },
		{ "roles", 0, 0, 0 }, { "users", 0, 0, 0 },
		{ "assignments", 0, 0, 0 }, { "tests", 0, 0, 0 } };
	static const struct group keys = { "the file", top, COUNT(top) };
	const char *key = config_setting_name(set);
	size_t i;

	if (strcmp(key, "organization") == 0) {
		rd->org->line = line_of(set);
		return read_group(rd, set, &organization, rd->org);
	}
	if (strcmp(key, "settings") == 0)
		return read_group(rd, set, &settings, rd->org);
	for (i = 0; i < COUNT(lists); i++)
		if (strcmp(key, lists[i].key) == 0)
			return read_rows(rd, set, &lists[i]);
	return unknown_key(rd, set, &keys);
}

static enum twr_status
read_root(const struct reading *rd, const config_t *lc)
{
	const config_setting_t *root = config_root_setting(lc);
	enum twr_status rc = TWR_OK;
	size_t k;
	int i, n = config_setting_length(root);

	for (i = 0; rc == TWR_OK && i < n; i++)
		rc = read_top(rd, config_setting_get_elem(root, (unsigned)i));
	if (rc != TWR_OK)
		return rc;
	if (rd->org->line == 0)
		return twr_fail(rd->err, TWR_EDATA,
		    "%s:1: there is no organization; begin with organization "
		    "= { name = \"...\"; };",
		    rd->name);
	for (k = 0; k < COUNT(lists); k++)
		if (lists[k].needed &&
		    config_setting_get_member(root, lists[k].key) == NULL)
			return twr_fail(rd->err, TWR_EDATA,
			    "%s:1: there is no list \"%s\"; a missing one "
			    "could be a lost one: write %s = ( ); for none",
			    rd->name, lists[k].key, lists[k].key);
	return organization_check(rd->org, rd->name, rd->err);
}

static enum twr_status
explain(config_t *lc, const char *text, const struct reading *rd)
{
	const char *what = config_error_text(lc);
	unsigned line = config_error_line(lc) > 0 ?
	    (unsigned)config_error_line(lc) :
	    1;

	if (what != NULL && strstr(what, "duplicate") != NULL)
		return config_text_repeated(text, rd->name, line, rd->err);
	return config_text_explain(text, rd->name, line,
	    what != NULL ? what : "syntax error", rd->err);
}

enum twr_status
organization_parse(const char *text, const char *name,
    struct organization **ret, struct twr_error *err)
{
	struct reading rd = { name, NULL, err };
	config_t lc;
	enum twr_status rc;

	config_init(&lc);
	if ((rc = config_text_check(text, name, err)) != TWR_OK)
		goto out;
	if ((rd.org = organization_new()) == NULL) {
		rc = no_memory(&rd);
		goto out;
	}
	rd.org->role_limit = -1; /* not given: stays as it is */
	if (config_read_string(&lc, text) != CONFIG_TRUE) {
		rc = explain(&lc, text, &rd);
		goto out;
	}
	if ((rc = read_root(&rd, &lc)) != TWR_OK)
		goto out;
	*ret = rd.org;
	rd.org = NULL; /* the caller owns it now */
out:
	config_destroy(&lc);
	organization_free(rd.org);
	return rc;
}

/* ---- the file ---- */

static enum twr_status
judge_file(const char *path, const struct stat *st, struct twr_error *err)
{
	if (!S_ISREG(st->st_mode))
		return twr_fail(err, TWR_EUNSAFE,
		    "%s: is not a regular file; name one", path);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return twr_fail(err, TWR_EUNSAFE,
		    "%s: group or others can write it; chmod go-w it, once "
		    "you have read what it says now", path);
	if ((uint64_t)st->st_size > ORGANIZATION_FILE_MAX)
		return twr_fail(err, TWR_EDATA,
		    "%s: is larger than %u bytes", path,
		    ORGANIZATION_FILE_MAX);
	return TWR_OK;
}

static enum twr_status
read_text_of(int fd, const char *path, const struct stat *st, char **ret,
    struct twr_error *err)
{
	size_t size = (size_t)st->st_size, len = 0;
	ssize_t got = 1;
	char *text = malloc(size + 1);

	if (text == NULL)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
	while (len < size && got > 0) {
		got = read(fd, text + len, size - len);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			len += (size_t)got;
	}
	text[len] = '\0';
	*ret = text;
	if (got < 0)
		return twr_fail(err, TWR_EUNREADABLE, "%s: %s", path,
		    strerror(errno));
	if (strlen(text) != len)
		return twr_fail(err, TWR_EDATA,
		    "%s: holds a NUL byte; it must be plain text", path);
	return TWR_OK;
}

enum twr_status
organization_read(const char *path, struct organization **ret,
    struct twr_error *err)
{
	struct stat st;
	char *text = NULL;
	enum twr_status rc;
	int fd;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return twr_fail(err,
		    errno == ENOENT ? TWR_ENOENT : TWR_EUNREADABLE, "%s: %s",
		    path, strerror(errno));
	if (fstat(fd, &st) != 0)
		rc = twr_fail(err, TWR_EUNREADABLE, "%s: %s", path,
		    strerror(errno));
	else if ((rc = judge_file(path, &st, err)) == TWR_OK &&
	    (rc = read_text_of(fd, path, &st, &text, err)) == TWR_OK)
		rc = organization_parse(text, path, ret, err);
	(void)close(fd);
	free(text);
	return rc;
}
