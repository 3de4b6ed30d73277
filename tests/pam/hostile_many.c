/* SPDX-License-Identifier: BSD-2-Clause */

/* Many handles, threads, processes and rounds. */
#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct who {
	const char *service, *user, *ruser;
} people[] = {
	{ "gate", "granted", NULL },
	{ "gate", "none", NULL },
	{ "sudo", "root", "granted" },
	{ "gate", "nobody-knows", NULL },
	{ "sudo", "root", "none" },
	{ "open", "anybody", NULL },
	{ "su", "granted", "none" },
	{ "unlisted", "granted", NULL },
};

static struct ask
question(size_t i)
{
	const struct who *w = &people[i % COUNT(people)];

	return (struct ask) {
		.service = w->service, .user = w->user, .ruser = w->ruser
	};
}

static int
answer(size_t i)
{
	const struct who *w = &people[i % COUNT(people)];

	return expected_code(w->service, w->user, w->ruser);
}

/* ---- handles side by side in one process ---- */

int
hostile_handles(int argc, char **argv)
{
	pam_handle_t *open[COUNT(people)] = { NULL };
	uint64_t chance = 88172645463325252ULL;
	unsigned asked = 0, wrong = 0, step;
	size_t i;
	int rc;

	(void)argc;
	(void)argv;
	for (step = 0; step < 4000; step++) {
		/* xorshift: the same order on every machine */
		chance ^= chance << 13;
		chance ^= chance >> 7;
		chance ^= chance << 17;
		i = (size_t)(chance >> 32) % COUNT(people);
		if (open[i] == NULL) {
			struct ask a = question(i);

			open[i] = ask_begin(&a);
		} else if ((chance & 3) == 0) {
			(void)pam_end(open[i], PAM_SUCCESS);
			open[i] = NULL;
		} else {
			rc = pam_acct_mgmt(open[i], 0);
			asked++;
			if (rc != answer(i)) {
				wrong++;
				seen("handle %zu: %d, not %d", i, rc,
				    answer(i));
			}
		}
	}
	for (i = 0; i < COUNT(people); i++)
		if (open[i] != NULL)
			(void)pam_end(open[i], PAM_SUCCESS);
	return tap(asked > 1000 && wrong == 0,
	    "%zu handles interleaved: %u decisions, %u wrong", COUNT(people),
	    asked, wrong);
}

/* ---- threads, each with handles of its own ---- */

struct worker {
	pthread_t thread;
	pthread_barrier_t *start;
	size_t number, rounds;
	unsigned wrong;
};

static void *
work(void *arg)
{
	struct worker *w = arg;
	size_t i;

	(void)pthread_barrier_wait(w->start);
	for (i = 0; i < w->rounds; i++) {
		const struct ask a = question(w->number + i);

		if (ask(&a) != answer(w->number + i))
			w->wrong++;
	}
	return NULL;
}

int
hostile_threads(int argc, char **argv)
{
	size_t n = argc > 2 ? strtoul(argv[1], NULL, 10) : 0, i, started = 0;
	size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	struct worker *workers;
	pthread_barrier_t start;
	unsigned wrong = 0;

	if (n == 0 || (workers = calloc(n, sizeof(*workers))) == NULL)
		return tap(false, "%zu threads", n);
	if (pthread_barrier_init(&start, NULL, (unsigned)n) != 0) {
		free(workers);
		return tap(false, "no barrier for %zu threads", n);
	}
	for (i = 0; i < n; i++) {
		workers[i] = (struct worker) {
			.start = &start, .number = i, .rounds = rounds
		};
		if (pthread_create(&workers[i].thread, NULL, work,
			&workers[i]) != 0)
			_exit(tap(false, "thread %zu does not start", i));
		started++;
	}
	for (i = 0; i < started; i++) {
		(void)pthread_join(workers[i].thread, NULL);
		wrong += workers[i].wrong;
	}
	(void)pthread_barrier_destroy(&start);
	free(workers);
	return tap(wrong == 0, "%zu threads: %zu decisions, %u wrong", n,
	    n * rounds, wrong);
}

/* ---- start, ask, end: again and again ---- */

struct size {
	size_t descriptors, mappings, heap, resident;
	bool loaded;
};

static void
measure(struct size *ret)
{
	char line[512];
	FILE *f;
	int fd;

	memset(ret, 0, sizeof(*ret));
	for (fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			ret->descriptors++;
#ifdef __GLIBC__
	ret->heap = mallinfo2().uordblks;
#endif
	ret->resident = bytes_mapped(MAPPED_RESIDENT);
	if ((f = fopen("/proc/self/maps", "re")) == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		ret->mappings++;
		if (strstr(line, "pam_twrbac") != NULL)
			ret->loaded = true;
	}
	(void)fclose(f);
}

/* Is it mapped while a handle lives that asked it? */
static bool
is_loaded_meanwhile(void)
{
	const struct ask a = question(0);
	pam_handle_t *pamh = ask_begin(&a);
	struct size now = { 0 };

	if (pamh == NULL)
		return false;
	if (pam_acct_mgmt(pamh, 0) == PAM_SUCCESS)
		measure(&now);
	(void)pam_end(pamh, PAM_SUCCESS);
	return now.loaded;
}

/* One life; false when it is wrong or leaves the module behind. */
static bool
live_once(size_t i)
{
	const struct ask a = question(i);
	void *left;
	bool right = ask(&a) == answer(i);

	if ((left = dlopen(MODULE_PATH, RTLD_NOLOAD | RTLD_LAZY)) == NULL)
		return right;
	(void)dlclose(left);
	return false;
}

int
hostile_cycles(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, i, bad = 0;
	struct size before, after;

	(void)tap(is_loaded_meanwhile(),
	    "the module is mapped while it is "
	    "in use");
	for (i = 0; i < n / 10; i++)
		bad += live_once(i) ? 0 : 1;
	measure(&before);
	for (i = 0; i < n; i++)
		bad += live_once(i) ? 0 : 1;
	measure(&after);
	(void)tap(bad == 0 && n > 0, "%zu lives: right, and unloaded each time",
	    n);
	(void)tap(!after.loaded, "no mapping of the module is left");
	(void)tap(before.descriptors == after.descriptors,
	    "descriptors: %zu, %zu", before.descriptors, after.descriptors);
	(void)tap(before.mappings == after.mappings, "mappings: %zu, %zu",
	    before.mappings, after.mappings);
	(void)tap(before.heap == after.heap, "bytes on the heap: %zu, %zu",
	    before.heap, after.heap);
	return tap(after.resident <= before.resident + 65536,
	    "bytes resident: %zu, %zu", before.resident, after.resident);
}

/* ---- processes that decide while somebody else writes ---- */

/* A login and the two codes that it may get; the second may be the same. */
struct tested {
	const char *login;
	int code, other;
};

/* In memory that all processes share. */
struct tally {
	unsigned long decided, wrong, got_code[8], got_other[8];
};

#define TESTED_MAX 8

static bool
read_tested(char *word, struct tested *ret)
{
	char *codes = strchr(word, '=');

	if (codes == NULL)
		return false;
	*codes++ = '\0';
	ret->login = word;
	ret->code = ret->other = (int)strtol(codes, &codes, 10);
	if (*codes == ',')
		ret->other = (int)strtol(codes + 1, &codes, 10);
	return *codes == '\0';
}

static void
decide_many(const char *service, const struct tested *who, size_t n_who,
    size_t n, const char *until, struct tally *t)
{
	size_t i, k;
	int rc;

	for (i = 0; i < n || access(until, F_OK) == -1; i++) {
		const struct ask a = { .service = service,
			.user = who[i % n_who].login };

		rc = ask(&a);
		k = i % n_who;
		t->decided++;
		if (rc == who[k].code)
			t->got_code[k]++;
		else if (rc == who[k].other)
			t->got_other[k]++;
		else {
			t->wrong++;
			seen("%s: %d", a.user, rc);
		}
	}
	(void)fflush(stdout);
}

static void
report_swarm(const struct tested *who, size_t n_who, const struct tally *all,
    size_t processes)
{
	struct tally sum = { 0 };
	size_t i, k;

	for (i = 0; i < processes; i++) {
		sum.decided += all[i].decided;
		sum.wrong += all[i].wrong;
		for (k = 0; k < n_who; k++) {
			sum.got_code[k] += all[i].got_code[k];
			sum.got_other[k] += all[i].got_other[k];
		}
	}
	(void)tap(sum.wrong == 0, "%zu processes: %lu decisions, %lu wrong",
	    processes, sum.decided, sum.wrong);
	for (k = 0; k < n_who; k++)
		(void)tap(sum.got_code[k] > 0 &&
			(who[k].other == who[k].code || sum.got_other[k] > 0),
		    "%s: %lu times %d, %lu times %d", who[k].login,
		    sum.got_code[k], who[k].code, sum.got_other[k],
		    who[k].other);
}

int
hostile_swarm(int argc, char **argv)
{
	size_t processes = argc > 5 ? strtoul(argv[1], NULL, 10) : 0, i;
	size_t n = argc > 5 ? strtoul(argv[2], NULL, 10) : 0, n_who = 0;
	struct tested who[TESTED_MAX];
	struct tally *all = mmap(NULL, (processes + 1) * sizeof(*all),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, failed = 0;
	pid_t pid;

	for (i = 5; i < (size_t)argc && n_who < TESTED_MAX; i++)
		n_who += read_tested(argv[i], &who[n_who]) ? 1 : 0;
	if (all == MAP_FAILED || n_who == 0)
		return tap(false, "swarm: arguments");
	(void)fflush(stdout);
	for (i = 0; i < processes; i++) {
		if ((pid = fork()) == 0) {
			decide_many(argv[4], who, n_who,
			    (n + processes - 1) / processes, argv[3], &all[i]);
			_exit(0);
		}
		failed += pid == -1 ? 1 : 0;
	}
	while (wait(&status) > 0)
		failed += status != 0 ? 1 : 0;
	report_swarm(who, n_who, all, processes);
	(void)munmap(all, (processes + 1) * sizeof(*all));
	return tap(failed == 0, "%zu processes: %d failed or died", processes,
	    failed);
}
