/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SETUP_H
#define TWRBAC_SETUP_H

/*
 * twrbac setup: an organization and a first policy, made by the commands that
 * make them anyway, and one marked line in each chosen service of pam.d. Each
 * step is whole by itself; what is there already is left as it is, so the
 * same command goes on where one ended.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.h"
#include "doctor.h"
#include "pamd_file.h"

enum setup_state {
	SETUP_UNJUDGED, /* no line that libpam reads names the module */
	SETUP_PERMISSIVE,
	SETUP_ENFORCING
};

struct setup_service {
	char *name;
	enum setup_state state, will; /* now, and after what is planned */
	int64_t until, will_until; /* of a permissive line; TWR_ALWAYS */
	char where[512]; /* "FILE:LINE" of the module's line; "" none */
	bool marked; /* the line is ours, in the service's own file */
	bool chosen; /* by its name */
	bool profiled; /* by the line of common-account, which changes */
	struct pamd_file file; /* when its text is going to change */
	char *text; /* that text; NULL: nothing changes */
	const char *change; /* "line inserted"; NULL */
	size_t passing, refused; /* logins, once setup_people() counted */
};

/* What the command line says; a dialogue fills in the rest. */
struct setup_answers {
	const char *organization, *owner, *login, *host_scope;
	const char *administrator, *administrator_login;
	const char *services; /* names with commas between */
	int64_t permissive_s; /* 0: not said */
	bool enforce, remove, profile, dry_run, asks;
};

#define SETUP_PROFILE "/usr/share/pam-configs/twrbac"
#define SETUP_PERMISSIVE_S (14 * 86400) /* unless told otherwise */
#define SETUP_PERMISSIVE_MOST_S (90 * 86400)

/*
 * The line of the distribution's own, in common-account and so in front of
 * all services at once: pam-auth-update(8) puts it there.
 */
struct setup_profile {
	const char *program; /* pam-auth-update; NULL: this host has none */
	bool offered; /* and the package of the module has its profile */
	bool stands; /* there is such a line now */
	/* and no policy was made yet: with the first one it begins to refuse */
	bool begins, lets_in; /* lets_in: until then, and without an end */
	struct pamd_file file; /* common-account, once planned */
	char *text; /* what it is going to be; NULL: nothing changes */
	enum setup_state will;
	int64_t will_until;
	const char *change; /* "profile enabled"; NULL */
	bool written; /* and it is */
	bool guarded; /* permissive, as long as it is not known to hold */
};

/* A login that a service does not let in. */
struct setup_refusal {
	char *login, *user; /* user NULL: nobody's login */
	const char *service, *reason;
};

struct setup {
	struct cli *cli;
	struct setup_answers in;
	char *kept[16]; /* answers of a dialogue; freed at the end */
	size_t n_kept;
	/* gathered by setup_look() */
	bool has_directory, is_copy, has_policy, conf_edited;
	/* of in.administrator: a user already; what he is still to be given */
	bool has_administrator, maps_login, gives_role;
	char organization[256];
	int64_t administrators;
	struct setup_profile profile;
	struct setup_service *services; /* what is judged, and what is chosen */
	size_t n;
	struct stack_text *texts; /* of setup_plan(); ends with NULL */
	struct stack_places places;
	struct setup_refusal *refusals; /* of setup_people() */
	size_t n_refusals, room_refusals;
	/* the directory was made by this very command, and not by its Owner */
	bool by_root;
	bool wrote; /* something was changed */
};

/* ---- setup_look.c: what is there ---- */

/* Directory, policy, and the services that reach the module. */
enum twr_status setup_look(struct setup *su,
    struct twr_error *err) TWR_MUST_CHECK;
void setup_end(struct setup *su);
/* A service by its name; NULL: it is not among them. */
struct setup_service *setup_find(const struct setup *su, const char *name);
/* The same, added when it is not. TWR_ENOMEM; TWR_EUNREADABLE. */
enum twr_status setup_add(struct setup *su, const char *name,
    struct setup_service **ret, struct twr_error *err) TWR_MUST_CHECK;

/* ---- setup_lines.c: the lines ---- */

/*
 * Choose the services of a list, and "sudo-i" with "sudo", "su-l" with "su".
 * TWR_EINVAL: no service; TWR_ENOENT: it has no file here.
 */
enum twr_status setup_choose(struct setup *su, const char *list,
    struct twr_error *err) TWR_MUST_CHECK;
/* Which of them get, change or lose their line. Nothing is written. */
enum twr_status setup_plan(struct setup *su,
    struct twr_error *err) TWR_MUST_CHECK;
/* Take every marked line out of every file of pam.d. */
enum twr_status setup_remove(struct setup *su,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status setup_write(struct setup *su,
    struct twr_error *err) TWR_MUST_CHECK;

/* What a file is going to be, for the services that include it. */
enum twr_status setup_keep_text(struct setup *su, const char *name, char *text,
    struct twr_error *err) TWR_MUST_CHECK;
/* How pam.d is left by what fails before setup_write(), for its message. */
const char *setup_left(const struct setup *su);
/* In the system's log, since no journal has it. */
void setup_announce(const struct setup *su, const char *path,
    const char *change);
/* Is the service going to be judged in another way than now? */
bool setup_changes(const struct setup *su, const struct setup_service *sv);

/* ---- setup_profile.c: the distribution's line ---- */

void setup_profile_look(struct setup *su);
/*
 * Is it meant? By --profile, or because it stands and all lines are meant, or
 * would begin to refuse with the policy that is going to be made.
 */
bool setup_profile_is_meant(const struct setup *su);
/*
 * What common-account is going to be, and which services that judges.
 * TWR_EREFUSED: the host has no such profile, or lines of setup already.
 */
enum twr_status setup_profile_plan(struct setup *su,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Let pam-auth-update enable or disable it and see that it did; or change the
 * end of what stands. TWR_EREFUSED: it left common-account alone.
 */
enum twr_status setup_profile_write(struct setup *su,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Before the steps that make a first policy: what stands then, or is to be
 * permissive, gets its end now. One that is to enforce loses it again with
 * setup_profile_write(), when every check is passed.
 */
enum twr_status setup_profile_guard(struct setup *su,
    struct twr_error *err) TWR_MUST_CHECK;
void setup_profile_forget(struct setup *su);

/* ---- setup_prove.c: would it hold, and for whom? ---- */

/*
 * All that doctor has against the host as it is going to be. with_policy:
 * the policy counts, too. TWR_EREFUSED: the gate would not hold, or let
 * nobody in.
 */
enum twr_status setup_prove(struct setup *su, bool with_policy,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Who would be refused by the services that are chosen or judged, if none was
 * permissive: fills su->refusals. TWR_EREFUSED, when something is going to be
 * enforced: whoever runs this would be locked out, or everybody.
 */
enum twr_status setup_people(struct setup *su,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- setup_report.c: what is told ---- */

void setup_report(const struct setup *su);
void setup_show_plan(const struct setup *su); /* before anything is done */
void setup_show_refusals(const struct setup *su);
const char *setup_state_word(enum setup_state state);

/* ---- setup_steps.c: the commands that it runs ---- */

/* Look at all answers; nothing is changed. TWR_EINVAL, TWR_EREFUSED. */
enum twr_status setup_check_answers(struct setup *su,
    struct twr_error *err) TWR_MUST_CHECK;
/* What the directory knows of the second administrator, and his login. */
enum twr_status setup_look_at_second(struct setup *su,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status setup_check_scope(const struct setup *su, const char *path,
    struct twr_error *err) TWR_MUST_CHECK;
/* init, scope add, user add, assignment add, compile: what is missing. */
enum twr_status setup_run_steps(struct setup *su,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- setup_ask.c: the dialogue ---- */

/* Ask for what the command line does not say. TWR_EREFUSED: broken off. */
enum twr_status setup_ask(struct setup *su,
    struct twr_error *err) TWR_MUST_CHECK;
/* Where there are lines already: what next? */
enum twr_status setup_ask_next(struct setup *su, bool *quits,
    struct twr_error *err) TWR_MUST_CHECK;
/* For how long refusals are only logged. TWR_EINVAL; nothing is set then. */
enum twr_status setup_take_length(struct setup *su, const char *text,
    const char *name, struct twr_error *err) TWR_MUST_CHECK;
/* Yes or no. TWR_EREFUSED: no. */
enum twr_status setup_go_on(struct setup *su, const char *question,
    struct twr_error *err) TWR_MUST_CHECK;
void setup_say(const char *fmt, ...) TWR_PRINTF(1, 2); /* a line, now */

#endif
