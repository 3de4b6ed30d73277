/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup_profile.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"
#include "text.h"

#define NAME "twrbac" /* the profile's, for pam-auth-update */
#define BY_HAND "sed -i.saved '/pam_twrbac/d' "

/* ---- pam-auth-update ---- */

static enum twr_status
run_program(const struct setup *su, const char *what, struct twr_error *err)
{
	char *argv[] = { strdup(su->profile.program), strdup(what),
		strdup(NAME), NULL };
	struct program pr;
	char unused[512];
	enum twr_status rc = TWR_OK;
	ssize_t n;
	size_t i;

	for (i = 0; i < 3; i++)
		if (argv[i] == NULL)
			rc = twr_fail(err, TWR_ENOMEM, "out of memory");
	if (rc == TWR_OK)
		rc = program_start(argv, -1, &pr, err);
	if (rc == TWR_OK) {
		do {
			n = read(pr.out, unused, sizeof(unused));
		} while (n > 0 || (n == -1 && errno == EINTR));
		rc = program_end(&pr, false, err);
	}
	for (i = 0; i < 3; i++)
		free(argv[i]);
	return rc;
}

static enum twr_status
reread(struct setup *su, struct twr_error *err)
{
	pamd_file_free(&su->profile.file);
	su->profile.file.fd = -1;
	return setup_profile_read(su, &su->profile.file, err);
}

/* It says nothing of the kind by its exit status, so look. */
static enum twr_status
check_enabled(struct setup *su, struct twr_error *err)
{
	const struct pamd_file *file = &su->profile.file;
	struct pamd_mark line;
	enum twr_status rc;
	size_t at;

	if ((rc = reread(su, err)) != TWR_OK)
		return rc;
	if (!setup_profile_find(file->text, &line))
		return twr_fail(err, TWR_EREFUSED,
		    "%s did not put the profile into %s: it leaves alone what "
		    "was edited by hand; take those edits out, or let "
		    "pam-auth-update --package --force write the file anew "
		    "without them, then give the same command again",
		    su->profile.program, file->path);
	if (pamd_edit_place(file->text, setup_profile_any, NULL, &at) &&
	    at == line.from)
		return TWR_OK;
	return twr_fail(err, TWR_EREFUSED,
	    "%s:%u: the profile does not stand in front of all other account "
	    "lines, which could end the stack before it; see to the priority "
	    "of what stands there in /usr/share/pam-configs",
	    file->path, line.line);
}

static enum twr_status
put_until(struct setup *su, struct twr_error *err)
{
	struct setup_profile *pf = &su->profile;
	char *text = setup_profile_limit(pf, pf->file.text);
	enum twr_status rc;

	if (text == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	rc = strcmp(text, pf->file.text) == 0 ?
	    TWR_OK :
	    pamd_file_replace(&pf->file, text, err);
	free(text);
	return rc;
}

/* What was begun is undone, or it is said that it is not. */
static enum twr_status
take_back(struct setup *su, enum twr_status rc, struct twr_error *err)
{
	const char *path = su->profile.file.path;
	struct twr_error unused, why = *err;
	struct pamd_mark line;
	bool known;

	(void)!run_program(su, "--disable", &unused); /* look if it did */
	known = reread(su, &unused) == TWR_OK;
	if (known && !setup_profile_find(su->profile.file.text, &line))
		return rc;
	return twr_fail(err, rc,
	    "%s; that could not be undone: the line %s in %s and refuses; take "
	    "it out with: " BY_HAND "%s",
	    why.text, known ? "still stands" : "may still stand", path, path);
}

/* All of it, or what went before; no signal comes between the two writes. */
static enum twr_status
enable(struct setup *su, struct twr_error *err)
{
	sigset_t ours, before;
	enum twr_status rc;

	sigemptyset(&ours);
	sigaddset(&ours, SIGHUP);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGQUIT);
	sigaddset(&ours, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &ours, &before);
	if ((rc = run_program(su, "--enable", err)) == TWR_OK &&
	    (rc = check_enabled(su, err)) == TWR_OK)
		rc = put_until(su, err);
	if (rc != TWR_OK)
		rc = take_back(su, rc, err);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static enum twr_status
disable(struct setup *su, struct twr_error *err)
{
	struct pamd_mark line;
	enum twr_status rc;

	if ((rc = run_program(su, "--disable", err)) != TWR_OK ||
	    (rc = reread(su, err)) != TWR_OK)
		return rc;
	if (!setup_profile_find(su->profile.file.text, &line))
		return TWR_OK;
	return twr_fail(err, TWR_EREFUSED,
	    "%s did not take the line out of %s: it leaves alone what was "
	    "edited by hand; do so with: " BY_HAND "%s",
	    su->profile.program, su->profile.file.path, su->profile.file.path);
}

/* ---- writing ---- */

static void
tell_services(struct setup *su)
{
	struct setup_profile *pf = &su->profile;
	struct setup_service *sv;
	struct pamd_mark line = { 0 };
	struct twr_error unused;
	bool there = reread(su, &unused) == TWR_OK &&
	    setup_profile_find(pf->file.text, &line);
	size_t i;

	for (i = 0; i < su->n; i++) {
		sv = &su->services[i];
		if (!sv->profiled)
			continue;
		sv->state = sv->will;
		sv->until = sv->will_until;
		if (!there)
			sv->where[0] = '\0';
		else if (strncmp(sv->where, pf->file.path,
			     strlen(pf->file.path)) == 0)
			(void)snprintf(sv->where, sizeof(sv->where),
			    "%.480s:%u", pf->file.path, line.line);
	}
}

enum twr_status
setup_profile_write(struct setup *su, struct twr_error *err)
{
	struct setup_profile *pf = &su->profile;
	bool removes = su->in.remove && su->in.profile && pf->stands;
	enum twr_status rc;
	int lock;

	if (pf->written || (!removes && pf->text == NULL))
		return TWR_OK;
	if ((rc = pamd_file_lock(su->places.dirs[0], &lock, err)) != TWR_OK)
		return rc;
	if (removes)
		rc = disable(su, err);
	else if (pf->stands)
		rc = put_until(su, err);
	else
		rc = enable(su, err);
	(void)close(lock);
	if (rc != TWR_OK)
		return rc;
	su->wrote = pf->written = true;
	setup_announce(su, pf->file.path, pf->change);
	tell_services(su);
	return TWR_OK;
}

/* ---- before the first policy ---- */

static enum twr_status
write_guard(struct setup *su, struct twr_error *err)
{
	struct setup_profile *pf = &su->profile, guard = *pf;
	enum twr_status rc;
	char *text;
	int lock;

	guard.will = SETUP_PERMISSIVE;
	guard.will_until = su->cli->session->now + SETUP_PERMISSIVE_S;
	if ((text = setup_profile_limit(&guard, pf->file.text)) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	rc = pamd_file_lock(su->places.dirs[0], &lock, err);
	if (rc != TWR_OK) {
		free(text);
		return rc;
	}
	rc = pamd_file_replace(&pf->file, text, err);
	if (rc == TWR_OK) {
		su->wrote = pf->guarded = true;
		setup_announce(su, pf->file.path, "line made permissive");
		rc = reread(su, err);
	}
	(void)close(lock);
	free(text);
	return rc;
}

enum twr_status
setup_profile_guard(struct setup *su, struct twr_error *err)
{
	const struct setup_profile *pf = &su->profile;

	if (su->has_policy || pf->text == NULL)
		return TWR_OK;
	if (pf->will == SETUP_PERMISSIVE)
		return setup_profile_write(su, err);
	return pf->begins ? write_guard(su, err) : TWR_OK;
}
