/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utmpx.h>

#include "model.h"
#include "remains.h"

#define SESSIONS_MOST 64 /* of one login that are told one by one */
#define UTMP_MOST 65536 /* records that are read */
#define FILE_MAX 4096 /* of one of logind's files */

/*
 * One session. Three witnesses tell of it: logind, utmp and the title of
 * sshd's own process; what one lacks another has.
 */
struct session {
	char id[32]; /* logind's; "" */
	char tty[64];
	char from[256];
	char program[32];
	int64_t since; /* TWR_ALWAYS: unknown */
	pid_t pid; /* a process to hang up; 0: none is known */
	pid_t leader; /* logind's */
};

struct sessions {
	const struct remains_roots *roots;
	const struct proc_list *procs;
	const struct remains_login *login;
	struct remains *rm;
	struct session all[SESSIONS_MOST];
	size_t n;
	uint64_t more;
};

static void
copy_text(char *to, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (to[0] != '\0')
		return;
	if (len >= size)
		len = size - 1;
	memcpy(to, text, len);
	to[len] = '\0';
}

static pid_t
parent_of(const struct sessions *ss, pid_t pid)
{
	const struct proc *pr = pid > 0 ? proc_find(ss->procs, pid) : NULL;

	return pr != NULL ? pr->parent : 0;
}

static bool
is_same_session(const struct sessions *ss, const struct session *a,
    const struct session *b)
{
	if (a->tty[0] != '\0' && b->tty[0] != '\0')
		return strcmp(a->tty, b->tty) == 0;
	if (a->leader == 0 || b->pid == 0)
		return false;
	return a->leader == b->pid || a->leader == parent_of(ss, b->pid);
}

/* Add what is new, complete what is known. */
static void
add(struct sessions *ss, const struct session *add)
{
	struct session *se;
	size_t i;

	for (i = 0; i < ss->n; i++)
		if (is_same_session(ss, &ss->all[i], add))
			break;
	if (i == SESSIONS_MOST) {
		ss->more++;
		return;
	}
	se = &ss->all[i];
	if (i == ss->n) {
		*se = *add;
		ss->n++;
		return;
	}
	copy_text(se->tty, sizeof(se->tty), add->tty);
	copy_text(se->from, sizeof(se->from), add->from);
	copy_text(se->program, sizeof(se->program), add->program);
	if (se->since == TWR_ALWAYS)
		se->since = add->since;
	if (se->pid == 0)
		se->pid = add->pid;
}

/* ---- logind ---- */

/* "KEY=value" of one of its files into value; false when it has no KEY. */
static bool
value_of(const char *text, const char *key, char *value, size_t size)
{
	size_t len = strlen(key), n;
	const char *p = text;

	while (p != NULL && (strncmp(p, key, len) != 0 || p[len] != '='))
		if ((p = strchr(p, '\n')) != NULL)
			p++;
	if (p == NULL)
		return false;
	p += len + 1;
	if ((n = strcspn(p, "\n")) >= size)
		n = size - 1;
	memcpy(value, p, n);
	value[n] = '\0';
	return true;
}

static uint64_t
number_of(const char *text, const char *key)
{
	char value[32];
	char *end;
	unsigned long long n;

	if (!value_of(text, key, value, sizeof(value)) ||
	    !isdigit((unsigned char)value[0]))
		return 0;
	errno = 0;
	n = strtoull(value, &end, 10);
	return errno != 0 || *end != '\0' ? 0 : n;
}

/* A session of the login's, not the manager of its services. */
static bool
is_its_session(const struct remains_login *login, const char *text)
{
	char value[TWR_LOGIN_MAX + 2];

	if (value_of(text, "CLASS", value, sizeof(value)) &&
	    strncmp(value, "manager", 7) == 0)
		return false;
	if (value_of(text, "USER", value, sizeof(value)))
		return strcmp(value, login->name) == 0;
	/* an older logind */
	return login->uid != TWR_UID_UNKNOWN && login->shared == NULL &&
	    value_of(text, "UID", value, sizeof(value)) &&
	    number_of(text, "UID") == login->uid;
}

static void
take_logind(struct sessions *ss, const char *id, const char *text)
{
	struct session se = { .since = TWR_ALWAYS };
	uint64_t n;

	if (!is_its_session(ss->login, text))
		return;
	copy_text(se.id, sizeof(se.id), id);
	(void)value_of(text, "TTY", se.tty, sizeof(se.tty));
	(void)value_of(text, "REMOTE_HOST", se.from, sizeof(se.from));
	(void)value_of(text, "SERVICE", se.program, sizeof(se.program));
	if ((n = number_of(text, "REALTIME") / 1000000) > 0 && n < INT64_MAX)
		se.since = (int64_t)n;
	if ((n = number_of(text, "LEADER")) > 1 && n <= INT32_MAX)
		se.leader = (pid_t)n;
	add(ss, &se);
}

static bool
is_session_id(const char *name)
{
	const char *p = name;

	while (isalnum((unsigned char)*p))
		p++;
	return p != name && *p == '\0' && p - name < 32;
}

static void
read_session(struct sessions *ss, int dir, const char *id)
{
	char text[FILE_MAX];
	struct stat st;
	ssize_t len = -1;
	int fd;

	fd = openat(dir, id,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		len = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (len <= 0)
		return;
	text[len] = '\0';
	take_logind(ss, id, text);
}

static void
ask_logind(struct sessions *ss)
{
	struct dirent *de;
	DIR *dir = opendir(ss->roots->sessions);

	if (dir == NULL && errno != ENOENT && errno != ENOTDIR)
		(void)remains_add(ss->rm, REMAINS_UNKNOWN, ss->login->name,
		    NULL, "sessions: %s: %s", ss->roots->sessions,
		    strerror(errno));
	if (dir == NULL)
		return;
	while ((de = readdir(dir)) != NULL)
		if (is_session_id(de->d_name))
			read_session(ss, dirfd(dir), de->d_name);
	closedir(dir);
}

/* ---- utmp ---- */

/*
 * Others than root may write utmp: a process is taken from it only when it is
 * the login's, or begets one that is.
 */
static pid_t
its_process(const struct sessions *ss, pid_t pid)
{
	const struct proc_list *procs = ss->procs;
	const struct proc *pr = pid > 1 ? proc_find(procs, pid) : NULL;
	size_t i;

	if (pr == NULL || ss->login->uid == TWR_UID_UNKNOWN)
		return 0;
	if (pr->uid == ss->login->uid)
		return pid;
	if (pr->uid != 0)
		return 0;
	for (i = 0; i < procs->n; i++)
		if (procs->all[i].parent == pid &&
		    procs->all[i].uid == ss->login->uid)
			return pid;
	return 0;
}

static void
take_utmp(struct sessions *ss, const struct utmpx *ut)
{
	struct session se = { .since = TWR_ALWAYS };
	char name[sizeof(ut->ut_user) + 1];

	if (ut->ut_type != USER_PROCESS)
		return;
	memcpy(name, ut->ut_user, sizeof(ut->ut_user));
	name[sizeof(ut->ut_user)] = '\0';
	/* a record of a process that is over was left by a crash */
	if (strcmp(name, ss->login->name) != 0 ||
	    proc_find(ss->procs, (pid_t)ut->ut_pid) == NULL)
		return;
	snprintf(se.tty, sizeof(se.tty), "%.*s", (int)sizeof(ut->ut_line),
	    ut->ut_line);
	snprintf(se.from, sizeof(se.from), "%.*s",
	    (int)(sizeof(se.from) - 1 < sizeof(ut->ut_host) ?
		    sizeof(se.from) - 1 :
		    sizeof(ut->ut_host)),
	    ut->ut_host);
	se.since = (int64_t)ut->ut_tv.tv_sec;
	se.pid = its_process(ss, (pid_t)ut->ut_pid);
	add(ss, &se);
}

static void
read_utmp(struct sessions *ss)
{
	struct utmpx ut;
	struct stat st;
	unsigned n;
	int fd;

	fd = open(ss->roots->utmp,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1) {
		if (errno != ENOENT && errno != ENOTDIR)
			(void)remains_add(ss->rm, REMAINS_UNKNOWN,
			    ss->login->name, NULL, "sessions: %s: %s",
			    ss->roots->utmp, strerror(errno));
		return;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		for (n = 0; n < UTMP_MOST &&
		     read(fd, &ut, sizeof(ut)) == (ssize_t)sizeof(ut);
		     n++)
			take_utmp(ss, &ut);
	(void)close(fd);
}

/* ---- sshd ---- */

/*
 * "sshd: bob@pts/0", "sshd-session: bob@notty", "sshd: bob": the process
 * that serves him, as himself.
 */
static bool
is_ssh_title(const char *title, const char *login, char *tty, size_t size)
{
	const char *p = strstr(title, ": "), *name = title, *q;
	size_t len = strlen(login);

	if (p == NULL || (q = strstr(name, "sshd")) == NULL || q > p)
		return false;
	if (strncmp(p + 2, login, len) != 0)
		return false;
	p += 2 + len;
	if (*p != '@' && *p != '\0')
		return false;
	if (*p == '@' && strcmp(p + 1, "notty") != 0)
		copy_text(tty, size, p + 1);
	return true;
}

static void
find_ssh(struct sessions *ss)
{
	const struct proc *pr;
	struct session se;
	char title[256];
	size_t i;

	if (ss->login->uid == TWR_UID_UNKNOWN || ss->login->uid == 0)
		return;
	for (i = 0; i < ss->procs->n; i++) {
		pr = &ss->procs->all[i];
		if (pr->uid != ss->login->uid || pr->foreign)
			continue;
		memset(&se, 0, sizeof(se));
		proc_title(ss->roots->proc, pr->pid, title, sizeof(title));
		if (!is_ssh_title(title, ss->login->name, se.tty,
			sizeof(se.tty)))
			continue;
		copy_text(se.program, sizeof(se.program), "ssh");
		se.since = proc_started(ss->procs, pr);
		se.pid = pr->pid;
		add(ss, &se);
	}
}

/* ---- all of them ---- */

static void
report(struct sessions *ss, const struct session *se)
{
	struct remains_item *it;
	char *command = NULL, pid[32] = "";

	if (se->id[0] != '\0')
		command = remains_command("loginctl terminate-session ", se->id,
		    "");
	else if (se->pid != 0 &&
	    asprintf(&command, "kill -HUP %ld", (long)se->pid) < 0)
		command = NULL;
	if (se->pid != 0)
		snprintf(pid, sizeof(pid), " (process %ld)", (long)se->pid);
	it = remains_add(ss->rm, REMAINS_SESSION, ss->login->name, command,
	    "%s%s%s%s%s%s", se->tty[0] != '\0' ? se->tty : "no terminal",
	    se->program[0] != '\0' ? ", " : "", se->program,
	    se->from[0] != '\0' ? " from " : "", se->from, pid);
	if (it == NULL)
		return;
	it->since = se->since;
	if (se->tty[0] != '\0' && (it->tty = strdup(se->tty)) == NULL)
		ss->rm->failed = true;
}

void
remains_sessions(const struct remains_roots *roots,
    const struct proc_list *procs, const struct remains_login *login,
    struct remains *rm)
{
	struct sessions *ss = calloc(1, sizeof(*ss));
	struct remains_item *it;
	size_t i;

	if (ss == NULL) {
		rm->failed = true;
		return;
	}
	ss->roots = roots;
	ss->procs = procs;
	ss->login = login;
	ss->rm = rm;
	ask_logind(ss);
	read_utmp(ss);
	find_ssh(ss);
	for (i = 0; i < ss->n; i++)
		report(ss, &ss->all[i]);
	if (ss->more > 0) {
		it = remains_add(rm, REMAINS_SESSION, login->name, NULL,
		    "%" PRIu64 " more", ss->more);
		if (it != NULL)
			it->count = ss->more;
	}
	free(ss);
}
