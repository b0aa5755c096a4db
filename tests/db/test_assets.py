"""Files in the database: uploads and fetches that stop anywhere go on from there, and only who may read the row may read the file."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from desktop.errors import Cancelled, Conflict, Invalid, NotAllowed, NotFound
from desktop.learning.commands import enroll
from desktop.questions.commands import start_attempt
from desktop.store.assets import CHUNK, asset_of, asset_url, describe, fetch, manifest_id, upload
from desktop.store.connection import Store
from desktop.tasks import JobControl
from tests.support.courses import add_course, add_lesson, add_module, insert
from tests.support.postgres import Database, Person

CHUNKS = 6
CHILD = Path(__file__).parents[2]


class Counted:
    """A real store that counts what goes through it, by the name of the function."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def read[**P, T](self, fn: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self.calls.append((fn.__name__, args))
        return self._store.read(fn, *args, **kwargs)

    def write[**P, T](self, fn: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self.calls.append((fn.__name__, args))
        return self._store.write(fn, *args, **kwargs)

    def sent(self) -> int:
        """Chunks that were sent since the last time this was asked."""
        count = sum(called == "_put_chunk" for called, _args in self.calls)
        self.calls.clear()
        return count

    def asked_from(self) -> list[int]:
        """The first chunk of each batch that was asked for."""
        return [args[1] for name, args in self.calls if name == "get_chunks"]


def control(at: Callable[[int], object] = lambda _chunk: None) -> JobControl:
    """Runs ``at(n)`` before the nth chunk."""
    turns: Iterator[int] = iter(range(1 << 30))

    def reported(_fraction: float | None, _detail: str) -> None:
        at(next(turns))

    return JobControl(reported)


@pytest.fixture
def teacher(db: Database) -> Person:
    return db.add_person("instructor")


@pytest.fixture
def store(db: Database, teacher: Person) -> Any:
    return Counted(db.store(teacher))


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Six chunks and a bit, all different."""
    path = tmp_path / "video.webm"
    path.write_bytes(random.Random(7).randbytes(CHUNKS * CHUNK - 1000))
    return path


def test_what_is_fetched_is_what_was_stored(store: Any, video: Path, tmp_path: Path) -> None:
    asset = upload(store, video, "Ethics.webm", "video/webm", control())
    about = store.read(describe, asset)
    assert (about.name, about.media_type, about.size, len(about.chunks)) == ("Ethics.webm", "video/webm", video.stat().st_size, CHUNKS)
    assert manifest_id(about.chunks) == asset
    assert fetch(store, asset, tmp_path / "copy.webm", control()).read_bytes() == video.read_bytes()
    assert not (tmp_path / "copy.webm.part").exists()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK]), seed=st.integers(0, 3))
def test_files_of_every_awkward_size_come_back_whole(store: Any, tmp_path: Path, size: int, seed: int) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(random.Random(seed).randbytes(size))
    asset = upload(store, path, "file.bin", "application/octet-stream", control())
    (tmp_path / "back.bin").unlink(missing_ok=True)
    assert fetch(store, asset, tmp_path / "back.bin", control()).read_bytes() == path.read_bytes()


def test_after_a_kill_between_two_chunks_only_what_is_missing_is_sent(db: Database, teacher: Person, store: Any, video: Path) -> None:
    dsn = db.address.with_(user=teacher.login, password=teacher.password).conninfo()
    child = subprocess.run([sys.executable, "-c", KILLED_AT_THE_FOURTH, dsn, str(video)], cwd=CHILD, timeout=60, check=False)
    assert child.returncode == -signal.SIGKILL
    with psycopg.connect(db.dsn) as connection:
        assert connection.execute("SELECT (SELECT count(*) FROM lms.chunks), (SELECT count(*) FROM lms.assets)").fetchone() == (3, 0)
    asset = upload(store, video, "video.webm", "video/webm", control())
    assert store.sent() == CHUNKS - 3
    assert store.read(describe, asset).size == video.stat().st_size


KILLED_AT_THE_FOURTH = """
import os, signal, sys
from pathlib import Path
from desktop.store.assets import upload
from desktop.store.connection import Store
from desktop.store.dsn import Dsn
from desktop.tasks import JobControl
turns = iter(range(99))
control = JobControl(lambda *_said: next(turns) == 3 and os.kill(os.getpid(), signal.SIGKILL))
upload(Store(Dsn.parse(sys.argv[1])), Path(sys.argv[2]), "video.webm", "video/webm", control)
"""


def test_the_same_file_again_sends_nothing_and_has_the_same_id(store: Any, video: Path) -> None:
    first = upload(store, video, "video.webm", "video/webm", control())
    assert store.sent() == CHUNKS
    assert upload(store, video, "renamed.webm", "video/webm", control()) == first
    assert store.sent() == 0


def test_one_changed_byte_is_another_asset_of_which_one_chunk_is_new(store: Any, video: Path) -> None:
    first = upload(store, video, "video.webm", "video/webm", control())
    store.sent()
    with video.open("r+b") as file:
        file.seek(2 * CHUNK + 17)
        byte = file.read(1)[0]
        file.seek(2 * CHUNK + 17)
        file.write(bytes([byte ^ 1]))
    assert upload(store, video, "video.webm", "video/webm", control()) != first
    assert store.sent() == 1


def test_a_file_that_changes_while_it_is_stored_is_refused_and_leaves_no_asset(db: Database, store: Any, video: Path) -> None:
    def change(chunk: int) -> None:
        if chunk == 2:
            with video.open("r+b") as file:
                file.seek(4 * CHUNK)
                file.write(b"overwritten")

    with pytest.raises(Conflict, match="changed while"):
        upload(store, video, "video.webm", "video/webm", control(change))
    with psycopg.connect(db.dsn) as connection:
        assert connection.execute("SELECT count(*) FROM lms.assets").fetchone() == (0,)


def test_an_upload_is_cancelled_between_two_chunks(db: Database, store: Any, video: Path) -> None:
    def stop(chunk: int) -> None:
        if chunk == 2:
            stopping.cancel()

    stopping = control(stop)
    with pytest.raises(Cancelled):
        upload(store, video, "video.webm", "video/webm", stopping)
    assert store.sent() < CHUNKS
    with psycopg.connect(db.dsn) as connection:
        assert connection.execute("SELECT count(*) FROM lms.assets").fetchone() == (0,)


def test_a_fetch_that_was_cancelled_goes_on_from_its_last_good_chunk(store: Any, video: Path, tmp_path: Path) -> None:
    asset = upload(store, video, "video.webm", "video/webm", control())
    target = tmp_path / "folder" / "copy.webm"
    stopping = control(lambda _turn: stopping.cancel())  # said once a batch of four; noticed before the next
    with pytest.raises(Cancelled):
        fetch(store, asset, target, stopping)
    part = target.with_name("copy.webm.part")
    assert part.stat().st_size == 4 * CHUNK
    assert not target.exists()
    store.calls.clear()
    assert fetch(store, asset, target, control()).read_bytes() == video.read_bytes()
    assert store.asked_from() == [4]


@pytest.mark.parametrize(
    ("spoil", "first_asked"),
    [
        pytest.param(lambda data: data[: 2 * CHUNK] + bytes([data[2 * CHUNK] ^ 1]) + data[2 * CHUNK + 1 :], 2, id="a flipped bit"),
        pytest.param(lambda data: data[: 3 * CHUNK + 5], 3, id="cut off inside a chunk"),
        pytest.param(lambda _data: b"another file", 0, id="something else"),
    ],
)
def test_what_is_wrong_in_a_partial_file_is_fetched_again(
    store: Any, video: Path, tmp_path: Path, spoil: Callable[[bytes], bytes], first_asked: int
) -> None:
    asset = upload(store, video, "video.webm", "video/webm", control())
    (tmp_path / "copy.webm.part").write_bytes(spoil(video.read_bytes()))
    assert fetch(store, asset, tmp_path / "copy.webm", control()).read_bytes() == video.read_bytes()
    assert store.asked_from()[0] == first_asked


def test_bytes_that_changed_in_the_database_are_not_believed(db: Database, store: Any, video: Path, tmp_path: Path) -> None:
    asset = upload(store, video, "video.webm", "video/webm", control())
    with psycopg.connect(db.dsn) as connection:
        connection.execute("SET session_replication_role = replica")  # as a failing disk would, past every trigger
        connection.execute(
            "ALTER TABLE lms.chunks DISABLE TRIGGER ALL; "
            "ALTER TABLE lms.chunks DROP CONSTRAINT IF EXISTS chunks_hash_check; "
            "UPDATE lms.chunks SET data = set_byte(data, 9, (get_byte(data, 9) + 1) % 256)"
            " WHERE hash = (SELECT chunk_hash FROM lms.asset_chunks WHERE ordinal = 1 LIMIT 1)"
        )
    with pytest.raises(Invalid, match="damaged"):
        fetch(store, asset, tmp_path / "copy.webm", control())
    assert not (tmp_path / "copy.webm").exists()


def test_whoever_may_read_the_row_that_names_it_may_read_it_and_nobody_else(
    db: Database, store: Any, video: Path, tmp_path: Path, teacher: Person
) -> None:
    asset = upload(store, video, "video.webm", "video/webm", control())
    course = add_course(db, "Ethics", instructor_id=teacher.member_id)
    add_lesson(db, add_module(db, course), "Film", 1, lesson_type="video", content_url=asset_url(asset, "inside.html"))
    learner, stranger = db.store(db.add_person("learner")), db.store(db.add_person("instructor"))
    for outsider in (learner, stranger):
        with pytest.raises(NotFound):
            outsider.read(describe, asset)
        with pytest.raises(NotFound):
            fetch(outsider, asset, tmp_path / "stolen.webm", control())
    learner.write(enroll, course)
    assert fetch(learner, asset, tmp_path / "seen.webm", control()).read_bytes() == video.read_bytes()
    assert not (tmp_path / "stolen.webm").exists()


@pytest.mark.parametrize("where", ["lesson", "assignment", "session", "question"])
def test_pictures_in_texts_are_for_whoever_may_read_the_text(db: Database, store: Any, tmp_path: Path, teacher: Person, where: str) -> None:
    (tmp_path / "a.png").write_bytes(where.encode())
    asset = upload(store, tmp_path / "a.png", "a.png", "image/png", control())
    colleague = db.add_person("instructor")
    course = add_course(db, "Ethics", instructor_id=teacher.member_id, co_instructors=[colleague.member_id])
    text = f'<p>Look: <img src="asset:{asset}" alt="A chart"></p>'
    match where:
        case "lesson":
            add_lesson(db, add_module(db, course), "Terms", 1, content_html=text)
        case "assignment":
            insert(db, "assignments", course_id=course, title="Plan", description="", instructions_html=text)
        case "session":
            insert(
                db, "live_sessions", course_id=course, title="Talk", session_date=datetime.now(UTC), duration_minutes=60,
                meeting_url="https://meet.example.org", instructor_id=teacher.member_id, agenda_html=text,
            )  # fmt: skip
        case _:
            quiz = insert(db, "quizzes", course_id=course, title="Quiz")
            option = {"id": "a", "text": "A", "html": text}
            insert(
                db, "quiz_questions", quiz_id=quiz, question_text="?", question_type="multiple_choice", question_order=1,
                answer_options=Jsonb([option]), correct_answer=Jsonb("a"),
            )  # fmt: skip
    learner, stranger = db.store(db.add_person("learner")), db.store(db.add_person("instructor"))
    for outsider in (learner, stranger):
        with pytest.raises(NotFound):
            outsider.read(describe, asset)
    assert db.store(colleague).read(describe, asset).name == "a.png"
    enrollment = learner.write(enroll, course).value
    if where == "question":
        with pytest.raises(NotFound):
            learner.read(describe, asset)  # before the quiz is begun
        learner.write(start_attempt, enrollment, quiz)
    assert learner.read(describe, asset).name == "a.png"


def test_a_text_names_only_what_its_author_may_read(db: Database, store: Any, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"secret")
    asset = upload(store, tmp_path / "a.png", "a.png", "image/png", control())
    thief = db.add_person("instructor")
    lesson = add_lesson(db, add_module(db, add_course(db, "Mine", instructor_id=thief.member_id)))
    with psycopg.connect(db.address.with_(user=thief.login, password=thief.password).conninfo()) as connection:
        with pytest.raises(psycopg.DatabaseError, match="no such file"):
            connection.execute("UPDATE lessons SET content_html = %s WHERE id = %s", (f'<img src="asset:{asset}">', lesson))
        connection.rollback()
    with pytest.raises(NotFound):
        db.store(thief).read(describe, asset)


def test_knowing_a_hash_saves_no_byte_to_whoever_may_not_read_it(db: Database, store: Any, video: Path) -> None:
    upload(store, video, "video.webm", "video/webm", control())
    stranger: Any = Counted(db.store(db.add_person("instructor")))
    upload(stranger, video, "video.webm", "video/webm", control())
    assert stranger.sent() == CHUNKS
    with psycopg.connect(db.dsn) as connection:
        assert connection.execute("SELECT count(*) FROM lms.chunks").fetchone() == (CHUNKS,), "stored once all the same"


def test_learners_store_nothing(db: Database, video: Path) -> None:
    with pytest.raises(NotAllowed):
        upload(db.store(db.add_person("learner")), video, "video.webm", "video/webm", control())


@pytest.mark.skipif(sys.platform == "win32", reason="the peak of a process's memory is read with getrusage")
def test_memory_stays_the_same_for_200_megabytes(db: Database, teacher: Person, tmp_path: Path) -> None:
    dsn = db.address.with_(user=teacher.login, password=teacher.password).conninfo()
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        for _piece in range(200):
            file.write(os.urandom(CHUNK))
    child = subprocess.run(
        [sys.executable, "-c", THERE_AND_BACK, dsn, str(path)], cwd=CHILD, capture_output=True, text=True, timeout=240, check=True
    )
    grown = int(child.stdout)
    assert grown < 24, f"{grown} MiB more for 200 MiB than for 8"


THERE_AND_BACK = """
import resource, sys
from pathlib import Path
from desktop.store.assets import CHUNK, fetch, upload
from desktop.store.connection import Store
from desktop.store.dsn import Dsn
from desktop.tasks import JobControl

def there_and_back(path):
    control = JobControl(lambda *_said: None)
    fetch(store, upload(store, path, path.name, "application/octet-stream", control), path.with_suffix(".back"), control)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (20 if sys.platform == "darwin" else 10)

store = Store(Dsn.parse(sys.argv[1]))
large = Path(sys.argv[2])
small = large.with_name("small.bin")
with large.open("rb") as file:
    small.write_bytes(file.read(8 * CHUNK))
before = there_and_back(small)
after = there_and_back(large)
assert large.with_suffix(".back").stat().st_size == large.stat().st_size
print(after - before)
store.close()
"""


@pytest.mark.parametrize(
    ("url", "asset"),
    [("asset:abc", "abc"), ("asset:abc/index.html", "abc"), ("https://example.org/abc", None), (None, None)],
)
def test_a_row_names_an_asset_by_its_address(url: str | None, asset: str | None) -> None:
    assert asset_of(url) == asset
