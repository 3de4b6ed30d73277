/* SPDX-License-Identifier: BSD-2-Clause */
#include "remains.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

const struct remains_roots remains_host = { .proc = "/proc",
	.utmp = "/run/utmp",
	.sessions = "/run/systemd/sessions",
	.spool = "/var/spool",
	.linger = "/var/lib/systemd/linger",
	.run = "/run",
	.passwd = "/etc/passwd",
	.name_service = true };

const char *
remains_kind_word(enum remains_kind kind)
{
	switch (kind) {
	case REMAINS_SESSION:
		return "session";
	case REMAINS_PROCESSES:
		return "processes";
	case REMAINS_RAISED:
		return "raised";
	case REMAINS_CONTAINER:
		return "container";
	case REMAINS_CRONTAB:
		return "crontab";
	case REMAINS_AT:
		return "at jobs";
	case REMAINS_LINGER:
		return "linger";
	case REMAINS_KEYS:
		return "ssh keys";
	case REMAINS_SUDO:
		return "sudo";
	case REMAINS_OVER:
		return "ended";
	case REMAINS_UNKNOWN:
		return "unknown";
	}
	return "?";
}

/* ---- items ---- */

struct remains_item *
remains_add(struct remains *rm, enum remains_kind kind, const char *login,
    char *command, const char *fmt, ...)
{
	struct remains_item *grown;
	size_t room = rm->room ? 2 * rm->room : 16;
	va_list ap;

	if (rm->n == rm->room) {
		grown = reallocarray(rm->items, room, sizeof(*grown));
		if (grown == NULL)
			goto fail;
		rm->items = grown;
		rm->room = room;
	}
	grown = &rm->items[rm->n];
	*grown = (struct remains_item) { .kind = kind,
		.login = login,
		.command = command,
		.since = TWR_ALWAYS,
		.count = 1 };
	va_start(ap, fmt);
	if (vasprintf(&grown->what, fmt, ap) < 0)
		grown->what = NULL;
	va_end(ap);
	if (grown->what == NULL)
		goto fail;
	rm->n++;
	return grown;
fail:
	free(command);
	rm->failed = true;
	return NULL;
}

void
remains_free(struct remains *rm)
{
	size_t i;

	for (i = 0; i < rm->n; i++) {
		free(rm->items[i].what);
		free(rm->items[i].command);
		free(rm->items[i].tty);
	}
	free(rm->items);
	memset(rm, 0, sizeof(*rm));
}

/* Room for the text in single quotes, with '\'' for each quote in it. */
static char *
quote(const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789_.,:@%+=/-";
	char *ret, *to;

	if (*text != '\0' && text[strspn(text, plain)] == '\0')
		return strdup(text);
	if ((ret = malloc(4 * strlen(text) + 3)) == NULL)
		return NULL;
	to = ret;
	*to++ = '\'';
	for (; *text != '\0'; text++) {
		if (*text == '\'') {
			memcpy(to, "'\\''", 4);
			to += 4;
		} else {
			*to++ = *text;
		}
	}
	*to++ = '\'';
	*to = '\0';
	return ret;
}

char *
remains_command(const char *before, const char *word, const char *after)
{
	char *quoted = quote(word), *ret = NULL;

	if (quoted != NULL &&
	    asprintf(&ret, "%s%s%s", before, quoted, after) < 0)
		ret = NULL;
	free(quoted);
	return ret;
}

/* ---- accounts ---- */

static bool
is_asked_about(const struct remains_login *logins, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(logins[i].name, name) == 0)
			return true;
	return false;
}

/* One account: is it another name for one of the uids? */
static void
note_account(struct remains_login *logins, size_t n, const struct passwd *pw,
    struct remains *rm)
{
	size_t i;

	if (is_asked_about(logins, n, pw->pw_name))
		return;
	for (i = 0; i < n; i++) {
		if (logins[i].shared != NULL || logins[i].uid != pw->pw_uid)
			continue;
		if ((logins[i].shared = strdup(pw->pw_name)) == NULL)
			rm->failed = true;
	}
}

static void
find_shared(const struct remains_roots *roots, struct remains_login *logins,
    size_t n, struct remains *rm)
{
	const struct passwd *pw;
	FILE *fp = fopen(roots->passwd, "re");
	size_t i;

	if (fp == NULL) {
		for (i = 0; i < n; i++)
			(void)remains_add(rm, REMAINS_UNKNOWN, logins[i].name,
			    NULL,
			    "whether others have the same uid: %s "
			    "cannot be read",
			    roots->passwd);
		return;
	}
	while ((pw = fgetpwent(fp)) != NULL)
		note_account(logins, n, pw, rm);
	fclose(fp);
	if (!roots->name_service)
		return;
	for (i = 0; i < n; i++)
		if (logins[i].uid != TWR_UID_UNKNOWN &&
		    (pw = getpwuid(logins[i].uid)) != NULL)
			note_account(logins, n, pw, rm);
}

char *
remains_home(const struct remains_roots *roots, const char *login)
{
	const struct passwd *pw = NULL;
	FILE *fp = fopen(roots->passwd, "re");
	char *ret = NULL;

	while (fp != NULL && (pw = fgetpwent(fp)) != NULL)
		if (strcmp(pw->pw_name, login) == 0)
			break;
	if (pw == NULL && roots->name_service)
		pw = getpwnam(login);
	if (pw != NULL && pw->pw_dir != NULL && pw->pw_dir[0] == '/')
		ret = strdup(pw->pw_dir);
	if (fp != NULL)
		fclose(fp);
	return ret;
}

/* ---- all of it ---- */

enum twr_status
remains_look(const struct remains_roots *roots, struct remains_login *logins,
    size_t n, struct remains *ret, struct twr_error *err)
{
	struct proc_list procs = { 0 };
	struct twr_error why;
	enum twr_status rc;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	find_shared(roots, logins, n, ret);
	rc = proc_read(roots->proc, &procs, &why);
	for (i = 0; i < n; i++) {
		if (rc != TWR_OK)
			(void)remains_add(ret, REMAINS_UNKNOWN, logins[i].name,
			    NULL, "sessions and processes: %s", why.text);
		remains_sessions(roots, &procs, &logins[i], ret);
		remains_processes(&procs, &logins[i], ret);
		remains_files(roots, &logins[i], ret);
		remains_keys(roots, &logins[i], ret);
	}
	proc_free(&procs);
	if (!ret->failed)
		return TWR_OK;
	remains_free(ret);
	return twr_fail(err, TWR_ENOMEM,
	    "out of memory: what remains on this host is not known");
}

void
remains_free_logins(struct remains_login *logins, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(logins[i].shared);
}
