/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Keep what is mounted from here on inside this mount namespace.
 *
 *	unshare -m --propagation unchanged private_mounts COMMAND...
 *
 * unshare(1) does that itself where / is a mount point. In a chroot it is
 * not: the mount that holds / lies above it, out of reach, and may pass on
 * what is mounted below. So this program steps out to the namespace's own
 * root, makes everything private there, and steps back.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434 /* the same on every architecture */
#endif

static int
fail(const char *what)
{
	fprintf(stderr, "private_mounts: %s: %s\n", what, strerror(errno));
	return 1;
}

/* Entering a mount namespace puts one at its root, also one's own. */
static int
enter_own_namespace(void)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	/* without /proc: Linux 5.8 and later take a process for it */
	if (fd == -1)
		fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	if (fd == -1)
		return -1;
	return setns(fd, CLONE_NEWNS);
}

int
main(int argc, char **argv)
{
	int root, cwd;

	if (argc < 2) {
		fprintf(stderr, "usage: private_mounts COMMAND...\n");
		return 64;
	}
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root == -1 || cwd == -1)
		return fail("open");
	if (enter_own_namespace() == -1)
		return fail("setns");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		return fail("make / private");
	if (fchdir(root) == -1 || chroot(".") == -1 || fchdir(cwd) == -1)
		return fail("step back");
	(void)execvp(argv[1], argv + 1);
	return fail(argv[1]);
}
