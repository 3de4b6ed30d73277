/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * measure COMMAND ARGUMENT...: run it, with its standard output thrown away,
 * and print its wall-clock seconds, its CPU seconds and its peak of resident
 * memory in KiB. A small parent: the peak of a child is never below that of
 * the process that it was forked from.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now(void)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double
seconds(const struct timeval *tv)
{
	return (double)tv->tv_sec + (double)tv->tv_usec / 1e6;
}

static void
run(char **argv)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd != -1 && dup2(fd, STDOUT_FILENO) != -1)
		(void)execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

int
main(int argc, char **argv)
{
	struct rusage ru;
	double start = now();
	int status;
	pid_t pid;

	if (argc < 2) {
		(void)fprintf(stderr, "usage: measure COMMAND ARGUMENT...\n");
		return 64;
	}
	if ((pid = fork()) == 0)
		run(argv + 1);
	if (pid == -1 || wait4(pid, &status, 0, &ru) != pid) {
		perror("measure");
		return 1;
	}
	(void)printf("%.6f %.6f %ld\n", now() - start,
	    seconds(&ru.ru_utime) + seconds(&ru.ru_stime), ru.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
