/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_DIRECTORY_RESTORE_H
#define TWRBAC_DIRECTORY_RESTORE_H

/*
 * Putting back what was. For change*.c and apply*.c only; each call is followed
 * by journal_append() for its subject, and all need an open write
 * transaction.
 */

#include "directory.h"

/*
 * Make the row of subject what json says, which directory_snapshot() gave:
 * scope, alias, user, login, role, setting and configuration. An assignment
 * keeps its row and a policy's serial only rises: TWR_EINVAL for both.
 */
enum twr_status directory_restore(struct directory *dir,
    enum directory_entity entity, const char *subject, const char *json,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Undo that subject was made, at time at. History points at rows, so they
 * stay: a scope is closed, a user removed, a role deleted, a login made a
 * tombstone. Aliases and settings go.
 */
enum twr_status directory_unmake(struct directory *dir,
    enum directory_entity entity, const char *subject, int64_t at,
    struct twr_error *err) TWR_MUST_CHECK;
/* Whether the journal has this assignment's creation after row seq. */
enum twr_status directory_made_after(struct directory *dir, const char *sid,
    uint64_t seq, bool *ret, struct twr_error *err) TWR_MUST_CHECK;

/*
 * Commit-confirm: the newest journal row before the change that waits to be
 * confirmed; 0: none waits. It is the setting "pending_since".
 */
#define DIRECTORY_PENDING "pending_since"
/* Set by an upgrade to the version of the schema; absent: never upgraded. */
#define DIRECTORY_SCHEMA "schema"
enum twr_status directory_pending(struct directory *dir, uint64_t *ret,
    struct twr_error *err) TWR_MUST_CHECK;

/* The hash of journal row seq. TWR_EREFUSED: there is no such row. */
enum twr_status directory_journal_hash(struct directory *dir, uint64_t seq,
    uint8_t ret[TWR_HASH_LEN], struct twr_error *err) TWR_MUST_CHECK;

/* What the final state of a declared organization is asked. */
struct directory_census {
	int64_t owners; /* Organization Owners who are active */
	int64_t accounts_without_owner; /* not closed, not exactly one */
	char account[DIRECTORY_PATH_MAX]; /* the first of them */
	int64_t standing; /* assignments, neither removed nor ended */
};
enum twr_status directory_census(struct directory *dir, int64_t now,
    struct directory_census *ret, struct twr_error *err) TWR_MUST_CHECK;

#endif
