/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CLOCK_H
#define TWRBAC_CLOCK_H

/*
 * The tool's edge towards clocks and time zones: nothing else in tools/
 * asks what time it is. Times are seconds since 1970-01-01 UTC.
 */

#include <stdbool.h>
#include <stdint.h>

#include "status.h"

int64_t clock_now(void); /* CLOCK_REALTIME */
uint64_t clock_boottime(void); /* CLOCK_BOOTTIME, seconds; 0: unknown */

/*
 * Parse RFC 3339 with Z or an offset, or "2026-12-01 18:00[:00]" or
 * "2026-12-01" in the local zone. what stands for it in err. TWR_EINVAL for
 * anything else, for days and hours that do not exist, and for a local hour
 * that happens twice because clocks are put back.
 */
enum twr_status clock_parse(const char *text, const char *what, int64_t *ret,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * A local time without its year, as syslog writes it: the newest that is not
 * more than a day after now; of an hour that happens twice the later. clock
 * is hour, minute and second. False when no year has such a moment.
 */
bool clock_without_year(unsigned month, unsigned day, const unsigned clock[3],
    int64_t now, int64_t *ret) TWR_MUST_CHECK;

/*
 * A duration: digits and one of m, h, d, w, such as 30m, 4h, 7d, 2w; more
 * than nothing, at most 100 years. TWR_EINVAL otherwise.
 */
enum twr_status clock_parse_duration(const char *text, const char *what,
    int64_t *ret_s, struct twr_error *err) TWR_MUST_CHECK;

/*
 * RFC 3339: in UTC with Z, else in the local zone with its offset.
 * TWR_ALWAYS and TWR_NEVER give "always" and "never".
 */
#define CLOCK_TEXT_LEN 32 /* with its NUL */
void clock_format(int64_t when, bool utc, char buf[CLOCK_TEXT_LEN]);

/*
 * The same for people: "2026-12-31 18:00" and, apart from it, the zone:
 * "+01:00", or "UTC". "always" and "never" have the zone "".
 */
#define CLOCK_ZONE_LEN 8 /* with its NUL */
void clock_format_people(int64_t when, bool utc, char buf[CLOCK_TEXT_LEN],
    char zone[CLOCK_ZONE_LEN]);

#endif
