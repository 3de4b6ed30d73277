/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_STACK_IMPL_H
#define TWRBAC_STACK_IMPL_H

/* Between stack.c, what lines mean, and stack_read.c, where they come from. */

#include "stack.h"

/* Which lines of a file count. */
enum phase {
	PHASE_ANY, /* the account lines among all */
	PHASE_ACCOUNT /* all; one of another phase is no line of ours */
};

struct load {
	const struct stack_places *places;
	struct stack *st;
	struct twr_error *err;
	enum twr_status rc; /* what stops everything: memory, access */
};

/* The text of a file being taken apart. */
struct source {
	char *at; /* NULL: at the end */
	const char *path;
	const char *service; /* of pam.conf: the lines that count; NULL */
	unsigned line;
	enum phase phase;
	unsigned depth, level;
};

void stack_no_memory(struct load *ld);
/* The file that libpam takes for name, kept as the newest. -1: none. */
int stack_open_service(struct load *ld, const char *name);
int stack_open_one(struct load *ld, const char *path);
/* The whole of fd, malloc'd; a folder is an empty file, as it is to libpam. */
char *stack_read_all(struct load *ld, int fd, const char *path);
/*
 * The next line, malloc'd, without its comment, joined with those that
 * continue it; first: its number. NULL: the end.
 */
char *stack_take_line(struct load *ld, struct source *src, unsigned *first);

#endif
