"""Connecting to a shared server: where it is, who you are, and a test that says in plain words what it found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop.errors import Invalid
from desktop.i18n import _
from desktop.ui.notices import explain
from desktop.ui.theme import Role, colour, px
from desktop.ui.theme.icons import icon_pixmap
from desktop.ui.widgets.buttons import IconButton
from desktop.ui.widgets.forms import FormRow, all_valid
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog

type Make = Callable[[str, str, bool, str], Any]
"""``make(name, address, pooler, ca_file)`` gives a workspace or raises ``Invalid``."""
type Test = Callable[[Any, str, str], Awaitable[Any]]
"""``test(workspace, user, password)`` gives a ``Diagnosis``."""
type Spawn = Callable[[Coroutine[Any, Any, None]], object]


class Findings(QWidget):
    """What a test found, a line each, as far as it got."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, px(4), 0, 0)
        self._column.setSpacing(px(6))
        self.lines: list[tuple[str, str]] = []
        """Tone and words of each line."""
        self.details = ""

    def clear(self) -> None:
        self.lines.clear()
        self.details = ""
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()

    def show_diagnosis(self, found: Any) -> None:
        """Put a ``Diagnosis`` into words."""
        self.clear()
        if found.host:
            self._say("good", _("The server at {host} answers (Postgres {version}).").format(host=found.host, version=found.server_version))
            if found.verified:
                self._say("good", _("The connection is encrypted and the server has proven who it is."))
            elif found.encrypted:
                self._say("warn", _("The connection is encrypted, but the server has not proven who it is."))
            else:
                self._say("warn", _("The connection is not encrypted: others on the network could read along."))
        if found.workspace:
            self._say("good", _("It holds the workspace “{name}”.").format(name=found.workspace))
        if found.person and found.problem is None:
            self._say("good", _("You will be signed in as {name}.").format(name=found.person))
        if found.problem is not None:
            self.show_problem(found.problem)

    def show_problem(self, problem: BaseException) -> None:
        message, remedy, self.details = explain(problem)
        self._say("bad", f"{message} {remedy}".strip())

    def _say(self, tone: str, words: str) -> None:
        self.lines.append((tone, words))
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        picture = QLabel(line)
        name = {"good": "done", "warn": "warning", "bad": "error"}[tone]
        picture.setPixmap(icon_pixmap(name, colour(tone), px(18), self.devicePixelRatioF()))
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Label(words, Role.BODY, "bad" if tone == "bad" else "text", line, wrap=True), 1)
        self._column.addWidget(line)


class ConnectionDialog(Dialog):
    """The dialog. Connecting is offered at any time; testing first tells what would happen."""

    connected = Signal(object, str, str, bool)
    """The workspace, login, password, and whether to keep the password."""

    def __init__(self, make: Make, test: Test, spawn: Spawn, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Connect to a server"),
            _("Whoever looks after your association's server has told you its address and your login."),
            parent,
            width=560,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make, self._test, self._spawn = make, test, spawn
        self.name, self.address, self.user, self.password, self.ca_file = (QLineEdit(self) for _field in range(5))
        self.address.setPlaceholderText("postgresql://db.example.org/lms")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.ca_file.setPlaceholderText(_("The authorities that this computer trusts"))
        self.pooler = QCheckBox(_("The address is a connection pooler's (session mode)"), self)
        self.remember = QCheckBox(_("Keep the password on this computer"), self)
        for box in (self.pooler, self.remember):
            box.setAccessibleName(box.text())
        self._rows = (
            FormRow(_("Name"), self.name, self, hint=_("What you call it here."), check=self._needed),
            FormRow(_("Address"), self.address, self, hint=_("Several hosts may be named, with commas."), check=self._needed),
            FormRow(_("Login"), self.user, self, check=self._needed),
            FormRow(_("Password"), self.password, self, check=self._needed),
        )
        for row in self._rows[:2]:
            self.body.addWidget(row)
        pair = QHBoxLayout()
        pair.setSpacing(px(12))
        for row in self._rows[2:]:
            pair.addWidget(row)
        self.body.addLayout(pair)
        self.body.addWidget(self.remember)
        self.body.addWidget(self.pooler)
        authority = QWidget(self)
        line = QHBoxLayout(authority)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(px(6))
        line.addWidget(self.ca_file, 1)
        browse = IconButton("document", _("Choose a certificate file"), self, side=32)
        browse.clicked.connect(self._browse)
        line.addWidget(browse)
        self.body.addWidget(FormRow(_("Certificate authority"), authority, self))
        self.ca_file.setAccessibleName(_("Certificate authority"))
        self.findings = Findings(self)
        self.body.addWidget(self.findings)
        self.test_button = self.add_button(_("Test"), "quiet", self.test)
        self.copy_button = self.add_button(_("Copy details"), "plain", self._copy)
        self.copy_button.hide()
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.connect_button = self.add_button(_("Connect"), "primary", self._connect)

    def test(self) -> None:
        """Try what was typed."""
        workspace = self._workspace()
        if workspace is not None:
            self._spawn(self._run_test(workspace))

    async def _run_test(self, workspace: Any) -> None:
        self.test_button.setEnabled(False)
        self.test_button.setText(_("Testing…"))
        try:
            found = await self._test(workspace, self.user.text().strip(), self.password.text())
            self.findings.show_diagnosis(found)
        finally:
            self.test_button.setText(_("Test"))
            self.test_button.setEnabled(True)
            self.copy_button.setVisible(bool(self.findings.details))

    def _connect(self) -> None:
        workspace = self._workspace()
        if workspace is not None:
            self.connected.emit(workspace, self.user.text().strip(), self.password.text(), self.remember.isChecked())
            self.accept()

    def _workspace(self) -> Any | None:
        self.findings.clear()
        self.copy_button.hide()
        if not all_valid(self._rows):
            return None
        try:
            return self._make(self.name.text().strip(), self.address.text().strip(), self.pooler.isChecked(), self.ca_file.text().strip())
        except Invalid as problem:
            self._rows[1].set_problem(f"{problem.message} {problem.remedy}".strip())
            return None

    def _browse(self) -> None:
        chooser = QFileDialog(self, _("Certificate authority"))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.fileSelected.connect(self.ca_file.setText)
        chooser.open()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.findings.details)
        self.copy_button.setText(_("Copied"))

    @staticmethod
    def _needed(text: str) -> str:
        return "" if text.strip() else _("Fill this in.")
