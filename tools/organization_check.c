/* SPDX-License-Identifier: BSD-2-Clause */
#include "organization_check.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "admin.h"
#include "catalogue.h"
#include "suggest.h"
#include "text.h"

struct checking {
	const char *name;
	struct twr_error *err;
};

/* A refusal of admin.h, with the place that it is about. */
static enum twr_status
at(const struct checking *ck, unsigned line, enum twr_status rc)
{
	struct twr_error why = *ck->err;

	if (rc == TWR_OK)
		return rc;
	return twr_fail(ck->err, rc == TWR_EREFUSED ? TWR_EDATA : rc,
	    "%s:%u: %s", ck->name, line, why.text);
}

static enum twr_status
twice(const struct checking *ck, unsigned line, unsigned first,
    const char *what, const char *text)
{
	return twr_fail(ck->err, TWR_EDATA,
	    "%s:%u: %s \"%s\" is there already, in line %u; keep one", ck->name,
	    line > first ? line : first, what, text,
	    line > first ? first : line);
}

static enum twr_status
check_sid(const struct checking *ck, unsigned line, const char *sid,
    const char *prefix)
{
	if (*sid == '\0' || twr_sid_valid(sid, prefix))
		return TWR_OK;
	return twr_fail(ck->err, TWR_EDATA,
	    "%s:%u: sid \"%s\" is none: it is %s and 32 lowercase hex "
	    "digits; leave it out for what is new",
	    ck->name, line, sid, prefix);
}

/* ---- SIDs and logins, each once in the file ---- */

struct named {
	const char *text;
	unsigned line;
};

static int
compare_named(const void *x, const void *y)
{
	const struct named *a = x, *b = y;

	return strcmp(a->text, b->text);
}

static enum twr_status
check_once(const struct checking *ck, struct named *all, size_t n,
    const char *what)
{
	size_t i;

	if (n < 2)
		return TWR_OK;
	qsort(all, n, sizeof(*all), compare_named);
	for (i = 1; i < n; i++)
		if (strcmp(all[i].text, all[i - 1].text) == 0)
			return twice(ck, all[i].line, all[i - 1].line, what,
			    all[i].text);
	return TWR_OK;
}

static void
name_one(struct named *all, size_t *n, const char *text, unsigned line)
{
	if (*text == '\0')
		return;
	all[*n].text = text;
	all[(*n)++].line = line;
}

static enum twr_status
check_names_once(const struct checking *ck, const struct organization *org)
{
	size_t i, k, n = 0, logins = 0;
	struct named *all;
	enum twr_status rc;

	for (i = 0; i < org->n_users; i++)
		logins += org->users[i].n_logins;
	all = calloc(org->n_scopes + org->n_roles + org->n_users +
		org->n_assignments + logins + 1,
	    sizeof(*all));
	if (all == NULL)
		return twr_fail(ck->err, TWR_ENOMEM, "%s: out of memory",
		    ck->name);
	for (i = 0; i < org->n_scopes; i++)
		name_one(all, &n, org->scopes[i].sid, org->scopes[i].line);
	for (i = 0; i < org->n_roles; i++)
		name_one(all, &n, org->roles[i].sid, org->roles[i].line);
	for (i = 0; i < org->n_users; i++)
		name_one(all, &n, org->users[i].sid, org->users[i].line);
	for (i = 0; i < org->n_assignments; i++)
		name_one(all, &n, org->assignments[i].sid,
		    org->assignments[i].line);
	rc = check_once(ck, all, n, "sid");
	for (i = n = 0; rc == TWR_OK && i < org->n_users; i++)
		for (k = 0; k < org->users[i].n_logins; k++)
			name_one(all, &n, org->users[i].logins[k].name,
			    org->users[i].logins[k].line);
	if (rc == TWR_OK)
		rc = check_once(ck, all, n, "login");
	free(all);
	return rc;
}

/* ---- references ---- */

static enum twr_status
check_user_known(const struct checking *ck, const struct organization *org,
    unsigned line, const char *email)
{
	struct suggestion sg;
	const char *best;
	size_t i;

	if (org_find_user(org, email) != NULL)
		return TWR_OK;
	suggest_init(&sg, email);
	for (i = 0; i < org->n_users; i++)
		suggest_offer(&sg, org->users[i].email);
	best = suggest_best(&sg);
	return twr_fail(ck->err, TWR_EDATA,
	    "%s:%u: user \"%s\" is none of the users of this file; %s%s%s",
	    ck->name, line, email,
	    best != NULL ? "did you mean \"" : "add one, by e-mail",
	    best != NULL ? best : "", best != NULL ? "\"?" : "");
}

static enum twr_status
check_scope_known(const struct checking *ck, const struct organization *org,
    unsigned line, const char *path)
{
	struct suggestion sg;
	const char *best;
	size_t i;

	if (strcmp(path, org->name) == 0 || org_find_scope(org, path) != NULL)
		return TWR_OK;
	suggest_init(&sg, path);
	suggest_offer(&sg, org->name);
	for (i = 0; i < org->n_scopes; i++)
		suggest_offer(&sg, org->scopes[i].path);
	best = suggest_best(&sg);
	return twr_fail(ck->err, TWR_EDATA,
	    "%s:%u: scope \"%s\" is none of the scopes of this file; %s%s%s",
	    ck->name, line, path,
	    best != NULL ? "did you mean \"" : "add one, by its path",
	    best != NULL ? best : "", best != NULL ? "\"?" : "");
}

/* ---- one of each ---- */

static enum twr_status
check_path(const struct checking *ck, const struct organization *org,
    const struct org_scope *sc)
{
	char parent[DIRECTORY_PATH_MAX];
	const char *slash = strrchr(sc->path, '/');
	const struct org_scope *above;
	size_t len, depth = 0;
	const char *p;

	for (p = sc->path; *p != '\0'; p++)
		depth += *p == '/';
	len = slash == NULL ? 0 : (size_t)(slash - sc->path);
	if (depth < 1 || depth > 2 || len >= sizeof(parent))
		return twr_fail(ck->err, TWR_EDATA,
		    "%s:%u: scope \"%s\" is no path of an account or "
		    "subaccount; write %s/ACCOUNT or %s/ACCOUNT/SUBACCOUNT",
		    ck->name, sc->line, sc->path, org->name, org->name);
	memcpy(parent, sc->path, len);
	parent[len] = '\0';
	if (depth == 1 ? strcmp(parent, org->name) != 0 :
			 org_find_scope(org, parent) == NULL)
		return twr_fail(ck->err, TWR_EDATA,
		    "%s:%u: scope \"%s\" stands below \"%s\", which is not in "
		    "this file; add it, or correct the path",
		    ck->name, sc->line, sc->path, parent);
	above = depth == 2 ? org_find_scope(org, parent) : NULL;
	if (above != NULL && above->status == TWR_SCOPE_CLOSED &&
	    sc->status != TWR_SCOPE_CLOSED)
		return twr_fail(ck->err, TWR_EDATA,
		    "%s:%u: scope \"%s\" stands below a closed one; write "
		    "status = \"closed\" here too, or open that one",
		    ck->name, sc->line, sc->path);
	if (depth == 2 && *sc->owner != '\0')
		return twr_fail(ck->err, TWR_EDATA,
		    "%s:%u: a subaccount has no Owner of its own; remove "
		    "\"owner\"",
		    ck->name, sc->line);
	if (depth == 1 && *sc->owner == '\0' && sc->status != TWR_SCOPE_CLOSED)
		return twr_fail(ck->err, TWR_EDATA,
		    "%s:%u: account \"%s\" has no Owner; add owner = \"...\"",
		    ck->name, sc->line, sc->path);
	return at(ck, sc->line,
	    admin_check_scope_name(depth == 1 ? TWR_SCOPE_ACCOUNT :
						TWR_SCOPE_SUBACCOUNT,
		slash + 1, ck->err));
}

static enum twr_status
check_scopes(const struct checking *ck, const struct organization *org)
{
	const struct org_scope *sc;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < org->n_scopes; i++) {
		sc = &org->scopes[i];
		if (i > 0 && strcmp(sc->path, sc[-1].path) == 0)
			return twice(ck, sc->line, sc[-1].line, "scope",
			    sc->path);
		rc = check_sid(ck, sc->line, sc->sid, "AC");
		if (rc == TWR_OK)
			rc = check_path(ck, org, sc);
		if (rc == TWR_OK && *sc->owner != '\0')
			rc = check_user_known(ck, org, sc->line, sc->owner);
	}
	return rc;
}

static enum twr_status
check_role(const struct checking *ck, const struct org_role *ro)
{
	size_t i;

	if (!catalogue_key_valid(ro->key) || strlen(ro->key) > TWR_NAME_MAX)
		return twr_fail(ck->err, TWR_EDATA,
		    "%s:%u: role key \"%s\" is not GROUP:WORD in lowercase; "
		    "write it as acme:deployer",
		    ck->name, ro->line, ro->key);
	if (strlen(ro->group) > TWR_NAME_MAX || strlen(ro->name) > TWR_NAME_MAX)
		return twr_fail(ck->err, TWR_EDATA,
		    "%s:%u: role %s: its group or name is longer than %d "
		    "bytes; shorten it",
		    ck->name, ro->line, ro->key, TWR_NAME_MAX);
	if (ro->assignable_at == 0)
		return twr_fail(ck->err, TWR_EDATA,
		    "%s:%u: role %s can be assigned nowhere; name a kind of "
		    "scope in assignable_at",
		    ck->name, ro->line, ro->key);
	for (i = 0; i < ro->permissions.n; i++)
		if (!catalogue_permission_valid(ro->permissions.items[i]))
			return twr_fail(ck->err, TWR_EDATA,
			    "%s:%u: role %s: \"%s\" is no permission; write "
			    "it as /acme/thing/verb",
			    ck->name, ro->line, ro->key,
			    ro->permissions.items[i]);
	return at(ck, ro->line, admin_check_reason(ro->description, ck->err));
}

static enum twr_status
check_roles(const struct checking *ck, const struct organization *org)
{
	const struct org_role *ro;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < org->n_roles; i++) {
		ro = &org->roles[i];
		if (i > 0 && strcmp(ro->key, ro[-1].key) == 0)
			return twice(ck, ro->line, ro[-1].line, "role",
			    ro->key);
		rc = check_sid(ck, ro->line, ro->sid, "IX");
		if (rc == TWR_OK)
			rc = check_role(ck, ro);
		if (rc == TWR_OK)
			rc = at(ck, ro->line,
			    admin_check_user_name(ro->name, ck->err));
	}
	return rc;
}

static enum twr_status
check_user(const struct checking *ck, struct org_user *us)
{
	const char *role = us->organization_role, *word;
	enum twr_status rc;

	if ((rc = check_sid(ck, us->line, us->sid, "US")) != TWR_OK)
		return rc;
	if (*us->name == '\0')
		us->name = us->email;
	if (*role == '\0')
		role = us->kind == TWR_KIND_SERVICE ||
			us->status == TWR_USER_INACTIVE ?
		    "none" :
		    "standard-user";
	if ((word = org_role_find(role)) == NULL)
		return twr_fail(ck->err, TWR_EDATA,
		    "%s:%u: organization_role \"%s\": there are owner, "
		    "administrator, standard-user, billing-admin, "
		    "billing-viewer and none",
		    ck->name, us->line, role);
	us->organization_role = word;
	rc = at(ck, us->line, admin_check_email(us->email, ck->err));
	if (rc == TWR_OK)
		rc = at(ck, us->line, admin_check_user_name(us->name, ck->err));
	return rc;
}

static enum twr_status
check_users(const struct checking *ck, const struct organization *org)
{
	struct org_user *us;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < org->n_users; i++) {
		us = &org->users[i];
		if (i > 0 && strcasecmp(us->email, us[-1].email) == 0)
			return twice(ck, us->line, us[-1].line, "user",
			    us->email);
		rc = check_user(ck, us);
	}
	return rc;
}

static enum twr_status
check_assignment(const struct checking *ck, const struct organization *org,
    const struct org_assignment *as)
{
	const struct org_scope *at_scope;
	enum twr_status rc;

	if ((rc = check_sid(ck, as->line, as->sid, "IY")) != TWR_OK ||
	    (rc = check_user_known(ck, org, as->line, as->user)) != TWR_OK ||
	    (rc = check_scope_known(ck, org, as->line, as->scope)) != TWR_OK)
		return rc;
	at_scope = org_find_scope(org, as->scope);
	if (at_scope != NULL && at_scope->status == TWR_SCOPE_CLOSED)
		return twr_fail(ck->err, TWR_EDATA,
		    "%s:%u: scope \"%s\" is closed, where nothing is "
		    "assigned; remove one of the two",
		    ck->name, as->line, as->scope);
	if (as->from >= as->until)
		return twr_fail(ck->err, TWR_EDATA,
		    "%s:%u: \"until\" is not later than \"from\"; correct "
		    "one",
		    ck->name, as->line);
	if ((*as->resource_type == '\0') != (*as->resource_id == '\0'))
		return twr_fail(ck->err, TWR_EDATA,
		    "%s:%u: give both resource_type and resource_id, or "
		    "none",
		    ck->name, as->line);
	if (strlen(as->resource_type) > 63 ||
	    strlen(as->resource_id) > TWR_NAME_MAX)
		return twr_fail(ck->err, TWR_EDATA,
		    "%s:%u: resource_type may have 63 bytes and resource_id "
		    "%d; shorten it",
		    ck->name, as->line, TWR_NAME_MAX);
	if ((rc = admin_check_reason(as->reason, ck->err)) == TWR_OK &&
	    (rc = admin_check_reason(as->resource_type, ck->err)) == TWR_OK)
		rc = admin_check_reason(as->resource_id, ck->err);
	return at(ck, as->line, rc);
}

static bool
is_same(const struct org_assignment *a, const struct org_assignment *b)
{
	return strcasecmp(a->user, b->user) == 0 &&
	    strcmp(a->scope, b->scope) == 0 && strcmp(a->role, b->role) == 0 &&
	    a->from == b->from && a->until == b->until &&
	    strcmp(a->resource_type, b->resource_type) == 0 &&
	    strcmp(a->resource_id, b->resource_id) == 0;
}

static enum twr_status
check_assignments(const struct checking *ck, const struct organization *org)
{
	const struct org_assignment *as;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < org->n_assignments; i++) {
		as = &org->assignments[i];
		if (i > 0 && is_same(as, as - 1) &&
		    (*as->sid == '\0' || *as[-1].sid == '\0'))
			return twice(ck, as->line, as[-1].line,
			    "this assignment of", as->user);
		rc = check_assignment(ck, org, as);
	}
	return rc;
}

static enum twr_status
check_tests(const struct checking *ck, const struct organization *org)
{
	const struct org_test *te;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < org->n_tests; i++) {
		te = &org->tests[i];
		if (strlen(te->service) > TWR_SERVICE_MAX ||
		    strchr(te->service, '/') != NULL ||
		    strlen(te->login) > TWR_LOGIN_MAX)
			return twr_fail(ck->err, TWR_EDATA,
			    "%s:%u: a test names a login and a PAM service "
			    "such as sshd; correct it",
			    ck->name, te->line);
		if (*te->scope != '\0')
			rc = check_scope_known(ck, org, te->line, te->scope);
	}
	return rc;
}

enum twr_status
organization_check(struct organization *org, const char *name,
    struct twr_error *err)
{
	struct checking ck = { name, err };
	enum twr_status rc;

	organization_sort(org);
	rc = check_sid(&ck, org->line, org->sid, "OR");
	if (rc == TWR_OK)
		rc = at(&ck, org->line,
		    admin_check_scope_name(TWR_SCOPE_ORGANIZATION, org->name,
			err));
	if (rc == TWR_OK)
		rc = check_users(&ck, org);
	if (rc == TWR_OK)
		rc = check_scopes(&ck, org);
	if (rc == TWR_OK)
		rc = check_roles(&ck, org);
	if (rc == TWR_OK)
		rc = check_names_once(&ck, org);
	if (rc == TWR_OK)
		rc = check_assignments(&ck, org);
	return rc == TWR_OK ? check_tests(&ck, org) : rc;
}
