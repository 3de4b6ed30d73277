/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_DIGEST_H
#define TWRBAC_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "status.h"

/* SHA-256, piece by piece. The only user of libcrypto. */
struct digest;

enum twr_status digest_begin(struct digest **ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* Begin anew with the same memory. */
enum twr_status digest_restart(struct digest *dg,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status digest_add(struct digest *dg, const void *data, size_t len,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status digest_end(struct digest *dg, uint8_t ret[TWR_HASH_LEN],
    struct twr_error *err) TWR_MUST_CHECK;
void digest_free(struct digest *dg); /* NULL is allowed */

/* The whole at once, as 64 lowercase hex digits and a NUL. */
enum twr_status digest_hex(const void *data, size_t len,
    char ret[2 * TWR_HASH_LEN + 1], struct twr_error *err) TWR_MUST_CHECK;

#endif
