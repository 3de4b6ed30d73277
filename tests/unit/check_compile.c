/* SPDX-License-Identifier: BSD-2-Clause */
#include "compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory_write.h"
#include "pamd.h"
#include "support.h"

#define NOW INT64_C(1795219200) /* 2026-11-21T00:00:00Z */
#define DAY INT64_C(86400)

/* One organization, one account, two subaccounts; five people. */
struct world {
	struct directory *dir;
	struct scope acme, messaging, production, qa;
	struct role owner, administrator, login, operator, admin, general;
	struct user alice, bob, carol, dave;
	struct compile_options opt;
	struct accepted accepted;
	char warned[4096];
	uint64_t serial;
};

static struct world w;
static struct twr_error err;

#define MUST(call) \
	do { \
		enum twr_status must_rc = (call); \
		ck_assert_msg(must_rc == TWR_OK, "%s: %s", #call, err.text); \
	} while (0)

static void
add_scope(struct scope *ret, const struct scope *parent,
    enum twr_scope_kind kind, const char *name)
{
	memset(ret, 0, sizeof(*ret));
	ret->kind = kind;
	ret->parent_id = parent->id;
	(void)snprintf(ret->name, sizeof(ret->name), "%s", name);
	ret->status = TWR_SCOPE_ACTIVE;
	ret->created_at = NOW;
	MUST(directory_insert_scope(w.dir, ret, &err));
}

static void
add_role(struct role *ret, const char *key, enum role_type type,
    const char *permission, const struct role *included)
{
	memset(ret, 0, sizeof(*ret));
	ret->type = type;
	(void)snprintf(ret->key, sizeof(ret->key), "%s", key);
	(void)snprintf(ret->name, sizeof(ret->name), "Name of %s", key);
	(void)snprintf(ret->group, sizeof(ret->group), "Group");
	ret->assignable_at = ASSIGNABLE(TWR_SCOPE_ORGANIZATION) |
	    ASSIGNABLE(TWR_SCOPE_ACCOUNT) | ASSIGNABLE(TWR_SCOPE_SUBACCOUNT);
	MUST(directory_insert_role(w.dir, ret, &err));
	if (permission != NULL)
		MUST(directory_add_permission(w.dir, ret->id, permission,
		    &err));
	if (included != NULL)
		MUST(directory_add_included(w.dir, ret->id, included->id,
		    &err));
}

static void
map_login(const char *name, const struct user *user, uint32_t uid)
{
	struct login row = { .user_id = user == NULL ? 0 : user->id,
		.uid = uid,
		.mapped_at = NOW,
		.unmapped_at = user == NULL ? NOW : TWR_NEVER };

	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	MUST(directory_put_login(w.dir, &row, &err));
}

static void
add_user(struct user *ret, const char *name, uint32_t uid)
{
	memset(ret, 0, sizeof(*ret));
	(void)snprintf(ret->email, sizeof(ret->email), "%s@example.com", name);
	(void)snprintf(ret->name, sizeof(ret->name), "%s", name);
	ret->status = TWR_USER_ACTIVE;
	ret->kind = TWR_KIND_PERSON;
	ret->two_factor = TWR_2FA_UNKNOWN;
	ret->created_at = NOW;
	MUST(directory_insert_user(w.dir, ret, &err));
	map_login(name, ret, uid);
}

static int64_t
give(const struct user *user, const struct role *role,
    const struct scope *scope, int64_t not_before, int64_t not_after)
{
	struct assignment row = { .user_id = user->id,
		.role_id = role->id,
		.scope_id = scope->id,
		.not_before = not_before,
		.not_after = not_after,
		.created_at = NOW,
		.removed_at = TWR_NEVER };

	(void)snprintf(row.created_by, sizeof(row.created_by), "test");
	MUST(directory_insert_assignment(w.dir, &row, &err));
	return row.id;
}

static void
take_warning(void *ctx, const char *line)
{
	size_t len = strlen(w.warned);

	(void)ctx;
	(void)snprintf(w.warned + len, sizeof(w.warned) - len, "%s\n", line);
}

/* support_path() reuses its buffers. */
static void
keep_path(int i, const char **ret, const char *name)
{
	static char paths[3][4200];

	(void)snprintf(paths[i], sizeof(paths[i]), "%s",
	    support_path("%s", name));
	*ret = paths[i];
}

static void
make_world(void)
{
	static const char passwd[] = "root:x:0:0::/root:/bin/sh\n"
				     "daemon:x:1:1::/:/bin/false\n"
				     "alice:x:1001:1001::/:/bin/sh\n"
				     "bob:x:1002:1002::/:/bin/sh\n"
				     "www:x:33:33::/:/bin/false\n";

	(void)unlink(support_path("d.db"));
	MUST(directory_create(support_path("d.db"), "acme", &w.dir, &err));
	MUST(directory_scope_get(w.dir, 1, &w.acme, &err));
	add_scope(&w.messaging, &w.acme, TWR_SCOPE_ACCOUNT, "messaging");
	add_scope(&w.production, &w.messaging, TWR_SCOPE_SUBACCOUNT,
	    "production");
	add_scope(&w.qa, &w.messaging, TWR_SCOPE_SUBACCOUNT, "qa");
	add_role(&w.owner, "organization:owner", ROLE_ORGANIZATION, NULL, NULL);
	add_role(&w.administrator, "organization:administrator",
	    ROLE_ORGANIZATION, NULL, NULL);
	add_role(&w.login, "hosts:login", ROLE_CUSTOM,
	    "/twrbac/hosts/session/open", NULL);
	add_role(&w.operator, "hosts:operator", ROLE_CUSTOM,
	    "/twrbac/hosts/sudo/run", &w.login);
	add_role(&w.admin, "hosts:admin", ROLE_CUSTOM, "/twrbac/hosts/sudo/*",
	    &w.operator);
	add_role(&w.general, "general:developer", ROLE_GENERAL, NULL, NULL);
	add_user(&w.alice, "alice", 1001);
	add_user(&w.bob, "bob", 1002);
	add_user(&w.carol, "carol", 1003);
	add_user(&w.dave, "dave", 1004);
	map_login("gone", NULL, 500);
	(void)give(&w.alice, &w.owner, &w.acme, TWR_ALWAYS, TWR_NEVER);
	(void)give(&w.alice, &w.admin, &w.acme, TWR_ALWAYS, TWR_NEVER);
	(void)give(&w.bob, &w.operator, & w.production, TWR_ALWAYS, NOW + DAY);
	(void)give(&w.carol, &w.login, &w.qa, TWR_ALWAYS, TWR_NEVER);
	(void)give(&w.dave, &w.login, &w.messaging, TWR_ALWAYS, NOW - DAY);

	support_write_text(support_path("passwd"), passwd);
	support_write_text(support_path("login.defs"),
	    "# x\nUID_MIN\t\t  1000\nUID_MAX 60000\n");
	(void)unlink(support_path("policy.cdb"));
	(void)unlink(support_path("policy.prev.cdb"));
	w.opt = (struct compile_options) {
		.now = NOW, .conf_name = "t.conf", .warn = take_warning
	};
	keep_path(0, &w.opt.paths.policy, "policy.cdb");
	keep_path(1, &w.opt.paths.passwd, "passwd");
	keep_path(2, &w.opt.paths.login_defs, "login.defs");
	w.opt.paths.owner = support_owner();
	w.serial = 0;
	w.warned[0] = '\0';
	(void)snprintf(w.accepted.path, sizeof(w.accepted.path),
	    "/nonexistent/t.conf");
}

static enum twr_status
prepare(const char *text, struct compiled **ret)
{
	struct config *cf = NULL;
	enum twr_status rc;

	*ret = NULL;
	w.warned[0] = '\0';
	MUST(config_parse(text, "t.conf", NOW, NULL, &cf, &err));
	rc = compile_prepare(w.dir, cf, &w.accepted, ++w.serial, &w.opt, ret,
	    &err);
	config_free(cf);
	return rc;
}

static char losers[256]; /* of the last policy, each with a blank */

static void
keep_losers(const struct compile_effect *effect)
{
	size_t i, len = 0;

	losers[0] = '\0';
	ck_assert_uint_eq(effect->n_losers, effect->logins_losing);
	for (i = 0; i < effect->n_losers; i++)
		len += (size_t)snprintf(losers + len, sizeof(losers) - len,
		    "%s ", effect->losers[i]);
}

/* Compile and publish; the effect's text goes to effect. */
static void
put_in_force(const char *text, char *effect, size_t size)
{
	struct compiled *cp;

	MUST(prepare(text, &cp));
	ck_assert_ptr_nonnull(compiled_effect(cp));
	(void)snprintf(effect, size, "%s", compiled_effect(cp)->text);
	keep_losers(compiled_effect(cp));
	ck_assert(!compiled_is_in_force(cp) && !compiled_is_in_force(NULL));
	MUST(compile_publish(cp, &err));
	ck_assert(compiled_is_in_force(cp));
	compiled_free(cp);
}

static enum twr_reason
judge(const char *service, const char *user, enum twr_verdict verdict)
{
	struct twr_gate gate = { w.opt.paths.policy, w.opt.paths.owner,
		w.opt.paths.passwd, NOW, 1000, NULL };
	struct twr_request req = { .service = service,
		.user = user,
		.invoker = twr_service_has_invoker(service) ? user : NULL };
	struct twr_judgement jd;
	enum twr_reason reason;

	twr_judge(&gate, &req, NULL, &jd);
	ck_assert_msg(jd.status == TWR_OK, "%s", jd.error.text);
	reason = jd.decision.reason;
	ck_assert_msg(jd.decision.verdict == verdict, "%s %s: %s", service,
	    user, twr_reason_word(reason));
	twr_judgement_end(&jd);
	return reason;
}

#define HOST "scope = \"acme/messaging/production\";\n"
#define RULES \
	HOST "rules = (\n" \
	     "{ services = [\"sshd\"]; any_role = [\"hosts:login\"]; },\n" \
	     "{ services = [\"sudo\"];\n" \
	     "  any_permission = [\"/twrbac/hosts/sudo/run\"]; },\n" \
	     "{ services = [\"su\"];\n" \
	     "  all_permissions = [\"/twrbac/hosts/sudo/run\",\n" \
	     "    \"/twrbac/hosts/sudo/admin\"]; } );\n"
#define SSHD_ONLY \
	HOST "rules = ( { services = [\"sshd\"]; " \
	     "any_role = [\"hosts:login\"]; } );"

static const struct verdict {
	const char *service, *user;
	enum twr_verdict verdict;
	enum twr_reason reason;
} verdicts[] = {
	/* clang-format off */
	{ "sshd", "alice",  TWR_GRANT,  TWR_REASON_GRANTED },
	{ "sudo", "alice",  TWR_GRANT,  TWR_REASON_GRANTED },
	{ "su",   "alice",  TWR_GRANT,  TWR_REASON_GRANTED }, /* by a "*" */
	{ "sshd", "bob",    TWR_GRANT,  TWR_REASON_GRANTED },
	{ "sudo", "bob",    TWR_GRANT,  TWR_REASON_GRANTED },
	{ "su",   "bob",    TWR_DENY,   TWR_REASON_ROLE_MISSING },
	{ "sshd", "carol",  TWR_DENY,   TWR_REASON_ROLE_MISSING },
	{ "sshd", "dave",   TWR_DENY,   TWR_REASON_ROLE_ENDED },
	{ "sshd", "gone",   TWR_DENY,   TWR_REASON_LOGIN_UNMAPPED },
	{ "sshd", "nobody", TWR_DENY,   TWR_REASON_LOGIN_UNMAPPED },
	{ "cron", "daemon", TWR_EXEMPT, TWR_REASON_EXEMPT },
	{ "cron", "gone",   TWR_DENY,   TWR_REASON_NO_RULE },
	{ "cron", "bob",    TWR_DENY,   TWR_REASON_NO_RULE },
	{ "sudo", "root",   TWR_EXEMPT, TWR_REASON_EXEMPT },
	{ "chfn", "bob",    TWR_EXEMPT, TWR_REASON_EXEMPT },
	{ "ftpd", "alice",  TWR_DENY,   TWR_REASON_NO_RULE },
	/* clang-format on */
};
#define EXEMPT \
	"exempt = ( { logins = [\"root\"]; services = [\"sudo\"]; },\n" \
	"{ system_accounts = true; services = [\"cron\"]; },\n" \
	"{ everyone = true; services = [\"chfn\"]; } );\n"

START_TEST(end_to_end)
{
	struct stat st;
	char effect[1024];
	size_t i;

	make_world();
	put_in_force(RULES EXEMPT, effect, sizeof(effect));
	ck_assert_str_eq(effect,
	    "alice gains sshd, sudo, su; "
	    "bob gains sshd, sudo; root gains sudo");
	for (i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
		const struct verdict *v = &verdicts[i];

		ck_assert_str_eq(twr_reason_word(judge(v->service, v->user,
				     v->verdict)),
		    twr_reason_word(v->reason));
	}
	ck_assert_int_eq(stat(w.opt.paths.policy, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	ck_assert_uint_eq(compile_serial_in_force(&w.opt.paths), 1);
	ck_assert_str_eq(w.warned, "");
	directory_close(w.dir);
}
END_TEST

START_TEST(tells_the_effect)
{
	char effect[1024];
	int64_t id;

	make_world();
	put_in_force(RULES, effect, sizeof(effect));
	put_in_force(RULES, effect, sizeof(effect));
	ck_assert_str_eq(effect, "");
	id = give(&w.carol, &w.operator, & w.production, TWR_ALWAYS, TWR_NEVER);
	put_in_force(RULES, effect, sizeof(effect));
	ck_assert_str_eq(effect, "carol gains sshd, sudo");
	ck_assert_str_eq(losers, "");
	MUST(directory_remove_assignment(w.dir, id, NOW, "test", &err));
	put_in_force(RULES, effect, sizeof(effect));
	ck_assert_str_eq(effect, "carol loses sshd, sudo");
	ck_assert_str_eq(losers, "carol ");
	ck_assert_int_eq(judge("sshd", "carol", TWR_DENY),
	    TWR_REASON_ROLE_REMOVED);
	/* a rule that falls away, another that comes */
	put_in_force(HOST "rules = ( { services = [\"sshd\", \"ftpd\"]; "
			  "any_role = [\"hosts:operator\"]; } );",
	    effect, sizeof(effect));
	ck_assert_str_eq(effect,
	    "alice gains ftpd, loses sudo, su; "
	    "bob gains ftpd, loses sudo");
	ck_assert_str_eq(losers, "alice bob ");
	directory_close(w.dir);
}
END_TEST

/* What only exemptions and permissive entries change is told as well. */
START_TEST(tells_who_is_exempt)
{
	char effect[1024];

	make_world();
	put_in_force(RULES, effect, sizeof(effect));
	put_in_force(RULES
	    "exempt = ( { logins = [\"mallory\"]; services = "
	    "[\"sshd\"]; }, { everyone = true; services = [\"chfn\"]; } );\n"
	    "permissive = ( { services = [\"su\"]; until = "
	    "\"2026-12-01T00:00:00Z\"; } );",
	    effect, sizeof(effect));
	ck_assert_msg(strstr(effect, "mallory gains sshd") != NULL &&
		strstr(effect, "everyone now exempt from chfn") != NULL &&
		strstr(effect, "su is permissive: nobody is refused") != NULL,
	    "%s", effect);
	put_in_force(RULES, effect, sizeof(effect));
	ck_assert_msg(strstr(effect, "mallory loses sshd") != NULL &&
		strstr(effect, "everyone no longer exempt from chfn") != NULL &&
		strstr(effect, "su is enforcing") != NULL,
	    "%s", effect);
	directory_close(w.dir);
}
END_TEST

/* One user's record that is too long keeps nobody else's change out. */
START_TEST(a_record_is_never_too_long)
{
	char effect[1024];
	int64_t id;
	int i;

	make_world();
	put_in_force(RULES, effect, sizeof(effect));
	for (i = 0; i < 3000; i++) {
		id = give(&w.carol, &w.operator, & w.production, NOW + 5 + i,
		    NOW + 10000);
		if (i < 1500)
			MUST(directory_remove_assignment(w.dir, id, NOW, "test",
			    &err));
	}
	(void)give(&w.carol, &w.operator, & w.production, TWR_ALWAYS,
	    TWR_NEVER);
	put_in_force(RULES, effect, sizeof(effect));
	ck_assert_str_eq(effect, "carol gains sshd, sudo");
	ck_assert_str_eq(w.warned, "");
	for (i = 0; i < 2000; i++)
		(void)give(&w.carol, &w.login, &w.acme, NOW + 5 + i,
		    NOW + 10000);
	put_in_force(RULES, effect, sizeof(effect));
	ck_assert_str_eq(effect, "carol loses sshd, sudo");
	ck_assert_ptr_nonnull(strstr(w.warned, "refused everywhere"));
	directory_close(w.dir);
}
END_TEST

/* The uid of the mapping counts, and a namesake is not taken for him. */
START_TEST(a_namesake_is_another)
{
	char effect[1024];
	struct user user;

	make_world();
	add_user(&user, "daemon", 4000); /* uid 1 in the passwd file */
	(void)give(&user, &w.operator, & w.acme, TWR_ALWAYS, TWR_NEVER);
	put_in_force(RULES, effect, sizeof(effect));
	ck_assert_ptr_nonnull(strstr(effect, "daemon gains sshd"));
	ck_assert_ptr_null(strstr(effect, "daemon gains sshd, sudo"));
	ck_assert_ptr_nonnull(strstr(w.warned, "login daemon has uid "));
	/* a directory of another host knows that host's uids */
	w.opt.local_uids = true;
	put_in_force(RULES, effect, sizeof(effect));
	ck_assert_str_eq(effect, "daemon gains sudo");
	directory_close(w.dir);
}
END_TEST

START_TEST(names_five_logins)
{
	struct compiled *cp;
	struct user user;
	char name[16], effect[1024];
	int i;

	make_world();
	put_in_force(RULES, effect, sizeof(effect));
	for (i = 0; i < 8; i++) {
		(void)snprintf(name, sizeof(name), "u%d", i);
		add_user(&user, name, TWR_UID_UNKNOWN);
		(void)give(&user, &w.login, &w.acme, TWR_ALWAYS, TWR_NEVER);
	}
	MUST(prepare(RULES, &cp));
	ck_assert_str_eq(compiled_effect(cp)->text,
	    "u0 gains sshd; "
	    "u1 gains sshd; u2 gains sshd; u3 gains sshd; u4 gains sshd; "
	    "and 3 more");
	ck_assert_uint_eq(compiled_effect(cp)->logins_gaining, 8);
	ck_assert_uint_eq(compiled_effect(cp)->logins_losing, 0);
	compiled_free(cp);
	ck_assert_int_ne(access(support_path("policy.new"), F_OK), 0);
	directory_close(w.dir);
}
END_TEST

static const struct {
	const char *text, *says;
	enum twr_status rc;
} refused[] = {
	{ "scope = \"acme/messagin\";\nrules = ( { services = [\"sshd\"]; "
	  "any_role = [\"hosts:login\"]; } );",
	    "t.conf:1: ", TWR_EDATA },
	{ HOST "rules = ( { services = [\"sshd\"];\nany_role = "
	       "[\"hosts:logn\"]; } );",
	    "t.conf:3: ", TWR_EDATA },
	{ HOST "rules = ( { services = [\"sshd\"];\nany_permission =\n"
	       "[\"/twrbac/hosts/session/opne\"]; } );",
	    "t.conf:4: no role carries the permission "
	    "\"/twrbac/hosts/session/opne\"; did you mean "
	    "\"/twrbac/hosts/session/open\"?",
	    TWR_EDATA },
	{ HOST "rules = ( { services = [\"sshd\"];\nall_permissions =\n"
	       "[\"/twrbac/hosts/sudo/run/deep\"]; } );",
	    "t.conf:4: no role carries the permission "
	    "\"/twrbac/hosts/sudo/run/deep\"; did you mean ",
	    TWR_EDATA },
	{ "organization = \"other\";\n" SSHD_ONLY,
	    "t.conf:1: organization \"other\" is not the directory's, which is "
	    "\"acme\" (OR",
	    TWR_EDATA },
	{ HOST "rules = ( { services = [\"sudo\"]; any_role = "
	       "[\"general:developer\"]; } );",
	    "t.conf: no administrator with a login would be granted sudo, so "
	    "nobody could repair this host; give one the role that the rule "
	    "demands (twrbac assignment add), or say --lock-out-ok",
	    TWR_EREFUSED },
};

START_TEST(refuses)
{
	struct compiled *cp;

	make_world();
	w.opt.strict_lock_out = true;
	ck_assert_int_eq(prepare(refused[_i].text, &cp), refused[_i].rc);
	ck_assert_msg(strncmp(err.text, refused[_i].says,
			  strlen(refused[_i].says)) == 0,
	    "%s", err.text);
	ck_assert_int_ne(access(support_path("policy.new"), F_OK), 0);
	directory_close(w.dir);
}
END_TEST

START_TEST(lock_out)
{
	static const char locked[] = HOST
	    "rules = ( { services = [\"sudo\"];"
	    " any_role = [\"general:developer\"]; } );\n"
	    "permissive = ( { services = [\"*\"]; until = "
	    "\"2026-12-01T00:00:00Z\"; } );";
	struct compiled *cp;
	char effect[256];

	make_world();
	/* none in force: a write command warns, compile refuses */
	MUST(prepare(locked, &cp));
	ck_assert_ptr_nonnull(strstr(w.warned, "no administrator"));
	compiled_free(cp);
	w.opt.strict_lock_out = true;
	ck_assert_int_eq(prepare(locked, &cp), TWR_EREFUSED);
	w.opt.lock_out_ok = true;
	MUST(prepare(locked, &cp));
	compiled_free(cp);
	/* one in force that lets in: a write command refuses too */
	w.opt.lock_out_ok = w.opt.strict_lock_out = false;
	put_in_force(RULES, effect, sizeof(effect));
	ck_assert_int_eq(prepare(locked, &cp), TWR_EREFUSED);
	w.opt.lock_out_ok = true;
	put_in_force(locked, effect, sizeof(effect));
	/* and one that locks out already does not keep people from writing */
	w.opt.lock_out_ok = false;
	MUST(prepare(locked, &cp));
	compiled_free(cp);
	directory_close(w.dir);
}
END_TEST

START_TEST(warns)
{
	struct compiled *cp;

	make_world();
	map_login("www", &w.bob, 33);
	w.opt.lock_out_ok = true;
	MUST(prepare(HOST
	    "rules = (\n{ services = [\"sshd\"]; any_role = "
	    "[\"hosts:login\", \"general:developer\"]; } );\n"
	    "exempt = ( { logins = [\"bob\"]; services = [\"cron\"]; } );",
	    &cp));
	ck_assert_str_eq(w.warned,
	    "t.conf:3: the rule for sshd accepts the general role "
	    "general:developer, which opens all of an account's subaccounts "
	    "alike; demand a role of the group hosts\n"
	    "t.conf: login bob is mapped to a user and exempt: roles do not "
	    "count where it is exempt; unmap it or remove it from exempt\n");
	compiled_free(cp);
	directory_close(w.dir);
}
END_TEST

/* A mapped login in the system range is no system account. */
START_TEST(mapped_system_accounts)
{
	char effect[256];

	make_world();
	map_login("www", &w.carol, 33);
	put_in_force(RULES EXEMPT, effect, sizeof(effect));
	ck_assert_int_eq(judge("cron", "www", TWR_DENY), TWR_REASON_NO_RULE);
	(void)judge("cron", "daemon", TWR_EXEMPT);
	directory_close(w.dir);
}
END_TEST

START_TEST(publishing)
{
	struct compiled *cp, *late;
	struct compile_paths *paths = &w.opt.paths, other;
	char effect[256];
	unsigned n;
	int lock = -1;

	make_world();
	other = *paths;
	MUST(compile_lock(paths, &lock, &err));
	compile_unlock(lock);
	MUST(prepare(RULES, &late)); /* serial 1 */
	compiled_free(late);
	MUST(prepare(RULES, &late)); /* serial 2 */
	w.serial = 10;
	support_write_text(support_path("unconfigured"), "");
	put_in_force(RULES, effect, sizeof(effect)); /* replaces .new: 11 */
	ck_assert_int_ne(access(support_path("unconfigured"), F_OK), 0);
	ck_assert_int_eq(compile_publish(late, &err), TWR_EREFUSED);
	ck_assert_ptr_nonnull(strstr(err.text,
	    "policy 11 is in force and 2 is not newer"));
	compiled_free(late);
	put_in_force(RULES, effect, sizeof(effect));
	ck_assert_uint_eq(compile_serial_in_force(paths), 12);
	other.policy = support_path("policy.prev.cdb");
	ck_assert_uint_eq(compile_serial_in_force(&other), 11);
	ck_assert_int_ne(access(support_path("prev.tmp"), F_OK), 0);
	/* what a killed writer left */
	support_write_text(support_path("policy.new"), "x");
	support_write_text(support_path("prev.tmp"), "x");
	MUST(compile_remove_leftovers(paths, &n, &err));
	ck_assert_uint_eq(n, 2);
	MUST(compile_remove_leftovers(paths, &n, &err));
	ck_assert_uint_eq(n, 0);
	/* the module would not follow a link, so neither does compile */
	(void)unlink(support_path("link"));
	ck_assert_int_eq(symlink(support_folder(), support_path("link")), 0);
	paths->policy = support_path("link/policy.cdb");
	ck_assert_int_eq(prepare(RULES, &cp), TWR_EUNSAFE);
	ck_assert_ptr_nonnull(strstr(err.text, "a symbolic link"));
	ck_assert_ptr_nonnull(strstr(err.text, support_folder()));
	directory_close(w.dir);
}
END_TEST

START_TEST(commit_confirm)
{
	struct compiled *cp;
	char effect[256];

	make_world();
	w.opt.confirm_boottime_s = 5000;
	ck_assert_int_eq(prepare(RULES, &cp), TWR_EREFUSED);
	w.opt.confirm_boottime_s = 0;
	put_in_force(RULES, effect, sizeof(effect));
	w.opt.confirm_boottime_s = 5000;
	put_in_force(RULES EXEMPT, effect, sizeof(effect));
	(void)judge("chfn", "bob", TWR_EXEMPT);
	ck_assert_int_eq(prepare(RULES, &cp), TWR_EREFUSED);
	/* past the deadline the previous policy decides */
	w.opt.confirm_boottime_s = 0;
	directory_close(w.dir);
}
END_TEST

static void
gather(void *ctx, const char *service)
{
	size_t len = strlen(ctx);

	(void)snprintf((char *)ctx + len, 256 - len, "%s ", service);
}

START_TEST(reads_pamd)
{
	char found[256] = "";
	char *dir = strdup(support_path("pam.d"));

	ck_assert(mkdir(dir, 0755) == 0 || access(dir, F_OK) == 0);
	support_write_text(support_path("pam.d/a"),
	    "auth required pam_unix.so\n"
	    "account [success=ok ignore=ignore default=die] \\\n"
	    "  /lib/security/pam_twrbac.so break_glass=root\n");
	support_write_text(support_path("pam.d/b"), "@include common\n");
	support_write_text(support_path("pam.d/c"), "account include common");
	support_write_text(support_path("pam.d/d"),
	    "-account substack a # and more\n");
	support_write_text(support_path("pam.d/e"),
	    "auth required pam_twrbac.so\n#account required pam_twrbac.so\n"
	    "auth include common\naccount required pam_unix.so\n");
	support_write_text(support_path("pam.d/f"), "account include f\n");
	support_write_text(support_path("pam.d/common"),
	    "ACCOUNT Required pam_twrbac.so\n");
	support_write_text(support_path("pam.d/a.dpkg-old"),
	    "account required pam_twrbac.so\n");
	support_write_text(support_path("pam.d/A"),
	    "account required pam_twrbac.so\n");
	MUST(pamd_each_service(dir, "pam_twrbac.so", gather, found, &err));
	ck_assert_str_eq(found, "a b c common d ");
	ck_assert(pamd_service_reaches(dir, "d", "pam_twrbac.so"));
	ck_assert(!pamd_service_reaches(dir, "e", "pam_twrbac.so"));
	ck_assert(!pamd_service_reaches(dir, "none", "pam_twrbac.so"));
	MUST(pamd_each_service(support_path("none"), "x", gather, found, &err));
	free(dir);
}
END_TEST

int
main(void)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(end_to_end),
		SUPPORT_TEST(tells_the_effect),
		SUPPORT_TEST(tells_who_is_exempt),
		SUPPORT_TEST(a_record_is_never_too_long),
		SUPPORT_TEST(a_namesake_is_another),
		SUPPORT_TEST(names_five_logins),
		SUPPORT_ROWS(refuses, refused),
		SUPPORT_TEST(lock_out),
		SUPPORT_TEST(warns),
		SUPPORT_TEST(mapped_system_accounts),
		SUPPORT_TEST(publishing),
		SUPPORT_TEST(commit_confirm),
		SUPPORT_TEST(reads_pamd),
		SUPPORT_END,
	};

	return support_run_in_folder("compile", tests);
}
