/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_PAMD_FILE_H
#define TWRBAC_PAMD_FILE_H

/*
 * The file of a service, read and replaced whole: at every moment libpam
 * meets the old one or the new one, and never a copy, which would be a service
 * of its own. Owner, mode and extended attributes stay.
 */

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "status.h"

struct pamd_file {
	char *text; /* the whole of it */
	char path[PATH_MAX];
	int fd; /* of what was read; -1 */
	struct stat st;
};

/*
 * TWR_ENOENT: dir has no such file; TWR_EREFUSED: it cannot be replaced by
 * one of the same kind (a symbolic link, one of several names); TWR_EUNSAFE;
 * TWR_EDATA: not text; TWR_EUNREADABLE. Release in any case.
 */
enum twr_status pamd_file_read(const char *dir, const char *service,
    uid_t owner, struct pamd_file *ret, struct twr_error *err) TWR_MUST_CHECK;
void pamd_file_free(struct pamd_file *pf); /* zeroed is allowed */

/*
 * Put text in the place of what was read. TWR_EBUSY: somebody else changed
 * it meanwhile; TWR_EWRITE. After a failure the old file is there.
 */
enum twr_status pamd_file_replace(const struct pamd_file *pf, const char *text,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * One at a time: hold *ret (close() it) while files of dir are replaced. It
 * also removes what a killed one left beside dir. TWR_EBUSY.
 */
enum twr_status pamd_file_lock(const char *dir, int *ret,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
