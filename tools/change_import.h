/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CHANGE_IMPORT_H
#define TWRBAC_CHANGE_IMPORT_H

/*
 * Many changes at once, from CSV: a header row that names the columns, then
 * a row for each change. What admin.h forbids one by one it forbids here.
 * All rows are done, or the caller rolls back; a row that comes to nothing,
 * since it is so already, is counted and left alone.
 *
 *	users        email, name, login, organization_role, kind, two_factor
 *	logins       user, login, uid
 *	assignments  user, scope, role, from, until, reason
 *
 * Columns may stand in any order. An empty field is the same as no such
 * column. email; user, login; user, scope, role must be there.
 */

#include "change.h"

enum import_kind {
	IMPORT_USERS = 1,
	IMPORT_LOGINS,
	IMPORT_ASSIGNMENTS
};

#define IMPORT_TOLD 20 /* refused rows that are told one by one */

struct import_counts {
	uint64_t rows; /* read, without the header */
	uint64_t added;
	uint64_t unchanged; /* they were so already */
	uint64_t refused;
};

struct change_import {
	enum import_kind kind;
	const char *name; /* of the file, for messages */
	struct admin_login rules; /* of every login: .uid_min and .flags */
	/* The uid of a login's account here; TWR_UID_UNKNOWN: it has none. */
	uint32_t (*account_uid)(void *ctx, const char *login);
	/* A refused row: "FILE:LINE: why", for the first IMPORT_TOLD lines. */
	void (*complain)(void *ctx, const char *line);
	/* How far writing is, where that is a step of its own; or NULL. */
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *ctx;
};

struct import;

/* ch and in must outlive the import. */
enum twr_status change_import_begin(const struct change *ch,
    const struct change_import *in, struct import **ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* The next bytes of the file. A wrong header is TWR_EDATA. */
enum twr_status change_import_feed(struct import *im, const char *data,
    size_t len, struct twr_error *err) TWR_MUST_CHECK;
/*
 * The end of the file: what was not written yet is. TWR_EREFUSED when rows
 * were refused, TWR_EDATA when some were no CSV; they were complained of.
 * counts is set in any case.
 */
enum twr_status change_import_end(struct import *im,
    struct import_counts *counts, struct twr_error *err) TWR_MUST_CHECK;
void change_import_free(struct import *im); /* NULL is allowed */

#endif
