/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_VIEW_H
#define TWR_VIEW_H

#include "model.h"
#include "policy_reader.h"

/*
 * What one decision needs of a policy. All reading happens here; each part
 * carries its own status, so that a damaged rule does not shut out a login
 * that is exempt. TWR_ENOENT is an answer (no rule, unknown login); every
 * other failure denies where the part is needed.
 */
struct twr_subject {
	const char *login; /* NULL: none, and problem says why */
	enum twr_reason problem; /* TWR_REASON_NONE when there is a login */
	bool invoker; /* judged as the invoker (PAM_RUSER) */
};

/* Bytes for the arrays of a usual policy, so that a login seldom allocates. */
#define TWR_VIEW_ROOM 3072

struct twr_view {
	struct twr_meta meta;
	const struct twr_service *service; /* its entry; NULL: not listed */
	const struct twr_service *other; /* "other"; NULL when of no concern */
	const struct twr_service *judge; /* whose rule; NULL: there is none */
	struct twr_subject subject;
	enum twr_status exempt_status;
	struct twr_exemptions exempt;
	enum twr_status rule_status;
	struct twr_rule rule;
	enum twr_status login_status;
	struct twr_login login;
	/* a role question: rule is what it comes to, nobody is exempt */
	bool asks_role;
	enum twr_status role_status, scope_status;
	struct twr_error error; /* of the last part that failed */
	/* private to view.c; not to be copied: arrays may lie in room */
	void *owned[16];
	size_t n_owned;
	uint64_t room[TWR_VIEW_ROOM / sizeof(uint64_t)];
	size_t room_used;
};

/*
 * Read the record M. Call once, first, on a zeroed view.
 *
 * TWR_OK; TWR_ETOONEW; TWR_ECORRUPT: no such record, damaged, or it names
 * another file length than the reader's; TWR_EUNREADABLE; TWR_ENOMEM.
 */
enum twr_status twr_view_load_meta(const struct twr_reader *rd,
    struct twr_view *view, struct twr_error *err) TWR_MUST_CHECK;

/*
 * Read what a decision on this service, user (PAM_USER) and invoker
 * (PAM_RUSER) needs. NULL and "" both mean that an item is not set. The
 * strings must outlive the view.
 */
void twr_view_load(const struct twr_reader *rd, const char *service,
    const char *user, const char *invoker, struct twr_view *view);
void twr_view_free(struct twr_view *view); /* zeroes it; may be repeated */

/*
 * A role question: does a login hold this role in this scope? Sudo's group
 * plugin asks it for "%:ROLE" and "%:ROLE@SCOPE" of sudoers.
 */
struct twr_role_question {
	const char *role; /* its key */
	const char *scope; /* path or SID; NULL: that of the rule for sudo */
};
#define TWR_ROLE_SERVICE "sudo" /* whose rule gives scope and two-factor */

/*
 * The three parts of a role question, each for a view with meta, in any
 * number of views: the rule for sudo (or "other"), what the question makes of
 * it, and the login. The second needs the first in the same view, or a copy
 * of its judge, rule and rule_status. A copied part must not outlive the view
 * that it was read into.
 */
void twr_view_load_rule(const struct twr_reader *rd, const char *service,
    struct twr_view *view);
void twr_view_load_role(const struct twr_reader *rd,
    const struct twr_role_question *question, struct twr_view *view);
void twr_view_load_login(const struct twr_reader *rd, const char *login,
    struct twr_view *view);

/*
 * Whom to judge (DESIGN: "Whom a rule judges"). The subject is the rule's
 * explicit one (for su, su-l, sudo, sudo-i and doas only that of a rule of
 * their own, not of "other"); else the invoker for those five; else the user,
 * unless an invoker is set that differs from the user.
 */
struct twr_subject twr_subject_choose(const struct twr_meta *meta,
    const char *service, const char *user, const char *invoker);

/* su, su-l, sudo, sudo-i, doas: they put the target into PAM_USER. */
bool twr_service_has_invoker(const char *service);

/*
 * The key of a role or the path of a scope, by number. ret is set on TWR_OK
 * only; release with free().
 */
enum twr_status twr_name_of(const struct twr_reader *rd, char kind,
    uint32_t number, char **ret) TWR_MUST_CHECK;

#endif
