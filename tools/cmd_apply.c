/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"

#define REMOVALS_DEFAULT 20 /* percent */

/* One login's gain or loss of one service. */
struct gain {
	char *login, *service;
	bool gains;
};

struct declared {
	struct cli *cli;
	struct apply apply;
	struct organization *want;
	struct out_list rows; /* lines about them, shown after the gains */
	struct gain *gains;
	size_t n_gains, room;
	unsigned percent;
	bool plan, failed; /* out of memory */
};

/* ---- what is shown ---- */

static const struct out_column columns[] = {
	{ "sign", NULL, OUT_TEXT },
	{ "kind", NULL, OUT_TEXT },
	{ "what", NULL, OUT_TEXT },
	{ "detail", NULL, OUT_TEXT },
};

static void
add_row(struct out *out, const char *sign, const char *kind, const char *what,
    const char *detail)
{
	out_text(out, sign);
	out_text(out, kind);
	out_text(out, what);
	out_text(out, detail);
}

static void
take_line(void *ctx, char sign, const char *kind, const char *what,
    const char *detail)
{
	struct declared *de = ctx;
	const char text[2] = { sign, '\0' };

	add_row(de->cli->out, text, kind, what, detail);
	out_list_add(&de->rows, "%c %s %s%s%s", sign, kind, what,
	    *detail != '\0' ? ": " : "", detail);
}

static void
take_gain(void *ctx, const char *login, const char *service, bool gains)
{
	struct session *s = ctx;
	struct declared *de = s->review_ctx;
	struct gain *grown, *ga;
	size_t room;

	if (de->n_gains == de->room) {
		room = de->room == 0 ? 64 : 2 * de->room;
		grown = reallocarray(de->gains, room, sizeof(*grown));
		if (grown == NULL) {
			de->failed = true;
			return;
		}
		de->gains = grown;
		de->room = room;
	}
	ga = &de->gains[de->n_gains];
	ga->login = strdup(login);
	ga->service = strdup(service);
	ga->gains = gains;
	de->n_gains++;
	if (ga->login == NULL || ga->service == NULL)
		de->failed = true;
}

/* "+ bob gains sshd, sudo": what one login gains, or what it loses. */
static void
print_login(struct declared *de, size_t from, size_t end, bool gains)
{
	struct out *out = de->cli->out;
	char *text = NULL;
	size_t len = 0, i;
	FILE *line = open_memstream(&text, &len);

	if (line == NULL) {
		de->failed = true;
		return;
	}
	for (i = from; i < end; i++) {
		if (de->gains[i].gains != gains)
			continue;
		fprintf(line, "%s%s", ftell(line) > 0 ? ", " : "",
		    de->gains[i].service);
		add_row(out, gains ? "+" : "-", "access", de->gains[i].login,
		    de->gains[i].service);
	}
	if (fclose(line) != 0)
		de->failed = true;
	else if (len > 0)
		out_line(out, "%c %s %s %s", gains ? '+' : '-',
		    de->gains[from].login, gains ? "gains" : "loses", text);
	free(text);
}

static void
print_gains(struct declared *de)
{
	struct session *s = de->cli->session;
	size_t i, end;

	if (s->compiled == NULL) {
		out_line(de->cli->out,
		    "no policy is compiled, so nobody's access changes yet");
		return;
	}
	if (de->n_gains == 0)
		out_line(de->cli->out, "nobody's access changes on this host");
	for (i = 0; i < de->n_gains && !de->failed; i = end) {
		for (end = i + 1; end < de->n_gains &&
		     strcmp(de->gains[end].login, de->gains[i].login) == 0;
		     end++)
			;
		print_login(de, i, end, true);
		print_login(de, i, end, false);
	}
}

static void
print_rows(struct declared *de)
{
	const char *p = de->rows.items, *end;

	for (; p != NULL && (end = strchr(p, '\n')) != NULL; p = end + 1)
		out_line(de->cli->out, "%.*s", (int)(end - p), p);
	if (de->rows.failed)
		de->cli->out->failed = true;
}

/* ---- what may stand against it ---- */

static enum twr_status
check_tests(struct declared *de, struct twr_error *err)
{
	const struct session *s = de->cli->session;
	const struct compile_question *qu;
	const struct org_test *te;
	size_t i;

	if (de->cli->opts->value[OPT_TESTS_OK] != NULL || s->n_questions == 0)
		return TWR_OK;
	if (s->compiled == NULL)
		return twr_fail(err, TWR_EREFUSED,
		    "%s:%u: the tests cannot be asked without a new policy; "
		    "run twrbac compile first and leave out --no-compile, or "
		    "say --tests-ok",
		    de->apply.file, de->want->tests[0].line);
	for (i = 0; i < s->n_questions; i++) {
		qu = &s->questions[i];
		te = &de->want->tests[i];
		if (qu->passes == te->allow)
			continue;
		return twr_fail(err, TWR_EREFUSED,
		    "%s:%u: the test fails: %s would be %s %s%s%s (%s); "
		    "correct the file, or say --tests-ok",
		    de->apply.file, te->line, te->login,
		    qu->passes ? "let in by" : "refused by", te->service,
		    *te->scope != '\0' ? " in " : "", te->scope, qu->reason);
	}
	return TWR_OK;
}

/* Would who does this lose the means to undo it? */
static enum twr_status
check_own(struct declared *de, struct twr_error *err)
{
	struct session *s = de->cli->session;
	struct user_standing st;
	const char *lost = NULL;
	size_t i;
	enum twr_status rc;

	if (de->cli->opts->value[OPT_OWN_LOSS_OK] != NULL ||
	    s->actor.user_id == 0)
		return TWR_OK;
	for (i = 0; i < de->n_gains && lost == NULL; i++)
		if (!de->gains[i].gains &&
		    strcmp(de->gains[i].login, s->actor.login) == 0 &&
		    strncmp(de->gains[i].service, "sudo", 4) == 0)
			lost = de->gains[i].service;
	if (lost == NULL) {
		rc = directory_user_standing(s->dir, s->actor.user_id, s->now,
		    &st, err);
		if (rc != TWR_OK)
			return rc;
		if (!st.administrator || st.logins == 0)
			lost = "your standing as an administrator";
	}
	if (lost == NULL)
		return TWR_OK;
	return twr_fail(err, TWR_EREFUSED,
	    "%s: you (%s) would lose %s and could not undo this; let another "
	    "administrator apply it, or say --own-loss-ok",
	    de->apply.file, s->actor.login, lost);
}

static enum twr_status
judge(struct declared *de, enum twr_status rc, const struct twr_error *why,
    struct twr_error *err)
{
	if (rc == TWR_OK)
		return TWR_OK;
	if (rc != TWR_EREFUSED || !de->plan)
		return twr_fail(err, rc, "%s", why->text);
	add_row(de->cli->out, "!", "refusal", de->apply.file, why->text);
	out_line(de->cli->out, "! apply would refuse: %s", why->text);
	return TWR_OK;
}

static enum twr_status
review(void *ctx, struct twr_error *err)
{
	struct declared *de = ctx;
	struct twr_error why;
	enum twr_status rc;

	if (de->failed)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	if (de->plan)
		print_gains(de);
	print_rows(de);
	rc = judge(de, apply_check_removals(&de->apply, de->percent, &why),
	    &why, err);
	if (rc == TWR_OK)
		rc = judge(de, check_own(de, &why), &why, err);
	if (rc == TWR_OK)
		rc = judge(de, check_tests(de, &why), &why, err);
	return rc;
}

/* ---- the commands ---- */

static void
release(struct declared *de)
{
	size_t i;

	for (i = 0; i < de->n_gains; i++) {
		free(de->gains[i].login);
		free(de->gains[i].service);
	}
	free(de->gains);
	free(de->rows.items);
	organization_free(de->want);
	free(de);
}

static enum twr_status
take_login(void *ctx, const char *name, struct admin_login *ret,
    struct twr_error *err)
{
	struct declared *de = ctx;

	return cmd_login_facts(de->cli, name, ret, err);
}

static void
show_progress(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	fprintf(stderr, "\rapplying %3.0f %%%s",
	    100.0 * (double)done / (double)all, done == all ? "\r\033[K" : "");
}

/* The file's tests as questions to the new policy. */
static enum twr_status
ask(struct declared *de, struct twr_error *err)
{
	struct session *s = de->cli->session;
	const struct org_test *te;
	const struct org_scope *sc;
	size_t i;

	s->questions = calloc(de->want->n_tests + 1, sizeof(*s->questions));
	if (s->questions == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	for (i = 0; i < de->want->n_tests; i++) {
		te = &de->want->tests[i];
		sc = org_find_scope(de->want, te->scope);
		s->questions[i].login = te->login;
		s->questions[i].service = te->service;
		if (*te->scope != '\0')
			s->questions[i].scope_id = sc != NULL ? sc->id : 1;
	}
	s->n_questions = de->want->n_tests;
	return TWR_OK;
}

static enum twr_status
read_percent(struct cli *cli, unsigned *ret, struct twr_error *err)
{
	const char *text = cli->opts->value[OPT_MAX_REMOVALS];
	unsigned long number = REMOVALS_DEFAULT;
	enum twr_status rc = TWR_OK;

	if (text != NULL)
		rc = opt_number(text, "--max-removals", 100, &number, err);
	*ret = (unsigned)number;
	return rc;
}

static enum twr_status
prepare(struct declared *de, struct twr_error *err)
{
	struct session *s = de->cli->session;
	struct apply *ap = &de->apply;
	enum twr_status rc;

	ap->ch = &s->change;
	ap->file = de->cli->args[0];
	ap->line = take_line;
	ap->login = take_login;
	ap->ctx = de;
	ap->progress = s->meter ? show_progress : NULL;
	if ((rc = read_percent(de->cli, &de->percent, err)) != TWR_OK ||
	    (rc = organization_read(ap->file, &de->want, err)) != TWR_OK)
		return rc;
	ap->want = de->want;
	out_table(de->cli->out, columns, sizeof(columns) / sizeof(*columns));
	if ((rc = apply_run(ap, err)) != TWR_OK)
		return rc;
	s->review = review;
	s->review_ctx = de;
	s->effect = take_gain;
	s->dry = de->plan;
	return ask(de, err);
}

static void
end_declared(void *ctx)
{
	release(ctx);
}

static enum twr_status
run(struct cli *cli, bool plan, struct twr_error *err)
{
	struct declared *de = calloc(1, sizeof(*de));
	enum twr_status rc;

	if (de == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	de->cli = cli;
	de->plan = plan;
	cli->session->review_end = end_declared;
	cli->session->review_ctx = de;
	rc = cmd_take_confirm(cli, err);
	return rc == TWR_OK ? prepare(de, err) : rc;
}

/* clang-format off */
#define COMMON_OPTIONS \
	{ OPT_MAX_REMOVALS, "assignments that may vanish (20, or five)" }, \
	{ OPT_TESTS_OK, "even if tests of the file fail" }, \
	{ OPT_OWN_LOSS_OK, "even if you lose sudo or administration" }, \
	{ OPT_ALLOW_ROOT, "let a new login have uid 0" }, \
	{ OPT_ALLOW_SYSTEM, "let a new login be a system account" }
/* clang-format on */

static const struct opt_help plan_options[] = { COMMON_OPTIONS,
	{ OPT_NONE, NULL } };
const struct command_help cmd_plan_help = { plan_options,
	"Who gains and who loses which service on this host, the rows that "
	"would change, and what apply would refuse. Nothing is written.",
	"twrbac plan /root/acme.conf" };

static const struct opt_help apply_options[] = { COMMON_OPTIONS,
	{ OPT_CONFIRM, "go back unless \"twrbac confirm\" comes in time" },
	{ OPT_NONE, NULL } };
const struct command_help cmd_apply_help = { apply_options,
	"One transaction. What the file does not name is removed: assignments "
	"and logins go, users are removed, scopes are closed. Tests in "
	"the file must hold under the new policy.",
	"twrbac apply /root/acme.conf --confirm 5m" };

enum twr_status
cmd_plan(struct cli *cli, struct twr_error *err)
{
	return run(cli, true, err);
}

enum twr_status
cmd_apply(struct cli *cli, struct twr_error *err)
{
	return run(cli, false, err);
}
