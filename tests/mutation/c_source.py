# SPDX-License-Identifier: BSD-2-Clause
"""C sources as tokens, functions and statements: as much of the language as
the project's own style uses, and no more. Comments and preprocessor lines
are no tokens, so nothing that is derived from tokens can touch them."""

import re
from collections import namedtuple

Token = namedtuple("Token", "kind text start end")

# kind: decl, expr, return, break, continue, goto, if, while, for, switch,
# do, case, macro. Tokens first to last - 1; cond: the range of a condition.
# tail: nothing follows it in its function.
Statement = namedtuple("Statement", "kind first last cond tail")

Function = namedtuple("Function", "name returns first last statements")

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
    | (?P<prep>^[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])*)
    | (?P<string>"(?:\\.|[^"\\\n])*")
    | (?P<char>'(?:\\.|[^'\\\n])*')
    | (?P<number>\.?[0-9](?:[eEpP][+-]|[0-9a-zA-Z_.])*)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<punct>\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\|
        |[-+*/%&|^]=|[][(){}<>=!~+\-*/%&|^?:;,.])""",
    re.X | re.S | re.M,
)

_OPEN = {"(": ")", "[": "]", "{": "}"}
_CLOSE = set(_OPEN.values())
_TYPE_WORDS = set(
    "const static struct enum union unsigned signed int char bool void long "
    "short float double volatile register extern".split()
)


class SourceError(Exception):
    """Text that is not C as this project writes it."""


def tokenize(text, name="source"):
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            line = text.count("\n", 0, at) + 1
            raise SourceError(f"{name}:{line}: no C token: {text[at:at + 20]!r}")
        if match.lastgroup not in ("space", "prep"):
            tokens.append(Token(match.lastgroup, match.group(), at, match.end()))
        at = match.end()
    return tokens


class Source:
    """One file: text, tokens, for each bracket its partner, functions."""

    def __init__(self, text, name="source"):
        self.text = text
        self.name = name
        self.tokens = tokenize(text, name)
        self.partner = self._match_brackets()
        self.functions = self._find_functions()

    def line(self, index):
        return self.text.count("\n", 0, self.tokens[index].start) + 1

    def words(self, first, last):
        """Tokens first to last - 1 on one line, blanks as in the source."""
        if first >= last:
            return ""
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        parts, at = [], start
        for token in self.tokens[first:last]:
            if token.start > at:
                parts.append(" ")
            parts.append(token.text)
            at = token.end
        assert at == end
        return "".join(parts)

    def _match_brackets(self):
        partner, stack = {}, []
        for i, token in enumerate(self.tokens):
            if token.kind != "punct":
                continue
            if token.text in _OPEN:
                stack.append(i)
            elif token.text in _CLOSE:
                if not stack or _OPEN[self.tokens[stack[-1]].text] != token.text:
                    line = self.line(i)
                    raise SourceError(f"{self.name}:{line}: lone {token.text}")
                partner[i] = stack[-1]
                partner[stack.pop()] = i
        if stack:
            raise SourceError(f"{self.name}:{self.line(stack[-1])}: not closed")
        return partner

    def _find_functions(self):
        functions, i, since = [], 0, 0
        while i < len(self.tokens):
            text = self.tokens[i].text
            if text == "{" and i > 0 and self.tokens[i - 1].text == ")":
                name = self.partner[i - 1] - 1
                functions.append(self._function(name, since, i))
            if text in _OPEN:
                i = self.partner[i]
            if self.tokens[i].text in (";", "}"):
                since = i + 1
            i += 1
        return functions

    def _function(self, name, since, brace):
        skip = ("static", "extern", "inline")
        returns = [t.text for t in self.tokens[since:name] if t.text not in skip]
        last = self.partner[brace]
        statements = _Statements(self, brace + 1, last).found
        return Function(
            self.tokens[name].text, " ".join(returns), brace + 1, last, statements
        )


class _Statements:
    """The statements between two tokens, in the order of the text."""

    def __init__(self, source, first, last):
        self.source = source
        self.tokens = source.tokens
        self.partner = source.partner
        self.end = last
        self.found = []
        while first < last:
            first = self._statement(first)

    def _add(self, kind, first, last, cond=None):
        tail = last == self.end
        self.found.append(Statement(kind, first, last, cond, tail))

    def _until(self, i, stop):
        while self.tokens[i].text != stop:
            i = self.partner[i] + 1 if self.tokens[i].text in _OPEN else i + 1
        return i

    def _statement(self, i):
        text = self.tokens[i].text
        if text == "{":
            i, last = i + 1, self.partner[i]
            while i < last:
                i = self._statement(i)
            return last + 1
        if text in ("if", "while", "switch"):
            return self._guarded(i, text)
        if text == "for":
            return self._for(i)
        if text == "do":
            body = self._statement(i + 1)  # while (...);
            close = self.partner[body + 1]
            self._add("do", i, close + 2, (body + 2, close))
            return close + 2
        if text == "else":
            return self._statement(i + 1)
        if text in ("case", "default"):
            colon = self._until(i, ":")
            self._add("case", i, colon + 1)
            return colon + 1
        if self.tokens[i].kind == "name" and self.tokens[i + 1].text == ":":
            return i + 2
        return self._simple(i, text)

    def _guarded(self, i, kind):
        close = self.partner[i + 1]
        self._add(kind, i, close + 1, (i + 2, close))
        return self._statement(close + 1)

    def _for(self, i):
        close = self.partner[i + 1]
        first = self._until(i + 2, ";")
        second = self._until(first + 1, ";")
        self._add("for", i, close + 1, (first + 1, second))
        return self._statement(close + 1)

    def _simple(self, i, text):
        if text.isupper() and self.tokens[i + 1].text == "(":
            close = self.partner[i + 1]
            if self.tokens[close + 1].kind == "name" or self.tokens[
                close + 1
            ].text in ("}", "{"):
                self._add("macro", i, close + 1)
                return close + 1
        last = self._until(i, ";") + 1
        if text in ("return", "break", "continue", "goto"):
            kind = text
        elif text == ";":
            return last
        else:
            kind = "decl" if self._is_declaration(i) else "expr"
        self._add(kind, i, last)
        return last

    def _is_declaration(self, i):
        one, two, three = self.tokens[i : i + 3]
        if one.text in _TYPE_WORDS:
            return True
        if one.kind != "name":
            return False
        return two.kind == "name" or (
            two.text == "*" and three.kind == "name" and one.text.endswith("_t")
        )
