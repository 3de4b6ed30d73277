/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdlib.h>

#include "clock.h"

/* People read the sentence that comes with each result instead. */
static const struct out_column result_columns[] = {
	{ "email", NULL, OUT_TEXT },
	{ "role", NULL, OUT_TEXT },
	{ "scope", NULL, OUT_TEXT },
	{ "outcome", NULL, OUT_TEXT },
	{ "end", NULL, OUT_TIME },
	{ "sid", NULL, OUT_TEXT },
};

static const char *
outcome_word(enum change_outcome outcome)
{
	switch (outcome) {
	case CHANGE_ADDED:
		return "added";
	case CHANGE_SAME:
		return "same";
	case CHANGE_INSIDE:
		return "inside";
	case CHANGE_EXTENDED:
		return "extended";
	case CHANGE_REMOVED:
		return "removed";
	}
	return "?";
}

static void
begin_results(struct cli *cli)
{
	out_table(cli->out, result_columns,
	    sizeof(result_columns) / sizeof(*result_columns));
}

static void
print_result(void *ctx, const struct change_result *result)
{
	struct cli *cli = ctx;

	out_text(cli->out, result->user.email);
	out_text(cli->out, result->role.key);
	out_text(cli->out, result->scope.path);
	out_text(cli->out, outcome_word(result->outcome));
	out_number(cli->out, result->end);
	out_text(cli->out, *result->sid ? result->sid : NULL);
	out_line(cli->out, "%s", result->text);
}

/* ---- assignment add ---- */

static enum twr_status
read_window(struct cli *cli, struct admin_window *w, struct twr_error *err)
{
	const char *from = cli->opts->value[OPT_FROM];
	const char *until = cli->opts->value[OPT_UNTIL];
	const char *lasting = cli->opts->value[OPT_FOR];
	int64_t length = 0;
	enum twr_status rc = TWR_OK;

	w->from = TWR_ALWAYS;
	w->until = TWR_NEVER;
	if (until != NULL && lasting != NULL)
		return twr_fail(err, TWR_EINVAL,
		    "--until and --for both name the end; give one");
	if (from != NULL)
		rc = clock_parse(from, "--from", &w->from, err);
	if (rc == TWR_OK && until != NULL)
		rc = clock_parse(until, "--until", &w->until, err);
	if (rc != TWR_OK || lasting == NULL)
		return rc;
	rc = clock_parse_duration(lasting, "--for", &length, err);
	if (rc == TWR_OK &&
	    __builtin_add_overflow(from ? w->from : cli->session->now, length,
		&w->until))
		return twr_fail(err, TWR_EINVAL,
		    "--for %s: ends beyond all time; give less", lasting);
	return rc;
}

static const struct opt_help add_options[] = { { OPT_FROM,
						   "when it begins (at once)" },
	{ OPT_UNTIL, "when it ends (never)" },
	{ OPT_FOR, "how long it lasts, as 30m, 4h, 7d, 2w" },
	{ OPT_REASON, "why, for the journal" }, { OPT_NONE, NULL } };
const struct command_help cmd_assignment_add_help = { add_options,
	"A role given in a scope holds there and in every scope below. All "
	"roles are given, or none. TIME is 2026-12-01, \"2026-12-01 18:00\" "
	"or 2026-12-01T18:00:00Z.",
	"twrbac assignment add bob acme/web hosts:operator --for 4h "
	"--reason INC-123" };

enum twr_status
cmd_assignment_add(struct cli *cli, struct twr_error *err)
{
	struct change_assignment in = { .user = cli->args[0],
		.scope = cli->args[1],
		.roles = (const char *const *)(cli->args + 2),
		.n_roles = cli->n_args - 2,
		.reason = cli->opts->value[OPT_REASON] };
	struct change_result *results;
	enum twr_status rc;
	size_t i;

	if ((rc = read_window(cli, &in.window, err)) != TWR_OK)
		return rc;
	if ((results = calloc(in.n_roles, sizeof(*results))) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	rc = change_assignment_add(&cli->session->change, &in, results, err);
	begin_results(cli);
	for (i = 0; rc == TWR_OK && i < in.n_roles; i++)
		print_result(cli, &results[i]);
	free(results);
	return rc;
}

/* ---- assignment remove ---- */

const struct command_help cmd_assignment_remove_help = { NULL,
	"Takes the role at exactly this scope, whatever its window. A SID "
	"(IY..., see \"assignment list --tsv\") takes one assignment. "
	"Running sessions are not ended.",
	"twrbac assignment remove bob acme/web hosts:operator" };

enum twr_status
cmd_assignment_remove(struct cli *cli, struct twr_error *err)
{
	const struct change *ch = &cli->session->change;
	struct change_result result;
	enum twr_status rc;

	begin_results(cli);
	if (cli->n_args == 3)
		return change_assignment_remove(ch, cli->args[0], cli->args[1],
		    cli->args[2], print_result, cli, err);
	if (cli->n_args != 1)
		return twr_fail(err, TWR_EINVAL,
		    "which role? usage: twrbac "
		    "assignment remove %s",
		    cli->command->args);
	rc = change_assignment_remove_sid(ch, cli->args[0], &result, err);
	if (rc == TWR_OK)
		print_result(cli, &result);
	return rc;
}

/* ---- assignment list ---- */

static const struct out_column list_columns[] = {
	{ "email", "USER", OUT_TEXT },
	{ "role", "ROLE", OUT_TEXT },
	{ "scope", "SCOPE", OUT_TEXT },
	{ "state", "STATE", OUT_TEXT },
	{ "not_before", "FROM", OUT_TIME },
	{ "not_after", "UNTIL", OUT_TIME },
	{ "resource", NULL, OUT_TEXT },
	{ "reason", NULL, OUT_TEXT },
	{ "created_at", NULL, OUT_TIME },
	{ "created_by", NULL, OUT_TEXT },
	{ "removed_at", NULL, OUT_TIME },
	{ "removed_by", NULL, OUT_TEXT },
	{ "found_in", NULL, OUT_TEXT },
	{ "sid", NULL, OUT_SID },
};

static const char *
state_word(const struct assignment *a, int64_t now)
{
	if (a->removed_at != TWR_NEVER)
		return "removed";
	if (now < a->not_before)
		return "to come";
	return now >= a->not_after ? "ended" : "in force";
}

static enum twr_status
list_one(void *ctx, const struct assignment_row *row, struct twr_error *err)
{
	struct cli *cli = ctx;
	const struct assignment *a = &row->assignment;
	bool found = row->field != FIELD_NONE;

	(void)err;
	out_text(cli->out, row->user.email);
	out_text(cli->out, row->role.key);
	out_text(cli->out, row->scope.path);
	out_text(cli->out, state_word(a, cli->session->now));
	out_number(cli->out, a->not_before);
	out_number(cli->out, a->not_after);
	out_text(cli->out, *a->resource_id ? a->resource_id : NULL);
	out_text(cli->out, *a->reason ? a->reason : NULL);
	out_number(cli->out, a->created_at);
	out_text(cli->out, a->created_by);
	out_number(cli->out, a->removed_at);
	out_text(cli->out, *a->removed_by ? a->removed_by : NULL);
	out_text(cli->out, found ? assignment_field_word(row->field) : NULL);
	out_text(cli->out, a->sid);
	return TWR_OK;
}

static const struct opt_help list_options[] = {
	{ OPT_ALL, "those that ended or were removed, too" },
	{ OPT_AT, "as it was, or as it will be if nothing is changed" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_assignment_list_help = { list_options,
	"TEXT is a part of a name, e-mail, login, role, scope or SID; nothing "
	"found is exit status 1.",
	"twrbac assignment list production --utc" };

enum twr_status
cmd_assignment_list(struct cli *cli, struct twr_error *err)
{
	struct assignment_filter filter = { .now = cli->session->now,
		.text = cli->n_args > 0 ? cli->args[0] : NULL,
		.removed = cli->opts->value[OPT_ALL] != NULL };
	enum twr_status rc;

	out_table(cli->out, list_columns,
	    sizeof(list_columns) / sizeof(*list_columns));
	rc = directory_each_assignment(cli->session->dir, &filter, list_one,
	    cli, err);
	if (rc == TWR_OK && filter.text != NULL && out_rows(cli->out) == 0) {
		cli->refused = true;
		out_note(cli->out,
		    "no assignment has \"%s\" in its user, "
		    "role, scope or SID",
		    filter.text);
	}
	return rc;
}
