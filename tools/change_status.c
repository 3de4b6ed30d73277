/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "change_impl.h"

static enum twr_status
store_status(const struct change *ch, struct scope *sc,
    enum twr_scope_status status, struct twr_error *err)
{
	enum journal_event event = JOURNAL_SCOPE_ACTIVATED;
	char *before = NULL;
	enum twr_status rc;

	if (status == TWR_SCOPE_SUSPENDED)
		event = JOURNAL_SCOPE_SUSPENDED;
	else if (status == TWR_SCOPE_CLOSED)
		event = JOURNAL_SCOPE_CLOSED;
	rc = directory_snapshot(ch->dir, ENTITY_SCOPE, sc->sid, &before, err);
	sc->status = status;
	if (rc == TWR_OK)
		rc = directory_update_scope(ch->dir, sc, err);
	if (rc == TWR_OK)
		rc = change_record(ch, event, sc->sid, before, err);
	free(before);
	return rc;
}

/* ---- closing ---- */

struct closing {
	const struct change *ch;
	change_gone_fn *fn;
	void *ctx;
	struct scope *scopes; /* below the one that is closed */
	size_t n, room;
};

static enum twr_status
keep_scope(void *ctx, const struct scope *scope, struct twr_error *err)
{
	struct closing *cl = ctx;
	struct scope *grown;
	size_t room = cl->room == 0 ? 8 : 2 * cl->room;

	if (scope->status == TWR_SCOPE_CLOSED)
		return TWR_OK;
	if (cl->n == cl->room) {
		grown = reallocarray(cl->scopes, room, sizeof(*grown));
		if (grown == NULL)
			return twr_fail(err, TWR_ENOMEM, "out of memory");
		cl->scopes = grown;
		cl->room = room;
	}
	cl->scopes[cl->n++] = *scope;
	return TWR_OK;
}

/* One scope, with all that is assigned at exactly it. */
static enum twr_status
close_one(struct closing *cl, struct scope *sc, struct twr_error *err)
{
	struct assignment_filter filter = { .now = cl->ch->now,
		.scope_id = sc->id };
	struct change_gone gone = {
		.what = GONE_SCOPE, .scope = sc->path, .sid = sc->sid
	};
	struct change_rows rows = { 0 };
	enum twr_status rc;

	if (cl->fn != NULL)
		cl->fn(cl->ctx, &gone);
	rc = change_collect(cl->ch, &filter, &rows, err);
	if (rc == TWR_OK)
		rc = change_take_rows(cl->ch, &rows, ROLE_KEY_ACCOUNT_OWNER,
		    cl->fn, cl->ctx, err);
	if (rc == TWR_OK)
		rc = store_status(cl->ch, sc, TWR_SCOPE_CLOSED, err);
	change_rows_free(&rows);
	return rc;
}

static enum twr_status
close_all(struct closing *cl, struct scope *sc, struct twr_error *err)
{
	size_t i;
	enum twr_status rc;

	rc = directory_each_scope_below(cl->ch->dir, sc->id, keep_scope, cl,
	    err);
	if (rc == TWR_OK)
		rc = close_one(cl, sc, err);
	for (i = 0; rc == TWR_OK && i < cl->n; i++)
		rc = close_one(cl, &cl->scopes[i], err);
	free(cl->scopes);
	return rc;
}

/* ---- any status ---- */

static enum twr_status
check(const struct change *ch, const struct scope *sc,
    enum twr_scope_status status, struct twr_error *err)
{
	char place[CHANGE_PLACE_MAX] = "";
	struct admin_scope_change c = { sc, NULL, status, place };
	struct scope parent;
	enum twr_status rc = TWR_OK;

	if (sc->parent_id != 0) {
		rc = directory_scope_get(ch->dir, sc->parent_id, &parent, err);
		c.parent = &parent;
	}
	if (rc == TWR_OK && status == TWR_SCOPE_CLOSED)
		rc = change_named_scope(ch, sc, place, err);
	return rc == TWR_OK ? admin_check_scope_status(&c, err) : rc;
}

static void
note_parent(const struct change *ch, const struct scope *sc)
{
	bool usable = true;

	if (sc->status == TWR_SCOPE_ACTIVE &&
	    directory_scope_usable(ch->dir, sc->id, &usable, NULL) == TWR_OK &&
	    !usable)
		change_note(ch,
		    "note: a scope above %s is not active, so nothing has "
		    "effect there yet",
		    sc->path);
}

enum twr_status
change_scope_set_status(const struct change *ch, const char *scope,
    enum twr_scope_status status, change_gone_fn *fn, void *ctx,
    struct scope *ret, bool *changed, struct twr_error *err)
{
	struct closing cl = { .ch = ch, .fn = fn, .ctx = ctx };
	struct scope sc;
	bool done;
	enum twr_status rc;

	if ((rc = change_find_scope(ch, scope, &sc, err)) != TWR_OK)
		return rc;
	done = sc.status != status;
	if (done && (rc = check(ch, &sc, status, err)) != TWR_OK)
		return rc;
	if (done && status == TWR_SCOPE_CLOSED)
		rc = close_all(&cl, &sc, err);
	else if (done)
		rc = store_status(ch, &sc, status, err);
	if (rc != TWR_OK)
		return rc;
	note_parent(ch, &sc);
	if (ret != NULL)
		*ret = sc;
	if (changed != NULL)
		*changed = done;
	return TWR_OK;
}
