/* SPDX-License-Identifier: BSD-2-Clause */
#include "complete.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

/* What is being completed. */
struct complete {
	struct cli *cli;
	FILE *to;
	const char *before; /* "--owner=", or "" */
	const char *begun; /* what candidates begin with */
	char **words; /* those before it */
	size_t n;
	const struct command *command; /* NULL: not said yet */
	size_t n_args; /* of the command's, before the one being completed */
	struct opts opts; /* paths, as far as they were given */
	bool opened; /* the directory; tried once */
};

static void
offer(struct complete *co, const char *word, const char *behind)
{
	if (strncmp(word, co->begun, strlen(co->begun)) == 0)
		fprintf(co->to, "%s%s%s\n", co->before, word, behind);
}

/* ---- names ---- */

static enum twr_status
offer_name(void *ctx, const char *text, struct twr_error *err)
{
	struct complete *co = ctx;

	(void)err;
	fprintf(co->to, "%s%s\n", co->before, text);
	return TWR_OK;
}

/* Only root can read the directory; nothing is healed, nobody is refused. */
static bool
can_read(struct complete *co)
{
	struct session *s = co->cli->session;
	struct twr_error unused;

	if (!co->opened && geteuid() == 0) {
		co->opened = true;
		if (session_init(s, &co->opts, co->cli->out, &unused) !=
			TWR_OK ||
		    session_open_read(s, false, &unused) != TWR_OK)
			s->dir = NULL;
	}
	return co->opened && s->dir != NULL;
}

static void
offer_names(struct complete *co, enum directory_names which)
{
	struct twr_error unused;

	if (can_read(co))
		(void)!directory_each_name(co->cli->session->dir, which,
		    co->begun, COMPLETE_MAX, offer_name, co, &unused);
}

/* Services that have a rule in the accepted configuration. */
static void
offer_services(struct complete *co)
{
	struct accepted ac = { 0 };
	struct config *cf = NULL;
	struct twr_error unused;
	size_t i, k;

	if (!can_read(co) ||
	    directory_accepted(co->cli->session->dir, &ac, &unused) != TWR_OK)
		return;
	if (ac.text != NULL &&
	    config_parse(ac.text, ac.path, co->cli->session->now, NULL, &cf,
		&unused) == TWR_OK)
		for (i = 0; i < cf->n_rules; i++)
			for (k = 0; k < cf->rules[i].services.n; k++)
				offer(co, cf->rules[i].services.items[k], "");
	config_free(cf);
	accepted_free(&ac);
}

static void
offer_organization_roles(struct complete *co)
{
	static const char *const words[] = { "administrator", "standard-user",
		"billing-admin", "billing-viewer", "none" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		offer(co, words[i], "");
}

static void
offer_commands(struct complete *co, const char *group)
{
	size_t i;

	for (i = 0; i < n_commands; i++) {
		if (group == NULL &&
		    (i == 0 ||
			strcmp(commands[i].group, commands[i - 1].group) != 0))
			offer(co, commands[i].group, "");
		if (group != NULL && commands[i].verb != NULL &&
		    strcmp(commands[i].group, group) == 0)
			offer(co, commands[i].verb, "");
	}
}

/*
 * By what usage calls a thing: "USER" as argument or value. Words in small
 * letters stand for themselves; of others nothing is known.
 */
static void
offer_kind(struct complete *co, const char *kind, bool organization)
{
	if (islower((unsigned char)kind[0])) {
		offer(co, kind, "");
	} else if (strcmp(kind, "USER") == 0) {
		offer_names(co, NAMES_EMAIL);
		offer_names(co, NAMES_LOGIN);
	} else if (strcmp(kind, "LOGIN") == 0) {
		offer_names(co, NAMES_LOGIN);
	} else if (strcmp(kind, "SCOPE") == 0 || strcmp(kind, "PATH") == 0) {
		offer_names(co, NAMES_SCOPE);
	} else if (strcmp(kind, "ROLE") == 0 && organization) {
		offer_organization_roles(co);
	} else if (strcmp(kind, "ROLE") == 0) {
		offer_names(co, NAMES_ROLE);
	} else if (strcmp(kind, "SERVICE") == 0) {
		offer_services(co);
	} else if (strcmp(kind, "COMMAND") == 0) {
		offer_commands(co, NULL);
	}
}

/* ---- options ---- */

static enum opt
find_option(const char *word, size_t len)
{
	int i;

	for (i = OPT_NONE + 1; i < OPT_COUNT; i++)
		if (strncmp(opt_word((enum opt)i), word, len) == 0 &&
		    opt_word((enum opt)i)[len] == '\0')
			return (enum opt)i;
	return OPT_NONE;
}

/* The option that a word names; *value is set when it has one with it. */
static enum opt
read_option(const char *word, const char **value)
{
	size_t len;

	*value = NULL;
	if (strncmp(word, "--", 2) != 0)
		return OPT_NONE;
	len = strcspn(word + 2, "=");
	if (word[2 + len] == '=')
		*value = word + 2 + len + 1;
	return find_option(word + 2, len);
}

static void
offer_list(struct complete *co, const struct opt_help *list)
{
	char word[COMMAND_NAME_MAX];

	for (; list != NULL && list->opt != OPT_NONE; list++) {
		snprintf(word, sizeof(word), "--%s", opt_word(list->opt));
		offer(co, word, opt_value_name(list->opt) ? "=" : "");
	}
}

static void
offer_options(struct complete *co)
{
	const struct command *cmd = co->command;

	if (cmd != NULL) {
		offer_list(co, cmd->help->options);
		if (cmd->flags & CMD_ACTOR)
			offer_list(co, command_flag_options(CMD_ACTOR));
		if ((cmd->flags & CMD_WRITE) && !(cmd->flags & CMD_COMPILE))
			offer_list(co, command_flag_options(CMD_WRITE));
	}
	offer_list(co, command_global_options());
}

static void
offer_value(struct complete *co, enum opt opt)
{
	const char *name = opt_value_name(opt);

	if (name != NULL)
		offer_kind(co, name, opt == OPT_ORGANIZATION_ROLE);
}

/* ---- arguments ---- */

/*
 * Usage such as "USER SCOPE ROLE..." or "[all | COMMAND]": what stands at
 * the place of the argument, and behind a bar what could stand there too.
 */
static void
offer_argument(struct complete *co)
{
	bool organization = co->command->fn == cmd_user_set_organization_role;
	char usage[256], *rest = usage, *word;
	size_t place = 0;
	bool bar = false, many = false;

	snprintf(usage, sizeof(usage), "%s", co->command->args);
	while ((word = strsep(&rest, " []")) != NULL) {
		if (*word == '\0')
			continue;
		if (strcmp(word, "|") == 0) {
			bar = true;
			continue;
		}
		if (strncmp(word, "--", 2) == 0)
			break;
		place += !bar;
		bar = false;
		if (strlen(word) > 3 &&
		    strcmp(word + strlen(word) - 3, "...") == 0) {
			word[strlen(word) - 3] = '\0';
			many = true;
		}
		if (place == co->n_args + 1 ||
		    (many && place <= co->n_args + 1))
			offer_kind(co, word, organization);
		many = false;
	}
}

/* ---- the line ---- */

static void
find_command(struct complete *co, char **plain, size_t n)
{
	struct twr_error unused;
	size_t used;

	if (n > 0 &&
	    command_find(plain, n, &co->command, &used, &unused) == TWR_OK)
		co->n_args = n - used;
	else
		co->command = NULL;
}

static void
complete_last(struct complete *co, char **plain, size_t n, const char *last)
{
	const char *value;
	enum opt opt = read_option(last, &value);
	char before[COMMAND_NAME_MAX];

	co->begun = last;
	if (value != NULL) {
		snprintf(before, sizeof(before), "%.*s", (int)(value - last),
		    last);
		co->before = before;
		co->begun = value;
		offer_value(co, opt);
		co->before = "";
	} else if (last[0] == '-') {
		offer_options(co);
	} else if (co->command != NULL) {
		offer_argument(co);
	} else if (n <= 1) {
		offer_commands(co, n > 0 ? plain[0] : NULL);
	}
}

/* Words that are no options are moved to the front; says how many. */
static size_t
take_options(struct complete *co, char **words, size_t n, enum opt *pending)
{
	const char *value;
	size_t i, plain = 0;
	enum opt opt;

	for (i = 0; i < n; i++) {
		*pending = OPT_NONE;
		if (words[i][0] != '-' || words[i][1] == '\0') {
			words[plain++] = words[i];
			continue;
		}
		opt = read_option(words[i], &value);
		if (opt == OPT_NONE || opt_value_name(opt) == NULL)
			continue;
		if (value == NULL && i + 1 == n)
			*pending = opt; /* its value is being completed */
		else
			co->opts.value[opt] = value != NULL ? value :
							      words[++i];
	}
	return plain;
}

void
complete_words(struct cli *cli, char **words, size_t n, FILE *to)
{
	struct complete co = { .cli = cli, .to = to, .before = "" };
	enum opt pending = OPT_NONE;
	size_t plain;

	if (n == 0)
		return;
	co.opts = *cli->opts;
	plain = take_options(&co, words, n - 1, &pending);
	find_command(&co, words, plain);
	if (pending != OPT_NONE) {
		co.begun = words[n - 1];
		offer_value(&co, pending);
	} else {
		complete_last(&co, words, plain, words[n - 1]);
	}
	if (co.opened)
		session_close(cli->session);
}
