/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_SUDO_GROUP_H
#define TWR_SUDO_GROUP_H

#include "policy_format.h"
#include "status.h"

/*
 * The name of a group as sudo passes it on: what follows "%:" in sudoers.
 *
 *	hosts:operator
 *	hosts:operator@acme/messaging/production
 *	hosts:operator@AC0123456789abcdef0123456789abcdef
 */
struct sudo_group {
	char role[TWR_ASKED_MAX + 1]; /* key */
	char scope[TWR_ASKED_MAX + 1]; /* path or SID; "" when not given */
};

enum sudo_group_kind {
	SUDO_GROUP_UNIX, /* without a colon: a Unix group, none of ours */
	SUDO_GROUP_ROLE,
	SUDO_GROUP_MALFORMED /* meant for us, but can never match */
};

/*
 * ret is set for a role only, err (one line that names the fault and the
 * cure) for a malformed name only. name may be NULL, which is no role.
 */
enum sudo_group_kind sudo_group_parse(const char *name, struct sudo_group *ret,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
