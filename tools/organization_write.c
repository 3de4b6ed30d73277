/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "organization.h"
#include "text.h"

/* A string of libconfig: its quotes, backslashes and controls escaped. */
static void
put(FILE *to, const char *key, const char *text)
{
	const unsigned char *p;

	fprintf(to, "%s = \"", key);
	for (p = (const unsigned char *)text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			fprintf(to, "\\%c", *p);
		else if (*p < 0x20 || *p == 0x7f)
			fprintf(to, "\\x%02x", *p);
		else
			fputc(*p, to);
	}
	fputs("\";", to);
}

/* The same after a blank, when there is something to say. */
static void
put_some(FILE *to, const char *key, const char *text)
{
	if (*text == '\0')
		return;
	fputc(' ', to);
	put(to, key, text);
}

static void
put_time(FILE *to, const char *key, int64_t when)
{
	char text[TWR_TIME_LEN];

	if (when == TWR_ALWAYS || when == TWR_NEVER)
		return;
	twr_time_format(when, text);
	put_some(to, key, text);
}

static void
put_list(FILE *to, const char *key, const struct org_list *list)
{
	size_t i;

	if (list->n == 0)
		return;
	fprintf(to, "\n    %s = [", key);
	for (i = 0; i < list->n; i++)
		fprintf(to, "%s\"%s\"", i == 0 ? "" : ", ", list->items[i]);
	fputs("];", to);
}

/* Between the members of a list. */
static void
begin_member(FILE *to, size_t i)
{
	fprintf(to, "%s\n  { ", i == 0 ? "" : ",");
}

static void
put_scopes(const struct organization *org, FILE *to)
{
	const struct org_scope *sc;
	size_t i;

	fputs("\nscopes = (", to);
	for (i = 0; i < org->n_scopes; i++) {
		sc = &org->scopes[i];
		begin_member(to, i);
		put(to, "path", sc->path);
		put_some(to, "owner", sc->owner);
		if (sc->status != TWR_SCOPE_ACTIVE)
			put_some(to, "status",
			    twr_scope_status_word(sc->status));
		put_some(to, "sid", sc->sid);
		fputs(" }", to);
	}
	fputs("\n);\n", to);
}

static void
put_kinds(FILE *to, uint32_t set)
{
	const char *sep = "";
	int kind;

	fputs("\n    assignable_at = [", to);
	for (kind = TWR_SCOPE_ORGANIZATION; kind <= TWR_SCOPE_SUBACCOUNT;
	     kind++) {
		if ((set & ASSIGNABLE(kind)) == 0)
			continue;
		fprintf(to, "%s\"%s\"", sep,
		    twr_scope_kind_word((enum twr_scope_kind)kind));
		sep = ", ";
	}
	fputs("];", to);
}

static void
put_roles(const struct organization *org, FILE *to)
{
	const struct org_role *ro;
	size_t i;

	fputs("\nroles = (", to);
	for (i = 0; i < org->n_roles; i++) {
		ro = &org->roles[i];
		begin_member(to, i);
		put(to, "key", ro->key);
		put_some(to, "group", ro->group);
		put_some(to, "name", ro->name);
		put_some(to, "sid", ro->sid);
		if (*ro->description != '\0') {
			fputs("\n   ", to);
			put_some(to, "description", ro->description);
		}
		put_kinds(to, ro->assignable_at);
		put_list(to, "permissions", &ro->permissions);
		put_list(to, "includes", &ro->includes);
		fputs(" }", to);
	}
	fputs("\n);\n", to);
}

static void
put_logins(const struct org_user *us, FILE *to)
{
	size_t i;

	if (us->n_logins == 0)
		return;
	fputs("\n    logins = (", to);
	for (i = 0; i < us->n_logins; i++) {
		fputs(i == 0 ? "{ " : ", { ", to);
		put(to, "name", us->logins[i].name);
		if (us->logins[i].uid != TWR_UID_UNKNOWN)
			fprintf(to, " uid = %" PRIu32 "%s;", us->logins[i].uid,
			    us->logins[i].uid > INT_MAX ? "L" : "");
		fputs(" }", to);
	}
	fputs(");", to);
}

static void
put_users(const struct organization *org, FILE *to)
{
	const struct org_user *us;
	size_t i;

	fputs("\nusers = (", to);
	for (i = 0; i < org->n_users; i++) {
		us = &org->users[i];
		begin_member(to, i);
		put(to, "email", us->email);
		put_some(to, "name", us->name);
		put_some(to, "organization_role", us->organization_role);
		if (us->status != TWR_USER_ACTIVE)
			put_some(to, "status",
			    twr_user_status_word(us->status));
		if (us->kind != TWR_KIND_PERSON)
			put_some(to, "kind", twr_user_kind_word(us->kind));
		if (us->two_factor != TWR_2FA_UNKNOWN)
			put_some(to, "two_factor",
			    twr_two_factor_word(us->two_factor));
		put_some(to, "sid", us->sid);
		put_logins(us, to);
		fputs(" }", to);
	}
	fputs("\n);\n", to);
}

static void
put_assignments(const struct organization *org, FILE *to)
{
	const struct org_assignment *as;
	size_t i;

	fputs("\nassignments = (", to);
	for (i = 0; i < org->n_assignments; i++) {
		as = &org->assignments[i];
		begin_member(to, i);
		put(to, "user", as->user);
		put_some(to, "scope", as->scope);
		put_some(to, "role", as->role);
		put_time(to, "from", as->from);
		put_time(to, "until", as->until);
		put_some(to, "reason", as->reason);
		put_some(to, "resource_type", as->resource_type);
		put_some(to, "resource_id", as->resource_id);
		put_some(to, "sid", as->sid);
		fputs(" }", to);
	}
	fputs("\n);\n", to);
}

static void
put_tests(const struct organization *org, FILE *to)
{
	const struct org_test *te;
	size_t i;

	if (org->n_tests == 0)
		return;
	fputs("\ntests = (", to);
	for (i = 0; i < org->n_tests; i++) {
		te = &org->tests[i];
		begin_member(to, i);
		put(to, "login", te->login);
		put_some(to, "service", te->service);
		put_some(to, "scope", te->scope);
		fprintf(to, " allow = %s; }", te->allow ? "true" : "false");
	}
	fputs("\n);\n", to);
}

enum twr_status
organization_write(const struct organization *org, FILE *to,
    struct twr_error *err)
{
	fputs("# An organization, as twrbac export writes it; see "
	      "twrbac(8), plan and apply.\n",
	    to);
	fputs("organization = { ", to);
	put(to, "name", org->name);
	put_some(to, "sid", org->sid);
	fprintf(to, " };\nsettings = { role_limit = %" PRId64 "; };\n",
	    org->role_limit);
	put_scopes(org, to);
	put_roles(org, to);
	put_users(org, to);
	put_assignments(org, to);
	put_tests(org, to);
	if (fflush(to) != 0 || ferror(to))
		return twr_fail(err, TWR_EWRITE,
		    "the export could not be written; is the disk full?");
	return TWR_OK;
}
