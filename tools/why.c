/* SPDX-License-Identifier: BSD-2-Clause */
#include "why.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "clock.h"
#include "sudo_group.h"

/* Between a decision and its line in the log lie moments, seldom more. */
#define LATE_MOST_S 2

void
why_open(struct why_desk *desk, struct session *s)
{
	*desk = (struct why_desk) { .session = s, .fd = -1 };
}

void
why_close(struct why_desk *desk)
{
	if (desk->fd != -1)
		(void)close(desk->fd);
	desk->fd = -1;
	session_leave_past(desk->session);
}

/* ---- the policy of then ---- */

static bool
open_file(struct why_desk *desk, const char *path, enum why_basis basis)
{
	const struct compile_paths *paths = &desk->session->paths;
	struct twr_view view = { 0 };
	struct twr_reader rd;
	struct twr_error unused;

	if (twr_policy_open(path, paths->owner, &rd, &view, &unused) != TWR_OK)
		return false;
	if (view.meta.serial == desk->serial) {
		desk->fd = fcntl(rd.fd, F_DUPFD_CLOEXEC, 3);
		desk->compiled_at = view.meta.compiled_at;
		desk->basis = basis;
	}
	twr_view_free(&view);
	twr_reader_close(&rd);
	return desk->fd != -1;
}

static enum twr_status
compile_anew(struct why_desk *desk, struct twr_error *err)
{
	struct session *s = desk->session;
	enum twr_status rc = session_open_serial(s, desk->serial, err);

	if (rc == TWR_OK) {
		desk->compiled_at = s->policy_at;
		rc = ask_compile(s, NULL, NULL, &desk->fd, err);
	}
	session_leave_past(s);
	if (rc == TWR_OK)
		desk->basis = WHY_JOURNAL;
	return rc;
}

static void
find_policy(struct why_desk *desk, uint64_t serial)
{
	const char *path = desk->session->paths.policy;
	char prev[4096];

	if (desk->serial == serial)
		return;
	if (desk->fd != -1)
		(void)close(desk->fd);
	*desk = (struct why_desk) {
		.session = desk->session, .serial = serial, .fd = -1
	};
	if (open_file(desk, path, WHY_IN_FORCE) ||
	    (twr_policy_prev_path(path, prev, sizeof(prev)) == TWR_OK &&
		open_file(desk, prev, WHY_BEFORE)))
		return;
	(void)!compile_anew(desk, &desk->error);
}

/* ---- what was asked ---- */

/* The role of the plugin's line, if that is one to the last byte. */
static const char *
role_of(const struct logread *line)
{
	const char *role = line->value[TWR_LOG_DEMAND];
	struct sudo_group unused;
	struct twr_error why;

	if (role == NULL || strchr(role, '@') != NULL ||
	    sudo_group_parse(role, &unused, &why) != SUDO_GROUP_ROLE)
		return NULL; /* such as one that was too long for the line */
	return role;
}

struct why_question
why_question(const struct logread *line)
{
	const char *target = line->value[TWR_LOG_TARGET];
	const char *service = line->value[TWR_LOG_SERVICE];
	struct why_question qu = {
		.req = { .service = service != NULL ? service : "",
		    .user = line->value[TWR_LOG_LOGIN],
		    .invoker = line->value[TWR_LOG_INVOKER] },
		.asks_role = logread_is_plugin(line->verdict)
	};

	if (qu.asks_role) {
		qu.req.service = TWR_ROLE_SERVICE;
		qu.role.role = role_of(line);
		qu.role.scope = line->value[TWR_LOG_SCOPE];
	} else if (target != NULL) {
		qu.req.user = target;
		qu.req.invoker = line->value[TWR_LOG_LOGIN];
	}
	return qu;
}

/* Does the decision come to what was logged? */
static bool
is_same(const struct logread *line, const struct twr_judgement *jd)
{
	const struct twr_decision *d = &jd->decision;
	bool refused = d->verdict == TWR_DENY && d->reason == line->reason;

	switch (line->verdict) {
	case LOGREAD_GRANT:
		return jd->status == TWR_OK && d->verdict == TWR_GRANT;
	case LOGREAD_EXEMPT:
		return jd->status == TWR_OK && d->verdict == TWR_EXEMPT;
	case LOGREAD_DENY:
		return refused && !d->permissive;
	case LOGREAD_WOULD_DENY:
		return refused &&
		    d->permissive == (line->by == LOGREAD_BY_CONF);
	case LOGREAD_BREAK_GLASS:
	case LOGREAD_NOT_MEMBER:
		return refused;
	case LOGREAD_MEMBER:
		return jd->status == TWR_OK && d->verdict == TWR_GRANT;
	case LOGREAD_VERDICT_COUNT:
		break;
	}
	return false;
}

static bool
names_same_user(const struct logread *line, const struct twr_judgement *jd)
{
	const char *logged = line->value[TWR_LOG_USER];
	const char *found = jd->view.login.user_sid;

	if (logged == NULL)
		return true;
	return found != NULL && strcmp(logged, found) == 0;
}

/* What was no decision by a policy leaves nothing to decide again. */
static const char *
why_not(const struct logread *line, const struct why_question *qu, bool foreign)
{
	if (foreign)
		return "it is another host's event; ask there";
	/* not a switch: all other reasons are a policy's */
	if (line->reason == TWR_REASON_POLICY_CORRUPT ||
	    line->reason == TWR_REASON_POLICY_UNREADABLE ||
	    line->reason == TWR_REASON_NO_MEMORY)
		return "what the program met is not kept";
	if (line->reason == TWR_REASON_BAD_ARGUMENT)
		return "the policy was not asked";
	if (qu->asks_role && qu->role.role == NULL)
		return "the line does not name the role that was asked for";
	return line->serial == 0 ? "there was no policy to ask" : NULL;
}

static void
judge_once(const struct why_desk *desk, const struct logread *line, int64_t at,
    const struct why_question *qu, struct why *ret)
{
	const struct compile_paths *paths = &desk->session->paths;
	const struct twr_gate gate = { .policy_path = paths->policy,
		.owner = paths->owner,
		.passwd_path = paths->passwd,
		.now = at };
	const struct twr_trace trace = explain_trace(&ret->explain);
	int fd = fcntl(desk->fd, F_DUPFD_CLOEXEC, 3);

	/* a descriptor that could not be had reads as an unreadable policy */
	if (qu->asks_role)
		ask_judge_role(fd, &gate, qu->req.user,
		    line->reason == TWR_REASON_INVOKER_MISMATCH ?
			TWR_UID_UNKNOWN :
			ASK_UID_REMEMBERED,
		    &qu->role, &trace, &ret->then);
	else
		ask_judge(fd, &gate, &qu->req, &trace, &ret->then);
	ret->at = at;
}

/*
 * The clock was read before the line was written, so a second boundary may
 * lie between; without any time the policy's own and the line's have to do.
 */
static void
judge_then(const struct why_desk *desk, const struct logread *line, int64_t at,
    const struct why_question *qu, struct why *ret)
{
	int64_t moments[LATE_MOST_S + 1];
	int i, n = 0;

	if (at != TWR_ALWAYS) {
		for (; n <= LATE_MOST_S; n++)
			moments[n] = at - n;
	} else {
		moments[n++] = desk->compiled_at;
		if (line->at != TWR_ALWAYS && line->at != TWR_NEVER)
			moments[n++] = line->at;
	}
	for (i = 0; i < n; i++) {
		judge_once(desk, line, moments[i], qu, ret);
		if (is_same(line, &ret->then))
			break;
		twr_judgement_end(&ret->then);
		explain_free(&ret->explain);
	}
	ret->agrees = i < n && names_same_user(line, &ret->then);
	if (i == n) /* none fits: the first is the likeliest */
		judge_once(desk, line, moments[0], qu, ret);
}

static void
judge_today(const struct session *s, const struct why_question *qu,
    struct why *ret)
{
	const struct twr_gate gate = { .policy_path = s->paths.policy,
		.owner = s->paths.owner,
		.passwd_path = s->paths.passwd,
		.now = s->now,
		.boottime = clock_boottime() };
	const struct twr_trace trace = explain_trace(&ret->explain);
	const struct twr_trace *wanted = ret->basis == WHY_NOTHING ? &trace :
								     NULL;

	if (!qu->asks_role) {
		twr_judge(&gate, &qu->req, wanted, &ret->today);
		return;
	}
	if (twr_judgement_open(&gate, &ret->today) == TWR_OK)
		ask_role(&ret->today, qu->req.user, qu->req.real_uid, &qu->role,
		    wanted);
}

/* Some scopes have no path to ask by, and the line has no SID. */
static void
give_up_scope(const struct logread *line, const struct why_question *qu,
    struct why *ret)
{
	if (!qu->asks_role || line->reason == TWR_REASON_SCOPE_UNKNOWN ||
	    ret->then.decision.reason != TWR_REASON_SCOPE_UNKNOWN)
		return;
	(void)!twr_fail(&ret->not_decided, TWR_EREFUSED,
	    "policy %" PRIu64 " knows no scope by the path %s; one with a "
	    "slash in its name, or with a long one, is asked for by its SID "
	    "alone",
	    line->serial, qu->role.scope);
	twr_judgement_end(&ret->then);
	explain_free(&ret->explain);
	ret->then.reader.fd = -1;
	ret->basis = WHY_NOTHING;
}

void
why_decide(struct why_desk *desk, const struct logread *line, int64_t at,
    bool foreign, const struct why_question *qu, struct why *ret)
{
	const char *not = why_not(line, qu, foreign);

	memset(ret, 0, sizeof(*ret));
	ret->then.reader.fd = ret->today.reader.fd = -1;
	ret->at = at;
	if (not != NULL) {
		(void)!twr_fail(&ret->not_decided, TWR_EREFUSED, "%s", not );
	} else {
		find_policy(desk, line->serial);
		ret->basis = desk->basis;
		ret->not_decided = desk->error;
	}
	if (ret->basis != WHY_NOTHING) {
		judge_then(desk, line, at, qu, ret);
		give_up_scope(line, qu, ret);
	}
	ret->no_today = foreign || (qu->asks_role && qu->role.role == NULL);
	if (ret->no_today)
		return;
	judge_today(desk->session, qu, ret);
	ret->differs = !is_same(line, &ret->today);
}

void
why_end(struct why *why)
{
	twr_judgement_end(&why->then);
	twr_judgement_end(&why->today);
	explain_free(&why->explain);
}

/* ---- what the line says in words ---- */

/* What is behind a reason that no policy gave, and what to do. */
static const char *
about_reason(const struct logread *line)
{
	bool plugin = logread_is_plugin(line->verdict);

	switch (line->reason) {
	case TWR_REASON_POLICY_MISSING:
		return "there was no policy; twrbac compile makes one";
	case TWR_REASON_POLICY_UNREADABLE:
		return "the program could not read the policy: it runs without "
		       "root, or had used up its files or memory";
	case TWR_REASON_POLICY_UNSAFE:
		return "somebody but root could write to the policy or a "
		       "folder above it; twrbac status names it";
	case TWR_REASON_POLICY_CORRUPT:
		return "the policy was damaged; twrbac compile makes it anew";
	case TWR_REASON_POLICY_TOO_NEW:
		return "the policy's format is newer than the module; upgrade "
		       "it, or restart what still runs the old one";
	case TWR_REASON_POLICY_STALE:
		return "the policy was older than policy_max_age allows; "
		       "twrbac compile";
	case TWR_REASON_BAD_ARGUMENT:
		return plugin ?
		    "a line of sudoers that the plugin cannot understand: a "
		    "name behind %:, or an argument of group_plugin; twrbac "
		    "sudoers check finds it" :
		    "the module's line in pam.d has an argument that it "
		    "does not know";
	case TWR_REASON_NO_MEMORY:
		return "the program had no memory left";
	case TWR_REASON_INVOKER_MISMATCH:
		return plugin ?
		    "the account had another uid than was remembered when it "
		    "was mapped, or that was not known; twrbac doctor says "
		    "which" :
		    "the calling process had another uid than this login; "
		    "which one is not logged";
	case TWR_REASON_NO_INVOKER:
		return "the program did not say who asks (PAM_RUSER)";
	case TWR_REASON_NO_USER:
		return plugin ? "sudo named no login" :
				"the program named no user (PAM_USER)";
	case TWR_REASON_ROLE_UNKNOWN:
		return "sudoers names a role that the policy does not know; "
		       "twrbac role list";
	case TWR_REASON_SCOPE_UNKNOWN:
		return "sudoers names a scope that the policy does not know; "
		       "twrbac scope list";
	case TWR_REASON_NONE:
	case TWR_REASON_GRANTED:
	case TWR_REASON_EXEMPT:
	case TWR_REASON_NO_RULE:
	case TWR_REASON_LOGIN_UNMAPPED:
	case TWR_REASON_USER_INACTIVE:
	case TWR_REASON_USER_SUSPENDED:
	case TWR_REASON_TWO_FACTOR_MISSING:
	case TWR_REASON_SCOPE_UNUSABLE:
	case TWR_REASON_ROLE_MISSING:
	case TWR_REASON_ROLE_ENDED:
	case TWR_REASON_ROLE_REMOVED:
	case TWR_REASON_ROLE_NOT_YET:
	case TWR_REASON_COUNT:
		break;
	}
	return NULL; /* the explanation says it */
}

#define SAY(lines, what, text) out_list_add(lines, "      %-10s %s", what, text)

/* Who let somebody in whom the policy did not. */
static void
remark_verdict(const struct logread *line, struct out_list *lines)
{
	static const char *const by[LOGREAD_BY_COUNT] = {
		[LOGREAD_BY_ARGUMENT] = "permissive_until=",
		[LOGREAD_BY_UNCONFIGURED] = "permissive_unconfigured, as long "
					    "as there never was a "
					    "policy here,",
	};
	const char *service = line->value[TWR_LOG_SERVICE];

	if (line->verdict == LOGREAD_BREAK_GLASS)
		out_list_add(lines,
		    "      %-10s without a usable policy, by break_glass= in "
		    "/etc/pam.d/%s",
		    "let in", service);
	else if (line->verdict == LOGREAD_WOULD_DENY && by[line->by] != NULL)
		out_list_add(lines,
		    "      %-10s all the same, by %s in /etc/pam.d/%s",
		    "let in", by[line->by], service);
	else if (line->verdict == LOGREAD_WOULD_DENY &&
	    line->by == LOGREAD_BY_CONF)
		SAY(lines, "let in",
		    "all the same, by permissive in twrbac.conf");
}

void
why_remarks(const struct logread *line, struct out_list *lines)
{
	const char *reason = about_reason(line);

	if (reason != NULL)
		SAY(lines, "reason", reason);
	if (line->value[TWR_LOG_ERROR] != NULL)
		SAY(lines, "error", line->value[TWR_LOG_ERROR]);
	remark_verdict(line, lines);
	if (line->value[TWR_LOG_POLICY] != NULL)
		SAY(lines, "policy",
		    "the newest one was not confirmed in time, so the one "
		    "before it decided");
	if (line->value[TWR_LOG_CLOCK] != NULL)
		SAY(lines, "clock",
		    "it was behind the policy's compile time, which counted "
		    "instead; set the clock");
	if (line->value[TWR_LOG_CONF] != NULL)
		SAY(lines, "conf",
		    "twrbac.conf had been edited since it was accepted, which "
		    "did not count");
}
