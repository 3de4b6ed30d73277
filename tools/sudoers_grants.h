/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SUDOERS_GRANTS_H
#define TWRBAC_SUDOERS_GRANTS_H

/*
 * Which login may use which sudo rule of a policy, and when. Every answer is
 * twr_decide()'s on a role question, as sudo's group plugin asks it. It is
 * asked for the policy's compile time and for each later moment at which it
 * could change, so the same policy on the same host always gives the same.
 */

#include "judge.h"
#include "passwd.h"
#include "sudo_rule.h"

/* One login, one rule, one window in which it holds. */
struct sudoers_grant {
	const char *login;
	size_t rule; /* index into rules.all */
	int64_t from; /* TWR_ALWAYS: from the compile time on */
	int64_t until; /* TWR_NEVER */
	bool asks; /* for a password, whatever its rule says */
};

/* Logins that sudoers cannot name, or would take for another's name. */
struct sudoers_unnamed {
	const char *login;
	const char *why; /* and the cure */
};

struct sudoers_grants {
	struct sudo_rules rules;
	struct names logins; /* what the grants point into */
	struct sudoers_grant *all; /* by rule, login and time */
	size_t n, room;
	struct sudoers_unnamed *unnamed; /* have grants that are not in all */
	size_t n_unnamed, unnamed_room;
	uint64_t serial; /* of the policy */
	int64_t compiled_at;
	char organization[TWR_NAME_MAX + 1];
	bool pending; /* both of the confirmed policy and the newest */
};

/*
 * All grants of an open policy. local: accounts of this host, whose uid must
 * be the remembered one. Release with sudoers_grants_free(), in any case.
 * TWR_ECORRUPT and others as the reader; TWR_ENOMEM.
 */
enum twr_status sudoers_grants_of(const struct judge *jg,
    const struct accounts *local, struct sudoers_grants *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * The same of one login, whose uid here is given (TWR_UID_UNKNOWN: taken to
 * be its own), whether or not sudoers could name it.
 */
enum twr_status sudoers_grants_of_login(const struct judge *jg,
    const char *login, uint32_t uid, struct sudoers_grants *ret,
    struct twr_error *err) TWR_MUST_CHECK;
void sudoers_grants_free(struct sudoers_grants *gr);

/*
 * Of the policy in the file path. While it waits to be confirmed: only what
 * it and the confirmed one before both grant. TWR_ENOENT: there is none.
 */
enum twr_status sudoers_grants_open(const char *path, uid_t owner,
    const struct accounts *local, struct sudoers_grants *ret,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Take from gr what other does not grant at the same time: the same login,
 * by a rule with the same commands, target and tag.
 *
 * Of the lines that match, sudo takes the last. So a line that asks for a
 * password and goes would give an earlier one with NOPASSWD effect, and a
 * command that either policy asks for a password for would go without.
 * Therefore a grant of a rule with nopasswd is kept as one that asks where, in
 * either policy, a grant to the same login that asks stands behind it, and
 * does not stand behind it in what is kept, for all the time they share. Which
 * commands the two name is not compared. TWR_ENOMEM.
 */
enum twr_status sudoers_grants_narrow(struct sudoers_grants *gr,
    const struct sudoers_grants *other, struct twr_error *err) TWR_MUST_CHECK;

/* Is the command run without a password? */
bool sudoers_grant_nopasswd(const struct sudo_rule *rule,
    const struct sudoers_grant *g);
/* In force at now. */
bool sudoers_grant_holds(const struct sudoers_grant *g, int64_t now);
/* Do the two rules say the same in sudoers? */
bool sudoers_rules_equal(const struct sudo_rule *a, const struct sudo_rule *b);

#endif
