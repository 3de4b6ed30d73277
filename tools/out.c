/* SPDX-License-Identifier: BSD-2-Clause */
#include "out.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "out_forms.h"

void
out_init(struct out *out, enum out_format format, const char *command)
{
	const char *no_color = getenv("NO_COLOR");

	memset(out, 0, sizeof(*out));
	out->format = format;
	out->command = command;
	out->colour = format == OUT_PEOPLE && isatty(STDOUT_FILENO) &&
	    (no_color == NULL || *no_color == '\0');
	out->text = open_memstream(&out->text_buf, &out->text_len);
	out->notes = open_memstream(&out->notes_buf, &out->notes_len);
	out->failed = out->text == NULL || out->notes == NULL;
}

static void
free_cells(struct out_cell *cells, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(cells[i].text);
	free(cells);
}

void
out_end(struct out *out)
{
	size_t i;

	if (out->text != NULL)
		fclose(out->text);
	if (out->notes != NULL)
		fclose(out->notes);
	free(out->text_buf);
	free(out->notes_buf);
	free(out->effect);
	free(out->last);
	free_cells(out->cells, out->n_cells);
	for (i = 0; i < out->n_parts; i++)
		free_cells(out->parts[i].cells, out->parts[i].n_cells);
	free(out->parts);
	free(out->own);
	memset(out, 0, sizeof(*out));
}

void
out_table(struct out *out, const struct out_column *columns, size_t n)
{
	out->columns = columns;
	out->n_columns = n;
}

void
out_record(struct out *out, const struct out_column *columns, size_t n)
{
	out_table(out, columns, n);
	out->record = true;
}

void
out_retitle(struct out *out, size_t column, const char *title)
{
	if (out->own == NULL) {
		out->own = calloc(out->n_columns, sizeof(*out->own));
		if (out->own == NULL) {
			out->failed = true;
			return;
		}
		memcpy(out->own, out->columns,
		    out->n_columns * sizeof(*out->own));
		out->columns = out->own;
	}
	out->own[column].title = title;
}

void
out_section(struct out *out, const char *key, const char *title,
    const struct out_column *columns, size_t n)
{
	struct out_part *grown;

	grown = reallocarray(out->parts, out->n_parts + 1, sizeof(*grown));
	if (grown == NULL) {
		out->failed = true;
		return;
	}
	out->parts = grown;
	grown[out->n_parts++] = (struct out_part) { out->key, out->title,
		out->columns, out->n_columns, out->record, out->group,
		out->cells, out->n_cells, out->room };
	out->key = key;
	out->title = title;
	out->columns = columns;
	out->n_columns = n;
	out->record = false;
	out->group = 0;
	out->cells = NULL;
	out->n_cells = out->room = 0;
}

void
out_group(struct out *out, size_t column)
{
	out->group = column + 1;
}

static struct out_cell *
new_cell(struct out *out)
{
	struct out_cell *grown;
	size_t room = out->room ? 2 * out->room : 64;

	if (out->n_cells == out->room) {
		grown = reallocarray(out->cells, room, sizeof(*grown));
		if (grown == NULL) {
			out->failed = true;
			return NULL;
		}
		out->cells = grown;
		out->room = room;
	}
	grown = &out->cells[out->n_cells++];
	memset(grown, 0, sizeof(*grown));
	return grown;
}

void
out_text(struct out *out, const char *text)
{
	struct out_cell *cell = new_cell(out);

	if (cell == NULL || text == NULL)
		return;
	if ((cell->text = strdup(text)) == NULL)
		out->failed = true;
}

void
out_number(struct out *out, int64_t number)
{
	struct out_cell *cell = new_cell(out);

	if (cell != NULL)
		cell->number = number;
}

size_t
out_rows(const struct out *out)
{
	return out->n_columns ? out->n_cells / out->n_columns : 0;
}

/* Format, escape, and write with a prefix as one line. */
static void print_line(struct out *out, FILE *to, const char *prefix,
    const char *fmt, va_list ap) TWR_PRINTF(4, 0);

static void
print_line(struct out *out, FILE *to, const char *prefix, const char *fmt,
    va_list ap)
{
	char *raw = NULL, *clean = NULL;

	if (to == NULL || vasprintf(&raw, fmt, ap) < 0) {
		out->failed = true;
		return;
	}
	if ((clean = out_escape(raw)) == NULL ||
	    fprintf(to, "%s%s\n", prefix, clean) < 0)
		out->failed = true;
	free(clean);
	free(raw);
}

void
out_line(struct out *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line(out, out->text, "", fmt, ap);
	va_end(ap);
}

void
out_note(struct out *out, const char *fmt, ...)
{
	va_list ap;

	if (out->quiet)
		return;
	va_start(ap, fmt);
	print_line(out, out->notes, "note: ", fmt, ap);
	va_end(ap);
}

void
out_warn(struct out *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line(out, out->notes, "twrbac: warning: ", fmt, ap);
	va_end(ap);
}

void
out_complain(struct out *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line(out, out->notes, "twrbac: ", fmt, ap);
	va_end(ap);
	out_keep_notes(out);
}

void
out_keep_notes(struct out *out)
{
	if (out->notes == NULL || fflush(out->notes) != 0)
		out->failed = true;
	out->kept = out->notes_len;
}

void
out_effect(struct out *out, const char *fmt, ...)
{
	va_list ap;

	free(out->effect);
	va_start(ap, fmt);
	if (vasprintf(&out->effect, fmt, ap) < 0) {
		out->effect = NULL;
		out->failed = true;
	}
	va_end(ap);
}

void
out_last(struct out *out, const char *fmt, ...)
{
	va_list ap;

	free(out->last);
	va_start(ap, fmt);
	if (vasprintf(&out->last, fmt, ap) < 0) {
		out->last = NULL;
		out->failed = true;
	}
	va_end(ap);
}

void
out_list_add(struct out_list *list, const char *fmt, ...)
{
	char *item = NULL, *grown, *p;
	va_list ap;
	size_t len;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&item, fmt, ap);
	va_end(ap);
	if (n < 0) {
		list->failed = true;
		return;
	}
	for (p = item; *p != '\0'; p++)
		if (*p == '\n') /* it separates the items */
			*p = ' ';
	len = (size_t)n;
	if ((grown = realloc(list->items, list->len + len + 2)) == NULL) {
		list->failed = true;
	} else {
		list->items = grown;
		memcpy(grown + list->len, item, len);
		list->len += len + 1;
		grown[list->len - 1] = '\n';
		grown[list->len] = '\0';
	}
	free(item);
}

void
out_list_cell(struct out *out, struct out_list *list)
{
	if (list->failed)
		out->failed = true;
	out_text(out, list->items);
	free(list->items);
	memset(list, 0, sizeof(*list));
}

/* The tables one after another, by a form that knows one. */
static enum twr_status
write_parts(const struct out *out,
    enum twr_status (*form)(const struct out *out, FILE *to))
{
	struct out part;
	enum twr_status rc = TWR_OK;
	size_t i;

	for (i = 0; rc == TWR_OK && i <= out->n_parts; i++) {
		part = out_part_view(out, i);
		if (part.n_columns == 0 ||
		    (i == out->n_parts && out->last != NULL &&
			out->format == OUT_PEOPLE))
			continue;
		if (i > 0)
			fputc('\n', stdout);
		if (i > 0 && out_rows(&part) == 0 && out->format == OUT_PEOPLE)
			fprintf(stdout, "no %s\n", part.title);
		rc = form(&part, stdout);
	}
	return rc;
}

static enum twr_status
write_last(struct out *out)
{
	char *clean;

	if (out->last == NULL || (out->quiet && out_rows(out) == 0))
		return TWR_OK;
	if ((clean = out_escape(out->last)) == NULL)
		return TWR_ENOMEM;
	fprintf(stdout, "%s\n", clean);
	free(clean);
	return out_form_people(out, stdout);
}

static enum twr_status
write_stdout(struct out *out)
{
	enum twr_status rc = TWR_OK;

	switch (out->format) {
	case OUT_JSON:
		return out_form_json(out, stdout);
	case OUT_TSV:
		return write_parts(out, out_form_tsv);
	case OUT_PEOPLE:
		if (out->quiet && out->n_columns == 0)
			return TWR_OK;
		if (out->n_columns > 0)
			rc = write_parts(out, out_form_people);
		fwrite(out->text_buf, 1, out->text_len, stdout);
		if (out->effect != NULL && !out->quiet)
			out_form_effect(out, stdout);
		return rc == TWR_OK ? write_last(out) : rc;
	}
	return rc;
}

enum twr_status
out_flush(struct out *out, bool done, struct twr_error *err)
{
	enum twr_status rc;

	if (out->text == NULL || out->notes == NULL || fflush(out->text) != 0 ||
	    fflush(out->notes) != 0)
		out->failed = true;
	if (out->notes_buf != NULL)
		fwrite(out->notes_buf, 1, done ? out->notes_len : out->kept,
		    stderr);
	if (out->failed)
		return twr_fail(err, TWR_ENOMEM,
		    "out of memory for the report%s",
		    done ? "; what was asked for is done" : "");
	if (!done)
		return TWR_OK;
	if ((rc = write_stdout(out)) == TWR_ENOMEM)
		return twr_fail(err, rc,
		    "out of memory for the report; "
		    "what was asked for is done");
	return rc;
}

enum twr_status
out_close(struct twr_error *err)
{
	bool lost = ferror(stdout) != 0;

	if (fflush(stdout) != 0)
		lost = true;
	if (fclose(stdout) != 0 || lost)
		return twr_fail(err, TWR_EWRITE,
		    "standard output could not "
		    "be written; what was asked for is done, but its report "
		    "is lost");
	return TWR_OK;
}
