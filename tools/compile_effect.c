/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile_impl.h"
#include "policy_scan.h"

#define NAMED_MOST 5 /* logins that are named in the text */
#define SERVICES_MOST 8 /* services that are named for one login */
#define TEXT_MAX \
	(NAMED_MOST * \
		(TWR_LOGIN_MAX + 2 * SERVICES_MOST * (TWR_SERVICE_MAX + 2) + \
		    64) + \
	    64)

/* The comparison of two policies, login by login. */
struct compare {
	struct build *b;
	const struct judge *before, *after;
	struct policy_scan *old_scan;
	struct policy_record old; /* at the cursor */
	bool old_here; /* the cursor stands on a login */
	bool all; /* rules or exemptions differ: every login is judged */
	struct twr_decision *was, *is;
	struct compile_effect *effect;
	size_t n_services; /* the first ones, which count for this login */
	uint64_t affected;
	size_t len; /* of the text */
};

/* Would the service let him in? */
static bool
passes(const struct twr_decision *d)
{
	return d->verdict == TWR_GRANT || d->verdict == TWR_EXEMPT ||
	    d->permissive;
}

static void
add_text(struct compare *cm, const char *text)
{
	size_t len = strlen(text);

	if (len >= TEXT_MAX - cm->len)
		return;
	memcpy(cm->effect->text + cm->len, text, len + 1);
	cm->len += len;
}

/* " gains sshd, sudo" of the services that changed this way. */
static size_t
add_services(struct compare *cm, const char *verb, bool gain)
{
	const struct names *services = &cm->after->services;
	size_t i, n = 0;

	for (i = 0; i < cm->n_services; i++) {
		bool was = passes(&cm->was[i]), is = passes(&cm->is[i]);

		if (was == is || is != gain)
			continue;
		if (n < SERVICES_MOST) {
			add_text(cm, n == 0 ? verb : ", ");
			add_text(cm, services->all[i]);
		}
		n++;
	}
	if (n > SERVICES_MOST)
		add_text(cm, ", and more");
	return n;
}

/* What cannot be kept is counted: logins_losing then says more. */
static void
note_loser(struct compare *cm, const char *login)
{
	struct compile_effect *ef = cm->effect;

	if (ef->n_losers == COMPILE_LOSERS_MAX)
		return;
	if ((ef->losers[ef->n_losers] = strdup(login)) != NULL)
		ef->n_losers++;
}

static void
note_change(struct compare *cm, const char *login)
{
	size_t i, gains = 0, losses = 0;

	for (i = 0; i < cm->n_services; i++) {
		bool was = passes(&cm->was[i]), is = passes(&cm->is[i]);

		gains += !was && is;
		losses += was && !is;
		if (was != is && cm->b->opt->change != NULL)
			cm->b->opt->change(cm->b->opt->ctx, login,
			    cm->after->services.all[i], is);
	}
	cm->effect->logins_gaining += gains > 0;
	cm->effect->logins_losing += losses > 0;
	if (losses > 0)
		note_loser(cm, login);
	if (gains + losses == 0 || cm->affected++ >= NAMED_MOST)
		return;
	if (cm->affected > 1)
		add_text(cm, "; ");
	add_text(cm, login);
	(void)add_services(cm, " gains ", true);
	if (gains > 0 && losses > 0)
		add_text(cm, ",");
	(void)add_services(cm, " loses ", false);
}

static void
judge_name(struct compare *cm, const char *login)
{
	uint32_t uid = accounts_uid(&cm->b->accounts, login);

	judge_login(cm->before, login, uid, cm->b->opt->now, cm->was);
	judge_login(cm->after, login, uid, cm->b->opt->now, cm->is);
	note_change(cm, login);
}

static void
judge_both(struct compare *cm, const struct policy_record *pr)
{
	char login[TWR_KEY_MAX];

	memcpy(login, pr->key + 1, pr->key_len - 1);
	login[pr->key_len - 1] = '\0';
	judge_name(cm, login);
}

static bool
same_key(const struct policy_record *a, const struct policy_record *b)
{
	return a->key_len == b->key_len &&
	    memcmp(a->key, b->key, a->key_len) == 0;
}

static bool
same_value(const struct policy_record *a, const struct policy_record *b)
{
	return a->value_len == b->value_len &&
	    memcmp(a->value, b->value, a->value_len) == 0;
}

/*
 * Move the cursor to the old policy's next login. Damage ends the walk: what
 * an old policy cannot say, it could not grant either.
 */
static void
step_old(struct compare *cm)
{
	struct twr_error unused;

	cm->old_here = false;
	while (cm->old_scan != NULL &&
	    policy_scan_next(cm->old_scan, &cm->old, &unused) == TWR_OK) {
		if (cm->old.key[0] == TWR_KEY_LOGIN) {
			cm->old_here = true;
			return;
		}
	}
}

static bool
has_key(const struct judge *jg, const struct policy_record *pr)
{
	struct twr_error unused;
	uint8_t *value = NULL;
	size_t len;

	if (!jg->open ||
	    twr_reader_get(&jg->rd, pr->key, pr->key_len, &value, &len,
		&unused) != TWR_OK)
		return false;
	free(value);
	return true;
}

/*
 * One login of the new policy. Both files are in the order of the users, so
 * the cursors mostly stand on the same login; where they do not, an index
 * look-up tells which side has a login that the other lacks.
 */
static void
compare_login(struct compare *cm, const struct policy_record *pr)
{
	while (cm->old_here && !same_key(&cm->old, pr) &&
	    !has_key(cm->after, &cm->old)) {
		judge_both(cm, &cm->old); /* gone: no tombstone either */
		step_old(cm);
	}
	if (!cm->old_here) {
		judge_both(cm, pr);
		return;
	}
	if (same_key(&cm->old, pr)) {
		if (cm->all || !same_value(&cm->old, pr))
			judge_both(cm, pr);
		step_old(cm);
		return;
	}
	judge_both(cm, pr);
	/*
	 * The old one at the cursor is in the new policy too, so it is judged
	 * there; where this login was in the old one as well, the order has
	 * changed and the cursor may pass.
	 */
	if (has_key(cm->before, pr)) {
		cm->all = true; /* the rest will not meet: judge them */
		step_old(cm);
	}
}

/* Does a record have the same bytes in both? */
static bool
same_record(const struct judge *a, const struct judge *b, const uint8_t *key,
    size_t key_len)
{
	uint8_t *x = NULL, *y = NULL;
	size_t xlen = 0, ylen = 0;
	struct twr_error unused;
	bool same;

	same = twr_reader_get(&a->rd, key, key_len, &x, &xlen, &unused) ==
		TWR_OK &&
	    twr_reader_get(&b->rd, key, key_len, &y, &ylen, &unused) ==
		TWR_OK &&
	    xlen == ylen && memcmp(x, y, xlen) == 0;
	free(x);
	free(y);
	return same;
}

static bool
same_rule(const struct judge *a, const struct judge *b, const char *service)
{
	uint8_t key[1 + TWR_SERVICE_MAX];
	size_t len = strlen(service);

	if (len > TWR_SERVICE_MAX)
		return false;
	key[0] = TWR_KEY_RULE;
	memcpy(key + 1, service, len);
	return same_record(a, b, key, len + 1);
}

static bool
same_services(const struct judge *a, const struct judge *b)
{
	const struct twr_meta *x = &a->meta.meta, *y = &b->meta.meta;
	const struct twr_service *s, *t;
	size_t i;

	if (x->n_services != y->n_services)
		return false;
	for (i = 0; i < x->n_services; i++) {
		s = &x->services[i];
		t = &y->services[i];
		if (strcmp(s->name, t->name) != 0 ||
		    s->has_rule != t->has_rule || s->subject != t->subject ||
		    s->permissive_until != t->permissive_until ||
		    (s->has_rule && !same_rule(a, b, s->name)))
			return false;
	}
	return true;
}

/* Is all that is not a login's own the same in both policies? */
static bool
same_host_side(const struct judge *a, const struct judge *b)
{
	static const uint8_t key[] = { TWR_KEY_EXEMPT };

	return a->open && b->open &&
	    a->meta.meta.permissive_until == b->meta.meta.permissive_until &&
	    a->meta.meta.uid_min == b->meta.meta.uid_min &&
	    same_record(a, b, key, sizeof(key)) && same_services(a, b);
}

static enum twr_status
begin_compare(struct compare *cm, struct twr_error *err)
{
	size_t n = cm->after->services.n + 1;

	cm->was = calloc(n, sizeof(*cm->was));
	cm->is = calloc(n, sizeof(*cm->is));
	cm->effect->text = calloc(TEXT_MAX, 1);
	cm->effect->losers = calloc(COMPILE_LOSERS_MAX,
	    sizeof(*cm->effect->losers));
	if (cm->was == NULL || cm->is == NULL || cm->effect->text == NULL ||
	    cm->effect->losers == NULL)
		return build_no_memory(err);
	cm->n_services = cm->b->n_listed;
	cm->all = !same_host_side(cm->before, cm->after);
	if (!cm->before->open)
		return TWR_OK;
	return policy_scan_begin(&cm->before->rd, &cm->old_scan, err);
}

/* ---- what changed for people that no record names ---- */

static const struct twr_exemptions *
exemptions_of(const struct judge *jg)
{
	static const struct twr_exemptions none;

	/* every view has them; there is always one, for sshd */
	return jg->open && jg->services.n > 0 ? &jg->views[0].exempt : &none;
}

static bool
has_login(const struct judge *jg, const char *login)
{
	struct policy_record pr = { 0 };
	uint8_t key[TWR_KEY_MAX];
	size_t len = strlen(login);

	key[0] = TWR_KEY_LOGIN;
	memcpy(key + 1, login, len);
	pr.key = key;
	pr.key_len = len + 1;
	return has_key(jg, &pr);
}

/* Logins that only an exemption names, such as root. */
static enum twr_status
judge_exempt(struct compare *cm, const struct judge *jg, struct names *done,
    struct twr_error *err)
{
	const struct twr_exemptions *ex = exemptions_of(jg);
	size_t i;

	for (i = 0; i < ex->n_entries; i++) {
		const char *login = ex->entries[i].login;

		if ((ex->entries[i].needs & TWR_EXEMPT_LOGIN) == 0 ||
		    strlen(login) > TWR_LOGIN_MAX ||
		    has_login(cm->after, login) || has_login(cm->before, login))
			continue;
		if (names_have(done, login))
			continue;
		if (!names_add(done, login))
			return build_no_memory(err);
		judge_name(cm, login);
	}
	return TWR_OK;
}

static bool
has_open_exemption(const struct judge *jg, const struct twr_exemption *e)
{
	const struct twr_exemptions *ex = exemptions_of(jg);
	size_t i;

	for (i = 0; i < ex->n_entries; i++)
		if (ex->entries[i].needs == e->needs &&
		    strcmp(ex->entries[i].login, e->login) == 0 &&
		    strcmp(ex->entries[i].service, e->service) == 0)
			return true;
	return false;
}

static void
say(struct compare *cm, const char *who, const char *what, const char *where)
{
	if (cm->len > 0)
		add_text(cm, "; ");
	add_text(cm, who);
	add_text(cm, what);
	add_text(cm, where);
}

/* Exemptions of everyone and of system accounts: in one and not the other. */
static void
say_open_exemptions(struct compare *cm, const struct judge *in,
    const struct judge *not_in, const char *what)
{
	const struct twr_exemptions *ex = exemptions_of(in);
	size_t i;

	for (i = 0; i < ex->n_entries; i++) {
		const struct twr_exemption *e = &ex->entries[i];

		if ((e->needs & TWR_EXEMPT_LOGIN) == 0 &&
		    !has_open_exemption(not_in, e))
			say(cm,
			    (e->needs & TWR_EXEMPT_SYSTEM) != 0 ?
				"system accounts" :
				"everyone",
			    what, e->service);
	}
}

static bool
is_permissive(const struct judge *jg, const char *service, int64_t now)
{
	const struct twr_meta *meta = &jg->meta.meta;
	size_t i;

	if (!jg->open)
		return false;
	if (service == NULL)
		return now < meta->permissive_until;
	for (i = 0; i < meta->n_services; i++)
		if (strcmp(meta->services[i].name, service) == 0)
			return now < meta->services[i].permissive_until;
	return false;
}

static void
say_permissive(struct compare *cm, const char *service)
{
	int64_t now = cm->b->opt->now;
	bool was = is_permissive(cm->before, service, now);
	bool is = is_permissive(cm->after, service, now);

	if (was == is)
		return;
	say(cm, service == NULL ? "every service" : service,
	    is ? " is permissive: nobody is refused" : " is enforcing", "");
}

static enum twr_status
add_host_side(struct compare *cm, struct twr_error *err)
{
	struct names done = { NULL, 0, 0 };
	enum twr_status rc;
	size_t i;

	if (!cm->all)
		return TWR_OK;
	cm->n_services = cm->after->services.n;
	rc = judge_exempt(cm, cm->after, &done, err);
	if (rc == TWR_OK)
		rc = judge_exempt(cm, cm->before, &done, err);
	names_free(&done);
	if (rc != TWR_OK)
		return rc;
	if (!cm->before->open)
		return TWR_OK; /* there was no gate that could change */
	say_open_exemptions(cm, cm->after, cm->before, " now exempt from ");
	say_open_exemptions(cm, cm->before, cm->after,
	    " no longer exempt from ");
	say_permissive(cm, NULL);
	for (i = 0; i < cm->after->services.n; i++)
		say_permissive(cm, cm->after->services.all[i]);
	return TWR_OK;
}

static void
add_rest(struct compare *cm)
{
	char text[64];

	if (cm->affected <= NAMED_MOST)
		return;
	snprintf(text, sizeof(text), "; and %llu more",
	    (unsigned long long)(cm->affected - NAMED_MOST));
	add_text(cm, text);
}

enum twr_status
build_effect(struct build *b, const struct judge *old_policy,
    const struct judge *new_policy, struct compile_effect *ret,
    struct twr_error *err)
{
	struct compare cm = {
		.b = b, .before = old_policy, .after = new_policy, .effect = ret
	};
	struct policy_scan *scan = NULL;
	struct policy_record pr;
	enum twr_status rc;

	if ((rc = begin_compare(&cm, err)) != TWR_OK ||
	    (rc = policy_scan_begin(&new_policy->rd, &scan, err)) != TWR_OK)
		goto out;
	step_old(&cm);
	while ((rc = policy_scan_next(scan, &pr, err)) == TWR_OK) {
		if (pr.key[0] != TWR_KEY_LOGIN)
			continue;
		compare_login(&cm, &pr);
		build_progress(b);
	}
	if (rc != TWR_ENOENT)
		goto out;
	for (; cm.old_here; step_old(&cm)) {
		if (!has_key(new_policy, &cm.old))
			judge_both(&cm, &cm.old);
	}
	if ((rc = add_host_side(&cm, err)) == TWR_OK)
		add_rest(&cm);
out:
	policy_scan_end(scan);
	policy_scan_end(cm.old_scan);
	free(cm.was);
	free(cm.is);
	return rc;
}
