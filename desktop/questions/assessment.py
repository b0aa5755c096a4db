"""An assessment within a package of another kind, such as a Common Cartridge: its questions as rows, and what to say of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desktop.i18n import _
from desktop.questions import qti
from desktop.questions.pictures import Find
from desktop.questions.report import Attachment, Kind, TooLarge, Unsound
from desktop.questions.storage import to_row


@dataclass(frozen=True, slots=True)
class Assessment:
    """``questions`` as ``quiz_questions`` has them, in their order; ``files`` are what they name.

    ``notes``: whether it was ``kept``, ``changed`` or ``dropped``, what, and why.
    """

    questions: tuple[dict[str, Any], ...] = ()
    files: tuple[Attachment, ...] = ()
    notes: tuple[tuple[str, str, str], ...] = ()


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
