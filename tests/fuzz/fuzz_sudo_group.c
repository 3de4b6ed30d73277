/* SPDX-License-Identifier: BSD-2-Clause */

/* The input is the name of a group as it may stand in sudoers. */
#include "fuzz.h"
#include "sudo_group.h"

/* The same question, asked in another way: a key, by its two words. */
static bool
looks_like_key(const char *text)
{
	static const char bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t group = strspn(text, bytes), slug;

	if (group == 0 || text[0] == '-' || text[group] != ':')
		return false;
	slug = strspn(text + group + 1, bytes);
	return slug > 0 && text[group + 1] != '-' &&
	    text[group + 1 + slug] == '\0';
}

static void
check_role(const char *name, const struct sudo_group *got)
{
	size_t len = strlen(got->role);
	const char *p;

	PROMISE(looks_like_key(got->role));
	PROMISE(strncmp(name, got->role, len) == 0);
	PROMISE(strchr(name, '\\') == NULL);
	for (p = name; *p != '\0'; p++)
		PROMISE((unsigned char)*p >= 0x20 && *p != 0x7f);
	if (got->scope[0] == '\0') {
		PROMISE(name[len] == '\0');
		return;
	}
	PROMISE(name[len] == '@' && strcmp(name + len + 1, got->scope) == 0);
	PROMISE(got->scope[0] != '/' && strstr(got->scope, "//") == NULL);
	PROMISE(got->scope[strlen(got->scope) - 1] != '/');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *name = fuzz_string(data, size);
	struct twr_error err = { .text = "" };
	struct sudo_group got;

	memset(&got, 'x', sizeof(got));
	switch (sudo_group_parse(name, &got, &err)) {
	case SUDO_GROUP_ROLE:
		check_role(name, &got);
		break;
	case SUDO_GROUP_MALFORMED:
		fuzz_check_error(err.text, sizeof(err.text));
		PROMISE(strchr(name, ':') != NULL);
		break;
	case SUDO_GROUP_UNIX:
		PROMISE(!looks_like_key(name));
		PROMISE(err.text[0] == '\0');
		break;
	}
	free(name);
	return 0;
}
