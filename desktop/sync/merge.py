"""A proposal for a text that two authors changed: what each of them did, where they did it in different places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

PIECES = re.compile(r"<[^>]*>|\w+|\s+|.", re.DOTALL)
"""Tags, words, white space: what is kept whole when texts are compared."""


def merge_texts(seen: str, mine: str, theirs: str) -> str | None:
    """``mine`` and ``theirs`` in one text, both made from ``seen``; None where they changed the same place in different ways.

    Changes that touch one another count as the same place: a merge must never put together a sentence that nobody wrote.
    """
    pieces = PIECES.findall(seen)
    ours, others = _changes(pieces, PIECES.findall(mine)), _changes(pieces, PIECES.findall(theirs))
    merged: list[str] = []
    at = 0
    while ours or others:
        if ours and others and ours[0] == others[0]:
            others.pop(0)
            continue
        if ours and others and ours[0][0] <= others[0][1] and others[0][0] <= ours[0][1]:
            return None
        changes = ours if not others or (ours and ours[0] < others[0]) else others
        first, last, instead = changes.pop(0)
        merged += pieces[at:first]
        merged += instead
        at = last
    return "".join(merged + pieces[at:])


def _changes(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int, list[str]]]:
    """What was replaced: from and to which piece of ``before``, and by what."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [(first, last, list(after[start:end])) for tag, first, last, start, end in matcher.get_opcodes() if tag != "equal"]
