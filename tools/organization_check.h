/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_ORGANIZATION_CHECK_H
#define TWRBAC_ORGANIZATION_CHECK_H

#include "organization.h"

/*
 * What a declared organization may say, once its shape is right: pure, by
 * the file alone. Sorts it. TWR_EDATA: "NAME:LINE: cause; cure".
 */
enum twr_status organization_check(struct organization *org, const char *name,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
