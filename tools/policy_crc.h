/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_POLICY_CRC_H
#define TWRBAC_POLICY_CRC_H

#include <stddef.h>
#include <stdint.h>

/*
 * The same CRC-32C as checksum.h's, eight bytes at a time with 8 KiB of
 * tables: the module reads one record and wants to be small, the writer
 * writes them all. That both agree, each verification proves anew.
 */
struct policy_crc {
	uint32_t table[8][256];
};

void policy_crc_init(struct policy_crc *pc);
/* Start with crc 0. */
uint32_t policy_crc_add(const struct policy_crc *pc, uint32_t crc,
    const void *data, size_t len);

#endif
