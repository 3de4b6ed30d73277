/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_REMAINS_H
#define TWRBAC_REMAINS_H

/*
 * What stays behind on this host when access is taken away: PAM is asked when
 * something begins, so nothing that has begun ends by itself.
 *
 * Files of others are looked at, never opened: names, owners and sizes. What
 * lies in a home is looked at by a child process, which is given up when it
 * does not come back.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proc.h"
#include "status.h"

/* Where to look; absolute. */
struct remains_roots {
	const char *proc; /* /proc */
	const char *utmp; /* /run/utmp */
	const char *sessions; /* /run/systemd/sessions: logind's */
	const char *spool; /* /var/spool: cron and at */
	const char *linger; /* /var/lib/systemd/linger */
	const char *run; /* /run: sudo's timestamps */
	const char *passwd; /* /etc/passwd */
	bool name_service; /* it may be asked for accounts, too */
};
extern const struct remains_roots remains_host;

enum remains_kind {
	/* what runs */
	REMAINS_SESSION,
	REMAINS_PROCESSES,
	REMAINS_RAISED, /* begun from his, but another uid's */
	REMAINS_CONTAINER, /* of his uid, in a container of root's */
	/* what could begin again */
	REMAINS_CRONTAB,
	REMAINS_AT,
	REMAINS_LINGER,
	REMAINS_KEYS,
	REMAINS_SUDO,
	REMAINS_OVER, /* was ended */
	REMAINS_UNKNOWN /* could not be looked at: what and why */
};
const char *remains_kind_word(enum remains_kind kind);

struct remains_item {
	enum remains_kind kind;
	const char *login; /* the login's that was asked about */
	char *what; /* for people; may hold anything: escape it */
	char *command; /* ends it, safe for a shell; NULL: none is known */
	char *tty; /* of a session; NULL */
	int64_t since; /* TWR_ALWAYS: unknown */
	uint64_t count; /* of processes or jobs; else 1 */
};

struct remains_login {
	const char *name;
	uint32_t uid; /* TWR_UID_UNKNOWN: it has no account */
	/* another login with this uid that keeps its access; NULL */
	char *shared;
};

struct remains {
	struct remains_item *items; /* by login, then by kind */
	size_t n, room;
	bool failed; /* out of memory */
	unsigned late; /* homes that did not answer */
};

/*
 * Look for all that remains of the logins. names and uids have to be filled
 * in; .shared is set here and released by remains_free_logins(). What cannot
 * be looked at is an item of its own; only TWR_ENOMEM fails. Of uid 0 no
 * processes are looked for: they are the host's.
 */
enum twr_status remains_look(const struct remains_roots *roots,
    struct remains_login *logins, size_t n, struct remains *ret,
    struct twr_error *err) TWR_MUST_CHECK;
void remains_free(struct remains *rm); /* zeroed is allowed */
void remains_free_logins(struct remains_login *logins, size_t n);

/* ---- remains_end.c ---- */

enum remains_left { /* why a login's processes were left alone */
	REMAINS_ENDED, /* they were not */
	REMAINS_NO_UID,
	REMAINS_ROOT,
	REMAINS_SYSTEM, /* a system account's are the host's */
	REMAINS_SHARED /* another login has the uid */
};

struct remains_outcome {
	enum remains_left left;
	uint64_t ended;
	uint64_t alive; /* that should have gone, and did not */
	uint64_t spared; /* under which self runs */
};

/*
 * End all processes whose real uid is the login's, and with them its
 * sessions: hang-up and termination, killing after three seconds. Not ended:
 * pid 1, self and what is above it, and processes in containers. uid_min:
 * the first uid of people. Needs remains_look() before, for .shared.
 */
enum twr_status remains_end(const struct remains_roots *roots,
    const struct remains_login *login, uint32_t uid_min, pid_t self,
    struct remains_outcome *ret, struct twr_error *err) TWR_MUST_CHECK;

/* ---- for the parts of it ---- */

/*
 * Append an item. what is a printf format; command (NULL is allowed) becomes
 * the item's and is freed in any case.
 */
struct remains_item *remains_add(struct remains *rm, enum remains_kind kind,
    const char *login, char *command, const char *fmt, ...) TWR_PRINTF(5, 6);
/* A fresh string: word stands between the two as one word of a shell. */
char *remains_command(const char *before, const char *word, const char *after);
/* Of the local accounts, else of the name service. A fresh string; NULL. */
char *remains_home(const struct remains_roots *roots, const char *login);

void remains_sessions(const struct remains_roots *roots,
    const struct proc_list *procs, const struct remains_login *login,
    struct remains *rm);
void remains_processes(const struct proc_list *procs,
    const struct remains_login *login, struct remains *rm);
void remains_files(const struct remains_roots *roots,
    const struct remains_login *login, struct remains *rm);
void remains_keys(const struct remains_roots *roots,
    const struct remains_login *login, struct remains *rm);

#endif
