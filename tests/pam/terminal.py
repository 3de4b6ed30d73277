#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run a program on a terminal of its own and answer what it asks.

    terminal.py [PATTERN ANSWER]... -- COMMAND...

When PATTERN, a regular expression, is seen, ANSWER and a newline are typed.
All that the terminal shows goes to standard output. The exit status is the
program's; 124 when it waits for an answer that nobody has.
"""
import os
import pty
import re
import select
import sys

PATIENCE_S = 20


def show(fd, steps):
    seen = ""
    while select.select([fd], [], [], PATIENCE_S)[0]:
        try:
            data = os.read(fd, 4096)
        except OSError:  # the last process has closed the terminal
            return True
        if not data:
            return True
        sys.stdout.buffer.write(data)
        seen += data.decode("utf-8", "replace")
        if steps and (match := re.search(steps[0], seen)):
            seen = seen[match.end():]
            os.write(fd, steps[1].encode() + b"\n")
            del steps[:2]
    return False


def main():
    words = sys.argv[1:]
    at = words.index("--")
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp(words[at + 1], words[at + 1:])
    if not show(fd, words[:at]):
        os.close(fd)  # hangs up
        return 124
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255


sys.exit(main())
