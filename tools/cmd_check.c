/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "clock.h"
#include "explain.h"
#include "gate.h"
#include "sudoers_grants.h"

/* People read the verdict and the lines of the explanation instead. */
static const struct out_column columns[] = {
	{ "login", NULL, OUT_TEXT },
	{ "service", NULL, OUT_TEXT },
	{ "verdict", NULL, OUT_TEXT },
	{ "reason", NULL, OUT_TEXT },
	{ "sentence", NULL, OUT_TEXT },
	{ "serial", NULL, OUT_NUMBER },
	{ "at", NULL, OUT_TIME },
	{ "error", NULL, OUT_TEXT },
	{ "explanation", NULL, OUT_LIST },
	{ "can_change", NULL, OUT_LIST },
	{ "commands", NULL, OUT_LIST },
};

static void
print_verdict(struct cli *cli, const struct twr_judgement *jd,
    const char *login)
{
	const struct twr_decision *d = &jd->decision;
	const char *service = jd->request.service;

	if (d->verdict == TWR_GRANT)
		out_line(cli->out, "granted: %s may use %s", login, service);
	else if (d->verdict == TWR_EXEMPT)
		out_line(cli->out, "exempt: no rule judges %s for %s", login,
		    service);
	else
		out_line(cli->out, "%s: %s may %s %s: %s", explain_verdict(d),
		    login, d->permissive ? "use, for now," : "not use", service,
		    twr_reason_word(d->reason));
}

static void
print_lines(struct cli *cli, const struct twr_judgement *jd,
    const struct out_list *lines)
{
	const char *p = lines->items, *end;
	char when[CLOCK_TEXT_LEN];

	if (jd->status == TWR_OK) {
		clock_format(jd->view.meta.compiled_at, cli->out->utc, when);
		out_line(cli->out,
		    "      policy     %" PRIu64 " of %s, compiled %s%s",
		    jd->view.meta.serial, jd->view.meta.organization_name, when,
		    jd->prev ? "; the one before: nobody confirmed the newest" :
			       "");
	}
	for (; p != NULL && (end = strchr(p, '\n')) != NULL; p = end + 1)
		out_line(cli->out, "%.*s", (int)(end - p), p);
	if (jd->error.text[0] != '\0')
		out_line(cli->out, "      because    %s", jd->error.text);
}

static enum twr_status
add_administrator(void *ctx, const struct user *user, struct twr_error *err)
{
	(void)err;
	out_list_add(ctx, "%s", user->email);
	return TWR_OK;
}

void
cmd_administrators(struct cli *cli, const struct twr_decision *d,
    struct out_list *list)
{
	struct session *s = cli->session;
	struct directory *dir = s->dir;
	struct twr_error unused;

	if (explain_helper(d) == NULL)
		return;
	if (dir == NULL &&
	    directory_open(s->directory_path, DIRECTORY_READ, &dir, &unused) !=
		TWR_OK)
		return;
	if (directory_each_administrator(dir, add_administrator, list,
		&unused) != TWR_OK)
		out_warn(cli->out, "%s", unused.text);
	if (s->dir == NULL)
		directory_close(dir);
}

/* Which commands the sudo rules give him, by the policy that judged. */
static void
list_commands(struct cli *cli, const struct twr_judgement *jd,
    const char *login, struct out_list *list)
{
	const char *service = jd->request.service;
	struct judge jg = { .rd = jd->reader, .open = true };
	struct sudoers_grants gr = { .n = 0 };
	const struct sudo_rule *rule;
	struct twr_error why;
	size_t i, k;

	if (jd->status != TWR_OK ||
	    (strcmp(service, "sudo") != 0 && strcmp(service, "sudo-i") != 0))
		return;
	jg.meta.meta = jd->view.meta;
	if (sudoers_grants_of_login(&jg, login, cmd_account_uid(cli, login),
		&gr, &why) != TWR_OK)
		out_warn(cli->out, "%s", why.text);
	for (i = 0; i < gr.n; i++) {
		rule = &gr.rules.all[gr.all[i].rule];
		if (!sudoers_grant_holds(&gr.all[i], jd->request.now))
			continue;
		for (k = 0; k < rule->n_commands; k++) {
			out_list_add(list, "(%s) %s", rule->runas,
			    rule->commands[k]);
			out_line(cli->out, "      %-10s (%s) %s, by %s%s",
			    i + k == 0 ? "commands" : "", rule->runas,
			    rule->commands[k], rule->role,
			    rule->nopasswd ? ", without a password" : "");
		}
	}
	sudoers_grants_free(&gr);
}

static void
report(struct cli *cli, const struct twr_judgement *jd, const char *login,
    const struct explain *ex)
{
	const struct twr_decision *d = &jd->decision;
	struct out_list lines = { 0 }, administrators = { 0 };
	struct out_list allowed = { 0 };
	bool utc = cli->out->utc || cli->out->format != OUT_PEOPLE;

	explain_lines(ex, jd, utc, &lines);
	cmd_administrators(cli, d, &administrators);
	explain_who(d, &administrators, &lines);
	out_table(cli->out, columns, sizeof(columns) / sizeof(*columns));
	out_text(cli->out, login);
	out_text(cli->out, jd->request.service);
	out_text(cli->out, explain_verdict(d));
	out_text(cli->out, twr_reason_word(d->reason));
	out_text(cli->out, twr_reason_sentence(d->reason));
	out_number(cli->out, (int64_t)jd->view.meta.serial);
	out_number(cli->out, jd->request.now);
	out_text(cli->out, jd->error.text[0] ? jd->error.text : NULL);
	print_verdict(cli, jd, login);
	print_lines(cli, jd, &lines);
	out_list_cell(cli->out, &lines);
	out_list_cell(cli->out, &administrators);
	list_commands(cli, jd, login, &allowed);
	out_list_cell(cli->out, &allowed);
	if (jd->clock_behind)
		out_warn(cli->out,
		    "the clock is behind the policy's compile "
		    "time, which is used instead; set the clock");
	if (jd->status == TWR_OK && jd->conf_edited)
		out_note(cli->out,
		    "%s was edited since it was accepted; run "
		    "twrbac compile",
		    jd->view.meta.conf_path);
}

static const struct opt_help check_options[] = {
	{ OPT_AT, "as it was then, or will be if nothing is changed" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_check_help = { check_options,
	"Asks the policy in force, as the PAM module does; with --at in the "
	"past the one that was, with the rules and the clock of then. For su, "
	"sudo and "
	"doas LOGIN is who runs them; for sudo the commands of sudo_rules are "
	"listed. Exit status 0: granted or exempt; 1: "
	"refused, or would be if the service were not permissive.",
	"twrbac check bob sshd --at \"2026-12-01 18:00\"" };

/* By the policy in force, or by that of the past. */
static enum twr_status
judge(struct cli *cli, const struct twr_request *req,
    const struct twr_trace *trace, struct twr_judgement *ret,
    struct twr_error *err)
{
	struct session *s = cli->session;
	struct twr_gate gate = { .policy_path = s->paths.policy,
		.owner = s->paths.owner,
		.passwd_path = s->paths.passwd,
		.boottime = clock_boottime() };
	enum twr_status rc;
	int fd;

	if ((rc = session_ask(s, err)) != TWR_OK)
		return rc;
	gate.now = s->now;
	if (!s->past) {
		twr_judge(&gate, req, trace, ret);
		return TWR_OK;
	}
	if ((rc = ask_compile(s, NULL, NULL, &fd, err)) == TWR_OK)
		ask_judge(fd, &gate, req, trace, ret);
	return rc;
}

enum twr_status
cmd_check(struct cli *cli, struct twr_error *err)
{
	const char *login = cli->args[0];
	char service[TWR_SERVICE_MAX + 1];
	struct twr_request req = {
		.service = service, .user = login, .invoker = login
	};
	struct explain ex = { 0 };
	struct twr_trace trace = explain_trace(&ex);
	struct twr_judgement jd;
	enum twr_status rc;

	if ((rc = ask_service(cli->args[1], service, err)) != TWR_OK)
		return rc;
	/* as sudo and su do it: the caller's uid stays his own */
	req.real_uid = cmd_account_uid(cli, login);
	if (req.real_uid == TWR_UID_UNKNOWN)
		req.real_uid = 0;
	if (twr_service_has_invoker(service))
		req.user = "root";
	if ((rc = judge(cli, &req, &trace, &jd, err)) == TWR_OK) {
		cli->refused = jd.decision.verdict != TWR_GRANT &&
		    jd.decision.verdict != TWR_EXEMPT;
		report(cli, &jd, login, &ex);
		twr_judgement_end(&jd);
	}
	explain_free(&ex);
	return rc;
}
