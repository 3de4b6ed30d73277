/* SPDX-License-Identifier: BSD-2-Clause */
#include "pamd.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SYSTEM_DIR "/etc/pam.d"

void
pamd_places(const char *dir, struct stack_places *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->dirs[0] = dir;
	if (strcmp(dir, SYSTEM_DIR) != 0)
		return;
	ret->dirs[1] = "/usr/lib/pam.d";
	ret->conf = "/etc/pam.conf";
}

bool
pamd_stack_reaches(const struct stack *st, const char *module)
{
	size_t i;

	for (i = 0; i < st->n; i++) {
		if (stack_is_module(&st->lines[i], module))
			return true;
	}
	return false;
}

/* Names that libpam could be asked for, or an editor left behind? */
static int
is_service(const struct dirent *entry)
{
	static const char *const copies[] = { ".dpkg-", ".rpm", ".pacnew",
		".pacsave", ".apk-new", ".bak", ".orig", ".swp" };
	const char *name = entry->d_name;
	size_t i;

	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._+-")] !=
		'\0' ||
	    name[0] == '.')
		return 0;
	for (i = 0; i < sizeof(copies) / sizeof(*copies); i++) {
		if (strstr(name, copies[i]) != NULL)
			return 0;
	}
	return 1;
}

bool
pamd_service_reaches(const char *dir, const char *service, const char *module)
{
	struct stack_places places;
	struct stack st;
	struct twr_error err;
	bool found;

	pamd_places(dir, &places);
	found = stack_load(&places, service, &st, &err) == TWR_OK &&
	    !st.from_other && pamd_stack_reaches(&st, module);
	stack_free(&st);
	return found;
}

/* The folder's services, added to those of the folders before it. */
static enum twr_status
list_folder(const char *dir, struct pamd_names *names, struct twr_error *err)
{
	struct dirent **entries = NULL;
	enum twr_status rc = TWR_OK;
	char **more;
	int i, n = scandir(dir, &entries, is_service, alphasort);

	if (n < 0 && (errno == ENOENT || errno == ENOTDIR))
		return TWR_OK;
	if (n < 0)
		return twr_fail(err, TWR_EUNREADABLE,
		    "%s: %s; the services there were not looked at", dir,
		    strerror(errno));
	more = reallocarray(names->all, names->n + (size_t)n + 1,
	    sizeof(*more));
	if (more == NULL)
		rc = twr_fail(err, TWR_ENOMEM, "out of memory");
	else
		names->all = more;
	for (i = 0; i < n; i++) {
		if (rc == TWR_OK &&
		    (more[names->n] = strdup(entries[i]->d_name)) == NULL)
			rc = twr_fail(err, TWR_ENOMEM, "out of memory");
		else if (rc == TWR_OK)
			names->n++;
		free(entries[i]);
	}
	free(entries);
	return rc;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

enum twr_status
pamd_list(const struct stack_places *places, struct pamd_names *ret,
    struct twr_error *err)
{
	enum twr_status rc = TWR_OK;
	size_t i, kept = 0;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; rc == TWR_OK && i < 3 && places->dirs[i] != NULL; i++)
		rc = list_folder(places->dirs[i], ret, err);
	if (ret->n > 1)
		qsort(ret->all, ret->n, sizeof(*ret->all), compare_names);
	for (i = 0; i < ret->n; i++) {
		if (kept > 0 && strcmp(ret->all[kept - 1], ret->all[i]) == 0)
			free(ret->all[i]);
		else
			ret->all[kept++] = ret->all[i];
	}
	ret->n = kept;
	return rc;
}

void
pamd_names_free(struct pamd_names *names)
{
	while (names->n > 0)
		free(names->all[--names->n]);
	free(names->all);
	memset(names, 0, sizeof(*names));
}

enum twr_status
pamd_each_service(const char *dir, const char *module,
    void (*fn)(void *ctx, const char *service), void *ctx,
    struct twr_error *err)
{
	struct stack_places places;
	struct pamd_names names;
	enum twr_status rc;
	size_t i;

	pamd_places(dir, &places);
	rc = pamd_list(&places, &names, err);
	for (i = 0; rc == TWR_OK && i < names.n; i++) {
		if (pamd_service_reaches(dir, names.all[i], module))
			fn(ctx, names.all[i]);
	}
	pamd_names_free(&names);
	return rc;
}
