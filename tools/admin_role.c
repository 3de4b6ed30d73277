/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "admin.h"
#include "catalogue.h"

bool
admin_key_is_known(const char *key)
{
	static const char *const known[] = { ROLE_KEY_ORGANIZATION_OWNER,
		ROLE_KEY_ORGANIZATION_ADMINISTRATOR, ROLE_KEY_STANDARD_USER,
		ROLE_KEY_ACCOUNT_OWNER, ROLE_KEY_ACCOUNT_ADMINISTRATOR,
		ROLE_KEY_HOSTS_ADMIN };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], key) == 0)
			return true;
	return false;
}

/* Groups whose roles mean something to the rules. */
static bool
is_reserved(const char *key)
{
	return strncmp(key, "organization:", 13) == 0 ||
	    strncmp(key, "general:", 8) == 0;
}

enum twr_status
admin_check_role(const struct role *role, struct twr_error *err)
{
	enum twr_status rc;

	if (!catalogue_key_valid(role->key))
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": is not a key; write GROUP:SLUG in lowercase "
		    "letters, digits and '-', such as billing:night-shift",
		    role->key);
	if (is_reserved(role->key))
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": the groups organization and general are the "
		    "catalogue's; use another group, such as custom:%s",
		    role->key, strchr(role->key, ':') + 1);
	if (role->name[0] == '\0' || role->description[0] == '\0')
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": needs a name and a description, so that "
		    "others "
		    "know what it is for",
		    role->key);
	if ((rc = admin_check_reason(role->name, err)) != TWR_OK)
		return rc;
	if ((rc = admin_check_reason(role->description, err)) != TWR_OK)
		return rc;
	if (role->assignable_at == 0)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": can be assigned nowhere; name at least one "
		    "of "
		    "organization, account and subaccount",
		    role->key);
	return TWR_OK;
}

enum twr_status
admin_check_permission(const char *permission, struct twr_error *err)
{
	if (catalogue_permission_valid(permission))
		return TWR_OK;
	return twr_fail(err, TWR_EREFUSED,
	    "permission \"%s\": is not one; write it as /twilio/studio/flows/"
	    "read or /acme/deploy/run",
	    permission);
}

enum twr_status
admin_check_inclusion(const struct role *role, const struct role *other,
    struct twr_error *err)
{
	if (other->id == role->id)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": cannot include itself", role->key);
	if (other->type == ROLE_ORGANIZATION)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": cannot include %s: organization roles "
		    "include "
		    "and are included by nothing",
		    role->key, other->key);
	if (strcmp(other->key, ROLE_KEY_ACCOUNT_OWNER) == 0)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": cannot include %s: each account has exactly "
		    "one Owner; include %s instead",
		    role->key, other->key, ROLE_KEY_ACCOUNT_ADMINISTRATOR);
	if (other->type == ROLE_RESOURCE)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": cannot include %s, which holds for named "
		    "resources only",
		    role->key, other->key);
	return TWR_OK;
}

enum twr_status
admin_check_role_own(const struct role *role, const char *doing,
    struct twr_error *err)
{
	if (!role->shipped)
		return TWR_OK;
	return twr_fail(err, TWR_EREFUSED,
	    "role \"%s\": is shipped and cannot be %s; \"twrbac role define\" "
	    "makes one of your own, which may include it",
	    role->key, doing);
}

enum twr_status
admin_check_role_unused(const struct admin_role_use *use, struct twr_error *err)
{
	const char *key = use->role->key;

	if (use->held > 0)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": is held by %lld assignment%s (%s); remove "
		    "%s first: \"twrbac assignment list --role %s\" shows all",
		    key, (long long)use->held, use->held == 1 ? "" : "s",
		    use->holders, use->held == 1 ? "it" : "them", key);
	if (use->includers[0] != '\0')
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": is included by %s; change that first with "
		    "\"twrbac role change ROLE --includes ...\"",
		    key, use->includers);
	if (use->named[0] != '\0')
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": this host's rules need it (%s); change them "
		    "there and run \"twrbac compile\" first",
		    key, use->named);
	return TWR_OK;
}
