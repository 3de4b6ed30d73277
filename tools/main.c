/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"

/* Exit codes, from sysexits.h where it has one. */
enum {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,
	EXIT_USAGE = 64,
	EXIT_DATA = 65,
	EXIT_CANNOT_WRITE = 73,
	EXIT_BUSY = 75,
	EXIT_NOT_PERMITTED = 77
};

static int
exit_code(enum twr_status rc)
{
	switch (rc) {
	case TWR_OK:
		return EXIT_DONE;
	case TWR_ENOENT:
	case TWR_EREFUSED:
		return EXIT_REFUSED;
	case TWR_EINVAL:
		return EXIT_USAGE;
	case TWR_EUNREADABLE:
	case TWR_EUNSAFE:
	case TWR_ECORRUPT:
	case TWR_ETOONEW:
	case TWR_ESTALE:
	case TWR_EDATA:
		return EXIT_DATA;
	case TWR_EWRITE:
		return EXIT_CANNOT_WRITE;
	case TWR_EBUSY:
	case TWR_ENOMEM:
		return EXIT_BUSY;
	case TWR_EPERM:
		return EXIT_NOT_PERMITTED;
	}
	return EXIT_DATA; /* no default: a new status must be mapped */
}

/* A file opened later must not become stdout or stderr. */
static bool
standard_descriptors(void)
{
	int fd;

	do {
		if ((fd = open("/dev/null", O_RDWR | O_NOCTTY)) == -1)
			return false;
	} while (fd <= STDERR_FILENO);
	(void)close(fd);
	return true;
}

/* Only what characters are: numbers and messages stay as they are. */
static void
set_characters(void)
{
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		(void)setlocale(LC_CTYPE, "C");
}

static enum out_format
format_of(const struct opts *opts)
{
	if (opts->value[OPT_JSON] != NULL)
		return OUT_JSON;
	return opts->value[OPT_TSV] != NULL ? OUT_TSV : OUT_PEOPLE;
}

static enum twr_status
run_command(struct cli *cli, struct twr_error *err)
{
	char name[COMMAND_NAME_MAX];
	struct session session;
	struct out out;
	struct twr_error flush;
	enum twr_status rc;

	command_name(cli->command, name);
	out_init(&out, format_of(cli->opts), name);
	out.utc = cli->opts->value[OPT_UTC] != NULL;
	out.quiet = cli->opts->value[OPT_QUIET] != NULL;
	cli->out = &out;
	cli->session = &session;
	if (cli->command->flags == CMD_NONE)
		rc = cli->command->fn(cli, err);
	else
		rc = command_run(cli, err);
	if (cli->command->fn == cmd_help)
		goto out; /* wrote its pages itself */
	if (rc != TWR_OK)
		(void)!out_flush(&out, false, &flush);
	else
		rc = out_flush(&out, true, err);
out:
	out_end(&out);
	cli->out = NULL;
	cli->session = NULL;
	return rc;
}

/* Lines that need no command: --help, --version, and a group's --help. */
static bool
is_answered(const struct opts *opts)
{
	if (opts->n_words == 0 && opts->value[OPT_HELP] != NULL) {
		help_daily(stdout);
		return true;
	}
	if (opts->n_words == 1 && opts->value[OPT_HELP] != NULL &&
	    command_is_group(opts->words[0])) {
		help_group(opts->words[0], stdout);
		return true;
	}
	return false;
}

static enum twr_status
dispatch(struct opts *opts, struct cli *cli, struct twr_error *err)
{
	static char version[] = "version";
	static char *version_words[] = { version };
	enum twr_status rc;
	size_t used;

	if (opts->n_words == 0 && opts->value[OPT_VERSION] != NULL) {
		opts->words = version_words;
		opts->n_words = 1;
		opts->value[OPT_VERSION] = NULL;
	}
	rc = command_find(opts->words, opts->n_words, &cli->command, &used,
	    err);
	if (rc != TWR_OK)
		return is_answered(opts) ? TWR_OK : rc;
	if (opts->value[OPT_HELP] != NULL) {
		help_command(cli->command, stdout);
		return TWR_OK;
	}
	cli->opts = opts;
	cli->args = opts->words + used;
	cli->n_args = opts->n_words - used;
	rc = command_check_line(cli->command, opts, cli->n_args, err);
	if (rc != TWR_OK)
		return rc;
	return run_command(cli, err);
}

/* It may quote what somebody typed: bytes that rule a terminal are shown. */
static void
complain(const struct twr_error *err)
{
	char *clean = out_escape(err->text);

	fprintf(stderr, "twrbac: %s\n",
	    clean != NULL ? clean : "out of memory");
	free(clean);
}

int
main(int argc, char **argv)
{
	struct twr_error err = { "" };
	struct cli cli = { 0 };
	struct opts opts;
	enum twr_status rc;

	if (!standard_descriptors()) {
		fprintf(stderr, "twrbac: /dev/null: %s\n", strerror(errno));
		return EXIT_CANNOT_WRITE;
	}
	umask(077);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a limit is an error to tell */
	set_characters();

	rc = opts_parse(argc, argv, &opts, &err);
	if (rc == TWR_OK)
		rc = dispatch(&opts, &cli, &err);
	if (rc == TWR_OK)
		rc = out_close(&err);
	if (rc != TWR_OK)
		complain(&err);
	if (rc == TWR_OK && cli.status != 0)
		return cli.status;
	return rc == TWR_OK && cli.refused ? EXIT_REFUSED : exit_code(rc);
}
