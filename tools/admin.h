/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_ADMIN_H
#define TWRBAC_ADMIN_H

/*
 * The administrative rules: what may be changed. Pure functions of the facts
 * they are given: no directory, no clock, no allocation. Each returns TWR_OK
 * or TWR_EREFUSED, then err names the thing, the cause and the cure.
 * change.h gathers the facts and calls them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "directory.h"
#include "status.h"

#define ADMIN_ROLE_LIMIT 25 /* built-in assignments of one user */
#define ADMIN_SCOPE_NAME_MAX 64 /* bytes, organization and accounts */

/* Keys of the roles that the rules know by name. */
#define ROLE_KEY_ORGANIZATION_OWNER "organization:owner"
#define ROLE_KEY_ORGANIZATION_ADMINISTRATOR "organization:administrator"
#define ROLE_KEY_STANDARD_USER "organization:standard-user"
#define ROLE_KEY_ACCOUNT_OWNER "general:owner"
#define ROLE_KEY_HOSTS_ADMIN "hosts:admin"

/* ---- names ---- */

/* One '@' with text around it, printable ASCII without blanks. */
enum twr_status admin_check_email(const char *email,
    struct twr_error *err) TWR_MUST_CHECK;
/* A person's or service's name: UTF-8, 1 to TWR_NAME_MAX bytes. */
enum twr_status admin_check_user_name(const char *name,
    struct twr_error *err) TWR_MUST_CHECK;
/* No '/', not like a SID, not "." or ".."; see ADMIN_SCOPE_NAME_MAX. */
enum twr_status admin_check_scope_name(enum twr_scope_kind kind,
    const char *name, struct twr_error *err) TWR_MUST_CHECK;
/* A reason: UTF-8 without control characters; "" is one. */
enum twr_status admin_check_reason(const char *reason,
    struct twr_error *err) TWR_MUST_CHECK;

#define ADMIN_ALLOW_ROOT 1u /* --allow-root: uid 0 may be mapped */
#define ADMIN_ALLOW_SYSTEM 2u /* --allow-system: uid 1 to uid_min - 1 may */

struct admin_login {
	const char *name;
	uint32_t uid; /* on this host; TWR_UID_UNKNOWN when not known */
	uint32_t uid_min; /* first uid of people, from login.defs */
	unsigned flags; /* ADMIN_ALLOW_... */
};
enum twr_status admin_check_login(const struct admin_login *login,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- assignments ---- */

/* In force when from <= now < until. */
struct admin_window {
	int64_t from; /* TWR_ALWAYS */
	int64_t until; /* TWR_NEVER */
};

enum twr_status admin_check_window(const struct admin_window *w, int64_t now,
    struct twr_error *err) TWR_MUST_CHECK;

/* What adding a window to those already held comes to. */
enum admin_effect {
	ADMIN_ADDS = 1, /* nothing of it was held */
	ADMIN_SAME, /* exactly this window is held: a no-op */
	ADMIN_INSIDE, /* inside what is held: adds nothing */
	ADMIN_EXTENDS, /* the last end becomes later */
	ADMIN_WIDENS /* something held, the last end stays */
};
struct admin_union {
	enum admin_effect effect;
	int64_t was; /* last end before; TWR_ALWAYS when nothing was held */
	int64_t end; /* last end with the new window */
};
/*
 * held: windows of standing assignments of the same user, role, scope and
 * resource, in any order; those that ended by now are passed over. What lies
 * before now counts for nothing.
 */
struct admin_union admin_unite(const struct admin_window *held, size_t n,
    const struct admin_window *w, int64_t now);

/* Facts about one role to be given, or one assignment to be removed. */
struct admin_grant {
	const struct user *user;
	const struct role *role;
	const struct scope *scope;
	const char *resource_type; /* "" without a resource */
	bool scope_usable; /* it and all above it are active */
	int64_t built_in; /* of the user, neither removed nor ended */
	int64_t role_limit;
	bool adds; /* admin_unite() says a row will be written */
};
/* May `assignment add` give this role here? */
enum twr_status admin_check_grant(const struct admin_grant *g,
    struct twr_error *err) TWR_MUST_CHECK;
/* May `assignment remove` take it? Reads user, role and scope only. */
enum twr_status admin_check_removal(const struct admin_grant *g,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- administrators ---- */

/*
 * An administrator is an Organization Owner or Organization Administrator; he
 * counts when he is active and has a login.
 */
struct admin_administrators {
	int64_t counting; /* how many count now */
	bool subject_counts; /* the user concerned is one of them now */
	bool subject_would; /* ... and still will be after the change */
};
/* Refuses when nobody would be left. doing: "suspended", "unmapped"... */
enum twr_status admin_check_last(const struct admin_administrators *a,
    const struct user *user, const char *doing,
    struct twr_error *err) TWR_MUST_CHECK;
/* How many will count after the change. */
int64_t admin_left(const struct admin_administrators *a);

/* The sentence to warn with when only one counts; NULL otherwise. */
const char *admin_second_warning(int64_t counting);

/*
 * May user's organization role change from was to will? Both are keys, such
 * as "organization:administrator"; NULL stands for none. The last
 * administrator is admin_check_last()'s.
 */
enum twr_status admin_check_organization_role(const struct user *user,
    const char *was, const char *will, struct twr_error *err) TWR_MUST_CHECK;

#endif
