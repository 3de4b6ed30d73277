/* SPDX-License-Identifier: BSD-2-Clause */
#include "directory_bulk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "directory_sql.h"

#define FEW 5000 /* rows for which no index is worth dropping */
#define SHARE 8 /* nor when there are so many times as many */

/* ---- what one user holds ---- */

static enum twr_status
read_held(struct query *q, struct held_window *row, struct twr_error *err)
{
	struct columns co = { q, 0, false };

	row->role_id = column_int(&co, 1, UINT32_MAX);
	row->scope_id = column_int(&co, 1, UINT32_MAX);
	row->not_before = column_time(&co, TWR_ALWAYS);
	row->not_after = column_time(&co, TWR_NEVER);
	return columns_end(&co, err);
}

enum twr_status
directory_each_window(struct directory *dir, int64_t user_id, window_fn *fn,
    void *ctx, struct twr_error *err)
{
	struct held_window row;
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_ASSIGNMENT_WINDOWS, err);

	if (rc == TWR_OK)
		query_int(&q, 1, user_id);
	while (query_row(&q, NULL, &rc, err))
		if ((rc = read_held(&q, &row, err)) == TWR_OK)
			rc = fn(ctx, &row, err);
	query_end(&q);
	return rc;
}

/* ---- indexes ---- */

/* Those that are dropped; their texts are the schema's. */
static const struct {
	const char *find, *drop;
} dropped[] = {
	{ "SELECT sql FROM sqlite_master WHERE type = 'index'"
	  " AND name = 'assignment_by_role'",
	    "DROP INDEX assignment_by_role" },
};
#define N_DROPPED (sizeof(dropped) / sizeof(dropped[0]))

struct directory_indexes {
	char *sql[N_DROPPED];
};

void
directory_indexes_free(struct directory_indexes *ix)
{
	size_t i;

	for (i = 0; ix != NULL && i < N_DROPPED; i++)
		free(ix->sql[i]);
	free(ix);
}

static enum twr_status
run(struct directory *dir, const char *sql, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_prepare(&q, dir, sql, err);

	if (rc == TWR_OK)
		rc = query_run(&q, err);
	query_end(&q);
	return rc;
}

/* About how many assignments there are; they are never deleted. */
static enum twr_status
count_rows(struct directory *dir, uint64_t *ret, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_prepare(&q, dir,
	    "SELECT coalesce(max(id), 0) FROM assignment", err);

	if (rc == TWR_OK && (rc = query_step(&q, err)) == TWR_OK)
		*ret = (uint64_t)sqlite3_column_int64(q.st, 0);
	query_end(&q);
	return rc;
}

static enum twr_status
keep_index(struct directory *dir, size_t i, struct directory_indexes *ix,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_prepare(&q, dir, dropped[i].find, err);

	if (rc == TWR_OK && (rc = query_step(&q, err)) == TWR_OK) {
		const unsigned char *sql = sqlite3_column_text(q.st, 0);

		ix->sql[i] = strdup(sql != NULL ? (const char *)sql : "");
		if (ix->sql[i] == NULL)
			rc = twr_fail(err, TWR_ENOMEM, "%s: out of memory",
			    dir->path);
	}
	query_end(&q);
	if (rc == TWR_ENOENT)
		return twr_fail(err, TWR_EDATA,
		    "%s: an index is missing; restore the newest backup",
		    dir->path);
	return rc;
}

enum twr_status
directory_indexes_drop(struct directory *dir, uint64_t rows,
    struct directory_indexes **ret, struct twr_error *err)
{
	struct directory_indexes *ix = NULL;
	uint64_t there = 0;
	size_t i;
	enum twr_status rc = TWR_OK;

	*ret = NULL;
	if (rows < FEW)
		return TWR_OK;
	if ((rc = count_rows(dir, &there, err)) != TWR_OK ||
	    there / SHARE > rows)
		return rc;
	if ((ix = calloc(1, sizeof(*ix))) == NULL)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory",
		    dir->path);
	for (i = 0; rc == TWR_OK && i < N_DROPPED; i++) {
		rc = keep_index(dir, i, ix, err);
		if (rc == TWR_OK)
			rc = run(dir, dropped[i].drop, err);
	}
	if (rc == TWR_OK) {
		*ret = ix;
		ix = NULL;
	}
	directory_indexes_free(ix);
	return rc;
}

enum twr_status
directory_indexes_build(struct directory *dir, struct directory_indexes *ix,
    struct twr_error *err)
{
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; ix != NULL && rc == TWR_OK && i < N_DROPPED; i++)
		rc = run(dir, ix->sql[i], err);
	return rc;
}

/* ---- SIDs ---- */

static int
compare_sids(const void *a, const void *b)
{
	return memcmp(a, b, DIRECTORY_SID_BYTES);
}

enum twr_status
directory_rising_sids(size_t n, uint8_t **ret, struct twr_error *err)
{
	uint8_t *bytes = calloc(n + 1, DIRECTORY_SID_BYTES);
	size_t size = n * DIRECTORY_SID_BYTES, done = 0;
	ssize_t got;

	if (bytes == NULL)
		return twr_fail(err, TWR_ENOMEM, "SIDs: out of memory");
	for (; done < size; done += (size_t)got) {
		got = getrandom(bytes + done,
		    size - done < 256 ? size - done : 256, 0);
		if (got <= 0) {
			free(bytes);
			return twr_fail(err, TWR_EWRITE,
			    "the kernel gave no random bytes for SIDs");
		}
	}
	qsort(bytes, n, DIRECTORY_SID_BYTES, compare_sids);
	*ret = bytes;
	return TWR_OK;
}

void
directory_sid_text(const char prefix[2],
    const uint8_t bytes[DIRECTORY_SID_BYTES], char ret[TWR_SID_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	*ret++ = prefix[0];
	*ret++ = prefix[1];
	for (i = 0; i < DIRECTORY_SID_BYTES; i++) {
		*ret++ = digits[bytes[i] >> 4];
		*ret++ = digits[bytes[i] & 0xf];
	}
	*ret = '\0';
}
