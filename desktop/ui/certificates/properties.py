"""What one element of a design is, field by field; or, while none is chosen, the sheet."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QLineEdit,
    QMenu,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.certificates.designing import Sketch
from desktop.certificates.template import FIELDS, LARGEST_IMAGE, Align, Box, Element, Paper, Picture, Text, is_colour
from desktop.errors import Invalid
from desktop.i18n import N_, _
from desktop.ui.layouts import emptied
from desktop.ui.theme import Role, px, restyle
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.forms import padded
from desktop.ui.widgets.labels import Label

KINDS = {
    "text": N_("Text"),
    "picture": N_("Picture"),
    "rule": N_("Line"),
    "ornament": N_("Ornament"),
    "panel": N_("Area"),
    "border": N_("Border"),
    "watermark": N_("Watermark"),
    "seal": N_("Seal"),
    "code": N_("QR code"),
}
NAMES = {
    "text": N_("Words"),
    "size": N_("Largest size, points"),
    "smallest": N_("Smallest size, points"),
    "font": N_("Font"),
    "colour": N_("Colour"),
    "align": N_("Alignment"),
    "lines": N_("Lines at most"),
    "tracking": N_("Letter spacing, points"),
    "capitals": N_("Capitals"),
    "weight": N_("Weight, points"),
}
FONT_NAMES = {"roman": N_("Roman"), "italic": N_("Italic"), "small_caps": N_("Small capitals"), "sans": N_("Sans serif")}
COLOUR_NAMES = {"ink": N_("Ink"), "soft": N_("Soft"), "accent": N_("Accent"), "tint": N_("Tint"), "paper": N_("Paper")}
ALIGNMENTS = {Align.LEFT: N_("Left"), Align.CENTRE: N_("Centred"), Align.RIGHT: N_("Right")}
CHOICES: dict[str, dict[Any, str]] = {"font": FONT_NAMES, "colour": COLOUR_NAMES, "align": ALIGNMENTS}
PAPERS = {
    Paper.LETTER: N_("Letter, landscape"),
    Paper.A4: N_("A4, landscape"),
    Paper.LETTER_UPRIGHT: N_("Letter, portrait"),
    Paper.A4_UPRIGHT: N_("A4, portrait"),
}


class Properties(QWidget):
    """Rebuilt for what is chosen; ``given`` has the name of the step and the new element or sketch."""

    element_given = Signal(str, int, object)
    sheet_given = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(8))
        self._sketch: Sketch | None = None
        self._shown: tuple[int | None, str] | None = None
        self._fill: list[Callable[[Any], None]] = []
        self.fields: dict[str, QWidget] = {}
        self.trouble = Label("", Role.BODY, "bad", wrap=True)

    def show_sketch(self, sketch: Sketch, chosen: frozenset[int]) -> None:
        """Fields are made anew only where something else is chosen: who types keeps the cursor."""
        self._sketch = sketch
        number = next(iter(chosen)) if len(chosen) == 1 else None
        about = (number, "several" if len(chosen) > 1 else sketch.elements[number].kind if number is not None else "sheet")
        if about != self._shown:
            self._shown = about
            self._make(len(chosen), number)
        for fill in self._fill:
            fill(sketch)

    def complain(self, sentence: str, field: QWidget | None = None) -> None:
        """Say what is wrong with what was given."""
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))
        if field is not None:
            restyle(field, invalid=bool(sentence))

    # Making

    def _make(self, count: int, number: int | None) -> None:
        sketch = self._sketch
        assert sketch is not None
        self._fill, self.fields = [], {}
        emptied(self._column)
        body = QWidget()
        self.form = QFormLayout(body)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setVerticalSpacing(px(8))
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self.trouble = Label("", Role.BODY, "bad", wrap=True)
        self.trouble.hide()
        if number is not None:
            self._column.addWidget(Label(_(KINDS[sketch.elements[number].kind]), Role.HEADING))
            self._element(number, sketch.elements[number])
        elif count:
            self._column.addWidget(Label(_("{n} elements").format(n=count), Role.HEADING))
            self._column.addWidget(Label(_("Arrange moves them together."), Role.BODY, "muted", wrap=True))
        else:
            self._column.addWidget(Label(_("Sheet"), Role.HEADING))
            self._sheet()
        self._column.addWidget(body)
        self._column.addWidget(self.trouble)

    def _row[W: QWidget](self, key: str, name: str, widget: W) -> W:
        widget.setAccessibleName(name)
        self.form.addRow(Label(name, Role.CAPTION, "muted"), padded(widget))
        self.fields[key] = widget
        return widget

    def _element(self, number: int, element: Element) -> None:
        for key, name in (("left", _("From the left")), ("bottom", _("From the bottom")), ("width", _("Width")), ("height", _("Height"))):
            spin = self._row(key, _("{name}, points").format(name=name), _spin(-2000, 4000, 1))
            spin.valueChanged.connect(partial(self._box, number, key))
            self._filled(spin, partial(_length, number, key))
        for one in fields(element):
            if one.name in NAMES:
                self._property(number, one.name)
        if isinstance(element, Text):
            insert = Button(_("Insert a field"), "quiet", "plus")
            menu = QMenu(insert)
            for name in sorted(FIELDS):
                menu.addAction(f"{{{name}}}", partial(self._insert, name))
            insert.setMenu(menu)
            self.form.addRow(insert)
        if isinstance(element, Picture):
            button = Button(_("Another picture…"), "quiet", "picture")
            button.clicked.connect(
                lambda: choose_picture(self, lambda data: self._give(number, _("Change picture"), data=data), self.complain)
            )
            self.form.addRow(button)

    def _property(self, number: int, key: str) -> None:
        name = _(NAMES[key])

        def read(sketch: Sketch) -> Any:
            return getattr(sketch.elements[number], key)

        def give(value: object) -> None:
            self._give(number, _("Change: {name}").format(name=name), **{key: value})

        match key:
            case "text":
                line = self._row(key, name, QLineEdit())
                line.textEdited.connect(give)
                self._filled(line, read)
            case "capitals":
                check = self._row(key, name, QCheckBox())
                check.toggled.connect(give)
                self._filled(check, read)
            case "lines":
                count = self._row(key, name, QSpinBox())
                count.setRange(1, 9)
                count.valueChanged.connect(give)
                self._filled(count, read)
            case "font" | "colour" | "align":
                self._choice(key, name, CHOICES[key], read, give)
            case _:
                spin = self._row(key, name, _spin(0 if key == "tracking" else 0.1, 200, 0.5))
                spin.valueChanged.connect(give)
                self._filled(spin, read)

    def _sheet(self) -> None:
        self._choice("paper", _("Paper"), PAPERS, lambda sketch: sketch.paper, lambda paper: self._give_sheet(_("Paper"), paper=paper))
        for key, name in (
            ("signatory", _("Signatory")),
            ("monogram", _("Monogram of the seal")),
            ("verify_address", _("Address to verify at")),
        ):
            line = self._row(key, name, QLineEdit())
            line.textEdited.connect(partial(self._give_line, key, _("Change: {name}").format(name=name)))
            self._filled(line, attrgetter(key))
        for key, title in COLOUR_NAMES.items():
            line = self._row(f"colours.{key}", _("Colour: {name}").format(name=_(title)), QLineEdit())
            line.textEdited.connect(partial(self._give_colour, key, line))
            self._filled(line, attrgetter(f"colours.{key}"))

    def _choice[V](self, key: str, name: str, choices: dict[V, str], read: Callable[[Sketch], V], give: Callable[[V], None]) -> None:
        box = self._row(key, name, QComboBox())
        values = list(choices)
        for text in choices.values():
            box.addItem(_(text))
        box.activated.connect(lambda at: give(values[at]))
        self._fill.append(lambda sketch: box.setCurrentIndex(values.index(read(sketch))))

    def _filled(self, widget: QLineEdit | QCheckBox | QSpinBox | QDoubleSpinBox, read: Callable[[Sketch], Any]) -> None:
        def fill(sketch: Sketch) -> None:
            value = read(sketch)
            widget.blockSignals(True)  # what is shown is not a change
            if isinstance(widget, QLineEdit):
                if widget.text() != value and not (widget.hasFocus() and self.trouble.text()):
                    widget.setText(value)
                    widget.setCursorPosition(0 if not widget.hasFocus() else len(value))
            elif isinstance(widget, QCheckBox):
                widget.setChecked(value)
            else:
                widget.setValue(value)
            widget.blockSignals(False)

        self._fill.append(fill)

    # Giving

    def _box(self, number: int, key: str, value: float) -> None:
        assert self._sketch is not None
        box = self._sketch.elements[number].box
        left, bottom, width, height = (value if key == one else getattr(box, one) for one in ("left", "bottom", "width", "height"))
        name = _("Resize") if key in {"width", "height"} else _("Move")
        self._give(number, name, box=Box(left, bottom, left + width, bottom + height))

    def _insert(self, field: str) -> None:
        line = self.fields["text"]
        assert isinstance(line, QLineEdit)
        line.insert(f"{{{field}}}")
        line.textEdited.emit(line.text())

    def _give(self, number: int, step: str, **values: Any) -> None:
        assert self._sketch is not None
        field = self.fields.get(next(iter(values)))
        try:
            element = replace(self._sketch.elements[number], **values)
            replace(self._sketch, elements=(element,))
        except Invalid as error:
            self.complain(error.message, field)
        else:
            self.complain("", field)
            self.element_given.emit(step, number, element)

    def _give_sheet(self, step: str, **values: Any) -> None:
        assert self._sketch is not None
        paper = values.get("paper")
        self.sheet_given.emit(step, self._sketch.on(paper) if paper is not None else replace(self._sketch, **values))

    def _give_line(self, key: str, step: str, text: str) -> None:
        self._give_sheet(step, **{key: text})

    def _give_colour(self, key: str, line: QLineEdit, text: str) -> None:
        assert self._sketch is not None
        if not is_colour(text):
            self.complain(_("A colour is written as # and six digits or letters from a to f."), line)
            return
        self.complain("", line)
        self.sheet_given.emit(
            _("Change: {name}").format(name=_(COLOUR_NAMES[key])),
            replace(self._sketch, colours=replace(self._sketch.colours, **{key: text})),
        )


def choose_picture(parent: QWidget, given: Callable[[str], object], complain: Callable[[str], object]) -> None:
    """Ask for a PNG or a JPEG, and give it in base64; say what is wrong where it is too large or cannot be read."""
    dialog = QFileDialog(parent, _("Choose a picture: a logo, or a written signature"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilter(_("Pictures (*.png *.jpg *.jpeg)"))

    def chosen(name: str) -> None:
        data = read_picture(name, complain)
        if data is not None:
            given(data)

    dialog.fileSelected.connect(chosen)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def read_picture(name: str, complain: Callable[[str], object]) -> str | None:
    """The file in base64; None where it is too large or cannot be read, which is said."""
    try:
        with Path(name).open("rb") as file:
            data = file.read(LARGEST_IMAGE + 1)
    except OSError:
        complain(_("{name} cannot be read.").format(name=Path(name).name))
        return None
    if len(data) > LARGEST_IMAGE or QImage.fromData(data).isNull():
        complain(_("A picture is a PNG or a JPEG of at most {n} kB.").format(n=LARGEST_IMAGE // 1000))
        return None
    return base64.b64encode(data).decode()


def _length(number: int, key: str, sketch: Sketch) -> float:
    length: float = getattr(sketch.elements[number].box, key)
    return length


def _spin(least: float, most: float, step: float) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(least, most)
    spin.setSingleStep(step)
    spin.setDecimals(1)
    spin.setKeyboardTracking(False)
    return spin
