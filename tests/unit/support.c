/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checksum.h"
#include "policy_writer.h"
#include "safe_file.h"

#define TIMEOUT_S 300 /* sanitizers and busy machines are slow */

static char folder[PATH_MAX];

static Suite *
make_suite(const char *name, const struct support_test *tests)
{
	Suite *suite = suite_create(name);
	TCase *tc;

	for (; tests->name != NULL; tests++) {
		tc = tcase_create(tests->name);
		tcase_set_timeout(tc, TIMEOUT_S);
		if (tests->times > 0)
			tcase_add_loop_test(tc, tests->test, 0, tests->times);
		else
			tcase_add_test(tc, tests->test);
		suite_add_tcase(suite, tc);
	}
	return suite;
}

int
support_run(const char *suite, const struct support_test *tests)
{
	SRunner *runner = srunner_create(make_suite(suite, tests));
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/*
 * Root tests under /run, which only root can write; others where they build.
 * Who ends tests before their time says where, and cleans up there.
 */
static const char *
base_folder(void)
{
	static char buf[PATH_MAX];
	const char *build = getenv("TWR_BUILD");
	const char *base = getenv("TWR_TEST_BASE");

	if (base != NULL && base[0] == '/')
		return base;
	if (geteuid() == 0)
		return "/run";
	if (build == NULL || build[0] != '/')
		build = realpath("build", buf);
	return build != NULL ? build : "/nonexistent";
}

/* False, with the reason in err, where the rules of files cannot be met. */
static bool
make_folder(struct twr_error *err)
{
	struct stat st;
	const char *probe;
	int fd = -1;
	bool good;

	/* six letters for mkdtemp(), apart: together they mark open work */
	(void)snprintf(folder, sizeof(folder), "%.4000s/twrbac-test.%s%s%s",
	    base_folder(), "XX", "XX", "XX");
	if (mkdtemp(folder) == NULL) {
		(void)twr_fail(err, TWR_EWRITE, "%s: %s", folder,
		    strerror(errno));
		folder[0] = '\0';
		return false;
	}
	(void)chmod(folder, 0755);
	probe = support_path("probe");
	fd = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd != -1)
		(void)close(fd);
	good = twr_safe_open(probe, support_owner(), &fd, &st, err) == TWR_OK;
	if (good)
		(void)close(fd);
	(void)unlink(probe);
	return good;
}

int
support_run_in_folder(const char *suite, const struct support_test *tests)
{
	struct twr_error err;
	int rc;

	(void)umask(022);
	if (make_folder(&err)) {
		rc = support_run(suite, tests);
	} else if (geteuid() == 0) {
		(void)fprintf(stderr, "%s: no folder to test in: %s\n", suite,
		    err.text);
		rc = EXIT_FAILURE;
	} else {
		(void)printf("1..0 # SKIP no folder that only root and this "
			     "user can write: %s\n",
		    err.text);
		rc = EXIT_SUCCESS;
	}
	if (folder[0] != '\0')
		support_remove_tree(folder);
	return rc;
}

const char *
support_folder(void)
{
	ck_assert_msg(folder[0] != '\0',
	    "support_run_in_folder() was not used");
	return folder;
}

uid_t
support_owner(void)
{
	return geteuid();
}

const char *
support_path(const char *fmt, ...)
{
	static char bufs[8][PATH_MAX + 64];
	static unsigned next;
	char *buf = bufs[next++ % 8];
	size_t len;
	va_list ap;

	len = (size_t)snprintf(buf, sizeof(bufs[0]), "%s/", folder);
	va_start(ap, fmt);
	(void)vsnprintf(buf + len, sizeof(bufs[0]) - len, fmt, ap);
	va_end(ap);
	return buf;
}

void
support_write(const char *path, const void *data, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	size_t done = 0;
	ssize_t n;

	ck_assert_msg(fd != -1, "%s: %s", path, strerror(errno));
	for (; done < len; done += (size_t)n) {
		n = write(fd, (const uint8_t *)data + done, len - done);
		ck_assert_msg(n > 0, "%s: %s", path, strerror(errno));
	}
	ck_assert_int_eq(fchmod(fd, mode), 0);
	ck_assert_int_eq(close(fd), 0);
}

void
support_write_text(const char *path, const char *text)
{
	support_write(path, text, strlen(text), 0644);
}

uint8_t *
support_read(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *buf;

	ck_assert_msg(fd != -1, "%s: %s", path, strerror(errno));
	ck_assert_int_eq(fstat(fd, &st), 0);
	buf = malloc((size_t)st.st_size + 1);
	ck_assert_ptr_nonnull(buf);
	ck_assert_int_eq(read(fd, buf, (size_t)st.st_size), st.st_size);
	buf[st.st_size] = '\0';
	(void)close(fd);
	if (len != NULL)
		*len = (size_t)st.st_size;
	return buf;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	(void)remove(path);
	return 0;
}

void
support_write_version(const char *path, uint32_t version)
{
	uint8_t *data;
	size_t len, at, value_len, i;
	uint32_t crc;

	/* the record M is the last one */
	data = support_read(path, &len);
	for (at = len - 4; at > 0; at--)
		if (memcmp(data + at, "TWRB", 4) == 0)
			break;
	value_len = (size_t)data[at - 5] | (size_t)data[at - 4] << 8;
	for (i = 0; i < 4; i++)
		data[at + 4 + i] = (uint8_t)(version >> (8 * i));
	crc = twr_crc32c(twr_crc32c(0, "M", 1), data + at, value_len - 4);
	for (i = 0; i < 4; i++)
		data[at + value_len - 4 + i] = (uint8_t)(crc >> (8 * i));
	support_write(path, data, len, 0640);
	free(data);
}

void
support_remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

unsigned
support_count_fds(void)
{
	unsigned n = 0;
	int fd;

	for (fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			n++;
	return n;
}

void *
support_shared(size_t size)
{
	void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED) {
		perror("mmap");
		exit(EXIT_FAILURE);
	}
	return mem;
}

static const uint8_t *fed;
static size_t fed_len;

void
support_random_feed(const uint8_t *bytes, size_t len)
{
	fed = bytes;
	fed_len = len;
}

/* SplitMix64 (Steele, Lea, Flood 2014), once what was fed is used up. */
uint64_t
support_random(struct support_random *rn)
{
	uint64_t z;

	if (fed_len > 0) {
		fed_len--;
		return (uint64_t)*fed++ << 56;
	}
	z = rn->state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

unsigned
support_below(struct support_random *rn, unsigned below)
{
	return (unsigned)((support_random(rn) >> 32) * below >> 32);
}

bool
support_chance(struct support_random *rn, unsigned percent)
{
	return support_below(rn, 100) < percent;
}

struct twr_meta
support_meta(const struct twr_service *services, size_t n)
{
	return (struct twr_meta) { .file_id = { 1, 2, 3 },
		.organization_sid = "OR00000000000000000000000000000001",
		.organization_name = "acme",
		.serial = 42,
		.compiled_at = SUPPORT_NOW,
		.stale_at = TWR_NEVER,
		.conf_path = "/nonexistent/twrbac.conf",
		.log_key = { 7, 7, 7 },
		.uid_min = 1000,
		.detail = TWR_DETAIL_REASON,
		.contact = "ops@example.com",
		.permissive_until = TWR_ALWAYS,
		.services = services,
		.n_services = n };
}

#define MUST(call) \
	do { \
		enum twr_status must_rc = (call); \
		ck_assert_msg(must_rc == TWR_OK, "%s: %s", #call, err.text); \
	} while (0)

static void
write_records(struct policy_writer *pw, const struct support_policy *p)
{
	struct twr_error err = { "" };
	size_t i;

	for (i = 0; i < p->n_roles; i++)
		MUST(policy_writer_role(pw, (uint32_t)i, p->roles[i], &err));
	for (i = 0; i < p->n_scopes; i++)
		MUST(policy_writer_scope(pw, (uint32_t)i, p->scopes[i], &err));
	for (i = 0; i < p->n_rules; i++)
		MUST(policy_writer_rule(pw, p->rules[i].service,
		    &p->rules[i].rule, &err));
	for (i = 0; i < p->n_logins; i++)
		MUST(policy_writer_login(pw, p->logins[i].name,
		    &p->logins[i].login, &err));
	for (i = 0; i < p->n_role_sets; i++)
		MUST(policy_writer_role_set(pw, &p->role_sets[i], &err));
	for (i = 0; i < p->n_sudo_rules; i++)
		MUST(policy_writer_sudo_rule(pw, (uint32_t)i, &p->sudo_rules[i],
		    &err));
	for (i = 0; i < p->n_places; i++)
		MUST(policy_writer_place(pw, p->places[i].path, &p->places[i],
		    &err));
	if (p->n_role_sets > 0)
		MUST(policy_writer_asked(pw, &err));
	MUST(policy_writer_exemptions(pw, &p->exempt, &err));
}

void
support_policy_write(const char *path, struct support_policy *policy)
{
	struct policy_writer *pw = NULL;
	struct twr_error err = { "" };
	int fd;

	(void)unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	ck_assert_msg(fd != -1, "%s: %s", path, strerror(errno));
	MUST(policy_writer_begin(fd, &pw, &err));
	write_records(pw, policy);
	MUST(policy_writer_finish(pw, &policy->meta, &err));
	MUST(policy_writer_verify(fd, pw, &err));
	policy_writer_free(pw);
	(void)close(fd);
}

struct twr_gate
support_gate(const char *policy_path)
{
	static char passwd[PATH_MAX + 64];

	(void)snprintf(passwd, sizeof(passwd), "%s/" SUPPORT_PASSWD,
	    support_folder());
	return (struct twr_gate) { .policy_path = policy_path,
		.owner = support_owner(),
		.passwd_path = passwd,
		.now = SUPPORT_NOW,
		.boottime = 1000 };
}
