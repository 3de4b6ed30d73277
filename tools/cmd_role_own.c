/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"

#define HOLDERS_SHOWN 5
#define ADDED_SHOWN 3

static void
take_options(const struct cli *cli, struct change_role *in)
{
	const struct opts *opts = cli->opts;

	*in = (struct change_role) { .key = cli->args[0],
		.name = opts->value[OPT_NAME],
		.description = opts->value[OPT_DESCRIPTION],
		.group = opts->value[OPT_GROUP],
		.at = opts->value[OPT_ASSIGNABLE_AT],
		.permissions = opts->value[OPT_PERMISSIONS],
		.includes = opts->value[OPT_INCLUDES] };
}

static const struct opt_help define_options[] = {
	{ OPT_NAME, "its display name (the slug)" },
	{ OPT_DESCRIPTION, "what it is for" },
	{ OPT_GROUP, "the product group it is listed with" },
	{ OPT_ASSIGNABLE_AT, "such as account,subaccount (all three)" },
	{ OPT_PERMISSIONS, "such as /acme/deploy/run, or none" },
	{ OPT_INCLUDES, "such as hosts:login, or none" }, { OPT_NONE, NULL }
};
const struct command_help cmd_role_define_help = { define_options,
	"Members of lists are separated by commas. Who holds the role "
	"satisfies a demand for it, for each role that it includes, and for "
	"the permissions of all of them.",
	"twrbac role define custom:deployer --includes hosts:login" };

enum twr_status
cmd_role_define(struct cli *cli, struct twr_error *err)
{
	struct change_role in;
	struct role role;
	enum twr_status rc;

	take_options(cli, &in);
	rc = change_role_define(&cli->session->change, &in, &role, err);
	return rc == TWR_OK ? cmd_role_report(cli, &role, err) : rc;
}

static const struct opt_help change_options[] = { { OPT_NAME,
						      "another display name" },
	{ OPT_DESCRIPTION, "another description" },
	{ OPT_GROUP, "another product group" },
	{ OPT_ASSIGNABLE_AT, "other kinds of scope" },
	{ OPT_PERMISSIONS, "these permissions instead, or none" },
	{ OPT_INCLUDES, "these roles instead, or none" }, { OPT_NONE, NULL } };
const struct command_help cmd_role_change_help = { change_options,
	"Each option replaces what was there; the others stay. Shipped roles "
	"cannot be changed. The effect on this host comes last.",
	"twrbac role change custom:deployer --permissions none" };

enum twr_status
cmd_role_change(struct cli *cli, struct twr_error *err)
{
	struct change_role in;
	struct role role;
	bool changed = false;
	enum twr_status rc;

	take_options(cli, &in);
	if (in.name == NULL && in.description == NULL && in.group == NULL &&
	    in.at == NULL && in.permissions == NULL && in.includes == NULL)
		return twr_fail(err, TWR_EINVAL,
		    "role change: what? name it with --name, --description, "
		    "--group, --assignable-at, --permissions or --includes");
	rc = change_role_change(&cli->session->change, &in, &role, &changed,
	    err);
	if (rc != TWR_OK)
		return rc;
	if (!changed)
		out_note(cli->out, "%s was so already", role.key);
	return cmd_role_report(cli, &role, err);
}

static const struct out_column role_columns[] = {
	{ "role", "role", OUT_WHOLE },
	{ "sid", "SID", OUT_SID },
};

const struct command_help cmd_role_delete_help = { NULL,
	"Refused while anybody holds it, another role includes it, or the "
	"accepted twrbac.conf names it. Its history stays.",
	"twrbac role delete custom:deployer" };

enum twr_status
cmd_role_delete(struct cli *cli, struct twr_error *err)
{
	struct role role;
	enum twr_status rc;

	rc = change_role_delete(&cli->session->change, cli->args[0], &role,
	    err);
	if (rc != TWR_OK)
		return rc;
	out_record(cli->out, role_columns,
	    sizeof(role_columns) / sizeof(*role_columns));
	out_text(cli->out, role.key);
	out_text(cli->out, role.sid);
	return TWR_OK;
}

/* ---- role import ---- */

static const struct out_column import_columns[] = {
	{ "what", NULL, OUT_TEXT },
	{ "role", NULL, OUT_WHOLE },
	{ "text", NULL, OUT_TEXT },
	{ "sid", NULL, OUT_SID },
};

static const char *
import_word(enum change_import_what what)
{
	switch (what) {
	case IMPORT_ADDED:
		return "added";
	case IMPORT_CHANGED:
		return "changed";
	case IMPORT_GONE:
		return "gone";
	case IMPORT_KEPT:
		return "kept";
	}
	return "?";
}

struct import {
	struct cmd_gone plan;
	char added[3 * (TWR_NAME_MAX + 3)]; /* keys of the first new roles */
	size_t n_added;
	struct out_list holders; /* of the role at hand, the first ones */
	size_t n_holders;
	char last[TWR_NAME_MAX + 1]; /* they come in order */
	enum twr_status failed;
	struct twr_error why;
};

static enum twr_status
take_holder(void *ctx, const struct assignment_row *row, struct twr_error *err)
{
	struct import *im = ctx;

	(void)err;
	if (strcmp(im->last, row->user.email) == 0)
		return TWR_OK;
	(void)strcpy(im->last, row->user.email);
	if (im->n_holders++ < HOLDERS_SHOWN)
		out_list_add(&im->holders, "%s", row->user.email);
	return TWR_OK;
}

/* Whom a role's new contents concern, also through one that includes it. */
static void
say_holders(struct import *im, const struct role *role)
{
	const struct session *s = im->plan.cli->session;
	struct assignment_filter filter = {
		.now = s->now, .role_id = role->id, .effective = true
	};
	char *p, *end;

	im->holders = (struct out_list) { 0 };
	im->n_holders = 0;
	im->last[0] = '\0';
	im->failed = directory_each_assignment(s->dir, &filter, take_holder, im,
	    &im->why);
	for (p = im->holders.items; p != NULL && *p != '\0'; p = end + 1) {
		if ((end = strchr(p, '\n')) == NULL)
			break;
		*end = '\0';
		cmd_gone_line(&im->plan, "         held by %s", p);
	}
	if (im->n_holders > HOLDERS_SHOWN)
		cmd_gone_line(&im->plan, "         and %zu more",
		    im->n_holders - HOLDERS_SHOWN);
	free(im->holders.items);
}

/* Nobody holds a new role: a few names and a number will do. */
static void
take_added(struct import *im, const struct role *role)
{
	size_t len = strlen(im->added);

	if (im->n_added++ < ADDED_SHOWN)
		(void)snprintf(im->added + len, sizeof(im->added) - len, "%s%s",
		    len > 0 ? ", " : "", role->key);
}

static void
say_added(struct import *im)
{
	if (im->n_added > ADDED_SHOWN)
		cmd_gone_line(&im->plan, "added    %s and %zu more", im->added,
		    im->n_added - ADDED_SHOWN);
	else if (im->n_added > 0)
		cmd_gone_line(&im->plan, "added    %s", im->added);
}

static void
take_item(void *ctx, const struct change_role_step *item)
{
	struct import *im = ctx;
	struct out *out = im->plan.cli->out;

	out_text(out, import_word(item->what));
	out_text(out, item->role->key);
	out_text(out, *item->text ? item->text : NULL);
	out_text(out, item->role->sid);
	if (item->what == IMPORT_ADDED) {
		take_added(im, item->role);
		return;
	}
	cmd_gone_line(&im->plan, "%-8s %s%s%s", import_word(item->what),
	    item->role->key, *item->text ? ": " : "", item->text);
	if (item->contents && im->failed == TWR_OK)
		say_holders(im, item->role);
}

/* With the new policy built and before it is in force: show, and ask. */
static enum twr_status
review_import(void *ctx, struct twr_error *err)
{
	struct import *im = ctx;
	const struct session *s = im->plan.cli->session;
	const char *text = s->compiled == NULL ?
	    NULL :
	    compiled_effect(s->compiled)->text;

	if (!s->dry_run && im->plan.cli->opts->value[OPT_YES] == NULL)
		out_list_add(&im->plan.lines, "on this host: %s",
		    s->compiled == NULL ? "no policy is compiled" :
			text == NULL || *text == '\0' ? "no login's access "
							"changes" :
							text);
	return cmd_gone_confirm(&im->plan, "upgrade the shipped roles", err);
}

static void
end_import(void *ctx)
{
	struct import *im = ctx;

	free(im->plan.lines.items);
	free(im);
}

static const struct opt_help import_options[] = { { OPT_YES, "do not ask" },
	{ OPT_DRY_RUN, "only show the plan; nothing is stored" },
	{ OPT_NONE, NULL } };
const struct command_help cmd_role_import_help = { import_options,
	"FILE is a catalogue such as the roles.conf of a newer twrbac. Shows "
	"which shipped roles are added, changed and gone, who holds those "
	"whose contents change, and who gains or loses access on this host; "
	"then asks. One that is gone but in use is kept. Roles of your own "
	"stay.",
	"twrbac role import " TWR_DATADIR "/roles.conf" };

static enum twr_status
import(struct import *im, struct twr_error *err)
{
	struct cli *cli = im->plan.cli;
	struct catalogue *cat = NULL;
	enum twr_status rc;

	if ((rc = catalogue_load(cli->args[0], &cat, err)) != TWR_OK)
		return rc;
	out_table(cli->out, import_columns,
	    sizeof(import_columns) / sizeof(*import_columns));
	rc = change_role_import(&cli->session->change, cat, take_item, im, err);
	catalogue_free(cat);
	if (rc == TWR_OK && im->failed != TWR_OK)
		rc = twr_fail(err, im->failed, "%s", im->why.text);
	say_added(im);
	if (rc == TWR_OK && im->plan.n == 0)
		out_line(cli->out, "the roles are those of %s already",
		    cli->args[0]);
	else if (rc == TWR_OK)
		cli->session->review = review_import;
	return rc;
}

enum twr_status
cmd_role_import(struct cli *cli, struct twr_error *err)
{
	struct import *im = calloc(1, sizeof(*im));

	if (im == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	im->plan.cli = cli;
	cli->session->dry_run = cli->opts->value[OPT_DRY_RUN] != NULL;
	cli->session->review_ctx = im;
	cli->session->review_end = end_import;
	return import(im, err);
}
