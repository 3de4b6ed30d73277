/* SPDX-License-Identifier: BSD-2-Clause */
#include "compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <unistd.h>

#include "compile_impl.h"
#include "gate.h"
#include "text.h"

/* ---- what must hold before anything is built ---- */

static enum twr_status
check_clock(const struct build *b, const struct journal_head *head,
    struct twr_error *err)
{
	char now[TWR_TIME_LEN], then[TWR_TIME_LEN];

	if (head->seq == 0 || b->opt->now >= head->at || b->opt->clock_ok)
		return TWR_OK;
	twr_time_format(b->opt->now, now);
	twr_time_format(head->at, then);
	return twr_fail(err, TWR_EREFUSED,
	    "the clock says %s, but the journal's last entry is of %s; set "
	    "the clock, or say --clock-ok if the journal is wrong",
	    now, then);
}

/* Name or SID; a SID in any case. */
static enum twr_status
check_organization(const struct build *b, struct twr_error *err)
{
	const char *want = b->cf->organization;

	if (want == NULL || strcmp(want, b->organization.name) == 0 ||
	    strcasecmp(want, b->organization.sid) == 0)
		return TWR_OK;
	return build_fail(b, b->cf->organization_line, err,
	    "organization \"%s\" is not the directory's, which is \"%s\" "
	    "(%s); correct the line, or use that organization's directory",
	    want, b->organization.name, b->organization.sid);
}

/* ---- from directory and configuration to structs ---- */

static enum twr_status
resolve(struct build *b, struct journal_head *head, struct twr_error *err)
{
	const struct compile_paths *paths = &b->opt->paths;
	enum twr_status rc;

	if ((rc = directory_journal_head(b->dir, head, err)) != TWR_OK ||
	    (rc = check_clock(b, head, err)) != TWR_OK ||
	    (rc = directory_scope_get(b->dir, 1, &b->organization, err)) !=
		TWR_OK ||
	    (rc = check_organization(b, err)) != TWR_OK ||
	    (rc = compile_check_target(paths, b->organization.sid, err)) !=
		TWR_OK)
		return rc;
	rc = accounts_load(paths->passwd, paths->owner, &b->accounts, err);
	if (rc != TWR_OK)
		return rc;
	rc = uid_min_load(paths->login_defs, paths->owner, &b->uid_min, err);
	if (rc != TWR_OK)
		return rc;
	if ((rc = build_load_roles(b, err)) != TWR_OK ||
	    (rc = build_resolve_rules(b, err)) != TWR_OK ||
	    (rc = build_resolve_sudo(b, err)) != TWR_OK ||
	    (rc = build_services(b, err)) != TWR_OK ||
	    (rc = build_exemptions(b, err)) != TWR_OK)
		return rc;
	build_warn_of_pamd(b);
	return TWR_OK;
}

static void
build_end(struct build *b)
{
	size_t i;

	for (i = 0; i < b->n_roles; i++) {
		names_free(&b->roles[i].permissions);
		numbers_free(&b->roles[i].closure);
	}
	free(b->roles);
	accounts_free(&b->accounts);
	names_free(&b->exempt_logins);
	names_free(&b->mapped_system);
	names_free(&b->administrators);
	numbers_free(&b->roles_seen);
	numbers_free(&b->scopes_seen);
	memory_free(&b->mem);
}

/* ---- from structs to policy.new ---- */

static enum twr_status
no_randomness(struct twr_error *err)
{
	return twr_fail(err, TWR_EWRITE, "compile: no random numbers: %s",
	    strerror(errno));
}

static enum twr_status
set_confirm(const struct build *b, const struct judge *old_policy,
    struct twr_meta *meta, struct twr_error *err)
{
	const struct twr_meta *old = &old_policy->meta.meta;

	if (b->opt->confirm_boottime_s == 0)
		return TWR_OK;
	if (!old_policy->open || old->confirm_boottime_s != 0)
		return twr_fail(err, TWR_EREFUSED,
		    "there is no confirmed policy in force to go back to; "
		    "compile without --confirm first");
	meta->confirm_boottime_s = b->opt->confirm_boottime_s;
	if (!twr_boot_id(meta->boot_id))
		return twr_fail(err, TWR_EREFUSED,
		    "the id of this boot cannot be read from /proc; without "
		    "it --confirm would not outlive a reboot");
	memcpy(meta->prev_id, old->file_id, TWR_ID_LEN);
	meta->prev_serial = old->serial;
	return TWR_OK;
}

static enum twr_status
set_meta(const struct build *b, const struct journal_head *head,
    const struct judge *old_policy, struct twr_meta *meta,
    struct twr_error *err)
{
	enum twr_status rc;

	memset(meta, 0, sizeof(*meta));
	if (getrandom(meta->file_id, TWR_ID_LEN, 0) != TWR_ID_LEN)
		return no_randomness(err);
	meta->organization_sid = b->organization.sid;
	meta->organization_name = b->organization.name;
	meta->serial = b->serial;
	meta->compiled_at = b->opt->now;
	meta->stale_at = b->cf->max_age_s == 0 ? TWR_NEVER :
						 b->opt->now + b->cf->max_age_s;
	meta->journal_seq = head->seq;
	memcpy(meta->journal_hash, head->hash, TWR_HASH_LEN);
	meta->conf_path = b->accepted->path;
	meta->conf_size = b->accepted->size;
	meta->conf_mtime_s = b->accepted->mtime_s;
	meta->conf_mtime_ns = b->accepted->mtime_ns;
	meta->uid_min = b->uid_min;
	meta->detail = b->cf->detail;
	meta->contact = b->cf->contact;
	meta->permissive_until = b->permissive_until;
	meta->services = b->services;
	meta->n_services = b->n_services;
	if ((rc = directory_log_key(b->dir, meta->log_key, err)) != TWR_OK)
		return rc;
	return set_confirm(b, old_policy, meta, err);
}

static enum twr_status
write_rules(struct build *b, struct policy_writer *pw, struct twr_error *err)
{
	enum twr_status rc = TWR_OK;
	size_t i, k;

	for (i = 0; i < b->cf->n_rules; i++) {
		const struct config_list *services = &b->cf->rules[i].services;

		for (k = 0; k < services->n && rc == TWR_OK; k++)
			rc = policy_writer_rule(pw, services->items[k],
			    &b->rules[i], err);
	}
	return rc;
}

static enum twr_status
write_exemptions(struct build *b, struct policy_writer *pw,
    struct twr_error *err)
{
	struct twr_exemptions ex = { b->exemptions, b->n_exemptions,
		b->mapped_system.all, b->mapped_system.n };

	return policy_writer_exemptions(pw, &ex, err);
}

static enum twr_status
write_policy(struct build *b, int fd, struct twr_meta *meta,
    struct twr_error *err)
{
	struct policy_writer *pw = NULL;
	enum twr_status rc;

	if ((rc = policy_writer_begin(fd, &pw, err)) != TWR_OK)
		return rc;
	if ((rc = write_rules(b, pw, err)) != TWR_OK ||
	    (rc = build_write_logins(b, pw, err)) != TWR_OK ||
	    (rc = write_exemptions(b, pw, err)) != TWR_OK ||
	    (rc = build_write_names(b, pw, err)) != TWR_OK ||
	    (rc = build_write_asked(b, pw, err)) != TWR_OK ||
	    (rc = build_write_sudo(b, pw, err)) != TWR_OK ||
	    (rc = policy_writer_finish(pw, meta, err)) != TWR_OK)
		goto out;
	if (fsync(fd) != 0) {
		rc = twr_fail(err, TWR_EWRITE,
		    "the new policy cannot be written to the disk: %s; is it "
		    "full?",
		    strerror(errno));
		goto out;
	}
	rc = policy_writer_verify(fd, pw, err);
out:
	policy_writer_free(pw);
	return rc;
}

/* ---- what the new policy does, compared with the one in force ---- */

static bool
add_listed(struct names *ns, const struct judge *jg)
{
	const struct twr_meta *meta = &jg->meta.meta;
	bool done = true;
	size_t i;

	for (i = 0; jg->open && i < meta->n_services && done; i++)
		done = names_add_once(ns, meta->services[i].name);
	return done;
}

static bool
add_exempt(struct names *ns, const struct config *cf)
{
	bool done = true;
	size_t i, k;

	for (i = 0; i < cf->n_exempt; i++) {
		const struct config_list *services = &cf->exempt[i].services;

		if (cf->exempt[i].logins.n == 0)
			continue; /* said apart, not login by login */
		for (k = 0; k < services->n && done; k++)
			done = strcmp(services->items[k], "*") == 0 ||
			    names_add_once(ns, services->items[k]);
	}
	return done;
}

/*
 * Every service that either policy lists, and sshd for the lock-out; behind
 * them what only the configuration's exemptions name, for who is exempt.
 */
static enum twr_status
ask_about_all(struct build *b, struct judge *old_policy,
    struct judge *new_policy, struct twr_error *err)
{
	struct names ns = { NULL, 0, 0 };
	enum twr_status rc = TWR_ENOMEM;

	if (!add_listed(&ns, new_policy) || !add_listed(&ns, old_policy) ||
	    !names_add_once(&ns, "sshd")) {
		(void)build_no_memory(err);
		goto out;
	}
	b->n_listed = ns.n;
	if (!add_exempt(&ns, b->cf)) {
		(void)build_no_memory(err);
		goto out;
	}
	rc = judge_ask_about(old_policy, &ns, err);
	if (rc == TWR_OK)
		rc = judge_ask_about(new_policy, &ns, err);
out:
	names_free(&ns);
	return rc;
}

static enum twr_status
judge_change(struct build *b, struct compiled *cp, struct judge *old_policy,
    struct twr_error *err)
{
	struct judge new_policy;
	enum twr_status rc;

	rc = judge_open(&new_policy, cp->folder.path_new, cp->folder.owner,
	    b->opt->now, err);
	if (rc != TWR_OK)
		return rc;
	if ((rc = build_answer(b, &new_policy, err)) == TWR_OK &&
	    (rc = ask_about_all(b, old_policy, &new_policy, err)) == TWR_OK &&
	    (rc = build_check_lock_out(b, old_policy, &new_policy, err)) ==
		TWR_OK)
		rc = build_effect(b, old_policy, &new_policy, &cp->effect, err);
	judge_close(&new_policy);
	return rc;
}

static enum twr_status
build_all(struct build *b, struct compiled *cp, struct judge *old_policy,
    struct twr_error *err)
{
	struct journal_head head;
	struct twr_meta meta;
	enum twr_status rc;
	int fd = -1;

	if ((rc = resolve(b, &head, err)) != TWR_OK ||
	    (rc = set_meta(b, &head, old_policy, &meta, err)) != TWR_OK ||
	    (rc = compiled_create(cp, b->cf->policy_mode, &fd, err)) != TWR_OK)
		return rc;
	rc = write_policy(b, fd, &meta, err);
	if (close(fd) != 0 && rc == TWR_OK)
		rc = twr_fail(err, TWR_EWRITE, "%s: %s", cp->folder.path_new,
		    strerror(errno));
	if (rc == TWR_OK)
		rc = judge_change(b, cp, old_policy, err);
	return rc;
}

enum twr_status
compile_prepare(struct directory *dir, const struct config *cf,
    const struct accepted *ac, uint64_t serial,
    const struct compile_options *opt, struct compiled **ret,
    struct twr_error *err)
{
	struct build b = { .dir = dir,
		.cf = cf,
		.accepted = ac,
		.opt = opt,
		.conf = opt->conf_name,
		.serial = serial };
	struct judge old_policy;
	struct compiled *cp = NULL;
	struct twr_error unused;
	enum twr_status rc;

	if ((cp = calloc(1, sizeof(*cp))) == NULL)
		return build_no_memory(err);
	cp->folder.fd = -1;
	cp->serial = serial;
	/* one that cannot be used is like none: nobody got in by it */
	(void)!judge_open(&old_policy, opt->paths.policy, opt->paths.owner,
	    opt->now, &unused);
	if ((rc = folder_open(&opt->paths, &cp->folder, err)) != TWR_OK)
		goto out;
	cp->paths.policy = cp->folder.path;
	cp->paths.owner = cp->folder.owner;
	if ((rc = build_all(&b, cp, &old_policy, err)) != TWR_OK)
		goto out;
	*ret = cp;
	cp = NULL; /* the caller owns it now */
out:
	judge_close(&old_policy);
	build_end(&b);
	compiled_free(cp);
	return rc;
}

enum twr_status
compile_into(struct directory *dir, const struct config *cf,
    const struct accepted *ac, uint64_t serial,
    const struct compile_options *opt, int fd, struct twr_error *err)
{
	struct build b = { .dir = dir,
		.cf = cf,
		.accepted = ac,
		.opt = opt,
		.conf = opt->conf_name,
		.serial = serial };
	struct judge none = { 0 };
	struct journal_head head;
	struct twr_meta meta;
	enum twr_status rc;

	if ((rc = resolve(&b, &head, err)) == TWR_OK &&
	    (rc = set_meta(&b, &head, &none, &meta, err)) == TWR_OK)
		rc = write_policy(&b, fd, &meta, err);
	build_end(&b);
	return rc;
}
