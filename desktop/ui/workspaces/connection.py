"""Connecting to a shared server: its address, who you are there, and a test that says step by step what was found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.errors import LmsError
from desktop.i18n import _
from desktop.ui.notices import explain
from desktop.ui.theme import Role, px, restyle
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.labels import Label

if TYPE_CHECKING:
    from desktop.store.workspaces import Diagnosis, Workspace

WIDTH = 560

type Make = Callable[[str, str, bool, str], Workspace]
"""``make(name, address, pooler, ca_file)``; raises :class:`desktop.errors.Invalid`."""
type Test = Callable[[Workspace, str, str], Awaitable[Diagnosis]]
"""``await test(workspace, user, password)``."""


class Findings(QWidget):
    """What a test found, a line a step: a word for the state first, so that colour is never the only sign."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("What the test found"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(4))

    @property
    def lines(self) -> list[str]:
        items = (self._column.itemAt(index) for index in range(self._column.count()))
        labels = (item.widget() for item in items if item is not None)
        return [label.text() for label in labels if isinstance(label, Label)]

    def say(self, *lines: tuple[str, str]) -> None:
        """Replace what stands there by ``(token, sentence)`` lines."""
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for token, sentence in lines:
            self._column.addWidget(Label(sentence, Role.BODY, token, self, wrap=True))

    def show_diagnosis(self, found: Diagnosis) -> None:
        lines: list[tuple[str, str]] = []
        if found.host:
            lines.append(("good", _("✓ Reached {host}, PostgreSQL {version}.").format(host=found.host, version=found.server_version)))
            if found.verified:
                lines.append(("good", _("✓ Encrypted, and the server proved who it is.")))
            elif found.encrypted:
                lines.append(("warn", _("! Encrypted, but the server did not prove who it is.")))
            else:
                lines.append(("warn", _("! Not encrypted: fit for a server on this computer only.")))
        if found.workspace:
            lines.append(("good", _("✓ Found the workspace {name}.").format(name=found.workspace)))
        if found.person:
            lines.append(("good", _("✓ Signed in as {name}.").format(name=found.person)))
        if found.problem is not None:
            message, remedy, _details = explain(found.problem)
            lines.append(("bad", f"✗ {message} {remedy}".strip()))
        self.say(*lines)


class ConnectionDialog(QDialog):
    """Add a shared workspace. Emits ``connected(workspace, user, password, remember)`` and closes when a test has passed."""

    connected = Signal(object, str, str, bool)

    def __init__(self, make: Make, test: Test, spawn: Callable[[Awaitable[None]], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Connect to a shared server"))
        self.setMinimumWidth(px(WIDTH))
        self._make, self._test, self._spawn = make, test, spawn
        self.name = self._line(_("Name"), _("What you call it, as in NABIP Academy"))
        self.address = self._line(_("Address"), "postgresql://login@server.example.org/lms")
        self.password = self._line(_("Password"), "")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.remember = QCheckBox(_("Remember the password on this computer"), self)
        self.pooler = QCheckBox(_("Through a connection pooler (session mode)"), self)
        self.pooler.setToolTip(_("A pooler cannot tie the sign-in to its certificate. It is still encrypted and verified."))
        for box in (self.remember, self.pooler):
            box.setAccessibleName(box.text())
        self.authority = self._line(_("Certificate authority"), _("Those that this computer trusts"))
        browse = IconButton("document", _("Choose a file"), self)
        browse.clicked.connect(self._browse)
        authority = QHBoxLayout()
        authority.setSpacing(px(4))
        authority.addWidget(self.authority, 1)
        authority.addWidget(browse)
        self.findings = Findings(self)
        self.test_button = Button(_("Test"), "quiet", parent=self)
        self.test_button.clicked.connect(lambda: self._spawn(self._try(connect=False)))
        self.connect_button = Button(_("Connect"), "primary", parent=self)
        self.connect_button.setDefault(True)
        self.connect_button.clicked.connect(lambda: self._spawn(self._try(connect=True)))
        self.cancel_button = Button(_("Cancel"), "plain", parent=self)
        self.cancel_button.clicked.connect(self.reject)

        lead = Label(
            _(
                "Whoever looks after your association's server gives you its address and your login. "
                "Several servers of one workspace are separated by commas."
            ),
            Role.BODY,
            "muted",
            self,
            wrap=True,
        )
        form = QFormLayout()
        form.setHorizontalSpacing(px(16))
        form.setVerticalSpacing(px(12))
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, field in (
            (_("Name"), self.name),
            (_("Address"), self.address),
            (_("Password"), self.password),
            ("", self.remember),
            (_("Certificate authority"), authority),
            ("", self.pooler),
        ):
            form.addRow(Label(text, Role.BODY, "muted", self), field)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        buttons.addWidget(self.test_button)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.connect_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(24), px(24), px(20))
        column.setSpacing(px(20))
        column.addWidget(lead)
        column.addLayout(form)
        column.addWidget(self.findings)
        column.addStretch(1)
        column.addLayout(buttons)

    def _line(self, name: str, placeholder: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setAccessibleName(name)
        line.setPlaceholderText(placeholder)
        line.textEdited.connect(lambda: restyle(line, invalid=False))
        return line

    def _browse(self) -> None:
        dialog = QFileDialog(self, _("Certificate authority"), "", _("Certificates (*.pem *.crt *.cer);;All files (*)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.authority.setText)
        dialog.open()

    async def _try(self, *, connect: bool) -> None:
        try:
            workspace = self._make(self.name.text(), self.address.text(), self.pooler.isChecked(), self.authority.text().strip())
        except LmsError as error:
            self.findings.say(("bad", f"✗ {error.message} {error.remedy}".strip()))
            restyle(self.address if self.name.text().strip() else self.name, invalid=True)
            return
        self._busy(True)
        self.findings.say(("muted", _("Asking the server…")))
        try:
            found = await self._test(workspace, workspace.user, self.password.text())
        finally:
            self._busy(False)
        self.findings.show_diagnosis(found)
        if connect and found.problem is None:
            self.connected.emit(workspace, workspace.user, self.password.text(), self.remember.isChecked())
            self.accept()

    def _busy(self, busy: bool) -> None:
        for button in (self.test_button, self.connect_button):
            button.setEnabled(not busy)
