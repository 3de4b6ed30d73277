/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_PROC_H
#define TWRBAC_PROC_H

/*
 * The processes of this host as proc(5) tells of them. The names and titles
 * of a process are its own to choose, and all of it may be over when it is
 * read: nothing here is a proof, but uid and start time together name one
 * process.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "status.h"

struct proc {
	pid_t pid, parent;
	uint32_t uid; /* the real one */
	uint32_t login_uid; /* TWR_UID_UNKNOWN: unset, or not kept here */
	uint64_t start; /* in ticks since boot */
	char name[64]; /* the program's, as it calls itself */
	/*
	 * In another pid namespace that was made with root's rights: in a
	 * container, where uids may be other people's.
	 */
	bool foreign;
};

struct proc_list {
	struct proc *all; /* by pid */
	size_t n, room;
	int64_t boot; /* when the host started; 0: unknown */
	uint32_t ticks; /* in a second */
};

#define PROC_MAX (1u << 20) /* processes that are read */

/*
 * Read all processes. root: /proc. TWR_EUNREADABLE: it cannot be read;
 * TWR_ENOMEM. A process that ends meanwhile is left out.
 */
enum twr_status proc_read(const char *root, struct proc_list *ret,
    struct twr_error *err) TWR_MUST_CHECK;
void proc_free(struct proc_list *list); /* zeroed is allowed */

const struct proc *proc_find(const struct proc_list *list, pid_t pid);
/* Does one of its parents, or theirs, have this real uid? */
bool proc_descends(const struct proc_list *list, const struct proc *pr,
    uint32_t uid);
/* Is pid this one, or one of its parents or theirs? */
bool proc_is_above(const struct proc_list *list, pid_t pid, pid_t child);
int64_t proc_started(const struct proc_list *list, const struct proc *pr);
/* What the process calls itself in full, cut to size; "" when unknown. */
void proc_title(const char *root, pid_t pid, char *buf, size_t size);

/* Is it still the process that was read: same uid, same start? */
bool proc_is_same(const char *root, const struct proc *pr);

#endif
