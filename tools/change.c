/* SPDX-License-Identifier: BSD-2-Clause */
#include "change.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change_impl.h"

void
change_note(const struct change *ch, const char *fmt, ...)
{
	struct twr_error line;
	char text[TWR_ERROR_MAX];
	va_list ap;

	if (ch->note == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* twr_fail() keeps control characters out of every line */
	(void)twr_fail(&line, TWR_OK, "%s", text);
	ch->note(ch->ctx, line.text);
}

enum twr_status
change_warn_second(const struct change *ch, struct twr_error *err)
{
	const char *warning;
	int64_t n = 0;
	enum twr_status rc = directory_count_administrators(ch->dir, &n, err);

	if (rc == TWR_OK && (warning = admin_second_warning(n)) != NULL)
		change_note(ch, "%s", warning);
	return rc;
}

enum twr_status
change_record(const struct change *ch, enum journal_event event,
    const char *subject, const char *before, struct twr_error *err)
{
	return journal_append(ch->dir, ch->actor, ch->now, ch->clock_ok, event,
	    subject, before, err);
}

enum twr_status
change_find_scope(const struct change *ch, const char *text, struct scope *ret,
    struct twr_error *err)
{
	bool alias = false;
	enum twr_status rc;

	rc = directory_scope_find(ch->dir, text, ret, &alias, err);
	if (rc == TWR_OK && alias)
		change_note(ch, "note: %s is called %s now", text, ret->path);
	return rc;
}

enum twr_status
change_check_last(const struct change *ch, const struct user *user,
    const struct user_standing *st, bool would, const char *doing,
    struct twr_error *err)
{
	struct admin_administrators a = { 0 };
	enum twr_status rc;

	rc = directory_count_administrators(ch->dir, &a.counting, err);
	if (rc != TWR_OK)
		return rc;
	a.subject_counts = st->administrator && st->logins > 0;
	a.subject_would = would;
	return admin_check_last(&a, user, doing, err);
}

/* ---- assignments as rows ---- */

/* What does not fit (an actor's label) is cut between two characters. */
static void
copy(char *buf, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size)
		for (len = size - 1; len > 0; len--)
			if (((unsigned char)text[len] & 0xc0) != 0x80)
				break;
	memcpy(buf, text, len);
	buf[len] = '\0';
}

void
change_by(const struct change *ch, char buf[TWR_NAME_MAX + 1])
{
	copy(buf, TWR_NAME_MAX + 1, ch->actor->label);
}

enum twr_status
change_give(const struct change *ch, const struct change_gift *gift,
    char sid[TWR_SID_LEN + 1], struct twr_error *err)
{
	struct assignment as = { 0 };
	enum twr_status rc;

	as.user_id = gift->user->id;
	as.role_id = gift->role->id;
	as.scope_id = gift->scope->id;
	as.not_before = gift->window.from;
	as.not_after = gift->window.until;
	as.created_at = ch->now;
	copy(as.reason, sizeof(as.reason), gift->reason);
	copy(as.resource_type, sizeof(as.resource_type), gift->resource_type);
	copy(as.resource_id, sizeof(as.resource_id), gift->resource_id);
	change_by(ch, as.created_by);
	if ((rc = directory_insert_assignment(ch->dir, &as, err)) != TWR_OK)
		return rc;
	if (sid != NULL)
		copy(sid, TWR_SID_LEN + 1, as.sid);
	return change_record(ch, JOURNAL_ASSIGNMENT_CREATED, as.sid, NULL, err);
}

enum twr_status
change_give_key(const struct change *ch, const struct user *user,
    const char *key, const struct scope *scope, struct twr_error *err)
{
	struct role ro;
	struct change_gift gift = { .user = user,
		.role = &ro,
		.scope = scope,
		.window = { TWR_ALWAYS, TWR_NEVER },
		.reason = "",
		.resource_type = "",
		.resource_id = "" };
	enum twr_status rc = directory_role_find(ch->dir, key, &ro, err);

	return rc != TWR_OK ? rc : change_give(ch, &gift, NULL, err);
}

enum twr_status
change_take(const struct change *ch, int64_t id, const char *sid,
    struct twr_error *err)
{
	char by[TWR_NAME_MAX + 1];
	char *before = NULL;
	enum twr_status rc;

	change_by(ch, by);
	rc = directory_snapshot(ch->dir, ENTITY_ASSIGNMENT, sid, &before, err);
	if (rc != TWR_OK)
		goto out;
	rc = directory_remove_assignment(ch->dir, id, ch->now, by, err);
	if (rc != TWR_OK)
		goto out;
	rc = change_record(ch, JOURNAL_ASSIGNMENT_REMOVED, sid, before, err);
out:
	free(before);
	return rc;
}

/* ---- the catalogue ---- */

static enum twr_status
store_role(const struct change *ch, const struct catalogue_role *cr,
    struct twr_error *err)
{
	struct role ro = cr->role;
	size_t i;
	enum twr_status rc;

	if ((rc = directory_insert_role(ch->dir, &ro, err)) != TWR_OK)
		return rc;
	for (i = 0; i < cr->permissions.n; i++) {
		rc = directory_add_permission(ch->dir, ro.id,
		    cr->permissions.items[i], err);
		if (rc != TWR_OK)
			return rc;
	}
	return TWR_OK;
}

static enum twr_status
store_includes(const struct change *ch, const struct catalogue_role *cr,
    struct twr_error *err)
{
	struct role ro, other;
	size_t i;
	enum twr_status rc;

	rc = directory_role_find(ch->dir, cr->role.key, &ro, err);
	for (i = 0; rc == TWR_OK && i < cr->includes.n; i++) {
		rc = directory_role_find(ch->dir, cr->includes.items[i], &other,
		    err);
		if (rc == TWR_OK)
			rc = directory_add_included(ch->dir, ro.id, other.id,
			    err);
	}
	return rc;
}

/* Rows first, so that any role may include any; then the journal. */
static enum twr_status
store_catalogue(const struct change *ch, const struct catalogue *cat,
    struct twr_error *err)
{
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < cat->n_roles; i++)
		rc = store_role(ch, &cat->roles[i], err);
	for (i = 0; rc == TWR_OK && i < cat->n_roles; i++)
		rc = store_includes(ch, &cat->roles[i], err);
	for (i = 0; rc == TWR_OK && i < cat->n_roles; i++)
		rc = change_record(ch, JOURNAL_ROLE_CREATED,
		    cat->roles[i].role.sid, NULL, err);
	return rc;
}

/* ---- init ---- */

static enum twr_status
store_organization(const struct change *ch, struct scope *org,
    struct twr_error *err)
{
	enum twr_status rc = directory_scope_get(ch->dir, 1, org, err);

	if (rc != TWR_OK)
		return rc;
	rc = admin_check_scope_name(org->kind, org->name, err);
	if (rc != TWR_OK)
		return rc;
	org->created_at = ch->now;
	if ((rc = directory_update_scope(ch->dir, org, err)) != TWR_OK)
		return rc;
	return change_record(ch, JOURNAL_ORGANIZATION_CREATED, org->sid, NULL,
	    err);
}

static enum twr_status
store_owner(const struct change *ch, const struct change_init *in,
    struct user *ret, struct twr_error *err)
{
	/* no role through user_add: nobody is made Owner there */
	struct change_user user = { .email = in->owner_email,
		.name = in->owner_name,
		.login = in->login,
		.organization_role = "none" };

	return change_user_add(ch, &user, ret, err);
}

enum twr_status
change_init_organization(const struct change *ch, const struct change_init *in,
    struct user *ret, struct twr_error *err)
{
	struct scope org;
	struct user owner;
	enum twr_status rc;

	if ((rc = store_organization(ch, &org, err)) != TWR_OK)
		return rc;
	if ((rc = store_catalogue(ch, in->catalogue, err)) != TWR_OK)
		return rc;
	if ((rc = store_owner(ch, in, &owner, err)) != TWR_OK)
		return rc;
	rc = change_give_key(ch, &owner, ROLE_KEY_ORGANIZATION_OWNER, &org,
	    err);
	if (rc != TWR_OK)
		return rc;
	if (!in->no_hosts_role) {
		rc = change_give_key(ch, &owner, ROLE_KEY_HOSTS_ADMIN, &org,
		    err);
		if (rc != TWR_OK)
			return rc;
	}
	if (ret != NULL)
		*ret = owner;
	return change_warn_second(ch, err);
}
