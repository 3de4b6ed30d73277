/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "directory_sql.h"
#include "suggest.h"
#include "text.h"

const char *
role_type_word(enum role_type type)
{
	switch (type) {
	case ROLE_ORGANIZATION:
		return "organization";
	case ROLE_GENERAL:
		return "general";
	case ROLE_BUILT_IN:
		return "built-in";
	case ROLE_RESOURCE:
		return "resource";
	case ROLE_CUSTOM:
		return "custom";
	}
	return "?";
}

/* ---- assignments ---- */

enum twr_status
directory_assignment_find(struct directory *dir, const char *sid,
    struct assignment *ret, struct twr_error *err)
{
	char exact[TWR_SID_LEN + 1];
	enum twr_status rc = TWR_ENOENT;

	if (find_sid(sid, "IY", exact))
		rc = find_by_text(dir, SQL_ASSIGNMENT_BY_SID, ROW_ASSIGNMENT,
		    exact, ret, err);
	if (rc == TWR_ENOENT)
		return twr_fail(err, TWR_EREFUSED,
		    "assignment \"%s\": no such assignment; \"twrbac "
		    "assignment list\" shows their SIDs (IY...)",
		    sid);
	return rc;
}

/* ---- roles ---- */

enum twr_status
directory_role_get(struct directory *dir, int64_t id, struct role *ret,
    struct twr_error *err)
{
	enum twr_status rc = find_by_id(dir, SQL_ROLE_BY_ID, ROW_ROLE, id, ret,
	    err);

	if (rc == TWR_ENOENT)
		return twr_fail(err, TWR_EREFUSED,
		    "role number %lld: no such role", (long long)id);
	return rc;
}

static enum twr_status
offer_role(void *ctx, const struct role *role, struct twr_error *err)
{
	struct suggestion *sg = ctx;

	(void)err;
	suggest_offer(sg, role->key);
	suggest_offer(sg, role->name);
	return TWR_OK;
}

static enum twr_status
unknown_role(struct directory *dir, const char *text, struct twr_error *err)
{
	char buf[FIND_SHOWN + 4];
	struct suggestion sg;
	const char *best;
	enum twr_status rc;

	suggest_init(&sg, text);
	rc = directory_each_role(dir, offer_role, &sg, err);
	if (rc != TWR_OK)
		return rc;
	if ((best = suggest_best(&sg)) != NULL)
		return twr_fail(err, TWR_EREFUSED,
		    "role \"%s\": no such role; did you mean \"%s\"?",
		    find_shown(text, buf), best);
	return twr_fail(err, TWR_EREFUSED,
	    "role \"%s\": no such role; \"twrbac role list\" shows all",
	    find_shown(text, buf));
}

/* The display name: exactly one role must bear it. */
static enum twr_status
role_by_name(struct directory *dir, const char *text, struct role *ret,
    struct twr_error *err)
{
	char keys[512];
	struct twr_line ln;
	struct role other;
	struct query q;
	size_t n = 0;
	enum twr_status rc = query_begin(&q, dir, SQL_ROLE_BY_NAME, err);

	twr_line_init(&ln, keys, sizeof(keys));
	if (rc == TWR_OK)
		query_text(&q, 1, text);
	while (rc == TWR_OK &&
	    (rc = find_read(&q, ROW_ROLE, &other, err)) == TWR_OK) {
		*ret = other;
		twr_line_addf(&ln, "%s%s", n++ == 0 ? "" : ", ", other.key);
	}
	query_end(&q);
	if (rc != TWR_ENOENT || n == 0)
		return rc;
	if (n == 1)
		return TWR_OK;
	return twr_fail(err, TWR_EREFUSED,
	    "role \"%s\": %zu roles have this name; say which by its key: %s",
	    text, n, keys);
}

enum twr_status
directory_role_lookup(struct directory *dir, const char *text, struct role *ret,
    struct twr_error *err)
{
	struct role ro = { 0 };
	char sid[TWR_SID_LEN + 1], when[TWR_TIME_LEN];
	enum twr_status rc;

	if (find_sid(text, NULL, sid)) {
		rc = find_by_text(dir, SQL_ROLE_BY_SID, ROW_ROLE, sid, &ro,
		    err);
		if (rc == TWR_OK && ro.deleted_at != TWR_NEVER) {
			twr_time_format(ro.deleted_at, when);
			rc = twr_fail(err, TWR_EREFUSED,
			    "role %s: %s was deleted at %s; \"twrbac role "
			    "list\" shows those there are",
			    sid, ro.key, when);
		}
	} else {
		rc = find_by_text(dir, SQL_ROLE_BY_KEY, ROW_ROLE, text, &ro,
		    err);
		if (rc == TWR_ENOENT)
			rc = role_by_name(dir, text, &ro, err);
	}
	if (rc == TWR_OK)
		*ret = ro;
	return rc;
}

enum twr_status
directory_role_find(struct directory *dir, const char *text, struct role *ret,
    struct twr_error *err)
{
	enum twr_status rc = directory_role_lookup(dir, text, ret, err);

	return rc == TWR_ENOENT ? unknown_role(dir, text, err) : rc;
}
