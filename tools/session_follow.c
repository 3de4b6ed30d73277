/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "follow.h"
#include "session_impl.h"

enum twr_status
session_followed(struct session *s, struct twr_error *err)
{
	struct follow fo = { 0 };
	enum twr_status rc;

	rc = follow_read(s->paths.policy, s->paths.owner, &fo, err);
	if (rc == TWR_OK) {
		memcpy(s->followed, fo.directory, sizeof(s->followed));
		s->directory_path = s->followed;
	}
	/* a folder that is not safe is for the command itself to meet */
	return rc == TWR_EDATA || rc == TWR_ENOMEM ? rc : TWR_OK;
}

/* A directory of this host's own beside the policy would be forgotten. */
static enum twr_status
check_own(const struct session *s, struct twr_error *err)
{
	const char *slash = strrchr(s->paths.policy, '/');
	struct directory *dir = NULL;
	struct twr_error unused;
	char *own = NULL;
	bool is_own;

	if (slash == NULL)
		return TWR_OK;
	if (asprintf(&own, "%.*sdirectory.db",
		(int)(slash - s->paths.policy) + 1, s->paths.policy) < 0)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	is_own = strcmp(own, s->directory_path) != 0 &&
	    directory_open(own, DIRECTORY_READ, &dir, &unused) == TWR_OK &&
	    !directory_is_copy(dir);
	directory_close(dir);
	free(own);
	if (!is_own)
		return TWR_OK;
	return twr_fail(err, TWR_EREFUSED,
	    "%s: is a copy, but this host has a directory of its own beside "
	    "%s; move that away if this host shall follow another",
	    s->directory_path, s->paths.policy);
}

enum twr_status
session_open_copy(struct session *s, bool compile, struct twr_error *err)
{
	struct follow was = { 0 };
	struct scope org = { 0 };
	enum twr_status rc;

	rc = session_open_directory(s, DIRECTORY_READ, err);
	if (rc == TWR_OK)
		rc = directory_begin_read(s->dir, err);
	if (rc == TWR_OK)
		rc = directory_scope_get(s->dir, 1, &org, err);
	if (rc != TWR_OK)
		return rc;
	if (!compile)
		return twr_fail(err, TWR_EREFUSED,
		    "this host follows %s (%s), of which %s is a copy; change "
		    "it on the authority",
		    org.sid, org.name, s->directory_path);
	if ((rc = check_own(s, err)) != TWR_OK)
		return rc;
	rc = follow_read(s->paths.policy, s->paths.owner, &was, err);
	if (rc != TWR_OK && rc != TWR_ENOENT)
		return rc;
	if ((s->follow = calloc(1, sizeof(*s->follow))) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	rc = follow_check(s->dir, rc == TWR_OK ? &was : NULL, s->follow, err);
	return rc == TWR_OK ? session_find_actor(s, false, err) : rc;
}

enum twr_status
session_commit_copy(struct session *s, struct twr_error *err)
{
	uint64_t serial = compile_serial_in_force(&s->paths) + 1;
	enum twr_status rc;

	if ((rc = session_build(s, &s->conf, serial, err)) != TWR_OK)
		return rc;
	if (s->dry_run) {
		session_say_effect(s, &s->conf);
		return TWR_OK;
	}
	if ((rc = session_sudoers_narrow(s, err)) != TWR_OK)
		return rc;
	if ((rc = follow_write(s->paths.policy, s->follow, err)) != TWR_OK ||
	    (rc = compile_publish(s->compiled, err)) != TWR_OK) {
		session_sudoers_undo(s); /* for whichever is in force */
		return rc;
	}
	if ((rc = session_sudoers_finish(s, err)) != TWR_OK)
		return rc;
	session_say_effect(s, &s->conf);
	return TWR_OK;
}
