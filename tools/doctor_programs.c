/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "doctor.h"
#include "program.h"

/* ---- sshd, as it says itself ---- */

/*
 * What "sshd -T" says of a keyword, which it prints in small letters. A fresh
 * string; NULL: nothing, or "none".
 */
static char *
keyword(const char *text, const char *name)
{
	const char *line, *value;
	size_t len = strlen(name);

	for (line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, len) != 0 || line[len] != ' ')
			continue;
		value = line + len + 1;
		if (strncmp(value, "none\n", 5) == 0)
			return NULL;
		return strndup(value, strcspn(value, "\n"));
	}
	return NULL;
}

static char *
ask_sshd(const char *path, bool *failed)
{
	static char test[] = "-T", dump[] = "-G";
	char *program = strdup(path), *text = NULL;
	char *argv[] = { program, test, NULL };

	*failed = true;
	if (program == NULL)
		return NULL;
	text = doctor_run(argv, failed);
	if (text == NULL) {
		/* from 9.3 on: without keys and without root */
		argv[1] = dump;
		text = doctor_run(argv, failed);
	}
	free(program);
	return text;
}

static void
check_keys(struct doctor *d, const char *text)
{
	static const char *const keys[][2] = {
		{ "authorizedkeyscommand", "AuthorizedKeysCommand" },
		{ "authorizedprincipalscommand",
		    "AuthorizedPrincipalsCommand" },
	};
	char *value;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if ((value = keyword(text, keys[i][0])) == NULL)
			continue;
		doctor_add(d, DOCTOR_SSHD_COMMAND, "sshd", "%s %s", keys[i][1],
		    value);
		doctor_cure(d, "nothing to do, if it is meant so");
		free(value);
	}
}

enum twr_status
doctor_check_sshd(struct doctor *d, struct twr_error *err)
{
	static const char *const paths[] = { "/usr/sbin/sshd",
		"/usr/local/sbin/sshd", "/sbin/sshd", NULL };
	const char *path = program_find(paths);
	struct doctor_service *sv;
	char *text, *use = NULL, *service = NULL;
	bool failed;

	(void)err;
	if (path == NULL || access("/etc/ssh", F_OK) != 0)
		return TWR_OK;
	if ((text = ask_sshd(path, &failed)) == NULL) {
		doctor_add(d, DOCTOR_SSHD_UNKNOWN, "sshd",
		    "%s -T does not say what is in force", path);
		doctor_cure(d, "run %s -T as root and mend what it says", path);
		return TWR_OK;
	}
	use = keyword(text, "usepam");
	if (use == NULL || strcasecmp(use, "yes") != 0) {
		doctor_add(d, DOCTOR_SSHD_USEPAM, "sshd", "UsePAM is %s",
		    use != NULL ? use : "not there: sshd was built without");
		doctor_cure(d,
		    "write \"UsePAM yes\" into "
		    "/etc/ssh/sshd_config and reload sshd");
	}
	service = keyword(text, "pamservicename");
	sv = doctor_service(d, service != NULL ? service : "sshd");
	if (sv != NULL)
		sv->wanted = sv->wanted || doctor_has_rule(d, sv->name);
	check_keys(d, text);
	free(service);
	free(use);
	free(text);
	return TWR_OK;
}

/* ---- sudo ---- */

/* The next setting of a line of Defaults, in place; NULL: none is left. */
static char *
next_setting(char **at)
{
	char *start = *at + strspn(*at, ", \t"), *p;
	bool quoted = false;

	if (*start == '\0')
		return NULL;
	for (p = start; *p != '\0' && (quoted || *p != ','); p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\' && p[1] != '\0')
			p++;
	}
	*at = p;
	if (*p != '\0') {
		*p = '\0';
		*at = p + 1;
	}
	return start;
}

/* "pam_service=sudo": another service than the usual is one to look at. */
static void
take_service(struct doctor *d, char *value)
{
	struct doctor_service *sv;

	value += strspn(value, " \t+=\"");
	value[strcspn(value, "\"")] = '\0';
	if (*value == '\0' || (sv = doctor_service(d, value)) == NULL)
		return;
	sv->wanted = true;
}

static void
take_setting(struct doctor *d, const char *where, char *setting)
{
	static const char *const services[] = { "pam_service",
		"pam_login_service", "pam_askpass_service" };
	static const char *const passwords[] = { "targetpw", "rootpw",
		"runaspw" };
	size_t i, len = strcspn(setting, " \t=+");
	char *value = setting + len;

	if (strcmp(setting, "!pam_acct_mgmt") == 0) {
		doctor_add(d, DOCTOR_SUDO_ACCOUNT, "sudo",
		    "\"%s !pam_acct_mgmt\" in sudoers", where);
		doctor_cure(d, "take it out with visudo");
	}
	if (len == strlen("group_plugin") &&
	    strncmp(setting, "group_plugin", len) == 0)
		d->sudo_plugin = strstr(value, DOCTOR_PLUGIN) != NULL;
	for (i = 0; i < 3; i++) {
		if (strlen(services[i]) == len &&
		    strncmp(setting, services[i], len) == 0)
			take_service(d, value);
		if (strcmp(setting, passwords[i]) == 0) {
			doctor_add(d, DOCTOR_SUDO_PASSWORD, "sudo",
			    "\"%s %s\" in sudoers", where, setting);
			doctor_cure(d, "nothing to do, if it is meant so");
		}
	}
}

/* "Defaults:bob targetpw, !pam_acct_mgmt", as cvtsudoers writes it. */
static void
take_defaults(struct doctor *d, char *line)
{
	char *at = line + strcspn(line, " \t"), *setting;

	/* "Defaults:alice, bob ..." has blanks after its commas */
	while (*at != '\0' && at > line && at[-1] == ',')
		at += 1 + strcspn(at + 1, " \t");
	if (*at != '\0')
		*at++ = '\0';
	while ((setting = next_setting(&at)) != NULL)
		take_setting(d, line, setting);
}

enum twr_status
doctor_check_sudo(struct doctor *d, struct twr_error *err)
{
	static const char *const sudos[] = { "/usr/bin/sudo",
		"/usr/local/bin/sudo", NULL };
	static const char *const converters[] = { "/usr/bin/cvtsudoers",
		"/usr/local/bin/cvtsudoers", "/usr/sbin/cvtsudoers", NULL };
	static char form[] = "-f", sudoers[] = "sudoers",
		    file[] = "/etc/sudoers";
	const char *path = program_find(converters);
	char *argv[] = { NULL, form, sudoers, file, NULL };
	char *text = NULL, *line, *next;
	bool failed;

	(void)err;
	if (program_find(sudos) == NULL || access(file, F_OK) != 0)
		return TWR_OK;
	(void)doctor_service(d, "sudo");
	if (path != NULL && (argv[0] = strdup(path)) != NULL)
		text = doctor_run(argv, &failed);
	free(argv[0]);
	if (text == NULL) {
		doctor_add(d, DOCTOR_SUDO_UNKNOWN, "sudo",
		    path == NULL ? "there is no cvtsudoers to read %s with" :
				   "cvtsudoers cannot read %s",
		    file);
		doctor_cure(d,
		    path == NULL ? "look for !pam_acct_mgmt and pam_service "
				   "in sudoers" :
				   "run visudo -c as root and mend what it "
				   "says");
		return TWR_OK;
	}
	for (line = text; line != NULL; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		if (strncmp(line, "Defaults", 8) == 0)
			take_defaults(d, line);
	}
	free(text);
	return TWR_OK;
}
