/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <string.h>

#include "directory_sql.h"
#include "text.h"

/* ---- columns ---- */

void
column_text(struct columns *rc, char *buf, size_t size)
{
	const void *text = sqlite3_column_text(rc->q->st, rc->at);
	size_t len = (size_t)sqlite3_column_bytes(rc->q->st, rc->at);

	rc->at++;
	buf[0] = '\0';
	if (text == NULL)
		return;
	if (len >= size || memchr(text, 0, len) != NULL) {
		rc->bad = true;
		return;
	}
	memcpy(buf, text, len);
	buf[len] = '\0';
}

int64_t
column_int(struct columns *rc, int64_t min, int64_t max)
{
	int64_t value = sqlite3_column_int64(rc->q->st, rc->at++);

	if (value < min || value > max) {
		rc->bad = true;
		return min;
	}
	return value;
}

int64_t
column_time(struct columns *rc, int64_t if_null)
{
	int at = rc->at++;

	if (sqlite3_column_type(rc->q->st, at) == SQLITE_NULL)
		return if_null;
	return sqlite3_column_int64(rc->q->st, at);
}

enum twr_status
columns_end(const struct columns *rc, struct twr_error *err)
{
	if (rc->bad)
		return twr_fail(err, TWR_EDATA,
		    "%s: a row holds what twrbac never writes; restore the "
		    "newest backup",
		    rc->q->dir->path);
	return TWR_OK;
}

void
read_scope(struct columns *rc, struct scope *row)
{
	row->id = column_int(rc, 1, UINT32_MAX);
	column_text(rc, row->sid, sizeof(row->sid));
	row->kind = (enum twr_scope_kind)column_int(rc, TWR_SCOPE_ORGANIZATION,
	    TWR_SCOPE_SUBACCOUNT);
	row->parent_id = column_int(rc, 0, UINT32_MAX);
	column_text(rc, row->name, sizeof(row->name));
	column_text(rc, row->path, sizeof(row->path));
	row->status = (enum twr_scope_status)column_int(rc, TWR_SCOPE_ACTIVE,
	    TWR_SCOPE_CLOSED);
	row->created_at = column_time(rc, 0);
}

void
read_user(struct columns *rc, struct user *row)
{
	row->id = column_int(rc, 1, INT64_MAX);
	column_text(rc, row->sid, sizeof(row->sid));
	column_text(rc, row->email, sizeof(row->email));
	column_text(rc, row->name, sizeof(row->name));
	row->status = (enum twr_user_status)column_int(rc, TWR_USER_ACTIVE,
	    TWR_USER_SUSPENDED);
	row->kind = (enum twr_user_kind)column_int(rc, TWR_KIND_PERSON,
	    TWR_KIND_SERVICE);
	row->two_factor = (enum twr_two_factor)column_int(rc, TWR_2FA_ENROLLED,
	    TWR_2FA_UNKNOWN);
	row->created_at = column_time(rc, 0);
	row->removed_at = column_time(rc, TWR_NEVER);
}

void
read_login(struct columns *rc, struct login *row)
{
	column_text(rc, row->name, sizeof(row->name));
	row->user_id = column_int(rc, 0, INT64_MAX);
	row->uid = (uint32_t)column_time(rc, TWR_UID_UNKNOWN);
	row->mapped_at = column_time(rc, 0);
	row->unmapped_at = column_time(rc, TWR_NEVER);
}

void
read_role(struct columns *rc, struct role *row)
{
	row->id = column_int(rc, 1, UINT32_MAX);
	column_text(rc, row->sid, sizeof(row->sid));
	column_text(rc, row->key, sizeof(row->key));
	row->type = (enum role_type)column_int(rc, ROLE_ORGANIZATION,
	    ROLE_CUSTOM);
	column_text(rc, row->group, sizeof(row->group));
	column_text(rc, row->name, sizeof(row->name));
	column_text(rc, row->description, sizeof(row->description));
	row->assignable_at = (uint32_t)column_int(rc, 0, UINT32_MAX);
	row->published_sid = column_int(rc, 0, 1) == 1;
	row->modelled = column_int(rc, 0, 1) == 1;
	row->shipped = column_int(rc, 0, 1) == 1;
	row->deleted_at = column_time(rc, TWR_NEVER);
}

void
read_assignment(struct columns *rc, struct assignment *row)
{
	row->id = column_int(rc, 1, INT64_MAX);
	column_text(rc, row->sid, sizeof(row->sid));
	row->user_id = column_int(rc, 1, INT64_MAX);
	row->role_id = column_int(rc, 1, UINT32_MAX);
	row->scope_id = column_int(rc, 1, UINT32_MAX);
	row->not_before = column_time(rc, TWR_ALWAYS);
	row->not_after = column_time(rc, TWR_NEVER);
	column_text(rc, row->resource_type, sizeof(row->resource_type));
	column_text(rc, row->resource_id, sizeof(row->resource_id));
	column_text(rc, row->reason, sizeof(row->reason));
	row->created_at = column_time(rc, 0);
	column_text(rc, row->created_by, sizeof(row->created_by));
	row->removed_at = column_time(rc, TWR_NEVER);
	column_text(rc, row->removed_by, sizeof(row->removed_by));
}

/* ---- look-ups ---- */

bool
find_sid(const char *text, const char *prefix, char sid[TWR_SID_LEN + 1])
{
	size_t i;

	if (strlen(text) != TWR_SID_LEN)
		return false;
	for (i = 0; i <= TWR_SID_LEN; i++)
		sid[i] = (char)(i < 2 ? toupper((unsigned char)text[i]) :
					tolower((unsigned char)text[i]));
	return twr_sid_valid(sid, prefix);
}

const char *
find_shown(const char *text, char buf[FIND_SHOWN + 4])
{
	size_t len = strnlen(text, FIND_SHOWN + 1);

	if (len <= FIND_SHOWN)
		return text;
	for (len = FIND_SHOWN; len > 0; len--) /* between characters */
		if (((unsigned char)text[len] & 0xc0) != 0x80)
			break;
	memcpy(buf, text, len);
	memcpy(buf + len, "...", 4);
	return buf;
}

enum twr_status
find_read(struct query *q, enum row_kind kind, void *row, struct twr_error *err)
{
	struct columns rc = { q, 0, false };
	enum twr_status status = query_step(q, err);

	if (status != TWR_OK)
		return status;
	switch (kind) {
	case ROW_SCOPE:
		read_scope(&rc, row);
		break;
	case ROW_USER:
		read_user(&rc, row);
		break;
	case ROW_LOGIN:
		read_login(&rc, row);
		break;
	case ROW_ROLE:
		read_role(&rc, row);
		break;
	case ROW_ASSIGNMENT:
		read_assignment(&rc, row);
		break;
	}
	return columns_end(&rc, err);
}

enum twr_status
find_by_text(struct directory *dir, enum sql_id id, enum row_kind kind,
    const char *text, void *row, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, id, err);

	if (rc == TWR_OK) {
		query_text(&q, 1, text);
		rc = find_read(&q, kind, row, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
find_by_id(struct directory *dir, enum sql_id sql, enum row_kind kind,
    int64_t id, void *row, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, sql, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, id);
		rc = find_read(&q, kind, row, err);
	}
	query_end(&q);
	return rc;
}
