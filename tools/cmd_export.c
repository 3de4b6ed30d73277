/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "organization.h"

/* How every export begins: what may be written over. */
#define MARK "# An organization, as twrbac export"

static enum twr_status
fail_file(const char *path, struct twr_error *err)
{
	return twr_fail(err, TWR_EWRITE, "%s: %s", path, strerror(errno));
}

/* A slip must not cost another file. */
static enum twr_status
check_target(const char *path, struct twr_error *err)
{
	char head[sizeof(MARK)] = "";
	FILE *old = fopen(path, "re");
	size_t got;

	if (old == NULL)
		return errno == ENOENT ? TWR_OK : fail_file(path, err);
	got = fread(head, 1, sizeof(MARK) - 1, old);
	(void)fclose(old);
	if (got == sizeof(MARK) - 1 && strcmp(head, MARK) == 0)
		return TWR_OK;
	return twr_fail(err, TWR_EREFUSED,
	    "%s: is there already and is no export; name another file, or "
	    "remove it",
	    path);
}

/* Complete, or not there. */
static enum twr_status
write_file(const struct organization *org, const char *path,
    struct twr_error *err)
{
	char *new = NULL;
	FILE *to = NULL;
	enum twr_status rc;
	int fd = -1;

	if ((rc = check_target(path, err)) != TWR_OK)
		return rc;
	if (asprintf(&new, "%s.new", path) < 0)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
	(void)unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd == -1 || (to = fdopen(fd, "w")) == NULL) {
		rc = fail_file(new, err);
		if (fd != -1)
			(void)close(fd);
		free(new);
		return rc;
	}
	rc = organization_write(org, to, err);
	if (rc == TWR_OK && fsync(fd) != 0)
		rc = fail_file(new, err);
	if (fclose(to) != 0 && rc == TWR_OK)
		rc = fail_file(new, err);
	if (rc == TWR_OK && rename(new, path) != 0)
		rc = fail_file(path, err);
	if (rc != TWR_OK)
		(void)unlink(new);
	free(new);
	return rc;
}

const struct command_help cmd_export_help = { NULL,
	"Scopes, users, logins, custom roles, assignments and settings, in a "
	"stable order, to FILE (mode 0600) or to standard output. What plan "
	"and apply read. A backup keeps more: the journal and what was.",
	"twrbac export /root/acme.conf" };

enum twr_status
cmd_export(struct cli *cli, struct twr_error *err)
{
	struct organization *org = NULL;
	enum twr_status rc;

	if (cli->out->format != OUT_PEOPLE)
		return twr_fail(err, TWR_EINVAL,
		    "export writes one file for plan and apply; leave out "
		    "--json and --tsv");
	rc = organization_load(cli->session->dir, cli->session->now, &org, err);
	if (rc == TWR_OK && cli->n_args == 0)
		rc = organization_write(org, stdout, err);
	else if (rc == TWR_OK)
		rc = write_file(org, cli->args[0], err);
	if (rc == TWR_OK && cli->n_args == 1)
		out_line(cli->out, "%s: %zu scopes, %zu users, %zu assignments",
		    cli->args[0], org->n_scopes + 1, org->n_users,
		    org->n_assignments);
	organization_free(org);
	return rc;
}
