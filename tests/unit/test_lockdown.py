"""The hold on a desk without a display: its guard, its release codes, and what is noticed."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from desktop.exams.start_codes import ALPHABET, is_code, read_code, show_code
from desktop.lockdown.guard import ALIVE, HOPELESS, Guarded, keep_running
from desktop.lockdown.interface import WAYS, Kept, NoLockdown
from desktop.lockdown.release import CHARACTERS, codes_left, make_codes, use_code
from desktop.lockdown.watch import Sighting, Watch, local_address, process_names, remote_session, session_active


def program(words: str) -> list[str]:
    return [sys.executable, "-c", words]


def test_the_guard_starts_again_what_dies_and_ends_with_what_ends(tmp_path: Path) -> None:
    counter = tmp_path / "starts"
    words = f"""
import os, pathlib, signal
counter = pathlib.Path({str(counter)!r})
starts = len(counter.read_text()) if counter.exists() else 0
counter.write_text("x" * (starts + 1))
if starts < 2: os.kill(os.getpid(), signal.SIGKILL)
"""
    told: list[str] = []
    assert keep_running(program(words), told=told.append) == 0
    assert (counter.read_text(), told) == ("xxx", ["ended with -9", "ended with -9"])


def test_the_guard_gives_up_where_starting_again_does_no_good() -> None:
    told: list[str] = []
    assert keep_running(program("raise SystemExit(7)"), restarts=2, told=told.append) == 1
    assert told == ["ended with 7", "ended with 7", "ended with 7", "gave up"]
    assert keep_running(program(f"raise SystemExit({HOPELESS})"), told=told.append) == HOPELESS


def test_the_guard_ends_what_hangs_once_it_has_spoken(tmp_path: Path) -> None:
    counter = tmp_path / "starts"
    words = f"""
import pathlib, sys, time
counter = pathlib.Path({str(counter)!r})
if counter.exists(): raise SystemExit(0)
counter.touch()
sys.stdout.buffer.write({ALIVE!r}); sys.stdout.flush()
time.sleep(600)
"""
    told: list[str] = []
    assert keep_running(program(words), silence=1, told=told.append) == 0
    assert told[0] == "hangs"


def test_a_station_goes_on_without_its_guard() -> None:
    class Broken(io.BytesIO):
        def write(self, _data: object) -> int:
            raise BrokenPipeError

    heard = io.BytesIO()
    assert Guarded(heard).say()
    assert heard.getvalue() == ALIVE
    alone = Guarded(Broken())
    assert not alone.say()
    assert not alone.say()


def test_a_release_code_counts_once_and_is_not_on_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "station.json"
    path.write_text('{"name": "Desk 1"}')
    first, second = make_codes(path, ALPHABET, 2)
    assert is_code(first, CHARACTERS)
    assert first not in path.read_text()
    assert not use_code(path, "00000000")
    assert use_code(path, first)
    assert not use_code(path, first)
    assert codes_left(path) == 1
    assert use_code(path, read_code(f" {show_code(second).lower()} "))
    assert '"Desk 1"' in path.read_text()


def test_a_machine_without_codes_is_released_by_none(tmp_path: Path) -> None:
    assert not use_code(tmp_path / "station.json", "00000000")


def test_codes_are_read_as_people_type_them() -> None:
    assert read_code(" o1lI-zz ") == "0111ZZ"
    assert not is_code("UUUUUUUU", 8), "U is not in the alphabet"
    assert show_code("ABCDEFGHJ") == "ABCD-EFGH-J"


class Machine:
    """What a watch sees, to be changed by a test."""

    def __init__(self) -> None:
        self.processes, self.name, self.session, self.here = frozenset({"python"}), "LENOVO 20XW", "", True
        self.address, self.wall, self.monotonic = "10.0.0.5", 1000.0, 0.0
        self.watch = Watch(
            ("db.example", 5432),
            processes=lambda: self.processes,
            machine=lambda: self.name,
            session=lambda: self.session,
            here=lambda: self.here,
            address=lambda _server: self.address,
            clocks=lambda: (self.wall, self.monotonic),
        )

    def kinds(self) -> list[str]:
        self.wall, self.monotonic = self.wall + 5, self.monotonic + 5
        return [sighting.kind for sighting in self.watch.look()]


def test_each_thing_is_told_once_for_as_long_as_it_lasts() -> None:
    machine = Machine()
    assert machine.kinds() == []
    machine.processes = frozenset({"python", "anydesk", "obs"})
    assert machine.kinds() == ["listed_process", "listed_process"]
    assert machine.kinds() == []
    machine.processes = frozenset({"python", "obs"})
    assert machine.kinds() == []
    machine.processes = frozenset({"python", "anydesk", "obs"})
    assert machine.kinds() == ["listed_process"], "it came back"
    machine.watch.begin()
    assert machine.kinds() == ["listed_process", "listed_process"], "for the next candidate it is new"


def test_what_changes_is_told_with_both_sides() -> None:
    machine = Machine()
    machine.kinds()
    machine.address = "192.168.7.9"
    assert machine.watch.look() == (Sighting("address_changed", "medium", {"before": "10.0.0.5", "after": "192.168.7.9"}),)
    machine.address = ""
    assert machine.kinds() == [], "no network is no other address"
    machine.address = "192.168.7.9"
    assert machine.kinds() == []
    machine.wall += 3600
    [sighting] = machine.watch.look()
    assert (sighting.kind, sighting.evidence) == ("clock_changed", {"seconds": 3600.0})
    machine.wall += 1
    assert machine.kinds() == [], "a second is drift"


def test_hints_of_a_machine_in_a_machine_and_of_a_screen_elsewhere() -> None:
    machine = Machine()
    machine.name, machine.session, machine.here = "innotek GmbH VirtualBox", "SSH_CONNECTION", False
    assert [(one.kind, one.severity) for one in machine.watch.look()] == [
        ("session_left", "high"),
        ("virtual_machine", "medium"),
        ("remote_session", "high"),
    ]


def test_the_session_says_where_it_is_shown(tmp_path: Path) -> None:
    assert remote_session({"DISPLAY": ":0"}) == ""
    assert remote_session({"DISPLAY": "/private/tmp/org.xquartz:0"}) == ""
    assert remote_session({"DISPLAY": "localhost:10.0"}) == "DISPLAY"
    assert remote_session({"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}) == "SSH_CONNECTION"
    assert remote_session({"SESSIONNAME": "RDP-Tcp#3"}) == "SESSIONNAME"
    (tmp_path / "4").write_text("UID=1000\nACTIVE=0\n")
    assert not session_active({"XDG_SESSION_ID": "4"}, tmp_path)
    assert session_active({"XDG_SESSION_ID": "5"}, tmp_path)
    assert session_active({"XDG_SESSION_ID": "../4"}, tmp_path)
    assert session_active({}, tmp_path)


def test_this_machine_can_be_looked_at() -> None:
    assert any("python" in name or "pytest" in name for name in process_names())
    assert local_address(("127.0.0.1", 9)) == "127.0.0.1"
    assert local_address(("/var/run/postgresql", 5432)) == ""
    assert Watch(("127.0.0.1", 9)).look() is not None


def test_a_platform_without_a_hold_says_so() -> None:
    lockdown = NoLockdown()
    assert not lockdown.locked
    lockdown.engage([1])
    assert lockdown.locked
    said = lockdown.capabilities()
    assert sorted(one.way for one in said) == sorted(WAYS)
    assert all(one.sentence() for one in said)
    assert Kept.PREVENTED not in {one.kept for one in said if one.way != "displays"}
    lockdown.release()
    assert not lockdown.locked
