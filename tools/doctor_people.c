/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "doctor.h"

#define SHOWN 20 /* of each kind; more are counted */

struct people {
	struct doctor *d;
	struct config *cf; /* the accepted configuration; NULL */
	size_t drifted, without, unknown;
	const struct user *user;
	size_t logins; /* of that user */
};

static void
take_unknown(struct people *pe, const struct login *login)
{
	struct doctor *d = pe->d;

	if (pe->unknown++ >= SHOWN)
		return;
	doctor_add(d, DOCTOR_UID_UNKNOWN, login->name,
	    "its uid was not known when it was mapped, and sudoers has "
	    "group_plugin " DOCTOR_PLUGIN);
	doctor_cure(d,
	    "twrbac login unmap %s, and map it again, with --uid N where this "
	    "host has no such account",
	    login->name);
}

static enum twr_status
take_login(void *ctx, const struct login *login, struct twr_error *err)
{
	struct people *pe = ctx;
	struct doctor *d = pe->d;
	uint32_t uid = accounts_uid(&d->accounts, login->name);

	(void)err;
	if (login->user_id == 0 || login->unmapped_at != TWR_NEVER)
		return TWR_OK;
	pe->logins++;
	if (login->uid == TWR_UID_UNKNOWN && d->sudo_plugin)
		take_unknown(pe, login);
	if (uid == TWR_UID_UNKNOWN || login->uid == TWR_UID_UNKNOWN ||
	    uid == login->uid || pe->drifted++ >= SHOWN)
		return TWR_OK;
	doctor_add(d, DOCTOR_UID_DRIFT, login->name,
	    "its uid is %lu, and was %lu when it was mapped",
	    (unsigned long)uid, (unsigned long)login->uid);
	doctor_cure(d,
	    "make sure whose it is; then twrbac login unmap %s, and map it "
	    "again",
	    login->name);
	return TWR_OK;
}

static enum twr_status
take_user(void *ctx, const struct user *user, struct twr_error *err)
{
	struct people *pe = ctx;
	enum twr_status rc;

	pe->logins = 0;
	rc = directory_each_login(pe->d->s->dir, user->id, take_login, pe, err);
	if (rc != TWR_OK || pe->logins > 0 || user->status != TWR_USER_ACTIVE ||
	    pe->without++ >= SHOWN)
		return rc;
	doctor_add(pe->d, DOCTOR_NO_LOGIN, user->email,
	    "no Unix login is mapped to the user");
	doctor_cure(pe->d, "twrbac login map %s LOGIN, if there shall be one",
	    user->email);
	return TWR_OK;
}

/* Whose is it? NULL: nobody's. */
static bool
is_mapped(struct doctor *d, const char *name)
{
	struct login login;
	struct twr_error unused;

	return directory_login_get(d->s->dir, name, &login, &unused) ==
	    TWR_OK &&
	    login.user_id != 0 && login.unmapped_at == TWR_NEVER;
}

static void
check_exempt(struct doctor *d, const struct config *cf)
{
	const struct config_exempt *ce;
	size_t i, k;

	for (i = 0; i < cf->n_exempt; i++) {
		ce = &cf->exempt[i];
		for (k = 0; k < ce->logins.n; k++) {
			if (!is_mapped(d, ce->logins.items[k]))
				continue;
			doctor_add(d, DOCTOR_MAPPED_EXEMPT, ce->logins.items[k],
			    "%s:%u exempts a login that is mapped to a user",
			    d->s->conf_path, ce->logins.lines[k]);
			doctor_cure(d,
			    "twrbac login unmap %s, or take it out of exempt "
			    "and run twrbac compile",
			    ce->logins.items[k]);
		}
	}
}

static enum twr_status
check_accepted(struct doctor *d)
{
	struct accepted ac = { 0 };
	struct config *cf = NULL;
	struct twr_error unused;

	if (directory_accepted(d->s->dir, &ac, &unused) == TWR_OK &&
	    ac.text != NULL &&
	    config_parse(ac.text, ac.path, d->s->now, NULL, &cf, &unused) ==
		TWR_OK)
		check_exempt(d, cf);
	config_free(cf);
	accepted_free(&ac);
	return TWR_OK;
}

/* Groups of this host that are as good as root. */
static const struct {
	const char *name;
	enum doctor_id id;
} groups[] = {
	{ "docker", DOCTOR_ROOT_GROUP },
	{ "lxd", DOCTOR_ROOT_GROUP },
	{ "incus-admin", DOCTOR_ROOT_GROUP },
	{ "disk", DOCTOR_ROOT_GROUP },
	{ "shadow", DOCTOR_ROOT_GROUP },
	{ "kmem", DOCTOR_ROOT_GROUP },
	{ "root", DOCTOR_ROOT_GROUP },
	{ "sudo", DOCTOR_ADMIN_GROUP },
	{ "wheel", DOCTOR_ADMIN_GROUP },
	{ "admin", DOCTOR_ADMIN_GROUP },
	{ "adm", DOCTOR_ADMIN_GROUP },
};

/* NAME:x:GID:MEMBER,MEMBER */
static void
take_group(struct doctor *d, char *line)
{
	char *members = line, *member, *next;
	size_t i;

	line[strcspn(line, "\n")] = '\0';
	for (i = 0; i < 3 && members != NULL; i++) {
		members = strchr(members, ':');
		members = members != NULL ? members + 1 : NULL;
	}
	if (members == NULL)
		return;
	line[strcspn(line, ":")] = '\0';
	for (i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		if (strcmp(groups[i].name, line) == 0)
			break;
	}
	if (i == sizeof(groups) / sizeof(*groups))
		return;
	for (member = members; member != NULL; member = next) {
		if ((next = strchr(member, ',')) != NULL)
			*next++ = '\0';
		if (*member == '\0' || !is_mapped(d, member))
			continue;
		doctor_add(d, groups[i].id, member, "it is in the group %s",
		    line);
		doctor_cure(d, "gpasswd -d %s %s, unless it is meant so",
		    member, line);
	}
}

static void
check_groups(struct doctor *d)
{
	FILE *file = fopen("/etc/group", "re");
	char *line = NULL;
	size_t room = 0;

	while (file != NULL && getline(&line, &room, file) > 0)
		take_group(d, line);
	free(line);
	if (file != NULL)
		fclose(file);
}

enum twr_status
doctor_check_people(struct doctor *d, struct twr_error *err)
{
	struct people pe = { .d = d };
	int64_t administrators;
	const char *warning;
	enum twr_status rc;

	if (d->dir_status != TWR_OK)
		return TWR_OK;
	rc = directory_count_administrators(d->s->dir, &administrators, err);
	if (rc != TWR_OK ||
	    (rc = directory_each_user(d->s->dir, take_user, &pe, err)) !=
		TWR_OK)
		return rc;
	warning = admin_second_warning(administrators);
	if (warning != NULL && !directory_is_copy(d->s->dir)) {
		doctor_add(d, DOCTOR_ONE_ADMINISTRATOR, "administrators",
		    "%lld with a login", (long long)administrators);
		doctor_cure(d,
		    "twrbac user set-organization-role USER administrator, "
		    "for one who has a login");
	}
	if (pe.drifted > SHOWN) {
		doctor_add(d, DOCTOR_UID_DRIFT, "logins", "%zu more",
		    pe.drifted - SHOWN);
		doctor_cure(d, "twrbac login list shows all");
	}
	if (pe.unknown > SHOWN) {
		doctor_add(d, DOCTOR_UID_UNKNOWN, "logins", "%zu more",
		    pe.unknown - SHOWN);
		doctor_cure(d, "twrbac login list shows all");
	}
	if (pe.without > SHOWN) {
		doctor_add(d, DOCTOR_NO_LOGIN, "users", "%zu more",
		    pe.without - SHOWN);
		doctor_cure(d, "twrbac user list shows all");
	}
	if ((rc = check_accepted(d)) == TWR_OK)
		check_groups(d);
	return rc;
}
