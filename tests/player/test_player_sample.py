"""Our own course, played by a learner with the mouse, against a real server: the main job from launch to a passed lesson."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.learning.commands import enroll
from desktop.scorm.cache import import_package
from desktop.scorm.sample import build_sample
from desktop.settings import Settings, config_folder
from desktop.tasks import JobControl, Tasks
from desktop.ui.actions import ActionRegistry
from desktop.ui.context import Context
from desktop.ui.notices import Notices
from desktop.ui.player.page import PlayerPage, packages_folder
from desktop.ui.player.saving import SaveState
from tests.player.conftest import Playing, shared_package, until
from tests.support.courses import add_course, add_module
from tests.support.postgres import Database
from tests.ui.conftest import Person


class Desk:
    """A learner at a desk: pages on the screen, one after the other."""

    def __init__(self, db: Database, source: Path) -> None:
        self.db = db
        instructor, self.learner = db.add_person("instructor"), db.add_person(first_name="Ada", last_name="Okafor")
        course = add_course(db, instructor_id=instructor.member_id)
        done = import_package(
            db.store(instructor), source, add_module(db, course), packages_folder(), JobControl(lambda _fraction, _detail: None)
        )
        self.lesson = done.value[0]
        self.store = db.store(self.learner)
        self.enrollment: UUID = self.store.write(enroll, course).value
        self.tasks = Tasks()
        person = Person(name="Ada Okafor", roles=frozenset({"learner"}), member_id=self.learner.member_id)
        self.context = Context(
            store=self.store,
            tasks=self.tasks,
            identity=person,
            actions=ActionRegistry(roles=person.roles),
            notices=Notices(),
            settings=Settings(config_folder() / "settings.json"),
        )
        self.pages: list[PlayerPage] = []

    async def sit_down(self) -> tuple[PlayerPage, Playing]:
        page = PlayerPage(self.context, lesson=self.lesson, enrollment=self.enrollment)
        self.pages.append(page)
        page.resize(1100, 800)
        page.show()
        await until(lambda: page.state in ("content", "error") and not page.loading, seconds=20)
        assert page.state == "content"
        assert page.view is not None
        return page, Playing(page.view)

    async def stand_up(self, page: PlayerPage) -> None:
        """Go to another page, as the window does it, and wait until the launch is over."""
        page.hide()
        await self.context.settled()

    async def leave(self) -> None:
        for page in self.pages:
            page.release()
        await self.context.settled()

    def row(self) -> Any:
        return self.db.superuser.read(_progress, self.enrollment)


def _progress(session: Session, enrollment: UUID) -> Any:
    return session.execute(
        text(
            "SELECT p.status, p.scorm_cmi_data, p.scorm_completion_status, p.scorm_score, e.progress_percentage, e.status AS enrollment"
            " FROM public.lesson_progress AS p JOIN public.enrollments AS e ON e.id = p.enrollment_id WHERE p.enrollment_id = :enrollment"
        ),
        {"enrollment": enrollment},
    ).one()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def desk(db: Database, loop: asyncio.AbstractEventLoop, home: Path) -> Iterator[Desk]:
    desk = Desk(db, build_sample(home / "sample.zip"))
    yield from _cleared(desk, loop)


@pytest.fixture
def golf(db: Database, loop: asyncio.AbstractEventLoop, home: Path) -> Iterator[Desk]:
    desk = Desk(db, shared_package("RuntimeBasicCalls_SCORM12"))
    yield from _cleared(desk, loop)


def _cleared(desk: Desk, loop: asyncio.AbstractEventLoop) -> Iterator[Desk]:
    yield desk
    loop.run_until_complete(desk.leave())
    for page in desk.pages:
        page.deleteLater()
    for _turn in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
    desk.tasks.close()


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
