/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "apply_impl.h"
#include "text.h"

/* " at acme/x from ... until ..." */
static void
describe(const struct org_assignment *as, char *buf, size_t size)
{
	char from[TWR_TIME_LEN], until[TWR_TIME_LEN];
	struct twr_line ln;

	twr_line_init(&ln, buf, size);
	twr_line_addf(&ln, "%s at %s", as->role, as->scope);
	if (*as->resource_type != '\0')
		twr_line_addf(&ln, " for %s:%s", as->resource_type,
		    as->resource_id);
	if (as->from != TWR_ALWAYS) {
		twr_time_format(as->from, from);
		twr_line_addf(&ln, " from %s", from);
	}
	if (as->until != TWR_NEVER) {
		twr_time_format(as->until, until);
		twr_line_addf(&ln, " until %s", until);
	}
}

static void
say(struct apply *ap, char sign, const struct org_assignment *as)
{
	char text[TWR_ERROR_MAX];

	describe(as, text, sizeof(text));
	apply_line(ap, sign, "assignment", as->user, "%s", text);
}

/* Said of the user and of the account, so that there is one of each. */
static enum twr_status
check_kind(const struct apply *ap, const struct org_assignment *as,
    const struct role *ro, struct twr_error *err)
{
	if (ro->type == ROLE_ORGANIZATION)
		return apply_fail(ap, as->line, err,
		    "%s is an organization role; say it of the user, with "
		    "organization_role",
		    ro->key);
	if (strcmp(ro->key, ROLE_KEY_ACCOUNT_OWNER) == 0)
		return apply_fail(ap, as->line, err,
		    "%s is said of the account, with owner", ro->key);
	return TWR_OK;
}

static enum twr_status
find_three(struct apply *ap, const struct org_assignment *as, struct user *us,
    struct scope *sc, struct role *ro, struct twr_error *err)
{
	const struct org_user *user = org_find_user(ap->want, as->user);
	const struct org_scope *scope = org_find_scope(ap->want, as->scope);
	enum twr_status rc;

	if (user == NULL)
		return apply_fail(ap, as->line, err, "user %s is unknown",
		    as->user);
	if ((rc = directory_user_get(ap->ch->dir, user->id, us, err)) !=
		TWR_OK ||
	    (rc = directory_scope_get(ap->ch->dir,
		 scope == NULL ? 1 : scope->id, sc, err)) != TWR_OK)
		return rc;
	return apply_at(ap, as->line,
	    directory_role_find(ap->ch->dir, as->role, ro, err), err);
}

static enum twr_status
check_grant(struct apply *ap, const struct org_assignment *as,
    const struct user *us, const struct scope *sc, const struct role *ro,
    struct twr_error *err)
{
	struct admin_grant g = { us, ro, sc, as->resource_type, true, 0, 0,
		true };
	struct user_standing st;
	enum twr_status rc;

	if ((rc = check_kind(ap, as, ro, err)) != TWR_OK ||
	    (rc = directory_user_standing(ap->ch->dir, us->id, ap->ch->now, &st,
		 err)) != TWR_OK ||
	    (rc = directory_setting(ap->ch->dir, "role_limit", &g.role_limit,
		 err)) != TWR_OK)
		return rc;
	g.built_in = st.built_in;
	return apply_at(ap, as->line, admin_check_grant(&g, err), err);
}

static enum twr_status
give(struct apply *ap, const struct org_assignment *as, struct twr_error *err)
{
	struct assignment row = { .not_before = as->from,
		.not_after = as->until,
		.created_at = ap->ch->now };
	struct user us;
	struct scope sc;
	struct role ro;
	enum twr_status rc;

	if ((rc = find_three(ap, as, &us, &sc, &ro, err)) != TWR_OK ||
	    (rc = check_grant(ap, as, &us, &sc, &ro, err)) != TWR_OK ||
	    (rc = apply_free_sid(ap, ENTITY_ASSIGNMENT, as->sid, row.sid,
		 err)) != TWR_OK)
		return rc;
	row.user_id = us.id;
	row.scope_id = sc.id;
	row.role_id = ro.id;
	(void)snprintf(row.reason, sizeof(row.reason), "%s", as->reason);
	(void)snprintf(row.resource_type, sizeof(row.resource_type), "%s",
	    as->resource_type);
	(void)snprintf(row.resource_id, sizeof(row.resource_id), "%s",
	    as->resource_id);
	(void)snprintf(row.created_by, sizeof(row.created_by), "%.*s",
	    (int)sizeof(row.created_by) - 1, ap->ch->actor->label);
	say(ap, '+', as);
	rc = directory_insert_assignment(ap->ch->dir, &row, err);
	if (rc == TWR_OK)
		rc = change_record(ap->ch, JOURNAL_ASSIGNMENT_CREATED, row.sid,
		    NULL, err);
	return apply_at(ap, as->line, rc, err);
}

/* By user, scope and role alone. */
static int
compare_triple(const struct org_assignment *a, const struct org_assignment *b)
{
	int diff;

	if ((diff = strcasecmp(a->user, b->user)) != 0 ||
	    (diff = strcmp(a->scope, b->scope)) != 0)
		return diff;
	return strcmp(a->role, b->role);
}

/* Is the role declared anew for him there, with another window or reason? */
static bool
is_replaced(const struct matching *ma, const struct org_assignment *as)
{
	const struct organization *want = ma->ap->want;
	size_t lo = 0, hi = want->n_assignments, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (compare_triple(&want->assignments[mid], as) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < want->n_assignments &&
	     compare_triple(&want->assignments[lo], as) == 0;
	     lo++)
		if (ma->row[lo] == NULL &&
		    want->assignments[lo].until > ma->ap->ch->now)
			return true;
	return false;
}

static enum twr_status
take_undeclared(struct matching *ma, struct twr_error *err)
{
	const struct org_assignment *as;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < ma->have->n_assignments; i++) {
		if (ma->assignment_kept[i])
			continue;
		as = &ma->have->assignments[i];
		say(ma->ap, '-', as);
		ma->ap->removals += is_replaced(ma, as) ? 0 : 1;
		rc = change_take(ma->ap->ch, as->id, as->sid, err);
	}
	return rc;
}

enum twr_status
apply_assignments(struct matching *ma, struct twr_error *err)
{
	struct apply *ap = ma->ap;
	const struct org_assignment *as;
	size_t i, ended = 0;
	enum twr_status rc = take_undeclared(ma, err);

	for (i = 0; rc == TWR_OK && i < ap->want->n_assignments; i++) {
		as = &ap->want->assignments[i];
		apply_step(ap, ap->want->n_users + i + 1);
		if (ma->row[i] != NULL)
			continue;
		if (as->until <= ap->ch->now) {
			ended++;
			continue;
		}
		rc = give(ap, as, err);
	}
	if (rc == TWR_OK && ended > 0)
		change_note(ap->ch,
		    "note: %zu assignment%s of %s ended in the past and %s "
		    "left out",
		    ended, ended == 1 ? "" : "s", ap->file,
		    ended == 1 ? "is" : "are");
	return rc;
}
