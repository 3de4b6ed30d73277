/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * twrbac as a later release might be: the same, with two more steps of the
 * directory's schema. The linker puts this table in the place of the tool's
 * (--wrap=directory_schema), so the product knows nothing of it. TWR_NEXT in
 * the environment chooses:
 *
 *	2, 3      the schema that it knows; 3 when nothing is said
 *	broken    step 3 is no SQL
 *	orphan    step 3 leaves a row that refers to none
 */
#include <stdlib.h>
#include <string.h>

#include "directory_sql.h"

const struct directory_schema *__real_directory_schema(void);
const struct directory_schema *__wrap_directory_schema(void);

/* What one does most: a table, and a column that refers to it. */
static const char *const schema_2[] = {
	"CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
	"INSERT INTO team (id, name) VALUES (1, 'everybody');",
	"ALTER TABLE user ADD COLUMN team_id INTEGER REFERENCES team (id);"
	"UPDATE user SET team_id = 1 WHERE removed_at IS NULL;",
	NULL,
};

/* What is hardest: a table that others refer to, made anew. */
static const char *const schema_3[] = {
	"CREATE TABLE team_3 (id INTEGER PRIMARY KEY CHECK (id > 0),"
	"  name TEXT NOT NULL UNIQUE CHECK (name <> ''),"
	"  created_at INTEGER NOT NULL DEFAULT 0);"
	"INSERT INTO team_3 (id, name) SELECT id, name FROM team;"
	"DROP TABLE team;"
	"ALTER TABLE team_3 RENAME TO team;",
	NULL,
};

static const char *const broken[] = {
	"CREATE TABLE half (id INTEGER PRIMARY KEY);",
	"CREATE TABLE half (id INTEGER PRIMARY KEY);",
	NULL,
};
static const char *const orphan[] = { "DELETE FROM team;", NULL };

static const struct {
	const char *word;
	const char *const *step;
} thirds[] = {
	{ "3", schema_3 },
	{ "broken", broken },
	{ "orphan", orphan },
};

const struct directory_schema *
__wrap_directory_schema(void)
{
	static const char *const *steps[3];
	static struct directory_schema schema = { steps, 3 };
	const char *word = getenv("TWR_NEXT");
	size_t i;

	steps[0] = __real_directory_schema()->steps[0];
	steps[1] = schema_2;
	steps[2] = schema_3;
	schema.version = word != NULL && strcmp(word, "2") == 0 ? 2 : 3;
	for (i = 0; word != NULL && i < sizeof(thirds) / sizeof(*thirds); i++)
		if (strcmp(word, thirds[i].word) == 0)
			steps[2] = thirds[i].step;
	return &schema;
}
