/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "stack.h"

#define MUST_FAIL STACK_PERM_DENIED

void
stack_begin(struct stack_state *state)
{
	memset(state, 0, sizeof(*state));
	state->impression = STACK_UNDEF;
	state->status = MUST_FAIL;
	state->saved[0].status = MUST_FAIL;
}

/* A success counts only while nothing else was said. */
static bool
is_open(const struct stack_state *state)
{
	return state->impression == STACK_UNDEF ||
	    (state->impression == STACK_POSITIVE &&
		state->status == STACK_SUCCESS);
}

static void
take_ok(struct stack_state *state, int code)
{
	if (!is_open(state))
		return;
	state->impression = STACK_POSITIVE;
	state->status = (unsigned char)code;
}

static void
take_bad(struct stack_state *state, int code)
{
	if (state->impression == STACK_NEGATIVE)
		return;
	state->impression = STACK_NEGATIVE;
	state->status = (unsigned char)(code == STACK_IGNORE ? MUST_FAIL :
							       code);
}

/* The first line after i that is not of the same (sub)stack. */
static size_t
leave(const struct stack *st, size_t i)
{
	unsigned level = st->lines[i].level;

	for (i++; i < st->n && st->lines[i].level >= level; i++)
		continue;
	return i;
}

/* Over so many lines; a substack is one. Too far is a refusal. */
static size_t
jump(const struct stack *st, size_t i, int over, struct stack_state *state)
{
	unsigned level = st->lines[i].level;

	for (i++; over > 0 && i < st->n && st->lines[i].level >= level;
	     over--) {
		for (i++; i < st->n && st->lines[i].level > level; i++)
			continue;
	}
	if (over > 0) {
		state->impression = STACK_NEGATIVE;
		state->status = MUST_FAIL;
	}
	return i;
}

static void
enter(struct stack_state *state, unsigned level)
{
	if (state->level < level) {
		state->saved[level].impression = state->impression;
		state->saved[level].status = state->status;
	}
	state->level = (unsigned char)level;
}

size_t
stack_step(const struct stack *st, size_t i, int code,
    struct stack_state *state)
{
	const struct stack_line *line = &st->lines[i];
	int action;

	enter(state, line->level);
	if (line->kind == STACK_SUBSTACK)
		return i + 1;
	if (line->kind == STACK_FAILS)
		code = MUST_FAIL;
	if (code == STACK_INCOMPLETE) {
		state->status = STACK_INCOMPLETE;
		return st->n;
	}
	action = STACK_DO_BAD;
	if (code >= 0 && code < STACK_CODES)
		action = line->actions[code];
	else
		code = MUST_FAIL;

	switch (action) {
	case STACK_DO_IGNORE:
		return i + 1;
	case STACK_DO_RESET:
		state->impression = state->saved[line->level].impression;
		state->status = state->saved[line->level].status;
		return i + 1;
	case STACK_DO_OK:
		take_ok(state, code);
		return i + 1;
	case STACK_DO_DONE:
		take_ok(state, code);
		return state->impression == STACK_POSITIVE ? leave(st, i) :
							     i + 1;
	case STACK_DO_DIE:
		take_bad(state, code);
		return leave(st, i);
	default:
		break;
	}
	if (action > 0)
		return jump(st, i, action, state);
	take_bad(state, code);
	return i + 1;
}

int
stack_end(const struct stack_state *state)
{
	if (state->status == STACK_SUCCESS &&
	    state->impression != STACK_POSITIVE)
		return MUST_FAIL;
	return state->status;
}

int
stack_run(const struct stack *st, const int *codes, bool *reached)
{
	struct stack_state state;
	size_t i;

	if (reached != NULL && st->n > 0)
		memset(reached, 0, st->n * sizeof(*reached));
	stack_begin(&state);
	for (i = 0; i < st->n;) {
		if (reached != NULL)
			reached[i] = true;
		i = stack_step(st, i, codes[i], &state);
	}
	return stack_end(&state);
}
