/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "directory_write.h"
#include "journal.h"
#include "support_directory.h"

#define AL TWR_ALWAYS
#define NV TWR_NEVER

static struct twr_error err;

#define MUST(call) support_expect((call), TWR_OK, &err, NULL)
#define REFUSED(call, words) support_expect((call), TWR_EREFUSED, &err, (words))

/* What changes said that goes with them, a line each. */
static char gone[4096];

static void
take_gone(void *ctx, const struct change_gone *g)
{
	size_t len = strlen(gone);

	(void)ctx;
	(void)snprintf(gone + len, sizeof(gone) - len, "%d %s %s %s %s\n",
	    (int)g->what, g->email != NULL ? g->email : "-",
	    g->login != NULL ? g->login : "-", g->role != NULL ? g->role : "-",
	    g->scope != NULL ? g->scope : "-");
}

/* alice owns acme; bob administrates; carol is somebody. */
static struct change *
set_up(void)
{
	struct change *ch = support_directory();

	gone[0] = '\0';
	MUST(change_scope_add(ch, "acme/m", NULL, NULL, &err));
	MUST(change_scope_add(ch, "acme/m/prod", NULL, NULL, &err));
	MUST(change_scope_add(ch, "acme/m/qa", NULL, NULL, &err));
	support_user("bob", 1002, "administrator");
	support_user("carol", 1003, NULL);
	return ch;
}

/* The journal proves the tables, whatever was done to them. */
static void
proven(void)
{
	struct journal_head head;

	MUST(journal_verify(support_directory_change()->dir, &head, &err));
	support_directory_end();
}

static enum twr_status
count_one(void *ctx, const struct assignment_row *row, struct twr_error *unused)
{
	(void)row;
	(void)unused;
	++*(int *)ctx;
	return TWR_OK;
}

/* How many assignments stand; "" for any. */
static int
standing(const char *user, const char *role, const char *scope)
{
	struct directory *dir = support_directory_change()->dir;
	struct assignment_filter filter = { .now = T0 };
	struct scope sc;
	struct user us;
	struct role ro;
	int n = 0;

	if (*user != '\0') {
		MUST(directory_user_find_ever(dir, user, &us, &err));
		filter.user_id = us.id;
	}
	if (*role != '\0') {
		MUST(directory_role_find(dir, role, &ro, &err));
		filter.role_id = ro.id;
	}
	if (*scope != '\0') {
		MUST(directory_scope_find(dir, scope, &sc, NULL, &err));
		filter.scope_id = sc.id;
	}
	MUST(directory_each_assignment(dir, &filter, count_one, &n, &err));
	return n;
}

/* ---- users ---- */

START_TEST(renames_users)
{
	struct change *ch = set_up();
	struct user us, same;
	bool changed = false;

	MUST(change_user_rename(ch, "carol", "Carol C", &us, &changed, &err));
	ck_assert(changed);
	ck_assert_str_eq(us.name, "Carol C");
	MUST(change_user_rename(ch, "carol", "Carol C", &us, &changed, &err));
	ck_assert(!changed);
	REFUSED(change_user_rename(ch, "carol", " x", &us, &changed, &err),
	    "blank");
	MUST(change_user_set_email(ch, "carol", "c@example.com", &same,
	    &changed, &err));
	ck_assert(changed);
	ck_assert_str_eq(same.sid, us.sid);
	REFUSED(change_user_set_email(ch, "carol", "Bob@example.com", NULL,
		    NULL, &err),
	    "exists already");
	REFUSED(change_user_set_email(ch, "carol", "no address", NULL, NULL,
		    &err),
	    "not an address");
	/* his own, in other letters */
	MUST(change_user_set_email(ch, "carol", "C@example.com", NULL, &changed,
	    &err));
	ck_assert(changed);
	REFUSED(directory_user_find(ch->dir, "carol@example.com", &us, &err),
	    "no such user");
	proven();
}
END_TEST

START_TEST(removes_users)
{
	struct change *ch = set_up();
	struct user was, now, again;
	struct login lo;

	MUST(change_login_map(ch, &(struct admin_login) { "c2", 1013, 1000, 0 },
	    "carol", NULL, NULL, &err));
	ck_assert_int_eq(support_give("carol", "acme/m/prod", "hosts:login", AL,
			     NV),
	    CHANGE_ADDED);
	/* to come counts, ended does not */
	(void)support_give("carol", "acme/m/qa", "hosts:login", T0 + 9, NV);
	MUST(directory_user_find(ch->dir, "carol", &was, &err));
	MUST(change_user_remove(ch, "carol", take_gone, NULL, &now, &err));
	ck_assert_str_eq(gone,
	    "1 carol@example.com - - -\n"
	    "3 carol@example.com - organization:standard-user acme\n"
	    "3 carol@example.com - hosts:login acme/m/prod\n"
	    "3 carol@example.com - hosts:login acme/m/qa\n"
	    "2 carol@example.com c2 - -\n"
	    "2 carol@example.com carol - -\n");
	ck_assert_int_eq(now.removed_at, T0);
	ck_assert_int_eq(now.status, TWR_USER_INACTIVE);
	ck_assert_int_eq(standing(was.sid, "", ""), 0);
	MUST(directory_login_get(ch->dir, "carol", &lo, &err));
	ck_assert_int_eq(lo.user_id, 0);
	REFUSED(directory_user_find(ch->dir, was.sid, &now, &err),
	    "was removed");
	REFUSED(directory_user_find(ch->dir, "carol@example.com", &now, &err),
	    "no such user");
	REFUSED(change_user_set_status(ch, was.sid, TWR_USER_ACTIVE, NULL, NULL,
		    &err),
	    "was removed");
	/* the address is free, and brings nothing back */
	support_user("carol", 1003, NULL);
	MUST(directory_user_find(ch->dir, "carol", &again, &err));
	ck_assert_str_ne(again.sid, was.sid);
	ck_assert_int_eq(standing("carol", "hosts:login", ""), 0);
	ck_assert_ptr_nonnull(strstr(support_notes, "was somebody's until"));
	MUST(change_user_remove(ch, "carol", NULL, NULL, NULL, &err));
	proven();
}
END_TEST

/* By no path is the organization left without Owner or administrator. */
START_TEST(keeps_who_is_needed)
{
	struct change *ch = set_up();

	REFUSED(change_user_remove(ch, "alice", NULL, NULL, NULL, &err),
	    "organization transfer-owner");
	REFUSED(change_user_set_status(ch, "alice", TWR_USER_INACTIVE, NULL,
		    NULL, &err),
	    "organization transfer-owner");
	MUST(change_user_set_status(ch, "alice", TWR_USER_SUSPENDED, NULL, NULL,
	    &err));
	REFUSED(change_user_remove(ch, "bob", NULL, NULL, NULL, &err),
	    "last active administrator");
	REFUSED(change_user_set_status(ch, "bob", TWR_USER_INACTIVE, NULL, NULL,
		    &err),
	    "last active administrator");
	REFUSED(change_user_set_status(ch, "bob", TWR_USER_SUSPENDED, NULL,
		    NULL, &err),
	    "last active administrator");
	REFUSED(change_login_unmap(ch, "bob", NULL, &err),
	    "last active administrator");
	REFUSED(change_user_set_organization_role(ch, "bob", "none", NULL, NULL,
		    &err),
	    "last active administrator");
	MUST(change_user_set_status(ch, "alice", TWR_USER_ACTIVE, NULL, NULL,
	    &err));
	support_notes_clear();
	MUST(change_user_remove(ch, "bob", NULL, NULL, NULL, &err));
	ck_assert_ptr_nonnull(strstr(support_notes, "only one active admin"));
	proven();
}
END_TEST

START_TEST(keeps_account_owners)
{
	struct change *ch = set_up();
	struct change_owners ow;

	MUST(change_transfer_account(ch, "acme/m", "carol", &ow, &err));
	REFUSED(change_user_remove(ch, "carol", NULL, NULL, NULL, &err),
	    "Owner of acme/m");
	MUST(change_transfer_account(ch, "acme/m", "alice", &ow, &err));
	MUST(change_user_remove(ch, "carol", NULL, NULL, NULL, &err));
	proven();
}
END_TEST

/* ---- Owners ---- */

START_TEST(hands_the_organization_over)
{
	struct change *ch = set_up();
	struct actor alice = *ch->actor, bob = alice, root = alice;
	struct change_owners ow;
	struct user us;

	MUST(directory_user_find(ch->dir, "bob", &us, &err));
	bob.user_id = us.id;
	root.user_id = 0;
	root.how = ACTOR_AS_ROOT;
	ch->actor = &bob;
	support_expect(change_transfer_organization(ch, "bob", &ow, &err),
	    TWR_EPERM, &err, "only its Owner, alice@example.com");
	ch->actor = &alice;
	MUST(change_user_set_status(ch, "carol", TWR_USER_SUSPENDED, NULL, NULL,
	    &err));
	REFUSED(change_transfer_organization(ch, "carol", &ow, &err),
	    "is suspended");
	MUST(change_transfer_organization(ch, "alice", &ow, &err));
	ck_assert(!ow.changed);
	MUST(change_transfer_organization(ch, "bob", &ow, &err));
	ck_assert(ow.changed);
	ck_assert_str_eq(ow.from.email, "alice@example.com");
	ck_assert_int_eq(standing("", "organization:owner", ""), 1);
	ck_assert_int_eq(standing("bob", "organization:owner", "acme"), 1);
	ck_assert_int_eq(standing("bob", "organization:administrator", ""), 0);
	ck_assert_int_eq(standing("alice", "organization:administrator", ""),
	    1);
	support_expect(change_transfer_organization(ch, "alice", &ow, &err),
	    TWR_EPERM, &err, "only its Owner");
	ch->actor = &root;
	MUST(change_transfer_organization(ch, "alice", &ow, &err));
	ck_assert_int_eq(standing("", "organization:owner", ""), 1);
	proven();
}
END_TEST

START_TEST(hands_accounts_over)
{
	struct change *ch = set_up();
	struct change_owners ow;

	REFUSED(change_transfer_account(ch, "acme", "bob", &ow, &err),
	    "organization transfer-owner bob");
	REFUSED(change_transfer_account(ch, "acme/m/qa", "bob", &ow, &err),
	    "is a subaccount");
	MUST(change_transfer_account(ch, "acme/m", "bob", &ow, &err));
	ck_assert_int_eq(standing("", "general:owner", "acme/m"), 1);
	ck_assert_int_eq(standing("bob", "general:owner", "acme/m"), 1);
	ck_assert_int_eq(standing("alice", "general:administrator", "acme/m"),
	    1);
	MUST(change_transfer_account(ch, "acme/m", "alice", &ow, &err));
	MUST(change_transfer_account(ch, "acme/m", "bob", &ow, &err));
	/* not one more for each time */
	ck_assert_int_eq(standing("alice", "general:administrator", "acme/m"),
	    1);
	MUST(change_user_set_status(ch, "carol", TWR_USER_INACTIVE, NULL, NULL,
	    &err));
	REFUSED(change_transfer_account(ch, "acme/m", "carol", &ow, &err),
	    "is inactive");
	proven();
}
END_TEST

/* ---- scopes ---- */

static void
accept_rules(const struct change *ch, const char *scope, const char *role)
{
	char text[512];
	struct accepted ac = { .text = text, .path = "/etc/twrbac.conf" };

	(void)snprintf(text, sizeof(text),
	    "organization = \"acme\";\nscope = \"%s\";\n"
	    "rules = ( { services = [\"sshd\"];\n any_role = [\"%s\"]; } );\n",
	    scope, role);
	ac.size = strlen(text);
	MUST(change_accept_configuration(ch, &ac, &err));
}

START_TEST(closes_scopes)
{
	struct change *ch = set_up();
	struct scope sc;
	bool changed = false;

	(void)support_give("carol", "acme/m", "hosts:login", AL, NV);
	(void)support_give("carol", "acme/m/qa", "hosts:admin", AL, NV);
	(void)support_give("carol", "acme", "hosts:login", AL, NV);
	accept_rules(ch, "acme/m/prod", "hosts:login");
	REFUSED(change_scope_set_status(ch, "acme/m/prod", TWR_SCOPE_CLOSED,
		    NULL, NULL, NULL, NULL, &err),
	    "/etc/twrbac.conf:2");
	REFUSED(change_scope_set_status(ch, "acme/m", TWR_SCOPE_CLOSED, NULL,
		    NULL, NULL, NULL, &err),
	    "/etc/twrbac.conf:2");
	REFUSED(change_scope_set_status(ch, "acme", TWR_SCOPE_CLOSED, NULL,
		    NULL, NULL, NULL, &err),
	    "is the organization");
	REFUSED(change_scope_set_status(ch, "acme", TWR_SCOPE_SUSPENDED, NULL,
		    NULL, NULL, NULL, &err),
	    "is the organization");
	accept_rules(ch, "acme", "hosts:login");
	MUST(change_scope_set_status(ch, "acme/m", TWR_SCOPE_CLOSED, take_gone,
	    NULL, &sc, &changed, &err));
	ck_assert(changed);
	ck_assert_str_eq(gone,
	    "4 - - - acme/m\n3 carol@example.com - hosts:login acme/m\n"
	    "4 - - - acme/m/prod\n4 - - - acme/m/qa\n"
	    "3 carol@example.com - hosts:admin acme/m/qa\n");
	ck_assert_int_eq(standing("carol", "hosts:login", ""), 1);
	ck_assert_int_eq(standing("", "general:owner", "acme/m"), 1);
	REFUSED(change_scope_set_status(ch, "acme/m/qa", TWR_SCOPE_ACTIVE, NULL,
		    NULL, NULL, NULL, &err),
	    "lies below acme/m");
	REFUSED(change_scope_set_status(ch, "acme/m", TWR_SCOPE_SUSPENDED, NULL,
		    NULL, NULL, NULL, &err),
	    "is closed");
	MUST(change_scope_set_status(ch, "acme/m", TWR_SCOPE_ACTIVE, NULL, NULL,
	    &sc, NULL, &err));
	MUST(change_scope_set_status(ch, "acme/m/qa", TWR_SCOPE_ACTIVE, NULL,
	    NULL, &sc, NULL, &err));
	ck_assert_int_eq(standing("carol", "", "acme/m/qa"), 0);
	proven();
}
END_TEST

START_TEST(suspends_scopes)
{
	struct change *ch = set_up();
	struct scope sc;
	bool usable = true, changed = true;

	(void)support_give("carol", "acme/m/qa", "hosts:admin", AL, NV);
	MUST(change_scope_set_status(ch, "acme/m", TWR_SCOPE_SUSPENDED, NULL,
	    NULL, &sc, NULL, &err));
	MUST(directory_scope_find(ch->dir, "acme/m/qa", &sc, NULL, &err));
	MUST(directory_scope_usable(ch->dir, sc.id, &usable, &err));
	ck_assert(!usable);
	MUST(change_scope_set_status(ch, "acme/m/qa", TWR_SCOPE_ACTIVE, NULL,
	    NULL, &sc, &changed, &err));
	ck_assert(!changed);
	MUST(change_scope_set_status(ch, "acme/m", TWR_SCOPE_ACTIVE, NULL, NULL,
	    &sc, NULL, &err));
	ck_assert_int_eq(standing("carol", "", "acme/m/qa"), 1);
	proven();
}
END_TEST

/* ---- roles ---- */

static const struct {
	struct change_role in;
	const char *words; /* NULL: defined */
} definitions[] = {
	{ { .key = "custom:one" }, NULL },
	{ { .key = "hosts:night", .includes = "hosts:login" }, NULL },
	{ { .key = "custom:two",
	      .permissions = "/acme/deploy/run",
	      .includes = "Host Login, studio:viewer",
	      .at = "account" },
	    NULL },
	{ { .key = "custom:none", .permissions = "none", .includes = "none" },
	    NULL },
	{ { .key = "Custom:one" }, "is not a key" },
	{ { .key = "custom" }, "is not a key" },
	{ { .key = "organization:boss" }, "are the catalogue's" },
	{ { .key = "general:boss" }, "are the catalogue's" },
	{ { .key = "hosts:login" }, "exists already" },
	{ { .key = "custom:a", .at = "acount" }, "did you mean \"account\"" },
	{ { .key = "custom:a", .at = "none" }, "can be assigned nowhere" },
	{ { .key = "custom:a", .permissions = "/a/b" }, "is not one" },
	{ { .key = "custom:a", .permissions = "/a/b/c,,/d/e/f" },
	    "empty member" },
	{ { .key = "custom:a", .includes = "hosts:logn" }, "did you mean" },
	{ { .key = "custom:a", .includes = "organization:owner" },
	    "organization roles" },
	{ { .key = "custom:a", .includes = "general:owner" },
	    "exactly one Owner" },
	{ { .key = "custom:a", .includes = "billing:group-admin" },
	    "named resources" },
	{ { .key = "custom:a", .name = "a\nb" }, "control characters" },
};

START_TEST(defines_roles)
{
	struct change *ch = set_up();
	struct role ro;
	enum twr_status rc;

	rc = change_role_define(ch, &definitions[_i].in, &ro, &err);
	support_expect(rc, definitions[_i].words ? TWR_EREFUSED : TWR_OK, &err,
	    definitions[_i].words);
	if (rc != TWR_OK) {
		/* bad input leaves a transaction to roll back */
		directory_rollback(ch->dir);
		MUST(directory_begin(ch->dir, &err));
	} else {
		ck_assert(!ro.shipped);
		ck_assert_int_eq(ro.type, ROLE_CUSTOM);
	}
	proven();
}
END_TEST

START_TEST(changes_and_deletes_roles)
{
	struct change *ch = set_up();
	struct change_role one = { .key = "custom:one",
		.includes = "hosts:login" };
	struct change_role two = { .key = "custom:two",
		.includes = "custom:one" };
	struct change_role circle = { .key = "custom:one",
		.includes = "custom:two" };
	struct change_role text = { .key = "custom:one",
		.description = "Something" };
	struct change_role shipped = { .key = "hosts:login", .name = "x" };
	struct role ro, old;
	bool changed;

	MUST(change_role_define(ch, &one, &old, &err));
	MUST(change_role_define(ch, &two, NULL, &err));
	support_commit();
	REFUSED(change_role_change(ch, &circle, NULL, NULL, &err),
	    "includes it again");
	directory_rollback(ch->dir);
	MUST(directory_begin(ch->dir, &err));
	REFUSED(change_role_change(ch, &shipped, NULL, NULL, &err),
	    "is shipped");
	REFUSED(change_role_delete(ch, "hosts:login", NULL, &err),
	    "is shipped");
	MUST(change_role_change(ch, &text, &ro, &changed, &err));
	ck_assert(changed);
	MUST(change_role_change(ch, &text, &ro, &changed, &err));
	ck_assert(!changed);
	REFUSED(change_role_delete(ch, "custom:one", NULL, &err),
	    "included by custom:two");
	MUST(change_role_delete(ch, "custom:two", NULL, &err));
	(void)support_give("carol", "acme/m", "custom:one", T0 + 5, NV);
	REFUSED(change_role_delete(ch, "custom:one", NULL, &err),
	    "carol@example.com at acme/m");
	MUST(change_assignment_remove(ch, "carol", "acme/m", "custom:one", NULL,
	    NULL, &err));
	accept_rules(ch, "acme", "custom:one");
	REFUSED(change_role_delete(ch, "custom:one", NULL, &err),
	    "/etc/twrbac.conf:4");
	accept_rules(ch, "acme", "hosts:login");
	MUST(change_role_delete(ch, "custom:one", NULL, &err));
	REFUSED(directory_role_find(ch->dir, "custom:one", &ro, &err),
	    "no such role");
	REFUSED(directory_role_find(ch->dir, old.sid, &ro, &err),
	    "was deleted");
	/* the key is free, for another role */
	MUST(change_role_define(ch, &one, &ro, &err));
	ck_assert_str_ne(ro.sid, old.sid);
	proven();
}
END_TEST

/* ---- the catalogue ---- */

static char items[2048];

static void
take_item(void *ctx, const struct change_role_step *item)
{
	size_t len = strlen(items);

	(void)ctx;
	(void)snprintf(items + len, sizeof(items) - len, "%d %s %s\n",
	    (int)item->what, item->role->key, item->text);
}

static const struct {
	const char *from, *to; /* in the shipped catalogue's text */
	const char *want; /* what the plan says, or a refusal has */
	bool refused;
} imports[] = {
	{ "", "", "", false },
	{ "name = \"Host Login\"", "name = \"Host Entry\"",
	    "2 hosts:login name\n", false },
	{ "\"/twrbac/hosts/sudo/run\"",
	    "\"/twrbac/hosts/sudo/run\", \"/twrbac/hosts/sudo/edit\"",
	    "2 hosts:operator permissions (+1 -0): "
	    "+/twrbac/hosts/sudo/edit\n",
	    false },
	{ "includes = [ \"hosts:login\" ];", "",
	    "2 hosts:operator includes (+0 -1): -hosts:login\n", false },
	{ "key = \"studio:viewer\"", "key = \"studio:reader\"",
	    "pairs key and SID otherwise", true },
	{ "IX7477726261630000000000000000000b",
	    "IX747772626163000000000000000000ff", "pairs key and SID otherwise",
	    true },
};

/* The shipped catalogue with one text replaced by another. */
static struct catalogue *
edited(const char *from, const char *to)
{
	struct catalogue *cat = NULL;
	char *text = (char *)support_read("etc/roles.conf", NULL), *at, *all;

	at = *from != '\0' ? strstr(text, from) : text;
	ck_assert_msg(at != NULL, "etc/roles.conf lacks %s", from);
	ck_assert_int_gt(asprintf(&all, "%.*s%s%s", (int)(at - text), text, to,
			     at + strlen(from)),
	    0);
	MUST(catalogue_parse(all, "roles.conf", &cat, &err));
	free(all);
	free(text);
	return cat;
}

START_TEST(imports_catalogues)
{
	struct change *ch = set_up();
	struct catalogue *cat = edited(imports[_i].from, imports[_i].to);

	items[0] = '\0';
	support_commit();
	if (imports[_i].refused) {
		REFUSED(change_role_import(ch, cat, take_item, NULL, &err),
		    imports[_i].want);
		directory_rollback(ch->dir);
		MUST(directory_begin(ch->dir, &err));
	} else {
		MUST(change_role_import(ch, cat, take_item, NULL, &err));
		ck_assert_str_eq(items, imports[_i].want);
		items[0] = '\0';
		MUST(change_role_import(ch, cat, take_item, NULL, &err));
		ck_assert_str_eq(items, "");
	}
	catalogue_free(cat);
	proven();
}
END_TEST

/* The catalogue without one role of this key, at the end of its list. */
static struct catalogue *
without(const char *key)
{
	struct catalogue *cat = edited("", "");
	size_t i;

	for (i = 0; i < cat->n_roles; i++)
		if (strcmp(cat->roles[i].role.key, key) == 0)
			break;
	ck_assert_uint_lt(i, cat->n_roles);
	for (; i + 1 < cat->n_roles; i++) {
		struct catalogue_role other = cat->roles[i];

		cat->roles[i] = cat->roles[i + 1];
		cat->roles[i + 1] = other;
	}
	cat->n_roles--;
	return cat;
}

static void
free_without(struct catalogue *cat)
{
	cat->n_roles++;
	catalogue_free(cat);
}

START_TEST(retires_shipped_roles)
{
	struct change *ch = set_up();
	struct catalogue *less = without("studio:viewer");
	struct catalogue *more = edited("", "");
	struct catalogue *bad = without("organization:administrator");
	struct role ro, back;

	MUST(directory_role_find(ch->dir, "studio:viewer", &ro, &err));
	(void)support_give("carol", "acme/m", "studio:viewer", AL, NV);
	items[0] = '\0';
	MUST(change_role_import(ch, less, take_item, NULL, &err));
	ck_assert_ptr_nonnull(strstr(items, "4 studio:viewer role"));
	MUST(change_assignment_remove(ch, "carol", "acme/m", "studio:viewer",
	    NULL, NULL, &err));
	items[0] = '\0';
	MUST(change_role_import(ch, less, take_item, NULL, &err));
	ck_assert_str_eq(items, "3 studio:viewer \n");
	REFUSED(directory_role_find(ch->dir, "studio:viewer", &back, &err),
	    "no such role");
	/* it comes back as what it was */
	items[0] = '\0';
	MUST(change_role_import(ch, more, take_item, NULL, &err));
	ck_assert_str_eq(items, "1 studio:viewer \n");
	MUST(directory_role_find(ch->dir, "studio:viewer", &back, &err));
	ck_assert_int_eq(back.id, ro.id);
	support_commit();
	REFUSED(change_role_import(ch, bad, NULL, NULL, &err),
	    "cannot do without it");
	free_without(less);
	free_without(bad);
	catalogue_free(more);
	proven();
}
END_TEST

START_TEST(never_takes_a_key_that_is_yours)
{
	struct change *ch = set_up();
	struct change_role mine = { .key = "studio:reader" };
	struct catalogue
	    *cat = edited("key = \"studio:viewer\";\n"
			  "    sid = \"IX7477726261630000000000000000000b\"",
		"key = \"studio:reader\";\n"
		"    sid = \"IX747772626163000000000000000000ff\"");

	MUST(change_role_define(ch, &mine, NULL, &err));
	REFUSED(change_role_import(ch, cat, NULL, NULL, &err),
	    "now ships one of this key");
	catalogue_free(cat);
	support_directory_end();
}
END_TEST

/* ---- undoing ---- */

/* What a missed confirmation turns round, users and roles that went too. */
START_TEST(comes_back_by_revert)
{
	struct change *ch = set_up();
	struct change_role one = { .key = "custom:one",
		.includes = "hosts:login" },
			   two = { .key = "custom:two" };
	struct journal_head mark;
	struct user was, is;
	struct role role, again;
	int before, after;

	MUST(change_role_define(ch, &one, &role, &err));
	(void)support_give("carol", "acme/m/qa", "hosts:login", AL, NV);
	MUST(directory_user_find(ch->dir, "carol", &was, &err));
	before = standing("", "", "");
	MUST(directory_journal_head(ch->dir, &mark, &err));

	MUST(change_user_remove(ch, "carol", NULL, NULL, NULL, &err));
	MUST(change_role_delete(ch, "custom:one", NULL, &err));
	MUST(change_role_define(ch, &two, NULL, &err));
	(void)support_give("bob", "acme", "custom:two", AL, NV);
	MUST(change_scope_set_status(ch, "acme/m/qa", TWR_SCOPE_CLOSED, NULL,
	    NULL, NULL, NULL, &err));
	MUST(change_revert(ch, mark.seq, &err));

	MUST(directory_user_find(ch->dir, "carol", &is, &err));
	ck_assert_str_eq(is.sid, was.sid);
	ck_assert_int_eq(is.removed_at, TWR_NEVER);
	ck_assert_int_eq(is.status, TWR_USER_ACTIVE);
	MUST(directory_role_find(ch->dir, "custom:one", &again, &err));
	ck_assert_str_eq(again.sid, role.sid);
	REFUSED(directory_role_find(ch->dir, "custom:two", &again, &err),
	    "no such role");
	after = standing("", "", "");
	ck_assert_int_eq(before, after);
	ck_assert_int_eq(standing("carol", "hosts:login", "acme/m/qa"), 1);
	proven();
}
END_TEST

/* ---- settings ---- */

static const struct {
	const char *name;
	int64_t value;
	const char *words;
} settings[] = {
	{ "role_limit", 1, NULL },
	{ "role_limit", 1000, NULL },
	{ "role_limit", 0, "give 1 to 1000" },
	{ "role_limit", 1001, "give 1 to 1000" },
	{ "role_limt", 25, "did you mean \"role_limit\"" },
	{ "zzz", 25, "setting list" },
};

START_TEST(sets_settings)
{
	struct change *ch = set_up();
	int64_t value = 0;
	enum twr_status rc = change_setting(ch, settings[_i].name,
	    settings[_i].value, &err);

	support_expect(rc, settings[_i].words ? TWR_EREFUSED : TWR_OK, &err,
	    settings[_i].words);
	if (rc == TWR_OK) {
		MUST(directory_setting(ch->dir, settings[_i].name, &value,
		    &err));
		ck_assert_int_eq(value, settings[_i].value);
	}
	proven();
}
END_TEST

/* ---- numbers, filters ---- */

static enum twr_status
take_tally(void *ctx, const struct scope_tally *ta, struct twr_error *unused)
{
	(void)ctx;
	(void)unused;
	(void)snprintf(gone + strlen(gone), sizeof(gone) - strlen(gone),
	    "%s %d %d\n", ta->scope.path, (int)ta->users, (int)ta->assignments);
	return TWR_OK;
}

START_TEST(rolls_numbers_up)
{
	struct change *ch = set_up();
	struct organization_tally ta;

	(void)support_give("carol", "acme/m/qa", "hosts:login", AL, NV);
	(void)support_give("carol", "acme/m/prod", "hosts:login", AL, NV);
	(void)support_give("bob", "acme/m/prod", "hosts:login", T0 + 1, NV);
	(void)support_give("bob", "acme/m/prod", "hosts:admin", AL, T0 + 9);
	MUST(directory_each_tally(ch->dir, T0, take_tally, NULL, &err));
	ck_assert_str_eq(gone,
	    "acme 3 9\nacme/m 3 5\nacme/m/prod 2 3\nacme/m/qa 1 1\n");
	gone[0] = '\0';
	MUST(directory_each_tally(ch->dir, T0 + 9, take_tally, NULL, &err));
	ck_assert_str_eq(gone,
	    "acme 3 8\nacme/m 3 4\nacme/m/prod 2 2\nacme/m/qa 1 1\n");
	MUST(directory_organization_tally(ch->dir, T0, &ta, &err));
	ck_assert_int_eq(ta.accounts, 1);
	ck_assert_int_eq(ta.subaccounts, 2);
	ck_assert_int_eq(ta.users, 3);
	ck_assert_int_eq(ta.logins, 3);
	ck_assert_int_eq(ta.assignments, 9);
	proven();
}
END_TEST

static const struct {
	struct assignment_filter f; /* names are set by the two below */
	const char *scope, *role;
	int want;
} filters[] = {
	{ { .now = T0 }, NULL, NULL, 11 },
	{ { .now = T0, .group = "hosts" }, NULL, NULL, 6 },
	{ { .now = T0, .group = "Studio" }, NULL, NULL, 1 },
	{ { .now = T0, .type = ROLE_ORGANIZATION }, NULL, NULL, 3 },
	{ { .now = T0, .type = ROLE_BUILT_IN }, NULL, NULL, 1 },
	{ { .now = T0, .ending = T0 + 86400 }, NULL, NULL, 1 },
	{ { .now = T0, .ending = T0 + 10 }, NULL, NULL, 0 },
	{ { .now = T0 + 99, .which = ASSIGNMENTS_EXPIRED }, NULL, NULL, 1 },
	{ { .now = T0, .which = ASSIGNMENTS_EXPIRED }, NULL, NULL, 0 },
	{ { .now = T0 + 99, .which = ASSIGNMENTS_EVER }, NULL, NULL, 12 },
	{ { .now = T0 }, "acme/m", NULL, 2 },
	{ { .now = T0, .effective = true }, "acme/m", NULL, 7 },
	{ { .now = T0, .effective = true }, "acme/m/qa", NULL, 9 },
	{ { .now = T0 }, NULL, "hosts:login", 2 },
	{ { .now = T0, .effective = true }, NULL, "hosts:login", 6 },
	{ { .now = T0, .effective = true }, "acme/m/prod", "hosts:login", 5 },
};

START_TEST(filters_assignments)
{
	struct change *ch = set_up();
	struct assignment_filter f = filters[_i].f;
	struct scope sc;
	struct role ro;
	int n = 0;

	(void)support_give("carol", "acme/m", "hosts:login", AL, NV);
	(void)support_give("carol", "acme/m/qa", "hosts:operator", AL, NV);
	(void)support_give("carol", "acme/m/qa", "studio:viewer", AL, NV);
	(void)support_give("bob", "acme/m/prod", "hosts:admin", AL, T0 + 50);
	(void)support_give("bob", "acme/m/prod", "hosts:login", AL, NV);
	(void)support_give("bob", "acme", "hosts:operator", AL, NV);
	(void)support_give("bob", "acme", "studio:viewer", AL, NV);
	MUST(change_assignment_remove(ch, "bob", "acme", "studio:viewer", NULL,
	    NULL, &err));
	if (filters[_i].scope != NULL) {
		MUST(directory_scope_find(ch->dir, filters[_i].scope, &sc, NULL,
		    &err));
		f.scope_id = sc.id;
	}
	if (filters[_i].role != NULL) {
		MUST(directory_role_find(ch->dir, filters[_i].role, &ro, &err));
		f.role_id = ro.id;
	}
	MUST(directory_each_assignment(ch->dir, &f, count_one, &n, &err));
	ck_assert_int_eq(n, filters[_i].want);
	proven();
}
END_TEST

/* ---- whatever is done, the journal holds and the rules too ---- */

static void
change_something(struct change *ch, struct support_random *rn)
{
	static const char *const people[] = { "alice", "bob", "carol", "dora" };
	static const char *const scopes[] = { "acme", "acme/m", "acme/m/prod",
		"acme/m/qa" };
	const char *who = people[support_below(rn, 4)];
	const char *where = scopes[support_below(rn, 4)];
	const char *role = support_chance(rn, 50) ? "hosts:login" :
						    "custom:one";
	struct change_assignment in = { .user = who,
		.scope = where,
		.roles = &role,
		.n_roles = 1,
		.window = { AL, support_chance(rn, 50) ? NV : T0 + 99 } };
	struct change_role own = { .key = "custom:one",
		.includes = support_chance(rn, 50) ? "hosts:login" : "none" };
	struct change_result result;
	struct change_owners ow;
	enum twr_status rc = TWR_OK;

	switch (support_below(rn, 12)) {
	case 0:
		rc = change_user_remove(ch, who, NULL, NULL, NULL, &err);
		break;
	case 1:
		rc = change_user_add(ch,
		    &(struct change_user) { .email = "dora@example.com",
			.login = { "dora", 1004, 1000, 0 } },
		    NULL, &err);
		break;
	case 2:
		rc = change_user_set_status(ch, who,
		    (enum twr_user_status)(1 + support_below(rn, 3)), NULL,
		    NULL, &err);
		break;
	case 3:
		rc = change_scope_set_status(ch, where,
		    (enum twr_scope_status)(1 + support_below(rn, 3)), NULL,
		    NULL, NULL, NULL, &err);
		break;
	case 4:
		rc = change_transfer_organization(ch, who, &ow, &err);
		break;
	case 5:
		rc = change_transfer_account(ch, "acme/m", who, &ow, &err);
		break;
	case 6:
		rc = change_role_define(ch, &own, NULL, &err);
		break;
	case 7:
		rc = change_role_change(ch, &own, NULL, NULL, &err);
		break;
	case 8:
		rc = change_role_delete(ch, "custom:one", NULL, &err);
		break;
	case 9:
		rc = change_user_set_organization_role(ch, who,
		    support_chance(rn, 50) ? "administrator" : "none", NULL,
		    NULL, &err);
		break;
	case 10:
		rc = change_assignment_remove(ch, who, where, role, NULL, NULL,
		    &err);
		break;
	default:
		rc = change_assignment_add(ch, &in, &result, &err);
		break;
	}
	if (rc == TWR_OK) {
		support_commit();
		return;
	}
	ck_assert_msg(rc == TWR_EREFUSED || rc == TWR_EPERM, "%s", err.text);
	directory_rollback(ch->dir);
	MUST(directory_begin(ch->dir, &err));
}

START_TEST(rules_hold_whatever_is_done)
{
	struct support_random rn = { 100 + (uint64_t)_i };
	struct change *ch = set_up();
	struct actor root = *ch->actor;
	int64_t counting = 0;
	int step;

	root.how = ACTOR_AS_ROOT;
	root.user_id = 0;
	ch->actor = &root;
	support_commit();
	for (step = 0; step < 60; step++) {
		change_something(ch, &rn);
		MUST(directory_count_administrators(ch->dir, &counting, &err));
		ck_assert_int_ge(counting, 1);
		ck_assert_int_eq(standing("", "organization:owner", ""), 1);
		ck_assert_int_eq(standing("", "general:owner", ""), 1);
	}
	proven();
}
END_TEST

int
main(void)
{
	static const int seeds[8];
	const struct support_test tests[] = {
		SUPPORT_TEST(renames_users),
		SUPPORT_TEST(removes_users),
		SUPPORT_TEST(keeps_who_is_needed),
		SUPPORT_TEST(keeps_account_owners),
		SUPPORT_TEST(hands_the_organization_over),
		SUPPORT_TEST(hands_accounts_over),
		SUPPORT_TEST(closes_scopes),
		SUPPORT_TEST(suspends_scopes),
		SUPPORT_ROWS(defines_roles, definitions),
		SUPPORT_TEST(changes_and_deletes_roles),
		SUPPORT_ROWS(imports_catalogues, imports),
		SUPPORT_TEST(retires_shipped_roles),
		SUPPORT_TEST(never_takes_a_key_that_is_yours),
		SUPPORT_TEST(comes_back_by_revert),
		SUPPORT_ROWS(sets_settings, settings),
		SUPPORT_TEST(rolls_numbers_up),
		SUPPORT_ROWS(filters_assignments, filters),
		SUPPORT_ROWS(rules_hold_whatever_is_done, seeds),
		SUPPORT_END,
	};

	return support_run_in_folder("life", tests);
}
