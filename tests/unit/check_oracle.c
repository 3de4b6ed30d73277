/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Random organizations, configurations and requests: what the real decision
 * says through writer, file, reader and decoder must be what the oracle says.
 * check_oracle_compile.c does the same through directory and compile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "support_world.h"

#define WORLDS 400
#define REQUESTS 300 /* of each */
#define FAULTY_WORLDS 60 /* for each planted fault */
#define SEED 20261121u

static void
build(struct naive_world *nw, const char *path)
{
	struct world_policy *wp = world_policy(nw);

	support_policy_write(path, &wp->policy);
	free(wp);
}

START_TEST(oracle_and_decision_agree)
{
	const struct world_plan plan = { SEED, WORLDS, REQUESTS, false, build,
		NAIVE_SOUND };
	struct world_tally ta = { 0 };

	world_run(&plan, &ta);
	world_check_agreement(&ta);
}
END_TEST

START_TEST(oracle_and_role_questions_agree)
{
	const struct world_plan plan = { SEED + 1, WORLDS, REQUESTS, true,
		build, NAIVE_SOUND };
	struct world_tally ta = { 0 };

	world_run(&plan, &ta);
	world_check_questions(&ta);
}
END_TEST

/* Those that a question can meet: others are about rules and exemptions. */
static const enum naive_fault question_faults[] = { NAIVE_UPWARDS,
	NAIVE_SIDEWAYS, NAIVE_LATE_END, NAIVE_LATE_BEGIN,
	NAIVE_SUSPENDED_PASSES, NAIVE_SCOPE_ABOVE_IGNORED, NAIVE_NO_INCLUSION,
	NAIVE_RESOURCE_COUNTS, NAIVE_UID_IGNORED };

START_TEST(a_planted_fault_is_seen_by_questions)
{
	const struct world_plan plan = { SEED + 1, FAULTY_WORLDS, REQUESTS,
		true, build, question_faults[_i] };
	struct world_tally ta = { 0 };

	world_run(&plan, &ta);
	world_check_fault(plan.fault, &ta);
}
END_TEST

START_TEST(a_planted_fault_is_seen)
{
	const struct world_plan plan = { SEED, FAULTY_WORLDS, REQUESTS, false,
		build, (enum naive_fault)(_i + 1) };
	struct world_tally ta = { 0 };

	world_run(&plan, &ta);
	world_check_fault(plan.fault, &ta);
}
END_TEST

int
main(void)
{
	static const char faults[NAIVE_FAULTS - 1] = { 0 };
	const struct support_test tests[] = {
		SUPPORT_TEST(oracle_and_decision_agree),
		SUPPORT_ROWS(a_planted_fault_is_seen, faults),
		SUPPORT_TEST(oracle_and_role_questions_agree),
		SUPPORT_ROWS(a_planted_fault_is_seen_by_questions,
		    question_faults),
		SUPPORT_END,
	};

	(void)faults;
	return support_run_in_folder("oracle", tests);
}
