/* SPDX-License-Identifier: BSD-2-Clause */
#include "csv.h"

#include <stdlib.h>
#include <string.h>

enum state {
	AT_ROW, /* before the first byte of a row */
	AT_FIELD, /* before the first byte of a later field */
	PLAIN,
	QUOTED,
	AFTER_QUOTE, /* a quote inside quotes: the end, or one of two */
	AFTER_CR, /* outside quotes: LF must follow */
	BLANK_CR /* the same, on a line that has nothing yet */
};

struct csv {
	csv_row_fn *fn;
	void *ctx;
	enum state state;
	uint64_t line; /* being read */
	struct csv_row row;
	size_t bytes; /* of the row, so far */
	bool begun; /* the byte-order mark was looked for */
	unsigned char head[3]; /* bytes that may be one */
	size_t n_head;
	char *buf; /* the fields of the row, NUL after each */
	size_t len, room;
	size_t start[CSV_COLUMNS_MAX]; /* of each field, in buf */
	const char *fields[CSV_COLUMNS_MAX];
};

static const char too_long
    [] = "a field is longer than 65536 bytes; is a closing quote missing?";
static const char too_many[] = "more than 64 columns; is this the right file?";
static const char stray_quote
    [] = "a double quote inside a field that is not quoted; put the field in "
	 "double quotes and double those inside";
static const char after_quote
    [] = "text between a closing quote and the next comma; double the quotes "
	 "inside a field";
static const char lone_cr
    [] = "a carriage return that ends no line; end lines with LF or CRLF";
static const char has_nul[] = "a NUL byte; is this a text file?";
static const char not_utf8[] = "not UTF-8; convert the file, as with iconv";
static const char unclosed[] = "a double quote is opened here and never closed";

static void
wrong(struct csv *cv, const char *why)
{
	if (cv->row.wrong == NULL)
		cv->row.wrong = why;
}

enum twr_status
csv_begin(csv_row_fn *fn, void *ctx, struct csv **ret, struct twr_error *err)
{
	struct csv *cv = calloc(1, sizeof(*cv));

	if (cv == NULL)
		return twr_fail(err, TWR_ENOMEM, "CSV: out of memory");
	cv->fn = fn;
	cv->ctx = ctx;
	cv->line = 1;
	*ret = cv;
	return TWR_OK;
}

void
csv_free(struct csv *cv)
{
	if (cv == NULL)
		return;
	free(cv->buf);
	free(cv);
}

/* ---- the row being built ---- */

static enum twr_status
grow(struct csv *cv, size_t more, struct twr_error *err)
{
	size_t room = cv->room > 0 ? cv->room : 4096;
	char *buf;

	while (room - cv->len < more)
		room *= 2;
	if (room == cv->room)
		return TWR_OK;
	if ((buf = realloc(cv->buf, room)) == NULL)
		return twr_fail(err, TWR_ENOMEM, "CSV: out of memory");
	cv->buf = buf;
	cv->room = room;
	return TWR_OK;
}

/* Bytes of the current field; what is too long is dropped, and told. */
static enum twr_status
add(struct csv *cv, const char *data, size_t len, struct twr_error *err)
{
	size_t n = cv->row.n < CSV_COLUMNS_MAX ? cv->row.n :
						 CSV_COLUMNS_MAX - 1;
	enum twr_status rc;

	if (cv->row.wrong == too_many)
		return TWR_OK;
	if (cv->len - cv->start[n] + len > CSV_FIELD_MAX) {
		wrong(cv, too_long);
		return TWR_OK;
	}
	if ((rc = grow(cv, len + 1, err)) != TWR_OK)
		return rc;
	memcpy(cv->buf + cv->len, data, len);
	cv->len += len;
	return TWR_OK;
}

static enum twr_status
end_field(struct csv *cv, struct twr_error *err)
{
	enum twr_status rc;

	if (cv->row.n == CSV_COLUMNS_MAX) {
		cv->row.wrong = too_many;
		return TWR_OK;
	}
	if ((rc = grow(cv, 1, err)) != TWR_OK)
		return rc;
	cv->buf[cv->len++] = '\0';
	cv->row.n++;
	if (cv->row.n < CSV_COLUMNS_MAX)
		cv->start[cv->row.n] = cv->len;
	return TWR_OK;
}

/* The length of the UTF-8 character at p; 0: it is none. */
static size_t
character(const unsigned char *p, size_t left)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = *p;
	size_t len, i;

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (len > left)
		return 0;
	c &= 0x7fu >> len;
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	return c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ?
	    0 :
	    len;
}

static bool
is_utf8(const char *buf, size_t len)
{
	const unsigned char *p = (const unsigned char *)buf;
	size_t i, n;

	for (i = 0; i < len; i += n)
		if ((n = character(p + i, len - i)) == 0)
			return false;
	return true;
}

static enum twr_status
end_row(struct csv *cv, struct twr_error *err)
{
	size_t i;
	enum twr_status rc;

	if ((rc = end_field(cv, err)) != TWR_OK)
		return rc;
	if (!is_utf8(cv->buf, cv->len))
		wrong(cv, not_utf8);
	for (i = 0; i < cv->row.n; i++)
		cv->fields[i] = cv->buf + cv->start[i];
	cv->row.fields = cv->fields;
	rc = cv->fn(cv->ctx, &cv->row, err);
	cv->row.wrong = NULL;
	cv->row.n = 0;
	cv->len = 0;
	cv->state = AT_ROW;
	return rc;
}

/* ---- the machine ---- */

/* A byte outside of quotes that is no ordinary one. */
static enum twr_status
take_special(struct csv *cv, char c, struct twr_error *err)
{
	bool blank = cv->state == AT_ROW;

	switch (c) {
	case ',':
		cv->state = AT_FIELD;
		return end_field(cv, err);
	case '\r':
		cv->state = blank ? BLANK_CR : AFTER_CR;
		return TWR_OK;
	case '\n':
		cv->line++;
		return blank ? TWR_OK : end_row(cv, err);
	case '"':
		if (cv->state != PLAIN) {
			cv->state = QUOTED;
			return TWR_OK;
		}
		wrong(cv, stray_quote);
		return add(cv, &c, 1, err);
	default:
		wrong(cv, has_nul);
		cv->state = PLAIN;
		return TWR_OK;
	}
}

/* How many bytes from p on are of no meaning to the state. */
static size_t
ordinary(const struct csv *cv, const char *p, size_t left)
{
	size_t i;

	if (cv->state == QUOTED) {
		for (i = 0; i < left; i++)
			if (p[i] == '"' || p[i] == '\n' || p[i] == '\0')
				break;
		return i;
	}
	for (i = 0; i < left; i++)
		if (p[i] == ',' || p[i] == '\n' || p[i] == '\r' ||
		    p[i] == '"' || p[i] == '\0')
			break;
	return i;
}

static enum twr_status
take_quoted(struct csv *cv, char c, struct twr_error *err)
{
	if (c == '"') {
		cv->state = AFTER_QUOTE;
		return TWR_OK;
	}
	if (c == '\0') {
		wrong(cv, has_nul);
		return TWR_OK;
	}
	cv->line++;
	return add(cv, &c, 1, err);
}

/* A byte behind a quote that may have closed its field, or behind a CR. */
static enum twr_status
take_after(struct csv *cv, char c, struct twr_error *err)
{
	if (cv->state == AFTER_CR || cv->state == BLANK_CR) {
		if (cv->state == BLANK_CR && c == '\n')
			cv->state = AT_ROW;
		if (c == '\n')
			return take_special(cv, c, err);
		wrong(cv, lone_cr);
		cv->state = PLAIN;
	} else if (c == '"') {
		cv->state = QUOTED;
		return add(cv, &c, 1, err);
	} else if (c != ',' && c != '\n' && c != '\r') {
		wrong(cv, after_quote);
		cv->state = PLAIN;
	}
	if (c == ',' || c == '\n' || c == '\r' || c == '\0' || c == '"')
		return take_special(cv, c, err);
	return add(cv, &c, 1, err);
}

/* Take one byte or a run of them; says how many. */
static enum twr_status
take(struct csv *cv, const char *p, size_t left, size_t *used,
    struct twr_error *err)
{
	size_t n;

	*used = 1;
	if (cv->state == AFTER_QUOTE || cv->state == AFTER_CR ||
	    cv->state == BLANK_CR)
		return take_after(cv, *p, err);
	if (cv->state == AT_ROW) {
		cv->row.line = cv->line;
		cv->start[0] = 0;
	}
	if ((n = ordinary(cv, p, left)) > 0) {
		*used = n;
		if (cv->state != QUOTED)
			cv->state = PLAIN;
		return add(cv, p, n, err);
	}
	if (cv->state == QUOTED)
		return take_quoted(cv, *p, err);
	return take_special(cv, *p, err);
}

static enum twr_status
feed(struct csv *cv, const char *data, size_t len, struct twr_error *err)
{
	size_t used;
	enum twr_status rc = TWR_OK;

	for (; len > 0 && rc == TWR_OK; data += used, len -= used) {
		cv->bytes = cv->state == AT_ROW ? 0 : cv->bytes;
		rc = take(cv, data, len, &used, err);
		cv->bytes += used;
		if (rc == TWR_OK && cv->bytes > CSV_ROW_MAX)
			return twr_fail(err, TWR_EDATA,
			    "line %llu: a row longer than %u bytes; is this "
			    "a CSV file?",
			    (unsigned long long)cv->row.line, CSV_ROW_MAX);
	}
	return rc;
}

/* Hold the first three bytes back until it is known what they are. */
static enum twr_status
begin_feed(struct csv *cv, bool all, struct twr_error *err)
{
	static const unsigned char mark[3] = { 0xef, 0xbb, 0xbf };
	char head[3];

	if (!all && cv->n_head < 3 && memcmp(cv->head, mark, cv->n_head) == 0)
		return TWR_OK;
	cv->begun = true;
	if (cv->n_head == 3 && memcmp(cv->head, mark, 3) == 0)
		return TWR_OK;
	memcpy(head, cv->head, sizeof(head));
	return feed(cv, head, cv->n_head, err);
}

enum twr_status
csv_feed(struct csv *cv, const char *data, size_t len, struct twr_error *err)
{
	enum twr_status rc = TWR_OK;

	for (; !cv->begun && len > 0 && rc == TWR_OK; data++, len--) {
		cv->head[cv->n_head++] = (unsigned char)*data;
		rc = begin_feed(cv, false, err);
	}
	return rc != TWR_OK ? rc : feed(cv, data, len, err);
}

enum twr_status
csv_end(struct csv *cv, struct twr_error *err)
{
	enum twr_status rc = TWR_OK;

	if (!cv->begun && (rc = begin_feed(cv, true, err)) != TWR_OK)
		return rc;
	if (cv->state == AT_ROW)
		return TWR_OK;
	if (cv->state == QUOTED)
		wrong(cv, unclosed);
	if (cv->state == AFTER_CR || cv->state == BLANK_CR)
		wrong(cv, lone_cr);
	return end_row(cv, err);
}
