/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "clock.h"
#include "policy_format.h"
#include "sudo_command.h"
#include "sudoers_grants.h"

static const struct out_column columns[] = {
	{ "login", "LOGIN", OUT_TEXT },
	{ "email", "USER", OUT_TEXT },
	{ "verdict", "VERDICT", OUT_TEXT },
	{ "by", "BY", OUT_LIST },
	{ "until", "UNTIL", OUT_TIME },
	{ "kind", NULL, OUT_TEXT },
	{ "user", NULL, OUT_TEXT },
	{ "user_sid", NULL, OUT_SID },
	{ "reason", NULL, OUT_TEXT },
};

/* One login at a time. */
struct answer {
	struct cli *cli;
	const struct ask *ask;
	const char *login;
	/* of --command; NULL: whoever gets in */
	const char *command;
	struct sudoers_grants grants;
	enum twr_status rc;
	struct twr_error *err;
};

/* The assignments that count, each as role and scope. */
static void
list_holdings(struct answer *an, struct twr_view *view,
    const struct twr_request *req, struct out_list *by)
{
	char role[TWR_NAME_MAX + 1], scope[DIRECTORY_PATH_MAX];
	size_t i;

	for (i = 0; i < view->login.n_holdings; i++) {
		if (!ask_counts(view, req, i))
			continue;
		ask_name(an->ask, TWR_NAME_ROLE, view->login.holdings[i].role,
		    role, sizeof(role));
		ask_name(an->ask, TWR_NAME_SCOPE, view->login.holdings[i].scope,
		    scope, sizeof(scope));
		out_list_add(by, "%s at %s", role, scope);
	}
}

static enum twr_status
find_email(struct answer *an, const struct twr_login *login, char *email,
    size_t size)
{
	struct user user;
	enum twr_status rc;

	snprintf(email, size, "%s", login->user_name);
	rc = directory_user_find(an->cli->session->dir, login->user_sid, &user,
	    an->err);
	if (rc == TWR_OK)
		snprintf(email, size, "%s", user.email);
	return rc == TWR_EREFUSED ? TWR_OK : rc; /* a policy of another state */
}

static const char *
verdict_word(const struct twr_decision *d)
{
	if (d->verdict == TWR_GRANT)
		return "granted";
	return d->verdict == TWR_EXEMPT ? "exempt" : "would-deny";
}

/* The sudo rules that let him run the command, and the end of the last. */
static int64_t
list_rules(struct answer *an, int64_t now, struct out_list *by)
{
	const struct sudo_rule *rule;
	int64_t until = TWR_ALWAYS;
	size_t i, k;

	for (i = 0; i < an->grants.n; i++) {
		const struct sudoers_grant *g = &an->grants.all[i];

		rule = &an->grants.rules.all[g->rule];
		if (strcmp(g->login, an->login) != 0 ||
		    !sudoers_grant_holds(g, now))
			continue;
		for (k = 0; k < rule->n_commands; k++) {
			if (!sudo_command_matches(rule->commands[k],
				an->command))
				continue;
			out_list_add(by, "%s: (%s) %s%s", rule->role,
			    rule->runas, rule->commands[k],
			    sudoers_grant_nopasswd(rule, g) ?
				", without a password" :
				"");
			if (g->until > until)
				until = g->until;
		}
	}
	return until;
}

static void
answer_one(void *ctx, size_t service, struct twr_view *view,
    struct twr_request *req)
{
	struct answer *an = ctx;
	struct out *out = an->cli->out;
	struct twr_decision d = twr_decide(view, req, NULL);
	const struct twr_login *login = &view->login;
	bool known = view->login_status == TWR_OK && !login->tombstone;
	char email[TWR_NAME_MAX + 1];
	struct out_list by = { 0 };
	int64_t until = TWR_NEVER, ends;

	(void)service;
	/* who is nobody's and let in for now is told of in a note */
	if (!ask_lets_in(&d) ||
	    (!known && d.verdict != TWR_GRANT && d.verdict != TWR_EXEMPT))
		return;
	if (an->command != NULL &&
	    (until = list_rules(an, req->now, &by)) == TWR_ALWAYS)
		return;
	if (known)
		an->rc = find_email(an, login, email, sizeof(email));
	out_text(out, an->login);
	out_text(out, known ? email : NULL);
	out_text(out, verdict_word(&d));
	if (d.verdict == TWR_GRANT && an->command == NULL)
		list_holdings(an, view, req, &by);
	out_list_cell(out, &by);
	ends = d.verdict == TWR_EXEMPT ? TWR_NEVER : ask_until(view, req);
	out_number(out, ends < until ? ends : until);
	out_text(out, known ? twr_user_kind_word(login->kind) : NULL);
	out_text(out, known ? login->user_name : NULL);
	out_text(out, known ? login->user_sid : NULL);
	out_text(out, twr_reason_word(d.reason));
}

/* ---- what the rows do not say ---- */

static bool
is_one_of(const char *service, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(service, *list) == 0)
			return true;
	return false;
}

static void
note_jobs(struct cli *cli, const char *service)
{
	static const char *const jobs[] = { "cron", "crond", "atd", NULL };

	if (is_one_of(service, jobs))
		out_note(cli->out,
		    "%s asks again at each job: when a login's access ends, "
		    "its jobs stop without a word to anybody but the log",
		    service);
}

static void
note_permissive(struct cli *cli, const struct ask *ask, const char *service)
{
	const struct twr_view *v = &ask->judge.views[0];
	int64_t now = cli->session->now, until = v->meta.permissive_until;
	char when[CLOCK_TEXT_LEN];

	if (v->service != NULL && v->service->permissive_until > until)
		until = v->service->permissive_until;
	if (v->other != NULL && v->other->permissive_until > until)
		until = v->other->permissive_until;
	if (now >= until)
		return;
	clock_format(until, cli->out->utc, when);
	out_warn(cli->out,
	    "%s is permissive until %s: every other login is let in as well",
	    service, when);
}

static void
note_everyone(struct cli *cli, const struct ask *ask, const char *service)
{
	const struct twr_exemptions *ex = &ask->judge.views[0].exempt;
	size_t i;

	for (i = 0; i < ex->n_entries; i++)
		if (ex->entries[i].needs == TWR_EXEMPT_EVERYONE &&
		    strcmp(ex->entries[i].service, service) == 0) {
			out_note(cli->out,
			    "everyone is exempt: no rule judges %s", service);
			return;
		}
}

/* Rules of sudo are only those of twrbac.conf. */
static void
note_command(struct cli *cli, const struct answer *an)
{
	if (an->command == NULL)
		return;
	out_note(cli->out,
	    "of %zu sudo rules in twrbac.conf; other lines of sudoers are not "
	    "looked at",
	    an->grants.rules.n);
}

static enum twr_status
take_command(struct answer *an, const char *service, struct twr_error *err)
{
	an->command = an->cli->opts->value[OPT_COMMAND];
	if (an->command == NULL)
		return TWR_OK;
	if (strcmp(service, "sudo") != 0 && strcmp(service, "sudo-i") != 0)
		return twr_fail(err, TWR_EINVAL,
		    "--command: only sudo runs commands by rules; write "
		    "twrbac who-can sudo --command \"...\"");
	if (an->command[0] != '/' && strncmp(an->command, "sudoedit ", 9) != 0)
		return twr_fail(err, TWR_EINVAL,
		    "--command %.80s: write the absolute path and the "
		    "arguments, such as \"/usr/bin/systemctl restart "
		    "x.service\"",
		    an->command);
	return sudoers_grants_of(&an->ask->judge, &an->ask->local, &an->grants,
	    err);
}

static void
note_nobody(struct cli *cli, const struct ask *ask, const char *service)
{
	const struct twr_view *v = &ask->judge.views[0];

	cli->refused = true;
	out_note(cli->out, "nobody may use %s%s", service,
	    v->rule_status == TWR_ENOENT ?
		": there is no rule for it, and none for \"other\"" :
		"");
}

static void
say_rest(struct cli *cli, const struct ask *ask, const char *service)
{
	if (out_rows(cli->out) == 0)
		note_nobody(cli, ask, service);
	note_everyone(cli, ask, service);
	note_permissive(cli, ask, service);
	note_jobs(cli, service);
	if (ask->pending)
		out_note(cli->out,
		    "changes are stored that are not in force yet; run "
		    "twrbac compile");
}

static const struct opt_help who_can_options[] = {
	{ OPT_SCOPE, "as if the rule named this scope" },
	{ OPT_COMMAND, "of sudo: by which sudo rule he may run it" },
	{ OPT_AT, "as it was, or as it will be if nothing is changed" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_who_can_help = { who_can_options,
	"Asks the policy about every login that it knows and every local "
	"account: who is let in, by which role at which scope, until when. "
	"Exit status 1: nobody.",
	"twrbac who-can sshd --scope acme/messaging/qa" };

enum twr_status
cmd_who_can(struct cli *cli, struct twr_error *err)
{
	struct session *s = cli->session;
	char service[TWR_SERVICE_MAX + 1];
	struct ask ask = { .judge = { .rd = { .fd = -1 } } };
	struct answer an = { .cli = cli, .ask = &ask, .err = err };
	enum twr_status rc;
	size_t i;

	if ((rc = ask_service(cli->args[0], service, err)) != TWR_OK)
		return rc;
	rc = ask_open(s, service, cli->opts->value[OPT_SCOPE], &ask, err);
	if (rc == TWR_OK)
		rc = take_command(&an, service, err);
	out_table(cli->out, columns, sizeof(columns) / sizeof(*columns));
	for (i = 0; rc == TWR_OK && i < ask.logins.n; i++) {
		an.login = ask.logins.all[i];
		judge_each(&ask.judge, an.login,
		    accounts_uid(&ask.local, an.login), s->now, answer_one,
		    &an);
		rc = an.rc;
	}
	if (rc == TWR_OK) {
		say_rest(cli, &ask, service);
		note_command(cli, &an);
	}
	sudoers_grants_free(&an.grants);
	ask_close(&ask);
	return rc;
}
