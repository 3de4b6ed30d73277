/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply_impl.h"

/* ---- the rows ---- */

static void
fill(struct user *us, const struct org_user *want)
{
	(void)snprintf(us->email, sizeof(us->email), "%s", want->email);
	(void)snprintf(us->name, sizeof(us->name), "%s", want->name);
	us->status = want->status;
	us->kind = want->kind;
	us->two_factor = want->two_factor;
}

static enum twr_status
add_user(struct apply *ap, struct org_user *want, struct twr_error *err)
{
	struct user us = { .created_at = ap->ch->now, .removed_at = TWR_NEVER };
	enum twr_status rc;

	rc = apply_free_sid(ap, ENTITY_USER, want->sid, us.sid, err);
	if (rc != TWR_OK)
		return rc;
	fill(&us, want);
	apply_line(ap, '+', "user", want->email, "%s, %s", want->name,
	    twr_user_status_word(want->status));
	if ((rc = directory_insert_user(ap->ch->dir, &us, err)) == TWR_OK)
		rc = change_record(ap->ch, JOURNAL_USER_CREATED, us.sid, NULL,
		    err);
	want->id = us.id;
	return apply_at(ap, want->line, rc, err);
}

static enum journal_event
event_of(const struct user *was, const struct org_user *want)
{
	if (was->status == want->status)
		return JOURNAL_USER_CHANGED;
	switch (want->status) {
	case TWR_USER_ACTIVE:
		return JOURNAL_USER_ACTIVATED;
	case TWR_USER_INACTIVE:
		return JOURNAL_USER_DEACTIVATED;
	case TWR_USER_SUSPENDED:
		break;
	}
	return JOURNAL_USER_SUSPENDED;
}

static void
say_change(struct apply *ap, const struct user *was,
    const struct org_user *want)
{
	if (strcmp(was->email, want->email) != 0)
		apply_line(ap, '~', "user", want->email, "was %s", was->email);
	if (strcmp(was->name, want->name) != 0)
		apply_line(ap, '~', "user", want->email, "name %s, was %s",
		    want->name, was->name);
	if (was->status != want->status)
		apply_line(ap, '~', "user", want->email, "%s, was %s",
		    twr_user_status_word(want->status),
		    twr_user_status_word(was->status));
	if (was->kind != want->kind)
		apply_line(ap, '~', "user", want->email, "%s, was %s",
		    twr_user_kind_word(want->kind),
		    twr_user_kind_word(was->kind));
	if (was->two_factor != want->two_factor)
		apply_line(ap, '~', "user", want->email,
		    "two-factor %s, was %s",
		    twr_two_factor_word(want->two_factor),
		    twr_two_factor_word(was->two_factor));
}

static enum twr_status
change_user(struct apply *ap, const struct org_user *want,
    struct twr_error *err)
{
	size_t changes = ap->changes;
	struct user us, was;
	char *before = NULL;
	enum twr_status rc;

	rc = directory_user_get(ap->ch->dir, want->id, &us, err);
	if (rc != TWR_OK)
		return rc;
	was = us;
	fill(&us, want);
	say_change(ap, &was, want);
	if (ap->changes == changes)
		return TWR_OK;
	rc = directory_snapshot(ap->ch->dir, ENTITY_USER, us.sid, &before, err);
	if (rc == TWR_OK)
		rc = directory_update_user(ap->ch->dir, &us, err);
	if (rc == TWR_OK)
		rc = change_record(ap->ch, event_of(&was, want), us.sid, before,
		    err);
	free(before);
	return apply_at(ap, want->line, rc, err);
}

enum twr_status
apply_users(struct matching *ma, struct twr_error *err)
{
	struct organization *want = ma->ap->want;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < want->n_users; i++) {
		rc = want->users[i].id == 0 ?
		    add_user(ma->ap, &want->users[i], err) :
		    change_user(ma->ap, &want->users[i], err);
		apply_step(ma->ap, i);
	}
	return rc;
}

/* ---- organization roles: all are taken before any is given ---- */

struct taking {
	const struct change *ch;
	struct assignment *rows;
	size_t n;
};

static enum twr_status
keep_row(void *ctx, const struct assignment *row, struct twr_error *err)
{
	struct taking *ta = ctx;
	struct assignment *rows = reallocarray(ta->rows, ta->n + 1,
	    sizeof(*rows));

	if (rows == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	ta->rows = rows;
	rows[ta->n++] = *row;
	return TWR_OK;
}

enum twr_status
apply_take_role(const struct apply *ap, int64_t user_id, const char *key,
    int64_t scope_id, struct twr_error *err)
{
	struct taking ta = { ap->ch, NULL, 0 };
	struct role ro;
	size_t i;
	enum twr_status rc;

	rc = directory_role_find(ap->ch->dir, key, &ro, err);
	if (rc == TWR_OK)
		rc = directory_each_standing(ap->ch->dir, user_id, ro.id,
		    scope_id, keep_row, &ta, err);
	for (i = 0; rc == TWR_OK && i < ta.n; i++)
		rc = change_take(ap->ch, ta.rows[i].id, ta.rows[i].sid, err);
	free(ta.rows);
	return rc;
}

/* All that is left: he owned accounts that are closed now. */
static enum twr_status
take_rest(const struct apply *ap, int64_t user_id, struct twr_error *err)
{
	struct taking ta = { ap->ch, NULL, 0 };
	size_t i;
	enum twr_status rc;

	rc = directory_each_held(ap->ch->dir, user_id, keep_row, &ta, err);
	for (i = 0; rc == TWR_OK && i < ta.n; i++)
		if (ta.rows[i].not_after > ap->ch->now)
			rc = change_take(ap->ch, ta.rows[i].id, ta.rows[i].sid,
			    err);
	free(ta.rows);
	return rc;
}

static enum twr_status
remove_user(struct apply *ap, const struct org_user *have,
    struct twr_error *err)
{
	char *before = NULL;
	enum twr_status rc = take_rest(ap, have->id, err);

	apply_line(ap, '-', "user", have->email, "%s", have->name);
	if (rc == TWR_OK)
		rc = directory_snapshot(ap->ch->dir, ENTITY_USER, have->sid,
		    &before, err);
	if (rc == TWR_OK)
		rc = directory_remove_user(ap->ch->dir, have->id, ap->ch->now,
		    err);
	if (rc == TWR_OK)
		rc = change_record(ap->ch, JOURNAL_USER_REMOVED, have->sid,
		    before, err);
	free(before);
	return rc;
}

enum twr_status
apply_remove_users(struct matching *ma, struct twr_error *err)
{
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < ma->have->n_users; i++)
		if (!ma->user_kept[i])
			rc = remove_user(ma->ap, &ma->have->users[i], err);
	return rc;
}

static void
role_key(const char *word, char key[TWR_NAME_MAX + 1])
{
	(void)snprintf(key, TWR_NAME_MAX + 1, "organization:%s", word);
}

/* Index of have by id is its own order: look there by e-mail. */
static const char *
role_before(const struct matching *ma, const struct org_user *want)
{
	size_t i;
	const struct org_user *us = org_find_user(ma->have, want->email);

	if (us != NULL && us->id == want->id)
		return us->organization_role;
	for (i = 0; i < ma->have->n_users; i++)
		if (ma->have->users[i].id == want->id)
			return ma->have->users[i].organization_role;
	return "none";
}

static enum twr_status
take_one(struct apply *ap, int64_t id, const char *email, const char *was,
    const char *will, struct twr_error *err)
{
	char key[TWR_NAME_MAX + 1];

	if (strcmp(was, will) == 0)
		return TWR_OK;
	apply_line(ap, '~', "organization role", email, "%s, was %s", will,
	    was);
	if (strcmp(was, "none") == 0)
		return TWR_OK;
	role_key(was, key);
	return apply_take_role(ap, id, key, 0, err);
}

static enum twr_status
give_one(struct apply *ap, const struct org_user *want, struct twr_error *err)
{
	char key[TWR_NAME_MAX + 1];
	struct scope org;
	struct user us;
	enum twr_status rc;

	role_key(want->organization_role, key);
	if ((rc = directory_scope_get(ap->ch->dir, 1, &org, err)) != TWR_OK ||
	    (rc = directory_user_get(ap->ch->dir, want->id, &us, err)) !=
		TWR_OK)
		return rc;
	return change_give_key(ap->ch, &us, key, &org, err);
}

enum twr_status
apply_organization_roles(struct matching *ma, struct twr_error *err)
{
	struct organization *want = ma->ap->want;
	const struct org_user *us;
	const char *was;
	size_t i;
	enum twr_status rc = TWR_OK;

	for (i = 0; rc == TWR_OK && i < ma->have->n_users; i++) {
		us = &ma->have->users[i];
		if (!ma->user_kept[i])
			rc = take_one(ma->ap, us->id, us->email,
			    us->organization_role, "none", err);
	}
	for (i = 0; rc == TWR_OK && i < want->n_users; i++) {
		us = &want->users[i];
		rc = take_one(ma->ap, us->id, us->email, role_before(ma, us),
		    us->organization_role, err);
	}
	for (i = 0; rc == TWR_OK && i < want->n_users; i++) {
		us = &want->users[i];
		was = role_before(ma, us);
		if (strcmp(was, us->organization_role) != 0 &&
		    strcmp(us->organization_role, "none") != 0)
			rc = give_one(ma->ap, us, err);
	}
	return rc;
}

/* ---- logins: all are taken before any is mapped ---- */

struct owned {
	const char *name;
	int64_t user_id;
};

static int
compare(const void *x, const void *y)
{
	return strcmp(((const struct owned *)x)->name,
	    ((const struct owned *)y)->name);
}

static struct owned *
collect(const struct organization *org, size_t *n)
{
	struct owned *ret;
	size_t i, k;

	for (*n = i = 0; i < org->n_users; i++)
		*n += org->users[i].n_logins;
	if ((ret = calloc(*n + 1, sizeof(*ret))) == NULL)
		return NULL;
	for (*n = i = 0; i < org->n_users; i++) {
		for (k = 0; k < org->users[i].n_logins; k++) {
			ret[*n].name = org->users[i].logins[k].name;
			ret[(*n)++].user_id = org->users[i].id;
		}
	}
	if (*n > 1)
		qsort(ret, *n, sizeof(*ret), compare);
	return ret;
}

static enum twr_status
unmap(struct apply *ap, const char *name, const char *email,
    struct twr_error *err)
{
	struct login lo;
	enum twr_status rc = directory_login_get(ap->ch->dir, name, &lo, err);

	if (rc != TWR_OK)
		return rc;
	apply_line(ap, '-', "login", name, "of %s", email);
	lo.user_id = 0;
	lo.unmapped_at = ap->ch->now;
	return change_store_login(ap->ch, &lo, JOURNAL_LOGIN_UNMAPPED, err);
}

static enum twr_status
map(struct apply *ap, const struct org_user *want,
    const struct org_login *login, struct twr_error *err)
{
	struct admin_login facts = { 0 };
	struct login lo;
	struct user us;
	struct twr_error unused;
	bool changed = false, known;
	enum twr_status rc;

	known = directory_login_get(ap->ch->dir, login->name, &lo, &unused) ==
		TWR_OK &&
	    lo.user_id == want->id;
	if (known && (lo.uid == login->uid || login->uid == TWR_UID_UNKNOWN))
		return TWR_OK;
	if ((rc = ap->login(ap->ctx, login->name, &facts, err)) != TWR_OK ||
	    (rc = directory_user_get(ap->ch->dir, want->id, &us, err)) !=
		TWR_OK)
		return rc;
	if (login->uid != TWR_UID_UNKNOWN)
		facts.uid = login->uid;
	apply_line(ap, known ? '~' : '+', "login", login->name, "of %s",
	    want->email);
	return apply_at(ap, login->line,
	    change_map(ap->ch, &facts, &us, &changed, err), err);
}

enum twr_status
apply_logins(struct matching *ma, struct twr_error *err)
{
	struct organization *want = ma->ap->want, *have = ma->have;
	struct owned *all, *found, key = { NULL, 0 };
	size_t i, k, n = 0;
	enum twr_status rc = TWR_OK;

	if ((all = collect(want, &n)) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	for (i = 0; rc == TWR_OK && i < have->n_users; i++) {
		for (k = 0; rc == TWR_OK && k < have->users[i].n_logins; k++) {
			key.name = have->users[i].logins[k].name;
			found = n == 0 ?
			    NULL :
			    bsearch(&key, all, n, sizeof(key), compare);
			if (found == NULL ||
			    found->user_id != have->users[i].id)
				rc = unmap(ma->ap, key.name,
				    have->users[i].email, err);
		}
	}
	for (i = 0; rc == TWR_OK && i < want->n_users; i++)
		for (k = 0; rc == TWR_OK && k < want->users[i].n_logins; k++)
			rc = map(ma->ap, &want->users[i],
			    &want->users[i].logins[k], err);
	free(all);
	return rc;
}
