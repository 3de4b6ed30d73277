/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_verdict.h"

#include <security/pam_modules.h>
#include <syslog.h>

/* No default: a new reason must be mapped. */
static int
code_of_refusal(enum twr_reason reason)
{
	switch (reason) {
	case TWR_REASON_NO_USER:
	case TWR_REASON_LOGIN_UNMAPPED:
		return PAM_USER_UNKNOWN;
	case TWR_REASON_NO_INVOKER:
	case TWR_REASON_INVOKER_MISMATCH:
	case TWR_REASON_NO_RULE:
	case TWR_REASON_USER_INACTIVE:
	case TWR_REASON_USER_SUSPENDED:
	case TWR_REASON_TWO_FACTOR_MISSING:
	case TWR_REASON_SCOPE_UNUSABLE:
	case TWR_REASON_ROLE_MISSING:
	case TWR_REASON_ROLE_ENDED:
	case TWR_REASON_ROLE_REMOVED:
	case TWR_REASON_ROLE_NOT_YET:
	case TWR_REASON_ROLE_UNKNOWN: /* of the group plugin only */
	case TWR_REASON_SCOPE_UNKNOWN:
		return PAM_PERM_DENIED;
	case TWR_REASON_POLICY_MISSING:
	case TWR_REASON_POLICY_UNREADABLE:
	case TWR_REASON_POLICY_UNSAFE:
	case TWR_REASON_POLICY_CORRUPT:
	case TWR_REASON_POLICY_TOO_NEW:
	case TWR_REASON_POLICY_STALE:
		return PAM_AUTHINFO_UNAVAIL;
	case TWR_REASON_BAD_ARGUMENT:
		return PAM_SERVICE_ERR;
	case TWR_REASON_NO_MEMORY:
		return PAM_BUF_ERR;
	case TWR_REASON_NONE:
	case TWR_REASON_GRANTED:
	case TWR_REASON_EXEMPT:
	case TWR_REASON_COUNT:
		break;
	}
	return PAM_SYSTEM_ERR; /* not a reason to refuse: a slip of ours */
}

/* Refusals are the site's business; not being able to decide is an error. */
static struct pam_outcome
refusal(enum twr_reason reason)
{
	int code = code_of_refusal(reason);
	bool decided = code == PAM_PERM_DENIED || code == PAM_USER_UNKNOWN;

	return (struct pam_outcome) { code, decided ? LOG_NOTICE : LOG_ERR,
		"deny", reason, NULL, true };
}

static bool
is_break_glass(const struct pam_args *args, const struct twr_judgement *jd)
{
	return twr_reason_is_no_policy(jd->decision.reason) &&
	    jd->claimant != NULL && jd->claimant_real &&
	    pam_args_break_glass(args, jd->claimant);
}

/* A file that is there, but unsafe or damaged, is another matter. */
static bool
is_yet_unconfigured(const struct pam_args *args, enum twr_reason reason)
{
	return args->permissive_unconfigured && args->unconfigured &&
	    reason == TWR_REASON_POLICY_MISSING;
}

struct pam_outcome
pam_verdict(const struct pam_args *args, const struct twr_judgement *jd,
    int64_t now)
{
	const struct twr_decision *d = &jd->decision;
	struct pam_outcome out = refusal(d->reason);

	if (jd->status == TWR_OK && d->verdict == TWR_GRANT)
		return (struct pam_outcome) { PAM_SUCCESS, LOG_INFO, "grant",
			d->reason, NULL, false };
	if (jd->status == TWR_OK && d->verdict == TWR_EXEMPT)
		return (struct pam_outcome) { PAM_IGNORE, LOG_INFO, "exempt",
			d->reason, NULL, false };
	if (is_break_glass(args, jd))
		return (struct pam_outcome) { PAM_SUCCESS, LOG_ALERT,
			"break-glass", d->reason, "argument", false };
	if (d->permissive || now < args->permissive_until) {
		out.code = PAM_SUCCESS;
		out.verdict = "would-deny";
		out.by = d->permissive ? "conf" : "argument";
		out.refused = false;
	} else if (is_yet_unconfigured(args, d->reason)) {
		out.code = PAM_SUCCESS;
		out.verdict = "would-deny";
		out.by = "unconfigured";
		out.refused = false;
	}
	return out;
}

struct pam_outcome
pam_verdict_bad_argument(void)
{
	return refusal(TWR_REASON_BAD_ARGUMENT);
}
