/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CONFIG_H
#define TWRBAC_CONFIG_H

/*
 * twrbac.conf(5): what the services of this host demand. Parsing checks all
 * that can be checked without the directory; resolving names of roles,
 * scopes and permissions is compile's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model.h"
#include "status.h"

#define CONFIG_TEXT_MAX (1024u * 1024u) /* bytes of a configuration */
#define CONFIG_CONTACT_MAX 200 /* bytes */
#define CONFIG_COMMENT_MAX 200 /* bytes of a sudo rule's comment */
#define CONFIG_SUDO_MAX 1000 /* sudo rules */
#define CONFIG_PERMISSIVE_DAYS 90 /* the longest permissive period */
#define CONFIG_LIST_MAX 4096 /* entries of one list */
#define CONFIG_MAX_AGE_LEAST 3600 /* policy_max_age, seconds: one hour */
#define CONFIG_MAX_AGE_MOST (3650 * INT64_C(86400)) /* and ten years */

/* Strings and the line each was written on. */
struct config_list {
	char **items;
	unsigned *lines;
	size_t n;
};

struct config_rule {
	unsigned line;
	struct config_list services;
	char *scope; /* NULL: the host's */
	unsigned scope_line; /* 0 when there is no scope */
	struct config_list any_role, all_roles;
	struct config_list any_permission, all_permissions;
	bool two_factor;
	enum twr_subject_rule subject;
};

struct config_exempt {
	unsigned line;
	struct config_list logins, services;
	bool system_accounts, everyone;
};

struct config_permissive {
	unsigned line;
	struct config_list services;
	int64_t until;
};

/* One rule of sudo: who may run which commands as whom. */
struct config_sudo {
	unsigned line;
	char *role, *permission; /* one of them */
	unsigned who_line;
	char *scope; /* NULL: that of the rule for sudo */
	unsigned scope_line;
	char *runas; /* "root" when not given */
	unsigned runas_line;
	struct config_list commands; /* sudo_command.h */
	bool nopasswd;
	char *comment; /* "" when not given */
};

struct config {
	char *organization; /* NULL: not given */
	unsigned organization_line;
	char *scope; /* the host's; compulsory */
	unsigned scope_line;
	char *contact; /* "" when not given */
	enum twr_detail detail;
	unsigned policy_mode; /* 0640 or 0644 */
	int64_t max_age_s; /* 0: a policy never goes stale */
	struct config_rule *rules;
	size_t n_rules;
	struct config_exempt *exempt;
	size_t n_exempt;
	struct config_permissive *permissive;
	size_t n_permissive;
	struct config_sudo *sudo_rules;
	size_t n_sudo_rules;
};

/* Where warnings go, one line each; NULL is allowed. */
struct config_warn {
	void (*fn)(void *ctx, const char *line);
	void *ctx;
};

/*
 * Parse text. name stands for the file in messages ("FILE:LINE: cause; cure").
 * now decides whether a permissive entry has ended (a warning) or lies more
 * than 90 days ahead (an error). ret is set on TWR_OK only; release with
 * config_free(). TWR_EDATA for anything that is wrong; TWR_ENOMEM.
 */
enum twr_status config_parse(const char *text, const char *name, int64_t now,
    const struct config_warn *warn, struct config **ret,
    struct twr_error *err) TWR_MUST_CHECK;
void config_free(struct config *cf); /* NULL is allowed */

/* A configuration as it lies on the disk, not yet parsed. */
struct config_file {
	char *text; /* malloc'd, NUL-terminated */
	uint64_t size; /* bytes, without that NUL */
	int64_t mtime_s;
	uint32_t mtime_ns;
};

/*
 * Read a configuration by the rules of twr_safe_open(): path is absolute,
 * owner (or root) owns file and folders, and nobody else can write them.
 * ret is set on TWR_OK only; release with config_file_free().
 *
 * TWR_EDATA: over CONFIG_TEXT_MAX, or it holds a NUL byte; TWR_ENOMEM; else
 * as twr_safe_open().
 */
enum twr_status config_file_read(const char *path, uid_t owner,
    struct config_file *ret, struct twr_error *err) TWR_MUST_CHECK;
void config_file_free(struct config_file *file); /* NULL is allowed */

#endif
