/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

/*
 * What the account phase of other modules may answer. A module that is not
 * here may answer anything: then too much is found rather than too little.
 */

#define BIT(code) (1u << STACK_##code)
#define ANYTHING (~0u & ~BIT(INCOMPLETE))
#define REFUSES (BIT(PERM_DENIED) | BIT(AUTH_ERR) | BIT(ACCT_EXPIRED))
#define UNKNOWN (BIT(USER_UNKNOWN) | BIT(AUTHINFO_UNAVAIL) | BIT(IGNORE))

static const char *
base(const struct stack_line *line)
{
	const char *slash = strrchr(line->module, '/');

	return slash != NULL ? slash + 1 : line->module;
}

static bool
is_one_of(const char *name, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}
#define IS_ONE_OF(name, names) \
	is_one_of(name, names, sizeof(names) / sizeof(*(names)))

/* Those that know the accounts of this host. */
static unsigned
local_accounts(enum doctor_person person, bool expired)
{
	unsigned bits = person == PERSON_REMOTE ? UNKNOWN : 0;

	return bits |
	    (expired ? BIT(NEW_AUTHTOK_REQD) | BIT(ACCT_EXPIRED) |
			BIT(AUTHTOK_EXPIRED) :
		       BIT(SUCCESS));
}

/* Those that ask a directory service. */
static unsigned
remote_accounts(enum doctor_person person, bool expired)
{
	if (person != PERSON_REMOTE)
		return UNKNOWN;
	return UNKNOWN | REFUSES | local_accounts(person, expired);
}

/* Is the word before the blank at p one of those? */
static bool
is_operator(const char *p, const char *words)
{
	size_t len = strcspn(p, " ");

	for (; *words != '\0'; words += strspn(words, " ")) {
		if (strcspn(words, " ") == len && strncmp(p, words, len) == 0)
			return true;
		words += strcspn(words, " ");
	}
	return false;
}

/* "uid < 1000" among the arguments: who passes it? */
static unsigned
succeed_if(const char *args, enum doctor_person person)
{
	const char *uid = strstr(args, "uid "), *number;
	unsigned long n;
	bool system = person == PERSON_SYSTEM, passes;

	if (strstr(args, "user = root") != NULL)
		return BIT(AUTH_ERR);
	if (uid == NULL || (number = strchr(uid + 4, ' ')) == NULL ||
	    !isdigit((unsigned char)number[1]))
		return BIT(SUCCESS) | BIT(AUTH_ERR) | BIT(SERVICE_ERR);
	n = strtoul(number + 1, NULL, 10);
	uid += 4;
	if (is_operator(uid, "= eq"))
		passes = false; /* one account, such as root */
	else if (is_operator(uid, "< lt <= le"))
		passes = system || n > 60000;
	else if (is_operator(uid, "> gt >= ge"))
		passes = !system;
	else
		return BIT(SUCCESS) | BIT(AUTH_ERR) | BIT(SERVICE_ERR);
	return passes ? BIT(SUCCESS) : BIT(AUTH_ERR);
}

/* pam_debug says what it is told to. */
static unsigned
debugged(const char *args)
{
	const char *word = strstr(args, "acct=");
	int code;

	if (word == NULL)
		return BIT(SUCCESS);
	word += strlen("acct=");
	for (code = 0; code < STACK_CODES; code++) {
		if (strlen(stack_code_word(code)) == strcspn(word, " \t") &&
		    strncmp(stack_code_word(code), word,
			strcspn(word, " \t")) == 0)
			return 1u << code;
	}
	return BIT(SUCCESS);
}

unsigned
doctor_answers(const struct stack_line *line, enum doctor_person person,
    bool expired, bool missing)
{
	static const char *const remote[] = { "pam_sss.so", "pam_ldap.so",
		"pam_krb5.so", "pam_winbind.so", "pam_himmelblau.so",
		"pam_kanidm.so" };
	static const char *const asks[] = { "pam_access.so", "pam_time.so",
		"pam_shells.so", "pam_listfile.so", "pam_wheel.so",
		"pam_securetty.so", "pam_sepermit.so", "pam_tally2.so" };
	static const char *const silent[] = { "pam_warn.so", "pam_echo.so" };
	const char *name = base(line);
	bool system = person == PERSON_SYSTEM;

	if (line->kind != STACK_MODULE)
		return 0;
	if (missing)
		return BIT(MODULE_UNKNOWN);
	if (strcmp(name, "pam_permit.so") == 0)
		return BIT(SUCCESS);
	if (strcmp(name, "pam_deny.so") == 0)
		return BIT(AUTH_ERR) | BIT(PERM_DENIED);
	if (strcmp(name, "pam_debug.so") == 0)
		return debugged(line->args);
	if (strcmp(name, "pam_rootok.so") == 0)
		return BIT(PERM_DENIED) | BIT(AUTH_ERR);
	if (strcmp(name, "pam_localuser.so") == 0)
		return person == PERSON_REMOTE ?
		    BIT(PERM_DENIED) | BIT(USER_UNKNOWN) :
		    BIT(SUCCESS);
	if (strcmp(name, "pam_nologin.so") == 0)
		return strstr(line->args, "successok") != NULL ? BIT(SUCCESS) :
								 BIT(IGNORE);
	if (strcmp(name, "pam_faillock.so") == 0)
		return BIT(SUCCESS) | BIT(IGNORE);
	if (strcmp(name, "pam_unix.so") == 0)
		return local_accounts(person, expired);
	if (strcmp(name, "pam_succeed_if.so") == 0)
		return succeed_if(line->args, person);
	if (strcmp(name, "pam_usertype.so") == 0)
		return (strstr(line->args, "issystem") != NULL) == system ?
		    BIT(SUCCESS) :
		    BIT(AUTH_ERR) | BIT(PERM_DENIED);
	if (IS_ONE_OF(name, remote))
		return remote_accounts(person, expired);
	if (IS_ONE_OF(name, asks))
		return BIT(SUCCESS) | BIT(IGNORE) | REFUSES;
	if (IS_ONE_OF(name, silent))
		return BIT(IGNORE);
	return ANYTHING;
}
