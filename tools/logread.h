/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_LOGREAD_H
#define TWRBAC_LOGREAD_H

/*
 * Reading back what the module and sudo's group plugin log: the one line of
 * pam_twrbac/logline.h, and the system log's words before it. What is no such
 * line to the byte is refused; what is one may still be written by anybody who
 * can write to the log.
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
	X(BREAK_GLASS, "break-glass") \
	/* sudo's group plugin */ \
	X(MEMBER, "member") \
	X(NOT_MEMBER, "not-member")

enum logread_verdict {
#define X(id, word) LOGREAD_##id,
	LOGREAD_VERDICTS(X)
#undef X
	LOGREAD_VERDICT_COUNT
};

/* What made it so, where that was no policy's rule. */
#define LOGREAD_BYS(X) \
	X(ARGUMENT, "argument") /* of the line in pam.d */ \
	X(CONF, "conf") /* permissive in twrbac.conf */ \
	X(UNCONFIGURED, "unconfigured") /* there never was a policy */

enum logread_by {
	LOGREAD_BY_NOTHING,
#define X(id, word) LOGREAD_BY_##id,
	LOGREAD_BYS(X)
#undef X
	LOGREAD_BY_COUNT
};

/* Who logs. */
enum logread_voice {
	LOGREAD_ANY, /* the line does not say */
	LOGREAD_MODULE, /* "pam_twrbac(sshd:account): " */
	LOGREAD_PLUGIN /* "sudo_twrbac: " */
};

/* One line, taken apart. Copy it with logread_copy() only. */
struct logread {
	/* as they were before they were escaped; NULL: "-", or not there */
	const char *value[TWR_LOG_KEYS];
	enum logread_verdict verdict;
	enum twr_reason reason;
	enum logread_by by;
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
/* Does the plugin write this verdict, rather than the module? */
bool logread_is_plugin(enum logread_verdict verdict);
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
	enum logread_voice voice;
	const char *message; /* "event=...", in the line */
};

/*
 * Is this a line of a log file with a message of the module or the plugin? The
 * forms are that of syslog ("Nov 21 20:14:03 ops1 sshd[17]: "), the one with an
 * RFC 3339 time, RFC 5424's, each with "<priority>" or without, and the
 * message alone. The message must be the program's whole one: what another
 * program quotes is none. now is for times without a year: the newest is
 * meant that is not more than a day ahead; of an hour that happens twice the
 * later.
 */
bool logread_head(const char *line, int64_t now, struct logread_head *ret);
/* Behind the words of one of the voices; NULL when it begins otherwise. */
const char *logread_message(const char *text, enum logread_voice *ret);

#endif
