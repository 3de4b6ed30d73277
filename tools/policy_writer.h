/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_POLICY_WRITER_H
#define TWRBAC_POLICY_WRITER_H

#include <stdint.h>

#include "model.h"
#include "status.h"
#include "sudo_rule.h"

/*
 * Writes one policy.cdb, record by record. Every record is encoded by the
 * field lists of policy_format.h and carries its CRC. Order: names, rules,
 * exemptions and logins in any order, meta last (it carries the file's
 * length, which the writer fills in). The index is our own (policy_index.h):
 * that of a common library breaks the reader's bound on probes.
 */
struct policy_writer;

/* fd: empty, open for reading and writing; stays the caller's. */
enum twr_status policy_writer_begin(int fd, struct policy_writer **ret,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status policy_writer_role(struct policy_writer *pw, uint32_t number,
    const char *key, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status policy_writer_scope(struct policy_writer *pw, uint32_t number,
    const char *path, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status policy_writer_rule(struct policy_writer *pw,
    const char *service, const struct twr_rule *rule,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * What role questions may name: the roles that satisfy a demand for the one
 * whose key is the label; a scope by its path or its SID. A path that is too
 * long for a key is left out, so that only the SID names it.
 */
enum twr_status policy_writer_role_set(struct policy_writer *pw,
    const struct twr_demand *set, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status policy_writer_place(struct policy_writer *pw, const char *name,
    const struct twr_place *place, struct twr_error *err) TWR_MUST_CHECK;
/* Once, after them: there are role questions in this policy. */
enum twr_status policy_writer_asked(struct policy_writer *pw,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status policy_writer_sudo_rule(struct policy_writer *pw,
    uint32_t number, const struct sudo_rule *rule,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status policy_writer_login(struct policy_writer *pw, const char *name,
    const struct twr_login *login, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status policy_writer_exemptions(struct policy_writer *pw,
    const struct twr_exemptions *ex, struct twr_error *err) TWR_MUST_CHECK;
/* Write meta (version and file_len are filled in) and the index. */
enum twr_status policy_writer_finish(struct policy_writer *pw,
    struct twr_meta *meta, struct twr_error *err) TWR_MUST_CHECK;
void policy_writer_free(struct policy_writer *pw); /* NULL is allowed */

/*
 * Read a finished file again with the module's own reader and decoder: each
 * key that was written is found within the reader's bounds, keys are unique,
 * and the CRC of each value holds and equals the one that was written.
 */
enum twr_status policy_writer_verify(int fd, const struct policy_writer *pw,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
