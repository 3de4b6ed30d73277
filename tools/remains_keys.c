/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "remains.h"

/*
 * A home may lie on a network that does not answer, or on a file system that
 * its owner serves himself. A child looks, and is not waited for for ever.
 */
#define ANSWER_MS 3000
#define LATE_MOST 2 /* after so many that do not answer none is asked */

static const char *const key_files[] = { ".ssh/authorized_keys",
	".ssh/authorized_keys2" };
#define N_KEY_FILES (sizeof(key_files) / sizeof(*key_files))

/* What the child writes, in one piece. */
struct answer {
	unsigned char found[N_KEY_FILES];
	char home[2048];
};

/* Nothing is opened; what is there and is not an empty file counts. */
static void
look(const struct remains_roots *roots, const char *login, struct answer *ret)
{
	char *home = remains_home(roots, login);
	char path[sizeof(ret->home) + 32];
	struct stat st;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	if (home == NULL || strlen(home) >= sizeof(ret->home)) {
		free(home);
		return;
	}
	(void)strcpy(ret->home, home);
	free(home);
	for (i = 0; i < N_KEY_FILES; i++) {
		snprintf(path, sizeof(path), "%s/%s", ret->home, key_files[i]);
		if (lstat(path, &st) == 0 &&
		    (!S_ISREG(st.st_mode) || st.st_size > 0))
			ret->found[i] = 1;
	}
}

/* Never returns. */
static void
be_child(const struct remains_roots *roots, const char *login, int fd)
{
	struct answer answer;
	ssize_t n;

	look(roots, login, &answer);
	n = write(fd, &answer, sizeof(answer));
	_exit(n == (ssize_t)sizeof(answer) ? 0 : 1);
}

/* Wait for the whole answer, a pipe's atomic write. */
static bool
receive(int fd, struct answer *ret)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int n;

	while ((n = poll(&pfd, 1, ANSWER_MS)) == -1 && errno == EINTR)
		continue;
	return n == 1 && read(fd, ret, sizeof(*ret)) == (ssize_t)sizeof(*ret);
}

static bool
ask_child(const struct remains_roots *roots, const char *login,
    struct answer *ret)
{
	bool ok;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return false;
	if ((pid = fork()) == 0)
		be_child(roots, login, fds[1]);
	(void)close(fds[1]);
	ok = pid > 0 && receive(fds[0], ret);
	(void)close(fds[0]);
	if (pid > 0) {
		(void)kill(pid,
		    SIGKILL); /* no-one else's: not waited for yet */
		/* one that hangs in the kernel is left to init */
		(void)waitpid(pid, NULL, ok ? 0 : WNOHANG);
	}
	ret->home[sizeof(ret->home) - 1] = '\0';
	return ok;
}

/*
 * As the login, since whoever may write in the home decides where the path
 * leads.
 */
static char *
removal(const char *login, const char *path)
{
	char *before, *ret = NULL;

	before = remains_command("runuser -u ", login, " -- rm -f -- ");
	if (before != NULL)
		ret = remains_command(before, path, "");
	free(before);
	return ret;
}

void
remains_keys(const struct remains_roots *roots,
    const struct remains_login *login, struct remains *rm)
{
	struct answer answer;
	char path[sizeof(answer.home) + 32];
	size_t i;

	if (rm->late >= LATE_MOST || !ask_child(roots, login->name, &answer)) {
		rm->late++;
		(void)remains_add(rm, REMAINS_UNKNOWN, login->name, NULL,
		    "ssh keys: the home folder does not answer");
		return;
	}
	for (i = 0; i < N_KEY_FILES; i++) {
		if (!answer.found[i])
			continue;
		snprintf(path, sizeof(path), "%s/%s", answer.home,
		    key_files[i]);
		(void)remains_add(rm, REMAINS_KEYS, login->name,
		    removal(login->name, path), "%s", path);
	}
}
