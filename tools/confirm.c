/* SPDX-License-Identifier: BSD-2-Clause */
#include "confirm.h"

#include <string.h>

enum confirm_state
confirm_judge(const struct confirm_facts *facts, uint64_t *left_s)
{
	const struct twr_meta *meta = facts->meta;

	*left_s = 0;
	if (facts->since == 0)
		return CONFIRM_NONE;
	if (meta == NULL || meta->serial != facts->serial ||
	    meta->confirm_boottime_s <= facts->boottime ||
	    memcmp(meta->boot_id, facts->boot_id, TWR_ID_LEN) != 0)
		return CONFIRM_PASSED;
	*left_s = meta->confirm_boottime_s - facts->boottime;
	return CONFIRM_WAITS;
}
