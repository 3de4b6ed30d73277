/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD_LEN 8
#define RECORD_MAX (HEAD_LEN + TWR_KEY_MAX + TWR_VALUE_MAX)
#define WINDOW_LEN (1024 * 1024) /* read at once; holds any record */

struct policy_scan {
	const struct twr_reader *rd;
	uint32_t at, end; /* of the data: the first table begins there */
	uint8_t *window;
	uint32_t window_pos;
	size_t window_len;
};

static uint32_t
load32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

/* Tables follow the data, so the lowest of them is where the data ends. */
static uint32_t
end_of_data(const struct twr_reader *rd)
{
	uint32_t pos, least = rd->size;
	size_t i;

	for (i = 0; i < TWR_CDB_HEADER; i += HEAD_LEN) {
		pos = load32(rd->header + i);
		if (pos < least)
			least = pos;
	}
	return least;
}

enum twr_status
policy_scan_begin(const struct twr_reader *rd, struct policy_scan **ret,
    struct twr_error *err)
{
	struct policy_scan *ps;

	if ((ps = calloc(1, sizeof(*ps))) == NULL ||
	    (ps->window = malloc(WINDOW_LEN)) == NULL) {
		free(ps);
		return twr_fail(err, TWR_ENOMEM, "policy: out of memory");
	}
	ps->rd = rd;
	ps->at = TWR_CDB_HEADER;
	ps->end = end_of_data(rd);
	*ret = ps;
	return TWR_OK;
}

void
policy_scan_end(struct policy_scan *ps)
{
	if (ps == NULL)
		return;
	free(ps->window);
	free(ps);
}

/* Have as much as there is, up to a whole record, in the window. */
static enum twr_status
fill_window(struct policy_scan *ps, struct twr_error *err)
{
	size_t want = ps->end - ps->at;
	ssize_t n;

	if (want > RECORD_MAX)
		want = RECORD_MAX;
	if (ps->at >= ps->window_pos &&
	    ps->at + want <= ps->window_pos + ps->window_len)
		return TWR_OK;
	ps->window_pos = ps->at;
	ps->window_len = 0;
	while (ps->window_len < want) {
		n = pread(ps->rd->fd, ps->window + ps->window_len,
		    WINDOW_LEN - ps->window_len,
		    (off_t)ps->at + (off_t)ps->window_len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return twr_fail(err, TWR_EUNREADABLE, "policy: %s",
			    strerror(errno));
		if (n == 0)
			return twr_fail(err, TWR_ECORRUPT,
			    "policy: shorter than its index says");
		ps->window_len += (size_t)n;
	}
	return TWR_OK;
}

enum twr_status
policy_scan_next(struct policy_scan *ps, struct policy_record *ret,
    struct twr_error *err)
{
	const uint8_t *p;
	size_t key_len, value_len, left;
	enum twr_status rc;

	if (ps->at >= ps->end)
		return TWR_ENOENT;
	if ((rc = fill_window(ps, err)) != TWR_OK)
		return rc;
	p = ps->window + (ps->at - ps->window_pos);
	left = ps->end - ps->at;
	key_len = left < HEAD_LEN ? 0 : load32(p);
	value_len = left < HEAD_LEN ? 0 : load32(p + 4);
	if (key_len < 1 || key_len > TWR_KEY_MAX || value_len < TWR_CRC_LEN ||
	    value_len > TWR_VALUE_MAX || HEAD_LEN + key_len + value_len > left)
		return twr_fail(err, TWR_ECORRUPT,
		    "policy: damaged: no record can be at %u",
		    (unsigned)ps->at);
	ret->key = p + HEAD_LEN;
	ret->key_len = key_len;
	ret->value = ret->key + key_len;
	ret->value_len = value_len - TWR_CRC_LEN;
	ret->crc = load32(ret->value + ret->value_len);
	ret->pos = ps->at;
	ps->at += (uint32_t)(HEAD_LEN + key_len + value_len);
	return TWR_OK;
}
