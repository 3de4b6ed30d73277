/* SPDX-License-Identifier: BSD-2-Clause */
#include "change_import.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change_import_impl.h"
#include "suggest.h"

static const char *const column_words[COLUMN_COUNT] = {
	[COLUMN_EMAIL] = "email",
	[COLUMN_NAME] = "name",
	[COLUMN_LOGIN] = "login",
	[COLUMN_ORGANIZATION_ROLE] = "organization_role",
	[COLUMN_KIND] = "kind",
	[COLUMN_TWO_FACTOR] = "two_factor",
	[COLUMN_USER] = "user",
	[COLUMN_UID] = "uid",
	[COLUMN_SCOPE] = "scope",
	[COLUMN_ROLE] = "role",
	[COLUMN_FROM] = "from",
	[COLUMN_UNTIL] = "until",
	[COLUMN_REASON] = "reason",
};

#define BIT(column) (1u << (unsigned)(column))

/* The columns of each kind: those that there are, those that must be. */
static const struct {
	unsigned known, needed;
} layouts[] = {
	[IMPORT_USERS] = { BIT(COLUMN_EMAIL) | BIT(COLUMN_NAME) |
		BIT(COLUMN_LOGIN) | BIT(COLUMN_ORGANIZATION_ROLE) |
		BIT(COLUMN_KIND) | BIT(COLUMN_TWO_FACTOR),
	    BIT(COLUMN_EMAIL) },
	[IMPORT_LOGINS] = { BIT(COLUMN_USER) | BIT(COLUMN_LOGIN) |
		BIT(COLUMN_UID),
	    BIT(COLUMN_USER) | BIT(COLUMN_LOGIN) },
	[IMPORT_ASSIGNMENTS] = { BIT(COLUMN_USER) | BIT(COLUMN_SCOPE) |
		BIT(COLUMN_ROLE) | BIT(COLUMN_FROM) | BIT(COLUMN_UNTIL) |
		BIT(COLUMN_REASON),
	    BIT(COLUMN_USER) | BIT(COLUMN_SCOPE) | BIT(COLUMN_ROLE) },
};

const char *
import_field(const struct import *im, const struct csv_row *row,
    enum import_column column)
{
	return im->at[column] < row->n ? row->fields[im->at[column]] : "";
}

/* ---- refusals ---- */

bool
import_tells(const struct import *im, uint64_t line)
{
	return im->n_refusals < IMPORT_TOLD ||
	    line < im->refusals[IMPORT_TOLD - 1].line;
}

/* Keep those with the lowest lines, in their order. */
static enum twr_status
keep_refusal(struct import *im, uint64_t line, const char *why,
    struct twr_error *err)
{
	struct refusal re = { line, NULL };
	size_t i;

	if (asprintf(&re.text, "%s:%" PRIu64 ": %s", im->in->name, line, why) <
	    0)
		return twr_fail(err, TWR_ENOMEM, "import: out of memory");
	if (im->n_refusals == IMPORT_TOLD)
		free(im->refusals[--im->n_refusals].text);
	for (i = im->n_refusals++; i > 0; i--) {
		if (im->refusals[i - 1].line <= line)
			break;
		im->refusals[i] = im->refusals[i - 1];
	}
	im->refusals[i] = re;
	return TWR_OK;
}

enum twr_status
import_refuse(struct import *im, uint64_t line, enum twr_status rc,
    struct twr_error *err)
{
	if (rc == TWR_OK)
		return TWR_OK;
	if (rc != TWR_EREFUSED && rc != TWR_EINVAL)
		return rc;
	im->counts.refused++;
	if (!import_tells(im, line))
		return TWR_OK;
	return keep_refusal(im, line, err->text, err);
}

/* ---- the header ---- */

/* "email, name, login" */
static void
list_columns(unsigned which, char *buf, size_t size)
{
	size_t len = 0, i;
	int n;

	buf[0] = '\0';
	for (i = 0; i < COLUMN_COUNT; i++) {
		if ((which & BIT(i)) == 0)
			continue;
		n = snprintf(buf + len, size - len, "%s%s", len > 0 ? ", " : "",
		    column_words[i]);
		if (n > 0 && (size_t)n < size - len)
			len += (size_t)n;
	}
}

static enum twr_status
unknown_column(const struct import *im, const char *word, unsigned known,
    struct twr_error *err)
{
	struct suggestion sg;
	char columns[128];
	const char *best;
	size_t i;

	suggest_init(&sg, word);
	for (i = 0; i < COLUMN_COUNT; i++)
		if ((known & BIT(i)) != 0)
			suggest_offer(&sg, column_words[i]);
	best = suggest_best(&sg);
	list_columns(known, columns, sizeof(columns));
	return twr_fail(err, TWR_EDATA,
	    "%s:1: column \"%.64s\": no such column%s%s%s; there are %s",
	    im->in->name, word, best != NULL ? ", did you mean \"" : "",
	    best != NULL ? best : "", best != NULL ? "\"?" : "", columns);
}

static enum twr_status
take_column(struct import *im, const char *word, size_t number,
    struct twr_error *err)
{
	unsigned known = layouts[im->in->kind].known;
	size_t i;

	for (i = 0; i < COLUMN_COUNT; i++)
		if ((known & BIT(i)) != 0 && strcmp(word, column_words[i]) == 0)
			break;
	if (i == COLUMN_COUNT)
		return unknown_column(im, word, known, err);
	if (im->at[i] != SIZE_MAX)
		return twr_fail(err, TWR_EDATA,
		    "%s:1: column \"%s\": stands there twice (%zu and %zu); "
		    "remove one",
		    im->in->name, word, im->at[i] + 1, number + 1);
	im->at[i] = number;
	return TWR_OK;
}

static enum twr_status
take_header(struct import *im, const struct csv_row *row, struct twr_error *err)
{
	unsigned needed = layouts[im->in->kind].needed;
	char columns[128];
	size_t i;
	enum twr_status rc;

	if (row->wrong != NULL)
		return twr_fail(err, TWR_EDATA, "%s:%" PRIu64 ": %s",
		    im->in->name, row->line, row->wrong);
	for (i = 0; i < row->n; i++)
		if ((rc = take_column(im, row->fields[i], i, err)) != TWR_OK)
			return rc;
	for (i = 0; i < COLUMN_COUNT; i++)
		if (im->at[i] != SIZE_MAX)
			needed &= ~BIT(i);
	if (needed != 0) {
		list_columns(needed, columns, sizeof(columns));
		return twr_fail(err, TWR_EDATA,
		    "%s:1: the header lacks: %s; the first row names the "
		    "columns",
		    im->in->name, columns);
	}
	im->n_columns = row->n;
	im->headed = true;
	return TWR_OK;
}

/* ---- rows ---- */

static enum twr_status
refuse_form(struct import *im, const struct csv_row *row, struct twr_error *err)
{
	im->malformed = true;
	if (row->wrong != NULL)
		(void)twr_fail(err, TWR_EDATA, "%s", row->wrong);
	else
		(void)twr_fail(err, TWR_EDATA,
		    "has %zu field%s, the header has %zu; put fields that "
		    "hold commas in double quotes",
		    row->n, row->n == 1 ? "" : "s", im->n_columns);
	return import_refuse(im, row->line, TWR_EREFUSED, err);
}

static enum twr_status
take_row(void *ctx, const struct csv_row *row, struct twr_error *err)
{
	struct import *im = ctx;

	if (!im->headed)
		return take_header(im, row, err);
	im->counts.rows++;
	if (row->wrong != NULL || row->n != im->n_columns)
		return refuse_form(im, row, err);
	switch (im->in->kind) {
	case IMPORT_USERS:
		return import_user(im, row, err);
	case IMPORT_LOGINS:
		return import_login(im, row, err);
	case IMPORT_ASSIGNMENTS:
		break;
	}
	return plan_add(im, row, err);
}

/* ---- the whole ---- */

/* Warnings are passed on up to a point; the rest is counted. */
static void
take_note(void *ctx, const char *line)
{
	struct import *im = ctx;

	if (strncmp(line, "warning: ", 9) != 0) {
		im->notes++;
		return;
	}
	if (im->warnings++ < IMPORT_TOLD)
		change_note(im->outer, "%s", line);
}

static void
note_counts(const struct import *im)
{
	if (im->warnings > IMPORT_TOLD)
		change_note(im->outer, "warning: %" PRIu64 " more like these",
		    im->warnings - IMPORT_TOLD);
	if (im->uids_unknown > 0)
		change_note(im->outer,
		    "note: %" PRIu64 " login%s no account on this host, so "
		    "the uid is not recorded; map them again once they have",
		    im->uids_unknown,
		    im->uids_unknown == 1 ? " has" : "s have");
}

enum twr_status
change_import_begin(const struct change *ch, const struct change_import *in,
    struct import **ret, struct twr_error *err)
{
	struct import *im = calloc(1, sizeof(*im));
	size_t i;
	enum twr_status rc;

	if (im == NULL)
		return twr_fail(err, TWR_ENOMEM, "import: out of memory");
	im->in = in;
	im->outer = ch;
	im->ch = *ch;
	im->ch.note = take_note;
	im->ch.ctx = im;
	for (i = 0; i < COLUMN_COUNT; i++)
		im->at[i] = SIZE_MAX;
	rc = csv_begin(take_row, im, &im->csv, err);
	if (rc == TWR_OK && in->kind == IMPORT_ASSIGNMENTS)
		rc = plan_begin(&im->plan, err);
	if (rc != TWR_OK)
		change_import_free(im);
	else
		*ret = im;
	return rc;
}

enum twr_status
change_import_feed(struct import *im, const char *data, size_t len,
    struct twr_error *err)
{
	struct twr_error why = { "" };
	enum twr_status rc = csv_feed(im->csv, data, len, &why);

	if (rc == TWR_OK)
		return TWR_OK;
	/* the reader of CSV knows of no file */
	if (strncmp(why.text, "line ", 5) == 0)
		return twr_fail(err, rc, "%s: %s", im->in->name, why.text);
	return twr_fail(err, rc, "%s", why.text);
}

static enum twr_status
report_refusals(const struct import *im, struct twr_error *err)
{
	uint64_t n = im->counts.refused;
	size_t i;

	for (i = 0; i < im->n_refusals; i++)
		im->in->complain(im->in->ctx, im->refusals[i].text);
	return twr_fail(err, im->malformed ? TWR_EDATA : TWR_EREFUSED,
	    "%s: %" PRIu64 " of %" PRIu64 " rows refused%s; nothing was "
	    "imported: mend %s and import the file again",
	    im->in->name, n, im->counts.rows,
	    n > IMPORT_TOLD ? " (the first 20 are told above)" : "",
	    n == 1 ? "it" : "them");
}

enum twr_status
change_import_end(struct import *im, struct import_counts *counts,
    struct twr_error *err)
{
	enum twr_status rc = csv_end(im->csv, err);

	if (rc == TWR_OK && !im->headed)
		rc = twr_fail(err, TWR_EDATA,
		    "%s: is empty; its first row names the columns",
		    im->in->name);
	if (rc == TWR_OK && im->plan != NULL)
		rc = plan_carry_out(im, err);
	if (rc == TWR_OK && im->counts.refused > 0)
		rc = report_refusals(im, err);
	if (rc == TWR_OK)
		note_counts(im);
	*counts = im->counts;
	return rc;
}

void
change_import_free(struct import *im)
{
	size_t i;

	if (im == NULL)
		return;
	for (i = 0; i < im->n_refusals; i++)
		free(im->refusals[i].text);
	csv_free(im->csv);
	plan_free(im->plan);
	free(im);
}
