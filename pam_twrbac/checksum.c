/* SPDX-License-Identifier: BSD-2-Clause */
#include "checksum.h"

#include <string.h>

/*
 * Four bits at a time, eight steps at once: row k is what four bits come to
 * after k more steps with zero bits. 512 bytes, where the usual tables of
 * whole bytes take 4096.
 */
/* clang-format off */
static const uint32_t crc_nibble[8][16] = {
	{ /* 0 */
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
		0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
		0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
		0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	},
	{ /* 1 */
		0x00000000, 0xf26b8303, 0xe13b70f7, 0x1350f3f4,
		0xc79a971f, 0x35f1141c, 0x26a1e7e8, 0xd4ca64eb,
		0x8ad958cf, 0x78b2dbcc, 0x6be22838, 0x9989ab3b,
		0x4d43cfd0, 0xbf284cd3, 0xac78bf27, 0x5e133c24,
	},
	{ /* 2 */
		0x00000000, 0x3fc5f181, 0x7f8be302, 0x404e1283,
		0xff17c604, 0xc0d23785, 0x809c2506, 0xbf59d487,
		0xfbc3faf9, 0xc4060b78, 0x844819fb, 0xbb8de87a,
		0x04d43cfd, 0x3b11cd7c, 0x7b5fdfff, 0x449a2e7e,
	},
	{ /* 3 */
		0x00000000, 0x13a29877, 0x274530ee, 0x34e7a899,
		0x4e8a61dc, 0x5d28f9ab, 0x69cf5132, 0x7a6dc945,
		0x9d14c3b8, 0x8eb65bcf, 0xba51f356, 0xa9f36b21,
		0xd39ea264, 0xc03c3a13, 0xf4db928a, 0xe7790afd,
	},
	{ /* 4 */
		0x00000000, 0x70a27d8a, 0xe144fb14, 0x91e6869e,
		0xc76580d9, 0xb7c7fd53, 0x26217bcd, 0x56830647,
		0x8b277743, 0xfb850ac9, 0x6a638c57, 0x1ac1f1dd,
		0x4c42f79a, 0x3ce08a10, 0xad060c8e, 0xdda47104,
	},
	{ /* 5 */
		0x00000000, 0xa541927e, 0x4f6f520d, 0xea2ec073,
		0x9edea41a, 0x3b9f3664, 0xd1b1f617, 0x74f06469,
		0x38513ec5, 0x9d10acbb, 0x773e6cc8, 0xd27ffeb6,
		0xa68f9adf, 0x03ce08a1, 0xe9e0c8d2, 0x4ca15aac,
	},
	{ /* 6 */
		0x00000000, 0xe964b13d, 0xd725148b, 0x3e41a5b6,
		0xaba65fe7, 0x42c2eeda, 0x7c834b6c, 0x95e7fa51,
		0x52a0c93f, 0xbbc47802, 0x8585ddb4, 0x6ce16c89,
		0xf90696d8, 0x106227e5, 0x2e238253, 0xc747336e,
	},
	{ /* 7 */
		0x00000000, 0xdd45aab8, 0xbf672381, 0x62228939,
		0x7b2231f3, 0xa6679b4b, 0xc4451272, 0x1900b8ca,
		0xf64463e6, 0x2b01c95e, 0x49234067, 0x9466eadf,
		0x8d665215, 0x5023f8ad, 0x32017194, 0xef44db2c,
	},
};
/* clang-format on */

/* The checksum after 32 bits; w is these and the checksum so far, added. */
static uint32_t
crc_word(uint32_t w)
{
	return crc_nibble[7][w & 15] ^ crc_nibble[6][w >> 4 & 15] ^
	    crc_nibble[5][w >> 8 & 15] ^ crc_nibble[4][w >> 12 & 15] ^
	    crc_nibble[3][w >> 16 & 15] ^ crc_nibble[2][w >> 20 & 15] ^
	    crc_nibble[1][w >> 24 & 15] ^ crc_nibble[0][w >> 28];
}

uint32_t
twr_crc32c(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = data;

	crc = ~crc;
	for (; len >= 4; len -= 4, p += 4)
		crc = crc_word(crc ^
		    ((uint32_t)p[0] | (uint32_t)p[1] << 8 |
			(uint32_t)p[2] << 16 | (uint32_t)p[3] << 24));
	for (; len > 0; len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ crc_nibble[0][crc & 15];
		crc = crc >> 4 ^ crc_nibble[0][crc & 15];
	}
	return ~crc;
}

static uint64_t
load64(const uint8_t *p)
{
	uint64_t v = 0;
	int i;

	for (i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

static uint64_t
rotate(uint64_t v, unsigned n)
{
	return v << n | v >> (64 - n);
}

static void
sip_rounds(uint64_t v[4], int rounds)
{
	for (; rounds > 0; rounds--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

uint64_t
twr_siphash(const uint8_t key[16], const void *data, size_t len)
{
	uint64_t k0 = load64(key), k1 = load64(key + 8), word;
	uint64_t v[4] = { k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du,
		k0 ^ 0x6c7967656e657261u, k1 ^ 0x7465646279746573u };
	const uint8_t *p = data;
	uint8_t last[8] = { 0 };
	size_t left = len;

	for (; left >= 8; left -= 8, p += 8) {
		word = load64(p);
		v[3] ^= word;
		sip_rounds(v, 2);
		v[0] ^= word;
	}
	if (left > 0)
		memcpy(last, p, left);
	last[7] = (uint8_t)len;
	word = load64(last);
	v[3] ^= word;
	sip_rounds(v, 2);
	v[0] ^= word;
	v[2] ^= 0xff;
	sip_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
