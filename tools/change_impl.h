/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CHANGE_IMPL_H
#define TWRBAC_CHANGE_IMPL_H

/* What the files change*.c share; for them only. */

#include "change.h"
#include "directory_write.h"
#include "journal.h"

/* Tell people one line. */
void change_note(const struct change *ch, const char *fmt, ...)
    TWR_PRINTF(2, 3);
/* Warn when only one administrator counts. */
enum twr_status change_warn_second(const struct change *ch,
    struct twr_error *err) TWR_MUST_CHECK;

/* Journal the change of subject. before as directory_snapshot() gave it. */
enum twr_status change_record(const struct change *ch, enum journal_event event,
    const char *subject, const char *before,
    struct twr_error *err) TWR_MUST_CHECK;

/* Find a scope and note when it was called by a former path. */
enum twr_status change_find_scope(const struct change *ch, const char *text,
    struct scope *ret, struct twr_error *err) TWR_MUST_CHECK;

/*
 * Refuse when user would be the last administrator to go. would: he still
 * counts after the change; doing: "suspended"...
 */
enum twr_status change_check_last(const struct change *ch,
    const struct user *user, const struct user_standing *st, bool would,
    const char *doing, struct twr_error *err) TWR_MUST_CHECK;

/* Write the user's row and journal it. */
enum twr_status change_store_user(const struct change *ch,
    const struct user *us, enum journal_event event,
    struct twr_error *err) TWR_MUST_CHECK;
/* Write the login's record and journal it. */
enum twr_status change_store_login(const struct change *ch,
    const struct login *lo, enum journal_event event,
    struct twr_error *err) TWR_MUST_CHECK;
/* Refuse an address that another user has. */
enum twr_status change_check_email_free(const struct change *ch,
    const char *email, struct twr_error *err) TWR_MUST_CHECK;

/* Map login to user, whose row exists. *changed as change_login_map(). */
enum twr_status change_map(const struct change *ch,
    const struct admin_login *login, const struct user *user, bool *changed,
    struct twr_error *err) TWR_MUST_CHECK;

/* Insert a scope below its parent, whose name is free, and journal it. */
enum twr_status change_store_scope(const struct change *ch, struct scope *sc,
    struct twr_error *err) TWR_MUST_CHECK;
/* Write a login's record and journal it, by no rule. */
enum twr_status change_store_login(const struct change *ch,
    const struct login *lo, enum journal_event event,
    struct twr_error *err) TWR_MUST_CHECK;
/* The actor as rows keep him: his label, cut where it is too long. */
void change_by(const struct change *ch, char buf[TWR_NAME_MAX + 1]);

/* Write an assignment and journal it, by no rule. sid may be NULL. */
struct change_gift {
	const struct user *user;
	const struct role *role;
	const struct scope *scope;
	struct admin_window window;
	const char *reason; /* "" none */
	const char *resource_type, *resource_id; /* "" none */
};
enum twr_status change_give(const struct change *ch,
    const struct change_gift *gift, char sid[TWR_SID_LEN + 1],
    struct twr_error *err) TWR_MUST_CHECK;
/* The same for ever, by the role's key, without reason or resource. */
enum twr_status change_give_key(const struct change *ch,
    const struct user *user, const char *key, const struct scope *scope,
    struct twr_error *err) TWR_MUST_CHECK;
/* Remove a standing assignment and journal it, by no rule. */
enum twr_status change_take(const struct change *ch, int64_t id,
    const char *sid, struct twr_error *err) TWR_MUST_CHECK;

/*
 * Give the user another organization role, by no rule. Keys; "" none. One
 * row goes before the other comes.
 */
enum twr_status change_swap_role(const struct change *ch,
    const struct user *user, const char *was, const char *will,
    struct twr_error *err) TWR_MUST_CHECK;

/* Assignments that stand, copied before any of them changes. */
struct change_rows {
	struct change_row {
		int64_t id;
		char sid[TWR_SID_LEN + 1];
		char email[TWR_NAME_MAX + 1];
		char role[TWR_NAME_MAX + 1];
		char scope[DIRECTORY_PATH_MAX];
	} * items;
	size_t n, room;
};
enum twr_status change_collect(const struct change *ch,
    const struct assignment_filter *filter, struct change_rows *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* Remove them all, by no rule; keep: a role's key that stays. */
enum twr_status change_take_rows(const struct change *ch,
    const struct change_rows *rows, const char *keep, change_gone_fn *fn,
    void *ctx, struct twr_error *err) TWR_MUST_CHECK;
void change_rows_free(struct change_rows *rows);

/* Where the accepted configuration names a thing: "FILE:LINE", or "". */
#define CHANGE_PLACE_MAX 4200
enum twr_status change_named_scope(const struct change *ch,
    const struct scope *scope, char place[CHANGE_PLACE_MAX],
    struct twr_error *err) TWR_MUST_CHECK; /* or what is below it */
/* The same, only where a former name of a scope is used to name it. */
enum twr_status change_named_former(const struct change *ch,
    const struct scope *scope, char place[CHANGE_PLACE_MAX],
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status change_named_role(const struct change *ch,
    const struct role *role, char place[CHANGE_PLACE_MAX],
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- change_catalogue.c, change_catalogue_compare.c ---- */

const struct catalogue_role *change_catalogue_by_sid(const struct catalogue
							 *cat,
    const char *sid); /* NULL: none */
/*
 * In words, what of the row is not as the catalogue has it; "" nothing.
 * *contents: permissions or inclusions are among it.
 */
enum twr_status change_role_differences(struct directory *dir,
    const struct catalogue_role *cr, const struct role *was, char *text,
    size_t size, bool *contents, struct twr_error *err) TWR_MUST_CHECK;

/* Who would miss the role; refused when anybody would. */
enum twr_status change_check_role_unused(const struct change *ch,
    const struct role *role, struct twr_error *err) TWR_MUST_CHECK;

/* Write re->text, from re's outcome and ends and the gift's window. */
void change_describe(const struct change *ch, const struct change_gift *gift,
    struct change_result *re);

#endif
