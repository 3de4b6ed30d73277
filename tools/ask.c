/* SPDX-License-Identifier: BSD-2-Clause */
#include "ask.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts.h"
#include "clock.h"
#include "policy_format.h"
#include "policy_scan.h"

enum twr_status
ask_service(const char *text, char buf[TWR_SERVICE_MAX + 1],
    struct twr_error *err)
{
	size_t i, len = strlen(text);

	if (len == 0 || len > TWR_SERVICE_MAX || strchr(text, '/') != NULL)
		return twr_fail(err, TWR_EINVAL,
		    "\"%.80s\": no PAM service; "
		    "it is the name of a file in /etc/pam.d, such as sshd",
		    text);
	for (i = 0; i <= len; i++)
		buf[i] = text[i] >= 'A' && text[i] <= 'Z' ?
		    (char)(text[i] - 'A' + 'a') :
		    text[i];
	return TWR_OK;
}

/* ---- judging by a file that is open ---- */

static enum twr_status
open_file(int fd, const struct twr_gate *gate, struct twr_judgement *jd)
{
	struct stat st;
	enum twr_status rc;

	if (fstat(fd, &st) != 0)
		rc = twr_fail(&jd->error, TWR_EUNREADABLE, "policy: %s",
		    strerror(errno));
	else
		rc = twr_reader_init(&jd->reader, fd, (uint64_t)st.st_size,
		    &jd->error);
	if (rc != TWR_OK) {
		(void)close(fd);
		return rc;
	}
	rc = twr_view_load_meta(&jd->reader, &jd->view, &jd->error);
	if (rc != TWR_OK)
		return rc;
	if (jd->request.now < jd->view.meta.compiled_at)
		jd->request.now = jd->view.meta.compiled_at;
	if (jd->request.now >= jd->view.meta.stale_at)
		return twr_fail(&jd->error, TWR_ESTALE,
		    "%s: was older than its limit", gate->policy_path);
	return TWR_OK;
}

/* Opens it; the reason for a denial when that fails. */
static bool
open_judgement(int fd, const struct twr_gate *gate,
    const struct twr_request *req, struct twr_judgement *jd)
{
	memset(jd, 0, sizeof(*jd));
	jd->reader.fd = -1;
	jd->request = *req;
	jd->request.clock = gate->now;
	jd->request.now = gate->now;
	jd->request.local_uid = TWR_UID_UNKNOWN;
	jd->status = open_file(fd, gate, jd);
	if (jd->status == TWR_OK)
		return true;
	jd->decision.reason = twr_reason_of_status(jd->status);
	jd->decision.demand = TWR_NOTHING;
	jd->decision.holding = TWR_NOTHING;
	jd->decision.exemption = TWR_NOTHING;
	return false;
}

void
ask_judge(int fd, const struct twr_gate *gate, const struct twr_request *req,
    const struct twr_trace *trace, struct twr_judgement *ret)
{
	struct twr_judgement *jd = ret;
	struct twr_view *view = &jd->view;
	struct twr_error unused;

	if (!open_judgement(fd, gate, req, jd))
		return;
	twr_view_load(&jd->reader, req->service, req->user, req->invoker, view);
	if (view->login_status == TWR_ENOENT && view->subject.login != NULL)
		(void)!twr_local_uid(gate->passwd_path, gate->owner,
		    view->subject.login, &jd->request.local_uid, &unused);
	jd->decision = twr_decide(view, &jd->request, trace);
	if (view->error.text[0] != '\0')
		jd->error = view->error;
}

void
ask_role(struct twr_judgement *jd, const char *login, uint32_t uid,
    const struct twr_role_question *question, const struct twr_trace *trace)
{
	struct twr_role_question qu = *question;
	struct twr_view *view = &jd->view;

	jd->request.service = TWR_ROLE_SERVICE;
	jd->request.user = login;
	jd->request.invoker = NULL;
	twr_view_load_rule(&jd->reader, TWR_ROLE_SERVICE, view);
	if (qu.scope != NULL && view->rule_status == TWR_OK &&
	    strcmp(qu.scope, view->rule.scope_path) == 0)
		qu.scope = NULL;
	twr_view_load_login(&jd->reader, login, view);
	twr_view_load_role(&jd->reader, &qu, view);
	jd->request.real_uid = uid != ASK_UID_REMEMBERED ? uid :
	    view->login_status == TWR_OK		 ? view->login.uid :
							   TWR_UID_UNKNOWN;
	jd->decision = twr_decide(view, &jd->request, trace);
	if (view->error.text[0] != '\0')
		jd->error = view->error;
}

void
ask_judge_role(int fd, const struct twr_gate *gate, const char *login,
    uint32_t uid, const struct twr_role_question *question,
    const struct twr_trace *trace, struct twr_judgement *ret)
{
	const struct twr_request req = { .service = TWR_ROLE_SERVICE,
		.user = login };

	if (open_judgement(fd, gate, &req, ret))
		ask_role(ret, login, uid, question, trace);
}

/* ---- the policy in force, as the gate itself chooses it ---- */

static enum twr_status
open_in_force(struct session *s, int *ret, int64_t *floor,
    struct twr_error *err)
{
	struct twr_gate gate = { .policy_path = s->paths.policy,
		.owner = s->paths.owner,
		.passwd_path = s->paths.passwd,
		.now = s->now,
		.boottime = clock_boottime() };
	struct twr_request nobody = { .service = "" };
	struct twr_judgement jd;
	enum twr_status rc;

	twr_judge(&gate, &nobody, NULL, &jd);
	rc = jd.status;
	if (rc == TWR_ENOENT)
		twr_fail(err, rc,
		    "%s: no policy is in force, so every login is refused "
		    "(policy-missing); run twrbac compile",
		    s->paths.policy);
	else if (rc != TWR_OK)
		twr_fail(err, rc, "%s", jd.error.text);
	else if ((*ret = fcntl(jd.reader.fd, F_DUPFD_CLOEXEC, 3)) == -1)
		rc = twr_fail(err, TWR_EUNREADABLE, "%s: %s", s->paths.policy,
		    strerror(errno));
	*floor = jd.newest_compiled_at;
	twr_judgement_end(&jd);
	return rc;
}

static enum twr_status
find_pending(struct session *s, struct ask *ask, struct twr_error *err)
{
	const struct twr_meta *meta = &ask->judge.meta.meta;
	struct journal_head head = { 0 };
	enum twr_status rc = directory_journal_head(s->dir, &head, err);

	ask->pending = !s->past && rc == TWR_OK &&
	    meta->journal_seq != head.seq;
	return rc;
}

/* ---- about whom ---- */

static enum twr_status
no_memory(struct twr_error *err)
{
	return twr_fail(err, TWR_ENOMEM, "out of memory");
}

static enum twr_status
add_mapped(struct ask *ask, struct twr_error *err)
{
	struct policy_scan *scan = NULL;
	struct policy_record pr;
	char login[TWR_KEY_MAX];
	enum twr_status rc;

	rc = policy_scan_begin(&ask->judge.rd, &scan, err);
	while (rc == TWR_OK &&
	    (rc = policy_scan_next(scan, &pr, err)) == TWR_OK) {
		if (pr.key[0] != TWR_KEY_LOGIN)
			continue;
		memcpy(login, pr.key + 1, pr.key_len - 1);
		login[pr.key_len - 1] = '\0';
		if (!names_add(&ask->logins, login))
			rc = no_memory(err);
	}
	policy_scan_end(scan);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

static bool
add_others(struct ask *ask)
{
	const struct twr_exemptions *ex = &ask->judge.views[0].exempt;
	size_t i;

	for (i = 0; ask->judge.services.n > 0 && i < ex->n_entries; i++)
		if ((ex->entries[i].needs & TWR_EXEMPT_LOGIN) != 0 &&
		    !names_add(&ask->logins, ex->entries[i].login))
			return false;
	for (i = 0; i < ask->local.n; i++)
		if (!names_add(&ask->logins, ask->local.all[i].name))
			return false;
	return true;
}

static enum twr_status
ask_about(struct ask *ask, const char *service, const struct names *given,
    struct twr_error *err)
{
	const struct twr_meta *meta = &ask->judge.meta.meta;
	struct names services = { NULL, 0, 0 };
	bool ok = service == NULL || names_add(&services, service);
	enum twr_status rc;
	size_t i;

	if (given != NULL)
		return judge_ask_about(&ask->judge, given, err);
	for (i = 0; ok && service == NULL && i < meta->n_services; i++)
		if (meta->services[i].has_rule)
			ok = names_add(&services, meta->services[i].name);
	if (ok && services.n == 0) /* a policy without any rule */
		ok = names_add(&services, "other");
	rc = ok ? judge_ask_about(&ask->judge, &services, err) : no_memory(err);
	names_free(&services);
	return rc;
}

static enum twr_status
open_for(struct session *s, const char *service, const char *scope,
    const struct names *given, struct ask *ret, struct twr_error *err)
{
	int64_t floor = TWR_ALWAYS;
	enum twr_status rc;
	int fd = -1;

	memset(ret, 0, sizeof(*ret));
	ret->judge.rd.fd = -1;
	if (s->past || scope != NULL)
		rc = ask_compile(s, service, scope, &fd, err);
	else
		rc = open_in_force(s, &fd, &floor, err);
	if (rc != TWR_OK ||
	    (rc = judge_open_fd(&ret->judge, fd, s->paths.policy, s->now,
		 err)) != TWR_OK ||
	    (rc = find_pending(s, ret, err)) != TWR_OK ||
	    (rc = ask_about(ret, service, given, err)) != TWR_OK ||
	    (rc = accounts_load(s->paths.passwd, s->paths.owner, &ret->local,
		 err)) != TWR_OK ||
	    (rc = add_mapped(ret, err)) != TWR_OK)
		return rc;
	if (!add_others(ret))
		return no_memory(err);
	if (floor > ret->judge.floor)
		ret->judge.floor = floor;
	names_sort(&ret->logins);
	return TWR_OK;
}

enum twr_status
ask_open(struct session *s, const char *service, const char *scope,
    struct ask *ret, struct twr_error *err)
{
	return open_for(s, service, scope, NULL, ret, err);
}

enum twr_status
ask_open_services(struct session *s, const struct names *services,
    struct ask *ret, struct twr_error *err)
{
	return open_for(s, NULL, NULL, services, ret, err);
}

void
ask_close(struct ask *ask)
{
	judge_close(&ask->judge);
	names_free(&ask->logins);
	accounts_free(&ask->local);
}

/* ---- what a decision rests on ---- */

bool
ask_lets_in(const struct twr_decision *d)
{
	return d->verdict == TWR_GRANT || d->verdict == TWR_EXEMPT ||
	    d->permissive;
}

/* The earliest of the two that lies behind now. */
static int64_t
sooner(int64_t now, int64_t a, int64_t b)
{
	return a > now && a < b ? a : b;
}

/* The next moment at which a decision on this view could change. */
static int64_t
next_change(const struct twr_view *v, int64_t now)
{
	int64_t ret = sooner(now, v->meta.permissive_until, TWR_NEVER);
	size_t i;

	if (v->service != NULL)
		ret = sooner(now, v->service->permissive_until, ret);
	if (v->other != NULL)
		ret = sooner(now, v->other->permissive_until, ret);
	for (i = 0; v->login_status == TWR_OK && i < v->login.n_holdings; i++) {
		ret = sooner(now, v->login.holdings[i].not_before, ret);
		ret = sooner(now, v->login.holdings[i].not_after, ret);
	}
	return ret;
}

int64_t
ask_until(struct twr_view *view, const struct twr_request *req)
{
	struct twr_request later = *req;
	struct twr_decision d;

	for (;;) {
		d = twr_decide(view, &later, NULL);
		if (!ask_lets_in(&d) || later.now == TWR_NEVER)
			return later.now;
		later.now = next_change(view, later.now);
		later.clock = later.now;
	}
}

bool
ask_counts(struct twr_view *view, const struct twr_request *req, size_t holding)
{
	const struct twr_rule rule = view->rule;
	const struct twr_login login = view->login;
	struct twr_decision d;
	bool ret = false;
	size_t i;

	view->rule.n_demands = 1;
	view->login.holdings = &login.holdings[holding];
	view->login.n_holdings = 1;
	for (i = 0; i < rule.n_demands && !ret; i++) {
		view->rule.demands = &rule.demands[i];
		d = twr_decide(view, req, NULL);
		ret = d.verdict == TWR_GRANT;
	}
	view->rule = rule;
	view->login = login;
	return ret;
}

void
ask_name(const struct ask *ask, char kind, uint32_t number, char *buf,
    size_t size)
{
	char *name = NULL;

	if (twr_name_of(&ask->judge.rd, kind, number, &name) == TWR_OK)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "number %" PRIu32, number);
	free(name);
}
