/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CONFIRM_H
#define TWRBAC_CONFIRM_H

/*
 * Commit-confirm: is there a change that waits to be confirmed, and is there
 * still time? Pure: clocks and files are facts that the edge gathers. The
 * module judges by the policy alone (gate.c); this must come to the same.
 */

#include <stdbool.h>
#include <stdint.h>

#include "model.h"

enum confirm_state {
	CONFIRM_NONE = 1, /* nothing waits */
	CONFIRM_WAITS, /* in force until the deadline */
	CONFIRM_PASSED /* the previous policy decides; to be undone */
};

struct confirm_facts {
	uint64_t since; /* directory_pending() */
	uint64_t serial; /* the directory's */
	/* of the policy in force; NULL: none that is usable */
	const struct twr_meta *meta;
	uint8_t boot_id[TWR_ID_LEN]; /* of this boot */
	uint64_t boottime; /* CLOCK_BOOTTIME, seconds */
};

/*
 * *left_s: seconds left, with CONFIRM_WAITS; else 0. A policy that is not
 * the change's own (its write was cut short, or somebody moved it) counts as
 * passed: nobody can have tried it.
 */
enum confirm_state confirm_judge(const struct confirm_facts *facts,
    uint64_t *left_s);

#endif
