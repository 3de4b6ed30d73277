/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_args.h"

#include <string.h>

#include "arguments.h"
#include "model.h"
#include "text.h"

static void
apply(enum twr_argument which, const char *value, struct pam_args *ret)
{
	switch (which) {
	case TWR_ARGUMENT_POLICY:
		ret->policy = value;
		break;
	case TWR_ARGUMENT_BREAK_GLASS:
		ret->break_glass = value;
		break;
	case TWR_ARGUMENT_PERMISSIVE_UNTIL:
		if (!twr_time_parse(value, &ret->permissive_until))
			ret->permissive_until = TWR_ALWAYS;
		break;
	case TWR_ARGUMENT_PERMISSIVE_UNCONFIGURED:
		ret->permissive_unconfigured = true;
		break;
	case TWR_ARGUMENT_TELL:
		ret->tell = true;
		break;
	case TWR_ARGUMENT_DEBUG:
		ret->debug = true;
		break;
	case TWR_ARGUMENT_COUNT:
		break;
	}
}

enum twr_status
pam_args_parse(int argc, const char **argv, struct pam_args *ret,
    struct twr_error *err)
{
	bool seen[TWR_ARGUMENT_COUNT] = { false };
	const char *value;
	enum twr_argument which;
	const char *bad = NULL;
	int i;

	memset(ret, 0, sizeof(*ret));
	ret->policy = PAM_ARGS_POLICY;
	ret->permissive_until = TWR_ALWAYS;
	for (i = 0; i < argc; i++) {
		which = twr_argument_parse(argv[i], &value);
		if (which == TWR_ARGUMENT_COUNT || seen[which]) {
			bad = bad == NULL ? argv[i] : bad;
			continue;
		}
		apply(which, value, ret);
		seen[which] = true;
	}
	if (bad == NULL)
		return TWR_OK;
	ret->policy = PAM_ARGS_POLICY;
	ret->break_glass = NULL;
	ret->permissive_until = TWR_ALWAYS;
	ret->permissive_unconfigured = false;
	return twr_fail(err, TWR_EINVAL,
	    "argument \"%.128s\" of pam_twrbac is unknown, malformed or given "
	    "twice; correct the line in pam.d",
	    bad);
}

bool
pam_args_break_glass(const struct pam_args *args, const char *login)
{
	const char *p = args->break_glass;
	size_t len, want = strlen(login);

	for (; p != NULL; p = p[len] == ',' ? p + len + 1 : NULL) {
		len = strcspn(p, ",");
		if (len == want && len > 0 && memcmp(p, login, len) == 0)
			return true;
	}
	return false;
}
