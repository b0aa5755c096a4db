"""Windows: a low-level keyboard hook on a thread of its own, and windows that are left out of pictures of the screen.

The hook swallows the keys that leave a program. Windows calls it before any program sees the key, on the thread that set it, and drops a
hook that answers late (``LowLevelHooksTimeout``), so that thread does nothing else, and the hook is set anew now and then. Ctrl+Alt+Del and
Win+L pass by every hook. Both the hook and the affinity of a window end with the process.

Written against the documentation; not tried on a machine (docs/lockdown.md).
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from desktop.i18n import _
from desktop.lockdown.interface import Capability, Kept, Lockdown, common

WH_KEYBOARD_LL = 13
WM_QUIT = 0x0012
LLKHF_ALTDOWN = 0x20
VK_TAB, VK_ESCAPE, VK_SPACE, VK_SNAPSHOT, VK_LWIN, VK_RWIN, VK_APPS, VK_F4, VK_CONTROL = (
    0x09,
    0x1B,
    0x20,
    0x2C,
    0x5B,
    0x5C,
    0x5D,
    0x73,
    0x11,
)
WDA_MONITOR, WDA_EXCLUDEFROMCAPTURE = 0x01, 0x11
RENEW_SECONDS = 10.0
START_SECONDS = 5.0


def swallowed(key: int, *, alt: bool, control: bool) -> bool:
    """Whether a key with this virtual code leaves the exam: the Windows keys, Alt+Tab and its relatives, and the key for pictures."""
    if key in (VK_LWIN, VK_RWIN, VK_APPS, VK_SNAPSHOT):
        return True
    if alt:
        return key in (VK_TAB, VK_ESCAPE, VK_SPACE, VK_F4)
    return control and key == VK_ESCAPE  # with Shift as well: the task manager


class Hooks(Protocol):
    """What of Windows is needed."""

    def run(self, decide: Callable[[int, bool, bool], bool], ready: Callable[[bool], object]) -> None:
        """Set the hook, say whether that worked, and serve it until :meth:`end`. On a thread of its own."""
        ...

    def end(self) -> None: ...

    def protect(self, window: int, affinity: int) -> bool: ...


class WindowsLockdown(Lockdown):
    platform = "windows"

    def __init__(self, hooks: Hooks | None = None) -> None:
        self._hooks = hooks if hooks is not None else _User32()
        self._thread: threading.Thread | None = None
        self._hooked = False
        self._set_at = 0.0
        self._hidden: dict[int, bool] = {}

    def engage(self, windows: Sequence[int]) -> None:
        for window in windows:
            if not self._hidden.get(window):
                # Before Windows 10 2004 there is only the older one, which shows a black window instead of nothing.
                self._hidden[window] = any(self._hooks.protect(window, one) for one in (WDA_EXCLUDEFROMCAPTURE, WDA_MONITOR))
        if self._thread is None:
            self._start()

    def hold(self) -> None:
        if self._thread is not None and time.monotonic() - self._set_at > RENEW_SECONDS:
            self._stop()
            self._start()

    def release(self) -> None:
        self._stop()
        for window in self._hidden:
            self._hooks.protect(window, 0)
        self._hidden = {}

    @property
    def locked(self) -> bool:
        return self._hooked and self._thread is not None and self._thread.is_alive()

    def capabilities(self) -> tuple[Capability, ...]:
        hidden = bool(self._hidden) and all(self._hidden.values())
        return common(
            Capability("capture", Kept.PREVENTED, _("The windows are left out of pictures of the screen."))
            if hidden
            else Capability("capture", Kept.FAILED, _("Windows did not leave them out of pictures.")),
            Capability("switch", Kept.PREVENTED, _("A keyboard hook swallows the keys."))
            if self.locked
            else Capability("switch", Kept.FAILED, _("Windows did not set the keyboard hook.")),
            Capability("system", Kept.NOTICED, _("Ctrl+Alt+Del and Win+L pass by every program; that the exam is left is noted.")),
            Capability("remote", Kept.NOTICED, _("What Windows says of the session, and programs for remote control, are noted.")),
        )

    def _start(self) -> None:
        told = threading.Event()

        def ready(set_up: bool) -> None:
            self._hooked = set_up
            told.set()

        self._thread = threading.Thread(
            target=self._hooks.run,
            args=(lambda key, alt, control: swallowed(key, alt=alt, control=control), ready),
            name="lms-keys",
            daemon=True,
        )
        self._thread.start()
        told.wait(START_SECONDS)
        self._set_at = time.monotonic()

    def _stop(self) -> None:
        thread, self._thread, self._hooked = self._thread, None, False
        if thread is not None:
            self._hooks.end()
            thread.join(START_SECONDS)


class _Key(ctypes.Structure):
    """KBDLLHOOKSTRUCT."""

    _fields_ = [
        ("vk_code", ctypes.c_uint32),
        ("scan_code", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("time", ctypes.c_uint32),
        ("extra", ctypes.c_void_p),
    ]


class _User32:
    """user32 and kernel32. On 64-bit Windows there is one calling convention, which ``CDLL`` and ``CFUNCTYPE`` speak."""

    def __init__(self) -> None:
        self._user, kernel = ctypes.CDLL("user32"), ctypes.CDLL("kernel32")
        self._thread_id: Callable[[], int] = kernel.GetCurrentThreadId
        self._module: Any = kernel.GetModuleHandleW
        self._module.restype = ctypes.c_void_p
        self._procedure_type = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_int, ctypes.c_size_t, ctypes.c_void_p)
        self._user.SetWindowsHookExW.restype = ctypes.c_void_p
        self._user.SetWindowsHookExW.argtypes = [ctypes.c_int, self._procedure_type, ctypes.c_void_p, ctypes.c_uint32]
        self._user.UnhookWindowsHookEx.argtypes = [ctypes.c_void_p]
        self._user.CallNextHookEx.restype = ctypes.c_ssize_t
        self._user.CallNextHookEx.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t, ctypes.c_void_p]
        self._user.GetAsyncKeyState.restype = ctypes.c_short
        self._user.PostThreadMessageW.argtypes = [ctypes.c_uint32, ctypes.c_uint32, ctypes.c_size_t, ctypes.c_ssize_t]
        self._user.SetWindowDisplayAffinity.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
        self._user.GetMessageW.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32]
        self._serving: int | None = None

    def run(self, decide: Callable[[int, bool, bool], bool], ready: Callable[[bool], object]) -> None:
        def procedure(code: int, message: int, address: int) -> int:
            if code == 0:
                key = _Key.from_address(address)
                control = bool(self._user.GetAsyncKeyState(VK_CONTROL) & 0x8000)
                if decide(key.vk_code, bool(key.flags & LLKHF_ALTDOWN), control):
                    return 1
            return int(self._user.CallNextHookEx(None, code, message, address))

        self._serving = self._thread_id()
        called = self._procedure_type(procedure)  # kept here for as long as it may be called
        hook = self._user.SetWindowsHookExW(WH_KEYBOARD_LL, called, self._module(None), 0)
        ready(bool(hook))
        if hook:
            message = ctypes.create_string_buffer(64)  # a MSG is 48 bytes
            while self._user.GetMessageW(message, None, 0, 0) > 0:
                pass  # nothing is posted here but the end; the hook is called from inside
            self._user.UnhookWindowsHookEx(hook)

    def end(self) -> None:
        if self._serving is not None:
            self._user.PostThreadMessageW(self._serving, WM_QUIT, 0, 0)

    def protect(self, window: int, affinity: int) -> bool:
        return bool(self._user.SetWindowDisplayAffinity(window, affinity))
