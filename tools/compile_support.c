/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile_impl.h"

void *
memory_get(struct memory *mem, size_t n, size_t size)
{
	void **more, *p;
	size_t room = mem->room * 2 + 64;

	if (mem->n == mem->room) {
		more = reallocarray(mem->all, room, sizeof(*more));
		if (more == NULL)
			return NULL;
		mem->all = more;
		mem->room = room;
	}
	if ((p = calloc(n > 0 ? n : 1, size)) != NULL)
		mem->all[mem->n++] = p;
	return p;
}

char *
memory_text(struct memory *mem, const char *text)
{
	size_t len = strlen(text) + 1;
	char *p = memory_get(mem, len, 1);

	if (p != NULL)
		memcpy(p, text, len);
	return p;
}

void
memory_free(struct memory *mem)
{
	while (mem->n > 0)
		free(mem->all[--mem->n]);
	free(mem->all);
	memset(mem, 0, sizeof(*mem));
}

bool
names_add(struct names *ns, const char *name)
{
	const char **more;
	size_t room = ns->room * 2 + 16;

	if (ns->n == ns->room) {
		more = reallocarray(ns->all, room, sizeof(*more));
		if (more == NULL)
			return false;
		ns->all = more;
		ns->room = room;
	}
	if ((ns->all[ns->n] = strdup(name)) == NULL)
		return false;
	ns->n++;
	return true;
}

bool
names_have(const struct names *ns, const char *name)
{
	size_t i;

	for (i = 0; i < ns->n; i++)
		if (strcmp(ns->all[i], name) == 0)
			return true;
	return false;
}

bool
names_add_once(struct names *ns, const char *name)
{
	return names_have(ns, name) || names_add(ns, name);
}

static int
compare_names(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

void
names_sort(struct names *ns)
{
	size_t i, n = 0;

	if (ns->n > 0)
		qsort(ns->all, ns->n, sizeof(*ns->all), compare_names);
	for (i = 0; i < ns->n; i++) {
		if (n > 0 && strcmp(ns->all[n - 1], ns->all[i]) == 0)
			free((void *)(uintptr_t)ns->all[i]);
		else
			ns->all[n++] = ns->all[i];
	}
	ns->n = n;
}

void
names_free(struct names *ns)
{
	while (ns->n > 0)
		free((void *)(uintptr_t)ns->all[--ns->n]);
	free(ns->all);
	memset(ns, 0, sizeof(*ns));
}

bool
numbers_add(struct numbers *set, uint32_t number)
{
	size_t word = number / 64, room = set->n;
	uint64_t *more;

	if (word >= set->n) {
		while (word >= room)
			room = room * 2 + 8;
		more = reallocarray(set->words, room, sizeof(*more));
		if (more == NULL)
			return false;
		memset(more + set->n, 0, (room - set->n) * sizeof(*more));
		set->words = more;
		set->n = room;
	}
	set->words[word] |= UINT64_C(1) << (number % 64);
	return true;
}

bool
numbers_have(const struct numbers *set, uint32_t number)
{
	return number / 64 < set->n &&
	    (set->words[number / 64] >> (number % 64) & 1) == 1;
}

void
numbers_free(struct numbers *set)
{
	free(set->words);
	memset(set, 0, sizeof(*set));
}

enum twr_status
build_fail(const struct build *b, unsigned line, struct twr_error *err,
    const char *fmt, ...)
{
	char text[TWR_ERROR_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return twr_fail(err, TWR_EDATA, "%s:%u: %s", b->conf, line, text);
}

void
build_warn(const struct build *b, unsigned line, const char *fmt, ...)
{
	char text[TWR_ERROR_MAX];
	struct twr_error whole;
	va_list ap;

	if (b->opt->warn == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* twr_fail() makes the line safe to print */
	if (line == 0)
		(void)twr_fail(&whole, TWR_OK, "%s", text);
	else
		(void)twr_fail(&whole, TWR_OK, "%s:%u: %s", b->conf, line,
		    text);
	b->opt->warn(b->opt->ctx, whole.text);
}

enum twr_status
build_no_memory(struct twr_error *err)
{
	return twr_fail(err, TWR_ENOMEM, "compile: out of memory");
}

void
build_progress(struct build *b)
{
	uint64_t all = 2 * b->logins;

	b->done++;
	if (b->opt->progress == NULL || all == 0 || b->done > all)
		return;
	if (b->done < all && b->done - b->done_told < all / 100 + 1)
		return;
	b->done_told = b->done;
	b->opt->progress(b->opt->ctx, b->done, all);
}
