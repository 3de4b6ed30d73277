/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "config.h"

static const struct opt_help compile_options[] = {
	{ OPT_DRY_RUN, "only say what would be; nothing is stored" },
	{ OPT_ADOPT_PATH, "the policy is where --policy says from now on" },
	{ OPT_CONFIRM, "go back unless \"twrbac confirm\" comes in time" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_compile_help = { compile_options,
	"Takes up twrbac.conf: only this command does. If anything in it is "
	"wrong, the policy in force stays. With --directory and a copy made by "
	"twrbac backup, this host follows the organization that it is of.",
	"twrbac compile --confirm 5m" };

/* A bad configuration, not a wrong name: exit 65 like any other. */
static enum twr_status
no_configuration(const char *path, struct twr_error *err)
{
	struct twr_error why = *err;

	return twr_fail(err, TWR_EDATA,
	    "%s; a pattern for %s is " TWR_DATADIR "/twrbac.conf", why.text,
	    path);
}

enum twr_status
cmd_compile(struct cli *cli, struct twr_error *err)
{
	struct session *s = cli->session;
	struct config_file file = { 0 };
	struct accepted ac = { 0 };
	enum twr_status rc;
	int n;

	s->strict = true;
	s->dry_run = cli->opts->value[OPT_DRY_RUN] != NULL;
	s->adopt_path = cli->opts->value[OPT_ADOPT_PATH] != NULL;
	if ((rc = cmd_take_confirm(cli, err)) != TWR_OK)
		return rc;
	rc = config_file_read(s->conf_path, s->paths.owner, &file, err);
	if (rc == TWR_ENOENT)
		return no_configuration(s->conf_path, err);
	if (rc != TWR_OK)
		return rc;
	n = snprintf(ac.path, sizeof(ac.path), "%s", s->conf_path);
	if (n < 0 || (size_t)n >= sizeof(ac.path)) {
		rc = twr_fail(err, TWR_EINVAL,
		    "--config: over %zu bytes; "
		    "give a shorter path",
		    sizeof(ac.path) - 1);
		goto out;
	}
	ac.text = file.text;
	ac.size = file.size;
	ac.mtime_s = file.mtime_s;
	ac.mtime_ns = file.mtime_ns;
	if (s->follow != NULL) {
		s->conf = ac;
		file.text = NULL; /* the session owns it now */
	} else {
		rc = change_accept_configuration(&s->change, &ac, err);
	}
out:
	config_file_free(&file);
	return rc;
}
