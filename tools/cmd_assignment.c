/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

#define RESOURCE_TYPE_MAX 63 /* struct assignment's */

/* TYPE:ID; an ID may have colons of its own. buf holds the type. */
static enum twr_status
read_resource(const struct cli *cli, char buf[RESOURCE_TYPE_MAX + 1],
    struct change_assignment *in, struct twr_error *err)
{
	const char *text = cli->opts->value[OPT_RESOURCE];
	const char *colon = text == NULL ? NULL : strchr(text, ':');

	if (text == NULL)
		return TWR_OK;
	if (colon == NULL || colon == text || colon[1] == '\0' ||
	    colon - text > RESOURCE_TYPE_MAX || strlen(colon) > TWR_NAME_MAX)
		return twr_fail(err, TWR_EINVAL,
		    "--resource \"%.80s\": is not TYPE:ID, such as "
		    "billing_group:NAME",
		    text);
	(void)snprintf(buf, RESOURCE_TYPE_MAX + 1, "%.*s", (int)(colon - text),
	    text);
	in->resource_type = buf;
	in->resource_id = colon + 1;
	return TWR_OK;
}

static const struct opt_help add_options[] = { { OPT_FROM,
						   "when it begins (at once)" },
	{ OPT_UNTIL, "when it ends (never)" },
	{ OPT_FOR, "how long it lasts, as 30m, 4h, 7d, 2w" },
	{ OPT_REASON, "why, for the journal" },
	{ OPT_RESOURCE, "only for this one, which no host's rule counts" },
	{ OPT_NONE, NULL } };
const struct command_help cmd_assignment_add_help = { add_options,
	"A role given in a scope holds there and in every scope below. All "
	"roles are given, or none. TIME is 2026-12-01, \"2026-12-01 18:00\" "
	"or 2026-12-01T18:00:00Z. Without a ROLE it says which can be given "
	"there.",
	"twrbac assignment add bob acme/web hosts:operator --for 4h "
	"--reason INC-123" };

/* When it is a role that was not understood, or does not fit the scope. */
static void
offer_roles(struct cli *cli, const struct change_assignment *in)
{
	struct directory *dir = cli->session->dir;
	struct twr_error unused;
	struct scope scope;
	struct role role;
	size_t i;

	if (directory_scope_find(dir, in->scope, &scope, NULL, &unused) !=
	    TWR_OK)
		return;
	for (i = 0; i < in->n_roles; i++) {
		if (directory_role_find(dir, in->roles[i], &role, &unused) ==
			TWR_OK &&
		    (role.assignable_at & ASSIGNABLE(scope.kind)) != 0)
			continue;
		(void)!cmd_role_offer(cli, &scope, &unused);
		return;
	}
}

/* Without any role: say which there are. */
static enum twr_status
ask_for_role(struct cli *cli, struct twr_error *err)
{
	struct directory *dir = cli->session->dir;
	struct scope scope;
	struct user user;
	enum twr_status rc;

	rc = directory_user_find(dir, cli->args[0], &user, err);
	if (rc == TWR_OK)
		rc = directory_scope_find(dir, cli->args[1], &scope, NULL, err);
	if (rc == TWR_OK)
		rc = cmd_role_offer(cli, &scope, err);
	if (rc != TWR_OK)
		return rc;
	return twr_fail(err, TWR_EINVAL,
	    "assignment add: which role shall %s hold at %s? \"twrbac role "
	    "list --scope %s\" describes them",
	    user.email, scope.path, scope.path);
}

enum twr_status
cmd_assignment_add(struct cli *cli, struct twr_error *err)
{
	struct change_assignment in = { .user = cli->args[0],
		.scope = cli->args[1],
		.roles = (const char *const *)(cli->args + 2),
		.n_roles = cli->n_args - 2,
		.reason = cli->opts->value[OPT_REASON] };
	char type[RESOURCE_TYPE_MAX + 1];
	struct change_result *results;
	enum twr_status rc;
	size_t i;

	if ((rc = read_window(cli, &in.window, err)) != TWR_OK ||
	    (rc = read_resource(cli, type, &in, err)) != TWR_OK)
		return rc;
	if (in.n_roles == 0)
		return ask_for_role(cli, err);
	if ((results = calloc(in.n_roles, sizeof(*results))) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	rc = change_assignment_add(&cli->session->change, &in, results, err);
	if (rc == TWR_EREFUSED)
		offer_roles(cli, &in);
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
