/* SPDX-License-Identifier: BSD-2-Clause */
#include "remains.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utmpx.h>

#include "support.h"

#define BOOT INT64_C(1700000000)

/* A host of our own, in the scratch folder: bob is whoever runs the test. */
static struct remains_roots roots;
static uint32_t bob;

static const char *
root_of(const char *name)
{
	static char paths[16][512];
	static unsigned used;
	char *path = paths[used++ % 16];

	snprintf(path, sizeof(paths[0]), "%s/%s", support_folder(), name);
	return path;
}

static void
make_folder(const char *path)
{
	ck_assert(mkdir(support_path("%s", path), 0755) == 0);
}

/* One process, as proc(5) shows it. */
static void
make_proc(int pid, int parent, uint32_t uid, const char *name,
    const char *title, const char *state)
{
	char text[512];

	make_folder(support_path("proc/%d", pid) + strlen(support_folder()) +
	    1);
	snprintf(text, sizeof(text),
	    "%d (%s) %s %d 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %d 0 0 0\n", pid,
	    name, state, parent, 100 * pid);
	support_write_text(support_path("proc/%d/stat", pid), text);
	snprintf(text, sizeof(text),
	    "Name:\t%s\nUmask:\t0022\nPPid:\t%d\nUid:\t%lu\t0\t0\t0\n", name,
	    parent, (unsigned long)uid);
	support_write_text(support_path("proc/%d/status", pid), text);
	support_write_text(support_path("proc/%d/loginuid", pid), "4294967295");
	support_write_text(support_path("proc/%d/cmdline", pid), title);
}

static void
remove_host(void)
{
	static const char *const all[] = { "proc", "run", "sessions", "spool",
		"linger", "home", "utmp", "passwd" };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		support_remove_tree(support_path("%s", all[i]));
}

static void
make_host(void)
{
	static const char *const folders[] = { "proc", "run", "run/sudo",
		"run/sudo/ts", "sessions", "spool", "spool/cron",
		"spool/cron/crontabs", "spool/cron/atjobs", "linger", "home",
		"home/.ssh" };
	char text[1024];
	size_t i;

	remove_host(); /* of a test that failed */
	bob = (uint32_t)geteuid() + 4242;
	for (i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		make_folder(folders[i]);
	support_write_text(support_path("proc/stat"),
	    "cpu 1 2 3\nbtime 1700000000\nprocesses 9\n");
	make_proc(1, 0, 0, "init", "init", "S");
	snprintf(text, sizeof(text),
	    "root:x:0:0::/root:/bin/sh\nbob:x:%lu:9::%s/home:/bin/sh\n",
	    (unsigned long)bob, support_folder());
	support_write_text(support_path("passwd"), text);
	roots.proc = root_of("proc");
	roots.utmp = root_of("utmp");
	roots.sessions = root_of("sessions");
	roots.spool = root_of("spool");
	roots.linger = root_of("linger");
	roots.run = root_of("run");
	roots.passwd = root_of("passwd");
}

/* The items as lines "kind|what|tty|since|count|command". */
static char *
look_for(const char *name, uint32_t uid)
{
	static char text[16384];
	struct remains_login login = { .name = name, .uid = uid };
	struct remains rm;
	struct twr_error err = { "" };
	const struct remains_item *it;
	size_t i, len = 0;

	ck_assert_msg(remains_look(&roots, &login, 1, &rm, &err) == TWR_OK,
	    "%s", err.text);
	text[0] = '\0';
	for (i = 0; i < rm.n; i++) {
		it = &rm.items[i];
		ck_assert_str_eq(it->login, name);
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s|%s|%s|%lld|%llu|%s\n", remains_kind_word(it->kind),
		    it->what, it->tty ? it->tty : "",
		    it->since == TWR_ALWAYS ? 0 : (long long)it->since,
		    (unsigned long long)it->count,
		    it->command ? it->command : "");
		ck_assert_uint_lt(len, sizeof(text));
	}
	remains_free(&rm);
	remains_free_logins(&login, 1);
	return text;
}

static void
finds(const char *text, const char *what)
{
	ck_assert_msg(strstr(text, what) != NULL, "no \"%s\" in:\n%s", what,
	    text);
}

static void
lacks(const char *text, const char *what)
{
	ck_assert_msg(strstr(text, what) == NULL, "\"%s\" in:\n%s", what, text);
}

START_TEST(nothing_is_nothing)
{
	make_host();
	ck_assert_str_eq(look_for("bob", bob), "");
	ck_assert_str_eq(look_for("nobody-here", TWR_UID_UNKNOWN), "");
	remove_host();
}
END_TEST

START_TEST(tells_processes)
{
	char *text, want[256];

	make_host();
	make_proc(10, 1, 0, "sshd", "sshd: bob [priv]", "S");
	make_proc(11, 10, bob, "sshd", "sshd: bob@pts/3", "S");
	make_proc(12, 11, bob, "sh", "-sh", "T");
	make_proc(13, 12, 0, "sudo", "sudo -i", "S");
	make_proc(14, 13, 0, "ba) S 1 (sh", "bash", "S");
	make_proc(15, 12, bob, "gone", "", "Z");
	make_proc(16, 1, bob + 1, "eves", "eves", "S");
	text = look_for("bob", bob);
	snprintf(want, sizeof(want),
	    "processes|2: sshd (11), sh (12)||%lld|2|pkill -KILL -U %lu\n",
	    (long long)BOOT + 11, (unsigned long)bob);
	finds(text, want);
	finds(text, "session|pts/3, ssh (process 11)|pts/3|");
	finds(text, "|kill -HUP 11\n");
	finds(text, "raised|2: sudo (13), ba) S 1 (sh (14); begun by this");
	finds(text, "|kill 13 14\n");
	lacks(text, "gone");
	lacks(text, "eves");
	/* root's are the host's */
	lacks(look_for("root", 0), "processes|");
	remove_host();
}
END_TEST

START_TEST(knows_who_began_it)
{
	char text[32];

	make_host();
	make_proc(20, 1, 0, "nohup", "nohup x", "S");
	snprintf(text, sizeof(text), "%lu", (unsigned long)bob);
	support_write_text(support_path("proc/20/loginuid"), text);
	finds(look_for("bob", bob), "raised|1: nohup (20);");
	remove_host();
}
END_TEST

START_TEST(survives_a_loop_of_parents)
{
	make_host();
	make_proc(30, 31, bob + 1, "a", "a", "S");
	make_proc(31, 30, bob + 1, "b", "b", "S");
	ck_assert_str_eq(look_for("bob", bob), "");
	remove_host();
}
END_TEST

START_TEST(tells_of_a_shared_uid)
{
	char text[512];

	make_host();
	make_proc(12, 1, bob, "sh", "sh", "S");
	snprintf(text, sizeof(text),
	    "bob:x:%lu:9::/nowhere:/bin/sh\nbob2:x:%lu:9::/nowhere:/bin/sh\n",
	    (unsigned long)bob, (unsigned long)bob);
	support_write_text(support_path("passwd"), text);
	finds(look_for("bob", bob), "some may be bob2's, who has the same uid");
	finds(look_for("bob", bob), "|kill 12\n");
	lacks(look_for("bob", bob), "pkill");
	/* an account that is gone, whose uid another has by now */
	finds(look_for("erin", bob), "some may be bob's");
	remove_host();
}
END_TEST

START_TEST(both_owners_of_a_uid_are_no_strangers)
{
	struct remains_login both[2] = { { .name = "bob" },
		{ .name = "bob2" } };
	struct twr_error err = { "" };
	struct remains rm;
	char text[512];

	make_host();
	snprintf(text, sizeof(text),
	    "bob:x:%lu:9::/nowhere:/bin/sh\nbob2:x:%lu:9::/nowhere:/bin/sh\n",
	    (unsigned long)bob, (unsigned long)bob);
	support_write_text(support_path("passwd"), text);
	both[0].uid = both[1].uid = bob;
	ck_assert(remains_look(&roots, both, 2, &rm, &err) == TWR_OK);
	ck_assert_ptr_null(both[0].shared);
	ck_assert_ptr_null(both[1].shared);
	remains_free(&rm);
	remove_host();
}
END_TEST

/* ---- sessions ---- */

static void
make_utmp(const char *user, const char *line, const char *host, pid_t pid)
{
	struct utmpx ut = { .ut_type = USER_PROCESS, .ut_pid = pid };
	FILE *fp = fopen(support_path("utmp"), "ab");

	ck_assert_ptr_nonnull(fp);
	memcpy(ut.ut_user, user, strlen(user));
	memcpy(ut.ut_line, line, strlen(line));
	memcpy(ut.ut_host, host, strlen(host));
	ut.ut_tv.tv_sec = 1700000500;
	ck_assert_uint_eq(fwrite(&ut, sizeof(ut), 1, fp), 1);
	ck_assert_int_eq(fclose(fp), 0);
}

START_TEST(one_session_has_three_witnesses)
{
	char text[256], *seen;

	make_host();
	make_proc(10, 1, 0, "sshd", "sshd: bob [priv]", "S");
	make_proc(11, 10, bob, "sshd", "sshd-session: bob@pts/3", "S");
	make_utmp("bob", "pts/3", "10.0.0.9", 11);
	make_utmp("bobby", "pts/4", "10.0.0.9", 11);
	snprintf(text, sizeof(text),
	    "# x\nUID=%lu\nUSER=bob\nCLASS=user\nTTY=pts/3\nLEADER=10\n"
	    "REMOTE_HOST=10.0.0.9\nREALTIME=1700000400000001\n",
	    (unsigned long)bob);
	support_write_text(support_path("sessions/5"), text);
	snprintf(text, sizeof(text), "UID=%lu\nUSER=bob\nCLASS=manager\n",
	    (unsigned long)bob);
	support_write_text(support_path("sessions/6"), text);
	support_write_text(support_path("sessions/7"), "UID=1\nUSER=eve\n");
	ck_assert(mkfifo(support_path("sessions/5.ref"), 0600) == 0);
	ck_assert(mkfifo(support_path("sessions/8"), 0600) == 0);
	ck_assert(symlink("/dev/zero", support_path("sessions/9")) == 0);
	seen = look_for("bob", bob);
	finds(seen,
	    "session|pts/3, ssh from 10.0.0.9 (process 11)|pts/3|1700000400|1|"
	    "loginctl terminate-session 5\n");
	ck_assert_ptr_null(strstr(strstr(seen, "session|") + 1, "session|"));
	remove_host();
}
END_TEST

/* utmp is not root's alone to write: it names no process of others. */
START_TEST(takes_no_process_from_utmp_that_is_not_his)
{
	char *seen;

	make_host();
	make_proc(40, 1, bob + 1, "alices", "alices", "S");
	make_utmp("bob", "tty9", "", 40);
	make_utmp("bob", "tty8", "", 41); /* over */
	make_utmp("bob", "tty7", "", 1);
	seen = look_for("bob", bob);
	finds(seen, "session|tty9|tty9|1700000500|1|\n");
	lacks(seen, "tty8");
	lacks(seen, "kill");
	remove_host();
}
END_TEST

START_TEST(a_title_is_only_a_title)
{
	char *seen;

	make_host();
	make_proc(11, 1, bob, "x", "sshd: bobby@pts/3", "S");
	make_proc(12, 1, bob, "x", "vim sshd: notes", "S");
	make_proc(13, 1, bob, "x", "a: sshd", "S");
	seen = look_for("bob", bob);
	lacks(seen, "session|");
	remove_host();
}
END_TEST

/* ---- files ---- */

START_TEST(tells_files)
{
	char want[1024], *seen;

	make_host();
	bob = (uint32_t)geteuid(); /* who owns what is written here */
	if (bob == 0) {
		bob = 4242;
		support_write_text(support_path("spool/cron/atjobs/"
						"a0002a01c8f3a1"),
		    "x");
		ck_assert(chown(support_path("spool/cron/atjobs/"
					     "a0002a01c8f3a1"),
			      bob, 0) == 0);
	} else {
		support_write_text(support_path("spool/cron/atjobs/"
						"a0002a01c8f3a1"),
		    "x");
	}
	support_write_text(support_path("spool/cron/atjobs/.SEQ"), "x");
	support_write_text(support_path("spool/cron/crontabs/bob"), "x");
	support_write_text(support_path("spool/cron/crontabs/bobby"), "x");
	support_write_text(support_path("linger/bob"), "");
	support_write_text(support_path("run/sudo/ts/bob"), "x");
	support_write_text(support_path("home/.ssh/authorized_keys"), "x");
	support_write_text(support_path("home/.ssh/authorized_keys2"), "");
	seen = look_for("bob", bob);
	finds(seen, "crontab|");
	finds(seen, "|crontab -r -u bob\n");
	finds(seen, "|1|atrm 42\n");
	finds(seen, "|loginctl disable-linger bob\n");
	snprintf(want, sizeof(want), "|rm -f -- %s/run/sudo/ts/bob\n",
	    support_folder());
	finds(seen, want);
	snprintf(want, sizeof(want),
	    "|runuser -u bob -- rm -f -- %s/home/.ssh/authorized_keys\n",
	    support_folder());
	finds(seen, want);
	lacks(seen, "authorized_keys2");
	lacks(seen, "bobby");
	remove_host();
}
END_TEST

/* Whoever owns the home chooses what lies there: nothing of it is opened. */
START_TEST(no_hostile_home_stops_it)
{
	char *seen;

	make_host();
	ck_assert(mkfifo(support_path("home/.ssh/authorized_keys"), 0600) == 0);
	ck_assert(symlink("/dev/zero",
		      support_path("home/.ssh/authorized_keys2")) == 0);
	seen = look_for("bob", bob);
	finds(seen, "home/.ssh/authorized_keys|");
	finds(seen, "home/.ssh/authorized_keys2|");
	support_remove_tree(support_path("home/.ssh"));
	ck_assert(symlink("/proc/self/root/nowhere",
		      support_path("home/.ssh")) == 0);
	lacks(look_for("bob", bob), "ssh keys|");
	remove_host();
}
END_TEST

static const struct {
	const char *login, *command; /* of its crontab; NULL: no such file */
} names[] = {
	{ "a.b_c@d-e", "crontab -r -u a.b_c@d-e" },
	{ "a b", "crontab -r -u 'a b'" },
	{ "a;reboot", "crontab -r -u 'a;reboot'" },
	{ "$(id)", "crontab -r -u '$(id)'" },
	{ "it's", "crontab -r -u 'it'\\''s'" },
	{ "a\nb", "crontab -r -u 'a\nb'" },
	{ "..", NULL },
	{ ".", NULL },
	{ "../atjobs/x", NULL },
};

START_TEST(quotes_names)
{
	char *seen;

	make_host();
	support_write_text(support_path("spool/cron/atjobs/x"), "x");
	if (names[_i].command != NULL)
		support_write_text(support_path("spool/cron/crontabs/%s",
				       names[_i].login),
		    "x");
	seen = look_for(names[_i].login, TWR_UID_UNKNOWN);
	if (names[_i].command != NULL)
		finds(seen, names[_i].command);
	else
		ck_assert_str_eq(seen, "");
	remove_host();
}
END_TEST

START_TEST(says_what_it_could_not_see)
{
	struct remains_roots broken;

	make_host();
	broken = roots;
	roots.proc = root_of("nowhere");
	finds(look_for("bob", bob), "unknown|sessions and processes: ");
	roots = broken;
	roots.passwd = root_of("nowhere");
	finds(look_for("bob", bob), "unknown|whether others have the same");
	roots = broken;
	support_remove_tree(support_path("proc"));
	make_folder("proc");
	finds(look_for("bob", bob), "shows no processes");
	remove_host();
}
END_TEST

/* ---- ending ---- */

static const struct {
	uint32_t uid;
	const char *shared;
	enum remains_left left;
} left_alone[] = {
	{ TWR_UID_UNKNOWN, NULL, REMAINS_NO_UID }, { 0, NULL, REMAINS_ROOT },
	{ 999, NULL, REMAINS_SYSTEM }, { 4000001, "eve", REMAINS_SHARED },
	{ 4000001, NULL, REMAINS_ENDED }, /* of whom nothing runs */
};

START_TEST(leaves_alone)
{
	char other[8] = "";
	struct remains_login login = { .name = "bob",
		.uid = left_alone[_i].uid };
	struct remains_outcome oc;
	struct twr_error err = { "" };

	if (left_alone[_i].shared != NULL) {
		snprintf(other, sizeof(other), "%s", left_alone[_i].shared);
		login.shared = other;
	}
	ck_assert(remains_end(&remains_host, &login, 1000, getpid(), &oc,
		      &err) == TWR_OK);
	ck_assert_int_eq(oc.left, left_alone[_i].left);
	ck_assert_uint_eq(oc.ended + oc.alive + oc.spared, 0);
}
END_TEST

/*
 * A list that says of process 1 or of this one that they are the login's, or
 * gives a living process another start: no signal is sent to any.
 */
START_TEST(signals_nobody_else)
{
	struct remains_login login = { .name = "bob" };
	struct remains_outcome oc;
	struct twr_error err = { "" };
	char path[64];
	pid_t child;

	make_host();
	login.uid = bob;
	make_proc((int)getppid(), 1, bob, "above", "above", "S");
	make_proc((int)getpid(), (int)getppid(), bob, "self", "self", "S");
	ck_assert((child = fork()) != -1);
	if (child == 0)
		for (;;)
			pause();
	make_proc((int)child, 1, bob + 1, "other", "other", "S");
	ck_assert(remains_end(&roots, &login, 1, getpid(), &oc, &err) ==
	    TWR_OK);
	ck_assert_uint_eq(oc.spared, 2);
	ck_assert_uint_eq(oc.ended + oc.alive, 0);
	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)child);
	ck_assert(access(path, F_OK) == 0);
	ck_assert(kill(child, SIGKILL) == 0);
	remove_host();
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(nothing_is_nothing),
		SUPPORT_TEST(tells_processes),
		SUPPORT_TEST(knows_who_began_it),
		SUPPORT_TEST(survives_a_loop_of_parents),
		SUPPORT_TEST(tells_of_a_shared_uid),
		SUPPORT_TEST(both_owners_of_a_uid_are_no_strangers),
		SUPPORT_TEST(one_session_has_three_witnesses),
		SUPPORT_TEST(takes_no_process_from_utmp_that_is_not_his),
		SUPPORT_TEST(a_title_is_only_a_title),
		SUPPORT_TEST(tells_files),
		SUPPORT_TEST(no_hostile_home_stops_it),
		SUPPORT_ROWS(quotes_names, names),
		SUPPORT_TEST(says_what_it_could_not_see),
		SUPPORT_ROWS(leaves_alone, left_alone),
		SUPPORT_TEST(signals_nobody_else),
		SUPPORT_END,
	};

	return support_run_in_folder("remains", tests);
}
