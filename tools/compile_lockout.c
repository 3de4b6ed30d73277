/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "compile_impl.h"
#include "policy_scan.h"

/*
 * Would the person who must repair things still get in? An administrator
 * with a login must be granted sudo, or sshd where sudo has no rule: granted
 * by roles, neither exempt nor let through by a permissive mode that ends.
 */
static const char *
repair_service(const struct judge *jg)
{
	size_t i;

	for (i = 0; i < jg->meta.meta.n_services; i++) {
		if (jg->meta.meta.services[i].has_rule &&
		    strcmp(jg->meta.meta.services[i].name, "sudo") == 0)
			return "sudo";
	}
	return "sshd";
}

static size_t
index_of(const struct judge *jg, const char *service)
{
	size_t i;

	for (i = 0; i < jg->services.n; i++) {
		if (strcmp(jg->services.all[i], service) == 0)
			break;
	}
	return i;
}

static bool
is_granted(const struct build *b, const struct judge *jg, const char *login,
    struct twr_decision *room)
{
	size_t i = index_of(jg, repair_service(jg));

	if (!jg->open || i == jg->services.n)
		return false;
	judge_login(jg, login, accounts_uid(&b->accounts, login), b->opt->now,
	    room);
	return room[i].verdict == TWR_GRANT && !room[i].permissive;
}

static bool
holds_administration(const struct build *b, const struct twr_view *view)
{
	const struct twr_login *login = &view->login;
	int64_t now = b->opt->now;
	size_t i;

	for (i = 0; i < login->n_holdings; i++) {
		const struct twr_holding *h = &login->holdings[i];

		if ((h->role == b->owner_role ||
			h->role == b->administrator_role) &&
		    h->scope == (uint32_t)b->organization.id && h->flags == 0 &&
		    h->not_before <= now && now < h->not_after)
			return true;
	}
	return false;
}

static bool
is_administrator_in(const struct build *b, const struct judge *jg,
    const char *login)
{
	struct twr_view view = jg->meta;
	bool yes;

	view.n_owned = 0; /* the meta record stays the judge's */
	twr_view_load(&jg->rd, "-", login, login, &view);
	yes = view.login_status == TWR_OK && !view.login.tombstone &&
	    view.login.status == TWR_USER_ACTIVE &&
	    holds_administration(b, &view);
	twr_view_free(&view);
	return yes;
}

/* Only asked when the new policy locks out, so it may read all logins. */
static enum twr_status
old_lets_in(const struct build *b, const struct judge *old_policy,
    struct twr_decision *room, bool *ret, struct twr_error *err)
{
	struct policy_scan *ps = NULL;
	struct policy_record pr;
	char login[TWR_KEY_MAX];
	enum twr_status rc;

	*ret = false;
	if (!old_policy->open)
		return TWR_OK;
	if ((rc = policy_scan_begin(&old_policy->rd, &ps, err)) != TWR_OK)
		return rc;
	while (!*ret && policy_scan_next(ps, &pr, err) == TWR_OK) {
		if (pr.key[0] != TWR_KEY_LOGIN)
			continue;
		memcpy(login, pr.key + 1, pr.key_len - 1);
		login[pr.key_len - 1] = '\0';
		*ret = is_administrator_in(b, old_policy, login) &&
		    is_granted(b, old_policy, login, room);
	}
	policy_scan_end(ps);
	return TWR_OK; /* damage in the old one: what could be read counts */
}

static enum twr_status
refuse(const struct build *b, const struct judge *new_policy,
    struct twr_error *err)
{
	return twr_fail(err, TWR_EREFUSED,
	    "%s: no administrator with a login would be granted %s, so nobody "
	    "could repair this host; give one the role that the rule demands "
	    "(twrbac assignment add), or say --lock-out-ok",
	    b->conf, repair_service(new_policy));
}

enum twr_status
build_check_lock_out(struct build *b, const struct judge *old_policy,
    const struct judge *new_policy, struct twr_error *err)
{
	struct twr_decision *room;
	enum twr_status rc = TWR_OK;
	bool in = false, was_in = false;
	size_t i;

	room = calloc(new_policy->services.n + 1, sizeof(*room));
	if (room == NULL)
		return build_no_memory(err);
	for (i = 0; i < b->administrators.n && !in; i++)
		in = is_granted(b, new_policy, b->administrators.all[i], room);
	if (in)
		goto out;
	rc = old_lets_in(b, old_policy, room, &was_in, err);
	if (rc != TWR_OK)
		goto out;
	if (!b->opt->lock_out_ok && (b->opt->strict_lock_out || was_in))
		rc = refuse(b, new_policy, err);
	else
		build_warn(b, 0,
		    "%s: no administrator with a login is granted %s: nobody "
		    "could repair this host; give one the role that the rule "
		    "demands",
		    b->conf, repair_service(new_policy));
out:
	free(room);
	return rc;
}
