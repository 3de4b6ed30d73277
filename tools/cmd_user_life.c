/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "suggest.h"

const struct command_help cmd_user_rename_help = { NULL, NULL,
	"twrbac user rename bob \"Robert Example\"" };

enum twr_status
cmd_user_rename(struct cli *cli, struct twr_error *err)
{
	struct user user;
	bool changed = false;
	enum twr_status rc;

	rc = change_user_rename(&cli->session->change, cli->args[0],
	    cli->args[1], &user, &changed, err);
	if (rc != TWR_OK)
		return rc;
	if (!changed)
		out_note(cli->out, "%s was called \"%s\" already", user.email,
		    user.name);
	return cmd_user_report(cli, &user, err);
}

const struct command_help cmd_user_set_email_help = { NULL,
	"The SID stays, and so do logins, roles and history. What was written "
	"into the journal before names the former address.",
	"twrbac user set-email bob robert@example.com" };

enum twr_status
cmd_user_set_email(struct cli *cli, struct twr_error *err)
{
	struct user user;
	bool changed = false;
	enum twr_status rc;

	rc = change_user_set_email(&cli->session->change, cli->args[0],
	    cli->args[1], &user, &changed, err);
	if (rc != TWR_OK)
		return rc;
	if (!changed)
		out_note(cli->out, "%s was the e-mail already", user.email);
	return cmd_user_report(cli, &user, err);
}

/* ---- two-factor ---- */

static enum twr_status
two_factor_state(const char *word, enum twr_two_factor *ret,
    struct twr_error *err)
{
	struct suggestion sg;
	const char *known;
	int state;

	suggest_init(&sg, word);
	for (state = TWR_2FA_ENROLLED; state <= TWR_2FA_UNKNOWN; state++) {
		known = twr_two_factor_word((enum twr_two_factor)state);
		suggest_offer(&sg, known);
		if (strcmp(known, word) != 0)
			continue;
		*ret = (enum twr_two_factor)state;
		return TWR_OK;
	}
	known = suggest_best(&sg);
	return twr_fail(err, TWR_EINVAL,
	    "STATE \"%s\": no such state%s%s%s; there are enrolled, "
	    "not-enrolled and unknown",
	    word, known != NULL ? ", did you mean \"" : "",
	    known != NULL ? known : "", known != NULL ? "\"?" : "");
}

const struct command_help cmd_user_two_factor_help = { NULL,
	"STATE is enrolled, not-enrolled or unknown. twrbac checks no second "
	"factor itself: a rule may demand that its user is enrolled. Service "
	"users are never asked.",
	"twrbac user two-factor bob enrolled" };

enum twr_status
cmd_user_two_factor(struct cli *cli, struct twr_error *err)
{
	enum twr_two_factor state = TWR_2FA_UNKNOWN;
	struct user user;
	bool changed = false;
	enum twr_status rc;

	if ((rc = two_factor_state(cli->args[1], &state, err)) != TWR_OK)
		return rc;
	rc = change_user_set_two_factor(&cli->session->change, cli->args[0],
	    state, &user, &changed, err);
	if (rc != TWR_OK)
		return rc;
	if (!changed)
		out_note(cli->out, "%s was %s already", user.email,
		    twr_two_factor_word(state));
	return cmd_user_report(cli, &user, err);
}

/* ---- removing ---- */

static const struct opt_help remove_options[] = { { OPT_YES, "do not ask" },
	{ OPT_NONE, NULL } };
const struct command_help cmd_user_remove_help = { remove_options,
	"Says what goes with the user and asks. Roles are removed, logins stay "
	"known as refused, and the e-mail is free: a new user of that address "
	"gets nothing back. The history stays, under the SID.",
	"twrbac user remove bob --yes" };

enum twr_status
cmd_user_remove(struct cli *cli, struct twr_error *err)
{
	struct cmd_gone gone = { .cli = cli };
	char doing[TWR_NAME_MAX + 16];
	struct user user;
	enum twr_status rc;

	rc = change_user_remove(&cli->session->change, cli->args[0],
	    cmd_gone_take, &gone, &user, err);
	if (rc != TWR_OK)
		return rc;
	(void)snprintf(doing, sizeof(doing), "remove %s", user.email);
	return cmd_gone_confirm(&gone, doing, err);
}
