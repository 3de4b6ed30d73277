/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Writes the policy that the suites of outcomes judge by, without directory
 * and tool, so that every state a policy can be in can be had.
 *
 *	make_policy FILE [VARIANT]
 *
 * The variants: plain, stale, too-new, unconfirmed (past its commit-confirm
 * deadline), future (compiled later than now), soft-all (all services are
 * permissive), soft-all-ended.
 *
 * Services, each demanding hosts:login at acme/messaging/production unless
 * another word says more: gate, gate-2fa, gate-closed (its scope is),
 * gate-cron (system accounts are exempt), gate-debug and gate-glass (for
 * stacks with such arguments), soft (permissive), soft-ended, open
 * (everybody is exempt), root-only (root is), su, su-l, sudo, sudo-i; with the
 * exemptions that are shipped: cron, atd, login, systemd-user; there is no
 * "other". Logins are named after what they are: granted, none, ended,
 * removed, later, inactive, suspended, tombstone; and system, which is mapped
 * and lies in the range of system accounts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "checksum.h"
#include "policy_format.h"
#include "policy_writer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY ((int64_t)86400)
/* Stands for twrbac.conf, whose size and time a policy remembers. */
#define CONF_PATH "/etc/hosts"

enum {
	ROLE_LOGIN = 1,
	ROLE_SUPPORT
};
enum {
	SCOPE_ORGANIZATION = 1,
	SCOPE_ACCOUNT,
	SCOPE_PRODUCTION,
	SCOPE_CLOSED
};

static const uint32_t login_role[] = { ROLE_LOGIN };
static const struct twr_demand demand = { TWR_DEMAND_ROLE, "hosts:login",
	login_role, COUNT(login_role) };

static enum twr_status
add_names(struct policy_writer *pw, struct twr_error *err)
{
	static const struct {
		uint32_t number;
		const char *path;
	} scopes[] = {
		{ SCOPE_ORGANIZATION, "acme" },
		{ SCOPE_ACCOUNT, "acme/messaging" },
		{ SCOPE_PRODUCTION, "acme/messaging/production" },
		{ SCOPE_CLOSED, "acme/messaging/closed" },
	};
	enum twr_status rc;
	size_t i;

	rc = policy_writer_role(pw, ROLE_LOGIN, "hosts:login", err);
	if (rc == TWR_OK)
		rc = policy_writer_role(pw, ROLE_SUPPORT, "general:support",
		    err);
	for (i = 0; rc == TWR_OK && i < COUNT(scopes); i++)
		rc = policy_writer_scope(pw, scopes[i].number, scopes[i].path,
		    err);
	return rc;
}

static enum twr_status
add_rule(struct policy_writer *pw, const char *service, struct twr_error *err)
{
	bool closed = strcmp(service, "gate-closed") == 0;
	const struct twr_rule rule = {
		.scope_path = closed ? "acme/messaging/closed" :
				       "acme/messaging/production",
		.two_factor = strcmp(service, "gate-2fa") == 0,
		.chain = { { closed ? SCOPE_CLOSED : SCOPE_PRODUCTION,
			       closed ? TWR_SCOPE_CLOSED : TWR_SCOPE_ACTIVE },
		    { SCOPE_ACCOUNT, TWR_SCOPE_ACTIVE },
		    { SCOPE_ORGANIZATION, TWR_SCOPE_ACTIVE } },
		.n_chain = 3,
		.demands = &demand,
		.n_demands = 1,
	};

	return policy_writer_rule(pw, service, &rule, err);
}

static enum twr_status
add_login(struct policy_writer *pw, const char *name, uint32_t uid,
    enum twr_user_status status, const struct twr_holding *h,
    struct twr_error *err)
{
	const struct twr_login login = {
		.uid = uid,
		.status = status,
		.kind = TWR_KIND_PERSON,
		.two_factor = TWR_2FA_NOT_ENROLLED,
		.user_sid = "US0123456789abcdef0123456789abcdef",
		.user_name = name,
		.holdings = h,
		.n_holdings = 1,
	};

	return policy_writer_login(pw, name, &login, err);
}

static enum twr_status
add_tombstone(struct policy_writer *pw, struct twr_error *err)
{
	const struct twr_login grave = { .tombstone = true,
		.uid = 61019,
		.status = TWR_USER_INACTIVE,
		.kind = TWR_KIND_PERSON,
		.two_factor = TWR_2FA_UNKNOWN,
		.user_sid = "",
		.user_name = "" };

	return policy_writer_login(pw, "tombstone", &grave, err);
}

static enum twr_status
add_logins(struct policy_writer *pw, int64_t now, struct twr_error *err)
{
	const struct {
		const char *name;
		uint32_t uid;
		enum twr_user_status status;
		struct twr_holding held;
	} logins[] = {
#define AT_PRODUCTION ROLE_LOGIN, SCOPE_PRODUCTION
		{ "granted", 61011, TWR_USER_ACTIVE,
		    { AT_PRODUCTION, TWR_ALWAYS, TWR_NEVER, 0 } },
		{ "none", 61012, TWR_USER_ACTIVE,
		    { ROLE_SUPPORT, SCOPE_ACCOUNT, TWR_ALWAYS, TWR_NEVER, 0 } },
		{ "ended", 61013, TWR_USER_ACTIVE,
		    { AT_PRODUCTION, TWR_ALWAYS, now - DAY, 0 } },
		{ "removed", 61014, TWR_USER_ACTIVE,
		    { AT_PRODUCTION, TWR_ALWAYS, now - DAY,
			TWR_HOLDING_REMOVED } },
		{ "later", 61015, TWR_USER_ACTIVE,
		    { AT_PRODUCTION, now + DAY, TWR_NEVER, 0 } },
		{ "inactive", 61016, TWR_USER_INACTIVE,
		    { AT_PRODUCTION, TWR_ALWAYS, TWR_NEVER, 0 } },
		{ "suspended", 61017, TWR_USER_SUSPENDED,
		    { AT_PRODUCTION, TWR_ALWAYS, TWR_NEVER, 0 } },
		{ "system", 901, TWR_USER_INACTIVE,
		    { AT_PRODUCTION, TWR_ALWAYS, TWR_NEVER, 0 } },
#undef AT_PRODUCTION
	};
	enum twr_status rc = TWR_OK;
	size_t i;

	for (i = 0; rc == TWR_OK && i < COUNT(logins); i++)
		rc = add_login(pw, logins[i].name, logins[i].uid,
		    logins[i].status, &logins[i].held, err);
	return rc == TWR_OK ? add_tombstone(pw, err) : rc;
}

static enum twr_status
add_exemptions(struct policy_writer *pw, struct twr_error *err)
{
	static const struct twr_exemption entries[] = {
		{ "open", TWR_EXEMPT_EVERYONE, "", TWR_UID_UNKNOWN },
		{ "root-only", TWR_EXEMPT_LOGIN, "root", 0 },
		{ "su", TWR_EXEMPT_LOGIN, "root", 0 },
		{ "su-l", TWR_EXEMPT_LOGIN, "root", 0 },
		{ "gate-cron", TWR_EXEMPT_SYSTEM, "", TWR_UID_UNKNOWN },
		{ "cron", TWR_EXEMPT_LOGIN, "root", 0 },
		{ "cron", TWR_EXEMPT_SYSTEM, "", TWR_UID_UNKNOWN },
		{ "atd", TWR_EXEMPT_LOGIN, "root", 0 },
		{ "atd", TWR_EXEMPT_SYSTEM, "", TWR_UID_UNKNOWN },
		{ "login", TWR_EXEMPT_LOGIN, "root", 0 },
		{ "systemd-user", TWR_EXEMPT_EVERYONE, "", TWR_UID_UNKNOWN },
	};
	static const char *const mapped[] = { "system" };
	const struct twr_exemptions ex = { entries, COUNT(entries), mapped,
		COUNT(mapped) };

	return policy_writer_exemptions(pw, &ex, err);
}

static enum twr_status
finish(struct policy_writer *pw, const char *variant, int64_t now,
    const struct twr_service *services, size_t n, struct twr_error *err)
{
	struct twr_meta meta = {
		.file_id = { 1 },
		.organization_sid = "OR0123456789abcdef0123456789abcdef",
		.organization_name = "acme",
		.serial = 7,
		.compiled_at = now - 60,
		.stale_at = TWR_NEVER,
		.conf_path = CONF_PATH,
		.log_key = { 3 },
		.uid_min = 1000,
		.detail = TWR_DETAIL_REASON,
		.contact = "ops@example.com",
		.permissive_until = TWR_ALWAYS,
		.services = services,
		.n_services = n,
	};
	struct stat st;

	if (stat(meta.conf_path, &st) == 0) {
		meta.conf_size = (uint64_t)st.st_size;
		meta.conf_mtime_s = st.st_mtim.tv_sec;
		meta.conf_mtime_ns = (uint32_t)st.st_mtim.tv_nsec;
	}
	if (strcmp(variant, "stale") == 0)
		meta.stale_at = now - 1;
	if (strcmp(variant, "future") == 0)
		meta.compiled_at = now + 2 * DAY;
	if (strcmp(variant, "soft-all") == 0)
		meta.permissive_until = now + DAY;
	if (strcmp(variant, "soft-all-ended") == 0)
		meta.permissive_until = now - DAY;
	if (strcmp(variant, "unconfirmed") == 0) {
		meta.confirm_boottime_s = 1; /* of another boot */
		meta.prev_id[0] = 1;
		meta.prev_serial = 7;
	}
	return policy_writer_finish(pw, &meta, err);
}

static enum twr_status
write_policy(int fd, const char *variant, struct twr_error *err)
{
	const int64_t now = (int64_t)time(NULL);
#define SERVICE(name, rule, until) \
	{ \
		name, rule, TWR_SUBJECT_BY_SERVICE, until \
	}
	const struct twr_service services[] = {
		SERVICE("gate", true, TWR_ALWAYS),
		SERVICE("gate-2fa", true, TWR_ALWAYS),
		SERVICE("gate-closed", true, TWR_ALWAYS),
		SERVICE("gate-cron", true, TWR_ALWAYS),
		SERVICE("gate-debug", true, TWR_ALWAYS),
		SERVICE("gate-glass", true, TWR_ALWAYS),
		SERVICE("open", false, TWR_ALWAYS),
		SERVICE("root-only", true, TWR_ALWAYS),
		SERVICE("soft", true, now + DAY),
		SERVICE("soft-ended", true, now - DAY),
		SERVICE("su", true, TWR_ALWAYS),
		SERVICE("su-l", true, TWR_ALWAYS),
		SERVICE("sudo", true, TWR_ALWAYS),
		SERVICE("sudo-i", true, TWR_ALWAYS),
		SERVICE("cron", true, TWR_ALWAYS),
		SERVICE("atd", true, TWR_ALWAYS),
		SERVICE("login", true, TWR_ALWAYS),
		SERVICE("systemd-user", false, TWR_ALWAYS),
	};
#undef SERVICE
	struct policy_writer *pw = NULL;
	enum twr_status rc;
	size_t i;

	rc = policy_writer_begin(fd, &pw, err);
	if (rc == TWR_OK)
		rc = add_names(pw, err);
	for (i = 0; rc == TWR_OK && i < COUNT(services); i++)
		if (services[i].has_rule)
			rc = add_rule(pw, services[i].name, err);
	if (rc == TWR_OK)
		rc = add_exemptions(pw, err);
	if (rc == TWR_OK)
		rc = add_logins(pw, now, err);
	if (rc == TWR_OK)
		rc = finish(pw, variant, now, services, COUNT(services), err);
	policy_writer_free(pw);
	return rc;
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
put32(uint8_t *p, uint32_t v)
{
	int i;

	for (i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* A format of the future: the version in M is one more, its checksum right. */
static bool
make_too_new(int fd)
{
	uint8_t head[9], value[TWR_VALUE_MAX];
	const uint8_t key[1] = { TWR_KEY_META };
	off_t pos = TWR_CDB_HEADER;
	uint32_t crc, len;

	for (;; pos += (off_t)get32(head) + (off_t)get32(head + 4) + 8) {
		if (pread(fd, head, sizeof(head), pos) != sizeof(head))
			return false;
		if (get32(head) == 1 && head[8] == TWR_KEY_META)
			break;
	}
	len = get32(head + 4);
	if (len < 12 || len > sizeof(value) ||
	    pread(fd, value, len, pos + 9) != (ssize_t)len)
		return false;
	put32(value + 4, get32(value + 4) + 1);
	crc = twr_crc32c(twr_crc32c(0, key, 1), value, len - TWR_CRC_LEN);
	put32(value + len - TWR_CRC_LEN, crc);
	return pwrite(fd, value, len, pos + 9) == (ssize_t)len;
}

static bool
is_variant(const char *word)
{
	static const char *const variants[] = { "plain", "stale", "too-new",
		"unconfirmed", "future", "soft-all", "soft-all-ended" };
	size_t i;

	for (i = 0; i < COUNT(variants); i++)
		if (strcmp(word, variants[i]) == 0)
			return true;
	return false;
}

int
main(int argc, char **argv)
{
	const char *variant = argc > 2 ? argv[2] : "plain";
	struct twr_error err = { "" };
	int fd;

	if (argc < 2 || argc > 3 || !is_variant(variant)) {
		fprintf(stderr,
		    "usage: make_policy FILE [plain | stale | "
		    "too-new | unconfirmed | future | soft-all | "
		    "soft-all-ended]\n");
		return 64;
	}
	(void)umask(022);
	(void)unlink(argv[1]);
	fd = open(argv[1], O_RDWR | O_CREAT | O_EXCL, 0640);
	if (fd == -1) {
		fprintf(stderr, "make_policy: %s: %s\n", argv[1],
		    strerror(errno));
		return 73;
	}
	if (write_policy(fd, variant, &err) != TWR_OK) {
		fprintf(stderr, "make_policy: %s: %s\n", argv[1], err.text);
		return 65;
	}
	if (strcmp(variant, "too-new") == 0 && !make_too_new(fd)) {
		fprintf(stderr, "make_policy: %s: no meta record\n", argv[1]);
		return 65;
	}
	return close(fd) == 0 ? 0 : 73;
}
