/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A PAM application that behaves as badly as one can: items, limits,
 * descriptors, environments, conversations and names that nobody should give
 * to a module, many threads, many processes. Each command prints TAP lines;
 * the suites hostile_*.sh say in which world.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"

extern char **environ;

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *args;
} commands[] = {
	{ "ask", hostile_ask, "SERVICE USER [CATALOGUES]" },
	{ "conversation", hostile_conversation, "" },
	{ "cycles", hostile_cycles, "N" },
	{ "descriptors", hostile_descriptors, "" },
	{ "environment", hostile_environment, "CATALOGUES" },
	{ "exec", hostile_exec, "FILE LINE COMMAND... ({} is the name)" },
	{ "handles", hostile_handles, "" },
	{ "items", hostile_items, "" },
	{ "limits", hostile_limits, "" },
	{ "names", hostile_names, "FILE plain|missing" },
	{ "raw", hostile_raw, "" },
	{ "stack", hostile_stack, "" },
	{ "state", hostile_state, "SERVICE USER [RUSER]" },
	{ "swarm", hostile_swarm,
	    "PROCESSES N FILE SERVICE LOGIN=CODE[,CODE]...\n"
	    "  (N decisions at least, and until FILE is there)" },
	{ "threads", hostile_threads, "THREADS N" },
};

/* ---- getenv, counted ---- */

struct getenv_calls getenv_calls;

/* These stand before libc's for every library of the process. */
#define EXPORTED __attribute__((visibility("default")))
EXPORTED char *getenv(const char *name);
EXPORTED char *secure_getenv(const char *name);

static char *
look_up(const char *name, const void *caller)
{
	size_t len = strlen(name);
	Dl_info info;
	char **e;

	getenv_calls.all++;
	if (dladdr(caller, &info) != 0 &&
	    strstr(info.dli_fname, "pam_twrbac") != NULL)
		getenv_calls.by_module++;
	for (e = environ; e != NULL && *e != NULL; e++)
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
			return *e + len + 1;
	return NULL;
}

char *
getenv(const char *name)
{
	return look_up(name, __builtin_return_address(0));
}

char *
secure_getenv(const char *name)
{
	return look_up(name, __builtin_return_address(0));
}

int
main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		fprintf(stderr, "pam_hostile %s %s\n", commands[i].name,
		    commands[i].args);
	return 64;
}
