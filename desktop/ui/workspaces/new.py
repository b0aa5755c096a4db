"""A new workspace on this computer: what the association is called, and who is its first administrator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QProgressBar, QWidget

from desktop.errors import Cancelled, LmsError
from desktop.i18n import _
from desktop.members.commands import SHORTEST_PASSWORD
from desktop.members.queries import is_email
from desktop.tasks import JobControl
from desktop.ui.notices import explain
from desktop.ui.theme import Role, px
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """What was asked for. ``remember``: keep the password on this computer."""

    association: str
    first_name: str
    last_name: str
    email: str
    password: str
    remember: bool


type Make = Callable[[NewWorkspace, JobControl], Awaitable[object]]
"""Make it; raises :class:`~desktop.errors.LmsError`, and after that nothing is left. ``Cancelled`` where it was cancelled."""


class NewWorkspaceDialog(Dialog):
    """Asks, and stays until the workspace is made: what goes wrong is said here. To cancel while it is being made takes it back.

    ``made(new, made)`` says what was asked for and what ``make`` has returned.
    """

    made = Signal(object, object)

    def __init__(self, make: Make, spawn: Callable[[Awaitable[None]], object], parent: QWidget | None = None) -> None:
        super().__init__(
            _("New workspace on this computer"),
            _("For an association of your own, with you as its first administrator. Everything stays on this computer."),
            parent,
        )
        self._make, self._spawn = make, spawn
        self._control: JobControl | None = None
        self.association, self.first_name, self.last_name = QLineEdit(self), QLineEdit(self), QLineEdit(self)
        self.email, self.password = QLineEdit(self), QLineEdit(self)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.remember = QCheckBox(_("Remember the password on this computer"), self)
        self.remember.setAccessibleName(self.remember.text())
        self.remember.setChecked(True)
        self.rows = (
            FormRow(_("Name of the association"), self.association, self, check=_given(_("Give the association a name."))),
            FormRow(_("Your first name"), self.first_name, self, check=_given(_("An administrator needs a first name."))),
            FormRow(_("Your last name"), self.last_name, self, check=_given(_("An administrator needs a last name."))),
            FormRow(_("Your e-mail address"), self.email, self, check=_check_email),
            FormRow(
                _("A password for you"),
                self.password,
                self,
                hint=_("At least {n} characters. Several words are good.").format(n=SHORTEST_PASSWORD),
                check=_check_password,
            ),
        )
        association, first, last, email, password = self.rows
        names = QHBoxLayout()
        names.setSpacing(px(12))
        for row in (first, last):
            names.addWidget(row, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(association)
        self.body.addLayout(names)
        for widget in (email, password, self.remember):
            self.body.addWidget(widget)
        self.problem = Label("", Role.BODY, "bad", self, wrap=True)
        self.problem.hide()
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Making the workspace"))
        self.progress.hide()
        self.body.addWidget(self.problem)
        self.body.addWidget(self.progress)
        self.cancel_button = self.add_button(_("Cancel"), "quiet", self.reject)
        self.create_button = self.add_button(_("Create workspace"), "primary", self._create)

    def reject(self) -> None:
        if self._control is not None:
            self._control.cancel()
        super().reject()

    def _create(self) -> None:
        wrong = [row for row in self.rows if not row.valid()]
        if wrong:
            wrong[0].field.setFocus()
            return
        self._spawn(
            self._try(
                NewWorkspace(
                    self.association.text().strip(),
                    self.first_name.text().strip(),
                    self.last_name.text().strip(),
                    self.email.text().strip(),
                    self.password.text(),
                    self.remember.isChecked(),
                )
            )
        )

    async def _try(self, new: NewWorkspace) -> None:
        control = self._control = JobControl(lambda _fraction, _detail: None)
        self._busy(True)
        try:
            made = await self._make(new, control)
        except Cancelled:
            return  # the dialog is gone
        except LmsError as error:
            self._busy(False)
            message, remedy, _details = explain(error)
            self.problem.setText(f"{message} {remedy}".strip())
            self.problem.show()
            self.adjustSize()
            return
        self._control = None
        self.made.emit(new, made)
        self.accept()

    def _busy(self, busy: bool) -> None:
        self.problem.hide()
        self.progress.setVisible(busy)
        for widget in (*self.rows, self.remember, self.create_button):
            widget.setEnabled(not busy)


def _given(sentence: str) -> Callable[[str], str]:
    return lambda text: "" if text.strip() else sentence


def _check_email(text: str) -> str:
    return "" if is_email(text) else _("This is not an e-mail address.")


def _check_password(text: str) -> str:
    return "" if len(text) >= SHORTEST_PASSWORD else _("A password needs at least {n} characters.").format(n=SHORTEST_PASSWORD)
