/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SUDOERS_DIFF_H
#define TWRBAC_SUDOERS_DIFF_H

/* What two policies say differently in sudoers, in words. */

#include "sudoers_grants.h"

/*
 * "sudo: bob gains /usr/bin/uptime as root; eve loses 3 commands", of what
 * holds at now; "" when nothing differs. malloc'd; NULL when out of memory.
 */
char *sudoers_diff(const struct sudoers_grants *before,
    const struct sudoers_grants *after, int64_t now);

#endif
