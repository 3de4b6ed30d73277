/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudoers_grants_impl.h"

#include <stdlib.h>
#include <string.h>

#include "policy_scan.h"
#include "sudoers_text.h"

static enum twr_status
no_memory(struct twr_error *err)
{
	return twr_fail(err, TWR_ENOMEM, "sudoers: out of memory");
}

void
sudoers_grants_free(struct sudoers_grants *gr)
{
	sudo_rules_free(&gr->rules);
	names_free(&gr->logins);
	free(gr->all);
	free(gr->unnamed);
	memset(gr, 0, sizeof(*gr));
}

bool
sudoers_grant_holds(const struct sudoers_grant *g, int64_t now)
{
	return g->from <= now && now < g->until;
}

bool
sudoers_grant_nopasswd(const struct sudo_rule *rule,
    const struct sudoers_grant *g)
{
	return rule->nopasswd && !g->asks;
}

/* ---- the questions ---- */

/* One policy, with what its rules ask made ready. */
struct asking {
	const struct judge *jg;
	struct twr_view *views; /* of each rule: its question */
	struct sudoers_grants *to;
	enum twr_status rc;
};

static enum twr_status
ask_rules(struct asking *as, struct twr_error *err)
{
	const struct sudo_rules *rules = &as->to->rules;
	struct twr_role_question qu;
	struct twr_view *v;
	size_t i;

	as->views = calloc(rules->n + 1, sizeof(*as->views));
	if (as->views == NULL)
		return no_memory(err);
	for (i = 0; i < rules->n; i++) {
		v = &as->views[i];
		qu.role = rules->all[i].role;
		qu.scope = rules->all[i].scope_sid;
		if (*qu.scope == '\0')
			qu.scope = NULL;
		v->meta = as->jg->meta.meta;
		twr_view_load_rule(&as->jg->rd, TWR_ROLE_SERVICE, v);
		twr_view_load_role(&as->jg->rd, &qu, v);
	}
	return TWR_OK;
}

bool
sudoers_grants_add(struct sudoers_grants *gr, const struct sudoers_grant *g)
{
	size_t room = gr->room * 2 + 64;
	struct sudoers_grant *more;

	if (gr->n == gr->room) {
		more = reallocarray(gr->all, room, sizeof(*more));
		if (more == NULL)
			return false;
		gr->all = more;
		gr->room = room;
	}
	gr->all[gr->n++] = *g;
	return true;
}

/* The first moment behind t at which the answer could be another. */
static int64_t
next_moment(const struct twr_login *l, int64_t t)
{
	int64_t ret = TWR_NEVER;
	size_t i;

	for (i = 0; i < l->n_holdings; i++) {
		const struct twr_holding *h = &l->holdings[i];

		if (h->not_before > t && h->not_before < ret)
			ret = h->not_before;
		if (h->not_after > t && h->not_after < ret)
			ret = h->not_after;
	}
	return ret;
}

/*
 * Walk from the compile time to the end of all windows; nothing holds past
 * the age at which the policy itself refuses.
 */
static bool
add_windows(struct asking *as, size_t rule, const char *login,
    struct twr_view *view, struct twr_request *req)
{
	const int64_t begin = view->meta.compiled_at;
	const int64_t end = view->meta.stale_at;
	struct sudoers_grant g = { .login = login, .rule = rule };
	bool holds, open = false;
	int64_t t, next;

	for (t = begin; t < end; t = next) {
		req->now = req->clock = t;
		holds = twr_decide(view, req, NULL).verdict == TWR_GRANT;
		next = next_moment(&view->login, t);
		if (holds && !open)
			g.from = t == begin ? TWR_ALWAYS : t;
		if (!holds && open) {
			g.until = t;
			if (!sudoers_grants_add(as->to, &g))
				return false;
		}
		open = holds;
		if (next == TWR_NEVER)
			break;
	}
	g.until = end;
	return !open || sudoers_grants_add(as->to, &g);
}

static enum twr_status
ask_login(struct asking *as, const char *login, uint32_t uid)
{
	struct twr_view one = { .meta = as->jg->meta.meta }, *view;
	struct twr_request req = {
		.service = TWR_ROLE_SERVICE, .user = login, .local_uid = uid
	};
	enum twr_status rc = TWR_OK;
	size_t i;

	twr_view_load_login(&as->jg->rd, login, &one);
	/* an account that is not local is taken to have its own uid */
	req.real_uid = uid != TWR_UID_UNKNOWN ? uid : one.login.uid;
	for (i = 0; i < as->to->rules.n && rc == TWR_OK; i++) {
		view = &as->views[i];
		view->subject = one.subject;
		view->login = one.login;
		view->login_status = one.login_status;
		if (!add_windows(as, i, login, view, &req))
			rc = TWR_ENOMEM;
	}
	twr_view_free(&one);
	return rc;
}

static enum twr_status
take_logins(const struct judge *jg, struct names *ret, struct twr_error *err)
{
	struct policy_scan *scan = NULL;
	struct policy_record pr;
	char login[TWR_KEY_MAX];
	enum twr_status rc;

	rc = policy_scan_begin(&jg->rd, &scan, err);
	while (rc == TWR_OK &&
	    (rc = policy_scan_next(scan, &pr, err)) == TWR_OK) {
		if (pr.key[0] != TWR_KEY_LOGIN)
			continue;
		memcpy(login, pr.key + 1, pr.key_len - 1);
		login[pr.key_len - 1] = '\0';
		if (!names_add(ret, login))
			rc = no_memory(err);
	}
	policy_scan_end(scan);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

int
sudoers_grants_compare(const void *x, const void *y)
{
	const struct sudoers_grant *a = x, *b = y;
	int way;

	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	if ((way = strcmp(a->login, b->login)) != 0)
		return way;
	return a->from < b->from ? -1 : a->from > b->from;
}

void
sudoers_grants_sort(struct sudoers_grants *gr)
{
	if (gr->n > 1)
		qsort(gr->all, gr->n, sizeof(*gr->all), sudoers_grants_compare);
}

/* ---- logins that cannot stand in sudoers ---- */

static int
compare_folded(const void *x, const void *y)
{
	const char *const *a = x, *const *b = y;
	int way = strcasecmp(*a, *b);

	return way != 0 ? way : strcmp(*a, *b);
}

/* Every name of this host, for sudo compares them without case. */
struct folded {
	const char **all;
	size_t n;
};

static bool
fold(const struct names *logins, const struct accounts *local,
    struct folded *ret)
{
	size_t i;

	ret->n = 0;
	ret->all = calloc(logins->n + local->n + 1, sizeof(*ret->all));
	if (ret->all == NULL)
		return false;
	for (i = 0; i < logins->n; i++)
		ret->all[ret->n++] = logins->all[i];
	for (i = 0; i < local->n; i++)
		ret->all[ret->n++] = local->all[i].name;
	qsort(ret->all, ret->n, sizeof(*ret->all), compare_folded);
	return true;
}

static bool
has_twin(const struct folded *fo, const char *login)
{
	size_t low = 0, high = fo->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcasecmp(fo->all[mid], login) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < fo->n && strcasecmp(fo->all[low], login) == 0; low++)
		if (strcmp(fo->all[low], login) != 0)
			return true;
	return false;
}

static bool
add_unnamed(struct sudoers_grants *gr, const char *login, const char *why)
{
	size_t room = gr->unnamed_room * 2 + 8;
	struct sudoers_unnamed *more;
	size_t i;

	for (i = 0; i < gr->n_unnamed; i++)
		if (strcmp(gr->unnamed[i].login, login) == 0)
			return true;
	if (gr->n_unnamed == gr->unnamed_room) {
		more = reallocarray(gr->unnamed, room, sizeof(*more));
		if (more == NULL)
			return false;
		gr->unnamed = more;
		gr->unnamed_room = room;
	}
	gr->unnamed[gr->n_unnamed].login = login;
	gr->unnamed[gr->n_unnamed++].why = why;
	return true;
}

static enum twr_status
set_apart_unnamed(struct sudoers_grants *gr, const struct accounts *local,
    struct twr_error *err)
{
	struct folded fo;
	const char *why;
	size_t i, n = 0;
	bool ok;

	if (!fold(&gr->logins, local, &fo))
		return no_memory(err);
	for (i = 0, ok = true; i < gr->n && ok; i++) {
		why = sudoers_name_fault(gr->all[i].login);
		if (why == NULL && has_twin(&fo, gr->all[i].login))
			why = "differs from another account's only in case, "
			      "which sudo does not see; rename one of them";
		if (why == NULL)
			gr->all[n++] = gr->all[i];
		else
			ok = add_unnamed(gr, gr->all[i].login, why);
	}
	gr->n = n;
	free(fo.all);
	return ok ? TWR_OK : no_memory(err);
}

static enum twr_status
begin_asking(struct asking *as, struct twr_error *err)
{
	const struct twr_meta *meta = &as->jg->meta.meta;
	struct sudoers_grants *gr = as->to;
	enum twr_status rc;

	memset(gr, 0, sizeof(*gr));
	gr->serial = meta->serial;
	gr->compiled_at = meta->compiled_at;
	snprintf(gr->organization, sizeof(gr->organization), "%s",
	    meta->organization_name);
	rc = sudo_rules_load(&as->jg->rd, &gr->rules, err);
	return rc == TWR_OK ? ask_rules(as, err) : rc;
}

static void
end_asking(struct asking *as)
{
	size_t i;

	for (i = 0; as->views != NULL && i < as->to->rules.n; i++)
		twr_view_free(&as->views[i]);
	free(as->views);
}

enum twr_status
sudoers_grants_of(const struct judge *jg, const struct accounts *local,
    struct sudoers_grants *ret, struct twr_error *err)
{
	struct asking as = { .jg = jg, .to = ret };
	const char *login;
	enum twr_status rc;
	size_t i;

	if ((rc = begin_asking(&as, err)) != TWR_OK ||
	    (rc = take_logins(jg, &ret->logins, err)) != TWR_OK)
		goto out;
	names_sort(&ret->logins);
	for (i = 0; i < ret->logins.n && ret->rules.n > 0; i++) {
		login = ret->logins.all[i];
		if (ask_login(&as, login, accounts_uid(local, login)) !=
		    TWR_OK) {
			rc = no_memory(err);
			goto out;
		}
	}
	sudoers_grants_sort(ret);
	rc = set_apart_unnamed(ret, local, err);
out:
	end_asking(&as);
	return rc;
}

enum twr_status
sudoers_grants_of_login(const struct judge *jg, const char *login, uint32_t uid,
    struct sudoers_grants *ret, struct twr_error *err)
{
	struct asking as = { .jg = jg, .to = ret };
	enum twr_status rc;

	rc = begin_asking(&as, err);
	if (rc == TWR_OK &&
	    (!names_add(&ret->logins, login) ||
		ask_login(&as, ret->logins.all[0], uid) != TWR_OK))
		rc = no_memory(err);
	if (rc == TWR_OK)
		sudoers_grants_sort(ret);
	end_asking(&as);
	return rc;
}
