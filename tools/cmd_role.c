/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>

static const char *
type_word(enum role_type type)
{
	switch (type) {
	case ROLE_ORGANIZATION:
		return "organization";
	case ROLE_GENERAL:
		return "general";
	case ROLE_BUILT_IN:
		return "built-in";
	case ROLE_RESOURCE:
		return "resource";
	case ROLE_CUSTOM:
		return "custom";
	}
	return "?";
}

static void
assignable_cell(struct cli *cli, uint32_t set)
{
	static const enum twr_scope_kind kinds[] = { TWR_SCOPE_ORGANIZATION,
		TWR_SCOPE_ACCOUNT, TWR_SCOPE_SUBACCOUNT };
	struct out_list list = { 0 };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (set & ASSIGNABLE(kinds[i]))
			out_list_add(&list, "%s",
			    twr_scope_kind_word(kinds[i]));
	out_list_cell(cli->out, &list);
}

static const struct out_column list_columns[] = {
	{ "role", "ROLE", OUT_TEXT },
	{ "name", "NAME", OUT_TEXT },
	{ "type", "TYPE", OUT_TEXT },
	{ "group", NULL, OUT_TEXT },
	{ "assignable_at", "ASSIGNABLE AT", OUT_LIST },
	{ "sid", NULL, OUT_SID },
};

static enum twr_status
list_one(void *ctx, const struct role *role, struct twr_error *err)
{
	struct cli *cli = ctx;

	(void)err;
	out_text(cli->out, role->key);
	out_text(cli->out, role->name);
	out_text(cli->out, type_word(role->type));
	out_text(cli->out, role->group);
	assignable_cell(cli, role->assignable_at);
	out_text(cli->out, role->sid);
	return TWR_OK;
}

const struct command_help cmd_role_list_help = { NULL, NULL,
	"twrbac role list" };

enum twr_status
cmd_role_list(struct cli *cli, struct twr_error *err)
{
	out_table(cli->out, list_columns,
	    sizeof(list_columns) / sizeof(*list_columns));
	return directory_each_role(cli->session->dir, list_one, cli, err);
}

/* ---- role show ---- */

static const struct out_column show_columns[] = {
	{ "role", "role", OUT_TEXT },
	{ "name", "name", OUT_TEXT },
	{ "type", "type", OUT_TEXT },
	{ "group", "group", OUT_TEXT },
	{ "assignable_at", "assignable at", OUT_LIST },
	{ "sid", "SID", OUT_SID },
	{ "sid_published", "SID published", OUT_BOOL },
	{ "description", "description", OUT_TEXT },
	{ "includes", "includes", OUT_LIST },
	{ "permissions_origin", "permissions", OUT_TEXT },
	{ "permissions", "", OUT_LIST },
};

struct included {
	struct cli *cli;
	struct out_list list;
};

static enum twr_status
add_included(void *ctx, int64_t id, struct twr_error *err)
{
	struct included *in = ctx;
	struct role role;
	enum twr_status rc;

	rc = directory_role_get(in->cli->session->dir, id, &role, err);
	if (rc == TWR_OK)
		out_list_add(&in->list, "%s", role.key);
	return rc;
}

static enum twr_status
add_permission(void *ctx, const char *text, struct twr_error *err)
{
	(void)err;
	out_list_add(ctx, "%s", text);
	return TWR_OK;
}

const struct command_help cmd_role_show_help = { NULL,
	"Shows what the role itself contains, and which roles it includes.",
	"twrbac role show hosts:operator" };

enum twr_status
cmd_role_show(struct cli *cli, struct twr_error *err)
{
	struct directory *dir = cli->session->dir;
	struct included in = { cli, { 0 } };
	struct out_list permissions = { 0 };
	enum twr_status rc;
	struct role role;

	if ((rc = directory_role_find(dir, cli->args[0], &role, err)) != TWR_OK)
		return rc;
	out_record(cli->out, show_columns,
	    sizeof(show_columns) / sizeof(*show_columns));
	(void)list_one(cli, &role, err);
	out_number(cli->out, role.published_sid);
	out_text(cli->out, role.description);
	rc = directory_each_included(dir, role.id, add_included, &in, err);
	out_list_cell(cli->out, &in.list);
	if (rc == TWR_OK)
		rc = directory_each_permission(dir, role.id, add_permission,
		    &permissions, err);
	if (permissions.items == NULL)
		out_text(cli->out, "none of its own");
	else
		out_text(cli->out,
		    role.modelled ? "modelled from the "
				    "published description" :
				    "exact");
	out_list_cell(cli->out, &permissions);
	return rc;
}
