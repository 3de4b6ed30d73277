/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_POLICY_INDEX_H
#define TWRBAC_POLICY_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "status.h"

/*
 * The hash tables of a constant database. The format leaves their sizes
 * open. The usual choice, two slots for each record, gives login names that
 * count up (user1, user2...) runs of far more than TWR_PROBE_MAX full slots,
 * which the module's reader rightly refuses: for a key that is there, and
 * also for one that is not. So each table is made as large as it takes to
 * keep its runs short.
 */
#define POLICY_RUN_MAX 32 /* full slots in a row; below TWR_PROBE_MAX */
#define POLICY_TABLES 256

struct policy_entry {
	uint32_t hash; /* twr_cdb_hash() of the key */
	uint32_t pos; /* of the record */
};

struct policy_index {
	const struct policy_entry *entries; /* borrowed */
	uint32_t *order; /* the entries' numbers, table by table */
	uint32_t first[POLICY_TABLES + 1]; /* of each table, in order[] */
	uint32_t slots[POLICY_TABLES];
	uint64_t len; /* of all tables, bytes */
};

/*
 * Choose the sizes for n entries, n below 2^28. ret is set on TWR_OK only;
 * release with policy_index_free().
 *
 * TWR_EDATA: so many keys have the same hash that no size helps (their
 * owner chose them so); TWR_ENOMEM.
 */
enum twr_status policy_index_plan(const struct policy_entry *entries, size_t n,
    struct policy_index *ret, struct twr_error *err) TWR_MUST_CHECK;
void policy_index_free(struct policy_index *ix); /* may be repeated */
/*
 * Write the tables to fd at end, the end of the records, and the header at
 * 0. end + .len is at most UINT32_MAX. TWR_EWRITE; TWR_ENOMEM.
 */
enum twr_status policy_index_write(const struct policy_index *ix, int fd,
    uint32_t end, struct twr_error *err) TWR_MUST_CHECK;
/* Write all of data at pos. TWR_EWRITE. */
enum twr_status policy_write_at(int fd, const void *data, size_t len,
    uint64_t pos, struct twr_error *err) TWR_MUST_CHECK;

#endif
