/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "explain.h"
#include "gate.h"

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

static void
report(struct cli *cli, const struct twr_judgement *jd, const char *login,
    const struct explain *ex)
{
	const struct twr_decision *d = &jd->decision;
	struct out_list lines = { 0 };
	bool utc = cli->out->utc || cli->out->format != OUT_PEOPLE;

	explain_lines(ex, jd, utc, &lines);
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

/* As libpam does it: a service's name is in lower case. */
static enum twr_status
read_service(const char *text, char buf[TWR_SERVICE_MAX + 1],
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

static enum twr_status
read_time(struct cli *cli, int64_t *ret, struct twr_error *err)
{
	const char *at = cli->opts->value[OPT_AT];
	enum twr_status rc;

	*ret = cli->session->now;
	if (at == NULL)
		return TWR_OK;
	if ((rc = clock_parse(at, "--at", ret, err)) != TWR_OK)
		return rc;
	if (*ret < cli->session->now)
		return twr_fail(err, TWR_EREFUSED,
		    "--at %s: the past cannot "
		    "be asked in this release; give a time to come, which is "
		    "judged by today's policy",
		    at);
	return TWR_OK;
}

static const struct opt_help check_options[] = {
	{ OPT_AT, "as if it were then; the past cannot be asked" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_check_help = { check_options,
	"Asks the policy in force, as the PAM module does. For su, sudo and "
	"doas LOGIN is who runs them. Exit status 0: granted or exempt; 1: "
	"refused, or would be if the service were not permissive.",
	"twrbac check bob sshd --at \"2026-12-01 18:00\"" };

enum twr_status
cmd_check(struct cli *cli, struct twr_error *err)
{
	const struct compile_paths *paths = &cli->session->paths;
	const char *login = cli->args[0];
	char service[TWR_SERVICE_MAX + 1];
	struct twr_gate gate = { .policy_path = paths->policy,
		.owner = paths->owner,
		.passwd_path = paths->passwd,
		.boottime = clock_boottime() };
	struct twr_request req = { .service = service, .user = login,
		.invoker = login };
	struct explain ex = { 0 };
	struct twr_trace trace = explain_trace(&ex);
	struct twr_judgement jd;
	enum twr_status rc;

	if ((rc = read_service(cli->args[1], service, err)) != TWR_OK ||
	    (rc = read_time(cli, &gate.now, err)) != TWR_OK)
		return rc;
	/* as sudo and su do it: the caller's uid stays his own */
	req.real_uid = cmd_account_uid(cli, login);
	if (req.real_uid == TWR_UID_UNKNOWN)
		req.real_uid = 0;
	if (twr_service_has_invoker(service))
		req.user = "root";
	twr_judge(&gate, &req, &trace, &jd);
	cli->refused = jd.decision.verdict != TWR_GRANT &&
	    jd.decision.verdict != TWR_EXEMPT;
	report(cli, &jd, login, &ex);
	twr_judgement_end(&jd);
	explain_free(&ex);
	return TWR_OK;
}
