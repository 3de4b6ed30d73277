/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>

#define SCOPES_SHOWN 12 /* that people see of those where a role also holds */

static const struct out_column show_columns[] = {
	{ "email", "e-mail", OUT_WHOLE },
	{ "name", "name", OUT_TEXT },
	{ "status", "status", OUT_TEXT },
	{ "kind", "kind", OUT_TEXT },
	{ "two_factor", "two-factor", OUT_TEXT },
	{ "logins", "logins", OUT_LIST },
	{ "sid", "SID", OUT_SID },
	{ "created_at", "created", OUT_TIME },
	{ "removed_at", NULL, OUT_TIME },
	{ "organization_role", "organization role", OUT_WHOLE },
	{ "built_in", NULL, OUT_NUMBER },
	{ "role_limit", NULL, OUT_NUMBER },
	{ NULL, "built-in roles", OUT_TEXT },
};

static const struct out_column assignment_columns[] = {
	{ "role", "ROLE", OUT_WHOLE },
	{ "scope", "SCOPE", OUT_WHOLE },
	{ "state", "STATE", OUT_WHOLE },
	{ "not_after", "UNTIL", OUT_TIME },
	{ "not_before", "FROM", OUT_TIME },
	{ "created_at", "GIVEN", OUT_TIME },
	{ "created_by", "BY", OUT_WHOLE },
	{ "reason", "REASON", OUT_BELOW },
	{ "resource", "ONLY ON", OUT_BELOW },
	{ "removed_at", "REMOVED", OUT_TIME },
	{ "removed_by", NULL, OUT_TEXT },
	{ "includes", "INCLUDES", OUT_BELOW_LIST },
	{ "also_at", "ALSO AT", OUT_BELOW_LIST },
	{ "sid", NULL, OUT_SID },
};

static enum twr_status
add_login(void *ctx, const struct login *login, struct twr_error *err)
{
	(void)err;
	out_list_add(ctx, "%s", login->name);
	return TWR_OK;
}

struct scopes {
	struct out_list list;
	bool for_people;
	size_t n;
};

static enum twr_status
add_scope(void *ctx, const struct scope *scope, struct twr_error *err)
{
	struct scopes *sc = ctx;

	(void)err;
	if (scope->status == TWR_SCOPE_CLOSED)
		return TWR_OK;
	if (sc->n++ < SCOPES_SHOWN || !sc->for_people)
		out_list_add(&sc->list, "%s", scope->path);
	return TWR_OK;
}

/* Where the role holds by inheritance: every scope below. */
static enum twr_status
list_below(struct cli *cli, const struct scope *scope, struct twr_error *err)
{
	struct scopes sc = { .for_people = cli->out->format == OUT_PEOPLE };
	enum twr_status rc;

	rc = directory_each_scope_below(cli->session->dir, scope->id, add_scope,
	    &sc, err);
	if (sc.for_people && sc.n > SCOPES_SHOWN)
		out_list_add(&sc.list, "and %zu more", sc.n - SCOPES_SHOWN);
	out_list_cell(cli->out, &sc.list);
	return rc;
}

static enum twr_status
add_assignment(void *ctx, const struct assignment_row *row,
    struct twr_error *err)
{
	struct cli *cli = ctx;
	struct out *out = cli->out;
	const struct assignment *a = &row->assignment;
	char resource[sizeof(a->resource_type) + sizeof(a->resource_id)];
	struct out_list includes = { 0 };
	enum twr_status rc;

	(void)snprintf(resource, sizeof(resource), "%s:%s", a->resource_type,
	    a->resource_id);
	out_text(out, row->role.key);
	out_text(out, row->scope.path);
	out_text(out, cmd_assignment_state(a, cli->session->now));
	out_number(out, a->not_after);
	out_number(out, a->not_before);
	out_number(out, a->created_at);
	out_text(out, a->created_by);
	out_text(out, *a->reason ? a->reason : NULL);
	out_text(out, *a->resource_id ? resource : NULL);
	out_number(out, a->removed_at);
	out_text(out, *a->removed_by ? a->removed_by : NULL);
	rc = cmd_role_includes(cli, row->role.id, &includes, err);
	out_list_cell(out, &includes);
	if (rc == TWR_OK)
		rc = list_below(cli, &row->scope, err);
	out_text(out, a->sid);
	return rc;
}

static enum twr_status
show_user(struct cli *cli, const struct user *user, struct twr_error *err)
{
	struct directory *dir = cli->session->dir;
	struct user_standing standing;
	struct out_list logins = { 0 };
	int64_t limit = 0;
	char built_in[64];
	enum twr_status rc;

	rc = directory_user_standing(dir, user->id, cli->session->now,
	    &standing, err);
	if (rc == TWR_OK)
		rc = directory_setting(dir, "role_limit", &limit, err);
	if (rc != TWR_OK)
		return rc;
	out_record(cli->out, show_columns,
	    sizeof(show_columns) / sizeof(*show_columns));
	out_text(cli->out, user->email);
	out_text(cli->out, user->name);
	out_text(cli->out, cmd_user_status(user));
	out_text(cli->out, twr_user_kind_word(user->kind));
	out_text(cli->out, twr_two_factor_word(user->two_factor));
	rc = directory_each_login(dir, user->id, add_login, &logins, err);
	out_list_cell(cli->out, &logins);
	out_text(cli->out, user->sid);
	out_number(cli->out, user->created_at);
	out_number(cli->out, user->removed_at);
	out_text(cli->out,
	    *standing.organization_role ? standing.organization_role : NULL);
	out_number(cli->out, standing.built_in);
	out_number(cli->out, limit);
	(void)snprintf(built_in, sizeof(built_in), "%lld of %lld",
	    (long long)standing.built_in, (long long)limit);
	out_text(cli->out, built_in);
	return rc;
}

static const struct opt_help show_options[] = {
	{ OPT_ALL, "assignments that ended or were removed, too" },
	{ OPT_AT, "as it was, or as it will be if nothing is changed" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_user_show_help = { show_options,
	"Each assignment with the roles that it includes and the scopes below "
	"where it holds as well. Who was removed is found by SID.",
	"twrbac user show bob" };

enum twr_status
cmd_user_show(struct cli *cli, struct twr_error *err)
{
	struct directory *dir = cli->session->dir;
	struct assignment_filter filter = { .now = cli->session->now,
		.removed = cli->opts->value[OPT_ALL] != NULL };
	struct user user;
	enum twr_status rc;

	rc = directory_user_find_ever(dir, cli->args[0], &user, err);
	if (rc == TWR_OK)
		rc = show_user(cli, &user, err);
	if (rc != TWR_OK)
		return rc;
	out_section(cli->out, "assignments", "assignments", assignment_columns,
	    sizeof(assignment_columns) / sizeof(*assignment_columns));
	filter.user_id = user.id;
	return directory_each_assignment(dir, &filter, add_assignment, cli,
	    err);
}
