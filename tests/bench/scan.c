/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * scan DIRECTORY: read every column of every assignment once, as compile's
 * measure: no program can read the directory faster through SQLite.
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

/* Fetch the value, so that SQLite has to decode it. */
static uint64_t
fetch(sqlite3_stmt *st, int at)
{
	switch (sqlite3_column_type(st, at)) {
	case SQLITE_INTEGER:
		return (uint64_t)sqlite3_column_int64(st, at);
	case SQLITE_TEXT:
		return sqlite3_column_text(st, at)[0];
	default:
		return 0;
	}
}

int
main(int argc, char **argv)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	uint64_t rows = 0, sum = 0;
	int rc, i, ret = 1;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: scan DIRECTORY\n");
		return 64;
	}
	rc = sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL);
	if (rc != SQLITE_OK)
		goto out;
	rc = sqlite3_prepare_v2(db, "SELECT * FROM assignment", -1, &st, NULL);
	if (rc != SQLITE_OK)
		goto out;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		for (i = 0; i < sqlite3_column_count(st); i++)
			sum += fetch(st, i);
		rows++;
	}
	if (rc != SQLITE_DONE)
		goto out;
	(void)printf("%llu %llu\n", (unsigned long long)rows,
	    (unsigned long long)sum);
	ret = 0;
out:
	if (ret != 0)
		(void)fprintf(stderr, "scan: %s: %s\n", argv[1],
		    db != NULL ? sqlite3_errmsg(db) : "out of memory");
	sqlite3_finalize(st);
	sqlite3_close(db);
	return ret;
}
