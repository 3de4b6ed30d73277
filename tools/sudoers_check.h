/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SUDOERS_CHECK_H
#define TWRBAC_SUDOERS_CHECK_H

/*
 * What is wrong with roles in this host's sudoers: the generated file, and
 * the lines for the group plugin that people wrote. For "sudoers check",
 * status and doctor.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "status.h"
#include "sudoers_file.h"

/* How the generated file stands to the policy in force. */
enum sudoers_standing {
	SUDOERS_NONE, /* not installed */
	SUDOERS_IN_STEP,
	SUDOERS_MISSING, /* installed, and gone */
	SUDOERS_EDITED, /* by somebody else than twrbac */
	SUDOERS_FOREIGN, /* the name is taken by a file that is not ours */
	SUDOERS_OLD, /* of another policy than the one in force */
	SUDOERS_OTHER_SUDO, /* of that policy, written for another sudo */
	SUDOERS_DIFFERS /* of that policy, and the accounts changed since */
};
const char *sudoers_standing_word(enum sudoers_standing standing);
const char *sudoers_standing_sentence(enum sudoers_standing standing);

struct sudoers_scene {
	const char *policy; /* its path */
	uid_t owner;
	const char *passwd;
	const char *sudoers; /* /etc/sudoers */
};

/* ret_serial (may be NULL): the policy that the file was made from; 0. */
enum twr_status sudoers_stand(const struct sudoers_scene *sc,
    enum sudoers_standing *ret, uint64_t *ret_serial,
    struct twr_error *err) TWR_MUST_CHECK;

/* word, whether it is a fault (or a warning), what it means */
#define SUDOERS_FINDINGS(X) \
	X(FILE, "file", true, "the generated file is not what it should be") \
	X(NOT_READ, "not-read", true, "sudo does not read the folder") \
	X(UNREADABLE, "unreadable", false, "a file was not examined") \
	X(NO_PLUGIN, "no-plugin", true, \
	    "no Defaults group_plugin: such lines never match") \
	X(NEGATED, "negated", true, \
	    "a negated role grants where there is no usable policy") \
	X(NEGATED_COMMAND, "negated-command", true, \
	    "a role's line takes a command away") \
	X(BOUND_DEFAULTS, "bound-defaults", false, \
	    "Defaults for a role end where there is no usable policy") \
	X(LOST_TAG, "lost-tag", false, \
	    "a role's tag ends where there is no usable policy") \
	X(NEVER_MATCHES, "never-matches", true, "sudo never finds the group") \
	X(UNKNOWN_ROLE, "unknown-role", true, "nobody can hold it") \
	X(UNKNOWN_SCOPE, "unknown-scope", true, "nothing is held there") \
	X(WILDCARD, "wildcard", false, "further arguments match as well") \
	X(EVERY_COMMAND, "every-command", false, "who holds it is root") \
	X(LEFT_OUT, "left-out", true, "a login has no line") \
	X(TOO_OLD, "too-old", true, "sudo cannot read what the file needs")

enum sudoers_finding {
#define X(id, word, fault, text) SUDOERS_FOUND_##id,
	SUDOERS_FINDINGS(X)
#undef X
	SUDOERS_FINDING_COUNT
};
const char *sudoers_finding_word(enum sudoers_finding finding);
bool sudoers_finding_is_fault(enum sudoers_finding finding);

/* file may be NULL, line 0. text names cause and cure; gone on return. */
typedef void sudoers_finding_fn(void *ctx, enum sudoers_finding finding,
    const char *file, unsigned line, const char *text);

/*
 * Examine. Without a usable policy names of roles are not looked up.
 * TWR_ENOMEM.
 */
enum twr_status sudoers_examine(const struct sudoers_scene *sc,
    sudoers_finding_fn *fn, void *ctx, struct twr_error *err) TWR_MUST_CHECK;

#endif
