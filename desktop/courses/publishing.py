"""What stands between a draft and its publication.

Pure: the facts come from :func:`desktop.courses.queries.get_publish_facts`. What the server refuses (``lms.publish_problems``) is among
them; this module adds what an author would regret: nothing the server could know to be wrong, but what a learner would trip over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from desktop.i18n import _


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence for the author. ``blocking``: the course cannot be published before it is mended."""

    code: str
    message: str
    blocking: bool
    lesson_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    id: UUID
    title: str
    unlock_after_module_id: UUID | None
    lessons: int


@dataclass(frozen=True, slots=True)
class PublishFacts:
    """``refused``: what the server would refuse the course for. ``objectives``: how many are listed."""

    short_description: str | None
    objectives: int
    allow_enrollment: bool
    enrollment_end_date: datetime | None
    modules: tuple[ModuleFacts, ...]
    refused: tuple[Problem, ...]


def problems(facts: PublishFacts, now: datetime) -> tuple[Problem, ...]:
    """Everything to mend or to consider, what blocks first."""
    return tuple(sorted((*facts.refused, *_regrets(facts, now)), key=lambda problem: not problem.blocking))


def _regrets(facts: PublishFacts, now: datetime) -> Iterator[Problem]:
    if loop := _unlock_loop(facts.modules):
        yield Problem("unlock", _("“{title}” can never be unlocked: it waits for itself.").format(title=loop), True)
    for module in facts.modules:
        if not module.lessons and len(facts.modules) > 1:
            yield Problem("module", _("The module “{title}” is empty.").format(title=module.title), False)
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
