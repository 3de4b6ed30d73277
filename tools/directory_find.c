/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "directory_sql.h"
#include "directory_write.h"
#include "suggest.h"
#include "text.h"

/* ---- scopes ---- */

enum twr_status
directory_child(struct directory *dir, int64_t parent_id, const char *name,
    struct scope *row, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_SCOPE_CHILD, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, parent_id);
		query_text(&q, 2, name);
		rc = find_read(&q, ROW_SCOPE, row, err);
	}
	query_end(&q);
	if (rc == TWR_ENOENT) {
		row->id = 0;
		rc = TWR_OK;
	}
	return rc;
}

enum twr_status
directory_alias(struct directory *dir, int64_t parent_id, const char *name,
    int64_t *ret, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_ALIAS, err);

	*ret = 0;
	if (rc == TWR_OK) {
		query_int(&q, 1, parent_id);
		query_text(&q, 2, name);
		if ((rc = query_step(&q, err)) == TWR_OK)
			*ret = sqlite3_column_int64(q.st, 0);
	}
	query_end(&q);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

/* One step down from *sc (id 0: above the organization), alias or not. */
static enum twr_status
step_down(struct directory *dir, const char *name, struct scope *sc,
    bool *alias, struct twr_error *err)
{
	int64_t parent = sc->id, other = 0;
	enum twr_status rc;

	if ((rc = directory_child(dir, parent, name, sc, err)) != TWR_OK)
		return rc;
	if (sc->id != 0)
		return TWR_OK;
	if ((rc = directory_alias(dir, parent, name, &other, err)) != TWR_OK)
		return rc;
	if (other == 0)
		return TWR_ENOENT;
	*alias = true;
	return directory_scope_get(dir, other, sc, err);
}

static enum twr_status
walk_path(struct directory *dir, const char *text, struct scope *sc,
    bool *alias, struct twr_error *err)
{
	char path[DIRECTORY_PATH_MAX], *rest = path, *name;
	unsigned depth = 0;
	enum twr_status rc = TWR_ENOENT;

	if (strlen(text) >= sizeof(path))
		return TWR_ENOENT;
	(void)strcpy(path, text);
	sc->id = 0;
	while ((name = strsep(&rest, "/")) != NULL) {
		if (*name == '\0' || ++depth > TWR_CHAIN_MAX)
			return TWR_ENOENT;
		if ((rc = step_down(dir, name, sc, alias, err)) != TWR_OK)
			return rc;
	}
	return rc;
}

static enum twr_status
offer_scope(void *ctx, const struct scope *scope, struct twr_error *err)
{
	struct suggestion *sg = ctx;

	(void)err;
	suggest_offer(sg, scope->path);
	return TWR_OK;
}

static enum twr_status
unknown_scope(struct directory *dir, const char *text, struct twr_error *err)
{
	char buf[FIND_SHOWN + 4];
	struct suggestion sg;
	const char *best;
	enum twr_status rc;

	suggest_init(&sg, text);
	rc = directory_each_scope(dir, offer_scope, &sg, err);
	if (rc != TWR_OK)
		return rc;
	if ((best = suggest_best(&sg)) != NULL)
		return twr_fail(err, TWR_EREFUSED,
		    "scope \"%s\": no such scope; did you mean \"%s\"?",
		    find_shown(text, buf), best);
	return twr_fail(err, TWR_EREFUSED,
	    "scope \"%s\": no such scope; \"twrbac scope list\" shows all",
	    find_shown(text, buf));
}

enum twr_status
directory_scope_lookup(struct directory *dir, const char *text,
    struct scope *ret, bool *alias, struct twr_error *err)
{
	struct scope sc = { 0 };
	char sid[TWR_SID_LEN + 1];
	bool former = false;
	enum twr_status rc;

	if (find_sid(text, NULL, sid))
		rc = find_by_text(dir, SQL_SCOPE_BY_SID, ROW_SCOPE, sid, &sc,
		    err);
	else
		rc = walk_path(dir, text, &sc, &former, err);
	if (rc != TWR_OK)
		return rc;
	*ret = sc;
	if (alias != NULL)
		*alias = former;
	return TWR_OK;
}

enum twr_status
directory_scope_find(struct directory *dir, const char *text, struct scope *ret,
    bool *alias, struct twr_error *err)
{
	enum twr_status rc = directory_scope_lookup(dir, text, ret, alias, err);

	return rc == TWR_ENOENT ? unknown_scope(dir, text, err) : rc;
}

enum twr_status
directory_scope_get(struct directory *dir, int64_t id, struct scope *ret,
    struct twr_error *err)
{
	enum twr_status rc = find_by_id(dir, SQL_SCOPE_BY_ID, ROW_SCOPE, id,
	    ret, err);

	if (rc == TWR_ENOENT)
		return twr_fail(err, TWR_EREFUSED,
		    "scope number %lld: no such scope", (long long)id);
	return rc;
}

enum twr_status
directory_scope_usable(struct directory *dir, int64_t id, bool *ret,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_SCOPE_USABLE, err);

	*ret = false;
	if (rc == TWR_OK) {
		query_int(&q, 1, id);
		if ((rc = query_step(&q, err)) == TWR_OK)
			*ret = sqlite3_column_int(q.st, 0) == 1;
	}
	query_end(&q);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

/* ---- users and logins ---- */

static enum twr_status
offer_user(void *ctx, const struct user *user, struct twr_error *err)
{
	struct suggestion *sg = ctx;

	(void)err;
	suggest_offer(sg, user->email);
	return TWR_OK;
}

static enum twr_status
offer_login(void *ctx, const struct login *login, struct twr_error *err)
{
	struct suggestion *sg = ctx;

	(void)err;
	if (login->user_id != 0)
		suggest_offer(sg, login->name);
	return TWR_OK;
}

static enum twr_status
unknown_user(struct directory *dir, const char *text, struct twr_error *err)
{
	char buf[FIND_SHOWN + 4];
	struct suggestion sg;
	const char *best;
	enum twr_status rc;

	suggest_init(&sg, text);
	if (strchr(text, '@') != NULL)
		rc = directory_each_user(dir, offer_user, &sg, err);
	else
		rc = directory_each_login(dir, 0, offer_login, &sg, err);
	if (rc != TWR_OK)
		return rc;
	if ((best = suggest_best(&sg)) != NULL)
		return twr_fail(err, TWR_EREFUSED,
		    "user \"%s\": no such user; did you mean \"%s\"?",
		    find_shown(text, buf), best);
	return twr_fail(err, TWR_EREFUSED,
	    "user \"%s\": no such user; name one by e-mail, SID or mapped "
	    "login (\"twrbac user list\" shows all)",
	    find_shown(text, buf));
}

/* TWR_ENOENT, with err left alone, when nobody is called that. */
static enum twr_status
look_up_user(struct directory *dir, const char *text, struct user *ret,
    struct twr_error *err)
{
	struct user us = { 0 };
	char sid[TWR_SID_LEN + 1];
	enum twr_status rc;

	if (find_sid(text, NULL, sid)) {
		rc = find_by_text(dir, SQL_USER_BY_SID, ROW_USER, sid, &us,
		    err);
	} else if (strchr(text, '@') != NULL) {
		rc = find_by_text(dir, SQL_USER_BY_EMAIL, ROW_USER, text, &us,
		    err);
	} else {
		rc = find_by_text(dir, SQL_USER_BY_LOGIN, ROW_USER, text, &us,
		    err);
	}
	if (rc == TWR_OK)
		*ret = us;
	return rc;
}

enum twr_status
directory_user_find_ever(struct directory *dir, const char *text,
    struct user *ret, struct twr_error *err)
{
	enum twr_status rc = look_up_user(dir, text, ret, err);

	return rc == TWR_ENOENT ? unknown_user(dir, text, err) : rc;
}

enum twr_status
directory_user_lookup(struct directory *dir, const char *text, struct user *ret,
    struct twr_error *err)
{
	char when[TWR_TIME_LEN];
	struct user us;
	enum twr_status rc = look_up_user(dir, text, &us, err);

	if (rc != TWR_OK)
		return rc;
	if (us.removed_at != TWR_NEVER) {
		twr_time_format(us.removed_at, when);
		return twr_fail(err, TWR_EREFUSED,
		    "user %s: %s was removed at %s and stays so; \"twrbac user "
		    "add\" makes a new user",
		    us.sid, us.email, when);
	}
	*ret = us;
	return TWR_OK;
}

enum twr_status
directory_user_find(struct directory *dir, const char *text, struct user *ret,
    struct twr_error *err)
{
	enum twr_status rc = directory_user_lookup(dir, text, ret, err);

	return rc == TWR_ENOENT ? unknown_user(dir, text, err) : rc;
}

enum twr_status
directory_user_get(struct directory *dir, int64_t id, struct user *ret,
    struct twr_error *err)
{
	enum twr_status rc = find_by_id(dir, SQL_USER_BY_ID, ROW_USER, id, ret,
	    err);

	if (rc == TWR_ENOENT)
		return twr_fail(err, TWR_EREFUSED,
		    "user number %lld: no such user", (long long)id);
	return rc;
}

enum twr_status
directory_login_get(struct directory *dir, const char *name, struct login *ret,
    struct twr_error *err)
{
	char buf[FIND_SHOWN + 4];
	enum twr_status rc = find_by_text(dir, SQL_LOGIN_BY_NAME, ROW_LOGIN,
	    name, ret, err);

	if (rc == TWR_ENOENT)
		return twr_fail(err, TWR_EREFUSED,
		    "login \"%s\": is not mapped and never was; \"twrbac "
		    "login map\" maps it",
		    find_shown(name, buf));
	return rc;
}

enum twr_status
directory_user_standing(struct directory *dir, int64_t id, int64_t now,
    struct user_standing *ret, struct twr_error *err)
{
	struct columns rc;
	struct query q;
	enum twr_status status = query_begin(&q, dir, SQL_USER_STANDING, err);

	*ret = (struct user_standing) { 0 };
	if (status == TWR_OK) {
		query_int(&q, 1, id);
		query_int(&q, 2, now);
		status = query_step(&q, err);
	}
	if (status == TWR_OK) {
		rc = (struct columns) { &q, 0, false };
		ret->administrator = column_int(&rc, 0, 1) == 1;
		ret->logins = column_int(&rc, 0, INT64_MAX);
		ret->built_in = column_int(&rc, 0, INT64_MAX);
		column_text(&rc, ret->organization_role,
		    sizeof(ret->organization_role));
		status = columns_end(&rc, err);
	}
	query_end(&q);
	if (status == TWR_ENOENT)
		return twr_fail(err, TWR_EREFUSED,
		    "user number %lld: no such user", (long long)id);
	return status;
}

enum twr_status
directory_count_administrators(struct directory *dir, int64_t *ret,
    struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_COUNT_ADMINISTRATORS,
	    err);

	if (rc == TWR_OK && (rc = query_step(&q, err)) == TWR_OK)
		*ret = sqlite3_column_int64(q.st, 0);
	query_end(&q);
	return rc;
}
