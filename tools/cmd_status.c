/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "config.h"
#include "gate.h"
#include "pamd.h"
#include "standing.h"
#include "sudoers_check.h"

/* All that status looks at, gathered before anything is said. */
struct state {
	struct standing_facts facts;
	struct accepted accepted;
	int64_t administrators;
	bool edited;
	enum twr_status policy_status;
	struct twr_error policy_error;
	struct twr_view view; /* .meta, when policy_status is TWR_OK */
	struct twr_reader reader;
	enum sudoers_standing sudoers;
};

/*
 * What a host that follows took up is in its policy; what the copy says of a
 * configuration is the authority's.
 */
static enum twr_status
gather_own(struct session *s, struct state *st, struct twr_error *err)
{
	const struct twr_meta *meta = &st->view.meta;
	struct accepted own = { 0 };

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
	st->policy_status = twr_policy_open(s->paths.policy, s->paths.owner,
	    &st->reader, &st->view, &st->policy_error);
	if ((rc = standing_find(s, st->policy_status, &st->view.meta,
		 &st->facts, err)) != TWR_OK ||
	    (rc = directory_accepted(s->dir, &st->accepted, err)) != TWR_OK ||
	    (rc = directory_count_administrators(s->dir, &st->administrators,
		 err)) != TWR_OK ||
	    (rc = sudoers_stand(&scene, &st->sudoers, NULL, err)) != TWR_OK)
		return rc;
	if (st->facts.copy)
		return gather_own(s, st, err);
	st->edited = session_conf_edited(s, &st->accepted);
	return TWR_OK;
}

static const struct {
	const char *word; /* stable, for programs */
	const char *sentence; /* NULL: the error */
} standings[] = {
	[STANDING_NONE_YET] = { "none", "none yet: run twrbac compile" },
	[STANDING_UNUSABLE] = { "unusable", NULL },
	[STANDING_FOREIGN] = { "foreign",
	    "another organization's: run twrbac compile" },
	[STANDING_OLD] = { "old",
	    "not the directory's newest: run twrbac compile" },
	[STANDING_PENDING] = { "pending",
	    "changes are pending: run twrbac compile" },
	[STANDING_UNCONFIRMED] = { "unconfirmed",
	    "in force, but to be confirmed: run twrbac confirm or revert" },
	[STANDING_REPLACED] = { "replaced",
	    "not confirmed in time, the one before decides: run twrbac "
	    "revert" },
	[STANDING_IN_FORCE] = { "in-force", "in force" },
};

static const char *
configuration_word(const struct state *st)
{
	if (st->accepted.text == NULL)
		return "not accepted yet: run twrbac compile";
	return st->edited ? "edited since it was accepted: run twrbac compile" :
			    "accepted";
}

struct permissive {
	bool utc;
	struct out_list list;
};

static void
list_permissive(void *ctx, const char *service, int64_t until)
{
	struct permissive *pe = ctx;
	char when[CLOCK_TEXT_LEN];

	clock_format(until, pe->utc, when);
	out_list_add(&pe->list, "%s until %s",
	    service != NULL ? service : "all services", when);
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
	const struct standing_facts *sf = &st->facts;
	enum standing at = sf->at;
	bool usable = st->policy_status == TWR_OK;
	bool accepted = st->accepted.text != NULL;
	struct permissive pe = { .utc = cli->out->utc ||
		    cli->out->format != OUT_PEOPLE };
	char catalogue[TWR_ERROR_MAX];
	int64_t news;
	enum twr_status rc;

	if ((rc = cmd_catalogue_news(cli, &news, catalogue, err)) != TWR_OK)
		return rc;
	out_record(cli->out, columns, sizeof(columns) / sizeof(*columns));
	out_text(cli->out, sf->organization.name);
	out_text(cli->out, sf->organization.sid);
	out_text(cli->out, standings[at].word);
	out_text(cli->out,
	    standings[at].sentence ? standings[at].sentence :
				     st->policy_error.text);
	out_number(cli->out, usable ? (int64_t)st->view.meta.serial : 0);
	out_number(cli->out, (int64_t)sf->serial);
	out_number(cli->out,
	    sf->confirm == CONFIRM_WAITS ?
		cli->session->now + (int64_t)sf->confirm_left_s :
		TWR_NEVER);
	out_text(cli->out, sf->copy ? cli->session->directory_path : NULL);
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
	if (usable)
		standing_each_permissive(&st->view.meta, cli->session->now,
		    list_permissive, &pe);
	out_list_cell(cli->out, &pe.list);
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
