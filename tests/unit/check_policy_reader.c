/* SPDX-License-Identifier: BSD-2-Clause */

/* pread is ours here, which the fortified headers would not have. */
#undef _FORTIFY_SOURCE

/* The reader against tinycdb's writer, and against hostile files. */
#include "policy_reader.h"

#include <cdb.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "checksum.h"
#include "support.h"

static unsigned preads;
static size_t bytes_read;

/* What the next reads meet; all zero: nothing out of the ordinary. */
static struct {
	unsigned fail_at; /* the number of the read that fails */
	int error; /* with this errno; 0: it is at the end of the file */
	size_t most; /* bytes that one read brings */
} plan;
static off_t size_said; /* of the file that is read, 0: not known */
static off_t short_end; /* where a read ended that brought too little */

/* pread of this program: counted, watched, then the kernel's. */
ssize_t
pread(int fd, void *buf, size_t len, off_t at)
{
	off_t end = at + (off_t)len;
	ssize_t n;

	preads++;
	/* the header, or behind it; never behind the end */
	if ((at < TWR_CDB_HEADER && end > TWR_CDB_HEADER) ||
	    (size_said != 0 && end > size_said) ||
	    (short_end != 0 && end != short_end))
		ck_abort_msg("read of %zu bytes at %lld", len, (long long)at);
	if (preads == plan.fail_at) {
		errno = plan.error;
		return plan.error == 0 ? 0 : -1;
	}
	if (plan.most != 0 && len > plan.most)
		len = plan.most;
	n = syscall(SYS_pread64, fd, buf, len, at);
	bytes_read += n > 0 ? (size_t)n : 0;
	short_end = n > 0 && at + n < end ? end : 0;
	return n;
}

static void
plan_reads(unsigned fail_at, int error, size_t most)
{
	preads = 0;
	short_end = 0;
	plan.fail_at = fail_at;
	plan.error = error;
	plan.most = most;
	errno = EINTR; /* of long ago: no reason to read again */
}

static int
new_file(const char *name)
{
	const char *path = support_path("%s", name);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

	ck_assert_int_ne(fd, -1);
	return fd;
}

static void
open_reader(int fd, struct twr_reader *rd)
{
	struct stat st;
	struct twr_error err;

	ck_assert_int_eq(fstat(fd, &st), 0);
	size_said = st.st_size;
	ck_assert_int_eq(twr_reader_init(rd, fd, (uint64_t)st.st_size, &err),
	    TWR_OK);
}

static void
put32(uint8_t *p, uint32_t v)
{
	int i;

	for (i = 0; i < 4; i++, v >>= 8)
		p[i] = (uint8_t)v;
}

/* A record as compile writes it: the value, then the CRC of both. */
static void
add(struct cdb_make *cm, const void *key, size_t key_len, const void *value,
    size_t len)
{
	uint8_t *with_crc = malloc(len + 4);
	uint32_t crc;

	ck_assert_ptr_nonnull(with_crc);
	if (len > 0)
		memcpy(with_crc, value, len);
	crc = twr_crc32c(twr_crc32c(0, key, key_len), value, len);
	put32(with_crc + len, crc);
	ck_assert_int_eq(cdb_make_add(cm, key, (unsigned)key_len, with_crc,
			     (unsigned)(len + 4)),
	    0);
	free(with_crc);
}

static struct twr_error said; /* by the last get() */

static enum twr_status
get(const struct twr_reader *rd, const void *key, size_t key_len)
{
	uint8_t *value = NULL;
	size_t len = 0;
	enum twr_status rc;

	said.text[0] = '\0';
	rc = twr_reader_get(rd, key, key_len, &value, &len, &said);
	ck_assert((rc == TWR_OK) == (value != NULL));
	free(value);
	if (rc != TWR_OK && rc != TWR_ENOENT)
		ck_assert_uint_gt(strlen(said.text), 0);
	return rc;
}

/* ---- what tinycdb wrote ---- */

#define MANY 3000

static size_t
make_key(char *buf, size_t size, unsigned i)
{
	return (size_t)snprintf(buf, size, "Llogin-%u", i);
}

START_TEST(what_tinycdb_writes_is_read)
{
	struct twr_error err;
	struct twr_reader rd;
	struct cdb_make cm;
	uint8_t *value, data[300];
	size_t len, key_len;
	char key[32];
	unsigned i, worst = 0;
	int fd = new_file("many.cdb");

	ck_assert_int_eq(cdb_make_start(&cm, fd), 0);
	for (i = 0; i < MANY; i++) {
		memset(data, (int)i, sizeof(data));
		key_len = make_key(key, sizeof(key), i);
		add(&cm, key, key_len, data, i % sizeof(data));
	}
	ck_assert_int_eq(cdb_make_finish(&cm), 0);
	open_reader(fd, &rd);
	for (i = 0; i < MANY; i++) {
		memset(data, (int)i, sizeof(data));
		key_len = make_key(key, sizeof(key), i);
		preads = 0;
		ck_assert_int_eq(twr_reader_get(&rd, key, key_len, &value, &len,
				     &err),
		    TWR_OK);
		ck_assert_uint_eq(len, i % sizeof(data));
		ck_assert_mem_eq(value, data, len);
		ck_assert_int_eq(value[len], 0);
		free(value);
		worst = preads > worst ? preads : worst;
		key_len = make_key(key, sizeof(key), MANY + i);
		ck_assert_int_eq(get(&rd, key, key_len), TWR_ENOENT);
	}
	ck_assert_uint_ge(worst, 2); /* they are counted at all */
	ck_assert_uint_le(worst, 4);
	twr_reader_close(&rd);
	ck_assert_int_eq(rd.fd, -1);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	errno = 0;
	twr_reader_close(&rd);
	ck_assert_int_eq(errno, 0);
}
END_TEST

/* A program that closed its standard input may get the policy as 0. */
START_TEST(descriptor_0_is_closed_like_any_other)
{
	int saved = dup(0);
	struct twr_reader rd = { .fd = 0 };

	ck_assert_int_ge(saved, 0);
	twr_reader_close(&rd);
	ck_assert_int_eq(fcntl(0, F_GETFD), -1);
	ck_assert_int_eq(dup2(saved, 0), 0);
	(void)close(saved);
}
END_TEST

START_TEST(the_hash_is_that_of_tinycdb)
{
	struct support_random rn = { 3 };
	uint8_t key[TWR_KEY_MAX];
	unsigned len, i;

	for (len = 0; len <= TWR_KEY_MAX; len++) {
		for (i = 0; i < len; i++)
			key[i] = (uint8_t)support_random(&rn);
		ck_assert_uint_eq(twr_cdb_hash(key, len), cdb_hash(key, len));
	}
}
END_TEST

START_TEST(keys_and_values_have_bounds)
{
	static uint8_t big[TWR_VALUE_MAX + 1];
	uint8_t key[TWR_KEY_MAX + 1];
	struct twr_reader rd;
	struct cdb_make cm;
	int fd = new_file("bounds.cdb");

	memset(key, 'k', sizeof(key));
	ck_assert_int_eq(cdb_make_start(&cm, fd), 0);
	add(&cm, key, TWR_KEY_MAX, "v", 1);
	add(&cm, key, TWR_KEY_MAX + 1, "v", 1);
	add(&cm, "fits", 4, big, TWR_VALUE_MAX - TWR_CRC_LEN);
	add(&cm, "large", 5, big, TWR_VALUE_MAX - TWR_CRC_LEN + 1);
	add(&cm, "empty", 5, big, 0);
	add(&cm, "", 0, "v", 1);
	ck_assert_int_eq(cdb_make_add(&cm, "short", 5, big, 3), 0);
	ck_assert_int_eq(cdb_make_add(&cm, "none", 4, big, 0), 0);
	ck_assert_int_eq(cdb_make_add(&cm, "crc", 3, "....", 4), 0);
	ck_assert_int_eq(cdb_make_finish(&cm), 0);
	open_reader(fd, &rd);
	ck_assert_int_eq(get(&rd, key, TWR_KEY_MAX), TWR_OK);
	ck_assert_int_eq(get(&rd, key, TWR_KEY_MAX + 1), TWR_ENOENT);
	ck_assert_int_eq(get(&rd, key, 0), TWR_ENOENT);
	ck_assert_int_eq(get(&rd, "fits", 4), TWR_OK);
	ck_assert_int_eq(get(&rd, "large", 5), TWR_ECORRUPT);
	ck_assert_int_eq(get(&rd, "empty", 5), TWR_OK);
	ck_assert_int_eq(get(&rd, "short", 5), TWR_ECORRUPT);
	ck_assert_int_eq(get(&rd, "none", 4), TWR_ECORRUPT);
	ck_assert_int_eq(get(&rd, "crc", 3), TWR_ECORRUPT);
	twr_reader_close(&rd);
}
END_TEST

/* A key's CRC is bound to the key: a record under another name is damage. */
START_TEST(a_record_under_another_key_is_corrupt)
{
	struct twr_reader rd;
	struct cdb_make cm;
	uint8_t value[5] = { 'v' };
	int fd = new_file("moved.cdb");

	put32(value + 1, twr_crc32c(twr_crc32c(0, "Lbob", 4), "v", 1));
	ck_assert_int_eq(cdb_make_start(&cm, fd), 0);
	ck_assert_int_eq(cdb_make_add(&cm, "Lbob", 4, value, 5), 0);
	ck_assert_int_eq(cdb_make_add(&cm, "Leve", 4, value, 5), 0);
	ck_assert_int_eq(cdb_make_finish(&cm), 0);
	open_reader(fd, &rd);
	ck_assert_int_eq(get(&rd, "Lbob", 4), TWR_OK);
	ck_assert_int_eq(get(&rd, "Leve", 4), TWR_ECORRUPT);
	twr_reader_close(&rd);
}
END_TEST

/* ---- hostile files ---- */

#define KEY "Lbob"
#define KEY_LEN 4

/*
 * Header, one record for KEY, one table of slots, all of which point to the
 * record under KEY's hash unless a test says otherwise.
 */
#define RECORD_POS TWR_CDB_HEADER
#define TABLE_POS (TWR_CDB_HEADER + 64)
#define SLOTS_MAX 512
#define IMAGE_LEN (TABLE_POS + SLOTS_MAX * 8)

struct image {
	uint8_t bytes[IMAGE_LEN];
	uint32_t hash;
};

static void
set_table(struct image *im, uint32_t pos, uint32_t slots)
{
	put32(im->bytes + (im->hash & 255) * 8, pos);
	put32(im->bytes + (im->hash & 255) * 8 + 4, slots);
}

static void
set_slot(struct image *im, uint32_t slot, uint32_t hash, uint32_t pos)
{
	put32(im->bytes + TABLE_POS + slot * 8, hash);
	put32(im->bytes + TABLE_POS + slot * 8 + 4, pos);
}

static void
set_record(struct image *im, uint32_t key_len, uint32_t value_len)
{
	put32(im->bytes + RECORD_POS, key_len);
	put32(im->bytes + RECORD_POS + 4, value_len);
}

static void
make_image(struct image *im, uint32_t slots)
{
	uint32_t i;

	memset(im, 0, sizeof(*im));
	im->hash = twr_cdb_hash(KEY, KEY_LEN);
	set_table(im, TABLE_POS, slots);
	for (i = 0; i < slots; i++)
		set_slot(im, i, im->hash, RECORD_POS);
	set_record(im, KEY_LEN, 5);
	memcpy(im->bytes + RECORD_POS + 8, KEY "v", KEY_LEN + 1);
	put32(im->bytes + RECORD_POS + 8 + KEY_LEN + 1,
	    twr_crc32c(0, KEY "v", KEY_LEN + 1));
}

static enum twr_status
ask_image(const struct image *im)
{
	int fd = memfd_create("hostile", MFD_CLOEXEC); /* thousands of times */
	struct twr_reader rd;
	enum twr_status rc;

	ck_assert_int_eq(write(fd, im->bytes, IMAGE_LEN), IMAGE_LEN);
	open_reader(fd, &rd);
	preads = 0;
	bytes_read = 0;
	rc = get(&rd, KEY, KEY_LEN);
	/* the bound of all bounds: 64 slots, each with a record to look at */
	ck_assert_uint_le(preads, TWR_PROBE_MAX + TWR_PROBE_MAX / 16 + 2);
	ck_assert_uint_le(bytes_read, 100u * 1024);
	twr_reader_close(&rd);
	size_said = 0;
	return rc;
}

/* What damage is called. */
#define TABLE TWR_ECORRUPT, "an index table lies outside"
#define OUTSIDE TWR_ECORRUPT, "a record lies outside"
#define BEYOND TWR_ECORRUPT, "a record reaches beyond"
#define LENGTH TWR_ECORRUPT, "length is out of bounds"
#define CHECKSUM TWR_ECORRUPT, "checksum is wrong"
#define PROBES TWR_ECORRUPT, "too many probes"

static void
expect(const struct image *im, const char *what, enum twr_status status,
    const char *words)
{
	enum twr_status rc = ask_image(im);

	ck_assert_msg(rc == status && strstr(said.text, words) != NULL,
	    "%s: %s: %s", what, twr_status_word(rc), said.text);
}

static const struct extent {
	const char *what;
	uint32_t a, b;
	enum twr_status status;
	const char *words;
} tables[] = {
	{ "as it should be", TABLE_POS, 4, TWR_OK, "" },
	{ "no slots", TABLE_POS, 0, TWR_ENOENT, "" },
	{ "to the end of the file", TABLE_POS, SLOTS_MAX, TWR_ENOENT, "" },
	{ "in the header", 8, 4, TABLE },
	{ "at the end", IMAGE_LEN, 1, TABLE },
	{ "one byte beyond", IMAGE_LEN - 7, 1, TABLE },
	{ "beyond the file", IMAGE_LEN + 1, 1, TABLE },
	{ "far away", UINT32_MAX, 1, TABLE },
	{ "more slots than there is file", TABLE_POS, SLOTS_MAX + 1, TABLE },
	{ "slots whose length overflows", TABLE_POS, UINT32_MAX, TABLE },
	{ "slots whose length wraps to 8", TABLE_POS, 0x20000001, TABLE },
	{ "both at their most", UINT32_MAX, UINT32_MAX, TABLE },
}, records[] = {
	{ "as it should be", KEY_LEN, 5, TWR_OK, "" },
	{ "another key length", KEY_LEN + 1, 4, PROBES },
	{ "key as long as can be", UINT32_MAX, 5, BEYOND },
	{ "value as long as can be", KEY_LEN, UINT32_MAX, BEYOND },
	{ "both as long as can be", UINT32_MAX, UINT32_MAX, BEYOND },
	{ "lengths that wrap to fit", UINT32_MAX - 4, 10, BEYOND },
	{ "value that wraps", KEY_LEN, UINT32_MAX - 11, BEYOND },
	{ "value to the end of the file", KEY_LEN,
	    IMAGE_LEN - RECORD_POS - 8 - KEY_LEN, CHECKSUM },
	{ "value one beyond the end", KEY_LEN,
	    IMAGE_LEN - RECORD_POS - 8 - KEY_LEN + 1, BEYOND },
	{ "no room for a CRC", KEY_LEN, 3, LENGTH },
	{ "no value", KEY_LEN, 0, LENGTH },
	{ "no key", 0, 5, PROBES },
};

START_TEST(a_table_is_inside_the_file)
{
	const struct extent *e = &tables[_i];
	struct image im;

	make_image(&im, 4);
	set_table(&im, e->a, e->b);
	expect(&im, e->what, e->status, e->words);
}
END_TEST

START_TEST(a_record_is_inside_the_file)
{
	const struct extent *e = &records[_i];
	struct image im;

	make_image(&im, 4);
	set_record(&im, e->a, e->b);
	expect(&im, e->what, e->status, e->words);
}
END_TEST

/* As short as a record can be, at the very end: of another key, passed over. */
START_TEST(a_record_may_end_the_file)
{
	struct image im;

	make_image(&im, 4);
	set_slot(&im, (im.hash >> 8) % 4, im.hash, IMAGE_LEN - 8);
	expect(&im, "8 zeroes", TWR_OK, "");
}
END_TEST

/* Another key under the same hash: the next slot is looked at. */
START_TEST(a_key_of_the_same_hash_is_passed_over)
{
	static const char *const keys[] = { "Laob", "Lcob", "Lboa", "Lbo",
		"Lbobby" };
	struct image im;
	uint8_t *other;
	size_t i, len;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		make_image(&im, 4);
		other = im.bytes + RECORD_POS + 32;
		len = strlen(keys[i]);
		put32(other, (uint32_t)len);
		put32(other + 4, 5);
		memcpy(other + 8, keys[i], len);
		set_slot(&im, (im.hash >> 8) % 4, im.hash, RECORD_POS + 32);
		expect(&im, keys[i], TWR_OK, "");
	}
}
END_TEST

/* It is the position that says so, whatever the hash beside it. */
START_TEST(an_empty_slot_ends_the_search)
{
	struct image im;

	make_image(&im, 4);
	set_slot(&im, (im.hash >> 8) % 4, im.hash, 0);
	expect(&im, "empty", TWR_ENOENT, "");
}
END_TEST

START_TEST(every_wrong_checksum_is_wrong)
{
	const size_t at = RECORD_POS + 8 + KEY_LEN + 1;
	struct image im;
	unsigned bit;

	for (bit = 0; bit < 32; bit++) {
		make_image(&im, 4);
		im.bytes[at + bit / 8] ^= (uint8_t)(1u << bit % 8);
		expect(&im, "flipped", CHECKSUM);
	}
}
END_TEST

/* ---- reads that fail, or bring too little ---- */

#define LONG_LEN 3000

/* One record longer than what the first read brings. */
static void
open_long(struct twr_reader *rd)
{
	uint8_t value[LONG_LEN];
	struct cdb_make cm;
	int fd = new_file("long.cdb");

	memset(value, 'v', sizeof(value));
	ck_assert_int_eq(cdb_make_start(&cm, fd), 0);
	add(&cm, KEY, KEY_LEN, value, sizeof(value));
	ck_assert_int_eq(cdb_make_finish(&cm), 0);
	open_reader(fd, rd);
}

START_TEST(a_read_may_be_short)
{
	static const size_t most[] = { 1, 2, 7, 500, 1023 };
	struct twr_reader rd;
	struct twr_error err;
	uint8_t *value, header[TWR_CDB_HEADER], want[LONG_LEN];
	size_t i, len;

	open_long(&rd);
	memset(want, 'v', sizeof(want));
	memcpy(header, rd.header, sizeof(header));
	for (i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
		plan_reads(0, 0, most[i]);
		ck_assert_int_eq(twr_reader_init(&rd, rd.fd, rd.size, &err),
		    TWR_OK);
		ck_assert_mem_eq(rd.header, header, sizeof(header));
		ck_assert_int_eq(twr_reader_get(&rd, KEY, KEY_LEN, &value, &len,
				     &err),
		    TWR_OK);
		ck_assert_uint_eq(len, LONG_LEN);
		ck_assert_mem_eq(value, want, LONG_LEN);
		free(value);
	}
	plan_reads(0, 0, 0);
	twr_reader_close(&rd);
}
END_TEST

/* Slots, a record's beginning, its rest: wherever it happens. */
START_TEST(a_failed_read_is_told)
{
	static const int errors[] = { EPERM, ESRCH, EIO, ENOMEM };
	struct twr_reader rd;
	unsigned n;
	size_t i;

	open_long(&rd);
	plan_reads(0, 0, 0);
	ck_assert_int_eq(get(&rd, KEY, KEY_LEN), TWR_OK);
	ck_assert_uint_eq(preads, 3);
	for (n = 1; n <= 3; n++) {
		plan_reads(n, EINTR, 0);
		ck_assert_int_eq(get(&rd, KEY, KEY_LEN), TWR_OK);
		ck_assert_uint_eq(preads, 4);
		plan_reads(n, 0, 0);
		ck_assert_int_eq(get(&rd, KEY, KEY_LEN), TWR_ECORRUPT);
		ck_assert_ptr_nonnull(strstr(said.text, "shorter than"));
		for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
			plan_reads(n, errors[i], 0);
			ck_assert_int_eq(get(&rd, KEY, KEY_LEN),
			    TWR_EUNREADABLE);
			ck_assert_ptr_nonnull(strstr(said.text,
			    twr_errno_text(errors[i])));
			ck_assert_uint_eq(preads, n);
		}
	}
	plan_reads(0, 0, 0);
	twr_reader_close(&rd);
}
END_TEST

/* malloc() that can be asked, and that may fail: not that of sanitizers. */
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#if __GLIBC_PREREQ(2, 33)
#define PLAIN_MALLOC
#endif
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#undef PLAIN_MALLOC
#endif
#endif

#ifdef PLAIN_MALLOC
/* A value that turned out to be damaged is released. */
START_TEST(a_refused_value_is_released)
{
	struct twr_reader rd;
	size_t before;
	unsigned i;

	open_long(&rd);
	before = mallinfo2().uordblks;
	for (i = 0; i < 10; i++) {
		plan_reads(3, EIO, 0);
		ck_assert_int_eq(get(&rd, KEY, KEY_LEN), TWR_EUNREADABLE);
	}
	ck_assert_uint_lt(mallinfo2().uordblks, before + LONG_LEN);
	plan_reads(0, 0, 0);
	twr_reader_close(&rd);
}
END_TEST

START_TEST(no_memory_is_told)
{
	struct rlimit was, none;
	struct twr_reader rd;
	void *taken = NULL, **p;
	enum twr_status rc;

	if (getenv("TWR_UNDER") != NULL)
		return; /* memcheck needs memory of its own */
	open_long(&rd);
	ck_assert_int_eq(getrlimit(RLIMIT_AS, &was), 0);
	none = (struct rlimit) { 0, was.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &none), 0);
	/* and what malloc still has at hand, which is then chained */
	while ((p = malloc(1024)) != NULL) {
		*p = taken;
		taken = p;
	}
	rc = get(&rd, KEY, KEY_LEN);
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &was), 0);
	for (; (p = taken) != NULL; free(p))
		taken = *p;
	ck_assert_int_eq(rc, TWR_ENOMEM);
	ck_assert_str_eq(said.text, "policy: out of memory");
	twr_reader_close(&rd);
}
END_TEST
#endif

START_TEST(a_slot_points_into_the_file)
{
	static const uint32_t bad[] = { 1, 8, TWR_CDB_HEADER - 1, IMAGE_LEN - 7,
		IMAGE_LEN, IMAGE_LEN + 1, UINT32_MAX - 7, UINT32_MAX };
	struct image im;
	uint32_t i, k;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		make_image(&im, 4);
		for (k = 0; k < 4; k++)
			set_slot(&im, k, im.hash, bad[i]);
		expect(&im, "a slot", OUTSIDE);
	}
}
END_TEST

static uint32_t
least_of(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Reads of 16 slots each, fewer where the table or the search ends. */
static uint32_t
reads_of_slots(uint32_t start, uint32_t slots)
{
	uint32_t left = least_of(slots, TWR_PROBE_MAX), at = start, n, reads;

	for (reads = 0; left > 0; reads++, left -= n) {
		n = least_of(least_of(16, slots - at), left);
		at = (at + n) % slots;
	}
	return reads;
}

/* All slots taken by others of the same hash: it ends, and soon. */
START_TEST(probing_has_an_end)
{
	struct image im;
	uint32_t slots;

	for (slots = 1; slots <= SLOTS_MAX; slots++) {
		make_image(&im, slots);
		im.bytes[RECORD_POS + 8] = 'X'; /* another key */
		expect(&im, "all slots", PROBES);
		ck_assert_uint_eq(preads,
		    reads_of_slots((im.hash >> 8) % slots, slots) +
			least_of(slots, TWR_PROBE_MAX));
	}
}
END_TEST

/* The last slot that is looked at, and the first that is not. */
static void
look_far(uint32_t slots, uint32_t far)
{
	struct image im;
	uint32_t i, start;

	make_image(&im, slots);
	start = (im.hash >> 8) % slots;
	for (i = 0; i < slots; i++)
		set_slot(&im, i, im.hash + 1, RECORD_POS);
	set_slot(&im, (start + far) % slots, im.hash, RECORD_POS);
	ck_assert_int_eq(ask_image(&im),
	    far < TWR_PROBE_MAX ? TWR_OK : TWR_ECORRUPT);
	/* an empty slot before it ends the search */
	set_slot(&im, (start + 3) % slots, 0, 0);
	ck_assert_int_eq(ask_image(&im), TWR_ENOENT);
}

/* Wherever the search begins, and wherever the table ends. */
START_TEST(sixty_four_slots_are_looked_at)
{
	uint32_t slots;

	for (slots = TWR_PROBE_MAX + 1; slots <= SLOTS_MAX; slots++) {
		look_far(slots, TWR_PROBE_MAX - 1);
		look_far(slots, TWR_PROBE_MAX);
	}
}
END_TEST

START_TEST(a_file_has_a_least_and_a_most_length)
{
	int fd = new_file("lengths.cdb");
	struct twr_error err;
	struct twr_reader rd;

	ck_assert_int_eq(ftruncate(fd, TWR_CDB_HEADER), 0);
	ck_assert_int_eq(twr_reader_init(&rd, fd, TWR_CDB_HEADER - 1, &err),
	    TWR_ECORRUPT);
	ck_assert_int_eq(twr_reader_init(&rd, fd, 0, &err), TWR_ECORRUPT);
	ck_assert_int_eq(twr_reader_init(&rd, fd, (uint64_t)UINT32_MAX + 1,
			     &err),
	    TWR_ECORRUPT);
	ck_assert_int_eq(twr_reader_init(&rd, fd, TWR_CDB_HEADER, &err),
	    TWR_OK);
	ck_assert_int_eq(get(&rd, KEY, KEY_LEN), TWR_ENOENT);
	ck_assert_int_eq(twr_reader_init(&rd, fd, UINT32_MAX, &err), TWR_OK);
	/* on failure the descriptor stays the caller's */
	ck_assert_int_eq(ftruncate(fd, 100), 0);
	ck_assert_int_eq(twr_reader_init(&rd, fd, TWR_CDB_HEADER, &err),
	    TWR_ECORRUPT);
	ck_assert_ptr_nonnull(strstr(err.text, "shorter than"));
	ck_assert_int_eq(rd.fd, -1);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	(void)close(fd);
	ck_assert_int_eq(twr_reader_init(&rd, fd, TWR_CDB_HEADER, &err),
	    TWR_EUNREADABLE);
}
END_TEST

/* Random garbage in every place that is read: an answer, never more. */
START_TEST(garbage_is_survived)
{
	struct support_random rn = { 99 };
	struct image im;
	unsigned round, i;

	for (round = 0; round < 3000; round++) {
		make_image(&im, 1 + support_below(&rn, 64));
		for (i = 1 + support_below(&rn, 6); i > 0; i--)
			put32(im.bytes +
				(support_chance(&rn, 30) ?
					(im.hash & 255) * 8 +
					    support_below(&rn, 5) :
					RECORD_POS + support_below(&rn, 600)),
			    (uint32_t)support_random(&rn) >>
				support_below(&rn, 32));
		(void)ask_image(&im);
	}
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(what_tinycdb_writes_is_read),
		SUPPORT_TEST(descriptor_0_is_closed_like_any_other),
		SUPPORT_TEST(the_hash_is_that_of_tinycdb),
		SUPPORT_TEST(keys_and_values_have_bounds),
		SUPPORT_TEST(a_record_under_another_key_is_corrupt),
		SUPPORT_ROWS(a_table_is_inside_the_file, tables),
		SUPPORT_ROWS(a_record_is_inside_the_file, records),
		SUPPORT_TEST(a_record_may_end_the_file),
		SUPPORT_TEST(a_key_of_the_same_hash_is_passed_over),
		SUPPORT_TEST(an_empty_slot_ends_the_search),
		SUPPORT_TEST(every_wrong_checksum_is_wrong),
		SUPPORT_TEST(a_read_may_be_short),
		SUPPORT_TEST(a_failed_read_is_told),
#ifdef PLAIN_MALLOC
		SUPPORT_TEST(a_refused_value_is_released),
		SUPPORT_TEST(no_memory_is_told),
#endif
		SUPPORT_TEST(a_slot_points_into_the_file),
		SUPPORT_TEST(probing_has_an_end),
		SUPPORT_TEST(sixty_four_slots_are_looked_at),
		SUPPORT_TEST(a_file_has_a_least_and_a_most_length),
		SUPPORT_TEST(garbage_is_survived),
		SUPPORT_END,
	};

	return support_run_in_folder("policy_reader", tests);
}
