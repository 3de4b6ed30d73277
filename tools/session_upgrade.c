/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory_upgrade.h"
#include "journal.h"
#include "session_impl.h"
#include "text.h"

/* directory.db.schema1-20261121T221500Z, beside it */
static enum twr_status
name_copy(const struct session *s, int version, char **ret,
    struct twr_error *err)
{
	char when[TWR_TIME_LEN], *to = when, *p;

	twr_time_format(s->now, when);
	for (p = when; *p != '\0'; p++)
		if (*p != '-' && *p != ':')
			*to++ = *p;
	*to = '\0';
	if (asprintf(ret, "%s.schema%d-%s", s->directory_path, version, when) <
	    0) {
		*ret = NULL;
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	}
	return TWR_OK;
}

/* All that could refuse the command, asked before anything is changed. */
static enum twr_status
check(struct session *s, bool wants_actor, struct twr_error *err)
{
	enum confirm_state state = CONFIRM_NONE;
	struct scope organization;
	enum twr_status rc;

	rc = session_open_directory(s, DIRECTORY_READ, err);
	if (rc == TWR_OK)
		rc = directory_begin_read(s->dir, err);
	if (rc == TWR_OK)
		rc = session_find_actor(s, wants_actor, err);
	if (rc == TWR_OK)
		rc = directory_scope_get(s->dir, 1, &organization, err);
	if (rc == TWR_OK)
		rc = compile_check_target(&s->paths, organization.sid, err);
	if (rc == TWR_OK)
		rc = session_check_waiting(s, &state, err);
	directory_close(s->dir);
	s->dir = s->change.dir = NULL;
	return rc;
}

struct record {
	struct session *s;
	struct journal_head head;
	int version;
};

static enum twr_status
record(void *ctx, struct directory *dir, int version, struct twr_error *err)
{
	struct record *re = ctx;
	struct session *s = re->s;
	enum twr_status rc;

	s->dir = dir;
	rc = session_find_actor(s, false, err);
	if (rc == TWR_OK)
		rc = change_upgraded(&s->change, version, err);
	if (rc == TWR_OK)
		rc = directory_journal_head(dir, &re->head, err);
	s->dir = s->change.dir = NULL;
	re->version = version;
	return rc;
}

static enum twr_status
upgrade(struct session *s, const char *copy, int *version,
    struct twr_error *err)
{
	struct record re = { .s = s };
	enum twr_status rc;

	rc = directory_upgrade(s->directory_path, copy, record, &re, err);
	if (rc == TWR_OK && re.version != 0)
		journal_announce(s->directory_path, &re.head);
	*version = re.version;
	return rc;
}

enum twr_status
session_upgrade_restored(struct session *s, struct twr_error *err)
{
	int version;

	return upgrade(s, NULL, &version, err);
}

enum twr_status
session_upgrade(struct session *s, bool wants_actor, struct twr_error *err)
{
	char *copy = NULL;
	int was = 0, newest = 0, version;
	enum twr_status rc;

	rc = directory_schema_of(s->directory_path, &was, &newest, err);
	if (rc == TWR_OK && s->plans)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: schema %d is of an older twrbac, and what only plans "
		    "does not upgrade it; run twrbac compile first",
		    s->directory_path, was);
	if (rc == TWR_OK)
		rc = check(s, wants_actor, err);
	if (rc == TWR_OK)
		rc = name_copy(s, was, &copy, err);
	if (rc == TWR_OK)
		rc = upgrade(s, copy, &version, err);
	if (rc == TWR_OK) {
		out_note(s->out,
		    "%s was upgraded from schema %d to %d; as it was before, "
		    "it lies in %s, from which twrbac restore makes it again",
		    s->directory_path, was, version, copy);
		out_keep_notes(s->out);
		rc = session_open_directory(s, DIRECTORY_WRITE, err);
	}
	free(copy);
	return rc;
}
