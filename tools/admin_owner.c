/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "admin.h"
#include "suggest.h"

/* ---- Owners ---- */

enum twr_status
admin_check_transfer(const struct admin_transfer *t, struct twr_error *err)
{
	bool whole = t->scope->kind == TWR_SCOPE_ORGANIZATION;

	if (whole && !t->by_owner)
		return twr_fail(err, TWR_EPERM,
		    "%s: only its Owner%s%s hands the organization over; ask "
		    "him, or use --as-root REASON",
		    t->scope->path, t->from != NULL ? ", " : "",
		    t->from != NULL ? t->from->email : "");
	if (!whole && t->scope->kind != TWR_SCOPE_ACCOUNT)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is a subaccount, which has no Owner of its own; name "
		    "its account",
		    t->scope->path);
	if (t->scope->status == TWR_SCOPE_CLOSED)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is closed; \"twrbac scope activate %s\" comes first",
		    t->scope->path, t->scope->path);
	if (t->to->status != TWR_USER_ACTIVE)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is %s and cannot become an Owner; name an active "
		    "user, or \"twrbac user activate %s\" first",
		    t->to->email, twr_user_status_word(t->to->status),
		    t->to->email);
	if (whole && t->to->kind == TWR_KIND_SERVICE)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is a service user, and an organization belongs to a "
		    "person; name one",
		    t->to->email);
	return TWR_OK;
}

enum twr_status
admin_check_leaving(const struct admin_leaving *l, struct twr_error *err)
{
	const char *how = l->for_good ? "removed" : "deactivated";

	if (l->owns_organization)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is the Organization Owner and cannot be %s; \"twrbac "
		    "organization transfer-owner USER\" comes first",
		    l->user->email, how);
	if (l->for_good && l->accounts[0] != '\0')
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is the Owner of %s and cannot be %s; \"twrbac "
		    "account transfer-owner SCOPE USER\" comes first for each",
		    l->user->email, l->accounts, how);
	return TWR_OK;
}

/* ---- scopes ---- */

static enum twr_status
check_activation(const struct admin_scope_change *c, struct twr_error *err)
{
	if (c->parent == NULL || c->parent->status != TWR_SCOPE_CLOSED)
		return TWR_OK;
	return twr_fail(err, TWR_EREFUSED,
	    "%s: lies below %s, which is closed; \"twrbac scope activate %s\" "
	    "comes first",
	    c->scope->path, c->parent->path, c->parent->path);
}

enum twr_status
admin_check_scope_status(const struct admin_scope_change *c,
    struct twr_error *err)
{
	const char *path = c->scope->path;
	bool closing = c->will == TWR_SCOPE_CLOSED;

	if (c->scope->kind == TWR_SCOPE_ORGANIZATION &&
	    c->will != TWR_SCOPE_ACTIVE)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is the organization, without which every host refuses "
		    "everybody; %s its accounts instead",
		    path, closing ? "close" : "suspend");
	if (c->will == TWR_SCOPE_ACTIVE)
		return check_activation(c, err);
	if (!closing && c->scope->status == TWR_SCOPE_CLOSED)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is closed, which is more than suspended; \"twrbac "
		    "scope activate %s\" opens it",
		    path, path);
	if (closing && c->named[0] != '\0')
		return twr_fail(err, TWR_EREFUSED,
		    "%s: this host's rules need it (%s); change them there "
		    "and run \"twrbac compile\", then close it",
		    path, c->named);
	return TWR_OK;
}

/* ---- settings ---- */

const struct admin_setting admin_settings[] = {
	{ "role_limit", ADMIN_ROLE_LIMIT, 1, 1000,
	    "built-in assignments that one user may hold, over all scopes" },
};
const size_t n_admin_settings = sizeof(admin_settings) /
    sizeof(admin_settings[0]);

enum twr_status
admin_find_setting(const char *name, const struct admin_setting **ret,
    struct twr_error *err)
{
	struct suggestion sg;
	const char *best;
	size_t i;

	suggest_init(&sg, name);
	for (i = 0; i < n_admin_settings; i++) {
		suggest_offer(&sg, admin_settings[i].name);
		if (strcmp(admin_settings[i].name, name) != 0)
			continue;
		*ret = &admin_settings[i];
		return TWR_OK;
	}
	if ((best = suggest_best(&sg)) != NULL)
		return twr_fail(err, TWR_EREFUSED,
		    "setting \"%s\": no such setting; did you mean \"%s\"?",
		    name, best);
	return twr_fail(err, TWR_EREFUSED,
	    "setting \"%s\": no such setting; \"twrbac setting list\" shows "
	    "all",
	    name);
}

enum twr_status
admin_check_setting(const char *name, int64_t value, struct twr_error *err)
{
	const struct admin_setting *known;
	enum twr_status rc = admin_find_setting(name, &known, err);

	if (rc != TWR_OK)
		return rc;
	if (value < known->least || value > known->most)
		return twr_fail(err, TWR_EREFUSED,
		    "setting \"%s\": %lld is out of range; give %lld to %lld",
		    name, (long long)value, (long long)known->least,
		    (long long)known->most);
	return TWR_OK;
}
