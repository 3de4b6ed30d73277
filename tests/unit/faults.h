/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_TEST_FAULTS_H
#define TWR_TEST_FAULTS_H

/*
 * Calls that fail on purpose. The linker puts these functions between our
 * objects and the libraries (-Wl,--wrap, see the Makefile), so every call of
 * ours can fail, none of a library's own. Calls are counted by kind; the nth
 * of one kind fails, or each from the nth on.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault_kind {
	FAULT_NONE,
	FAULT_MEMORY, /* malloc() and its kin */
	FAULT_OPEN, /* open(), openat(), fopen(), memfd_create()... */
	FAULT_READ, /* read(), pread() */
	FAULT_STAT,
	FAULT_WRITE, /* write(), pwrite(), fflush() */
	FAULT_SYNC, /* fsync() */
	FAULT_NAME, /* rename(), link(), unlink() and those with at */
	FAULT_MODE, /* fchmod(), fchown() */
	FAULT_CLOSE, /* closes, and fails */
	FAULT_LOCK, /* flock() */
	FAULT_FCNTL,
	FAULT_RANDOM, /* getrandom() */
	FAULT_CLOCK, /* clock_gettime() */
	FAULT_ITEM, /* pam_get_item(), in check_faults_module.c */
	FAULT_SQL, /* a call of SQLite's, in faults_sqlite.c */
	FAULT_DISK, /* what SQLite asks of the system, likewise */
	FAULT_SQL_MEMORY, /* what SQLite allocates, likewise */
	FAULT_KINDS
};
const char *fault_kind_word(enum fault_kind kind);

/* Instead of an errno, for FAULT_READ and FAULT_WRITE: */
#define FAULT_END (-1) /* a read says that the file has ended */
#define FAULT_HALF (-2) /* half of what was asked for: no fault at all */

struct fault {
	enum fault_kind kind;
	unsigned at; /* 1: the first call */
	int error; /* errno, or one of the above */
	bool stays; /* all calls from there on fail */
};

/*
 * Count calls from 0 and remember allocations; NULL: nothing fails. Until
 * fault_disarm(), after which the figures below stay as they are.
 */
void fault_arm(const struct fault *fault);
void fault_disarm(void);
bool fault_was_met(void);
unsigned fault_calls(enum fault_kind kind);
unsigned fault_live(void); /* allocations that were not freed */

/*
 * For the functions in between: count a call, and say whether it must fail;
 * errno is set then.
 */
bool fault_here(enum fault_kind kind);
bool fault_is(enum fault_kind kind); /* the armed one */
int fault_error(void); /* likewise */

/* What the code under test finds, whatever the machine's is. */
struct fault_world {
	const char *etc; /* the folder /etc, to who walks there; NULL */
	bool root; /* what belongs to this user looks like root's */
	int64_t now; /* CLOCK_REALTIME; 0: the clock's */
	int64_t boottime; /* CLOCK_BOOTTIME; 0: the clock's */
};
void fault_pretend(const struct fault_world *world); /* NULL: nothing */

#endif
