/* SPDX-License-Identifier: BSD-2-Clause */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"
#include "safe_file.h"
#include "text.h"

#define LIBRARY_MOST (8 * 1024 * 1024)
#define N_DIRS \
	(sizeof(((struct doctor *)0)->module_dirs) / \
	    sizeof(((struct doctor *)0)->module_dirs[0]))

/* ---- where libpam looks ---- */

static void
add_dir(struct doctor *d, const char *dir)
{
	size_t i, len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	for (i = 0; i < N_DIRS; i++) {
		if (d->module_dirs[i][0] == '\0') {
			if (len < sizeof(d->module_dirs[i]))
				snprintf(d->module_dirs[i],
				    sizeof(d->module_dirs[i]), "%.*s", (int)len,
				    dir);
			return;
		}
		if (strlen(d->module_dirs[i]) == len &&
		    strncmp(d->module_dirs[i], dir, len) == 0)
			return;
	}
}

/* libpam keeps its folder as text: "/lib/x86_64-linux-gnu/security/". */
static void
find_dirs(struct doctor *d, const char *text, size_t len, const char *end)
{
	size_t n = strlen(end), i, from;

	for (i = n; i < len; i++) {
		if (text[i] != '\0' || memcmp(text + i - n, end, n) != 0)
			continue;
		for (from = i;
		     from > 0 && text[from - 1] > ' ' && text[from - 1] < 127;
		     from--)
			continue;
		if (text[from] == '/')
			add_dir(d, text + from);
	}
}

static char *
read_library(const char *path, size_t *len)
{
	char *text = malloc(LIBRARY_MOST);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;

	*len = 0;
	while (text != NULL && fd >= 0 && n > 0 && *len < LIBRARY_MOST) {
		n = read(fd, text + *len, LIBRARY_MOST - *len);
		*len += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		(void)close(fd);
	return text;
}

static void
ask_libpam(struct doctor *d)
{
	void *libpam = dlopen("libpam.so.0", RTLD_LAZY | RTLD_LOCAL);
	struct link_map *map = NULL;
	char *text = NULL;
	size_t len = 0;

	if (libpam != NULL && dlinfo(libpam, RTLD_DI_LINKMAP, &map) == 0 &&
	    map != NULL)
		text = read_library(map->l_name, &len);
	if (text != NULL) {
		find_dirs(d, text, len, "/security/");
		find_dirs(d, text, len, "/security");
	}
	free(text);
	if (libpam != NULL)
		(void)dlclose(libpam);
}

static const char *const usual_dirs[] = { "/lib/x86_64-linux-gnu/security",
	"/lib/aarch64-linux-gnu/security", "/lib64/security",
	"/usr/lib64/security", "/lib/security", "/usr/lib/security",
	"/usr/local/lib/security", "/usr/local/lib64/security" };
#define N_USUAL (sizeof(usual_dirs) / sizeof(*usual_dirs))

static void
know_dirs(struct doctor *d)
{
	size_t i;

	ask_libpam(d);
	for (i = 0; i < N_USUAL && d->module_dirs[0][0] == '\0'; i++) {
		if (access(usual_dirs[i], F_OK) == 0)
			add_dir(d, usual_dirs[i]);
	}
}

bool
doctor_find_module(const struct doctor *d, const char *module, char path[4096])
{
	size_t i;

	if (module[0] == '/') {
		(void)snprintf(path, 4096, "%s", module);
		return access(path, F_OK) == 0;
	}
	for (i = 0; i < N_DIRS && d->module_dirs[i][0] != '\0'; i++) {
		(void)snprintf(path, 4096, "%s/%s", d->module_dirs[i], module);
		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

/* ---- what stands there ---- */

/* In a child: what it loads is none of this process's business. */
static bool
can_load(const char *path)
{
	void *handle;
	int status = -1;
	pid_t pid;

	if ((pid = fork()) == 0) {
		handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
		_exit(handle == NULL				  ? 1 :
			dlsym(handle, "pam_sm_acct_mgmt") == NULL ? 2 :
								    0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
check_file(struct doctor *d, const char *path)
{
	char real[4096];
	struct twr_error err;
	struct stat st;
	int fd;

	if (realpath(path, real) == NULL)
		(void)snprintf(real, sizeof(real), "%s", path);
	if (twr_safe_open(real, d->s->paths.owner, &fd, &st, &err) != TWR_OK) {
		doctor_add(d, DOCTOR_MODULE_UNSAFE, path, "%s", err.text);
		doctor_cure(d,
		    "install the package again, or: chown root: %s; chmod "
		    "0644 %s",
		    real, real);
		return;
	}
	(void)close(fd);
	if (can_load(real))
		return;
	doctor_add(d, DOCTOR_MODULE_BROKEN, path,
	    "it cannot be loaded, or has no pam_sm_acct_mgmt");
	doctor_cure(d,
	    "install the package for this system again; ldd %s "
	    "shows what it lacks",
	    real);
}

/* Where else it lies, for the cure. */
static const char *
find_elsewhere(char path[4096])
{
	size_t i;

	for (i = 0; i < N_USUAL; i++) {
		(void)snprintf(path, 4096, "%s/" DOCTOR_MODULE, usual_dirs[i]);
		if (access(path, F_OK) == 0)
			return path;
	}
	return NULL;
}

static void
say_missing(struct doctor *d, const char *module, const char *services)
{
	char path[4096];
	const char *other = find_elsewhere(path);
	const char *dir = module[0] == '/' ? NULL : d->module_dirs[0];

	doctor_add(d, DOCTOR_MODULE_MISSING, module,
	    "libpam finds no %s%s%s%s%s; named by %s", module,
	    dir != NULL ? " in " : "", dir != NULL ? dir : "",
	    other != NULL ? ", but there is " : "", other != NULL ? other : "",
	    services);
	if (dir != NULL)
		doctor_cure(d,
		    "install it there: make install PAMDIR=%s, or the "
		    "package; or take its lines out of pam.d",
		    dir);
	else
		doctor_cure(d,
		    "write the line with " DOCTOR_MODULE
		    " alone, and install it where libpam looks");
}

static const struct stack_line *
own_line(const struct doctor_service *sv)
{
	size_t i;

	for (i = 0; i < sv->stack.n; i++) {
		if (stack_is_module(&sv->stack.lines[i], DOCTOR_MODULE))
			return &sv->stack.lines[i];
	}
	return NULL;
}

/* Each way in which pam.d names it, once. */
enum twr_status
doctor_check_module(struct doctor *d, struct twr_error *err)
{
	const struct stack_line *line, *other;
	struct twr_line names;
	char text[512], path[4096];
	size_t i, k;

	(void)err;
	know_dirs(d);
	for (i = 0; i < d->n_services; i++) {
		if ((line = own_line(&d->services[i])) == NULL)
			continue;
		twr_line_init(&names, text, sizeof(text));
		for (k = 0; k < d->n_services; k++) {
			other = own_line(&d->services[k]);
			if (other == NULL ||
			    strcmp(other->module, line->module) != 0)
				continue;
			if (k < i)
				break;
			twr_line_addf(&names, "%s%s", names.len > 0 ? ", " : "",
			    d->services[k].name);
		}
		if (k < d->n_services)
			continue; /* looked at before */
		if (doctor_find_module(d, line->module, path))
			check_file(d, path);
		else
			say_missing(d, line->module, text);
	}
	return TWR_OK;
}
