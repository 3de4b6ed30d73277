/* SPDX-License-Identifier: BSD-2-Clause */
#include "logread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const verdicts[LOGREAD_VERDICT_COUNT] = {
#define X(id, word) [LOGREAD_##id] = word,
	LOGREAD_VERDICTS(X)
#undef X
};

static const char *const bys[LOGREAD_BY_COUNT] = {
#define X(id, word) [LOGREAD_BY_##id] = word,
	LOGREAD_BYS(X)
#undef X
};

/* ---- one value ---- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * Undo the escapes of len bytes at from, to to, which may be the same place.
 * False: a byte that the writer would not have written so.
 */
static bool
decode(const char *from, size_t len, bool blanks, char *to)
{
	const char *end = from + len;
	int hi, lo, c;

	while (from < end) {
		if (*from != '\\') {
			if (*from < (blanks ? 0x20 : 0x21) || *from > 0x7e ||
			    *from == '"' || *from == '=')
				return false;
			*to++ = *from++;
			continue;
		}
		if (end - from < 4 || from[1] != 'x' ||
		    (hi = hex_digit(from[2])) == -1 ||
		    (lo = hex_digit(from[3])) == -1)
			return false;
		c = hi << 4 | lo;
		if (c == 0 ||
		    (c >= (blanks ? 0x20 : 0x21) && c < 0x7f && c != '"' &&
			c != '=' && c != '\\'))
			return false;
		*to++ = (char)c;
		from += 4;
	}
	*to = '\0';
	return true;
}

/* ---- key by key ---- */

/* Where a value of the writer's ends: at a blank, or behind its quote. */
static const char *
end_of_value(const char *p, enum twr_log_key key)
{
	const char *end;

	if (key != TWR_LOG_ERROR)
		return p + strcspn(p, " ");
	if (*p != '"' || (end = strchr(p + 1, '"')) == NULL)
		return NULL;
	return end + 1;
}

static enum twr_status
bad_value(enum twr_log_key key, struct twr_error *err)
{
	return twr_fail(err, TWR_EDATA, "no such value of \"%s\"",
	    twr_log_word(key));
}

/* The value at *p, which moves behind it, decoded to *to, which does too. */
static enum twr_status
take_value(const char **p, enum twr_log_key key, struct logread *ret, char **to,
    struct twr_error *err)
{
	const char *end = end_of_value(*p, key), *from = *p;
	bool quoted = key == TWR_LOG_ERROR;
	size_t len;

	if (end == NULL || end == from)
		return bad_value(key, err);
	len = (size_t)(end - from) - (quoted ? 2 : 0);
	if (!decode(from + (quoted ? 1 : 0), len, quoted, *to))
		return bad_value(key, err);
	ret->value[key] = strcmp(*to, "-") == 0 && !quoted ? NULL : *to;
	if (ret->value[key] == NULL && key >= TWR_LOG_FIXED)
		return bad_value(key, err); /* it would not be there */
	*to += strlen(*to) + 1;
	*p = end;
	return TWR_OK;
}

static enum twr_status
take_keys(const char *p, struct logread *ret, struct twr_error *err)
{
	char *to = ret->text;
	enum twr_status rc;
	size_t len;
	int i;

	for (i = 0; i < TWR_LOG_KEYS && *p != '\0'; i++) {
		const char *word = twr_log_word((enum twr_log_key)i);

		len = strlen(word);
		if (strncmp(p, word, len) != 0 || p[len] != '=') {
			if (i >= (int)TWR_LOG_FIXED)
				continue;
			return twr_fail(err, TWR_EDATA,
			    "\"%s\" does not stand where it should", word);
		}
		p += len + 1;
		rc = take_value(&p, (enum twr_log_key)i, ret, &to, err);
		if (rc != TWR_OK)
			return rc;
		if (*p == ' ' && p[1] != '\0')
			p++;
		else if (*p != '\0')
			return bad_value((enum twr_log_key)i, err);
	}
	if (*p != '\0')
		return twr_fail(err, TWR_EDATA,
		    "more than the module writes: \"%.40s\"", p);
	if (i < (int)TWR_LOG_FIXED)
		return twr_fail(err, TWR_EDATA, "cut off before \"%s\"",
		    twr_log_word((enum twr_log_key)i));
	return TWR_OK;
}

/* ---- what the values may be ---- */

bool
logread_event_id(const char *text, char ret[TWR_EVENT_LEN])
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	size_t i;

	for (i = 0; text[i] != '\0'; i++) {
		if (i == TWR_EVENT_LEN - 1)
			return false;
		ret[i] = text[i];
		if (ret[i] >= 'a' && ret[i] <= 'z')
			ret[i] = (char)(ret[i] - 'a' + 'A');
		if (strchr(letters, ret[i]) == NULL)
			return false;
	}
	ret[i] = '\0';
	return i == TWR_EVENT_LEN - 1;
}

static bool
find_verdict(const char *word, enum logread_verdict *ret)
{
	int i;

	for (i = 0; word != NULL && i < LOGREAD_VERDICT_COUNT; i++) {
		*ret = (enum logread_verdict)i;
		if (strcmp(word, verdicts[i]) == 0)
			return true;
	}
	return false;
}

static bool
find_by(const char *word, enum logread_by *ret)
{
	int i;

	*ret = LOGREAD_BY_NOTHING;
	if (word == NULL)
		return true;
	for (i = LOGREAD_BY_NOTHING + 1; i < LOGREAD_BY_COUNT; i++) {
		*ret = (enum logread_by)i;
		if (strcmp(word, bys[i]) == 0)
			return true;
	}
	return false;
}

static bool
find_reason(const char *word, enum twr_reason *ret)
{
	int i;

	for (i = 0; word != NULL && i < TWR_REASON_COUNT; i++) {
		*ret = (enum twr_reason)i;
		if (strcmp(word, twr_reason_word(*ret)) == 0)
			return true;
	}
	return false;
}

static bool
find_serial(const char *text, uint64_t *ret)
{
	uint64_t n = 0;

	if (text == NULL || (text[0] == '0' && text[1] != '\0'))
		return false;
	for (; *text >= '0' && *text <= '9'; text++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*text - '0'), &n))
			return false;
	*ret = n;
	return *text == '\0';
}

static bool
find_time(const char *text, int64_t *ret)
{
	*ret = TWR_ALWAYS;
	if (text == NULL || strcmp(text, "always") == 0 ||
	    strcmp(text, "out-of-range") == 0)
		return true;
	if (strcmp(text, "never") == 0) {
		*ret = TWR_NEVER;
		return true;
	}
	return strlen(text) == TWR_TIME_LEN - 1 && twr_time_parse(text, ret);
}

static bool
is_word(const char *value, const char *word)
{
	return value == NULL || strcmp(value, word) == 0;
}

/* The keys whose values are ours to choose. */
static bool
are_known(struct logread *lr, enum twr_log_key *bad)
{
	char id[TWR_EVENT_LEN];
	const char *event = lr->value[TWR_LOG_EVENT];
	const char *user = lr->value[TWR_LOG_USER];

	*bad = TWR_LOG_EVENT;
	if (event == NULL || !logread_event_id(event, id) ||
	    strcmp(id, event) != 0)
		return false;
	*bad = TWR_LOG_VERDICT;
	if (!find_verdict(lr->value[*bad], &lr->verdict))
		return false;
	*bad = TWR_LOG_REASON;
	if (!find_reason(lr->value[*bad], &lr->reason))
		return false;
	*bad = TWR_LOG_USER;
	if (user != NULL && !twr_sid_valid(user, "US"))
		return false;
	*bad = TWR_LOG_AT;
	if (!find_time(lr->value[*bad], &lr->at))
		return false;
	*bad = TWR_LOG_SERIAL;
	if (!find_serial(lr->value[*bad], &lr->serial))
		return false;
	*bad = TWR_LOG_POLICY;
	if (!is_word(lr->value[*bad], "prev"))
		return false;
	*bad = TWR_LOG_CLOCK;
	if (!is_word(lr->value[*bad], "behind"))
		return false;
	*bad = TWR_LOG_CONF;
	if (!is_word(lr->value[*bad], "edited"))
		return false;
	*bad = TWR_LOG_BY;
	return find_by(lr->value[*bad], &lr->by);
}

enum twr_status
logread_parse(const char *line, struct logread *ret, struct twr_error *err)
{
	enum twr_log_key bad;
	enum twr_status rc;

	memset(ret, 0, sizeof(*ret));
	if (strlen(line) >= sizeof(ret->text))
		return twr_fail(err, TWR_EDATA,
		    "longer than the module writes");
	if ((rc = take_keys(line, ret, err)) != TWR_OK)
		return rc;
	return are_known(ret, &bad) ? TWR_OK : bad_value(bad, err);
}

bool
logread_is_plugin(enum logread_verdict verdict)
{
	return verdict == LOGREAD_MEMBER || verdict == LOGREAD_NOT_MEMBER;
}

void
logread_copy(struct logread *to, const struct logread *from)
{
	int i;

	*to = *from;
	for (i = 0; i < TWR_LOG_KEYS; i++)
		if (from->value[i] != NULL)
			to->value[i] = to->text + (from->value[i] - from->text);
}

bool
logread_is_hidden(const char *name)
{
	size_t i;

	if (name == NULL || name[0] != '#')
		return false;
	for (i = 1; name[i] != '\0'; i++)
		if (hex_digit(name[i]) == -1)
			return false;
	return i == 1 || i == TWR_HIDDEN_LEN - 1;
}
