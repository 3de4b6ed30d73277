/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>

#include "catalogue.h"

static void
take_options(const struct cli *cli, struct change_role *in)
{
	const struct opts *opts = cli->opts;

	*in = (struct change_role) { .key = cli->args[0],
		.name = opts->value[OPT_NAME],
		.description = opts->value[OPT_DESCRIPTION],
		.group = opts->value[OPT_GROUP],
		.at = opts->value[OPT_ASSIGNABLE_AT],
		.permissions = opts->value[OPT_PERMISSIONS],
		.includes = opts->value[OPT_INCLUDES] };
}

static const struct opt_help define_options[] = {
	{ OPT_NAME, "its display name (the slug)" },
	{ OPT_DESCRIPTION, "what it is for" },
	{ OPT_GROUP, "the product group it is listed with" },
	{ OPT_ASSIGNABLE_AT, "such as account,subaccount (all three)" },
	{ OPT_PERMISSIONS, "such as /acme/deploy/run, or none" },
	{ OPT_INCLUDES, "such as hosts:login, or none" }, { OPT_NONE, NULL }
};
const struct command_help cmd_role_define_help = { define_options,
	"Members of lists are separated by commas. Who holds the role "
	"satisfies a demand for it, for each role that it includes, and for "
	"the permissions of all of them.",
	"twrbac role define custom:deployer --includes hosts:login" };

enum twr_status
cmd_role_define(struct cli *cli, struct twr_error *err)
{
	struct change_role in;
	struct role role;
	enum twr_status rc;

	take_options(cli, &in);
	rc = change_role_define(&cli->session->change, &in, &role, err);
	return rc == TWR_OK ? cmd_role_report(cli, &role, err) : rc;
}

static const struct opt_help change_options[] = { { OPT_NAME,
						      "another display name" },
	{ OPT_DESCRIPTION, "another description" },
	{ OPT_GROUP, "another product group" },
	{ OPT_ASSIGNABLE_AT, "other kinds of scope" },
	{ OPT_PERMISSIONS, "these permissions instead, or none" },
	{ OPT_INCLUDES, "these roles instead, or none" }, { OPT_NONE, NULL } };
const struct command_help cmd_role_change_help = { change_options,
	"Each option replaces what was there; the others stay. Shipped roles "
	"cannot be changed. The effect on this host comes last.",
	"twrbac role change custom:deployer --permissions none" };

enum twr_status
cmd_role_change(struct cli *cli, struct twr_error *err)
{
	struct change_role in;
	struct role role;
	bool changed = false;
	enum twr_status rc;

	take_options(cli, &in);
	if (in.name == NULL && in.description == NULL && in.group == NULL &&
	    in.at == NULL && in.permissions == NULL && in.includes == NULL)
		return twr_fail(err, TWR_EINVAL,
		    "role change: what? name it with --name, --description, "
		    "--group, --assignable-at, --permissions or --includes");
	rc = change_role_change(&cli->session->change, &in, &role, &changed,
	    err);
	if (rc != TWR_OK)
		return rc;
	if (!changed)
		out_note(cli->out, "%s was so already", role.key);
	return cmd_role_report(cli, &role, err);
}

static const struct out_column role_columns[] = {
	{ "role", "role", OUT_WHOLE },
	{ "sid", "SID", OUT_SID },
};

const struct command_help cmd_role_delete_help = { NULL,
	"Refused while anybody holds it, another role includes it, or the "
	"accepted twrbac.conf names it. Its history stays.",
	"twrbac role delete custom:deployer" };

enum twr_status
cmd_role_delete(struct cli *cli, struct twr_error *err)
{
	struct role role;
	enum twr_status rc;

	rc = change_role_delete(&cli->session->change, cli->args[0], &role,
	    err);
	if (rc != TWR_OK)
		return rc;
	out_record(cli->out, role_columns,
	    sizeof(role_columns) / sizeof(*role_columns));
	out_text(cli->out, role.key);
	out_text(cli->out, role.sid);
	return TWR_OK;
}

/* ---- role import ---- */

static const struct out_column import_columns[] = {
	{ "what", NULL, OUT_TEXT },
	{ "role", NULL, OUT_WHOLE },
	{ "text", NULL, OUT_TEXT },
	{ "sid", NULL, OUT_SID },
};

static const char *
import_word(enum change_import_what what)
{
	switch (what) {
	case IMPORT_ADDED:
		return "added";
	case IMPORT_CHANGED:
		return "changed";
	case IMPORT_GONE:
		return "gone";
	case IMPORT_KEPT:
		return "kept";
	}
	return "?";
}

static void
take_item(void *ctx, const struct change_role_step *item)
{
	struct cmd_gone *plan = ctx;
	struct out *out = plan->cli->out;

	out_text(out, import_word(item->what));
	out_text(out, item->role->key);
	out_text(out, *item->text ? item->text : NULL);
	out_text(out, item->role->sid);
	cmd_gone_line(plan, "%-8s %s%s%s", import_word(item->what),
	    item->role->key, *item->text ? ": " : "", item->text);
}

static const struct opt_help import_options[] = { { OPT_YES, "do not ask" },
	{ OPT_NONE, NULL } };
const struct command_help cmd_role_import_help = { import_options,
	"FILE is a catalogue such as the roles.conf of a newer twrbac. Shows "
	"which shipped roles are added, changed and gone, and asks. One that "
	"is gone but in use is kept. Roles of your own stay.",
	"twrbac role import " TWR_DATADIR "/roles.conf" };

enum twr_status
cmd_role_import(struct cli *cli, struct twr_error *err)
{
	struct cmd_gone plan = { .cli = cli };
	struct catalogue *cat = NULL;
	enum twr_status rc;

	if ((rc = catalogue_load(cli->args[0], &cat, err)) != TWR_OK)
		return rc;
	out_table(cli->out, import_columns,
	    sizeof(import_columns) / sizeof(*import_columns));
	rc = change_role_import(&cli->session->change, cat, take_item, &plan,
	    err);
	catalogue_free(cat);
	if (rc != TWR_OK)
		return rc;
	if (plan.n == 0) {
		out_line(cli->out, "the roles are those of %s already",
		    cli->args[0]);
		return TWR_OK;
	}
	return cmd_gone_confirm(&plan, "upgrade the shipped roles", err);
}
