/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "config.h"
#include "gate.h"
#include "pamd.h"
#include "sudoers_check.h"

/* All that status looks at, gathered before anything is said. */
struct state {
	struct scope organization;
	struct accepted accepted;
	struct journal_head head;
	uint64_t serial; /* the directory's */
	int64_t administrators;
	bool edited;
	bool copy; /* this host follows whose directory this is a copy of */
	enum confirm_state confirm;
	uint64_t confirm_left_s;
	enum twr_status policy_status;
	struct twr_error policy_error;
	struct twr_view view; /* .meta, when policy_status is TWR_OK */
	struct twr_reader reader;
	enum sudoers_standing sudoers;
};

/*
 * What a host that follows took up is in its policy; what the copy says of a
 * configuration, or of what waits to be confirmed, is the authority's.
 */
static enum twr_status
gather_own(struct session *s, struct state *st, struct twr_error *err)
{
	const struct twr_meta *meta = &st->view.meta;
	struct accepted own = { 0 };

	st->confirm = CONFIRM_NONE;
	accepted_free(&st->accepted);
	st->accepted = own;
	if (st->policy_status != TWR_OK)
		return TWR_OK;
	if ((own.text = strdup("")) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	(void)snprintf(own.path, sizeof(own.path), "%s", meta->conf_path);
	own.size = meta->conf_size;
	own.mtime_s = meta->conf_mtime_s;
	own.mtime_ns = meta->conf_mtime_ns;
	own.accepted_at = meta->compiled_at;
	st->accepted = own;
	st->edited = session_conf_edited(s, &st->accepted);
	return TWR_OK;
}

static enum twr_status
gather(struct cli *cli, struct state *st, struct twr_error *err)
{
	struct session *s = cli->session;
	const struct sudoers_scene scene = { .policy = s->paths.policy,
		.owner = s->paths.owner,
		.passwd = s->paths.passwd };
	enum twr_status rc;

	st->reader.fd = -1;
	if ((rc = directory_scope_get(s->dir, 1, &st->organization, err)) !=
		TWR_OK ||
	    (rc = directory_accepted(s->dir, &st->accepted, err)) != TWR_OK ||
	    (rc = directory_journal_head(s->dir, &st->head, err)) != TWR_OK ||
	    (rc = directory_serial(s->dir, &st->serial, err)) != TWR_OK ||
	    (rc = directory_count_administrators(s->dir, &st->administrators,
		 err)) != TWR_OK ||
	    (rc = session_confirm_state(s, &st->confirm, &st->confirm_left_s,
		 err)) != TWR_OK ||
	    (rc = sudoers_stand(&scene, &st->sudoers, NULL, err)) != TWR_OK)
		return rc;
	st->copy = directory_is_copy(s->dir);
	st->policy_status = twr_policy_open(s->paths.policy, s->paths.owner,
	    &st->reader, &st->view, &st->policy_error);
	if (st->copy)
		return gather_own(s, st, err);
	st->edited = session_conf_edited(s, &st->accepted);
	return TWR_OK;
}

/* How policy and directory stand to each other. */
enum standing {
	NONE_YET,
	UNUSABLE,
	FOREIGN,
	OLD,
	PENDING,
	UNCONFIRMED,
	REPLACED,
	IN_FORCE
};

static const struct {
	const char *word; /* stable, for programs */
	const char *sentence; /* NULL: the error */
} standings[] = {
	[NONE_YET] = { "none", "none yet: run twrbac compile" },
	[UNUSABLE] = { "unusable", NULL },
	[FOREIGN] = { "foreign", "another organization's: run twrbac compile" },
	[OLD] = { "old", "not the directory's newest: run twrbac compile" },
	[PENDING] = { "pending", "changes are pending: run twrbac compile" },
	[UNCONFIRMED] = { "unconfirmed",
	    "in force, but to be confirmed: run twrbac confirm or revert" },
	[REPLACED] = { "replaced",
	    "not confirmed in time, the one before decides: run twrbac "
	    "revert" },
	[IN_FORCE] = { "in-force", "in force" },
};

static enum standing
standing_of(const struct state *st)
{
	const struct twr_meta *meta = &st->view.meta;

	if (st->policy_status == TWR_ENOENT && (st->serial == 0 || st->copy))
		return NONE_YET;
	if (st->policy_status != TWR_OK)
		return UNUSABLE;
	if (strcmp(meta->organization_sid, st->organization.sid) != 0)
		return FOREIGN;
	if (!st->copy && meta->serial != st->serial)
		return OLD;
	if (st->confirm == CONFIRM_PASSED)
		return REPLACED;
	if (st->confirm == CONFIRM_WAITS)
		return UNCONFIRMED;
	return meta->journal_seq == st->head.seq ? IN_FORCE : PENDING;
}

static const char *
configuration_word(const struct state *st)
{
	if (st->accepted.text == NULL)
		return "not accepted yet: run twrbac compile";
	return st->edited ? "edited since it was accepted: run twrbac compile" :
			    "accepted";
}

static void
list_permissive(struct cli *cli, const struct state *st, struct out_list *list)
{
	bool utc = cli->out->utc || cli->out->format != OUT_PEOPLE;
	const struct twr_meta *meta = &st->view.meta;
	char when[CLOCK_TEXT_LEN];
	size_t i;

	if (st->policy_status != TWR_OK)
		return;
	if (cli->session->now < meta->permissive_until) {
		clock_format(meta->permissive_until, utc, when);
		out_list_add(list, "all services until %s", when);
	}
	for (i = 0; i < meta->n_services; i++) {
		if (cli->session->now >= meta->services[i].permissive_until)
			continue;
		clock_format(meta->services[i].permissive_until, utc, when);
		out_list_add(list, "%s until %s", meta->services[i].name, when);
	}
}

static bool
has_rule(const struct twr_meta *meta, const char *service)
{
	size_t i;

	for (i = 0; i < meta->n_services; i++)
		if (meta->services[i].has_rule &&
		    strcmp(meta->services[i].name, service) == 0)
			return true;
	return false;
}

/* Services whose pam.d file reaches the module, and which nothing judges. */
struct without {
	const struct twr_meta *meta;
	struct out_list list;
};

static void
list_without(void *ctx, const char *service)
{
	struct without *w = ctx;

	if (!has_rule(w->meta, service))
		out_list_add(&w->list, "%s", service);
}

static enum twr_status
services_cell(struct cli *cli, const struct state *st, struct twr_error *err)
{
	struct without w = { &st->view.meta, { 0 } };
	enum twr_status rc = TWR_OK;

	/* The rule for "other" takes all that have none of their own. */
	if (st->policy_status == TWR_OK && !has_rule(w.meta, "other"))
		rc = pamd_each_service(cli->session->paths.pamd,
		    "pam_twrbac.so", list_without, &w, err);
	out_list_cell(cli->out, &w.list);
	return rc;
}

static const struct out_column columns[] = {
	{ "organization", "organization", OUT_TEXT },
	{ "organization_sid", "SID", OUT_SID },
	{ "policy", NULL, OUT_TEXT },
	{ "policy_text", "policy", OUT_TEXT },
	{ "serial", "serial", OUT_NUMBER },
	{ "directory_serial", NULL, OUT_NUMBER },
	{ "confirm_until", "to be confirmed by", OUT_TIME },
	{ "follows", "follows", OUT_TEXT },
	{ "compiled_at", "compiled", OUT_TIME },
	{ "configuration_edited", NULL, OUT_BOOL },
	{ "configuration_text", "configuration", OUT_TEXT },
	{ "configuration_path", "", OUT_TEXT },
	{ "accepted_at", "accepted", OUT_TIME },
	{ "administrators", "administrators with a login", OUT_NUMBER },
	{ "catalogue_changes", NULL, OUT_NUMBER },
	{ "catalogue_text", "roles", OUT_TEXT },
	{ "sudoers", NULL, OUT_TEXT },
	{ "sudoers_text", "sudoers file", OUT_TEXT },
	{ "permissive", "permissive", OUT_LIST },
	{ "services_without_rule", "services without a rule", OUT_LIST },
};

static enum twr_status
report(struct cli *cli, const struct state *st, struct twr_error *err)
{
	enum standing at = standing_of(st);
	bool usable = st->policy_status == TWR_OK;
	bool accepted = st->accepted.text != NULL;
	struct out_list permissive = { 0 };
	char catalogue[TWR_ERROR_MAX];
	int64_t news;
	enum twr_status rc;

	if ((rc = cmd_catalogue_news(cli, &news, catalogue, err)) != TWR_OK)
		return rc;
	out_record(cli->out, columns, sizeof(columns) / sizeof(*columns));
	out_text(cli->out, st->organization.name);
	out_text(cli->out, st->organization.sid);
	out_text(cli->out, standings[at].word);
	out_text(cli->out,
	    standings[at].sentence ? standings[at].sentence :
				     st->policy_error.text);
	out_number(cli->out, usable ? (int64_t)st->view.meta.serial : 0);
	out_number(cli->out, (int64_t)st->serial);
	out_number(cli->out,
	    st->confirm == CONFIRM_WAITS ?
		cli->session->now + (int64_t)st->confirm_left_s :
		TWR_NEVER);
	out_text(cli->out, st->copy ? cli->session->directory_path : NULL);
	out_number(cli->out, usable ? st->view.meta.compiled_at : TWR_NEVER);
	out_number(cli->out, st->edited);
	out_text(cli->out, configuration_word(st));
	out_text(cli->out,
	    accepted ? st->accepted.path : cli->session->conf_path);
	out_number(cli->out, accepted ? st->accepted.accepted_at : TWR_NEVER);
	out_number(cli->out, st->administrators);
	out_number(cli->out, news);
	out_text(cli->out, *catalogue != '\0' ? catalogue : NULL);
	out_text(cli->out, sudoers_standing_word(st->sudoers));
	out_text(cli->out,
	    st->sudoers == SUDOERS_NONE ?
		NULL :
		sudoers_standing_sentence(st->sudoers));
	list_permissive(cli, st, &permissive);
	out_list_cell(cli->out, &permissive);
	return services_cell(cli, st, err);
}

const struct command_help cmd_status_help = { NULL,
	"Needs root, not an administrator. Exit status 0 whatever it finds.",
	"twrbac status" };

enum twr_status
cmd_status(struct cli *cli, struct twr_error *err)
{
	struct state st = { 0 };
	const char *warning;
	enum twr_status rc;

	if ((rc = gather(cli, &st, err)) != TWR_OK ||
	    (rc = report(cli, &st, err)) != TWR_OK)
		goto out;
	warning = admin_second_warning(st.administrators);
	if (warning != NULL)
		cli->session->change.note(cli->session, warning);
out:
	if (st.policy_status == TWR_OK) {
		twr_view_free(&st.view);
		twr_reader_close(&st.reader);
	}
	accepted_free(&st.accepted);
	return rc;
}
