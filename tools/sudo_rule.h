/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SUDO_RULE_H
#define TWRBAC_SUDO_RULE_H

/* The sudo rules of a policy: sudo_rules of twrbac.conf, resolved. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy_reader.h"
#include "status.h"

struct sudo_rule {
	uint32_t line; /* of twrbac.conf */
	const char *role; /* a role's key, or a permission */
	const char *scope_sid; /* "": that of the rule for sudo */
	const char *scope_path; /* for messages; "" as well */
	const char *runas;
	bool nopasswd;
	const char *comment;
	const char *const *commands; /* sudo_command.h; at least one */
	size_t n_commands;
};

struct sudo_rules {
	struct sudo_rule *all; /* in the order of twrbac.conf */
	size_t n, room;
	void **owned; /* what the members point into */
	size_t n_owned;
};

/*
 * Read a policy's sudo rules. Release with sudo_rules_free(), in any case.
 *
 * TWR_ECORRUPT: a record is damaged, or holds what twrbac.conf may not say;
 * TWR_EUNREADABLE; TWR_ENOMEM.
 */
enum twr_status sudo_rules_load(const struct twr_reader *rd,
    struct sudo_rules *ret, struct twr_error *err) TWR_MUST_CHECK;
void sudo_rules_free(struct sudo_rules *rules); /* zeroes it */

#endif
