/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "setup.h"

/* ---- what is asked for ---- */

static enum twr_status
take_length(struct setup *su, struct twr_error *err)
{
	const char *text = su->cli->opts->value[OPT_PERMISSIVE];

	if (text == NULL)
		return TWR_OK;
	if (su->in.enforce || su->in.remove)
		return twr_fail(err, TWR_EINVAL,
		    "--permissive goes with neither --enforce nor --remove");
	return setup_take_length(su, text, "--permissive", err);
}

static enum twr_status
take_options(struct setup *su, struct twr_error *err)
{
	const struct opts *opts = su->cli->opts;
	struct setup_answers *in = &su->in;

	in->organization = su->cli->n_args > 0 ? su->cli->args[0] : NULL;
	in->owner = opts->value[OPT_OWNER];
	in->login = opts->value[OPT_LOGIN];
	in->host_scope = opts->value[OPT_HOST_SCOPE];
	in->administrator = opts->value[OPT_ADMINISTRATOR];
	in->administrator_login = opts->value[OPT_ADMINISTRATOR_LOGIN];
	in->services = opts->value[OPT_SERVICES];
	in->enforce = opts->value[OPT_ENFORCE] != NULL;
	in->remove = opts->value[OPT_REMOVE] != NULL;
	in->profile = opts->value[OPT_PROFILE] != NULL;
	in->dry_run = opts->value[OPT_DRY_RUN] != NULL;
	in->asks = opts->value[OPT_YES] == NULL && isatty(STDIN_FILENO) &&
	    isatty(STDERR_FILENO);
	if (in->remove &&
	    (in->organization != NULL || in->services != NULL || in->enforce ||
		in->owner != NULL || in->administrator != NULL))
		return twr_fail(err, TWR_EINVAL,
		    "--remove stands alone, or with --profile: it takes every "
		    "line of setup out, and leaves the organization as it is");
	if (in->profile && in->services != NULL)
		return twr_fail(err, TWR_EINVAL,
		    "--profile is for all services at once, --services for "
		    "those it names; take one of them");
	if (in->administrator == NULL && in->administrator_login != NULL)
		return twr_fail(err, TWR_EINVAL,
		    "--administrator-login needs --administrator EMAIL");
	return take_length(su, err);
}

/* Is there anything to do beside showing what is there? */
static bool
is_question(const struct setup *su)
{
	const struct setup_answers *in = &su->in;

	return su->has_directory && in->services == NULL && !in->profile &&
	    !in->enforce && in->permissive_s == 0 &&
	    in->administrator == NULL && in->host_scope == NULL;
}

/* ---- the ways through ---- */

static enum twr_status
write_lines(struct setup *su, struct twr_error *err)
{
	enum twr_status rc = setup_write(su, err);

	return rc == TWR_OK ? setup_profile_write(su, err) : rc;
}

static enum twr_status
run_removal(struct setup *su, struct twr_error *err)
{
	enum twr_status rc;

	rc = setup_remove(su, err);
	if (rc == TWR_OK && su->in.profile)
		rc = setup_profile_plan(su, err);
	if (rc == TWR_OK && !su->in.dry_run)
		rc = write_lines(su, err);
	if (rc == TWR_OK)
		setup_report(su);
	return rc;
}

/* What the lines are going to be; nothing else is needed to say no. */
static enum twr_status
prepare_lines(struct setup *su, struct twr_error *err)
{
	enum twr_status rc = TWR_OK;

	if (su->in.services != NULL)
		rc = setup_choose(su, su->in.services, err);
	else if (!su->has_directory && !su->in.profile)
		rc = twr_fail(err, TWR_EINVAL,
		    "setup needs --services LIST, such as sshd, or on Debian "
		    "--profile");
	if (rc == TWR_OK)
		rc = setup_plan(su, err);
	if (rc == TWR_OK && setup_profile_is_meant(su))
		rc = setup_profile_plan(su, err);
	if (rc == TWR_OK)
		rc = setup_prove(su, false, err);
	return rc;
}

static bool
writes_lines(const struct setup *su)
{
	return su->texts != NULL;
}

/* Organization and policy stand; now the lines. */
static enum twr_status
finish(struct setup *su, bool asked, struct twr_error *err)
{
	bool enforces = su->in.enforce && writes_lines(su);
	enum twr_status rc;

	if ((rc = setup_people(su, err)) != TWR_OK ||
	    (enforces && (rc = setup_prove(su, true, err)) != TWR_OK))
		return rc;
	if (su->in.asks && !su->in.dry_run && (enforces || !asked) &&
	    writes_lines(su)) {
		setup_say("Refused from then on:");
		setup_show_refusals(su);
		if ((rc = setup_go_on(su, "Write the lines? (y/n)", err)) !=
		    TWR_OK)
			return rc;
	}
	if (writes_lines(su) && !su->in.dry_run)
		rc = write_lines(su, err);
	if (rc == TWR_OK)
		setup_report(su);
	return rc;
}

/* Show what is there; on a terminal ask what comes next. */
static enum twr_status
show_state(struct setup *su, bool *ends, struct twr_error *err)
{
	char when[CLOCK_TEXT_LEN];
	size_t i;

	*ends = true;
	if (!su->in.asks)
		return finish(su, false, err);
	for (i = 0; i < su->n; i++) {
		clock_format(su->services[i].until, su->cli->out->utc, when);
		setup_say("  %s: %s%s%s", su->services[i].name,
		    setup_state_word(su->services[i].state),
		    su->services[i].state == SETUP_PERMISSIVE ? " until " : "",
		    su->services[i].state == SETUP_PERMISSIVE ? when : "");
	}
	return setup_ask_next(su, ends, err);
}

/* What the command line does not say, on a terminal. */
static enum twr_status
complete(struct setup *su, bool *ends, struct twr_error *err)
{
	if (!is_question(su) && su->has_directory)
		return TWR_OK;
	if (su->has_directory && su->n > 0)
		return show_state(su, ends, err);
	if (su->in.asks)
		return setup_ask(su, err);
	*ends = is_question(su);
	return *ends ? finish(su, false, err) : TWR_OK;
}

/* Do the steps before the lines change anything, or may they? */
static bool
steps_write(const struct setup *su)
{
	return !su->has_directory || !su->has_policy || su->conf_edited ||
	    su->in.administrator != NULL || su->in.host_scope != NULL;
}

static enum twr_status
run_setup(struct setup *su, struct twr_error *err)
{
	bool asks, ends = false;
	enum twr_status rc;

	rc = complete(su, &ends, err);
	if (ends)
		return rc;
	if (rc != TWR_OK || (rc = setup_check_answers(su, err)) != TWR_OK ||
	    (rc = prepare_lines(su, err)) != TWR_OK)
		return rc;
	if (su->in.dry_run) {
		setup_show_plan(su);
		return finish(su, true, err);
	}
	asks = su->in.asks && steps_write(su);
	if (asks) {
		setup_show_plan(su);
		if ((rc = setup_go_on(su, "Go on? (y/n)", err)) != TWR_OK)
			return rc;
	}
	/* a profile that stands begins to refuse with the first policy */
	if ((rc = setup_profile_guard(su, err)) != TWR_OK ||
	    (rc = setup_run_steps(su, err)) != TWR_OK)
		return rc;
	su->has_directory = su->has_policy = true;
	rc = finish(su, asks, err);
	if (rc != TWR_OK && su->wrote)
		out_keep_notes(su->cli->out);
	return rc;
}

static const struct opt_help options[] = {
	{ OPT_OWNER, "e-mail of the organization's Owner" },
	{ OPT_LOGIN, "his Unix login on this host" },
	{ OPT_NAME, "his name (the e-mail)" },
	{ OPT_ADMINISTRATOR, "e-mail of a second administrator" },
	{ OPT_ADMINISTRATOR_LOGIN, "his Unix login on this host" },
	{ OPT_NO_HOSTS_ROLE, "do not give the two hosts:admin" },
	{ OPT_HOST_SCOPE, "the scope this host lives in (the organization)" },
	{ OPT_SERVICES, "services that get the line, such as sshd,sudo" },
	{ OPT_PROFILE, "all services at once, by Debian's pam-auth-update" },
	{ OPT_PERMISSIVE, "for how long refusals are only logged (14d)" },
	{ OPT_ENFORCE, "refuse; also for lines that are permissive" },
	{ OPT_REMOVE, "take every line of setup out of pam.d" },
	{ OPT_CONFIRM, "go back to the policy before unless confirmed" },
	{ OPT_DRY_RUN, "say what would be done; nothing is changed" },
	{ OPT_YES, "ask nothing, also on a terminal" },
	{ OPT_LOCK_OUT_OK, "even if whoever runs this would be shut out" },
	{ OPT_AS_ROOT, "act as root, not as an administrator; journalled" },
	{ OPT_ALLOW_ROOT, "let a login have uid 0" },
	{ OPT_ALLOW_SYSTEM, "let a login be a system account" },
	{ OPT_ROLES, "the roles (" TWR_DATADIR "/roles.conf)" },
	{ OPT_CONF_TEMPLATE, "(" TWR_DATADIR "/twrbac.conf)" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_setup_help = { options,
	"Makes organization and policy where there is none, and puts one "
	"marked line into the file of each service, permissive at first. On a "
	"terminal it asks for what is not said. Given again it shows what is "
	"there, and goes on.",
	"twrbac setup acme --owner alice@example.com --login alice "
	"--services sshd" };

enum twr_status
cmd_setup(struct cli *cli, struct twr_error *err)
{
	struct setup su = { .cli = cli };
	enum twr_status rc;

	if ((rc = take_options(&su, err)) == TWR_OK &&
	    (rc = setup_look(&su, err)) == TWR_OK)
		rc = su.in.remove ? run_removal(&su, err) : run_setup(&su, err);
	setup_end(&su);
	return rc;
}
