/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_OPTS_H
#define TWRBAC_OPTS_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

/*
 * Every option of every command: id, word, and what its value is called
 * (NULL: a flag). One word means the same everywhere, so a line can be
 * taken apart before it is known which command it names, and options may
 * stand anywhere on it. Which command takes which is command.h's.
 */
#define OPTS(X) \
	X(HELP, "help", NULL) \
	X(VERSION, "version", NULL) \
	X(DIRECTORY, "directory", "FILE") \
	X(CONFIG, "config", "FILE") \
	X(POLICY, "policy", "FILE") \
	X(JSON, "json", NULL) \
	X(TSV, "tsv", NULL) \
	X(UTC, "utc", NULL) \
	X(QUIET, "quiet", NULL) \
	X(AS_ROOT, "as-root", "REASON") \
	X(NO_COMPILE, "no-compile", NULL) \
	X(OWNER, "owner", "USER") \
	X(LOGIN, "login", "LOGIN") \
	X(NAME, "name", "TEXT") \
	X(NO_HOSTS_ROLE, "no-hosts-role", NULL) \
	X(ROLES, "roles", "FILE") \
	X(HOST_SCOPE, "host-scope", "PATH") \
	X(CONF_TEMPLATE, "conf-template", "FILE") \
	X(ORGANIZATION_ROLE, "organization-role", "ROLE") \
	X(SERVICE, "service", NULL) \
	X(UID, "uid", "N") \
	X(ALLOW_ROOT, "allow-root", NULL) \
	X(ALLOW_SYSTEM, "allow-system", NULL) \
	X(FROM, "from", "TIME") \
	X(UNTIL, "until", "TIME") \
	X(FOR, "for", "DURATION") \
	X(REASON, "reason", "TEXT") \
	X(RESOURCE, "resource", "TYPE:ID") \
	X(END_SESSIONS, "end-sessions", NULL) \
	X(LOCK_OUT_OK, "lock-out-ok", NULL) \
	X(CLOCK_OK, "clock-ok", NULL) \
	X(ADOPT_PATH, "adopt-path", NULL) \
	X(DRY_RUN, "dry-run", NULL) \
	X(AT, "at", "TIME") \
	X(SCOPE, "scope", "SCOPE") \
	X(HTML, "html", "FILE") \
	X(ACTOR, "actor", "TEXT") \
	X(SUBJECT, "subject", "TEXT") \
	X(EVENT, "event", "EVENT") \
	X(SINCE, "since", "TIME") \
	X(HEAD, "head", "HASH") \
	X(ALL, "all", NULL) \
	X(YES, "yes", NULL) \
	X(TREE, "tree", NULL) \
	X(USER, "user", "USER") \
	X(ROLE, "role", "ROLE") \
	X(GROUP, "group", "TEXT") \
	X(TYPE, "type", "TYPE") \
	X(ENDING, "ending", "DURATION") \
	X(EXPIRED, "expired", NULL) \
	X(EFFECTIVE, "effective", NULL) \
	X(DESCRIPTION, "description", "TEXT") \
	X(ASSIGNABLE_AT, "assignable-at", "KINDS") \
	X(PERMISSIONS, "permissions", "LIST") \
	X(INCLUDES, "includes", "ROLES") \
	X(CONFIRM, "confirm", "DURATION") \
	X(MAX_REMOVALS, "max-removals", "PERCENT") \
	X(TESTS_OK, "tests-ok", NULL) \
	X(OWN_LOSS_OK, "own-loss-ok", NULL) \
	X(FIX, "fix", NULL) \
	X(LAST, "last", NULL) \
	X(LOG, "log", "FILE") \
	X(REMOVE, "remove", NULL) \
	X(COMMAND, "command", "TEXT") \
	X(SERVICES, "services", "LIST") \
	X(ADMINISTRATOR, "administrator", "EMAIL") \
	X(ADMINISTRATOR_LOGIN, "administrator-login", "LOGIN") \
	X(PERMISSIVE, "permissive", "DURATION") \
	X(ENFORCE, "enforce", NULL) \
	X(PROFILE, "profile", NULL) \
	X(COMPLETE, "complete", NULL)

enum opt {
	OPT_NONE, /* ends lists of options */
#define X(id, word, value) OPT_##id,
	OPTS(X)
#undef X
	OPT_COUNT
};

/* One option in a command's list, with what it does there. */
struct opt_help {
	enum opt opt;
	const char *text;
};

/* A command line, taken apart. Everything points into argv. */
struct opts {
	/* NULL: not given; the word itself for a flag, else its value */
	const char *value[OPT_COUNT];
	char **words; /* all that is no option, in order */
	size_t n_words;
};

/*
 * Take argv apart; its pointers are moved so that the words come first.
 * "--word value" and "--word=value" are the same; after "--" all are words;
 * "-h" is --help. TWR_EINVAL: an unknown option (with the nearest one), one
 * that is given twice, lacks its value, has an empty one, or is a flag and
 * was given one.
 */
enum twr_status opts_parse(int argc, char **argv, struct opts *ret,
    struct twr_error *err) TWR_MUST_CHECK;

const char *opt_word(enum opt opt); /* "as-root" */
const char *opt_value_name(enum opt opt); /* "REASON", NULL for a flag */
bool opt_listed(enum opt opt, const struct opt_help *list);

/*
 * A whole number in decimal digits only, 0 to max. TWR_EINVAL otherwise;
 * what stands for it in err.
 */
enum twr_status opt_number(const char *text, const char *what,
    unsigned long max, unsigned long *ret,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
