/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "complete.h"

#ifndef TWR_VERSION
#define TWR_VERSION "unversioned"
#endif

#define LINE 79 /* columns of help that are used */

void
help_usage(const struct command *cmd, FILE *to)
{
	char name[COMMAND_NAME_MAX];

	command_name(cmd, name);
	fprintf(to, "usage: twrbac %s%s%s [OPTION...]\n", name,
	    *cmd->args ? " " : "", cmd->args);
}

/* One line of a list: what it is called, and its text beside it. */
static void
print_item(FILE *to, const char *left, const char *text, int width)
{
	if ((int)strlen(left) > width)
		fprintf(to, "  %s\n  %*s  %s\n", left, width, "", text);
	else
		fprintf(to, "  %-*s  %s\n", width, left, text);
}

static void
print_options(FILE *to, const struct opt_help *list)
{
	char left[COMMAND_NAME_MAX];
	const char *value;

	for (; list != NULL && list->opt != OPT_NONE; list++) {
		value = opt_value_name(list->opt);
		snprintf(left, sizeof(left), "--%s%s%s", opt_word(list->opt),
		    value ? " " : "", value ? value : "");
		print_item(to, left, list->text, 24);
	}
}

static void
print_command(FILE *to, const struct command *cmd, int width)
{
	char name[COMMAND_NAME_MAX], left[2 * COMMAND_NAME_MAX];

	command_name(cmd, name);
	snprintf(left, sizeof(left), "%s%s%s", name, *cmd->args ? " " : "",
	    cmd->args);
	print_item(to, left, cmd->text, width);
}

/* Sentences, broken between words. */
static void
print_wrapped(FILE *to, const char *text)
{
	size_t used = 0, len;

	for (;; text += len + 1) {
		len = strcspn(text, " ");
		if (used > 0 && used + 1 + len > LINE) {
			fputc('\n', to);
			used = 0;
		}
		fprintf(to, "%s%.*s", used ? " " : "", (int)len, text);
		used += len + (used ? 1 : 0);
		if (text[len] == '\0')
			break;
	}
	fputc('\n', to);
}

void
help_command(const struct command *cmd, FILE *to)
{
	const struct command_help *help = cmd->help;

	help_usage(cmd, to);
	fprintf(to, "\n%c%s.\n", cmd->text[0] - 'a' + 'A', cmd->text + 1);
	if (help->about != NULL)
		print_wrapped(to, help->about);
	if (help->options != NULL) {
		fputs("\nOptions:\n", to);
		print_options(to, help->options);
	}
	fputs("\nOptions of every command:\n", to);
	if (cmd->flags & CMD_ACTOR)
		print_options(to, command_flag_options(CMD_ACTOR));
	if ((cmd->flags & CMD_WRITE) && !(cmd->flags & CMD_COMPILE))
		print_options(to, command_flag_options(CMD_WRITE));
	print_options(to, command_global_options());
	fprintf(to, "\nExample:\n  %s\n", help->example);
}

void
help_group(const char *group, FILE *to)
{
	size_t i;

	fprintf(to, "usage: twrbac %s COMMAND [ARGUMENT...] [OPTION...]\n\n",
	    group);
	for (i = 0; i < n_commands; i++)
		if (strcmp(commands[i].group, group) == 0)
			print_command(to, &commands[i], 39);
}

void
help_daily(FILE *to)
{
	size_t i;

	fputs("usage: twrbac COMMAND [ARGUMENT...] [OPTION...]\n"
	      "Who may open a session on this host: roles in scopes "
	      "decide.\n\n",
	    to);
	for (i = 0; i < n_commands; i++)
		if (commands[i].flags & CMD_DAILY)
			print_command(to, &commands[i], 39);
	fputs("\nUSER is an e-mail, SID or login; SCOPE a path or SID; "
	      "ROLE a key, SID or name.\n"
	      "twrbac help all: everything.  twrbac help COMMAND: one command, "
	      "an example.\n",
	    to);
}

void
help_all(FILE *to)
{
	const char *group = "";
	size_t i;

	fputs("usage: twrbac COMMAND [ARGUMENT...] [OPTION...]\n", to);
	for (i = 0; i < n_commands; i++) {
		if (commands[i].verb == NULL ||
		    strcmp(group, commands[i].group) != 0)
			fputs(i > 0 && commands[i].verb == NULL &&
				    commands[i - 1].verb == NULL ?
				"" :
				"\n",
			    to);
		group = commands[i].group;
		print_command(to, &commands[i], 39);
	}
	fputs("\nOptions of every command, anywhere on the line:\n", to);
	print_options(to, command_global_options());
	fputs("\nOptions of commands that read or change the organization:\n",
	    to);
	print_options(to, command_flag_options(CMD_ACTOR));
	fputs("\nOptions of commands that change it:\n", to);
	print_options(to, command_flag_options(CMD_WRITE));
	fputs("\nExit status: 0 done or granted, 1 refused or not found, "
	      "64 usage,\n"
	      "65 bad data, 73 cannot write, 75 busy, 77 not permitted.\n",
	    to);
}

static void
print_words(FILE *to, const struct opt_help *list)
{
	for (; list != NULL && list->opt != OPT_NONE; list++)
		fprintf(to, " --%s%s", opt_word(list->opt),
		    opt_value_name(list->opt) ? "=" : "");
}

/* A line for each command: its words, a tab, its options. */
static void
print_completion(FILE *to)
{
	char name[COMMAND_NAME_MAX];
	size_t i;

	for (i = 0; i < n_commands; i++) {
		command_name(&commands[i], name);
		fprintf(to, "%s\t", name);
		print_words(to, commands[i].help->options);
		if (commands[i].flags & CMD_ACTOR)
			print_words(to, command_flag_options(CMD_ACTOR));
		if ((commands[i].flags & CMD_WRITE) &&
		    !(commands[i].flags & CMD_COMPILE))
			print_words(to, command_flag_options(CMD_WRITE));
		print_words(to, command_global_options());
		fputc('\n', to);
	}
}

static const struct opt_help help_options[] = {
	{ OPT_ALL, "the same as \"help all\"" },
	{ OPT_COMPLETE, "print commands and options for shell completion" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_help_help = { help_options, NULL,
	"twrbac help assignment add" };

enum twr_status
cmd_help(struct cli *cli, struct twr_error *err)
{
	const struct command *cmd;
	enum twr_status rc;
	size_t used;

	if (cli->opts->value[OPT_COMPLETE] != NULL && cli->n_args > 0) {
		complete_words(cli, cli->args, cli->n_args, stdout);
	} else if (cli->opts->value[OPT_COMPLETE] != NULL) {
		print_completion(stdout);
	} else if (cli->opts->value[OPT_ALL] != NULL ||
	    (cli->n_args == 1 && strcmp(cli->args[0], "all") == 0)) {
		help_all(stdout);
	} else if (cli->n_args == 0) {
		help_daily(stdout);
	} else {
		rc = command_find(cli->args, cli->n_args, &cmd, &used, err);
		if (rc != TWR_OK && cli->n_args == 1 &&
		    command_is_group(cli->args[0])) {
			help_group(cli->args[0], stdout);
			return TWR_OK;
		}
		if (rc != TWR_OK)
			return rc;
		if (used < cli->n_args)
			return twr_fail(err, TWR_EINVAL,
			    "too many arguments; usage: twrbac help COMMAND");
		help_command(cmd, stdout);
	}
	return TWR_OK;
}

const struct command_help cmd_version_help = { NULL, NULL,
	"twrbac version --json" };

enum twr_status
cmd_version(struct cli *cli, struct twr_error *err)
{
	static const struct out_column columns[] = {
		{ "version", "twrbac", OUT_TEXT },
	};

	(void)err;
	out_record(cli->out, columns, 1);
	out_text(cli->out, TWR_VERSION);
	return TWR_OK;
}
