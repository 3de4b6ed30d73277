/* SPDX-License-Identifier: BSD-2-Clause */

/* The input is a twrbac.conf. */
#include "config.h"
#include "fuzz.h"
#include "status.h"

/*
 * libconfig 1.5 loses the string that its scanner was reading when it meets a
 * syntax error: of no harm to a program that then ends.
 */
const char *__lsan_default_suppressions(void);

__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex\n";
}

#define NOW INT64_C(1790000000)

static void
check_warning(void *ctx, const char *line)
{
	(void)ctx;
	fuzz_check_error(line, TWR_ERROR_MAX);
	PROMISE(strncmp(line, "fuzz.conf:", 10) == 0);
}

static void
check_list(const struct config_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		PROMISE(list->items[i] != NULL && list->items[i][0] != '\0');
		PROMISE(list->lines[i] > 0);
	}
}

static void
check_rule(const struct config_rule *r)
{
	check_list(&r->services);
	check_list(&r->any_role);
	check_list(&r->all_roles);
	check_list(&r->any_permission);
	check_list(&r->all_permissions);
	PROMISE(r->services.n > 0);
	PROMISE(r->any_role.n + r->all_roles.n + r->any_permission.n +
		r->all_permissions.n >
	    0);
	PROMISE(r->scope == NULL || r->scope[0] != '\0');
	PROMISE(r->subject >= TWR_SUBJECT_BY_SERVICE &&
	    r->subject <= TWR_SUBJECT_INVOKER);
}

/* No exemption without a service, or for everyone through "*". */
static void
check_exempt(const struct config_exempt *x)
{
	size_t i;

	check_list(&x->logins);
	check_list(&x->services);
	PROMISE(x->services.n > 0);
	PROMISE(x->logins.n > 0 || x->system_accounts || x->everyone);
	for (i = 0; i < x->services.n; i++) {
		const char *s = x->services.items[i];

		PROMISE(strcmp(s, "*") != 0 || x->logins.n > 0);
		if (x->system_accounts || x->everyone)
			PROMISE(strcmp(s, "sshd") != 0 &&
			    strcmp(s, "login") != 0 && strcmp(s, "su") != 0 &&
			    strcmp(s, "sudo") != 0);
	}
}

static void
check_config(const struct config *cf)
{
	size_t i;

	PROMISE(cf->scope != NULL && cf->scope[0] != '\0');
	PROMISE(cf->contact != NULL);
	PROMISE(strlen(cf->contact) <= CONFIG_CONTACT_MAX);
	PROMISE(cf->policy_mode == 0640 || cf->policy_mode == 0644);
	PROMISE(cf->max_age_s == 0 ||
	    (cf->max_age_s >= CONFIG_MAX_AGE_LEAST &&
		cf->max_age_s <= CONFIG_MAX_AGE_MOST));
	for (i = 0; i < cf->n_rules; i++)
		check_rule(&cf->rules[i]);
	for (i = 0; i < cf->n_exempt; i++)
		check_exempt(&cf->exempt[i]);
	for (i = 0; i < cf->n_permissive; i++) {
		PROMISE(cf->permissive[i].services.n > 0);
		PROMISE(cf->permissive[i].until <=
		    NOW + INT64_C(86400) * CONFIG_PERMISSIVE_DAYS);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct config_warn warn = { check_warning, NULL };
	char *text = fuzz_string(data, size);
	struct twr_error err = { .text = "" };
	struct config *cf = NULL;
	enum twr_status rc;

	rc = config_parse(text, "fuzz.conf", NOW, &warn, &cf, &err);
	if (rc == TWR_OK) {
		check_config(cf);
	} else {
		PROMISE(rc == TWR_EDATA && cf == NULL);
		fuzz_check_error(err.text, sizeof(err.text));
		PROMISE(strncmp(err.text, "fuzz.conf", 9) == 0);
	}
	config_free(cf);
	free(text);
	return 0;
}
