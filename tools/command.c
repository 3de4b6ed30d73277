/* SPDX-License-Identifier: BSD-2-Clause */
#include "command.h"

#include <string.h>

#include "suggest.h"

const struct command commands[] = {
#define CMD(group, verb, fn, least, most, flags, args, text) \
	{ group, verb, fn, least, most, flags, args, text, &fn##_help },
#include "commands.def"
#undef CMD
};
const size_t n_commands = sizeof(commands) / sizeof(*commands);

static const struct opt_help global[] = {
	{ OPT_DIRECTORY, "the directory (" TWR_STATE_DIR "/directory.db)" },
	{ OPT_CONFIG, "the host's rules (" TWR_CONF ")" },
	{ OPT_POLICY, "the policy in force (" TWR_STATE_DIR "/policy.cdb)" },
	{ OPT_JSON, "print JSON" },
	{ OPT_TSV, "print a header and tab-separated rows" },
	{ OPT_UTC, "show times in UTC" },
	{ OPT_QUIET, "leave out notes, titles and success" },
	{ OPT_HELP, "explain the command" }, { OPT_NONE, NULL }
};

static const struct opt_help of_actor[] = {
	{ OPT_AS_ROOT, "act as root, not as an administrator; journalled" },
	{ OPT_NONE, NULL }
};

static const struct opt_help of_write[] = {
	{ OPT_NO_COMPILE, "leave the policy in force as it is for now" },
	{ OPT_LOCK_OUT_OK, "even if no administrator could get in to repair" },
	{ OPT_CLOCK_OK, "even if the clock is behind the journal" },
	{ OPT_END_SESSIONS, "end what runs for logins that lose something" },
	{ OPT_NONE, NULL }
};

static const struct opt_help nothing[] = { { OPT_NONE, NULL } };

const struct opt_help *
command_global_options(void)
{
	return global;
}

const struct opt_help *
command_flag_options(unsigned flags)
{
	if (flags == CMD_ACTOR)
		return of_actor;
	if (flags == CMD_WRITE)
		return of_write;
	return nothing;
}

void
command_name(const struct command *cmd, char buf[COMMAND_NAME_MAX])
{
	snprintf(buf, COMMAND_NAME_MAX, "%s%s%s", cmd->group,
	    cmd->verb ? " " : "", cmd->verb ? cmd->verb : "");
}

bool
command_is_group(const char *word)
{
	size_t i;

	for (i = 0; i < n_commands; i++)
		if (strcmp(commands[i].group, word) == 0)
			return true;
	return false;
}

static enum twr_status
unknown_group(const char *word, struct twr_error *err)
{
	struct suggestion sg;
	const char *best;
	size_t i;

	suggest_init(&sg, word);
	for (i = 0; i < n_commands; i++)
		suggest_offer(&sg, commands[i].group);
	if ((best = suggest_best(&sg)) != NULL)
		return twr_fail(err, TWR_EINVAL,
		    "unknown command \"%s\"; did you mean \"%s\"?", word, best);
	return twr_fail(err, TWR_EINVAL,
	    "unknown command \"%s\"; \"twrbac help all\" lists them", word);
}

/* word NULL: the verb is missing. */
static enum twr_status
unknown_verb(const char *group, const char *word, struct twr_error *err)
{
	char verbs[256] = "";
	struct suggestion sg;
	const char *best;
	size_t i, len = 0;
	int n;

	suggest_init(&sg, word ? word : "");
	for (i = 0; i < n_commands; i++) {
		if (strcmp(commands[i].group, group) != 0)
			continue;
		suggest_offer(&sg, commands[i].verb);
		n = snprintf(verbs + len, sizeof(verbs) - len, "%s%s",
		    len ? ", " : "", commands[i].verb);
		if (n > 0 && (size_t)n < sizeof(verbs) - len)
			len += (size_t)n;
	}
	if (word == NULL)
		return twr_fail(err, TWR_EINVAL, "%s what? One of: %s", group,
		    verbs);
	if ((best = suggest_best(&sg)) != NULL)
		return twr_fail(err, TWR_EINVAL,
		    "unknown command \"%s %s\"; "
		    "did you mean \"%s %s\"?",
		    group, word, group, best);
	return twr_fail(err, TWR_EINVAL,
	    "unknown command \"%s %s\"; %s has: %s", group, word, group, verbs);
}

enum twr_status
command_find(char **words, size_t n, const struct command **ret, size_t *used,
    struct twr_error *err)
{
	const struct command *cmd;
	size_t i;

	if (n == 0)
		return twr_fail(err, TWR_EINVAL,
		    "no command; \"twrbac --help\" lists the daily ones");
	for (i = 0; i < n_commands; i++) {
		cmd = &commands[i];
		if (strcmp(cmd->group, words[0]) != 0)
			continue;
		if (cmd->verb != NULL &&
		    (n < 2 || strcmp(cmd->verb, words[1]) != 0))
			continue;
		*ret = cmd;
		*used = cmd->verb ? 2 : 1;
		return TWR_OK;
	}
	if (!command_is_group(words[0]))
		return unknown_group(words[0], err);
	return unknown_verb(words[0], n > 1 ? words[1] : NULL, err);
}

static bool
takes(const struct command *cmd, enum opt opt)
{
	return opt_listed(opt, global) || opt_listed(opt, cmd->help->options) ||
	    ((cmd->flags & CMD_ACTOR) && opt_listed(opt, of_actor)) ||
	    ((cmd->flags & CMD_WRITE) && opt_listed(opt, of_write) &&
		(opt != OPT_NO_COMPILE || !(cmd->flags & CMD_COMPILE)));
}

/* What is ended does not come back: only for what is in force for good. */
static enum twr_status
check_end_sessions(const struct opts *opts, struct twr_error *err)
{
	static const enum opt not_with[] = { OPT_NO_COMPILE, OPT_DRY_RUN,
		OPT_CONFIRM };
	size_t i;

	if (opts->value[OPT_END_SESSIONS] == NULL)
		return TWR_OK;
	for (i = 0; i < sizeof(not_with) / sizeof(*not_with); i++)
		if (opts->value[not_with[i]] != NULL)
			return twr_fail(err, TWR_EINVAL,
			    "--end-sessions needs the change in force for "
			    "good, so not with --%s; \"twrbac remains LOGIN "
			    "--end-sessions\" ends them afterwards",
			    opt_word(not_with[i]));
	return TWR_OK;
}

enum twr_status
command_check_line(const struct command *cmd, const struct opts *opts,
    size_t n_args, struct twr_error *err)
{
	char name[COMMAND_NAME_MAX];
	enum twr_status rc;
	int i;

	command_name(cmd, name);
	for (i = OPT_NONE + 1; i < OPT_COUNT; i++)
		if (opts->value[i] != NULL && !takes(cmd, (enum opt)i))
			return twr_fail(err, TWR_EINVAL,
			    "--%s is no option of \"%s\"; \"twrbac %s --help\" "
			    "lists what it takes",
			    opt_word((enum opt)i), name, name);
	if (opts->value[OPT_JSON] != NULL && opts->value[OPT_TSV] != NULL)
		return twr_fail(err, TWR_EINVAL,
		    "--json and --tsv exclude each other; give one");
	if ((rc = check_end_sessions(opts, err)) != TWR_OK)
		return rc;
	if (n_args < cmd->least)
		return twr_fail(err, TWR_EINVAL,
		    "too few arguments; usage: twrbac %s %s", name, cmd->args);
	if (n_args > cmd->most)
		return twr_fail(err, TWR_EINVAL,
		    "too many arguments; usage: twrbac %s%s%s", name,
		    *cmd->args ? " " : "", cmd->args);
	return TWR_OK;
}
