"""What waits to be graded: the assignments of one's courses, and the essays in their quizzes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from desktop.errors import ServerAway
from desktop.grading.queries import ASSIGNMENT, Task, list_tasks
from desktop.grading.taken import Taken
from desktop.i18n import N_, _, ngettext
from desktop.ui.context import Context
from desktop.ui.dates import date_text, moment_text
from desktop.ui.grading.bulk import choose_archive, choose_table, choose_upload
from desktop.ui.grading.taking import Takings
from desktop.ui.itemmodels import ROW_ROLE, Badge, Column
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.theme import px
from desktop.ui.widgets.buttons import Button
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
    Column("course", N_("Course"), lambda row: row.course, width=210),
    Column("due", N_("Due"), _due, value=lambda row: row.due, width=170),
    Column("waiting", N_("To grade"), lambda row: f"{row.waiting:,}", badge=_waiting, value=lambda row: row.waiting, width=90),
    Column("ready", N_("To release"), lambda row: f"{row.ready:,}", badge=_ready, value=lambda row: row.ready, width=100),
    Column("total", N_("Handed in"), lambda row: f"{row.total:,}", value=lambda row: row.total, numeric=True, width=100),
)


class GradingPage(Page):
    """``context.open("grading")``."""

    title = N_("Grading")
    subtitle = N_("What your learners handed in, and essays that wait for a person")
    shows: ClassVar[frozenset[str]] = frozenset({"assignment_submissions", "grades", "quiz_answers", "quiz_attempts", "assignments"})

    primary = "grading.take"
    secondary = ("grading.give-back",)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self.takings = Takings(context)
        self._taken: dict[UUID, Taken] = {}
        super().__init__(context, parent)

    def build(self) -> QWidget:
        here = Column[Task]("here", N_("On this computer"), self._here, width=140)
        self.model = RowsModel((*COLUMNS, here), lambda row: (row.kind, row.id))
        self.table = TableView("grading", _("What waits to be graded"))
        self.table.show_model(self.model)
        self.table.opened.connect(self.open_task)
        self.on("grading.take", self.take)
        self.on("grading.give-back", self.give_back)
        self.on("grading.gradebook", self.open_gradebook)
        for action, work in (
            ("grading.download", choose_archive),
            ("grading.download-marks", choose_table),
            ("grading.upload-marks", choose_upload),
        ):
            self.on(action, partial(self._with_assignment, work))
        menu = QMenu(self)
        for words, action in (
            (_("Download all work…"), "grading.download"),
            (_("Download marks…"), "grading.download-marks"),
            (_("Upload marks…"), "grading.upload-marks"),
        ):
            menu.addAction(words, partial(self.context.actions.run, action))
        menu.addSeparator()
        menu.addAction(_("Gradebook of the course"), partial(self.context.actions.run, "grading.gradebook"))
        self.more_button = Button(_("More"), "quiet", "more")
        self.more_button.setMenu(menu)
        self.header.trailing.addWidget(self.more_button)
        content = QWidget()
        around = QHBoxLayout(content)
        around.setContentsMargins(px(20), 0, px(20), 0)
        around.addWidget(self.table)
        return content

    async def refresh(self) -> Empty | None:
        self._taken = {one.task.id: one for one in await self.takings.queues()}
        try:
            rows = await self.context.read(list_tasks)
        except ServerAway:
            if not self._taken:
                raise
            rows = tuple(one.task for one in self._taken.values())
            self.set_title(_(self.title), _("Without the server: what you took along. Your grades are sent when it is back."))
        else:
            self.set_title(_(self.title), _(self.subtitle))
        self.model.set_rows(rows)
        return None if rows else Empty(_("There is nothing to grade. Assignments are made in the course editor."), picture="assignment")

    def _here(self, row: Task) -> str:
        taken = self._taken.get(row.id)
        return "" if taken is None else _("{n} since {date}").format(n=f"{taken.works:,}", date=date_text(taken.taken_at))

    @property
    def chosen(self) -> Task | None:
        row: Task | None = self.table.currentIndex().data(ROW_ROLE)
        return row

    async def take(self) -> None:
        """Bring what is to be graded of the chosen task to this computer."""
        task = self.chosen
        if task is None:
            self.context.notices.info(_("Choose what to take along first."))
            return
        works = await self.takings.take(task)
        self.context.notices.done(
            ngettext(
                "{n} piece of work is on this computer. It can be graded without the server.",
                "{n} pieces of work are on this computer. They can be graded without the server.",
                works,
            ).format(n=f"{works:,}")
        )
        self.reload()

    async def give_back(self) -> None:
        """Take the chosen task off this computer."""
        task = self.chosen
        if task is not None:
            await self.takings.give_back(task.id)
            self.reload()

    def open_gradebook(self) -> None:
        """Of the course that the chosen task belongs to."""
        task = self.chosen
        if task is None:
            self.context.notices.info(_("Choose what the course is graded by first."))
        else:
            self.context.open("gradebook", course=task.course_id)

    def _with_assignment(self, work: Callable[[Context, Task, QWidget], None]) -> None:
        task = self.chosen
        if task is None or task.kind != ASSIGNMENT:
            self.context.notices.info(_("Choose an assignment first."))
        else:
            work(self.context, task, self)

    def open_task(self, row: Task) -> None:
        self.context.open("grader", task=row.id, kind=row.kind, course=row.course_id, title=row.title)
