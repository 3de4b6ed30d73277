/* SPDX-License-Identifier: BSD-2-Clause */
/* Which commands the sudo rules of twrbac.conf give to whom. */
#include <stdlib.h>
#include <string.h>

#include "review_impl.h"
#include "sudoers_grants.h"

/*
 * Whose login it is, of those that the review has by now. Logins are in the
 * same order there; *at is where the last one was found.
 */
static const struct review_row *
find_login(const struct review_work *w, const char *login, size_t *at)
{
	const struct review_row *row;
	int way;

	for (; *at < w->rv->n; ++*at) {
		row = &w->rv->rows[*at];
		if (row->section != REVIEW_ACCESS || row->login == NULL)
			continue;
		way = strcmp(row->login, login);
		if (way >= 0)
			return way == 0 ? row : NULL;
	}
	return NULL;
}

static void
add_row(struct review_work *w, const struct sudo_rule *rule,
    const struct sudoers_grant *g, size_t *at)
{
	const struct review_row *who = find_login(w, g->login, at);
	struct out_list list = { 0 };
	struct review_row copy, *row;
	size_t i;

	if (who == NULL)
		return; /* another user's than the one asked about */
	copy = *who;
	row = review_add_row(w, REVIEW_SUDO);
	for (i = 0; i < rule->n_commands; i++)
		out_list_add(&list, "(%s) %s%s", rule->runas, rule->commands[i],
		    sudoers_grant_nopasswd(rule, g) ? ", without a password" :
						      "");
	w->failed = w->failed || list.failed;
	row->services = list.items;
	row->login = review_keep(w, g->login);
	row->email = review_keep(w, copy.email);
	row->name = review_keep(w, copy.name);
	row->status = copy.status;
	row->kind = copy.kind;
	row->role = review_keep(w, rule->role);
	row->scope = review_keep(w, rule->scope_path);
	row->since = g->from;
	row->until = g->until;
}

/* By login, then as the rules stand in twrbac.conf. */
static int
compare(const void *x, const void *y)
{
	const struct sudoers_grant *a = x, *b = y;
	int way = strcmp(a->login, b->login);

	if (way == 0)
		way = a->rule < b->rule ? -1 : a->rule > b->rule;
	return way != 0 ? way : a->from < b->from ? -1 : a->from > b->from;
}

enum twr_status
review_sudo(struct review_work *w, struct twr_error *err)
{
	struct sudoers_grants gr = { .n = 0 };
	enum twr_status rc;
	size_t i, at = 0;

	rc = sudoers_grants_of(&w->ask.judge, &w->ask.local, &gr, err);
	if (rc == TWR_OK && gr.n > 0)
		qsort(gr.all, gr.n, sizeof(*gr.all), compare);
	for (i = 0; rc == TWR_OK && i < gr.n; i++)
		if (w->s->now < gr.all[i].until)
			add_row(w, &gr.rules.all[gr.all[i].rule], &gr.all[i],
			    &at);
	sudoers_grants_free(&gr);
	return rc;
}
