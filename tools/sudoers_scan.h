/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SUDOERS_SCAN_H
#define TWRBAC_SUDOERS_SCAN_H

/*
 * Which groups for our plugin ("%:ROLE@SCOPE") stand in sudoers, in it and in
 * all that it includes. No second parser of sudoers(5): only what is needed
 * to find these names, whoever wrote them.
 */

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

/* One name behind "%:". Strings are gone when the callback returns. */
struct sudoers_name {
	const char *file;
	unsigned line; /* where its line begins */
	const char *name; /* as sudo passes it on */
	bool quoted; /* in double quotes */
	bool negated; /* !"%:..." */
	bool wildcards; /* a command of its line has them in its arguments */
};

struct sudoers_scan {
	void (*name)(void *ctx, const struct sudoers_name *name);
	/* each logical line that is no include; NULL: not wanted */
	void (*line)(void *ctx, const char *file, unsigned line,
	    const char *text);
	/* a file that cannot be read, or is no file; why includes its name */
	void (*unread)(void *ctx, const char *why);
	void *ctx;
	/* set by the scan */
	bool plugin; /* Defaults group_plugin names sudo_twrbac.so */
	bool reads_folder; /* includes the folder of the generated file */
	bool no_memory; /* not all was examined */
};

#define SUDOERS_DEPTH_MAX 128 /* sudo's own */

/* path: /etc/sudoers. folder: whose inclusion sets reads_folder. */
void sudoers_scan(const char *path, const char *folder,
    struct sudoers_scan *scan);
/* The same of text, for one file without what it includes. */
void sudoers_scan_text(const char *file, const char *text,
    struct sudoers_scan *scan);

#endif
