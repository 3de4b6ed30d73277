/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_ORGANIZATION_READ_H
#define TWRBAC_ORGANIZATION_READ_H

/* What the files organization_read*.c share; for them only. */

#include <libconfig.h>

#include "organization.h"

enum kind {
	KIND_TEXT,
	KIND_TIME,
	KIND_BOOL,
	KIND_NUMBER, /* int64_t */
	KIND_UID,
	KIND_SCOPE_STATUS,
	KIND_USER_STATUS,
	KIND_USER_KIND,
	KIND_TWO_FACTOR,
	KIND_KINDS, /* of scopes */
	KIND_LIST,
	KIND_LOGINS
};

/* One key of a group: what its value is and where it goes. */
struct field {
	const char *key;
	enum kind kind;
	size_t offset;
	bool needed;
};

struct group {
	const char *what; /* "a user" */
	const struct field *fields;
	size_t n;
};

struct reading {
	const char *name; /* of the file */
	struct organization *org;
	struct twr_error *err;
};

/* "FILE:LINE: "key" cause" with TWR_EDATA. */
enum twr_status reading_fail(const struct reading *rd,
    const config_setting_t *set, const char *cause);
enum twr_status reading_no_memory(const struct reading *rd);
/* Read the value of one key into its place in row. */
enum twr_status reading_value(const struct reading *rd,
    const config_setting_t *set, const struct field *fd,
    void *row) TWR_MUST_CHECK;
/* ( {...}, ... ) of a user's logins. */
enum twr_status reading_logins(const struct reading *rd,
    const config_setting_t *set, struct org_user *us) TWR_MUST_CHECK;

#endif
