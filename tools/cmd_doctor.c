/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"
#include "safe_file.h"

#define EXIT_WARNINGS 1
#define EXIT_FAILURES 2

static const char *const severities[] = { [DOCTOR_OK] = "ok",
	[DOCTOR_WARNING] = "warning",
	[DOCTOR_FAILURE] = "failure" };

static const struct out_column columns[] = {
	{ "severity", "SEVERITY", OUT_WHOLE },
	{ "finding", "FINDING", OUT_WHOLE },
	{ "subject", "SUBJECT", OUT_WHOLE },
	{ "what", "WHAT", OUT_BELOW },
	{ "why", "WHY", OUT_BELOW },
	{ "cure", "CURE", OUT_BELOW },
};

/* The gravest first; people are not shown what is well but as lines. */
static void
print_findings(struct cli *cli, const struct doctor *d)
{
	const struct doctor_finding *fi;
	int severity;
	size_t i;

	out_table(cli->out, columns, sizeof(columns) / sizeof(*columns));
	for (severity = DOCTOR_FAILURE; severity >= DOCTOR_OK; severity--) {
		for (i = 0; i < d->n; i++) {
			fi = &d->all[i];
			if ((int)doctor_severity(fi->id) != severity)
				continue;
			out_text(cli->out, severities[severity]);
			out_text(cli->out, doctor_word(fi->id));
			out_text(cli->out, fi->subject);
			out_text(cli->out, fi->what);
			out_text(cli->out, doctor_why(fi->id));
			out_text(cli->out, fi->cure);
		}
	}
}

static void
print_sum(struct cli *cli, const struct doctor *d)
{
	size_t count[DOCTOR_FAILURE + 1] = { 0 }, i;

	for (i = 0; i < d->n; i++)
		count[doctor_severity(d->all[i].id)]++;
	if (count[DOCTOR_FAILURE] > 0)
		cli->status = EXIT_FAILURES;
	else if (count[DOCTOR_WARNING] > 0)
		cli->status = EXIT_WARNINGS;
	out_effect(cli->out,
	    "%zu services are judged; %zu failures, %zu warnings%s", d->n_gated,
	    count[DOCTOR_FAILURE], count[DOCTOR_WARNING],
	    count[DOCTOR_FAILURE] > 0 ? ": the gate does not hold" : "");
}

/* Read rights that nobody but root may have. Nothing is widened by it. */
static void
close_directory(struct cli *cli)
{
	const char *path = cli->session->directory_path;
	struct twr_error err;
	struct stat st;
	int fd;

	if (twr_safe_open(path, cli->session->paths.owner, &fd, &st, &err) !=
	    TWR_OK)
		return;
	if ((st.st_mode & 077) != 0 && fchmod(fd, 0600) == 0)
		out_note(cli->out, "%s: its mode is 0600 now", path);
	(void)close(fd);
}

static void
remove_leftovers(struct cli *cli)
{
	const struct compile_paths *paths = &cli->session->paths;
	struct twr_error err;
	unsigned n = 0;
	int lock = -1;

	if (compile_lock(paths, &lock, &err) != TWR_OK)
		return; /* a writer is at work: what lies there is its own */
	if (compile_remove_leftovers(paths, &n, &err) == TWR_OK && n > 0)
		out_note(cli->out, "%u leftover files were removed", n);
	compile_unlock(lock);
}

/* Only what can neither lock anybody out nor let anybody in. */
static enum twr_status
fix(struct cli *cli, struct twr_error *err)
{
	if (geteuid() != 0)
		return twr_fail(err, TWR_EPERM,
		    "\"doctor --fix\" needs root; run it with sudo");
	if (access(cli->session->directory_path, F_OK) != 0)
		return TWR_OK;
	session_heal_first(cli->session);
	remove_leftovers(cli);
	close_directory(cli);
	out_keep_notes(cli->out);
	return TWR_OK;
}

static const struct opt_help options[] = {
	{ OPT_FIX, "mend what can be mended without a risk, then look" },
	{ OPT_NONE, NULL },
};
const struct command_help cmd_doctor_help = { options,
	"Exit status 0: all is well; 1: warnings; 2: the gate does not hold. "
	"Anybody may ask; what only root can read is then a warning.",
	"twrbac doctor" };

enum twr_status
cmd_doctor(struct cli *cli, struct twr_error *err)
{
	struct doctor d = { .cli = cli, .s = cli->session };
	enum twr_status rc = TWR_OK;

	if (cli->opts->value[OPT_FIX] != NULL && (rc = fix(cli, err)) != TWR_OK)
		return rc;
	if ((rc = doctor_examine(&d, err)) == TWR_OK) {
		print_findings(cli, &d);
		print_sum(cli, &d);
	}
	doctor_end(&d);
	return rc;
}
