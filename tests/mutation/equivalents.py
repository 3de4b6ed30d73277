# SPDX-License-Identifier: BSD-2-Clause
"""The list of mutants that no test can kill, each with its reason.

A block names a function, one or more changes, and why they change nothing:

	pam_twrbac/decision.c: demand_names
	-	i < d->n_roles
	+	i != d->n_roles
		The index starts at 0 and goes up by one.

The change is the clause before and after it, so that a line moved elsewhere
keeps its entry and an edited one loses it. "name #2" is the second such
clause of the function. A plus sign alone: the statement is removed.
"""


class ListError(Exception):
    """A block that is not as above."""


def form(key):
    path, function, original, changed, occurrence = key
    nth = f" #{occurrence}" if occurrence > 1 else ""
    return f"{path}: {function}{nth}\n-\t{original}\n+\t{changed}".rstrip("\t")


def read(text, name):
    """The list as {key: reason}."""
    listed, block, at = {}, [], 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() == "":
            _take(listed, block, name, at)
            block = []
        elif not line.startswith("#"):
            at = at if block else number
            block.append(line)
    _take(listed, block, name, at)
    return listed


def _take(listed, block, name, at):
    if not block:
        return
    where = f"{name}:{at}"
    path, colon, function = block[0].partition(": ")
    function, _, nth = function.partition(" #")
    keys, originals = [], []
    reason = [line.strip() for line in block[1:] if line.startswith("\t")]
    for line in block[1:]:
        if line.startswith("-\t"):
            originals.append(line[2:])
        elif line == "+" or line.startswith("+\t"):
            if len(originals) != 1:
                raise ListError(f"{where}: a line + without its line -")
            keys.append(
                (path, function, originals.pop(), line[2:], int(nth or 1))
            )
        elif not line.startswith("\t"):
            raise ListError(f"{where}: neither -, + nor a reason: {line}")
    if not colon or not keys or originals:
        raise ListError(f"{where}: names no function or no whole change")
    if len(" ".join(reason)) < 20:
        raise ListError(f"{where}: does not say why nothing changes")
    for key in keys:
        if key in listed:
            raise ListError(f"{where}: listed twice:\n{form(key)}")
        listed[key] = " ".join(reason)
