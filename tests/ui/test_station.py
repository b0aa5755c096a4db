"""An exam at a station, with real keys and clicks against a real server, and a proctor who acts meanwhile."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, Qt
from PySide6.QtGui import QImage, QImageWriter
from PySide6.QtTest import QTest

from desktop.lockdown.interface import Capability, Kept, NoLockdown
from desktop.lockdown.watch import Watch
from desktop.settings import Settings
from desktop.ui.actions import ActionRegistry
from desktop.ui.context import Context
from desktop.ui.exams.station_app import Machine
from desktop.ui.exams.station_shield import Shield
from desktop.ui.exams.station_window import StationWindow
from desktop.ui.notices import Notices
from desktop.ui.questions.answering import ChoiceField, EssayField, MatchingField, OrderingField, ShortField
from desktop.ui.theme import Scheme, theme
from tests.support.exams import Desk, plan_exam
from tests.ui.accessibility import assert_accessible, press_tab_through

PICTURES = os.environ.get("LMS_PICTURES")
PATIENCE = 30


@pytest.fixture(scope="module")
def planned(shared_association):
    picture = QImage(300, 120, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.darkCyan)
    buffer = QBuffer()
    QImageWriter(buffer, QByteArray(b"png")).write(picture)
    return plan_exam(shared_association, picture=bytes(buffer.data().data()))


@pytest.fixture
def exam(planned, association):
    return replace(planned, association=association)


class Seated:
    """A desk with a window, and what a person there does."""

    def __init__(self, desk, context, qtbot, until):
        self.desk, self.context, self.qtbot, self._until = desk, context, qtbot, until
        self.release_codes = {"RE1EASED"}
        self.window = self.open()

    def open(self):
        window = StationWindow(self.context, self.desk.station, Scheme.LIGHT, self.release_codes.__contains__)
        window.resize(1100, 800)
        window.show()
        return window

    async def crash(self):
        """The process is gone with all that it knew; another one starts."""
        await self.window.close_station()
        self.window.close()
        self.window.deleteLater()
        self.desk.crash()
        self.window = self.open()
        await self.window.start()

    async def until(self, condition, what=""):
        await self._until(condition, what, PATIENCE)

    async def sees(self, page):
        await self.until(lambda: self.window.stack.currentWidget() is page, f"{page.accessibleName()} is shown")

    def click(self, button):
        assert button.isVisible(), button.text()
        assert button.isEnabled(), button.text()
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    async def enter(self, code):
        await self.sees(self.window.code_page)
        self.window.code_page.line.clear()
        QTest.keyClicks(self.window.code_page.line, code)
        QTest.keyClick(self.window.code_page.line, Qt.Key.Key_Return)

    async def begin(self, exam):
        await self.sees(self.window.ready)
        exam.act("authorize_seat")
        self.window.loop.hurry()
        ready = self.window.ready
        assert not ready.begin_button.isEnabled()
        ready.consent.click()
        await self.until(ready.begin_button.isEnabled)
        self.click(ready.begin_button)
        await self.sees(self.window.questions)

    def picture(self, name):
        if PICTURES:
            self.window.grab().save(str(Path(PICTURES) / f"station-{name}.png"))


@pytest.fixture
def seated(exam, loop, tasks, tmp_path, qtbot, until):
    desk = Desk(exam, exam.desk, tmp_path)
    context = Context(
        store=desk.store,
        tasks=tasks,
        identity=Machine("Desk 1"),
        actions=ActionRegistry(),
        notices=Notices(),
        settings=Settings(tmp_path / "settings.json"),
    )
    seated = Seated(desk, context, qtbot, until)
    yield seated
    loop.run_until_complete(seated.window.close_station())
    loop.run_until_complete(context.close())
    seated.window.close()
    seated.window.deleteLater()
    desk.close()
    theme().apply(Scheme.LIGHT, motion=False)


def answer(seated, card):
    match card.field:
        case ChoiceField() as field:
            seated.click(next(iter(field.buttons.values())))
        case ShortField() as field:
            QTest.keyClicks(field.line, "health savings account")
        case EssayField() as field:
            QTest.keyClicks(field.text, "Because people stay.")
        case MatchingField() as field:
            for box in field.boxes.values():
                box.setCurrentIndex(1)
                box.activated.emit(1)
        case OrderingField() as field:
            seated.click(field.keep)
        case field:
            QTest.keyClicks(field.fields[0], "1985")


async def test_a_whole_exam_through_an_outage_a_pause_and_a_crash(exam, seated):
    window = seated.window
    await window.start()

    # The code
    seated.picture("1-code")
    assert_accessible(window)
    await seated.enter("short")
    assert "13" in window.code_page.row.problem
    await seated.enter("0000-0000-00000")
    await seated.until(lambda: "not known" in window.code_page.row.problem)
    exam.act("check_in_seat")
    code = exam.code()
    await seated.enter(f" {code[:4].lower()}-{code[4:8]}-{code[8:].lower()} ")  # as it is printed, in whatever case

    # Who, what, consent; the proctor lets them begin
    await seated.sees(window.ready)
    assert (window.ready.title.text(), window.ready.who.text()) == ("May", "Lea Learner, desk A1")
    seated.picture("2-ready")
    assert_accessible(window)
    await seated.begin(exam)

    # All eight types, by keys and clicks, one at a time
    questions = window.questions
    await seated.until(lambda: len(questions.cards) == 8)
    for at, card in enumerate(questions.cards):
        assert [other.isVisible() for other in questions.cards] == [at == other for other in range(8)]
        assert_accessible(window)
        answer(seated, card)
        assert card.answered, card.asked.type
        if at == 4:
            await seated.until(lambda card=card: not card.picture.pixmap().isNull(), "the picture is shown")
            seated.picture("3-question")
            QTest.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
        if at < 7:
            seated.click(questions.next_button)
    await seated.until(lambda: len(seated.desk.exam_answers()) == 8, "all eight are on the server")
    await seated.until(lambda: window.bar.connection.text == "Saved")

    # The clock is the server's, and can be hidden; more time arrives while the station runs
    left = window.loop.standing.seconds_left
    assert 3000 < left <= 3600
    seated.click(window.bar.timer_button)
    assert window.bar.timer_label.isHidden()
    exam.act("add_seat_time", 15, "The heating broke down")
    window.loop.hurry()
    await seated.until(lambda: window.loop.standing.seconds_left > left + 800)
    await seated.until(lambda: window.banner.words.text() == "You have 15 minutes more.")
    seated.picture("4-more-time")

    # Raise hand
    seated.click(window.bar.hand_button)
    with exam.association.sign_in("proctor") as proctor:

        def kinds():
            return [kind for (kind,) in proctor.execute("SELECT kind FROM lms.incidents ORDER BY number").fetchall()]

        await seated.until(lambda: kinds() == ["not_locked", "hand_raised"])

    # Off the network: said plainly, and the candidate goes on
    essay = next(card for card in questions.cards if card.asked.type == "essay")
    questions.go_to(questions.cards.index(essay))
    seated.desk.unplug()
    QTest.keyClicks(essay.field.text, " And offline.")
    await seated.until(window.offline.isVisible)
    assert "Go on" in window.offline.words.text()
    await seated.until(lambda: "1 answer kept here" in window.bar.connection.text)
    seated.picture("5-offline")
    seated.desk.plug_in()
    seated.click(window.offline.button)
    await seated.until(lambda: not window.offline.isVisible() and "And offline." in seated.desk.exam_answers()[essay.asked.id])

    # A pause takes the questions away, and its end brings them back
    exam.act("pause_seat")
    window.loop.hurry()
    await seated.sees(window.paused)
    seated.picture("6-paused")
    exam.act("resume_seat")
    window.loop.hurry()
    await seated.sees(window.questions)

    # A crash: at the same question, with the mark and what was typed
    QTest.keyClicks(essay.field.text, " The end.")
    await seated.crash()
    window = seated.window
    await seated.sees(window.questions)
    shown = next(card for card in window.questions.cards if card.isVisible())
    assert shown.asked.id == essay.asked.id
    assert shown.field.text.toPlainText().endswith("Because people stay. And offline. The end.")
    assert shown.flagged

    # Zoom and contrast
    seated.click(window.bar.larger_button)
    seated.click(window.bar.contrast_button)
    assert theme().name == "contrast"
    for _step in range(3):
        seated.click(window.bar.larger_button)
    await seated.until(lambda: window.minimumSizeHint().width() <= 1024, "twice the size fits a small display")
    for _step in range(3):
        seated.click(window.bar.smaller_button)
    seated.picture("7-zoom-contrast")
    names = press_tab_through(seated.qtbot, window)
    assert "Hide the time" in names

    # Handing in, asked twice, with a receipt
    seated.click(window.questions.overview_button)
    assert window.questions.overview.missing.text() == "You have answered every question."
    assert "marked" in window.questions.overview.numbers[4].accessibleName()
    seated.picture("8-overview")
    seated.click(window.questions.overview.submit_button)
    seated.click(window.questions.overview.yes_button)
    await seated.sees(window.end)
    assert "8 of 8 questions are answered." in window.end.words.text()
    seated.picture("9-receipt")
    assert exam.delivery() == "submitted"

    # And the next candidate
    seated.click(window.end.button)
    await seated.sees(window.code_page)
    assert window.bar.who.text() == ""


class Hold(NoLockdown):
    """A platform that holds the keyboard when ``allowed``."""

    platform = "test"

    def __init__(self):
        super().__init__()
        self.allowed = False

    @property
    def locked(self):
        return self._engaged and self.allowed

    def capabilities(self):
        switch = Capability("switch", Kept.PREVENTED if self.locked else Kept.FAILED, "Another program holds the keyboard.")
        return tuple(switch if one.way == "switch" else one for one in super().capabilities())


async def test_a_code_is_asked_for_only_while_the_desk_is_held_and_another_frees_it(exam, seated):
    window, hold = seated.window, Hold()
    quiet = Watch(("127.0.0.1", 9), processes=lambda: frozenset({"anydesk"}), machine=str, session=str, here=lambda: True)
    shield = Shield(window, seated.context, hold, quiet)
    window.lock_with(shield)
    await window.start()
    await seated.sees(window.welcome)
    await seated.until(lambda: "Another program holds the keyboard." in window.welcome.words.text())
    seated.picture("10-not-held")
    hold.allowed = True
    await seated.sees(window.code_page)
    hold.allowed = False
    await seated.sees(window.welcome)
    hold.allowed = True
    exam.act("check_in_seat")
    await seated.enter(exam.code())
    await seated.sees(window.ready)

    # What is noticed goes to the log of whoever sits here, and changes nothing for them
    shield._state_changed(Qt.ApplicationState.ApplicationInactive)
    shield._state_changed(Qt.ApplicationState.ApplicationActive)
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    with exam.association.sign_in("proctor") as proctor:

        def log():
            rows = proctor.execute("SELECT kind, severity, (entry::jsonb -> 'evidence') - 'id' FROM lms.incidents").fetchall()
            return {kind: (severity, evidence) for kind, severity, evidence in rows}

        await seated.until(lambda: {"seated", "focus_lost", "focus_back", "listed_process", "print_key"} <= log().keys())
        assert log()["listed_process"] == ("medium", {"process": "anydesk"})
        assert log()["seated"][1]["switch"] == "prevented"
        assert exam.delivery() == "awaiting"

        # A window manager cannot close it; a proctor's code can, without network, and once
        assert not window.close()
        seated.desk.unplug()
        QTest.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        await seated.sees(window.release_page)
        seated.picture("11-release")
        QTest.keyClicks(window.release_page.line, "WRONGWRO")
        seated.click(window.release_page.button)
        await seated.until(lambda: "no code of this station" in window.release_page.row.problem)
        window.release_page.line.clear()
        QTest.keyClicks(window.release_page.line, "rele-ased")
        seated.click(window.release_page.button)
        await seated.until(window.released.is_set)
        assert not shield.locked
        await window.close_station()
        assert [one.kind for one in seated.desk.journal.noticed()][-2:] == ["wrong_release_code", "released"]


async def test_the_end_of_the_time_off_the_network_another_desk_and_an_end_by_the_proctor(exam, seated):
    window = seated.window

    def leave(seconds):
        """So much of the hour is left."""
        with exam.association.installer() as installer:
            installer.execute(
                "UPDATE lms.seats SET began_at = clock_timestamp() - interval '1 hour' - incident_minutes * interval '1 minute'"
                " + %s * interval '1 second', version = version + 1 WHERE id = %s",
                (seconds, exam.seat),
            )

        window.loop.hurry()

    await window.start()
    exam.act("check_in_seat")
    await seated.enter(exam.code())
    await seated.begin(exam)
    questions = window.questions
    essay = next(card for card in questions.cards if card.asked.type == "essay")
    questions.go_to(questions.cards.index(essay))
    QTest.keyClicks(essay.field.text, "In time.")
    await seated.until(lambda: seated.desk.exam_answers() == {essay.asked.id: "<p>In time.</p>"})

    # The time ends while the cable is out: no more typing, and more time that comes later is given after all
    leave(5)
    await seated.until(lambda: window.loop.standing.seconds_left < 5)
    seated.desk.unplug()
    QTest.keyClicks(essay.field.text, " Offline.")
    await seated.until(lambda: not essay.field.isEnabled(), "the time is over")
    await seated.until(lambda: "The time is over" in window.banner.words.text())
    exam.act("add_seat_time", 30, "The cable was out")
    seated.desk.plug_in()
    seated.click(window.offline.button)
    await seated.until(essay.field.isEnabled, "there is more time")
    await seated.until(lambda: seated.desk.exam_answers() == {essay.asked.id: "<p>In time. Offline.</p>"})

    # The same without more time: what came late is the proctor's to judge, and the rest is handed in
    leave(5)
    await seated.until(lambda: window.loop.standing.seconds_left < 5)
    seated.desk.unplug()
    QTest.keyClicks(essay.field.text, " Late.")
    await seated.until(lambda: "The time is over" in window.banner.words.text() and not essay.field.isEnabled())
    seated.desk.plug_in()
    seated.click(window.offline.button)
    await seated.sees(window.end)
    assert "1 of 8 questions are answered." in window.end.words.text()
    assert "One answer came too late; your proctor sees it and decides." in window.end.words.text()
    assert seated.desk.exam_answers() == {essay.asked.id: "<p>In time. Offline.</p>"}

    # The next candidate goes on at another desk, and comes back; then the proctor ends the exam
    seated.click(window.end.button)
    exam.act("check_in_seat", seat=exam.other_seat)
    await seated.enter(exam.code(exam.other_seat))
    await seated.sees(window.ready)
    exam.enter(exam.other_desk, exam.other_seat)
    window.loop.hurry()
    await seated.sees(window.end)
    assert window.end.title.text() == "This exam goes on at another desk"
    seated.click(window.end.button)
    await seated.enter(exam.code(exam.other_seat))
    await seated.sees(window.ready)
    exam.act("terminate_seat", "Somebody else's passport", seat=exam.other_seat)
    window.loop.hurry()
    await seated.sees(window.end)
    assert window.end.title.text() == "The exam was ended by your proctor"

    # A station that was revoked says so, and asks nobody for a code
    with exam.association.sign_in("admin") as admin:
        admin.execute("SELECT lms.revoke_station(%s)", (exam.desk.station_id,))
    seated.desk.unplug()
    seated.desk.plug_in()
    seated.click(window.end.button)
    await seated.until(lambda: window.stack.currentWidget() is window.welcome and window.welcome.button.text() == "Try again")
