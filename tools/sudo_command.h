/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TWRBAC_SUDO_COMMAND_H
#define TWRBAC_SUDO_COMMAND_H

/*
 * One command of a sudo rule as twrbac.conf writes it, and what sudoers(5)
 * makes of it. Pure functions.
 *
 *	/usr/bin/uptime                       without arguments, nothing else
 *	/usr/bin/systemctl restart x.service  with exactly these
 *	/usr/bin/systemctl ^(start|stop) x$   arguments by a regular expression
 *	/usr/bin/journalctl *                 any: * ? [ ] are wildcards, and
 *	                                      \* \? \[ \] \\ \^ stand for the
 *	                                      character itself
 *	sudoedit /etc/motd                    "sudo -e" of exactly this file
 *	ALL                                   every command
 *
 * One blank parts arguments, as sudo joins them; so nothing here can tell
 * the argument "a b" from the two, "a" and "b".
 */

#include <stdbool.h>
#include <stdio.h>

#define SUDO_COMMAND_MAX 1024 /* bytes; of a regular expression in sudo too */

/* What is wrong with it and the cure, or NULL. */
const char *sudo_command_fault(const char *text);
/* The rest takes only commands without a fault. */

bool sudo_command_is_all(const char *text);
/* Does it match more than it shows: a wildcard, or .* in an expression? */
bool sudo_command_is_wide(const char *text);
bool sudo_command_is_regex(const char *text);
/* As it stands in sudoers. */
void sudo_command_write(FILE *to, const char *text);
/*
 * Would sudo let this command line run by it: the program's absolute path and
 * its arguments with one blank between each.
 */
bool sudo_command_matches(const char *text, const char *line);

#endif
