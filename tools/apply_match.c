/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "apply_impl.h"

/* Rows by SID: which of have a declared SID means. */
struct by_sid {
	const char *sid;
	size_t at;
};

static int
compare(const void *x, const void *y)
{
	return strcmp(((const struct by_sid *)x)->sid,
	    ((const struct by_sid *)y)->sid);
}

static struct by_sid *
index_rows(const void *rows, size_t n, size_t size, size_t offset)
{
	struct by_sid *ret = calloc(n + 1, sizeof(*ret));
	const char *row = rows;
	size_t i;

	for (i = 0; ret != NULL && i < n; i++, row += size) {
		ret[i].sid = *(const char *const *)(const void *)(row + offset);
		ret[i].at = i;
	}
	if (ret != NULL && n > 1)
		qsort(ret, n, sizeof(*ret), compare);
	return ret;
}

/* n when there is none. */
static size_t
find(const struct by_sid *index, size_t n, const char *sid)
{
	struct by_sid key = { sid, 0 }, *found;

	if (n == 0 || *sid == '\0')
		return n;
	found = bsearch(&key, index, n, sizeof(key), compare);
	return found == NULL ? n : found->at;
}

static enum twr_status
no_memory(struct twr_error *err)
{
	return twr_fail(err, TWR_ENOMEM, "out of memory");
}

/* What a name means must be what the SID beside it means. */
static enum twr_status
other_sid(const struct apply *ap, unsigned line, const char *name,
    const char *is, const char *said, struct twr_error *err)
{
	return apply_fail(ap, line, err,
	    "\"%s\" is %s in the directory, the file says %s; correct sid, "
	    "or leave it out",
	    name, is, said);
}

static enum twr_status
match_scopes(struct matching *ma, struct twr_error *err)
{
	struct organization *want = ma->ap->want, *have = ma->have;
	struct by_sid *index;
	struct org_scope *sc, *found;
	size_t i, at, n = have->n_scopes;
	enum twr_status rc = TWR_OK;

	index = index_rows(have->scopes, n, sizeof(*sc),
	    offsetof(struct org_scope, sid));
	if (index == NULL)
		return no_memory(err);
	for (i = 0; rc == TWR_OK && i < want->n_scopes; i++) {
		sc = &want->scopes[i];
		if ((at = find(index, n, sc->sid)) == n) {
			found = org_find_scope(have, sc->path);
			if (found == NULL)
				continue;
			if (*sc->sid != '\0')
				rc = other_sid(ma->ap, sc->line, sc->path,
				    found->sid, sc->sid, err);
			at = (size_t)(found - have->scopes);
		}
		if (rc == TWR_OK && ma->scope_kept[at])
			rc = apply_fail(ma->ap, sc->line, err,
			    "scope %s is declared twice, by path and by sid; "
			    "keep one",
			    have->scopes[at].path);
		sc->id = have->scopes[at].id;
		ma->scope_kept[at] = true;
	}
	free(index);
	return rc;
}

static enum twr_status
match_roles(struct matching *ma, struct twr_error *err)
{
	struct organization *want = ma->ap->want, *have = ma->have;
	struct by_sid *index;
	struct org_role *ro, *found;
	size_t i, at, n = have->n_roles;
	enum twr_status rc = TWR_OK;

	index = index_rows(have->roles, n, sizeof(*ro),
	    offsetof(struct org_role, sid));
	if (index == NULL)
		return no_memory(err);
	for (i = 0; rc == TWR_OK && i < want->n_roles; i++) {
		ro = &want->roles[i];
		if ((at = find(index, n, ro->sid)) == n) {
			if ((found = org_find_role(have, ro->key)) == NULL)
				continue;
			if (*ro->sid != '\0')
				rc = other_sid(ma->ap, ro->line, ro->key,
				    found->sid, ro->sid, err);
			at = (size_t)(found - have->roles);
		}
		if (rc == TWR_OK && ma->role_kept[at])
			rc = apply_fail(ma->ap, ro->line, err,
			    "role %s is declared twice, by key and by sid; "
			    "keep one",
			    have->roles[at].key);
		ro->id = have->roles[at].id;
		ma->role_kept[at] = true;
	}
	free(index);
	return rc;
}

static enum twr_status
match_users(struct matching *ma, struct twr_error *err)
{
	struct organization *want = ma->ap->want, *have = ma->have;
	struct by_sid *index;
	struct org_user *us, *found;
	size_t i, at, n = have->n_users;
	enum twr_status rc = TWR_OK;

	index = index_rows(have->users, n, sizeof(*us),
	    offsetof(struct org_user, sid));
	if (index == NULL)
		return no_memory(err);
	for (i = 0; rc == TWR_OK && i < want->n_users; i++) {
		us = &want->users[i];
		if ((at = find(index, n, us->sid)) == n) {
			if ((found = org_find_user(have, us->email)) == NULL)
				continue;
			if (*us->sid != '\0')
				rc = other_sid(ma->ap, us->line, us->email,
				    found->sid, us->sid, err);
			at = (size_t)(found - have->users);
		}
		if (rc == TWR_OK && ma->user_kept[at])
			rc = apply_fail(ma->ap, us->line, err,
			    "user %s is declared twice, by email and by sid; "
			    "keep one",
			    have->users[at].email);
		us->id = have->users[at].id;
		ma->user_kept[at] = true;
	}
	free(index);
	return rc;
}

/* ---- assignments: by SID, else by all that they say ---- */

static int
compare_content(const struct org_assignment *a, const struct org_assignment *b)
{
	int diff;

	if ((diff = strcasecmp(a->user, b->user)) != 0 ||
	    (diff = strcmp(a->scope, b->scope)) != 0 ||
	    (diff = strcmp(a->role, b->role)) != 0)
		return diff;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->until != b->until)
		return a->until < b->until ? -1 : 1;
	diff = strcmp(a->resource_type, b->resource_type);
	return diff != 0 ? diff : strcmp(a->resource_id, b->resource_id);
}

/* The first of have that says the same; both are sorted by what they say. */
static size_t
find_content(const struct organization *have, const struct org_assignment *as)
{
	size_t lo = 0, hi = have->n_assignments, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (compare_content(&have->assignments[mid], as) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/*
 * Names of scopes and users may differ by a rename that is declared as well:
 * compare what they mean.
 */
static bool
means_same(const struct matching *ma, const struct org_assignment *want,
    const struct org_assignment *have)
{
	const struct org_user *us = org_find_user(ma->ap->want, want->user);
	const struct org_user *was = org_find_user(ma->have, have->user);
	const struct org_scope *sc = org_find_scope(ma->ap->want, want->scope);
	const struct org_scope *at = org_find_scope(ma->have, have->scope);
	const struct org_role *ro = org_find_role(ma->ap->want, want->role);
	const struct org_role *of = org_find_role(ma->have, have->role);

	return us != NULL && was != NULL && us->id == was->id &&
	    (sc == NULL ? 0 : sc->id) == (at == NULL ? 0 : at->id) &&
	    (sc == NULL) == (at == NULL) &&
	    (ro != NULL && of != NULL ? ro->id == of->id :
					strcmp(want->role, have->role) == 0) &&
	    want->from == have->from && want->until == have->until &&
	    strcmp(want->reason, have->reason) == 0 &&
	    strcmp(want->resource_type, have->resource_type) == 0 &&
	    strcmp(want->resource_id, have->resource_id) == 0;
}

static void
keep(struct matching *ma, size_t i, size_t at)
{
	ma->row[i] = &ma->have->assignments[at];
	ma->assignment_kept[at] = true;
}

/*
 * One without a SID takes the first free row that says the same; so does one
 * whose SID stands no more: a revert gives again under another.
 */
static void
match_by_content(struct matching *ma, size_t i)
{
	const struct org_assignment *as = &ma->ap->want->assignments[i];
	const struct organization *have = ma->have;
	size_t at;

	for (at = find_content(have, as); at < have->n_assignments &&
	     compare_content(&have->assignments[at], as) == 0;
	     at++) {
		/* without a reason it is whatever was given */
		if (!ma->assignment_kept[at] &&
		    (*as->reason == '\0' ||
			strcmp(as->reason, have->assignments[at].reason) ==
			    0)) {
			keep(ma, i, at);
			return;
		}
	}
}

static enum twr_status
match_assignments(struct matching *ma, struct twr_error *err)
{
	struct organization *want = ma->ap->want, *have = ma->have;
	struct by_sid *index;
	size_t i, at, n = have->n_assignments;

	index = index_rows(have->assignments, n, sizeof(*have->assignments),
	    offsetof(struct org_assignment, sid));
	if (index == NULL)
		return no_memory(err);
	for (i = 0; i < want->n_assignments; i++) {
		at = find(index, n, want->assignments[i].sid);
		/* a row is never changed: what says otherwise is another */
		if (at != n &&
		    means_same(ma, &want->assignments[i],
			&have->assignments[at]))
			keep(ma, i, at);
	}
	for (i = 0; i < want->n_assignments; i++)
		if (ma->row[i] == NULL)
			match_by_content(ma, i);
	free(index);
	return TWR_OK;
}

enum twr_status
apply_match(struct matching *ma, struct twr_error *err)
{
	enum twr_status rc;

	if ((rc = match_scopes(ma, err)) != TWR_OK ||
	    (rc = match_roles(ma, err)) != TWR_OK ||
	    (rc = match_users(ma, err)) != TWR_OK)
		return rc;
	return match_assignments(ma, err);
}
