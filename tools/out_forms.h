/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_OUT_FORMS_H
#define TWRBAC_OUT_FORMS_H

#include <stdio.h>

#include "clock.h"
#include "out.h"

/*
 * The forms of a table, for out.c alone. Each writes the whole table to to,
 * whose error state the caller looks at. TWR_OK or TWR_ENOMEM.
 */
enum twr_status out_form_people(const struct out *out, FILE *to) TWR_MUST_CHECK;
enum twr_status out_form_tsv(const struct out *out, FILE *to) TWR_MUST_CHECK;
enum twr_status out_form_json(const struct out *out, FILE *to) TWR_MUST_CHECK;
void out_form_effect(const struct out *out, FILE *to);

/* What the forms share. */
/* Table i, of n_parts + 1, as an out of its own; borrowed, not to be ended. */
struct out out_part_view(const struct out *out, size_t i);
/* A fresh string with one cell as people see it, "-" when empty; or NULL. */
char *out_people_cell(const struct out *out, const struct out_column *column,
    const struct out_cell *cell, bool with_zone);
void out_bold(const struct out *out, FILE *to, bool on);
bool out_kind_is_list(enum out_kind kind);
/*
 * Words of escaped text within width columns; used says how many the line has
 * already, further lines begin with indent blanks. No newline at the end.
 */
void out_wrap(FILE *to, const char *text, size_t used, size_t indent,
    size_t width);
/* ---- out_columns.c: rows as aligned columns ---- */
enum twr_status out_form_columns(const struct out *out,
    FILE *to) TWR_MUST_CHECK;
bool out_kind_is_text(enum out_kind kind); /* the cell's .text counts */
/* A cell that is no text, as text; empty where there is nothing. */
void out_number_text(enum out_kind kind, int64_t number, bool utc,
    char buf[CLOCK_TEXT_LEN]);
/* In place: "a\nb\n" becomes "a,b". */
void out_join_items(char *text);
#define OUT_GAP 2 /* blanks between columns */

#endif
