/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * sudo_twrbac: roles as groups of sudoers. See sudo_twrbac(8).
 *
 * This file only gathers, asks and reports. sudo asks in one thread, and its
 * interface hands over no context: what lasts from one question to the next
 * stands in one variable.
 */
#include <pwd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sudo_plugin.h>
#include <sys/random.h>
#include <syslog.h>
#include <time.h>

#include "gate.h"
#include "logline.h"
#include "sudo_args.h"
#include "sudo_group.h"
#include "sudo_notice.h"
#include "sudo_policy.h"
#include "text.h"

static struct {
	bool ready; /* the arguments were understood */
	struct sudo_args args;
	struct sudo_policy policy;
	struct sudo_said *said;
} plugin;

static int64_t
seconds(clockid_t clock, struct twr_gate *gate)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) == 0)
		return (int64_t)ts.tv_sec;
	gate->failure = "the clock cannot be read";
	return 0;
}

/* Facility authpriv, under whatever name the host opened the log. */
static void
log_line(int level, const char *line)
{
	syslog(LOG_AUTHPRIV | level, "sudo_twrbac: %s", line);
}

static void
log_step(void *ctx, const struct twr_view *view,
    const struct twr_trace_event *event)
{
	(void)ctx;
	(void)view;
	syslog(LOG_AUTHPRIV | LOG_DEBUG,
	    "sudo_twrbac: step=%s met=%s reason=%s", twr_look_word(event->look),
	    event->met ? "yes" : "no", twr_reason_word(event->reason));
}

/* Say it once; the rules for that are sudo_notice_of()'s. */
static void
report(const struct twr_judgement *jd, const char *group)
{
	enum twr_reason reason = jd->decision.reason;
	const struct sudo_notice notice = sudo_notice_of(reason);
	char event[TWR_EVENT_LEN], line[TWR_LOGLINE_MAX];
	const struct twr_report rp = { .judgement = jd,
		.event = event,
		.verdict = reason == TWR_REASON_GRANTED ? "member" :
							  "not-member",
		.reason = reason };
	uint8_t random[5] = { 0 };

	if ((notice.debug && !plugin.args.debug) ||
	    !sudo_notice_is_news(&plugin.said, &notice, reason,
		jd->request.user, group))
		return;
	(void)!getrandom(random, sizeof(random), GRND_NONBLOCK);
	twr_event_id(random, event);
	twr_logline(&rp, line);
	log_line(notice.level, line);
}

/* A line of sudoers that can never match, whoever is asked about. */
static void
report_fault(const char *login, const char *group, struct twr_judgement *jd)
{
	jd->decision = (struct twr_decision) { TWR_DENY,
		TWR_REASON_BAD_ARGUMENT, TWR_NOTHING, TWR_NOTHING, TWR_NOTHING,
		false };
	jd->request.service = TWR_ROLE_SERVICE;
	jd->request.user = login;
	jd->user_public = true;
	report(jd, group);
}

static void
explain_unknown(const char *group, struct twr_judgement *jd)
{
	bool role = jd->decision.reason == TWR_REASON_ROLE_UNKNOWN;

	if (role || jd->decision.reason == TWR_REASON_SCOPE_UNKNOWN)
		(void)twr_fail(&jd->error, TWR_ENOENT,
		    "the group \"%%:%s\" of sudoers names a %s that the "
		    "policy does not know; correct the line (twrbac %s list)",
		    group, role ? "role" : "scope", role ? "role" : "scope");
}

static struct twr_gate
make_gate(void)
{
	struct twr_gate gate = { .policy_path = plugin.args.policy,
		.owner = 0,
		.passwd_path = "/etc/passwd" };

	gate.now = seconds(CLOCK_REALTIME, &gate);
	gate.boottime = (uint64_t)seconds(CLOCK_BOOTTIME, &gate);
	return gate;
}

static bool
is_member(const char *login, const char *group, const struct sudo_group *name,
    uint32_t uid)
{
	const struct twr_trace trace = { log_step, NULL };
	const struct twr_gate gate = make_gate();
	const struct sudo_ask ask = { login, uid,
		{ name->role, name->scope[0] != '\0' ? name->scope : NULL } };
	struct twr_judgement jd;
	bool member;

	sudo_policy_ask(&plugin.policy, &gate, &ask,
	    plugin.args.debug ? &trace : NULL, &jd);
	explain_unknown(group, &jd);
	report(&jd, group);
	member = jd.status == TWR_OK && jd.decision.verdict == TWR_GRANT;
	sudo_policy_answered(&jd);
	return member;
}

static int
plugin_query(const char *user, const char *group, const struct passwd *pwd)
{
	struct twr_judgement jd = { .reader = { .fd = -1 } };
	struct sudo_group name;

	if (!plugin.ready)
		return 0;
	switch (sudo_group_parse(group, &name, &jd.error)) {
	case SUDO_GROUP_ROLE:
		return is_member(user, group, &name,
			   pwd != NULL ? pwd->pw_uid : TWR_UID_UNKNOWN) ?
		    1 :
		    0;
	case SUDO_GROUP_MALFORMED:
		report_fault(user, group, &jd);
		break;
	case SUDO_GROUP_UNIX:
		break;
	}
	return 0;
}

static void
plugin_cleanup(void)
{
	sudo_policy_close(&plugin.policy);
	sudo_notice_forget(&plugin.said);
	memset(&plugin, 0, sizeof(plugin));
}

/*
 * A wrong argument makes everybody a member of nothing. It is no failure of
 * init: what the rest of sudoers grants must not hang on this line.
 */
static int
plugin_init(int version, sudo_printf_t say, char *const argv[])
{
	struct twr_judgement jd = { .reader = { .fd = -1 } };

	plugin_cleanup();
	if (GROUP_API_VERSION_GET_MAJOR(version) != GROUP_API_VERSION_MAJOR) {
		(void)say(SUDO_CONV_ERROR_MSG,
		    "sudo_twrbac: sudo's group plugin API is %d, this plugin "
		    "knows %d; install the twrbac that fits this sudo\n",
		    GROUP_API_VERSION_GET_MAJOR(version),
		    GROUP_API_VERSION_MAJOR);
		return -1;
	}
	if (sudo_args_parse(argv, &plugin.args, &jd.error) == TWR_OK) {
		const struct twr_gate gate = make_gate();

		plugin.ready = true;
		sudo_policy_open(&plugin.policy, &gate);
		return 1;
	}
	(void)say(SUDO_CONV_ERROR_MSG, "sudo_twrbac: %s\n", jd.error.text);
	report_fault(NULL, NULL, &jd);
	return 1;
}

/* The one name that the plugin exports. */
__attribute__((visibility("default")))
const struct sudoers_group_plugin group_plugin = { GROUP_API_VERSION,
	plugin_init, plugin_cleanup, plugin_query };
