/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_COMMAND_H
#define TWRBAC_COMMAND_H

/*
 * The command table. commands.def drives dispatch, usage, help and the words
 * for completion; a command is one line there, its function, and its
 * struct command_help.
 */

#include <stdbool.h>
#include <stddef.h>

#include "opts.h"
#include "out.h"
#include "session.h"
#include "status.h"

/* What a command needs; main provides it, or the command does not begin. */
#define CMD_NONE 0u
#define CMD_ROOT 1u /* the effective uid is 0: class "host" */
#define CMD_ACTOR 2u /* root, and an administrator is acting */
#define CMD_READ 4u /* the directory in a read transaction */
#define CMD_WRITE 8u /* the write bracket around it, see session.h */
#define CMD_COMPILE 16u /* a write that takes up twrbac.conf */
#define CMD_CONFIRM 128u /* a write that runs while a change waits */
#define CMD_DAILY 32u /* on the first page of help */
#define CMD_DECIDES 64u /* --at in the past: by the policy then in force */

#define CMD_HOST 256u /* a session; it opens by itself what is there */

#define CMD_MANY SIZE_MAX /* no upper bound on arguments */

/* What a command's function gets; everything is borrowed. */
struct cli {
	const struct command *command;
	const struct opts *opts;
	char **args; /* after the command's own words */
	size_t n_args; /* within the command's bounds */
	struct out *out;
	struct session *session; /* what the flags promise is open */
	bool refused; /* set by the command: done, but exit with 1 */
	int status; /* the same for any other exit status; 0: none */
};

typedef enum twr_status command_fn(struct cli *cli, struct twr_error *err);

struct command_help {
	const struct opt_help *options; /* own ones; NULL: none */
	const char *about; /* sentences; help breaks the lines; NULL */
	const char *example; /* one whole command line */
};

struct command {
	const char *group;
	const char *verb; /* NULL: the group is the command */
	command_fn *fn;
	size_t least, most; /* arguments */
	unsigned flags;
	const char *args;
	const char *text;
	const struct command_help *help;
};

extern const struct command commands[];
extern const size_t n_commands;

#define CMD(group, verb, fn, least, most, flags, args, text) \
	extern const struct command_help fn##_help; \
	enum twr_status fn(struct cli *cli, struct twr_error *err);
#include "commands.def"
#undef CMD

/*
 * Find the command that the words begin with; *used says how many of them
 * name it. TWR_EINVAL: no such command (with the nearest one), or a group
 * without its verb (with the verbs there are).
 */
enum twr_status command_find(char **words, size_t n, const struct command **ret,
    size_t *used, struct twr_error *err) TWR_MUST_CHECK;
/* Whether some command begins with this word. */
bool command_is_group(const char *word);
/* "assignment add". */
#define COMMAND_NAME_MAX 64
void command_name(const struct command *cmd, char buf[COMMAND_NAME_MAX]);
/*
 * Refuse (TWR_EINVAL) options that are not this command's, and a number of
 * arguments outside its bounds, with its usage.
 */
enum twr_status command_check_line(const struct command *cmd,
    const struct opts *opts, size_t n_args,
    struct twr_error *err) TWR_MUST_CHECK;
/*
 * Provide what the command's flags promise, run it, finish a write. All of
 * cli but refused and status is set; its session is opened and closed here.
 */
enum twr_status command_run(struct cli *cli,
    struct twr_error *err) TWR_MUST_CHECK;
/* The options of every command with these flags; ends with OPT_NONE. */
const struct opt_help *command_global_options(void);
const struct opt_help *command_flag_options(unsigned flags);

/* ---- help.c ---- */

/* "usage: twrbac assignment add USER SCOPE ROLE..." */
void help_usage(const struct command *cmd, FILE *to);
void help_command(const struct command *cmd, FILE *to);
void help_group(const char *group, FILE *to);
void help_daily(FILE *to); /* at most 24 lines of 80 columns */
void help_all(FILE *to);

#endif
