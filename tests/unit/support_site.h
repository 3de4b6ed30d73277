/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_TEST_SUPPORT_SITE_H
#define TWR_TEST_SUPPORT_SITE_H

/*
 * One small site that several tests use: a host in acme/messaging/production.
 *
 *	bob   uid 1001  holds hosts:login and hosts:operator
 *	eve   uid 1002  the same, but is suspended
 *	ann   uid 1003  her hosts:login ended an hour before SUPPORT_NOW
 *	liz   uid 1004  her hosts:login was removed a day before
 *	may   uid 1005  her hosts:login begins in an hour
 *	sam   uid 200   mapped in the system range, holds nothing
 *	tom   uid 201   was mapped once, in the system range
 *	daemon, root    local accounts that nobody mapped
 *
 * sshd and other ask for hosts:login, sudo for hosts:operator, cron for
 * hosts:login with all system accounts exempt; root is exempt from cron,
 * login and sudo, everybody from systemd-user; vsftpd is permissive.
 */

#include "support.h"

enum {
	SITE_ACME,
	SITE_MESSAGING,
	SITE_PRODUCTION
};

enum {
	SITE_LOGIN,
	SITE_OPERATOR
};

/* Fill policy; everything it points to is constant. */
void support_site(struct support_policy *policy);
/* Write it, and its passwd file, into support_folder(). */
void support_site_write(const char *path);
void support_site_passwd(void);

extern const char *const support_site_logins[]; /* to ask for; NULL ends */
extern const char *const support_site_services[];

#endif
