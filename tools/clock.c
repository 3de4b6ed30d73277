/* SPDX-License-Identifier: BSD-2-Clause */
#include "clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "model.h"
#include "text.h"

#define LONGEST_S (100LL * 366 * 86400)

int64_t
clock_now(void)
{
	struct timespec ts;

	/* Without a clock nothing may be dated: far in the past refuses. */
	if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
		return 0;
	return ts.tv_sec;
}

uint64_t
clock_boottime(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_BOOTTIME, &ts) != 0 || ts.tv_sec < 0)
		return 0;
	return (uint64_t)ts.tv_sec;
}

/* Match digits for '0' and anything else for itself. */
static bool
has_shape(const char *text, const char *shape)
{
	for (; *shape != '\0'; text++, shape++) {
		if (*shape == '0' && (*text < '0' || *text > '9'))
			return false;
		if (*shape != '0' && *text != *shape)
			return false;
	}
	return *text == '\0';
}

static int
digits(const char *p, int n)
{
	int value = 0;

	while (n-- > 0)
		value = 10 * value + (*p++ - '0');
	return value;
}

/* The time of a local date under one idea of summer time; -1: none. */
static time_t
local_time(const struct tm *want, int isdst)
{
	struct tm tm = *want;
	time_t t;

	tm.tm_isdst = isdst;
	t = mktime(&tm);
	/* mktime() moves dates that do not exist; those are no answer. */
	if (tm.tm_year != want->tm_year || tm.tm_mon != want->tm_mon ||
	    tm.tm_mday != want->tm_mday || tm.tm_hour != want->tm_hour ||
	    tm.tm_min != want->tm_min || tm.tm_sec != want->tm_sec)
		return -1;
	return t;
}

static bool
read_local(const char *text, struct tm *tm)
{
	memset(tm, 0, sizeof(*tm));
	if (!has_shape(text, "0000-00-00") &&
	    !has_shape(text, "0000-00-00 00:00") &&
	    !has_shape(text, "0000-00-00 00:00:00"))
		return false;
	tm->tm_year = digits(text, 4) - 1900;
	tm->tm_mon = digits(text + 5, 2) - 1;
	tm->tm_mday = digits(text + 8, 2);
	if (strlen(text) > 10) {
		tm->tm_hour = digits(text + 11, 2);
		tm->tm_min = digits(text + 14, 2);
	}
	if (strlen(text) > 16)
		tm->tm_sec = digits(text + 17, 2);
	return tm->tm_year >= 70;
}

enum twr_status
clock_parse(const char *text, const char *what, int64_t *ret,
    struct twr_error *err)
{
	time_t standard, summer;
	struct tm tm;

	if (twr_time_parse(text, ret))
		return TWR_OK;
	if (!read_local(text, &tm))
		return twr_fail(err, TWR_EINVAL,
		    "%s \"%s\": not a time; write 2026-12-01, "
		    "\"2026-12-01 18:00\" or 2026-12-01T18:00:00Z",
		    what, text);
	standard = local_time(&tm, 0);
	summer = local_time(&tm, 1);
	if (standard == -1 && summer == -1)
		return twr_fail(err, TWR_EINVAL,
		    "%s \"%s\": there is no such day or hour here; "
		    "write it with an offset, as 2026-12-01T18:00:00+01:00",
		    what, text);
	if (standard != -1 && summer != -1 && standard != summer)
		return twr_fail(err, TWR_EINVAL,
		    "%s \"%s\": this hour happens twice here; "
		    "write it with an offset, as 2026-10-25T02:30:00+01:00",
		    what, text);
	*ret = standard != -1 ? standard : summer;
	return TWR_OK;
}

bool
clock_without_year(unsigned month, unsigned day, const unsigned clock[3],
    int64_t now, int64_t *ret)
{
	time_t t = (time_t)now + 86400, standard, summer;
	struct tm last,
	    tm = { .tm_mon = (int)month - 1,
		    .tm_mday = (int)day,
		    .tm_hour = (int)clock[0],
		    .tm_min = (int)clock[1],
		    .tm_sec = (int)clock[2] };
	int i;

	if (month < 1 || month > 12 || localtime_r(&t, &last) == NULL)
		return false;
	/* between two 29ths of February lie up to eight years */
	for (i = 0; i <= 8 && last.tm_year - i >= 70; i++) {
		tm.tm_year = last.tm_year - i;
		standard = local_time(&tm, 0);
		summer = local_time(&tm, 1);
		if (summer > standard && summer <= t)
			standard = summer;
		if (standard == -1 || standard > t)
			continue;
		*ret = standard;
		return true;
	}
	return false;
}

enum twr_status
clock_parse_duration(const char *text, const char *what, int64_t *ret_s,
    struct twr_error *err)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = { { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
		{ 'w', 604800 } };
	size_t len = strspn(text, "0123456789"), i;
	int64_t n = 0, all;

	for (i = 0; i < len; i++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, text[i] - '0', &n))
			goto bad;
	if (len == 0 || n == 0 || text[len] == '\0' || text[len + 1] != '\0')
		goto bad;
	for (i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (units[i].letter == text[len])
			break;
	if (i == sizeof(units) / sizeof(*units) ||
	    __builtin_mul_overflow(n, units[i].seconds, &all) ||
	    all > LONGEST_S)
		goto bad;
	*ret_s = all;
	return TWR_OK;
bad:
	return twr_fail(err, TWR_EINVAL,
	    "%s \"%s\": not a duration; write a number and m, h, d or w, "
	    "such as 30m, 4h, 7d or 2w, at most 100 years",
	    what, text);
}

void
clock_format(int64_t when, bool utc, char buf[CLOCK_TEXT_LEN])
{
	char text[TWR_TIME_LEN];
	struct tm tm;
	time_t t = when;
	size_t len;

	if (utc || when == TWR_ALWAYS || when == TWR_NEVER ||
	    localtime_r(&t, &tm) == NULL ||
	    (len = strftime(buf, CLOCK_TEXT_LEN - 1, "%Y-%m-%dT%H:%M:%S%z",
		 &tm)) < 5) {
		twr_time_format(when, text);
		snprintf(buf, CLOCK_TEXT_LEN, "%s", text);
		return;
	}
	/* +0100 becomes +01:00, which twr_time_parse() reads back */
	memmove(buf + len - 1, buf + len - 2, 3);
	buf[len - 2] = ':';
}

void
clock_format_people(int64_t when, bool utc, char buf[CLOCK_TEXT_LEN],
    char zone[CLOCK_ZONE_LEN])
{
	char text[CLOCK_TEXT_LEN];

	clock_format(when, utc, text);
	zone[0] = '\0';
	if (!has_shape(text, "0000-00-00T00:00:00Z") &&
	    !has_shape(text, "0000-00-00T00:00:00+00:00") &&
	    !has_shape(text, "0000-00-00T00:00:00-00:00")) {
		(void)strcpy(buf, text);
		return;
	}
	(void)snprintf(zone, CLOCK_ZONE_LEN, "%.7s",
	    text[19] == 'Z' ? "UTC" : text + 19);
	(void)snprintf(buf, CLOCK_TEXT_LEN, "%.10s %.5s", text, text + 11);
}
