/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_POLICY_READER_H
#define TWR_POLICY_READER_H

#include <stddef.h>
#include <stdint.h>

#include "policy_format.h"
#include "status.h"

/*
 * A bounded reader of constant databases. It uses pread only: a mapping of a
 * file that shrinks would be SIGBUS inside somebody else's process. Every
 * offset is checked against the file's size, every loop has a bound, so a
 * hostile file costs at most a few reads.
 */
struct twr_reader {
	int fd; /* borrowed from the caller until twr_reader_close() */
	uint32_t size;
	uint8_t header[TWR_CDB_HEADER];
};

/*
 * Take over fd, a file of size bytes. On failure the caller keeps fd.
 * TWR_ECORRUPT: too short or too long for a constant database;
 * TWR_EUNREADABLE: the read failed.
 */
enum twr_status twr_reader_init(struct twr_reader *rd, int fd, uint64_t size,
    struct twr_error *err) TWR_MUST_CHECK;
void twr_reader_close(struct twr_reader *rd); /* closes fd; fd -1 is allowed */

/*
 * Look up one key.
 *
 * ret  on TWR_OK only: a fresh buffer with the value without its CRC,
 *      followed by one NUL; release with free().
 * len  its length without that NUL.
 *
 * TWR_ENOENT: no such key; TWR_ECORRUPT: an offset, a length or a CRC is
 * wrong, or more than TWR_PROBE_MAX slots; TWR_EUNREADABLE; TWR_ENOMEM.
 */
enum twr_status twr_reader_get(const struct twr_reader *rd, const void *key,
    size_t key_len, uint8_t **ret, size_t *len,
    struct twr_error *err) TWR_MUST_CHECK;

/* The hash of the format, for whoever has to choose keys. */
uint32_t twr_cdb_hash(const void *key, size_t len);

#endif
