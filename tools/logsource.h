/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_LOGSOURCE_H
#define TWRBAC_LOGSOURCE_H

/*
 * Where the lines of the module and of sudo's plugin lie: the journal daemon,
 * which knows who wrote them, and text files, which do not.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "logread.h"
#include "status.h"

/* One line of the module's, somewhere. Everything is borrowed. */
struct log_entry {
	const struct logread *line;
	const char *raw; /* the message as it stands there */
	int64_t at; /* when it was logged; TWR_ALWAYS: unknown */
	const char *host, *program; /* as the log says; "" */
	const char *source; /* "the journal", or the file's name */
	uint64_t number; /* of the line in a file; 0 in the journal */
	enum logread_voice voice;
	bool trusted; /* the kernel vouches that root's process wrote it */
	/*
	 * In the journal's format, of a process that is not root's: sudo and
	 * su log with the uid of whoever runs them. TWR_UID_UNKNOWN: root's,
	 * or another format.
	 */
	uint32_t uid;
};

/* Told about each entry; *enough ends the search of this source. */
typedef enum twr_status log_entry_fn(void *ctx, const struct log_entry *entry,
    bool *enough, struct twr_error *err);

struct log_scan {
	int64_t now; /* for times without a year */
	log_entry_fn *fn;
	void *ctx;
	/* filled in: lines that claim to be the module's, and are not */
	uint64_t n_bad;
	struct twr_error bad; /* where the first of them is, and why */
};

/*
 * Ask the journal daemon for what programs logged to authpriv, the newest
 * first: root's are trusted, others are told with their uid. TWR_ENOENT: this
 * host has none; TWR_EUNREADABLE: it does not answer.
 */
enum twr_status log_scan_journal(struct log_scan *ls,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Lines of a log, in their order: of a file that is open, or of "-", standard
 * input. What begins as journalctl's export format is read as that, and is
 * trusted no more than other text. TWR_EUNREADABLE.
 */
enum twr_status log_scan_stream(struct log_scan *ls, FILE *fp, const char *name,
    struct twr_error *err) TWR_MUST_CHECK;
/* The same of a file, by gzip if its name ends in ".gz". */
enum twr_status log_scan_file(struct log_scan *ls, const char *path,
    struct twr_error *err) TWR_MUST_CHECK;

/* Of this format alone; trusted: it comes from the daemon itself. */
enum twr_status log_scan_export(struct log_scan *ls, FILE *fp, const char *name,
    bool trusted, struct twr_error *err) TWR_MUST_CHECK;

/*
 * The authorization logs of a folder (/var/log), with those that were rotated
 * away, the newest first. Names end with a newline each; malloc'd.
 * TWR_ENOENT: there is none.
 */
enum twr_status log_files(const char *folder, char **ret,
    struct twr_error *err) TWR_MUST_CHECK;

#endif
