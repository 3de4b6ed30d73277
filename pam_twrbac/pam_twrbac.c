/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * pam_twrbac: account management by role. See pam_twrbac(8).
 *
 * This file only gathers, asks, maps and reports.
 */
#include <security/pam_modules.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "gate.h"
#include "logline.h"
#include "pam_args.h"
#include "pam_request.h"
#include "pam_verdict.h"

static void
log_step(void *ctx, const struct twr_view *view,
    const struct twr_trace_event *event)
{
	char line[128];

	(void)view;
	(void)snprintf(line, sizeof(line), "step=%s met=%s reason=%s",
	    twr_look_word(event->look), event->met ? "yes" : "no",
	    twr_reason_word(event->reason));
	pam_request_log(ctx, LOG_DEBUG, line);
}

static void
judge(const struct pam_args *args, struct pam_request *rq,
    struct twr_judgement *jd)
{
	const struct twr_trace trace = { log_step, rq };
	const struct twr_gate gate = { .policy_path = args->policy,
		.owner = 0,
		.passwd_path = "/etc/passwd",
		.now = rq->now,
		.boottime = rq->boottime,
		.failure = rq->failure };

	twr_judge(&gate, &rq->ask, args->debug ? &trace : NULL, jd);
}

static void
report(const struct pam_args *args, const struct pam_request *rq,
    const struct twr_judgement *jd, const struct pam_outcome *out)
{
	char line[TWR_LOGLINE_MAX], sentence[TWR_SENTENCE_MAX];
	char host[PAM_REQUEST_HOST] = "";
	const struct twr_report rp = { jd, rq->event, out->verdict, out->reason,
		out->by, rq->rhost, rq->tty, host };

	twr_logline(&rp, line);
	pam_request_log(rq, out->level, line);
	if (out->refused && (!rq->silent || args->tell)) {
		pam_request_host(host);
		twr_sentence(&rp, sentence);
		pam_request_tell(rq, sentence);
	}
}

/* The one name that the module exports. */
__attribute__((visibility("default"))) int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct pam_args args;
	struct pam_request rq;
	struct twr_judgement jd;
	struct pam_outcome out;

	pam_request_gather(pamh, flags, &rq);
	memset(&jd, 0, sizeof(jd));
	jd.request = rq.ask;
	jd.reader.fd = -1;
	if (pam_args_parse(argc, argv, &args, &jd.error) == TWR_OK) {
		judge(&args, &rq, &jd);
		args.unconfigured = args.permissive_unconfigured &&
		    jd.decision.reason == TWR_REASON_POLICY_MISSING &&
		    twr_policy_unconfigured(args.policy, 0);
		out = pam_verdict(&args, &jd, jd.request.now);
	} else {
		out = pam_verdict_bad_argument();
	}
	report(&args, &rq, &jd, &out);
	twr_judgement_end(&jd);
	return out.code;
}
