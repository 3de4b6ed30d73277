/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_PAMD_H
#define TWRBAC_PAMD_H

#include <stdbool.h>

#include "stack.h"
#include "status.h"

/*
 * The services of pam.d(5), and which of them reach a module. Nothing is
 * decided by it: it feeds warnings and reports.
 */

/* Where libpam looks when its own folder is dir. */
void pamd_places(const char *dir, struct stack_places *ret);

/*
 * The files there that libpam could be asked for, each once and sorted:
 * none with capital letters, and no editors' and packagers' copies.
 * TWR_EUNREADABLE; TWR_ENOMEM. Release in any case.
 */
struct pamd_names {
	char **all;
	size_t n;
};
enum twr_status pamd_list(const struct stack_places *places,
    struct pamd_names *ret, struct twr_error *err) TWR_MUST_CHECK;
void pamd_names_free(struct pamd_names *names);

/* Some line of it names module, whether or not it is ever asked. */
bool pamd_stack_reaches(const struct stack *st, const char *module);

/*
 * Call fn for each service of dir, in the order of their names, whose own
 * account lines reach module (such as "pam_twrbac.so", with any folder before
 * it), through include, substack or @include too. Files that cannot be read
 * are left out.
 *
 * TWR_OK, also when dir does not exist; TWR_EUNREADABLE; TWR_ENOMEM.
 */
enum twr_status pamd_each_service(const char *dir, const char *module,
    void (*fn)(void *ctx, const char *service), void *ctx,
    struct twr_error *err) TWR_MUST_CHECK;

/* The same question for one service. False when it has no file in dir. */
bool pamd_service_reaches(const char *dir, const char *service,
    const char *module);

#endif
