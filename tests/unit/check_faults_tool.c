/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The tool when the system or SQLite fails it. The whole program runs, once
 * for each call that fails, in a child process: init, a role given, a role
 * removed, compile, confirm, revert, import, apply, backup, restore. After
 * each: the failure was told and the exit status says so; the policy that
 * decides is the old one or the new one, whole, and never one whose change was
 * not stored; the directory is sound; a reported success is true; the next
 * compile heals. make check takes a sample of 10 calls of each kind;
 * TWR_FAULTS=100 takes more of them, TWR_FAULTS=all every single one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults.h"
#include "faults_sqlite.h"
#include "support.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define WORDS_MAX 32

/* The tool's main(); ours is the program's, see the Makefile. */
int __real_main(int argc, char **argv);
int __wrap_main(void);

/* ---- the machine that it finds ---- */

uid_t __wrap_geteuid(void);
uid_t __real_geteuid(void);
void __wrap_syslog(int level, const char *fmt, ...) TWR_PRINTF(2, 3);
void __wrap___syslog_chk(int level, int flag, const char *fmt, ...)
    TWR_PRINTF(3, 4);

static bool in_tool;
static char what[256]; /* is being done, for messages */

uid_t
__wrap_geteuid(void)
{
	return in_tool ? 0 : __real_geteuid();
}

/* What a test does is none of the machine's business. */
void
__wrap_syslog(int level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

void
__wrap___syslog_chk(int level, int flag, const char *fmt, ...)
{
	(void)level;
	(void)flag;
	(void)fmt;
}

/* ---- files ---- */

static char top[4096];

static const char *
path_of(const char *name)
{
	static char bufs[8][sizeof(top) + 64];
	static unsigned next;
	char *buf = bufs[next++ % 8];

	(void)snprintf(buf, sizeof(bufs[0]), "%s/%s", top, name);
	return buf;
}

/* All that a command may change, as bytes; NULL: not there. */
static const char *const kept[] = { "state/directory.db",
	"state/directory.db-wal", "state/policy.cdb", "state/policy.prev.cdb",
	"conf/twrbac.conf", "copies/copy.db" };
struct saved {
	uint8_t *bytes[COUNT(kept)];
	size_t len[COUNT(kept)];
};

static void
save(struct saved *sv)
{
	size_t i;

	for (i = 0; i < COUNT(kept); i++) {
		sv->bytes[i] = NULL;
		if (access(path_of(kept[i]), F_OK) == 0)
			sv->bytes[i] = support_read(path_of(kept[i]),
			    &sv->len[i]);
	}
}

static void
forget(struct saved *sv)
{
	size_t i;

	for (i = 0; i < COUNT(kept); i++)
		free(sv->bytes[i]);
}

static void
empty_folder(const char *name)
{
	DIR *dir = opendir(path_of(name));
	struct dirent *de;

	ck_assert_ptr_nonnull(dir);
	while ((de = readdir(dir)) != NULL)
		if (de->d_name[0] != '.')
			(void)unlinkat(dirfd(dir), de->d_name, 0);
	(void)closedir(dir);
}

static void
restore(const struct saved *sv)
{
	size_t i;

	empty_folder("state");
	empty_folder("conf");
	empty_folder("copies");
	for (i = 0; i < COUNT(kept); i++)
		if (sv->bytes[i] != NULL)
			support_write(path_of(kept[i]), sv->bytes[i],
			    sv->len[i],
			    i < 2      ? 0600 :
				i < 4  ? 0640 :
				i == 4 ? 0644 :
					 0400);
}

/* Names in state/ that a finished command leaves behind. */
static bool
is_expected(const char *name)
{
	static const char *const names[] = { "directory.db", "directory.db-wal",
		"directory.db-shm", "policy.cdb", "policy.prev.cdb", "lock" };
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return name[0] == '.' && strstr(name, ".twrbac-") != name;
}

static bool
has_leftovers(void)
{
	DIR *dir = opendir(path_of("state"));
	struct dirent *de;
	bool found = false;

	ck_assert_ptr_nonnull(dir);
	while ((de = readdir(dir)) != NULL)
		found = found || !is_expected(de->d_name);
	(void)closedir(dir);
	return found;
}

/* ---- the tool, in a child ---- */

struct run {
	int status; /* exit status, 1000 + signal */
	bool met;
	unsigned calls[FAULT_KINDS];
	unsigned live;
	char said[2048]; /* on stderr */
};
static struct run *shared;

static void
be_the_tool(const struct fault *f, int argc, char **argv)
{
	const struct fault_world world = { path_of("etc"), true, SUPPORT_NOW,
		0 };
	int out = open("/dev/null", O_RDWR | O_CLOEXEC);
	int err = open(path_of("stderr"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int k;

	(void)dup2(out, STDIN_FILENO);
	(void)dup2(out, STDOUT_FILENO);
	(void)dup2(err, STDERR_FILENO);
	in_tool = true;
	fault_pretend(&world);
	fault_arm(f);
	shared->status = __real_main(argc, argv);
	fault_disarm();
	shared->met = fault_was_met();
	for (k = 0; k < FAULT_KINDS; k++)
		shared->calls[k] = fault_calls((enum fault_kind)k);
	shared->live = fault_live();
	(void)fflush(stderr);
	_exit(0);
}

static void
read_stderr(void)
{
	size_t len;
	uint8_t *text = support_read(path_of("stderr"), &len);

	(void)snprintf(shared->said, sizeof(shared->said), "%s",
	    (const char *)text);
	free(text);
}

/* words: of the command, in one string, divided by '|'. */
static struct run
run_tool(const struct fault *f, const char *words)
{
	char line[2048], *rest = line, *argv[WORDS_MAX];
	int argc = 0, status;
	pid_t pid;

	(void)snprintf(line, sizeof(line),
	    "twrbac|--directory|%s|--config|%s|--policy|%s|%s",
	    path_of("state/directory.db"), path_of("conf/twrbac.conf"),
	    path_of("state/policy.cdb"), words);
	while (argc < WORDS_MAX - 1 &&
	    (argv[argc] = strsep(&rest, "|")) != NULL)
		argc++;
	argv[argc] = NULL;
	memset(shared, 0, sizeof(*shared));
	if ((pid = fork()) == 0)
		be_the_tool(f, argc, argv);
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		shared->status = 1000 + WTERMSIG(status);
	read_stderr();
	return *shared;
}

static void
must(const char *words)
{
	struct run r = run_tool(NULL, words);

	ck_assert_msg(r.status == 0, "%s: %d: %s", words, r.status, r.said);
	ck_assert_msg(r.live == 0, "%s: %u allocations left", words, r.live);
}

/* ---- what is in force, and what is stored ---- */

/* A letter for each question: how the policy that is there answers. */
struct state {
	char policy[16];
	char stored[128];
	char copy[128]; /* what is in the backup */
};

static void
look_at_policy(struct state *st)
{
	static const struct {
		const char *login, *service;
	} asked[] = { { "alice", "sshd" }, { "bob", "sshd" }, { "bob", "sudo" },
		{ "eve", "sshd" } };
	struct twr_gate gate = support_gate(path_of("state/policy.cdb"));
	struct twr_judgement jd;
	size_t i;

	for (i = 0; i < COUNT(asked); i++) {
		const struct twr_request rq = { .service = asked[i].service,
			.user = asked[i].login };

		twr_judge(&gate, &rq, NULL, &jd);
		st->policy[i] = jd.status == TWR_ENOENT		? 'n' :
		    jd.status != TWR_OK				? '!' :
		    jd.decision.verdict == TWR_GRANT		? 'g' :
		    jd.decision.reason == TWR_REASON_NO_INVOKER ? 'i' :
								  'd';
		twr_judgement_end(&jd);
	}
	/* and whether it waits to be confirmed */
	twr_judge(&gate, &(struct twr_request) { .service = "" }, NULL, &jd);
	st->policy[i++] = jd.status != TWR_OK	 ? ' ' :
	    jd.view.meta.confirm_boottime_s != 0 ? 'c' :
						   '-';
	twr_judgement_end(&jd);
	st->policy[i] = '\0';
}

static void
ask_sql(sqlite3 *db, const char *sql, char *ret, size_t size)
{
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &q, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	ck_assert_msg(rc == SQLITE_ROW, "%s: %s: %s", what, sql,
	    sqlite3_errmsg(db));
	(void)snprintf(ret, size, "%s",
	    (const char *)sqlite3_column_text(q, 0));
	(void)sqlite3_finalize(q);
}

/* The assignments that stand, and which configuration was accepted. */
static void
look_at_file(const char *name, char *ret, size_t size)
{
	static const char sql[] =
	    "SELECT (SELECT count(*) FROM assignment WHERE removed_at IS NULL)"
	    " || ' ' || coalesce((SELECT size FROM host_state), 'none')"
	    " || ' ' || (SELECT count(*) FROM journal"
	    " WHERE event = 'confirm.given')";
	sqlite3 *db = NULL;
	char sound[128];

	(void)snprintf(ret, size, "none");
	if (access(path_of(name), F_OK) != 0)
		return;
	ck_assert_int_eq(sqlite3_open_v2(path_of(name), &db,
			     strncmp(name, "copies", 6) == 0 ?
				 SQLITE_OPEN_READONLY :
				 SQLITE_OPEN_READWRITE,
			     NULL),
	    SQLITE_OK);
	ask_sql(db, "PRAGMA integrity_check", sound, sizeof(sound));
	ck_assert_msg(strcmp(sound, "ok") == 0, "%s: %s", what, sound);
	ask_sql(db, sql, ret, size);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static struct state
look(void)
{
	struct state st;

	look_at_policy(&st);
	look_at_file("state/directory.db", st.stored, sizeof(st.stored));
	look_at_file("copies/copy.db", st.copy, sizeof(st.copy));
	return st;
}

/* ---- the commands ---- */

enum row {
	ADD,
	REMOVE,
	COMPILE,
	INIT,
	CONFIRM,
	REVERT,
	IMPORT,
	APPLY,
	BACKUP,
	RESTORE
};
static const struct command_row {
	const char *name, *words;
	bool from_nothing; /* before there is a directory */
	const char *before, *conf; /* done without a fault first; NULL */
	const char *then; /* a write that heals, if not compile */
} rows[] = {
	[ADD] = { .name = "assignment add",
	    .words = "assignment|add|bob|acme/web|hosts:login" },
	[REMOVE] = { .name = "assignment remove",
	    .words = "assignment|remove|bob|acme/web|hosts:login",
	    .before = "assignment|add|bob|acme/web|hosts:login" },
	[COMPILE] = { .name = "compile",
	    .words = "compile|--lock-out-ok",
	    .conf = "hosts:operator" },
	[INIT] = { .name = "init", .from_nothing = true },
	[CONFIRM] = { .name = "confirm",
	    .words = "confirm",
	    .before = "compile|--lock-out-ok|--confirm|1d",
	    .conf = "hosts:operator" },
	[REVERT] = { .name = "revert",
	    .words = "revert",
	    .before = "compile|--lock-out-ok|--confirm|1d",
	    .conf = "hosts:operator",
	    .then = "user|rename|eve@example.com|Eve" },
	[IMPORT] = { .name = "import",
	    .words = "import|assignments|@roles.csv" },
	[APPLY] = { .name = "apply",
	    .words = "apply|@organization.conf",
	    .before = "export|@organization.conf" },
	[BACKUP] = { .name = "backup", .words = "backup|@copies/copy.db" },
	[RESTORE] = { .name = "restore",
	    .words = "restore|@copies/copy.db",
	    .before = "backup|@copies/copy.db" },
};

static char init_words[1024];

static void
write_conf(const char *role)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
	    "scope = \"acme/web\";\nrules = (\n"
	    "  { services = [\"sshd\"]; any_role = [\"hosts:login\"]; },\n"
	    "  { services = [\"sudo\"]; any_role = [\"%s\"]; }\n);\n",
	    role);
	support_write_text(path_of("conf/twrbac.conf"), text);
}

static void
make_machine(void)
{
	uint8_t *roles, *conf;
	size_t len;

	/* support_path() reuses its buffers */
	(void)snprintf(top, sizeof(top), "%s",
	    support_path("%d", (int)getpid()));
	ck_assert_int_eq(mkdir(top, 0755), 0);
	ck_assert_int_eq(mkdir(path_of("state"), 0711), 0);
	ck_assert_int_eq(mkdir(path_of("conf"), 0755), 0);
	ck_assert_int_eq(mkdir(path_of("etc"), 0755), 0);
	ck_assert_int_eq(mkdir(path_of("copies"), 0755), 0);
	support_write_text(path_of("etc/passwd"),
	    "root:x:0:0::/:/bin/sh\nalice:x:2001:1::/:/bin/sh\n"
	    "bob:x:2002:1::/:/bin/sh\neve:x:2003:1::/:/bin/sh\n");
	roles = support_read("etc/roles.conf", &len);
	support_write(path_of("roles.conf"), roles, len, 0644);
	conf = support_read("etc/twrbac.conf", &len);
	support_write(path_of("template.conf"), conf, len, 0644);
	free(roles);
	free(conf);
	(void)snprintf(init_words, sizeof(init_words),
	    "init|acme|--owner|alice@example.com|--login|alice|--uid|2001|"
	    "--host-scope|acme/web|--roles|%s|--conf-template|%s",
	    path_of("roles.conf"), path_of("template.conf"));
}

static void
make_organization(void)
{
	must(init_words);
	must("scope|add|acme/web|--owner|alice|--as-root|test");
	must("user|add|bob@example.com|--login|bob|--uid|2002|--as-root|test");
	must("user|add|eve@example.com|--login|eve|--uid|2003|--as-root|test");
	write_conf("hosts:admin");
	must("compile|--lock-out-ok");
}

/* "@" stands for the folder; what asks who acts is told. */
static const char *
complete(const char *words)
{
	static const char *const actors[] = { "assignment|", "user|", "import|",
		"apply|", "export|" };
	static char bufs[2][1024];
	static unsigned next;
	char *buf = bufs[next++ % 2];
	const char *at = strchr(words, '@');
	size_t i, len;

	if (at != NULL && (at == words || at[-1] != '|'))
		at = NULL; /* in a mail address */
	if (at == NULL)
		(void)snprintf(buf, sizeof(bufs[0]), "%s", words);
	else
		(void)snprintf(buf, sizeof(bufs[0]), "%.*s%s",
		    (int)(at - words), words, path_of(at + 1));
	len = strlen(buf);
	for (i = 0; i < COUNT(actors); i++)
		if (strncmp(words, actors[i], strlen(actors[i])) == 0)
			(void)snprintf(buf + len, sizeof(bufs[0]) - len,
			    "|--as-root|test");
	return buf;
}

static const char *
words_of(const struct command_row *row)
{
	return row->words == NULL ? init_words : complete(row->words);
}

/* ---- after a fault ---- */

struct sweep {
	const struct command_row *row;
	struct saved from;
	enum fault_kind kind; /* that fails now */
	struct state old, new;
	unsigned n, told, stored; /* faults met; failures; changes kept */
};

#define EXPECT(cond, ...) \
	do { \
		if (!(cond)) \
			broken(r, __VA_ARGS__); \
	} while (0)

static void broken(const struct run *r, const char *fmt, ...) TWR_PRINTF(2, 3);

static void
broken(const struct run *r, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ck_abort_msg("%s: %s; exit status %d: %.800s", what, text, r->status,
	    r->said);
}

static bool
is_one_of_ours(int status)
{
	return status == 1 || status == 64 || status == 65 || status == 73 ||
	    status == 75 || status == 77;
}

static void
check_told(const struct run *r)
{
	const char *line = strstr(r->said, "twrbac: ");

	EXPECT(r->status == 0 || is_one_of_ours(r->status), "it crashed");
	EXPECT(r->live == 0, "%u allocations left", r->live);
	if (r->status == 0)
		return;
	EXPECT(line != NULL && strlen(line) > 12, "nothing is told");
	EXPECT(line == NULL || strstr(line, "not an error") == NULL,
	    "no cause is told");
}

/* Old or new, whole; and nothing in force that is not stored. */
static void
check_state(struct sweep *sw, const struct run *r)
{
	struct state is = look();
	bool policy_new = strcmp(is.policy, sw->new.policy) == 0;
	bool stored_new = strcmp(is.stored, sw->new.stored) == 0;

	EXPECT(policy_new || strcmp(is.policy, sw->old.policy) == 0,
	    "the policy answers %s, neither %s nor %s", is.policy,
	    sw->old.policy, sw->new.policy);
	EXPECT(stored_new || strcmp(is.stored, sw->old.stored) == 0,
	    "the directory holds \"%s\", neither \"%s\" nor \"%s\"", is.stored,
	    sw->old.stored, sw->new.stored);
	EXPECT(strcmp(is.copy, sw->new.copy) == 0 ||
		strcmp(is.copy, sw->old.copy) == 0,
	    "the copy holds \"%s\"", is.copy);
	EXPECT(r->status != 0 || strcmp(is.copy, sw->new.copy) == 0,
	    "it says that it is done, but there is no copy");
	if (strcmp(sw->old.policy, sw->new.policy) != 0)
		EXPECT(stored_new || !policy_new,
		    "in force is what is not stored");
	EXPECT(r->status != 0 || (policy_new && stored_new),
	    "it says that it is done, but %s, %s",
	    policy_new ? "in force" : "not in force",
	    stored_new ? "stored" : "not stored");
	sw->stored += stored_new ? 1 : 0;
}

/* The same again, or where that was stored already, compile, mends it. */
static void
check_heals(struct sweep *sw, const struct run *first)
{
	struct state is = look();
	const struct run *r = first;
	struct run again;
	bool stored = strcmp(is.stored, sw->new.stored) == 0;

	if (sw->row->from_nothing && stored)
		again = run_tool(NULL, "user|list|--as-root|test");
	else
		again = run_tool(NULL,
		    !stored ||
			    (strcmp(sw->old.stored, sw->new.stored) == 0 &&
				strcmp(is.copy, sw->new.copy) != 0) ?
			words_of(sw->row) :
			sw->row->then != NULL ? complete(sw->row->then) :
						"compile|--lock-out-ok");
	is = look();
	EXPECT(again.status == 0, "the next command: %s", again.said);
	EXPECT(strcmp(is.stored, sw->new.stored) == 0, "not stored then");
	EXPECT(strcmp(is.policy, sw->new.policy) == 0,
	    "not in force then: %s instead of %s", is.policy, sw->new.policy);
	/* a copy's own name for its beginnings is the next copy's to remove */
	EXPECT(sw->row->from_nothing ||
		(sw->row == &rows[RESTORE] && sw->kind == FAULT_NAME) ||
		!has_leftovers(),
	    "files are left");
}

/* Byte for byte as before, and nothing beside it? */
static bool
is_untouched(const struct saved *sv)
{
	struct saved is;
	bool same = !has_leftovers();
	size_t i;

	save(&is);
	for (i = 0; i < COUNT(kept); i++)
		same = same &&
		    (is.bytes[i] == NULL) == (sv->bytes[i] == NULL) &&
		    (is.bytes[i] == NULL ||
			(is.len[i] == sv->len[i] &&
			    memcmp(is.bytes[i], sv->bytes[i], is.len[i]) == 0));
	forget(&is);
	return same;
}

/* False when the fault was not met: there are no more calls. */
static bool
try_fault(struct sweep *sw, const struct fault *f)
{
	struct run r;

	(void)snprintf(what, sizeof(what), "%s: %s %u fails with %d%s",
	    sw->row->name, fault_kind_word(f->kind), f->at, f->error,
	    f->stays ? " for good" : "");
	restore(&sw->from);
	sw->kind = f->kind;
	r = run_tool(f, words_of(sw->row));
	check_told(&r);
	if (!r.met)
		return false;
	sw->n++;
	sw->told += r.status != 0 ? 1 : 0;
	if (r.status == 0 || !is_untouched(&sw->from)) {
		check_state(sw, &r);
		check_heals(sw, &r);
	}
	return true;
}

/* ---- all faults of a command ---- */

static const struct {
	enum fault_kind kind;
	int errors[6]; /* 0 ends */
	bool stays; /* also for good */
} kinds[] = {
	{ FAULT_MEMORY, { ENOMEM }, true },
	{ FAULT_OPEN, { EMFILE, EACCES }, false },
	{ FAULT_READ, { EIO, EINTR, FAULT_END, FAULT_HALF }, false },
	{ FAULT_STAT, { EIO }, false },
	{ FAULT_WRITE, { ENOSPC, EINTR, FAULT_HALF }, true },
	{ FAULT_SYNC, { EIO }, true },
	{ FAULT_NAME, { EIO }, true },
	{ FAULT_MODE, { EPERM }, false },
	{ FAULT_CLOSE, { EIO }, false },
	{ FAULT_LOCK, { ENOLCK }, false },
	{ FAULT_RANDOM, { ENOSYS }, true },
	{ FAULT_SQL,
	    { SQLITE_IOERR, SQLITE_BUSY, SQLITE_FULL, SQLITE_NOMEM,
		SQLITE_CORRUPT },
	    false },
	{ FAULT_DISK, { EIO, ENOSPC }, true },
	{ FAULT_SQL_MEMORY, { ENOMEM }, false },
};

/*
 * Of n calls, about most: the last ones, where the change becomes real, and
 * of the others some, evenly.
 */
static unsigned
after(unsigned at, unsigned n, unsigned most)
{
	unsigned tail = most / 2;

	if (n <= most || at + tail >= n)
		return at + 1;
	return at + (n - tail + most - tail - 1) / (most - tail);
}

/* Of a sample, each call fails with the next error in turn. */
static void
sweep_kind(struct sweep *sw, size_t k, unsigned calls, unsigned most)
{
	struct fault f = { kinds[k].kind, 1, 0, false };
	bool whole = most == UINT32_MAX;
	size_t e = 0, n = 1; /* each kind has an error */

	while (kinds[k].errors[n] != 0)
		n++;
	while (f.at <= calls) {
		f.error = kinds[k].errors[e % n];
		f.stays = kinds[k].stays && f.error > 0 && f.error != EINTR &&
		    (e / n) % 2 == 1;
		e++;
		if (!try_fault(sw, &f))
			break;
		if (!whole || e % (2 * n) == 0)
			f.at = after(f.at, calls, most);
	}
}

static unsigned
sample_size(void)
{
	const char *given = getenv("TWR_FAULTS");

	if (given == NULL)
		return 10;
	return strcmp(given, "all") == 0 ? UINT32_MAX :
					   (unsigned)strtoul(given, NULL, 10);
}

static void
sweep_all(struct sweep *sw, const unsigned calls[FAULT_KINDS])
{
	unsigned most = sample_size();
	size_t k;

	for (k = 0; k < COUNT(kinds); k++)
		sweep_kind(sw, k, calls[kinds[k].kind], most);
}

/* What else a command needs: a role for bob in a file, no directory. */
static void
prepare(enum row number)
{
	static const char list[] = "assignments = (";
	static const char
	    bob[] = " { user = \"bob@example.com\"; scope = \"acme/web\";"
		    " role = \"hosts:login\"; },";
	const char *path = path_of("organization.conf"), *at;
	size_t len;
	char *text;
	FILE *to;

	if (number == IMPORT)
		support_write_text(path_of("roles.csv"),
		    "user,scope,role\nbob@example.com,acme/web,hosts:login\n");
	if (number == RESTORE) {
		ck_assert_int_eq(unlink(path_of("state/directory.db")), 0);
		(void)unlink(path_of("state/directory.db-wal"));
		(void)unlink(path_of("state/directory.db-shm"));
	}
	if (number != APPLY)
		return;
	text = (char *)support_read(path, &len);
	at = strstr(text, list);
	ck_assert_ptr_nonnull(at);
	at += strlen(list);
	ck_assert_ptr_nonnull(to = fopen(path, "we"));
	(void)fprintf(to, "%.*s%s%s", (int)(at - text), text, bob, at);
	ck_assert_int_eq(fclose(to), 0);
	free(text);
}

static void
fail_everywhere(enum row number)
{
	const struct command_row *row = &rows[number];
	struct sweep sw = { .row = row };
	struct run r;

	make_machine();
	if (!row->from_nothing)
		make_organization();
	if (row->conf != NULL)
		write_conf(row->conf);
	if (row->before != NULL)
		must(complete(row->before));
	prepare(number);
	save(&sw.from);
	sw.old = look();
	r = run_tool(NULL, words_of(row));
	ck_assert_msg(r.status == 0, "%s: %s", row->name, r.said);
	sw.new = look();
	sweep_all(&sw, r.calls);
	forget(&sw.from);
	(void)printf("# %s: %u faults; %u were told as failures, after %u the "
		     "change was stored\n",
	    row->name, sw.n, sw.told, sw.stored);
	(void)fflush(stdout);
	ck_assert_uint_ge(sw.told, sample_size() < 10 ? 4 * sample_size() : 40);
}

/* A failure is told and breaks nothing, in each of these. */
START_TEST(assignment_add)
{
	fail_everywhere(ADD);
}
END_TEST

START_TEST(assignment_remove)
{
	fail_everywhere(REMOVE);
}
END_TEST

START_TEST(compile)
{
	fail_everywhere(COMPILE);
}
END_TEST

START_TEST(init)
{
	fail_everywhere(INIT);
}
END_TEST

START_TEST(confirm)
{
	fail_everywhere(CONFIRM);
}
END_TEST

START_TEST(revert)
{
	fail_everywhere(REVERT);
}
END_TEST

START_TEST(import)
{
	fail_everywhere(IMPORT);
}
END_TEST

START_TEST(apply)
{
	fail_everywhere(APPLY);
}
END_TEST

START_TEST(backup)
{
	fail_everywhere(BACKUP);
}
END_TEST

START_TEST(restore_copy)
{
	fail_everywhere(RESTORE);
}
END_TEST

int
__wrap_main(void)
{
	const struct support_test tests[] = {
		SUPPORT_TEST(assignment_add),
		SUPPORT_TEST(assignment_remove),
		SUPPORT_TEST(compile),
		SUPPORT_TEST(init),
		SUPPORT_TEST(confirm),
		SUPPORT_TEST(revert),
		SUPPORT_TEST(import),
		SUPPORT_TEST(apply),
		SUPPORT_TEST(backup),
		SUPPORT_TEST(restore_copy),
		SUPPORT_END,
	};

	(void)unsetenv("SUDO_UID");
	shared = support_shared(sizeof(*shared));
	if (!faults_under_sqlite()) {
		(void)fprintf(stderr, "SQLite lets nobody under it\n");
		return EXIT_FAILURE;
	}
	return support_run_in_folder("faults_tool", tests);
}
