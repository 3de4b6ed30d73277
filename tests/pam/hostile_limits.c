/* SPDX-License-Identifier: BSD-2-Clause */

/* Limits that the caller chose, and standard descriptors that are closed. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "hostile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KIB ((rlim_t)1024)

/* Who asks, and what comes of it where nothing is in the way. */
static const struct person {
	const char *service, *user;
	int code;
} people[] = {
	{ "gate", "granted", PAM_SUCCESS },
	{ "gate", "none", PAM_PERM_DENIED },
	{ "gate", "nobody-knows", PAM_USER_UNKNOWN },
	/* break-glass names him, but there is a policy: it must not help */
	{ "gate-glass", "none", PAM_PERM_DENIED },
	{ "gate-glass", "nobody-knows", PAM_USER_UNKNOWN },
	/* a system account, which is found in /etc/passwd or not exempt */
	{ "gate-cron", "daemon1", PAM_SUCCESS },
	{ "gate-cron", "system", PAM_PERM_DENIED },
};

struct trial {
	int resource;
	rlim_t value;
	bool above; /* value is above what the process has mapped now */
	bool warm; /* the module alone, which has decided before */
	const struct person *who;
};

static bool
set_limit(const struct trial *t)
{
	struct rlimit rl = { t->value, t->value };

	if (t->above)
		rl.rlim_cur += bytes_mapped(t->resource == RLIMIT_DATA ?
			MAPPED_DATA :
			MAPPED_ALL);
	rl.rlim_max = rl.rlim_cur;
	return setrlimit((__rlimit_resource_t)t->resource, &rl) == 0;
}

typedef int acct_mgmt(pam_handle_t *, int, int, const char **);

/* Nothing is left to allocate but about t->value bytes in one piece. */
static void
use_memory_up(const struct trial *t)
{
	void *reserve = t->value > 0 ? malloc(t->value) : NULL;
	size_t size;

	for (size = (size_t)1 << 16; size >= 16; size /= 2)
		while (malloc(size) != NULL)
			continue; /* this process ends soon */
	free(reserve);
}

/* The module alone: what libpam does around it meets the limits too. */
static int
ask_module(const struct trial *t, const struct ask *a)
{
	const char *args[] = { "break_glass=root,none,nobody-knows" };
	bool glass = strcmp(t->who->service, "gate-glass") == 0;
	void *module = dlopen(MODULE_PATH, RTLD_NOW);
	pam_handle_t *pamh = ask_begin(a);
	acct_mgmt *fn = NULL;
	int want = t->who->code;

	if (module == NULL || pamh == NULL)
		return 99;
	*(void **)&fn = dlsym(module, "pam_sm_acct_mgmt");
	if (strcmp(t->who->user, "daemon1") == 0)
		want = PAM_IGNORE;
	if (fn(pamh, 0, glass ? 1 : 0, args) != want)
		return 99;
	if (!set_limit(t))
		return 98;
	if (t->resource == RLIMIT_AS)
		use_memory_up(t);
	return fn(pamh, 0, glass ? 1 : 0, args);
}

static int
try_limit(const void *arg)
{
	const struct trial *t = arg;
	const struct ask a = { .service = t->who->service,
		.user = t->who->user };

	if (t->warm)
		return ask_module(t, &a);
	return set_limit(t) ? ask(&a) : 98;
}

/* Refused for lack of something; what libpam says when it cannot load. */
static bool
could_not(int code, bool warm)
{
	return code == PAM_AUTHINFO_UNAVAIL || code == PAM_BUF_ERR ||
	    (!warm && code != PAM_SUCCESS && code != PAM_IGNORE && code < 98);
}

static bool
is_right(const struct trial *t, int code)
{
	if (t->warm && strcmp(t->who->user, "daemon1") == 0)
		return code == PAM_IGNORE;
	return code == t->who->code;
}

struct sum {
	unsigned tried, decided, could_not, wrong;
};

static void
try_all(struct trial *t, struct sum *sum)
{
	static char line[LINE_ROOM];
	size_t i;
	int got;

	for (i = 0; i < COUNT(people); i++) {
		t->who = &people[i];
		got = in_child(try_limit, t);
		while (hear(line) > 0)
			continue;
		sum->tried++;
		if (is_right(t, got))
			sum->decided++;
		/* not being able to read passwd makes no system account */
		else if (could_not(got, t->warm) ||
		    (strcmp(t->who->user, "daemon1") == 0 &&
			got == PAM_USER_UNKNOWN))
			sum->could_not++;
		else {
			sum->wrong++;
			seen("limit %llu%s, %s: %s at %s: %d",
			    (unsigned long long)t->value,
			    t->above ? " above" : "",
			    t->warm ? "module" : "libpam", t->who->user,
			    t->who->service, got);
		}
	}
}

/* from, to and step of one limit; coarse values after fine ones. */
static const struct sweep {
	const char *name;
	int resource;
	rlim_t from, to, step;
	bool above;
} sweeps[] = {
	{ "NOFILE 0 to 24", RLIMIT_NOFILE, 0, 24, 1, false },
	{ "AS, page by page", RLIMIT_AS, 0, 192 * KIB, 4 * KIB, true },
	{ "AS to 2 MiB", RLIMIT_AS, 192 * KIB, 2048 * KIB, 128 * KIB, true },
	{ "AS below what is mapped", RLIMIT_AS, 0, 64 * KIB, 32 * KIB, false },
	{ "DATA, page by page", RLIMIT_DATA, 0, 192 * KIB, 8 * KIB, true },
	{ "DATA below", RLIMIT_DATA, 0, 64 * KIB, 32 * KIB, false },
	{ "FSIZE 0 to 2", RLIMIT_FSIZE, 0, 2, 1, false },
	{ "STACK at run time", RLIMIT_STACK, 0, 64 * KIB, 16 * KIB, false },
	{ "CORE 0", RLIMIT_CORE, 0, 0, 1, false },
	{ "CPU 1", RLIMIT_CPU, 1, 1, 1, false },
	{ "MEMLOCK 0", RLIMIT_MEMLOCK, 0, 0, 1, false },
	{ "NPROC 0", RLIMIT_NPROC, 0, 0, 1, false },
	{ "LOCKS 0", RLIMIT_LOCKS, 0, 0, 1, false },
	{ "SIGPENDING 0", RLIMIT_SIGPENDING, 0, 0, 1, false },
	{ "MSGQUEUE 0", RLIMIT_MSGQUEUE, 0, 0, 1, false },
	{ "RSS 0", RLIMIT_RSS, 0, 0, 1, false },
};

int
hostile_limits(int argc, char **argv)
{
	const struct sweep *s;
	struct sum sum;
	struct trial t;
	int warm;

	(void)argc;
	(void)argv;
	if (!listen_alone())
		return 1;
	for (s = sweeps; s < sweeps + COUNT(sweeps); s++)
		for (warm = 0; warm < 2; warm++) {
			memset(&sum, 0, sizeof(sum));
			t = (struct trial) { s->resource, s->from, s->above,
				warm == 1, NULL };
			for (; t.value <= s->to; t.value += s->step)
				try_all(&t, &sum);
			(void)tap(sum.wrong == 0,
			    "%s, %s: %u trials, %u decided, %u could not",
			    s->name, warm ? "module" : "libpam", sum.tried,
			    sum.decided, sum.could_not);
		}
	listen_no_more();
	return 0;
}

/*
 * ---- the stack: the kernel gives a new program as much as its limit says,
 * and kills one that needs more; that ends in no grant ----
 */

struct stack_trial {
	rlim_t limit;
	const char *service, *user;
};

static int
try_stack(const void *arg)
{
	const struct stack_trial *t = arg;
	const struct rlimit rl = { t->limit, t->limit };
	char *const argv[] = { (char[]) { "pam_hostile" }, (char[]) { "ask" },
		strdup(t->service), strdup(t->user), NULL };
	char *const envp[] = { NULL };

	if (setrlimit(RLIMIT_STACK, &rl) == -1)
		return 98;
	return exec_self(argv, envp);
}

#define STACK_PAINT 0x5a
#define STACK_ROOM ((size_t)1 << 20)

static void *
ask_in_thread(void *arg)
{
	static int code;

	code = ask(arg);
	return &code;
}

/* How deep does a decision go, libpam and libc included? */
static size_t
stack_depth(const struct ask *a)
{
	unsigned char *room = mmap(NULL, STACK_ROOM, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attr;
	pthread_t thread;
	size_t i = 0;

	if (room == MAP_FAILED)
		return STACK_ROOM;
	memset(room, STACK_PAINT, STACK_ROOM);
	(void)pthread_attr_init(&attr);
	if (pthread_attr_setstack(&attr, room, STACK_ROOM) == 0 &&
	    pthread_create(&thread, &attr, ask_in_thread, (void *)(size_t)a) ==
		0 &&
	    pthread_join(thread, NULL) == 0)
		while (i < STACK_ROOM && room[i] == STACK_PAINT)
			i++;
	(void)pthread_attr_destroy(&attr);
	(void)munmap(room, STACK_ROOM);
	return STACK_ROOM - i;
}

int
hostile_stack(int argc, char **argv)
{
	static const struct ask deep[] = {
		{ .service = "permit", .user = "none" },
		{ .service = "gate", .user = "none" },
		{ .service = "gate-glass", .user = "nobody-knows" },
	};
	struct stack_trial t = { 0, NULL, NULL };
	unsigned wrong = 0, decided = 0, killed = 0, tried = 0;
	size_t i, need, most = 0;
	int got, want;

	(void)argc;
	(void)argv;
	for (i = 0; i < COUNT(deep); i++)
		if ((need = stack_depth(&deep[i])) > most)
			most = need;
	(void)tap(most < 48 * KIB,
	    "the deepest decision uses %zu bytes of stack,"
	    " libpam and libc included; %zu without the module",
	    most, stack_depth(&deep[0]));
	for (t.limit = 4 * KIB; t.limit <= 512 * KIB;
	     t.limit += t.limit < 64 * KIB ? 4 * KIB : 32 * KIB)
		for (i = 0; i < 2; i++) {
			t.service = "gate";
			t.user = i == 0 ? "none" : "granted";
			want = i == 0 ? PAM_PERM_DENIED : PAM_SUCCESS;
			got = in_child(try_stack, &t);
			tried++;
			if (got == want)
				decided++;
			else if (got > 256 && t.limit < 128 * KIB)
				killed++; /* by the kernel: a refusal */
			else {
				wrong++;
				seen("stack of %llu: %s: %d",
				    (unsigned long long)t.limit, t.user, got);
			}
		}
	return tap(wrong == 0,
	    "STACK 4 KiB to 512 KiB: %u trials, %u decided, %u did not start",
	    tried, decided, killed);
}

/* ---- standard descriptors ---- */

struct fd_trial {
	unsigned closed; /* one bit for each of 0, 1, 2 */
	bool log_first; /* libc's own connection to the log is there already */
	const struct person *who;
};

/* 0, 1 and 2 that are still closed, or are libc's connection to the log. */
static bool
are_not_ours(unsigned closed, bool log_first)
{
	struct stat st;
	int fd;

	for (fd = 0; fd < 3; fd++) {
		if ((closed & 1U << fd) == 0 || fstat(fd, &st) == -1)
			continue;
		if (log_first || !S_ISSOCK(st.st_mode))
			return false;
	}
	return true;
}

static int
try_descriptors(const void *arg)
{
	const struct fd_trial *t = arg;
	const struct ask a = { .service = t->who->service,
		.user = t->who->user };
	int fd, rc;

	if (t->log_first)
		openlog(NULL, LOG_NDELAY, LOG_AUTHPRIV);
	for (fd = 0; fd < 3; fd++)
		if ((t->closed & 1U << fd) != 0)
			(void)close(fd);
	rc = ask(&a);
	return are_not_ours(t->closed, t->log_first) ? rc : 97;
}

int
hostile_descriptors(int argc, char **argv)
{
	static char line[LINE_ROOM];
	struct fd_trial t;
	unsigned tried = 0, wrong = 0, lines = 0;
	size_t i;
	int got, first;

	(void)argc;
	(void)argv;
	if (!listen_alone())
		return 1;
	for (t.closed = 0; t.closed < 8; t.closed++)
		for (first = 0; first < 2; first++)
			for (i = 0; i < COUNT(people); i++) {
				t.log_first = first == 1;
				t.who = &people[i];
				got = in_child(try_descriptors, &t);
				tried++;
				while (hear(line) > 0)
					lines++;
				if (got == t.who->code)
					continue;
				wrong++;
				seen("closed %x, %s at %s: %d", t.closed,
				    t.who->user, t.who->service, got);
			}
	listen_no_more();
	(void)tap(wrong == 0,
	    "all 8 sets of closed descriptors, %u trials: decided, none taken",
	    tried);
	return tap(lines == tried, "%u trials: %u log lines", tried, lines);
}
