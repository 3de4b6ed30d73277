/* SPDX-License-Identifier: BSD-2-Clause */
/* What each login may use here, and by which assignments. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_format.h"
#include "review_impl.h"

static enum twr_status
take_held(void *ctx, const struct assignment *row, struct twr_error *err)
{
	struct review_work *w = ctx;
	void *held = w->held;
	struct assignment *copy;

	(void)err;
	copy = review_grow(w, &held, w->n_held, &w->held_room, sizeof(*copy));
	w->held = held;
	if (copy == NULL)
		return TWR_OK; /* told of at the end */
	*copy = *row;
	w->n_held++;
	return TWR_OK;
}

/* The assignment that the policy's holding was made of; NULL: gone since. */
static const struct assignment *
find_held(const struct review_work *w, const struct twr_holding *h)
{
	const struct assignment *a;
	size_t i;

	for (i = 0; i < w->n_held; i++) {
		a = &w->held[i];
		if (a->role_id == h->role && a->scope_id == h->scope &&
		    a->not_before == h->not_before &&
		    a->not_after == h->not_after && a->resource_id[0] == '\0')
			return a;
	}
	return NULL;
}

static void
add_grant(struct review_work *w, const char *login, const struct twr_holding *h,
    struct out_list *services)
{
	struct review_row *row = review_add_row(w, REVIEW_ACCESS);
	const struct assignment *a = find_held(w, h);
	char text[DIRECTORY_PATH_MAX];

	row->login = review_keep(w, login);
	review_set_user(w, row, &w->user);
	row->services = review_keep(w, services->items);
	ask_name(&w->ask, TWR_NAME_ROLE, h->role, text, sizeof(text));
	row->role = review_keep(w, text);
	ask_name(&w->ask, TWR_NAME_SCOPE, h->scope, text, sizeof(text));
	row->scope = review_keep(w, text);
	row->until = h->not_after;
	if (a == NULL) {
		row->text = review_keep(w, "no longer in the directory");
		return;
	}
	row->since = a->created_at > a->not_before ? a->created_at :
						     a->not_before;
	row->given_by = review_keep(w, a->created_by);
	row->sid = review_keep(w, a->sid);
}

/* Services that a login may use by no assignment, or none at all. */
static void
add_other(struct review_work *w, const char *login,
    const struct out_list *services, const char *why)
{
	struct review_row *row = review_add_row(w, REVIEW_ACCESS);

	row->login = review_keep(w, login);
	review_set_user(w, row, &w->user);
	row->services = review_keep(w,
	    services != NULL ? services->items : NULL);
	row->text = review_keep(w, why);
}

static void
look_at_service(void *ctx, size_t service, struct twr_view *view,
    struct twr_request *req)
{
	struct review_work *w = ctx;
	const char *name = w->ask.judge.services.all[service];
	struct twr_decision d = twr_decide(view, req, NULL);
	size_t i;

	if (d.verdict == TWR_EXEMPT)
		out_list_add(&w->exempt, "%s", name);
	else if (d.verdict == TWR_DENY && d.permissive)
		out_list_add(&w->permissive, "%s", name);
	for (i = 0; d.verdict == TWR_GRANT && i < view->login.n_holdings; i++)
		if (ask_counts(view, req, i))
			out_list_add(&w->services[i], "%s", name);
}

/* The first look at a login: whose it is, and all that he holds. */
struct holdings {
	struct twr_holding *all;
	size_t n;
	bool mapped, failed;
	char sid[TWR_SID_LEN + 1];
	char name[TWR_NAME_MAX + 1];
	enum twr_user_status status;
	enum twr_user_kind kind;
};

static void
copy_holdings(void *ctx, size_t service, struct twr_view *view,
    struct twr_request *req)
{
	struct holdings *ho = ctx;
	const struct twr_login *l = &view->login;

	(void)req;
	if (service != 0 || view->login_status != TWR_OK || l->tombstone)
		return;
	ho->mapped = true;
	snprintf(ho->sid, sizeof(ho->sid), "%s", l->user_sid);
	snprintf(ho->name, sizeof(ho->name), "%s", l->user_name);
	ho->status = l->status;
	ho->kind = l->kind;
	ho->all = calloc(l->n_holdings + 1, sizeof(*ho->all));
	if (ho->all == NULL) {
		ho->failed = true;
		return;
	}
	ho->n = l->n_holdings;
	if (ho->n > 0)
		memcpy(ho->all, l->holdings, ho->n * sizeof(*ho->all));
}

static enum twr_status
find_user(struct review_work *w, const struct holdings *ho,
    struct twr_error *err)
{
	enum twr_status rc;

	w->n_held = 0;
	rc = directory_user_find(w->s->dir, ho->sid, &w->user, err);
	if (rc == TWR_OK)
		return directory_each_held(w->s->dir, w->user.id, take_held, w,
		    err);
	if (rc != TWR_EREFUSED)
		return rc;
	/* a policy of another state than the directory's */
	memset(&w->user, 0, sizeof(w->user));
	snprintf(w->user.sid, sizeof(w->user.sid), "%s", ho->sid);
	snprintf(w->user.name, sizeof(w->user.name), "%s", ho->name);
	w->user.status = ho->status;
	w->user.kind = ho->kind;
	return TWR_OK;
}

static void
add_login(struct review_work *w, const char *login, const struct holdings *ho)
{
	bool any = false;
	size_t i;

	for (i = 0; i < ho->n; i++) {
		if (w->services[i].items == NULL)
			continue;
		any = true;
		add_grant(w, login, &ho->all[i], &w->services[i]);
	}
	if (w->exempt.items != NULL)
		add_other(w, login, &w->exempt, "exempt by configuration");
	if (w->permissive.items != NULL)
		add_other(w, login, &w->permissive,
		    "refused, but permissive lets everybody in for now");
	if (!any && w->exempt.items == NULL && w->permissive.items == NULL)
		add_other(w, login, NULL,
		    ho->status == TWR_USER_ACTIVE ?
			"may use nothing here" :
			"may use nothing: the user is not active");
}

enum twr_status
review_one_login(struct review_work *w, const char *login,
    struct twr_error *err)
{
	struct holdings ho = { 0 };
	uint32_t uid = accounts_uid(&w->ask.local, login);
	enum twr_status rc = TWR_OK;
	size_t i;

	judge_each(&w->ask.judge, login, uid, w->s->now, copy_holdings, &ho);
	if (ho.failed)
		w->failed = true;
	if (!ho.mapped || ho.failed)
		return TWR_OK;
	if ((rc = find_user(w, &ho, err)) != TWR_OK ||
	    (w->only != 0 && w->user.id != w->only))
		goto out;
	if ((w->services = calloc(ho.n + 1, sizeof(*w->services))) == NULL) {
		w->failed = true;
		goto out;
	}
	judge_each(&w->ask.judge, login, uid, w->s->now, look_at_service, w);
	add_login(w, login, &ho);
	for (i = 0; i < ho.n; i++) {
		w->failed = w->failed || w->services[i].failed;
		free(w->services[i].items);
	}
	w->failed = w->failed || w->exempt.failed || w->permissive.failed;
	free(w->exempt.items);
	free(w->permissive.items);
	memset(&w->exempt, 0, sizeof(w->exempt));
	memset(&w->permissive, 0, sizeof(w->permissive));
out:
	free(w->services);
	w->services = NULL;
	free(ho.all);
	return rc;
}
