/* SPDX-License-Identifier: BSD-2-Clause */
/* A policy that is not in force: of the past, or of another scope. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ask.h"
#include "clock.h"
#include "config.h"

static struct config_rule *
find_rule(struct config *cf, const char *service)
{
	size_t i, k;

	for (i = 0; i < cf->n_rules; i++)
		for (k = 0; k < cf->rules[i].services.n; k++)
			if (strcmp(cf->rules[i].services.items[k], service) ==
			    0)
				return &cf->rules[i];
	return NULL;
}

/* As if the rule of the service, or else of "other", named the scope. */
static enum twr_status
move_rule(struct session *s, struct config *cf, const char *service,
    const char *scope, struct twr_error *err)
{
	struct config_rule *rule = find_rule(cf, service);
	struct scope sc;
	char *sid;
	enum twr_status rc;

	rc = directory_scope_find(s->dir, scope, &sc, NULL, err);
	if (rc != TWR_OK)
		return rc;
	if (rule == NULL)
		rule = find_rule(cf, "other");
	if (rule == NULL)
		return TWR_OK; /* there is none that could name it */
	if ((sid = strdup(sc.sid)) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	free(rule->scope);
	rule->scope = sid;
	return TWR_OK;
}

static enum twr_status
compile_to(struct session *s, const struct accepted *ac, const char *service,
    const char *scope, int fd, struct twr_error *err)
{
	struct compile_options opt = { .paths = s->paths,
		.now = s->past ? s->policy_at : clock_now(),
		.clock_ok = true };
	char name[sizeof(ac->path) + 16];
	struct config *cf = NULL;
	uint64_t serial = 0;
	enum twr_status rc;

	snprintf(name, sizeof(name), "%s (as accepted)", ac->path);
	opt.conf_name = name;
	opt.paths.pamd = NULL;
	if ((rc = directory_serial(s->dir, &serial, err)) != TWR_OK ||
	    (rc = config_parse(ac->text, name, opt.now, NULL, &cf, err)) !=
		TWR_OK)
		goto out;
	if (scope != NULL &&
	    (rc = move_rule(s, cf, service, scope, err)) != TWR_OK)
		goto out;
	rc = compile_into(s->dir, cf, ac, serial, &opt, fd, err);
out:
	config_free(cf);
	return rc;
}

enum twr_status
ask_compile(struct session *s, const char *service, const char *scope, int *ret,
    struct twr_error *err)
{
	struct accepted ac = { 0 };
	enum twr_status rc;
	int fd = -1;

	if ((rc = directory_accepted(s->dir, &ac, err)) != TWR_OK)
		goto out;
	if (ac.text == NULL) {
		rc = twr_fail(err, TWR_ENOENT,
		    "no configuration was accepted yet, so every login is "
		    "refused (policy-missing); run twrbac compile");
		goto out;
	}
	if ((fd = memfd_create("twrbac-policy", MFD_CLOEXEC)) == -1) {
		rc = twr_fail(err, TWR_EWRITE,
		    "no memory for a policy to ask: %s", strerror(errno));
		goto out;
	}
	rc = compile_to(s, &ac, service, scope, fd, err);
	if (rc == TWR_OK) {
		*ret = fd;
		fd = -1;
	}
out:
	if (fd != -1)
		(void)close(fd);
	accepted_free(&ac);
	return rc;
}
