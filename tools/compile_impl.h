/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_COMPILE_IMPL_H
#define TWRBAC_COMPILE_IMPL_H

/* What the parts of compile share; nobody else includes this. */

#include "compile.h"
#include "decision.h"
#include "judge.h"
#include "passwd.h"
#include "policy_reader.h"
#include "policy_writer.h"
#include "sudo_rule.h"
#include "view.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define DAY_S INT64_C(86400)
/* Assignments that ended or were removed are kept this long, to explain. */
#define HORIZON_S (30 * DAY_S)

/* ---- compile_support.c ---- */

/* Memory that lives as long as one compile. */
struct memory {
	void **all;
	size_t n, room;
};
void *memory_get(struct memory *mem, size_t n, size_t size); /* zeroed */
char *memory_text(struct memory *mem, const char *text);
void memory_free(struct memory *mem);

/* A growing set of numbers. */
struct numbers {
	uint64_t *words;
	size_t n; /* of words */
};
bool numbers_add(struct numbers *set, uint32_t number);
bool numbers_have(const struct numbers *set, uint32_t number);
void numbers_free(struct numbers *set);

/* ---- the compile ---- */

struct role_info {
	uint32_t id;
	enum role_type type;
	bool deleted;
	const char *key;
	struct names permissions; /* its own */
	struct numbers closure; /* ids of what it includes, itself too */
};

struct build {
	struct directory *dir;
	const struct config *cf;
	const struct accepted *accepted;
	const struct compile_options *opt;
	const char *conf; /* the configuration's name in messages */
	uint64_t serial;
	struct memory mem;
	struct scope organization;
	struct role_info *roles;
	size_t n_roles, roles_room;
	uint32_t owner_role, administrator_role; /* organization:... */
	struct accounts accounts;
	uint32_t uid_min;
	struct twr_rule *rules; /* in the order of cf->rules */
	struct sudo_rule *sudo_rules; /* in the order of cf->sudo_rules */
	struct twr_demand *sudo_sets; /* of those that name a permission */
	struct twr_service *services;
	size_t n_services;
	int64_t permissive_until;
	struct twr_exemption *exemptions;
	size_t n_exemptions;
	struct names exempt_logins; /* sorted */
	struct names mapped_system;
	struct names administrators; /* logins of active ones */
	size_t n_listed; /* services asked about that a policy lists */
	unsigned drifted; /* logins whose uid is not the remembered one */
	struct numbers roles_seen, scopes_seen;
	uint64_t logins; /* in all, for progress; 0: not counted */
	uint64_t done, done_told;
};

/* "FILE:LINE: cause; cure" with TWR_EDATA. */
enum twr_status build_fail(const struct build *b, unsigned line,
    struct twr_error *err, const char *fmt, ...) TWR_PRINTF(4, 5);
/* A warning; line 0: none that could be named. */
void build_warn(const struct build *b, unsigned line, const char *fmt, ...)
    TWR_PRINTF(3, 4);
enum twr_status build_no_memory(struct twr_error *err);
/* One more step of the 2 * b->logins is done. */
void build_progress(struct build *b);

/* compile_roles.c: all roles with what they include and permit */
enum twr_status build_load_roles(struct build *b,
    struct twr_error *err) TWR_MUST_CHECK;
/* Does the role, or one that it includes, carry the permission? */
bool build_role_permits(const struct build *b, const struct role_info *role,
    const char *permission);

/* compile_resolve.c: rules; compile_host.c: services and exemptions */
enum twr_status build_find_scope(struct build *b, const char *text,
    unsigned line, struct scope *ret, struct twr_error *err) TWR_MUST_CHECK;
/* A demand that any member of list meets. */
enum twr_status build_demand(struct build *b, enum twr_demand_kind kind,
    const struct config_list *list, struct twr_demand *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* compile_sudo.c: sudo_rules; the role questions of their permissions */
enum twr_status build_resolve_sudo(struct build *b,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status build_write_sudo_sets(struct build *b, struct policy_writer *pw,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status build_write_sudo(struct build *b, struct policy_writer *pw,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status build_resolve_rules(struct build *b,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status build_services(struct build *b,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status build_exemptions(struct build *b,
    struct twr_error *err) TWR_MUST_CHECK;
/* Services in pam.d that reach the module and have no rule. */
void build_warn_of_pamd(struct build *b);
bool build_login_is_exempt(const struct build *b, const char *login);

/* compile_logins.c: the two streams become records */
enum twr_status build_write_logins(struct build *b, struct policy_writer *pw,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status build_write_names(struct build *b, struct policy_writer *pw,
    struct twr_error *err) TWR_MUST_CHECK;

/* compile_asked.c: what sudoers may name as %:ROLE@SCOPE */
enum twr_status build_write_asked(struct build *b, struct policy_writer *pw,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Answer the questions of the options, each by the decision on its service;
 * where it names a scope, as if the rule were for that one.
 */
enum twr_status build_answer(struct build *b, const struct judge *new_policy,
    struct twr_error *err) TWR_MUST_CHECK;

/* compile_effect.c */
enum twr_status build_effect(struct build *b, const struct judge *old_policy,
    const struct judge *new_policy, struct compile_effect *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* compile_lockout.c */
enum twr_status build_check_lock_out(struct build *b,
    const struct judge *old_policy, const struct judge *new_policy,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- compile_folder.c: the policy's folder ---- */

struct policy_folder {
	int fd; /* opened safely; -1 */
	char *path; /* of the policy */
	char *name; /* of the policy in the folder */
	char *name_new, *name_prev;
	char *path_new;
	uid_t owner;
};
#define NAME_PREV_TMP "prev.tmp"
#define NAME_LOCK "lock"
enum twr_status folder_open(const struct compile_paths *paths,
    struct policy_folder *ret, struct twr_error *err) TWR_MUST_CHECK;
void folder_close(struct policy_folder *pf);

/* ---- compile_publish.c: policy.new on its way into force ---- */

struct compiled {
	struct policy_folder folder;
	struct compile_paths paths; /* .policy belongs to folder */
	uint64_t serial;
	struct compile_effect effect;
	bool exists; /* policy.new is there */
};
/*
 * Create policy.new beside the policy, with its final owner and mode; ret is
 * a descriptor for reading and writing.
 */
enum twr_status compiled_create(struct compiled *cp, unsigned mode, int *ret,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
