/* SPDX-License-Identifier: BSD-2-Clause */
#include "directory_sql.h"

#include "admin.h"

/* Statements are laid out as SQL is. */
/* clang-format off */

#define SCOPE "SELECT " SQL_COLS_SCOPE " FROM scope_path s "
#define USER "SELECT " SQL_COLS_USER " FROM user u "
#define LOGIN "SELECT " SQL_COLS_LOGIN " FROM login l "
#define ROLE "SELECT " SQL_COLS_ROLE " FROM role r "
#define ASSIGNMENT "SELECT " SQL_COLS_ASSIGNMENT " FROM assignment a "

#define ADMINISTRATOR_KEYS \
	"('" ROLE_KEY_ORGANIZATION_OWNER \
	"', '" ROLE_KEY_ORGANIZATION_ADMINISTRATOR "')"

/* instr() of an ASCII-lowered field; ?1 is lowered by the caller's SQL. */
#define HAS(field) "instr(lower(" field "), lower(?1)) > 0"
#define MATCHING_LOGIN \
	"(SELECT l.name FROM login l WHERE l.user_id = a.user_id AND " \
	HAS("l.name") " LIMIT 1)"

#define MAY_MATCH \
	"a.user_id IN (SELECT u.id FROM user u WHERE " HAS("u.email") \
	" OR " HAS("u.name") " OR " HAS("u.sid") \
	" UNION SELECT l.user_id FROM login l" \
	" WHERE l.user_id IS NOT NULL AND " HAS("l.name") ")" \
	" OR a.role_id IN (SELECT r.id FROM role r WHERE " HAS("r.key") \
	" OR " HAS("r.name") " OR " HAS("r.sid") ")" \
	" OR a.scope_id IN (SELECT s.id FROM scope_path s WHERE " \
	HAS("s.path") " OR " HAS("s.sid") ") OR " HAS("a.sid")

/* ?3 and every role that includes it, by any way. */
#define ROLES_INCLUDING \
	"(WITH RECURSIVE above (id) AS (SELECT ?3 UNION" \
	" SELECT i.role_id FROM role_include i JOIN above" \
	" ON i.included_id = above.id) SELECT id FROM above)"
/* What stands above scope ?4; NULL matches nothing. */
#define SCOPES_ABOVE \
	"((SELECT parent_id FROM scope WHERE id = ?4)," \
	" (SELECT p.parent_id FROM scope c JOIN scope p" \
	" ON p.id = c.parent_id WHERE c.id = ?4))"

/*
 * The state of a thing as the journal keeps it: JSON(thing) FROM(thing)
 * KEY(thing). Keys are sorted. Values that the host measures again at will
 * (the configuration file's mtime) and the secret log key are left out.
 */
#define USER_STATUS \
	"CASE status WHEN 1 THEN 'active' WHEN 2 THEN 'inactive'" \
	" ELSE 'suspended' END"
#define JSON_SCOPE \
	"json_object('created_at', created_at, 'id', id, 'kind'," \
	" CASE kind WHEN 1 THEN 'organization' WHEN 2 THEN 'account'" \
	" ELSE 'subaccount' END, 'name', name, 'parent_id', parent_id," \
	" 'sid', sid, 'status', CASE status WHEN 1 THEN 'active'" \
	" WHEN 2 THEN 'suspended' ELSE 'closed' END)"
#define FROM_SCOPE "scope t"
#define KEY_SCOPE "t.sid"
#define JSON_ALIAS \
	"json_object('created_at', created_at, 'name', name, 'parent_id'," \
	" parent_id, 'scope_id', scope_id)"
#define FROM_ALIAS "scope_alias t"
#define KEY_ALIAS \
	"(coalesce((SELECT sid FROM scope WHERE id = t.parent_id), '')" \
	" || '/' || t.name)"
#define JSON_USER \
	"json_object('created_at', created_at, 'email', email, 'id', id," \
	" 'kind', CASE kind WHEN 1 THEN 'person' ELSE 'service' END," \
	" 'name', name, 'removed_at', removed_at, 'sid', sid," \
	" 'status', " USER_STATUS "," \
	" 'two_factor', CASE two_factor WHEN 1 THEN 'enrolled'" \
	" WHEN 2 THEN 'not-enrolled' ELSE 'unknown' END)"
#define FROM_USER "user t"
#define KEY_USER "t.sid"
#define JSON_LOGIN \
	"json_object('mapped_at', mapped_at, 'name', name, 'uid', uid," \
	" 'unmapped_at', unmapped_at, 'user', (SELECT sid FROM user" \
	" WHERE id = t.user_id), 'user_id', user_id)"
#define FROM_LOGIN "login t"
#define KEY_LOGIN "t.name"
#define JSON_ROLE \
	"json_object('assignable_at', assignable_at, 'deleted_at'," \
	" deleted_at, 'description', description, 'id', id, 'includes'," \
	" json((SELECT json_group_array(k) FROM" \
	" (SELECT i.key AS k FROM role_include" \
	" JOIN role i ON i.id = included_id WHERE role_id = t.id" \
	" ORDER BY k))), 'key', key, 'modelled', modelled, 'name', name," \
	" 'permissions', json((SELECT json_group_array(permission) FROM" \
	" (SELECT permission FROM role_permission WHERE role_id = t.id" \
	" ORDER BY permission))), 'product_group', product_group," \
	" 'published_sid', published_sid, 'shipped', shipped, 'sid', sid," \
	" 'type', CASE type WHEN 1 THEN 'organization' WHEN 2 THEN" \
	" 'general' WHEN 3 THEN 'built-in' WHEN 4 THEN 'resource'" \
	" ELSE 'custom' END)"
#define FROM_ROLE "role t"
#define KEY_ROLE "t.sid"
#define JSON_ASSIGNMENT \
	"json_object('created_at', created_at, 'created_by', created_by," \
	" 'id', id, 'not_after', not_after, 'not_before', not_before," \
	" 'reason', reason, 'removed_at', removed_at, 'removed_by'," \
	" removed_by, 'resource_id', resource_id, 'resource_type'," \
	" resource_type, 'role', (SELECT sid FROM role WHERE id =" \
	" t.role_id), 'role_id', role_id, 'scope', (SELECT sid FROM scope" \
	" WHERE id = t.scope_id), 'scope_id', scope_id, 'sid', sid," \
	" 'user', (SELECT sid FROM user WHERE id = t.user_id), 'user_id'," \
	" user_id)"
#define FROM_ASSIGNMENT "assignment t"
#define KEY_ASSIGNMENT "t.sid"
#define JSON_SETTING "json_object('name', name, 'value', value)"
#define FROM_SETTING "setting t"
#define KEY_SETTING "t.name"
#define JSON_CONFIGURATION \
	"json_object('accepted_at', accepted_at, 'digest', digest, 'path'," \
	" path, 'size', size, 'text', text)"
#define FROM_CONFIGURATION \
	"(SELECT * FROM host_state WHERE text IS NOT NULL) t"
#define KEY_CONFIGURATION "'accepted'"
#define JSON_POLICY \
	"json_object('digest', policy_digest, 'serial', serial)"
#define FROM_POLICY "(SELECT * FROM host_state WHERE serial > 0) t"
#define KEY_POLICY "'serial'"

/*
 * Rows of the journal and what each is about. ?1 is part of the actor, ?2
 * the event, ?3 the event's first word, ?4 and ?5 bound the time; ?6 is what
 * somebody calls a thing and ?7 its SID or NULL. THING is every subject that
 * ?6 is or was a name of: so a user is found by a former e-mail too, and by
 * each of his logins.
 */
#define STATE "coalesce(j.after, j.before)"
#define THING \
	"thing (id) AS (SELECT ?6 UNION SELECT ?7 WHERE ?7 IS NOT NULL" \
	" UNION SELECT subject FROM journal WHERE entity = 'user' AND" \
	" (json_extract(after, '$.email') = ?6 COLLATE NOCASE OR" \
	" json_extract(before, '$.email') = ?6 COLLATE NOCASE)" \
	" UNION SELECT coalesce(json_extract(after, '$.user')," \
	" json_extract(before, '$.user')) FROM journal" \
	" WHERE entity = 'login' AND subject = ?6" \
	" UNION SELECT subject FROM journal WHERE entity = 'role' AND" \
	" (json_extract(after, '$.key') = ?6 OR" \
	" json_extract(before, '$.key') = ?6))"
#define NAMES(state, member) \
	"json_extract(" state ", '$." member "') IN (SELECT id FROM thing)"
#define NAME_OF(sql, member) \
	"coalesce((" sql " = json_extract(" STATE ", '$." member "'))," \
	" json_extract(" STATE ", '$." member "'), '?')"
#define ABOUT \
	"CASE j.entity" \
	" WHEN 'user' THEN json_extract(" STATE ", '$.email')" \
	" WHEN 'role' THEN json_extract(" STATE ", '$.key')" \
	" WHEN 'scope' THEN coalesce((SELECT path FROM scope_path" \
	"  WHERE sid = j.subject), json_extract(" STATE ", '$.name'))" \
	" WHEN 'scope-alias' THEN json_extract(" STATE ", '$.name')" \
	" WHEN 'login' THEN j.subject || coalesce(' of ' || (SELECT email" \
	"  FROM user WHERE sid = coalesce(json_extract(j.after, '$.user')," \
	"  json_extract(j.before, '$.user'))), '')" \
	" WHEN 'assignment' THEN " \
	NAME_OF("SELECT email FROM user WHERE sid", "user") " || ' ' || " \
	NAME_OF("SELECT key FROM role WHERE sid", "role") " || ' at ' || " \
	NAME_OF("SELECT path FROM scope_path WHERE sid", "scope") \
	" WHEN 'setting' THEN j.subject || ' = ' ||" \
	"  coalesce(json_extract(j.after, '$.value'), '-')" \
	" WHEN 'policy' THEN 'policy ' || json_extract(" STATE \
	", '$.serial')" \
	" WHEN 'configuration' THEN json_extract(" STATE ", '$.path')" \
	" ELSE j.subject END"
#define JOURNAL_FIND \
	"WITH " THING " SELECT j.seq, j.at, j.actor, j.how, j.reason," \
	" j.entity, j.event, j.subject, j.before, j.after, j.hash, " ABOUT \
	" FROM journal j" \
	" WHERE (?1 IS NULL OR instr(lower(j.actor), lower(?1)) > 0)" \
	" AND (?2 IS NULL OR j.event = ?2)" \
	" AND (?3 IS NULL OR j.event LIKE ?3 || '.%')" \
	" AND j.at >= ?4 AND j.at < ?5" \
	" AND (?6 IS NULL OR j.subject IN (SELECT id FROM thing)" \
	" OR " NAMES("j.after", "user") " OR " NAMES("j.before", "user") \
	" OR " NAMES("j.after", "role") " OR " NAMES("j.after", "scope") ")" \
	" ORDER BY j.seq"

#define SNAPSHOT(thing) \
	"SELECT " JSON_##thing " FROM " FROM_##thing \
	" WHERE " KEY_##thing " = ?1"
/* ?1 is the entity's word: a row that is not what the journal left */
#define DIFFERS(thing) \
	"SELECT " KEY_##thing " FROM " FROM_##thing " WHERE " JSON_##thing \
	" IS NOT (SELECT after FROM journal WHERE entity = ?1 AND subject = " \
	KEY_##thing " ORDER BY seq DESC LIMIT 1) LIMIT 1"
/* ... and what the journal left, of which there is no row */
#define GONE(thing) \
	"SELECT j.subject FROM journal j WHERE j.entity = ?1" \
	" AND j.after IS NOT NULL AND NOT EXISTS (SELECT 1 FROM journal n" \
	" WHERE n.entity = ?1 AND n.subject = j.subject AND n.seq > j.seq)" \
	" AND NOT EXISTS (SELECT 1 FROM " FROM_##thing " WHERE " \
	KEY_##thing " = j.subject) LIMIT 1"

/* A member of the JSON that is ?1, and words back to numbers. */
#define J(key) "json_extract(?1, '$." key "')"
#define J_STATUS(key, two, three) \
	"CASE " J(key) " WHEN 'active' THEN 1 WHEN '" two "' THEN 2" \
	" WHEN '" three "' THEN 3 END"

const char *const directory_sql[SQL_STATEMENTS] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_BEGIN_READ] = "BEGIN DEFERRED",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",

	/* scopes */
	[SQL_SCOPE_BY_ID] = SCOPE "WHERE s.id = ?1",
	[SQL_SCOPE_BY_SID] = SCOPE "WHERE s.sid = ?1",
	[SQL_SCOPE_CHILD] = SCOPE "WHERE s.parent_id IS nullif(?1, 0)"
	    " AND s.name = ?2",
	[SQL_SCOPE_LIST] = SCOPE "ORDER BY s.path, s.id",
	[SQL_SCOPE_BELOW] = SCOPE "WHERE s.parent_id = ?1 OR s.parent_id IN"
	    " (SELECT id FROM scope WHERE parent_id = ?1)"
	    " ORDER BY s.path, s.id",
	/* ?1 now: what stands at each scope and below it */
	[SQL_SCOPE_TALLY] = "SELECT " SQL_COLS_SCOPE
	    ", coalesce(t.users, 0), coalesce(t.assignments, 0)"
	    " FROM scope_path s LEFT JOIN (SELECT up.above AS id,"
	    "  count(DISTINCT a.user_id) AS users, count(*) AS assignments"
	    "  FROM assignment a JOIN (SELECT id, id AS above FROM scope"
	    "   UNION ALL SELECT id, parent_id FROM scope"
	    "   WHERE parent_id IS NOT NULL"
	    "   UNION ALL SELECT c.id, p.parent_id FROM scope c"
	    "   JOIN scope p ON p.id = c.parent_id"
	    "   WHERE p.parent_id IS NOT NULL) up ON up.id = a.scope_id"
	    "  WHERE a.removed_at IS NULL"
	    "  AND (a.not_after IS NULL OR a.not_after > ?1)"
	    "  GROUP BY up.above) t ON t.id = s.id ORDER BY s.path, s.id",
	[SQL_ORGANIZATION_TALLY] =
	    "SELECT (SELECT count(*) FROM scope WHERE kind = 2"
	    "  AND status <> 3),"
	    " (SELECT count(*) FROM scope WHERE kind = 3 AND status <> 3),"
	    " (SELECT count(*) FROM user WHERE removed_at IS NULL),"
	    " (SELECT count(*) FROM user WHERE removed_at IS NULL"
	    "  AND status = 1),"
	    " (SELECT count(*) FROM user WHERE removed_at IS NULL"
	    "  AND kind = 2),"
	    " (SELECT count(*) FROM login WHERE user_id IS NOT NULL),"
	    " (SELECT count(*) FROM role WHERE deleted_at IS NULL"
	    "  AND NOT shipped),"
	    " (SELECT count(*) FROM assignment WHERE removed_at IS NULL"
	    "  AND (not_after IS NULL OR not_after > ?1))",
	[SQL_SCOPE_USABLE] = "SELECT usable FROM scope_path WHERE id = ?1",
	[SQL_SCOPE_INSERT] =
	    "INSERT INTO scope (id, sid, kind, parent_id, name, status,"
	    " created_at) VALUES (CASE ?2 WHEN 1 THEN 1 END, ?1, ?2,"
	    " nullif(?3, 0), ?4, ?5, ?6)",
	[SQL_SCOPE_UPDATE] =
	    "UPDATE scope SET name = ?2, created_at = ?3, status = ?4"
	    " WHERE id = ?1",
	[SQL_ALIAS] = "SELECT scope_id FROM scope_alias"
	    " WHERE parent_id = ?1 AND name = ?2",
	[SQL_ALIAS_PUT] = "INSERT INTO scope_alias (parent_id, name, scope_id,"
	    " created_at) VALUES (?1, ?2, ?3, ?4)",
	[SQL_ALIAS_DELETE] =
	    "DELETE FROM scope_alias WHERE parent_id = ?1 AND name = ?2",

	/* users and logins */
	[SQL_USER_BY_ID] = USER "WHERE u.id = ?1",
	[SQL_USER_BY_SID] = USER "WHERE u.sid = ?1",
	[SQL_USER_BY_EMAIL] = USER "WHERE u.email = ?1"
	    " AND u.removed_at IS NULL",
	[SQL_USER_BY_LOGIN] = USER "JOIN login l ON l.user_id = u.id"
	    " WHERE l.name = ?1",
	[SQL_USER_LIST] = USER "WHERE ?1 OR u.removed_at IS NULL"
	    " ORDER BY u.email, u.id",
	[SQL_USER_INSERT] =
	    "INSERT INTO user (sid, email, name, status, kind, two_factor,"
	    " created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[SQL_USER_UPDATE] = "UPDATE user SET email = ?2, name = ?3,"
	    " status = ?4, kind = ?5, two_factor = ?6 WHERE id = ?1",
	[SQL_USER_REMOVE] = "UPDATE user SET status = 2, removed_at = ?2"
	    " WHERE id = ?1 AND removed_at IS NULL",
	[SQL_USER_STANDING] =
	    "SELECT u.status = 1 AND EXISTS (SELECT 1 FROM assignment a"
	    "  JOIN role r ON r.id = a.role_id WHERE a.user_id = u.id"
	    "  AND a.removed_at IS NULL AND r.key IN " ADMINISTRATOR_KEYS "),"
	    " (SELECT count(*) FROM login l WHERE l.user_id = u.id),"
	    " (SELECT count(*) FROM assignment a"
	    "  JOIN role r ON r.id = a.role_id WHERE a.user_id = u.id"
	    "  AND a.removed_at IS NULL AND r.type = 3"
	    "  AND (a.not_after IS NULL OR a.not_after > ?2)),"
	    " coalesce((SELECT r.key FROM assignment a"
	    "  JOIN role r ON r.id = a.role_id WHERE a.user_id = u.id"
	    "  AND a.removed_at IS NULL AND r.type = 1), '')"
	    " FROM user u WHERE u.id = ?1",
	[SQL_COUNT_ADMINISTRATORS] =
	    "SELECT count(DISTINCT u.id) FROM role r"
	    " JOIN assignment a ON a.role_id = r.id AND a.removed_at IS NULL"
	    " JOIN user u ON u.id = a.user_id AND u.status = 1"
	    " WHERE r.key IN " ADMINISTRATOR_KEYS
	    " AND EXISTS (SELECT 1 FROM login l WHERE l.user_id = u.id)",
	[SQL_ADMINISTRATOR_LIST] = USER
	    "WHERE u.status = 1 AND EXISTS (SELECT 1 FROM assignment a"
	    "  JOIN role r ON r.id = a.role_id WHERE a.user_id = u.id"
	    "  AND a.removed_at IS NULL AND r.key IN " ADMINISTRATOR_KEYS ")"
	    " AND EXISTS (SELECT 1 FROM login l WHERE l.user_id = u.id)"
	    " ORDER BY u.email, u.id",
	[SQL_LOGIN_BY_NAME] = LOGIN "WHERE l.name = ?1",
	[SQL_LOGIN_LIST] = LOGIN "WHERE ?1 = 0 OR l.user_id = ?1"
	    " ORDER BY l.name",
	[SQL_LOGIN_PUT] =
	    "INSERT INTO login (name, user_id, uid, mapped_at, unmapped_at)"
	    " VALUES (?1, nullif(?2, 0), nullif(?3, 4294967295), ?4, ?5)"
	    " ON CONFLICT (name) DO UPDATE SET user_id = excluded.user_id,"
	    " uid = excluded.uid, mapped_at = excluded.mapped_at,"
	    " unmapped_at = excluded.unmapped_at",
	[SQL_LOGIN_STREAM] =
	    "SELECT l.name, l.uid, l.user_id, u.sid, u.name, u.status,"
	    " u.kind, u.two_factor FROM login l INDEXED BY login_by_user"
	    " LEFT JOIN user u ON u.id = l.user_id"
	    " ORDER BY l.user_id, l.name",

	/* roles */
	[SQL_ROLE_BY_ID] = ROLE "WHERE r.id = ?1",
	[SQL_ROLE_BY_KEY] = ROLE "WHERE r.key = ?1"
	    " AND r.deleted_at IS NULL",
	[SQL_ROLE_BY_SID] = ROLE "WHERE r.sid = ?1",
	[SQL_ROLE_BY_NAME] = ROLE "WHERE r.name = ?1 COLLATE NOCASE"
	    " AND r.deleted_at IS NULL ORDER BY r.key",
	[SQL_ROLE_LIST] = ROLE "WHERE ?1 OR r.deleted_at IS NULL"
	    " ORDER BY r.type, r.product_group, r.key",
	[SQL_ROLE_UPDATE] = "UPDATE role SET type = ?2, product_group = ?3,"
	    " name = ?4, description = ?5, assignable_at = ?6,"
	    " published_sid = ?7, modelled = ?8, deleted_at = ?9"
	    " WHERE id = ?1",
	[SQL_ROLE_DELETE] = "UPDATE role SET deleted_at = ?2"
	    " WHERE id = ?1 AND deleted_at IS NULL",
	[SQL_ROLE_STANDING] =
	    "SELECT count(*) FROM assignment WHERE role_id = ?1"
	    " AND removed_at IS NULL"
	    " AND (not_after IS NULL OR not_after > ?2)",
	[SQL_ROLE_INSERT] =
	    "INSERT INTO role (sid, key, type, product_group, name,"
	    " description, assignable_at, published_sid, modelled, shipped)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[SQL_PERMISSION_LIST] = "SELECT permission FROM role_permission"
	    " WHERE role_id = ?1 ORDER BY permission",
	[SQL_PERMISSION_CLEAR] =
	    "DELETE FROM role_permission WHERE role_id = ?1",
	[SQL_PERMISSION_INSERT] = "INSERT INTO role_permission (role_id,"
	    " permission) VALUES (?1, ?2)",
	[SQL_INCLUDED_LIST] = "SELECT included_id FROM role_include"
	    " WHERE role_id = ?1 ORDER BY included_id",
	[SQL_INCLUDED_CLEAR] = "DELETE FROM role_include WHERE role_id = ?1",
	[SQL_INCLUDED_DEEP] = "WITH RECURSIVE below (id) AS"
	    " (SELECT included_id FROM role_include WHERE role_id = ?1"
	    " UNION SELECT i.included_id FROM role_include i JOIN below"
	    " ON i.role_id = below.id) SELECT id FROM below ORDER BY id",
	[SQL_INCLUDING_LIST] = "SELECT role_id FROM role_include"
	    " WHERE included_id = ?1 ORDER BY role_id",
	[SQL_INCLUDED_INSERT] = "INSERT INTO role_include (role_id,"
	    " included_id) VALUES (?1, ?2)",

	/* assignments */
	[SQL_ASSIGNMENT_BY_SID] = ASSIGNMENT "WHERE a.sid = ?1",
	/* INDEXED BY: all that is asked for stands in this index */
	[SQL_ASSIGNMENT_WINDOWS] =
	    "SELECT role_id, scope_id, not_before, not_after"
	    " FROM assignment INDEXED BY assignment_by_user"
	    " WHERE user_id = ?1 AND removed_at IS NULL"
	    " AND resource_type IS NULL",
	[SQL_ASSIGNMENT_STANDING] = ASSIGNMENT
	    "WHERE a.user_id = ?1 AND a.role_id = ?2"
	    " AND (?3 = 0 OR a.scope_id = ?3) AND a.removed_at IS NULL"
	    " ORDER BY a.scope_id, a.not_before, a.not_after, a.id",
	[SQL_ASSIGNMENT_HELD] = ASSIGNMENT
	    "WHERE a.user_id = ?1 AND a.removed_at IS NULL ORDER BY a.id",
	[SQL_ASSIGNMENT_INSERT] =
	    "INSERT INTO assignment (sid, user_id, role_id, scope_id,"
	    " not_before, not_after, resource_type, resource_id, reason,"
	    " created_at, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
	    " nullif(?7, ''), nullif(?8, ''), ?9, ?10, ?11)",
	[SQL_ASSIGNMENT_REMOVE] = "UPDATE assignment SET removed_at = ?2,"
	    " removed_by = ?3 WHERE id = ?1 AND removed_at IS NULL",
	/*
	 * ?1 text or NULL; ?2 user, ?3 role, ?4 scope or 0; ?5 which (see
	 * enum assignment_which); ?6 now; ?7 product group or NULL; ?8 type
	 * or 0; ?9 the end is before, or NULL; ?10 effective: a scope also
	 * means those above it, a role also those that include it.
	 * MAY_MATCH looks at each user, role and scope once, not once for
	 * each of their assignments; the CASE then names the field.
	 */
	[SQL_ASSIGNMENT_LIST] =
	    "SELECT * FROM (SELECT CASE WHEN ?1 IS NULL THEN 0"
	    " WHEN " HAS("u.email") " THEN 1"
	    " WHEN " MATCHING_LOGIN " IS NOT NULL THEN 2"
	    " WHEN " HAS("u.name") " THEN 3"
	    " WHEN " HAS("u.sid") " THEN 4"
	    " WHEN " HAS("r.key") " THEN 5"
	    " WHEN " HAS("r.name") " THEN 6"
	    " WHEN " HAS("r.sid") " THEN 7"
	    " WHEN " HAS("s.path") " THEN 8"
	    " WHEN " HAS("s.sid") " THEN 9"
	    " WHEN " HAS("a.sid") " THEN 10 END AS field, "
	    SQL_COLS_ASSIGNMENT ", " SQL_COLS_USER ", "
	    "r.id, r.sid, r.key, r.type, r.product_group, r.name,"
	    " '', r.assignable_at, r.published_sid, r.modelled, r.shipped,"
	    " r.deleted_at, "
	    SQL_COLS_SCOPE ", CASE WHEN ?1 IS NOT NULL THEN " MATCHING_LOGIN
	    " END, u.email AS by_email, s.path AS by_path, r.key AS by_key,"
	    " a.not_before AS by_from, a.id AS by_id"
	    " FROM assignment a JOIN user u ON u.id = a.user_id"
	    " JOIN role r ON r.id = a.role_id"
	    " JOIN scope_path s ON s.id = a.scope_id"
	    " WHERE (?2 = 0 OR a.user_id = ?2) AND (?3 = 0 OR a.role_id = ?3"
	    "  OR (?10 AND a.role_id IN " ROLES_INCLUDING "))"
	    " AND (?4 = 0 OR a.scope_id = ?4"
	    "  OR (?10 AND a.scope_id IN " SCOPES_ABOVE "))"
	    " AND CASE ?5 WHEN 1 THEN a.removed_at IS NULL"
	    "  AND (a.not_after IS NULL OR a.not_after > ?6)"
	    "  WHEN 3 THEN a.removed_at IS NULL AND a.not_after <= ?6"
	    "  ELSE 1 END"
	    " AND (?7 IS NULL OR lower(r.product_group) = lower(?7)"
	    "  OR substr(r.key, 1, instr(r.key, ':') - 1) = lower(?7))"
	    " AND (?8 = 0 OR r.type = ?8)"
	    " AND (?9 IS NULL OR a.not_after <= ?9)"
	    " AND (?1 IS NULL OR " MAY_MATCH "))"
	    " WHERE field IS NOT NULL"
	    " ORDER BY by_email, by_path, by_key, by_from, by_id",
	[SQL_HOLDINGS] =
	    "SELECT user_id, role_id, scope_id, not_before, not_after,"
	    " removed_at, resource_type IS NOT NULL"
	    " FROM assignment INDEXED BY assignment_by_user"
	    " WHERE (not_after IS NULL OR not_after >= ?1)"
	    " AND (removed_at IS NULL OR removed_at >= ?1)"
	    " ORDER BY user_id",

	/*
	 * For completing: ?1 how it begins, ?2 how many. Where there are many
	 * an index is walked from ?1 on; char(1114111) is the last character.
	 */
	[SQL_NAMES_EMAIL] = "SELECT email FROM user WHERE email >= ?1"
	    " AND email < ?1 || char(1114111) AND removed_at IS NULL"
	    " ORDER BY email LIMIT ?2",
	[SQL_NAMES_LOGIN] = "SELECT name FROM login WHERE name >= ?1"
	    " AND name < ?1 || char(1114111) AND user_id IS NOT NULL"
	    " ORDER BY name LIMIT ?2",
	[SQL_NAMES_ROLE] = "SELECT key FROM role WHERE key >= ?1"
	    " AND key < ?1 || char(1114111) AND deleted_at IS NULL"
	    " ORDER BY key LIMIT ?2",
	[SQL_NAMES_SCOPE] = "SELECT path FROM scope_path"
	    " WHERE substr(path, 1, length(?1)) = ?1 AND status <> 3"
	    " ORDER BY path LIMIT ?2",

	/* the host's side */
	[SQL_ACCEPTED] = "SELECT text, digest, path, size, mtime_s, mtime_ns,"
	    " accepted_at FROM host_state WHERE text IS NOT NULL",
	[SQL_HOST_ACCEPT] = "UPDATE host_state SET text = ?1, digest = ?2,"
	    " path = ?3, size = ?4, mtime_s = ?5, mtime_ns = ?6,"
	    " accepted_at = ?7",
	[SQL_HOST_SERIAL] =
	    "UPDATE host_state SET serial = ?1, policy_digest = ?2",
	[SQL_SERIAL] = "SELECT serial FROM host_state",
	[SQL_LOG_KEY] = "SELECT log_key FROM host_state",
	[SQL_POLICY_PATH] = "SELECT coalesce(policy_path, '') FROM host_state",
	[SQL_POLICY_PATH_PUT] = "UPDATE host_state SET policy_path = ?1",
	[SQL_SETTING] = "SELECT value FROM setting WHERE name = ?1",
	[SQL_SETTING_PUT] = "INSERT INTO setting (name, value)"
	    " VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE"
	    " SET value = excluded.value",

	/* the journal */
	[SQL_JOURNAL_HEAD] =
	    "SELECT seq, at, hash FROM journal ORDER BY seq DESC LIMIT 1",
	[SQL_JOURNAL_INSERT] =
	    "INSERT INTO journal (seq, at, actor, how, reason, entity, event,"
	    " subject, before, after, hash)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[SQL_JOURNAL_LIST] =
	    "SELECT seq, at, actor, how, reason, entity, event, subject,"
	    " before, after, hash FROM journal WHERE seq >= ?1 ORDER BY seq",
	/* the newest row of a time, and the newest compile up to a row */
	[SQL_JOURNAL_UPTO] = "SELECT seq, at FROM journal WHERE at <= ?1"
	    " ORDER BY seq DESC LIMIT 1",
	[SQL_JOURNAL_COMPILED] =
	    "SELECT seq, at FROM journal WHERE entity = 'policy'"
	    " AND subject = 'serial' AND seq <= ?1 ORDER BY seq DESC LIMIT 1",
	[SQL_JOURNAL_SERIAL] =
	    "SELECT seq, at FROM journal WHERE entity = 'policy'"
	    " AND subject = 'serial' AND event = 'policy.compiled'"
	    " AND json_extract(after, '$.serial') = ?1"
	    " ORDER BY seq DESC LIMIT 1",
	[SQL_JOURNAL_BEGINNING] =
	    "SELECT seq, at FROM journal ORDER BY seq LIMIT 1",
	[SQL_JOURNAL_HASH] = "SELECT seq, at FROM journal WHERE hash = ?1",
	/* of each thing its last row up to ?1 */
	[SQL_JOURNAL_LATEST] =
	    "SELECT seq, at, actor, how, reason, entity, event, subject,"
	    " before, after, hash FROM journal WHERE seq IN"
	    " (SELECT max(seq) FROM journal WHERE seq <= ?1"
	    "  GROUP BY entity, subject) ORDER BY seq",
	[SQL_JOURNAL_FIND] = JOURNAL_FIND,
	[SQL_REPLAY_BEFORE] =
	    "SELECT seq FROM journal j WHERE before IS NOT (SELECT after"
	    " FROM journal p WHERE p.entity = j.entity"
	    " AND p.subject = j.subject AND p.seq < j.seq"
	    " ORDER BY p.seq DESC LIMIT 1) LIMIT 1",
	/* putting back what was: ?1 is the JSON of a snapshot */
	[SQL_RESTORE_SCOPE] =
	    "INSERT INTO scope (id, sid, kind, parent_id, name, status,"
	    " created_at) VALUES (" J("id") ", " J("sid") ", CASE " J("kind")
	    " WHEN 'organization' THEN 1 WHEN 'account' THEN 2"
	    " WHEN 'subaccount' THEN 3 END, " J("parent_id") ", " J("name")
	    ", " J_STATUS("status", "suspended", "closed") ", "
	    J("created_at") ") ON CONFLICT (id) DO UPDATE SET name ="
	    " excluded.name, status = excluded.status,"
	    " created_at = excluded.created_at",
	[SQL_RESTORE_ALIAS] =
	    "INSERT INTO scope_alias (parent_id, name, scope_id, created_at)"
	    " VALUES (" J("parent_id") ", " J("name") ", " J("scope_id") ", "
	    J("created_at") ") ON CONFLICT (parent_id, name) DO UPDATE SET"
	    " scope_id = excluded.scope_id, created_at = excluded.created_at",
	[SQL_RESTORE_USER] =
	    "INSERT INTO user (id, sid, email, name, status, kind,"
	    " two_factor, created_at, removed_at) VALUES (" J("id") ", "
	    J("sid") ", " J("email") ", " J("name") ", "
	    J_STATUS("status", "inactive", "suspended") ", CASE " J("kind")
	    " WHEN 'person' THEN 1 WHEN 'service' THEN 2 END, CASE "
	    J("two_factor") " WHEN 'enrolled' THEN 1 WHEN 'not-enrolled'"
	    " THEN 2 WHEN 'unknown' THEN 3 END, " J("created_at") ", "
	    J("removed_at") ")"
	    " ON CONFLICT (id) DO UPDATE SET email = excluded.email,"
	    " name = excluded.name, status = excluded.status,"
	    " kind = excluded.kind, two_factor = excluded.two_factor,"
	    " removed_at = excluded.removed_at",
	[SQL_RESTORE_LOGIN] =
	    "INSERT INTO login (name, user_id, uid, mapped_at, unmapped_at)"
	    " VALUES (" J("name") ", " J("user_id") ", " J("uid") ", "
	    J("mapped_at") ", " J("unmapped_at") ") ON CONFLICT (name)"
	    " DO UPDATE SET user_id = excluded.user_id, uid = excluded.uid,"
	    " mapped_at = excluded.mapped_at,"
	    " unmapped_at = excluded.unmapped_at",
	[SQL_RESTORE_ROLE] =
	    "INSERT INTO role (id, sid, key, type, product_group, name,"
	    " description, assignable_at, published_sid, modelled, shipped,"
	    " deleted_at)"
	    " VALUES (" J("id") ", " J("sid") ", " J("key") ", CASE "
	    J("type") " WHEN 'organization' THEN 1 WHEN 'general' THEN 2"
	    " WHEN 'built-in' THEN 3 WHEN 'resource' THEN 4 WHEN 'custom'"
	    " THEN 5 END, " J("product_group") ", " J("name") ", "
	    J("description") ", " J("assignable_at") ", " J("published_sid")
	    ", " J("modelled") ", " J("shipped") ", " J("deleted_at")
	    ") ON CONFLICT (id)"
	    " DO UPDATE SET key = excluded.key, type = excluded.type,"
	    " product_group = excluded.product_group, name = excluded.name,"
	    " description = excluded.description,"
	    " assignable_at = excluded.assignable_at,"
	    " published_sid = excluded.published_sid,"
	    " modelled = excluded.modelled, shipped = excluded.shipped,"
	    " deleted_at = excluded.deleted_at",
	[SQL_RESTORE_NO_PERMISSIONS] =
	    "DELETE FROM role_permission WHERE role_id = " J("id"),
	[SQL_RESTORE_PERMISSIONS] =
	    "INSERT INTO role_permission (role_id, permission)"
	    " SELECT " J("id") ", e.value FROM json_each(?1,"
	    " '$.permissions') e",
	[SQL_RESTORE_NO_INCLUDES] =
	    "DELETE FROM role_include WHERE role_id = " J("id"),
	[SQL_RESTORE_INCLUDES] =
	    "INSERT INTO role_include (role_id, included_id)"
	    " SELECT " J("id") ", r.id FROM json_each(?1, '$.includes') e"
	    " JOIN role r ON r.key = e.value AND r.deleted_at IS NULL",
	[SQL_RESTORE_SETTING] = "INSERT INTO setting (name, value) VALUES ("
	    J("name") ", " J("value") ") ON CONFLICT (name) DO UPDATE"
	    " SET value = excluded.value",
	/* the file's times are unknown, so its text will be compared */
	[SQL_RESTORE_CONFIGURATION] =
	    "UPDATE host_state SET text = " J("text") ", digest = "
	    J("digest") ", path = " J("path") ", size = " J("size")
	    ", mtime_s = 0, mtime_ns = 0, accepted_at = " J("accepted_at"),
	[SQL_UNMAKE_SCOPE] = "UPDATE scope SET status = 3 WHERE sid = ?1",
	[SQL_UNMAKE_ALIAS] =
	    "DELETE FROM scope_alias AS t WHERE " KEY_ALIAS " = ?1",
	[SQL_UNMAKE_SETTING] = "DELETE FROM setting WHERE name = ?1",
	[SQL_MADE_AFTER] =
	    "SELECT 1 FROM journal WHERE entity = 'assignment'"
	    " AND subject = ?1 AND seq > ?2 AND before IS NULL LIMIT 1",
	[SQL_HASH_OF_ROW] = "SELECT hash FROM journal WHERE seq = ?1",

	/* what the end state of a declared organization is asked; ?1 now */
	[SQL_COUNT_OWNERS] =
	    "SELECT count(*) FROM role r JOIN assignment a ON a.role_id ="
	    " r.id AND a.removed_at IS NULL JOIN user u ON u.id = a.user_id"
	    " AND u.status = 1 WHERE r.key = '" ROLE_KEY_ORGANIZATION_OWNER
	    "'",
	[SQL_COUNT_OWNERLESS] =
	    "SELECT count(*), min(path) FROM scope_path s WHERE s.kind = 2"
	    " AND s.status <> 3 AND 1 <> (SELECT count(*) FROM assignment a"
	    " JOIN role r ON r.id = a.role_id WHERE a.scope_id = s.id"
	    " AND a.removed_at IS NULL AND r.key = '"
	    ROLE_KEY_ACCOUNT_OWNER "')",
	[SQL_COUNT_STANDING] =
	    "SELECT count(*) FROM assignment a WHERE a.removed_at IS NULL"
	    " AND (a.not_after IS NULL OR a.not_after > ?1)",

	/* the state of a thing, and proofs of the journal */
	[SQL_SNAPSHOT_SCOPE] = SNAPSHOT(SCOPE),
	[SQL_SNAPSHOT_ALIAS] = SNAPSHOT(ALIAS),
	[SQL_SNAPSHOT_USER] = SNAPSHOT(USER),
	[SQL_SNAPSHOT_LOGIN] = SNAPSHOT(LOGIN),
	[SQL_SNAPSHOT_ROLE] = SNAPSHOT(ROLE),
	[SQL_SNAPSHOT_ASSIGNMENT] = SNAPSHOT(ASSIGNMENT),
	[SQL_SNAPSHOT_SETTING] = SNAPSHOT(SETTING),
	[SQL_SNAPSHOT_CONFIGURATION] = SNAPSHOT(CONFIGURATION),
	[SQL_SNAPSHOT_POLICY] = SNAPSHOT(POLICY),
	[SQL_DIFFERS_SCOPE] = DIFFERS(SCOPE),
	[SQL_DIFFERS_ALIAS] = DIFFERS(ALIAS),
	[SQL_DIFFERS_USER] = DIFFERS(USER),
	[SQL_DIFFERS_LOGIN] = DIFFERS(LOGIN),
	[SQL_DIFFERS_ROLE] = DIFFERS(ROLE),
	[SQL_DIFFERS_ASSIGNMENT] = DIFFERS(ASSIGNMENT),
	[SQL_DIFFERS_SETTING] = DIFFERS(SETTING),
	[SQL_DIFFERS_CONFIGURATION] = DIFFERS(CONFIGURATION),
	[SQL_DIFFERS_POLICY] = DIFFERS(POLICY),
	[SQL_GONE_SCOPE] = GONE(SCOPE),
	[SQL_GONE_ALIAS] = GONE(ALIAS),
	[SQL_GONE_USER] = GONE(USER),
	[SQL_GONE_LOGIN] = GONE(LOGIN),
	[SQL_GONE_ROLE] = GONE(ROLE),
	[SQL_GONE_ASSIGNMENT] = GONE(ASSIGNMENT),
	[SQL_GONE_SETTING] = GONE(SETTING),
	[SQL_GONE_CONFIGURATION] = GONE(CONFIGURATION),
	[SQL_GONE_POLICY] = GONE(POLICY),
};
/* clang-format on */
