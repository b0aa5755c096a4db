"""Finding words in a whole course, and replacing them as one step that can be undone."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QListWidget, QListWidgetItem, QWidget

from desktop.courses.draft import COURSES, replace_everywhere, texts
from desktop.courses.richtext import Search, find, found_in, replaced, replaced_in
from desktop.i18n import _, ngettext
from desktop.ui.courses.editor_session import CourseSession
from desktop.ui.theme import px
from desktop.ui.widgets.fields import SearchField
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog

MOST = 500
"""Occurrences that are listed. All are counted, and all are replaced."""


class FindDialog(Dialog):
    """Titles, descriptions and texts. Choosing an occurrence goes there."""

    def __init__(self, session: CourseSession, go_to: Callable[[UUID, str, str], None], parent: QWidget) -> None:
        super().__init__(_("Find and replace in the course"), "", parent, width=620)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self._go_to = go_to
        self.needle = SearchField(_("Find…"))
        self.needle.searched.connect(lambda _text: self.search())
        self.replacement = QLineEdit()
        self.case = QCheckBox(_("Match upper and lower case"))
        self.words = QCheckBox(_("Whole words"))
        for box in (self.case, self.words):
            box.toggled.connect(lambda _checked: self.search())
        self.count = Label("", token="muted")
        self.results = QListWidget()
        self.results.setAccessibleName(_("Occurrences"))
        self.results.setMinimumHeight(px(220))
        self.results.itemActivated.connect(self._open)
        self.body.addWidget(FormRow(_("Find"), self.needle))
        self.body.addWidget(FormRow(_("Replace with"), self.replacement))
        self.body.addWidget(self.case)
        self.body.addWidget(self.words)
        self.body.addWidget(self.count)
        self.body.addWidget(self.results, 1)
        self.add_button(_("Close"), "quiet", self.reject)
        self.replace_button = self.add_button(_("Replace all"), "primary", self._replace)
        self.replace_button.setDefault(False)  # Enter in the field finds; it must never replace
        self.replace_button.setEnabled(False)
        session.reloaded.connect(self.search)

    @property
    def _search(self) -> Search:
        return Search(self.needle.text(), self.case.isChecked(), self.words.isChecked())

    def search(self) -> None:
        """List what fits now."""
        self.results.clear()
        count = 0
        for table, row, column, is_html in texts(self._session.draft):
            look = find if is_html else found_in
            for match in look(row[column], self._search):
                count += 1
                if count <= MOST:
                    title = _("About the course") if table == COURSES else row["title"]
                    item = QListWidgetItem(f"{title}:  …{match.before}{match.found}{match.after}…")
                    item.setData(Qt.ItemDataRole.UserRole, (row["id"], column, match.found))
                    self.results.addItem(item)
        self.count.setText(
            ngettext("{n} occurrence", "{n} occurrences", count).format(n=f"{count:,}") if self.needle.text().strip() else ""
        )
        self.replace_button.setEnabled(count > 0)

    def _replace(self) -> None:
        wanted, search = self.replacement.text(), self._search

        def each(text: str, is_html: bool) -> tuple[str, int]:
            return replaced(text, search, wanted) if is_html else replaced_in(text, search, wanted)

        step, count = replace_everywhere(self._session.draft, each)
        self._session.do(step)
        self.search()
        self.count.setText(ngettext("{n} occurrence was replaced.", "{n} occurrences were replaced.", count).format(n=f"{count:,}"))

    def _open(self, item: QListWidgetItem) -> None:
        self.accept()
        self._go_to(*item.data(Qt.ItemDataRole.UserRole))
