/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>

static const struct out_column scope_columns[] = {
	{ "scope", "SCOPE", OUT_WHOLE },
	{ "kind", "KIND", OUT_TEXT },
	{ "status", "STATUS", OUT_TEXT },
	{ "created_at", "CREATED", OUT_TIME },
	{ "sid", "SID", OUT_SID },
};

static void
begin_table(struct cli *cli)
{
	out_table(cli->out, scope_columns,
	    sizeof(scope_columns) / sizeof(*scope_columns));
}

static void
print_row(struct cli *cli, const struct scope *scope)
{
	out_text(cli->out, scope->path);
	out_text(cli->out, twr_scope_kind_word(scope->kind));
	out_text(cli->out, twr_scope_status_word(scope->status));
	out_number(cli->out, scope->created_at);
	out_text(cli->out, scope->sid);
}

static void
report(struct cli *cli, const struct scope *scope)
{
	begin_table(cli);
	print_row(cli, scope);
}

static const struct opt_help add_options[] = {
	{ OPT_OWNER, "the account's Owner (whoever runs the command)" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_scope_add_help = { add_options,
	"PATH is organization/account or organization/account/subaccount; it "
	"gives the kind. An account has one Owner, a subaccount none.",
	"twrbac scope add acme/messaging --owner bob" };

enum twr_status
cmd_scope_add(struct cli *cli, struct twr_error *err)
{
	struct scope scope;
	enum twr_status rc;

	rc = change_scope_add(&cli->session->change, cli->args[0],
	    cli->opts->value[OPT_OWNER], &scope, err);
	if (rc == TWR_OK)
		report(cli, &scope);
	return rc;
}

/* ---- scope list ---- */

static const struct out_column tree_columns[] = {
	{ "scope", NULL, OUT_WHOLE },
	{ NULL, "SCOPE", OUT_WHOLE },
	{ "kind", "KIND", OUT_TEXT },
	{ "status", "STATUS", OUT_TEXT },
	{ "users", "USERS", OUT_NUMBER },
	{ "assignments", "ASSIGNMENTS", OUT_NUMBER },
	{ "created_at", NULL, OUT_TIME },
	{ "sid", "SID", OUT_SID },
};

static enum twr_status
list_one(void *ctx, const struct scope *scope, struct twr_error *err)
{
	(void)err;
	print_row(ctx, scope);
	return TWR_OK;
}

static enum twr_status
list_branch(void *ctx, const struct scope_tally *tally, struct twr_error *err)
{
	const struct scope *scope = &tally->scope;
	int depth = (int)scope->kind - (int)TWR_SCOPE_ORGANIZATION;
	char name[TWR_NAME_MAX + 16];
	struct cli *cli = ctx;

	(void)err;
	(void)snprintf(name, sizeof(name), "%*s%s", 2 * depth, "", scope->name);
	out_text(cli->out, scope->path);
	out_text(cli->out, name);
	out_text(cli->out, twr_scope_kind_word(scope->kind));
	out_text(cli->out, twr_scope_status_word(scope->status));
	out_number(cli->out, tally->users);
	out_number(cli->out, tally->assignments);
	out_number(cli->out, scope->created_at);
	out_text(cli->out, scope->sid);
	return TWR_OK;
}

static const struct opt_help list_options[] = {
	{ OPT_TREE, "as a tree, with how many users and assignments" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_scope_list_help = { list_options,
	"The tree's numbers hold for a scope and all below it: an account's "
	"are those of its subaccounts too. A user counts once. Assignments "
	"to come count, ended ones do not.",
	"twrbac scope list --tree" };

enum twr_status
cmd_scope_list(struct cli *cli, struct twr_error *err)
{
	struct session *s = cli->session;

	if (cli->opts->value[OPT_TREE] != NULL) {
		out_table(cli->out, tree_columns,
		    sizeof(tree_columns) / sizeof(*tree_columns));
		return directory_each_tally(s->dir, s->now, list_branch, cli,
		    err);
	}
	begin_table(cli);
	return directory_each_scope(s->dir, list_one, cli, err);
}

/* ---- changes ---- */

const struct command_help cmd_scope_rename_help = { NULL,
	"NAME is the scope's own name, not its path. The former path leads to "
	"it until another scope takes that name.",
	"twrbac scope rename acme/messaging conversations" };

enum twr_status
cmd_scope_rename(struct cli *cli, struct twr_error *err)
{
	struct scope scope;
	enum twr_status rc;

	rc = change_scope_rename(&cli->session->change, cli->args[0],
	    cli->args[1], &scope, err);
	if (rc == TWR_OK)
		report(cli, &scope);
	return rc;
}

static enum twr_status
set_status(struct cli *cli, enum twr_scope_status status, struct twr_error *err)
{
	struct scope scope;
	bool changed = false;
	enum twr_status rc;

	rc = change_scope_set_status(&cli->session->change, cli->args[0],
	    status, NULL, NULL, &scope, &changed, err);
	if (rc != TWR_OK)
		return rc;
	if (!changed)
		out_note(cli->out, "%s was %s already", scope.path,
		    twr_scope_status_word(status));
	report(cli, &scope);
	return TWR_OK;
}

const struct command_help cmd_scope_suspend_help = { NULL,
	"No role takes effect there or below, and hosts of that scope refuse "
	"everybody who is not exempt. Assignments stay.",
	"twrbac scope suspend acme/messaging/qa" };

enum twr_status
cmd_scope_suspend(struct cli *cli, struct twr_error *err)
{
	return set_status(cli, TWR_SCOPE_SUSPENDED, err);
}

const struct command_help cmd_scope_activate_help = { NULL,
	"What closing removed does not come back.",
	"twrbac scope activate acme/messaging/qa" };

enum twr_status
cmd_scope_activate(struct cli *cli, struct twr_error *err)
{
	return set_status(cli, TWR_SCOPE_ACTIVE, err);
}

static const struct opt_help close_options[] = { { OPT_YES, "do not ask" },
	{ OPT_NONE, NULL } };
const struct command_help cmd_scope_close_help = { close_options,
	"Says what goes with it and asks: what lies below is closed too, and "
	"all assignments there are removed but the account's Owner. Refused "
	"for what the accepted twrbac.conf needs.",
	"twrbac scope close acme/messaging/qa --yes" };

enum twr_status
cmd_scope_close(struct cli *cli, struct twr_error *err)
{
	struct cmd_gone gone = { .cli = cli };
	char doing[DIRECTORY_PATH_MAX + 16];
	struct scope scope;
	bool changed = false;
	enum twr_status rc;

	rc = change_scope_set_status(&cli->session->change, cli->args[0],
	    TWR_SCOPE_CLOSED, cmd_gone_take, &gone, &scope, &changed, err);
	if (rc != TWR_OK)
		return rc;
	if (!changed) {
		out_note(cli->out, "%s was closed already", scope.path);
		report(cli, &scope);
		return TWR_OK;
	}
	(void)snprintf(doing, sizeof(doing), "close %s", scope.path);
	return cmd_gone_confirm(&gone, doing, err);
}
