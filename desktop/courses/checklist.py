"""What an author has to mend, or to consider, before a course is published: judged as they hold it, while it is edited.

Pure. :func:`checklist` says of each problem where it is mended. The server has the last word: :mod:`desktop.courses.publishing`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from desktop.courses.content_checks import address_problem, check
from desktop.courses.draft import COURSES, LESSONS, MODULES, Draft
from desktop.courses.embedding import embed_problem
from desktop.courses.publishing import Problem, cycle
from desktop.courses.richtext import is_empty
from desktop.i18n import _


@dataclass(frozen=True, slots=True)
class FinalExam:
    """``questions``: how many an attempt has. ``pool``: how many they are taken from; None where a bank is not on this computer."""

    questions: int
    pool: int | None
    passing_score: Decimal


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rows of a course do not say themselves. None: not known here, so nothing is said about it.

    ``questions``: of each lesson with a quiz, how many it has. ``assignments``: lessons with one. ``assets``: ids that are stored.
    """

    questions: Mapping[UUID, int] = field(default_factory=dict)
    assignments: Collection[UUID] = ()
    live_sessions: int | None = None
    assets: Collection[str] | None = None
    final_exam: FinalExam | None = None


class State(Enum):
    """How far a lesson or module is."""

    DRAFT = "draft"
    """Nothing in it yet."""
    INCOMPLETE = "incomplete"
    """Something blocks its publication."""
    READY = "ready"


def checklist(draft: Draft, now: datetime, around: Surroundings) -> tuple[Problem, ...]:
    """Everything to mend or to consider, what blocks first, then in reading order."""
    found = [*_of_course(draft, now), *_unlocking(draft)]
    for module in draft.modules:
        found += _of_module(draft, module)
        for lesson in draft.lessons_of(module["id"]):
            found += lesson_problems(draft, lesson, around)
    return tuple(sorted(found, key=lambda problem: not problem.blocking))


def lesson_state(draft: Draft, lesson: Mapping[str, Any], around: Surroundings) -> State:
    if any(problem.blocking for problem in lesson_problems(draft, lesson, around)):
        return State.DRAFT if _untouched(lesson) else State.INCOMPLETE
    return State.READY


def module_state(states: Sequence[State]) -> State:
    """Of a module whose lessons have these states: as far as the least of them, and begun as soon as one is."""
    if not states or all(state is State.DRAFT for state in states):
        return State.DRAFT
    return State.READY if all(state is State.READY for state in states) else State.INCOMPLETE


def _untouched(lesson: Mapping[str, Any]) -> bool:
    return not any(lesson.get(column) for column in ("content_url", "content_html", "description", "scorm_package_url"))


def _of_course(draft: Draft, now: datetime) -> Iterator[Problem]:
    course = draft.course

    def problem(code: str, message: str, column: str, *, blocking: bool = False) -> Problem:
        return Problem(code, message, blocking, None, COURSES, draft.id, column)

    if not (course.get("description") or "").strip():
        yield problem("no-description", _("The course needs a description."), "description", blocking=True)
    if course.get("instructor_id") is None:
        yield problem("no-instructor", _("The course needs an instructor."), "instructor_id", blocking=True)
    if not draft.rows[LESSONS]:
        yield problem("no-lessons", _("The course needs at least one lesson."), "", blocking=True)
    if course.get("pricing_type") in ("paid", "premium") and not course.get("price"):
        yield problem("no-price", _("A paid course needs a price."), "price", blocking=True)
    if course.get("pricing_type") == "free" and course.get("price"):
        yield problem("free", _("The course has a price, but it is free for everybody."), "pricing_type")
    if course.get("member_price") is not None and course["member_price"] > (course.get("price") or 0):
        yield problem("member-price", _("Members would pay more than others."), "member_price")
    if not (course.get("short_description") or "").strip():
        yield problem("summary", _("The catalogue shows no summary; write a short description."), "short_description")
    if not course.get("learning_objectives"):
        yield problem("objectives", _("No learning objectives are listed."), "learning_objectives")
    if not course.get("allow_enrollment"):
        yield problem("closed", _("Nobody can enroll by themselves: enrollment is switched off."), "allow_enrollment")
    elif course.get("enrollment_end_date") is not None and course["enrollment_end_date"] <= now:
        yield problem("ended", _("Nobody can enroll: the enrollment window has ended."), "enrollment_end_date")
    required = [lesson for lesson in draft.lessons if lesson["require_completion"]]
    assessed = any(lesson["lesson_type"] in ("quiz", "assignment", "scorm") for lesson in required)
    if course.get("ce_credits") and not assessed:
        yield problem("credits", _("The course gives CE credits, but nothing in it is assessed."), "ce_credits")
    if draft.rows[LESSONS] and not required:
        yield problem("nothing-required", _("No lesson is required, so the course is complete once it is begun."), "")
    end = course.get("course_end_date")
    for module in draft.modules:
        if end is not None and module["unlock_date"] is not None and module["unlock_date"] >= end:
            message = _("“{title}” opens only after the course has ended.").format(title=module["title"])
            yield Problem("unlock-date", message, True, None, MODULES, module["id"], "unlock_date")


def _of_module(draft: Draft, module: Mapping[str, Any]) -> Iterator[Problem]:
    lessons = draft.lessons_of(module["id"])
    if not lessons:
        yield Problem("module", _("The module “{title}” is empty.").format(title=module["title"]), False, None, MODULES, module["id"])
    before = module["unlock_after_module_id"]
    if before is None:
        return
    if before not in draft.rows[MODULES]:
        message = _("“{title}” waits for a module of another course.").format(title=module["title"])
        yield Problem("foreign-lock", message, True, None, MODULES, module["id"], "unlock_after_module_id")
    elif not any(lesson["require_completion"] for lesson in draft.lessons_of(before)):
        message = _("“{title}” waits for “{other}”, where nothing is required: it is open from the start.").format(
            title=module["title"], other=draft.row(MODULES, before)["title"]
        )
        yield Problem("unlock-open", message, False, None, MODULES, module["id"], "unlock_after_module_id")


def lesson_problems(draft: Draft, lesson: Mapping[str, Any], around: Surroundings) -> Iterator[Problem]:
    """What is wrong with one lesson, its unlock rules aside."""
    title, kind, criteria = lesson["title"], lesson["lesson_type"], lesson["completion_criteria"]

    def problem(code: str, message: str, column: str, *, blocking: bool = False, **words: str) -> Problem:
        return Problem(code, message.format(title=title, **words), blocking, lesson["id"], LESSONS, lesson["id"], column)

    address, html = lesson["content_url"] or "", lesson["content_html"] or ""
    if kind == "text" and is_empty(html):
        yield problem("no-text", _("“{title}” has no text yet."), "content_html", blocking=True)
    elif kind in ("video", "pdf", "scorm", "external_link", "embedded_content") and not (
        address or (kind == "embedded_content" and not is_empty(html))
    ):
        yield problem("no-content", _("“{title}” has no content yet."), "content_url", blocking=True)
    elif kind == "external_link" and (wrong := address_problem(address, web_only=True)):
        yield problem("link", _("“{title}”: {wrong}"), "content_url", blocking=True, wrong=wrong)
    elif kind == "embedded_content" and address and (wrong := embed_problem(address)):
        yield problem("embed", _("“{title}”: {wrong}"), "content_url", blocking=True, wrong=wrong)
    if address.startswith("asset:") and around.assets is not None and address.removeprefix("asset:").partition("/")[0] not in around.assets:
        yield problem("media", _("The file of “{title}” is missing."), "content_url", blocking=True)
    if (kind == "quiz" or criteria == "quiz_passed") and not around.questions.get(lesson["id"], 0):
        yield problem("no-quiz", _("“{title}” needs a quiz with questions."), "", blocking=True)
    if kind == "assignment" and lesson["id"] not in around.assignments:
        yield problem("no-assignment", _("“{title}” has no assignment yet."), "")
    if kind == "live_session" and around.live_sessions == 0:
        yield problem("no-session", _("“{title}” is a live session, but none is planned."), "")
    if criteria == "video_watched" and not lesson["video_duration_seconds"]:
        message = _("“{title}” is completed by watching, but the length of its video is unknown.")
        yield problem("no-duration", message, "video_duration_seconds", blocking=True)
    if criteria == "scorm_completed" and kind != "scorm":
        yield problem("not-scorm", _("“{title}” is completed by a package, but it is none."), "completion_criteria", blocking=True)
    if criteria == "time_spent" and not lesson["min_time_seconds"]:
        yield problem("no-time", _("“{title}” is completed by time, but no time is given."), "min_time_seconds")
    if kind == "video" and address and not lesson["transcript_url"]:
        yield problem("transcript", _("“{title}” has no transcript for people who cannot hear it."), "transcript_url")
    if html:
        for finding in check(html, around.assets):
            column = "content_html"
            yield Problem(finding.code, f"“{title}”: {finding.message}", False, lesson["id"], LESSONS, lesson["id"], column, finding.found)
    for attachment in draft.attachments_of(lesson["id"]):
        asset = attachment["file_url"].removeprefix("asset:")
        if around.assets is not None and attachment["file_url"].startswith("asset:") and asset not in around.assets:
            message = _("The attachment “{name}” of “{title}” is missing.")
            yield problem("media", message, "attachments", blocking=True, name=attachment["file_name"])


# Unlock rules

WAITS = {MODULES: "unlock_after_module_id", LESSONS: "unlock_after_lesson_id"}


def _unlocking(draft: Draft) -> Iterator[Problem]:
    """Lessons that can never be opened, because over however many others they wait for themselves."""
    inside = {module["id"]: [lesson["id"] for lesson in draft.lessons_of(module["id"])] for module in draft.modules}
    required = {lesson["id"] for lesson in draft.lessons if lesson["require_completion"]}
    waits: dict[UUID, list[UUID]] = {}
    for module in draft.modules:
        before = module["unlock_after_module_id"]
        waits[module["id"]] = [lesson for lesson in inside.get(before, ()) if lesson in required]
        if not waits[module["id"]] and before in inside:
            waits[module["id"]] = [before] if before == module["id"] else []
    for lesson in draft.lessons:
        first = lesson["unlock_after_lesson_id"]
        waits[lesson["id"]] = [lesson["module_id"], *([first] if first in draft.rows[LESSONS] else ())]
        if first is not None and first not in draft.rows[LESSONS]:
            message = _("“{title}” waits for a lesson of another course.").format(title=lesson["title"])
            yield Problem("foreign-lock", message, True, lesson["id"], LESSONS, lesson["id"], "unlock_after_lesson_id")
    done: set[UUID] = set()
    while loop := cycle(waits, done):
        done |= set(loop)
        rows = [(table, draft.row(table, row_id)) for row_id in loop if (table := draft.table_of(row_id)) is not None]
        # A lesson stands in its module anyway: only what an author can change is told.
        told = [(table, row) for table, row in rows if row[WAITS[table]] is not None]
        table, row = told[0]
        others = " → ".join(f"“{other['title']}”" for _table, other in told)
        if len(told) == 1:
            message = _("“{title}” can never be unlocked: it waits for itself.").format(title=row["title"])
        else:
            message = _("These can never be unlocked, as they wait for each other: {others}.").format(others=others)
        yield Problem("unlock", message, True, row["id"] if table == LESSONS else None, table, row["id"], WAITS[table])


def waits_for_itself(draft: Draft, table: str, row_id: UUID, other: UUID | None) -> bool:
    """True where ``row_id`` could never be opened if it waited for ``other``: what the editor refuses to offer."""
    if other is None:
        return False
    changed = {name: dict(rows) for name, rows in draft.rows.items()}
    changed[table][row_id] = {**changed[table][row_id], WAITS[table]: other}
    return any(problem.code == "unlock" for problem in _unlocking(Draft(draft.course, changed)))
