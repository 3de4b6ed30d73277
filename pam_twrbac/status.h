/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_STATUS_H
#define TWR_STATUS_H

#include <stddef.h>

#define TWR_MUST_CHECK __attribute__((warn_unused_result))
#define TWR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/*
 * What a function came to. 0 is success; everything else is a failure of
 * which the caller grants nothing.
 */
enum twr_status {
	TWR_OK = 0,
	/* what a reader of the policy can meet */
	TWR_ENOENT, /* not there (ENOENT, ENOTDIR, ELOOP), or no such record */
	TWR_EUNREADABLE, /* there, but this process could not read it */
	TWR_EUNSAFE, /* wrong owner, writable by others, not a regular file */
	TWR_ECORRUPT, /* not what compile wrote */
	TWR_ETOONEW, /* a format that this build does not know */
	TWR_ESTALE, /* older than its own limit */
	TWR_ENOMEM,
	TWR_EINVAL, /* a malformed argument */
	/* what the admin tool can meet besides */
	TWR_EDATA, /* configuration or stored data that cannot be accepted */
	TWR_EREFUSED, /* a rule of the model forbids it, or no such thing */
	TWR_EWRITE, /* a file or the directory cannot be written */
	TWR_EBUSY, /* another writer holds the lock */
	TWR_EPERM /* the actor may not do this */
};

#define TWR_ERROR_MAX 1024

/* One line of text, no newline, no control characters; safe to print. */
struct twr_error {
	char text[TWR_ERROR_MAX];
};

/*
 * Fill err (NULL is allowed) with the formatted line and return rc, so that
 * a failure is described once, where it happens:
 *
 *	return twr_fail(err, TWR_ECORRUPT, "%s: bad length", path);
 *
 * Control characters in the result are replaced by '?'; a line that is too
 * long is cut.
 */
enum twr_status twr_fail(struct twr_error *err, enum twr_status rc,
    const char *fmt, ...) TWR_PRINTF(3, 4);
/* Static analysis sees one file at a time and cannot know what comes back. */
#if defined(__clang_analyzer__) || defined(TWR_ANALYZE)
#define twr_fail(err, rc, ...) ((void)twr_fail(err, rc, __VA_ARGS__), (rc))
#endif

/*
 * What an errno means, in English: strerror(3) would speak the language, and
 * read the catalogues, that the environment of the calling program names.
 */
const char *twr_errno_text(int e);

/* A stable word for logs and tests, such as "policy-corrupt" has for people. */
const char *twr_status_word(enum twr_status rc);

#endif
