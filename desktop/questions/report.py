"""What an import or export of questions says: for each item what was kept, changed or dropped, and where a file is wrong."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from desktop.errors import Invalid
from desktop.i18n import _
from desktop.questions.model import ONE, ZERO, MultipleAnswer, Question, Rule, flaws

type Fetch = Callable[[str], Path]
"""The file of an asset on this computer, by the asset's id. Raises :class:`~desktop.errors.LmsError` where it cannot be had."""

MOST_ITEMS = 25_000
MOST_ANSWERS = 1000
MOST_PROBLEMS = 1000
"""Beyond these a report helps nobody, and a file is not one of questions."""

_ASSET = re.compile(r"\basset:([0-9a-f]{64})")


class Kind(StrEnum):
    CHANGED = "changed"
    """Kept in another form."""
    DROPPED = "dropped"
    """Not kept: the other side has no place for it."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that is not as it was. ``what`` is a short sentence for the reader."""

    kind: Kind
    what: str


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a file. Without ``question`` nothing could be made of it, and ``notes`` say why.

    ``line`` and ``column`` count from 1: where it begins, in ``file`` where that is one of several in a package. Of what was written,
    ``line`` is the number of the question.
    """

    line: int
    title: str
    question: Question | None
    notes: tuple[Note, ...] = ()
    column: int = 1
    file: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A place where the file is not what it should be. ``line`` and ``column`` count from 1."""

    line: int
    column: int
    text: str
    file: str = ""
    """Which file of a package; empty for the file itself."""

    def __str__(self) -> str:
        if self.file:
            return _("{file}, line {line}, column {column}: {text}").format(
                file=self.file, line=self.line, column=self.column, text=self.text
            )
        return _("line {line}, column {column}: {text}").format(line=self.line, column=self.column, text=self.text)


class TooLarge(Invalid):
    """The file has more bytes or entries than questions could need; nothing was imported."""

    code = "questions.too-large"


class Unsound(Invalid):
    """The file has errors; nothing was imported. ``problems`` say where."""

    code = "questions.unsound"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            _("The file has errors, so nothing was imported: {first}").format(first=problems[0]),
            remedy=_("Correct the file, or import only the questions that are sound."),
            details="\n".join(map(str, problems)),
        )
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture that came with questions. Their texts name it ``asset:<asset>``, the id that the workspace gives these bytes."""

    asset: str
    name: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Imported:
    """A file as it was read: the report of each entry, where it is wrong, and the pictures to keep before its questions are."""

    items: tuple[Item, ...]
    problems: tuple[Problem, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    def questions(self, *, only_sound: bool = False) -> list[Question]:
        """What to import: everything, or nothing where a part is wrong, unless the person chose to take what is sound.

        Raises:
            Unsound: the file has errors and ``only_sound`` was not chosen.
        """
        if self.problems and not only_sound:
            raise Unsound(self.problems)
        return [item.question for item in self.items if item.question is not None]

    def attachments_of(self, questions: Iterable[Question]) -> list[Attachment]:
        """The pictures that these questions name."""
        named = {asset for question in questions for asset in assets_of(question)}
        return [each for each in self.attachments if each.asset in named]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file as it was written, and what of each question it does not hold. ``items`` are in the order of the questions."""

    data: bytes
    items: tuple[Item, ...]


@dataclass(slots=True)
class Notes:
    """Collects what is said about one item."""

    notes: list[Note] = field(default_factory=list)

    def changed(self, what: str) -> None:
        self.notes.append(Note(Kind.CHANGED, what))

    def dropped(self, what: str) -> None:
        self.notes.append(Note(Kind.DROPPED, what))

    def item(self, line: int, title: str, question: Question | None, column: int = 1, file: str = "") -> Item:
        return Item(line, title, question, tuple(dict.fromkeys(self.notes)), column, file)


@dataclass(slots=True)
class Reading:
    """Collects the items, the problems and the pictures of one file, or of one after the other in a package."""

    items: list[Item] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    file: str = ""
    """The file of a package that is being read."""

    def add(self, line: int, title: str, question: Question | None, notes: Notes, column: int = 1) -> None:
        """Takes an item; a question that could not be asked is a problem of the file, where the question begins.

        Raises:
            TooLarge: there are more than anybody could want at once.
        """
        if len(self.items) >= MOST_ITEMS:
            raise TooLarge(_("The file has more than {most} entries.").format(most=MOST_ITEMS), remedy=_("Split it into several files."))
        faults = flaws(question) if question is not None else []
        if question is not None and _answers_of(question) > MOST_ANSWERS:
            faults = [_("It has more than {most} answers.").format(most=MOST_ANSWERS)]
        for fault in faults:
            self.problem(line, column, fault)
        self.items.append(notes.item(line, title, None if faults else question, column, self.file))

    def problem(self, line: int, column: int, text: str) -> None:
        """Notes a place that is wrong. Raises :class:`Unsound` where there are so many that the file is of another kind."""
        self.problems.append(Problem(line, column, text, self.file))
        if len(self.problems) >= MOST_PROBLEMS:
            raise Unsound(tuple(self.problems))

    def attach(self, data: bytes, name: str) -> str:
        """Keeps a picture; the address by which texts name it."""
        # The way of the workspace's store, which is not needed to read questions without pictures.
        from desktop.store.assets import CHUNK, asset_url, manifest_id

        asset = manifest_id([sha256(data[start : start + CHUNK]).digest() for start in range(0, len(data), CHUNK)])
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self.attachments.setdefault(asset, Attachment(asset, name, media_type, data))
        return asset_url(asset)

    def done(self) -> Imported:
        order = {file: place for place, file in enumerate(dict.fromkeys(p.file for p in self.problems))}
        problems = sorted(self.problems, key=lambda p: (order[p.file], p.line, p.column))
        return Imported(tuple(self.items), tuple(problems), tuple(self.attachments.values()))


def _answers_of(question: Question) -> int:
    """How many options, blanks, pairs or items it has."""
    body = question.body
    return max((len(getattr(body, name, ())) for name in ("options", "accepted", "blanks", "pairs", "distractors", "items")), default=0)


def assets_of(question: Question) -> list[str]:
    """The ids of the assets that a question names, in any of its texts."""
    return _ASSET.findall(repr(question))


def note_lost(question: Question, notes: Notes, *kept: str) -> None:
    """Says what a format drops of the fields that not every format has: all that are set and not in ``kept``.

    ``pictures`` are those within its texts.
    """
    apart = {address.removeprefix("asset:") for address in (question.image, question.video) if address}
    fields = {
        "title": (question.title, _("The title.")),
        "points": (question.points != 1, _("The points ({points}).").format(points=question.points)),
        "explanation": (question.explanation, _("The explanation.")),
        "hint": (question.hint, _("The hint.")),
        "image": (question.image, _("The picture.")),
        "video": (question.video, _("The video.")),
        "tags": (question.tags, _("The tags.")),
        "pictures": (set(assets_of(question)) - apart, _("The pictures in its texts.")),
    }
    for name, (is_set, sentence) in fields.items():
        if is_set and name not in kept:
            notes.dropped(sentence)


def weights_of(body: MultipleAnswer, notes: Notes) -> list[Decimal]:
    """What each option earns, as parts of the points, for formats that know no other rule."""
    right = sum(option.correct for option in body.options) or 1
    match body.rule:
        case Rule.WEIGHTS:
            return [option.part if option.part is not None else ONE if option.correct else ZERO for option in body.options]
        case Rule.ALL_OR_NOTHING:
            notes.changed(_("All or nothing becomes: a wrong pick costs everything."))
            return [ONE / right if option.correct else -ONE for option in body.options]
        case _:
            return [ONE / right if option.correct else -ONE / right for option in body.options]
