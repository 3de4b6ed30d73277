/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudo_group.h"

#include <stdbool.h>
#include <string.h>

/* One of the two words of a role's key. */
static size_t
word_len(const char *text, const char *end)
{
	static const char bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const char *p = text;

	if (p == end || *p == '-')
		return 0;
	while (p < end && memchr(bytes, *p, sizeof(bytes) - 1) != NULL)
		p++;
	return (size_t)(p - text);
}

static bool
is_key(const char *text, size_t len)
{
	const char *end = text + len;
	size_t group = word_len(text, end), slug;

	if (group == 0 || text + group == end || text[group] != ':')
		return false;
	slug = word_len(text + group + 1, end);
	return slug > 0 && text + group + 1 + slug == end;
}

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

/* One to three names between slashes, no blank at either end. */
static bool
is_scope(const char *text)
{
	size_t len = strlen(text), part, names = 0;
	const char *p = text;

	if (len == 0 || len > TWR_ASKED_MAX || text[0] == ' ' ||
	    text[len - 1] == ' ')
		return false;
	for (;; p += part + 1) {
		part = strcspn(p, "/");
		if (part == 0 || ++names > TWR_CHAIN_MAX)
			return false;
		if (p[part] == '\0')
			return true;
	}
}

/* What is wrong with a name that has a colon, or NULL. */
static const char *
fault_of(const char *name, size_t role_len, const char *scope)
{
	if (strchr(name, '\\') != NULL)
		return "has a backslash, which sudo passes on as it stands: "
		       "write the quoted form without one, "
		       "\"%:hosts:operator\"";
	if (has_control(name))
		return "has a control character";
	if (role_len > TWR_ASKED_MAX || !is_key(name, role_len))
		return "does not begin with the key of a role, such as "
		       "hosts:operator (twrbac role list)";
	if (scope != NULL && !is_scope(scope))
		return "has no scope behind its @: write a path such as "
		       "acme/messaging/production, or the scope's SID";
	return NULL;
}

enum sudo_group_kind
sudo_group_parse(const char *name, struct sudo_group *ret,
    struct twr_error *err)
{
	const char *at, *fault;
	size_t len;

	if (name == NULL)
		return SUDO_GROUP_UNIX;
	at = strchr(name, '@');
	len = at == NULL ? strlen(name) : (size_t)(at - name);
	if (memchr(name, ':', len) == NULL)
		return SUDO_GROUP_UNIX;
	fault = fault_of(name, len, at == NULL ? NULL : at + 1);
	if (fault != NULL) {
		(void)twr_fail(err, TWR_EINVAL,
		    "the group \"%%:%.128s\" of sudoers %s", name, fault);
		return SUDO_GROUP_MALFORMED;
	}
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->role, name, len);
	if (at != NULL)
		memcpy(ret->scope, at + 1, strlen(at + 1));
	return SUDO_GROUP_ROLE;
}
