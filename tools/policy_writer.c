/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checksum.h"
#include "policy_crc.h"
#include "policy_encode.h"
#include "policy_format.h"
#include "policy_index.h"
#include "policy_scan.h"
#include "view.h"

/* What is remembered of each record, to find doubles and to verify. */
struct record {
	uint64_t hash; /* of the key, under a random key */
	uint32_t crc;
	uint32_t pos;
};

#define BUFFER_LEN ((size_t)1024 * 1024)

struct policy_writer {
	int fd;
	bool finished;
	struct policy_crc crc;
	struct policy_value enc;
	struct record *records;
	struct policy_entry *entries; /* for the index, beside the records */
	size_t n, room;
	uint64_t end; /* of the data so far */
	uint8_t *buffer; /* data that is not written yet: it ends at end */
	size_t buffered;
	uint8_t hash_key[16];
	uint32_t n_role_sets, n_places;
};

static struct policy_value *
start_value(struct policy_writer *pw)
{
	pw->enc.len = 0;
	pw->enc.full = false;
	pw->enc.bad = false;
	return &pw->enc;
}

static bool
make_room(struct policy_writer *pw)
{
	size_t room = pw->room * 2 + 1024;
	struct policy_entry *entries;
	struct record *records;

	if (pw->n < pw->room)
		return true;
	records = reallocarray(pw->records, room, sizeof(*records));
	if (records == NULL)
		return false;
	pw->records = records;
	entries = reallocarray(pw->entries, room, sizeof(*entries));
	if (entries == NULL)
		return false;
	pw->entries = entries;
	pw->room = room;
	return true;
}

static enum twr_status
remember(struct policy_writer *pw, const uint8_t *key, size_t key_len,
    uint32_t crc, struct twr_error *err)
{
	if (!make_room(pw))
		return twr_fail(err, TWR_ENOMEM, "policy: out of memory");
	pw->records[pw->n].hash = twr_siphash(pw->hash_key, key, key_len);
	pw->records[pw->n].crc = crc;
	pw->records[pw->n].pos = (uint32_t)pw->end;
	pw->entries[pw->n].hash = twr_cdb_hash(key, key_len);
	pw->entries[pw->n].pos = (uint32_t)pw->end;
	pw->n++;
	return TWR_OK;
}

static enum twr_status
flush_buffer(struct policy_writer *pw, struct twr_error *err)
{
	size_t len = pw->buffered;

	pw->buffered = 0;
	return policy_write_at(pw->fd, pw->buffer, len, pw->end - len, err);
}

static void
buffer_add(struct policy_writer *pw, const void *data, size_t len)
{
	memcpy(pw->buffer + pw->buffered, data, len);
	pw->buffered += len;
	pw->end += len;
}

static void
store32(uint8_t *p, uint32_t v)
{
	size_t i;

	for (i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* Lengths, key, value, checksum. */
static enum twr_status
write_record(struct policy_writer *pw, const uint8_t *key, size_t key_len,
    uint32_t crc, struct twr_error *err)
{
	const struct policy_value *c = &pw->enc;
	size_t len = 8 + key_len + c->len + TWR_CRC_LEN;
	uint8_t head[8], tail[TWR_CRC_LEN];
	enum twr_status rc;

	if (len > BUFFER_LEN - pw->buffered &&
	    (rc = flush_buffer(pw, err)) != TWR_OK)
		return rc;
	store32(head, (uint32_t)key_len);
	store32(head + 4, (uint32_t)(c->len + TWR_CRC_LEN));
	store32(tail, crc);
	buffer_add(pw, head, sizeof(head));
	buffer_add(pw, key, key_len);
	buffer_add(pw, c->bytes, c->len);
	buffer_add(pw, tail, sizeof(tail));
	return TWR_OK;
}

static enum twr_status
too_long(const char *what, const char *name, struct twr_error *err)
{
	return twr_fail(err, TWR_EDATA,
	    "%s %s: the policy would be 4 GiB or more; remove logins or "
	    "assignments",
	    what, name);
}

/* Add the encoded value under key. what, name and of are for messages. */
static enum twr_status
add_record(struct policy_writer *pw, const uint8_t *key, size_t key_len,
    const char *what, const char *name, const char *of, struct twr_error *err)
{
	struct policy_value *c = &pw->enc;
	uint32_t crc;
	enum twr_status rc;

	if (pw->finished)
		return twr_fail(err, TWR_EINVAL,
		    "policy: %s %s comes after the end", what, name);
	if (c->full)
		return twr_fail(err, TWR_EDATA,
		    "%s %s: more than %u KiB of %s; give fewer of them", what,
		    name, TWR_VALUE_MAX / 1024, of);
	if (c->bad)
		return twr_fail(err, TWR_EDATA,
		    "%s %s: a value is out of its range; report this as a "
		    "defect",
		    what, name);
	/* 16 bytes of index are the least for each record */
	if (pw->end + 8 + key_len + c->len + TWR_CRC_LEN +
		16 * ((uint64_t)pw->n + 1) >
	    UINT32_MAX)
		return too_long(what, name, err);
	crc = policy_crc_add(&pw->crc, 0, key, key_len);
	crc = policy_crc_add(&pw->crc, crc, c->bytes, c->len);
	if ((rc = remember(pw, key, key_len, crc, err)) != TWR_OK)
		return rc;
	return write_record(pw, key, key_len, crc, err);
}

static enum twr_status
add_named(struct policy_writer *pw, char kind, const char *name,
    size_t name_max, const char *what, const char *of, struct twr_error *err)
{
	uint8_t key[TWR_KEY_MAX];
	size_t len = strlen(name);

	if (len == 0 || len > name_max)
		return twr_fail(err, TWR_EDATA,
		    "%s %.64s: a name has 1 to %zu bytes, this has %zu; "
		    "rename it",
		    what, name, name_max, len);
	key[0] = (uint8_t)kind;
	memcpy(key + 1, name, len);
	return add_record(pw, key, len + 1, what, name, of, err);
}

enum twr_status
policy_writer_begin(int fd, struct policy_writer **ret, struct twr_error *err)
{
	struct policy_writer *pw = NULL;
	enum twr_status rc;

	if ((pw = calloc(1, sizeof(*pw))) == NULL ||
	    (pw->enc.bytes = malloc(TWR_VALUE_MAX)) == NULL ||
	    (pw->buffer = malloc(BUFFER_LEN)) == NULL) {
		rc = twr_fail(err, TWR_ENOMEM, "policy: out of memory");
		goto out;
	}
	if (getrandom(pw->hash_key, sizeof(pw->hash_key), 0) !=
	    (ssize_t)sizeof(pw->hash_key)) {
		rc = twr_fail(err, TWR_EWRITE, "policy: no random numbers: %s",
		    strerror(errno));
		goto out;
	}
	policy_crc_init(&pw->crc);
	pw->fd = fd;
	pw->end = TWR_CDB_HEADER;
	*ret = pw;
	pw = NULL; /* the caller owns it now */
	rc = TWR_OK;
out:
	policy_writer_free(pw);
	return rc;
}

void
policy_writer_free(struct policy_writer *pw)
{
	if (pw == NULL)
		return;
	free(pw->enc.bytes);
	free(pw->buffer);
	free(pw->records);
	free(pw->entries);
	free(pw);
}

static enum twr_status
add_name(struct policy_writer *pw, char kind, uint32_t number, const char *name,
    const char *what, struct twr_error *err)
{
	uint8_t key[6] = { TWR_KEY_NAME, (uint8_t)kind };
	size_t i;

	for (i = 0; i < 4; i++)
		key[2 + i] = (uint8_t)(number >> (8 * i));
	policy_encode_name(start_value(pw), name);
	return add_record(pw, key, sizeof(key), what, name, "name", err);
}

enum twr_status
policy_writer_role(struct policy_writer *pw, uint32_t number, const char *key,
    struct twr_error *err)
{
	return add_name(pw, TWR_NAME_ROLE, number, key, "role", err);
}

enum twr_status
policy_writer_scope(struct policy_writer *pw, uint32_t number, const char *path,
    struct twr_error *err)
{
	return add_name(pw, TWR_NAME_SCOPE, number, path, "scope", err);
}

enum twr_status
policy_writer_rule(struct policy_writer *pw, const char *service,
    const struct twr_rule *rule, struct twr_error *err)
{
	policy_encode_rule(start_value(pw), rule);
	return add_named(pw, TWR_KEY_RULE, service, TWR_SERVICE_MAX, "rule",
	    "demands", err);
}

static enum twr_status
add_asked(struct policy_writer *pw, char kind, const char *name,
    const char *what, uint32_t *count, struct twr_error *err)
{
	char key[TWR_KEY_MAX];
	size_t len = strlen(name);

	if (len == 0 || len > TWR_ASKED_MAX)
		return twr_fail(err, TWR_EDATA,
		    "%s %.64s: what sudoers may name has 1 to %d bytes; "
		    "rename it",
		    what, name, TWR_ASKED_MAX);
	key[0] = kind;
	memcpy(key + 1, name, len + 1);
	++*count;
	return add_named(pw, TWR_KEY_ASKED, key, TWR_KEY_MAX - 1, what,
	    "roles that include it", err);
}

enum twr_status
policy_writer_role_set(struct policy_writer *pw, const struct twr_demand *set,
    struct twr_error *err)
{
	policy_encode_role_set(start_value(pw), set);
	return add_asked(pw, TWR_NAME_ROLE, set->label, "role",
	    &pw->n_role_sets, err);
}

enum twr_status
policy_writer_place(struct policy_writer *pw, const char *name,
    const struct twr_place *place, struct twr_error *err)
{
	policy_encode_place(start_value(pw), place);
	return add_asked(pw, TWR_NAME_SCOPE, name, "scope", &pw->n_places, err);
}

enum twr_status
policy_writer_asked(struct policy_writer *pw, struct twr_error *err)
{
	static const uint8_t key[] = { TWR_KEY_ASKED };

	policy_encode_asked(start_value(pw), pw->n_role_sets, pw->n_places);
	return add_record(pw, key, sizeof(key), "list of", "role questions",
	    "numbers", err);
}

enum twr_status
policy_writer_sudo_rule(struct policy_writer *pw, uint32_t number,
    const struct sudo_rule *rule, struct twr_error *err)
{
	const uint8_t key[] = { TWR_KEY_SUDO, (uint8_t)number,
		(uint8_t)(number >> 8), (uint8_t)(number >> 16),
		(uint8_t)(number >> 24) };

	policy_encode_sudo_rule(start_value(pw), rule);
	return add_record(pw, key, sizeof(key), "sudo rule of", rule->role,
	    "commands", err);
}

enum twr_status
policy_writer_login(struct policy_writer *pw, const char *name,
    const struct twr_login *login, struct twr_error *err)
{
	policy_encode_login(start_value(pw), login);
	return add_named(pw, TWR_KEY_LOGIN, name, TWR_LOGIN_MAX, "login",
	    "assignments", err);
}

enum twr_status
policy_writer_exemptions(struct policy_writer *pw,
    const struct twr_exemptions *ex, struct twr_error *err)
{
	static const uint8_t key[] = { TWR_KEY_EXEMPT };

	policy_encode_exemptions(start_value(pw), ex);
	return add_record(pw, key, sizeof(key), "list of", "exemptions",
	    "logins and services (each login times each service is one)", err);
}

static int
compare_hashes(const void *x, const void *y)
{
	uint64_t a = ((const struct record *)x)->hash;
	uint64_t b = ((const struct record *)y)->hash;

	return a < b ? -1 : a > b;
}

/* The key of a record that is on the disk or in the buffer, for people. */
static void
show_key(const struct policy_writer *pw, uint32_t pos, char ret[64])
{
	uint64_t flushed = pw->end - pw->buffered;
	uint8_t head[8 + 63];
	size_t i, len;
	ssize_t n = 0;

	memset(head, 0, sizeof(head));
	if (pos >= flushed)
		memcpy(head, pw->buffer + (pos - flushed),
		    pw->end - pos < sizeof(head) ? pw->end - pos :
						   sizeof(head));
	else
		n = pread(pw->fd, head, sizeof(head), (off_t)pos);
	len = n < 0 ? 0 : head[0];
	for (i = 0; i < len && i < 63; i++)
		ret[i] = (char)head[8 + i];
	ret[i] = '\0';
}

/*
 * Sorting 64-bit hashes under a random key is cheaper than asking the file
 * for each key. Equal hashes of different keys, at 10^6 keys once in 10^7
 * policies, refuse a good policy once and pass the next time.
 */
static enum twr_status
check_unique(const struct policy_writer *pw, struct twr_error *err)
{
	struct record *sorted;
	char key[64] = "";
	enum twr_status rc = TWR_OK;
	size_t i;

	if ((sorted = reallocarray(NULL, pw->n, sizeof(*sorted))) == NULL)
		return twr_fail(err, TWR_ENOMEM, "policy: out of memory");
	memcpy(sorted, pw->records, pw->n * sizeof(*sorted));
	qsort(sorted, pw->n, sizeof(*sorted), compare_hashes);
	for (i = 1; i < pw->n && rc == TWR_OK; i++) {
		if (sorted[i].hash != sorted[i - 1].hash)
			continue;
		show_key(pw, sorted[i].pos, key);
		rc = twr_fail(err, TWR_EDATA,
		    "policy: %s %s comes twice; run twrbac doctor",
		    key[0] == TWR_KEY_LOGIN    ? "login" :
			key[0] == TWR_KEY_RULE ? "rule" :
						 "record",
		    key + 1);
	}
	free(sorted);
	return rc;
}

/*
 * Write meta, which carries the length of the whole file: so the index is
 * planned with meta's own record before that is written.
 */
static enum twr_status
add_meta(struct policy_writer *pw, struct twr_meta *meta,
    struct policy_index *ix, struct twr_error *err)
{
	static const uint8_t key[] = { TWR_KEY_META };
	struct policy_value *c = start_value(pw);
	enum twr_status rc;

	meta->version = TWR_FORMAT_VERSION;
	meta->file_len = 0;
	policy_encode_meta(c, meta);
	if (!make_room(pw))
		return twr_fail(err, TWR_ENOMEM, "policy: out of memory");
	pw->entries[pw->n].hash = twr_cdb_hash(key, sizeof(key));
	pw->entries[pw->n].pos = (uint32_t)pw->end;
	rc = policy_index_plan(pw->entries, pw->n + 1, ix, err);
	if (rc != TWR_OK)
		return rc;
	/* all fields but strings are of fixed width: the length holds */
	meta->file_len = pw->end + 8 + sizeof(key) + c->len + TWR_CRC_LEN +
	    ix->len;
	if (meta->file_len > UINT32_MAX)
		return too_long("record", "meta", err);
	policy_encode_meta(start_value(pw), meta);
	return add_record(pw, key, sizeof(key), "record", "meta", "services",
	    err);
}

enum twr_status
policy_writer_finish(struct policy_writer *pw, struct twr_meta *meta,
    struct twr_error *err)
{
	struct policy_index ix = { .order = NULL };
	struct stat st;
	enum twr_status rc;

	if ((rc = add_meta(pw, meta, &ix, err)) != TWR_OK ||
	    (rc = check_unique(pw, err)) != TWR_OK ||
	    (rc = flush_buffer(pw, err)) != TWR_OK ||
	    (rc = policy_index_write(&ix, pw->fd, (uint32_t)pw->end, err)) !=
		TWR_OK)
		goto out;
	pw->finished = true;
	if (fstat(pw->fd, &st) != 0 || (uint64_t)st.st_size != meta->file_len)
		rc = twr_fail(err, TWR_EWRITE,
		    "the new policy has not the length that was written; the "
		    "file system may be faulty, run the command again");
out:
	policy_index_free(&ix);
	return rc;
}

static enum twr_status
not_as_written(struct twr_error *err, const struct policy_record *pr,
    const char *what)
{
	return twr_fail(err, TWR_EWRITE,
	    "policy: record %.*s at %u: %s; the disk or memory may be faulty, "
	    "run the command again",
	    (int)pr->key_len, (const char *)pr->key, (unsigned)pr->pos, what);
}

/* One record, as it stands in the file and as the module's reader finds it. */
static enum twr_status
verify_record(const struct twr_reader *rd, const struct record *want,
    const struct policy_record *pr, struct twr_error *err)
{
	uint8_t *value = NULL;
	size_t len;
	enum twr_status rc;

	rc = twr_reader_get(rd, pr->key, pr->key_len, &value, &len, err);
	if (rc == TWR_ENOENT)
		return not_as_written(err, pr, "cannot be found");
	if (rc != TWR_OK)
		return rc;
	if (len != pr->value_len || memcmp(value, pr->value, len) != 0)
		rc = not_as_written(err, pr, "another is found in its place");
	else if (pr->pos != want->pos || pr->crc != want->crc)
		rc = not_as_written(err, pr, "not what was written");
	free(value);
	return rc;
}

/* Spread over the file, so many logins are decoded as the module does it. */
#define DECODED_LOGINS 1024

static bool
is_to_decode(const struct policy_writer *pw, const struct policy_record *pr,
    size_t i)
{
	if (pr->key[0] == TWR_KEY_RULE ||
	    (pr->key[0] == TWR_KEY_ASKED && pr->key_len > 2))
		return true;
	return pr->key[0] == TWR_KEY_LOGIN &&
	    (pw->n < DECODED_LOGINS || i % (pw->n / DECODED_LOGINS) == 0);
}

/* A rule that is there is all that a role question wants of it. */
static enum twr_status
decode_asked(const struct twr_reader *rd, const char *name,
    struct twr_view *view)
{
	bool role = name[0] == TWR_NAME_ROLE;
	const struct twr_role_question qu = { role ? name + 1 : "-",
		role ? NULL : name + 1 };

	twr_view_load_role(rd, &qu, view);
	return role ? view->role_status : view->scope_status;
}

static enum twr_status
verify_decoding(const struct twr_reader *rd, const struct policy_record *pr,
    struct twr_error *err)
{
	char name[TWR_KEY_MAX];
	bool rule = pr->key[0] == TWR_KEY_RULE;
	struct twr_view view;
	enum twr_status rc;

	memset(&view, 0, sizeof(view));
	memcpy(name, pr->key + 1, pr->key_len - 1);
	name[pr->key_len - 1] = '\0';
	if (pr->key[0] == TWR_KEY_ASKED) {
		rc = decode_asked(rd, name, &view);
		goto out_asked;
	}
	if ((rc = twr_view_load_meta(rd, &view, err)) != TWR_OK)
		goto out;
	twr_view_load(rd, rule ? name : "-", rule ? "-" : name,
	    rule ? "-" : name, &view);
	rc = rule ? view.rule_status : view.login_status;
	if (view.exempt_status != TWR_OK)
		rc = view.exempt_status;
out_asked:
	if (rc != TWR_OK)
		rc = not_as_written(err, pr, view.error.text);
out:
	twr_view_free(&view);
	return rc;
}

enum twr_status
policy_writer_verify(int fd, const struct policy_writer *pw,
    struct twr_error *err)
{
	struct policy_scan *ps = NULL;
	struct policy_record pr;
	struct twr_reader rd = { .fd = -1 };
	struct stat st;
	enum twr_status rc;
	size_t i = 0;

	if (!pw->finished)
		return twr_fail(err, TWR_EINVAL, "policy: not finished yet");
	if (fstat(fd, &st) != 0)
		return twr_fail(err, TWR_EWRITE, "policy: %s", strerror(errno));
	rc = twr_reader_init(&rd, fd, (uint64_t)st.st_size, err);
	if (rc != TWR_OK || (rc = policy_scan_begin(&rd, &ps, err)) != TWR_OK)
		goto out;
	while ((rc = policy_scan_next(ps, &pr, err)) == TWR_OK) {
		if (i == pw->n)
			break;
		rc = verify_record(&rd, &pw->records[i], &pr, err);
		if (rc == TWR_OK && is_to_decode(pw, &pr, i))
			rc = verify_decoding(&rd, &pr, err);
		if (rc != TWR_OK)
			goto out;
		i++;
	}
	if (rc == TWR_ENOENT && i == pw->n)
		rc = TWR_OK;
	else if (rc == TWR_OK || rc == TWR_ENOENT)
		rc = twr_fail(err, TWR_EWRITE,
		    "policy: not as many records as were written; the disk "
		    "may be faulty, run the command again");
out:
	policy_scan_end(ps);
	return rc; /* fd stays the caller's: the reader is not closed */
}
