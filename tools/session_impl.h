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

/* ---- session_sudoers.c: the generated file follows the policy ---- */

/*
 * Compare what the policy in force and the new one say in sudoers, where the
 * file is installed. Only for what is to be said: whatever cannot be compared
 * is not.
 */
void session_sudoers_compare(struct session *s);
/*
 * Before the commit: take out of the file what the new policy does not grant,
 * so that a crash at any later moment leaves nobody too much. What cannot be
 * written is removed as a whole, and said; a file that is not ours stays.
 * Anything but TWR_OK: nothing may be committed, and nothing was changed.
 */
enum twr_status session_sudoers_narrow(struct session *s,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * When the commit failed behind that: write the file for the policy in force
 * again. What stands in the way is a warning.
 */
void session_sudoers_undo(struct session *s);
/*
 * After the new policy is in force: write what it grants; while it waits to
 * be confirmed, only what the one before grants too. TWR_EWRITE, also where
 * the file is not ours.
 */
enum twr_status session_sudoers_finish(struct session *s,
    struct twr_error *err) TWR_MUST_CHECK;
/* Did a write end between its policy and the file? */
bool session_sudoers_behind(const struct session *s);
/* Under the lock: mend that, and say so. What stands in the way is a warning */
void session_sudoers_heal(struct session *s);
/* "sudo: bob gains ..."; "": nothing changes, or no file is installed. */
const char *session_sudoers_effect(const struct session *s);
void session_sudoers_end(struct session *s);

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
