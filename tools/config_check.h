/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CONFIG_CHECK_H
#define TWRBAC_CONFIG_CHECK_H

#include "config.h"

/*
 * What a configuration may say, once its shape is right: pure functions over
 * struct config, without libconfig.
 */
struct config_place {
	const char *name; /* of the file, for messages */
	int64_t now;
	const struct config_warn *warn; /* NULL is allowed */
	struct twr_error *err;
};

/* Fill err with "NAME:LINE: text" and return TWR_EDATA. */
enum twr_status config_fail(const struct config_place *pl, unsigned line,
    const char *fmt, ...) TWR_PRINTF(3, 4);

/*
 * Check the whole: names of services and logins, duplicates, demands,
 * exemptions, permissive periods. TWR_OK or TWR_EDATA; an ended permissive
 * entry is a warning.
 */
enum twr_status config_check(const struct config *cf,
    const struct config_place *pl) TWR_MUST_CHECK;

/*
 * Check the sudo rules and fill in what was left out: runas and comment
 * (config_sudo.c). TWR_EDATA; TWR_ENOMEM. Commands with wildcards are
 * warnings.
 */
enum twr_status config_sudo_finish(struct config *cf,
    const struct config_place *pl) TWR_MUST_CHECK;
/* A warning, "NAME:LINE: text". */
void config_say(const struct config_place *pl, unsigned line, const char *text);

#endif
