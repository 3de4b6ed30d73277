/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Opening a file that nobody else can have chosen. What is wrong with a file
 * or folder has its tests, through the whole gate, in check_damage.c.
 */
#include "safe_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "support.h"

static enum twr_status
try_open(const char *path, int *fd)
{
	struct twr_error err = { "" };
	struct stat st;
	unsigned before = support_count_fds();
	enum twr_status rc;

	*fd = -1;
	rc = twr_safe_open(path, support_owner(), fd, &st, &err);
	if (rc == TWR_OK) {
		ck_assert_int_gt(*fd, 2);
		ck_assert(S_ISREG(st.st_mode));
		ck_assert_int_eq(fcntl(*fd, F_GETFD), FD_CLOEXEC);
		ck_assert_uint_eq(support_count_fds(), before + 1);
	} else {
		ck_assert_int_eq(*fd, -1);
		ck_assert_uint_gt(strlen(err.text), 0);
		ck_assert_uint_eq(support_count_fds(), before);
	}
	return rc;
}

static enum twr_status
status_of(const char *path)
{
	int fd;
	enum twr_status rc = try_open(path, &fd);

	if (fd != -1)
		(void)close(fd);
	return rc;
}

static const char *
make_file(const char *name)
{
	const char *path = support_path("%s", name);

	support_write_text(path, "text");
	return path;
}

START_TEST(a_proper_file_is_opened)
{
	const char *path = make_file("proper");
	char buf[8];
	int fd;

	ck_assert_int_eq(try_open(path, &fd), TWR_OK);
	ck_assert_int_eq(read(fd, buf, sizeof(buf)), 4);
	ck_assert_int_eq(write(fd, "x", 1), -1);
	(void)close(fd);
}
END_TEST

START_TEST(dots_and_slashes)
{
	const char *name;
	char path[PATH_MAX];

	(void)make_file("plain");
	(void)make_file("..plain");
	(void)make_file("...");
	ck_assert_int_eq(status_of(support_path("..plain")), TWR_OK);
	ck_assert_int_eq(status_of(support_path("...")), TWR_OK);
	ck_assert_int_eq(status_of(support_path("./plain")), TWR_OK);
	ck_assert_int_eq(status_of(support_path("//plain")), TWR_OK);
	(void)snprintf(path, sizeof(path), "//%.1000s//plain",
	    support_folder() + 1);
	ck_assert_int_eq(status_of(path), TWR_OK);
	name = strrchr(support_folder(), '/') + 1;
	ck_assert_int_eq(status_of(support_path("../%s/plain", name)),
	    TWR_EINVAL);
	ck_assert_int_eq(status_of(support_path("plain/..")), TWR_EINVAL);
	ck_assert_int_eq(status_of(support_path("plain/")), TWR_EINVAL);
	ck_assert_int_eq(status_of(support_path(".")), TWR_EUNSAFE);
	ck_assert_int_eq(status_of("/.."), TWR_EINVAL);
	ck_assert_int_eq(status_of("/"), TWR_EINVAL);
	ck_assert_int_eq(status_of(""), TWR_EINVAL);
	ck_assert_int_eq(status_of("plain"), TWR_EINVAL);
	ck_assert_int_eq(status_of("./plain"), TWR_EINVAL);
}
END_TEST

START_TEST(long_names_and_paths)
{
	char name[NAME_MAX + 2], path[PATH_MAX + 10];

	memset(name, 'n', sizeof(name));
	name[NAME_MAX + 1] = '\0';
	ck_assert_int_eq(status_of(support_path("%s", name)), TWR_ENOENT);
	name[NAME_MAX] = '\0';
	ck_assert_int_eq(status_of(support_path("%s", name)), TWR_ENOENT);
	support_write_text(support_path("%s", name), "");
	ck_assert_int_eq(status_of(support_path("%s", name)), TWR_OK);
	memset(path, '/', sizeof(path));
	path[sizeof(path) - 2] = 'x';
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(status_of(path), TWR_EINVAL);
}
END_TEST

/* mode, what becomes of it */
static const struct mode_row {
	mode_t mode;
	enum twr_status status;
} modes[] = {
	{ 0400, TWR_OK },
	{ 0600, TWR_OK },
	{ 0640, TWR_OK },
	{ 0644, TWR_OK },
	{ 0755, TWR_OK },
	{ 0620, TWR_EUNSAFE },
	{ 0602, TWR_EUNSAFE },
	{ 0666, TWR_EUNSAFE },
	{ 01666, TWR_EUNSAFE },
	{ 0777, TWR_EUNSAFE },
};

START_TEST(a_mode_is_safe_or_not)
{
	const char *path = make_file("mode");

	ck_assert_int_eq(chmod(path, modes[_i].mode), 0);
	ck_assert_msg(status_of(path) == modes[_i].status, "%04o",
	    (unsigned)modes[_i].mode);
}
END_TEST

/* Root may own what the required owner's file lies in, and the file. */
START_TEST(only_root_and_the_owner_may_own)
{
	const char *path = make_file("owned");
	struct twr_error err;
	struct stat st;
	int fd = -1;

	if (geteuid() != 0)
		return; /* cannot give files away */
	ck_assert_int_eq(chown(path, 4242, 0), 0);
	ck_assert_int_eq(status_of(path), TWR_EUNSAFE);
	ck_assert_int_eq(twr_safe_open(path, 4242, &fd, &st, &err), TWR_OK);
	(void)close(fd);
	ck_assert_int_eq(twr_safe_open(path, 4243, &fd, &st, &err),
	    TWR_EUNSAFE);
	ck_assert_ptr_nonnull(strstr(err.text, path));
	ck_assert_ptr_nonnull(strstr(err.text, "4242"));
	ck_assert_ptr_nonnull(strstr(err.text, "chown"));
	ck_assert_int_eq(chown(path, 0, 0), 0);
	ck_assert_int_eq(twr_safe_open(path, 4242, &fd, &st, &err), TWR_OK);
	(void)close(fd);
}
END_TEST

START_TEST(a_socket_is_not_opened)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ne(s, -1);
	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%.90s",
	    support_path("sock"));
	ck_assert_int_eq(bind(s, (const struct sockaddr *)&sun, sizeof(sun)),
	    0);
	ck_assert_int_eq(chmod(sun.sun_path, 0600), 0);
	ck_assert_int_eq(status_of(sun.sun_path), TWR_EUNREADABLE);
	(void)close(s);
}
END_TEST

/* A dangling link, a link to itself, a link in the middle. */
START_TEST(no_link_is_followed)
{
	const char *path = make_file("target");

	ck_assert_int_eq(symlink(path, support_path("link")), 0);
	ck_assert_int_eq(symlink("nowhere", support_path("dangling")), 0);
	ck_assert_int_eq(symlink("self", support_path("self")), 0);
	ck_assert_int_eq(symlink(support_folder(), support_path("up")), 0);
	ck_assert_int_eq(status_of(support_path("link")), TWR_ENOENT);
	ck_assert_int_eq(status_of(support_path("dangling")), TWR_ENOENT);
	ck_assert_int_eq(status_of(support_path("self")), TWR_ENOENT);
	ck_assert_int_eq(status_of(support_path("up/target")), TWR_ENOENT);
	ck_assert_int_eq(status_of(support_path("target/x")), TWR_ENOENT);
}
END_TEST

/* ---- descriptors ---- */

static unsigned
fill_descriptors(unsigned limit)
{
	struct rlimit rl = { limit, limit };
	unsigned n = 0;

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &rl), 0);
	while (dup(0) != -1)
		n++;
	ck_assert_int_eq(errno, EMFILE);
	return n;
}

START_TEST(two_free_descriptors_suffice)
{
	char path[PATH_MAX];
	struct twr_error err;
	struct stat st;
	int fd;

	(void)snprintf(path, sizeof(path), "%.4000s", make_file("few"));
	ck_assert_uint_ge(fill_descriptors(32), 2);
	(void)close(31);
	(void)close(30);
	ck_assert_int_eq(twr_safe_open(path, support_owner(), &fd, &st, &err),
	    TWR_OK);
	(void)close(fd);
}
END_TEST

START_TEST(a_lack_of_descriptors_is_unreadable)
{
	char path[PATH_MAX];
	struct twr_error err;
	struct stat st;
	int fd = -1;

	(void)snprintf(path, sizeof(path), "%.4000s", make_file("none"));
	ck_assert_uint_ge(fill_descriptors(32), 2);
	ck_assert_int_eq(twr_safe_open(path, support_owner(), &fd, &st, &err),
	    TWR_EUNREADABLE);
	(void)close(31);
	ck_assert_int_eq(twr_safe_open(path, support_owner(), &fd, &st, &err),
	    TWR_EUNREADABLE);
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(fcntl(31, F_GETFD), -1); /* nothing left open */
}
END_TEST

/* Only what is above 2 is free to be somebody's file. */
START_TEST(standard_descriptors_are_left_alone)
{
	char path[PATH_MAX];
	struct twr_error err;
	struct stat st;
	int fd = -1, i, saved[3];
	enum twr_status rc;

	(void)snprintf(path, sizeof(path), "%.4000s", make_file("std"));
	for (i = 0; i < 3; i++)
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
	for (i = 0; i < 3; i++)
		(void)close(i);
	rc = twr_safe_open(path, support_owner(), &fd, &st, &err);
	for (i = 0; i < 3 && fcntl(i, F_GETFD) == -1; i++)
		;
	(void)dup2(saved[0], 0);
	(void)dup2(saved[1], 1);
	(void)dup2(saved[2], 2);
	ck_assert_int_eq(rc, TWR_OK);
	ck_assert_int_gt(fd, 2);
	ck_assert_int_eq(i, 3);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
}
END_TEST

/* With a limit of 3 nothing above 2 can be had: refused, nothing leaks. */
START_TEST(a_limit_of_three_is_unreadable)
{
	struct rlimit old, three;
	char path[PATH_MAX];
	struct twr_error err;
	struct stat st;
	int fd = -1, i, saved[3];
	enum twr_status rc;

	(void)snprintf(path, sizeof(path), "%.4000s", make_file("three"));
	for (i = 0; i < 3; i++)
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	three = (struct rlimit) { 3, old.rlim_max };
	(void)close(0);
	(void)close(1);
	(void)close(2);
	(void)setrlimit(RLIMIT_NOFILE, &three);
	rc = twr_safe_open(path, support_owner(), &fd, &st, &err);
	(void)setrlimit(RLIMIT_NOFILE, &old);
	for (i = 0; i < 3 && fcntl(i, F_GETFD) == -1; i++)
		;
	(void)dup2(saved[0], 0);
	(void)dup2(saved[1], 1);
	(void)dup2(saved[2], 2);
	ck_assert_int_eq(rc, TWR_EUNREADABLE);
	ck_assert_int_eq(i, 3);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(a_proper_file_is_opened),
		SUPPORT_TEST(dots_and_slashes),
		SUPPORT_TEST(long_names_and_paths),
		SUPPORT_ROWS(a_mode_is_safe_or_not, modes),
		SUPPORT_TEST(only_root_and_the_owner_may_own),
		SUPPORT_TEST(a_socket_is_not_opened),
		SUPPORT_TEST(no_link_is_followed),
		SUPPORT_TEST(two_free_descriptors_suffice),
		SUPPORT_TEST(a_lack_of_descriptors_is_unreadable),
		SUPPORT_TEST(standard_descriptors_are_left_alone),
		SUPPORT_TEST(a_limit_of_three_is_unreadable),
		SUPPORT_END,
	};

	return support_run_in_folder("safe_file", tests);
}
