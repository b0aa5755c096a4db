"""The player's page: what it offers, keyboard and zoom, the whole screen, small windows, and the author's view of what the content says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QAbstractButton, QPushButton, QWidget

from desktop.ui.player.console import MOST_CALLS, CallLog, DataModel, Filter
from desktop.ui.player.view import Call
from tests.player.conftest import shared_package, until
from tests.player.desk import Desk, cleared
from tests.player.test_player_packages import choose, loaded
from tests.support.postgres import Database
from tests.support.scorm_packages import make_package

SEQUENCED = "SequencingForcedSequential_SCORM20043rdEdition"
SPEAKS = """<p id=here>x<button id=go onclick="api.LMSSetValue('cmi.core.lesson_location', 'there'); api.LMSSetValue('cmi.nonsense', '1');
    api.LMSCommit('')">go</button><script>api.LMSInitialize('');</script>"""


@pytest.fixture
def sequenced(db: Database, loop: asyncio.AbstractEventLoop, home: Path) -> Iterator[Desk]:
    yield from cleared(Desk(db, shared_package(SEQUENCED)), loop)


@pytest.fixture
def spoken(db: Database, loop: asyncio.AbstractEventLoop, home: Path) -> Iterator[Desk]:
    package = make_package(home / "speaks.zip", {"one.html": SPEAKS, "two.html": SPEAKS})
    yield from cleared(Desk(db, package, "instructor"), loop)


def press(button: QAbstractButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def test_sequencing_shows_in_the_controls(sequenced: Desk) -> None:
    page, playing = await sequenced.sit_down()
    assert playing.view.current == "playing_item"
    await loaded(playing)
    assert not page.previous_button.isEnabled()
    quiz = page.contents.entry("assessment_item")
    assert quiz is not None
    assert not quiz.flags() & Qt.ItemFlag.ItemIsEnabled  # forced sequential: not yet
    assert "cannot be opened now" in quiz.data(0, Qt.ItemDataRole.AccessibleTextRole)
    while await playing.js("return !content.document.getElementById('butNext').disabled"):
        await playing.click("#butNext")
        await asyncio.sleep(0.05)
    press(page.continue_button)
    await until(lambda: playing.view.current == "etuqiette_item")
    await loaded(playing)
    done = page.contents.entry("playing_item")
    assert done is not None
    assert "passed" in done.data(0, Qt.ItemDataRole.AccessibleTextRole)
    assert page.previous_button.isEnabled()
    press(page.previous_button)
    await until(lambda: playing.view.current == "playing_item")
    await loaded(playing)
    assert page.part.text() == "Playing the Game"


async def test_suspend_leaves_and_the_next_launch_goes_on_there(sequenced: Desk) -> None:
    page, playing = await sequenced.sit_down()
    await loaded(playing)
    await playing.click("#butNext")
    await until(lambda: playing.cmi().get("cmi.location") == "1")
    opened: list[str] = []
    sequenced.context.opened.connect(lambda place, _arguments: opened.append(place))
    press(page.suspend_button)
    await until(lambda: opened == ["course"])
    await sequenced.context.settled()
    tree = sequenced.row().scorm_cmi_data["tree"]
    assert tree["suspended"] == "playing_item"

    page, playing = await sequenced.sit_down()
    assert playing.view.current == "playing_item"
    await loaded(playing)
    await playing.says("cmi.entry", "resume")
    await playing.says("cmi.location", "1")


async def test_the_end_of_the_session_is_said_calmly(db: Database, loop: asyncio.AbstractEventLoop, home: Path) -> None:
    page = """<p id=here>x<button id=go onclick="api.SetValue('cmi.completion_status', 'completed');
        api.SetValue('adl.nav.request', 'exitAll'); api.Terminate('')">go</button><script>api.Initialize('');</script>"""
    desk = Desk(db, make_package(home / "ends.zip", {"one.html": page, "two.html": page}, version="2004 4th Edition"))
    try:
        shown, playing = await desk.sit_down()
        assert shown.stage.currentWidget() is shown.rest  # no flow: the learner chooses
        assert shown.rest.sentence == "Choose a part from the contents."
        press(shown.rest.button)
        await until(lambda: playing.view.current == "i0")
        await loaded(playing)
        await playing.click("#go")
        await until(lambda: shown.stage.currentWidget() is shown.rest)
        assert shown.rest.sentence == "This lesson has come to its end."
        assert desk.row().scorm_cmi_data["items"]["i0"]["finished"] is True
        opened: list[str] = []
        desk.context.opened.connect(lambda place, _arguments: opened.append(place))
        press(shown.rest.button)
        assert opened == ["course"]
    finally:
        await desk.leave()
        desk.tasks.close()


async def test_authors_see_every_call_and_the_values(spoken: Desk) -> None:
    page, playing = await spoken.sit_down()
    await loaded(playing)
    press(page.console_button)
    await playing.click("#go")
    log = page.console.log
    await until(lambda: [log.call(row).function for row in range(log.rowCount())].count("LMSCommit") == 1)
    calls = [log.call(row) for row in range(log.rowCount())]
    assert Call("LMSInitialize", "", "", "true", "0", "") in calls
    failed = next(call for call in calls if call.argument == "cmi.nonsense")
    assert (failed.answer, failed.error) == ("false", "201")
    assert "cmi.nonsense" in failed.detail
    page.console.errors.setChecked(True)
    assert page.console.filter.rowCount() == 1
    page.console.errors.setChecked(False)
    page.console.filter.setFilterFixedString("LESSON_location")
    assert page.console.filter.rowCount() == 1
    await until(lambda: page.console.model.value("cmi.core.lesson_location") == "there")
    await choose(page, "i1")
    await loaded(playing)
    await until(lambda: page.console.model.value("cmi.core.lesson_location") is None)


async def test_keys_zoom_and_fill_the_screen(spoken: Desk) -> None:
    page, playing = await spoken.sit_down()
    await loaded(playing)
    web = playing.view.view
    page.contents.setFocus()
    QTest.keyClick(page.contents, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: web.zoomFactor() > 1.05)
    QTest.keyClick(page.contents, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: web.zoomFactor() == 1.0)
    QTest.keyClick(page.contents, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: web.zoomFactor() < 0.95)
    QTest.keyClick(page.contents, Qt.Key.Key_F11)
    await until(page.stage.isFullScreen)
    page.stage.activateWindow()  # where no window manager is, another window that is being made may have become the active one
    await until(page.stage.isActiveWindow)
    QTest.keyClick(page.stage, Qt.Key.Key_Escape)
    await until(lambda: not page.stage.isWindow())
    assert page.splitter.indexOf(page.stage) == 1
    await playing.click("#go")  # it is still the same content
    await until(lambda: playing.cmi().get("cmi.core.lesson_location") == "there")


async def test_a_small_window_is_the_contents_before_it_is_the_contents_list(spoken: Desk) -> None:
    page, playing = await spoken.sit_down()
    await loaded(playing)
    assert page.contents.isVisible()
    page.resize(480, 560)
    await until(lambda: not page.contents.isVisible())
    assert page.exit_button.isVisible()
    assert page.exit_button.geometry().right() <= page.bar.width()
    press(page.contents_button)
    assert page.contents.isVisible()
    page.resize(1100, 800)


async def test_everything_that_takes_the_focus_has_a_name(spoken: Desk) -> None:
    page, _playing = await spoken.sit_down()
    page.console.show()
    nameless = [
        widget
        for widget in page.findChildren(QWidget)
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.accessibleName()
        and not isinstance(widget.parent(), QPushButton) and type(widget).__module__.startswith("desktop")
    ]  # fmt: skip
    assert nameless == []


def test_the_log_is_a_proper_model_and_forgets_the_oldest() -> None:
    log = CallLog()
    tester = QAbstractItemModelTester(log, QAbstractItemModelTester.FailureReportingMode.Fatal)
    shown = Filter(log)
    log.add([Call("LMSGetValue", f"cmi.{n}", "", "x", "0", "") for n in range(200)])
    log.add([])
    assert shown.rowCount() == 200
    del tester  # it reads every row at each signal: a flood is not for it
    log.add([Call("LMSSetValue", "cmi.late", str(n), "false", "405", "no") for n in range(MOST_CALLS + 10)])
    assert log.rowCount() == MOST_CALLS
    assert log.call(0).value == "10"
    log.clear()
    assert (log.rowCount(), shown.rowCount()) == (0, 0)


def test_values_stand_below_the_parts_of_their_names() -> None:
    tree = DataModel()
    tree.show_values({"cmi.interactions.10.id": "k", "cmi.interactions.9.id": "j", "cmi.location": "3"})
    shown = [row.text(0) for row in tree.findItems("*", Qt.MatchFlag.MatchWildcard | Qt.MatchFlag.MatchRecursive)]
    assert shown == ["cmi", "interactions", "9", "id", "10", "id", "location"]
    tree.show_values({"cmi.interactions.10.id": "k", "cmi.interactions.9.id": "j", "cmi.location": "4"})
    assert tree.value("cmi.location") == "4"
    tree.show_values({"cmi.location": "1"})
    assert tree.value("cmi.interactions.9.id") is None
