/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_GATE_H
#define TWR_GATE_H

#include <sys/types.h>

#include "decision.h"
#include "policy_reader.h"
#include "status.h"
#include "view.h"

/* Where and when to judge: the edges of the decision, as data. */
struct twr_gate {
	const char *policy_path; /* absolute */
	uid_t owner; /* who must own it: 0 in the module */
	const char *passwd_path; /* the local accounts: /etc/passwd */
	int64_t now; /* CLOCK_REALTIME, seconds */
	uint64_t boottime; /* CLOCK_BOOTTIME, seconds */
	/*
	 * What the caller could not find out and without which nothing is
	 * decided, such as the time: one line, refused as policy-unreadable.
	 * NULL: nothing.
	 */
	const char *failure;
};

/* One judgement: the decision and all that a report about it may want. */
struct twr_judgement {
	/*
	 * TWR_OK: decision holds. Anything else: there was no usable policy,
	 * decision is a denial with the reason for it.
	 */
	enum twr_status status;
	struct twr_error error; /* one line where something failed */
	struct twr_request request;
	struct twr_decision decision;
	struct twr_view view;
	struct twr_reader reader;
	int64_t newest_compiled_at; /* of policy_path's file, even with prev */
	bool prev; /* by the last confirmed policy: the newest was not */
	bool clock_behind; /* the clock ran before the compile time */
	bool conf_edited; /* twrbac.conf is not the accepted one */
	/*
	 * Names that may be logged as text: a subject that the policy knows,
	 * what is in the local passwd file, and the invoker of su or sudo.
	 * Others may be passwords that somebody typed at the wrong prompt.
	 */
	bool user_public, invoker_public;
	/*
	 * Where there is no usable policy: who asks (the invoker for su and
	 * sudo, else the user; NULL: nobody is named, or another service
	 * names an invoker too, which may be a stranger's word), and whether
	 * the calling process may speak for him.
	 */
	const char *claimant;
	bool claimant_real;
};

/*
 * Open the policy, load the view, decide. req->clock, req->now and
 * req->local_uid are filled in here. The strings of req must outlive the
 * judgement. Always yields a judgement: failing to read is one too.
 */
void twr_judge(const struct twr_gate *gate, const struct twr_request *req,
    const struct twr_trace *trace, struct twr_judgement *ret);
void twr_judgement_end(struct twr_judgement *jd);

/*
 * The first half of twr_judge(): open the policy that is in force, for whoever
 * has several questions. ret is zeroed first; then its status, error, reader,
 * view.meta, request.clock and request.now, prev, clock_behind and conf_edited
 * are set. Without TWR_OK its decision is the denial that follows from that.
 */
enum twr_status twr_judgement_open(const struct twr_gate *gate,
    struct twr_judgement *ret) TWR_MUST_CHECK;

/*
 * Open a policy and read its meta record. rd and view are set on TWR_OK
 * only; release with twr_reader_close() and twr_view_free().
 */
enum twr_status twr_policy_open(const char *path, uid_t owner,
    struct twr_reader *rd, struct twr_view *view,
    struct twr_error *err) TWR_MUST_CHECK;

/* The name of the previous policy: "x.cdb" gives "x.prev.cdb". */
enum twr_status twr_policy_prev_path(const char *path, char *buf,
    size_t size) TWR_MUST_CHECK;

/*
 * Is the host marked as one that never had a policy? The mark is a file named
 * "unconfigured" beside the policy, opened as safely; packages make it when
 * they are installed for the first time, and what puts a policy in force
 * removes it. Beside a policy, whatever is wrong with that, it means nothing.
 * Everything that is in doubt is no.
 */
#define TWR_UNCONFIGURED "unconfigured"
bool twr_policy_unconfigured(const char *path, uid_t owner) TWR_MUST_CHECK;

/* No usable policy: missing, unsafe, corrupt, too new or stale. */
bool twr_reason_is_no_policy(enum twr_reason reason);

/* The kernel's id of this boot, 16 bytes; false when it cannot be read. */
bool twr_boot_id(uint8_t id[TWR_ID_LEN]) TWR_MUST_CHECK;

#endif
