/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "suggest.h"

enum twr_status
cmd_role_type(const char *text, enum role_type *ret, struct twr_error *err)
{
	struct suggestion sg;
	const char *word;
	int type;

	suggest_init(&sg, text);
	for (type = ROLE_ORGANIZATION; type <= ROLE_CUSTOM; type++) {
		word = role_type_word((enum role_type)type);
		suggest_offer(&sg, word);
		if (strcmp(text, word) != 0)
			continue;
		*ret = (enum role_type)type;
		return TWR_OK;
	}
	word = suggest_best(&sg);
	return twr_fail(err, TWR_EINVAL,
	    "--type \"%s\": no such type%s%s%s; there are organization, "
	    "general, built-in, resource and custom",
	    text, word != NULL ? ", did you mean \"" : "",
	    word != NULL ? word : "", word != NULL ? "\"?" : "");
}

static const enum twr_scope_kind kinds[] = { TWR_SCOPE_ORGANIZATION,
	TWR_SCOPE_ACCOUNT, TWR_SCOPE_SUBACCOUNT };

static void
assignable_cell(struct cli *cli, uint32_t set)
{
	struct out_list list = { 0 };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (set & ASSIGNABLE(kinds[i]))
			out_list_add(&list, "%s",
			    twr_scope_kind_word(kinds[i]));
	out_list_cell(cli->out, &list);
}

/* Where a role can be assigned, in few words. */
static void
places_cell(struct cli *cli, uint32_t set)
{
	char text[64] = "";
	size_t i, n = 0, len = 0;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (!(set & ASSIGNABLE(kinds[i])))
			continue;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
		    n > 0 ? ", " : "", twr_scope_kind_word(kinds[i]));
		n++;
	}
	out_text(cli->out, n == 3 ? "any scope" : text);
}

/* ---- role list ---- */

static const struct out_column list_columns[] = {
	{ NULL, "GROUP", OUT_TEXT },
	{ "role", "ROLE", OUT_WHOLE },
	{ "name", "NAME", OUT_TEXT },
	{ "type", NULL, OUT_TEXT },
	{ "group", NULL, OUT_TEXT },
	{ "assignable_at", NULL, OUT_LIST },
	{ NULL, "CAN BE GIVEN AT", OUT_TEXT },
	{ "shipped", NULL, OUT_BOOL },
	{ "sid", NULL, OUT_SID },
	{ "description", "", OUT_BELOW },
};

/* Which roles are listed. */
struct role_filter {
	struct cli *cli;
	const char *group;
	enum role_type type; /* 0: any */
	uint32_t at; /* 0: anywhere */
};

static bool
is_in_group(const struct role *role, const char *group)
{
	size_t len = strlen(group);

	return strcasecmp(role->group, group) == 0 ||
	    (strncasecmp(role->key, group, len) == 0 && role->key[len] == ':');
}

static enum twr_status
list_one(void *ctx, const struct role *role, struct twr_error *err)
{
	struct role_filter *rf = ctx;
	struct cli *cli = rf->cli;
	char heading[TWR_NAME_MAX + 32];

	(void)err;
	if ((rf->type != 0 && role->type != rf->type) ||
	    (rf->group != NULL && !is_in_group(role, rf->group)) ||
	    (rf->at != 0 && (role->assignable_at & rf->at) == 0))
		return TWR_OK;
	(void)snprintf(heading, sizeof(heading), "%s (%s)", role->group,
	    role_type_word(role->type));
	out_text(cli->out, heading);
	out_text(cli->out, role->key);
	out_text(cli->out, role->name);
	out_text(cli->out, role_type_word(role->type));
	out_text(cli->out, role->group);
	assignable_cell(cli, role->assignable_at);
	places_cell(cli, role->assignable_at);
	out_number(cli->out, role->shipped);
	out_text(cli->out, role->sid);
	out_text(cli->out, role->description);
	return TWR_OK;
}

static const struct opt_help list_options[] = {
	{ OPT_GROUP, "of this product group only" },
	{ OPT_TYPE, "of this type only, such as built-in" },
	{ OPT_SCOPE, "what can be given at this scope only" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_role_list_help = { list_options,
	"By product group. role show has a role's permissions.",
	"twrbac role list --group hosts" };

enum twr_status
cmd_role_list(struct cli *cli, struct twr_error *err)
{
	struct role_filter rf = { .cli = cli,
		.group = cli->opts->value[OPT_GROUP] };
	const char *type = cli->opts->value[OPT_TYPE];
	const char *place = cli->opts->value[OPT_SCOPE];
	struct scope scope;
	enum twr_status rc = TWR_OK;

	if (type != NULL)
		rc = cmd_role_type(type, &rf.type, err);
	if (rc == TWR_OK && place != NULL) {
		rc = directory_scope_find(cli->session->dir, place, &scope,
		    NULL, err);
		rf.at = rc == TWR_OK ? ASSIGNABLE(scope.kind) : 0;
	}
	if (rc != TWR_OK)
		return rc;
	out_table(cli->out, list_columns,
	    sizeof(list_columns) / sizeof(*list_columns));
	out_group(cli->out, 0);
	rc = directory_each_role(cli->session->dir, list_one, &rf, err);
	if (rc == TWR_OK && out_rows(cli->out) == 0) {
		cli->refused = true;
		out_note(cli->out,
		    "no role fits; \"twrbac role list\" shows "
		    "all");
	}
	return rc;
}

/* ---- what can be given at a scope ---- */

struct offer {
	struct cli *cli;
	const struct scope *scope;
	char group[TWR_NAME_MAX + 1];
	char line[128]; /* keys, as many as fit */
};

static void
end_line(struct offer *of)
{
	if (of->line[0] != '\0')
		out_note(of->cli->out, "%s: %s", of->group, of->line);
	of->line[0] = '\0';
}

/* All of a key, or nothing of it. */
static void
append_key(struct offer *of, const char *key)
{
	size_t len = strlen(of->line), room = sizeof(of->line) - len;
	int n = snprintf(of->line + len, room, "%s%s", len > 0 ? ", " : "",
	    key);

	if (n < 0 || (size_t)n >= room)
		of->line[len] = '\0';
}

static enum twr_status
offer_one(void *ctx, const struct role *role, struct twr_error *err)
{
	struct offer *of = ctx;

	(void)err;
	/* protected ones are given by other commands */
	if ((role->assignable_at & ASSIGNABLE(of->scope->kind)) == 0 ||
	    role->type == ROLE_ORGANIZATION ||
	    strcmp(role->key, ROLE_KEY_ACCOUNT_OWNER) == 0)
		return TWR_OK;
	if (strcmp(of->group, role->group) != 0 ||
	    strlen(of->line) + strlen(role->key) > 80)
		end_line(of);
	(void)snprintf(of->group, sizeof(of->group), "%s", role->group);
	append_key(of, role->key);
	return TWR_OK;
}

enum twr_status
cmd_role_offer(struct cli *cli, const struct scope *scope,
    struct twr_error *err)
{
	struct offer of = { .cli = cli, .scope = scope };
	enum twr_status rc;

	out_note(cli->out, "roles that can be given at %s (%s):", scope->path,
	    twr_scope_kind_word(scope->kind));
	rc = directory_each_role(cli->session->dir, offer_one, &of, err);
	end_line(&of);
	out_keep_notes(cli->out);
	return rc;
}

/* ---- role show ---- */

static const struct out_column show_columns[] = {
	{ "role", "role", OUT_WHOLE },
	{ "name", "name", OUT_TEXT },
	{ "type", "type", OUT_TEXT },
	{ "group", "group", OUT_TEXT },
	{ "assignable_at", "assignable at", OUT_LIST },
	{ "sid", "SID", OUT_SID },
	{ "sid_published", "SID published", OUT_BOOL },
	{ "shipped", "shipped", OUT_BOOL },
	{ "description", "description", OUT_BELOW },
	{ "includes", "includes", OUT_LIST },
	{ "includes_all", NULL, OUT_LIST },
	{ "included_by", "included by", OUT_LIST },
	{ "permissions_origin", "permissions", OUT_TEXT },
	{ "permissions", "", OUT_LIST },
};

static const struct out_column holder_columns[] = {
	{ "email", "HELD BY", OUT_WHOLE },
	{ "scope", "AT", OUT_WHOLE },
	{ "via", "VIA", OUT_WHOLE },
	{ "state", "STATE", OUT_WHOLE },
	{ "not_after", "UNTIL", OUT_TIME },
	{ "not_before", "FROM", OUT_TIME },
	{ "sid", NULL, OUT_SID },
};

struct keys {
	struct cli *cli;
	struct out_list *list;
};

static enum twr_status
add_key(void *ctx, int64_t id, struct twr_error *err)
{
	struct keys *ks = ctx;
	struct role role;
	enum twr_status rc;

	rc = directory_role_get(ks->cli->session->dir, id, &role, err);
	if (rc == TWR_OK)
		out_list_add(ks->list, "%s", role.key);
	return rc;
}

enum twr_status
cmd_role_includes(struct cli *cli, int64_t role_id, struct out_list *list,
    struct twr_error *err)
{
	struct keys ks = { cli, list };

	return directory_each_included_deep(cli->session->dir, role_id, add_key,
	    &ks, err);
}

static enum twr_status
add_permission(void *ctx, const char *text, struct twr_error *err)
{
	(void)err;
	out_list_add(ctx, "%s", text);
	return TWR_OK;
}

static enum twr_status
show_inclusion(struct cli *cli, const struct role *role, struct twr_error *err)
{
	struct directory *dir = cli->session->dir;
	struct out_list own = { 0 }, all = { 0 }, by = { 0 };
	struct keys ks = { cli, &own };
	enum twr_status rc;

	rc = directory_each_included(dir, role->id, add_key, &ks, err);
	if (rc == TWR_OK)
		rc = cmd_role_includes(cli, role->id, &all, err);
	ks.list = &by;
	if (rc == TWR_OK)
		rc = directory_each_including(dir, role->id, add_key, &ks, err);
	out_list_cell(cli->out, &own);
	out_list_cell(cli->out, &all);
	out_list_cell(cli->out, &by);
	return rc;
}

enum twr_status
cmd_role_report(struct cli *cli, const struct role *role, struct twr_error *err)
{
	struct out_list permissions = { 0 };
	const char *origin = role->modelled ?
	    "modelled from the published description" :
	    "exact";
	enum twr_status rc;

	out_record(cli->out, show_columns,
	    sizeof(show_columns) / sizeof(*show_columns));
	out_text(cli->out, role->key);
	out_text(cli->out, role->name);
	out_text(cli->out, role_type_word(role->type));
	out_text(cli->out, role->group);
	assignable_cell(cli, role->assignable_at);
	out_text(cli->out, role->sid);
	out_number(cli->out, role->published_sid);
	out_number(cli->out, role->shipped);
	out_text(cli->out, role->description);
	rc = show_inclusion(cli, role, err);
	if (rc == TWR_OK)
		rc = directory_each_permission(cli->session->dir, role->id,
		    add_permission, &permissions, err);
	out_text(cli->out,
	    permissions.items == NULL ? "none of its own" : origin);
	out_list_cell(cli->out, &permissions);
	return rc;
}

struct holders {
	struct cli *cli;
	const struct role *role;
};

static enum twr_status
list_holder(void *ctx, const struct assignment_row *row, struct twr_error *err)
{
	struct holders *ho = ctx;
	struct cli *cli = ho->cli;
	bool direct = row->role.id == ho->role->id;

	(void)err;
	out_text(cli->out, row->user.email);
	out_text(cli->out, row->scope.path);
	out_text(cli->out, direct ? NULL : row->role.key);
	out_text(cli->out,
	    cmd_assignment_state(&row->assignment, cli->session->now));
	out_number(cli->out, row->assignment.not_after);
	out_number(cli->out, row->assignment.not_before);
	out_text(cli->out, row->assignment.sid);
	return TWR_OK;
}

const struct command_help cmd_role_show_help = { NULL,
	"What the role itself contains, which roles it includes, and who holds "
	"it, also by way of a role that includes it.",
	"twrbac role show hosts:operator" };

enum twr_status
cmd_role_show(struct cli *cli, struct twr_error *err)
{
	struct directory *dir = cli->session->dir;
	struct assignment_filter filter = { .now = cli->session->now,
		.effective = true };
	struct role role;
	struct holders ho = { cli, &role };
	enum twr_status rc;

	rc = directory_role_find(dir, cli->args[0], &role, err);
	if (rc == TWR_OK)
		rc = cmd_role_report(cli, &role, err);
	if (rc != TWR_OK)
		return rc;
	out_section(cli->out, "holders", "holders", holder_columns,
	    sizeof(holder_columns) / sizeof(*holder_columns));
	filter.role_id = role.id;
	return directory_each_assignment(dir, &filter, list_holder, &ho, err);
}
