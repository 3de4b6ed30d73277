/* SPDX-License-Identifier: BSD-2-Clause */
#include "logsource.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "logsource_impl.h"
#include "program.h"

enum twr_status
log_offer(struct log_scan *ls, struct log_entry *entry, bool *enough,
    struct twr_error *err)
{
	struct logread line;
	struct twr_error why;
	enum twr_status rc = logread_parse(entry->raw, &line, &why);

	if (rc == TWR_OK && entry->voice != LOGREAD_ANY &&
	    (entry->voice == LOGREAD_PLUGIN) != logread_is_plugin(line.verdict))
		rc = twr_fail(&why, TWR_EDATA, "no verdict of %s",
		    entry->voice == LOGREAD_PLUGIN ? "sudo_twrbac" :
						     "pam_twrbac");
	if (rc != TWR_OK) {
		if (ls->n_bad++ == 0)
			(void)!twr_fail(&ls->bad, TWR_EDATA,
			    "%s%s%.0" PRIu64 ": %s", entry->source,
			    entry->number != 0 ? " line " : "", entry->number,
			    why.text);
		return TWR_OK;
	}
	entry->line = &line;
	return ls->fn(ls->ctx, entry, enough, err);
}

/* ---- text ---- */

static enum twr_status
offer_line(struct log_scan *ls, const char *line, const char *name,
    uint64_t number, bool *enough, struct twr_error *err)
{
	struct logread_head head;
	struct log_entry entry = {
		.source = name, .number = number, .uid = TWR_UID_UNKNOWN
	};

	if (!logread_head(line, ls->now, &head))
		return TWR_OK;
	entry.raw = head.message;
	entry.voice = head.voice;
	entry.at = head.at;
	entry.host = head.host;
	entry.program = head.program;
	return log_offer(ls, &entry, enough, err);
}

/* Nothing of ours is near as long; of such a line the rest is passed over. */
#define LINE_LONGEST (2 * TWR_LOGLINE_MAX)

/* The next line without its newline; false at the end. */
static bool
next_line(FILE *fp, char buf[LINE_LONGEST], bool *whole)
{
	size_t len;
	int c;

	if (fgets(buf, LINE_LONGEST, fp) == NULL)
		return false;
	len = strlen(buf); /* a NUL ends what can be ours */
	*whole = len > 0 && buf[len - 1] == '\n';
	if (*whole) {
		buf[--len] = '\0';
		if (len > 0 && buf[len - 1] == '\r')
			buf[len - 1] = '\0';
		return true;
	}
	if (len < LINE_LONGEST - 1) {
		*whole = feof(fp) != 0; /* the last one may lack its newline */
		return true;
	}
	while ((c = getc(fp)) != EOF && c != '\n')
		continue;
	return true;
}

enum twr_status
log_scan_stream(struct log_scan *ls, FILE *fp, const char *name,
    struct twr_error *err)
{
	char line[LINE_LONGEST];
	bool whole, enough = false;
	uint64_t number = 0;
	enum twr_status rc = TWR_OK;
	int c = getc(fp);

	if (c == '_') /* no other format begins so */
		return ungetc(c, fp) == c ?
		    log_scan_export(ls, fp, name, false, err) :
		    twr_fail(err, TWR_EUNREADABLE, "%s: cannot be read", name);
	if (c != EOF && ungetc(c, fp) != c)
		return twr_fail(err, TWR_EUNREADABLE, "%s: cannot be read",
		    name);
	while (rc == TWR_OK && !enough && next_line(fp, line, &whole)) {
		number++;
		if (whole)
			rc = offer_line(ls, line, name, number, &enough, err);
	}
	if (rc == TWR_OK && ferror(fp))
		rc = twr_fail(err, TWR_EUNREADABLE, "%s: %s", name,
		    strerror(errno));
	return rc;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len > n && strcmp(text + len - n, end) == 0;
}

static enum twr_status
scan_packed(struct log_scan *ls, int fd, const char *path,
    struct twr_error *err)
{
	static const char *const paths[] = { "/usr/bin/gzip", "/bin/gzip",
		NULL };
	char option[] = "-dc", *argv[] = { NULL, option, NULL };
	const char *found = program_find(paths);
	struct program pr;
	struct twr_error why;
	enum twr_status rc, end;
	FILE *fp;

	if (found == NULL || (argv[0] = strdup(found)) == NULL)
		return twr_fail(err, TWR_EUNREADABLE,
		    "%s: there is no gzip to read it with", path);
	if ((rc = program_start(argv, fd, &pr, err)) != TWR_OK)
		goto out;
	if ((fp = fdopen(pr.out, "r")) == NULL) {
		rc = twr_fail(err, TWR_ENOMEM, "out of memory");
	} else {
		pr.out = -1;
		rc = log_scan_stream(ls, fp, path, err);
		(void)fclose(fp);
	}
	end = program_end(&pr, rc != TWR_OK, &why);
	if (rc == TWR_OK && end != TWR_OK)
		rc = twr_fail(err, end, "%s: %s", path, why.text);
out:
	free(argv[0]);
	return rc;
}

enum twr_status
log_scan_file(struct log_scan *ls, const char *path, struct twr_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum twr_status rc;
	FILE *fp = NULL;

	if (fd == -1)
		return twr_fail(err, TWR_EUNREADABLE, "%s: %s", path,
		    strerror(errno));
	if (ends_with(path, ".gz"))
		rc = scan_packed(ls, fd, path, err);
	else if ((fp = fdopen(fd, "r")) == NULL)
		rc = twr_fail(err, TWR_ENOMEM, "out of memory");
	else
		rc = log_scan_stream(ls, fp, path, err);
	if (fp != NULL)
		(void)fclose(fp);
	else
		(void)close(fd);
	return rc;
}

/* ---- which files ---- */

struct log_file {
	char *name;
	int64_t at; /* of the last change */
};

/* auth.log, auth.log.1, auth.log.2.gz, secure, secure-20261115 */
static bool
is_log(const char *name)
{
	static const char *const names[] = { "auth.log", "secure" };
	const char *rest = NULL;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			rest = name + strlen(names[i]);
	if (rest == NULL)
		return false;
	if (*rest == '.' || *rest == '-')
		rest += 1 + strspn(rest + 1, "0123456789");
	return *rest == '\0' || strcmp(rest, ".gz") == 0;
}

static int
newest_first(const void *a, const void *b)
{
	const struct log_file *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? 1 : -1;
	return strcmp(x->name, y->name);
}

static bool
add_file(struct log_file **all, size_t *n, const char *folder, const char *name)
{
	struct log_file *grown;
	struct stat st;
	char *path;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return false;
	/* what is no file of its own could be anything */
	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
		free(path);
		return true;
	}
	if ((grown = reallocarray(*all, *n + 1, sizeof(*grown))) == NULL) {
		free(path);
		return false;
	}
	*all = grown;
	grown[(*n)++] = (struct log_file) { path, st.st_mtim.tv_sec };
	return true;
}

static bool
join(struct log_file *all, size_t n, char **ret)
{
	size_t i, len = 0;
	FILE *fp = open_memstream(ret, &len);

	if (fp == NULL)
		return false;
	for (i = 0; i < n; i++)
		(void)fprintf(fp, "%s\n", all[i].name);
	return fclose(fp) == 0;
}

enum twr_status
log_files(const char *folder, char **ret, struct twr_error *err)
{
	struct log_file *all = NULL;
	struct dirent *de;
	DIR *dir = opendir(folder);
	bool ok = true;
	size_t n = 0;

	*ret = NULL;
	if (dir == NULL)
		return twr_fail(err, TWR_ENOENT, "%s: %s", folder,
		    strerror(errno));
	while (ok && (de = readdir(dir)) != NULL)
		if (is_log(de->d_name))
			ok = add_file(&all, &n, folder, de->d_name);
	(void)closedir(dir);
	if (n > 0)
		qsort(all, n, sizeof(*all), newest_first);
	if (ok && n > 0)
		ok = join(all, n, ret);
	while (all != NULL && n > 0)
		free(all[--n].name);
	free(all);
	if (!ok)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	return *ret != NULL ?
	    TWR_OK :
	    twr_fail(err, TWR_ENOENT, "%s: no auth.log and no secure", folder);
}
