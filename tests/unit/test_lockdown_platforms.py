"""What each platform's hold decides and asks for. Windows and macOS are not here: doubles stand for their libraries, and record."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.lockdown import macos, windows
from desktop.lockdown.interface import WAYS, Kept, Lockdown
from desktop.lockdown.macos import HIDE_DOCK, KIOSK, MacLockdown
from desktop.lockdown.windows import WindowsLockdown, swallowed


def kept(lockdown: Lockdown) -> dict[str, Kept]:
    said = {one.way: one.kept for one in lockdown.capabilities()}
    assert set(said) == set(WAYS)
    return said


LETTER_A, F4, TAB = 0x41, windows.VK_F4, windows.VK_TAB


@pytest.mark.parametrize(
    ("key", "alt", "control", "gone"),
    [
        (windows.VK_LWIN, False, False, True),
        (windows.VK_RWIN, False, False, True),
        (windows.VK_APPS, False, False, True),
        (windows.VK_SNAPSHOT, False, False, True),
        (TAB, True, False, True),
        (TAB, False, False, False),  # from field to field
        (TAB, False, True, False),
        (windows.VK_ESCAPE, True, False, True),
        (windows.VK_ESCAPE, False, True, True),
        (windows.VK_ESCAPE, False, False, False),
        (windows.VK_SPACE, True, False, True),
        (windows.VK_SPACE, False, False, False),
        (F4, True, False, True),
        (F4, False, False, False),
        (LETTER_A, True, True, False),  # AltGr types letters
        (LETTER_A, False, True, False),
    ],
)
def test_windows_swallows_the_keys_that_leave_and_no_others(key: int, alt: bool, control: bool, gone: bool) -> None:
    assert swallowed(key, alt=alt, control=control) is gone


class Hooks:
    """Windows, as far as a hook is concerned. ``answers`` says whether it sets one."""

    def __init__(self, *, answers: bool = True, newest: bool = True) -> None:
        self.answers, self.newest = answers, newest
        self.affinities: dict[int, int] = {}
        self.decide: Callable[[int, bool, bool], bool] | None = None
        self.threads: list[int] = []
        self._end = threading.Event()

    def run(self, decide: Callable[[int, bool, bool], bool], ready: Callable[[bool], object]) -> None:
        self._end = threading.Event()
        self.threads.append(threading.get_ident())
        self.decide = decide if self.answers else None
        ready(self.answers)
        self._end.wait(20)

    def end(self) -> None:
        self._end.set()

    def protect(self, window: int, affinity: int) -> bool:
        if affinity == windows.WDA_EXCLUDEFROMCAPTURE and not self.newest:
            return False
        self.affinities[window] = affinity
        return True


def test_windows_hooks_on_another_thread_and_gives_everything_back(monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = Hooks()
    lockdown = WindowsLockdown(hooks)
    assert kept(lockdown)["switch"] is Kept.FAILED
    lockdown.engage([7, 8])
    lockdown.engage([7, 8])  # as while it is being held
    assert lockdown.locked
    assert len(hooks.threads) == 1
    assert hooks.threads != [threading.get_ident()]
    assert hooks.decide is not None
    assert hooks.decide(windows.VK_LWIN, False, False)
    assert hooks.affinities == {7: windows.WDA_EXCLUDEFROMCAPTURE, 8: windows.WDA_EXCLUDEFROMCAPTURE}
    assert (kept(lockdown)["switch"], kept(lockdown)["capture"], kept(lockdown)["system"]) == (Kept.PREVENTED, Kept.PREVENTED, Kept.NOTICED)
    lockdown.hold()
    assert len(hooks.threads) == 1
    monkeypatch.setattr(windows, "RENEW_SECONDS", -1.0)
    lockdown.hold()  # Windows may have dropped the old one without a word
    assert len(hooks.threads) == 2
    assert lockdown.locked
    lockdown.release()
    lockdown.release()
    assert not lockdown.locked
    assert hooks.affinities == {7: 0, 8: 0}


def test_windows_says_what_it_was_refused() -> None:
    lockdown = WindowsLockdown(Hooks(answers=False, newest=False))
    lockdown.engage([7])
    assert not lockdown.locked
    assert (kept(lockdown)["switch"], kept(lockdown)["capture"]) == (Kept.FAILED, Kept.PREVENTED)
    lockdown.release()


def test_the_structures_of_windows_have_the_size_that_they_have_there() -> None:
    assert ctypes.sizeof(windows._Key) == 24  # KBDLLHOOKSTRUCT on 64-bit Windows


class Cocoa:
    """AppKit, as far as presentation is concerned. ``active``: options count for the active application only."""

    def __init__(self, *, active: bool = True) -> None:
        self.active = active
        self.options = 0
        self.shared: dict[int, int] = {}

    def present(self, options: int) -> None:
        assert not options or options & HIDE_DOCK, "AppKit raises where the Dock is not hidden"
        self.options = options

    def presented(self) -> int:
        return self.options if self.active else 0

    def share(self, view: int, sharing: int) -> None:
        self.shared[view] = sharing


def test_macos_presents_as_a_kiosk_and_gives_everything_back() -> None:
    cocoa = Cocoa()
    lockdown = MacLockdown(cocoa)
    assert not lockdown.locked
    lockdown.engage([7, 8])
    assert lockdown.locked
    assert (cocoa.options, cocoa.shared) == (KIOSK, {7: macos.SHARING_NONE, 8: macos.SHARING_NONE})
    assert (kept(lockdown)["switch"], kept(lockdown)["capture"]) == (Kept.PREVENTED, Kept.NOTICED)
    cocoa.options = 0  # another application was active meanwhile
    assert kept(lockdown)["switch"] is Kept.FAILED
    lockdown.hold()
    assert lockdown.locked
    lockdown.release()
    lockdown.release()
    assert (cocoa.options, cocoa.shared) == (0, {7: macos.SHARING_READ_ONLY, 8: macos.SHARING_READ_ONLY})


def test_macos_is_not_locked_before_it_is_the_active_application() -> None:
    lockdown = MacLockdown(Cocoa(active=False))
    lockdown.engage([7])
    assert not lockdown.locked


SWAY = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from desktop.lockdown.wayland import WaylandLockdown
app = QApplication([])
native = app.nativeInterface()
lockdown = WaylandLockdown(native.display(), native.seat())
window = QWidget()
window.showFullScreen()
said = []
def step():
    if not window.windowHandle().isExposed():
        return
    if not lockdown.locked:
        lockdown.engage([int(window.winId())])
        return
    said.append(next(one.kept.value for one in lockdown.capabilities() if one.way == "switch"))
    lockdown.release()
    said.append(str(lockdown.locked))
    print(*said)
    app.quit()
timer = QTimer()
timer.timeout.connect(step)
timer.start(100)
QTimer.singleShot(60000, app.quit)
app.exec()
"""


@pytest.mark.skipif(not os.environ.get("LMS_WAYLAND"), reason="under a compositor of its own, when LMS_WAYLAND=1 asks for it")
@pytest.mark.skipif(not shutil.which("sway"), reason="needs Debian's package sway")
def test_a_wayland_compositor_leaves_its_shortcuts_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    command = ["sway", "-c", "/dev/null"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # it refuses root
        shutil.chown(runtime, "nobody")
        for parent in runtime.parents[:-2]:
            parent.chmod(parent.stat().st_mode | 0o011)
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime), "HOME": str(runtime)}
    headless = {"WLR_BACKENDS": "headless", "WLR_RENDERER": "pixman", "WLR_LIBINPUT_NO_DEVICES": "1"}
    compositor = subprocess.Popen(command, env={**environment, **headless}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        waited = threading.Event()
        for _turn in range(100):
            if (runtime / "wayland-1").exists():
                break
            waited.wait(0.1)
        said = subprocess.run(
            [sys.executable, "-c", SWAY],
            env={**environment, "WAYLAND_DISPLAY": "wayland-1", "QT_QPA_PLATFORM": "wayland"},
            cwd=Path(__file__).resolve().parents[2],
            capture_output=True,
            text=True,
            timeout=90,
            check=True,
        )
    finally:
        compositor.terminate()
        compositor.wait(timeout=20)
    assert said.stdout.split() == ["prevented", "False"]
