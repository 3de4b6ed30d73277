/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Everything of a process that a library can change and a caller may rely
 * on, as text; set to unusual values first, so that a change shows.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <grp.h>
#include <limits.h>
#include <locale.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "hostile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT_ROOM ((size_t)1 << 19)

extern char **environ;

struct text {
	char *buf;
	size_t len;
};

static void note(struct text *tx, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
note(struct text *tx, const char *fmt, ...)
{
	size_t room = TEXT_ROOM - tx->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(tx->buf + tx->len, room, fmt, ap);
	va_end(ap);
	if (n > 0)
		tx->len += (size_t)n < room ? (size_t)n : room - 1;
}

/* ---- what the kernel says ---- */

/* Lines that change by themselves, or by what the user's others do. */
static bool
is_restless(const char *line)
{
	static const char *const parts[] = { "Vm", "Rss", "HugetlbPages",
		"State:", "SigQ:", "voluntary_ctxt", "nonvoluntary_ctxt" };
	size_t i;

	for (i = 0; i < COUNT(parts); i++)
		if (strncmp(line, parts[i], strlen(parts[i])) == 0)
			return true;
	return strstr(line, "[stack]") != NULL ||
	    strstr(line, "[heap]") != NULL;
}

static void
note_file(struct text *tx, const char *name)
{
	char path[PATH_MAX], line[8192];
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/self/%s", name);
	if ((f = fopen(path, "re")) == NULL) {
		note(tx, "%s: %d\n", name, errno);
		return;
	}
	while (fgets(line, sizeof(line), f) != NULL)
		if (!is_restless(line))
			note(tx, "%s: %s", name, line);
	note(tx, "\n");
	(void)fclose(f);
}

static void
note_proc(struct text *tx)
{
	static const char *const files[] = { "status", "limits", "maps",
		"mountinfo", "cgroup", "cmdline", "comm", "oom_score_adj",
		"timers", "timerslack_ns", "personality", "coredump_filter",
		"loginuid", "sessionid", "attr/current", "autogroup",
		"setgroups", "uid_map" };
	static const char *const links[] = { "cwd", "root", "exe", "ns/mnt",
		"ns/net", "ns/user", "ns/pid_for_children" };
	char path[64], target[PATH_MAX];
	size_t i;
	ssize_t n;

	for (i = 0; i < COUNT(files); i++)
		note_file(tx, files[i]);
	for (i = 0; i < COUNT(links); i++) {
		(void)snprintf(path, sizeof(path), "/proc/self/%s", links[i]);
		n = readlink(path, target, sizeof(target) - 1);
		note(tx, "%s: %.*s\n", links[i], n > 0 ? (int)n : 0, target);
	}
}

static void
note_threads(struct text *tx)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *de;

	while (dir != NULL && (de = readdir(dir)) != NULL)
		note(tx, "thread %s\n", de->d_name);
	if (dir != NULL)
		(void)closedir(dir);
}

static void
note_descriptors(struct text *tx)
{
	char path[32], target[PATH_MAX];
	ssize_t n;
	int fd;

	for (fd = 0; fd < 1024; fd++) {
		if (fcntl(fd, F_GETFD) == -1)
			continue;
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, target, sizeof(target) - 1);
		note(tx, "fd %d %.*s flags %x %x at %lld owner %d\n", fd,
		    n > 0 ? (int)n : 0, target, (unsigned)fcntl(fd, F_GETFD),
		    (unsigned)fcntl(fd, F_GETFL),
		    (long long)lseek(fd, 0, SEEK_CUR), fcntl(fd, F_GETOWN));
	}
}

static void
note_signals(struct text *tx)
{
	sigset_t mask, pending;
	struct sigaction sa;
	stack_t alt;
	int i, k;

	(void)sigprocmask(SIG_BLOCK, NULL, &mask);
	(void)sigpending(&pending);
	for (i = 1; i < NSIG; i++) {
		if (sigaction(i, NULL, &sa) != 0)
			continue;
		note(tx, "signal %d %p flags %x blocked %d pending %d mask", i,
		    *(void **)&sa.sa_handler, (unsigned)sa.sa_flags,
		    sigismember(&mask, i), sigismember(&pending, i));
		for (k = 1; k < NSIG; k++)
			note(tx, "%d", sigismember(&sa.sa_mask, k));
		note(tx, "\n");
	}
	if (sigaltstack(NULL, &alt) == 0)
		note(tx, "sigaltstack %p %zu %x\n", alt.ss_sp, alt.ss_size,
		    (unsigned)alt.ss_flags);
}

static void
note_timers(struct text *tx)
{
	static const enum __itimer_which timers[] = { ITIMER_REAL,
		ITIMER_VIRTUAL, ITIMER_PROF };
	struct itimerval it;
	size_t i;

	/* the time left runs; that there is one, and how often, does not */
	for (i = 0; i < COUNT(timers); i++)
		if (getitimer(timers[i], &it) == 0)
			note(tx, "timer %zu set %d every %ld.%06ld\n", i,
			    it.it_value.tv_sec > 0 || it.it_value.tv_usec > 0,
			    (long)it.it_interval.tv_sec,
			    (long)it.it_interval.tv_usec);
}

static void
note_ids(struct text *tx)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid, groups[256];
	int i, n = getgroups(256, groups);

	if (getresuid(&ruid, &euid, &suid) == 0)
		note(tx, "uids %u %u %u\n", ruid, euid, suid);
	if (getresgid(&rgid, &egid, &sgid) == 0)
		note(tx, "gids %u %u %u\n", rgid, egid, sgid);
	for (i = 0; i < n; i++)
		note(tx, "group %u\n", groups[i]);
	/* an impossible id: the kernel only says what it is */
	note(tx, "fsuid %ld fsgid %ld\n", syscall(SYS_setfsuid, -1),
	    syscall(SYS_setfsgid, -1));
	note(tx, "session %d group %d parent %d nice %d scheduler %d\n",
	    getsid(0), getpgrp(), getppid(), getpriority(PRIO_PROCESS, 0),
	    sched_getscheduler(0));
	/* 0 is KEYCTL_GET_KEYRING_ID; -1 to -5 are the process's keyrings */
	for (i = -1; i >= -5; i--)
		note(tx, "keyring %d is %ld\n", i,
		    syscall(SYS_keyctl, 0, i, 0));
}

static void
note_prctl(struct text *tx)
{
	static const int gets[] = { PR_GET_DUMPABLE, PR_GET_KEEPCAPS,
		PR_GET_SECUREBITS, PR_GET_TIMERSLACK, PR_GET_NO_NEW_PRIVS,
		PR_GET_THP_DISABLE, PR_GET_SECCOMP };
	int value = 0;
	size_t i;

	for (i = 0; i < COUNT(gets); i++)
		note(tx, "prctl %d is %d\n", gets[i],
		    prctl(gets[i], 0, 0, 0, 0));
	(void)prctl(PR_GET_PDEATHSIG, &value);
	note(tx, "pdeathsig %d\n", value);
	(void)prctl(PR_GET_CHILD_SUBREAPER, &value);
	note(tx, "subreaper %d\n", value);
}

/* ---- what libc keeps ---- */

static void
note_libc(struct text *tx)
{
	mode_t mask = umask(0);
	char cwd[PATH_MAX] = "?";
	char **e;

	(void)umask(mask);
	note(tx, "umask %03o cwd %s\n", (unsigned)mask,
	    getcwd(cwd, sizeof(cwd)) != NULL ? cwd : "?");
	note(tx, "locale %s of thread %p\n", setlocale(LC_ALL, NULL),
	    (void *)uselocale((locale_t)0));
	note(tx, "rounding %d exceptions %d\n", fegetround(),
	    fetestexcept(FE_ALL_EXCEPT));
	note(tx, "optind %d opterr %d zone %s %s %ld\n", optind, opterr,
	    tzname[0], tzname[1], timezone);
	note(tx, "environ %p\n", (void *)environ);
	for (e = environ; *e != NULL; e++)
		note(tx, "environment %p %s\n", (void *)*e, *e);
}

static void
note_pam(struct text *tx, pam_handle_t *pamh)
{
	static const int items[] = { PAM_SERVICE, PAM_USER, PAM_RUSER,
		PAM_RHOST, PAM_TTY, PAM_USER_PROMPT, PAM_CONV, PAM_FAIL_DELAY,
		PAM_XDISPLAY, PAM_AUTHTOK_TYPE };
	char **list = pam_getenvlist(pamh);
	const void *item;
	size_t i;

	for (i = 0; i < COUNT(items); i++) {
		item = NULL;
		(void)pam_get_item(pamh, items[i], &item);
		note(tx, "item %d %p %s\n", items[i], item,
		    i < 6 && item != NULL ? (const char *)item : "");
	}
	for (i = 0; list != NULL && list[i] != NULL; i++) {
		note(tx, "PAM environment %s\n", list[i]);
		free(list[i]);
	}
	free(list);
}

static void
note_all(struct text *tx, pam_handle_t *pamh)
{
	tx->len = 0;
	note_threads(tx);
	note_descriptors(tx);
	note_signals(tx);
	note_timers(tx);
	note_ids(tx);
	note_prctl(tx);
	note_libc(tx);
	note_pam(tx, pamh);
	note_proc(tx);
}

/* ---- a process with unusual values ---- */

static void
on_signal(int sig)
{
	(void)sig;
}

static void
set_up_signals(void)
{
	static char alt[65536];
	const stack_t stack = { .ss_sp = alt, .ss_size = sizeof(alt) };
	const struct itimerval far = { { 7, 0 }, { 100000, 0 } };
	struct sigaction sa = { .sa_flags = SA_RESTART | SA_NODEFER };
	sigset_t mask;

	sa.sa_handler = on_signal;
	(void)sigemptyset(&sa.sa_mask);
	(void)sigaddset(&sa.sa_mask, SIGTERM);
	(void)sigaction(SIGALRM, &sa, NULL);
	(void)sigaction(SIGCHLD, &sa, NULL);
	(void)sigaction(SIGPIPE, &sa, NULL);
	(void)sigaction(SIGRTMIN + 3, &sa, NULL);
	(void)signal(SIGHUP, SIG_IGN);
	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGUSR1);
	(void)sigaddset(&mask, SIGRTMIN + 1);
	(void)sigprocmask(SIG_BLOCK, &mask, NULL);
	(void)raise(SIGUSR1); /* stays pending */
	(void)sigaltstack(&stack, NULL);
	(void)setitimer(ITIMER_REAL, &far, NULL);
	(void)setitimer(ITIMER_VIRTUAL, &far, NULL);
}

static locale_t
set_up(pam_handle_t *pamh)
{
	const gid_t groups[] = { 61990, 61991, 7 };
	locale_t mine = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	int pair[2];

	(void)setgroups(COUNT(groups), groups);
	(void)umask(0137);
	(void)!chdir("/run/world/tmp");
	(void)setlocale(LC_ALL, "C.UTF-8");
	if (mine != (locale_t)0)
		(void)uselocale(mine);
	(void)setenv("A_VARIABLE", "a value", 1);
	(void)pam_putenv(pamh, "A_PAM_VARIABLE=a value");
	(void)fesetround(FE_UPWARD);
	(void)feraiseexcept(FE_INEXACT);
	(void)prctl(PR_SET_TIMERSLACK, 123456);
	(void)prctl(PR_SET_PDEATHSIG, SIGUSR1);
	(void)prctl(PR_SET_NAME, "hostile");
	(void)open("/dev/null", O_RDWR); /* inherited across exec */
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0)
		(void)fcntl(pair[0], F_SETFL, O_NONBLOCK);
	set_up_signals();
	return mine;
}

/* ---- functions that go on where they stopped ---- */

struct thread_of {
	char text[32], *rest;
	struct tm *tm;
	char first[256];
	int number;
};

static void
begin_threads(struct thread_of *th)
{
	time_t then = 86400 * 365;
	const struct passwd *pw;

	(void)snprintf(th->text, sizeof(th->text), "one two three");
	(void)strtok(th->text, " ");
	th->tm = gmtime(&then);
	srand(42);
	setpwent();
	pw = getpwent();
	(void)snprintf(th->first, sizeof(th->first), "%s",
	    pw != NULL ? pw->pw_name : "");
}

/* True when each goes on as if nothing had been between. */
static bool
threads_hold(struct thread_of *th)
{
	const struct passwd *pw = getpwent();
	const char *word = strtok(NULL, " ");
	int next = rand();
	bool held;

	srand(42);
	held = next == rand() && word != NULL && strcmp(word, "two") == 0 &&
	    th->tm != NULL && th->tm->tm_year == 71 && pw != NULL &&
	    strcmp(pw->pw_name, th->first) != 0;
	endpwent();
	return held;
}

static void
show_difference(const char *a, const char *b)
{
	size_t i = 0, line = 0;

	for (; a[i] != '\0' && a[i] == b[i]; i++)
		if (a[i] == '\n')
			line = i + 1;
	seen("before: %.*s", (int)strcspn(a + line, "\n"), a + line);
	seen("after:  %.*s", (int)strcspn(b + line, "\n"), b + line);
}

int
hostile_state(int argc, char **argv)
{
	struct ask a = { 0 };
	struct text before = { malloc(TEXT_ROOM), 0 };
	struct text after = { malloc(TEXT_ROOM), 0 };
	struct thread_of th;
	pam_handle_t *pamh;
	locale_t mine;
	bool same, held;
	int rc;

	if (argc < 3 || before.buf == NULL || after.buf == NULL)
		return 64;
	a.service = argv[1];
	a.user = argv[2];
	a.ruser = argc > 3 ? argv[3] : NULL;
	if ((pamh = ask_begin(&a)) == NULL)
		return tap(false, "pam_start");
	mine = set_up(pamh);
	/* loading modules and reaching the log is libpam's and libc's */
	openlog(NULL, LOG_NDELAY, LOG_AUTHPRIV);
	(void)pam_acct_mgmt(pamh, 0);
	note_all(&before, pamh);
	note_all(&before, pamh); /* what looking itself changes is done */
	begin_threads(&th);
	rc = pam_acct_mgmt(pamh, 0);
	held = threads_hold(&th);
	note_all(&after, pamh);
	same = strcmp(before.buf, after.buf) == 0;
	if (!same)
		show_difference(before.buf, after.buf);
	(void)tap(same && after.len > 4000 && after.len < TEXT_ROOM - 1,
	    "%s at %s (%d): %zu bytes of state, all as before", a.user,
	    a.service, rc, after.len);
	(void)pam_end(pamh, rc);
	(void)uselocale(LC_GLOBAL_LOCALE);
	if (mine != (locale_t)0)
		freelocale(mine);
	free(before.buf);
	free(after.buf);
	return tap(held, "%s at %s: strtok, gmtime, rand, getpwent go on",
	    a.user, a.service);
}
