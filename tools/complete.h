/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_COMPLETE_H
#define TWRBAC_COMPLETE_H

#include "command.h"

/*
 * Print what the last of the words, begun or empty, could become, a line
 * each: commands, options and fixed words from the table of commands; users,
 * logins, scopes, roles and services from the directory, as far as it can be
 * read. The words are those of a line, without the program's name. What is
 * in the way is not told: whoever presses a key asked for nothing.
 */
void complete_words(struct cli *cli, char **words, size_t n, FILE *to);

/* Names of the directory that begin with a text, a few hundred at most. */
#define COMPLETE_MAX 300

#endif
