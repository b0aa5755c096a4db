"""The audit log: who changed what and when, and from what to what."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDateEdit, QFileDialog, QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import Invalid
from desktop.i18n import N_, _, ngettext
from desktop.ui.context import Context
from desktop.ui.courses.dialogs import FormDialog
from desktop.ui.dates import date_format, moment_text
from desktop.ui.itemmodels import Badge, Column, KeysetSource, VirtualModel
from desktop.ui.layouts import emptied
from desktop.ui.page import Empty, Page
from desktop.ui.theme import Role, px
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.fields import FilterChip, SearchField
from desktop.ui.widgets.labels import ElidedLabel, Label
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.surfaces import Hairline
from desktop.ui.widgets.table import TableView
from desktop.upkeep.commands import save_audit
from desktop.upkeep.difference import as_id, changes, ids, naming, table_words, words
from desktop.upkeep.queries import (
    COMMAND,
    AuditFilter,
    AuditRow,
    count_audit,
    list_audit_keys,
    list_audit_names,
    list_audit_tables,
    page_audit,
)

ACTIONS = {"insert": N_("Added"), "update": N_("Changed"), "delete": N_("Removed"), COMMAND: N_("Decision")}
"""A decision is a command of the application that says more than the rows it changed: a revoked certificate, a regrade."""
TONES = {"insert": "good", "update": "info", "delete": "bad"}
DAYS = {1: N_("The last 24 hours"), 7: N_("The last 7 days"), 30: N_("The last 30 days"), 365: N_("The last year"), 0: N_("Days…")}
"""How far back; 0 asks for the first and the last day."""
PANEL = 380
NAMED = 4
"""Fields that a line of the list names."""


def action_text(action: str) -> str:
    return _(ACTIONS[action]) if action in ACTIONS else words(action)


def fields_text(row: AuditRow) -> str:
    """The first fields that changed, and how many more; what was removed is known by its name."""
    if row.action == "delete":
        return naming(row.before, row.after)
    named, more = row.columns[:NAMED], len(row.columns) - NAMED
    text = ", ".join(map(words, named))
    return text if more <= 0 else ngettext("{fields} and {n} more", "{fields} and {n} more", more).format(fields=text, n=more)


COLUMNS: tuple[Column[AuditRow], ...] = (
    Column("when", N_("When"), lambda row: moment_text(row.occurred_at), width=170, sortable=False),
    Column("who", N_("Who"), lambda row: row.who, width=150, stretch=True, sortable=False),
    Column(
        "action",
        N_("Action"),
        lambda row: action_text(row.action),
        badge=lambda row: Badge(action_text(row.action), TONES.get(row.action, "warn")),
        width=120,
        sortable=False,
    ),
    Column("kind", N_("Kind"), lambda row: table_words(row.table), width=130, sortable=False),
    Column("fields", N_("What"), fields_text, width=220, stretch=True, sortable=False),
)


class AuditSource(KeysetSource[AuditRow, int]):
    """The entries that fit one filter, newest first."""

    def __init__(self, filter: AuditFilter) -> None:
        super().__init__(
            lambda session: count_audit(session, filter),
            lambda session, size: list_audit_keys(session, filter, size),
            lambda session, before, limit: page_audit(session, filter, before, limit),
        )


class AuditPage(Page):
    title = N_("Audit log")
    secondary = ("audit.save",)
    shows: ClassVar[frozenset[str]] = frozenset({"audit_logs"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self._filter = AuditFilter()
        self._shown: AuditFilter | None = None
        self._selected: int | None = None
        self._asked = False
        super().__init__(context, parent)
        self.on("audit.save", self._save)
        self.on("audit.record", self._same_record)

    # Making

    def build(self) -> QWidget:
        self.model = VirtualModel[AuditRow](self.context, COLUMNS, key=lambda row: row.id)
        self.model.setParent(self)
        self.model.counted.connect(self._counted)
        self.search = SearchField(_("Search values, or the id of a record"))
        self.search.searched.connect(self._searched)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.who = SearchField(_("Who"))
        self.search.setMinimumWidth(px(120))
        self.who.setMinimumWidth(px(90))
        self.who.searched.connect(lambda text: self._apply(replace(self._filter, who=text)))
        self.kind_chip, self.action_chip, self.when_chip = (
            FilterChip(_("Kind")),
            FilterChip(_("Action")),
            FilterChip(_("When"), several=False),
        )
        self.action_chip.set_choices((action, _(name), None) for action, name in ACTIONS.items())
        self.when_chip.set_choices((days, _(name), None) for days, name in DAYS.items())
        tools = QHBoxLayout()
        tools.setContentsMargins(px(32), 0, px(32), px(12))
        tools.setSpacing(px(8))
        tools.addWidget(self.search, 2)
        tools.addWidget(self.who, 1)
        for chip in (self.kind_chip, self.action_chip, self.when_chip):
            chip.changed.connect(self._chips_changed)
            tools.addWidget(chip)
        tools.addStretch(1)
        self.table = TableView("audit", _("Audit log"))
        self.table.show_model(self.model)
        self.table.chosen.connect(self._chosen)
        self.nothing = EmptyState()
        self.views = QStackedWidget()
        self.views.addWidget(self.table)
        self.views.addWidget(self.nothing)
        self.panel = EntryPanel(self)
        self.panel.hide()
        middle = QHBoxLayout()
        middle.setContentsMargins(px(20), 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.views, 1)
        middle.addWidget(self.panel)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addLayout(middle, 1)
        return content

    # Reading

    async def refresh(self) -> Empty | None:
        asked = self._filter
        count, tables = await asyncio.gather(
            self.model.refresh() if asked == self._shown else self.model.show(AuditSource(asked)), self.context.read(list_audit_tables)
        )
        self._shown = asked
        self.kind_chip.set_choices(sorted(((table, table_words(table), None) for table in tables), key=lambda choice: choice[1]))
        if count:
            self.views.setCurrentWidget(self.table)
        elif asked == AuditFilter():
            return Empty(_("Nothing has been changed yet."))
        else:
            self.nothing.show_empty(_("No entry fits."), "clock", _("Clear search and filters"), self.clear)
            self.views.setCurrentWidget(self.nothing)
        return None

    def clear(self) -> None:
        for chip in (self.kind_chip, self.action_chip, self.when_chip):
            chip.clear()
        self.search.clear_now()
        self.who.clear_now()

    def _apply(self, filter: AuditFilter) -> None:
        if filter != self._filter:
            self._filter = filter
            self.reload()

    def _searched(self, text: str) -> None:
        record = as_id(text)
        self._apply(replace(self._filter, text="" if record else text, record=record))

    def _chips_changed(self) -> None:
        days = next(iter(self.when_chip.chosen), None)
        self._apply(
            replace(
                self._filter,
                tables=frozenset(map(str, self.kind_chip.chosen)),
                actions=frozenset(map(str, self.action_chip.chosen)),
                since=self._since(days),
                until=self._filter.until if days == 0 else None,
            )
        )
        if days == 0 and not self._asked:
            dialog = DaysDialog(self)
            dialog.rejected.connect(lambda: None if self._filter.until else self.when_chip.clear())
            dialog.open()
        self._asked = days == 0

    def _since(self, days: object) -> datetime | None:
        if not isinstance(days, int):
            return None
        return datetime.now(UTC) - timedelta(days=days) if days else self._filter.since

    def show_days(self, first: date, last: date) -> None:
        """The entries of these days, both included, by this computer's clock."""
        midnight = datetime.min.time()
        since, until = (datetime.combine(day, midnight).astimezone() for day in (first, last + timedelta(days=1)))
        self._apply(replace(self._filter, since=since, until=until))

    def _counted(self, count: int) -> None:
        self.set_title(_(self.title), ngettext("{n} entry", "{n} entries", count).format(n=f"{count:,}"))

    def _chosen(self, row: AuditRow | None) -> None:
        if row is not None and row.id != self._selected:
            self._selected = row.id
            self.spawn(self.panel.show_entry(row))

    # Doing

    def _same_record(self) -> None:
        """What else happened to the record of the chosen entry, whatever was filtered by."""
        row = self.panel.row
        if row is None or row.record is None:
            raise Invalid(_("Choose an entry about a record first."))
        self.clear()
        self.search.setText(str(row.record))

    def _save(self) -> None:
        dialog = QFileDialog(self, _("Save the entries"), "", _("CSV files (*.csv)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(_("Audit log") + ".csv")
        dialog.fileSelected.connect(lambda path: self.spawn(self.save_to(Path(path))))
        dialog.open()

    async def save_to(self, path: Path) -> None:
        """Write what the list shows, all of it."""
        store: Any = self.context.store
        count: int = await self.context.job(_("Saving the audit log"), save_audit, store, self._filter, path)
        self.context.notices.done(
            ngettext("{n} entry is in {name}.", "{n} entries are in {name}.", count).format(n=f"{count:,}", name=path.name)
        )


class DaysDialog(FormDialog):
    """From which day to which."""

    def __init__(self, page: AuditPage) -> None:
        super().__init__(_("Entries of which days?"), _("Show"), page)
        self._page = page
        self.first, self.last = self.field(_("First day"), QDateEdit()), self.field(_("Last day"), QDateEdit())
        for field in (self.first, self.last):
            field.setCalendarPopup(True)
            field.setDisplayFormat(date_format())
            field.setDate(QDate.currentDate())

    def give(self) -> None:
        first, last = (date(field.date().year(), field.date().month(), field.date().day()) for field in (self.first, self.last))
        if last < first:
            self.complain(_("The last day is before the first."), self.last)
            return
        self._page.show_days(first, last)
        self.accept()


class EntryPanel(QScrollArea):
    """One entry: who, when, and each field before and after."""

    def __init__(self, page: AuditPage) -> None:
        super().__init__(page)
        self._page = page
        self.row: AuditRow | None = None
        self.setWidgetResizable(True)
        self.setFixedWidth(px(PANEL))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("Details"))
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(px(20), px(4), px(28), px(24))
        self._column.setSpacing(px(6))
        self.setWidget(body)

    async def show_entry(self, row: AuditRow) -> None:
        mentioned = ids(row.before, row.after) | ({row.record} if row.record else set())
        names = await self._page.context.read(list_audit_names, mentioned)
        self.row = row
        self._show(row, names)
        self.show()

    def _show(self, row: AuditRow, names: dict[UUID, str]) -> None:
        emptied(self._column)
        name = (names.get(row.record) if row.record else None) or naming(row.before, row.after)
        self._column.addWidget(ElidedLabel(name or table_words(row.table), Role.HEADING))
        state = QHBoxLayout()
        state.setSpacing(px(8))
        state.addWidget(StatusPill(action_text(row.action), TONES.get(row.action, "warn")))
        state.addWidget(Label(table_words(row.table), Role.CAPTION, "muted"))
        state.addStretch(1)
        self._column.addLayout(state)
        who = row.who if row.who == row.login else _("{name}, signed in as {login}").format(name=row.who, login=row.login)
        for fact in (moment_text(row.occurred_at), who, str(row.record) if row.record else None):
            if fact:
                self._column.addWidget(Label(fact, Role.CAPTION, "muted", wrap=True))
        if row.record is not None:
            same = Button(_("Everything about this record"), "quiet")
            same.clicked.connect(lambda _on=False: self._page.context.actions.run("audit.record"))
            self._column.addWidget(same, 0, Qt.AlignmentFlag.AlignLeft)
        found = changes(row.before, row.after, names)
        if not found:
            nothing = (
                _("What was added is in the record itself. Once it changes, the log keeps what it was.")
                if row.action == "insert"
                else _("The entry names no fields.")
            )
            self._column.addWidget(Hairline())
            self._column.addWidget(Label(nothing, Role.BODY, "muted", wrap=True))
        for change in found:
            self._column.addSpacing(px(4))
            self._column.addWidget(Hairline())
            self._column.addWidget(Label(change.field, Role.LABEL, "faint", wrap=True))
            for sign, value, token, spoken in (("−", change.before, "bad", _("Before")), ("+", change.after, "good", _("After"))):
                if value is not None:
                    label = Label(f"{sign} {_breakable(value)}", Role.BODY, token, wrap=True)
                    label.setAccessibleName(f"{spoken}: {value}")
                    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                    self._column.addWidget(label)
        self._column.addStretch(1)


LONGEST = 2000
"""Characters of a value that are shown; the file that is saved has all of them."""


def _breakable(value: str) -> str:
    """The value with room for line breaks in what has no spaces, and cut where it is too long to read here."""
    cut = value if len(value) <= LONGEST else value[:LONGEST] + "…"
    return " ".join(
        part if len(part) <= 24 else "\u200b".join(part[at : at + 12] for at in range(0, len(part), 12)) for part in cut.split(" ")
    )
