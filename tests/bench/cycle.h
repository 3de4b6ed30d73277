/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_BENCH_CYCLE_H
#define TWR_BENCH_CYCLE_H

#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>

/* Refusals are silent here; what matters is the exit status. */
static inline int
converse(int n, const struct pam_message **msgs, struct pam_response **ret,
    void *ctx)
{
	(void)n;
	(void)msgs;
	(void)ret;
	(void)ctx;
	return PAM_CONV_ERR;
}

/*
 * What a login program does with account management, and nothing else: the
 * service "sshd" of the pam.d folder confdir is asked about user. Returns a
 * PAM code. A function of its own, by whose name callgrind counts.
 */
static __attribute__((noinline)) int
run_cycle(const char *confdir, const char *user)
{
	const struct pam_conv conv = { converse, NULL };
	pam_handle_t *pamh = NULL;
	int rc, end;

	rc = pam_start_confdir("sshd", user, &conv, confdir, &pamh);
	if (rc != PAM_SUCCESS)
		return rc;
	rc = pam_set_item(pamh, PAM_RHOST, "192.0.2.7");
	if (rc == PAM_SUCCESS)
		rc = pam_set_item(pamh, PAM_TTY, "ssh");
	if (rc == PAM_SUCCESS)
		rc = pam_acct_mgmt(pamh, PAM_SILENT);
	end = pam_end(pamh, rc);
	return rc != PAM_SUCCESS ? rc : end;
}

#endif
