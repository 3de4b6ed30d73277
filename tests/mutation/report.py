# SPDX-License-Identifier: BSD-2-Clause
"""What is said about judged mutants: one TAP line for each function."""

import collections

import equivalents


def _comment(text):
    print("\n".join("# " + line for line in text.split("\n")))


def tell_file(path, mutants, taken, listed, verbose):
    """Print one file's lines; returns how many of them are "not ok"."""
    if verbose:
        for m in taken:
            _comment(f"{m.state} {m.killer or ''} [{m.mutation.operator}]")
            _comment(equivalents.form(m.key))
    functions = collections.OrderedDict()
    for m in taken:
        functions.setdefault(m.function, []).append(m)
    bad = 0
    for function, ours in functions.items():
        bad += _tell_function(path, function, ours, listed)
    bad += _tell_stale(path, mutants, taken, listed)
    states = collections.Counter(m.state for m in taken)
    _comment(
        f"{path}: {len(taken)} mutants: {states['killed']} killed, "
        f"{states['survived']} survived; apart from them "
        f"{states['same']} of the same code as the original or another, "
        f"{states['broken']} that do not compile"
    )
    return bad


def _tell_function(path, function, ours, listed):
    killed = [m for m in ours if m.state == "killed"]
    alive = [m for m in ours if m.state == "survived" and m.key not in listed]
    known = [m for m in ours if m.state == "survived" and m.key in listed]
    if not killed and not alive and not known:
        return 0
    for m in alive:
        _comment("no test tells this from the original:")
        _comment(equivalents.form(m.key))
    word = "not ok" if alive else "ok"
    more = f", {len(known)} equivalent" if known else ""
    more += f", {len(alive)} SURVIVED" if alive else ""
    print(f"{word} - {path} {function}: {len(killed)} mutants killed{more}")
    return 1 if alive else 0


def _killer(mutant):
    """Which suite kills it, or the mutant that compiles to the same code."""
    if mutant is None or mutant.state == "broken":
        return "the compiler" if mutant else None
    return mutant.twin.killer if mutant.twin else mutant.killer


def _tell_stale(path, mutants, taken, listed):
    """The list holds nothing that is not there, or that the tests kill."""
    known = {m.key for m in mutants}
    by_key = {m.key: m for m in taken}
    bad = 0
    for key in (k for k in listed if k[0] == path):
        if key not in known:
            why = "there is no such mutant"
        elif _killer(by_key.get(key)) is not None:
            why = f"{_killer(by_key[key])} kills it"
        else:
            continue
        _comment(f"listed as equivalent, but {why}:")
        _comment(equivalents.form(key))
        bad += 1
    word = "not ok" if bad else "ok"
    print(f"{word} - {path}: the list of equivalent mutants is true")
    return 1 if bad else 0
