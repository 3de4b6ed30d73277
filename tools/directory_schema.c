/* SPDX-License-Identifier: BSD-2-Clause */
#include "directory_sql.h"

/*
 * Schema 1. Enums are stored as the numbers of model.h and directory.h,
 * times as seconds, NULL for a window's missing end. The triggers hold what
 * a CHECK cannot see; they are a second line behind admin.c.
 */
static const char scopes_1[] =
    "CREATE TABLE scope ("
    "  id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4294967295),"
    "  sid TEXT NOT NULL UNIQUE CHECK (length(sid) = 34),"
    "  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),"
    "  parent_id INTEGER REFERENCES scope (id),"
    "  name TEXT NOT NULL CHECK (name <> ''),"
    "  status INTEGER NOT NULL CHECK (status BETWEEN 1 AND 3),"
    "  created_at INTEGER NOT NULL,"
    "  CHECK ((kind = 1) = (parent_id IS NULL)),"
    "  CHECK ((kind = 1) = (id = 1)));"
    "CREATE UNIQUE INDEX scope_sibling ON scope (parent_id, name);"
    "CREATE TRIGGER scope_level BEFORE INSERT ON scope"
    "  WHEN NEW.kind > 1 AND NOT EXISTS (SELECT 1 FROM scope"
    "    WHERE id = NEW.parent_id AND kind = NEW.kind - 1)"
    "  BEGIN SELECT RAISE(ABORT, 'a scope must stand one level below its"
    " parent'); END;"
    "CREATE TRIGGER scope_moved BEFORE UPDATE OF id, kind, parent_id ON scope"
    "  BEGIN SELECT RAISE(ABORT, 'a scope cannot be moved'); END;"
    "CREATE VIEW scope_path AS"
    "  SELECT s.id, s.sid, s.kind, s.parent_id, s.name,"
    "    coalesce(g.name || '/', '') || coalesce(p.name || '/', '')"
    "      || s.name AS path,"
    "    s.status, s.created_at,"
    "    s.status = 1 AND coalesce(p.status, 1) = 1"
    "      AND coalesce(g.status, 1) = 1 AS usable"
    "  FROM scope s LEFT JOIN scope p ON p.id = s.parent_id"
    "    LEFT JOIN scope g ON g.id = p.parent_id;"
    /* parent_id 0: a former name of the organization */
    "CREATE TABLE scope_alias ("
    "  parent_id INTEGER NOT NULL,"
    "  name TEXT NOT NULL,"
    "  scope_id INTEGER NOT NULL REFERENCES scope (id),"
    "  created_at INTEGER NOT NULL,"
    "  PRIMARY KEY (parent_id, name)) WITHOUT ROWID;";

static const char users_1
    [] = "CREATE TABLE user ("
	 "  id INTEGER PRIMARY KEY CHECK (id > 0),"
	 "  sid TEXT NOT NULL UNIQUE CHECK (length(sid) = 34),"
	 "  email TEXT NOT NULL COLLATE NOCASE,"
	 "  name TEXT NOT NULL,"
	 "  status INTEGER NOT NULL CHECK (status BETWEEN 1 AND 3),"
	 "  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 2),"
	 "  two_factor INTEGER NOT NULL CHECK (two_factor BETWEEN 1 AND 3),"
	 "  created_at INTEGER NOT NULL,"
	 "  removed_at INTEGER,"
	 "  CHECK (removed_at IS NULL OR status = 2));"
	 /* who was removed leaves his address to others, but keeps his row */
	 "CREATE UNIQUE INDEX user_email ON user (email)"
	 "  WHERE removed_at IS NULL;"
	 "CREATE TRIGGER user_kept BEFORE DELETE ON user"
	 "  BEGIN SELECT RAISE(ABORT, 'a user keeps the row'); END;"
	 "CREATE TABLE login ("
	 "  name TEXT PRIMARY KEY CHECK (length(name) > 0),"
	 "  user_id INTEGER REFERENCES user (id),"
	 "  uid INTEGER CHECK (uid BETWEEN 0 AND 4294967294),"
	 "  mapped_at INTEGER NOT NULL,"
	 "  unmapped_at INTEGER,"
	 "  CHECK ((user_id IS NULL) = (unmapped_at IS NOT NULL)))"
	 "  WITHOUT ROWID;"
	 "CREATE INDEX login_by_user ON login (user_id, name, uid);"
	 "CREATE TRIGGER login_kept BEFORE DELETE ON login"
	 "  BEGIN SELECT RAISE(ABORT, 'a login keeps its record'); END;";

static const char roles_1
    [] = "CREATE TABLE role ("
	 "  id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4294967295),"
	 "  sid TEXT NOT NULL UNIQUE CHECK (length(sid) = 34),"
	 "  key TEXT NOT NULL,"
	 "  type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 5),"
	 "  product_group TEXT NOT NULL,"
	 "  name TEXT NOT NULL,"
	 "  description TEXT NOT NULL,"
	 "  assignable_at INTEGER NOT NULL,"
	 "  published_sid INTEGER NOT NULL CHECK (published_sid IN (0, 1)),"
	 "  modelled INTEGER NOT NULL CHECK (modelled IN (0, 1)),"
	 "  shipped INTEGER NOT NULL CHECK (shipped IN (0, 1)),"
	 "  deleted_at INTEGER);"
	 "CREATE UNIQUE INDEX role_key ON role (key) WHERE deleted_at IS NULL;"
	 "CREATE TRIGGER role_kept BEFORE DELETE ON role"
	 "  BEGIN SELECT RAISE(ABORT, 'a role keeps its row'); END;"
	 "CREATE TABLE role_permission ("
	 "  role_id INTEGER NOT NULL REFERENCES role (id),"
	 "  permission TEXT NOT NULL,"
	 "  PRIMARY KEY (role_id, permission)) WITHOUT ROWID;"
	 "CREATE TABLE role_include ("
	 "  role_id INTEGER NOT NULL REFERENCES role (id),"
	 "  included_id INTEGER NOT NULL REFERENCES role (id),"
	 "  PRIMARY KEY (role_id, included_id),"
	 "  CHECK (role_id <> included_id)) WITHOUT ROWID;";

static const char assignments_1[] =
    "CREATE TABLE assignment ("
    "  id INTEGER PRIMARY KEY CHECK (id > 0),"
    "  sid TEXT NOT NULL UNIQUE CHECK (length(sid) = 34),"
    "  user_id INTEGER NOT NULL REFERENCES user (id),"
    "  role_id INTEGER NOT NULL REFERENCES role (id),"
    "  scope_id INTEGER NOT NULL REFERENCES scope (id),"
    "  not_before INTEGER,"
    "  not_after INTEGER,"
    "  resource_type TEXT,"
    "  resource_id TEXT,"
    "  reason TEXT NOT NULL,"
    "  created_at INTEGER NOT NULL,"
    "  created_by TEXT NOT NULL,"
    "  removed_at INTEGER,"
    "  removed_by TEXT,"
    "  CHECK (not_before IS NULL OR not_after IS NULL"
    "    OR not_before < not_after),"
    "  CHECK ((resource_type IS NULL) = (resource_id IS NULL)),"
    "  CHECK ((removed_at IS NULL) = (removed_by IS NULL)));"
    /* all that compile reads, in the order in which it reads it */
    "CREATE INDEX assignment_by_user ON assignment (user_id, role_id,"
    "  scope_id, not_before, not_after, removed_at, resource_type);"
    "CREATE INDEX assignment_by_role ON assignment (role_id, scope_id)"
    "  WHERE removed_at IS NULL;"
    "CREATE TRIGGER assignment_kept BEFORE DELETE ON assignment"
    "  BEGIN SELECT RAISE(ABORT, 'an assignment keeps its row'); END;"
    "CREATE TRIGGER assignment_final BEFORE UPDATE ON assignment"
    "  WHEN OLD.removed_at IS NOT NULL"
    "  BEGIN SELECT RAISE(ABORT, 'a removed assignment stays as it is');"
    " END;"
    "CREATE TRIGGER assignment_one_organization_role"
    "  BEFORE INSERT ON assignment"
    "  WHEN (SELECT type FROM role WHERE id = NEW.role_id) = 1 AND EXISTS"
    "    (SELECT 1 FROM assignment a JOIN role r ON r.id = a.role_id"
    "    WHERE a.user_id = NEW.user_id AND a.removed_at IS NULL"
    "      AND r.type = 1)"
    "  BEGIN SELECT RAISE(ABORT, 'a user has one organization role'); END;";

static const char host_1[] =
    "CREATE TABLE setting ("
    "  name TEXT PRIMARY KEY,"
    "  value INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE host_state ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1),"
    "  log_key BLOB NOT NULL CHECK (length(log_key) = 16),"
    "  serial INTEGER NOT NULL CHECK (serial >= 0),"
    "  policy_digest TEXT," /* of the configuration of policy serial */
    "  policy_path TEXT," /* where that policy is in force */
    "  text TEXT,"
    "  digest TEXT,"
    "  path TEXT,"
    "  size INTEGER,"
    "  mtime_s INTEGER,"
    "  mtime_ns INTEGER,"
    "  accepted_at INTEGER);"
    "CREATE TRIGGER host_serial_rises BEFORE UPDATE OF serial ON host_state"
    "  WHEN NEW.serial <= OLD.serial"
    "  BEGIN SELECT RAISE(ABORT, 'the serial must rise'); END;"
    "CREATE TABLE journal ("
    "  seq INTEGER PRIMARY KEY CHECK (seq > 0),"
    "  at INTEGER NOT NULL,"
    "  actor TEXT NOT NULL,"
    "  how TEXT NOT NULL,"
    "  reason TEXT,"
    "  entity TEXT NOT NULL,"
    "  event TEXT NOT NULL,"
    "  subject TEXT NOT NULL,"
    "  before TEXT,"
    "  after TEXT,"
    "  hash BLOB NOT NULL CHECK (length(hash) = 32));"
    "CREATE INDEX journal_by_subject ON journal (entity, subject);"
    "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal"
    "  BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;"
    "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal"
    "  BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;";

/*
 * How the schema changes. A step leads from one version to the next, and the
 * last one is what directory.c prepares its statements for. To change it:
 *
 *  - Append a step. One that a release carried is never edited: directories
 *    that it made are out there, tests/upgrade/1/directory.sql among them.
 *  - A step runs in one transaction with foreign keys off, so that a table
 *    can be made anew and renamed; directory_upgrade.c looks afterwards.
 *  - The journal stays as it is: its rows are hashed. What was snapshot text
 *    before must be snapshot text after, since a row's "after" is compared
 *    with the tables: a new column is left out of the snapshot while it holds
 *    what the step put there, and SQL_RESTORE_ reads rows that lack it.
 *  - Dump a directory of the new schema beside the old ones in tests/upgrade.
 */
static const char *const schema_1[] = { scopes_1, users_1, roles_1,
	assignments_1, host_1, NULL };

static const char *const *const steps[] = { schema_1 };

static const struct directory_schema schema = { steps,
	sizeof(steps) / sizeof(*steps) };

const struct directory_schema *
directory_schema(void)
{
	return &schema;
}
