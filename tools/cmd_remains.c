/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "remains.h"
#include "text.h"

static const struct out_column columns[] = {
	{ "login", "LOGIN", OUT_WHOLE },
	{ "kind", "KIND", OUT_WHOLE },
	{ "what", "WHAT", OUT_TEXT },
	{ "tty", NULL, OUT_TEXT },
	{ "since", "SINCE", OUT_TIME },
	{ "count", NULL, OUT_NUMBER },
	{ "command", "END IT:", OUT_BELOW },
};

/* The logins in question. */
struct subject {
	struct cli *cli;
	struct remains_roots roots;
	struct remains_login *logins;
	char **names;
	size_t n;
	uint64_t more; /* that are not among them */
};

static void
row(struct out *out, const struct remains_item *it)
{
	out_text(out, it->login);
	out_text(out, remains_kind_word(it->kind));
	out_text(out, it->what);
	out_text(out, it->tty);
	out_number(out, it->since);
	out_number(out, (int64_t)it->count);
	out_text(out, it->command);
}

/* "bob, dora and 3 more". */
static char *
names_of(const struct subject *su)
{
	enum {
		NAMED_MOST = 5
	};
	char *ret = NULL, *longer;
	uint64_t more = su->more;
	size_t i;

	for (i = 0; i < su->n; i++) {
		if (i >= NAMED_MOST) {
			more += su->n - i;
			break;
		}
		if (asprintf(&longer, "%s%s%s", ret != NULL ? ret : "",
			i > 0 ? ", " : "", su->logins[i].name) < 0)
			goto fail;
		free(ret);
		ret = longer;
	}
	if (more == 0)
		return ret;
	if (asprintf(&longer, "%s and %" PRIu64 " more", ret, more) < 0)
		goto fail;
	free(ret);
	return longer;
fail:
	free(ret);
	return NULL;
}

/* ---- ending ---- */

static void
warn_left(struct cli *cli, const struct remains_login *login,
    enum remains_left left)
{
	switch (left) {
	case REMAINS_ENDED:
	case REMAINS_NO_UID: /* it can have no processes */
		return;
	case REMAINS_ROOT:
		out_warn(cli->out,
		    "nothing of %s was ended: uid 0 is the host's own; end "
		    "its sessions one by one",
		    login->name);
		break;
	case REMAINS_SYSTEM:
		out_warn(cli->out,
		    "nothing of %s was ended: it is a system account, whose "
		    "processes are the host's; end them one by one",
		    login->name);
		break;
	case REMAINS_SHARED:
		out_warn(cli->out,
		    "nothing of %s was ended: %s has uid %lu as well, and "
		    "the processes of the two cannot be told apart; end them "
		    "one by one",
		    login->name, login->shared, (unsigned long)login->uid);
		break;
	}
	cli->refused = true;
}

static void
warn_alive(struct cli *cli, const char *login, const struct remains_outcome *oc)
{
	if (oc->spared > 0) {
		out_warn(cli->out,
		    "%" PRIu64 " process%s of %s %s left: this command runs "
		    "below; log out",
		    oc->spared, oc->spared == 1 ? "" : "es", login,
		    oc->spared == 1 ? "is" : "are");
		cli->refused = true;
	}
	if (oc->alive > 0) {
		out_warn(cli->out,
		    "%" PRIu64 " process%s of %s did not end, although "
		    "killed; look at %s with ps",
		    oc->alive, oc->alive == 1 ? "" : "es", login,
		    oc->alive == 1 ? "it" : "them");
		cli->refused = true;
	}
}

/* In the system's log, since the directory does not change by it. */
static void
announce(const struct cli *cli, const char *login, uint64_t ended)
{
	char text[1024];
	struct twr_line ln;

	twr_line_init(&ln, text, sizeof(text));
	twr_line_key(&ln, "login", login, TWR_LOGIN_MAX);
	twr_line_key(&ln, "by", cli->session->actor.label, 256);
	syslog(LOG_AUTHPRIV | LOG_NOTICE, "sessions ended: %s processes=%llu",
	    text, (unsigned long long)ended);
}

/* End what runs; a row for each login that had something. */
static enum twr_status
end_all(struct subject *su, struct remains *rm, struct twr_error *err)
{
	struct remains_login *login;
	struct remains_outcome oc;
	struct remains_item *it;
	enum twr_status rc;
	uint32_t uid_min;
	struct admin_login facts;
	size_t i;

	/* of these only the first uid of people is of interest */
	(void)!cmd_login_facts(su->cli, su->logins[0].name, &facts, NULL);
	uid_min = facts.uid_min;
	for (i = 0; i < su->n; i++) {
		login = &su->logins[i];
		rc = remains_end(&su->roots, login, uid_min, getpid(), &oc,
		    err);
		if (rc != TWR_OK)
			return rc;
		warn_left(su->cli, login, oc.left);
		warn_alive(su->cli, login->name, &oc);
		if (oc.ended == 0)
			continue;
		announce(su->cli, login->name, oc.ended);
		it = remains_add(rm, REMAINS_OVER, login->name, NULL,
		    "%" PRIu64 " process%s, and with %s all sessions", oc.ended,
		    oc.ended == 1 ? "" : "es", oc.ended == 1 ? "it" : "them");
		if (it != NULL)
			it->count = oc.ended;
	}
	return TWR_OK;
}

/* ---- the report ---- */

static void
print(struct subject *su, const struct remains *over,
    const struct remains *left)
{
	struct out *out = su->cli->out;
	char *names = names_of(su);
	size_t i;

	if (names == NULL) {
		out->failed = true;
		return;
	}
	for (i = 0; i < over->n; i++)
		row(out, &over->items[i]);
	for (i = 0; i < left->n; i++)
		row(out, &left->items[i]);
	if (left->n > 0)
		out_last(out, "what is left on this host of %s:", names);
	else if (over->n > 0)
		out_last(out,
		    "ended; nothing is left on this host of %s:", names);
	else
		out_last(out, "nothing is left on this host of %s", names);
	if (su->more > 0)
		out_warn(out,
		    "%" PRIu64 " more logins lose something and were not "
		    "looked at: twrbac remains LOGIN does it",
		    su->more);
	free(names);
}

/* Is anything left of what should have ended? */
static bool
still_runs(const struct remains *rm)
{
	size_t i;

	for (i = 0; i < rm->n; i++)
		if (rm->items[i].kind < REMAINS_CRONTAB ||
		    rm->items[i].kind == REMAINS_UNKNOWN)
			return true;
	return false;
}

static enum twr_status
report(struct subject *su, bool end, struct twr_error *err)
{
	struct remains over = { 0 }, left = { 0 }, before;
	enum twr_status rc;

	rc = remains_look(&su->roots, su->logins, su->n, &left, err);
	if (rc == TWR_OK && end) {
		before = left;
		memset(&left, 0, sizeof(left));
		if ((rc = end_all(su, &over, err)) == TWR_OK)
			rc = remains_look(&su->roots, su->logins, su->n, &left,
			    err);
		remains_free(&before);
		if (over.failed || left.failed)
			rc = twr_fail(err, TWR_ENOMEM, "out of memory");
		if (su->more > 0)
			su->cli->refused = true;
	}
	if (rc == TWR_OK)
		print(su, &over, &left);
	if (end && still_runs(&left))
		su->cli->refused = true;
	remains_free(&over);
	remains_free(&left);
	return rc;
}

/* The account's uid, else the one that it had when it was mapped. */
static uint32_t
uid_of(struct cli *cli, const char *name)
{
	uint32_t uid = cmd_account_uid(cli, name);
	struct login login;

	if (uid != TWR_UID_UNKNOWN || cli->session->dir == NULL ||
	    directory_login_get(cli->session->dir, name, &login, NULL) !=
		TWR_OK)
		return uid;
	return login.uid;
}

static void
begin_table(struct cli *cli, bool more)
{
	if (more)
		out_section(cli->out, "remains", "remains", columns,
		    sizeof(columns) / sizeof(*columns));
	else
		out_table(cli->out, columns,
		    sizeof(columns) / sizeof(*columns));
	out_group(cli->out, 0);
}

static void
free_subject(struct subject *su)
{
	size_t i;

	remains_free_logins(su->logins, su->n);
	for (i = 0; i < su->n; i++)
		free(su->names[i]);
	free(su->names);
	free(su->logins);
}

/* The names are copied: what they come from is closed before the report. */
static bool
fill_subject(struct subject *su, struct cli *cli, char *const *names, size_t n)
{
	size_t i;

	*su = (struct subject) { .cli = cli, .roots = remains_host };
	su->roots.passwd = cli->session->paths.passwd;
	su->logins = calloc(n, sizeof(*su->logins));
	su->names = calloc(n, sizeof(*su->names));
	if (su->logins == NULL || su->names == NULL)
		return false;
	for (i = 0; i < n; i++) {
		if ((su->names[i] = strdup(names[i])) == NULL)
			return false;
		su->logins[i].name = su->names[i];
		su->logins[i].uid = uid_of(cli, names[i]);
		su->n++;
	}
	return true;
}

void
cmd_remains_after(struct cli *cli)
{
	bool end = cli->opts->value[OPT_END_SESSIONS] != NULL;
	const struct compile_effect *effect;
	struct subject su;
	struct twr_error err;
	enum twr_status rc;

	effect = compiled_is_in_force(cli->session->compiled) ?
	    compiled_effect(cli->session->compiled) :
	    NULL;
	if (effect == NULL || effect->n_losers == 0) {
		if (end)
			out_note(cli->out,
			    "no login lost anything, so nothing was ended; "
			    "twrbac remains LOGIN --end-sessions does it all "
			    "the same");
		return;
	}
	if (!fill_subject(&su, cli, effect->losers, effect->n_losers)) {
		rc = twr_fail(&err, TWR_ENOMEM, "out of memory");
	} else {
		su.more = effect->logins_losing - effect->n_losers;
		session_close(cli->session);
		begin_table(cli, true);
		rc = report(&su, end, &err);
	}
	if (rc != TWR_OK) {
		out_warn(cli->out,
		    "what remains on this host could not be found out: %s",
		    err.text);
		cli->refused = true;
	}
	free_subject(&su);
}

static const struct opt_help remains_options[] = {
	{ OPT_END_SESSIONS, "end its processes, and so its sessions" },
	{ OPT_NONE, NULL }
};
const struct command_help cmd_remains_help = { remains_options,
	"Sessions, processes, crontab, at jobs, linger, ssh keys and sudo's "
	"memory of LOGIN on this host, each with the command that ends it. "
	"Commands that take access away end with the same.",
	"twrbac remains bob --end-sessions" };

enum twr_status
cmd_remains(struct cli *cli, struct twr_error *err)
{
	bool end = cli->opts->value[OPT_END_SESSIONS] != NULL;
	struct login login;
	struct subject su;
	enum twr_status rc;

	/* a login that was never mapped is none of ours to end */
	rc = directory_login_get(cli->session->dir, cli->args[0], &login, err);
	if (rc != TWR_OK)
		return rc;
	if (!fill_subject(&su, cli, cli->args, 1)) {
		rc = twr_fail(err, TWR_ENOMEM, "out of memory");
	} else {
		session_close(cli->session);
		begin_table(cli, false);
		rc = report(&su, end, err);
	}
	free_subject(&su);
	return rc;
}
