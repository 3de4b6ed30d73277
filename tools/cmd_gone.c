/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES_SHOWN 20
#define ANSWER_MS 60000 /* the writers' lock is held meanwhile */

static const struct out_column columns[] = {
	{ "what", NULL, OUT_TEXT },
	{ "email", NULL, OUT_TEXT },
	{ "login", NULL, OUT_WHOLE },
	{ "role", NULL, OUT_WHOLE },
	{ "scope", NULL, OUT_WHOLE },
	{ "sid", NULL, OUT_SID },
};

static const char *
what_word(enum change_gone_what what)
{
	switch (what) {
	case GONE_USER:
		return "user";
	case GONE_LOGIN:
		return "login";
	case GONE_ASSIGNMENT:
		return "assignment";
	case GONE_SCOPE:
		return "scope";
	}
	return "?";
}

void
cmd_gone_line(struct cmd_gone *gone, const char *fmt, ...)
{
	char text[TWR_ERROR_MAX];
	va_list ap;

	if (gone->n++ >= LINES_SHOWN)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	out_list_add(&gone->lines, "%s", text);
}

void
cmd_gone_take(void *ctx, const struct change_gone *g)
{
	struct cmd_gone *gone = ctx;
	struct out *out = gone->cli->out;

	if (out->n_columns == 0)
		out_table(out, columns, sizeof(columns) / sizeof(*columns));
	out_text(out, what_word(g->what));
	out_text(out, g->email);
	out_text(out, g->login);
	out_text(out, g->role);
	out_text(out, g->scope);
	out_text(out, g->sid);
	if (g->what == GONE_ASSIGNMENT)
		cmd_gone_line(gone, "%s loses %s at %s", g->email, g->role,
		    g->scope);
	else if (g->what == GONE_SCOPE)
		cmd_gone_line(gone, "%s is closed", g->scope);
	else if (g->what == GONE_LOGIN)
		cmd_gone_line(gone, "login %s is refused from then on",
		    g->login);
	else
		cmd_gone_line(gone, "%s is removed", g->email);
}

/* Each line to where it belongs. */
static void
say(struct cmd_gone *gone, void (*print)(struct out *out, const char *fmt, ...))
{
	struct out *out = gone->cli->out;
	char *p, *end;

	for (p = gone->lines.items; p != NULL && *p != '\0'; p = end + 1) {
		if ((end = strchr(p, '\n')) == NULL)
			break;
		*end = '\0';
		print(out, "%s", p);
	}
	if (gone->n > LINES_SHOWN)
		print(out, "and %zu more", gone->n - LINES_SHOWN);
}

static void print_now(struct out *out, const char *fmt, ...) TWR_PRINTF(2, 3);

static void
print_now(struct out *out, const char *fmt, ...)
{
	char text[TWR_ERROR_MAX], *clean;
	va_list ap;

	(void)out;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if ((clean = out_escape(text)) != NULL)
		fprintf(stderr, "  %s\n", clean);
	free(clean);
}

/* One line of the terminal: is it yes? */
static bool
answered_yes(void)
{
	struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
	char line[16];
	ssize_t n;

	if (poll(&fd, 1, ANSWER_MS) != 1)
		return false;
	if ((n = read(STDIN_FILENO, line, sizeof(line) - 1)) <= 0)
		return false;
	line[n] = '\0';
	return strcmp(line, "y\n") == 0 || strcmp(line, "yes\n") == 0;
}

static enum twr_status
ask(struct cmd_gone *gone, const char *doing, struct twr_error *err)
{
	char *clean = out_escape(doing);

	if (clean == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	fprintf(stderr, "To %s means:\n", clean);
	say(gone, print_now);
	fprintf(stderr, "Go on? [y/N] ");
	(void)fflush(stderr);
	free(clean);
	if (answered_yes())
		return TWR_OK;
	return twr_fail(err, TWR_EREFUSED,
	    "%s: nobody said yes within a minute; nothing was changed", doing);
}

enum twr_status
cmd_gone_confirm(struct cmd_gone *gone, const char *doing,
    struct twr_error *err)
{
	struct out *out = gone->cli->out;
	enum twr_status rc = TWR_OK;

	if (gone->lines.failed)
		out->failed = true;
	if (gone->cli->opts->value[OPT_YES] != NULL ||
	    gone->cli->session->dry_run) {
		say(gone, out_line);
	} else if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
		rc = ask(gone, doing, err);
	} else {
		say(gone, out_note);
		out_keep_notes(out);
		rc = twr_fail(err, TWR_EREFUSED,
		    "%s: needs a yes, and nobody can be asked here; look at "
		    "what goes with it and add --yes",
		    doing);
	}
	free(gone->lines.items);
	gone->lines = (struct out_list) { 0 };
	return rc;
}
