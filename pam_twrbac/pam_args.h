/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_PAM_ARGS_H
#define TWR_PAM_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#ifndef TWR_STATE_DIR
#define TWR_STATE_DIR "/var/lib/twrbac"
#endif
#define PAM_ARGS_POLICY TWR_STATE_DIR "/policy.cdb"

/* The module's arguments; strings point into argv. */
struct pam_args {
	const char *policy; /* absolute path */
	const char *break_glass; /* login[,login...]; NULL: nobody */
	int64_t permissive_until; /* TWR_ALWAYS: enforcing */
	bool permissive_unconfigured; /* ... where no policy ever was */
	bool unconfigured; /* no argument: whether the host is marked so */
	bool tell; /* speak although the program asked for silence */
	bool debug; /* log each step of the decision at debug level */
};

/*
 * Parse them. An argument that is unknown, malformed or given twice fails
 * with TWR_EINVAL and a line that names it; ret then holds what the good
 * ones said, without break-glass and permissive.
 */
enum twr_status pam_args_parse(int argc, const char **argv,
    struct pam_args *ret, struct twr_error *err) TWR_MUST_CHECK;

/* Is login, byte for byte, one of the break_glass logins? */
bool pam_args_break_glass(const struct pam_args *args, const char *login);

#endif
