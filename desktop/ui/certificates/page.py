"""A certificate: as it is printed, to save or to copy its number."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar
from uuid import UUID

from PySide6.QtCore import QBuffer, QByteArray, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.certificates.commands import draw, issue
from desktop.certificates.queries import IssuedCertificate, get_certificate
from desktop.i18n import N_, _
from desktop.ui.context import Context
from desktop.ui.dates import date_text
from desktop.ui.page import Empty, Page
from desktop.ui.theme import Role, px, theme
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label

STATES = {
    "valid": (N_("Valid"), "good"),
    "expired": (N_("Expired"), "warn"),
    "revoked": (N_("Revoked"), "bad"),
    "superseded": (N_("Superseded"), "warn"),
}


class CertificatePage(Page):
    """``context.open("certificate", enrollment=…)``: the current certificate of an enrolment, issued now where there is none yet."""

    title = N_("Certificate")
    shows: ClassVar[frozenset[str]] = frozenset({"certificates"})

    def __init__(self, context: Context, enrollment: UUID, parent: QWidget | None = None) -> None:
        self._enrollment_id = enrollment
        self._certificate_id: UUID | None = None
        self.certificate: IssuedCertificate | None = None
        self.pdf = b""
        super().__init__(context, parent)

    def build(self) -> QWidget:
        self.state_pill = StatusPill()
        self.number = Label("", Role.STRONG)
        self.number.setFont(theme().monospace())
        self.number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
        self.copy_button = Button(_("Copy number"), "plain", "copy")
        self.copy_button.clicked.connect(self._copy)
        self.save_button = Button(_("Save PDF…"), "primary", "download")
        self.save_button.clicked.connect(self._ask_where)
        self.document_shown = QPdfDocument(self)
        self._buffer = QBuffer(self)
        self.view = QPdfView()
        self.view.setDocument(self.document_shown)
        self.view.setPageMode(QPdfView.PageMode.SinglePage)
        self.view.setZoomMode(QPdfView.ZoomMode.FitInView)
        self.view.setAccessibleName(_("The certificate as it is printed"))
        row = QHBoxLayout()
        row.setSpacing(px(10))
        row.addWidget(self.state_pill)
        row.addWidget(self.number)
        row.addWidget(self.copy_button)
        row.addStretch(1)
        row.addWidget(self.save_button)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(32), px(4), px(32), px(24))
        column.setSpacing(px(14))
        column.addLayout(row)
        column.addWidget(self.view, 1)
        return content

    async def refresh(self) -> Empty | None:
        if self._certificate_id is None:
            self._certificate_id = await self.context.write(issue, self._enrollment_id)
        found = await self.context.read(get_certificate, self._certificate_id)
        pdf = await self.context.tasks.run(draw, found)
        self.certificate = found
        snapshot = found.snapshot
        self.set_title(
            snapshot.course_title, _("{name} · issued {date}").format(name=snapshot.member_name, date=date_text(snapshot.issued_at))
        )
        text, tone = STATES[found.status]
        self.state_pill.set_status(_(text), tone)
        self.number.setText(snapshot.number)
        if pdf != self.pdf:
            self.pdf = pdf
            self._buffer.close()
            self._buffer.setData(QByteArray(pdf))
            self._buffer.open(QBuffer.OpenModeFlag.ReadOnly)
            self.document_shown.load(self._buffer)
        return None

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.number.text())
        self.context.notices.done(_("The number was copied."))

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, _("Save certificate"), f"{self.number.text()}.pdf", _("PDF documents (*.pdf)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.fileSelected.connect(lambda path: self.spawn(self.save_pdf(Path(path))))
        dialog.open()

    async def save_pdf(self, path: Path) -> None:
        """Write the PDF to ``path``."""
        await self.context.tasks.run(path.write_bytes, self.pdf)
        self.context.notices.done(_("Saved as {name}.").format(name=path.name))
