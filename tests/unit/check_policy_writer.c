/* SPDX-License-Identifier: BSD-2-Clause */
#include "policy_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy_encode.h"
#include "policy_format.h"
#include "policy_scan.h"
#include "support.h"
#include "view.h"

static struct twr_error err;

#define MUST(call) \
	do { \
		enum twr_status must_rc = (call); \
		ck_assert_msg(must_rc == TWR_OK, "%s: %s", #call, err.text); \
	} while (0)

static int
fresh_file(const char *name)
{
	const char *path = support_path("%s", name);
	int fd;

	(void)unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	ck_assert_msg(fd != -1, "%s: %s", path, strerror(errno));
	return fd;
}

/* ---- random structs ---- */

#define STRINGS_MAX 512

/* Random structs borrow their parts from here; reset before each. */
struct pool {
	struct support_random rn;
	char text[STRINGS_MAX][24];
	size_t n_text;
	struct twr_holding holdings[40];
	struct twr_demand demands[6];
	uint32_t roles[6][8];
	struct twr_exemption exemptions[30];
	const char *names[20];
	struct twr_service services[12];
};

static struct pool pool = { .rn = { 20261121 } };

static const char *
any_text(struct pool *p)
{
	char *text = p->text[p->n_text++];
	size_t i, len = support_below(&p->rn, sizeof(p->text[0]));

	ck_assert_uint_lt(p->n_text, STRINGS_MAX);
	for (i = 0; i < len; i++)
		text[i] = (char)(1 + support_below(&p->rn, 255));
	text[len] = '\0';
	return text;
}

static int64_t
any_time(struct pool *p)
{
	switch (support_below(&p->rn, 4)) {
	case 0:
		return TWR_ALWAYS;
	case 1:
		return TWR_NEVER;
	default:
		return (int64_t)support_random(&p->rn);
	}
}

static uint32_t
any_u32(struct pool *p)
{
	return (uint32_t)support_random(&p->rn);
}

static void
any_bytes(struct pool *p, uint8_t *ret, size_t len)
{
	while (len-- > 0)
		ret[len] = (uint8_t)support_random(&p->rn);
}

#define ANY_ENUM(p, type, least, most) \
	((type)((unsigned)(least) + \
	    support_below(&(p)->rn, \
		(unsigned)(most) - (unsigned)(least) + 1)))

static struct twr_login
any_login(struct pool *p)
{
	struct twr_login l = { .tombstone = support_chance(&p->rn, 20),
		.uid = any_u32(p),
		.status = ANY_ENUM(p, enum twr_user_status, TWR_USER_ACTIVE,
		    TWR_USER_SUSPENDED),
		.kind = ANY_ENUM(p, enum twr_user_kind, TWR_KIND_PERSON,
		    TWR_KIND_SERVICE),
		.two_factor = ANY_ENUM(p, enum twr_two_factor, TWR_2FA_ENROLLED,
		    TWR_2FA_UNKNOWN),
		.user_sid = any_text(p),
		.user_name = any_text(p),
		.holdings = p->holdings,
		.n_holdings = support_below(&p->rn, 40) };
	size_t i;

	for (i = 0; i < l.n_holdings; i++)
		p->holdings[i] = (struct twr_holding) { any_u32(p), any_u32(p),
			any_time(p), any_time(p), any_u32(p) };
	return l;
}

static struct twr_rule
any_rule(struct pool *p)
{
	struct twr_rule r = { .scope_path = any_text(p),
		.two_factor = support_chance(&p->rn, 50),
		.n_chain = 1 + support_below(&p->rn, TWR_CHAIN_MAX),
		.demands = p->demands,
		.n_demands = 1 + support_below(&p->rn, 6) };
	size_t i, k;

	for (i = 0; i < r.n_chain; i++) {
		r.chain[i].scope = any_u32(p);
		r.chain[i].status = ANY_ENUM(p, enum twr_scope_status,
		    TWR_SCOPE_ACTIVE, TWR_SCOPE_CLOSED);
	}
	for (i = 0; i < r.n_demands; i++) {
		p->demands[i].kind = ANY_ENUM(p, enum twr_demand_kind,
		    TWR_DEMAND_ROLE, TWR_DEMAND_PERMISSION);
		p->demands[i].label = any_text(p);
		p->demands[i].roles = p->roles[i];
		p->demands[i].n_roles = 1 + support_below(&p->rn, 8);
		for (k = 0; k < p->demands[i].n_roles; k++)
			p->roles[i][k] = any_u32(p);
	}
	return r;
}

static struct twr_exemptions
any_exemptions(struct pool *p)
{
	struct twr_exemptions ex = { p->exemptions, support_below(&p->rn, 30),
		p->names, support_below(&p->rn, 20) };
	size_t i;

	for (i = 0; i < ex.n_entries; i++)
		p->exemptions[i] = (struct twr_exemption) { any_text(p),
			any_u32(p), any_text(p), any_u32(p) };
	for (i = 0; i < ex.n_mapped_system; i++)
		p->names[i] = any_text(p);
	return ex;
}

static struct twr_meta
any_meta(struct pool *p)
{
	size_t i, n = support_below(&p->rn, 12);
	struct twr_meta m = support_meta(p->services, n);

	for (i = 0; i < n; i++)
		p->services[i] = (struct twr_service) { any_text(p),
			support_chance(&p->rn, 50),
			ANY_ENUM(p, enum twr_subject_rule,
			    TWR_SUBJECT_BY_SERVICE, TWR_SUBJECT_INVOKER),
			any_time(p) };
	any_bytes(p, m.file_id, sizeof(m.file_id));
	any_bytes(p, m.journal_hash, sizeof(m.journal_hash));
	any_bytes(p, m.log_key, sizeof(m.log_key));
	any_bytes(p, m.boot_id, sizeof(m.boot_id));
	any_bytes(p, m.prev_id, sizeof(m.prev_id));
	m.organization_sid = any_text(p);
	m.organization_name = any_text(p);
	m.conf_path = any_text(p);
	m.contact = any_text(p);
	m.serial = support_random(&p->rn);
	m.compiled_at = any_time(p);
	m.stale_at = any_time(p);
	m.journal_seq = support_random(&p->rn);
	m.conf_size = support_random(&p->rn);
	m.conf_mtime_s = any_time(p);
	m.conf_mtime_ns = any_u32(p);
	m.confirm_boottime_s = support_random(&p->rn);
	m.prev_serial = support_random(&p->rn);
	m.uid_min = any_u32(p);
	m.detail = ANY_ENUM(p, enum twr_detail, TWR_DETAIL_REASON,
	    TWR_DETAIL_NONE);
	m.permissive_until = any_time(p);
	return m;
}

/*
 * ---- equality ----
 *
 * By the encoder: it is a function of every field and injective (each field
 * of fixed width or with its length before it), so values are equal when
 * their encodings are. That it forgets no field, the field lists ensure.
 */
static void
same_bytes(const struct policy_value *a, const struct policy_value *b,
    const char *what)
{
	ck_assert(!a->full && !a->bad && !b->full && !b->bad);
	ck_assert_msg(a->len == b->len &&
		memcmp(a->bytes, b->bytes, a->len) == 0,
	    "%s differs", what);
}

static uint8_t buf_a[TWR_VALUE_MAX], buf_b[TWR_VALUE_MAX];

#define SAME(encode, x, y) \
	do { \
		struct policy_value va = { .bytes = buf_a }; \
		struct policy_value vb = { .bytes = buf_b }; \
		encode(&va, x); \
		encode(&vb, y); \
		same_bytes(&va, &vb, #encode); \
	} while (0)

static const char *
rule_service(unsigned i)
{
	static char name[32];

	(void)snprintf(name, sizeof(name), "service-%u", i);
	return name;
}

/* One file with one of each; then what was read is what was written. */
static void
round_trip(unsigned i)
{
	struct policy_writer *pw = NULL;
	struct twr_reader rd = { .fd = -1 };
	struct twr_view view;
	struct twr_login login;
	struct twr_rule rule;
	struct twr_exemptions ex;
	struct twr_meta meta;
	char *name = NULL;
	int fd = fresh_file("round.cdb");

	pool.n_text = 0;
	login = any_login(&pool);
	rule = any_rule(&pool);
	ex = any_exemptions(&pool);
	meta = any_meta(&pool);
	pool.services[11] = (struct twr_service) { rule_service(i), true,
		TWR_SUBJECT_USER, TWR_ALWAYS };
	meta.services = meta.n_services > 0 ? pool.services :
					      &pool.services[11];
	if (meta.n_services > 0)
		pool.services[0] = pool.services[11];
	else
		meta.n_services = 1;

	MUST(policy_writer_begin(fd, &pw, &err));
	MUST(policy_writer_login(pw, "bob", &login, &err));
	MUST(policy_writer_rule(pw, rule_service(i), &rule, &err));
	MUST(policy_writer_role(pw, i, "hosts:login", &err));
	MUST(policy_writer_scope(pw, i, "acme/x", &err));
	MUST(policy_writer_exemptions(pw, &ex, &err));
	MUST(policy_writer_finish(pw, &meta, &err));
	MUST(policy_writer_verify(fd, pw, &err));
	policy_writer_free(pw);

	MUST(twr_reader_init(&rd, fd, meta.file_len, &err));
	memset(&view, 0, sizeof(view));
	MUST(twr_view_load_meta(&rd, &view, &err));
	twr_view_load(&rd, rule_service(i), "bob", NULL, &view);
	ck_assert_int_eq(view.exempt_status, TWR_OK);
	ck_assert_int_eq(view.rule_status, TWR_OK);
	ck_assert_int_eq(view.login_status, TWR_OK);
	SAME(policy_encode_meta, &meta, &view.meta);
	SAME(policy_encode_login, &login, &view.login);
	SAME(policy_encode_rule, &rule, &view.rule);
	SAME(policy_encode_exemptions, &ex, &view.exempt);
	MUST(twr_name_of(&rd, TWR_NAME_ROLE, i, &name));
	ck_assert_str_eq(name, "hosts:login");
	free(name);
	twr_view_free(&view);
	twr_reader_close(&rd);
}

START_TEST(round_trips)
{
	unsigned i;

	for (i = 0; i < 10000; i++)
		round_trip(i);
}
END_TEST

/* ---- bounds ---- */

static struct twr_holding many[TWR_VALUE_MAX / TWR_HOLDING_LEN + 1];

static struct twr_login
login_with(size_t n)
{
	return (struct twr_login) { .uid = 1,
		.status = TWR_USER_ACTIVE,
		.kind = TWR_KIND_PERSON,
		.two_factor = TWR_2FA_UNKNOWN,
		.user_sid = "US",
		.user_name = "",
		.holdings = many,
		.n_holdings = n };
}

START_TEST(bounds)
{
	/* flag, uid, 3 enums, 2 strings, count; and the CRC */
	const size_t fixed = 1 + 4 + 3 + 5 + 3 + 4 + TWR_CRC_LEN;
	const size_t most = (TWR_VALUE_MAX - fixed) / TWR_HOLDING_LEN;
	struct twr_login login = login_with(most);
	struct twr_rule rule = { .scope_path = "" };
	struct policy_writer *pw;
	char name[TWR_LOGIN_MAX + 2];
	int fd = fresh_file("bounds.cdb");

	MUST(policy_writer_begin(fd, &pw, &err));
	MUST(policy_writer_login(pw, "alice", &login, &err));
	login = login_with(most + 1);
	ck_assert_int_eq(policy_writer_login(pw, "bob", &login, &err),
	    TWR_EDATA);
	ck_assert_str_eq(err.text,
	    "login bob: more than 64 KiB of "
	    "assignments; give fewer of them");
	login = login_with(0);
	memset(name, 'x', sizeof(name));
	name[TWR_LOGIN_MAX + 1] = '\0';
	ck_assert_int_eq(policy_writer_login(pw, name, &login, &err),
	    TWR_EDATA);
	ck_assert_int_eq(policy_writer_login(pw, "", &login, &err), TWR_EDATA);
	name[TWR_LOGIN_MAX] = '\0';
	MUST(policy_writer_login(pw, name, &login, &err));
	login.status = (enum twr_user_status)0;
	ck_assert_int_eq(policy_writer_login(pw, "eve", &login, &err),
	    TWR_EDATA);
	ck_assert_int_eq(policy_writer_rule(pw, "sshd", &rule, &err),
	    TWR_EDATA);
	policy_writer_free(pw);
	(void)close(fd);
}
END_TEST

START_TEST(refuses_doubles)
{
	struct twr_login login = login_with(1);
	struct twr_exemptions none = { NULL, 0, NULL, 0 };
	struct twr_meta meta = support_meta(NULL, 0);
	struct policy_writer *pw;
	int fd = fresh_file("doubles.cdb");

	MUST(policy_writer_begin(fd, &pw, &err));
	MUST(policy_writer_login(pw, "bob", &login, &err));
	MUST(policy_writer_login(pw, "bob", &login, &err));
	MUST(policy_writer_exemptions(pw, &none, &err));
	ck_assert_int_eq(policy_writer_finish(pw, &meta, &err), TWR_EDATA);
	ck_assert_ptr_nonnull(strstr(err.text, "login bob"));
	policy_writer_free(pw);
	(void)close(fd);
}
END_TEST

/* A byte that changes between writing and verifying is found. */
START_TEST(verification_sees_damage)
{
	struct twr_login login = login_with(3);
	struct twr_exemptions none = { NULL, 0, NULL, 0 };
	struct twr_meta meta = support_meta(NULL, 0);
	struct policy_writer *pw;
	int fd = fresh_file("damage.cdb");
	uint64_t at;
	uint8_t byte;

	MUST(policy_writer_begin(fd, &pw, &err));
	MUST(policy_writer_login(pw, "bob", &login, &err));
	MUST(policy_writer_exemptions(pw, &none, &err));
	MUST(policy_writer_finish(pw, &meta, &err));
	MUST(policy_writer_verify(fd, pw, &err));
	for (at = TWR_CDB_HEADER; at < meta.file_len; at++) {
		ck_assert_int_eq(pread(fd, &byte, 1, (off_t)at), 1);
		byte ^= 1;
		ck_assert_int_eq(pwrite(fd, &byte, 1, (off_t)at), 1);
		if (policy_writer_verify(fd, pw, &err) == TWR_OK)
			/* an empty slot may hold a hash that nobody asks */
			ck_assert_uint_ge(at, meta.file_len - 3 * 16);
		byte ^= 1;
		ck_assert_int_eq(pwrite(fd, &byte, 1, (off_t)at), 1);
	}
	policy_writer_free(pw);
	(void)close(fd);
}
END_TEST

/* ---- tinycdb's own tool ---- */

static bool
have_cdb(void)
{
	return access("/usr/bin/cdb", X_OK) == 0;
}

/* Run cdb without a shell; its output goes to out. Returns its status. */
static int
run_cdb(const char *const *args, const char *out)
{
	char *argv[6] = { NULL };
	size_t i;
	pid_t pid;
	int fd, status;

	for (i = 0; args[i] != NULL && i < 5; i++)
		argv[i] = strdup(args[i]);
	if ((pid = fork()) == 0) {
		fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		if (fd < 0 || dup2(fd, 1) < 0)
			_exit(99);
		execv("/usr/bin/cdb", argv);
		_exit(99);
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	for (i = 0; argv[i] != NULL; i++)
		free(argv[i]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(cdb_reads_ours)
{
	struct policy_value want = { .bytes = buf_a };
	struct twr_login login = login_with(3);
	struct twr_exemptions none = { NULL, 0, NULL, 0 };
	struct twr_meta meta = support_meta(NULL, 0);
	char *path = strdup(support_path("ours.cdb"));
	char *out = strdup(support_path("out"));
	const char *const args[] = { "cdb", "-q", path, "Lbob", NULL };
	struct policy_writer *pw;
	uint8_t *got;
	size_t len;
	int fd = fresh_file("ours.cdb");

	if (!have_cdb())
		return;
	MUST(policy_writer_begin(fd, &pw, &err));
	MUST(policy_writer_login(pw, "bob", &login, &err));
	MUST(policy_writer_exemptions(pw, &none, &err));
	MUST(policy_writer_finish(pw, &meta, &err));
	policy_writer_free(pw);
	(void)close(fd);
	ck_assert_int_eq(run_cdb(args, out), 0);
	got = support_read(out, &len);
	policy_encode_login(&want, &login);
	ck_assert_uint_eq(len, want.len + TWR_CRC_LEN);
	ck_assert_mem_eq(got, want.bytes, want.len);
	free(got);
	free(path);
	free(out);
}
END_TEST

START_TEST(ours_reads_cdb)
{
	char *path = strdup(support_path("theirs.cdb"));
	char *in = strdup(support_path("in"));
	char *out = strdup(support_path("out"));
	const char *const args[] = { "cdb", "-c", path, in, NULL };
	struct twr_reader rd = { .fd = -1 };
	struct policy_scan *ps;
	struct policy_record pr;
	char text[128];
	unsigned n = 0;
	off_t size;
	int fd;

	if (!have_cdb())
		return;
	(void)snprintf(text, sizeof(text),
	    "+4,6:Lbob->abcdef\n+4,4:Leve->wxyz\n\n");
	support_write_text(in, text);
	ck_assert_int_eq(run_cdb(args, out), 0);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	size = lseek(fd, 0, SEEK_END);
	MUST(twr_reader_init(&rd, fd, (uint64_t)size, &err));
	MUST(policy_scan_begin(&rd, &ps, &err));
	while (policy_scan_next(ps, &pr, &err) == TWR_OK) {
		uint8_t *value = NULL;
		size_t len;

		n++;
		ck_assert_uint_eq(pr.key_len, 4);
		ck_assert_uint_eq(pr.value_len, n == 1 ? 2 : 0);
		/* found; its last four bytes are no checksum of ours */
		ck_assert_int_eq(twr_reader_get(&rd, pr.key, pr.key_len, &value,
				     &len, &err),
		    TWR_ECORRUPT);
	}
	ck_assert_uint_eq(n, 2);
	policy_scan_end(ps);
	twr_reader_close(&rd);
	free(path);
	free(in);
	free(out);
}
END_TEST

/* ---- size ---- */

START_TEST(many_logins)
{
	enum {
		LOGINS = 100000
	};
	struct twr_login login = login_with(10);
	struct twr_exemptions none = { NULL, 0, NULL, 0 };
	struct twr_meta meta = support_meta(NULL, 0);
	struct policy_writer *pw;
	char name[16];
	int i, fd = fresh_file("many.cdb");

	MUST(policy_writer_begin(fd, &pw, &err));
	for (i = 0; i < LOGINS; i++) {
		(void)snprintf(name, sizeof(name), "user%d", i);
		MUST(policy_writer_login(pw, name, &login, &err));
	}
	MUST(policy_writer_exemptions(pw, &none, &err));
	MUST(policy_writer_finish(pw, &meta, &err));
	MUST(policy_writer_verify(fd, pw, &err));
	policy_writer_free(pw);
	(void)close(fd);
	(void)unlink(support_path("many.cdb"));
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(round_trips),
		SUPPORT_TEST(bounds),
		SUPPORT_TEST(refuses_doubles),
		SUPPORT_TEST(verification_sees_damage),
		SUPPORT_TEST(cdb_reads_ours),
		SUPPORT_TEST(ours_reads_cdb),
		SUPPORT_TEST(many_logins),
		SUPPORT_END,
	};

	return support_run_in_folder("policy_writer", tests);
}
