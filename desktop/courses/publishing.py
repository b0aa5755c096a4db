"""What stands between a draft and its publication.

Pure: the facts come from :func:`desktop.courses.queries.get_publish_facts`. ``lms.publish_course`` refuses what is blocking here on its
own; this module names every problem at once, before the button is pressed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from desktop.i18n import _


@dataclass(frozen=True, slots=True)
class LessonFacts:
    """What matters about a lesson. ``has_content``: learners would find something when they open it, for whatever type it is."""

    id: UUID
    title: str
    lesson_type: str
    has_content: bool


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    id: UUID
    title: str
    unlock_after_module_id: UUID | None
    lessons: tuple[LessonFacts, ...]


@dataclass(frozen=True, slots=True)
class PublishFacts:
    title: str
    description: str
    short_description: str | None
    objectives: int
    instructor_id: UUID | None
    pricing_type: str
    price: Decimal
    allow_enrollment: bool
    enrollment_end_date: datetime | None
    modules: tuple[ModuleFacts, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence for the author. ``blocking``: the course cannot be published before it is mended."""

    code: str
    message: str
    blocking: bool
    lesson_id: UUID | None = None


def problems(facts: PublishFacts, now: datetime) -> tuple[Problem, ...]:
    """Everything to mend or to consider, what blocks first."""
    return tuple(sorted(_problems(facts, now), key=lambda problem: not problem.blocking))


def can_publish(facts: PublishFacts, now: datetime) -> bool:
    return not any(problem.blocking for problem in _problems(facts, now))


def _problems(facts: PublishFacts, now: datetime) -> Iterator[Problem]:
    if not facts.title.strip():
        yield Problem("title", _("The course has no title."), True)
    if not facts.description.strip():
        yield Problem("description", _("The course has no description."), True)
    if not any(module.lessons for module in facts.modules):
        yield Problem("lessons", _("The course has no lessons."), True)
    if facts.pricing_type == "paid" and not facts.price:
        yield Problem("price", _("The course is paid, but its price is zero."), True)
    if loop := _unlock_loop(facts.modules):
        yield Problem("unlock", _("“{title}” can never be unlocked: it waits for itself.").format(title=loop), True)
    for module in facts.modules:
        if not module.lessons and len(facts.modules) > 1:
            yield Problem("module", _("The module “{title}” is empty.").format(title=module.title), False)
        for lesson in module.lessons:
            if not lesson.has_content:
                yield Problem("content", _("The lesson “{title}” has no content.").format(title=lesson.title), True, lesson.id)
    if facts.instructor_id is None:
        yield Problem("instructor", _("No instructor is named."), False)
    if not (facts.short_description or "").strip():
        yield Problem("summary", _("The catalogue shows no summary; write a short description."), False)
    if not facts.objectives:
        yield Problem("objectives", _("No learning objectives are listed."), False)
    if not facts.allow_enrollment:
        yield Problem("closed", _("Nobody can enroll by themselves: enrollment is switched off."), False)
    elif facts.enrollment_end_date is not None and facts.enrollment_end_date <= now:
        yield Problem("ended", _("Nobody can enroll: the enrollment window has ended."), False)


def _unlock_loop(modules: tuple[ModuleFacts, ...]) -> str | None:
    """The title of a module that waits, over however many others, for itself; None where there is none."""
    before = {module.id: module.unlock_after_module_id for module in modules}
    for module in modules:
        seen = {module.id}
        at = before[module.id]
        while at is not None and at not in seen:
            seen.add(at)
            at = before.get(at)
        if at == module.id:
            return module.title
    return None
