/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CONFIG_TEXT_H
#define TWRBAC_CONFIG_TEXT_H

#include "status.h"

/*
 * What can be said of a configuration's text without libconfig, which says
 * "syntax error" and a line, or silently accepts what nobody meant.
 */

/*
 * Refuse what libconfig would take but a person would not mean: @include,
 * strings that follow each other without a comma (libconfig joins them), the
 * escape \x00 (it would cut the string), and strings or comments that never
 * end. TWR_OK, or TWR_EDATA with "NAME:LINE: cause; cure".
 */
enum twr_status config_text_check(const char *text, const char *name,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Describe why libconfig refused text with what at line: the first mistake
 * that can be told. Always fills err and returns TWR_EDATA.
 */
enum twr_status config_text_explain(const char *text, const char *name,
    unsigned line, const char *what, struct twr_error *err);

/* The same for a key that one group has twice, the second time at line. */
enum twr_status config_text_repeated(const char *text, const char *name,
    unsigned line, struct twr_error *err);

#endif
