/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <string.h>

#include "clock.h"

#define CONFIRM_MOST_S 86400

/* Seconds besides what a duration may be elsewhere. */
static enum twr_status
read_duration(const char *text, int64_t *ret, struct twr_error *err)
{
	char digits[8];
	unsigned long number;
	size_t len = strlen(text);
	enum twr_status rc;

	if (len < 2 || len > sizeof(digits) || text[len - 1] != 's')
		return clock_parse_duration(text, "--confirm", ret, err);
	memcpy(digits, text, len - 1);
	digits[len - 1] = '\0';
	rc = opt_number(digits, "--confirm", CONFIRM_MOST_S, &number, err);
	*ret = (int64_t)number;
	return rc;
}

enum twr_status
cmd_take_confirm(struct cli *cli, struct twr_error *err)
{
	const char *text = cli->opts->value[OPT_CONFIRM];
	int64_t seconds = 0;
	enum twr_status rc;

	if (text == NULL)
		return TWR_OK;
	if ((rc = read_duration(text, &seconds, err)) != TWR_OK)
		return rc;
	if (seconds < 1 || seconds > CONFIRM_MOST_S)
		return twr_fail(err, TWR_EINVAL,
		    "--confirm %s: give 1s to 1d, such as 5m", text);
	if (cli->session->follow != NULL)
		return twr_fail(err, TWR_EINVAL,
		    "--confirm: a host that follows an authority has no "
		    "directory of its own to go back in; leave it out");
	cli->session->confirm_s = (uint64_t)seconds;
	return TWR_OK;
}

const struct command_help cmd_confirm_help = { NULL,
	"Before the time of --confirm is over only. Open a new login first: "
	"what is confirmed stays.",
	"twrbac confirm" };

enum twr_status
cmd_confirm(struct cli *cli, struct twr_error *err)
{
	enum confirm_state state;
	uint64_t left;
	enum twr_status rc;

	rc = session_confirm_state(cli->session, &state, &left, err);
	if (rc != TWR_OK)
		return rc;
	if (state == CONFIRM_PASSED)
		return twr_fail(err, TWR_EREFUSED,
		    "the time to confirm is over and the policy before "
		    "decides again; twrbac revert, or the next write, undoes "
		    "the change");
	return change_confirm_end(&cli->session->change, true, err);
}

const struct command_help cmd_revert_help = { NULL,
	"Undoes a change made with --confirm, row by row, the newest first, "
	"and puts what was before in force for good. All of it is journalled.",
	"twrbac revert" };

enum twr_status
cmd_revert(struct cli *cli, struct twr_error *err)
{
	/* what was in force before cannot lock out more than it did */
	cli->session->lock_out_ok = true;
	return change_confirm_end(&cli->session->change, false, err);
}
