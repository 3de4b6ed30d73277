/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "out_forms.h"

#define SHOWN_MIN 8 /* columns that are not narrowed further */
#define INDENT 4 /* blanks before what stands below a row */
#define GROUP_INDENT 2 /* blanks before rows that have a heading */

/* Where a column's cells go. */
enum place {
	NOWHERE,
	IN_ROW,
	BELOW
};

/* How a table is laid out. The arrays have one member for each column. */
struct layout {
	const struct out *out;
	FILE *to;
	char **shown; /* all cells, as people see them */
	enum place *place;
	size_t *width, *natural; /* of columns in the row */
	char (*title)[64];
	size_t indent, end; /* end: after the last column in the row */
	char zone[CLOCK_ZONE_LEN]; /* of all times, "" when they differ */
};

/* ---- times ---- */

static bool
is_set(int64_t when)
{
	return when != TWR_ALWAYS && when != TWR_NEVER;
}

/* The zone that all times of the table have; "" when they differ. */
static void
common_zone(const struct out *out, char zone[CLOCK_ZONE_LEN])
{
	char text[CLOCK_TEXT_LEN], other[CLOCK_ZONE_LEN];
	size_t i;

	zone[0] = '\0';
	for (i = 0; i < out->n_cells; i++) {
		if (out->columns[i % out->n_columns].kind != OUT_TIME ||
		    !is_set(out->cells[i].number))
			continue;
		clock_format_people(out->cells[i].number, out->utc, text,
		    other);
		if (zone[0] != '\0' && strcmp(zone, other) != 0) {
			zone[0] = '\0';
			return;
		}
		(void)strcpy(zone, other);
	}
}

/* A column of times of which none is set says nothing to people. */
static bool
has_times(const struct out *out, size_t column)
{
	size_t i;

	for (i = column; i < out->n_cells; i += out->n_columns)
		if (is_set(out->cells[i].number))
			return true;
	return false;
}

/* ---- widths ---- */

static bool
is_below(enum out_kind kind)
{
	return kind == OUT_BELOW || kind == OUT_BELOW_LIST;
}

static void
place_columns(struct layout *lo, const char *zone)
{
	const struct out *out = lo->out;
	const struct out_column *co;
	size_t i;

	for (i = 0; i < out->n_columns; i++) {
		co = &out->columns[i];
		if (co->title == NULL || i + 1 == out->group ||
		    (co->kind == OUT_TIME && !has_times(out, i)))
			continue;
		lo->place[i] = is_below(co->kind) ? BELOW : IN_ROW;
		snprintf(lo->title[i], sizeof(lo->title[i]), "%s%s%s%s",
		    co->title, co->kind == OUT_TIME && *zone ? " (" : "",
		    co->kind == OUT_TIME ? zone : "",
		    co->kind == OUT_TIME && *zone ? ")" : "");
		lo->natural[i] = out_width(lo->title[i]);
	}
}

static bool
show_cells(struct layout *lo, bool with_zone)
{
	const struct out *out = lo->out;
	size_t i, w, at;

	for (i = 0; i < out_rows(out) * out->n_columns; i++) {
		at = i % out->n_columns;
		lo->shown[i] = out_people_cell(out, &out->columns[at],
		    &out->cells[i], with_zone);
		if (lo->shown[i] == NULL)
			return false;
		if (lo->place[at] == IN_ROW &&
		    (w = out_width(lo->shown[i])) > lo->natural[at])
			lo->natural[at] = w;
	}
	return true;
}

static bool
can_narrow(const struct layout *lo, size_t i)
{
	return lo->out->columns[i].kind == OUT_TEXT &&
	    lo->width[i] > SHOWN_MIN && lo->width[i] > out_width(lo->title[i]);
}

/* Cut what may be cut, the widest first; false when that does not do. */
static bool
narrow(struct layout *lo)
{
	size_t all, widest, n = lo->out->n_columns, i;

	for (;;) {
		all = lo->indent;
		widest = n;
		for (i = 0; i < n; i++) {
			if (lo->place[i] != IN_ROW)
				continue;
			all += lo->width[i] + OUT_GAP;
			if (can_narrow(lo, i) &&
			    (widest == n || lo->width[i] > lo->width[widest]))
				widest = i;
		}
		if (all <= OUT_WIDTH + OUT_GAP)
			return true;
		if (widest == n)
			return false;
		lo->width[widest]--;
	}
}

/* The last column of the row goes below it; never the first one. */
static bool
move_last(struct layout *lo)
{
	size_t i, first = 0;

	while (first < lo->out->n_columns && lo->place[first] != IN_ROW)
		first++;
	for (i = lo->out->n_columns; i-- > first + 1;)
		if (lo->place[i] == IN_ROW) {
			lo->place[i] = BELOW;
			return true;
		}
	return false;
}

static void
fit(struct layout *lo)
{
	size_t i, n = lo->out->n_columns;

	do
		memcpy(lo->width, lo->natural, n * sizeof(*lo->width));
	while (!narrow(lo) && move_last(lo));
	for (i = 0; i < n; i++)
		if (lo->place[i] == IN_ROW)
			lo->end = i + 1;
}

/* ---- printing ---- */

static void
print_padded(struct layout *lo, const char *text, size_t i)
{
	size_t used = out_width(text);

	fputs(text, lo->to);
	if (i + 1 == lo->end)
		return;
	for (; used < lo->width[i] + OUT_GAP; used++)
		fputc(' ', lo->to);
}

static void
print_titles(struct layout *lo)
{
	size_t i;

	fprintf(lo->to, "%*s", (int)lo->indent, "");
	out_bold(lo->out, lo->to, true);
	for (i = 0; i < lo->end; i++)
		if (lo->place[i] == IN_ROW)
			print_padded(lo, lo->title[i], i);
	out_bold(lo->out, lo->to, false);
	fputc('\n', lo->to);
}

/* "a,b" becomes "a, b", which can be wrapped. */
static char *
spaced(const char *text)
{
	char *ret = malloc(2 * strlen(text) + 1), *to = ret;

	for (; ret != NULL && *text != '\0'; text++) {
		*to++ = *text;
		if (*text == ',')
			*to++ = ' ';
	}
	if (ret != NULL)
		*to = '\0';
	return ret;
}

/* A title in small letters and a blank; columns used. */
static size_t
print_label(struct layout *lo, const char *title)
{
	const char *p;

	for (p = title; *p != '\0'; p++)
		fputc(tolower((unsigned char)*p), lo->to);
	if (p == title)
		return 0;
	fputc(' ', lo->to);
	return out_width(title) + 1;
}

/* One cell of a column that always stands below its row. */
static enum twr_status
print_below(struct layout *lo, size_t i, const char *shown)
{
	size_t indent = lo->indent + INDENT, used = indent;
	bool list = out_kind_is_list(lo->out->columns[i].kind);
	char *text = list ? spaced(shown) : strdup(shown);

	if (text == NULL)
		return TWR_ENOMEM;
	fprintf(lo->to, "%*s", (int)indent, "");
	used += print_label(lo, lo->out->columns[i].title);
	out_wrap(lo->to, text, used, indent, OUT_WIDTH);
	fputc('\n', lo->to);
	free(text);
	return TWR_OK;
}

/*
 * One cell that had no room in its row, beside others of the kind. used: of
 * the line, 0 when there is none yet. The title that has the zone of a time is
 * not shown here, so the cell has it.
 */
static enum twr_status
print_moved(struct layout *lo, size_t i, const char *shown, size_t *used)
{
	const struct out_column *co = &lo->out->columns[i];
	const char *zone = co->kind == OUT_TIME ? lo->zone : "";
	size_t indent = lo->indent + INDENT;
	bool list = out_kind_is_list(co->kind);
	char *text = list ? spaced(shown) : strdup(shown);
	size_t need;

	if (text == NULL)
		return TWR_ENOMEM;
	need = out_width(co->title) + 1 + out_width(text) +
	    (*zone != '\0' ? out_width(zone) + 1 : 0);
	if (*used > 0 && *used + OUT_GAP + need <= OUT_WIDTH) {
		fprintf(lo->to, "%*s", OUT_GAP, "");
		*used += OUT_GAP;
	} else {
		fprintf(lo->to, "%s%*s", *used > 0 ? "\n" : "", (int)indent,
		    "");
		*used = indent;
	}
	(void)print_label(lo, co->title);
	if (list)
		out_wrap(lo->to, text, *used + out_width(co->title) + 1, indent,
		    OUT_WIDTH);
	else
		fprintf(lo->to, "%s%s%s", text, *zone != '\0' ? " " : "", zone);
	*used += need;
	free(text);
	return TWR_OK;
}

/* What stands below the row. */
static enum twr_status
print_rest(struct layout *lo, char **cells)
{
	const struct out *out = lo->out;
	size_t used = 0, i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < out->n_columns; i++)
		if (lo->place[i] == BELOW && strcmp(cells[i], "-") != 0 &&
		    !is_below(out->columns[i].kind))
			rc = print_moved(lo, i, cells[i], &used);
	if (used > 0)
		fputc('\n', lo->to);
	for (i = 0; rc == TWR_OK && i < out->n_columns; i++)
		if (strcmp(cells[i], "-") != 0 && lo->place[i] == BELOW &&
		    is_below(out->columns[i].kind))
			rc = print_below(lo, i, cells[i]);
	return rc;
}

static enum twr_status
print_row(struct layout *lo, char **cells)
{
	size_t i;

	fprintf(lo->to, "%*s", (int)lo->indent, "");
	for (i = 0; i < lo->end; i++) {
		if (lo->place[i] != IN_ROW)
			continue;
		out_cut(cells[i], lo->width[i]);
		print_padded(lo, cells[i], i);
	}
	fputc('\n', lo->to);
	return print_rest(lo, cells);
}

/* The heading of a row that begins a group. */
static void
print_heading(struct layout *lo, size_t row)
{
	size_t n = lo->out->n_columns, at = lo->out->group - 1;
	const char *text = lo->shown[row * n + at];

	if (row > 0 && strcmp(text, lo->shown[(row - 1) * n + at]) == 0)
		return;
	out_bold(lo->out, lo->to, true);
	fputs(text, lo->to);
	out_bold(lo->out, lo->to, false);
	fputc('\n', lo->to);
}

static enum twr_status
print_rows(struct layout *lo)
{
	size_t row, n = lo->out->n_columns;
	enum twr_status rc = TWR_OK;

	for (row = 0; rc == TWR_OK && row < out_rows(lo->out); row++) {
		if (lo->out->group > 0)
			print_heading(lo, row);
		rc = print_row(lo, lo->shown + row * n);
	}
	return rc;
}

enum twr_status
out_form_columns(const struct out *out, FILE *to)
{
	size_t n = out_rows(out) * out->n_columns, i;
	struct layout lo = { .out = out,
		.to = to,
		.indent = out->group > 0 ? GROUP_INDENT : 0 };
	enum twr_status rc = TWR_ENOMEM;

	lo.shown = calloc(n + 1, sizeof(*lo.shown));
	lo.place = calloc(out->n_columns, sizeof(*lo.place));
	lo.width = calloc(out->n_columns, sizeof(*lo.width));
	lo.natural = calloc(out->n_columns, sizeof(*lo.natural));
	lo.title = calloc(out->n_columns, sizeof(*lo.title));
	if (lo.shown == NULL || lo.place == NULL || lo.width == NULL ||
	    lo.natural == NULL || lo.title == NULL)
		goto out;
	common_zone(out, lo.zone);
	place_columns(&lo, lo.zone);
	if (!show_cells(&lo, lo.zone[0] == '\0'))
		goto out;
	fit(&lo);
	rc = TWR_OK;
	if (!out->quiet && lo.end > 0)
		print_titles(&lo);
	if (lo.end > 0)
		rc = print_rows(&lo);
out:
	for (i = 0; lo.shown != NULL && i < n; i++)
		free(lo.shown[i]);
	free(lo.shown);
	free(lo.place);
	free(lo.width);
	free(lo.natural);
	free(lo.title);
	return rc;
}
