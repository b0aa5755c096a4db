"""Media that Chromium without licensed codecs cannot play: found by what they hold, converted beside the application, cancelled at once."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from desktop.errors import Cancelled
from desktop.scorm import media
from desktop.scorm.media import MediaUnreadable
from desktop.tasks import JobControl
from tests.support.clips import codecs_of, make_clip, seconds_of


def quiet() -> JobControl:
    return JobControl(lambda _fraction, _detail: None)


@pytest.mark.parametrize(
    ("name", "options", "codecs"),
    [
        ("film.mp4", {}, ["vp9", "opus"]),
        ("film.mov", {"sound": False}, ["vp9"]),
        ("film.m4v", {}, ["vp9", "opus"]),
        ("talk.m4a", {"picture": False}, ["opus"]),
    ],
)
def test_what_cannot_be_played_becomes_webm_of_the_same_length(
    name: str, options: dict[str, bool], codecs: list[str], tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / name, **options)
    assert media.find(tmp_path, [name]) == (name,)
    media.convert(clip, tmp_path / "out.webm", quiet())
    assert codecs_of(tmp_path / "out.webm") == codecs
    assert seconds_of(tmp_path / "out.webm") == pytest.approx(seconds_of(clip), abs=0.1)
    assert clip.is_file()


def test_what_can_be_played_and_what_is_no_media_are_left_alone(tmp_path: Path) -> None:
    make_clip(tmp_path / "film.mp4")
    media.convert(tmp_path / "film.mp4", tmp_path / "fine.webm", quiet())
    (tmp_path / "fine.webm").rename(tmp_path / "fine.mp4")  # VP9, whatever its name says
    (tmp_path / "letter.mp4").write_text("Dear Sir or Madam")
    (tmp_path / "empty.mov").write_bytes(b"")
    assert media.find(tmp_path, ["fine.mp4", "letter.mp4", "empty.mov", "film.mp4", "index.html"]) == ("film.mp4",)


def test_progress_is_told_and_rises(tmp_path: Path) -> None:
    seen: list[float] = []
    clip = make_clip(tmp_path / "film.mp4", seconds=3)
    media.convert(clip, tmp_path / "out.webm", JobControl(lambda fraction, _detail: seen.append(fraction or 0)))
    assert seen == sorted(seen)
    assert len(seen) > 10
    assert seen[-1] > 0.9


def test_cancel_ends_the_process_that_converts(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "film.mp4", seconds=20)
    control = JobControl(lambda _fraction, _detail: control.cancel())
    with pytest.raises(Cancelled):
        media.convert(clip, tmp_path / "out.webm", control)
    assert [one for one in multiprocessing.active_children() if one.name == "convert-media"] == []


def test_what_is_damaged_is_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"\0" * 4096)
    with pytest.raises(MediaUnreadable) as caught:
        media.convert(tmp_path / "film.mp4", tmp_path / "out.webm", quiet())
    assert caught.value.details
