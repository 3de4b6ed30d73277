/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_TEST_SUPPORT_H
#define TWR_TEST_SUPPORT_H

/*
 * What the unit tests share: a folder that passes the module's rules for
 * files, policies written from structs, small requests, random numbers.
 * Anything that goes wrong here fails the test that asked.
 */

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "gate.h"
#include "model.h"

/* ---- running ---- */

struct support_test {
	const char *name;
	const TTest *test;
	int times; /* rows of a table test, seen by it as _i; 0: once */
};
#define SUPPORT_TEST(fn) \
	{ \
#fn, fn, 0 \
	}
#define SUPPORT_ROWS(fn, table) \
	{ \
#fn, fn, (int)(sizeof(table) / sizeof((table)[0])) \
	}
#define SUPPORT_END \
	{ \
		NULL, NULL, 0 \
	}

/*
 * Run the tests of one program, each in a process of its own, and return
 * main()'s exit status. tests ends with a NULL name.
 */
int support_run(const char *suite, const struct support_test *tests);

/*
 * The same with support_folder(). Without a place that passes the rules of
 * twr_safe_open() the suite is skipped, with the reason; for root that is a
 * failure.
 */
int support_run_in_folder(const char *suite, const struct support_test *tests);

/* ---- files ---- */

/* Absolute path of this program's scratch folder, removed at its end. */
const char *support_folder(void);
uid_t support_owner(void); /* who owns it */
/* A path in it; printf-like. One of 8 buffers in turn: not to be freed. */
const char *support_path(const char *fmt, ...) TWR_PRINTF(1, 2);
/* Make or replace a file, with exactly this mode. */
void support_write(const char *path, const void *data, size_t len, mode_t mode);
void support_write_text(const char *path, const char *text);
/* The whole file, NUL-terminated; release with free(). len may be NULL. */
uint8_t *support_read(const char *path, size_t *len);
/* Give a policy another format version, and a right checksum. */
void support_write_version(const char *path, uint32_t version);
void support_remove_tree(const char *path);
unsigned support_count_fds(void); /* that this process has open */

/* Memory that other processes of this test program see too, zeroed. */
void *support_shared(size_t size);

/* ---- random numbers: the same on every machine ---- */

struct support_random {
	uint64_t state; /* the seed */
};
uint64_t support_random(struct support_random *rn);
/*
 * For fuzzers: let these bytes, one for each number, come first. They must
 * outlive their use; len 0 ends it.
 */
void support_random_feed(const uint8_t *bytes, size_t len);
/* 0 to below - 1 */
unsigned support_below(struct support_random *rn, unsigned below);
/* True in percent of a hundred calls. */
bool support_chance(struct support_random *rn, unsigned percent);

/* ---- policies ---- */

struct support_rule {
	const char *service;
	struct twr_rule rule;
};

struct support_login {
	const char *name;
	struct twr_login login;
};

struct sudo_rule;

struct support_policy {
	struct twr_meta meta; /* start from support_meta() */
	const struct support_rule *rules;
	size_t n_rules;
	const struct support_login *logins;
	size_t n_logins;
	struct twr_exemptions exempt;
	const char *const *roles; /* keys; the index is the number */
	size_t n_roles;
	const char *const *scopes; /* paths; the index is the number */
	size_t n_scopes;
	/* what role questions may name; none: as if compiled before them */
	const struct twr_demand *role_sets;
	size_t n_role_sets;
	const struct twr_place *places; /* by their paths */
	size_t n_places;
	const struct sudo_rule *sudo_rules; /* sudo_rule.h */
	size_t n_sudo_rules;
};

/* Serial 42, compiled at support_now, enforcing, never stale. */
#define SUPPORT_NOW INT64_C(1700000000) /* 2023-11-14T22:13:20Z */
struct twr_meta support_meta(const struct twr_service *services, size_t n);
/* Write it with the tool's writer, prove it with the tool's verification. */
void support_policy_write(const char *path, struct support_policy *policy);

/* A gate to a policy in support_folder(), with a passwd file there. */
struct twr_gate support_gate(const char *policy_path);
#define SUPPORT_PASSWD "passwd" /* its name in support_folder() */

#endif
