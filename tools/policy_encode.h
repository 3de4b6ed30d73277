/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_POLICY_ENCODE_H
#define TWRBAC_POLICY_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "sudo_rule.h"

/*
 * The encoder: values of policy.cdb by the field lists of policy_format.h.
 * A putter that fails sets .full or .bad and writes no more; the caller looks
 * once, at the end.
 */
struct policy_value {
	uint8_t *bytes; /* the caller's, TWR_VALUE_MAX of them */
	size_t len;
	bool full; /* with its CRC it would be over TWR_VALUE_MAX */
	bool bad; /* the decoder would refuse it: an enum, an empty rule... */
};

void policy_encode_name(struct policy_value *c, const char *name);
void policy_encode_rule(struct policy_value *c, const struct twr_rule *rule);
/* What role questions name: how many of each, a role's set, a scope. */
void policy_encode_asked(struct policy_value *c, uint32_t n_roles,
    uint32_t n_scopes);
void policy_encode_role_set(struct policy_value *c,
    const struct twr_demand *set);
void policy_encode_place(struct policy_value *c, const struct twr_place *place);
void policy_encode_sudo_rule(struct policy_value *c,
    const struct sudo_rule *rule);
void policy_encode_login(struct policy_value *c, const struct twr_login *login);
void policy_encode_exemptions(struct policy_value *c,
    const struct twr_exemptions *ex);
void policy_encode_meta(struct policy_value *c, const struct twr_meta *meta);

#endif
