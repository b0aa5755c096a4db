"""One live session: how to get in, who has a seat, who was there, by hand or from the platform's report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSpinBox, QStackedWidget, QVBoxLayout, QWidget

from desktop.courses.vocabulary import label
from desktop.i18n import N_, _, ngettext
from desktop.live.commands import cancel_registration, mark_attendance, register, set_session_status
from desktop.live.queries import RosterRow, SessionDetail, get_session, list_roster
from desktop.ui.context import Context
from desktop.ui.courses.dialogs import FormDialog
from desktop.ui.itemmodels import Badge, Column, RowsModel
from desktop.ui.layouts import emptied
from desktop.ui.live.attendance import AttendanceDialog
from desktop.ui.live.page import open_address
from desktop.ui.live.scheduling import SessionDialog
from desktop.ui.live.words import (
    ATTENDANCE,
    ATTENDANCE_TONES,
    PLACES,
    PLATFORMS,
    STATUSES,
    TONES,
    clock_text,
    seats_text,
    there_text,
    when_text,
)
from desktop.ui.page import Empty, Page
from desktop.ui.theme import Role, px
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.buttons import ActionButton, Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.surfaces import confirm
from desktop.ui.widgets.table import TableView


def _status(row: RosterRow) -> Badge:
    words = label(ATTENDANCE, row.status)
    if row.place is not None:
        words = _("Waiting, {n}.").format(n=row.place)
    return Badge(words, ATTENDANCE_TONES.get(row.status, "neutral"))


def _there(row: RosterRow) -> str:
    if row.joined_at is None or row.left_at is None:
        return _("By hand") if row.by_hand else ""
    return f"{clock_text(row.joined_at)} – {clock_text(row.left_at)}"


def _minutes(row: RosterRow) -> str:
    return "" if row.minutes is None else f"{row.minutes}"


ROSTER: tuple[Column[RosterRow], ...] = (
    Column(
        "name",
        N_("Learner"),
        lambda row: row.name,
        second=lambda row: row.cohort or "",
        person=lambda row: row.name,
        width=240,
        stretch=True,
    ),
    Column("status", N_("Status"), lambda row: _status(row).text, badge=_status, width=130),
    Column("there", N_("There"), _there, width=150),
    Column("minutes", N_("Minutes"), _minutes, value=lambda row: row.minutes, numeric=True, width=88),
    Column(
        "credit",
        N_("Credit"),
        lambda row: _("Yes") if row.credited else "",
        badge=lambda row: Badge(_("Yes"), "good") if row.credited else None,
        value=lambda row: row.credited,
        width=80,
    ),
)


class SessionPage(Page):
    """``context.open("live-session", session=…)``. The roster is for staff of the course."""

    title = N_("Live session")
    shows: ClassVar[frozenset[str]] = frozenset({"live_sessions", "session_attendance", "enrollments"})

    def __init__(self, context: Context, session: UUID, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._id = session
        self.session: SessionDetail | None = None
        if context.identity.roles & {"instructor", "administrator"}:
            self.on("live-session.edit", self._edit)
            self.on("live-session.report", self._choose_report)
            self.on("live-session.mark", self._mark)
            self.on("live-session.absent", lambda: self.mark(0))
            self.on("live-session.unmark", lambda: self.mark(None))
            self.on("live-session.register", self._register)
            self.on("live-session.unregister", self._unregister)
            self.on("live-session.complete", self._complete)
            self.on("live-session.cancel", self._cancel)

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]] | None:
        return _("Live sessions"), lambda: self.context.open("live")

    def build(self) -> QWidget:
        self.facts = QVBoxLayout()
        self.facts.setContentsMargins(px(32), 0, px(32), px(12))
        self.facts.setSpacing(px(4))
        self.model = RowsModel[RosterRow](ROSTER, key=lambda row: row.enrollment_id)
        self.model.setParent(self)
        self.table = TableView("live-roster", _("Learners of the course"))
        self.table.setSelectionMode(TableView.SelectionMode.ExtendedSelection)
        self.table.show_model(self.model)
        self.table.opened.connect(lambda _row: self._mark())
        self.table.selectionModel().selectionChanged.connect(lambda *_changed: self._offer())
        self.nothing = EmptyState()
        self.views = QStackedWidget()
        self.views.addWidget(self.table)
        self.views.addWidget(self.nothing)
        tools = QHBoxLayout()
        tools.setContentsMargins(px(32), 0, px(32), px(10))
        tools.setSpacing(px(8))
        tools.addStretch(1)
        for action_id, kind in (
            ("live-session.cancel", "quiet"),
            ("live-session.edit", "quiet"),
            ("live-session.complete", "quiet"),
            ("live-session.mark", "quiet"),
            ("live-session.report", "primary"),
        ):
            action = self.context.actions.qaction(action_id)
            if action is not None:
                tools.addWidget(ActionButton(action, kind))
        middle = QHBoxLayout()
        middle.setContentsMargins(px(20), 0, px(20), 0)
        middle.addWidget(self.views)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.facts)
        column.addLayout(tools)
        column.addLayout(middle, 1)
        return content

    async def refresh(self) -> Empty | None:
        self.session = await self.context.read(get_session, self._id)
        row, taught = self.session.row, self.session.taught  # who teaches elsewhere may learn here
        self.set_title(row.title, row.course)
        self._tell(self.session)
        if taught:
            roster = await self.context.read(list_roster, self._id)
            self.model.set_rows(roster)
            if not roster:
                self.nothing.show_empty(_("Nobody takes this course yet."), "people", "", None)
            self.views.setCurrentWidget(self.table if roster else self.nothing)
        else:
            self.nothing.show_empty(_("Take a seat under Live sessions, and join from there."), "catalogue", _("Live sessions"), self._back)
            self.views.setCurrentWidget(self.nothing)
        self._offer()
        return None

    def _back(self) -> None:
        self.context.open("live")

    def _tell(self, session: SessionDetail) -> None:
        emptied(self.facts)
        row, fields = session.row, session.fields
        first = QHBoxLayout()
        first.setSpacing(px(10))
        first.addWidget(StatusPill(label(STATUSES, row.status), TONES[row.status]))
        if row.place in PLACES:
            first.addWidget(StatusPill(label(PLACES, row.place), "good" if row.place == "registered" else "warn"))
        times = [when_text(row.start, row.duration_minutes), there_text(row.start, row.zone)]
        first.addWidget(Label(" · ".join(filter(None, times)), Role.BODY), 1)
        self.facts.addLayout(first)
        words = [
            label(PLATFORMS, row.platform) if row.platform else "",
            _("Meeting {number}").format(number=fields.meeting_id) if fields.meeting_id else "",
            _("led by {name}").format(name=session.instructor) if session.instructor else "",
            _("Seats: {seats}").format(seats=seats_text(row.registered, row.seats)),
            _("Credit for {n} % of the time").format(n=fields.credit_percentage),
        ]
        self.facts.addWidget(Label(" · ".join(filter(None, words)), Role.CAPTION, "muted", wrap=True))
        if fields.description:
            self.facts.addWidget(Label(fields.description, Role.BODY, wrap=True))
        links = QHBoxLayout()
        links.setSpacing(px(8))
        for text, address in (
            (_("Open the meeting"), row.url),
            (_("Recording"), fields.recording_url),
            *((title, url) for title, url in (*fields.materials_before, *fields.materials_after)),
        ):
            if address:
                button = Button(_short(text), "quiet", "external")
                button.setToolTip(address)
                button.clicked.connect(lambda _on=False, address=address: open_address(address))
                links.addWidget(button)
        if fields.password:
            password = fields.password
            button = Button(_("Copy password"), "quiet", "key")
            button.clicked.connect(lambda _on=False: QGuiApplication.clipboard().setText(password))
            links.addWidget(button)
        links.addStretch(1)
        self.facts.addLayout(links)

    def _offer(self) -> None:
        session = self.session
        taught = session is not None and session.taught
        chosen = bool(self.chosen)
        held = taught and session is not None and session.row.status != "cancelled"
        begun = session is not None and session.row.start <= datetime.now(UTC)
        for action_id, enabled in {
            "live-session.report": held,
            "live-session.mark": held and chosen,
            "live-session.absent": held and chosen,
            "live-session.unmark": held and chosen,
            "live-session.register": held and chosen,
            "live-session.unregister": held and chosen,
            "live-session.complete": held and begun and session is not None and session.row.status != "completed",
            "live-session.edit": taught,
            "live-session.cancel": taught and session is not None and session.row.status in {"scheduled", "in_progress"},
        }.items():
            self.context.actions.set_enabled(action_id, enabled)

    @property
    def chosen(self) -> list[RosterRow]:
        """The learners that are selected."""
        rows = (self.model.row(index.row()) for index in self.table.selectionModel().selectedRows())
        return [row for row in rows if row is not None]

    # Doing

    def _edit(self) -> None:
        if self.session is not None:
            SessionDialog(self.context, (), self.session, self).open()

    def _mark(self) -> None:
        if self.chosen and self.session is not None:
            MinutesDialog(self, self.session.fields.duration_minutes).open()

    async def mark(self, minutes: int | None) -> None:
        """So many minutes by hand for who is chosen, or what reports say."""
        await self.context.write(mark_attendance, self._id, {row.enrollment_id: minutes for row in self.chosen})

    async def _register(self) -> None:
        for row in self.chosen:
            await self.context.write(register, self._id, row.enrollment_id)

    async def _unregister(self) -> None:
        for row in self.chosen:
            await self.context.write(cancel_registration, self._id, row.enrollment_id)

    async def _complete(self) -> None:
        await self.context.write(set_session_status, self._id, "completed")
        self.context.notices.done(_("The session is over. It counts in grades now, where attendance does."))

    def _cancel(self) -> None:
        if self.session is not None:
            confirm(
                self,
                _("Cancel “{title}”?").format(title=self.session.row.title),
                ngettext(
                    "{n} learner has a seat. Tell them: no message is sent from here.",
                    "{n} learners have a seat. Tell them: no message is sent from here.",
                    self.session.row.registered,
                ).format(n=self.session.row.registered),
                _("Cancel the session"),
                lambda: self.spawn(self.context.write(set_session_status, self._id, "cancelled")),
            )

    def _choose_report(self) -> None:
        dialog = QFileDialog(self, _("Attendance report"), "", _("Reports (*.csv *.tsv *.txt *.xlsx *.xls *.ods)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open_report(Path(name)))
        dialog.open()

    def open_report(self, path: Path) -> AttendanceDialog | None:
        """Show what a platform's report says, before any of it is recorded."""
        if self.session is None:
            return None
        dialog = AttendanceDialog(self.context, self.session, self.model.rows, path, self)
        dialog.open()
        return dialog


class MinutesDialog(FormDialog):
    """How long the chosen learners were there, by somebody's word."""

    def __init__(self, page: SessionPage, duration: int) -> None:
        names = [row.name for row in page.chosen]
        title = names[0] if len(names) == 1 else ngettext("{n} learner", "{n} learners", len(names)).format(n=len(names))
        super().__init__(title, _("Record"), page, width=360)
        self._page = page
        self.minutes = self.field(_("Minutes of the session"), QSpinBox())
        self.minutes.setRange(0, duration)
        self.minutes.setValue(duration)
        self.form.addRow(Label(_("No report overrules what is entered by hand. 0 is absent."), Role.CAPTION, "muted", wrap=True))

    def give(self) -> None:
        self._page.spawn(self._page.mark(self.minutes.value()))
        self.accept()


def _short(text: str) -> str:
    return text if len(text) <= 32 else text[:31] + "…"
