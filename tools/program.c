/* SPDX-License-Identifier: BSD-2-Clause */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMPLAINT_MAX 200

static char path_word[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
static char locale_word[] = "LC_ALL=C";
static char frontend_word[] = "DEBIAN_FRONTEND=noninteractive";
static char *const clean[] = { path_word, locale_word, frontend_word, NULL };

const char *
program_find(const char *const paths[])
{
	for (; *paths != NULL; paths++)
		if (access(*paths, X_OK) == 0)
			return *paths;
	return NULL;
}

/* The tool ignores two signals; a program would inherit that. */
static int
set_signals(posix_spawnattr_t *attr)
{
	sigset_t all;
	int rc;

	sigemptyset(&all);
	sigaddset(&all, SIGPIPE);
	sigaddset(&all, SIGXFSZ);
	if ((rc = posix_spawnattr_setsigdefault(attr, &all)) != 0)
		return rc;
	return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF);
}

static int
set_files(posix_spawn_file_actions_t *files, int in, int out, int err)
{
	int rc;

	rc = in == -1 ?
	    posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null",
		O_RDONLY, 0) :
	    posix_spawn_file_actions_adddup2(files, in, STDIN_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(files, out,
		    STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(files, err,
		    STDERR_FILENO);
	return rc;
}

static int
spawn(char *const argv[], int in, int out, int err, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc;

	if ((rc = posix_spawn_file_actions_init(&files)) != 0)
		return rc;
	if ((rc = posix_spawnattr_init(&attr)) == 0) {
		if ((rc = set_files(&files, in, out, err)) == 0 &&
		    (rc = set_signals(&attr)) == 0)
			rc = posix_spawn(pid, argv[0], &files, &attr, argv,
			    clean);
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	return rc;
}

static void
close_ends(struct program *pr)
{
	if (pr->out != -1)
		(void)close(pr->out);
	if (pr->err != -1)
		(void)close(pr->err);
	pr->out = pr->err = -1;
}

enum twr_status
program_start(char *const argv[], int in, struct program *ret,
    struct twr_error *err)
{
	int fds[2], rc;

	*ret = (struct program) { .path = argv[0], .pid = -1, .out = -1 };
	ret->err = memfd_create("twrbac-complaint", MFD_CLOEXEC);
	if (ret->err == -1 || pipe2(fds, O_CLOEXEC) == -1) {
		rc = errno;
		close_ends(ret);
		return twr_fail(err, TWR_EUNREADABLE, "%s: %s", argv[0],
		    strerror(rc));
	}
	ret->out = fds[0];
	rc = spawn(argv, in, fds[1], ret->err, &ret->pid);
	(void)close(fds[1]);
	if (rc == 0)
		return TWR_OK;
	close_ends(ret);
	return twr_fail(err, TWR_EUNREADABLE, "%s: cannot be run: %s", argv[0],
	    strerror(rc));
}

static enum twr_status
failed(const struct program *pr, int status, struct twr_error *err)
{
	char said[COMPLAINT_MAX + 1];
	ssize_t n = pread(pr->err, said, COMPLAINT_MAX, 0);

	said[n > 0 ? n : 0] = '\0';
	said[strcspn(said, "\n")] = '\0';
	if (WIFSIGNALED(status))
		return twr_fail(err, TWR_EUNREADABLE, "%s: ended by signal %d",
		    pr->path, WTERMSIG(status));
	return twr_fail(err, TWR_EUNREADABLE, "%s: exit status %d%s%s",
	    pr->path, WEXITSTATUS(status), said[0] != '\0' ? ": " : "", said);
}

enum twr_status
program_end(struct program *pr, bool enough, struct twr_error *err)
{
	enum twr_status rc = TWR_OK;
	int status = 0;
	pid_t pid;

	if (pr->pid == -1)
		return TWR_OK;
	if (enough)
		(void)kill(pr->pid, SIGTERM);
	while ((pid = waitpid(pr->pid, &status, 0)) == -1 && errno == EINTR)
		continue;
	if (!enough && (pid == -1 || status != 0))
		rc = failed(pr, status, err);
	pr->pid = -1;
	close_ends(pr);
	return rc;
}
