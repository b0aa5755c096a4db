"""Forms made from :mod:`desktop.courses.fields`: every field of a row, validated while one types, saved by itself."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from PySide6.QtCore import QDateTime, QSignalBlocker, Qt, QTimer, QTimeZone, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QDateTimeEdit,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.courses.draft import Draft, Row
from desktop.courses.fields import SECTIONS, Field, Kind
from desktop.i18n import _
from desktop.ui.theme import Role, px, restyle
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import Label

PAUSE_MS = 400
"""A text is taken when the keys have rested for so long."""


class Editor(QWidget):
    """One field. ``changed`` comes when a person changed it and has paused; :meth:`value` raises ValueError for what cannot be read."""

    changed = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.dirty = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.changed)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(px(6))
        self.widget = self.make()
        self.widget.setAccessibleName(_(field.name))
        self.row.addWidget(self.widget, 1)
        self.setFocusProxy(self.widget)

    def make(self) -> QWidget:
        raise NotImplementedError

    def value(self) -> Any:
        raise NotImplementedError

    def of(self, row: Row) -> Any:
        """What :meth:`value` would be for a row as it is stored."""
        return row.get(self.field.column)

    def show_value(self, value: Any) -> None:
        """Show a stored value. What is being typed is left alone."""
        raise NotImplementedError

    def typed(self) -> None:
        self.dirty = True
        self._pause.start()

    def flush(self) -> None:
        """Take what was typed now."""
        if self._pause.isActive():
            self._pause.stop()
            self.changed.emit()


class LineEditor(Editor):
    def make(self) -> QWidget:
        self.line = QLineEdit()
        self.line.textEdited.connect(self.typed)
        self.line.editingFinished.connect(self.flush)
        return self.line

    def value(self) -> Any:
        text = self.line.text().strip()
        return text or (None if self.field.column not in ("title", "file_name") else "")

    def show_value(self, value: Any) -> None:
        text = "" if value is None else str(value)
        if self.line.text().strip() != text:
            self.line.setText(text)


class AddressEditor(LineEditor):
    """An address, or a file that is chosen and kept."""

    file_asked = Signal()

    def make(self) -> QWidget:
        widget = super().make()
        self.line.setPlaceholderText("https://")
        return widget

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.choose_button = Button(_("Choose a file…"), "quiet")
        self.choose_button.setAccessibleName(_("{field}: choose a file").format(field=_(field.name)))
        self.choose_button.clicked.connect(self.file_asked)
        self.row.addWidget(self.choose_button)


class NumberEditor(LineEditor):
    def value(self) -> Any:
        text = self.line.text().strip().removeprefix("$").replace(",", "")
        if self.field.suffix:
            text = text.removesuffix(_(self.field.suffix).strip()).strip()
        if not text:
            return None if self.field.column not in ("price", "ce_credits") else 0
        if self.field.kind is Kind.NUMBER:
            if not text.isdecimal():
                raise ValueError(_("A whole number, please."))
            number: Any = int(text)
        else:
            with contextlib.suppress(ArithmeticError):
                amount = Decimal(text)
                if amount.is_finite() and amount >= 0 and amount == round(amount, 2):
                    number = float(amount)
                    if number <= (self.field.most or number):
                        return int(number) if number.is_integer() else number
            raise ValueError(_("A number with at most two decimals, please."))
        if self.field.most and number > self.field.most:
            raise ValueError(_("At most {n}, please.").format(n=f"{self.field.most:,}"))
        return number

    def show_value(self, value: Any) -> None:
        text = "" if value is None else f"{value:g}" if isinstance(value, float) and value < 1e6 else str(value)
        self.line.setText(text)


class TextEditor(Editor):
    def make(self) -> QWidget:
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(px(96))
        self.text.textChanged.connect(self.typed)
        return self.text

    def value(self) -> Any:
        text = self.text.toPlainText().strip()
        return text if text or (self.field.column == "description" and self.field.check is not None) else None

    def show_value(self, value: Any) -> None:
        if self.text.toPlainText().strip() != (value or ""):
            with QSignalBlocker(self.text):
                self.text.setPlainText(value or "")


class LinesEditor(TextEditor):
    def value(self) -> Any:
        return [line.strip() for line in self.text.toPlainText().splitlines() if line.strip()]

    def show_value(self, value: Any) -> None:
        if self.value() != [str(one) for one in value or ()]:
            with QSignalBlocker(self.text):
                self.text.setPlainText("\n".join(str(one) for one in value or ()))


class ChoiceEditor(Editor):
    def make(self) -> QWidget:
        self.box = QComboBox()
        self.box.setMaxVisibleItems(20)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)  # titles are long
        self.box.setMinimumContentsLength(8)
        self.offer([(value, _(name)) for value, name in (self.field.choices or {}).items()])
        self.box.activated.connect(lambda _index: self.changed.emit())
        return self.box

    def offer(self, choices: Iterable[tuple[Any, str]]) -> None:
        """What can be chosen; what is chosen stays chosen."""
        now = self.box.currentData() if self.box.count() else None
        with QSignalBlocker(self.box):
            self.box.clear()
            if self.field.none:
                self.box.addItem(_(self.field.none), None)
            for value, name in choices:
                self.box.addItem(name, str(value) if isinstance(value, UUID) else value)
            self.box.setCurrentIndex(max(0, self.box.findData(now)))

    def value(self) -> Any:
        value = self.box.currentData()
        return UUID(value) if value and self.field.kind in (Kind.MODULE, Kind.LESSON, Kind.DESIGNATION, Kind.TEMPLATE) else value

    def show_value(self, value: Any) -> None:
        self.box.setCurrentIndex(max(0, self.box.findData(str(value) if isinstance(value, UUID) else value)))


class ListEditor(Editor):
    """Several of what is offered, in an order. Of courses also sentences."""

    def make(self) -> QWidget:
        self._names: dict[str, str] = {}
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        self.list = QListWidget()
        self.list.setAccessibleName(_(self.field.name))
        self.list.setWordWrap(True)
        column.addWidget(self.list)
        self.box = QComboBox()
        self.box.setAccessibleName(_("{field}: to add").format(field=_(self.field.name)))
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(8)
        line = QLineEdit()
        self.box.setLineEdit(line)
        completer = QCompleter(self.box.model(), self.box)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.box.setCompleter(completer)
        line.setAccessibleName(self.box.accessibleName())
        line.setPlaceholderText(_("A course, or a sentence") if self.field.kind is Kind.COURSES else _("A name"))
        line.returnPressed.connect(self.add)
        self.add_button = Button(_("Add"), "quiet", "plus")
        self.add_button.clicked.connect(self.add)
        row = QHBoxLayout()
        row.setSpacing(px(6))
        row.addWidget(self.box, 1)
        row.addWidget(self.add_button)
        for icon_name, words, pressed in (
            ("arrow-up", _("{field}: move up"), lambda: self.move_entry(-1)),
            ("arrow-down", _("{field}: move down"), lambda: self.move_entry(1)),
            ("trash", _("{field}: remove"), self.remove),
        ):
            button = IconButton(icon_name, words.format(field=_(self.field.name)))
            button.clicked.connect(pressed)
            row.addWidget(button)
        column.addLayout(row)
        panel.setFocusProxy(self.list)
        return panel

    def offer(self, choices: Iterable[tuple[UUID, str]]) -> None:
        self._names = {str(value): name for value, name in choices}
        with QSignalBlocker(self.box):
            self.box.clear()
            for value, name in self._names.items():
                self.box.addItem(name, value)
            self.box.setCurrentIndex(-1)
        self.show_value(self.value())

    def value(self) -> Any:
        entries = [self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.list.count())]
        return [UUID(one) for one in entries] if self.field.kind is Kind.PEOPLE else entries

    def of(self, row: Row) -> Any:
        if self.field.kind is Kind.PEOPLE:
            return [one for one in (row.get(self.field.column), *(row.get("co_instructors") or ())) if one is not None]
        return list(row.get(self.field.column) or ())

    def show_value(self, value: Any) -> None:
        now = self.list.currentRow()
        self.list.clear()
        for number, one in enumerate(value or ()):
            item = QListWidgetItem(self._words(str(one), number))
            item.setData(Qt.ItemDataRole.UserRole, str(one))
            self.list.addItem(item)
        self.list.setCurrentRow(min(max(0, now), self.list.count() - 1))
        self.list.setFixedHeight(px(8) + px(28) * min(6, max(1, self.list.count())))

    def _words(self, entry: str, number: int) -> str:
        if self.field.kind is Kind.PEOPLE:
            name = self._names.get(entry, _("Somebody whose name is not known here"))
            return _("{name}, leads the course").format(name=name) if number == 0 else name
        known = self._names.get(entry)
        if known is None and not _is_id(entry):
            return entry
        return _("Course: {title}").format(title=known or _("one that you cannot see"))

    def add(self) -> None:
        """What stands in the field goes to the end of the list."""
        text = self.box.currentText().strip()
        if not text:
            return
        fitting = [value for value, name in self._names.items() if name.casefold() == text.casefold()]
        chosen = self.box.currentData() if self.box.currentText() == self.box.itemText(self.box.currentIndex()) else None
        entry = chosen or (fitting[0] if fitting else text if self.field.kind is Kind.COURSES else None)
        if entry is None:
            self.refused.emit(_("Nobody of this name teaches here."))
            return
        entries = [str(one) for one in self.value()]
        if entry not in entries:
            self._take([*entries, entry])
            self.list.setCurrentRow(self.list.count() - 1)
        self.box.setCurrentIndex(-1)
        self.box.clearEditText()

    refused = Signal(str)

    def move_entry(self, by: int) -> None:
        at, entries = self.list.currentRow(), [str(one) for one in self.value()]
        if 0 <= at < len(entries) and 0 <= at + by < len(entries):
            entries[at], entries[at + by] = entries[at + by], entries[at]
            self.list.setCurrentRow(at + by)
            self._take(entries)

    def remove(self) -> None:
        entries = [str(one) for one in self.value()]
        if 0 <= self.list.currentRow() < len(entries):
            del entries[self.list.currentRow()]
            self._take(entries)

    def _take(self, entries: list[str]) -> None:
        self.show_value(entries)
        self.changed.emit()


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


class CheckEditor(Editor):
    def make(self) -> QWidget:
        self.check = QCheckBox(_(self.field.name))
        self.check.clicked.connect(lambda _checked: self.changed.emit())
        return self.check

    def value(self) -> Any:
        return self.check.isChecked()

    def show_value(self, value: Any) -> None:
        self.check.setChecked(bool(value))


class MomentEditor(Editor):
    """A moment, or none: the box says which."""

    def make(self) -> QWidget:
        self.check = QCheckBox()
        self.check.setAccessibleName(_("{field}: set").format(field=_(self.field.name)))
        self.moment = QDateTimeEdit()
        self.moment.setCalendarPopup(True)
        self.moment.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.moment.setDateTime(QDateTime.currentDateTime())
        self.moment.dateTimeChanged.connect(lambda _moment: self.typed())
        self.moment.setEnabled(False)
        self.check.clicked.connect(self._switched)
        self.row.addWidget(self.check)
        return self.moment

    def _switched(self, checked: bool) -> None:
        self.moment.setEnabled(checked)
        self.changed.emit()

    def value(self) -> Any:
        if not self.check.isChecked():
            return None
        return datetime.fromtimestamp(self.moment.dateTime().toSecsSinceEpoch() // 60 * 60, UTC)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.moment):
            self.check.setChecked(value is not None)
            self.moment.setEnabled(value is not None)
            if value is not None and value != self.value():
                self.moment.setDateTime(QDateTime.fromSecsSinceEpoch(int(value.timestamp()), QTimeZone.systemTimeZone()))


EDITORS: Mapping[Kind, type[Editor]] = {
    Kind.LINE: LineEditor,
    Kind.TEXT: TextEditor,
    Kind.LINES: LinesEditor,
    Kind.CHOICE: ChoiceEditor,
    Kind.CHECK: CheckEditor,
    Kind.NUMBER: NumberEditor,
    Kind.MONEY: NumberEditor,
    Kind.CREDITS: NumberEditor,
    Kind.MOMENT: MomentEditor,
    Kind.ADDRESS: AddressEditor,
    Kind.MODULE: ChoiceEditor,
    Kind.LESSON: ChoiceEditor,
    Kind.DESIGNATION: ChoiceEditor,
    Kind.TEMPLATE: ChoiceEditor,
    Kind.PEOPLE: ListEditor,
    Kind.COURSES: ListEditor,
}


class RowForm(QWidget):
    """Every field of one table. ``edited(table, row, column, value)`` says what a person set and what may be kept."""

    edited = Signal(str, object, str, object)
    file_asked = Signal(object, str)
    """The row and the column that a file is to be chosen for."""

    def __init__(self, table: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = table
        self.editors: dict[str, Editor] = {}
        self.rows: dict[str, FormRow] = {}
        self._row: UUID | None = None
        self._draft: Callable[[], Draft] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(16), px(24), px(24))
        column.setSpacing(px(14))
        self._heads: list[tuple[Label, tuple[Field, ...]]] = []
        for section in SECTIONS[table]:
            head = Label(_(section.name), Role.HEADING)
            column.addWidget(head)
            self._heads.append((head, section.fields))
            for field in section.fields:
                column.addWidget(self._make(field))
        self._column = column
        column.addStretch(1)

    def show_row(self, row: Row, draft: Callable[[], Draft]) -> None:
        """Show a row. Another one than before: what was typed into that goes out first. The same again: a field in use is left alone."""
        if row["id"] != self._row:
            self.flush()
            self._row = row["id"]
            for editor in self.editors.values():
                editor.dirty = False
        self._draft = draft
        self._offer(draft(), row)
        for name, editor in self.editors.items():
            if not editor.dirty:
                with QSignalBlocker(editor):
                    editor.show_value(editor.of(row))
                self.say(name, "")
        kind = row.get("lesson_type", "")
        for name, editor in self.editors.items():
            self.rows[name].setVisible(not editor.field.types or kind in editor.field.types)
        for head, fields in self._heads:
            head.setVisible(any(not field.types or kind in field.types for field in fields))

    def flush(self) -> None:
        """Take what was typed and not yet said."""
        for editor in self.editors.values():
            editor.flush()

    def focus_field(self, column: str) -> bool:
        """Bring a field into sight, with the keyboard on it."""
        editor = self.editors.get(column)
        if editor is None:
            return False
        editor.widget.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def say(self, column: str, problem: str) -> None:
        """Say what is wrong with a field; empty takes it back."""
        self.rows[column].set_problem(problem)
        restyle(self.editors[column].widget, invalid=bool(problem))

    def offer(self, choices: Mapping[str, Iterable[tuple[UUID, str]]]) -> None:
        """What can be chosen in these columns."""
        for column, offered in choices.items():
            editor = self.editors[column]
            assert isinstance(editor, ChoiceEditor | ListEditor)
            editor.offer(offered)

    taken: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    """By column: what other rows hold that may be there once only, and their titles."""

    def _taken(self, column: str, value: Any) -> str:
        title = self.taken.get(column, {}).get(value) if isinstance(value, str) else None
        return _("“{title}” has this one already.").format(title=title) if title is not None else ""

    def _make(self, field: Field) -> FormRow:
        editor = EDITORS[field.kind](field)
        self.editors[field.column] = editor
        editor.changed.connect(lambda: self._changed(editor))
        if isinstance(editor, ListEditor):
            editor.refused.connect(lambda why: self.say(field.column, why))
        if isinstance(editor, AddressEditor):
            editor.file_asked.connect(lambda: self.file_asked.emit(self._row, field.column))
        row = FormRow(_(field.name), editor, hint=_(field.help) if field.help else "")
        if field.kind is Kind.CHECK:
            row.hide_label()
        self.rows[field.column] = row
        return row

    def _changed(self, editor: Editor) -> None:
        if self._row is None or self._draft is None:
            return
        draft = self._draft()
        table = draft.table_of(self._row)
        if table is None:
            return  # it was deleted meanwhile; the page says so
        row = draft.row(table, self._row)
        try:
            value = editor.value()
        except ValueError as error:
            self.say(editor.field.column, str(error))
            return
        problem = editor.field.problem(value, row, draft) or self._taken(editor.field.column, value)
        self.say(editor.field.column, problem)
        if not problem:
            editor.dirty = False
            if editor.of(row) != value:
                self.edited.emit(table, self._row, editor.field.column, value)

    def _offer(self, draft: Draft, row: Row) -> None:
        for editor in self.editors.values():
            if not isinstance(editor, ChoiceEditor):
                continue
            if editor.field.kind is Kind.MODULE:
                editor.offer([(one["id"], one["title"]) for one in draft.modules if one["id"] != row["id"]])
            elif editor.field.kind is Kind.LESSON:
                titles = {module["id"]: module["title"] for module in draft.modules}
                editor.offer(
                    [(one["id"], f"{titles[one['module_id']]} · {one['title']}") for one in draft.lessons if one["id"] != row["id"]]
                )
