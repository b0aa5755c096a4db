"""Everything a person can do, declared once.

An action has a dotted id, a text, perhaps a shortcut. Menus, buttons and the palette are made from the declaration; a page binds the
handlers of the actions that it offers while it is shown. Two actions that could answer to one shortcut at the same time are refused at
start, not found by a person.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from shiboken6 import isValid

from desktop.i18n import _
from desktop.ui.theme.icons import icon

type Handler = Callable[[], Coroutine[Any, Any, Any] | None]
type Spawn = Callable[[Coroutine[Any, Any, Any], QObject], object]


@dataclass(frozen=True, slots=True)
class Action:
    """A declaration. ``text`` is marked with ``N_`` and translated where it is shown.

    ``place`` narrows it to the page of that place: two places may use one shortcut for different things. ``roles`` empty means everybody;
    else one of them is needed. ``hint`` is a sentence for the tooltip.
    """

    id: str
    text: str
    shortcut: str = ""
    icon: str = ""
    place: str = ""
    roles: frozenset[str] = frozenset()
    hint: str = ""
    destructive: bool = False
    in_palette: bool = True


class ActionConflict(Exception):
    """Two declarations that cannot both be: a defect in the program, found at start."""


class ActionRegistry(QObject):
    """The declared actions, their QActions and who handles them now."""

    changed = Signal()

    def __init__(self, actions: Iterable[Action] = (), roles: frozenset[str] = frozenset(), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._roles = roles
        self._actions: dict[str, Action] = {}
        self._qactions: dict[str, QAction] = {}
        self._handlers: dict[str, list[tuple[QObject, Handler, Spawn]]] = {}
        self._current: QObject | None = None
        for action in actions:
            self.add(action)

    def add(self, action: Action) -> None:
        """Declare an action. Raises :class:`ActionConflict` for an id or a shortcut that is taken."""
        if action.id in self._actions:
            raise ActionConflict(f"two actions are called {action.id}")
        keys = QKeySequence(action.shortcut)
        if action.shortcut and (keys.isEmpty() or _unknown(keys)):
            raise ActionConflict(f"{action.id}: {action.shortcut!r} is no shortcut")
        for other in self._actions.values():
            overlap = not action.place or not other.place or action.place == other.place
            if action.shortcut and overlap and QKeySequence(other.shortcut) == keys:
                raise ActionConflict(f"{action.id} and {other.id} both answer to {action.shortcut}")
        self._actions[action.id] = action
        if action.roles and not action.roles & self._roles:
            return
        q = QAction(_(action.text), self)
        q.setObjectName(action.id)
        q.setEnabled(False)
        if action.shortcut:
            q.setShortcut(keys)
            q.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        if action.icon:
            q.setIcon(icon(action.icon))
        q.setToolTip(_tooltip(action, keys))
        q.triggered.connect(lambda: self.run(action.id))
        self._qactions[action.id] = q

    def bind(self, action_id: str, handler: Handler, owner: QObject, spawn: Spawn) -> None:
        """``owner`` (a page, or the window) handles the action from now on, while it is current; the window always is."""
        if action_id not in self._actions:
            raise KeyError(f"no action is called {action_id}")
        self._handlers.setdefault(action_id, []).append((owner, handler, spawn))
        owner.destroyed.connect(lambda: self._unbind(owner))
        self._update(action_id)

    def set_current(self, page: QObject | None) -> None:
        """The page whose bindings count now."""
        self._current = page
        for action_id in self._handlers:
            self._update(action_id)
        self.changed.emit()

    def set_enabled(self, action_id: str, enabled: bool) -> None:
        """For the page that handles it: whether it can be done just now (something is selected)."""
        q = self._qactions.get(action_id)
        if q is not None:
            q.setProperty("blocked", not enabled)
            self._update(action_id)

    def qaction(self, action_id: str) -> QAction | None:
        """The QAction, or None where this person's roles do not have it."""
        if action_id not in self._actions:
            raise KeyError(f"no action is called {action_id}")
        return self._qactions.get(action_id)

    def declared(self, action_id: str) -> Action:
        return self._actions[action_id]

    def offered(self) -> list[tuple[Action, QAction]]:
        """What this person could do at all, in order of declaration; a QAction that is disabled cannot be done here and now."""
        return [(self._actions[i], q) for i, q in self._qactions.items()]

    def run(self, action_id: str) -> None:
        """Do it, as if chosen from a menu. Nothing happens where it is not enabled."""
        q = self._qactions.get(action_id)
        found = self._handler(action_id)
        if q is None or not q.isEnabled() or found is None:
            return
        owner, handler, spawn = found
        result = handler()
        if inspect.iscoroutine(result):
            spawn(result, owner)

    def _handler(self, action_id: str) -> tuple[QObject, Handler, Spawn] | None:
        bindings = self._handlers.get(action_id, [])
        for binding in reversed(bindings):
            if binding[0] is self._current or binding[0].property("always_current"):
                return binding
        return None

    def _update(self, action_id: str) -> None:
        q = self._qactions.get(action_id)
        if q is not None and isValid(q):  # pages may outlive the actions when everything is taken down
            q.setEnabled(self._handler(action_id) is not None and not q.property("blocked"))

    def _unbind(self, owner: QObject) -> None:
        for action_id, bindings in self._handlers.items():
            bindings[:] = [binding for binding in bindings if binding[0] is not owner]
            self._update(action_id)


def _unknown(keys: QKeySequence) -> bool:
    # Qt reads any word as a key; one that it does not know has no name.
    return not keys.toString().split("+")[-1].strip()


def _tooltip(action: Action, keys: QKeySequence) -> str:
    text = _(action.hint or action.text).rstrip("…")
    return f"{text}  ({keys.toString(QKeySequence.SequenceFormat.NativeText)})" if action.shortcut else text
