"""Live sessions: what is to come and what was, a seat in it, and the way in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.courses.vocabulary import label
from desktop.errors import Invalid
from desktop.i18n import N_, _, ngettext
from desktop.live.calendar import Event, as_calendar
from desktop.live.commands import cancel_registration, register
from desktop.live.queries import SessionRow, list_sessions, list_taught_courses
from desktop.ui.context import Context
from desktop.ui.itemmodels import Badge, Column, RowsModel
from desktop.ui.live.scheduling import SessionDialog
from desktop.ui.live.words import PLACES, PLATFORMS, STATUSES, TONES, seats_text, there_text, when_text
from desktop.ui.page import Empty, Page
from desktop.ui.theme import px
from desktop.ui.widgets.buttons import ActionButton
from desktop.ui.widgets.fields import SegmentedControl
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.table import TableView

EARLY = timedelta(minutes=30)
"""How long before it begins a session may be joined from here."""


def _standing(row: SessionRow) -> Badge | None:
    if row.status != "scheduled":
        return Badge(label(STATUSES, row.status), TONES[row.status])
    if row.place in PLACES:
        return Badge(label(PLACES, row.place), "good" if row.place == "registered" else "warn")
    if row.seats is not None and row.registered >= row.seats:
        return Badge(_("Full"), "warn")
    return Badge(_("Open"), "info")


COLUMNS: tuple[Column[SessionRow], ...] = (
    Column(
        "when",
        N_("When"),
        lambda row: when_text(row.start, row.duration_minutes),
        second=lambda row: there_text(row.start, row.zone),
        tooltip=lambda row: row.zone,
        value=lambda row: row.start,
        width=250,
    ),
    Column("title", N_("Session"), lambda row: row.title, second=lambda row: row.course, width=280, stretch=True),
    Column("platform", N_("Platform"), lambda row: label(PLATFORMS, row.platform) if row.platform else "", width=92),
    Column(
        "seats", N_("Seats"), lambda row: seats_text(row.registered, row.seats), value=lambda row: row.registered, numeric=True, width=88
    ),
    Column("attended", N_("Attended"), lambda row: f"{row.attended:,}", value=lambda row: row.attended, numeric=True, width=88),
    Column("standing", N_("Status"), lambda row: b.text if (b := _standing(row)) else "", badge=_standing, width=168),
)


class LivePage(Page):
    title = N_("Live sessions")
    primary = "live.new"
    shows: ClassVar[frozenset[str]] = frozenset({"live_sessions", "session_attendance", "enrollments"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.on("live.new", self.schedule)
        self.on("live.register", self.register)
        self.on("live.leave", self.leave)
        self.on("live.join", self.join)
        self.on("live.recording", self.watch)
        self.on("live.calendar", self._choose_file)

    def build(self) -> QWidget:
        self.tabs = SegmentedControl(_("What to show"), [("ahead", _("To come"), "calendar"), ("past", _("Over"), "done")])
        self.tabs.chosen.connect(lambda _tab: self.reload())
        self.model = RowsModel[SessionRow](COLUMNS, key=lambda row: row.id)
        self.model.setParent(self)
        self.table = TableView("live-sessions", _("Live sessions"))
        self.table.show_model(self.model)
        self.table.selectionModel().selectionChanged.connect(lambda *_changed: self._offer())
        self.table.opened.connect(lambda row: self.context.open("live-session", session=row.id))
        self.nothing = EmptyState()
        self.views = QStackedWidget()
        self.views.addWidget(self.table)
        self.views.addWidget(self.nothing)
        tools = QHBoxLayout()
        tools.setContentsMargins(px(32), 0, px(32), px(14))
        tools.setSpacing(px(8))
        tools.addWidget(self.tabs)
        tools.addStretch(1)
        for action_id in ("live.recording", "live.calendar", "live.leave", "live.register", "live.join"):
            action = self.context.actions.qaction(action_id)
            if action is not None:
                tools.addWidget(ActionButton(action, "quiet"))
        middle = QHBoxLayout()
        middle.setContentsMargins(px(20), 0, px(20), 0)
        middle.addWidget(self.views)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addLayout(middle, 1)
        return content

    async def refresh(self) -> Empty | None:
        past = self.tabs.value == "past"
        rows = await self.context.read(list_sessions, past=past)
        self.model.set_rows(rows)
        self.set_title(_(self.title), _("By the clock of this computer"))
        if not rows:
            sentence = _("No live session is over yet.") if past else _("No live session is scheduled.")
            self.nothing.show_empty(sentence, "catalogue", "", None)
        self.views.setCurrentWidget(self.table if rows else self.nothing)
        self._offer()
        return None

    @property
    def current(self) -> SessionRow | None:
        return self.model.row(self.table.currentIndex().row()) if self.table.selectionModel().hasSelection() else None

    def _offer(self) -> None:
        row, now = self.current, datetime.now(UTC)
        ahead = row is not None and row.status == "scheduled" and now < row.end
        able = {
            "live.register": ahead and row is not None and row.mine is not None and row.place == "none",
            "live.leave": ahead and row is not None and row.place != "none",
            "live.join": row is not None and row.status in {"scheduled", "in_progress"} and row.start - EARLY <= now < row.end,
            "live.recording": row is not None and bool(row.recording_url),
            "live.calendar": bool(self.model.rows),
        }
        for action_id, enabled in able.items():
            self.context.actions.set_enabled(action_id, enabled)

    # Doing

    async def schedule(self) -> None:
        """The form of a new one."""
        SessionDialog(self.context, await self.context.read(list_taught_courses), None, self).open()

    async def register(self) -> None:
        """Take a seat, or wait for one."""
        row = self.current
        if row is None or row.mine is None:
            return
        place = await self.context.write(register, row.id, row.mine)
        if place == "waiting":
            self.context.notices.info(_("“{title}” is full. You get a seat as soon as one is free.").format(title=row.title))
        else:
            self.context.notices.done(_("You have a seat in “{title}”.").format(title=row.title))

    async def leave(self) -> None:
        """Give it up."""
        row = self.current
        if row is not None and row.mine is not None:
            await self.context.write(cancel_registration, row.id, row.mine)

    def join(self) -> None:
        """In the platform's own program, or the browser."""
        if self.current is not None:
            open_address(self.current.url)

    def watch(self) -> None:
        if self.current is not None and self.current.recording_url:
            open_address(self.current.recording_url)

    def _choose_file(self) -> None:
        rows = [row] if (row := self.current) is not None else list(self.model.rows)
        dialog = QFileDialog(self, _("Save the calendar file"), "", _("Calendar files (*.ics)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("ics")
        dialog.selectFile((rows[0].title if len(rows) == 1 else _("Live sessions")) + ".ics")
        dialog.fileSelected.connect(lambda name: self.spawn(self.save_calendar(rows, Path(name))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def save_calendar(self, rows: list[SessionRow], path: Path) -> None:
        """These sessions as a file that every calendar takes."""
        events = [
            Event(row.id, row.title, row.description or row.course, row.start, row.duration_minutes, row.url, row.changed_at,
                  row.status == "cancelled")
            for row in rows
        ]  # fmt: skip
        try:
            await self.context.tasks.run(path.write_bytes, as_calendar(events).encode())
        except OSError as error:
            raise Invalid(
                _("{name} could not be written.").format(name=path.name), remedy=_("Choose another folder."), details=str(error)
            ) from error
        self.context.notices.done(
            ngettext("{n} session is in {name}.", "{n} sessions are in {name}.", len(rows)).format(n=len(rows), name=path.name)
        )


def open_address(address: str) -> None:
    """With whatever the system opens web addresses with; nothing that is no web address."""
    url = QUrl(address)
    if url.scheme() not in {"https", "http"}:
        raise Invalid(_("“{address}” is no web address.").format(address=address))
    QDesktopServices.openUrl(url)
