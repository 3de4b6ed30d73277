/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_DIRECTORY_H
#define TWRBAC_DIRECTORY_H

/*
 * The directory: who holds which roles in which scopes, in one SQLite file.
 * This is storage: it keeps the shape of the model (kinds, foreign keys,
 * uniqueness), not its administrative rules; those are in admin.h and are
 * applied by change.h, the only caller of the functions that write.
 *
 * Row structs are filled by value and own nothing. Functions that look
 * something up return TWR_EREFUSED with a sentence for people when there is
 * no such thing, TWR_EDATA when SQLite reports damage, TWR_EBUSY when
 * another writer holds the file too long, TWR_EWRITE when it cannot be
 * written, TWR_ENOENT when there is no directory file.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "status.h"

#define DIRECTORY_PATH_MAX (3 * (TWR_NAME_MAX + 1))
#define DIRECTORY_TEXT_MAX 1024 /* descriptions, reasons */

struct directory; /* one connection; not to be kept across fork() */

struct scope {
	int64_t id; /* 1 is the organization; the policy's scope number */
	char sid[TWR_SID_LEN + 1];
	enum twr_scope_kind kind;
	int64_t parent_id; /* 0 for the organization */
	char name[TWR_NAME_MAX + 1];
	char path[DIRECTORY_PATH_MAX]; /* acme/messaging/production */
	enum twr_scope_status status;
	int64_t created_at;
};

struct user {
	int64_t id;
	char sid[TWR_SID_LEN + 1];
	char email[TWR_NAME_MAX + 1];
	char name[TWR_NAME_MAX + 1];
	enum twr_user_status status;
	enum twr_user_kind kind;
	enum twr_two_factor two_factor;
	int64_t created_at;
	int64_t removed_at; /* TWR_NEVER while there; then inactive for good */
};

struct login {
	char name[TWR_LOGIN_MAX + 1];
	int64_t user_id; /* 0: a tombstone */
	uint32_t uid; /* when it was mapped; TWR_UID_UNKNOWN */
	int64_t mapped_at;
	int64_t unmapped_at; /* TWR_NEVER while mapped */
};

enum role_type {
	ROLE_ORGANIZATION = 1,
	ROLE_GENERAL,
	ROLE_BUILT_IN,
	ROLE_RESOURCE,
	ROLE_CUSTOM
};

/* role.assignable_at: 1 << kind for each scope kind */
#define ASSIGNABLE(kind) (1u << (unsigned)(kind))

struct role {
	int64_t id; /* the policy's role number */
	char sid[TWR_SID_LEN + 1];
	char key[TWR_NAME_MAX + 1]; /* hosts:login */
	enum role_type type;
	char group[TWR_NAME_MAX + 1]; /* product group, for people */
	char name[TWR_NAME_MAX + 1];
	char description[DIRECTORY_TEXT_MAX];
	uint32_t assignable_at;
	bool published_sid; /* Twilio publishes this SID */
	bool modelled; /* permissions are our model, not published */
	bool shipped; /* from the catalogue: cannot be deleted */
	int64_t deleted_at; /* TWR_NEVER while it can be given */
};

struct assignment {
	int64_t id;
	char sid[TWR_SID_LEN + 1];
	int64_t user_id;
	int64_t role_id;
	int64_t scope_id;
	int64_t not_before; /* TWR_ALWAYS */
	int64_t not_after; /* TWR_NEVER */
	char resource_type[64]; /* "" when not limited to a resource */
	char resource_id[TWR_NAME_MAX + 1];
	char reason[DIRECTORY_TEXT_MAX]; /* "" when none was given */
	int64_t created_at;
	char created_by[TWR_NAME_MAX + 1]; /* actor's e-mail, or "as-root" */
	int64_t removed_at; /* TWR_NEVER while it stands */
	char removed_by[TWR_NAME_MAX + 1];
};

/*
 * The kinds of things that the journal speaks of, and what its rows call one:
 * scope, user, role, assignment by SID; login and setting by name; alias by
 * its parent's SID, a slash and the former name; configuration and policy,
 * of which there is one, by the words "accepted" and "serial".
 */
enum directory_entity {
	ENTITY_SCOPE = 1,
	ENTITY_ALIAS,
	ENTITY_USER,
	ENTITY_LOGIN,
	ENTITY_ROLE,
	ENTITY_ASSIGNMENT,
	ENTITY_SETTING,
	ENTITY_CONFIGURATION,
	ENTITY_POLICY
};

const char *role_type_word(enum role_type type); /* "built-in", ... */
/* "assignment", ...; "?" outside the enum. */
const char *directory_entity_word(enum directory_entity entity);

/* ---- the file ---- */

enum directory_mode {
	DIRECTORY_READ = 1,
	DIRECTORY_WRITE
};

/*
 * Create the file (mode 0600, must not exist), its tables at the newest
 * schema and the organization's scope row. The connection is left inside a
 * BEGIN IMMEDIATE transaction: directory_commit() makes it real, closing
 * without a commit removes the file again. The rest of what a directory needs
 * is change_init_organization()'s. TWR_EREFUSED when the file exists.
 */
enum twr_status directory_create(const char *path, const char *organization,
    struct directory **ret, struct twr_error *err) TWR_MUST_CHECK;
/*
 * Open an existing file, check application_id and schema version, prepare
 * every statement. An older schema is read through a copy in memory.
 *
 * TWR_EUNSAFE: the file, its -wal or its -shm is a symbolic link, is not
 * owned by the effective uid or can be written by group or others; TWR_EDATA:
 * not a directory of twrbac; TWR_ETOONEW: made by a newer twrbac; TWR_ESTALE:
 * (WRITE only) of an older schema, see directory_upgrade.h;
 * TWR_EREFUSED: a copy made by directory_backup() is only read.
 */
enum twr_status directory_open(const char *path, enum directory_mode mode,
    struct directory **ret, struct twr_error *err) TWR_MUST_CHECK;
void directory_close(struct directory *dir); /* NULL; rolls back */
const char *directory_path(const struct directory *dir);
/* Made by directory_backup(): readable, and WRITE is refused. */
bool directory_is_copy(const struct directory *dir);

enum twr_status directory_begin(struct directory *dir, /* BEGIN IMMEDIATE */
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_begin_read(struct directory *dir,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_commit(struct directory *dir,
    struct twr_error *err) TWR_MUST_CHECK;
void directory_rollback(struct directory *dir);

/* ---- one thing ---- */

/* SID or path; a former path (alias) sets *alias. alias may be NULL. */
enum twr_status directory_scope_find(struct directory *dir, const char *text,
    struct scope *ret, bool *alias, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_scope_get(struct directory *dir, int64_t id,
    struct scope *ret, struct twr_error *err) TWR_MUST_CHECK;
/* E-mail (has '@'), SID, or login. One who was removed is refused. */
enum twr_status directory_user_find(struct directory *dir, const char *text,
    struct user *ret, struct twr_error *err) TWR_MUST_CHECK;
/* The same, and by SID also who was removed. */
enum twr_status directory_user_find_ever(struct directory *dir,
    const char *text, struct user *ret, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_user_get(struct directory *dir, int64_t id,
    struct user *ret, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_login_get(struct directory *dir, const char *name,
    struct login *ret, struct twr_error *err) TWR_MUST_CHECK;
/* Key, SID, or unambiguous display name; did-you-mean in err. */
enum twr_status directory_role_find(struct directory *dir, const char *text,
    struct role *ret, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_role_get(struct directory *dir, int64_t id,
    struct role *ret, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_assignment_find(struct directory *dir,
    const char *sid, struct assignment *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * The same by name, where there are many: TWR_ENOENT, with err left alone,
 * when there is no such thing. Nothing near it is looked for, which reads a
 * whole table.
 */
enum twr_status directory_scope_lookup(struct directory *dir, const char *text,
    struct scope *ret, bool *alias, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_user_lookup(struct directory *dir, const char *text,
    struct user *ret, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status directory_role_lookup(struct directory *dir, const char *text,
    struct role *ret, struct twr_error *err) TWR_MUST_CHECK;
/* Whether the scope and all above it are active. */
enum twr_status directory_scope_usable(struct directory *dir, int64_t id,
    bool *ret, struct twr_error *err) TWR_MUST_CHECK;

/*
 * What the administrative rules ask of one user. An administrator holds a
 * standing Organization Owner or Administrator role and is active.
 */
struct user_standing {
	bool administrator;
	int64_t logins; /* mapped now */
	int64_t built_in; /* built-in assignments neither removed nor ended */
	char organization_role[TWR_NAME_MAX + 1]; /* its key; "" none */
};
enum twr_status directory_user_standing(struct directory *dir, int64_t id,
    int64_t now, struct user_standing *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* Active administrators with at least one login. */
enum twr_status directory_count_administrators(struct directory *dir,
    int64_t *ret, struct twr_error *err) TWR_MUST_CHECK;

/* ---- many things, in a stable order ---- */

/*
 * Each callback returns TWR_OK to go on; anything else stops the walk and is
 * returned. The callback may run other look-ups on the same directory.
 */
typedef enum twr_status scope_fn(void *ctx, const struct scope *scope,
    struct twr_error *err);
typedef enum twr_status user_fn(void *ctx, const struct user *user,
    struct twr_error *err);
typedef enum twr_status login_fn(void *ctx, const struct login *login,
    struct twr_error *err);
typedef enum twr_status role_fn(void *ctx, const struct role *role,
    struct twr_error *err);
typedef enum twr_status text_fn(void *ctx, const char *text,
    struct twr_error *err);
typedef enum twr_status id_fn(void *ctx, int64_t id, struct twr_error *err);

/* Parents before children, by path. Closed ones too. */
enum twr_status directory_each_scope(struct directory *dir, scope_fn *fn,
    void *ctx, struct twr_error *err) TWR_MUST_CHECK;
/* By path: what stands below a scope, closed ones too. */
enum twr_status directory_each_scope_below(struct directory *dir, int64_t id,
    scope_fn *fn, void *ctx, struct twr_error *err) TWR_MUST_CHECK;
/* Who stands at a scope or below it; each user counts once. */
struct scope_tally {
	struct scope scope;
	int64_t users; /* who hold an assignment, now or to come */
	int64_t assignments;
};
typedef enum twr_status tally_fn(void *ctx, const struct scope_tally *tally,
    struct twr_error *err);
/* As directory_each_scope(), with its numbers. */
enum twr_status directory_each_tally(struct directory *dir, int64_t now,
    tally_fn *fn, void *ctx, struct twr_error *err) TWR_MUST_CHECK;
/* The whole organization in numbers; closed and removed things left out. */
struct organization_tally {
	int64_t accounts, subaccounts;
	int64_t users, active_users, service_users;
	int64_t logins;
	int64_t custom_roles; /* that were not shipped */
	int64_t assignments; /* in force or to come */
};
enum twr_status directory_organization_tally(struct directory *dir, int64_t now,
    struct organization_tally *ret, struct twr_error *err) TWR_MUST_CHECK;
/* By e-mail. */
enum twr_status directory_each_user(struct directory *dir, user_fn *fn,
    void *ctx, struct twr_error *err) TWR_MUST_CHECK;
/* Active administrators with at least one login, by e-mail. */
enum twr_status directory_each_administrator(struct directory *dir, user_fn *fn,
    void *ctx, struct twr_error *err) TWR_MUST_CHECK;
/* The same, with those who were removed. */
enum twr_status directory_each_user_ever(struct directory *dir, user_fn *fn,
    void *ctx, struct twr_error *err) TWR_MUST_CHECK;
/* By name; tombstones too. user_id 0: of every user. */
enum twr_status directory_each_login(struct directory *dir, int64_t user_id,
    login_fn *fn, void *ctx, struct twr_error *err) TWR_MUST_CHECK;
/* By type, group, key. */
enum twr_status directory_each_role(struct directory *dir, role_fn *fn,
    void *ctx, struct twr_error *err) TWR_MUST_CHECK;
/*
 * The same, with those that were deleted: they have no permissions, include
 * nothing and are included by none, but old assignments name them.
 */
enum twr_status directory_each_role_ever(struct directory *dir, role_fn *fn,
    void *ctx, struct twr_error *err) TWR_MUST_CHECK;
/* Assignments of the role that are in force or to come. */
enum twr_status directory_role_standing(struct directory *dir, int64_t id,
    int64_t now, int64_t *ret, struct twr_error *err) TWR_MUST_CHECK;
/* The role's own permissions, without those of included roles. */
enum twr_status directory_each_permission(struct directory *dir,
    int64_t role_id, text_fn *fn, void *ctx,
    struct twr_error *err) TWR_MUST_CHECK;
/* Ids of the roles that the role names as included (one level). */
enum twr_status directory_each_included(struct directory *dir, int64_t role_id,
    id_fn *fn, void *ctx, struct twr_error *err) TWR_MUST_CHECK;

/* One user's assignments that are not removed, the oldest first. */
typedef enum twr_status held_fn(void *ctx, const struct assignment *row,
    struct twr_error *err);
enum twr_status directory_each_held(struct directory *dir, int64_t user_id,
    held_fn *fn, void *ctx, struct twr_error *err) TWR_MUST_CHECK;
/* Ids of all roles that the role includes, by any way; its own: a circle. */
enum twr_status directory_each_included_deep(struct directory *dir,
    int64_t role_id, id_fn *fn, void *ctx,
    struct twr_error *err) TWR_MUST_CHECK;
/* Ids of the roles that name the role as included (one level). */
enum twr_status directory_each_including(struct directory *dir, int64_t role_id,
    id_fn *fn, void *ctx, struct twr_error *err) TWR_MUST_CHECK;
/*
 * Names that begin with a text (e-mails without ASCII case), for completing:
 * e-mails of users, logins that are mapped, keys of roles, paths of scopes;
 * in their order, at most max.
 */
enum directory_names {
	NAMES_EMAIL,
	NAMES_LOGIN,
	NAMES_ROLE,
	NAMES_SCOPE
};
enum twr_status directory_each_name(struct directory *dir,
    enum directory_names which, const char *begins, unsigned max, text_fn *fn,
    void *ctx, struct twr_error *err) TWR_MUST_CHECK;

/* ---- assignments, joined for display ---- */

/* Where the text of a filter was found. */
enum assignment_field {
	FIELD_NONE = 0, /* no text was asked for */
	FIELD_EMAIL,
	FIELD_LOGIN,
	FIELD_USER_NAME,
	FIELD_USER_SID,
	FIELD_ROLE_KEY,
	FIELD_ROLE_NAME,
	FIELD_ROLE_SID,
	FIELD_SCOPE_PATH,
	FIELD_SCOPE_SID,
	FIELD_ASSIGNMENT_SID,
	FIELD_COUNT
};
const char *assignment_field_word(enum assignment_field field);

enum assignment_which {
	ASSIGNMENTS_STANDING = 1, /* neither removed nor ended; 0 too */
	ASSIGNMENTS_EVER,
	ASSIGNMENTS_EXPIRED /* ended by themselves */
};
struct assignment_filter {
	const char *text; /* part of a field, without (ASCII) case; NULL any */
	int64_t user_id, scope_id, role_id; /* 0: any */
	int64_t now;
	bool removed; /* the same as ASSIGNMENTS_EVER */
	enum assignment_which which;
	const char *group; /* product group, or of the key; NULL any */
	enum role_type type; /* 0: any */
	int64_t ending; /* the end is at this time or before; 0: any */
	/* scope_id means those above it too, role_id those including it */
	bool effective;
};
struct assignment_row {
	struct assignment assignment;
	struct user user;
	struct role role; /* without .description */
	struct scope scope;
	enum assignment_field field;
	char login[TWR_LOGIN_MAX + 1]; /* that matched, with FIELD_LOGIN */
};
typedef enum twr_status assignment_fn(void *ctx,
    const struct assignment_row *row, struct twr_error *err);
/* By e-mail, scope path, role key, window. */
enum twr_status directory_each_assignment(struct directory *dir,
    const struct assignment_filter *filter, assignment_fn *fn, void *ctx,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- the two streams that compile merges, both ordered by user id ---- */

/*
 * What compile needs of a login. name and user's strings are valid until the
 * next step. Tombstones come first, with user_id 0.
 */
struct login_stream_row {
	const char *name;
	uint32_t uid;
	int64_t user_id;
	const char *user_sid;
	const char *user_name;
	enum twr_user_status status;
	enum twr_user_kind kind;
	enum twr_two_factor two_factor;
};
struct login_stream;
struct holding_stream;

enum twr_status directory_login_stream(struct directory *dir,
    struct login_stream **ret, struct twr_error *err) TWR_MUST_CHECK;
/* TWR_ENOENT at the end. */
enum twr_status login_stream_next(struct login_stream *st,
    struct login_stream_row *row, struct twr_error *err) TWR_MUST_CHECK;
void login_stream_end(struct login_stream *st);
/*
 * Every assignment that stands, and those that ended or were removed at
 * horizon or later, as the policy wants them: TWR_HOLDING_REMOVED and
 * TWR_HOLDING_RESOURCE are set. *user_id says whose it is.
 */
enum twr_status directory_holding_stream(struct directory *dir, int64_t horizon,
    struct holding_stream **ret, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status holding_stream_next(struct holding_stream *st, int64_t *user_id,
    struct twr_holding *row, struct twr_error *err) TWR_MUST_CHECK;
void holding_stream_end(struct holding_stream *st);

/* ---- the host's side of the store ---- */

/* The accepted configuration: what the last successful compile took up. */
struct accepted {
	char *text; /* malloc'd, NUL-terminated; NULL: nothing accepted yet */
	char digest[2 * TWR_HASH_LEN + 1]; /* SHA-256 in hex */
	char path[4096];
	uint64_t size; /* of the file when it was accepted */
	int64_t mtime_s;
	uint32_t mtime_ns;
	int64_t accepted_at;
};
enum twr_status directory_accepted(struct directory *dir, struct accepted *ret,
    struct twr_error *err) TWR_MUST_CHECK;
void accepted_free(struct accepted *ac);

/* The serial of the last policy whose transaction committed; 0: none. */
enum twr_status directory_serial(struct directory *dir, uint64_t *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Where the policy of this directory is in force on this host; "" before the
 * first compile. ret has room for 4096 bytes.
 */
enum twr_status directory_policy_path(struct directory *dir, char *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* The 16-byte key that hides unknown names in logs; made at creation. */
enum twr_status directory_log_key(struct directory *dir,
    uint8_t ret[TWR_ID_LEN], struct twr_error *err) TWR_MUST_CHECK;
/* Sequence, time and hash of the newest journal row; seq 0: no rows. */
struct journal_head {
	uint64_t seq;
	int64_t at;
	uint8_t hash[TWR_HASH_LEN];
};
enum twr_status directory_journal_head(struct directory *dir,
    struct journal_head *ret, struct twr_error *err) TWR_MUST_CHECK;

/* One row of the journal. Strings are valid inside the callback only. */
struct journal_row {
	uint64_t seq;
	int64_t at;
	const char *actor;
	const char *how; /* loginuid, sudo, uid, as-root */
	const char *reason; /* of --as-root; NULL */
	const char *entity;
	const char *event;
	const char *subject;
	const char *before; /* JSON, keys sorted; NULL: did not exist */
	const char *after; /* JSON, keys sorted; NULL: exists no more */
	uint8_t hash[TWR_HASH_LEN];
	/* what people call the subject today; of directory_find_journal() */
	const char *about;
};
typedef enum twr_status journal_fn(void *ctx, const struct journal_row *row,
    struct twr_error *err);
/* Rows with a sequence of at least from, oldest first. */
enum twr_status directory_each_journal(struct directory *dir, uint64_t from,
    journal_fn *fn, void *ctx, struct twr_error *err) TWR_MUST_CHECK;

/* Of each thing its last row up to sequence upto, oldest first. */
enum twr_status directory_each_latest(struct directory *dir, uint64_t upto,
    journal_fn *fn, void *ctx, struct twr_error *err) TWR_MUST_CHECK;

/* Strings are NULL where they do not matter. */
struct journal_filter {
	const char *actor; /* part of the actor, without (ASCII) case */
	const char *event; /* "user.suspended" */
	const char *noun; /* "user": all events that begin "user." */
	/*
	 * A name that the subject has or had (SID, login, e-mail, role key),
	 * and its SID where that is known. Finds also what was done with it:
	 * a user's assignments and logins, a role's and a scope's
	 * assignments.
	 */
	const char *subject, *subject_sid;
	int64_t since, until; /* since <= at < until */
};
/* Oldest first, with .about. */
enum twr_status directory_find_journal(struct directory *dir,
    const struct journal_filter *filter, journal_fn *fn, void *ctx,
    struct twr_error *err) TWR_MUST_CHECK;
/* The row with this hash; seq 0: there is none. */
enum twr_status directory_journal_by_hash(struct directory *dir,
    const uint8_t hash[TWR_HASH_LEN], struct journal_head *ret,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- the past ---- */

/*
 * What the journal knew at a moment. Rows count in their order: where a
 * clock was put back, the newest row of that time brings all before it.
 */
struct journal_moment {
	uint64_t seq; /* of the newest row then */
	int64_t at;
	/* of the newest compile among them, that is of the policy in force */
	uint64_t policy_seq; /* 0: none yet */
	int64_t policy_at;
};
/* TWR_EREFUSED: before the first row; says when that was. */
enum twr_status directory_moment(struct directory *dir, int64_t at,
    struct journal_moment *ret, struct twr_error *err) TWR_MUST_CHECK;

/*
 * When the policy of this serial was compiled: policy_seq, policy_at and the
 * same as seq, at. TWR_ENOENT: the journal knows of none.
 */
enum twr_status directory_compiled_as(struct directory *dir, uint64_t serial,
    struct journal_moment *ret, struct twr_error *err) TWR_MUST_CHECK;

/*
 * The directory as row upto of dir's journal left it: a copy in memory on
 * which all functions that read work, and none that writes. Its journal has
 * only the last row of each thing. It is proved to be what the rows say;
 * the rows themselves are journal_verify()'s to prove. now is dir's row's
 * time, for its name in messages. dir may be closed before it.
 *
 * TWR_EDATA: the rows up to there yield no directory.
 */
enum twr_status directory_open_past(struct directory *dir, uint64_t upto,
    int64_t now, struct directory **ret, struct twr_error *err) TWR_MUST_CHECK;

/* One of admin.h's settings, such as "role_limit"; its default if unset. */
enum twr_status directory_setting(struct directory *dir, const char *name,
    int64_t *ret, struct twr_error *err) TWR_MUST_CHECK;

#endif
