"""What waits to be graded: the assignments of one's courses, and the essays in their quizzes."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QWidget

from desktop.grading.queries import ASSIGNMENT, Task, list_tasks
from desktop.i18n import N_, _
from desktop.ui.dates import moment_text
from desktop.ui.itemmodels import Badge, Column
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.widgets.table import TableView


def _waiting(row: Task) -> Badge | None:
    return Badge(f"{row.waiting:,}", "warn") if row.waiting else None


def _ready(row: Task) -> Badge | None:
    return Badge(f"{row.ready:,}", "info") if row.ready else None


def _kind(row: Task) -> str:
    return _("Assignment") if row.kind == ASSIGNMENT else _("Essays in a quiz")


def _due(row: Task) -> str:
    return "" if row.due is None else moment_text(row.due)


COLUMNS: tuple[Column[Task], ...] = (
    Column("title", N_("Work"), lambda row: row.title, second=_kind, stretch=True),
    Column("course", N_("Course"), lambda row: row.course, width=280),
    Column("due", N_("Due"), _due, value=lambda row: row.due, width=170),
    Column("waiting", N_("To grade"), lambda row: f"{row.waiting:,}", badge=_waiting, value=lambda row: row.waiting, width=110),
    Column("ready", N_("To release"), lambda row: f"{row.ready:,}", badge=_ready, value=lambda row: row.ready, width=110),
    Column("total", N_("Handed in"), lambda row: f"{row.total:,}", value=lambda row: row.total, numeric=True, width=110),
)


class GradingPage(Page):
    """``context.open("grading")``."""

    title = N_("Grading")
    subtitle = N_("What your learners handed in, and essays that wait for a person")
    shows: ClassVar[frozenset[str]] = frozenset({"assignment_submissions", "grades", "quiz_answers", "quiz_attempts", "assignments"})

    def build(self) -> QWidget:
        self.model = RowsModel(COLUMNS, lambda row: (row.kind, row.id))
        self.table = TableView("grading", _("What waits to be graded"))
        self.table.show_model(self.model)
        self.table.opened.connect(self.open_task)
        return self.table

    async def refresh(self) -> Empty | None:
        rows = await self.context.read(list_tasks)
        self.model.set_rows(rows)
        return None if rows else Empty(_("There is nothing to grade. Assignments are made in the course editor."), picture="assignment")

    def open_task(self, row: Task) -> None:
        self.context.open("grader", task=row.id, kind=row.kind, course=row.course_id, title=row.title)
