/* SPDX-License-Identifier: BSD-2-Clause */
#include "accounts.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "model.h"
#include "safe_file.h"

#define PASSWD_MAX (16 * 1024 * 1024)

/*
 * The file is read once, in pieces, by a machine that knows only how far it
 * has got in the line at hand; no line has to fit anywhere.
 */
enum place {
	IN_NAME,
	IN_PASSWORD,
	IN_UID,
	IN_REST
};

struct scan {
	const char *login;
	enum place place;
	size_t matched; /* bytes of login seen in this line */
	bool wanted; /* this line is login's */
	uint64_t uid;
	unsigned digits;
};

static void
next_line(struct scan *sc)
{
	sc->place = IN_NAME;
	sc->matched = 0;
	sc->wanted = true;
	sc->uid = 0;
	sc->digits = 0;
}

static void
take_name_byte(struct scan *sc, char c)
{
	if (c == ':') {
		sc->wanted = sc->wanted && sc->login[sc->matched] == '\0';
		sc->place = sc->wanted ? IN_PASSWORD : IN_REST;
	} else if (sc->wanted && sc->login[sc->matched] == c && c != '\0') {
		sc->matched++;
	} else {
		sc->wanted = false;
	}
}

/* True when the field is whole: sc->uid is it, if sc->digits is not 0. */
static bool
take_uid_byte(struct scan *sc, char c)
{
	if (c >= '0' && c <= '9' && sc->digits < 10) {
		sc->uid = sc->uid * 10 + (uint64_t)(c - '0');
		sc->digits++;
		return false;
	}
	if (c != ':' || sc->uid >= TWR_UID_UNKNOWN)
		sc->digits = 0;
	return true;
}

static bool
take_byte(struct scan *sc, char c)
{
	if (c == '\n') {
		bool cut_short = sc->wanted &&
		    (sc->place == IN_PASSWORD || sc->place == IN_UID);

		if (cut_short) {
			sc->digits = 0;
			return true;
		}
		next_line(sc);
		return false;
	}
	switch (sc->place) {
	case IN_NAME:
		take_name_byte(sc, c);
		break;
	case IN_PASSWORD:
		if (c == ':')
			sc->place = IN_UID;
		break;
	case IN_UID:
		return take_uid_byte(sc, c);
	case IN_REST:
		break;
	}
	return false;
}

static enum twr_status
scan_file(int fd, struct scan *sc, const char *path, struct twr_error *err)
{
	char buf[4096];
	size_t all = 0;
	ssize_t n, i;

	while (all <= PASSWD_MAX) {
		n = read(fd, buf, sizeof(buf));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return twr_fail(err, TWR_EUNREADABLE, "%s: %s", path,
			    twr_errno_text(errno));
		if (n == 0)
			return TWR_ENOENT;
		for (i = 0; i < n; i++)
			if (take_byte(sc, buf[i]))
				return TWR_OK;
		all += (size_t)n;
	}
	return twr_fail(err, TWR_ECORRUPT, "%s: over %d bytes", path,
	    PASSWD_MAX);
}

enum twr_status
twr_local_uid(const char *path, uid_t owner, const char *login, uint32_t *ret,
    struct twr_error *err)
{
	struct scan sc = { .login = login };
	struct stat st;
	enum twr_status rc;
	int fd;

	if (login[0] == '\0' || strpbrk(login, ":\n") != NULL)
		return TWR_ENOENT;
	if ((rc = twr_safe_open(path, owner, &fd, &st, err)) != TWR_OK)
		return rc;
	next_line(&sc);
	rc = scan_file(fd, &sc, path, err);
	(void)close(fd);
	if (rc != TWR_OK)
		return rc;
	if (sc.digits == 0)
		return twr_fail(err, TWR_ECORRUPT,
		    "%s: the line of this login has no uid", path);
	*ret = (uint32_t)sc.uid;
	return TWR_OK;
}
