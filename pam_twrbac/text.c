/* SPDX-License-Identifier: BSD-2-Clause */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model.h"

#define DAY_S 86400
#define LAST_DAY 2932896 /* 9999-12-31, counted from 1970-01-01 */

void
twr_line_init(struct twr_line *ln, char *buf, size_t size)
{
	ln->buf = buf;
	ln->size = size;
	ln->len = 0;
	ln->full = false;
	buf[0] = '\0';
}

static void
add_bytes(struct twr_line *ln, const char *text, size_t len)
{
	if (ln->full || len >= ln->size - ln->len) {
		ln->full = true;
		return;
	}
	memcpy(ln->buf + ln->len, text, len);
	ln->len += len;
	ln->buf[ln->len] = '\0';
}

void
twr_line_add(struct twr_line *ln, const char *text)
{
	add_bytes(ln, text, strlen(text));
}

void
twr_line_addf(struct twr_line *ln, const char *fmt, ...)
{
	size_t room = ln->size - ln->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(ln->buf + ln->len, room, fmt, ap);
	va_end(ap);
	if (ln->full || n < 0 || (size_t)n >= room) {
		ln->buf[ln->len] = '\0';
		ln->full = true;
		return;
	}
	ln->len += (size_t)n;
}

static bool
is_plain(unsigned char c, unsigned char least)
{
	return c >= least && c < 0x7f && c != '"' && c != '=' && c != '\\';
}

/* Bytes from least on are shown as they are, unless they are special. */
static void
add_escaped(struct twr_line *ln, const char *value, size_t max,
    unsigned char least)
{
	static const char hex[] = "0123456789abcdef";
	char esc[4] = { '\\', 'x', '0', '0' };
	size_t i = 0, n, shown = 0;

	while (value[i] != '\0' && shown < max) {
		unsigned char c = (unsigned char)value[i];

		for (n = 0; n < max - shown; n++)
			if (!is_plain((unsigned char)value[i + n], least))
				break;
		if (n > 0) {
			add_bytes(ln, value + i, n);
			shown += n;
			i += n;
			continue;
		}
		if (sizeof(esc) > max - shown)
			break;
		esc[2] = hex[c >> 4];
		esc[3] = hex[c & 15];
		add_bytes(ln, esc, sizeof(esc));
		shown += sizeof(esc);
		i++;
	}
	if (value[i] != '\0')
		add_bytes(ln, "..", 2);
}

static void
add_key(struct twr_line *ln, const char *key)
{
	if (ln->len > 0)
		add_bytes(ln, " ", 1);
	twr_line_add(ln, key);
	add_bytes(ln, "=", 1);
}

void
twr_line_key(struct twr_line *ln, const char *key, const char *value,
    size_t max)
{
	add_key(ln, key);
	if (value == NULL || value[0] == '\0')
		add_bytes(ln, "-", 1);
	else
		add_escaped(ln, value, max, 0x21);
}

void
twr_line_text(struct twr_line *ln, const char *key, const char *value,
    size_t max)
{
	add_key(ln, key);
	add_bytes(ln, "\"", 1);
	add_escaped(ln, value, max, 0x20);
	add_bytes(ln, "\"", 1);
}

/*
 * Days since 1970-01-01 of a date in the proleptic Gregorian calendar,
 * counting years from March so that the leap day comes last.
 */
static int64_t
days_of(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) /
		5 +
	    (int64_t)day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

static unsigned
days_in_month(unsigned year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* n decimal digits at *p, which moves behind them. */
static bool
take_number(const char **p, int n, unsigned *ret)
{
	unsigned v = 0;

	for (; n > 0; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		v = v * 10 + (unsigned)(**p - '0');
	}
	*ret = v;
	return true;
}

static bool
take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* "Z", "+hh:mm" or "-hh:mm", and the end of the text. */
static bool
take_offset(const char **p, int64_t *ret)
{
	unsigned hours, minutes;
	int64_t sign;

	*ret = 0;
	if (take_char(p, 'Z'))
		return **p == '\0';
	sign = **p == '-' ? -1 : 1;
	if (!take_char(p, '+') && !take_char(p, '-'))
		return false;
	if (!take_number(p, 2, &hours) || !take_char(p, ':') ||
	    !take_number(p, 2, &minutes))
		return false;
	*ret = sign * ((int64_t)hours * 3600 + (int64_t)minutes * 60);
	return hours < 24 && minutes < 60 && **p == '\0';
}

bool
twr_time_parse(const char *text, int64_t *ret)
{
	unsigned year, month, day, hour, min, sec;
	const char *p = text;
	int64_t offset, when;

	if (!take_number(&p, 4, &year) || !take_char(&p, '-') ||
	    !take_number(&p, 2, &month) || !take_char(&p, '-') ||
	    !take_number(&p, 2, &day) || !take_char(&p, 'T') ||
	    !take_number(&p, 2, &hour) || !take_char(&p, ':') ||
	    !take_number(&p, 2, &min) || !take_char(&p, ':') ||
	    !take_number(&p, 2, &sec) || !take_offset(&p, &offset))
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days_in_month(year, month) || hour > 23 || min > 59 ||
	    sec > 59)
		return false;
	when = days_of(year, month, day) * DAY_S + (int64_t)hour * 3600 +
	    (int64_t)min * 60 + (int64_t)sec - offset;
	if (when < 0 || when / DAY_S > LAST_DAY)
		return false;
	*ret = when;
	return true;
}

static void
put_digits(char *buf, int n, int64_t value)
{
	while (n-- > 0) {
		buf[n] = (char)('0' + value % 10);
		value /= 10;
	}
}

void
twr_time_format(int64_t when, char buf[TWR_TIME_LEN])
{
	int64_t days, rest, year, month = 1, of_month;

	if (when == TWR_ALWAYS || when == TWR_NEVER) {
		(void)snprintf(buf, TWR_TIME_LEN, "%s",
		    when == TWR_ALWAYS ? "always" : "never");
		return;
	}
	days = when / DAY_S;
	rest = when % DAY_S;
	if (when < 0 || days > LAST_DAY) {
		(void)snprintf(buf, TWR_TIME_LEN, "%s", "out-of-range");
		return;
	}
	year = 1970 + days / 366; /* never too late; step up to the year */
	while (days >= days_of(year + 1, 1, 1))
		year++;
	of_month = days - days_of(year, 1, 1);
	while (of_month >= days_in_month((unsigned)year, (unsigned)month)) {
		of_month -= days_in_month((unsigned)year, (unsigned)month);
		month++;
	}
	put_digits(buf, 4, year);
	put_digits(buf + 5, 2, month);
	put_digits(buf + 8, 2, of_month + 1);
	put_digits(buf + 11, 2, rest / 3600);
	put_digits(buf + 14, 2, rest / 60 % 60);
	put_digits(buf + 17, 2, rest % 60);
	buf[4] = buf[7] = '-';
	buf[10] = 'T';
	buf[13] = buf[16] = ':';
	memcpy(buf + 19, "Z", 2);
}

bool
twr_sid_valid(const char *text, const char *prefix)
{
	size_t i;

	if (text[0] < 'A' || text[0] > 'Z' || text[1] < 'A' || text[1] > 'Z')
		return false;
	if (prefix != NULL && strncmp(text, prefix, 2) != 0)
		return false;
	for (i = 2; i < TWR_SID_LEN; i++)
		if (!((text[i] >= '0' && text[i] <= '9') ||
			(text[i] >= 'a' && text[i] <= 'f')))
			return false;
	return text[TWR_SID_LEN] == '\0';
}

void
twr_event_id(const uint8_t random[5], char buf[TWR_EVENT_LEN])
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t bits = 0;
	int i;

	for (i = 0; i < 5; i++)
		bits = bits << 8 | random[i];
	for (i = TWR_EVENT_LEN - 2; i >= 0; i--, bits >>= 5)
		buf[i] = letters[bits & 31];
	buf[TWR_EVENT_LEN - 1] = '\0';
}
