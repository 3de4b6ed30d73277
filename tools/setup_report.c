/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "cmd.h"
#include "setup.h"

static const char *const states[] = { [SETUP_UNJUDGED] = "not judged",
	[SETUP_PERMISSIVE] = "permissive",
	[SETUP_ENFORCING] = "enforcing" };

/* ---- the report ---- */

static const struct out_column columns[] = {
	{ "service", "SERVICE", OUT_WHOLE },
	{ "state", "STATE", OUT_WHOLE },
	{ "until", "UNTIL", OUT_TIME },
	{ "change", "CHANGE", OUT_TEXT },
	{ "refused", "REFUSED", OUT_NUMBER },
	{ "line", "LINE", OUT_WHOLE },
};

static const struct out_column refused_columns[] = {
	{ "login", "LOGIN", OUT_WHOLE },
	{ "service", "SERVICE", OUT_WHOLE },
	{ "reason", "REASON", OUT_TEXT },
	{ "user", "USER", OUT_TEXT },
};

const char *
setup_state_word(enum setup_state state)
{
	return states[state];
}

static void
print_services(const struct setup *su)
{
	struct out *out = su->cli->out;
	const struct setup_service *sv;
	size_t i;

	out_table(out, columns, sizeof(columns) / sizeof(*columns));
	for (i = 0; i < su->n; i++) {
		sv = &su->services[i];
		out_text(out, sv->name);
		out_text(out, states[sv->will]);
		out_number(out,
		    sv->will == SETUP_PERMISSIVE ? sv->will_until : TWR_ALWAYS);
		out_text(out, sv->change);
		out_number(out, (int64_t)sv->refused);
		out_text(out, sv->where[0] != '\0' ? sv->where : NULL);
	}
}

static void
print_refusals(const struct setup *su)
{
	struct out *out = su->cli->out;
	size_t i;

	out_section(out, "refused", "login that would be refused",
	    refused_columns,
	    sizeof(refused_columns) / sizeof(*refused_columns));
	for (i = 0; i < su->n_refusals; i++) {
		out_text(out, su->refusals[i].login);
		out_text(out, su->refusals[i].service);
		out_text(out, su->refusals[i].reason);
		out_text(out, su->refusals[i].user);
	}
}

/* How many services are in that state, and in the end of the first. */
static size_t
count(const struct setup *su, enum setup_state state, int64_t *until)
{
	size_t i, n = 0;

	*until = TWR_NEVER;
	for (i = 0; i < su->n; i++) {
		if (su->services[i].will != state)
			continue;
		n++;
		if (su->services[i].will_until < *until)
			*until = su->services[i].will_until;
	}
	return n;
}

/* Debian's way: a line in common-account. */
static bool
uses_profile(const struct setup *su)
{
	size_t i;

	for (i = 0; i < su->n; i++) {
		if (strstr(su->services[i].where, "/common-account:") != NULL)
			return true;
	}
	return false;
}

static void
say_next(const struct setup *su)
{
	struct out *out = su->cli->out;
	char when[CLOCK_TEXT_LEN];
	int64_t until;
	size_t permissive = count(su, SETUP_PERMISSIVE, &until);
	int64_t unused;
	size_t enforcing = count(su, SETUP_ENFORCING, &unused);

	if (su->in.dry_run)
		out_effect(out, "dry run: nothing was changed");
	else if (su->in.remove)
		out_effect(out, "the lines of setup%s are out of %s",
		    su->in.profile ? " and the profile's" : "",
		    su->places.dirs[0]);
	else if (permissive > 0) {
		clock_format(until, out->utc, when);
		out_effect(out,
		    "until %s refusals are only logged, as would-deny; then, "
		    "or with \"twrbac setup --enforce\", %s refused. Log in "
		    "anew to try it",
		    when,
		    su->n_refusals == 0 ? "nobody listed here is" :
					  "the logins above are");
	} else if (enforcing > 0)
		out_effect(out,
		    "the gate is in force; keep this session open until a new "
		    "login works. \"twrbac doctor\" proves it, \"twrbac setup "
		    "--permissive 1d\" opens it again for a while");
	else
		out_effect(out,
		    "no service is judged; twrbac setup --services sshd "
		    "begins");
	if (!su->in.remove && su->has_directory && !su->is_copy &&
	    su->administrators < 2 && su->in.administrator == NULL)
		out_warn(out,
		    "only one administrator has a login; name a second one "
		    "with --administrator EMAIL --administrator-login LOGIN");
	if (!su->in.remove && su->profile.offered && !uses_profile(su))
		out_note(out,
		    "for all services at once, by pam-auth-update, there is "
		    "twrbac setup --profile; take that way or lines in single "
		    "services, never both");
}

void
setup_report(const struct setup *su)
{
	print_services(su);
	print_refusals(su);
	say_next(su);
}

/* ---- before anything is done ---- */

static void
show_change(const struct setup *su, const char *path, const char *change,
    enum setup_state will, int64_t until)
{
	char when[CLOCK_TEXT_LEN];

	clock_format(until, su->cli->out->utc, when);
	setup_say("  %s: %s, %s%s", path, change, states[will],
	    will != SETUP_PERMISSIVE ? "" : " until");
	if (will == SETUP_PERMISSIVE)
		setup_say("      %s", when);
}

void
setup_show_plan(const struct setup *su)
{
	const struct setup_answers *in = &su->in;
	const struct setup_service *sv;
	const struct setup_profile *pf = &su->profile;
	size_t i;

	setup_say("This is going to be done:");
	if (!su->has_directory)
		setup_say("  %s: the organization %s, Owner %s (login %s)",
		    su->cli->session->directory_path, in->organization,
		    in->owner, in->login);
	if (in->administrator != NULL &&
	    (!su->has_administrator || su->maps_login || su->gives_role))
		setup_say("  second administrator %s (login %s)",
		    in->administrator, in->administrator_login);
	if (!su->has_policy || su->conf_edited)
		setup_say("  a policy is compiled from %s",
		    su->cli->session->conf_path);
	for (i = 0; i < su->n; i++) {
		sv = &su->services[i];
		if (sv->text == NULL)
			continue;
		show_change(su, sv->file.path, sv->change, sv->will,
		    sv->will_until);
	}
	if (pf->text != NULL)
		show_change(su, pf->file.path, pf->change, pf->will,
		    pf->will_until);
}

void
setup_show_refusals(const struct setup *su)
{
	const struct setup_refusal *rf;
	size_t i;

	for (i = 0; i < su->n_refusals && i < 40; i++) {
		rf = &su->refusals[i];
		setup_say("  %s %s: %s", rf->service, rf->login, rf->reason);
	}
	if (su->n_refusals > 40)
		setup_say("  and %zu more", su->n_refusals - 40);
	if (su->n_refusals == 0)
		setup_say("  nobody");
}
