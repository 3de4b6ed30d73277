/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_SUDO_ARGS_H
#define TWR_SUDO_ARGS_H

#include <stdbool.h>

#include "status.h"

#ifndef TWR_STATE_DIR
#define TWR_STATE_DIR "/var/lib/twrbac"
#endif
#define SUDO_ARGS_POLICY TWR_STATE_DIR "/policy.cdb"
#define SUDO_ARGS_PATH_MAX 4096

/* What stands behind the plugin's name in "Defaults group_plugin". */
struct sudo_args {
	char policy[SUDO_ARGS_PATH_MAX]; /* absolute */
	bool debug; /* log every answer and every step */
};

/*
 * Parse them; argv ends with NULL and may be NULL, its strings are sudo's own
 * and gone afterwards. An argument that is unknown, malformed or given twice
 * fails with TWR_EINVAL and a line that names it.
 */
enum twr_status sudo_args_parse(char *const argv[], struct sudo_args *ret,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
