/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The decoder: what was written comes back, and what nobody writes is
 * refused, although its CRC is right.
 */
#include "view.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checksum.h"
#include "support.h"
#include "support_site.h"

static enum twr_status
open_policy(const char *path, struct twr_reader *rd, struct twr_view *view)
{
	struct twr_error err = { "" };

	memset(view, 0, sizeof(*view));
	rd->fd = -1;
	return twr_policy_open(path, support_owner(), rd, view, &err);
}

static void
close_policy(struct twr_reader *rd, struct twr_view *view)
{
	twr_view_free(view);
	twr_view_free(view); /* may be repeated */
	twr_reader_close(rd);
}

/* ---- what was written comes back ---- */

#define SAME(member) ck_assert(got->member == want->member)
#define SAME_TEXT(member) ck_assert_str_eq(got->member, want->member)
#define SAME_BYTES(member) \
	ck_assert_mem_eq(got->member, want->member, sizeof(got->member))

static void
compare_meta(const struct twr_meta *got, const struct twr_meta *want)
{
	size_t i;

	SAME(version);
	SAME(file_len);
	SAME_BYTES(file_id);
	SAME_TEXT(organization_sid);
	SAME_TEXT(organization_name);
	SAME(serial);
	SAME(compiled_at);
	SAME(stale_at);
	SAME(journal_seq);
	SAME_BYTES(journal_hash);
	SAME_TEXT(conf_path);
	SAME(conf_size);
	SAME(conf_mtime_s);
	SAME(conf_mtime_ns);
	SAME_BYTES(log_key);
	SAME(confirm_boottime_s);
	SAME_BYTES(boot_id);
	SAME_BYTES(prev_id);
	SAME(prev_serial);
	SAME(uid_min);
	SAME(detail);
	SAME_TEXT(contact);
	SAME(permissive_until);
	SAME(n_services);
	for (i = 0; i < got->n_services; i++) {
		SAME_TEXT(services[i].name);
		SAME(services[i].has_rule);
		SAME(services[i].subject);
		SAME(services[i].permissive_until);
	}
}

static void
compare_rule(const struct twr_rule *got, const struct twr_rule *want)
{
	size_t i;

	SAME_TEXT(scope_path);
	SAME(two_factor);
	SAME(n_chain);
	for (i = 0; i < got->n_chain; i++) {
		SAME(chain[i].scope);
		SAME(chain[i].status);
	}
	SAME(n_demands);
	for (i = 0; i < got->n_demands; i++) {
		SAME(demands[i].kind);
		SAME_TEXT(demands[i].label);
		SAME(demands[i].n_roles);
		ck_assert_mem_eq(got->demands[i].roles, want->demands[i].roles,
		    got->demands[i].n_roles * sizeof(uint32_t));
	}
}

static void
compare_login(const struct twr_login *got, const struct twr_login *want)
{
	size_t i;

	SAME(tombstone);
	SAME(uid);
	SAME(status);
	SAME(kind);
	SAME(two_factor);
	SAME_TEXT(user_sid);
	SAME_TEXT(user_name);
	SAME(n_holdings);
	for (i = 0; i < got->n_holdings; i++) {
		SAME(holdings[i].role);
		SAME(holdings[i].scope);
		SAME(holdings[i].not_before);
		SAME(holdings[i].not_after);
		SAME(holdings[i].flags);
	}
}

static void
compare_exemptions(const struct twr_exemptions *got,
    const struct twr_exemptions *want)
{
	size_t i;

	SAME(n_entries);
	for (i = 0; i < got->n_entries; i++) {
		SAME_TEXT(entries[i].service);
		SAME(entries[i].needs);
		SAME_TEXT(entries[i].login);
		SAME(entries[i].uid);
	}
	SAME(n_mapped_system);
	for (i = 0; i < got->n_mapped_system; i++)
		SAME_TEXT(mapped_system[i]);
}

/* Every byte of every field differs from every other's. */
static void
fill_meta(struct twr_meta *m)
{
	memset(m->file_id, 0x11, sizeof(m->file_id));
	memset(m->journal_hash, 0x22, sizeof(m->journal_hash));
	memset(m->log_key, 0x33, sizeof(m->log_key));
	memset(m->boot_id, 0x44, sizeof(m->boot_id));
	memset(m->prev_id, 0x55, sizeof(m->prev_id));
	m->serial = UINT64_MAX - 1;
	m->compiled_at = INT64_MIN + 1;
	m->stale_at = INT64_MAX - 1;
	m->journal_seq = UINT64_C(0x0123456789abcdef);
	m->conf_size = UINT64_C(0xfedcba9876543210);
	m->conf_mtime_s = -1;
	m->conf_mtime_ns = 999999999;
	m->confirm_boottime_s = 1;
	m->prev_serial = 0x1000000000000001;
	m->uid_min = UINT32_MAX;
	m->detail = TWR_DETAIL_NONE;
	m->contact = "";
	m->permissive_until = INT64_C(-0x7654321076543210);
}

START_TEST(what_was_written_comes_back)
{
	const char *path = support_path("site.cdb");
	struct support_policy policy;
	struct twr_reader rd;
	struct twr_view view;
	size_t i;

	support_site(&policy);
	fill_meta(&policy.meta);
	support_policy_write(path, &policy);
	for (i = 0; i < policy.n_logins; i++) {
		ck_assert_int_eq(open_policy(path, &rd, &view), TWR_OK);
		compare_meta(&view.meta, &policy.meta);
		twr_view_load(&rd, policy.rules[i % policy.n_rules].service,
		    policy.logins[i].name, policy.logins[i].name, &view);
		ck_assert_int_eq(view.exempt_status, TWR_OK);
		ck_assert_int_eq(view.rule_status, TWR_OK);
		ck_assert_int_eq(view.login_status, TWR_OK);
		compare_exemptions(&view.exempt, &policy.exempt);
		compare_rule(&view.rule,
		    &policy.rules[i % policy.n_rules].rule);
		compare_login(&view.login, &policy.logins[i].login);
		close_policy(&rd, &view);
	}
}
END_TEST

START_TEST(random_policies_come_back)
{
	struct support_random rn = { 8 };
	const char *path = support_path("random.cdb");
	struct twr_holding holdings[50];
	uint32_t roles[50];
	struct twr_demand demands[5];
	struct support_rule rule;
	struct support_login login;
	struct support_policy policy;
	struct twr_reader rd;
	struct twr_view view;
	char label[5][40], name[65];
	size_t i;
	int round;

	for (round = 0; round < 200; round++) {
		support_site(&policy);
		for (i = 0; i < 50; i++) {
			roles[i] = (uint32_t)support_random(&rn);
			holdings[i] = (struct twr_holding) {
				(uint32_t)support_random(&rn),
				(uint32_t)support_random(&rn),
				(int64_t)support_random(&rn),
				(int64_t)support_random(&rn),
				(uint32_t)support_random(&rn)
			};
		}
		for (i = 0; i < 5; i++) {
			(void)snprintf(label[i], sizeof(label[i]), "%*d",
			    (int)support_below(&rn, 39), 7);
			demands[i] = (struct twr_demand) {
				support_chance(&rn, 50) ? TWR_DEMAND_ROLE :
							  TWR_DEMAND_PERMISSION,
				label[i], roles + support_below(&rn, 25),
				1 + support_below(&rn, 25)
			};
		}
		rule = policy.rules[0];
		rule.rule.two_factor = support_chance(&rn, 50);
		rule.rule.demands = demands;
		rule.rule.n_demands = 1 + support_below(&rn, 5);
		rule.rule.n_chain = 1 + support_below(&rn, 3);
		policy.rules = &rule;
		policy.n_rules = 1;
		memset(name, 'n', sizeof(name));
		name[1 + support_below(&rn, 64)] = '\0';
		login = policy.logins[support_below(&rn, 7)];
		login.name = name;
		login.login.uid = (uint32_t)support_random(&rn);
		login.login.holdings = holdings;
		login.login.n_holdings = support_below(&rn, 51);
		policy.logins = &login;
		policy.n_logins = 1;
		policy.meta.n_services = 1; /* only sshd has a rule */
		support_policy_write(path, &policy);
		ck_assert_int_eq(open_policy(path, &rd, &view), TWR_OK);
		twr_view_load(&rd, "sshd", name, NULL, &view);
		ck_assert_int_eq(view.login_status, TWR_OK);
		compare_rule(&view.rule, &rule.rule);
		compare_login(&view.login, &login.login);
		close_policy(&rd, &view);
	}
}
END_TEST

START_TEST(names_come_back)
{
	const char *path = support_path("names.cdb");
	struct twr_reader rd;
	struct twr_view view;
	char *name = NULL;

	support_site_write(path);
	ck_assert_int_eq(open_policy(path, &rd, &view), TWR_OK);
	ck_assert_int_eq(twr_name_of(&rd, TWR_NAME_ROLE, SITE_OPERATOR, &name),
	    TWR_OK);
	ck_assert_str_eq(name, "hosts:operator");
	free(name);
	ck_assert_int_eq(twr_name_of(&rd, TWR_NAME_SCOPE, SITE_MESSAGING,
			     &name),
	    TWR_OK);
	ck_assert_str_eq(name, "acme/messaging");
	free(name);
	ck_assert_int_eq(twr_name_of(&rd, TWR_NAME_ROLE, 99, &name),
	    TWR_ENOENT);
	ck_assert_int_eq(twr_name_of(&rd, TWR_NAME_ROLE, 256 + SITE_OPERATOR,
			     &name),
	    TWR_ENOENT);
	ck_assert_int_eq(twr_name_of(&rd, 'x', 0, &name), TWR_ENOENT);
	close_policy(&rd, &view);
}
END_TEST

/* ---- which parts are read ---- */

static const struct part_row {
	const char *service, *user, *invoker;
	const char *judge; /* whose rule; NULL: none */
	enum twr_status login;
} parts[] = {
	{ "sshd", "bob", NULL, "sshd", TWR_OK },
	{ "sshd", "stranger", NULL, "sshd", TWR_ENOENT },
	{ "sshd", "", NULL, "sshd", TWR_ENOENT },
	{ "sshd", NULL, "bob", "sshd", TWR_ENOENT },
	{ "sudo", "root", "bob", "sudo", TWR_OK },
	{ "sudo", "bob", "root", "sudo", TWR_ENOENT },
	{ "unlisted", "bob", NULL, "other", TWR_OK },
	{ "systemd-user", "bob", NULL, "other", TWR_OK },
	{ "other", "bob", NULL, "other", TWR_OK },
	{ "", "bob", NULL, "other", TWR_OK },
	{ NULL, "bob", NULL, "other", TWR_OK },
};

START_TEST(the_right_records_are_read)
{
	const struct part_row *r = &parts[_i];
	const char *path = support_path("parts.cdb");
	struct twr_reader rd;
	struct twr_view view;

	support_site_write(path);
	ck_assert_int_eq(open_policy(path, &rd, &view), TWR_OK);
	twr_view_load(&rd, r->service, r->user, r->invoker, &view);
	ck_assert_ptr_nonnull(view.judge);
	ck_assert_str_eq(view.judge->name, r->judge);
	ck_assert_int_eq(view.rule_status, TWR_OK);
	ck_assert_int_eq(view.exempt_status, TWR_OK);
	ck_assert_int_eq(view.login_status, r->login);
	ck_assert_uint_le(view.n_owned,
	    sizeof(view.owned) / sizeof(view.owned[0]));
	close_policy(&rd, &view);
}
END_TEST

START_TEST(a_login_longer_than_a_key_is_unknown)
{
	const char *path = support_path("long.cdb");
	struct twr_reader rd;
	struct twr_view view;
	char name[1000];

	memset(name, 'b', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	support_site_write(path);
	ck_assert_int_eq(open_policy(path, &rd, &view), TWR_OK);
	twr_view_load(&rd, "sshd", name, NULL, &view);
	ck_assert_int_eq(view.login_status, TWR_ENOENT);
	close_policy(&rd, &view);
}
END_TEST

/* ---- records that nobody writes ---- */

/*
 * Change bytes of one record of a good policy in place and give it a right
 * CRC again. at is counted from the value's first byte. Returns whether the
 * bytes were others before.
 */
static bool
patch(const char *path, const char *key, size_t at, const void *bytes,
    size_t n_bytes)
{
	uint8_t *data, *p, *value = NULL;
	size_t i, len, key_len = strlen(key), value_len = 0;
	uint32_t crc;
	bool changed;

	data = support_read(path, &len);
	for (p = data + TWR_CDB_HEADER; value == NULL; p++) {
		ck_assert(p + 8 + key_len < data + len);
		if (p[0] == key_len && p[1] == 0 && p[2] == 0 && p[3] == 0 &&
		    memcmp(p + 8, key, key_len) == 0) {
			value = p + 8 + key_len;
			value_len = (size_t)p[4] | (size_t)p[5] << 8;
		}
	}
	ck_assert_uint_le(at + n_bytes, value_len - TWR_CRC_LEN);
	changed = memcmp(value + at, bytes, n_bytes) != 0;
	memcpy(value + at, bytes, n_bytes);
	crc = twr_crc32c(twr_crc32c(0, key, key_len), value,
	    value_len - TWR_CRC_LEN);
	for (i = 0; i < TWR_CRC_LEN; i++)
		value[value_len - TWR_CRC_LEN + i] = (uint8_t)(crc >> 8 * i);
	support_write(path, data, len, 0640);
	free(data);
	return changed;
}

/* Places in the values, as policy_format.h lays them out. */
#define RULE_PATH_LEN 25 /* acme/messaging/production */
#define RULE_FLAG (2 + RULE_PATH_LEN + 1)
#define RULE_CHAIN (RULE_FLAG + 1)
#define RULE_LINK (RULE_CHAIN + 4)
#define RULE_DEMANDS (RULE_LINK + 3 * 5)
#define RULE_DEMAND (RULE_DEMANDS + 4)
#define RULE_ROLES (RULE_DEMAND + 1 + 2 + 11 + 1)
#define LOGIN_NAMES 8
#define LOGIN_HOLDINGS (LOGIN_NAMES + 2 + TWR_SID_LEN + 1 + 2 + 3 + 1)

static const struct bad_row {
	const char *what, *key;
	size_t at;
	const char *bytes;
	size_t n;
} bads[] = {
	{ "rule: path too long", "Rsshd", 0, "\xff\xff", 2 },
	{ "rule: path shorter than its bytes", "Rsshd", 0, "\x18", 1 },
	{ "rule: path longer than its bytes", "Rsshd", 0, "\x1a", 1 },
	{ "rule: a NUL in the path", "Rsshd", 5, "\0", 1 },
	{ "rule: a path without its NUL", "Rsshd", 2 + RULE_PATH_LEN, "x", 1 },
	{ "rule: flag 2", "Rsshd", RULE_FLAG, "\2", 1 },
	{ "rule: no chain", "Rsshd", RULE_CHAIN, "\0", 1 },
	{ "rule: chain of four", "Rsshd", RULE_CHAIN, "\4", 1 },
	{ "rule: endless chain", "Rsshd", RULE_CHAIN, "\xff\xff\xff\xff", 4 },
	{ "rule: scope of status 0", "Rsshd", RULE_LINK + 4, "\0", 1 },
	{ "rule: scope of status 4", "Rsshd", RULE_LINK + 4, "\4", 1 },
	{ "rule: no demands", "Rsshd", RULE_DEMANDS, "\0", 1 },
	{ "rule: two demands", "Rsshd", RULE_DEMANDS, "\2", 1 },
	{ "rule: endless demands", "Rsshd", RULE_DEMANDS, "\xff\xff\xff\xff",
	    4 },
	{ "rule: demand of kind 0", "Rsshd", RULE_DEMAND, "\0", 1 },
	{ "rule: demand of kind 3", "Rsshd", RULE_DEMAND, "\3", 1 },
	{ "rule: no roles", "Rsshd", RULE_ROLES, "\0", 1 },
	{ "rule: one role fewer", "Rsshd", RULE_ROLES, "\1", 1 },
	{ "rule: one role more", "Rsshd", RULE_ROLES, "\3", 1 },
	{ "rule: endless roles", "Rsshd", RULE_ROLES, "\xff\xff\xff\xff", 4 },
	{ "login: tombstone 2", "Lbob", 0, "\2", 1 },
	{ "login: status 0", "Lbob", 5, "\0", 1 },
	{ "login: status 4", "Lbob", 5, "\4", 1 },
	{ "login: kind 0", "Lbob", 6, "\0", 1 },
	{ "login: kind 3", "Lbob", 6, "\3", 1 },
	{ "login: two-factor 4", "Lbob", 7, "\4", 1 },
	{ "login: SID too long", "Lbob", LOGIN_NAMES, "\xff\xff", 2 },
	{ "login: one holding fewer", "Lbob", LOGIN_HOLDINGS, "\1", 1 },
	{ "login: one holding more", "Lbob", LOGIN_HOLDINGS, "\3", 1 },
	{ "login: endless holdings", "Lbob", LOGIN_HOLDINGS, "\xff\xff\xff\xff",
	    4 },
	{ "exemptions: one fewer", "X", 0, "\4", 1 },
	{ "exemptions: none", "X", 0, "\0", 1 },
	{ "exemptions: endless", "X", 0, "\xff\xff\xff\xff", 4 },
	{ "exemptions: service too long", "X", 4, "\xff\xff", 2 },
	{ "meta: magic", "M", 0, "\0", 1 },
	{ "meta: length", "M", 8, "\0\0", 2 },
	{ "meta: SID too long", "M", 32, "\xff\xff", 2 },
};

START_TEST(a_record_that_nobody_writes_is_corrupt)
{
	const struct bad_row *r = &bads[_i];
	const char *path = support_path("bad.cdb");
	struct twr_reader rd;
	struct twr_view view;
	enum twr_status rc;

	support_site_write(path);
	ck_assert(patch(path, r->key, r->at, r->bytes, r->n));
	rc = open_policy(path, &rd, &view);
	if (r->key[0] == 'M') {
		ck_assert_msg(rc == TWR_ECORRUPT, "%s", r->what);
		return;
	}
	ck_assert_int_eq(rc, TWR_OK);
	twr_view_load(&rd, "sshd", "bob", NULL, &view);
	rc = r->key[0] == 'R' ? view.rule_status :
	    r->key[0] == 'L'  ? view.login_status :
				view.exempt_status;
	ck_assert_msg(rc == TWR_ECORRUPT, "%s: %s", r->what,
	    twr_status_word(rc));
	ck_assert_uint_gt(strlen(view.error.text), 0);
	/* nothing half-decoded is left to be believed */
	if (r->key[0] == 'R') {
		ck_assert_uint_eq(view.rule.n_demands, 0);
		ck_assert_uint_eq(view.rule.n_chain, 0);
	} else if (r->key[0] == 'L') {
		ck_assert_uint_eq(view.login.n_holdings, 0);
		ck_assert_int_eq(view.login.status, 0);
	} else {
		ck_assert_uint_eq(view.exempt.n_entries, 0);
	}
	close_policy(&rd, &view);
}
END_TEST

/* The same patches that change nothing prove that the places are right. */
START_TEST(a_patch_that_changes_nothing_is_no_damage)
{
	const char *path = support_path("same.cdb");
	struct twr_reader rd;
	struct twr_view view;

	support_site_write(path);
	ck_assert(!patch(path, "Rsshd", RULE_CHAIN, "\3", 1));
	ck_assert(!patch(path, "Rsshd", RULE_DEMANDS, "\1", 1));
	ck_assert(!patch(path, "Rsshd", RULE_ROLES, "\2", 1));
	ck_assert(!patch(path, "Lbob", LOGIN_HOLDINGS, "\2", 1));
	ck_assert(!patch(path, "Lbob", 5, "\1\1\1", 3));
	ck_assert(!patch(path, "X", 0, "\5", 1));
	ck_assert_int_eq(open_policy(path, &rd, &view), TWR_OK);
	twr_view_load(&rd, "sshd", "bob", NULL, &view);
	ck_assert_int_eq(view.rule_status, TWR_OK);
	ck_assert_int_eq(view.login_status, TWR_OK);
	ck_assert_int_eq(view.exempt_status, TWR_OK);
	close_policy(&rd, &view);
}
END_TEST

/* M promises a rule that is not there: damage, not "no rule". */
START_TEST(a_promised_rule_that_is_missing_is_damage)
{
	const char *path = support_path("norule.cdb");
	struct support_policy policy;
	struct twr_reader rd;
	struct twr_view view;

	support_site(&policy);
	policy.rules += 1; /* without that of sshd */
	policy.n_rules -= 1;
	support_policy_write(path, &policy);
	ck_assert_int_eq(open_policy(path, &rd, &view), TWR_OK);
	twr_view_load(&rd, "sshd", "bob", NULL, &view);
	ck_assert_int_eq(view.rule_status, TWR_ECORRUPT);
	close_policy(&rd, &view);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(what_was_written_comes_back),
		SUPPORT_TEST(random_policies_come_back),
		SUPPORT_TEST(names_come_back),
		SUPPORT_ROWS(the_right_records_are_read, parts),
		SUPPORT_TEST(a_login_longer_than_a_key_is_unknown),
		SUPPORT_ROWS(a_record_that_nobody_writes_is_corrupt, bads),
		SUPPORT_TEST(a_patch_that_changes_nothing_is_no_damage),
		SUPPORT_TEST(a_promised_rule_that_is_missing_is_damage),
		SUPPORT_END,
	};

	return support_run_in_folder("view", tests);
}
