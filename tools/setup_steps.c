/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cmd.h"
#include "setup.h"

#define WORDS_MOST 6

/* ---- is all of it possible? ---- */

enum twr_status
setup_check_scope(const struct setup *su, const char *path,
    struct twr_error *err)
{
	const char *organization = su->has_directory ? su->organization :
						       su->in.organization;
	size_t len = strlen(organization), depth = 0;
	char name[512];
	const char *p;
	enum twr_status rc = TWR_OK;

	if (strncmp(path, organization, len) != 0 ||
	    (path[len] != '\0' && path[len] != '/'))
		return twr_fail(err, TWR_EINVAL,
		    "scope %s: is not in the organization; it is %s, or "
		    "begins with %s/",
		    path, organization, organization);
	for (p = path + len; rc == TWR_OK && *p == '/'; p += strcspn(p, "/")) {
		p++;
		if (++depth > 2)
			return twr_fail(err, TWR_EINVAL,
			    "scope %s: has too many parts; write "
			    "ORGANIZATION/ACCOUNT/SUBACCOUNT at most",
			    path);
		(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(p, "/"),
		    p);
		rc = admin_check_scope_name(depth == 1 ? TWR_SCOPE_ACCOUNT :
							 TWR_SCOPE_SUBACCOUNT,
		    name, err);
	}
	return rc;
}

static enum twr_status
check_person(struct setup *su, const char *email, const char *login,
    struct twr_error *err)
{
	struct admin_login facts;
	enum twr_status rc;

	if ((rc = admin_check_email(email, err)) != TWR_OK ||
	    (rc = cmd_login_facts(su->cli, login, &facts, err)) != TWR_OK)
		return rc;
	return admin_check_login(&facts, err);
}

static enum twr_status
check_new(struct setup *su, struct twr_error *err)
{
	const struct setup_answers *in = &su->in;
	enum twr_status rc;

	if (in->organization == NULL || in->owner == NULL || in->login == NULL)
		return twr_fail(err, TWR_EINVAL,
		    "there is no directory yet, and nobody can be asked here: "
		    "twrbac setup needs NAME (the organization's), --owner "
		    "EMAIL, --login LOGIN and --services LIST");
	rc = admin_check_scope_name(TWR_SCOPE_ORGANIZATION, in->organization,
	    err);
	if (rc == TWR_OK)
		rc = check_person(su, in->owner, in->login, err);
	return rc;
}

static enum twr_status
check_old(struct setup *su, struct twr_error *err)
{
	const struct setup_answers *in = &su->in;

	if (in->organization != NULL &&
	    strcmp(in->organization, su->organization) != 0)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: holds the organization %s, not %s",
		    su->cli->session->directory_path, su->organization,
		    in->organization);
	if (su->is_copy && !su->has_policy)
		return twr_fail(err, TWR_EREFUSED,
		    "this host follows an authority and has no policy yet; "
		    "run twrbac compile --directory FILE first");
	return TWR_OK;
}

enum twr_status
setup_check_answers(struct setup *su, struct twr_error *err)
{
	const struct setup_answers *in = &su->in;
	enum twr_status rc;

	rc = su->has_directory ? check_old(su, err) : check_new(su, err);
	if (rc == TWR_OK && in->host_scope != NULL)
		rc = setup_check_scope(su, in->host_scope, err);
	if (rc != TWR_OK || in->administrator == NULL)
		return rc;
	if (in->administrator_login == NULL)
		return twr_fail(err, TWR_EINVAL,
		    "--administrator needs --administrator-login LOGIN: who "
		    "has none cannot get in to repair anything");
	if (!su->has_directory &&
	    (strcasecmp(in->administrator, in->owner) == 0 ||
		strcmp(in->administrator_login, in->login) == 0))
		return twr_fail(err, TWR_EINVAL,
		    "--administrator: is the Owner himself; name another "
		    "person, with a login of his own");
	rc = check_person(su, in->administrator, in->administrator_login, err);
	return rc == TWR_OK ? setup_look_at_second(su, err) : rc;
}

/* ---- running commands ---- */

/* What a command of its own would get on its line. */
struct step {
	char *words[WORDS_MOST];
	size_t n;
	struct opts opts;
};

static void
begin(const struct setup *su, struct step *st)
{
	static const enum opt same[] = { OPT_DIRECTORY, OPT_CONFIG, OPT_POLICY,
		OPT_UTC, OPT_QUIET, OPT_AS_ROOT, OPT_LOCK_OUT_OK, OPT_ROLES,
		OPT_CONF_TEMPLATE, OPT_NO_HOSTS_ROLE };
	size_t i;

	memset(st, 0, sizeof(*st));
	for (i = 0; i < sizeof(same) / sizeof(*same); i++)
		st->opts.value[same[i]] = su->cli->opts->value[same[i]];
	if (su->by_root && st->opts.value[OPT_AS_ROOT] == NULL)
		st->opts.value[OPT_AS_ROOT] = "first set-up of this host";
}

static void
add_word(struct step *st, const char *word)
{
	if (st->n < WORDS_MOST)
		st->words[st->n++] = strdup(word);
}

/* Its effect and its notes are the report's; its tables are left out. */
static void
take_output(struct setup *su, struct out *out, bool done, bool shows)
{
	struct twr_error unused;

	if (done && out->effect != NULL && shows)
		out_line(su->cli->out, "%s", out->effect);
	if (done && shows)
		out_keep_notes(out);
	(void)!out_flush(out, false, &unused);
	out_end(out);
}

static enum twr_status
run(struct setup *su, struct step *st, bool shows, struct twr_error *err)
{
	char name[COMMAND_NAME_MAX];
	struct session session;
	struct out out;
	struct cli cli = {
		.opts = &st->opts, .out = &out, .session = &session
	};
	struct twr_error why;
	enum twr_status rc = TWR_OK;
	size_t used = 0, i;

	for (i = 0; i < st->n; i++)
		if (st->words[i] == NULL)
			rc = twr_fail(err, TWR_ENOMEM, "out of memory");
	if (rc == TWR_OK)
		rc = command_find(st->words, st->n, &cli.command, &used, err);
	if (rc == TWR_OK) {
		cli.args = st->words + used;
		cli.n_args = st->n - used;
		command_name(cli.command, name);
		out_init(&out, OUT_PEOPLE, name);
		out.utc = su->cli->out->utc;
		out.quiet = su->cli->out->quiet;
		rc = command_run(&cli, &why);
		take_output(su, &out, rc == TWR_OK, shows);
		if (rc == TWR_OK)
			su->wrote = true;
		else
			twr_fail(err, rc, "%s: %s", name, why.text);
	}
	for (i = 0; i < st->n; i++)
		free(st->words[i]);
	return rc;
}

/* ---- the steps ---- */

/* Whoever made the organization may go on, although he is not its Owner. */
static bool
is_administrator(struct setup *su)
{
	struct session *s = su->cli->session;
	struct twr_error unused;
	bool ret = session_open_read(s, true, &unused) == TWR_OK;

	session_close(s);
	return ret;
}

static enum twr_status
make_directory(struct setup *su, struct twr_error *err)
{
	const struct setup_answers *in = &su->in;
	struct step st;
	enum twr_status rc;

	begin(su, &st);
	add_word(&st, "init");
	add_word(&st, in->organization);
	st.opts.value[OPT_OWNER] = in->owner;
	st.opts.value[OPT_LOGIN] = in->login;
	st.opts.value[OPT_NAME] = su->cli->opts->value[OPT_NAME];
	st.opts.value[OPT_HOST_SCOPE] = in->host_scope;
	if (access(su->cli->session->conf_path, F_OK) == 0)
		out_note(su->cli->out,
		    "%s was there already and is unchanged; see that it fits "
		    "%s",
		    su->cli->session->conf_path, in->organization);
	if ((rc = run(su, &st, false, err)) != TWR_OK)
		return rc;
	su->by_root = !is_administrator(su);
	(void)snprintf(su->organization, sizeof(su->organization), "%s",
	    in->organization);
	out_line(su->cli->out, "%s: %s, whose Owner is %s (login %s)",
	    su->cli->session->directory_path, in->organization, in->owner,
	    in->login);
	return TWR_OK;
}

static bool
knows_scope(struct setup *su, const char *scope)
{
	struct session *s = su->cli->session;
	struct twr_error unused;
	struct scope sc;
	bool alias, ret;

	ret = session_open_read(s, false, &unused) == TWR_OK &&
	    directory_scope_find(s->dir, scope, &sc, &alias, &unused) == TWR_OK;
	session_close(s);
	return ret;
}

/* The account and the subaccount on the way to the host's scope. */
static enum twr_status
make_scopes(struct setup *su, struct twr_error *err)
{
	const char *path = su->in.host_scope, *p = path;
	char part[DIRECTORY_PATH_MAX];
	struct step st;
	enum twr_status rc = TWR_OK;
	size_t depth = 0;

	if (path == NULL)
		return TWR_OK;
	for (p += strcspn(p, "/"); rc == TWR_OK && *p == '/';) {
		p += 1 + strcspn(p + 1, "/");
		(void)snprintf(part, sizeof(part), "%.*s", (int)(p - path),
		    path);
		depth++;
		if (knows_scope(su, part))
			continue;
		begin(su, &st);
		add_word(&st, "scope");
		add_word(&st, "add");
		add_word(&st, part);
		if (depth == 1)
			st.opts.value[OPT_OWNER] = su->in.owner;
		rc = run(su, &st, false, err);
		if (rc == TWR_OK)
			out_line(su->cli->out, "scope %s", part);
	}
	return rc;
}

/* A command about the second administrator. */
static enum twr_status
run_for_second(struct setup *su, const char *noun, const char *verb,
    const char *word, const char *last, struct twr_error *err)
{
	struct step st;

	begin(su, &st);
	st.opts.value[OPT_NO_HOSTS_ROLE] = NULL;
	add_word(&st, noun);
	add_word(&st, verb);
	add_word(&st, su->in.administrator);
	if (word != NULL)
		add_word(&st, word);
	if (last != NULL)
		add_word(&st, last);
	if (!su->has_administrator && strcmp(noun, "user") == 0) {
		st.opts.value[OPT_LOGIN] = su->in.administrator_login;
		st.opts.value[OPT_ORGANIZATION_ROLE] = "administrator";
	}
	return run(su, &st, false, err);
}

/* Somebody new, or a user who is given what he lacks. */
static enum twr_status
make_administrator(struct setup *su, struct twr_error *err)
{
	const struct setup_answers *in = &su->in;
	bool gives = su->cli->opts->value[OPT_NO_HOSTS_ROLE] == NULL;
	enum twr_status rc = TWR_OK;

	if (in->administrator == NULL)
		return TWR_OK;
	if (!su->has_administrator)
		rc = run_for_second(su, "user", "add", NULL, NULL, err);
	else if (su->gives_role)
		rc = run_for_second(su, "user", "set-organization-role",
		    "administrator", NULL, err);
	if (rc == TWR_OK && su->maps_login)
		rc = run_for_second(su, "login", "map", in->administrator_login,
		    NULL, err);
	if (rc != TWR_OK)
		return rc;
	if (!su->has_administrator || su->gives_role || su->maps_login)
		out_line(su->cli->out, "second administrator %s (login %s)",
		    in->administrator, in->administrator_login);
	/* the same again is a no-op */
	return gives ? run_for_second(su, "assignment", "add", su->organization,
			   ROLE_KEY_HOSTS_ADMIN, err) :
		       TWR_OK;
}

/* The first policy, or one of an edited twrbac.conf. */
static enum twr_status
compile(struct setup *su, struct twr_error *err)
{
	const char *confirm = su->cli->opts->value[OPT_CONFIRM];
	struct step st;

	if (su->has_policy && !su->conf_edited) {
		if (confirm != NULL)
			out_note(su->cli->out,
			    "--confirm: the policy stays as it is; a line is "
			    "not undone by time, only by twrbac setup "
			    "--permissive or --remove");
		return TWR_OK;
	}
	begin(su, &st);
	add_word(&st, "compile");
	if (su->has_policy)
		st.opts.value[OPT_CONFIRM] = confirm;
	else if (confirm != NULL)
		out_note(su->cli->out,
		    "--confirm: there is no policy to go back to yet; this "
		    "first one is final, and twrbac setup --remove takes the "
		    "lines out");
	return run(su, &st, true, err);
}

enum twr_status
setup_run_steps(struct setup *su, struct twr_error *err)
{
	struct twr_error why;
	enum twr_status rc = TWR_OK;

	if (!su->has_directory)
		rc = make_directory(su, &why);
	if (rc == TWR_OK && !su->is_copy)
		rc = make_scopes(su, &why);
	if (rc == TWR_OK && !su->is_copy)
		rc = make_administrator(su, &why);
	if (rc == TWR_OK)
		rc = compile(su, &why);
	if (rc == TWR_OK)
		return TWR_OK;
	return twr_fail(err, rc, "%s; %s%s", why.text, setup_left(su),
	    su->wrote ? "; what was done before stays: mend that, and give "
			"the same command again" :
			"");
}
