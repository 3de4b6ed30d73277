/* SPDX-License-Identifier: BSD-2-Clause */
/* sudo_rules of twrbac.conf: every refusal and every warning, word by word. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "support.h"

#define NOW INT64_C(1795219200) /* 2026-11-21T00:00:00Z */
#define HEAD \
	"scope = \"acme\";\n" \
	"rules = ( { services = [\"sudo\"]; any_role = [\"r\"]; } );\n"
#define RULE(text) HEAD "sudo_rules = (\n{ " text " } );"
#define WHO "role = \"hosts:operator\";\n"
#define RUN "commands = [\"/bin/a\"];"

static const struct refused {
	const char *text;
	const char *says; /* the whole line, without "t.conf:" */
} refused[] = {
	{ RULE(RUN),
	    "4: this sudo rule names nobody; add role = \"hosts:operator\" or "
	    "permission = \"/twrbac/...\"" },
	{ RULE(WHO "permission = \"/x\"; " RUN),
	    "4: this sudo rule has a role and a permission; keep one, and "
	    "write another rule for the other" },
	{ RULE(WHO),
	    "4: this sudo rule allows no command; add commands = "
	    "[\"/usr/bin/systemctl restart sms-gw.service\"]" },
	{ RULE(WHO RUN "\nrunas = \"%adm\";"),
	    "6: runas \"%adm\" begins with a character that has a meaning of "
	    "its own in sudoers; write the name of one Unix account" },
	{ RULE(WHO RUN "\nrunas = \"#0\";"),
	    "6: runas \"#0\" begins with a character that has a meaning of "
	    "its own in sudoers; write the name of one Unix account" },
	{ RULE(WHO RUN "\nrunas = \"+net\";"),
	    "6: runas \"+net\" begins with a character that has a meaning of "
	    "its own in sudoers; write the name of one Unix account" },
	{ RULE(WHO RUN "\nrunas = \"!root\";"),
	    "6: runas \"!root\" begins with a character that has a meaning of "
	    "its own in sudoers; write the name of one Unix account" },
	{ RULE(WHO RUN "\nrunas = \"root:adm\";"),
	    "6: runas \"root:adm\" is no name of one Unix account; write such "
	    "as \"root\" or \"postgres\"" },
	{ RULE(WHO RUN "\nrunas = \"a b\";"),
	    "6: runas \"a b\" is no name of one Unix account; write such as "
	    "\"root\" or \"postgres\"" },
	{ RULE(WHO RUN "\nrunas = \"a,b\";"),
	    "6: runas \"a,b\" is no name of one Unix account; write such as "
	    "\"root\" or \"postgres\"" },
	{ RULE(WHO RUN "\nrunas = \"\";"),
	    "6: \"runas\" is empty; write a value or remove the line" },
	{ RULE(WHO RUN "\ncomment = \"a\\nb\";"),
	    "4: \"comment\" has a control character; it is one line of a "
	    "file, remove it" },
	{ RULE(WHO "commands = [];"),
	    "5: \"commands\" is an empty list, which means nobody and "
	    "nothing; fill it or remove the line" },
	{ RULE(WHO "commands = [\"/bin/a\",\n\"/bin/b\",\n\"/bin/a\"];"),
	    "7: command \"/bin/a\" was named already in line 5; keep one of "
	    "them" },
	{ RULE("rol = \"x\"; " RUN),
	    "4: unknown key \"rol\" in a sudo rule; did you mean \"role\"?" },
	{ RULE(WHO RUN " nopasswd = 1;"),
	    "5: \"nopasswd\" must be true or false; write nopasswd = true" },
	{ RULE(WHO "commands = \"/bin/a\";"),
	    "5: \"commands\" must be a list of strings; write commands = "
	    "[\"...\", \"...\"]" },
	{ HEAD "sudo_rules = { };",
	    "3: \"sudo_rules\" must be a list of groups; write sudo_rules = ( "
	    "{ ... }, { ... } )" },
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

/* What is wrong with a command is sudo_command_fault()'s to say: that it is
 * said of this line and this command. */
START_TEST(a_faulty_command_has_its_line)
{
	static const char *const bad[] = { "relative", "/bin/a  b", "" };
	struct twr_error err = { "" };
	struct config *cf = NULL;
	char text[512];
	size_t i;

	for (i = 0; i < 2; i++) {
		(void)snprintf(text, sizeof(text),
		    RULE(WHO "commands = [\"/bin/a\",\n\"%s\"];"), bad[i]);
		ck_assert_int_eq(config_parse(text, "t.conf", NOW, NULL, &cf,
				     &err),
		    TWR_EDATA);
		(void)snprintf(text, sizeof(text),
		    "t.conf:6: command \"%s\": ", bad[i]);
		ck_assert_msg(strncmp(err.text, text, strlen(text)) == 0, "%s",
		    err.text);
	}
}
END_TEST

static const struct edge {
	const char *key;
	size_t most;
	const char *says;
} edges[] = {
	{ "runas", TWR_LOGIN_MAX,
	    "t.conf:6: \"runas\" has more than 256 bytes; write the name of a "
	    "Unix account" },
	{ "comment", CONFIG_COMMENT_MAX,
	    "t.conf:4: \"comment\" has more than %d bytes; shorten it" },
};

START_TEST(sizes_have_an_edge)
{
	const struct edge *e = &edges[_i];
	struct twr_error err = { "" };
	struct config *cf = NULL;
	char text[4096], value[2048], want[256];
	size_t more;

	for (more = 0; more < 2; more++) {
		memset(value, 'a', e->most + more);
		value[e->most + more] = '\0';
		(void)snprintf(text, sizeof(text),
		    RULE(WHO RUN "\n%s = \"%s\";"), e->key, value);
		ck_assert_int_eq(config_parse(text, "t.conf", NOW, NULL, &cf,
				     &err),
		    more == 0 ? TWR_OK : TWR_EDATA);
		config_free(cf);
		cf = NULL;
	}
	if (strcmp(e->key, "comment") == 0)
		(void)snprintf(want, sizeof(want),
		    "t.conf:4: \"comment\" has more than %d bytes; shorten it",
		    CONFIG_COMMENT_MAX);
	else
		(void)snprintf(want, sizeof(want), "%s", e->says);
	ck_assert_str_eq(err.text, want);
}
END_TEST

START_TEST(rules_are_counted)
{
	struct twr_error err = { "" };
	struct config *cf = NULL;
	char *text = NULL, want[256];
	size_t len = 0, more, i;
	FILE *to;

	for (more = 0; more < 2; more++) {
		to = open_memstream(&text, &len);
		ck_assert_ptr_nonnull(to);
		fputs(HEAD "sudo_rules = (\n", to);
		for (i = 0; i < CONFIG_SUDO_MAX + more; i++)
			fprintf(to, "%s{ role = \"r\"; " RUN " }",
			    i > 0 ? ",\n" : "");
		fputs(" );", to);
		ck_assert_int_eq(fclose(to), 0);
		ck_assert_int_eq(config_parse(text, "t.conf", NOW, NULL, &cf,
				     &err),
		    more == 0 ? TWR_OK : TWR_EDATA);
		free(text);
		config_free(cf);
		cf = NULL;
	}
	(void)snprintf(want, sizeof(want),
	    "t.conf:%d: there are more than %d sudo rules; put commands of "
	    "one role together",
	    CONFIG_SUDO_MAX + 4, CONFIG_SUDO_MAX);
	ck_assert_str_eq(err.text, want);
}
END_TEST

/* ---- warnings ---- */

static char warned[2048];

static void
take_warning(void *ctx, const char *text)
{
	size_t len = strlen(warned);

	(void)ctx;
	snprintf(warned + len, sizeof(warned) - len, "%s\n", text);
}

static const struct warning {
	const char *command, *says;
} warnings[] = {
	{ "/bin/a", "" },
	{ "/bin/a \\\\*", "" },
	{ "/bin/a ^b[a-z]+$", "" },
	{ "ALL",
	    "t.conf:5: ALL is every command, with any arguments: who "
	    "holds the role is root\n" },
	{ "/bin/a b*",
	    "t.conf:5: \"/bin/a b*\" matches blanks too, so further arguments "
	    "as well; name exact commands, or write a regular expression such "
	    "as ^restart sms-[a-z]+\\.service$\n" },
	{ "/bin/a ^b.*$",
	    "t.conf:5: \"/bin/a ^b.*$\" matches blanks too, so further "
	    "arguments as well; name exact commands, or write a regular "
	    "expression such as ^restart sms-[a-z]+\\.service$\n" },
};

START_TEST(warns_of_what_is_wide)
{
	const struct config_warn warn = { take_warning, NULL };
	struct twr_error err = { "" };
	struct config *cf = NULL;
	char text[1024];

	warned[0] = '\0';
	(void)snprintf(text, sizeof(text), RULE(WHO "commands = [\"%s\"];"),
	    warnings[_i].command);
	ck_assert_msg(config_parse(text, "t.conf", NOW, &warn, &cf, &err) ==
		TWR_OK,
	    "%s", err.text);
	ck_assert_str_eq(warned, warnings[_i].says);
	config_free(cf);
}
END_TEST

START_TEST(takes_defaults)
{
	struct twr_error err = { "" };
	struct config *cf = NULL;
	const struct config_sudo *ru;

	ck_assert_msg(config_parse(RULE(WHO RUN), "t.conf", NOW, NULL, &cf,
			  &err) == TWR_OK,
	    "%s", err.text);
	ck_assert_uint_eq(cf->n_sudo_rules, 1);
	ru = &cf->sudo_rules[0];
	ck_assert_str_eq(ru->runas, "root");
	ck_assert_str_eq(ru->comment, "");
	ck_assert(!ru->nopasswd);
	ck_assert_uint_eq(ru->line, 4);
	config_free(cf);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(refuses_and_says_why, refused),
		SUPPORT_TEST(a_faulty_command_has_its_line),
		SUPPORT_ROWS(sizes_have_an_edge, edges),
		SUPPORT_TEST(rules_are_counted),
		SUPPORT_ROWS(warns_of_what_is_wide, warnings),
		SUPPORT_TEST(takes_defaults),
		SUPPORT_END,
	};

	return support_run("config_sudo", tests);
}
