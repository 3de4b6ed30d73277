/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suggest.h"
#include "support.h"
#include "text.h"

#define NOW INT64_C(1795219200) /* 2026-11-21T00:00:00Z */
#define SCOPE "scope = \"acme\";\n"
#define RULE "rules = ( { services = [\"sshd\"]; any_role = [\"r\"]; } );\n"
#define LONG65 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/*
 * libconfig 1.5 loses the string it was reading when it meets a syntax
 * error; the leak sanitizer is told that this is not ours.
 */
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\n";
}

static const struct refused {
	const char *text;
	const char *says; /* the whole line, without "t.conf:" */
} refused[] = {
	/* what is there at all */
	{ RULE,
	    "1: there is no scope; add scope = \"...\", where this host "
	    "lives" },
	{ SCOPE,
	    "1: there are no rules, everybody would be refused; add "
	    "rules = ( { services = [\"sshd\"]; any_role = [\"hosts:login\"]; "
	    "} )" },
	{ SCOPE RULE "rule = ();",
	    "3: unknown key \"rule\" at the top level; did you mean "
	    "\"rules\"?" },
	{ SCOPE RULE "xyzzy = 1;",
	    "3: unknown key \"xyzzy\" at the top level; the keys are "
	    "organization, scope, contact, refusal_detail, policy_mode, "
	    "policy_max_age, rules, exempt, permissive, sudo_rules" },
	{ "scope = 1;" RULE,
	    "1: \"scope\" must be a string; write scope = \"...\"" },
	{ "scope = \"\";" RULE,
	    "1: \"scope\" is empty; write a value or remove the line" },
	{ SCOPE RULE SCOPE,
	    "3: \"scope\" is given twice in one group; keep one" },
	/* scalars */
	{ SCOPE RULE "refusal_detail = \"all\";",
	    "3: \"refusal_detail\" must be \"reason\" or \"none\"; remove the "
	    "line for \"reason\"" },
	{ SCOPE RULE "policy_mode = 0640;",
	    "3: \"policy_mode\" must be \"0640\" or \"0644\", in double "
	    "quotes; "
	    "remove the line for \"0640\"" },
	{ SCOPE RULE "policy_mode = \"0666\";",
	    "3: \"policy_mode\" must be \"0640\" or \"0644\", in double "
	    "quotes; "
	    "remove the line for \"0640\"" },
	{ SCOPE RULE "policy_max_age = \"30\";",
	    "3: \"policy_max_age\" is not a period; write a number and h, d or "
	    "w, such as \"30d\"" },
	{ SCOPE RULE "policy_max_age = \"30dd\";",
	    "3: \"policy_max_age\" is not a period; write a number and h, d or "
	    "w, such as \"30d\"" },
	{ SCOPE RULE "policy_max_age = 30;",
	    "3: \"policy_max_age\" is not a period; write a number and h, d or "
	    "w, such as \"30d\"" },
	{ SCOPE RULE "policy_max_age = \"0h\";",
	    "3: \"policy_max_age\" must be from 1h to 3650d; at that age "
	    "everybody is refused until a new compile" },
	{ SCOPE RULE "policy_max_age = \"999999w\";",
	    "3: \"policy_max_age\" must be from 1h to 3650d; at that age "
	    "everybody is refused until a new compile" },
	{ SCOPE RULE "contact = \"a\\nb\";",
	    "3: \"contact\" has a control character; it is shown on terminals, "
	    "remove it" },
	/* rules */
	{ SCOPE "rules = { services = [\"sshd\"]; };",
	    "2: \"rules\" must be a list of groups; write rules = ( { ... }, "
	    "{ ... } )" },
	{ SCOPE "rules = ();",
	    "2: \"rules\" must have 1 to 4096 entries; fill it or remove the "
	    "line" },
	{ SCOPE "rules = (\n\"sshd\" );",
	    "3: each entry of \"rules\" must be a group; write "
	    "{ key = value; ... }" },
	{ SCOPE "rules = ( {\n services = \"sshd\"; any_role = [\"r\"]; } );",
	    "3: \"services\" must be a list of strings; write services = "
	    "[\"...\", \"...\"]" },
	{ SCOPE "rules = ( { services = [\"sshd\"]; any_role = []; } );",
	    "2: \"any_role\" is an empty list, which means nobody and nothing; "
	    "fill it or remove the line" },
	{ SCOPE "rules = ( { services = [\"sshd\"]; any_role = [1, 2]; } );",
	    "2: \"any_role\" must hold strings; put each in double quotes" },
	{ SCOPE "rules = ( { services = [\"sshd\"]; any_role = [\"a\", 2]; }"
		" );",
	    "2: a list in [ ] holds values of different types; put each in "
	    "double quotes" },
	{ SCOPE "rules = ( { services = [\"sshd\"]; any_role = [\"\"]; } );",
	    "2: \"any_role\" holds an empty string; remove it" },
	{ SCOPE "rules = ( { services = [\"sshd\"]; any_rol = [\"r\"]; } );",
	    "2: unknown key \"any_rol\" in a rule; did you mean "
	    "\"any_role\"?" },
	{ SCOPE "rules = ( { any_role = [\"r\"]; } );",
	    "2: this rule names no services; add services = [\"sshd\"]" },
	{ SCOPE "rules = ( { services = [\"sshd\"]; } );",
	    "2: this rule demands nothing; add any_role, all_roles, "
	    "any_permission or all_permissions" },
	{ SCOPE "rules = ( { services = [\"sshd\"]; two_factor = true; } );",
	    "2: this rule demands nothing; add any_role, all_roles, "
	    "any_permission or all_permissions" },
	{ SCOPE "rules = ( { services = [\"sshd\"]; any_role = [\"r\"];\n"
		"two_factor = 1; } );",
	    "3: \"two_factor\" must be true or false; write two_factor = "
	    "true" },
	{ SCOPE "rules = ( { services = [\"sshd\"]; any_role = [\"r\"];\n"
		"subject = \"target\"; } );",
	    "3: \"subject\" must be \"user\" or \"invoker\"; remove the line "
	    "for what is customary for the service" },
	{ SCOPE "rules = (\n{ services = [\"sshd\"]; any_role = [\"r\"]; },\n"
		"{ services = [\"sshd\"]; any_role = [\"r\"]; } );",
	    "4: service \"sshd\" was named already in line 3; keep one of "
	    "them" },
	{ SCOPE "rules = ( { services = [\"a\", \"a\"]; any_role = [\"r\"]; }"
		" );",
	    "2: service \"a\" was named already in line 2; keep one of them" },
	{ SCOPE "rules = ( { services = [\"SSHD\"]; any_role = [\"r\"]; } );",
	    "2: service \"SSHD\" has a capital letter and would never match, "
	    "since libpam makes service names lower case; write it in lower "
	    "case" },
	{ SCOPE "rules = ( { services = [\"a/b\"]; any_role = [\"r\"]; } );",
	    "2: service \"a/b\" has a character that is none of a-z 0-9 . _ + "
	    "-; write the name of its file in pam.d" },
	{ SCOPE "rules = ( { services = [\"" LONG65 "\"]; any_role = [\"r\"];"
		" } );",
	    "2: the service name aaaaaaaaaaaaaaaa... has more than 64 bytes; "
	    "write the name of its file in pam.d" },
	{ SCOPE "rules = ( { services = [\"*\"]; any_role = [\"r\"]; } );",
	    "2: services may be [\"*\"] only in permissive and in an exempt "
	    "entry with logins; name the services" },
	/* exemptions */
	{ SCOPE RULE "exempt = ( { logins = [\"root\"]; } );",
	    "3: this exempt entry names no services; add services = "
	    "[\"cron\"]" },
	{ SCOPE RULE "exempt = ( { services = [\"cron\"]; } );",
	    "3: this exempt entry names nobody; add logins, system_accounts = "
	    "true or everyone = true" },
	{ SCOPE RULE "exempt = ( { services = [\"cron\"]; everyone = false; }"
		     " );",
	    "3: this exempt entry names nobody; add logins, system_accounts = "
	    "true or everyone = true" },
	{ SCOPE RULE "exempt = ( { services = [\"cron\"]; every = true; } );",
	    "3: unknown key \"every\" in an exempt entry; the keys are "
	    "services, logins, system_accounts, everyone" },
	{ SCOPE
	    "rules = ( { services = [\"su\"]; any_role = [\"a:b\"]; subject "
	    "= \"user\"; } );\nexempt = ( { logins = [\"root\"]; services = "
	    "[\"su\"]; } );",
	    "2: subject = \"user\" judges whom su switches to, and line 3 "
	    "exempts "
	    "such a login, so anybody could; take out one of the two" },
	{ SCOPE RULE "exempt = ( { services = [\"*\"]; everyone = true; } );",
	    "3: everyone may not be exempt for service \"*\"; use logins = "
	    "[...], or a rule" },
	{ SCOPE RULE "exempt = ( { services = [\"*\"]; logins = [\"a\"]; "
		     "system_accounts = true; } );",
	    "3: system_accounts may not be exempt for service \"*\"; use "
	    "logins = [...], or a rule" },
	{ SCOPE RULE "exempt = ( { services = [\"*\", \"cron\"]; logins = "
		     "[\"root\"]; } );",
	    "3: \"*\" stands for every service; write it alone" },
	{ SCOPE RULE "exempt = ( { services = [\"cron\"]; logins = [\"*\"]; }"
		     " );",
	    "3: \"*\" is not a login; name each login, or use everyone = "
	    "true" },
	{ SCOPE RULE "exempt = ( { services = [\"cron\"]; logins = [\"a:b\"];"
		     " } );",
	    "3: login \"a:b\" has a control character, ':' or '/'; write the "
	    "name of a Unix account" },
	{ SCOPE RULE "exempt = ( { services = [\"cron\"]; logins = [\"a\",\n"
		     "\"a\"]; } );",
	    "4: login \"a\" was named already in line 3; keep one of them" },
	/* permissive */
	{ SCOPE RULE "permissive = ( { services = [\"sshd\"]; } );",
	    "3: this permissive entry has no end; add until = "
	    "\"YYYY-MM-DDThh:mm:ssZ\", at most 90 days ahead" },
	{ SCOPE RULE "permissive = ( { services = [\"sshd\"]; until = "
		     "\"tomorrow\"; } );",
	    "3: \"until\" is not a time; write it as until = "
	    "\"2026-12-31T00:00:00Z\"" },
	{ SCOPE RULE "permissive = ( { services = [\"sshd\"]; until = "
		     "20261231; } );",
	    "3: \"until\" is not a time; write it as until = "
	    "\"2026-12-31T00:00:00Z\"" },
	{ SCOPE RULE "permissive = ( { services = [\"sshd\"]; until = "
		     "\"2027-02-19T00:00:01Z\"; } );",
	    "3: this permissive entry ends more than 90 days ahead; the latest "
	    "end is now 2027-02-19T00:00:00Z" },
	{ SCOPE RULE "permissive = ( { until = \"2026-12-31T00:00:00Z\"; } "
		     ");",
	    "3: this permissive entry names no services; add services = "
	    "[\"sshd\"]" },
	{ SCOPE RULE
	    "permissive = ( { services = [\"a\"]; until = "
	    "\"2026-12-31T00:00:00Z\"; },\n{ services = [\"a\"]; until = "
	    "\"2026-12-31T00:00:00Z\"; } );",
	    "4: permissive service \"a\" was named already in line 3; keep one "
	    "of them" },
	/* the form */
	{ SCOPE "rules = (\n{ services = [\"a\"]; any_role = [\"r\"]; }, #\n"
		"/* so\n*/ );",
	    "3: syntax error: no comma before \")\"; remove it" },
	{ SCOPE "rules = ( { services = [\"a\",]; any_role = [\"r\"]; } );",
	    "2: syntax error: no comma before \"]\"; remove it" },
	{ SCOPE "rules = (\n{ services = [\"a\"]; any_role = [\"r\"]; }\n"
		"{ services = [\"b\"]; any_role = [\"r\"]; } );",
	    "4: syntax error: a comma is missing between two entries; write "
	    "one before {" },
	{ SCOPE "rules = ( { services = [\"a\"\n\"b\"]; any_role = [\"r\"]; }"
		" );",
	    "3: two strings follow each other; put a comma between them" },
	{ SCOPE "rules = ( { services = [sshd]; any_role = [\"r\"]; } );",
	    "2: syntax error at sshd; text needs double quotes: \"sshd\"" },
	{ "scope = acme;\n" RULE,
	    "1: syntax error at acme; text needs double quotes: \"acme\"" },
	{ "scope \"acme\";\n" RULE,
	    "1: syntax error: no \"=\" after scope; write scope = ..." },
	{ "scope = ;\n" RULE,
	    "1: syntax error: no value after \"=\"; write one" },
	{ SCOPE "rules = ( { services = [\"a\"]; any_role = [\"r\"]; };",
	    "2: syntax error at \";\" inside a list; close the list first, or "
	    "use a comma" },
	{ SCOPE "rules = ( { services = [\"a\"]; any_role = [\"r\"]; )",
	    "2: \")\" cannot close the \"{\" of line 2; write \"}\" first" },
	{ SCOPE "rules = (\n{ services = [\"a\"]; any_role = [\"r\"]; ",
	    "3: the \"{\" opened here is never closed; add \"}\"" },
	{ SCOPE RULE ");", "3: \")\" closes nothing; remove it" },
	{ "scope = 'acme';\n" RULE,
	    "1: syntax error at \"'\"; text needs double quotes, a comment "
	    "begins with #" },
	{ "scope = \"acme;\n",
	    "1: a string begins here and does not end; add the closing '\"'" },
	{ SCOPE "/* so",
	    "2: a comment begins here and does not end; add the "
	    "closing \"*/\"" },
	{ SCOPE "@include \"x.conf\"\n" RULE,
	    "2: \"@include\" is not allowed, since what is in force is kept as "
	    "one text; put its lines here" },
	{ SCOPE "  @include \"x.conf\"\n" RULE,
	    "2: \"@include\" is not allowed, since what is in force is kept as "
	    "one text; put its lines here" },
	{ "scope = \"ac\\x00me\";\n" RULE,
	    "1: a string holds a NUL byte (\\x00); remove it" },
};

START_TEST(refuses_and_says_why)
{
	struct twr_error err = { "" };
	struct config *cf = NULL;
	char want[TWR_ERROR_MAX];

	(void)snprintf(want, sizeof(want), "t.conf:%s", refused[_i].says);
	ck_assert_int_eq(config_parse(refused[_i].text, "t.conf", NOW, NULL,
			     &cf, &err),
	    TWR_EDATA);
	ck_assert_str_eq(err.text, want);
	ck_assert_ptr_null(cf);
}
END_TEST

/* Exempt for all of a kind: never where a person gets in or changes uid. */
static const char *const guarded[] = { "sshd", "login", "su", "su-l", "sudo",
	"sudo-i", "doas" };

START_TEST(refuses_wide_exemptions)
{
	static const char *const kinds[] = { "everyone", "system_accounts" };
	struct twr_error err = { "" };
	struct config *cf = NULL;
	char text[512], want[256];
	size_t i;

	for (i = 0; i < 2; i++) {
		(void)snprintf(text, sizeof(text),
		    SCOPE RULE
		    "exempt = ( { "
		    "services = [\"cron\",\n\"%s\"]; %s = true; } );",
		    guarded[_i], kinds[i]);
		(void)snprintf(want, sizeof(want),
		    "t.conf:4: %s may not be "
		    "exempt for service \"%s\"; use logins = [...], or a "
		    "rule",
		    kinds[i], guarded[_i]);
		ck_assert_int_eq(config_parse(text, "t.conf", NOW, NULL, &cf,
				     &err),
		    TWR_EDATA);
		ck_assert_str_eq(err.text, want);
	}
}
END_TEST

static void
must_parse(const char *text, const struct config_warn *warn,
    struct config **ret)
{
	struct twr_error err = { "" };
	enum twr_status rc;

	rc = config_parse(text, "t.conf", NOW, warn, ret, &err);
	ck_assert_msg(rc == TWR_OK, "%s", err.text);
}

START_TEST(takes_defaults)
{
	struct config *cf;

	must_parse(SCOPE RULE, NULL, &cf);
	ck_assert_ptr_null(cf->organization);
	ck_assert_str_eq(cf->scope, "acme");
	ck_assert_uint_eq(cf->scope_line, 1);
	ck_assert_str_eq(cf->contact, "");
	ck_assert_int_eq(cf->detail, TWR_DETAIL_REASON);
	ck_assert_uint_eq(cf->policy_mode, 0640);
	ck_assert_int_eq(cf->max_age_s, 0);
	ck_assert_uint_eq(cf->n_rules, 1);
	ck_assert_uint_eq(cf->rules[0].line, 2);
	ck_assert_int_eq(cf->rules[0].subject, TWR_SUBJECT_BY_SERVICE);
	ck_assert(!cf->rules[0].two_factor);
	ck_assert_uint_eq(cf->n_exempt, 0);
	ck_assert_uint_eq(cf->n_permissive, 0);
	config_free(cf);
}
END_TEST

START_TEST(takes_every_key)
{
	static const char text
	    [] = "organization = \"acme\", scope = \"acme/x\";\n"
		 "contact = \"ops\" refusal_detail = \"none\";\n"
		 "policy_mode = \"0644\"; policy_max_age = \"2w\";\n"
		 "rules = ( { services = [\"a\", \"b\"]; scope = \"acme/y\";\n"
		 "  any_role = [\"r1\",\n \"r2\"]; all_roles = [\"r3\"];\n"
		 "  any_permission = [\"/p\"]; all_permissions = [\"/q\"];\n"
		 "  two_factor = TRUE; subject = \"invoker\"; } );\n"
		 "exempt = ( { logins = [\"root\"]; services = [\"*\"]; },\n"
		 "  { system_accounts = true; everyone = true;\n"
		 "    services = [\"cron\"]; } );\n"
		 "permissive = ( { services = [\"*\"];\n"
		 "  until = \"2026-12-31T00:00:00Z\"; } );";
	struct config *cf;

	must_parse(text, NULL, &cf);
	ck_assert_str_eq(cf->organization, "acme");
	ck_assert_str_eq(cf->scope, "acme/x");
	ck_assert_str_eq(cf->contact, "ops");
	ck_assert_int_eq(cf->detail, TWR_DETAIL_NONE);
	ck_assert_uint_eq(cf->policy_mode, 0644);
	ck_assert_int_eq(cf->max_age_s, 14 * 86400);
	ck_assert_str_eq(cf->rules[0].scope, "acme/y");
	ck_assert_uint_eq(cf->rules[0].scope_line, 4);
	ck_assert_uint_eq(cf->rules[0].services.n, 2);
	ck_assert_uint_eq(cf->rules[0].any_role.n, 2);
	ck_assert_uint_eq(cf->rules[0].any_role.lines[1], 6);
	ck_assert_str_eq(cf->rules[0].all_roles.items[0], "r3");
	ck_assert_str_eq(cf->rules[0].any_permission.items[0], "/p");
	ck_assert_str_eq(cf->rules[0].all_permissions.items[0], "/q");
	ck_assert(cf->rules[0].two_factor);
	ck_assert_int_eq(cf->rules[0].subject, TWR_SUBJECT_INVOKER);
	ck_assert_uint_eq(cf->n_exempt, 2);
	ck_assert_str_eq(cf->exempt[0].services.items[0], "*");
	ck_assert(cf->exempt[1].system_accounts && cf->exempt[1].everyone);
	ck_assert_int_eq(cf->permissive[0].until, NOW + 40 * 86400);
	config_free(cf);
}
END_TEST

static void
keep(void *ctx, const char *line)
{
	(void)snprintf(ctx, 256, "%s", line);
}

START_TEST(warns_of_ended_permissive)
{
	char said[256] = "";
	struct config_warn warn = { keep, said };
	struct config *cf;

	must_parse(SCOPE RULE "permissive = ( { services = [\"sshd\"]; "
			      "until = \"2026-11-21T00:00:00Z\"; } );",
	    &warn, &cf);
	ck_assert_str_eq(said,
	    "t.conf:3: permissive ended "
	    "2026-11-21T00:00:00Z, the rules are enforced; remove this "
	    "entry");
	config_free(cf);
}
END_TEST

START_TEST(bounds_the_text)
{
	struct twr_error err = { "" };
	struct config *cf = NULL;
	char *text = malloc(CONFIG_TEXT_MAX + 2), contact[300];

	ck_assert_ptr_nonnull(text);
	memset(text, ' ', CONFIG_TEXT_MAX + 1);
	memcpy(text, SCOPE RULE, strlen(SCOPE RULE));
	text[CONFIG_TEXT_MAX] = '\0';
	must_parse(text, NULL, &cf);
	config_free(cf);
	text[CONFIG_TEXT_MAX] = ' ';
	text[CONFIG_TEXT_MAX + 1] = '\0';
	ck_assert_int_eq(config_parse(text, "t.conf", NOW, NULL, &cf, &err),
	    TWR_EDATA);
	ck_assert_str_eq(err.text,
	    "t.conf:1: the file is larger than 1048576 bytes; shorten it");
	free(text);

	(void)snprintf(contact, sizeof(contact),
	    SCOPE RULE "contact = \"%0*d"
		       "\";",
	    CONFIG_CONTACT_MAX, 0);
	must_parse(contact, NULL, &cf);
	config_free(cf);
	(void)snprintf(contact, sizeof(contact),
	    SCOPE RULE "contact = \"%0*d"
		       "\";",
	    CONFIG_CONTACT_MAX + 1, 0);
	ck_assert_int_eq(config_parse(contact, "t.conf", NOW, NULL, &cf, &err),
	    TWR_EDATA);
	ck_assert_str_eq(err.text,
	    "t.conf:3: \"contact\" has more than 200 bytes; shorten it");
}
END_TEST

/* Mutilated texts: any answer, but always one, and an error has its line. */
START_TEST(survives_mutilation)
{
	static const char base[] = SCOPE RULE
	    "exempt = ( { logins = [\"root\"]; services = [\"cron\"]; } );\n"
	    "permissive = ( { services = [\"*\"]; until = "
	    "\"2026-12-31T00:00:00Z\"; } ); # end\n";
	static const char bytes[] = "\"\\{}[](),;=:#/*\n x1@-\x80";
	struct support_random rn = { 5 };
	struct twr_error err;
	struct config *cf;
	char text[sizeof(base)];
	int i, k;

	for (i = 0; i < 20000; i++) {
		memcpy(text, base, sizeof(base));
		for (k = 0; k < 1 + (int)support_below(&rn, 4); k++)
			text[support_below(&rn,
			    sizeof(base) - 1)] = bytes[support_below(&rn,
			    sizeof(bytes) - 1)];
		text[support_chance(&rn, 10) ?
			support_below(&rn, sizeof(base)) :
			sizeof(base) - 1] = '\0';
		cf = NULL;
		err.text[0] = '\0';
		if (config_parse(text, "t.conf", NOW, NULL, &cf, &err) ==
		    TWR_OK)
			config_free(cf);
		else
			ck_assert_msg(strncmp(err.text, "t.conf:", 7) == 0 &&
				strchr(err.text, ';') != NULL,
			    "%s\n%s", err.text, text);
	}
}
END_TEST

START_TEST(reads_the_file)
{
	struct config_file file;
	struct twr_error err = { "" };
	const char *path = support_path("a.conf");

	support_write_text(path, SCOPE);
	ck_assert_int_eq(config_file_read(path, support_owner(), &file, &err),
	    TWR_OK);
	ck_assert_str_eq(file.text, SCOPE);
	ck_assert_uint_eq(file.size, strlen(SCOPE));
	config_file_free(&file);
	support_write(path, "a\nb\0c", 5, 0644);
	ck_assert_int_eq(config_file_read(path, support_owner(), &file, &err),
	    TWR_EDATA);
	ck_assert_ptr_nonnull(strstr(err.text,
	    "a.conf:2: a NUL byte; remove it, the file must be plain text"));
	support_write(path, SCOPE, strlen(SCOPE), 0666);
	ck_assert_int_eq(config_file_read(path, support_owner(), &file, &err),
	    TWR_EUNSAFE);
	ck_assert_int_eq(config_file_read(support_path("none"), support_owner(),
			     &file, &err),
	    TWR_ENOENT);
}
END_TEST

/* The template that init installs, and its commented lines too. */
START_TEST(shipped_template_parses)
{
	char *text = (char *)support_read("etc/twrbac.conf", NULL), *p;
	struct config *cf;

	while ((p = strstr(text, "@organization@")) != NULL)
		memcpy(p, "acme          ", 14);
	while ((p = strstr(text, "@scope@")) != NULL)
		memcpy(p, "acme   ", 7);
	must_parse(text, NULL, &cf);
	ck_assert_uint_eq(cf->n_rules, 5);
	ck_assert_uint_eq(cf->n_exempt, 3);
	config_free(cf);
	while ((p = strstr(text, "\n#")) != NULL) {
		/* "# text" stays a comment, "#key" becomes one line more */
		p[1] = p[2] == ' ' && p[3] != ' ' ? '/' : ' ';
		if (p[1] == '/')
			p[2] = '/';
		else if (p[2] == '\n')
			p[1] = ' ';
	}
	must_parse(text, NULL, &cf);
	ck_assert_uint_eq(cf->policy_mode, 0644);
	ck_assert_int_eq(cf->max_age_s, 30 * 86400);
	ck_assert_uint_eq(cf->n_permissive, 1);
	config_free(cf);
	free(text);
}
END_TEST

static const struct {
	const char *word, *candidates[4], *best;
} suggestions[] = {
	{ "any_rol", { "all_roles", "any_role", "scope" }, "any_role" },
	{ "hsots:login", { "hosts:login", "hosts:admin" }, "hosts:login" },
	{ "SSHD", { "sshd" }, "sshd" },
	{ "xyz", { "scope" }, NULL },
	{ "", { "a" }, NULL },
	{ "a", { "" }, NULL },
	{ "rule", { "rules", "role" }, "rules" },
};

START_TEST(suggests)
{
	struct suggestion sg;
	size_t i;

	suggest_init(&sg, suggestions[_i].word);
	for (i = 0; suggestions[_i].candidates[i] != NULL; i++)
		suggest_offer(&sg, suggestions[_i].candidates[i]);
	if (suggestions[_i].best == NULL)
		ck_assert_ptr_null(suggest_best(&sg));
	else
		ck_assert_pstr_eq(suggest_best(&sg), suggestions[_i].best);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(refuses_and_says_why, refused),
		SUPPORT_ROWS(refuses_wide_exemptions, guarded),
		SUPPORT_TEST(takes_defaults),
		SUPPORT_TEST(takes_every_key),
		SUPPORT_TEST(warns_of_ended_permissive),
		SUPPORT_TEST(bounds_the_text),
		SUPPORT_TEST(survives_mutilation),
		SUPPORT_TEST(reads_the_file),
		SUPPORT_TEST(shipped_template_parses),
		SUPPORT_ROWS(suggests, suggestions),
		SUPPORT_END,
	};

	return support_run_in_folder("config", tests);
}
