/* SPDX-License-Identifier: BSD-2-Clause */
#include "change.h"
#include "change_impl.h"
#include "text.h"

#define SHOWN 5 /* holders that a refusal names */

struct users_of_role {
	struct directory *dir;
	struct twr_line ln;
	size_t n;
};

static enum twr_status
add_holder(void *ctx, const struct assignment_row *row, struct twr_error *err)
{
	struct users_of_role *of = ctx;

	(void)err;
	if (of->n++ < SHOWN)
		twr_line_addf(&of->ln, "%s%s at %s", of->n > 1 ? ", " : "",
		    row->user.email, row->scope.path);
	else if (of->n == SHOWN + 1)
		twr_line_add(&of->ln, ", ...");
	return TWR_OK;
}

static enum twr_status
add_includer(void *ctx, int64_t id, struct twr_error *err)
{
	struct users_of_role *of = ctx;
	struct role ro;
	enum twr_status rc = directory_role_get(of->dir, id, &ro, err);

	if (rc == TWR_OK)
		twr_line_addf(&of->ln, "%s%s", of->n++ > 0 ? ", " : "", ro.key);
	return rc;
}

enum twr_status
change_check_role_unused(const struct change *ch, const struct role *role,
    struct twr_error *err)
{
	char holders[600], includers[300], named[CHANGE_PLACE_MAX] = "";
	struct admin_role_use use = { role, 0, holders, includers, named };
	struct assignment_filter filter = { .now = ch->now,
		.role_id = role->id };
	struct users_of_role of = { .dir = ch->dir };
	enum twr_status rc;

	twr_line_init(&of.ln, holders, sizeof(holders));
	rc = directory_role_standing(ch->dir, role->id, ch->now, &use.held,
	    err);
	if (rc == TWR_OK)
		rc = directory_each_assignment(ch->dir, &filter, add_holder,
		    &of, err);
	of.n = 0;
	twr_line_init(&of.ln, includers, sizeof(includers));
	if (rc == TWR_OK)
		rc = directory_each_including(ch->dir, role->id, add_includer,
		    &of, err);
	if (rc == TWR_OK)
		rc = change_named_role(ch, role, named, err);
	return rc == TWR_OK ? admin_check_role_unused(&use, err) : rc;
}
