/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "support.h"

#define ORG ASSIGNABLE(TWR_SCOPE_ORGANIZATION)
#define ACCOUNT ASSIGNABLE(TWR_SCOPE_ACCOUNT)
#define ANY (ORG | ACCOUNT | ASSIGNABLE(TWR_SCOPE_SUBACCOUNT))

/* The suites run in the folder that holds etc/. */
#define SHIPPED "etc/roles.conf"

/* Other installations and configurations know these SIDs: never change. */
static const struct {
	const char *key, *sid;
	enum role_type type;
	uint32_t assignable_at;
	bool published;
} shipped[] = {
	{ "organization:owner", "IX74777262616300000000000000000001",
	    ROLE_ORGANIZATION, ORG, false },
	{ "organization:administrator", "IX74777262616300000000000000000002",
	    ROLE_ORGANIZATION, ORG, false },
	{ "organization:standard-user", "IX74777262616300000000000000000003",
	    ROLE_ORGANIZATION, ORG, false },
	{ "organization:billing-admin", "IX74777262616300000000000000000004",
	    ROLE_ORGANIZATION, ORG, false },
	{ "organization:billing-viewer", "IX74777262616300000000000000000005",
	    ROLE_ORGANIZATION, ORG, false },
	{ "general:owner", "IX74777262616300000000000000000006", ROLE_GENERAL,
	    ACCOUNT, false },
	{ "general:administrator", "IX00000000000000000000000000000102",
	    ROLE_GENERAL, ACCOUNT, true },
	{ "general:developer", "IX00000000000000000000000000000103",
	    ROLE_GENERAL, ACCOUNT, true },
	{ "general:billing-manager", "IX00000000000000000000000000000104",
	    ROLE_GENERAL, ACCOUNT, true },
	{ "general:support", "IX00000000000000000000000000000105", ROLE_GENERAL,
	    ACCOUNT, true },
	{ "studio:viewer", "IX7477726261630000000000000000000b", ROLE_BUILT_IN,
	    ANY, false },
	{ "studio:admin", "IX7477726261630000000000000000000c", ROLE_BUILT_IN,
	    ANY, false },
	{ "phone-numbers:numbers-configuration-editor",
	    "IX7477726261630000000000000000000d", ROLE_BUILT_IN, ANY, false },
	{ "phone-numbers:numbers-configuration-viewer",
	    "IX7477726261630000000000000000000e", ROLE_BUILT_IN, ANY, false },
	{ "phone-numbers:numbers-inventory-manager",
	    "IX7477726261630000000000000000000f", ROLE_BUILT_IN, ANY, false },
	{ "messaging:services-configurator",
	    "IX74777262616300000000000000000010", ROLE_BUILT_IN, ANY, false },
	{ "messaging:services-viewer", "IX74777262616300000000000000000011",
	    ROLE_BUILT_IN, ANY, false },
	{ "messaging:settings-admin", "IX74777262616300000000000000000012",
	    ROLE_BUILT_IN, ANY, false },
	{ "messaging:settings-viewer", "IX74777262616300000000000000000013",
	    ROLE_BUILT_IN, ANY, false },
	{ "messaging:whatsapp-senders-admin",
	    "IX74777262616300000000000000000014", ROLE_BUILT_IN, ANY, false },
	{ "messaging:whatsapp-senders-viewer",
	    "IX74777262616300000000000000000015", ROLE_BUILT_IN, ANY, false },
	{ "messaging:content-template-builder-admin",
	    "IX74777262616300000000000000000016", ROLE_BUILT_IN, ANY, false },
	{ "messaging:content-template-builder-viewer",
	    "IX74777262616300000000000000000017", ROLE_BUILT_IN, ANY, false },
	{ "messaging:rcs-senders-admin", "IX74777262616300000000000000000018",
	    ROLE_BUILT_IN, ANY, false },
	{ "messaging:rcs-senders-viewer", "IX74777262616300000000000000000019",
	    ROLE_BUILT_IN, ANY, false },
	{ "messaging:facebook-messenger-senders-admin",
	    "IX7477726261630000000000000000001a", ROLE_BUILT_IN, ANY, false },
	{ "messaging:facebook-messenger-senders-viewer",
	    "IX7477726261630000000000000000001b", ROLE_BUILT_IN, ANY, false },
	{ "messaging:logs-admin", "IX7477726261630000000000000000001c",
	    ROLE_BUILT_IN, ANY, false },
	{ "messaging:logs-pii-viewer", "IX7477726261630000000000000000001d",
	    ROLE_BUILT_IN, ANY, false },
	{ "messaging:logs-viewer", "IX7477726261630000000000000000001e",
	    ROLE_BUILT_IN, ANY, false },
	{ "messaging:insights-intelligence-admin",
	    "IX7477726261630000000000000000001f", ROLE_BUILT_IN, ANY, false },
	{ "messaging:insights-intelligence-viewer",
	    "IX74777262616300000000000000000020", ROLE_BUILT_IN, ANY, false },
	{ "voice:intelligence-admin", "IX74777262616300000000000000000021",
	    ROLE_BUILT_IN, ANY, false },
	{ "voice:intelligence-viewer", "IX74777262616300000000000000000022",
	    ROLE_BUILT_IN, ANY, false },
	{ "iam:account-api-access-admin", "IX74777262616300000000000000000023",
	    ROLE_BUILT_IN, ANY, false },
	{ "iam:account-api-access-viewer", "IX74777262616300000000000000000024",
	    ROLE_BUILT_IN, ANY, false },
	{ "help-center:account-level-ticket-history",
	    "IX74777262616300000000000000000025", ROLE_BUILT_IN, ANY, false },
	{ "billing:group-admin", "IX74777262616300000000000000000026",
	    ROLE_RESOURCE, ORG, false },
	{ "billing:group-viewer", "IX74777262616300000000000000000027",
	    ROLE_RESOURCE, ORG, false },
	{ "hosts:login", "IX74777262616300000000000000000028", ROLE_CUSTOM, ANY,
	    false },
	{ "hosts:operator", "IX74777262616300000000000000000029", ROLE_CUSTOM,
	    ANY, false },
	{ "hosts:admin", "IX7477726261630000000000000000002a", ROLE_CUSTOM, ANY,
	    false },
};

START_TEST(ships_each_role)
{
	struct catalogue *cat = NULL;
	struct twr_error err = { "" };
	const struct catalogue_role *cr;

	ck_assert_msg(catalogue_load(SHIPPED, &cat, &err) == TWR_OK, "%s",
	    err.text);
	cr = catalogue_find(cat, shipped[_i].key);
	ck_assert_msg(cr != NULL, "%s is missing", shipped[_i].key);
	ck_assert_str_eq(cr->role.sid, shipped[_i].sid);
	ck_assert_int_eq(cr->role.type, shipped[_i].type);
	ck_assert_uint_eq(cr->role.assignable_at, shipped[_i].assignable_at);
	ck_assert_int_eq(cr->role.published_sid, shipped[_i].published);
	ck_assert_uint_eq(cat->n_roles, sizeof(shipped) / sizeof(*shipped));
	ck_assert(cr->role.shipped);
	if (cr->role.type == ROLE_BUILT_IN || cr->role.type == ROLE_RESOURCE)
		ck_assert(cr->role.modelled && cr->permissions.n > 0);
	else
		ck_assert(!cr->role.modelled);
	if (cr->role.type == ROLE_CUSTOM)
		ck_assert_uint_eq(cr->permissions.n, 1);
	catalogue_free(cat);
}
END_TEST

static const struct {
	const char *key, *includes[4];
} included[] = {
	{ "general:owner", { "general:administrator" } },
	{ "general:administrator",
	    { "general:developer", "general:billing-manager",
		"general:support" } },
	{ "general:developer", { NULL } },
	{ "hosts:admin", { "hosts:operator" } },
	{ "hosts:operator", { "hosts:login" } },
	{ "hosts:login", { NULL } },
	{ "organization:owner", { NULL } },
	{ "studio:admin", { NULL } },
};

START_TEST(includes)
{
	struct catalogue *cat = NULL;
	const struct catalogue_role *cr;
	size_t i;

	ck_assert(catalogue_load(SHIPPED, &cat, NULL) == TWR_OK);
	cr = catalogue_find(cat, included[_i].key);
	ck_assert_ptr_nonnull(cr);
	for (i = 0; i < cr->includes.n; i++) {
		ck_assert_ptr_nonnull(included[_i].includes[i]);
		ck_assert_str_eq(cr->includes.items[i],
		    included[_i].includes[i]);
	}
	ck_assert_ptr_null(included[_i].includes[i]);
	catalogue_free(cat);
}
END_TEST

#define SID "IX7477726261630000000000000000000"
#define ROLE(key, n, more) \
	"{ key = \"" key "\"; sid = \"" SID n "\"; sid_origin = \"local\";\n" \
	"type = \"custom\"; group = \"G\"; name = \"N\"; description = " \
	"\"d\"; assignable_at = [ \"account\" ]; " more " }"
#define LIST(text) "roles = (\n" text "\n);"

/* Each is refused, and the message has the line and the words. */
static const struct {
	const char *text, *words;
} bad[] = {
	{ "", "t.conf:1: there is no list" },
	{ "roles = ();", "there is no list" },
	{ "roles = ( 1 );", "t.conf:1: a role is not a group" },
	{ "rules = ();", "t.conf:1: \"rules\" does not belong" },
	{ LIST(ROLE("a:b", "1", "") ","), "t.conf:" },
	{ LIST(ROLE("a:b", "1", "permisions = [\"/a/b/c\"];")),
	    "t.conf:3: \"permisions\" is no key of a role; did you mean "
	    "\"permissions\"?" },
	{ LIST("{ key = \"a:b\"; }"), "t.conf:2: a role lacks \"sid\"" },
	{ LIST(ROLE("a b", "1", "")), "is not a key" },
	{ LIST(ROLE("a", "1", "")), "is not a key" },
	{ LIST(ROLE("A:b", "1", "")), "is not a key" },
	{ LIST(ROLE("a:b", "G", "")), "is not a role's SID" },
	{ LIST(ROLE("a:b", "12", "")), "longer than 34 bytes" },
	{ LIST(ROLE("a:b", "1", "") ",\n" ROLE("a:b", "2", "")),
	    "t.conf:4: a:b: has the key or SID of the role in line 2" },
	{ LIST(ROLE("a:b", "1", "") ",\n" ROLE("a:c", "1", "")),
	    "has the key or SID" },
	{ LIST(ROLE("a:b", "1", "permissions = [];")), "with members" },
	{ LIST(ROLE("a:b", "1", "permissions = \"/a/b/c\";")),
	    "is not a list" },
	{ LIST(ROLE("a:b", "1", "permissions = [ 1 ];")), "not a string" },
	{ LIST(ROLE("a:b", "1", "permissions = [ \"/a/b\" ];")),
	    "is not a permission" },
	{ LIST(ROLE("a:b", "1", "permissions = [ \"/a//c\" ];")),
	    "is not a permission" },
	{ LIST(ROLE("a:b", "1", "permissions = [ \"/a/b/*\" ];")),
	    "is not a permission" },
	{ LIST(ROLE("a:b", "1", "permissions = [ \"/a/b/c/\" ];")),
	    "is not a permission" },
	{ LIST(ROLE("a:b", "1",
	      "permissions = [ \"/a/b/c\", "
	      "\"/a/b/c\" ];")),
	    "twice" },
	{ LIST(ROLE("a:b", "1", "includes = [ \"a:c\" ];")),
	    "which is no role here" },
	{ LIST(ROLE("a:b", "1", "includes = [ \"a:b\" ];")), "circle" },
	{ LIST(ROLE("a:b", "1", "includes = [ \"a:c\" ];") "," ROLE("a:c", "2",
	      "includes = [ \"a:b\" ];")),
	    "circle" },
	{ LIST(ROLE("a:b", "1",
	      "includes = [ \"a:c\", \"a:c\" ];") "," ROLE("a:c", "2", "")),
	    "twice" },
	{ LIST(ROLE("a:b", "1", "modelled = 1;")), "truth value" },
	{ "roles = ( { key = 3; } );", "key is not a string" },
	{ "roles = ( { key = \"\"; } );", "key is empty" },
	{ "roles = ( { type = \"odd\"; } );", "type \"odd\" is unknown" },
	{ "roles = ( { sid_origin = \"odd\"; } );", "sid_origin" },
	{ "roles = ( { assignable_at = [ \"odd\" ]; } );", "no kind of scope" },
	{ "roles = ( { assignable_at = [ \"account\", \"account\" ]; } );",
	    "twice" },
};

START_TEST(refuses_and_says_why)
{
	struct catalogue *cat = NULL;
	struct twr_error err = { "" };

	ck_assert_int_eq(catalogue_parse(bad[_i].text, "t.conf", &cat, &err),
	    TWR_EDATA);
	ck_assert_ptr_null(cat);
	ck_assert_msg(strstr(err.text, bad[_i].words) != NULL,
	    "\"%s\" lacks \"%s\"", err.text, bad[_i].words);
	ck_assert_msg(strncmp(err.text, "t.conf:", 7) == 0, "%s", err.text);
}
END_TEST

START_TEST(takes_a_good_one)
{
	struct catalogue *cat = NULL;
	struct twr_error err = { "" };

	ck_assert_msg(
	    catalogue_parse(LIST(ROLE("a:b", "1",
				"includes = [ \"a:c\" ];") ",\n" ROLE("a:c",
				"2", "permissions = [ \"/a/b/c\" ];")),
		"t.conf", &cat, &err) == TWR_OK,
	    "%s", err.text);
	ck_assert_uint_eq(cat->n_roles, 2);
	ck_assert_uint_eq(cat->roles[1].line, 4);
	catalogue_free(cat);
}
END_TEST

START_TEST(says_when_there_is_none)
{
	struct catalogue *cat = NULL;
	struct twr_error err = { "" };

	ck_assert_int_eq(catalogue_load("/nonexistent/r.conf", &cat, &err),
	    TWR_ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/r.conf"));
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(ships_each_role, shipped),
		SUPPORT_ROWS(includes, included),
		SUPPORT_ROWS(refuses_and_says_why, bad),
		SUPPORT_TEST(takes_a_good_one),
		SUPPORT_TEST(says_when_there_is_none),
		SUPPORT_END,
	};

	return support_run("catalogue", tests);
}
