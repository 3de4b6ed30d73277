/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_REVIEW_IMPL_H
#define TWRBAC_REVIEW_IMPL_H

/* What the parts of the review share; nobody else includes this. */

#include "review.h"

/* What gathering needs besides. */
struct review_work {
	struct session *s;
	struct ask ask;
	struct review *rv;
	int64_t only; /* this user's; 0: all */
	const char *exempt_only; /* a login that nobody mapped; NULL */
	bool failed; /* out of memory */
	/* every mapped login, by user */
	struct mapped {
		int64_t user_id;
		char name[TWR_LOGIN_MAX + 1];
	} * mapped;
	size_t n_mapped, mapped_room;
	/* of the login that is asked about */
	struct user user;
	struct assignment *held;
	size_t n_held, held_room;
	struct out_list *services; /* one for each of its holdings */
	struct out_list exempt, permissive;
	struct review_row nowhere; /* what memory lacked for */
};

/* Room for one more in a growing array, zeroed; NULL when out of memory. */
void *review_grow(struct review_work *w, void **array, size_t n, size_t *room,
    size_t size);
/* A copy; NULL for "" and NULL. */
char *review_keep(struct review_work *w, const char *text);
/* A row that says nothing but its section yet; never NULL. */
struct review_row *review_add_row(struct review_work *w,
    enum review_section section);
void review_set_user(struct review_work *w, struct review_row *row,
    const struct user *user);

/* review_access.c: the rows of one login, if it is mapped and asked for. */
enum twr_status review_one_login(struct review_work *w, const char *login,
    struct twr_error *err) TWR_MUST_CHECK;

/* review_sudo.c: which commands the sudo rules give, and to whom. */
enum twr_status review_sudo(struct review_work *w,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
