/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_site.h"

#define HOUR 3600

const char *const support_site_logins[] = { "bob", "eve", "ann", "liz", "may",
	"sam", "tom", "daemon", "root", "stranger", NULL };
const char *const support_site_services[] = { "sshd", "sudo", "cron",
	"systemd-user", "vsftpd", "unlisted", NULL };

static const struct twr_service services[] = {
	{ "sshd", true, TWR_SUBJECT_BY_SERVICE, TWR_ALWAYS },
	{ "sudo", true, TWR_SUBJECT_BY_SERVICE, TWR_ALWAYS },
	{ "cron", true, TWR_SUBJECT_BY_SERVICE, TWR_ALWAYS },
	{ "systemd-user", false, TWR_SUBJECT_BY_SERVICE, TWR_ALWAYS },
	{ "vsftpd", true, TWR_SUBJECT_BY_SERVICE, SUPPORT_NOW + HOUR },
	{ "other", true, TWR_SUBJECT_BY_SERVICE, TWR_ALWAYS },
};

static const uint32_t login_set[] = { SITE_LOGIN, SITE_OPERATOR };
static const uint32_t operator_set[] = { SITE_OPERATOR };
static const struct twr_demand for_login[] = { { TWR_DEMAND_ROLE, "hosts:login",
    login_set, 2 } };
static const struct twr_demand for_operator[] = { { TWR_DEMAND_ROLE,
    "hosts:operator", operator_set, 1 } };

#define RULE(service, demands) \
	{ \
		service, \
		{ \
			"acme/messaging/production", false, \
			    { { SITE_PRODUCTION, TWR_SCOPE_ACTIVE }, \
				    { SITE_MESSAGING, TWR_SCOPE_ACTIVE }, \
				    { SITE_ACME, TWR_SCOPE_ACTIVE } }, \
			    3, demands, 1 \
		} \
	}
static const struct support_rule rules[] = { RULE("sshd", for_login),
	RULE("sudo", for_operator), RULE("cron", for_login),
	RULE("vsftpd", for_login), RULE("other", for_login) };

static const struct twr_holding in_force[] = {
	{ SITE_LOGIN, SITE_ACME, TWR_ALWAYS, TWR_NEVER, 0 },
	{ SITE_OPERATOR, SITE_PRODUCTION, SUPPORT_NOW - HOUR,
	    SUPPORT_NOW + HOUR, 0 },
};
static const struct twr_holding ended[] = { { SITE_LOGIN, SITE_PRODUCTION,
    TWR_ALWAYS, SUPPORT_NOW - HOUR, 0 } };
static const struct twr_holding removed[] = { { SITE_LOGIN, SITE_MESSAGING,
    TWR_ALWAYS, SUPPORT_NOW - 24 * HOUR, TWR_HOLDING_REMOVED } };
static const struct twr_holding to_come[] = { { SITE_LOGIN, SITE_PRODUCTION,
    SUPPORT_NOW + HOUR, TWR_NEVER, 0 } };

#define PERSON(number, digits, user, status, holdings, n) \
	{ \
		false, number, status, TWR_KIND_PERSON, TWR_2FA_ENROLLED, \
		    "US0000000000000000000000000000" digits, user, holdings, n \
	}
static const struct support_login logins[] = {
	{ "bob", PERSON(1001, "1001", "Bob", TWR_USER_ACTIVE, in_force, 2) },
	{ "eve", PERSON(1002, "1002", "Eve", TWR_USER_SUSPENDED, in_force, 2) },
	{ "ann", PERSON(1003, "1003", "Ann", TWR_USER_ACTIVE, ended, 1) },
	{ "liz", PERSON(1004, "1004", "Liz", TWR_USER_ACTIVE, removed, 1) },
	{ "may", PERSON(1005, "1005", "May", TWR_USER_ACTIVE, to_come, 1) },
	{ "sam", PERSON(200, "0200", "Sam", TWR_USER_ACTIVE, NULL, 0) },
	{ "tom",
	    { true, 201, TWR_USER_ACTIVE, TWR_KIND_PERSON, TWR_2FA_UNKNOWN, "",
		"", NULL, 0 } },
};

static const struct twr_exemption exemptions[] = {
	{ "cron", TWR_EXEMPT_LOGIN, "root", 0 },
	{ "login", TWR_EXEMPT_LOGIN, "root", 0 },
	{ "sudo", TWR_EXEMPT_LOGIN, "root", 0 },
	{ "cron", TWR_EXEMPT_SYSTEM, "", TWR_UID_UNKNOWN },
	{ "systemd-user", TWR_EXEMPT_EVERYONE, "", TWR_UID_UNKNOWN },
};
static const char *const mapped_system[] = { "sam", "tom" };

static const char *const roles[] = { "hosts:login", "hosts:operator" };
static const char *const scopes[] = { "acme", "acme/messaging",
	"acme/messaging/production" };

/* hosts:admin, which includes the others, is nobody's */
static const uint32_t admin_set[] = { 2 };
static const struct twr_demand role_sets[] = { { TWR_DEMAND_ROLE, "hosts:login",
						   login_set, 2 },
	{ TWR_DEMAND_ROLE, "hosts:operator", operator_set, 1 },
	{ TWR_DEMAND_ROLE, "hosts:admin", admin_set, 1 } };
static const struct twr_place places[] = {
	{ "acme", { { SITE_ACME, TWR_SCOPE_ACTIVE } }, 1 },
	{ "acme/messaging",
	    { { SITE_MESSAGING, TWR_SCOPE_ACTIVE },
		{ SITE_ACME, TWR_SCOPE_ACTIVE } },
	    2 },
	{ "acme/messaging/production",
	    { { SITE_PRODUCTION, TWR_SCOPE_ACTIVE },
		{ SITE_MESSAGING, TWR_SCOPE_ACTIVE },
		{ SITE_ACME, TWR_SCOPE_ACTIVE } },
	    3 }
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

void
support_site(struct support_policy *policy)
{
	*policy = (struct support_policy) {
		.meta = support_meta(services, COUNT(services)),
		.rules = rules,
		.n_rules = COUNT(rules),
		.logins = logins,
		.n_logins = COUNT(logins),
		.exempt = { exemptions, COUNT(exemptions), mapped_system,
		    COUNT(mapped_system) },
		.roles = roles,
		.n_roles = COUNT(roles),
		.scopes = scopes,
		.n_scopes = COUNT(scopes),
		.role_sets = role_sets,
		.n_role_sets = COUNT(role_sets),
		.places = places,
		.n_places = COUNT(places),
	};
}

void
support_site_passwd(void)
{
	support_write_text(support_path(SUPPORT_PASSWD),
	    "root:x:0:0::/root:/bin/sh\n"
	    "daemon:x:1:1::/:/usr/sbin/nologin\n"
	    "sam:x:200:200::/:/bin/sh\n"
	    "tom:x:201:201::/:/bin/sh\n"
	    "bob:x:1001:1001::/:/bin/sh\n"
	    "eve:x:1002:1002::/:/bin/sh\n"
	    "ann:x:1003:1003::/:/bin/sh\n");
}

void
support_site_write(const char *path)
{
	struct support_policy policy;

	support_site(&policy);
	support_policy_write(path, &policy);
	support_site_passwd();
}
