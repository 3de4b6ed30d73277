#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compare what commands print with what twrbac-json(5) says they print.

json_shape.py PAGE: print the commands that the page describes, a line each.
json_shape.py PAGE COMMAND FILE: prove the JSON in FILE.
"""

import json
import re
import sys

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
CHECKS = {
    "text": lambda v: isinstance(v, str),
    "time": lambda v: isinstance(v, str) and TIME.fullmatch(v) is not None,
    "number": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "object": lambda v: isinstance(v, dict),
    "list": lambda v: isinstance(v, list) and
    all(isinstance(item, str) for item in v),
}


def read_page(path):
    """{command: {key: (type, may be null)}}"""
    page, keys = {}, None
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith(".Ss "):
                keys = page.setdefault(line[4:].strip(), {})
            elif line.startswith(".Sh "):
                keys = None
            elif keys is not None and line.startswith(".It Va "):
                match = re.fullmatch(
                    r"\.It Va (\w+) Pq (\w+)( or null)?", line.strip())
                assert match, "the page has a strange line: " + line
                keys[match[1]] = (match[2], match[3] is not None)
    return page


def prove(page, command, shape):
    """A part behind the rows, such as "holders", has its own section."""
    parts = [name.split(", ")[1] for name in page
             if name.startswith(command + ", ")]
    assert set(shape) - {"effect"} == {"twrbac", "command", "rows", *parts}, \
        "top level: %s" % sorted(shape)
    assert shape["twrbac"] == 1
    assert shape["command"] == command, shape["command"]
    assert shape["rows"], "no row: nothing is proven"
    prove_rows(page[command], shape["rows"])
    for part in parts:
        prove_rows(page[command + ", " + part], shape[part])


def prove_rows(keys, rows):
    for row in rows:
        extra, lost = set(row) - set(keys), set(keys) - set(row)
        assert not extra, "twrbac-json.5 does not list: %s" % sorted(extra)
        assert not lost, "twrbac-json.5 lists in vain: %s" % sorted(lost)
        for key, value in row.items():
            kind, null = keys[key]
            assert (value is None and null) or CHECKS[kind](value), \
                "%s: %r is not: %s" % (key, value, kind)


def main():
    page = read_page(sys.argv[1])
    if len(sys.argv) == 2:
        print("\n".join(name for name in page if ", " not in name))
        return
    command = sys.argv[2]
    assert command in page, "twrbac-json.5 has no section \"%s\"" % command
    with open(sys.argv[3], encoding="utf-8") as file:
        prove(page, command, json.load(file))


try:
    main()
except AssertionError as why:
    sys.exit(str(why))
