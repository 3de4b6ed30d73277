/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_MUSL_CHECK_H
#define TWR_MUSL_CHECK_H

/*
 * As much of check(3) as the tests of the core use, so that they can be built
 * where no libcheck is: for musl on a Debian. Each test runs in a process of
 * its own; the summary is check's own line, which .ci/run-suites counts.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CK_ENV 0
#define CK_ROWS 256

typedef struct {
	const char *name;
	void (*fn)(int _i);
} TTest;

typedef struct {
	const char *name;
	struct {
		const TTest *test;
		int from, to;
	} rows[CK_ROWS];
	int n, passed, failed, errors;
	unsigned timeout;
} Suite;

/* One suite is one case is one runner here. */
typedef Suite TCase;
typedef Suite SRunner;

static inline Suite *
suite_create(const char *name)
{
	Suite *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	s->name = name;
	return s;
}

static inline TCase *
tcase_create(const char *name)
{
	return suite_create(name);
}

static inline void
tcase_set_timeout(TCase *tc, unsigned seconds)
{
	tc->timeout = seconds;
}

static inline void
tcase_add_loop_test(TCase *tc, const TTest *test, int from, int to)
{
	if (tc->n == CK_ROWS)
		abort();
	tc->rows[tc->n].test = test;
	tc->rows[tc->n].from = from;
	tc->rows[tc->n++].to = to;
}

static inline void
tcase_add_test(TCase *tc, const TTest *test)
{
	tcase_add_loop_test(tc, test, 0, 1);
}

static inline void
suite_add_tcase(Suite *s, TCase *tc)
{
	int i;

	for (i = 0; i < tc->n; i++)
		tcase_add_loop_test(s, tc->rows[i].test, tc->rows[i].from,
		    tc->rows[i].to);
	s->timeout = tc->timeout;
	free(tc);
}

static inline SRunner *
srunner_create(Suite *s)
{
	return s;
}

static inline void
ck_run(Suite *s, const TTest *test, int i)
{
	int status;
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == 0) {
		alarm(s->timeout);
		test->fn(i);
		fflush(NULL);
		_exit(0);
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		abort();
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		s->passed++;
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
		s->failed++;
	else
		s->errors++;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		printf("%s:%s:%d: failed (%x)\n", s->name, test->name, i,
		    (unsigned)status);
}

static inline void
srunner_run_all(SRunner *s, int how)
{
	int i, row, all;

	(void)how;
	for (i = 0; i < s->n; i++)
		for (row = s->rows[i].from; row < s->rows[i].to; row++)
			ck_run(s, s->rows[i].test, row);
	all = s->passed + s->failed + s->errors;
	printf("%d%%: Checks: %d, Failures: %d, Errors: %d\n",
	    all == 0 ? 0 : 100 * s->passed / all, all, s->failed, s->errors);
}

static inline int
srunner_ntests_failed(const SRunner *s)
{
	return s->failed + s->errors;
}

static inline void
srunner_free(SRunner *s)
{
	free(s);
}

#define START_TEST(name) \
	static void name##_run(int _i); \
	static const TTest name##_test = { #name, name##_run }; \
	static const TTest *const name = &name##_test; \
	static void name##_run(int _i __attribute__((unused)))
#define END_TEST

/* clang-format off */
#define ck_abort_at(...) \
	(printf("%s:%d: ", __FILE__, __LINE__), printf(__VA_ARGS__), \
	    putchar('\n'), fflush(stdout), _exit(1))
#define ck_assert_msg(ok, ...) \
	do { if (!(ok)) ck_abort_at(__VA_ARGS__); } while (0)
#define ck_abort_msg(...) ck_abort_at(__VA_ARGS__)
#define ck_abort() ck_abort_at("%s", "aborted")
#define ck_assert(ok) ck_assert_msg(ok, "%s", #ok)
#define ck_two(type, fmt, a, op, b) \
	do { \
		type ck_a = (a); \
		type ck_b = (b); \
		ck_assert_msg(ck_a op ck_b, "%s %s %s: " fmt ", " fmt, #a, \
		    #op, #b, ck_a, ck_b); \
	} while (0)
#define ck_assert_int_eq(a, b) ck_two(intmax_t, "%jd", a, ==, b)
#define ck_assert_int_ne(a, b) ck_two(intmax_t, "%jd", a, !=, b)
#define ck_assert_int_lt(a, b) ck_two(intmax_t, "%jd", a, <, b)
#define ck_assert_int_le(a, b) ck_two(intmax_t, "%jd", a, <=, b)
#define ck_assert_int_gt(a, b) ck_two(intmax_t, "%jd", a, >, b)
#define ck_assert_int_ge(a, b) ck_two(intmax_t, "%jd", a, >=, b)
#define ck_assert_uint_eq(a, b) ck_two(uintmax_t, "%ju", a, ==, b)
#define ck_assert_uint_ne(a, b) ck_two(uintmax_t, "%ju", a, !=, b)
#define ck_assert_uint_lt(a, b) ck_two(uintmax_t, "%ju", a, <, b)
#define ck_assert_uint_le(a, b) ck_two(uintmax_t, "%ju", a, <=, b)
#define ck_assert_uint_gt(a, b) ck_two(uintmax_t, "%ju", a, >, b)
#define ck_assert_uint_ge(a, b) ck_two(uintmax_t, "%ju", a, >=, b)
#define ck_assert_ptr_eq(a, b) ck_two(const void *, "%p", a, ==, b)
#define ck_assert_ptr_ne(a, b) ck_two(const void *, "%p", a, !=, b)
#define ck_assert_ptr_null(a) ck_assert_ptr_eq(a, NULL)
#define ck_assert_ptr_nonnull(a) ck_assert_ptr_ne(a, NULL)
#define ck_text(a, b, want, word) \
	do { \
		const char *ck_a = (a), *ck_b = (b); \
		bool ck_same = ck_a == ck_b || (ck_a != NULL && \
		    ck_b != NULL && strcmp(ck_a, ck_b) == 0); \
		ck_assert_msg(ck_same == (want), "%s %s %s: \"%s\", \"%s\"", \
		    #a, word, #b, ck_a == NULL ? "(null)" : ck_a, \
		    ck_b == NULL ? "(null)" : ck_b); \
	} while (0)
#define ck_assert_str_eq(a, b) ck_text(a, b, true, "==")
#define ck_assert_str_ne(a, b) ck_text(a, b, false, "!=")
#define ck_assert_pstr_eq(a, b) ck_text(a, b, true, "==")
#define ck_assert_mem_eq(a, b, n) \
	ck_assert_msg(memcmp(a, b, n) == 0, "%s is not %s", #a, #b)
#define ck_assert_mem_ne(a, b, n) \
	ck_assert_msg(memcmp(a, b, n) != 0, "%s is %s", #a, #b)
/* clang-format on */

#endif
