"""What forms of questions are made of: words with or without formatting, numbers, and lists of rows that one adds, moves and removes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.i18n import _
from desktop.questions.markup import from_plain, plain_text
from desktop.questions.model import Text
from desktop.ui.context import Context
from desktop.ui.theme import px, restyle
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.richtext_page import Files
from desktop.ui.widgets.surfaces import Dialog

MOST_LINES = 8


def number_text(number: Decimal) -> str:
    """Without zeros at the end."""
    return f"{number.normalize():f}"


class Formatter:
    """One rich-text editor for all the words of a page, in a dialog: it is a browser, and far too heavy to have one in each field."""

    def __init__(self, context: Context, files: Files, parent: QWidget) -> None:
        self._context, self._files, self._parent = context, files, parent
        self.dialog: FormatDialog | None = None

    def open(self, label: str, text: Text, done: Callable[[Text], object]) -> None:
        if self.dialog is None:
            self.dialog = FormatDialog(self._context, self._files, self._parent)
        self._context.spawn(self.dialog.ask(label, text, done), self._parent)

    async def close(self) -> None:
        """Take the browser down; before the application ends."""
        if self.dialog is not None:
            await self.dialog.editor.close_editor()


class FormatDialog(Dialog):
    """Words with formatting, pictures and tables."""

    def __init__(self, context: Context, files: Files, parent: QWidget) -> None:
        from desktop.ui.widgets.richtext import RichText

        super().__init__(_("Formatted text"), "", parent, width=680)
        self._context = context
        self._done: Callable[[Text], object] = lambda _text: None
        self.editor = RichText(context, files, _("Formatted text"), self)
        self.editor.setMinimumHeight(px(320))
        self.body.addWidget(self.editor, 1)
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.keep_button = self.add_button(_("Keep"), "primary", lambda: context.spawn(self._keep(), self))
        self.keep_button.setDefault(False)
        self.keep_button.setAutoDefault(False)

    async def ask(self, label: str, text: Text, done: Callable[[Text], object]) -> None:
        """Show ``text``; ``done`` is given what became of it."""
        self._done = done
        self.setWindowTitle(label)
        self.open()
        await self.editor.show_text(object(), lambda: text.html if text.html is not None else from_plain(text.plain))
        self.editor.focus_text()

    async def _keep(self) -> None:
        html = await self.editor.flush()
        plain = plain_text(html)
        self.accept()
        self._done(Text(plain) if html.strip() == from_plain(plain) else Text(plain, html))


class WordsField(QWidget):
    """Words of a question: typed here as plain text, formatted in the dialog behind the button. As high as what it holds."""

    changed = Signal()
    entered = Signal()
    """Enter in a field of one line."""

    def __init__(self, name: str, formatter: Formatter | None, *, placeholder: str = "", lines: int = 1) -> None:
        super().__init__()
        self._formatter, self._name, self._lines = formatter, name, lines
        self._html: str | None = None
        self.edit = QPlainTextEdit()
        self.edit.setTabChangesFocus(True)
        self.edit.setAccessibleName(name)
        self.edit.setPlaceholderText(placeholder)
        self.edit.textChanged.connect(self._typed)
        self.edit.installEventFilter(self)
        self.setFocusProxy(self.edit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(4))
        row.addWidget(self.edit, 1)
        if formatter is not None:
            self.format_button = IconButton("bold", _("Format “{name}”").format(name=name))
            self.format_button.clicked.connect(self.open_formatter)
            row.addWidget(self.format_button, 0, Qt.AlignmentFlag.AlignTop)
        self._fit()

    def text(self) -> Text:
        return Text(" ".join(self.edit.toPlainText().split()) if self._lines == 1 and self._html is None else self.words, self._html)

    @property
    def words(self) -> str:
        return self.edit.toPlainText().strip()

    def show_text(self, text: Text) -> None:
        """Show other words; what is shown already leaves the cursor where it is."""
        self._html = text.html
        if self.edit.toPlainText() != text.plain:
            with QSignalBlocker(self.edit):
                self.edit.setPlainText(text.plain)
        self.edit.setReadOnly(text.html is not None)
        said = _("This is formatted: Enter, or the button, opens it.") if text.html is not None else ""
        self.edit.setToolTip(said)
        self.edit.setAccessibleDescription(said)
        self._fit()

    def insert(self, words: str) -> None:
        """At the cursor; into formatted words at the end."""
        if self._html is not None:
            self._html += from_plain(words)
            self.show_text(Text(plain_text(self._html), self._html))
            self.changed.emit()
        else:
            self.edit.insertPlainText(words)

    def open_formatter(self) -> None:
        if self._formatter is not None:
            self._formatter.open(self._name, Text(self.words, self._html), self._formatted)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._html is not None:
                self.open_formatter()
                return True
            if self._lines == 1 and not event.modifiers():
                self.entered.emit()
                return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _formatted(self, text: Text) -> None:
        self.show_text(text)
        self.changed.emit()

    def _typed(self) -> None:
        self._fit()
        self.changed.emit()

    def _fit(self) -> None:
        high = QFontMetrics(self.edit.font()).lineSpacing()
        lines = min(MOST_LINES, max(self._lines, round(self.edit.document().size().height())))
        full = lines >= MOST_LINES
        self.edit.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded if full else Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.edit.setFixedHeight(lines * high + px(22))


class NumberField(QLineEdit):
    """A number. What cannot be read is marked, and the last that could be counts on."""

    changed = Signal()

    def __init__(self, name: str, *, least: Decimal | None = None, most: Decimal | None = None, none: bool = False, wide: int = 64) -> None:
        super().__init__()
        self._least, self._most, self._none = least, most, none
        self._value: Decimal | None = None
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(px(wide))
        self.textEdited.connect(self._typed)

    @property
    def value(self) -> Decimal | None:
        return self._value

    def show_value(self, value: Decimal | None) -> None:
        if value != self._value or not self.hasFocus():
            self._value = value
            self.setText("" if value is None else number_text(value))
            self._mark(good=True)

    def show_new(self, value: Decimal | None) -> None:
        """Show the number of something else, also while this has the focus."""
        self._value = value
        self.setText("" if value is None else number_text(value))
        self._mark(good=True)

    def set_most(self, most: Decimal) -> None:
        self._most = most

    def _typed(self, text: str) -> None:
        read, good = self._read(text.strip())
        self._mark(good=good)
        if good and read != self._value:
            self._value = read
            self.changed.emit()

    def _read(self, text: str) -> tuple[Decimal | None, bool]:
        if not text:
            return None, self._none
        with contextlib.suppress(ArithmeticError):
            number = Decimal(text.replace("−", "-").replace(",", "."))
            inside = number.is_finite() and (self._least is None or number >= self._least) and (self._most is None or number <= self._most)
            return number, inside
        return None, False

    def _mark(self, *, good: bool) -> None:
        if bool(self.property("invalid")) is good:
            restyle(self, invalid=not good)
        self.setAccessibleDescription("" if good else _("This is not a number that can be used here."))
        self.setToolTip(self.accessibleDescription())


class RowsField[Row: QWidget](QWidget):
    """Rows of one kind. Alt+Up and Alt+Down move the row with the keyboard in it, Ctrl+Delete removes it, Enter in the last adds one."""

    changed = Signal()
    shaped = Signal()
    """Rows came, went or moved: the order of Tab must follow."""

    def __init__(self, add_name: str, make: Callable[[], Row], *, least: int = 0) -> None:
        super().__init__()
        self._make, self._least = make, least
        self.rows: list[Row] = []
        self.column = QVBoxLayout()
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(px(8))
        self.add_button = Button(add_name, "link")
        self.add_button.clicked.connect(lambda: self.add(focus=True))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(px(8))
        outer.addLayout(self.column)
        outer.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)

    def fill(self, count: int) -> Sequence[Row]:
        """Have as many rows; those there are stay, so the keyboard stays where it is."""
        while len(self.rows) < count:
            self._insert()
        while len(self.rows) > count:
            self._drop(self.rows[-1])
        return self.rows

    def add(self, *, focus: bool = False) -> Row:
        row = self._insert()
        if focus:
            row.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()
        return row

    def remove(self, row: Row) -> None:
        if len(self.rows) <= self._least:
            return
        at = self.rows.index(row)
        self._drop(row)
        (self.rows[min(at, len(self.rows) - 1)] if self.rows else self.add_button).setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def move_row(self, row: Row, step: int) -> None:
        at = self.rows.index(row)
        if 0 <= at + step < len(self.rows):
            focused = self.focusWidget()
            self.rows.insert(at + step, self.rows.pop(at))
            self.column.removeWidget(row)
            self.column.insertWidget(at + step, row)
            self.shaped.emit()
            if focused is not None:
                focused.setFocus(Qt.FocusReason.OtherFocusReason)
            self.changed.emit()

    def entered(self, row: Row) -> None:
        """Enter: on to the next row, which is made where there is none."""
        at = self.rows.index(row)
        if at + 1 < len(self.rows):
            self.rows[at + 1].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.add(focus=True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            row = next((row for row in self.rows if isinstance(watched, QWidget) and row.isAncestorOf(watched)), None)
            if row is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self.move_row(row, -1 if event.key() == Qt.Key.Key_Up else 1)
                return True
            if row is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_Delete:
                self.remove(row)
                return True
        return super().eventFilter(watched, event)

    def _insert(self) -> Row:
        row = self._make()
        for part in row.findChildren(QWidget):
            part.installEventFilter(self)
        self.rows.append(row)
        self.column.addWidget(row)
        row.show()  # now, so that it can have the keyboard
        self.shaped.emit()
        return row

    def _drop(self, row: Row) -> None:
        self.rows.remove(row)
        self.column.removeWidget(row)
        row.hide()
        row.deleteLater()  # what was clicked in it may still be at work


def order_tabs(root: QWidget | None) -> None:
    """Let Tab go through ``root`` as it is laid out. Qt goes by when widgets were made, which is wrong for rows that are added."""
    for one, other in pairwise(_stops(root) if root is not None else ()):
        QWidget.setTabOrder(one, other)


def _stops(widget: QWidget) -> list[QWidget]:
    found = [widget] if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None else []
    layout = widget.layout()
    return found if layout is None else found + _stops_in(layout)


def _stops_in(layout: QLayout) -> list[QWidget]:
    found: list[QWidget] = []
    for at in range(layout.count()):
        item = layout.itemAt(at)
        if item is None:
            continue
        if (part := item.widget()) is not None:
            found += _stops(part)
        elif (inner := item.layout()) is not None:
            found += _stops_in(inner)
    return found
