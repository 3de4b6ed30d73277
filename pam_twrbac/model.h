/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_MODEL_H
#define TWR_MODEL_H

/*
 * The nouns: what a compiled policy says, as plain structs. The encoder in
 * tools/ fills them, the decoder in view.c makes them from policy.cdb, the
 * decision reads them, and tests write them down by hand.
 *
 * Strings are NUL-terminated and belong to whoever made the struct.
 * Times are seconds since 1970-01-01 UTC.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TWR_SID_LEN 34 /* two capital letters, 32 lowercase hex digits */
#define TWR_LOGIN_MAX 256 /* bytes of a Unix account name */
#define TWR_SERVICE_MAX 64 /* bytes of a PAM service name */
#define TWR_NAME_MAX 255 /* bytes of a user's, role's or scope's name */
#define TWR_CHAIN_MAX 3 /* subaccount, account, organization */
#define TWR_ID_LEN 16 /* bytes of a policy file's random id */
#define TWR_HASH_LEN 32 /* bytes of a SHA-256 */

#define TWR_ALWAYS INT64_MIN /* a window without a beginning */
#define TWR_NEVER INT64_MAX /* a window without an end */
#define TWR_UID_UNKNOWN UINT32_MAX

/*
 * Far apart in bits, compared with ==. Zeroed memory denies, and no single
 * flipped bit turns one into another.
 */
enum twr_verdict {
	TWR_DENY = 0,
	TWR_GRANT = 0x35ca6ea1,
	TWR_EXEMPT = 0x5afdf57e
};

/*
 * Every reason has a stable word, and a short sentence for the refused
 * person. The manual pam_twrbac(8) lists the same words.
 */
#define TWR_REASONS(X) \
	X(NONE, "none", "no decision was made") \
	X(GRANTED, "granted", "granted") \
	X(EXEMPT, "exempt", "exempt") \
	X(NO_USER, "no-user", "the program named no user") \
	X(NO_INVOKER, "no-invoker", "the program did not say who is asking") \
	X(INVOKER_MISMATCH, "invoker-mismatch", \
	    "the calling process does not belong to you") \
	X(NO_RULE, "no-rule", "this host has no rule for this service") \
	X(LOGIN_UNMAPPED, "login-unmapped", "your login is not known here") \
	X(USER_INACTIVE, "user-inactive", "your user is inactive") \
	X(USER_SUSPENDED, "user-suspended", "your user is suspended") \
	X(TWO_FACTOR_MISSING, "two-factor-missing", \
	    "your user has no two-factor enrolment") \
	X(SCOPE_UNUSABLE, "scope-unusable", \
	    "this host's scope is suspended or closed") \
	X(ROLE_MISSING, "role-missing", "you lack a role that is needed here") \
	X(ROLE_ENDED, "role-ended", "your role has ended") \
	X(ROLE_REMOVED, "role-removed", "your role was removed") \
	X(ROLE_NOT_YET, "role-not-yet", "your role has not begun") \
	X(ROLE_UNKNOWN, "role-unknown", \
	    "the host's policy knows no such role") \
	X(SCOPE_UNKNOWN, "scope-unknown", \
	    "the host's policy knows no such scope") \
	X(POLICY_MISSING, "policy-missing", "this host has no policy") \
	X(POLICY_UNREADABLE, "policy-unreadable", \
	    "this program could not read the host's policy") \
	X(POLICY_UNSAFE, "policy-unsafe", \
	    "the host's policy file is not safely owned") \
	X(POLICY_CORRUPT, "policy-corrupt", "the host's policy is damaged") \
	X(POLICY_TOO_NEW, "policy-too-new", \
	    "the host's policy is newer than its gate") \
	X(POLICY_STALE, "policy-stale", "the host's policy is too old") \
	X(BAD_ARGUMENT, "bad-argument", "the host's PAM line has an error") \
	X(NO_MEMORY, "no-memory", "the host is out of memory")

enum twr_reason {
#define X(id, word, text) TWR_REASON_##id,
	TWR_REASONS(X)
#undef X
	TWR_REASON_COUNT
};

enum twr_scope_kind {
	TWR_SCOPE_ORGANIZATION = 1,
	TWR_SCOPE_ACCOUNT,
	TWR_SCOPE_SUBACCOUNT
};

enum twr_scope_status {
	TWR_SCOPE_ACTIVE = 1,
	TWR_SCOPE_SUSPENDED,
	TWR_SCOPE_CLOSED
};

enum twr_user_status {
	TWR_USER_ACTIVE = 1,
	TWR_USER_INACTIVE, /* has left */
	TWR_USER_SUSPENDED /* for now */
};

enum twr_user_kind {
	TWR_KIND_PERSON = 1,
	TWR_KIND_SERVICE
};

enum twr_two_factor {
	TWR_2FA_ENROLLED = 1,
	TWR_2FA_NOT_ENROLLED,
	TWR_2FA_UNKNOWN
};

/* Whom a rule judges. BY_SERVICE: the service's own custom decides. */
enum twr_subject_rule {
	TWR_SUBJECT_BY_SERVICE = 1,
	TWR_SUBJECT_USER,
	TWR_SUBJECT_INVOKER
};

enum twr_detail {
	TWR_DETAIL_REASON = 1,
	TWR_DETAIL_NONE
};

/* twr_holding.flags */
#define TWR_HOLDING_REMOVED 1u /* explanation only: not_after is when */
#define TWR_HOLDING_RESOURCE 2u /* limited to a resource: satisfies nothing */

/* One role assignment of a user. In force when not_before <= now < not_after */
struct twr_holding {
	uint32_t role;
	uint32_t scope;
	int64_t not_before; /* TWR_ALWAYS: no beginning */
	int64_t not_after; /* TWR_NEVER: no end */
	uint32_t flags;
};

/* What the policy knows of one Unix login. */
struct twr_login {
	bool tombstone; /* was mapped once; everything below is empty */
	uint32_t uid; /* TWR_UID_UNKNOWN when it was not known */
	enum twr_user_status status;
	enum twr_user_kind kind;
	enum twr_two_factor two_factor;
	const char *user_sid;
	const char *user_name;
	const struct twr_holding *holdings;
	size_t n_holdings;
};

enum twr_demand_kind {
	TWR_DEMAND_ROLE = 1,
	TWR_DEMAND_PERMISSION
};

/*
 * One thing that must be held: any of these roles. any_role and
 * any_permission compile to one demand, all_roles and all_permissions to one
 * demand for each of their members. Inclusion is already expanded.
 */
struct twr_demand {
	enum twr_demand_kind kind;
	const char *label; /* as the administrator wrote it, for messages */
	const uint32_t *roles; /* ascending, at least one */
	size_t n_roles;
};

struct twr_chain_link {
	uint32_t scope;
	enum twr_scope_status status;
};

/* A scope and all above it, as a role question may name it. */
struct twr_place {
	const char *path; /* for messages */
	struct twr_chain_link chain[TWR_CHAIN_MAX];
	size_t n_chain;
};

/* One service's rule: all demands must hold. */
struct twr_rule {
	const char *scope_path; /* for messages */
	bool two_factor;
	struct twr_chain_link
	    chain[TWR_CHAIN_MAX]; /* the scope, then upwards */
	size_t n_chain;
	const struct twr_demand *demands; /* at least one, or no grant */
	size_t n_demands;
};

/* twr_exemption.needs: all that are set must match. 0 matches nothing. */
#define TWR_EXEMPT_LOGIN 1u /* the subject is .login */
#define TWR_EXEMPT_SYSTEM 2u /* a local system account that nobody mapped */
#define TWR_EXEMPT_EVERYONE 4u

struct twr_exemption {
	const char *service; /* "*": any, only together with LOGIN */
	uint32_t needs;
	const char *login; /* "" unless LOGIN */
	uint32_t uid; /* of .login, TWR_UID_UNKNOWN when not known */
};

struct twr_exemptions {
	const struct twr_exemption *entries;
	size_t n_entries;
	/*
	 * Logins with a record of their own whose uid lies in the system
	 * range: never exempt as system accounts, even when damage hides
	 * their record.
	 */
	const char *const *mapped_system;
	size_t n_mapped_system;
};

/* What the policy says of a service apart from its rule. */
struct twr_service {
	const char *name;
	bool has_rule;
	enum twr_subject_rule subject;
	int64_t permissive_until; /* TWR_ALWAYS: enforcing */
};

struct twr_meta {
	uint32_t version;
	uint64_t file_len;
	uint8_t file_id[TWR_ID_LEN];
	const char *organization_sid;
	const char *organization_name;
	uint64_t serial;
	int64_t compiled_at;
	int64_t stale_at; /* TWR_NEVER: no limit */
	uint64_t journal_seq;
	uint8_t journal_hash[TWR_HASH_LEN];
	const char *conf_path;
	uint64_t conf_size;
	int64_t conf_mtime_s;
	uint32_t conf_mtime_ns;
	uint8_t log_key[TWR_ID_LEN]; /* hides names that the policy lacks */
	/* commit-confirm: past the deadline the previous policy decides */
	uint64_t confirm_boottime_s; /* CLOCK_BOOTTIME; 0: nothing pending */
	uint8_t boot_id[TWR_ID_LEN];
	uint8_t prev_id[TWR_ID_LEN];
	uint64_t prev_serial;
	uint32_t uid_min; /* system accounts are 1 to uid_min - 1 */
	enum twr_detail detail;
	const char *contact; /* "" when not given */
	int64_t permissive_until; /* for all services; TWR_ALWAYS: enforcing */
	const struct twr_service *services;
	size_t n_services;
};

const char *twr_reason_word(enum twr_reason reason);
const char *twr_reason_sentence(enum twr_reason reason);
const char *twr_scope_kind_word(enum twr_scope_kind kind);
const char *twr_scope_status_word(enum twr_scope_status status);
const char *twr_user_status_word(enum twr_user_status status);
const char *twr_user_kind_word(enum twr_user_kind kind);
const char *twr_two_factor_word(enum twr_two_factor state);

#endif
