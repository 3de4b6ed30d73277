/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "change_impl.h"

/* "acme/messaging" is "acme" and "messaging". name points into path. */
static enum twr_status
split_path(const char *path, char parent[DIRECTORY_PATH_MAX], const char **name,
    struct twr_error *err)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return twr_fail(err, TWR_EREFUSED,
		    "scope \"%s\": a new scope needs its parent's path before "
		    "its name, such as acme/messaging",
		    path);
	if ((size_t)(slash - path) >= DIRECTORY_PATH_MAX)
		return twr_fail(err, TWR_EREFUSED,
		    "scope \"%.40s...\": the path is too long; write the "
		    "parent as SID",
		    path);
	(void)snprintf(parent, DIRECTORY_PATH_MAX, "%.*s", (int)(slash - path),
	    path);
	*name = slash + 1;
	return TWR_OK;
}

/* Which kind of scope can stand below parent. */
static enum twr_status
child_kind(const struct scope *parent, enum twr_scope_kind *ret,
    struct twr_error *err)
{
	switch (parent->kind) {
	case TWR_SCOPE_ORGANIZATION:
		*ret = TWR_SCOPE_ACCOUNT;
		break;
	case TWR_SCOPE_ACCOUNT:
		*ret = TWR_SCOPE_SUBACCOUNT;
		break;
	case TWR_SCOPE_SUBACCOUNT:
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is a subaccount, below which nothing stands; add to "
		    "its account",
		    parent->path);
	}
	if (parent->status == TWR_SCOPE_CLOSED)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is closed; name an active parent", parent->path);
	return TWR_OK;
}

static enum twr_status
check_free(const struct change *ch, int64_t parent_id, const char *name,
    struct twr_error *err)
{
	struct scope other;
	enum twr_status rc = directory_child(ch->dir, parent_id, name, &other,
	    err);

	if (rc == TWR_OK && other.id != 0)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: exists already (%s); use it, or another name",
		    other.path, other.sid);
	return rc;
}

/* The journal's name of an alias: its parent's SID, a slash, its name. */
static enum twr_status
alias_subject(const struct change *ch, int64_t parent_id, const char *name,
    char *buf, size_t size, struct twr_error *err)
{
	struct scope parent = { 0 };
	enum twr_status rc = TWR_OK;

	if (parent_id != 0)
		rc = directory_scope_get(ch->dir, parent_id, &parent, err);
	if (rc == TWR_OK)
		(void)snprintf(buf, size, "%s/%s", parent.sid, name);
	return rc;
}

/*
 * A former name that a scope takes now leads to that scope only. Where the
 * accepted configuration still uses it, a rule would move to another scope
 * without anybody having edited it.
 */
static enum twr_status
drop_alias(const struct change *ch, int64_t parent_id, const char *name,
    struct twr_error *err)
{
	char subject[TWR_SID_LEN + TWR_NAME_MAX + 2], place[CHANGE_PLACE_MAX];
	struct scope led;
	char *before = NULL;
	int64_t to;
	enum twr_status rc;

	rc = directory_alias(ch->dir, parent_id, name, &to, err);
	if (rc != TWR_OK || to == 0)
		return rc;
	if ((rc = directory_scope_get(ch->dir, to, &led, err)) != TWR_OK ||
	    (rc = change_named_former(ch, &led, place, err)) != TWR_OK)
		return rc;
	if (place[0] != '\0')
		return twr_fail(err, TWR_EREFUSED,
		    "\"%s\" is a former name of %s, and %s still uses it: a "
		    "rule would move to another scope; write %s there and run "
		    "twrbac compile first",
		    name, led.path, place, led.path);
	rc = alias_subject(ch, parent_id, name, subject, sizeof(subject), err);
	if (rc != TWR_OK)
		return rc;
	rc = directory_snapshot(ch->dir, ENTITY_ALIAS, subject, &before, err);
	if (rc == TWR_OK)
		rc = directory_delete_alias(ch->dir, parent_id, name, err);
	if (rc == TWR_OK)
		rc = change_record(ch, JOURNAL_ALIAS_REMOVED, subject, before,
		    err);
	if (rc == TWR_OK)
		change_note(ch,
		    "warning: \"%s\" was a former name of %s and no longer "
		    "leads there; look at configurations that use it",
		    name, led.path);
	free(before);
	return rc;
}

static enum twr_status
find_owner(const struct change *ch, enum twr_scope_kind kind, const char *text,
    struct user *ret, struct twr_error *err)
{
	enum twr_status rc;

	ret->id = 0;
	if (kind != TWR_SCOPE_ACCOUNT && text == NULL)
		return TWR_OK;
	if (kind != TWR_SCOPE_ACCOUNT)
		return twr_fail(err, TWR_EREFUSED,
		    "--owner: a subaccount has no Owner of its own, its "
		    "account's holds there; leave it out");
	if (text != NULL)
		rc = directory_user_find(ch->dir, text, ret, err);
	else if (ch->actor->user_id != 0)
		rc = directory_user_get(ch->dir, ch->actor->user_id, ret, err);
	else
		return twr_fail(err, TWR_EREFUSED,
		    "--owner: an account needs an Owner, and root is no user "
		    "of the organization; name one with --owner USER");
	if (rc == TWR_OK && ret->status != TWR_USER_ACTIVE)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is %s and cannot become an Owner; name an active "
		    "user with --owner USER",
		    ret->email, twr_user_status_word(ret->status));
	return rc;
}

enum twr_status
change_store_scope(const struct change *ch, struct scope *sc,
    struct twr_error *err)
{
	enum twr_status rc;

	if ((rc = check_free(ch, sc->parent_id, sc->name, err)) != TWR_OK)
		return rc;
	if ((rc = drop_alias(ch, sc->parent_id, sc->name, err)) != TWR_OK)
		return rc;
	if ((rc = directory_insert_scope(ch->dir, sc, err)) != TWR_OK)
		return rc;
	rc = change_record(ch, JOURNAL_SCOPE_CREATED, sc->sid, NULL, err);
	if (rc != TWR_OK)
		return rc;
	return directory_scope_get(ch->dir, sc->id, sc, err);
}

enum twr_status
change_scope_add(const struct change *ch, const char *path, const char *owner,
    struct scope *ret, struct twr_error *err)
{
	char text[DIRECTORY_PATH_MAX];
	const char *name = "";
	struct scope parent, sc = { .status = TWR_SCOPE_ACTIVE };
	struct user us;
	enum twr_status rc;

	if ((rc = split_path(path, text, &name, err)) != TWR_OK)
		return rc;
	if ((rc = change_find_scope(ch, text, &parent, err)) != TWR_OK)
		return rc;
	if ((rc = child_kind(&parent, &sc.kind, err)) != TWR_OK)
		return rc;
	if ((rc = admin_check_scope_name(sc.kind, name, err)) != TWR_OK)
		return rc;
	if ((rc = find_owner(ch, sc.kind, owner, &us, err)) != TWR_OK)
		return rc;
	sc.parent_id = parent.id;
	sc.created_at = ch->now;
	(void)snprintf(sc.name, sizeof(sc.name), "%s", name);
	if ((rc = change_store_scope(ch, &sc, err)) != TWR_OK)
		return rc;
	if (parent.status != TWR_SCOPE_ACTIVE)
		change_note(ch,
		    "warning: %s is suspended, so nothing below it has effect",
		    parent.path);
	if (us.id != 0)
		rc = change_give_key(ch, &us, ROLE_KEY_ACCOUNT_OWNER, &sc, err);
	if (rc == TWR_OK && ret != NULL)
		*ret = sc;
	return rc;
}

/* ---- renaming ---- */

static enum twr_status
store_alias(const struct change *ch, const struct scope *sc, const char *former,
    struct twr_error *err)
{
	char subject[TWR_SID_LEN + TWR_NAME_MAX + 2];
	enum twr_status rc;

	rc = directory_put_alias(ch->dir, sc->parent_id, former, sc->id,
	    ch->now, err);
	if (rc != TWR_OK)
		return rc;
	rc = alias_subject(ch, sc->parent_id, former, subject, sizeof(subject),
	    err);
	if (rc != TWR_OK)
		return rc;
	return change_record(ch, JOURNAL_ALIAS_CREATED, subject, NULL, err);
}

static enum twr_status
store_name(const struct change *ch, struct scope *sc, const char *name,
    struct twr_error *err)
{
	char former[TWR_NAME_MAX + 1];
	char *before = NULL;
	enum twr_status rc;

	(void)snprintf(former, sizeof(former), "%s", sc->name);
	(void)snprintf(sc->name, sizeof(sc->name), "%s", name);
	rc = directory_snapshot(ch->dir, ENTITY_SCOPE, sc->sid, &before, err);
	if (rc == TWR_OK)
		rc = directory_update_scope(ch->dir, sc, err);
	if (rc == TWR_OK)
		rc = change_record(ch, JOURNAL_SCOPE_RENAMED, sc->sid, before,
		    err);
	if (rc == TWR_OK)
		rc = store_alias(ch, sc, former, err);
	free(before);
	return rc;
}

enum twr_status
change_scope_rename(const struct change *ch, const char *scope,
    const char *name, struct scope *ret, struct twr_error *err)
{
	struct scope sc;
	enum twr_status rc;

	if ((rc = change_find_scope(ch, scope, &sc, err)) != TWR_OK)
		return rc;
	if ((rc = admin_check_scope_name(sc.kind, name, err)) != TWR_OK)
		return rc;
	if ((rc = check_free(ch, sc.parent_id, name, err)) != TWR_OK)
		return rc;
	if ((rc = drop_alias(ch, sc.parent_id, name, err)) != TWR_OK)
		return rc;
	if ((rc = store_name(ch, &sc, name, err)) != TWR_OK)
		return rc;
	rc = directory_scope_get(ch->dir, sc.id, &sc, err);
	if (rc == TWR_OK && ret != NULL)
		*ret = sc;
	return rc;
}
