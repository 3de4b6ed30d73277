/* SPDX-License-Identifier: BSD-2-Clause */
#include "journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "digest.h"
#include "directory_write.h"
#include "text.h"

static const struct {
	const char *word;
	enum directory_entity entity;
} events[JOURNAL_EVENT_COUNT] = {
#define X(id, entity, word) [JOURNAL_##id] = { word, ENTITY_##entity },
	JOURNAL_EVENTS(X)
#undef X
};

const char *
journal_event_word(enum journal_event event)
{
	return (unsigned)event < JOURNAL_EVENT_COUNT ? events[event].word :
						       "?";
}

enum directory_entity
journal_event_entity(enum journal_event event)
{
	return events[event].entity;
}

void
journal_hash_text(const uint8_t hash[TWR_HASH_LEN],
    char buf[2 * TWR_HASH_LEN + 1])
{
	size_t i;

	for (i = 0; i < TWR_HASH_LEN; i++)
		(void)snprintf(buf + 2 * i, 3, "%02x", hash[i]);
}

/* ---- the hash ---- */

static void
put_u64(uint8_t buf[8], uint64_t value)
{
	size_t i;

	for (i = 0; i < 8; i++)
		buf[i] = (uint8_t)(value >> (8 * i));
}

static enum twr_status
add_bytes(struct digest *dg, const void *data, size_t len,
    struct twr_error *err)
{
	uint8_t size[8];
	enum twr_status rc;

	put_u64(size, len);
	if ((rc = digest_add(dg, size, sizeof(size), err)) != TWR_OK)
		return rc;
	return digest_add(dg, data, len, err);
}

static enum twr_status
add_text(struct digest *dg, const char *text, struct twr_error *err)
{
	static const uint8_t absent[8] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff };

	if (text == NULL)
		return digest_add(dg, absent, sizeof(absent), err);
	return add_bytes(dg, text, strlen(text), err);
}

static enum twr_status
add_number(struct digest *dg, uint64_t value, struct twr_error *err)
{
	uint8_t buf[8];

	put_u64(buf, value);
	return add_bytes(dg, buf, sizeof(buf), err);
}

static enum twr_status
add_row(struct digest *dg, const uint8_t prev[TWR_HASH_LEN],
    const struct journal_row *row, struct twr_error *err)
{
	const char *texts[] = { row->actor, row->how, row->reason,
		row->entity, row->event, row->subject, row->before,
		row->after };
	size_t i;
	enum twr_status rc;

	if ((rc = add_bytes(dg, prev, TWR_HASH_LEN, err)) != TWR_OK)
		return rc;
	if ((rc = add_number(dg, row->seq, err)) != TWR_OK)
		return rc;
	if ((rc = add_number(dg, (uint64_t)row->at, err)) != TWR_OK)
		return rc;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if ((rc = add_text(dg, texts[i], err)) != TWR_OK)
			return rc;
	return TWR_OK;
}

enum twr_status
journal_hash(const uint8_t prev[TWR_HASH_LEN], const struct journal_row *row,
    uint8_t ret[TWR_HASH_LEN], struct twr_error *err)
{
	struct digest *dg = NULL;
	enum twr_status rc;

	if ((rc = digest_begin(&dg, err)) != TWR_OK)
		return rc;
	if ((rc = add_row(dg, prev, row, err)) == TWR_OK)
		rc = digest_end(dg, ret, err);
	digest_free(dg);
	return rc;
}

/* ---- appending ---- */

static enum twr_status
check_clock(const struct directory *dir, const struct journal_head *head,
    int64_t now, bool forced, struct twr_error *err)
{
	char at[TWR_TIME_LEN], clock[TWR_TIME_LEN];

	if (head->seq == 0 || now >= head->at || forced)
		return TWR_OK;
	twr_time_format(head->at, at);
	twr_time_format(now, clock);
	return twr_fail(err, TWR_EREFUSED,
	    "%s: the clock says %s, but the newest change was at %s; set the "
	    "clock, or use --clock-ok if that change's time is the wrong one",
	    directory_path(dir), clock, at);
}

enum twr_status
journal_check_clock(struct directory *dir, int64_t now, bool forced,
    struct twr_error *err)
{
	struct journal_head head;
	enum twr_status rc = directory_journal_head(dir, &head, err);

	return rc != TWR_OK ? rc : check_clock(dir, &head, now, forced, err);
}

enum twr_status
journal_append(struct directory *dir, const struct actor *actor, int64_t now,
    bool clock_ok, enum journal_event event, const char *subject,
    const char *before, struct twr_error *err)
{
	struct journal_head head;
	struct journal_row row = { 0 };
	enum directory_entity entity = journal_event_entity(event);
	char *after = NULL;
	enum twr_status rc;

	if ((rc = directory_journal_head(dir, &head, err)) != TWR_OK)
		goto out;
	if ((rc = check_clock(dir, &head, now, clock_ok, err)) != TWR_OK)
		goto out;
	rc = directory_snapshot(dir, entity, subject, &after, err);
	if (rc != TWR_OK)
		goto out;
	row.seq = head.seq + 1;
	row.at = now;
	row.actor = actor->label;
	row.how = actor_how_word(actor->how);
	row.reason = actor->reason[0] != '\0' ? actor->reason : NULL;
	row.entity = directory_entity_word(entity);
	row.event = journal_event_word(event);
	row.subject = subject;
	row.before = before;
	row.after = after;
	if ((rc = journal_hash(head.hash, &row, row.hash, err)) != TWR_OK)
		goto out;
	rc = directory_insert_journal(dir, &row, err);
out:
	free(after);
	return rc;
}

/* ---- proving ---- */

struct proof {
	const char *path;
	struct journal_head head;
};

static enum twr_status
prove_row(void *ctx, const struct journal_row *row, struct twr_error *err)
{
	struct proof *pr = ctx;
	uint8_t hash[TWR_HASH_LEN];
	enum twr_status rc;

	if (row->seq != pr->head.seq + 1)
		return twr_fail(err, TWR_EDATA,
		    "%s: journal row %llu is missing: the next is %llu; "
		    "compare with a backup", pr->path,
		    (unsigned long long)pr->head.seq + 1,
		    (unsigned long long)row->seq);
	if ((rc = journal_hash(pr->head.hash, row, hash, err)) != TWR_OK)
		return rc;
	if (memcmp(hash, row->hash, sizeof(hash)) != 0)
		return twr_fail(err, TWR_EDATA,
		    "%s: journal row %llu was altered: its hash does not fit; "
		    "compare with a backup", pr->path,
		    (unsigned long long)row->seq);
	pr->head.seq = row->seq;
	pr->head.at = row->at;
	memcpy(pr->head.hash, hash, sizeof(hash));
	return TWR_OK;
}

enum twr_status
journal_verify(struct directory *dir, struct journal_head *head,
    struct twr_error *err)
{
	struct proof pr = { directory_path(dir), { .at = TWR_ALWAYS } };
	int entity;
	enum twr_status rc;

	rc = directory_each_journal(dir, 0, prove_row, &pr, err);
	for (entity = ENTITY_SCOPE; rc == TWR_OK && entity <= ENTITY_POLICY;
	     entity++)
		rc = directory_replay_check(dir,
		    (enum directory_entity)entity, err);
	if (rc == TWR_OK)
		*head = pr.head;
	return rc;
}

void
journal_announce(const char *path, const struct journal_head *head)
{
	char hash[2 * TWR_HASH_LEN + 1], value[600];
	struct twr_line ln;

	journal_hash_text(head->hash, hash);
	twr_line_init(&ln, value, sizeof(value));
	twr_line_key(&ln, "directory", path, 128);
	syslog(LOG_AUTHPRIV | LOG_NOTICE, "journal seq=%llu hash=%s %s",
	    (unsigned long long)head->seq, hash, value);
}
