"""Payments: an administrator confirms those that arrived, one or all that are shown, and notes those that did not."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import LmsError, ServerAway
from desktop.i18n import N_, _, ngettext
from desktop.learning.commands import confirm_payment
from desktop.learning.payments import PENDING, RECEIVED, STATES, PaymentRow, end_payment, list_payments
from desktop.ui.context import Context
from desktop.ui.dates import since_text
from desktop.ui.itemmodels import Column, RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.theme import px
from desktop.ui.widgets.buttons import Button, disabled
from desktop.ui.widgets.fields import SearchField, SegmentedControl
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.surfaces import Dialog, confirm
from desktop.ui.widgets.table import TableView

WORDS = {"pending": N_("Waiting"), "completed": N_("Received"), "failed": N_("Did not arrive"), "refunded": N_("Refunded")}


def _member(row: PaymentRow) -> str:
    return row.member


def money(row: PaymentRow) -> str:
    return f"${row.amount:,.2f}" if row.currency == "USD" else f"{row.amount:,.2f} {row.currency}"


COLUMNS: tuple[Column[PaymentRow], ...] = (
    Column("member", N_("Name"), _member, second=lambda row: row.email, person=_member, width=260, stretch=True),
    Column("course", N_("Course"), lambda row: row.course or "", width=260),
    Column("amount", N_("Amount"), money, value=lambda row: row.amount, numeric=True, width=120),
    Column("status", N_("State"), lambda row: _(WORDS[row.status]), width=130),
    Column("reference", N_("Reference"), lambda row: row.reference or "", width=130),
    Column("at", N_("When"), lambda row: since_text(row.at), value=lambda row: row.at, width=130),
)  # fmt: skip


class ReasonDialog(Dialog):
    """Why a payment ends, which the audit log keeps."""

    def __init__(self, title: str, text: str, verb: str, parent: QWidget) -> None:
        super().__init__(title, text, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.reason = QLineEdit()
        self.reason.setAccessibleName(_("Reason"))
        self.reason.setPlaceholderText(_("Reason, for the log"))
        self.reason.setMaxLength(500)
        self.body.addWidget(self.reason)
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.end_button = self.add_button(verb, "destructive", self.accept)
        self.end_button.setEnabled(False)
        self.reason.textChanged.connect(lambda words: self.end_button.setEnabled(bool(words.strip())))


class PaymentsPage(Page):
    title = N_("Payments")
    shows: ClassVar[frozenset[str]] = frozenset({"transactions"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self.kind = PENDING
        self._text = ""
        super().__init__(context, parent)

    def build(self) -> QWidget:
        names = dict(zip(STATES, (_("Waiting"), _("Received"), _("Not received")), strict=True))
        self.tabs = SegmentedControl(_("Which payments"), [(value, words, "") for value, words in names.items()])
        self.tabs.chosen.connect(self._choose)
        self.header.trailing.addWidget(self.tabs)
        self.search = SearchField(_("Search name, address, course, reference"))
        self.search.setMaximumWidth(px(360))
        self.search.searched.connect(self._searched)
        self.confirm_button = Button(_("Confirm"), "primary", "check")
        self.all_button = Button(_("Confirm all shown…"), "quiet")
        self.end_button = Button("", "quiet")
        self.confirm_button.clicked.connect(lambda: self.spawn(self.confirm()))
        self.all_button.clicked.connect(self.ask_all)
        self.end_button.clicked.connect(self.ask_end)
        tools = QHBoxLayout()
        tools.setContentsMargins(px(32), 0, px(32), px(12))
        tools.setSpacing(px(8))
        tools.addWidget(self.search, 1)
        tools.addStretch(1)
        for button in (self.end_button, self.all_button, self.confirm_button):
            tools.addWidget(button)
        self.model = RowsModel[PaymentRow](COLUMNS, key=lambda row: row.id)
        self.model.setParent(self)
        self.table = TableView("payments", _("Payments"))
        self.table.show_model(self.model)
        self.table.chosen.connect(lambda _row: self._show_buttons())
        self.nothing = EmptyState()
        self.views = QStackedWidget()
        self.views.addWidget(self.table)
        self.views.addWidget(self.nothing)
        lists = QHBoxLayout()
        lists.setContentsMargins(px(20), 0, px(20), 0)
        lists.addWidget(self.views)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addLayout(lists, 1)
        return content

    async def refresh(self) -> Empty | None:
        rows = await self.context.read(list_payments, self.kind, self._text)
        self.model.set_rows(rows)
        if rows:
            self.set_title(_(self.title), ngettext("{n} payment", "{n} payments", len(rows)).format(n=f"{len(rows):,}"))
            if self.chosen is None:
                self.table.selectRow(0)
        else:
            self.set_title(_(self.title))
            self.nothing.show_empty(_("Nothing fits.") if self._text else _("No payment is here."), "report", "", None)
        self.views.setCurrentWidget(self.table if rows else self.nothing)
        self._show_buttons()
        return None

    @property
    def chosen(self) -> PaymentRow | None:
        index = self.table.currentIndex()
        return self.model.row(index.row()) if index.isValid() and index.row() < self.model.rowCount() else None

    def _show_buttons(self) -> None:
        pending = self.kind == PENDING
        row = self.chosen
        self.confirm_button.setVisible(pending)
        self.all_button.setVisible(pending)
        self.all_button.setEnabled(self.model.rowCount() > 0)
        self.confirm_button.setEnabled(row is not None and row.enrollment_id is not None)
        self.end_button.setVisible(self.kind in (PENDING, RECEIVED))
        self.end_button.setEnabled(row is not None)
        self.end_button.setText(_("Did not arrive…") if pending else _("Refunded…"))

    def _choose(self, value: str) -> None:
        self.kind = value
        self.reload()

    def _searched(self, text: str) -> None:
        self._text = text
        self.reload()

    # Doing

    async def confirm(self) -> None:
        """The chosen payment arrived, and its course opens."""
        row = self.chosen
        if row is not None and row.enrollment_id is not None:
            with disabled(self.confirm_button):
                await self.context.write(confirm_payment, row.enrollment_id)
            self.context.notices.done(_("Confirmed. {name} can start now.").format(name=row.member))

    def ask_all(self) -> None:
        rows = [row for row in self.model.rows if row.enrollment_id is not None]
        if rows:
            total = sum(row.amount for row in rows)
            text = ngettext("{n} payment, {sum} in all, arrived.", "{n} payments, {sum} in all, arrived.", len(rows))
            confirm(
                self,
                _("Confirm all that are shown?"),
                text.format(n=f"{len(rows):,}", sum=f"{total:,.2f}"),
                _("Confirm all"),
                lambda: self.spawn(self.confirm_all(rows)),
            )

    async def confirm_all(self, rows: list[PaymentRow]) -> None:
        """One by one: what cannot be confirmed is named, the rest is."""
        failed: list[str] = []
        with disabled(self.all_button):
            for row in rows:
                if row.enrollment_id is None:
                    continue
                try:
                    await self.context.write(confirm_payment, row.enrollment_id)
                except ServerAway:
                    raise
                except LmsError as error:
                    failed.append(f"{row.member}: {error.message}")
        done = len(rows) - len(failed)
        if failed:
            self.context.notices.warn(
                ngettext("{n} payment could not be confirmed.", "{n} payments could not be confirmed.", len(failed)).format(n=len(failed)),
                details="\n".join(failed),
            )
        if done:
            self.context.notices.done(ngettext("{n} payment confirmed.", "{n} payments confirmed.", done).format(n=f"{done:,}"))

    def ask_end(self) -> None:
        """Why the chosen payment did not arrive, or was given back."""
        row = self.chosen
        if row is None:
            return
        if self.kind == PENDING:
            title, verb, status = _("The payment did not arrive?"), _("Did not arrive"), "failed"
        else:
            title, verb, status = _("The payment was refunded?"), _("Refunded"), "refunded"
        text = _("{name}, {course}: {amount}. The enrolment ends, and its seat is free again; what is completed stays completed.").format(
            name=row.member, course=row.course or "–", amount=money(row)
        )
        self.dialog = ReasonDialog(title, text, verb, self)
        self.dialog.accepted.connect(lambda: self.spawn(self.context.write(end_payment, row.id, status, self.dialog.reason.text())))
        self.dialog.open()
