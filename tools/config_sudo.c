/* SPDX-License-Identifier: BSD-2-Clause */
/* sudo_rules of twrbac.conf: what they may say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_check.h"
#include "model.h"
#include "sudo_command.h"

static enum twr_status
check_who(const struct config_sudo *ru, const struct config_place *pl)
{
	if (ru->role == NULL && ru->permission == NULL)
		return config_fail(pl, ru->line,
		    "this sudo rule names nobody; add role = "
		    "\"hosts:operator\" or permission = \"/twrbac/...\"");
	if (ru->role != NULL && ru->permission != NULL)
		return config_fail(pl, ru->line,
		    "this sudo rule has a role and a permission; keep one, "
		    "and write another rule for the other");
	return TWR_OK;
}

static enum twr_status
check_runas(const struct config_sudo *ru, const struct config_place *pl)
{
	const char *p = ru->runas;

	if (strlen(p) > TWR_LOGIN_MAX)
		return config_fail(pl, ru->runas_line,
		    "\"runas\" has more than %d bytes; write the name of a "
		    "Unix account",
		    TWR_LOGIN_MAX);
	if (strchr("%#+!&-@", *p) != NULL)
		return config_fail(pl, ru->runas_line,
		    "runas \"%s\" begins with a character that has a meaning "
		    "of its own in sudoers; write the name of one Unix "
		    "account",
		    p);
	for (; *p != '\0'; p++)
		if ((unsigned char)*p <= 0x20 || *p == 0x7f ||
		    strchr(":,()\"\\=/", *p) != NULL)
			return config_fail(pl, ru->runas_line,
			    "runas \"%s\" is no name of one Unix account; "
			    "write such as \"root\" or \"postgres\"",
			    ru->runas);
	return TWR_OK;
}

static enum twr_status
check_comment(const struct config_sudo *ru, const struct config_place *pl)
{
	const char *p = ru->comment;

	if (strlen(p) > CONFIG_COMMENT_MAX)
		return config_fail(pl, ru->line,
		    "\"comment\" has more than %d bytes; shorten it",
		    CONFIG_COMMENT_MAX);
	for (; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return config_fail(pl, ru->line,
			    "\"comment\" has a control character; it is one "
			    "line of a file, remove it");
	return TWR_OK;
}

static void
warn_of_command(const char *text, unsigned line, const struct config_place *pl)
{
	char whole[TWR_ERROR_MAX];

	if (sudo_command_is_all(text))
		snprintf(whole, sizeof(whole),
		    "ALL is every command, with any arguments: who holds the "
		    "role is root");
	else if (sudo_command_is_wide(text))
		snprintf(whole, sizeof(whole),
		    "\"%.200s\" matches blanks too, so further arguments as "
		    "well; name exact commands, or write a regular "
		    "expression such as ^restart sms-[a-z]+\\.service$",
		    text);
	else
		return;
	config_say(pl, line, whole);
}

static enum twr_status
check_commands(const struct config_sudo *ru, const struct config_place *pl)
{
	const struct config_list *list = &ru->commands;
	const char *fault;
	size_t i, k;

	if (list->n == 0)
		return config_fail(pl, ru->line,
		    "this sudo rule allows no command; add commands = "
		    "[\"/usr/bin/systemctl restart sms-gw.service\"]");
	for (i = 0; i < list->n; i++) {
		fault = sudo_command_fault(list->items[i]);
		if (fault != NULL)
			return config_fail(pl, list->lines[i],
			    "command \"%.128s\": %s", list->items[i], fault);
		for (k = 0; k < i; k++)
			if (strcmp(list->items[k], list->items[i]) == 0)
				return config_fail(pl, list->lines[i],
				    "command \"%.128s\" was named already in "
				    "line %u; keep one of them",
				    list->items[i], list->lines[k]);
		warn_of_command(list->items[i], list->lines[i], pl);
	}
	return TWR_OK;
}

static enum twr_status
fill_in(struct config_sudo *ru, const struct config_place *pl)
{
	if (ru->runas == NULL && (ru->runas = strdup("root")) == NULL)
		return twr_fail(pl->err, TWR_ENOMEM, "%s: out of memory",
		    pl->name);
	if (ru->comment == NULL && (ru->comment = strdup("")) == NULL)
		return twr_fail(pl->err, TWR_ENOMEM, "%s: out of memory",
		    pl->name);
	if (ru->runas_line == 0)
		ru->runas_line = ru->line;
	return TWR_OK;
}

enum twr_status
config_sudo_finish(struct config *cf, const struct config_place *pl)
{
	struct config_sudo *ru;
	enum twr_status rc;
	size_t i;

	if (cf->n_sudo_rules > CONFIG_SUDO_MAX)
		return config_fail(pl, cf->sudo_rules[CONFIG_SUDO_MAX].line,
		    "there are more than %d sudo rules; put commands of one "
		    "role together",
		    CONFIG_SUDO_MAX);
	for (i = 0; i < cf->n_sudo_rules; i++) {
		ru = &cf->sudo_rules[i];
		if ((rc = fill_in(ru, pl)) != TWR_OK ||
		    (rc = check_who(ru, pl)) != TWR_OK ||
		    (rc = check_runas(ru, pl)) != TWR_OK ||
		    (rc = check_comment(ru, pl)) != TWR_OK ||
		    (rc = check_commands(ru, pl)) != TWR_OK)
			return rc;
	}
	return TWR_OK;
}
