/* SPDX-License-Identifier: BSD-2-Clause */
#include "hostile.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#define LOG_PATH "/dev/log"
#define LOG_ASIDE "/dev/log.aside"

/* ---- questions ---- */

int
count_messages(int n, const struct pam_message **msg,
    struct pam_response **resp, void *said)
{
	(void)msg;
	*resp = calloc((size_t)n, sizeof(**resp));
	if (*resp == NULL)
		return PAM_BUF_ERR;
	if (said != NULL)
		*(unsigned *)said += (unsigned)n;
	return PAM_SUCCESS;
}

static int
give_items(pam_handle_t *pamh, const struct ask *a)
{
	int rc = PAM_SUCCESS;

	if (a->ruser != NULL)
		rc = pam_set_item(pamh, PAM_RUSER, a->ruser);
	if (rc == PAM_SUCCESS && a->rhost != NULL)
		rc = pam_set_item(pamh, PAM_RHOST, a->rhost);
	if (rc == PAM_SUCCESS && a->tty != NULL)
		rc = pam_set_item(pamh, PAM_TTY, a->tty);
	return rc;
}

pam_handle_t *
ask_begin(const struct ask *a)
{
	const struct pam_conv usual = { count_messages, a->said };
	pam_handle_t *pamh = NULL;

	if (pam_start(a->service, a->user, a->conv != NULL ? a->conv : &usual,
		&pamh) != PAM_SUCCESS)
		return NULL;
	if (give_items(pamh, a) == PAM_SUCCESS)
		return pamh;
	(void)pam_end(pamh, PAM_ABORT);
	return NULL;
}

int
ask(const struct ask *a)
{
	pam_handle_t *pamh = ask_begin(a);
	int rc;

	if (pamh == NULL)
		return PAM_ABORT;
	rc = pam_acct_mgmt(pamh, a->flags);
	(void)pam_end(pamh, rc);
	return rc;
}

static bool
is_one_of(const char *word, const char *const *list)
{
	for (; word != NULL && *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

int
expected_code(const char *service, const char *user, const char *ruser)
{
	static const char *const switching[] = { "su", "sudo", NULL };
	static const char *const ruled[] = { "gate", "root-only", "su", "sudo",
		NULL };
	static const char *const known[] = { "none", "ended", "suspended",
		NULL };
	bool has_ruser = ruser != NULL && ruser[0] != '\0', by_ruser;
	const char *who;

	if (user == NULL || user[0] == '\0')
		return PAM_USER_UNKNOWN;
	by_ruser = is_one_of(service, switching);
	if (by_ruser ? !has_ruser : has_ruser && strcmp(user, ruser) != 0)
		return PAM_PERM_DENIED;
	who = by_ruser ? ruser : user;
	if (service != NULL && strcmp(service, "open") == 0)
		return PAM_SUCCESS;
	if (service != NULL && strcmp(who, "root") == 0 &&
	    (strcmp(service, "root-only") == 0 || strcmp(service, "su") == 0))
		return PAM_SUCCESS;
	if (!is_one_of(service, ruled))
		return PAM_PERM_DENIED;
	if (strcmp(who, "granted") == 0)
		return PAM_SUCCESS;
	return is_one_of(who, known) ? PAM_PERM_DENIED : PAM_USER_UNKNOWN;
}

size_t
bytes_mapped(enum mapped which)
{
	char line[256], *p = line;
	size_t pages = 0;
	unsigned field;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL)
		return 0;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	for (field = 0; field <= (unsigned)which; field++)
		pages = strtoul(p, &p, 10);
	(void)fclose(f);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

int
exec_self(char *const argv[], char *const envp[])
{
	(void)execve("/run/world/bin/pam_hostile", argv, envp);
	return 127;
}

/* ---- the log ---- */

#define KEPT_MOST ((size_t)64)

static int ear = -1;
/* what came while a child was waited for */
static char *kept[KEPT_MOST];
static size_t n_kept, next_kept;

bool
listen_alone(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	closelog();
	memcpy(addr.sun_path, LOG_PATH, sizeof(LOG_PATH));
	if (rename(LOG_PATH, LOG_ASIDE) == -1 && errno != ENOENT)
		return false;
	ear = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (ear == -1 ||
	    bind(ear, (const struct sockaddr *)&addr, sizeof(addr)) == -1 ||
	    chmod(LOG_PATH, 0666) == -1) {
		printf("not ok - %s: %s\n", LOG_PATH, strerror(errno));
		return false;
	}
	return true;
}

void
listen_no_more(void)
{
	closelog();
	(void)close(ear);
	ear = -1;
	(void)unlink(LOG_PATH);
	(void)rename(LOG_ASIDE, LOG_PATH);
}

static size_t
take_line(char line[LINE_ROOM])
{
	ssize_t n = recv(ear, line, LINE_ROOM - 1, MSG_DONTWAIT);

	line[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

size_t
hear(char line[LINE_ROOM])
{
	if (next_kept == n_kept) {
		next_kept = n_kept = 0;
		return take_line(line);
	}
	(void)snprintf(line, LINE_ROOM, "%s", kept[next_kept]);
	free(kept[next_kept++]);
	return strlen(line);
}

const char *
without_moment(char line[LINE_ROOM])
{
	char *start = strstr(line, "pam_twrbac("), *id;

	if (start == NULL)
		return line;
	if ((id = strstr(start, "event=")) != NULL)
		for (id += strlen("event="); *id != '\0' && *id != ' '; id++)
			*id = '?';
	return start;
}

/* ---- processes ---- */

/* Listen until it ends: a log that nobody reads would hold it up. */
static void
listen_to_child(pid_t pid)
{
	static char line[LINE_ROOM];
	struct pollfd fds[2] = { { (int)syscall(SYS_pidfd_open, pid, 0), POLLIN,
				     0 },
		{ ear, POLLIN, 0 } };

	while (ear != -1 && fds[0].fd != -1 && fds[0].revents == 0) {
		if (poll(fds, 2, -1) == -1)
			break;
		while (n_kept < KEPT_MOST && take_line(line) > 0)
			kept[n_kept++] = strdup(line);
		while (n_kept == KEPT_MOST && take_line(line) > 0)
			continue;
	}
	if (fds[0].fd != -1)
		(void)close(fds[0].fd);
}

int
in_child(int (*fn)(const void *arg), const void *arg)
{
	int status;
	pid_t pid;

	(void)fflush(stdout);
	if ((pid = fork()) == -1)
		return 999;
	if (pid == 0)
		_exit(fn(arg));
	listen_to_child(pid);
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return 998;
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

/* ---- results ---- */

static unsigned shown;

int
tap(bool good, const char *fmt, ...)
{
	va_list ap;

	fputs(good ? "ok - " : "not ok - ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	shown = 0;
	return good ? 0 : 1;
}

void
seen(const char *fmt, ...)
{
	va_list ap;

	if (shown++ >= 20)
		return;
	fputs("# ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}
