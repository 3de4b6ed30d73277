/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_CHANGE_H
#define TWRBAC_CHANGE_H

/*
 * Changes: each gathers the facts, applies the rules of admin.h, writes the
 * rows and their journal rows. All run inside a transaction that the caller
 * has begun (directory_begin() or directory_create()) and commits; after any
 * failure the caller rolls back, since rows may have been written already.
 *
 * USER is an e-mail, a SID or a login; SCOPE a SID or a path; ROLE a key, a
 * SID or an unambiguous display name: as typed, resolved here.
 *
 * Every function returns TWR_OK, TWR_EREFUSED (the rule or the unknown thing,
 * and the cure), TWR_ENOMEM, or what the directory answers. Outputs are set
 * on TWR_OK only and may be NULL unless it is said otherwise.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "actor.h"
#include "admin.h"
#include "catalogue.h"
#include "directory.h"
#include "status.h"

struct change {
	struct directory *dir; /* in a write transaction */
	const struct actor *actor;
	int64_t now; /* CLOCK_REALTIME, seconds */
	bool clock_ok; /* --clock-ok: now may be before the last journal row */
	/* lines for people, such as warnings; NULL is allowed */
	void (*note)(void *ctx, const char *line);
	void *ctx;
};

/* ---- organization ---- */

struct change_init {
	const struct catalogue *catalogue;
	const char *owner_email;
	const char *owner_name; /* NULL: the e-mail */
	struct admin_login login; /* of the Owner; .name NULL: none (warned) */
	bool no_hosts_role; /* do not give him hosts:admin */
};
/*
 * Fill a directory that directory_create() has just made: journal the
 * organization, load the catalogue, make the first Owner.
 */
enum twr_status change_init_organization(const struct change *ch,
    const struct change_init *in, struct user *ret,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Add an account or subaccount: path is its parent's path or SID, a slash and
 * its name; the parent gives the kind. An account gets owner (USER; NULL: the
 * actor) as its Owner, a subaccount none: owner must be NULL there.
 */
enum twr_status change_scope_add(const struct change *ch, const char *path,
    const char *owner, struct scope *ret, struct twr_error *err) TWR_MUST_CHECK;
/* Give scope another name; its former path stays as an alias. */
enum twr_status change_scope_rename(const struct change *ch, const char *scope,
    const char *name, struct scope *ret, struct twr_error *err) TWR_MUST_CHECK;

/* What a change takes along, for people to look at before it is made. */
enum change_gone_what {
	GONE_USER = 1,
	GONE_LOGIN,
	GONE_ASSIGNMENT,
	GONE_SCOPE
};
struct change_gone {
	enum change_gone_what what;
	/* NULL where it says nothing of the thing */
	const char *email, *login, *role, *scope, *sid;
};
typedef void change_gone_fn(void *ctx, const struct change_gone *gone);

/*
 * Closing also closes what lies below and removes the assignments at all of
 * them but the account's Owner; fn (NULL is allowed) is told each. Nothing
 * of that comes back with TWR_SCOPE_ACTIVE. *changed is false when the scope
 * had that status already.
 */
enum twr_status change_scope_set_status(const struct change *ch,
    const char *scope, enum twr_scope_status status, change_gone_fn *fn,
    void *ctx, struct scope *ret, bool *changed,
    struct twr_error *err) TWR_MUST_CHECK;

/* Who owned a scope, and who does now. */
struct change_owners {
	struct scope scope;
	struct user from; /* id 0: nobody did */
	struct user to;
	bool changed; /* false: he owned it already */
};
/* The former Owner becomes administrator. TWR_EPERM: see admin.h. */
enum twr_status change_transfer_organization(const struct change *ch,
    const char *user, struct change_owners *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* The same for an account; he becomes general:administrator of it. */
enum twr_status change_transfer_account(const struct change *ch,
    const char *scope, const char *user, struct change_owners *ret,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- users and logins ---- */

struct change_user {
	const char *email;
	const char *name; /* NULL: the e-mail */
	struct admin_login login; /* .name NULL: none */
	/* "administrator", "none"...; NULL: "standard-user", service: "none" */
	const char *organization_role;
	enum twr_user_kind kind; /* 0: person */
	enum twr_two_factor two_factor; /* 0: unknown */
};
enum twr_status change_user_add(const struct change *ch,
    const struct change_user *in, struct user *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/* *changed is false when the user had that status already: nothing done. */
enum twr_status change_user_set_status(const struct change *ch,
    const char *user, enum twr_user_status status, struct user *ret,
    bool *changed, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status change_user_set_two_factor(const struct change *ch,
    const char *user, enum twr_two_factor state, struct user *ret,
    bool *changed, struct twr_error *err) TWR_MUST_CHECK;
enum twr_status change_user_rename(const struct change *ch, const char *user,
    const char *name, struct user *ret, bool *changed,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status change_user_set_email(const struct change *ch, const char *user,
    const char *email, struct user *ret, bool *changed,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * For good: assignments are removed, logins become tombstones, the address is
 * free for a new user. Row and history stay. fn (NULL is allowed) is told
 * each thing that goes.
 */
enum twr_status change_user_remove(const struct change *ch, const char *user,
    change_gone_fn *fn, void *ctx, struct user *ret,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * role: "administrator", "standard-user", "billing-admin", "billing-viewer",
 * "none"; "owner" is refused with the command that hands ownership over.
 */
enum twr_status change_user_set_organization_role(const struct change *ch,
    const char *user, const char *role, struct user *ret, bool *changed,
    struct twr_error *err) TWR_MUST_CHECK;

/*
 * Map a login to user. The same mapping again changes nothing, unless the uid
 * differs: then the new one is recorded. A login of another user is refused
 * while it is mapped; one that was unmapped is taken over with a note.
 */
enum twr_status change_login_map(const struct change *ch,
    const struct admin_login *login, const char *user, struct user *ret,
    bool *changed, struct twr_error *err) TWR_MUST_CHECK;
/* The login's record stays as a tombstone. ret: whose it was. */
enum twr_status change_login_unmap(const struct change *ch, const char *login,
    struct user *ret, struct twr_error *err) TWR_MUST_CHECK;

/* ---- roles ---- */

/*
 * A role of the organization's own. NULL: as it is; for a new one the key's
 * slug, its group, all three kinds of scope, and nothing. Lists are separated
 * by commas; "none" is an empty one.
 */
struct change_role {
	const char *key;
	const char *name, *description, *group;
	const char *at; /* "organization,account,subaccount" */
	const char *permissions; /* "/acme/deploy/run" */
	const char *includes; /* keys, SIDs or names of roles */
};
enum twr_status change_role_define(const struct change *ch,
    const struct change_role *in, struct role *ret,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status change_role_change(const struct change *ch,
    const struct change_role *in, struct role *ret, bool *changed,
    struct twr_error *err) TWR_MUST_CHECK;
/* Refused while anybody holds it or anything names it. */
enum twr_status change_role_delete(const struct change *ch, const char *role,
    struct role *ret, struct twr_error *err) TWR_MUST_CHECK;

enum change_import_what {
	IMPORT_ADDED = 1,
	IMPORT_CHANGED,
	IMPORT_GONE, /* no longer shipped: deleted */
	IMPORT_KEPT /* no longer shipped, but in use: stays for now */
};
struct change_role_step {
	enum change_import_what what;
	const struct role *role;
	const char *text; /* what is changed, or why it is kept; "" */
	bool contents; /* permissions or inclusions are changed */
};
typedef void change_role_step_fn(void *ctx,
    const struct change_role_step *item);
/*
 * Make the shipped roles those of the catalogue; fn is told each that this
 * touches. Roles of the organization's own stay. Keys and SIDs stay together:
 * a catalogue that pairs them otherwise is refused.
 */
enum twr_status change_role_import(const struct change *ch,
    const struct catalogue *cat, change_role_step_fn *fn, void *ctx,
    struct twr_error *err) TWR_MUST_CHECK;
/* How many roles that would add, change and delete; all 0: none. */
struct change_catalogue_news {
	size_t added, changed, gone;
};
enum twr_status change_catalogue_compare(const struct change *ch,
    const struct catalogue *cat, struct change_catalogue_news *ret,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- assignments ---- */

struct change_assignment {
	const char *user, *scope;
	const char *const *roles;
	size_t n_roles; /* at least 1 */
	struct admin_window window;
	const char *reason; /* NULL: none */
	const char *resource_type, *resource_id; /* NULL: none; both or none */
};
enum change_outcome {
	CHANGE_ADDED = 1,
	CHANGE_SAME, /* that window was held already */
	CHANGE_INSIDE, /* inside what was held: nothing added */
	CHANGE_EXTENDED, /* added; the last end is later now */
	CHANGE_REMOVED
};
/* What became of one role. */
struct change_result {
	enum change_outcome outcome;
	struct user user;
	struct role role;
	struct scope scope;
	char sid[TWR_SID_LEN + 1]; /* of the row; "" for SAME and INSIDE */
	int64_t was, end; /* last end before and now; see struct admin_union */
	char text[TWR_ERROR_MAX]; /* a sentence for people, times in UTC */
};
/*
 * Give several roles in one scope: all or nothing. results has n_roles
 * members and is filled in the order of in->roles. A role named twice is
 * reported CHANGE_SAME the second time.
 */
enum twr_status change_assignment_add(const struct change *ch,
    const struct change_assignment *in, struct change_result *results,
    struct twr_error *err) TWR_MUST_CHECK;

typedef void change_result_fn(void *ctx, const struct change_result *result);
/*
 * Remove every standing assignment, whatever its window or resource, of the
 * role at exactly this scope. fn (NULL is allowed) is told each. Refused when
 * there is none, saying where the role is held instead.
 */
enum twr_status change_assignment_remove(const struct change *ch,
    const char *user, const char *scope, const char *role, change_result_fn *fn,
    void *ctx, struct twr_error *err) TWR_MUST_CHECK;
/* Remove the one with this IY... SID. */
enum twr_status change_assignment_remove_sid(const struct change *ch,
    const char *sid, struct change_result *ret,
    struct twr_error *err) TWR_MUST_CHECK;

/* ---- the host's side ---- */

/*
 * Keep ac as the accepted configuration (accepted_at is set to now; digest
 * is computed here). Journalled as configuration.accepted when text or path
 * differ from what was accepted before.
 */
enum twr_status change_accept_configuration(const struct change *ch,
    const struct accepted *ac, struct twr_error *err) TWR_MUST_CHECK;
/*
 * Record that serial, which must be higher than directory_serial(), is
 * compiled from this transaction: journalled as policy.compiled with serial
 * and the accepted configuration's digest. Call it before compile_prepare(),
 * so that the policy carries the journal head that includes it.
 */
enum twr_status change_compiled(const struct change *ch, uint64_t serial,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * The policy of this directory is at path from now on. Refused when it has
 * been at another one, unless adopt: a second one would be out of step.
 */
enum twr_status change_policy_path(const struct change *ch, const char *path,
    bool adopt, struct twr_error *err) TWR_MUST_CHECK;

/*
 * Commit-confirm. begin: the changes of this transaction, after journal row
 * since, wait to be confirmed. end: they are confirmed, or undone row by row,
 * the newest first, by inverse changes that are journalled too: rows return
 * to what they were, and what history points at stays (an assignment removed
 * meanwhile is given again with a SID of its own; what was made is removed or
 * closed). TWR_EREFUSED: nothing waits.
 */
enum twr_status change_confirm_begin(const struct change *ch, uint64_t since,
    struct twr_error *err) TWR_MUST_CHECK;
enum twr_status change_confirm_end(const struct change *ch, bool confirmed,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Record that this directory was restored from a copy: journalled as
 * directory.restored. The serial rises to in_force, the policy in force's.
 */
enum twr_status change_restored(const struct change *ch, uint64_t in_force,
    struct twr_error *err) TWR_MUST_CHECK;
/* Record, as directory.upgraded, that the schema now has this version. */
enum twr_status change_upgraded(const struct change *ch, int version,
    struct twr_error *err) TWR_MUST_CHECK;
/* Undo all changes after journal row since, but those of the policy. */
enum twr_status change_revert(const struct change *ch, uint64_t since,
    struct twr_error *err) TWR_MUST_CHECK;

/* Set an integer setting; refused outside its range (see admin.h). */
enum twr_status change_setting(const struct change *ch, const char *name,
    int64_t value, struct twr_error *err) TWR_MUST_CHECK;

#endif
