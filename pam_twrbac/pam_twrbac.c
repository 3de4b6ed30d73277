/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * pam_twrbac: account management by role. See pam_twrbac(8).
 *
 * This file only gathers, asks, maps and reports.
 */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
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
	(void)view;
	pam_syslog(ctx, LOG_DEBUG, "step=%s met=%s reason=%s",
	    twr_look_word(event->look), event->met ? "yes" : "no",
	    twr_reason_word(event->reason));
}

static void
judge(pam_handle_t *pamh, const struct pam_args *args,
    const struct pam_request *rq, struct twr_judgement *jd)
{
	const struct twr_trace trace = { log_step, pamh };
	const struct twr_gate gate = { .policy_path = args->policy,
		.owner = 0,
		.passwd_path = "/etc/passwd",
		.now = rq->now,
		.boottime = rq->boottime,
		.failure = rq->failure };

	twr_judge(&gate, &rq->ask, args->debug ? &trace : NULL, jd);
}

static void
report(pam_handle_t *pamh, const struct pam_args *args,
    const struct pam_request *rq, const struct twr_judgement *jd,
    const struct pam_outcome *out)
{
	char line[TWR_LOGLINE_MAX], sentence[TWR_SENTENCE_MAX];
	char host[PAM_REQUEST_HOST] = "";
	const struct twr_report rp = { jd, rq->event, out->verdict, out->reason,
		out->by, rq->rhost, rq->tty, host };

	twr_logline(&rp, line);
	pam_syslog(pamh, out->level, "%s", line);
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
		judge(pamh, &args, &rq, &jd);
		out = pam_verdict(&args, &jd, jd.request.now);
	} else {
		out = pam_verdict_bad_argument();
	}
	report(pamh, &args, &rq, &jd, &out);
	twr_judgement_end(&jd);
	return out.code;
}
