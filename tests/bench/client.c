/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * client CONFDIR USER [logged]: one PAM cycle. Prints the nanoseconds of CPU
 * and of wall clock from pam_start() to pam_end(); the exit status is the PAM
 * code. With "logged" it has written to syslog before, as sshd, su and sudo
 * have when they come to PAM: the way there is open and the time zone read.
 */
#include <stdint.h>
#include <syslog.h>
#include <time.h>

#include "cycle.h"

static int64_t
nanoseconds(clockid_t clock)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int
main(int argc, char **argv)
{
	int64_t cpu, wall;
	int rc;

	if (argc != 3 && argc != 4) {
		(void)fprintf(stderr, "usage: client CONFDIR USER [logged]\n");
		return 64;
	}
	if (argc == 4)
		syslog(LOG_AUTHPRIV | LOG_INFO, "connection from 192.0.2.7");
	wall = nanoseconds(CLOCK_MONOTONIC);
	cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
	rc = run_cycle(argv[1], argv[2]);
	cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	wall = nanoseconds(CLOCK_MONOTONIC) - wall;
	(void)printf("%lld %lld\n", (long long)cpu, (long long)wall);
	return rc;
}
