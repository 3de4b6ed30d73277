/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_WHY_H
#define TWRBAC_WHY_H

/*
 * A logged event, decided again: by the policy of then, which lies there
 * still or is compiled anew out of the journal, and by that of today.
 */

#include "explain.h"
#include "gate.h"
#include "logread.h"
#include "session.h"

enum why_basis {
	WHY_NOTHING, /* it could not be decided again */
	WHY_IN_FORCE, /* the policy of then is that of today */
	WHY_BEFORE, /* it is the one before */
	WHY_JOURNAL /* compiled anew */
};

struct why {
	enum why_basis basis;
	struct twr_error not_decided; /* WHY_NOTHING: the reason; "" */
	struct twr_judgement then;
	struct explain explain; /* of then, or of today without it */
	int64_t at; /* the moment for which it was decided again */
	bool agrees; /* with what was logged */
	struct twr_judgement today;
	bool no_today; /* the line does not say what was asked */
	bool differs; /* today's answer is another than what was logged */
};

/* What serves several events: the policy that was asked last. */
struct why_desk {
	struct session *session;
	uint64_t serial; /* of basis and fd; 0: none yet */
	enum why_basis basis;
	int fd; /* -1 */
	int64_t compiled_at;
	struct twr_error error;
};

void why_open(struct why_desk *desk, struct session *s);
void why_close(struct why_desk *desk);

/* What was asked, as far as the line tells. Its strings are the line's. */
struct why_question {
	struct twr_request req;
	/* of sudo's plugin: not what a rule demands, but a role by name */
	bool asks_role;
	struct twr_role_question role; /* .role NULL: not known */
};
struct why_question why_question(const struct logread *line);

/*
 * Decide again what was logged at a moment (TWR_ALWAYS: unknown), for qu,
 * which must outlive ret. With foreign it is another host's event: only
 * today's answer is given. Release with why_end().
 */
void why_decide(struct why_desk *desk, const struct logread *line, int64_t at,
    bool foreign, const struct why_question *qu, struct why *ret);
void why_end(struct why *why);

/* What the line's own words come to, for people; lines of explain's form. */
void why_remarks(const struct logread *line, struct out_list *lines);

#endif
