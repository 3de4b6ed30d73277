/* SPDX-License-Identifier: BSD-2-Clause */
#include "stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stack_impl.h"

#define LINES_MOST 4096 /* a fan of includes ends here */
#define FILES_MOST 1024
#define OTHER "other"

static bool load_file(struct load *ld, const char *name, enum phase phase,
    unsigned depth, unsigned level);

/* libpam names a module by the last part of its path, without ".so". */
static bool
has_name(const char *module)
{
	const char *slash = strrchr(module, '/');
	const char *name = slash != NULL ? slash + 1 : module;

	return name[0] != '\0' && strcmp(name, "?") != 0 &&
	    strrchr(name, '.') != name;
}

static struct stack_line *
add_line(struct load *ld, const struct source *src, unsigned first)
{
	struct stack *st = ld->st;
	struct stack_line *more;

	if (st->n == LINES_MOST) {
		snprintf(st->broken, sizeof(st->broken),
		    "%s:%u: over %d lines, includes counted", src->path, first,
		    LINES_MOST);
		return NULL;
	}
	if (st->n == st->room) {
		st->room = st->room * 2 + 16;
		more = reallocarray(st->lines, st->room, sizeof(*more));
		if (more == NULL) {
			stack_no_memory(ld);
			return NULL;
		}
		st->lines = more;
	}
	more = &st->lines[st->n++];
	memset(more, 0, sizeof(*more));
	more->file = src->path;
	more->line = first;
	more->level = src->level;
	more->module = more->args = more->control = "";
	return more;
}

static void
all_bad(struct stack_line *line)
{
	size_t i;

	for (i = 0; i < STACK_CODES; i++)
		line->actions[i] = STACK_DO_BAD;
}

static void
fails(struct stack_line *line, const char *problem)
{
	line->kind = STACK_FAILS;
	line->problem = problem;
}

/* A line that has to fail, in the place of one that could not be used. */
static void
add_failing(struct load *ld, const struct source *src, unsigned first)
{
	struct stack_line *line = add_line(ld, src, first);

	if (line == NULL)
		return;
	all_bad(line);
	fails(line, "the file it includes cannot be read");
}

/* "include FILE" and "substack FILE", after the control; file may be NULL. */
static void
take_include(struct load *ld, const struct source *src, const char *file,
    bool substack, unsigned first)
{
	if (file == NULL || (substack && !has_name(file)))
		snprintf(ld->st->broken, sizeof(ld->st->broken),
		    "%s:%u includes a file and does not name it", src->path,
		    first);
	else if (!load_file(ld, file, PHASE_ACCOUNT, src->depth + 1,
		     src->level + substack) &&
	    ld->rc == TWR_OK)
		add_failing(ld, src, first);
}

/* What stands after the type of an account line. Takes text over. */
static void
take_account(struct load *ld, const struct source *src, char *text, char *rest,
    bool illegal, unsigned first)
{
	const char *control = stack_word(&rest), *module = stack_word(&rest);
	bool substack = control != NULL && strcasecmp(control, "substack") == 0;
	struct stack_line *line;

	if (control != NULL && !substack &&
	    strcasecmp(control, "include") == 0) {
		take_include(ld, src, module, false, first);
		free(text);
		return;
	}
	if ((line = add_line(ld, src, first)) == NULL) {
		free(text);
		return;
	}
	all_bad(line);
	line->text = text;
	line->control = control != NULL ? control : "";
	line->module = module != NULL ? module : "";
	line->args = rest != NULL ? rest : "";
	if (substack) {
		line->kind = STACK_SUBSTACK;
		take_include(ld, src, module, true, first);
		return;
	}
	if (control != NULL && !stack_parse_control(control, line->actions))
		line->problem = "its control cannot be understood";
	if (illegal)
		fails(line, "its type is none of libpam's");
	else if (control == NULL)
		fails(line, "it has no control");
	else if (module == NULL)
		fails(line, "it names no module");
	if (module != NULL && !has_name(module))
		snprintf(ld->st->broken, sizeof(ld->st->broken),
		    "%s:%u names no module: %s", src->path, first, module);
}

static bool
is_other_phase(const char *type)
{
	return strcasecmp(type, "auth") == 0 ||
	    strcasecmp(type, "session") == 0 ||
	    strcasecmp(type, "password") == 0;
}

/* Debian's: the lines of another file, of all phases. */
static void
take_at_include(struct load *ld, const struct source *src, char *rest,
    unsigned first)
{
	const char *file = stack_word(&rest);

	if ((file != NULL &&
		load_file(ld, file, src->phase, src->depth + 1, src->level)) ||
	    ld->rc != TWR_OK || ld->st->broken[0] != '\0')
		return;
	if (src->phase == PHASE_ANY)
		snprintf(ld->st->broken, sizeof(ld->st->broken),
		    "%s:%u: @include %s: there is no such file", src->path,
		    first, file != NULL ? file : "");
	else
		add_failing(ld, src, first);
}

/* One whole line. Takes it over. */
static void
take(struct load *ld, const struct source *src, char *text, unsigned first)
{
	char *rest = text, *type = NULL;
	bool illegal = true;

	if (src->service != NULL) {
		type = stack_word(&rest);
		if (type == NULL || strcasecmp(type, src->service) != 0)
			goto out;
	}
	type = stack_word(&rest);
	if (type != NULL && *type == '-')
		type++; /* what is missing is not logged; no more than that */
	if (type != NULL && strcasecmp(type, "@include") == 0) {
		take_at_include(ld, src, rest, first);
		goto out;
	}
	if (type != NULL && is_other_phase(type))
		goto out;
	if (type != NULL && strcasecmp(type, "account") == 0)
		illegal = false;
	/* where all types stand, one that is none is an "auth" */
	if (illegal && src->phase == PHASE_ANY)
		goto out;
	take_account(ld, src, text, rest, illegal, first);
	return;
out:
	free(text);
}

static void
take_text(struct load *ld, struct source *src)
{
	unsigned first = 0;
	char *line;

	while (ld->rc == TWR_OK && ld->st->broken[0] == '\0' &&
	    (line = stack_take_line(ld, src, &first)) != NULL)
		take(ld, src, line, first);
}

/* False: libpam could not open or read it. */
static bool
load_fd(struct load *ld, int fd, struct source *src)
{
	char *text, broken[sizeof(ld->st->broken)];

	src->path = ld->st->files[ld->st->n_files - 1];
	text = stack_read_all(ld, fd, src->path);
	close(fd);
	if ((src->at = text) == NULL)
		return false;
	take_text(ld, src);
	free(text);
	/* an included file that breaks off is a line that fails */
	memcpy(broken, ld->st->broken, sizeof(broken));
	if (broken[0] != '\0' && src->phase == PHASE_ACCOUNT &&
	    ld->st->n < LINES_MOST) {
		ld->st->broken[0] = '\0';
		return false;
	}
	return true;
}

static bool
load_file(struct load *ld, const char *name, enum phase phase, unsigned depth,
    unsigned level)
{
	struct source src = { .phase = phase, .depth = depth, .level = level };
	int fd;

	if (depth >= STACK_LEVELS || ld->st->n_files >= FILES_MOST)
		return false;
	if ((fd = stack_open_service(ld, name)) < 0)
		return false;
	return load_fd(ld, fd, &src);
}

static bool
has_folder(const struct stack_places *places)
{
	struct stat st;
	size_t i;

	for (i = 0; i < 3 && places->dirs[i] != NULL; i++) {
		if (stat(places->dirs[i], &st) == 0 && S_ISDIR(st.st_mode))
			return true;
	}
	return false;
}

/* One file for all services: lines begin with the service's name. */
static bool
load_conf(struct load *ld, const char *service)
{
	struct source src = { .phase = PHASE_ANY, .service = service };
	int fd = stack_open_one(ld, ld->places->conf);

	return fd >= 0 && load_fd(ld, fd, &src);
}

static bool
load_service(struct load *ld, const char *service, bool conf)
{
	return conf ? load_conf(ld, service) :
		      load_file(ld, service, PHASE_ANY, 0, 0);
}

enum twr_status
stack_load(const struct stack_places *places, const char *service,
    struct stack *ret, struct twr_error *err)
{
	struct load ld = { places, ret, err, TWR_OK };
	bool conf = places->conf != NULL && !has_folder(places);
	size_t own;
	bool found;

	memset(ret, 0, sizeof(*ret));
	found = load_service(&ld, service, conf);
	if (ld.rc != TWR_OK || ret->broken[0] != '\0' ||
	    strcmp(service, OTHER) == 0)
		goto out;
	/* libpam always reads it, and breaks off where it is broken */
	own = ret->n;
	found = load_service(&ld, OTHER, conf) || found;
	ret->from_other = own == 0;
	while (own > 0 && ret->n > own)
		free(ret->lines[--ret->n].text);
out:
	if (ld.rc == TWR_OK && !found)
		return twr_fail(err, TWR_ENOENT,
		    "%s has no file in %s, and there is no \"other\"", service,
		    places->dirs[0] != NULL ? places->dirs[0] : places->conf);
	return ld.rc;
}

void
stack_free(struct stack *st)
{
	size_t i;

	for (i = 0; i < st->n; i++)
		free(st->lines[i].text);
	for (i = 0; i < st->n_files; i++)
		free(st->files[i]);
	free(st->lines);
	free(st->files);
	memset(st, 0, sizeof(*st));
}

bool
stack_is_module(const struct stack_line *line, const char *name)
{
	const char *slash = strrchr(line->module, '/');

	return line->kind == STACK_MODULE &&
	    strcmp(slash != NULL ? slash + 1 : line->module, name) == 0;
}
