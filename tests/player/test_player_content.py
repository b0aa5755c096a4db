"""Content of others in the player: it starts, is clicked through, left, resumed and completed."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.scorm.records import status_of
from tests.player.conftest import shared_package, unpacked, until

GOLF = [("RuntimeBasicCalls_SCORM12", 15), ("singlescobasic", 16)]


@pytest.mark.parametrize(("name", "pages"), GOLF)
async def test_golf_is_left_in_the_middle_and_resumed_there(name: str, pages: int, tmp_path: Path, play) -> None:
    package = unpacked(shared_package(name), tmp_path)
    first = await play(package)
    await first.says("cmi.core.lesson_location", "0")
    for page in range(1, 4):
        await first.click("#butNext")
        await first.says("cmi.core.lesson_location", str(page))
    await first.view.close_launch()
    assert first.view.document["items"]["item_1"]["finished"] is True
    assert first.cmi("item_1")["cmi.core.exit"] == "suspend"

    second = await play(package, document=first.view.document)
    await until(second.view.dialog.isVisible)
    second.view.dialog.ok.click()
    await second.says("cmi.core.lesson_location", "3")
    for page in range(4, pages):
        await second.click("#butNext")
        await second.says("cmi.core.lesson_location", str(page))
    await second.says("cmi.core.lesson_status", "completed")
    assert second.broken == []


async def test_a_2004_package_plays_suspends_and_resumes(tmp_path: Path, play) -> None:
    package = unpacked(shared_package("RuntimeBasicCalls_SCORM20043rdEdition"), tmp_path)
    first = await play(package)
    await first.says("cmi.location", "0")
    for page in range(1, 4):
        await first.click("#butNext")
        await first.says("cmi.location", str(page))
    await first.view.close_launch()
    assert first.cmi("item_1")["cmi.exit"] == "suspend"
    assert status_of(first.view.document, "item_1") == "incomplete"

    second = await play(package, document=first.view.document)
    await until(second.view.dialog.isVisible)
    second.view.dialog.ok.click()
    await second.says("cmi.location", "3")
    for page in range(4, 15):
        await second.click("#butNext")
        await second.says("cmi.location", str(page))
    await second.says("cmi.completion_status", "completed")
