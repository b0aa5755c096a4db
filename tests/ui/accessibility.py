"""What holds for every window: whatever can have the focus says what it is, and Tab reaches it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QRadioButton, QWidget


def focusable(window: QWidget) -> list[QWidget]:
    """Every visible, enabled widget below ``window`` that the keyboard may reach."""
    found = []
    for widget in window.findChildren(QWidget):
        inner = isinstance(widget.parent(), QAbstractSpinBox | QComboBox) and isinstance(widget, QLineEdit)
        tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if tab and not inner and widget.isVisibleTo(window) and widget.isEnabled() and not widget.focusProxy():
            found.append(widget)
    return found


def name_of(widget: QWidget) -> str:
    """What a screen reader says."""
    interface = QAccessible.queryAccessibleInterface(widget)
    name = interface.text(QAccessible.Text.Name)
    return name or widget.accessibleName()


def assert_accessible(window: QWidget) -> None:
    """Fails with the list of focusable widgets that have no name, or that Tab does not reach."""
    widgets = focusable(window)
    assert widgets, "nothing can be focused"
    nameless = [_describe(widget) for widget in widgets if not name_of(widget).strip()]
    assert not nameless, "no accessible name: " + "; ".join(nameless)
    reached = tab_chain(window)
    unreachable = [_describe(widget) for widget in widgets if widget not in reached and not _one_of_group(widget)]
    assert not unreachable, "Tab does not reach: " + "; ".join(unreachable)


def tab_chain(window: QWidget) -> list[QWidget]:
    """The widgets that Tab visits, in order, as Qt's focus chain has them."""
    chain, widget = [], window.nextInFocusChain()
    while widget is not None and widget is not window and widget not in chain:
        chain.append(widget)
        widget = widget.nextInFocusChain()
    return chain


def press_tab_through(qtbot, window: QWidget, limit: int = 200) -> list[str]:
    """Really press Tab until it comes round again; returns the names in the order visited."""
    visited: list[QWidget] = []
    for _press in range(limit):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is None or now in visited:
            break
        visited.append(now)
    return [name_of(widget) for widget in visited]


def _one_of_group(widget: QWidget) -> bool:
    # Arrow keys move within a group of exclusive buttons; Tab reaches the one that is on.
    return isinstance(widget, QRadioButton) or (isinstance(widget, QAbstractButton) and widget.group() is not None)


def _describe(widget: QWidget) -> str:
    parent = widget.parentWidget()
    return f"{type(widget).__name__} {widget.objectName()!r} in {type(parent).__name__}"
