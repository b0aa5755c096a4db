"""The window of an exam station: from the start code to the receipt, whatever the network and the proctor do meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import LmsError, ServerAway, TookTooLong
from desktop.exams.exam_loop import ExamLoop, Standing
from desktop.exams.queries import SeatCommand, SeatState
from desktop.exams.start_codes import START_CODE_CHARACTERS
from desktop.exams.station import Station
from desktop.i18n import _, ngettext
from desktop.lockdown.interface import Kept
from desktop.lockdown.release import CHARACTERS
from desktop.ui.context import Context
from desktop.ui.exams.station_bar import Banner, StationBar
from desktop.ui.exams.station_pages import CodePage, ReadyPage, StationPage, WordsPage, receipt_words
from desktop.ui.exams.station_questions import QuestionsPage
from desktop.ui.exams.station_shield import Shield, evidence_of
from desktop.ui.theme import Scheme, px
from desktop.ui.widgets.buttons import disabled
from desktop.ui.widgets.focus import FocusRing
from desktop.ui.widgets.notices import NoticeStack

AWAY = (ServerAway, TookTooLong)
RETRY_MS = 3000
LAST_MINUTES = 5
"""Said once, also to whoever hides the time."""
WRONG_SECONDS = 2.0
"""How long a wrong release code holds up the next try."""
OVER = frozenset({"submitted", "terminated", "cancelled", "absent"})


class StationWindow(QWidget):
    """What a candidate sees of ``station``, one candidate after the other."""

    def __init__(self, context: Context, station: Station, scheme: Scheme, use_code: Callable[[str], bool]) -> None:
        """``use_code`` says whether a proctor's code releases the station; it may take a moment, and needs no network."""
        super().__init__()
        self.setObjectName("content")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(_("Exam station"))
        self.context = context
        self.station = station
        self.shield: Shield | None = None
        """What holds the desk; None in a window, for rehearsals."""
        self._use_code = use_code
        self.loop: ExamLoop | None = None
        self.seat: SeatState | None = None
        self._loading = False
        self._fetching = False
        self._submitting = False
        self._pictures: dict[str, bytes] = {}
        self._loaded: UUID | None = None
        self._finishing = False
        self._closing = False
        self._warned = False
        self.released = asyncio.Event()
        """Set once nobody needs this station any more; the process ends then."""
        self.bar = StationBar(scheme)
        self.banner = Banner(_("Understood"))
        self.banner.button.clicked.connect(self.banner.hide)
        self.offline = Banner(_("Try now"))
        self.offline.button.clicked.connect(self._hurry)
        self.welcome = WordsPage(_("Exam station"))
        self.code_page = CodePage(
            _("Your start code"),
            _("It stands on the slip that your proctor gave you."),
            _("Continue"),
            START_CODE_CHARACTERS,
            _("Release this station…"),
        )
        self.release_page = CodePage(
            _("Release this station"),
            _("For proctors: a code from the sheet of this station ends this program and frees the desktop. Each counts once."),
            _("Release"),
            CHARACTERS,
            _("Back"),
        )
        self._before_release: QWidget = self.welcome
        self.ready = ReadyPage()
        self.questions = QuestionsPage()
        self.paused = WordsPage(_("Paused"))
        self.end = WordsPage(_("The end"))
        self.stack = QStackedWidget()
        for page in (self.welcome, self.code_page, self.release_page, self.ready, self.questions, self.paused, self.end):
            self.stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        banners = QVBoxLayout()
        banners.setContentsMargins(px(24), px(8), px(24), 0)
        banners.setSpacing(px(8))
        banners.addWidget(self.offline)
        banners.addWidget(self.banner)
        column.addLayout(banners)
        column.addWidget(self.stack, 1)
        self._ring = FocusRing(self)
        self._notices = NoticeStack(context.notices, self)
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self._start_again)
        self._last_minutes = QTimer(self)
        self._last_minutes.setSingleShot(True)
        self._last_minutes.timeout.connect(self._say_last_minutes)
        self.welcome.pressed.connect(self._start_again)
        self.code_page.left.connect(self.ask_for_release)
        self.release_page.left.connect(self._leave_release)
        self.release_page.entered.connect(lambda code: self.spawn(self._release(code)))
        self.code_page.entered.connect(lambda code: self.spawn(self._enter(code)))
        self.ready.begun.connect(lambda: self.spawn(self._begin()))
        self.questions.typed.connect(self._typed)
        self.questions.flagged.connect(lambda question, on: self.spawn(self._running.flag(question, on)))
        self.questions.shown.connect(lambda question, number: self.spawn(self._running.look_at(question, number)))
        self.questions.submitted.connect(lambda: self.spawn(self._submit()))
        self.end.pressed.connect(lambda: self.spawn(self.start()))
        self.bar.hand_raised.connect(self._hand)
        self.bar.over.connect(lambda: self.spawn(self._time_over()))
        self._shortcuts()

    def _shortcuts(self) -> None:
        keys: tuple[tuple[str, Callable[[], object]], ...] = (
            ("Ctrl+PgDown", lambda: self.questions.step(1)),
            ("Ctrl+PgUp", lambda: self.questions.step(-1)),
            ("Ctrl+M", self.questions.toggle_flag),
            ("Ctrl+Return", self.questions.show_overview),
            ("Ctrl+T", self.bar.toggle_timer),
            ("Ctrl+H", self.bar.hand_button.click),
            ("Ctrl++", lambda: self.bar.zoom(1)),
            ("Ctrl+=", lambda: self.bar.zoom(1)),
            ("Ctrl+-", lambda: self.bar.zoom(-1)),
            ("Ctrl+Shift+R", self.ask_for_release),
        )
        for key, act in keys:
            QShortcut(QKeySequence(key), self).activated.connect(act)
        for button, key in (
            (self.questions.next_button, "Ctrl+PgDown"),
            (self.questions.previous_button, "Ctrl+PgUp"),
            (self.questions.flag_button, "Ctrl+M"),
            (self.questions.overview_button, "Ctrl+Return"),
            (self.bar.hand_button, "Ctrl+H"),
            (self.bar.timer_button, "Ctrl+T"),
            (self.bar.larger_button, "Ctrl++"),
            (self.bar.smaller_button, "Ctrl+-"),
        ):
            button.setToolTip(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText))

    @property
    def _running(self) -> ExamLoop:
        assert self.loop is not None, "start first"
        return self.loop

    def spawn(self, coroutine) -> asyncio.Task:
        return self.context.spawn(coroutine, self)

    def focusNextPrevChild(self, forward: bool) -> bool:
        moved = super().focusNextPrevChild(forward)
        self._ring.follow()
        return moved

    # Holding the desk

    def lock_with(self, shield: Shield) -> None:
        """Hold the desk from now on; a code is asked for only while it is held."""
        self.shield = shield
        shield.noticed.connect(self._noticed)
        shield.locked_changed.connect(self._locked_changed)
        shield.engage()

    def _locked_changed(self, locked: bool) -> None:
        if self.loop is None or self._closing:
            return
        if locked and self.stack.currentWidget() is self.welcome and self.seat is None:
            self._start_again()
        elif not locked and self.stack.currentWidget() is self.code_page:
            self._show_unlocked()

    def _show_code_page(self) -> None:
        if self.shield is not None:
            held = [one.sentence() for one in self.shield.lockdown.capabilities() if one.kept is not Kept.NEITHER]
            self.code_page.show_details(_("What this station does during the exam"), held)
        self._show(self.code_page)

    def _show_unlocked(self) -> None:
        """What stops this station from being held; the hold is tried again all the time."""
        assert self.shield is not None
        failed = [one.sentence() for one in self.shield.lockdown.capabilities() if one.kept is Kept.FAILED]
        self.welcome.say(
            _("This station is being locked down"), [*failed, _("It is tried again all the time. Release the station with Ctrl+Shift+R.")]
        )
        self._show(self.welcome)

    def _noticed(self, kind: str, severity: str, evidence: dict) -> None:
        """For the log of the candidate who sits here; it changes nothing for them."""
        if self.seat is not None and self.loop is not None and not self._closing:
            self.spawn(self.loop.notice(kind, severity, evidence))

    def ask_for_release(self) -> None:
        now = self.stack.currentWidget()
        if now is not None and now is not self.release_page:
            self._before_release = now
            self.stack.setCurrentWidget(self.release_page)
            self.release_page.prepare()

    def _leave_release(self) -> None:
        self.stack.setCurrentWidget(self._before_release)
        if isinstance(self._before_release, StationPage):
            self._before_release.prepare()

    async def _release(self, code: str) -> None:
        with disabled(self.release_page.button):
            if not await self.context.tasks.run(self._use_code, code):
                self._noticed("wrong_release_code", "medium", {})
                await asyncio.sleep(WRONG_SECONDS)
                self.release_page.refuse(_("This is no code of this station, or it was used before."))
                return
        if self.seat is not None:
            await self._running.notice("released", "medium", {"delivery": self._delivery})
        if self.shield is not None:
            self.shield.release()
        self.released.set()

    @property
    def _delivery(self) -> str:
        standing = self.loop.standing if self.loop is not None else None
        return standing.delivery if standing is not None else ""

    # Taking the seat

    async def start(self) -> None:
        """Wait for a candidate, or be back where the process before was."""
        await self._end_loop()
        self.seat, self._loaded, self._finishing = None, None, False
        self._pictures = {}
        self.loop = ExamLoop(self.station, self._stood, self._commanded)
        self.bar.show_nobody()
        self._show_offline(False)
        self.welcome.say(_("One moment"), [_("The server is asked whether an exam runs at this station.")])
        self._show(self.welcome)
        try:
            seat = await self.loop.resume()
        except AWAY:
            self.bar.connection.set_status(_("Offline"), "warn")
            self.welcome.say(
                _("The server cannot be reached"),
                [_("It is tried again every few seconds. What was typed here before is kept on this computer.")],
                _("Try now"),
            )
            self._retry.start()
            return
        except LmsError as error:  # this station was revoked, or its password changed
            self.bar.connection.set_status(_("Not connected"), "bad")
            self.welcome.say(error.message, [one for one in (error.remedy, _("Tell your proctor.")) if one], _("Try again"))
            return
        if seat is None or seat.ended or seat.delivery in OVER:
            await self._send_left()
            self.bar.connection.set_status(_("Connected"), "good")
            if self.shield is not None and not self.shield.locked:
                self._show_unlocked()
            else:
                self._show_code_page()
            return
        await self._sit_down(seat)

    def _start_again(self) -> None:
        self._retry.stop()
        self.spawn(self.start())

    async def _send_left(self) -> None:
        """What an earlier candidate left here goes to their seat; it is in nobody's way if it cannot."""
        try:
            await self._running.send_left()
        except LmsError as error:
            self.context.notices.warn(
                _("Answers of an earlier exam are still on this computer."), remedy=_("Tell your proctor."), details=error.message
            )

    async def _enter(self, code: str) -> None:
        with disabled(self.code_page.button):
            try:
                said = await self._running.enter(code)
            except AWAY:
                self.code_page.refuse(_("The server cannot be reached. Try again in a moment."))
                return
        if said == "wrong":
            self.code_page.refuse(_("This code is not known, or was used before. Check it, or ask your proctor."))
        elif said == "locked":
            self.code_page.refuse(_("Too many wrong codes were typed at this station. Ask your proctor to unlock it."))
        else:
            await self._sit_down(await self._running.state())

    async def _sit_down(self, seat: SeatState) -> None:
        self.seat = seat
        self._warned = False
        self.bar.show_candidate(seat.title, seat.candidate)
        self.ready.show_seat(seat)
        self._running.start()
        if self.shield is not None:
            self.shield.begin()
            self._noticed("seated", "info", evidence_of(self.shield.lockdown))
        else:
            self._noticed("not_locked", "medium", {"why": "windowed"})
        assert self._running.standing is not None
        self._stood(self._running.standing)

    async def _begin(self) -> None:
        with disabled(self.ready.begin_button):
            try:
                await self._running.begin()
            except AWAY:
                self.context.notices.warn(_("The server cannot be reached."), remedy=_("Try again in a moment."))

    # While it runs

    def _stood(self, standing: Standing) -> None:
        """Show what the seat is now."""
        if self.seat is None or self._closing:
            return
        self.bar.show_standing(standing)
        self._show_offline(not standing.online, standing.waiting)
        if standing.trouble is not None:
            self.banner.say(f"{standing.trouble.message} {_('Raise your hand: a proctor must look at this.')}", "bad")
        match standing.delivery:
            case "submitted" | "terminated" | "cancelled" | "absent":
                self.spawn(self._finish(standing.delivery))
            case _ if standing.ended:
                self.spawn(self._finish("elsewhere"))
            case "active":
                self._plan_last_minutes(standing.seconds_left)
                self._work()
            case "paused":
                self.paused.say(
                    _("The exam is paused"), [_("Your proctor goes on with it. The time stands still, and your answers are kept.")]
                )
                self._show(self.paused)
            case _:
                self.ready.show_authorized(standing.delivery == "authorized")
                self._show(self.ready)

    def _work(self) -> None:
        """An exam that runs: the questions, open until the deadline. A later one, also one that comes after it, opens them again."""
        standing = self._running.standing
        if standing is not None and self.seat is not None and self._loaded == self.seat.seat:
            over = standing.seconds_left is not None and standing.seconds_left <= 0
            self.questions.set_open(not over)
            if not self._finishing:
                self._show(self.questions)
            if standing.online and over:
                self.spawn(self._time_over())
            elif standing.online and not self._fetching:
                self.spawn(self._show_pictures())
        elif not self._loading:
            self._loading = True
            self.spawn(self._load())

    async def _load(self) -> None:
        """The questions, at the one that was on the screen last."""
        assert self.seat is not None
        try:
            given = await self._running.questions()
            await self.questions.show_questions(given, await self._running.place())
            self._loaded = self.seat.seat
        except AWAY:
            return  # with the next word of the server it is tried again
        finally:
            self._loading = False
        self._running.count_answered(self.questions.answered)
        self._work()
        await self._show_pictures()

    async def _show_pictures(self) -> None:
        """Fetch them all now: the connection may be gone when their question comes. What is missing is tried again with the next beat."""
        if not self._fetching and self.questions.pictures - self._pictures.keys():
            self._fetching = True
            try:
                await self.questions.show_pictures(self.context, self._picture)
            finally:
                self._fetching = False

    async def _picture(self, asset: str) -> bytes:
        if asset not in self._pictures:
            self._pictures[asset] = await self._running.picture(asset)
        return self._pictures[asset]

    def _typed(self, question: UUID, answer) -> None:
        self._running.type(question, None if answer is None else dict(answer))
        self._running.count_answered(self.questions.answered)

    def _commanded(self, command: SeatCommand) -> None:
        if command.command == "message":
            self.banner.say(_("Your proctor: {text}").format(text=command.body["text"]))
        elif command.command == "time":
            minutes = command.body["minutes"]
            self._warned = False
            self.banner.say(ngettext("You have {n} minute more.", "You have {n} minutes more.", minutes).format(n=minutes))

    def _hand(self, raised: bool) -> None:
        self.spawn(self._running.notice("hand_raised" if raised else "hand_lowered", "info", {}))

    def _hurry(self) -> None:
        self._running.hurry()

    def _show_offline(self, away: bool, waiting: int = 0) -> None:
        if away:
            self.offline.say(
                _("The server cannot be reached. Go on: everything you type is kept on this computer and sent by itself."), "warn"
            )
        self.offline.setVisible(away)

    def _plan_last_minutes(self, left: float | None) -> None:
        if left is not None and not self._warned:
            self._last_minutes.start(max(0, round((left - LAST_MINUTES * 60) * 1000)))

    def _say_last_minutes(self) -> None:
        standing = self._running.standing
        if not self._warned and standing is not None and standing.delivery == "active" and (standing.seconds_left or 0) > 0:
            self._warned = True
            if (standing.seconds_left or 0) > (LAST_MINUTES - 1) * 60:
                self.banner.say(ngettext("{n} minute left.", "{n} minutes left.", LAST_MINUTES).format(n=LAST_MINUTES))

    # The end

    async def _submit(self) -> None:
        with disabled(self.questions.overview.yes_button):
            try:
                await self._running.submit()
            except AWAY:
                self.context.notices.warn(
                    _("Your last answers are not on the server yet."), remedy=_("Hand in again once the connection is back.")
                )

    async def _time_over(self) -> None:
        """The server's clock says so; what was saved by then counts. Without a connection answers wait, and go to the proctor."""
        if self._submitting or self._finishing:
            return
        self.questions.set_open(False)
        self._submitting = True
        try:
            await self._running.submit()
        except AWAY:
            self.banner.say(
                _("The time is over. Your last answers are on this computer and go to your proctor as soon as there is a connection."),
                "warn",
            )
        finally:
            self._submitting = False

    async def _finish(self, how: str) -> None:
        """Show how it ended, once, and wait for the next candidate."""
        if self._finishing:
            return
        self._finishing = True
        self.banner.hide()
        button = _("Done")
        if how == "submitted":
            try:
                words = receipt_words(await self._running.receipt())
            except AWAY:
                self._finishing = False  # with the next word of the server
                return
            self.end.say(_("Handed in"), [*words, _("You can leave your desk.")], button)
        elif how == "elsewhere":
            self.end.say(
                _("This exam goes on at another desk"),
                [_("A new code was used for this seat. Your proctor sees whatever was typed here that had not been sent.")],
                button,
            )
        else:
            self.end.say(
                _("The exam was ended by your proctor"), [_("Your answers are kept. Your proctor tells you what happens now.")], button
            )
        self._show(self.end)

    async def _end_loop(self) -> None:
        loop, self.loop = self.loop, None
        if loop is not None:
            await loop.stop()

    async def close_station(self) -> None:
        """Keep what was typed last and end the loop."""
        self._closing = True
        self._retry.stop()
        await self._end_loop()

    def closeEvent(self, event: QCloseEvent) -> None:
        """A station is closed by whoever runs it, never by a key or a window manager."""
        if self.shield is None:
            self.released.set()  # a rehearsal ends as any window does, once everything typed is kept
        event.setAccepted(self._closing)

    def _show(self, page: QWidget) -> None:
        if self.stack.currentWidget() is self.release_page:
            self._before_release = page  # whoever types a code is not interrupted
        elif self.stack.currentWidget() is not page:
            self.stack.setCurrentWidget(page)
            if isinstance(page, StationPage):
                page.prepare()
