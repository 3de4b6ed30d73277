/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SUDOERS_TAKES_H
#define TWRBAC_SUDOERS_TAKES_H

/*
 * Lines of sudoers that take something away from a role. Where there is no
 * usable policy nobody is a member of anything, so what they take is given
 * back just then.
 */

#include <stdbool.h>

#include "status.h"

enum sudoers_taking {
	SUDOERS_TAKES_ALIAS, /* !ALIAS, and the alias holds a role */
	SUDOERS_TAKES_DEFAULTS, /* Defaults that are bound to a role */
	SUDOERS_TAKES_COMMAND, /* a role's line with a negated command */
	SUDOERS_TAKES_TAG /* a tag on a role's line that another lacks */
};

struct sudoers_takes; /* all lines of a sudoers, in their order */

/* NULL: out of memory. */
struct sudoers_takes *sudoers_takes_new(void);
void sudoers_takes_free(struct sudoers_takes *st); /* NULL is allowed */
/* A logical line. False: out of memory; it is not kept. */
bool sudoers_takes_add(struct sudoers_takes *st, const char *file,
    unsigned line, const char *text) TWR_MUST_CHECK;

/* text names cause and cure; strings are gone on return. */
typedef void sudoers_takes_fn(void *ctx, enum sudoers_taking what,
    const char *file, unsigned line, const char *text);
/*
 * When all lines were added: aliases may be defined behind their use. False:
 * out of memory; not all was judged.
 */
bool sudoers_takes_judge(struct sudoers_takes *st, sudoers_takes_fn *fn,
    void *ctx) TWR_MUST_CHECK;

#endif
