/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_JUDGE_H
#define TWRBAC_JUDGE_H

/*
 * One policy, asked about many logins: by the module's own reader and its own
 * decision function. What is not a login's own is read once.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "decision.h"
#include "policy_reader.h"
#include "status.h"
#include "view.h"

/* A growing list of names, each a copy. */
struct names {
	const char **all;
	size_t n, room;
};
bool names_add(struct names *ns, const char *name);
/* Unless it is there already; for short lists. */
bool names_add_once(struct names *ns, const char *name);
bool names_have(const struct names *ns, const char *name);
void names_sort(struct names *ns); /* and drops what is there twice */
void names_free(struct names *ns);

struct judge {
	struct twr_reader rd;
	struct twr_view meta; /* holds the meta record */
	struct names services; /* those that are asked about */
	struct twr_view *views; /* of each: its rule */
	/* nothing ends before: the compile time, or a later one known of */
	int64_t floor;
	bool open;
};

/* TWR_ENOENT and all others: there is no policy that could be asked. */
enum twr_status judge_open(struct judge *jg, const char *path, uid_t owner,
    int64_t now, struct twr_error *err) TWR_MUST_CHECK;
/* The same of a file that is open already, name in messages; takes over fd. */
enum twr_status judge_open_fd(struct judge *jg, int fd, const char *name,
    int64_t now, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status judge_ask_about(struct judge *jg, const struct names *services,
    struct twr_error *err) TWR_MUST_CHECK;
void judge_close(struct judge *jg);

/*
 * Call fn for each service that is asked about, with what twr_decide() wants.
 * view and req are fn's to change, and gone when it returns. uid is the
 * account's on this host, TWR_UID_UNKNOWN when it has none. A judge that is
 * not open calls nothing.
 */
typedef void judge_fn(void *ctx, size_t service, struct twr_view *view,
    struct twr_request *req);
void judge_each(const struct judge *jg, const char *login, uint32_t uid,
    int64_t now, judge_fn *fn, void *ctx);
/*
 * The decisions on login, one for each service that is asked about. A judge
 * that is not open denies.
 */
void judge_login(const struct judge *jg, const char *login, uint32_t uid,
    int64_t now, struct twr_decision *ret);

#endif
