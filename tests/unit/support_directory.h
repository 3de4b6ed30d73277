/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_TEST_SUPPORT_DIRECTORY_H
#define TWR_TEST_SUPPORT_DIRECTORY_H

/*
 * A directory to test with: organization acme, Owner alice (login alice, uid
 * 1001), the shipped catalogue; committed, and a transaction begun.
 */

#include <check.h>

#include "actor.h"
#include "change.h"
#include "directory.h"
#include "support.h"

#define T0 SUPPORT_NOW

/* What notes said since the last support_notes_clear(), a line each. */
extern char support_notes[8192];
void support_notes_clear(void);

/* The change to make others with: as alice, at T0, noting. */
struct change *support_directory(void);
struct change *support_directory_change(void); /* the same again */
void support_directory_end(void); /* closes and removes the file */
/* Commit what was done, and begin again. */
void support_commit(void);

/* An active user name@example.com with login name and uid. */
void support_user(const char *name, uint32_t uid, const char *role);
/* Give name the role at scope for the window; fails the test if refused. */
enum change_outcome support_give(const char *name, const char *scope,
    const char *role, int64_t from, int64_t until);

/* words NULL: must be TWR_OK; else rc, and err with these words. */
void support_expect(enum twr_status is, enum twr_status rc,
    const struct twr_error *err, const char *words);

#endif
