/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compile_impl.h"
#include "gate.h"

/* No login can be called so: a mapping refuses ':'. */
#define NOBODY ":"

static void
judge_init(struct judge *jg)
{
	memset(jg, 0, sizeof(*jg));
	jg->rd.fd = -1;
}

/* The meta record is there: is it of use? */
static enum twr_status
judge_begin(struct judge *jg, const char *name, int64_t now,
    struct twr_error *err)
{
	if (now >= jg->meta.meta.stale_at) {
		judge_close(jg);
		return twr_fail(err, TWR_ESTALE, "%s: older than its limit",
		    name);
	}
	jg->floor = jg->meta.meta.compiled_at;
	jg->open = true;
	return TWR_OK;
}

enum twr_status
judge_open(struct judge *jg, const char *path, uid_t owner, int64_t now,
    struct twr_error *err)
{
	enum twr_status rc;

	judge_init(jg);
	rc = twr_policy_open(path, owner, &jg->rd, &jg->meta, err);
	return rc == TWR_OK ? judge_begin(jg, path, now, err) : rc;
}

enum twr_status
judge_open_fd(struct judge *jg, int fd, const char *name, int64_t now,
    struct twr_error *err)
{
	struct stat st;
	enum twr_status rc;

	judge_init(jg);
	if (fstat(fd, &st) != 0)
		rc = twr_fail(err, TWR_EUNREADABLE, "%s: %s", name,
		    strerror(errno));
	else
		rc = twr_reader_init(&jg->rd, fd, (uint64_t)st.st_size, err);
	if (rc != TWR_OK) {
		(void)close(fd);
		return rc;
	}
	if ((rc = twr_view_load_meta(&jg->rd, &jg->meta, err)) != TWR_OK) {
		judge_close(jg);
		return rc;
	}
	return judge_begin(jg, name, now, err);
}

void
judge_close(struct judge *jg)
{
	size_t i;

	for (i = 0; jg->views != NULL && i < jg->services.n; i++)
		twr_view_free(&jg->views[i]);
	free(jg->views);
	names_free(&jg->services);
	twr_view_free(&jg->meta);
	twr_reader_close(&jg->rd);
	memset(jg, 0, sizeof(*jg));
	jg->rd.fd = -1;
}

/*
 * A view that borrows the meta record instead of reading it again: what
 * twr_view_free() releases of it is only what is loaded from here on.
 */
static void
borrow_meta(const struct judge *jg, struct twr_view *view)
{
	*view = jg->meta;
	memset(view->owned, 0, sizeof(view->owned));
	view->n_owned = 0;
}

enum twr_status
judge_ask_about(struct judge *jg, const struct names *services,
    struct twr_error *err)
{
	size_t i;

	jg->views = calloc(services->n + 1, sizeof(*jg->views));
	if (jg->views == NULL)
		return build_no_memory(err);
	for (i = 0; i < services->n; i++) {
		if (!names_add(&jg->services, services->all[i]))
			return build_no_memory(err);
		if (!jg->open)
			continue;
		borrow_meta(jg, &jg->views[i]);
		twr_view_load(&jg->rd, services->all[i], NOBODY, NOBODY,
		    &jg->views[i]);
	}
	return TWR_OK;
}

static int64_t
raised(const struct judge *jg, int64_t now)
{
	return now < jg->floor ? jg->floor : now;
}

void
judge_each(const struct judge *jg, const char *login, uint32_t uid, int64_t now,
    judge_fn *fn, void *ctx)
{
	struct twr_view one, view;
	struct twr_request req = {
		.user = login, .invoker = login, .clock = now, .local_uid = uid
	};
	size_t i;

	if (!jg->open)
		return;
	borrow_meta(jg, &one);
	twr_view_load(&jg->rd, NOBODY, login, login, &one);
	/* an account that is not local is taken to have its own uid */
	req.real_uid = uid != TWR_UID_UNKNOWN ? uid : one.login.uid;
	for (i = 0; i < jg->services.n; i++) {
		/* the rule of the service, and the login just read */
		view = jg->views[i];
		view.subject = twr_subject_choose(&view.meta,
		    jg->services.all[i], login, login);
		view.login = one.login;
		view.login_status = one.login_status;
		req.service = jg->services.all[i];
		req.now = raised(jg, now);
		fn(ctx, i, &view, &req);
	}
	twr_view_free(&one);
}

static void
decide(void *ctx, size_t service, struct twr_view *view,
    struct twr_request *req)
{
	struct twr_decision *ret = ctx;

	ret[service] = twr_decide(view, req, NULL);
}

void
judge_login(const struct judge *jg, const char *login, uint32_t uid,
    int64_t now, struct twr_decision *ret)
{
	memset(ret, 0, jg->services.n * sizeof(*ret));
	judge_each(jg, login, uid, now, decide, ret);
}
