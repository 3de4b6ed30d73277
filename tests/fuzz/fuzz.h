/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_FUZZ_H
#define TWR_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What every target exports: judge one input, return 0. A broken promise of
 * the code ends the process, which libFuzzer and replay_main.c report.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unlike assert(), never compiled out. */
#define PROMISE(cond) \
	((cond) ? (void)0 : promise_broken(#cond, __FILE__, __LINE__))

_Noreturn static inline void
promise_broken(const char *cond, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, cond);
	abort();
}

/* The input as a fresh string; it ends at the first NUL. */
static inline char *
fuzz_string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	PROMISE(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/*
 * Cut text at newlines, in place, into at most max lines. Returns how many.
 */
static inline size_t
fuzz_lines(char *text, const char **lines, size_t max)
{
	size_t n = 0;
	char *p = text;

	while (p != NULL && n < max) {
		lines[n++] = p;
		if ((p = strchr(p, '\n')) != NULL)
			*p++ = '\0';
	}
	return n;
}

/* One line that may be printed: what twr_fail() promises. */
static inline void
fuzz_check_error(const char *text, size_t size)
{
	const char *p;

	PROMISE(memchr(text, '\0', size) != NULL);
	PROMISE(text[0] != '\0');
	for (p = text; *p != '\0'; p++)
		PROMISE((unsigned char)*p >= 0x20 && *p != 0x7f);
}

#endif
