"""Passages that submissions have in common: a hint of where to look, never a verdict.

Winnowing, after S. Schleimer, D. S. Wilkerson and A. Aiken, “Winnowing: Local Algorithms for Document Fingerprinting” (SIGMOD 2003): of the
hashes of all runs of ``RUN`` words the smallest of each ``WINDOW`` in succession is kept, the rightmost of equal ones. So every passage of
``GUARANTEED`` words in common is found, and none shorter than ``RUN`` is. Words are compared without case, punctuation and layout; in
scripts that are written without spaces each character is a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations
from typing import NamedTuple

RUN = 6
WINDOW = 5
GUARANTEED = RUN + WINDOW - 1
COMMON = 10
"""What more than so many submissions have is the course's own wording (a citation, a form), as in Moss."""

# Han, kana and the scripts of South East Asia are written without spaces between words
UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")


class Span(NamedTuple):
    """Characters ``start`` up to, not including, ``end``."""

    start: int
    end: int


class Passage(NamedTuple):
    """Where a passage is in each of two texts."""

    left: Span
    right: Span


@dataclass(frozen=True, slots=True)
class Pair[Key]:
    """Two submissions. ``share`` is the part, 0 to 1, of the shorter one's fingerprints that the other has too."""

    left: Key
    right: Key
    share: float


def words_of(text: str) -> tuple[list[str], list[Span]]:
    """The words of a text as they are compared, and where each is in it."""
    found = list(WORD.finditer(text))
    if text.isascii():
        words = [one.group().lower() for one in found]
    else:
        words = [unicodedata.normalize("NFKC", one.group()).casefold() for one in found]
    return words, [Span(*one.span()) for one in found]


def _hashes(words: Sequence[str]) -> list[int]:
    return [int.from_bytes(blake2b(" ".join(words[at : at + RUN]).encode(), digest_size=8).digest()) for at in range(len(words) - RUN + 1)]


def fingerprints(text: str) -> frozenset[int]:
    """The kept hashes of a text; none where it is shorter than ``RUN`` words."""
    hashes = _hashes(words_of(text)[0])
    if not hashes:
        return frozenset()
    kept: set[int] = set()
    last = -1  # where the smallest of the window before is
    for end in range(min(WINDOW, len(hashes)) - 1, len(hashes)):
        start = max(0, end - WINDOW + 1)
        if last < start:
            last = min(range(start, end + 1), key=lambda at: (hashes[at], -at))
        elif hashes[end] <= hashes[last]:
            last = end
        kept.add(hashes[last])
    return frozenset(kept)


def find_similar[Key](
    texts: Mapping[Key, str],
    given: str = "",
    least: float = 0.1,
    report: Callable[[float, float], object] = lambda _done, _all: None,
) -> list[Pair[Key]]:
    """Pairs that have at least the part ``least`` in common, the most alike first.

    Args:
        given: what everybody was given (the task), whose passages count for nobody.
        report: called with how many texts of how many have been read.
    """
    ignored = fingerprints(given)
    prints: dict[Key, frozenset[int]] = {}
    holders: defaultdict[int, list[Key]] = defaultdict(list)
    for number, (key, text) in enumerate(texts.items()):
        if number % 100 == 0:
            report(number, len(texts))
        prints[key] = fingerprints(text) - ignored
        for one in prints[key]:
            holders[one].append(key)
    common: defaultdict[tuple[Key, Key], int] = defaultdict(int)
    for keys in holders.values():
        if len(keys) <= COMMON:
            for pair in combinations(keys, 2):
                common[pair] += 1
    pairs = (Pair(left, right, count / min(len(prints[left]), len(prints[right]))) for (left, right), count in common.items())
    return sorted((pair for pair in pairs if pair.share >= least), key=lambda pair: -pair.share)


def passages(left: str, right: str) -> list[Passage]:
    """All passages of at least ``RUN`` words that two texts have in common, whole, in the order of the left one.

    A word belongs to one passage of the left text at most: the first place in the right text that goes on longest.
    """
    ours, spans = words_of(left)
    theirs, places = words_of(right)
    starts: defaultdict[int, list[int]] = defaultdict(list)
    for at, one in enumerate(_hashes(theirs)):
        starts[one].append(at)
    found, at = [], 0
    for first, one in enumerate(_hashes(ours)):
        if first < at:
            continue
        best, length = max(
            ((there, _alike(ours, theirs, first, there)) for there in starts.get(one, ())), key=lambda it: it[1], default=(0, 0)
        )
        if length >= RUN:
            at = first + length
            found.append(Passage(Span(spans[first].start, spans[at - 1].end), Span(places[best].start, places[best + length - 1].end)))
    return found


def _alike(ours: Sequence[str], theirs: Sequence[str], left: int, right: int) -> int:
    """How many words are the same from these two places on."""
    length = 0
    while left + length < len(ours) and right + length < len(theirs) and ours[left + length] == theirs[right + length]:
        length += 1
    return length
