"""Length and still of a film, read from its file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from desktop.courses.film import look
from tests.support.clips import SIZE, make_clip


def test_a_film_says_how_long_it_is_and_shows_a_picture_that_is_not_dark(tmp_path: Path) -> None:
    found = look(make_clip(tmp_path / "talk.mp4", seconds=3.2))
    assert found is not None
    assert found.seconds == 3
    assert found.still is not None
    still = QImage.fromData(found.still)
    assert (still.width(), still.height()) == SIZE
    assert still.pixelColor(10, 10).lightness() > 20


def test_a_recording_without_a_picture_has_a_length_alone(tmp_path: Path) -> None:
    found = look(make_clip(tmp_path / "talk.m4a", picture=False, seconds=2))
    assert found is not None
    assert (found.seconds, found.still) == (2, None)


@pytest.mark.parametrize("content", [b"", b"\x00" * 4096, b"no film at all"])
def test_what_is_no_film_says_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "talk.mp4"
    path.write_bytes(content)
    assert look(path) is None
    assert look(tmp_path / "missing.mp4") is None
