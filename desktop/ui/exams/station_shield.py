"""The hold of a station on its desk: full screen on every display, the platform's lockdown, and what is noticed meanwhile."""

from __future__ import annotations

import sys
import time
from typing import Any

from PySide6.QtCore import QMimeData, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QScreen, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.i18n import _
from desktop.lockdown.interface import Lockdown, NoLockdown
from desktop.lockdown.watch import Watch
from desktop.ui.context import Context
from desktop.ui.theme import Role
from desktop.ui.widgets.labels import Label

HOLD_MS = 250
WATCH_MS = 5000
CAPTURE_KEYS = (
    "Print",
    "Alt+Print",
    "Shift+Print",
    "Ctrl+Print",
    "Meta+Print",
    "Meta+Shift+S",
    "Meta+Shift+3",
    "Meta+Shift+4",
    "Meta+Shift+5",
)
"""What systems take pictures of the screen with; on macOS Qt calls the command key Ctrl."""
MAC_CAPTURE_KEYS = ("Ctrl+Shift+3", "Ctrl+Shift+4", "Ctrl+Shift+5")


def platform_lockdown() -> Lockdown:
    """The hold that this platform gives. Needs the application."""
    name = QGuiApplication.platformName()
    native = QGuiApplication.instance().nativeInterface()  # type: ignore[union-attr]
    if name == "xcb" and native is not None:
        from desktop.lockdown.x11 import X11Lockdown

        return X11Lockdown(native.connection())
    if name == "wayland" and native is not None:
        from desktop.lockdown.wayland import WaylandLockdown

        return WaylandLockdown(native.display(), native.seat())
    if name == "windows":
        from desktop.lockdown.windows import WindowsLockdown

        return WindowsLockdown()
    if name == "cocoa":
        from desktop.lockdown.macos import MacLockdown

        return MacLockdown()
    return NoLockdown()


def fill(window: QWidget, screen: QScreen) -> None:
    """Have a window fill a display. On macOS not by the system's full screen, in which AppKit takes no options for kiosks."""
    if QGuiApplication.platformName() == "cocoa":
        window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        window.setGeometry(screen.geometry())
        window.show()
    else:
        window.showFullScreen()


def fills(window: QWidget) -> bool:
    return window.isFullScreen() or window.geometry() == window.screen().geometry()


class Cover(QWidget):
    """Over a display that is not used."""

    def __init__(self, screen: QScreen) -> None:
        super().__init__(None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint | Qt.WindowType.Tool)
        self.setObjectName("content")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setWindowTitle(_("Exam station"))
        self.allowed_to_go = False
        column = QVBoxLayout(self)
        column.addWidget(Label(_("This display is not used during the exam."), Role.HEADING), 0, Qt.AlignmentFlag.AlignCenter)
        self.setScreen(screen)
        self.setGeometry(screen.geometry())
        fill(self, screen)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self.allowed_to_go)


class Shield(QObject):
    """Holds ``window`` on its display, and covers the others. ``noticed`` gives kind, severity and evidence of an incident."""

    noticed = Signal(str, str, dict)
    locked_changed = Signal(bool)

    def __init__(self, window: QWidget, context: Context, lockdown: Lockdown, watch: Watch) -> None:
        super().__init__(window)
        self.lockdown = lockdown
        self.covers: dict[QScreen, Cover] = {}
        self._window = window
        self._context = context
        self._watch = watch
        self._engaged = False
        self._locked = False
        self._left: float | None = None
        self._looking = False
        self._hold = QTimer(self)
        self._hold.setInterval(HOLD_MS)
        self._hold.timeout.connect(self._keep)
        self._round = QTimer(self)
        self._round.setInterval(WATCH_MS)
        self._round.timeout.connect(lambda: context.spawn(self.look_around(), self))
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenAdded.connect(self._screen_added)
        app.screenRemoved.connect(self._screen_removed)
        app.applicationStateChanged.connect(self._state_changed)
        app.clipboard().dataChanged.connect(self._clipboard_changed)
        keys = [*CAPTURE_KEYS, *(MAC_CAPTURE_KEYS if sys.platform == "darwin" else ())]
        for key in keys:
            self._watch_key("capture_key", QKeySequence(key))
        self._watch_key("print_key", QKeySequence(QKeySequence.StandardKey.Print))

    @property
    def locked(self) -> bool:
        """Whether the candidate is held as far as this platform can."""
        return self._locked

    def engage(self) -> None:
        """Take the desk. That it is held is said by :attr:`locked_changed`."""
        self._engaged = True
        fill(self._window, self._window.screen())
        for screen in QGuiApplication.screens():
            self._cover(screen)
        QGuiApplication.clipboard().clear()
        self._hold.start()
        self._round.start()

    def release(self) -> None:
        """Give the desk back, at once and whole."""
        self._engaged = False
        self._hold.stop()
        self._round.stop()
        self.lockdown.release()
        for screen in list(self.covers):
            self._uncover(screen)
        self._say_locked(False)

    def begin(self) -> None:
        """Somebody sits down: what holds already is new for them."""
        self._watch.begin()
        for screen in self.covers:
            self.noticed.emit("display_covered", "info", {"display": screen.name()})
        self._context.spawn(self.look_around(), self)

    async def look_around(self) -> None:
        if self._looking:
            return
        self._looking = True
        try:
            for sighting in await self._context.tasks.run(self._watch.look):
                self.noticed.emit(sighting.kind, sighting.severity, sighting.evidence)
        finally:
            self._looking = False

    # Holding

    def _keep(self) -> None:
        if not self._engaged:
            return
        handle = self._window.windowHandle()
        if not fills(self._window):
            fill(self._window, self._window.screen())
        if handle.isExposed():
            if self._locked:
                self.lockdown.hold()
            else:
                self.lockdown.engage([int(self._window.winId()), *(int(cover.winId()) for cover in self.covers.values())])
        if self._left is not None and not self._window.isActiveWindow():
            self._window.raise_()
            self._window.activateWindow()
        self._say_locked(handle.isExposed() and self.lockdown.locked)

    def _say_locked(self, locked: bool) -> None:
        if locked != self._locked:
            self._locked = locked
            if self._engaged and not locked:
                self.noticed.emit("lock_lost", "medium", {"platform": self.lockdown.platform})
            self.locked_changed.emit(locked)

    def _cover(self, screen: QScreen) -> None:
        if screen is not self._window.screen() and screen not in self.covers:
            self.covers[screen] = Cover(screen)

    def _uncover(self, screen: QScreen) -> None:
        cover = self.covers.pop(screen, None)
        if cover is not None:
            cover.allowed_to_go = True
            cover.close()
            cover.deleteLater()

    # Noticing

    def _screen_added(self, screen: QScreen) -> None:
        if self._engaged:
            self._cover(screen)
            size = screen.size()
            self.noticed.emit("display_added", "medium", {"display": screen.name(), "size": f"{size.width()}x{size.height()}"})

    def _screen_removed(self, screen: QScreen) -> None:
        self._uncover(screen)
        if self._engaged:
            self.noticed.emit("display_removed", "info", {"display": screen.name()})

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        if not self._engaged:
            return
        if state == Qt.ApplicationState.ApplicationActive:
            if self._left is not None:
                self.noticed.emit("focus_back", "info", {"seconds": round(time.monotonic() - self._left, 1)})
            self._left = None
        elif self._left is None:
            self._left = time.monotonic()
            self.noticed.emit("focus_lost", "medium", {})

    def _clipboard_changed(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if self._engaged and not clipboard.ownsClipboard():
            data: QMimeData | None = clipboard.mimeData()
            formats = data.formats()[:10] if data is not None else []
            if formats:
                self.noticed.emit("clipboard", "low", {"formats": formats})

    def _watch_key(self, kind: str, key: QKeySequence) -> None:
        shortcut = QShortcut(key, self._window)
        shortcut.setAutoRepeat(False)  # one that is held down is one incident
        shortcut.activated.connect(lambda: self._key(kind, key.toString(QKeySequence.SequenceFormat.PortableText)))

    def _key(self, kind: str, key: str) -> None:
        if self._engaged:
            self.noticed.emit(kind, "low", {"key": key})


def evidence_of(lockdown: Lockdown) -> dict[str, Any]:
    """What the log of a sitting says about the hold under which somebody began."""
    return {"platform": lockdown.platform, **{one.way: one.kept.value for one in lockdown.capabilities()}}
