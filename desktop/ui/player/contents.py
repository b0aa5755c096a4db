"""The contents of a package with several parts: what there is, what is done, where one is, where one may go."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from desktop.i18n import N_, _
from desktop.scorm.sequencing.controls import Controls, Entry
from desktop.ui.theme.icons import icon

_IDENTIFIER = Qt.ItemDataRole.UserRole


class Contents(QTreeWidget):
    """The parts that sequencing offers, in its order. Choosing one asks to open it; a heading that leads nowhere only folds."""

    chosen = Signal(str)
    """The identifier of the entry to open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("contents")
        self.setHeaderHidden(True)
        self.setAccessibleName(_("Contents"))
        self.setWordWrap(True)
        self.setUniformRowHeights(False)
        self.setExpandsOnDoubleClick(False)
        self._rows: dict[str, QTreeWidgetItem] = {}
        self._shape: tuple[tuple[str, str, int], ...] = ()
        self._current = ""
        self.itemClicked.connect(self._choose)

    def show_controls(self, controls: Controls, status: Callable[[str], str]) -> None:
        """Mark what is done (``status`` of an identifier, in the words of SCORM 1.2), what may be chosen and where the learner is."""
        shown = tuple(entry for entry in controls.contents if entry.visible)
        shape = tuple((entry.identifier, entry.title, entry.depth) for entry in shown)
        if shape != self._shape:
            self._shape = shape
            self._build(shown)
        for entry in shown:
            self._mark(entry, status(entry.identifier), current=entry.identifier == controls.current)
        if controls.current != self._current:
            self._current = controls.current
            row = self._rows.get(controls.current)
            if row is not None:
                self.setCurrentItem(row)

    def entry(self, identifier: str) -> QTreeWidgetItem | None:
        """The row of an entry, None where it is hidden."""
        return self._rows.get(identifier)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and row is not None:
            self._choose(row)
        else:
            super().keyPressEvent(event)

    def _build(self, entries: tuple[Entry, ...]) -> None:
        self.clear()
        self._rows.clear()
        above: list[tuple[int, QTreeWidgetItem]] = []
        for entry in entries:
            while above and above[-1][0] >= entry.depth:
                above.pop()
            row = QTreeWidgetItem(above[-1][1] if above else self.invisibleRootItem(), [entry.title])
            row.setData(0, _IDENTIFIER, entry.identifier)
            row.setToolTip(0, entry.title)
            self._rows[entry.identifier] = row
            above.append((entry.depth, row))
        self.expandAll()

    def _mark(self, entry: Entry, status: str, *, current: bool) -> None:
        row = self._rows[entry.identifier]
        heading = row.childCount() > 0
        name, token, words = _LOOKS.get(status, ("", "", ""))
        row.setIcon(0, icon(name, token) if name else QIcon())
        said = [entry.title, _(words) if words else "", _("you are here") if current else ""]
        usable = entry.selectable or current
        if not usable and not heading:
            said.append(_("cannot be opened now"))
        row.setData(0, Qt.ItemDataRole.AccessibleTextRole, ", ".join(word for word in said if word))
        # A disabled row disables all below it, so that headings stay enabled and are merely not to be chosen.
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        row.setFlags(flags if usable else Qt.ItemFlag.ItemIsEnabled if heading else Qt.ItemFlag.NoItemFlags)
        font = row.font(0)
        font.setBold(current)
        row.setFont(0, font)

    def _choose(self, row: QTreeWidgetItem) -> None:
        if row.flags() & Qt.ItemFlag.ItemIsSelectable:
            self.chosen.emit(row.data(0, _IDENTIFIER))
        elif row.childCount():
            row.setExpanded(not row.isExpanded())


# status -> icon, colour, words for a reader of the screen
_LOOKS = {
    "not attempted": ("minus", "faint", N_("not opened yet")),
    "incomplete": ("play", "accent", N_("begun")),
    "browsed": ("eye", "muted", N_("looked at")),
    "completed": ("done", "good", N_("done")),
    "passed": ("done", "good", N_("passed")),
    "failed": ("error", "bad", N_("not passed")),
}
