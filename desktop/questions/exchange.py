"""What an import or export of questions says: for each item what was kept, changed or dropped, and where a file is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from desktop.errors import Invalid
from desktop.i18n import _
from desktop.questions.model import Question, flaws


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
    """One entry of a file. Without ``question`` nothing could be made of it, and ``notes`` say why. ``line`` counts from 1."""

    line: int
    title: str
    question: Question | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A place where the file is not what it should be. ``line`` and ``column`` count from 1."""

    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return _("line {line}, column {column}: {text}").format(line=self.line, column=self.column, text=self.text)


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
class Imported:
    """A file as it was read: the report of each entry, and where it is wrong."""

    items: tuple[Item, ...]
    problems: tuple[Problem, ...] = ()

    def questions(self, *, only_sound: bool = False) -> list[Question]:
        """What to import: everything, or nothing where a part is wrong, unless the person chose to take what is sound.

        Raises:
            Unsound: the file has errors and ``only_sound`` was not chosen.
        """
        if self.problems and not only_sound:
            raise Unsound(self.problems)
        return [item.question for item in self.items if item.question is not None]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file as it was written, and what of each question it does not hold. ``items`` are in the order of the questions."""

    data: str
    items: tuple[Item, ...]


@dataclass(slots=True)
class Notes:
    """Collects what is said about one item."""

    notes: list[Note] = field(default_factory=list)

    def changed(self, what: str) -> None:
        self.notes.append(Note(Kind.CHANGED, what))

    def dropped(self, what: str) -> None:
        self.notes.append(Note(Kind.DROPPED, what))

    def item(self, line: int, title: str, question: Question | None) -> Item:
        return Item(line, title, question, tuple(dict.fromkeys(self.notes)))


@dataclass(slots=True)
class Reading:
    """Collects the items and the problems of one file."""

    items: list[Item] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, title: str, question: Question | None, notes: Notes) -> None:
        """Takes an item; a question that could not be asked is a problem of the file, at its first line."""
        faults = flaws(question) if question is not None else []
        self.problems += [Problem(line, 1, fault) for fault in faults]
        self.items.append(notes.item(line, title, None if faults else question))

    def problem(self, line: int, column: int, text: str) -> None:
        self.problems.append(Problem(line, column, text))

    def done(self) -> Imported:
        return Imported(tuple(self.items), tuple(sorted(self.problems, key=lambda p: (p.line, p.column))))


def note_lost(question: Question, notes: Notes, *kept: str) -> None:
    """Says what a format drops of the fields that not every format has: all that are set and not in ``kept``."""
    fields = {
        "title": (question.title, _("The title.")),
        "points": (question.points != 1, _("The points ({points}).").format(points=question.points)),
        "explanation": (question.explanation, _("The explanation.")),
        "hint": (question.hint, _("The hint.")),
        "image": (question.image, _("The picture.")),
        "video": (question.video, _("The video.")),
        "tags": (question.tags, _("The tags.")),
    }
    for name, (is_set, sentence) in fields.items():
        if is_set and name not in kept:
            notes.dropped(sentence)
