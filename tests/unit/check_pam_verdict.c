/* SPDX-License-Identifier: BSD-2-Clause */

/* The table of outcomes: what PAM is told, and how loudly. */
#include "pam_verdict.h"

#include <security/pam_modules.h>
#include <string.h>
#include <syslog.h>

#include "support.h"

#define T0 SUPPORT_NOW

/* Every reason is here, in its order: a missing one fails the test below. */
static const struct refusal {
	enum twr_reason reason;
	enum twr_status status;
	int code, level;
	bool no_policy; /* break-glass helps */
} refusals[] = {
#define R(id) TWR_REASON_##id
	{ R(NO_USER), TWR_OK, PAM_USER_UNKNOWN, LOG_NOTICE, false },
	{ R(NO_INVOKER), TWR_OK, PAM_PERM_DENIED, LOG_NOTICE, false },
	{ R(INVOKER_MISMATCH), TWR_OK, PAM_PERM_DENIED, LOG_NOTICE, false },
	{ R(NO_RULE), TWR_OK, PAM_PERM_DENIED, LOG_NOTICE, false },
	{ R(LOGIN_UNMAPPED), TWR_OK, PAM_USER_UNKNOWN, LOG_NOTICE, false },
	{ R(USER_INACTIVE), TWR_OK, PAM_PERM_DENIED, LOG_NOTICE, false },
	{ R(USER_SUSPENDED), TWR_OK, PAM_PERM_DENIED, LOG_NOTICE, false },
	{ R(TWO_FACTOR_MISSING), TWR_OK, PAM_PERM_DENIED, LOG_NOTICE, false },
	{ R(SCOPE_UNUSABLE), TWR_OK, PAM_PERM_DENIED, LOG_NOTICE, false },
	{ R(ROLE_MISSING), TWR_OK, PAM_PERM_DENIED, LOG_NOTICE, false },
	{ R(ROLE_ENDED), TWR_OK, PAM_PERM_DENIED, LOG_NOTICE, false },
	{ R(ROLE_REMOVED), TWR_OK, PAM_PERM_DENIED, LOG_NOTICE, false },
	{ R(ROLE_NOT_YET), TWR_OK, PAM_PERM_DENIED, LOG_NOTICE, false },
	{ R(ROLE_UNKNOWN), TWR_OK, PAM_PERM_DENIED, LOG_NOTICE, false },
	{ R(SCOPE_UNKNOWN), TWR_OK, PAM_PERM_DENIED, LOG_NOTICE, false },
	{ R(POLICY_MISSING), TWR_ENOENT, PAM_AUTHINFO_UNAVAIL, LOG_ERR, true },
	{ R(POLICY_UNREADABLE), TWR_EUNREADABLE, PAM_AUTHINFO_UNAVAIL, LOG_ERR,
	    false },
	{ R(POLICY_UNSAFE), TWR_EUNSAFE, PAM_AUTHINFO_UNAVAIL, LOG_ERR, true },
	{ R(POLICY_CORRUPT), TWR_ECORRUPT, PAM_AUTHINFO_UNAVAIL, LOG_ERR,
	    true },
	{ R(POLICY_TOO_NEW), TWR_ETOONEW, PAM_AUTHINFO_UNAVAIL, LOG_ERR, true },
	{ R(POLICY_STALE), TWR_ESTALE, PAM_AUTHINFO_UNAVAIL, LOG_ERR, true },
	{ R(BAD_ARGUMENT), TWR_EINVAL, PAM_SERVICE_ERR, LOG_ERR, false },
	{ R(NO_MEMORY), TWR_ENOMEM, PAM_BUF_ERR, LOG_ERR, false },
	/* slips of ours, which deny */
	{ R(NONE), TWR_OK, PAM_SYSTEM_ERR, LOG_ERR, false },
	{ R(GRANTED), TWR_OK, PAM_SYSTEM_ERR, LOG_ERR, false },
	{ R(EXEMPT), TWR_OK, PAM_SYSTEM_ERR, LOG_ERR, false },
#undef R
};

static struct twr_judgement
judgement(const struct refusal *r)
{
	struct twr_judgement jd;

	memset(&jd, 0, sizeof(jd));
	jd.status = r->status;
	jd.decision.reason = r->reason;
	return jd;
}

static struct pam_args
arguments(const char *break_glass, int64_t permissive_until)
{
	return (struct pam_args) { .policy = "/p",
		.break_glass = break_glass,
		.permissive_until = permissive_until };
}

static void
expect(const struct pam_outcome *out, int code, int level, const char *verdict)
{
	ck_assert_msg(out->code == code && out->level == level &&
		strcmp(out->verdict, verdict) == 0,
	    "%s: code %d, level %d, %s", twr_reason_word(out->reason),
	    out->code, out->level, out->verdict);
}

START_TEST(a_refusal_has_its_code)
{
	const struct refusal *r = &refusals[_i];
	struct pam_args args = arguments(NULL, TWR_ALWAYS);
	struct twr_judgement jd = judgement(r);
	struct pam_outcome out = pam_verdict(&args, &jd, T0);

	expect(&out, r->code, r->level, "deny");
	ck_assert_int_ne(out.code, PAM_SUCCESS);
	ck_assert_int_ne(out.code, PAM_IGNORE);
	ck_assert_int_eq(out.reason, r->reason);
	ck_assert_ptr_null(out.by);
	ck_assert(out.refused);
}
END_TEST

START_TEST(every_reason_has_a_row)
{
	bool seen[TWR_REASON_COUNT] = { false };
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		seen[refusals[i].reason] = true;
	for (i = 0; i < TWR_REASON_COUNT; i++)
		ck_assert_msg(seen[i], "%s has no row",
		    twr_reason_word((enum twr_reason)i));
}
END_TEST

START_TEST(a_grant_is_success)
{
	struct pam_args args = arguments("root", T0 + 1);
	struct refusal granted = { TWR_REASON_GRANTED, TWR_OK, 0, 0, false };
	struct twr_judgement jd = judgement(&granted);
	struct pam_outcome out;

	jd.decision.verdict = TWR_GRANT;
	out = pam_verdict(&args, &jd, T0);
	expect(&out, PAM_SUCCESS, LOG_INFO, "grant");
	ck_assert(!out.refused);
	jd.decision.verdict = TWR_EXEMPT;
	jd.decision.reason = TWR_REASON_EXEMPT;
	out = pam_verdict(&args, &jd, T0);
	expect(&out, PAM_IGNORE, LOG_INFO, "exempt");
	ck_assert(!out.refused);
}
END_TEST

/* A grant beside a failure is a slip of ours: it must not count. */
START_TEST(a_grant_without_a_policy_is_none)
{
	static const enum twr_verdict verdicts[] = { TWR_GRANT, TWR_EXEMPT };
	struct pam_args args = arguments(NULL, TWR_ALWAYS);
	struct twr_judgement jd;
	struct pam_outcome out;
	size_t i, k;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		for (k = 0; k < 2 && refusals[i].status != TWR_OK; k++) {
			jd = judgement(&refusals[i]);
			jd.decision.verdict = verdicts[k];
			out = pam_verdict(&args, &jd, T0);
			expect(&out, refusals[i].code, LOG_ERR, "deny");
		}
}
END_TEST

/* A verdict with any bit wrong is a refusal. */
START_TEST(a_flipped_verdict_denies)
{
	struct pam_args args = arguments(NULL, TWR_ALWAYS);
	struct refusal none = { TWR_REASON_ROLE_MISSING, TWR_OK, 0, 0, false };
	struct twr_judgement jd = judgement(&none);
	static const enum twr_verdict verdicts[] = { TWR_DENY, TWR_GRANT,
		TWR_EXEMPT };
	unsigned bit, i, v;

	for (i = 0; i < 3; i++)
		for (bit = 0; bit < 31; bit++) {
			v = (unsigned)verdicts[i] ^ 1u << bit;
			memcpy(&jd.decision.verdict, &v, sizeof(v));
			ck_assert_int_eq(pam_verdict(&args, &jd, T0).code,
			    PAM_PERM_DENIED);
		}
}
END_TEST

START_TEST(break_glass_needs_that_there_is_no_policy)
{
	const struct refusal *r = &refusals[_i];
	struct pam_args args = arguments("ops,root", TWR_ALWAYS);
	struct twr_judgement jd = judgement(r);
	struct pam_outcome out;

	jd.claimant = "root";
	jd.claimant_real = true;
	out = pam_verdict(&args, &jd, T0);
	if (r->no_policy) {
		expect(&out, PAM_SUCCESS, LOG_ALERT, "break-glass");
		ck_assert_str_eq(out.by, "argument");
		ck_assert_int_eq(out.reason, r->reason);
		ck_assert(!out.refused);
	} else {
		expect(&out, r->code, r->level, "deny");
	}
}
END_TEST

START_TEST(break_glass_needs_a_named_and_real_claimant)
{
	const struct refusal missing = { TWR_REASON_POLICY_MISSING, TWR_ENOENT,
		0, 0, true };
	static const struct {
		const char *list, *claimant;
		bool real, lets_in;
	} rows[] = {
		{ "root", "root", true, true },
		{ "root", "root", false, false },
		{ "root", "bob", true, false },
		{ "root", NULL, true, false },
		{ "root", NULL, false, false },
		{ "root", "", true, false },
		{ NULL, "root", true, false },
		{ "bob,root", "bob", true, true },
	};
	struct pam_args args;
	struct twr_judgement jd;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		args = arguments(rows[i].list, TWR_ALWAYS);
		jd = judgement(&missing);
		jd.claimant = rows[i].claimant;
		jd.claimant_real = rows[i].real;
		ck_assert_msg(pam_verdict(&args, &jd, T0).code ==
			(rows[i].lets_in ? PAM_SUCCESS : PAM_AUTHINFO_UNAVAIL),
		    "row %zu", i);
	}
}
END_TEST

/* A record that is damaged in a good file is no usable policy either. */
START_TEST(break_glass_helps_with_a_damaged_record)
{
	const struct refusal damaged = { TWR_REASON_POLICY_CORRUPT, TWR_OK, 0,
		0, true };
	struct pam_args args = arguments("root", TWR_ALWAYS);
	struct twr_judgement jd = judgement(&damaged);
	struct pam_outcome out;

	jd.claimant = "root";
	jd.claimant_real = true;
	out = pam_verdict(&args, &jd, T0);
	expect(&out, PAM_SUCCESS, LOG_ALERT, "break-glass");
}
END_TEST

START_TEST(permissive_until_covers_every_refusal)
{
	const struct refusal *r = &refusals[_i];
	struct pam_args args = arguments(NULL, T0);
	struct twr_judgement jd = judgement(r);
	struct pam_outcome out = pam_verdict(&args, &jd, T0 - 1);

	expect(&out, PAM_SUCCESS, r->level, "would-deny");
	ck_assert_str_eq(out.by, "argument");
	ck_assert_int_eq(out.reason, r->reason);
	ck_assert(!out.refused);
	out = pam_verdict(&args, &jd, T0);
	expect(&out, r->code, r->level, "deny");
	ck_assert(out.refused);
}
END_TEST

/* Only the lack of a file, on a host that is marked as new. */
START_TEST(unconfigured_covers_a_missing_policy_alone)
{
	const struct refusal *r = &refusals[_i];
	struct pam_args args = arguments(NULL, TWR_ALWAYS);
	struct twr_judgement jd = judgement(r);
	struct pam_outcome out;

	args.permissive_unconfigured = true;
	out = pam_verdict(&args, &jd, T0);
	expect(&out, r->code, r->level, "deny");
	args.unconfigured = true;
	out = pam_verdict(&args, &jd, T0);
	if (r->reason == TWR_REASON_POLICY_MISSING) {
		expect(&out, PAM_SUCCESS, LOG_ERR, "would-deny");
		ck_assert_str_eq(out.by, "unconfigured");
		ck_assert(!out.refused);
	} else {
		expect(&out, r->code, r->level, "deny");
	}
	args.permissive_unconfigured = false;
	out = pam_verdict(&args, &jd, T0);
	expect(&out, r->code, r->level, "deny");
}
END_TEST

START_TEST(permissive_by_configuration)
{
	struct pam_args args = arguments(NULL, TWR_ALWAYS);
	struct twr_judgement jd = judgement(&refusals[9]);
	struct pam_outcome out;

	jd.decision.permissive = true;
	out = pam_verdict(&args, &jd, T0);
	expect(&out, PAM_SUCCESS, LOG_NOTICE, "would-deny");
	ck_assert_str_eq(out.by, "conf");
	ck_assert_int_eq(out.reason, TWR_REASON_ROLE_MISSING);
}
END_TEST

START_TEST(break_glass_is_louder_than_permissive)
{
	const struct refusal missing = { TWR_REASON_POLICY_MISSING, TWR_ENOENT,
		0, 0, true };
	struct pam_args args = arguments("root", T0 + 1);
	struct twr_judgement jd = judgement(&missing);
	struct pam_outcome out;

	jd.claimant = "root";
	jd.claimant_real = true;
	out = pam_verdict(&args, &jd, T0);
	expect(&out, PAM_SUCCESS, LOG_ALERT, "break-glass");
}
END_TEST

START_TEST(a_bad_argument_is_a_service_error)
{
	struct pam_outcome out = pam_verdict_bad_argument();

	expect(&out, PAM_SERVICE_ERR, LOG_ERR, "deny");
	ck_assert_int_eq(out.reason, TWR_REASON_BAD_ARGUMENT);
	ck_assert(out.refused);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(a_refusal_has_its_code, refusals),
		SUPPORT_TEST(every_reason_has_a_row),
		SUPPORT_TEST(a_grant_is_success),
		SUPPORT_TEST(a_grant_without_a_policy_is_none),
		SUPPORT_TEST(a_flipped_verdict_denies),
		SUPPORT_ROWS(break_glass_needs_that_there_is_no_policy,
		    refusals),
		SUPPORT_TEST(break_glass_needs_a_named_and_real_claimant),
		SUPPORT_TEST(break_glass_helps_with_a_damaged_record),
		SUPPORT_ROWS(permissive_until_covers_every_refusal, refusals),
		SUPPORT_ROWS(unconfigured_covers_a_missing_policy_alone,
		    refusals),
		SUPPORT_TEST(permissive_by_configuration),
		SUPPORT_TEST(break_glass_is_louder_than_permissive),
		SUPPORT_TEST(a_bad_argument_is_a_service_error),
		SUPPORT_END,
	};

	return support_run("pam_verdict", tests);
}
