/* SPDX-License-Identifier: BSD-2-Clause */

/* From a path and a request to a judgement: which policy, and at what time. */
#include "gate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"
#include "support_site.h"

#define T0 SUPPORT_NOW
#define BOOTTIME 1000u /* of support_gate() */

static const uint8_t prev_id[TWR_ID_LEN] = { 9, 9, 9 };

struct asked {
	enum twr_status status;
	struct twr_decision decision;
	uint64_t serial;
	bool prev, clock_behind, conf_edited;
	int64_t now;
	int64_t clock;
};

static struct asked
ask(const struct twr_gate *gate, const char *login)
{
	struct twr_request req = { .service = "sshd", .user = login };
	struct twr_judgement jd;
	struct asked ret;

	twr_judge(gate, &req, NULL, &jd);
	ret = (struct asked) { jd.status, jd.decision, jd.view.meta.serial,
		jd.prev, jd.clock_behind, jd.conf_edited, jd.request.now,
		jd.request.clock };
	twr_judgement_end(&jd);
	return ret;
}

/* ---- commit-confirm ---- */

/* A policy that is pending: bob's suspension waits for a confirmation. */
static void
write_pending(const char *path, uint64_t deadline, bool this_boot)
{
	struct support_policy policy;
	struct support_login eve_only[1];

	support_site(&policy);
	eve_only[0] = policy.logins[1];
	eve_only[0].name = "bob";
	policy.logins = eve_only;
	policy.n_logins = 1;
	policy.meta.serial = 43;
	policy.meta.confirm_boottime_s = deadline;
	if (this_boot)
		ck_assert(twr_boot_id(policy.meta.boot_id));
	else
		memset(policy.meta.boot_id, 0x5a, TWR_ID_LEN);
	memcpy(policy.meta.prev_id, prev_id, TWR_ID_LEN);
	policy.meta.prev_serial = 41;
	support_policy_write(path, &policy);
}

static void
write_previous(const char *path, uint8_t id, uint64_t serial, uint64_t deadline)
{
	struct support_policy policy;

	support_site(&policy);
	memcpy(policy.meta.file_id, prev_id, TWR_ID_LEN);
	policy.meta.file_id[0] = id;
	policy.meta.serial = serial;
	policy.meta.confirm_boottime_s = deadline;
	support_policy_write(path, &policy);
	support_site_passwd();
}

static const struct confirm_row {
	const char *what;
	uint64_t deadline;
	bool this_boot;
	uint8_t id; /* of the previous policy, first byte; 0: no such file */
	uint64_t serial;
	uint64_t prev_deadline;
	enum twr_status status;
	enum twr_reason reason;
	bool prev;
} confirms[] = {
	/* clang-format off */
	{ "nothing pending", 0, true, 0, 0, 0,
	    TWR_OK, TWR_REASON_USER_SUSPENDED, false },
	{ "nothing pending, another boot", 0, false, 9, 41, 0,
	    TWR_OK, TWR_REASON_USER_SUSPENDED, false },
	{ "a second before the deadline", BOOTTIME + 1, true, 9, 41, 0,
	    TWR_OK, TWR_REASON_USER_SUSPENDED, false },
	{ "at the deadline", BOOTTIME, true, 9, 41, 0,
	    TWR_OK, TWR_REASON_GRANTED, true },
	{ "past the deadline", 1, true, 9, 41, 0,
	    TWR_OK, TWR_REASON_GRANTED, true },
	{ "another boot", BOOTTIME + 1, false, 9, 41, 0,
	    TWR_OK, TWR_REASON_GRANTED, true },
	{ "not the id that was named", BOOTTIME, true, 8, 41, 0,
	    TWR_ECORRUPT, TWR_REASON_POLICY_CORRUPT, false },
	{ "an older serial", BOOTTIME, true, 9, 40, 0,
	    TWR_ECORRUPT, TWR_REASON_POLICY_CORRUPT, false },
	{ "a newer serial", BOOTTIME, true, 9, 42, 0,
	    TWR_ECORRUPT, TWR_REASON_POLICY_CORRUPT, false },
	{ "itself pending", BOOTTIME, true, 9, 41, BOOTTIME + 9,
	    TWR_ECORRUPT, TWR_REASON_POLICY_CORRUPT, false },
	{ "missing", BOOTTIME, true, 0, 0, 0,
	    TWR_ECORRUPT, TWR_REASON_POLICY_CORRUPT, false },
	/* clang-format on */
};

START_TEST(an_unconfirmed_policy_ends)
{
	const struct confirm_row *r = &confirms[_i];
	const char *path = support_path("c%d.cdb", _i);
	struct twr_gate gate = support_gate(path);
	struct asked a;

	write_pending(path, r->deadline, r->this_boot);
	if (r->id != 0)
		write_previous(support_path("c%d.prev.cdb", _i), r->id,
		    r->serial, r->prev_deadline);
	a = ask(&gate, "bob");
	ck_assert_msg(a.status == r->status && a.decision.reason == r->reason,
	    "%s: %s, %s", r->what, twr_status_word(a.status),
	    twr_reason_word(a.decision.reason));
	ck_assert_int_eq(a.decision.verdict,
	    r->reason == TWR_REASON_GRANTED ? TWR_GRANT : TWR_DENY);
	ck_assert_int_eq(a.prev, r->prev);
	if (a.status == TWR_OK)
		ck_assert_uint_eq(a.serial, r->prev ? 41 : 43);
}
END_TEST

START_TEST(an_unsafe_previous_policy_is_not_used)
{
	const char *path = support_path("u.cdb");
	const char *prev = support_path("u.prev.cdb");
	struct twr_gate gate = support_gate(path);
	struct asked a;

	write_pending(path, 1, true);
	write_previous(prev, 9, 41, 0);
	ck_assert_int_eq(chmod(prev, 0666), 0);
	a = ask(&gate, "bob");
	ck_assert_int_eq(a.status, TWR_EUNSAFE);
	ck_assert_int_eq(a.decision.verdict, TWR_DENY);
	ck_assert_int_eq(chmod(prev, 0640), 0);
	ck_assert_int_eq(truncate(prev, 3000), 0);
	a = ask(&gate, "bob");
	ck_assert_int_eq(a.status, TWR_ECORRUPT);
	ck_assert_int_eq(a.decision.verdict, TWR_DENY);
}
END_TEST

START_TEST(the_previous_policy_has_its_name)
{
	char buf[64];

	ck_assert_int_eq(twr_policy_prev_path("/v/policy.cdb", buf,
			     sizeof(buf)),
	    TWR_OK);
	ck_assert_str_eq(buf, "/v/policy.prev.cdb");
	ck_assert_int_eq(twr_policy_prev_path("/v/policy", buf, sizeof(buf)),
	    TWR_OK);
	ck_assert_str_eq(buf, "/v/policy.prev.cdb");
	ck_assert_int_eq(twr_policy_prev_path("/v/policy.cdb", buf, 18),
	    TWR_EINVAL);
	ck_assert_int_eq(twr_policy_prev_path("/v/policy.cdb", buf, 19),
	    TWR_OK);
}
END_TEST

START_TEST(the_boot_has_an_id)
{
	uint8_t a[TWR_ID_LEN], b[TWR_ID_LEN], zero[TWR_ID_LEN] = { 0 };

	ck_assert(twr_boot_id(a));
	ck_assert(twr_boot_id(b));
	ck_assert_mem_eq(a, b, TWR_ID_LEN);
	if (access("/proc/sys/kernel/random/boot_id", R_OK) == 0)
		ck_assert_mem_ne(a, zero, TWR_ID_LEN);
}
END_TEST

/* ---- time ---- */

static void
write_dated(const char *path, int64_t compiled, int64_t stale)
{
	struct support_policy policy;

	support_site(&policy);
	policy.meta.compiled_at = compiled;
	policy.meta.stale_at = stale;
	support_policy_write(path, &policy);
	support_site_passwd();
}

START_TEST(a_policy_grows_stale)
{
	const char *path = support_path("stale.cdb");
	struct twr_gate gate = support_gate(path);
	struct asked a;

	write_dated(path, T0 - 100, T0 + 10);
	gate.now = T0 + 9;
	a = ask(&gate, "bob");
	ck_assert_int_eq(a.decision.verdict, TWR_GRANT);
	gate.now = T0 + 10;
	a = ask(&gate, "bob");
	ck_assert_int_eq(a.status, TWR_ESTALE);
	ck_assert_int_eq(a.decision.verdict, TWR_DENY);
	ck_assert_int_eq(a.decision.reason, TWR_REASON_POLICY_STALE);
	gate.now = T0 - 1000; /* a clock set back does not refresh it */
	write_dated(path, T0 + 10, T0 + 10);
	a = ask(&gate, "bob");
	ck_assert_int_eq(a.status, TWR_ESTALE);
}
END_TEST

/* ann's role ended an hour before T0: a clock set back does not revive it. */
START_TEST(a_clock_behind_revives_nothing)
{
	const char *path = support_path("behind.cdb");
	struct twr_gate gate = support_gate(path);
	struct asked a;

	write_dated(path, T0, TWR_NEVER);
	gate.now = T0 - 7200;
	a = ask(&gate, "ann");
	ck_assert_int_eq(a.decision.reason, TWR_REASON_ROLE_ENDED);
	ck_assert(a.clock_behind);
	ck_assert_int_eq(a.now, T0);
	gate.now = T0;
	a = ask(&gate, "ann");
	ck_assert(!a.clock_behind);
	/* and a clock that was ahead does not open a window early */
	ck_assert_int_eq(a.clock, T0);
	gate.now = T0 - 7200;
	a = ask(&gate, "ann");
	ck_assert_int_eq(a.clock, T0 - 7200);
	/* where the policy is old enough, the clock counts */
	write_dated(path, T0 - 7200, TWR_NEVER);
	gate.now = T0 - 3601;
	a = ask(&gate, "ann");
	ck_assert_int_eq(a.decision.verdict, TWR_GRANT);
	ck_assert_int_eq(a.now, T0 - 3601);
}
END_TEST

START_TEST(an_edited_configuration_is_noticed)
{
	const char *path = support_path("conf.cdb");
	const char *conf = support_path("twrbac.conf");
	struct twr_gate gate = support_gate(path);
	struct support_policy policy;
	struct stat st;

	support_write_text(conf, "rules = ();\n");
	ck_assert_int_eq(stat(conf, &st), 0);
	support_site(&policy);
	policy.meta.conf_path = conf;
	policy.meta.conf_size = (uint64_t)st.st_size;
	policy.meta.conf_mtime_s = st.st_mtim.tv_sec;
	policy.meta.conf_mtime_ns = (uint32_t)st.st_mtim.tv_nsec;
	support_policy_write(path, &policy);
	support_site_passwd();
	ck_assert(!ask(&gate, "bob").conf_edited);
	ck_assert_int_eq(truncate(conf, 3), 0);
	ck_assert(ask(&gate, "bob").conf_edited);
	ck_assert_int_eq(unlink(conf), 0);
	ck_assert(ask(&gate, "bob").conf_edited);
	ck_assert_int_eq(ask(&gate, "bob").decision.verdict, TWR_GRANT);
}
END_TEST

/* ---- what may be logged as text ---- */

static const struct public_row {
	const char *service, *user, *invoker;
	bool user_public, invoker_public;
} publics[] = {
	{ "sshd", "bob", NULL, true, false }, /* mapped */
	{ "sshd", "may", NULL, true, false }, /* mapped, no local account */
	{ "sshd", "tom", NULL, true, false }, /* was mapped */
	{ "sshd", "daemon", NULL, true, false }, /* a local account */
	{ "sshd", "hunter2", NULL, false, false },
	{ "sshd", "", NULL, false, false },
	{ "sshd", NULL, NULL, false, false },
	{ "sshd", "hunter2", "bob", false, true },
	{ "sshd", "bob", "hunter2", true, false },
	{ "sudo", "root", "hunter2", true, true }, /* the kernel knows him */
	{ "sudo", "hunter2", "bob", false, true },
	{ "su", "hunter2", NULL, false, false },
};

static void
check_public(const char *path, const struct public_row *r)
{
	struct twr_gate gate = support_gate(path);
	struct twr_request req = {
		.service = r->service, .user = r->user, .invoker = r->invoker
	};
	struct twr_judgement jd;

	twr_judge(&gate, &req, NULL, &jd);
	/* without a policy only the passwd file can vouch for a name */
	if (jd.status == TWR_OK || r->user == NULL ||
	    strcmp(r->user, "may") != 0)
		ck_assert_int_eq(jd.user_public, r->user_public);
	ck_assert_int_eq(jd.invoker_public, r->invoker_public);
	twr_judgement_end(&jd);
}

START_TEST(only_known_names_are_public)
{
	const char *path = support_path("public.cdb");

	support_site_write(path);
	check_public(path, &publics[_i]);
	check_public(support_path("missing.cdb"), &publics[_i]);
}
END_TEST

/* ---- who may ask for break-glass ---- */

static const struct claim_row {
	const char *what;
	const char *service, *user, *invoker;
	uint32_t real_uid;
	const char *claimant;
	bool real;
} claims[] = {
	/* clang-format off */
	{ "the user", "sshd", "root", NULL, 0, "root", true },
	{ "the user, under any uid", "login", "bob", NULL, 77, "bob", true },
	{ "the invoker, not the target", "sudo", "root", "bob", 1001, "bob",
	    true },
	{ "root for the invoker", "sudo", "root", "bob", 0, "bob", true },
	{ "another uid's name", "sudo", "bob", "root", 1001, "root", false },
	{ "a lower uid under a name", "sudo", "root", "bob", 1000, "bob",
	    false },
	{ "a higher uid under a name", "sudo", "root", "bob", 1002, "bob",
	    false },
	{ "an invoker for nobody", "sudo", NULL, "root", 0, NULL, false },
	{ "a name of no account", "sudo", "root", "stranger", 1001,
	    "stranger", false },
	{ "sudo without invoker", "sudo", "root", NULL, 0, NULL, false },
	{ "sudo-i without invoker", "sudo-i", "root", "", 0, NULL, false },
	{ "su without invoker", "su", "root", NULL, 0, NULL, false },
	{ "su-l without invoker", "su-l", "root", NULL, 0, NULL, false },
	{ "doas without invoker", "doas", "root", NULL, 0, NULL, false },
	{ "a peer's word is nobody's", "rsh", "bob", "root", 0, NULL, false },
	{ "user and invoker are one", "rsh", "root", "root", 0, "root", true },
	{ "nobody", "sshd", NULL, NULL, 0, NULL, false },
	{ "nobody, but an invoker", "sshd", "", "root", 0, NULL, false },
	/* clang-format on */
};

START_TEST(without_a_policy_somebody_claims)
{
	const struct claim_row *r = &claims[_i];
	struct twr_gate gate = support_gate(support_path("nowhere.cdb"));
	struct twr_request req = { .service = r->service,
		.user = r->user,
		.invoker = r->invoker,
		.real_uid = r->real_uid };
	struct twr_judgement jd;

	support_site_passwd();
	twr_judge(&gate, &req, NULL, &jd);
	ck_assert_int_eq(jd.status, TWR_ENOENT);
	ck_assert_msg((jd.claimant == NULL) == (r->claimant == NULL), "%s",
	    r->what);
	if (r->claimant != NULL)
		ck_assert_str_eq(jd.claimant, r->claimant);
	ck_assert_msg(jd.claimant_real == r->real, "%s", r->what);
	twr_judgement_end(&jd);
}
END_TEST

START_TEST(with_a_policy_nobody_claims)
{
	const char *path = support_path("claims.cdb");
	struct twr_gate gate = support_gate(path);
	struct twr_request req = { .service = "sshd", .user = "eve" };
	struct twr_judgement jd;

	support_site_write(path);
	twr_judge(&gate, &req, NULL, &jd);
	ck_assert_int_eq(jd.decision.reason, TWR_REASON_USER_SUSPENDED);
	ck_assert_ptr_null(jd.claimant);
	ck_assert(!jd.claimant_real);
	twr_judgement_end(&jd);
}
END_TEST

START_TEST(only_a_safe_file_beside_the_policy_is_the_mark)
{
	const char *path = support_path("p.cdb");
	const char *mark = support_path("unconfigured");
	char prev[4096];

	ck_assert(!twr_policy_unconfigured(path, geteuid()));
	support_write_text(mark, "");
	ck_assert_int_eq(chmod(mark, 0644), 0);
	ck_assert(twr_policy_unconfigured(path, geteuid()));
	ck_assert(!twr_policy_unconfigured("p.cdb", geteuid()));
	/* something stands in the policy's place */
	support_write_text(path, "");
	ck_assert(!twr_policy_unconfigured(path, geteuid()));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink("nowhere", path), 0);
	ck_assert(!twr_policy_unconfigured(path, geteuid()));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	ck_assert(!twr_policy_unconfigured(path, geteuid()));
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert(twr_policy_unconfigured(path, geteuid()));
	/* there was a policy once: the one before is still there */
	ck_assert_int_eq(twr_policy_prev_path(path, prev, sizeof(prev)),
	    TWR_OK);
	support_write_text(prev, "");
	ck_assert(!twr_policy_unconfigured(path, geteuid()));
	ck_assert_int_eq(unlink(prev), 0);
	ck_assert_int_eq(chmod(mark, 0664), 0);
	ck_assert(!twr_policy_unconfigured(path, geteuid()));
	ck_assert_int_eq(unlink(mark), 0);
	support_write_text(support_path("real"), "");
	ck_assert_int_eq(symlink("real", mark), 0);
	ck_assert(!twr_policy_unconfigured(path, geteuid()));
	ck_assert_int_eq(unlink(mark), 0);
	ck_assert_int_eq(mkdir(mark, 0755), 0);
	ck_assert(!twr_policy_unconfigured(path, geteuid()));
}
END_TEST

static const struct no_policy_row {
	enum twr_reason reason;
	bool no_policy;
} no_policies[] = {
#define X(id, word, text) { TWR_REASON_##id, false },
	TWR_REASONS(X)
#undef X
};

START_TEST(no_policy_is_five_reasons)
{
	enum twr_reason r = no_policies[_i].reason;
	bool want = r == TWR_REASON_POLICY_MISSING ||
	    r == TWR_REASON_POLICY_UNSAFE || r == TWR_REASON_POLICY_CORRUPT ||
	    r == TWR_REASON_POLICY_TOO_NEW || r == TWR_REASON_POLICY_STALE;

	ck_assert_int_eq(twr_reason_is_no_policy(r), want);
}
END_TEST

START_TEST(every_item_may_be_missing)
{
	const char *path = support_path("null.cdb");
	struct twr_gate gate = support_gate(path);
	static const char *const items[] = { NULL, "", "bob" };
	struct twr_request req = { 0 };
	struct twr_judgement jd;
	unsigned s, u, i;

	support_site_write(path);
	for (s = 0; s < 3; s++)
		for (u = 0; u < 3; u++)
			for (i = 0; i < 3; i++) {
				req.service = items[s];
				req.user = items[u];
				req.invoker = items[i];
				twr_judge(&gate, &req, NULL, &jd);
				/* "other" lets bob in, and nobody else */
				ck_assert_int_eq(jd.decision.verdict,
				    u == 2 ? TWR_GRANT : TWR_DENY);
				twr_judgement_end(&jd);
			}
}
END_TEST

START_TEST(a_judgement_leaves_no_descriptor)
{
	const char *path = support_path("fds.cdb");
	struct twr_gate gate = support_gate(path);
	struct twr_request req = { .service = "sshd", .user = "stranger" };
	unsigned before = support_count_fds();
	struct twr_judgement jd;
	int i;

	support_site_write(path);
	for (i = 0; i < 3; i++) {
		twr_judge(&gate, &req, NULL, &jd);
		twr_judgement_end(&jd);
		twr_judgement_end(&jd); /* may be repeated */
		ck_assert_uint_eq(support_count_fds(), before);
		ck_assert_int_eq(truncate(path, i == 0 ? 3000 : 5), 0);
	}
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(an_unconfirmed_policy_ends, confirms),
		SUPPORT_TEST(an_unsafe_previous_policy_is_not_used),
		SUPPORT_TEST(the_previous_policy_has_its_name),
		SUPPORT_TEST(the_boot_has_an_id),
		SUPPORT_TEST(a_policy_grows_stale),
		SUPPORT_TEST(a_clock_behind_revives_nothing),
		SUPPORT_TEST(an_edited_configuration_is_noticed),
		SUPPORT_ROWS(only_known_names_are_public, publics),
		SUPPORT_ROWS(without_a_policy_somebody_claims, claims),
		SUPPORT_TEST(with_a_policy_nobody_claims),
		SUPPORT_TEST(only_a_safe_file_beside_the_policy_is_the_mark),
		SUPPORT_ROWS(no_policy_is_five_reasons, no_policies),
		SUPPORT_TEST(every_item_may_be_missing),
		SUPPORT_TEST(a_judgement_leaves_no_descriptor),
		SUPPORT_END,
	};

	return support_run_in_folder("gate", tests);
}
