/* SPDX-License-Identifier: BSD-2-Clause */
#include "out_forms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "model.h"

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
	return kind != OUT_TIME && kind != OUT_NUMBER && kind != OUT_BOOL;
}

bool
out_kind_is_list(enum out_kind kind)
{
	return kind == OUT_LIST || kind == OUT_BELOW_LIST;
}

struct out
out_part_view(const struct out *out, size_t i)
{
	struct out view = *out;
	const struct out_part *part;

	if (i >= out->n_parts)
		return view;
	part = &out->parts[i];
	view.key = part->key;
	view.title = part->title;
	view.columns = part->columns;
	view.n_columns = part->n_columns;
	view.record = part->record;
	view.group = part->group;
	view.cells = part->cells;
	view.n_cells = part->n_cells;
	return view;
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

char *
out_people_cell(const struct out *out, const struct out_column *column,
    const struct out_cell *cell, bool with_zone)
{
	char buf[CLOCK_TEXT_LEN], zone[CLOCK_ZONE_LEN] = "", *copy, *ret;

	if (column->kind == OUT_TIME && !is_open_end(cell->number)) {
		clock_format_people(cell->number, out->utc, buf, zone);
		if (!with_zone)
			zone[0] = '\0';
		return asprintf(&ret, "%s%s%s", buf, *zone ? " " : "", zone) <
			0 ?
		    NULL :
		    ret;
	}
	if (!out_kind_is_text(column->kind)) {
		out_number_text(column->kind, cell->number, out->utc, buf);
		return strdup(buf[0] != '\0' ? buf : "-");
	}
	if ((copy = strdup(cell->text && *cell->text ? cell->text : "-")) ==
	    NULL)
		return NULL;
	if (column->kind == OUT_SID && strlen(copy) == TWR_SID_LEN)
		snprintf(copy + OUT_SID_SHOWN, 3, "..");
	if (out_kind_is_list(column->kind))
		out_join_items(copy);
	ret = out_escape(copy);
	free(copy);
	return ret;
}

void
out_bold(const struct out *out, FILE *to, bool on)
{
	if (out->colour)
		fputs(on ? "\033[1m" : "\033[0m", to);
}

void
out_wrap(FILE *to, const char *text, size_t used, size_t indent, size_t width)
{
	size_t len, columns;
	bool first = true;
	char *word;

	while (*(text += strspn(text, " ")) != '\0') {
		len = strcspn(text, " ");
		word = strndup(text, len);
		columns = word != NULL ? out_width(word) : len;
		free(word);
		if (!first && used + 1 + columns > width) {
			fprintf(to, "\n%*s", (int)indent, "");
			used = indent;
		} else if (!first) {
			fputc(' ', to);
			used++;
		}
		fprintf(to, "%.*s", (int)len, text);
		used += columns;
		text += len;
		first = false;
	}
}

/* ---- one thing, as lines ---- */

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

/* What stands beside a title. */
static enum twr_status
print_value(const struct out *out, FILE *to, size_t at, size_t indent)
{
	const struct out_column *column = &out->columns[at];
	const struct out_cell *cell = &out->cells[at];
	char *shown;

	if (out_kind_is_list(column->kind) && cell->text != NULL)
		return print_items(to, cell->text, indent);
	if ((shown = out_people_cell(out, column, cell, true)) == NULL)
		return TWR_ENOMEM;
	/* one thing has room: its SID is whole */
	if (column->kind == OUT_SID && cell->text != NULL)
		fputs(cell->text, to);
	else if (column->kind == OUT_BELOW)
		out_wrap(to, shown, indent, indent, OUT_WIDTH);
	else
		fputs(shown, to);
	fputc('\n', to);
	free(shown);
	return TWR_OK;
}

static enum twr_status
print_record(const struct out *out, FILE *to)
{
	size_t width = 0, i, w;
	const char *title;
	enum twr_status rc;

	for (i = 0; i < out->n_columns; i++)
		if (out->columns[i].title != NULL &&
		    (w = out_width(out->columns[i].title)) > width)
			width = w;
	for (i = 0; i < out->n_columns && i < out->n_cells; i++) {
		if ((title = out->columns[i].title) == NULL)
			continue;
		out_bold(out, to, true);
		fputs(title, to);
		out_bold(out, to, false);
		fprintf(to, "%*s", (int)(width + OUT_GAP - out_width(title)),
		    "");
		if ((rc = print_value(out, to, i, width + OUT_GAP)) != TWR_OK)
			return rc;
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
	return out_form_columns(out, to);
}

void
out_form_effect(const struct out *out, FILE *to)
{
	char *clean = out_escape(out->effect);

	if (clean != NULL)
		fprintf(to, "%s\n", clean);
	free(clean);
}
