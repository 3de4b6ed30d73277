/* SPDX-License-Identifier: BSD-2-Clause */
#include "suggest.h"

#include <stdint.h>
#include <string.h>

/* Longer words are compared by their beginning only. */
#define WORD_MAX 255

void
suggest_init(struct suggestion *sg, const char *word)
{
	memset(sg, 0, sizeof(*sg));
	sg->word = word;
	sg->distance = SIZE_MAX;
}

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

static char
folded(char c)
{
	return (c >= 'A' && c <= 'Z') ? (char)(c - 'A' + 'a') : c;
}

/*
 * Edit distance in which a swap of neighbours counts as one mistake, since
 * that is the commonest slip of the hand. Case does not count.
 */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *prev = rows[1], *cur = rows[2], *old;
	size_t alen = strnlen(a, WORD_MAX), blen = strnlen(b, WORD_MAX);
	size_t i, j;

	memset(rows, 0, sizeof(rows));
	for (j = 0; j <= blen; j++)
		prev[j] = j;
	for (i = 1; i <= alen; i++) {
		cur[0] = i;
		for (j = 1; j <= blen; j++) {
			char x = folded(a[i - 1]), y = folded(b[j - 1]);

			cur[j] = least(prev[j] + 1, cur[j - 1] + 1,
			    prev[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == folded(b[j - 2]) &&
			    folded(a[i - 2]) == y && before[j - 2] + 1 < cur[j])
				cur[j] = before[j - 2] + 1;
		}
		old = before;
		before = prev;
		prev = cur;
		cur = old;
	}
	return prev[blen];
}

void
suggest_offer(struct suggestion *sg, const char *candidate)
{
	size_t len = strlen(candidate), wlen = strnlen(sg->word, WORD_MAX);
	size_t d;

	if (len == 0 || len >= sizeof(sg->best) || wlen == 0)
		return;
	d = edit_distance(sg->word, candidate);
	/* a word of three letters may have one mistake, of four too */
	if (d > (wlen + 2) / 3 || d >= sg->distance)
		return;
	sg->distance = d;
	memcpy(sg->best, candidate, len + 1);
}

const char *
suggest_best(const struct suggestion *sg)
{
	return sg->best[0] == '\0' ? NULL : sg->best;
}
