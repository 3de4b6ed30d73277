/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "safe_file.h"

enum twr_status
twr_policy_open(const char *path, uid_t owner, struct twr_reader *rd,
    struct twr_view *view, struct twr_error *err)
{
	struct stat st;
	enum twr_status rc;
	int fd;

	if ((rc = twr_safe_open(path, owner, &fd, &st, err)) != TWR_OK)
		return rc;
	rc = twr_reader_init(rd, fd, (uint64_t)st.st_size, err);
	if (rc != TWR_OK) {
		(void)close(fd);
		return rc;
	}
	rc = twr_view_load_meta(rd, view, err);
	if (rc != TWR_OK) {
		twr_view_free(view);
		twr_reader_close(rd);
	}
	return rc;
}

enum twr_status
twr_policy_prev_path(const char *path, char *buf, size_t size)
{
	size_t len = strlen(path);
	int n;

	if (len > 4 && strcmp(path + len - 4, ".cdb") == 0)
		len -= 4;
	n = snprintf(buf, size, "%.*s.prev.cdb", (int)len, path);
	return n < 0 || (size_t)n >= size ? TWR_EINVAL : TWR_OK;
}

bool
twr_policy_unconfigured(const char *path, uid_t owner)
{
	char mark[PATH_MAX], prev[PATH_MAX];
	const char *slash = strrchr(path, '/');
	struct twr_error unused;
	struct stat st;
	int fd, n;

	/*
	 * Whatever stands in the policy's place, a link too; and where there
	 * was a policy there is one before it, or was one.
	 */
	if (slash == NULL || lstat(path, &st) == 0 || errno != ENOENT ||
	    twr_policy_prev_path(path, prev, sizeof(prev)) != TWR_OK ||
	    lstat(prev, &st) == 0 || errno != ENOENT)
		return false;
	n = snprintf(mark, sizeof(mark), "%.*s" TWR_UNCONFIGURED,
	    (int)(slash + 1 - path), path);
	if (n < 0 || (size_t)n >= sizeof(mark) ||
	    twr_safe_open(mark, owner, &fd, &st, &unused) != TWR_OK)
		return false;
	(void)close(fd);
	return true;
}

bool
twr_reason_is_no_policy(enum twr_reason reason)
{
	return reason == TWR_REASON_POLICY_MISSING ||
	    reason == TWR_REASON_POLICY_UNSAFE ||
	    reason == TWR_REASON_POLICY_CORRUPT ||
	    reason == TWR_REASON_POLICY_TOO_NEW ||
	    reason == TWR_REASON_POLICY_STALE;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
read_whole(int fd, char *buf, size_t len)
{
	ssize_t n;

	for (; len > 0; buf += n, len -= (size_t)n) {
		n = read(fd, buf, len);
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return false;
	}
	return true;
}

bool
twr_boot_id(uint8_t id[TWR_ID_LEN])
{
	char text[36]; /* 8-4-4-4-12 hex digits */
	size_t i, n = 0;
	int fd, digit;

	memset(id, 0, TWR_ID_LEN);
	fd = open("/proc/sys/kernel/random/boot_id",
	    O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1)
		return false;
	if (read_whole(fd, text, sizeof(text)))
		for (i = 0; i < sizeof(text) && n < 2 * TWR_ID_LEN; i++) {
			if ((digit = hex_digit(text[i])) == -1)
				continue;
			id[n / 2] = (uint8_t)(id[n / 2] << 4 | digit);
			n++;
		}
	(void)close(fd);
	return n == 2 * TWR_ID_LEN;
}

/*
 * Commit-confirm: did nobody confirm the policy in time? A boot that cannot
 * be told from others leaves that open, so nothing is decided.
 */
static enum twr_status
confirm_has_passed(const struct twr_meta *meta, const struct twr_gate *gate,
    bool *ret, struct twr_error *err)
{
	uint8_t now[TWR_ID_LEN];

	*ret = false;
	if (meta->confirm_boottime_s == 0)
		return TWR_OK;
	if (!twr_boot_id(now))
		return twr_fail(err, TWR_EUNREADABLE,
		    "the id of this boot cannot be read from /proc");
	*ret = memcmp(now, meta->boot_id, TWR_ID_LEN) != 0 ||
	    gate->boottime >= meta->confirm_boottime_s;
	return TWR_OK;
}

/* The previous policy takes over, if it is the very one that M names. */
static enum twr_status
open_previous(const struct twr_gate *gate, struct twr_judgement *jd)
{
	struct twr_meta want = jd->view.meta;
	const struct twr_meta *got = &jd->view.meta;
	char path[4096];
	enum twr_status rc;

	twr_view_free(&jd->view);
	twr_reader_close(&jd->reader);
	rc = twr_policy_prev_path(gate->policy_path, path, sizeof(path));
	if (rc == TWR_OK)
		rc = twr_policy_open(path, gate->owner, &jd->reader, &jd->view,
		    &jd->error);
	if (rc == TWR_ENOENT)
		rc = TWR_ECORRUPT; /* M promises that it is there */
	if (rc != TWR_OK)
		return rc;
	if (memcmp(got->file_id, want.prev_id, TWR_ID_LEN) != 0 ||
	    got->serial != want.prev_serial || got->confirm_boottime_s != 0)
		return twr_fail(&jd->error, TWR_ECORRUPT,
		    "%s: not the confirmed policy that %s names", path,
		    gate->policy_path);
	jd->prev = true;
	jd->newest_compiled_at = want.compiled_at;
	return TWR_OK;
}

static void
close_policy(struct twr_judgement *jd)
{
	twr_view_free(&jd->view);
	twr_reader_close(&jd->reader);
}

static enum twr_status
try_open(const struct twr_gate *gate, struct twr_judgement *jd)
{
	bool passed;
	enum twr_status rc;

	rc = twr_policy_open(gate->policy_path, gate->owner, &jd->reader,
	    &jd->view, &jd->error);
	if (rc != TWR_OK)
		return rc;
	jd->newest_compiled_at = jd->view.meta.compiled_at;
	rc = confirm_has_passed(&jd->view.meta, gate, &passed, &jd->error);
	if (rc == TWR_OK && passed)
		rc = open_previous(gate, jd);
	return rc;
}

static bool
conf_is_edited(const struct twr_meta *meta)
{
	struct stat st;

	if (stat(meta->conf_path, &st) == -1)
		return true;
	return (uint64_t)st.st_size != meta->conf_size ||
	    st.st_mtim.tv_sec != meta->conf_mtime_s ||
	    (uint32_t)st.st_mtim.tv_nsec != meta->conf_mtime_ns;
}

static enum twr_status
open_in_force(const struct twr_gate *gate, struct twr_judgement *jd)
{
	const struct twr_meta *meta = &jd->view.meta;
	enum twr_status rc = try_open(gate, jd);

	/* a writer may have replaced both files between the two openings */
	if (rc == TWR_ECORRUPT) {
		close_policy(jd);
		jd->prev = false;
		rc = try_open(gate, jd);
	}
	if (rc != TWR_OK)
		return rc;
	jd->error.text[0] = '\0';
	jd->clock_behind = gate->now < jd->newest_compiled_at;
	if (jd->clock_behind)
		jd->request.now = jd->newest_compiled_at;
	jd->conf_edited = conf_is_edited(meta);
	if (jd->request.now >= meta->stale_at)
		return twr_fail(&jd->error, TWR_ESTALE,
		    "%s: older than its limit; run twrbac compile",
		    gate->policy_path);
	return TWR_OK;
}

static bool
is_set(const char *item)
{
	return item != NULL && item[0] != '\0';
}

static bool
find_local(const struct twr_gate *gate, const char *login, uint32_t *uid)
{
	struct twr_error unused;

	return twr_local_uid(gate->passwd_path, gate->owner, login, uid,
		   &unused) == TWR_OK;
}

/* May this name be logged as text? Looks no further than it must. */
static bool
is_public(const struct twr_gate *gate, const struct twr_judgement *jd,
    const char *name)
{
	const struct twr_subject *sub = &jd->view.subject;
	uint32_t uid;

	if (!is_set(name))
		return false;
	if (sub->login != NULL && strcmp(name, sub->login) == 0) {
		if (jd->view.login_status == TWR_OK ||
		    jd->request.local_uid != TWR_UID_UNKNOWN)
			return true;
		if (jd->view.login_status == TWR_ENOENT)
			return false; /* looked up already */
	}
	return find_local(gate, name, &uid);
}

static void
name_claimant(const struct twr_gate *gate, struct twr_judgement *jd)
{
	const struct twr_request *req = &jd->request;
	uint32_t uid;

	if (!twr_reason_is_no_policy(jd->decision.reason) || !is_set(req->user))
		return;
	if (twr_service_has_invoker(req->service))
		jd->claimant = is_set(req->invoker) ? req->invoker : NULL;
	else if (!is_set(req->invoker) || strcmp(req->invoker, req->user) == 0)
		jd->claimant = req->user;
	if (jd->claimant == NULL)
		return;
	jd->claimant_real = jd->claimant == req->user || req->real_uid == 0 ||
	    (find_local(gate, jd->claimant, &uid) && uid == req->real_uid);
}

enum twr_status
twr_judgement_open(const struct twr_gate *gate, struct twr_judgement *ret)
{
	struct twr_judgement *jd = ret;

	memset(jd, 0, sizeof(*jd));
	jd->reader.fd = -1;
	jd->request.service = "";
	jd->request.clock = gate->now;
	jd->request.now = gate->now;
	jd->request.local_uid = TWR_UID_UNKNOWN;
	jd->status = gate->failure == NULL ?
	    open_in_force(gate, jd) :
	    twr_fail(&jd->error, TWR_EUNREADABLE, "%s", gate->failure);
	if (jd->status != TWR_OK) {
		jd->decision.reason = twr_reason_of_status(jd->status);
		jd->decision.demand = TWR_NOTHING;
		jd->decision.holding = TWR_NOTHING;
		jd->decision.exemption = TWR_NOTHING;
	}
	return jd->status;
}

/* The clocks are the opening's; all else is the caller's. */
static void
take_request(struct twr_judgement *jd, const struct twr_request *req)
{
	const struct twr_request opened = jd->request;

	jd->request = *req;
	jd->request.clock = opened.clock;
	jd->request.now = opened.now;
	jd->request.local_uid = opened.local_uid;
	if (jd->request.service == NULL)
		jd->request.service = opened.service;
}

void
twr_judge(const struct twr_gate *gate, const struct twr_request *req,
    const struct twr_trace *trace, struct twr_judgement *ret)
{
	struct twr_judgement *jd = ret;
	struct twr_view *view = &jd->view;
	enum twr_status rc = twr_judgement_open(gate, jd);

	take_request(jd, req);
	if (rc == TWR_OK) {
		twr_view_load(&jd->reader, jd->request.service, req->user,
		    req->invoker, view);
		if (view->login_status == TWR_ENOENT &&
		    view->subject.login != NULL)
			(void)find_local(gate, view->subject.login,
			    &jd->request.local_uid);
		jd->decision = twr_decide(view, &jd->request, trace);
		if (view->error.text[0] != '\0')
			jd->error = view->error;
	}
	name_claimant(gate, jd);
	jd->user_public = is_public(gate, jd, req->user);
	jd->invoker_public = is_set(req->invoker) &&
	    (twr_service_has_invoker(jd->request.service) ||
		is_public(gate, jd, req->invoker));
}

void
twr_judgement_end(struct twr_judgement *jd)
{
	close_policy(jd);
}
