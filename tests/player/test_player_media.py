"""H.264 and AAC in a package: converted, they play under their old name, with the type of what they are now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.scorm import media
from desktop.tasks import JobControl
from tests.player.conftest import unpacked
from tests.player.test_player_hosting import answer
from tests.support.clips import SIZE, make_clip
from tests.support.scorm_packages import make_package

PLAYED = """new Promise((done, fail) => {
    const film = content.document.querySelector('video, audio');
    film.muted = true;
    film.onended = () => done([film.videoWidth || 0, film.videoHeight || 0, Math.round(film.duration)]);
    film.onerror = () => fail(film.error.message);
    film.play().catch(fail);
})"""


def with_clip(tmp_path: Path, element: str, name: str, **options: bool):
    clip = make_clip(tmp_path / name, **options)
    package = unpacked(
        make_package(tmp_path / "film.zip", {"index.html": f"<p id=here>Film</p>{element}"}, files={f"media/{name}": clip.read_bytes()}),
        tmp_path,
    )
    (path,) = media.find(package.folder, package.paths)
    media.convert(package.folder / path, tmp_path / "converted.webm", JobControl(lambda _fraction, _detail: None))
    return package, replace(package, converted={path: tmp_path / "converted.webm"})


@pytest.mark.parametrize(
    ("element", "name", "options", "size"),
    [
        ("<video src='media/film.mp4'></video>", "film.mp4", {}, list(SIZE)),
        ("<video><source src='media/film.mov' type='video/quicktime'></video>", "film.mov", {}, list(SIZE)),
        ("""<video><source src='media/film.mp4' type='video/mp4; codecs="avc1.42E01E, mp4a.40.2"'></video>""", "film.mp4", {}, list(SIZE)),
        ("<audio src='Media/talk.m4a'></audio>", "talk.m4a", {"picture": False}, [0, 0]),
    ],
    ids=["src", "source", "source with codecs", "audio"],
)
async def test_a_converted_clip_plays_to_its_end(
    element: str, name: str, options: dict[str, bool], size: list[int], tmp_path: Path, play
) -> None:
    _original, package = with_clip(tmp_path, element, name, **options)
    playing = await play(package)
    await playing.shown("#here")
    assert await answer(playing, PLAYED.replace("content.document", "document")) == [*size, 1]
    kind = "fetch(document.querySelector('[src]').src).then(r => r.headers.get('content-type'))"
    assert await answer(playing, kind) == "video/webm"


async def test_until_then_the_lesson_is_played_without_it(tmp_path: Path, play) -> None:
    original, _converted = with_clip(tmp_path, "<video src='media/film.mp4'></video>", "film.mp4")
    playing = await play(original)
    await playing.shown("#here")
    assert "supported" in str(await answer(playing, PLAYED.replace("content.document", "document")))
