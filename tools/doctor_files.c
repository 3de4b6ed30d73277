/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"
#include "safe_file.h"

/*
 * From / on nobody else can write it. Links are followed: the folders and
 * files of pam.d may be some; what they lead to is what counts.
 */
static bool
check_safe(struct doctor *d, const char *path, struct stat *st)
{
	char real[4096];
	struct twr_error err;
	int fd;
	enum twr_status rc;

	if (realpath(path, real) == NULL) {
		if (errno != ENOENT && errno != ENOTDIR) {
			doctor_add(d, DOCTOR_UNREADABLE, path, "%s",
			    strerror(errno));
			doctor_cure(d, "run twrbac doctor as root");
		}
		return false;
	}
	rc = twr_safe_open(real, d->s->paths.owner, &fd, st, &err);
	if (rc == TWR_OK) {
		(void)close(fd);
		return true;
	}
	if (rc == TWR_EUNREADABLE) {
		doctor_add(d, DOCTOR_UNREADABLE, path, "%s", err.text);
		doctor_cure(d, "run twrbac doctor as root");
	} else {
		doctor_add(d, DOCTOR_FILE_UNSAFE, path, "%s", err.text);
		doctor_cure(d,
		    "see who changed it and what it says now; then chown "
		    "root: and chmod go-w what is named");
	}
	return false;
}

static bool
is_named_before(const struct doctor *d, size_t service, size_t file)
{
	const char *path = d->services[service].stack.files[file];
	const struct stack *st;
	size_t i, k;

	for (i = 0; i <= service; i++) {
		st = &d->services[i].stack;
		for (k = 0; k < st->n_files; k++) {
			if (i == service && k == file)
				return false;
			if (d->services[i].gated &&
			    strcmp(st->files[k], path) == 0)
				return true;
		}
	}
	return false;
}

static void
check_pamd(struct doctor *d)
{
	struct stat st;
	size_t i, k;

	for (i = 0; i < d->n_services; i++) {
		for (k = 0;
		     d->services[i].gated && k < d->services[i].stack.n_files;
		     k++) {
			if (!is_named_before(d, i, k))
				(void)check_safe(d,
				    d->services[i].stack.files[k], &st);
		}
	}
}

static void
check_leftover(struct doctor *d, const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return;
	doctor_add(d, DOCTOR_LEFTOVER, path, "a half-written file");
	doctor_cure(d, "twrbac doctor --fix; the next write does it too");
}

/* What a killed writer left beside the policy. */
static void
check_leftovers(struct doctor *d)
{
	const char *policy = d->s->paths.policy;
	const char *slash = strrchr(policy, '/'), *dot = strrchr(policy, '.');
	char path[4096];

	if (slash == NULL || dot == NULL || dot < slash)
		return;
	(void)snprintf(path, sizeof(path), "%.*s.new", (int)(dot - policy),
	    policy);
	check_leftover(d, path);
	(void)snprintf(path, sizeof(path), "%.*sprev.tmp",
	    (int)(slash - policy) + 1, policy);
	check_leftover(d, path);
}

enum twr_status
doctor_check_files(struct doctor *d, struct twr_error *err)
{
	struct stat st;

	(void)err;
	if (check_safe(d, d->s->directory_path, &st) &&
	    (st.st_mode & 077) != 0) {
		doctor_add(d, DOCTOR_FILE_OPEN, d->s->directory_path,
		    "its mode is %04o", st.st_mode & 07777u);
		doctor_cure(d, "twrbac doctor --fix, or chmod 0600 %s",
		    d->s->directory_path);
	}
	(void)check_safe(d, d->s->conf_path, &st);
	check_pamd(d);
	check_leftovers(d);
	return TWR_OK;
}
