/* SPDX-License-Identifier: BSD-2-Clause */
#include "standing.h"

#include <string.h>

static enum standing
judge(const struct standing_facts *sf, enum twr_status policy_status,
    const struct twr_meta *meta)
{
	if (policy_status == TWR_ENOENT && (sf->serial == 0 || sf->copy))
		return STANDING_NONE_YET;
	if (policy_status != TWR_OK)
		return STANDING_UNUSABLE;
	if (strcmp(meta->organization_sid, sf->organization.sid) != 0)
		return STANDING_FOREIGN;
	/* a host that follows counts its own serials */
	if (!sf->copy && meta->serial != sf->serial)
		return STANDING_OLD;
	if (sf->confirm == CONFIRM_PASSED)
		return STANDING_REPLACED;
	if (sf->confirm == CONFIRM_WAITS)
		return STANDING_UNCONFIRMED;
	return meta->journal_seq == sf->head.seq ? STANDING_IN_FORCE :
						   STANDING_PENDING;
}

enum twr_status
standing_find(struct session *s, enum twr_status policy_status,
    const struct twr_meta *meta, struct standing_facts *ret,
    struct twr_error *err)
{
	struct standing_facts *sf = ret;
	enum twr_status rc;

	memset(sf, 0, sizeof(*sf));
	if ((rc = directory_scope_get(s->dir, 1, &sf->organization, err)) !=
		TWR_OK ||
	    (rc = directory_journal_head(s->dir, &sf->head, err)) != TWR_OK ||
	    (rc = directory_serial(s->dir, &sf->serial, err)) != TWR_OK ||
	    (rc = session_confirm_state(s, &sf->confirm, &sf->confirm_left_s,
		 err)) != TWR_OK)
		return rc;
	sf->copy = directory_is_copy(s->dir);
	if (sf->copy) /* what waits there is the authority's */
		sf->confirm = CONFIRM_NONE;
	sf->at = judge(sf, policy_status, meta);
	return TWR_OK;
}

void
standing_each_permissive(const struct twr_meta *meta, int64_t now,
    void (*fn)(void *ctx, const char *service, int64_t until), void *ctx)
{
	size_t i;

	if (now < meta->permissive_until)
		fn(ctx, NULL, meta->permissive_until);
	for (i = 0; i < meta->n_services; i++)
		if (now < meta->services[i].permissive_until)
			fn(ctx, meta->services[i].name,
			    meta->services[i].permissive_until);
}
