/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CHANGE_IMPORT_IMPL_H
#define TWRBAC_CHANGE_IMPORT_IMPL_H

/* What the files change_import*.c share; for them only. */

#include "change_impl.h"
#include "change_import.h"
#include "csv.h"

enum import_column {
	COLUMN_EMAIL,
	COLUMN_NAME,
	COLUMN_LOGIN,
	COLUMN_ORGANIZATION_ROLE,
	COLUMN_KIND,
	COLUMN_TWO_FACTOR,
	COLUMN_USER,
	COLUMN_UID,
	COLUMN_SCOPE,
	COLUMN_ROLE,
	COLUMN_FROM,
	COLUMN_UNTIL,
	COLUMN_REASON,
	COLUMN_COUNT
};

/* One refused row that will be told. */
struct refusal {
	uint64_t line;
	char *text; /* "FILE:LINE: why" */
};

struct plan; /* of assignments; change_import_assignments.c */

struct import {
	const struct change_import *in;
	struct change ch; /* the caller's, with notes counted */
	const struct change *outer;
	struct csv *csv;
	bool headed;
	size_t n_columns; /* that the header names */
	size_t at[COLUMN_COUNT]; /* number of the field; SIZE_MAX: none */
	struct import_counts counts;
	bool malformed; /* some row is no CSV, or lacks fields */
	struct refusal refusals[IMPORT_TOLD]; /* by line */
	size_t n_refusals;
	uint64_t uids_unknown, notes, warnings;
	struct plan *plan;
};

/* The row's field of a column; "" when it is empty or not there. */
const char *import_field(const struct import *im, const struct csv_row *row,
    enum import_column column);

/*
 * Refuse the row of a line for what err says, unless rc is no refusal of a
 * rule but a failure of the whole, which is returned. TWR_OK otherwise.
 */
enum twr_status import_refuse(struct import *im, uint64_t line,
    enum twr_status rc, struct twr_error *err) TWR_MUST_CHECK;
/* Whether a refusal of this line would be told, and is worth a sentence. */
bool import_tells(const struct import *im, uint64_t line);

/* users and logins: one row at a time */
enum twr_status import_user(struct import *im, const struct csv_row *row,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status import_login(struct import *im, const struct csv_row *row,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Find a user as a file names one. TWR_EREFUSED, with a sentence only where
 * import_tells().
 */
enum twr_status import_find_user(struct import *im, uint64_t line,
    const char *text, struct user *ret, struct twr_error *err) TWR_MUST_CHECK;

/* assignments: gathered, then written in an order that suits the indexes */
enum twr_status plan_begin(struct plan **ret,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status plan_add(struct import *im, const struct csv_row *row,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status plan_carry_out(struct import *im,
    struct twr_error *err) TWR_MUST_CHECK;
void plan_free(struct plan *pl); /* NULL is allowed */

#endif
