/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "session_impl.h"
#include "sudoers_diff.h"
#include "sudoers_file.h"
#include "sudoers_lines.h"

/*
 * The order of a write with the file installed: what the new policy takes
 * away leaves the file before the commit; what it gives enters the file after
 * the policy is in force. So at every moment, whatever is killed, the file
 * grants no more than the policy before and the new one both do: the last of
 * several lines counts, so what loses such a line that asks for a password
 * asks for one itself, see sudoers_grants_narrow(). While only lines can be
 * taken out, whoever loses one loses all, see sudoers_lines_common().
 */
struct sudoers_sync {
	struct sudoers_state state; /* as it was found */
	struct sudo_version version;
	struct sudoers_grants before; /* of the policy in force until now */
	struct sudoers_grants after; /* of the new one */
	struct sudoers_grants common; /* of both */
	char *effect; /* NULL: not compared */
};

void
session_sudoers_end(struct session *s)
{
	struct sudoers_sync *sy = s->sudoers;

	if (sy == NULL)
		return;
	sudoers_state_free(&sy->state);
	sudoers_grants_free(&sy->before);
	sudoers_grants_free(&sy->after);
	sudoers_grants_free(&sy->common);
	free(sy->effect);
	free(sy);
	s->sudoers = NULL;
}

const char *
session_sudoers_effect(const struct session *s)
{
	return s->sudoers != NULL && s->sudoers->effect != NULL ?
	    s->sudoers->effect :
	    "";
}

/* What both policies say. The one that was in force may be none. */
static enum twr_status
gather(struct session *s, struct sudoers_sync *sy, struct twr_error *err)
{
	const struct compile_paths *paths = &s->paths;
	const char *path = compiled_is_in_force(s->compiled) ?
	    paths->policy :
	    compiled_path(s->compiled);
	struct accounts local = { 0 };
	struct twr_error unused;
	struct judge jg;
	enum twr_status rc;

	rc = accounts_load(paths->passwd, paths->owner, &local, err);
	if (rc != TWR_OK)
		return rc;
	rc = sudoers_grants_open(paths->policy, paths->owner, &local,
	    &sy->before, &unused);
	if (rc != TWR_OK)
		sudoers_grants_free(&sy->before);
	rc = judge_open(&jg, path, paths->owner, TWR_ALWAYS, err);
	if (rc == TWR_OK)
		rc = sudoers_grants_of(&jg, &local, &sy->after, err);
	if (rc == TWR_OK)
		rc = sudoers_grants_of(&jg, &local, &sy->common, err);
	if (rc == TWR_OK)
		rc = sudoers_grants_narrow(&sy->common, &sy->before, err);
	judge_close(&jg);
	accounts_free(&local);
	return rc;
}

/*
 * Once for a new policy, before it is in force. s->sudoers stays NULL where no
 * file is installed. Whoever cannot tell must not go on: he would leave in the
 * file what the new policy takes away.
 */
static enum twr_status
begin(struct session *s, struct twr_error *err)
{
	struct sudoers_sync *sy;
	enum twr_status rc;

	if (s->sudoers != NULL || s->compiled == NULL ||
	    compiled_is_in_force(s->compiled))
		return TWR_OK;
	if ((sy = calloc(1, sizeof(*sy))) == NULL)
		return twr_fail(err, TWR_ENOMEM, "sudoers: out of memory");
	s->sudoers = sy;
	rc = sudoers_state_read(s->paths.policy, &sy->state, err);
	if (rc == TWR_OK && !sudoers_is_installed(&sy->state))
		goto none;
	if (rc == TWR_OK) {
		sudoers_version(&sy->version);
		rc = gather(s, sy, err);
	}
	if (rc != TWR_OK)
		goto none;
	sy->effect = sudoers_diff(&sy->before,
	    s->confirm_s != 0 ? &sy->common : &sy->after, s->now);
	return TWR_OK;
none:
	session_sudoers_end(s);
	return rc;
}

void
session_sudoers_compare(struct session *s)
{
	struct twr_error unused;

	(void)!begin(s, &unused);
}

/* ---- before the commit ---- */

/* Nothing may stay that could be too much. */
static void
remove_whole(struct session *s, const char *why)
{
	struct twr_error err;

	if (sudoers_take_out(&err) == TWR_OK)
		out_complain(s->out,
		    "%s is removed, since it could not be narrowed to what the "
		    "new policy grants: %s; nobody has sudo by it until it can "
		    "be written again",
		    SUDOERS_FILE, why);
	else
		out_complain(s->out,
		    "%s MAY GRANT WHAT THE POLICY DOES NOT: it could neither "
		    "be narrowed (%s) nor removed (%s); remove it by hand now",
		    SUDOERS_FILE, why, err.text);
}

static enum twr_status
put_grants(struct session *s, const struct sudoers_grants *gr,
    const struct sudo_version *version, const struct sudoers_state *st,
    uint64_t serial, struct twr_error *err)
{
	struct sudoers_header hd;
	char *body = NULL, *text = NULL;
	size_t left_out = 0;
	bool same, known;
	enum twr_status rc;

	sudoers_header_make(serial, version, s->paths.policy, &hd);
	rc = sudoers_check_version(gr, version, err);
	if (rc == TWR_OK)
		rc = sudoers_body(gr, version, &body, &left_out, err);
	if (rc == TWR_OK)
		rc = sudoers_file_text(&hd, gr->organization, body, &text, err);
	known = rc == TWR_OK && st->ours && !st->edited;
	same = known && strcmp(st->header.body, body) == 0;
	if (rc == TWR_OK &&
	    !(same &&
		(serial == 0 ||
		    (st->header.serial == serial &&
			strcmp(st->header.sudo, hd.sudo) == 0))))
		rc = sudoers_put(text,
		    same ||
			(known &&
			    sudoers_lines_are_part(body, st->header.body)),
		    err);
	free(body);
	free(text);
	return rc;
}

/*
 * Where what both policies grant cannot be written: only lines that stand in
 * the file and in that, so that none is new to sudo. A login of which a line
 * changes has none until the file is written anew.
 */
static enum twr_status
keep_lines(struct session *s, const struct sudoers_sync *sy,
    struct twr_error *err)
{
	const struct sudoers_state *st = &sy->state;
	char *body = NULL, *kept = NULL, *text = NULL;
	struct sudoers_header hd;
	size_t left_out;
	enum twr_status rc;

	sudoers_header_make(0, &sy->version, s->paths.policy, &hd);
	rc = sudoers_body(&sy->common, &sy->version, &body, &left_out, err);
	if (rc == TWR_OK)
		rc = sudoers_lines_common(st->header.body, body, &kept, err);
	if (rc == TWR_OK)
		rc = sudoers_file_text(&hd, sy->common.organization, kept,
		    &text, err);
	if (rc == TWR_OK && (st->edited || strcmp(kept, st->header.body) != 0))
		rc = sudoers_put(text, true, err);
	free(body);
	free(kept);
	free(text);
	return rc;
}

enum twr_status
session_sudoers_narrow(struct session *s, struct twr_error *err)
{
	struct sudoers_sync *sy;
	struct twr_error why;
	enum twr_status rc;

	if ((rc = begin(s, err)) != TWR_OK || (sy = s->sudoers) == NULL)
		return rc;
	if (!sy->state.ours)
		return TWR_OK; /* nothing to take from, or nothing of ours */
	if (sy->state.edited)
		out_warn(s->out,
		    "%s was not as twrbac had written it; it is written anew",
		    SUDOERS_FILE);
	if (put_grants(s, &sy->common, &sy->version, &sy->state, 0, &why) ==
		TWR_OK ||
	    (rc = keep_lines(s, sy, &why)) == TWR_OK)
		return TWR_OK;
	if (rc == TWR_ENOMEM)
		return twr_fail(err, rc, "%s", why.text);
	remove_whole(s, why.text);
	return TWR_OK;
}

/* ---- when the commit fails ---- */

void
session_sudoers_undo(struct session *s)
{
	struct twr_error why;

	if (s->sudoers == NULL || !s->sudoers->state.ours)
		return;
	if (session_sudoers_write(s, &why) != TWR_OK)
		out_warn(s->out,
		    "%s was narrowed to what the policy in force and the one "
		    "that failed both grant, and is not written anew: %s; "
		    "mend that and run twrbac sudoers install",
		    SUDOERS_FILE, why.text);
}

/* ---- after the policy is in force ---- */

static void
warn_of_left_out(struct session *s, const struct sudoers_grants *gr,
    const struct sudo_version *version)
{
	size_t i, n = 0;

	for (i = 0; i < gr->n_unnamed; i++)
		out_warn(s->out, "%s has no line for %s: the name %s",
		    SUDOERS_FILE, gr->unnamed[i].login, gr->unnamed[i].why);
	for (i = 0; i < gr->n && sudo_mixes_windows(version); i++)
		n += gr->all[i].from != TWR_ALWAYS &&
		    gr->all[i].until != TWR_NEVER;
	if (n > 0)
		out_warn(s->out,
		    "sudo %s lets NOTAFTER override NOTBEFORE, so %s has no "
		    "line for %zu window%s to come; run twrbac compile when "
		    "one has begun",
		    version->text, SUDOERS_FILE, n, n == 1 ? "" : "s");
}

/* What has the file's name and is not ours stays: it may be somebody's. */
static enum twr_status
fail_foreign(const struct sudoers_state *st, struct twr_error *err)
{
	bool unread = st->error.text[0] != '\0';

	return twr_fail(err, TWR_EREFUSED,
	    "%s %s%s, so it is left as it is; it may grant what the policy "
	    "does not: move it away and run twrbac sudoers install%s",
	    SUDOERS_FILE,
	    unread ? "cannot be taken for twrbac's own: " :
		     "was not made from this policy",
	    st->error.text,
	    unread ? "" :
		     ", or keep it and run twrbac sudoers install --remove");
}

enum twr_status
session_sudoers_finish(struct session *s, struct twr_error *err)
{
	struct sudoers_sync *sy = s->sudoers;
	const struct sudoers_state *st;
	struct sudoers_state now;
	struct twr_error why;
	enum twr_status rc;

	if (sy == NULL)
		return TWR_OK;
	st = &sy->state;
	/* narrowing has changed what is there */
	rc = sudoers_state_read(s->paths.policy, &now, &why);
	if (rc == TWR_OK && now.foreign) {
		(void)!fail_foreign(&now, &why);
		sudoers_state_free(&now);
		return twr_fail(err, TWR_EWRITE,
		    "the policy is in force, but %s", why.text);
	}
	if (rc == TWR_OK) {
		rc = put_grants(s, s->confirm_s != 0 ? &sy->common : &sy->after,
		    &sy->version,
		    st->ours && now.ours && !st->edited ? &now : st,
		    compiled_serial(s->compiled), &why);
		sudoers_state_free(&now);
	}
	if (rc != TWR_OK)
		return twr_fail(err, TWR_EWRITE,
		    "the policy is in force, but %s is not written: %s; "
		    "nobody has more than before by it, and whoever's lines "
		    "change has none of them; mend that and run twrbac sudoers "
		    "install",
		    SUDOERS_FILE, why.text);
	warn_of_left_out(s, &sy->after, &sy->version);
	return TWR_OK;
}

/* ---- what a killed write left ---- */

bool
session_sudoers_behind(const struct session *s)
{
	uint64_t serial = compile_serial_in_force(&s->paths);
	struct sudoers_state st;
	struct twr_error unused;
	bool ret;

	if (serial == 0 ||
	    sudoers_state_read(s->paths.policy, &st, &unused) != TWR_OK)
		return false;
	ret = st.ours && !st.edited && st.header.serial != serial;
	sudoers_state_free(&st);
	return ret;
}

enum twr_status
session_sudoers_write(struct session *s, struct twr_error *err)
{
	const struct compile_paths *paths = &s->paths;
	struct accounts local = { 0 };
	struct sudoers_grants gr = { .n = 0 };
	struct sudoers_state st = { 0 };
	struct sudo_version version;
	enum twr_status rc;

	sudoers_version(&version);
	rc = sudoers_state_read(paths->policy, &st, err);
	if (rc == TWR_OK && st.foreign)
		rc = fail_foreign(&st, err);
	if (rc == TWR_OK &&
	    (rc = accounts_load(paths->passwd, paths->owner, &local, err)) ==
		TWR_OK &&
	    (rc = sudoers_grants_open(paths->policy, paths->owner, &local, &gr,
		 err)) == TWR_OK)
		rc = put_grants(s, &gr, &version, &st, gr.serial, err);
	if (rc == TWR_OK)
		warn_of_left_out(s, &gr, &version);
	sudoers_grants_free(&gr);
	accounts_free(&local);
	sudoers_state_free(&st);
	return rc;
}

void
session_sudoers_heal(struct session *s)
{
	struct twr_error err;

	if (!session_sudoers_behind(s))
		return;
	if (session_sudoers_write(s, &err) == TWR_OK)
		out_note(s->out,
		    "an earlier write was interrupted before %s was in step; "
		    "it is written anew",
		    SUDOERS_FILE);
	else
		out_warn(s->out,
		    "%s is not in step with the policy in force: %s; run "
		    "twrbac sudoers install",
		    SUDOERS_FILE, err.text);
}
