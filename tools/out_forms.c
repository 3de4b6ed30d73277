/* SPDX-License-Identifier: BSD-2-Clause */
#include "out_forms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "model.h"

#define SHOWN_MIN 8 /* columns that are not narrowed further */
#define GAP 2 /* blanks between columns */

static bool
is_open_end(int64_t when)
{
	return when == TWR_ALWAYS || when == TWR_NEVER;
}

void
out_number_text(enum out_kind kind, int64_t number, bool utc,
    char buf[CLOCK_TEXT_LEN])
{
	buf[0] = '\0';
	if (kind == OUT_NUMBER)
		snprintf(buf, CLOCK_TEXT_LEN, "%" PRId64, number);
	else if (kind == OUT_BOOL)
		snprintf(buf, CLOCK_TEXT_LEN, "%s", number ? "yes" : "no");
	else if (!is_open_end(number))
		clock_format(number, utc, buf);
}

bool
out_kind_is_text(enum out_kind kind)
{
	return kind == OUT_TEXT || kind == OUT_SID || kind == OUT_LIST ||
	    kind == OUT_OBJECT;
}

/* ---- for people ---- */

void
out_join_items(char *text)
{
	size_t len = strlen(text), at = 0, i;

	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	for (i = 0; i < len; i++)
		text[at++] = text[i] == '\n' ? ',' : text[i];
}

/* A fresh string with a cell as people see it. */
static char *
people_cell(const struct out *out, const struct out_column *column,
    const struct out_cell *cell)
{
	char buf[CLOCK_TEXT_LEN], *copy, *ret;

	if (!out_kind_is_text(column->kind)) {
		out_number_text(column->kind, cell->number, out->utc, buf);
		return strdup(buf[0] != '\0' ? buf : "-");
	}
	if ((copy = strdup(cell->text && *cell->text ? cell->text : "-")) ==
	    NULL)
		return NULL;
	if (column->kind == OUT_SID && strlen(copy) == TWR_SID_LEN)
		snprintf(copy + OUT_SID_SHOWN, 3, "..");
	if (column->kind == OUT_LIST)
		out_join_items(copy);
	ret = out_escape(copy);
	free(copy);
	return ret;
}

static void
bold(const struct out *out, FILE *to, bool on)
{
	if (out->colour)
		fputs(on ? "\033[1m" : "\033[0m", to);
}

/* Narrow the widest column until the table fits; numbers keep theirs. */
static void
fit(const struct out *out, size_t *width)
{
	size_t all, widest, i;

	for (;;) {
		all = 0;
		widest = out->n_columns;
		for (i = 0; i < out->n_columns; i++) {
			if (width[i] == 0)
				continue;
			all += width[i] + GAP;
			if (out_kind_is_text(out->columns[i].kind) &&
			    out->columns[i].kind != OUT_SID &&
			    width[i] > SHOWN_MIN &&
			    (widest == out->n_columns ||
				width[i] > width[widest]))
				widest = i;
		}
		if (all <= OUT_WIDTH + GAP || widest == out->n_columns)
			return;
		width[widest]--;
	}
}

static void
print_padded(FILE *to, const char *text, size_t width, bool last)
{
	size_t used = out_width(text);

	fputs(text, to);
	if (last)
		return;
	for (; used < width + GAP; used++)
		fputc(' ', to);
}

/* A column of times of which none is set says nothing to people. */
static bool
has_times(const struct out *out, size_t column)
{
	size_t i;

	for (i = column; i < out->n_cells; i += out->n_columns)
		if (!is_open_end(out->cells[i].number))
			return true;
	return false;
}

/* Begin with the widths of the titles; 0: the column is not shown. */
static void
title_widths(const struct out *out, size_t *width)
{
	size_t i;

	for (i = 0; i < out->n_columns; i++)
		if (out->columns[i].title != NULL &&
		    (out->columns[i].kind != OUT_TIME || has_times(out, i)))
			width[i] = out_width(out->columns[i].title);
}

static size_t
last_shown(const struct out *out, const size_t *width)
{
	size_t i = out->n_columns;

	while (i > 0 && width[i - 1] == 0)
		i--;
	return i;
}

static void
print_titles(const struct out *out, FILE *to, const size_t *width)
{
	size_t end = last_shown(out, width), i;

	bold(out, to, true);
	for (i = 0; i < end; i++)
		if (width[i] > 0)
			print_padded(to, out->columns[i].title, width[i],
			    i + 1 == end);
	bold(out, to, false);
	fputc('\n', to);
}

static void
print_rows(const struct out *out, FILE *to, char **shown, const size_t *width)
{
	size_t end = last_shown(out, width), row, i;
	char *cell;

	for (row = 0; end > 0 && row < out_rows(out); row++) {
		for (i = 0; i < end; i++) {
			if (width[i] == 0)
				continue;
			cell = shown[row * out->n_columns + i];
			if (out_kind_is_text(out->columns[i].kind))
				out_cut(cell, width[i]);
			print_padded(to, cell, width[i], i + 1 == end);
		}
		fputc('\n', to);
	}
}

static enum twr_status
print_columns(const struct out *out, FILE *to)
{
	size_t n = out_rows(out) * out->n_columns, i, w, *width = NULL;
	char **shown = NULL;
	enum twr_status rc = TWR_ENOMEM;

	if ((width = calloc(out->n_columns, sizeof(*width))) == NULL ||
	    (shown = calloc(n + 1, sizeof(*shown))) == NULL)
		goto out;
	title_widths(out, width);
	for (i = 0; i < n; i++) {
		shown[i] = people_cell(out, &out->columns[i % out->n_columns],
		    &out->cells[i]);
		if (shown[i] == NULL)
			goto out;
		w = out_width(shown[i]);
		if (width[i % out->n_columns] > 0 &&
		    w > width[i % out->n_columns])
			width[i % out->n_columns] = w;
	}
	fit(out, width);
	if (!out->quiet && last_shown(out, width) > 0)
		print_titles(out, to, width);
	print_rows(out, to, shown, width);
	rc = TWR_OK;
out:
	for (i = 0; shown != NULL && i < n; i++)
		free(shown[i]);
	free(shown);
	free(width);
	return rc;
}

/* A list in a record: its items below each other. */
static enum twr_status
print_items(FILE *to, const char *items, size_t indent)
{
	const char *p = items, *end;
	char *item, *clean;

	for (; *p != '\0'; p = end + 1) {
		if ((end = strchr(p, '\n')) == NULL)
			break;
		if ((item = strndup(p, (size_t)(end - p))) == NULL)
			return TWR_ENOMEM;
		clean = out_escape(item);
		free(item);
		if (clean == NULL)
			return TWR_ENOMEM;
		fprintf(to, "%*s%s\n", p == items ? 0 : (int)indent, "", clean);
		free(clean);
	}
	return TWR_OK;
}

static enum twr_status
print_record(const struct out *out, FILE *to)
{
	size_t width = 0, i;
	enum twr_status rc;
	char *shown;

	for (i = 0; i < out->n_columns; i++)
		if (out->columns[i].title != NULL &&
		    out_width(out->columns[i].title) > width)
			width = out_width(out->columns[i].title);
	for (i = 0; i < out->n_columns && i < out->n_cells; i++) {
		if (out->columns[i].title == NULL)
			continue;
		bold(out, to, true);
		print_padded(to, out->columns[i].title, width, false);
		bold(out, to, false);
		if (out->columns[i].kind == OUT_LIST &&
		    out->cells[i].text != NULL) {
			rc = print_items(to, out->cells[i].text, width + GAP);
			if (rc != TWR_OK)
				return rc;
			continue;
		}
		shown = people_cell(out, &out->columns[i], &out->cells[i]);
		if (shown == NULL)
			return TWR_ENOMEM;
		/* one thing has room: its SID is whole */
		fprintf(to, "%s\n",
		    out->columns[i].kind == OUT_SID &&
			    out->cells[i].text != NULL ?
			out->cells[i].text :
			shown);
		free(shown);
	}
	return TWR_OK;
}

enum twr_status
out_form_people(const struct out *out, FILE *to)
{
	if (out->record)
		return print_record(out, to);
	if (out_rows(out) == 0)
		return TWR_OK;
	return print_columns(out, to);
}

void
out_form_effect(const struct out *out, FILE *to)
{
	char *clean = out_escape(out->effect);

	if (clean != NULL)
		fprintf(to, "%s\n", clean);
	free(clean);
}
