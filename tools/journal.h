/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_JOURNAL_H
#define TWRBAC_JOURNAL_H

/*
 * The journal: one row for each change, in the transaction of the change.
 * A row holds the subject's whole state before and after, so replaying all
 * rows yields the tables; its hash covers the previous row's hash, so no
 * row can be altered, left out or moved without all later hashes changing.
 *
 * hash = SHA-256 of: the previous hash (32 zero bytes for the first row),
 * then seq, at, actor, how, reason, entity, event, subject, before, after.
 * Each field is its length as 8 bytes little-endian, then its bytes; an
 * integer is 8 bytes little-endian; a field that is absent has the length
 * 2^64 - 1 and no bytes.
 */

#include <stdbool.h>
#include <stdint.h>

#include "actor.h"
#include "directory.h"
#include "status.h"

/* What happened: identifier, entity, word. */
#define JOURNAL_EVENTS(X) \
	X(ORGANIZATION_CREATED, SCOPE, "organization.created") \
	X(SCOPE_CREATED, SCOPE, "scope.created") \
	X(SCOPE_RENAMED, SCOPE, "scope.renamed") \
	X(SCOPE_ACTIVATED, SCOPE, "scope.activated") \
	X(SCOPE_SUSPENDED, SCOPE, "scope.suspended") \
	X(SCOPE_CLOSED, SCOPE, "scope.closed") \
	X(ALIAS_CREATED, ALIAS, "scope-alias.created") \
	X(ALIAS_REMOVED, ALIAS, "scope-alias.removed") \
	X(USER_CREATED, USER, "user.created") \
	X(USER_ACTIVATED, USER, "user.activated") \
	X(USER_SUSPENDED, USER, "user.suspended") \
	X(USER_DEACTIVATED, USER, "user.deactivated") \
	X(USER_TWO_FACTOR, USER, "user.two-factor-changed") \
	X(USER_RENAMED, USER, "user.renamed") \
	X(USER_EMAIL, USER, "user.e-mail-changed") \
	X(USER_REMOVED, USER, "user.removed") \
	X(LOGIN_MAPPED, LOGIN, "login.mapped") \
	X(LOGIN_UNMAPPED, LOGIN, "login.unmapped") \
	X(ROLE_CREATED, ROLE, "role.created") \
	X(ROLE_CHANGED, ROLE, "role.changed") \
	X(ROLE_DELETED, ROLE, "role.deleted") \
	X(ASSIGNMENT_CREATED, ASSIGNMENT, "role-assignment.created") \
	X(ASSIGNMENT_REMOVED, ASSIGNMENT, "role-assignment.removed") \
	X(SETTING_CHANGED, SETTING, "setting.changed") \
	X(CONFIGURATION_ACCEPTED, CONFIGURATION, "configuration.accepted") \
	X(POLICY_COMPILED, POLICY, "policy.compiled") \
	X(DIRECTORY_RESTORED, POLICY, "directory.restored") \
	X(USER_CHANGED, USER, "user.changed") \
	X(SCOPE_REVERTED, SCOPE, "scope.reverted") \
	X(ALIAS_REVERTED, ALIAS, "scope-alias.reverted") \
	X(USER_REVERTED, USER, "user.reverted") \
	X(LOGIN_REVERTED, LOGIN, "login.reverted") \
	X(ROLE_REVERTED, ROLE, "role.reverted") \
	X(SETTING_REVERTED, SETTING, "setting.reverted") \
	X(CONFIGURATION_REVERTED, CONFIGURATION, "configuration.reverted") \
	X(CONFIRM_BEGUN, SETTING, "confirm.begun") \
	X(CONFIRM_GIVEN, SETTING, "confirm.given") \
	X(CONFIRM_MISSED, SETTING, "confirm.reverted") \
	X(DIRECTORY_UPGRADED, SETTING, "directory.upgraded")

enum journal_event {
#define X(id, entity, word) JOURNAL_##id,
	JOURNAL_EVENTS(X)
#undef X
	JOURNAL_EVENT_COUNT
};

/* "role-assignment.created"; "?" outside the enum. */
const char *journal_event_word(enum journal_event event);
enum directory_entity journal_event_entity(enum journal_event event);

/*
 * Append one row for a change that was already written to dir's open
 * transaction. subject is the SID, login, or other key of the thing (see
 * enum directory_entity); before is its state before the change as
 * directory_snapshot() gave it, NULL when it did not exist; the state after
 * is taken from the tables here. now is the row's time.
 *
 * TWR_EREFUSED when now is earlier than the newest row's time and clock_ok
 * is false; otherwise as the directory.
 */
enum twr_status journal_append(struct directory *dir, const struct actor *actor,
    int64_t now, bool clock_ok, enum journal_event event, const char *subject,
    const char *before, struct twr_error *err) TWR_MUST_CHECK;

/*
 * Refuse (TWR_EREFUSED, with the cure) a clock that is earlier than the
 * newest row, unless forced: a grant that has ended must not come to life.
 */
enum twr_status journal_check_clock(struct directory *dir, int64_t now,
    bool forced, struct twr_error *err) TWR_MUST_CHECK;

/* The hash of row, given the hash of the row before it. TWR_ENOMEM. */
enum twr_status journal_hash(const uint8_t prev[TWR_HASH_LEN],
    const struct journal_row *row, uint8_t ret[TWR_HASH_LEN],
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Prove the journal: sequence numbers have no gap, each hash is right, each
 * row's "before" is the state that the rows before it left, and the tables
 * are what replaying all rows yields. head is set to the newest row; compare
 * its hash with one kept elsewhere, since a chain alone proves nothing
 * against who can rewrite it whole. Call inside a transaction, so that one
 * state is looked at.
 *
 * TWR_EDATA: names the first row or thing that does not fit.
 */
enum twr_status journal_verify(struct directory *dir, struct journal_head *head,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Tell syslog (authpriv, notice) the sequence and hash of the newest row,
 * out of reach of who later edits the file. Call after the commit.
 */
void journal_announce(const char *path, const struct journal_head *head);

/* A hash as 64 lowercase hex digits and a NUL. */
void journal_hash_text(const uint8_t hash[TWR_HASH_LEN],
    char buf[2 * TWR_HASH_LEN + 1]);

#endif
