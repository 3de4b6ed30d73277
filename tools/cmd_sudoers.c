/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

#include "sudoers_check.h"

static struct sudoers_scene
scene_of(const struct cli *cli)
{
	const struct compile_paths *paths = &cli->session->paths;

	return (struct sudoers_scene) { .policy = paths->policy,
		.owner = paths->owner,
		.passwd = paths->passwd,
		.sudoers = "/etc/sudoers" };
}

static enum twr_status
load(struct cli *cli, struct sudoers_grants *gr, struct twr_error *err)
{
	const struct compile_paths *paths = &cli->session->paths;
	struct accounts local = { 0 };
	enum twr_status rc;

	rc = accounts_load(paths->passwd, paths->owner, &local, err);
	if (rc == TWR_OK)
		rc = sudoers_grants_open(paths->policy, paths->owner, &local,
		    gr, err);
	accounts_free(&local);
	if (rc == TWR_ENOENT)
		return twr_fail(err, rc,
		    "%s: no policy is in force; run twrbac compile",
		    paths->policy);
	return rc;
}

static void
note_no_rules(struct cli *cli, const struct sudoers_grants *gr)
{
	if (gr->rules.n == 0)
		out_note(cli->out,
		    "the policy has no sudo rules; add sudo_rules to %s "
		    "(twrbac.conf(5)) and run twrbac compile",
		    cli->session->conf_path);
}

/* ---- print ---- */

/* People read the file's lines instead. */
static const struct out_column print_columns[] = {
	{ "login", NULL, OUT_TEXT },
	{ "role", NULL, OUT_TEXT },
	{ "scope", NULL, OUT_TEXT },
	{ "runas", NULL, OUT_TEXT },
	{ "nopasswd", NULL, OUT_BOOL },
	{ "commands", NULL, OUT_LIST },
	{ "from", NULL, OUT_TIME },
	{ "until", NULL, OUT_TIME },
	{ "rule_line", NULL, OUT_NUMBER },
	{ "text", NULL, OUT_TEXT },
};

static void
print_grant(struct cli *cli, const struct sudoers_grants *gr,
    const struct sudoers_grant *g)
{
	const struct sudo_rule *rule = &gr->rules.all[g->rule];
	struct out_list list = { 0 };
	char *text = NULL;
	size_t i, len = 0;
	FILE *to = open_memstream(&text, &len);

	if (to != NULL) {
		sudoers_write_line(to, rule, g);
		(void)fclose(to);
	}
	for (i = 0; i < rule->n_commands; i++)
		out_list_add(&list, "%s", rule->commands[i]);
	out_text(cli->out, g->login);
	out_text(cli->out, rule->role);
	out_text(cli->out,
	    rule->scope_path[0] != '\0' ? rule->scope_path : NULL);
	out_text(cli->out, rule->runas);
	out_number(cli->out, sudoers_grant_nopasswd(rule, g));
	out_list_cell(cli->out, &list);
	out_number(cli->out, g->from);
	out_number(cli->out, g->until);
	out_number(cli->out, (int64_t)rule->line);
	out_text(cli->out, text);
	free(text);
}

static void
print_lines(struct cli *cli, const char *text)
{
	const char *end;

	for (; (end = strchr(text, '\n')) != NULL; text = end + 1)
		out_line(cli->out, "%.*s", (int)(end - text), text);
}

static void
warn_of(void *ctx, enum sudoers_finding finding, const char *file,
    unsigned line, const char *text)
{
	struct cli *cli = ctx;

	if (finding != SUDOERS_FOUND_WILDCARD &&
	    finding != SUDOERS_FOUND_EVERY_COMMAND &&
	    finding != SUDOERS_FOUND_LEFT_OUT &&
	    finding != SUDOERS_FOUND_TOO_OLD)
		return;
	if (file == NULL)
		out_warn(cli->out, "%s", text);
	else
		out_warn(cli->out, "%s:%u: %s", file, line, text);
}

const struct command_help cmd_sudoers_print_help = { NULL,
	"Prints what the policy in force makes of sudo_rules, as twrbac "
	"sudoers install writes it; changes nothing. While a change waits to "
	"be confirmed: what the policy before grants as well.",
	"twrbac sudoers print" };

enum twr_status
cmd_sudoers_print(struct cli *cli, struct twr_error *err)
{
	struct sudoers_scene sc = scene_of(cli);
	struct sudoers_grants gr = { .n = 0 };
	struct sudo_version version;
	struct sudoers_header hd;
	char *body = NULL, *text = NULL;
	size_t i, left_out = 0;
	enum twr_status rc;

	sudoers_version(&version);
	if ((rc = load(cli, &gr, err)) != TWR_OK ||
	    (rc = sudoers_body(&gr, &version, &body, &left_out, err)) != TWR_OK)
		goto out;
	sudoers_header_make(gr.serial, &version, sc.policy, &hd);
	rc = sudoers_file_text(&hd, gr.organization, body, &text, err);
	if (rc != TWR_OK)
		goto out;
	out_table(cli->out, print_columns,
	    sizeof(print_columns) / sizeof(*print_columns));
	for (i = 0; i < gr.n; i++)
		print_grant(cli, &gr, &gr.all[i]);
	print_lines(cli, text);
	note_no_rules(cli, &gr);
	if (left_out > 0)
		out_warn(cli->out,
		    "sudo %s lets NOTAFTER override NOTBEFORE: %zu window%s "
		    "to come %s no line; run twrbac compile when one has begun",
		    version.text, left_out, left_out == 1 ? "" : "s",
		    left_out == 1 ? "has" : "have");
	rc = sudoers_examine(&sc, warn_of, cli, err);
out:
	free(body);
	free(text);
	sudoers_grants_free(&gr);
	return rc;
}

/* ---- install ---- */

static enum twr_status
take_out(struct cli *cli, const struct sudoers_state *st, struct twr_error *err)
{
	const char *policy = cli->session->paths.policy;
	enum twr_status rc;

	if (!sudoers_is_installed(st)) {
		out_effect(cli->out, "%s is not installed: nothing changed",
		    SUDOERS_FILE);
		return TWR_OK;
	}
	if (st->foreign && st->error.text[0] != '\0')
		return twr_fail(err, TWR_EREFUSED,
		    "%s is not removed, and it may hold what twrbac wrote: "
		    "%s; remove it by hand, then run twrbac sudoers install "
		    "--remove again",
		    SUDOERS_FILE, st->error.text);
	if (st->foreign) {
		if ((rc = sudoers_mark(policy, false, err)) == TWR_OK)
			out_effect(cli->out,
			    "%s is not of twrbac and this policy: it is left "
			    "as it is, and not kept in step any more",
			    SUDOERS_FILE);
		return rc;
	}
	/* first the file: what is noted but gone is only told of */
	if ((rc = sudoers_take_out(err)) == TWR_OK)
		rc = sudoers_mark(policy, false, err);
	if (rc == TWR_OK)
		out_effect(cli->out, "%s is removed", SUDOERS_FILE);
	return rc;
}

static enum twr_status
put_in(struct cli *cli, const struct sudoers_state *st, struct twr_error *err)
{
	struct session *s = cli->session;
	struct sudoers_grants gr = { .n = 0 };
	struct sudo_version version;
	enum twr_status rc;

	if (st->foreign)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: was not made from this policy%s%s; move it away",
		    SUDOERS_FILE, st->error.text[0] != '\0' ? ": " : "",
		    st->error.text);
	sudoers_version(&version);
	rc = load(cli, &gr, err);
	if (rc == TWR_OK)
		rc = sudoers_check_version(&gr, &version, err);
	/* first the note: what is in place must be kept in step */
	if (rc == TWR_OK)
		rc = sudoers_mark(s->paths.policy, true, err);
	if (rc == TWR_OK)
		rc = session_sudoers_write(s, err);
	if (rc != TWR_OK && !sudoers_is_installed(st)) {
		struct twr_error unused;

		(void)!sudoers_mark(s->paths.policy, false, &unused);
	}
	if (rc == TWR_OK) {
		note_no_rules(cli, &gr);
		out_effect(cli->out, "%s: %zu line%s of policy %llu",
		    SUDOERS_FILE, gr.n, gr.n == 1 ? "" : "s",
		    (unsigned long long)gr.serial);
	}
	sudoers_grants_free(&gr);
	return rc;
}

static const struct opt_help install_options[] = {
	{ OPT_REMOVE, "take the file out, and write it no more" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_sudoers_install_help = { install_options,
	"Writes " SUDOERS_FILE " by the policy in force, after visudo found "
	"nothing wrong with it. From then on every command that changes the "
	"policy keeps it in step. A host with the group plugin needs no such "
	"file.",
	"twrbac sudoers install" };

enum twr_status
cmd_sudoers_install(struct cli *cli, struct twr_error *err)
{
	struct sudoers_state st = { 0 };
	struct sudoers_scene sc = scene_of(cli);
	enum twr_status rc;

	if ((rc = session_lock(cli->session, err)) != TWR_OK ||
	    (rc = sudoers_state_read(sc.policy, &st, err)) != TWR_OK)
		return rc;
	if (cli->opts->value[OPT_REMOVE] != NULL) {
		rc = take_out(cli, &st, err);
	} else {
		rc = put_in(cli, &st, err);
		if (rc == TWR_OK)
			rc = sudoers_examine(&sc, warn_of, cli, err);
	}
	sudoers_state_free(&st);
	return rc;
}

/* ---- check ---- */

static const struct out_column check_columns[] = {
	{ "finding", "FINDING", OUT_TEXT },
	{ "severity", "SEVERITY", OUT_TEXT },
	{ "file", "FILE", OUT_WHOLE },
	{ "line", "LINE", OUT_NUMBER },
	{ "text", "", OUT_BELOW },
};

static void
take_finding(void *ctx, enum sudoers_finding finding, const char *file,
    unsigned line, const char *text)
{
	struct cli *cli = ctx;
	bool fault = sudoers_finding_is_fault(finding);

	if (fault)
		cli->refused = true;
	out_text(cli->out, sudoers_finding_word(finding));
	out_text(cli->out, fault ? "failure" : "warning");
	out_text(cli->out, file);
	out_number(cli->out, (int64_t)line);
	out_text(cli->out, text);
}

const struct command_help cmd_sudoers_check_help = { NULL,
	"Examines the generated file and what people wrote into sudoers for "
	"the group plugin, in all files that sudo reads. Exit status 1: "
	"something is wrong; warnings alone give 0.",
	"twrbac sudoers check" };

enum twr_status
cmd_sudoers_check(struct cli *cli, struct twr_error *err)
{
	struct sudoers_scene sc = scene_of(cli);
	enum sudoers_standing at = SUDOERS_NONE;
	enum twr_status rc;

	out_table(cli->out, check_columns,
	    sizeof(check_columns) / sizeof(*check_columns));
	if ((rc = sudoers_examine(&sc, take_finding, cli, err)) != TWR_OK ||
	    (rc = sudoers_stand(&sc, &at, NULL, err)) != TWR_OK)
		return rc;
	out_effect(cli->out, "%s: %s", SUDOERS_FILE,
	    sudoers_standing_sentence(at));
	return TWR_OK;
}
