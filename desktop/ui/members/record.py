"""A learner's record: what SCORM lessons kept of each attempt, what was asked and answered, and all of it as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QSplitter, QVBoxLayout, QWidget

from desktop.errors import Invalid
from desktop.i18n import N_, _
from desktop.scorm.export import as_csv, as_json
from desktop.scorm.queries import AttemptRow, InteractionRow, LearnerRecord, get_learner_record
from desktop.ui.context import Context
from desktop.ui.dates import since_text
from desktop.ui.itemmodels import Column
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.theme import px
from desktop.ui.widgets.table import TableView

STATUSES = {
    "passed": N_("Passed"),
    "failed": N_("Not passed"),
    "completed": N_("Completed"),
    "incomplete": N_("Begun"),
    "browsed": N_("Looked at"),
    "not attempted": N_("Not begun"),
    "unknown": N_("Begun"),
}


def _minutes(row: AttemptRow) -> str:
    minutes, seconds = divmod(round(row.total_seconds), 60)
    return f"{minutes}:{seconds:02}"


ATTEMPTS: tuple[Column[AttemptRow], ...] = (
    Column("lesson", N_("Lesson"), lambda row: row.lesson, second=lambda row: row.course, width=260, stretch=True, sortable=False),
    Column("part", N_("Part"), lambda row: row.title or row.part, width=180, sortable=False),
    Column("attempt", N_("Attempt"), lambda row: f"{row.attempt:,}", numeric=True, width=84, sortable=False),
    Column(
        "status", N_("Status"), lambda row: _(STATUSES[row.status]) if row.status in STATUSES else row.status, width=120, sortable=False
    ),
    Column("score", N_("Score"), lambda row: f"{row.score:.0f}" if row.score is not None else "", numeric=True, width=72, sortable=False),
    Column("time", N_("Time"), _minutes, numeric=True, width=88, sortable=False),
    Column("saved", N_("Last saved"), lambda row: since_text(row.saved_at), width=140, sortable=False),
)

INTERACTIONS: tuple[Column[InteractionRow], ...] = (
    Column(
        "id",
        N_("Question"),
        lambda row: row.description or row.identifier or "",
        second=lambda row: row.identifier if row.description and row.identifier else "",
        width=280,
        stretch=True,
        sortable=False,
    ),
    Column("response", N_("Answer"), lambda row: row.response or "", width=180, sortable=False),
    Column("correct", N_("Correct"), lambda row: " | ".join(row.correct_responses), width=180, sortable=False),
    Column("result", N_("Result"), lambda row: row.result or "", width=120, sortable=False),
    Column("weighting", N_("Weight"), lambda row: f"{row.weighting.normalize():f}" if row.weighting is not None else "",
           numeric=True, width=80, sortable=False),
)  # fmt: skip


class RecordPage(Page):
    """``context.open("record", member=…)``: of a learner whose courses the reader teaches, or one's own."""

    title = N_("Record")
    primary = "record.export"
    shows: ClassVar[frozenset[str]] = frozenset({"lesson_progress"})

    def __init__(self, context: Context, member: UUID, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._member = member
        self.record: LearnerRecord | None = None

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]] | None:
        if "instructor" not in self.context.identity.roles:
            return None
        return _("My learners"), lambda: self.context.open("learners")

    def build(self) -> QWidget:
        self.on("record.export", self._export)
        self.attempts = RowsModel[AttemptRow](ATTEMPTS, lambda row: (row.enrollment_id, row.lesson_id, row.part, row.attempt))
        self.attempts.setParent(self)
        self.table = TableView("record-attempts", _("Attempts"))
        self.table.show_model(self.attempts)
        self.table.chosen.connect(self._chosen)
        self.interactions = RowsModel[InteractionRow](INTERACTIONS, lambda row: row.n)
        self.interactions.setParent(self)
        self.answers = TableView("record-interactions", _("Questions and answers"))
        self.answers.show_model(self.interactions)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(self.answers)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(20), 0, px(20), px(12))
        column.addWidget(splitter)
        return content

    async def refresh(self) -> Empty | None:
        record = await self.context.read(get_learner_record, self._member)
        self.record = record
        self.set_title(record.name, _("What lessons have recorded"))
        self.attempts.set_rows(record.attempts)
        if not record.attempts:
            return Empty(_("No lesson has recorded anything yet."), picture="report")
        if not self.table.selectionModel().hasSelection():
            self.table.selectRow(0)
        return None

    def _chosen(self, row: AttemptRow | None) -> None:
        self.interactions.set_rows(row.interactions if row is not None else ())

    def _export(self) -> None:
        if self.record is None:
            return
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(self, _("Export the record"), folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([_("JSON, everything (*.json)"), _("CSV, a row for each answer (*.csv)")])
        dialog.setDefaultSuffix("json")
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix("csv" if "csv" in chosen else "json"))
        dialog.selectFile(self.record.name)
        dialog.fileSelected.connect(lambda name: self.spawn(self.export(Path(name))))
        dialog.open()

    async def export(self, path: Path) -> None:
        """Write the record to ``path``, as CSV where its name says so."""
        if self.record is None:
            return
        # With a byte order mark, without which spreadsheets take CSV for the system's old encoding.
        text, encoding = (as_csv(self.record), "utf-8-sig") if path.suffix.lower() == ".csv" else (as_json(self.record), "utf-8")
        try:
            await self.context.tasks.run(path.write_text, text, encoding, newline="")
        except OSError as error:
            raise Invalid(
                _("{name} could not be written.").format(name=path.name), remedy=_("Choose another folder."), details=str(error)
            ) from error
        self.context.notices.done(_("Saved as {name}.").format(name=path.name))
