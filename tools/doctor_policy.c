/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"
#include "cmd.h"
#include "doctor.h"
#include "gate.h"
#include "standing.h"
#include "text.h"

static bool
is_newer(const struct doctor *d)
{
	struct accepted ac = { 0 };
	struct twr_error err;
	bool edited = false;

	if (directory_is_copy(d->s->dir))
		return false; /* what it accepted is its policy's to say */
	if (directory_accepted(d->s->dir, &ac, &err) == TWR_OK)
		edited = session_conf_edited(d->s, &ac);
	accepted_free(&ac);
	return edited;
}

static void
check_unusable(struct doctor *d)
{
	const char *path = d->s->paths.policy;

	if (d->policy_status == TWR_OK)
		return;
	if (d->policy_status == TWR_ENOENT) {
		doctor_add(d, DOCTOR_NO_POLICY, path, "%s",
		    d->policy_error.text);
		doctor_cure(d, "twrbac compile");
	} else if (d->policy_status == TWR_EUNREADABLE) {
		doctor_add(d, DOCTOR_UNREADABLE, path, "%s",
		    d->policy_error.text);
		doctor_cure(d, "run twrbac doctor as root");
	} else {
		doctor_add(d, DOCTOR_POLICY_UNUSABLE, path, "%s",
		    d->policy_error.text);
		doctor_cure(d,
		    "see who changed it; twrbac compile writes a new one, "
		    "and says so if the folder is not safe");
	}
}

static void
check_age(struct doctor *d)
{
	const struct twr_meta *meta = &d->view.meta;
	bool utc = d->cli->out->utc || d->cli->out->format != OUT_PEOPLE;
	char when[CLOCK_TEXT_LEN];

	if (d->s->now < meta->stale_at)
		return;
	clock_format(meta->stale_at, utc, when);
	doctor_add(d, DOCTOR_POLICY_STALE, d->s->paths.policy,
	    "its limit was %s", when);
	doctor_cure(d,
	    "twrbac compile; on a host that follows: with a newer "
	    "copy");
}

static void
take_permissive(void *ctx, const char *service, int64_t until)
{
	struct doctor *d = ctx;
	bool utc = d->cli->out->utc || d->cli->out->format != OUT_PEOPLE;
	char when[CLOCK_TEXT_LEN];

	clock_format(until, utc, when);
	doctor_add(d, DOCTOR_PERMISSIVE,
	    service != NULL ? service : "all services", "until %s", when);
	doctor_cure(d,
	    "twrbac who-can %s shows who stays out; then take it out of "
	    "permissive in twrbac.conf and run twrbac compile",
	    service != NULL ? service : "SERVICE");
}

static void
check_mark(struct doctor *d)
{
	const char *policy = d->s->paths.policy, *slash = strrchr(policy, '/');
	char mark[4096], prev[4096];
	struct stat st;

	if (slash == NULL ||
	    twr_policy_prev_path(policy, prev, sizeof(prev)) != TWR_OK ||
	    (lstat(policy, &st) != 0 && lstat(prev, &st) != 0))
		return;
	(void)snprintf(mark, sizeof(mark), "%.*s" TWR_UNCONFIGURED,
	    (int)(slash + 1 - policy), policy);
	if (lstat(mark, &st) != 0)
		return;
	doctor_add(d, DOCTOR_MARK, mark, "it stands beside a policy");
	doctor_cure(d, "twrbac doctor --fix, or rm %s", mark);
}

static void
check_standing(struct doctor *d, const struct standing_facts *sf)
{
	const struct twr_meta *meta = &d->view.meta;
	const char *path = d->s->paths.policy;

	switch (sf->at) {
	case STANDING_FOREIGN:
		doctor_add(d, DOCTOR_POLICY_FOREIGN, path,
		    "it is %s's, the directory is %s's",
		    meta->organization_name, sf->organization.name);
		doctor_cure(d, "twrbac compile");
		break;
	case STANDING_OLD:
		doctor_add(d, DOCTOR_POLICY_BEHIND, path,
		    "its serial is %" PRIu64 ", the directory's %" PRIu64,
		    meta->serial, sf->serial);
		doctor_cure(d, "twrbac doctor --fix, or any write");
		break;
	case STANDING_REPLACED:
		doctor_add(d, DOCTOR_CONFIRM_PASSED, path,
		    "policy %" PRIu64 " was not confirmed in time",
		    meta->serial);
		doctor_cure(d, "twrbac revert");
		break;
	case STANDING_UNCONFIRMED:
		doctor_add(d, DOCTOR_CONFIRM_WAITS, path,
		    "%" PRIu64 " seconds are left", sf->confirm_left_s);
		doctor_cure(d,
		    "log in anew, then twrbac confirm; or twrbac revert");
		break;
	case STANDING_PENDING:
		doctor_add(d, DOCTOR_POLICY_PENDING, path,
		    "the journal has %" PRIu64 " entries, the policy knows "
		    "%" PRIu64,
		    sf->head.seq, meta->journal_seq);
		doctor_cure(d, "twrbac compile");
		break;
	case STANDING_NONE_YET:
	case STANDING_UNUSABLE: /* check_unusable() says why */
	case STANDING_IN_FORCE:
		break;
	}
}

static enum twr_status
check_catalogue(struct doctor *d, struct twr_error *err)
{
	char text[TWR_ERROR_MAX];
	int64_t n;
	enum twr_status rc = cmd_catalogue_news(d->cli, &n, text, err);

	if (rc == TWR_OK && text[0] != '\0') {
		doctor_add(d, DOCTOR_CATALOGUE_DIFFERS,
		    TWR_DATADIR "/roles.conf", "%s", text);
		doctor_cure(d,
		    "twrbac role import " TWR_DATADIR
		    "/roles.conf --dry-run shows whom it concerns");
	}
	return rc;
}

enum twr_status
doctor_check_policy(struct doctor *d, struct twr_error *err)
{
	struct standing_facts sf;
	enum twr_status rc;

	check_unusable(d);
	check_mark(d);
	if (d->policy_status == TWR_OK) {
		check_age(d);
		standing_each_permissive(&d->view.meta, d->s->now,
		    take_permissive, d);
	}
	if (d->dir_status == TWR_ENOENT) {
		if (d->policy_status == TWR_OK)
			return TWR_OK; /* a host that only carries a policy */
		doctor_add(d, DOCTOR_NO_DIRECTORY, d->s->directory_path, "%s",
		    d->dir_error.text);
		doctor_cure(d,
		    "twrbac init; on a host that follows: twrbac "
		    "compile --directory FILE");
		return TWR_OK;
	}
	if (d->dir_status != TWR_OK) {
		doctor_add(d, DOCTOR_UNREADABLE, d->s->directory_path, "%s",
		    d->dir_error.text);
		doctor_cure(d, "as root: what the sentence says");
		return TWR_OK;
	}
	if (is_newer(d)) {
		doctor_add(d, DOCTOR_CONF_EDITED, d->s->conf_path,
		    "it was edited since it was accepted");
		doctor_cure(d, "twrbac compile");
	}
	if ((rc = check_catalogue(d, err)) != TWR_OK ||
	    (rc = standing_find(d->s, d->policy_status, &d->view.meta, &sf,
		 err)) != TWR_OK)
		return rc;
	check_standing(d, &sf);
	return TWR_OK;
}
