"""A course that left as a package, played and completed by our own player."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.courses.export import Format, export
from tests.player.conftest import unpacked, until
from tests.support.drafts import draft


@pytest.mark.parametrize(("form", "status"), [(Format.SCORM_12, "cmi.core.lesson_status"), (Format.SCORM_2004, "cmi.completion_status")])
async def test_every_page_completes_when_it_was_opened(play: Callable[..., Any], tmp_path: Path, form: Format, status: str) -> None:
    made = draft(("Basics", ("Terms", "Cases")), ("More", ("Practice",)))
    target = tmp_path / "course.zip"
    export(made, form, target, lambda asset: tmp_path / asset, lambda _lesson, _name, _address: None)
    playing = await play(unpacked(target, tmp_path))
    manifest = playing.view.launch.package.manifest
    for item in manifest.default.launchable:
        await playing.view.open_item(item.identifier)
        await playing.shown("h1")
        await until(lambda: playing.cmi().get(status) == "completed")
    assert [item.title for item in manifest.default.launchable] == ["Terms", "Cases", "Practice"]
    assert playing.broken == []
