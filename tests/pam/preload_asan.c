/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * How the sanitizers behave in programs that are not ours. A world
 * under them (under.sh) preloads this before their runtime, into set-uid
 * programs too, which take no options from their environment.
 *
 * Reports go to a folder that the suite looks into at its end: sshd and cron
 * have no stderr that anybody reads. What programs of others leak is theirs.
 */
#define EXPORTED __attribute__((visibility("default")))
EXPORTED const char *__asan_default_options(void);
EXPORTED const char *__ubsan_default_options(void);

const char *
__asan_default_options(void)
{
	return "verify_asan_link_order=0:detect_leaks=0:"
	       "detect_odr_violation=0:alloc_dealloc_mismatch=0:"
	       "log_path=/run/world/reports/asan:log_exe_name=1";
}

const char *
__ubsan_default_options(void)
{
	return "print_stacktrace=1:log_path=/run/world/reports/ubsan";
}
