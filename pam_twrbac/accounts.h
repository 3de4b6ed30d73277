/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_ACCOUNTS_H
#define TWR_ACCOUNTS_H

#include <stdint.h>
#include <sys/types.h>

#include "status.h"

/*
 * Find login in a passwd(5) file and give its uid. The first line with
 * exactly this name counts. The name service is never asked: it may be a
 * network.
 *
 * TWR_OK; TWR_ENOENT: no such line; otherwise as twr_safe_open(), or
 * TWR_ECORRUPT for a line whose uid is not a number or a file over 16 MiB.
 */
enum twr_status twr_local_uid(const char *path, uid_t owner, const char *login,
    uint32_t *ret, struct twr_error *err) TWR_MUST_CHECK;

#endif
