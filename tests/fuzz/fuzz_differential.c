/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The input chooses an organization, a configuration and requests: a byte for
 * each choice. What the real decision says through encoder, file, reader and
 * decoder must be what the naive one says, which knows only names.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "gate.h"
#include "policy_writer.h"
#include "support_world.h"

#define REQUESTS 24
#define MUST(call) \
	((call) == TWR_OK ? (void)0 : promise_broken(#call, err.text, __LINE__))

static void
write_records(struct policy_writer *pw, const struct support_policy *p)
{
	struct twr_error err = { .text = "" };
	size_t i;

	for (i = 0; i < p->n_rules; i++)
		MUST(policy_writer_rule(pw, p->rules[i].service,
		    &p->rules[i].rule, &err));
	for (i = 0; i < p->n_logins; i++)
		MUST(policy_writer_login(pw, p->logins[i].name,
		    &p->logins[i].login, &err));
	MUST(policy_writer_exemptions(pw, &p->exempt, &err));
}

static int
encode(const struct naive_world *nw)
{
	struct world_policy *wp = world_policy(nw);
	struct policy_writer *pw = NULL;
	struct twr_error err = { .text = "" };
	int fd = memfd_create("policy", MFD_CLOEXEC);

	PROMISE(fd != -1);
	MUST(policy_writer_begin(fd, &pw, &err));
	write_records(pw, &wp->policy);
	MUST(policy_writer_finish(pw, &wp->policy.meta, &err));
	MUST(policy_writer_verify(fd, pw, &err));
	policy_writer_free(pw);
	free(wp);
	return fd;
}

static uint32_t
local_uid(const struct naive_world *nw, const char *login)
{
	size_t i;

	for (i = 0; i < nw->n_accounts; i++)
		if (strcmp(nw->accounts[i].login, login) == 0)
			return nw->accounts[i].uid;
	return TWR_UID_UNKNOWN;
}

/* What gate.c does around the decision, without its files. */
static struct twr_decision
decide(const struct twr_reader *rd, const struct naive_world *nw,
    const struct naive_request *rq, struct twr_view *view)
{
	struct twr_request req = { .service = rq->service,
		.user = rq->user,
		.invoker = rq->invoker,
		.clock = rq->now,
		.now = rq->now,
		.real_uid = rq->real_uid,
		.local_uid = TWR_UID_UNKNOWN };
	struct twr_decision stale = { .reason = TWR_REASON_POLICY_STALE };
	struct twr_error err = { .text = "" };

	MUST(twr_view_load_meta(rd, view, &err));
	if (rq->now >= view->meta.stale_at)
		return stale;
	twr_view_load(rd, rq->service, rq->user, rq->invoker, view);
	if (view->subject.login != NULL && view->login_status == TWR_ENOENT)
		req.local_uid = local_uid(nw, view->subject.login);
	return twr_decide(view, &req, NULL);
}

static void
ask_both(const struct twr_reader *rd, const struct naive_world *nw,
    struct support_random *rn)
{
	struct naive_request rq = world_request(nw, rn);
	struct naive_answer want = naive_decide(nw, &rq, NAIVE_SOUND);
	struct twr_view *view = calloc(1, sizeof(*view));
	struct twr_decision got;

	PROMISE(view != NULL);
	got = decide(rd, nw, &rq, view);
	if (got.verdict != want.verdict || got.reason != want.reason ||
	    got.permissive != want.permissive)
		(void)fprintf(stderr,
		    "service %s, user %s, invoker %s, real uid %lu, now %lld: "
		    "%s, the naive one says %s\n",
		    rq.service, rq.user != NULL ? rq.user : "(null)",
		    rq.invoker != NULL ? rq.invoker : "(null)",
		    (unsigned long)rq.real_uid, (long long)rq.now,
		    twr_reason_word(got.reason), twr_reason_word(want.reason));
	PROMISE(got.verdict == want.verdict);
	PROMISE(got.reason == want.reason);
	PROMISE(got.permissive == want.permissive);
	twr_view_free(view);
	free(view);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct support_random rn = { 1 };
	struct twr_reader *rd = calloc(1, sizeof(*rd));
	struct twr_error err = { .text = "" };
	struct naive_world *nw;
	int fd, i;

	PROMISE(rd != NULL);
	support_random_feed(data, size);
	nw = world_make(&rn);
	fd = encode(nw);
	MUST(twr_reader_init(rd, fd, (uint64_t)lseek(fd, 0, SEEK_END), &err));
	for (i = 0; i < REQUESTS; i++)
		ask_both(rd, nw, &rn);
	support_random_feed(NULL, 0);
	twr_reader_close(rd);
	free(rd);
	free(nw);
	return 0;
}
