/* SPDX-License-Identifier: BSD-2-Clause */

/* The input is a name that somebody gives: of a login, scope, user, reason. */
#include "admin.h"
#include "catalogue.h"
#include "fuzz.h"
#include "text.h"

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

/* What a verdict must come with; true for an accepted name. */
static bool
accepted(enum twr_status rc, const struct twr_error *err)
{
	PROMISE(rc == TWR_OK || rc == TWR_EREFUSED);
	if (rc != TWR_OK)
		fuzz_check_error(err->text, sizeof(err->text));
	return rc == TWR_OK;
}

static void
check_login(const char *text)
{
	const struct admin_login login = { text, 1000, 1000, 0 };
	const struct admin_login root = { text, 0, 1000, ADMIN_ALLOW_SYSTEM };
	const struct admin_login bin = { text, 2, 1000, ADMIN_ALLOW_ROOT };
	struct twr_error err = { .text = "" };

	PROMISE(!accepted(admin_check_login(&root, &err), &err));
	/* root is root by name too, whatever its uid */
	PROMISE(!accepted(admin_check_login(&bin, &err), &err) ||
	    strcmp(text, "root") == 0);
	if (!accepted(admin_check_login(&login, &err), &err))
		return;
	PROMISE(text[0] != '\0' && text[0] != '-');
	PROMISE(strlen(text) <= TWR_LOGIN_MAX);
	PROMISE(strpbrk(text, "/:") == NULL && !has_control(text));
	PROMISE(text[strspn(text, "0123456789")] != '\0');
}

static void
check_scope(const char *text)
{
	struct twr_error err = { .text = "" };
	int kind;

	for (kind = TWR_SCOPE_ORGANIZATION; kind <= TWR_SCOPE_SUBACCOUNT;
	     kind++) {
		if (!accepted(admin_check_scope_name((enum twr_scope_kind)kind,
				  text, &err),
			&err))
			continue;
		PROMISE(text[0] != '\0' && strlen(text) <= TWR_NAME_MAX);
		PROMISE(!has_control(text) && !twr_sid_valid(text, NULL));
		PROMISE(strcmp(text, ".") != 0 && strcmp(text, "..") != 0);
		PROMISE(strchr(text, '/') == NULL);
	}
}

static void
check_texts(const char *text)
{
	struct twr_error err = { .text = "" };
	const char *at = strchr(text, '@');

	if (accepted(admin_check_email(text, &err), &err)) {
		PROMISE(at != NULL && at != text && at[1] != '\0');
		PROMISE(strchr(at + 1, '@') == NULL);
		PROMISE(strchr(text, ' ') == NULL && !has_control(text));
		PROMISE(strlen(text) <= TWR_NAME_MAX);
	}
	if (accepted(admin_check_user_name(text, &err), &err))
		PROMISE(text[0] != '\0' && strlen(text) <= TWR_NAME_MAX &&
		    !has_control(text));
	if (accepted(admin_check_reason(text, &err), &err))
		PROMISE(strlen(text) < DIRECTORY_TEXT_MAX &&
		    !has_control(text));
	if (catalogue_permission_valid(text))
		PROMISE(text[0] == '/' && strstr(text, "//") == NULL &&
		    strlen(text) <= TWR_NAME_MAX);
	if (catalogue_key_valid(text))
		PROMISE(strchr(text, ':') == strrchr(text, ':') &&
		    strchr(text, ':') != NULL && strlen(text) <= TWR_NAME_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	check_login(text);
	check_scope(text);
	check_texts(text);
	free(text);
	return 0;
}
