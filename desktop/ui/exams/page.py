"""The sittings that a proctor supervises."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.exams.console import SittingRow, list_sittings
from desktop.exams.plan import get_choices
from desktop.i18n import N_, _
from desktop.ui.context import Context
from desktop.ui.dates import moment_text
from desktop.ui.exams.plan import PlanDialog
from desktop.ui.itemmodels import Badge, Column, RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.theme import px
from desktop.ui.widgets.table import TableView


def _standing(row: SittingRow) -> Badge:
    now = datetime.now(UTC)
    if now < row.opens:
        return Badge(_("Planned"))
    if row.seats and row.over == row.seats:
        return Badge(_("Over"))
    return Badge(_("Open"), "good") if now <= row.closes else Badge(_("Window closed"), "warn")


COLUMNS: tuple[Column[SittingRow], ...] = (
    Column("title", N_("Sitting"), lambda row: row.title, width=260, stretch=True),
    Column("opens", N_("Opens"), lambda row: moment_text(row.opens), value=lambda row: row.opens, width=190),
    Column("closes", N_("Nobody begins after"), lambda row: moment_text(row.closes), value=lambda row: row.closes, width=190),
    Column("minutes", N_("Minutes"), lambda row: f"{row.minutes:,}", value=lambda row: row.minutes, numeric=True, width=90),
    Column("seats", N_("Seats"), lambda row: f"{row.seats:,}", value=lambda row: row.seats, numeric=True, width=80),
    Column("begun", N_("Begun"), lambda row: f"{row.begun:,}", value=lambda row: row.begun, numeric=True, width=80),
    Column("standing", N_("Status"), lambda row: _standing(row).text, badge=_standing, width=130),
)


class ExamsPage(Page):
    title = N_("Exams")
    primary = "exams.open"
    secondary = ("exams.plan",)
    shows: ClassVar[frozenset[str]] = frozenset({"sittings", "seats"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.on("exams.open", self.open_console)
        self.on("exams.plan", self.plan)

    def build(self) -> QWidget:
        self.model = RowsModel[SittingRow](COLUMNS, key=lambda row: row.id)
        self.model.setParent(self)
        self.table = TableView("exam-sittings", _("Sittings"))
        self.table.show_model(self.model)
        self.table.opened.connect(self._open)
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(px(20), 0, px(20), 0)
        row.addWidget(self.table)
        return content

    async def refresh(self) -> Empty | None:
        rows = await self.context.read(list_sittings)
        self.model.set_rows(rows)
        if not rows:
            if "administrator" in self.context.identity.roles:
                return Empty(_("No sitting is planned yet."), _("Plan a sitting"), "exams.plan", picture="people")
            return Empty(_("You supervise no exam. An administrator plans sittings and names their proctors."), picture="people")
        if not self.table.currentIndex().isValid():
            self.table.selectRow(0)
        return None

    async def plan(self) -> None:
        """Ask for a new sitting."""
        PlanDialog(self.context, await self.context.read(get_choices), self).open()

    def open_console(self) -> None:
        """Look at the seats of the chosen sitting."""
        row = self.model.row(self.table.currentIndex().row()) if self.state == "content" else None
        if row is None:
            self.context.notices.info(_("Choose a sitting first."))
        else:
            self._open(row)

    def _open(self, row: SittingRow) -> None:
        self.context.open("exam-console", sitting=row.id, title=row.title)
