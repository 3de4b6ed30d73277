/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The worlds of check_oracle.c the whole way: rows of a real directory and
 * the text of a real twrbac.conf, compiled and published; what twr_judge()
 * then says out of policy.cdb must be what the oracle says of the world.
 *
 * What no directory or configuration can say is taken out of a world before,
 * see make_expressible(): windows that end before they begin, uids that are
 * not this host's, exemptions and subjects that config_parse() refuses. Left
 * out with them: permissive beyond 90 days, and permissions ending in "*",
 * which the oracle does not know.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compile.h"
#include "directory_write.h"
#include "support.h"
#include "support_world.h"
#include "text.h"

#define WORLDS 300
#define REQUESTS 350 /* of each */
#define FAULTY_WORLDS 40 /* for each planted fault */
#define SEED 20261122u
#define COMPILED (SUPPORT_NOW - 3600) /* before all that worlds speak of */
#define MAX_AGE_S 3600 /* as the text of the configuration has it */

static struct twr_error err;

#define MUST(call) \
	do { \
		enum twr_status must_rc = (call); \
		ck_assert_msg(must_rc == TWR_OK, "%s: %s", #call, err.text); \
	} while (0)

/* ---- what a directory and a configuration can say ---- */

static bool
is_one_of(const char *const *list, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n && list[i] != NULL; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

/* Lists of distinct names only. */
static void
drop_repeated(const char *list[NAIVE_LIST])
{
	size_t i, n = 0;

	for (i = 0; i < NAIVE_LIST && list[i] != NULL; i++)
		if (!is_one_of(list, n, list[i]))
			list[n++] = list[i];
	for (; n < NAIVE_LIST; n++)
		list[n] = NULL;
}

/* A removed one may end before it begins: it was removed early. */
static void
order_windows(struct naive_world *nw)
{
	struct naive_assignment *a;
	int64_t from;

	for (a = nw->assignments; a < nw->assignments + nw->n_assignments;
	     a++) {
		if (a->removed || a->from < a->until)
			continue;
		from = a->from;
		a->from = a->until;
		a->until = from == a->from ? from + 1 : from;
	}
}

/* As mapping does it: an account of this host is mapped with its own uid. */
static void
take_local_uids(struct naive_world *nw)
{
	size_t i, k;

	for (i = 0; i < nw->n_logins; i++) {
		struct naive_login *l = &nw->logins[i];

		l->uid = 1100 + (uint32_t)i;
		for (k = 0; k < nw->n_accounts; k++)
			if (strcmp(nw->accounts[k].login, l->name) == 0)
				l->uid = nw->accounts[k].uid;
	}
}

/* Nothing wide where people come in: cron is left when nothing else is. */
static void
narrow_exemption(struct naive_exempt *e)
{
	static const char *const guarded[] = { "sshd", "login", "su", "sudo",
		"*" };
	size_t i, n = 0;

	drop_repeated(e->services);
	drop_repeated(e->logins);
	if (!e->system_accounts && !e->everyone)
		return;
	for (i = 0; i < NAIVE_LIST && e->services[i] != NULL; i++)
		if (!is_one_of(guarded, 5, e->services[i]))
			e->services[n++] = e->services[i];
	if (n == 0)
		e->services[n++] = "cron";
	for (; n < NAIVE_LIST; n++)
		e->services[n] = NULL;
}

/* Whom su or sudo switches to may not be judged where one is exempt. */
static void
drop_target_subject(const struct naive_world *nw, struct naive_rule *r)
{
	size_t i;

	if (strcmp(r->service, "su") != 0 && strcmp(r->service, "sudo") != 0)
		return;
	for (i = 0; i < nw->n_exempt; i++)
		if (is_one_of(nw->exempt[i].services, NAIVE_LIST, r->service) ||
		    is_one_of(nw->exempt[i].services, NAIVE_LIST, "*"))
			r->subject = NULL;
}

static void
make_expressible(struct naive_world *nw)
{
	size_t i;

	for (i = 0; i < nw->n_roles; i++) {
		drop_repeated(nw->roles[i].includes);
		drop_repeated(nw->roles[i].permissions);
	}
	order_windows(nw);
	take_local_uids(nw);
	for (i = 0; i < nw->n_exempt; i++)
		narrow_exemption(&nw->exempt[i]);
	for (i = 0; i < nw->n_rules; i++)
		drop_target_subject(nw, &nw->rules[i]);
}

/* ---- the directory ---- */

/* Numbers are given by the directory; the indexes are the world's. */
struct rows {
	struct directory *dir;
	int64_t scopes[16], roles[12], users[12];
};

static enum twr_scope_status
scope_status(const char *word)
{
	if (strcmp(word, "active") == 0)
		return TWR_SCOPE_ACTIVE;
	return strcmp(word, "suspended") == 0 ? TWR_SCOPE_SUSPENDED :
						TWR_SCOPE_CLOSED;
}

static int64_t
scope_id(const struct naive_world *nw, const struct rows *rs, const char *path,
    size_t len)
{
	size_t i;

	for (i = 0; i < nw->n_scopes; i++)
		if (strncmp(nw->scopes[i].path, path, len) == 0 &&
		    nw->scopes[i].path[len] == '\0')
			return rs->scopes[i];
	ck_abort_msg("no scope %s", path);
}

static int64_t
role_id(const struct naive_world *nw, const struct rows *rs, const char *name)
{
	size_t i;

	for (i = 0; i < nw->n_roles; i++)
		if (strcmp(nw->roles[i].name, name) == 0)
			return rs->roles[i];
	ck_abort_msg("no role %s", name);
}

static int64_t
user_id(const struct naive_world *nw, const struct rows *rs, const char *name)
{
	size_t i;

	for (i = 0; i < nw->n_users; i++)
		if (strcmp(nw->users[i].name, name) == 0)
			return rs->users[i];
	ck_abort_msg("no user %s", name);
}

static void
insert_scopes(const struct naive_world *nw, struct rows *rs)
{
	struct scope row;
	size_t i;

	MUST(directory_scope_get(rs->dir, 1, &row, &err));
	row.status = scope_status(nw->scopes[0].status);
	MUST(directory_update_scope(rs->dir, &row, &err));
	rs->scopes[0] = row.id;
	for (i = 1; i < nw->n_scopes; i++) {
		const char *path = nw->scopes[i].path;
		const char *slash = strrchr(path, '/');

		ck_assert_ptr_nonnull(slash);
		row = (struct scope) { .kind = strchr(path, '/') == slash ?
			    TWR_SCOPE_ACCOUNT :
			    TWR_SCOPE_SUBACCOUNT,
			.parent_id = scope_id(nw, rs, path,
			    (size_t)(slash - path)),
			.status = scope_status(nw->scopes[i].status),
			.created_at = COMPILED };
		(void)snprintf(row.name, sizeof(row.name), "%s", slash + 1);
		MUST(directory_insert_scope(rs->dir, &row, &err));
		rs->scopes[i] = row.id;
	}
}

static void
insert_role(const struct naive_world *nw, struct rows *rs, size_t i)
{
	const struct naive_role *r = &nw->roles[i];
	struct role row = { .type = ROLE_CUSTOM,
		.group = "Group",
		.assignable_at = ASSIGNABLE(TWR_SCOPE_ORGANIZATION) |
		    ASSIGNABLE(TWR_SCOPE_ACCOUNT) |
		    ASSIGNABLE(TWR_SCOPE_SUBACCOUNT) };
	int k;

	(void)snprintf(row.key, sizeof(row.key), "%s", r->name);
	(void)snprintf(row.name, sizeof(row.name), "Name of %s", r->name);
	MUST(directory_insert_role(rs->dir, &row, &err));
	rs->roles[i] = row.id;
	for (k = 0; k < NAIVE_LIST && r->permissions[k] != NULL; k++)
		MUST(directory_add_permission(rs->dir, row.id,
		    r->permissions[k], &err));
	for (k = 0; k < NAIVE_LIST && r->includes[k] != NULL; k++)
		MUST(directory_add_included(rs->dir, row.id,
		    role_id(nw, rs, r->includes[k]), &err));
}

static void
insert_user(const struct naive_world *nw, struct rows *rs, size_t i)
{
	const struct naive_user *u = &nw->users[i];
	struct user row = { .status = TWR_USER_ACTIVE,
		.kind = u->automation ? TWR_KIND_SERVICE : TWR_KIND_PERSON,
		.two_factor = u->enrolled ? TWR_2FA_ENROLLED :
		    i % 2 == 0		  ? TWR_2FA_NOT_ENROLLED :
					    TWR_2FA_UNKNOWN,
		.created_at = COMPILED,
		.removed_at = TWR_NEVER };

	if (strcmp(u->status, "active") != 0)
		row.status = u->status[0] == 's' ? TWR_USER_SUSPENDED :
						   TWR_USER_INACTIVE;
	(void)snprintf(row.name, sizeof(row.name), "%s", u->name);
	(void)snprintf(row.email, sizeof(row.email), "%s@example.com", u->name);
	MUST(directory_insert_user(rs->dir, &row, &err));
	rs->users[i] = row.id;
}

static void
insert_login(const struct naive_world *nw, const struct rows *rs,
    const struct naive_login *l)
{
	struct login row = { .uid = l->uid,
		.mapped_at = COMPILED,
		.unmapped_at = l->user == NULL ? COMPILED : TWR_NEVER };

	if (l->user != NULL)
		row.user_id = user_id(nw, rs, l->user);
	(void)snprintf(row.name, sizeof(row.name), "%s", l->name);
	MUST(directory_put_login(rs->dir, &row, &err));
}

/* Some of the removed would have ended by themselves, a bit later. */
static void
insert_assignment(const struct naive_world *nw, const struct rows *rs,
    const struct naive_assignment *a)
{
	struct assignment row = { .user_id = user_id(nw, rs, a->user),
		.role_id = role_id(nw, rs, a->role),
		.scope_id = scope_id(nw, rs, a->scope, strlen(a->scope)),
		.not_before = a->from,
		.not_after = a->until,
		.created_at = COMPILED,
		.created_by = "test",
		.removed_at = TWR_NEVER };

	if (a->resource) {
		(void)strcpy(row.resource_type, "flow");
		(void)strcpy(row.resource_id, "FW1");
	}
	if (a->removed)
		row.not_after = a->until % 2 == 0 && a->from < a->until ?
		    a->until + 9 :
		    TWR_NEVER;
	MUST(directory_insert_assignment(rs->dir, &row, &err));
	if (a->removed)
		MUST(directory_remove_assignment(rs->dir, row.id, a->until,
		    "test", &err));
}

/* Left inside the transaction that creates it: it is compiled out of that. */
static struct directory *
make_directory(const struct naive_world *nw)
{
	struct rows rs = { 0 };
	size_t i;

	MUST(directory_create(support_path("d.db"), "acme", &rs.dir, &err));
	insert_scopes(nw, &rs);
	for (i = 0; i < nw->n_roles; i++)
		insert_role(nw, &rs, i);
	for (i = 0; i < nw->n_users; i++)
		insert_user(nw, &rs, i);
	for (i = 0; i < nw->n_logins; i++)
		insert_login(nw, &rs, &nw->logins[i]);
	for (i = 0; i < nw->n_assignments; i++)
		insert_assignment(nw, &rs, &nw->assignments[i]);
	return rs.dir;
}

/* ---- the configuration ---- */

struct conf {
	char text[16384];
	size_t len;
};

static void add(struct conf *cf, const char *fmt, ...) TWR_PRINTF(2, 3);

static void
add(struct conf *cf, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cf->len += (size_t)vsnprintf(cf->text + cf->len,
	    sizeof(cf->text) - cf->len, fmt, ap);
	va_end(ap);
	ck_assert_uint_lt(cf->len, sizeof(cf->text));
}

static void
add_list(struct conf *cf, const char *key, const char *const list[NAIVE_LIST])
{
	int i;

	if (list[0] == NULL)
		return;
	add(cf, " %s = [", key);
	for (i = 0; i < NAIVE_LIST && list[i] != NULL; i++)
		add(cf, "%s\"%s\"", i > 0 ? ", " : "", list[i]);
	add(cf, "];");
}

static void
add_rules(struct conf *cf, const struct naive_world *nw)
{
	const struct naive_rule *r;

	if (nw->n_rules == 0)
		return;
	add(cf, "rules = (\n");
	for (r = nw->rules; r < nw->rules + nw->n_rules; r++) {
		add(cf, "%s{ services = [\"%s\"]; scope = \"%s\";",
		    r > nw->rules ? ",\n" : "", r->service, r->scope);
		add_list(cf, "any_role", r->any_role);
		add_list(cf, "all_roles", r->all_roles);
		add_list(cf, "any_permission", r->any_permission);
		add_list(cf, "all_permissions", r->all_permissions);
		if (r->two_factor)
			add(cf, " two_factor = true;");
		if (r->subject != NULL)
			add(cf, " subject = \"%s\";", r->subject);
		add(cf, " }");
	}
	add(cf, " );\n");
}

static void
add_exempt(struct conf *cf, const struct naive_world *nw)
{
	const struct naive_exempt *e;

	if (nw->n_exempt == 0)
		return;
	add(cf, "exempt = (\n");
	for (e = nw->exempt; e < nw->exempt + nw->n_exempt; e++) {
		add(cf, "%s{", e > nw->exempt ? ",\n" : "");
		add_list(cf, "services", e->services);
		add_list(cf, "logins", e->logins);
		if (e->system_accounts)
			add(cf, " system_accounts = true;");
		if (e->everyone)
			add(cf, " everyone = true;");
		add(cf, " }");
	}
	add(cf, " );\n");
}

static void
add_permissive(struct conf *cf, const struct naive_world *nw)
{
	const struct naive_permissive *p;
	char until[TWR_TIME_LEN];

	if (nw->n_permissive == 0)
		return;
	add(cf, "permissive = (\n");
	for (p = nw->permissive; p < nw->permissive + nw->n_permissive; p++) {
		twr_time_format(p->until, until);
		add(cf, "%s{ services = [\"%s\"]; until = \"%s\"; }",
		    p > nw->permissive ? ",\n" : "", p->service, until);
	}
	add(cf, " );\n");
}

static struct config *
make_config(const struct naive_world *nw, int64_t now)
{
	struct conf cf = { .len = 0 };
	struct config *ret = NULL;

	add(&cf, "organization = \"acme\";\nscope = \"acme\";\n");
	if (nw->stale_at != TWR_NEVER)
		add(&cf, "policy_max_age = \"1h\";\n");
	add_rules(&cf, nw);
	add_exempt(&cf, nw);
	add_permissive(&cf, nw);
	ck_assert_msg(config_parse(cf.text, "t.conf", now, NULL, &ret, &err) ==
		TWR_OK,
	    "%s\n%s", err.text, cf.text);
	return ret;
}

/* ---- the policy ---- */

static void
remove_files(const char *policy)
{
	(void)unlink(support_path("d.db"));
	(void)unlink(support_path("d.db-wal"));
	(void)unlink(support_path("d.db-shm"));
	(void)unlink(policy);
}

/* Compiled at a time from which the limit of its age ends when it must. */
static void
build(struct naive_world *nw, const char *path)
{
	const int64_t now = nw->stale_at == TWR_NEVER ?
	    COMPILED :
	    nw->stale_at - MAX_AGE_S;
	const struct accepted accepted = { .path = "/nonexistent/t.conf" };
	const struct compile_options opt = {
		.paths = { .policy = path,
		    .owner = support_owner(),
		    .passwd = support_path(SUPPORT_PASSWD),
		    .login_defs = support_path("login.defs") },
		.now = now,
		.conf_name = "t.conf"
	};
	struct compiled *cp = NULL;
	struct directory *dir;
	struct config *cf;

	make_expressible(nw);
	remove_files(path); /* each policy is its organization's first */
	support_write_text(opt.paths.login_defs, "UID_MIN 1000\n");
	dir = make_directory(nw);
	cf = make_config(nw, now);
	MUST(compile_prepare(dir, cf, &accepted, 1, &opt, &cp, &err));
	MUST(directory_commit(dir, &err));
	MUST(compile_publish(cp, &err));
	compiled_free(cp);
	config_free(cf);
	directory_close(dir);
}

START_TEST(oracle_and_compiled_policy_agree)
{
	const struct world_plan plan = { SEED, WORLDS, REQUESTS, false, build,
		NAIVE_SOUND };
	struct world_tally ta = { 0 };

	world_run(&plan, &ta);
	world_check_agreement(&ta);
}
END_TEST

START_TEST(oracle_and_role_questions_agree)
{
	const struct world_plan plan = { SEED + 1, WORLDS / 4, 4 * REQUESTS,
		true, build, NAIVE_SOUND };
	struct world_tally ta = { 0 };

	world_run(&plan, &ta);
	world_check_questions(&ta);
}
END_TEST

START_TEST(a_planted_fault_is_seen)
{
	const struct world_plan plan = { SEED, FAULTY_WORLDS, REQUESTS, false,
		build, (enum naive_fault)(_i + 1) };
	struct world_tally ta = { 0 };

	world_run(&plan, &ta);
	world_check_fault(plan.fault, &ta);
}
END_TEST

int
main(void)
{
	static const char faults[NAIVE_FAULTS - 1] = { 0 };
	const struct support_test tests[] = {
		SUPPORT_TEST(oracle_and_compiled_policy_agree),
		SUPPORT_TEST(oracle_and_role_questions_agree),
		SUPPORT_ROWS(a_planted_fault_is_seen, faults),
		SUPPORT_END,
	};

	(void)faults;
	return support_run_in_folder("oracle_compile", tests);
}
