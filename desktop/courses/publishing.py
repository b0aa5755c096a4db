"""What stands between a course and its publication.

Pure. :func:`problems` judges what the server tells of a course (:func:`desktop.courses.queries.get_publish_facts`): what it refuses
(``lms.publish_problems``), and what an author would regret. The server has the last word. What an author sees while editing is
:mod:`desktop.courses.checklist`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from desktop.i18n import _


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence for the author. ``blocking``: the course cannot be published before it is mended.

    ``table``, ``row`` and ``column`` say where: what the editor opens when it is clicked. ``found`` is what to look for in a text.
    """

    code: str
    message: str
    blocking: bool
    lesson_id: UUID | None = None
    table: str = ""
    row: UUID | None = None
    column: str = ""
    found: str = ""


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
    loop = cycle({module.id: [module.unlock_after_module_id] if module.unlock_after_module_id else [] for module in facts.modules})
    if loop:
        title = next(module.title for module in facts.modules if module.id == loop[0])
        yield Problem("unlock", _("“{title}” can never be unlocked: it waits for itself.").format(title=title), True)
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


def cycle(waits: Mapping[UUID, Sequence[UUID]], passed: Collection[UUID] = ()) -> list[UUID]:
    """Rows that wait for each other in a ring, none of them in ``passed``; empty where there is no such ring."""
    state: dict[UUID, int] = dict.fromkeys(passed, 2)
    for start in waits:
        if state.get(start):
            continue
        path: list[UUID] = [start]
        ways = [iter(waits.get(start, ()))]
        state[start] = 1
        while path:
            following = next(ways[-1], None)
            if following is None:
                state[path.pop()] = 2
                ways.pop()
            elif state.get(following) == 1:
                return path[path.index(following) :]
            elif following not in state:
                state[following] = 1
                path.append(following)
                ways.append(iter(waits.get(following, ())))
    return []
