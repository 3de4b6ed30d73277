/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_MEMO_H
#define TWRBAC_MEMO_H

/*
 * Texts remembered with a number each: a hash table that keeps the texts one
 * behind another. Zero it first; release with memo_free(). What text points
 * to is not kept. Texts are compared byte for byte.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

struct memo_entry {
	uint32_t hash;
	uint32_t value;
	size_t at; /* in texts */
};

struct memo {
	uint64_t seed; /* so that nobody can choose texts that collide */
	char *texts;
	size_t len, room;
	struct memo_entry *entries;
	size_t n, n_room;
	uint32_t *slots; /* number of an entry, from 1; 0: free */
	size_t n_slots; /* a power of two */
};

bool memo_get(const struct memo *me, const char *text, uint32_t *value);
/* Nothing is remembered twice: text must not be known. TWR_ENOMEM. */
enum twr_status memo_put(struct memo *me, const char *text, uint32_t value,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Keep a text that need not be found again; *at is where memo_text() has it.
 */
enum twr_status memo_keep(struct memo *me, const char *text, size_t *at,
    struct twr_error *err) TWR_MUST_CHECK;
const char *memo_text(const struct memo *me, size_t at);
void memo_free(struct memo *me);

#endif
