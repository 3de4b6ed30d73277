/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_PAM_VERDICT_H
#define TWR_PAM_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "gate.h"
#include "pam_args.h"

/* What the module answers, and how it reports it. */
struct pam_outcome {
	int code; /* PAM_* */
	int level; /* LOG_* of syslog(3) */
	const char *verdict; /* word for the log line */
	enum twr_reason reason;
	const char *by; /* argument, conf, unconfigured made it so; or NULL */
	bool refused; /* the person is to be told */
};

/*
 * Map a judgement to PAM, as in the table of outcomes in pam_twrbac(8). A
 * pure function. now is the judgement's own time, for permissive_until: a
 * clock that runs behind revives none that had ended when the policy was
 * compiled. Without a policy it is the clock.
 */
struct pam_outcome pam_verdict(const struct pam_args *args,
    const struct twr_judgement *jd, int64_t now);

/* The outcome of arguments that could not be understood. */
struct pam_outcome pam_verdict_bad_argument(void);

#endif
