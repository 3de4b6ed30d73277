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
	const struct sudoers_grant key = { login, rule, INT64_MIN, 0 };
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
		else if (last->until < gr->all[i].until)
			last->until = gr->all[i].until;
	}
	gr->n = n;
}

enum twr_status
sudoers_grants_narrow(struct sudoers_grants *gr,
    const struct sudoers_grants *other, struct twr_error *err)
{
	struct sudoers_grants kept = { .n = 0 };
	size_t i, k, r;

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
	free(gr->all);
	gr->all = kept.all;
	gr->n = kept.n;
	gr->room = kept.room;
	sudoers_grants_sort(gr);
	merge_windows(gr);
	return TWR_OK;
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
