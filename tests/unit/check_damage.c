/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Whatever is done to a policy file, a refusal never becomes a grant or an
 * exemption, and what was granted is granted as before or refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy_format.h"
#include "sudo_policy.h"
#include "support.h"
#include "support_site.h"

#define MAX_ASKED 128

/* Every login at every service, of an intact file and of a damaged one. */
struct answers {
	struct twr_decision d[MAX_ASKED];
	enum twr_status status;
	size_t n;
};

static void
ask_one(const char *path, const char *service, const char *login,
    struct answers *an)
{
	struct twr_gate gate = support_gate(path);
	struct twr_request req = { .service = service,
		.user = login,
		.invoker = strcmp(service, "sudo") == 0 ? login : NULL };
	struct twr_judgement jd;

	twr_judge(&gate, &req, NULL, &jd);
	ck_assert_uint_lt(an->n, MAX_ASKED);
	an->d[an->n++] = jd.decision;
	an->status = jd.status;
	twr_judgement_end(&jd);
}

/* A role question, of an account with the uid that was remembered. */
static void
ask_role(const char *path, const char *login, uint32_t uid, const char *role,
    const char *scope, struct answers *an)
{
	struct twr_gate gate = support_gate(path);
	const struct sudo_ask asked = { login, uid, { role, scope } };
	struct sudo_policy sp = { .asked = false };
	struct twr_judgement jd;

	sudo_policy_ask(&sp, &gate, &asked, NULL, &jd);
	ck_assert_uint_lt(an->n, MAX_ASKED);
	an->d[an->n++] = jd.decision;
	an->status = jd.status;
	sudo_policy_answered(&jd);
	sudo_policy_close(&sp);
}

static void
ask_roles(const char *path, struct answers *an)
{
	static const char *const roles[] = { "hosts:login", "hosts:operator",
		"hosts:admin" };
	static const char *const scopes[] = { NULL, "acme", "acme/messaging",
		"acme/messaging/production", "acme/none" };
	size_t r, s;

	for (r = 0; r < sizeof(roles) / sizeof(roles[0]); r++)
		for (s = 0; s < sizeof(scopes) / sizeof(scopes[0]); s++) {
			ask_role(path, "bob", 1001, roles[r], scopes[s], an);
			ask_role(path, "eve", 1002, roles[r], scopes[s], an);
		}
}

static void
ask_all(const char *path, struct answers *an)
{
	const char *const *s, *const *l;

	an->n = 0;
	for (s = support_site_services; *s != NULL; s++)
		for (l = support_site_logins; *l != NULL; l++)
			ask_one(path, *s, *l, an);
	ask_roles(path, an);
}

static bool
is_success(const struct twr_decision *d)
{
	return d->verdict == TWR_GRANT || d->verdict == TWR_EXEMPT ||
	    d->permissive;
}

/* How a person would call the harm that damage did; NULL: none. */
static const char *
harm(const struct twr_decision *was, const struct twr_decision *is)
{
	if (is->verdict != TWR_DENY && is->verdict != was->verdict)
		return "let in as it was not before";
	if (!is_success(was) && is->permissive)
		return "a refusal became permissive";
	if (is->verdict == TWR_DENY &&
	    (is->reason == TWR_REASON_NONE ||
		is->reason == TWR_REASON_GRANTED ||
		is->reason == TWR_REASON_EXEMPT))
		return "a refusal without a reason";
	return NULL;
}

static void
compare(const struct answers *was, const struct answers *is, const char *what,
    size_t where)
{
	const char *wrong;
	size_t i;

	for (i = 0; i < was->n; i++) {
		wrong = harm(&was->d[i], &is->d[i]);
		ck_assert_msg(wrong == NULL,
		    "%s at byte %zu, question %zu: %s (%s, was %s)", what,
		    where, i, wrong, twr_reason_word(is->d[i].reason),
		    twr_reason_word(was->d[i].reason));
	}
}

static void
ask_intact(const char *path, struct answers *an)
{
	unsigned verdicts[3] = { 0 };
	size_t i;

	support_site_write(path);
	ask_all(path, an);
	ck_assert_int_eq(an->status, TWR_OK);
	for (i = 0; i < an->n; i++)
		verdicts[an->d[i].verdict == TWR_GRANT ? 0 :
			an->d[i].verdict == TWR_EXEMPT ? 1 :
							 2]++;
	ck_assert_uint_ge(verdicts[0], 4);
	ck_assert_uint_ge(verdicts[1], 10);
	ck_assert_uint_ge(verdicts[2], 20);
}

static int
open_rw(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	ck_assert_msg(fd != -1, "%s: %s", path, strerror(errno));
	return fd;
}

/* Flip, ask, put back. Returns how many answers had changed. */
static unsigned
try_flip(const char *path, int fd, size_t at, uint8_t mask,
    const struct answers *was)
{
	struct answers is;
	uint8_t good, bad;
	unsigned changed = 0;
	size_t i;

	ck_assert_int_eq(pread(fd, &good, 1, (off_t)at), 1);
	bad = (uint8_t)(good ^ mask);
	ck_assert_int_eq(pwrite(fd, &bad, 1, (off_t)at), 1);
	ask_all(path, &is);
	ck_assert_int_eq(pwrite(fd, &good, 1, (off_t)at), 1);
	compare(was, &is, "flip", at);
	for (i = 0; i < was->n; i++)
		if (is.d[i].verdict != was->d[i].verdict)
			changed++;
	return changed;
}

START_TEST(no_flipped_byte_lets_anybody_in)
{
	const char *path = support_path("flip.cdb");
	struct support_random rn = { 4711 };
	struct answers was;
	unsigned changed = 0;
	struct stat st;
	size_t at;
	int fd;

	ask_intact(path, &was);
	fd = open_rw(path);
	ck_assert_int_eq(fstat(fd, &st), 0);
	for (at = 0; at < (size_t)st.st_size; at++) {
		changed += try_flip(path, fd, at, 0xff, &was);
		changed += try_flip(path, fd, at,
		    (uint8_t)(1u << support_below(&rn, 8)), &was);
	}
	(void)close(fd);
	(void)printf("# %zu bytes flipped twice, %zu questions each: %u "
		     "answers became refusals\n",
	    (size_t)st.st_size, was.n, changed);
	(void)fflush(stdout);
	ck_assert_uint_ge(changed, 1000); /* the flips did meet the records */
}
END_TEST

/* Every record's kind: each single bit of its value is under its CRC. */
START_TEST(every_bit_of_meta_is_checked)
{
	const char *path = support_path("meta.cdb");
	struct answers was, is;
	uint8_t *data, good;
	size_t len, at, bit;
	int fd;

	ask_intact(path, &was);
	data = support_read(path, &len);
	/* meta is the last record: find its magic from behind */
	for (at = len - 4; at > 0; at--)
		if (memcmp(data + at, "TWRB", 4) == 0)
			break;
	ck_assert_uint_gt(at, TWR_CDB_HEADER);
	fd = open_rw(path);
	for (bit = 0; bit < 8 * 300u; bit++) {
		good = (uint8_t)(data[at + bit / 8] ^ 1u << bit % 8);
		ck_assert_int_eq(pwrite(fd, &good, 1, (off_t)(at + bit / 8)),
		    1);
		is.n = 0;
		ask_one(path, "sshd", "bob", &is);
		ck_assert_int_eq(is.status, TWR_ECORRUPT);
		ck_assert_int_eq(is.d[0].reason, TWR_REASON_POLICY_CORRUPT);
		ck_assert_int_eq(pwrite(fd, data + at + bit / 8, 1,
				     (off_t)(at + bit / 8)),
		    1);
	}
	(void)close(fd);
	free(data);
}
END_TEST

START_TEST(a_truncated_policy_is_corrupt)
{
	const char *path = support_path("short.cdb");
	struct answers was, is;
	uint8_t *data;
	size_t len, n;

	ask_intact(path, &was);
	data = support_read(path, &len);
	for (n = len; n-- > 0;) {
		ck_assert_int_eq(truncate(path, (off_t)n), 0);
		is.n = 0;
		ask_one(path, "sshd", "bob", &is);
		ask_one(path, "cron", "daemon", &is);
		ck_assert_msg(is.status == TWR_ECORRUPT, "%zu bytes", n);
		ck_assert_int_eq(is.d[0].verdict, TWR_DENY);
		ck_assert_int_eq(is.d[0].reason, TWR_REASON_POLICY_CORRUPT);
		ck_assert_int_eq(is.d[1].verdict, TWR_DENY);
	}
	free(data);
}
END_TEST

START_TEST(a_lengthened_policy_is_corrupt)
{
	const char *path = support_path("long.cdb");
	struct answers was, is;
	struct stat st;

	ask_intact(path, &was);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(truncate(path, st.st_size + 1), 0);
	ask_all(path, &is);
	ck_assert_int_eq(is.status, TWR_ECORRUPT);
	compare(&was, &is, "one byte more", 0);
	/* longer than an offset can say: sparse, costs nothing */
	if (truncate(path, (off_t)5 << 30) == 0) {
		ask_all(path, &is);
		ck_assert_int_eq(is.status, TWR_ECORRUPT);
	}
}
END_TEST

/* What a disk that lost its last writes leaves behind. */
START_TEST(zeroed_sectors_let_nobody_in)
{
	const char *path = support_path("a.cdb"), *zeroed = support_path("z");
	struct answers was, is;
	uint8_t *data;
	size_t len, cut;

	ask_intact(path, &was);
	data = support_read(path, &len);
	for (cut = len; cut > 0; cut -= cut < 61 ? cut : 61) {
		memset(data + cut - 1, 0, len - cut + 1);
		support_write(zeroed, data, len, 0640);
		ask_all(zeroed, &is);
		compare(&was, &is, "zeroes from", cut - 1);
	}
	free(data);
}
END_TEST

/* ---- the file itself ---- */

struct place {
	const char *what;
	void (*make)(const char *path);
	enum twr_status status;
};

static void
make_nothing(const char *path)
{
	(void)unlink(path);
}

static void
make_empty(const char *path)
{
	support_write(path, "", 0, 0640);
}

static void
make_group_writable(const char *path)
{
	ck_assert_int_eq(chmod(path, 0660), 0);
}

static void
make_world_writable(const char *path)
{
	ck_assert_int_eq(chmod(path, 0642), 0);
}

static void
make_foreign(const char *path)
{
	/* others cannot give files away; they prove the rest */
	if (chown(path, 4242, (gid_t)-1) != 0)
		make_group_writable(path);
}

static void
make_symlink(const char *path)
{
	char real[4096];

	(void)snprintf(real, sizeof(real), "%s.real", path);
	ck_assert_int_eq(rename(path, real), 0);
	ck_assert_int_eq(symlink(real, path), 0);
}

static void
make_fifo(const char *path)
{
	make_nothing(path);
	ck_assert_int_eq(mkfifo(path, 0640), 0);
}

static void
make_directory(const char *path)
{
	make_nothing(path);
	ck_assert_int_eq(mkdir(path, 0750), 0);
}

static void
make_device(const char *path)
{
	make_nothing(path);
	if (mknod(path, S_IFCHR | 0640, (dev_t)(1 << 8 | 5)) != 0)
		make_directory(path);
}

static void
make_text(const char *path)
{
	support_write(path, "organization = \"acme\";\n", 23, 0640);
}

static void
make_zeroes(const char *path)
{
	static const char zeroes[8192];

	support_write(path, zeroes, sizeof(zeroes), 0640);
}

static void
make_ones(const char *path)
{
	char ones[8192];

	memset(ones, 0xff, sizeof(ones));
	support_write(path, ones, sizeof(ones), 0640);
}

static const struct place places[] = {
	{ "missing", make_nothing, TWR_ENOENT },
	{ "empty", make_empty, TWR_ECORRUPT },
	{ "group-writable", make_group_writable, TWR_EUNSAFE },
	{ "world-writable", make_world_writable, TWR_EUNSAFE },
	{ "of another owner", make_foreign, TWR_EUNSAFE },
	{ "a symbolic link", make_symlink, TWR_ENOENT },
	{ "a FIFO", make_fifo, TWR_EUNSAFE },
	{ "a directory", make_directory, TWR_EUNSAFE },
	{ "a device", make_device, TWR_EUNSAFE },
	{ "a text", make_text, TWR_ECORRUPT },
	{ "zeroes", make_zeroes, TWR_ECORRUPT },
	{ "ones", make_ones, TWR_ECORRUPT },
};

static void
expect_refusals(const char *path, const char *what, enum twr_status status)
{
	struct answers is = { 0 };
	size_t i;

	ask_all(path, &is);
	ck_assert_msg(is.status == status, "%s: %s", what,
	    twr_status_word(is.status));
	for (i = 0; i < is.n; i++) {
		ck_assert_int_eq(is.d[i].verdict, TWR_DENY);
		ck_assert(!is.d[i].permissive);
		ck_assert_int_eq(is.d[i].reason, twr_reason_of_status(status));
	}
}

START_TEST(an_improper_file_is_refused)
{
	const struct place *p = &places[_i];
	const char *folder = support_path("place%d", _i);
	const char *path = support_path("place%d/policy.cdb", _i);
	unsigned fds;

	ck_assert_int_eq(mkdir(folder, 0755), 0);
	support_site_write(path);
	fds = support_count_fds();
	p->make(path);
	expect_refusals(path, p->what, p->status);
	ck_assert_uint_eq(support_count_fds(), fds);
}
END_TEST

/* The same faults in the folder that holds the file. */
static void
make_folder_group_writable(const char *folder)
{
	ck_assert_int_eq(chmod(folder, 0775), 0);
}

static void
make_folder_sticky(const char *folder)
{
	ck_assert_int_eq(chmod(folder, 01777), 0);
}

static void
make_folder_a_file(const char *folder)
{
	support_remove_tree(folder);
	support_write_text(folder, "");
}

static void
make_folder_missing(const char *folder)
{
	support_remove_tree(folder);
}

static void
make_folder_foreign(const char *folder)
{
	if (chown(folder, 4242, (gid_t)-1) != 0)
		make_folder_group_writable(folder);
}

static const struct place folders[] = {
	{ "group-writable", make_folder_group_writable, TWR_EUNSAFE },
	{ "sticky", make_folder_sticky, TWR_EUNSAFE },
	{ "a symbolic link", make_symlink, TWR_ENOENT },
	{ "a file", make_folder_a_file, TWR_ENOENT },
	{ "missing", make_folder_missing, TWR_ENOENT },
	{ "of another owner", make_folder_foreign, TWR_EUNSAFE },
};

START_TEST(an_improper_folder_is_refused)
{
	const struct place *p = &folders[_i];
	const char *outer = support_path("folder%d", _i);
	const char *inner = support_path("folder%d/in", _i);
	const char *path = support_path("folder%d/in/policy.cdb", _i);

	ck_assert_int_eq(mkdir(outer, 0755), 0);
	ck_assert_int_eq(mkdir(inner, 0755), 0);
	support_site_write(path);
	p->make(outer);
	expect_refusals(path, p->what, p->status);
}
END_TEST

START_TEST(an_improper_path_is_refused)
{
	static const char *const tails[] = { "/../%s/policy.cdb", "/..",
		"/policy.cdb/", "/policy.cdb/.." };
	const char *path;
	char name[64];
	size_t i;

	(void)snprintf(name, sizeof(name), "%s",
	    strrchr(support_folder(), '/') + 1);
	support_site_write(support_path("policy.cdb"));
	expect_refusals("policy.cdb", "relative", TWR_EINVAL);
	expect_refusals("", "empty", TWR_EINVAL);
	expect_refusals("/", "root folder", TWR_EINVAL);
	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		if (i == 0)
			path = support_path("../%s/policy.cdb", name);
		else
			path = support_path("%s", tails[i] + 1);
		expect_refusals(path, tails[i], TWR_EINVAL);
	}
}
END_TEST

/* ---- formats ---- */

START_TEST(another_format_is_refused)
{
	const char *path = support_path("version.cdb");

	support_site_write(path);
	support_write_version(path, TWR_FORMAT_VERSION + 1);
	expect_refusals(path, "newer", TWR_ETOONEW);
	support_write_version(path, UINT32_MAX);
	expect_refusals(path, "much newer", TWR_ETOONEW);
	support_write_version(path, 0);
	expect_refusals(path, "older", TWR_ECORRUPT);
}
END_TEST

/* A file that shrinks after it was opened is a refusal, not a crash. */
START_TEST(a_file_that_shrinks_is_corrupt)
{
	const char *path = support_path("shrinks.cdb");
	struct twr_reader rd = { .fd = -1 };
	struct twr_error err;
	struct twr_view view;

	memset(&view, 0, sizeof(view));
	support_site_write(path);
	ck_assert_int_eq(twr_policy_open(path, support_owner(), &rd, &view,
			     &err),
	    TWR_OK);
	ck_assert_int_eq(truncate(path, TWR_CDB_HEADER), 0);
	twr_view_load(&rd, "sshd", "bob", NULL, &view);
	ck_assert_int_eq(view.exempt_status, TWR_ECORRUPT);
	ck_assert_int_eq(view.rule_status, TWR_ECORRUPT);
	ck_assert_int_eq(view.login_status, TWR_ECORRUPT);
	twr_view_free(&view);
	twr_reader_close(&rd);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(no_flipped_byte_lets_anybody_in),
		SUPPORT_TEST(every_bit_of_meta_is_checked),
		SUPPORT_TEST(a_truncated_policy_is_corrupt),
		SUPPORT_TEST(a_lengthened_policy_is_corrupt),
		SUPPORT_TEST(zeroed_sectors_let_nobody_in),
		SUPPORT_ROWS(an_improper_file_is_refused, places),
		SUPPORT_ROWS(an_improper_folder_is_refused, folders),
		SUPPORT_TEST(an_improper_path_is_refused),
		SUPPORT_TEST(another_format_is_refused),
		SUPPORT_TEST(a_file_that_shrinks_is_corrupt),
		SUPPORT_END,
	};

	return support_run_in_folder("damage", tests);
}
