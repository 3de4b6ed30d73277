/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "change_impl.h"
#include "suggest.h"
#include "text.h"

/* ---- lists on a command line ---- */

typedef enum twr_status item_fn(const struct change *ch, struct role *ro,
    const char *item, struct twr_error *err);

/* "a, b": fn for each; "none" is no item. */
static enum twr_status
each_item(const struct change *ch, struct role *ro, const char *list,
    item_fn *fn, struct twr_error *err)
{
	char *copy, *rest, *item, *end;
	enum twr_status rc = TWR_OK;

	if (strcmp(list, "none") == 0)
		return TWR_OK;
	if ((copy = strdup(list)) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	for (rest = copy; rc == TWR_OK && rest != NULL;) {
		item = strsep(&rest, ",");
		item += strspn(item, " ");
		for (end = item + strlen(item); end > item && end[-1] == ' ';)
			*--end = '\0';
		if (*item == '\0')
			rc = twr_fail(err, TWR_EREFUSED,
			    "role \"%s\": the list \"%s\" has an empty "
			    "member; separate its members by one comma",
			    ro->key, list);
		else
			rc = fn(ch, ro, item, err);
	}
	free(copy);
	return rc;
}

static enum twr_status
add_kind(const struct change *ch, struct role *ro, const char *item,
    struct twr_error *err)
{
	struct suggestion sg;
	const char *word;
	int kind;

	(void)ch;
	suggest_init(&sg, item);
	for (kind = TWR_SCOPE_ORGANIZATION; kind <= TWR_SCOPE_SUBACCOUNT;
	     kind++) {
		word = twr_scope_kind_word((enum twr_scope_kind)kind);
		suggest_offer(&sg, word);
		if (strcmp(item, word) != 0)
			continue;
		ro->assignable_at |= ASSIGNABLE(kind);
		return TWR_OK;
	}
	word = suggest_best(&sg);
	return twr_fail(err, TWR_EREFUSED,
	    "role \"%s\": \"%s\" is no kind of scope%s%s%s; there are "
	    "organization, account and subaccount",
	    ro->key, item, word != NULL ? ", did you mean \"" : "",
	    word != NULL ? word : "", word != NULL ? "\"?" : "");
}

/* ---- permissions ---- */

struct carriers {
	struct directory *dir;
	const char *permission;
	bool carried;
	struct suggestion near;
};

static enum twr_status
compare_permission(void *ctx, const char *text, struct twr_error *err)
{
	struct carriers *ca = ctx;

	(void)err;
	if (strcmp(text, ca->permission) == 0)
		ca->carried = true;
	suggest_offer(&ca->near, text);
	return TWR_OK;
}

static enum twr_status
look_into_role(void *ctx, const struct role *role, struct twr_error *err)
{
	struct carriers *ca = ctx;

	return directory_each_permission(ca->dir, role->id, compare_permission,
	    ca, err);
}

/* A slip of the hand makes a permission that no rule ever asks for. */
static enum twr_status
note_new(const struct change *ch, const char *permission, struct twr_error *err)
{
	struct carriers ca = { .dir = ch->dir, .permission = permission };
	const char *near;
	enum twr_status rc;

	suggest_init(&ca.near, permission);
	rc = directory_each_role(ch->dir, look_into_role, &ca, err);
	if (rc != TWR_OK || ca.carried)
		return rc;
	near = suggest_best(&ca.near);
	change_note(ch,
	    "note: no other role carries %s%s%s%s: a new permission, which "
	    "rules demand by exactly this name",
	    permission, near != NULL ? " (did you mean " : "",
	    near != NULL ? near : "", near != NULL ? "?)" : "");
	return TWR_OK;
}

static enum twr_status
add_permission(const struct change *ch, struct role *ro, const char *item,
    struct twr_error *err)
{
	enum twr_status rc;

	if ((rc = admin_check_permission(item, err)) != TWR_OK)
		return rc;
	if ((rc = note_new(ch, item, err)) != TWR_OK)
		return rc;
	return directory_add_permission(ch->dir, ro->id, item, err);
}

/* ---- inclusion ---- */

static enum twr_status
add_include(const struct change *ch, struct role *ro, const char *item,
    struct twr_error *err)
{
	struct role other;
	enum twr_status rc;

	if ((rc = directory_role_find(ch->dir, item, &other, err)) != TWR_OK)
		return rc;
	if ((rc = admin_check_inclusion(ro, &other, err)) != TWR_OK)
		return rc;
	return directory_add_included(ch->dir, ro->id, other.id, err);
}

struct circle {
	int64_t id;
	bool closed;
};

static enum twr_status
look_at_id(void *ctx, int64_t id, struct twr_error *err)
{
	struct circle *ci = ctx;

	(void)err;
	if (id == ci->id)
		ci->closed = true;
	return TWR_OK;
}

static enum twr_status
check_circle(const struct change *ch, const struct role *ro,
    struct twr_error *err)
{
	struct circle ci = { ro->id, false };
	enum twr_status rc;

	rc = directory_each_included_deep(ch->dir, ro->id, look_at_id, &ci,
	    err);
	if (rc == TWR_OK && ci.closed)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": what it would include includes it again, by "
		    "some way; leave one of them out",
		    ro->key);
	return rc;
}

static enum twr_status
set_contents(const struct change *ch, struct role *ro,
    const struct change_role *in, struct twr_error *err)
{
	enum twr_status rc = TWR_OK;

	if (in->permissions != NULL) {
		rc = directory_clear_permissions(ch->dir, ro->id, err);
		if (rc == TWR_OK)
			rc = each_item(ch, ro, in->permissions, add_permission,
			    err);
	}
	if (rc == TWR_OK && in->includes != NULL) {
		rc = directory_clear_included(ch->dir, ro->id, err);
		if (rc == TWR_OK)
			rc = each_item(ch, ro, in->includes, add_include, err);
	}
	return rc == TWR_OK ? check_circle(ch, ro, err) : rc;
}

/* ---- names ---- */

static enum twr_status
put_text(const struct role *ro, char *buf, size_t size, const char *text,
    struct twr_error *err)
{
	if (text == NULL)
		return TWR_OK;
	if (strlen(text) >= size)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": \"%.40s...\" is longer than %zu bytes; "
		    "shorten it",
		    ro->key, text, size - 1);
	(void)strcpy(buf, text);
	return TWR_OK;
}

static enum twr_status
put_texts(const struct change *ch, struct role *ro,
    const struct change_role *in, struct twr_error *err)
{
	enum twr_status rc;

	rc = put_text(ro, ro->name, sizeof(ro->name), in->name, err);
	if (rc == TWR_OK)
		rc = put_text(ro, ro->description, sizeof(ro->description),
		    in->description, err);
	if (rc == TWR_OK)
		rc = put_text(ro, ro->group, sizeof(ro->group), in->group, err);
	if (rc == TWR_OK && in->at != NULL) {
		ro->assignable_at = 0;
		rc = each_item(ch, ro, in->at, add_kind, err);
	}
	if (rc == TWR_OK && ro->group[0] != '\0')
		rc = admin_check_reason(ro->group, err);
	return rc == TWR_OK ? admin_check_role(ro, err) : rc;
}

/* A group is called as its other roles call it. */
static enum twr_status
same_group(void *ctx, const struct role *role, struct twr_error *err)
{
	struct role *ro = ctx;
	size_t len = (size_t)(strchr(ro->key, ':') - ro->key) + 1;

	(void)err;
	if (strncmp(role->key, ro->key, len) == 0)
		(void)strcpy(ro->group, role->group);
	return TWR_OK;
}

static enum twr_status
default_group(const struct change *ch, struct role *ro, struct twr_error *err)
{
	size_t len = (size_t)(strchr(ro->key, ':') - ro->key);

	memcpy(ro->group, ro->key, len);
	ro->group[len] = '\0';
	ro->group[0] = (char)toupper((unsigned char)ro->group[0]);
	return directory_each_role(ch->dir, same_group, ro, err);
}

static enum twr_status
check_key_free(const struct change *ch, const char *key, struct twr_error *err)
{
	struct twr_error unknown;
	struct role other;
	enum twr_status rc;

	rc = directory_role_find(ch->dir, key, &other, &unknown);
	if (rc == TWR_OK && strcmp(other.key, key) == 0)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": exists already (%s); \"twrbac role change\" "
		    "changes one of your own",
		    key, other.sid);
	if (rc == TWR_OK || rc == TWR_EREFUSED)
		return TWR_OK;
	return twr_fail(err, rc, "%s", unknown.text);
}

/* ---- the three changes ---- */

static enum twr_status
fill_new(const struct change *ch, const struct change_role *in, struct role *ro,
    struct twr_error *err)
{
	enum twr_status rc;

	*ro = (struct role) { .type = ROLE_CUSTOM,
		.deleted_at = TWR_NEVER,
		.assignable_at = ASSIGNABLE(TWR_SCOPE_ORGANIZATION) |
		    ASSIGNABLE(TWR_SCOPE_ACCOUNT) |
		    ASSIGNABLE(TWR_SCOPE_SUBACCOUNT) };
	rc = put_text(ro, ro->key, sizeof(ro->key), in->key, err);
	if (rc != TWR_OK)
		return rc;
	if (strchr(ro->key, ':') != NULL)
		(void)strcpy(ro->name, strchr(ro->key, ':') + 1);
	(void)strcpy(ro->description, "Made by this organization.");
	if ((rc = put_texts(ch, ro, in, err)) != TWR_OK)
		return rc;
	if ((rc = check_key_free(ch, ro->key, err)) != TWR_OK)
		return rc;
	return ro->group[0] == '\0' ? default_group(ch, ro, err) : TWR_OK;
}

enum twr_status
change_role_define(const struct change *ch, const struct change_role *in,
    struct role *ret, struct twr_error *err)
{
	struct role ro;
	enum twr_status rc;

	if ((rc = fill_new(ch, in, &ro, err)) != TWR_OK)
		return rc;
	if ((rc = directory_insert_role(ch->dir, &ro, err)) != TWR_OK)
		return rc;
	if ((rc = set_contents(ch, &ro, in, err)) != TWR_OK)
		return rc;
	rc = change_record(ch, JOURNAL_ROLE_CREATED, ro.sid, NULL, err);
	if (rc == TWR_OK && ret != NULL)
		*ret = ro;
	return rc;
}

/* Journal what has become of the role, if anything has. */
static enum twr_status
record_change(const struct change *ch, const struct role *ro,
    const char *before, bool *changed, struct twr_error *err)
{
	char *after = NULL;
	enum twr_status rc;

	rc = directory_snapshot(ch->dir, ENTITY_ROLE, ro->sid, &after, err);
	*changed = after != NULL && strcmp(before, after) != 0;
	if (rc == TWR_OK && *changed)
		rc = change_record(ch, JOURNAL_ROLE_CHANGED, ro->sid, before,
		    err);
	free(after);
	return rc;
}

enum twr_status
change_role_change(const struct change *ch, const struct change_role *in,
    struct role *ret, bool *changed, struct twr_error *err)
{
	char *before = NULL;
	struct role ro;
	bool done = false;
	enum twr_status rc;

	if ((rc = directory_role_find(ch->dir, in->key, &ro, err)) != TWR_OK)
		return rc;
	if ((rc = admin_check_role_own(&ro, "changed", err)) != TWR_OK)
		return rc;
	if ((rc = put_texts(ch, &ro, in, err)) != TWR_OK)
		return rc;
	rc = directory_snapshot(ch->dir, ENTITY_ROLE, ro.sid, &before, err);
	if (rc == TWR_OK)
		rc = directory_update_role(ch->dir, &ro, err);
	if (rc == TWR_OK)
		rc = set_contents(ch, &ro, in, err);
	if (rc == TWR_OK)
		rc = record_change(ch, &ro, before, &done, err);
	free(before);
	if (rc == TWR_OK && ret != NULL)
		*ret = ro;
	if (changed != NULL)
		*changed = done;
	return rc;
}

enum twr_status
change_role_delete(const struct change *ch, const char *role, struct role *ret,
    struct twr_error *err)
{
	char *before = NULL;
	struct role ro;
	enum twr_status rc;

	if ((rc = directory_role_find(ch->dir, role, &ro, err)) != TWR_OK)
		return rc;
	if ((rc = admin_check_role_own(&ro, "deleted", err)) != TWR_OK)
		return rc;
	if ((rc = change_check_role_unused(ch, &ro, err)) != TWR_OK)
		return rc;
	rc = directory_snapshot(ch->dir, ENTITY_ROLE, ro.sid, &before, err);
	if (rc == TWR_OK)
		rc = directory_delete_role(ch->dir, ro.id, ch->now, err);
	if (rc == TWR_OK)
		rc = change_record(ch, JOURNAL_ROLE_DELETED, ro.sid, before,
		    err);
	free(before);
	if (rc == TWR_OK && ret != NULL)
		*ret = ro;
	return rc;
}
