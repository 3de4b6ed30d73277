/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The input is what somebody typed where a scope, a user, a role or an
 * assignment is wanted: path, SID, e-mail, login, key or name. A small
 * organization is asked for it.
 */
#include <strings.h>
#include <unistd.h>

#include "actor.h"
#include "change.h"
#include "fuzz.h"
#include "text.h"

#define NOW INT64_C(1790000000)
#define MUST(call) \
	((call) == TWR_OK ? (void)0 : promise_broken(#call, err.text, __LINE__))

static struct directory *dir;
static char folder[4096];

static void
remove_folder(void)
{
	static const char *const names[] = { "d", "d-wal", "d-shm", "" };
	char path[sizeof(folder) + 8];
	size_t i;

	directory_close(dir);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)remove(path);
	}
}

/* acme/new, which was acme/old; acme/new/one; alice; bob; the catalogue. */
static void
fill(struct change *ch, struct actor *actor)
{
	struct change_init in = { .owner_email = "alice@example.com",
		.login = { "alice", 1001, 1000, 0 } };
	struct change_user bob = { .email = "bob@example.com",
		.login = { "bob", 1002, 1000, 0 } };
	struct catalogue *cat = NULL;
	struct twr_error err = { .text = "" };
	struct user us;
	struct scope sc;

	MUST(catalogue_load("etc/roles.conf", &cat, &err));
	in.catalogue = cat;
	MUST(change_init_organization(ch, &in, &us, &err));
	actor->user_id = us.id;
	MUST(change_user_add(ch, &bob, NULL, &err));
	MUST(change_scope_add(ch, "acme/old", "alice", &sc, &err));
	MUST(change_scope_add(ch, "acme/old/one", NULL, &sc, &err));
	MUST(change_scope_rename(ch, "acme/old", "new", &sc, &err));
	catalogue_free(cat);
}

static void
make_directory(void)
{
	static struct actor actor = { .how = ACTOR_UID,
		.administrator = true,
		.label = "alice@example.com" };
	const char *base = getenv("TMPDIR");
	char path[sizeof(folder) + 8];
	struct change ch = { .actor = &actor, .now = NOW };
	struct twr_error err = { .text = "" };

	/* six letters for mkdtemp(), apart: together they mark open work */
	(void)snprintf(folder, sizeof(folder), "%.4000s/twrbac-fuzz.%s%s%s",
	    base == NULL ? "/tmp" : base, "XX", "XX", "XX");
	PROMISE(mkdtemp(folder) != NULL);
	(void)snprintf(path, sizeof(path), "%s/d", folder);
	MUST(directory_create(path, "acme", &ch.dir, &err));
	dir = ch.dir;
	PROMISE(atexit(remove_folder) == 0);
	fill(&ch, &actor);
	MUST(directory_commit(dir, &err));
}

/* True when it was found; else a sentence says that it was not. */
static bool
found(enum twr_status rc, const struct twr_error *err)
{
	if (rc == TWR_OK)
		return true;
	PROMISE(rc == TWR_EREFUSED);
	fuzz_check_error(err->text, sizeof(err->text));
	return false;
}

static void
find_scope(const char *text)
{
	struct twr_error err = { .text = "" };
	struct scope sc, again;
	bool alias = false;

	if (!found(directory_scope_find(dir, text, &sc, &alias, &err), &err))
		return;
	MUST(directory_scope_find(dir, sc.path, &again, NULL, &err));
	PROMISE(again.id == sc.id);
	if (strcasecmp(text, sc.sid) == 0)
		return;
	/* byte for byte, but for the account's former name */
	PROMISE(strcmp(text, sc.path) == 0 || alias);
	PROMISE(!alias || strcmp(text, "acme/old") == 0 ||
	    strcmp(text, "acme/old/one") == 0);
}

static void
find_user(const char *text)
{
	struct twr_error err = { .text = "" };
	struct user us;
	const char *at;

	if (!found(directory_user_find(dir, text, &us, &err), &err))
		return;
	at = strchr(us.email, '@');
	PROMISE(strcasecmp(text, us.sid) == 0 ||
	    strcasecmp(text, us.email) == 0 ||
	    (strlen(text) == (size_t)(at - us.email) &&
		strncmp(text, us.email, strlen(text)) == 0));
}

static void
find_role(const char *text)
{
	struct twr_error err = { .text = "" };
	struct role role, again;

	if (!found(directory_role_find(dir, text, &role, &err), &err))
		return;
	PROMISE(strcasecmp(text, role.sid) == 0 ||
	    strcasecmp(text, role.key) == 0 ||
	    strcasecmp(text, role.name) == 0);
	MUST(directory_role_find(dir, role.key, &again, &err));
	PROMISE(again.id == role.id);
}

static void
find_assignment(const char *text)
{
	struct twr_error err = { .text = "" };
	struct assignment as;

	if (found(directory_assignment_find(dir, text, &as, &err), &err))
		PROMISE(strcasecmp(text, as.sid) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	if (dir == NULL)
		make_directory();
	find_scope(text);
	find_user(text);
	find_role(text);
	find_assignment(text);
	free(text);
	return 0;
}
