/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The input is an organization's file, as plan and apply read it. What is
 * accepted is written again as export does: that must be accepted too, and
 * be stable from there on.
 */
#include "admin.h"
#include "catalogue.h"
#include "fuzz.h"
#include "organization.h"
#include "text.h"

/* libconfig 1.5 loses its scanner's string at a syntax error. */
const char *__lsan_default_suppressions(void);

__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex\n";
}

static bool
is_sid(const char *sid, const char *prefix)
{
	return sid[0] == '\0' || twr_sid_valid(sid, prefix);
}

static void
check_scopes(const struct organization *org)
{
	size_t i;

	for (i = 0; i < org->n_scopes; i++) {
		const struct org_scope *sc = &org->scopes[i];
		const char *slash = strchr(sc->path, '/');

		/* below the organization, and not more than two steps */
		PROMISE(slash != NULL);
		PROMISE(strlen(org->name) == (size_t)(slash - sc->path));
		PROMISE(memcmp(sc->path, org->name, strlen(org->name)) == 0);
		slash = strchr(slash + 1, '/');
		PROMISE(slash == NULL || strchr(slash + 1, '/') == NULL);
		PROMISE(strlen(sc->path) < DIRECTORY_PATH_MAX);
		PROMISE(is_sid(sc->sid, "AC"));
		PROMISE(i == 0 || strcmp(sc[-1].path, sc->path) < 0);
	}
}

static void
check_roles(const struct organization *org)
{
	size_t i, k;

	for (i = 0; i < org->n_roles; i++) {
		const struct org_role *ro = &org->roles[i];

		PROMISE(catalogue_key_valid(ro->key));
		PROMISE(is_sid(ro->sid, "IX"));
		PROMISE(ro->assignable_at != 0);
		for (k = 0; k < ro->permissions.n; k++)
			PROMISE(catalogue_permission_valid(ro->permissions
							       .items[k]));
	}
}

static void
check_users(const struct organization *org)
{
	struct twr_error unused;
	size_t i, k;

	for (i = 0; i < org->n_users; i++) {
		const struct org_user *us = &org->users[i];

		PROMISE(admin_check_email(us->email, &unused) == TWR_OK);
		PROMISE(org_find_user(org, us->email) == us);
		PROMISE(is_sid(us->sid, "US"));
		for (k = 0; k < us->n_logins; k++)
			PROMISE(us->logins[k].name[0] != '\0');
	}
}

static void
check_assignments(const struct organization *org)
{
	size_t i;

	for (i = 0; i < org->n_assignments; i++) {
		const struct org_assignment *as = &org->assignments[i];

		PROMISE(org_find_user(org, as->user) != NULL);
		PROMISE(strcmp(as->scope, org->name) == 0 ||
		    org_find_scope(org, as->scope) != NULL);
		PROMISE(as->role[0] != '\0');
		PROMISE(as->from < as->until);
		PROMISE(is_sid(as->sid, "IY"));
	}
}

static char *
written(const struct organization *org)
{
	struct twr_error err = { .text = "" };
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	PROMISE(to != NULL);
	PROMISE(organization_write(org, to, &err) == TWR_OK);
	(void)fclose(to);
	PROMISE(text != NULL && strlen(text) == len);
	return text;
}

/* Equal organizations give equal bytes, whoever wrote the first file. */
static void
check_round_trip(const struct organization *org)
{
	struct twr_error err = { .text = "" };
	struct organization *again = NULL;
	char *first = written(org), *second;

	if (organization_parse(first, "again", &again, &err) != TWR_OK)
		(void)fprintf(stderr, "%s\n%s\n", err.text, first);
	PROMISE(again != NULL);
	second = written(again);
	PROMISE(strcmp(first, second) == 0);
	organization_free(again);
	free(first);
	free(second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct twr_error err = { .text = "" };
	struct organization *org = NULL;
	enum twr_status rc;

	rc = organization_parse(text, "fuzz.conf", &org, &err);
	if (rc == TWR_OK) {
		check_scopes(org);
		check_roles(org);
		check_users(org);
		check_assignments(org);
		check_round_trip(org);
	} else {
		PROMISE(rc == TWR_EDATA && org == NULL);
		fuzz_check_error(err.text, sizeof(err.text));
		PROMISE(strncmp(err.text, "fuzz.conf", 9) == 0);
	}
	organization_free(org);
	free(text);
	return 0;
}
