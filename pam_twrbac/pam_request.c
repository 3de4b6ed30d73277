/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_request.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* Keeps the first thing that could not be found out. */
static void
note_failure(struct pam_request *rq, const char *what)
{
	if (rq->failure == NULL)
		rq->failure = what;
}

/*
 * pam_get_user() would call the conversation, which may be missing. An item
 * that cannot be had is another thing than one that is not set: without the
 * service or the invoker, another rule and another person would be judged.
 */
static const void *
item(pam_handle_t *pamh, int type, struct pam_request *rq, const char *failure)
{
	const void *value = NULL;

	if (pam_get_item(pamh, type, &value) == PAM_SUCCESS)
		return value;
	if (failure != NULL)
		note_failure(rq, failure);
	return NULL;
}

static int64_t
seconds(clockid_t clock, struct pam_request *rq)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) == 0)
		return (int64_t)ts.tv_sec;
	note_failure(rq, "the clock cannot be read");
	return TWR_NEVER; /* whatever was to end has ended */
}

void
pam_request_gather(pam_handle_t *pamh, int flags, struct pam_request *ret)
{
	uint8_t random[5] = { 0 };

	memset(ret, 0, sizeof(*ret));
	ret->pamh = pamh;
	ret->ask.service = item(pamh, PAM_SERVICE, ret,
	    "libpam does not give the name of the service");
	ret->ask.user = item(pamh, PAM_USER, ret,
	    "libpam does not give the user");
	ret->ask.invoker = item(pamh, PAM_RUSER, ret,
	    "libpam does not give the invoker");
	ret->ask.real_uid = getuid();
	ret->rhost = item(pamh, PAM_RHOST, ret, NULL);
	ret->tty = item(pamh, PAM_TTY, ret, NULL);
	ret->conv = item(pamh, PAM_CONV, ret, NULL);
	ret->silent = ((unsigned)flags & PAM_SILENT) != 0;
	ret->now = seconds(CLOCK_REALTIME, ret);
	ret->boottime = (uint64_t)seconds(CLOCK_BOOTTIME, ret);
	/* an id that could not be drawn is no reason to refuse */
	(void)!getrandom(random, sizeof(random), GRND_NONBLOCK);
	twr_event_id(random, ret->event);
}

void
pam_request_host(char buf[PAM_REQUEST_HOST])
{
	struct utsname un;

	buf[0] = '\0';
	if (uname(&un) == 0)
		(void)snprintf(buf, PAM_REQUEST_HOST, "%s", un.nodename);
}

/* Letters, digits and what stands between them in names of services. */
static bool
is_word(const char *service)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_.+@";
	size_t len = service != NULL ? strspn(service, plain) : 0;

	return len > 0 && len <= TWR_SERVICE_MAX && service[len] == '\0';
}

void
pam_request_log(const struct pam_request *rq, int level, const char *line)
{
	if (is_word(rq->ask.service))
		pam_syslog(rq->pamh, level, "%s", line);
	else
		syslog(LOG_AUTHPRIV | level, "pam_twrbac(?:account): %s", line);
}

void
pam_request_tell(const struct pam_request *rq, const char *text)
{
	const struct pam_message msg = { PAM_ERROR_MSG, text };
	const struct pam_message *msgs = &msg;
	struct pam_response *resp = NULL;

	if (rq->conv == NULL || rq->conv->conv == NULL)
		return;
	/* what a conversation that failed leaves in resp is nobody's */
	if (rq->conv->conv(1, &msgs, &resp, rq->conv->appdata_ptr) !=
	    PAM_SUCCESS)
		return;
	if (resp != NULL)
		free(resp->resp);
	free(resp);
}
