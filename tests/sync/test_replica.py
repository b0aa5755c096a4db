"""The replica by itself: edits and undo, order, restarts, damage."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from desktop.errors import Conflict, NotFound, StorageFull
from desktop.store.cipher import new_key, open_encrypted
from desktop.store.operations import Delta, Outcome, Pulled
from desktop.store.replica import Draft, Replica, ReplicaNewer

COURSE = UUID(int=1)
KEY = new_key()
MEMBER = uuid4()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[], Replica]]:
    """Opens the replica, closing the one before: a restart of the application."""
    replicas: list[Replica] = []

    def restart() -> Replica:
        if replicas:
            replicas[-1].close()
        replicas.append(Replica(tmp_path, MEMBER, KEY))
        return replicas[-1]

    yield restart
    replicas[-1].close()


def add_module(replica: Replica, title: str) -> UUID:
    return replica.edit(COURSE, "Add module", Draft.insert, "course_modules", {"course_id": str(COURSE), "title": title}).value


def rename(replica: Replica, row: UUID, title: str) -> int:
    done = replica.edit(COURSE, "Rename", Draft.update, "course_modules", row, {"title": title})
    assert done.undo is not None
    (step,) = done.undo.arguments
    assert isinstance(step, int)
    return step


def titles(replica: Replica) -> list[str]:
    return [row["title"] for row in replica.read(lambda reader: reader.list_all("course_modules", COURSE))]


def test_undo_and_redo_outlive_the_application(opened: Callable[[], Replica]) -> None:
    replica = opened()
    step = rename(replica, add_module(replica, "First"), "Second")
    replica = opened()
    replica.toggle(step)
    assert titles(replica) == ["First"]
    assert [(one.name, one.undone) for one in replica.steps(COURSE)] == [("Add module", False), ("Rename", True)]
    replica = opened()
    replica.toggle(step)
    assert titles(replica) == ["Second"]


def test_undo_leaves_alone_what_was_changed_since(opened: Callable[[], Replica]) -> None:
    replica = opened()
    row = add_module(replica, "First")
    step = rename(replica, row, "Second")
    rename(replica, row, "Third")
    with pytest.raises(Conflict):
        replica.toggle(step)
    assert titles(replica) == ["Third"]


def test_a_new_edit_ends_what_could_be_done_again(opened: Callable[[], Replica]) -> None:
    replica = opened()
    row = add_module(replica, "First")
    step = rename(replica, row, "Second")
    replica.toggle(step)
    rename(replica, row, "Third")
    with pytest.raises(NotFound):
        replica.toggle(step)


def test_typing_is_one_step_and_one_change_to_send(opened: Callable[[], Replica]) -> None:
    replica = opened()
    row = add_module(replica, "")
    replica.seal(COURSE)
    for text in ("T", "Te", "Ter", "Term"):
        done = replica.continue_edit(COURSE, "Title", Draft.update, "course_modules", row, {"title": text})
    assert len(replica.steps(COURSE)) == 2
    assert [(one.set, one.seen) for one in replica.pending(COURSE)[1:]] == [({"title": "Term"}, {"title": ""})]
    assert done.undo is not None
    done.undo.command(*done.undo.arguments)
    assert titles(replica) == [""]
    assert len(replica.pending(COURSE)) == 1


def test_an_edit_that_fails_leaves_nothing(opened: Callable[[], Replica]) -> None:
    replica = opened()

    def fail(draft: Draft) -> None:
        draft.insert("course_modules", {"course_id": str(COURSE), "title": "Half"})
        raise Conflict("Stop.")

    with pytest.raises(Conflict):
        replica.edit(COURSE, "Fail", fail)
    assert titles(replica) == []
    assert replica.waiting() == 0
    assert replica.steps(COURSE) == []


def test_there_is_always_room_between_two_rows(opened: Callable[[], Replica]) -> None:
    replica = opened()
    first = add_module(replica, "first")
    add_module(replica, "last")

    def squeeze(draft: Draft) -> None:
        for number in range(120):  # each halves the gap: more often than a number can be halved
            position = draft.place("course_modules", COURSE, first)
            draft.insert("course_modules", {"course_id": str(COURSE), "title": f"{number}", "position": position})

    replica.edit(COURSE, "Squeeze", squeeze)
    assert titles(replica) == ["first", *map(str, reversed(range(120))), "last"]


@pytest.mark.parametrize("hole", [0, 4096, 20_000])
def test_a_damaged_file_is_rebuilt_and_what_waits_is_kept(opened: Callable[[], Replica], hole: int) -> None:
    replica = opened()
    row = uuid4()
    values = {"course_id": str(COURSE), "title": "There", "position": 1.0}
    replica.finish((), Delta(COURSE, None, 5, (Pulled("course_modules", row, 5, values),)))
    rename(replica, row, "Here")
    add_module(replica, "Mine")
    waiting = replica.pending()
    replica.close()
    with replica.path.open("r+b") as file:
        file.seek(hole)
        file.write(b"\xff" * 64)
    replica = opened()
    assert "rebuilt" in replica.notice
    assert replica.pending() == waiting
    assert titles(replica) == ["Mine"]
    assert [one.clock for one in replica.list_checked_out()] == [None]
    replica.finish((), Delta(COURSE, None, 5, (Pulled("course_modules", row, 5, values),)))
    assert titles(replica) == ["Here", "Mine"]
    assert opened().notice == ""


def test_a_rebuilding_that_was_cut_short_is_done_at_the_next_start(opened: Callable[[], Replica]) -> None:
    replica = opened()
    replica.check_out(COURSE, pinned=True)
    replica.check_out(COURSE)
    add_module(replica, "Mine")
    waiting = replica.pending()
    replica.close()
    replica.path.rename(replica.path.with_name("set aside"))
    open_encrypted(replica.path, KEY).close()  # as a kill leaves it: the damaged file is set aside, the new one is empty
    replica = opened()
    assert replica.pending() == waiting
    assert titles(replica) == ["Mine"]
    assert [one.pinned for one in replica.list_checked_out()] == [True]


def test_a_full_disk_takes_no_edit_and_no_sound_file_for_a_damaged_one(tmp_path: Path) -> None:
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(tmp_path)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount a file system here: {done.stderr.strip()}")
    try:
        replica = Replica(tmp_path, MEMBER, KEY)
        row = add_module(replica, "Mine")
        for pages in range(0, 24, 5):  # which of the files finds no room depends on what is left
            filling = fill(tmp_path, pages)
            with pytest.raises(StorageFull):
                write_on(replica, row)
            filling.unlink()
            rename(replica, row, f"Kept {pages}")
            replica.close()
            filling = fill(tmp_path, pages)
            with contextlib.suppress(StorageFull):
                Replica(tmp_path, MEMBER, KEY).close()
            filling.unlink()
            replica = Replica(tmp_path, MEMBER, KEY)
            assert replica.notice == ""
            assert titles(replica) == [f"Kept {pages}"]
            assert [(one.row, one.set["title"]) for one in replica.pending()] == [(row, f"Kept {pages}")]
            assert list(tmp_path.glob("*damaged*")) == []
        replica.close()
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def write_on(replica: Replica, row: UUID) -> None:
    for number in range(100):
        rename(replica, row, f"{number}" * 20_000)


def fill(folder: Path, pages: int) -> Path:
    """Fill the disk of a folder, but for so many pages of 4 KB."""
    filling = folder / "filling"
    with filling.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)) == 4096:
            pass
    os.truncate(filling, max(0, filling.stat().st_size - pages * 4096))
    return filling


def test_the_files_say_nothing_to_who_has_no_key(opened: Callable[[], Replica], tmp_path: Path) -> None:
    replica = opened()
    add_module(replica, "The answer is forty-two")
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert b"forty-two" not in content
        assert b"SQLite format" not in content
        assert path.stat().st_mode & 0o077 == 0 or path.suffix not in (".replica", ".outbox")


def test_a_course_is_given_back_only_when_nothing_waits(opened: Callable[[], Replica]) -> None:
    replica = opened()
    add_module(replica, "Mine")
    with pytest.raises(Conflict):
        replica.give_back(COURSE)
    batch = replica.seal(COURSE)
    replica.finish([Outcome(one.id, "done") for one in batch.operations], Delta(COURSE, None, 1, ()))
    replica.give_back(COURSE)
    assert replica.list_checked_out() == []
    assert titles(replica) == []


def file_of(tmp_path: Path) -> Path:
    return tmp_path / f"{MEMBER}.replica"


def test_what_an_earlier_version_kept_is_filled_up_and_fetched_anew_and_what_waits_stays(
    opened: Callable[[], Replica], tmp_path: Path
) -> None:
    replica, task = opened(), UUID(int=7)
    course = {"title": "Ethics"}
    stored = {"course_id": str(COURSE), "title": "Essay", "description": "A page", "total_points": 50}  # without the columns of today
    replica.finish((), Delta(COURSE, None, 1, (Pulled("courses", COURSE, 1, course), Pulled("assignments", task, 1, stored))))
    replica.edit(COURSE, "Rename", Draft.update, "assignments", task, {"title": "Long essay"})
    replica.close()
    with contextlib.closing(open_encrypted(file_of(tmp_path), KEY)) as file:
        file.execute("DELETE FROM meta WHERE name = 'columns'")
    replica = opened()
    (here,) = replica.list_checked_out()
    assert (here.clock, here.waiting) == (None, 1), "the next exchange brings all of it"
    row = replica.read(lambda reader: reader.get("assignments", task))
    assert (row["title"], row["total_points"], row["late_penalty_interval"], row["late_until"]) == ("Long essay", 50, "day", None)
    assert [operation.set for operation in replica.pending()] == [{"title": "Long essay"}]
    replica.edit(COURSE, "Rule", Draft.update, "assignments", task, {"late_penalty_interval": "hour"})
    assert replica.pending()[-1].seen["late_penalty_interval"] == "day", "what the server gave the column, not nothing"


def test_what_a_later_version_keeps_is_not_touched(opened: Callable[[], Replica], tmp_path: Path) -> None:
    replica = opened()
    add_module(replica, "First")
    replica.close()
    with contextlib.closing(open_encrypted(file_of(tmp_path), KEY)) as file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(ReplicaNewer, match="newer version of this application"):
        Replica(tmp_path, MEMBER, KEY)
    with contextlib.closing(open_encrypted(file_of(tmp_path), KEY)) as file:
        assert file.execute("SELECT count(*) FROM outbox").fetchone() == (1,)
        file.execute("PRAGMA user_version = 1")
    assert titles(opened()) == ["First"]
