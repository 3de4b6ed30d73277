/* SPDX-License-Identifier: BSD-2-Clause */
#include "journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "directory_write.h"
#include "journal_chain.h"
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
	return (unsigned)event < JOURNAL_EVENT_COUNT ? events[event].word : "?";
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

/* ---- appending ---- */

enum twr_status
journal_check_clock(struct directory *dir, int64_t now, bool forced,
    struct twr_error *err)
{
	char at[TWR_TIME_LEN], clock[TWR_TIME_LEN];
	struct journal_head head;
	enum twr_status rc = directory_journal_head(dir, &head, err);

	if (rc != TWR_OK || head.seq == 0 || now >= head.at || forced)
		return rc;
	twr_time_format(head.at, at);
	twr_time_format(now, clock);
	return twr_fail(err, TWR_EREFUSED,
	    "%s: the clock says %s, but the newest change was at %s; set the "
	    "clock, or use --clock-ok if that change's time is the wrong one",
	    directory_path(dir), clock, at);
}

enum twr_status
journal_append(struct directory *dir, const struct actor *actor, int64_t now,
    bool clock_ok, enum journal_event event, const char *subject,
    const char *before, struct twr_error *err)
{
	struct journal_chain *jc = NULL;
	char *after = NULL;
	enum twr_status rc;

	rc = journal_chain_begin(dir, actor, now, clock_ok, &jc, err);
	if (rc != TWR_OK)
		goto out;
	rc = directory_snapshot(dir, journal_event_entity(event), subject,
	    &after, err);
	if (rc == TWR_OK)
		rc = journal_chain_add(jc, event, subject, before, after, err);
out:
	journal_chain_free(jc);
	free(after);
	return rc;
}

/* ---- proving ---- */

struct proof {
	const char *path;
	struct journal_hasher *ha;
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
		    "compare with a backup",
		    pr->path, (unsigned long long)pr->head.seq + 1,
		    (unsigned long long)row->seq);
	rc = journal_hasher_row(pr->ha, pr->head.hash, row, hash, err);
	if (rc != TWR_OK)
		return rc;
	if (memcmp(hash, row->hash, sizeof(hash)) != 0)
		return twr_fail(err, TWR_EDATA,
		    "%s: journal row %llu was altered: its hash does not fit; "
		    "compare with a backup",
		    pr->path, (unsigned long long)row->seq);
	pr->head.seq = row->seq;
	pr->head.at = row->at;
	memcpy(pr->head.hash, hash, sizeof(hash));
	return TWR_OK;
}

enum twr_status
journal_verify(struct directory *dir, struct journal_head *head,
    struct twr_error *err)
{
	struct proof pr = { directory_path(dir), NULL, { .at = TWR_ALWAYS } };
	int entity;
	enum twr_status rc;

	if ((rc = journal_hasher_begin(&pr.ha, err)) != TWR_OK)
		return rc;
	rc = directory_each_journal(dir, 0, prove_row, &pr, err);
	journal_hasher_free(pr.ha);
	for (entity = ENTITY_SCOPE; rc == TWR_OK && entity <= ENTITY_POLICY;
	     entity++)
		rc = directory_replay_check(dir, (enum directory_entity)entity,
		    err);
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
