/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate.h"
#include "pamd.h"
#include "pamd_edit.h"
#include "setup.h"
#include "text.h"

/* ---- services ---- */

/* permissive_until= among the arguments; TWR_ALWAYS without it. */
static int64_t
read_until(const char *args)
{
	static const char name[] = "permissive_until=";
	char *copy = strdup(args), *at = copy, *word;
	int64_t ret = TWR_ALWAYS;

	while (copy != NULL && (word = stack_word(&at)) != NULL) {
		if (strncmp(word, name, sizeof(name) - 1) == 0)
			(void)twr_time_parse(word + sizeof(name) - 1, &ret);
	}
	free(copy);
	return ret;
}

/* The line that judges the service, if any. */
static void
take_stack(struct setup *su, struct setup_service *sv, const struct stack *st)
{
	const struct stack_line *line;
	size_t i;

	sv->state = SETUP_UNJUDGED;
	for (i = 0; i < st->n && sv->state == SETUP_UNJUDGED; i++) {
		line = &st->lines[i];
		if (!stack_is_module(line, DOCTOR_MODULE))
			continue;
		(void)snprintf(sv->where, sizeof(sv->where), "%.480s:%u",
		    line->file, line->line);
		sv->until = read_until(line->args);
		sv->state = sv->until > su->cli->session->now ?
		    SETUP_PERMISSIVE :
		    SETUP_ENFORCING;
	}
	if (sv->state != SETUP_PERMISSIVE)
		sv->until = TWR_ALWAYS;
	sv->will = sv->state;
	sv->will_until = sv->until;
}

/* Is there a marked line in the service's own file? */
static bool
has_mark(const struct setup *su, const char *name)
{
	struct pamd_file file;
	struct pamd_mark mark;
	struct twr_error unused;
	bool ret;

	ret = pamd_file_read(su->places.dirs[0], name,
		  su->cli->session->paths.owner, &file, &unused) == TWR_OK &&
	    pamd_edit_find(file.text, 0, &mark);
	pamd_file_free(&file);
	return ret;
}

struct setup_service *
setup_find(const struct setup *su, const char *name)
{
	size_t i;

	for (i = 0; i < su->n; i++) {
		if (strcmp(su->services[i].name, name) == 0)
			return &su->services[i];
	}
	return NULL;
}

static enum twr_status
add_loaded(struct setup *su, const char *name, const struct stack *st,
    struct setup_service **ret, struct twr_error *err)
{
	struct setup_service *more;

	more = reallocarray(su->services, su->n + 1, sizeof(*more));
	if (more == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	su->services = more;
	more += su->n;
	memset(more, 0, sizeof(*more));
	more->file.fd = -1;
	if ((more->name = strdup(name)) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	su->n++;
	take_stack(su, more, st);
	more->marked = has_mark(su, name);
	*ret = more;
	return TWR_OK;
}

enum twr_status
setup_add(struct setup *su, const char *name, struct setup_service **ret,
    struct twr_error *err)
{
	struct stack st;
	enum twr_status rc;

	if ((*ret = setup_find(su, name)) != NULL)
		return TWR_OK;
	rc = stack_load(&su->places, name, &st, err);
	if (rc == TWR_OK || rc == TWR_ENOENT)
		rc = add_loaded(su, name, &st, ret, err);
	stack_free(&st);
	return rc;
}

/* Those that reach the module; parts of others, too, that have a mark. */
static enum twr_status
look_at_services(struct setup *su, struct twr_error *err)
{
	struct pamd_names names;
	struct setup_service *sv;
	struct stack st;
	enum twr_status rc;
	size_t i;

	rc = pamd_list(&su->places, &names, err);
	for (i = 0; rc == TWR_OK && i < names.n; i++) {
		if (strncmp(names.all[i], "common-", 7) == 0)
			continue;
		rc = stack_load(&su->places, names.all[i], &st, err);
		if (rc == TWR_ENOENT)
			rc = TWR_OK;
		else if (rc == TWR_OK && !st.from_other &&
		    pamd_stack_reaches(&st, DOCTOR_MODULE))
			rc = add_loaded(su, names.all[i], &st, &sv, err);
		stack_free(&st);
	}
	pamd_names_free(&names);
	return rc;
}

/* ---- directory and policy ---- */

static enum twr_status
look_at_directory(struct setup *su, struct twr_error *err)
{
	struct session *s = su->cli->session;
	struct accepted ac = { 0 };
	struct scope organization;
	enum twr_status rc;

	su->has_directory = access(s->directory_path, F_OK) == 0;
	if (!su->has_directory)
		return TWR_OK;
	if ((rc = session_open_read(s, false, err)) != TWR_OK ||
	    (rc = directory_scope_get(s->dir, 1, &organization, err)) !=
		TWR_OK ||
	    (rc = directory_count_administrators(s->dir, &su->administrators,
		 err)) != TWR_OK ||
	    (rc = directory_accepted(s->dir, &ac, err)) != TWR_OK)
		goto out;
	(void)snprintf(su->organization, sizeof(su->organization), "%s",
	    organization.name);
	su->is_copy = directory_is_copy(s->dir);
	su->conf_edited = !su->is_copy && session_conf_edited(s, &ac);
out:
	accepted_free(&ac);
	session_close(s);
	return rc;
}

static void
look_at_policy(struct setup *su)
{
	const struct compile_paths *paths = &su->cli->session->paths;
	struct twr_reader reader;
	struct twr_view view = { 0 };
	struct twr_error unused;

	su->has_policy = twr_policy_open(paths->policy, paths->owner, &reader,
			     &view, &unused) == TWR_OK;
	if (!su->has_policy)
		return;
	twr_view_free(&view);
	twr_reader_close(&reader);
}

static void
forget_services(struct setup *su)
{
	size_t i;

	for (i = 0; i < su->n; i++) {
		free(su->services[i].name);
		free(su->services[i].text);
		pamd_file_free(&su->services[i].file);
	}
	for (i = 0; i < su->n_refusals; i++) {
		free(su->refusals[i].login);
		free(su->refusals[i].user);
	}
	free(su->refusals);
	su->refusals = NULL;
	su->n_refusals = su->room_refusals = 0;
	free(su->services);
	free(su->texts);
	setup_profile_forget(su);
	su->services = NULL;
	su->texts = NULL;
	su->n = 0;
}

enum twr_status
setup_look(struct setup *su, struct twr_error *err)
{
	enum twr_status rc;

	forget_services(su);
	pamd_places(su->cli->session->paths.pamd, &su->places);
	if ((rc = look_at_directory(su, err)) != TWR_OK)
		return rc;
	look_at_policy(su);
	setup_profile_look(su);
	return look_at_services(su, err);
}

void
setup_end(struct setup *su)
{
	forget_services(su);
	while (su->n_kept > 0)
		free(su->kept[--su->n_kept]);
}
