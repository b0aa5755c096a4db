"""The texts that learners of an assignment handed in, and what is alike in them."""

from __future__ import annotations

import html
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.errors import NotFound
from desktop.grading.queries import WorkKey
from desktop.grading.similarity import find_similar
from desktop.i18n import _
from desktop.store.connection import Store
from desktop.tasks import JobControl


@dataclass(frozen=True, slots=True)
class Text:
    """The last text of one learner. ``name`` is None while who wrote it is not to be known."""

    key: WorkKey
    name: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two texts with the part, 0 to 1, of the shorter one that the other has, too."""

    left: Text
    right: Text
    share: float


def list_texts(session: Session, assignment: UUID) -> tuple[Text, ...]:
    """The last submission of each learner that has text in it, the earliest first."""
    rows = session.execute(sa.text(TEXTS), {"assignment": assignment})
    return tuple(Text(WorkKey(row.id), row.name, html.unescape(row.words) if row.marked else row.words) for row in rows)


TEXTS = """
SELECT s.id, s.submission_html IS NOT NULL AS marked,
  coalesce(regexp_replace(s.submission_html, '<[^>]*>', ' ', 'g'), s.submission_text) AS words,
  CASE WHEN a.anonymous_grading AND s.final_score IS NULL THEN NULL ELSE concat_ws(' ', m.first_name, m.last_name) END AS name
FROM public.assignment_submissions AS s
JOIN public.assignments AS a ON a.id = s.assignment_id
JOIN public.members AS m ON m.id = s.member_id
WHERE s.assignment_id = :assignment AND coalesce(s.submission_html, s.submission_text, '') <> ''
  AND NOT EXISTS (
    SELECT FROM public.assignment_submissions AS later
    WHERE later.enrollment_id = s.enrollment_id AND later.assignment_id = s.assignment_id AND later.submission_number > s.submission_number
  )
ORDER BY s.submitted_at, s.id
"""


def get_given(session: Session, assignment: UUID) -> str:
    """What everybody was given: the assignment's own words.

    Raises:
        NotFound: it is not there any more.
    """
    query = """
        SELECT regexp_replace(concat_ws(' ', title, description, instructions_html), '<[^>]*>', ' ', 'g')
        FROM public.assignments WHERE id = :id
    """
    found: str | None = session.execute(sa.text(query), {"id": assignment}).scalar_one_or_none()
    if found is None:
        raise NotFound(_("This assignment is no longer there. Somebody may have deleted it."))
    return html.unescape(found)


def compare_texts(control: JobControl, store: Store, assignment: UUID) -> tuple[Likeness, ...]:
    """Job: which texts of an assignment are alike, the most alike first. The task's own words count for nobody."""
    given = store.read(get_given, assignment)
    texts = {each.key: each for each in store.read(list_texts, assignment)}
    found = find_similar({key: each.text for key, each in texts.items()}, given, report=control.report)
    return tuple(Likeness(texts[pair.left], texts[pair.right], pair.share) for pair in found)
