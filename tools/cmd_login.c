/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accounts.h"

#define UID_MIN_DEFAULT 1000
#define PASSWD_BUFFER_MAX \
	(1u << 20) /* what one name service entry may take \
		    */

/* UID_MIN of login.defs(5); what cannot be read leaves the usual one. */
static uint32_t
uid_min(const char *path)
{
	uint32_t ret = UID_MIN_DEFAULT;
	unsigned long n;
	char line[512], *word, *rest;
	FILE *fp;

	if ((fp = fopen(path, "re")) == NULL)
		return ret;
	while (fgets(line, sizeof(line), fp) != NULL) {
		rest = line;
		word = strtok_r(line, " \t\n", &rest);
		if (word == NULL || strcmp(word, "UID_MIN") != 0)
			continue;
		word = strtok_r(NULL, " \t\n", &rest);
		if (word != NULL &&
		    opt_number(word, "UID_MIN", UINT32_MAX - 1, &n, NULL) ==
			TWR_OK)
			ret = (uint32_t)n;
	}
	fclose(fp);
	return ret;
}

/* The uid that the name service gives; TWR_UID_UNKNOWN. */
static uint32_t
ask_name_service(const char *name)
{
	uint32_t ret = TWR_UID_UNKNOWN;
	struct passwd pw, *found = NULL;
	char *buf = NULL, *grown;
	size_t size;
	int rc = ERANGE;

	for (size = 4096; rc == ERANGE && size <= PASSWD_BUFFER_MAX;
	     size *= 2) {
		if ((grown = realloc(buf, size)) == NULL)
			break;
		buf = grown;
		rc = getpwnam_r(name, &pw, buf, size, &found);
	}
	if (rc == 0 && found != NULL)
		ret = pw.pw_uid;
	free(buf);
	return ret;
}

uint32_t
cmd_account_uid(const struct cli *cli, const char *login)
{
	const struct compile_paths *paths = &cli->session->paths;
	uint32_t uid;

	if (twr_local_uid(paths->passwd, paths->owner, login, &uid, NULL) ==
	    TWR_OK)
		return uid;
	return ask_name_service(login);
}

void
cmd_login_rules(const struct cli *cli, struct admin_login *ret)
{
	const struct opts *opts = cli->opts;

	memset(ret, 0, sizeof(*ret));
	ret->uid = TWR_UID_UNKNOWN;
	ret->uid_min = uid_min(cli->session->paths.login_defs);
	if (opts->value[OPT_ALLOW_ROOT] != NULL)
		ret->flags |= ADMIN_ALLOW_ROOT;
	if (opts->value[OPT_ALLOW_SYSTEM] != NULL)
		ret->flags |= ADMIN_ALLOW_SYSTEM;
}

enum twr_status
cmd_login_facts(struct cli *cli, const char *name, struct admin_login *ret,
    struct twr_error *err)
{
	const struct opts *opts = cli->opts;
	unsigned long uid = TWR_UID_UNKNOWN;
	enum twr_status rc;

	cmd_login_rules(cli, ret);
	ret->name = name;
	ret->uid = cmd_account_uid(cli, name);
	if (opts->value[OPT_UID] == NULL)
		return TWR_OK;
	rc = opt_number(opts->value[OPT_UID], "--uid", UINT32_MAX - 1, &uid,
	    err);
	if (rc == TWR_OK && ret->uid != TWR_UID_UNKNOWN && ret->uid != uid)
		return twr_fail(err, TWR_EREFUSED,
		    "--uid %lu: login %s has uid %lu on this host; leave out "
		    "--uid, which is for accounts that are not here",
		    uid, name, (unsigned long)ret->uid);
	ret->uid = (uint32_t)uid;
	return rc;
}

static const struct out_column map_columns[] = {
	{ "login", "LOGIN", OUT_WHOLE },
	{ "email", "USER", OUT_WHOLE },
	{ "sid", "SID", OUT_SID },
};

static void
report(struct cli *cli, const char *login, const struct user *user)
{
	out_table(cli->out, map_columns,
	    sizeof(map_columns) / sizeof(*map_columns));
	out_text(cli->out, login);
	out_text(cli->out, user->email);
	out_text(cli->out, user->sid);
}

static const struct opt_help map_options[] = {
	{ OPT_UID, "the login's uid, when it has no account here" },
	{ OPT_ALLOW_ROOT, "let the login have uid 0" },
	{ OPT_ALLOW_SYSTEM, "let the login be a system account" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_login_map_help = { map_options,
	"A login belongs to one user; a user may have several. Names are "
	"compared byte for byte.",
	"twrbac login map bob@example.com bob-adm" };

enum twr_status
cmd_login_map(struct cli *cli, struct twr_error *err)
{
	struct admin_login login;
	struct user user;
	bool changed = false;
	enum twr_status rc;

	if ((rc = cmd_login_facts(cli, cli->args[1], &login, err)) != TWR_OK)
		return rc;
	rc = change_login_map(&cli->session->change, &login, cli->args[0],
	    &user, &changed, err);
	if (rc != TWR_OK)
		return rc;
	if (!changed)
		out_note(cli->out, "%s was mapped to %s already", login.name,
		    user.email);
	report(cli, login.name, &user);
	return TWR_OK;
}

const struct command_help cmd_login_unmap_help = { NULL,
	"The login's record stays, so that unmapping never turns a refusal "
	"into an exemption.",
	"twrbac login unmap bob-adm" };

enum twr_status
cmd_login_unmap(struct cli *cli, struct twr_error *err)
{
	struct user user;
	enum twr_status rc;

	rc = change_login_unmap(&cli->session->change, cli->args[0], &user,
	    err);
	if (rc != TWR_OK)
		return rc;
	report(cli, cli->args[0], &user);
	return TWR_OK;
}

/* ---- login list ---- */

static const struct out_column list_columns[] = {
	{ "login", "LOGIN", OUT_WHOLE },
	{ "uid", "UID", OUT_TEXT },
	{ "email", "USER", OUT_WHOLE },
	{ "mapped_at", "MAPPED", OUT_TIME },
	{ "unmapped_at", "UNMAPPED", OUT_TIME },
};

static enum twr_status
list_one(void *ctx, const struct login *login, struct twr_error *err)
{
	struct cli *cli = ctx;
	struct user user = { .email = "" };
	enum twr_status rc;
	char uid[16] = "";

	if (login->user_id == 0 && cli->opts->value[OPT_ALL] == NULL)
		return TWR_OK;
	if (login->user_id != 0) {
		rc = directory_user_get(cli->session->dir, login->user_id,
		    &user, err);
		if (rc != TWR_OK)
			return rc;
	}
	if (login->uid != TWR_UID_UNKNOWN)
		snprintf(uid, sizeof(uid), "%u", login->uid);
	out_text(cli->out, login->name);
	out_text(cli->out, *uid ? uid : NULL);
	out_text(cli->out, *user.email ? user.email : NULL);
	out_number(cli->out, login->mapped_at);
	out_number(cli->out, login->unmapped_at);
	return TWR_OK;
}

static const struct opt_help list_options[] = {
	{ OPT_ALL, "those that were unmapped, too" }, { OPT_NONE, NULL }
};
const struct command_help cmd_login_list_help = { list_options, NULL,
	"twrbac login list bob@example.com" };

enum twr_status
cmd_login_list(struct cli *cli, struct twr_error *err)
{
	struct user user = { .id = 0 };
	enum twr_status rc;

	if (cli->n_args > 0) {
		rc = directory_user_find(cli->session->dir, cli->args[0], &user,
		    err);
		if (rc != TWR_OK)
			return rc;
	}
	out_table(cli->out, list_columns,
	    sizeof(list_columns) / sizeof(*list_columns));
	return directory_each_login(cli->session->dir, user.id, list_one, cli,
	    err);
}
