/* SPDX-License-Identifier: BSD-2-Clause */

/* Conversations that fail and lie, and environments that want to be read. */
#include <errno.h>
#include <fcntl.h>
#include <libintl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

extern char **environ;

/* ---- conversations ---- */

/* What a conversation may want to know of the handle it speaks for. */
struct talk {
	pam_handle_t *pamh;
	unsigned calls;
};

typedef int conversation(int, const struct pam_message **,
    struct pam_response **, void *);

#define CONVERSATION(name) \
	static int name(int n, const struct pam_message **msg, \
	    struct pam_response **resp, void *appdata)
#define COMES_IN \
	struct talk *talk = appdata; \
	(void)n, (void)msg, (void)resp; \
	talk->calls++

CONVERSATION(says_nothing)
{
	COMES_IN;
	return PAM_SUCCESS; /* *resp as it was */
}

CONVERSATION(null_response)
{
	COMES_IN;
	*resp = NULL;
	return PAM_SUCCESS;
}

CONVERSATION(answers_an_error_message)
{
	COMES_IN;
	if ((*resp = calloc((size_t)n, sizeof(**resp))) == NULL)
		return PAM_BUF_ERR;
	(*resp)[0].resp = strdup("granted");
	(*resp)[0].resp_retcode = 42;
	return PAM_SUCCESS;
}

CONVERSATION(answers_16_megabytes)
{
	const size_t huge = (size_t)16 << 20;

	COMES_IN;
	if ((*resp = calloc((size_t)n, sizeof(**resp))) == NULL)
		return PAM_BUF_ERR;
	if (((*resp)[0].resp = malloc(huge)) != NULL) {
		memset((*resp)[0].resp, '%', huge - 1);
		(*resp)[0].resp[huge - 1] = '\0';
	}
	return PAM_SUCCESS;
}

CONVERSATION(fails)
{
	COMES_IN;
	return PAM_CONV_ERR;
}

CONVERSATION(fails_after_freeing)
{
	COMES_IN;
	*resp = calloc((size_t)n, sizeof(**resp));
	free(*resp); /* it failed: what is there is nobody's */
	return PAM_CONV_ERR;
}

CONVERSATION(fails_with_a_wild_pointer)
{
	COMES_IN;
	*resp = (struct pam_response *)8;
	return PAM_ABORT;
}

CONVERSATION(says_ignore)
{
	COMES_IN;
	return PAM_IGNORE;
}

CONVERSATION(says_an_unknown_code)
{
	COMES_IN;
	return -12345;
}

/* Every string that the module was given is freed behind its back. */
CONVERSATION(changes_the_items)
{
	static const int items[] = { PAM_USER, PAM_RUSER, PAM_RHOST, PAM_TTY,
		PAM_USER_PROMPT };
	static const struct pam_conv none = { NULL, NULL };
	size_t i;

	COMES_IN;
	for (i = 0; i < COUNT(items); i++)
		(void)pam_set_item(talk->pamh, items[i], "granted");
	(void)pam_set_item(talk->pamh, PAM_SERVICE, "open");
	(void)pam_set_item(talk->pamh, PAM_CONV, &none);
	return PAM_SUCCESS;
}

CONVERSATION(removes_the_items)
{
	static const int items[] = { PAM_USER, PAM_RUSER, PAM_RHOST, PAM_TTY };
	size_t i;

	COMES_IN;
	for (i = 0; i < COUNT(items); i++)
		(void)pam_set_item(talk->pamh, items[i], NULL);
	return PAM_SUCCESS;
}

CONVERSATION(asks_for_another)
{
	const struct ask other = { .service = "gate", .user = "granted" };

	COMES_IN;
	return ask(&other) == PAM_SUCCESS ? PAM_SUCCESS : PAM_ABORT;
}

CONVERSATION(starts_a_child)
{
	pid_t pid = fork();

	COMES_IN;
	if (pid == 0)
		_exit(0);
	(void)waitpid(pid, NULL, 0);
	errno = EINTR;
	return PAM_SUCCESS;
}

CONVERSATION(changes_the_process)
{
	COMES_IN;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)!chdir("/");
	(void)setlocale(LC_ALL, "C.UTF-8");
	(void)setenv("TZ", "/etc/shadow", 1);
	return PAM_SUCCESS;
}

static const struct {
	const char *name;
	conversation *fn;
} conversations[] = {
	{ "says success and sets no answer", says_nothing },
	{ "answers NULL", null_response },
	{ "answers what was no question", answers_an_error_message },
	{ "answers 16 MiB", answers_16_megabytes },
	{ "fails", fails },
	{ "fails and leaves what it freed", fails_after_freeing },
	{ "fails and leaves a wild pointer", fails_with_a_wild_pointer },
	{ "says PAM_IGNORE", says_ignore },
	{ "says a code that is none", says_an_unknown_code },
	{ "changes every item", changes_the_items },
	{ "removes every item", removes_the_items },
	{ "asks for another login meanwhile", asks_for_another },
	{ "starts a child", starts_a_child },
	{ "changes the process", changes_the_process },
	{ "is no function", NULL },
};

struct talk_trial {
	conversation *fn;
	const char *service, *user;
	int want;
	unsigned calls;
};

/* Exit status 0: the code and the number of calls that were wanted. */
static int
try_conversation(const void *arg)
{
	const struct talk_trial *t = arg;
	struct talk talk = { NULL, 0 };
	const struct pam_conv conv = { t->fn, &talk };
	const struct ask a = { .service = t->service,
		.user = t->user,
		.rhost = "a-host",
		.tty = "a-terminal",
		.conv = &conv };
	int rc;

	if ((talk.pamh = ask_begin(&a)) == NULL)
		return 99;
	rc = pam_acct_mgmt(talk.pamh, 0);
	(void)pam_end(talk.pamh, rc);
	if (talk.calls != t->calls)
		return 100 + (int)talk.calls;
	return rc == t->want ? 0 : rc + 1;
}

int
hostile_conversation(int argc, char **argv)
{
	static const struct talk_trial people[] = {
		{ NULL, "gate", "none", PAM_PERM_DENIED, 1 },
		{ NULL, "gate-debug", "none", PAM_PERM_DENIED, 1 },
		{ NULL, "gate", "nobody-knows", PAM_USER_UNKNOWN, 1 },
		{ NULL, "gate-bad", "granted", PAM_SERVICE_ERR, 1 },
		{ NULL, "gate", "granted", PAM_SUCCESS, 0 },
		{ NULL, "soft", "none", PAM_SUCCESS, 0 },
	};
	struct talk_trial t;
	size_t i, k;
	int got;

	(void)argc;
	(void)argv;
	for (i = 0; i < COUNT(conversations); i++)
		for (k = 0; k < COUNT(people); k++) {
			t = people[k];
			if ((t.fn = conversations[i].fn) == NULL)
				t.calls = 0;
			got = in_child(try_conversation, &t);
			(void)tap(got == 0,
			    "a conversation that %s: %s at %s (%d)",
			    conversations[i].name, t.user, t.service, got);
		}
	return 0;
}

/* ---- environments ---- */

/* One question, in the locale of the environment, as sudo and su do it. */
int
hostile_ask(int argc, char **argv)
{
	struct ask a = { 0 };

	if (argc < 3)
		return 64;
	a.service = argv[1];
	a.user = argv[2];
	if (argc > 3) {
		(void)setlocale(LC_ALL, "");
		(void)bindtextdomain("libc", argv[3]);
	}
	memset(&getenv_calls, 0, sizeof(getenv_calls));
	int rc = ask(&a);
	return getenv_calls.by_module > 0 ? 96 : rc;
}

/* Sets, separated by blanks. */
static const char *const environments[] = {
	"", /* an empty one */
	"HOME=/tmp USER=root LOGNAME=root USERNAME=root MAIL=/dev/zero",
	"SUDO_USER=granted SUDO_UID=61011 SUDO_GID=0 SUDO_COMMAND=/bin/sh",
	"PAM_USER=granted PAM_RUSER=granted PAM_SERVICE=open PAM_TYPE=account",
	"TWR_POLICY=/dev/null TWRBAC_POLICY=/dev/null POLICY=/dev/null",
	"TWR_STATE_DIR=/tmp TWR_CONF=/dev/null TWR_DATADIR=/tmp",
	"PATH=/nowhere IFS=/ ENV=/etc/shadow BASH_ENV=/etc/shadow CDPATH=/",
	"TZ=:/etc/shadow TZDIR=/proc/self/fd",
	"TZ=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-99:99:99",
	"LC_ALL=xx_YY LANG=xx LANGUAGE=xx:yy LC_MESSAGES=../../etc/shadow",
	"LC_ALL=C.UTF-8 LANGUAGE=xx",
	"LC_ALL=C.UTF-8 LANGUAGE=xx OUTPUT_CHARSET=UTF-16",
	"LOCPATH=/tmp NLSPATH=/tmp/%N GCONV_PATH=/tmp CHARSET=UTF-7",
	"LD_LIBRARY_PATH=/nowhere:/tmp LD_BIND_NOW=1 LD_ORIGIN_PATH=/tmp",
	"LD_BIND_NOT=1 LD_DYNAMIC_WEAK=1 LD_POINTER_GUARD=0",
	"LD_HWCAP_MASK=0 LD_PREFER_MAP_32BIT_EXEC=1 LD_USE_LOAD_BIAS=1",
	"LD_PROFILE=pam_twrbac.so LD_PROFILE_OUTPUT=/nowhere",
	"MALLOC_TRACE=/nowhere MALLOC_PERTURB_=90 MALLOC_CHECK_=3",
	"MALLOC_ARENA_MAX=1 MALLOC_TOP_PAD_=1 MALLOC_MMAP_THRESHOLD_=1",
	"GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.perturb=255",
	"RES_OPTIONS=debug HOSTALIASES=/etc/shadow LOCALDOMAIN=example.com",
	"TMPDIR=/nowhere SQLITE_TMPDIR=/nowhere POSIXLY_CORRECT=1",
	"XDG_CONFIG_HOME=/tmp XDG_RUNTIME_DIR=/tmp http_proxy=127.0.0.1:1",
	"KRB5CCNAME=/tmp/x SSH_AUTH_SOCK=/tmp/x DISPLAY=:0 JOURNAL_STREAM=1:1",
	"=x = =granted X",
};

static const struct who {
	const char *service, *user;
	int code;
} env_people[] = {
	{ "gate", "granted", PAM_SUCCESS },
	{ "gate", "none", PAM_PERM_DENIED },
	{ "gate-debug", "ended", PAM_PERM_DENIED },
	{ "gate", "nobody-knows", PAM_USER_UNKNOWN },
	{ "gate-bad", "granted", PAM_SERVICE_ERR },
	{ "gate-missing", "granted", PAM_AUTHINFO_UNAVAIL },
	{ "gate-missing-glass", "granted", PAM_SUCCESS },
};

struct env_trial {
	const char *sets, *catalogues;
	const struct who *who;
};

static int
try_environment(const void *arg)
{
	const struct env_trial *t = arg;
	char *text = strdup(t->sets), *word, *save = NULL, *envp[16];
	char *const argv[] = { (char[]) { "pam_hostile" }, (char[]) { "ask" },
		strdup(t->who->service), strdup(t->who->user),
		strdup(t->catalogues), NULL };
	size_t n = 0;

	for (word = strtok_r(text, " ", &save); word != NULL && n < 15;
	     word = strtok_r(NULL, " ", &save))
		envp[n++] = word;
	envp[n] = NULL;
	return exec_self(argv, envp);
}

static char *
listen_once(char *line)
{
	char *all = NULL, *longer;

	while (hear(line) > 0) {
		if (asprintf(&longer, "%s%s\n", all != NULL ? all : "",
			without_moment(line)) == -1)
			break;
		free(all);
		all = longer;
	}
	return all != NULL ? all : strdup("");
}

static void
try_environments(const struct who *who, const char *catalogues)
{
	static char line[LINE_ROOM];
	struct env_trial t = { "LC_ALL=C", catalogues, who };
	unsigned wrong = 0;
	char *want, *got;
	size_t i;
	int code = in_child(try_environment, &t);

	want = listen_once(line);
	if (code != who->code) {
		wrong++;
		seen("in a plain environment: %d", code);
	}
	for (i = 0; i < COUNT(environments); i++) {
		t.sets = environments[i];
		code = in_child(try_environment, &t);
		got = listen_once(line);
		if (code != who->code || strcmp(got, want) != 0) {
			wrong++;
			seen("%s: %d, %s", t.sets, code, got);
			seen("  instead of %d, %s", who->code, want);
		}
		free(got);
	}
	(void)tap(wrong == 0 && want[0] != '\0',
	    "%zu environments: %s at %s: code and log lines unchanged",
	    COUNT(environments), who->user, who->service);
	free(want);
}

/* In this process: nobody reads the environment, and none is needed. */
/* Does the forged catalogue speak at all? */
static int
read_catalogue(const void *catalogues)
{
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	(void)setenv("LANGUAGE", "xx", 1);
	(void)setlocale(LC_ALL, "");
	(void)bindtextdomain("libc", catalogues);
	return strcmp(strerror(ENOENT), "OWNED verdict=grant");
}

static void
ask_without_environment(void)
{
	const struct ask a = { .service = "gate", .user = "none" };
	char **kept = environ;
	char *(*volatile called)(const char *) = getenv;
	int rc;

	memset(&getenv_calls, 0, sizeof(getenv_calls));
	(void)called("HOME");
	(void)tap(getenv_calls.all == 1, "a call of getenv would be seen");
	environ = NULL;
	memset(&getenv_calls, 0, sizeof(getenv_calls));
	rc = ask(&a);
	environ = kept;
	(void)tap(rc == PAM_PERM_DENIED, "environ is NULL: decided (%d)", rc);
	(void)tap(getenv_calls.by_module == 0, "the module calls no getenv");
	(void)tap(getenv_calls.all == 0, "nor does libpam for it (%u)",
	    getenv_calls.all);
}

int
hostile_environment(int argc, char **argv)
{
	size_t i;

	if (argc < 2 || !listen_alone())
		return 1;
	(void)tap(in_child(read_catalogue, argv[1]) == 0,
	    "the forged catalogue answers a program that asks for it");
	for (i = 0; i < COUNT(env_people); i++)
		try_environments(&env_people[i], argv[1]);
	ask_without_environment();
	listen_no_more();
	return 0;
}
