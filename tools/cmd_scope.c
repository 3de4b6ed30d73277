/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

static const struct out_column scope_columns[] = {
	{ "scope", "SCOPE", OUT_TEXT },
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
	if (rc != TWR_OK)
		return rc;
	begin_table(cli);
	print_row(cli, &scope);
	return TWR_OK;
}

static enum twr_status
list_one(void *ctx, const struct scope *scope, struct twr_error *err)
{
	(void)err;
	print_row(ctx, scope);
	return TWR_OK;
}

const struct command_help cmd_scope_list_help = { NULL, NULL,
	"twrbac scope list --tsv" };

enum twr_status
cmd_scope_list(struct cli *cli, struct twr_error *err)
{
	begin_table(cli);
	return directory_each_scope(cli->session->dir, list_one, cli, err);
}
