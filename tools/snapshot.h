/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SNAPSHOT_H
#define TWRBAC_SNAPSHOT_H

/*
 * An assignment as the journal keeps it, made without asking the database:
 * byte for byte what directory_snapshot() says of the same row. Importing
 * many would otherwise read each back; whoever uses this compares some.
 */

#include <stddef.h>

#include "directory.h"

/* The SIDs that the row names by number. */
struct snapshot_names {
	const char *user, *role, *scope;
};

/* Each byte of text may become six. */
#define SNAPSHOT_MAX \
	(1024 + 6 * (DIRECTORY_TEXT_MAX + 3 * (TWR_NAME_MAX + 1) + 64))

void snapshot_assignment(const struct assignment *row,
    const struct snapshot_names *names, char buf[SNAPSHOT_MAX]);

#endif
