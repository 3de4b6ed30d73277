/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_directory.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

char support_notes[8192];

static struct change change;
static struct actor actor;

void
support_notes_clear(void)
{
	support_notes[0] = '\0';
}

static void
take_note(void *ctx, const char *line)
{
	size_t len = strlen(support_notes);

	(void)ctx;
	(void)snprintf(support_notes + len, sizeof(support_notes) - len, "%s\n",
	    line);
}

void
support_expect(enum twr_status is, enum twr_status rc,
    const struct twr_error *err, const char *words)
{
	if (words == NULL) {
		ck_assert_msg(is == TWR_OK, "%s", err->text);
		return;
	}
	ck_assert_msg(is == rc, "%s instead of %s: %s", twr_status_word(is),
	    twr_status_word(rc), err->text);
	ck_assert_msg(strstr(err->text, words) != NULL, "\"%s\" lacks \"%s\"",
	    err->text, words);
}

struct change *
support_directory(void)
{
	struct change_init in = { .owner_email = "alice@example.com",
		.login = { "alice", 1001, 1000, 0 } };
	struct catalogue *cat = NULL;
	struct twr_error err = { "" };
	struct user us;

	support_expect(catalogue_load("etc/roles.conf", &cat, &err), TWR_OK,
	    &err, NULL);
	in.catalogue = cat;
	/* a test that failed may have left its own */
	support_directory_end();
	actor = (struct actor) { .how = ACTOR_UID, .administrator = true };
	(void)strcpy(actor.label, "alice@example.com");
	change = (struct change) {
		.actor = &actor, .now = T0, .note = take_note
	};
	support_notes_clear();
	support_expect(directory_create(support_path("directory.db"), "acme",
			   &change.dir, &err),
	    TWR_OK, &err, NULL);
	support_expect(change_init_organization(&change, &in, &us, &err),
	    TWR_OK, &err, NULL);
	actor.user_id = us.id;
	catalogue_free(cat);
	support_expect(directory_commit(change.dir, &err), TWR_OK, &err, NULL);
	support_expect(directory_begin(change.dir, &err), TWR_OK, &err, NULL);
	return &change;
}

struct change *
support_directory_change(void)
{
	return &change;
}

void
support_commit(void)
{
	struct twr_error err = { "" };

	support_expect(directory_commit(change.dir, &err), TWR_OK, &err, NULL);
	support_expect(directory_begin(change.dir, &err), TWR_OK, &err, NULL);
}

void
support_directory_end(void)
{
	directory_close(change.dir);
	change.dir = NULL;
	(void)unlink(support_path("directory.db"));
	(void)unlink(support_path("directory.db-wal"));
	(void)unlink(support_path("directory.db-shm"));
}

void
support_user(const char *name, uint32_t uid, const char *role)
{
	char email[64];
	struct change_user in = { .email = email,
		.login = { name, uid, 1000, 0 },
		.organization_role = role };
	struct twr_error err = { "" };

	(void)snprintf(email, sizeof(email), "%s@example.com", name);
	support_expect(change_user_add(&change, &in, NULL, &err), TWR_OK, &err,
	    NULL);
}

enum change_outcome
support_give(const char *name, const char *scope, const char *role,
    int64_t from, int64_t until)
{
	struct change_assignment in = { .user = name,
		.scope = scope,
		.roles = &role,
		.n_roles = 1,
		.window = { from, until } };
	struct change_result result;
	struct twr_error err = { "" };

	support_expect(change_assignment_add(&change, &in, &result, &err),
	    TWR_OK, &err, NULL);
	return result.outcome;
}
