/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SUGGEST_H
#define TWRBAC_SUGGEST_H

#include <stddef.h>

/*
 * The candidate most like word, for "did you mean": least edit distance,
 * at most a third of the word's length. NULL when nothing is near.
 */
struct suggestion {
	const char *word;
	char best[256];
	size_t distance;
};
void suggest_init(struct suggestion *sg, const char *word);
void suggest_offer(struct suggestion *sg, const char *candidate);
const char *suggest_best(const struct suggestion *sg); /* or NULL */

#endif
