/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "setup.h"

/* When a finding keeps a line from being written. */
enum bar {
	BAR_NONE,
	BAR_SERVICE, /* it is about one that is chosen or judged */
	BAR_POLICY, /* what is going to refuse needs a policy that stands */
	BAR_ALWAYS
};

static const enum bar bars[DOCTOR_COUNT] = {
	[DOCTOR_STACK_BROKEN] = BAR_SERVICE,
	[DOCTOR_UNREACHED] = BAR_SERVICE,
	[DOCTOR_REFUSAL_LOST] = BAR_SERVICE,
	[DOCTOR_LOCKS_OUT] = BAR_SERVICE,
	[DOCTOR_NOTHING_FOLLOWS] = BAR_SERVICE,
	[DOCTOR_ASKED_TWICE] = BAR_SERVICE,
	[DOCTOR_TOO_COMPLEX] = BAR_SERVICE,
	[DOCTOR_SSHD_USEPAM] = BAR_SERVICE,
	[DOCTOR_SUDO_ACCOUNT] = BAR_SERVICE,
	[DOCTOR_BAD_ARGUMENT] = BAR_ALWAYS,
	[DOCTOR_MODULE_MISSING] = BAR_ALWAYS,
	[DOCTOR_MODULE_UNSAFE] = BAR_ALWAYS,
	[DOCTOR_MODULE_BROKEN] = BAR_ALWAYS,
	[DOCTOR_FILE_UNSAFE] = BAR_POLICY,
	[DOCTOR_NO_DIRECTORY] = BAR_POLICY,
	[DOCTOR_NO_POLICY] = BAR_POLICY,
	[DOCTOR_POLICY_UNUSABLE] = BAR_POLICY,
	[DOCTOR_POLICY_STALE] = BAR_POLICY,
	[DOCTOR_POLICY_FOREIGN] = BAR_POLICY,
	[DOCTOR_POLICY_BEHIND] = BAR_POLICY,
	[DOCTOR_CONFIRM_WAITS] = BAR_POLICY,
	[DOCTOR_CONFIRM_PASSED] = BAR_POLICY,
};

static bool
stands_in_the_way(const struct setup *su, const struct doctor_finding *fi,
    bool with_policy)
{
	const struct setup_service *sv;

	switch (bars[fi->id]) {
	case BAR_NONE:
		return false;
	case BAR_POLICY:
		return with_policy;
	case BAR_ALWAYS:
		return true;
	case BAR_SERVICE:
		break;
	}
	sv = setup_find(su, fi->subject);
	return sv != NULL && setup_changes(su, sv);
}

const char *
setup_left(const struct setup *su)
{
	return su->profile.written || su->profile.guarded ?
	    "the profile stands, permissive; no other line of pam.d was "
	    "changed" :
	    "no line of pam.d was changed";
}

/* The line must be what libpam comes to first, whatever doctor finds. */
static bool
comes_first(struct doctor *d, const struct setup_service *sv)
{
	const struct doctor_service *ds = doctor_service(d, sv->name);
	const struct stack_line *first;

	if (ds == NULL || ds->stack.n == 0)
		return false;
	first = &ds->stack.lines[0];
	return stack_is_module(first, DOCTOR_MODULE) &&
	    strcmp(first->file, sv->file.path) == 0;
}

static enum twr_status
judge(struct setup *su, struct doctor *d, bool with_policy,
    struct twr_error *err)
{
	const struct doctor_finding *fi;
	const struct setup_service *sv;
	size_t i;

	for (i = 0; i < d->n; i++) {
		fi = &d->all[i];
		if (!stands_in_the_way(su, fi, with_policy))
			continue;
		return twr_fail(err, TWR_EREFUSED,
		    "the gate would not hold: %s: %s: %s; %s; %s",
		    doctor_word(fi->id), fi->subject, fi->what, fi->cure,
		    setup_left(su));
	}
	for (i = 0; i < su->n; i++) {
		sv = &su->services[i];
		if (sv->text == NULL || sv->marked || comes_first(d, sv))
			continue;
		return twr_fail(err, TWR_EREFUSED,
		    "the gate would not hold: libpam would not come to the "
		    "line of %s first; put it there by hand, and run twrbac "
		    "doctor; %s",
		    sv->file.path, setup_left(su));
	}
	return TWR_OK;
}

enum twr_status
setup_prove(struct setup *su, bool with_policy, struct twr_error *err)
{
	struct doctor d = {
		.cli = su->cli, .s = su->cli->session, .texts = su->texts
	};
	enum twr_status rc;

	if (su->texts == NULL)
		return TWR_OK; /* nothing is going to be written */
	if ((rc = doctor_examine(&d, err)) == TWR_OK)
		rc = judge(su, &d, with_policy, err);
	doctor_end(&d);
	session_close(su->cli->session);
	return rc;
}
