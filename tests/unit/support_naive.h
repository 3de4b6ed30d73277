/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_TEST_SUPPORT_NAIVE_H
#define TWR_TEST_SUPPORT_NAIVE_H

/*
 * The oracle: a second, slow implementation of the decision, written from
 * the design alone. It works on plain lists of names; scopes are paths,
 * inheritance is a question of how a path begins, roles and permissions are
 * looked for by name each time. Nothing is resolved, numbered or sorted. It
 * shares with the real one only the words for verdicts and reasons.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"

#define NAIVE_LIST 4 /* names in one list; NULL ends a shorter one */

struct naive_scope {
	char path[64]; /* acme, acme/a1, acme/a1/s1 */
	const char *status; /* active, suspended, closed */
};

struct naive_role {
	char name[16];
	const char *includes[NAIVE_LIST];
	const char *permissions[NAIVE_LIST];
};

struct naive_user {
	char name[16];
	const char *status; /* active, inactive, suspended */
	bool automation;
	bool enrolled;
};

struct naive_login {
	char name[16];
	const char *user; /* NULL: mapped once, and no more */
	uint32_t uid;
};

struct naive_assignment {
	const char *user, *role, *scope;
	int64_t from, until;
	bool removed; /* at .until */
	bool resource;
};

struct naive_rule {
	const char *service;
	const char *scope;
	const char *any_role[NAIVE_LIST], *all_roles[NAIVE_LIST];
	const char *any_permission[NAIVE_LIST], *all_permissions[NAIVE_LIST];
	bool two_factor;
	const char *subject; /* user, invoker, NULL: by service */
};

struct naive_exempt {
	const char *services[NAIVE_LIST]; /* "*": any */
	const char *logins[NAIVE_LIST]; /* none: not by login */
	bool system_accounts, everyone;
};

struct naive_permissive {
	const char *service; /* "*": all */
	int64_t until;
};

struct naive_account { /* a line of /etc/passwd */
	const char *login;
	uint32_t uid;
};

struct naive_world {
	struct naive_scope scopes[16];
	size_t n_scopes;
	struct naive_role roles[12];
	size_t n_roles;
	struct naive_user users[12];
	size_t n_users;
	struct naive_login logins[20];
	size_t n_logins;
	struct naive_assignment assignments[64];
	size_t n_assignments;
	struct naive_rule rules[8];
	size_t n_rules;
	struct naive_exempt exempt[4];
	size_t n_exempt;
	struct naive_permissive permissive[3];
	size_t n_permissive;
	const struct naive_account *accounts;
	size_t n_accounts;
	uint32_t uid_min;
	int64_t stale_at;
};

struct naive_request {
	const char *service, *user, *invoker;
	int64_t now;
	uint32_t real_uid;
	/*
	 * A role question about user: real_uid is that of his account. scope
	 * NULL: that of the rule for sudo.
	 */
	const char *role, *scope;
};

struct naive_answer {
	enum twr_verdict verdict;
	enum twr_reason reason;
	bool permissive;
};

/* Faults to plant, to prove that a difference would be seen. */
enum naive_fault {
	NAIVE_SOUND,
	NAIVE_UPWARDS, /* a role below the rule's scope counts */
	NAIVE_SIDEWAYS, /* a role of a sibling counts */
	NAIVE_LATE_END, /* the last second is one too late */
	NAIVE_LATE_BEGIN, /* the first second does not count */
	NAIVE_ALL_AS_ANY, /* one of all_roles suffices */
	NAIVE_SUSPENDED_PASSES, /* a suspended user counts as active */
	NAIVE_SCOPE_ABOVE_IGNORED, /* only the scope itself must be active */
	NAIVE_NO_INCLUSION, /* included roles do not count */
	NAIVE_RESOURCE_COUNTS, /* limited to a resource, but counts */
	NAIVE_TOMBSTONE_EXEMPT, /* an unmapped login is a system account */
	NAIVE_UID_IGNORED, /* anybody may speak for an invoker */
	NAIVE_FAULTS
};
const char *naive_fault_word(enum naive_fault fault);

struct naive_answer naive_decide(const struct naive_world *nw,
    const struct naive_request *rq, enum naive_fault fault);

#endif
