/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CATALOGUE_H
#define TWRBAC_CATALOGUE_H

/*
 * The catalogue: the roles that twrbac ships (etc/roles.conf, libconfig
 * syntax). It is loaded whole and validated whole; what comes out is sound:
 * keys and SIDs are unique, every included role exists, no role includes
 * itself by any way, permissions have their form.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "directory.h"
#include "status.h"

struct catalogue_list {
	char **items;
	size_t n;
};

struct catalogue_role {
	unsigned line; /* in the file, for messages */
	struct role role; /* .id is 0, .shipped is true */
	struct catalogue_list permissions; /* own ones, in the file's order */
	struct catalogue_list includes; /* keys, one level */
};

struct catalogue {
	struct catalogue_role *roles; /* in the file's order */
	size_t n_roles;
};

/*
 * Read and validate the catalogue at path. ret is set on TWR_OK only;
 * release with catalogue_free(). TWR_ENOENT: no such file; TWR_EUNREADABLE;
 * TWR_EDATA: "FILE:LINE: cause; cure"; TWR_ENOMEM.
 */
enum twr_status catalogue_load(const char *path, struct catalogue **ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* The same from text; name stands for the file in messages. */
enum twr_status catalogue_parse(const char *text, const char *name,
    struct catalogue **ret, struct twr_error *err) TWR_MUST_CHECK;
void catalogue_free(struct catalogue *cat); /* NULL is allowed */

/* The role with this key; NULL when there is none. */
const struct catalogue_role *catalogue_find(const struct catalogue *cat,
    const char *key);

/*
 * Whether text is a permission: three or more names, each after a slash,
 * of lowercase letters, digits, '-' and '_', such as
 * /twilio/studio/flows/read; at most TWR_NAME_MAX bytes.
 */
bool catalogue_permission_valid(const char *text);
/* Whether text is a role key: group, colon, slug, such as hosts:login. */
bool catalogue_key_valid(const char *text);

#endif
