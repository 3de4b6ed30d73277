/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SESSION_IMPL_H
#define TWRBAC_SESSION_IMPL_H

/* What the files session*.c share; for them only. */

#include "session.h"

/* ---- session.c ---- */

enum twr_status session_find_actor(struct session *s, bool wants_actor,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status session_open_directory(struct session *s,
    enum directory_mode mode, struct twr_error *err) TWR_MUST_CHECK;
/* Build the next policy out of the open transaction. */
enum twr_status session_build(struct session *s, const struct accepted *ac,
    uint64_t serial, struct twr_error *err) TWR_MUST_CHECK;
/* Commit, put the policy in force, tell syslog. */
enum twr_status session_make_real(struct session *s,
    struct twr_error *err) TWR_MUST_CHECK;
/* "policy 42 in force: ...", or why there is none. */
void session_say_effect(struct session *s, const struct accepted *ac);

/* ---- session_confirm.c ---- */

/* Refuse any write but confirm and revert while a change waits. */
enum twr_status session_check_waiting(struct session *s,
    enum confirm_state *ret, struct twr_error *err) TWR_MUST_CHECK;
/*
 * Before a write: refuse it while a change waits to be confirmed; undo the
 * change when nobody confirmed it in time. *undone: it was, and is said.
 */
enum twr_status session_settle(struct session *s, bool *undone,
    struct twr_error *err) TWR_MUST_CHECK;
/* After the commit of a change with --confirm: say what is to be done. */
void session_say_confirm(struct session *s);

/* ---- session_upgrade.c ---- */

/*
 * The directory is of an older schema and this command may write: upgrade it,
 * with a dated copy beside it, say so, and open it. Refused as the command
 * itself would be: no administrator, a change that waits to be confirmed, the
 * policy of another; and for a command that only plans.
 */
enum twr_status session_upgrade(struct session *s, bool wants_actor,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- session_follow.c ---- */

/*
 * The directory is a copy, or this host follows one. For compile, open it
 * for that; for any other write, refuse.
 */
enum twr_status session_open_copy(struct session *s, bool compile,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status session_commit_copy(struct session *s,
    struct twr_error *err) TWR_MUST_CHECK;
/* Take the remembered copy, if any, as the directory. */
enum twr_status session_followed(struct session *s,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
