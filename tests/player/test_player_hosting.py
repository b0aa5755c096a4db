"""How content is served, and what passes between it and the application."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from desktop.ui.player.contents import Contents
from desktop.ui.player.scheme import media_type
from desktop.ui.theme import Scheme, theme
from tests.player.conftest import shared_package, unpacked, until
from tests.support.scorm_packages import make_package


async def answer(playing, program: str) -> object:
    """What a promise in the content comes to."""
    waiting = f"({program}).then(value => {{ window.got = [value]; }}, error => {{ window.got = [String(error)]; }})"
    await playing.js(f"content.got = undefined; content.eval({waiting!r}); return 1")
    for _turn in range(150):
        got = await playing.js("return content.got")
        if got:
            return got[0]
        await asyncio.sleep(0.03)
    pytest.fail("no answer")


async def test_files_have_their_type_and_forgive_case_and_encoding(tmp_path: Path, play) -> None:
    files = {"Media/Two Words.JSON": b"{}", "data/100%.txt": b"hundred", "data/\u00fcber.css": b"p{}", "m.wasm": b"\0asm"}
    playing = await play(unpacked(make_package(tmp_path / "files.zip", {"index.html": "<p id=here>x"}, files=files), tmp_path))
    await playing.shown("#here")
    kind = "fetch({!r}).then(r => r.headers.get('content-type'))"
    assert await answer(playing, kind.format("media/two words.json")) == "application/json"
    assert await answer(playing, kind.format("data/%C3%BCber.css")) == "text/css"
    assert await answer(playing, kind.format("m.wasm")) == "application/wasm"
    assert await answer(playing, "fetch('data/100%25.txt').then(r => r.text())") == "hundred"
    missing: list[str] = []
    playing.view.file_missing.connect(missing.append)
    assert await answer(playing, "fetch('gone.html').then(r => r.status)") == 404
    assert missing == ["gone.html"]
    for way in ("../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "/content/../../etc/passwd", "..%5c..%5cetc%5cpasswd"):
        assert await answer(playing, f"fetch({way!r}).then(r => r.status)") == 404


async def test_a_range_of_a_file_is_exactly_that(tmp_path: Path, play) -> None:
    data = bytes(range(256)) * 4096
    playing = await play(unpacked(make_package(tmp_path / "range.zip", {"index.html": "<p id=here>x"}, files={"a.webm": data}), tmp_path))
    await playing.shown("#here")
    program = """fetch('a.webm', { headers: { Range: 'bytes=%s' } }).then(r => r.arrayBuffer().then(b => [r.status, b.byteLength,
        Array.from(new Uint8Array(b).slice(0, 4)).join(), r.headers.get('content-range')]))"""
    assert await answer(playing, program % "500000-500003") == [206, 4, "32,33,34,35", f"bytes 500000-500003/{len(data)}"]
    assert await answer(playing, program % "1048570-") == [206, 6, "250,251,252,253", f"bytes 1048570-1048575/{len(data)}"]


@pytest.mark.parametrize(
    ("name", "type_"), [("a.HTML", "text/html"), ("b.js", "text/javascript"), ("c.mp4", "video/mp4"), ("d", "application/octet-stream")]
)
def test_types_do_not_depend_on_the_machine(name: str, type_: str) -> None:
    assert media_type(name) == type_


async def test_a_window_that_content_opens_finds_the_api(tmp_path: Path, play) -> None:
    opener = "<button id=go onclick=\"window.child = window.open('popup.html', 'course', 'width=500,height=400')\">go</button>"
    popup = "<script>api.LMSInitialize(''); api.LMSSetValue('cmi.core.lesson_location', 'in the window'); api.LMSCommit('');</script>"
    playing = await play(unpacked(make_package(tmp_path / "popup.zip", {"index.html": opener, "popup.html": popup}), tmp_path))
    await playing.click("#go")
    await until(lambda: playing.cmi("i0").get("cmi.core.lesson_location") == "in the window")
    await playing.view.close_launch()


async def test_write_behind_saves_what_was_never_committed(tmp_path: Path, play) -> None:
    page = "<button id=go onclick=\"api.LMSInitialize(''); api.LMSSetValue('cmi.core.lesson_location', 'here')\">go</button>"
    playing = await play(unpacked(make_package(tmp_path / "behind.zip", {"index.html": page}), tmp_path))
    await playing.click("#go")
    await until(lambda: playing.cmi("i0").get("cmi.core.lesson_location") == "here", seconds=2.0)


async def test_parts_are_opened_from_the_contents_and_keep_their_own_records(tmp_path: Path, play) -> None:
    page = """<p id=here>x<script>api.LMSInitialize('');
        window.onunload = () => { api.LMSSetValue('cmi.core.lesson_status', 'completed'); api.LMSFinish(''); };</script>"""
    package = unpacked(make_package(tmp_path / "parts.zip", {"one.html": page, "two.html": page, "three.html": page}), tmp_path)
    playing = await play(package)
    contents = Contents()
    contents.show_controls(playing.view.route.controls(), playing.view.route.status)
    chosen: list[str] = []
    contents.chosen.connect(chosen.append)
    contents.itemClicked.emit(contents.topLevelItem(2), 0)
    assert chosen == ["i2"]
    for item in ("i2", "i1"):
        await playing.shown("#here")
        await playing.view.open_item(item)
    await playing.shown("#here")
    record = playing.view.document
    assert {item: record["items"][item]["cmi"].get("cmi.core.lesson_status") for item in ("i0", "i2")} == {
        "i0": "completed",
        "i2": "completed",
    }
    assert record["items"]["i0"]["finished"] is True
    assert record["current"] == "i1"
    contents.show_controls(playing.view.route.controls(), playing.view.route.status)
    current = contents.currentItem()
    assert current is not None
    assert current.text(0) == "two.html"


async def test_content_sees_the_colours_of_the_application(tmp_path: Path, play, qapp) -> None:
    playing = await play(unpacked(make_package(tmp_path / "dark.zip", {"index.html": "<p id=here>x"}), tmp_path))
    await playing.shown("#here")
    for scheme, dark in ((Scheme.DARK, True), (Scheme.LIGHT, False)):
        theme().apply(scheme, motion=False)
        for _turn in range(50):
            if await playing.js("return content.matchMedia('(prefers-color-scheme: dark)').matches") is dark:
                break
            await asyncio.sleep(0.03)
        assert await playing.js("return content.matchMedia('(prefers-color-scheme: dark)').matches") is dark


@pytest.mark.parametrize(("head", "ground"), [("", "white"), ("<meta name=color-scheme content='light dark'>", "black")])
async def test_content_that_knows_no_dark_colours_keeps_a_white_page(tmp_path: Path, play, qapp, head: str, ground: str) -> None:
    theme().apply(Scheme.DARK, motion=False)
    playing = await play(unpacked(make_package(tmp_path / "white.zip", {"index.html": f"{head}<p id=here>x"}), tmp_path))
    await playing.shown("#here")

    def corner() -> str:
        return "white" if playing.view.grab().toImage().pixelColor(900, 600).lightness() > 200 else "black"

    await until(lambda: corner() == ground)
    theme().apply(Scheme.LIGHT, motion=False)
    await until(lambda: corner() == "white")


async def test_assets_count_as_done_once_they_were_shown(tmp_path: Path, play) -> None:
    playing = await play(unpacked(shared_package("ContentPackagingOneFilePerSCO_SCORM12"), tmp_path))
    await until(lambda: playing.cmi("playing_playing_item").get("cmi.core.lesson_status") == "completed")
    await playing.view.open_item("playing_quiz_item")
    await until(lambda: playing.cmi("playing_quiz_item").get("cmi.core.lesson_status") == "completed")
    assert await playing.js("return content.location.search") == "?questions=Playing"
