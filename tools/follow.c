/* SPDX-License-Identifier: BSD-2-Clause */
#include "follow.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "directory_restore.h"
#include "journal.h"
#include "text.h"

#define NAME "follows"

/* The folder of path, and name in it. */
static char *
beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	char *ret = NULL;
	int len = slash == NULL ? 0 : (int)(slash - path) + 1;

	return asprintf(&ret, "%.*s%s", len, path, name) < 0 ? NULL : ret;
}

/* ---- the file: a word, a blank and a value on each line ---- */

static bool
take(const char **at, const char *word, char *buf, size_t size)
{
	size_t len = strlen(word), n;
	const char *p = *at;

	if (strncmp(p, word, len) != 0 || p[len] != ' ')
		return false;
	p += len + 1;
	n = strcspn(p, "\n");
	if (n == 0 || n >= size || p[n] != '\n')
		return false;
	memcpy(buf, p, n);
	buf[n] = '\0';
	*at = p + n + 1;
	return true;
}

static bool
take_number(const char **at, const char *word, uint64_t *ret)
{
	char text[24], *end = text;

	if (!take(at, word, text, sizeof(text)) ||
	    text[strspn(text, "0123456789")] != '\0')
		return false;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0';
}

static bool
take_hash(const char **at, uint8_t ret[TWR_HASH_LEN])
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * TWR_HASH_LEN + 1];
	const char *hi, *lo;
	size_t i;

	if (!take(at, "hash", text, sizeof(text)) ||
	    strlen(text) != sizeof(text) - 1)
		return false;
	for (i = 0; i < TWR_HASH_LEN; i++) {
		hi = strchr(digits, text[2 * i]);
		lo = strchr(digits, text[2 * i + 1]);
		if (hi == NULL || lo == NULL)
			return false;
		ret[i] = (uint8_t)((hi - digits) << 4 | (lo - digits));
	}
	return true;
}

static bool
parse(const char *text, struct follow *fo)
{
	return take(&text, "directory", fo->directory, sizeof(fo->directory)) &&
	    take(&text, "sid", fo->organization_sid,
		sizeof(fo->organization_sid)) &&
	    take(&text, "organization", fo->organization,
		sizeof(fo->organization)) &&
	    take_number(&text, "serial", &fo->serial) &&
	    take_number(&text, "seq", &fo->seq) && take_hash(&text, fo->hash) &&
	    *text == '\0' && fo->directory[0] == '/' &&
	    twr_sid_valid(fo->organization_sid, "OR");
}

enum twr_status
follow_read(const char *policy, uid_t owner, struct follow *ret,
    struct twr_error *err)
{
	struct config_file file = { 0 };
	char *path = beside(policy, NAME);
	enum twr_status rc;

	if (path == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	memset(ret, 0, sizeof(*ret));
	rc = config_file_read(path, owner, &file, err);
	if (rc == TWR_OK && !parse(file.text, ret))
		rc = twr_fail(err, TWR_EDATA,
		    "%s: is not what twrbac wrote; remove it and run twrbac "
		    "compile --directory FILE",
		    path);
	config_file_free(&file);
	free(path);
	return rc;
}

static enum twr_status
write_text(int fd, const struct follow *fo, const char *path,
    struct twr_error *err)
{
	char hash[2 * TWR_HASH_LEN + 1], *text = NULL;
	enum twr_status rc = TWR_OK;
	int len;

	journal_hash_text(fo->hash, hash);
	len = asprintf(&text,
	    "directory %s\nsid %s\norganization %s\nserial %" PRIu64
	    "\nseq %" PRIu64 "\nhash %s\n",
	    fo->directory, fo->organization_sid, fo->organization, fo->serial,
	    fo->seq, hash);
	if (len < 0)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	if (write(fd, text, (size_t)len) != len || fsync(fd) != 0)
		rc = twr_fail(err, TWR_EWRITE, "%s: %s; is the disk full?",
		    path, strerror(errno));
	free(text);
	return rc;
}

enum twr_status
follow_write(const char *policy, const struct follow *fo, struct twr_error *err)
{
	char *path = beside(policy, NAME), *new = beside(policy, NAME ".new");
	enum twr_status rc = TWR_ENOMEM;
	int fd = -1;

	if (path == NULL || new == NULL) {
		twr_fail(err, rc, "out of memory");
		goto out;
	}
	(void)unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd == -1) {
		rc = twr_fail(err, TWR_EWRITE, "%s: %s", new, strerror(errno));
		goto out;
	}
	rc = write_text(fd, fo, new, err);
	/* the folder is synced with the policy, which is renamed next */
	if (rc == TWR_OK && rename(new, path) != 0)
		rc = twr_fail(err, TWR_EWRITE, "%s: %s", path, strerror(errno));
	if (rc != TWR_OK)
		(void)unlink(new);
out:
	if (fd != -1)
		(void)close(fd);
	free(path);
	free(new);
	return rc;
}

/* ---- may this copy be taken up? ---- */

static enum twr_status
gather(struct directory *dir, struct follow *ret, struct twr_error *err)
{
	struct journal_head head;
	struct scope org;
	uint64_t pending = 0;
	size_t len = strlen(directory_path(dir));
	enum twr_status rc;

	memset(ret, 0, sizeof(*ret));
	if (len >= sizeof(ret->directory) ||
	    strchr(directory_path(dir), '\n') != NULL)
		return twr_fail(err, TWR_EINVAL,
		    "--directory: the path is too long or has a line break");
	memcpy(ret->directory, directory_path(dir), len + 1);
	if ((rc = directory_scope_get(dir, 1, &org, err)) != TWR_OK ||
	    (rc = directory_journal_head(dir, &head, err)) != TWR_OK ||
	    (rc = directory_serial(dir, &ret->serial, err)) != TWR_OK ||
	    (rc = directory_pending(dir, &pending, err)) != TWR_OK)
		return rc;
	if (pending != 0)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: was copied while a change waited to be confirmed; "
		    "run twrbac confirm on the authority and copy again",
		    directory_path(dir));
	memcpy(ret->organization_sid, org.sid, sizeof(org.sid));
	memcpy(ret->organization, org.name, sizeof(org.name));
	ret->seq = head.seq;
	memcpy(ret->hash, head.hash, sizeof(ret->hash));
	return TWR_OK;
}

enum twr_status
follow_check(struct directory *dir, const struct follow *was,
    struct follow *ret, struct twr_error *err)
{
	uint8_t hash[TWR_HASH_LEN];
	const char *path = directory_path(dir);
	enum twr_status rc;

	if ((rc = gather(dir, ret, err)) != TWR_OK || was == NULL)
		return rc;
	if (strcmp(was->organization_sid, ret->organization_sid) != 0)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is the directory of %s (%s), but this host follows "
		    "%s; if it shall change, remove the file \"" NAME
		    "\" and the policy beside it first",
		    path, ret->organization, ret->organization_sid,
		    was->organization_sid);
	if (ret->seq < was->seq || ret->serial < was->serial)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is older (change %" PRIu64 ", policy %" PRIu64
		    ") than what is in force (change %" PRIu64
		    ", policy %" PRIu64 "); fetch a new copy",
		    path, ret->seq, ret->serial, was->seq, was->serial);
	rc = directory_journal_hash(dir, was->seq, hash, err);
	if (rc != TWR_OK || memcmp(hash, was->hash, sizeof(hash)) == 0)
		return rc;
	return twr_fail(err, TWR_EREFUSED,
	    "%s: its journal does not continue the one in force: change "
	    "%" PRIu64 " is another; ask on the authority who wrote past "
	    "twrbac (twrbac journal verify)",
	    path, was->seq);
}
