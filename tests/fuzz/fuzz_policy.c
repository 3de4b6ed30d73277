/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The input is a policy.cdb. It is judged twice: as it is, and repaired,
 * that is with its records in a sound index, with their checksums and the
 * file's length in M put right, so that what lies behind these is reached.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "checksum.h"
#include "fuzz.h"
#include "gate.h"
#include "logline.h"
#include "policy_format.h"

#define NOW INT64_C(1790000000)
#define RECORDS_MAX 512
#define FILE_MAX (1024u * 1024)

struct record {
	uint32_t hash, pos;
};

static uint32_t
load32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
store32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

/* Walk the records from the header on, as far as they make sense. */
static size_t
find_records(const uint8_t *file, size_t size, struct record *ret, size_t *end)
{
	size_t pos = TWR_CDB_HEADER, n = 0, key_len, value_len;

	while (n < RECORDS_MAX && size - pos >= 8) {
		key_len = load32(file + pos);
		value_len = load32(file + pos + 4);
		if (key_len > size - pos - 8 ||
		    value_len > size - pos - 8 - key_len)
			break;
		ret[n].pos = (uint32_t)pos;
		ret[n++].hash = twr_cdb_hash(file + pos + 8, key_len);
		pos += 8 + key_len + value_len;
	}
	*end = pos;
	return n;
}

static void
repair_record(uint8_t *file, uint32_t pos, size_t file_len)
{
	size_t key_len = load32(file + pos);
	size_t value_len = load32(file + pos + 4);
	uint8_t *key = file + pos + 8, *value = key + key_len;
	uint32_t crc;

	if (value_len < TWR_CRC_LEN)
		return;
	/* magic, version, length: 4, 4 and 8 bytes */
	if (key_len == 1 && key[0] == TWR_KEY_META && value_len >= 20) {
		store32(value + 8, (uint32_t)file_len);
		store32(value + 12, 0);
	}
	crc = twr_crc32c(0, key, key_len);
	crc = twr_crc32c(crc, value, value_len - TWR_CRC_LEN);
	store32(value + value_len - TWR_CRC_LEN, crc);
}

/* Write the index behind the records, each table twice its entries long. */
static size_t
write_index(uint8_t *file, size_t pos, const struct record *records, size_t n)
{
	size_t table, i, slots, at;

	for (table = 0; table < 256; table++) {
		for (slots = 0, i = 0; i < n; i++)
			slots += (records[i].hash & 255) == table ? 2 : 0;
		store32(file + table * 8, (uint32_t)pos);
		store32(file + table * 8 + 4, (uint32_t)slots);
		memset(file + pos, 0, slots * 8);
		for (i = 0; i < n; i++) {
			if ((records[i].hash & 255) != table)
				continue;
			at = (records[i].hash >> 8) % slots;
			while (load32(file + pos + at * 8 + 4) != 0)
				at = (at + 1) % slots;
			store32(file + pos + at * 8, records[i].hash);
			store32(file + pos + at * 8 + 4, records[i].pos);
		}
		pos += slots * 8;
	}
	return pos;
}

/* file has room for the index of RECORDS_MAX records behind size. */
static size_t
repair(uint8_t *file, size_t size)
{
	struct record records[RECORDS_MAX];
	size_t i, n, end;

	n = find_records(file, size, records, &end);
	size = write_index(file, end, records, n);
	for (i = 0; i < n; i++)
		repair_record(file, records[i].pos, size);
	return size;
}

/* The assignment that a grant names is one that may be granted by. */
static void
check_holding(const struct twr_judgement *jd)
{
	const struct twr_rule *r = &jd->view.rule;
	const struct twr_demand *demand = &r->demands[jd->decision.demand];
	const struct twr_holding *h = &jd->view.login
					   .holdings[jd->decision.holding];
	bool role = false, scope = false;
	size_t i;

	for (i = 0; i < demand->n_roles; i++)
		role = role || demand->roles[i] == h->role;
	for (i = 0; i < r->n_chain; i++) {
		PROMISE(r->chain[i].status == TWR_SCOPE_ACTIVE);
		scope = scope || r->chain[i].scope == h->scope;
	}
	PROMISE(role && scope && h->flags == 0);
	PROMISE(h->not_before <= jd->request.clock);
	PROMISE(jd->request.now < h->not_after);
}

/* What every grant and every exemption rests on, whatever the bytes say. */
static void
check_decision(const struct twr_judgement *jd)
{
	const struct twr_decision *d = &jd->decision;
	const struct twr_view *v = &jd->view;

	PROMISE(d->verdict == TWR_DENY || d->verdict == TWR_GRANT ||
	    d->verdict == TWR_EXEMPT);
	PROMISE(d->reason > TWR_REASON_NONE && d->reason < TWR_REASON_COUNT);
	PROMISE(d->verdict == TWR_DENY || v->subject.login != NULL);
	PROMISE((d->reason == TWR_REASON_GRANTED) == (d->verdict == TWR_GRANT));
	PROMISE((d->reason == TWR_REASON_EXEMPT) == (d->verdict == TWR_EXEMPT));
	if (d->verdict == TWR_EXEMPT) {
		PROMISE(v->exempt_status == TWR_OK);
		PROMISE(d->exemption < v->exempt.n_entries);
	}
	if (d->verdict != TWR_GRANT)
		return;
	PROMISE(v->rule_status == TWR_OK && v->login_status == TWR_OK);
	PROMISE(!v->login.tombstone);
	PROMISE(v->login.status == TWR_USER_ACTIVE);
	PROMISE(v->rule.n_demands > 0 && v->rule.n_chain > 0);
	PROMISE(d->demand < v->rule.n_demands);
	PROMISE(d->holding < v->login.n_holdings);
	check_holding(jd);
}

static void
check_texts(const struct twr_judgement *jd)
{
	const struct twr_report rp = { jd, "7Q2M4KXA", "deny",
		jd->decision.reason, NULL, "192.0.2.7", "ssh", "ops1" };
	char line[TWR_LOGLINE_MAX], sentence[TWR_SENTENCE_MAX];

	twr_logline(&rp, line);
	fuzz_check_error(line, sizeof(line));
	twr_sentence(&rp, sentence);
	fuzz_check_error(sentence, sizeof(sentence));
}

struct question {
	const char *service, *user, *invoker;
	uint32_t real_uid, local_uid;
};

static const struct question questions[] = {
	{ "sshd", "alice", NULL, 0, TWR_UID_UNKNOWN },
	{ "sshd", "bob", "", 0, TWR_UID_UNKNOWN },
	{ "sshd", "daemon", NULL, 0, 1 },
	{ "sudo", "root", "bob", 1001, 1001 },
	{ "sudo", "root", NULL, 1001, TWR_UID_UNKNOWN },
	{ "su", "root", "alice", 1000, TWR_UID_UNKNOWN },
	{ "cron", "daemon", NULL, 0, 1 },
	{ "login", "root", NULL, 0, 0 },
	{ "unlisted", "carol", NULL, 0, TWR_UID_UNKNOWN },
	{ "unlisted", "carol", "bob", 0, TWR_UID_UNKNOWN },
	{ NULL, NULL, NULL, 0, TWR_UID_UNKNOWN },
};

static void
ask(struct twr_judgement *jd, const struct question *q, struct twr_error *err)
{
	jd->status = twr_view_load_meta(&jd->reader, &jd->view, err);
	if (jd->status != TWR_OK) {
		fuzz_check_error(err->text, sizeof(err->text));
		return;
	}
	jd->request = (struct twr_request) { .service = q->service,
		.user = q->user,
		.invoker = q->invoker,
		.clock = NOW,
		.now = NOW,
		.real_uid = q->real_uid,
		.local_uid = q->local_uid };
	if (jd->request.service == NULL)
		jd->request.service = "";
	twr_view_load(&jd->reader, q->service, q->user, q->invoker, &jd->view);
	jd->decision = twr_decide(&jd->view, &jd->request, NULL);
	check_decision(jd);
	check_texts(jd);
}

/* Two looks at the same bytes end alike. */
static void
ask_all(const struct twr_reader *rd)
{
	struct twr_judgement *jd = calloc(1, sizeof(*jd));
	struct twr_error err = { .text = "" };
	struct twr_decision first;
	size_t i;

	PROMISE(jd != NULL);
	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		memset(jd, 0, sizeof(*jd));
		jd->reader = *rd;
		ask(jd, &questions[i], &err);
		first = jd->decision;
		twr_view_free(&jd->view);
		if (jd->status != TWR_OK)
			break;
		ask(jd, &questions[i], &err);
		PROMISE(first.verdict == jd->decision.verdict);
		PROMISE(first.reason == jd->decision.reason);
		twr_view_free(&jd->view);
	}
	free(jd);
}

/* The same bytes, asked for roles: the promises of a grant hold as well. */
static void
ask_roles(const struct twr_reader *rd)
{
	static const struct twr_role_question asked[] = {
		{ "hosts:login", NULL },
		{ "hosts:login", "acme" },
		{ "hosts:admin", "acme/messaging" },
		{ "hosts:login", "acme/closed" },
		{ "hosts:none", "acme/none" },
	};
	struct twr_judgement *jd = calloc(1, sizeof(*jd));
	struct twr_error err = { .text = "" };
	size_t i;

	PROMISE(jd != NULL);
	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		memset(jd, 0, sizeof(*jd));
		jd->reader = *rd;
		jd->status = twr_view_load_meta(rd, &jd->view, &err);
		jd->request = (struct twr_request) { .service = "sudo",
			.user = "alice",
			.clock = NOW,
			.now = NOW,
			.real_uid = 1000,
			.local_uid = TWR_UID_UNKNOWN };
		if (jd->status == TWR_OK) {
			twr_view_load_rule(rd, TWR_ROLE_SERVICE, &jd->view);
			twr_view_load_login(rd, "alice", &jd->view);
			twr_view_load_role(rd, &asked[i], &jd->view);
			jd->decision = twr_decide(&jd->view, &jd->request,
			    NULL);
			check_decision(jd);
			PROMISE(jd->decision.verdict != TWR_EXEMPT);
			PROMISE(!jd->decision.permissive);
			check_texts(jd);
		}
		twr_view_free(&jd->view);
	}
	free(jd);
}

static void
ask_names(const struct twr_reader *rd)
{
	uint32_t number;
	char *name = NULL;

	for (number = 0; number < 8; number++) {
		if (twr_name_of(rd, TWR_NAME_ROLE, number, &name) == TWR_OK)
			PROMISE(strlen(name) < TWR_VALUE_MAX);
		free(name);
		name = NULL;
		if (twr_name_of(rd, TWR_NAME_SCOPE, number, &name) == TWR_OK)
			PROMISE(strlen(name) < TWR_VALUE_MAX);
		free(name);
		name = NULL;
	}
}

static void
judge_file(const uint8_t *data, size_t size)
{
	struct twr_reader *rd = calloc(1, sizeof(*rd));
	struct twr_error err = { .text = "" };
	size_t done = 0;
	ssize_t n;
	int fd = memfd_create("policy", MFD_CLOEXEC);

	PROMISE(fd != -1 && rd != NULL);
	while (done < size) {
		n = pwrite(fd, data + done, size - done, (off_t)done);
		PROMISE(n > 0);
		done += (size_t)n;
	}
	if (twr_reader_init(rd, fd, size, &err) == TWR_OK) {
		ask_all(rd);
		ask_roles(rd);
		ask_names(rd);
		twr_reader_close(rd);
	} else {
		fuzz_check_error(err.text, sizeof(err.text));
		(void)close(fd);
	}
	free(rd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *file;

	judge_file(data, size);
	if (size < TWR_CDB_HEADER || size > FILE_MAX)
		return 0;
	/* two slots of 8 bytes for each record */
	file = malloc(size + (size_t)RECORDS_MAX * 16);
	PROMISE(file != NULL);
	memcpy(file, data, size);
	size = repair(file, size);
	judge_file(file, size);
	free(file);
	return 0;
}
