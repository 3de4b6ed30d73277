/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_PAMD_H
#define TWRBAC_PAMD_H

#include <stdbool.h>

#include "status.h"

/*
 * Reading pam.d(5), to tell which services reach a module. Nothing is
 * decided by it: it feeds warnings and reports.
 */

/*
 * Call fn for each service file in folder dir, in the order of their names,
 * whose account phase reaches module (such as "pam_twrbac.so", with any
 * folder before it): in a line of its own, or through include, substack or
 * @include. A "-" before the type is allowed for. Files that libpam would
 * never open (capital letters, editors' and packagers' copies) are left out,
 * files that cannot be read too.
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
