"""Rows of a form: a label, a field, and below it what is wrong, in words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QDateTimeEdit, QDialog, QLineEdit, QVBoxLayout, QWidget

from desktop.ui.theme import Role, px, restyle
from desktop.ui.widgets.labels import Label


def padded[W: QWidget](field: W) -> W:
    """Keep the text of a spin box off its edge: Qt 6.12 lays its line out from the left edge on, whatever padding the style sheet gives."""
    if isinstance(field, QAbstractSpinBox) and not (isinstance(field, QDateTimeEdit) and field.calendarPopup()):
        field.lineEdit().setTextMargins(px(8), 0, 0, 0)
    return field


class FormRow(QWidget):
    """One field. ``check(text)`` returns what is wrong, or nothing; it is asked when the field is left and by :meth:`valid`.

    Once something is wrong it is asked at each key, so that the complaint goes when it is mended, and nobody is scolded while they type.
    """

    def __init__(
        self, label: str, field: QWidget, parent: QWidget | None = None, *, hint: str = "", check: Callable[[str], str] | None = None
    ) -> None:
        super().__init__(parent)
        self.field = field
        self._check = check
        self._hint = hint
        field.setAccessibleName(label)
        self._label = Label(label, Role.STRONG, parent=self)
        self._label.setBuddy(field)
        self._label.setVisible(not isinstance(field, QCheckBox))
        self._below = Label(hint, Role.CAPTION, "muted", self, wrap=True)
        self._below.setVisible(bool(hint))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(5))
        column.addWidget(self._label)
        column.addWidget(field)
        column.addWidget(self._below)
        if isinstance(field, QLineEdit):
            field.editingFinished.connect(self.valid)
            field.textEdited.connect(self._mended)

    def hide_label(self) -> None:
        """For a field that says its own name."""
        self._label.hide()

    @property
    def problem(self) -> str:
        return self._below.text() if self.field.property("invalid") else ""

    def set_problem(self, problem: str) -> None:
        """Say what is wrong with the field; empty takes it back."""
        if problem == self.problem:
            return
        restyle(self.field, invalid=bool(problem))
        self._below.set_token("bad" if problem else "muted")
        self._below.setText(problem or self._hint)
        self._below.setVisible(bool(problem or self._hint))
        self.field.setAccessibleDescription(problem or self._hint)
        if isinstance(window := self.window(), QDialog) and window.isVisible():
            window.adjustSize()

    def _mended(self, text: str) -> None:
        if self.problem:
            self.set_problem(self._check(text) if self._check is not None else "")

    def valid(self) -> bool:
        """Check the field and show what is wrong."""
        if self._check is None or not isinstance(self.field, QLineEdit):
            return True
        problem = self._check(self.field.text())
        self.set_problem(problem)
        return not problem
