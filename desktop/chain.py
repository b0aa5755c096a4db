"""A hash chain: a log whose every entry is hashed together with the hash of the one before.

Whoever may write to the database can rewrite a whole chain; whoever kept its head from before then sees it. So heads are given away: with
what is exported, signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from desktop.i18n import N_, _

START = bytes(32)
"""The hash before the first entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """``text`` is what was hashed, byte for byte in UTF-8; ``hash`` is SHA-256 of the hash before and of it. Numbers start at 1."""

    number: int
    text: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry as it was at some time."""

    number: int
    hash: bytes


class Wrong(Enum):
    """What was done to a chain. The value is a sentence about entry ``{n}``."""

    MISSING = N_("Entry {n} is missing.")
    ORDER = N_("Entry {n} stands where it does not belong.")
    EDITED = N_("Entry {n} was changed, or one before it was exchanged.")
    CUT = N_("The log ends before entry {n}, which was its last.")
    REWRITTEN = N_("Entry {n} is not the one that was the last: the log was written anew.")


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first entry at which a chain does not hold."""

    number: int
    wrong: Wrong

    def sentence(self) -> str:
        return _(self.wrong.value).format(n=self.number)


def find_flaw(entries: Iterable[Entry], head: Head | None = None) -> Flaw | None:
    """The first flaw of a chain, from its first entry on; None where it holds. With ``head`` it must also still contain that head."""
    last = Head(0, START)
    met = head is None or head.number == 0
    for entry in entries:
        expected = last.number + 1
        if entry.number != expected:
            return Flaw(expected, Wrong.MISSING) if entry.number > expected else Flaw(entry.number, Wrong.ORDER)
        if hashlib.sha256(last.hash + entry.text.encode()).digest() != entry.hash:
            return Flaw(entry.number, Wrong.EDITED)
        last = Head(entry.number, entry.hash)
        if head is not None and head.number == last.number:
            if head.hash != last.hash:
                return Flaw(last.number, Wrong.REWRITTEN)
            met = True
    return None if met or head is None else Flaw(head.number, Wrong.CUT)
