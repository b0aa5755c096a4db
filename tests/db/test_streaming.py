"""A film is read while it arrives: in any order, with the server going away, from what came before, and never wrong bytes."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from desktop.errors import Invalid, NotFound, ServerAway
from desktop.store import streaming
from desktop.store.assets import CHUNK, get_chunks, upload
from desktop.store.connection import Store
from desktop.store.streaming import AssetFile, Closed, make_room
from desktop.tasks import JobControl
from tests.support.postgres import Database

SIZE = 5 * CHUNK + 12345


class Unreliable:
    """The store, which can be cut off, and counts what it was asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.cut = threading.Event()
        self.asked: list[int] = []

    def read(self, fn: Any, *arguments: Any) -> Any:
        if fn is get_chunks:
            if self.cut.is_set():
                raise ServerAway("away")
            self.asked.append(arguments[1])
        return self._store.read(fn, *arguments)


@pytest.fixture
def stored(db: Database, tmp_path: Path) -> tuple[Unreliable, str, bytes]:
    data = random.Random(7).randbytes(SIZE)
    (tmp_path / "film.mp4").write_bytes(data)
    store = db.store(db.add_person("instructor"))
    return (
        Unreliable(store),
        upload(store, tmp_path / "film.mp4", "film.mp4", "video/mp4", JobControl(lambda _progress, _detail: None)),
        data,
    )


def test_any_part_is_read_before_the_whole_is_there(stored: Any, tmp_path: Path) -> None:
    store, asset, data = stored
    file = AssetFile(store, asset, tmp_path / "cache")
    assert file.size == SIZE
    for at, size in ((SIZE - 100, 500), (0, 10), (2 * CHUNK - 5, 10), (3 * CHUNK, CHUNK), (SIZE, 10), (7, 0)):
        got = file.read(at, size)
        assert got == data[at : at + len(got)]
        assert len(got) == min(size, max(SIZE - at, 0), CHUNK - at % CHUNK)
    assert store.asked[0] in (0, 5)
    file.close()


def test_what_came_before_is_not_fetched_again_unless_it_is_damaged(stored: Any, tmp_path: Path) -> None:
    store, asset, data = stored
    first = AssetFile(store, asset, tmp_path / "cache")
    assert b"".join(first.read(n * CHUNK, CHUNK) for n in range(6)) == data
    first.close()
    with (tmp_path / "cache" / asset).open("r+b") as cached:
        cached.seek(4 * CHUNK + 1)
        cached.write(b"rot")
    store.asked.clear()
    second = AssetFile(store, asset, tmp_path / "cache")
    assert b"".join(second.read(n * CHUNK, CHUNK) for n in range(6)) == data
    assert store.asked == [4]
    second.close()


def test_a_reader_waits_for_a_server_that_is_away(stored: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, asset, data = stored
    monkeypatch.setattr(streaming, "AGAIN_SECONDS", 0.02)
    store.cut.set()
    file = AssetFile(store, asset, tmp_path / "cache")
    answer: list[bytes] = []
    reader = threading.Thread(target=lambda: answer.append(file.read(CHUNK, 50)))
    reader.start()
    deadline = time.monotonic() + 5
    while not file.away:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert not answer
    store.cut.clear()
    reader.join(5)
    assert answer == [data[CHUNK : CHUNK + 50]]
    assert not file.away
    file.close()


def test_closing_ends_every_wait(stored: Any, tmp_path: Path) -> None:
    store, asset, _data = stored
    store.cut.set()
    file = AssetFile(store, asset, tmp_path / "cache")
    said: list[str] = []

    def read() -> None:
        try:
            file.read(0, 10)
        except Closed:
            said.append("closed")

    reader = threading.Thread(target=read)
    reader.start()
    time.sleep(0.05)
    file.close()
    reader.join(5)
    assert said == ["closed"]


def test_bytes_that_the_id_does_not_promise_are_never_given(db: Database, stored: Any, tmp_path: Path) -> None:
    store, asset, _data = stored
    db.superuser.write(lambda session: session.execute(text("UPDATE lms.chunks SET data = sha256(data) || data WHERE size < 1048576")))
    file = AssetFile(store, asset, tmp_path / "cache")
    with pytest.raises(Invalid, match="damaged"):
        file.read(5 * CHUNK, 10)
    file.close()
    with pytest.raises(NotFound):
        AssetFile(store, "0" * 64, tmp_path / "cache3")


def test_the_oldest_films_make_room(tmp_path: Path) -> None:
    import os

    for age, name in enumerate(("new", "old", "older")):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    make_room(tmp_path, 250)
    assert {path.name for path in tmp_path.iterdir()} == {"new", "old"}
    make_room(tmp_path / "nowhere")
