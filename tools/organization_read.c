/* SPDX-License-Identifier: BSD-2-Clause */
#include "organization_read.h"

#include <string.h>

#include "config_text.h"
#include "organization_check.h"
#include "suggest.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
/* clang-format off */
#define FIELD(type, key, kind, needed) \
	{ #key, KIND_##kind, offsetof(struct org_##type, key), needed }
/* clang-format on */

static unsigned
line_of(const config_setting_t *set)
{
	return config_setting_source_line(set);
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
	return twr_fail(rd->err, TWR_EDATA,
	    "%s:%u: \"%s\" is no key of %s; %s%s%s", rd->name, line_of(set),
	    key, gr->what, best != NULL ? "did you mean \"" : "remove it",
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
		if ((rc = reading_value(rd, el, fd, row)) != TWR_OK)
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
	return reading_fail(rd, set,
	    "is not a list; write it as ( {...}, {...} )");
}

static const struct field login_fields[] = {
	FIELD(login, name, TEXT, true),
	FIELD(login, uid, UID, false),
};

enum twr_status
reading_logins(const struct reading *rd, const config_setting_t *set,
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
		return reading_no_memory(rd);
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
	FIELD(role, description, TEXT, true),
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
static const struct org_scope scope_defaults = {
	.sid = "", .status = TWR_SCOPE_ACTIVE, .owner = ""
};
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
/* clang-format off */
#define LIST(type, words, needed) \
	{ #type "s", { words, type##_fields, COUNT(type##_fields) }, \
		sizeof(struct org_##type), &type##_defaults, \
		offsetof(struct organization, type##s), \
		offsetof(struct organization, n_##type##s), needed }
	/* clang-format on */
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
		return reading_no_memory(rd);
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
	{ "role_limit", KIND_NUMBER, offsetof(struct organization, role_limit),
	    false },
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
		rc = reading_no_memory(&rd);
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
