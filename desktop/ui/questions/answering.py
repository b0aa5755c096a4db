"""Where a question is answered: one field for each type. All of them work by keyboard alone and say what they are.

A field's answer has the form of server_sql/README.md, "Answers"; it is None where nothing is answered.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop.i18n import _
from desktop.questions.markup import from_plain, plain_text
from desktop.questions.queries import Answer, Asked, Choice
from desktop.ui.questions.formatted import Formatted, FormattedItems
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.labels import Label

NAME = Qt.ItemDataRole.UserRole
"""Where an item of a list keeps the name of what it shows."""


class AnswerField(QWidget):
    """Base of all fields. ``changed`` follows every change by the person, none by :meth:`show_answer`."""

    changed = Signal()

    def answer(self) -> Answer | None:
        raise NotImplementedError

    def show_answer(self, answer: Answer | None) -> None:
        raise NotImplementedError

    def show_picture(self, asset: str, image: QImage) -> None:
        """A picture has come that words which the field draws itself may name."""


class _Words(Label):
    """The words beside a button; a click on them is a click on it."""

    def __init__(self, text: str, button: QAbstractButton) -> None:
        super().__init__(text, wrap=True)
        self._button = button

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()) and self._button.isEnabled():
            self._button.setFocus(Qt.FocusReason.MouseFocusReason)
            self._button.click()


class ChoiceField(AnswerField):
    """Multiple choice, true or false, multiple answer."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._several = asked.type == "multiple_answer"
        choices = asked.options
        if asked.type == "true_false":
            choices = (Choice("true", _("True")), Choice("false", _("False")))
        self.buttons: dict[str, QAbstractButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(not self._several)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        for choice in choices:
            button: QAbstractButton = QCheckBox() if self._several else QRadioButton()
            button.setAccessibleName(choice.text)
            button.clicked.connect(lambda _checked: self._picked())
            self._group.addButton(button)
            self.buttons[choice.id] = button
            row = QHBoxLayout()
            row.setSpacing(px(8))
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Formatted(choice.text, choice.html, button) if choice.html else _Words(choice.text, button), 1)
            column.addLayout(row)
        self._clear = Button(_("Clear my choice"), "link")
        self._clear.clicked.connect(self._clear_choice)
        self._clear.setVisible(False)
        if not self._several:
            column.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignLeft)

    def answer(self) -> Answer | None:
        picked = [name for name, button in self.buttons.items() if button.isChecked()]
        if not picked:
            return None
        return {"selected": picked} if self._several else {"selected": picked[0]}

    def show_answer(self, answer: Answer | None) -> None:
        selected = (answer or {}).get("selected")
        picked = selected if isinstance(selected, list) else [selected]
        self._group.setExclusive(False)
        for name, button in self.buttons.items():
            button.setChecked(name in picked)
        self._group.setExclusive(not self._several)
        self._show_clear()

    def _picked(self) -> None:
        self._show_clear()
        self.changed.emit()

    def _clear_choice(self) -> None:
        self.show_answer(None)
        next(iter(self.buttons.values())).setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _show_clear(self) -> None:
        self._clear.setVisible(not self._several and self._group.checkedButton() is not None)


class ShortField(AnswerField):
    """A line to type in."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setAccessibleName(_("Your answer to question {number}").format(number=asked.number))
        self.line.setMaxLength(1000)
        self.line.textEdited.connect(lambda _text: self.changed.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line)

    def answer(self) -> Answer | None:
        return {"text": self.line.text()} if self.line.text().strip() else None

    def show_answer(self, answer: Answer | None) -> None:
        self.line.setText(str((answer or {}).get("text") or ""))


class EssayField(AnswerField):
    """A text of several lines. Tab moves on, as everywhere."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(_("Your answer to question {number}").format(number=asked.number))
        self.text.setMinimumHeight(px(180))
        self.text.textChanged.connect(self._typed)
        self._filling = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.text)

    def answer(self) -> Answer | None:
        words = self.text.toPlainText()
        return {"html": from_plain(words)} if words.strip() else None

    def show_answer(self, answer: Answer | None) -> None:
        self._filling = True
        self.text.setPlainText(plain_text(str((answer or {}).get("html") or "")))
        self._filling = False

    def _typed(self) -> None:
        if not self._filling:
            self.changed.emit()


class BlanksField(AnswerField):
    """A line, or a list to choose from, for each blank."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.fields: list[QLineEdit | QComboBox] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(12))
        grid.setVerticalSpacing(px(8))
        grid.setColumnStretch(1, 1)
        for index in range(asked.blanks):
            listed = asked.choices[index] if index < len(asked.choices) else ()
            field = self._list(listed) if listed else self._line()
            name = _("Blank {number}").format(number=index + 1)
            field.setAccessibleName(name)
            grid.addWidget(Label(name, Role.LABEL, "muted"), index, 0)
            grid.addWidget(field, index, 1)
            self.fields.append(field)

    def answer(self) -> Answer | None:
        given = [field.text() if isinstance(field, QLineEdit) else field.currentData() or "" for field in self.fields]
        return {"blanks": given} if any(text.strip() for text in given) else None

    def show_answer(self, answer: Answer | None) -> None:
        given = list((answer or {}).get("blanks") or ())
        for index, field in enumerate(self.fields):
            text = given[index] if index < len(given) else ""
            if isinstance(field, QLineEdit):
                field.setText(text)
            else:
                field.setCurrentIndex(max(0, field.findData(text)))

    def _line(self) -> QLineEdit:
        line = QLineEdit()
        line.setMaxLength(1000)
        line.textEdited.connect(lambda _text: self.changed.emit())
        return line

    def _list(self, choices: tuple[str, ...]) -> QComboBox:
        box = QComboBox()
        box.addItem(_("Choose…"), "")
        for choice in choices:
            box.addItem(choice, choice)
        box.activated.connect(lambda _index: self.changed.emit())
        return box


class MatchingField(AnswerField):
    """For each stem a list of what may belong to it."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.boxes: dict[str, QComboBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(16))
        grid.setVerticalSpacing(px(8))
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for row, stem in enumerate(asked.left):
            box = QComboBox()
            box.setAccessibleName(_("What belongs to {stem}").format(stem=stem.text))
            box.addItem(_("Choose…"), None)
            for choice in asked.right:
                box.addItem(choice.text, choice.id)
            box.activated.connect(lambda _index: self.changed.emit())
            grid.addWidget(Formatted(stem.text, stem.html) if stem.html else Label(stem.text, wrap=True), row, 0)
            grid.addWidget(box, row, 1)
            self.boxes[stem.id] = box

    def answer(self) -> Answer | None:
        pairs = {stem: box.currentData() for stem, box in self.boxes.items() if box.currentData() is not None}
        return {"pairs": pairs} if pairs else None

    def show_answer(self, answer: Answer | None) -> None:
        pairs = (answer or {}).get("pairs") or {}
        for stem, box in self.boxes.items():
            box.setCurrentIndex(max(0, box.findData(pairs.get(stem))))


class _Items(QListWidget):
    """Items that are dragged, or moved by Alt+Up and Alt+Down."""

    asked_to_move = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.asked_to_move.emit(step)
            return
        super().keyPressEvent(event)


class OrderingField(AnswerField):
    """Items to put in order. The order they come in is by chance, so it is an answer only once the person has moved or kept it."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._ordered = False
        self._items = asked.items
        self.list = _Items()
        self.list.setAccessibleName(_("Items in order; Alt+Up and Alt+Down move the chosen one"))
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # it is as high as its items are
        self.list.setSpacing(px(5))
        self.list.setTabKeyNavigation(False)
        self.list.asked_to_move.connect(self.move_current)
        self.list.model().rowsMoved.connect(lambda *_moved: self._settle())
        self._formatted = FormattedItems(self.list, NAME, {item.id: item.html for item in self._items if item.html})
        self.list.setItemDelegate(self._formatted)
        self._fill([item.id for item in self._items])
        self.up = IconButton("chevron-up", _("Move up"))
        self.down = IconButton("chevron-down", _("Move down"))
        self.keep = Button(_("This order is right"), "link")
        self.up.clicked.connect(lambda: self.move_current(-1))
        self.down.clicked.connect(lambda: self.move_current(1))
        self.keep.clicked.connect(self._settle)
        buttons = QVBoxLayout()
        buttons.addWidget(self.up)
        buttons.addWidget(self.down)
        buttons.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.list, 1)
        row.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignLeft)

    def answer(self) -> Answer | None:
        return {"order": self._names()} if self._ordered else None

    def show_answer(self, answer: Answer | None) -> None:
        order = (answer or {}).get("order")
        self._ordered = bool(order)
        self._fill(list(order) if order else [item.id for item in self._items])
        self.keep.setVisible(not self._ordered)

    def move_current(self, step: int) -> None:
        row = self.list.currentRow()
        if not 0 <= row + step < self.list.count() or row < 0:
            return
        item = self.list.takeItem(row)
        self.list.insertItem(row + step, item)
        self.list.setCurrentItem(item)
        self._settle()

    def _names(self) -> list[str]:
        return [self.list.item(row).data(NAME) for row in range(self.list.count())]

    def _fill(self, names: list[str]) -> None:
        texts = {item.id: item.text for item in self._items}
        self.list.clear()
        for name in names:
            item = QListWidgetItem(texts.get(name, name))
            item.setData(NAME, name)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._fit()

    def show_picture(self, asset: str, image: QImage) -> None:
        self._formatted.show_picture(asset, image)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as its items are at this width: a list within a page that scrolls should not scroll itself."""
        self.list.scheduleDelayedItemsLayout()
        rows = sum(self.list.sizeHintForRow(row) + 2 * self.list.spacing() for row in range(self.list.count()))
        self.list.setFixedHeight(rows + px(8))

    def _settle(self) -> None:
        self._ordered = True
        self.keep.setVisible(False)
        self.changed.emit()


FIELDS: dict[str, type[ChoiceField | ShortField | EssayField | BlanksField | MatchingField | OrderingField]] = {
    "multiple_choice": ChoiceField,
    "true_false": ChoiceField,
    "multiple_answer": ChoiceField,
    "short_answer": ShortField,
    "essay": EssayField,
    "fill_blank": BlanksField,
    "matching": MatchingField,
    "ordering": OrderingField,
}
"""The field of each type of question."""


def field_for(asked: Asked) -> AnswerField:
    """A field that shows what was answered so far."""
    field = FIELDS[asked.type](asked)
    field.show_answer(asked.answer)
    field.setEnabled(not asked.settled)
    return field
