/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CMD_H
#define TWRBAC_CMD_H

/* What the commands of different nouns share. */

#include "command.h"

/*
 * The uid of an account: of the local ones, else the name service's;
 * TWR_UID_UNKNOWN when there is none.
 */
uint32_t cmd_account_uid(const struct cli *cli, const char *login);

/*
 * What is known of a login on this host: the uid of --uid, else of the local
 * accounts, else of the name service; --allow-root and --allow-system; the
 * first uid of people from login.defs (1000 when it names none). A login
 * without an account has an unknown uid. ret points into name.
 * TWR_EINVAL: --uid is no number; TWR_EREFUSED: the account has another.
 */
enum twr_status cmd_login_facts(struct cli *cli, const char *name,
    struct admin_login *ret, struct twr_error *err) TWR_MUST_CHECK;
/* What is the same for every login: all but .name, and .uid is unknown. */
void cmd_login_rules(const struct cli *cli, struct admin_login *ret);

#endif
