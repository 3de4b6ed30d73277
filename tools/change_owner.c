/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "change.h"
#include "change_impl.h"

/* Who holds the role at exactly this scope; .id 0: nobody. */
static enum twr_status
find_owner(const struct change *ch, const char *key, const struct scope *sc,
    struct user *ret, struct change_rows *rows, struct twr_error *err)
{
	struct assignment_filter filter = { .now = ch->now,
		.scope_id = sc->id };
	struct role ro;
	enum twr_status rc = directory_role_find(ch->dir, key, &ro, err);

	*ret = (struct user) { 0 };
	if (rc != TWR_OK)
		return rc;
	filter.role_id = ro.id;
	if ((rc = change_collect(ch, &filter, rows, err)) != TWR_OK)
		return rc;
	if (rows->n > 1)
		return twr_fail(err, TWR_EDATA,
		    "%s: has %zu Owners, and there is exactly one; restore "
		    "the newest backup",
		    sc->path, rows->n);
	if (rows->n == 0)
		return TWR_OK;
	return directory_user_find(ch->dir, rows->items[0].email, ret, err);
}

static bool
acts_for(const struct change *ch, const struct user *owner)
{
	return ch->actor->how == ACTOR_AS_ROOT ||
	    (owner->id != 0 && ch->actor->user_id == owner->id);
}

static enum twr_status
check(const struct change *ch, const struct change_owners *ow,
    struct twr_error *err)
{
	struct admin_transfer t = { ow->from.id != 0 ? &ow->from : NULL,
		&ow->to, &ow->scope, acts_for(ch, &ow->from) };

	return admin_check_transfer(&t, err);
}

/* ---- the organization ---- */

static enum twr_status
hand_over_organization(const struct change *ch, const struct change_owners *ow,
    struct twr_error *err)
{
	struct user_standing st;
	enum twr_status rc;

	rc = directory_user_standing(ch->dir, ow->to.id, ch->now, &st, err);
	if (rc == TWR_OK && ow->from.id != 0)
		rc = change_swap_role(ch, &ow->from,
		    ROLE_KEY_ORGANIZATION_OWNER,
		    ROLE_KEY_ORGANIZATION_ADMINISTRATOR, err);
	if (rc == TWR_OK)
		rc = change_swap_role(ch, &ow->to, st.organization_role,
		    ROLE_KEY_ORGANIZATION_OWNER, err);
	return rc;
}

enum twr_status
change_transfer_organization(const struct change *ch, const char *user,
    struct change_owners *ret, struct twr_error *err)
{
	struct change_owners ow = { .changed = false };
	struct change_rows rows = { 0 };
	enum twr_status rc;

	rc = directory_scope_get(ch->dir, 1, &ow.scope, err);
	if (rc == TWR_OK)
		rc = directory_user_find(ch->dir, user, &ow.to, err);
	if (rc == TWR_OK)
		rc = find_owner(ch, ROLE_KEY_ORGANIZATION_OWNER, &ow.scope,
		    &ow.from, &rows, err);
	if (rc == TWR_OK)
		rc = check(ch, &ow, err);
	change_rows_free(&rows);
	if (rc == TWR_OK && ow.from.id != ow.to.id) {
		ow.changed = true;
		rc = hand_over_organization(ch, &ow, err);
		if (rc == TWR_OK)
			rc = change_warn_second(ch, err);
	}
	if (rc == TWR_OK)
		*ret = ow;
	return rc;
}

/* ---- an account ---- */

struct held {
	int64_t now;
	bool for_ever;
};

static enum twr_status
look_at_row(void *ctx, const struct assignment *row, struct twr_error *err)
{
	struct held *he = ctx;

	(void)err;
	if (row->not_before <= he->now && row->not_after == TWR_NEVER)
		he->for_ever = true;
	return TWR_OK;
}

/* The former Owner stays administrator, if nothing more than that is new. */
static enum twr_status
keep_as_administrator(const struct change *ch, const struct change_owners *ow,
    struct twr_error *err)
{
	struct role ro;
	struct held he = { ch->now, false };
	enum twr_status rc;

	rc = directory_role_find(ch->dir, ROLE_KEY_ACCOUNT_ADMINISTRATOR, &ro,
	    err);
	if (rc == TWR_OK)
		rc = directory_each_standing(ch->dir, ow->from.id, ro.id,
		    ow->scope.id, look_at_row, &he, err);
	if (rc == TWR_OK && !he.for_ever)
		rc = change_give_key(ch, &ow->from,
		    ROLE_KEY_ACCOUNT_ADMINISTRATOR, &ow->scope, err);
	return rc;
}

static enum twr_status
hand_over_account(const struct change *ch, const struct change_owners *ow,
    const struct change_rows *rows, struct twr_error *err)
{
	enum twr_status rc;

	rc = change_take_rows(ch, rows, NULL, NULL, NULL, err);
	if (rc == TWR_OK)
		rc = change_give_key(ch, &ow->to, ROLE_KEY_ACCOUNT_OWNER,
		    &ow->scope, err);
	if (rc == TWR_OK && ow->from.id != 0 &&
	    ow->from.status != TWR_USER_INACTIVE)
		rc = keep_as_administrator(ch, ow, err);
	return rc;
}

enum twr_status
change_transfer_account(const struct change *ch, const char *scope,
    const char *user, struct change_owners *ret, struct twr_error *err)
{
	struct change_owners ow = { .changed = false };
	struct change_rows rows = { 0 };
	enum twr_status rc;

	if ((rc = change_find_scope(ch, scope, &ow.scope, err)) != TWR_OK)
		return rc;
	if (ow.scope.kind == TWR_SCOPE_ORGANIZATION)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is the organization; \"twrbac organization "
		    "transfer-owner %s\" hands it over",
		    ow.scope.path, user);
	rc = directory_user_find(ch->dir, user, &ow.to, err);
	if (rc == TWR_OK)
		rc = find_owner(ch, ROLE_KEY_ACCOUNT_OWNER, &ow.scope, &ow.from,
		    &rows, err);
	if (rc == TWR_OK)
		rc = check(ch, &ow, err);
	if (rc == TWR_OK && ow.from.id != ow.to.id) {
		ow.changed = true;
		rc = hand_over_account(ch, &ow, &rows, err);
	}
	change_rows_free(&rows);
	if (rc == TWR_OK)
		*ret = ow;
	return rc;
}
