/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_DIRECTORY_SQL_H
#define TWRBAC_DIRECTORY_SQL_H

/*
 * Inside the directory: the connection, its prepared statements and how a
 * row becomes a struct. For tools/directory*.c only.
 */

#include <sqlite3.h>

#include "directory.h"

#define SCHEMA_APPLICATION_ID 0x74777262 /* "twrb" */
#define SCHEMA_COPY_ID 0x74777263 /* "twrc": what a backup is marked with */

enum sql_id {
	SQL_ACCEPTED,
	SQL_ADMINISTRATOR_LIST,
	SQL_ALIAS,
	SQL_ALIAS_DELETE,
	SQL_ALIAS_PUT,
	SQL_ASSIGNMENT_BY_SID,
	SQL_ASSIGNMENT_INSERT,
	SQL_ASSIGNMENT_HELD,
	SQL_ASSIGNMENT_LIST,
	SQL_ASSIGNMENT_REMOVE,
	SQL_ASSIGNMENT_STANDING,
	SQL_ASSIGNMENT_WINDOWS,
	SQL_BEGIN,
	SQL_BEGIN_READ,
	SQL_COMMIT,
	SQL_COUNT_ADMINISTRATORS,
	SQL_HOLDINGS,
	SQL_HOST_ACCEPT,
	SQL_HOST_SERIAL,
	SQL_INCLUDED_CLEAR,
	SQL_INCLUDED_DEEP,
	SQL_INCLUDED_INSERT,
	SQL_INCLUDED_LIST,
	SQL_JOURNAL_SERIAL,
	SQL_JOURNAL_BEGINNING,
	SQL_JOURNAL_COMPILED,
	SQL_JOURNAL_FIND,
	SQL_JOURNAL_HASH,
	SQL_INCLUDING_LIST,
	SQL_NAMES_EMAIL,
	SQL_NAMES_LOGIN,
	SQL_NAMES_ROLE,
	SQL_NAMES_SCOPE,
	SQL_JOURNAL_HEAD,
	SQL_JOURNAL_INSERT,
	SQL_JOURNAL_LATEST,
	SQL_JOURNAL_LIST,
	SQL_JOURNAL_UPTO,
	SQL_REPLAY_BEFORE,
	SQL_LOGIN_BY_NAME,
	SQL_LOGIN_LIST,
	SQL_LOGIN_PUT,
	SQL_LOGIN_STREAM,
	SQL_LOG_KEY,
	SQL_ORGANIZATION_TALLY,
	SQL_POLICY_PATH,
	SQL_POLICY_PATH_PUT,
	SQL_PERMISSION_CLEAR,
	SQL_PERMISSION_INSERT,
	SQL_PERMISSION_LIST,
	SQL_ROLE_BY_ID,
	SQL_ROLE_BY_KEY,
	SQL_ROLE_BY_NAME,
	SQL_ROLE_BY_SID,
	SQL_ROLE_DELETE,
	SQL_ROLE_INSERT,
	SQL_ROLE_LIST,
	SQL_ROLE_STANDING,
	SQL_ROLE_UPDATE,
	SQL_ROLLBACK,
	SQL_SCOPE_BELOW,
	SQL_SCOPE_BY_ID,
	SQL_SCOPE_BY_SID,
	SQL_SCOPE_CHILD,
	SQL_SCOPE_INSERT,
	SQL_SCOPE_LIST,
	SQL_SCOPE_TALLY,
	SQL_SCOPE_UPDATE,
	SQL_SCOPE_USABLE,
	SQL_SERIAL,
	SQL_SETTING,
	SQL_SETTING_PUT,
	SQL_USER_BY_EMAIL,
	SQL_USER_BY_ID,
	SQL_USER_BY_LOGIN,
	SQL_USER_BY_SID,
	SQL_USER_INSERT,
	SQL_USER_LIST,
	SQL_USER_REMOVE,
	SQL_USER_STANDING,
	SQL_USER_UPDATE,
	/* putting back what was, and a declared organization */
	SQL_COUNT_OWNERLESS,
	SQL_COUNT_OWNERS,
	SQL_COUNT_STANDING,
	SQL_HASH_OF_ROW,
	SQL_MADE_AFTER,
	SQL_RESTORE_ALIAS,
	SQL_RESTORE_CONFIGURATION,
	SQL_RESTORE_INCLUDES,
	SQL_RESTORE_LOGIN,
	SQL_RESTORE_NO_INCLUDES,
	SQL_RESTORE_NO_PERMISSIONS,
	SQL_RESTORE_PERMISSIONS,
	SQL_RESTORE_ROLE,
	SQL_RESTORE_SCOPE,
	SQL_RESTORE_SETTING,
	SQL_RESTORE_USER,
	SQL_UNMAKE_ALIAS,
	SQL_UNMAKE_SCOPE,
	SQL_UNMAKE_SETTING,
	/* three for each thing, in the order of enum directory_entity */
	SQL_SNAPSHOT_SCOPE,
	SQL_SNAPSHOT_ALIAS,
	SQL_SNAPSHOT_USER,
	SQL_SNAPSHOT_LOGIN,
	SQL_SNAPSHOT_ROLE,
	SQL_SNAPSHOT_ASSIGNMENT,
	SQL_SNAPSHOT_SETTING,
	SQL_SNAPSHOT_CONFIGURATION,
	SQL_SNAPSHOT_POLICY,
	SQL_DIFFERS_SCOPE,
	SQL_DIFFERS_ALIAS,
	SQL_DIFFERS_USER,
	SQL_DIFFERS_LOGIN,
	SQL_DIFFERS_ROLE,
	SQL_DIFFERS_ASSIGNMENT,
	SQL_DIFFERS_SETTING,
	SQL_DIFFERS_CONFIGURATION,
	SQL_DIFFERS_POLICY,
	SQL_GONE_SCOPE,
	SQL_GONE_ALIAS,
	SQL_GONE_USER,
	SQL_GONE_LOGIN,
	SQL_GONE_ROLE,
	SQL_GONE_ASSIGNMENT,
	SQL_GONE_SETTING,
	SQL_GONE_CONFIGURATION,
	SQL_GONE_POLICY,
	SQL_STATEMENTS
};

struct directory {
	sqlite3 *db;
	char *path;
	/* where directory_create() builds it until the commit; else NULL */
	char *built_as;
	bool copy; /* made by backup: only to be read */
	sqlite3 *file; /* of an older schema, db being in memory; else NULL */
	sqlite3_stmt *st[SQL_STATEMENTS];
};

/* The texts, indexed by enum sql_id. */
extern const char *const directory_sql[SQL_STATEMENTS];

/* The steps, in their order: steps[n] leads from version n to n + 1. */
struct directory_schema {
	const char *const *const *steps; /* each: SQL texts, ends with NULL */
	int version; /* of the schema that the last one leads to */
};
/* What this twrbac knows; see directory_schema.c for how to change it. */
const struct directory_schema *directory_schema(void);

/* ---- directory_upgrade.c ---- */

/* Take the steps from version on, in the transaction that is open. */
enum twr_status directory_migrate(struct directory *dir, int version,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Read an older schema as if it were the newest: dir->db becomes a copy in
 * memory, dir->file the connection to the file, which is left as it is.
 */
enum twr_status directory_upgrade_view(struct directory *dir, int version,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- directory.c ---- */

/*
 * A connection and nothing more: no statements, an older schema is welcome.
 * *version: the file's. The failures are directory_open()'s.
 */
enum twr_status directory_connect(const char *path, enum directory_mode mode,
    struct directory **ret, int *version, struct twr_error *err) TWR_MUST_CHECK;
/* Run one text that is not in the table, and read its first number, if any. */
enum twr_status directory_pragma(struct directory *dir, const char *sql,
    int64_t *ret, struct twr_error *err) TWR_MUST_CHECK;

/* Prepare every statement; the tables must be there. */
enum twr_status directory_prepare(struct directory *dir,
    struct twr_error *err) TWR_MUST_CHECK;
/* The host's one row, with a fresh log key. */
enum twr_status directory_insert_host(struct directory *dir,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Compare one entity's table with the last journal row of each of its
 * things. TWR_EDATA names the first that differs.
 */
enum twr_status directory_replay_fits(struct directory *dir,
    enum directory_entity entity, struct twr_error *err) TWR_MUST_CHECK;

/* What SQLite answered, as a status and a line for people. */
enum twr_status directory_fail(const struct directory *dir, int rc,
    const char *doing, struct twr_error *err);

/*
 * One run of a statement: begin, bind, step, end. A statement that is still
 * stepping (a callback asks what its walk asks) is prepared a second time.
 * query_end() may always be called, and forgets the bindings.
 */
struct query {
	struct directory *dir;
	sqlite3_stmt *st;
	bool own; /* to be finalized */
	int rc; /* first failure of a binding */
};
enum twr_status query_begin(struct query *q, struct directory *dir,
    enum sql_id id, struct twr_error *err) TWR_MUST_CHECK;
/* The same for text that is not in the table. */
enum twr_status query_prepare(struct query *q, struct directory *dir,
    const char *sql, struct twr_error *err) TWR_MUST_CHECK;
void query_end(struct query *q);
void query_text(struct query *q, int at, const char *text); /* NULL: NULL */
void query_int(struct query *q, int at, int64_t value);
/* A time; TWR_ALWAYS and TWR_NEVER are stored as NULL. */
void query_time(struct query *q, int at, int64_t when);
void query_blob(struct query *q, int at, const void *data, size_t len);
/* TWR_OK: a row; TWR_ENOENT: no more (err is left alone). */
enum twr_status query_step(struct query *q,
    struct twr_error *err) TWR_MUST_CHECK;
/* Step a statement that yields no rows. */
enum twr_status query_run(struct query *q,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Reading columns, from at onwards. A text that does not fit, or holds a
 * NUL, or an enum out of range is damage: TWR_EDATA. Never cut: a login cut
 * short is another login.
 */
struct columns {
	struct query *q;
	int at;
	bool bad;
};
/*
 * The loop of a walk: while (query_row(&q, &co, &rc, err)) reads a row with
 * co and may set rc, which ends the walk unless it is TWR_OK. After the last
 * row rc is TWR_OK. co may be NULL.
 */
bool query_row(struct query *q, struct columns *co, enum twr_status *rc,
    struct twr_error *err) TWR_MUST_CHECK;
void column_text(struct columns *rc, char *buf, size_t size);
int64_t column_int(struct columns *rc, int64_t min, int64_t max);
int64_t column_time(struct columns *rc, int64_t if_null);
enum twr_status columns_end(const struct columns *rc,
    struct twr_error *err) TWR_MUST_CHECK;

/* Each reads its columns of the matching SQL_COLS_ text below. */
void read_scope(struct columns *rc, struct scope *row);
void read_user(struct columns *rc, struct user *row);
void read_login(struct columns *rc, struct login *row);
void read_role(struct columns *rc, struct role *row);
void read_assignment(struct columns *rc, struct assignment *row);

/*
 * The shape of all look-ups: run a statement for a text or a number as ?1
 * and read its first row into the struct that kind stands for. TWR_ENOENT,
 * with err left alone, when there is none.
 */
enum row_kind {
	ROW_SCOPE,
	ROW_USER,
	ROW_LOGIN,
	ROW_ROLE,
	ROW_ASSIGNMENT
};
enum twr_status find_by_text(struct directory *dir, enum sql_id id,
    enum row_kind kind, const char *text, void *row,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status find_by_id(struct directory *dir, enum sql_id sql,
    enum row_kind kind, int64_t id, void *row,
    struct twr_error *err) TWR_MUST_CHECK;
/* Step a statement that has its bindings, and read that row. */
enum twr_status find_read(struct query *q, enum row_kind kind, void *row,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * A SID in either case as it is stored, in sid; false when text is not one.
 * prefix NULL: any.
 */
bool find_sid(const char *text, const char *prefix, char sid[TWR_SID_LEN + 1]);

/* What a sentence shows of a text: all, or its beginning and "...". */
#define FIND_SHOWN 200
const char *find_shown(const char *text, char buf[FIND_SHOWN + 4]);

#define SQL_COLS_SCOPE \
	"s.id, s.sid, s.kind, s.parent_id, s.name, s.path, s.status, " \
	"s.created_at"
#define SQL_COLS_USER \
	"u.id, u.sid, u.email, u.name, u.status, u.kind, u.two_factor, " \
	"u.created_at, u.removed_at"
#define SQL_COLS_LOGIN "l.name, l.user_id, l.uid, l.mapped_at, l.unmapped_at"
#define SQL_COLS_ROLE \
	"r.id, r.sid, r.key, r.type, r.product_group, r.name, " \
	"r.description, r.assignable_at, r.published_sid, r.modelled, " \
	"r.shipped, r.deleted_at"
#define SQL_COLS_ASSIGNMENT \
	"a.id, a.sid, a.user_id, a.role_id, a.scope_id, a.not_before, " \
	"a.not_after, a.resource_type, a.resource_id, a.reason, " \
	"a.created_at, a.created_by, a.removed_at, a.removed_by"

#endif
