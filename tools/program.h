/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_PROGRAM_H
#define TWRBAC_PROGRAM_H

/*
 * Another program, whose output is read. No shell, no search along PATH, an
 * environment of three words (Debian's own are not to ask anything), no
 * descriptor of ours but those named here.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "status.h"

struct program {
	const char *path; /* of argv, for messages */
	pid_t pid;
	int out; /* its standard output, to read from; -1 */
	int err; /* what it complains; -1 */
};

/*
 * Start argv[0], an absolute path, with standard input from fd in (-1: none).
 * TWR_EUNREADABLE: it cannot be started.
 */
enum twr_status program_start(char *const argv[], int in, struct program *ret,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Wait for its end. TWR_EUNREADABLE, with its first line of complaint: it
 * failed. Who has read enough says so: then it is ended, and that is no
 * failure.
 */
enum twr_status program_end(struct program *pr, bool enough,
    struct twr_error *err) TWR_MUST_CHECK;

/* The first of the NULL-terminated paths that can be run; NULL. */
const char *program_find(const char *const paths[]);

#endif
