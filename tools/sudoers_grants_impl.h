/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SUDOERS_GRANTS_IMPL_H
#define TWRBAC_SUDOERS_GRANTS_IMPL_H

/* What asking and narrowing share; nobody else includes this. */

#include "sudoers_grants.h"

/* False: out of memory, and gr is as before. */
bool sudoers_grants_add(struct sudoers_grants *gr,
    const struct sudoers_grant *g) TWR_MUST_CHECK;
/* By rule, login and time, as qsort(3) asks. */
int sudoers_grants_compare(const void *x, const void *y);
void sudoers_grants_sort(struct sudoers_grants *gr);

#endif
