/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_COMPILE_H
#define TWRBAC_COMPILE_H

/*
 * Compile: directory and accepted configuration become policy.cdb.
 *
 * The order of a write (DESIGN 2): the caller holds the lock and an open
 * transaction; compile_prepare() builds, fsyncs, re-reads and compares
 * policy.new out of that transaction; the caller commits; compile_publish()
 * renames and fsyncs the folder. A crash in between leaves the old policy
 * and a serial in the directory that is higher: compile_heal() sees it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config.h"
#include "directory.h"

struct compile_paths {
	const char *policy; /* /var/lib/twrbac/policy.cdb */
	uid_t owner; /* who must own it: 0, or a test's own uid */
	const char *pamd; /* /etc/pam.d, NULL: do not look */
	const char *passwd; /* /etc/passwd */
	const char *login_defs; /* /etc/login.defs */
};

/* login gains or loses service on this host. ctx is the options'. */
typedef void compile_change_fn(void *ctx, const char *login,
    const char *service, bool gains);

/* A question to the new policy, answered before it is in force. */
struct compile_question {
	const char *login, *service;
	int64_t scope_id; /* as if the rule were for this scope; 0: as it is */
	bool passes; /* the answer */
	char reason[64]; /* "granted", "role-missing", ... */
};

struct compile_options {
	struct compile_paths paths;
	int64_t now; /* CLOCK_REALTIME, seconds */
	const char *conf_name; /* how messages call the configuration */
	bool strict_lock_out; /* refuse if nobody could repair: "compile" */
	bool lock_out_ok; /* --lock-out-ok */
	bool local_uids; /* the directory is another host's: its uids too */
	bool clock_ok; /* --clock-ok: the clock may be behind the journal */
	/*
	 * Commit-confirm: CLOCK_BOOTTIME, in seconds, from which the policy
	 * that is in force now decides again unless the new one is confirmed.
	 * 0: the new one is final. Refused when none in force is confirmed.
	 */
	uint64_t confirm_boottime_s;
	compile_change_fn *change; /* each gain and loss; NULL */
	struct compile_question *questions;
	size_t n_questions;
	void (*warn)(void *ctx, const char *line); /* NULL is allowed */
	/* work done and in all, for a progress bar; NULL is allowed */
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *ctx;
};

/*
 * One login's gain or loss, for "policy 42 in force: bob gains sshd, sudo".
 */
struct compile_effect {
	char *text; /* "bob gains sshd, sudo; eve loses sshd"; "" none */
	uint64_t logins_gaining, logins_losing;
	char **losers; /* the first of the logins that lose something */
	size_t n_losers;
};
#define COMPILE_LOSERS_MAX 100

struct compiled; /* a policy.new, built and proved, not yet in force */

/*
 * Build policy.new from the open transaction of dir and the parsed
 * configuration. serial is the new policy's. Resolves all names, refuses
 * with "FILE:LINE: cause; cure". effect compares, at now, every login and
 * service with the policy that is in force.
 */
enum twr_status compile_prepare(struct directory *dir, const struct config *cf,
    const struct accepted *ac, uint64_t serial,
    const struct compile_options *opt, struct compiled **ret,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * The same policy written to fd (empty, open for reading and writing), for
 * questions: nothing is compared, no lock-out is refused, nothing comes into
 * force. Of opt.paths the policy's is not used.
 */
enum twr_status compile_into(struct directory *dir, const struct config *cf,
    const struct accepted *ac, uint64_t serial,
    const struct compile_options *opt, int fd,
    struct twr_error *err) TWR_MUST_CHECK;
const struct compile_effect *compiled_effect(const struct compiled *cp);
uint64_t compiled_serial(const struct compiled *cp);
const char *compiled_path(const struct compiled *cp); /* of policy.new */
bool compiled_is_in_force(const struct compiled *cp); /* NULL: is not */
/* Put it in force, keeping the former one as policy.prev.cdb. */
enum twr_status compile_publish(struct compiled *cp,
    struct twr_error *err) TWR_MUST_CHECK;
void compiled_free(struct compiled *cp); /* removes an unpublished file */

/*
 * May a policy of this organization be put at paths->policy? The name must
 * end in ".cdb", and what is there now must be nothing, a policy of the same
 * organization, or a damaged one.
 */
enum twr_status compile_check_target(const struct compile_paths *paths,
    const char *organization_sid, struct twr_error *err) TWR_MUST_CHECK;

/* Remove what killed writers left: policy.new, prev.tmp. Says how many. */
enum twr_status compile_remove_leftovers(const struct compile_paths *paths,
    unsigned *ret, struct twr_error *err) TWR_MUST_CHECK;
/* Serial of the policy in force; 0 when there is none that is usable. */
uint64_t compile_serial_in_force(const struct compile_paths *paths);

/* flock on "lock" beside the policy. fd is closed by compile_unlock(). */
enum twr_status compile_lock(const struct compile_paths *paths, int *ret,
    struct twr_error *err) TWR_MUST_CHECK;
void compile_unlock(int fd); /* -1 is allowed */

#endif
