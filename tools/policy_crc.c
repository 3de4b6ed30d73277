/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy_crc.h"

#define POLYNOMIAL UINT32_C(0x82f63b78) /* Castagnoli, bits reversed */

void
policy_crc_init(struct policy_crc *pc)
{
	uint32_t i, k, crc;

	for (i = 0; i < 256; i++) {
		crc = i;
		for (k = 0; k < 8; k++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
		pc->table[0][i] = crc;
	}
	/* table[k]: the same byte with k zero bytes after it */
	for (k = 1; k < 8; k++) {
		for (i = 0; i < 256; i++) {
			crc = pc->table[k - 1][i];
			pc->table[k][i] = crc >> 8 ^ pc->table[0][crc & 0xff];
		}
	}
}

static uint32_t
load32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

uint32_t
policy_crc_add(const struct policy_crc *pc, uint32_t crc, const void *data,
    size_t len)
{
	const uint8_t *p = data;
	uint32_t low, high;

	crc = ~crc;
	for (; len >= 8; len -= 8, p += 8) {
		low = crc ^ load32(p);
		high = load32(p + 4);
		crc = pc->table[7][low & 0xff] ^ pc->table[6][low >> 8 & 0xff] ^
		    pc->table[5][low >> 16 & 0xff] ^ pc->table[4][low >> 24] ^
		    pc->table[3][high & 0xff] ^ pc->table[2][high >> 8 & 0xff] ^
		    pc->table[1][high >> 16 & 0xff] ^ pc->table[0][high >> 24];
	}
	for (; len > 0; len--)
		crc = crc >> 8 ^ pc->table[0][(crc ^ *p++) & 0xff];
	return ~crc;
}
