/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

#define STATES_MOST 1024 /* that differ, before one line */

/* One way to a line. */
struct way {
	struct stack_state state;
	unsigned asked;
	size_t blame; /* n of the stack: nobody's */
};

struct ways {
	struct way *all;
	size_t n, room;
};

struct walk {
	const struct stack *st;
	struct ways *at; /* by line; the last are those at the end */
	struct doctor_ways *ret;
	bool no_memory;
};

static void
add_way(struct walk *wa, size_t line, const struct way *way)
{
	struct ways *ws = &wa->at[line];
	struct way *more;
	size_t i;

	for (i = 0; i < ws->n; i++) {
		if (ws->all[i].asked == way->asked &&
		    memcmp(&ws->all[i].state, &way->state,
			sizeof(way->state)) == 0)
			return;
	}
	if (ws->n == STATES_MOST) {
		wa->ret->too_many = true;
		return;
	}
	if (ws->n == ws->room) {
		ws->room = ws->room * 2 + 8;
		more = reallocarray(ws->all, ws->room, sizeof(*more));
		if (more == NULL) {
			wa->no_memory = true;
			return;
		}
		ws->all = more;
	}
	ws->all[ws->n++] = *way;
}

/* Is the module on a line from i to before end? */
static bool
passes_over(const struct stack *st, size_t i, size_t end)
{
	for (; i < end; i++) {
		if (stack_is_module(&st->lines[i], DOCTOR_MODULE))
			return true;
	}
	return false;
}

static void
take(struct walk *wa, size_t i, int code, const struct way *from)
{
	struct way way = *from;
	size_t next;

	way.asked += stack_is_module(&wa->st->lines[i], DOCTOR_MODULE);
	next = stack_step(wa->st, i, code, &way.state);
	if (way.asked == 0 && passes_over(wa->st, i + 1, next))
		way.blame = i;
	add_way(wa, next, &way);
}

static void
finish(struct walk *wa)
{
	const struct ways *ws = &wa->at[wa->st->n];
	struct doctor_ways *ret = wa->ret;
	size_t i;
	int code;

	for (i = 0; i < ws->n; i++) {
		if (ret->asked < ws->all[i].asked)
			ret->asked = ws->all[i].asked;
		code = stack_end(&ws->all[i].state);
		/* a password to be changed is changed, and then one is in */
		if (code != STACK_SUCCESS && code != STACK_NEW_AUTHTOK_REQD)
			continue;
		if (ws->all[i].asked > 0) {
			ret->admitted = true;
		} else {
			ret->unasked = true;
			ret->blame = ws->all[i].blame;
		}
	}
}

enum twr_status
doctor_walk(const struct stack *st, const unsigned *answers,
    struct doctor_ways *ret, struct twr_error *err)
{
	struct walk wa = { .st = st, .ret = ret };
	struct way begin;
	size_t i, k;
	int code;

	memset(ret, 0, sizeof(*ret));
	if ((wa.at = calloc(st->n + 1, sizeof(*wa.at))) == NULL)
		return twr_fail(err, TWR_ENOMEM, "out of memory");
	memset(&begin, 0, sizeof(begin));
	stack_begin(&begin.state);
	begin.blame = st->n;
	add_way(&wa, 0, &begin);
	for (i = 0; i < st->n; i++) {
		for (k = 0; k < wa.at[i].n; k++) {
			if (answers[i] == 0)
				take(&wa, i, STACK_PERM_DENIED,
				    &wa.at[i].all[k]);
			for (code = 0; code < STACK_CODES; code++) {
				if (answers[i] & 1u << code)
					take(&wa, i, code, &wa.at[i].all[k]);
			}
		}
	}
	finish(&wa);
	for (i = 0; i <= st->n; i++)
		free(wa.at[i].all);
	free(wa.at);
	return wa.no_memory ? twr_fail(err, TWR_ENOMEM, "out of memory") :
			      TWR_OK;
}
