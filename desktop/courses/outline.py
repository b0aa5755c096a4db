"""A course's outline as one person sees it: what is done, what is open, what is locked and why.

Pure: the rows come from :mod:`desktop.courses.queries`. The server decides again when a lesson is opened (``lms.open_lesson``); this
module tells the person beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from uuid import UUID


class Progress(Enum):
    """The values of ``lesson_progress.status``."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


class LockReason(Enum):
    NOT_ENROLLED = "not-enrolled"
    NOT_YET = "not-yet"
    AFTER_MODULE = "after-module"
    AFTER_LESSON = "after-lesson"


@dataclass(frozen=True, slots=True)
class Lock:
    """Why something cannot be opened yet. ``title`` names what comes first, ``until`` is the moment it opens."""

    reason: LockReason
    title: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LessonRow:
    """A lesson and, where the reader is enrolled, their progress in it."""

    id: UUID
    module_id: UUID
    title: str
    description: str | None
    lesson_type: str
    is_preview: bool
    unlock_after_lesson_id: UUID | None
    require_completion: bool
    completion_criteria: str
    estimated_duration_minutes: int | None
    progress: Progress = Progress.NOT_STARTED
    score: Decimal | None = None
    time_spent_seconds: int = 0


@dataclass(frozen=True, slots=True)
class ModuleRow:
    id: UUID
    title: str
    description: str | None
    is_preview: bool
    unlock_after_module_id: UUID | None
    unlock_date: datetime | None
    estimated_duration_minutes: int | None


@dataclass(frozen=True, slots=True)
class OutlineLesson:
    row: LessonRow
    lock: Lock | None

    @property
    def done(self) -> bool:
        return self.row.progress is Progress.COMPLETED


@dataclass(frozen=True, slots=True)
class OutlineModule:
    row: ModuleRow
    lessons: tuple[OutlineLesson, ...]
    lock: Lock | None

    @property
    def completed(self) -> int:
        return sum(lesson.done for lesson in self.lessons)


@dataclass(frozen=True, slots=True)
class Outline:
    modules: tuple[OutlineModule, ...]

    @property
    def lessons(self) -> tuple[OutlineLesson, ...]:
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @property
    def completed(self) -> int:
        return sum(module.completed for module in self.modules)

    @property
    def minutes(self) -> int:
        """The estimated length: a module's own estimate, else the sum of its lessons'."""
        return sum(
            module.row.estimated_duration_minutes or sum(lesson.row.estimated_duration_minutes or 0 for lesson in module.lessons)
            for module in self.modules
        )

    def lesson(self, lesson_id: UUID) -> OutlineLesson | None:
        return next((lesson for lesson in self.lessons if lesson.row.id == lesson_id), None)

    def next_lesson(self, resume: UUID | None = None) -> OutlineLesson | None:
        """Where to go on: the lesson of the resume point unless it is done or locked, else the first open one that is not done.

        None when everything that can be opened is done.
        """
        here = self.lesson(resume) if resume else None
        if here and not here.done and here.lock is None:
            return here
        return next((lesson for lesson in self.lessons if not lesson.done and lesson.lock is None), None)

    def after(self, lesson_id: UUID) -> OutlineLesson | None:
        """The lesson that follows in reading order, None after the last."""
        for here, following in pairwise(self.lessons):
            if here.row.id == lesson_id:
                return following
        return None


def build(modules: Sequence[ModuleRow], lessons: Iterable[LessonRow], *, now: datetime, enrolled: bool, unlocked: bool = False) -> Outline:
    """The outline of a course. ``modules`` and ``lessons`` come in their order.

    ``enrolled``: the reader may learn here. ``unlocked``: the reader teaches the course, so nothing is locked for them.
    A module waits for its date, then for every required lesson of the module named in ``unlock_after_module_id``; a lesson waits for its
    module, then for the lesson named in ``unlock_after_lesson_id``. Without an enrolment only previews are open.
    """
    of_module: dict[UUID, list[LessonRow]] = {module.id: [] for module in modules}
    for lesson in lessons:
        of_module[lesson.module_id].append(lesson)
    titles = {module.id: module.title for module in modules}
    rows = {row.id: row for module_lessons in of_module.values() for row in module_lessons}
    finished = {
        module_id: all(row.progress is Progress.COMPLETED for row in module_lessons if row.require_completion)
        for module_id, module_lessons in of_module.items()
    }

    def module_lock(module: ModuleRow) -> Lock | None:
        if unlocked:
            return None
        if not enrolled:
            return None if module.is_preview else Lock(LockReason.NOT_ENROLLED)
        if module.unlock_date is not None and module.unlock_date > now:
            return Lock(LockReason.NOT_YET, until=module.unlock_date)
        before = module.unlock_after_module_id
        if before is not None and not finished.get(before, True):
            return Lock(LockReason.AFTER_MODULE, titles[before])
        return None

    def lesson_lock(lesson: LessonRow, inherited: Lock | None) -> Lock | None:
        if unlocked or (not enrolled and lesson.is_preview):
            return None
        if inherited is not None:
            return inherited
        before = rows.get(lesson.unlock_after_lesson_id) if lesson.unlock_after_lesson_id else None
        if enrolled and before is not None and before.progress is not Progress.COMPLETED:
            return Lock(LockReason.AFTER_LESSON, before.title)
        return None

    built = []
    for module in modules:
        lock = module_lock(module)
        built.append(OutlineModule(module, tuple(OutlineLesson(row, lesson_lock(row, lock)) for row in of_module[module.id]), lock))
    return Outline(tuple(built))
