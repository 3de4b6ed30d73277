/* SPDX-License-Identifier: BSD-2-Clause */
#include <unistd.h>

#include "cmd.h"

enum twr_status
command_run(struct cli *cli, struct twr_error *err)
{
	unsigned flags = cli->command->flags;
	bool wants_actor = (flags & CMD_ACTOR) != 0;
	enum twr_status rc = TWR_OK;

	if (flags & (CMD_ROOT | CMD_ACTOR) && geteuid() != 0)
		return twr_fail(err, TWR_EPERM,
		    "\"%s\" needs root; run it "
		    "with sudo",
		    cli->out->command);
	rc = session_init(cli->session, cli->opts, cli->out, err);
	cli->session->decides = (flags & CMD_DECIDES) != 0;
	cli->session->deciding = (flags & CMD_CONFIRM) != 0;
	cli->session->plans = cli->opts->value[OPT_DRY_RUN] != NULL ||
	    cli->command->fn == cmd_plan;
	if (rc == TWR_OK && (flags & CMD_ROOT) && !(flags & CMD_WRITE))
		session_heal_first(cli->session);
	if (rc == TWR_OK && (flags & CMD_READ))
		rc = session_open_read(cli->session, wants_actor, err);
	else if (rc == TWR_OK && (flags & CMD_WRITE))
		rc = session_open_write(cli->session, wants_actor,
		    (flags & CMD_COMPILE) == 0, err);
	if (rc == TWR_OK)
		rc = cli->command->fn(cli, err);
	if (rc == TWR_OK && (flags & CMD_WRITE))
		rc = session_commit(cli->session, err);
	if (rc == TWR_OK && (flags & CMD_WRITE))
		cmd_remains_after(cli);
	session_close(cli->session);
	return rc;
}
