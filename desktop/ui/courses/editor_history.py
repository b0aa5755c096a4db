"""The course's history by sitting: what was done, what each field held before and after, and a way back."""

from __future__ import annotations

from difflib import SequenceMatcher
from html import escape
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from desktop.courses.draft import COURSES
from desktop.courses.fields import field_of
from desktop.courses.history import Difference, Sitting, differences, sittings
from desktop.courses.richtext import text_of
from desktop.i18n import _, ngettext
from desktop.store.replica import Edit, Replica
from desktop.ui.courses.editor_session import CourseSession
from desktop.ui.dates import date_text
from desktop.ui.theme import colour, px
from desktop.ui.widgets.surfaces import Dialog


class HistoryDialog(Dialog):
    """Sittings at the left; at the right what one of them changed. A field can be set back to what it held before."""

    def __init__(self, session: CourseSession, parent: QWidget) -> None:
        super().__init__(_("History of the course"), _("What was done on this computer."), parent, width=760)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self._sittings: list[Sitting] = []
        self.sittings = QListWidget()
        self.sittings.setAccessibleName(_("Sittings"))
        self.sittings.setFixedWidth(px(220))
        self.changes = QListWidget()
        self.changes.setAccessibleName(_("Changes"))
        self.comparison = QTextBrowser()
        self.comparison.setAccessibleName(_("Before and after"))
        self.comparison.setMinimumHeight(px(140))
        row = QHBoxLayout()
        row.addWidget(self.sittings)
        row.addWidget(self.changes, 1)
        self.body.addLayout(row, 1)
        self.body.addWidget(self.comparison)
        self.restore_button = self.add_button(_("Restore what it held before"), "quiet", self._restore)
        self.restore_button.setEnabled(False)
        self.add_button(_("Close"), "primary", self.reject)
        self.sittings.currentRowChanged.connect(lambda row: session.context.spawn(self._show_sitting(row), self))
        self.changes.currentItemChanged.connect(lambda item, _before: self._compare(item))
        session.context.spawn(self.load(), self)

    async def load(self) -> None:
        """Read the steps anew."""
        here = self._session.context.here
        self._sittings = sittings(await self._session.context.tasks.run(here.steps, self._session.course_id))
        self.sittings.clear()
        for sitting in self._sittings:
            count = ngettext("{n} step", "{n} steps", len(sitting.steps)).format(n=len(sitting.steps))
            times = f"{sitting.began.astimezone():%H:%M}–{sitting.ended.astimezone():%H:%M}"
            self.sittings.addItem(f"{date_text(sitting.began)}, {times}\n{count}")
        self.sittings.setCurrentRow(0)

    async def _show_sitting(self, number: int) -> None:
        if not 0 <= number < len(self._sittings):
            return
        steps = self._sittings[number].steps
        edits = await self._session.context.tasks.run(_edits, self._session.context.here, tuple(step.id for step in steps))
        self.changes.clear()
        for difference in differences(edits):
            field = field_of(difference.table, difference.column) if difference.table in ("courses", "course_modules", "lessons") else None
            name = _("Text") if difference.column == "content_html" else _(field.name) if field is not None else ""
            if not name:
                continue
            item = QListWidgetItem(f"{self._title(difference)}: {name}")
            item.setData(Qt.ItemDataRole.UserRole, difference)
            self.changes.addItem(item)
        self.changes.setCurrentRow(0)

    def _title(self, difference: Difference) -> str:
        if difference.table == COURSES:
            return _("About the course")
        row = self._session.draft.rows[difference.table].get(difference.row)
        return str(row["title"]) if row is not None else _("Deleted")

    def _compare(self, item: QListWidgetItem | None) -> None:
        difference = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        self.restore_button.setEnabled(isinstance(difference, Difference) and self._session.draft.table_of(difference.row) is not None)
        if isinstance(difference, Difference):
            self.comparison.setHtml(compared(_words(difference, difference.before), _words(difference, difference.after)))

    def _restore(self) -> None:
        item = self.changes.currentItem()
        difference: Difference = item.data(Qt.ItemDataRole.UserRole)
        values = {difference.column: difference.before}
        self._session.context.spawn(self._restored(difference, values), self)

    async def _restored(self, difference: Difference, values: dict[str, Any]) -> None:
        await self._session.settled()
        name = _("Restore “{title}”").format(title=self._title(difference))
        context = self._session.context
        await context.edit(self._session.course_id, name, _set_back, difference.table, difference.row, values)
        await self._session.settled()
        await self.load()


def _set_back(draft: Any, table: str, row: Any, values: dict[str, Any]) -> None:
    draft.update(table, row, values)


def _edits(replica: Replica, steps: tuple[int, ...]) -> list[Edit]:
    return [edit for step in steps for edit in replica.edits(step)]


def _words(difference: Difference, value: Any) -> str:
    if value is None:
        return ""
    if difference.column == "content_html":
        return text_of(str(value))
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def compared(before: str, after: str) -> str:
    """Both texts as one, word by word: what went is struck out, what came is underlined."""
    old, new = before.split(), after.split()
    bad, good = colour("bad").name(), colour("good").name()
    parts = []
    for kind, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind in ("replace", "delete"):
            parts.append(f'<s style="color: {bad}">{escape(" ".join(old[first:last]))}</s>')
        if kind in ("replace", "insert"):
            parts.append(f'<u style="color: {good}">{escape(" ".join(new[start:end]))}</u>')
        if kind == "equal":
            parts.append(escape(" ".join(old[first:last])))
    return " ".join(parts)
