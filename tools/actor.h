/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_ACTOR_H
#define TWRBAC_ACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "directory.h"

/*
 * Who is acting. Attribution and a guard-rail: root is not restrained by it.
 * The facts are gathered at the edge (actor_facts_gather) and judged by a
 * pure function of facts and directory, so tests can write facts down.
 */
struct actor_facts {
	uint32_t real_uid;
	/* SUDO_UID when real or effective uid is 0; TWR_UID_UNKNOWN: unset */
	uint32_t sudo_uid;
	uint32_t login_uid; /* /proc/self/loginuid; TWR_UID_UNKNOWN: unset */
	char sudo_login[TWR_LOGIN_MAX + 1]; /* names of these uids, "" none */
	char login_login[TWR_LOGIN_MAX + 1];
	char real_login[TWR_LOGIN_MAX + 1];
	bool sudo_malformed; /* SUDO_UID is set, but is not a uid */
	const char *as_root; /* the REASON of --as-root, NULL without it */
};

enum actor_how {
	ACTOR_LOGINUID = 1,
	ACTOR_SUDO,
	ACTOR_UID,
	ACTOR_AS_ROOT
};

struct actor {
	enum actor_how how;
	int64_t user_id; /* 0: none, only with ACTOR_AS_ROOT */
	char label[2 * TWR_LOGIN_MAX + 24]; /* e-mail; two when both count */
	char login[TWR_LOGIN_MAX + 1];
	char reason[DIRECTORY_TEXT_MAX]; /* of --as-root, else "" */
	bool administrator;
};

void actor_facts_gather(struct actor_facts *ret, const char *as_root);

/*
 * Find the actor; needs to be an Organization Owner or Administrator, or
 * root with --as-root. TWR_EPERM otherwise, with what would help.
 */
enum twr_status actor_identify(struct directory *dir,
    const struct actor_facts *facts, struct actor *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Name the actor of a host command, which needs no administrator, for the
 * journal: the e-mail of who is known, else the login, else "uid N". Also
 * for `init`, where nobody is mapped yet. dir may be NULL.
 */
enum twr_status actor_attribute(struct directory *dir,
    const struct actor_facts *facts, struct actor *ret,
    struct twr_error *err) TWR_MUST_CHECK;
const char *actor_how_word(enum actor_how how);

#endif
