/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "change_import_impl.h"
#include "opts.h"
#include "suggest.h"

enum twr_status
import_find_user(struct import *im, uint64_t line, const char *text,
    struct user *ret, struct twr_error *err)
{
	enum twr_status rc;

	rc = directory_user_lookup(im->ch.dir, text, ret, err);
	if (rc != TWR_ENOENT)
		return rc;
	/* a sentence may want to read all names for one that is near */
	if (import_tells(im, line))
		return directory_user_find(im->ch.dir, text, ret, err);
	return twr_fail(err, TWR_EREFUSED, "no such user");
}

/* One of two or three words, as a number from 1; 0 for "". */
static enum twr_status
read_word(const char *column, const char *text, const char *const words[3],
    int *ret, struct twr_error *err)
{
	struct suggestion sg;
	const char *best;
	int i;

	*ret = 0;
	if (*text == '\0')
		return TWR_OK;
	suggest_init(&sg, text);
	for (i = 0; i < 3 && words[i] != NULL; i++) {
		suggest_offer(&sg, words[i]);
		if (strcmp(text, words[i]) == 0)
			*ret = i + 1;
	}
	if (*ret != 0)
		return TWR_OK;
	best = suggest_best(&sg);
	return twr_fail(err, TWR_EREFUSED,
	    "%s \"%.64s\": %s%s%s it is %s, %s%s%s", column, text,
	    best != NULL ? "did you mean \"" : "", best != NULL ? best : "",
	    best != NULL ? "\"?" : "no such word;", words[0], words[1],
	    words[2] != NULL ? " or " : "", words[2] != NULL ? words[2] : "");
}

/* What the host knows of the login; text is the uid of the file, or "". */
static enum twr_status
know_login(struct import *im, const char *name, const char *text,
    struct admin_login *ret, struct twr_error *err)
{
	unsigned long uid = TWR_UID_UNKNOWN;
	enum twr_status rc = TWR_OK;

	*ret = im->in->rules;
	ret->name = name;
	ret->uid = im->in->account_uid(im->in->ctx, name);
	if (*text != '\0')
		rc = opt_number(text, "uid", UINT32_MAX - 1, &uid, err);
	if (rc != TWR_OK)
		return rc;
	if (*text != '\0' && ret->uid != TWR_UID_UNKNOWN && ret->uid != uid)
		return twr_fail(err, TWR_EREFUSED,
		    "uid %lu: login %s has uid %lu on this host; leave the "
		    "uid out, which is for accounts that are not here",
		    uid, name, (unsigned long)ret->uid);
	if (*text != '\0')
		ret->uid = (uint32_t)uid;
	return TWR_OK;
}

/* ---- users ---- */

static enum twr_status
read_user(struct import *im, const struct csv_row *row, struct change_user *in,
    struct twr_error *err)
{
	static const char *const kinds[3] = { "person", "service", NULL };
	static const char *const factors[3] = { "enrolled", "not-enrolled",
		"unknown" };
	const char *name = import_field(im, row, COLUMN_NAME);
	const char *login = import_field(im, row, COLUMN_LOGIN);
	const char *role = import_field(im, row, COLUMN_ORGANIZATION_ROLE);
	int kind, factor;
	enum twr_status rc;

	*in = (struct change_user) { 0 };
	in->email = import_field(im, row, COLUMN_EMAIL);
	if ((rc = admin_check_email(in->email, err)) != TWR_OK)
		return rc;
	rc = read_word("kind", import_field(im, row, COLUMN_KIND), kinds, &kind,
	    err);
	if (rc == TWR_OK)
		rc = read_word("two_factor",
		    import_field(im, row, COLUMN_TWO_FACTOR), factors, &factor,
		    err);
	if (rc != TWR_OK)
		return rc;
	in->name = *name != '\0' ? name : NULL;
	in->organization_role = *role != '\0' ? role : NULL;
	in->kind = (enum twr_user_kind)kind;
	in->two_factor = (enum twr_two_factor)factor;
	if (*login != '\0')
		in->login.name = login;
	return TWR_OK;
}

static enum twr_status
is_login_of(struct import *im, const struct user *us, const char *name,
    bool *ret, struct twr_error *err)
{
	struct twr_error unknown;
	struct login lo;
	enum twr_status rc;

	rc = directory_login_get(im->ch.dir, name, &lo, &unknown);
	*ret = rc == TWR_OK && lo.user_id == us->id;
	if (rc == TWR_OK || rc == TWR_EREFUSED)
		return TWR_OK;
	return twr_fail(err, rc, "%s", unknown.text);
}

static bool
same_role(const char *word, const char *key)
{
	if (strncmp(word, "organization:", 13) == 0)
		word += 13;
	if (strncmp(key, "organization:", 13) == 0)
		key += 13;
	return strcmp(word, *key != '\0' ? key : "none") == 0;
}

/* A user who is there already must be as the row says, where it says so. */
static enum twr_status
compare_user(struct import *im, const struct change_user *in,
    const struct user *us, struct twr_error *err)
{
	struct user_standing st;
	const char *other = NULL;
	bool his = true;
	enum twr_status rc;

	rc = directory_user_standing(im->ch.dir, us->id, im->ch.now, &st, err);
	if (rc == TWR_OK && in->login.name != NULL)
		rc = is_login_of(im, us, in->login.name, &his, err);
	if (rc != TWR_OK)
		return rc;
	if (in->name != NULL && strcmp(in->name, us->name) != 0)
		other = "name";
	else if (in->kind != 0 && in->kind != us->kind)
		other = "kind";
	else if (in->two_factor != 0 && in->two_factor != us->two_factor)
		other = "two_factor";
	else if (in->organization_role != NULL &&
	    !same_role(in->organization_role, st.organization_role))
		other = "organization_role";
	else if (!his)
		other = "login";
	if (other != NULL)
		return twr_fail(err, TWR_EREFUSED,
		    "user \"%s\": exists already, with another %s; import "
		    "adds users and does not change them: \"twrbac help "
		    "user\" lists what does",
		    us->email, other);
	im->counts.unchanged++;
	return TWR_OK;
}

static enum twr_status
add_user(struct import *im, const struct csv_row *row, struct twr_error *err)
{
	struct change_user in;
	struct user us;
	enum twr_status rc;

	if ((rc = read_user(im, row, &in, err)) != TWR_OK)
		return rc;
	rc = directory_user_lookup(im->ch.dir, in.email, &us, err);
	if (rc == TWR_OK)
		return compare_user(im, &in, &us, err);
	if (rc != TWR_ENOENT)
		return rc;
	rc = TWR_OK;
	if (in.login.name != NULL)
		rc = know_login(im, in.login.name, "", &in.login, err);
	if (rc == TWR_OK)
		rc = change_user_add(&im->ch, &in, NULL, err);
	if (rc != TWR_OK)
		return rc;
	im->counts.added++;
	im->uids_unknown += in.login.name != NULL &&
	    in.login.uid == TWR_UID_UNKNOWN;
	return TWR_OK;
}

enum twr_status
import_user(struct import *im, const struct csv_row *row, struct twr_error *err)
{
	enum twr_status rc = add_user(im, row, err);

	return import_refuse(im, row->line, rc, err);
}

/* ---- logins ---- */

static enum twr_status
map_login(struct import *im, const struct csv_row *row, struct twr_error *err)
{
	struct admin_login login;
	struct user us;
	bool changed;
	enum twr_status rc;

	rc = import_find_user(im, row->line, import_field(im, row, COLUMN_USER),
	    &us, err);
	if (rc == TWR_OK)
		rc = know_login(im, import_field(im, row, COLUMN_LOGIN),
		    import_field(im, row, COLUMN_UID), &login, err);
	if (rc == TWR_OK)
		rc = change_map(&im->ch, &login, &us, &changed, err);
	if (rc != TWR_OK)
		return rc;
	++*(changed ? &im->counts.added : &im->counts.unchanged);
	im->uids_unknown += changed && login.uid == TWR_UID_UNKNOWN;
	return TWR_OK;
}

enum twr_status
import_login(struct import *im, const struct csv_row *row,
    struct twr_error *err)
{
	enum twr_status rc = map_login(im, row, err);

	return import_refuse(im, row->line, rc, err);
}
