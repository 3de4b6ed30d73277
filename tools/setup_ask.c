/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "clock.h"
#include "cmd.h"
#include "setup.h"

/* Is an answer one? It may be put into su->in to be looked at. */
typedef enum twr_status check_fn(struct setup *su, const char *answer,
    struct twr_error *err);

void
setup_say(const char *fmt, ...)
{
	char text[2 * TWR_ERROR_MAX], *clean;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if ((clean = out_escape(text)) != NULL)
		fprintf(stderr, "%s\n", clean);
	free(clean);
}

/* ---- one question ---- */

static enum twr_status
broken_off(struct twr_error *err)
{
	return twr_fail(err, TWR_EREFUSED,
	    "the dialogue was broken off; nothing was changed");
}

/* One line of the terminal without the blanks around it; NULL: the end. */
static char *
read_answer(void)
{
	char *line = NULL, *from;
	size_t room = 0, len;

	if (getline(&line, &room, stdin) <= 0) {
		free(line);
		return NULL;
	}
	from = line + strspn(line, " \t");
	len = strlen(from);
	while (len > 0 && strchr(" \t\r\n", from[len - 1]) != NULL)
		len--;
	memmove(line, from, len);
	line[len] = '\0';
	return line;
}

/* Until there is an answer that passes. Enter takes the default. */
static enum twr_status
ask(struct setup *su, const char *question, const char *otherwise,
    check_fn *check, const char **ret, struct twr_error *err)
{
	struct twr_error why;
	char *answer;

	for (;;) {
		fprintf(stderr, "%s%s%s%s: ", question,
		    otherwise != NULL ? " [" : "",
		    otherwise != NULL ? otherwise : "",
		    otherwise != NULL ? "]" : "");
		(void)fflush(stderr);
		if ((answer = read_answer()) == NULL) {
			fputc('\n', stderr);
			return broken_off(err);
		}
		if (*answer == '\0' && otherwise != NULL) {
			free(answer);
			if ((answer = strdup(otherwise)) == NULL)
				return twr_fail(err, TWR_ENOMEM,
				    "out of memory");
		}
		if (*answer != '\0' && check(su, answer, &why) == TWR_OK)
			break;
		setup_say("  %s",
		    *answer == '\0' ? "an answer is needed here" : why.text);
		free(answer);
	}
	su->kept[su->n_kept++] = answer;
	*ret = answer;
	return TWR_OK;
}

/* ---- which answers pass ---- */

static enum twr_status
check_organization(struct setup *su, const char *answer, struct twr_error *err)
{
	(void)su;
	return admin_check_scope_name(TWR_SCOPE_ORGANIZATION, answer, err);
}

static enum twr_status
check_email(struct setup *su, const char *answer, struct twr_error *err)
{
	(void)su;
	return admin_check_email(answer, err);
}

#define NOBODY "nobody yet"

static enum twr_status
check_second(struct setup *su, const char *answer, struct twr_error *err)
{
	if (strcmp(answer, NOBODY) == 0)
		return TWR_OK;
	if (su->in.owner != NULL && strcasecmp(answer, su->in.owner) == 0)
		return twr_fail(err, TWR_EINVAL,
		    "that is the Owner; name another person");
	return admin_check_email(answer, err);
}

static enum twr_status
check_login(struct setup *su, const char *answer, struct twr_error *err)
{
	struct admin_login facts;
	enum twr_status rc;

	if (su->in.login != NULL && strcmp(answer, su->in.login) == 0)
		return twr_fail(err, TWR_EINVAL,
		    "that is the Owner's login; name another");
	if ((rc = cmd_login_facts(su->cli, answer, &facts, err)) != TWR_OK)
		return rc;
	if (facts.uid == TWR_UID_UNKNOWN)
		return twr_fail(err, TWR_EINVAL,
		    "%s: this host has no such account", answer);
	return admin_check_login(&facts, err);
}

static enum twr_status
check_scope(struct setup *su, const char *answer, struct twr_error *err)
{
	return setup_check_scope(su, answer, err);
}

#define ALL "all" /* by the profile */

static enum twr_status
check_services(struct setup *su, const char *answer, struct twr_error *err)
{
	size_t i;

	for (i = 0; i < su->n; i++)
		su->services[i].chosen = false;
	su->in.profile = su->profile.offered && strcmp(answer, ALL) == 0;
	if (su->in.profile)
		return TWR_OK;
	return setup_choose(su, answer, err);
}

enum twr_status
setup_take_length(struct setup *su, const char *text, const char *name,
    struct twr_error *err)
{
	int64_t length;
	enum twr_status rc = clock_parse_duration(text, name, &length, err);

	if (rc == TWR_OK && length > SETUP_PERMISSIVE_MOST_S)
		rc = twr_fail(err, TWR_EINVAL,
		    "%s %s: 90d at most; it is for a while only", name, text);
	if (rc == TWR_OK)
		su->in.permissive_s = length;
	return rc;
}

static enum twr_status
check_length(struct setup *su, const char *answer, struct twr_error *err)
{
	return setup_take_length(su, answer, "permissive", err);
}

static enum twr_status
check_yes(struct setup *su, const char *answer, struct twr_error *err)
{
	(void)su;
	if (strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0 ||
	    strcmp(answer, "n") == 0 || strcmp(answer, "no") == 0)
		return TWR_OK;
	return twr_fail(err, TWR_EINVAL, "answer y or n");
}

/* ---- the dialogue ---- */

/* Who sits there: a good guess at the Owner's login. */
static const char *
guess_login(const struct setup *su)
{
	const struct actor_facts *f = &su->cli->session->facts;

	if (f->sudo_uid != TWR_UID_UNKNOWN && f->sudo_login[0] != '\0')
		return f->sudo_login;
	if (f->login_uid != TWR_UID_UNKNOWN && f->login_uid != 0 &&
	    f->login_login[0] != '\0')
		return f->login_login;
	return NULL;
}

static enum twr_status
ask_organization(struct setup *su, struct twr_error *err)
{
	struct setup_answers *in = &su->in;
	enum twr_status rc = TWR_OK;

	if (in->organization == NULL)
		rc = ask(su, "Name of the organization", NULL,
		    check_organization, &in->organization, err);
	if (rc == TWR_OK && in->owner == NULL)
		rc = ask(su, "E-mail of its Owner", NULL, check_email,
		    &in->owner, err);
	if (rc == TWR_OK && in->login == NULL)
		rc = ask(su, "The Owner's login on this host", guess_login(su),
		    check_login, &in->login, err);
	if (rc == TWR_OK && in->host_scope == NULL)
		rc = ask(su, "Scope that this host lives in", in->organization,
		    check_scope, &in->host_scope, err);
	return rc;
}

/* Nobody should depend on one person. */
static enum twr_status
ask_second(struct setup *su, struct twr_error *err)
{
	struct setup_answers *in = &su->in;
	enum twr_status rc;

	rc = ask(su, "E-mail of a second administrator", NOBODY, check_second,
	    &in->administrator, err);
	if (rc != TWR_OK || strcmp(in->administrator, NOBODY) != 0)
		return rc == TWR_OK ?
		    ask(su, "His login on this host", NULL, check_login,
			&in->administrator_login, err) :
		    rc;
	in->administrator = NULL;
	return TWR_OK;
}

static enum twr_status
ask_lines(struct setup *su, struct twr_error *err)
{
	struct setup_answers *in = &su->in;
	const char *unused;
	enum twr_status rc = TWR_OK;

	if (in->services == NULL && !in->profile)
		rc = ask(su,
		    su->profile.offered ?
			"Services to judge, with commas between, or all" :
			"Services to judge, with commas between",
		    "sshd", check_services, &in->services, err);
	if (in->profile)
		in->services = NULL;
	if (rc != TWR_OK || in->enforce || in->permissive_s != 0)
		return rc;
	return ask(su, "Log refusals without refusing for", "14d", check_length,
	    &unused, err);
}

static enum twr_status
check_next(struct setup *su, const char *answer, struct twr_error *err)
{
	(void)su;
	if (strcmp(answer, "enforce") == 0 || strcmp(answer, "add") == 0 ||
	    strcmp(answer, "quit") == 0)
		return TWR_OK;
	return twr_fail(err, TWR_EINVAL, "answer enforce, add or quit");
}

enum twr_status
setup_ask_next(struct setup *su, bool *quits, struct twr_error *err)
{
	const char *answer;
	enum twr_status rc;

	rc = ask(su, "Next: enforce what is permissive, add services, or quit",
	    "quit", check_next, &answer, err);
	if (rc != TWR_OK)
		return rc;
	*quits = *answer == 'q';
	su->in.enforce = *answer == 'e';
	return *answer == 'a' ? ask_lines(su, err) : TWR_OK;
}

enum twr_status
setup_ask(struct setup *su, struct twr_error *err)
{
	enum twr_status rc = TWR_OK;

	setup_say("Enter takes what stands in brackets. Nothing is changed "
		  "before you answer y; Ctrl-C breaks off.");
	if (!su->has_directory) {
		rc = ask_organization(su, err);
		if (rc == TWR_OK && su->in.administrator == NULL)
			rc = ask_second(su, err);
	}
	return rc == TWR_OK ? ask_lines(su, err) : rc;
}

enum twr_status
setup_go_on(struct setup *su, const char *question, struct twr_error *err)
{
	const char *answer;
	enum twr_status rc;

	rc = ask(su, question, "n", check_yes, &answer, err);
	if (rc == TWR_OK && *answer != 'y')
		rc = twr_fail(err, TWR_EREFUSED, "nobody said yes; %s",
		    setup_left(su));
	return rc;
}
