/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compile_impl.h"
#include "gate.h"

enum twr_status
compiled_create(struct compiled *cp, unsigned mode, int *ret,
    struct twr_error *err)
{
	const struct policy_folder *pf = &cp->folder;
	int fd;

	if (unlinkat(pf->fd, pf->name_new, 0) != 0 && errno != ENOENT)
		return twr_fail(err, TWR_EWRITE, "%s: %s; remove it by hand",
		    pf->path_new, strerror(errno));
	fd = openat(pf->fd, pf->name_new,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return twr_fail(err, TWR_EWRITE, "%s: %s", pf->path_new,
		    strerror(errno));
	cp->exists = true;
	if ((geteuid() == 0 &&
		fchown(fd, pf->owner, pf->owner == 0 ? 0 : (gid_t)-1) != 0) ||
	    fchmod(fd, (mode_t)mode) != 0) {
		close(fd);
		return twr_fail(err, TWR_EWRITE,
		    "%s: owner and mode cannot be set: %s", pf->path_new,
		    strerror(errno));
	}
	*ret = fd;
	return TWR_OK;
}

const struct compile_effect *
compiled_effect(const struct compiled *cp)
{
	return &cp->effect;
}

uint64_t
compiled_serial(const struct compiled *cp)
{
	return cp->serial;
}

const char *
compiled_path(const struct compiled *cp)
{
	return cp->folder.path_new;
}

bool
compiled_is_in_force(const struct compiled *cp)
{
	return cp != NULL && !cp->exists;
}

void
compiled_free(struct compiled *cp)
{
	size_t i;

	if (cp == NULL)
		return;
	if (cp->exists)
		(void)unlinkat(cp->folder.fd, cp->folder.name_new, 0);
	folder_close(&cp->folder);
	free(cp->effect.text);
	for (i = 0; i < cp->effect.n_losers; i++)
		free(cp->effect.losers[i]);
	free(cp->effect.losers);
	free(cp);
}

/* ---- putting it in force ---- */

static enum twr_status
fail_publish(const struct compiled *cp, const char *what, struct twr_error *err)
{
	return twr_fail(err, TWR_EWRITE, "%s: %s: %s", cp->folder.path, what,
	    strerror(errno));
}

static enum twr_status
drop_prev_tmp(const struct compiled *cp, struct twr_error *err)
{
	if (unlinkat(cp->folder.fd, NAME_PREV_TMP, 0) != 0 && errno != ENOENT)
		return fail_publish(cp,
		    "\"" NAME_PREV_TMP "\" beside it cannot be removed", err);
	return TWR_OK;
}

/*
 * A second name for the policy in force, which then becomes the previous
 * one: at no instant is there no policy. rename() of two names of one file
 * does nothing, so the temporary name is removed in any case.
 */
static enum twr_status
keep_previous(const struct compiled *cp, struct twr_error *err)
{
	const struct policy_folder *pf = &cp->folder;
	enum twr_status rc;

	if ((rc = drop_prev_tmp(cp, err)) != TWR_OK)
		return rc;
	if (linkat(pf->fd, pf->name, pf->fd, NAME_PREV_TMP, 0) != 0 ||
	    renameat(pf->fd, NAME_PREV_TMP, pf->fd, pf->name_prev) != 0)
		return fail_publish(cp, "it cannot be kept as the previous one",
		    err);
	return drop_prev_tmp(cp, err);
}

/* One that nobody confirmed is never gone back to. */
static bool
is_worth_keeping(const struct compiled *cp)
{
	struct twr_reader rd = { .fd = -1 };
	struct twr_view view;
	struct twr_error unused;
	bool yes;

	memset(&view, 0, sizeof(view));
	/* one that cannot be used is not worth keeping over a good one */
	if (twr_policy_open(cp->paths.policy, cp->paths.owner, &rd, &view,
		&unused) != TWR_OK)
		return false;
	yes = view.meta.confirm_boottime_s == 0;
	twr_view_free(&view);
	twr_reader_close(&rd);
	return yes;
}

enum twr_status
compile_publish(struct compiled *cp, struct twr_error *err)
{
	const struct policy_folder *pf = &cp->folder;
	uint64_t in_force = compile_serial_in_force(&cp->paths);
	enum twr_status rc;

	if (!cp->exists)
		return twr_fail(err, TWR_EINVAL, "%s: already in force",
		    pf->path);
	if (in_force >= cp->serial)
		return twr_fail(err, TWR_EREFUSED,
		    "%s: policy %llu is in force and %llu is not newer; run "
		    "twrbac compile",
		    pf->path, (unsigned long long)in_force,
		    (unsigned long long)cp->serial);
	if (is_worth_keeping(cp) && (rc = keep_previous(cp, err)) != TWR_OK)
		return rc;
	if (renameat(pf->fd, pf->name_new, pf->fd, pf->name) != 0)
		return fail_publish(cp, "cannot be replaced", err);
	cp->exists = false;
	/* from here on a policy that is missing is missed */
	if (unlinkat(pf->fd, TWR_UNCONFIGURED, 0) != 0 && errno != ENOENT)
		return fail_publish(cp,
		    "is in force, but \"" TWR_UNCONFIGURED "\" beside it "
		    "cannot be removed; remove it by hand",
		    err);
	if (fsync(pf->fd) != 0)
		return fail_publish(cp,
		    "is in force, but its folder cannot be written to the "
		    "disk",
		    err);
	return TWR_OK;
}
