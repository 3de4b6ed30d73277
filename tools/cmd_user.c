/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

static const struct out_column user_columns[] = {
	{ "email", "E-MAIL", OUT_WHOLE },
	{ "name", "NAME", OUT_TEXT },
	{ "status", "STATUS", OUT_TEXT },
	{ "kind", "KIND", OUT_TEXT },
	{ "two_factor", "TWO-FACTOR", OUT_TEXT },
	{ "logins", "LOGINS", OUT_LIST },
	{ "sid", "SID", OUT_SID },
	{ "removed_at", "REMOVED", OUT_TIME },
};

const char *
cmd_user_status(const struct user *user)
{
	return user->removed_at != TWR_NEVER ?
	    "removed" :
	    twr_user_status_word(user->status);
}

static enum twr_status
add_login(void *ctx, const struct login *login, struct twr_error *err)
{
	(void)err;
	if (login->user_id != 0 && login->unmapped_at == TWR_NEVER)
		out_list_add(ctx, "%s", login->name);
	return TWR_OK;
}

static enum twr_status
list_logins(struct cli *cli, const struct user *user, struct twr_error *err)
{
	struct out_list logins = { 0 };
	enum twr_status rc;

	rc = directory_each_login(cli->session->dir, user->id, add_login,
	    &logins, err);
	out_list_cell(cli->out, &logins);
	return rc;
}

static void
begin_row(struct cli *cli, const struct user *user)
{
	out_text(cli->out, user->email);
	out_text(cli->out, user->name);
	out_text(cli->out, cmd_user_status(user));
	out_text(cli->out, twr_user_kind_word(user->kind));
	out_text(cli->out, twr_two_factor_word(user->two_factor));
}

static enum twr_status
list_one(void *ctx, const struct user *user, struct twr_error *err)
{
	struct cli *cli = ctx;
	enum twr_status rc;

	begin_row(cli, user);
	rc = list_logins(cli, user, err);
	out_text(cli->out, user->sid);
	out_number(cli->out, user->removed_at);
	return rc;
}

/* The table of one user, after a change or of a list. */
static void
begin_table(struct cli *cli)
{
	out_table(cli->out, user_columns,
	    sizeof(user_columns) / sizeof(*user_columns));
}

enum twr_status
cmd_user_report(struct cli *cli, const struct user *user, struct twr_error *err)
{
	begin_table(cli);
	return list_one(cli, user, err);
}

static const struct opt_help add_options[] = {
	{ OPT_NAME, "the person's name (the e-mail)" },
	{ OPT_LOGIN, "a Unix login to map at once" },
	{ OPT_UID, "the login's uid, when it has no account here" },
	{ OPT_ALLOW_ROOT, "let the login have uid 0" },
	{ OPT_ALLOW_SYSTEM, "let the login be a system account" },
	{ OPT_ORGANIZATION_ROLE, "such as administrator (standard-user)" },
	{ OPT_SERVICE, "automation, not a person: reviewed apart" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_user_add_help = { add_options,
	"Organization roles are administrator, standard-user, billing-admin, "
	"billing-viewer and none; the Owner is made by init.",
	"twrbac user add bob@example.com --name \"Bob\" --login bob" };

enum twr_status
cmd_user_add(struct cli *cli, struct twr_error *err)
{
	const struct opts *opts = cli->opts;
	struct change_user in = { .email = cli->args[0],
		.name = opts->value[OPT_NAME],
		.organization_role = opts->value[OPT_ORGANIZATION_ROLE],
		.kind = opts->value[OPT_SERVICE] ? TWR_KIND_SERVICE :
						   TWR_KIND_PERSON };
	struct user user;
	enum twr_status rc;

	if (opts->value[OPT_LOGIN] != NULL) {
		rc = cmd_login_facts(cli, opts->value[OPT_LOGIN], &in.login,
		    err);
		if (rc != TWR_OK)
			return rc;
	} else if (opts->value[OPT_UID] || opts->value[OPT_ALLOW_ROOT] ||
	    opts->value[OPT_ALLOW_SYSTEM]) {
		return twr_fail(err, TWR_EINVAL,
		    "--uid, --allow-root and "
		    "--allow-system say something about a login; add --login");
	}
	rc = change_user_add(&cli->session->change, &in, &user, err);
	return rc == TWR_OK ? cmd_user_report(cli, &user, err) : rc;
}

static const struct opt_help list_options[] = {
	{ OPT_ALL, "those who were removed, too" }, { OPT_NONE, NULL }
};
const struct command_help cmd_user_list_help = { list_options, NULL,
	"twrbac user list --json" };

enum twr_status
cmd_user_list(struct cli *cli, struct twr_error *err)
{
	begin_table(cli);
	if (cli->opts->value[OPT_ALL] != NULL)
		return directory_each_user_ever(cli->session->dir, list_one,
		    cli, err);
	return directory_each_user(cli->session->dir, list_one, cli, err);
}

static enum twr_status
set_status(struct cli *cli, enum twr_user_status status, struct twr_error *err)
{
	struct user user;
	bool changed = false;
	enum twr_status rc;

	rc = change_user_set_status(&cli->session->change, cli->args[0], status,
	    &user, &changed, err);
	if (rc != TWR_OK)
		return rc;
	if (!changed)
		out_note(cli->out, "%s is %s already", user.email,
		    twr_user_status_word(status));
	return cmd_user_report(cli, &user, err);
}

const struct command_help cmd_user_suspend_help = { NULL,
	"No rule lets a suspended user in. Running sessions are not ended.",
	"twrbac user suspend bob" };

enum twr_status
cmd_user_suspend(struct cli *cli, struct twr_error *err)
{
	return set_status(cli, TWR_USER_SUSPENDED, err);
}

const struct command_help cmd_user_activate_help = { NULL, NULL,
	"twrbac user activate bob@example.com" };

enum twr_status
cmd_user_activate(struct cli *cli, struct twr_error *err)
{
	return set_status(cli, TWR_USER_ACTIVE, err);
}

const struct command_help cmd_user_deactivate_help = { NULL,
	"For who has left: no rule lets an inactive user in, and nothing new "
	"can be given. Assignments and logins stay; user remove takes them. "
	"Running sessions are not ended.",
	"twrbac user deactivate bob" };

enum twr_status
cmd_user_deactivate(struct cli *cli, struct twr_error *err)
{
	return set_status(cli, TWR_USER_INACTIVE, err);
}

const struct command_help cmd_user_set_organization_role_help = { NULL,
	"ROLE is administrator, standard-user, billing-admin, billing-viewer "
	"or none. A user has one organization role at most; the Owner's is "
	"handed over, not set.",
	"twrbac user set-organization-role bob administrator" };

enum twr_status
cmd_user_set_organization_role(struct cli *cli, struct twr_error *err)
{
	struct user user;
	bool changed = false;
	enum twr_status rc;

	rc = change_user_set_organization_role(&cli->session->change,
	    cli->args[0], cli->args[1], &user, &changed, err);
	if (rc != TWR_OK)
		return rc;
	if (!changed)
		out_note(cli->out, "%s had the organization role %s already",
		    user.email, cli->args[1]);
	return cmd_user_report(cli, &user, err);
}
