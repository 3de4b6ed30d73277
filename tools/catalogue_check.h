/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CATALOGUE_CHECK_H
#define TWRBAC_CATALOGUE_CHECK_H

#include "catalogue.h"

/*
 * Whether the roles of cat, which have all their keys, are sound together.
 * TWR_EDATA: "NAME:LINE: cause; cure".
 */
enum twr_status catalogue_check(const struct catalogue *cat, const char *name,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
