/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_TEST_SUPPORT_WORLD_H
#define TWR_TEST_SUPPORT_WORLD_H

/*
 * Random organizations, configurations and requests, put to the oracle of
 * support_naive.h and to twr_judge() at once; role questions to
 * sudo_policy_ask(), all of a world to one that stays open. How a world becomes
 * a policy file is the test's: it hands in the function.
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

/* A random world; release with free(). */
struct naive_world *world_make(struct support_random *rn);
/* Something to ask it: often at the edge of what makes a difference. */
struct naive_request world_request(const struct naive_world *nw,
    struct support_random *rn);

/* A world with its names resolved, as policies are; points into nw. */
struct world_policy {
	struct support_policy policy;
	struct twr_service services[WORLD_SERVICES + 1];
	struct support_rule rules[WORLD_SERVICES];
	struct twr_demand demands[WORLD_SERVICES][4 * NAIVE_LIST];
	uint32_t roles[4096];
	size_t n_roles;
	struct support_login logins[20];
	struct twr_holding holdings[20 * 64];
	size_t n_holdings;
	struct twr_exemption exempt[128];
	const char *mapped_system[20];
	struct twr_demand role_sets[12];
	struct twr_place places[16];
};
/* Release with free(). */
struct world_policy *world_policy(const struct naive_world *nw);

struct world_plan {
	uint64_t seed;
	unsigned worlds;
	unsigned requests; /* of each world */
	bool questions; /* of roles, instead */
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

/* The same of role questions: 60,000 cases and more agree. */
void world_check_questions(const struct world_tally *ta);

/*
 * Print what was met, as TAP comments, and assert that 100,000 cases and
 * more agree, and that they met enough of everything to mean something.
 */
void world_check_agreement(const struct world_tally *ta);
/* Print, and assert that the fault was seen. */
void world_check_fault(enum naive_fault fault, const struct world_tally *ta);

#endif
