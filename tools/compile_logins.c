/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "compile_impl.h"

/* The merge of the two streams, both by user. */
struct merge {
	struct build *b;
	struct policy_writer *pw;
	struct login_stream *logins;
	struct holding_stream *holdings;
	/* the assignments of one user; several logins may be his */
	int64_t user_id;
	struct twr_holding *held;
	size_t n, room;
	bool administrator;
	/* the assignment that was read ahead, of the next user that has one */
	int64_t next_user;
	struct twr_holding next;
	bool ended;
};

/* With the fixed fields and the longest names a record stays readable. */
#define HOLDINGS_MAX ((TWR_VALUE_MAX - 4 * TWR_NAME_MAX) / TWR_HOLDING_LEN)

static enum twr_status
read_ahead(struct merge *m, struct twr_error *err)
{
	enum twr_status rc;
	int64_t before = m->next_user;

	rc = holding_stream_next(m->holdings, &m->next_user, &m->next, err);
	if (rc == TWR_ENOENT) {
		m->ended = true;
		return TWR_OK;
	}
	if (rc == TWR_OK && m->next_user < before)
		return twr_fail(err, TWR_EDATA,
		    "the directory's assignments are out of order; run "
		    "twrbac doctor");
	return rc;
}

static bool
is_administrative(const struct build *b, const struct twr_holding *h)
{
	int64_t now = b->opt->now;

	return h->role != 0 &&
	    (h->role == b->owner_role || h->role == b->administrator_role) &&
	    h->scope == (uint32_t)b->organization.id && h->flags == 0 &&
	    h->not_before <= now && now < h->not_after;
}

static enum twr_status
keep_holding(struct merge *m, struct twr_error *err)
{
	struct twr_holding *more;
	size_t room = m->room * 2 + 64;

	if (m->n == m->room) {
		more = reallocarray(m->held, room, sizeof(*more));
		if (more == NULL)
			return build_no_memory(err);
		m->held = more;
		m->room = room;
	}
	m->held[m->n++] = m->next;
	if (is_administrative(m->b, &m->next))
		m->administrator = true;
	if (!numbers_add(&m->b->roles_seen, m->next.role) ||
	    !numbers_add(&m->b->scopes_seen, m->next.scope))
		return build_no_memory(err);
	return TWR_OK;
}

static bool
is_for_explanation(const struct merge *m, const struct twr_holding *h)
{
	return (h->flags & TWR_HOLDING_REMOVED) != 0 ||
	    h->not_after <= m->b->opt->now;
}

/* What counts first, then what explains, the latest end first. */
static int
compare_weight(const void *x, const void *y)
{
	const struct twr_holding *a = x, *b = y;

	return a->not_after > b->not_after ? -1 : a->not_after < b->not_after;
}

/*
 * More assignments than one record may hold must not keep others' changes
 * out of force: explanations go first, and a user with more than that even
 * so holds nothing until some are removed.
 */
static void
fit_record(struct merge *m)
{
	struct twr_holding swap;
	size_t i, live = 0;

	if (m->n <= HOLDINGS_MAX)
		return;
	for (i = 0; i < m->n; i++) {
		if (is_for_explanation(m, &m->held[i]))
			continue;
		swap = m->held[live];
		m->held[live++] = m->held[i];
		m->held[i] = swap;
	}
	qsort(m->held + live, m->n - live, sizeof(*m->held), compare_weight);
	m->n = HOLDINGS_MAX;
	if (live <= HOLDINGS_MAX)
		return;
	m->n = 0;
	build_warn(m->b, 0,
	    "%s: user %lld has %zu assignments in force or to come, more than "
	    "the %d that a policy can hold for one user; he is refused "
	    "everywhere until some are removed",
	    m->b->conf, (long long)m->user_id, live, (int)HOLDINGS_MAX);
}

/* Have the assignments of this user at hand. Users come in order. */
static enum twr_status
collect_holdings(struct merge *m, int64_t user_id, struct twr_error *err)
{
	enum twr_status rc = TWR_OK;

	if (user_id == m->user_id)
		return TWR_OK;
	if (user_id < m->user_id)
		return twr_fail(err, TWR_EDATA,
		    "the directory's logins are out of order; run twrbac "
		    "doctor");
	m->user_id = user_id;
	m->n = 0;
	m->administrator = false;
	while (rc == TWR_OK && !m->ended && m->next_user <= user_id) {
		if (m->next_user == user_id)
			rc = keep_holding(m, err);
		if (rc == TWR_OK)
			rc = read_ahead(m, err);
	}
	fit_record(m);
	return rc;
}

/* What the lists by name want to know of a login. */
static enum twr_status
note_login(struct merge *m, const struct login_stream_row *row,
    uint32_t local_uid, struct twr_error *err)
{
	struct build *b = m->b;
	bool system = (row->uid >= 1 && row->uid < b->uid_min) ||
	    (local_uid >= 1 && local_uid < b->uid_min);

	if (system && !names_add(&b->mapped_system, row->name))
		return build_no_memory(err);
	if (row->user_id == 0)
		return TWR_OK;
	if (m->administrator && row->status == TWR_USER_ACTIVE &&
	    !names_add(&b->administrators, row->name))
		return build_no_memory(err);
	if (build_login_is_exempt(b, row->name))
		build_warn(b, 0,
		    "%s: login %s is mapped to a user and exempt: roles do not "
		    "count where it is exempt; unmap it or remove it from "
		    "exempt",
		    b->conf, row->name);
	return TWR_OK;
}

#define DRIFT_TOLD 5 /* warnings about uids in one compile */

/*
 * The uid that was remembered when the login was mapped: an account of the
 * same name with another uid may be somebody else's by now, so su and sudo
 * refuse it. A directory that comes from another host knows that host's uids
 * only; there, and where none was remembered, this host's count.
 */
static uint32_t
choose_uid(struct merge *m, const struct login_stream_row *row,
    uint32_t local_uid)
{
	struct build *b = m->b;

	if (row->uid == TWR_UID_UNKNOWN ||
	    (b->opt->local_uids && local_uid != TWR_UID_UNKNOWN))
		return local_uid;
	if (row->user_id != 0 && local_uid != TWR_UID_UNKNOWN &&
	    local_uid != row->uid && b->drifted++ < DRIFT_TOLD)
		build_warn(b, 0,
		    "login %s has uid %lu on this host, but had %lu when it "
		    "was mapped: su and sudo refuse it; if it is the same "
		    "person's, run twrbac login map USER %s",
		    row->name, (unsigned long)local_uid,
		    (unsigned long)row->uid, row->name);
	return row->uid;
}

static enum twr_status
write_login(struct merge *m, const struct login_stream_row *row,
    struct twr_error *err)
{
	uint32_t local_uid = accounts_uid(&m->b->accounts, row->name);
	struct twr_login login;
	enum twr_status rc;

	memset(&login, 0, sizeof(login));
	login.tombstone = row->user_id == 0;
	login.uid = choose_uid(m, row, local_uid);
	if (login.tombstone) {
		login.status = TWR_USER_INACTIVE;
		login.kind = TWR_KIND_PERSON;
		login.two_factor = TWR_2FA_UNKNOWN;
		login.user_sid = login.user_name = "";
	} else {
		rc = collect_holdings(m, row->user_id, err);
		if (rc != TWR_OK)
			return rc;
		login.status = row->status;
		login.kind = row->kind;
		login.two_factor = row->two_factor;
		login.user_sid = row->user_sid;
		login.user_name = row->user_name;
		login.holdings = m->held;
		login.n_holdings = m->n;
	}
	if ((rc = note_login(m, row, local_uid, err)) != TWR_OK)
		return rc;
	return policy_writer_login(m->pw, row->name, &login, err);
}

/* Only for a progress bar: nobody else needs the number beforehand. */
static enum twr_status
count_logins(struct build *b, struct twr_error *err)
{
	struct login_stream *st = NULL;
	struct login_stream_row row;
	enum twr_status rc;

	if (b->opt->progress == NULL)
		return TWR_OK;
	if ((rc = directory_login_stream(b->dir, &st, err)) != TWR_OK)
		return rc;
	while ((rc = login_stream_next(st, &row, err)) == TWR_OK)
		b->logins++;
	login_stream_end(st);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

enum twr_status
build_write_logins(struct build *b, struct policy_writer *pw,
    struct twr_error *err)
{
	struct merge m = { .b = b, .pw = pw };
	struct login_stream_row row;
	enum twr_status rc;

	if ((rc = count_logins(b, err)) != TWR_OK)
		return rc;
	rc = directory_login_stream(b->dir, &m.logins, err);
	if (rc == TWR_OK)
		rc = directory_holding_stream(b->dir, b->opt->now - HORIZON_S,
		    &m.holdings, err);
	if (rc == TWR_OK)
		rc = read_ahead(&m, err);
	while (rc == TWR_OK) {
		if ((rc = login_stream_next(m.logins, &row, err)) != TWR_OK)
			break;
		rc = write_login(&m, &row, err);
		build_progress(b);
	}
	if (rc == TWR_ENOENT)
		rc = TWR_OK;
	if (m.logins != NULL)
		login_stream_end(m.logins);
	if (m.holdings != NULL)
		holding_stream_end(m.holdings);
	free(m.held);
	return rc;
}

struct scope_names {
	struct build *b;
	struct policy_writer *pw;
};

static enum twr_status
write_scope(void *ctx, const struct scope *scope, struct twr_error *err)
{
	struct scope_names *sn = ctx;

	if (scope->id < 1 || scope->id > UINT32_MAX ||
	    !numbers_have(&sn->b->scopes_seen, (uint32_t)scope->id))
		return TWR_OK;
	return policy_writer_scope(sn->pw, (uint32_t)scope->id, scope->path,
	    err);
}

enum twr_status
build_write_names(struct build *b, struct policy_writer *pw,
    struct twr_error *err)
{
	struct scope_names sn = { b, pw };
	enum twr_status rc = TWR_OK;
	size_t i;

	for (i = 0; i < b->n_roles && rc == TWR_OK; i++) {
		if (numbers_have(&b->roles_seen, b->roles[i].id))
			rc = policy_writer_role(pw, b->roles[i].id,
			    b->roles[i].key, err);
	}
	if (rc == TWR_OK)
		rc = directory_each_scope(b->dir, write_scope, &sn, err);
	return rc;
}
