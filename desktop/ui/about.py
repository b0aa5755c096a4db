"""About: which versions of what, to read and to copy."""

from __future__ import annotations

import platform
from typing import Any

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QWidget

from desktop.i18n import _
from desktop.licences import licences
from desktop.ui.context import Context
from desktop.ui.theme import Role, px
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog
from desktop.version import application_version


def chromium_version() -> str:
    """Of the embedded browser, where that part of Qt is installed."""
    try:
        from PySide6.QtWebEngineCore import qWebEngineChromiumVersion
    except ImportError:
        return _("not installed")
    return str(qWebEngineChromiumVersion())


def _server_version(session: Any) -> str:
    return str(session.connection().exec_driver_sql("SHOW server_version").scalar_one())


class AboutDialog(Dialog):
    """Versions and licences."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__("NABIP LMS", _("The staff client of an association's learning system."), parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context = context
        self._server = Label("…", Role.BODY, parent=self)
        self.versions = {
            _("Version"): application_version(),
            "Qt": f"{qVersion()} (PySide6 {pyside_version})",
            "Chromium": chromium_version(),
            "Python": platform.python_version(),
            _("System"): platform.platform(terse=True),
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(24))
        grid.setVerticalSpacing(px(6))
        grid.setColumnStretch(1, 1)
        rows = [(name, Label(value, parent=self)) for name, value in self.versions.items()]
        for line, (name, value) in enumerate([*rows, ("Postgres", self._server)]):
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(Label(name, Role.BODY, "muted", self), line, 0)
            grid.addWidget(value, line, 1)
        self.body.addLayout(grid)
        self.add_button(_("Licences…"), "plain", self.show_licences)
        self.add_button(_("Copy"), "quiet", self.copy)
        self.add_button(_("Close"), "primary", self.accept)
        context.spawn(self._ask_server(), self)

    async def _ask_server(self) -> None:
        self._server.setText(await self._context.read(_server_version))

    def show_licences(self) -> None:
        """Of everything that is included."""
        LicencesDialog(self._context, self).open()

    def copy(self) -> None:
        lines = [f"{name}: {value}" for name, value in [*self.versions.items(), ("Postgres", self._server.text())]]
        QGuiApplication.clipboard().setText("\n".join(lines))


class LicencesDialog(Dialog):
    """The licence of everything that the application includes."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(_("Licences"), "", parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setAccessibleName(_("Licences"))
        self.text.setMinimumSize(px(640), px(420))
        self.body.addWidget(self.text)
        self.add_button(_("Close"), "primary", self.accept)
        context.spawn(self._fill(context), self)

    async def _fill(self, context: Context) -> None:
        self.text.setPlainText(await context.tasks.run(licences))
