"""A station on a real X server with a window manager: held, noticed, given back after ``kill -9``, released by a code without network.

The whole program runs here, guard and all, and is driven by keys as the server gives them to whoever has them.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop import cli
from desktop.lockdown.x11 import X11Lockdown
from tests.support.association import Association, one
from tests.support.exams import Exam, plan_exam

PROGRAMS = ("Xvfb", "openbox", "xdotool", "xrandr", "xwininfo", "xev")
PATIENCE = 90.0

# Three starts of the whole program are no part of a quick suite.
pytestmark = [
    pytest.mark.skipif(not os.environ.get("LMS_X11"), reason="on an X server of its own, when LMS_X11=1 asks for it"),
    pytest.mark.skipif(
        not all(shutil.which(program) for program in PROGRAMS),
        reason="needs Debian's packages xvfb openbox xdotool x11-utils x11-xserver-utils",
    ),
    pytest.mark.timeout(600),
]


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"did not happen in {PATIENCE:.0f} s: {what}")
        time.sleep(0.1)


class Screen:
    """An X server of its own, with a window manager, and a client that asks it things."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as stream:
            self.display = f":{stream.readline().strip()}"
        self.environment = {**os.environ, "DISPLAY": self.display}
        self._manager = subprocess.Popen(["openbox"], env=self.environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self._xcb = ctypes.CDLL("libxcb.so.1")
        self._xcb.xcb_connect.restype = ctypes.c_void_p
        self._xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
        self._connection = self._xcb.xcb_connect(self.display.encode(), None)
        self._root = int(self.run("xwininfo", "-root", "-int").split("Window id: ")[1].split()[0])

    def run(self, *command: str) -> str:
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30, check=True).stdout

    def keys(self, *keys: str) -> None:
        self.run("xdotool", "key", "--delay", "20", *keys)

    def type(self, text: str) -> None:
        self.run("xdotool", "type", "--delay", "20", text)

    @property
    def held(self) -> bool:
        """Whether somebody holds the keyboard: another program that asks for it is refused."""
        other = X11Lockdown(self._connection)
        other.engage([self._root])
        refused = not other.locked
        other.release()
        return refused

    def close(self) -> None:
        self._xcb.xcb_disconnect(self._connection)
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
def screen() -> Iterator[Screen]:
    screen = Screen()
    yield screen
    screen.close()


class Machine:
    """A computer that is enrolled as a station; its program runs on ``screen``."""

    def __init__(self, home: Path, screen: Screen, codes: list[str]) -> None:
        self.home, self.screen, self.codes = home, screen, codes
        self.guard: subprocess.Popen[bytes] | None = None
        self.environment = {
            **screen.environment,
            "LMS_HOME": str(home),
            "QT_QPA_PLATFORM": "xcb",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }

    def start(self) -> None:
        with (self.home / "station.log").open("ab") as log:
            self.guard = subprocess.Popen([sys.executable, "-m", "desktop", "station"], env=self.environment, stdout=log, stderr=log)
        until(lambda: self.screen.held, "the station holds the keyboard")

    def station(self) -> int | None:
        """The process with the window, below the guard."""
        assert self.guard is not None
        try:
            children = Path(f"/proc/{self.guard.pid}/task/{self.guard.pid}/children").read_text().split()
        except OSError:
            return None
        return int(children[0]) if children else None

    def stop(self) -> None:
        if self.guard is not None and self.guard.poll() is None:
            child = self.station()
            self.guard.kill()
            if child is not None:
                os.kill(child, signal.SIGKILL)
            self.guard.wait(timeout=20)


@pytest.fixture
def exam(association: Association) -> Exam:
    return plan_exam(association)


@pytest.fixture
def machine(exam: Exam, screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("LMS_HOME", str(tmp_path))
    admin = exam.association.people["admin"]
    monkeypatch.setenv("PGPASSWORD", admin.password)
    address = exam.association.database.address.with_(user=admin.login, password="")
    assert cli.main(["station", "enrol", "Desk 9", "--workspace", str(address)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "Desk 9" in said[0]
    machine = Machine(tmp_path, screen, [line.strip() for line in said if line.startswith("  ")])
    yield machine
    machine.stop()
    print((tmp_path / "station.log").read_text())  # shown where the test failed


def test_held_noticed_given_back_and_released(exam: Exam, screen: Screen, machine) -> None:
    assert not screen.held
    machine.start()

    # A code is taken, typed on the keyboard that is held
    exam.act("check_in_seat")
    code = exam.code()
    end = time.monotonic() + PATIENCE
    while exam.delivery() == "checked_in" and time.monotonic() < end:
        screen.keys("ctrl+a")
        screen.type(code)
        screen.keys("Return")
        time.sleep(1)
    assert exam.delivery() == "awaiting"

    def seen() -> dict[str, str]:
        with exam.association.sign_in("proctor") as proctor:
            return dict(proctor.execute("SELECT kind, severity FROM lms.incidents WHERE seat_id = %s", (exam.seat,)).fetchall())

    until(lambda: "seated" in seen(), "the hold is in the log")
    with exam.association.sign_in("proctor") as proctor:
        held = json.loads(str(one(proctor, "SELECT entry FROM lms.incidents WHERE kind = 'seated'")))["evidence"]
    assert (held["platform"], held["switch"], held["capture"]) == ("x11", "prevented", "neither")

    # The window manager gets none of its keys; the key for pictures is noticed
    screen.keys("alt+Tab", "super", "alt+F4", "Print")
    until(lambda: "capture_key" in seen(), "the key for pictures")

    # Another window takes the focus, but not the keyboard; and another display appears
    other = subprocess.Popen(["xev"], env=screen.environment, stdout=subprocess.DEVNULL)
    try:
        until(lambda: seen().get("focus_lost") == "medium", "the focus was lost")
        assert screen.held
    finally:
        other.kill()
        other.wait(timeout=20)
    screen.run("xrandr", "--setmonitor", "second", "640/170x800/210+640+0", "none")
    until(lambda: seen().get("display_added") == "medium", "a second display")
    windows = screen.run("xwininfo", "-root", "-tree")
    assert windows.count('"Exam station') >= 2, "the second display is covered"

    # Killed: the desktop is free at once, and the candidate is back in seconds
    first = machine.station()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: not screen.held, "the keyboard is free")
    until(lambda: screen.held and machine.station() not in (None, first), "the guard brings the station back")
    assert exam.delivery() == "awaiting"

    # Killed with its guard: free, for good
    machine.stop()
    until(lambda: not screen.held, "the keyboard is free")
    assert "Exam station" not in screen.run("xwininfo", "-root", "-tree")

    # Released by a proctor's code where there is no network
    listed = json.loads((machine.home / "config" / "workspaces.json").read_text())
    listed["workspaces"][0]["hosts"] = [{"name": "127.0.0.1", "port": 9}]
    (machine.home / "config" / "workspaces.json").write_text(json.dumps(listed))
    machine.start()
    end = time.monotonic() + PATIENCE
    while machine.guard.poll() is None and time.monotonic() < end:
        screen.keys("ctrl+shift+r", "ctrl+a")
        screen.type(machine.codes[0])
        screen.keys("Return")
        time.sleep(1)
    assert machine.guard.poll() == 0
    assert not screen.held
