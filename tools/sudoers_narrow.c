/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "sudoers_grants_impl.h"

/* ---- what two policies both grant ---- */

bool
sudoers_rules_equal(const struct sudo_rule *a, const struct sudo_rule *b)
{
	size_t i;

	if (a->nopasswd != b->nopasswd || a->n_commands != b->n_commands ||
	    strcmp(a->runas, b->runas) != 0)
		return false;
	for (i = 0; i < a->n_commands; i++)
		if (strcmp(a->commands[i], b->commands[i]) != 0)
			return false;
	return true;
}

/* The first grant of a rule to a login, or where it would stand. */
static size_t
find_grant(const struct sudoers_grants *gr, size_t rule, const char *login)
{
	const struct sudoers_grant key = {
		.login = login, .rule = rule, .from = INT64_MIN
	};
	size_t low = 0, high = gr->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (sudoers_grants_compare(&gr->all[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* What g and the other's grants of that rule have in common. */
static bool
add_common(struct sudoers_grants *to, const struct sudoers_grant *g,
    const struct sudoers_grants *other, size_t rule)
{
	size_t i = find_grant(other, rule, g->login);
	struct sudoers_grant part;

	for (; i < other->n && other->all[i].rule == rule &&
	     strcmp(other->all[i].login, g->login) == 0;
	     i++) {
		part = *g;
		if (other->all[i].from > part.from)
			part.from = other->all[i].from;
		if (other->all[i].until < part.until)
			part.until = other->all[i].until;
		part.asks = part.asks || other->all[i].asks;
		if (part.from < part.until && !sudoers_grants_add(to, &part))
			return false;
	}
	return true;
}

/* Windows of one login and rule that touch become one. */
static void
merge_windows(struct sudoers_grants *gr)
{
	struct sudoers_grant *last;
	size_t i, n = 0;

	for (i = 0; i < gr->n; i++) {
		last = n > 0 ? &gr->all[n - 1] : NULL;
		if (last == NULL || last->rule != gr->all[i].rule ||
		    strcmp(last->login, gr->all[i].login) != 0 ||
		    last->until < gr->all[i].from)
			gr->all[n++] = gr->all[i];
		else {
			if (last->until < gr->all[i].until)
				last->until = gr->all[i].until;
			last->asks = last->asks || gr->all[i].asks;
		}
	}
	gr->n = n;
}

/* ---- a password that either asks for ---- */

static int
compare_login(const void *x, const void *y)
{
	const struct sudoers_grant *a = x, *b = y;
	int way = strcmp(a->login, b->login);

	return way != 0 ? way : sudoers_grants_compare(a, b);
}

/* One side's grants by login, then as they were. */
struct by_login {
	const struct sudo_rules *rules;
	struct sudoers_grant *all;
	size_t n;
};

static bool
sort_by_login(const struct sudo_rules *rules, const struct sudoers_grant *all,
    size_t n, struct by_login *ret)
{
	ret->rules = rules;
	ret->n = n;
	ret->all = calloc(n + 1, sizeof(*ret->all));
	if (ret->all == NULL)
		return false;
	if (n > 0) {
		memcpy(ret->all, all, n * sizeof(*all));
		qsort(ret->all, n, sizeof(*all), compare_login);
	}
	return true;
}

/* Where the login's grants begin. */
static size_t
find_login(const struct by_login *side, const char *login)
{
	size_t low = 0, high = side->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(side->all[mid].login, login) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool
is_of(const struct by_login *side, size_t i, const char *login)
{
	return i < side->n && strcmp(side->all[i].login, login) == 0;
}

/* Does what asks in the side also ask in kept, behind g, for as long? */
static bool
still_asks(const struct by_login *kept, const struct sudoers_grant *g,
    const struct sudo_rule *rule, const struct sudoers_grant *asking)
{
	const int64_t from = g->from > asking->from ? g->from : asking->from;
	const int64_t until = g->until < asking->until ? g->until :
							 asking->until;
	const struct sudoers_grant *k;
	size_t i;

	if (from >= until)
		return true; /* never at the same time */
	for (i = find_login(kept, g->login); is_of(kept, i, g->login); i++) {
		k = &kept->all[i];
		if (k->rule > g->rule && k->from <= from && k->until >= until &&
		    sudoers_rules_equal(&kept->rules->all[k->rule], rule))
			return true;
	}
	return false;
}

/*
 * Where the side's lines end that g stands for: behind the last of the same
 * rule that holds whenever g does, and else at the first. What is the last to
 * match is behind them all.
 */
static size_t
find_behind(const struct by_login *side, const struct sudoers_grant *g,
    const struct sudo_rule *rule)
{
	const struct sudoers_grant *s;
	size_t i, ret = SIZE_MAX;

	for (i = find_login(side, g->login); is_of(side, i, g->login); i++) {
		s = &side->all[i];
		if (sudoers_rules_equal(&side->rules->all[s->rule], rule) &&
		    (ret == SIZE_MAX ||
			(s->from <= g->from && s->until >= g->until)))
			ret = i + 1;
	}
	return ret;
}

/* Is there a password that the side asks for, and that kept would not? */
static bool
loses_password(const struct by_login *kept, const struct sudoers_grant *g,
    const struct by_login *side)
{
	const struct sudo_rule *rule = &kept->rules->all[g->rule], *other;
	size_t i;

	for (i = find_behind(side, g, rule); is_of(side, i, g->login); i++) {
		other = &side->rules->all[side->all[i].rule];
		if (!sudoers_grant_nopasswd(other, &side->all[i]) &&
		    !still_asks(kept, g, other, &side->all[i]))
			return true;
	}
	return false;
}

static bool
ask_as_either(struct sudoers_grants *gr, const struct sudoers_grant *was,
    size_t n_was, const struct sudoers_grants *other)
{
	struct by_login kept = { .n = 0 }, a = { .n = 0 }, b = { .n = 0 };
	bool ok;
	size_t i;

	ok = sort_by_login(&gr->rules, gr->all, gr->n, &kept) &&
	    sort_by_login(&gr->rules, was, n_was, &a) &&
	    sort_by_login(&other->rules, other->all, other->n, &b);
	for (i = 0; ok && i < gr->n; i++)
		if (gr->rules.all[gr->all[i].rule].nopasswd)
			gr->all[i].asks = gr->all[i].asks ||
			    loses_password(&kept, &gr->all[i], &a) ||
			    loses_password(&kept, &gr->all[i], &b);
	free(kept.all);
	free(a.all);
	free(b.all);
	return ok;
}

enum twr_status
sudoers_grants_narrow(struct sudoers_grants *gr,
    const struct sudoers_grants *other, struct twr_error *err)
{
	struct sudoers_grants kept = { .n = 0 };
	struct sudoers_grant *was = gr->all;
	size_t i, k, r, n_was = gr->n;
	bool ok;

	for (i = 0; i < gr->n; i++) {
		r = gr->all[i].rule;
		for (k = 0; k < other->rules.n; k++)
			if (sudoers_rules_equal(&gr->rules.all[r],
				&other->rules.all[k]) &&
			    !add_common(&kept, &gr->all[i], other, k)) {
				free(kept.all);
				return twr_fail(err, TWR_ENOMEM,
				    "sudoers: out of memory");
			}
	}
	gr->all = kept.all;
	gr->n = kept.n;
	gr->room = kept.room;
	sudoers_grants_sort(gr);
	merge_windows(gr);
	ok = ask_as_either(gr, was, n_was, other);
	free(was);
	return ok ? TWR_OK :
		    twr_fail(err, TWR_ENOMEM, "sudoers: out of memory");
}

/* ---- the policy in force, and the confirmed one before it ---- */

static enum twr_status
narrow_to_previous(const char *path, uid_t owner, const struct twr_meta *want,
    const struct accounts *local, struct sudoers_grants *gr,
    struct twr_error *err)
{
	struct sudoers_grants before = { .n = 0 };
	struct judge jg = { .rd = { .fd = -1 } };
	struct twr_error unused;
	char prev[4096];
	enum twr_status rc;

	gr->pending = true;
	rc = twr_policy_prev_path(path, prev, sizeof(prev));
	if (rc == TWR_OK)
		rc = judge_open(&jg, prev, owner, gr->compiled_at, &unused);
	/* one that the gate would not take either grants nothing */
	if (rc == TWR_OK &&
	    memcmp(jg.meta.meta.file_id, want->prev_id, TWR_ID_LEN) == 0 &&
	    jg.meta.meta.serial == want->prev_serial)
		rc = sudoers_grants_of(&jg, local, &before, err);
	else
		rc = TWR_OK;
	if (rc == TWR_OK)
		rc = sudoers_grants_narrow(gr, &before, err);
	sudoers_grants_free(&before);
	judge_close(&jg);
	return rc;
}

enum twr_status
sudoers_grants_open(const char *path, uid_t owner, const struct accounts *local,
    struct sudoers_grants *ret, struct twr_error *err)
{
	struct judge jg;
	enum twr_status rc;

	memset(ret, 0, sizeof(*ret));
	rc = judge_open(&jg, path, owner, TWR_ALWAYS, err);
	if (rc != TWR_OK) {
		judge_close(&jg);
		return rc;
	}
	rc = sudoers_grants_of(&jg, local, ret, err);
	if (rc == TWR_OK && jg.meta.meta.confirm_boottime_s != 0)
		rc = narrow_to_previous(path, owner, &jg.meta.meta, local, ret,
		    err);
	judge_close(&jg);
	return rc;
}
