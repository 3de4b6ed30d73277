/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_args.h"

#include <string.h>

#include "model.h"
#include "text.h"

enum argument {
	POLICY,
	BREAK_GLASS,
	PERMISSIVE_UNTIL,
	PERMISSIVE_UNCONFIGURED,
	TELL,
	DEBUG,
	COUNT
};

static const char *const names[COUNT] = {
	[POLICY] = "policy=",
	[BREAK_GLASS] = "break_glass=",
	[PERMISSIVE_UNTIL] = "permissive_until=",
	[PERMISSIVE_UNCONFIGURED] = "permissive_unconfigured",
	[TELL] = "tell",
	[DEBUG] = "debug",
};

/* Which argument is it? *value points behind a "name=". */
static enum argument
recognize(const char *arg, const char **value)
{
	unsigned i;

	for (i = 0; i < COUNT; i++) {
		size_t len = strlen(names[i]);

		if (names[i][len - 1] != '=') {
			if (strcmp(arg, names[i]) == 0)
				return i;
		} else if (strncmp(arg, names[i], len) == 0) {
			*value = arg + len;
			return i;
		}
	}
	return COUNT;
}

/* login[,login...]: no empty member, none over the length of a login. */
static bool
is_login_list(const char *text)
{
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ",");
		if (len == 0 || len > TWR_LOGIN_MAX)
			return false;
		if (text[len] == '\0')
			return true;
	}
}

static bool
apply(enum argument which, const char *value, struct pam_args *ret)
{
	switch (which) {
	case POLICY:
		ret->policy = value;
		return value[0] == '/' && value[1] != '\0';
	case BREAK_GLASS:
		ret->break_glass = value;
		return is_login_list(value);
	case PERMISSIVE_UNTIL:
		return twr_time_parse(value, &ret->permissive_until);
	case PERMISSIVE_UNCONFIGURED:
		ret->permissive_unconfigured = true;
		return true;
	case TELL:
		ret->tell = true;
		return true;
	case DEBUG:
		ret->debug = true;
		return true;
	case COUNT:
		break; /* unknown */
	}
	return false;
}

enum twr_status
pam_args_parse(int argc, const char **argv, struct pam_args *ret,
    struct twr_error *err)
{
	bool seen[COUNT + 1] = { false };
	const char *value = "";
	enum argument which;
	const char *bad = NULL;
	int i;

	memset(ret, 0, sizeof(*ret));
	ret->policy = PAM_ARGS_POLICY;
	ret->permissive_until = TWR_ALWAYS;
	for (i = 0; i < argc; i++) {
		which = recognize(argv[i], &value);
		if (seen[which] || !apply(which, value, ret))
			bad = bad == NULL ? argv[i] : bad;
		else
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
