/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_CHECKSUM_H
#define TWR_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli, RFC 3720 appendix B.4); start with crc 0. */
uint32_t twr_crc32c(uint32_t crc, const void *data, size_t len);

/* SipHash-2-4 (Aumasson, Bernstein 2012) with a 16-byte key. */
uint64_t twr_siphash(const uint8_t key[16], const void *data, size_t len);

#endif
