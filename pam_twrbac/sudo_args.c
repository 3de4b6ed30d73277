/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudo_args.h"

#include <string.h>

enum argument {
	POLICY,
	DEBUG,
	COUNT
};

static const char *const names[COUNT] = {
	[POLICY] = "policy=",
	[DEBUG] = "debug",
};

static enum argument
recognize(const char *arg)
{
	if (strncmp(arg, names[POLICY], strlen(names[POLICY])) == 0)
		return POLICY;
	return strcmp(arg, names[DEBUG]) == 0 ? DEBUG : COUNT;
}

static bool
apply(enum argument which, const char *arg, struct sudo_args *ret)
{
	const char *path;
	size_t len;

	if (which == DEBUG) {
		ret->debug = true;
		return true;
	}
	path = arg + strlen(names[POLICY]);
	len = strlen(path);
	if (path[0] != '/' || len < 2 || len >= sizeof(ret->policy))
		return false;
	memcpy(ret->policy, path, len + 1);
	return true;
}

enum twr_status
sudo_args_parse(char *const argv[], struct sudo_args *ret,
    struct twr_error *err)
{
	bool seen[COUNT] = { false };
	enum argument which;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->policy, SUDO_ARGS_POLICY, sizeof(SUDO_ARGS_POLICY));
	for (i = 0; argv != NULL && argv[i] != NULL; i++) {
		which = recognize(argv[i]);
		if (which == COUNT || seen[which] ||
		    !apply(which, argv[i], ret))
			return twr_fail(err, TWR_EINVAL,
			    "argument \"%.128s\" of sudo_twrbac is unknown, "
			    "malformed or given twice; correct the line "
			    "\"Defaults group_plugin\" in sudoers",
			    argv[i]);
		seen[which] = true;
	}
	return TWR_OK;
}
