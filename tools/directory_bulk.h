/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_DIRECTORY_BULK_H
#define TWRBAC_DIRECTORY_BULK_H

/*
 * What writing very many assignments wants of the directory, besides
 * directory_write.h; for change_import*.c only.
 */

#include "directory_write.h"

/* A standing assignment, not limited to a resource, of one user. */
struct held_window {
	int64_t role_id, scope_id;
	int64_t not_before, not_after;
};
typedef enum twr_status window_fn(void *ctx, const struct held_window *row,
    struct twr_error *err);
/* Those of one user, from one index, in the order of roles and scopes. */
enum twr_status directory_each_window(struct directory *dir, int64_t user_id,
    window_fn *fn, void *ctx, struct twr_error *err) TWR_MUST_CHECK;

/*
 * Indexes whose order is not that of the rows to come are dropped before and
 * built again after them, inside the caller's transaction: a rollback has
 * them back as they were. rows: how many will be written; for few of them,
 * beside those that are there, nothing is dropped. *ret is NULL then.
 *
 * directory_indexes_build() must be called before the commit; whatever fails
 * in between is rolled back by the caller. It needs no directory_..._free().
 */
struct directory_indexes;
enum twr_status directory_indexes_drop(struct directory *dir, uint64_t rows,
    struct directory_indexes **ret, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_indexes_build(struct directory *dir,
    struct directory_indexes *ix, struct twr_error *err) TWR_MUST_CHECK;
void directory_indexes_free(struct directory_indexes *ix); /* or NULL */

/*
 * Fresh SIDs that rise, so that rows which are written in their order are
 * written into their index in its order too. Release with free().
 */
#define DIRECTORY_SID_BYTES 16
enum twr_status directory_rising_sids(size_t n, uint8_t **ret,
    struct twr_error *err) TWR_MUST_CHECK;
void directory_sid_text(const char prefix[2],
    const uint8_t bytes[DIRECTORY_SID_BYTES], char ret[TWR_SID_LEN + 1]);

#endif
