/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A PAM application for tests: one account check, with every item, flag and
 * limit that a real program may come with. Without arguments it lists them.
 *
 * It prints the numeric result and its name, then one line for each message
 * that the module sent:
 *
 *	code=6 PAM_PERM_DENIED
 *	message: twrbac: access to ops1 refused: ...
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <limits.h>
#include <locale.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

extern char **environ;

struct plan {
	const char *confdir, *service, *user;
	const char *ruser, *rhost, *tty;
	bool no_user, no_conv, silent, hygiene;
	long real_uid, uid, nofile, fail_malloc;
};

/* ---- allocations that fail, in the module only ---- */

static struct {
	bool on;
	long fail_at; /* 1 is the first; 0: none */
	long count;
} allocations;

static void *
next_function(const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);

	if (p == NULL)
		_exit(70); /* nothing can work without malloc */
	return p;
}

/* Is this one of the module's, and the one that shall fail? */
static bool
fails(const void *caller)
{
	Dl_info info;

	if (!allocations.on || dladdr(caller, &info) == 0 ||
	    strstr(info.dli_fname, "pam_twrbac") == NULL)
		return false;
	if (++allocations.count != allocations.fail_at)
		return false;
	errno = ENOMEM;
	return true;
}

/* These stand before libc's for every library of the process. */
#define EXPORTED __attribute__((visibility("default")))
EXPORTED void *malloc(size_t size);
EXPORTED void *calloc(size_t n, size_t size);
EXPORTED void *realloc(void *mem, size_t size);
EXPORTED void *reallocarray(void *mem, size_t n, size_t size);

void *
malloc(size_t size)
{
	static void *(*real)(size_t);

	if (real == NULL)
		*(void **)&real = next_function("malloc");
	return fails(__builtin_return_address(0)) ? NULL : real(size);
}

void *
calloc(size_t n, size_t size)
{
	static void *(*real)(size_t, size_t);

	if (real == NULL)
		*(void **)&real = next_function("calloc");
	return fails(__builtin_return_address(0)) ? NULL : real(n, size);
}

void *
realloc(void *mem, size_t size)
{
	static void *(*real)(void *, size_t);

	if (real == NULL)
		*(void **)&real = next_function("realloc");
	return fails(__builtin_return_address(0)) ? NULL : real(mem, size);
}

void *
reallocarray(void *mem, size_t n, size_t size)
{
	static void *(*real)(void *, size_t, size_t);

	if (real == NULL)
		*(void **)&real = next_function("reallocarray");
	return fails(__builtin_return_address(0)) ? NULL : real(mem, n, size);
}

/*
 * Find libc's now: inside dlopen(), where a module is missing, dlsym() would
 * take away the error that is being put together.
 */
__attribute__((constructor)) static void
find_functions(void)
{
	void *volatile mem = realloc(calloc(1, 1), 2);

	free(mem);
	mem = reallocarray(malloc(1), 1, 2);
	free(mem);
}

/* ---- the state of the process, as text ---- */

struct state {
	char text[65536];
	size_t len;
};

static void note(struct state *st, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
note(struct state *st, const char *fmt, ...)
{
	size_t room = sizeof(st->text) - st->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(st->text + st->len, room, fmt, ap);
	va_end(ap);
	if (n > 0)
		st->len += (size_t)n < room ? (size_t)n : room - 1;
}

static void
note_descriptors(struct state *st)
{
	char target[PATH_MAX];
	ssize_t n;
	int fd;

	for (fd = 0; fd < 1024; fd++) {
		char path[32];

		if (fcntl(fd, F_GETFD) == -1)
			continue;
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, target, sizeof(target) - 1);
		target[n < 0 ? 0 : n] = '\0';
		note(st, "fd %d %s flags %x %x\n", fd, target,
		    (unsigned)fcntl(fd, F_GETFD), (unsigned)fcntl(fd, F_GETFL));
	}
}

static void
note_signals(struct state *st)
{
	struct sigaction sa;
	sigset_t mask;
	int i;

	(void)sigprocmask(SIG_BLOCK, NULL, &mask);
	for (i = 1; i < NSIG; i++)
		if (sigaction(i, NULL, &sa) == 0)
			note(st, "signal %d %p flags %x blocked %d\n", i,
			    *(void **)&sa.sa_handler, (unsigned)sa.sa_flags,
			    sigismember(&mask, i));
}

static void
note_ids(struct state *st)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid, groups[256];
	int i, n = getgroups(256, groups);

	if (getresuid(&ruid, &euid, &suid) == 0)
		note(st, "uids %u %u %u\n", ruid, euid, suid);
	if (getresgid(&rgid, &egid, &sgid) == 0)
		note(st, "gids %u %u %u\n", rgid, egid, sgid);
	for (i = 0; i < n; i++)
		note(st, "group %u\n", groups[i]);
}

static void
note_rest(struct state *st)
{
	char cwd[PATH_MAX] = "?";
	mode_t mask = umask(0);
	struct rlimit rl;
	char **e;
	int i;

	(void)umask(mask);
	note(st, "umask %03o\ncwd %s\nlocale %s\n", (unsigned)mask,
	    getcwd(cwd, sizeof(cwd)) != NULL ? cwd : "?",
	    setlocale(LC_ALL, NULL));
	for (i = 0; i < RLIM_NLIMITS; i++)
		if (getrlimit((__rlimit_resource_t)i, &rl) == 0)
			note(st, "limit %d %llu %llu\n", i,
			    (unsigned long long)rl.rlim_cur,
			    (unsigned long long)rl.rlim_max);
	for (e = environ; *e != NULL; e++)
		note(st, "environment %p %s\n", (void *)*e, *e);
}

static void
note_state(struct state *st)
{
	st->len = 0;
	note_descriptors(st);
	note_signals(st);
	note_ids(st);
	note_rest(st);
}

/* Say what differs, line by line. */
static void
show_difference(const char *a, const char *b)
{
	size_t i = 0, line = 0;

	for (; a[i] != '\0' && a[i] == b[i]; i++)
		if (a[i] == '\n')
			line = i + 1;
	printf("before: %.*s\nafter:  %.*s\n", (int)strcspn(a + line, "\n"),
	    a + line, (int)strcspn(b + line, "\n"), b + line);
}

/* ---- the conversation of one program with PAM ---- */

static const struct {
	int code;
	const char *name;
} names[] = {
#define NAME(code) \
	{ \
		code, #code \
	}
	NAME(PAM_SUCCESS),
	NAME(PAM_OPEN_ERR),
	NAME(PAM_SYMBOL_ERR),
	NAME(PAM_SERVICE_ERR),
	NAME(PAM_SYSTEM_ERR),
	NAME(PAM_BUF_ERR),
	NAME(PAM_PERM_DENIED),
	NAME(PAM_AUTH_ERR),
	NAME(PAM_AUTHINFO_UNAVAIL),
	NAME(PAM_USER_UNKNOWN),
	NAME(PAM_NEW_AUTHTOK_REQD),
	NAME(PAM_ACCT_EXPIRED),
	NAME(PAM_CONV_ERR),
	NAME(PAM_IGNORE),
	NAME(PAM_ABORT),
	NAME(PAM_MODULE_UNKNOWN),
#undef NAME
};

static const char *
name_of(int code)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].code == code)
			return names[i].name;
	return "?";
}

static int
converse(int n, const struct pam_message **msg, struct pam_response **resp,
    void *appdata)
{
	int i;

	(void)appdata;
	*resp = calloc((size_t)n, sizeof(**resp));
	if (*resp == NULL)
		return PAM_BUF_ERR;
	for (i = 0; i < n; i++)
		printf("message: %s\n", msg[i]->msg);
	return PAM_SUCCESS;
}

static int
set_items(pam_handle_t *pamh, const struct plan *pl)
{
	int rc = PAM_SUCCESS;

	if (pl->ruser != NULL)
		rc = pam_set_item(pamh, PAM_RUSER, pl->ruser);
	if (rc == PAM_SUCCESS && pl->rhost != NULL)
		rc = pam_set_item(pamh, PAM_RHOST, pl->rhost);
	if (rc == PAM_SUCCESS && pl->tty != NULL)
		rc = pam_set_item(pamh, PAM_TTY, pl->tty);
	return rc;
}

/* Who runs: --uid gives all ids up, --real-uid only the real one, as su. */
static bool
become(const struct plan *pl)
{
	const uid_t keep = (uid_t)-1;
	uid_t uid = (uid_t)pl->uid;
	bool done = true;

	if (pl->uid >= 0)
		done = setgroups(0, NULL) == 0 &&
		    setresgid(uid, uid, uid) == 0 &&
		    setresuid(uid, uid, uid) == 0;
	else if (pl->real_uid >= 0)
		done = setresuid((uid_t)pl->real_uid, keep, keep) == 0;
	if (!done)
		fprintf(stderr, "pam_client: ids: %s\n", strerror(errno));
	return done;
}

/*
 * libpam loads modules and libc connects to the log when first needed; that
 * is theirs, so both happen before the state is noted down.
 */
static int
check_state(pam_handle_t *pamh, int flags)
{
	static struct state before, after;
	int rc;

	openlog(NULL, LOG_NDELAY, LOG_AUTHPRIV);
	(void)pam_acct_mgmt(pamh, flags);
	note_state(&before);
	rc = pam_acct_mgmt(pamh, flags);
	note_state(&after);
	if (strcmp(before.text, after.text) != 0) {
		show_difference(before.text, after.text);
		printf("state: CHANGED\n");
	} else {
		printf("state: unchanged, %zu bytes\n", before.len);
	}
	return rc;
}

static int
check(pam_handle_t *pamh, const struct plan *pl)
{
	int flags = pl->silent ? PAM_SILENT : 0, rc;
	struct rlimit rl = { (rlim_t)pl->nofile, (rlim_t)pl->nofile };

	if (pl->nofile >= 0 && setrlimit(RLIMIT_NOFILE, &rl) == -1)
		return PAM_ABORT;
	if (pl->hygiene)
		return check_state(pamh, flags);
	allocations.fail_at = pl->fail_malloc;
	allocations.on = pl->fail_malloc >= 0;
	rc = pam_acct_mgmt(pamh, flags);
	allocations.on = false;
	return rc;
}

static int
run(const struct plan *pl)
{
	struct pam_conv conv = { pl->no_conv ? NULL : converse, NULL };
	pam_handle_t *pamh = NULL;
	int rc;

	rc = pam_start_confdir(pl->service, pl->no_user ? NULL : pl->user,
	    &conv, pl->confdir, &pamh);
	if (rc == PAM_SUCCESS)
		rc = set_items(pamh, pl);
	if (rc == PAM_SUCCESS && !become(pl))
		rc = PAM_ABORT;
	if (rc == PAM_SUCCESS)
		rc = check(pamh, pl);
	printf("code=%d %s\n", rc, name_of(rc));
	if (pl->fail_malloc >= 0)
		printf("allocations=%ld\n", allocations.count);
	(void)pam_end(pamh, rc);
	return rc == PAM_SUCCESS ? 0 : 1;
}

static const char *const usage_lines[] = {
	"usage: pam_client [options] SERVICE USER",
	"  --confdir DIR   read DIR/SERVICE, not /etc/pam.d/SERVICE",
	"  --no-user       PAM_USER is not set",
	"  --ruser NAME    PAM_RUSER; likewise --rhost, --tty",
	"  --no-conv       the conversation function is NULL",
	"  --silent        PAM_SILENT",
	"  --uid N         run as this user altogether",
	"  --real-uid N    real uid only, as set-uid programs have it",
	"  --nofile N      RLIMIT_NOFILE",
	"  --fail-malloc N fail the module's Nth allocation; 0: count",
	"  --hygiene       is the process the same after the check?",
};

static int
usage(void)
{
	size_t i;

	for (i = 0; i < sizeof(usage_lines) / sizeof(usage_lines[0]); i++)
		fprintf(stderr, "%s\n", usage_lines[i]);
	return 64;
}

enum {
	CONFDIR = 1,
	NO_USER,
	RUSER,
	RHOST,
	TTY,
	NO_CONV,
	SILENT,
	UID,
	REAL_UID,
	NOFILE,
	FAIL_MALLOC,
	HYGIENE
};

static const struct option options[] = {
	{ "confdir", required_argument, NULL, CONFDIR },
	{ "no-user", no_argument, NULL, NO_USER },
	{ "ruser", required_argument, NULL, RUSER },
	{ "rhost", required_argument, NULL, RHOST },
	{ "tty", required_argument, NULL, TTY },
	{ "no-conv", no_argument, NULL, NO_CONV },
	{ "silent", no_argument, NULL, SILENT },
	{ "uid", required_argument, NULL, UID },
	{ "real-uid", required_argument, NULL, REAL_UID },
	{ "nofile", required_argument, NULL, NOFILE },
	{ "fail-malloc", required_argument, NULL, FAIL_MALLOC },
	{ "hygiene", no_argument, NULL, HYGIENE },
	{ NULL, 0, NULL, 0 },
};

static bool
take_option(struct plan *pl, int option)
{
	switch (option) {
	case CONFDIR:
		pl->confdir = optarg;
		return true;
	case NO_USER:
		pl->no_user = true;
		return true;
	case RUSER:
		pl->ruser = optarg;
		return true;
	case RHOST:
		pl->rhost = optarg;
		return true;
	case TTY:
		pl->tty = optarg;
		return true;
	case NO_CONV:
		pl->no_conv = true;
		return true;
	case SILENT:
		pl->silent = true;
		return true;
	case UID:
		pl->uid = strtol(optarg, NULL, 10);
		return true;
	case REAL_UID:
		pl->real_uid = strtol(optarg, NULL, 10);
		return true;
	case NOFILE:
		pl->nofile = strtol(optarg, NULL, 10);
		return true;
	case FAIL_MALLOC:
		pl->fail_malloc = strtol(optarg, NULL, 10);
		return true;
	case HYGIENE:
		pl->hygiene = true;
		return true;
	default:
		return false;
	}
}

int
main(int argc, char **argv)
{
	struct plan pl = {
		.real_uid = -1, .uid = -1, .nofile = -1, .fail_malloc = -1
	};
	int option;

	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1)
		if (!take_option(&pl, option))
			return usage();
	if (optind + 2 != argc)
		return usage();
	pl.service = argv[optind];
	pl.user = argv[optind + 1];
	return run(&pl);
}
