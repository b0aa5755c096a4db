"""What a learner writes beside a lesson, for themselves; nobody else reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done, Undo
from desktop.errors import Invalid, NotFound
from desktop.i18n import N_, _
from desktop.models.learning import LessonNote

LONGEST = 20_000
"""Characters of a note."""
CHANGED = Changes.of("lesson_notes")


@dataclass(frozen=True, slots=True)
class Note:
    """``at_seconds`` is the moment of the video that it is about; None for a note on the whole lesson."""

    id: UUID
    body: str
    at_seconds: int | None
    updated_at: datetime


def list_notes(session: Session, lesson_id: UUID) -> tuple[Note, ...]:
    """The reader's own notes: those on a moment first, in the order of the video, then the others as they were written."""
    query = (
        sa.select(LessonNote.id, LessonNote.body, LessonNote.at_seconds, LessonNote.updated_at)
        .where(LessonNote.lesson_id == lesson_id, LessonNote.member_id == sa.func.lms.current_member_id(type_=sa.Uuid()))
        .order_by(LessonNote.at_seconds.asc().nulls_last(), LessonNote.created_at, LessonNote.id)
    )
    return tuple(Note(**row) for row in session.execute(query).mappings())


def write_note(session: Session, lesson_id: UUID, body: str, at_seconds: int | None, note_id: UUID | None = None) -> Done[UUID]:
    """Add a note, or with the id of one write it anew. Returns its id."""
    words = body.strip()
    if not words:
        raise Invalid(_("The note is empty."))
    if len(words) > LONGEST:
        raise Invalid(_("The note is longer than {n} characters.").format(n=LONGEST), remedy=_("Write the rest into a second note."))
    if note_id is None:
        note_id = uuid4()
        session.execute(
            sa.insert(LessonNote.__table__).values(  # type: ignore[arg-type]
                id=note_id,
                member_id=sa.func.lms.current_member_id(type_=sa.Uuid()),
                lesson_id=lesson_id,
                at_seconds=at_seconds,
                body=words,
            )
        )
    elif not session.execute(sa.update(LessonNote).where(LessonNote.id == note_id).values(body=words).returning(LessonNote.id)).all():
        raise NotFound(_("This note is no longer there."))
    return Done(note_id, CHANGED)


def delete_note(session: Session, note_id: UUID) -> Done[None]:
    """Take a note away; undo brings its words back."""
    gone = session.execute(
        sa.delete(LessonNote).where(LessonNote.id == note_id).returning(LessonNote.lesson_id, LessonNote.body, LessonNote.at_seconds)
    ).one_or_none()
    if gone is None:
        raise NotFound(_("This note is no longer there."))
    return Done(None, CHANGED, Undo(N_("Delete the note"), write_note, (gone.lesson_id, gone.body, gone.at_seconds)))
