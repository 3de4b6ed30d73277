/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "model.h"
#include "remains.h"

#define TICK_NS (100L * 1000 * 1000)
#define POLITE_TICKS 30 /* three seconds for those that tidy up */
#define KILL_TICKS 20 /* two for what begins new processes meanwhile */

struct ending {
	const struct remains_roots *roots;
	uint32_t uid;
	pid_t self;
	uint64_t signalled; /* in the first round */
	uint64_t there; /* in the last round; without the spared ones */
	uint64_t spared; /* because this command runs under them */
};

static void
tick(void)
{
	const struct timespec ts = { .tv_nsec = TICK_NS };

	(void)nanosleep(&ts, NULL);
}

/*
 * The descriptor holds on to one process; whose it is, is asked while it is
 * held. So no signal reaches another that got the number meanwhile. Without
 * descriptors (before Linux 5.3) the question comes directly before.
 */
static void
send(const struct ending *en, const struct proc *pr, const int *signals,
    size_t n)
{
	int fd = -1;
	size_t i;

#ifdef SYS_pidfd_open
	fd = (int)syscall(SYS_pidfd_open, pr->pid, 0);
	if (fd == -1 && errno != ENOSYS)
		return;
#endif
	if (proc_is_same(en->roots->proc, pr))
		for (i = 0; i < n; i++) {
#ifdef SYS_pidfd_send_signal
			if (fd != -1) {
				(void)syscall(SYS_pidfd_send_signal, fd,
				    signals[i], NULL, 0);
				continue;
			}
#endif
			(void)kill(pr->pid, signals[i]);
		}
	if (fd != -1)
		(void)close(fd);
}

static bool
is_target(const struct ending *en, const struct proc *pr)
{
	return pr->pid > 1 && pr->uid == en->uid && !pr->foreign;
}

/* Look at all processes anew and signal those that should go. */
static enum twr_status
round_of(struct ending *en, const int *signals, size_t n, struct twr_error *err)
{
	struct proc_list procs = { 0 };
	const struct proc *pr;
	enum twr_status rc;
	size_t i;

	if ((rc = proc_read(en->roots->proc, &procs, err)) != TWR_OK)
		return rc;
	en->there = en->spared = 0;
	for (i = 0; i < procs.n; i++) {
		pr = &procs.all[i];
		if (!is_target(en, pr))
			continue;
		if (proc_is_above(&procs, pr->pid, en->self)) {
			en->spared++;
			continue;
		}
		en->there++;
		if (n > 0)
			send(en, pr, signals, n);
	}
	proc_free(&procs);
	return TWR_OK;
}

/* SIGCONT: one that is stopped hears no other signal. */
static enum twr_status
ask_to_end(struct ending *en, struct twr_error *err)
{
	static const int polite[] = { SIGHUP, SIGTERM, SIGCONT };
	enum twr_status rc;
	unsigned i;

	rc = round_of(en, polite, sizeof(polite) / sizeof(*polite), err);
	en->signalled = en->there;
	for (i = 0; rc == TWR_OK && en->there > 0 && i < POLITE_TICKS; i++) {
		tick();
		rc = round_of(en, NULL, 0, err);
	}
	return rc;
}

/* SIGSTOP first: what forks in a loop is caught when all of it stands. */
static enum twr_status
kill_all(struct ending *en, struct twr_error *err)
{
	static const int stop[] = { SIGSTOP }, end[] = { SIGKILL };
	enum twr_status rc = TWR_OK;
	unsigned i;

	for (i = 0; rc == TWR_OK && en->there > 0 && i < KILL_TICKS; i++) {
		rc = round_of(en, stop, 1, err);
		if (rc == TWR_OK)
			rc = round_of(en, end, 1, err);
		tick();
		if (rc == TWR_OK)
			rc = round_of(en, NULL, 0, err);
	}
	return rc;
}

static enum remains_left
why_left(const struct remains_login *login, uint32_t uid_min)
{
	if (login->uid == TWR_UID_UNKNOWN)
		return REMAINS_NO_UID;
	if (login->uid == 0)
		return REMAINS_ROOT;
	if (login->uid < uid_min)
		return REMAINS_SYSTEM;
	return login->shared != NULL ? REMAINS_SHARED : REMAINS_ENDED;
}

enum twr_status
remains_end(const struct remains_roots *roots,
    const struct remains_login *login, uint32_t uid_min, pid_t self,
    struct remains_outcome *ret, struct twr_error *err)
{
	struct ending en = { .roots = roots, .uid = login->uid, .self = self };
	enum twr_status rc;

	*ret = (struct remains_outcome) { .left = why_left(login, uid_min) };
	if (ret->left != REMAINS_ENDED)
		return TWR_OK;
	if ((rc = ask_to_end(&en, err)) == TWR_OK)
		rc = kill_all(&en, err);
	ret->alive = en.there;
	ret->spared = en.spared;
	ret->ended = en.signalled > en.there ? en.signalled - en.there : 0;
	return rc;
}
