/* SPDX-License-Identifier: BSD-2-Clause */
#include "admin.h"

#include <ctype.h>
#include <string.h>

#include "text.h"

/* ---- names ---- */

/*
 * One UTF-8 character at p: its length, 0 when it is not one, is a control
 * character, or turns the direction of the text after it (which could make a
 * name look like another).
 */
static size_t
clean_char(const unsigned char *p)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = *p;
	size_t len, i;

	if (c < 0x80)
		return c >= 0x20 && c != 0x7f ? 1 : 0;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	c &= 0x7fu >> len;
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	if (c < 0xa0 || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069))
		return 0;
	return len;
}

static bool
is_clean(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t len;

	for (; *p != '\0'; p += len)
		if ((len = clean_char(p)) == 0)
			return false;
	return true;
}

/* In either case of letters, as the command line takes SIDs. */
static bool
looks_like_sid(const char *text)
{
	char sid[TWR_SID_LEN + 1];
	size_t i;

	if (strlen(text) != TWR_SID_LEN)
		return false;
	for (i = 0; i <= TWR_SID_LEN; i++)
		sid[i] = (char)(i < 2 ? toupper((unsigned char)text[i]) :
					tolower((unsigned char)text[i]));
	return twr_sid_valid(sid, NULL);
}

/* What every name of ours must be. what: "scope name"... */
/*
 * Signs that show nothing or turn the line around, so that two names look the
 * same: U+200B to U+200F, U+202A to U+202E, U+2060 to U+206F, U+FEFF.
 */
static bool
has_hidden_sign(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	for (; *p != '\0'; p++) {
		if (p[0] == 0xe2 && p[1] == 0x80 &&
		    ((p[2] >= 0x8b && p[2] <= 0x8f) ||
			(p[2] >= 0xaa && p[2] <= 0xae)))
			return true;
		if (p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa0 &&
		    p[2] <= 0xaf)
			return true;
		if (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)
			return true;
	}
	return false;
}

static enum twr_status
check_text(const char *what, const char *text, size_t max,
    struct twr_error *err)
{
	if (strlen(text) > max)
		return twr_fail(err, TWR_EREFUSED,
		    "%s \"%.40s...\": longer than %zu bytes; shorten it", what,
		    text, max);
	if (!is_clean(text))
		return twr_fail(err, TWR_EREFUSED,
		    "%s \"%s\": has control characters or is not UTF-8; "
		    "write it with printable characters",
		    what, text);
	if (has_hidden_sign(text))
		return twr_fail(err, TWR_EREFUSED,
		    "%s \"%s\": has an invisible character, by which it could "
		    "pass for another; write it without",
		    what, text);
	return TWR_OK;
}

static bool
has_edge_blank(const char *text)
{
	return text[0] == ' ' || text[strlen(text) - 1] == ' ';
}

enum twr_status
admin_check_email(const char *email, struct twr_error *err)
{
	const char *at = strchr(email, '@');
	const char *p;
	enum twr_status rc;

	if ((rc = check_text("e-mail", email, TWR_NAME_MAX, err)) != TWR_OK)
		return rc;
	if (at == NULL || at == email || at[1] == '\0' ||
	    strchr(at + 1, '@') != NULL)
		return twr_fail(err, TWR_EREFUSED,
		    "e-mail \"%s\": is not an address; write it as "
		    "name@example.com",
		    email);
	for (p = email; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f ||
		    strchr("\"'\\<>,;()", *p) != NULL)
			return twr_fail(err, TWR_EREFUSED,
			    "e-mail \"%s\": has a blank or a sign that "
			    "addresses do not have; write it as "
			    "name@example.com",
			    email);
	return TWR_OK;
}

enum twr_status
admin_check_user_name(const char *name, struct twr_error *err)
{
	if (*name == '\0' || has_edge_blank(name))
		return twr_fail(err, TWR_EREFUSED,
		    "user name \"%s\": is empty or begins or ends with a "
		    "blank; write the name alone",
		    name);
	return check_text("user name", name, TWR_NAME_MAX, err);
}

enum twr_status
admin_check_scope_name(enum twr_scope_kind kind, const char *name,
    struct twr_error *err)
{
	size_t max = kind == TWR_SCOPE_SUBACCOUNT ? TWR_NAME_MAX :
						    ADMIN_SCOPE_NAME_MAX;
	enum twr_status rc;

	if (*name == '\0' || has_edge_blank(name))
		return twr_fail(err, TWR_EREFUSED,
		    "scope name \"%s\": is empty or begins or ends with a "
		    "blank; give it a name",
		    name);
	if ((rc = check_text("scope name", name, max, err)) != TWR_OK)
		return rc;
	if (strchr(name, '/') != NULL)
		return twr_fail(err, TWR_EREFUSED,
		    "scope name \"%s\": has a '/', which stands between the "
		    "names of a path; use another sign",
		    name);
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || name[0] == '-')
		return twr_fail(err, TWR_EREFUSED,
		    "scope name \"%s\": would be taken for something else on "
		    "a command line; use another name",
		    name);
	if (looks_like_sid(name))
		return twr_fail(err, TWR_EREFUSED,
		    "scope name \"%s\": looks like a SID; use another name",
		    name);
	return TWR_OK;
}

enum twr_status
admin_check_reason(const char *reason, struct twr_error *err)
{
	return check_text("reason", reason, DIRECTORY_TEXT_MAX - 1, err);
}

static bool
all_digits(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

static enum twr_status
check_login_name(const char *name, struct twr_error *err)
{
	enum twr_status rc;

	if (*name == '\0')
		return twr_fail(err, TWR_EREFUSED,
		    "login \"\": is empty; name a Unix account");
	if ((rc = check_text("login", name, TWR_LOGIN_MAX, err)) != TWR_OK)
		return rc;
	if (strpbrk(name, "/:") != NULL)
		return twr_fail(err, TWR_EREFUSED,
		    "login \"%s\": has a '/' or ':', which no Unix account "
		    "name has; name the account as passwd(5) has it",
		    name);
	if (name[0] == '-')
		return twr_fail(err, TWR_EREFUSED,
		    "login \"%s\": begins with '-' and would be taken for an "
		    "option; name the account as passwd(5) has it",
		    name);
	if (all_digits(name))
		return twr_fail(err, TWR_EREFUSED,
		    "login \"%s\": is a number, which programs take for a "
		    "uid; name the account, not its uid",
		    name);
	if (looks_like_sid(name))
		return twr_fail(err, TWR_EREFUSED,
		    "login \"%s\": looks like a SID; name the account as "
		    "passwd(5) has it",
		    name);
	return TWR_OK;
}

enum twr_status
admin_check_login(const struct admin_login *login, struct twr_error *err)
{
	bool root = login->uid == 0 || strcmp(login->name, "root") == 0;
	enum twr_status rc;

	if ((rc = check_login_name(login->name, err)) != TWR_OK)
		return rc;
	if (root && (login->flags & ADMIN_ALLOW_ROOT) == 0)
		return twr_fail(err, TWR_EREFUSED,
		    "login \"%s\": is root (uid 0), which no person should "
		    "be; map the person's own login, or say --allow-root",
		    login->name);
	if (!root && login->uid < login->uid_min &&
	    (login->flags & ADMIN_ALLOW_SYSTEM) == 0)
		return twr_fail(err, TWR_EREFUSED,
		    "login \"%s\": uid %lu is a system account (below %lu) "
		    "and needs no mapping; say --allow-system if a person "
		    "uses it",
		    login->name, (unsigned long)login->uid,
		    (unsigned long)login->uid_min);
	return TWR_OK;
}

/* ---- windows ---- */

enum twr_status
admin_check_window(const struct admin_window *w, int64_t now,
    struct twr_error *err)
{
	char from[TWR_TIME_LEN], until[TWR_TIME_LEN];

	twr_time_format(w->from, from);
	twr_time_format(w->until, until);
	if (w->from >= w->until)
		return twr_fail(err, TWR_EREFUSED,
		    "window: it begins at %s and ends at %s; the end must be "
		    "later than the beginning",
		    from, until);
	if (w->until <= now)
		return twr_fail(err, TWR_EREFUSED,
		    "window: its end %s is in the past, so it would give "
		    "nothing; name a later end",
		    until);
	return TWR_OK;
}

/* Up to when is all time from from on held, without a gap? */
static int64_t
held_until(const struct admin_window *held, size_t n, int64_t from)
{
	int64_t reach = from;
	bool grew = true;
	size_t i;

	while (grew) {
		grew = false;
		for (i = 0; i < n; i++) {
			if (held[i].from <= reach && held[i].until > reach) {
				reach = held[i].until;
				grew = true;
			}
		}
	}
	return reach;
}

struct admin_union
admin_unite(const struct admin_window *held, size_t n,
    const struct admin_window *w, int64_t now)
{
	struct admin_union un = { ADMIN_ADDS, TWR_ALWAYS, w->until };
	int64_t from = w->from > now ? w->from : now;
	bool same = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (held[i].until <= now)
			continue;
		if (held[i].until > un.was)
			un.was = held[i].until;
		if (held[i].from == w->from && held[i].until == w->until)
			same = true;
	}
	if (un.was == TWR_ALWAYS)
		return un;
	if (un.was > un.end)
		un.end = un.was;
	if (same)
		un.effect = ADMIN_SAME;
	else if (held_until(held, n, from) >= w->until)
		un.effect = ADMIN_INSIDE;
	else if (w->until > un.was && from <= un.was)
		un.effect = ADMIN_EXTENDS;
	else
		un.effect = ADMIN_WIDENS;
	return un;
}

/* ---- assignments ---- */

/* Roles that assignment add and remove leave alone. */
static enum twr_status
check_protected(const struct admin_grant *g, const char *will,
    struct twr_error *err)
{
	if (g->role->type == ROLE_ORGANIZATION)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: a user has exactly one organization role, which "
		    "\"twrbac user set-organization-role %s %s\" sets",
		    g->role->key, g->user->email, will);
	if (strcmp(g->role->key, ROLE_KEY_ACCOUNT_OWNER) == 0)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: each account has exactly one Owner; \"twrbac "
		    "account transfer-owner %s USER\" hands it over",
		    g->role->key, g->scope->path);
	return TWR_OK;
}

static enum twr_status
check_place(const struct admin_grant *g, struct twr_error *err)
{
	const struct role *ro = g->role;
	char places[64] = "";
	struct twr_line ln;
	int kind;

	if ((ro->assignable_at & ASSIGNABLE(g->scope->kind)) != 0)
		return TWR_OK;
	twr_line_init(&ln, places, sizeof(places));
	for (kind = TWR_SCOPE_ORGANIZATION; kind <= TWR_SCOPE_SUBACCOUNT;
	     kind++)
		if ((ro->assignable_at & ASSIGNABLE(kind)) != 0)
			twr_line_addf(&ln, "%s%s", ln.len > 0 ? ", " : "",
			    twr_scope_kind_word((enum twr_scope_kind)kind));
	return twr_fail(err, TWR_EREFUSED,
	    "%s: cannot be assigned at %s, which is of kind %s; this role's "
	    "scopes are of kind: %s",
	    ro->key, g->scope->path, twr_scope_kind_word(g->scope->kind),
	    places);
}

static enum twr_status
check_resource(const struct admin_grant *g, struct twr_error *err)
{
	bool given = g->resource_type[0] != '\0';

	if (g->role->type == ROLE_RESOURCE && !given)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: holds for named resources only; name one with "
		    "--resource TYPE:ID, such as billing_group:NAME",
		    g->role->key);
	if (g->role->type != ROLE_RESOURCE && given)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is not a resource role and cannot be limited to %s; "
		    "leave out --resource",
		    g->role->key, g->resource_type);
	return TWR_OK;
}

static enum twr_status
check_states(const struct admin_grant *g, struct twr_error *err)
{
	if (g->scope->status == TWR_SCOPE_CLOSED)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is closed, no role takes effect there; name an "
		    "active scope",
		    g->scope->path);
	if (g->user->status == TWR_USER_INACTIVE)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is inactive; \"twrbac user activate %s\" comes first",
		    g->user->email, g->user->email);
	return TWR_OK;
}

enum twr_status
admin_check_grant(const struct admin_grant *g, struct twr_error *err)
{
	const char *colon = strchr(g->role->key, ':');
	enum twr_status rc;

	rc = check_protected(g, colon != NULL ? colon + 1 : "ROLE", err);
	if (rc != TWR_OK)
		return rc;
	if ((rc = check_place(g, err)) != TWR_OK)
		return rc;
	if ((rc = check_resource(g, err)) != TWR_OK)
		return rc;
	if ((rc = check_states(g, err)) != TWR_OK)
		return rc;
	if (g->adds && g->role->type == ROLE_BUILT_IN &&
	    g->built_in >= g->role_limit)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: holds %lld built-in assignments, role_limit is %lld; "
		    "remove one first (\"twrbac assignment list %s\"), or use "
		    "a custom role",
		    g->user->email, (long long)g->built_in,
		    (long long)g->role_limit, g->user->email);
	return TWR_OK;
}

enum twr_status
admin_check_removal(const struct admin_grant *g, struct twr_error *err)
{
	return check_protected(g, "none", err);
}

/* ---- administrators ---- */

int64_t
admin_left(const struct admin_administrators *a)
{
	return a->counting - (a->subject_counts ? 1 : 0) +
	    (a->subject_would ? 1 : 0);
}

enum twr_status
admin_check_last(const struct admin_administrators *a, const struct user *user,
    const char *doing, struct twr_error *err)
{
	if (!a->subject_counts || a->subject_would || admin_left(a) > 0)
		return TWR_OK;
	return twr_fail(err, TWR_EREFUSED,
	    "%s: is the last active administrator with a login and cannot be "
	    "%s; first make another: \"twrbac user set-organization-role "
	    "USER administrator\" and \"twrbac login map\"",
	    user->email, doing);
}

const char *
admin_second_warning(int64_t counting)
{
	if (counting > 1)
		return NULL;
	if (counting == 0)
		return "warning: no active administrator has a login; only "
		       "--as-root can change the organization";
	return "warning: only one active administrator has a login; make a "
	       "second one with \"twrbac user set-organization-role USER "
	       "administrator\"";
}

enum twr_status
admin_check_organization_role(const struct user *user, const char *was,
    const char *will, struct twr_error *err)
{
	bool owns = was != NULL &&
	    strcmp(was, ROLE_KEY_ORGANIZATION_OWNER) == 0;
	bool shall = will != NULL &&
	    strcmp(will, ROLE_KEY_ORGANIZATION_OWNER) == 0;

	if (owns && !shall)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: is the Organization Owner, and there is always one; "
		    "\"twrbac organization transfer-owner USER\" hands "
		    "ownership over",
		    user->email);
	if (shall && !owns)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: there is exactly one Organization Owner; \"twrbac "
		    "organization transfer-owner %s\" hands ownership over",
		    user->email, user->email);
	return TWR_OK;
}
