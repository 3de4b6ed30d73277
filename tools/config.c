/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_check.h"
#include "config_text.h"
#include "suggest.h"
#include "text.h"

/* A key of a group: how its value is read and where it goes. */
struct key {
	const char *name;
	enum twr_status (*read)(const config_setting_t *st, void *to,
	    const struct config_place *pl);
	size_t offset; /* into the struct that the group fills */
	size_t line_offset; /* of an unsigned; 0: nobody asks */
};

struct keys {
	const char *where; /* for messages: "in a rule" */
	const struct key *all;
	size_t n;
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static unsigned
line_of(const config_setting_t *st)
{
	return config_setting_source_line(st);
}

static enum twr_status
no_memory(const struct config_place *pl)
{
	return twr_fail(pl->err, TWR_ENOMEM, "%s: out of memory", pl->name);
}

static enum twr_status
read_string(const config_setting_t *st, void *to, const struct config_place *pl)
{
	const char *key = config_setting_name(st), *text;
	char **ret = to;

	if (config_setting_type(st) != CONFIG_TYPE_STRING)
		return config_fail(pl, line_of(st),
		    "\"%s\" must be a string; write %s = \"...\"", key, key);
	text = config_setting_get_string(st);
	if (text[0] == '\0')
		return config_fail(pl, line_of(st),
		    "\"%s\" is empty; write a value or remove the line", key);
	if ((*ret = strdup(text)) == NULL)
		return no_memory(pl);
	return TWR_OK;
}

static enum twr_status
read_bool(const config_setting_t *st, void *to, const struct config_place *pl)
{
	const char *key = config_setting_name(st);
	bool *ret = to;

	if (config_setting_type(st) != CONFIG_TYPE_BOOL)
		return config_fail(pl, line_of(st),
		    "\"%s\" must be true or false; write %s = true", key, key);
	*ret = config_setting_get_bool(st) == CONFIG_TRUE;
	return TWR_OK;
}

static enum twr_status
fill_list(const config_setting_t *st, struct config_list *ret, size_t n,
    const struct config_place *pl)
{
	const config_setting_t *el;
	const char *text;

	ret->items = calloc(n, sizeof(*ret->items));
	ret->lines = calloc(n, sizeof(*ret->lines));
	if (ret->items == NULL || ret->lines == NULL)
		return no_memory(pl);
	for (; ret->n < n; ret->n++) {
		el = config_setting_get_elem(st, (unsigned)ret->n);
		text = config_setting_get_string(el);
		if (text == NULL)
			return config_fail(pl, line_of(el),
			    "\"%s\" must hold strings; put each in double "
			    "quotes",
			    config_setting_name(st));
		if (text[0] == '\0')
			return config_fail(pl, line_of(el),
			    "\"%s\" holds an empty string; remove it",
			    config_setting_name(st));
		if ((ret->items[ret->n] = strdup(text)) == NULL)
			return no_memory(pl);
		ret->lines[ret->n] = line_of(el);
	}
	return TWR_OK;
}

static enum twr_status
read_list(const config_setting_t *st, void *to, const struct config_place *pl)
{
	const char *key = config_setting_name(st);
	int n;

	if (config_setting_type(st) != CONFIG_TYPE_ARRAY)
		return config_fail(pl, line_of(st),
		    "\"%s\" must be a list of strings; write "
		    "%s = [\"...\", \"...\"]",
		    key, key);
	n = config_setting_length(st);
	if (n <= 0)
		return config_fail(pl, line_of(st),
		    "\"%s\" is an empty list, which means nobody and "
		    "nothing; fill it or remove the line",
		    key);
	if (n > CONFIG_LIST_MAX)
		return config_fail(pl, line_of(st),
		    "\"%s\" has more than %d entries; split it", key,
		    CONFIG_LIST_MAX);
	return fill_list(st, to, (size_t)n, pl);
}

static enum twr_status
read_subject(const config_setting_t *st, void *to,
    const struct config_place *pl)
{
	const char *text = config_setting_get_string(st);
	enum twr_subject_rule *ret = to;

	if (text != NULL && strcmp(text, "user") == 0)
		*ret = TWR_SUBJECT_USER;
	else if (text != NULL && strcmp(text, "invoker") == 0)
		*ret = TWR_SUBJECT_INVOKER;
	else
		return config_fail(pl, line_of(st),
		    "\"subject\" must be \"user\" or \"invoker\"; remove the "
		    "line for what is customary for the service");
	return TWR_OK;
}

static enum twr_status
read_until(const config_setting_t *st, void *to, const struct config_place *pl)
{
	const char *text = config_setting_get_string(st);

	if (text == NULL || !twr_time_parse(text, to))
		return config_fail(pl, line_of(st),
		    "\"until\" is not a time; write it as "
		    "until = \"2026-12-31T00:00:00Z\"");
	return TWR_OK;
}

static enum twr_status
read_detail(const config_setting_t *st, void *to, const struct config_place *pl)
{
	const char *text = config_setting_get_string(st);
	enum twr_detail *ret = to;

	if (text != NULL && strcmp(text, "reason") == 0)
		*ret = TWR_DETAIL_REASON;
	else if (text != NULL && strcmp(text, "none") == 0)
		*ret = TWR_DETAIL_NONE;
	else
		return config_fail(pl, line_of(st),
		    "\"refusal_detail\" must be \"reason\" or \"none\"; "
		    "remove the line for \"reason\"");
	return TWR_OK;
}

/*
 * A string, since libconfig takes the number 0640 for six hundred and forty.
 */
static enum twr_status
read_mode(const config_setting_t *st, void *to, const struct config_place *pl)
{
	const char *text = config_setting_get_string(st);
	unsigned *ret = to;

	if (text != NULL && strcmp(text, "0640") == 0)
		*ret = 0640;
	else if (text != NULL && strcmp(text, "0644") == 0)
		*ret = 0644;
	else
		return config_fail(pl, line_of(st),
		    "\"policy_mode\" must be \"0640\" or \"0644\", in double "
		    "quotes; remove the line for \"0640\"");
	return TWR_OK;
}

static int64_t
unit_s(char unit)
{
	switch (unit) {
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	case 'w':
		return 7 * 86400;
	default:
		return 0;
	}
}

static enum twr_status
read_max_age(const config_setting_t *st, void *to,
    const struct config_place *pl)
{
	const char *text = config_setting_get_string(st), *p = text;
	int64_t number = 0, *ret = to;

	for (; p != NULL && *p >= '0' && *p <= '9' && p - text < 6; p++)
		number = 10 * number + (*p - '0');
	if (p == NULL || p == text || unit_s(*p) == 0 || p[1] != '\0')
		return config_fail(pl, line_of(st),
		    "\"policy_max_age\" is not a period; write a number and "
		    "h, d or w, such as \"30d\"");
	*ret = number * unit_s(*p);
	if (*ret < CONFIG_MAX_AGE_LEAST || *ret > CONFIG_MAX_AGE_MOST)
		return config_fail(pl, line_of(st),
		    "\"policy_max_age\" must be from 1h to 3650d; at that "
		    "age everybody is refused until a new compile");
	return TWR_OK;
}

static enum twr_status
read_contact(const config_setting_t *st, void *to,
    const struct config_place *pl)
{
	enum twr_status rc;
	const char *p;

	if ((rc = read_string(st, to, pl)) != TWR_OK)
		return rc;
	p = config_setting_get_string(st);
	if (strlen(p) > CONFIG_CONTACT_MAX)
		return config_fail(pl, line_of(st),
		    "\"contact\" has more than %d bytes; shorten it",
		    CONFIG_CONTACT_MAX);
	for (; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return config_fail(pl, line_of(st),
			    "\"contact\" has a control character; it is shown "
			    "on terminals, remove it");
	}
	return TWR_OK;
}

static enum twr_status
unknown_key(const config_setting_t *st, const struct keys *ks,
    const struct config_place *pl)
{
	const char *name = config_setting_name(st);
	struct suggestion sg;
	char known[256] = "";
	size_t i, len = 0;

	suggest_init(&sg, name);
	for (i = 0; i < ks->n; i++) {
		suggest_offer(&sg, ks->all[i].name);
		if (len < sizeof(known))
			len += (size_t)snprintf(known + len,
			    sizeof(known) - len, "%s%s", i > 0 ? ", " : "",
			    ks->all[i].name);
	}
	if (suggest_best(&sg) != NULL)
		return config_fail(pl, line_of(st),
		    "unknown key \"%s\" %s; did you mean \"%s\"?", name,
		    ks->where, suggest_best(&sg));
	return config_fail(pl, line_of(st),
	    "unknown key \"%s\" %s; the keys are %s", name, ks->where, known);
}

static const struct key *
find_key(const char *name, const struct keys *ks)
{
	size_t i;

	for (i = 0; i < ks->n; i++) {
		if (strcmp(ks->all[i].name, name) == 0)
			return &ks->all[i];
	}
	return NULL;
}

static enum twr_status
read_group(const config_setting_t *group, const struct keys *ks, void *to,
    const struct config_place *pl)
{
	const config_setting_t *st;
	const struct key *key;
	enum twr_status rc;
	unsigned i;
	char *base = to;

	for (i = 0; (st = config_setting_get_elem(group, i)) != NULL; i++) {
		if ((key = find_key(config_setting_name(st), ks)) == NULL)
			return unknown_key(st, ks, pl);
		if ((rc = key->read(st, base + key->offset, pl)) != TWR_OK)
			return rc;
		if (key->line_offset != 0)
			memcpy(base + key->line_offset,
			    &(unsigned) { line_of(st) }, sizeof(unsigned));
	}
	return TWR_OK;
}

#define KEY(type, name, read) \
	{ \
#name, read, offsetof(struct type, name), 0 \
	}

static const struct key rule_keys[] = {
	KEY(config_rule, services, read_list),
	{ "scope", read_string, offsetof(struct config_rule, scope),
	    offsetof(struct config_rule, scope_line) },
	KEY(config_rule, any_role, read_list),
	KEY(config_rule, all_roles, read_list),
	KEY(config_rule, any_permission, read_list),
	KEY(config_rule, all_permissions, read_list),
	KEY(config_rule, two_factor, read_bool),
	KEY(config_rule, subject, read_subject),
};

static const struct key exempt_keys[] = {
	KEY(config_exempt, services, read_list),
	KEY(config_exempt, logins, read_list),
	KEY(config_exempt, system_accounts, read_bool),
	KEY(config_exempt, everyone, read_bool),
};

static const struct key sudo_keys[] = {
	{ "role", read_string, offsetof(struct config_sudo, role),
	    offsetof(struct config_sudo, who_line) },
	{ "permission", read_string, offsetof(struct config_sudo, permission),
	    offsetof(struct config_sudo, who_line) },
	{ "scope", read_string, offsetof(struct config_sudo, scope),
	    offsetof(struct config_sudo, scope_line) },
	{ "runas", read_string, offsetof(struct config_sudo, runas),
	    offsetof(struct config_sudo, runas_line) },
	KEY(config_sudo, commands, read_list),
	KEY(config_sudo, nopasswd, read_bool),
	KEY(config_sudo, comment, read_string),
};

static const struct key permissive_keys[] = {
	KEY(config_permissive, services, read_list),
	KEY(config_permissive, until, read_until),
};

/*
 * A list of groups. ret is a fresh array of n zeroed members of size bytes,
 * each of which begins with the unsigned line.
 */
static enum twr_status
open_groups(const config_setting_t *st, size_t size, void **ret, size_t *n,
    const struct config_place *pl)
{
	const char *key = config_setting_name(st);
	const config_setting_t *el;
	int i, len = config_setting_length(st);

	if (config_setting_type(st) != CONFIG_TYPE_LIST)
		return config_fail(pl, line_of(st),
		    "\"%s\" must be a list of groups; write "
		    "%s = ( { ... }, { ... } )",
		    key, key);
	if (len <= 0 || len > CONFIG_LIST_MAX)
		return config_fail(pl, line_of(st),
		    "\"%s\" must have 1 to %d entries; fill it or remove the "
		    "line",
		    key, CONFIG_LIST_MAX);
	if ((*ret = calloc((size_t)len, size)) == NULL)
		return no_memory(pl);
	*n = (size_t)len;
	for (i = 0; i < len; i++) {
		el = config_setting_get_elem(st, (unsigned)i);
		if (config_setting_type(el) != CONFIG_TYPE_GROUP)
			return config_fail(pl, line_of(el),
			    "each entry of \"%s\" must be a group; write "
			    "{ key = value; ... }",
			    key);
		memcpy((char *)*ret + (size_t)i * size,
		    &(unsigned) { line_of(el) }, sizeof(unsigned));
	}
	return TWR_OK;
}

static enum twr_status
read_rules(const config_setting_t *st, void *to, const struct config_place *pl)
{
	static const struct keys ks = { "in a rule", rule_keys,
		COUNT(rule_keys) };
	struct config *cf = to;
	enum twr_status rc;
	void *all = NULL;
	size_t i;

	rc = open_groups(st, sizeof(*cf->rules), &all, &cf->n_rules, pl);
	cf->rules = all;
	for (i = 0; rc == TWR_OK && i < cf->n_rules; i++) {
		cf->rules[i].subject = TWR_SUBJECT_BY_SERVICE;
		rc = read_group(config_setting_get_elem(st, (unsigned)i), &ks,
		    &cf->rules[i], pl);
	}
	return rc;
}

static enum twr_status
read_exempt(const config_setting_t *st, void *to, const struct config_place *pl)
{
	static const struct keys ks = { "in an exempt entry", exempt_keys,
		COUNT(exempt_keys) };
	struct config *cf = to;
	enum twr_status rc;
	void *all = NULL;
	size_t i;

	rc = open_groups(st, sizeof(*cf->exempt), &all, &cf->n_exempt, pl);
	cf->exempt = all;
	for (i = 0; rc == TWR_OK && i < cf->n_exempt; i++)
		rc = read_group(config_setting_get_elem(st, (unsigned)i), &ks,
		    &cf->exempt[i], pl);
	return rc;
}

static enum twr_status
read_permissive(const config_setting_t *st, void *to,
    const struct config_place *pl)
{
	static const struct keys ks = { "in a permissive entry",
		permissive_keys, COUNT(permissive_keys) };
	struct config *cf = to;
	enum twr_status rc;
	void *all = NULL;
	size_t i;

	rc = open_groups(st, sizeof(*cf->permissive), &all, &cf->n_permissive,
	    pl);
	cf->permissive = all;
	for (i = 0; rc == TWR_OK && i < cf->n_permissive; i++) {
		cf->permissive[i].until = TWR_ALWAYS;
		rc = read_group(config_setting_get_elem(st, (unsigned)i), &ks,
		    &cf->permissive[i], pl);
	}
	return rc;
}

static enum twr_status
read_sudo_rules(const config_setting_t *st, void *to,
    const struct config_place *pl)
{
	static const struct keys ks = { "in a sudo rule", sudo_keys,
		COUNT(sudo_keys) };
	struct config *cf = to;
	enum twr_status rc;
	void *all = NULL;
	size_t i;

	rc = open_groups(st, sizeof(*cf->sudo_rules), &all, &cf->n_sudo_rules,
	    pl);
	cf->sudo_rules = all;
	for (i = 0; rc == TWR_OK && i < cf->n_sudo_rules; i++)
		rc = read_group(config_setting_get_elem(st, (unsigned)i), &ks,
		    &cf->sudo_rules[i], pl);
	return rc;
}

static const struct key top_keys[] = {
	{ "organization", read_string, offsetof(struct config, organization),
	    offsetof(struct config, organization_line) },
	{ "scope", read_string, offsetof(struct config, scope),
	    offsetof(struct config, scope_line) },
	KEY(config, contact, read_contact),
	{ "refusal_detail", read_detail, offsetof(struct config, detail), 0 },
	KEY(config, policy_mode, read_mode),
	{ "policy_max_age", read_max_age, offsetof(struct config, max_age_s),
	    0 },
	{ "rules", read_rules, 0, 0 },
	{ "exempt", read_exempt, 0, 0 },
	{ "permissive", read_permissive, 0, 0 },
	{ "sudo_rules", read_sudo_rules, 0, 0 },
};

static enum twr_status
read_top(config_t *lc, struct config *cf, const struct config_place *pl)
{
	static const struct keys ks = { "at the top level", top_keys,
		COUNT(top_keys) };
	enum twr_status rc;

	rc = read_group(config_root_setting(lc), &ks, cf, pl);
	if (rc != TWR_OK)
		return rc;
	if (cf->scope == NULL)
		return config_fail(pl, 1,
		    "there is no scope; add scope = \"...\", where this host "
		    "lives");
	if (cf->n_rules == 0)
		return config_fail(pl, 1,
		    "there are no rules, everybody would be refused; add "
		    "rules = ( { services = [\"sshd\"]; any_role = "
		    "[\"hosts:login\"]; } )");
	if (cf->contact == NULL && (cf->contact = strdup("")) == NULL)
		return no_memory(pl);
	rc = config_check(cf, pl);
	return rc == TWR_OK ? config_sudo_finish(cf, pl) : rc;
}

static enum twr_status
explain(config_t *lc, const char *text, const struct config_place *pl)
{
	const char *what = config_error_text(lc);
	unsigned line = config_error_line(lc) > 0 ?
	    (unsigned)config_error_line(lc) :
	    1;

	if (what != NULL && strstr(what, "duplicate") != NULL)
		return config_text_repeated(text, pl->name, line, pl->err);
	if (what != NULL && strstr(what, "mismatched") != NULL)
		return config_fail(pl, line,
		    "a list in [ ] holds values of different types; put each "
		    "in double quotes");
	return config_text_explain(text, pl->name, line,
	    what != NULL ? what : "syntax error", pl->err);
}

enum twr_status
config_parse(const char *text, const char *name, int64_t now,
    const struct config_warn *warn, struct config **ret, struct twr_error *err)
{
	struct config_place pl = { name, now, warn, err };
	struct config *cf = NULL;
	config_t lc;
	enum twr_status rc;

	config_init(&lc);
	if (strnlen(text, CONFIG_TEXT_MAX + 1) > CONFIG_TEXT_MAX) {
		rc = config_fail(&pl, 1,
		    "the file is larger than %u bytes; shorten it",
		    CONFIG_TEXT_MAX);
		goto out;
	}
	if ((rc = config_text_check(text, name, err)) != TWR_OK)
		goto out;
	if ((cf = calloc(1, sizeof(*cf))) == NULL) {
		rc = no_memory(&pl);
		goto out;
	}
	cf->detail = TWR_DETAIL_REASON;
	cf->policy_mode = 0640;
	if (config_read_string(&lc, text) != CONFIG_TRUE) {
		rc = explain(&lc, text, &pl);
		goto out;
	}
	if ((rc = read_top(&lc, cf, &pl)) != TWR_OK)
		goto out;
	*ret = cf;
	cf = NULL; /* the caller owns it now */
out:
	config_destroy(&lc);
	config_free(cf);
	return rc;
}

static void
free_list(struct config_list *list)
{
	size_t i;

	for (i = 0; list->items != NULL && i < list->n; i++)
		free(list->items[i]);
	free(list->items);
	free(list->lines);
}

static void
free_rule(struct config_rule *ru)
{
	free_list(&ru->services);
	free(ru->scope);
	free_list(&ru->any_role);
	free_list(&ru->all_roles);
	free_list(&ru->any_permission);
	free_list(&ru->all_permissions);
}

static void
free_sudo_rule(struct config_sudo *ru)
{
	free(ru->role);
	free(ru->permission);
	free(ru->scope);
	free(ru->runas);
	free_list(&ru->commands);
	free(ru->comment);
}

void
config_free(struct config *cf)
{
	size_t i;

	if (cf == NULL)
		return;
	for (i = 0; cf->rules != NULL && i < cf->n_rules; i++)
		free_rule(&cf->rules[i]);
	for (i = 0; cf->exempt != NULL && i < cf->n_exempt; i++) {
		free_list(&cf->exempt[i].logins);
		free_list(&cf->exempt[i].services);
	}
	for (i = 0; cf->permissive != NULL && i < cf->n_permissive; i++)
		free_list(&cf->permissive[i].services);
	for (i = 0; cf->sudo_rules != NULL && i < cf->n_sudo_rules; i++)
		free_sudo_rule(&cf->sudo_rules[i]);
	free(cf->sudo_rules);
	free(cf->rules);
	free(cf->exempt);
	free(cf->permissive);
	free(cf->organization);
	free(cf->scope);
	free(cf->contact);
	free(cf);
}
