/* SPDX-License-Identifier: BSD-2-Clause */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "clock.h"
#include "setup.h"

/* One login at a time. */
struct people {
	struct setup *su;
	struct ask ask;
	struct names shells; /* local accounts that people can log in to */
	const char *login;
	uint32_t uid; /* of its account here */
	const char *actors[2]; /* who runs this; "" nobody */
	const char *locked_out, *service; /* whom, and from what */
	const char *reason;
	bool no_memory;
};

/* ---- who is asked about ---- */

static bool
is_shell(const char *shell)
{
	static const char *const none[] = { "nologin", "false", "sync",
		"shutdown", "halt" };
	const char *base = strrchr(shell, '/');
	size_t i;

	base = base != NULL ? base + 1 : shell;
	for (i = 0; i < sizeof(none) / sizeof(*none); i++) {
		if (strcmp(base, none[i]) == 0)
			return false;
	}
	return true; /* "" is /bin/sh */
}

static enum twr_status
load_shells(struct people *pe, struct twr_error *err)
{
	FILE *file = fopen(pe->su->cli->session->paths.passwd, "re");
	const struct passwd *pw;
	bool ok = true;

	while (ok && file != NULL && (pw = fgetpwent(file)) != NULL) {
		if (is_shell(pw->pw_shell))
			ok = names_add(&pe->shells, pw->pw_name);
	}
	if (file != NULL)
		(void)fclose(file);
	names_sort(&pe->shells);
	return ok ? TWR_OK : twr_fail(err, TWR_ENOMEM, "out of memory");
}

/* Whoever sits there, as far as it is known; root alone is nobody. */
static void
find_actors(struct people *pe)
{
	const struct actor_facts *f = &pe->su->cli->session->facts;

	pe->actors[0] = f->sudo_uid != TWR_UID_UNKNOWN ? f->sudo_login : "";
	pe->actors[1] = f->login_uid != TWR_UID_UNKNOWN ? f->login_login : "";
}

static bool
is_actor(const struct people *pe, const char *login)
{
	return strcmp(login, "root") != 0 &&
	    (strcmp(login, pe->actors[0]) == 0 ||
		strcmp(login, pe->actors[1]) == 0);
}

/* Refusing a job, or changing who or what one is, shuts nobody out. */
static bool
is_way_in(const char *service)
{
	static const char *const others[] = { "su", "su-l", "cron", "crond",
		"atd", "chfn", "chsh", "chage", "passwd", "chpasswd",
		"newusers", "runuser", "runuser-l", "systemd-user", "other" };
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (strcmp(service, others[i]) == 0)
			return false;
	}
	return true;
}

/* ---- what they are answered ---- */

static void
keep_refusal(struct people *pe, const struct setup_service *sv,
    const char *user, const char *reason)
{
	struct setup *su = pe->su;
	struct setup_refusal *more = su->refusals;

	if (su->n_refusals == su->room_refusals) {
		su->room_refusals = su->room_refusals * 2 + 64;
		more = reallocarray(su->refusals, su->room_refusals,
		    sizeof(*more));
		if (more == NULL) {
			su->room_refusals = su->n_refusals;
			pe->no_memory = true;
			return;
		}
		su->refusals = more;
	}
	more += su->n_refusals++;
	more->login = strdup(pe->login);
	more->user = user != NULL ? strdup(user) : NULL;
	more->service = sv->name;
	more->reason = reason;
	pe->no_memory = pe->no_memory || more->login == NULL;
}

static void
answer_one(void *ctx, size_t service, struct twr_view *view,
    struct twr_request *req)
{
	struct people *pe = ctx;
	const char *name = pe->ask.judge.services.all[service];
	struct setup_service *sv = setup_find(pe->su, name);
	struct twr_decision d = twr_decide(view, req, NULL);
	bool known = view->login_status == TWR_OK && !view->login.tombstone;

	if (sv == NULL || (!known && !names_have(&pe->shells, pe->login)))
		return;
	if (d.verdict == TWR_GRANT || d.verdict == TWR_EXEMPT) {
		/* an exempt root gets in whatever the rule says to people */
		if (d.verdict == TWR_GRANT || pe->uid != 0)
			sv->passing++;
		return;
	}
	sv->refused++;
	keep_refusal(pe, sv, known ? view->login.user_name : NULL,
	    twr_reason_word(d.reason));
	if (sv->will == SETUP_ENFORCING && is_way_in(name) &&
	    pe->locked_out == NULL && is_actor(pe, pe->login)) {
		pe->locked_out = pe->login;
		pe->service = sv->name;
		pe->reason = twr_reason_word(d.reason);
	}
}

static enum twr_status
open_ask(struct people *pe, struct twr_error *err)
{
	struct names services = { NULL, 0, 0 };
	enum twr_status rc = TWR_OK;
	size_t i;

	for (i = 0; i < pe->su->n; i++) {
		if (!names_add(&services, pe->su->services[i].name))
			rc = twr_fail(err, TWR_ENOMEM, "out of memory");
	}
	if (rc == TWR_OK)
		rc = ask_open_services(pe->su->cli->session, &services,
		    &pe->ask, err);
	names_free(&services);
	return rc;
}

/* Only what this command is about to make refuse. */
static enum twr_status
check_lock_out(const struct people *pe, struct twr_error *err)
{
	const struct setup_service *sv;
	size_t i;

	if (pe->su->cli->opts->value[OPT_LOCK_OUT_OK] != NULL)
		return TWR_OK;
	if (pe->locked_out != NULL)
		return twr_fail(err, TWR_EREFUSED,
		    "%s, who runs this, would be locked out: %s would refuse "
		    "him (%s); \"twrbac check %s %s\" says what he needs; %s "
		    "(--lock-out-ok does it all the same)",
		    pe->locked_out, pe->service, pe->reason, pe->locked_out,
		    pe->service, setup_left(pe->su));
	for (i = 0; i < pe->su->n; i++) {
		sv = &pe->su->services[i];
		if (!setup_changes(pe->su, sv) || sv->will != SETUP_ENFORCING ||
		    sv->passing > 0 || (sv->profiled && !is_way_in(sv->name)))
			continue;
		return twr_fail(err, TWR_EREFUSED,
		    "%s would refuse everybody (an exempt root does not "
		    "count); \"twrbac who-can %s\" says "
		    "why; %s (--lock-out-ok does it all the same)",
		    sv->name, sv->name, setup_left(pe->su));
	}
	return TWR_OK;
}

enum twr_status
setup_people(struct setup *su, struct twr_error *err)
{
	struct session *s = su->cli->session;
	struct people pe = { .su = su,
		.ask = { .judge = { .rd = { .fd = -1 } } } };
	enum twr_status rc;
	size_t i;

	if (su->n == 0 || !su->has_policy)
		return TWR_OK;
	find_actors(&pe);
	s->now = s->at = clock_now(); /* a policy may have been made since */
	if ((rc = session_open_read(s, false, err)) != TWR_OK ||
	    (rc = load_shells(&pe, err)) != TWR_OK ||
	    (rc = open_ask(&pe, err)) != TWR_OK)
		goto out;
	for (i = 0; i < pe.ask.logins.n; i++) {
		pe.login = pe.ask.logins.all[i];
		pe.uid = accounts_uid(&pe.ask.local, pe.login);
		judge_each(&pe.ask.judge, pe.login, pe.uid, s->now, answer_one,
		    &pe);
	}
	rc = pe.no_memory ? twr_fail(err, TWR_ENOMEM, "out of memory") :
			    check_lock_out(&pe, err);
out:
	ask_close(&pe.ask);
	names_free(&pe.shells);
	session_close(s);
	return rc;
}
