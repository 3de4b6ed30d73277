/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_DOCTOR_H
#define TWRBAC_DOCTOR_H

/*
 * Does the gate of this host hold? Checks look at files, stacks, programs
 * and the directory, and add findings; nothing is changed. A new check is a
 * function and a line in the table of doctor.c, a new finding a line here
 * and an entry in twrbac(8).
 */

#include <stdbool.h>
#include <stddef.h>

#include "command.h"
#include "gate.h"
#include "pamd.h"
#include "passwd.h"
#include "stack.h"

enum doctor_severity {
	DOCTOR_OK, /* worth knowing, nothing to do */
	DOCTOR_WARNING,
	DOCTOR_FAILURE /* somebody gets in, or is kept out, wrongly */
};

/* id, word, severity, why it matters */
#define DOCTOR_FINDINGS(X) \
	X(NO_GATE, "no-gate", FAILURE, \
	    "nobody who comes to this host is judged by his roles") \
	X(UNGATED, "ungated", FAILURE, \
	    "the policy has a rule for the service, and nobody asks it") \
	X(SIDE_DOOR, "side-door", WARNING, \
	    "people can come in this way, and no role is asked for") \
	X(STACK_BROKEN, "stack-broken", FAILURE, \
	    "libpam refuses to begin: everybody is refused, root too") \
	X(UNREACHED, "unreached", FAILURE, \
	    "who takes this way is let in without being judged") \
	X(REFUSAL_LOST, "refusal-lost", FAILURE, \
	    "the module refuses and the program lets in all the same") \
	X(LOCKS_OUT, "locks-out", FAILURE, \
	    "nobody gets in, whatever roles he holds") \
	X(NOTHING_FOLLOWS, "nothing-follows", FAILURE, \
	    "libpam refuses where all modules ignore: who is exempt, as root " \
	    "at the console, is locked out") \
	X(ASKED_TWICE, "asked-twice", WARNING, \
	    "each login is judged and logged twice") \
	X(CHECKS_SKIPPED, "checks-skipped", WARNING, \
	    "a grant leaves out what stands after the line, such as expired " \
	    "accounts and nologin") \
	X(TOO_COMPLEX, "too-complex", WARNING, \
	    "not every way through the stack was looked at") \
	X(BAD_LINE, "bad-line", WARNING, \
	    "libpam takes every answer of such a line for a failure") \
	X(LONG_LINE, "long-line", WARNING, \
	    "libpam before 1.6 takes the rest of the line for a line of its " \
	    "own") \
	X(BAD_ARGUMENT, "bad-argument", FAILURE, \
	    "the module refuses everybody whose line it cannot understand") \
	X(OTHER_POLICY, "other-policy", WARNING, \
	    "the service is judged by a policy that this tool does not write") \
	X(MODULE_MISSING, "module-missing", FAILURE, \
	    "libpam answers for a module that is not there, and no role is " \
	    "asked for") \
	X(MODULE_UNSAFE, "module-unsafe", FAILURE, \
	    "whoever can write it decides who gets in, and is root at the " \
	    "next login") \
	X(MODULE_BROKEN, "module-broken", FAILURE, \
	    "libpam cannot load it, and answers in its place") \
	X(SSHD_USEPAM, "sshd-usepam", FAILURE, \
	    "sshd asks no module: the gate is not there for ssh") \
	X(SSHD_UNKNOWN, "sshd-unknown", WARNING, \
	    "whether sshd asks PAM at all is not known") \
	X(SSHD_COMMAND, "sshd-command", OK, \
	    "a program says whose keys are good; the gate judges after it") \
	X(SUDO_ACCOUNT, "sudo-account", FAILURE, \
	    "sudo does not ask the account phase: no role is asked for") \
	X(SUDO_UNKNOWN, "sudo-unknown", WARNING, \
	    "whether sudo asks the module is not known") \
	X(SUDO_PASSWORD, "sudo-password", OK, \
	    "another's password is asked; judged is who calls sudo") \
	X(SUDOERS_WRONG, "sudoers-wrong", FAILURE, \
	    "what people may run by sudo is not what their roles say") \
	X(SUDOERS_WIDE, "sudoers-wide", WARNING, \
	    "a line of sudoers gives more than it seems to") \
	X(FILE_UNSAFE, "file-unsafe", FAILURE, \
	    "who can write it, or a folder above it, can let himself in") \
	X(FILE_OPEN, "file-open", WARNING, \
	    "it tells everybody who holds which roles") \
	X(LEFTOVER, "leftover", WARNING, \
	    "a writer was killed here; its file has no meaning") \
	X(MARK, "unconfigured-mark", WARNING, \
	    "should policy and the one before it be lost, lines with " \
	    "permissive_unconfigured let everybody in") \
	X(UNREADABLE, "unreadable", WARNING, \
	    "what cannot be read was not examined") \
	X(NO_DIRECTORY, "no-directory", FAILURE, \
	    "there is nothing that says who holds which roles") \
	X(NO_POLICY, "no-policy", FAILURE, \
	    "everybody is refused but break-glass logins") \
	X(POLICY_UNUSABLE, "policy-unusable", FAILURE, \
	    "the module refuses a policy that it cannot trust or read: " \
	    "everybody is refused but break-glass logins") \
	X(POLICY_STALE, "policy-stale", FAILURE, \
	    "a policy past its limit refuses everybody but break-glass " \
	    "logins") \
	X(POLICY_FOREIGN, "policy-foreign", FAILURE, \
	    "the roles of other people open this host") \
	X(POLICY_BEHIND, "policy-behind", FAILURE, \
	    "what the directory says now is not what decides") \
	X(POLICY_PENDING, "policy-pending", WARNING, \
	    "changes were made that do not count yet") \
	X(CONFIRM_WAITS, "confirm-waits", WARNING, \
	    "unless it is confirmed the policy before decides again") \
	X(CONFIRM_PASSED, "confirm-passed", FAILURE, \
	    "the newest policy was not confirmed, and the one before decides") \
	X(CONF_EDITED, "conf-edited", WARNING, \
	    "what the file says now is not what decides") \
	X(CATALOGUE_DIFFERS, "catalogue-differs", OK, \
	    "the package's roles are not those that can be given") \
	X(PERMISSIVE, "permissive", WARNING, \
	    "who would be refused is let in until then") \
	X(BREAK_GLASS, "break-glass", OK, \
	    "these logins get in when there is no usable policy") \
	X(BREAK_GLASS_DEAD, "break-glass-dead", WARNING, \
	    "when there is no usable policy nobody can come and repair it") \
	X(ONE_ADMINISTRATOR, "one-administrator", WARNING, \
	    "nobody should depend on one person") \
	X(UID_DRIFT, "uid-drift", WARNING, \
	    "a uid that was given to somebody else takes the rights with it") \
	X(UID_UNKNOWN, "uid-unknown", WARNING, \
	    "sudo's plugin cannot tell whose account it is, and makes it a " \
	    "member of no role") \
	X(MAPPED_EXEMPT, "mapped-exempt", WARNING, \
	    "roles do not count for a login that is exempt") \
	X(ROOT_GROUP, "root-group", WARNING, \
	    "members of the group are root in all but name, whatever roles " \
	    "they hold") \
	X(ADMIN_GROUP, "admin-group", OK, \
	    "members may become root as far as sudo, and its rule, let them") \
	X(NO_LOGIN, "no-login", OK, "roles that no login carries open nothing")

enum doctor_id {
#define X(id, word, severity, why) DOCTOR_##id,
	DOCTOR_FINDINGS(X)
#undef X
	DOCTOR_COUNT
};

struct doctor_finding {
	enum doctor_id id;
	char *subject, *what, *cure;
};

/* A service of this host and its stack. */
struct doctor_service {
	char *name;
	struct stack stack;
	enum twr_status status; /* of reading it */
	bool gated; /* a line of it names the module */
	bool wanted; /* a rule names it, or a program asks for it */
};

struct doctor {
	struct cli *cli;
	struct session *s;
	const struct stack_text *texts; /* pam.d as it is going to be; NULL */
	struct stack_places places;
	struct doctor_service *services;
	size_t n_services, n_gated;
	bool sudo_plugin; /* sudoers names it as its group_plugin */
	char module_dirs[4][512]; /* where libpam looks, "" ends */
	struct accounts accounts;
	enum twr_status dir_status; /* the directory is open: TWR_OK */
	struct twr_error dir_error;
	enum twr_status policy_status;
	struct twr_error policy_error;
	struct twr_reader reader;
	struct twr_view view; /* .meta when policy_status is TWR_OK */
	struct doctor_finding *all;
	size_t n, room;
	bool no_memory;
};

#define DOCTOR_MODULE "pam_twrbac.so"
#define DOCTOR_PLUGIN "sudo_twrbac.so"

/* A finding: about what, and what was seen. Its cure comes next. */
void doctor_add(struct doctor *d, enum doctor_id id, const char *subject,
    const char *fmt, ...) TWR_PRINTF(4, 5);
void doctor_cure(struct doctor *d, const char *fmt, ...) TWR_PRINTF(2, 3);
enum doctor_severity doctor_severity(enum doctor_id id);
const char *doctor_word(enum doctor_id id);
const char *doctor_why(enum doctor_id id);

/* Run all checks. TWR_ENOMEM, or what reading the directory came to. */
enum twr_status doctor_examine(struct doctor *d,
    struct twr_error *err) TWR_MUST_CHECK;
void doctor_end(struct doctor *d);

/* A service by name; one that has no file is added. NULL: no memory. */
struct doctor_service *doctor_service(struct doctor *d, const char *name);
bool doctor_has_rule(const struct doctor *d, const char *service);

/* The file that libpam takes for a module; false: none is there. */
bool doctor_find_module(const struct doctor *d, const char *module,
    char path[4096]);

/* The checks, in their files. */
typedef enum twr_status doctor_fn(struct doctor *d, struct twr_error *err);
doctor_fn doctor_check_sshd, doctor_check_sudo, doctor_check_pam,
    doctor_check_module, doctor_check_files, doctor_check_policy,
    doctor_check_lines, doctor_check_people, doctor_check_sudoers;

/* ---- doctor_walk.c: every way through a stack ---- */

enum doctor_person {
	PERSON_LOCAL, /* in this host's passwd */
	PERSON_SYSTEM, /* there, below UID_MIN */
	PERSON_REMOTE, /* known to a name service alone */
	PERSON_COUNT
};

struct doctor_ways {
	bool unasked; /* somebody gets in who was not judged */
	size_t blame; /* by this line, when unasked */
	bool admitted; /* somebody gets in who was */
	unsigned asked; /* how often, at most */
	bool too_many; /* not all ways were looked at */
};
/* What each line may answer: bits by code. 0: what libpam makes of it. */
enum twr_status doctor_walk(const struct stack *st, const unsigned *answers,
    struct doctor_ways *ret, struct twr_error *err) TWR_MUST_CHECK;

/* ---- doctor_answers.c: what well-known modules may say ---- */

/* missing: libpam finds no such file. */
unsigned doctor_answers(const struct stack_line *line,
    enum doctor_person person, bool expired, bool missing);

/* ---- doctor_run.c: what a program (program.h) answers in time ---- */

/*
 * What a program prints, its errors thrown away. argv[0] is a path from /.
 * The result is malloc'd and at most 1 MiB; NULL: it is not there, failed,
 * or did not end in ten seconds. failed tells the last two apart.
 */
char *doctor_run(char *const argv[], bool *failed);

#endif
