/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The module when the system fails it: in every situation of the table each
 * call fails in turn, with each error, once and for good. Whatever fails, the
 * answer is the right one or a refusal: never a grant or an exemption for who
 * would be refused, never break-glass for an error that a caller can provoke
 * by its limits; one line in the log; nothing left open or allocated.
 */
#include <errno.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults.h"
#include "support.h"
#include "support_site.h"

#define HOUR 3600
#define GLASS "break_glass=root,eve"
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- situations ---- */

static const struct situation {
	const char *name;
	const char *policy; /* file in the folder */
	const char *service, *user, *invoker;
	const char *argument; /* besides policy=; NULL */
	int64_t later; /* than SUPPORT_NOW */
	int code; /* when nothing fails */
} situations[] = {
	{ "granted", "site", "sshd", "bob", NULL, NULL, 0, PAM_SUCCESS },
	{ "many assignments", "site", "sshd", "max", NULL, NULL, 0,
	    PAM_SUCCESS },
	{ "large policy", "large", "sshd", "bob", NULL, NULL, 0, PAM_SUCCESS },
	{ "exempt in a large policy", "large", "cron", "root", NULL, NULL, 0,
	    PAM_IGNORE },
	{ "suspended", "site", "sshd", "eve", NULL, "debug", 0,
	    PAM_PERM_DENIED },
	{ "ended", "site", "sshd", "ann", NULL, "tell", 0, PAM_PERM_DENIED },
	{ "removed", "site", "sshd", "liz", NULL, NULL, 0, PAM_PERM_DENIED },
	{ "to come", "site", "sshd", "may", NULL, NULL, 0, PAM_PERM_DENIED },
	{ "unknown", "site", "sshd", "stranger", NULL, NULL, 0,
	    PAM_USER_UNKNOWN },
	{ "nobody", "site", "sshd", "", NULL, NULL, 0, PAM_USER_UNKNOWN },
	{ "system account", "site", "cron", "daemon", NULL, NULL, 0,
	    PAM_IGNORE },
	{ "exempt by name", "site", "cron", "root", NULL, NULL, 0, PAM_IGNORE },
	{ "mapped system login", "site", "cron", "sam", NULL, NULL, 0,
	    PAM_PERM_DENIED },
	{ "unmapped system login", "site", "cron", "tom", NULL, NULL, 0,
	    PAM_USER_UNKNOWN },
	{ "no system account", "site", "cron", "stranger", NULL, NULL, 0,
	    PAM_USER_UNKNOWN },
	{ "sudo", "site", "sudo", "root", "bob", NULL, 0, PAM_SUCCESS },
	{ "sudo suspended", "site", "sudo", "root", "eve", "tell", 0,
	    PAM_PERM_DENIED },
	{ "sudo by nobody", "site", "sudo", "root", NULL, NULL, 0,
	    PAM_PERM_DENIED },
	/* what "other" would grant, and what the user alone would be */
	{ "stricter than other", "site", "sudo", "bob", "bob", NULL, 2 * HOUR,
	    PAM_PERM_DENIED },
	{ "a stranger's word", "site", "sshd", "bob", "eve", NULL, 0,
	    PAM_PERM_DENIED },
	{ "permissive", "site", "vsftpd", "ann", NULL, NULL, 0, PAM_SUCCESS },
	{ "permissive no more", "site", "vsftpd", "ann", NULL,
	    "permissive_until=2023-11-15T00:00:00Z", 2 * HOUR,
	    PAM_PERM_DENIED },
	{ "glass unbroken", "site", "sshd", "eve", NULL, GLASS, 0,
	    PAM_PERM_DENIED },
	{ "no policy, glass", "none", "sshd", "root", NULL, GLASS, 0,
	    PAM_SUCCESS },
	{ "no policy, other's glass", "none", "sshd", "bob", NULL, GLASS, 0,
	    PAM_AUTHINFO_UNAVAIL },
	{ "no policy", "none", "sudo", "root", "bob", NULL, 0,
	    PAM_AUTHINFO_UNAVAIL },
	{ "stale", "stale", "sshd", "bob", NULL, NULL, 0,
	    PAM_AUTHINFO_UNAVAIL },
	{ "damaged", "damaged", "sshd", "bob", NULL, NULL, 0,
	    PAM_AUTHINFO_UNAVAIL },
	/* the newest grants to eve, but nobody confirmed it in time */
	{ "unconfirmed", "late", "sshd", "eve", NULL, GLASS, 0,
	    PAM_PERM_DENIED },
	{ "unconfirmed, granted", "late", "sshd", "bob", NULL, NULL, 0,
	    PAM_SUCCESS },
	{ "bad argument", "site", "sshd", "bob", NULL, "break_glas=root", 0,
	    PAM_SERVICE_ERR },
};

/* ---- what may fail, and how ---- */

static const struct {
	enum fault_kind kind;
	int errors[10]; /* 0 ends */
} kinds[] = {
	{ FAULT_MEMORY, { ENOMEM } },
	{ FAULT_OPEN,
	    { EACCES, EMFILE, ENFILE, ENOMEM, EIO, EINTR, EPERM, ENOENT,
		ELOOP } },
	{ FAULT_READ, { EIO, ENOMEM, EINTR, EISDIR, FAULT_END, FAULT_HALF } },
	{ FAULT_STAT, { EIO, ENOMEM, EACCES, EOVERFLOW } },
	{ FAULT_CLOSE, { EIO, EINTR } },
	{ FAULT_FCNTL, { EMFILE, EINVAL } },
	{ FAULT_RANDOM, { EAGAIN, ENOSYS } },
	{ FAULT_CLOCK, { EPERM, EINVAL } },
	{ FAULT_ITEM, { ENOMEM } },
};

/* A file that is not there, or is cut short: no policy, whoever caused it. */
static bool
may_break_glass(const struct fault *f)
{
	return f->error == ENOENT || f->error == ELOOP || f->error == FAULT_END;
}

/* Nothing that anybody needs to notice. */
static bool
is_harmless(const struct fault *f)
{
	return f->kind == FAULT_CLOSE || f->kind == FAULT_RANDOM ||
	    f->error == FAULT_HALF ||
	    (f->kind == FAULT_READ && f->error == EINTR);
}

/* ---- libpam, as the module sees it ---- */

static const struct situation *now_asked;
static char logged[4096];
static unsigned lines, told; /* since the question */

static int
converse(int n, const struct pam_message **msgs, struct pam_response **resp,
    void *data)
{
	(void)data;
	told += n == 1 && msgs[0]->msg != NULL ? 1 : 0;
	/* an answer that nobody asked for, which is the module's to free */
	*resp = calloc(1, sizeof(**resp));
	return PAM_SUCCESS;
}

int __wrap_pam_get_item(const pam_handle_t *pamh, int type, const void **item);
void __wrap_pam_syslog(const pam_handle_t *pamh, int level, const char *fmt,
    ...) TWR_PRINTF(3, 4);
void __wrap_syslog(int level, const char *fmt, ...) TWR_PRINTF(2, 3);
void __wrap___syslog_chk(int level, int flag, const char *fmt, ...)
    TWR_PRINTF(3, 4);
uid_t __wrap_getuid(void);

int
__wrap_pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
	static const struct pam_conv conv = { converse, NULL };

	(void)pamh;
	if (fault_here(FAULT_ITEM))
		return PAM_BUF_ERR;
	*item = NULL;
	if (type == PAM_SERVICE)
		*item = now_asked->service;
	else if (type == PAM_USER)
		*item = now_asked->user;
	else if (type == PAM_RUSER)
		*item = now_asked->invoker;
	else if (type == PAM_CONV)
		*item = &conv;
	return PAM_SUCCESS;
}

static void TWR_PRINTF(1, 0) keep(const char *fmt, va_list ap)
{
	char line[sizeof(logged)];

	(void)vsnprintf(line, sizeof(line), fmt, ap);
	if (strncmp(line, "step=", 5) == 0)
		return;
	memcpy(logged, line, sizeof(logged));
	lines++;
}

void
__wrap_pam_syslog(const pam_handle_t *pamh, int level, const char *fmt, ...)
{
	va_list ap;

	(void)pamh;
	(void)level;
	va_start(ap, fmt);
	keep(fmt, ap);
	va_end(ap);
}

/* Of a service without a plain name the module logs without libpam's head. */
void
__wrap_syslog(int level, const char *fmt, ...)
{
	va_list ap;

	(void)level;
	va_start(ap, fmt);
	keep(fmt, ap);
	va_end(ap);
}

void
__wrap___syslog_chk(int level, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)level;
	(void)flag;
	va_start(ap, fmt);
	keep(fmt, ap);
	va_end(ap);
}

uid_t
__wrap_getuid(void)
{
	return 0;
}

/* ---- the folder ---- */

static char etc[4096];

static void
write_late(void)
{
	static struct support_login logins[2];
	struct support_policy policy;
	struct twr_meta meta;

	support_site(&policy);
	support_policy_write(support_path("late.prev.cdb"), &policy);
	meta = policy.meta;
	policy.meta.confirm_boottime_s = 500;
	memcpy(policy.meta.prev_id, meta.file_id, sizeof(meta.file_id));
	policy.meta.prev_serial = meta.serial++;
	policy.meta.file_id[0]++;
	policy.meta.serial = meta.serial;
	ck_assert(twr_boot_id(policy.meta.boot_id));
	memcpy(logins, policy.logins, sizeof(logins));
	logins[1].login.status = TWR_USER_ACTIVE;
	policy.logins = logins;
	policy.n_logins = 2;
	support_policy_write(support_path("late.cdb"), &policy);
}

/* The site, and one whose assignments take more room than a view has. */
static void
write_site(void)
{
	static struct twr_holding many[400];
	static struct support_login logins[16];
	struct support_policy policy;
	size_t i;

	support_site(&policy);
	for (i = 0; i < COUNT(many); i++)
		many[i] = (struct twr_holding) { 100 + (uint32_t)i, SITE_ACME,
			TWR_ALWAYS, TWR_NEVER, 0 };
	many[COUNT(many) - 1].role = SITE_LOGIN;
	memcpy(logins, policy.logins, policy.n_logins * sizeof(*logins));
	logins[policy.n_logins] = logins[0];
	logins[policy.n_logins].name = "max";
	logins[policy.n_logins].login.holdings = many;
	logins[policy.n_logins].login.n_holdings = COUNT(many);
	policy.logins = logins;
	policy.n_logins++;
	support_policy_write(support_path("site.cdb"), &policy);
	policy.meta.stale_at = SUPPORT_NOW - 1;
	support_policy_write(support_path("stale.cdb"), &policy);
}

/* None of its arrays finds room in a view. */
#define LARGE 300
static void
write_large(void)
{
	static struct twr_service services[LARGE];
	static char names[LARGE][16];
	static struct twr_exemption entries[LARGE];
	static const char *system[2 * LARGE];
	static uint32_t roles[4 * LARGE];
	static struct twr_demand demands[LARGE];
	static struct support_rule rule;
	struct support_policy policy;
	size_t i;

	support_site(&policy);
	rule = policy.rules[0];
	for (i = 0; i < COUNT(roles); i++)
		roles[i] = (uint32_t)i;
	for (i = 0; i < LARGE; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "n%zu", i);
		services[i] = (struct twr_service) { names[i], false,
			TWR_SUBJECT_BY_SERVICE, TWR_ALWAYS };
		entries[i] = policy.exempt.entries[0];
		system[i] = system[LARGE + i] = names[i];
		demands[i] = rule.rule.demands[0];
	}
	services[0] = policy.meta.services[0];
	demands[0].roles = roles;
	demands[0].n_roles = COUNT(roles);
	rule.rule.demands = demands;
	rule.rule.n_demands = COUNT(demands);
	policy.meta.services = services;
	policy.meta.n_services = LARGE;
	policy.exempt = (struct twr_exemptions) { entries, LARGE, system,
		COUNT(system) };
	policy.rules = &rule;
	policy.n_rules = 1;
	support_policy_write(support_path("large.cdb"), &policy);
}

static void
write_folder(void)
{
	uint8_t *bytes;
	size_t len;

	write_site();
	write_late();
	write_large();
	bytes = support_read(support_path("site.cdb"), &len);
	bytes[2048 + 40] ^= 1;
	bytes[0] ^= 1;
	support_write(support_path("damaged.cdb"), bytes, len / 2, 0640);
	free(bytes);
	support_site_passwd();
	(void)snprintf(etc, sizeof(etc), "%s", support_folder());
}

/* ---- one question ---- */

static int
ask(const struct situation *si, const struct fault *f)
{
	const struct fault_world world = { etc, true, SUPPORT_NOW + si->later,
		1000 };
	char policy[4096 + 16];
	const char *args[] = { policy, si->argument };
	int code;

	(void)snprintf(policy, sizeof(policy), "policy=%s/%s.cdb", etc,
	    si->policy);
	now_asked = si;
	lines = told = 0;
	fault_pretend(&world);
	fault_arm(f);
	/* nobody looks into the handle */
	code = pam_sm_acct_mgmt((pam_handle_t *)(void *)etc, 0,
	    si->argument == NULL ? 1 : 2, args);
	fault_disarm();
	fault_pretend(NULL);
	return code;
}

/* Where every module of its kind says no. */
static bool
is_refusal(int code)
{
	return code == PAM_PERM_DENIED || code == PAM_USER_UNKNOWN ||
	    code == PAM_AUTHINFO_UNAVAIL || code == PAM_SERVICE_ERR ||
	    code == PAM_BUF_ERR;
}

static void
judge(const struct situation *si, const struct fault *f, int code)
{
	char what[128];

	(void)snprintf(what, sizeof(what), "%s: %s %u fails with %d%s",
	    si->name, fault_kind_word(f->kind), f->at, f->error,
	    f->stays ? " for good" : "");
	ck_assert_msg(lines == 1, "%s: %u lines in the log", what, lines);
	ck_assert_msg(fault_live() == 0, "%s: %u allocations left", what,
	    fault_live());
	/* grants and exemptions are silent, all else is told, once */
	ck_assert_msg(told == (is_refusal(code) ? 1 : 0) ||
		f->kind == FAULT_ITEM,
	    "%s: %u sentences", what, told);
	if (code == si->code)
		return;
	if (strstr(logged, "verdict=break-glass") != NULL) {
		ck_assert_msg(may_break_glass(f), "%s: %s", what, logged);
		return;
	}
	ck_assert_msg(is_refusal(code), "%s: %d: %s", what, code, logged);
	ck_assert_msg(!is_harmless(f), "%s: %d: %s", what, code, logged);
}

/* Returns how often the fault was met. */
static unsigned
sweep(const struct situation *si, struct fault f)
{
	unsigned fds = support_count_fds(), n = 0;
	int code;

	for (f.at = 1;; f.at++) {
		code = ask(si, &f);
		if (!fault_was_met())
			break;
		judge(si, &f, code);
		n++;
	}
	ck_assert_msg(support_count_fds() == fds, "%s: descriptors left by %s",
	    si->name, fault_kind_word(f.kind));
	return n;
}

START_TEST(no_fault_opens_a_door)
{
	const struct situation *si = &situations[_i];
	unsigned n = 0;
	size_t k, e;
	int code;

	write_folder();
	code = ask(si, NULL);
	ck_assert_msg(code == si->code, "%s: %d: %s", si->name, code, logged);
	ck_assert_uint_eq(fault_live(), 0);
	for (k = 0; k < COUNT(kinds); k++)
		for (e = 0; kinds[k].errors[e] != 0; e++) {
			struct fault f = { kinds[k].kind, 1, kinds[k].errors[e],
				false };

			n += sweep(si, f);
			f.stays = true;
			/* who is always interrupted tries for ever, rightly */
			if (f.error != EINTR || f.kind != FAULT_READ)
				n += sweep(si, f);
		}
	(void)printf("# %s: %u faults\n", si->name, n);
	(void)fflush(stdout);
	ck_assert_uint_ge(n, 8);
}
END_TEST

/* Each kind is met somewhere: a wrapper that is passed by proves nothing. */
START_TEST(every_kind_is_met)
{
	unsigned met[FAULT_KINDS] = { 0 };
	size_t i, k;

	write_folder();
	for (i = 0; i < COUNT(situations); i++) {
		(void)ask(&situations[i], NULL);
		for (k = 0; k < COUNT(kinds); k++)
			met[kinds[k].kind] += fault_calls(kinds[k].kind);
	}
	for (k = 0; k < COUNT(kinds); k++)
		if (kinds[k].kind != FAULT_FCNTL)
			ck_assert_msg(met[kinds[k].kind] > 0, "%s is never met",
			    fault_kind_word(kinds[k].kind));
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_ROWS(no_fault_opens_a_door, situations),
		SUPPORT_TEST(every_kind_is_met),
		SUPPORT_END,
	};

	return support_run_in_folder("faults_module", tests);
}
