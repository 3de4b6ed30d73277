/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_TEXT_H
#define TWR_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

/*
 * A line under construction in memory of the caller's. What does not fit is
 * dropped whole, never cut inside an escape; .full then says so.
 */
struct twr_line {
	char *buf;
	size_t size; /* of buf, at least 1 */
	size_t len;
	bool full;
};

void twr_line_init(struct twr_line *ln, char *buf, size_t size);
void twr_line_add(struct twr_line *ln, const char *text);
void twr_line_addf(struct twr_line *ln, const char *fmt, ...) TWR_PRINTF(2, 3);

/*
 * Append " key=value" (no blank at the start of the line). Bytes below 0x21,
 * 0x7f and above, '"', '=' and '\' become \xHH, so a value is one word that
 * cannot forge a key or a line. What is shown of value, escapes counted, has
 * at most max bytes; a longer one ends in "..". NULL and "" give "key=-".
 */
void twr_line_key(struct twr_line *ln, const char *key, const char *value,
    size_t max);

/* The same for a sentence: key="value", in which blanks stay blanks. */
void twr_line_text(struct twr_line *ln, const char *key, const char *value,
    size_t max);

/*
 * Parse an RFC 3339 date-time: 2026-12-31T00:00:00Z, or with an offset such
 * as +01:00 instead of Z. No fractions, no leap seconds, years 1970 to 9999,
 * in UTC too.
 * Returns false, and leaves ret alone, for anything else.
 */
bool twr_time_parse(const char *text, int64_t *ret);

/* 2026-12-31T00:00:00Z; TWR_ALWAYS and TWR_NEVER give "always", "never". */
#define TWR_TIME_LEN 21 /* with its NUL */
void twr_time_format(int64_t when, char buf[TWR_TIME_LEN]);

/* Two capital letters (any when prefix is NULL), 32 lowercase hex digits. */
bool twr_sid_valid(const char *text, const char *prefix);

/*
 * A short random id for people to quote: 8 letters and digits without
 * I, L, O and U (Crockford's base 32), from 5 random bytes.
 */
#define TWR_EVENT_LEN 9 /* with its NUL */
void twr_event_id(const uint8_t random[5], char buf[TWR_EVENT_LEN]);

#endif
