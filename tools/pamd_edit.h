/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_PAMD_EDIT_H
#define TWRBAC_PAMD_EDIT_H

/*
 * One marked line in the text of a service of pam.d(5): put in, changed, taken
 * out. Every other byte stays. Text in, text out: nothing is read or written.
 */

#include <stdbool.h>
#include <stddef.h>

/* Ends each line that is ours. libpam takes no notice of what follows '#'. */
#define PAMD_MARK "# twrbac setup"

/* Would "@include FILE" bring account lines? */
typedef bool pamd_include_fn(void *ctx, const char *file);

/*
 * Where the account phase begins: the start of the line (of the first, where
 * one continues it) that is an account line, or an @include with such. False:
 * there is none.
 */
bool pamd_edit_place(const char *text, pamd_include_fn *has_account, void *ctx,
    size_t *ret);

/* The first marked line that begins at from or later, with its newline. */
struct pamd_mark {
	size_t from, to;
	unsigned line; /* its number, from 1 on */
};
bool pamd_edit_find(const char *text, size_t from, struct pamd_mark *ret);
/* The first line that names the module, and is no comment, whosever it is. */
bool pamd_edit_find_module(const char *text, struct pamd_mark *ret);

/*
 * The text with line (without newline) in front of the byte at; without its
 * marked lines; with permissive_until=TIME in each marked line (NULL: without
 * it). Fresh strings; NULL: out of memory.
 */
char *pamd_edit_insert(const char *text, size_t at, const char *line);
char *pamd_edit_remove(const char *text);
char *pamd_edit_permit(const char *text, const char *until);
/* The same in one line, ours or not. */
char *pamd_edit_permit_one(const char *text, const struct pamd_mark *mark,
    const char *until);

#endif
