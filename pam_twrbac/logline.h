/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_LOGLINE_H
#define TWR_LOGLINE_H

#include "gate.h"

/* What a report says besides the judgement itself. */
struct twr_report {
	const struct twr_judgement *judgement;
	const char *event; /* random id, or "-" */
	const char *verdict; /* grant, deny, exempt, would-deny, break-glass */
	enum twr_reason reason;
	const char *by; /* "argument" when pam.d made it so, else NULL */
	const char *rhost, *tty; /* PAM items for the record only, or NULL */
	const char *host; /* this host's name */
};

/*
 * The keys of a line, in their order: first those that are always there, then
 * those that stand only where they apply. The reader of lines in tools/ goes
 * by the same table.
 *
 * login is the subject, target is PAM_USER where the invoker is judged, role
 * is the assignment that met the last demand or came closest, as key@scope,
 * at is when it begins, ends, ended or was removed. A name that the gate does
 * not know is shown as # and 32 bits of a keyed hash, without a policy as #.
 */
#define TWR_LOG_ALWAYS(X) \
	X(EVENT, "event") \
	X(VERDICT, "verdict") \
	X(REASON, "reason") \
	X(SERVICE, "service") \
	X(LOGIN, "login") \
	X(USER, "user") \
	X(TARGET, "target") \
	X(INVOKER, "invoker") \
	X(SCOPE, "scope") \
	X(DEMAND, "demand") \
	X(ROLE, "role") \
	X(AT, "at") \
	X(RHOST, "rhost") \
	X(TTY, "tty") \
	X(SERIAL, "serial")
#define TWR_LOG_SOMETIMES(X) \
	X(POLICY, "policy") /* prev */ \
	X(CLOCK, "clock") /* behind */ \
	X(CONF, "conf") /* edited */ \
	X(BY, "by") \
	X(ERROR, "error") /* the only value with blanks, in quotes */

#define TWR_LOG_LINE(X) TWR_LOG_ALWAYS(X) TWR_LOG_SOMETIMES(X)

enum twr_log_key {
#define X(id, word) TWR_LOG_##id,
	TWR_LOG_LINE(X)
#undef X
	TWR_LOG_KEYS
};
#define TWR_LOG_FIXED TWR_LOG_POLICY /* how many are always there */

const char *twr_log_word(enum twr_log_key key);

/* One line of key=value, values escaped by twr_line_key(). */
#define TWR_LOGLINE_MAX 4096 /* holds every key, however long the values */
void twr_logline(const struct twr_report *rp, char buf[TWR_LOGLINE_MAX]);

/*
 * The sentence for the refused person, without a newline and without control
 * characters:
 *
 *	twrbac: access to ops1 refused: your role hosts:login ended 02:00 UTC
 *	(ref 7Q2M4KXA). Contact ops@example.com
 *
 * With refusal_detail = "none" it has no reason. Names too long for it are
 * shortened; reference and contact are always there. (PAM's own limit for a
 * message is 512 bytes.)
 */
#define TWR_SENTENCE_MAX 512
void twr_sentence(const struct twr_report *rp, char buf[TWR_SENTENCE_MAX]);

/* "#" and 8 hex digits: how a name is logged that must not be shown. */
#define TWR_HIDDEN_LEN 10 /* with its NUL */
void twr_hidden_name(const uint8_t key[TWR_ID_LEN], const char *name,
    char buf[TWR_HIDDEN_LEN]);

#endif
