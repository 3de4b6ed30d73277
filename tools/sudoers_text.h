/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SUDOERS_TEXT_H
#define TWRBAC_SUDOERS_TEXT_H

/*
 * The grants of a policy as sudoers(5) writes them, and the file that holds
 * them:
 *
 *	# ... do not edit ...
 *	# twrbac-sudoers 1 serial=42 digest=HEX sudo=1.9.13p3 policy=/var/...
 *	BODY, whose SHA-256 the digest is; sudo: the version it is written for
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model.h"
#include "sudoers_grants.h"

/* What the installed sudo can do; zeroed: not known, taken to be recent. */
struct sudo_version {
	bool known;
	bool rs; /* sudo-rs, which has numbers of its own */
	unsigned number[3]; /* 1.9.13 */
	char text[64]; /* "1.9.13p3" */
};
/* Of the first line of "visudo -V"; false: that is no such line. */
bool sudo_version_parse(const char *line, struct sudo_version *ret);
/* As a header says it: "1.9.13p3", "rs-0.2.5"; "" when not known. */
#define SUDO_VERSION_NAME_MAX 72
void sudo_version_name(const struct sudo_version *sv,
    char ret[SUDO_VERSION_NAME_MAX]);
/* 1.8.20 and later: NOTBEFORE and NOTAFTER. */
bool sudo_knows_windows(const struct sudo_version *sv);
/* 1.9.10 and later: ^regular expressions$. */
bool sudo_knows_regex(const struct sudo_version *sv);
/*
 * 1.9.15 to 1.9.17: where a rule has both, NOTAFTER alone counts, so that the
 * window would be open before it begins.
 */
bool sudo_mixes_windows(const struct sudo_version *sv);

/* Why no line of sudoers can be for this login, with the cure; NULL. */
const char *sudoers_name_fault(const char *login);
/* A user's name, in double quotes unless it is a plain one. */
void sudoers_write_name(FILE *to, const char *name);

/* One line, without its newline. */
void sudoers_write_line(FILE *to, const struct sudo_rule *rule,
    const struct sudoers_grant *g);

/*
 * All lines, each rule's under its comment. *left_out: grants that this sudo
 * would misread, and that are not there. ret is malloc'd, on TWR_OK only.
 */
enum twr_status sudoers_body(const struct sudoers_grants *gr,
    const struct sudo_version *sv, char **ret, size_t *left_out,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * TWR_EREFUSED: what this sudo is too old for (windows that end, regular
 * expressions), or is sudo-rs and does not know.
 */
enum twr_status sudoers_check_version(const struct sudoers_grants *gr,
    const struct sudo_version *sv, struct twr_error *err) TWR_MUST_CHECK;

/* What the header of a file says. */
struct sudoers_header {
	uint64_t serial; /* 0: narrowed by a write that did not end */
	char digest[2 * TWR_HASH_LEN + 1];
	/* sudo_version_name(); "": not known, or written by an old twrbac */
	char sudo[SUDO_VERSION_NAME_MAX];
	char policy[4096];
	const char *body; /* points into the text */
};
void sudoers_header_make(uint64_t serial, const struct sudo_version *sv,
    const char *policy, struct sudoers_header *ret);
/*
 * The whole file, with serial, sudo and policy of hd and body's own digest.
 * ret is malloc'd, on TWR_OK only.
 */
enum twr_status sudoers_file_text(const struct sudoers_header *hd,
    const char *organization, const char *body, char **ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* False: not a file of ours. */
bool sudoers_header_read(const char *text, struct sudoers_header *ret);

#endif
