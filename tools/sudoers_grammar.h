/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SUDOERS_GRAMMAR_H
#define TWRBAC_SUDOERS_GRAMMAR_H

/*
 * One logical line of sudoers(5), cut into lists: as far as it must be known
 * who is named, what is negated, and which tags stand where. What is no valid
 * line for sudo yields something or nothing; sudo itself refuses it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

/* Tags that take something from whoever runs the command, and PASSWD's pair. */
enum {
	SUDOERS_TAG_NOEXEC = 1,
	SUDOERS_TAG_INTERCEPT = 2,
	SUDOERS_TAG_LOG_INPUT = 4,
	SUDOERS_TAG_LOG_OUTPUT = 8,
	SUDOERS_TAG_PASSWD = 16,
	SUDOERS_TAG_NOPASSWD = 32
};
/* "NOEXEC"; the lowest one of tags. */
const char *sudoers_tag_word(unsigned tags);

struct sudoers_item {
	char *text; /* without quotes; a command with its arguments */
	bool negated; /* by an odd number of ! */
	bool quoted;
	unsigned tags; /* of a command: as they stand, or from those before */
};

struct sudoers_items {
	struct sudoers_item *all;
	size_t n, room;
};

enum sudoers_kind {
	SUDOERS_USER_ALIAS,
	SUDOERS_RUNAS_ALIAS,
	SUDOERS_CMND_ALIAS,
	SUDOERS_DEFAULTS_USER, /* Defaults:LIST */
	SUDOERS_DEFAULTS_RUNAS, /* Defaults>LIST */
	SUDOERS_SPEC /* who hosts = (runas) commands */
};

/* An alias definition, a bound Defaults, or a line that grants. */
struct sudoers_entry {
	enum sudoers_kind kind;
	char *name; /* of an alias */
	char *settings; /* of Defaults */
	struct sudoers_items who; /* members of a User_ or Runas_Alias too */
	struct sudoers_items runas; /* users among them, of all commands */
	struct sudoers_items commands; /* members of a Cmnd_Alias too */
};

/*
 * Take a line, of which one with aliases may have several: fn is called with
 * each; what entry owns is fn's. False: out of memory; fn was not told of all.
 */
typedef bool sudoers_entry_fn(void *ctx, struct sudoers_entry *entry);
bool sudoers_parse(const char *line, sudoers_entry_fn *fn,
    void *ctx) TWR_MUST_CHECK;
void sudoers_entry_free(struct sudoers_entry *entry); /* zeroes it */

/* Is what stands at p, in the line that begins at begin, a comment? */
bool sudoers_is_comment(const char *begin, const char *p);

#endif
