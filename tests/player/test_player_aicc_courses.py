"""Every AICC course of others that we have, and every odd package: opened in Chromium, gone through with real clicks, its process killed,
opened again. Where there is nothing to open, the player says what is missing."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.player.conftest import DATA, Playing, until
from tests.player.desk import Desk, cleared
from tests.player.test_player_packages import choose, killed_and_opened_again, loaded
from tests.support.postgres import Database

AICC = DATA.parent / "aicc"
pytestmark = pytest.mark.skipif(not AICC.is_dir(), reason="the shared test data is not here (LMS_TEST_DATA)")

# As much of jQuery as the tool's own page and library use, which it loads from the network.
QUERY = b"""function $(what) {
    const all = typeof what === "string" ? [...document.querySelectorAll(what)] : [what];
    const each = act => { all.forEach(act); return one; };
    const one = {
        ready: act => (document.readyState === "loading" ? addEventListener("DOMContentLoaded", act) : act(), one),
        unload: act => each(w => w.addEventListener("unload", act)),
        append: html => each(e => e.insertAdjacentHTML("beforeend", html)),
        html: html => each(e => { e.innerHTML = html; }),
        attr: (name, value) => each(e => e.setAttribute(name, value)),
    };
    return one;
}
$.trim = text => text.trim();
"""


@pytest.fixture
def desks(db: Database, loop: asyncio.AbstractEventLoop, home: Path) -> Iterator[list[Desk]]:
    """Where a test puts the desks that it sets up."""
    opened: list[Desk] = []
    yield opened
    for desk in opened:
        for _cleared in cleared(desk, loop):
            pass


def record(desk: Desk, unit: str) -> dict[str, str]:
    """What Postgres holds of a unit."""
    row = desk.row()
    return dict(row.scorm_cmi_data["items"][unit]["cmi"]) if row.scorm_cmi_data and unit in row.scorm_cmi_data["items"] else {}


async def test_units_that_only_show_something_are_done_once_seen_and_open_the_next(db: Database, desks: list[Desk]) -> None:
    desk = Desk(db, AICC / "complex.zip")
    desks.append(desk)
    words = {"A1": "Intro AU", "A2": "Scenario AU", "A3": "Assessment AU"}
    for unit in words:  # each is a prerequisite of the next
        page, playing = await desk.sit_down()
        assert playing.view.current == unit
        await loaded(playing)
        assert await playing.js("return content.document.body.textContent.trim()") == words[unit]
        await playing.click("body")
        if unit == "A2":
            await killed_and_opened_again(page, playing)
            assert playing.view.current == "A2"
            assert await playing.js("return content.document.body.textContent.trim()") == words[unit]
        await desk.stand_up(page)
        assert record(desk, unit) == {"cmi.core.lesson_status": "completed"}
    assert desk.row().status == "completed"
    page, playing = await desk.sit_down()
    await choose(page, "A3")
    await loaded(playing)
    assert playing.broken == []


async def test_a_unit_without_its_script_is_not_taken_for_seen(db: Database, desks: list[Desk]) -> None:
    """The testing tool loads a library from the network. Nothing gets there, and its author can see why nothing works."""
    desk = Desk(db, AICC / "package.zip", "instructor")
    desks.append(desk)
    page, playing = await desk.sit_down()
    await loaded(playing)
    await playing.click("input[value='Set LMS to Complete']")
    log = page.console.log
    calls = [log.call(row) for row in range(log.rowCount())]
    assert [(call.argument, call.error) for call in calls] == [("https://ajax.googleapis.com/ajax/libs/jquery/1.7.1/jquery.js", "403")]
    await desk.stand_up(page)
    assert record(desk, "A1") == {}
    assert desk.row().status != "completed"


async def test_the_testing_tool_speaks_hacp_is_killed_resumes_and_completes(db: Database, desks: list[Desk], home: Path) -> None:
    """With that library in the package the tool is what its makers tested launchers with."""
    desk = Desk(db, with_library(AICC / "package.zip", home / "tool.zip"), "instructor")
    desks.append(desk)
    page, playing = await desk.sit_down()
    await heard(playing)
    await playing.click("input[value='Save current time to LMS as bookmark']")
    await until(lambda: playing.cmi("A1").get("cmi.core.lesson_location", "") != "")
    bookmark = playing.cmi("A1")["cmi.core.lesson_location"]
    await until(lambda: record(desk, "A1").get("cmi.core.lesson_location") == bookmark, seconds=20)
    assert record(desk, "A1")["cmi.core.lesson_status"] == "incomplete"

    await killed_and_opened_again(page, playing)
    await heard(playing)
    assert await playing.js("return content.document.getElementById('lblLessonLocation').textContent") == bookmark
    await playing.click("input[value='Set LMS to Passed']")
    await until(lambda: record(desk, "A1").get("cmi.core.lesson_status") == "passed", seconds=20)
    await desk.stand_up(page)
    assert record(desk, "A1")["cmi.core.lesson_location"] == bookmark
    assert (desk.row().status, desk.row().scorm_completion_status) == ("completed", "passed")

    page, playing = await desk.sit_down()
    await heard(playing)
    assert await playing.js("return content.document.getElementById('lblLessonLocation').textContent") == bookmark


def with_library(source: Path, target: Path) -> Path:
    address = b"https://ajax.googleapis.com/ajax/libs/jquery/1.7.1/jquery.js"
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w") as made:
        for name in given.namelist():
            made.writestr(name, given.read(name).replace(address, b"query.js"))
        made.writestr("query.js", QUERY)
    return target


async def heard(playing: Playing) -> None:
    """The tool has asked for its parameters and shown what it was told."""
    await loaded(playing)
    for _turn in range(300):
        if await playing.js("return (content.document.getElementById('apiLog') || {textContent: ''}).textContent.includes('error=0')"):
            return
        await asyncio.sleep(0.03)
    pytest.fail(str(await playing.js("return content.document.body.textContent")) + str(playing.lines))


# --- nothing to open --------------------------------------------------------------------------------------------------------------------

ELSEWHERE = "“Achieving Work-Life Balance” lies on the network, at opslearning.lifespeak.com, where the content of lessons may not go."


def lacks(file: str, title: str) -> str:
    return f"The package of this lesson does not hold “{file}”, with which “{title}” begins. Who teaches the course can replace it."


ABSENT = {
    "aicc/multiline-description": ELSEWHERE,
    "aicc/pre-ort": lacks("default.htm", "Lesson 1"),
    "scorm/broken/AdlAttributes_SCORM20043rdEdition": lacks("index.html", "Launchable Item"),
    "scorm/broken/ComplexNestedOrganization_SCORM12": lacks("content/module1.html", "Module 1"),
    "scorm/broken/ContentPackagingNoSchemaVersion_SCORM20042ndEdition": lacks("index.html", "Launch Item"),
    "scorm/broken/InvalidFileReferences_SCORM12": lacks("content/nonexistent.html", "Test Item"),
    "scorm/broken/InvalidMissingOrgIdentifier_SCORM20043rdEdition": lacks("index.html", "Launch"),
    "scorm/broken/MinimalValid_SCORM20043rdEdition": lacks("index.html", "Launch"),
    "scorm/broken/MissingRequiredFields_SCORM12": lacks("content/index.html", "Test Item"),
}


async def test_the_player_says_what_is_missing_and_records_nothing(db: Database, desks: list[Desk]) -> None:
    said: dict[str, str] = {}
    for name in ABSENT:
        desk = Desk(db, AICC.parent / f"{name}.zip")
        desks.append(desk)
        page, _playing = await desk.sit_down()
        if page.stage.currentWidget() is page.rest:
            said[name] = page.rest.sentence
        await desk.stand_up(page)
        row = desk.row()
        assert row.status != "completed"
        assert not (row.scorm_cmi_data or {}).get("items")
    assert said == ABSENT
