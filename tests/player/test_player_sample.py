"""Our own course, played by a learner with the mouse, against a real server: the main job from launch to a passed lesson."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from desktop.scorm.journal import Journal, Save, journal_path
from desktop.scorm.records import with_item
from desktop.scorm.sample import build_sample
from desktop.settings import data_folder
from desktop.ui.player.page import PlayerPage
from desktop.ui.player.saving import SaveState
from tests.player.conftest import Playing, shared_package, until
from tests.player.desk import Desk, cleared
from tests.support.postgres import Database


@pytest.fixture
def desk(db: Database, loop: asyncio.AbstractEventLoop, home: Path) -> Iterator[Desk]:
    desk = Desk(db, build_sample(home / "sample.zip"))
    yield from cleared(desk, loop)


@pytest.fixture
def golf(db: Database, loop: asyncio.AbstractEventLoop, home: Path) -> Iterator[Desk]:
    desk = Desk(db, shared_package("RuntimeBasicCalls_SCORM12"))
    yield from cleared(desk, loop)


async def test_the_course_is_left_in_the_middle_resumed_and_passed(desk: Desk) -> None:
    page, playing = await desk.sit_down()
    assert page.header.title == "Welcome to Health Benefits"
    assert not page.contents_button.isVisible()  # one part needs no contents
    for number in ("1", "2"):
        await playing.click("#next")
        await playing.says("cmi.core.lesson_location", number)
    said = playing.cmi()
    await desk.stand_up(page)
    row = desk.row()
    assert (row.status, row.scorm_completion_status) == ("in_progress", "incomplete")
    stored = row.scorm_cmi_data["items"]["welcome"]
    assert stored["finished"] is True
    assert stored["cmi"]["cmi.core.lesson_location"] == said["cmi.core.lesson_location"] == "2"
    assert stored["cmi"]["cmi.suspend_data"] == said["cmi.suspend_data"]
    assert stored["cmi"]["cmi.core.exit"] == "suspend"

    page, playing = await desk.sit_down()
    await playing.says("cmi.core.entry", "resume")
    assert await playing.js("return content.document.getElementById('where').textContent") == "Page 3 of 5"
    for _page in range(2):
        await playing.click("#next")
    for answer in ("#q1-a", "#q2-a", "#q3-c", "#check"):
        await playing.click(answer)
    await playing.says("cmi.core.lesson_status", "passed")
    await until(lambda: page.saved.text.text() == "Saved")
    row = desk.row()
    assert (row.status, row.scorm_completion_status, float(row.scorm_score)) == ("completed", "passed", 67.0)
    assert (row.enrollment, float(row.progress_percentage)) == ("completed", 100.0)
    interactions = {key: value for key, value in row.scorm_cmi_data["items"]["welcome"]["cmi"].items() if key.endswith(".result")}
    assert list(interactions.values()) == ["wrong", "correct", "correct"]
    await desk.stand_up(page)
    assert desk.row().scorm_cmi_data["items"]["welcome"]["cmi"]["cmi.core.lesson_status"] == "passed"


async def test_a_real_package_is_completed_through_the_page(golf: Desk) -> None:
    page, playing = await golf.sit_down()
    for number in range(1, 15):
        await playing.click("#butNext")
        await playing.says("cmi.core.lesson_location", str(number))
    await playing.says("cmi.core.lesson_status", "completed")
    await golf.stand_up(page)
    row = golf.row()
    assert (row.status, row.enrollment) == ("completed", "completed")
    assert row.scorm_cmi_data["items"]["item_1"]["cmi"]["cmi.core.lesson_location"] == "14"


async def test_exit_goes_back_to_the_course(desk: Desk) -> None:
    page, playing = await desk.sit_down()
    await playing.says("cmi.core.lesson_location", "0")
    opened: list[tuple[str, dict]] = []
    desk.context.opened.connect(lambda place, arguments: opened.append((place, arguments)))
    page.exit_button.click()
    await desk.context.settled()
    assert opened[0][0] == "course"
    assert desk.row().scorm_cmi_data["items"]["welcome"]["finished"] is True


async def test_a_killed_renderer_loses_less_than_two_seconds_and_opens_again(desk: Desk) -> None:
    page, playing = await desk.sit_down()
    await playing.click("#next")
    await playing.says("cmi.core.lesson_location", "1")
    await playing.js("window.API.LMSSetValue('cmi.comments', 'never committed'); return 1")
    await asyncio.sleep(1.6)
    os.kill(playing.view.page.renderProcessPid(), signal.SIGKILL)  # as the system does for want of memory
    await until(page.trouble.isVisible)
    stored = desk.row().scorm_cmi_data["items"]["welcome"]
    assert stored["cmi"]["cmi.comments"] == "never committed"
    assert stored["finished"] is False
    page.again_button.click()
    await until(lambda: not page.trouble.isVisible())
    await playing.says("cmi.core.lesson_location", "1")
    await playing.says("cmi.core.entry", "resume")


async def test_the_window_closed_without_a_word_still_saves(desk: Desk) -> None:
    page, playing = await desk.sit_down()
    await playing.click("#next")
    await playing.says("cmi.core.lesson_location", "1")
    page.close()
    await desk.context.settled()
    stored = desk.row().scorm_cmi_data["items"]["welcome"]
    assert (stored["finished"], stored["cmi"]["cmi.core.lesson_location"]) == (True, "1")


async def test_the_learner_is_told_that_a_second_launch_took_over(desk: Desk) -> None:
    first, playing = await desk.sit_down()
    _second, other = await desk.sit_down()
    await other.click("#next")
    await other.says("cmi.core.lesson_location", "1")
    await until(lambda: other.view.saving.state is SaveState.SAVED)
    await playing.click("#next")
    await until(lambda: playing.view.saving.state is SaveState.SUPERSEDED)
    assert "Opened elsewhere" in first.saved.text.text()


async def test_a_preview_records_nothing(desk: Desk) -> None:
    page = PlayerPage(desk.context, lesson=desk.lesson)
    desk.pages.append(page)
    page.resize(1100, 800)
    page.show()
    await until(lambda: page.state == "content" and not page.loading)
    assert page.view is not None
    playing = Playing(page.view)
    await playing.click("#next")
    await playing.says("cmi.core.lesson_location", "1")
    await playing.says("cmi.core.lesson_mode", "browse")
    assert page.saved.text.text() == "Preview: nothing is recorded"
    with pytest.raises(Exception, match="No row was found"):
        desk.row()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="only where there is a root")
async def test_root_is_told_why_no_lesson_opens(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.delenv("QTWEBENGINE_DISABLE_SANDBOX", raising=False)
    page = PlayerPage(desk.context, lesson=desk.lesson, enrollment=desk.enrollment)
    desk.pages.append(page)
    page.show()
    await until(lambda: page.state == "error")
    assert "root" in page._error.sentence
    assert page.view is None


async def test_who_comes_back_at_once_finds_what_was_said_last(desk: Desk) -> None:
    page, playing = await desk.sit_down()
    await playing.click("#next")
    await playing.says("cmi.core.lesson_location", "1")
    page.hide()  # the launch closes in the background while the next one begins
    page, playing = await desk.sit_down()
    await playing.says("cmi.core.lesson_location", "1")
    await playing.says("cmi.core.entry", "resume")
    await desk.stand_up(page)
    row = desk.row()
    assert row.scorm_cmi_data["items"]["welcome"]["cmi"]["cmi.core.exit"] == "suspend"


async def test_what_an_earlier_launch_still_had_to_say_comes_before_the_record_is_read(desk: Desk) -> None:
    page, playing = await desk.sit_down()
    await playing.says("cmi.core.lesson_location", "0")
    session, document = playing.view.launch.session_id, playing.view.document
    await desk.stand_up(page)
    document = with_item(document, "welcome", {"finished": False, "attempt": 1, "cmi": {"cmi.core.lesson_location": "3"}})
    with closing(Journal(journal_path(data_folder(), desk.learner.member_id))) as journal:
        journal.keep(Save(session, 1000, document, 5))  # as a process that was killed while the server was away leaves it
    page, playing = await desk.sit_down()
    await playing.says("cmi.core.lesson_location", "3")
