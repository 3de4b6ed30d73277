/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_LOGREAD_H
#define TWRBAC_LOGREAD_H

/*
 * Reading back what the module logs: the one line of pam_twrbac/logline.h,
 * and the system log's words before it. What is no such line to the byte is
 * refused; what is one may still be written by anybody who can write to the
 * log.
 */

#include <stdbool.h>
#include <stdint.h>

#include "logline.h"
#include "status.h"
#include "text.h"

#define LOGREAD_VERDICTS(X) \
	X(GRANT, "grant") \
	X(DENY, "deny") \
	X(EXEMPT, "exempt") \
	X(WOULD_DENY, "would-deny") \
	X(BREAK_GLASS, "break-glass")

enum logread_verdict {
#define X(id, word) LOGREAD_##id,
	LOGREAD_VERDICTS(X)
#undef X
	LOGREAD_VERDICT_COUNT
};

/* One line, taken apart. Copy it with logread_copy() only. */
struct logread {
	/* as they were before they were escaped; NULL: "-", or not there */
	const char *value[TWR_LOG_KEYS];
	enum logread_verdict verdict;
	enum twr_reason reason;
	uint64_t serial; /* 0: no policy */
	int64_t at; /* of the assignment; TWR_ALWAYS: no such time */
	char text[TWR_LOGLINE_MAX]; /* what the values point into */
};

/*
 * Take apart "event=... serial=42 ...". Exactly what twr_logline() writes is
 * accepted: each key once, in its order, with a value that it can have, every
 * byte escaped that has to be and none that has not. TWR_EDATA, with what is
 * wrong.
 */
enum twr_status logread_parse(const char *line, struct logread *ret,
    struct twr_error *err) TWR_MUST_CHECK;
void logread_copy(struct logread *to, const struct logread *from);

/* Is the value one that hides a name: "#", "#" and 8 hex digits? */
bool logread_is_hidden(const char *name);
/* 8 letters and digits as twr_event_id() makes them, in any case. */
bool logread_event_id(const char *text, char ret[TWR_EVENT_LEN]);

/* What a line of a log file says before the message of the module. */
struct logread_head {
	int64_t at; /* TWR_ALWAYS: the line has no time */
	char host[256]; /* "" when there is none */
	char program[80]; /* "sshd[4711]"; "" when there is none */
	const char *message; /* "event=...", in the line */
};

/*
 * Is this a line of a log file with a message of the module? The forms are
 * that of syslog ("Nov 21 20:14:03 ops1 sshd[17]: "), the one with an
 * RFC 3339 time, RFC 5424's, each with "<priority>" or without, and the
 * message alone. The message must be the program's whole one: what another
 * program quotes is none. now is for times without a year: the newest is
 * meant that is not more than a day ahead; of an hour that happens twice the
 * later.
 */
bool logread_head(const char *line, int64_t now, struct logread_head *ret);
/* Behind "pam_twrbac(sshd:account): "; NULL when it begins otherwise. */
const char *logread_message(const char *text);

#endif
