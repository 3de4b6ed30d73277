/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "directory_sql.h"
#include "directory_write.h"

static const char *const entity_words[] = {
	[ENTITY_SCOPE] = "scope",
	[ENTITY_ALIAS] = "scope-alias",
	[ENTITY_USER] = "user",
	[ENTITY_LOGIN] = "login",
	[ENTITY_ROLE] = "role",
	[ENTITY_ASSIGNMENT] = "assignment",
	[ENTITY_SETTING] = "setting",
	[ENTITY_CONFIGURATION] = "configuration",
	[ENTITY_POLICY] = "policy",
};

const char *
directory_entity_word(enum directory_entity entity)
{
	if (entity < ENTITY_SCOPE || entity > ENTITY_POLICY)
		return "?";
	return entity_words[entity];
}

/* The entity's own statement of three families that stand in its order. */
static enum sql_id
statement(enum sql_id first, enum directory_entity entity)
{
	return (enum sql_id)((int)first + (int)entity - (int)ENTITY_SCOPE);
}

static enum twr_status
keep_text(struct query *q, char **ret, struct twr_error *err)
{
	const unsigned char *text = sqlite3_column_text(q->st, 0);

	*ret = strdup(text != NULL ? (const char *)text : "");
	if (*ret == NULL)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory",
		    q->dir->path);
	return TWR_OK;
}

enum twr_status
directory_snapshot(struct directory *dir, enum directory_entity entity,
    const char *subject, char **ret, struct twr_error *err)
{
	struct query q;
	enum twr_status rc;

	*ret = NULL;
	rc = query_begin(&q, dir, statement(SQL_SNAPSHOT_SCOPE, entity), err);
	if (rc == TWR_OK) {
		query_text(&q, 1, subject);
		if ((rc = query_step(&q, err)) == TWR_OK)
			rc = keep_text(&q, ret, err);
	}
	query_end(&q);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

static enum twr_status
read_hash(struct query *q, int at, uint8_t ret[TWR_HASH_LEN],
    struct twr_error *err)
{
	if (sqlite3_column_bytes(q->st, at) != TWR_HASH_LEN)
		return twr_fail(err, TWR_EDATA,
		    "%s: journal row %lld has a hash of the wrong length",
		    q->dir->path, (long long)sqlite3_column_int64(q->st, 0));
	memcpy(ret, sqlite3_column_blob(q->st, at), TWR_HASH_LEN);
	return TWR_OK;
}

enum twr_status
directory_journal_head(struct directory *dir, struct journal_head *ret,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_JOURNAL_HEAD, err);

	*ret = (struct journal_head) { .at = TWR_ALWAYS };
	if (rc == TWR_OK && (rc = query_step(&q, err)) == TWR_OK) {
		ret->seq = (uint64_t)sqlite3_column_int64(q.st, 0);
		ret->at = sqlite3_column_int64(q.st, 1);
		rc = read_hash(&q, 2, ret->hash, err);
	}
	query_end(&q);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

enum twr_status
directory_insert_journal(struct directory *dir, const struct journal_row *row,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_JOURNAL_INSERT, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, (int64_t)row->seq);
		query_int(&q, 2, row->at);
		query_text(&q, 3, row->actor);
		query_text(&q, 4, row->how);
		query_text(&q, 5, row->reason);
		query_text(&q, 6, row->entity);
		query_text(&q, 7, row->event);
		query_text(&q, 8, row->subject);
		query_text(&q, 9, row->before);
		query_text(&q, 10, row->after);
		query_blob(&q, 11, row->hash, TWR_HASH_LEN);
		rc = query_run(&q, err);
	}
	query_end(&q);
	return rc;
}

/* A NUL inside would hide the rest from the hash: damage, never cut. */
static const char *
row_text(struct query *q, int at, bool *bad)
{
	const unsigned char *text = sqlite3_column_text(q->st, at);
	size_t len = (size_t)sqlite3_column_bytes(q->st, at);

	if (text != NULL && memchr(text, 0, len) != NULL)
		*bad = true;
	return (const char *)text;
}

static enum twr_status
read_row(struct query *q, struct journal_row *row, struct twr_error *err)
{
	bool bad = false;

	row->seq = (uint64_t)sqlite3_column_int64(q->st, 0);
	row->at = sqlite3_column_int64(q->st, 1);
	row->actor = row_text(q, 2, &bad);
	row->how = row_text(q, 3, &bad);
	row->reason = row_text(q, 4, &bad);
	row->entity = row_text(q, 5, &bad);
	row->event = row_text(q, 6, &bad);
	row->subject = row_text(q, 7, &bad);
	row->before = row_text(q, 8, &bad);
	row->after = row_text(q, 9, &bad);
	if (bad || row->actor == NULL || row->how == NULL ||
	    row->entity == NULL || row->event == NULL || row->subject == NULL)
		return twr_fail(err, TWR_EDATA,
		    "%s: journal row %llu is not as twrbac writes it",
		    q->dir->path, (unsigned long long)row->seq);
	return read_hash(q, 10, row->hash, err);
}

/* Step through rows of the journal; about: the column after them, or 0. */
static enum twr_status
each_row(struct query *q, int about, journal_fn *fn, void *ctx,
    struct twr_error *err)
{
	struct journal_row row;
	bool bad = false;
	enum twr_status rc;

	while ((rc = query_step(q, err)) == TWR_OK) {
		if ((rc = read_row(q, &row, err)) != TWR_OK)
			return rc;
		row.about = about != 0 ? row_text(q, about, &bad) : NULL;
		if ((rc = fn(ctx, &row, err)) != TWR_OK)
			return rc;
	}
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

enum twr_status
directory_each_journal(struct directory *dir, uint64_t from, journal_fn *fn,
    void *ctx, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_JOURNAL_LIST, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, (int64_t)from);
		rc = each_row(&q, 0, fn, ctx, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_each_latest(struct directory *dir, uint64_t upto, journal_fn *fn,
    void *ctx, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_JOURNAL_LATEST, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, (int64_t)upto);
		rc = each_row(&q, 0, fn, ctx, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_find_journal(struct directory *dir,
    const struct journal_filter *filter, journal_fn *fn, void *ctx,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_JOURNAL_FIND, err);

	if (rc == TWR_OK) {
		query_text(&q, 1, filter->actor);
		query_text(&q, 2, filter->event);
		query_text(&q, 3, filter->noun);
		query_int(&q, 4, filter->since);
		query_int(&q, 5, filter->until);
		query_text(&q, 6, filter->subject);
		query_text(&q, 7, filter->subject_sid);
		rc = each_row(&q, 11, fn, ctx, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_journal_by_hash(struct directory *dir,
    const uint8_t hash[TWR_HASH_LEN], struct journal_head *ret,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_JOURNAL_HASH, err);

	*ret = (struct journal_head) { .at = TWR_ALWAYS };
	if (rc == TWR_OK) {
		query_blob(&q, 1, hash, TWR_HASH_LEN);
		if ((rc = query_step(&q, err)) == TWR_OK) {
			ret->seq = (uint64_t)sqlite3_column_int64(q.st, 0);
			ret->at = sqlite3_column_int64(q.st, 1);
			memcpy(ret->hash, hash, TWR_HASH_LEN);
		}
	}
	query_end(&q);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

/* A statement that finds the first thing that does not fit, if any. */
static enum twr_status
find_misfit(struct directory *dir, enum sql_id id, enum directory_entity entity,
    const char *why, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, id, err);

	if (rc == TWR_OK) {
		if (sqlite3_bind_parameter_count(q.st) > 0)
			query_text(&q, 1, directory_entity_word(entity));
		if ((rc = query_step(&q, err)) == TWR_OK)
			rc = twr_fail(err, TWR_EDATA,
			    "%s: %s %s %s; somebody wrote past twrbac: "
			    "compare with a backup",
			    dir->path, directory_entity_word(entity),
			    (const char *)sqlite3_column_text(q.st, 0), why);
	}
	query_end(&q);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

static enum twr_status
check_before(struct directory *dir, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_REPLAY_BEFORE, err);

	if (rc == TWR_OK && (rc = query_step(&q, err)) == TWR_OK)
		rc = twr_fail(err, TWR_EDATA,
		    "%s: journal row %lld: its \"before\" is not what the "
		    "rows before it left",
		    dir->path, (long long)sqlite3_column_int64(q.st, 0));
	query_end(&q);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

enum twr_status
directory_replay_check(struct directory *dir, enum directory_entity entity,
    struct twr_error *err)
{
	enum twr_status rc;

	/* once for all entities, with the first */
	if (entity == ENTITY_SCOPE && (rc = check_before(dir, err)) != TWR_OK)
		return rc;
	return directory_replay_fits(dir, entity, err);
}

enum twr_status
directory_replay_fits(struct directory *dir, enum directory_entity entity,
    struct twr_error *err)
{
	enum twr_status rc;

	rc = find_misfit(dir, statement(SQL_DIFFERS_SCOPE, entity), entity,
	    "is not as the journal left it", err);
	if (rc != TWR_OK)
		return rc;
	return find_misfit(dir, statement(SQL_GONE_SCOPE, entity), entity,
	    "is in the journal, but gone from its table", err);
}
