/* SPDX-License-Identifier: BSD-2-Clause */
#include "arguments.h"

#include <stdint.h>
#include <string.h>

#include "model.h"
#include "text.h"

static const char *const words[TWR_ARGUMENT_COUNT] = {
#define X(id, word) [TWR_ARGUMENT_##id] = word,
	TWR_ARGUMENTS(X)
#undef X
};

static enum twr_argument
recognize(const char *arg, const char **value)
{
	unsigned i;

	for (i = 0; i < TWR_ARGUMENT_COUNT; i++) {
		size_t len = strlen(words[i]);

		*value = arg + len;
		if (strncmp(arg, words[i], len) == 0 &&
		    (words[i][len - 1] == '=' || arg[len] == '\0'))
			return (enum twr_argument)i;
	}
	*value = "";
	return TWR_ARGUMENT_COUNT;
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
is_good(enum twr_argument which, const char *value)
{
	int64_t unused;

	switch (which) {
	case TWR_ARGUMENT_POLICY:
		return value[0] == '/' && value[1] != '\0';
	case TWR_ARGUMENT_BREAK_GLASS:
		return is_login_list(value);
	case TWR_ARGUMENT_PERMISSIVE_UNTIL:
		return twr_time_parse(value, &unused);
	case TWR_ARGUMENT_PERMISSIVE_UNCONFIGURED:
	case TWR_ARGUMENT_TELL:
	case TWR_ARGUMENT_DEBUG:
		return true;
	case TWR_ARGUMENT_COUNT:
		break; /* unknown */
	}
	return false;
}

enum twr_argument
twr_argument_parse(const char *word, const char **ret)
{
	enum twr_argument which = recognize(word, ret);

	return is_good(which, *ret) ? which : TWR_ARGUMENT_COUNT;
}
