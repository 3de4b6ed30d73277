/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_DIRECTORY_WRITE_H
#define TWRBAC_DIRECTORY_WRITE_H

/*
 * The writing side of the directory, for change.c and journal.c only: rows go
 * in as they are given. Rules are admin.h's; each write is followed by
 * journal_append() for its subject. All need an open write transaction.
 *
 * Inserting functions fill in .id and, where it is "", a fresh .sid.
 * TWR_EREFUSED where the file's own constraints refuse the row.
 */

#include "directory.h"

enum twr_status directory_insert_scope(struct directory *dir, struct scope *row,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_insert_user(struct directory *dir, struct user *row,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_insert_role(struct directory *dir, struct role *row,
    struct twr_error *err) TWR_MUST_CHECK;
/* It stands: .removed_at is directory_remove_assignment()'s to set. */
enum twr_status directory_insert_assignment(struct directory *dir,
    struct assignment *row, struct twr_error *err) TWR_MUST_CHECK;

enum twr_status directory_add_permission(struct directory *dir, int64_t role_id,
    const char *permission, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_add_included(struct directory *dir, int64_t role_id,
    int64_t included_id, struct twr_error *err) TWR_MUST_CHECK;

enum twr_status directory_remove_assignment(struct directory *dir, int64_t id,
    int64_t at, const char *by, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_update_user(struct directory *dir,
    const struct user *row, struct twr_error *err) TWR_MUST_CHECK;
/* Insert, or replace the record of the same name. user_id 0: a tombstone. */
enum twr_status directory_put_login(struct directory *dir,
    const struct login *row, struct twr_error *err) TWR_MUST_CHECK;

/* The user becomes inactive for good; address and row stay as they are. */
enum twr_status directory_remove_user(struct directory *dir, int64_t id,
    int64_t at, struct twr_error *err) TWR_MUST_CHECK;
/* All but id, key, SID and shipped; deleted_at TWR_NEVER restores it. */
enum twr_status directory_update_role(struct directory *dir,
    const struct role *row, struct twr_error *err) TWR_MUST_CHECK;
/* Permissions and includes go, the row stays. */
enum twr_status directory_delete_role(struct directory *dir, int64_t id,
    int64_t at, struct twr_error *err) TWR_MUST_CHECK;
/* Take all permissions from a role. */
enum twr_status directory_clear_permissions(struct directory *dir, int64_t id,
    struct twr_error *err) TWR_MUST_CHECK;
/* Take all included roles from a role. */
enum twr_status directory_clear_included(struct directory *dir, int64_t id,
    struct twr_error *err) TWR_MUST_CHECK;

/* Name, status, creation time: kind and parent never change. */
enum twr_status directory_update_scope(struct directory *dir,
    const struct scope *row, struct twr_error *err) TWR_MUST_CHECK;
/* A scope by its parent and exact name; row->id is 0 when there is none. */
enum twr_status directory_child(struct directory *dir, int64_t parent_id,
    const char *name, struct scope *row, struct twr_error *err) TWR_MUST_CHECK;
/* The scope that an alias leads to; 0 when there is none. */
enum twr_status directory_alias(struct directory *dir, int64_t parent_id,
    const char *name, int64_t *ret, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_put_alias(struct directory *dir, int64_t parent_id,
    const char *name, int64_t scope_id, int64_t at,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_delete_alias(struct directory *dir, int64_t parent_id,
    const char *name, struct twr_error *err) TWR_MUST_CHECK;

/* Assignments, not removed, of one user and role; scope_id 0: anywhere. */
typedef enum twr_status standing_fn(void *ctx, const struct assignment *row,
    struct twr_error *err);
enum twr_status directory_each_standing(struct directory *dir, int64_t user_id,
    int64_t role_id, int64_t scope_id, standing_fn *fn, void *ctx,
    struct twr_error *err) TWR_MUST_CHECK;

enum twr_status directory_put_accepted(struct directory *dir,
    const struct accepted *row, struct twr_error *err) TWR_MUST_CHECK;
/* Like the times of the configuration's file, it is not journalled. */
enum twr_status directory_put_policy_path(struct directory *dir,
    const char *path, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_put_serial(struct directory *dir, uint64_t serial,
    const char *digest, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_put_setting(struct directory *dir, const char *name,
    int64_t value, struct twr_error *err) TWR_MUST_CHECK;

/*
 * The whole state of one thing as JSON with sorted keys, made by the
 * database from the row itself. *ret is malloc'd; NULL when there is no such
 * thing.
 */
enum twr_status directory_snapshot(struct directory *dir,
    enum directory_entity entity, const char *subject, char **ret,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_insert_journal(struct directory *dir,
    const struct journal_row *row, struct twr_error *err) TWR_MUST_CHECK;
/*
 * Compare the tables with what replaying the journal yields. TWR_EDATA
 * names the first thing of this entity that differs.
 */
enum twr_status directory_replay_check(struct directory *dir,
    enum directory_entity entity, struct twr_error *err) TWR_MUST_CHECK;

/* prefix and 32 random lowercase hex digits. TWR_EWRITE: no random bytes. */
enum twr_status directory_new_sid(const char prefix[2],
    char ret[TWR_SID_LEN + 1], struct twr_error *err) TWR_MUST_CHECK;

#endif
