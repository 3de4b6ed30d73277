/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_SUDO_POLICY_H
#define TWR_SUDO_POLICY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "gate.h"

/*
 * A policy that is kept open for the questions of one process. The file is
 * opened and each login's record is read once, however many lines a sudoers
 * file has. A process that asks on for longer looks after SUDO_POLICY_FRESH_S
 * whether another policy is in force, so a role that was taken away is not
 * remembered.
 *
 * sudo asks under the effective uid of the target, who may not read the file:
 * it must be opened before. What was read of an unchanged file stays good.
 */
#define SUDO_POLICY_FRESH_S 2

struct sudo_user; /* one login's record */

/* Zeroed: nothing is open. */
struct sudo_policy {
	bool asked; /* base holds a policy, or why there is none */
	uint64_t looked_s; /* boottime */
	struct stat st; /* of the file, while base.status is TWR_OK */
	struct twr_judgement base; /* the policy and the rule for sudo */
	struct sudo_user *users;
	struct twr_demand
	    asked_for; /* of the question at hand, for its log line */
};

/* One question about one login. */
struct sudo_ask {
	const char *login;
	uint32_t uid; /* of its account here; TWR_UID_UNKNOWN */
	struct twr_role_question question;
};

/* Open the policy while that is allowed. What fails is told when asked. */
void sudo_policy_open(struct sudo_policy *sp, const struct twr_gate *gate);

/*
 * Decide. ret is a judgement like any other, but its reader and parts of its
 * view are sp's: release it with sudo_policy_answered(), before the next
 * question. The strings of ask must outlive it.
 *
 * What was asked stands in the view's rule, for the log, even where the policy
 * does not know it, or where there is none.
 */
void sudo_policy_ask(struct sudo_policy *sp, const struct twr_gate *gate,
    const struct sudo_ask *ask, const struct twr_trace *trace,
    struct twr_judgement *ret);
void sudo_policy_answered(struct twr_judgement *jd);
void sudo_policy_close(struct sudo_policy *sp); /* zeroes it */

#endif
