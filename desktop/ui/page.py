"""A page: title, primary action, content, and an honest answer to "where is it?" while there is none.

A page says what it shows (:attr:`Page.shows`), makes its widgets (:meth:`Page.build`) and fills them (:meth:`Page.refresh`). Everything
around that is done here: the skeleton while loading, the sentence when empty, the error in place with retry, refreshing after changes,
and coroutines that end with the page.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop.changes import Changes
from desktop.errors import Cancelled
from desktop.ui.actions import Handler
from desktop.ui.context import Context
from desktop.ui.widgets.header import PageHeader
from desktop.ui.widgets.states import EmptyState, ErrorState, Skeleton

FLICKER_MS = 150
"""Loading that takes no longer than this shows nothing at all."""

TURN_SECONDS = 0.012
"""How long widgets may be made before the window is looked after again: less than a frame of 60 in a second."""

_turn_began = 0.0


async def breathe() -> None:
    """Let the window answer, if it has not for a while. For coroutines that make many widgets, between one part and the next."""
    global _turn_began
    if time.perf_counter() - _turn_began > TURN_SECONDS:
        await asyncio.sleep(0)
        _turn_began = time.perf_counter()


async def in_turns[T](make: Callable[[T], QWidget], rows: Iterable[T]) -> list[QWidget]:
    """A widget for each row."""
    made = []
    for row in rows:
        made.append(make(row))
        await breathe()
    return made


async def polish(widget: QWidget) -> None:
    """Have ``widget`` and all inside it look up their style now, in turns: else all of them do at once when they are first shown.

    It must have its parent already: a widget that is given another one looks again.
    """
    for part in (widget, *widget.findChildren(QWidget)):
        if isValid(part):  # a turn may have ended some
            part.ensurePolished()
        await breathe()


@dataclass(frozen=True, slots=True)
class Empty:
    """There is nothing to show: one sentence and one primary button, which runs an action or a callback."""

    sentence: str
    button: str = ""
    action: str = ""
    pressed: Callable[[], object] | None = None
    picture: str = "catalogue"


class Page(QWidget):
    """Base of every page."""

    title: ClassVar[str] = ""
    """Marked with ``N_``. A page about one thing sets its own with :meth:`set_title`."""
    subtitle: ClassVar[str] = ""
    primary: ClassVar[str] = ""
    """Id of the action that is the page's main button."""
    secondary: ClassVar[tuple[str, ...]] = ()
    """Ids of further actions shown beside it."""
    shows: ClassVar[frozenset[str]] = frozenset()
    """Kinds of rows (table names) after whose change the page refreshes."""
    help_topic: ClassVar[str] = ""

    loaded = Signal()
    """The content (or the empty or error state) is up to date."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.header = PageHeader(self)
        self._loading: asyncio.Task[Any] | None = None
        self._again = False
        self._stale = True
        self._content: QWidget | None = None
        self._skeleton = Skeleton(self)
        self._blank = QWidget(self)
        self._stack = QStackedLayout()
        for widget in (self._blank, self._skeleton):
            self._stack.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.header)
        outer.addLayout(self._stack, 1)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(FLICKER_MS)
        self._patience.timeout.connect(self._still_loading)
        if self.title:
            from desktop.i18n import _

            self.set_title(_(self.title), _(self.subtitle) if self.subtitle else "")
        self.header.set_actions(context.actions, self.primary, self.secondary)
        context.changed.connect(self._rows_changed)

    # What a page says for itself

    def build(self) -> QWidget:
        """Make the content, once, before the first refresh."""
        raise NotImplementedError

    async def refresh(self) -> Empty | None:
        """Read what the page shows and put it into the widgets. Returns ``Empty`` where there is nothing to show."""
        raise NotImplementedError

    @property
    def document(self) -> Hashable:
        """What Ctrl+Z is about here. Pages that edit one thing say which: ``("course", course_id)``."""
        return None

    async def save(self) -> None:
        """Keep what is being edited, now (Ctrl+S). Pages whose every change is kept at once have nothing to do."""

    # What a page may call

    def set_title(self, title: str, subtitle: str = "") -> None:
        self.header.set_title(title, subtitle)
        self.setAccessibleName(title)

    def on(self, action_id: str, handler: Handler) -> None:
        """Handle an action while this page is the current one. The handler may be a coroutine function."""
        self.context.actions.bind(action_id, handler, self, self.spawn_for)

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start a coroutine from a signal: kept, cancelled with the page, its errors become notices."""
        return self.context.spawn(coroutine, self)

    def spawn_for(self, coroutine: Coroutine[Any, Any, Any], _owner: object) -> asyncio.Task[Any]:
        return self.spawn(coroutine)

    def reload(self) -> None:
        """Refresh now, or once more after the refresh that runs."""
        if self._loading is not None:
            self._again = True
            return
        self._stale = False
        self._patience.start()
        self._loading = self.spawn(self._load())

    @property
    def loading(self) -> bool:
        return self._loading is not None

    @property
    def state(self) -> str:
        """``blank``, ``loading``, ``empty``, ``error`` or ``content``: what the page shows now."""
        match self._stack.currentWidget():
            case EmptyState():
                return "empty"
            case ErrorState():
                return "error"
            case Skeleton():
                return "loading"
            case shown:
                return "blank" if shown is self._blank else "content"

    # How it works

    @cached_property
    def _empty(self) -> EmptyState:  # made when first needed, as most pages never are
        state = EmptyState(self)
        self._stack.addWidget(state)
        return state

    @cached_property
    def _error(self) -> ErrorState:
        state = ErrorState(self)
        state.retry.connect(self.reload)
        self._stack.addWidget(state)
        return state

    async def _load(self) -> None:
        try:
            if self._content is None:
                await asyncio.sleep(0)  # the rail lights up and the header stands before the content is made
                self._content = self.build()
                self._stack.addWidget(self._content)
            while True:
                self._again = False
                empty = await self.refresh()
                if not self._again:
                    break
            if empty is None:
                if self._stack.currentWidget() is not self._content:
                    await polish(self._content)
                self._stack.setCurrentWidget(self._content)
            else:
                self._empty.show_empty(empty.sentence, empty.picture, empty.button, self._empty_pressed(empty))
                self._stack.setCurrentWidget(self._empty)
        except Cancelled:
            self._stack.setCurrentWidget(self._content or self._blank)
        except Exception as error:  # noqa: BLE001 - shown in place, with retry
            self._stale = True  # who comes back to it sees it tried again
            self._error.show_error(error)
            self._stack.setCurrentWidget(self._error)
        finally:
            self._loading = None
            with contextlib.suppress(RuntimeError):  # the page may have been deleted while it waited
                self._patience.stop()
                self.loaded.emit()

    def _empty_pressed(self, empty: Empty) -> Callable[[], object] | None:
        if empty.pressed is not None:
            return empty.pressed
        return (lambda: self.context.actions.run(empty.action)) if empty.action else None

    def _still_loading(self) -> None:
        # What is shown already stays while it is refreshed; only a page that has shown nothing yet, or failed, gets the skeleton.
        if self._loading is not None and self.state in ("blank", "error"):
            self._stack.setCurrentWidget(self._skeleton)

    def _rows_changed(self, changes: Changes) -> None:
        if not changes.touch(self.shows):
            return
        if self.isVisible():
            self.reload()
        else:
            self._stale = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._skeleton.set_running(True)
        if self._stale:
            self.reload()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._skeleton.set_running(False)
