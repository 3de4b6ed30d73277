/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * heap CONFDIR USER: one PAM cycle on a heap that counts. Prints the number
 * of calls of malloc, calloc, realloc and free between main's first line and
 * the end of the cycle, and the bytes that were asked for.
 *
 * The functions below stand for libc's in this process and in all that it
 * loads. Nothing is given back: what is counted is calls, not their cost.
 */
#include <errno.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cycle.h"

#define HEAP_BYTES (64u * 1024 * 1024)
#define EXPORT __attribute__((visibility("default")))

void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *old, size_t size);
void free(void *mem);

/* In front of each block, which stays aligned for every type. */
union head {
	size_t size;
	max_align_t align;
};

static alignas(max_align_t) unsigned char heap[HEAP_BYTES];
static size_t used, calls, bytes;

static void *
take(size_t size)
{
	const size_t unit = sizeof(union head);
	union head *head = (union head *)(void *)(heap + used);

	if (size > sizeof(heap) - used - 2 * unit) {
		errno = ENOMEM;
		return NULL;
	}
	head->size = size;
	used += unit + (size + unit - 1) / unit * unit;
	bytes += size;
	return head + 1; /* fresh, so zeroed */
}

EXPORT void *
malloc(size_t size)
{
	calls++;
	return take(size);
}

EXPORT void *
calloc(size_t n, size_t size)
{
	calls++;
	if (size != 0 && n > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return take(n * size);
}

EXPORT void *
realloc(void *old, size_t size)
{
	size_t had = old == NULL ? 0 : ((union head *)old - 1)->size;
	void *mem;

	calls++;
	mem = take(size);
	if (mem != NULL && had > 0)
		memcpy(mem, old, had < size ? had : size);
	return mem;
}

EXPORT void
free(void *mem)
{
	if (mem != NULL)
		calls++;
}

int
main(int argc, char **argv)
{
	size_t calls_before = calls, bytes_before = bytes;
	int rc;

	if (argc != 3) {
		(void)fprintf(stderr, "usage: heap CONFDIR USER\n");
		return 64;
	}
	rc = run_cycle(argv[1], argv[2]);
	calls_before = calls - calls_before;
	bytes_before = bytes - bytes_before;
	(void)printf("%zu %zu\n", calls_before, bytes_before);
	return rc;
}
