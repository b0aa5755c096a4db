"""The key that certificates are signed with: made or brought, kept safe, replaced, distrusted; and what waits for a signature."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import QDateEdit, QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.certificates.commands import Signed, add_key, distrust_key, sign_unsigned
from desktop.certificates.custody import find_key, keep
from desktop.certificates.keys import SigningKey, make_key, read_pkcs12, write_pkcs12
from desktop.certificates.queries import KnownKey, get_issuer_name, list_signing_keys, list_unsigned
from desktop.certificates.webpage import make_page, write_page
from desktop.errors import Invalid
from desktop.i18n import _, ngettext
from desktop.ui.context import Context
from desktop.ui.courses.dialogs import FormDialog
from desktop.ui.dates import date_format, date_text
from desktop.ui.layouts import emptied
from desktop.ui.theme import Role, px, theme
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Card, Hairline

SHORTEST_PASSWORD = 8


class SigningPanel(QScrollArea):
    """For administrators."""

    WIDTH: ClassVar[int] = 640
    refreshed = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.key: SigningKey | None = None
        self.unsigned = 0
        self.buttons: dict[str, Button] = {}
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        middle = QWidget()
        middle.setMaximumWidth(px(self.WIDTH))
        self._column = QVBoxLayout(middle)
        self._column.setContentsMargins(0, px(8), 0, px(32))
        self._column.setSpacing(px(16))
        body = QWidget()
        across = QHBoxLayout(body)
        across.setContentsMargins(px(12), 0, px(12), 0)
        across.addWidget(middle, 1)
        across.addStretch(0)
        self.setWidget(body)

    async def refresh(self) -> None:
        store: Any = self._context.store
        known = await self._context.read(list_signing_keys)
        self.unsigned = len(await self._context.read(list_unsigned))
        self.key = await self._context.tasks.run(find_key, store)
        self._show(known)
        self.refreshed.emit()

    # Showing

    def _show(self, known: tuple[KnownKey, ...]) -> None:
        emptied(self._column)
        self.buttons = {}
        current = next((one for one in known if one.retired_at is None), None)
        self._column.addWidget(self._current(current) if current is not None else self._nothing(bool(known)))
        if current is not None:
            self._column.addWidget(self._waiting())
        former = [one for one in known if one.retired_at is not None]
        if former:
            self._column.addWidget(self._former(former))
        self._column.addStretch(1)

    def _nothing(self, had_one: bool) -> Card:
        card = Card(padding=24)
        card.body.addWidget(
            Label(_("Certificates are not signed at present.") if had_one else _("Certificates are not signed yet."), Role.HEADING)
        )
        card.body.addWidget(
            Label(
                _(
                    "With a key of the association, a certificate proves by itself who issued it and that nothing on it was changed, on"
                    " paper and as a file, without asking anybody. The key stays on this computer; what verifies it is given to everybody."
                ),
                Role.BODY,
                "muted",
                wrap=True,
            )
        )
        card.body.addSpacing(px(4))
        card.body.addLayout(
            self._row(
                ("make", _("Make a key"), "primary", "plus", self._make), ("bring", _("Import a key…"), "quiet", "upload", self._bring)
            )
        )
        return card

    def _current(self, current: KnownKey) -> Card:
        keys = current.keys
        card = Card(padding=24)
        card.body.addWidget(Label(_("Certificates are signed by {name}").format(name=keys.name), Role.HEADING, wrap=True))
        here = (
            _("The key is on this computer.")
            if self.key is not None
            else _("The key is not on this computer: import its backup to sign here.")
        )
        card.body.addWidget(Label(here, Role.BODY, "muted" if self.key is not None else "warn", wrap=True))
        card.body.addSpacing(px(6))
        card.body.addWidget(Hairline())
        card.body.addSpacing(px(6))
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(20))
        grid.setVerticalSpacing(px(8))
        grid.setColumnStretch(1, 1)
        issuer = (
            keys.certificate.issuer.rfc4514_string() if keys.certificate.issuer != keys.certificate.subject else _("the association itself")
        )
        rows = [
            (_("Vouched for by"), issuer),
            (_("Good until"), date_text(keys.certificate.not_valid_after_utc)),
            (_("In use since"), date_text(current.added_at)),
            (_("Added by"), current.added_by or ""),
            (_("Fingerprint"), _in_lines(keys.fingerprint)),
        ]
        for number, (name, value) in enumerate((name, value) for name, value in rows if value):
            grid.addWidget(Label(name, Role.BODY, "muted"), number, 0, Qt.AlignmentFlag.AlignTop)
            words = Label(value, Role.BODY, wrap=True)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            if name == _("Fingerprint"):
                words.setFont(theme().monospace())
            grid.addWidget(words, number, 1)
        card.body.addLayout(grid)
        card.body.addSpacing(px(4))
        here_buttons = [("backup", _("Save a backup…"), "quiet", "download", self._save_backup)] if self.key is not None else []
        card.body.addLayout(
            self._row(
                *here_buttons,
                ("bring", _("Import a key…"), "quiet", "upload", self._bring),
                ("web", _("Web page…"), "quiet", "external", self._ask_web_page),
                ("distrust", _("Distrust…"), "quiet", "ban", lambda: self._distrust(current)),
            )
        )
        return card

    def _waiting(self) -> Card:
        card = Card(padding=24)
        if self.unsigned:
            sentence = ngettext("{n} certificate waits for a signature.", "{n} certificates wait for a signature.", self.unsigned)
            card.body.addWidget(Label(sentence.format(n=f"{self.unsigned:,}"), Role.STRONG, wrap=True))
            card.body.addLayout(
                self._row(("sign", _("Sign them"), "primary", "certificate", lambda: self._context.spawn(self.sign_all(), self)))
            )
            self.buttons["sign"].setEnabled(self.key is not None)
        else:
            card.body.addWidget(Label(_("Every valid certificate is signed."), Role.BODY, "muted"))
        return card

    def _former(self, former: list[KnownKey]) -> Card:
        card = Card(padding=24)
        card.body.addWidget(Label(_("Keys that sign nothing more"), Role.STRONG))
        for one in former:
            assert one.retired_at is not None
            what = (
                _("distrusted from {date}").format(date=date_text(one.compromised_at))
                if one.compromised_at is not None
                else _("replaced {date}; what it signed stays good").format(date=date_text(one.retired_at))
            )
            card.body.addWidget(Label(f"{one.keys.name} · {one.keys.key_id} · {what}", Role.BODY, "muted", wrap=True))
        return card

    def _row(self, *buttons: tuple[str, str, str, str, Callable[[], object]]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(px(8))
        for name, text, kind, icon, pressed in buttons:
            button = Button(text, kind, icon)
            button.clicked.connect(lambda _checked, pressed=pressed: pressed())
            row.addWidget(button)
            self.buttons[name] = button
        row.addStretch(1)
        return row

    # Doing

    def _make(self) -> None:
        self._context.spawn(self._make_one(), self)

    async def _make_one(self) -> None:
        await self._add(make_key(await self._context.read(get_issuer_name)))

    async def _add(self, key: SigningKey) -> None:
        """Kept here first: a key that is on record and nowhere else would be lost."""
        notice = await self._context.tasks.run(keep, key)
        await self._context.write(add_key, key.public)
        if notice:
            self._context.notices.warn(notice)
        self._context.notices.done(
            _("Certificates are signed from now on. Save a backup of the key, and keep it apart from this computer.")
        )
        await self.refresh()

    def _bring(self) -> None:
        dialog = QFileDialog(self, _("Choose a PKCS#12 file"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(_("PKCS#12 files (*.p12 *.pfx)"))
        dialog.fileSelected.connect(lambda name: self.ask_password(Path(name)))
        dialog.open()

    def ask_password(self, path: Path) -> None:
        """Ask for the password of the file, until it opens."""
        dialog = ImportDialog(path, self)
        dialog.given.connect(lambda key: self._context.spawn(self._add(key), self))
        dialog.open()

    def _save_backup(self) -> None:
        assert self.key is not None
        dialog = BackupDialog(self)
        dialog.given.connect(self._choose_backup)
        dialog.open()

    def _choose_backup(self, password: str) -> None:
        dialog = QFileDialog(self, _("Save a backup of the key"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("p12")
        dialog.selectFile(_("Signing key {id}").format(id=self.key.public.key_id if self.key else ""))
        dialog.setNameFilter(_("PKCS#12 files (*.p12 *.pfx)"))
        dialog.fileSelected.connect(lambda name: self._context.spawn(self.save_backup(Path(name), password), self))
        dialog.open()

    async def save_backup(self, path: Path, password: str) -> None:
        """Write the key to ``path`` under ``password``."""
        assert self.key is not None
        await self._context.tasks.run(_write_private, path, write_pkcs12(self.key, password))
        self._context.notices.done(_("The backup was saved as {name}.").format(name=path.name))

    def _ask_web_page(self) -> None:
        dialog = WebPageDialog(self)
        dialog.given.connect(self._choose_folder)
        dialog.open()

    def _choose_folder(self, ask: str, api_key: str) -> None:
        dialog = QFileDialog(self, _("Folder for the page"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self._context.spawn(self.save_web_page(Path(name), ask, api_key), self))
        dialog.open()

    async def save_web_page(self, folder: Path, ask: str, api_key: str) -> None:
        """Write the page that checks certificates in a browser, with the keys as they are now."""
        page = make_page(
            await self._context.read(get_issuer_name), await self._context.read(list_signing_keys), ask.strip(), api_key.strip()
        )
        try:
            await self._context.tasks.run(write_page, folder, page)
        except OSError as error:
            raise Invalid(
                _("{name} could not be written.").format(name=folder.name), remedy=_("Choose another folder."), details=str(error)
            ) from error
        self._context.notices.done(_("The page is in {name}. Put it on the web where the codes lead to.").format(name=folder.name))

    def _distrust(self, current: KnownKey) -> None:
        dialog = DistrustDialog(current, self)
        dialog.given.connect(lambda since: self._context.spawn(self._distrusted(current, since), self))
        dialog.open()

    async def _distrusted(self, current: KnownKey, since: datetime) -> None:
        await self._context.write(distrust_key, current.keys.key_id, since)
        self._context.notices.done(_("The key signs nothing more. Make or import another one."))

    async def sign_all(self) -> None:
        """Sign what waits, as a job that may be cancelled and goes on from there."""
        assert self.key is not None
        self.buttons["sign"].setEnabled(False)
        store: Any = self._context.store
        try:
            done: Signed = await self._context.job(_("Signing certificates"), sign_unsigned, store, self.key)
        except Exception:
            await self.refresh()
            raise
        said = ngettext("{n} certificate was signed.", "{n} certificates were signed.", done.signed).format(n=f"{done.signed:,}")
        if done.refused:
            self._context.notices.warn(said, details="\n".join(f"{error.code}: {error.message}" for error in done.refused))
        elif done.left:
            self._context.notices.info(said + " " + ngettext("{n} is left.", "{n} are left.", done.left).format(n=f"{done.left:,}"))
        else:
            self._context.notices.done(said)


class ImportDialog(FormDialog):
    """The password of a PKCS#12 file."""

    given = Signal(object)
    """The :class:`SigningKey` in the file."""

    def __init__(self, path: Path, parent: QWidget) -> None:
        super().__init__(_("Import {name}").format(name=path.name), _("Import"), parent)
        self._path = path
        self.password = self.field(_("Password of the file"), _password_line())

    def give(self) -> None:
        try:
            key = read_pkcs12(self._path.read_bytes(), self.password.text())
        except OSError as error:
            self.complain(_("The file cannot be read: {reason}").format(reason=error.strerror or str(error)), self.password)
        except Invalid as error:
            self.complain(f"{error.message} {error.remedy}".strip(), self.password)
        else:
            self.given.emit(key)
            self.accept()


class BackupDialog(FormDialog):
    """A password for the backup, twice."""

    given = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("A backup of the signing key"), _("Choose a place…"), parent)
        self.password = self.field(_("Password for the backup"), _password_line())
        self.again = self.field(_("The same again"), _password_line())

    def give(self) -> None:
        if len(self.password.text()) < SHORTEST_PASSWORD:
            self.complain(
                _("Use at least {n} characters: whoever opens the file can sign for the association.").format(n=SHORTEST_PASSWORD),
                self.password,
            )
        elif self.password.text() != self.again.text():
            self.complain(_("The two are not the same."), self.again)
        else:
            self.given.emit(self.password.text())
            self.accept()


class WebPageDialog(FormDialog):
    """Whether the page may ask the record, and where."""

    given = Signal(str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(_("A web page that verifies certificates"), _("Choose a folder…"), parent, width=520)
        self.body.insertWidget(
            0,
            Label(
                _(
                    "It checks the code of a certificate in the reader's browser, with the association's public keys. Whether a certificate"
                    " was revoked it knows only where it may ask."
                ),
                Role.BODY,
                "muted",
                wrap=True,
            ),
        )
        self.ask = self.field(_("Address of the function verify_certificate (optional)"), QLineEdit())
        self.ask.setPlaceholderText(_("https://db.example.org/rest/v1/rpc/verify_certificate"))
        self.api_key = self.field(_("Public key of the gateway, where it wants one (optional)"), QLineEdit())

    def give(self) -> None:
        try:
            make_page("", (), self.ask.text().strip())
        except Invalid as error:
            self.complain(error.message, self.ask)
        else:
            self.given.emit(self.ask.text(), self.api_key.text())
            self.accept()


class DistrustDialog(FormDialog):
    """Since when somebody else may have had the key."""

    given = Signal(object)

    def __init__(self, current: KnownKey, parent: QWidget) -> None:
        super().__init__(_("Distrust the signing key?"), _("Distrust it"), parent)
        self.body.insertWidget(
            0,
            Label(
                _("It signs nothing more. What it signed from that day on proves nothing by itself any more; the record still does."),
                Role.BODY,
                "muted",
                wrap=True,
            ),
        )
        day = QDateEdit(QDate.currentDate())
        day.setCalendarPopup(True)
        day.setDisplayFormat(date_format())
        self.since = self.field(_("Others may have had it since"), day)
        self.since.setMaximumDate(QDate.currentDate())
        self.since.setMinimumDate(QDate(current.added_at.year, current.added_at.month, current.added_at.day))

    def give(self) -> None:
        day = self.since.date()
        self.given.emit(datetime(day.year(), day.month(), day.day(), tzinfo=UTC))
        self.accept()


def _password_line() -> QLineEdit:
    line = QLineEdit()
    line.setEchoMode(QLineEdit.EchoMode.Password)
    return line


def _in_lines(fingerprint: str) -> str:
    pairs = fingerprint.split(":")
    return "\n".join(" ".join(pairs[at : at + 16]) for at in range(0, len(pairs), 16))


def _write_private(path: Path, data: bytes) -> None:
    """For its owner alone, from the first byte on."""
    path.unlink(missing_ok=True)
    path.touch(0o600)
    path.write_bytes(data)
