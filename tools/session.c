/* SPDX-License-Identifier: BSD-2-Clause */
#include "session_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "follow.h"
#include "gate.h"
#include "journal.h"
#include "safe_file.h"

static const char *
given(const struct opts *opts, enum opt opt, const char *otherwise)
{
	return opts->value[opt] ? opts->value[opt] : otherwise;
}

/* What is left of line after prefix; NULL when it begins otherwise. */
static const char *
after(const char *line, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(line, prefix, len) == 0 ? line + len : NULL;
}

/* What a change has to say: some of it is a warning. */
static void
take_note(void *ctx, const char *line)
{
	struct session *s = ctx;
	const char *rest;

	if ((rest = after(line, "warning: ")) != NULL)
		out_warn(s->out, "%s", rest);
	else if ((rest = after(line, "note: ")) != NULL)
		out_note(s->out, "%s", rest);
	else
		out_note(s->out, "%s", line);
}

/* Compile's warnings: in full for who compiles, counted for the others. */
static void
take_warning(void *ctx, const char *line)
{
	struct session *s = ctx;

	s->n_warnings++;
	if (s->strict)
		out_warn(s->out, "%s", line);
}

static void
show_progress(void *ctx, uint64_t done, uint64_t all)
{
	(void)ctx;
	if (all == 0 || done > all)
		return;
	fprintf(stderr, "\rcompiling %3.0f %%%s",
	    100.0 * (double)done / (double)all, done == all ? "\r\033[K" : "");
}

enum twr_status
session_init(struct session *s, const struct opts *opts, struct out *out,
    struct twr_error *err)
{
	static const enum opt paths[] = { OPT_DIRECTORY, OPT_CONFIG,
		OPT_POLICY };
	const char *path;
	enum twr_status rc;
	size_t i;

	memset(s, 0, sizeof(*s));
	s->lock = -1;
	s->out = out;
	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		path = opts->value[paths[i]];
		if (path != NULL && *path != '/')
			return twr_fail(err, TWR_EINVAL,
			    "--%s %s: not an "
			    "absolute path; write it from / on",
			    opt_word(paths[i]), path);
	}
	s->directory_path = given(opts, OPT_DIRECTORY,
	    TWR_STATE_DIR "/directory.db");
	s->conf_path = given(opts, OPT_CONFIG, TWR_CONF);
	s->paths.policy = given(opts, OPT_POLICY, TWR_STATE_DIR "/policy.cdb");
	s->paths.owner = 0;
	s->paths.pamd = "/etc/pam.d";
	s->paths.passwd = "/etc/passwd";
	s->paths.login_defs = "/etc/login.defs";
	s->now = s->at = clock_now();
	s->no_compile = opts->value[OPT_NO_COMPILE] != NULL;
	s->lock_out_ok = opts->value[OPT_LOCK_OUT_OK] != NULL;
	s->clock_ok = opts->value[OPT_CLOCK_OK] != NULL;
	s->meter = isatty(STDERR_FILENO) && opts->value[OPT_QUIET] == NULL;
	if (opts->value[OPT_DIRECTORY] == NULL &&
	    access(s->directory_path, F_OK) != 0 &&
	    (rc = session_followed(s, err)) != TWR_OK)
		return rc;
	actor_facts_gather(&s->facts, opts->value[OPT_AS_ROOT]);
	s->change.actor = &s->actor;
	s->change.now = s->now;
	s->change.note = take_note;
	s->change.ctx = s;
	if (opts->value[OPT_AT] != NULL)
		return clock_parse(opts->value[OPT_AT], "--at", &s->at, err);
	return TWR_OK;
}

enum twr_status
session_find_actor(struct session *s, bool wants_actor, struct twr_error *err)
{
	s->change.dir = s->dir;
	s->change.clock_ok = s->clock_ok;
	if (wants_actor)
		return actor_identify(s->dir, &s->facts, &s->actor, err);
	return actor_attribute(s->dir, &s->facts, &s->actor, err);
}

/* A missing directory is the first thing that a newcomer meets. */
static enum twr_status
no_directory(const struct session *s, struct twr_error *err)
{
	return twr_fail(err, TWR_ENOENT,
	    "%s: there is no directory; make one "
	    "with \"twrbac init\", or name it with --directory",
	    s->directory_path);
}

/* No folder on the way to the directory may be another's to write to. */
static enum twr_status
check_way(const struct session *s, struct twr_error *err)
{
	struct stat st;
	enum twr_status rc;
	int fd;

	rc = twr_safe_open(s->directory_path, s->paths.owner, &fd, &st, err);
	if (rc == TWR_OK)
		(void)close(fd);
	return rc;
}

enum twr_status
session_open_directory(struct session *s, enum directory_mode mode,
    struct twr_error *err)
{
	enum twr_status rc;

	rc = check_way(s, err);
	if (rc == TWR_OK || rc == TWR_ENOENT)
		rc = directory_open(s->directory_path, mode, &s->dir, err);
	return rc == TWR_ENOENT ? no_directory(s, err) : rc;
}

/* Which row the past ends with: the newest, or that of the policy then. */
static enum twr_status
choose_row(struct session *s, const struct journal_moment *m, uint64_t *seq,
    struct twr_error *err)
{
	char when[CLOCK_TEXT_LEN];

	*seq = s->decides ? m->policy_seq : m->seq;
	if (*seq != 0) {
		if (*seq != m->seq)
			out_note(s->out,
			    "journal rows %" PRIu64 " to %" PRIu64 " were "
			    "stored by then, but not in force",
			    *seq + 1, m->seq);
		return TWR_OK;
	}
	clock_format(s->at, s->out->utc, when);
	return twr_fail(err, TWR_EREFUSED,
	    "--at %s: no policy had been compiled by then, so every login was "
	    "refused (policy-missing)",
	    when);
}

/* Put the directory as it was in the place of the one that is. */
static enum twr_status
open_past(struct session *s, struct twr_error *err)
{
	struct directory *past = NULL;
	struct journal_moment m;
	uint64_t seq;
	enum twr_status rc;

	if ((rc = directory_moment(s->dir, s->at, &m, err)) != TWR_OK ||
	    (rc = choose_row(s, &m, &seq, err)) != TWR_OK ||
	    (rc = directory_open_past(s->dir, seq, s->at, &past, err)) !=
		TWR_OK)
		return rc;
	directory_close(s->dir);
	s->dir = past;
	s->change.dir = NULL; /* nobody changes the past */
	s->past = true;
	s->policy_at = m.policy_at;
	return TWR_OK;
}

enum twr_status
session_open_read(struct session *s, bool wants_actor, struct twr_error *err)
{
	bool past = s->at < s->now;
	enum twr_status rc;

	if ((rc = session_open_directory(s, DIRECTORY_READ, err)) != TWR_OK ||
	    (rc = directory_begin_read(s->dir, err)) != TWR_OK ||
	    (rc = session_find_actor(s, wants_actor, err)) != TWR_OK)
		return rc;
	s->now = s->at;
	return past ? open_past(s, err) : TWR_OK;
}

enum twr_status
session_ask(struct session *s, struct twr_error *err)
{
	if (s->at < s->now)
		return session_open_read(s, false, err);
	s->now = s->at;
	return TWR_OK;
}

enum twr_status
session_lock(struct session *s, struct twr_error *err)
{
	enum twr_status rc = compile_lock(&s->paths, &s->lock, err);
	int64_t now = clock_now();

	/* who waited must not be earlier than whom he waited for */
	if (s->at == s->now)
		s->at = now;
	s->now = s->change.now = now;
	return rc;
}

enum twr_status
session_build(struct session *s, const struct accepted *ac, uint64_t serial,
    struct twr_error *err)
{
	struct config_warn warn = { take_warning, s };
	struct compile_options opt = { .paths = s->paths,
		.now = s->now,
		.strict_lock_out = s->strict,
		.lock_out_ok = s->lock_out_ok,
		.clock_ok = s->clock_ok,
		.change = s->effect,
		.questions = s->questions,
		.n_questions = s->n_questions,
		.warn = take_warning,
		.ctx = s };
	char name[sizeof(ac->path) + 16];
	struct config *cf = NULL;
	enum twr_status rc;

	/* Other writes resolve what was accepted, not what lies there now. */
	snprintf(name, sizeof(name), "%s%s", ac->path,
	    s->strict ? "" : " (as accepted)");
	opt.conf_name = name;
	if (s->meter)
		opt.progress = show_progress;
	opt.local_uids = s->follow != NULL;
	if (s->confirm_s != 0)
		opt.confirm_boottime_s = clock_boottime() + s->confirm_s;
	rc = config_parse(ac->text, name, s->now, &warn, &cf, err);
	if (rc == TWR_OK && s->follow == NULL)
		rc = change_policy_path(&s->change, s->paths.policy,
		    s->adopt_path, err);
	if (rc == TWR_OK && s->follow == NULL)
		rc = change_compiled(&s->change, serial, err);
	if (rc == TWR_OK)
		rc = compile_prepare(s->dir, cf, ac, serial, &opt, &s->compiled,
		    err);
	config_free(cf);
	return rc;
}

enum twr_status
session_make_real(struct session *s, struct twr_error *err)
{
	struct journal_head head = { 0 };
	struct twr_error why;
	enum twr_status rc;

	if ((rc = directory_journal_head(s->dir, &head, err)) != TWR_OK)
		return rc;
	if ((rc = session_sudoers_narrow(s, err)) != TWR_OK)
		return rc;
	if ((rc = directory_commit(s->dir, err)) != TWR_OK) {
		session_sudoers_undo(s);
		return rc;
	}
	journal_announce(s->directory_path, &head);
	if (s->compiled == NULL)
		return TWR_OK;
	if ((rc = compile_publish(s->compiled, &why)) != TWR_OK)
		return twr_fail(err, rc,
		    "the change is stored, but its "
		    "policy is not in force: %s; mend that and run "
		    "twrbac compile",
		    why.text);
	return session_sudoers_finish(s, err);
}

/* The policy of an interrupted write: never its file, which may not have
 * been committed, but a new one from the directory. */
static enum twr_status
compile_anew(struct session *s, uint64_t serial, struct twr_error *err)
{
	struct accepted ac = { 0 };
	struct twr_error why;
	enum twr_status rc;

	if ((rc = directory_begin(s->dir, err)) != TWR_OK ||
	    (rc = directory_accepted(s->dir, &ac, err)) != TWR_OK ||
	    ac.text == NULL)
		goto out;
	if ((rc = session_find_actor(s, false, err)) != TWR_OK)
		goto out;
	if ((rc = session_build(s, &ac, serial + 1, &why)) != TWR_OK ||
	    (rc = session_make_real(s, &why)) != TWR_OK) {
		twr_fail(err, rc,
		    "an earlier write was interrupted and its "
		    "policy cannot be compiled anew: %s",
		    why.text);
		goto out;
	}
	out_note(s->out,
	    "an earlier write was interrupted before policy "
	    "%" PRIu64 " was in force; compiled anew as policy %" PRIu64,
	    serial, serial + 1);
out:
	directory_rollback(s->dir);
	session_sudoers_end(s);
	compiled_free(s->compiled);
	s->compiled = NULL;
	accepted_free(&ac);
	return rc;
}

static enum twr_status
heal(struct session *s, bool compile, struct twr_error *err)
{
	uint64_t serial = 0, in_force;
	struct scope organization;
	enum twr_status rc;
	unsigned n = 0;
	bool undone = false;

	rc = directory_scope_get(s->dir, 1, &organization, err);
	if (rc == TWR_OK)
		rc = compile_check_target(&s->paths, organization.sid, err);
	if (rc != TWR_OK)
		return rc;
	if ((rc = compile_remove_leftovers(&s->paths, &n, err)) != TWR_OK ||
	    (rc = directory_serial(s->dir, &serial, err)) != TWR_OK)
		return rc;
	if (n > 0)
		out_note(s->out,
		    "removed %u file%s that an interrupted write "
		    "left",
		    n, n == 1 ? "" : "s");
	in_force = compile_serial_in_force(&s->paths);
	if (in_force > serial)
		return twr_fail(err, TWR_EDATA,
		    "%s: holds policy %" PRIu64 ", but %s only knows %" PRIu64
		    "; this directory is an "
		    "older copy: put the newer one back, or move the policy "
		    "away and run twrbac compile",
		    s->paths.policy, in_force, s->directory_path, serial);
	rc = session_settle(s, &undone, err);
	if (rc == TWR_OK && !undone && compile && in_force != serial &&
	    !s->deciding)
		return compile_anew(s, serial, err);
	if (rc == TWR_OK && !undone && in_force == serial)
		session_sudoers_heal(s);
	return rc;
}

/* Did a write end between its commit and its rename, as far as one sees? */
static bool
is_behind(struct session *s)
{
	struct twr_view view = { 0 };
	struct twr_reader rd;
	struct directory *dir = NULL;
	struct twr_error unused;
	char path[sizeof(((struct accepted *)0)->path)];
	uint64_t serial = 0, in_force = 0;
	enum twr_status rc;
	bool known;

	if (directory_open(s->directory_path, DIRECTORY_READ, &dir, &unused) !=
	    TWR_OK)
		return false;
	/* the policy that it is asked about may be any old copy */
	known = !directory_is_copy(dir) &&
	    directory_serial(dir, &serial, &unused) == TWR_OK &&
	    directory_policy_path(dir, path, &unused) == TWR_OK &&
	    strcmp(path, s->paths.policy) == 0;
	directory_close(dir);
	rc = twr_policy_open(s->paths.policy, s->paths.owner, &rd, &view,
	    &unused);
	if (rc == TWR_OK) {
		in_force = view.meta.serial;
		twr_view_free(&view);
		twr_reader_close(&rd);
	} else if (rc != TWR_ENOENT) {
		return false; /* damage is for the command to show */
	}
	return known && in_force < serial;
}

void
session_heal_first(struct session *s)
{
	struct twr_error why;
	enum twr_status rc = TWR_OK;

	if (is_behind(s)) {
		if ((rc = session_lock(s, &why)) == TWR_OK &&
		    (rc = session_open_directory(s, DIRECTORY_WRITE, &why)) ==
			TWR_OK)
			rc = heal(s, true, &why);
		session_close(s);
	} else if (session_sudoers_behind(s)) {
		if ((rc = session_lock(s, &why)) == TWR_OK)
			session_sudoers_heal(s);
		session_close(s);
	}
	if (rc != TWR_OK && rc != TWR_EBUSY)
		out_warn(s->out, "%s", why.text);
}

enum twr_status
session_open_write(struct session *s, bool wants_actor, bool healing,
    struct twr_error *err)
{
	struct journal_head head = { 0 };
	enum twr_status rc;

	/* Before the lock, whose folder init makes. */
	if (access(s->directory_path, F_OK) != 0)
		return no_directory(s, err);
	if ((rc = session_lock(s, err)) != TWR_OK)
		return rc;
	rc = session_open_directory(s, DIRECTORY_WRITE, err);
	if (rc == TWR_EREFUSED)
		return session_open_copy(s, !healing, err);
	if (rc == TWR_ESTALE)
		rc = session_upgrade(s, wants_actor, err);
	if (rc != TWR_OK || (rc = heal(s, healing, err)) != TWR_OK ||
	    (rc = directory_begin(s->dir, err)) != TWR_OK ||
	    (rc = session_find_actor(s, wants_actor, err)) != TWR_OK ||
	    (rc = directory_journal_head(s->dir, &head, err)) != TWR_OK)
		return rc;
	out_keep_notes(s->out);
	s->n_warnings = 0;
	s->seq_before = head.seq;
	return TWR_OK;
}

bool
session_conf_edited(const struct session *s, const struct accepted *ac)
{
	struct config_file file = { 0 };
	struct stat st;
	bool edited;

	if (ac->text == NULL)
		return false;
	if (stat(s->conf_path, &st) == 0 && st.st_size >= 0 &&
	    (uint64_t)st.st_size == ac->size &&
	    st.st_mtim.tv_sec == ac->mtime_s &&
	    (uint32_t)st.st_mtim.tv_nsec == ac->mtime_ns)
		return false;
	/* A file that was only touched, or moved here, is the same. */
	if (config_file_read(s->conf_path, s->paths.owner, &file, NULL) !=
	    TWR_OK)
		return true;
	edited = strcmp(file.text, ac->text) != 0;
	config_file_free(&file);
	return edited;
}

void
session_say_effect(struct session *s, const struct accepted *ac)
{
	const struct compile_effect *effect;
	const char *sudo;
	bool any;

	if (s->compiled == NULL) {
		if (s->dry_run)
			out_effect(s->out, "dry run: nothing was changed");
		else if (ac->text == NULL)
			out_effect(s->out, "no policy yet: run twrbac compile");
		else
			out_effect(s->out,
			    "not in force yet: run "
			    "twrbac compile");
		return;
	}
	effect = compiled_effect(s->compiled);
	session_sudoers_compare(s);
	sudo = session_sudoers_effect(s);
	any = effect->text != NULL && *effect->text != '\0';
	out_effect(s->out, "policy %" PRIu64 " %s: %s%s%s",
	    compiled_serial(s->compiled),
	    s->dry_run ? "would come into force" : "in force",
	    any		      ? effect->text :
		*sudo == '\0' ? "no login's access changed" :
				"",
	    any && *sudo != '\0' ? "; " : "", sudo);
}

static void
say_rest(struct session *s, const struct accepted *ac)
{
	if (!s->strict && s->compiled != NULL && s->n_warnings > 0)
		out_note(s->out,
		    "%u warning%s about the policy; "
		    "twrbac compile shows %s",
		    s->n_warnings, s->n_warnings == 1 ? "" : "s",
		    s->n_warnings == 1 ? "it" : "them");
	if (session_conf_edited(s, ac))
		out_note(s->out,
		    "%s was edited since it was accepted; "
		    "run twrbac compile",
		    s->conf_path);
}

/* Mark the change as one that waits, before its policy is built. */
static enum twr_status
begin_confirm(struct session *s, const struct accepted *ac,
    struct twr_error *err)
{
	if (s->confirm_s == 0)
		return TWR_OK;
	if (ac->text == NULL || s->no_compile)
		return twr_fail(err, TWR_EREFUSED,
		    "--confirm: there must be a policy to go back to, and a "
		    "new one; run twrbac compile first, and leave out "
		    "--no-compile");
	return change_confirm_begin(&s->change, s->seq_before, err);
}

/* Everything up to the commit. *changed: there is something to commit. */
static enum twr_status
prepare(struct session *s, const struct accepted *ac, bool *changed,
    struct twr_error *err)
{
	struct journal_head head = { 0 };
	uint64_t serial = 0;
	enum twr_status rc;

	if ((rc = directory_journal_head(s->dir, &head, err)) != TWR_OK ||
	    (rc = directory_serial(s->dir, &serial, err)) != TWR_OK)
		return rc;
	*changed = head.seq != s->seq_before || s->strict;
	if (!*changed && s->review == NULL)
		return TWR_OK;
	if (*changed && (rc = begin_confirm(s, ac, err)) != TWR_OK)
		return rc;
	if (ac->text != NULL && !s->no_compile &&
	    (rc = session_build(s, ac, serial + 1, err)) != TWR_OK)
		return rc;
	return s->review == NULL ? TWR_OK : s->review(s->review_ctx, err);
}

enum twr_status
session_commit(struct session *s, struct twr_error *err)
{
	struct accepted ac = { 0 };
	bool changed = false;
	enum twr_status rc;

	if (s->follow != NULL)
		return session_commit_copy(s, err);
	if ((rc = directory_accepted(s->dir, &ac, err)) != TWR_OK ||
	    (rc = prepare(s, &ac, &changed, err)) != TWR_OK)
		goto out;
	if (changed && s->dry_run) {
		directory_rollback(s->dir);
		session_say_effect(s, &ac);
		goto out;
	}
	if (!changed || s->dry) {
		directory_rollback(s->dir);
		out_effect(s->out,
		    changed ? "planned only: nothing changed" :
			      "nothing changed");
		goto out;
	}
	if ((rc = session_make_real(s, err)) != TWR_OK)
		goto out;
	session_say_effect(s, &ac);
	say_rest(s, &ac);
	if (s->confirm_s != 0)
		session_say_confirm(s);
out:
	accepted_free(&ac);
	return rc;
}

void
session_close(struct session *s)
{
	session_sudoers_end(s);
	compiled_free(s->compiled);
	s->compiled = NULL;
	directory_close(s->dir);
	s->dir = NULL;
	compile_unlock(s->lock);
	s->lock = -1;
	accepted_free(&s->conf);
	free(s->follow);
	s->follow = NULL;
	free(s->questions);
	s->questions = NULL;
	if (s->review_end != NULL)
		s->review_end(s->review_ctx);
	s->review_end = NULL;
}
