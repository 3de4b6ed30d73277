/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_ASK_H
#define TWRBAC_ASK_H

/*
 * Questions about many logins: which policy they are put to, about whom, and
 * what a decision rested on. Every answer is twr_decide()'s.
 */

#include "gate.h"
#include "judge.h"
#include "passwd.h"
#include "session.h"

struct ask {
	struct judge judge; /* asks about the services given to ask_open() */
	struct names
	    logins; /* sorted: mapped, exempt by name, local accounts */
	struct accounts local;
	/* not the newest: changes are stored that are not in force */
	bool pending;
};

/*
 * Open what the session's moment is judged by: the policy in force; with
 * --at in the past the one that was, compiled anew out of s->dir; and with
 * scope (for which service must be one) the accepted rules as if the rule of
 * the service named that scope. service NULL: every service with a rule.
 * s->dir must be open. ask_close() is due in any case.
 *
 * TWR_ENOENT: no policy is in force; TWR_EREFUSED: no such scope; as the
 * reader of a policy and as compile.
 */
enum twr_status ask_open(struct session *s, const char *service,
    const char *scope, struct ask *ret, struct twr_error *err) TWR_MUST_CHECK;
void ask_close(struct ask *ask);
/* The same about these services, at least one, with a rule or without. */
enum twr_status ask_open_services(struct session *s,
    const struct names *services, struct ask *ret,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * The policy of the past, or of another scope, in a file without a name.
 * *ret is the caller's to close.
 */
enum twr_status ask_compile(struct session *s, const char *service,
    const char *scope, int *ret, struct twr_error *err) TWR_MUST_CHECK;

/*
 * Judge one request by such a file, which is taken over, at gate->now. Ends
 * like twr_judge(), with twr_judgement_end().
 */
void ask_judge(int fd, const struct twr_gate *gate,
    const struct twr_request *req, const struct twr_trace *trace,
    struct twr_judgement *ret);

/*
 * The same for a role, as sudo's group plugin asks for it. uid is that of the
 * login's account, ASK_UID_REMEMBERED: the one that the policy has. A scope
 * that is the path of the rule for sudo need not be one to ask by.
 */
#define ASK_UID_REMEMBERED (TWR_UID_UNKNOWN - 1)
void ask_judge_role(int fd, const struct twr_gate *gate, const char *login,
    uint32_t uid, const struct twr_role_question *question,
    const struct twr_trace *trace, struct twr_judgement *ret);
/* Of a judgement that was opened, and succeeded. */
void ask_role(struct twr_judgement *jd, const char *login, uint32_t uid,
    const struct twr_role_question *question, const struct twr_trace *trace);

/* As libpam does it: a service's name is in lower case. TWR_EINVAL. */
enum twr_status ask_service(const char *text, char buf[TWR_SERVICE_MAX + 1],
    struct twr_error *err) TWR_MUST_CHECK;

/* Would the service let him in? */
bool ask_lets_in(const struct twr_decision *d);
/*
 * The first moment from req->now on at which the service would let nobody
 * of this login in, if nothing is changed; TWR_NEVER.
 */
int64_t ask_until(struct twr_view *view, const struct twr_request *req);
/* Whether this holding alone meets one of the rule's demands. */
bool ask_counts(struct twr_view *view, const struct twr_request *req,
    size_t holding);
/* A role's key or a scope's path; its number when it cannot be read. */
void ask_name(const struct ask *ask, char kind, uint32_t number, char *buf,
    size_t size);

#endif
