/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "admin.h"
#include "support.h"

#define T0 SUPPORT_NOW
#define SID_LIKE "US0123456789abcdef0123456789abcdef"
#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* words NULL: taken; else refused, with these words. */
static void
expect(enum twr_status rc, const struct twr_error *err, const char *words)
{
	if (words == NULL) {
		ck_assert_msg(rc == TWR_OK, "%s", err->text);
		return;
	}
	ck_assert_int_eq(rc, TWR_EREFUSED);
	ck_assert_msg(strstr(err->text, words) != NULL, "\"%s\" lacks \"%s\"",
	    err->text, words);
}

/* ---- names ---- */

enum what {
	EMAIL,
	NAME,
	ORG,
	ACCOUNT,
	SUB,
	REASON
};

static const struct {
	enum what what;
	const char *text, *words;
} names[] = {
	{ EMAIL, "a@b", NULL },
	{ EMAIL, "alice+ops@example.com", NULL },
	{ EMAIL, "", "is not an address" },
	{ EMAIL, "alice", "is not an address" },
	{ EMAIL, "@b", "is not an address" },
	{ EMAIL, "a@", "is not an address" },
	{ EMAIL, "a@b@c", "is not an address" },
	{ EMAIL, "a b@c", "blank" },
	{ EMAIL, "a\n@b", "control characters" },
	{ EMAIL, "\xc3\xa4@b", "blank or a sign" },
	{ NAME, "Bob", NULL },
	{ NAME, "J\xc3\xbcrgen M\xc3\xb6ller", NULL },
	{ NAME, "", "is empty" },
	{ NAME, " Bob", "blank" },
	{ NAME, "Bob\x1b[31m", "control characters" },
	{ NAME, "Bob\xff", "not UTF-8" },
	{ NAME, "Bob\xc0\x80", "not UTF-8" },
	{ NAME, "Bob\xed\xa0\x80", "not UTF-8" },
	{ NAME, "Bob\xe2\x80\xaetxt", "control characters" },
	{ NAME, X64 X64 X64 X64, "longer than 255" },
	{ ORG, "acme", NULL },
	{ ORG, X64, NULL },
	{ ORG, X64 "x", "longer than 64" },
	{ ACCOUNT, X64 "x", "longer than 64" },
	{ SUB, X64 "x", NULL },
	{ SUB, X64 X64 X64 X64, "longer than 255" },
	{ ACCOUNT, "a/b", "has a '/'" },
	{ ACCOUNT, "", "is empty" },
	{ ACCOUNT, "..", "another name" },
	{ ACCOUNT, "-x", "another name" },
	{ ACCOUNT, SID_LIKE, "looks like a SID" },
	{ ACCOUNT, "us0123456789ABCDEF0123456789abcdef", "like a SID" },
	{ ACCOUNT, "a\tb", "control characters" },
	{ REASON, "", NULL },
	{ REASON, "INC-123", NULL },
	{ REASON, "a\nb", "control characters" },
};

START_TEST(judges_names)
{
	struct twr_error err = { "" };
	const char *text = names[_i].text;
	enum twr_status rc = TWR_EINVAL;

	switch (names[_i].what) {
	case EMAIL:
		rc = admin_check_email(text, &err);
		break;
	case NAME:
		rc = admin_check_user_name(text, &err);
		break;
	case ORG:
		rc = admin_check_scope_name(TWR_SCOPE_ORGANIZATION, text, &err);
		break;
	case ACCOUNT:
		rc = admin_check_scope_name(TWR_SCOPE_ACCOUNT, text, &err);
		break;
	case SUB:
		rc = admin_check_scope_name(TWR_SCOPE_SUBACCOUNT, text, &err);
		break;
	case REASON:
		rc = admin_check_reason(text, &err);
		break;
	}
	expect(rc, &err, names[_i].words);
}
END_TEST

#define BOTH (ADMIN_ALLOW_ROOT | ADMIN_ALLOW_SYSTEM)

static const struct {
	const char *name;
	uint32_t uid;
	unsigned flags;
	const char *words;
} logins[] = {
	{ "alice", 1000, 0, NULL },
	{ "alice", TWR_UID_UNKNOWN, 0, NULL },
	{ "user@dom", 1000, 0, NULL },
	{ "DOM\\user", 1000, 0, NULL },
	{ "trailing ", 1000, 0, NULL },
	{ "%s", 1000, 0, NULL },
	{ "7up", 1000, 0, NULL },
	{ "", 1000, 0, "is empty" },
	{ "a\nb", 1000, 0, "control characters" },
	{ "a\x7f", 1000, 0, "control characters" },
	{ "a/b", 1000, 0, "'/'" },
	{ "a:b", 1000, 0, "':'" },
	{ "-n", 1000, 0, "begins with '-'" },
	{ "007", 1000, 0, "is a number" },
	{ SID_LIKE, 1000, 0, "looks like a SID" },
	{ X64 X64 X64 X64, 1000, 0, NULL },
	{ X64 X64 X64 X64 "x", 1000, 0, "longer than 256" },
	{ "root", 0, 0, "--allow-root" },
	{ "root", TWR_UID_UNKNOWN, 0, "--allow-root" },
	{ "toor", 0, 0, "--allow-root" },
	{ "toor", 0, ADMIN_ALLOW_SYSTEM, "--allow-root" },
	{ "toor", 0, ADMIN_ALLOW_ROOT, NULL },
	{ "daemon", 1, 0, "--allow-system" },
	{ "daemon", 999, ADMIN_ALLOW_ROOT, "--allow-system" },
	{ "daemon", 999, ADMIN_ALLOW_SYSTEM, NULL },
	{ "007", 1000, BOTH, "is a number" },
};

START_TEST(judges_logins)
{
	struct admin_login lo = { logins[_i].name, logins[_i].uid, 1000,
		logins[_i].flags };
	struct twr_error err = { "" };

	expect(admin_check_login(&lo, &err), &err, logins[_i].words);
}
END_TEST

/* ---- windows ---- */

#define AL TWR_ALWAYS
#define NV TWR_NEVER

static const struct {
	int64_t from, until;
	const char *words;
} windows[] = {
	{ AL, NV, NULL },
	{ AL, 101, NULL },
	{ 50, 101, NULL },
	{ 200, 300, NULL },
	{ AL, 100, "in the past" },
	{ 10, 20, "in the past" },
	{ 300, 300, "later than the beginning" },
	{ 300, 200, "later than the beginning" },
};

START_TEST(judges_windows)
{
	struct admin_window w = { windows[_i].from, windows[_i].until };
	struct twr_error err = { "" };

	expect(admin_check_window(&w, 100, &err), &err, windows[_i].words);
}
END_TEST

/* now is 100 */
static const struct {
	struct admin_window held[3];
	size_t n;
	struct admin_window w;
	enum admin_effect effect;
	int64_t was, end;
} unions[] = {
	{ { { 0, 0 } }, 0, { AL, NV }, ADMIN_ADDS, AL, NV },
	{ { { AL, NV } }, 1, { AL, NV }, ADMIN_SAME, NV, NV },
	{ { { AL, 200 } }, 1, { AL, 200 }, ADMIN_SAME, 200, 200 },
	{ { { AL, NV } }, 1, { AL, 200 }, ADMIN_INSIDE, NV, NV },
	{ { { AL, 200 } }, 1, { 120, 150 }, ADMIN_INSIDE, 200, 200 },
	/* what lies before now does not count */
	{ { { 90, 200 } }, 1, { AL, 150 }, ADMIN_INSIDE, 200, 200 },
	{ { { AL, 200 } }, 1, { AL, 300 }, ADMIN_EXTENDS, 200, 300 },
	{ { { AL, 200 } }, 1, { AL, NV }, ADMIN_EXTENDS, 200, NV },
	{ { { AL, 200 } }, 1, { 200, 300 }, ADMIN_EXTENDS, 200, 300 },
	{ { { AL, 200 } }, 1, { 250, 300 }, ADMIN_WIDENS, 200, 300 },
	{ { { 150, 200 } }, 1, { AL, 180 }, ADMIN_WIDENS, 200, 200 },
	/* two that touch hold all between */
	{ { { AL, 200 }, { 200, 300 } }, 2, { 150, 250 }, ADMIN_INSIDE, 300,
	    300 },
	{ { { 200, 300 }, { AL, 200 } }, 2, { 150, 250 }, ADMIN_INSIDE, 300,
	    300 },
	{ { { AL, 200 }, { 201, 300 } }, 2, { 150, 250 }, ADMIN_WIDENS, 300,
	    300 },
	/* ended ones are passed over */
	{ { { AL, 100 } }, 1, { AL, 300 }, ADMIN_ADDS, AL, 300 },
	{ { { AL, 100 }, { AL, 200 } }, 2, { AL, 300 }, ADMIN_EXTENDS, 200,
	    300 },
};

START_TEST(unites_windows)
{
	struct admin_union un = admin_unite(unions[_i].held, unions[_i].n,
	    &unions[_i].w, 100);

	ck_assert_int_eq(un.effect, unions[_i].effect);
	ck_assert_int_eq(un.was, unions[_i].was);
	ck_assert_int_eq(un.end, unions[_i].end);
}
END_TEST

/* INSIDE and SAME are said exactly when every moment from now was held. */
START_TEST(unites_like_every_moment)
{
	struct support_random rn = { 7 };
	struct admin_window held[3], w;
	struct admin_union un;
	bool covered, hit;
	size_t i;
	int64_t t;
	int round;

	for (round = 0; round < 20000; round++) {
		for (i = 0; i < 3; i++) {
			held[i].from = support_below(&rn, 20);
			held[i].until = held[i].from + 1 +
			    support_below(&rn, 10);
		}
		w.from = support_below(&rn, 20);
		w.until = w.from + 1 + support_below(&rn, 12);
		if (w.until <= 10)
			continue;
		covered = true;
		for (t = w.from > 10 ? w.from : 10; t < w.until; t++) {
			for (hit = false, i = 0; i < 3; i++)
				if (held[i].from <= t && t < held[i].until)
					hit = true;
			covered = covered && hit;
		}
		un = admin_unite(held, 3, &w, 10);
		ck_assert_int_eq(covered,
		    un.effect == ADMIN_SAME || un.effect == ADMIN_INSIDE);
	}
}
END_TEST

/* ---- grants ---- */

#define ORG_KIND TWR_SCOPE_ORGANIZATION
#define ACC_KIND TWR_SCOPE_ACCOUNT
#define SUB_KIND TWR_SCOPE_SUBACCOUNT
#define ALL3 \
	(ASSIGNABLE(ORG_KIND) | ASSIGNABLE(ACC_KIND) | ASSIGNABLE(SUB_KIND))
#define ACC1 ASSIGNABLE(ACC_KIND)
#define ORG1 ASSIGNABLE(ORG_KIND)

static const struct {
	const char *key;
	enum role_type type;
	uint32_t at;
	enum twr_scope_kind kind;
	const char *resource;
	int64_t built_in;
	bool adds;
	const char *words;
} grants[] = {
	{ "hosts:login", ROLE_CUSTOM, ALL3, SUB_KIND, "", 99, true, NULL },
	{ "organization:administrator", ROLE_ORGANIZATION, ORG1, ORG_KIND, "",
	    0, true, "set-organization-role bob@x administrator" },
	{ "general:owner", ROLE_GENERAL, ACC1, ACC_KIND, "", 0, true,
	    "account transfer-owner acme/m" },
	{ "general:developer", ROLE_GENERAL, ACC1, ACC_KIND, "", 0, true,
	    NULL },
	{ "general:developer", ROLE_GENERAL, ACC1, SUB_KIND, "", 0, true,
	    "kind: account" },
	{ "general:developer", ROLE_GENERAL, ACC1, ORG_KIND, "", 0, true,
	    "cannot be assigned" },
	{ "billing:group-admin", ROLE_RESOURCE, ORG1, ORG_KIND, "", 0, true,
	    "--resource" },
	{ "billing:group-admin", ROLE_RESOURCE, ORG1, ORG_KIND, "group", 0,
	    true, NULL },
	{ "studio:viewer", ROLE_BUILT_IN, ALL3, ACC_KIND, "group", 0, true,
	    "not a resource role" },
	{ "studio:viewer", ROLE_BUILT_IN, ALL3, ACC_KIND, "", 24, true, NULL },
	{ "studio:viewer", ROLE_BUILT_IN, ALL3, ACC_KIND, "", 25, true,
	    "role_limit is 25" },
	{ "studio:viewer", ROLE_BUILT_IN, ALL3, ACC_KIND, "", 25, false, NULL },
};

static struct admin_grant
grant_of(int at, struct user *us, struct role *ro, struct scope *sc)
{
	struct admin_grant g = { us, ro, sc, grants[at].resource, true,
		grants[at].built_in, ADMIN_ROLE_LIMIT, grants[at].adds };

	*us = (struct user) { .email = "bob@x", .status = TWR_USER_ACTIVE };
	*ro = (struct role) { .type = grants[at].type,
		.assignable_at = grants[at].at };
	*sc = (struct scope) { .kind = grants[at].kind,
		.path = "acme/m",
		.status = TWR_SCOPE_ACTIVE };
	(void)strcpy(ro->key, grants[at].key);
	return g;
}

START_TEST(judges_grants)
{
	struct user us;
	struct role ro;
	struct scope sc;
	struct admin_grant g = grant_of(_i, &us, &ro, &sc);
	struct twr_error err = { "" };

	expect(admin_check_grant(&g, &err), &err, grants[_i].words);
}
END_TEST

START_TEST(judges_states)
{
	struct user us;
	struct role ro;
	struct scope sc;
	struct admin_grant g = grant_of(0, &us, &ro, &sc);
	struct twr_error err = { "" };

	us.status = TWR_USER_SUSPENDED;
	expect(admin_check_grant(&g, &err), &err, NULL);
	us.status = TWR_USER_INACTIVE;
	expect(admin_check_grant(&g, &err), &err, "is inactive");
	us.status = TWR_USER_ACTIVE;
	sc.status = TWR_SCOPE_CLOSED;
	expect(admin_check_grant(&g, &err), &err, "is closed");
}
END_TEST

START_TEST(judges_removals)
{
	struct user us;
	struct role ro;
	struct scope sc;
	struct admin_grant g = grant_of(0, &us, &ro, &sc);
	struct twr_error err = { "" };

	expect(admin_check_removal(&g, &err), &err, NULL);
	g = grant_of(1, &us, &ro, &sc);
	expect(admin_check_removal(&g, &err), &err,
	    "set-organization-role bob@x none");
	g = grant_of(2, &us, &ro, &sc);
	expect(admin_check_removal(&g, &err), &err, "transfer-owner");
}
END_TEST

/* ---- administrators ---- */

static const struct {
	struct admin_administrators a;
	bool refused;
} last[] = {
	{ { 1, true, false }, true },
	{ { 1, true, true }, false },
	{ { 2, true, false }, false },
	{ { 1, false, false }, false },
	{ { 0, false, false }, false },
};

START_TEST(keeps_the_last_administrator)
{
	struct user us = { .email = "alice@x" };
	struct twr_error err = { "" };

	expect(admin_check_last(&last[_i].a, &us, "suspended", &err), &err,
	    last[_i].refused ? "last active administrator" : NULL);
}
END_TEST

#define OWN ROLE_KEY_ORGANIZATION_OWNER
#define ADM ROLE_KEY_ORGANIZATION_ADMINISTRATOR

static const struct {
	const char *was, *will, *words;
} role_changes[] = {
	{ NULL, ADM, NULL },
	{ ADM, NULL, NULL },
	{ OWN, OWN, NULL },
	{ OWN, ADM, "organization transfer-owner" },
	{ OWN, NULL, "organization transfer-owner" },
	{ ADM, OWN, "organization transfer-owner" },
	{ NULL, OWN, "organization transfer-owner" },
};

START_TEST(judges_organization_roles)
{
	struct user us = { .email = "alice@x" };
	struct twr_error err = { "" };

	expect(admin_check_organization_role(&us, role_changes[_i].was,
		   role_changes[_i].will, &err),
	    &err, role_changes[_i].words);
}
END_TEST

START_TEST(warns_of_one)
{
	ck_assert_ptr_nonnull(admin_second_warning(0));
	ck_assert_ptr_nonnull(admin_second_warning(1));
	ck_assert_ptr_null(admin_second_warning(2));
}
END_TEST

/* ---- Owners ---- */

static const struct {
	enum twr_scope_kind kind;
	enum twr_scope_status scope;
	enum twr_user_status user;
	enum twr_user_kind is;
	bool by_owner;
	enum twr_status want;
	const char *words;
} transfers[] = {
	{ ORG_KIND, TWR_SCOPE_ACTIVE, TWR_USER_ACTIVE, TWR_KIND_PERSON, true,
	    TWR_OK, "" },
	{ ORG_KIND, TWR_SCOPE_ACTIVE, TWR_USER_ACTIVE, TWR_KIND_PERSON, false,
	    TWR_EPERM, "only its Owner, alice@x" },
	{ ORG_KIND, TWR_SCOPE_ACTIVE, TWR_USER_SUSPENDED, TWR_KIND_PERSON, true,
	    TWR_EREFUSED, "is suspended" },
	{ ORG_KIND, TWR_SCOPE_ACTIVE, TWR_USER_ACTIVE, TWR_KIND_SERVICE, true,
	    TWR_EREFUSED, "belongs to a person" },
	{ ACC_KIND, TWR_SCOPE_ACTIVE, TWR_USER_ACTIVE, TWR_KIND_PERSON, false,
	    TWR_OK, "" },
	{ ACC_KIND, TWR_SCOPE_CLOSED, TWR_USER_ACTIVE, TWR_KIND_PERSON, false,
	    TWR_EREFUSED, "is closed" },
	{ ACC_KIND, TWR_SCOPE_ACTIVE, TWR_USER_INACTIVE, TWR_KIND_PERSON, false,
	    TWR_EREFUSED, "is inactive" },
	{ SUB_KIND, TWR_SCOPE_ACTIVE, TWR_USER_ACTIVE, TWR_KIND_PERSON, true,
	    TWR_EREFUSED, "no Owner of its own" },
};

START_TEST(judges_transfers)
{
	struct user from = { .email = "alice@x" };
	struct user to = { .email = "bob@x",
		.status = transfers[_i].user,
		.kind = transfers[_i].is };
	struct scope sc = { .path = "acme",
		.kind = transfers[_i].kind,
		.status = transfers[_i].scope };
	struct admin_transfer t = { &from, &to, &sc, transfers[_i].by_owner };
	struct twr_error err = { "" };

	ck_assert_int_eq(admin_check_transfer(&t, &err), transfers[_i].want);
	ck_assert_msg(strstr(err.text, transfers[_i].words) != NULL, "%s",
	    err.text);
}
END_TEST

static const struct {
	bool owns, for_good;
	const char *accounts, *words;
} leavings[] = {
	{ false, true, "", NULL },
	{ false, false, "acme/m", NULL },
	{ false, true, "acme/m", "account transfer-owner" },
	{ true, false, "", "cannot be deactivated" },
	{ true, true, "acme/m", "organization transfer-owner" },
};

START_TEST(judges_leavings)
{
	struct user us = { .email = "bob@x" };
	struct admin_leaving l = { &us, leavings[_i].owns,
		leavings[_i].accounts, leavings[_i].for_good };
	struct twr_error err = { "" };

	expect(admin_check_leaving(&l, &err), &err, leavings[_i].words);
}
END_TEST

/* ---- scopes ---- */

#define S_ACT TWR_SCOPE_ACTIVE
#define S_SUS TWR_SCOPE_SUSPENDED
#define S_CLO TWR_SCOPE_CLOSED

static const struct {
	enum twr_scope_kind kind;
	enum twr_scope_status is, above, will;
	const char *named, *words;
} statuses[] = {
	{ SUB_KIND, S_ACT, S_ACT, S_SUS, "", NULL },
	{ SUB_KIND, S_SUS, S_ACT, S_ACT, "", NULL },
	{ SUB_KIND, S_SUS, S_SUS, S_ACT, "", NULL },
	{ SUB_KIND, S_CLO, S_ACT, S_ACT, "", NULL },
	{ SUB_KIND, S_CLO, S_CLO, S_ACT, "", "lies below acme/m" },
	{ SUB_KIND, S_CLO, S_ACT, S_SUS, "", "is closed" },
	{ ACC_KIND, S_ACT, S_ACT, S_CLO, "", NULL },
	{ ACC_KIND, S_ACT, S_ACT, S_CLO, "/etc/t.conf:7", "/etc/t.conf:7" },
	{ ACC_KIND, S_ACT, S_ACT, S_SUS, "/etc/t.conf:7", NULL },
	{ ORG_KIND, S_ACT, S_ACT, S_CLO, "", "is the organization" },
	{ ORG_KIND, S_ACT, S_ACT, S_SUS, "", "is the organization" },
};

START_TEST(judges_scope_statuses)
{
	struct scope above = { .path = "acme/m", .status = statuses[_i].above };
	struct scope sc = { .path = "acme/m/qa",
		.kind = statuses[_i].kind,
		.status = statuses[_i].is };
	struct admin_scope_change c = { &sc,
		sc.kind == ORG_KIND ? NULL : &above, statuses[_i].will,
		statuses[_i].named };
	struct twr_error err = { "" };

	expect(admin_check_scope_status(&c, &err), &err, statuses[_i].words);
}
END_TEST

/* ---- roles ---- */

static const struct {
	int64_t held;
	const char *includers, *named, *words;
} uses[] = {
	{ 0, "", "", NULL },
	{ 1, "", "", "held by 1 assignment (bob" },
	{ 2, "a:b", "f:1", "held by 2 assignments" },
	{ 0, "a:b, c:d", "f:1", "included by a:b, c:d" },
	{ 0, "", "f:1", "(f:1)" },
};

START_TEST(judges_deletions)
{
	struct role ro = { .key = "custom:x" };
	struct admin_role_use use = { &ro, uses[_i].held, "bob at acme",
		uses[_i].includers, uses[_i].named };
	struct twr_error err = { "" };

	expect(admin_check_role_unused(&use, &err), &err, uses[_i].words);
	expect(admin_check_role_own(&ro, "deleted", &err), &err, NULL);
	ro.shipped = true;
	expect(admin_check_role_own(&ro, "deleted", &err), &err,
	    "cannot be deleted");
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(judges_names, names),
		SUPPORT_ROWS(judges_logins, logins),
		SUPPORT_ROWS(judges_windows, windows),
		SUPPORT_ROWS(unites_windows, unions),
		SUPPORT_TEST(unites_like_every_moment),
		SUPPORT_ROWS(judges_grants, grants),
		SUPPORT_TEST(judges_states),
		SUPPORT_TEST(judges_removals),
		SUPPORT_ROWS(keeps_the_last_administrator, last),
		SUPPORT_ROWS(judges_organization_roles, role_changes),
		SUPPORT_TEST(warns_of_one),
		SUPPORT_ROWS(judges_transfers, transfers),
		SUPPORT_ROWS(judges_leavings, leavings),
		SUPPORT_ROWS(judges_scope_statuses, statuses),
		SUPPORT_ROWS(judges_deletions, uses),
		SUPPORT_END,
	};

	return support_run("admin", tests);
}
