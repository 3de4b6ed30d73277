/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A write with the generated file installed, step by step, when a step fails:
 * what may be committed and what becomes of the file. The linker puts the
 * functions below in place of those that read and write, see the Makefile.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "follow.h"
#include "journal.h"
#include "session_impl.h"
#include "sudoers_file.h"
#include "support.h"

#define HEAD "\n# r\n"
#define INSTALLED \
	HEAD "bob ALL = (root) /bin/a \"\"\n" \
	     "eve ALL = (root) /bin/a \"\"\n"

/* What the world does, and what was done to it. */
static struct {
	/* the next call of this kind fails */
	bool no_memory, no_state, no_accounts, no_policy, no_common;
	unsigned puts_fail; /* that many calls of sudoers_put() */
	enum twr_status puts_status;
	bool remove_fails;
	bool no_commit, no_follow, no_publish;
	bool there, foreign, edited;
	const char *body; /* that the grants make */
	unsigned puts, removals;
	bool checked; /* the last put */
	char put[4096];
	char said[4096];
} world;

static enum twr_status
outcome(bool fails, enum twr_status rc, const char *what, struct twr_error *err)
{
	return fails ? twr_fail(err, rc, "%s", what) : TWR_OK;
}

/* ---- in place of the real ones ---- */

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *
__wrap_calloc(size_t n, size_t size)
{
	if (world.no_memory) {
		world.no_memory = false;
		return NULL;
	}
	return __real_calloc(n, size);
}

bool __wrap_compiled_is_in_force(const struct compiled *cp);
bool
__wrap_compiled_is_in_force(const struct compiled *cp)
{
	(void)cp;
	return false;
}

const char *__wrap_compiled_path(const struct compiled *cp);
const char *
__wrap_compiled_path(const struct compiled *cp)
{
	(void)cp;
	return "/none/policy.new";
}

uint64_t __wrap_compiled_serial(const struct compiled *cp);
uint64_t
__wrap_compiled_serial(const struct compiled *cp)
{
	(void)cp;
	return 43;
}

enum twr_status __wrap_accounts_load(const char *path, uid_t owner,
    struct accounts *ret, struct twr_error *err);
enum twr_status
__wrap_accounts_load(const char *path, uid_t owner, struct accounts *ret,
    struct twr_error *err)
{
	(void)path;
	(void)owner;
	memset(ret, 0, sizeof(*ret));
	return outcome(world.no_accounts, TWR_EUNSAFE, "passwd", err);
}

enum twr_status __wrap_judge_open(struct judge *jg, const char *path,
    uid_t owner, int64_t now, struct twr_error *err);
enum twr_status
__wrap_judge_open(struct judge *jg, const char *path, uid_t owner, int64_t now,
    struct twr_error *err)
{
	(void)path;
	(void)owner;
	(void)now;
	memset(jg, 0, sizeof(*jg));
	jg->rd.fd = -1;
	return outcome(world.no_policy, TWR_EUNREADABLE, "policy", err);
}

enum twr_status __wrap_sudoers_grants_open(const char *path, uid_t owner,
    const struct accounts *ac, struct sudoers_grants *ret,
    struct twr_error *err);
enum twr_status
__wrap_sudoers_grants_open(const char *path, uid_t owner,
    const struct accounts *ac, struct sudoers_grants *ret,
    struct twr_error *err)
{
	(void)path;
	(void)owner;
	(void)ac;
	(void)err;
	memset(ret, 0, sizeof(*ret));
	ret->serial = 42;
	return TWR_OK;
}

enum twr_status __wrap_sudoers_grants_of(const struct judge *jg,
    const struct accounts *ac, struct sudoers_grants *ret,
    struct twr_error *err);
enum twr_status
__wrap_sudoers_grants_of(const struct judge *jg, const struct accounts *ac,
    struct sudoers_grants *ret, struct twr_error *err)
{
	(void)jg;
	(void)ac;
	(void)err;
	memset(ret, 0, sizeof(*ret));
	return TWR_OK;
}

enum twr_status __wrap_sudoers_grants_narrow(struct sudoers_grants *gr,
    const struct sudoers_grants *other, struct twr_error *err);
enum twr_status
__wrap_sudoers_grants_narrow(struct sudoers_grants *gr,
    const struct sudoers_grants *other, struct twr_error *err)
{
	(void)gr;
	(void)other;
	return outcome(world.no_common, TWR_ENOMEM, "narrow", err);
}

enum twr_status __wrap_sudoers_body(const struct sudoers_grants *gr,
    const struct sudo_version *sv, char **ret, size_t *left_out,
    struct twr_error *err);
enum twr_status
__wrap_sudoers_body(const struct sudoers_grants *gr,
    const struct sudo_version *sv, char **ret, size_t *left_out,
    struct twr_error *err)
{
	(void)gr;
	(void)sv;
	*left_out = 0;
	*ret = strdup(world.body);
	return outcome(*ret == NULL, TWR_ENOMEM, "body", err);
}

enum twr_status __wrap_sudoers_state_read(const char *policy,
    struct sudoers_state *ret, struct twr_error *err);
enum twr_status
__wrap_sudoers_state_read(const char *policy, struct sudoers_state *ret,
    struct twr_error *err)
{
	(void)policy;
	memset(ret, 0, sizeof(*ret));
	if (world.no_state)
		return twr_fail(err, TWR_ENOMEM, "state");
	ret->marked = true;
	ret->there = world.there;
	ret->foreign = world.there && world.foreign;
	ret->ours = world.there && !world.foreign;
	ret->edited = ret->ours && world.edited;
	ret->text = strdup(world.put[0] != '\0' ? world.put : INSTALLED);
	ck_assert_ptr_nonnull(ret->text);
	ret->header.body = ret->text;
	if (world.put[0] != '\0')
		ck_assert(sudoers_header_read(ret->text, &ret->header));
	else
		ret->header.serial = 42;
	return TWR_OK;
}

void __wrap_sudoers_version(struct sudo_version *ret);
void
__wrap_sudoers_version(struct sudo_version *ret)
{
	memset(ret, 0, sizeof(*ret));
}

enum twr_status __wrap_sudoers_put(const char *text, bool checked,
    struct twr_error *err);
enum twr_status
__wrap_sudoers_put(const char *text, bool checked, struct twr_error *err)
{
	world.puts++;
	if (world.puts <= world.puts_fail)
		return twr_fail(err, world.puts_status, "put");
	world.checked = checked;
	snprintf(world.put, sizeof(world.put), "%s", text);
	return TWR_OK;
}

enum twr_status __wrap_sudoers_take_out(struct twr_error *err);
enum twr_status
__wrap_sudoers_take_out(struct twr_error *err)
{
	world.removals++;
	return outcome(world.remove_fails, TWR_EWRITE, "removal", err);
}

/* What fails here leaves the policy before in force. */
static enum twr_status
fail_behind_narrowing(bool fails, const char *step, struct twr_error *err)
{
	if (fails)
		world.body = INSTALLED;
	return outcome(fails, TWR_EWRITE, step, err);
}

enum twr_status __wrap_directory_journal_head(struct directory *dir,
    struct journal_head *ret, struct twr_error *err);
enum twr_status
__wrap_directory_journal_head(struct directory *dir, struct journal_head *ret,
    struct twr_error *err)
{
	(void)dir;
	(void)ret;
	(void)err;
	return TWR_OK;
}

enum twr_status __wrap_directory_commit(struct directory *dir,
    struct twr_error *err);
enum twr_status
__wrap_directory_commit(struct directory *dir, struct twr_error *err)
{
	(void)dir;
	return fail_behind_narrowing(world.no_commit, "commit", err);
}

enum twr_status __wrap_session_build(struct session *se,
    const struct accepted *ac, uint64_t serial, struct twr_error *err);
enum twr_status
__wrap_session_build(struct session *se, const struct accepted *ac,
    uint64_t serial, struct twr_error *err)
{
	(void)se;
	(void)ac;
	(void)serial;
	(void)err;
	return TWR_OK;
}

uint64_t __wrap_compile_serial_in_force(const struct compile_paths *paths);
uint64_t
__wrap_compile_serial_in_force(const struct compile_paths *paths)
{
	(void)paths;
	return 42;
}

enum twr_status __wrap_follow_write(const char *policy, const struct follow *fo,
    struct twr_error *err);
enum twr_status
__wrap_follow_write(const char *policy, const struct follow *fo,
    struct twr_error *err)
{
	(void)policy;
	(void)fo;
	return fail_behind_narrowing(world.no_follow, "follow", err);
}

enum twr_status __wrap_compile_publish(struct compiled *cp,
    struct twr_error *err);
enum twr_status
__wrap_compile_publish(struct compiled *cp, struct twr_error *err)
{
	(void)cp;
	return fail_behind_narrowing(world.no_publish, "publish", err);
}

static void say(const char *fmt, va_list ap) TWR_PRINTF(1, 0);
static void
say(const char *fmt, va_list ap)
{
	size_t len = strlen(world.said);

	vsnprintf(world.said + len, sizeof(world.said) - len, fmt, ap);
}

void __wrap_out_warn(struct out *o, const char *fmt, ...) TWR_PRINTF(2, 3);
void
__wrap_out_warn(struct out *o, const char *fmt, ...)
{
	va_list ap;

	(void)o;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void __wrap_out_complain(struct out *o, const char *fmt, ...) TWR_PRINTF(2, 3);
void
__wrap_out_complain(struct out *o, const char *fmt, ...)
{
	va_list ap;

	(void)o;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

/* ---- one write ---- */

static struct session s;
static struct twr_error err;

static void
begin_write(const char *body)
{
	static char compiled;

	memset(&world, 0, sizeof(world));
	memset(&s, 0, sizeof(s));
	s.compiled = (struct compiled *)(void *)&compiled;
	s.paths.policy = "/none/policy.cdb";
	world.there = true;
	world.body = body;
}

START_TEST(what_cannot_be_judged_refuses_the_commit)
{
	bool *const failing[] = { &world.no_memory, &world.no_state,
		&world.no_accounts, &world.no_policy, &world.no_common };

	begin_write(HEAD "bob ALL = (root) /bin/a \"\"\n");
	*failing[_i] = true;
	ck_assert_int_ne(session_sudoers_narrow(&s, &err), TWR_OK);
	ck_assert_str_ne(err.text, "");
	ck_assert_uint_eq(world.puts + world.removals, 0);
	ck_assert_ptr_null(s.sudoers);
	/* and whoever asks again, when it goes, is told the truth */
	*failing[_i] = false;
	ck_assert_int_eq(session_sudoers_narrow(&s, &err), TWR_OK);
	ck_assert_uint_eq(world.puts, 1);
	session_sudoers_end(&s);
}
END_TEST

START_TEST(what_goes_leaves_before_the_commit)
{
	begin_write(HEAD "bob ALL = (root) /bin/a \"\"\n");
	ck_assert_int_eq(session_sudoers_narrow(&s, &err), TWR_OK);
	ck_assert(world.checked);
	ck_assert_ptr_nonnull(strstr(world.put, "serial=0 "));
	ck_assert_ptr_nonnull(strstr(world.put, "\nbob "));
	ck_assert_ptr_null(strstr(world.put, "\neve "));
	ck_assert_int_eq(session_sudoers_finish(&s, &err), TWR_OK);
	ck_assert_ptr_nonnull(strstr(world.put, "serial=43 "));
	session_sudoers_end(&s);
}
END_TEST

START_TEST(nothing_is_written_where_nothing_goes)
{
	begin_write(INSTALLED);
	ck_assert_int_eq(session_sudoers_narrow(&s, &err), TWR_OK);
	ck_assert_uint_eq(world.puts, 0);
	session_sudoers_end(&s);
}
END_TEST

START_TEST(a_new_line_is_checked_and_else_the_old_ones_stay)
{
	begin_write(HEAD "bob ALL = (root) NOTAFTER=2 /bin/a \"\"\n"
			 "eve ALL = (root) /bin/a \"\"\n");
	world.puts_fail = 1;
	world.puts_status = TWR_EDATA;
	ck_assert_int_eq(session_sudoers_narrow(&s, &err), TWR_OK);
	ck_assert_uint_eq(world.puts, 2);
	ck_assert_uint_eq(world.removals, 0);
	ck_assert(world.checked);
	ck_assert_ptr_nonnull(strstr(world.put, "# Generated by twrbac"));
	ck_assert_ptr_nonnull(strstr(world.put, "\neve "));
	ck_assert_ptr_null(strstr(world.put, "\nbob "));
	ck_assert_str_eq(world.said, "");
	session_sudoers_end(&s);
}
END_TEST

START_TEST(removal_is_the_last_resort)
{
	begin_write(HEAD "bob ALL = (root) /bin/a \"\"\n");
	world.puts_fail = 9;
	world.puts_status = TWR_EWRITE;
	world.remove_fails = _i == 1;
	ck_assert_int_eq(session_sudoers_narrow(&s, &err), TWR_OK);
	ck_assert_uint_eq(world.removals, 1);
	ck_assert_ptr_nonnull(strstr(world.said,
	    _i == 1 ? "MAY GRANT WHAT THE POLICY DOES NOT" :
		      "is removed, since it could not be narrowed"));
	session_sudoers_end(&s);
}
END_TEST

START_TEST(want_of_memory_while_writing_refuses_the_commit)
{
	begin_write(HEAD "bob ALL = (root) /bin/a \"\"\n");
	world.puts_fail = 2;
	world.puts_status = TWR_ENOMEM;
	ck_assert_int_eq(session_sudoers_narrow(&s, &err), TWR_ENOMEM);
	ck_assert_uint_eq(world.removals, 0);
	session_sudoers_end(&s);
}
END_TEST

START_TEST(a_foreign_file_is_left_alone)
{
	begin_write(HEAD "bob ALL = (root) /bin/a \"\"\n");
	world.foreign = true;
	ck_assert_int_eq(session_sudoers_narrow(&s, &err), TWR_OK);
	ck_assert_int_eq(session_sudoers_finish(&s, &err), TWR_EWRITE);
	ck_assert_ptr_nonnull(strstr(err.text, "the policy is in force"));
	ck_assert_ptr_nonnull(strstr(err.text, "move it away"));
	ck_assert_uint_eq(world.puts + world.removals, 0);
	session_sudoers_end(&s);
	/* one that appears meanwhile, too */
	begin_write(INSTALLED);
	ck_assert_int_eq(session_sudoers_narrow(&s, &err), TWR_OK);
	world.foreign = true;
	ck_assert_int_eq(session_sudoers_finish(&s, &err), TWR_EWRITE);
	ck_assert_uint_eq(world.puts + world.removals, 0);
	session_sudoers_end(&s);
}
END_TEST

START_TEST(a_commit_that_fails_leaves_the_file_as_the_policy)
{
	bool *const failing[] = { &world.no_commit, &world.no_follow,
		&world.no_publish };
	const bool edited = _i % 2 != 0;

	begin_write(HEAD "bob ALL = (root) /bin/a \"\"\n");
	*failing[_i / 2] = true;
	world.edited = edited;
	ck_assert_int_eq(_i / 2 == 0 ? session_make_real(&s, &err) :
				       session_commit_copy(&s, &err),
	    TWR_EWRITE);
	ck_assert_uint_eq(world.puts, 2);
	ck_assert_ptr_nonnull(strstr(world.put, "serial=42 "));
	ck_assert_ptr_nonnull(strstr(world.put, "\neve "));
	session_sudoers_end(&s);
}
END_TEST

START_TEST(what_cannot_be_written_back_is_told)
{
	begin_write(HEAD "bob ALL = (root) /bin/a \"\"\n");
	world.no_commit = true;
	ck_assert_int_eq(session_sudoers_narrow(&s, &err), TWR_OK);
	world.puts_fail = 9;
	world.puts_status = TWR_EWRITE;
	world.body = INSTALLED;
	session_sudoers_undo(&s);
	ck_assert_ptr_nonnull(strstr(world.said, "is not written anew: put"));
	ck_assert_ptr_nonnull(strstr(world.said, "twrbac sudoers install"));
	session_sudoers_end(&s);
	/* and another's file is not touched */
	begin_write(HEAD "bob ALL = (root) /bin/a \"\"\n");
	world.foreign = true;
	world.no_commit = true;
	ck_assert_int_eq(session_make_real(&s, &err), TWR_EWRITE);
	ck_assert_uint_eq(world.puts, 0);
	ck_assert_str_eq(world.said, "");
	session_sudoers_end(&s);
}
END_TEST

START_TEST(an_edited_file_keeps_nothing_of_the_edit)
{
	begin_write(HEAD "bob ALL = (root) /bin/a \"\"\n");
	world.edited = true;
	world.puts_fail = (unsigned)_i; /* by either way */
	world.puts_status = TWR_EDATA;
	ck_assert_int_eq(session_sudoers_narrow(&s, &err), TWR_OK);
	ck_assert_ptr_null(strstr(world.put, "\neve "));
	ck_assert_ptr_nonnull(strstr(world.said, "written anew"));
	session_sudoers_end(&s);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		{ "what_cannot_be_judged_refuses_the_commit",
		    what_cannot_be_judged_refuses_the_commit, 5 },
		SUPPORT_TEST(what_goes_leaves_before_the_commit),
		SUPPORT_TEST(nothing_is_written_where_nothing_goes),
		SUPPORT_TEST(a_new_line_is_checked_and_else_the_old_ones_stay),
		{ "removal_is_the_last_resort", removal_is_the_last_resort, 2 },
		SUPPORT_TEST(want_of_memory_while_writing_refuses_the_commit),
		SUPPORT_TEST(a_foreign_file_is_left_alone),
		{ "a_commit_that_fails_leaves_the_file_as_the_policy",
		    a_commit_that_fails_leaves_the_file_as_the_policy, 6 },
		SUPPORT_TEST(what_cannot_be_written_back_is_told),
		{ "an_edited_file_keeps_nothing_of_the_edit",
		    an_edited_file_keeps_nothing_of_the_edit, 2 },
		SUPPORT_END,
	};

	return support_run("session_sudoers", tests);
}
