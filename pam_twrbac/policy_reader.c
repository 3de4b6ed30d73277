/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy_reader.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checksum.h"

#define SLOT_LEN 8
#define SLOTS_AT_ONCE 16
#define RECORD_HEAD 8
/* One read brings the head, the key and most values. */
#define FIRST_READ 1024

struct table {
	uint32_t pos, slots;
};

static uint32_t
load32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

uint32_t
twr_cdb_hash(const void *key, size_t len)
{
	const uint8_t *p = key;
	uint32_t h = 5381;

	for (; len > 0; len--)
		h = (h + (h << 5)) ^ *p++;
	return h;
}

/* Exactly len bytes at pos, which the caller has checked against the size. */
static enum twr_status
read_at(const struct twr_reader *rd, void *buf, size_t len, uint32_t pos,
    struct twr_error *err)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = pread(rd->fd, (uint8_t *)buf + done, len - done,
		    (off_t)pos + (off_t)done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return twr_fail(err, TWR_EUNREADABLE,
			    "policy: read: %s", twr_errno_text(errno));
		if (n == 0)
			return twr_fail(err, TWR_ECORRUPT,
			    "policy: shorter than it was when it was opened");
		done += (size_t)n;
	}
	return TWR_OK;
}

enum twr_status
twr_reader_init(struct twr_reader *rd, int fd, uint64_t size,
    struct twr_error *err)
{
	enum twr_status rc;

	if (size < TWR_CDB_HEADER || size > UINT32_MAX)
		return twr_fail(err, TWR_ECORRUPT,
		    "policy: %llu bytes cannot be a policy",
		    (unsigned long long)size);
	rd->fd = fd;
	rd->size = (uint32_t)size;
	rc = read_at(rd, rd->header, sizeof(rd->header), 0, err);
	if (rc != TWR_OK)
		rd->fd = -1;
	return rc;
}

void
twr_reader_close(struct twr_reader *rd)
{
	if (rd->fd != -1)
		(void)close(rd->fd);
	rd->fd = -1;
}

/* Is [pos, pos + len) behind the header and inside the file? */
static bool
is_inside(const struct twr_reader *rd, uint32_t pos, uint64_t len)
{
	return pos >= TWR_CDB_HEADER && pos <= rd->size &&
	    len <= rd->size - pos;
}

static enum twr_status
corrupt(struct twr_error *err, const char *what)
{
	return twr_fail(err, TWR_ECORRUPT, "policy: damaged: %s", what);
}

static enum twr_status
check_crc(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t value_len, struct twr_error *err)
{
	uint32_t crc = twr_crc32c(0, key, key_len);

	crc = twr_crc32c(crc, value, value_len - TWR_CRC_LEN);
	if (crc != load32(value + value_len - TWR_CRC_LEN))
		return corrupt(err, "a record's checksum is wrong");
	return TWR_OK;
}

/*
 * Read the record at pos. TWR_ENOENT: it has another key, go on probing.
 */
static enum twr_status
read_record(const struct twr_reader *rd, uint32_t pos, const uint8_t *key,
    size_t key_len, uint8_t **ret, size_t *len, struct twr_error *err)
{
	uint8_t first[FIRST_READ], *value = NULL;
	uint32_t value_len;
	size_t got, head = RECORD_HEAD + key_len;
	enum twr_status rc;

	if (!is_inside(rd, pos, RECORD_HEAD))
		return corrupt(err, "a record lies outside the file");
	got = rd->size - pos < sizeof(first) ? rd->size - pos : sizeof(first);
	if ((rc = read_at(rd, first, got, pos, err)) != TWR_OK)
		return rc;
	value_len = load32(first + 4);
	if (!is_inside(rd, pos,
		RECORD_HEAD + (uint64_t)load32(first) + value_len))
		return corrupt(err, "a record reaches beyond the file");
	if (load32(first) != key_len ||
	    memcmp(first + RECORD_HEAD, key, key_len) != 0)
		return TWR_ENOENT;
	if (value_len < TWR_CRC_LEN || value_len > TWR_VALUE_MAX)
		return corrupt(err, "a record's length is out of bounds");

	if ((value = malloc(value_len)) == NULL)
		return twr_fail(err, TWR_ENOMEM, "policy: out of memory");
	got = got - head < value_len ? got - head : value_len;
	memcpy(value, first + head, got);
	rc = read_at(rd, value + got, value_len - got,
	    pos + (uint32_t)(head + got), err);
	if (rc == TWR_OK)
		rc = check_crc(key, key_len, value, value_len, err);
	if (rc != TWR_OK) {
		free(value);
		return rc;
	}
	*len = value_len - TWR_CRC_LEN;
	value[*len] = '\0'; /* where the CRC was */
	*ret = value;
	return TWR_OK;
}

/* A miss when the slot is empty, or the record behind it has another key. */
static enum twr_status
try_slot(const struct twr_reader *rd, const uint8_t *slot, uint32_t hash,
    const uint8_t *key, size_t key_len, uint8_t **ret, size_t *len, bool *empty,
    struct twr_error *err)
{
	uint32_t pos = load32(slot + 4);

	*empty = pos == 0;
	if (*empty || load32(slot) != hash)
		return TWR_ENOENT;
	return read_record(rd, pos, key, key_len, ret, len, err);
}

enum twr_status
twr_reader_get(const struct twr_reader *rd, const void *key, size_t key_len,
    uint8_t **ret, size_t *len, struct twr_error *err)
{
	uint32_t hash = twr_cdb_hash(key, key_len), at, n, i, probed, most;
	const uint8_t *entry = rd->header + (hash & 255) * SLOT_LEN;
	struct table t = { load32(entry), load32(entry + 4) };
	uint8_t slots[SLOTS_AT_ONCE * SLOT_LEN];
	enum twr_status rc;
	bool empty;

	if (key_len == 0 || key_len > TWR_KEY_MAX)
		return TWR_ENOENT;
	if (t.slots == 0)
		return TWR_ENOENT;
	if (!is_inside(rd, t.pos, (uint64_t)t.slots * SLOT_LEN))
		return corrupt(err, "an index table lies outside the file");
	at = (hash >> 8) % t.slots;
	most = t.slots < TWR_PROBE_MAX ? t.slots : TWR_PROBE_MAX;
	for (probed = 0; probed < most;) {
		n = t.slots - at < SLOTS_AT_ONCE ? t.slots - at : SLOTS_AT_ONCE;
		if (n > most - probed)
			n = most - probed;
		rc = read_at(rd, slots, n * SLOT_LEN, t.pos + at * SLOT_LEN,
		    err);
		if (rc != TWR_OK)
			return rc;
		for (i = 0; i < n; i++, probed++) {
			rc = try_slot(rd, slots + (size_t)i * SLOT_LEN, hash,
			    key, key_len, ret, len, &empty, err);
			if (empty || rc != TWR_ENOENT)
				return rc;
		}
		at = (at + n) % t.slots;
	}
	return corrupt(err, "too many probes for one key");
}
