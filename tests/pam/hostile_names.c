/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Names that nobody has, from a file of one name a line: "\xHH" is a byte,
 * "\\" a backslash, "{N*text}" that text N times; "# " begins a comment. In
 * every place where a program can put a name, none of them may open a door,
 * and the line that it leaves in the log is one of a harmless name but for
 * the value that stands for the name itself.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_ROOM ((size_t)1 << 21)
#define LOGGED_MOST 4200 /* a whole datagram: libc's head and our line */
#define VALUE_MOST 260
#define AUDIT_MOST 8000

/* ---- the file ---- */

static int
hex(char c)
{
	const char *digits = "0123456789abcdef", *p;

	p = c != '\0' ? strchr(digits, tolower((unsigned char)c)) : NULL;
	return p != NULL ? (int)(p - digits) : -1;
}

/* The bytes of one escaped text; false: it is malformed. */
static bool
unescape(const char *p, const char *end, char *name, size_t *len)
{
	int high, low;

	for (; p < end && *len < NAME_ROOM - 1; p++) {
		if (*p != '\\') {
			name[(*len)++] = *p;
		} else if (p + 1 < end && p[1] == '\\') {
			name[(*len)++] = *++p;
		} else if (p + 3 < end && p[1] == 'x' &&
		    (high = hex(p[2])) >= 0 && (low = hex(p[3])) >= 0) {
			name[(*len)++] = (char)(high * 16 + low);
			p += 3;
		} else {
			return false;
		}
	}
	return true;
}

static bool
decode(const char *line, char *name)
{
	size_t len = 0;
	const char *p = line, *end = line + strcspn(line, "\n"), *brace, *stop;
	unsigned long times;
	char *text;

	while (p < end) {
		if ((brace = memchr(p, '{', (size_t)(end - p))) == NULL)
			brace = end;
		if (!unescape(p, brace, name, &len))
			return false;
		if (brace == end)
			break;
		times = strtoul(brace + 1, &text, 10);
		if (*text != '*' || (stop = strchr(text, '}')) == NULL)
			return false;
		for (; times > 0; times--)
			if (!unescape(text + 1, stop, name, &len))
				return false;
		p = stop + 1;
	}
	name[len] = '\0';
	return len > 0 && strlen(name) == len;
}

/* The next name of the file; false at its end. */
static bool
next_name(FILE *f, char line[8192], char *name)
{
	while (fgets(line, 8192, f) != NULL) {
		if (strncmp(line, "# ", 2) == 0 || line[0] == '\n')
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (decode(line, name))
			return true;
		(void)tap(false, "malformed: %s", line);
	}
	return false;
}

/* ---- where a name can stand ---- */

enum {
	USER = 1,
	RUSER = 2,
	TEXTS = 4, /* PAM_RHOST and PAM_TTY */
	SERVICE = 8
};

static const struct place {
	const char *what, *service, *user, *ruser;
	unsigned places;
	int code;
	const char *masked[3]; /* keys whose values are the name's */
} places[] = {
	{ "user", "gate", NULL, NULL, USER, PAM_USER_UNKNOWN, { "login" } },
	{ "user and invoker", "gate", NULL, NULL, USER | RUSER,
	    PAM_USER_UNKNOWN, { "login", "invoker" } },
	{ "invoker beside a user", "gate", "granted", NULL, RUSER,
	    PAM_PERM_DENIED, { "invoker" } },
	{ "user beside an invoker", "gate", NULL, "granted", USER,
	    PAM_PERM_DENIED, { "login" } },
	{ "user where root is exempt", "root-only", NULL, NULL, USER,
	    PAM_USER_UNKNOWN, { "login" } },
	{ "user where system accounts are", "gate-cron", NULL, NULL, USER,
	    PAM_USER_UNKNOWN, { "login" } },
	{ "invoker of sudo", "sudo", "root", NULL, RUSER, PAM_USER_UNKNOWN,
	    { "login" } },
	{ "invoker of su, where root is exempt", "su", "granted", NULL, RUSER,
	    PAM_USER_UNKNOWN, { "login" } },
	{ "target of sudo", "sudo", NULL, "granted", USER, PAM_SUCCESS,
	    { "target" } },
	{ "target of who may not sudo", "sudo", NULL, "none", USER,
	    PAM_PERM_DENIED, { "target" } },
	{ "user, debugging", "gate-debug", NULL, NULL, USER, PAM_USER_UNKNOWN,
	    { "login" } },
	{ "host and terminal of who may", "gate", "granted", NULL, TEXTS,
	    PAM_SUCCESS, { "rhost", "tty" } },
	{ "host and terminal of who may not", "gate", "none", NULL, TEXTS,
	    PAM_PERM_DENIED, { "rhost", "tty" } },
	{ "service", NULL, "granted", NULL, SERVICE, PAM_PERM_DENIED,
	    { "service" } },
	{ "service and user", NULL, NULL, NULL, SERVICE | USER, PAM_PERM_DENIED,
	    { "service", "login" } },
};

/* Without a policy: break-glass names root and granted, and nobody else. */
static const struct place glass_places[] = {
	{ "user, no policy", "gate-glass", NULL, NULL, USER,
	    PAM_AUTHINFO_UNAVAIL, { "login" } },
	{ "invoker of sudo, no policy", "sudo", "root", NULL, RUSER,
	    PAM_AUTHINFO_UNAVAIL, { "login", "target", "invoker" } },
	{ "user and invoker, no policy", "gate-glass", NULL, NULL, USER | RUSER,
	    PAM_AUTHINFO_UNAVAIL, { "login", "invoker" } },
	{ "host and terminal, no policy", "gate-glass", "granted", NULL, TEXTS,
	    PAM_SUCCESS, { "rhost", "tty" } },
};

static int
ask_at(const struct place *pl, const char *name)
{
	const struct ask a = {
		.service = (pl->places & SERVICE) != 0 ? name : pl->service,
		.user = (pl->places & USER) != 0 ? name : pl->user,
		.ruser = (pl->places & RUSER) != 0 ? name : pl->ruser,
		.rhost = (pl->places & TEXTS) != 0 ? name : NULL,
		.tty = (pl->places & TEXTS) != 0 ? name : NULL,
	};

	return ask(&a);
}

/* libpam takes what is behind the last slash, in lower case, as a service. */
static bool
is_ruled_service(const char *name)
{
	static const char *const ruled[] = { "gate", "gate-2fa", "gate-closed",
		"gate-cron", "open", "root-only", "soft", "soft-ended", "su",
		"su-l", "sudo", "sudo-i", "cron", "atd", "login",
		"systemd-user" };
	const char *base = strrchr(name, '/');
	size_t i;

	base = base != NULL ? base + 1 : name;
	for (i = 0; i < COUNT(ruled); i++)
		if (strcasecmp(base, ruled[i]) == 0)
			return true;
	return false;
}

/* ---- the line it leaves ---- */

/* "#" and 8 hex digits, or "#" where there is no policy with its key. */
static bool
is_hidden(const char *value, size_t len)
{
	return value[0] == '#' &&
	    (len == 1 ||
		(len == 9 && strspn(value + 1, "0123456789abcdef") >= 8));
}

/* The value of a key becomes "?"; false: too long, or shown though unknown. */
static bool
mask(char *line, const char *key, bool may_show)
{
	char *p = line;
	size_t len, key_len = strlen(key);
	bool good;

	while ((p = strstr(p, key)) != NULL &&
	    (p == line || p[-1] != ' ' || p[key_len] != '='))
		p++;
	if (p == NULL)
		return false;
	p += key_len + 1;
	len = strcspn(p, " ");
	good = len > 0 && len <= VALUE_MOST &&
	    (may_show || is_hidden(p, len) || (len == 1 && *p == '-'));
	memmove(p + 1, p + len, strlen(p + len) + 1);
	*p = '?';
	return good;
}

/* Behind the head, which has the service too. */
static const char *
body_of(char *line)
{
	const char *body = strstr(without_moment(line), "): ");

	return body != NULL ? body : line;
}

/*
 * All lines of one decision, with the values masked, in a buffer that the
 * next call uses again; NULL: a line is not as lines must be.
 */
static const char *
lines_of(const struct place *pl)
{
	static char all[LINE_ROOM], line[LINE_ROOM];
	bool may_show = (pl->places & (TEXTS | SERVICE)) != 0 ||
	    strcmp(pl->service, "su") == 0 || strcmp(pl->service, "sudo") == 0;
	size_t n, i, used = 0, decisions = 0;
	bool good = true;

	all[0] = '\0';
	while ((n = hear(line)) > 0) {
		if (strstr(line, "pam_twrbac(") == NULL)
			continue; /* libpam's own */
		if (n > LOGGED_MOST || strlen(line) != n)
			good = false;
		for (i = 0; i < n; i++)
			if (line[i] < 0x20 || line[i] > 0x7e)
				good = false;
		decisions += strstr(line, " verdict=") != NULL ? 1 : 0;
		for (i = 0; i < COUNT(pl->masked) && pl->masked[i] != NULL; i++)
			if (strstr(line, " verdict=") != NULL &&
			    !mask(line, pl->masked[i], may_show))
				good = false;
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s\n",
		    body_of(line));
		if (used >= sizeof(all))
			return NULL;
	}
	return good && decisions == 1 ? all : NULL;
}

static bool
check_at(const struct place *pl, const char *name, const char *shown,
    const char *reference)
{
	const char *lines;
	int code;

	if ((pl->places & SERVICE) != 0 && is_ruled_service(name))
		return true;
	code = ask_at(pl, name);
	lines = lines_of(pl);
	/* the kernel takes no audit message so long, and libpam then refuses */
	if ((pl->places & TEXTS) != 0 && code == PAM_SYSTEM_ERR &&
	    strlen(name) > AUDIT_MOST)
		code = pl->code;
	if (code != pl->code)
		seen("%.80s as %s: %d, not %d", shown, pl->what, code,
		    pl->code);
	if (lines == NULL)
		seen("%.80s as %s: no such line as it must be", shown,
		    pl->what);
	else if (strcmp(lines, reference) != 0)
		seen("%.80s as %s: %.400s instead of %.400s", shown, pl->what,
		    lines, reference);
	return code == pl->code && lines != NULL &&
	    strcmp(lines, reference) == 0;
}

static bool
check_place(const struct place *pl, FILE *f, char *name)
{
	char line[8192], *reference;
	unsigned names = 0, wrong = 0;
	const char *lines;
	int code = ask_at(pl, "some-harmless-name");

	lines = lines_of(pl);
	reference = strdup(lines != NULL ? lines : "");
	if (code != pl->code || lines == NULL)
		(void)tap(false, "a harmless name as %s: %d %s", pl->what, code,
		    reference);
	rewind(f);
	while (next_name(f, line, name)) {
		names++;
		wrong += check_at(pl, name, line, reference) ? 0 : 1;
	}
	free(reference);
	return tap(wrong == 0 && names >= 150, "%u names as %s: %u wrong",
		   names, pl->what, wrong) == 0;
}

int
hostile_names(int argc, char **argv)
{
	const struct place *set = places;
	size_t i, n = COUNT(places);
	char *name = malloc(NAME_ROOM);
	FILE *f = argc == 3 ? fopen(argv[1], "re") : NULL;

	if (f == NULL || name == NULL || !listen_alone())
		return tap(false, "names: cannot read the file");
	if (strcmp(argv[2], "missing") == 0) {
		set = glass_places;
		n = COUNT(glass_places);
	}
	for (i = 0; i < n; i++)
		(void)check_place(&set[i], f, name);
	listen_no_more();
	free(name);
	(void)fclose(f);
	return 0;
}

/* Run a command in which the argument {} is the name with that number. */
int
hostile_exec(int argc, char **argv)
{
	unsigned long number = argc > 3 ? strtoul(argv[2], NULL, 10) : 0, i;
	char line[8192], *name = malloc(NAME_ROOM);
	FILE *f = argc > 3 ? fopen(argv[1], "re") : NULL;
	int k;

	if (f == NULL || name == NULL || number == 0)
		return 64;
	for (i = 0; i < number; i++)
		if (!next_name(f, line, name))
			return 99; /* there are not so many */
	for (k = 3; k < argc; k++)
		if (strcmp(argv[k], "{}") == 0)
			argv[k] = name;
	(void)execvp(argv[3], argv + 3);
	return 98; /* such as E2BIG */
}
