"""Giving certificates out: by e-mail to each holder, a reminder before one expires, or all in one file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QSpinBox, QWidget

from desktop.certificates.delivery import Given, mail_certificates, mail_reminders, mail_test, save_all
from desktop.certificates.mail import CERTIFICATE_LETTER, FIELDS, PORTS, REMINDER_LETTER, Letter, MailServer, Recipient, Security
from desktop.certificates.post import get_password, get_server, keep_password, keep_server
from desktop.certificates.queries import CertificateFilter, get_issuer_name, list_expiring, list_unsent
from desktop.errors import Invalid, LmsError
from desktop.i18n import N_, _, ngettext
from desktop.members.queries import get_profile
from desktop.ui.context import Context
from desktop.ui.courses.dialogs import FormDialog
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.forms import padded
from desktop.ui.widgets.labels import Label

PROTECTIONS = {
    Security.STARTTLS: N_("STARTTLS"),
    Security.TLS: N_("TLS"),
    Security.NONE: N_("None: a server on this computer"),
}
LONGEST_NOTICE = 366
"""Days ahead that holders can be reminded."""


class MailServerDialog(FormDialog):
    """Through which mail server letters go, and in whose name."""

    chosen = Signal()

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(_("Mail server"), _("Use it"), parent, width=480)
        self._context = context
        known = get_server(context.settings)
        self.host = self.field(_("Name of the server"), QLineEdit(known.host if known else ""))
        self.host.setPlaceholderText(_("smtp.example.org"))
        self.security = QComboBox()
        for security, name in PROTECTIONS.items():
            self.security.addItem(_(name), security)
        self.port = padded(QSpinBox())
        self.port.setRange(1, 65535)
        self.port.setAccessibleName(_("Port"))
        protected = QHBoxLayout()
        protected.setSpacing(px(8))
        protected.addWidget(self.security, 1)
        protected.addWidget(self.port)
        self.security.setAccessibleName(_("Protected by, and port"))
        self.form.addRow(Label(_("Protected by, and port"), Role.LABEL, "muted"), protected)
        self.user = self.field(_("User name, where it asks for one"), QLineEdit(known.user if known else ""))
        self.password = self.field(_("Password"), QLineEdit())
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.address = self.field(_("Letters come from this address"), QLineEdit(known.sender if known else ""))
        self.sender_name = self.field(_("Under this name"), QLineEdit(known.sender_name if known else ""))
        self.security.setCurrentIndex(self.security.findData(known.security if known else Security.STARTTLS))
        self.port.setValue(known.port if known else PORTS[Security.STARTTLS])
        self.security.currentIndexChanged.connect(lambda _index: self.port.setValue(PORTS[self.security.currentData()]))
        context.spawn(self._fill(known), self)

    async def _fill(self, known: MailServer | None) -> None:
        if known is not None and known.user:
            self.password.setText(await self._context.tasks.run(get_password, known))
        if known is None and not self.sender_name.text():
            self.sender_name.setText(await self._context.read(get_issuer_name))

    def server(self) -> MailServer:
        return MailServer(
            self.host.text().strip(),
            self.port.value(),
            self.security.currentData(),
            self.user.text().strip(),
            self.address.text().strip(),
            self.sender_name.text().strip(),
        )

    def give(self) -> None:
        server = self.server()
        try:
            keep_server(self._context.settings, server)
        except Invalid as error:
            field = self.address if server.host and error.remedy == "" else self.host
            self.complain(f"{error.message} {error.remedy}".strip(), field)
            return
        self._context.spawn(self._keep(server), self)

    async def _keep(self, server: MailServer) -> None:
        notice = await self._context.tasks.run(keep_password, server, self.password.text() if server.user else "")
        if notice:
            self._context.notices.info(notice)
        self.chosen.emit()
        self.accept()


class LetterDialog(FormDialog):
    """What is about to be sent to how many, by which server; nothing leaves before the button is pressed."""

    def __init__(self, context: Context, title: str, letter: Letter, parent: QWidget) -> None:
        super().__init__(title, _("Send"), parent, width=600)
        self._context = context
        self.waiting = 0
        self.count = Label("", Role.BODY, "muted", wrap=True)
        self.body.insertWidget(0, self.count)
        self.subject = QLineEdit(_(letter.subject))
        self.text = QPlainTextEdit(_(letter.text))
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(px(190))
        self.server_line = Label("", Role.BODY, wrap=True)
        self.server_button = Button(_("Change…"), "quiet")
        self.server_button.setAccessibleName(_("Change the mail server"))
        self.server_button.clicked.connect(self._choose_server)
        self.test_button = Button(_("Send a test to me"), "quiet")
        self.test_button.clicked.connect(lambda: context.spawn(self._test(), self))
        self.footer.insertWidget(0, self.test_button)

    def _lay_out(self) -> None:
        self.field(_("Subject"), self.subject)
        self.field(_("Text"), self.text)
        names = ", ".join(f"{{{name}}}" for name in FIELDS)
        self.form.addRow(Label(_("Filled in for each holder: {names}").format(names=names), Role.CAPTION, "muted", wrap=True))
        by = QHBoxLayout()
        by.setSpacing(px(8))
        by.addWidget(self.server_line, 1)
        by.addWidget(self.server_button)
        self.form.addRow(Label(_("Sent by"), Role.LABEL, "muted"), by)
        self._show_server()
        self._show_count()
        self._context.spawn(self.recount(), self)

    async def recount(self) -> None:
        """Ask again how many would get it."""
        raise NotImplementedError

    def letter(self) -> Letter:
        return Letter(self.subject.text().strip(), self.text.toPlainText().strip())

    def _show_server(self) -> None:
        server = get_server(self._context.settings)
        self.server_line.setText(f"{server.host} · {server.sender}" if server else _("No mail server is chosen yet."))
        self.server_button.setText(_("Change…") if server else _("Choose…"))
        self._enable()

    def _show_count(self) -> None:
        raise NotImplementedError

    def _enable(self) -> None:
        server = get_server(self._context.settings)
        self.button.setEnabled(server is not None and self.waiting > 0)
        self.button.setText(ngettext("Send {n} letter", "Send {n} letters", self.waiting).format(n=f"{self.waiting:,}"))
        self.test_button.setEnabled(server is not None)

    def _choose_server(self) -> None:
        dialog = MailServerDialog(self._context, self)
        dialog.chosen.connect(self._show_server)
        dialog.open()

    def checked(self) -> tuple[MailServer, Letter] | None:
        """What to send and by whom, once both can work; else it is said here what is wrong."""
        server, letter = get_server(self._context.settings), self.letter()
        try:
            letter.check()
        except Invalid as error:
            self.complain(f"{error.message} {error.remedy}".strip(), self.text if letter.subject else self.subject)
            return None
        assert server is not None, "the button is off without one"
        return server, letter

    async def _test(self) -> None:
        found = self.checked()
        if found is None:
            return
        server, letter = found
        me = await self._context.read(get_profile)
        self.trouble.hide()
        try:
            password = await self._context.tasks.run(get_password, server)
            await self._context.job(
                _("Sending a test"), mail_test, server, password, letter, sample(f"{me.first_name} {me.last_name}", me.email)
            )
        except LmsError as error:
            self.complain(f"{error.message} {error.remedy}".strip())
        else:
            self._context.notices.done(_("A test was sent to {address}.").format(address=me.email))


class CertificateLetterDialog(LetterDialog):
    """Each holder gets the certificate that fits, once."""

    def __init__(self, context: Context, filter: CertificateFilter, parent: QWidget) -> None:
        super().__init__(context, _("E-mail certificates to their holders"), CERTIFICATE_LETTER, parent)
        self._filter = filter
        self._lay_out()

    async def recount(self) -> None:
        self.waiting = len(await self._context.read(list_unsent, self._filter))
        self._show_count()

    def _show_count(self) -> None:
        self.count.setText(
            ngettext(
                "{n} signed certificate of this list was not sent to its holder yet.",
                "{n} signed certificates of this list were not sent to their holders yet.",
                self.waiting,
            ).format(n=f"{self.waiting:,}")
        )
        self._enable()

    def give(self) -> None:
        found = self.checked()
        if found is not None:
            self.accept()
            self._context.spawn(_send(self._context, *found, self._filter))


class ReminderDialog(LetterDialog):
    """Whoever's certificate expires soon hears of it, once in that time."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(context, _("Remind holders before their certificates expire"), REMINDER_LETTER, parent)
        self.days = self.field(_("Certificates that expire within so many days"), QSpinBox())
        self.days.setRange(1, LONGEST_NOTICE)
        self.days.setValue(60)
        self.days.valueChanged.connect(lambda _days: context.spawn(self.recount(), self))
        self._lay_out()

    async def recount(self) -> None:
        days = self.days.value()
        waiting = len(await self._context.read(list_expiring, days))
        if days == self.days.value():
            self.waiting = waiting
            self._show_count()

    def _show_count(self) -> None:
        self.count.setText(
            ngettext(
                "{n} holder of such a certificate was not reminded yet.",
                "{n} holders of such certificates were not reminded yet.",
                self.waiting,
            ).format(n=f"{self.waiting:,}")
        )
        self._enable()

    def give(self) -> None:
        found = self.checked()
        if found is not None:
            self.accept()
            self._context.spawn(_remind(self._context, *found, self.days.value()))


async def _send(context: Context, server: MailServer, letter: Letter, filter: CertificateFilter) -> None:
    store: Any = context.store
    password = await context.tasks.run(get_password, server)
    say(context, await context.job(_("Sending certificates"), mail_certificates, store, server, password, letter, filter))


async def _remind(context: Context, server: MailServer, letter: Letter, days: int) -> None:
    store: Any = context.store
    password = await context.tasks.run(get_password, server)
    say(context, await context.job(_("Sending reminders"), mail_reminders, store, server, password, letter, days))


def say(context: Context, done: Given) -> None:
    """How sending went."""
    said = ngettext("{n} letter was sent.", "{n} letters were sent.", done.given).format(n=f"{done.given:,}")
    if done.refused:
        refused = ngettext("{n} was refused.", "{n} were refused.", len(done.refused)).format(n=f"{len(done.refused):,}")
        details = "\n".join(f"{error.message} {error.details}".strip() for error in done.refused)
        context.notices.warn(f"{said} {refused}", details=details)
    elif done.left:
        left = ngettext("{n} is left; send again to go on.", "{n} are left; send again to go on.", done.left).format(n=f"{done.left:,}")
        context.notices.info(f"{said} {left}")
    else:
        context.notices.done(said)


def choose_archive(context: Context, filter: CertificateFilter, parent: QWidget) -> None:
    """Ask where the ZIP file with all that fit should be, then write it."""
    dialog = QFileDialog(parent, _("Save all certificates of this list"), "", _("ZIP files (*.zip)"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("zip")
    dialog.selectFile(_("Certificates {date}").format(date=datetime.now(UTC).astimezone().date().isoformat()) + ".zip")
    dialog.fileSelected.connect(lambda name: context.spawn(save_archive(context, filter, Path(name))))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


async def save_archive(context: Context, filter: CertificateFilter, path: Path) -> None:
    store: Any = context.store
    try:
        done: Given = await context.job(_("Saving certificates"), save_all, store, filter, path)
    except OSError as error:
        raise Invalid(
            _("{name} could not be written.").format(name=path.name), remedy=_("Choose another folder."), details=str(error)
        ) from error
    said = ngettext("{n} certificate is in {name}.", "{n} certificates are in {name}.", done.given).format(
        n=f"{done.given:,}", name=path.name
    )
    if done.left:
        left = ngettext("{n} is left; save to the same file to go on.", "{n} are left; save to the same file to go on.", done.left)
        context.notices.info(left.format(n=f"{done.left:,}"))
    else:
        context.notices.done(said)


def sample(name: str, address: str) -> Recipient:
    """Whoever writes the letter, as a holder."""
    today = datetime.now(UTC).date()
    return Recipient(name, address, _("Name of the course"), "CERT-0000-00000000", today, today, _("The association"))
