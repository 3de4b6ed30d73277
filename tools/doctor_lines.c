/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "clock.h"
#include "doctor.h"
#include "gate.h"
#include "text.h"

/* What the module is told on its lines, and whom break-glass names. */

/* ---- can a break-glass login come in at all? ---- */

struct entry {
	bool found, locked, no_shell;
	char home[1024];
};

/* The line of a colon-separated file that begins with name. */
static char *
find_line(const char *path, const char *name)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0, len = strlen(name);
	ssize_t n = -1;

	while (file != NULL && (n = getline(&line, &room, file)) > 0) {
		if (strncmp(line, name, len) == 0 && line[len] == ':')
			break;
	}
	if (file != NULL)
		fclose(file);
	if (n > 0) {
		line[strcspn(line, "\n")] = '\0';
		return line;
	}
	free(line);
	return NULL;
}

/* Field i, from 0 on, into buf. */
static const char *
field(const char *line, unsigned i, char *buf, size_t size)
{
	for (; i > 0 && line != NULL; i--) {
		line = strchr(line, ':');
		line = line != NULL ? line + 1 : NULL;
	}
	(void)snprintf(buf, size, "%.*s",
	    line != NULL ? (int)strcspn(line, ":") : 0,
	    line != NULL ? line : "");
	return buf;
}

static bool
is_no_shell(const char *shell)
{
	const char *slash = strrchr(shell, '/');
	const char *name = slash != NULL ? slash + 1 : shell;

	if (*shell == '\0')
		return false; /* the usual one */
	return strcmp(name, "nologin") == 0 || strcmp(name, "false") == 0 ||
	    access(shell, X_OK) != 0;
}

static bool
has_keys(const char *home)
{
	char path[1200];

	(void)snprintf(path, sizeof(path), "%s/.ssh/authorized_keys", home);
	return access(path, F_OK) == 0;
}

static void
check_login(struct doctor *d, const char *login)
{
	char buf[1024], home[1024];
	char *line = find_line(d->s->paths.passwd, login), *shadow;
	const char *why = NULL;

	if (line == NULL) {
		why = "it is not in /etc/passwd";
	} else if (is_no_shell(field(line, 6, buf, sizeof(buf)))) {
		why = "its shell lets nobody in";
	} else if ((shadow = find_line("/etc/shadow", login)) != NULL) {
		(void)field(shadow, 1, buf, sizeof(buf));
		(void)field(line, 5, home, sizeof(home));
		if ((buf[0] == '!' || buf[0] == '*') && !has_keys(home))
			why = "no password fits, and it has no ssh keys";
		free(shadow);
	}
	free(line);
	if (why == NULL)
		return;
	doctor_add(d, DOCTOR_BREAK_GLASS_DEAD, login, "break-glass login: %s",
	    why);
	doctor_cure(d,
	    "give it a way in, such as passwd %s and a console; or "
	    "name another after break_glass=",
	    login);
}

/* ---- lines ---- */

struct seen {
	char logins[1024]; /* of break_glass=, with commas around each */
	char times[512];
};

/* Each login of the list that was not seen before. */
static void
take_logins(struct doctor *d, struct seen *sn, const char *list)
{
	char login[300], key[304];
	size_t len;

	for (; *list != '\0'; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		(void)snprintf(login, sizeof(login), "%.*s", (int)len, list);
		(void)snprintf(key, sizeof(key), ",%s,", login);
		if (len == 0 || len >= sizeof(login) ||
		    strstr(sn->logins, key) != NULL ||
		    strlen(sn->logins) + strlen(key) >= sizeof(sn->logins))
			continue;
		strcat(sn->logins, key);
		doctor_add(d, DOCTOR_BREAK_GLASS, login,
		    "named after break_glass=");
		doctor_cure(d, "nothing to do, if it is meant so");
		check_login(d, login);
	}
}

static void
take_until(struct doctor *d, struct seen *sn, const char *value,
    const struct stack_line *line)
{
	bool utc = d->cli->out->utc || d->cli->out->format != OUT_PEOPLE;
	char when[CLOCK_TEXT_LEN], at[320];
	int64_t until;

	if (!twr_time_parse(value, &until) || until <= d->s->now)
		return;
	(void)snprintf(at, sizeof(at), "%.200s:%u", line->file, line->line);
	if (strstr(sn->times, at) != NULL)
		return;
	(void)snprintf(sn->times, sizeof(sn->times), "%s", at);
	clock_format(until, utc, when);
	doctor_add(d, DOCTOR_PERMISSIVE, at, "permissive_until: until %s",
	    when);
	doctor_cure(d, "take permissive_until= out of the line");
}

static void
take_unconfigured(struct doctor *d, struct seen *sn,
    const struct stack_line *line)
{
	const char *policy = d->s->paths.policy;
	char at[320];

	(void)snprintf(at, sizeof(at), "%.200s:%u", line->file, line->line);
	if (strstr(sn->times, at) != NULL || access(policy, F_OK) == 0 ||
	    !twr_policy_unconfigured(policy, d->s->paths.owner))
		return;
	(void)snprintf(sn->times, sizeof(sn->times), "%s", at);
	doctor_add(d, DOCTOR_PERMISSIVE, at,
	    "permissive_unconfigured: until there is a policy");
	doctor_cure(d, "twrbac compile");
}

static void
take_policy(struct doctor *d, const char *value, const struct stack_line *line)
{
	if (strcmp(value, d->s->paths.policy) == 0)
		return;
	doctor_add(d, DOCTOR_OTHER_POLICY, value,
	    "%s:%u names it; this tool looked at %s", line->file, line->line,
	    d->s->paths.policy);
	doctor_cure(d,
	    "take policy= out of the line, or run twrbac with --policy");
}

static void
take_word(struct doctor *d, struct seen *sn, const struct stack_line *line,
    const char *word)
{
	const char *value;

	switch (twr_argument_parse(word, &value)) {
	case TWR_ARGUMENT_POLICY:
		take_policy(d, value, line);
		break;
	case TWR_ARGUMENT_BREAK_GLASS:
		take_logins(d, sn, value);
		break;
	case TWR_ARGUMENT_PERMISSIVE_UNTIL:
		take_until(d, sn, value, line);
		break;
	case TWR_ARGUMENT_PERMISSIVE_UNCONFIGURED:
		take_unconfigured(d, sn, line);
		break;
	case TWR_ARGUMENT_TELL:
	case TWR_ARGUMENT_DEBUG:
		break;
	case TWR_ARGUMENT_COUNT:
		doctor_add(d, DOCTOR_BAD_ARGUMENT, DOCTOR_MODULE, "%s:%u: %s",
		    line->file, line->line, word);
		doctor_cure(d, "correct it; see pam_twrbac(8)");
		break;
	}
}

static void
take_line(struct doctor *d, struct seen *sn, const struct stack_line *line)
{
	char *args = strdup(line->args), *at = args, *word;

	while (args != NULL && (word = stack_word(&at)) != NULL)
		take_word(d, sn, line, word);
	if (args == NULL)
		d->no_memory = true;
	free(args);
}

/* A line that services share counts once. */
static bool
is_first(const struct doctor *d, size_t service, size_t at)
{
	const struct stack_line *line = &d->services[service].stack.lines[at];
	const struct stack_line *other;
	size_t i, k;

	for (i = 0; i <= service; i++) {
		for (k = 0; k < d->services[i].stack.n; k++) {
			if (i == service && k == at)
				return true;
			other = &d->services[i].stack.lines[k];
			if (other->line == line->line &&
			    strcmp(other->file, line->file) == 0)
				return false;
		}
	}
	return true;
}

enum twr_status
doctor_check_lines(struct doctor *d, struct twr_error *err)
{
	struct seen sn = { ",", "" };
	const struct stack *st;
	size_t i, k;

	(void)err;
	for (i = 0; i < d->n_services; i++) {
		st = &d->services[i].stack;
		for (k = 0; k < st->n; k++) {
			if (stack_is_module(&st->lines[k], DOCTOR_MODULE) &&
			    is_first(d, i, k))
				take_line(d, &sn, &st->lines[k]);
		}
	}
	return TWR_OK;
}
