/* SPDX-License-Identifier: BSD-2-Clause */
#include "journal_chain.h"

#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "directory_write.h"

/* ---- the hash ---- */

struct journal_hasher {
	struct digest *dg;
	uint8_t *buf; /* one row, as it is hashed */
	size_t room;
};

enum twr_status
journal_hasher_begin(struct journal_hasher **ret, struct twr_error *err)
{
	struct journal_hasher *ha = calloc(1, sizeof(*ha));
	enum twr_status rc;

	if (ha == NULL)
		return twr_fail(err, TWR_ENOMEM, "journal: out of memory");
	if ((rc = digest_begin(&ha->dg, err)) != TWR_OK) {
		journal_hasher_free(ha);
		return rc;
	}
	*ret = ha;
	return TWR_OK;
}

void
journal_hasher_free(struct journal_hasher *ha)
{
	if (ha == NULL)
		return;
	digest_free(ha->dg);
	free(ha->buf);
	free(ha);
}

static uint8_t *
put_u64(uint8_t *p, uint64_t value)
{
	size_t i;

	for (i = 0; i < 8; i++)
		*p++ = (uint8_t)(value >> (8 * i));
	return p;
}

static uint8_t *
put_number(uint8_t *p, uint64_t value)
{
	return put_u64(put_u64(p, 8), value);
}

static uint8_t *
put_bytes(uint8_t *p, const void *data, size_t len)
{
	p = put_u64(p, len);
	memcpy(p, data, len);
	return p + len;
}

#define TEXTS 8

static void
texts_of(const struct journal_row *row, const char *texts[TEXTS])
{
	texts[0] = row->actor;
	texts[1] = row->how;
	texts[2] = row->reason;
	texts[3] = row->entity;
	texts[4] = row->event;
	texts[5] = row->subject;
	texts[6] = row->before;
	texts[7] = row->after;
}

static enum twr_status
make_room(struct journal_hasher *ha, size_t size, struct twr_error *err)
{
	uint8_t *buf;

	if (size <= ha->room)
		return TWR_OK;
	if ((buf = realloc(ha->buf, 2 * size)) == NULL)
		return twr_fail(err, TWR_ENOMEM, "journal: out of memory");
	ha->buf = buf;
	ha->room = 2 * size;
	return TWR_OK;
}

enum twr_status
journal_hasher_row(struct journal_hasher *ha, const uint8_t prev[TWR_HASH_LEN],
    const struct journal_row *row, uint8_t ret[TWR_HASH_LEN],
    struct twr_error *err)
{
	const char *texts[TEXTS];
	size_t lens[TEXTS], size = 8 + TWR_HASH_LEN + 2 * 16 + 8 * TEXTS, i;
	uint8_t *p;
	enum twr_status rc;

	texts_of(row, texts);
	for (i = 0; i < TEXTS; i++)
		size += lens[i] = texts[i] != NULL ? strlen(texts[i]) : 0;
	if ((rc = make_room(ha, size, err)) != TWR_OK)
		return rc;
	p = put_bytes(ha->buf, prev, TWR_HASH_LEN);
	p = put_number(p, row->seq);
	p = put_number(p, (uint64_t)row->at);
	for (i = 0; i < TEXTS; i++)
		p = texts[i] != NULL ? put_bytes(p, texts[i], lens[i]) :
				       put_u64(p, UINT64_MAX);
	if ((rc = digest_restart(ha->dg, err)) != TWR_OK)
		return rc;
	rc = digest_add(ha->dg, ha->buf, (size_t)(p - ha->buf), err);
	return rc != TWR_OK ? rc : digest_end(ha->dg, ret, err);
}

enum twr_status
journal_hash(const uint8_t prev[TWR_HASH_LEN], const struct journal_row *row,
    uint8_t ret[TWR_HASH_LEN], struct twr_error *err)
{
	struct journal_hasher *ha = NULL;
	enum twr_status rc = journal_hasher_begin(&ha, err);

	if (rc == TWR_OK)
		rc = journal_hasher_row(ha, prev, row, ret, err);
	journal_hasher_free(ha);
	return rc;
}

/* ---- the chain ---- */

struct journal_chain {
	struct directory *dir;
	struct journal_hasher *ha;
	struct journal_head head;
	struct journal_row row; /* what all rows have in common */
};

enum twr_status
journal_chain_begin(struct directory *dir, const struct actor *actor,
    int64_t now, bool clock_ok, struct journal_chain **ret,
    struct twr_error *err)
{
	struct journal_chain *jc = calloc(1, sizeof(*jc));
	enum twr_status rc;

	if (jc == NULL)
		return twr_fail(err, TWR_ENOMEM, "journal: out of memory");
	jc->dir = dir;
	jc->row.at = now;
	jc->row.actor = actor->label;
	jc->row.how = actor_how_word(actor->how);
	jc->row.reason = actor->reason[0] != '\0' ? actor->reason : NULL;
	if ((rc = journal_check_clock(dir, now, clock_ok, err)) != TWR_OK ||
	    (rc = directory_journal_head(dir, &jc->head, err)) != TWR_OK ||
	    (rc = journal_hasher_begin(&jc->ha, err)) != TWR_OK) {
		journal_chain_free(jc);
		return rc;
	}
	*ret = jc;
	return TWR_OK;
}

enum twr_status
journal_chain_add(struct journal_chain *jc, enum journal_event event,
    const char *subject, const char *before, const char *after,
    struct twr_error *err)
{
	struct journal_row row = jc->row;
	enum twr_status rc;

	row.seq = jc->head.seq + 1;
	row.entity = directory_entity_word(journal_event_entity(event));
	row.event = journal_event_word(event);
	row.subject = subject;
	row.before = before;
	row.after = after;
	rc = journal_hasher_row(jc->ha, jc->head.hash, &row, row.hash, err);
	if (rc == TWR_OK)
		rc = directory_insert_journal(jc->dir, &row, err);
	if (rc != TWR_OK)
		return rc;
	jc->head.seq = row.seq;
	memcpy(jc->head.hash, row.hash, TWR_HASH_LEN);
	return TWR_OK;
}

void
journal_chain_free(struct journal_chain *jc)
{
	if (jc == NULL)
		return;
	journal_hasher_free(jc->ha);
	free(jc);
}
