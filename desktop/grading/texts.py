"""What learners wrote for an assignment, in the page or in files, and as essays of a quiz; and what is alike in it."""

from __future__ import annotations

import html
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.errors import NotFound
from desktop.grading.queries import ASSIGNMENT, WorkKey
from desktop.grading.similarity import find_similar
from desktop.grading.wording import READABLE, words_in
from desktop.i18n import _
from desktop.settings import cache_folder
from desktop.store.assets import asset_of, fetch
from desktop.store.connection import Store
from desktop.tasks import JobControl


@dataclass(frozen=True, slots=True)
class Text:
    """The last text of one learner, the words of their files among it. ``name`` is None while who wrote it is not to be known."""

    key: WorkKey
    name: str | None
    text: str
    files: tuple[tuple[str, str], ...] = field(default=())
    """Asset and name of each file that may have words, until these are part of the text."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two texts with the part, 0 to 1, of the shorter one that the other has, too."""

    left: Text
    right: Text
    share: float


def list_texts(session: Session, assignment: UUID) -> tuple[Text, ...]:
    """The last submission of each learner that has text or a readable file in it, the earliest first."""
    rows = session.execute(sa.text(TEXTS), {"assignment": assignment})
    found = (
        Text(WorkKey(row.id), row.name, html.unescape(row.words) if row.marked else row.words, _readable(row.file_attachments))
        for row in rows
    )
    return tuple(text for text in found if text.text or text.files)


def _readable(attachments: list[dict[str, Any]]) -> tuple[tuple[str, str], ...]:
    named = ((asset_of(one.get("file_url")), str(one.get("file_name") or "")) for one in attachments)
    return tuple((asset, name) for asset, name in named if asset is not None and Path(name).suffix.lower() in READABLE)


TEXTS = """
SELECT s.id, s.submission_html IS NOT NULL AS marked,
  coalesce(regexp_replace(s.submission_html, '<[^>]*>', ' ', 'g'), s.submission_text, '') AS words, s.file_attachments,
  CASE WHEN a.anonymous_grading AND s.final_score IS NULL THEN NULL ELSE concat_ws(' ', m.first_name, m.last_name) END AS name
FROM public.assignment_submissions AS s
JOIN public.assignments AS a ON a.id = s.assignment_id
JOIN public.members AS m ON m.id = s.member_id
WHERE s.assignment_id = :assignment
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


def list_essays(session: Session, quiz: UUID) -> tuple[Text, ...]:
    """The essays in the last attempt of each learner at a quiz, the earliest first."""
    rows = session.execute(sa.text(ESSAYS), {"quiz": quiz})
    return tuple(Text(WorkKey(row.id, row.question_id), row.name, row.words) for row in rows)


ESSAYS = """
SELECT t.id, qa.question_id, qa.answer_data ->> 'text' AS words, concat_ws(' ', m.first_name, m.last_name) AS name
FROM public.quiz_attempts AS t
JOIN public.members AS m ON m.id = t.member_id
JOIN public.quiz_answers AS qa ON qa.quiz_attempt_id = t.id
JOIN public.quiz_questions AS qq ON qq.id = qa.question_id AND qq.question_type = 'essay'
WHERE t.quiz_id = :quiz AND t.status IN ('submitted', 'graded') AND coalesce(qa.answer_data ->> 'text', '') <> ''
  AND NOT EXISTS (
    SELECT FROM public.quiz_attempts AS later
    WHERE later.enrollment_id = t.enrollment_id AND later.quiz_id = t.quiz_id AND later.attempt_number > t.attempt_number
      AND later.status IN ('submitted', 'graded')
  )
ORDER BY t.submitted_at, t.id
"""


def list_questions(session: Session, quiz: UUID) -> dict[UUID, str]:
    """What was asked for each essay of a quiz, without its mark-up."""
    query = """
        SELECT id, regexp_replace(coalesce(question_html, question_text), '<[^>]*>', ' ', 'g') AS asked
        FROM public.quiz_questions WHERE quiz_id = :quiz AND question_type = 'essay'
    """
    return {row.id: html.unescape(row.asked) for row in session.execute(sa.text(query), {"quiz": quiz})}


def compare_texts(control: JobControl, store: Store, task: UUID, kind: str = ASSIGNMENT) -> tuple[Likeness, ...]:
    """Job: which texts of an assignment, or which essays of a quiz, are alike, the most alike first.

    The task's own words count for nobody. Essays are compared with those on the same question.
    """
    if kind == ASSIGNMENT:
        given = store.read(get_given, task)
        return _compared(control, [_whole(control, store, text) for text in store.read(list_texts, task)], given)
    asked = store.read(list_questions, task)
    by_question: defaultdict[UUID | None, list[Text]] = defaultdict(list)
    for text in store.read(list_essays, task):
        by_question[text.key.question].append(text)
    found = [
        like for question, texts in by_question.items() for like in _compared(control, texts, asked.get(question, "") if question else "")
    ]
    return tuple(sorted(found, key=lambda like: -like.share))


def _compared(control: JobControl, texts: list[Text], given: str) -> tuple[Likeness, ...]:
    known = {each.key: each for each in texts}
    pairs = find_similar({key: each.text for key, each in known.items()}, given, report=control.report)
    return tuple(Likeness(known[pair.left], known[pair.right], pair.share) for pair in pairs)


def _whole(control: JobControl, store: Store, text: Text) -> Text:
    """With the words of its files, each under the file's name; they are fetched and read once."""
    if not text.files:
        return text
    parts = [text.text] if text.text else []
    for asset, name in text.files:
        words = _words(control, store, asset, name)
        if words:
            parts.append(f"[{name}]\n{words}")
    return replace(text, text="\n\n".join(parts), files=())


def _words(control: JobControl, store: Store, asset: str, name: str) -> str:
    folder = cache_folder() / "wording"
    kept = folder / f"{asset}{Path(name).suffix.lower()}.txt"  # the same bytes may be called by another name
    if kept.exists():
        return kept.read_text("utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    fetched = fetch(store, asset, folder / asset, control)
    words = words_in(fetched, name)
    fetched.unlink()
    kept.write_text(words, "utf-8", errors="replace")
    return words
