/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "change_impl.h"
#include "suggest.h"
#include "text.h"

/* ---- organization roles ---- */

static const char *const role_words[] = { "owner", "administrator",
	"standard-user", "billing-admin", "billing-viewer", "none" };

/* The role's key; "" for none. Takes the key itself, too. */
static enum twr_status
role_key(const char *word, char key[TWR_NAME_MAX + 1], struct twr_error *err)
{
	struct suggestion sg;
	const char *best;
	size_t i;

	if (strncmp(word, "organization:", 13) == 0)
		word += 13;
	suggest_init(&sg, word);
	for (i = 0; i < sizeof(role_words) / sizeof(role_words[0]); i++) {
		suggest_offer(&sg, role_words[i]);
		if (strcmp(word, role_words[i]) != 0)
			continue;
		key[0] = '\0';
		if (strcmp(word, "none") != 0)
			(void)snprintf(key, TWR_NAME_MAX + 1, "organization:%s",
			    word);
		return TWR_OK;
	}
	best = suggest_best(&sg);
	return twr_fail(err, TWR_EREFUSED,
	    "organization role \"%s\": no such role%s%s%s; there are owner, "
	    "administrator, standard-user, billing-admin, billing-viewer and "
	    "none",
	    word, best != NULL ? ", did you mean \"" : "",
	    best != NULL ? best : "", best != NULL ? "\"?" : "");
}

static const char *
key_or_none(const char *key)
{
	return key[0] != '\0' ? key : NULL;
}

static bool
is_owner_key(const char *key)
{
	return strcmp(key, ROLE_KEY_ORGANIZATION_OWNER) == 0;
}

static bool
is_administrator_key(const char *key)
{
	return is_owner_key(key) ||
	    strcmp(key, ROLE_KEY_ORGANIZATION_ADMINISTRATOR) == 0;
}

static enum twr_status
check_role_change(const struct change *ch, const struct user *us,
    const struct user_standing *st, const char *key, struct twr_error *err)
{
	bool would = is_administrator_key(key) && st->logins > 0 &&
	    us->status == TWR_USER_ACTIVE;
	enum twr_status rc;

	rc = admin_check_organization_role(us,
	    key_or_none(st->organization_role), key_or_none(key), err);
	if (rc != TWR_OK)
		return rc;
	return change_check_last(ch, us, st, would, "given a lesser role", err);
}

static enum twr_status
set_role(const struct change *ch, const struct user *us, const char *key,
    bool *changed, struct twr_error *err)
{
	struct user_standing st;
	enum twr_status rc;

	*changed = false;
	rc = directory_user_standing(ch->dir, us->id, ch->now, &st, err);
	if (rc != TWR_OK || strcmp(st.organization_role, key) == 0)
		return rc;
	if ((rc = check_role_change(ch, us, &st, key, err)) != TWR_OK)
		return rc;
	*changed = true;
	return change_swap_role(ch, us, st.organization_role, key, err);
}

enum twr_status
change_user_set_organization_role(const struct change *ch, const char *user,
    const char *role, struct user *ret, bool *changed, struct twr_error *err)
{
	char key[TWR_NAME_MAX + 1];
	struct user us;
	bool done = false;
	enum twr_status rc;

	if ((rc = role_key(role, key, err)) != TWR_OK)
		return rc;
	if ((rc = directory_user_find(ch->dir, user, &us, err)) != TWR_OK)
		return rc;
	if ((rc = set_role(ch, &us, key, &done, err)) != TWR_OK)
		return rc;
	if (us.status != TWR_USER_ACTIVE)
		change_note(ch, "note: %s is %s, so the role has no effect yet",
		    us.email, twr_user_status_word(us.status));
	if (ret != NULL)
		*ret = us;
	if (changed != NULL)
		*changed = done;
	return done ? change_warn_second(ch, err) : TWR_OK;
}

/* ---- users ---- */

enum twr_status
change_check_email_free(const struct change *ch, const char *email,
    struct twr_error *err)
{
	struct user other;
	enum twr_status rc;

	rc = directory_user_lookup(ch->dir, email, &other, err);
	if (rc == TWR_OK)
		return twr_fail(err, TWR_EREFUSED,
		    "user \"%s\": exists already (%s, %s)", other.email,
		    other.sid, twr_user_status_word(other.status));
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

static enum twr_status
check_new(const struct change *ch, const struct user *us, struct twr_error *err)
{
	enum twr_status rc;

	if ((rc = admin_check_email(us->email, err)) != TWR_OK)
		return rc;
	if ((rc = admin_check_user_name(us->name, err)) != TWR_OK)
		return rc;
	return change_check_email_free(ch, us->email, err);
}

static enum twr_status
fill_user(const struct change *ch, const struct change_user *in,
    struct user *us, struct twr_error *err)
{
	const char *name = in->name != NULL ? in->name : in->email;

	/* too long is refused, not cut */
	if (strlen(in->email) > TWR_NAME_MAX || strlen(name) > TWR_NAME_MAX)
		return twr_fail(err, TWR_EREFUSED,
		    "user \"%.40s...\": e-mail or name is longer than %d "
		    "bytes; shorten it",
		    in->email, TWR_NAME_MAX);
	*us = (struct user) { .status = TWR_USER_ACTIVE,
		.kind = in->kind != 0 ? in->kind : TWR_KIND_PERSON,
		.two_factor = in->two_factor != 0 ? in->two_factor :
						    TWR_2FA_UNKNOWN,
		.created_at = ch->now };
	(void)strcpy(us->email, in->email);
	(void)strcpy(us->name, name);
	return check_new(ch, us, err);
}

enum twr_status
change_user_add(const struct change *ch, const struct change_user *in,
    struct user *ret, struct twr_error *err)
{
	const char *role = in->organization_role;
	char key[TWR_NAME_MAX + 1];
	struct user us;
	bool changed;
	enum twr_status rc;

	if (role == NULL)
		role = in->kind == TWR_KIND_SERVICE ? "none" : "standard-user";
	if ((rc = role_key(role, key, err)) != TWR_OK)
		return rc;
	if ((rc = fill_user(ch, in, &us, err)) != TWR_OK)
		return rc;
	if ((rc = directory_insert_user(ch->dir, &us, err)) != TWR_OK)
		return rc;
	rc = change_record(ch, JOURNAL_USER_CREATED, us.sid, NULL, err);
	if (rc != TWR_OK)
		return rc;
	if (in->login.name != NULL) {
		rc = change_map(ch, &in->login, &us, &changed, err);
		if (rc != TWR_OK)
			return rc;
	}
	rc = set_role(ch, &us, key, &changed, err);
	if (rc == TWR_OK && ret != NULL)
		*ret = us;
	return rc;
}

enum twr_status
change_store_user(const struct change *ch, const struct user *us,
    enum journal_event event, struct twr_error *err)
{
	char *before = NULL;
	enum twr_status rc;

	rc = directory_snapshot(ch->dir, ENTITY_USER, us->sid, &before, err);
	if (rc == TWR_OK)
		rc = directory_update_user(ch->dir, us, err);
	if (rc == TWR_OK)
		rc = change_record(ch, event, us->sid, before, err);
	free(before);
	return rc;
}

static enum journal_event
status_event(enum twr_user_status status, const char **doing)
{
	switch (status) {
	case TWR_USER_ACTIVE:
		*doing = "activated";
		return JOURNAL_USER_ACTIVATED;
	case TWR_USER_INACTIVE:
		*doing = "deactivated";
		return JOURNAL_USER_DEACTIVATED;
	case TWR_USER_SUSPENDED:
		break;
	}
	*doing = "suspended";
	return JOURNAL_USER_SUSPENDED;
}

static enum twr_status
set_status(const struct change *ch, struct user *us,
    enum twr_user_status status, struct twr_error *err)
{
	const char *doing;
	enum journal_event event = status_event(status, &doing);
	struct admin_leaving leaving = { .user = us, .accounts = "" };
	struct user_standing st;
	enum twr_status rc;

	rc = directory_user_standing(ch->dir, us->id, ch->now, &st, err);
	if (rc != TWR_OK)
		return rc;
	leaving.owns_organization = is_owner_key(st.organization_role);
	if (status == TWR_USER_INACTIVE &&
	    (rc = admin_check_leaving(&leaving, err)) != TWR_OK)
		return rc;
	if (status != TWR_USER_ACTIVE) {
		rc = change_check_last(ch, us, &st, false, doing, err);
		if (rc != TWR_OK)
			return rc;
	}
	us->status = status;
	if ((rc = change_store_user(ch, us, event, err)) != TWR_OK)
		return rc;
	if (is_administrator_key(st.organization_role))
		return change_warn_second(ch, err);
	return TWR_OK;
}

enum twr_status
change_user_set_status(const struct change *ch, const char *user,
    enum twr_user_status status, struct user *ret, bool *changed,
    struct twr_error *err)
{
	struct user us;
	bool done;
	enum twr_status rc;

	if ((rc = directory_user_find(ch->dir, user, &us, err)) != TWR_OK)
		return rc;
	done = us.status != status;
	if (done && (rc = set_status(ch, &us, status, err)) != TWR_OK)
		return rc;
	if (ret != NULL)
		*ret = us;
	if (changed != NULL)
		*changed = done;
	return TWR_OK;
}

enum twr_status
change_user_set_two_factor(const struct change *ch, const char *user,
    enum twr_two_factor state, struct user *ret, bool *changed,
    struct twr_error *err)
{
	struct user us;
	bool done;
	enum twr_status rc;

	if ((rc = directory_user_find(ch->dir, user, &us, err)) != TWR_OK)
		return rc;
	done = us.two_factor != state;
	us.two_factor = state;
	if (done) {
		rc = change_store_user(ch, &us, JOURNAL_USER_TWO_FACTOR, err);
		if (rc != TWR_OK)
			return rc;
	}
	if (ret != NULL)
		*ret = us;
	if (changed != NULL)
		*changed = done;
	return TWR_OK;
}
