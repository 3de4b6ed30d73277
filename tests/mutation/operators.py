# SPDX-License-Identifier: BSD-2-Clause
"""What a slip of the pen or of the mind does to a line of C: each operator
yields small changes of one function, as the text that replaces some tokens.
README.md of tests/ lists them."""

import re
from collections import namedtuple

# Replace the source's text from start to end by text. original and changed
# are the clause around it, before and after, for people and for keys.
Mutation = namedtuple("Mutation", "operator start end text original changed")

RELATIONS = {
    "<": ("<=", ">=", ">", "!="),
    "<=": ("<", ">=", ">", "=="),
    ">": (">=", "<=", "<", "!="),
    ">=": (">", "<=", "<", "=="),
    "==": ("!=", "<=", ">="),
    "!=": ("==", "<", ">"),
}
ARITHMETIC = {
    "+": ("-",),
    "-": ("+",),
    "*": ("/", "+"),
    "/": ("*",),
    "%": ("/",),
    "<<": (">>",),
    ">>": ("<<",),
    "&": ("|", "^"),
    "|": ("&", "^"),
    "^": ("|", "&"),
}
ASSIGNMENTS = {"+=": ("-=", "="), "-=": ("+=", "="), "|=": ("&=", "=")}
STEPS = {"++": "--", "--": "++"}

# Members that are easily taken for one another.
TWINS = {
    "clock": "now",
    "now": "clock",
    "not_before": "not_after",
    "not_after": "not_before",
    "real_uid": "local_uid",
    "local_uid": "real_uid",
    "user": "invoker",
    "service": "other",
    "role": "scope",
    "scope": "role",
    "rule_status": "login_status",
    "login_status": "rule_status",
    "exempt_status": "rule_status",
}

# Constants of the system's headers that stand in families.
PAM_CODES = (
    "PAM_SUCCESS PAM_IGNORE PAM_PERM_DENIED PAM_USER_UNKNOWN "
    "PAM_AUTHINFO_UNAVAIL PAM_SERVICE_ERR PAM_BUF_ERR PAM_SYSTEM_ERR"
).split()
LOG_LEVELS = "LOG_ALERT LOG_ERR LOG_NOTICE LOG_INFO".split()

# Of a large family: what must never come out by mistake, then neighbours.
DANGEROUS = {
    "PAM_SUCCESS", "PAM_IGNORE", "TWR_OK", "TWR_ENOENT", "TWR_REASON_NONE",
    "TWR_REASON_GRANTED", "TWR_REASON_EXEMPT",
}  # fmt: skip
SMALL = 4

RETURNS = {
    "bool": ("true", "false"),
    "int": ("0", "1", "-1"),
    "enum twr_status": ("TWR_OK", "TWR_ENOENT", "TWR_ECORRUPT"),
    "enum twr_reason": ("TWR_REASON_GRANTED", "TWR_REASON_NONE"),
}
NUMBERS = re.compile(r"(unsigned|s?size_t|u?int\d+_t)$")
BOUNDARY = {";", "{", "}", "&&", "||", "?", ":", ",", "=", "return"}
CONSTANT = re.compile(r"[A-Z][A-Z0-9]*(_\w+)*$")


def families(headers):
    """The enums of the project's headers, as lists of their members."""
    found = [PAM_CODES, LOG_LEVELS]
    for text in headers:
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        for name, body in re.findall(r"\benum\s+(\w+)\s*\{([^}]*)\}", text):
            if "#" in body:
                continue
            members = [m.split("=")[0].strip() for m in body.split(",")]
            found.append([m for m in members if m])
        # a list of X(NAME, ...) that the enum is made of
        for prefix, listed in re.findall(
            r"#define\s+(\w+?)S\(X\)((?:.*\\\n)*.*)", text
        ):
            names = re.findall(r"\bX\((\w+)", listed)
            found.append([f"{prefix}_{n}" for n in names])
        flags = re.findall(r"#define\s+(TWR_[A-Z]+)_([A-Z]+)\s+\d+u\b", text)
        for group in sorted({g for g, _ in flags}):
            found.append([f"{g}_{n}" for g, n in flags if g == group])
    return {m: f for f in found if len(f) > 1 for m in f}


class Operators:
    """All mutations of one function, in the order of the text."""

    def __init__(self, source, function, kin):
        self.source = source
        self.tokens = source.tokens
        self.function = function
        self.kin = kin
        self.found = []
        for statement in function.statements:
            self._statement(statement)
        skip = self._left_alone()
        for i in range(function.first, function.last):
            if i not in skip:
                self._token(i)
        self.found.sort(key=lambda m: (m.start, m.end, m.operator, m.text))

    def _left_alone(self):
        """Labels, which are taken away whole, and what only declares."""
        skip = set()
        for st in self.function.statements:
            if st.kind == "case":
                skip.update(range(st.first, st.last))
            elif st.kind == "decl":
                self._skip_declarators(st, skip)
        return skip

    def _skip_declarators(self, st, skip):
        """Pointers' stars and arrays' sizes, but not what a name is set to."""
        i, value = st.first, False
        while i < st.last:
            text = self.tokens[i].text
            value = text == "=" or (value and text != ",")
            after = self.source.partner.get(i, i) + 1
            if not value:
                skip.update(range(i, after))
            i = after

    # ---- whole statements ----

    def _statement(self, st):
        first, last = st.first, st.last
        if st.cond is not None and st.cond[0] < st.cond[1]:
            self._condition(st.kind, *st.cond)
        if st.kind == "return" and last - first > 2:
            self._returned(first + 1, last - 1)
        # a function's last statement would leave no value behind
        gone = ("expr", "return", "break", "continue", "case", "macro")
        if st.kind in gone and not (st.kind == "return" and st.tail):
            text = "" if st.kind == "case" else ";"
            self._add("remove", first, last, text, clause=(first, last))

    def _condition(self, kind, first, last):
        if kind == "switch":
            return
        words = self.source.words(first, last)
        self._add("negate", first, last, f"!({words})")
        for value in ("true", "false"):
            self._add("condition", first, last, value)

    def _returned(self, first, last):
        kind = self.function.returns
        if NUMBERS.match(kind):
            values = ("0", "1")
        elif kind.endswith("*"):
            values = ("NULL",)
        else:
            values = RETURNS.get(kind, ())
        words = self.source.words(first, last)
        for value in values:
            if value != words:
                self._add("return", first, last, value)
        if kind == "bool" and last - first > 1:
            self._add("negate", first, last, f"!({words})")

    # ---- single tokens ----

    def _token(self, i):
        token = self.tokens[i]
        if token.kind == "punct":
            self._punctuator(i, token.text)
        elif token.kind == "number":
            self._bound(i, token.text)
        elif token.kind == "name":
            self._name(i, token.text)

    def _punctuator(self, i, text):
        for other in RELATIONS.get(text, ()):
            self._add("relation", i, i + 1, other)
        if text in ("&&", "||"):
            self._add("logic", i, i + 1, "||" if text == "&&" else "&&")
            for operand in self._operands(i):
                for other in ("true", "false"):
                    self._add("operand", *operand, other)
        if text in ARITHMETIC and self._is_binary(i):
            for other in ARITHMETIC[text]:
                self._add("arithmetic", i, i + 1, other)
        for other in ASSIGNMENTS.get(text, ()):
            self._add("assignment", i, i + 1, other)
        if text in STEPS:
            self._add("step", i, i + 1, STEPS[text])
        if text in ("!", "~"):
            self._add("negation", i, i + 1, "")
        if text == "(" and self._is_number_cast(i):
            self._add("cast", i, self.source.partner[i] + 1, "")
        if text == "?":
            self._ternary(i)

    def _ternary(self, i):
        first, last = self._reach(i, -1) + 1, i
        words = self.source.words(first, last)
        self._add("negate", first, last, f"!({words})")
        for value in ("true", "false"):
            self._add("condition", first, last, value)

    def _name(self, i, text):
        before = self.tokens[i - 1].text
        if text in ("true", "false"):
            self._add("boolean", i, i + 1, "false" if text == "true" else "true")
        elif text in self.kin:
            for other in self._relatives(text):
                self._add("constant", i, i + 1, other)
        elif text in TWINS and before in (".", "->"):
            # .name = value in an initializer is not read but set
            if not (before == "." and self.tokens[i + 1].text == "="):
                self._add("member", i, i + 1, TWINS[text])
        elif (
            CONSTANT.match(text)
            and text != "NULL"
            and self.tokens[i + 1].text != "("
        ):
            self._bound(i, text)

    def _bound(self, i, text):
        if text.isdigit():
            near = (str(int(text) + 1),)
            near += (str(int(text) - 1),) if int(text) > 0 else ()
        else:
            near = (f"({text} + 1)", f"({text} - 1)")
        for other in near:
            self._add("bound", i, i + 1, other)

    def _relatives(self, text):
        family = self.kin[text]
        if len(family) <= SMALL:
            return [m for m in family if m != text]
        at = family.index(text)
        near = {family[(at + 1) % len(family)], family[at - 1]}
        return [
            m for m in family if m != text and (m in near or m in DANGEROUS)
        ]

    # ---- where one is ----

    def _is_binary(self, i):
        before = self.tokens[i - 1]
        if before.text == ")":
            return not self._is_number_cast(self.source.partner[i - 1])
        if before.text == "]":
            return True
        return before.kind in ("number", "name") and before.text not in (
            "return",
            "sizeof",
            "case",
        )

    def _is_number_cast(self, i):
        close = self.source.partner[i]
        if close != i + 2 or self.tokens[i - 1].text == "sizeof":
            return False
        after = self.tokens[close + 1]
        return bool(
            NUMBERS.match(self.tokens[i + 1].text)
            or self.tokens[i + 1].text in ("int", "off_t")
        ) and (after.kind in ("name", "number") or after.text in ("(", "*"))

    def _reach(self, i, step):
        """The next boundary in one direction, brackets skipped."""
        i += step
        while self.function.first <= i < self.function.last:
            text = self.tokens[i].text
            if text in BOUNDARY and text not in ("{", "}"):
                return i
            if i in self.source.partner:
                partner = self.source.partner[i]
                if (partner - i) * step < 0:
                    return i
                i = partner
            i += step
        return i

    def _operands(self, i):
        yield self._reach(i, -1) + 1, i
        yield i + 1, self._reach(i, 1)

    def _clause(self, first, last):
        """What a person would quote: the clause, or the call around it."""
        a, b = self._reach(first, -1) + 1, self._reach(last - 1, 1)
        least, most = self._statement_around(first, last)
        if (a, b) == (first, first + 1):
            outer = self._bracket_around(a, b, least)
            if outer is None:
                return least, most
            a = self._reach(outer, -1) + 1
            b = self._reach(self.source.partner[outer], 1)
        return max(a, least), min(b, most)

    def _statement_around(self, first, last):
        return min(
            (
                (st.first, st.last)
                for st in self.function.statements
                if st.first <= first and last <= st.last
            ),
            key=lambda span: span[1] - span[0],
            default=(self.function.first, self.function.last),
        )

    def _bracket_around(self, first, last, least):
        return max(
            (
                i
                for i in range(least, first)
                if self.source.partner.get(i, -1) >= last
            ),
            default=None,
        )

    def _add(self, operator, first, last, text, clause=None):
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        if self.source.text[start:end] == text:
            return
        a, b = clause or self._clause(first, last)
        self.found.append(
            Mutation(
                operator,
                start,
                end,
                text,
                self.source.words(a, b),
                self._changed(a, first, text, last, b),
            )
        )

    def _changed(self, a, first, text, last, b):
        left, right = self.source.words(a, first), self.source.words(last, b)
        if left and self.tokens[first - 1].end < self.tokens[first].start:
            left += " "
        if right and self.tokens[last - 1].end < self.tokens[last].start:
            right = " " + right
        return (left + text + right).strip()
