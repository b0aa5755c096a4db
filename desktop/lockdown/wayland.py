"""Wayland: the compositor is asked to leave its shortcuts alone (the protocol ``keyboard-shortcuts-inhibit-unstable-v1``).

A Wayland client can take nothing: it asks, and the compositor says with ``active`` that it agrees. Sway, Hyprland, wlroots' relatives, KWin
and Mutter know the protocol; some ask the person first, and each keeps a key of its own with which a person gets out. The request goes over
the connection of the windows, through libwayland-client, with an event queue of its own. It ends with the connection.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Sequence
from typing import Any

from desktop.i18n import _
from desktop.lockdown.interface import Capability, Kept, Lockdown, common

MANAGER = b"zwp_keyboard_shortcuts_inhibit_manager_v1"
GET_REGISTRY, BIND, DESTROY, INHIBIT = 1, 0, 0, 1
"""Requests, by their numbers in the protocol: of wl_display, wl_registry, whatever is destroyed, and the manager."""
ENDS = 1
"""WL_MARSHAL_FLAG_DESTROY: the proxy goes with the request."""


class _Interface(ctypes.Structure):
    pass


class _Message(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("signature", ctypes.c_char_p),
        ("types", ctypes.POINTER(ctypes.POINTER(_Interface))),
    ]


_Interface._fields_ = [
    ("name", ctypes.c_char_p),
    ("version", ctypes.c_int),
    ("method_count", ctypes.c_int),
    ("methods", ctypes.POINTER(_Message)),
    ("event_count", ctypes.c_int),
    ("events", ctypes.POINTER(_Message)),
]


class _Argument(ctypes.Union):
    _fields_ = [("u", ctypes.c_uint32), ("s", ctypes.c_char_p), ("o", ctypes.c_void_p), ("n", ctypes.c_uint32)]


_Global = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_uint32)
_Removed = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)
_Said = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)


def _load() -> Any:
    library = ctypes.CDLL(ctypes.util.find_library("wayland-client") or "libwayland-client.so.0")
    for name in ("wl_display_create_queue", "wl_proxy_create_wrapper", "wl_proxy_marshal_array_flags"):
        getattr(library, name).restype = ctypes.c_void_p
    library.wl_display_create_queue.argtypes = [ctypes.c_void_p]
    library.wl_proxy_create_wrapper.argtypes = [ctypes.c_void_p]
    library.wl_proxy_wrapper_destroy.argtypes = [ctypes.c_void_p]
    library.wl_proxy_set_queue.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    library.wl_proxy_marshal_array_flags.argtypes = [
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.POINTER(_Interface), ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p)
    ]
    library.wl_proxy_add_listener.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    library.wl_display_roundtrip_queue.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    library.wl_display_dispatch_queue_pending.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    library.wl_display_flush.argtypes = [ctypes.c_void_p]
    return library


class WaylandLockdown(Lockdown):
    """``display`` and ``seat`` are the addresses of the ``wl_display`` and ``wl_seat`` of the windows; a window is its ``wl_surface``."""

    platform = "wayland"

    def __init__(self, display: int, seat: int) -> None:
        self._display, self._seat = ctypes.c_void_p(display), seat
        self._library = _load()
        self._queue = ctypes.c_void_p(self._library.wl_display_create_queue(self._display))
        self._active = False
        self._inhibitor: ctypes.c_void_p | None = None
        self._describe()
        self._manager = self._bind()

    def _describe(self) -> None:
        """The two interfaces of the protocol, as wayland-scanner would write them. They are read for as long as a proxy lives."""
        own = _Interface
        self._events = (_Message * 2)(_Message(b"active", b"", None), _Message(b"inactive", b"", None))
        self._ends = (_Message * 1)(_Message(b"destroy", b"", None))
        self._inhibitor_interface = own(b"zwp_keyboard_shortcuts_inhibitor_v1", 1, 1, self._ends, 2, self._events)
        surface, seat = (own.in_dll(self._library, f"wl_{name}_interface") for name in ("surface", "seat"))
        pointers = [ctypes.pointer(each) for each in (self._inhibitor_interface, surface, seat)]
        self._types = (ctypes.POINTER(own) * 3)(*pointers)
        self._requests = (_Message * 2)(_Message(b"destroy", b"", None), _Message(b"inhibit_shortcuts", b"noo", self._types))
        self._manager_interface = own(MANAGER, 1, 2, self._requests, 0, None)

    def _bind(self) -> ctypes.c_void_p | None:
        """The compositor's manager of this protocol, if it has one."""
        found: list[int] = []

        def appeared(_data: int, _registry: int, name: int, interface: bytes, _version: int) -> None:
            if interface == MANAGER:
                found.append(name)

        self._listeners: list[Any] = [_Global(appeared), _Removed(lambda *_gone: None)]
        wrapper = ctypes.c_void_p(self._library.wl_proxy_create_wrapper(self._display))
        self._library.wl_proxy_set_queue(wrapper, self._queue)
        registry = self._ask(wrapper, GET_REGISTRY, _Interface.in_dll(self._library, "wl_registry_interface"), _Argument())
        self._library.wl_proxy_wrapper_destroy(wrapper)
        self._listen(registry, self._listeners)
        self._library.wl_display_roundtrip_queue(self._display, self._queue)
        if not found:
            return None
        arguments = (_Argument(u=found[0]), _Argument(s=MANAGER), _Argument(u=1), _Argument())
        return self._ask(registry, BIND, self._manager_interface, *arguments)

    def engage(self, windows: Sequence[int]) -> None:
        if self._manager is None:
            return
        if self._inhibitor is not None:  # asked before; it has not agreed yet
            self.hold()
            return
        self._inhibitor = self._ask(
            self._manager, INHIBIT, self._inhibitor_interface, _Argument(), _Argument(o=windows[0]), _Argument(o=self._seat)
        )
        self._heard: list[Any] = [_Said(lambda *_event: self._set(True)), _Said(lambda *_event: self._set(False))]
        self._listen(self._inhibitor, self._heard)
        self._library.wl_display_flush(self._display)

    def hold(self) -> None:
        """Hear what the compositor said meanwhile."""
        self._library.wl_display_dispatch_queue_pending(self._display, self._queue)

    def release(self) -> None:
        if self._inhibitor is not None:
            self._library.wl_proxy_marshal_array_flags(self._inhibitor, DESTROY, None, 1, ENDS, None)
            self._library.wl_display_flush(self._display)
        self._inhibitor, self._active = None, False

    @property
    def locked(self) -> bool:
        """A compositor without the protocol is held as far as it can be: the capabilities say how little that is."""
        return self._active or self._manager is None

    def capabilities(self) -> tuple[Capability, ...]:
        if self._manager is None:
            switch = Capability("switch", Kept.NOTICED, _("This compositor lets no program keep its shortcuts; leaving is noted."))
        elif self._active:
            switch = Capability("switch", Kept.PREVENTED, _("The compositor leaves its shortcuts alone, but for the one that ends this."))
        else:
            switch = Capability("switch", Kept.FAILED, _("The compositor has not agreed yet; it may ask on the screen."))
        return common(
            Capability("capture", Kept.NOTICED, _("The compositor decides who sees the screen; the Print key is noted.")),
            switch,
            Capability("system", Kept.NOTICED, _("The switch to another console is the system's; that this one is left is noted.")),
            Capability("remote", Kept.NOTICED, _("What the session says of itself, and programs for remote control, are noted.")),
        )

    def _set(self, active: bool) -> None:
        self._active = active

    def _ask(self, proxy: Any, request: int, interface: _Interface, *arguments: _Argument) -> ctypes.c_void_p:
        given = (_Argument * len(arguments))(*arguments)
        made = self._library.wl_proxy_marshal_array_flags(proxy, request, ctypes.byref(interface), 1, 0, given)
        return ctypes.c_void_p(made)

    def _listen(self, proxy: ctypes.c_void_p, functions: list[Any]) -> None:
        """``functions`` are kept by whoever calls: C does not keep Python alive."""
        table = (ctypes.c_void_p * len(functions))(*(ctypes.cast(each, ctypes.c_void_p) for each in functions))
        functions.append(table)
        self._library.wl_proxy_add_listener(proxy, table, None)
