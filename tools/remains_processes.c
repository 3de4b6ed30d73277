/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model.h"
#include "remains.h"

#define NAMED_MOST 6 /* processes that are named */
#define KILLED_MOST 32 /* processes that a command for people names */

/* Processes of one kind, as a sentence and as a command. */
struct group {
	char names[NAMED_MOST * 96];
	char kill[16 + KILLED_MOST * 12];
	size_t names_len, kill_len;
	uint64_t n;
	int64_t since; /* of the oldest */
};

static void
group_add(struct group *gr, const struct proc_list *procs,
    const struct proc *pr)
{
	int64_t since = proc_started(procs, pr);

	if (gr->n == 0)
		gr->kill_len = (size_t)snprintf(gr->kill, sizeof(gr->kill),
		    "kill");
	if (gr->n < NAMED_MOST)
		gr->names_len += (size_t)snprintf(gr->names + gr->names_len,
		    sizeof(gr->names) - gr->names_len, "%s%s (%ld)",
		    gr->n > 0 ? ", " : "", pr->name, (long)pr->pid);
	if (gr->n < KILLED_MOST)
		gr->kill_len += (size_t)snprintf(gr->kill + gr->kill_len,
		    sizeof(gr->kill) - gr->kill_len, " %ld", (long)pr->pid);
	if (gr->n == 0 || since < gr->since)
		gr->since = since;
	gr->n++;
}

/* Add an item for the group; command NULL: kill, process by process. */
static void
group_item(const struct group *gr, enum remains_kind kind,
    const struct remains_login *login, char *command, const char *remark,
    struct remains *rm)
{
	struct remains_item *it;

	if (gr->n == 0) {
		free(command);
		return;
	}
	it = remains_add(rm, kind, login->name,
	    command != NULL ? command : strdup(gr->kill), "%llu: %s%s%s",
	    (unsigned long long)gr->n, gr->names,
	    gr->n > NAMED_MOST ? ", ..." : "", remark);
	if (it == NULL)
		return;
	it->count = gr->n;
	it->since = gr->since;
}

/* Of another uid, but begun from the login's session: by sudo, as a rule. */
static bool
is_raised(const struct proc_list *procs, const struct proc *pr, uint32_t uid)
{
	if (pr->uid == uid || proc_is_above(procs, pr->pid, getpid()))
		return false;
	return pr->login_uid == uid || proc_descends(procs, pr, uid);
}

/* Only by name where there are two of them: people must look at each. */
static void
own_item(const struct group *own, const struct remains_login *login,
    struct remains *rm)
{
	char remark[TWR_LOGIN_MAX + 64] = "";
	char *command = NULL;

	if (login->shared != NULL)
		snprintf(remark, sizeof(remark),
		    "; some may be %s's, who has the same uid", login->shared);
	else if (asprintf(&command, "pkill -KILL -U %lu",
		     (unsigned long)login->uid) < 0)
		command = NULL;
	group_item(own, REMAINS_PROCESSES, login, command, remark, rm);
}

void
remains_processes(const struct proc_list *procs,
    const struct remains_login *login, struct remains *rm)
{
	struct group own = { .n = 0 }, raised = { .n = 0 }, other = { .n = 0 };
	const struct proc *pr;
	size_t i;

	if (login->uid == TWR_UID_UNKNOWN || login->uid == 0)
		return;
	for (i = 0; i < procs->n; i++) {
		pr = &procs->all[i];
		if (pr->uid == login->uid && pr->foreign)
			group_add(&other, procs, pr);
		else if (pr->uid == login->uid)
			group_add(&own, procs, pr);
		else if (is_raised(procs, pr, login->uid))
			group_add(&raised, procs, pr);
	}
	own_item(&own, login, rm);
	group_item(&raised, REMAINS_RAISED, login, NULL,
	    "; begun by this login, run as another user", rm);
	group_item(&other, REMAINS_CONTAINER, login, NULL,
	    "; of this uid, in a container", rm);
}
