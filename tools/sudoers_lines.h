/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SUDOERS_LINES_H
#define TWRBAC_SUDOERS_LINES_H

/* Bodies of generated files, line by line: what may stay as it stands. */

#include <stdbool.h>

#include "status.h"

/* Does every rule's line of body stand in text, in the same order? */
bool sudoers_lines_are_part(const char *body, const char *text);

/*
 * The lines of old of every login whose lines are the same in body, in the
 * same order; in old's order, each under its comment. A login of whose lines
 * one goes, comes or moves keeps none: sudo takes the last that matches, so
 * one that goes could give an earlier one effect. Of whatever else somebody
 * wrote into old nothing stays. ret is malloc'd, on TWR_OK only. TWR_ENOMEM.
 */
enum twr_status sudoers_lines_common(const char *old, const char *body,
    char **ret, struct twr_error *err) TWR_MUST_CHECK;

#endif
