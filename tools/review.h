/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_REVIEW_H
#define TWRBAC_REVIEW_H

/*
 * The report for an access review: gathered first, then printed in one of
 * its forms.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ask.h"
#include "directory.h"
#include "out.h"

#define REVIEW_SOON_DAYS 30

/* Identifier, stable word, title for people. */
#define REVIEW_SECTIONS(X) \
	X(ACCESS, "access", "Logins and what they may use here") \
	X(EXEMPT, "exempt", "Exempt by configuration") \
	X(SUDO, "sudo", "Commands by sudo") \
	X(ENDS_SOON, "ends-soon", "Ends within 30 days") \
	X(NO_LOGIN, "no-login", "Active users without a login") \
	X(INACTIVE, "inactive-login", "Logins of users who are not active") \
	X(SERVICE, "service-user", "Service users") \
	X(WARNING, "warning", "Warnings") \
	X(JOURNAL, "journal", "Journal")

enum review_section {
#define X(id, word, title) REVIEW_##id,
	REVIEW_SECTIONS(X)
#undef X
	REVIEW_SECTION_COUNT
};
const char *review_section_word(enum review_section section);
const char *review_section_title(enum review_section section);

/* One row; strings are NULL where a section says nothing of the kind. */
struct review_row {
	enum review_section section;
	char *login, *email, *name;
	const char *status, *kind; /* words of the model */
	char *services; /* items of an OUT_LIST cell */
	char *role, *scope, *sid; /* of the assignment */
	int64_t since, until; /* TWR_ALWAYS, TWR_NEVER: not said */
	char *given_by;
	char *text; /* what the other members cannot say */
};

struct review {
	struct review_row *rows; /* by section, then in a stable order */
	size_t n, room;
	char *about; /* whose; NULL: everybody's */
	struct scope organization;
	char host[256];
	int64_t at;
	uint64_t serial; /* of the policy that answers */
	struct journal_head head;
};

/*
 * Gather. who: a user, or a login that only exemptions know; NULL: all.
 * review_free() is due in any case. TWR_EREFUSED: nobody of that name.
 */
enum twr_status review_gather(struct session *s, const char *who,
    struct review *ret, struct twr_error *err) TWR_MUST_CHECK;
void review_free(struct review *rv);

/* For people as text, for programs as one table. */
void review_print(const struct review *rv, struct out *out);
/* One page without anything from outside; to's error state tells. */
enum twr_status review_html(const struct review *rv, bool utc, FILE *to,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
