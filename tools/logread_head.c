/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "logread.h"

/* ---- times ---- */

static bool
take_digits(const char **p, int least, int most, unsigned *ret)
{
	unsigned n = 0;
	int i;

	for (i = 0; i < most && **p >= '0' && **p <= '9'; i++, (*p)++)
		n = n * 10 + (unsigned)(**p - '0');
	*ret = n;
	return i >= least;
}

static bool
take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool
take_clock(const char **p, unsigned clock[3])
{
	const char *q = *p;
	unsigned fraction;

	if (!take_digits(&q, 2, 2, &clock[0]) || !take_char(&q, ':') ||
	    !take_digits(&q, 2, 2, &clock[1]) || !take_char(&q, ':') ||
	    !take_digits(&q, 2, 2, &clock[2]))
		return false;
	if (*q == '.' || *q == ',') {
		q++;
		if (!take_digits(&q, 1, 9, &fraction))
			return false;
	}
	*p = q;
	return true;
}

/* "Z", "+01:00", or "+0100" as journalctl writes it. */
static bool
take_zone(const char **p, char zone[8])
{
	const char *q = *p;
	unsigned hours, minutes;
	char sign = *q;

	if (take_char(&q, 'Z')) {
		memcpy(zone, "Z", 2);
		*p = q;
		return true;
	}
	if (!take_char(&q, '+') && !take_char(&q, '-'))
		return false;
	if (!take_digits(&q, 2, 2, &hours))
		return false;
	(void)take_char(&q, ':');
	if (!take_digits(&q, 2, 2, &minutes))
		return false;
	(void)snprintf(zone, 8, "%c%02u:%02u", sign, hours % 100,
	    minutes % 100);
	*p = q;
	return true;
}

/* 2026-11-21T20:14:03.123456+01:00, and a blank. */
static bool
take_iso(const char **p, int64_t *ret)
{
	const char *q = *p;
	unsigned year, month, day, clock[3];
	char zone[8], text[48];

	if (!take_digits(&q, 4, 4, &year) || !take_char(&q, '-') ||
	    !take_digits(&q, 2, 2, &month) || !take_char(&q, '-') ||
	    !take_digits(&q, 2, 2, &day) || !take_char(&q, 'T') ||
	    !take_clock(&q, clock) || !take_zone(&q, zone) ||
	    !take_char(&q, ' '))
		return false;
	(void)snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02u%s",
	    year, month, day, clock[0], clock[1], clock[2], zone);
	if (!twr_time_parse(text, ret))
		return false;
	*p = q;
	return true;
}

static unsigned
month_of(const char *text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	unsigned i;

	for (i = 0; i < 12; i++)
		if (strncmp(text, months + (size_t)3 * i, 3) == 0)
			return i + 1;
	return 0;
}

/* Nov 21 20:14:03, and a blank: local time, without its year. */
static bool
take_syslog(const char **p, int64_t now, int64_t *ret)
{
	const char *q = *p;
	unsigned month = month_of(q), day, clock[3];

	if (month == 0)
		return false;
	q += 3;
	if (!take_char(&q, ' '))
		return false;
	(void)take_char(&q, ' ');
	if (!take_digits(&q, 1, 2, &day) || !take_char(&q, ' ') ||
	    !take_clock(&q, clock) || !take_char(&q, ' ') ||
	    !clock_without_year(month, day, clock, now, ret))
		return false;
	*p = q;
	return true;
}

/* ---- the words before the message ---- */

/* A word of at most size - 1 printable bytes and the blank after it. */
static bool
take_word(const char **p, char *buf, size_t size)
{
	size_t len = strcspn(*p, " ");

	if (len == 0 || len >= size || (*p)[len] != ' ')
		return false;
	memcpy(buf, *p, len);
	buf[len] = '\0';
	*p += len + 1;
	return true;
}

/* "sshd[17]: "; the colon is no part of the word. */
static bool
take_tag(const char **p, char *buf, size_t size)
{
	const char *q = *p;
	size_t len;

	if (!take_word(&q, buf, size) || (len = strlen(buf)) < 2 ||
	    buf[len - 1] != ':')
		return false;
	buf[len - 1] = '\0';
	*p = q;
	return true;
}

/* "HOST TAG: " or "TAG: ". */
static bool
take_sender(const char **p, struct logread_head *ret)
{
	if (take_tag(p, ret->program, sizeof(ret->program)))
		return true;
	return take_word(p, ret->host, sizeof(ret->host)) &&
	    take_tag(p, ret->program, sizeof(ret->program));
}

/* RFC 5424, behind its time: HOST APP PID MSGID DATA. */
static bool
take_sender_5424(const char **p, struct logread_head *ret)
{
	char pid[16], word[128], app[49];

	if (!take_word(p, ret->host, sizeof(ret->host)) ||
	    !take_word(p, app, sizeof(app)) ||
	    !take_word(p, pid, sizeof(pid)) ||
	    !take_word(p, word, sizeof(word)) || strcmp(word, "-") != 0 ||
	    !take_word(p, word, sizeof(word)) || strcmp(word, "-") != 0)
		return false;
	(void)snprintf(ret->program, sizeof(ret->program), "%s[%s]", app, pid);
	return true;
}

static bool
take_priority(const char **p)
{
	const char *q = *p;
	unsigned n;

	if (!take_char(&q, '<'))
		return true;
	if (!take_digits(&q, 1, 3, &n) || !take_char(&q, '>'))
		return false;
	*p = q;
	return true;
}

static bool
take_head(const char **p, int64_t now, struct logread_head *ret)
{
	if (!take_priority(p))
		return false;
	if (strncmp(*p, "1 ", 2) == 0) {
		*p += 2;
		return take_iso(p, &ret->at) && take_sender_5424(p, ret);
	}
	if (!take_iso(p, &ret->at) && !take_syslog(p, now, &ret->at))
		return false;
	return take_sender(p, ret);
}

const char *
logread_message(const char *text, enum logread_voice *ret)
{
	static const char begin[] = "pam_twrbac(", end[] = ":account): ";
	static const char plugin[] = "sudo_twrbac: ";
	const char *p;

	*ret = LOGREAD_PLUGIN;
	if (strncmp(text, plugin, sizeof(plugin) - 1) == 0)
		return text + sizeof(plugin) - 1;
	*ret = LOGREAD_MODULE;
	if (strncmp(text, begin, sizeof(begin) - 1) != 0)
		return NULL;
	p = strstr(text, end);
	return p == NULL ? NULL : p + sizeof(end) - 1;
}

bool
logread_head(const char *line, int64_t now, struct logread_head *ret)
{
	const char *p = line;

	memset(ret, 0, sizeof(*ret));
	ret->at = TWR_ALWAYS;
	ret->voice = LOGREAD_ANY;
	if (strncmp(line, "event=", 6) == 0)
		ret->message = line;
	else if ((ret->message = logread_message(line, &ret->voice)) == NULL &&
	    take_head(&p, now, ret))
		ret->message = logread_message(p, &ret->voice);
	return ret->message != NULL && strncmp(ret->message, "event=", 6) == 0;
}
