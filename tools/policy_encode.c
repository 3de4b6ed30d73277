/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy_encode.h"

#include <stdlib.h>
#include <string.h>

#include "policy_format.h"

/*
 * The mirror of the decoder in view.c: one putter for each type of the field
 * lists.
 */
static uint8_t *
grow(struct policy_value *c, size_t len)
{
	uint8_t *p = c->bytes + c->len;

	if (c->full || len > TWR_VALUE_MAX - TWR_CRC_LEN - c->len) {
		c->full = true;
		return NULL;
	}
	c->len += len;
	return p;
}

static void
put_le(struct policy_value *c, uint64_t v, size_t len)
{
	uint8_t *p = grow(c, len);

	for (; p != NULL && len > 0; len--, v >>= 8)
		*p++ = (uint8_t)v;
}

static void
put_bytes(struct policy_value *c, const void *data, size_t len)
{
	uint8_t *p = grow(c, len);

	if (p != NULL)
		memcpy(p, data, len);
}

static void
put_u32(struct policy_value *c, const uint32_t *v)
{
	put_le(c, *v, 4);
}

static void
put_u64(struct policy_value *c, const uint64_t *v)
{
	put_le(c, *v, 8);
}

static void
put_i64(struct policy_value *c, const int64_t *v)
{
	put_le(c, (uint64_t)*v, 8);
}

static void
put_flag(struct policy_value *c, const bool *v)
{
	put_le(c, *v ? 1 : 0, 1);
}

static void
put_id(struct policy_value *c, const uint8_t (*v)[TWR_ID_LEN])
{
	put_bytes(c, *v, TWR_ID_LEN);
}

static void
put_hash(struct policy_value *c, const uint8_t (*v)[TWR_HASH_LEN])
{
	put_bytes(c, *v, TWR_HASH_LEN);
}

static void
put_str(struct policy_value *c, const char *const *v)
{
	size_t len = *v == NULL ? 0 : strlen(*v);

	if (*v == NULL || len > UINT16_MAX) {
		c->bad = true;
		return;
	}
	put_le(c, len, 2);
	put_bytes(c, *v, len + 1);
}

static void
put_enum(struct policy_value *c, unsigned v, unsigned least, unsigned most)
{
	if (v < least || v > most)
		c->bad = true;
	put_le(c, v, 1);
}

static void
put_count(struct policy_value *c, size_t n)
{
	if (n > TWR_VALUE_MAX)
		c->full = true; /* each member takes a byte at least */
	put_le(c, n, 4);
}

#define PUT_FIELD(type, member) put_##type(c, &PUT_FROM->member);
#define PUT_ENUM(member, least, most) \
	put_enum(c, (unsigned)PUT_FROM->member, least, most);

void
policy_encode_name(struct policy_value *c, const char *name)
{
	put_str(c, &name);
}

static void
put_demand(struct policy_value *c, const struct twr_demand *demand)
{
	size_t i;

#define PUT_FROM demand
	TWR_DEMAND_FIELDS(PUT_FIELD, PUT_ENUM)
#undef PUT_FROM
	if (demand->n_roles == 0)
		c->bad = true; /* the decoder refuses it */
	put_count(c, demand->n_roles);
	for (i = 0; i < demand->n_roles && !c->full; i++)
		put_u32(c, &demand->roles[i]);
}

static void
put_chain(struct policy_value *c, const struct twr_chain_link *chain, size_t n)
{
	size_t i;

	if (n == 0 || n > TWR_CHAIN_MAX) {
		c->bad = true; /* the decoder refuses it */
		return;
	}
	put_count(c, n);
	for (i = 0; i < n; i++) {
#define PUT_FROM (&chain[i])
		TWR_LINK_FIELDS(PUT_FIELD, PUT_ENUM)
#undef PUT_FROM
	}
}

void
policy_encode_asked(struct policy_value *c, uint32_t n_roles, uint32_t n_scopes)
{
	put_u32(c, &n_roles);
	put_u32(c, &n_scopes);
}

void
policy_encode_role_set(struct policy_value *c, const struct twr_demand *set)
{
	put_demand(c, set);
}

void
policy_encode_place(struct policy_value *c, const struct twr_place *place)
{
#define PUT_FROM place
	TWR_PLACE_FIELDS(PUT_FIELD, PUT_ENUM)
#undef PUT_FROM
	put_chain(c, place->chain, place->n_chain);
}

void
policy_encode_sudo_rule(struct policy_value *c, const struct sudo_rule *rule)
{
	size_t i;

#define PUT_FROM rule
	TWR_SUDO_FIELDS(PUT_FIELD, PUT_ENUM)
#undef PUT_FROM
	if (rule->n_commands == 0)
		c->bad = true; /* the decoder refuses it */
	put_count(c, rule->n_commands);
	for (i = 0; i < rule->n_commands && !c->full; i++)
		put_str(c, &rule->commands[i]);
}

void
policy_encode_rule(struct policy_value *c, const struct twr_rule *rule)
{
	size_t i;

#define PUT_FROM rule
	TWR_RULE_FIELDS(PUT_FIELD, PUT_ENUM)
#undef PUT_FROM
	if (rule->n_demands == 0)
		c->bad = true; /* the decoder refuses it */
	put_chain(c, rule->chain, rule->n_chain);
	put_count(c, rule->n_demands);
	for (i = 0; i < rule->n_demands && !c->full; i++)
		put_demand(c, &rule->demands[i]);
}

void
policy_encode_login(struct policy_value *c, const struct twr_login *login)
{
	size_t i;

#define PUT_FROM login
	TWR_LOGIN_FIELDS(PUT_FIELD, PUT_ENUM)
#undef PUT_FROM
	put_count(c, login->n_holdings);
	for (i = 0; i < login->n_holdings && !c->full; i++) {
#define PUT_FROM (&login->holdings[i])
		TWR_HOLDING_FIELDS(PUT_FIELD, PUT_ENUM)
#undef PUT_FROM
	}
}

void
policy_encode_exemptions(struct policy_value *c,
    const struct twr_exemptions *ex)
{
	size_t i;

	put_count(c, ex->n_entries);
	for (i = 0; i < ex->n_entries && !c->full; i++) {
#define PUT_FROM (&ex->entries[i])
		TWR_EXEMPTION_FIELDS(PUT_FIELD, PUT_ENUM)
#undef PUT_FROM
	}
	put_count(c, ex->n_mapped_system);
	for (i = 0; i < ex->n_mapped_system && !c->full; i++)
		put_str(c, &ex->mapped_system[i]);
}

void
policy_encode_meta(struct policy_value *c, const struct twr_meta *meta)
{
	size_t i;

	put_le(c, TWR_FORMAT_MAGIC, 4);
#define PUT_FROM meta
	TWR_META_FIELDS(PUT_FIELD, PUT_ENUM)
#undef PUT_FROM
	put_count(c, meta->n_services);
	for (i = 0; i < meta->n_services && !c->full; i++) {
#define PUT_FROM (&meta->services[i])
		TWR_SERVICE_FIELDS(PUT_FIELD, PUT_ENUM)
#undef PUT_FROM
	}
}
