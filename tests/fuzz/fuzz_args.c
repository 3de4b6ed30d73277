/* SPDX-License-Identifier: BSD-2-Clause */

/* Lines of the input are the module's arguments, the first is a login. */
#include "fuzz.h"
#include "model.h"
#include "pam_args.h"

#define ARGS_MAX 64

/* Is login a member of the list that the argument list spells? */
static bool
is_member(const char *list, const char *login)
{
	char *copy, *member, *rest;
	bool found = false;

	if (list == NULL || login[0] == '\0' || strchr(login, ',') != NULL)
		return false;
	copy = rest = strdup(list);
	PROMISE(copy != NULL);
	while ((member = strsep(&rest, ",")) != NULL)
		found = found || strcmp(member, login) == 0;
	free(copy);
	return found;
}

static void
check_accepted(const struct pam_args *args, const char **argv, int argc)
{
	int i;

	PROMISE(args->policy[0] == '/' && args->policy[1] != '\0');
	for (i = 0; i < argc; i++)
		PROMISE(strcmp(argv[i], "tell") == 0 ||
		    strcmp(argv[i], "debug") == 0 ||
		    strcmp(argv[i], "permissive_unconfigured") == 0 ||
		    strncmp(argv[i], "policy=/", 8) == 0 ||
		    strncmp(argv[i], "break_glass=", 12) == 0 ||
		    strncmp(argv[i], "permissive_until=", 17) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *lines[ARGS_MAX + 1];
	char *text = fuzz_string(data, size);
	size_t n = fuzz_lines(text, lines, ARGS_MAX + 1);
	struct twr_error err = { .text = "" };
	struct pam_args args;
	enum twr_status rc;

	rc = pam_args_parse((int)n - 1, lines + 1, &args, &err);
	PROMISE(rc == TWR_OK || rc == TWR_EINVAL);
	if (rc == TWR_OK) {
		check_accepted(&args, lines + 1, (int)n - 1);
	} else {
		fuzz_check_error(err.text, sizeof(err.text));
		PROMISE(args.break_glass == NULL);
		PROMISE(args.permissive_until == TWR_ALWAYS);
	}
	PROMISE(pam_args_break_glass(&args, lines[0]) ==
	    is_member(args.break_glass, lines[0]));
	free(text);
	return 0;
}
