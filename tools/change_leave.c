/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "change_impl.h"
#include "text.h"

/* ---- another name, another address ---- */

enum twr_status
change_user_rename(const struct change *ch, const char *user, const char *name,
    struct user *ret, bool *changed, struct twr_error *err)
{
	struct user us;
	bool done;
	enum twr_status rc;

	if ((rc = directory_user_find(ch->dir, user, &us, err)) != TWR_OK)
		return rc;
	if ((rc = admin_check_user_name(name, err)) != TWR_OK)
		return rc;
	done = strcmp(us.name, name) != 0;
	(void)snprintf(us.name, sizeof(us.name), "%s", name);
	if (done)
		rc = change_store_user(ch, &us, JOURNAL_USER_RENAMED, err);
	if (rc == TWR_OK && ret != NULL)
		*ret = us;
	if (changed != NULL)
		*changed = done;
	return rc;
}

enum twr_status
change_user_set_email(const struct change *ch, const char *user,
    const char *email, struct user *ret, bool *changed, struct twr_error *err)
{
	struct user us;
	bool done;
	enum twr_status rc;

	if ((rc = directory_user_find(ch->dir, user, &us, err)) != TWR_OK)
		return rc;
	if ((rc = admin_check_email(email, err)) != TWR_OK)
		return rc;
	done = strcmp(us.email, email) != 0;
	/* in other letters, his own address may stand in the way */
	if (done && strcasecmp(us.email, email) != 0 &&
	    (rc = change_check_email_free(ch, email, err)) != TWR_OK)
		return rc;
	(void)snprintf(us.email, sizeof(us.email), "%s", email);
	if (done)
		rc = change_store_user(ch, &us, JOURNAL_USER_EMAIL, err);
	if (rc == TWR_OK && ret != NULL)
		*ret = us;
	if (changed != NULL)
		*changed = done;
	return rc;
}

/* ---- removing ---- */

static void
list_accounts(const struct change_rows *rows, char *buf, size_t size)
{
	struct twr_line ln;
	size_t i, n = 0;

	twr_line_init(&ln, buf, size);
	for (i = 0; i < rows->n; i++)
		if (strcmp(rows->items[i].role, ROLE_KEY_ACCOUNT_OWNER) == 0)
			twr_line_addf(&ln, "%s%s", n++ > 0 ? ", " : "",
			    rows->items[i].scope);
}

static enum twr_status
check_removal(const struct change *ch, const struct user *us,
    const struct user_standing *st, const struct change_rows *rows,
    struct twr_error *err)
{
	char accounts[512];
	struct admin_leaving leaving = {
		.user = us, .accounts = accounts, .for_good = true
	};
	enum twr_status rc;

	list_accounts(rows, accounts, sizeof(accounts));
	leaving.owns_organization = strcmp(st->organization_role,
					ROLE_KEY_ORGANIZATION_OWNER) == 0;
	if ((rc = admin_check_leaving(&leaving, err)) != TWR_OK)
		return rc;
	return change_check_last(ch, us, st, false, "removed", err);
}

static enum twr_status
keep_name(void *ctx, const struct login *login, struct twr_error *err)
{
	char **names = ctx, *grown;
	size_t len = *names != NULL ? strlen(*names) : 0;

	/* no login has a '/': see admin_check_login() */
	grown = realloc(*names, len + strlen(login->name) + 2);
	if (grown == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	(void)stpcpy(stpcpy(grown + len, login->name), "/");
	*names = grown;
	return TWR_OK;
}

static enum twr_status
bury_login(const struct change *ch, const char *name, struct twr_error *err)
{
	struct login lo;
	enum twr_status rc = directory_login_get(ch->dir, name, &lo, err);

	if (rc != TWR_OK)
		return rc;
	lo.user_id = 0;
	lo.unmapped_at = ch->now;
	return change_store_login(ch, &lo, JOURNAL_LOGIN_UNMAPPED, err);
}

/* Every login of the user becomes a tombstone. */
static enum twr_status
bury_logins(const struct change *ch, const struct user *us, change_gone_fn *fn,
    void *ctx, struct twr_error *err)
{
	struct change_gone gone = { .what = GONE_LOGIN, .email = us->email };
	char *names = NULL, *rest, *name;
	enum twr_status rc;

	rc = directory_each_login(ch->dir, us->id, keep_name, &names, err);
	for (rest = names; rc == TWR_OK && rest != NULL && *rest != '\0';) {
		name = strsep(&rest, "/");
		gone.login = name;
		if ((rc = bury_login(ch, name, err)) == TWR_OK && fn != NULL)
			fn(ctx, &gone);
	}
	free(names);
	return rc;
}

static enum twr_status
bury_user(const struct change *ch, struct user *us, struct twr_error *err)
{
	char *before = NULL;
	enum twr_status rc;

	rc = directory_snapshot(ch->dir, ENTITY_USER, us->sid, &before, err);
	if (rc == TWR_OK)
		rc = directory_remove_user(ch->dir, us->id, ch->now, err);
	if (rc == TWR_OK)
		rc = change_record(ch, JOURNAL_USER_REMOVED, us->sid, before,
		    err);
	if (rc == TWR_OK)
		rc = directory_user_get(ch->dir, us->id, us, err);
	free(before);
	return rc;
}

enum twr_status
change_user_remove(const struct change *ch, const char *user,
    change_gone_fn *fn, void *ctx, struct user *ret, struct twr_error *err)
{
	struct change_gone gone = { .what = GONE_USER };
	struct assignment_filter filter = { .now = ch->now };
	struct change_rows rows = { 0 };
	struct user_standing st;
	struct user us;
	enum twr_status rc;

	if ((rc = directory_user_find(ch->dir, user, &us, err)) != TWR_OK)
		return rc;
	filter.user_id = us.id;
	rc = directory_user_standing(ch->dir, us.id, ch->now, &st, err);
	if (rc == TWR_OK)
		rc = change_collect(ch, &filter, &rows, err);
	if (rc == TWR_OK)
		rc = check_removal(ch, &us, &st, &rows, err);
	if (rc == TWR_OK) {
		gone.email = us.email;
		gone.sid = us.sid;
		if (fn != NULL)
			fn(ctx, &gone);
		rc = change_take_rows(ch, &rows, NULL, fn, ctx, err);
	}
	if (rc == TWR_OK)
		rc = bury_logins(ch, &us, fn, ctx, err);
	if (rc == TWR_OK)
		rc = bury_user(ch, &us, err);
	change_rows_free(&rows);
	if (rc == TWR_OK && ret != NULL)
		*ret = us;
	return rc == TWR_OK && st.administrator ? change_warn_second(ch, err) :
						  rc;
}
