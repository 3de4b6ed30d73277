/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "change_impl.h"
#include "config.h"

/* Where the accepted configuration names one thing of the directory. */
struct search {
	const struct change *ch;
	const struct scope *scope; /* what is looked for, or what is below */
	bool former; /* only where it is named by a former name */
	const struct role *role;
	const char *path; /* of the configuration */
	char *place;
};

static void
found(struct search *se, unsigned line)
{
	if (se->place[0] == '\0')
		(void)snprintf(se->place, CHANGE_PLACE_MAX, "%s:%u", se->path,
		    line);
}

/* A name that there is no more names nothing; compile says so itself. */
static enum twr_status
look_at_scope(struct search *se, const char *text, unsigned line,
    struct twr_error *err)
{
	struct twr_error unknown;
	bool alias = false;
	struct scope at;
	enum twr_status rc;

	if (text == NULL || se->scope == NULL)
		return TWR_OK;
	rc = directory_scope_find(se->ch->dir, text, &at, &alias, &unknown);
	if (rc == TWR_EREFUSED || (rc == TWR_OK && se->former && !alias))
		return TWR_OK;
	while (rc == TWR_OK) {
		if (at.id == se->scope->id)
			found(se, line);
		if (at.parent_id == 0)
			return TWR_OK;
		rc = directory_scope_get(se->ch->dir, at.parent_id, &at,
		    &unknown);
	}
	return twr_fail(err, rc, "%s", unknown.text);
}

static enum twr_status
look_at_roles(struct search *se, const struct config_list *list,
    struct twr_error *err)
{
	struct twr_error unknown;
	struct role ro;
	size_t i;
	enum twr_status rc;

	for (i = 0; se->role != NULL && i < list->n; i++) {
		rc = directory_role_find(se->ch->dir, list->items[i], &ro,
		    &unknown);
		if (rc == TWR_OK && ro.id == se->role->id)
			found(se, list->lines[i]);
		if (rc != TWR_OK && rc != TWR_EREFUSED)
			return twr_fail(err, rc, "%s", unknown.text);
	}
	return TWR_OK;
}

static enum twr_status
look_at_rules(struct search *se, const struct config *cf, struct twr_error *err)
{
	const struct config_rule *cr;
	size_t i;
	enum twr_status rc;

	rc = look_at_scope(se, cf->scope, cf->scope_line, err);
	for (i = 0; rc == TWR_OK && i < cf->n_rules; i++) {
		cr = &cf->rules[i];
		rc = look_at_scope(se, cr->scope, cr->scope_line, err);
		if (rc == TWR_OK)
			rc = look_at_roles(se, &cr->any_role, err);
		if (rc == TWR_OK)
			rc = look_at_roles(se, &cr->all_roles, err);
	}
	return rc;
}

static enum twr_status
search(struct search *se, struct twr_error *err)
{
	struct accepted ac = { 0 };
	struct config *cf = NULL;
	enum twr_status rc;

	se->place[0] = '\0';
	rc = directory_accepted(se->ch->dir, &ac, err);
	if (rc != TWR_OK || ac.text == NULL)
		goto out;
	se->path = ac.path;
	rc = config_parse(ac.text, ac.path, se->ch->now, NULL, &cf, err);
	if (rc == TWR_OK)
		rc = look_at_rules(se, cf, err);
	config_free(cf);
out:
	se->path = NULL; /* it was a part of ac */
	accepted_free(&ac);
	return rc;
}

enum twr_status
change_named_scope(const struct change *ch, const struct scope *scope,
    char place[CHANGE_PLACE_MAX], struct twr_error *err)
{
	struct search se = { .ch = ch, .scope = scope, .place = place };

	return search(&se, err);
}

enum twr_status
change_named_former(const struct change *ch, const struct scope *scope,
    char place[CHANGE_PLACE_MAX], struct twr_error *err)
{
	struct search se = {
		.ch = ch, .scope = scope, .former = true, .place = place
	};

	return search(&se, err);
}

enum twr_status
change_named_role(const struct change *ch, const struct role *role,
    char place[CHANGE_PLACE_MAX], struct twr_error *err)
{
	struct search se = { .ch = ch, .role = role, .place = place };

	return search(&se, err);
}
