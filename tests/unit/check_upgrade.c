/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What earlier releases wrote, kept in tests/upgrade/N, N being the format of
 * the policy: this release reads it, and decides as they did. See
 * policy_format.h for what to do when one of these tests fails.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_format.h"
#include "sudo_policy.h"
#include "support.h"
#include "text.h"

#define OLDEST (TWR_FORMAT_VERSION > 1 ? TWR_FORMAT_VERSION - 1 : 1)

static const char *
stored(unsigned version, const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "tests/upgrade/%u/%s", version,
	    name);
	return path;
}

/* ---- the layout ---- */

static void
write_layout(FILE *to)
{
#define FIELD(type, member) fprintf(to, "\t" #type "\t" #member "\n");
#define ENUM(member, least, most) \
	fprintf(to, "\tenum\t" #member "\t" #least " %d\t" #most " %d\n", \
	    (int)(least), (int)(most));
#define LIST(name) \
	fprintf(to, #name "\n"); \
	TWR_##name##_FIELDS(FIELD, ENUM)
#define NUMBER(name) fprintf(to, #name " %lu\n", (unsigned long)(TWR_##name));
	LIST(META)
	LIST(SERVICE)
	LIST(RULE)
	LIST(LINK)
	LIST(DEMAND)
	LIST(PLACE)
	LIST(LOGIN)
	LIST(HOLDING)
	LIST(EXEMPTION)
	NUMBER(FORMAT_MAGIC)
	NUMBER(KEY_META)
	NUMBER(KEY_EXEMPT)
	NUMBER(KEY_RULE)
	NUMBER(KEY_LOGIN)
	NUMBER(KEY_NAME)
	NUMBER(KEY_ASKED)
	NUMBER(NAME_ROLE)
	NUMBER(NAME_SCOPE)
	NUMBER(KEY_MAX)
	NUMBER(VALUE_MAX)
	NUMBER(PROBE_MAX)
	NUMBER(CRC_LEN)
	NUMBER(CDB_HEADER)
	NUMBER(CHAIN_MAX)
	NUMBER(ID_LEN)
	NUMBER(HASH_LEN)
	NUMBER(UID_UNKNOWN)
	NUMBER(HOLDING_REMOVED)
	NUMBER(HOLDING_RESOURCE)
	NUMBER(EXEMPT_LOGIN)
	NUMBER(EXEMPT_SYSTEM)
	NUMBER(EXEMPT_EVERYONE)
}

START_TEST(the_layout_is_that_of_its_version)
{
	const char *path = stored(TWR_FORMAT_VERSION, "layout");
	char *is = NULL, *was = (char *)support_read(path, NULL);
	size_t len = 0;
	FILE *to = open_memstream(&is, &len);

	write_layout(to);
	ck_assert_int_eq(fclose(to), 0);
	ck_assert_msg(strcmp(is, was) == 0,
	    "the layout of policy.cdb is not that of %s: a module of that "
	    "format would misread it; raise TWR_FORMAT_VERSION and follow the "
	    "rule in policy_format.h",
	    path);
	free(is);
	free(was);
}
END_TEST

/* ---- a stored policy ---- */

static int
digit_of(int c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
				     "pqrstuvwxyz0123456789+/";
	const char *p = c == '\0' ? NULL : strchr(digits, c);

	return p == NULL ? -1 : (int)(p - digits);
}

static void
unpack(const char *from, const char *to)
{
	uint8_t *text = support_read(from, NULL), *out = text, *p;
	unsigned long bits = 0;
	unsigned n = 0;

	for (p = text; *p != '\0'; p++) {
		if (digit_of(*p) < 0)
			continue;
		bits = (bits << 6 | (unsigned)digit_of(*p)) & 0xffffff;
		if (n++ % 4 != 0)
			*out++ = (uint8_t)(bits >> (6 - 2 * ((n - 1) % 4)));
	}
	support_write(to, text, (size_t)(out - text), 0640);
	free(text);
}

static int64_t
compiled_at(const char *path)
{
	struct twr_view view;
	struct twr_reader rd = { .fd = -1 };
	struct twr_error err = { "" };
	int64_t at;

	memset(&view, 0, sizeof(view));
	ck_assert_msg(twr_policy_open(path, support_owner(), &rd, &view,
			  &err) == TWR_OK,
	    "%s", err.text);
	at = view.meta.compiled_at;
	twr_view_free(&view);
	twr_reader_close(&rd);
	return at;
}

struct line {
	char service[80], user[64], invoker[64], when[32], verdict[16],
	    reason[32];
	unsigned number;
};

static void
look(const struct line *ln, const struct twr_judgement *jd)
{
	enum twr_verdict want = strcmp(ln->verdict, "grant") == 0 ? TWR_GRANT :
	    strcmp(ln->verdict, "exempt") == 0			  ? TWR_EXEMPT :
								    TWR_DENY;

	ck_assert_msg(jd->status == TWR_OK, "line %u: %s", ln->number,
	    jd->error.text);
	ck_assert_msg(jd->decision.verdict == want &&
		strcmp(twr_reason_word(jd->decision.reason), ln->reason) == 0,
	    "line %u: %s by %s is %s now, and was %s %s", ln->number,
	    ln->service, ln->user, twr_reason_word(jd->decision.reason),
	    ln->verdict, ln->reason);
}

static void
ask_sudoers(const struct twr_gate *gate, const struct line *ln)
{
	static const char *const uids[] = { "ann", "bob", "eve", "liz", "may",
		"sam", "tom", "zoe", "old" };
	struct sudo_policy sp = { .asked = false };
	struct sudo_ask ask = { ln->user, TWR_UID_UNKNOWN, { NULL, NULL } };
	struct twr_judgement jd;
	char text[sizeof(ln->service)], *at;
	size_t i;

	for (i = 0; i < sizeof(uids) / sizeof(*uids); i++)
		if (strcmp(uids[i], ln->user) == 0)
			ask.uid = 61001 + (uint32_t)i;
	(void)strcpy(text, ln->service + 1);
	if ((at = strchr(text, '@')) != NULL)
		*at++ = '\0';
	ask.question.role = text;
	ask.question.scope = at;
	sudo_policy_ask(&sp, gate, &ask, NULL, &jd);
	look(ln, &jd);
	sudo_policy_answered(&jd);
	sudo_policy_close(&sp);
}

static void
ask(const char *path, int64_t then, const struct line *ln)
{
	const struct twr_gate gate = { .policy_path = path,
		.owner = support_owner(),
		.passwd_path = support_path("passwd"),
		.now = then,
		.boottime = 1 };
	struct twr_request req = { .service = ln->service,
		.user = ln->user,
		.invoker = strcmp(ln->invoker, "-") == 0 ? NULL : ln->invoker };
	struct twr_judgement jd;

	if (ln->service[0] == '%') {
		ask_sudoers(&gate, ln);
		return;
	}
	twr_judge(&gate, &req, NULL, &jd);
	look(ln, &jd);
	twr_judgement_end(&jd);
}

static unsigned
ask_all(const char *policy, const char *decisions)
{
	struct line ln = { .number = 0 };
	char *text = (char *)support_read(decisions, NULL), *rest = text, *p;
	int64_t now = compiled_at(policy), then;
	unsigned n = 0;

	while ((p = strsep(&rest, "\n")) != NULL) {
		ln.number++;
		if (*p == '#' || *p == '\0')
			continue;
		ck_assert_msg(sscanf(p, "%79s %63s %63s %31s %15s %31s",
				  ln.service, ln.user, ln.invoker, ln.when,
				  ln.verdict, ln.reason) == 6,
		    "%s:%u: not six words", decisions, ln.number);
		then = now;
		if (strcmp(ln.when, "now") != 0)
			ck_assert_msg(twr_time_parse(ln.when, &then),
			    "%s:%u: no time", decisions, ln.number);
		ask(policy, then, &ln);
		n++;
	}
	free(text);
	return n;
}

static void
write_passwd(void)
{
	support_write_text(support_path("passwd"),
	    "root:x:0:0::/:/bin/sh\ndaemon:x:1:1::/:/bin/sh\n");
}

START_TEST(stored_policies_decide_as_they_did)
{
	char path[PATH_MAX], packed[256];
	unsigned version;

	write_passwd();
	(void)strcpy(path, support_path("policy.cdb"));
	for (version = OLDEST; version <= TWR_FORMAT_VERSION; version++) {
		(void)strcpy(packed, stored(version, "policy.cdb.base64"));
		unpack(packed, path);
		ck_assert_uint_ge(ask_all(path, stored(version, "decisions")),
		    40);
	}
}
END_TEST

/* An older module meets a newer file. */
START_TEST(a_newer_policy_is_too_new)
{
	const char *path = support_path("policy.cdb");
	struct twr_request req = { .service = "sshd", .user = "ann" };
	struct twr_gate gate = { .policy_path = path,
		.passwd_path = support_path("passwd") };
	struct twr_judgement jd;
	char packed[256];

	write_passwd();
	(void)strcpy(packed, stored(TWR_FORMAT_VERSION, "policy.cdb.base64"));
	unpack(packed, path);
	gate.owner = support_owner();
	gate.now = compiled_at(path);
	support_write_version(path, TWR_FORMAT_VERSION + 1);
	twr_judge(&gate, &req, NULL, &jd);
	ck_assert_int_eq(jd.status, TWR_ETOONEW);
	ck_assert_int_eq(jd.decision.verdict, TWR_DENY);
	ck_assert_str_eq(twr_reason_word(jd.decision.reason), "policy-too-new");
	twr_judgement_end(&jd);
}
END_TEST

int
main(int argc, char **argv)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(the_layout_is_that_of_its_version),
		SUPPORT_TEST(stored_policies_decide_as_they_did),
		SUPPORT_TEST(a_newer_policy_is_too_new),
		SUPPORT_END,
	};

	if (argc == 2 && strcmp(argv[1], "layout") == 0) {
		write_layout(stdout);
		return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	return support_run_in_folder("upgrade", tests);
}
