/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_PAM_REQUEST_H
#define TWR_PAM_REQUEST_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>

#include "decision.h"
#include "text.h"

/*
 * Everything that comes from the outside into one call of the module: PAM
 * items, the kernel's word on the process, the clocks, a random id. Any PAM
 * item may be NULL. Strings belong to libpam.
 */
struct pam_request {
	pam_handle_t *pamh;
	struct twr_request ask;
	const char *rhost, *tty;
	const struct pam_conv *conv; /* NULL, or with a NULL function */
	bool silent;
	int64_t now; /* TWR_NEVER: the clock cannot be read */
	uint64_t boottime;
	const char *failure; /* why nothing can be decided; NULL */
	char event[TWR_EVENT_LEN];
};

void pam_request_gather(pam_handle_t *pamh, int flags, struct pam_request *ret);

/* This host's name, for the refused; "" when the kernel does not say. */
#define PAM_REQUEST_HOST 65
void pam_request_host(char buf[PAM_REQUEST_HOST]);

/*
 * One line for the system log, through pam_syslog(3). That puts the service
 * into its head as it is: of a service that is no plain word the head says
 * "?", so that nobody can write lines of his own or make one too long to
 * arrive.
 */
void pam_request_log(const struct pam_request *rq, int level, const char *line);

/* Show one line to the person, if the program offers a way to. */
void pam_request_tell(const struct pam_request *rq, const char *text);

#endif
