/* SPDX-License-Identifier: BSD-2-Clause */
#include "digest.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>

struct digest {
	EVP_MD_CTX *ctx;
};

enum twr_status
digest_begin(struct digest **ret, struct twr_error *err)
{
	struct digest *dg = calloc(1, sizeof(*dg));

	if (dg == NULL || (dg->ctx = EVP_MD_CTX_new()) == NULL) {
		digest_free(dg);
		return twr_fail(err, TWR_ENOMEM, "SHA-256: out of memory");
	}
	if (EVP_DigestInit_ex(dg->ctx, EVP_sha256(), NULL) != 1) {
		digest_free(dg);
		return twr_fail(err, TWR_EDATA,
		    "SHA-256: libcrypto does not offer it; check its "
		    "configuration");
	}
	*ret = dg;
	return TWR_OK;
}

enum twr_status
digest_restart(struct digest *dg, struct twr_error *err)
{
	/* NULL: the algorithm that it has already */
	if (EVP_DigestInit_ex(dg->ctx, NULL, NULL) != 1)
		return twr_fail(err, TWR_EDATA, "SHA-256: libcrypto failed");
	return TWR_OK;
}

enum twr_status
digest_add(struct digest *dg, const void *data, size_t len,
    struct twr_error *err)
{
	if (EVP_DigestUpdate(dg->ctx, data, len) != 1)
		return twr_fail(err, TWR_EDATA, "SHA-256: libcrypto failed");
	return TWR_OK;
}

enum twr_status
digest_end(struct digest *dg, uint8_t ret[TWR_HASH_LEN], struct twr_error *err)
{
	unsigned len = 0;

	if (EVP_MD_CTX_get_size(dg->ctx) != TWR_HASH_LEN ||
	    EVP_DigestFinal_ex(dg->ctx, ret, &len) != 1 || len != TWR_HASH_LEN)
		return twr_fail(err, TWR_EDATA, "SHA-256: libcrypto failed");
	return TWR_OK;
}

void
digest_free(struct digest *dg)
{
	if (dg == NULL)
		return;
	EVP_MD_CTX_free(dg->ctx);
	free(dg);
}

enum twr_status
digest_hex(const void *data, size_t len, char ret[2 * TWR_HASH_LEN + 1],
    struct twr_error *err)
{
	struct digest *dg = NULL;
	uint8_t hash[TWR_HASH_LEN];
	size_t i;
	enum twr_status rc;

	if ((rc = digest_begin(&dg, err)) != TWR_OK)
		return rc;
	if ((rc = digest_add(dg, data, len, err)) != TWR_OK)
		goto out;
	if ((rc = digest_end(dg, hash, err)) != TWR_OK)
		goto out;
	for (i = 0; i < sizeof(hash); i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", hash[i]);
out:
	digest_free(dg);
	return rc;
}
