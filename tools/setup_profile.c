/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pamd.h"
#include "pamd_edit.h"
#include "program.h"
#include "setup.h"
#include "setup_profile.h"
#include "text.h"

#define COMMON "common-account"
#define LINE_POLICY TWR_STATE_DIR "/policy.cdb" /* that its line asks */

static enum twr_status
no_memory(struct twr_error *err)
{
	return twr_fail(err, TWR_ENOMEM, "out of memory");
}

/* ---- what is there ---- */

enum twr_status
setup_profile_read(const struct setup *su, struct pamd_file *ret,
    struct twr_error *err)
{
	return pamd_file_read(su->places.dirs[0], COMMON,
	    su->cli->session->paths.owner, ret, err);
}

bool
setup_profile_find(const char *text, struct pamd_mark *ret)
{
	struct pamd_mark marked;

	return pamd_edit_find_module(text, ret) &&
	    !(pamd_edit_find(text, 0, &marked) && marked.from == ret->from);
}

/* Does the line let everybody in until there is a policy, but not after it? */
static bool
lets_in(const char *text, const struct pamd_mark *line, int64_t now)
{
	static const char end[] = "permissive_until=";
	char *copy = strndup(text + line->from, line->to - line->from);
	char *at = copy, *word;
	int64_t until = TWR_ALWAYS;
	bool ret = copy == NULL; /* so it shall get its end anew */

	while (copy != NULL && (word = strsep(&at, " \t\r\n")) != NULL) {
		if (strcmp(word, "permissive_unconfigured") == 0)
			ret = true;
		else if (strncmp(word, end, sizeof(end) - 1) == 0)
			(void)twr_time_parse(word + sizeof(end) - 1, &until);
	}
	free(copy);
	return ret && until <= now;
}

void
setup_profile_look(struct setup *su)
{
	static const char *const programs[] = { "/usr/sbin/pam-auth-update",
		NULL };
	const char *policy = su->cli->session->paths.policy;
	struct setup_profile *pf = &su->profile;
	struct pamd_file file;
	struct pamd_mark line;
	struct twr_error unused;

	pf->program = program_find(programs);
	pf->offered = pf->program != NULL && access(SETUP_PROFILE, F_OK) == 0;
	pf->stands = setup_profile_read(su, &file, &unused) == TWR_OK &&
	    setup_profile_find(file.text, &line);
	/* not a damaged one: what refuses because of it shall go on */
	pf->begins = pf->stands && strcmp(policy, LINE_POLICY) == 0 &&
	    access(policy, F_OK) != 0 && errno == ENOENT;
	pf->lets_in = pf->begins &&
	    lets_in(file.text, &line, su->cli->session->now);
	pamd_file_free(&file);
}

bool
setup_profile_is_meant(const struct setup *su)
{
	const struct setup_answers *in = &su->in;

	if (in->profile || (su->profile.lets_in && !in->remove))
		return true;
	return su->profile.stands && in->services == NULL && !in->remove &&
	    (in->enforce || in->permissive_s != 0);
}

void
setup_profile_forget(struct setup *su)
{
	pamd_file_free(&su->profile.file);
	free(su->profile.text);
	su->profile = (struct setup_profile) { .file = { .fd = -1 } };
}

bool
setup_profile_any(void *ctx, const char *file)
{
	(void)ctx;
	(void)file;
	return true;
}

/* ---- what it is going to be ---- */

static enum twr_status
check_way(const struct setup *su, struct twr_error *err)
{
	const char *policy = su->cli->session->paths.policy;
	size_t i;

	if (su->profile.stands && !su->in.remove)
		return TWR_OK;
	if (su->profile.program == NULL)
		return twr_fail(err, TWR_EREFUSED,
		    "--profile: this host has no pam-auth-update, which is "
		    "Debian's; name services with --services");
	if (su->in.remove)
		return TWR_OK;
	if (!su->profile.offered)
		return twr_fail(err, TWR_EREFUSED,
		    "--profile: %s: there is no such file; Debian's package "
		    "libpam-twrbac has it",
		    SETUP_PROFILE);
	if (strcmp(policy, LINE_POLICY) != 0)
		return twr_fail(err, TWR_EREFUSED,
		    "--profile: its line asks %s, not %s; leave out --policy, "
		    "or name services with --services",
		    LINE_POLICY, policy);
	for (i = 0; i < su->n; i++) {
		if (su->services[i].marked)
			return twr_fail(err, TWR_EREFUSED,
			    "--profile: %s has a line of setup already, and "
			    "would be judged twice; run twrbac setup --remove "
			    "first",
			    su->services[i].where);
	}
	return TWR_OK;
}

/* The line as the package's profile has it, without "account"; NULL. */
static char *
profile_line(void)
{
	FILE *file = fopen(SETUP_PROFILE, "re");
	char *line = NULL, *from, *ret = NULL;
	size_t room = 0;

	while (ret == NULL && file != NULL && getline(&line, &room, file) > 0) {
		from = line + strspn(line, " \t");
		from[strcspn(from, "\r\n")] = '\0';
		if (strstr(from, DOCTOR_MODULE) != NULL)
			ret = strdup(from);
	}
	if (file != NULL)
		(void)fclose(file);
	free(line);
	return ret;
}

/* What pam-auth-update is going to write: the line in front of all others. */
static enum twr_status
foresee(const struct setup *su, char **ret, struct twr_error *err)
{
	const char *text = su->profile.file.text;
	char *line = profile_line(), *whole = NULL;
	size_t at;

	*ret = NULL;
	if (line == NULL)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: has no line that names " DOCTOR_MODULE
		    "; install libpam-twrbac anew",
		    SETUP_PROFILE);
	if (!pamd_edit_place(text, setup_profile_any, NULL, &at)) {
		free(line);
		return twr_fail(err, TWR_EREFUSED,
		    "%s: has no account line; pam-auth-update --package "
		    "--force writes "
		    "it anew",
		    su->profile.file.path);
	}
	if (asprintf(&whole, "account\t%s", line) >= 0)
		*ret = pamd_edit_insert(text, at, whole);
	free(whole);
	free(line);
	return *ret != NULL ? TWR_OK : no_memory(err);
}

char *
setup_profile_limit(const struct setup_profile *pf, const char *text)
{
	char until[TWR_TIME_LEN];
	struct pamd_mark line;

	if (!setup_profile_find(text, &line))
		return strdup(text);
	twr_time_format(pf->will_until, until);
	return pamd_edit_permit_one(text, &line,
	    pf->will == SETUP_PERMISSIVE ? until : NULL);
}

/* What goes on in the next line has no end to put anything at. */
static enum twr_status
check_line(const struct pamd_file *file, struct twr_error *err)
{
	struct pamd_mark line;
	size_t end;

	if (!setup_profile_find(file->text, &line))
		return TWR_OK;
	end = line.from + strcspn(file->text + line.from, "\n");
	if (end == line.from || file->text[end - 1] != '\\')
		return TWR_OK;
	return twr_fail(err, TWR_EREFUSED,
	    "%s:%u: the line goes on in the next one; write it in one line, "
	    "as pam-auth-update does",
	    file->path, line.line);
}

static enum twr_status
plan_text(struct setup *su, struct twr_error *err)
{
	struct setup_profile *pf = &su->profile;
	char *text = NULL;
	enum twr_status rc = check_line(&pf->file, err);

	if (rc == TWR_OK && pf->stands)
		text = strdup(pf->file.text);
	else if (rc == TWR_OK)
		rc = foresee(su, &text, err);
	if (rc != TWR_OK)
		return rc;
	if (text != NULL)
		pf->text = setup_profile_limit(pf, text);
	free(text);
	if (pf->text == NULL)
		return no_memory(err);
	pf->change = !pf->stands	 ? "profile enabled" :
	    pf->will == SETUP_PERMISSIVE ? "line made permissive" :
					   "line made enforcing";
	if (strcmp(pf->text, pf->file.text) != 0 ||
	    (pf->begins && pf->will == SETUP_ENFORCING))
		return setup_keep_text(su, COMMON, pf->text, err);
	free(pf->text);
	pf->text = NULL; /* it is as it shall be */
	return TWR_OK;
}

/* Does the service come to the line of common-account? */
static bool
reaches_common(const struct setup *su, const struct stack *st)
{
	size_t i;

	for (i = 0; i < st->n; i++) {
		if (stack_is_module(&st->lines[i], DOCTOR_MODULE) &&
		    strcmp(st->lines[i].file, su->profile.file.path) == 0)
			return true;
	}
	return false;
}

static enum twr_status
take_service(struct setup *su, const char *name, struct twr_error *err)
{
	const struct setup_profile *pf = &su->profile;
	bool is_new = setup_find(su, name) == NULL;
	struct setup_service *sv;
	struct stack st;
	enum twr_status rc;

	rc = stack_load(&su->places, name, &st, err);
	if (rc == TWR_OK && !st.from_other && reaches_common(su, &st) &&
	    (rc = setup_add(su, name, &sv, err)) == TWR_OK) {
		sv->profiled = true;
		if (is_new)
			sv->state = SETUP_UNJUDGED;
		sv->will = pf->will;
		sv->will_until = pf->will_until;
		sv->change = pf->change;
	}
	stack_free(&st);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

static enum twr_status
take_services(struct setup *su, struct twr_error *err)
{
	struct pamd_names names;
	enum twr_status rc;
	size_t i;

	rc = pamd_list(&su->places, &names, err);
	for (i = 0; rc == TWR_OK && i < names.n; i++) {
		if (strncmp(names.all[i], "common-", 7) != 0)
			rc = take_service(su, names.all[i], err);
	}
	pamd_names_free(&names);
	return rc;
}

/* What is said with --services is said of those, and not of all. */
static void
plan_end(struct setup *su)
{
	const struct setup_answers *in = &su->in;
	bool enforces = in->enforce && in->services == NULL;

	su->profile.will = enforces ? SETUP_ENFORCING : SETUP_PERMISSIVE;
	su->profile.will_until = enforces ? TWR_ALWAYS :
					    su->cli->session->now +
		(in->permissive_s != 0 ? in->permissive_s : SETUP_PERMISSIVE_S);
}

enum twr_status
setup_profile_plan(struct setup *su, struct twr_error *err)
{
	struct setup_profile *pf = &su->profile;
	enum twr_status rc;

	if ((rc = check_way(su, err)) != TWR_OK ||
	    (rc = setup_profile_read(su, &pf->file, err)) != TWR_OK)
		return rc;
	if (su->in.remove) {
		pf->change = pf->stands ? "profile disabled" : NULL;
		pf->will_until = TWR_ALWAYS;
		return pf->stands ? take_services(su, err) : TWR_OK;
	}
	if (pf->stands && su->has_policy && !su->in.enforce &&
	    su->in.permissive_s == 0)
		return TWR_OK; /* nothing is said of it */
	plan_end(su);
	if ((rc = plan_text(su, err)) != TWR_OK || pf->text == NULL)
		return rc;
	return take_services(su, err);
}
