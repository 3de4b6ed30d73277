/* SPDX-License-Identifier: BSD-2-Clause */
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin.h"

#define LOGINUID_PATH "/proc/self/loginuid"

const char *
actor_how_word(enum actor_how how)
{
	switch (how) {
	case ACTOR_LOGINUID:
		return "loginuid";
	case ACTOR_SUDO:
		return "sudo";
	case ACTOR_UID:
		return "uid";
	case ACTOR_AS_ROOT:
		return "as-root";
	}
	return "?";
}

/* ---- the edge ---- */

/* Digits only, below 2^32 - 1 (which is nobody's uid). */
static bool
parse_uid(const char *text, uint32_t *ret)
{
	uint64_t value = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9' && value <= UINT32_MAX; p++)
		value = value * 10 + (uint64_t)(*p - '0');
	if (p == text || *p != '\0' || value >= UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

static void
name_of(uint32_t uid, char buf[TWR_LOGIN_MAX + 1])
{
	const struct passwd *pw;

	buf[0] = '\0';
	if (uid == TWR_UID_UNKNOWN || (pw = getpwuid(uid)) == NULL)
		return;
	/* a name cut short would be somebody else's */
	if (strlen(pw->pw_name) <= TWR_LOGIN_MAX)
		(void)strcpy(buf, pw->pw_name);
}

static uint32_t
read_loginuid(void)
{
	char buf[16];
	ssize_t len;
	uint32_t uid = TWR_UID_UNKNOWN;
	int fd = open(LOGINUID_PATH, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd == -1)
		return uid;
	len = read(fd, buf, sizeof(buf) - 1);
	(void)close(fd);
	if (len <= 0)
		return uid;
	buf[len] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	(void)parse_uid(buf, &uid); /* 4294967295 is unset, and stays so */
	return uid;
}

void
actor_facts_gather(struct actor_facts *ret, const char *as_root)
{
	const char *sudo = NULL;

	*ret = (struct actor_facts) { .as_root = as_root };
	ret->real_uid = getuid();
	ret->sudo_uid = TWR_UID_UNKNOWN;
	ret->login_uid = read_loginuid();
	/* anybody else could have set it himself */
	if (getuid() == 0 || geteuid() == 0)
		sudo = getenv("SUDO_UID");
	if (sudo != NULL && !parse_uid(sudo, &ret->sudo_uid))
		ret->sudo_malformed = true;
	/* sudo inside a root shell: it says nothing about who that is */
	if (ret->sudo_uid == 0)
		ret->sudo_uid = TWR_UID_UNKNOWN;
	name_of(ret->real_uid, ret->real_login);
	name_of(ret->sudo_uid, ret->sudo_login);
	name_of(ret->login_uid, ret->login_login);
}

/* ---- the judgement ---- */

/* One of the (at most two) people that the facts name. */
struct person {
	const char *source; /* for messages */
	uint32_t uid;
	const char *login;
	bool mapped;
	struct user user;
	bool administrator;
	const char *why_not; /* a sentence's end, when not an administrator */
};

static enum twr_status
judge_user(struct directory *dir, struct person *p, int64_t user_id,
    struct twr_error *err)
{
	struct user_standing st;
	enum twr_status rc;

	if ((rc = directory_user_get(dir, user_id, &p->user, err)) != TWR_OK)
		return rc;
	p->mapped = true;
	rc = directory_user_standing(dir, user_id, 0, &st, err);
	if (rc != TWR_OK)
		return rc;
	p->administrator = st.administrator;
	if (p->user.status != TWR_USER_ACTIVE)
		p->why_not = "that user is not active";
	else if (!st.administrator)
		p->why_not = "that user is neither Organization Owner nor "
			     "Administrator";
	return TWR_OK;
}

/*
 * Look the person's login up. A login whose uid is not the one it had when
 * it was mapped may be another person's by now: it names nobody.
 */
static enum twr_status
find_person(struct directory *dir, struct person *p, struct twr_error *err)
{
	struct login lo;
	enum twr_status rc;

	if (p->login[0] == '\0') {
		p->why_not = "that uid has no account name";
		return TWR_OK;
	}
	if (dir == NULL)
		return TWR_OK;
	rc = directory_login_get(dir, p->login, &lo, err);
	if (rc == TWR_EREFUSED || (rc == TWR_OK && lo.user_id == 0)) {
		p->why_not = "that login is not mapped to a user";
		return TWR_OK;
	}
	if (rc != TWR_OK)
		return rc;
	if (lo.uid != TWR_UID_UNKNOWN && lo.uid != p->uid) {
		p->why_not = "that login had another uid when it was mapped "
			     "(another administrator can map it again)";
		return TWR_OK;
	}
	return judge_user(dir, p, lo.user_id, err);
}

static void
set_person(struct person *p, const char *source, uint32_t uid,
    const char *login)
{
	*p = (struct person) { .source = source, .uid = uid, .login = login };
}

/* Who acts: one person, or two that both count. Says how it is known. */
static size_t
choose(const struct actor_facts *f, struct person people[2],
    enum actor_how *how)
{
	bool sudo = f->sudo_uid != TWR_UID_UNKNOWN;
	bool login = f->login_uid != TWR_UID_UNKNOWN;

	if (!sudo && !login) {
		set_person(&people[0], "real uid", f->real_uid, f->real_login);
		*how = ACTOR_UID;
		return 1;
	}
	if (!sudo) {
		set_person(&people[0], "login uid", f->login_uid,
		    f->login_login);
		*how = ACTOR_LOGINUID;
		return 1;
	}
	set_person(&people[0], "SUDO_UID", f->sudo_uid, f->sudo_login);
	*how = ACTOR_SUDO;
	if (!login)
		return 1;
	set_person(&people[1], "login uid", f->login_uid, f->login_login);
	if (f->login_uid != f->sudo_uid)
		return 2;
	/* the kernel confirms what sudo says */
	*how = ACTOR_LOGINUID;
	return 1;
}

#define PERSON_LABEL_MAX (TWR_LOGIN_MAX + sizeof("login:"))

static const char *
person_label(const struct person *p, char buf[PERSON_LABEL_MAX])
{
	if (p->mapped)
		return p->user.email;
	/* never to be taken for an e-mail */
	if (p->login[0] != '\0')
		(void)snprintf(buf, PERSON_LABEL_MAX, "login:%s", p->login);
	else
		(void)snprintf(buf, PERSON_LABEL_MAX, "uid:%lu",
		    (unsigned long)p->uid);
	return buf;
}

static void
fill(struct actor *ret, const struct person *people, size_t n,
    enum actor_how how)
{
	char one[PERSON_LABEL_MAX], two[PERSON_LABEL_MAX];

	*ret = (struct actor) { .how = how };
	ret->user_id = people[0].mapped ? people[0].user.id : 0;
	(void)snprintf(ret->login, sizeof(ret->login), "%s", people[0].login);
	if (n == 2)
		(void)snprintf(ret->label, sizeof(ret->label), "%s and %s",
		    person_label(&people[0], one),
		    person_label(&people[1], two));
	else
		(void)snprintf(ret->label, sizeof(ret->label), "%s",
		    person_label(&people[0], one));
}

static enum twr_status
find_people(struct directory *dir, const struct actor_facts *facts,
    struct person people[2], size_t *n, enum actor_how *how,
    struct twr_error *err)
{
	size_t i;
	enum twr_status rc;

	*n = choose(facts, people, how);
	for (i = 0; i < *n; i++)
		if ((rc = find_person(dir, &people[i], err)) != TWR_OK)
			return rc;
	/* two logins of one user are one person */
	if (*n == 2 && people[0].mapped && people[1].mapped &&
	    people[0].user.id == people[1].user.id) {
		*n = 1;
		*how = ACTOR_LOGINUID;
	}
	return TWR_OK;
}

static enum twr_status
identify_as_root(const struct actor_facts *facts, struct actor *ret,
    struct twr_error *err)
{
	enum twr_status rc;

	if (facts->real_uid != 0)
		return twr_fail(err, TWR_EPERM,
		    "--as-root: this is uid %lu; only root may say it",
		    (unsigned long)facts->real_uid);
	if (facts->as_root[strspn(facts->as_root, " ")] == '\0')
		return twr_fail(err, TWR_EREFUSED,
		    "--as-root: needs a reason, which the journal keeps");
	if ((rc = admin_check_reason(facts->as_root, err)) != TWR_OK)
		return rc;
	*ret = (struct actor) { .how = ACTOR_AS_ROOT, .label = "as-root" };
	(void)snprintf(ret->login, sizeof(ret->login), "%s", facts->real_login);
	(void)snprintf(ret->reason, sizeof(ret->reason), "%s", facts->as_root);
	return TWR_OK;
}

/* Keep whom the facts name beside "as-root"; never refuses for them. */
static void
attribute_root(struct directory *dir, const struct actor_facts *facts,
    struct actor *ret)
{
	struct person people[2];
	struct actor known;
	enum actor_how how;
	size_t n;

	if (facts->sudo_malformed ||
	    find_people(dir, facts, people, &n, &how, NULL) != TWR_OK)
		return;
	fill(&known, people, n, how);
	if (how == ACTOR_UID)
		return;
	(void)snprintf(ret->label, sizeof(ret->label), "as-root (%.*s)",
	    (int)(sizeof(ret->label) - sizeof("as-root ()")), known.label);
	(void)snprintf(ret->login, sizeof(ret->login), "%s", known.login);
}

enum twr_status
actor_identify(struct directory *dir, const struct actor_facts *facts,
    struct actor *ret, struct twr_error *err)
{
	struct person people[2];
	enum actor_how how;
	size_t n, i;
	enum twr_status rc;

	if (facts->as_root != NULL) {
		rc = identify_as_root(facts, ret, err);
		if (rc == TWR_OK)
			attribute_root(dir, facts, ret);
		return rc;
	}
	if (facts->sudo_malformed)
		return twr_fail(err, TWR_EPERM,
		    "SUDO_UID: is set, but is not a uid; run this through "
		    "sudo, or as root with --as-root REASON");
	rc = find_people(dir, facts, people, &n, &how, err);
	if (rc != TWR_OK)
		return rc;
	for (i = 0; i < n; i++)
		if (!people[i].administrator)
			return twr_fail(err, TWR_EPERM,
			    "you are \"%s\" (uid %lu, by %s), and %s; an "
			    "Organization Owner or Administrator may do this, "
			    "or root with --as-root REASON",
			    people[i].login, (unsigned long)people[i].uid,
			    people[i].source, people[i].why_not);
	fill(ret, people, n, how);
	ret->administrator = true;
	return TWR_OK;
}

enum twr_status
actor_attribute(struct directory *dir, const struct actor_facts *facts,
    struct actor *ret, struct twr_error *err)
{
	struct person people[2];
	struct actor_facts known = *facts;
	enum actor_how how;
	size_t n, i;
	enum twr_status rc;

	if (facts->sudo_malformed)
		known.sudo_uid = TWR_UID_UNKNOWN;
	rc = find_people(dir, &known, people, &n, &how, err);
	if (rc != TWR_OK)
		return rc;
	fill(ret, people, n, how);
	ret->administrator = true;
	for (i = 0; i < n; i++)
		if (!people[i].administrator)
			ret->administrator = false;
	if (facts->as_root != NULL)
		(void)snprintf(ret->reason, sizeof(ret->reason), "%s",
		    facts->as_root);
	return TWR_OK;
}
