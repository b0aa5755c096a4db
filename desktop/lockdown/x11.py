"""X11: the keyboard is grabbed on the connection that the windows are on, through libxcb.

An active grab goes before every key that a window manager has grabbed for itself (Alt+Tab, Super, Print). The server ends it with the
connection, so that nothing is left behind by a process that was killed. It does not reach keys that the server keeps for itself: the
switch to another console (Ctrl+Alt+F1) and, where it is configured, Ctrl+Alt+Backspace.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Sequence
from typing import Any

from desktop.i18n import _
from desktop.lockdown.interface import Capability, Kept, Lockdown, common

CURRENT_TIME = 0
GRAB_MODE_ASYNC = 1
GRABBED = 0
REFUSALS = {1: "AlreadyGrabbed", 2: "InvalidTime", 3: "NotViewable", 4: "Frozen"}
"""X protocol, GrabKeyboard: what the status of its reply says."""


class _Cookie(ctypes.Structure):
    _fields_ = [("sequence", ctypes.c_uint)]


class _GrabReply(ctypes.Structure):
    _fields_ = [("response_type", ctypes.c_uint8), ("status", ctypes.c_uint8), ("sequence", ctypes.c_uint16), ("length", ctypes.c_uint32)]


class _FocusReply(ctypes.Structure):
    _fields_ = [
        ("response_type", ctypes.c_uint8),
        ("revert_to", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("length", ctypes.c_uint32),
        ("focus", ctypes.c_uint32),
    ]


def _load() -> Any:
    xcb = ctypes.CDLL(ctypes.util.find_library("xcb") or "libxcb.so.1")
    xcb.xcb_grab_keyboard.argtypes = [
        *(ctypes.c_void_p, ctypes.c_uint8, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_uint8, ctypes.c_uint8),
    ]
    xcb.xcb_grab_keyboard.restype = _Cookie
    xcb.xcb_grab_keyboard_reply.argtypes = [ctypes.c_void_p, _Cookie, ctypes.c_void_p]
    xcb.xcb_grab_keyboard_reply.restype = ctypes.POINTER(_GrabReply)
    xcb.xcb_ungrab_keyboard.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    xcb.xcb_ungrab_keyboard.restype = _Cookie
    xcb.xcb_get_input_focus.argtypes = [ctypes.c_void_p]
    xcb.xcb_get_input_focus.restype = _Cookie
    xcb.xcb_get_input_focus_reply.argtypes = [ctypes.c_void_p, _Cookie, ctypes.c_void_p]
    xcb.xcb_get_input_focus_reply.restype = ctypes.POINTER(_FocusReply)
    xcb.xcb_flush.argtypes = [ctypes.c_void_p]
    return xcb


class X11Lockdown(Lockdown):
    """``connection`` is the address of the ``xcb_connection_t`` that the windows were made on."""

    platform = "x11"

    def __init__(self, connection: int) -> None:
        self._connection = ctypes.c_void_p(connection)
        self._xcb = _load()
        self._free = ctypes.CDLL(None).free
        self._free.argtypes = [ctypes.c_void_p]
        self._windows: tuple[int, ...] = ()
        self._status: int | None = None

    def engage(self, windows: Sequence[int]) -> None:
        self._windows = tuple(windows)
        self.hold()

    def hold(self) -> None:
        if not self._windows:
            return
        cookie = self._xcb.xcb_grab_keyboard(
            # 1: events go to the window of ours that they would go to anyway
            *(self._connection, 1, self._windows[0], CURRENT_TIME, GRAB_MODE_ASYNC, GRAB_MODE_ASYNC)
        )
        reply = self._xcb.xcb_grab_keyboard_reply(self._connection, cookie, None)
        self._status = int(reply.contents.status) if reply else None
        if reply:
            self._free(reply)

    def release(self) -> None:
        if self._windows:
            self._windows, self._status = (), None
            self._xcb.xcb_ungrab_keyboard(self._connection, CURRENT_TIME)
            self._xcb.xcb_flush(self._connection)

    @property
    def locked(self) -> bool:
        return self._status == GRABBED

    def capabilities(self) -> tuple[Capability, ...]:
        refused = REFUSALS.get(self._status or 0, "")
        return common(
            Capability("capture", Kept.NEITHER, _("Any program on an X11 display can read all of it; the Print key is held.")),
            Capability("switch", Kept.PREVENTED, _("The keyboard is grabbed."))
            if self.locked
            else Capability("switch", Kept.FAILED, _("Another program holds the keyboard ({status}).").format(status=refused or "-")),
            Capability("system", Kept.NOTICED, _("The switch to another console is the server's; that this one is left is noted.")),
            Capability("remote", Kept.NOTICED, _("What the session says of itself, and programs for remote control, are noted.")),
        )

    def focus(self) -> int | None:
        """The window that has the keyboard by the server's word."""
        reply = self._xcb.xcb_get_input_focus_reply(self._connection, self._xcb.xcb_get_input_focus(self._connection), None)
        if not reply:
            return None
        found = int(reply.contents.focus)
        self._free(reply)
        return found
