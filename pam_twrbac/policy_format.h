/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_POLICY_FORMAT_H
#define TWR_POLICY_FORMAT_H

/*
 * The layout of policy.cdb: one description, expanded by the decoder
 * (view.c) and by the encoder (tools/policy_writer.c), so that the two
 * cannot drift apart.
 *
 * The file is a constant database (https://cr.yp.to/cdb/cdb.txt). Keys:
 *
 *	M                   meta, exactly one
 *	X                   exemptions, exactly one
 *	R service           rule, one for each service with .has_rule in M
 *	L login             login or tombstone
 *	Nr number           key of a role; number is 4 bytes little-endian
 *	Ns number           path of a scope
 *	K                   how many of each of the next two there are
 *	Kr key              the roles that satisfy a demand for this one
 *	Ks path or SID      a scope, with those above it
 *	S number            a sudo rule; number from 0, 4 bytes little-endian
 *
 * Integers are little-endian and of fixed width. A string is its length in
 * 2 bytes, its bytes, and a NUL that the length does not count; it holds no
 * other NUL. An array is its count in 4 bytes, then its members. Each value
 * ends with the CRC-32C of key and value (RFC 3720), against accidents:
 * attackers are kept out by the file's owner and mode.
 */

#include "model.h"

/*
 * Changing the format. A module reads this version and the one before it,
 * and refuses a newer one (policy-too-new); the tool writes this one only.
 *
 *  - A record under a key that nobody asked for so far needs no new version:
 *    older modules never look it up. Without it the decision must be one
 *    that they would make, never a wider one.
 *  - Anything else is a new version: a field, an enumerator, a bound, an
 *    order. Raise the number; keep the lists of the version before under
 *    names of their own (TWR_META_FIELDS_1) and let view.c choose by M's
 *    version; drop those of the version before that.
 *  - Version comes first in M, in every version, so that each can tell.
 *  - Store what the first release of the new version writes beside the rest:
 *    tests/upgrade/make-stored.sh. check_upgrade fails when the layout is
 *    not that of its version, and when a stored policy is not decided as it
 *    was.
 */
#define TWR_FORMAT_VERSION 1
#define TWR_FORMAT_MAGIC 0x42525754u /* "TWRB" */

#define TWR_KEY_META 'M'
#define TWR_KEY_EXEMPT 'X'
#define TWR_KEY_RULE 'R'
#define TWR_KEY_LOGIN 'L'
#define TWR_KEY_NAME 'N'
#define TWR_KEY_ASKED 'K' /* what role questions name (%:ROLE@SCOPE) */
#define TWR_KEY_SUDO 'S' /* for "twrbac sudoers", which the gate never asks */
#define TWR_NAME_ROLE 'r'
#define TWR_NAME_SCOPE 's'

/* Bounds of the reader; compile refuses to write what is beyond them. */
#define TWR_KEY_MAX (1 + TWR_LOGIN_MAX)
#define TWR_ASKED_MAX (TWR_KEY_MAX - 2) /* bytes of a name in Kr and Ks */
#define TWR_VALUE_MAX 65536 /* with its CRC */
#define TWR_PROBE_MAX 64 /* hash slots looked at for one key */
#define TWR_CRC_LEN 4
#define TWR_CDB_HEADER 2048

/*
 * Field lists. F(type, member): a scalar of u8, u32, u64, i64, str, id
 * (16 bytes), hash (32 bytes) or flag (a bool in one byte, 0 or 1).
 * E(member, least, most): an enum in one byte. Arrays follow their struct's
 * fields, in the order given with each list.
 */
#define TWR_META_FIELDS(F, E) \
	F(u32, version) \
	F(u64, file_len) \
	F(id, file_id) \
	F(str, organization_sid) \
	F(str, organization_name) \
	F(u64, serial) \
	F(i64, compiled_at) \
	F(i64, stale_at) \
	F(u64, journal_seq) \
	F(hash, journal_hash) \
	F(str, conf_path) \
	F(u64, conf_size) \
	F(i64, conf_mtime_s) \
	F(u32, conf_mtime_ns) \
	F(id, log_key) \
	F(u64, confirm_boottime_s) \
	F(id, boot_id) \
	F(id, prev_id) \
	F(u64, prev_serial) \
	F(u32, uid_min) \
	E(detail, TWR_DETAIL_REASON, TWR_DETAIL_NONE) \
	F(str, contact) \
	F(i64, permissive_until)
/* then services[] */
#define TWR_SERVICE_FIELDS(F, E) \
	F(str, name) \
	F(flag, has_rule) \
	E(subject, TWR_SUBJECT_BY_SERVICE, TWR_SUBJECT_INVOKER) \
	F(i64, permissive_until)
#define TWR_SERVICE_MIN_LEN (3 + 1 + 1 + 8)

#define TWR_RULE_FIELDS(F, E) \
	F(str, scope_path) \
	F(flag, two_factor)
/* then chain[], then demands[] */
#define TWR_LINK_FIELDS(F, E) \
	F(u32, scope) \
	E(status, TWR_SCOPE_ACTIVE, TWR_SCOPE_CLOSED)
#define TWR_DEMAND_FIELDS(F, E) \
	E(kind, TWR_DEMAND_ROLE, TWR_DEMAND_PERMISSION) \
	F(str, label)
/* then roles[], each a u32 */
#define TWR_DEMAND_MIN_LEN (1 + 3 + 4)

/* Kr: one demand. Ks: these fields, then chain[] */
#define TWR_PLACE_FIELDS(F, E) F(str, path)

/*
 * Sudo rule: whose role question (Kr, a permission's begins with a slash; Ks
 * by SID, "" when the rule for sudo names the scope) gives the commands.
 */
#define TWR_SUDO_FIELDS(F, E) \
	F(u32, line) \
	F(str, role) \
	F(str, scope_sid) \
	F(str, scope_path) \
	F(str, runas) \
	F(flag, nopasswd) \
	F(str, comment)
/* then commands[] of str */

#define TWR_LOGIN_FIELDS(F, E) \
	F(flag, tombstone) \
	F(u32, uid) \
	E(status, TWR_USER_ACTIVE, TWR_USER_SUSPENDED) \
	E(kind, TWR_KIND_PERSON, TWR_KIND_SERVICE) \
	E(two_factor, TWR_2FA_ENROLLED, TWR_2FA_UNKNOWN) \
	F(str, user_sid) \
	F(str, user_name)
/* then holdings[] */
#define TWR_HOLDING_FIELDS(F, E) \
	F(u32, role) \
	F(u32, scope) \
	F(i64, not_before) \
	F(i64, not_after) \
	F(u32, flags)
#define TWR_HOLDING_LEN (4 + 4 + 8 + 8 + 4)

/* exemptions: entries[], then mapped_system[] of str */
#define TWR_EXEMPTION_FIELDS(F, E) \
	F(str, service) \
	F(u32, needs) \
	F(str, login) \
	F(u32, uid)
#define TWR_EXEMPTION_MIN_LEN (3 + 4 + 3 + 4)
#define TWR_STRING_MIN_LEN 3

#endif
