/* SPDX-License-Identifier: BSD-2-Clause */

/* The input is a catalogue of roles, as etc/roles.conf is. */
#include "catalogue.h"
#include "fuzz.h"
#include "text.h"

/* libconfig 1.5 loses its scanner's string at a syntax error. */
const char *__lsan_default_suppressions(void);

__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex\n";
}

static void
check_role(const struct catalogue *cat, const struct catalogue_role *r)
{
	size_t i;

	PROMISE(catalogue_key_valid(r->role.key));
	PROMISE(twr_sid_valid(r->role.sid, "IX"));
	PROMISE(catalogue_find(cat, r->role.key) == r);
	PROMISE(r->role.type >= ROLE_ORGANIZATION &&
	    r->role.type <= ROLE_CUSTOM);
	PROMISE(r->role.shipped && r->role.id == 0);
	for (i = 0; i < r->permissions.n; i++)
		PROMISE(catalogue_permission_valid(r->permissions.items[i]));
	for (i = 0; i < r->includes.n; i++)
		PROMISE(catalogue_find(cat, r->includes.items[i]) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct twr_error err = { .text = "" };
	struct catalogue *cat = NULL;
	enum twr_status rc;
	size_t i;

	rc = catalogue_parse(text, "roles.conf", &cat, &err);
	if (rc == TWR_OK) {
		for (i = 0; i < cat->n_roles; i++)
			check_role(cat, &cat->roles[i]);
	} else {
		PROMISE(rc == TWR_EDATA && cat == NULL);
		fuzz_check_error(err.text, sizeof(err.text));
	}
	catalogue_free(cat);
	free(text);
	return 0;
}
