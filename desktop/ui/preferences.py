"""Preferences: one row for each declared option, made from its declaration. A change counts at once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from desktop.i18n import N_, _
from desktop.settings import LANGUAGE, REDUCED_MOTION, TEXT_SCALE, THEME, Option, Settings
from desktop.ui.widgets.forms import FormRow, padded
from desktop.ui.widgets.surfaces import Dialog

SHOWN: tuple[Option[Any], ...] = (THEME, TEXT_SCALE, REDUCED_MOTION, LANGUAGE)
"""The options that a person changes here; others (the workspace opened last) change by what they do."""

CHOICE_NAMES = {
    "system": N_("As the system"),
    "light": N_("Light"),
    "dark": N_("Dark"),
    "high contrast": N_("High contrast"),
}


class PreferencesDialog(Dialog):
    """The dialog."""

    def __init__(self, settings: Settings, parent: QWidget | None = None, shown: Iterable[Option[Any]] = SHOWN) -> None:
        super().__init__(_("Preferences"), "", parent, width=520)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings = settings
        self.editors: dict[str, QWidget] = {}
        for option in shown:
            editor = self._editor(option)
            editor.setObjectName(option.name)
            self.editors[option.name] = editor
            self.body.addWidget(FormRow(_(option.description), editor, self))
        self.body.addStretch(1)
        self.add_button(_("Done"), "primary", self.accept)

    def _editor(self, option: Option[Any]) -> QWidget:
        value = self._settings.get(option)
        put = partial(self._put, option)
        if option.choices:
            combo = QComboBox(self)
            for choice in option.choices:
                combo.addItem(_(CHOICE_NAMES.get(choice, str(choice))), choice)
            combo.setCurrentIndex(combo.findData(value))
            combo.currentIndexChanged.connect(lambda at: put(combo.itemData(at)))
            return combo
        match option.default:
            case bool():
                box = QCheckBox(_(option.description), self)
                box.setChecked(value)
                box.toggled.connect(put)
                return box
            case float():
                fraction = QDoubleSpinBox(self)
                fraction.setRange(0.8, 2.0)
                fraction.setSingleStep(0.1)
                fraction.setDecimals(1)
                fraction.setValue(value)
                fraction.valueChanged.connect(put)
                return fraction
            case int():
                number = padded(QSpinBox(self))
                number.setRange(-1_000_000, 1_000_000)
                number.setValue(value)
                number.valueChanged.connect(put)
                return number
        line = QLineEdit(str(value), self)
        line.editingFinished.connect(lambda: put(line.text().strip()))
        return line

    def _put(self, option: Option[Any], value: Any) -> None:
        self._settings.set(option, value)
