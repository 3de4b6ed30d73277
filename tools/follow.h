/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_FOLLOW_H
#define TWRBAC_FOLLOW_H

/*
 * Many hosts: a host that compiles from a copy of an authority's directory
 * follows it. What it took up last is kept in the file "follows" beside its
 * policy, so that an older copy, or another organization's, is refused.
 */

#include <stdint.h>
#include <sys/types.h>

#include "directory.h"

struct follow {
	char directory[4096]; /* path of the copy */
	char organization_sid[TWR_SID_LEN + 1];
	char organization[TWR_NAME_MAX + 1];
	uint64_t serial; /* the authority's, when it was copied */
	uint64_t seq; /* head of the copy's journal */
	uint8_t hash[TWR_HASH_LEN];
};

/* TWR_ENOENT: this host follows nobody. TWR_EDATA: not what we wrote. */
enum twr_status follow_read(const char *policy, uid_t owner, struct follow *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* By rename, mode 0600. TWR_EWRITE. */
enum twr_status follow_write(const char *policy, const struct follow *fo,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * May the copy dir, in a read transaction, be taken up after was (NULL: the
 * first)? ret is filled from dir. TWR_EREFUSED: another organization, an
 * older copy, one whose journal is not the continuation of the known one, or
 * one that was made while a change waited to be confirmed.
 */
enum twr_status follow_check(struct directory *dir, const struct follow *was,
    struct follow *ret, struct twr_error *err) TWR_MUST_CHECK;

#endif
