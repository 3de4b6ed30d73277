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
bool out_kind_is_text(enum out_kind kind); /* the cell's .text counts */
/* A cell that is no text, as text; empty where there is nothing. */
void out_number_text(enum out_kind kind, int64_t number, bool utc,
    char buf[CLOCK_TEXT_LEN]);
/* In place: "a\nb\n" becomes "a,b". */
void out_join_items(char *text);

#endif
