/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "change_import_plan.h"
#include "directory_bulk.h"
#include "journal_chain.h"
#include "snapshot.h"

/*
 * Rows are written user by user, with SIDs that rise: so the table, the
 * journal and their large indexes are written from one end to the other.
 */

#define COMPARE_EACH 4096 /* of the snapshots, with the database's own */

/* A window that the user holds, or will. */
struct window {
	uint32_t role, scope; /* the directory's numbers */
	struct admin_window w;
};

struct writer {
	struct import *im;
	struct journal_chain *chain;
	uint8_t *sids;
	size_t n_written;
	bool slow; /* the database has another way to write JSON */
	struct assignment as; /* what all have in common is filled in */
	int64_t role_limit;
	/* of the user in hand */
	struct user us;
	const struct plan_user *pu;
	struct window *held;
	size_t n_held, held_room;
	int64_t built_in;
	struct admin_window *same; /* of one role and scope */
	size_t same_room;
	uint32_t *adds; /* numbers of rows to write */
	size_t n_adds, adds_room;
	char snapshot[SNAPSHOT_MAX];
};

static enum twr_status
no_memory(struct twr_error *err)
{
	return twr_fail(err, TWR_ENOMEM,
	    "import: out of memory; import the file in parts");
}

/* ---- what the user holds ---- */

static enum twr_status
hold(struct writer *wr, int64_t role, int64_t scope,
    const struct admin_window *w, struct twr_error *err)
{
	struct window *grown = plan_grow(wr->held, wr->n_held, &wr->held_room,
	    sizeof(*grown));

	if (grown == NULL)
		return no_memory(err);
	wr->held = grown;
	wr->held[wr->n_held++] = (struct window) { (uint32_t)role,
		(uint32_t)scope, *w };
	return TWR_OK;
}

static enum twr_status
take_held(void *ctx, const struct held_window *row, struct twr_error *err)
{
	struct admin_window w = { row->not_before, row->not_after };

	return hold(ctx, row->role_id, row->scope_id, &w, err);
}

static enum twr_status
begin_user(struct writer *wr, const struct plan_user *pu, struct twr_error *err)
{
	const struct plan *pl = wr->im->plan;
	struct user_standing st;
	enum twr_status rc;

	wr->pu = pu;
	wr->us.id = pu->id;
	wr->us.status = pu->status;
	(void)strcpy(wr->us.sid, memo_text(&pl->texts, pu->sid));
	(void)strcpy(wr->us.email, memo_text(&pl->texts, pu->email));
	wr->n_held = wr->n_adds = 0;
	rc = directory_user_standing(wr->im->ch.dir, pu->id, wr->im->ch.now,
	    &st, err);
	if (rc != TWR_OK)
		return rc;
	wr->built_in = st.built_in;
	return directory_each_window(wr->im->ch.dir, pu->id, take_held, wr,
	    err);
}

/* ---- one row: the rules ---- */

static enum twr_status
unite(struct writer *wr, const struct plan_row *pr, const struct role *ro,
    const struct scope *sc, bool *adds, struct twr_error *err)
{
	struct admin_window w = { pr->from, pr->until }, *grown;
	struct admin_union un;
	size_t i, n = 0;

	for (i = 0; i < wr->n_held; i++) {
		if (wr->held[i].role != ro->id || wr->held[i].scope != sc->id)
			continue;
		grown = plan_grow(wr->same, n, &wr->same_room, sizeof(*grown));
		if (grown == NULL)
			return no_memory(err);
		wr->same = grown;
		wr->same[n++] = wr->held[i].w;
	}
	un = admin_unite(wr->same, n, &w, wr->im->ch.now);
	*adds = un.effect != ADMIN_SAME && un.effect != ADMIN_INSIDE;
	return TWR_OK;
}

static enum twr_status
judge(struct writer *wr, const struct plan_row *pr, bool *adds,
    struct twr_error *err)
{
	const struct plan *pl = wr->im->plan;
	const struct role *ro = &pl->role[pr->role];
	const struct scope *sc = &pl->scope[pr->scope];
	struct admin_grant g = { &wr->us, ro, sc, "", true, wr->built_in,
		wr->role_limit, false };
	struct admin_window w = { pr->from, pr->until };
	enum twr_status rc;

	if ((rc = unite(wr, pr, ro, sc, adds, err)) != TWR_OK)
		return rc;
	g.adds = *adds;
	if ((rc = admin_check_grant(&g, err)) != TWR_OK || !*adds)
		return rc;
	if (ro->type == ROLE_BUILT_IN)
		wr->built_in++;
	return hold(wr, ro->id, sc->id, &w, err);
}

static enum twr_status
judge_row(struct writer *wr, uint32_t number, struct twr_error *err)
{
	const struct plan_row *pr = &wr->im->plan->rows[number];
	bool adds = false;
	uint32_t *grown;
	enum twr_status rc;

	if ((rc = judge(wr, pr, &adds, err)) != TWR_OK)
		return import_refuse(wr->im, pr->line, rc, err);
	++*(adds ? &wr->im->counts.added : &wr->im->counts.unchanged);
	if (!adds)
		return TWR_OK;
	grown = plan_grow(wr->adds, wr->n_adds, &wr->adds_room, sizeof(*grown));
	if (grown == NULL)
		return no_memory(err);
	wr->adds = grown;
	wr->adds[wr->n_adds++] = number;
	return TWR_OK;
}

/* ---- one row: writing ---- */

/* Now and then: does the database see it in the same way? */
static enum twr_status
compare_snapshot(struct writer *wr, struct twr_error *err)
{
	char *other = NULL;
	bool same;
	enum twr_status rc;

	rc = directory_snapshot(wr->im->ch.dir, ENTITY_ASSIGNMENT, wr->as.sid,
	    &other, err);
	if (rc != TWR_OK)
		return rc;
	same = other != NULL && strcmp(other, wr->snapshot) == 0;
	if (!same && other != NULL && (wr->slow || wr->n_written == 0) &&
	    strlen(other) < sizeof(wr->snapshot)) {
		/* known from the first row on: ask for each, which is slow */
		wr->slow = same = true;
		(void)strcpy(wr->snapshot, other);
	}
	free(other);
	if (same)
		return TWR_OK;
	return twr_fail(err, TWR_EDATA,
	    "%s: assignment %s was not stored as it was given; check the "
	    "disk, then try again",
	    directory_path(wr->im->ch.dir), wr->as.sid);
}

static enum twr_status
write_row(struct writer *wr, const struct plan_row *pr, struct twr_error *err)
{
	const struct plan *pl = wr->im->plan;
	const struct role *ro = &pl->role[pr->role];
	const struct scope *sc = &pl->scope[pr->scope];
	struct snapshot_names names = { wr->us.sid, ro->sid, sc->sid };
	struct assignment *as = &wr->as;
	enum twr_status rc;

	directory_sid_text("IY", wr->sids + wr->n_written * DIRECTORY_SID_BYTES,
	    as->sid);
	as->user_id = wr->us.id;
	as->role_id = ro->id;
	as->scope_id = sc->id;
	as->not_before = pr->from;
	as->not_after = pr->until;
	(void)strcpy(as->reason, memo_text(&pl->texts, pr->reason));
	if ((rc = directory_insert_assignment(wr->im->ch.dir, as, err)) !=
	    TWR_OK)
		return rc;
	snapshot_assignment(as, &names, wr->snapshot);
	if (wr->slow || wr->n_written % COMPARE_EACH == 0)
		rc = compare_snapshot(wr, err);
	if (rc == TWR_OK)
		rc = journal_chain_add(wr->chain, JOURNAL_ASSIGNMENT_CREATED,
		    as->sid, NULL, wr->snapshot, err);
	wr->n_written++;
	return rc;
}

/* In the order of the index by user: roles, then scopes. */
static int
compare_rows(const void *a, const void *b, void *ctx)
{
	const struct plan *pl = ctx;
	const struct plan_row *x = &pl->rows[*(const uint32_t *)a];
	const struct plan_row *y = &pl->rows[*(const uint32_t *)b];
	int64_t p = pl->role[x->role].id, q = pl->role[y->role].id;

	if (p == q) {
		p = pl->scope[x->scope].id;
		q = pl->scope[y->scope].id;
	}
	if (p == q) {
		p = x->line;
		q = y->line;
	}
	return (p > q) - (p < q);
}

/* ---- one user ---- */

static enum twr_status
carry_out_user(struct writer *wr, const uint32_t *numbers, uint32_t n,
    struct twr_error *err)
{
	struct plan *pl = wr->im->plan;
	size_t i;
	enum twr_status rc;

	rc = begin_user(wr, &pl->user[pl->rows[numbers[0]].user], err);
	for (i = 0; rc == TWR_OK && i < n; i++)
		rc = judge_row(wr, numbers[i], err);
	/* with a refusal all is in vain; only the other ones are looked for */
	if (rc != TWR_OK || wr->im->counts.refused > 0 || wr->n_adds == 0)
		return rc;
	qsort_r(wr->adds, wr->n_adds, sizeof(*wr->adds), compare_rows, pl);
	for (i = 0; rc == TWR_OK && i < wr->n_adds; i++)
		rc = write_row(wr, &pl->rows[wr->adds[i]], err);
	return rc;
}

static enum twr_status
carry_out_users(struct writer *wr, const uint32_t *order, struct twr_error *err)
{
	const struct plan *pl = wr->im->plan;
	const struct change_import *in = wr->im->in;
	size_t i;
	uint32_t n;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < pl->n; i += n) {
		n = pl->user[pl->rows[order[i]].user].n;
		rc = carry_out_user(wr, order + i, n, err);
		if (in->progress != NULL)
			in->progress(in->ctx, i, pl->n);
	}
	return rc;
}

static enum twr_status
begin_writer(struct writer *wr, struct twr_error *err)
{
	const struct change *ch = &wr->im->ch;
	enum twr_status rc;

	change_by(ch, wr->as.created_by);
	wr->as.created_at = ch->now;
	wr->as.removed_at = TWR_NEVER;
	rc = directory_setting(ch->dir, "role_limit", &wr->role_limit, err);
	if (rc == TWR_OK)
		rc = directory_rising_sids(wr->im->plan->n, &wr->sids, err);
	if (rc == TWR_OK)
		rc = journal_chain_begin(ch->dir, ch->actor, ch->now,
		    ch->clock_ok, &wr->chain, err);
	return rc;
}

static void
end_writer(struct writer *wr)
{
	journal_chain_free(wr->chain);
	free(wr->sids);
	free(wr->held);
	free(wr->same);
	free(wr->adds);
	free(wr);
}

static void
note_states(const struct import *im)
{
	const struct plan *pl = im->plan;
	uint64_t suspended = 0;
	size_t i;

	for (i = 0; i < pl->n_users; i++)
		suspended += pl->user[i].status == TWR_USER_SUSPENDED;
	if (suspended > 0)
		change_note(im->outer,
		    "note: %llu of the users %s suspended, so their roles "
		    "have no effect yet",
		    (unsigned long long)suspended,
		    suspended == 1 ? "is" : "are");
}

enum twr_status
plan_carry_out(struct import *im, struct twr_error *err)
{
	struct directory_indexes *ix = NULL;
	struct writer *wr = calloc(1, sizeof(*wr));
	uint32_t *order = NULL;
	enum twr_status rc;

	if (wr == NULL)
		return no_memory(err);
	wr->im = im;
	rc = plan_order(im->plan, &order, err);
	if (rc == TWR_OK)
		rc = begin_writer(wr, err);
	if (rc == TWR_OK)
		rc = directory_indexes_drop(im->ch.dir, im->plan->n, &ix, err);
	if (rc == TWR_OK)
		rc = carry_out_users(wr, order, err);
	end_writer(wr);
	free(order);
	if (rc == TWR_OK)
		note_states(im);
	/* the rows are written: their memory is for the indexes now */
	plan_free(im->plan);
	im->plan = NULL;
	if (rc == TWR_OK)
		rc = directory_indexes_build(im->ch.dir, ix, err);
	directory_indexes_free(ix);
	return rc;
}
