/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_NEW_FILE_H
#define TWRBAC_NEW_FILE_H

#include <stdio.h>

#include "status.h"

/*
 * A file for somebody to keep, such as a report: it appears under its name
 * whole and on the disk, or not at all, with mode 0600, and never over
 * anything that is there.
 */
struct new_file {
	FILE *to; /* write here */
	char *path, *folder, *temporary;
};

/* TWR_EREFUSED: there is something of this name; TWR_EWRITE; TWR_ENOMEM. */
enum twr_status new_file_begin(const char *path, struct new_file *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* Give it its name. */
enum twr_status new_file_finish(struct new_file *nf,
    struct twr_error *err) TWR_MUST_CHECK;
/* Due in any case: without new_file_finish() nothing is left. */
void new_file_end(struct new_file *nf);

#endif
