/* SPDX-License-Identifier: BSD-2-Clause */
#include "directory_sql.h"
#include "directory_write.h"

/*
 * Every walk has the same shape: step, read, call, until the rows or the
 * callback's patience end.
 */

enum twr_status
directory_each_scope(struct directory *dir, scope_fn *fn, void *ctx,
    struct twr_error *err)
{
	struct scope row;
	struct columns co;
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_SCOPE_LIST, err);

	while (query_row(&q, &co, &rc, err)) {
		read_scope(&co, &row);
		if ((rc = columns_end(&co, err)) == TWR_OK)
			rc = fn(ctx, &row, err);
	}
	query_end(&q);
	return rc;
}

static enum twr_status
each_user(struct directory *dir, enum sql_id sql, bool ever, user_fn *fn,
    void *ctx, struct twr_error *err)
{
	struct user row;
	struct columns co;
	struct query q;
	enum twr_status rc = query_begin(&q, dir, sql, err);

	if (rc == TWR_OK && sql == SQL_USER_LIST)
		query_int(&q, 1, ever ? 1 : 0);
	while (query_row(&q, &co, &rc, err)) {
		read_user(&co, &row);
		if ((rc = columns_end(&co, err)) == TWR_OK)
			rc = fn(ctx, &row, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_each_user(struct directory *dir, user_fn *fn, void *ctx,
    struct twr_error *err)
{
	return each_user(dir, SQL_USER_LIST, false, fn, ctx, err);
}

enum twr_status
directory_each_administrator(struct directory *dir, user_fn *fn, void *ctx,
    struct twr_error *err)
{
	return each_user(dir, SQL_ADMINISTRATOR_LIST, false, fn, ctx, err);
}

enum twr_status
directory_each_user_ever(struct directory *dir, user_fn *fn, void *ctx,
    struct twr_error *err)
{
	return each_user(dir, SQL_USER_LIST, true, fn, ctx, err);
}

enum twr_status
directory_each_login(struct directory *dir, int64_t user_id, login_fn *fn,
    void *ctx, struct twr_error *err)
{
	struct login row;
	struct columns co;
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_LOGIN_LIST, err);

	if (rc == TWR_OK)
		query_int(&q, 1, user_id);
	while (query_row(&q, &co, &rc, err)) {
		read_login(&co, &row);
		if ((rc = columns_end(&co, err)) == TWR_OK)
			rc = fn(ctx, &row, err);
	}
	query_end(&q);
	return rc;
}

static enum twr_status
each_role(struct directory *dir, bool ever, role_fn *fn, void *ctx,
    struct twr_error *err)
{
	struct role row;
	struct columns co;
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_ROLE_LIST, err);

	if (rc == TWR_OK)
		query_int(&q, 1, ever ? 1 : 0);
	while (query_row(&q, &co, &rc, err)) {
		read_role(&co, &row);
		if ((rc = columns_end(&co, err)) == TWR_OK)
			rc = fn(ctx, &row, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_each_role(struct directory *dir, role_fn *fn, void *ctx,
    struct twr_error *err)
{
	return each_role(dir, false, fn, ctx, err);
}

enum twr_status
directory_each_role_ever(struct directory *dir, role_fn *fn, void *ctx,
    struct twr_error *err)
{
	return each_role(dir, true, fn, ctx, err);
}

enum twr_status
directory_each_permission(struct directory *dir, int64_t role_id, text_fn *fn,
    void *ctx, struct twr_error *err)
{
	char text[TWR_NAME_MAX + 1];
	struct columns co;
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_PERMISSION_LIST, err);

	if (rc == TWR_OK)
		query_int(&q, 1, role_id);
	while (query_row(&q, &co, &rc, err)) {
		column_text(&co, text, sizeof(text));
		if ((rc = columns_end(&co, err)) == TWR_OK)
			rc = fn(ctx, text, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_each_name(struct directory *dir, enum directory_names which,
    const char *begins, unsigned max, text_fn *fn, void *ctx,
    struct twr_error *err)
{
	char text[DIRECTORY_PATH_MAX];
	struct columns co;
	struct query q;
	enum twr_status rc = query_begin(&q, dir,
	    (enum sql_id)((int)SQL_NAMES_EMAIL + (int)which), err);

	if (rc == TWR_OK) {
		query_text(&q, 1, begins);
		query_int(&q, 2, max);
	}
	while (query_row(&q, &co, &rc, err)) {
		column_text(&co, text, sizeof(text));
		if ((rc = columns_end(&co, err)) == TWR_OK)
			rc = fn(ctx, text, err);
	}
	query_end(&q);
	return rc;
}

static enum twr_status
each_id(struct directory *dir, enum sql_id id, int64_t role_id, id_fn *fn,
    void *ctx, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, id, err);

	if (rc == TWR_OK)
		query_int(&q, 1, role_id);
	while (query_row(&q, NULL, &rc, err))
		rc = fn(ctx, sqlite3_column_int64(q.st, 0), err);
	query_end(&q);
	return rc;
}

/* What a query with its bindings yields. */
static enum twr_status
each_assignment(struct query *q, held_fn *fn, void *ctx, struct twr_error *err)
{
	struct assignment row;
	struct columns co;
	enum twr_status rc = TWR_OK;

	while (query_row(q, &co, &rc, err)) {
		read_assignment(&co, &row);
		if ((rc = columns_end(&co, err)) == TWR_OK)
			rc = fn(ctx, &row, err);
	}
	query_end(q);
	return rc;
}

enum twr_status
directory_each_included(struct directory *dir, int64_t role_id, id_fn *fn,
    void *ctx, struct twr_error *err)
{
	return each_id(dir, SQL_INCLUDED_LIST, role_id, fn, ctx, err);
}

enum twr_status
directory_each_included_deep(struct directory *dir, int64_t role_id, id_fn *fn,
    void *ctx, struct twr_error *err)
{
	return each_id(dir, SQL_INCLUDED_DEEP, role_id, fn, ctx, err);
}

enum twr_status
directory_each_including(struct directory *dir, int64_t role_id, id_fn *fn,
    void *ctx, struct twr_error *err)
{
	return each_id(dir, SQL_INCLUDING_LIST, role_id, fn, ctx, err);
}

enum twr_status
directory_each_standing(struct directory *dir, int64_t user_id, int64_t role_id,
    int64_t scope_id, standing_fn *fn, void *ctx, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_ASSIGNMENT_STANDING, err);

	if (rc != TWR_OK) {
		query_end(&q);
		return rc;
	}
	query_int(&q, 1, user_id);
	query_int(&q, 2, role_id);
	query_int(&q, 3, scope_id);
	return each_assignment(&q, fn, ctx, err);
}

enum twr_status
directory_each_held(struct directory *dir, int64_t user_id, held_fn *fn,
    void *ctx, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_ASSIGNMENT_HELD, err);

	if (rc != TWR_OK) {
		query_end(&q);
		return rc;
	}
	query_int(&q, 1, user_id);
	return each_assignment(&q, fn, ctx, err);
}

/* ---- assignments, joined ---- */

static const char *const field_words[FIELD_COUNT] = {
	[FIELD_NONE] = "",
	[FIELD_EMAIL] = "e-mail",
	[FIELD_LOGIN] = "login",
	[FIELD_USER_NAME] = "user name",
	[FIELD_USER_SID] = "user SID",
	[FIELD_ROLE_KEY] = "role",
	[FIELD_ROLE_NAME] = "role name",
	[FIELD_ROLE_SID] = "role SID",
	[FIELD_SCOPE_PATH] = "scope",
	[FIELD_SCOPE_SID] = "scope SID",
	[FIELD_ASSIGNMENT_SID] = "assignment SID",
};

const char *
assignment_field_word(enum assignment_field field)
{
	return (unsigned)field < FIELD_COUNT ? field_words[field] : "?";
}

static enum twr_status
read_joined(struct query *q, struct assignment_row *row, struct twr_error *err)
{
	struct columns co = { q, 0, false };

	row->field = (enum assignment_field)column_int(&co, FIELD_NONE,
	    FIELD_COUNT - 1);
	read_assignment(&co, &row->assignment);
	read_user(&co, &row->user);
	read_role(&co, &row->role);
	read_scope(&co, &row->scope);
	column_text(&co, row->login, sizeof(row->login));
	if (row->field != FIELD_LOGIN)
		row->login[0] = '\0';
	return columns_end(&co, err);
}

static void
bind_filter(struct query *q, const struct assignment_filter *f)
{
	query_text(q, 1, f->text);
	query_int(q, 2, f->user_id);
	query_int(q, 3, f->role_id);
	query_int(q, 4, f->scope_id);
	query_int(q, 5,
	    f->removed	      ? ASSIGNMENTS_EVER :
		f->which != 0 ? f->which :
				ASSIGNMENTS_STANDING);
	query_int(q, 6, f->now);
	query_text(q, 7, f->group);
	query_int(q, 8, f->type);
	query_time(q, 9, f->ending != 0 ? f->ending : TWR_NEVER);
	query_int(q, 10, f->effective ? 1 : 0);
}

enum twr_status
directory_each_assignment(struct directory *dir,
    const struct assignment_filter *filter, assignment_fn *fn, void *ctx,
    struct twr_error *err)
{
	struct assignment_row row;
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_ASSIGNMENT_LIST, err);

	if (rc == TWR_OK)
		bind_filter(&q, filter);
	while (query_row(&q, NULL, &rc, err))
		if ((rc = read_joined(&q, &row, err)) == TWR_OK)
			rc = fn(ctx, &row, err);
	query_end(&q);
	return rc;
}
