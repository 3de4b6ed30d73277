/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudo_policy.h"

#include <stdlib.h>
#include <string.h>

struct sudo_user {
	struct sudo_user *next;
	char login[TWR_LOGIN_MAX + 1];
	struct twr_view view;
};

void
sudo_policy_close(struct sudo_policy *sp)
{
	struct sudo_user *user;

	while ((user = sp->users) != NULL) {
		sp->users = user->next;
		twr_view_free(&user->view);
		free(user);
	}
	if (sp->asked)
		twr_judgement_end(&sp->base);
	memset(sp, 0, sizeof(*sp));
}

void
sudo_policy_open(struct sudo_policy *sp, const struct twr_gate *gate)
{
	sudo_policy_close(sp);
	sp->asked = true;
	sp->looked_s = gate->boottime;
	if (twr_judgement_open(gate, &sp->base) != TWR_OK)
		return;
	if (fstat(sp->base.reader.fd, &sp->st) == -1)
		memset(&sp->st, 0, sizeof(sp->st));
	twr_view_load_rule(&sp->base.reader, TWR_ROLE_SERVICE, &sp->base.view);
}

/*
 * Would opening it again take another file or none: did nobody confirm it in
 * time, or is it too old? A process lives in one boot, and that was the
 * deadline's when the file was opened, so here the time alone is left.
 */
static bool
has_lapsed(const struct sudo_policy *sp, const struct twr_gate *gate)
{
	const struct twr_meta *meta = &sp->base.view.meta;

	return sp->base.status == TWR_OK &&
	    (gate->now >= meta->stale_at ||
		(meta->confirm_boottime_s != 0 &&
		    gate->boottime >= meta->confirm_boottime_s));
}

/* Is the file that was opened the one in force? */
static bool
is_unchanged(const struct sudo_policy *sp, const struct twr_gate *gate)
{
	struct stat st;

	return gate->failure == NULL && sp->base.status == TWR_OK &&
	    !sp->base.prev && lstat(gate->policy_path, &st) == 0 &&
	    st.st_ino == sp->st.st_ino && st.st_dev == sp->st.st_dev &&
	    st.st_size == sp->st.st_size &&
	    st.st_ctim.tv_sec == sp->st.st_ctim.tv_sec &&
	    st.st_ctim.tv_nsec == sp->st.st_ctim.tv_nsec;
}

static bool
is_fresh(const struct sudo_policy *sp, const struct twr_gate *gate)
{
	return gate->failure == NULL && gate->boottime >= sp->looked_s &&
	    gate->boottime - sp->looked_s < SUDO_POLICY_FRESH_S;
}

static void
refresh(struct sudo_policy *sp, const struct twr_gate *gate)
{
	if (sp->asked && !has_lapsed(sp, gate)) {
		if (is_fresh(sp, gate))
			return;
		if (is_unchanged(sp, gate)) {
			sp->looked_s = gate->boottime;
			return;
		}
	}
	sudo_policy_open(sp, gate);
}

/* The login's record, read at its first question. NULL: out of memory. */
static const struct sudo_user *
find_user(struct sudo_policy *sp, const char *login)
{
	struct sudo_user *user;

	for (user = sp->users; user != NULL; user = user->next)
		if (strcmp(user->login, login) == 0)
			return user;
	if ((user = calloc(1, sizeof(*user))) == NULL)
		return NULL;
	memcpy(user->login, login, strlen(login));
	twr_view_load_login(&sp->base.reader, user->login, &user->view);
	user->next = sp->users;
	sp->users = user;
	return user;
}

static void
borrow_login(struct sudo_policy *sp, const char *login, struct twr_view *view)
{
	const struct sudo_user *user;

	view->subject.login = login;
	view->login_status = TWR_ENOENT;
	if (login == NULL || login[0] == '\0') {
		view->subject.login = NULL;
		view->subject.problem = TWR_REASON_NO_USER;
	} else if (strlen(login) > TWR_LOGIN_MAX) {
		return; /* longer than any that can be mapped */
	} else if ((user = find_user(sp, login)) == NULL) {
		view->login_status = TWR_ENOMEM;
	} else {
		view->login_status = user->view.login_status;
		view->login = user->view.login;
		if (user->view.error.text[0] != '\0')
			view->error = user->view.error;
	}
}

/* What the question shares with all others of this process. */
static void
borrow_policy(const struct sudo_policy *sp, const struct twr_gate *gate,
    struct twr_judgement *jd)
{
	const struct twr_judgement *base = &sp->base;

	jd->status = base->status;
	jd->error = base->error;
	jd->decision = base->decision;
	jd->reader = base->reader;
	jd->newest_compiled_at = base->newest_compiled_at;
	jd->prev = base->prev;
	jd->conf_edited = base->conf_edited;
	jd->clock_behind = gate->now < base->newest_compiled_at;
	jd->request.clock = gate->now;
	jd->request.now = jd->clock_behind ? base->newest_compiled_at :
					     gate->now;
	jd->request.local_uid = TWR_UID_UNKNOWN;
	jd->view.meta = base->view.meta;
	jd->view.judge = base->view.judge;
	jd->view.service = base->view.service;
	jd->view.other = base->view.other;
	jd->view.rule_status = base->view.rule_status;
	jd->view.rule = base->view.rule;
	if (base->view.error.text[0] != '\0')
		jd->view.error = base->view.error;
}

/* Evidence that the policy could not give: the question itself. */
static void
name_question(struct sudo_policy *sp, const struct twr_role_question *qu,
    struct twr_judgement *jd)
{
	struct twr_rule *rule = &jd->view.rule;

	if (rule->n_demands == 0) {
		sp->asked_for = (struct twr_demand) { .kind = TWR_DEMAND_ROLE,
			.label = qu->role };
		rule->demands = &sp->asked_for;
		rule->n_demands = 1;
	}
	if (jd->decision.demand == TWR_NOTHING)
		jd->decision.demand = 0;
	if (qu->scope != NULL && rule->n_chain == 0)
		rule->scope_path = qu->scope;
}

void
sudo_policy_ask(struct sudo_policy *sp, const struct twr_gate *gate,
    const struct sudo_ask *ask, const struct twr_trace *trace,
    struct twr_judgement *ret)
{
	struct twr_judgement *jd = ret;

	refresh(sp, gate);
	memset(jd, 0, sizeof(*jd));
	borrow_policy(sp, gate, jd);
	jd->request.service = TWR_ROLE_SERVICE;
	jd->request.user = ask->login;
	jd->request.real_uid = ask->uid;
	jd->user_public = true; /* sudo knows it as an account */
	if (jd->status != TWR_OK) {
		name_question(sp, &ask->question, jd);
		return;
	}
	borrow_login(sp, ask->login, &jd->view);
	twr_view_load_role(&jd->reader, &ask->question, &jd->view);
	jd->decision = twr_decide(&jd->view, &jd->request, trace);
	name_question(sp, &ask->question, jd);
	if (jd->view.error.text[0] != '\0')
		jd->error = jd->view.error;
}

void
sudo_policy_answered(struct twr_judgement *jd)
{
	twr_view_free(&jd->view); /* what was borrowed stays where it is */
	jd->reader.fd = -1;
}
