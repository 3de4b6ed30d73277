/* SPDX-License-Identifier: BSD-2-Clause */
#include "catalogue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libconfig.h>

#include "catalogue_check.h"
#include "suggest.h"
#include "text.h"

#define CATALOGUE_MAX (1024 * 1024) /* bytes; the shipped one has 30,000 */

/* One setting, with what messages need. */
struct place {
	const char *name; /* of the file */
	const config_setting_t *set;
};

static unsigned
line_of(const config_setting_t *set)
{
	return config_setting_source_line(set);
}

static enum twr_status
fail_at(const struct place *pl, struct twr_error *err, const char *what)
{
	return twr_fail(err, TWR_EDATA, "%s:%u: %s", pl->name, line_of(pl->set),
	    what);
}

/* ---- values ---- */

static enum twr_status
take_string(const struct place *pl, char *buf, size_t size,
    struct twr_error *err)
{
	const char *key = config_setting_name(pl->set);
	const char *text = config_setting_get_string(pl->set);

	if (text == NULL)
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: %s is not a string; write it in quotes", pl->name,
		    line_of(pl->set), key);
	if (text[0] == '\0' || strlen(text) >= size)
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: %s is empty or longer than %zu bytes; shorten it",
		    pl->name, line_of(pl->set), key, size - 1);
	(void)strcpy(buf, text);
	return TWR_OK;
}

static enum twr_status
take_bool(const struct place *pl, bool *ret, struct twr_error *err)
{
	if (config_setting_type(pl->set) != CONFIG_TYPE_BOOL)
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: %s is not a truth value; write true or false",
		    pl->name, line_of(pl->set), config_setting_name(pl->set));
	*ret = config_setting_get_bool(pl->set) != 0;
	return TWR_OK;
}

static enum twr_status
copy_items(const struct place *pl, struct catalogue_list *ret,
    struct twr_error *err)
{
	const char *text;
	int i, n = config_setting_length(pl->set);

	for (i = 0; i < n; i++) {
		text = config_setting_get_string_elem(pl->set, i);
		if (text == NULL)
			return fail_at(pl, err,
			    "a member is not a string; write it in quotes");
		if ((ret->items[i] = strdup(text)) == NULL)
			return twr_fail(err, TWR_ENOMEM, "%s: out of memory",
			    pl->name);
		ret->n++;
	}
	return TWR_OK;
}

static enum twr_status
take_list(const struct place *pl, struct catalogue_list *ret,
    struct twr_error *err)
{
	int n;

	if (config_setting_is_aggregate(pl->set) == CONFIG_FALSE ||
	    config_setting_is_group(pl->set) == CONFIG_TRUE ||
	    (n = config_setting_length(pl->set)) <= 0)
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: %s is not a list with members; write it as "
		    "[ \"one\", \"two\" ] or leave it out",
		    pl->name, line_of(pl->set), config_setting_name(pl->set));
	ret->items = calloc((size_t)n, sizeof(*ret->items));
	if (ret->items == NULL)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", pl->name);
	return copy_items(pl, ret, err);
}

static void
free_list(struct catalogue_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
}

/* ---- words ---- */

static enum twr_status
take_type(const struct place *pl, enum role_type *ret, struct twr_error *err)
{
	char text[32];
	int type;
	enum twr_status rc = take_string(pl, text, sizeof(text), err);

	if (rc != TWR_OK)
		return rc;
	for (type = ROLE_ORGANIZATION; type <= ROLE_CUSTOM; type++) {
		if (strcmp(text, role_type_word((enum role_type)type)) != 0)
			continue;
		*ret = (enum role_type)type;
		return TWR_OK;
	}
	return twr_fail(err, TWR_EDATA,
	    "%s:%u: type \"%s\" is unknown; there are organization, general, "
	    "built-in, resource and custom",
	    pl->name, line_of(pl->set), text);
}

static enum twr_status
take_origin(const struct place *pl, bool *published, struct twr_error *err)
{
	char text[32];
	enum twr_status rc = take_string(pl, text, sizeof(text), err);

	if (rc != TWR_OK)
		return rc;
	*published = strcmp(text, "published") == 0;
	if (!*published && strcmp(text, "local") != 0)
		return twr_fail(err, TWR_EDATA,
		    "%s:%u: sid_origin \"%s\" is unknown; write published "
		    "(by Twilio) or local",
		    pl->name, line_of(pl->set), text);
	return TWR_OK;
}

static enum twr_status
add_kind(const struct place *pl, const char *word, uint32_t *set,
    struct twr_error *err)
{
	int kind;

	for (kind = TWR_SCOPE_ORGANIZATION; kind <= TWR_SCOPE_SUBACCOUNT;
	     kind++) {
		if (strcmp(word,
			twr_scope_kind_word((enum twr_scope_kind)kind)) != 0)
			continue;
		if ((*set & ASSIGNABLE(kind)) != 0)
			return fail_at(pl, err,
			    "assignable_at names a kind twice; name it once");
		*set |= ASSIGNABLE(kind);
		return TWR_OK;
	}
	return twr_fail(err, TWR_EDATA,
	    "%s:%u: assignable_at names \"%s\", which is no kind of scope; "
	    "there are organization, account and subaccount",
	    pl->name, line_of(pl->set), word);
}

static enum twr_status
take_kinds(const struct place *pl, uint32_t *ret, struct twr_error *err)
{
	struct catalogue_list list = { NULL, 0 };
	size_t i;
	enum twr_status rc = take_list(pl, &list, err);

	*ret = 0;
	for (i = 0; rc == TWR_OK && i < list.n; i++)
		rc = add_kind(pl, list.items[i], ret, err);
	free_list(&list);
	return rc;
}

/* ---- one role ---- */

static const struct {
	const char *name;
	bool needed;
} keys[] = {
	{ "key", true },
	{ "sid", true },
	{ "sid_origin", true },
	{ "type", true },
	{ "group", true },
	{ "name", true },
	{ "assignable_at", true },
	{ "description", true },
	{ "permissions", false },
	{ "includes", false },
	{ "modelled", false },
};

static enum twr_status
unknown_key(const struct place *pl, const char *key, struct twr_error *err)
{
	struct suggestion sg;
	const char *best;
	size_t i;

	suggest_init(&sg, key);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		suggest_offer(&sg, keys[i].name);
	best = suggest_best(&sg);
	return twr_fail(err, TWR_EDATA,
	    "%s:%u: \"%s\" is no key of a role; %s%s%s", pl->name,
	    line_of(pl->set), key,
	    best != NULL ? "did you mean \"" : "remove it",
	    best != NULL ? best : "", best != NULL ? "\"?" : "");
}

static enum twr_status
take_value(const struct place *pl, struct catalogue_role *cr,
    struct twr_error *err)
{
	const char *key = config_setting_name(pl->set);
	struct role *ro = &cr->role;

	if (strcmp(key, "key") == 0)
		return take_string(pl, ro->key, sizeof(ro->key), err);
	if (strcmp(key, "sid") == 0)
		return take_string(pl, ro->sid, sizeof(ro->sid), err);
	if (strcmp(key, "sid_origin") == 0)
		return take_origin(pl, &ro->published_sid, err);
	if (strcmp(key, "type") == 0)
		return take_type(pl, &ro->type, err);
	if (strcmp(key, "group") == 0)
		return take_string(pl, ro->group, sizeof(ro->group), err);
	if (strcmp(key, "name") == 0)
		return take_string(pl, ro->name, sizeof(ro->name), err);
	if (strcmp(key, "assignable_at") == 0)
		return take_kinds(pl, &ro->assignable_at, err);
	if (strcmp(key, "description") == 0)
		return take_string(pl, ro->description, sizeof(ro->description),
		    err);
	if (strcmp(key, "permissions") == 0)
		return take_list(pl, &cr->permissions, err);
	if (strcmp(key, "includes") == 0)
		return take_list(pl, &cr->includes, err);
	if (strcmp(key, "modelled") == 0)
		return take_bool(pl, &ro->modelled, err);
	return unknown_key(pl, key, err);
}

static enum twr_status
take_role(const struct place *pl, struct catalogue_role *cr,
    struct twr_error *err)
{
	struct place value = { pl->name, NULL };
	size_t i;
	int at, n;
	enum twr_status rc;

	cr->line = line_of(pl->set);
	cr->role.shipped = true;
	if (config_setting_is_group(pl->set) == CONFIG_FALSE)
		return fail_at(pl, err,
		    "a role is not a group; write it in braces");
	n = config_setting_length(pl->set);
	for (at = 0; at < n; at++) {
		value.set = config_setting_get_elem(pl->set, (unsigned)at);
		if ((rc = take_value(&value, cr, err)) != TWR_OK)
			return rc;
	}
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].needed &&
		    config_setting_get_member(pl->set, keys[i].name) == NULL)
			return twr_fail(err, TWR_EDATA,
			    "%s:%u: a role lacks \"%s\"; add it", pl->name,
			    cr->line, keys[i].name);
	return TWR_OK;
}

/* ---- the whole ---- */

static enum twr_status
check_root(const char *name, const config_t *cf, struct place *roles,
    struct twr_error *err)
{
	struct place pl = { name, NULL };
	const config_setting_t *root = config_root_setting(cf);
	int at, n = config_setting_length(root);

	for (at = 0; at < n; at++) {
		pl.set = config_setting_get_elem(root, (unsigned)at);
		if (strcmp(config_setting_name(pl.set), "roles") != 0)
			return twr_fail(err, TWR_EDATA,
			    "%s:%u: \"%s\" does not belong here; a catalogue "
			    "has \"roles\" only",
			    name, line_of(pl.set), config_setting_name(pl.set));
		*roles = pl;
	}
	if (n != 1 || config_setting_is_list(roles->set) == CONFIG_FALSE ||
	    config_setting_length(roles->set) == 0)
		return twr_fail(err, TWR_EDATA,
		    "%s:1: there is no list of roles; write roles = ( {...}, "
		    "{...} );",
		    name);
	return TWR_OK;
}

static enum twr_status
take_roles(const struct place *roles, struct catalogue *cat,
    struct twr_error *err)
{
	struct place pl = { roles->name, NULL };
	int at, n = config_setting_length(roles->set);
	enum twr_status rc;

	cat->roles = calloc((size_t)n, sizeof(*cat->roles));
	if (cat->roles == NULL)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory",
		    roles->name);
	for (at = 0; at < n; at++) {
		cat->n_roles++;
		pl.set = config_setting_get_elem(roles->set, (unsigned)at);
		rc = take_role(&pl, &cat->roles[at], err);
		if (rc != TWR_OK)
			return rc;
	}
	return catalogue_check(cat, roles->name, err);
}

enum twr_status
catalogue_parse(const char *text, const char *name, struct catalogue **ret,
    struct twr_error *err)
{
	struct catalogue *cat = calloc(1, sizeof(*cat));
	struct place roles = { name, NULL };
	config_t cf;
	enum twr_status rc = TWR_EDATA;

	config_init(&cf);
	if (cat == NULL) {
		rc = twr_fail(err, TWR_ENOMEM, "%s: out of memory", name);
		goto out;
	}
	if (config_read_string(&cf, text) == CONFIG_FALSE) {
		twr_fail(err, rc,
		    "%s:%d: %s; look for a missing sign, or a comma before "
		    "\")\" or \"]\"",
		    name, config_error_line(&cf), config_error_text(&cf));
		goto out;
	}
	if ((rc = check_root(name, &cf, &roles, err)) != TWR_OK)
		goto out;
	if ((rc = take_roles(&roles, cat, err)) != TWR_OK)
		goto out;
	*ret = cat;
	cat = NULL;
out:
	catalogue_free(cat);
	config_destroy(&cf);
	return rc;
}

void
catalogue_free(struct catalogue *cat)
{
	size_t i;

	if (cat == NULL)
		return;
	for (i = 0; i < cat->n_roles; i++) {
		free_list(&cat->roles[i].permissions);
		free_list(&cat->roles[i].includes);
	}
	free(cat->roles);
	free(cat);
}

/* ---- the file ---- */

/* All of fd, at most CATALOGUE_MAX bytes, as text. */
static enum twr_status
read_all(int fd, const char *path, char **ret, struct twr_error *err)
{
	char *text = malloc(CATALOGUE_MAX + 1);
	size_t len = 0;
	ssize_t n;
	enum twr_status rc = TWR_EDATA;

	if (text == NULL)
		return twr_fail(err, TWR_ENOMEM, "%s: out of memory", path);
	while ((n = read(fd, text + len, CATALOGUE_MAX - len)) > 0)
		len += (size_t)n;
	if (n < 0)
		rc = twr_fail(err, TWR_EUNREADABLE, "%s: %s", path,
		    strerror(errno));
	else if (len == CATALOGUE_MAX)
		twr_fail(err, rc, "%s: is larger than 1 MiB", path);
	else if (memchr(text, 0, len) != NULL)
		twr_fail(err, rc, "%s: is not text: it has a NUL byte", path);
	else
		rc = TWR_OK;
	if (rc != TWR_OK) {
		free(text);
		return rc;
	}
	text[len] = '\0';
	*ret = text;
	return TWR_OK;
}

enum twr_status
catalogue_load(const char *path, struct catalogue **ret, struct twr_error *err)
{
	char *text = NULL;
	enum twr_status rc;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd == -1)
		return twr_fail(err,
		    errno == ENOENT ? TWR_ENOENT : TWR_EUNREADABLE,
		    "%s: the catalogue of roles: %s; install twrbac again, "
		    "or name it with --roles",
		    path, strerror(errno));
	rc = read_all(fd, path, &text, err);
	(void)close(fd);
	if (rc == TWR_OK)
		rc = catalogue_parse(text, path, ret, err);
	free(text);
	return rc;
}
