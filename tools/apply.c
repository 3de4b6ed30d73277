/* SPDX-License-Identifier: BSD-2-Clause */
#include "apply.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply_impl.h"

#define ALWAYS_ALLOWED 5 /* removals, whatever the share */

void
apply_line(struct apply *ap, char sign, const char *kind, const char *what,
    const char *fmt, ...)
{
	char detail[TWR_ERROR_MAX];
	va_list ap_list;

	ap->changes++;
	if (ap->line == NULL)
		return;
	va_start(ap_list, fmt);
	(void)vsnprintf(detail, sizeof(detail), fmt, ap_list);
	va_end(ap_list);
	ap->line(ap->ctx, sign, kind, what, detail);
}

enum twr_status
apply_fail(const struct apply *ap, unsigned line, struct twr_error *err,
    const char *fmt, ...)
{
	char text[TWR_ERROR_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return twr_fail(err, TWR_EDATA, "%s:%u: %s", ap->file, line, text);
}

enum twr_status
apply_at(const struct apply *ap, unsigned line, enum twr_status rc,
    struct twr_error *err)
{
	struct twr_error why;

	if (rc != TWR_EREFUSED)
		return rc;
	why = *err;
	return apply_fail(ap, line, err, "%s", why.text);
}

enum twr_status
apply_free_sid(const struct apply *ap, enum directory_entity entity,
    const char *want, char ret[TWR_SID_LEN + 1], struct twr_error *err)
{
	char *known = NULL;
	enum twr_status rc = TWR_OK;

	ret[0] = '\0';
	if (*want == '\0')
		return TWR_OK;
	rc = directory_snapshot(ap->ch->dir, entity, want, &known, err);
	if (rc == TWR_OK && known == NULL)
		(void)snprintf(ret, TWR_SID_LEN + 1, "%s", want);
	free(known);
	return rc;
}

void
apply_step(struct apply *ap, uint64_t n)
{
	uint64_t all = ap->want->n_users + ap->want->n_assignments;

	if (ap->progress != NULL && all > 0 && n <= all &&
	    (n == all || n % 256 == 0))
		ap->progress(ap->ctx, n, all);
}

/* ---- the whole ---- */

static enum twr_status
check_organization(const struct matching *ma, struct twr_error *err)
{
	const struct organization *want = ma->ap->want, *have = ma->have;

	if (*want->sid != '\0' && strcmp(want->sid, have->sid) != 0)
		return apply_fail(ma->ap, want->line, err,
		    "the file is of organization %s, the directory holds %s "
		    "(%s); name another directory, or remove all sid of the "
		    "file if its people shall become this organization's",
		    want->sid, have->name, have->sid);
	if (strcmp(want->name, have->name) != 0)
		return apply_fail(ma->ap, want->line, err,
		    "the file is of organization \"%s\", the directory holds "
		    "\"%s\"; correct name, and the paths of the scopes",
		    want->name, have->name);
	return TWR_OK;
}

static enum twr_status
apply_settings(struct matching *ma, struct twr_error *err)
{
	struct apply *ap = ma->ap;
	int64_t will = ap->want->role_limit, was = ma->have->role_limit;

	if (will < 0 || will == was)
		return TWR_OK;
	apply_line(ap, '~', "setting", "role_limit", "%lld, was %lld",
	    (long long)will, (long long)was);
	return apply_at(ap, ap->want->line,
	    change_setting(ap->ch, "role_limit", will, err), err);
}

/* The rules about the whole, of what came out. */
static enum twr_status
check_whole(const struct matching *ma, int64_t administrators,
    struct twr_error *err)
{
	const struct change *ch = ma->ap->ch;
	struct directory_census ce;
	int64_t left = 0;
	enum twr_status rc;

	if ((rc = directory_census(ch->dir, ch->now, &ce, err)) != TWR_OK ||
	    (rc = directory_count_administrators(ch->dir, &left, err)) !=
		TWR_OK)
		return rc;
	if (ce.owners != 1)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: leaves %lld active users with organization_role "
		    "\"owner\"; there is exactly one Organization Owner",
		    ma->ap->file, (long long)ce.owners);
	if (ce.accounts_without_owner != 0)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: leaves account %s without exactly one Owner; give it "
		    "one with owner = \"...\"",
		    ma->ap->file, ce.account);
	if (administrators > 0 && left == 0)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: leaves no active administrator with a login; give "
		    "one organization_role = \"administrator\" and a login",
		    ma->ap->file);
	return change_warn_second(ch, err);
}

/* In an order in which each change finds what it needs. */
static enum twr_status
run_all(struct matching *ma, struct twr_error *err)
{
	int64_t administrators = 0;
	enum twr_status rc;

	rc = directory_count_administrators(ma->ap->ch->dir, &administrators,
	    err);
	if (rc != TWR_OK || (rc = check_organization(ma, err)) != TWR_OK ||
	    (rc = apply_match(ma, err)) != TWR_OK ||
	    (rc = apply_settings(ma, err)) != TWR_OK ||
	    (rc = apply_scopes(ma, err)) != TWR_OK ||
	    (rc = apply_roles(ma, err)) != TWR_OK ||
	    (rc = apply_users(ma, err)) != TWR_OK ||
	    (rc = apply_organization_roles(ma, err)) != TWR_OK ||
	    (rc = apply_owners(ma, err)) != TWR_OK ||
	    (rc = apply_logins(ma, err)) != TWR_OK ||
	    (rc = apply_assignments(ma, err)) != TWR_OK ||
	    (rc = apply_drop_roles(ma, err)) != TWR_OK ||
	    (rc = apply_close_scopes(ma, err)) != TWR_OK ||
	    (rc = apply_remove_users(ma, err)) != TWR_OK)
		return rc;
	if (ma->ap->changes == 0)
		return TWR_OK;
	return check_whole(ma, administrators, err);
}

enum twr_status
apply_run(struct apply *ap, struct twr_error *err)
{
	struct matching ma = { .ap = ap };
	enum twr_status rc;

	rc = organization_load(ap->ch->dir, ap->ch->now, &ma.have, err);
	if (rc != TWR_OK)
		return rc;
	ap->changes = ap->removals = 0;
	ap->standing = ma.have->n_assignments;
	ma.scope_kept = calloc(ma.have->n_scopes + 1, sizeof(bool));
	ma.role_kept = calloc(ma.have->n_roles + 1, sizeof(bool));
	ma.user_kept = calloc(ma.have->n_users + 1, sizeof(bool));
	ma.assignment_kept = calloc(ma.have->n_assignments + 1, sizeof(bool));
	ma.row = calloc(ap->want->n_assignments + 1, sizeof(*ma.row));
	if (!ma.scope_kept || !ma.role_kept || !ma.user_kept ||
	    !ma.assignment_kept || !ma.row)
		rc = twr_fail(err, TWR_ENOMEM, "out of memory");
	else
		rc = run_all(&ma, err);
	free(ma.scope_kept);
	free(ma.role_kept);
	free(ma.user_kept);
	free(ma.assignment_kept);
	free(ma.row);
	organization_free(ma.have);
	return rc;
}

enum twr_status
apply_check_removals(const struct apply *ap, unsigned percent,
    struct twr_error *err)
{
	if (ap->removals <= ALWAYS_ALLOWED ||
	    ap->removals * 100 <= ap->standing * percent)
		return TWR_OK;
	return twr_fail(err, TWR_EREFUSED,
	    "%s: removes %zu of %zu assignments, more than %u %%; if that is "
	    "meant, say --max-removals %zu",
	    ap->file, ap->removals, ap->standing, percent,
	    (ap->removals * 100 + ap->standing - 1) / ap->standing);
}
