/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_EXPLAIN_H
#define TWRBAC_EXPLAIN_H

/*
 * The explanation of a decision, made from what the decision itself told its
 * trace: never from a second implementation of the rules.
 */

#include <stdbool.h>
#include <stddef.h>

#include "gate.h"
#include "out.h"

struct explain {
	struct twr_trace_event *events;
	size_t n, room;
	bool failed; /* out of memory: some events are missing */
};

/* A trace that collects into ex, which must be zeroed and outlive it. */
struct twr_trace explain_trace(struct explain *ex);
void explain_free(struct explain *ex);

/*
 * Write one line for each thing that was looked at, in order, to lines:
 * "yes"/"no" where it was a condition, what it was, and for what is missing
 * which roles in which scopes would have met it. jd must be the judgement
 * that ex was the trace of, not ended yet.
 */
void explain_lines(const struct explain *ex, const struct twr_judgement *jd,
    bool utc, struct out_list *lines);

/*
 * What an administrator of the organization could do about a refusal: "can
 * give" a role, "can change" another thing; NULL: nothing, or the rules are
 * not his.
 */
const char *explain_helper(const struct twr_decision *d);
/* One more line: the administrators (e-mails), where they could help. */
void explain_who(const struct twr_decision *d,
    const struct out_list *administrators, struct out_list *lines);

/* "granted", "exempt", "would-deny" (permissive), "refused". */
const char *explain_verdict(const struct twr_decision *d);

#endif
