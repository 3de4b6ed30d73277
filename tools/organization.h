/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_ORGANIZATION_H
#define TWRBAC_ORGANIZATION_H

/*
 * A whole organization as data: what export writes, what a file declares,
 * and what apply compares. Texts belong to the organization; "" stands for
 * what is not given.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "directory.h"
#include "status.h"

#define ORGANIZATION_FILE_MAX (256u * 1024u * 1024u)

struct org_list {
	const char **items; /* in byte order, each once */
	size_t n;
};

struct org_scope {
	unsigned line; /* in the file; 0: from the directory */
	int64_t id; /* in the directory; 0: not there */
	const char *sid, *path;
	enum twr_scope_status status;
	const char *owner; /* the account Owner's e-mail; "" none */
};

struct org_role {
	unsigned line;
	int64_t id;
	const char *sid, *key, *group, *name, *description;
	uint32_t assignable_at;
	struct org_list permissions, includes;
};

struct org_login {
	unsigned line;
	const char *name;
	uint32_t uid; /* TWR_UID_UNKNOWN */
};

struct org_user {
	unsigned line;
	int64_t id;
	const char *sid, *email, *name;
	enum twr_user_status status;
	enum twr_user_kind kind;
	enum twr_two_factor two_factor;
	const char *organization_role; /* "owner", ..., "none" */
	struct org_login *logins; /* by name */
	size_t n_logins;
};

struct org_assignment {
	unsigned line;
	int64_t id;
	const char *sid, *user, *scope, *role; /* e-mail, path, key */
	int64_t from, until;
	const char *reason, *resource_type, *resource_id;
};

struct org_test {
	unsigned line;
	const char *login, *service, *scope; /* scope "": the rule's own */
	bool allow;
};

struct org_arena;

struct organization {
	struct org_arena *arena; /* of all texts and arrays below */
	unsigned line;
	const char *sid, *name;
	int64_t role_limit;
	struct org_scope *scopes; /* all but the organization, by path */
	size_t n_scopes;
	struct org_role *roles; /* custom ones, by key */
	size_t n_roles;
	struct org_user *users; /* by e-mail */
	size_t n_users;
	/* by e-mail, path, key, window; neither organization roles nor
	 * account Owners */
	struct org_assignment *assignments;
	size_t n_assignments;
	struct org_test *tests; /* in the file's order */
	size_t n_tests;
};

/* "owner" for "organization:owner"; "none" for "" and what is unknown. */
const char *org_role_word(const char *key);
const char *org_role_find(const char *word); /* the same word, or NULL */

/* Release with organization_free(); NULL is allowed. */
void organization_free(struct organization *org);
struct organization *organization_new(void); /* NULL: out of memory */
void *org_get(struct organization *org, size_t n, size_t size); /* zeroed */
const char *org_text(struct organization *org, const char *text);
/* An array of n members with room for one more; NULL: out of memory. */
void *org_grow(struct organization *org, void *array, size_t n, size_t size);
void organization_sort(struct organization *org);
/* In a sorted organization; NULL: there is none. */
struct org_user *org_find_user(const struct organization *org,
    const char *email);
struct org_scope *org_find_scope(const struct organization *org,
    const char *path);
struct org_role *org_find_role(const struct organization *org, const char *key);

/*
 * What dir, in a transaction, holds at now: closed scopes and inactive users
 * too, assignments that neither ended nor were removed.
 */
enum twr_status organization_load(struct directory *dir, int64_t now,
    struct organization **ret, struct twr_error *err) TWR_MUST_CHECK;

/* Write it as libconfig, stable: equal organizations give equal bytes. */
enum twr_status organization_write(const struct organization *org, FILE *to,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Parse what organization_write() writes, or a person wrote. Everything is
 * checked that can be without a directory: words, times, names that are
 * given twice, references inside the file. name stands for the file in
 * messages. TWR_EDATA: "FILE:LINE: cause; cure".
 */
enum twr_status organization_parse(const char *text, const char *name,
    struct organization **ret, struct twr_error *err) TWR_MUST_CHECK;
/* The same from a file that nobody but its owner can write. */
enum twr_status organization_read(const char *path, struct organization **ret,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
