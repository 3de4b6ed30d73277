/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "change_impl.h"
#include "digest.h"

/* Only the file's times changed: those are not journalled. */
static bool
is_same_configuration(const struct accepted *was, const struct accepted *ac)
{
	return was->text != NULL && strcmp(was->text, ac->text) == 0 &&
	    strcmp(was->path, ac->path) == 0 && was->size == ac->size;
}

static enum twr_status
record_configuration(const struct change *ch, const struct accepted *row,
    struct twr_error *err)
{
	char *before = NULL;
	enum twr_status rc;

	rc = directory_snapshot(ch->dir, ENTITY_CONFIGURATION, "accepted",
	    &before, err);
	if (rc != TWR_OK)
		goto out;
	if ((rc = directory_put_accepted(ch->dir, row, err)) != TWR_OK)
		goto out;
	rc = change_record(ch, JOURNAL_CONFIGURATION_ACCEPTED, "accepted",
	    before, err);
out:
	free(before);
	return rc;
}

enum twr_status
change_accept_configuration(const struct change *ch, const struct accepted *ac,
    struct twr_error *err)
{
	struct accepted was = { 0 }, row = *ac;
	enum twr_status rc;

	if ((rc = directory_accepted(ch->dir, &was, err)) != TWR_OK)
		goto out;
	rc = digest_hex(ac->text, strlen(ac->text), row.digest, err);
	if (rc != TWR_OK)
		goto out;
	if (is_same_configuration(&was, ac)) {
		row.accepted_at = was.accepted_at;
		rc = directory_put_accepted(ch->dir, &row, err);
	} else {
		row.accepted_at = ch->now;
		rc = record_configuration(ch, &row, err);
	}
out:
	accepted_free(&was);
	return rc;
}

enum twr_status
change_compiled(const struct change *ch, uint64_t serial, struct twr_error *err)
{
	struct accepted ac = { 0 };
	char *before = NULL;
	uint64_t was = 0;
	enum twr_status rc;

	if ((rc = directory_serial(ch->dir, &was, err)) != TWR_OK)
		goto out;
	if (serial <= was || serial > INT64_MAX) {
		rc = twr_fail(err, TWR_EREFUSED,
		    "policy %llu: the directory is at policy %llu already, "
		    "and serials only rise; take the next one",
		    (unsigned long long)serial, (unsigned long long)was);
		goto out;
	}
	if ((rc = directory_accepted(ch->dir, &ac, err)) != TWR_OK)
		goto out;
	rc = directory_snapshot(ch->dir, ENTITY_POLICY, "serial", &before, err);
	if (rc != TWR_OK)
		goto out;
	rc = directory_put_serial(ch->dir, serial,
	    ac.text != NULL ? ac.digest : NULL, err);
	if (rc != TWR_OK)
		goto out;
	rc = change_record(ch, JOURNAL_POLICY_COMPILED, "serial", before, err);
out:
	free(before);
	accepted_free(&ac);
	return rc;
}

enum twr_status
change_setting(const struct change *ch, const char *name, int64_t value,
    struct twr_error *err)
{
	char *before = NULL;
	int64_t was;
	enum twr_status rc;

	if ((rc = admin_check_setting(name, value, err)) != TWR_OK)
		return rc;
	if ((rc = directory_setting(ch->dir, name, &was, err)) != TWR_OK)
		return rc;
	if (value == was)
		return TWR_OK;
	rc = directory_snapshot(ch->dir, ENTITY_SETTING, name, &before, err);
	if (rc == TWR_OK)
		rc = directory_put_setting(ch->dir, name, value, err);
	if (rc == TWR_OK)
		rc = change_record(ch, JOURNAL_SETTING_CHANGED, name, before,
		    err);
	free(before);
	return rc;
}

enum twr_status
change_policy_path(const struct change *ch, const char *path, bool adopt,
    struct twr_error *err)
{
	char was[sizeof(((struct accepted *)0)->path)];
	enum twr_status rc;

	if ((rc = directory_policy_path(ch->dir, was, err)) != TWR_OK)
		return rc;
	if (strcmp(was, path) == 0)
		return TWR_OK;
	if (strlen(path) >= sizeof(was))
		return twr_fail(err, TWR_EINVAL, "%.64s...: too long a path",
		    path);
	if (was[0] != '\0' && !adopt)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: this directory's policy is %s, and a second one would "
		    "be out of step with it; leave out --policy, or move it "
		    "for good with twrbac compile --adopt-path (to try a "
		    "configuration out, use twrbac compile --dry-run)",
		    path, was);
	return directory_put_policy_path(ch->dir, path, err);
}
