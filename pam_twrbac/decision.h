/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_DECISION_H
#define TWR_DECISION_H

#include "model.h"
#include "view.h"

/* What the policy decision point is asked. */
struct twr_request {
	const char *service; /* PAM_SERVICE */
	const char *user; /* PAM_USER */
	const char *invoker; /* PAM_RUSER, NULL when not set */
	int64_t clock; /* what the clock says: nothing begins before it does */
	int64_t now; /* clock, or the compile time if later: ends all in time */
	/*
	 * Of the calling process; of a role question, the uid that the login
	 * has on this host.
	 */
	uint32_t real_uid;
	/*
	 * uid of the subject in the local /etc/passwd; TWR_UID_UNKNOWN when
	 * it is not there or nobody looked. Only read for logins that the
	 * policy does not know.
	 */
	uint32_t local_uid;
};

#define TWR_NOTHING SIZE_MAX

struct twr_decision {
	enum twr_verdict verdict;
	enum twr_reason reason;
	/* evidence: indices into the view, TWR_NOTHING when there is none */
	size_t demand; /* the demand that failed, or the last one met */
	size_t holding; /* the assignment that met it, or came closest */
	size_t exemption;
	bool permissive; /* a refusal that the configuration lets through */
};

/* What the trace is told, in the order in which it was looked at. */
enum twr_look {
	TWR_LOOK_SUBJECT, /* verdict of choosing the subject: .reason */
	TWR_LOOK_EXEMPTION, /* .index of the entry, .met */
	TWR_LOOK_RULE, /* .met: a rule exists and could be read */
	TWR_LOOK_LOGIN, /* .met: mapped */
	TWR_LOOK_USER, /* .met: active */
	TWR_LOOK_TWO_FACTOR, /* only if demanded; .met */
	TWR_LOOK_SCOPE, /* .index into rule.chain, .met: active */
	TWR_LOOK_HOLDING, /* .index, for .demand; .met, else .reason */
	TWR_LOOK_DEMAND, /* .demand, .met */
	TWR_LOOK_PERMISSIVE /* a refusal is let through */
};

const char *twr_look_word(enum twr_look look);

struct twr_trace_event {
	enum twr_look look;
	bool met;
	enum twr_reason reason;
	size_t index;
	size_t demand;
};

/* Called for each thing looked at; must not change anything. */
struct twr_trace {
	void (*fn)(void *ctx, const struct twr_view *view,
	    const struct twr_trace_event *event);
	void *ctx;
};

/* Which reason stands for a part of the policy that could not be used. */
enum twr_reason twr_reason_of_status(enum twr_status status);

/*
 * Decide. A pure function of its arguments: it reads nothing else, allocates
 * nothing, logs nothing and knows no clock. The same function serves the
 * module, the tool, the tests and the fuzzers.
 *
 * The order is: subject, exemption, rule, login, user, two-factor, scope,
 * assignments, grant. The first thing that fails is the reason. trace may be
 * NULL.
 *
 * A role question goes the same way without exemptions, and nothing permissive
 * makes a yes of its no; its rule demands the role that is asked about.
 */
struct twr_decision twr_decide(const struct twr_view *view,
    const struct twr_request *req, const struct twr_trace *trace);

#endif
