/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "directory_sql.h"

struct login_stream {
	struct query q;
};

struct holding_stream {
	struct query q;
};

enum twr_status
directory_login_stream(struct directory *dir, struct login_stream **ret,
    struct twr_error *err)
{
	struct login_stream *st = calloc(1, sizeof(*st));
	enum twr_status rc;

	if (st == NULL)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory",
		    dir->path);
	if ((rc = query_begin(&st->q, dir, SQL_LOGIN_STREAM, err)) != TWR_OK)
		goto out;
	*ret = st;
	st = NULL;
out:
	login_stream_end(st);
	return rc;
}

void
login_stream_end(struct login_stream *st)
{
	if (st == NULL)
		return;
	query_end(&st->q);
	free(st);
}

/* NULL is "", and a text with a NUL inside is damage: it would be cut. */
static const char *
stream_text(struct columns *co, size_t max)
{
	const unsigned char *text = sqlite3_column_text(co->q->st, co->at);
	size_t len = (size_t)sqlite3_column_bytes(co->q->st, co->at);

	co->at++;
	if (text == NULL)
		return "";
	if (len > max || memchr(text, 0, len) != NULL)
		co->bad = true;
	return (const char *)text;
}

enum twr_status
login_stream_next(struct login_stream *st, struct login_stream_row *row,
    struct twr_error *err)
{
	struct columns co = { &st->q, 0, false };
	enum twr_status rc = query_step(&st->q, err);

	if (rc != TWR_OK)
		return rc;
	*row = (struct login_stream_row) { 0 };
	row->name = stream_text(&co, TWR_LOGIN_MAX);
	row->uid = (uint32_t)column_time(&co, TWR_UID_UNKNOWN);
	row->user_id = column_int(&co, 0, INT64_MAX);
	row->user_sid = stream_text(&co, TWR_SID_LEN);
	row->user_name = stream_text(&co, TWR_NAME_MAX);
	if (row->user_id != 0) {
		row->status = (enum twr_user_status)column_int(&co,
		    TWR_USER_ACTIVE, TWR_USER_SUSPENDED);
		row->kind = (enum twr_user_kind)column_int(&co, TWR_KIND_PERSON,
		    TWR_KIND_SERVICE);
		row->two_factor = (enum twr_two_factor)column_int(&co,
		    TWR_2FA_ENROLLED, TWR_2FA_UNKNOWN);
	}
	return columns_end(&co, err);
}

enum twr_status
directory_holding_stream(struct directory *dir, int64_t horizon,
    struct holding_stream **ret, struct twr_error *err)
{
	struct holding_stream *st = calloc(1, sizeof(*st));
	enum twr_status rc;

	if (st == NULL)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory",
		    dir->path);
	if ((rc = query_begin(&st->q, dir, SQL_HOLDINGS, err)) != TWR_OK)
		goto out;
	query_int(&st->q, 1, horizon);
	*ret = st;
	st = NULL;
out:
	holding_stream_end(st);
	return rc;
}

void
holding_stream_end(struct holding_stream *st)
{
	if (st == NULL)
		return;
	query_end(&st->q);
	free(st);
}

/*
 * A removed assignment ended when it was removed, if not before; one that
 * was removed before it began was never in force.
 */
static void
end_by_removal(struct twr_holding *row, int64_t removed_at)
{
	row->flags |= TWR_HOLDING_REMOVED;
	if (row->not_after > removed_at)
		row->not_after = removed_at;
	if (row->not_before > row->not_after)
		row->not_before = row->not_after;
}

enum twr_status
holding_stream_next(struct holding_stream *st, int64_t *user_id,
    struct twr_holding *row, struct twr_error *err)
{
	struct columns co = { &st->q, 0, false };
	int64_t removed_at;
	enum twr_status rc = query_step(&st->q, err);

	if (rc != TWR_OK)
		return rc;
	*user_id = column_int(&co, 1, INT64_MAX);
	row->role = (uint32_t)column_int(&co, 1, UINT32_MAX);
	row->scope = (uint32_t)column_int(&co, 1, UINT32_MAX);
	row->not_before = column_time(&co, TWR_ALWAYS);
	row->not_after = column_time(&co, TWR_NEVER);
	row->flags = 0;
	if ((removed_at = column_time(&co, TWR_NEVER)) != TWR_NEVER)
		end_by_removal(row, removed_at);
	if (column_int(&co, 0, 1) == 1)
		row->flags |= TWR_HOLDING_RESOURCE;
	return columns_end(&co, err);
}
