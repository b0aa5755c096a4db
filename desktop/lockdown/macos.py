"""macOS: presentation options of the application, and windows that are not shared.

The options that kiosks use: no Dock, no menu bar, no switching between programs, no forced quit, no logging out. They hold while the
application is the active one, and end with it. Since macOS 15 the sharing type of a window no longer keeps it out of recordings.

Written against the documentation; not tried on a machine (docs/lockdown.md).
"""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Sequence
from typing import Protocol

from desktop.i18n import _
from desktop.lockdown.interface import Capability, Kept, Lockdown, common

HIDE_DOCK = 1 << 1
HIDE_MENU_BAR = 1 << 3
DISABLE_APPLE_MENU = 1 << 4
DISABLE_PROCESS_SWITCHING = 1 << 5
DISABLE_FORCE_QUIT = 1 << 6
DISABLE_SESSION_TERMINATION = 1 << 7
DISABLE_HIDE_APPLICATION = 1 << 8
KIOSK = (
    HIDE_DOCK
    | HIDE_MENU_BAR
    | DISABLE_APPLE_MENU
    | DISABLE_PROCESS_SWITCHING
    | DISABLE_FORCE_QUIT
    | DISABLE_SESSION_TERMINATION
    | DISABLE_HIDE_APPLICATION
)
"""NSApplicationPresentationOptions. AppKit raises where those of process switching, quit and termination come without a hidden Dock."""
SHARING_NONE, SHARING_READ_ONLY = 0, 1


class Cocoa(Protocol):
    """What of AppKit is needed. On the main thread."""

    def present(self, options: int) -> None: ...

    def presented(self) -> int: ...

    def share(self, view: int, sharing: int) -> None:
        """The sharing type of the window that a view is in."""
        ...


class MacLockdown(Lockdown):
    platform = "macos"

    def __init__(self, cocoa: Cocoa | None = None) -> None:
        self._cocoa = cocoa if cocoa is not None else _AppKit()
        self._windows: tuple[int, ...] = ()

    def engage(self, windows: Sequence[int]) -> None:
        self._windows = tuple(windows)
        for window in windows:
            self._cocoa.share(window, SHARING_NONE)
        self._cocoa.present(KIOSK)

    def hold(self) -> None:
        if self._windows and not self._held:
            self._cocoa.present(KIOSK)

    def release(self) -> None:
        if self._windows:
            self._cocoa.present(0)
            for window in self._windows:
                self._cocoa.share(window, SHARING_READ_ONLY)
        self._windows = ()

    @property
    def _held(self) -> bool:
        return self._cocoa.presented() & KIOSK == KIOSK

    @property
    def locked(self) -> bool:
        return bool(self._windows) and self._held

    def capabilities(self) -> tuple[Capability, ...]:
        return common(
            Capability(
                "capture", Kept.NOTICED, _("The windows are not shared, which newer systems ignore; the keys for pictures are noted.")
            ),
            Capability("switch", Kept.PREVENTED, _("The Dock, the menu bar and switching between programs are off."))
            if self.locked
            else Capability("switch", Kept.FAILED, _("macOS did not take the presentation options.")),
            Capability(
                "system", Kept.NOTICED, _("The power button and locking the screen are the system's; that the exam is left is noted.")
            ),
            Capability("remote", Kept.NOTICED, _("Programs for remote control are noted.")),
        )


class _AppKit:
    """Objective-C by its run-time library."""

    def __init__(self) -> None:
        ctypes.CDLL(ctypes.util.find_library("AppKit") or "/System/Library/Frameworks/AppKit.framework/AppKit")
        self._objc = ctypes.CDLL(ctypes.util.find_library("objc") or "libobjc.A.dylib")
        self._objc.objc_getClass.restype = ctypes.c_void_p
        self._objc.objc_getClass.argtypes = [ctypes.c_char_p]
        self._objc.sel_registerName.restype = ctypes.c_void_p
        self._objc.sel_registerName.argtypes = [ctypes.c_char_p]
        address = ctypes.cast(self._objc.objc_msgSend, ctypes.c_void_p).value
        assert address is not None
        # One function, called as the method that it reaches is declared.
        self._get = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(address)
        self._number = ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p, ctypes.c_void_p)(address)
        self._set = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)(address)
        self._application = self._get(self._objc.objc_getClass(b"NSApplication"), self._selector(b"sharedApplication"))

    def present(self, options: int) -> None:
        self._set(self._application, self._selector(b"setPresentationOptions:"), options)

    def presented(self) -> int:
        return int(self._number(self._application, self._selector(b"presentationOptions")))

    def share(self, view: int, sharing: int) -> None:
        window = self._get(view, self._selector(b"window"))
        if window:
            self._set(window, self._selector(b"setSharingType:"), sharing)

    def _selector(self, name: bytes) -> int:
        return int(self._objc.sel_registerName(name))
