/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

static const struct out_column show_columns[] = {
	{ "organization", "organization", OUT_WHOLE },
	{ "sid", "SID", OUT_SID },
	{ "status", "status", OUT_TEXT },
	{ "created_at", "created", OUT_TIME },
	{ "owner", "Owner", OUT_WHOLE },
	{ "administrators", "administrators", OUT_LIST },
	{ "administrators_with_login", "with a login", OUT_NUMBER },
	{ "accounts", "accounts", OUT_NUMBER },
	{ "subaccounts", "subaccounts", OUT_NUMBER },
	{ "users", "users", OUT_NUMBER },
	{ "active_users", "active", OUT_NUMBER },
	{ "service_users", "services", OUT_NUMBER },
	{ "logins", "logins", OUT_NUMBER },
	{ "custom_roles", "roles of its own", OUT_NUMBER },
	{ "assignments", "assignments", OUT_NUMBER },
	{ "role_limit", "role limit", OUT_NUMBER },
};

static enum twr_status
add_person(void *ctx, const struct assignment_row *row, struct twr_error *err)
{
	(void)err;
	out_list_add(ctx, "%s", row->user.email);
	return TWR_OK;
}

/* Who holds an organization role, as a list. */
static enum twr_status
list_holders(struct cli *cli, const char *key, struct out_list *list,
    struct twr_error *err)
{
	struct directory *dir = cli->session->dir;
	struct assignment_filter filter = { .now = cli->session->now };
	struct role role = { .id = 0 };
	enum twr_status rc = directory_role_find(dir, key, &role, err);

	filter.role_id = role.id;
	if (rc != TWR_OK)
		return rc;
	return directory_each_assignment(dir, &filter, add_person, list, err);
}

static enum twr_status
show_people(struct cli *cli, struct twr_error *err)
{
	struct out_list owner = { 0 }, others = { 0 };
	int64_t counting = 0;
	enum twr_status rc;

	rc = list_holders(cli, ROLE_KEY_ORGANIZATION_OWNER, &owner, err);
	if (rc == TWR_OK)
		rc = list_holders(cli, ROLE_KEY_ORGANIZATION_ADMINISTRATOR,
		    &others, err);
	if (rc == TWR_OK)
		rc = directory_count_administrators(cli->session->dir,
		    &counting, err);
	if (owner.items != NULL && owner.len > 0)
		owner.items[owner.len - 1] = '\0'; /* of exactly one */
	out_list_cell(cli->out, &owner);
	out_list_cell(cli->out, &others);
	out_number(cli->out, counting);
	return rc;
}

const struct command_help cmd_organization_show_help = { NULL,
	"Closed scopes and removed users are left out.",
	"twrbac organization show" };

enum twr_status
cmd_organization_show(struct cli *cli, struct twr_error *err)
{
	struct directory *dir = cli->session->dir;
	struct organization_tally ta = { 0 };
	struct scope org;
	int64_t limit = 0;
	enum twr_status rc;

	if ((rc = directory_scope_get(dir, 1, &org, err)) != TWR_OK)
		return rc;
	out_record(cli->out, show_columns,
	    sizeof(show_columns) / sizeof(*show_columns));
	out_text(cli->out, org.path);
	out_text(cli->out, org.sid);
	out_text(cli->out, twr_scope_status_word(org.status));
	out_number(cli->out, org.created_at);
	if ((rc = show_people(cli, err)) == TWR_OK)
		rc = directory_organization_tally(dir, cli->session->now, &ta,
		    err);
	if (rc == TWR_OK)
		rc = directory_setting(dir, "role_limit", &limit, err);
	out_number(cli->out, ta.accounts);
	out_number(cli->out, ta.subaccounts);
	out_number(cli->out, ta.users);
	out_number(cli->out, ta.active_users);
	out_number(cli->out, ta.service_users);
	out_number(cli->out, ta.logins);
	out_number(cli->out, ta.custom_roles);
	out_number(cli->out, ta.assignments);
	out_number(cli->out, limit);
	return rc;
}

/* ---- Owners ---- */

static const struct out_column owner_columns[] = {
	{ "scope", "scope", OUT_WHOLE },
	{ "owner", "Owner", OUT_WHOLE },
	{ "former_owner", "former Owner", OUT_WHOLE },
	{ "former_owner_is", "is now", OUT_WHOLE },
};

static void
report(struct cli *cli, const struct change_owners *ow, const char *role)
{
	bool handed = ow->changed && ow->from.id != 0;

	out_record(cli->out, owner_columns,
	    sizeof(owner_columns) / sizeof(*owner_columns));
	out_text(cli->out, ow->scope.path);
	out_text(cli->out, ow->to.email);
	out_text(cli->out, handed ? ow->from.email : NULL);
	out_text(cli->out,
	    handed && ow->from.status != TWR_USER_INACTIVE ? role : NULL);
	if (!ow->changed)
		out_note(cli->out, "%s owned %s already", ow->to.email,
		    ow->scope.path);
}

const struct command_help cmd_organization_transfer_owner_help = { NULL,
	"Only the Organization Owner may, or root with --as-root. He becomes "
	"an administrator. There is exactly one Owner at any moment.",
	"twrbac organization transfer-owner bob" };

enum twr_status
cmd_organization_transfer_owner(struct cli *cli, struct twr_error *err)
{
	struct change_owners ow;
	enum twr_status rc;

	rc = change_transfer_organization(&cli->session->change, cli->args[0],
	    &ow, err);
	if (rc == TWR_OK)
		report(cli, &ow, ROLE_KEY_ORGANIZATION_ADMINISTRATOR);
	return rc;
}

const struct command_help cmd_account_transfer_owner_help = { NULL,
	"Each account has exactly one Owner. The former one stays its "
	"administrator; assignment remove takes that too.",
	"twrbac account transfer-owner acme/messaging bob" };

enum twr_status
cmd_account_transfer_owner(struct cli *cli, struct twr_error *err)
{
	struct change_owners ow;
	enum twr_status rc;

	rc = change_transfer_account(&cli->session->change, cli->args[0],
	    cli->args[1], &ow, err);
	if (rc == TWR_OK)
		report(cli, &ow, ROLE_KEY_ACCOUNT_ADMINISTRATOR);
	return rc;
}
