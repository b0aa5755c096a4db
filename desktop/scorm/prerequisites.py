"""``adlcp:prerequisites`` of SCORM 1.2 (CAM 2.3.2.5.1): an ``aicc_script`` that says when an item may be opened.

An item's identifier holds once it is completed or passed. ``&`` and ``|`` combine, ``~`` negates, ``=`` and ``<>`` compare an item's
status with a word, ``N*{a, b, c}`` asks for N of a set; parentheses group. AICC's course files use the same script.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

type StatusOf = Callable[[str], str]
"""An item's status in the words of SCORM 1.2; ``not attempted`` for what does not exist."""

_DONE = frozenset({"completed", "passed"})
# AICC allows the first letter alone (CMI001 4.0, table of lesson_status).
_WORDS = {
    **{word: word for word in ("passed", "completed", "browsed", "failed", "incomplete", "not attempted")},
    "p": "passed",
    "c": "completed",
    "b": "browsed",
    "f": "failed",
    "i": "incomplete",
    "n": "not attempted",
}
_TOKEN = re.compile(r"""\s*(?:(?P<quoted>"[^"]*")|(?P<mark><>|[&|~=(){}*,])|(?P<word>[^\s&|~=<>(){}*,"]+))""")
_DEEPEST = 200


class _Malformed(ValueError):
    """Not a script that can be read."""


def holds(script: str, status_of: StatusOf) -> bool:
    """Whether the prerequisites are met. A script that cannot be read keeps nobody out: it would lock the item for good."""
    if not script.strip():
        return True
    try:
        return _Reader(script, status_of).whole()
    except _Malformed:
        return True


def is_readable(script: str) -> bool:
    """Whether :func:`holds` can make sense of it, for the import report."""
    try:
        _Reader(script, lambda _item: "not attempted").whole()
    except _Malformed:
        return not script.strip()
    return True


class _Reader:
    """Recursive descent; a value is computed while it is read."""

    def __init__(self, script: str, status_of: StatusOf) -> None:
        self._tokens = list(_tokens(script))
        self._at = 0
        self._depth = 0
        self._status_of = status_of

    def whole(self) -> bool:
        value = self._either()
        if self._at < len(self._tokens):
            raise _Malformed(self._tokens[self._at])
        return value

    def _either(self) -> bool:
        value = self._both()
        while self._take("|"):
            value = self._both() or value
        return value

    def _both(self) -> bool:
        value = self._single()
        while self._take("&"):
            value = self._single() and value
        return value

    def _single(self) -> bool:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Malformed("too deep")
        try:
            if self._take("~"):
                return not self._single()
            if self._take("("):
                value = self._either()
                self._expect(")")
                return value
            return self._item()
        finally:
            self._depth -= 1

    def _item(self) -> bool:
        word = self._word()
        if self._take("*"):
            return self._some(word)
        if self._take("="):
            return self._status_of(word) == self._status()
        if self._take("<>"):
            return self._status_of(word) != self._status()
        return self._status_of(word) in _DONE

    def _some(self, count: str) -> bool:
        if not count.isascii() or not count.isdigit() or len(count) > 9:
            raise _Malformed(count)
        self._expect("{")
        met = int(self._either())
        while self._take(","):
            met += self._either()
        self._expect("}")
        return met >= int(count)

    def _status(self) -> str:
        word = self._word()
        if word == "not" and self._at < len(self._tokens) and self._tokens[self._at] == "attempted":
            word += " " + self._word()
        status = _WORDS.get(word.lower())
        if status is None:
            raise _Malformed(word)
        return status

    def _word(self) -> str:
        if self._at >= len(self._tokens):
            raise _Malformed("ends too early")
        token = self._tokens[self._at]
        if token in ("&", "|", "~", "=", "<>", "(", ")", "{", "}", "*", ","):
            raise _Malformed(token)
        self._at += 1
        return token.strip('"')

    def _take(self, mark: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == mark:
            self._at += 1
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise _Malformed(mark)


def _tokens(script: str) -> Iterator[str]:
    at = 0
    script = script.rstrip()
    while at < len(script):
        match = _TOKEN.match(script, at)
        if match is None:
            raise _Malformed(script[at:])
        at = match.end()
        yield match[match.lastgroup or 0]
