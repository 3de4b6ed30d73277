/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_APPLY_H
#define TWRBAC_APPLY_H

/*
 * Making the directory what a file declares: what is there and not declared
 * is removed, closed or made inactive. Inside one transaction; the rules of
 * admin.h hold for each change, those about the whole (one Owner, a last
 * administrator) for the end state, whatever lies between.
 */

#include "change.h"
#include "organization.h"

/* One row that changes. sign: '+', '-' or '~'. */
typedef void apply_line_fn(void *ctx, char sign, const char *kind,
    const char *what, const char *detail);
/* What is known of a login on this host, whose uid may be unknown. */
typedef enum twr_status apply_login_fn(void *ctx, const char *name,
    struct admin_login *ret, struct twr_error *err);

struct apply {
	const struct change *ch;
	struct organization *want; /* from a file; ids are filled in */
	const char *file; /* its name in messages */
	apply_line_fn *line; /* NULL is allowed */
	apply_login_fn *login;
	void *ctx;
	/* work done and in all; NULL is allowed */
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	/* set by apply_run() */
	size_t changes, removals; /* rows; assignments that vanish */
	size_t standing; /* assignments that stood before */
};

/*
 * TWR_EDATA: "FILE:LINE: cause; cure" for what cannot be; TWR_EREFUSED: a
 * rule about the whole. The caller rolls back after any failure.
 */
enum twr_status apply_run(struct apply *ap,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * More removals than percent of what stood? Five are always allowed.
 * TWR_EREFUSED with the cure.
 */
enum twr_status apply_check_removals(const struct apply *ap, unsigned percent,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
