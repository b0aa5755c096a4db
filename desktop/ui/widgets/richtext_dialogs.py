"""What the text editor asks: where a link leads, what a picture shows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit, QWidget

from desktop.courses.richtext import SCHEMES
from desktop.i18n import _
from desktop.ui.theme import px
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.surfaces import Dialog


def link_problem(address: str) -> str:
    """What is wrong with the address of a link; empty where nothing is."""
    scheme, colon, rest = address.strip().partition(":")
    if not address.strip():
        return _("Where does the link lead?")
    if address.startswith("#"):
        return ""
    if not colon or scheme.lower() not in SCHEMES:
        return _("The address must begin with https://, mailto: or tel:.")
    if scheme.lower() in ("http", "https") and not rest.removeprefix("//").partition("/")[0]:
        return _("The address names no site.")
    return ""


class LinkDialog(Dialog):
    """``given(address, text)``; the text is empty where some was selected, the address where the link is to go."""

    given = Signal(str, str)

    def __init__(self, address: str, selected: str, parent: QWidget) -> None:
        super().__init__(_("Link"), "", parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.address = QLineEdit(address or "https://")
        self.text = QLineEdit()
        self._row = FormRow(_("Address"), self.address, check=link_problem)
        self.body.addWidget(self._row)
        self._selected = selected or address
        if not self._selected:
            self.body.addWidget(FormRow(_("Text"), self.text, hint=_("Say where it leads, not “click here”.")))
        if address:
            self.add_button(_("Remove link"), "plain", self._remove)
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.add_button(_("Apply"), "primary", self._apply)

    def _apply(self) -> None:
        if not self._row.valid():
            return
        address = self.address.text().strip()
        self.given.emit(address, "" if self._selected else self.text.text().strip() or address)
        self.accept()

    def _remove(self) -> None:
        self.given.emit("", "")
        self.accept()


class PictureDialog(Dialog):
    """``given(text)``: what the picture shows, for whoever cannot see it; empty where it only decorates."""

    given = Signal(str)

    def __init__(self, alternative: str | None, parent: QWidget) -> None:
        super().__init__(_("What does the picture show?"), _("Read aloud to learners who cannot see it."), parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QPlainTextEdit(alternative or "")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(px(84))
        self._row = FormRow(_("Description"), self.text)
        self.decorative = QCheckBox(_("It only decorates"))
        self.decorative.setAccessibleName(_("It only decorates"))
        self.decorative.setChecked(alternative == "")
        self.text.setDisabled(self.decorative.isChecked())
        self.decorative.toggled.connect(self.text.setDisabled)
        self.body.addWidget(self._row)
        self.body.addWidget(self.decorative)
        self.add_button(_("Later"), "quiet", self.reject)
        self.add_button(_("Apply"), "primary", self._apply)

    def _apply(self) -> None:
        text = " ".join(self.text.toPlainText().split())
        if not text and not self.decorative.isChecked():
            self._row.set_problem(_("Describe it, or say that it only decorates."))
            return
        self.given.emit("" if self.decorative.isChecked() else text)
        self.accept()
