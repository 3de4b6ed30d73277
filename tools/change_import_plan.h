/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CHANGE_IMPORT_PLAN_H
#define TWRBAC_CHANGE_IMPORT_PLAN_H

/*
 * Assignments that are to be: the rows of a file with their names resolved
 * to numbers, small enough that a million of them stay in memory.
 */

#include "change_import_impl.h"
#include "memo.h"

struct plan_row {
	uint32_t user, role, scope; /* numbers in the plan's tables */
	uint32_t line;
	size_t reason; /* in the plan's texts */
	int64_t from, until;
};

/* What is needed again of a user; the rest of struct user is large. */
struct plan_user {
	int64_t id;
	size_t sid, email; /* in the plan's texts */
	enum twr_user_status status;
	uint32_t n; /* rows */
};

#define REASON_SLOTS 4096u /* of recent reasons, each stored once */

struct plan {
	struct memo users, roles, scopes; /* by all that they are called */
	struct memo texts; /* SIDs, e-mails and reasons */
	size_t recent[REASON_SLOTS];
	struct plan_user *user;
	struct role *role;
	struct scope *scope;
	size_t n_users, n_roles, n_scopes;
	size_t users_room, roles_room, scopes_room;
	struct plan_row *rows;
	size_t n, room;
};

/* Room for one more in a table that grows; NULL when out of memory. */
void *plan_grow(void *table, size_t n, size_t *room, size_t size);

/* Numbers of the rows, user by user, else as they stand in the file. */
enum twr_status plan_order(const struct plan *pl, uint32_t **ret,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
