/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_STANDING_H
#define TWRBAC_STANDING_H

/* How the policy in force and the directory stand to each other. */

#include "session.h"

enum standing {
	STANDING_NONE_YET, /* no policy, and none was ever compiled */
	STANDING_UNUSABLE, /* it cannot be opened, or is missed */
	STANDING_FOREIGN, /* another organization's */
	STANDING_OLD, /* not the directory's newest */
	STANDING_PENDING, /* the directory has changes that are not in it */
	STANDING_UNCONFIRMED,
	STANDING_REPLACED, /* not confirmed in time */
	STANDING_IN_FORCE
};

/* What it is told by. */
struct standing_facts {
	struct scope organization;
	struct journal_head head;
	uint64_t serial; /* the directory's */
	bool copy; /* of a directory that this host follows */
	enum confirm_state confirm; /* CONFIRM_NONE of a copy: its own */
	uint64_t confirm_left_s;
	enum standing at;
};

/*
 * Gather them and judge; s->dir must be open. policy_status is what opening
 * the policy came to, meta its record M if that was TWR_OK.
 */
enum twr_status standing_find(struct session *s, enum twr_status policy_status,
    const struct twr_meta *meta, struct standing_facts *ret,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Call fn for what the policy lets in although it would refuse, each with its
 * end: a service's name, or NULL for all services.
 */
void standing_each_permissive(const struct twr_meta *meta, int64_t now,
    void (*fn)(void *ctx, const char *service, int64_t until), void *ctx);

#endif
