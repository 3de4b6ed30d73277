/* SPDX-License-Identifier: BSD-2-Clause */
/* What an answer about many logins rests on: which assignments, how long. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask.h"
#include "explain.h"
#include "new_file.h"
#include "support_site.h"

#define HOUR 3600
#define NV TWR_NEVER

static struct twr_error err;
static struct judge jg;

static void
open_site(void)
{
	struct names services = { NULL, 0, 0 };
	const char *path = support_path("policy.cdb");
	size_t i;

	support_site_write(path);
	ck_assert_msg(judge_open(&jg, path, support_owner(), SUPPORT_NOW,
			  &err) == TWR_OK,
	    "%s", err.text);
	for (i = 0; support_site_services[i] != NULL; i++)
		ck_assert(names_add(&services, support_site_services[i]));
	ck_assert_int_eq(judge_ask_about(&jg, &services, &err), TWR_OK);
	names_free(&services);
}

/* ---- until when, and by which assignments ---- */

struct seen {
	const char *service;
	bool found, lets_in;
	int64_t until;
	unsigned counts; /* a bit for each holding that does */
};

static void
look(void *ctx, size_t service, struct twr_view *view, struct twr_request *req)
{
	struct seen *se = ctx;
	struct twr_decision before, after;
	size_t i;

	if (strcmp(jg.services.all[service], se->service) != 0)
		return;
	se->found = true;
	before = twr_decide(view, req, NULL);
	se->lets_in = ask_lets_in(&before);
	if (!se->lets_in)
		return;
	se->until = ask_until(view, req);
	for (i = 0; view->login_status == TWR_OK && i < view->login.n_holdings;
	     i++)
		if (ask_counts(view, req, i))
			se->counts |= 1u << i;
	/* asking leaves the view as it was */
	after = twr_decide(view, req, NULL);
	ck_assert_int_eq(after.verdict, before.verdict);
	ck_assert_uint_eq(after.holding, before.holding);
}

static const struct {
	const char *login, *service;
	int64_t now;
	bool lets_in;
	int64_t until; /* SUPPORT_NOW or later, by seconds; NV */
	unsigned counts;
} answers[] = {
	/* bob: login at acme for ever, operator for two hours */
	{ "bob", "sshd", 0, true, NV, 3 },
	{ "bob", "sudo", 0, true, HOUR, 2 },
	{ "bob", "sudo", HOUR - 1, true, HOUR, 2 },
	{ "bob", "sudo", HOUR, false, 0, 0 },
	{ "bob", "sshd", HOUR, true, NV, 1 },
	{ "eve", "sshd", 0, false, 0, 0 },
	{ "ann", "sshd", 0, false, 0, 0 },
	{ "may", "sshd", 0, false, 0, 0 },
	{ "may", "sshd", HOUR, true, NV, 1 },
	/* permissive for an hour */
	{ "eve", "vsftpd", 0, true, HOUR, 0 },
	{ "bob", "vsftpd", 0, true, NV, 3 },
	/* let in now because it is permissive, then because it begins */
	{ "may", "vsftpd", 0, true, NV, 0 },
	{ "tom", "cron", 0, false, 0, 0 },
	{ "daemon", "cron", 0, true, NV, 0 },
	{ "stranger", "systemd-user", 0, true, NV, 0 },
	{ "stranger", "sshd", 0, false, 0, 0 },
};

START_TEST(answers_until_when)
{
	struct seen se = { .service = answers[_i].service };
	int64_t until = answers[_i].until;

	open_site();
	judge_each(&jg, answers[_i].login,
	    strcmp(answers[_i].login, "daemon") == 0 ? 1 : TWR_UID_UNKNOWN,
	    SUPPORT_NOW + answers[_i].now, look, &se);
	ck_assert(se.found);
	ck_assert_int_eq(se.lets_in, answers[_i].lets_in);
	if (se.lets_in) {
		ck_assert_int_eq(se.until,
		    until == NV ? NV : SUPPORT_NOW + until);
		ck_assert_uint_eq(se.counts, answers[_i].counts);
	}
	judge_close(&jg);
}
END_TEST

/* A file without a name judges as the one in force does. */
START_TEST(judges_by_a_descriptor)
{
	struct twr_request req = { .service = "sshd", .user = "bob" };
	const char *path = support_path("policy.cdb");
	struct twr_gate gate;
	struct twr_judgement a, b;
	size_t i, k;
	int fd;

	support_site_write(path);
	gate = support_gate(path);
	for (i = 0; support_site_logins[i] != NULL; i++)
		for (k = 0; support_site_services[k] != NULL; k++) {
			req.user = req.invoker = support_site_logins[i];
			req.service = support_site_services[k];
			fd = open(path, O_RDONLY | O_CLOEXEC);
			ck_assert_int_ge(fd, 0);
			twr_judge(&gate, &req, NULL, &a);
			ask_judge(fd, &gate, &req, NULL, &b);
			ck_assert_int_eq(b.status, a.status);
			ck_assert_int_eq(b.decision.verdict,
			    a.decision.verdict);
			ck_assert_int_eq(b.decision.reason, a.decision.reason);
			ck_assert_int_eq(b.decision.permissive,
			    a.decision.permissive);
			twr_judgement_end(&a);
			twr_judgement_end(&b);
		}
}
END_TEST

START_TEST(refuses_what_is_no_policy)
{
	struct twr_request req = { .service = "sshd", .user = "bob" };
	struct twr_gate gate = support_gate(support_path("x"));
	struct twr_judgement jd;
	unsigned fds = support_count_fds();
	int fd;

	support_write_text(support_path("x"), "no policy at all");
	fd = open(support_path("x"), O_RDONLY | O_CLOEXEC);
	ask_judge(fd, &gate, &req, NULL, &jd);
	ck_assert_int_eq(jd.decision.verdict, TWR_DENY);
	ck_assert_int_eq(jd.decision.reason, TWR_REASON_POLICY_CORRUPT);
	twr_judgement_end(&jd);
	fd = open(support_path("x"), O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(judge_open_fd(&jg, fd, "x", SUPPORT_NOW, &err),
	    TWR_ECORRUPT);
	ck_assert(!jg.open);
	judge_close(&jg);
	ck_assert_uint_eq(support_count_fds(), fds);
}
END_TEST

/* ---- names of services, who could help ---- */

START_TEST(reads_services)
{
	static const char *const bad[] = { "", "a/b", "../sshd", "/" };
	char longest[TWR_SERVICE_MAX + 2];
	char buf[TWR_SERVICE_MAX + 1];
	size_t i;

	ck_assert_int_eq(ask_service("SSHD", buf, &err), TWR_OK);
	ck_assert_str_eq(buf, "sshd");
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_int_eq(ask_service(bad[i], buf, &err), TWR_EINVAL);
	memset(longest, 'x', sizeof(longest));
	longest[TWR_SERVICE_MAX + 1] = '\0';
	ck_assert_int_eq(ask_service(longest, buf, &err), TWR_EINVAL);
	longest[TWR_SERVICE_MAX] = '\0';
	ck_assert_int_eq(ask_service(longest, buf, &err), TWR_OK);
}
END_TEST

START_TEST(names_who_could_help)
{
	struct twr_decision d = { .verdict = TWR_DENY,
		.reason = TWR_REASON_ROLE_ENDED };
	struct out_list who = { 0 }, lines = { 0 };
	int i;

	for (i = 0; i < 7; i++)
		out_list_add(&who, "a%d@example.com", i);
	explain_who(&d, &who, &lines);
	ck_assert_str_eq(lines.items,
	    "      can give   a0@example.com, a1@example.com, a2@example.com, "
	    "a3@example.com, a4@example.com, and 2 more\n");
	d.reason = TWR_REASON_NO_RULE;
	ck_assert_ptr_null(explain_helper(&d));
	d.reason = TWR_REASON_LOGIN_UNMAPPED;
	ck_assert_str_eq(explain_helper(&d), "can change");
	d.verdict = TWR_GRANT;
	ck_assert_ptr_null(explain_helper(&d));
	free(who.items);
	free(lines.items);
}
END_TEST

/* ---- files that people keep ---- */

START_TEST(makes_new_files)
{
	const char *path = support_path("report");
	struct new_file nf;
	struct stat st;
	char *text;

	ck_assert_int_eq(new_file_begin(path, &nf, &err), TWR_OK);
	ck_assert_int_ne(stat(path, &st), 0); /* whole or not at all */
	fputs("hello", nf.to);
	ck_assert_msg(new_file_finish(&nf, &err) == TWR_OK, "%s", err.text);
	new_file_end(&nf);
	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_uint_eq(st.st_nlink, 1);
	text = (char *)support_read(path, NULL);
	ck_assert_str_eq(text, "hello");
	free(text);
	ck_assert_int_eq(new_file_begin(path, &nf, &err), TWR_EREFUSED);
	new_file_end(&nf);
	(void)unlink(path);
}
END_TEST

START_TEST(leaves_no_files)
{
	const char *path = support_path("report");
	struct new_file nf;
	struct stat st;

	/* given up */
	ck_assert_int_eq(new_file_begin(path, &nf, &err), TWR_OK);
	ck_assert_int_eq(stat(nf.temporary, &st), 0);
	new_file_end(&nf);
	ck_assert_int_ne(stat(path, &st), 0);
	/* somebody else was faster */
	ck_assert_int_eq(new_file_begin(path, &nf, &err), TWR_OK);
	support_write_text(path, "other");
	ck_assert_int_eq(new_file_finish(&nf, &err), TWR_EREFUSED);
	new_file_end(&nf);
	(void)unlink(path);
	/* nor a folder that is not there, nor a link that leads nowhere */
	ck_assert_int_eq(new_file_begin(support_path("no/report"), &nf, &err),
	    TWR_EWRITE);
	new_file_end(&nf);
	ck_assert_int_eq(symlink(support_path("aim"), path), 0);
	ck_assert_int_eq(new_file_begin(path, &nf, &err), TWR_EREFUSED);
	new_file_end(&nf);
	ck_assert_int_ne(stat(support_path("aim"), &st), 0);
	(void)unlink(path);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(answers_until_when, answers),
		SUPPORT_TEST(judges_by_a_descriptor),
		SUPPORT_TEST(refuses_what_is_no_policy),
		SUPPORT_TEST(reads_services),
		SUPPORT_TEST(names_who_could_help),
		SUPPORT_TEST(makes_new_files),
		SUPPORT_TEST(leaves_no_files),
		SUPPORT_END,
	};

	return support_run_in_folder("ask", tests);
}
