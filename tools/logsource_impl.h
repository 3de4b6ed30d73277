/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_LOGSOURCE_IMPL_H
#define TWRBAC_LOGSOURCE_IMPL_H

#include "logsource.h"

/*
 * Parse entry->raw and tell the scan's function; a line that is not as the
 * module writes it is counted.
 */
enum twr_status log_offer(struct log_scan *ls, struct log_entry *entry,
    bool *enough, struct twr_error *err) TWR_MUST_CHECK;

#endif
