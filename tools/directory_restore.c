/* SPDX-License-Identifier: BSD-2-Clause */
#include "directory_restore.h"

#include <stdio.h>
#include <string.h>

#include "directory_sql.h"
#include "directory_write.h"

/* Run a statement whose ?1 is text. */
static enum twr_status
run_text(struct directory *dir, enum sql_id id, const char *text,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, id, err);

	if (rc == TWR_OK) {
		query_text(&q, 1, text);
		rc = query_run(&q, err);
	}
	query_end(&q);
	return rc;
}

static enum twr_status
restore_role(struct directory *dir, const char *json, struct twr_error *err)
{
	static const enum sql_id steps[] = { SQL_RESTORE_ROLE,
		SQL_RESTORE_NO_PERMISSIONS, SQL_RESTORE_PERMISSIONS,
		SQL_RESTORE_NO_INCLUDES, SQL_RESTORE_INCLUDES };
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < sizeof(steps) / sizeof(*steps); i++)
		rc = run_text(dir, steps[i], json, err);
	return rc;
}

static enum twr_status
no_restoring(const struct directory *dir, enum directory_entity entity,
    struct twr_error *err)
{
	return twr_fail(err, TWR_EINVAL, "%s: a row of kind %s is never undone",
	    dir->path, directory_entity_word(entity));
}

enum twr_status
directory_restore(struct directory *dir, enum directory_entity entity,
    const char *subject, const char *json, struct twr_error *err)
{
	(void)subject;
	switch (entity) {
	case ENTITY_SCOPE:
		return run_text(dir, SQL_RESTORE_SCOPE, json, err);
	case ENTITY_ALIAS:
		return run_text(dir, SQL_RESTORE_ALIAS, json, err);
	case ENTITY_USER:
		return run_text(dir, SQL_RESTORE_USER, json, err);
	case ENTITY_LOGIN:
		return run_text(dir, SQL_RESTORE_LOGIN, json, err);
	case ENTITY_ROLE:
		return restore_role(dir, json, err);
	case ENTITY_SETTING:
		return run_text(dir, SQL_RESTORE_SETTING, json, err);
	case ENTITY_CONFIGURATION:
		return run_text(dir, SQL_RESTORE_CONFIGURATION, json, err);
	case ENTITY_ASSIGNMENT:
	case ENTITY_POLICY:
		break;
	}
	return no_restoring(dir, entity, err);
}

static enum twr_status
unmake_login(struct directory *dir, const char *name, int64_t at,
    struct twr_error *err)
{
	struct login lo;
	enum twr_status rc = directory_login_get(dir, name, &lo, err);

	if (rc != TWR_OK)
		return rc;
	lo.user_id = 0;
	lo.unmapped_at = at;
	return directory_put_login(dir, &lo, err);
}

/* The row stays: old assignments and the journal name it. */
static enum twr_status
unmake_role(struct directory *dir, const char *sid, int64_t at,
    struct twr_error *err)
{
	struct role ro;
	enum twr_status rc = directory_role_find(dir, sid, &ro, err);

	return rc == TWR_OK ? directory_delete_role(dir, ro.id, at, err) : rc;
}

static enum twr_status
unmake_user(struct directory *dir, const char *sid, int64_t at,
    struct twr_error *err)
{
	struct user us;
	enum twr_status rc = directory_user_find(dir, sid, &us, err);

	return rc == TWR_OK ? directory_remove_user(dir, us.id, at, err) : rc;
}

enum twr_status
directory_unmake(struct directory *dir, enum directory_entity entity,
    const char *subject, int64_t at, struct twr_error *err)
{
	switch (entity) {
	case ENTITY_SCOPE:
		return run_text(dir, SQL_UNMAKE_SCOPE, subject, err);
	case ENTITY_ALIAS:
		return run_text(dir, SQL_UNMAKE_ALIAS, subject, err);
	case ENTITY_USER:
		return unmake_user(dir, subject, at, err);
	case ENTITY_LOGIN:
		return unmake_login(dir, subject, at, err);
	case ENTITY_ROLE:
		return unmake_role(dir, subject, at, err);
	case ENTITY_SETTING:
		return run_text(dir, SQL_UNMAKE_SETTING, subject, err);
	case ENTITY_CONFIGURATION:
	case ENTITY_ASSIGNMENT:
	case ENTITY_POLICY:
		break;
	}
	return no_restoring(dir, entity, err);
}

enum twr_status
directory_made_after(struct directory *dir, const char *sid, uint64_t seq,
    bool *ret, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_MADE_AFTER, err);

	if (rc == TWR_OK) {
		query_text(&q, 1, sid);
		query_int(&q, 2, (int64_t)seq);
		rc = query_step(&q, err);
	}
	query_end(&q);
	*ret = rc == TWR_OK;
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

enum twr_status
directory_pending(struct directory *dir, uint64_t *ret, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_SETTING, err);

	*ret = 0;
	if (rc == TWR_OK) {
		query_text(&q, 1, DIRECTORY_PENDING);
		if ((rc = query_step(&q, err)) == TWR_OK)
			*ret = (uint64_t)sqlite3_column_int64(q.st, 0);
	}
	query_end(&q);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

enum twr_status
directory_journal_hash(struct directory *dir, uint64_t seq,
    uint8_t ret[TWR_HASH_LEN], struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_HASH_OF_ROW, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, (int64_t)seq);
		if ((rc = query_step(&q, err)) == TWR_OK) {
			if (sqlite3_column_bytes(q.st, 0) == TWR_HASH_LEN)
				memcpy(ret, sqlite3_column_blob(q.st, 0),
				    TWR_HASH_LEN);
			else
				rc = TWR_ENOENT;
		}
	}
	query_end(&q);
	if (rc == TWR_ENOENT)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: the journal has no row %llu", dir->path,
		    (unsigned long long)seq);
	return rc;
}

/* ---- counting ---- */

static enum twr_status
count(struct directory *dir, enum sql_id id, int64_t now, int64_t *ret,
    char *text, size_t size, struct twr_error *err)
{
	struct query q;
	struct columns co = { &q, 1, false };
	enum twr_status rc = query_begin(&q, dir, id, err);

	if (rc == TWR_OK) {
		if (sqlite3_bind_parameter_count(q.st) > 0)
			query_int(&q, 1, now);
		rc = query_step(&q, err);
	}
	if (rc == TWR_OK) {
		*ret = sqlite3_column_int64(q.st, 0);
		if (text != NULL && *ret > 0) {
			column_text(&co, text, size);
			rc = columns_end(&co, err);
		}
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_census(struct directory *dir, int64_t now,
    struct directory_census *ret, struct twr_error *err)
{
	enum twr_status rc;

	memset(ret, 0, sizeof(*ret));
	rc = count(dir, SQL_COUNT_OWNERS, now, &ret->owners, NULL, 0, err);
	if (rc == TWR_OK)
		rc = count(dir, SQL_COUNT_OWNERLESS, now,
		    &ret->accounts_without_owner, ret->account,
		    sizeof(ret->account), err);
	if (rc == TWR_OK)
		rc = count(dir, SQL_COUNT_STANDING, now, &ret->standing, NULL,
		    0, err);
	return rc;
}
