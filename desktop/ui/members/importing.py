"""Members, enrolments and the earlier application's store from a file: every row is shown with what would become of it, then written."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from desktop.courses.vocabulary import label
from desktop.errors import LmsError
from desktop.i18n import N_, _, ngettext
from desktop.live.queries import list_taught_courses
from desktop.members.earlier import EarlierPlan, apply_store, plan_store, read_store
from desktop.members.importing import (
    CHANGE,
    NEW,
    PROBLEM,
    REPEAT,
    SAME,
    Plan,
    Planned,
    apply_enrollments,
    apply_members,
    plan_enrollments,
    plan_members,
)
from desktop.spreadsheets import read_sheet
from desktop.ui.context import Context
from desktop.ui.itemmodels import Badge, Column, RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.theme import Role, px
from desktop.ui.widgets.fields import FilterChip, SegmentedControl
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.table import TableView

VERDICTS = {NEW: N_("New"), CHANGE: N_("Changes"), SAME: N_("As it is"), REPEAT: N_("Twice"), PROBLEM: N_("Not taken")}
TONES = {NEW: "good", CHANGE: "info", SAME: "neutral", REPEAT: "warn", PROBLEM: "bad"}
TOLD = {
    "members": N_("A table with a column “E-mail”, and First name, Last name, Organization, Status, NPN …"),
    "enrollments": N_("A table with a column “E-mail” or “NPN”, and Course and Cohort where they differ from line to line."),
    "earlier": N_("A JSON file with “ams-courses” and “ams-enrollments” of the earlier application."),
}

COLUMNS: tuple[Column[Planned], ...] = (
    Column("line", N_("Line"), lambda row: f"{row.line:,}", value=lambda row: row.line, numeric=True, width=72),
    Column("who", N_("Who"), lambda row: row.who, width=220),
    Column("what", N_("What"), lambda row: row.what, tooltip=lambda row: row.what, width=240, stretch=True),
    Column(
        "verdict",
        N_("Result"),
        lambda row: label(VERDICTS, row.verdict),
        badge=lambda row: Badge(label(VERDICTS, row.verdict), TONES[row.verdict]),
        width=112,
    ),
    Column("sentence", N_("Why"), lambda row: row.sentence, tooltip=lambda row: row.sentence, width=320, stretch=True),
)


class ImportPage(Page):
    title = N_("Import people")
    primary = "import.file"
    secondary = ("import.apply",)
    shows: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.plan: Plan | EarlierPlan | None = None
        self.path: Path | None = None
        self.on("import.file", self._choose)
        self.on("import.apply", self.apply)

    def build(self) -> QWidget:
        self.kinds = SegmentedControl(
            _("What to import"),
            [
                ("members", _("Members"), "people"),
                ("enrollments", _("Enrolments"), "catalogue"),
                ("earlier", _("Earlier system"), "database"),
            ],
        )
        self.kinds.chosen.connect(lambda _kind: self._begin_again())
        self.course = QComboBox()
        self.course.setAccessibleName(_("Course"))
        self.course.currentIndexChanged.connect(lambda _at: self._read_again())
        self.cohort = QLineEdit()
        self.cohort.setPlaceholderText(_("Cohort, if any"))
        self.cohort.setAccessibleName(_("Cohort"))
        self.cohort.editingFinished.connect(self._read_again)
        self.verdict = FilterChip(_("Result"))
        self.verdict.changed.connect(self._show_rows)
        self.summary = Label("", Role.BODY, "muted", wrap=True)
        self.model = RowsModel[Planned](COLUMNS, key=lambda row: row.line)
        self.model.setParent(self)
        self.table = TableView("import-preview", _("What would become of each line"))
        self.table.show_model(self.model)
        self.nothing = EmptyState()
        self.views = QStackedWidget()
        self.views.addWidget(self.nothing)
        self.views.addWidget(self.table)
        which = QHBoxLayout()
        which.setContentsMargins(px(32), 0, px(32), px(10))
        which.setSpacing(px(8))
        which.addWidget(self.kinds)
        which.addWidget(self.course)
        which.addWidget(self.cohort)
        which.addStretch(1)
        tools = QHBoxLayout()
        tools.setContentsMargins(px(32), 0, px(32), px(14))
        tools.setSpacing(px(8))
        tools.addWidget(self.verdict)
        tools.addWidget(self.summary, 1)
        middle = QHBoxLayout()
        middle.setContentsMargins(px(20), 0, px(20), 0)
        middle.addWidget(self.views)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(which)
        column.addLayout(tools)
        column.addLayout(middle, 1)
        return content

    async def refresh(self) -> Empty | None:
        courses = await self.context.read(list_taught_courses)
        self.course.blockSignals(True)
        self.course.clear()
        self.course.addItem(_("Course as the file says"), None)
        for course, title in courses:
            self.course.addItem(title, course)
        self.course.blockSignals(False)
        self._begin_again()
        return None

    def _begin_again(self) -> None:
        enrolling = self.kinds.value == "enrollments"
        self.course.setVisible(enrolling)
        self.cohort.setVisible(enrolling)
        self.plan = self.path = None
        self._show()

    def _read_again(self) -> None:
        if self.path is not None:
            self.spawn(self.read(self.path))

    def _choose(self) -> None:
        earlier = self.kinds.value == "earlier"
        filters = _("JSON files (*.json)") if earlier else _("Tables (*.csv *.tsv *.txt *.xlsx *.xls *.ods)")
        dialog = QFileDialog(self, _("Choose a file"), "", filters)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.spawn(self.read(Path(name))))
        dialog.open()

    async def read(self, path: Path) -> None:
        """Find out what would become of each line; nothing is written."""
        self.path, self.plan = path, None
        try:
            match self.kinds.value:
                case "members":
                    self.plan = await self.context.read(plan_members, await self.context.tasks.run(read_sheet, path))
                case "enrollments":
                    sheet = await self.context.tasks.run(read_sheet, path)
                    cohort = self.cohort.text().strip() or None
                    self.plan = await self.context.read(plan_enrollments, sheet, self.course.currentData(), cohort)
                case _:
                    self.plan = await self.context.read(plan_store, await self.context.tasks.run(read_store, path))
        except LmsError as error:
            self._show()
            self.nothing.show_empty(" ".join(filter(None, (error.message, error.remedy))), "people", _("Choose another file"), self._choose)
            return
        self._show()

    def _show(self) -> None:
        plan = self.plan
        self.views.setCurrentWidget(self.nothing if plan is None else self.table)
        self.verdict.setVisible(plan is not None)
        self.context.actions.set_enabled("import.apply", plan is not None and plan.count(NEW, CHANGE) > 0)
        if plan is None:
            self.summary.setText("")
            self.nothing.show_empty(label(TOLD, self.kinds.value), "people", _("Choose a file"), self._choose)
            return
        self.verdict.set_choices((verdict, label(VERDICTS, verdict), plan.count(verdict)) for verdict in VERDICTS if plan.count(verdict))
        words = [ngettext("{n} line.", "{n} lines.", len(plan.rows)).format(n=f"{len(plan.rows):,}"), _("Nothing is written yet.")]
        if isinstance(plan, Plan) and plan.ignored:
            words.append(_("Columns that mean nothing here: {titles}.").format(titles=", ".join(plan.ignored[:8])))
        self.summary.setText(" ".join(words))
        self._show_rows()

    def _show_rows(self) -> None:
        chosen = self.verdict.chosen
        self.model.set_rows(row for row in (self.plan.rows if self.plan else ()) if not chosen or row.verdict in chosen)

    async def apply(self) -> None:
        """Write what is shown."""
        plan = self.plan
        if plan is None:
            return
        command: Any = (
            apply_store if isinstance(plan, EarlierPlan) else apply_members if self.kinds.value == "members" else apply_enrollments
        )
        self.context.actions.set_enabled("import.apply", False)
        try:
            written: int = await self.context.write(command, plan)
        finally:
            self.context.actions.set_enabled("import.apply", True)
        self.plan = self.path = None
        self._show()
        self.context.notices.done(ngettext("{n} is new.", "{n} are new.", written).format(n=f"{written:,}"))
