/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_OUT_H
#define TWRBAC_OUT_H

/*
 * What a command has to say. Everything is kept until out_flush(), so that
 * nothing is reported that then does not happen: success is reported last.
 *
 * A command fills a table: columns, then its cells in order. It comes out as
 * aligned columns or, for one thing, as lines "title: value" for people; as
 * TSV with a header row; or as JSON. A few commands fill more tables after
 * it. Text beside the tables is for people only. Nothing that is printed can
 * move a cursor or turn text around: such characters are escaped.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "status.h"

enum out_format {
	OUT_PEOPLE,
	OUT_TSV,
	OUT_JSON
};

enum out_kind {
	OUT_TEXT, /* cut for people where there is no room */
	OUT_SID, /* shortened for people */
	OUT_TIME, /* JSON null for TWR_ALWAYS and TWR_NEVER */
	OUT_NUMBER,
	OUT_BOOL,
	OUT_LIST, /* items end with a newline; a JSON array */
	OUT_OBJECT, /* text that is JSON: taken into JSON as it is */
	OUT_WHOLE, /* text that is never cut: a role's key, a scope, a login */
	OUT_BELOW, /* text on lines of its own, below its row */
	OUT_BELOW_LIST /* the same for a list */
};

struct out_column {
	const char *key; /* of JSON and TSV: stable; NULL: for people only */
	const char *title; /* for people; NULL: not shown to them */
	enum out_kind kind;
};

struct out_cell {
	char *text; /* of the kinds that are text; NULL: nothing there */
	int64_t number; /* the other kinds */
};

/* A table that is complete, before others. */
struct out_part {
	const char *key; /* of JSON; the first one's is "rows" */
	const char *title;
	const struct out_column *columns;
	size_t n_columns;
	bool record;
	size_t group;
	struct out_cell *cells;
	size_t n_cells, room;
};

struct out {
	enum out_format format;
	bool utc;
	bool quiet;
	bool colour; /* stdout is a terminal and nobody said NO_COLOR */
	const char *command; /* "assignment add" */
	const struct out_column *columns;
	size_t n_columns;
	bool record; /* one row, shown as lines */
	size_t group; /* number of the column, from 1 on, that groups rows */
	const char *key, *title; /* of a table after the first */
	struct out_column *own; /* columns with other titles */
	struct out_part *parts; /* the tables before this one */
	size_t n_parts;
	char *last; /* heading of the table that comes after the effect */
	bool failed; /* out of memory; out_flush() says so */
	struct out_cell *cells;
	size_t n_cells, room;
	FILE *text, *notes; /* in memory */
	char *text_buf, *notes_buf;
	size_t text_len, notes_len;
	size_t kept; /* bytes of notes that hold although the command fails */
	char *effect;
};

#define OUT_WIDTH 100 /* columns of a table for people, at most */
#define OUT_SID_SHOWN 10 /* characters of a SID that people see */

/* command must outlive out. Release with out_end(). */
void out_init(struct out *out, enum out_format format, const char *command);
void out_end(struct out *out);

/* Begin the table. columns must outlive out; n at least 1. */
void out_table(struct out *out, const struct out_column *columns, size_t n);
/* The same for exactly one row, which people see as "title: value". */
void out_record(struct out *out, const struct out_column *columns, size_t n);
/*
 * Give a column (from 0 on) of the table another title; NULL: not shown. In
 * one table of a report at most.
 */
void out_retitle(struct out *out, size_t column, const char *title);
/*
 * Begin one more table: for people after an empty line, or "no TITLE" when it
 * stays empty; in TSV after an empty line; in JSON an array of its own, key.
 */
void out_section(struct out *out, const char *key, const char *title,
    const struct out_column *columns, size_t n);
/*
 * People see the table that was begun last below this line, after the
 * effect; an empty one is the line alone.
 */
void out_last(struct out *out, const char *fmt, ...) TWR_PRINTF(2, 3);
/*
 * People see rows of equal text in this column (from 0 on) below a heading.
 */
void out_group(struct out *out, size_t column);
/* Append one cell; the kind must be the column's. */
void out_text(struct out *out, const char *text); /* NULL: nothing there */
void out_number(struct out *out, int64_t number);
/* Rows of the table that are complete. */
size_t out_rows(const struct out *out);

/* A line of text for people on stdout; control characters are escaped. */
void out_line(struct out *out, const char *fmt, ...) TWR_PRINTF(2, 3);
/* "note: ..." on stderr; not with --quiet. */
void out_note(struct out *out, const char *fmt, ...) TWR_PRINTF(2, 3);
/* "twrbac: warning: ..." on stderr. */
void out_warn(struct out *out, const char *fmt, ...) TWR_PRINTF(2, 3);
/* "twrbac: ..." on stderr, also when the command fails: why it does. */
void out_complain(struct out *out, const char *fmt, ...) TWR_PRINTF(2, 3);
/* What was noted so far is true even if the command fails later. */
void out_keep_notes(struct out *out);
/* What a write came to: the last line; "effect" in JSON. */
void out_effect(struct out *out, const char *fmt, ...) TWR_PRINTF(2, 3);

/*
 * A growing list for an OUT_LIST cell. Zero it first; release with free()
 * of .items. items NULL: empty.
 */
struct out_list {
	char *items;
	size_t len;
	bool failed; /* out of memory: the cell makes out fail */
};
void out_list_add(struct out_list *list, const char *fmt, ...) TWR_PRINTF(2, 3);
void out_list_cell(struct out *out, struct out_list *list); /* and frees */

/*
 * Write everything. Notes and warnings go to stderr first. With done false
 * (the command failed) only those are written that out_keep_notes() kept.
 * TWR_ENOMEM. Whether stdout took it all is out_close()'s to find out.
 */
enum twr_status out_flush(struct out *out, bool done,
    struct twr_error *err) TWR_MUST_CHECK;
/* Flush and close stdout; TWR_EWRITE when something was lost. */
enum twr_status out_close(struct twr_error *err) TWR_MUST_CHECK;

/*
 * For people: the text with control characters, C1 controls, bytes that are
 * not UTF-8, and characters that reorder or hide text written as \xHH or
 * \u{HHHH}. A fresh string; NULL when out of memory.
 */
char *out_escape(const char *text);
/* Terminal columns of escaped text. */
size_t out_width(const char *text);
/* Cut text to at most width (at least 2) columns, ending in "..". */
void out_cut(char *text, size_t width);

#endif
