/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal daemon's export format: an entry is lines NAME=value, or NAME
 * alone, 8 bytes of length, the value and a newline; an empty line ends it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "logsource_impl.h"
#include "program.h"

enum field {
	MESSAGE,
	UID,
	PID,
	HOSTNAME,
	IDENTIFIER,
	SOURCE_TIME, /* when the program sent it */
	TIME, /* when the daemon got it */
	FIELDS
};

static const char *const names[FIELDS] = {
	[MESSAGE] = "MESSAGE",
	[UID] = "_UID",
	[PID] = "_PID",
	[HOSTNAME] = "_HOSTNAME",
	[IDENTIFIER] = "SYSLOG_IDENTIFIER",
	[SOURCE_TIME] = "_SOURCE_REALTIME_TIMESTAMP",
	[TIME] = "__REALTIME_TIMESTAMP",
};

#define NAME_LONGEST 64 /* of a field's name */
#define VALUE_LONGEST (TWR_LOGLINE_MAX + 256) /* of one that counts */

struct record {
	bool given; /* the entry has any field */
	char value[FIELDS][VALUE_LONGEST];
	bool bad[FIELDS]; /* given twice, too long, or with a NUL */
};

/* ---- reading ---- */

static void
forget(struct record *re)
{
	int i;

	re->given = false;
	for (i = 0; i < FIELDS; i++) {
		re->value[i][0] = '\0';
		re->bad[i] = false;
	}
}

/* A name up to "=" or a newline, which is returned; EOF; 0: no name. */
static int
read_name(FILE *fp, char buf[NAME_LONGEST])
{
	size_t n = 0;
	int c;

	while ((c = getc(fp)) != EOF && c != '=' && c != '\n') {
		if (n == NAME_LONGEST - 1 || c == '\0')
			return 0;
		buf[n++] = (char)c;
	}
	buf[n] = '\0';
	return c;
}

/* One byte more of a value; to is NULL where nobody wants it. */
static void
keep(struct record *re, int field, size_t at, int c)
{
	if (field == FIELDS)
		return;
	if (c == '\0' || at >= VALUE_LONGEST - 1) {
		re->bad[field] = true;
		return;
	}
	re->value[field][at] = (char)c;
	re->value[field][at + 1] = '\0';
}

static bool
read_text(FILE *fp, struct record *re, int field)
{
	size_t n = 0;
	int c;

	while ((c = getc(fp)) != EOF && c != '\n')
		keep(re, field, n++, c);
	return c != EOF;
}

static bool
read_binary(FILE *fp, struct record *re, int field)
{
	unsigned char length[8];
	uint64_t n = 0, i;
	int c;

	if (fread(length, 1, sizeof(length), fp) != sizeof(length))
		return false;
	for (i = sizeof(length); i > 0; i--)
		n = n << 8 | length[i - 1];
	for (i = 0; i < n; i++) {
		if ((c = getc(fp)) == EOF)
			return false;
		keep(re, field, (size_t)i, c);
	}
	return getc(fp) == '\n';
}

static int
find_field(struct record *re, const char *name)
{
	int i;

	re->given = true;
	for (i = 0; i < FIELDS; i++)
		if (strcmp(name, names[i]) == 0)
			break;
	/* a program may send a field twice; which one counts? */
	if (i < FIELDS && re->value[i][0] != '\0')
		re->bad[i] = true;
	return i;
}

/* One entry; TWR_ENOENT at the end. */
static enum twr_status
read_record(FILE *fp, struct record *re, const char *source,
    struct twr_error *err)
{
	char name[NAME_LONGEST];
	bool ok = true;
	int c = 0, field;

	forget(re);
	while (ok && (c = read_name(fp, name)) != EOF) {
		if (c == '\n' && name[0] == '\0') {
			if (re->given)
				return TWR_OK;
			continue;
		}
		if (c == 0 || name[0] == '\0')
			break;
		field = find_field(re, name);
		ok = c == '=' ? read_text(fp, re, field) :
				read_binary(fp, re, field);
	}
	if (ferror(fp))
		return twr_fail(err, TWR_EUNREADABLE, "%s: %s", source,
		    strerror(errno));
	if (c == EOF && name[0] == '\0')
		return re->given ? TWR_OK : TWR_ENOENT;
	return twr_fail(err, TWR_EUNREADABLE,
	    "%s: not the journal's export format, or cut off", source);
}

/* ---- judging ---- */

static bool
take_micros(const struct record *re, int field, int64_t *ret)
{
	const char *p = re->value[field];
	uint64_t n = 0;

	if (re->bad[field] || *p == '\0')
		return false;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n))
			return false;
	*ret = (int64_t)(n / 1000000);
	return *p == '\0';
}

/* Whose process wrote it? The daemon's word, from the kernel. */
static bool
take_uid(const struct record *re, uint32_t *ret)
{
	const char *p = re->value[UID];
	uint64_t n = 0;

	if (re->bad[UID] || *p == '\0' || (*p == '0' && p[1] != '\0'))
		return false;
	for (; *p >= '0' && *p <= '9' && n < TWR_UID_UNKNOWN; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	*ret = (uint32_t)n;
	return *p == '\0' && n < TWR_UID_UNKNOWN;
}

static enum twr_status
offer_record(struct log_scan *ls, const struct record *re, const char *source,
    bool trusted, bool *enough, struct twr_error *err)
{
	char program[sizeof(re->value[0]) + 32];
	struct log_entry entry = { .source = source,
		.at = TWR_ALWAYS,
		.host = re->value[HOSTNAME],
		.program = program };

	if (re->bad[MESSAGE] || !take_uid(re, &entry.uid))
		return TWR_OK;
	if (entry.uid == 0) {
		entry.uid = TWR_UID_UNKNOWN;
		entry.trusted = trusted;
	}
	entry.raw = logread_message(re->value[MESSAGE], &entry.voice);
	if (entry.raw == NULL || strncmp(entry.raw, "event=", 6) != 0)
		return TWR_OK;
	if (!take_micros(re, SOURCE_TIME, &entry.at))
		(void)take_micros(re, TIME, &entry.at);
	(void)snprintf(program, sizeof(program), "%s%s%.16s%s",
	    re->value[IDENTIFIER], re->value[PID][0] != '\0' ? "[" : "",
	    re->value[PID], re->value[PID][0] != '\0' ? "]" : "");
	return log_offer(ls, &entry, enough, err);
}

enum twr_status
log_scan_export(struct log_scan *ls, FILE *fp, const char *name, bool trusted,
    struct twr_error *err)
{
	struct record *re = malloc(sizeof(*re));
	bool enough = false;
	enum twr_status rc = TWR_OK;

	if (re == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	while (rc == TWR_OK && !enough &&
	    (rc = read_record(fp, re, name, err)) == TWR_OK)
		rc = offer_record(ls, re, name, trusted, &enough, err);
	free(re);
	return rc == TWR_ENOENT ? TWR_OK : rc;
}

/* ---- the daemon ---- */

static enum twr_status
read_journal(struct log_scan *ls, char *const argv[], struct twr_error *err)
{
	struct program pr;
	struct twr_error why;
	enum twr_status rc, end;
	bool ended;
	FILE *fp;

	if ((rc = program_start(argv, -1, &pr, err)) != TWR_OK)
		return rc;
	if ((fp = fdopen(pr.out, "r")) == NULL) {
		(void)!program_end(&pr, true, &why);
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	}
	pr.out = -1;
	rc = log_scan_export(ls, fp, "the journal", true, err);
	ended = rc == TWR_OK && getc(fp) == EOF;
	(void)fclose(fp);
	end = program_end(&pr, !ended, &why);
	if (rc == TWR_OK && end != TWR_OK)
		rc = twr_fail(err, end, "%s", why.text);
	return rc;
}

enum twr_status
log_scan_journal(struct log_scan *ls, struct twr_error *err)
{
	static const char *const paths[] = { "/usr/bin/journalctl",
		"/bin/journalctl", NULL };
	/* fields that begin with "_" are the daemon's; 10 is authpriv */
	static const char *const words[] = { "--no-pager", "--quiet",
		"--reverse", "--output=export", "_TRANSPORT=syslog",
		"SYSLOG_FACILITY=10" };
	char *argv[2 + sizeof(words) / sizeof(*words)] = { NULL };
	const char *found = program_find(paths);
	enum twr_status rc = TWR_OK;
	size_t i, n = 0;

	if (found == NULL ||
	    (access("/var/log/journal", F_OK) != 0 &&
		access("/run/log/journal", F_OK) != 0))
		return twr_fail(err, TWR_ENOENT, "no journal daemon");
	if ((argv[n++] = strdup(found)) == NULL)
		rc = TWR_ENOMEM;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if ((argv[n++] = strdup(words[i])) == NULL)
			rc = TWR_ENOMEM;
	if (rc == TWR_OK)
		rc = read_journal(ls, argv, err);
	else
		rc = twr_fail(err, rc, "out of memory");
	while (n > 0)
		free(argv[--n]);
	return rc;
}
