"""The contents of a package with several parts: what there is, what is done, where one is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from desktop.i18n import _
from desktop.scorm.manifest import Item, Organization
from desktop.scorm.records import DONE, Document, status_of
from desktop.ui.theme.icons import icon

_IDENTIFIER = Qt.ItemDataRole.UserRole


class Contents(QTreeWidget):
    """The manifest's tree. Choosing a part asks to open it; headings only fold."""

    chosen = Signal(str)
    """The identifier of the item to open."""

    def __init__(self, organization: Organization, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("contents")
        self.setHeaderHidden(True)
        self.setAccessibleName(_("Contents"))
        self.setWordWrap(True)
        self.setUniformRowHeights(False)
        self._rows: dict[str, QTreeWidgetItem] = {}
        self._titles: dict[str, str] = {}
        for item in organization.items:
            self._add(item, self.invisibleRootItem())
        self.expandAll()
        self.itemActivated.connect(self._activated)
        self.itemClicked.connect(self._activated)

    def show_record(self, document: Document, current: str) -> None:
        """Mark what is done and where the learner is."""
        for identifier, row in self._rows.items():
            status = status_of(document, identifier)
            name, token, words = _LOOKS.get(status, _LOOKS["incomplete"])
            if status in DONE:
                name, token = "done", "good"
            row.setIcon(0, icon(name, token))
            row.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{self._titles[identifier]}, {_(words)}")
            font = row.font(0)
            font.setBold(identifier == current)
            row.setFont(0, font)
        if current in self._rows:
            self.setCurrentItem(self._rows[current])

    def _add(self, item: Item, parent: QTreeWidgetItem) -> None:
        if not item.visible:
            return
        row = QTreeWidgetItem(parent, [item.title])
        if item.resource is None:
            row.setFlags(Qt.ItemFlag.ItemIsEnabled)
        else:
            row.setData(0, _IDENTIFIER, item.identifier)
            self._rows[item.identifier] = row
            self._titles[item.identifier] = item.title
            if not item.resource.present:
                row.setDisabled(True)
                row.setToolTip(0, _("The package does not hold this part."))
        for child in item.children:
            self._add(child, row)

    def _activated(self, row: QTreeWidgetItem) -> None:
        identifier = row.data(0, _IDENTIFIER)
        if identifier and not row.isDisabled():
            self.chosen.emit(identifier)


# status -> icon, colour, words for a reader of the screen (translated where they are shown)
_LOOKS = {
    "not attempted": ("minus", "faint", "not opened yet"),
    "incomplete": ("play", "accent", "begun"),
    "browsed": ("eye", "muted", "looked at"),
    "completed": ("done", "good", "done"),
    "passed": ("done", "good", "passed"),
    "failed": ("error", "bad", "not passed"),
}
