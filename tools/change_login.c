/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "change_impl.h"
#include "text.h"

enum twr_status
change_store_login(const struct change *ch, const struct login *lo,
    enum journal_event event, struct twr_error *err)
{
	char *before = NULL;
	enum twr_status rc;

	rc = directory_snapshot(ch->dir, ENTITY_LOGIN, lo->name, &before, err);
	if (rc == TWR_OK)
		rc = directory_put_login(ch->dir, lo, err);
	if (rc == TWR_OK)
		rc = change_record(ch, event, lo->name, before, err);
	free(before);
	return rc;
}

/* The login's record; .name is "" when it never had one. */
static enum twr_status
find_login(const struct change *ch, const char *name, struct login *ret,
    struct twr_error *err)
{
	struct twr_error unknown;
	enum twr_status rc;

	rc = directory_login_get(ch->dir, name, ret, &unknown);
	if (rc == TWR_EREFUSED) {
		*ret = (struct login) { .unmapped_at = TWR_NEVER };
		return TWR_OK;
	}
	return rc == TWR_OK ? TWR_OK : twr_fail(err, rc, "%s", unknown.text);
}

static enum twr_status
refuse_taken(const struct change *ch, const struct login *was,
    struct twr_error *err)
{
	struct user other;
	enum twr_status rc;

	rc = directory_user_get(ch->dir, was->user_id, &other, err);
	if (rc != TWR_OK)
		return rc;
	return twr_fail(err, TWR_EREFUSED,
	    "login \"%s\": belongs to %s, and a login has one user; \"twrbac "
	    "login unmap %s\" comes first",
	    was->name, other.email, was->name);
}

static void
note_map(const struct change *ch, const struct login *was,
    const struct login *lo, const struct user *us)
{
	char when[TWR_TIME_LEN];

	if (was->name[0] != '\0' && was->user_id == 0) {
		twr_time_format(was->unmapped_at, when);
		change_note(ch,
		    "warning: login %s was somebody's until %s and is %s's "
		    "from now on; see \"twrbac journal %s\"",
		    lo->name, when, us->email, lo->name);
	}
	if (lo->uid == TWR_UID_UNKNOWN)
		change_note(ch,
		    "note: login %s has no account on this host, so its uid "
		    "is not recorded; map it again once it has",
		    lo->name);
	if (us->status != TWR_USER_ACTIVE)
		change_note(ch, "note: %s is %s, so the login stays refused",
		    us->email, twr_user_status_word(us->status));
}

enum twr_status
change_map(const struct change *ch, const struct admin_login *login,
    const struct user *user, bool *changed, struct twr_error *err)
{
	struct login was,
	    lo = { .user_id = user->id,
		    .uid = login->uid,
		    .mapped_at = ch->now,
		    .unmapped_at = TWR_NEVER };
	enum twr_status rc;

	*changed = false;
	if ((rc = admin_check_login(login, err)) != TWR_OK)
		return rc;
	if ((rc = find_login(ch, login->name, &was, err)) != TWR_OK)
		return rc;
	if (was.user_id != 0 && was.user_id != user->id)
		return refuse_taken(ch, &was, err);
	if (was.user_id == user->id &&
	    (was.uid == login->uid || login->uid == TWR_UID_UNKNOWN))
		return TWR_OK;
	(void)snprintf(lo.name, sizeof(lo.name), "%s", login->name);
	rc = change_store_login(ch, &lo, JOURNAL_LOGIN_MAPPED, err);
	if (rc != TWR_OK)
		return rc;
	note_map(ch, &was, &lo, user);
	*changed = true;
	return TWR_OK;
}

enum twr_status
change_login_map(const struct change *ch, const struct admin_login *login,
    const char *user, struct user *ret, bool *changed, struct twr_error *err)
{
	struct user us;
	bool done;
	enum twr_status rc;

	if ((rc = directory_user_find(ch->dir, user, &us, err)) != TWR_OK)
		return rc;
	if ((rc = change_map(ch, login, &us, &done, err)) != TWR_OK)
		return rc;
	if (ret != NULL)
		*ret = us;
	if (changed != NULL)
		*changed = done;
	return TWR_OK;
}

static enum twr_status
check_unmap(const struct change *ch, const struct user *us,
    struct twr_error *err)
{
	struct user_standing st;
	enum twr_status rc;

	rc = directory_user_standing(ch->dir, us->id, ch->now, &st, err);
	if (rc != TWR_OK)
		return rc;
	return change_check_last(ch, us, &st, st.administrator && st.logins > 1,
	    "left without a login", err);
}

enum twr_status
change_login_unmap(const struct change *ch, const char *login, struct user *ret,
    struct twr_error *err)
{
	char when[TWR_TIME_LEN];
	struct login lo;
	struct user us;
	enum twr_status rc;

	if ((rc = directory_login_get(ch->dir, login, &lo, err)) != TWR_OK)
		return rc;
	if (lo.user_id == 0) {
		twr_time_format(lo.unmapped_at, when);
		return twr_fail(err, TWR_EREFUSED,
		    "login \"%s\": was unmapped at %s already; it stays "
		    "refused",
		    login, when);
	}
	if ((rc = directory_user_get(ch->dir, lo.user_id, &us, err)) != TWR_OK)
		return rc;
	if ((rc = check_unmap(ch, &us, err)) != TWR_OK)
		return rc;
	lo.user_id = 0;
	lo.unmapped_at = ch->now;
	rc = change_store_login(ch, &lo, JOURNAL_LOGIN_UNMAPPED, err);
	if (rc != TWR_OK)
		return rc;
	if (ret != NULL)
		*ret = us;
	return TWR_OK;
}
