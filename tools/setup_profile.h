/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SETUP_PROFILE_H
#define TWRBAC_SETUP_PROFILE_H

/* What foreseeing the line of common-account and writing it share. */

#include "pamd_edit.h"
#include "setup.h"

/* common-account, as it is. */
enum twr_status setup_profile_read(const struct setup *su,
    struct pamd_file *ret, struct twr_error *err) TWR_MUST_CHECK;
/* Its line that names the module, and is none of setup's own. */
bool setup_profile_find(const char *text, struct pamd_mark *ret);
/* text with the end of that line as it is planned; NULL: no memory. */
char *setup_profile_limit(const struct setup_profile *pf, const char *text);
/* For pamd_edit_place(): an include stands before a line just as well. */
bool setup_profile_any(void *ctx, const char *file);

#endif
