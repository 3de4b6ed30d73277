/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "change_impl.h"
#include "directory_restore.h"

/*
 * Undoing: each row of the journal after a mark is turned round, the newest
 * first, by a change that is journalled itself. History stays: an assignment
 * that was made is removed, one that was removed is made again.
 */
struct undo {
	enum directory_entity entity;
	char *subject;
	char *before; /* NULL: it did not exist */
};

struct undos {
	struct undo *items;
	size_t n, room;
};

static bool
find_entity(const char *word, enum directory_entity *ret)
{
	int entity;

	for (entity = ENTITY_SCOPE; entity <= ENTITY_POLICY; entity++) {
		*ret = (enum directory_entity)entity;
		if (strcmp(directory_entity_word(*ret), word) == 0)
			return true;
	}
	return false;
}

static enum twr_status
keep_row(void *ctx, const struct journal_row *row, struct twr_error *err)
{
	struct undos *un = ctx;
	struct undo *items, *it;
	size_t room;

	if (un->n == un->room) {
		room = un->room == 0 ? 64 : 2 * un->room;
		items = reallocarray(un->items, room, sizeof(*items));
		if (items == NULL)
			return twr_fail(err, TWR_ENOMEM, "out of memory");
		un->items = items;
		un->room = room;
	}
	it = &un->items[un->n];
	memset(it, 0, sizeof(*it));
	if (!find_entity(row->entity, &it->entity))
		return twr_fail(err, TWR_EDATA,
		    "journal row %llu: \"%s\" is nothing that this twrbac "
		    "knows; upgrade it",
		    (unsigned long long)row->seq, row->entity);
	if (it->entity == ENTITY_POLICY ||
	    (it->entity == ENTITY_SETTING &&
		(strcmp(row->subject, DIRECTORY_PENDING) == 0 ||
		    strcmp(row->subject, DIRECTORY_SCHEMA) == 0)))
		return TWR_OK; /* serials and schemas only rise */
	it->subject = strdup(row->subject);
	if (row->before != NULL)
		it->before = strdup(row->before);
	un->n++;
	if (it->subject == NULL || (row->before != NULL && it->before == NULL))
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	return TWR_OK;
}

static void
free_undos(struct undos *un)
{
	size_t i;

	for (i = 0; i < un->n; i++) {
		free(un->items[i].subject);
		free(un->items[i].before);
	}
	free(un->items);
}

/* Give again what assignment as gave; it keeps its row, this is another. */
static enum twr_status
give_again(const struct change *ch, const struct assignment *as,
    struct twr_error *err)
{
	struct user us;
	struct role ro;
	struct scope sc;
	struct change_gift gift = { &us, &ro, &sc,
		{ as->not_before, as->not_after }, as->reason,
		as->resource_type, as->resource_id };
	enum twr_status rc;

	if ((rc = directory_user_get(ch->dir, as->user_id, &us, err)) !=
		TWR_OK ||
	    (rc = directory_role_get(ch->dir, as->role_id, &ro, err)) !=
		TWR_OK ||
	    (rc = directory_scope_get(ch->dir, as->scope_id, &sc, err)) !=
		TWR_OK)
		return rc;
	return change_give(ch, &gift, NULL, err);
}

static enum twr_status
undo_assignment(const struct change *ch, const struct undo *it, uint64_t since,
    struct twr_error *err)
{
	struct assignment as;
	bool made_after = false;
	enum twr_status rc;

	rc = directory_assignment_find(ch->dir, it->subject, &as, err);
	if (rc != TWR_OK)
		return rc;
	if (it->before == NULL)
		return as.removed_at != TWR_NEVER ?
		    TWR_OK :
		    change_take(ch, as.id, as.sid, err);
	rc = directory_made_after(ch->dir, it->subject, since, &made_after,
	    err);
	if (rc != TWR_OK || made_after || as.removed_at == TWR_NEVER)
		return rc;
	return give_again(ch, &as, err);
}

static enum journal_event
event_of(enum directory_entity entity)
{
	switch (entity) {
	case ENTITY_SCOPE:
		return JOURNAL_SCOPE_REVERTED;
	case ENTITY_ALIAS:
		return JOURNAL_ALIAS_REVERTED;
	case ENTITY_USER:
		return JOURNAL_USER_REVERTED;
	case ENTITY_LOGIN:
		return JOURNAL_LOGIN_REVERTED;
	case ENTITY_ROLE:
		return JOURNAL_ROLE_REVERTED;
	case ENTITY_CONFIGURATION:
		return JOURNAL_CONFIGURATION_REVERTED;
	case ENTITY_SETTING:
	case ENTITY_ASSIGNMENT:
	case ENTITY_POLICY:
		break;
	}
	return JOURNAL_SETTING_REVERTED;
}

static enum twr_status
undo_row(const struct change *ch, const struct undo *it, struct twr_error *err)
{
	char *now = NULL;
	enum twr_status rc;

	rc = directory_snapshot(ch->dir, it->entity, it->subject, &now, err);
	if (rc == TWR_OK && it->before != NULL)
		rc = directory_restore(ch->dir, it->entity, it->subject,
		    it->before, err);
	else if (rc == TWR_OK)
		rc = directory_unmake(ch->dir, it->entity, it->subject, ch->now,
		    err);
	if (rc == TWR_OK)
		rc = change_record(ch, event_of(it->entity), it->subject, now,
		    err);
	free(now);
	return rc;
}

enum twr_status
change_revert(const struct change *ch, uint64_t since, struct twr_error *err)
{
	struct undos un = { NULL, 0, 0 };
	size_t i;
	enum twr_status rc;

	rc = directory_each_journal(ch->dir, since + 1, keep_row, &un, err);
	for (i = un.n; rc == TWR_OK && i > 0; i--)
		rc = un.items[i - 1].entity == ENTITY_ASSIGNMENT ?
		    undo_assignment(ch, &un.items[i - 1], since, err) :
		    undo_row(ch, &un.items[i - 1], err);
	free_undos(&un);
	return rc;
}

/* ---- the mark ---- */

static enum twr_status
put_setting(const struct change *ch, const char *name, int64_t value,
    enum journal_event event, struct twr_error *err)
{
	char *before = NULL;
	enum twr_status rc;

	rc = directory_snapshot(ch->dir, ENTITY_SETTING, name, &before, err);
	if (rc == TWR_OK)
		rc = directory_put_setting(ch->dir, name, value, err);
	if (rc == TWR_OK)
		rc = change_record(ch, event, name, before, err);
	free(before);
	return rc;
}

static enum twr_status
put_mark(const struct change *ch, uint64_t since, enum journal_event event,
    struct twr_error *err)
{
	return put_setting(ch, DIRECTORY_PENDING, (int64_t)since, event, err);
}

enum twr_status
change_upgraded(const struct change *ch, int version, struct twr_error *err)
{
	return put_setting(ch, DIRECTORY_SCHEMA, version,
	    JOURNAL_DIRECTORY_UPGRADED, err);
}

enum twr_status
change_confirm_begin(const struct change *ch, uint64_t since,
    struct twr_error *err)
{
	return put_mark(ch, since, JOURNAL_CONFIRM_BEGUN, err);
}

enum twr_status
change_confirm_end(const struct change *ch, bool confirmed,
    struct twr_error *err)
{
	uint64_t since = 0;
	enum twr_status rc = directory_pending(ch->dir, &since, err);

	if (rc == TWR_OK && since == 0)
		return twr_fail(err, TWR_EREFUSED,
		    "nothing waits to be confirmed; compile and apply take "
		    "--confirm 5m");
	if (rc == TWR_OK && !confirmed)
		rc = change_revert(ch, since, err);
	if (rc != TWR_OK)
		return rc;
	return put_mark(ch, 0,
	    confirmed ? JOURNAL_CONFIRM_GIVEN : JOURNAL_CONFIRM_MISSED, err);
}

enum twr_status
change_restored(const struct change *ch, uint64_t in_force,
    struct twr_error *err)
{
	char *before = NULL;
	uint64_t serial = 0;
	enum twr_status rc;

	rc = directory_serial(ch->dir, &serial, err);
	if (rc == TWR_OK)
		rc = directory_snapshot(ch->dir, ENTITY_POLICY, "serial",
		    &before, err);
	if (rc == TWR_OK)
		rc = directory_put_serial(ch->dir,
		    in_force > serial ? in_force : serial + 1, NULL, err);
	if (rc == TWR_OK)
		rc = change_record(ch, JOURNAL_DIRECTORY_RESTORED, "serial",
		    before, err);
	free(before);
	return rc;
}
