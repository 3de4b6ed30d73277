/* SPDX-License-Identifier: BSD-2-Clause */
#include "out_forms.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* ---- TSV ---- */

static void
print_tsv_text(FILE *to, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\t')
			fputs("\\t", to);
		else if (*text == '\n')
			fputs("\\n", to);
		else if (*text == '\r')
			fputs("\\r", to);
		else if (*text == '\\')
			fputs("\\\\", to);
		else
			fputc(*text, to);
	}
}

static enum twr_status
print_tsv_cell(FILE *to, enum out_kind kind, const struct out_cell *cell)
{
	char buf[CLOCK_TEXT_LEN], *copy;

	if (!out_kind_is_text(kind)) {
		out_number_text(kind, cell->number, true, buf);
		fputs(buf, to);
	} else if (out_kind_is_list(kind) && cell->text != NULL) {
		if ((copy = strdup(cell->text)) == NULL)
			return TWR_ENOMEM;
		out_join_items(copy);
		print_tsv_text(to, copy);
		free(copy);
	} else if (cell->text != NULL) {
		print_tsv_text(to, cell->text);
	}
	return TWR_OK;
}

enum twr_status
out_form_tsv(const struct out *out, FILE *to)
{
	size_t n = out->n_columns, row, i;
	const char *gap;
	enum twr_status rc;

	for (i = 0, gap = ""; i < n; i++)
		if (out->columns[i].key != NULL) {
			fprintf(to, "%s%s", gap, out->columns[i].key);
			gap = "\t";
		}
	fputc('\n', to);
	for (row = 0; row < out_rows(out); row++) {
		for (i = 0, gap = ""; i < n; i++) {
			if (out->columns[i].key == NULL)
				continue;
			fputs(gap, to);
			gap = "\t";
			rc = print_tsv_cell(to, out->columns[i].kind,
			    &out->cells[row * n + i]);
			if (rc != TWR_OK)
				return rc;
		}
		fputc('\n', to);
	}
	return TWR_OK;
}

/* ---- JSON ---- */

/* Text that is not UTF-8 has no JSON form of its own: it is escaped. */
static json_t *
json_text(const char *text, size_t len)
{
	json_t *ret = json_stringn(text, len);
	char *copy, *clean = NULL;

	if (ret != NULL)
		return ret;
	if ((copy = strndup(text, len)) != NULL)
		clean = out_escape(copy);
	if (clean != NULL)
		ret = json_string(clean);
	free(clean);
	free(copy);
	return ret;
}

static json_t *
json_list(const char *items)
{
	json_t *ret = json_array();
	const char *p = items, *end;

	for (; p != NULL && (end = strchr(p, '\n')) != NULL; p = end + 1)
		if (json_array_append_new(ret,
			json_text(p, (size_t)(end - p))) != 0) {
			json_decref(ret);
			return NULL;
		}
	return ret;
}

/* What is no JSON after all is a text. */
static json_t *
json_object_text(const char *text)
{
	json_t *ret = json_loads(text, 0, NULL);

	return ret != NULL ? ret : json_text(text, strlen(text));
}

static json_t *
json_cell(enum out_kind kind, const struct out_cell *cell)
{
	char buf[CLOCK_TEXT_LEN];

	switch (kind) {
	case OUT_TEXT:
	case OUT_SID:
	case OUT_WHOLE:
	case OUT_BELOW:
		if (cell->text == NULL)
			return json_null();
		return json_text(cell->text, strlen(cell->text));
	case OUT_OBJECT:
		if (cell->text == NULL)
			return json_null();
		return json_object_text(cell->text);
	case OUT_LIST:
	case OUT_BELOW_LIST:
		return json_list(cell->text);
	case OUT_NUMBER:
		return json_integer(cell->number);
	case OUT_BOOL:
		return json_boolean(cell->number != 0);
	case OUT_TIME:
		out_number_text(kind, cell->number, true, buf);
		return buf[0] != '\0' ? json_string(buf) : json_null();
	}
	return NULL;
}

/* The rows; NULL when out of memory. */
static json_t *
json_rows(const struct out *out)
{
	json_t *rows = json_array(), *row = NULL;
	size_t n = out->n_columns, i;

	for (i = 0; i < out_rows(out) * n; i++) {
		if (i % n == 0 &&
		    json_array_append_new(rows, row = json_object()) != 0)
			goto fail;
		if (out->columns[i % n].key != NULL &&
		    json_object_set_new(row, out->columns[i % n].key,
			json_cell(out->columns[i % n].kind, &out->cells[i])) !=
			0)
			goto fail;
	}
	return rows;
fail:
	json_decref(rows);
	return NULL;
}

enum twr_status
out_form_json(const struct out *out, FILE *to)
{
	json_t *top = json_object();
	enum twr_status rc = TWR_ENOMEM;
	struct out part;
	size_t i;

	if (json_object_set_new(top, "twrbac", json_integer(1)) != 0 ||
	    json_object_set_new(top, "command", json_string(out->command)) != 0)
		goto out;
	for (i = 0; i <= out->n_parts; i++) {
		part = out_part_view(out, i);
		if (json_object_set_new(top, i == 0 ? "rows" : part.key,
			json_rows(&part)) != 0)
			goto out;
	}
	if (out->effect != NULL &&
	    json_object_set_new(top, "effect",
		json_text(out->effect, strlen(out->effect))) != 0)
		goto out;
	/* a write that fails is seen by whoever closes the stream */
	(void)json_dumpf(top, to, JSON_INDENT(1));
	fputc('\n', to);
	rc = TWR_OK;
out:
	json_decref(top);
	return rc;
}
