/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd_why.h"

#include <inttypes.h>
#include <string.h>

#define LOG_FOLDER "/var/log"

/* A host can write this much of the same id, by chance or by malice. */
#define SAME_MOST 20

/* Without the policy's key a hidden name cannot be recognized. */
static void
hide(struct cli *cli, struct why_wanted *wanted)
{
	const struct compile_paths *paths = &cli->session->paths;
	struct twr_view view = { 0 };
	struct twr_reader rd;
	struct twr_error why;

	if (wanted->login == NULL)
		return;
	if (twr_policy_open(paths->policy, paths->owner, &rd, &view, &why) !=
	    TWR_OK) {
		out_note(cli->out,
		    "%s; so events in which the name was hidden are not found",
		    why.text);
		return;
	}
	twr_hidden_name(view.meta.log_key, wanted->login, wanted->hidden);
	twr_view_free(&view);
	twr_reader_close(&rd);
}

/* Read aloud, O may be heard for 0, and I or L for 1. */
static bool
read_id(const char *text, char ret[TWR_EVENT_LEN])
{
	char heard[TWR_EVENT_LEN];
	size_t i, len = strlen(text);

	if (len >= sizeof(heard))
		return false;
	for (i = 0; i <= len; i++)
		heard[i] = text[i] == 'O' || text[i] == 'o'    ? '0' :
		    text[i] != '\0' && strchr("IiLl", text[i]) ? '1' :
								 text[i];
	return logread_event_id(heard, ret);
}

static uint32_t
uid_of(void *ctx, const char *login)
{
	return cmd_account_uid(ctx, login);
}

static enum twr_status
take_wanted(struct cli *cli, char id[TWR_EVENT_LEN], struct why_wanted *ret,
    struct twr_error *err)
{
	const struct opts *opts = cli->opts;
	unsigned long most = 1;
	enum twr_status rc;

	*ret = (struct why_wanted) { .login = opts->value[OPT_LOGIN],
		.all = opts->value[OPT_ALL] != NULL,
		.uid_of = uid_of,
		.ctx = cli };
	if (opts->value[OPT_LAST] == NULL && ret->login == NULL) {
		if (cli->n_args == 0)
			return twr_fail(err, TWR_EINVAL,
			    "which event? Write twrbac why EVENT, or --last, "
			    "or --login LOGIN");
		if (ret->all)
			return twr_fail(err, TWR_EINVAL,
			    "--all goes with --last and --login");
		if (!read_id(cli->args[0], id))
			return twr_fail(err, TWR_EINVAL,
			    "\"%.80s\": no event; it is the 8 letters and "
			    "digits behind \"ref\" in the sentence, or "
			    "\"event=\" in the log",
			    cli->args[0]);
		ret->event = id;
		ret->most = SAME_MOST;
		return TWR_OK;
	}
	rc = cli->n_args == 0 ?
	    TWR_OK :
	    opt_number(cli->args[0], "how many", WHY_MOST, &most, err);
	if (rc == TWR_OK && most == 0)
		rc = twr_fail(err, TWR_EINVAL, "how many \"0\": at least 1");
	ret->most = most;
	return rc;
}

static enum twr_status
not_found(const struct why_wanted *wanted, const struct why_found *found,
    struct twr_error *err)
{
	const char *where = found->searched != NULL ?
	    found->searched :
	    "any log: this host has no journal and neither auth.log nor "
	    "secure in " LOG_FOLDER;
	const char *cure = "name another log with --log FILE";

	if (wanted->event != NULL)
		return twr_fail(err, TWR_ENOENT, "%s: no such event in %s; %s",
		    wanted->event, where, cure);
	return twr_fail(err, TWR_ENOENT, "no %s%s%s in %s; %s",
	    wanted->all ? "event" : "refusal",
	    wanted->login != NULL ? " of " : "",
	    wanted->login != NULL ? wanted->login : "", where,
	    wanted->all ? cure : "--all finds what was let in, too");
}

static void
warn_of(struct cli *cli, const struct why_wanted *wanted,
    const struct why_found *found)
{
	size_t i;

	if (found->journal.text[0] != '\0')
		out_warn(cli->out,
		    "the journal daemon could not be asked, only files: %s",
		    found->journal.text);
	if (found->n_bad > 0)
		out_warn(cli->out,
		    "%" PRIu64 " line%s in the name of the module or of sudo's "
		    "plugin, but not as they write %s; the first: %s",
		    found->n_bad, found->n_bad == 1 ? "" : "s",
		    found->n_bad == 1 ? "it" : "them", found->bad.text);
	for (i = 1; wanted->event != NULL && i < found->n; i++)
		out_warn(cli->out,
		    "%s: also an event of this id, with another text; one of "
		    "them may be made up",
		    found->hits[i]->source);
}

static const struct opt_help why_options[] = {
	{ OPT_LAST, "the newest refusal on this host, or the newest N" },
	{ OPT_LOGIN, "the newest refusal of this login, or N of them" },
	{ OPT_ALL, "with these: also what was granted or exempt" },
	{ OPT_LOG, "look in this log, - for standard input" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_why_help = { why_options,
	"EVENT is the ref of the sentence that a refused person sees. Finds it "
	"in the journal daemon, else in auth.log or secure, decides again by "
	"the policy of then, and says if today's answer differs. Exit status "
	"0: shown; 1: no such event.",
	"twrbac why 7Q2M4KXA" };

enum twr_status
cmd_why(struct cli *cli, struct twr_error *err)
{
	char id[TWR_EVENT_LEN];
	struct why_wanted wanted;
	struct why_found found;
	struct why_desk desk;
	enum twr_status rc;
	size_t i;

	if ((rc = take_wanted(cli, id, &wanted, err)) != TWR_OK)
		return rc;
	hide(cli, &wanted);
	rc = why_search(&wanted, cli->opts->value[OPT_LOG], LOG_FOLDER,
	    cli->session->now, &found, err);
	warn_of(cli, &wanted, &found);
	if (rc == TWR_OK && found.n == 0) {
		out_keep_notes(cli->out);
		rc = not_found(&wanted, &found, err);
	}
	why_open(&desk, cli->session);
	cmd_why_begin(cli);
	for (i = 0; rc == TWR_OK && i < found.n; i++) {
		if (i > 0)
			out_line(cli->out, "%s", "");
		cmd_why_show(cli, &desk, &wanted, found.hits[i],
		    found.asked_journal && !found.hits[i]->trusted);
	}
	why_close(&desk);
	why_found_free(&found);
	return rc;
}
