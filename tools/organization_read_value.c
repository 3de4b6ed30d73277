/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "organization_read.h"
#include "suggest.h"
#include "text.h"

static unsigned
line_of(const config_setting_t *set)
{
	return config_setting_source_line(set);
}

enum twr_status
reading_fail(const struct reading *rd, const config_setting_t *set,
    const char *cause)
{
	const char *key = config_setting_name(set);

	return twr_fail(rd->err, TWR_EDATA, "%s:%u: \"%s\" %s", rd->name,
	    line_of(set), key != NULL ? key : "a member", cause);
}

enum twr_status
reading_no_memory(const struct reading *rd)
{
	return twr_fail(rd->err, TWR_ENOMEM, "%s: out of memory", rd->name);
}

/* ---- values ---- */

static enum twr_status
read_text(const struct reading *rd, const config_setting_t *set,
    const char **ret)
{
	const char *text = config_setting_get_string(set);

	if (text == NULL)
		return reading_fail(rd, set,
		    "is not a string; write it in double "
		    "quotes");
	if (*text == '\0')
		return reading_fail(rd, set,
		    "is empty; write a value, or leave it "
		    "out");
	*ret = org_text(rd->org, text);
	return *ret != NULL ? TWR_OK : reading_no_memory(rd);
}

static enum twr_status
read_time(const struct reading *rd, const config_setting_t *set, int64_t *ret)
{
	const char *text = config_setting_get_string(set);

	if (text == NULL || !twr_time_parse(text, ret))
		return reading_fail(rd, set,
		    "is not a time; write it as "
		    "\"2026-12-31T00:00:00Z\"");
	return TWR_OK;
}

static enum twr_status
read_number(const struct reading *rd, const config_setting_t *set, int64_t max,
    int64_t *ret)
{
	int type = config_setting_type(set);

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return reading_fail(rd, set,
		    "is not a whole number; write it without "
		    "quotes");
	*ret = config_setting_get_int64(set);
	if (*ret < 0 || *ret > max)
		return reading_fail(rd, set, "is out of range; correct it");
	return TWR_OK;
}

/* A word of an enum whose values follow each other from 1. */
static enum twr_status
read_word(const struct reading *rd, const config_setting_t *set,
    const char *(*word)(int value), int *ret)
{
	const char *text = config_setting_get_string(set), *best;
	struct suggestion sg;
	int value;

	suggest_init(&sg, text != NULL ? text : "");
	for (value = 1; text != NULL && value <= 3; value++) {
		if (word(value) == NULL)
			break;
		suggest_offer(&sg, word(value));
		if (strcmp(word(value), text) == 0) {
			*ret = value;
			return TWR_OK;
		}
	}
	if (text != NULL && (best = suggest_best(&sg)) != NULL)
		return twr_fail(rd->err, TWR_EDATA,
		    "%s:%u: \"%s\" is no %s; did you mean \"%s\"?", rd->name,
		    line_of(set), text, config_setting_name(set), best);
	return twr_fail(rd->err, TWR_EDATA,
	    "%s:%u: %s must be \"%s\", \"%s\"%s%s%s", rd->name, line_of(set),
	    config_setting_name(set), word(1), word(2),
	    word(3) != NULL ? " or \"" : "", word(3) != NULL ? word(3) : "",
	    word(3) != NULL ? "\"" : "");
}

static const char *
word_scope_status(int value)
{
	return twr_scope_status_word((enum twr_scope_status)value);
}

static const char *
word_user_status(int value)
{
	return twr_user_status_word((enum twr_user_status)value);
}

static const char *
word_user_kind(int value)
{
	return value > TWR_KIND_SERVICE ?
	    NULL :
	    twr_user_kind_word((enum twr_user_kind)value);
}

static const char *
word_two_factor(int value)
{
	return twr_two_factor_word((enum twr_two_factor)value);
}

static const char *
word_scope_kind(int value)
{
	return twr_scope_kind_word((enum twr_scope_kind)value);
}

static int
compare_items(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* Strings in [ ], or in ( ) since both look alike to people. */
static enum twr_status
read_list(const struct reading *rd, const config_setting_t *set,
    struct org_list *ret)
{
	const config_setting_t *el;
	enum twr_status rc;
	int i, n = config_setting_length(set);

	if (config_setting_is_aggregate(set) == CONFIG_FALSE ||
	    config_setting_is_group(set) == CONFIG_TRUE)
		return reading_fail(rd, set,
		    "is not a list; write it as "
		    "[\"one\", \"two\"]");
	ret->items = org_get(rd->org, (size_t)n + 1, sizeof(*ret->items));
	if (ret->items == NULL)
		return reading_no_memory(rd);
	for (i = 0; i < n; i++) {
		el = config_setting_get_elem(set, (unsigned)i);
		rc = read_text(rd, el, &ret->items[ret->n]);
		if (rc != TWR_OK)
			return rc;
		ret->n++;
	}
	if (ret->n > 1)
		qsort(ret->items, ret->n, sizeof(*ret->items), compare_items);
	for (i = 1; i < n; i++)
		if (strcmp(ret->items[i], ret->items[i - 1]) == 0)
			return reading_fail(rd, set,
			    "names something twice; name it "
			    "once");
	return TWR_OK;
}

static enum twr_status
read_kinds(const struct reading *rd, const config_setting_t *set, uint32_t *ret)
{
	struct org_list list = { NULL, 0 };
	enum twr_status rc = read_list(rd, set, &list);
	size_t i;
	int kind;

	for (i = 0; rc == TWR_OK && i < list.n; i++) {
		for (kind = TWR_SCOPE_ORGANIZATION;
		     kind <= TWR_SCOPE_SUBACCOUNT; kind++)
			if (strcmp(word_scope_kind(kind), list.items[i]) == 0)
				break;
		if (kind > TWR_SCOPE_SUBACCOUNT)
			return reading_fail(rd, set,
			    "names no kind of scope; there "
			    "are organization, account and "
			    "subaccount");
		*ret |= ASSIGNABLE(kind);
	}
	return rc;
}

enum twr_status
reading_value(const struct reading *rd, const config_setting_t *set,
    const struct field *fd, void *row)
{
	void *to = (char *)row + fd->offset;
	int64_t number = 0;
	int word = 0;
	enum twr_status rc = TWR_OK;

	switch (fd->kind) {
	case KIND_TEXT:
		return read_text(rd, set, to);
	case KIND_TIME:
		return read_time(rd, set, to);
	case KIND_NUMBER:
		return read_number(rd, set, INT64_MAX, to);
	case KIND_LIST:
		return read_list(rd, set, to);
	case KIND_KINDS:
		return read_kinds(rd, set, to);
	case KIND_LOGINS:
		return reading_logins(rd, set, row);
	case KIND_UID:
		rc = read_number(rd, set, TWR_UID_UNKNOWN - 1, &number);
		*(uint32_t *)to = (uint32_t)number;
		return rc;
	case KIND_BOOL:
		if (config_setting_type(set) != CONFIG_TYPE_BOOL)
			return reading_fail(rd, set, "must be true or false");
		*(bool *)to = config_setting_get_bool(set) == CONFIG_TRUE;
		return TWR_OK;
	case KIND_SCOPE_STATUS:
		rc = read_word(rd, set, word_scope_status, &word);
		*(enum twr_scope_status *)to = (enum twr_scope_status)word;
		return rc;
	case KIND_USER_STATUS:
		rc = read_word(rd, set, word_user_status, &word);
		*(enum twr_user_status *)to = (enum twr_user_status)word;
		return rc;
	case KIND_USER_KIND:
		rc = read_word(rd, set, word_user_kind, &word);
		*(enum twr_user_kind *)to = (enum twr_user_kind)word;
		return rc;
	case KIND_TWO_FACTOR:
		rc = read_word(rd, set, word_two_factor, &word);
		*(enum twr_two_factor *)to = (enum twr_two_factor)word;
		return rc;
	}
	return rc;
}
