/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_POLICY_SCAN_H
#define TWRBAC_POLICY_SCAN_H

#include <stdint.h>

#include "policy_reader.h"
#include "status.h"

/*
 * Walk all records of a policy in the order in which they were written. The
 * module never needs this; compile does, to verify and to compare policies.
 * Lengths are bounded as the reader bounds them; a CRC is handed over, not
 * checked.
 */
struct policy_scan;

struct policy_record {
	const uint8_t *key; /* valid until the next step */
	size_t key_len; /* 1 to TWR_KEY_MAX */
	const uint8_t *value; /* without its CRC; valid until the next step */
	size_t value_len;
	uint32_t crc; /* as it stands in the file */
	uint32_t pos; /* of the record in the file */
};

/* rd is borrowed until policy_scan_end(). TWR_OK; TWR_ENOMEM. */
enum twr_status policy_scan_begin(const struct twr_reader *rd,
    struct policy_scan **ret, struct twr_error *err) TWR_MUST_CHECK;
/* TWR_ENOENT at the end; TWR_ECORRUPT; TWR_EUNREADABLE. */
enum twr_status policy_scan_next(struct policy_scan *ps,
    struct policy_record *ret, struct twr_error *err) TWR_MUST_CHECK;
void policy_scan_end(struct policy_scan *ps); /* NULL is allowed */

#endif
