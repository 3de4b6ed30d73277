/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_DIRECTORY_UPGRADE_H
#define TWRBAC_DIRECTORY_UPGRADE_H

/*
 * Bringing a directory of an older twrbac to this one's schema. All steps
 * from version to version are one transaction: a directory is of the old
 * schema or of the newest, whatever happens.
 */

#include "directory.h"
#include "status.h"

/* Journals the upgrade, in its transaction, with the new schema in place. */
typedef enum twr_status upgraded_fn(void *ctx, struct directory *dir,
    int version, struct twr_error *err);

/*
 * Upgrade the file at path. Before anything is changed it is copied to
 * backup, a path that must be free (see directory_backup()); NULL: no copy.
 * Afterwards foreign keys and the file's integrity are proven, then it is
 * committed. What fails before that leaves the file as it was, and no copy.
 *
 * The caller holds the writers' lock. TWR_OK without calling fn: there was
 * nothing to upgrade. TWR_EDATA: the result is not sound; otherwise as
 * directory_open() and directory_backup().
 */
enum twr_status directory_upgrade(const char *path, const char *backup,
    upgraded_fn *fn, void *ctx, struct twr_error *err) TWR_MUST_CHECK;
/* The schema of the file; *newest: that of this twrbac. */
enum twr_status directory_schema_of(const char *path, int *ret, int *newest,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
