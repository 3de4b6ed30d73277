/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <unistd.h>

#include "doctor.h"
#include "session.h"
#include "sudoers_check.h"

static void
take_finding(void *ctx, enum sudoers_finding finding, const char *file,
    unsigned line, const char *text)
{
	struct doctor *d = ctx;
	char where[4096 + 16];

	if (file == NULL)
		file = SUDOERS_FILE;
	if (line > 0)
		(void)snprintf(where, sizeof(where), "%s:%u", file, line);
	else
		(void)snprintf(where, sizeof(where), "%s", file);
	if (finding == SUDOERS_FOUND_UNREADABLE) {
		doctor_add(d, DOCTOR_UNREADABLE, where, "%s", text);
		doctor_cure(d, "run twrbac doctor as root");
		return;
	}
	doctor_add(d,
	    sudoers_finding_is_fault(finding) ? DOCTOR_SUDOERS_WRONG :
						DOCTOR_SUDOERS_WIDE,
	    where, "%s (%s)", text, sudoers_finding_word(finding));
	doctor_cure(d,
	    "correct that line with visudo; twrbac sudoers check shows them "
	    "all");
}

enum twr_status
doctor_check_sudoers(struct doctor *d, struct twr_error *err)
{
	const struct compile_paths *paths = &d->s->paths;
	const struct sudoers_scene sc = { .policy = paths->policy,
		.owner = paths->owner,
		.passwd = paths->passwd,
		.sudoers = "/etc/sudoers" };

	if (access(sc.sudoers, F_OK) != 0)
		return TWR_OK; /* no sudo here */
	return sudoers_examine(&sc, take_finding, d, err);
}
