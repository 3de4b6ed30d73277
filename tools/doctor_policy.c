/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "cmd.h"
#include "doctor.h"
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
check_permissive(struct doctor *d)
{
	const struct twr_meta *meta = &d->view.meta;
	bool utc = d->cli->out->utc || d->cli->out->format != OUT_PEOPLE;
	char when[CLOCK_TEXT_LEN];
	size_t i;

	if (d->s->now < meta->permissive_until) {
		clock_format(meta->permissive_until, utc, when);
		doctor_add(d, DOCTOR_PERMISSIVE, "all services", "until %s",
		    when);
		doctor_cure(d,
		    "twrbac who-can SERVICE shows who stays out; "
		    "then take it out of permissive in "
		    "twrbac.conf and run twrbac compile");
	}
	for (i = 0; i < meta->n_services; i++) {
		if (d->s->now >= meta->services[i].permissive_until)
			continue;
		clock_format(meta->services[i].permissive_until, utc, when);
		doctor_add(d, DOCTOR_PERMISSIVE, meta->services[i].name,
		    "until %s", when);
		doctor_cure(d,
		    "twrbac who-can %s shows who stays out; then take it out "
		    "of permissive in twrbac.conf and run twrbac compile",
		    meta->services[i].name);
	}
}

/* How policy and directory stand to each other. */
static enum twr_status
check_standing(struct doctor *d, struct twr_error *err)
{
	const struct twr_meta *meta = &d->view.meta;
	const char *path = d->s->paths.policy;
	struct scope organization;
	struct journal_head head;
	enum confirm_state confirm = CONFIRM_NONE;
	uint64_t serial, left_s = 0;
	enum twr_status rc;

	if ((rc = directory_scope_get(d->s->dir, 1, &organization, err)) !=
		TWR_OK ||
	    (rc = directory_journal_head(d->s->dir, &head, err)) != TWR_OK ||
	    (rc = directory_serial(d->s->dir, &serial, err)) != TWR_OK ||
	    (rc = session_confirm_state(d->s, &confirm, &left_s, err)) !=
		TWR_OK)
		return rc;
	if (strcmp(meta->organization_sid, organization.sid) != 0) {
		doctor_add(d, DOCTOR_POLICY_FOREIGN, path,
		    "it is %s's, the directory is %s's",
		    meta->organization_name, organization.name);
		doctor_cure(d, "twrbac compile");
	} else if (directory_is_copy(d->s->dir)) {
		return TWR_OK; /* serials are this host's own */
	} else if (meta->serial != serial) {
		doctor_add(d, DOCTOR_POLICY_BEHIND, path,
		    "its serial is %" PRIu64 ", the directory's %" PRIu64,
		    meta->serial, serial);
		doctor_cure(d, "twrbac doctor --fix, or any write");
	} else if (confirm == CONFIRM_PASSED) {
		doctor_add(d, DOCTOR_CONFIRM_PASSED, path,
		    "policy %" PRIu64 " was not confirmed in time",
		    meta->serial);
		doctor_cure(d, "twrbac revert");
	} else if (confirm == CONFIRM_WAITS) {
		doctor_add(d, DOCTOR_CONFIRM_WAITS, path,
		    "%" PRIu64 " seconds are left", left_s);
		doctor_cure(d,
		    "log in anew, then twrbac confirm; or twrbac "
		    "revert");
	} else if (meta->journal_seq != head.seq) {
		doctor_add(d, DOCTOR_POLICY_PENDING, path,
		    "the journal has %" PRIu64 " entries, the policy knows "
		    "%" PRIu64,
		    head.seq, meta->journal_seq);
		doctor_cure(d, "twrbac compile");
	}
	return TWR_OK;
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
	enum twr_status rc;

	check_unusable(d);
	if (d->policy_status == TWR_OK) {
		check_age(d);
		check_permissive(d);
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
	if ((rc = check_catalogue(d, err)) != TWR_OK)
		return rc;
	return d->policy_status == TWR_OK ? check_standing(d, err) : TWR_OK;
}
