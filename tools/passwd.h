/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_PASSWD_H
#define TWRBAC_PASSWD_H

/* The accounts of this host: its own files, never the name service. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "status.h"

/* The entries of the local passwd file, by name; the first line counts. */
struct account {
	const char *name;
	uint32_t uid;
	size_t order;
};
struct accounts {
	struct account *all;
	size_t n;
	char *text; /* what the names point into */
};
enum twr_status accounts_load(const char *path, uid_t owner,
    struct accounts *ret, struct twr_error *err) TWR_MUST_CHECK;
uint32_t accounts_uid(const struct accounts *ac, const char *name);
void accounts_free(struct accounts *ac);
/* UID_MIN of login.defs; 1000 without such a file or line. */
enum twr_status uid_min_load(const char *path, uid_t owner, uint32_t *ret,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
