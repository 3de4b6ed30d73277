/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudoers_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_format.h"
#include "policy_scan.h"
#include "sudo_command.h"
#include "sudo_group.h"
#include "sudoers_scan.h"
#include "sudoers_takes.h"
#include "suggest.h"

static const struct {
	const char *word, *sentence;
} standings[] = {
	[SUDOERS_NONE] = { "none", "not installed" },
	[SUDOERS_IN_STEP] = { "in-step", "in step with the policy" },
	[SUDOERS_MISSING] = { "missing",
	    "installed, but gone: run twrbac sudoers install" },
	[SUDOERS_EDITED] = { "edited",
	    "edited by somebody: run twrbac sudoers install" },
	[SUDOERS_FOREIGN] = { "foreign",
	    "not made from this policy, so that twrbac neither writes nor "
	    "removes it: move it away, then run twrbac sudoers install" },
	[SUDOERS_OLD] = { "old",
	    "of another policy than the one in force: run twrbac sudoers "
	    "install" },
	[SUDOERS_OTHER_SUDO] = { "other-sudo",
	    "written for another version of sudo, and the one installed reads "
	    "some lines otherwise: run twrbac sudoers install" },
	[SUDOERS_DIFFERS] = { "differs",
	    "accounts changed since it was written: run twrbac sudoers "
	    "install" },
};

const char *
sudoers_standing_word(enum sudoers_standing standing)
{
	return standings[standing].word;
}

const char *
sudoers_standing_sentence(enum sudoers_standing standing)
{
	return standings[standing].sentence;
}

static const struct {
	const char *word;
	bool fault;
	const char *means;
} findings[SUDOERS_FINDING_COUNT] = {
#define X(id, word, fault, text) [SUDOERS_FOUND_##id] = { word, fault, text },
	SUDOERS_FINDINGS(X)
#undef X
};

const char *
sudoers_finding_word(enum sudoers_finding finding)
{
	return findings[finding].word;
}

bool
sudoers_finding_is_fault(enum sudoers_finding finding)
{
	return findings[finding].fault;
}

/* ---- the generated file ---- */

static enum twr_status
load_grants(const struct sudoers_scene *sc, struct sudoers_grants *ret,
    struct twr_error *err)
{
	struct accounts local = { 0 };
	enum twr_status rc;

	memset(ret, 0, sizeof(*ret));
	rc = accounts_load(sc->passwd, sc->owner, &local, err);
	if (rc == TWR_OK)
		rc = sudoers_grants_open(sc->policy, sc->owner, &local, ret,
		    err);
	accounts_free(&local);
	return rc;
}

/* A file that is ours and whole, against the policy in force. */
static enum twr_status
compare(const struct sudoers_scene *sc, const struct sudoers_state *st,
    enum sudoers_standing *ret, struct twr_error *err)
{
	struct sudoers_grants gr;
	struct sudo_version version;
	struct twr_error unused;
	char *body = NULL, sudo[SUDO_VERSION_NAME_MAX];
	size_t left_out;
	enum twr_status rc;

	*ret = SUDOERS_OLD;
	rc = load_grants(sc, &gr, &unused);
	if (rc != TWR_OK || st->header.serial != gr.serial) {
		sudoers_grants_free(&gr);
		return TWR_OK;
	}
	sudoers_version(&version);
	rc = sudoers_body(&gr, &version, &body, &left_out, err);
	sudo_version_name(&version, sudo);
	if (rc == TWR_OK && strcmp(body, st->header.body) == 0)
		*ret = SUDOERS_IN_STEP;
	else if (rc == TWR_OK)
		*ret = sudo[0] != '\0' && st->header.sudo[0] != '\0' &&
			strcmp(sudo, st->header.sudo) != 0 ?
		    SUDOERS_OTHER_SUDO :
		    SUDOERS_DIFFERS;
	free(body);
	sudoers_grants_free(&gr);
	return rc;
}

enum twr_status
sudoers_stand(const struct sudoers_scene *sc, enum sudoers_standing *ret,
    uint64_t *ret_serial, struct twr_error *err)
{
	struct sudoers_state st;
	enum twr_status rc;

	rc = sudoers_state_read(sc->policy, &st, err);
	if (rc != TWR_OK)
		return rc;
	if (ret_serial != NULL)
		*ret_serial = st.header.serial;
	if (st.foreign)
		*ret = SUDOERS_FOREIGN;
	else if (!st.there)
		*ret = st.marked ? SUDOERS_MISSING : SUDOERS_NONE;
	else if (st.edited)
		*ret = SUDOERS_EDITED;
	else
		rc = compare(sc, &st, ret, err);
	sudoers_state_free(&st);
	return rc;
}

/* ---- what people wrote ---- */

struct examine {
	const struct sudoers_scene *sc;
	sudoers_finding_fn *fn;
	void *ctx;
	struct judge policy; /* .open: names can be looked up */
	struct sudoers_takes *takes;
	bool no_memory;
	size_t roles; /* names of ours that were met */
	const char *first_file; /* of the first of them */
	char *first_file_kept;
	unsigned first_line;
};

static void find(struct examine *ex, enum sudoers_finding finding,
    const char *file, unsigned line, const char *fmt, ...) TWR_PRINTF(5, 6);

static void
find(struct examine *ex, enum sudoers_finding finding, const char *file,
    unsigned line, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ex->fn(ex->ctx, finding, file, line, text);
}

/* The names of a kind that the policy knows, nearest to name. */
static void
nearest(const struct judge *jg, char kind, const char *name,
    struct suggestion *sg)
{
	struct policy_scan *scan = NULL;
	struct policy_record pr;
	struct twr_error unused;
	char known[TWR_KEY_MAX];

	suggest_init(sg, name);
	if (policy_scan_begin(&jg->rd, &scan, &unused) != TWR_OK)
		return;
	while (policy_scan_next(scan, &pr, &unused) == TWR_OK) {
		if (pr.key_len < 3 || pr.key[0] != TWR_KEY_ASKED ||
		    (char)pr.key[1] != kind)
			continue;
		memcpy(known, pr.key + 2, pr.key_len - 2);
		known[pr.key_len - 2] = '\0';
		suggest_offer(sg, known);
	}
	policy_scan_end(scan);
}

static void
say_unknown(struct examine *ex, const struct sudoers_name *sn, char kind,
    const char *name)
{
	bool role = kind == TWR_NAME_ROLE;
	struct suggestion sg;

	nearest(&ex->policy, kind, name, &sg);
	find(ex,
	    role ? SUDOERS_FOUND_UNKNOWN_ROLE : SUDOERS_FOUND_UNKNOWN_SCOPE,
	    sn->file, sn->line,
	    "\"%%:%.128s\": the policy knows no %s \"%s\"%s%s%s", sn->name,
	    role ? "role" : "scope", name,
	    suggest_best(&sg) != NULL ? "; did you mean \"" : "",
	    suggest_best(&sg) != NULL ? suggest_best(&sg) :
		role		      ? "; see twrbac role list" :
					"; see twrbac scope list",
	    suggest_best(&sg) != NULL ? "\"?" : "");
}

static void
look_up(struct examine *ex, const struct sudoers_name *sn,
    const struct sudo_group *group)
{
	const struct twr_role_question qu = { group->role,
		group->scope[0] != '\0' ? group->scope : NULL };
	struct twr_view view = { .meta = ex->policy.meta.meta };

	if (!ex->policy.open)
		return;
	twr_view_load_rule(&ex->policy.rd, TWR_ROLE_SERVICE, &view);
	twr_view_load_role(&ex->policy.rd, &qu, &view);
	if (view.rule_status == TWR_OK && view.role_status == TWR_ENOENT)
		say_unknown(ex, sn, TWR_NAME_ROLE, group->role);
	if (view.rule_status == TWR_OK && view.scope_status == TWR_ENOENT)
		say_unknown(ex, sn, TWR_NAME_SCOPE, group->scope);
	twr_view_free(&view);
}

/* Is it one of ours at all? An unquoted name has its colon escaped. */
static bool
is_ours(const struct sudoers_name *sn)
{
	return strchr(sn->name, ':') != NULL;
}

static void
take_name(void *ctx, const struct sudoers_name *sn)
{
	struct examine *ex = ctx;
	struct sudo_group group;
	struct twr_error why;

	if (!is_ours(sn))
		return;
	if (ex->roles++ == 0) {
		ex->first_file_kept = strdup(sn->file);
		ex->no_memory |= ex->first_file_kept == NULL;
		ex->first_line = sn->line;
	}
	if (sn->negated)
		find(ex, SUDOERS_FOUND_NEGATED, sn->file, sn->line,
		    "!\"%%:%.128s\": where there is no usable policy nobody "
		    "is a member of anything, so this would let everybody in; "
		    "write who may, not who may not",
		    sn->name);
	if (sn->wildcards)
		find(ex, SUDOERS_FOUND_WILDCARD, sn->file, sn->line,
		    "a command for \"%%:%.128s\" has a wildcard in its "
		    "arguments, which matches further arguments too; name "
		    "exact commands, or write ^a regular expression$",
		    sn->name);
	if (!sn->quoted)
		find(ex, SUDOERS_FOUND_NEVER_MATCHES, sn->file, sn->line,
		    "%%:%.128s: sudo passes the backslash on, and no role has "
		    "such a name; put the whole in double quotes, without "
		    "backslashes",
		    sn->name);
	else if (sudo_group_parse(sn->name, &group, &why) != SUDO_GROUP_ROLE)
		find(ex, SUDOERS_FOUND_NEVER_MATCHES, sn->file, sn->line, "%s",
		    why.text);
	else
		look_up(ex, sn, &group);
}

static void
take_unread(void *ctx, const char *why)
{
	struct examine *ex = ctx;

	find(ex, SUDOERS_FOUND_UNREADABLE, NULL, 0, "%s", why);
}

static void
take_line(void *ctx, const char *file, unsigned line, const char *text)
{
	struct examine *ex = ctx;

	if (!sudoers_takes_add(ex->takes, file, line, text))
		ex->no_memory = true;
}

static void
take_taking(void *ctx, enum sudoers_taking what, const char *file,
    unsigned line, const char *text)
{
	static const enum sudoers_finding as[] = {
		[SUDOERS_TAKES_ALIAS] = SUDOERS_FOUND_NEGATED,
		[SUDOERS_TAKES_DEFAULTS] = SUDOERS_FOUND_BOUND_DEFAULTS,
		[SUDOERS_TAKES_COMMAND] = SUDOERS_FOUND_NEGATED_COMMAND,
		[SUDOERS_TAKES_TAG] = SUDOERS_FOUND_LOST_TAG,
	};

	find(ctx, as[what], file, line, "%s", text);
}

static enum twr_status
examine_lines(struct examine *ex, bool installed, struct twr_error *err)
{
	struct sudoers_scan scan = { .name = take_name,
		.line = take_line,
		.unread = take_unread,
		.ctx = ex };

	if ((ex->takes = sudoers_takes_new()) == NULL)
		return twr_fail(err, TWR_ENOMEM, "sudoers: out of memory");
	sudoers_scan(ex->sc->sudoers, TWR_SUDOERS_D, &scan);
	if (!sudoers_takes_judge(ex->takes, take_taking, ex) || scan.no_memory)
		ex->no_memory = true;
	sudoers_takes_free(ex->takes);
	if (ex->roles > 0 && !scan.plugin)
		find(ex, SUDOERS_FOUND_NO_PLUGIN, ex->first_file_kept,
		    ex->first_line,
		    "roles are named as groups, but there is no Defaults "
		    "group_plugin=\"sudo_twrbac.so\": these lines never match; "
		    "see sudo_twrbac(8)");
	if (installed && !scan.reads_folder)
		find(ex, SUDOERS_FOUND_NOT_READ, ex->sc->sudoers, 0,
		    "sudo does not read " TWR_SUDOERS_D ", so the generated "
		    "file counts for nothing; add the line "
		    "@includedir " TWR_SUDOERS_D);
	free(ex->first_file_kept);
	return ex->no_memory ?
	    twr_fail(err, TWR_ENOMEM, "sudoers: out of memory") :
	    TWR_OK;
}

/* ---- the rules ---- */

static void
examine_rules(struct examine *ex, const struct sudoers_grants *gr)
{
	const struct sudo_rule *rule;
	struct sudo_version version;
	struct twr_error why;
	size_t i, k;

	for (i = 0; i < gr->rules.n; i++) {
		rule = &gr->rules.all[i];
		for (k = 0; k < rule->n_commands; k++)
			if (sudo_command_is_all(rule->commands[k]))
				find(ex, SUDOERS_FOUND_EVERY_COMMAND,
				    ex->policy.meta.meta.conf_path, rule->line,
				    "the sudo rule of %s allows ALL, every "
				    "command: who holds it is root",
				    rule->role);
			else if (sudo_command_is_wide(rule->commands[k]))
				find(ex, SUDOERS_FOUND_WILDCARD,
				    ex->policy.meta.meta.conf_path, rule->line,
				    "\"%.200s\" matches further arguments "
				    "too; name exact commands, or write ^a "
				    "regular expression$",
				    rule->commands[k]);
	}
	for (i = 0; i < gr->n_unnamed; i++)
		find(ex, SUDOERS_FOUND_LEFT_OUT, NULL, 0,
		    "there is no line for %s: the name %s",
		    gr->unnamed[i].login, gr->unnamed[i].why);
	sudoers_version(&version);
	if (sudoers_check_version(gr, &version, &why) != TWR_OK)
		find(ex, SUDOERS_FOUND_TOO_OLD, NULL, 0, "%s", why.text);
}

enum twr_status
sudoers_examine(const struct sudoers_scene *sc, sudoers_finding_fn *fn,
    void *ctx, struct twr_error *err)
{
	struct examine ex = { .sc = sc, .fn = fn, .ctx = ctx };
	enum sudoers_standing at = SUDOERS_NONE;
	struct sudoers_grants gr;
	struct twr_error unused;
	enum twr_status rc;

	if ((rc = sudoers_stand(sc, &at, NULL, err)) != TWR_OK)
		return rc;
	if (at != SUDOERS_NONE && at != SUDOERS_IN_STEP)
		find(&ex, SUDOERS_FOUND_FILE, SUDOERS_FILE, 0, "%s",
		    standings[at].sentence);
	(void)!judge_open(&ex.policy, sc->policy, sc->owner, TWR_ALWAYS,
	    &unused);
	if (load_grants(sc, &gr, &unused) == TWR_OK)
		examine_rules(&ex, &gr);
	sudoers_grants_free(&gr);
	rc = examine_lines(&ex, at != SUDOERS_NONE, err);
	judge_close(&ex.policy);
	return rc;
}
