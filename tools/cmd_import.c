/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "change_import.h"

#define PIECE 65536

/* What goes on while a file is imported. */
struct import_file {
	struct cli *cli;
	const char *name;
	int fd;
	uint64_t size; /* 0: not known, as of a pipe */
	bool meter;
	int shown; /* per cent; -1: nothing is on the terminal */
	struct import_counts counts;
};

/* ---- what the import asks of us ---- */

static uint32_t
account_uid(void *ctx, const char *login)
{
	struct import_file *file = ctx;

	return cmd_account_uid(file->cli, login);
}

static void
complain(void *ctx, const char *line)
{
	struct import_file *file = ctx;

	out_complain(file->cli->out, "%s", line);
}

/* ---- the bar ---- */

#define BAR 30

static void
show(struct import_file *file, const char *doing, uint64_t done, uint64_t all)
{
	static const char signs[BAR + 1] = "##############################";
	int part = all > 0 ? (int)(100 * done / all) : 0;
	int wide = part * BAR / 100;

	if (!file->meter || part == file->shown || part > 100)
		return;
	file->shown = part;
	fprintf(stderr, "\r%s [%.*s%*s] %3d %%", doing, wide, signs, BAR - wide,
	    "", part);
}

static void
show_writing(void *ctx, uint64_t done, uint64_t all)
{
	show(ctx, "writing", done, all);
}

static void
wipe(struct import_file *file)
{
	if (file->meter)
		fputs("\r\033[K", stderr);
}

/* ---- reading ---- */

static enum twr_status
open_file(struct import_file *file, struct twr_error *err)
{
	struct stat st;

	if (strcmp(file->name, "-") == 0) {
		file->name = "standard input";
		file->fd = STDIN_FILENO;
	} else {
		file->fd = open(file->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	}
	if (file->fd == -1 || fstat(file->fd, &st) != 0)
		return twr_fail(err,
		    errno == ENOENT ? TWR_ENOENT : TWR_EUNREADABLE,
		    "%s: %s; name a CSV file, or - for standard input",
		    file->name, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return twr_fail(err, TWR_EUNREADABLE,
		    "%s: is a folder; name a CSV file in it", file->name);
	if (S_ISREG(st.st_mode))
		file->size = (uint64_t)st.st_size;
	return TWR_OK;
}

static enum twr_status
feed_file(struct import_file *file, struct import *im, struct twr_error *err)
{
	char buf[PIECE];
	uint64_t done = 0;
	ssize_t n;
	enum twr_status rc = TWR_OK;

	while (rc == TWR_OK && (n = read(file->fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return twr_fail(err, TWR_EUNREADABLE, "%s: %s",
			    file->name, strerror(errno));
		rc = change_import_feed(im, buf, (size_t)n, err);
		done += (uint64_t)n;
		show(file, "reading", done, file->size);
	}
	return rc;
}

static enum twr_status
import_file(struct import_file *file, enum import_kind kind,
    struct twr_error *err)
{
	struct change_import in = { .kind = kind,
		.name = file->name,
		.account_uid = account_uid,
		.complain = complain,
		.progress = show_writing,
		.ctx = file };
	struct import *im = NULL;
	enum twr_status rc;

	cmd_login_rules(file->cli, &in.rules);
	rc = change_import_begin(&file->cli->session->change, &in, &im, err);
	if (rc == TWR_OK)
		rc = feed_file(file, im, err);
	if (rc == TWR_OK)
		rc = change_import_end(im, &file->counts, err);
	wipe(file);
	change_import_free(im);
	return rc;
}

/* ---- the commands ---- */

static const struct out_column count_columns[] = {
	{ "rows", NULL, OUT_NUMBER },
	{ "added", NULL, OUT_NUMBER },
	{ "unchanged", NULL, OUT_NUMBER },
	{ "dry_run", NULL, OUT_BOOL },
};

static void
report(struct cli *cli, const char *what, const struct import_counts *n)
{
	out_table(cli->out, count_columns,
	    sizeof(count_columns) / sizeof(*count_columns));
	out_number(cli->out, (int64_t)n->rows);
	out_number(cli->out, (int64_t)n->added);
	out_number(cli->out, (int64_t)n->unchanged);
	out_number(cli->out, cli->session->dry_run);
	out_line(cli->out,
	    "%" PRIu64 " row%s read: %" PRIu64 " %s %s, %" PRIu64 " unchanged",
	    n->rows, n->rows == 1 ? "" : "s", n->added, what,
	    cli->session->dry_run ? "would be added" : "added", n->unchanged);
}

static enum twr_status
run(struct cli *cli, enum import_kind kind, const char *what,
    struct twr_error *err)
{
	struct import_file file = { .cli = cli,
		.name = cli->args[0],
		.fd = -1,
		.shown = -1,
		.meter = isatty(STDERR_FILENO) &&
		    cli->opts->value[OPT_QUIET] == NULL };
	enum twr_status rc;

	cli->session->dry_run = cli->opts->value[OPT_DRY_RUN] != NULL;
	if ((rc = open_file(&file, err)) == TWR_OK)
		rc = import_file(&file, kind, err);
	if (file.fd > STDERR_FILENO)
		(void)close(file.fd);
	if (rc == TWR_OK)
		report(cli, what, &file.counts);
	return rc;
}

#define ABOUT \
	"FILE is CSV (RFC 4180) in UTF-8, or - for standard input; its first " \
	"row names the columns, in any order. All rows are imported, or " \
	"none. "
#define DRY_RUN \
	{ \
		OPT_DRY_RUN, "check the file and say what it would do" \
	}

static const struct opt_help people_options[] = { DRY_RUN,
	{ OPT_ALLOW_ROOT, "let logins have uid 0" },
	{ OPT_ALLOW_SYSTEM, "let logins be system accounts" },
	{ OPT_NONE, NULL } };
static const struct opt_help assignment_options[] = { DRY_RUN,
	{ OPT_NONE, NULL } };

const struct command_help cmd_import_users_help = { people_options,
	ABOUT "Columns: email; name, login, organization_role, kind (person, "
	      "service), two_factor (enrolled, not-enrolled, unknown). A user "
	      "who is there already must be as the row says.",
	"twrbac import users people.csv --dry-run" };

enum twr_status
cmd_import_users(struct cli *cli, struct twr_error *err)
{
	return run(cli, IMPORT_USERS, "users", err);
}

const struct command_help cmd_import_logins_help = { people_options,
	ABOUT "Columns: user, login; uid (of the account on this host).",
	"twrbac import logins logins.csv" };

enum twr_status
cmd_import_logins(struct cli *cli, struct twr_error *err)
{
	return run(cli, IMPORT_LOGINS, "logins", err);
}

const struct command_help cmd_import_assignments_help = { assignment_options,
	ABOUT "Columns: user, scope, role; from, until, reason. The rules of "
	      "\"assignment add\" hold for every row.",
	"twrbac import assignments roles.csv" };

enum twr_status
cmd_import_assignments(struct cli *cli, struct twr_error *err)
{
	return run(cli, IMPORT_ASSIGNMENTS, "assignments", err);
}
