"""What graders mark on the pages of a file: beside the file, never in it, and on this computer's disk before it is on its way.

Each names the very bytes that it was made on (the file's asset, a SHA-256), so that what was marked on one version of a file stays with it
and another version begins clean. One journal per grader; the order of what happened is kept, and each is sent under its own id, so that one
whose answer was lost is sent again and is the same one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done
from desktop.errors import LmsError, ServerAway, TookTooLong
from desktop.store.connection import Store
from desktop.store.journal import JournalFile

HIGHLIGHT, NOTE, DRAWING = "highlight", "note", "drawing"
COLOURS = ("#ffd54a", "#7bd88f", "#7cc4ff", "#ff6b6b")
"""Yellow, green, blue, red."""

type Stroke = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Annotation:
    """One mark on one page (the first is 0) of the file whose asset is ``asset``.

    ``strokes`` are points in parts of the page as it is shown, from its upper left corner: two opposite corners of each rectangle of a
    highlight, the place of a note, the lines of a drawing.
    """

    submission: UUID
    asset: str
    kind: str
    page: int
    strokes: tuple[Stroke, ...]
    colour: str = COLOURS[0]
    words: str = ""
    id: UUID = field(default_factory=uuid4)
    author: str = ""
    mine: bool = True

    def moved(self, across: float, down: float) -> Annotation:
        """By so many parts of the page, and never over its edge."""
        points = [point for stroke in self.strokes for point in stroke]
        across = min(max(across, -min(x for x, _y in points)), 1 - max(x for x, _y in points))
        down = min(max(down, -min(y for _x, y in points)), 1 - max(y for _x, y in points))
        # Rounded as a coordinate is: a sum of fractions may end a hair outside the page
        strokes = tuple(tuple((_part(x + across), _part(y + down)) for x, y in stroke) for stroke in self.strokes)
        return replace(self, strokes=strokes)


def _part(value: float) -> float:
    return min(1.0, max(0.0, round(value, 5)))


def stroke(points: Iterable[tuple[float, float]]) -> Stroke:
    """A line through these points, each brought onto the page."""
    return tuple((_part(x), _part(y)) for x, y in points)


# The server


def list_annotations(session: Session, submission: UUID) -> tuple[Annotation, ...]:
    """What the reader may see of what is marked on a submission's files; its author sees it once it is released or returned."""
    rows = session.execute(sa.text("SELECT * FROM lms.list_annotations(:submission)"), {"submission": submission})
    return tuple(
        Annotation(
            submission, row.asset_id, row.kind, row.page, _strokes(row.strokes), row.colour, row.words, row.id, row.author or "", row.mine
        )
        for row in rows
    )


def keep_annotation(session: Session, id: UUID, submission: UUID, value: dict[str, Any] | None) -> Done[None]:
    """Put an annotation, as :func:`stored` says it, or take it away (None). Idempotent.

    Raises:
        NotAllowed: it is another's, or the work is not the caller's to mark.
        Invalid: the file is not part of the submission.
    """
    session.execute(sa.select(sa.func.lms.keep_annotation(id, submission, sa.null() if value is None else sa.literal(value, JSONB))))
    return Done(None, Changes.of("annotations"))


def stored(annotation: Annotation) -> dict[str, Any]:
    """As the server and the journal have it."""
    return {
        "asset": annotation.asset,
        "kind": annotation.kind,
        "page": annotation.page,
        "strokes": annotation.strokes,
        "colour": annotation.colour,
        "words": annotation.words,
    }


def _strokes(value: Any) -> tuple[Stroke, ...]:
    return tuple(tuple((float(x), float(y)) for x, y in stroke) for stroke in value)


# This computer


def annotations_path(data: Path, member_id: UUID) -> Path:
    """Where the annotations of ``member_id`` wait, below the application's ``data`` folder."""
    return data / "annotations" / f"{member_id}.sqlite3"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the server does not know yet: an annotation, or that one was taken away (``value`` is None). ``held``: why it was refused."""

    number: int
    id: UUID
    submission: UUID
    value: dict[str, Any] | None
    held: str


class AnnotationJournal(JournalFile):
    """The annotations of one grader that are not on the server."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "CREATE TABLE IF NOT EXISTS waiting (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, submission TEXT NOT NULL,"
            " value TEXT NOT NULL, held TEXT NOT NULL DEFAULT '')",
        )

    def keep(self, annotation: Annotation, *, gone: bool = False) -> None:
        """Returns once it is on the disk, in place of what was thought of it before."""
        value = json.dumps(None if gone else stored(annotation))
        with self.transaction() as database:
            database.execute("DELETE FROM waiting WHERE id = ?", (str(annotation.id),))
            database.execute(
                "INSERT INTO waiting (id, submission, value) VALUES (?, ?, ?)", (str(annotation.id), str(annotation.submission), value)
            )

    def waiting(self) -> list[Waiting]:
        """All, in the order in which they happened."""
        rows = self.read("SELECT number, id, submission, value, held FROM waiting ORDER BY number")
        return [Waiting(number, UUID(id), UUID(work), json.loads(value), held) for number, id, work, value, held in rows]

    def settle(self, waiting: Waiting, held: str = "") -> None:
        """The server has it, or said why it does not take it; what was thought of it since stays as it is."""
        with self.transaction() as database:
            if held:
                database.execute("UPDATE waiting SET held = ? WHERE number = ?", (held, waiting.number))
            else:
                database.execute("DELETE FROM waiting WHERE number = ?", (waiting.number,))

    def over(self, submission: UUID, there: Iterable[Annotation]) -> tuple[Annotation, ...]:
        """What the server has of a submission, with what it does not know yet."""
        found = {each.id: each for each in there}
        for each in self.waiting():
            if each.submission != submission:
                continue
            if each.value is None:
                found.pop(each.id, None)
            else:
                value = each.value | {"strokes": _strokes(each.value["strokes"])}
                found[each.id] = Annotation(submission, **value, id=each.id)
        return tuple(found.values())


def send_waiting(store: Store, journal: AnnotationJournal) -> list[LmsError]:
    """Send what waits, in order; gives what the server refused, which stays here. Stops where it cannot be reached."""
    refused: list[LmsError] = []
    for each in journal.waiting():
        if each.held:
            continue
        try:
            store.write(keep_annotation, each.id, each.submission, each.value)
        except (ServerAway, TookTooLong):
            break
        except LmsError as error:
            journal.settle(each, error.message)
            refused.append(error)
        else:
            journal.settle(each)
    return refused


def send_left(store: Store, path: Path) -> None:
    """Send what an earlier run of the application, or an outage, left in the journal at ``path``; what is refused stays there."""
    if path.exists():
        with closing(AnnotationJournal(path)) as journal:
            send_waiting(store, journal)


def read_annotations(
    store: Store,
    journal: AnnotationJournal,
    submission: UUID,
    taken: Callable[[UUID], tuple[Annotation, ...]] = lambda _submission: (),
) -> tuple[Annotation, ...]:
    """What is marked on a submission, also where the server cannot be reached: then what was ``taken`` along, with what waits here."""
    try:
        there = store.read(list_annotations, submission)
    except (ServerAway, TookTooLong):
        there = taken(submission)
    return journal.over(submission, there)
