/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_SUDO_NOTICE_H
#define TWR_SUDO_NOTICE_H

#include <stdbool.h>

#include "model.h"

/*
 * What of the plugin's answers is logged. One command of sudo may ask for
 * every role of a long sudoers file; that a person lacks most of them is no
 * news, and sudo itself logs what it ran or refused.
 */
enum sudo_per {
	SUDO_PER_PROCESS, /* the host's business, whoever is asked about */
	SUDO_PER_LOGIN, /* the same for every group */
	SUDO_PER_GROUP
};

struct sudo_notice {
	int level; /* LOG_* of syslog(3) */
	enum sudo_per per; /* logged once per */
	bool debug; /* only under the argument debug */
};

struct sudo_notice sudo_notice_of(enum twr_reason reason);

/* What was logged already, in one process. */
struct sudo_said;

/*
 * True the first time, for what the notice tells apart. Out of memory it is
 * true every time: better twice than never.
 */
bool sudo_notice_is_news(struct sudo_said **said,
    const struct sudo_notice *notice, enum twr_reason reason, const char *login,
    const char *group);
void sudo_notice_forget(struct sudo_said **said);

#endif
