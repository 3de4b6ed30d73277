/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_TEST_SUPPORT_WORLD_H
#define TWR_TEST_SUPPORT_WORLD_H

/*
 * Random organizations, configurations and requests, put to the oracle of
 * support_naive.h and to twr_judge() at once. How a world becomes a policy
 * file is the test's: it hands in the function.
 */

#include "support.h"
#include "support_naive.h"

#define WORLD_SERVICES 7
extern const char *const world_services[WORLD_SERVICES];

/*
 * Write the policy of nw to path, in support_folder(). It may change nw where
 * its way to a policy cannot express it: the oracle is asked afterwards.
 */
typedef void world_build_fn(struct naive_world *nw, const char *path);

struct world_plan {
	uint64_t seed;
	unsigned worlds;
	unsigned requests; /* of each world */
	world_build_fn *build;
	enum naive_fault fault; /* of the oracle */
};

struct world_tally {
	unsigned cases, differences;
	unsigned verdicts[3]; /* deny, grant, exempt */
	unsigned reasons[TWR_REASON_COUNT];
	unsigned permissive;
	char first[1024]; /* difference */
};

/* Make the worlds and ask; adds to ta, which starts as zeroes. */
void world_run(const struct world_plan *plan, struct world_tally *ta);

/*
 * Print what was met, as TAP comments, and assert that 100,000 cases and
 * more agree, and that they met enough of everything to mean something.
 */
void world_check_agreement(const struct world_tally *ta);
/* Print, and assert that the fault was seen. */
void world_check_fault(enum naive_fault fault, const struct world_tally *ta);

#endif
