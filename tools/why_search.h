/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_WHY_SEARCH_H
#define TWRBAC_WHY_SEARCH_H

/* Which logged events somebody wants to know about, and those found. */

#include "logsource.h"
#include "out.h"

#define WHY_MOST 100 /* events that are asked for at once */

struct why_wanted {
	const char *event; /* by its id; else NULL */
	const char *login; /* of this login only; NULL: of all */
	char hidden[TWR_HIDDEN_LEN]; /* how its name is hidden; "" */
	bool all; /* those that were let in, too */
	size_t most; /* of the newest, of root's programs and of others each */
	/*
	 * The uid of an account: what a process that is not root's says of
	 * another login than its own is not wanted, whatever the event.
	 */
	uint32_t (*uid_of)(void *ctx, const char *login);
	void *ctx;
};

struct why_hit {
	struct logread line;
	char *raw; /* the message */
	int64_t at;
	uint32_t uid; /* as in log_entry */
	char *host, *program;
	char *source; /* "the journal", "/var/log/auth.log line 12" */
	bool trusted;
	uint64_t times; /* the same line was found */
	struct out_list also; /* where else */
};

struct why_found {
	struct why_hit *hits[2 * WHY_MOST]; /* the newest first */
	size_t n;
	char *searched; /* "the journal, /var/log/auth.log" */
	bool asked_journal; /* and it answered */
	struct twr_error journal; /* why it could not be asked; "" */
	uint64_t n_bad; /* lines that claim to be the module's */
	struct twr_error bad;
};

/*
 * Search a log file, or "-"; with log NULL the journal daemon, and where
 * nothing is found there the files in folder. What is found in one of these
 * is not looked for in the next. TWR_EUNREADABLE: a file cannot be read.
 * why_found_free() is due in any case.
 */
enum twr_status why_search(const struct why_wanted *wanted, const char *log,
    const char *folder, int64_t now, struct why_found *ret,
    struct twr_error *err) TWR_MUST_CHECK;
void why_found_free(struct why_found *found);

#endif
