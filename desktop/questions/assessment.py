"""An assessment within a package of another kind, such as a Common Cartridge: read as rows, written as QTI 1.2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from desktop.i18n import _, ngettext
from desktop.questions import qti, qti1_writer
from desktop.questions.drafting import get_questions, list_lesson_quizzes, list_lines
from desktop.questions.pictures import Find
from desktop.questions.qti1_writer import Address
from desktop.questions.report import Attachment, Kind, TooLarge, Unsound
from desktop.questions.storage import to_row

if TYPE_CHECKING:
    from desktop.store.replica import Reader


@dataclass(frozen=True, slots=True)
class Assessment:
    """``questions`` as ``quiz_questions`` has them, in their order; ``files`` are what they name.

    ``notes``: whether it was ``kept``, ``changed`` or ``dropped``, what, and why.
    """

    questions: tuple[dict[str, Any], ...] = ()
    files: tuple[Attachment, ...] = ()
    notes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenAssessment:
    """The quiz of a lesson as a file, and notes as those of :class:`Assessment`."""

    title: str
    data: bytes
    notes: tuple[tuple[str, str, str], ...]


def write_assessment(reader: Reader, lesson: UUID, identifier: str, address: Address) -> WrittenAssessment | None:
    """The quiz of a lesson for a cartridge, from what is on this computer; None where it asks nothing yet.

    Raises:
        LmsError: a picture of it cannot be had.
    """
    quiz = next(iter(list_lesson_quizzes(reader, lesson)), None)
    questions = get_questions(reader, quiz.id) if quiz is not None else []
    if quiz is None or not questions:
        return None
    exported = qti1_writer.write(identifier, quiz.title, quiz.values.get("max_attempts"), questions, address)
    notes = [
        ("changed", item.title, _("Not kept: {what}").format(what=" ".join(note.what for note in item.notes)))
        for item in exported.items
        if item.notes
    ]
    draws = sum(line.count for line in list_lines(reader, quiz.id) if line.is_draw)
    if draws:
        words = ngettext(
            "{n} question that it draws from banks: a cartridge holds what everybody is asked.",
            "{n} questions that it draws from banks: a cartridge holds what everybody is asked.",
            draws,
        )
        notes.append(("dropped", "", words.format(n=draws)))
    notes.append(("changed", "", _("Its questions came; its time, dates and passing score are to be set anew.")))
    return WrittenAssessment(quiz.title, exported.data, tuple(notes))


def read_assessment(data: bytes, find: Find) -> Assessment:
    """What is sound of a QTI file; ``find`` gives the files that its texts name. What is not is named in the notes, and why."""
    try:
        found = qti.read_file(data, find)
    except (Unsound, TooLarge) as error:
        return Assessment(notes=(("dropped", _("Questions"), error.message),))
    questions = found.questions(only_sound=True)
    notes = []
    for item in found.items:
        lost = " ".join(note.what for note in item.notes)
        if item.question is None:
            notes.append(("dropped", item.title, lost or _("No question could be made of it.")))
        elif item.notes:
            kind = Kind.DROPPED if any(note.kind is Kind.DROPPED for note in item.notes) else Kind.CHANGED
            notes.append(("changed", item.title, (_("Not kept: {what}") if kind is Kind.DROPPED else "{what}").format(what=lost)))
        else:
            notes.append(("kept", item.title, _("As a question.")))
    notes += [("dropped", _("Questions"), str(problem)) for problem in found.problems]
    return Assessment(tuple(to_row(question) for question in questions), tuple(found.attachments_of(questions)), tuple(notes))
