/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CSV_H
#define TWRBAC_CSV_H

/*
 * Comma-separated values by RFC 4180, as a machine that is fed bytes and
 * tells of rows: no files, no clock. Lines end with LF or CRLF; a field in
 * double quotes may hold commas, line ends and doubled quotes. A byte-order
 * mark before the first row and lines without any byte are passed over.
 *
 * A row that is not well formed is told too, with what is wrong with it, and
 * the machine goes on behind it; so one run finds all mistakes of a file.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define CSV_FIELD_MAX 65536 /* bytes of one field, without its NUL */
#define CSV_COLUMNS_MAX 64
#define CSV_ROW_MAX (8u << 20) /* bytes; what has longer ones is no CSV */

struct csv; /* one file being read */

/* Valid inside the callback only. */
struct csv_row {
	uint64_t line; /* on which it begins, from 1 */
	const char *wrong; /* NULL: well formed; else why not, with the cure */
	size_t n; /* fields: at least 1, at most CSV_COLUMNS_MAX */
	const char *const *fields; /* UTF-8 without NUL, when well formed */
};

/* Anything but TWR_OK stops the reading and is returned. */
typedef enum twr_status csv_row_fn(void *ctx, const struct csv_row *row,
    struct twr_error *err);

/* TWR_ENOMEM. fn and ctx must outlive the machine. */
enum twr_status csv_begin(csv_row_fn *fn, void *ctx, struct csv **ret,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Any number of bytes, cut anywhere. TWR_EDATA: a row is longer than
 * CSV_ROW_MAX, so that an endless one has an end; TWR_ENOMEM; or what fn
 * returned.
 */
enum twr_status csv_feed(struct csv *cv, const char *data, size_t len,
    struct twr_error *err) TWR_MUST_CHECK;
/* The end of the file: a last row without a line end is told now. */
enum twr_status csv_end(struct csv *cv, struct twr_error *err) TWR_MUST_CHECK;
void csv_free(struct csv *cv); /* NULL is allowed */

#endif
