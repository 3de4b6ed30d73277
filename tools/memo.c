/* SPDX-License-Identifier: BSD-2-Clause */
#include "memo.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static enum twr_status
no_memory(struct twr_error *err)
{
	return twr_fail(err, TWR_ENOMEM, "names: out of memory");
}

static uint32_t
hash_of(const struct memo *me, const char *text)
{
	uint64_t h = me->seed;

	for (; *text != '\0'; text++) {
		h = (h ^ (unsigned char)*text) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	return (uint32_t)(h >> 16);
}

const char *
memo_text(const struct memo *me, size_t at)
{
	return me->texts + at;
}

bool
memo_get(const struct memo *me, const char *text, uint32_t *value)
{
	uint32_t hash, number;
	const struct memo_entry *en;
	size_t i;

	if (me->n == 0)
		return false;
	hash = hash_of(me, text);
	for (i = hash & (me->n_slots - 1); (number = me->slots[i]) != 0;
	     i = (i + 1) & (me->n_slots - 1)) {
		en = &me->entries[number - 1];
		if (en->hash == hash && strcmp(me->texts + en->at, text) == 0) {
			*value = en->value;
			return true;
		}
	}
	return false;
}

static void
take_slot(struct memo *me, uint32_t hash, uint32_t number)
{
	size_t i = hash & (me->n_slots - 1);

	while (me->slots[i] != 0)
		i = (i + 1) & (me->n_slots - 1);
	me->slots[i] = number;
}

/* At most half of the slots are taken. */
static enum twr_status
more_slots(struct memo *me, struct twr_error *err)
{
	size_t n = me->n_slots > 0 ? 2 * me->n_slots : 64, i;
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (slots == NULL)
		return no_memory(err);
	if (me->n_slots == 0 &&
	    getrandom(&me->seed, sizeof(me->seed), 0) !=
		(ssize_t)sizeof(me->seed)) {
		free(slots);
		return twr_fail(err, TWR_EWRITE,
		    "the kernel gave no random bytes");
	}
	free(me->slots);
	me->slots = slots;
	me->n_slots = n;
	for (i = 0; i < me->n; i++)
		take_slot(me, me->entries[i].hash, (uint32_t)(i + 1));
	return TWR_OK;
}

enum twr_status
memo_keep(struct memo *me, const char *text, size_t *at, struct twr_error *err)
{
	size_t size = strlen(text) + 1;
	size_t room = me->room > 0 ? me->room : 4096;
	char *texts;

	while (room - me->len < size)
		room += room / 2;
	if (room != me->room) {
		if ((texts = realloc(me->texts, room)) == NULL)
			return no_memory(err);
		me->texts = texts;
		me->room = room;
	}
	*at = me->len;
	memcpy(me->texts + me->len, text, size);
	me->len += size;
	return TWR_OK;
}

enum twr_status
memo_put(struct memo *me, const char *text, uint32_t value,
    struct twr_error *err)
{
	size_t room = me->n_room > 0 ? me->n_room + me->n_room / 2 : 64;
	struct memo_entry *entries;
	enum twr_status rc;

	if (2 * me->n >= me->n_slots && (rc = more_slots(me, err)) != TWR_OK)
		return rc;
	if (me->n == me->n_room) {
		entries = reallocarray(me->entries, room, sizeof(*entries));
		if (entries == NULL || me->n >= UINT32_MAX) {
			me->entries = entries != NULL ? entries : me->entries;
			return no_memory(err);
		}
		me->entries = entries;
		me->n_room = room;
	}
	entries = &me->entries[me->n];
	*entries = (struct memo_entry) { hash_of(me, text), value, 0 };
	if ((rc = memo_keep(me, text, &entries->at, err)) != TWR_OK)
		return rc;
	take_slot(me, entries->hash, (uint32_t)++me->n);
	return TWR_OK;
}

void
memo_free(struct memo *me)
{
	free(me->texts);
	free(me->entries);
	free(me->slots);
	memset(me, 0, sizeof(*me));
}
