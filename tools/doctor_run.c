/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"

#define ANSWER_MOST (1024 * 1024)
#define ANSWER_MS 10000 /* of silence */

const char *
doctor_program(const char *const *paths)
{
	for (; *paths != NULL; paths++) {
		if (access(*paths, X_OK) == 0)
			return *paths;
	}
	return NULL;
}

/* Never returns. */
static void
be_child(char *const argv[], int to)
{
	static char lang[] = "LC_ALL=C", path[] = "PATH=/usr/sbin:/usr/bin";
	static char *const env[] = { lang, path, NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0 || dup2(to, STDOUT_FILENO) < 0)
		_exit(127);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)execve(argv[0], argv, env);
	_exit(127);
}

/* All that comes, or NULL when it is too much or too late. */
static char *
receive(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char *text = malloc(ANSWER_MOST + 1);
	size_t got = 0;
	ssize_t n = 1;
	int ready;

	while (text != NULL && n != 0 && got < ANSWER_MOST) {
		ready = poll(&pfd, 1, ANSWER_MS);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready != 1)
			break;
		n = read(fd, text + got, ANSWER_MOST - got);
		if (n < 0 && errno != EINTR)
			break;
		got += n > 0 ? (size_t)n : 0;
	}
	if (text == NULL || n != 0) {
		free(text);
		return NULL;
	}
	text[got] = '\0';
	return text;
}

char *
doctor_run(char *const argv[], bool *failed)
{
	char *text = NULL;
	int fds[2], status = -1;
	pid_t pid;

	*failed = true;
	if (pipe2(fds, O_CLOEXEC) != 0)
		return NULL;
	if ((pid = fork()) == 0)
		be_child(argv, fds[1]);
	(void)close(fds[1]);
	if (pid > 0)
		text = receive(fds[0]);
	(void)close(fds[0]);
	if (pid > 0) {
		if (text == NULL)
			(void)kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
			continue;
	}
	if (text != NULL && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
		free(text);
		return NULL;
	}
	*failed = text == NULL;
	return text;
}
