/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OTHER "other"

/*
 * In this order: what sshd and sudo ask for is known before the stacks are
 * looked at.
 */
static doctor_fn *const checks[] = {
	doctor_check_sshd,
	doctor_check_sudo,
	doctor_check_sudoers,
	doctor_check_module,
	doctor_check_pam,
	doctor_check_lines,
	doctor_check_files,
	doctor_check_policy,
	doctor_check_people,
};

static const struct {
	const char *word, *why;
	enum doctor_severity severity;
} findings[] = {
#define X(id, word, severity, why) { word, why, DOCTOR_##severity },
	DOCTOR_FINDINGS(X)
#undef X
};

const char *
doctor_word(enum doctor_id id)
{
	return findings[id].word;
}

const char *
doctor_why(enum doctor_id id)
{
	return findings[id].why;
}

enum doctor_severity
doctor_severity(enum doctor_id id)
{
	return findings[id].severity;
}

/* ---- findings ---- */

static char *format(struct doctor *d, const char *fmt, va_list ap)
    TWR_PRINTF(2, 0);

static char *
format(struct doctor *d, const char *fmt, va_list ap)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, ap) >= 0)
		return text;
	d->no_memory = true;
	return NULL;
}

void
doctor_add(struct doctor *d, enum doctor_id id, const char *subject,
    const char *fmt, ...)
{
	struct doctor_finding *more;
	va_list ap;

	if (d->n == d->room) {
		d->room = d->room * 2 + 16;
		more = reallocarray(d->all, d->room, sizeof(*more));
		if (more == NULL) {
			d->room = d->n;
			d->no_memory = true;
			return;
		}
		d->all = more;
	}
	more = &d->all[d->n++];
	more->id = id;
	more->subject = strdup(subject);
	more->cure = NULL;
	va_start(ap, fmt);
	more->what = format(d, fmt, ap);
	va_end(ap);
	if (more->subject == NULL)
		d->no_memory = true;
}

void
doctor_cure(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	if (d->n == 0)
		return;
	free(d->all[d->n - 1].cure);
	va_start(ap, fmt);
	d->all[d->n - 1].cure = format(d, fmt, ap);
	va_end(ap);
}

/* ---- services ---- */

struct doctor_service *
doctor_service(struct doctor *d, const char *name)
{
	struct doctor_service *sv;
	struct twr_error err;
	size_t i;

	for (i = 0; i < d->n_services; i++) {
		if (strcmp(d->services[i].name, name) == 0)
			return &d->services[i];
	}
	sv = reallocarray(d->services, d->n_services + 1, sizeof(*sv));
	if (sv == NULL) {
		d->no_memory = true;
		return NULL;
	}
	d->services = sv;
	sv += d->n_services;
	memset(sv, 0, sizeof(*sv));
	if ((sv->name = strdup(name)) == NULL) {
		d->no_memory = true;
		return NULL;
	}
	d->n_services++;
	sv->status = stack_load(&d->places, name, &sv->stack, &err);
	if (sv->status == TWR_ENOMEM)
		d->no_memory = true;
	if (sv->status == TWR_EUNREADABLE) {
		doctor_add(d, DOCTOR_UNREADABLE, name, "%s", err.text);
		doctor_cure(d, "run twrbac doctor as root");
	}
	sv->gated = pamd_stack_reaches(&sv->stack, DOCTOR_MODULE);
	/* the rule for "other" is for services that have none, not for it */
	sv->wanted = doctor_has_rule(d, name) && !sv->stack.from_other &&
	    strcmp(name, OTHER) != 0;
	return sv;
}

bool
doctor_has_rule(const struct doctor *d, const char *service)
{
	const struct twr_meta *meta = &d->view.meta;
	size_t i;

	for (i = 0; d->policy_status == TWR_OK && i < meta->n_services; i++) {
		if (meta->services[i].has_rule &&
		    strcmp(meta->services[i].name, service) == 0)
			return true;
	}
	return false;
}

/* Is it only a part of another service: common-account, system-auth? */
static bool
is_part(const struct doctor *d, const struct doctor_service *sv)
{
	const char *own = sv->stack.n_files > 0 ? sv->stack.files[0] : NULL;
	const struct stack *st;
	size_t i, k;

	if (own == NULL || sv->wanted || strcmp(sv->name, OTHER) == 0)
		return false;
	for (i = 0; i < d->n_services; i++) {
		st = &d->services[i].stack;
		if (&d->services[i] == sv)
			continue;
		for (k = 1; k < st->n_files; k++) {
			if (strcmp(st->files[k], own) == 0)
				return true;
		}
	}
	return false;
}

/* "common-auth" is no service, and has no account phase. */
static void
drop_parts(struct doctor *d)
{
	bool *part = calloc(d->n_services + 1, sizeof(*part));
	size_t i, kept = 0;

	if (part == NULL) {
		d->no_memory = true;
		return;
	}
	for (i = 0; i < d->n_services; i++)
		part[i] = is_part(d, &d->services[i]) ||
		    strncmp(d->services[i].name, "common-", 7) == 0;
	for (i = 0; i < d->n_services; i++) {
		if (part[i]) {
			stack_free(&d->services[i].stack);
			free(d->services[i].name);
			continue;
		}
		d->n_gated += d->services[i].gated;
		d->services[kept++] = d->services[i];
	}
	d->n_services = kept;
	free(part);
}

static enum twr_status
load_services(struct doctor *d, struct twr_error *err)
{
	struct pamd_names names;
	enum twr_status rc;
	size_t i;

	pamd_places(d->s->paths.pamd, &d->places);
	d->places.texts = d->texts;
	rc = pamd_list(&d->places, &names, err);
	if (rc == TWR_EUNREADABLE) {
		doctor_add(d, DOCTOR_UNREADABLE, d->s->paths.pamd, "%s",
		    err->text);
		doctor_cure(d, "run twrbac doctor as root");
		rc = TWR_OK;
	}
	for (i = 0; rc == TWR_OK && i < names.n; i++)
		(void)doctor_service(d, names.all[i]);
	pamd_names_free(&names);
	drop_parts(d);
	return rc;
}

/* ---- all of it ---- */

enum twr_status
doctor_examine(struct doctor *d, struct twr_error *err)
{
	struct compile_paths *paths = &d->s->paths;
	enum twr_status rc;
	size_t i;

	d->reader.fd = -1;
	d->dir_status = session_open_read(d->s, false, &d->dir_error);
	d->policy_status = twr_policy_open(paths->policy, paths->owner,
	    &d->reader, &d->view, &d->policy_error);
	if (accounts_load(paths->passwd, paths->owner, &d->accounts, err) !=
	    TWR_OK) {
		doctor_add(d, DOCTOR_FILE_UNSAFE, paths->passwd, "%s",
		    err->text);
		doctor_cure(d, "chown root: %s; chmod 0644 %s", paths->passwd,
		    paths->passwd);
	}
	if ((rc = load_services(d, err)) != TWR_OK)
		return rc;
	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		if ((rc = checks[i](d, err)) != TWR_OK)
			return rc;
	}
	return d->no_memory ? twr_fail(err, TWR_ENOMEM, "out of memory") :
			      TWR_OK;
}

void
doctor_end(struct doctor *d)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		free(d->all[i].subject);
		free(d->all[i].what);
		free(d->all[i].cure);
	}
	for (i = 0; i < d->n_services; i++) {
		stack_free(&d->services[i].stack);
		free(d->services[i].name);
	}
	free(d->all);
	free(d->services);
	accounts_free(&d->accounts);
	if (d->policy_status == TWR_OK) {
		twr_view_free(&d->view);
		twr_reader_close(&d->reader);
	}
	memset(d, 0, sizeof(*d));
}
