/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_STACK_H
#define TWRBAC_STACK_H

/*
 * The account stack of a PAM service, read as libpam reads it, and what
 * libpam would make of the answers of its modules. Nothing is loaded or
 * called; check_stack compares it with the real libpam.
 */

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

#define STACK_LEVELS 16 /* of files that include each other: libpam's limit */

/* Results as libpam numbers them; the tool does not include its headers. */
enum stack_code {
	STACK_SUCCESS = 0,
	STACK_SERVICE_ERR = 3,
	STACK_SYSTEM_ERR = 4,
	STACK_BUF_ERR = 5,
	STACK_PERM_DENIED = 6,
	STACK_AUTH_ERR = 7,
	STACK_AUTHINFO_UNAVAIL = 9,
	STACK_USER_UNKNOWN = 10,
	STACK_NEW_AUTHTOK_REQD = 12,
	STACK_ACCT_EXPIRED = 13,
	STACK_IGNORE = 25,
	STACK_ABORT = 26,
	STACK_AUTHTOK_EXPIRED = 27,
	STACK_MODULE_UNKNOWN = 28,
	STACK_INCOMPLETE = 31,
	STACK_CODES = 32
};

/* What a result does; above 0 it jumps over so many lines. */
enum {
	STACK_DO_IGNORE = 0,
	STACK_DO_OK = -1,
	STACK_DO_DONE = -2,
	STACK_DO_BAD = -3,
	STACK_DO_DIE = -4,
	STACK_DO_RESET = -5
};

enum stack_kind {
	STACK_MODULE,
	STACK_SUBSTACK, /* the head of a substack; calls nothing */
	STACK_FAILS /* a line that libpam cannot use: permission denied */
};

struct stack_line {
	enum stack_kind kind;
	const char *file; /* where it stands; the stack's */
	unsigned line; /* the first one, from 1 on */
	unsigned level; /* of substacks around it */
	int actions[STACK_CODES];
	char *text; /* the whole line, without comment; the rest points in */
	const char *control; /* "required", "success=ok default=die" */
	const char *module; /* as written; of a substack its file; "" none */
	const char *args; /* "" when there are none */
	const char *problem; /* what is wrong with it; NULL: nothing */
};

struct stack {
	struct stack_line *lines;
	size_t n, room;
	char **files; /* that were read, in order */
	size_t n_files, room_files;
	bool from_other; /* the service has no line: "other" decides */
	unsigned long_line; /* the first over STACK_LINE_MOST bytes, or 0 */
	const char *long_file;
	/*
	 * libpam refuses to begin: a file that is cut off, has a NUL byte, or
	 * names an @include that is not there. Everybody is refused.
	 */
	char broken[512]; /* "" when it is not */
};

/* libpam before 1.6 takes what is longer apart. */
#define STACK_LINE_MOST 1000

/* The text of a file of the first dir, as it is going to be. */
struct stack_text {
	const char *name, *text;
};

/* Where libpam looks for services. */
struct stack_places {
	const char *dirs[3]; /* in order; NULL ends */
	const char *conf; /* read when no dir is there; NULL: none */
	/* in the place of what lies in dirs[0]; names that end with NULL */
	const struct stack_text *texts; /* NULL: none */
};

/*
 * Read the account stack of a service. TWR_OK also for one that is broken
 * or empty. TWR_ENOENT: it has no file and there is no "other"; libpam
 * refuses to begin. TWR_EUNREADABLE: a file is there, and this process may
 * not read it. TWR_ENOMEM. Release with stack_free() in any case.
 */
enum twr_status stack_load(const struct stack_places *places,
    const char *service, struct stack *ret,
    struct twr_error *err) TWR_MUST_CHECK;
void stack_free(struct stack *st); /* zeroed is allowed */

/* The last part of a module's path is name? */
bool stack_is_module(const struct stack_line *line, const char *name);

/* ---- stack_run.c: what libpam does ---- */

enum stack_impression {
	STACK_UNDEF,
	STACK_POSITIVE,
	STACK_NEGATIVE
};

/* Where a walk stands. It begins with stack_begin(). */
struct stack_state {
	unsigned char impression, status, level;
	struct {
		unsigned char impression, status;
	} saved[STACK_LEVELS];
};

void stack_begin(struct stack_state *state);
/*
 * Line i answered code: take it in. Returns the line that is next, st->n at
 * the end. A line that is no module's answers what libpam makes of it.
 */
size_t stack_step(const struct stack *st, size_t i, int code,
    struct stack_state *state);
/* What the program gets, at the end. */
int stack_end(const struct stack_state *state);
/*
 * The whole walk: codes[i] is what line i answers. reached (NULL is allowed)
 * gets whether line i was asked. An empty stack is refused.
 */
int stack_run(const struct stack *st, const int *codes, bool *reached);

/* ---- stack_text.c ---- */

/* The words of a line's control as libpam takes them; false: all is bad. */
bool stack_parse_control(const char *text, int actions[STACK_CODES]);
const char *stack_code_word(int code); /* "perm_denied"; "?" */
/* The next word of *at in place, [..] being one. NULL: none is left. */
char *stack_word(char **at);

#endif
