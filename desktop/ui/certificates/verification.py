"""Is this certificate genuine? Ask with a number or with the file; the answer is in plain words, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.certificates.audit import BundleVerification, verify_bundle
from desktop.certificates.sealing import Seal
from desktop.certificates.verify import FileVerification, Verification, verify_code, verify_file, verify_number
from desktop.courses.vocabulary import plain
from desktop.i18n import _
from desktop.ui.context import Context
from desktop.ui.dates import date_text
from desktop.ui.layouts import emptied
from desktop.ui.notices import explain
from desktop.ui.theme import Role, colour, px, restyle, theme
from desktop.ui.theme.icons import paint_icon
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Card, Hairline

SIGNS = {
    "valid": ("done", "good"),
    "expired": ("clock", "warn"),
    "superseded": ("retry", "warn"),
    "revoked": ("ban", "bad"),
    "signed": ("done", "good"),
    "unsigned": ("help", "warn"),
    "changed": ("warning", "bad"),
    "not_found": ("help", "bad"),
    "unreadable": ("document", "warn"),
}
"""The picture and the tone of each answer."""
MOST_FLAWS = 12
"""Of an audit bundle; how many are listed."""


@dataclass(frozen=True, slots=True)
class _Fact:
    """A line of an answer. ``agrees`` is None where there was nothing to compare, ``words`` what is said where."""

    name: str
    value: str
    agrees: bool | None = None
    words: tuple[str, ...] = ()


class Sign(QWidget):
    """An icon on a round ground of its tone."""

    def __init__(self, picture: str, tone: str, *, side: int) -> None:
        super().__init__()
        self._picture, self._tone = picture, tone
        self.setFixedSize(px(side), px(side))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(f"{self._tone}_soft"))
        painter.drawEllipse(self.rect())
        inset = self.width() * 0.24
        paint_icon(painter, QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), self._picture, colour(self._tone))


class Answer(QWidget):
    """One answer: a sign, a sentence, and what it rests on. ``verdict`` is a key of :data:`SIGNS`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verdict = ""
        self.sentence = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(16))

    def show_number(self, found: Verification) -> None:
        """What the record says of a number."""
        self._head(found.status, found.sentence(), found.number)
        if found.status != "not_found":
            self._facts([_Fact(name, value) for name, value in facts(found)])
        self._column.addStretch(1)

    def show_file(self, name: str, found: FileVerification) -> None:
        """What became of each field of a file."""
        self._head(found.status, found.sentence(), name)
        if found.fields:
            self._facts([_Fact(one.name[:1].upper() + one.name[1:], one.value, one.agrees, tuple(one.words())) for one in found.fields])
        notes = [_seal(found), found.unknown()]
        if found.status == "changed" and found.record is not None and found.record.status not in {"valid", "not_found"}:
            notes.append(found.record.sentence())
        for note in filter(None, notes):
            self._column.addWidget(Label(note, Role.BODY, "muted", wrap=True))
        self._column.addStretch(1)

    def show_bundle(self, name: str, found: BundleVerification) -> None:
        """What an audit bundle is worth, and each file of it that is not as it was."""
        verdict = "signed" if found.good else "changed" if found.flaws or found.seal is Seal.CHANGED else "unsigned"
        self._head(verdict, found.sentence(), name)
        period = _("{since} to {until}").format(since=found.since.isoformat(), until=found.until.isoformat())
        rows = [
            (_("Association"), found.association),
            (_("Issued"), period),
            (_("Certificates"), f"{found.certificates:,}"),
            (_("Made"), date_text(found.made_at)),
        ]
        self._facts([_Fact(title, value) for title, value in rows])
        for flaw in found.flaws[:MOST_FLAWS]:
            self._column.addWidget(Label(flaw, Role.BODY, "bad", wrap=True))
        if len(found.flaws) > MOST_FLAWS:
            more = _("and {n} more").format(n=f"{len(found.flaws) - MOST_FLAWS:,}")
            self._column.addWidget(Label(more, Role.BODY, "muted"))
        self._column.addStretch(1)

    def show_problem(self, name: str, error: Exception) -> None:
        """It could not be read, or the server could not be asked."""
        message, remedy, _details = explain(error)
        self._head("unreadable", message, remedy or name)
        self._column.addStretch(1)

    def _head(self, verdict: str, sentence: str, about: str) -> None:
        emptied(self._column)
        self.verdict, self.sentence = verdict, sentence
        self.setAccessibleName(sentence)
        words = QVBoxLayout()
        words.setSpacing(px(3))
        words.addStretch(1)
        words.addWidget(Label(sentence, Role.HEADING, wrap=True))
        words.addWidget(Label(about, Role.BODY, "muted", wrap=True))
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(px(16))
        row.addWidget(Sign(*SIGNS[verdict], side=52), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self._column.addLayout(row)

    def _facts(self, rows: list[_Fact]) -> None:
        self._column.addWidget(Hairline())
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(20))
        grid.setVerticalSpacing(px(10))
        grid.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignTop
        for number, row in enumerate(rows):
            grid.addWidget(Label(row.name, Role.BODY, "muted"), number, 0, top)
            words = QVBoxLayout()
            words.setSpacing(px(1))
            words.addWidget(Label(row.value, Role.STRONG, wrap=True))
            grid.addLayout(words, number, 1)
            if row.agrees is None:
                continue
            sign = Sign(*(("check", "good") if row.agrees else ("close", "bad")), side=22)
            sign.setAccessibleName(_("as recorded") if row.agrees else _("differs from the record"))
            grid.addWidget(sign, number, 2, top)
            if not row.agrees:
                words.addWidget(Label(", ".join(row.words), Role.CAPTION, "bad", wrap=True))
        self._column.addLayout(grid)


def _seal(found: FileVerification) -> str:
    """What is to be said of the signature where the answer rests on the record."""
    match found.seal:
        case Seal.WHOLE if found.status != "signed":
            return _("Signed by {name}, and not changed since.").format(name=found.signer)
        case Seal.DISTRUSTED:
            return _("It was signed with a key that others may have had at the time.")
        case Seal.NONE if found.record is not None and found.status not in {"changed", "not_found"}:
            return _("It carries no signature; the answer rests on the record.")
        case _:
            return ""


def facts(found: Verification) -> list[tuple[str, str]]:
    """What the record says, as (name, value), in the order in which a reader asks."""
    rows = [(_("Holder"), found.member_name), (_("Course"), found.course_title)]
    if found.ce_credits:
        rows.append((_("CE credits"), plain(found.ce_credits)))
    for name, moment in (
        (_("Completed"), found.completed_at),
        (_("Issued"), found.issued_at),
        (_("Valid until"), found.expires_at),
        (_("Revoked"), found.revoked_at),
    ):
        if moment is not None:
            rows.append((name, date_text(moment)))
    return [*rows, (_("Issued by"), found.issuer_name)]


class DropArea(QWidget):
    """Drop a file here, or press it (or Space) and choose one."""

    given = Signal(Path)
    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._over = False
        self.setAcceptDrops(True)
        self.setFixedHeight(px(124))
        self.choose_button = Button(_("Choose a file…"), "quiet", "document", self)
        self.choose_button.setAccessibleName(_("Choose a certificate's PDF, or a picture of it"))
        self.choose_button.clicked.connect(self.pressed)
        column = QVBoxLayout(self)
        column.setSpacing(px(10))
        words = Label(_("Drop a certificate here: its PDF, or a picture of it; or an audit bundle"), Role.BODY, "muted", self)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        column.addSpacing(px(26))
        column.addWidget(words)
        column.addWidget(self.choose_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event) is not None:
            event.acceptProposedAction()
            self._set_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_over(False)
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.given.emit(path)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(colour("accent" if self._over else "line_strong"), 1.4, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.setBrush(colour("accent_soft" if self._over else "canvas"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(10), px(10))
        side = px(22)
        paint_icon(
            painter, QRectF((self.width() - side) / 2, px(16), side, side), "upload", colour("accent_text" if self._over else "faint")
        )

    def sizeHint(self) -> QSize:
        return QSize(px(480), px(124))

    def _set_over(self, over: bool) -> None:
        self._over = over
        self.update()


def _dropped(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


class VerifyPanel(QScrollArea):
    """Type a number or give a file; the answer appears below."""

    answered = Signal()
    WIDTH: ClassVar[int] = 640

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.number = QLineEdit()
        self.number.setPlaceholderText("CERT-2026-7K3M9QXA")
        self.number.setAccessibleName(_("Certificate number"))
        self.number.setFont(theme().monospace())
        self.number.returnPressed.connect(self._ask_number)
        self.number.textEdited.connect(lambda _text: restyle(self.number, invalid=False))
        self.button = Button(_("Verify"), "primary")
        self.button.clicked.connect(self._ask_number)
        self.drop = DropArea()
        self.drop.given.connect(self.ask_file)
        self.drop.pressed.connect(self._choose)
        self.scan_button = Button(_("Scan with the camera…"), "quiet", "video")
        self.scan_button.clicked.connect(self.scan)
        self.answer = Answer()
        self._result = Card(padding=24)
        self._result.body.addWidget(self.answer)
        self._result.hide()
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addWidget(self.number, 1)
        row.addWidget(self.button)
        middle = QWidget()
        middle.setMaximumWidth(px(self.WIDTH))
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, px(8), 0, px(32))
        column.setSpacing(px(12))
        column.addWidget(Label(_("Certificate number"), Role.STRONG))
        column.addLayout(row)
        column.addWidget(
            Label(
                _("It is printed at the lower right. Small letters do, and O for 0."),
                Role.CAPTION,
                "muted",
                wrap=True,
            )
        )
        column.addSpacing(px(4))
        column.addWidget(self.drop)
        column.addWidget(self.scan_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(px(4))
        column.addWidget(self._result)
        column.addStretch(1)
        body = QWidget()
        across = QHBoxLayout(body)
        across.setContentsMargins(px(12), 0, px(12), 0)
        across.addWidget(middle, 1)
        across.addStretch(0)
        self.setWidget(body)

    def focus_number(self) -> None:
        self.number.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.number.selectAll()

    def ask_file(self, path: Path) -> None:
        """Verify a file, and say what became of each of its fields."""
        self._context.spawn(self._file(path), self)

    def scan(self) -> None:
        """Look for a code with the camera, and verify what it says."""
        from desktop.ui.certificates.camera import CameraDialog, find_camera  # Qt Multimedia takes a while to load

        dialog = CameraDialog(self._context, find_camera(), self)
        dialog.scanned.connect(lambda code: self._context.spawn(self._code(code), self))
        dialog.open()

    async def _code(self, code: str) -> None:
        store: Any = self._context.store
        name = _("The code before the camera")
        try:
            self.answer.show_file(name, await self._context.tasks.run(verify_code, store, code))
        except Exception as error:  # noqa: BLE001 - shown in place
            self.answer.show_problem(name, error)
        self._show()

    def _ask_number(self) -> None:
        text = self.number.text().strip()
        if text:
            self._context.spawn(self._number(text), self)
        else:
            restyle(self.number, invalid=True)
            self.number.setFocus()

    async def _number(self, text: str) -> None:
        try:
            found = await self._context.read(verify_number, text)
        except Exception as error:  # noqa: BLE001 - shown in place
            self.answer.show_problem(text, error)
        else:
            self.answer.show_number(found)
        self._show()

    async def _file(self, path: Path) -> None:
        store: Any = self._context.store
        try:
            if path.suffix.lower() == ".zip":
                self.answer.show_bundle(path.name, await self._context.tasks.run(verify_bundle, store, path))
            else:
                self.answer.show_file(path.name, await self._context.tasks.run(verify_file, store, path))
        except Exception as error:  # noqa: BLE001 - shown in place
            self.answer.show_problem(path.name, error)
        self._show()

    def _show(self) -> None:
        self._result.show()
        self.answered.emit()

    def _choose(self) -> None:
        dialog = QFileDialog(self, _("Choose a certificate's PDF, or a picture of it"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(_("Certificates and audit bundles (*.pdf *.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp *.zip)"))
        dialog.fileSelected.connect(lambda name: self.ask_file(Path(name)))
        dialog.open()
