/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_DIRECTORY_BACKUP_H
#define TWRBAC_DIRECTORY_BACKUP_H

/*
 * Whole copies of a directory, by SQLite's own backup: one state, whoever
 * writes meanwhile. A copy is marked as one, holds no other file beside it
 * (no WAL), and is complete or not there.
 */

#include "directory.h"

typedef void backup_progress_fn(void *ctx, uint64_t done, uint64_t all);

/*
 * Copy dir, which is in a read transaction, to file (mode 0600). A copy that
 * is there already is replaced by rename; anything else there is refused
 * (TWR_EREFUSED). progress may be NULL. TWR_EWRITE; TWR_EDATA.
 */
enum twr_status directory_backup(struct directory *dir, const char *file,
    backup_progress_fn *progress, void *ctx,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * The same for a file whose name is never the same twice: what one that was
 * killed left is in the next one's way, and is removed. One at a time.
 */
enum twr_status directory_backup_dated(struct directory *dir, const char *file,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Copy dir, which is a copy, to file, where nothing may be, as a directory
 * that can be written.
 */
enum twr_status directory_adopt(struct directory *dir, const char *file,
    backup_progress_fn *progress, void *ctx,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
