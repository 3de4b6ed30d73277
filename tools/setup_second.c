/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "admin.h"
#include "setup.h"
#include "text.h"

/* A user who is there: what does he lack, and may he be given it? */
static enum twr_status
look_at_user(struct setup *su, const struct user *user, struct twr_error *err)
{
	struct session *s = su->cli->session;
	struct user_standing st;
	enum twr_status rc;

	rc = directory_user_standing(s->dir, user->id, s->now, &st, err);
	if (rc != TWR_OK)
		return rc;
	if (strcmp(st.organization_role, ROLE_KEY_ORGANIZATION_OWNER) == 0)
		return twr_fail(err, TWR_EINVAL,
		    "--administrator %s: is the Owner himself; name another "
		    "person, with a login of his own",
		    user->email);
	if (user->status != TWR_USER_ACTIVE)
		return twr_fail(err, TWR_EREFUSED,
		    "--administrator %s: is %s and could repair nothing; name "
		    "somebody else, or run twrbac user activate %s first",
		    user->email, twr_user_status_word(user->status),
		    user->email);
	su->has_administrator = true;
	su->gives_role = strcmp(st.organization_role,
			     ROLE_KEY_ORGANIZATION_ADMINISTRATOR) != 0;
	return TWR_OK;
}

/* Whose is the login? Nobody's, or his: else there is a conflict. */
static enum twr_status
look_at_login(struct setup *su, int64_t user_id, struct twr_error *err)
{
	struct session *s = su->cli->session;
	const char *name = su->in.administrator_login;
	struct twr_error unknown;
	struct login login;
	struct user other;
	enum twr_status rc;

	rc = directory_login_get(s->dir, name, &login, &unknown);
	if (rc != TWR_OK && rc != TWR_EREFUSED)
		return twr_fail(err, rc, "%s", unknown.text);
	su->maps_login = user_id != 0 &&
	    (rc == TWR_EREFUSED || login.user_id != user_id);
	if (rc == TWR_EREFUSED || login.user_id == 0 ||
	    login.user_id == user_id)
		return TWR_OK;
	if ((rc = directory_user_get(s->dir, login.user_id, &other, err)) !=
	    TWR_OK)
		return rc;
	return twr_fail(err, TWR_EREFUSED,
	    "--administrator-login %s: is the login of %s, and a login has one "
	    "user; name another, or run twrbac login unmap %s first",
	    name, other.email, name);
}

enum twr_status
setup_look_at_second(struct setup *su, struct twr_error *err)
{
	struct session *s = su->cli->session;
	struct user user = { .id = 0 };
	enum twr_status rc;

	su->has_administrator = su->maps_login = su->gives_role = false;
	if (!su->has_directory)
		return TWR_OK;
	if ((rc = session_open_read(s, false, err)) == TWR_OK) {
		rc = directory_user_lookup(s->dir, su->in.administrator, &user,
		    err);
		if (rc == TWR_OK)
			rc = look_at_user(su, &user, err);
		else if (rc == TWR_ENOENT)
			rc = TWR_OK;
	}
	if (rc == TWR_OK)
		rc = look_at_login(su, user.id, err);
	session_close(s);
	return rc;
}
