/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CMD_H
#define TWRBAC_CMD_H

/* What the commands of different nouns share. */

#include "command.h"
#include "decision.h"

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

/* Fill the report with the table of one user. */
enum twr_status cmd_user_report(struct cli *cli, const struct user *user,
    struct twr_error *err) TWR_MUST_CHECK;
/* "active"...; "removed" for one who was. */
const char *cmd_user_status(const struct user *user);
/* "organization", ...; TWR_EINVAL, with what there is. */
enum twr_status cmd_role_type(const char *text, enum role_type *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* Fill the report with one role. */
enum twr_status cmd_role_report(struct cli *cli, const struct role *role,
    struct twr_error *err) TWR_MUST_CHECK;
/* A list of the roles that a role includes, by any way. */
enum twr_status cmd_role_includes(struct cli *cli, int64_t role_id,
    struct out_list *list, struct twr_error *err) TWR_MUST_CHECK;
/* Note, a line for each group, which roles can be given at the scope. */
enum twr_status cmd_role_offer(struct cli *cli, const struct scope *scope,
    struct twr_error *err) TWR_MUST_CHECK;
/* "in force", "to come", "ended", "removed". */
const char *cmd_assignment_state(const struct assignment *a, int64_t now);

/*
 * Who could do something about a refusal, as e-mails; nobody where it is no
 * administrator's. A host that has no directory, or one that cannot be read,
 * explains all the rest.
 */
void cmd_administrators(struct cli *cli, const struct twr_decision *d,
    struct out_list *list);

/*
 * What the package's catalogue has and the directory has not, as a package
 * upgrade leaves it: how many roles, and a sentence with the cure; 0 and ""
 * when there is nothing to say.
 */
enum twr_status cmd_catalogue_news(const struct cli *cli, int64_t *ret,
    char text[TWR_ERROR_MAX], struct twr_error *err) TWR_MUST_CHECK;

/* ---- cmd_gone.c: what goes with a change, and whether it may ---- */

/* Zero it but for cli; hand it to a change as its context. */
struct cmd_gone {
	struct cli *cli;
	struct out_list lines; /* the first ones, for people */
	size_t n;
};
/* A change_gone_fn. Fills the report's table, too. */
void cmd_gone_take(void *ctx, const struct change_gone *gone);
/* One more line for people. */
void cmd_gone_line(struct cmd_gone *gone, const char *fmt, ...)
    TWR_PRINTF(2, 3);
/*
 * After a change and before its commit: go on with --yes, with --dry-run (which
 * commits nothing), or when whoever
 * sits at the terminal says so, within a minute: other writers wait. doing:
 * "remove bob@example.com". TWR_EREFUSED otherwise. Releases gone.
 */
enum twr_status cmd_gone_confirm(struct cmd_gone *gone, const char *doing,
    struct twr_error *err) TWR_MUST_CHECK;

/* Take --confirm: seconds, from 1s to 1d; 0 without it. TWR_EINVAL. */
enum twr_status cmd_take_confirm(struct cli *cli,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * After a write's commit: what remains on this host of the logins that the
 * new policy takes something from, and with --end-sessions its end. Closes
 * the session first: no other writer has to wait for it. The write is done,
 * so nothing here fails it; what goes wrong is a warning and exit status 1.
 */
void cmd_remains_after(struct cli *cli);

#endif
