/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "directory_backup.h"
#include "journal.h"

static const struct out_column columns[] = {
	{ "file", "file", OUT_TEXT },
	{ "organization", "organization", OUT_TEXT },
	{ "organization_sid", "SID", OUT_SID },
	{ "journal_seq", "changes", OUT_NUMBER },
	{ "journal_hash", "journal head", OUT_TEXT },
};

static void
show_progress(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	fprintf(stderr, "\rcopying %3.0f %%%s",
	    100.0 * (double)done / (double)all, done == all ? "\r\033[K" : "");
}

static enum twr_status
check_path(const char *path, struct twr_error *err)
{
	if (*path == '/')
		return TWR_OK;
	return twr_fail(err, TWR_EINVAL,
	    "%s: not an absolute path; write it from / on", path);
}

/* What the copy holds: the head is what "journal verify --head" takes. */
static enum twr_status
report(struct cli *cli, struct directory *dir, const char *file,
    const struct journal_head *head, struct twr_error *err)
{
	char hash[2 * TWR_HASH_LEN + 1];
	struct scope org;
	enum twr_status rc = directory_scope_get(dir, 1, &org, err);

	if (rc != TWR_OK)
		return rc;
	journal_hash_text(head->hash, hash);
	out_record(cli->out, columns, sizeof(columns) / sizeof(*columns));
	out_text(cli->out, file);
	out_text(cli->out, org.name);
	out_text(cli->out, org.sid);
	out_number(cli->out, (int64_t)head->seq);
	out_text(cli->out, hash);
	return TWR_OK;
}

const struct command_help cmd_backup_help = { NULL,
	"One state of the directory, although others write meanwhile; mode "
	"0600, and complete or not there. A copy is only read: by hosts that "
	"follow (twrbac compile --directory), and by twrbac restore.",
	"twrbac backup /var/backups/twrbac.db" };

enum twr_status
cmd_backup(struct cli *cli, struct twr_error *err)
{
	struct session *s = cli->session;
	struct journal_head head;
	enum twr_status rc;

	if ((rc = check_path(cli->args[0], err)) != TWR_OK ||
	    (rc = directory_journal_head(s->dir, &head, err)) != TWR_OK ||
	    (rc = directory_backup(s->dir, cli->args[0],
		 s->meter ? show_progress : NULL, NULL, err)) != TWR_OK)
		return rc;
	return report(cli, s->dir, cli->args[0], &head, err);
}

/* ---- restore ---- */

/*
 * The serial of the policy in force may be higher than the copy's: raise it,
 * so that the next policy is the newest. Journalled, like everything.
 */
static enum twr_status
record(struct session *s, struct twr_error *err)
{
	uint64_t in_force = compile_serial_in_force(&s->paths);
	struct directory *dir = NULL;
	enum twr_status rc;

	if ((rc = session_upgrade_restored(s, err)) == TWR_OK)
		rc = directory_open(s->directory_path, DIRECTORY_WRITE, &dir,
		    err);
	if (rc == TWR_OK)
		rc = directory_begin(dir, err);
	if (rc == TWR_OK)
		rc = actor_attribute(dir, &s->facts, &s->actor, err);
	s->change.dir = dir;
	s->change.clock_ok = s->clock_ok;
	if (rc == TWR_OK)
		rc = change_restored(&s->change, in_force, err);
	if (rc == TWR_OK)
		rc = directory_commit(dir, err);
	directory_close(dir);
	s->change.dir = NULL;
	return rc;
}

static enum twr_status
open_proven(const char *file, struct directory **ret, struct journal_head *head,
    struct twr_error *err)
{
	enum twr_status rc = directory_open(file, DIRECTORY_READ, ret, err);

	if (rc == TWR_ENOENT)
		return twr_fail(err, rc, "%s: there is no such file", file);
	if (rc != TWR_OK)
		return rc;
	if (!directory_is_copy(*ret))
		return twr_fail(err, TWR_EREFUSED,
		    "%s: was not made by twrbac backup; only such a copy is "
		    "sure to be whole",
		    file);
	rc = directory_begin_read(*ret, err);
	return rc == TWR_OK ? journal_verify(*ret, head, err) : rc;
}

static const struct opt_help restore_options[] = {
	{ OPT_CLOCK_OK, "even if the clock is behind the journal" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_restore_help = { restore_options,
	"Proves the copy's journal first, and never writes over a directory: "
	"move a damaged one away. The policy in force stays until compile.",
	"twrbac restore /var/backups/twrbac.db" };

enum twr_status
cmd_restore(struct cli *cli, struct twr_error *err)
{
	struct session *s = cli->session;
	struct directory *copy = NULL;
	struct journal_head head;
	enum twr_status rc;

	/* a host that followed becomes an authority: its own place counts */
	if (cli->opts->value[OPT_DIRECTORY] == NULL)
		s->directory_path = TWR_STATE_DIR "/directory.db";
	if ((rc = check_path(cli->args[0], err)) != TWR_OK ||
	    (rc = open_proven(cli->args[0], &copy, &head, err)) != TWR_OK ||
	    (rc = session_lock(s, err)) != TWR_OK)
		goto out;
	rc = directory_adopt(copy, s->directory_path,
	    s->meter ? show_progress : NULL, NULL, err);
	if (rc == TWR_OK && (rc = record(s, err)) != TWR_OK)
		(void)unlink(s->directory_path);
	if (rc == TWR_OK)
		rc = report(cli, copy, s->directory_path, &head, err);
	if (rc == TWR_OK)
		out_effect(cli->out,
		    "restored, not in force yet: run twrbac "
		    "compile");
out:
	directory_close(copy);
	return rc;
}
