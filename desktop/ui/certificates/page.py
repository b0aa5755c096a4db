"""One certificate: the page as it prints, what became of it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtCore import QRectF, QSizeF, QStandardPaths, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.certificates.commands import get_pdf, issue, reissue, revoke, sign_one
from desktop.certificates.custody import find_key
from desktop.certificates.preview import Raster, page_size, rasterize
from desktop.certificates.queries import IssuedCertificate, find_certificate, get_certificate
from desktop.certificates.template import Paper
from desktop.certificates.verify import verify_number
from desktop.courses.vocabulary import label, plain
from desktop.errors import Invalid, NotFound
from desktop.i18n import N_, _
from desktop.ui.certificates.sheet import CertificateSheet
from desktop.ui.certificates.status import STATUSES, TONES
from desktop.ui.certificates.transcript import choose_transcript
from desktop.ui.certificates.verification import Answer
from desktop.ui.context import Context
from desktop.ui.courses.dialogs import FormDialog
from desktop.ui.dates import date_text
from desktop.ui.layouts import emptied
from desktop.ui.page import Empty, Page
from desktop.ui.theme import Role, px, restyle, theme
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog, Hairline, confirm

PANEL = 300
PRINT_DPI = 300


class CertificatePage(Page):
    """Of an enrolment (its current certificate, issued now where it is due) or one that is named."""

    title = N_("Certificate")
    primary = "certificate.save"
    secondary = ("certificate.print",)
    shows: ClassVar[frozenset[str]] = frozenset({"lms.certificates"})

    def __init__(
        self, context: Context, enrollment: UUID | None = None, certificate: UUID | None = None, parent: QWidget | None = None
    ) -> None:
        self._enrollment, self._asked = enrollment, certificate
        self.certificate: IssuedCertificate | None = None
        self.pdf = b""
        self._size = Paper.LETTER.value
        self._administers = "administrator" in context.identity.roles
        super().__init__(context, parent)
        self.on("certificate.save", self._save_pdf)
        self.on("certificate.print", self._print)
        self.on("certificate.copy", self._copy)
        self.on("certificate.transcript", self._transcript)
        self.on("certificate.check", self._verify)
        self.on("certificate.sign", self._sign)
        self.on("certificate.replace", self._replace)
        self.on("certificate.revoke", self._revoke)
        self._enable()

    # Making

    def build(self) -> QWidget:
        self.sheet = CertificateSheet()
        self.sheet.wanted.connect(lambda width: self.spawn(self._show_sheet(width)))
        panel = QWidget()
        self._panel = QVBoxLayout(panel)
        self._panel.setContentsMargins(px(28), px(4), px(4), px(24))
        self._panel.setSpacing(px(8))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFixedWidth(px(PANEL))
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(panel)
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(px(32), 0, px(28), px(28))
        row.setSpacing(0)
        row.addWidget(self.sheet, 1)
        row.addWidget(scroll)
        return content

    # Reading

    async def refresh(self) -> Empty | None:
        found = await self._find()
        if isinstance(found, Empty):
            return found
        if found != self.certificate:
            store: Any = self.context.store
            self.pdf = await self.context.tasks.run(get_pdf, store, found)
            self._size = await self.context.tasks.run(page_size, self.pdf)
            self.sheet.set_ratio(self._size[0] / self._size[1])
        self.certificate = found
        snapshot = found.snapshot
        self.set_title(snapshot.course_title, f"{snapshot.member_name} · {snapshot.number}")
        self.sheet.setAccessibleName(
            _("Certificate {number} of {name} for {course}").format(
                number=snapshot.number, name=snapshot.member_name, course=snapshot.course_title
            )
        )
        self._show_panel(found)
        self._enable()
        if self.sheet.isVisible():
            await self._show_sheet(self.sheet.page_width)
        return None

    async def _find(self) -> IssuedCertificate | Empty:
        if self._asked is not None:
            return await self.context.read(get_certificate, self._asked)
        if self._enrollment is None:
            return Empty(_("There is no such certificate."), _("All certificates"), pressed=lambda: self.context.open("certificates"))
        found = await self.context.read(find_certificate, self._enrollment)
        if found is not None:
            return found
        try:
            issued = await self.context.write(issue, self._enrollment)
        except (Invalid, NotFound) as refusal:
            # The rules are the server's, and so is the sentence.
            return Empty(refusal.message, _("My learning"), pressed=lambda: self.context.open("learning"), picture="certificate")
        return await self.context.read(get_certificate, issued)

    async def _show_sheet(self, width: int) -> None:
        if self.certificate is not None and self.pdf and width > 0:
            raster = await self.context.tasks.run(rasterize, self.pdf, width)
            self.sheet.show_page(raster, faded=self.certificate.status in {"revoked", "superseded"})

    # The panel

    def _show_panel(self, certificate: IssuedCertificate) -> None:
        emptied(self._panel)
        snapshot = certificate.snapshot
        self.status = StatusPill(label(STATUSES, certificate.status), TONES[certificate.status])
        self._panel.addWidget(self.status, 0, Qt.AlignmentFlag.AlignLeft)
        if certificate.status != "valid":
            self._panel.addWidget(Label(_became(certificate), Role.BODY, "muted", wrap=True))
        self._panel.addSpacing(px(4))
        rows = [
            (_("Number"), snapshot.number),
            (_("Holder"), snapshot.member_name),
            (_("CE credits"), plain(snapshot.ce_credits) if snapshot.ce_credits else ""),
            (_("Issued"), date_text(snapshot.issued_at)),
            (_("Filed"), _("with the enrolment") if certificate.asset_id else ""),
        ]
        for name, value in rows:
            if value:
                self._panel.addWidget(Label(name, Role.CAPTION, "faint"))
                text = Label(value, Role.BODY, wrap=True)
                text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                if value == snapshot.number:
                    text.setFont(theme().monospace())
                self._panel.addWidget(text)
                self._panel.addSpacing(px(4))
        self._panel.addSpacing(px(4))
        self.buttons: dict[str, Button] = {}
        self._button("certificate.copy", "copy")
        self._button("certificate.check", "check")
        self._button("certificate.transcript", "report")
        if self._administers:
            self._panel.addSpacing(px(6))
            self._panel.addWidget(Hairline())
            self._panel.addSpacing(px(6))
            if certificate.asset_id is None and certificate.status == "valid":
                self._button("certificate.sign", "key")
            if certificate.status == "valid":
                self._button("certificate.replace", "retry")
                self._button("certificate.revoke", "ban")
            elif certificate.status == "revoked":
                again = Button(_("Issue another"), "quiet", "plus")
                again.clicked.connect(lambda: self.spawn(self._issue_another(certificate.enrollment_id)))
                self._panel.addWidget(again)
                self.buttons["again"] = again
        if certificate.superseded_by:
            newer = Button(_("Show the newer one"), "quiet", "arrow-right")
            newer.clicked.connect(lambda: self.context.open("certificate", enrollment=certificate.enrollment_id))
            self._panel.addWidget(newer)
            self.buttons["newer"] = newer
        self._panel.addStretch(1)

    def _button(self, action_id: str, icon_name: str) -> None:
        action = self.context.actions.qaction(action_id)
        if action is not None:
            button = Button(action.text(), "quiet", icon_name)
            button.setToolTip(action.toolTip())
            button.clicked.connect(action.trigger)
            self._panel.addWidget(button)
            self.buttons[action_id] = button

    def _enable(self) -> None:
        """What can be done with what is shown."""
        found = self.certificate
        for action_id in ("save", "print", "copy", "check", "transcript"):
            self.context.actions.set_enabled(f"certificate.{action_id}", found is not None)
        self.context.actions.set_enabled("certificate.sign", found is not None and found.asset_id is None)
        for action_id in ("replace", "revoke"):
            self.context.actions.set_enabled(f"certificate.{action_id}", found is not None and found.status == "valid")

    # Doing

    def _save_pdf(self) -> None:
        if self.certificate is None:
            return
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(self, _("Save the certificate"), folder, _("PDF files (*.pdf)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(f"{self.certificate.snapshot.number}.pdf")
        dialog.fileSelected.connect(lambda name: self.spawn(self.save_pdf(Path(name))))
        dialog.open()

    async def save_pdf(self, path: Path) -> None:
        """Write the PDF to ``path``."""
        try:
            await self.context.tasks.run(path.write_bytes, self.pdf)
        except OSError as error:
            raise Invalid(
                _("{name} could not be written.").format(name=path.name), remedy=_("Choose another folder."), details=str(error)
            ) from error
        self.context.notices.done(_("Saved as {name}.").format(name=path.name))

    def _print(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        width, height = self._size
        size = QPageSize(
            QSizeF(min(width, height), max(width, height)), QPageSize.Unit.Point, matchPolicy=QPageSize.SizeMatchPolicy.FuzzyMatch
        )
        printer.setPageSize(size)
        printer.setPageOrientation(QPageLayout.Orientation.Landscape if width > height else QPageLayout.Orientation.Portrait)
        printer.setDocName(self.certificate.snapshot.number if self.certificate else "")
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.spawn(self._print_on(printer)))
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.show()  # its own open() wants a slot by name

    async def _print_on(self, printer: QPrinter) -> None:
        width = round(self._size[0] / 72 * PRINT_DPI)
        await self.context.tasks.run(_paint_on, printer, await self.context.tasks.run(rasterize, self.pdf, width))

    def _copy(self) -> None:
        if self.certificate is not None:
            QGuiApplication.clipboard().setText(self.certificate.snapshot.number)
            self.context.notices.done(_("{number} was copied.").format(number=self.certificate.snapshot.number))

    def _transcript(self) -> None:
        if self.certificate is not None:
            choose_transcript(self.context, self.certificate.member_id, self.certificate.snapshot.member_name, self)

    async def _verify(self) -> None:
        if self.certificate is not None:
            found = await self.context.read(verify_number, self.certificate.snapshot.number)
            dialog = Dialog(_("What the record says"), _("This is what anybody learns who verifies the number."), self, width=520)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            answer = Answer()
            answer.show_number(found)
            dialog.body.addWidget(answer)
            dialog.add_button(_("Close"), "primary", dialog.accept)
            dialog.open()

    async def _sign(self) -> None:
        if self.certificate is None:
            return
        store: Any = self.context.store
        key = await self.context.tasks.run(find_key, store)
        if key is None:
            self.context.notices.warn(
                _("The association's signing key is not on this computer."), remedy=_("Make or import it under Certificates, Signing.")
            )
            return
        _asset: str = await self.context.job(_("Signing the certificate"), sign_one, store, key, self.certificate.id)
        self.context.notices.done(_("The certificate is signed, and filed with the enrolment."))

    def _replace(self) -> None:
        if self.certificate is not None:
            confirm(
                self,
                _("Replace this certificate?"),
                _("A new one gets a new number and today's name and title. This one no longer counts, and says so to whoever verifies it."),
                _("Replace it"),
                lambda: self.spawn(self._show_next(reissue)),
            )

    async def _show_next(self, command: Callable[..., object]) -> None:
        if self.certificate is not None:
            self._asked = await self.context.write(command, self.certificate.id)  # type: ignore[arg-type]
            self.context.notices.done(_("The new certificate was issued."))
            self.reload()

    async def _issue_another(self, enrollment: UUID) -> None:
        self._asked = await self.context.write(issue, enrollment)
        self.context.notices.done(_("The new certificate was issued."))
        self.reload()

    def _revoke(self) -> None:
        if self.certificate is not None:
            RevokeDialog(self.context, self.certificate, self).open()


class RevokeDialog(FormDialog):
    """Withdraws a certificate for good; asks why, for the record."""

    def __init__(self, context: Context, certificate: IssuedCertificate, parent: QWidget) -> None:
        super().__init__(_("Revoke {number}?").format(number=certificate.snapshot.number), _("Revoke"), parent)
        self._context = context
        self._certificate = certificate
        restyle(self.button, kind="destructive")
        self.reason = self.field(_("Why? Only administrators read this."), QPlainTextEdit())
        self.reason.setTabChangesFocus(True)
        self.reason.setFixedHeight(px(96))
        self.body.insertWidget(
            0, Label(_("It can not be made valid again. Whoever verifies it learns that it was revoked."), Role.BODY, "muted", wrap=True)
        )

    def give(self) -> None:
        reason = self.reason.toPlainText().strip()
        if reason:
            self._context.spawn(self._give(reason), self)
        else:
            self.complain(_("Say why the certificate is revoked."), self.reason)

    async def _give(self, reason: str) -> None:
        await self._context.write(revoke, self._certificate.id, reason)
        self.accept()
        self._context.notices.done(_("{number} was revoked.").format(number=self._certificate.snapshot.number))


def _became(certificate: IssuedCertificate) -> str:
    """Why it does not count any more."""
    match certificate.status:
        case "revoked" if certificate.revoked_at is not None:
            text = _("Revoked {date}.").format(date=date_text(certificate.revoked_at))
            return f"{text} {certificate.revocation_reason or ''}".strip()
        case "superseded" if certificate.superseded_by:
            return _("Replaced by {number}.").format(number=certificate.superseded_by)
        case _:
            return _("It counted until the day that is printed on it.")


def _paint_on(printer: QPrinter, raster: Raster) -> None:
    """On a worker thread: Qt paints printers from any thread."""
    image = QImage(raster.pixels, raster.width, raster.height, raster.stride, QImage.Format.Format_RGB32)
    painter = QPainter(printer)
    room = QRectF(painter.viewport())
    size = image.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
    painter.drawImage(QRectF((room.width() - size.width()) / 2, (room.height() - size.height()) / 2, size.width(), size.height()), image)
    painter.end()
