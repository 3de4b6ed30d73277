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

/* Keys of the roles that the rules know by name; see admin_key_is_known(). */
#define ROLE_KEY_ORGANIZATION_OWNER "organization:owner"
#define ROLE_KEY_ORGANIZATION_ADMINISTRATOR "organization:administrator"
#define ROLE_KEY_STANDARD_USER "organization:standard-user"
#define ROLE_KEY_ACCOUNT_OWNER "general:owner"
#define ROLE_KEY_ACCOUNT_ADMINISTRATOR "general:administrator"
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

/* ---- Owners ---- */

/* Who hands an ownership to whom. */
struct admin_transfer {
	const struct user *from; /* NULL: nobody owns it */
	const struct user *to;
	const struct scope *scope; /* the organization, or an account */
	bool by_owner; /* from is acting, or root with --as-root */
};
/*
 * Only the Organization Owner hands the organization over (TWR_EPERM), any
 * administrator an account; always to an active user.
 */
enum twr_status admin_check_transfer(const struct admin_transfer *t,
    struct twr_error *err) TWR_MUST_CHECK;

/* What keeps a user from going: what he owns, and how he goes. */
struct admin_leaving {
	const struct user *user;
	bool owns_organization;
	const char *accounts; /* paths that he owns; "" none */
	bool for_good; /* removed, not deactivated: accounts count too */
};
enum twr_status admin_check_leaving(const struct admin_leaving *l,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- scopes ---- */

struct admin_scope_change {
	const struct scope *scope;
	const struct scope *parent; /* NULL for the organization */
	enum twr_scope_status will;
	/* "FILE:LINE" where the accepted configuration names it or what is
	 * below it; "" when it does not */
	const char *named;
};
enum twr_status admin_check_scope_status(const struct admin_scope_change *c,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- roles ---- */

/* Whether the rules know the role by this key: it must always exist. */
bool admin_key_is_known(const char *key);
/* Key, names and scopes of a role of the organization's own. */
enum twr_status admin_check_role(const struct role *role,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status admin_check_permission(const char *permission,
    struct twr_error *err) TWR_MUST_CHECK;
/* May role, of the organization's own, include other? */
enum twr_status admin_check_inclusion(const struct role *role,
    const struct role *other, struct twr_error *err) TWR_MUST_CHECK;
/* Shipped roles stay as they are. doing: "changed", "deleted" */
enum twr_status admin_check_role_own(const struct role *role, const char *doing,
    struct twr_error *err) TWR_MUST_CHECK;

/* Who would miss a role. */
struct admin_role_use {
	const struct role *role;
	int64_t held; /* assignments in force or to come */
	const char *holders; /* some of them, "bob at acme, ..." */
	const char *includers; /* keys of roles that include it; "" none */
	const char *named; /* "FILE:LINE" of the configuration; "" */
};
enum twr_status admin_check_role_unused(const struct admin_role_use *use,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- settings ---- */

struct admin_setting {
	const char *name;
	int64_t otherwise; /* its value when never set */
	int64_t least, most;
	const char *text; /* what it is, for people */
};
extern const struct admin_setting admin_settings[];
extern const size_t n_admin_settings;
/* TWR_EREFUSED: no such setting, with the nearest. */
enum twr_status admin_find_setting(const char *name,
    const struct admin_setting **ret, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status admin_check_setting(const char *name, int64_t value,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
