"""Every package of others that we have: imported, each part launched in Chromium, gone through with real clicks, its process killed,
opened again, left and resumed. What Postgres holds at the end is what the content itself committed last."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.ui.player.page import PlayerPage
from desktop.ui.player.view import Call
from tests.player.conftest import DATA, Playing, shared_package, until
from tests.player.desk import Desk, cleared
from tests.support.postgres import Database

PACKAGES = sorted(path.stem for path in (DATA / "packages").glob("*.zip"))
# What belongs to a session and not to the record: it is added up or forgotten when the session ends.
FLEETING = {"cmi.core.session_time", "cmi.session_time", "adl.nav.request"}


@pytest.fixture(params=PACKAGES or ["no packages"])
def desk(request: pytest.FixtureRequest, db: Database, loop: asyncio.AbstractEventLoop, home: Path) -> Iterator[Desk]:
    # An author's eyes see each call of the content.
    yield from cleared(Desk(db, shared_package(request.param), "instructor"), loop)


@dataclass
class Committed:
    """What the content's own calls have made durable, by item, as far as it was told that they did."""

    said: dict[str, dict[str, str]] = field(default_factory=dict)
    _pending: dict[str, str] = field(default_factory=dict)
    _last: str = ""

    def watch(self, page: PlayerPage) -> None:
        view = page.view
        assert view is not None
        # Calls are told while their item is the current one, or on its way out.
        view.traced.connect(lambda calls: self._heard(view.current or self._last, calls))
        view.moved.connect(self._moved)

    def _moved(self, step: Any) -> None:
        if step.item is not None:
            self._last = step.item.identifier
            self._pending = {}
            if not step.resumed:
                self.said.pop(self._last, None)

    def _heard(self, item: str, calls: list[Call]) -> None:
        for call in calls:
            if call.answer == "true" and call.function.endswith("SetValue"):
                self._pending[call.argument] = call.value
            elif call.answer == "true" and call.function.endswith(("Commit", "Finish", "Terminate")):
                self.said.setdefault(item, {}).update(self._pending)
                self._pending = {}


async def choose(page: PlayerPage, identifier: str) -> None:
    """Click an entry of the contents."""
    contents = page.contents
    row = contents.entry(identifier)
    assert row is not None
    contents.scrollToItem(row)
    middle = contents.visualItemRect(row).center()
    QTest.mouseClick(contents.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    assert page.view is not None
    view = page.view
    await until(lambda: view.current == identifier)


async def loaded(playing: Playing) -> None:
    """The content is there; where it asks whether to resume, it is told yes. Until then it answers nothing else."""
    for _turn in range(300):
        asked = asyncio.ensure_future(playing.js("return content.location.protocol === 'scorm:' && content.document.readyState"))
        while not asked.done():
            if playing.view.dialog.isVisible():
                playing.view.dialog.ok.click()
            await asyncio.sleep(0.01)
        if asked.result() == "complete" and not playing.view.dialog.isVisible():
            return
        await asyncio.sleep(0.02)
    pytest.fail("the content did not load")


async def go_through(playing: Playing, item: str) -> None:
    """Whatever there is to do in a part: pages, a test, or the debugger's own form."""
    if await playing.js("return Boolean(content.document.getElementById('set-value'))"):
        await by_debugger(playing)
        return
    frames: tuple[str, ...] = ()
    if await playing.js("return Boolean(content.document.getElementById('butNext'))"):
        frames = ("#contentFrame",)
        for _page in range(40):
            if await playing.js("return content.document.getElementById('butNext').disabled"):
                break
            before = await playing.js("return content.document.getElementById('contentFrame').src + content.currentPage")
            await playing.click("#butNext")
            for _turn in range(100):
                after = await playing.js("return content.document.getElementById('contentFrame').src + content.currentPage")
                if after != before:
                    break
                await asyncio.sleep(0.01)
    inside = "content.document.querySelector('#contentFrame').contentWindow" if frames else "content"
    at_rest = f"return {inside}.document.readyState === 'complete'"
    if frames:  # until it has moved on, the frame shows the page before
        at_rest += f" && {inside}.location.href === content.document.querySelector('#contentFrame').src"
    for _turn in range(200):
        if await playing.js(at_rest):
            break
        await asyncio.sleep(0.02)
    answers = await playing.js(f"return [...{inside}.document.querySelectorAll('.correctAnswer input')].map(e => [e.id, e.type])")
    for identifier, kind in answers or []:
        await playing.click(f"[id='{identifier}']", *frames)
        if kind == "text":
            right = await playing.js(f"return {inside}.document.getElementById({identifier!r}).parentNode.textContent.match(/[0-9]+/)[0]")
            type_text(playing, right)
    if answers:
        await playing.click("input[value='Submit Answers']", *frames)
        for _turn in range(100):
            if await playing.js(f"return {inside}.document.getElementById('test').textContent.includes('Score: 100')"):
                return
            await asyncio.sleep(0.02)
        pytest.fail(f"the test of {item} was not taken")


async def by_debugger(playing: Playing) -> None:
    """The debugger sets any element by hand."""
    await playing.click("a[href='#debugger']")
    await playing.click("#element")
    type_text(playing, "cmi.core.lesson_status")
    QTest.keyClick(playing.target, Qt.Key.Key_Escape)  # its list of suggestions
    await playing.click("#set-value")
    await playing.click("#element-value")
    await playing.js("content.document.getElementById('element-value').select(); return 1")
    type_text(playing, "completed")
    QTest.keyClick(playing.target, Qt.Key.Key_Return)
    await playing.says("cmi.core.lesson_status", "completed")
    await playing.click("#commit-value")


def type_text(playing: Playing, text: str) -> None:
    QTest.keyClicks(playing.target, text)


async def killed_and_opened_again(page: PlayerPage, playing: Playing) -> None:
    os.kill(playing.view.page.renderProcessPid(), signal.SIGKILL)
    await until(page.trouble.isVisible)
    page.again_button.click()
    await until(lambda: not page.trouble.isVisible())
    await loaded(playing)


def stored(session: Session, query: str) -> list[Any]:
    return [dict(row) for row in session.execute(text(query)).mappings()]


async def test_it_is_gone_through_killed_left_resumed_and_kept(desk: Desk) -> None:
    committed = Committed()
    page, playing = await desk.sit_down()
    committed.watch(page)
    parts = [item.identifier for item in playing.view.launch.package.manifest.default.launchable if item.visible]
    for number, part in enumerate(parts):
        if playing.view.current != part:
            await choose(page, part)
        await loaded(playing)
        if number == len(parts) // 2:
            await killed_and_opened_again(page, playing)
        await go_through(playing, part)
        if number == (len(parts) + 1) // 2:
            here = playing.view.current
            await desk.stand_up(page)
            page, playing = await desk.sit_down()
            committed.watch(page)
            if playing.view.current != here:
                await choose(page, here)
            await loaded(playing)
    document_before = playing.view.document["current"]
    await desk.stand_up(page)
    row = desk.row()
    assert row.status == "completed", (row.scorm_completion_status, row.scorm_cmi_data.get("summary"))
    items = row.scorm_cmi_data["items"]
    assert {part for part in parts if part in items} >= set(committed.said)
    assert document_before in items
    for part, said in committed.said.items():
        kept = items[part]["cmi"]
        for element, value in said.items():
            if element not in FLEETING:
                assert kept.get(element) == value, (part, element)
    # The same as rows: an attempt for each part that has spoken, its interactions beside it.
    attempts = desk.db.superuser.read(stored, "SELECT item_id, attempt, status FROM lms.scorm_attempts")
    assert {(one["item_id"], one["attempt"]) for one in attempts} >= {(part, record.get("attempt", 1)) for part, record in items.items()}
    interactions = desk.db.superuser.read(stored, "SELECT item_id, attempt, n, interaction_id, result FROM lms.scorm_interactions")
    for part, record in items.items():
        ids = {
            int(found[1]): value for name, value in record["cmi"].items() if (found := re.fullmatch(r"cmi\.interactions\.(\d+)\.id", name))
        }
        assert ids == {
            one["n"]: one["interaction_id"] for one in interactions if (one["item_id"], one["attempt"]) == (part, record.get("attempt", 1))
        }
    # And whoever comes back is where they were.
    page, playing = await desk.sit_down()
    if playing.view.current:
        await loaded(playing)
    assert playing.broken == []
