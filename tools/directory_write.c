/* SPDX-License-Identifier: BSD-2-Clause */
#include "directory_write.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "directory_sql.h"

enum twr_status
directory_new_sid(const char prefix[2], char ret[TWR_SID_LEN + 1],
    struct twr_error *err)
{
	uint8_t random[16];
	size_t i;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return twr_fail(err, TWR_EWRITE,
		    "the kernel gave no random bytes for a SID");
	ret[0] = prefix[0];
	ret[1] = prefix[1];
	for (i = 0; i < sizeof(random); i++)
		(void)snprintf(ret + 2 + 2 * i, 3, "%02x", random[i]);
	return TWR_OK;
}

static enum twr_status
need_sid(const char prefix[2], char sid[TWR_SID_LEN + 1], struct twr_error *err)
{
	return sid[0] != '\0' ? TWR_OK : directory_new_sid(prefix, sid, err);
}

/* Run an INSERT and give the new row's number. */
static enum twr_status
run_insert(struct query *q, int64_t *id, struct twr_error *err)
{
	enum twr_status rc = query_run(q, err);

	if (rc == TWR_OK)
		*id = sqlite3_last_insert_rowid(q->dir->db);
	return rc;
}

/* Run an UPDATE or DELETE, which must meet exactly one row. */
static enum twr_status
run_one(struct query *q, struct twr_error *err)
{
	enum twr_status rc = query_run(q, err);

	if (rc == TWR_OK && sqlite3_changes(q->dir->db) != 1)
		return twr_fail(err, TWR_EDATA,
		    "%s: a row that was there is gone; nothing was changed",
		    q->dir->path);
	return rc;
}

enum twr_status
directory_insert_scope(struct directory *dir, struct scope *row,
    struct twr_error *err)
{
	const char *prefix = row->kind == TWR_SCOPE_ORGANIZATION ? "OR" : "AC";
	struct query q;
	enum twr_status rc;

	if ((rc = need_sid(prefix, row->sid, err)) != TWR_OK)
		return rc;
	if ((rc = query_begin(&q, dir, SQL_SCOPE_INSERT, err)) == TWR_OK) {
		query_text(&q, 1, row->sid);
		query_int(&q, 2, row->kind);
		query_int(&q, 3, row->parent_id);
		query_text(&q, 4, row->name);
		query_int(&q, 5, row->status);
		query_int(&q, 6, row->created_at);
		rc = run_insert(&q, &row->id, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_update_scope(struct directory *dir, const struct scope *row,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_SCOPE_UPDATE, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, row->id);
		query_text(&q, 2, row->name);
		query_int(&q, 3, row->created_at);
		query_int(&q, 4, row->status);
		rc = run_one(&q, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_put_alias(struct directory *dir, int64_t parent_id, const char *name,
    int64_t scope_id, int64_t at, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_ALIAS_PUT, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, parent_id);
		query_text(&q, 2, name);
		query_int(&q, 3, scope_id);
		query_int(&q, 4, at);
		rc = query_run(&q, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_delete_alias(struct directory *dir, int64_t parent_id,
    const char *name, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_ALIAS_DELETE, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, parent_id);
		query_text(&q, 2, name);
		rc = run_one(&q, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_insert_user(struct directory *dir, struct user *row,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc;

	if ((rc = need_sid("US", row->sid, err)) != TWR_OK)
		return rc;
	if ((rc = query_begin(&q, dir, SQL_USER_INSERT, err)) == TWR_OK) {
		query_text(&q, 1, row->sid);
		query_text(&q, 2, row->email);
		query_text(&q, 3, row->name);
		query_int(&q, 4, row->status);
		query_int(&q, 5, row->kind);
		query_int(&q, 6, row->two_factor);
		query_int(&q, 7, row->created_at);
		rc = run_insert(&q, &row->id, err);
		row->removed_at = TWR_NEVER;
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_update_user(struct directory *dir, const struct user *row,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_USER_UPDATE, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, row->id);
		query_text(&q, 2, row->email);
		query_text(&q, 3, row->name);
		query_int(&q, 4, row->status);
		query_int(&q, 5, row->kind);
		query_int(&q, 6, row->two_factor);
		rc = run_one(&q, err);
	}
	query_end(&q);
	return rc;
}

/* Statements that take a row's number, and perhaps a time. */
static enum twr_status
run_for(struct directory *dir, enum sql_id id, int64_t row, int64_t at,
    bool one, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, id, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, row);
		if (sqlite3_bind_parameter_count(q.st) > 1)
			query_int(&q, 2, at);
		rc = one ? run_one(&q, err) : query_run(&q, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_remove_user(struct directory *dir, int64_t id, int64_t at,
    struct twr_error *err)
{
	return run_for(dir, SQL_USER_REMOVE, id, at, true, err);
}

enum twr_status
directory_put_login(struct directory *dir, const struct login *row,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_LOGIN_PUT, err);

	if (rc == TWR_OK) {
		query_text(&q, 1, row->name);
		query_int(&q, 2, row->user_id);
		query_int(&q, 3, row->uid);
		query_int(&q, 4, row->mapped_at);
		query_time(&q, 5, row->unmapped_at);
		rc = run_one(&q, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_insert_role(struct directory *dir, struct role *row,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc;

	if ((rc = need_sid("IX", row->sid, err)) != TWR_OK)
		return rc;
	if ((rc = query_begin(&q, dir, SQL_ROLE_INSERT, err)) == TWR_OK) {
		query_text(&q, 1, row->sid);
		query_text(&q, 2, row->key);
		query_int(&q, 3, row->type);
		query_text(&q, 4, row->group);
		query_text(&q, 5, row->name);
		query_text(&q, 6, row->description);
		query_int(&q, 7, row->assignable_at);
		query_int(&q, 8, row->published_sid);
		query_int(&q, 9, row->modelled);
		query_int(&q, 10, row->shipped);
		rc = run_insert(&q, &row->id, err);
		row->deleted_at = TWR_NEVER;
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_update_role(struct directory *dir, const struct role *row,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_ROLE_UPDATE, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, row->id);
		query_int(&q, 2, row->type);
		query_text(&q, 3, row->group);
		query_text(&q, 4, row->name);
		query_text(&q, 5, row->description);
		query_int(&q, 6, row->assignable_at);
		query_int(&q, 7, row->published_sid);
		query_int(&q, 8, row->modelled);
		query_time(&q, 9, row->deleted_at);
		rc = run_one(&q, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_clear_permissions(struct directory *dir, int64_t id,
    struct twr_error *err)
{
	return run_for(dir, SQL_PERMISSION_CLEAR, id, 0, false, err);
}

enum twr_status
directory_clear_included(struct directory *dir, int64_t id,
    struct twr_error *err)
{
	return run_for(dir, SQL_INCLUDED_CLEAR, id, 0, false, err);
}

enum twr_status
directory_delete_role(struct directory *dir, int64_t id, int64_t at,
    struct twr_error *err)
{
	enum twr_status rc = directory_clear_permissions(dir, id, err);

	if (rc == TWR_OK)
		rc = directory_clear_included(dir, id, err);
	if (rc != TWR_OK)
		return rc;
	return run_for(dir, SQL_ROLE_DELETE, id, at, true, err);
}

enum twr_status
directory_add_permission(struct directory *dir, int64_t role_id,
    const char *permission, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_PERMISSION_INSERT, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, role_id);
		query_text(&q, 2, permission);
		rc = query_run(&q, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_add_included(struct directory *dir, int64_t role_id,
    int64_t included_id, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_INCLUDED_INSERT, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, role_id);
		query_int(&q, 2, included_id);
		rc = query_run(&q, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_insert_assignment(struct directory *dir, struct assignment *row,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc;

	if ((rc = need_sid("IY", row->sid, err)) != TWR_OK)
		return rc;
	rc = query_begin(&q, dir, SQL_ASSIGNMENT_INSERT, err);
	if (rc == TWR_OK) {
		query_text(&q, 1, row->sid);
		query_int(&q, 2, row->user_id);
		query_int(&q, 3, row->role_id);
		query_int(&q, 4, row->scope_id);
		query_time(&q, 5, row->not_before);
		query_time(&q, 6, row->not_after);
		query_text(&q, 7, row->resource_type);
		query_text(&q, 8, row->resource_id);
		query_text(&q, 9, row->reason);
		query_int(&q, 10, row->created_at);
		query_text(&q, 11, row->created_by);
		rc = run_insert(&q, &row->id, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_remove_assignment(struct directory *dir, int64_t id, int64_t at,
    const char *by, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_ASSIGNMENT_REMOVE, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, id);
		query_int(&q, 2, at);
		query_text(&q, 3, by);
		rc = run_one(&q, err);
	}
	query_end(&q);
	return rc;
}
