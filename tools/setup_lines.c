/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "ask.h"
#include "pamd.h"
#include "pamd_edit.h"
#include "setup.h"
#include "text.h"

#define CONTROL "[success=ok ignore=ignore default=die]"

static enum twr_status
no_memory(struct twr_error *err)
{
	return twr_fail(err, TWR_ENOMEM, "out of memory");
}

/* ---- which services ---- */

/* Two ways into the same program: one alone would be a side door. */
static const char *const pairs[][2] = { { "sudo", "sudo-i" },
	{ "su", "su-l" } };

static bool
has_file(const struct setup *su, const char *name)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", su->places.dirs[0], name);

	return n > 0 && (size_t)n < sizeof(path) && access(path, F_OK) == 0;
}

static enum twr_status
choose_one(struct setup *su, const char *word, struct twr_error *err)
{
	char name[TWR_SERVICE_MAX + 1];
	struct setup_service *sv;
	struct twr_error why;
	enum twr_status rc;
	size_t i;

	if ((rc = ask_service(word, name, err)) != TWR_OK)
		return rc;
	if (strncmp(name, "common-", 7) == 0)
		return twr_fail(err, TWR_EINVAL,
		    "%s: is a part of other services, and pam-auth-update's; "
		    "name services, such as sshd",
		    name);
	if (!has_file(su, name))
		return twr_fail(err, TWR_ENOENT,
		    "%s/%s: there is no such file; name services of that "
		    "folder, and copy one there that lies in /usr/lib/pam.d",
		    su->places.dirs[0], name);
	if ((rc = setup_add(su, name, &sv, &why)) != TWR_OK)
		return twr_fail(err, rc, "%s", why.text);
	sv->chosen = true;
	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		if (strcmp(name, pairs[i][0]) != 0 ||
		    !has_file(su, pairs[i][1]))
			continue;
		if ((rc = setup_add(su, pairs[i][1], &sv, err)) != TWR_OK)
			return rc;
		sv->chosen = true;
	}
	return TWR_OK;
}

enum twr_status
setup_choose(struct setup *su, const char *list, struct twr_error *err)
{
	char *copy = strdup(list), *at = copy, *word;
	enum twr_status rc = TWR_OK;

	if (copy == NULL)
		return no_memory(err);
	while (rc == TWR_OK && (word = strsep(&at, ", ")) != NULL) {
		if (*word != '\0')
			rc = choose_one(su, word, err);
	}
	free(copy);
	return rc;
}

/* ---- what their texts are going to be ---- */

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/*
 * Has the file account lines of its own? One that is not there, or cannot be
 * read, might: whether it then holds is for the proof to say.
 */
static bool
includes_account(void *ctx, const char *file)
{
	const struct setup *su = ctx;
	struct stack st;
	struct twr_error unused;
	bool ret;

	ret = stack_load(&su->places, file, &st, &unused) != TWR_OK ||
	    !st.from_other || st.n_files == 0 ||
	    strcmp(base_name(st.files[0]), base_name(file)) != 0;
	stack_free(&st);
	return ret;
}

static char *
make_line(const struct setup *su, const struct setup_service *sv)
{
	const struct session *s = su->cli->session;
	bool own = strcmp(s->paths.policy, TWR_STATE_DIR "/policy.cdb") != 0;
	bool tells = strcmp(sv->name, "sudo") == 0 ||
	    strcmp(sv->name, "sudo-i") == 0;
	char until[TWR_TIME_LEN] = "", *ret = NULL;

	if (sv->will == SETUP_PERMISSIVE)
		twr_time_format(sv->will_until, until);
	if (asprintf(&ret,
		"account " CONTROL "\t" DOCTOR_MODULE
		" break_glass=root%s%s%s%s%s " PAMD_MARK,
		*until != '\0' ? " permissive_until=" : "", until,
		own ? " policy=" : "", own ? s->paths.policy : "",
		tells ? " tell" : "") < 0)
		return NULL;
	return ret;
}

static enum twr_status
plan_insertion(struct setup *su, struct setup_service *sv,
    struct twr_error *err)
{
	char *line;
	size_t at;

	if (!pamd_edit_place(sv->file.text, includes_account, su, &at))
		return twr_fail(err, TWR_EREFUSED,
		    "%s: has no account line, so that \"other\" decides; give "
		    "it an account phase of its own first",
		    sv->file.path);
	if ((line = make_line(su, sv)) == NULL)
		return no_memory(err);
	sv->text = pamd_edit_insert(sv->file.text, at, line);
	free(line);
	if (sv->text == NULL)
		return no_memory(err);
	sv->change = "line inserted";
	return TWR_OK;
}

static enum twr_status
plan_change(struct setup_service *sv, struct twr_error *err)
{
	char until[TWR_TIME_LEN];

	twr_time_format(sv->will_until, until);
	sv->text = pamd_edit_permit(sv->file.text,
	    sv->will == SETUP_PERMISSIVE ? until : NULL);
	if (sv->text == NULL)
		return no_memory(err);
	if (strcmp(sv->text, sv->file.text) == 0) {
		free(sv->text);
		sv->text = NULL; /* it is as it shall be */
		return TWR_OK;
	}
	sv->change = sv->will == SETUP_PERMISSIVE ? "line made permissive" :
						    "line made enforcing";
	return TWR_OK;
}

/* What is said of the lines, or what a new one begins with. */
static void
decide(struct setup *su, struct setup_service *sv)
{
	const struct setup_answers *in = &su->in;
	int64_t length = in->permissive_s != 0 ? in->permissive_s :
						 SETUP_PERMISSIVE_S;

	if (in->enforce) {
		sv->will = SETUP_ENFORCING;
		sv->will_until = TWR_ALWAYS;
	} else if (sv->state == SETUP_UNJUDGED || in->permissive_s != 0) {
		sv->will = SETUP_PERMISSIVE;
		sv->will_until = su->cli->session->now + length;
	}
}

/* One that is judged by a line that is not ours is left as it is. */
static bool
is_ours_to_change(struct setup *su, const struct setup_service *sv)
{
	bool changes = su->in.enforce || su->in.permissive_s != 0;

	if (sv->state == SETUP_UNJUDGED)
		return sv->chosen;
	if (sv->marked)
		return changes && (sv->chosen || su->in.services == NULL);
	if (sv->chosen && changes)
		out_note(su->cli->out,
		    "%s is judged already, by %s, which is not setup's: "
		    "change that line where it is made, or with --profile, "
		    "without --services, where pam-auth-update made it",
		    sv->name, sv->where);
	return false;
}

enum twr_status
setup_keep_text(struct setup *su, const char *name, char *text,
    struct twr_error *err)
{
	struct stack_text *more;
	size_t n = 0;

	while (su->texts != NULL && su->texts[n].name != NULL)
		n++;
	more = reallocarray(su->texts, n + 2, sizeof(*more));
	if (more == NULL)
		return no_memory(err);
	more[n] = (struct stack_text) { name, text };
	more[n + 1] = (struct stack_text) { NULL, NULL };
	su->texts = more;
	su->places.texts = more;
	return TWR_OK;
}

/* By one that is going to get a line, and that this one includes? */
static bool
is_judged_by_then(struct setup *su, struct setup_service *sv)
{
	struct stack st;
	struct twr_error unused;
	bool ret = false;

	if (stack_load(&su->places, sv->name, &st, &unused) == TWR_OK &&
	    !st.from_other)
		ret = pamd_stack_reaches(&st, DOCTOR_MODULE);
	stack_free(&st);
	return ret;
}

static enum twr_status
plan_one(struct setup *su, struct setup_service *sv, struct twr_error *err)
{
	const struct session *s = su->cli->session;
	enum twr_status rc;

	if (!is_ours_to_change(su, sv) ||
	    (sv->state == SETUP_UNJUDGED && is_judged_by_then(su, sv)))
		return TWR_OK;
	decide(su, sv);
	rc = pamd_file_read(su->places.dirs[0], sv->name, s->paths.owner,
	    &sv->file, err);
	if (rc != TWR_OK)
		return rc;
	rc = sv->marked ? plan_change(sv, err) : plan_insertion(su, sv, err);
	return rc == TWR_OK && sv->text != NULL ?
	    setup_keep_text(su, sv->name, sv->text, err) :
	    rc;
}

enum twr_status
setup_plan(struct setup *su, struct twr_error *err)
{
	enum twr_status rc = TWR_OK;
	size_t i;

	for (i = 0; rc == TWR_OK && i < su->n; i++)
		rc = plan_one(su, &su->services[i], err);
	return rc;
}

/* ---- writing ---- */

bool
setup_changes(const struct setup *su, const struct setup_service *sv)
{
	return sv->text != NULL || (sv->profiled && su->profile.text != NULL);
}

void
setup_announce(const struct setup *su, const char *path, const char *change)
{
	const struct actor_facts *f = &su->cli->session->facts;
	const char *by = f->sudo_login[0] != '\0' ? f->sudo_login :
	    f->login_login[0] != '\0'		  ? f->login_login :
						    f->real_login;
	char text[1024];
	struct twr_line ln;

	twr_line_init(&ln, text, sizeof(text));
	twr_line_key(&ln, "file", path, 256);
	twr_line_key(&ln, "by", by, TWR_LOGIN_MAX);
	syslog(LOG_AUTHPRIV | LOG_NOTICE, "setup: %s: %s", change, text);
}

static enum twr_status
write_all_of(struct setup *su, struct twr_error *err)
{
	struct setup_service *sv;
	struct pamd_mark mark;
	enum twr_status rc;
	size_t i;

	for (i = 0; i < su->n; i++) {
		sv = &su->services[i];
		if (sv->text == NULL)
			continue;
		if ((rc = pamd_file_replace(&sv->file, sv->text, err)) !=
		    TWR_OK)
			return rc;
		su->wrote = true;
		setup_announce(su, sv->file.path, sv->change);
		if (pamd_edit_find(sv->text, 0, &mark))
			(void)snprintf(sv->where, sizeof(sv->where),
			    "%.480s:%u", sv->file.path, mark.line);
		sv->state = sv->will;
		sv->until = sv->will_until;
	}
	return TWR_OK;
}

enum twr_status
setup_write(struct setup *su, struct twr_error *err)
{
	enum twr_status rc;
	int lock;

	if ((rc = pamd_file_lock(su->places.dirs[0], &lock, err)) != TWR_OK)
		return rc;
	rc = write_all_of(su, err);
	(void)close(lock);
	return rc;
}

/* ---- taking the lines out ---- */

static int
is_candidate(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Anything in the file that libpam would still ask for the module? */
static bool
names_module(const char *text)
{
	const char *line, *found;
	size_t len;

	for (line = text; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		found = memmem(line, strcspn(line, "#\n"), DOCTOR_MODULE,
		    strlen(DOCTOR_MODULE));
		if (found != NULL)
			return true;
	}
	return false;
}

static void
say_remains(struct setup *su, const char *path)
{
	const char *base = strrchr(path, '/') + 1;

	if (strcmp(base, "common-account") == 0 && su->in.profile &&
	    su->profile.stands)
		return; /* and is taken out yet */
	su->cli->refused = true;
	if (strcmp(base, "common-account") == 0)
		out_warn(su->cli->out,
		    "%s still names " DOCTOR_MODULE ": if it is "
		    "pam-auth-update's line, twrbac setup --remove --profile "
		    "takes it out; else do so by hand",
		    path);
	else
		out_warn(su->cli->out,
		    "%s still names " DOCTOR_MODULE " in a line that is not "
		    "setup's; take it out by hand",
		    path);
}

static enum twr_status
remove_from(struct setup *su, const char *name, struct twr_error *err)
{
	struct setup_service *sv = NULL, fresh = { .file = { .fd = -1 } };
	struct pamd_mark mark;
	struct twr_error why;
	enum twr_status rc;

	rc = pamd_file_read(su->places.dirs[0], name,
	    su->cli->session->paths.owner, &fresh.file, &why);
	if (fresh.file.text == NULL) {
		/* links lead to what is looked at by its own name, or not */
		if (rc == TWR_EUNSAFE || rc == TWR_EUNREADABLE)
			out_warn(su->cli->out, "%s", why.text);
		pamd_file_free(&fresh.file);
		return TWR_OK;
	}
	if (rc == TWR_OK && pamd_edit_find(fresh.file.text, 0, &mark)) {
		fresh.text = pamd_edit_remove(fresh.file.text);
		rc = fresh.text == NULL ? no_memory(err) :
					  setup_add(su, name, &sv, err);
	}
	if (rc == TWR_OK &&
	    names_module(fresh.text != NULL ? fresh.text : fresh.file.text))
		say_remains(su, fresh.file.path);
	if (rc != TWR_OK || sv == NULL) {
		free(fresh.text);
		pamd_file_free(&fresh.file);
		return rc == TWR_EDATA ? TWR_OK : rc;
	}
	sv->file = fresh.file;
	sv->text = fresh.text;
	sv->change = "line removed";
	sv->will = SETUP_UNJUDGED;
	sv->will_until = TWR_ALWAYS;
	return TWR_OK;
}

enum twr_status
setup_remove(struct setup *su, struct twr_error *err)
{
	struct dirent **entries = NULL;
	enum twr_status rc = TWR_OK;
	int i,
	    n = scandir(su->places.dirs[0], &entries, is_candidate, alphasort);

	for (i = 0; i < n; i++) {
		if (rc == TWR_OK)
			rc = remove_from(su, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}
