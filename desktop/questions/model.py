"""A question, whole: the eight types, what each accepts, and what it says to whom.

Values are immutable and compare by content. ``desktop.questions.storage`` writes them as rows of ``quiz_questions`` and reads them back;
the importers and exporters of this package speak of nothing else. How an answer is graded is decided in the server alone
(``lms.grade_answer``; server_sql/README.md, "Answers").
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from desktop.questions.markup import shows_something

ONE = Decimal(1)
ZERO = Decimal(0)
MOST_POINTS = Decimal(1_000_000)
"""What ``quiz_questions.points`` has no room for."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words, and where they are more than words, the HTML that ``plain`` is the bare text of."""

    plain: str
    html: str | None = None

    def __bool__(self) -> bool:
        return bool(self.plain) or (self.html is not None and shows_something(self.html))


NOTHING = Text("")


class Rule(StrEnum):
    """What part of the points an answer that is partly right earns."""

    DOCKED = "docked"
    """Multiple answer: (right picks − wrong picks) / right ones there are, not below 0."""
    ALL_OR_NOTHING = "all_or_nothing"
    """Everything right, or nothing."""
    WEIGHTS = "weights"
    """Multiple answer: the sum of the parts of what was picked, between 0 and 1."""
    POSITIONS = "positions"
    """Ordering: the share of items that stand in their own place."""
    NEIGHBOURS = "neighbours"
    """Ordering: the share of items that are followed by the one that follows them in the key."""


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from. ``part`` is what picking it earns, −1 to 1; None: all where it is correct, else nothing."""

    id: str
    text: Text
    correct: bool = False
    part: Decimal | None = None
    feedback: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer that somebody may type: a text, or a number with how far it may be off. ``part`` of the points, 0 to 1."""

    text: str
    part: Decimal = ONE
    feedback: Text = NOTHING
    tolerance: Decimal | None = None
    """Set where ``text`` is a number and is compared as one: an answer counts from ``text − tolerance`` to ``text + tolerance``."""


@dataclass(frozen=True, slots=True)
class Typing:
    """How typed answers are compared. White space at the ends and repeated never counts; Unicode is compared composed (NFC)."""

    case: bool = False
    """Upper and lower case differ."""
    accents: bool = True
    """Accents differ."""
    wildcards: bool = False
    """``*`` stands for any text, ``\\*`` for a star."""


PLAIN_TYPING = Typing()


@dataclass(frozen=True, slots=True)
class MultipleChoice:
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class TrueFalse:
    answer: bool
    true_feedback: Text = NOTHING
    false_feedback: Text = NOTHING


@dataclass(frozen=True, slots=True)
class MultipleAnswer:
    options: tuple[Option, ...]
    rule: Rule = Rule.DOCKED


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """With nothing accepted, a person grades."""

    accepted: tuple[Accepted, ...]
    typing: Typing = PLAIN_TYPING


@dataclass(frozen=True, slots=True)
class Essay:
    pass


@dataclass(frozen=True, slots=True)
class Blank:
    """A gap; ``[[1]]`` in the question's text is where the first stands. With ``choices`` it is chosen from a list, else typed."""

    accepted: tuple[Accepted, ...]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FillBlank:
    blanks: tuple[Blank, ...]
    typing: Typing = PLAIN_TYPING
    rule: Rule | None = None
    """None: the share of the blanks, each for itself. Else ``ALL_OR_NOTHING``."""


@dataclass(frozen=True, slots=True)
class Pair:
    left: Text
    right: str


@dataclass(frozen=True, slots=True)
class Matching:
    """``distractors`` are further right sides that nothing belongs to."""

    pairs: tuple[Pair, ...]
    distractors: tuple[str, ...] = ()
    rule: Rule | None = None
    """None: correct pairs over stems. Else ``ALL_OR_NOTHING``."""


@dataclass(frozen=True, slots=True)
class Ordering:
    """The items in their right order."""

    items: tuple[Text, ...]
    rule: Rule = Rule.ALL_OR_NOTHING


type Body = MultipleChoice | TrueFalse | MultipleAnswer | ShortAnswer | Essay | FillBlank | Matching | Ordering

TYPE_NAMES: dict[type, str] = {
    MultipleChoice: "multiple_choice",
    TrueFalse: "true_false",
    MultipleAnswer: "multiple_answer",
    ShortAnswer: "short_answer",
    Essay: "essay",
    FillBlank: "fill_blank",
    Matching: "matching",
    Ordering: "ordering",
}
"""The words of ``quiz_questions.question_type``."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked and how it is answered. ``image`` and ``video`` are ``asset:<id>``; ``explanation`` is shown with the right answer."""

    text: Text
    body: Body
    title: str = ""
    points: Decimal = ONE
    explanation: Text = NOTHING
    hint: str = ""
    image: str | None = None
    video: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def type_name(self) -> str:
        return TYPE_NAMES[type(self.body)]


def letter(index: int) -> str:
    """The id of the option at this place: a … z, then aa, ab …"""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("a") + rest) + name
    return name


def item_id(text: str, taken: Collection[str] = ()) -> str:
    """An id for an item to be put in order or matched, made of its words: it says nothing about where the item belongs."""
    for salt in range(1000):
        name = hashlib.sha256(f"{salt}\0{text}".encode()).hexdigest()[:8]
        if name not in taken:
            return name
    raise AssertionError("a thousand ids taken")


def flaws(question: Question) -> list[str]:
    """Why this question cannot be asked; empty for a sound one. English, for reports and logs as well as for the editor."""
    found = [] if question.text else ["It has no text."]
    if question.points < 0:
        found.append("Its points are negative.")
    if question.points >= MOST_POINTS:
        found.append("Its points are a million or more.")
    match question.body:
        case MultipleChoice(options) | MultipleAnswer(options):
            if len({option.id for option in options}) < len(options):
                found.append("Two options have the same id.")
            if not any(option.correct for option in options):
                found.append("No option is marked as correct.")
            if isinstance(question.body, MultipleChoice) and sum(option.correct for option in options) > 1:
                found.append("More than one option is marked as correct.")
            if any(not option.text for option in options):
                found.append("An option is empty.")
        case FillBlank(blanks):
            if not blanks:
                found.append("It has no blanks.")
            if any(not blank.accepted for blank in blanks):
                found.append("A blank accepts no answer.")
        case Matching(pairs):
            if not pairs:
                found.append("It has no pairs.")
            if len({pair.left for pair in pairs}) < len(pairs):
                found.append("Two stems are the same.")
        case Ordering(items):
            if len(items) < 2:
                found.append("It has fewer than two items to put in order.")
        case _:
            pass
    return found
