/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SUDOERS_FILE_H
#define TWRBAC_SUDOERS_FILE_H

/*
 * The generated file in /etc/sudoers.d, and the note beside the policy that
 * says that it is installed. The file is renamed into place, after visudo
 * found nothing wrong with it; the temporary name has a dot, so that sudo
 * skips it.
 */

#include <stdbool.h>

#include "sudoers_text.h"

#ifndef TWR_SUDOERS_D
#define TWR_SUDOERS_D "/etc/sudoers.d"
#endif
#define SUDOERS_FILE TWR_SUDOERS_D "/twrbac"

struct sudoers_state {
	bool marked; /* the note is there: this policy's file is installed */
	bool there; /* something has the file's name */
	bool ours; /* header says: made from this policy */
	bool foreign; /* there, and made from another policy or by hand */
	/* ours, but not as it was written, or mode or owner; also where others
	 * than root may write it or its folder */
	bool edited;
	char *text; /* NULL: not there, or not to be read safely */
	struct sudoers_header header; /* when ours */
	/* foreign: why it is not read, so that it may be ours after all; "" */
	struct twr_error error;
};

/*
 * policy: the policy's path. Release with sudoers_state_free(). TWR_ENOMEM,
 * TWR_EUNREADABLE: whose file it is cannot be found out, and nothing that
 * depends on it may be done.
 */
enum twr_status sudoers_state_read(const char *policy,
    struct sudoers_state *ret, struct twr_error *err) TWR_MUST_CHECK;
void sudoers_state_free(struct sudoers_state *st);
/* Is the file to be kept in step with this policy? */
bool sudoers_is_installed(const struct sudoers_state *st);

/* The version of visudo; known stays false when there is none. */
void sudoers_version(struct sudo_version *ret);
/*
 * Put text in place, mode 0440. checked: each of its lines stood in a file
 * that visudo accepted, so it is not asked. TWR_EDATA: visudo refuses it;
 * TWR_ENOENT: there is no visudo; TWR_EUNSAFE: the folder is not root's
 * alone; TWR_EWRITE. Whatever fails, the file that was there stays.
 */
enum twr_status sudoers_put(const char *text, bool checked,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status sudoers_take_out(struct twr_error *err) TWR_MUST_CHECK;
/* Remember, or forget, that it is installed. */
enum twr_status sudoers_mark(const char *policy, bool installed,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
