/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_JOURNAL_CHAIN_H
#define TWRBAC_JOURNAL_CHAIN_H

/*
 * The links of the journal, one after another: what journal_append() and
 * journal_verify() do for each row, with what can be kept from row to row.
 */

#include "journal.h"

/* Hashes rows as journal.h says, again and again. */
struct journal_hasher;
enum twr_status journal_hasher_begin(struct journal_hasher **ret,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status journal_hasher_row(struct journal_hasher *ha,
    const uint8_t prev[TWR_HASH_LEN], const struct journal_row *row,
    uint8_t ret[TWR_HASH_LEN], struct twr_error *err) TWR_MUST_CHECK;
void journal_hasher_free(struct journal_hasher *ha); /* NULL is allowed */

/*
 * The end of dir's journal, to append many rows to, all by one actor at one
 * moment. Nobody else may append while it is in use. TWR_EREFUSED: the clock
 * is behind (see journal_check_clock()).
 */
struct journal_chain;
enum twr_status journal_chain_begin(struct directory *dir,
    const struct actor *actor, int64_t now, bool clock_ok,
    struct journal_chain **ret, struct twr_error *err) TWR_MUST_CHECK;
/* after must be what directory_snapshot() would say, to the byte. */
enum twr_status journal_chain_add(struct journal_chain *jc,
    enum journal_event event, const char *subject, const char *before,
    const char *after, struct twr_error *err) TWR_MUST_CHECK;
void journal_chain_free(struct journal_chain *jc); /* NULL is allowed */

#endif
