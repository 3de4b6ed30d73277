/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "directory_sql.h"
#include "directory_write.h"

static enum twr_status
read_accepted(struct query *q, struct accepted *ret, struct twr_error *err)
{
	struct columns co = { q, 1, false };
	const unsigned char *text = sqlite3_column_text(q->st, 0);
	size_t len = (size_t)sqlite3_column_bytes(q->st, 0);
	enum twr_status rc;

	column_text(&co, ret->digest, sizeof(ret->digest));
	column_text(&co, ret->path, sizeof(ret->path));
	ret->size = (uint64_t)column_int(&co, 0, INT64_MAX);
	ret->mtime_s = column_time(&co, 0);
	ret->mtime_ns = (uint32_t)column_int(&co, 0, 999999999);
	ret->accepted_at = column_time(&co, 0);
	if (text == NULL || memchr(text, 0, len) != NULL)
		co.bad = true;
	if ((rc = columns_end(&co, err)) != TWR_OK)
		return rc;
	if ((ret->text = malloc(len + 1)) == NULL)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory",
		    q->dir->path);
	memcpy(ret->text, text, len);
	ret->text[len] = '\0';
	return TWR_OK;
}

enum twr_status
directory_accepted(struct directory *dir, struct accepted *ret,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_ACCEPTED, err);

	*ret = (struct accepted) { 0 };
	if (rc == TWR_OK && (rc = query_step(&q, err)) == TWR_OK)
		rc = read_accepted(&q, ret, err);
	query_end(&q);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

void
accepted_free(struct accepted *ac)
{
	free(ac->text);
	ac->text = NULL;
}

enum twr_status
directory_put_accepted(struct directory *dir, const struct accepted *row,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_HOST_ACCEPT, err);

	if (rc == TWR_OK) {
		query_text(&q, 1, row->text);
		query_text(&q, 2, row->digest);
		query_text(&q, 3, row->path);
		query_int(&q, 4, (int64_t)row->size);
		query_int(&q, 5, row->mtime_s);
		query_int(&q, 6, row->mtime_ns);
		query_int(&q, 7, row->accepted_at);
		rc = query_run(&q, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_serial(struct directory *dir, uint64_t *ret, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_SERIAL, err);

	if (rc == TWR_OK && (rc = query_step(&q, err)) == TWR_OK)
		*ret = (uint64_t)sqlite3_column_int64(q.st, 0);
	query_end(&q);
	if (rc == TWR_ENOENT)
		return twr_fail(err, TWR_EDATA,
		    "%s: the host's row is gone; restore the newest backup",
		    dir->path);
	return rc;
}

enum twr_status
directory_put_serial(struct directory *dir, uint64_t serial, const char *digest,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_HOST_SERIAL, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, (int64_t)serial);
		query_text(&q, 2, digest);
		rc = query_run(&q, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_policy_path(struct directory *dir, char *ret, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_POLICY_PATH, err);
	struct columns co = { &q, 0, false };

	if (rc == TWR_OK && (rc = query_step(&q, err)) == TWR_OK) {
		column_text(&co, ret, sizeof(((struct accepted *)0)->path));
		rc = columns_end(&co, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_put_policy_path(struct directory *dir, const char *path,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_POLICY_PATH_PUT, err);

	if (rc == TWR_OK) {
		query_text(&q, 1, path);
		rc = query_run(&q, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_log_key(struct directory *dir, uint8_t ret[TWR_ID_LEN],
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_LOG_KEY, err);

	if (rc == TWR_OK && (rc = query_step(&q, err)) == TWR_OK) {
		if (sqlite3_column_bytes(q.st, 0) == TWR_ID_LEN)
			memcpy(ret, sqlite3_column_blob(q.st, 0), TWR_ID_LEN);
		else
			rc = TWR_ENOENT;
	}
	query_end(&q);
	if (rc == TWR_ENOENT)
		return twr_fail(err, TWR_EDATA,
		    "%s: the log key is gone; restore the newest backup",
		    dir->path);
	return rc;
}

enum twr_status
directory_setting(struct directory *dir, const char *name, int64_t *ret,
    struct twr_error *err)
{
	const struct admin_setting *known;
	struct query q;
	enum twr_status rc = admin_find_setting(name, &known, err);

	if (rc != TWR_OK)
		return rc;
	if ((rc = query_begin(&q, dir, SQL_SETTING, err)) == TWR_OK) {
		query_text(&q, 1, name);
		if ((rc = query_step(&q, err)) == TWR_OK)
			*ret = sqlite3_column_int64(q.st, 0);
	}
	query_end(&q);
	if (rc != TWR_ENOENT)
		return rc;
	*ret = known->otherwise;
	return TWR_OK;
}

enum twr_status
directory_put_setting(struct directory *dir, const char *name, int64_t value,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_SETTING_PUT, err);

	if (rc == TWR_OK) {
		query_text(&q, 1, name);
		query_int(&q, 2, value);
		rc = query_run(&q, err);
	}
	query_end(&q);
	return rc;
}
