/* SPDX-License-Identifier: BSD-2-Clause */
#include "directory_sql.h"

/* ---- what stands below a scope, and how much of it ---- */

enum twr_status
directory_each_scope_below(struct directory *dir, int64_t id, scope_fn *fn,
    void *ctx, struct twr_error *err)
{
	struct scope row;
	struct columns co;
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_SCOPE_BELOW, err);

	if (rc == TWR_OK)
		query_int(&q, 1, id);
	while (query_row(&q, &co, &rc, err)) {
		read_scope(&co, &row);
		if ((rc = columns_end(&co, err)) == TWR_OK)
			rc = fn(ctx, &row, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_each_tally(struct directory *dir, int64_t now, tally_fn *fn,
    void *ctx, struct twr_error *err)
{
	struct scope_tally row;
	struct columns co;
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_SCOPE_TALLY, err);

	if (rc == TWR_OK)
		query_int(&q, 1, now);
	while (query_row(&q, &co, &rc, err)) {
		read_scope(&co, &row.scope);
		row.users = column_int(&co, 0, INT64_MAX);
		row.assignments = column_int(&co, 0, INT64_MAX);
		if ((rc = columns_end(&co, err)) == TWR_OK)
			rc = fn(ctx, &row, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_organization_tally(struct directory *dir, int64_t now,
    struct organization_tally *ret, struct twr_error *err)
{
	int64_t *const numbers[] = { &ret->accounts, &ret->subaccounts,
		&ret->users, &ret->active_users, &ret->service_users,
		&ret->logins, &ret->custom_roles, &ret->assignments };
	struct columns co;
	struct query q;
	size_t i;
	enum twr_status rc = query_begin(&q, dir, SQL_ORGANIZATION_TALLY, err);

	if (rc == TWR_OK) {
		query_int(&q, 1, now);
		rc = query_step(&q, err);
	}
	if (rc == TWR_OK) {
		co = (struct columns) { &q, 0, false };
		for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			*numbers[i] = column_int(&co, 0, INT64_MAX);
		rc = columns_end(&co, err);
	}
	query_end(&q);
	return rc;
}

enum twr_status
directory_role_standing(struct directory *dir, int64_t id, int64_t now,
    int64_t *ret, struct twr_error *err)
{
	struct query q;
	enum twr_status rc = query_begin(&q, dir, SQL_ROLE_STANDING, err);

	*ret = 0;
	if (rc == TWR_OK) {
		query_int(&q, 1, id);
		query_int(&q, 2, now);
		if ((rc = query_step(&q, err)) == TWR_OK)
			*ret = sqlite3_column_int64(q.st, 0);
	}
	query_end(&q);
	return rc;
}
