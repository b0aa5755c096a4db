"""The proctor's console: every seat of a sitting as it stands, and what may be done to one, some or all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QPlainTextEdit,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import Invalid, LmsError
from desktop.exams.console import Answered, SeatRow, add_time, list_seats, move_seats, send_message
from desktop.exams.plan import roster_enrolled
from desktop.exams.slips import draw_slips, issue_codes
from desktop.i18n import N_, _, ngettext
from desktop.ui.context import Context
from desktop.ui.exams.seats import DELIVERIES, SeatsModel, attention, summary
from desktop.ui.itemmodels import ROW_ROLE
from desktop.ui.page import Empty, Page
from desktop.ui.theme import px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.fields import FilterChip, SearchField
from desktop.ui.widgets.forms import FormRow, padded
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.surfaces import Dialog
from desktop.ui.widgets.table import TableView

CODED = ("checked_in", "awaiting", "authorized", "active", "paused")
"""States in which a candidate may have a start code: a new one for another desk, too."""
POLL_MS = 2000
"""Stations say that they are there every five seconds."""


@dataclass(frozen=True, slots=True)
class Move:
    """What may be done to seats: its name, from which states, whether it needs a reason, and whether only administrators may."""

    text: str
    states: frozenset[str]
    reason: bool = False
    administrators: bool = False


MOVES: dict[str, Move] = {
    "check_in": Move(N_("Check in"), frozenset({"rostered", "absent"})),
    "authorize": Move(N_("Authorise"), frozenset({"awaiting"})),
    "pause": Move(N_("Pause"), frozenset({"active"})),
    "resume": Move(N_("Resume"), frozenset({"paused"})),
    "mark_absent": Move(N_("Mark as absent"), frozenset({"rostered"})),
    "cancel": Move(N_("Reject at check-in…"), frozenset({"rostered", "checked_in", "absent"}), reason=True),
    "force_submit": Move(N_("Submit for them…"), frozenset({"active", "paused"}), reason=True),
    "terminate": Move(N_("Terminate…"), frozenset({"awaiting", "authorized", "active", "paused"}), reason=True),
    "reinstate": Move(N_("Reinstate…"), frozenset({"terminated"}), reason=True, administrators=True),
}


class ConsolePage(Page):
    """``context.open("exam-console", sitting=…, title=…)``."""

    primary = "exam-console.authorize"
    secondary = ("exam-console.codes", "exam-console.add-time")
    shows: ClassVar[frozenset[str]] = frozenset({"seats", "sittings"})

    def __init__(self, context: Context, sitting: UUID, title: str = "", parent: QWidget | None = None) -> None:
        self.sitting_id = sitting
        self.seats: tuple[SeatRow, ...] = ()
        self._name = title
        self._text = ""
        super().__init__(context, parent)
        self.set_title(title or _("Exam"))
        self.poll = QTimer(self)
        self.poll.setInterval(POLL_MS)
        self.poll.timeout.connect(self._tick)
        self._polling: asyncio.Task[Any] | None = None

    def build(self) -> QWidget:
        self.header.set_breadcrumb(_("Exams"), lambda: self.context.open("exams"))
        self.search = SearchField(_("Search name, email or seat"))
        self.search.setMaximumWidth(px(340))
        self.search.searched.connect(self._searched)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.rooms = FilterChip(_("Room"), self)
        self.states = FilterChip(_("Status"), self)
        self.states.set_choices((state, _(words), None) for state, (words, _tone) in DELIVERIES.items())
        self.look = FilterChip(_("Show"), self, several=False)
        self.look.set_choices([("attention", _("Needs a look"), None)])
        for chip in (self.rooms, self.states, self.look):
            chip.changed.connect(self._show)
        self.model = SeatsModel()
        self.model.setParent(self)
        self.table = TableView("exam-seats", _("Seats"))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.show_model(self.model)
        self.nothing = EmptyState()
        self.views = QStackedWidget()
        self.views.addWidget(self.table)
        self.views.addWidget(self.nothing)
        tools = QHBoxLayout()
        tools.setContentsMargins(px(32), 0, px(32), px(12))
        tools.setSpacing(px(8))
        tools.addWidget(self.search, 1)
        for chip in (self.rooms, self.states, self.look):
            tools.addWidget(chip)
        tools.addStretch(1)
        lists = QHBoxLayout()
        lists.setContentsMargins(px(20), 0, px(20), 0)
        lists.addWidget(self.views)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addLayout(lists, 1)
        self.on("exam-console.authorize", partial(self.move_chosen, "authorize"))
        self.on("exam-console.add-time", self.ask_time)
        self.on("exam-console.message", self.ask_message)
        self.on("exam-console.codes", self.choose_slips)
        self.on("exam-console.roster", self.roster)
        menu = QMenu(self)
        administers = "administrator" in self.context.identity.roles
        for action, move in MOVES.items():
            if action != "authorize" and (administers or not move.administrators):
                menu.addAction(_(move.text), partial(self.move_chosen, action))
        menu.addSeparator()
        menu.addAction(_("Send a message…"), partial(self.context.actions.run, "exam-console.message"))
        if administers:
            menu.addAction(_("Seat everybody enrolled"), partial(self.context.actions.run, "exam-console.roster"))
        self.more = Button(_("More"), "quiet", "more")
        self.more.setMenu(menu)
        self.header.trailing.addWidget(self.more)
        return content

    async def refresh(self) -> Empty | None:
        self.seats = await self.context.read(list_seats, self.sitting_id)
        if not self.seats:
            if "administrator" in self.context.identity.roles:
                return Empty(
                    _("Nobody has a seat in this sitting yet."), _("Seat everybody enrolled"), "exam-console.roster", picture="people"
                )
            return Empty(_("Nobody has a seat in this sitting yet."), picture="people")
        rooms = sorted({row.room for row in self.seats if row.room})
        self.rooms.set_choices((room, room, None) for room in rooms)
        self.rooms.setVisible(len(rooms) > 1)
        self._show()
        return None

    # What is shown

    def _show(self) -> None:
        rooms, states, look = self.rooms.chosen, self.states.chosen, self.look.chosen
        words = self._text.casefold()
        rows = [
            row
            for row in self.seats
            if (not rooms or row.room in rooms)
            and (not states or row.delivery in states)
            and (not look or attention(row))
            and (not words or words in f"{row.first_name} {row.name} {row.email} {row.label or ''}".casefold())
        ]
        self.model.show(rows)
        self.set_title(self._name or _("Exam"), summary(self.seats))
        if not rows:
            self.nothing.show_empty(_("No seat fits."), "people", _("Show all"), self._clear)
        self.views.setCurrentWidget(self.table if rows else self.nothing)

    def _clear(self) -> None:
        for chip in (self.rooms, self.states, self.look):
            chip.clear()
        self.search.clear_now()

    def _searched(self, text: str) -> None:
        self._text = text
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.poll.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.poll.stop()

    def _tick(self) -> None:
        if self.state == "content" and not self.loading and (self._polling is None or self._polling.done()):
            self._polling = self.spawn(self._poll())

    async def _poll(self) -> None:
        try:
            self.seats = await self.context.read(list_seats, self.sitting_id)
        except LmsError:
            self.reload()  # says in place what is wrong, and offers to try again
        else:
            self._show()

    # What is done

    @property
    def chosen(self) -> list[SeatRow]:
        """The seats that are chosen; with none, all that are shown."""
        picked = [index.data(ROW_ROLE) for index in self.table.selectionModel().selectedRows()]
        return picked or list(self.model.rows)

    def move_chosen(self, action: str) -> None:
        """Do ``action`` to those of the chosen seats that are in a state for it, after asking where it is for many or needs a reason."""
        move = MOVES[action]
        rows = [row for row in self.chosen if row.delivery in move.states]
        if not rows:
            self.context.notices.info(_("None of these seats can be moved like that now."))
        elif move.reason or len(rows) > 1:
            title = _(move.text).rstrip("…")
            AskDialog(title, rows, lambda words: self.spawn(self._move(action, rows, words)), self, wanted=move.reason).open()
        else:
            self.spawn(self._move(action, rows, ""))

    async def _move(self, action: str, rows: Sequence[SeatRow], reason: str) -> None:
        store: Any = self.context.store
        label = _(MOVES[action].text).rstrip("…")
        self._say(await self.context.job(label, move_seats, store, action, rows, reason or None))

    def ask_time(self) -> None:
        """More time for the chosen seats that are not over."""
        rows = [row for row in self.chosen if row.delivery not in ("submitted", "terminated", "absent", "cancelled")]
        if not rows:
            self.context.notices.info(_("All of these exams are over."))
        else:
            TimeDialog(rows, lambda minutes, reason: self.spawn(self._add_time(rows, minutes, reason)), self).open()

    async def _add_time(self, rows: Sequence[SeatRow], minutes: int, reason: str) -> None:
        store: Any = self.context.store
        self._say(await self.context.job(_("Adding time"), add_time, store, rows, minutes, reason))

    def choose_slips(self) -> None:
        """Ask where the start codes of the chosen seats should be, then make them: each replaces the seat's code of before."""
        rows = [row for row in self.chosen if row.delivery in CODED]
        if not rows:
            self.context.notices.info(_("Only candidates who are checked in get a start code."))
            return
        dialog = QFileDialog(self, _("Start codes"), "", _("PDF files (*.pdf)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.fileSelected.connect(lambda path: self.spawn(self.save_slips(rows, Path(path))))
        dialog.open()

    async def save_slips(self, rows: Sequence[SeatRow], path: Path) -> None:
        """Make new start codes for ``rows``, and a PDF of slips with them at ``path``."""
        slips = await self.context.write(issue_codes, rows)

        def write() -> None:
            try:
                path.write_bytes(draw_slips(self._name, slips))
            except OSError as error:
                raise Invalid(
                    _("{name} could not be written.").format(name=path.name), remedy=_("Choose another folder."), details=str(error)
                ) from error

        await self.context.tasks.run(write)
        words = ngettext("The slip of {n} candidate is in {name}.", "The slips of {n} candidates are in {name}.", len(slips))
        self.context.notices.done(words.format(n=f"{len(slips):,}", name=path.name))

    async def roster(self) -> None:
        """Give a seat to everybody who takes the course."""
        store: Any = self.context.store
        self._say(await self.context.job(_("Preparing seats"), roster_enrolled, store, self.sitting_id))

    def ask_message(self) -> None:
        """Words for the screens of the chosen seats."""
        rows = [row for row in self.chosen if row.delivery in ("awaiting", "authorized", "active", "paused")]
        if not rows:
            self.context.notices.info(_("Nobody sits at these seats now."))
        else:
            AskDialog(_("Send a message"), rows, lambda words: self.spawn(self._message(rows, words)), self, label=_("Message")).open()

    async def _message(self, rows: Sequence[SeatRow], words: str) -> None:
        store: Any = self.context.store
        self._say(await self.context.job(_("Sending a message"), send_message, store, rows, words))

    def _say(self, answered: Answered) -> None:
        words = ngettext("Done for {n} seat.", "Done for {n} seats.", answered.done).format(n=f"{answered.done:,}")
        if answered.refused:
            left = ngettext("{n} refused:", "{n} refused:", len(answered.refused)).format(n=f"{len(answered.refused):,}")
            self.context.notices.warn(f"{words} {left}", details="\n".join(f"{name}: {why}" for name, why in answered.refused))
        else:
            self.context.notices.done(words)


def _whose(rows: Sequence[SeatRow]) -> str:
    names = "; ".join(row.name for row in rows[:3])
    return _("{names} and {n} more").format(names=names, n=f"{len(rows) - 3:,}") if len(rows) > 3 else names


class AskDialog(Dialog):
    """What is done to whom, and the words that go with it: ``done(words)``. They are needed where they are ``wanted``."""

    def __init__(
        self,
        title: str,
        rows: Sequence[SeatRow],
        done: Callable[[str], object],
        parent: QWidget,
        *,
        label: str = "",
        wanted: bool = True,
    ) -> None:
        super().__init__(title, _whose(rows), parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.words = QPlainTextEdit()
        self.words.setTabChangesFocus(True)
        self.words.setMaximumHeight(px(110))
        hint = "" if wanted else _("It may be left empty.")
        self.body.addWidget(FormRow(label or _("Reason"), self.words, hint=hint))
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.do_button = self.add_button(title, "primary", self.accept)
        self.do_button.setEnabled(not wanted)
        if wanted:
            self.words.textChanged.connect(lambda: self.do_button.setEnabled(bool(self.words.toPlainText().strip())))
        self.accepted.connect(lambda: done(self.words.toPlainText().strip()))


class TimeDialog(AskDialog):
    """How many minutes more, and why: ``done(minutes, reason)``."""

    def __init__(self, rows: Sequence[SeatRow], done: Callable[[int, str], object], parent: QWidget) -> None:
        super().__init__(_("Add time"), rows, lambda reason: done(self.minutes.value(), reason), parent)
        self.minutes = padded(QSpinBox())
        self.minutes.setRange(1, 240)
        self.minutes.setValue(5)
        self.body.insertWidget(
            0, FormRow(_("Minutes"), self.minutes, hint=_("On top of what there is. A running station hears of it within seconds."))
        )
