/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>

static const struct out_column columns[] = {
	{ "setting", "SETTING", OUT_WHOLE },
	{ "value", "VALUE", OUT_NUMBER },
	{ "default", "DEFAULT", OUT_NUMBER },
	{ "least", "LEAST", OUT_NUMBER },
	{ "most", "MOST", OUT_NUMBER },
	{ "description", "", OUT_BELOW },
};

static enum twr_status
list_one(struct cli *cli, const struct admin_setting *setting,
    struct twr_error *err)
{
	int64_t value = 0;
	enum twr_status rc;

	rc = directory_setting(cli->session->dir, setting->name, &value, err);
	out_text(cli->out, setting->name);
	out_number(cli->out, value);
	out_number(cli->out, setting->otherwise);
	out_number(cli->out, setting->least);
	out_number(cli->out, setting->most);
	out_text(cli->out, setting->text);
	return rc;
}

const struct command_help cmd_setting_list_help = { NULL, NULL,
	"twrbac setting list" };

enum twr_status
cmd_setting_list(struct cli *cli, struct twr_error *err)
{
	enum twr_status rc = TWR_OK;
	size_t i;

	out_table(cli->out, columns, sizeof(columns) / sizeof(*columns));
	for (i = 0; rc == TWR_OK && i < n_admin_settings; i++)
		rc = list_one(cli, &admin_settings[i], err);
	return rc;
}

const struct command_help cmd_setting_set_help = { NULL,
	"A lower role_limit takes nothing from anybody: it refuses what would "
	"come on top.",
	"twrbac setting set role_limit 50" };

enum twr_status
cmd_setting_set(struct cli *cli, struct twr_error *err)
{
	const struct admin_setting *known;
	unsigned long value = 0;
	enum twr_status rc;

	if ((rc = admin_find_setting(cli->args[0], &known, err)) != TWR_OK)
		return rc;
	rc = opt_number(cli->args[1], known->name, (unsigned long)known->most,
	    &value, err);
	if (rc == TWR_OK)
		rc = change_setting(&cli->session->change, known->name,
		    (int64_t)value, err);
	if (rc != TWR_OK)
		return rc;
	out_table(cli->out, columns, sizeof(columns) / sizeof(*columns));
	return list_one(cli, known, err);
}
