/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "directory_restore.h"
#include "gate.h"
#include "session_impl.h"

enum twr_status
session_confirm_state(struct session *s, enum confirm_state *ret,
    uint64_t *left_s, struct twr_error *err)
{
	struct confirm_facts facts = { .boottime = clock_boottime() };
	struct twr_view view = { 0 };
	struct twr_reader rd;
	struct twr_error unused;
	enum twr_status rc;

	if ((rc = directory_pending(s->dir, &facts.since, err)) != TWR_OK ||
	    (rc = directory_serial(s->dir, &facts.serial, err)) != TWR_OK)
		return rc;
	/* the module cannot tell a reboot then, and takes it for one */
	if (!twr_boot_id(facts.boot_id))
		facts.boottime = UINT64_MAX;
	rc = twr_policy_open(s->paths.policy, s->paths.owner, &rd, &view,
	    &unused);
	if (rc == TWR_OK)
		facts.meta = &view.meta;
	*ret = confirm_judge(&facts, left_s);
	if (rc == TWR_OK) {
		twr_view_free(&view);
		twr_reader_close(&rd);
	}
	return TWR_OK;
}

static enum twr_status
undo_and_compile(struct session *s, struct twr_error *err)
{
	struct accepted ac = { 0 };
	uint64_t serial = 0;
	enum twr_status rc;

	if ((rc = directory_begin(s->dir, err)) != TWR_OK ||
	    (rc = session_find_actor(s, false, err)) != TWR_OK ||
	    (rc = change_confirm_end(&s->change, false, err)) != TWR_OK ||
	    (rc = directory_serial(s->dir, &serial, err)) != TWR_OK ||
	    (rc = directory_accepted(s->dir, &ac, err)) != TWR_OK)
		goto out;
	if (ac.text != NULL)
		rc = session_build(s, &ac, serial + 1, err);
	if (rc == TWR_OK)
		rc = session_make_real(s, err);
	if (rc == TWR_OK)
		out_note(s->out,
		    "nobody confirmed policy %" PRIu64 " in time: its change "
		    "is undone, policy %" PRIu64 " in force",
		    serial, serial + 1);
out:
	directory_rollback(s->dir);
	session_sudoers_end(s);
	compiled_free(s->compiled);
	s->compiled = NULL;
	accepted_free(&ac);
	return rc;
}

enum twr_status
session_check_waiting(struct session *s, enum confirm_state *ret,
    struct twr_error *err)
{
	uint64_t left = 0;
	enum twr_status rc = session_confirm_state(s, ret, &left, err);

	if (rc != TWR_OK || *ret != CONFIRM_WAITS || s->deciding)
		return rc;
	return twr_fail(err, TWR_EREFUSED,
	    "a change waits to be confirmed, for %" PRIu64 " seconds more: "
	    "run twrbac confirm, if a new login works, or twrbac revert; "
	    "nothing else is written until then",
	    left);
}

enum twr_status
session_settle(struct session *s, bool *undone, struct twr_error *err)
{
	enum confirm_state state = CONFIRM_NONE;
	bool lock_out_ok = s->lock_out_ok;
	enum twr_status rc;

	*undone = false;
	rc = session_check_waiting(s, &state, err);
	if (rc != TWR_OK || state == CONFIRM_NONE || s->deciding)
		return rc;
	/* what was in force before cannot lock out more than it did */
	s->lock_out_ok = true;
	rc = undo_and_compile(s, err);
	s->lock_out_ok = lock_out_ok;
	*undone = rc == TWR_OK;
	return rc;
}

void
session_say_confirm(struct session *s)
{
	char when[CLOCK_TEXT_LEN];

	clock_format(clock_now() + (int64_t)s->confirm_s, s->out->utc, when);
	out_note(s->out,
	    "the policy before decides again from %s, unless you run twrbac "
	    "confirm; open a new login first, and keep this one",
	    when);
}
