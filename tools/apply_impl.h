/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_APPLY_IMPL_H
#define TWRBAC_APPLY_IMPL_H

/* What the files apply*.c share; for them only. */

#include "apply.h"
#include "change_impl.h"
#include "directory_restore.h"

struct matching {
	struct apply *ap;
	struct organization *have; /* what the directory holds */
	/* for each of have: is it declared? */
	bool *scope_kept, *role_kept, *user_kept, *assignment_kept;
	/* for each declared assignment: the row of have that it is, or NULL */
	const struct org_assignment **row;
};

void apply_line(struct apply *ap, char sign, const char *kind, const char *what,
    const char *fmt, ...) TWR_PRINTF(5, 6);
/* "FILE:LINE: cause; cure" with TWR_EDATA. */
enum twr_status apply_fail(const struct apply *ap, unsigned line,
    struct twr_error *err, const char *fmt, ...) TWR_PRINTF(4, 5);
/* The same for what a rule said in err. */
enum twr_status apply_at(const struct apply *ap, unsigned line,
    enum twr_status rc, struct twr_error *err);
/*
 * want, when nothing ever had it; else "", for a fresh one: what was removed
 * keeps its SID.
 */
enum twr_status apply_free_sid(const struct apply *ap,
    enum directory_entity entity, const char *want, char ret[TWR_SID_LEN + 1],
    struct twr_error *err) TWR_MUST_CHECK;
void apply_step(struct apply *ap, uint64_t n);

/* apply_match.c: what of have is what of want; fills ids in */
enum twr_status apply_match(struct matching *ma,
    struct twr_error *err) TWR_MUST_CHECK;

/* apply_scopes.c */
enum twr_status apply_scopes(struct matching *ma,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status apply_owners(struct matching *ma,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status apply_close_scopes(struct matching *ma,
    struct twr_error *err) TWR_MUST_CHECK;

/* apply_roles.c */
enum twr_status apply_roles(struct matching *ma,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status apply_drop_roles(struct matching *ma,
    struct twr_error *err) TWR_MUST_CHECK;

/* apply_users.c */
enum twr_status apply_users(struct matching *ma,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status apply_remove_users(struct matching *ma,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status apply_organization_roles(struct matching *ma,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status apply_logins(struct matching *ma,
    struct twr_error *err) TWR_MUST_CHECK;

/* apply_assignments.c */
enum twr_status apply_assignments(struct matching *ma,
    struct twr_error *err) TWR_MUST_CHECK;

/* Remove the standing assignments of the role at scope (0: anywhere). */
enum twr_status apply_take_role(const struct apply *ap, int64_t user_id,
    const char *key, int64_t scope_id, struct twr_error *err) TWR_MUST_CHECK;

#endif
