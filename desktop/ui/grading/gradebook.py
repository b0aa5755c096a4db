"""The gradebook of a course: a line for each learner, a column for each thing that is graded."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.courses.vocabulary import ENROLLMENT_STATUSES, label
from desktop.grading.bulk import safe_name
from desktop.grading.gradebook import Entry, Gradebook, Item, get_gradebook, table
from desktop.i18n import N_, _, ngettext
from desktop.spreadsheets import write_table
from desktop.ui.context import Context
from desktop.ui.itemmodels import Column
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.questions.fields import number_text
from desktop.ui.theme import Role, px
from desktop.ui.widgets.exporting import choose_table_file
from desktop.ui.widgets.fields import FilterBar, FilterChip, SearchField
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.table import TableView

LOWEST = Decimal(-1)
"""What is not graded is sorted below everything."""


def percent(value: Decimal | None) -> str:
    """A score or a grade: two decimals at most, nothing where there is none."""
    return "" if value is None else number_text(value.quantize(Decimal("0.01")))


def item_column(item: Item) -> Column[Entry]:
    return Column(
        str(item.id),
        item.title,
        lambda row: percent(row.scores.get(item.id)),
        value=lambda row: row.scores.get(item.id, LOWEST),
        numeric=True,
        width=128,
    )


def columns(gradebook: Gradebook) -> tuple[Column[Entry], ...]:
    """The learner and what it comes to first: what is scrolled to is what it is made of."""
    return (
        Column(
            "name", N_("Learner"), lambda row: row.name, person=lambda row: row.name, second=lambda row: row.cohort or "", width=230
        ),
        Column("status", N_("State"), lambda row: label(ENROLLMENT_STATUSES, row.status), width=112),
        Column("grade", N_("Grade"), lambda row: percent(row.grade), value=lambda row: row.grade or LOWEST, numeric=True, width=80),
        Column(
            "final",
            N_("Final grade"),
            lambda row: percent(row.final_grade),
            value=lambda row: row.final_grade or LOWEST,
            numeric=True,
            width=104,
        ),
        *(item_column(item) for item in gradebook.items),
    )  # fmt: skip


def scheme_text(gradebook: Gradebook) -> str:
    """By what the grade is made, in words."""
    scheme = gradebook.scheme
    if scheme is None:
        return _("Everything but attendance counts the same.")
    parts = " · ".join(f"{part.name} {number_text(scheme.share(part).quantize(Decimal('0.1')))} %" for part in scheme.parts)
    counted = {id for part in scheme.parts for id, _weight in part.items}
    left = sum(item.id not in counted for item in gradebook.items)
    return parts + (" · " + ngettext("{n} not counted", "{n} not counted", left).format(n=left) if left else "")


class GradebookPage(Page):
    """``context.open("gradebook", course=…)``."""

    title = N_("Gradebook")
    shows: ClassVar[frozenset[str]] = frozenset(
        {"enrollments", "quiz_attempts", "assignment_submissions", "lesson_progress", "session_attendance", "grading_schemes"}
    )
    primary = "gradebook.weights"
    secondary = ("gradebook.export",)

    def __init__(self, context: Context, course: UUID, parent: QWidget | None = None) -> None:
        self.course_id = course
        self.gradebook: Gradebook | None = None
        super().__init__(context, parent)

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]]:
        title = self.gradebook.title if self.gradebook is not None else _("Course")
        return title, lambda: self.context.open("course", course=self.course_id)

    def build(self) -> QWidget:
        self.on("gradebook.weights", lambda: self.context.open("gradebook-weights", course=self.course_id))
        self.on("gradebook.export", self.choose_export)
        self.search = SearchField(_("Search name or e-mail"))
        self.search.setMinimumWidth(px(260))
        self.search.searched.connect(self._filter)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.states = FilterChip(_("State"))
        self.cohorts = FilterChip(_("Cohort"))
        self.bar = FilterBar()
        for widget in (self.search, self.states, self.cohorts):
            self.bar.add(widget)
        self.bar.changed.connect(self._filter)
        self.model: RowsModel[Entry] = RowsModel((), lambda row: row.enrollment)
        self.table = TableView("gradebook", _("Gradebook"))
        self.nothing = EmptyState()
        self.views = QStackedWidget()
        self.views.addWidget(self.table)
        self.views.addWidget(self.nothing)
        self.summary = Label("", Role.CAPTION, "muted")
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(32), 0, px(32), px(12))
        column.setSpacing(px(10))
        column.addWidget(self.bar)
        column.addWidget(self.views, 1)
        column.addWidget(self.summary)
        return content

    async def refresh(self) -> Empty | None:
        before, gradebook = self.gradebook, await self.context.read(get_gradebook, self.course_id)
        self.gradebook = gradebook
        self.set_title(_(self.title), scheme_text(gradebook))
        if before is None or before.items != gradebook.items:
            self.model = RowsModel(columns(gradebook), lambda row: row.enrollment)
            self.table.show_model(self.model)
        self.states.set_choices(
            (status, label(ENROLLMENT_STATUSES, status), sum(row.status == status for row in gradebook.entries))
            for status in ENROLLMENT_STATUSES
            if any(row.status == status for row in gradebook.entries)
        )
        cohorts = sorted({row.cohort for row in gradebook.entries if row.cohort})
        self.cohorts.set_choices((cohort, cohort, sum(row.cohort == cohort for row in gradebook.entries)) for cohort in cohorts)
        self.cohorts.setVisible(bool(cohorts))
        self._filter()
        if not gradebook.entries:
            return Empty(_("Nobody has enrolled in this course yet."), picture="people")
        return None

    def _filter(self, *_change: object) -> None:
        if self.gradebook is None:
            return
        text, states, cohorts = self.search.text().strip().casefold(), self.states.chosen, self.cohorts.chosen
        rows = [
            row
            for row in self.gradebook.entries
            if (text in row.name.casefold() or text in row.email.casefold())
            and (not states or row.status in states)
            and (not cohorts or row.cohort in cohorts)
        ]
        self.model.set_rows(rows)
        if rows:
            self.views.setCurrentWidget(self.table)
        else:
            self.nothing.show_empty(_("Nobody fits."), "people", _("Clear the search"), self._clear)
            self.views.setCurrentWidget(self.nothing)
        grades = [row.grade for row in rows if row.grade is not None]
        words = ngettext("{n} learner", "{n} learners", len(rows)).format(n=f"{len(rows):,}")
        done = sum(row.status == "completed" for row in rows)
        parts = [words, ngettext("{n} completed", "{n} completed", done).format(n=f"{done:,}")]
        if grades:
            parts.append(_("mean grade {grade} %").format(grade=percent(sum(grades, Decimal(0)) / len(grades))))
        self.summary.setText(" · ".join(parts))

    def _clear(self) -> None:
        self.bar.clear()
        self.search.clear_now()

    # Export

    def choose_export(self) -> None:
        """Ask where the gradebook should be written, and as what."""
        if self.gradebook is None:
            return
        name = _("Gradebook of {title}").format(title=safe_name(self.gradebook.title))
        choose_table_file(self, _("Export the gradebook"), name, lambda path: self.spawn(self.export(path)))

    async def export(self, path: Path) -> None:
        """Write everybody's scores, whoever is searched for, as the file's name says."""
        gradebook = await self.context.read(get_gradebook, self.course_id)
        lines = table(gradebook, lambda status: label(ENROLLMENT_STATUSES, status))
        await self.context.tasks.run(write_table, lines, path, _("Gradebook"))
        self.context.notices.done(_("The gradebook is in {name}.").format(name=path.name))
