/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model.h"
#include "remains.h"

#define PATH_LEN 1024
#define JOBS_NAMED 16 /* at jobs that the command names */

/* "." and ".." are folders, and what has a slash is a path. */
static bool
is_file_name(const char *login)
{
	return *login != '\0' && strchr(login, '/') == NULL &&
	    strcmp(login, ".") != 0 && strcmp(login, "..") != 0;
}

static void
note_unreadable(struct remains *rm, const char *login, const char *path)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return;
	(void)remains_add(rm, REMAINS_UNKNOWN, login, NULL, "%s: %s", path,
	    strerror(errno));
}

/* path is root/folder/name; false when there is no such file. */
static bool
look_at(struct remains *rm, const char *login, const char *root,
    const char *folder, const char *name, char path[PATH_LEN], struct stat *st)
{
	int used;

	used = snprintf(path, PATH_LEN, "%s%s/%s", root, folder, name);
	if (used < 0 || used >= PATH_LEN || !is_file_name(name))
		return false;
	if (lstat(path, st) == 0)
		return true;
	note_unreadable(rm, login, path);
	return false;
}

static void
look_for_crontab(const struct remains_roots *roots, const char *login,
    struct remains *rm)
{
	static const char *const folders[] = { "/cron/crontabs", "/cron/tabs",
		"/cron" };
	struct remains_item *it;
	struct stat st;
	char path[PATH_LEN];
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		if (!look_at(rm, login, roots->spool, folders[i], login, path,
			&st) ||
		    S_ISDIR(st.st_mode) ||
		    (S_ISREG(st.st_mode) && st.st_size == 0))
			continue;
		it = remains_add(rm, REMAINS_CRONTAB, login,
		    remains_command("crontab -r -u ", login, ""), "%s", path);
		if (it != NULL)
			it->since = (int64_t)st.st_mtim.tv_sec;
	}
}

/* ---- at ---- */

/*
 * "a0000201c8f3a1": a queue, five hexadecimal digits of the job's number,
 * eight of its minute; "=" instead of the queue while it runs. 0: no job.
 */
static unsigned long
job_number(const char *name)
{
	static const char hex[] = "0123456789abcdef";
	unsigned long ret = 0;
	size_t i;

	if (strlen(name) != 14 || strspn(name + 1, hex) != 13)
		return 0;
	for (i = 1; i < 6; i++)
		ret = ret * 16 + (unsigned long)(strchr(hex, name[i]) - hex);
	return ret;
}

struct jobs {
	char command[8 + JOBS_NAMED * 9];
	size_t len;
	uint64_t n;
};

static void
add_job(struct jobs *jobs, const char *name)
{
	if (jobs->n == 0)
		jobs->len = (size_t)snprintf(jobs->command,
		    sizeof(jobs->command), "atrm");
	if (jobs->n < JOBS_NAMED)
		jobs->len += (size_t)snprintf(jobs->command + jobs->len,
		    sizeof(jobs->command) - jobs->len, " %lu",
		    job_number(name));
	jobs->n++;
}

static void
look_for_jobs(const char *folder, const struct remains_login *login,
    struct remains *rm)
{
	struct jobs jobs = { .n = 0 };
	struct remains_item *it;
	struct dirent *de;
	struct stat st;
	DIR *dir;

	if ((dir = opendir(folder)) == NULL) {
		note_unreadable(rm, login->name, folder);
		return;
	}
	while ((de = readdir(dir)) != NULL)
		if (job_number(de->d_name) != 0 &&
		    fstatat(dirfd(dir), de->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		    S_ISREG(st.st_mode) && st.st_uid == login->uid)
			add_job(&jobs, de->d_name);
	closedir(dir);
	if (jobs.n == 0)
		return;
	it = remains_add(rm, REMAINS_AT, login->name, strdup(jobs.command),
	    "%llu in %s%s", (unsigned long long)jobs.n, folder,
	    login->shared != NULL ? "; others have the same uid" : "");
	if (it != NULL)
		it->count = jobs.n;
}

static void
look_for_at(const struct remains_roots *roots,
    const struct remains_login *login, struct remains *rm)
{
	static const char *const folders[] = { "/cron/atjobs", "/atjobs",
		"/at" };
	char path[PATH_LEN];
	size_t i;

	if (login->uid == TWR_UID_UNKNOWN || login->uid == 0)
		return;
	for (i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), "%s%s", roots->spool, folders[i]);
		look_for_jobs(path, login, rm);
	}
}

/* ---- linger, sudo ---- */

static void
look_for_linger(const struct remains_roots *roots, const char *login,
    struct remains *rm)
{
	struct stat st;
	char path[PATH_LEN];

	if (look_at(rm, login, roots->linger, "", login, path, &st))
		(void)remains_add(rm, REMAINS_LINGER, login,
		    remains_command("loginctl disable-linger ", login, ""),
		    "%s: its services run without a session", path);
}

/* Named after the login, or in newer sudo after its uid. */
static void
look_for_sudo(const struct remains_roots *roots,
    const struct remains_login *login, struct remains *rm)
{
	static const char *const folders[] = { "/sudo/ts", "/sudo-rs/ts" };
	const char *names[2] = { login->name, NULL };
	char uid[16], path[PATH_LEN];
	struct remains_item *it;
	struct stat st;
	size_t i;

	if (login->uid != TWR_UID_UNKNOWN) {
		snprintf(uid, sizeof(uid), "%lu", (unsigned long)login->uid);
		names[1] = uid;
	}
	for (i = 0; i < 2 * sizeof(folders) / sizeof(*folders); i++) {
		if (names[i % 2] == NULL ||
		    !look_at(rm, login->name, roots->run, folders[i / 2],
			names[i % 2], path, &st))
			continue;
		it = remains_add(rm, REMAINS_SUDO, login->name,
		    remains_command("rm -f -- ", path, ""),
		    "%s: sudo remembers a password", path);
		if (it != NULL)
			it->since = (int64_t)st.st_mtim.tv_sec;
	}
}

void
remains_files(const struct remains_roots *roots,
    const struct remains_login *login, struct remains *rm)
{
	look_for_crontab(roots, login->name, rm);
	look_for_at(roots, login, rm);
	look_for_linger(roots, login->name, rm);
	look_for_sudo(roots, login, rm);
}
