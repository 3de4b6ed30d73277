/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * client CONFDIR USER: one PAM cycle. The exit status is the PAM code.
 */
#include "cycle.h"

int
main(int argc, char **argv)
{
	if (argc != 3) {
		(void)fprintf(stderr, "usage: client CONFDIR USER\n");
		return 64;
	}
	return run_cycle(argv[1], argv[2]);
}
