/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_SAFE_FILE_H
#define TWR_SAFE_FILE_H

#include <sys/stat.h>
#include <sys/types.h>

#include "status.h"

/*
 * Open a file for reading so that nobody but owner (and root) can have
 * chosen what it says.
 *
 * path   absolute; no "..". From / on, each folder is opened without
 *        following symbolic links and must belong to root or to owner and
 *        be writable by nobody else; there is no exception for sticky
 *        folders. The file itself must be regular and pass the same test.
 * owner  0 in the module; unit tests pass their own uid.
 * ret    a descriptor above 2, close-on-exec, on TWR_OK only. At most two
 *        descriptors are open while it runs.
 * st     what fstat says of it, on TWR_OK only.
 *
 * TWR_ENOENT for ENOENT, ENOTDIR and ELOOP (a symbolic link is "not
 * there"); TWR_EUNSAFE; TWR_EINVAL for a path that is not absolute or has
 * "..", TWR_EUNREADABLE for everything else that the system answers (EACCES,
 * EMFILE, ENFILE, ENOMEM, EIO: a caller can provoke these by its limits).
 */
enum twr_status twr_safe_open(const char *path, uid_t owner, int *ret,
    struct stat *st, struct twr_error *err) TWR_MUST_CHECK;

#endif
