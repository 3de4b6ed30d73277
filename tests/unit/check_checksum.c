/* SPDX-License-Identifier: BSD-2-Clause */
#include "checksum.h"

#include <string.h>

#include "support.h"

static const struct vector {
	const char *what;
	uint8_t first; /* byte i of the data is first + i * step */
	int step;
	size_t len;
	uint32_t crc;
} vectors[] = {
	/* RFC 3720, appendix B.4 */
	{ "32 bytes of zeroes", 0, 0, 32, 0x8a9136aa },
	{ "32 bytes of ones", 0xff, 0, 32, 0x62a8ab43 },
	{ "32 incrementing bytes", 0, 1, 32, 0x46dd794e },
	{ "32 decrementing bytes", 31, -1, 32, 0x113fdb5c },
	{ "nothing", 0, 0, 0, 0 },
};

static void
fill(uint8_t *buf, const struct vector *v)
{
	size_t i;

	for (i = 0; i < v->len; i++)
		buf[i] = (uint8_t)(v->first + (int)i * v->step);
}

START_TEST(crc_vectors)
{
	const struct vector *v = &vectors[_i];
	uint8_t data[32];

	fill(data, v);
	ck_assert_msg(twr_crc32c(0, data, v->len) == v->crc, "%s", v->what);
}
END_TEST

START_TEST(crc_of_digits)
{
	ck_assert_uint_eq(twr_crc32c(0, "123456789", 9), 0xe3069283);
}
END_TEST

START_TEST(crc_continues_where_it_stopped)
{
	static const char text[] = "key and value in two parts";
	uint32_t whole = twr_crc32c(0, text, sizeof(text));
	size_t cut;

	for (cut = 0; cut <= sizeof(text); cut++)
		ck_assert_uint_eq(whole,
		    twr_crc32c(twr_crc32c(0, text, cut), text + cut,
			sizeof(text) - cut));
}
END_TEST

/* Bit by bit, straight from the polynomial. */
static uint32_t
slow_crc(const uint8_t *p, size_t len)
{
	uint32_t crc = UINT32_MAX;
	int bit;

	for (; len > 0; len--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
	}
	return ~crc;
}

START_TEST(crc_equals_the_slow_one)
{
	struct support_random rn = { 11 };
	uint8_t data[300] = { 0 };
	size_t i, len;

	for (len = 0; len < sizeof(data); len++) {
		for (i = 0; i < len; i++)
			data[i] = (uint8_t)support_random(&rn);
		ck_assert_uint_eq(twr_crc32c(0, data, len),
		    slow_crc(data, len));
	}
}
END_TEST

START_TEST(crc_sees_every_flipped_bit)
{
	uint8_t data[64] = { 0 };
	uint32_t whole = twr_crc32c(0, data, sizeof(data));
	size_t bit;

	for (bit = 0; bit < 8 * sizeof(data); bit++) {
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_uint_ne(twr_crc32c(0, data, sizeof(data)), whole);
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}
END_TEST

/* The example of the paper (appendix A) and others of its published table. */
static const struct sip {
	size_t len;
	uint64_t hash;
} sips[] = {
	{ 0, 0x726fdb47dd0e0e31u },
	{ 1, 0x74f839c593dc67fdu },
	{ 7, 0xab0200f58b01d137u },
	{ 8, 0x93f5f5799a932462u },
	{ 15, 0xa129ca6149be45e5u },
};

START_TEST(siphash_vectors)
{
	uint8_t key[16], data[16];
	size_t i;

	for (i = 0; i < 16; i++)
		key[i] = data[i] = (uint8_t)i;
	ck_assert_msg(twr_siphash(key, data, sips[_i].len) == sips[_i].hash,
	    "%zu bytes", sips[_i].len);
}
END_TEST

START_TEST(siphash_depends_on_every_key_bit)
{
	uint8_t key[16] = { 0 };
	uint64_t whole = twr_siphash(key, "bob", 3);
	size_t bit;

	for (bit = 0; bit < 8 * sizeof(key); bit++) {
		key[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert(twr_siphash(key, "bob", 3) != whole);
		key[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(crc_vectors, vectors),
		SUPPORT_TEST(crc_of_digits),
		SUPPORT_TEST(crc_continues_where_it_stopped),
		SUPPORT_TEST(crc_equals_the_slow_one),
		SUPPORT_TEST(crc_sees_every_flipped_bit),
		SUPPORT_ROWS(siphash_vectors, sips),
		SUPPORT_TEST(siphash_depends_on_every_key_bit),
		SUPPORT_END,
	};

	return support_run("checksum", tests);
}
