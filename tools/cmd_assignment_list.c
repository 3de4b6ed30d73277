/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>

#include "clock.h"

/* Titles are set by what was asked for. */
enum column {
	COL_EMAIL,
	COL_ROLE,
	COL_SCOPE,
	COL_HELD_AT,
	COL_STATE,
	COL_UNTIL,
	COL_FROM,
	COL_MATCHED,
	COL_RESOURCE,
	COL_REASON,
	COL_CREATED,
	COL_CREATED_BY,
	COL_REMOVED,
	COL_REMOVED_BY,
	COL_FOUND_IN,
	COL_INCLUDES,
	COL_SID,
	COL_COUNT
};

static const struct out_column list_columns[COL_COUNT] = {
	[COL_EMAIL] = { "email", "USER", OUT_WHOLE },
	[COL_ROLE] = { "role", "ROLE", OUT_WHOLE },
	[COL_SCOPE] = { "scope", "SCOPE", OUT_WHOLE },
	[COL_HELD_AT] = { "held_at", NULL, OUT_WHOLE },
	[COL_STATE] = { "state", "STATE", OUT_WHOLE },
	[COL_UNTIL] = { "not_after", "UNTIL", OUT_TIME },
	[COL_FROM] = { "not_before", "FROM", OUT_TIME },
	[COL_MATCHED] = { NULL, NULL, OUT_WHOLE },
	[COL_RESOURCE] = { "resource", NULL, OUT_TEXT },
	[COL_REASON] = { "reason", NULL, OUT_TEXT },
	[COL_CREATED] = { "created_at", NULL, OUT_TIME },
	[COL_CREATED_BY] = { "created_by", NULL, OUT_TEXT },
	[COL_REMOVED] = { "removed_at", NULL, OUT_TIME },
	[COL_REMOVED_BY] = { "removed_by", NULL, OUT_TEXT },
	[COL_FOUND_IN] = { "found_in", NULL, OUT_TEXT },
	[COL_INCLUDES] = { "includes", NULL, OUT_LIST },
	[COL_SID] = { "sid", NULL, OUT_SID },
};

struct listing {
	struct cli *cli;
	struct assignment_filter filter;
	const struct assignment_row *row; /* of the walk over scopes below */
	struct scope at; /* of --scope */
	size_t matched[FIELD_COUNT]; /* rows, by where the text was found */
};

const char *
cmd_assignment_state(const struct assignment *a, int64_t now)
{
	if (a->removed_at != TWR_NEVER)
		return "removed";
	if (now < a->not_before)
		return "to come";
	return now >= a->not_after ? "ended" : "in force";
}

/* What people see of the row anyway needs no words. */
static const char *
hidden_text(const struct assignment_row *row)
{
	switch (row->field) {
	case FIELD_LOGIN:
		return row->login;
	case FIELD_USER_NAME:
		return row->user.name;
	case FIELD_USER_SID:
		return row->user.sid;
	case FIELD_ROLE_NAME:
		return row->role.name;
	case FIELD_ROLE_SID:
		return row->role.sid;
	case FIELD_SCOPE_SID:
		return row->scope.sid;
	case FIELD_ASSIGNMENT_SID:
		return row->assignment.sid;
	case FIELD_NONE:
	case FIELD_EMAIL:
	case FIELD_ROLE_KEY:
	case FIELD_SCOPE_PATH:
	case FIELD_COUNT:
		break;
	}
	return NULL;
}

static void
matched_cell(struct listing *li, const struct assignment_row *row)
{
	const char *text = hidden_text(row);
	char words[DIRECTORY_PATH_MAX + 32];

	li->matched[row->field]++;
	(void)snprintf(words, sizeof(words), "%s %s",
	    assignment_field_word(row->field), text != NULL ? text : "");
	out_text(li->cli->out, text != NULL ? words : NULL);
}

/* Below the table: where the text was found, and how often. */
static void
say_matched(struct listing *li)
{
	char text[256] = "";
	size_t len = 0;
	int field;

	for (field = FIELD_NONE + 1; field < FIELD_COUNT; field++)
		if (li->matched[field] > 0 && len < sizeof(text))
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "%s%s (%zu)", len > 0 ? ", " : "",
			    assignment_field_word((enum assignment_field)field),
			    li->matched[field]);
	out_line(li->cli->out, "\"%s\" matched: %s", li->filter.text, text);
}

/* One line: the assignment, as it holds at the scope of this path. */
static enum twr_status
print_row(struct listing *li, const struct assignment_row *row,
    const char *path, struct twr_error *err)
{
	struct cli *cli = li->cli;
	const struct assignment *a = &row->assignment;
	struct out_list includes = { 0 };
	bool found = row->field != FIELD_NONE;
	enum twr_status rc = TWR_OK;

	out_text(cli->out, row->user.email);
	out_text(cli->out, row->role.key);
	out_text(cli->out, path);
	out_text(cli->out, row->scope.path);
	out_text(cli->out, cmd_assignment_state(a, cli->session->now));
	out_number(cli->out, a->not_after);
	out_number(cli->out, a->not_before);
	matched_cell(li, row);
	out_text(cli->out, *a->resource_id ? a->resource_id : NULL);
	out_text(cli->out, *a->reason ? a->reason : NULL);
	out_number(cli->out, a->created_at);
	out_text(cli->out, a->created_by);
	out_number(cli->out, a->removed_at);
	out_text(cli->out, *a->removed_by ? a->removed_by : NULL);
	out_text(cli->out, found ? assignment_field_word(row->field) : NULL);
	if (li->filter.effective)
		rc = cmd_role_includes(cli, row->role.id, &includes, err);
	out_list_cell(cli->out, &includes);
	out_text(cli->out, a->sid);
	return rc;
}

static enum twr_status
list_one(void *ctx, const struct assignment_row *row, struct twr_error *err)
{
	return print_row(ctx, row, row->scope.path, err);
}

/* ---- where it has effect ---- */

static enum twr_status
list_at(struct listing *li, const struct scope *scope, struct twr_error *err)
{
	bool usable = false;
	enum twr_status rc;

	rc = directory_scope_usable(li->cli->session->dir, scope->id, &usable,
	    err);
	if (rc != TWR_OK || !usable)
		return rc;
	return print_row(li, li->row, scope->path, err);
}

static enum twr_status
list_below(void *ctx, const struct scope *scope, struct twr_error *err)
{
	return list_at(ctx, scope, err);
}

/* As the decision sees it: active user, in force, not of a resource. */
static enum twr_status
list_effective(void *ctx, const struct assignment_row *row,
    struct twr_error *err)
{
	struct listing *li = ctx;
	const struct assignment *a = &row->assignment;
	int64_t now = li->filter.now;
	enum twr_status rc;

	if (row->user.status != TWR_USER_ACTIVE || now < a->not_before ||
	    now >= a->not_after || a->resource_type[0] != '\0')
		return TWR_OK;
	li->row = row;
	if (li->filter.scope_id != 0)
		return list_at(li, &li->at, err);
	if ((rc = list_at(li, &row->scope, err)) != TWR_OK)
		return rc;
	return directory_each_scope_below(li->cli->session->dir, row->scope.id,
	    list_below, li, err);
}

/* ---- what is asked for ---- */

static enum twr_status
read_names(struct listing *li, struct twr_error *err)
{
	struct directory *dir = li->cli->session->dir;
	const struct opts *opts = li->cli->opts;
	struct user user;
	struct role role;
	enum twr_status rc = TWR_OK;

	if (opts->value[OPT_USER] != NULL) {
		rc = directory_user_find_ever(dir, opts->value[OPT_USER], &user,
		    err);
		li->filter.user_id = user.id;
	}
	if (rc == TWR_OK && opts->value[OPT_SCOPE] != NULL) {
		rc = directory_scope_find(dir, opts->value[OPT_SCOPE], &li->at,
		    NULL, err);
		li->filter.scope_id = li->at.id;
	}
	if (rc == TWR_OK && opts->value[OPT_ROLE] != NULL) {
		rc = directory_role_find(dir, opts->value[OPT_ROLE], &role,
		    err);
		li->filter.role_id = role.id;
	}
	return rc;
}

static enum twr_status
read_filter(struct listing *li, struct twr_error *err)
{
	const struct opts *opts = li->cli->opts;
	struct assignment_filter *f = &li->filter;
	int64_t length = 0;
	enum twr_status rc;

	f->now = li->cli->session->now;
	f->text = li->cli->n_args > 0 ? li->cli->args[0] : NULL;
	f->group = opts->value[OPT_GROUP];
	f->effective = opts->value[OPT_EFFECTIVE] != NULL;
	if (opts->value[OPT_ALL] != NULL)
		f->which = ASSIGNMENTS_EVER;
	else if (opts->value[OPT_EXPIRED] != NULL)
		f->which = ASSIGNMENTS_EXPIRED;
	if ((opts->value[OPT_ALL] != NULL) +
		(opts->value[OPT_EXPIRED] != NULL) + f->effective >
	    1)
		return twr_fail(err, TWR_EINVAL,
		    "--all, --expired and --effective exclude each other; give "
		    "one");
	rc = opts->value[OPT_TYPE] != NULL ?
	    cmd_role_type(opts->value[OPT_TYPE], &f->type, err) :
	    TWR_OK;
	if (rc == TWR_OK && opts->value[OPT_ENDING] != NULL) {
		rc = clock_parse_duration(opts->value[OPT_ENDING], "--ending",
		    &length, err);
		f->ending = f->now + length;
	}
	return rc == TWR_OK ? read_names(li, err) : rc;
}

static void
begin_table(struct listing *li)
{
	struct out *out = li->cli->out;

	out_table(out, list_columns, COL_COUNT);
	if (li->filter.effective) {
		out_retitle(out, COL_HELD_AT, "HELD AT");
		out_retitle(out, COL_STATE, NULL); /* in force, all */
	}
	if (li->filter.text != NULL)
		out_retitle(out, COL_MATCHED, "MATCHED");
}

/* A question that was asked and has no answer is exit status 1. */
static void
say_nothing_found(struct listing *li)
{
	const struct opts *opts = li->cli->opts;
	static const enum opt narrowing[] = { OPT_USER, OPT_SCOPE, OPT_ROLE,
		OPT_GROUP, OPT_TYPE, OPT_ENDING, OPT_EXPIRED, OPT_EFFECTIVE };
	size_t i;

	for (i = 0; i < sizeof(narrowing) / sizeof(*narrowing); i++)
		if (opts->value[narrowing[i]] != NULL)
			li->cli->refused = true;
	if (li->filter.text != NULL)
		out_note(li->cli->out,
		    "no assignment%s has \"%s\" in its user, role, scope or "
		    "SID",
		    li->cli->refused ? " of those" : "", li->filter.text);
	else
		out_note(li->cli->out, "no assignment is so");
	li->cli->refused |= li->filter.text != NULL;
}

static const struct opt_help list_options[] = { { OPT_USER,
						    "of this user only" },
	{ OPT_SCOPE, "at exactly this scope" },
	{ OPT_ROLE, "of this role only" },
	{ OPT_GROUP, "of this product group only" },
	{ OPT_TYPE, "of this type of role only, such as built-in" },
	{ OPT_ENDING, "that end within, such as 7d" },
	{ OPT_EFFECTIVE, "what has effect now, and in which scopes" },
	{ OPT_EXPIRED, "those that have ended by themselves" },
	{ OPT_ALL, "those that ended or were removed, too" },
	{ OPT_AT, "as it was, or as it will be if nothing is changed" },
	{ OPT_NONE, NULL } };
const struct command_help cmd_assignment_list_help = { list_options,
	"TEXT is a part of a name, e-mail, login, role, scope or SID; nothing "
	"found is exit status 1. With --effective, each assignment is shown "
	"for every scope where it holds, --scope also means what is held "
	"above it, and --role also roles that include it.",
	"twrbac assignment list production --utc" };

enum twr_status
cmd_assignment_list(struct cli *cli, struct twr_error *err)
{
	struct listing li = { .cli = cli };
	enum twr_status rc;

	if ((rc = read_filter(&li, err)) != TWR_OK)
		return rc;
	begin_table(&li);
	rc = directory_each_assignment(cli->session->dir, &li.filter,
	    li.filter.effective ? list_effective : list_one, &li, err);
	if (rc == TWR_OK && out_rows(cli->out) == 0)
		say_nothing_found(&li);
	else if (rc == TWR_OK && li.filter.text != NULL)
		say_matched(&li);
	return rc;
}
