/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply_impl.h"

static int64_t
parent_id(const struct organization *org, const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[DIRECTORY_PATH_MAX];
	const struct org_scope *sc;

	if (slash == NULL || (size_t)(slash - path) >= sizeof(parent))
		return 0;
	(void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path),
	    path);
	if (strcmp(parent, org->name) == 0)
		return 1; /* the organization */
	sc = org_find_scope(org, parent);
	return sc == NULL ? 0 : sc->id;
}

static enum twr_status
put_status(struct apply *ap, unsigned line, const struct scope *sc,
    enum twr_scope_status status, struct twr_error *err)
{
	enum twr_status rc = TWR_OK;

	apply_line(ap, '~', "scope", sc->path, "%s, was %s",
	    twr_scope_status_word(status), twr_scope_status_word(sc->status));
	/* closed is more than suspended: it is opened first */
	if (sc->status == TWR_SCOPE_CLOSED && status == TWR_SCOPE_SUSPENDED)
		rc = change_scope_set_status(ap->ch, sc->sid, TWR_SCOPE_ACTIVE,
		    NULL, NULL, NULL, NULL, err);
	if (rc == TWR_OK)
		rc = change_scope_set_status(ap->ch, sc->sid, status, NULL,
		    NULL, NULL, NULL, err);
	return apply_at(ap, line, rc, err);
}

static enum twr_status
add_scope(struct matching *ma, struct org_scope *want, struct twr_error *err)
{
	struct apply *ap = ma->ap;
	struct scope sc = { .parent_id = parent_id(ap->want, want->path),
		.status = want->status,
		.created_at = ap->ch->now };
	struct scope parent;
	enum twr_status rc;

	if ((rc = directory_scope_get(ap->ch->dir, sc.parent_id, &parent,
		 err)) != TWR_OK)
		return rc;
	sc.kind = parent.kind == TWR_SCOPE_ORGANIZATION ? TWR_SCOPE_ACCOUNT :
							  TWR_SCOPE_SUBACCOUNT;
	rc = apply_free_sid(ap, ENTITY_SCOPE, want->sid, sc.sid, err);
	if (rc != TWR_OK)
		return rc;
	(void)snprintf(sc.name, sizeof(sc.name), "%s",
	    strrchr(want->path, '/') + 1);
	apply_line(ap, '+', "scope", want->path, "%s, %s",
	    twr_scope_kind_word(sc.kind), twr_scope_status_word(sc.status));
	rc = change_store_scope(ap->ch, &sc, err);
	want->id = sc.id;
	return apply_at(ap, want->line, rc, err);
}

static enum twr_status
change_scope(struct matching *ma, const struct org_scope *want,
    struct twr_error *err)
{
	struct apply *ap = ma->ap;
	const char *name = strrchr(want->path, '/') + 1;
	struct scope sc;
	enum twr_status rc;

	rc = directory_scope_get(ap->ch->dir, want->id, &sc, err);
	if (rc != TWR_OK)
		return rc;
	if (sc.parent_id != parent_id(ap->want, want->path))
		return apply_fail(ap, want->line, err,
		    "scope %s (%s) stands below another scope in the "
		    "directory and cannot be moved; correct path",
		    sc.path, sc.sid);
	if (strcmp(sc.name, name) != 0) {
		apply_line(ap, '~', "scope", want->path, "was %s", sc.path);
		rc = change_scope_rename(ap->ch, sc.sid, name, &sc, err);
		if (rc != TWR_OK)
			return apply_at(ap, want->line, rc, err);
	}
	/* closing takes assignments along: last of all */
	if (sc.status == want->status || want->status == TWR_SCOPE_CLOSED)
		return TWR_OK;
	return put_status(ap, want->line, &sc, want->status, err);
}

/* Parents stand before their children. */
enum twr_status
apply_scopes(struct matching *ma, struct twr_error *err)
{
	struct organization *want = ma->ap->want;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < want->n_scopes; i++)
		rc = want->scopes[i].id == 0 ?
		    add_scope(ma, &want->scopes[i], err) :
		    change_scope(ma, &want->scopes[i], err);
	return rc;
}

/* ---- Owners of accounts ---- */

static const struct org_scope *
find_have(const struct matching *ma, int64_t id)
{
	size_t i;

	for (i = 0; i < ma->have->n_scopes; i++)
		if (ma->have->scopes[i].id == id)
			return &ma->have->scopes[i];
	return NULL;
}

static enum twr_status
give_owner(struct apply *ap, const struct org_scope *want,
    const struct org_user *owner, struct twr_error *err)
{
	struct scope sc;
	struct user us;
	enum twr_status rc;

	if ((rc = directory_scope_get(ap->ch->dir, want->id, &sc, err)) !=
		TWR_OK ||
	    (rc = directory_user_get(ap->ch->dir, owner->id, &us, err)) !=
		TWR_OK)
		return rc;
	if (us.status != TWR_USER_ACTIVE)
		return apply_fail(ap, want->line, err,
		    "%s is %s and cannot become an Owner; name an active user",
		    us.email, twr_user_status_word(us.status));
	return change_give_key(ap->ch, &us, ROLE_KEY_ACCOUNT_OWNER, &sc, err);
}

enum twr_status
apply_owners(struct matching *ma, struct twr_error *err)
{
	struct apply *ap = ma->ap;
	const struct org_scope *want, *have;
	const struct org_user *was, *will;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < ap->want->n_scopes; i++) {
		want = &ap->want->scopes[i];
		if (*want->owner == '\0')
			continue; /* a subaccount, or closed: as it is */
		have = find_have(ma, want->id);
		will = org_find_user(ap->want, want->owner);
		was = have == NULL || *have->owner == '\0' ?
		    NULL :
		    org_find_user(ma->have, have->owner);
		if (will == NULL || (was != NULL && was->id == will->id))
			continue;
		apply_line(ap, '~', "owner", want->path, "%s%s%s", want->owner,
		    was != NULL ? ", was " : "", was != NULL ? was->email : "");
		if (was != NULL)
			rc = apply_take_role(ap, was->id,
			    ROLE_KEY_ACCOUNT_OWNER, want->id, err);
		if (rc == TWR_OK)
			rc = give_owner(ap, want, will, err);
	}
	return rc;
}

/* ---- what is declared closed, or not at all ---- */

static enum twr_status
close_scope(struct apply *ap, unsigned line, int64_t id, struct twr_error *err)
{
	struct scope sc;
	enum twr_status rc = directory_scope_get(ap->ch->dir, id, &sc, err);

	if (rc != TWR_OK || sc.status == TWR_SCOPE_CLOSED)
		return rc;
	return put_status(ap, line, &sc, TWR_SCOPE_CLOSED, err);
}

/* Children stand behind their parents and are closed before them. */
enum twr_status
apply_close_scopes(struct matching *ma, struct twr_error *err)
{
	struct apply *ap = ma->ap;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = ap->want->n_scopes; rc == TWR_OK && i > 0; i--)
		if (ap->want->scopes[i - 1].status == TWR_SCOPE_CLOSED)
			rc = close_scope(ap, ap->want->scopes[i - 1].line,
			    ap->want->scopes[i - 1].id, err);
	for (i = ma->have->n_scopes; rc == TWR_OK && i > 0; i--)
		if (!ma->scope_kept[i - 1])
			rc = close_scope(ap, ap->want->line,
			    ma->have->scopes[i - 1].id, err);
	return rc;
}
