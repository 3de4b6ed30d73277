/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "compile_impl.h"
#include "pamd.h"

#define MODULE "pam_twrbac.so"

static const struct twr_service *
find_service(const struct build *b, const char *name)
{
	size_t i;

	for (i = 0; i < b->n_services; i++) {
		if (strcmp(b->services[i].name, name) == 0)
			return &b->services[i];
	}
	return NULL;
}

static void
add_rule_services(struct build *b, const struct config_rule *cr)
{
	struct twr_service *s;
	size_t i;

	for (i = 0; i < cr->services.n; i++) {
		s = &b->services[b->n_services++];
		s->name = cr->services.items[i];
		s->has_rule = true;
		s->subject = cr->subject;
		s->permissive_until = TWR_ALWAYS;
	}
}

/* An entry that has ended is left out: the config reader warned of it. */
static void
add_permissive(struct build *b, const struct config_permissive *pe)
{
	struct twr_service *s;
	size_t i, k;

	for (i = 0; i < pe->services.n && pe->until > b->opt->now; i++) {
		if (strcmp(pe->services.items[i], "*") == 0) {
			b->permissive_until = pe->until;
			continue;
		}
		for (k = 0; k < b->n_services; k++) {
			if (strcmp(b->services[k].name,
				pe->services.items[i]) == 0)
				break;
		}
		s = &b->services[k];
		if (k == b->n_services) {
			s->name = pe->services.items[i];
			s->subject = TWR_SUBJECT_BY_SERVICE;
			b->n_services++;
		}
		s->permissive_until = pe->until;
	}
}

enum twr_status
build_services(struct build *b, struct twr_error *err)
{
	size_t i, n = 0;

	b->permissive_until = TWR_ALWAYS;
	for (i = 0; i < b->cf->n_rules; i++)
		n += b->cf->rules[i].services.n;
	for (i = 0; i < b->cf->n_permissive; i++)
		n += b->cf->permissive[i].services.n;
	b->services = memory_get(&b->mem, n, sizeof(*b->services));
	if (b->services == NULL)
		return build_no_memory(err);
	for (i = 0; i < b->cf->n_rules; i++)
		add_rule_services(b, &b->cf->rules[i]);
	for (i = 0; i < b->cf->n_permissive; i++)
		add_permissive(b, &b->cf->permissive[i]);
	return TWR_OK;
}

static int
compare_names(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

bool
build_login_is_exempt(const struct build *b, const char *login)
{
	return b->exempt_logins.n > 0 &&
	    bsearch(&login, b->exempt_logins.all, b->exempt_logins.n,
		sizeof(login), compare_names) != NULL;
}

/* One configured entry: each of its services times each of its logins. */
static void
add_exempt(struct build *b, const struct config_exempt *ce)
{
	uint32_t needs = (ce->logins.n > 0 ? TWR_EXEMPT_LOGIN : 0) |
	    (ce->system_accounts ? TWR_EXEMPT_SYSTEM : 0) |
	    (ce->everyone ? TWR_EXEMPT_EVERYONE : 0);
	size_t i, k, each = ce->logins.n > 0 ? ce->logins.n : 1;
	struct twr_exemption *e;

	for (i = 0; i < ce->services.n; i++) {
		for (k = 0; k < each; k++) {
			e = &b->exemptions[b->n_exemptions++];
			e->service = ce->services.items[i];
			e->needs = needs;
			e->login = ce->logins.n > 0 ? ce->logins.items[k] : "";
			e->uid = accounts_uid(&b->accounts, e->login);
		}
	}
}

enum twr_status
build_exemptions(struct build *b, struct twr_error *err)
{
	const struct config *cf = b->cf;
	size_t i, k, n = 0;

	for (i = 0; i < cf->n_exempt; i++)
		n += cf->exempt[i].services.n * (cf->exempt[i].logins.n + 1);
	b->exemptions = memory_get(&b->mem, n, sizeof(*b->exemptions));
	if (b->exemptions == NULL)
		return build_no_memory(err);
	for (i = 0; i < cf->n_exempt; i++) {
		add_exempt(b, &cf->exempt[i]);
		for (k = 0; k < cf->exempt[i].logins.n; k++) {
			if (!names_add(&b->exempt_logins,
				cf->exempt[i].logins.items[k]))
				return build_no_memory(err);
		}
	}
	if (b->exempt_logins.n > 0)
		qsort(b->exempt_logins.all, b->exempt_logins.n,
		    sizeof(*b->exempt_logins.all), compare_names);
	return TWR_OK;
}

static bool
is_exempt_for_all(const struct build *b, const char *service)
{
	size_t i;

	for (i = 0; i < b->n_exemptions; i++) {
		if (b->exemptions[i].needs == TWR_EXEMPT_EVERYONE &&
		    strcmp(b->exemptions[i].service, service) == 0)
			return true;
	}
	return false;
}

static void
warn_of_service(void *ctx, const char *service)
{
	const struct build *b = ctx;
	const struct twr_service *s = find_service(b, service);

	if ((s != NULL && s->has_rule) || is_exempt_for_all(b, service))
		return;
	build_warn(b, 0,
	    "%s/%s reaches %s and no rule names the service: everybody is "
	    "refused there unless exempt; add a rule for \"%s\" or for "
	    "\"other\"",
	    b->opt->paths.pamd, service, MODULE, service);
}

void
build_warn_of_pamd(struct build *b)
{
	const struct twr_service *other = find_service(b, "other");
	struct twr_error err;

	/* the rule for "other" takes what has none */
	if (b->opt->paths.pamd == NULL || (other != NULL && other->has_rule))
		return;
	if (pamd_each_service(b->opt->paths.pamd, MODULE, warn_of_service, b,
		&err) != TWR_OK)
		build_warn(b, 0, "%s", err.text);
}
