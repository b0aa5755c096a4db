"""Questions that ask the same: equal once case, accents, punctuation and mark-up are set aside, or nearly so.

Nearness is the share of word pairs (shingles of two, over the stem and what is answered) that two questions have in common: Jaccard's
index. Only questions that share a rare shingle are compared, so ten thousand take seconds rather than fifty million comparisons.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from desktop.questions.model import (
    FillBlank,
    Matching,
    MultipleAnswer,
    MultipleChoice,
    Ordering,
    Question,
    ShortAnswer,
)

NEAR = 0.7
"""From here on two questions are shown as perhaps the same."""
COMMON = 40
"""A shingle that more questions share ("which of the following") tells nothing, and is not a reason to compare two."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two questions and how alike they are, 0 to 1; 1: the same words in the same order."""

    one: UUID
    other: UUID
    likeness: float


def normalized(text: str) -> str:
    """Words only, folded: no case, accents or punctuation."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return " ".join(_WORD.findall(bare.casefold()))


def words_of(question: Question) -> str:
    """All that a learner reads of it, normalized; answers in an order of their own, as it says nothing."""
    parts: list[str] = []
    match question.body:
        case MultipleChoice(options) | MultipleAnswer(options):
            parts = [option.text.plain for option in options]
        case ShortAnswer(accepted):
            parts = [each.text for each in accepted]
        case FillBlank(blanks):
            parts = [each.text for blank in blanks for each in blank.accepted]
        case Matching(pairs):
            parts = [f"{pair.left.plain} {pair.right}" for pair in pairs]
        case Ordering(items):
            parts = [item.plain for item in items]
        case _:
            pass
    return " ".join((normalized(question.text.plain), *sorted(normalized(part) for part in parts))).strip()


def find_duplicates(questions: Mapping[UUID, Question], near: float = NEAR) -> list[Likeness]:
    """Every two questions that are at least ``near``, the most alike first. Questions without words are left out."""
    words = {name: words_of(question) for name, question in questions.items()}
    shingles = {name: _shingles(text) for name, text in words.items() if text}
    having: dict[tuple[str, ...], list[UUID]] = defaultdict(list)
    for name, own in shingles.items():
        for shingle in own:
            having[shingle].append(name)
    same: dict[str, list[UUID]] = defaultdict(list)
    for name in shingles:
        same[words[name]].append(name)
    compared: set[tuple[UUID, UUID]] = set()
    for group in having.values():
        if len(group) <= COMMON:
            compared.update((one, other) for at, one in enumerate(group) for other in group[at + 1 :])
    for first, *others in same.values():
        compared.update((first, other) for other in others)  # each with the first is enough to see that all are the same
    found = []
    for one, other in compared:
        if words[one] == words[other]:
            likeness = 1.0
        else:
            # The same pairs of words in another order are alike, but not the same.
            likeness = min(0.99, len(shingles[one] & shingles[other]) / len(shingles[one] | shingles[other]))
        if likeness >= near:
            found.append(Likeness(one, other, likeness))
    return sorted(found, key=lambda pair: (-pair.likeness, words[pair.one], pair.one.int, pair.other.int))


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    parts = text.split()
    return frozenset(pairwise(parts)) if len(parts) > 1 else frozenset({tuple(parts)})
