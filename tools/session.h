/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SESSION_H
#define TWRBAC_SESSION_H

/*
 * What a command works on: the open directory, who is acting, and for
 * writes the bracket around it (DESIGN 2, "Order of a write"):
 *
 *	lock, open, heal what a killed writer left, begin, find the actor;
 *	the command's changes;
 *	compile from this transaction, commit, rename, announce, report.
 *
 * Whatever fails before the commit leaves directory and policy as they were.
 */

#include <stdbool.h>
#include <stdint.h>

#include "actor.h"
#include "change.h"
#include "compile.h"
#include "confirm.h"
#include "directory.h"
#include "opts.h"
#include "out.h"
#include "status.h"

#ifndef TWR_STATE_DIR
#define TWR_STATE_DIR "/var/lib/twrbac"
#endif
#ifndef TWR_CONF
#define TWR_CONF "/etc/twrbac/twrbac.conf"
#endif
#ifndef TWR_DATADIR
#define TWR_DATADIR "/usr/share/twrbac"
#endif

struct follow;
struct sudoers_sync;

struct session {
	const char *directory_path, *conf_path; /* absolute */
	struct compile_paths paths;
	/*
	 * One moment for the whole command: the clock's, and from
	 * session_open_read() or session_ask() on that of --at; in a
	 * write the clock's when it got the lock.
	 */
	int64_t now;
	int64_t at; /* of --at; otherwise the clock's */
	bool past; /* dir is the directory as it was then */
	int64_t policy_at; /* when the past's policy was compiled */
	bool decides; /* the past is what was in force, not what was stored */
	struct actor_facts facts;
	struct actor actor;
	struct change change; /* ready for change.h's functions, in a write */
	struct directory *dir; /* NULL: not open */
	struct out *out;
	/* set by a command before session_commit() */
	bool strict; /* compile: refuse what would lock everybody out */
	bool lock_out_ok, clock_ok, no_compile;
	bool adopt_path; /* of compile */
	bool dry_run; /* say what it would come to, and roll back */
	bool dry; /* plan: all but the commit */
	uint64_t confirm_s; /* --confirm: seconds; 0: final at once */
	struct accepted conf; /* compile on a host that follows: its own */
	/* asked after the build, before the commit; NULL: nothing to ask */
	enum twr_status (*review)(void *ctx, struct twr_error *err);
	void *review_ctx;
	void (*review_end)(void *ctx); /* at the end; NULL is allowed */
	compile_change_fn *effect; /* told who gains and loses; NULL */
	struct compile_question *questions; /* malloc'd; freed at the end */
	size_t n_questions;
	/* set by main before session_open_write() */
	bool deciding; /* confirm, revert: run while a change waits */
	bool plans; /* plan, --dry-run: never upgrade the directory */
	/* set by session_open_write() */
	struct follow *follow; /* compile from a copy: what it says */
	/* private to session.c */
	bool meter; /* stderr is a terminal: show how far compile is */
	char followed[4096]; /* path of the remembered copy */
	int lock;
	uint64_t seq_before;
	unsigned n_warnings;
	struct compiled *compiled; /* a review may ask whether there is one */
	struct sudoers_sync *sudoers; /* NULL: no file is installed */
};

/*
 * Take paths and switches from the command line. opts and out must outlive
 * the session. TWR_EINVAL: a path that is not absolute. Nothing is opened;
 * session_close() is due in any case.
 */
enum twr_status session_init(struct session *s, const struct opts *opts,
    struct out *out, struct twr_error *err) TWR_MUST_CHECK;

/*
 * Open the directory in a read transaction; with wants_actor an
 * administrator must be acting now (TWR_EPERM). With --at in the past, dir
 * is the directory as it was then: at the newest change of that time, or for
 * a command that decides, at the compile of the policy that was in force.
 */
enum twr_status session_open_read(struct session *s, bool wants_actor,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * For a command that opens the directory by itself: take the moment of --at
 * and open the past, if it lies there; dir stays NULL otherwise.
 */
enum twr_status session_ask(struct session *s,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * The directory as the policy of this serial was compiled from it, in place
 * of whatever is open; end with session_leave_past(). TWR_ENOENT: its journal
 * knows of no such policy; TWR_EREFUSED: it is another host's.
 */
enum twr_status session_open_serial(struct session *s, uint64_t serial,
    struct twr_error *err) TWR_MUST_CHECK;
void session_leave_past(struct session *s);

/*
 * Lock, open, heal (said on stderr), begin, find the actor: an administrator
 * with wants_actor, else whoever it is. heal false leaves an old policy to
 * the compile that is about to come. TWR_EBUSY: another writer.
 */
enum twr_status session_open_write(struct session *s, bool wants_actor,
    bool heal, struct twr_error *err) TWR_MUST_CHECK;
/*
 * For commands of the host: when the directory is ahead of the policy in
 * force, compile anew and say so. What stands in the way is a warning, and
 * a writer at work is none.
 */
void session_heal_first(struct session *s);
/*
 * For restore: the same as in any write, for a directory at
 * directory_path that was made of a copy, so that no copy of it is needed.
 */
enum twr_status session_upgrade_restored(struct session *s,
    struct twr_error *err) TWR_MUST_CHECK;
/* Take the writers' lock alone, for init. */
enum twr_status session_lock(struct session *s,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * The second half of the bracket. Sets the report's effect. Without any
 * change it does nothing and says so, unless strict.
 */
enum twr_status session_commit(struct session *s,
    struct twr_error *err) TWR_MUST_CHECK;
void session_close(struct session *s); /* rolls back what is not committed */

/*
 * Is there a change that waits to be confirmed? Needs the directory open.
 * *left_s: seconds left.
 */
enum twr_status session_confirm_state(struct session *s,
    enum confirm_state *ret, uint64_t *left_s,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Write the file for sudo (sudoers_file.h) by the policy in force; under the
 * lock. TWR_ENOENT: no policy, or no visudo; and as sudoers_put().
 */
enum twr_status session_sudoers_write(struct session *s,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Whether twrbac.conf differs from what was accepted; true also when it
 * cannot be read. False before anything was accepted.
 */
bool session_conf_edited(const struct session *s, const struct accepted *ac);

#endif
