/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the generated file would say, in many random worlds: at every moment
 * each login has a line by a rule exactly when the oracle calls him a member
 * of the rule's role there. Then what two policies both grant, and how the
 * difference is told.
 */
#include "sudoers_grants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sudoers_diff.h"
#include "sudoers_lines.h"
#include "sudoers_text.h"
#include "support.h"
#include "support_world.h"

#define WORLDS 300
#define FAULTY_WORLDS 60
#define MOMENTS 40 /* of each login and rule, and the edges of windows */
#define SEED 20261122u
#define RULES_MOST 4

static struct twr_error err;

#define MUST(call) \
	do { \
		enum twr_status must_rc = (call); \
		ck_assert_msg(must_rc == TWR_OK, "%s: %s", #call, err.text); \
	} while (0)

/* ---- worlds with sudo rules ---- */

static const char *const commands[][2] = { { "/bin/a", NULL },
	{ "/bin/a", "/bin/b c" }, { "/bin/d ^e$", NULL }, { "ALL", NULL } };

static size_t
random_rules(const struct naive_world *nw, struct support_random *rn,
    struct sudo_rule all[RULES_MOST])
{
	size_t i, n = 1 + support_below(rn, RULES_MOST);

	for (i = 0; i < n; i++) {
		unsigned set = support_below(rn, 4);

		all[i] = (struct sudo_rule) { .line = (uint32_t)i + 10,
			.role = nw->roles[support_below(rn,
					      (unsigned)nw->n_roles)]
				    .name,
			.scope_sid = "",
			.scope_path = "",
			.runas = support_chance(rn, 70) ? "root" : "web",
			.nopasswd = support_chance(rn, 30),
			.comment = "",
			.commands = commands[set],
			.n_commands = commands[set][1] != NULL ? 2 : 1 };
		if (support_chance(rn, 60))
			all[i].scope_sid = all[i].scope_path =
			    nw->scopes[support_below(rn,
					   (unsigned)nw->n_scopes)]
				.path;
	}
	return n;
}

static void
write_world(const struct naive_world *nw, const struct sudo_rule *rules,
    size_t n, const char *path)
{
	struct world_policy *wp = world_policy(nw);

	wp->policy.sudo_rules = rules;
	wp->policy.n_sudo_rules = n;
	support_policy_write(path, &wp->policy);
	free(wp);
}

static struct accounts local;
static struct account local_all[64];

static void
take_accounts(const struct naive_world *nw)
{
	size_t i, k;

	local.all = local_all;
	local.n = 0;
	for (i = 0; i < nw->n_accounts; i++) {
		for (k = local.n; k > 0 &&
		     strcmp(local_all[k - 1].name, nw->accounts[i].login) > 0;
		     k--)
			local_all[k] = local_all[k - 1];
		local_all[k] = (struct account) { nw->accounts[i].login,
			nw->accounts[i].uid, i };
		local.n++;
	}
}

static void
read_grants(const char *path, struct sudoers_grants *ret)
{
	struct judge jg;

	MUST(judge_open(&jg, path, support_owner(), TWR_ALWAYS, &err));
	MUST(sudoers_grants_of(&jg, &local, ret, &err));
	judge_close(&jg);
}

static bool
has_line(const struct sudoers_grants *gr, const char *login, size_t rule,
    int64_t now)
{
	size_t i;

	for (i = 0; i < gr->n; i++)
		if (gr->all[i].rule == rule &&
		    strcmp(gr->all[i].login, login) == 0 &&
		    sudoers_grant_holds(&gr->all[i], now))
			return true;
	return false;
}

static bool
is_unnamed(const struct sudoers_grants *gr, const char *login)
{
	size_t i;

	for (i = 0; i < gr->n_unnamed; i++)
		if (strcmp(gr->unnamed[i].login, login) == 0)
			return true;
	return false;
}

static bool
is_member(const struct naive_world *nw, const struct naive_login *l,
    const struct sudo_rule *rule, int64_t now, enum naive_fault fault)
{
	const struct naive_request rq = { .service = "sudo",
		.user = l->name,
		.now = now,
		.real_uid = accounts_uid(&local, l->name) != TWR_UID_UNKNOWN ?
		    accounts_uid(&local, l->name) :
		    l->uid,
		.role = rule->role,
		.scope = *rule->scope_path != '\0' ? rule->scope_path : NULL };

	return naive_decide(nw, &rq, fault).verdict == TWR_GRANT;
}

/* Edges of windows, a second before and behind, or any time at all. */
static int64_t
random_moment(const struct naive_world *nw, struct support_random *rn,
    int64_t least)
{
	const struct naive_assignment *a;
	int64_t t;

	if (nw->n_assignments == 0 || support_chance(rn, 20)) {
		t = least + (int64_t)support_below(rn, 400000);
	} else {
		a = &nw->assignments[support_below(rn,
		    (unsigned)nw->n_assignments)];
		t = support_chance(rn, 50) ? a->from : a->until;
		if (support_chance(rn, 10))
			t = nw->stale_at;
		if (t > INT64_MIN + 2 && t < INT64_MAX - 2)
			t += (int64_t)support_below(rn, 3) - 1;
	}
	return t < least ? least : t;
}

struct tally {
	unsigned cases, members, differences;
	unsigned windows; /* grants that begin or end */
	char first[512];
};

static void
compare_world(const struct naive_world *nw, struct support_random *rn,
    const struct sudo_rule *rules, size_t n, const struct sudoers_grants *gr,
    enum naive_fault fault, struct tally *ta)
{
	size_t i, r;
	unsigned k;

	for (i = 0; i < gr->n; i++)
		ta->windows += gr->all[i].from != TWR_ALWAYS ||
		    gr->all[i].until != nw->stale_at;
	for (i = 0; i < nw->n_logins; i++) {
		const struct naive_login *l = &nw->logins[i];

		if (is_unnamed(gr, l->name))
			continue;
		for (r = 0; r < n; r++)
			for (k = 0; k < MOMENTS; k++) {
				int64_t t = random_moment(nw, rn,
				    gr->compiled_at);
				bool want = is_member(nw, l, &rules[r], t,
				    fault);

				ta->cases++;
				ta->members += want;
				if (has_line(gr, l->name, r, t) == want ||
				    ta->differences++ > 0)
					continue;
				snprintf(ta->first, sizeof(ta->first),
				    "%s, %s@%s at %lld: oracle says %s",
				    l->name, rules[r].role, rules[r].scope_path,
				    (long long)t, want ? "yes" : "no");
			}
	}
}

static void
run_worlds(unsigned worlds, enum naive_fault fault, struct tally *ta)
{
	const char *path = support_path("policy.cdb");
	struct support_random rn = { SEED };
	struct sudo_rule rules[RULES_MOST];
	struct sudoers_grants gr;
	struct naive_world *nw;
	unsigned i;
	size_t n;

	for (i = 0; i < worlds; i++) {
		nw = world_make(&rn);
		n = random_rules(nw, &rn, rules);
		write_world(nw, rules, n, path);
		take_accounts(nw);
		read_grants(path, &gr);
		compare_world(nw, &rn, rules, n, &gr, fault, ta);
		sudoers_grants_free(&gr);
		free(nw);
	}
}

START_TEST(lines_and_oracle_agree)
{
	struct tally ta = { 0 };

	run_worlds(WORLDS, NAIVE_SOUND, &ta);
	printf("# %u cases: %u members, %u windows; %u differences\n", ta.cases,
	    ta.members, ta.windows, ta.differences);
	fflush(stdout);
	ck_assert_msg(ta.differences == 0, "%u differences; %s", ta.differences,
	    ta.first);
	ck_assert_uint_ge(ta.cases, 50000);
	ck_assert_uint_ge(ta.members, ta.cases / 50);
	ck_assert_uint_ge(ta.windows, 200);
}
END_TEST

static const enum naive_fault faults[] = { NAIVE_UPWARDS, NAIVE_SIDEWAYS,
	NAIVE_LATE_END, NAIVE_LATE_BEGIN, NAIVE_SUSPENDED_PASSES,
	NAIVE_SCOPE_ABOVE_IGNORED, NAIVE_NO_INCLUSION, NAIVE_RESOURCE_COUNTS,
	NAIVE_UID_IGNORED };

START_TEST(a_planted_fault_is_seen)
{
	struct tally ta = { 0 };

	run_worlds(FAULTY_WORLDS, faults[_i], &ta);
	ck_assert_msg(ta.differences > 0, "%s was not seen",
	    naive_fault_word(faults[_i]));
}
END_TEST

/* ---- two policies ---- */

/* Some of what there was is gone, some windows are others. */
static void
change_world(struct naive_world *nw, struct support_random *rn)
{
	size_t i;

	for (i = 0; i < nw->n_assignments; i++) {
		if (support_chance(rn, 30))
			nw->assignments[i].until -= 60;
		if (support_chance(rn, 20))
			nw->assignments[i].resource = true;
	}
	for (i = 0; i < nw->n_users; i++)
		if (support_chance(rn, 20))
			nw->users[i].status = "suspended";
}

/* Does other say the same at t, by whichever rule? */
static bool
has_equal_line(const struct sudoers_grants *gr, const struct sudo_rule *rule,
    const char *login, int64_t now)
{
	size_t r;

	for (r = 0; r < gr->rules.n; r++)
		if (sudoers_rules_equal(rule, &gr->rules.all[r]) &&
		    has_line(gr, login, r, now))
			return true;
	return false;
}

static void
compare_common(const struct naive_world *nw, struct support_random *rn,
    const struct sudoers_grants *a, const struct sudoers_grants *b,
    const struct sudoers_grants *common, unsigned *met)
{
	size_t i, r;
	unsigned k;

	for (i = 0; i < nw->n_logins; i++)
		for (r = 0; r < a->rules.n; r++)
			for (k = 0; k < MOMENTS / 4; k++) {
				const char *login = nw->logins[i].name;
				int64_t t = random_moment(nw, rn,
				    a->compiled_at);
				bool in_a = has_line(a, login, r, t);
				bool in_b = has_equal_line(b, &a->rules.all[r],
				    login, t);

				ck_assert(has_line(common, login, r, t) ==
				    (in_a && in_b));
				met[in_a * 2 + in_b]++;
			}
}

/* What sudo makes of a command: the last line that names it counts. */
enum answer {
	NO_LINE,
	ASKS,
	FREELY
};

static enum answer
ask_sudo(const struct sudoers_grants *gr, const char *login,
    const struct sudo_rule *like, const char *command, int64_t now)
{
	const struct sudoers_grant *g;
	const struct sudo_rule *rule;
	enum answer ret = NO_LINE;
	size_t i, k;

	for (i = 0; i < gr->n; i++) {
		g = &gr->all[i];
		rule = &gr->rules.all[g->rule];
		for (k = 0; k < rule->n_commands; k++)
			if (strcmp(g->login, login) == 0 &&
			    sudoers_grant_holds(g, now) &&
			    strcmp(rule->runas, like->runas) == 0 &&
			    (strcmp(rule->commands[k], "ALL") == 0 ||
				strcmp(rule->commands[k], command) == 0))
				ret = sudoers_grant_nopasswd(rule, g) ? FREELY :
									ASKS;
	}
	return ret;
}

/* Nobody may do by what both grant what he may not by each of them. */
static void
compare_answers(const struct naive_world *nw, struct support_random *rn,
    const struct sudoers_grants *a, const struct sudoers_grants *b,
    const struct sudoers_grants *common, unsigned met[3])
{
	enum answer in_a, in_b, both;
	const struct sudo_rule *rule;
	size_t i, r;
	unsigned k;
	int64_t t;

	for (i = 0; i < nw->n_logins; i++)
		for (r = 0; r < a->rules.n; r++)
			for (k = 0; k < MOMENTS; k++) {
				const char *login = nw->logins[i].name;

				t = random_moment(nw, rn, a->compiled_at);
				rule = &a->rules.all[r];
				in_a = ask_sudo(a, login, rule,
				    rule->commands[0], t);
				in_b = ask_sudo(b, login, rule,
				    rule->commands[0], t);
				both = ask_sudo(common, login, rule,
				    rule->commands[0], t);
				ck_assert_msg(both <= in_a && both <= in_b,
				    "%s as %s for %s: %d, %d in both %d",
				    rule->commands[0], rule->runas, login,
				    (int)in_a, (int)in_b, (int)both);
				met[both]++;
			}
}

/* The same, of the windows' order: a random world seldom has them. */
static const char *const just_a[] = { "/bin/a" };
static struct sudo_rule free_a = { .role = "n",
	.runas = "root",
	.nopasswd = true,
	.commands = just_a,
	.n_commands = 1 };
static struct sudo_rule asks_a = {
	.role = "p", .runas = "root", .commands = just_a, .n_commands = 1
};

#define N_RULES 3
static const struct narrow_row {
	const char *after, *before; /* rules: n and p; else a gap */
	int64_t after_until, before_until; /* of p */
	const char *want; /* n, p, and a for n that asks */
} narrowings[] = {
	/* clang-format off */
	{ "n", "n", 9, 9, "n" },
	{ "np", "np", 9, 9, "np" },
	{ "n", "np", 9, 9, "a" },
	{ "np", "n", 9, 9, "a" },
	{ "pn", "np", 9, 9, "pa" },
	{ "np", "pn", 9, 9, "np" },
	{ "n", "pn", 9, 9, "n" }, /* sudo has never asked */
	{ "np", "np", 5, 9, "ap" },
	{ "np", "np", 9, 5, "ap" },
	{ "npn", "npn", 9, 9, "npn" },
	{ "npn", "np", 9, 9, "npa" },
	{ "p", "p", 9, 9, "p" },
	{ "p", "n", 9, 9, "" },
	/* clang-format on */
};

static struct sudoers_grants
grants_of_word(const char *word, int64_t until)
{
	static const char bob[] = "bob";
	struct sudoers_grants ret = { .n = 0 };
	size_t i;

	ret.rules.all = calloc(N_RULES, sizeof(*ret.rules.all));
	ck_assert_ptr_nonnull(ret.rules.all);
	ret.all = calloc(N_RULES, sizeof(*ret.all));
	ck_assert_ptr_nonnull(ret.all);
	for (i = 0; word[i] != '\0'; i++) {
		ret.rules.all[i] = word[i] == 'n' ? free_a : asks_a;
		ret.all[i] = (struct sudoers_grant) { .login = bob,
			.rule = i,
			.from = 0,
			.until = word[i] == 'p' ? until : 9 };
	}
	ret.rules.n = ret.n = ret.room = i;
	return ret;
}

START_TEST(who_needs_a_password_in_either_needs_one)
{
	const struct narrow_row *r = &narrowings[_i];
	struct sudoers_grants gr = grants_of_word(r->after, r->after_until);
	struct sudoers_grants was = grants_of_word(r->before, r->before_until);
	char is[N_RULES * N_RULES + 1] = "";
	size_t i;

	MUST(sudoers_grants_narrow(&gr, &was, &err));
	for (i = 0; i < gr.n; i++)
		is[i] = !gr.rules.all[gr.all[i].rule].nopasswd ? 'p' :
		    gr.all[i].asks			       ? 'a' :
								 'n';
	ck_assert_str_eq(is, r->want);
	/* once more changes nothing: it is kept while the next one waits */
	if (strchr(is, 'a') != NULL) {
		struct sudoers_grants next = grants_of_word(r->after,
		    r->after_until);

		MUST(sudoers_grants_narrow(&next, &gr, &err));
		for (i = 0; i < next.n; i++)
			ck_assert(is[i] != 'a' || next.all[i].asks);
		free(next.rules.all);
		free(next.all);
	}
	free(gr.rules.all);
	free(gr.all);
	free(was.rules.all);
	free(was.all);
}
END_TEST

/* The lines that stay as they are stand in both bodies, and no others do. */
static void
compare_bodies(const struct sudoers_grants *before,
    const struct sudoers_grants *common)
{
	const struct sudo_version sv = { .known = false };
	char *old = NULL, *body = NULL, *kept = NULL, *line, *at, *end;
	size_t left_out;

	MUST(sudoers_body(before, &sv, &old, &left_out, &err));
	MUST(sudoers_body(common, &sv, &body, &left_out, &err));
	MUST(sudoers_lines_common(old, body, &kept, &err));
	ck_assert(sudoers_lines_are_part(kept, old));
	for (at = kept; *at != '\0'; at = end + 1) {
		end = strchr(at, '\n');
		ck_assert_ptr_nonnull(end);
		line = strndup(at, (size_t)(end - at) + 1);
		ck_assert(line[0] == '\n' || line[0] == '#' ||
		    strstr(body, line) != NULL);
		free(line);
	}
	free(old);
	free(body);
	free(kept);
}

START_TEST(narrowing_leaves_what_both_grant)
{
	const char *path = support_path("policy.cdb");
	struct support_random rn = { SEED + 1 };
	struct sudo_rule rules[2][RULES_MOST];
	struct sudoers_grants a, b, common;
	struct naive_world *nw;
	unsigned i, met[4] = { 0 }, answers[3] = { 0 };
	size_t n[2];

	for (i = 0; i < WORLDS / 2; i++) {
		nw = world_make(&rn);
		n[0] = random_rules(nw, &rn, rules[0]);
		n[1] = random_rules(nw, &rn, rules[1]);
		if (support_chance(&rn, 70)) {
			memcpy(rules[1], rules[0], sizeof(rules[0]));
			n[1] = n[0];
		}
		take_accounts(nw);
		write_world(nw, rules[0], n[0], path);
		read_grants(path, &b);
		change_world(nw, &rn);
		write_world(nw, rules[1], n[1], path);
		read_grants(path, &a);
		read_grants(path, &common);
		MUST(sudoers_grants_narrow(&common, &b, &err));
		compare_common(nw, &rn, &a, &b, &common, met);
		compare_answers(nw, &rn, &a, &b, &common, answers);
		compare_bodies(&b, &common);
		sudoers_grants_free(&a);
		sudoers_grants_free(&b);
		sudoers_grants_free(&common);
		free(nw);
	}
	for (i = 0; i < 4; i++)
		ck_assert_msg(met[i] >= 100, "case %u only %u times", i,
		    met[i]);
	for (i = 0; i < 3; i++)
		ck_assert_msg(answers[i] >= 100, "answer %u only %u times", i,
		    answers[i]);
}
END_TEST

/* ---- lines that stay ---- */

static const struct lines_row {
	const char *old, *body, *want;
	bool part; /* body, of old */
} lines_table[] = {
	/* clang-format off */
	{ "", "", "", true },
	{ "\n# r\na\nb\n", "\n# r\na\nb\n", "\n# r\na\nb\n", true },
	{ "\n# r\na\nb\n", "\n# r\nb\n", "\n# r\nb\n", true },
	{ "\n# r\na\n\n# q\nb\n", "\n# q\nb\n", "\n# q\nb\n", true },
	{ "\n# r\na\n\n# q\nb\n", "\n# q\nb\n\n# r\na\n",
	  "\n# r\na\n\n# q\nb\n", false },
	{ "\n# r\na\n", "\n# r\na\nc\n", "\n# r\na\n", false },
	{ "\n# r\na\nevil\n", "\n# r\na\n", "\n# r\na\n", true },
	{ "a", "a\n", "a\n", true },
	{ "\n# r\nab\n", "\n# r\na\n", "", false },
	{ "\n# r\na\n", "", "", true },
	{ "#include /evil\na\n", "a\n", "a\n", true },
	{ "#0 ALL = ALL\na\n", "a\n", "a\n", true },
	/* a login's lines stay together, or go */
	{ "b x\nb y\nc x\n", "b x\nb y\nc x\n", "b x\nb y\nc x\n", true },
	{ "b x\nb y\nc x\n", "b x\nc x\n", "c x\n", true },
	{ "b x\nb y\nc x\n", "b y\nb x\nc x\n", "c x\n", false },
	{ "b x\nc x\n", "b x\nb y\nc x\n", "c x\n", false },
	{ "b x\nb evil\nc x\n", "b x\nc x\n", "c x\n", true },
	{ "\"b c\" x\n\"b d\" x\n", "\"b c\" x\n", "\"b c\" x\n", true },
	{ "\"b\\\" c\" x\n\"b\\\" d\" x\n", "\"b\\\" c\" x\n",
	  "\"b\\\" c\" x\n", true },
	{ "\"b\" x\n\"b\" y\n", "\"b\" x\n", "", true },
	/* clang-format on */
};

START_TEST(lines_table_holds)
{
	const struct lines_row *r = &lines_table[_i];
	char *kept = NULL;

	ck_assert(sudoers_lines_are_part(r->body, r->old) == r->part);
	MUST(sudoers_lines_common(r->old, r->body, &kept, &err));
	ck_assert_str_eq(kept, r->want);
	free(kept);
}
END_TEST

/* ---- the difference in words ---- */

static const char *const one[] = { "/bin/a" };
static const char *const three[] = { "/bin/a", "/bin/b", "/bin/c" };
static struct sudo_rule told[] = {
	{ .role = "r", .runas = "root", .commands = one, .n_commands = 1 },
	{ .role = "r", .runas = "root", .commands = three, .n_commands = 3 },
	{ .role = "r", .runas = "web", .commands = one, .n_commands = 1 },
};
#define G(login, rule) \
	{ \
		login, rule, TWR_ALWAYS, TWR_NEVER, false \
	}
#define NOTHING \
	{ \
		NULL, 0, 0, 0, false \
	}

static const struct diff_row {
	struct sudoers_grant was[8], is[8];
	const char *want;
} diffs[] = {
	/* clang-format off */
	{ { NOTHING }, { NOTHING }, "" },
	{ { G("bob", 0) }, { G("bob", 0) }, "" },
	{ { NOTHING }, { G("bob", 0) }, "sudo: bob gains /bin/a as root" },
	{ { G("bob", 0) }, { NOTHING }, "sudo: bob loses /bin/a as root" },
	{ { NOTHING }, { G("bob", 2) }, "sudo: bob gains /bin/a as web" },
	{ { G("bob", 0) }, { G("bob", 2) },
	  "sudo: bob gains /bin/a as web, loses /bin/a as root" },
	{ { G("bob", 1) }, { NOTHING }, "sudo: bob loses 3 commands" },
	{ { G("bob", 0) }, { G("bob", 1) }, "sudo: bob gains 2 commands" },
	{ { G("bob", 0) }, { G("bob", 0), G("bob", 1) },
	  "sudo: bob gains 2 commands" },
	{ { G("bob", 0) }, { G("eve", 0) },
	  "sudo: bob loses /bin/a as root; eve gains /bin/a as root" },
	{ { NOTHING }, { { "bob", 0, 50, 100, false } }, "" }, /* has ended */
	{ { NOTHING }, { { "bob", 0, 101, 200, false } }, "" }, /* is to come */
	{ { NOTHING }, { { "bob", 0, 100, 101, false } },
	  "sudo: bob gains /bin/a as root" },
	{ { NOTHING }, { G("a", 0), G("b", 0), G("c", 0), G("d", 0), G("e", 0),
	      G("f", 0), G("g", 0) },
	  "sudo: a gains /bin/a as root; b gains /bin/a as root; c gains "
	  "/bin/a as root; d gains /bin/a as root; e gains /bin/a as root; "
	  "and 2 more" },
	/* clang-format on */
};

static struct sudoers_grants
make_grants(const struct sudoers_grant all[8])
{
	struct sudoers_grants ret = { .n = 0 };

	ret.rules.all = told;
	ret.rules.n = 3;
	ret.all = (struct sudoers_grant *)(uintptr_t)all;
	while (ret.n < 8 && all[ret.n].login != NULL)
		ret.n++;
	return ret;
}

START_TEST(differences_in_words)
{
	struct sudoers_grants was = make_grants(diffs[_i].was);
	struct sudoers_grants is = make_grants(diffs[_i].is);
	char *text = sudoers_diff(&was, &is, 100);

	ck_assert_str_eq(text, diffs[_i].want);
	free(text);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(lines_and_oracle_agree),
		SUPPORT_ROWS(a_planted_fault_is_seen, faults),
		SUPPORT_TEST(narrowing_leaves_what_both_grant),
		SUPPORT_ROWS(who_needs_a_password_in_either_needs_one,
		    narrowings),
		SUPPORT_ROWS(lines_table_holds, lines_table),
		SUPPORT_ROWS(differences_in_words, diffs),
		SUPPORT_END,
	};

	return support_run_in_folder("sudoers_grants", tests);
}
