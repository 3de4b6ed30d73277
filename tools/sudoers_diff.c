/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudoers_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMED_MOST 5 /* logins that are named */

/* One command that a login may run. */
struct item {
	const char *login, *runas, *command;
};

struct items {
	struct item *all;
	size_t n;
};

static int
compare_items(const void *x, const void *y)
{
	const struct item *a = x, *b = y;
	int way = strcmp(a->login, b->login);

	if (way == 0)
		way = strcmp(a->command, b->command);
	return way != 0 ? way : strcmp(a->runas, b->runas);
}

static bool
list_items(const struct sudoers_grants *gr, int64_t now, struct items *ret)
{
	const struct sudo_rule *rule;
	size_t i, k, room = 1, n = 0;

	for (i = 0; i < gr->n; i++)
		room += gr->rules.all[gr->all[i].rule].n_commands;
	ret->n = 0;
	if ((ret->all = calloc(room, sizeof(*ret->all))) == NULL)
		return false;
	for (i = 0; i < gr->n; i++) {
		rule = &gr->rules.all[gr->all[i].rule];
		for (k = 0; sudoers_grant_holds(&gr->all[i], now) &&
		     k < rule->n_commands;
		     k++)
			ret->all[n++] = (struct item) { gr->all[i].login,
				rule->runas, rule->commands[k] };
	}
	qsort(ret->all, n, sizeof(*ret->all), compare_items);
	for (i = 0; i < n; i++)
		if (ret->n == 0 ||
		    compare_items(&ret->all[ret->n - 1], &ret->all[i]) != 0)
			ret->all[ret->n++] = ret->all[i];
	return true;
}

/* What one login gains and loses. */
struct change {
	const struct item *gained, *lost; /* the first of each */
	size_t gains, losses;
};

static void
say_part(FILE *to, const char *verb, const struct item *first, size_t n)
{
	if (n == 1)
		fprintf(to, " %s %.100s as %s", verb, first->command,
		    first->runas);
	else
		fprintf(to, " %s %zu commands", verb, n);
}

static void
say_change(FILE *to, const struct change *ch, size_t nth)
{
	const struct item *any = ch->gains > 0 ? ch->gained : ch->lost;

	if (ch->gains + ch->losses == 0 || nth >= NAMED_MOST)
		return;
	fprintf(to, "%s%s", nth == 0 ? "sudo: " : "; ", any->login);
	if (ch->gains > 0)
		say_part(to, "gains", ch->gained, ch->gains);
	if (ch->gains > 0 && ch->losses > 0)
		fputc(',', to);
	if (ch->losses > 0)
		say_part(to, "loses", ch->lost, ch->losses);
}

/* Walk both lists side by side, login by login. */
static void
say_all(FILE *to, const struct items *was, const struct items *is)
{
	const struct item *a, *b, *at;
	const char *login = NULL;
	struct change ch = { NULL, NULL, 0, 0 };
	size_t i = 0, k = 0, n = 0;
	int way;

	while (i < was->n || k < is->n) {
		a = i < was->n ? &was->all[i] : NULL;
		b = k < is->n ? &is->all[k] : NULL;
		way = a == NULL ? 1 : b == NULL ? -1 : compare_items(a, b);
		at = way > 0 ? b : a;
		if (login == NULL || strcmp(login, at->login) != 0) {
			say_change(to, &ch, n);
			n += ch.gains + ch.losses > 0;
			memset(&ch, 0, sizeof(ch));
			login = at->login;
		}
		if (way > 0 && ch.gains++ == 0)
			ch.gained = b;
		if (way < 0 && ch.losses++ == 0)
			ch.lost = a;
		i += way <= 0;
		k += way >= 0;
	}
	say_change(to, &ch, n);
	n += ch.gains + ch.losses > 0;
	if (n > NAMED_MOST)
		fprintf(to, "; and %zu more", n - NAMED_MOST);
}

char *
sudoers_diff(const struct sudoers_grants *before,
    const struct sudoers_grants *after, int64_t now)
{
	struct items was = { NULL, 0 }, is = { NULL, 0 };
	char *text = NULL;
	size_t len = 0;
	FILE *to = NULL;
	bool bad;

	if (!list_items(before, now, &was) || !list_items(after, now, &is) ||
	    (to = open_memstream(&text, &len)) == NULL)
		goto out;
	say_all(to, &was, &is);
	bad = ferror(to) != 0;
	if (fclose(to) != 0 || bad) {
		free(text);
		text = NULL;
	}
out:
	free(was.all);
	free(is.all);
	return text;
}
