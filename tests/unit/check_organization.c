/* SPDX-License-Identifier: BSD-2-Clause */
/* An organization as a file: what is read, written, refused and applied. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply.h"
#include "journal.h"
#include "organization.h"
#include "support_directory.h"

static struct twr_error err;

/* ---- a file that changes while it is read ---- */

ssize_t __real_read(int fd, void *buf, size_t len);
ssize_t __wrap_read(int fd, void *buf, size_t len);
ssize_t __wrap___read_chk(int fd, void *buf, size_t len, size_t room);

static const char *changing; /* this file; NULL: none */
static off_t new_size;

ssize_t
__wrap_read(int fd, void *buf, size_t len)
{
	if (changing != NULL && truncate(changing, new_size) != 0)
		return -1;
	return __real_read(fd, buf, len);
}

ssize_t
__wrap___read_chk(int fd, void *buf, size_t len, size_t room)
{
	return __wrap_read(fd, buf, len < room ? len : room);
}

#define MUST(call) support_expect((call), TWR_OK, &err, NULL)

#define TOP "organization = { name = \"acme\"; };\n"
#define REST "scopes = ( ); roles = ( );\n"
#define ALICE \
	"{ email = \"alice@example.com\"; organization_role = \"owner\";" \
	" logins = ( { name = \"alice\"; uid = 1001; } ); }"
#define ADMIN \
	"{ user = \"alice@example.com\"; scope = \"acme\";" \
	" role = \"hosts:admin\"; }"

static const struct {
	off_t less;
	const char *want; /* NULL: read */
} changes[] = { { 0, NULL }, { 1, "became shorter while it was read" },
	{ 40, "became shorter while it was read" },
	{ -1, "became longer while it was read" } };

/* What was cut off may be people, or the comma that ends a list. */
START_TEST(a_file_that_changes_while_it_is_read_is_refused)
{
	static const char text[] = TOP REST
	    "users = ( " ALICE " ); assignments = ( " ADMIN " ); # end\n";
	const char *path = support_path("organization");
	struct organization *org = NULL;
	enum twr_status rc;

	support_write(path, text, sizeof(text) - 1, 0600);
	changing = path;
	new_size = (off_t)sizeof(text) - 1 - changes[_i].less;
	rc = organization_read(path, &org, &err);
	changing = NULL;
	if (changes[_i].want == NULL) {
		ck_assert_msg(rc == TWR_OK, "%s", err.text);
		organization_free(org);
		return;
	}
	ck_assert_int_eq(rc, TWR_EDATA);
	ck_assert_ptr_null(org);
	ck_assert_msg(strstr(err.text, changes[_i].want) != NULL, "%s",
	    err.text);
}
END_TEST

/* ---- what the file alone cannot say ---- */

static const struct {
	const char *text, *want;
} wrongs[] = {
	{ "", "f:1: there is no organization" },
	{ TOP, "there is no list \"scopes\"" },
	{ TOP REST "users = ( );", "there is no list \"assignments\"" },
	{ TOP "scope = ( );",
	    "f:2: \"scope\" is no key of the file; did you "
	    "mean \"scopes\"?" },
	{ TOP REST "users = ( " ALICE " ); assignments = ( "
		   "{ user = \"alcie@example.com\"; scope = \"acme\"; "
		   "role = \"hosts:login\"; } );",
	    "did you mean \"alice@example.com\"?" },
	{ TOP REST "users = ( " ALICE " ); assignments = ( "
		   "{ user = \"alice@example.com\"; scope = \"acme/x\"; "
		   "role = \"hosts:login\"; } );",
	    "f:3: scope \"acme/x\" is none of the scopes" },
	{ TOP REST "users = ( " ALICE ",\n" ALICE " ); assignments = ( );",
	    "f:4: user \"alice@example.com\" is there already, in line 3" },
	{ TOP REST "users = ( " ALICE ",\n{ email = \"b@example.com\"; "
		   "logins = ( { name = \"alice\"; } ); } ); assignments = "
		   "( );",
	    "f:4: login \"alice\" is there already, in line 3" },
	{ TOP REST "users = ( { email = \"alice\"; } ); assignments = ( );",
	    "f:3: " },
	{ TOP REST "users = ( { email = \"a@b.c\"; staus = \"active\"; } );",
	    "\"staus\" is no key of a user; did you mean \"status\"?" },
	{ TOP REST "users = ( { email = \"a@b.c\"; status = \"activ\"; } );",
	    "did you mean \"active\"?" },
	{ TOP REST "users = ( { email = \"a@b.c\"; status = 1; } );",
	    "status must be \"active\", \"inactive\" or \"suspended\"" },
	{ TOP REST "users = ( { email = \"a@b.c\"; name = \"\"; } );",
	    "\"name\" is empty" },
	{ TOP REST "users = ( { name = \"x\"; } );", "a user lacks \"email\"" },
	{ TOP REST "users = { };", "\"users\" is not a list" },
	{ TOP REST "users = ( { email = \"a@b.c\"; logins = ( "
		   "{ name = \"a\"; uid = -1; } ); } );",
	    "\"uid\" is out of range" },
	{ TOP REST "users = ( { email = \"a@b.c\"; organization_role = "
		   "\"boss\"; } ); assignments = ( );",
	    "organization_role \"boss\"" },
	{ TOP REST "users = ( { email = \"a@b.c\"; sid = \"US1\"; } ); "
		   "assignments = ( );",
	    "sid \"US1\" is none" },
	{ TOP "roles = ( ); users = ( " ALICE " ); assignments = ( ); "
	      "scopes = ( { path = \"acme/a\"; } );",
	    "account \"acme/a\" has no Owner" },
	{ TOP "roles = ( ); users = ( " ALICE " ); assignments = ( ); "
	      "scopes = ( { path = \"other/a\"; } );",
	    "stands below \"other\"" },
	{ TOP "roles = ( ); users = ( " ALICE " ); assignments = ( ); "
	      "scopes = ( { path = \"acme\"; } );",
	    "is no path of an account or subaccount" },
	{ TOP "roles = ( { key = \"Bad\"; group = \"g\"; name = \"n\"; "
	      "description = \"d\"; "
	      "assignable_at = [\"account\"]; } ); users = ( " ALICE " ); "
	      "assignments = ( ); scopes = ( );",
	    "role key \"Bad\"" },
	{ TOP "roles = ( { key = \"a:b\"; group = \"g\"; name = \"n\"; "
	      "description = \"d\"; "
	      "assignable_at = [\"room\"]; } );",
	    "names no kind of scope" },
	{ TOP "roles = ( { key = \"a:b\"; group = \"g\"; name = \"n\"; "
	      "description = \"d\"; "
	      "assignable_at = [\"account\"]; permissions = [\"x\"]; } ); "
	      "users = ( " ALICE " ); assignments = ( ); scopes = ( );",
	    "\"x\" is no permission" },
	{ TOP REST "users = ( " ALICE " ); assignments = ( " ADMIN ",\n" ADMIN
		   " );",
	    "is there already" },
	{ TOP REST "users = ( " ALICE " ); assignments = ( "
		   "{ user = \"alice@example.com\"; scope = \"acme\"; role = "
		   "\"hosts:login\"; from = \"2027-01-01T00:00:00Z\"; until = "
		   "\"2026-01-01T00:00:00Z\"; } );",
	    "not later than" },
	{ TOP REST "users = ( " ALICE " ); assignments = ( "
		   "{ user = \"alice@example.com\"; scope = \"acme\"; role = "
		   "\"hosts:login\"; until = \"soon\"; } );",
	    "\"until\" is not a time" },
	{ TOP REST "users = ( " ALICE " ); assignments = ( ); tests = ( "
		   "{ login = \"a\"; service = \"sshd\"; } );",
	    "a test lacks \"allow\"" },
	{ TOP "roles = ( ); users = ( " ALICE " ); assignments = ( "
	      "{ user = \"alice@example.com\"; scope = \"acme/a\"; role = "
	      "\"hosts:login\"; } ); scopes = ( { path = \"acme/a\"; "
	      "status = \"closed\"; } );",
	    "is closed, where nothing is assigned" },
	{ TOP REST "users = ( " ALICE ", ); assignments = ( );",
	    "no comma before" },
	{ "@include \"x\"", "@include" },
};

START_TEST(refused_with_line_and_cure)
{
	struct organization *org = NULL;

	support_expect(organization_parse(wrongs[_i].text, "f", &org, &err),
	    TWR_EDATA, &err, wrongs[_i].want);
	ck_assert_ptr_null(org);
}
END_TEST

/* ---- round trip ---- */

static char *
text_of(const struct organization *org)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(to);
	MUST(organization_write(org, to, &err));
	(void)fclose(to);
	return text;
}

static char *export(struct change *ch)
{
	struct organization *org = NULL;
	char *text;

	MUST(organization_load(ch->dir, ch->now, &org, &err));
	text = text_of(org);
	organization_free(org);
	return text;
}

static enum twr_status
login_facts(void *ctx, const char *name, struct admin_login *ret,
    struct twr_error *error)
{
	(void)ctx;
	(void)error;
	*ret = (struct admin_login) { name, TWR_UID_UNKNOWN, 1000, 0 };
	return TWR_OK;
}

static enum twr_status
apply_text(struct change *ch, const char *text, struct apply *ap)
{
	enum twr_status rc;

	*ap = (struct apply) { .ch = ch, .file = "f", .login = login_facts };
	rc = organization_parse(text, "f", &ap->want, &err);
	if (rc == TWR_OK)
		rc = apply_run(ap, &err);
	organization_free(ap->want);
	ap->want = NULL;
	return rc;
}

static void
fill(struct change *ch)
{
	MUST(change_scope_add(ch, "acme/messaging", NULL, NULL, &err));
	MUST(change_scope_add(ch, "acme/messaging/dev", NULL, NULL, &err));
	support_user("bob", 1002, "administrator");
	support_user("eve", 1003, "billing-viewer");
	(void)support_give("bob", "acme/messaging", "hosts:operator", T0,
	    T0 + 3600);
	(void)support_give("eve", "acme/messaging/dev", "hosts:login",
	    TWR_ALWAYS, TWR_NEVER);
	MUST(change_user_set_status(ch, "eve", TWR_USER_SUSPENDED, NULL, NULL,
	    &err));
	MUST(change_setting(ch, "role_limit", 30, &err));
}

START_TEST(text_is_a_fixed_point)
{
	struct change *ch = support_directory();
	struct organization *org = NULL;
	char *one, *two;

	fill(ch);
	one = export(ch);
	MUST(organization_parse(one, "f", &org, &err));
	two = text_of(org);
	ck_assert_str_eq(one, two);
	organization_free(org);
	free(one);
	free(two);
	support_directory_end();
}
END_TEST

START_TEST(export_then_apply_does_nothing)
{
	struct change *ch = support_directory();
	struct apply ap;
	char *one, *two;

	fill(ch);
	one = export(ch);
	MUST(apply_text(ch, one, &ap));
	ck_assert_uint_eq(ap.changes, 0);
	two = export(ch);
	ck_assert_str_eq(one, two);
	free(one);
	free(two);
	support_directory_end();
}
END_TEST

/* ---- changing ---- */

/* Replace part of text by other; fails when it is not there. */
static char *
edit(char *text, const char *part, const char *other)
{
	char *at = strstr(text, part), *ret = NULL;

	ck_assert_msg(at != NULL, "\"%s\" is not in: %s", part, text);
	ck_assert_int_ge(asprintf(&ret, "%.*s%s%s", (int)(at - text), text,
			     other, at + strlen(part)),
	    0);
	free(text);
	return ret;
}

/* An edit of the export; words NULL: it is applied and then exported. */
static const struct {
	const char *part, *other, *words;
} edits[] = {
	{ "role_limit = 30", "role_limit = 40", NULL },
	{ "status = \"suspended\";", "", NULL },
	{ "name = \"bob@example.com\"", "name = \"Bob\"", NULL },
	{ "email = \"eve@", "email = \"eva@", "none of the users" },
	{ "path = \"acme/messaging/dev\"", "path = \"acme/messaging/qa\"",
	    "none of the scopes" },
	{ "organization_role = \"administrator\"",
	    "organization_role = \"none\"", NULL },
	{ "organization_role = \"administrator\"",
	    "organization_role = \"owner\"", "exactly one Organization Owner" },
	{ "organization_role = \"owner\"", "organization_role = \"none\"",
	    "exactly one Organization Owner" },
	{ "owner = \"alice@", "owner = \"bob@", NULL },
	{ "owner = \"alice@", "owner = \"eve@", "cannot become an Owner" },
	{ "name = \"eve\"; uid = 1003", "name = \"eva\"; uid = 1003", NULL },
	{ "name = \"eve\"; uid = 1003", "name = \"root\"; uid = 0",
	    "--allow-root" },
	{ "name = \"eve\"; uid = 1003", "name = \"backup\"; uid = 34",
	    "--allow-system" },
	{ "role = \"hosts:operator\"", "role = \"hosts:admin\"", NULL },
	{ "role = \"hosts:operator\"", "role = \"hosts:oprator\"",
	    "hosts:operator" },
	{ "role = \"hosts:operator\"", "role = \"general:owner\"",
	    "said of the account" },
	{ "role = \"hosts:operator\"", "role = \"organization:owner\"",
	    "say it of the user" },
	{ "name = \"acme\"", "name = \"emca\"", "stands below" },
	{ "sid = \"OR", "sid = \"ORa", "is none" },
	{ "roles = (",
	    "roles = ( { key = \"acme:deploy\"; group = \"acme\"; name = "
	    "\"Deploy\"; description = \"Deploys\"; assignable_at = "
	    "[\"account\"]; permissions = "
	    "[\"/acme/app/deploy\"]; includes = [\"hosts:login\"]; }",
	    NULL },
	{ "roles = (",
	    "roles = ( { key = \"hosts:login\"; group = \"acme\"; name = "
	    "\"Mine\"; description = \"d\"; assignable_at = [\"account\"]; }",
	    "is shipped" },
	{ "roles = (",
	    "roles = ( { key = \"acme:a\"; group = \"acme\"; name = \"A\"; "
	    "description = \"d\"; "
	    "assignable_at = [\"account\"]; includes = [\"acme:b\"]; }, "
	    "{ key = \"acme:b\"; group = \"acme\"; name = \"B\"; description = "
	    "\"d\"; "
	    "assignable_at = [\"account\"]; includes = [\"acme:a\"]; }",
	    "includes itself" },
};

START_TEST(edits_are_applied_or_refused)
{
	struct change *ch = support_directory();
	struct journal_head head;
	struct apply ap;
	char *text, *again;
	enum twr_status rc;

	fill(ch);
	text = edit(export(ch), edits[_i].part, edits[_i].other);
	if (edits[_i].words != NULL) {
		rc = apply_text(ch, text, &ap);
		ck_assert(rc == TWR_EDATA || rc == TWR_EREFUSED);
		support_expect(rc, rc, &err, edits[_i].words);
		free(text);
		support_directory_end();
		return;
	}
	MUST(apply_text(ch, text, &ap));
	ck_assert_uint_gt(ap.changes, 0);
	free(text);
	/* what came out is what was asked for: again is nothing */
	text = export(ch);
	MUST(apply_text(ch, text, &ap));
	ck_assert_uint_eq(ap.changes, 0);
	again = export(ch);
	ck_assert_str_eq(text, again);
	free(text);
	free(again);
	MUST(journal_verify(ch->dir, &head, &err));
	support_directory_end();
}
END_TEST

START_TEST(what_is_left_out_goes)
{
	struct change *ch = support_directory();
	struct journal_head head;
	struct scope sc;
	struct apply ap;
	struct user us;
	bool alias;

	fill(ch);
	MUST(apply_text(ch,
	    TOP REST "users = ( " ALICE " ); assignments = ( " ADMIN " );",
	    &ap));
	ck_assert_uint_eq(ap.removals, 2);
	ck_assert_uint_eq(ap.standing, 3);
	ck_assert_int_eq(directory_user_find(ch->dir, "eve@example.com", &us,
			     &err),
	    TWR_EREFUSED);
	MUST(directory_scope_find(ch->dir, "acme/messaging", &sc, &alias,
	    &err));
	ck_assert_int_eq(sc.status, TWR_SCOPE_CLOSED);
	/* and what is gone is gone: again is nothing */
	MUST(apply_text(ch,
	    TOP REST "users = ( " ALICE " ); assignments = ( " ADMIN " );",
	    &ap));
	ck_assert_uint_eq(ap.changes, 0);
	MUST(journal_verify(ch->dir, &head, &err));
	support_directory_end();
}
END_TEST

START_TEST(what_went_can_be_declared_again)
{
	struct change *ch = support_directory();
	struct journal_head head;
	struct apply ap;
	char *all, *again;

	fill(ch);
	all = export(ch);
	MUST(apply_text(ch,
	    TOP REST "users = ( " ALICE " ); assignments = ( " ADMIN " );",
	    &ap));
	MUST(apply_text(ch, all, &ap));
	ck_assert_uint_gt(ap.changes, 0);
	/* with SIDs of their own: those that went keep theirs */
	again = export(ch);
	MUST(apply_text(ch, again, &ap));
	ck_assert_uint_eq(ap.changes, 0);
	free(all);
	free(again);
	MUST(journal_verify(ch->dir, &head, &err));
	support_directory_end();
}
END_TEST

#define ROLE(key, includes) \
	"{ key = \"" key "\"; group = \"acme\"; name = \"" key "\";" \
	" description = \"d\"; assignable_at = [\"account\"];" includes " }"

START_TEST(roles_go_whatever_includes_them)
{
	struct change *ch = support_directory();
	struct journal_head head;
	struct apply ap;
	char *text;

	fill(ch);
	text = edit(export(ch), "roles = (",
	    "roles = ( " ROLE("acme:a", "") ", " ROLE("acme:b",
		" includes = [\"acme:a\"];") ", " ROLE("acme:c",
		" includes = [\"acme:b\"];"));
	MUST(apply_text(ch, text, &ap));
	ck_assert_uint_eq(ap.changes, 3);
	free(text);
	text = edit(export(ch), "includes = [\"acme:b\"]",
	    "includes = [\"acme:a\"]");
	MUST(apply_text(ch, text, &ap));
	ck_assert_uint_eq(ap.changes, 1);
	free(text);
	MUST(apply_text(ch,
	    TOP REST "users = ( " ALICE " ); assignments = ( " ADMIN " );",
	    &ap));
	text = export(ch);
	ck_assert_ptr_null(strstr(text, "acme:a"));
	free(text);
	MUST(journal_verify(ch->dir, &head, &err));
	support_directory_end();
}
END_TEST

START_TEST(last_administrator_stays)
{
	struct change *ch = support_directory();
	struct apply ap;

	fill(ch);
	support_expect(apply_text(ch,
			   TOP REST
			   "users = ( { email = \"alice@example.com\"; "
			   "organization_role = \"owner\"; } ); "
			   "assignments = ( " ADMIN " );",
			   &ap),
	    TWR_EREFUSED, &err, "no active administrator with a login");
	support_directory_end();
}
END_TEST

static const struct {
	size_t removals, standing;
	unsigned percent;
	bool refused;
} shares[] = {
	{ 0, 0, 20, false },
	{ 5, 5, 0, false }, /* five are always allowed */
	{ 6, 6, 20, true },
	{ 6, 30, 20, false },
	{ 7, 30, 20, true },
	{ 30, 30, 100, false },
	{ 6, 1000000, 0, true },
};

START_TEST(removals_have_a_limit)
{
	struct apply ap = { .file = "f",
		.removals = shares[_i].removals,
		.standing = shares[_i].standing };
	enum twr_status rc = apply_check_removals(&ap, shares[_i].percent,
	    &err);

	ck_assert_int_eq(rc, shares[_i].refused ? TWR_EREFUSED : TWR_OK);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(a_file_that_changes_while_it_is_read_is_refused,
		    changes),
		SUPPORT_ROWS(refused_with_line_and_cure, wrongs),
		SUPPORT_TEST(text_is_a_fixed_point),
		SUPPORT_TEST(export_then_apply_does_nothing),
		SUPPORT_ROWS(edits_are_applied_or_refused, edits),
		SUPPORT_TEST(what_is_left_out_goes),
		SUPPORT_TEST(what_went_can_be_declared_again),
		SUPPORT_TEST(roles_go_whatever_includes_them),
		SUPPORT_TEST(last_administrator_stays),
		SUPPORT_ROWS(removals_have_a_limit, shares),
		SUPPORT_END,
	};

	return support_run_in_folder("organization", tests);
}
