"""The main window: before signing in one page fills it; afterwards the rail, the pages and the status bar.

It knows no page and no workspace: :mod:`desktop.app` hands it what to show and listens to what the person asks for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDesktopServices, QGuiApplication, QIcon, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from desktop.i18n import N_, _
from desktop.settings import Settings
from desktop.tasks import Tasks
from desktop.ui.actions import Action
from desktop.ui.context import Context
from desktop.ui.notices import Notices
from desktop.ui.page import Page
from desktop.ui.palette import CommandPalette, Entry
from desktop.ui.places import Place, Places
from desktop.ui.rail import Rail, role_names
from desktop.ui.statusbar import StatusBar
from desktop.ui.theme import RESOURCES, px
from desktop.ui.widgets.focus import FocusRing
from desktop.ui.widgets.notices import NoticeStack

TITLE = "NABIP LMS"
NARROW_BELOW = 900
"""Width under which the rail shows icons only, unless the person chose otherwise."""
KEPT_PAGES = 8
HISTORY = 50

SHELL_ACTIONS = (
    Action("app.palette", N_("Search or do…"), "Ctrl+K", "search", in_palette=False),
    Action("edit.undo", N_("Undo"), "Ctrl+Z", "undo"),
    Action("edit.redo", N_("Redo"), "Ctrl+Shift+Z", "redo"),
    Action("file.save", N_("Save and sync now"), "Ctrl+S", "save"),
    Action("view.refresh", N_("Refresh"), "F5", "retry"),
    Action("view.back", N_("Back"), "Alt+Left", "arrow-left"),
    Action("view.forward", N_("Forward"), "Alt+Right", "arrow-right"),
    Action("view.rail", N_("Show or hide names in the rail"), "Ctrl+\\", "sidebar"),
    Action("app.preferences", N_("Preferences…"), "Ctrl+,", "settings"),
    Action("session.workspace", N_("Switch workspace or person"), "Ctrl+Shift+W", "switch"),
    Action("session.sign-out", N_("Sign out"), "", "sign-out"),
    Action("app.help", N_("Help"), "F1", "help"),
    Action("app.about", N_("About NABIP LMS"), "", "info"),
    Action("app.quit", N_("Quit"), "Ctrl+Q", "close"),
)
"""What the window itself answers to; :mod:`desktop.app` declares these before those of the pages."""


class Workbench(QWidget):
    """Rail, pages and status bar of one signed-in person."""

    moved_on = Signal()
    """Another place was opened."""

    def __init__(self, context: Context, places: Places, workspace: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.places = places
        self._pages: OrderedDict[tuple[str, str], Page] = OrderedDict()
        self._back: list[tuple[str, dict[str, Any]]] = []
        self._forward: list[tuple[str, dict[str, Any]]] = []
        self._here: tuple[str, dict[str, Any]] | None = None
        self.workspace_menu, self.person_menu = QMenu(self), QMenu(self)
        person = (context.identity.name, role_names(context.identity.roles))
        self.rail = Rail(places, workspace, person, (self.workspace_menu, self.person_menu), self)
        self.rail.chosen.connect(self.go)
        self.stack = QStackedWidget(self)
        self.stack.setObjectName("content")
        self.status = StatusBar(context.tasks, self)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.stack, 1)
        right.addWidget(self.status)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(right, 1)
        context.opened.connect(lambda place, arguments: self.go(place, **arguments))

    @property
    def page(self) -> Page | None:
        current = self.stack.currentWidget()
        return current if isinstance(current, Page) else None

    @property
    def place(self) -> str:
        """Id of the place that is open."""
        return self._here[0] if self._here else ""

    def go(self, place_id: str, **arguments: Any) -> None:
        """Open a place; asking for where one is already does nothing."""
        if self._here == (place_id, arguments):
            return
        if self._here is not None:
            self._back.append(self._here)
            del self._back[:-HISTORY]
        self._forward.clear()
        self._show(place_id, arguments)

    def back(self) -> None:
        if self._back and self._here is not None:
            self._forward.append(self._here)
            self._show(*self._back.pop())

    def forward(self) -> None:
        if self._forward and self._here is not None:
            self._back.append(self._here)
            self._show(*self._forward.pop())

    def _show(self, place_id: str, arguments: dict[str, Any]) -> None:
        place = self.places[place_id]
        self._here = (place_id, arguments)
        key = (place_id, repr(sorted(arguments.items(), key=lambda item: item[0])))
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = place.page(self.context, **arguments)
            if place.parent in self.places:
                above = self.places[place.parent]
                page.header.set_breadcrumb(_(above.text), partial(self.go, above.id))
            self.stack.addWidget(page)
        self._pages.move_to_end(key)
        self.stack.setCurrentWidget(page)
        while len(self._pages) > KEPT_PAGES:
            _oldest, old = self._pages.popitem(last=False)
            self.stack.removeWidget(old)
            old.deleteLater()
        self.rail.light(self.places.rail_of(place_id))
        self.context.undo.activate(page.document)
        self.context.actions.set_current(page)
        self.moved_on.emit()


class Window(QMainWindow):
    """The window. It remembers its size and place, and asks before it closes on a running job."""

    sign_out_wanted = Signal()
    """Leave; the start page then offers every workspace and person."""
    retry_wanted = Signal()
    """The person does not want to wait for the next attempt to reach the server."""
    closed = Signal()

    def __init__(self, settings: Settings, tasks: Tasks, notices: Notices, help_url: str = "") -> None:
        super().__init__()
        self.setWindowTitle(TITLE)
        self.setMinimumSize(px(760), px(520))
        self._settings = settings
        self._tasks = tasks
        self._help_url = help_url
        self._stack = QStackedWidget(self)
        self.setCentralWidget(self._stack)
        self.workbench: Workbench | None = None
        self.palette_view = CommandPalette(self._stack, self._entries)
        self.notice_stack = NoticeStack(notices, self._stack)
        self.ring = FocusRing(self)
        self._rail_chosen: bool | None = None
        self._closes = False
        self._restore()

    def show_start(self, page: QWidget) -> None:
        """Show the page of before signing in. It is kept, and comes back when the session ends."""
        if self._stack.indexOf(page) < 0:
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self.notice_stack.raise_()
        self.setWindowTitle(TITLE)

    def open_session(self, context: Context, places: Iterable[Place], workspace: str = "", detail: str = "") -> Workbench:
        """Somebody is signed in: show the places of their roles, the first one open. ``context.actions`` holds ``SHELL_ACTIONS``."""
        bench = Workbench(context, Places(places, context.identity.roles), (workspace or TITLE, detail or _("Workspace")), self)
        self.workbench = bench
        self._bind(context, bench)
        self._fill_menus(context, bench)
        bench.rail.palette_asked.connect(self.palette_view.open)
        bench.status.retry_wanted.connect(self.retry_wanted)
        bench.moved_on.connect(self.notice_stack.move_on)
        context.undo.changed.connect(self._name_undo)
        self._stack.addWidget(bench)
        self._stack.setCurrentWidget(bench)
        self.notice_stack.raise_()
        self._fit_rail()
        self._name_undo()
        self.setWindowTitle(f"{workspace} – {TITLE}" if workspace else TITLE)
        first = next(iter(bench.places.rail()), None)
        if first is not None:
            bench.go(first.id)
        return bench

    def close_session(self) -> None:
        """Take the pages down; they cancel what they started."""
        self.palette_view.close_palette()
        self.notice_stack.clear()
        bench, self.workbench = self.workbench, None
        if bench is not None:
            bench.context.undo.changed.disconnect(self._name_undo)
            self._stack.removeWidget(bench)
            bench.deleteLater()

    def reload_page(self) -> None:
        """Read again what the page shows: after the server was away, or because the person asked."""
        if self.workbench is not None and self.workbench.page is not None:
            self.workbench.page.reload()

    def set_connection(self, sentence: str, *, up: bool) -> None:
        """Say how things stand with the server."""
        if self.workbench is not None:
            self.workbench.status.set_connection(sentence, up=up)

    def set_saved(self, sentence: str) -> None:
        """Say what is kept where."""
        if self.workbench is not None:
            self.workbench.status.set_saved(sentence)

    # Actions

    def _bind(self, context: Context, bench: Workbench) -> None:
        bench.setProperty("always_current", True)
        handlers: dict[str, Callable[[], Any]] = {
            "app.palette": self.palette_view.open,
            "edit.undo": context.undo_last,
            "edit.redo": context.redo_last,
            "file.save": self._save,
            "view.refresh": self.reload_page,
            "view.back": bench.back,
            "view.forward": bench.forward,
            "view.rail": self._toggle_rail,
            "app.preferences": self._preferences,
            "session.workspace": self.sign_out_wanted.emit,
            "session.sign-out": self.sign_out_wanted.emit,
            "app.help": self._help,
            "app.about": self._about,
            "app.quit": self.close,
        }
        for action_id, handler in handlers.items():
            context.actions.bind(action_id, handler, bench, context.spawn)
        for _declared, action in context.actions.offered():
            bench.addAction(action)
        for number, place in enumerate(bench.places.rail()[:9], start=1):
            jump = QAction(_(place.text), bench)
            jump.setShortcut(QKeySequence(f"Ctrl+{number}"))
            jump.triggered.connect(partial(bench.go, place.id))
            bench.addAction(jump)

    def _fill_menus(self, context: Context, bench: Workbench) -> None:
        for menu, ids in (
            (bench.workspace_menu, ("session.workspace",)),
            (bench.person_menu, ("app.preferences", "app.help", "app.about", "", "session.sign-out", "", "app.quit")),
        ):
            for action_id in ids:
                action = context.actions.qaction(action_id) if action_id else None
                if action is None:
                    menu.addSeparator()
                else:
                    menu.addAction(action)

    def _entries(self) -> list[Entry]:
        bench = self.workbench
        if bench is None:
            return []
        entries = [
            Entry(_(place.text), _("Place"), place.icon, f"Ctrl+{number}" if number <= 9 else "", partial(bench.go, place.id))
            for number, place in enumerate(bench.places.rail(), start=1)
        ]
        for declared, action in bench.context.actions.offered():
            here = not declared.place or declared.place == bench.place
            if declared.in_palette and here:
                shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                text = action.text().rstrip("…")
                entries.append(Entry(text, _("Action"), declared.icon or "command", shortcut, action.trigger, action.isEnabled()))
        return entries

    async def _save(self) -> None:
        if self.workbench is not None and self.workbench.page is not None:
            await self.workbench.page.save()
            status = await self.workbench.context.sync_now()
            self.set_saved(status.sentence() if status is not None else _("Everything is saved"))

    def _preferences(self) -> None:
        from desktop.ui.preferences import PreferencesDialog  # not on the way to the first window

        PreferencesDialog(self._settings, self).open()

    def _about(self) -> None:
        from desktop.ui.about import AboutDialog  # not on the way to the first window

        if self.workbench is not None:
            AboutDialog(self.workbench.context, self).open()

    def _help(self) -> None:
        bench = self.workbench
        topic = bench.page.help_topic if bench is not None and bench.page is not None else ""
        if self._help_url:
            QDesktopServices.openUrl(QUrl(self._help_url + (f"#{topic}" if topic else "")))
        else:
            self.palette_view.open()

    def _name_undo(self) -> None:
        bench = self.workbench
        if bench is None:
            return
        stack, actions = bench.context.undo.active, bench.context.actions
        for action_id, name in (("edit.undo", stack.undo_name), ("edit.redo", stack.redo_name)):
            action = actions.qaction(action_id)
            if action is not None:
                verb = _(actions.declared(action_id).text)
                action.setText(f"{verb}: {name}" if name else verb)
                actions.set_enabled(action_id, name is not None)

    # Size and place

    def sizeHint(self) -> QSize:
        return QSize(px(1280), px(800))

    def focusNextPrevChild(self, forward: bool) -> bool:
        moved = super().focusNextPrevChild(forward)
        self.ring.follow()
        return moved

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self._fit_rail()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._tasks.jobs and not self._closes and not self._system_shuts_down:
            self._ask_before_closing()
            event.ignore()
            return
        self._settings.keep("window", bytes(self.saveGeometry().toHex().data()).decode())
        if not self._system_shuts_down:
            # Refused, as the application ends in order and takes the window with it: an accepted one lets ``QApplication.quit``, from a
            # menu of the system say, end the loop at once with all that is still to be saved.
            event.ignore()
            QTimer.singleShot(0, self.hide)  # not at once: that would count as closed
        self.closed.emit()

    @property
    def _system_shuts_down(self) -> bool:
        application = QGuiApplication.instance()
        return isinstance(application, QGuiApplication) and application.isSavingSession()

    def _ask_before_closing(self) -> None:
        from desktop.ui.closing import ClosingDialog  # not on the way to the first window

        if self.findChild(ClosingDialog) is None:
            dialog = ClosingDialog(self._tasks, self)
            dialog.decided.connect(self._close_now)
            dialog.open()
            dialog.stay_button.setFocus(Qt.FocusReason.TabFocusReason)

    def _close_now(self) -> None:
        self._closes = True
        self.close()

    def _toggle_rail(self) -> None:
        if self.workbench is not None:
            self._rail_chosen = not self.workbench.rail.narrow
            self._fit_rail()

    def _fit_rail(self) -> None:
        if self.workbench is not None:
            narrow = self._rail_chosen if self._rail_chosen is not None else self.width() < px(NARROW_BELOW)
            if narrow != self.workbench.rail.narrow:
                self.workbench.rail.set_narrow(narrow)

    def _restore(self) -> None:
        if not self.restoreGeometry(QByteArray.fromHex(self._settings.kept("window").encode())):
            self.resize(self.sizeHint())
        self.setWindowIcon(QIcon(str(RESOURCES / "application" / "application.svg")))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
