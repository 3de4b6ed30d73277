/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy_index.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy_format.h"

#define SLOT_LEN 8
#define GROWTH_MAX 64 /* slots for each entry, beyond which we give up */

/* Entries of one table, and room to try sizes in. */
struct attempt {
	const struct policy_index *ix;
	uint32_t first, n;
	uint32_t *loads; /* entries that want each slot */
	size_t room;
};

static uint32_t
slot_of(uint32_t hash, uint32_t slots)
{
	return (hash >> 8) % slots;
}

/*
 * The longest run of full slots. Which slots linear probing fills does not
 * depend on the order: each takes one of those that wait, the rest move on,
 * and over the end to the beginning.
 */
static uint32_t
longest_run(struct attempt *at, uint32_t slots)
{
	const struct policy_index *ix = at->ix;
	uint32_t *full = at->loads;
	uint32_t i, waiting = 0, run = 0, longest = 0;

	memset(full, 0, slots * sizeof(*full));
	for (i = at->first; i < at->first + at->n; i++)
		full[slot_of(ix->entries[ix->order[i]].hash, slots)]++;
	for (i = 0; i < slots; i++) {
		waiting += full[i];
		full[i] = waiting > 0;
		waiting -= full[i];
	}
	for (i = 0; i < slots && waiting > 0; i++) {
		waiting -= full[i] == 0;
		full[i] = 1;
	}
	for (i = 0; i < 2 * slots; i++) {
		run = full[i % slots] != 0 ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

static bool
make_room(struct attempt *at, size_t slots)
{
	uint32_t *more;

	if (slots <= at->room)
		return true;
	more = reallocarray(at->loads, slots * 2, sizeof(*more));
	if (more == NULL)
		return false;
	at->loads = more;
	at->room = slots * 2;
	return true;
}

/* Larger by an eighth, and odd: evenly spaced hashes then spread. */
static uint32_t
next_size(uint32_t slots)
{
	return (slots + slots / 8 + 1) | 1;
}

static enum twr_status
choose_size(struct attempt *at, uint32_t *ret, struct twr_error *err)
{
	uint32_t slots = 2 * at->n;

	if (at->n == 0) {
		*ret = 0;
		return TWR_OK;
	}
	for (; slots / GROWTH_MAX <= at->n + 1; slots = next_size(slots)) {
		if (!make_room(at, slots))
			return twr_fail(err, TWR_ENOMEM,
			    "policy: out of memory");
		if (longest_run(at, slots) <= POLICY_RUN_MAX) {
			*ret = slots;
			return TWR_OK;
		}
	}
	return twr_fail(err, TWR_EDATA,
	    "policy: more than %d names have the same hash, as if somebody "
	    "had chosen them so; look at the logins that were mapped last "
	    "(twrbac journal) and unmap them",
	    POLICY_RUN_MAX);
}

/* Number the entries table by table, in their order within each. */
static void
sort_by_table(struct policy_index *ix, size_t n)
{
	uint32_t next[POLICY_TABLES];
	size_t i;

	memset(ix->first, 0, sizeof(ix->first));
	for (i = 0; i < n; i++)
		ix->first[ix->entries[i].hash % POLICY_TABLES + 1]++;
	for (i = 0; i < POLICY_TABLES; i++)
		ix->first[i + 1] += ix->first[i];
	memcpy(next, ix->first, sizeof(next));
	for (i = 0; i < n; i++)
		ix->order[next[ix->entries[i].hash %
		    POLICY_TABLES]++] = (uint32_t)i;
}

enum twr_status
policy_index_plan(const struct policy_entry *entries, size_t n,
    struct policy_index *ret, struct twr_error *err)
{
	struct policy_index ix = { .entries = entries };
	struct attempt at = { .ix = &ix };
	enum twr_status rc = TWR_OK;
	size_t i;

	if (n >= UINT32_C(1) << 28)
		return twr_fail(err, TWR_EDATA,
		    "policy: too many records; remove logins");
	if ((ix.order = reallocarray(NULL, n + 1, sizeof(*ix.order))) == NULL)
		return twr_fail(err, TWR_ENOMEM, "policy: out of memory");
	sort_by_table(&ix, n);
	for (i = 0; i < POLICY_TABLES && rc == TWR_OK; i++) {
		at.first = ix.first[i];
		at.n = ix.first[i + 1] - at.first;
		rc = choose_size(&at, &ix.slots[i], err);
		ix.len += (uint64_t)ix.slots[i] * SLOT_LEN;
	}
	free(at.loads);
	if (rc == TWR_OK)
		*ret = ix;
	else
		policy_index_free(&ix);
	return rc;
}

void
policy_index_free(struct policy_index *ix)
{
	free(ix->order);
	memset(ix, 0, sizeof(*ix));
}

enum twr_status
policy_write_at(int fd, const void *data, size_t len, uint64_t pos,
    struct twr_error *err)
{
	const uint8_t *p = data;
	ssize_t n;

	while (len > 0) {
		n = pwrite(fd, p, len, (off_t)pos);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return twr_fail(err, TWR_EWRITE,
			    "the new policy cannot be written: %s; is the "
			    "disk full?",
			    strerror(n == 0 ? ENOSPC : errno));
		p += n;
		pos += (uint64_t)n;
		len -= (size_t)n;
	}
	return TWR_OK;
}

static void
store32(uint8_t *p, uint32_t v)
{
	size_t i;

	for (i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* One table; a position of 0 marks an empty slot. */
static void
fill_table(const struct policy_index *ix, size_t table, uint8_t *slots)
{
	uint32_t i, at, n = ix->slots[table];
	const struct policy_entry *e;
	static const uint8_t empty[4];

	memset(slots, 0, (size_t)n * SLOT_LEN);
	for (i = ix->first[table]; i < ix->first[table + 1]; i++) {
		e = &ix->entries[ix->order[i]];
		at = slot_of(e->hash, n);
		while (memcmp(slots + (size_t)at * SLOT_LEN + 4, empty, 4) != 0)
			at = at + 1 == n ? 0 : at + 1;
		store32(slots + (size_t)at * SLOT_LEN, e->hash);
		store32(slots + (size_t)at * SLOT_LEN + 4, e->pos);
	}
}

enum twr_status
policy_index_write(const struct policy_index *ix, int fd, uint32_t end,
    struct twr_error *err)
{
	uint8_t header[TWR_CDB_HEADER], *tables, *p;
	enum twr_status rc;
	size_t i;

	if ((tables = malloc((size_t)ix->len + 1)) == NULL)
		return twr_fail(err, TWR_ENOMEM, "policy: out of memory");
	for (i = 0, p = tables; i < POLICY_TABLES; i++) {
		store32(header + i * SLOT_LEN, end + (uint32_t)(p - tables));
		store32(header + i * SLOT_LEN + 4, ix->slots[i]);
		fill_table(ix, i, p);
		p += (size_t)ix->slots[i] * SLOT_LEN;
	}
	rc = policy_write_at(fd, tables, (size_t)ix->len, end, err);
	if (rc == TWR_OK)
		rc = policy_write_at(fd, header, sizeof(header), 0, err);
	free(tables);
	return rc;
}
