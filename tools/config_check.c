/* SPDX-License-Identifier: BSD-2-Clause */
#include "config_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "view.h"

#define DAY_S INT64_C(86400)

enum twr_status
config_fail(const struct config_place *pl, unsigned line, const char *fmt, ...)
{
	char text[TWR_ERROR_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return twr_fail(pl->err, TWR_EDATA, "%s:%u: %s", pl->name, line, text);
}

void
config_say(const struct config_place *pl, unsigned line, const char *text)
{
	char whole[TWR_ERROR_MAX];

	if (pl->warn == NULL || pl->warn->fn == NULL)
		return;
	snprintf(whole, sizeof(whole), "%s:%u: %s", pl->name, line, text);
	pl->warn->fn(pl->warn->ctx, whole);
}

static bool
is_service_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
	    c == '_' || c == '+' || c == '-';
}

static enum twr_status
check_service(const char *service, unsigned line, const struct config_place *pl)
{
	size_t i, len = strlen(service);

	if (len == 0)
		return config_fail(pl, line,
		    "the name of a service is empty; remove it, or write the "
		    "name of its file in pam.d");
	if (len > TWR_SERVICE_MAX)
		return config_fail(pl, line,
		    "the service name %.16s... has more than %d bytes; write "
		    "the name of its file in pam.d",
		    service, TWR_SERVICE_MAX);
	for (i = 0; i < len; i++) {
		if (service[i] >= 'A' && service[i] <= 'Z')
			return config_fail(pl, line,
			    "service \"%s\" has a capital letter and would "
			    "never match, since libpam makes service names "
			    "lower case; write it in lower case",
			    service);
		if (!is_service_byte(service[i]))
			return config_fail(pl, line,
			    "service \"%s\" has a character that is none of "
			    "a-z 0-9 . _ + -; write the name of its file in "
			    "pam.d",
			    service);
	}
	return TWR_OK;
}

/* star: "*", every service, is allowed as the only entry. */
static enum twr_status
check_services(const struct config_list *list, bool star,
    const struct config_place *pl)
{
	enum twr_status rc;
	size_t i;

	for (i = 0; i < list->n; i++) {
		bool any = strcmp(list->items[i], "*") == 0;

		if (any && star && list->n > 1)
			return config_fail(pl, list->lines[i],
			    "\"*\" stands for every service; write it alone");
		if (any && star)
			continue;
		if (any)
			return config_fail(pl, list->lines[i],
			    "services may be [\"*\"] only in permissive and "
			    "in an exempt entry with logins; name the "
			    "services");
		rc = check_service(list->items[i], list->lines[i], pl);
		if (rc != TWR_OK)
			return rc;
	}
	return TWR_OK;
}

/* A service and where it was named, for finding duplicates. */
struct mention {
	const char *service;
	unsigned line;
	size_t order;
};

static int
compare_mentions(const void *x, const void *y)
{
	const struct mention *a = x, *b = y;
	int way = strcmp(a->service, b->service);

	if (way != 0)
		return way;
	return a->order < b->order ? -1 : a->order > b->order;
}

struct mentions {
	struct mention *all;
	size_t n;
};

static void
mention(struct mentions *ms, const struct config_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		ms->all[ms->n].service = list->items[i];
		ms->all[ms->n].line = list->lines[i];
		ms->all[ms->n].order = ms->n;
		ms->n++;
	}
}

/* Sorts and frees the mentions. what: "a rule", "permissive". */
static enum twr_status
check_unique(struct mentions *ms, const char *what,
    const struct config_place *pl)
{
	const struct mention *a, *first = NULL;
	unsigned former = 0;
	enum twr_status rc = TWR_OK;
	size_t i;

	qsort(ms->all, ms->n, sizeof(*ms->all), compare_mentions);
	/* of several duplicates, the one that stands first in the file */
	for (i = 1; i < ms->n; i++) {
		a = &ms->all[i];
		if (strcmp(a->service, a[-1].service) == 0 &&
		    (first == NULL || a->order < first->order)) {
			first = a;
			former = a[-1].line;
		}
	}
	if (first != NULL)
		rc = config_fail(pl, first->line,
		    "%s \"%s\" was named already in line %u; keep one of "
		    "them",
		    what, first->service, former);
	free(ms->all);
	return rc;
}

static enum twr_status
begin_mentions(struct mentions *ms, size_t n, const struct config_place *pl)
{
	ms->n = 0;
	ms->all = calloc(n + 1, sizeof(*ms->all));
	if (ms->all == NULL)
		return twr_fail(pl->err, TWR_ENOMEM, "%s: out of memory",
		    pl->name);
	return TWR_OK;
}

static enum twr_status
check_list_unique(const struct config_list *list, const char *what,
    const struct config_place *pl)
{
	struct mentions ms;
	enum twr_status rc;

	if ((rc = begin_mentions(&ms, list->n, pl)) != TWR_OK)
		return rc;
	mention(&ms, list);
	return check_unique(&ms, what, pl);
}

static enum twr_status
check_rule(const struct config_rule *ru, const struct config_place *pl)
{
	enum twr_status rc;

	if (ru->services.n == 0)
		return config_fail(pl, ru->line,
		    "this rule names no services; add "
		    "services = [\"sshd\"]");
	if ((rc = check_services(&ru->services, false, pl)) != TWR_OK)
		return rc;
	if (ru->any_role.n + ru->all_roles.n + ru->any_permission.n +
		ru->all_permissions.n ==
	    0)
		return config_fail(pl, ru->line,
		    "this rule demands nothing; add any_role, all_roles, "
		    "any_permission or all_permissions");
	return TWR_OK;
}

static enum twr_status
check_rules(const struct config *cf, const struct config_place *pl)
{
	struct mentions ms;
	enum twr_status rc;
	size_t i, n = 0;

	for (i = 0; i < cf->n_rules; i++) {
		if ((rc = check_rule(&cf->rules[i], pl)) != TWR_OK)
			return rc;
		n += cf->rules[i].services.n;
	}
	if ((rc = begin_mentions(&ms, n, pl)) != TWR_OK)
		return rc;
	for (i = 0; i < cf->n_rules; i++)
		mention(&ms, &cf->rules[i].services);
	return check_unique(&ms, "service", pl);
}

/* Services that let a person in or make him somebody else. */
static bool
is_guarded(const char *service)
{
	static const char *const guarded[] = { "sshd", "login", "su", "su-l",
		"sudo", "sudo-i", "doas", "*" };
	size_t i;

	for (i = 0; i < sizeof(guarded) / sizeof(*guarded); i++) {
		if (strcmp(service, guarded[i]) == 0)
			return true;
	}
	return false;
}

static enum twr_status
check_login(const char *login, unsigned line, const struct config_place *pl)
{
	size_t i, len = strlen(login);

	if (len == 0 || len > TWR_LOGIN_MAX)
		return config_fail(pl, line,
		    "a login has 1 to %d bytes; write the name of a Unix "
		    "account",
		    TWR_LOGIN_MAX);
	if (strcmp(login, "*") == 0)
		return config_fail(pl, line,
		    "\"*\" is not a login; name each login, or use "
		    "everyone = true");
	for (i = 0; i < len; i++) {
		if ((unsigned char)login[i] < 0x20 || login[i] == 0x7f ||
		    login[i] == ':' || login[i] == '/')
			return config_fail(pl, line,
			    "login \"%s\" has a control character, ':' or "
			    "'/'; write the name of a Unix account",
			    login);
	}
	return TWR_OK;
}

static enum twr_status
check_wide_exempt(const struct config_exempt *ex, const struct config_place *pl)
{
	const char *key = ex->everyone ? "everyone" : "system_accounts";
	size_t i;

	for (i = 0; i < ex->services.n; i++) {
		if (is_guarded(ex->services.items[i]))
			return config_fail(pl, ex->services.lines[i],
			    "%s may not be exempt for service \"%s\"; use "
			    "logins = [...], or a rule",
			    key, ex->services.items[i]);
	}
	return TWR_OK;
}

static bool
list_has(const struct config_list *list, const char *item)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (strcmp(list->items[i], item) == 0)
			return true;
	return false;
}

/*
 * A rule that judges the target of su or sudo, beside an exemption for that
 * service: whoever may become the exempt login would be exempt himself.
 */
static enum twr_status
check_target_exempt(const struct config *cf, const struct config_rule *r,
    const struct config_place *pl)
{
	size_t i, k;

	if (r->subject != TWR_SUBJECT_USER)
		return TWR_OK;
	for (i = 0; i < r->services.n; i++) {
		const char *service = r->services.items[i];

		if (!twr_service_has_invoker(service))
			continue;
		for (k = 0; k < cf->n_exempt; k++)
			if (list_has(&cf->exempt[k].services, service) ||
			    list_has(&cf->exempt[k].services, "*"))
				return config_fail(pl, r->line,
				    "subject = \"user\" judges whom %s "
				    "switches to, and line %u exempts such a "
				    "login, so anybody could; take out one of "
				    "the two",
				    service, cf->exempt[k].line);
	}
	return TWR_OK;
}

static enum twr_status
check_exempt(const struct config_exempt *ex, const struct config_place *pl)
{
	bool wide = ex->system_accounts || ex->everyone;
	enum twr_status rc;
	size_t i;

	if (ex->services.n == 0)
		return config_fail(pl, ex->line,
		    "this exempt entry names no services; add "
		    "services = [\"cron\"]");
	if (ex->logins.n == 0 && !wide)
		return config_fail(pl, ex->line,
		    "this exempt entry names nobody; add logins, "
		    "system_accounts = true or everyone = true");
	if (wide && (rc = check_wide_exempt(ex, pl)) != TWR_OK)
		return rc;
	rc = check_services(&ex->services, ex->logins.n > 0, pl);
	if (rc != TWR_OK)
		return rc;
	for (i = 0; i < ex->logins.n; i++) {
		rc = check_login(ex->logins.items[i], ex->logins.lines[i], pl);
		if (rc != TWR_OK)
			return rc;
	}
	if ((rc = check_list_unique(&ex->services, "service", pl)) != TWR_OK)
		return rc;
	return check_list_unique(&ex->logins, "login", pl);
}

static enum twr_status
check_permissive(const struct config_permissive *pe,
    const struct config_place *pl)
{
	char text[128], when[TWR_TIME_LEN];

	if (pe->services.n == 0)
		return config_fail(pl, pe->line,
		    "this permissive entry names no services; add "
		    "services = [\"sshd\"]");
	if (pe->until == TWR_ALWAYS)
		return config_fail(pl, pe->line,
		    "this permissive entry has no end; add "
		    "until = \"YYYY-MM-DDThh:mm:ssZ\", at most %d days ahead",
		    CONFIG_PERMISSIVE_DAYS);
	if (pe->until > pl->now + CONFIG_PERMISSIVE_DAYS * DAY_S) {
		twr_time_format(pl->now + CONFIG_PERMISSIVE_DAYS * DAY_S, when);
		return config_fail(pl, pe->line,
		    "this permissive entry ends more than %d days ahead; "
		    "the latest end is now %s",
		    CONFIG_PERMISSIVE_DAYS, when);
	}
	if (pe->until <= pl->now) {
		twr_time_format(pe->until, when);
		snprintf(text, sizeof(text),
		    "permissive ended %s, the rules are enforced; remove "
		    "this entry",
		    when);
		config_say(pl, pe->line, text);
	}
	return check_services(&pe->services, true, pl);
}

static enum twr_status
check_all_permissive(const struct config *cf, const struct config_place *pl)
{
	struct mentions ms;
	enum twr_status rc;
	size_t i, n = 0;

	for (i = 0; i < cf->n_permissive; i++) {
		rc = check_permissive(&cf->permissive[i], pl);
		if (rc != TWR_OK)
			return rc;
		n += cf->permissive[i].services.n;
	}
	if ((rc = begin_mentions(&ms, n, pl)) != TWR_OK)
		return rc;
	for (i = 0; i < cf->n_permissive; i++)
		mention(&ms, &cf->permissive[i].services);
	return check_unique(&ms, "permissive service", pl);
}

enum twr_status
config_check(const struct config *cf, const struct config_place *pl)
{
	enum twr_status rc;
	size_t i;

	if ((rc = check_rules(cf, pl)) != TWR_OK)
		return rc;
	for (i = 0; i < cf->n_exempt; i++) {
		if ((rc = check_exempt(&cf->exempt[i], pl)) != TWR_OK)
			return rc;
	}
	for (i = 0; i < cf->n_rules; i++) {
		rc = check_target_exempt(cf, &cf->rules[i], pl);
		if (rc != TWR_OK)
			return rc;
	}
	return check_all_permissive(cf, pl);
}
