/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWR_TEST_HOSTILE_H
#define TWR_TEST_HOSTILE_H

#include <security/pam_appl.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * What the parts of pam_hostile share. Each part is one command: it prints
 * TAP lines and expects the world of support.sh, its policy as make_policy
 * writes it and stacks of the same names.
 */
#define HOSTILE_PART(name) int hostile_##name(int argc, char **argv)
HOSTILE_PART(ask);
HOSTILE_PART(conversation);
HOSTILE_PART(cycles);
HOSTILE_PART(descriptors);
HOSTILE_PART(environment);
HOSTILE_PART(exec);
HOSTILE_PART(handles);
HOSTILE_PART(items);
HOSTILE_PART(limits);
HOSTILE_PART(names);
HOSTILE_PART(raw);
HOSTILE_PART(stack);
HOSTILE_PART(state);
HOSTILE_PART(swarm);
HOSTILE_PART(threads);

#define MODULE_PATH "/run/world/bin/pam_twrbac.so"

/* One question to PAM. A NULL conversation: one that counts in *said. */
struct ask {
	const char *service, *user, *ruser, *rhost, *tty;
	int flags;
	const struct pam_conv *conv;
	unsigned *said; /* messages that came; NULL: not counted */
};

/* A whole life of a handle; the code is pam_acct_mgmt's, or what failed. */
int ask(const struct ask *a);
/* The same in two steps. NULL when PAM would not even start. */
pam_handle_t *ask_begin(const struct ask *a);
int count_messages(int n, const struct pam_message **msg,
    struct pam_response **resp, void *said);

/*
 * What the module must say by the policy of make_policy. It knows only
 * services and logins by name, nothing of how the module works.
 */
int expected_code(const char *service, const char *user, const char *ruser);

/* Run fn in a process of its own: its exit status, or 256 and a signal. */
int in_child(int (*fn)(const void *arg), const void *arg);

/* Bytes of this process by statm of proc(5), 0 when it cannot be read. */
enum mapped {
	MAPPED_ALL,
	MAPPED_RESIDENT,
	MAPPED_DATA = 5
};
size_t bytes_mapped(enum mapped which);

/* This program again, by its own path. Only returns when that fails. */
int exec_self(char *const argv[], char *const envp[]);

/*
 * The system log of this process alone: /dev/log becomes ours until the end.
 * hear() takes one line that was sent: its length, 0 when there is none.
 */
#define LINE_ROOM 65536
bool listen_alone(void);
void listen_no_more(void);
size_t hear(char line[LINE_ROOM]);
/* The line from the module's name on, without date and event id. */
const char *without_moment(char line[LINE_ROOM]);

/* One TAP line. */
int tap(bool good, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* What was seen where something is wrong: at most 20 lines for each test. */
void seen(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* getenv(3) of this process counts its calls. */
struct getenv_calls {
	unsigned all, by_module;
};
extern struct getenv_calls getenv_calls;

#endif
